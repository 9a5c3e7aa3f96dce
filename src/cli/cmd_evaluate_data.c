#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "evaluation/evaluation.h"
#include "territory/territory.h"

extern const struct cli_command cmd_evaluate_questionnaire, cmd_evaluate_questionnaires, cmd_evaluate_attach,
    cmd_evaluate_counts, cmd_evaluate_figures, cmd_evaluate_rows;

enum { FORM_MAX = 1 << 20, COUNTS_MAX = 64 << 20 };

/* --- evaluate questionnaire, evaluate questionnaires --- */

struct form {
  const char *path;
  char code[40];
  int64_t version;
  struct vg_buf in;
};

static vg_code add_form(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct form *f = ctx;
  if (strcmp(f->path, "standard") == 0)
    return evaluation_questionnaire_add(tx, who, vg_str_z(evaluation_standard), f->code, &f->version, err);
  VG_TRY(vg_file_read(f->path, &f->in, err));
  return evaluation_questionnaire_add(tx, who, vg_buf_view(&f->in), f->code, &f->version, err);
}

static int run_questionnaire(struct cli *c, int argc, char **argv) {
  struct form f = {0};
  const struct cli_option options[] = {{"code", CLI_WORDS, CLI_ROOM(f.code)}, {0}};
  char name[64];
  int status = cli_one_word(c, &cmd_evaluate_questionnaire, argc, argv, options, "FILE", &f.path);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&f.in, FORM_MAX);
  c->file = f.path;
  status = cli_write(c, add_form, &f);
  vg_buf_fini(&f.in);
  if (status != CLI_OK)
    return status;
  snprintf(name, sizeof name, "%s@%lld", f.code, (long long)f.version);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "questionnaire", name);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.evaluate_questionnaire.done", name);
  }
  return CLI_OK;
}

static vg_code form_row(void *ctx, const struct evaluation_questionnaire *q, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char when[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "code", q->code);
    vg_jw_kint(&w, "version", q->version);
    vg_jw_kint(&w, "questions", q->questions);
    vg_jw_kstr(&w, "sha256", q->sha256);
    vg_jw_kint(&w, "entry", q->entry);
    vg_jw_ktime(&w, "added", q->added);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, q->code);
  cli_table_cell_int(l->table, q->version);
  cli_table_cell_int(l->table, q->questions);
  cli_table_cellz(l->table, cli_time(when, l->c, q->added));
  cli_table_cell(l->table, q->sha256);
  return VG_OK;
}

static vg_code read_forms(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return evaluation_each_questionnaire(tx, form_row, l, err);
}

static int run_questionnaires(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.code", "cli.col.version", "cli.col.questions", "cli.col.from",
                                        "cli.col.sha256"};
  return cli_list_all(c, &cmd_evaluate_questionnaires, argc, argv, heading, VG_COUNT(heading), read_forms);
}

/* --- evaluate attach, evaluate counts --- */

struct counts {
  const char *id, *kind, *path;
  vg_time from, to, since;
  struct vg_buf text;
};

static vg_code attach(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct counts *k = ctx;
  VG_TRY(vg_file_read(k->path, &k->text, err));
  return evaluation_data_add(tx, who, vg_str_z(k->id), vg_str_z(k->kind), vg_buf_view(&k->text), err);
}

static int run_attach(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct counts k = {0};
  int status = cli_parse(c, &cmd_evaluate_attach, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 3)
    return cli_usage(c, &cmd_evaluate_attach, argc > 3 ? "cli.too_many" : "cli.missing",
                     argc > 3 ? argv[3] : "ID did|survival FILE");
  k = (struct counts){.id = argv[0], .kind = argv[1], .path = argv[2]};
  vg_buf_init(&k.text, COUNTS_MAX);
  c->file = k.path;
  if ((status = cli_write(c, attach, &k)) == CLI_OK)
    CLI_NOTE(c, "cli.evaluate_attach.done", k.kind, k.id);
  vg_buf_fini(&k.text);
  return status;
}

static vg_code count(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct counts *k = ctx;
  (void)who;
  return evaluation_counts(tx, vg_str_z(k->kind), k->from, k->to, k->since, &k->text, err);
}

static int run_counts(struct cli *c, int argc, char **argv) {
  struct counts k = {.from = VG_NOTIME, .to = vg_now(&c->clock), .since = VG_NOTIME};
  const struct cli_option options[] = {
      {"from", CLI_TIME, &k.from}, {"to", CLI_TIME, &k.to}, {"since", CLI_TIME, &k.since}, {0}};
  int status = cli_one_word(c, &cmd_evaluate_counts, argc, argv, options, "did|survival", &k.kind);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&k.text, COUNTS_MAX);
  if ((status = cli_read(c, count, &k)) == CLI_OK)
    printf("%.*s", (int)k.text.n, k.text.p);
  vg_buf_fini(&k.text);
  return status;
}

