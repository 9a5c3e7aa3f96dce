/* What comes next, from files alone: forecast, techniques, replay. */
#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "base/file.h"
#include "cli/quantiles.h"

#include <math.h>
#include <stdio.h>

extern const struct cli_command cmd_anticipate_forecast, cmd_anticipate_techniques, cmd_anticipate_replay;

static int reading(struct cli *c, const char *path, struct vg_buf *text) {
  struct vg_err err = {0};
  vg_buf_init(text, 2u << 30);
  return vg_file_read(path, text, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
}

/* The time h steps after the last row, in the file's own way of telling time. */
static vg_str later(const struct anticipate_series *s, size_t n, size_t h, char out[static VG_TIME_TEXT]) {
  int64_t number, when = s->when[n - 1] + (int64_t)h * (s->n > 1 ? s->when[1] - s->when[0] : 1);
  if (vg_str_i64(s->time[n - 1], &number)) {
    snprintf(out, VG_TIME_TEXT, "%lld", (long long)when);
    return vg_str_z(out);
  }
  return vg_str_sub(vg_str_z(vg_time_text(out, when * VG_DAY, false)), 0, 10);
}

static void say_forecast(struct cli *c, struct cli_table *table, const struct anticipate_series *s, size_t n, size_t h,
                         const double q[ANTICIPATE_LEVELS]) {
  static const int shown[] = {1, 6, 11, 16, 21};
  char time[VG_TIME_TEXT], text[32];
  struct vg_jw w;
  if (table) {
    cli_table_cell(table, s->name);
    cli_table_cell(table, later(s, n, h, time));
    for (size_t i = 0; i < VG_COUNT(shown); i++) {
      snprintf(text, sizeof text, "%.1f", q[shown[i]]);
      cli_table_cellz(table, text);
    }
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "series", s->name);
  vg_jw_kstr(&w, "time", later(s, n, h, time));
  vg_jw_kstr(&w, "origin", s->time[n - 1]);
  vg_jw_kint(&w, "horizon", (int64_t)h);
  quantiles_json(&w, q);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code forecast(struct cli *c, struct cli_table *table, const char *path, vg_str text, size_t horizon,
                        int64_t to, int64_t *short_ones, struct vg_err *err) {
  struct vg_arena *arena;
  struct anticipate_data d;
  double q[ANTICIPATE_HORIZON_MAX][ANTICIPATE_LEVELS];
  VG_TRY(vg_arena_new(&arena, (size_t)4 << 30, err));
  vg_code rc = anticipate_series_read(arena, text, path, &d, err);
  for (size_t i = 0; rc == VG_OK && i < d.n; i++) {
    size_t n = d.series[i].n;
    while (n && d.series[i].when[n - 1] > to)
      n--;
    rc = anticipate_forecast(d.series[i].y, n, horizon, q, NULL);
    for (size_t h = 1; rc == VG_OK && h <= horizon; h++)
      say_forecast(c, table, &d.series[i], n, h, q[h - 1]);
    *short_ones += rc == VG_EDATA;
    rc = rc == VG_EDATA ? VG_OK : rc;
  }
  vg_arena_free(arena);
  return rc;
}

static int run_forecast(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.anticipate.series", "cli.anticipate.time", "cli.anticipate.q025",
                                        "cli.anticipate.q25",    "cli.anticipate.q50",  "cli.anticipate.q75",
                                        "cli.anticipate.q975"};
  const char *series = NULL, *to = NULL;
  int64_t horizon = 4, until = INT64_MAX, short_ones = 0;
  const struct cli_option options[] = {
      {"series", CLI_TEXT, &series}, {"horizon", CLI_INT, &horizon}, {"to", CLI_TEXT, &to}, {0}};
  struct vg_err err = {0};
  struct vg_buf text;
  int status = cli_parse(c, &cmd_anticipate_forecast, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || !series)
    return cli_usage(c, &cmd_anticipate_forecast, argc ? "cli.too_many" : "cli.missing", argc ? argv[0] : "--series");
  if (horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX || (to && !anticipate_when(vg_str_z(to), &until)))
    return cli_usage(c, &cmd_anticipate_forecast, "cli.bad_value",
                     horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX ? "--horizon" : to);
  if ((status = reading(c, series, &text)) == CLI_OK) {
    struct cli_table *table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
    vg_code rc = forecast(c, table, series, vg_buf_view(&text), (size_t)horizon, until, &short_ones, &err);
    if (table)
      cli_table_print(table);
    status = rc == VG_OK ? CLI_OK : cli_fail(c, &err);
  }
  vg_buf_fini(&text);
  if (short_ones && status == CLI_OK)
    CLI_NOTE(c, "cli.anticipate.short", VG_N(short_ones));
  return status;
}

static vg_code say_next(void *ctx, vg_str id, const struct anticipate_next *next, size_t n, struct vg_err *err) {
  struct cli *c = ctx;
  struct vg_jw w;
  (void)err;
  if (!c->json) {
    printf("%.*s\n", (int)id.n, id.p);
    for (size_t i = 0; i < n; i++) {
      printf("  %-12.*s %.3f ", (int)next[i].technique.n, next[i].technique.p, next[i].score);
      for (size_t k = 0; k < next[i].reasons; k++)
        printf(" %.*s", (int)next[i].because[k].technique.n, next[i].because[k].technique.p);
      putchar('\n');
    }
    return VG_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", id);
  vg_jw_key(&w, "next");
  vg_jw_arr(&w);
  for (size_t i = 0; i < n; i++) {
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "technique", next[i].technique);
    vg_jw_knum(&w, "score", next[i].score);
    vg_jw_key(&w, "because");
    vg_jw_arr(&w);
    for (size_t k = 0; k < next[i].reasons; k++)
      vg_jw_str(&w, next[i].because[k].technique);
    vg_jw_end(&w);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static int run_techniques(struct cli *c, int argc, char **argv) {
  const char *train = NULL, *given = NULL;
  int64_t lambda = 100;
  const struct cli_option options[] = {
      {"train", CLI_TEXT, &train}, {"given", CLI_TEXT, &given}, {"lambda", CLI_INT, &lambda}, {0}};
  struct anticipate_techniques *model = NULL;
  struct vg_buf a = {0}, b = {0};
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_anticipate_techniques, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || !train || !given)
    return cli_usage(c, &cmd_anticipate_techniques, argc ? "cli.too_many" : "cli.missing",
                     argc    ? argv[0]
                     : train ? "--given"
                             : "--train");
  if (lambda < 1 || lambda > 1000000)
    return cli_usage(c, &cmd_anticipate_techniques, "cli.bad_value", "--lambda");
  status = reading(c, train, &a);
  if (status == CLI_OK)
    status = reading(c, given, &b);
  if (status == CLI_OK) {
    vg_code rc = anticipate_techniques_learn(&model, vg_buf_view(&a), train, (double)lambda, &err);
    if (rc == VG_OK)
      rc = anticipate_techniques_next(model, vg_buf_view(&b), given, say_next, c, &err);
    status = rc == VG_OK ? CLI_OK : cli_fail(c, &err);
  }
  anticipate_techniques_free(model);
  vg_buf_fini(&a);
  vg_buf_fini(&b);
  return status;
}

static vg_code say_replayed(void *ctx, const struct anticipate_replayed *r, struct vg_err *err) {
  struct cli *c = ctx;
  struct vg_jw w;
  char score[32];
  (void)err;
  if (!c->json) {
    snprintf(score, sizeof score, "%.2f", r->score);
    CLI_SAY(c, r->level == ANTICIPATE_ALERT ? "cli.anticipate.replay.alert" : "cli.anticipate.replay.vigilance",
            VG_T(r->time), VG_T(r->about), score);
    for (size_t i = 0; i < r->n; i++)
      printf("  +%.2f  %.*s\n", r->weight[i], (int)r->because[i].n, r->because[i].p);
    return VG_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "time", r->time);
  vg_jw_kz(&w, "level", anticipate_level_name(r->level));
  vg_jw_kstr(&w, "about", r->about);
  vg_jw_knum(&w, "score", r->score);
  vg_jw_key(&w, "because");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->n; i++)
    vg_jw_str(&w, r->because[i]);
  vg_jw_end(&w);
  vg_jw_key(&w, "weights");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->n; i++)
    vg_jw_num(&w, r->weight[i]);
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static int run_replay(struct cli *c, int argc, char **argv) {
  vg_time to = VG_NOTIME;
  const struct cli_option options[] = {{"to", CLI_TIME, &to}, {0}};
  struct vg_buf text;
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_anticipate_replay, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_anticipate_replay, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "EVENTS");
  if (to != VG_NOTIME && to % VG_DAY == 0)
    to += VG_DAY - VG_SECOND; /* a day is over at its end */
  if ((status = reading(c, argv[0], &text)) == CLI_OK &&
      anticipate_replay(vg_buf_view(&text), argv[0], to, say_replayed, c, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_buf_fini(&text);
  return status;
}

const struct cli_command cmd_anticipate_forecast = {"anticipate forecast", "cli.anticipate.forecast",
                                                    "cli.anticipate.forecast.usage", run_forecast};
const struct cli_command cmd_anticipate_techniques = {"anticipate techniques", "cli.anticipate.techniques",
                                                      "cli.anticipate.techniques.usage", run_techniques};
const struct cli_command cmd_anticipate_replay = {"anticipate replay", "cli.anticipate.replay",
                                                  "cli.anticipate.replay.usage", run_replay};
