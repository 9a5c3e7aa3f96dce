/* A diagnosis for who runs the company: what to do first, on one sheet. */
#include "prevention/prevention_internal.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_LEAST = 3, FIRST_MOST = 7, FIND_MOST = 5 };

struct writer {
  struct store_tx *tx;
  const struct diagnosis *d;
  enum vg_lang lang;
  prevention_summary_sink *sink;
  void *ctx;
  struct vg_buf said, set, why;
};

/* A sentence as it is set; valid until the next one. */
static vg_str words(struct writer *w, const char *const *all) {
  vg_buf_reset(&w->said);
  vg_buf_reset(&w->set);
  vg_msg(&w->said, w->lang, all[0], all + 1);
  vg_msg_set(&w->set, w->lang, vg_buf_view(&w->said));
  return vg_buf_view(&w->set);
}
#define WORDS(w, ...) words((w), (const char *const[]){__VA_ARGS__, NULL})

static void put(struct writer *w, enum summary_part part, vg_str text) {
  w->sink(w->ctx, &(struct summary_line){.part = part, .text = text});
}

static vg_str day(char out[static VG_TIME_TEXT], enum vg_lang lang, vg_time t) {
  return vg_str_sub(vg_str_z(vg_time_say(out, lang, t)), 0, t == VG_NOTIME ? 0 : 10);
}

/* --- where it stands --- */

static vg_code since(struct writer *w, struct vg_err *err) {
  struct diagnosis before = {.measures = 0};
  struct progress p;
  struct vg_id pid;
  char chance[16];
  vg_code rc = prevention_diagnosis_before(w->tx, w->d, &pid, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_GO(prevention_diagnosis_find(w->tx, vg_id_str(&pid), &before, err));
  prevention_progress(&before, w->d, &p);
  if (p.both) {
    put(w, SUMMARY_TEXT, WORDS(w, "server.diagnosis.progress", VG_N(p.gained), VG_N(p.lost), VG_N(p.both)));
    put(w, SUMMARY_TEXT, WORDS(w, prevention_progress_id(&p), prevention_progress_percent(chance, &p)));
  }
out:
  prevention_diagnosis_fini(&before);
  return rc;
}

static vg_code standing(struct writer *w, struct vg_err *err) {
  const struct diagnosis *d = w->d;
  int asked = 0, known = 0;
  for (int i = 0; i < d->measures; i++) {
    asked += d->measure[i].answer != ANSWER_NA;
    known += d->measure[i].answer != ANSWER_NA && d->measure[i].answer != ANSWER_UNKNOWN;
  }
  const char *low = VG_D(w->lang, 0, 100 * d->low), *high = VG_D(w->lang, 0, 100 * d->high);
  put(w, SUMMARY_HEADING, WORDS(w, "prevention.summary.where"));
  if (known == asked)
    put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.exact", low, VG_N(asked)));
  else
    put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.between", low, high));
  w->sink(w->ctx, &(struct summary_line){.part = SUMMARY_METER, .low = d->low, .high = d->high});
  if (known < asked) {
    put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.known", VG_N(known), VG_N(asked)));
    if (d->coverage < .5)
      put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.little"));
  }
  if (d->said)
    put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.said", VG_N(d->said)));
  return since(w, err);
}

/* --- what to do first --- */

static bool to_do(const struct measure *m) {
  return !m->find_out && m->value > 0 && strcmp(m->adoption, "refused") != 0 && strcmp(m->adoption, "said") != 0;
}

/* ", " between, nothing before the first. */
static void list(struct vg_buf *b, bool *first, const char *text) {
  vg_buf_z(b, *first ? "" : ", ");
  vg_buf_z(b, text);
  *first = false;
}

static void threats(struct writer *w, const struct measure *m) {
  vg_str rest = vg_str_z(m->counters), kind;
  struct vg_buf kinds;
  bool first = true;
  vg_buf_init(&kinds, 512);
  while (vg_str_cut(&rest, ' ', &kind)) {
    const char *word = vg_msg_word(w->lang, "server.kind.", kind);
    if (word)
      list(&kinds, &first, word);
  }
  vg_buf_str(&w->why, first ? WORDS(w, "prevention.summary.all_kinds")
                            : WORDS(w, "prevention.summary.kinds", vg_buf_text(&kinds)));
  vg_buf_fini(&kinds);
}

/* A sentence of its own behind what was said before. */
static void also(struct writer *w, const char *id) {
  vg_buf_z(&w->why, w->why.n ? " " : "");
  vg_buf_str(&w->why, WORDS(w, id));
}

/* What was reported is told without its count: of a small sector it would tell of one company. */
static void exposure(struct writer *w, const struct measure *m) {
  struct vg_buf where;
  bool first = true;
  vg_buf_init(&where, 512);
  if (m->sector > 0)
    list(&where, &first, vg_msg_text(w->lang, "prevention.summary.sector"));
  if (m->size > 0)
    list(&where, &first, vg_msg_text(w->lang, "prevention.summary.size"));
  if (m->zone > 0)
    list(&where, &first, vg_msg_text(w->lang, "prevention.summary.zone"));
  if (!first) {
    vg_buf_z(&w->why, " ");
    vg_buf_str(&w->why, WORDS(w, "prevention.summary.reported", vg_buf_text(&where)));
  }
  if (m->live > 0)
    also(w, "prevention.summary.live");
  vg_buf_fini(&where);
}

static const char *const efforts[] = {"prevention.effort.1", "prevention.effort.2", "prevention.effort.3"};

static void measure(struct writer *w, const struct measure *m) {
  struct vg_buf title;
  vg_buf_init(&title, 400);
  vg_buf_reset(&w->why);
  threats(w, m);
  exposure(w, m);
  if (m->answer == ANSWER_PARTLY)
    also(w, "prevention.summary.partly");
  if (!strcmp(m->adoption, "accepted"))
    also(w, "prevention.summary.accepted");
  if (!strcmp(m->adoption, "doing"))
    also(w, "prevention.summary.doing");
  vg_buf_fmt(&title, "%s. %s", m->ref, prevention_measure_title(m, w->lang));
  w->sink(w->ctx, &(struct summary_line){.part = SUMMARY_MEASURE,
                                         .text = vg_buf_view(&title),
                                         .why = vg_buf_view(&w->why),
                                         .effort = vg_str_z(vg_msg_text(w->lang, efforts[m->effort - 1]))});
  vg_buf_fini(&title);
}

/* Three, and further ones while they are worth half of the first. */
static void first_measures(struct writer *w) {
  const struct diagnosis *d = w->d;
  double best = 0;
  int told = 0, more = 0;
  put(w, SUMMARY_HEADING, WORDS(w, "prevention.summary.first"));
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[d->rank[i]];
    if (!to_do(m))
      continue;
    best = told ? best : m->value;
    if (more || told == FIRST_MOST || (told >= FIRST_LEAST && m->value < best / 2)) {
      more++;
      continue;
    }
    measure(w, m);
    told++;
  }
  if (!told)
    put(w, SUMMARY_TEXT,
        WORDS(w, d->coverage < 1 ? "prevention.summary.nothing_known" : "prevention.summary.all_done"));
  else
    put(w, SUMMARY_NOTE, more ? WORDS(w, "prevention.summary.more", VG_N(more)) : WORDS(w, "prevention.summary.order"));
}

