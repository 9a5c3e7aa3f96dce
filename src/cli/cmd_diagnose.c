#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "prevention/prevention.h"

extern const struct cli_command cmd_diagnose_open, cmd_diagnose_answer, cmd_diagnose_adopt, cmd_diagnose_show,
    cmd_diagnose_list;

struct order {
  struct cli *c;
  const char *id, *org, *action, *framework, *state, *reason;
  const char *const *answers;
  size_t count;
  const char *word; /* the measure as it was named */
  int64_t measure;
  int most; /* measures to show at a terminal, 0 all */
  struct vg_id pid;
};

static void percent(char out[static 16], double x) { snprintf(out, 16, "%.0f", 100 * x); }

static void measure_json(struct vg_jw *w, const struct measure *m, enum vg_lang lang, int rank) {
  vg_jw_obj(w);
  vg_jw_kint(w, "rank", rank);
  vg_jw_kint(w, "measure", m->number);
  vg_jw_kz(w, "ref", m->ref);
  vg_jw_kz(w, "theme", prevention_measure_theme(m, lang));
  vg_jw_kz(w, "title", prevention_measure_title(m, lang));
  vg_jw_kz(w, "answer", prevention_answer_name(m->answer));
  vg_jw_kz(w, "adoption", m->adoption);
  vg_jw_kbool(w, "find_out", m->find_out);
  vg_jw_kbool(w, "conflict", m->conflict || m->adoption_conflict);
  vg_jw_kint(w, "benefit", m->benefit);
  vg_jw_kint(w, "effort", m->effort);
  vg_jw_kbool(w, "benefit_unsaid", (m->unsaid & UNSAID_BENEFIT) != 0);
  vg_jw_kbool(w, "effort_unsaid", (m->unsaid & UNSAID_EFFORT) != 0);
  vg_jw_knum(w, "gap", m->gap);
  vg_jw_knum(w, "sector", m->sector);
  vg_jw_knum(w, "size", m->size);
  vg_jw_knum(w, "zone", m->zone);
  vg_jw_knum(w, "live", m->live);
  vg_jw_knum(w, "value", m->value);
  vg_jw_end(w);
}

static void measure_row(struct show *s, const struct measure *m) {
  struct cli_table *t = show_row(s);
  char terms[MEASURE_TERMS];
  cli_table_cellz(t, m->ref);
  cli_table_cellz(t, prevention_measure_title(m, s->c->lang));
  cli_table_cellz(t, vg_msg_text(s->c->lang, prevention_measure_answer(m)));
  cli_table_cellz(t, show_wordz(s->c, "server.adoption.", m->adoption));
  cli_table_cellz(t, VG_D(s->c->lang, 2, m->value));
  cli_table_cellz(t, prevention_measure_terms(terms, m, s->c->lang));
}

static void head(struct show *s, const struct diagnosis *d) {
  char low[16], high[16], coverage[16];
  show_text(s, "cli.col.id", "id", vg_str_z(d->pid.s));
  show_text(s, "cli.col.name", "organisation", vg_str_z(d->org_name));
  show_text(s, "cli.col.zone", "zone", vg_str_z(d->zone));
  show_text(s, "cli.col.framework", "framework", vg_str_z(d->framework));
  show_time(s, "cli.col.made", "made", d->made);
  show_time(s, "cli.col.follow_up", "follow_up", d->follow_up);
  percent(low, d->low);
  percent(high, d->high);
  percent(coverage, d->coverage);
  if (s->w) {
    vg_jw_knum(s->w, "low", d->low);
    vg_jw_knum(s->w, "high", d->high);
    vg_jw_knum(s->w, "coverage", d->coverage);
    vg_jw_kint(s->w, "said", d->said);
  } else {
    CLI_SAY(s->c, "cli.diagnose_show.score", low, high, coverage);
    if (d->said)
      CLI_SAY(s->c, "cli.diagnose_show.said", VG_N(d->said));
  }
}

/* What two instances answered differently. */
static vg_code version(void *ctx, int64_t measure, vg_str what, vg_str value, vg_str person, vg_time at,
                       struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kint(s->w, "measure", measure);
    vg_jw_kstr(s->w, "what", what);
    vg_jw_kstr(s->w, "value", value);
    vg_jw_kstr(s->w, "person", person);
    vg_jw_ktime(s->w, "at", at);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell_int(t, measure);
  cli_table_cell(t, what);
  cli_table_cell(t, value);
  cli_table_cell(t, person);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, at));
  return VG_OK;
}

