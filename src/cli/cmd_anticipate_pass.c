/* The instance's own counts: claims in, the weekly and the daily pass, forecasts out. */
#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "base/file.h"
#include "cli/quantiles.h"

#include <stdio.h>

extern const struct cli_command cmd_anticipate_claims, cmd_anticipate_daily, cmd_anticipate_forecasts,
    cmd_anticipate_weekly;

struct passing {
  struct cli *c;
  struct anticipate_pass_options o;
  struct anticipate_pass pass;
  struct cli_table *table;
  int64_t warned;
};

static void cell_number(struct cli_table *t, int digits, double x) {
  char text[32];
  snprintf(text, sizeof text, "%.*f", digits, x);
  cli_table_cellz(t, text);
}
static void cell_chance(struct cli_table *t, double p) {
  char text[32];
  snprintf(text, sizeof text, "%.2g", p);
  cli_table_cellz(t, text);
}

static void cell_series(struct cli *c, struct cli_table *t, vg_str key) {
  struct vg_buf words;
  vg_buf_init(&words, 8192);
  anticipate_series_name(&words, c->lang, key);
  cli_table_cell(t, vg_buf_view(&words));
  vg_buf_fini(&words);
}

/* The first day of the period. */
static vg_str day_of(char out[static VG_TIME_TEXT], vg_time t) {
  return vg_str_sub(vg_str_z(vg_time_text(out, t, false)), 0, 10);
}

static vg_code surge_row(struct passing *p, const struct anticipate_surge *s) {
  struct vg_buf word;
  vg_buf_init(&word, 400);
  vg_msg(&word, p->c->lang,
         s->level == ANTICIPATE_ALERT ? "cli.anticipate.level.alert" : "cli.anticipate.level.vigilance", NULL);
  cli_table_cellz(p->table, vg_buf_text(&word));
  vg_buf_reset(&word);
  vg_buf_z(&word, "cli.anticipate.outcome.");
  vg_buf_str(&word, s->outcome);
  struct vg_buf shown;
  vg_buf_init(&shown, 400);
  vg_msg(&shown, p->c->lang, vg_buf_text(&word), (const char *const[]){VG_T(s->veto), NULL});
  cli_table_cellz(p->table, vg_buf_text(&shown));
  vg_buf_fini(&shown);
  vg_buf_fini(&word);
  cell_series(p->c, p->table, s->series);
  cli_table_cell_int(p->table, s->observed);
  cell_number(p->table, 1, s->expected);
  cell_chance(p->table, s->p);
  cell_chance(p->table, s->adjusted);
  return VG_OK;
}

static vg_code say_surge(void *ctx, const struct anticipate_pass *pass, const struct anticipate_surge *s,
                         struct vg_err *err) {
  struct passing *p = ctx;
  struct vg_jw w;
  char day[VG_TIME_TEXT];
  (void)err;
  p->warned += vg_str_eqz(s->outcome, "raised") || vg_str_eqz(s->outcome, "kept");
  if (!p->c->json) /* what another one tells is only in the warning and in JSON */
    return vg_str_eqz(s->outcome, "part") ? VG_OK : surge_row(p, s);
  cli_json_begin(p->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "time", day_of(day, pass->period));
  vg_jw_kint(&w, "step_days", pass->step);
  vg_jw_kz(&w, "level", anticipate_level_name(s->level));
  vg_jw_kstr(&w, "outcome", s->outcome);
  vg_jw_kstr(&w, "series", s->series);
  vg_jw_kstr(&w, "method", s->method);
  vg_jw_kint(&w, "observed", s->observed);
  vg_jw_knum(&w, "expected", s->expected);
  vg_jw_knum(&w, "low", s->low);
  vg_jw_knum(&w, "high", s->high);
  vg_jw_knum(&w, "threshold", s->threshold);
  vg_jw_knum(&w, "p", s->p);
  vg_jw_knum(&w, "adjusted", s->adjusted);
  if (s->veto.n) {
    vg_jw_kstr(&w, "veto", s->veto);
    vg_jw_knum(&w, "share_before", s->share_before);
    vg_jw_knum(&w, "share_now", s->share_now);
  }
  vg_jw_end(&w);
  cli_json_end(p->c);
  return VG_OK;
}

static vg_code pass_now(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct passing *p = ctx;
  return anticipate_pass_run(tx, who, &p->o, say_surge, p, &p->pass, err);
}

