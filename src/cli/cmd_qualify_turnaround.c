/* How long answers take, and the rows behind the figures. */
#include "cli/cli.h"

#include "qualify/qualify.h"

#include <stdio.h>

extern const struct cli_command cmd_qualify_turnaround;

static const char *hours(const struct cli *c, char out[static 64], vg_time t) {
  if (t == VG_NOTIME)
    return "–";
  snprintf(out, 64, "%s h", VG_D(c->lang, 1, (double)t / (double)VG_HOUR));
  return out;
}

static void json_seconds(struct vg_jw *w, const char *key, vg_time t) {
  vg_jw_key(w, key);
  if (t == VG_NOTIME)
    vg_jw_null(w);
  else
    vg_jw_num(w, (double)t / (double)VG_SECOND);
}

static vg_code one_party(void *ctx, const struct qualify_turnaround *t, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char median[64], p90[64];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "kind", "turnaround");
    vg_jw_kstr(&w, "to", t->to);
    vg_jw_kint(&w, "asked", t->asked);
    vg_jw_kint(&w, "answered", t->answered);
    vg_jw_kint(&w, "late", t->late);
    json_seconds(&w, "median_s", t->median);
    json_seconds(&w, "p90_s", t->p90);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  if (t->to.n)
    cli_table_cell(l->table, t->to);
  else
    cli_table_cellz(l->table, vg_msg_text(l->c->lang, "cli.qualify.whole"));
  cli_table_cell_int(l->table, t->asked);
  cli_table_cell_int(l->table, t->answered);
  cli_table_cell_int(l->table, t->late);
  cli_table_cellz(l->table, hours(l->c, median, t->median));
  cli_table_cellz(l->table, hours(l->c, p90, t->p90));
  return VG_OK;
}

static vg_code one_delay(void *ctx, const struct qualify_delay *d, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char asked[VG_TIME_TEXT], answered[VG_TIME_TEXT], took[64];
  vg_time length = d->answered == VG_NOTIME ? VG_NOTIME : d->answered - d->asked;
  (void)err;
  if (!qualify_seen(l->tx, l->who, d->type, d->value))
    return VG_OK;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "kind", "delay");
    vg_jw_kstr(&w, "to", d->to);
    vg_jw_kstr(&w, "id", d->pid);
    vg_jw_kstr(&w, "value", d->value);
    vg_jw_ktime(&w, "asked", d->asked);
    vg_jw_ktime(&w, "answered", d->answered);
    vg_jw_ktime(&w, "deadline", d->deadline);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  if (d->to.n)
    cli_table_cell(l->table, d->to);
  else
    cli_table_cellz(l->table, vg_msg_text(l->c->lang, "cli.qualify.whole"));
  cli_table_cell(l->table, d->pid);
  cli_table_cell(l->table, d->value);
  cli_table_cellz(l->table, cli_time(asked, l->c, d->asked));
  cli_table_cellz(l->table, cli_time(answered, l->c, d->answered));
  cli_table_cellz(l->table, hours(l->c, took, length));
  return VG_OK;
}

static vg_code figures(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return qualify_each_turnaround(tx, store_now(tx), one_party, l, err);
}
static vg_code rows(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return qualify_each_delay(tx, one_delay, l, err);
}

static int run_turnaround(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.head.asked_to", "cli.head.asked",  "cli.head.answered",
                                        "cli.head.late",     "cli.head.median", "cli.head.p90"};
  static const char *const behind[] = {"cli.head.asked_to", "cli.head.request",  "cli.col.value",
                                       "cli.head.asked",    "cli.head.answered", "cli.head.took"};
  bool all = false;
  const struct cli_option options[] = {{"rows", CLI_FLAG, &all}, {0}};
  int status = cli_parse(c, &cmd_qualify_turnaround, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (all)
    return cli_list_seen(c, &cmd_qualify_turnaround, argc, argv, behind, VG_COUNT(behind), rows);
  return cli_list_all(c, &cmd_qualify_turnaround, argc, argv, heading, VG_COUNT(heading), figures);
}

const struct cli_command cmd_qualify_turnaround = {"qualify turnaround", "cli.qualify.turnaround",
                                                   "cli.qualify.turnaround.usage", run_turnaround};
