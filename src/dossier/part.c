/* The documents of a whole case: report, inventory, hand-over, summary. */
#include "dossier/dossier_internal.h"

#include <stdio.h>
#include <string.h>

static void heading(struct draft *d, const char *id) { paper_heading(d->p, 1, WORDS(d, id)); }

static void head_row(struct draft *d, const char *const *ids, const unsigned *share, size_t n) {
  paper_table(d->p, share, n);
  for (size_t i = 0; i < n; i++)
    paper_cell(d->p, WORDS(d, ids[i]));
}
#define HEAD_ROW(d, ids, share) head_row((d), (ids), (share), VG_COUNT(ids))

/* When it was, as far as it is known. */
static void moment(struct draft *d, struct vg_buf *b, const struct event *e) {
  const struct told *t = &e->told;
  switch (t->kind) {
  case TOLD_BETWEEN: vg_buf_str(b, WORDS(d, "dossier.between", AT(d, t->told), AT(d, t->other))); return;
  case TOLD_ABOUT:
    vg_buf_str(b, WORDS(d, "dossier.told.about", AT(d, t->told), VG_N(t->spread / (60 * VG_SECOND))));
    return;
  case TOLD_DAY: vg_buf_str(b, WORDS(d, "dossier.told.day", AT(d, t->told))); return;
  case TOLD_ZONE: vg_buf_str(b, WORDS(d, "dossier.told.zone", AT(d, t->told))); return;
  case TOLD_NOTHING:
  case TOLD_AT: vg_buf_z(b, AT(d, e->at));
  }
}

static void chronology(struct draft *d) {
  for (size_t i = 0; i < d->events; i++) {
    const struct event *e = &d->event[i];
    struct vg_buf b;
    vg_buf_init(&b, 1 << 16);
    moment(d, &b, e);
    vg_buf_z(&b, d->lang == VG_FR ? "\u00a0: " : ": ");
    vg_buf_str(&b, vg_str_n(d->texts.p + e->text, e->n));
    dossier_statement(d, e->type, e->entry, vg_buf_view(&b));
    vg_buf_fini(&b);
  }
}

static vg_code seal_row(void *ctx, const struct exhibit *e, struct vg_err *err) {
  struct draft *d = ctx;
  struct exhibit_state s;
  VG_TRY(casework_exhibit_state(d->tx, e->id, &s, err));
  char medium[160];
  snprintf(medium, sizeof medium, "%s%s%s", e->medium, e->medium[0] && e->serial[0] ? ", " : "", e->serial);
  const char *state = s.gone       ? dossier_word(d, "cli.custody.", s.what)
                      : !s.seal[0] ? dossier_word(d, "dossier.seal.", "none")
                      : s.open     ? dossier_word(d, "cli.custody.", "opened")
                                   : dossier_word(d, "dossier.seal.", "closed");
  paper_cell(d->p, vg_str_z(e->ref));
  paper_cell(d->p, vg_str_z(e->description));
  paper_cell(d->p, vg_str_z(medium));
  paper_cell(d->p, s.seal[0] ? WORDS(d, "dossier.seal_version", s.seal, VG_N(s.seal_version)) : VG_STR("–"));
  paper_cell(d->p, vg_str_z(state));
  paper_cell(d->p, vg_str_z(s.holder));
  paper_cell(d->p, vg_str_z(AT(d, e->received)));
  return VG_OK;
}

static vg_code seals(struct draft *d, struct vg_err *err) {
  static const char *const ids[] = {"cli.col.ref",   "cli.col.description", "cli.col.medium",  "cli.col.seal",
                                    "cli.col.state", "cli.col.holder",      "cli.col.received"};
  static const unsigned share[] = {20, 17, 15, 12, 8, 12, 16}; /* a reference stays on its line */
  HEAD_ROW(d, ids, share);
  VG_TRY(casework_each_exhibit(d->tx, d->a.id, seal_row, d, err));
  paper_table_end_or(d->p, WORDS(d, "dossier.no_seal"));
  return VG_OK;
}