/* "2026-03-09" is known when it begins: the pass looks at the week before it. */
static int run_pass(struct cli *c, const struct cli_command *self, bool daily, int argc, char **argv) {
  static const char *const heading[] = {"cli.anticipate.level",    "cli.anticipate.outcome",  "cli.anticipate.series",
                                        "cli.anticipate.observed", "cli.anticipate.expected", "cli.anticipate.p",
                                        "cli.anticipate.adjusted"};
  struct passing p = {.c = c, .o = {.as_of = VG_NOTIME, .daily = daily}};
  bool exit_code = false;
  const struct cli_option options[] = {
      {"as-of", CLI_TIME, &p.o.as_of}, {"preview", CLI_FLAG, &p.o.preview}, {"exit-code", CLI_FLAG, &exit_code}, {0}};
  int status = cli_parse(c, self, &argc, argv, options);
  char day[VG_TIME_TEXT];
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, self, "cli.too_many", argv[0]);
  if (!c->json)
    p.table = cli_table_new(c, heading, VG_COUNT(heading));
  status = p.o.preview ? cli_read(c, pass_now, &p) : cli_write(c, pass_now, &p);
  if (p.table)
    cli_table_print(p.table);
  if (status != CLI_OK)
    return status;
  const struct anticipate_pass *o = &p.pass;
  CLI_NOTE(c, p.o.preview ? "cli.anticipate.previewed" : "cli.anticipate.passed", VG_T(day_of(day, o->period)),
           VG_N(o->events), VG_N(o->tested), VG_N(o->raised), VG_N(o->kept), VG_N(o->withdrawn), VG_N(o->vetoed),
           VG_N(o->sealed), VG_N(o->scored));
  if (o->altered)
    CLI_NOTE(c, "cli.anticipate.altered", VG_N(o->altered));
  if (o->short_sources)
    CLI_NOTE(c, "cli.anticipate.young", VG_N(o->short_sources));
  return o->altered || (exit_code && p.warned) ? CLI_ATTENTION : CLI_OK;
}

static int run_weekly(struct cli *c, int argc, char **argv) {
  return run_pass(c, &cmd_anticipate_weekly, false, argc, argv);
}
static int run_daily(struct cli *c, int argc, char **argv) {
  return run_pass(c, &cmd_anticipate_daily, true, argc, argv);
}

/* --- claims ---------------------------------------------------------------------------------------------------------
 */
struct claiming {
  struct anticipate_claims in;
  struct anticipate_claims_read read;
  struct cli *c;
};

static void say_rejected(void *ctx, int64_t line, const struct vg_err *reason) {
  const struct claiming *k = ctx;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 14);
  vg_buf_fmt(&b, "%s:%lld: ", k->in.path, (long long)line);
  vg_err_render(&b, k->c->lang, reason);
  cli_error_line(vg_buf_text(&b));
  vg_buf_fini(&b);
}

static vg_code write_claims(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct claiming *k = ctx;
  return anticipate_claims_import(tx, who, &k->in, &k->read, err);
}

static int run_claims(struct cli *c, int argc, char **argv) {
  const char *source = NULL, *path = NULL;
  const struct cli_option options[] = {{"source", CLI_TEXT, &source}, {0}};
  struct claiming k = {.c = c};
  struct vg_err err = {0};
  struct vg_buf text;
  int status = cli_one_word(c, &cmd_anticipate_claims, argc, argv, options, "FILE", &path);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&text, 1u << 30);
  if (vg_file_read(path, &text, &err) != VG_OK) {
    vg_buf_fini(&text);
    return cli_fail(c, &err);
  }
  k.in = (struct anticipate_claims){vg_buf_view(&text), vg_str_z(source ? source : path), path, say_rejected, &k};
  status = cli_write(c, write_claims, &k);
  vg_buf_fini(&text);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "read", k.read.read);
    vg_jw_kint(&w, "added", k.read.added);
    vg_jw_kint(&w, "rejected", k.read.rejected);
    vg_jw_end(&w);
    cli_json_end(c);
  } else
    CLI_SAY(c, "cli.anticipate.claimed", VG_N(k.read.read), VG_N(k.read.added), VG_N(k.read.rejected));
  return k.read.rejected ? CLI_ATTENTION : CLI_OK;
}

