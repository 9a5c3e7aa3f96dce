#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "base/file.h"

#include <stdio.h>

extern const struct cli_command cmd_anticipate_backtest;

static const char *fixed(char out[static 24], double v, int digits) {
  snprintf(out, 24, "%.*f", digits, v);
  return out;
}

static double share(int64_t part, int64_t whole) { return whole ? (double)part / (double)whole : 0; }

static void say_rules(struct cli *c, const struct anticipate_backtest *b) {
  static const char *const head[] = {"cli.backtest.rule", "cli.backtest.planted", "cli.backtest.late",
                                     "cli.backtest.met",  "cli.backtest.false",   "cli.backtest.episodes"};
  struct cli_table *t = cli_table_new(c, head, VG_COUNT(head));
  char text[24], id[48];
  for (int i = 0; i < ANTICIPATE_RULES; i++) {
    snprintf(id, sizeof id, "cli.backtest.rule.%s", b->warning[i].method);
    cli_table_cellz(t, vg_msg_text(c->lang, id));
    cli_table_cellz(t, fixed(text, share(b->warning[i].found, b->warning[i].planted), 3));
    cli_table_cellz(t, fixed(text, b->warning[i].rows_late, 1));
    cli_table_cellz(t, fixed(text, share(b->warning[i].met, b->surges), 3));
    cli_table_cellz(t, fixed(text, 100 * share(b->warning[i].unfounded, b->years100), 2));
    cli_table_cellz(t, fixed(text, 100 * share(b->warning[i].episodes, b->years100), 2));
  }
  cli_table_print(t);
}

static struct anticipate_backtest_forecast both(const struct anticipate_backtest_forecast f[2]) {
  double n = (double)f[0].n, m = (double)f[1].n, all = n + m > 0 ? n + m : 1;
  return (struct anticipate_backtest_forecast){f[0].n + f[1].n, f[0].wis + f[1].wis, f[0].wis_naive + f[1].wis_naive,
                                               (n * f[0].cover50 + m * f[1].cover50) / all,
                                               (n * f[0].cover95 + m * f[1].cover95) / all};
}

static void say_forecasts(struct cli *c, const struct anticipate_backtest *b) {
  static const char *const head[] = {"cli.backtest.forecasts", "cli.backtest.n", "cli.backtest.wis",
                                     "cli.backtest.cover50", "cli.backtest.cover95"};
  static const char *const kind[] = {"cli.backtest.active", "cli.backtest.quiet", "cli.backtest.all"};
  const struct anticipate_backtest_forecast f[] = {b->forecast[0], b->forecast[1], both(b->forecast)};
  struct cli_table *t = cli_table_new(c, head, VG_COUNT(head));
  char text[24];
  for (size_t i = 0; i < VG_COUNT(f); i++) {
    cli_table_cellz(t, vg_msg_text(c->lang, kind[i]));
    cli_table_cell_int(t, f[i].n);
    cli_table_cellz(t, f[i].wis_naive > 0 ? fixed(text, f[i].wis / f[i].wis_naive, 3) : "");
    cli_table_cellz(t, f[i].n ? fixed(text, f[i].cover50, 3) : "");
    cli_table_cellz(t, f[i].n ? fixed(text, f[i].cover95, 3) : "");
  }
  cli_table_print(t);
}

static void say(struct cli *c, const struct anticipate_backtest *b) {
  char x[24];
  CLI_SAY(c, "cli.backtest.series", VG_N(b->series), fixed(x, (double)b->years100 / 100, 1), VG_N(b->surges));
  say_rules(c, b);
  say_forecasts(c, b);
}

static void put_forecast(struct vg_jw *w, const char *key, const struct anticipate_backtest_forecast *f) {
  vg_jw_key(w, key);
  vg_jw_obj(w);
  vg_jw_kint(w, "n", f->n);
  vg_jw_knum(w, "wis", f->wis / (double)(f->n ? f->n : 1));
  vg_jw_knum(w, "wis_naive", f->wis_naive / (double)(f->n ? f->n : 1));
  vg_jw_knum(w, "cover50", f->cover50);
  vg_jw_knum(w, "cover95", f->cover95);
  vg_jw_end(w);
}

static void say_json(struct cli *c, const struct anticipate_backtest *b) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "series", b->series);
  vg_jw_knum(&w, "series_years", (double)b->years100 / 100);
  vg_jw_kint(&w, "surges", b->surges);
  vg_jw_key(&w, "warnings");
  vg_jw_arr(&w);
  for (int i = 0; i < ANTICIPATE_RULES; i++) {
    vg_jw_obj(&w);
    vg_jw_kz(&w, "rule", b->warning[i].method);
    vg_jw_kint(&w, "planted", b->warning[i].planted);
    vg_jw_kint(&w, "found", b->warning[i].found);
    vg_jw_knum(&w, "rows_late", b->warning[i].rows_late);
    vg_jw_kint(&w, "met", b->warning[i].met);
    vg_jw_kint(&w, "episodes", b->warning[i].episodes);
    vg_jw_kint(&w, "false_alarms", b->warning[i].unfounded);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  put_forecast(&w, "forecasts", &b->forecast[0]);
  put_forecast(&w, "quiet", &b->forecast[1]);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code backtest(const char *path, size_t horizon, struct anticipate_backtest *out, struct vg_err *err) {
  struct anticipate_data d;
  struct vg_arena *arena = NULL;
  struct vg_buf text;
  vg_code rc = VG_OK;
  vg_buf_init(&text, 2u << 30);
  VG_GO(vg_file_read(path, &text, err));
  VG_GO(vg_arena_new(&arena, (size_t)4 << 30, err));
  VG_GO(anticipate_series_read(arena, vg_buf_view(&text), path, &d, err));
  VG_GO(anticipate_backtest(&d, horizon, out, err));
out:
  vg_arena_free(arena);
  vg_buf_fini(&text);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *series = NULL;
  int64_t horizon = 4;
  const struct cli_option options[] = {{"series", CLI_TEXT, &series}, {"horizon", CLI_INT, &horizon}, {0}};
  struct anticipate_backtest b;
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_anticipate_backtest, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || !series)
    return cli_usage(c, &cmd_anticipate_backtest, argc ? "cli.too_many" : "cli.missing", argc ? argv[0] : "--series");
  if (horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX)
    return cli_usage(c, &cmd_anticipate_backtest, "cli.bad_value", "--horizon");
  if (backtest(series, (size_t)horizon, &b, &err) != VG_OK)
    return cli_fail(c, &err);
  if (c->json)
    say_json(c, &b);
  else
    say(c, &b);
  return CLI_OK;
}

const struct cli_command cmd_anticipate_backtest = {"anticipate backtest", "cli.backtest", "cli.backtest.usage", run};