static void signature(struct draft *d, const char *id) {
  paper_space(d->p, 20);
  paper_text(d->p, WORDS(d, id, d->who->name));
  paper_space(d->p, 50);
}

vg_code part_inventory(struct draft *d, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(d->tx, &n, "SELECT COUNT(*) FROM casework_v_exhibit WHERE case_id = $1", S_ARGS(S_INT(d->a.id)),
                       err));
  paper_text(d->p, WORDS(d, "dossier.inventory.intro", VG_N(n), d->a.ref, AT(d, store_now(d->tx))));
  VG_TRY(seals(d, err));
  signature(d, "dossier.sign.author");
  return VG_OK;
}

/* Every custody event of each object, with the hash where one was computed. */
static vg_code custody_row(void *ctx, const struct custody *k, struct vg_err *err) {
  struct draft *d = ctx;
  char what[24];
  (void)err;
  paper_cell(d->p, vg_str_z(AT(d, k->at)));
  paper_cell(d->p, vg_str_z(dossier_word(d, "cli.custody.", vg_str_copy(what, sizeof what, k->what))));
  paper_cell(d->p, k->seal);
  paper_cell(d->p, k->person_name);
  paper_cell(d->p, k->holder);
  paper_cell(d->p, k->reason);
  paper_cell(d->p, k->sha256);
  return VG_OK;
}

static vg_code custody_of(void *ctx, const struct exhibit *e, struct vg_err *err) {
  static const char *const ids[] = {"cli.col.at",     "cli.col.what",   "cli.col.seal",  "cli.col.by",
                                    "cli.col.holder", "cli.col.reason", "cli.col.sha256"};
  static const unsigned share[] = {17, 10, 10, 10, 12, 20, 21};
  struct draft *d = ctx;
  paper_heading(d->p, 2, WORDS(d, "dossier.exhibit", e->ref, e->description));
  HEAD_ROW(d, ids, share);
  VG_TRY(casework_each_custody(d->tx, e->id, custody_row, d, err));
  paper_table_end(d->p);
  return VG_OK;
}

vg_code part_handover(struct draft *d, struct vg_err *err) {
  paper_text(d->p, WORDS(d, "dossier.handover.intro", d->a.ref, AT(d, store_now(d->tx))));
  VG_TRY(seals(d, err));
  heading(d, "cli.show.custody");
  VG_TRY(casework_each_exhibit(d->tx, d->a.id, custody_of, d, err));
  signature(d, "dossier.sign.giver");
  signature(d, "dossier.sign.taker");
  return VG_OK;
}

struct wanted {
  struct draft *d;
  const char *type; /* NULL: all */
  size_t n;
};

static vg_code finding_item(void *ctx, const struct finding_entry *f, struct vg_err *err) {
  struct wanted *w = ctx;
  struct draft *d = w->d;
  char type[16], source[256], exhibit[96], author[128];
  struct vg_buf b;
  int64_t entry;
  if (f->withdrawn != VG_NOTIME || (w->type && !vg_str_eqz(f->type, w->type)))
    return VG_OK;
  VG_TRY(dossier_entry(d, f->pid.s, "case.finding", f->made, &entry, err));
  vg_buf_init(&b, 1 << 14);
  vg_buf_str(&b, f->text);
  vg_str_copy(type, sizeof type, f->type);
  if (f->source.n)
    vg_buf_str(&b, WORDS(d, "dossier.source", vg_str_copy(source, sizeof source, f->source)));
  if (f->exhibit.n)
    vg_buf_str(&b, WORDS(d, "dossier.on_exhibit", vg_str_copy(exhibit, sizeof exhibit, f->exhibit)));
  vg_buf_str(&b, WORDS(d, "dossier.author", vg_str_copy(author, sizeof author, f->author)));
  dossier_statement(d, type, entry, vg_buf_view(&b));
  vg_buf_fini(&b);
  w->n++;
  return VG_OK;
}