/* Since the company's diagnosis before this one, if there is one. */
static vg_code since(struct store_tx *tx, struct show *s, const struct diagnosis *d, struct vg_err *err) {
  struct diagnosis before = {.measures = 0};
  struct progress p;
  struct vg_id pid;
  char chance[16];
  vg_code rc = prevention_diagnosis_before(tx, d, &pid, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_GO(prevention_diagnosis_find(tx, vg_id_str(&pid), &before, err));
  prevention_progress(&before, d, &p);
  if (s->w) {
    vg_jw_key(s->w, "since");
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "before", pid.s);
    vg_jw_kint(s->w, "answered_both", p.both);
    vg_jw_kint(s->w, "gained", p.gained);
    vg_jw_kint(s->w, "lost", p.lost);
    vg_jw_knum(s->w, "exact_p", p.p);
    vg_jw_end(s->w);
  } else if (p.both) {
    CLI_SAY(s->c, "server.diagnosis.progress", VG_N(p.gained), VG_N(p.lost), VG_N(p.both));
    CLI_SAY(s->c, prevention_progress_id(&p), prevention_progress_percent(chance, &p));
  }
out:
  prevention_diagnosis_fini(&before);
  return rc;
}

static vg_code show_one(struct store_tx *tx, const struct actor *who, const struct order *o, struct diagnosis *d,
                        struct vg_err *err) {
  static const char *const heading[] = {"cli.col.measure",  "cli.col.title", "cli.col.answer",
                                        "cli.col.adoption", "cli.col.value", "cli.col.terms"};
  static const char *const twice[] = {"cli.col.measure", "cli.col.what", "cli.col.answer", "cli.col.by", "cli.col.at"};
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(prevention_diagnosis_find(tx, o->id ? vg_str_z(o->id) : vg_id_str(&o->pid), d, err));
  VG_TRY(prevention_rank(tx, d, err));
  VG_TRY(territory_access(tx, who, d->org, err));
  show_open(&s);
  head(&s, d);
  VG_TRY(since(tx, &s, d, err));
  show_list(&s, "measures", "cli.diagnose_show.measures", heading, VG_COUNT(heading));
  int more = 0;
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[d->rank[i]];
    if (s.w)
      measure_json(&w, m, o->c->lang, i + 1);
    else if (m->value <= 0 && !m->adoption[0])
      continue;
    else if (o->most && i >= o->most)
      more++;
    else
      measure_row(&s, m);
  }
  show_end(&s);
  if (more)
    CLI_SAY(o->c, "cli.diagnose_answer.more", VG_N(more), d->pid.s);
  if (!s.w && prevention_any_unsaid(d))
    CLI_SAY(o->c, "prevention.unsaid");
  show_list(&s, "conflicts", "cli.diagnose_show.conflicts", twice, VG_COUNT(twice));
  vg_code rc = prevention_each_conflict(tx, d->id, version, &s, err);
  show_end(&s);
  show_close(&s);
  return rc;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  vg_code rc = show_one(tx, who, ctx, &d, err);
  prevention_diagnosis_fini(&d);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_diagnose_show, argc, argv, options, "ID", &o.id);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

static vg_code open_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  return prevention_diagnosis_open(tx, who, &org, vg_str_z(o->framework), vg_str_z(o->action), &o->pid, err);
}

static int run_open(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .action = "", .framework = ""};
  const struct cli_option options[] = {
      {"org", CLI_TEXT, &o.org}, {"action", CLI_TEXT, &o.action}, {"framework", CLI_TEXT, &o.framework}, {0}};
  int status = cli_no_word(c, &cmd_diagnose_open, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.org)
    return cli_usage(c, &cmd_diagnose_open, "cli.missing", "--org");
  if ((status = cli_write(c, open_it, &o)) != CLI_OK)
    return status;
  if (c->json)
    return cli_read(c, show, &o);
  CLI_SAY(c, "cli.diagnose_open.done", o.pid.s);
  return CLI_OK;
}

/* REF=ANSWER becomes NUMBER=ANSWER; what names no measure stays, to be refused. */
static vg_code answer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct diagnosis d = {.measures = 0};
  struct vg_buf text;
  vg_code rc = prevention_diagnosis_find(tx, vg_str_z(o->id), &d, err);
  const char **words = calloc(o->count, sizeof *words);
  size_t *at = calloc(o->count, sizeof *at);
  vg_buf_init(&text, 1 << 20);
  if (rc == VG_OK && (!words || !at))
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (size_t i = 0; rc == VG_OK && i < o->count; i++) {
    vg_str value = vg_str_z(o->answers[i]), name;
    int64_t n = vg_str_cut(&value, '=', &name) && value.p ? prevention_measure_named(&d, name) : 0;
    at[i] = text.n;
    if (n)
      vg_buf_fmt(&text, "%lld=%.*s", (long long)n, (int)value.n, value.p);
    else
      vg_buf_z(&text, o->answers[i]);
    vg_buf_byte(&text, 0);
    rc = vg_buf_check(&text, err);
  }
  for (size_t i = 0; rc == VG_OK && i < o->count; i++)
    words[i] = (const char *)text.p + at[i];
  if (rc == VG_OK)
    rc = prevention_diagnosis_answer(tx, who, vg_str_z(o->id), words, o->count, err);
  prevention_diagnosis_fini(&d);
  vg_buf_fini(&text);
  free(at);
  free(words);
  return rc;
}