static void find_out(struct writer *w) {
  const struct diagnosis *d = w->d;
  int told = 0, more = 0;
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[d->rank[i]];
    if (!m->find_out)
      continue;
    if (told == FIND_MOST) {
      more++;
      continue;
    }
    if (!told++) {
      put(w, SUMMARY_HEADING, WORDS(w, "prevention.summary.find"));
      put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.find.sub"));
    }
    put(w, SUMMARY_ITEM, vg_str_z(prevention_measure_title(m, w->lang)));
  }
  if (more)
    put(w, SUMMARY_NOTE, WORDS(w, "prevention.summary.find.more", VG_N(more)));
}

/* --- whom to call, and when one meets again --- */

static void call_line(void *ctx, vg_str line) {
  struct writer *w = ctx;
  vg_buf_reset(&w->set);
  vg_msg_set(&w->set, w->lang, line);
  put(w, SUMMARY_ITEM, vg_buf_view(&w->set));
}

/* Who made it, while that is somebody's office. */
static vg_code call(struct writer *w, struct vg_err *err) {
  struct vg_buf name;
  vg_buf_init(&name, 200);
  put(w, SUMMARY_HEADING, WORDS(w, "prevention.sheet.call"));
  vg_code rc = store_get_text(
      w->tx, &name,
      "SELECT m.name FROM prevention_v_diagnosis d JOIN territory_v_mandate m ON m.person_pid = d.person WHERE d.id = "
      "$1 AND m.role IN ($2, $3) AND m.since <= $4 AND (m.until IS NULL OR m.until > $4) LIMIT 1",
      S_ARGS(S_INT(w->d->id), S_INT(ROLE_REFERENT), S_INT(ROLE_RESERVIST), S_TIME(store_now(w->tx))), NULL);
  if (rc == VG_OK || rc == VG_ENOTFOUND)
    rc = prevention_call_lines(w->tx, vg_str_z(w->d->zone), vg_buf_view(&name), w->lang, call_line, w, err);
  vg_buf_fini(&name);
  return rc;
}