static vg_code findings(struct draft *d, const char *type, const char *none, struct vg_err *err) {
  struct wanted w = {.d = d, .type = type};
  VG_TRY(casework_each_finding(d->tx, d->a.id, finding_item, &w, err));
  if (w.n == 0)
    paper_text(d->p, WORDS(d, none));
  return VG_OK;
}

/* What the analyses met of what is listed, the most frequent first. */
static vg_code hits(struct draft *d, struct vg_err *err) {
  static const char *const ids[] = {"cli.col.exhibit", "cli.col.kind", "dossier.col.value", "dossier.col.count"};
  static const unsigned share[] = {20, 16, 54, 10};
  struct store_rows *q;
  bool any = false;
  VG_TRY(store_query(d->tx, &q,
                     "SELECT exhibit_ref, COALESCE(NULLIF(rule, ''), type), value, SUM(count) FROM analysis_v_finding "
                     "WHERE case_ref = $1 AND kind = 'hit' AND benign = 0 "
                     "GROUP BY exhibit_ref, COALESCE(NULLIF(rule, ''), type), value ORDER BY 4 DESC, 3 LIMIT 100",
                     S_ARGS(S_Z(d->a.ref)), err));
  while (store_next(q)) {
    if (!any)
      HEAD_ROW(d, ids, share);
    any = true;
    paper_cell(d->p, store_str(q, 0));
    paper_cell(d->p, vg_str_z(dossier_word(d, "server.type.", VG_T(store_str(q, 1)))));
    paper_cell(d->p, store_str(q, 2));
    paper_cell(d->p, vg_str_z(VG_G(d->lang, store_int(q, 3))));
  }
  if (any)
    paper_table_end(d->p);
  else
    paper_text(d->p, WORDS(d, "dossier.no_hits"));
  return store_done(&q, err);
}

static vg_code mission(void *ctx, const struct act *a, struct vg_err *err) {
  static const char *const technical[] = {"opening", "acquisition", "analysis"};
  struct draft *d = ctx;
  struct act_rule rule;
  int64_t entry;
  bool ours = false;
  for (size_t i = 0; i < VG_COUNT(technical); i++)
    ours = ours || strcmp(a->kind, technical[i]) == 0;
  if (!ours || a->started == VG_NOTIME)
    return VG_OK;
  VG_TRY(dossier_entry(d, a->pid.s, "act.started", a->started, &entry, err));
  char article[64 + CASEWORK_DOUBT], doubt[CASEWORK_DOUBT] = "";
  if (casework_act_rule(vg_str_z(a->kind), vg_str_z(a->frame), &rule))
    casework_doubt_after(doubt, d->lang, rule.doubt);
  snprintf(article, sizeof article, "%.63s%s", a->article, doubt);
  dossier_statement(d, "observed", entry,
                    WORDS(d, "dossier.mission", a->ref, dossier_word(d, "cli.act.kind.", a->kind), a->exhibit_ref,
                          article, dossier_word(d, "server.act.by.", a->authority), a->authority_ref,
                          AT(d, a->authority_at), a->officer, dossier_quality((char[PERSON]){0}, d, a)));
  return VG_OK;
}

struct helpers {
  struct draft *d;
  const struct act *act;
  size_t n;
};
static vg_code helper(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct helpers *h = ctx;
  (void)err;
  h->n++;
  paper_item(h->d->p, WORDS(h->d, "dossier.helper", dossier_person((char[PERSON]){0}, h->d, p), h->act->ref));
  return VG_OK;
}
static vg_code helpers_of(void *ctx, const struct act *a, struct vg_err *err) {
  struct helpers *h = ctx;
  h->act = a;
  return a->started == VG_NOTIME ? VG_OK : casework_each_attendee(h->d->tx, a->id, helper, h, err);
}

