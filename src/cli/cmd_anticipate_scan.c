#include "cli/cli.h"

#include "anticipate/anticipate.h"
#include "base/file.h"

#include <math.h>
#include <stdio.h>

extern const struct cli_command cmd_anticipate_scan;

static const char *const heading[] = {"cli.anticipate.series",   "cli.anticipate.time",      "cli.anticipate.observed",
                                      "cli.anticipate.expected", "cli.anticipate.threshold", "cli.anticipate.p"};

struct printing {
  struct cli *c;
  struct cli_table *table; /* from the first alarm on */
  int64_t tested, alarms;
};

static vg_code json(struct printing *p, const struct anticipate_series *s, size_t t,
                    const struct anticipate_result *r) {
  struct vg_jw w;
  cli_json_begin(p->c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "series", s->name);
  vg_jw_kstr(&w, "time", s->time[t]);
  vg_jw_knum(&w, "observed", s->y[t]);
  vg_jw_knum(&w, "expected", r->expected);
  vg_jw_knum(&w, "threshold", r->threshold);
  vg_jw_knum(&w, "phi", r->phi);
  vg_jw_knum(&w, "p", r->p);
  vg_jw_kbool(&w, "alarm", r->alarm);
  vg_jw_end(&w);
  vg_buf_byte(&p->c->out, '\n');
  fwrite(p->c->out.p, 1, p->c->out.n, stdout);
  return VG_OK;
}

static void number(struct cli_table *t, double v) {
  char text[32] = "";
  if (!isnan(v))
    snprintf(text, sizeof text, v != 0 && fabs(v) < 0.001 ? "%.1e" : "%.4g", v);
  cli_table_cellz(t, text);
}

/* People see the alarms; every row is for programs. */
static vg_code print(void *ctx, const struct anticipate_series *s, size_t t, const struct anticipate_result *r,
                     struct vg_err *err) {
  struct printing *p = ctx;
  (void)err;
  p->tested++;
  p->alarms += r->alarm;
  if (p->c->json)
    return json(p, s, t, r);
  if (!r->alarm)
    return VG_OK;
  if (!p->table)
    p->table = cli_table_new(p->c, heading, VG_COUNT(heading));
  cli_table_cell(p->table, s->name);
  cli_table_cell(p->table, s->time[t]);
  number(p->table, s->y[t]);
  number(p->table, r->expected);
  number(p->table, r->threshold);
  number(p->table, r->p);
  return VG_OK;
}

struct asked {
  const char *series, *method, *param, *from, *to;
  bool exit_code;
};

static vg_code scan(const struct asked *a, struct printing *p, struct vg_err *err) {
  const struct anticipate_method *m = anticipate_method_by_name(vg_str_z(a->method));
  struct anticipate_params q;
  struct anticipate_data data;
  struct vg_arena *arena = NULL;
  struct vg_buf text;
  int64_t from = INT64_MIN, to = INT64_MAX;
  vg_code rc = VG_OK;
  vg_buf_init(&text, 2u << 30);
  if (!m)
    VG_GO(VG_FAIL(err, VG_EUSAGE, "anticipate.method", a->method));
  anticipate_params_default(m, &q);
  VG_GO(anticipate_params_set(&q, vg_str_z(a->param), err));
  if (a->from && !anticipate_when(vg_str_z(a->from), &from))
    VG_GO(VG_FAIL(err, VG_EUSAGE, "anticipate.when", "--from", a->from));
  if (a->to && !anticipate_when(vg_str_z(a->to), &to))
    VG_GO(VG_FAIL(err, VG_EUSAGE, "anticipate.when", "--to", a->to));
  VG_GO(vg_file_read(a->series, &text, err));
  VG_GO(vg_arena_new(&arena, (size_t)4 << 30, err));
  VG_GO(anticipate_series_read(arena, vg_buf_view(&text), a->series, &data, err));
  VG_GO(anticipate_scan_series(&data, m, &q, from, to, print, p, err));
out:
  vg_arena_free(arena);
  vg_buf_fini(&text);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  struct asked a = {.method = "fisher", .param = ""};
  const struct cli_option options[] = {{"series", CLI_TEXT, &a.series},
                                       {"method", CLI_TEXT, &a.method},
                                       {"param", CLI_TEXT, &a.param},
                                       {"from", CLI_TEXT, &a.from},
                                       {"to", CLI_TEXT, &a.to},
                                       {"exit-code", CLI_FLAG, &a.exit_code},
                                       {0}};
  struct printing p = {.c = c};
  struct vg_err err = {0};
  int status = cli_no_word(c, &cmd_anticipate_scan, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!a.series)
    return cli_usage(c, &cmd_anticipate_scan, "cli.missing", "--series");
  vg_code rc = scan(&a, &p, &err);
  if (p.table)
    cli_table_print(p.table);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  CLI_NOTE(c, "cli.anticipate.scanned", VG_N(p.tested), VG_N(p.alarms));
  return a.exit_code && p.alarms ? CLI_ATTENTION : CLI_OK;
}

const struct cli_command cmd_anticipate_scan = {"anticipate scan", "cli.anticipate.scan", "cli.anticipate.scan.usage",
                                                run};