/* --- evaluate figures, evaluate rows --- */

struct figures {
  enum regime of; /* of rows; REGIME_ANY: the figure\'s own */
  struct cli *c;
  struct cli_table *table;
  const char *code, *zone;
  vg_time from, to;
  bool by_zone, before;
};

static vg_code span_of(struct store_tx *tx, const struct figures *f, struct evaluation_span *out, struct vg_err *err) {
  *out = (struct evaluation_span){f->from, f->to, f->zone, f->before};
  return f->zone[0] ? territory_zone_check(tx, f->zone, err) : VG_OK;
}

/* "1.42 [0.68; 2.96] up", of the rates where the exposure is known; empty without a period before. */
static const char *trend_text(char out[static 128], struct cli *c, const struct evaluation_figure *f) {
  static const char *const rate[] = {"server.figures.down", "server.figures.flat", "server.figures.up"};
  static const char *const alone[] = {"server.figures.down_count", "server.figures.flat", "server.figures.up_count"};
  bool known = evaluation_exposed(f);
  double scale = known ? f->exposed_before / f->exposed : 1;
  char ratio[24] = "–";
  out[0] = 0;
  if (f->before > 0)
    snprintf(ratio, sizeof ratio, "%.3g", scale * (double)f->count / (double)f->before);
  if (f->before >= 0)
    snprintf(out, 128, "%s [%.3g; %.3g] %s", ratio, scale * f->lo, scale * f->hi,
             vg_msg_text(c->lang, (known ? rate : alone)[evaluation_trend(f) + 1]));
  return out;
}

/* "23.4 company-years" */
static const char *exposure_text(char out[static 96], struct cli *c, const struct evaluation_figure *f) {
  char id[64];
  struct vg_buf b;
  snprintf(id, sizeof id, "server.exposure.%s", f->unit ? f->unit : "none");
  vg_buf_init(&b, 95);
  vg_msg(&b, c->lang, id,
         (const char *const[]){evaluation_exposure_plural(f->exposed), VG_D(c->lang, -1, f->exposed), NULL});
  vg_str_copy(out, 96, vg_buf_view(&b));
  vg_buf_fini(&b);
  return out;
}

static vg_code zone_figure_row(void *ctx, const char *zone, const struct evaluation_figure *f, struct vg_err *err) {
  static const char *const word[] = {"down", "flat", "up"};
  struct figures *k = ctx;
  char id[64], text[128], exposure[96];
  (void)err;
  snprintf(id, sizeof id, "server.figure.%s", f->code);
  if (k->c->json) {
    struct vg_jw w;
    cli_json_begin(k->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "figure", f->code);
    vg_jw_kint(&w, "count", f->count);
    vg_jw_kz(&w, "harm", f->harm);
    vg_jw_kz(&w, "regime", f->regime);
    vg_jw_kz(&w, "zone", zone[0] ? zone : NULL);
    vg_jw_knum(&w, "before", f->before < 0 ? (double)NAN : (double)f->before);
    vg_jw_knum(&w, "ratio", f->before > 0 ? (double)f->count / (double)f->before : (double)NAN);
    vg_jw_knum(&w, "lo", f->lo);
    vg_jw_knum(&w, "hi", f->hi);
    vg_jw_kz(&w, "unit", f->unit);
    vg_jw_knum(&w, "exposure", f->unit ? f->exposed : (double)NAN);
    vg_jw_knum(&w, "exposure_before", f->unit && f->before >= 0 ? f->exposed_before : (double)NAN);
    vg_jw_knum(&w, "rate_lo", f->rate_lo);
    vg_jw_knum(&w, "rate_hi", f->rate_hi);
    vg_jw_kz(&w, "trend", f->before < 0 ? NULL : word[evaluation_trend(f) + 1]);
    vg_jw_kz(&w, "trend_of", f->before < 0 ? NULL : evaluation_exposed(f) ? "rate" : "count");
    vg_jw_end(&w);
    cli_json_end(k->c);
    return VG_OK;
  }
  if (k->by_zone)
    cli_table_cellz(k->table, zone);
  cli_table_cellz(k->table, f->code);
  cli_table_cell_int(k->table, f->count);
  if (f->before < 0)
    cli_table_cellz(k->table, "");
  else
    cli_table_cell_int(k->table, f->before);
  cli_table_cellz(k->table, exposure_text(exposure, k->c, f));
  cli_table_cellz(k->table, trend_text(text, k->c, f));
  cli_table_cellz(k->table, f->harm ? f->harm : "");
  cli_table_cellz(k->table, vg_msg_text(k->c->lang, id));
  return VG_OK;
}

static vg_code figure_row(void *ctx, const struct evaluation_figure *f, struct vg_err *err) {
  struct figures *k = ctx;
  return zone_figure_row(k, k->zone, f, err);
}