/* What it says of a tool holds of what was made with it: without a copy or an analysis it says nothing of them. */
static vg_code tools(struct draft *d, struct vg_err *err) {
  static const struct {
    const char *id, *made;
  } of[] = {{"dossier.tools.copy", "SELECT COUNT(*) FROM evidence_v_image WHERE case_ref = $1"},
            {"dossier.tools.analysis", "SELECT COUNT(*) FROM analysis_v_run WHERE case_ref = $1"}};
  int64_t n, all = 0;
  for (size_t i = 0; i < VG_COUNT(of); i++) {
    VG_TRY(store_get_int(d->tx, &n, of[i].made, S_ARGS(S_Z(d->a.ref)), err));
    if (n)
      paper_item(d->p, WORDS(d, of[i].id, VIGIE_VERSION));
    all += n;
  }
  if (all == 0)
    paper_text(d->p, WORDS(d, "dossier.no_tool"));
  return VG_OK;
}

vg_code part_report(struct draft *d, struct vg_err *err) {
  struct helpers h = {.d = d};
  VG_TRY(dossier_events(d, err));
  heading(d, "dossier.h.mission");
  paper_note(d->p, WORDS(d, "dossier.report.article"));
  VG_TRY(casework_each_act(d->tx, d->a.id, mission, d, err));
  heading(d, "dossier.h.seals");
  VG_TRY(seals(d, err));
  heading(d, "dossier.h.operations");
  chronology(d);
  heading(d, "dossier.h.hits");
  VG_TRY(hits(d, err));
  heading(d, "dossier.h.findings");
  VG_TRY(findings(d, "observed", "dossier.no_findings", err));
  heading(d, "dossier.h.tools");
  VG_TRY(tools(d, err));
  heading(d, "dossier.h.conclusions");
  VG_TRY(findings(d, "deduced", "dossier.no_conclusion", err));
  heading(d, "dossier.h.helpers");
  VG_TRY(casework_each_act(d->tx, d->a.id, helpers_of, &h, err));
  if (h.n == 0)
    paper_text(d->p, WORDS(d, "dossier.no_helper"));
  signature(d, "dossier.sign.author");
  return VG_OK;
}

static void doubt_cell(struct draft *d, vg_str doubt) {
  struct vg_buf words;
  vg_buf_init(&words, 1024);
  casework_doubt(&words, d->lang, doubt);
  paper_cell(d->p, vg_buf_view(&words));
  vg_buf_fini(&words);
}

static vg_code offence_row(void *ctx, const struct offence *o, struct vg_err *err) {
  struct draft *d = ctx;
  char circumstance[128];
  (void)err;
  paper_cell(d->p, o->text);
  paper_cell(d->p, o->label_fr);
  vg_str penalty = o->prison_years ? WORDS(d, "cli.penalty", VG_N(o->prison_years), VG_G(d->lang, o->fine_eur))
                                   : vg_str_z(vg_str_copy(circumstance, sizeof circumstance, o->circumstance));
  paper_cell(d->p, penalty);
  paper_cell(d->p, o->natinf);
  doubt_cell(d, o->doubt);
  return VG_OK;
}

static vg_code clock_row(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  struct draft *d = ctx;
  struct vg_buf state;
  (void)err;
  vg_buf_init(&state, 256);
  casework_clock_state(&state, d->lang, k, store_now(d->tx));
  paper_cell(d->p, k->code);
  paper_cell(d->p, casework_clock_duty(d->lang, k));
  paper_cell(d->p, vg_str_z(AT(d, k->due)));
  paper_cell(d->p, vg_buf_view(&state));
  doubt_cell(d, k->doubt);
  vg_buf_fini(&state);
  return VG_OK;
}

