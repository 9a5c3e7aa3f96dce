#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "base/file.h"

#include <stdio.h>

extern const struct cli_command cmd_anticipate_backtest;

static const char *fixed(char out[static 24], double v, int digits) {
  snprintf(out, 24, "%.*f", digits, v);
  return out;
}

static void say(struct cli *c, const struct anticipate_backtest *b) {
  char x[24], y[24], z[24], u[24];
  CLI_SAY(c, "cli.backtest.series", VG_N(b->series), fixed(x, (double)b->years100 / 100, 1));
  for (int i = 0; i < 2; i++)
    CLI_SAY(c, "cli.backtest.warning", b->warning[i].method,
            fixed(x, (double)b->warning[i].found / (double)(b->warning[i].planted ? b->warning[i].planted : 1), 3),
            VG_N(b->warning[i].planted),
            fixed(y, (double)b->warning[i].episodes * 100 / (double)(b->years100 ? b->years100 : 1), 2),
            fixed(z, b->warning[i].rows_late, 1),
            fixed(u, (double)b->warning[i].unfounded * 100 / (double)(b->years100 ? b->years100 : 1), 2));
  CLI_SAY(c, "cli.backtest.forecast", VG_N(b->forecasts), fixed(x, b->wis_naive > 0 ? b->wis / b->wis_naive : 0, 3),
          fixed(y, b->cover50, 3), fixed(u, b->cover95, 3));
}

static void say_json(struct cli *c, const struct anticipate_backtest *b) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "series", b->series);
  vg_jw_knum(&w, "series_years", (double)b->years100 / 100);
  vg_jw_key(&w, "warnings");
  vg_jw_arr(&w);
  for (int i = 0; i < 2; i++) {
    vg_jw_obj(&w);
    vg_jw_kz(&w, "method", b->warning[i].method);
    vg_jw_kint(&w, "planted", b->warning[i].planted);
    vg_jw_kint(&w, "found", b->warning[i].found);
    vg_jw_knum(&w, "rows_late", b->warning[i].rows_late);
    vg_jw_kint(&w, "episodes", b->warning[i].episodes);
    vg_jw_kint(&w, "unfounded", b->warning[i].unfounded);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_kint(&w, "forecasts", b->forecasts);
  vg_jw_knum(&w, "wis", b->wis / (double)b->forecasts);
  vg_jw_knum(&w, "wis_naive", b->wis_naive / (double)b->forecasts);
  vg_jw_knum(&w, "cover50", b->cover50);
  vg_jw_knum(&w, "cover95", b->cover95);
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