static int run_answer(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_diagnose_answer, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 2)
    return cli_usage(c, &cmd_diagnose_answer, "cli.missing", argc ? "N=ANSWER" : "ID");
  struct order o = {.c = c,
                    .id = argv[0],
                    .answers = (const char *const *)(const void *)(argv + 1),
                    .count = (size_t)argc - 1,
                    .most = 10};
  status = cli_write(c, answer, &o);
  return status != CLI_OK ? status : cli_read(c, show, &o);
}

static vg_code adopt(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct diagnosis d = {.measures = 0};
  vg_code rc = prevention_diagnosis_find(tx, vg_str_z(o->id), &d, err);
  if (rc == VG_OK && !(o->measure = prevention_measure_named(&d, vg_str_z(o->word))))
    rc = VG_FAIL(err, VG_EDATA, "prevention.no_measure", o->word, d.framework);
  prevention_diagnosis_fini(&d);
  return rc != VG_OK ? rc : prevention_adopt(tx, who, vg_str_z(o->id), o->measure, o->state, vg_str_z(o->reason), err);
}

/* The measure that it was about; --json: the whole diagnosis. */
static vg_code adopted(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct diagnosis d = {.measures = 0};
  if (o->c->json)
    return show(tx, who, ctx, err);
  vg_code rc = prevention_diagnosis_find(tx, vg_str_z(o->id), &d, err);
  for (int i = 0; rc == VG_OK && i < d.measures; i++)
    if (d.measure[i].number == o->measure)
      CLI_SAY(o->c, "cli.diagnose_adopt.done", d.org_name, d.measure[i].ref,
              prevention_measure_title(&d.measure[i], o->c->lang), d.measure[i].adoption);
  prevention_diagnosis_fini(&d);
  return rc;
}

static int run_adopt(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .reason = ""};
  const struct cli_option options[] = {{"state", CLI_TEXT, &o.state}, {"reason", CLI_TEXT, &o.reason}, {0}};
  int status = cli_parse(c, &cmd_diagnose_adopt, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_diagnose_adopt, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2]
                     : argc   ? "MEASURE"
                              : "ID");
  if (!o.state)
    return cli_usage(c, &cmd_diagnose_adopt, "cli.missing", "--state");
  o.id = argv[0];
  o.word = argv[1];
  status = cli_write(c, adopt, &o);
  return status != CLI_OK ? status : cli_read(c, adopted, &o);
}

struct listed {
  struct cli *c;
  struct cli_table *table;
  struct store_tx *tx;
  const struct actor *who;
  bool due;
};

static vg_code row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  const struct listed *l = ctx;
  (void)err;
  if (territory_access(l->tx, l->who, d->org, NULL) != VG_OK)
    return VG_OK;
  if (l->c->json) {
    struct vg_jw w;
    struct show s = {.c = l->c, .w = &w};
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    head(&s, d);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  char low[16], high[16], coverage[16], score[40];
  percent(low, d->low);
  percent(high, d->high);
  percent(coverage, d->coverage);
  snprintf(score, sizeof score, "[%s ; %s] %%", low, high);
  const char *cells[] = {cli_time((char[VG_TIME_TEXT]){0}, l->c, d->made),      d->org_name, d->zone, score, coverage,
                         cli_time((char[VG_TIME_TEXT]){0}, l->c, d->follow_up), d->pid.s};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code due_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  const struct listed *l = ctx;
  struct diagnosis whole = {.measures = 0};
  vg_code rc = prevention_diagnosis_find(l->tx, vg_id_str(&d->pid), &whole, err);
  if (rc == VG_OK)
    rc = row(ctx, &whole, err);
  prevention_diagnosis_fini(&whole);
  return rc;
}

static vg_code read_list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listed *l = ctx;
  l->tx = tx;
  l->who = who;
  return l->due ? prevention_each_visit_due(tx, who, 0, due_row, l, err)
                : prevention_each_diagnosis(tx, 0, row, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.made",     "cli.col.name",      "cli.col.zone", "cli.col.score",
                                        "cli.col.coverage", "cli.col.follow_up", "cli.col.id"};
  struct listed l = {.c = c};
  const struct cli_option options[] = {{"due", CLI_FLAG, &l.due}, {0}};
  int status = cli_no_word(c, &cmd_diagnose_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  l.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_list, &l);
  if (l.table)
    cli_table_print(l.table);
  return status;
}

const struct cli_command cmd_diagnose_open = {"diagnose open", "cli.diagnose_open", "cli.diagnose_open.usage",
                                              run_open};
const struct cli_command cmd_diagnose_answer = {"diagnose answer", "cli.diagnose_answer", "cli.diagnose_answer.usage",
                                                run_answer};
const struct cli_command cmd_diagnose_adopt = {"diagnose adopt", "cli.diagnose_adopt", "cli.diagnose_adopt.usage",
                                               run_adopt};
const struct cli_command cmd_diagnose_show = {"diagnose show", "cli.diagnose_show", "cli.diagnose_show.usage",
                                              run_show};
const struct cli_command cmd_diagnose_list = {"diagnose list", "cli.diagnose_list", "cli.diagnose_list.usage",
                                              run_list};