vg_code dossier_clocks(struct draft *d, struct vg_err *err) {
  static const char *const clock[] = {"cli.col.code", "cli.col.duty", "cli.col.due", "cli.col.state", "cli.col.check"};
  static const unsigned clock_share[] = {10, 27, 31, 13, 19};
  HEAD_ROW(d, clock, clock_share);
  VG_TRY(casework_each_clock(d->tx, d->in.id, clock_row, d, err));
  paper_table_end_or(d->p, WORDS(d, "dossier.no_clock"));
  return VG_OK;
}

/* "CODE: what missing it means." of each that runs, then how the hours are counted, as one paragraph. */
struct missed {
  enum vg_lang lang;
  struct vg_buf all;
};
static vg_code missed_words(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  struct missed *m = ctx;
  const char *text = casework_clock_missed(m->lang, k);
  (void)err;
  if (text) {
    vg_buf_str(&m->all, k->code);
    vg_buf_fmt(&m->all, "%s %s. ", m->lang == VG_FR ? "\u00a0:" : ":", text);
  }
  return VG_OK;
}

vg_code dossier_clocks_missed(struct draft *d, struct vg_err *err) {
  struct missed m = {.lang = d->lang};
  vg_buf_init(&m.all, 4096);
  vg_code rc = casework_each_clock(d->tx, d->in.id, missed_words, &m, err);
  if (rc == VG_OK && m.all.n) {
    vg_msg(&m.all, d->lang, "casework.clock.hours", NULL);
    paper_note(d->p, vg_buf_view(&m.all));
  }
  vg_buf_fini(&m.all);
  return rc;
}

struct parties {
  struct draft *d;
  size_t n;
};
static vg_code party_item(void *ctx, const struct party *p, struct vg_err *err) {
  struct parties *x = ctx;
  struct draft *d = x->d;
  char category[16], basis[16], name[256], detail[256];
  int64_t entry;
  VG_TRY(dossier_entry(d, d->a.pid.s, "case.party", p->added, &entry, err));
  dossier_statement(d, "declared", entry,
                    WORDS(d, "dossier.party", vg_str_copy(name, sizeof name, p->name),
                          dossier_word(d, "cli.party.", vg_str_copy(category, sizeof category, p->category)),
                          dossier_word(d, "cli.party.", vg_str_copy(basis, sizeof basis, p->basis)),
                          vg_str_copy(detail, sizeof detail, p->detail)));
  x->n++;
  return VG_OK;
}

vg_code part_summary(struct draft *d, struct vg_err *err) {
  static const char *const offence[] = {"cli.col.text", "cli.col.label", "cli.col.penalty", "dossier.col.natinf",
                                        "cli.col.check"};
  static const unsigned offence_share[] = {14, 36, 18, 10, 22};
  VG_TRY(dossier_events(d, err));
  paper_text(d->p, WORDS(d, "dossier.summary.intro", d->a.org_name, dossier_word(d, "server.kind.", d->in.kind),
                         d->in.summary));
  heading(d, "cli.show.offences");
  HEAD_ROW(d, offence, offence_share);
  VG_TRY(casework_each_charge(d->tx, d->a.id, offence_row, d, err));
  paper_table_end_or(d->p, WORDS(d, "dossier.no_offence"));
  heading(d, "cli.show.clocks");
  VG_TRY(dossier_clocks(d, err));
  VG_TRY(dossier_clocks_missed(d, err));
  heading(d, "cli.show.parties");
  struct parties x = {.d = d};
  VG_TRY(casework_each_party(d->tx, d->a.id, party_item, &x, err));
  if (!x.n)
    paper_text(d->p, WORDS(d, "dossier.no_party"));
  heading(d, "dossier.h.seals");
  VG_TRY(seals(d, err));
  heading(d, "dossier.h.chronology");
  chronology(d);
  heading(d, "dossier.h.findings");
  VG_TRY(findings(d, NULL, "dossier.no_findings", err));
  return dossier_matrix(d, err);
}