static vg_code next_visit(struct writer *w, struct vg_err *err) {
  struct store_rows *q;
  vg_time now = store_now(w->tx), at = VG_NOTIME;
  char text[VG_TIME_TEXT];
  VG_TRY(store_query(w->tx, &q,
                     "SELECT at FROM prevention_v_action_full WHERE org = $1 AND kind = 'visit' AND state = 'planned' "
                     "AND at > $2 ORDER BY at LIMIT 1",
                     S_ARGS(S_INT(w->d->org), S_TIME(now)), err));
  if (store_next(q))
    at = store_time(q, 0);
  VG_TRY(store_done(&q, err));
  put(w, SUMMARY_HEADING, WORDS(w, "prevention.summary.next"));
  if (at != VG_NOTIME)
    put(w, SUMMARY_TEXT, WORDS(w, "prevention.summary.planned", vg_time_say(text, w->lang, at)));
  else if (w->d->follow_up != VG_NOTIME) {
    char on[16];
    vg_str_copy(on, sizeof on, day(text, w->lang, w->d->follow_up));
    put(w, SUMMARY_TEXT,
        WORDS(w, w->d->follow_up > now ? "prevention.summary.expected" : "prevention.summary.overdue", on));
  }
  return VG_OK;
}

vg_code prevention_each_summary(struct store_tx *tx, const struct diagnosis *d, enum vg_lang lang,
                                prevention_summary_sink *sink, void *ctx, struct vg_err *err) {
  struct writer w = {.tx = tx, .d = d, .lang = lang, .sink = sink, .ctx = ctx};
  vg_code rc = VG_OK;
  vg_buf_init(&w.said, 8192);
  vg_buf_init(&w.set, 8192);
  vg_buf_init(&w.why, 4096);
  VG_GO(standing(&w, err));
  first_measures(&w);
  find_out(&w);
  VG_GO(call(&w, err));
  VG_GO(next_visit(&w, err));
  VG_GO(vg_buf_check(&w.set, err));
  VG_GO(vg_buf_check(&w.why, err));
out:
  vg_buf_fini(&w.said);
  vg_buf_fini(&w.set);
  vg_buf_fini(&w.why);
  return rc;
}

/* --- on paper --- */

const char *prevention_measure_terms(char out[static MEASURE_TERMS], const struct measure *m, enum vg_lang lang) {
  snprintf(out, MEASURE_TERMS, "%d%s × %s × (1 + %s + %s + %s + %s) / %d%s", m->benefit,
           m->unsaid & UNSAID_BENEFIT ? "*" : "", VG_D(lang, 1, m->gap), VG_D(lang, 1, m->sector),
           VG_D(lang, 1, m->size), VG_D(lang, 1, m->zone), VG_D(lang, 1, m->live), m->find_out ? 1 : m->effort,
           m->unsaid & UNSAID_EFFORT && !m->find_out ? "*" : "");
  return out;
}

bool prevention_any_unsaid(const struct diagnosis *d) {
  bool any = false;
  for (int i = 0; i < d->measures; i++)
    any |= d->measure[i].unsaid != 0;
  return any;
}

const char *prevention_measure_answer(const struct measure *m) {
  static const char *const ids[] = {[ANSWER_UNKNOWN] = "server.answer.find_out",
                                    [ANSWER_NO] = "server.answer.no",
                                    [ANSWER_PARTLY] = "server.answer.partly",
                                    [ANSWER_YES] = "server.answer.yes",
                                    [ANSWER_NA] = "server.answer.na"};
  return m->conflict ? "server.answer.conflict" : ids[m->answer];
}

struct sheet {
  struct paper *p;
  enum vg_lang lang;
  bool table;
};

static void heading_cells(struct paper *p, enum vg_lang lang, const char *const *ids, size_t n) {
  for (size_t i = 0; i < n; i++)
    paper_cell(p, vg_str_z(vg_msg_text(lang, ids[i])));
}