static vg_code read_figures(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct figures *k = ctx;
  struct evaluation_span span;
  (void)who;
  VG_TRY(span_of(tx, k, &span, err));
  return k->by_zone ? evaluation_each_zone(tx, k->code, &span, zone_figure_row, k, err)
                    : evaluation_each_figure(tx, &span, figure_row, k, err);
}

static int run_figures(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.zone",     "cli.col.figure", "cli.col.count", "cli.col.before",
                                        "cli.col.exposure", "cli.col.trend",  "cli.col.harm",  "cli.col.what"};
  struct figures k = {.c = c, .zone = "", .from = 0, .to = vg_now(&c->clock) + 1};
  const struct cli_option options[] = {{"from", CLI_TIME, &k.from},   {"to", CLI_TIME, &k.to},
                                       {"zone", CLI_TEXT, &k.zone},   {"by-zone", CLI_FLAG, &k.by_zone},
                                       {"figure", CLI_TEXT, &k.code}, {0}};
  int status = cli_no_word(c, &cmd_evaluate_figures, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (k.code && !k.by_zone)
    return cli_usage(c, &cmd_evaluate_figures, "cli.missing", "--by-zone");
  if (k.by_zone && k.zone[0])
    return cli_usage(c, &cmd_evaluate_figures, "cli.too_many", "--zone");
  size_t first = k.by_zone ? 0 : 1;
  k.table = c->json ? NULL : cli_table_new(c, heading + first, VG_COUNT(heading) - first);
  status = cli_read(c, read_figures, &k);
  if (k.table)
    cli_table_print(k.table);
  return status;
}

static vg_code one_row(void *ctx, const struct evaluation_row *row, struct vg_err *err) {
  struct figures *k = ctx;
  char when[VG_TIME_TEXT];
  (void)err;
  if (k->c->json) {
    struct vg_jw w;
    cli_json_begin(k->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "ref", row->ref);
    vg_jw_kstr(&w, "label", row->label);
    vg_jw_kstr(&w, "zone", row->zone);
    vg_jw_ktime(&w, "time", row->at);
    vg_jw_kbool(&w, "apart", row->apart);
    vg_jw_end(&w);
    cli_json_end(k->c);
    return VG_OK;
  }
  cli_table_cellz(k->table, cli_time(when, k->c, row->at));
  cli_table_cell(k->table, row->zone);
  cli_table_cell(k->table, row->label);
  cli_table_cell(k->table, row->ref);
  return VG_OK;
}

static vg_code read_rows(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct figures *k = ctx;
  struct evaluation_span span;
  VG_TRY(span_of(tx, k, &span, err));
  return evaluation_each_row(tx, who, k->code, &span, k->of, one_row, k, err);
}

static int run_rows(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.at", "cli.col.zone", "cli.col.what", "cli.col.ref"};
  struct figures k = {.c = c, .zone = "", .from = 0, .to = vg_now(&c->clock) + 1};
  const char *regime = "", *motive = NULL;
  const struct cli_option options[] = {{"from", CLI_TIME, &k.from},
                                       {"to", CLI_TIME, &k.to},
                                       {"zone", CLI_TEXT, &k.zone},
                                       {"before", CLI_FLAG, &k.before},
                                       {"regime", CLI_TEXT, &regime},
                                       {"motive", CLI_TEXT, &motive},
                                       {0}};
  int status = cli_one_word(c, &cmd_evaluate_rows, argc, argv, options, "FIGURE", &k.code);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((*regime && (status = show_regime(c, &cmd_evaluate_rows, regime, motive, &k.of)) != CLI_OK) ||
      (k.of != REGIME_ANY && (status = show_combine(c, k.of, motive)) != CLI_OK))
    return status;
  k.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_rows, &k);
  if (k.table)
    cli_table_print(k.table);
  return status;
}

const struct cli_command cmd_evaluate_questionnaire = {"evaluate questionnaire", "cli.evaluate_questionnaire",
                                                       "cli.evaluate_questionnaire.usage", run_questionnaire};
const struct cli_command cmd_evaluate_questionnaires = {"evaluate questionnaires", "cli.evaluate_questionnaires",
                                                        "cli.evaluate_questionnaires.usage", run_questionnaires};
const struct cli_command cmd_evaluate_attach = {"evaluate attach", "cli.evaluate_attach", "cli.evaluate_attach.usage",
                                                run_attach};
const struct cli_command cmd_evaluate_counts = {"evaluate counts", "cli.evaluate_counts", "cli.evaluate_counts.usage",
                                                run_counts};
const struct cli_command cmd_evaluate_figures = {"evaluate figures", "cli.evaluate_figures",
                                                 "cli.evaluate_figures.usage", run_figures};
const struct cli_command cmd_evaluate_rows = {"evaluate rows", "cli.evaluate_rows", "cli.evaluate_rows.usage",
                                              run_rows};