/* --- forecasts ------------------------------------------------------------------------------------------------------
 */
struct forecasting {
  struct cli *c;
  struct cli_table *table;
  const char *series;
};

static vg_code forecast_json(struct cli *c, const struct anticipate_sealed *f) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "series", f->series);
  vg_jw_kint(&w, "step_days", f->step);
  vg_jw_ktime(&w, "origin", f->origin);
  vg_jw_ktime(&w, "target", f->target);
  vg_jw_kint(&w, "horizon", f->horizon);
  vg_jw_ktime(&w, "sealed", f->sealed);
  vg_jw_kbool(&w, "late", f->late);
  vg_jw_kint(&w, "ledger", f->leaf);
  quantiles_json(&w, f->quantile);
  if (f->scored) {
    vg_jw_kint(&w, "outcome", f->outcome);
    vg_jw_knum(&w, "wis", f->wis);
    vg_jw_knum(&w, "wis_naive", f->wis_naive);
    vg_jw_kbool(&w, "in50", f->in50);
    vg_jw_kbool(&w, "in95", f->in95);
  }
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static vg_code say_forecast(void *ctx, const struct anticipate_sealed *f, struct vg_err *err) {
  struct forecasting *p = ctx;
  char day[VG_TIME_TEXT], text[64];
  (void)err;
  if (!p->table)
    return forecast_json(p->c, f);
  cell_series(p->c, p->table, f->series);
  cli_table_cell(p->table, day_of(day, f->target));
  cli_table_cell_int(p->table, f->horizon);
  cell_number(p->table, 1, f->quantile[11]);
  snprintf(text, sizeof text, "%.1f-%.1f", f->quantile[6], f->quantile[16]);
  cli_table_cellz(p->table, text);
  snprintf(text, sizeof text, "%.1f-%.1f", f->quantile[1], f->quantile[21]);
  cli_table_cellz(p->table, text);
  cli_table_cellz(p->table, f->scored ? VG_N(f->outcome) : "");
  if (f->scored)
    cell_number(p->table, 2, f->wis);
  else
    cli_table_cellz(p->table, "");
  return VG_OK;
}

static vg_code read_forecasts(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct forecasting *p = ctx;
  struct anticipate_sealed_record r;
  char a[24], b[24], d[24];
  (void)who;
  VG_TRY(anticipate_each_sealed(tx, vg_str_z(p->series), say_forecast, p, err));
  if (p->table)
    cli_table_print(p->table);
  for (int late = 0; late < 2; late++) {
    VG_TRY(anticipate_sealed_score(tx, vg_str_z(p->series), late, &r, err));
    snprintf(a, sizeof a, "%.3f", r.wis_naive > 0 ? r.wis / r.wis_naive : 0);
    snprintf(b, sizeof b, "%.3f", r.cover50);
    snprintf(d, sizeof d, "%.3f", r.cover95);
    if (r.scored)
      CLI_NOTE(p->c, late ? "cli.anticipate.scored.late" : "cli.anticipate.scored", VG_N(r.scored), a, b, d);
  }
  return VG_OK;
}

static int run_forecasts(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.anticipate.series",   "cli.anticipate.time", "cli.anticipate.horizon",
                                        "cli.anticipate.q50",      "cli.anticipate.half", "cli.anticipate.most",
                                        "cli.anticipate.observed", "cli.anticipate.wis"};
  struct forecasting p = {.c = c, .series = ""};
  const struct cli_option options[] = {{"series", CLI_TEXT, &p.series}, {0}};
  int status = cli_no_word(c, &cmd_anticipate_forecasts, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  p.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  return cli_read(c, read_forecasts, &p);
}

const struct cli_command cmd_anticipate_claims = {"anticipate claims", "cli.anticipate.claims",
                                                  "cli.anticipate.claims.usage", run_claims};
const struct cli_command cmd_anticipate_daily = {"anticipate daily", "cli.anticipate.daily",
                                                 "cli.anticipate.daily.usage", run_daily};
const struct cli_command cmd_anticipate_forecasts = {"anticipate forecasts", "cli.anticipate.forecasts",
                                                     "cli.anticipate.forecasts.usage", run_forecasts};
const struct cli_command cmd_anticipate_weekly = {"anticipate weekly", "cli.anticipate.weekly",
                                                  "cli.anticipate.weekly.usage", run_weekly};