static void on_paper(void *ctx, const struct summary_line *l) {
  static const unsigned share[] = {37, 35, 12, 16};
  static const char *const head[] = {"server.measure", "server.why", "server.framework.effort",
                                     "prevention.summary.who"};
  struct sheet *s = ctx;
  if (s->table && l->part != SUMMARY_MEASURE) {
    paper_table_end(s->p);
    s->table = false;
  }
  switch (l->part) {
  case SUMMARY_HEADING: paper_heading(s->p, 1, l->text); break;
  case SUMMARY_TEXT: paper_text(s->p, l->text); break;
  case SUMMARY_NOTE: paper_note(s->p, l->text); break;
  case SUMMARY_ITEM: paper_item(s->p, l->text); break;
  case SUMMARY_METER: paper_meter(s->p, l->low, l->high); break;
  case SUMMARY_MEASURE:
    if (!s->table) {
      paper_table(s->p, share, VG_COUNT(share));
      heading_cells(s->p, s->lang, head, VG_COUNT(head));
      s->table = true;
    }
    paper_cell(s->p, l->text);
    paper_cell(s->p, l->why);
    paper_cell(s->p, l->effort);
    paper_cell(s->p, VG_STR("")); /* to be written by hand */
    break;
  }
}

static void put_annex(struct paper *p, const struct diagnosis *d, enum vg_lang lang) {
  static const unsigned share[] = {6, 44, 12, 12, 26};
  static const char *const head[] = {"server.number", "server.measure", "server.diagnosis.answer", "server.adoption",
                                     "server.measure.value"};
  struct vg_buf value;
  char terms[MEASURE_TERMS];
  vg_buf_init(&value, 256);
  paper_page(p);
  paper_heading(p, 1, vg_str_z(vg_msg_text(lang, "prevention.summary.annex")));
  paper_note(p, vg_str_z(vg_msg_text(lang, "server.diagnosis.formula")));
  if (prevention_any_unsaid(d))
    paper_note(p, vg_str_z(vg_msg_text(lang, "prevention.unsaid")));
  paper_table(p, share, VG_COUNT(share));
  heading_cells(p, lang, head, VG_COUNT(head));
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[d->rank[i]];
    vg_buf_reset(&value);
    if (m->value > 0)
      vg_buf_fmt(&value, "%s = %s", VG_D(lang, 2, m->value), prevention_measure_terms(terms, m, lang));
    paper_cell(p, vg_str_z(m->ref));
    paper_cell(p, vg_str_z(prevention_measure_title(m, lang)));
    paper_cell(p, vg_str_z(vg_msg_text(lang, prevention_measure_answer(m))));
    paper_cell(p, m->adoption[0] ? vg_str_z(vg_msg_word(lang, "server.adoption.", vg_str_z(m->adoption))) : VG_STR(""));
    paper_cell(p, vg_buf_view(&value));
  }
  paper_table_end(p);
  vg_buf_fini(&value);
}

struct named {
  const struct diagnosis *d;
  enum vg_lang lang;
  char *out;
  size_t cap;
};
static vg_code take_name(void *ctx, const struct framework *f, struct vg_err *err) {
  const struct named *n = ctx;
  char code[160];
  (void)err;
  snprintf(code, sizeof code, "%.*s/%.*s", (int)f->code.n, f->code.p, (int)f->version.n, f->version.p);
  if (!strcmp(code, n->d->framework))
    vg_str_copy(n->out, n->cap, prevention_framework_name(f, n->lang));
  return VG_OK;
}

vg_code prevention_summary(struct store_tx *tx, const struct diagnosis *d, enum vg_lang lang, bool annex,
                           enum paper_format format, struct vg_buf *out, struct vg_err *err) {
  struct sheet s = {.lang = lang};
  struct vg_buf title, head;
  char framework[200] = "", made[VG_TIME_TEXT], on[16];
  struct named n = {d, lang, framework, sizeof framework};
  vg_code rc = VG_OK;
  vg_buf_init(&title, 1024);
  vg_buf_init(&head, 1024);
  VG_GO(prevention_each_framework(tx, take_name, &n, err));
  vg_str_copy(on, sizeof on, day(made, lang, d->made));
  vg_msg(&title, lang, "prevention.summary.title", (const char *const[]){d->org_name, NULL});
  vg_msg(&head, lang, "prevention.summary.head", (const char *const[]){on, framework, NULL});
  VG_GO(paper_new(&s.p, vg_buf_view(&title), vg_buf_view(&head), store_now(tx), err));
  paper_foot(s.p, vg_id_str(&d->pid));
  VG_GO(prevention_each_summary(tx, d, lang, on_paper, &s, err));
  if (annex)
    put_annex(s.p, d, lang);
  rc = paper_write(s.p, format, out, err);
out:
  paper_free(s.p);
  vg_buf_fini(&title);
  vg_buf_fini(&head);
  return rc;
}
