#include "cli/cli.h"

#include "evaluation/evaluation.h"

extern const struct cli_command cmd_obstacle_add, cmd_obstacle_list, cmd_obstacle_remove;

static void write_one(struct cli *c, const struct obstacle *o) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", o->pid.s);
  vg_jw_kz(&w, "family", o->family);
  vg_jw_kz(&w, "title", o->title);
  vg_jw_kz(&w, "zone", o->zone);
  vg_jw_kint(&w, "severity", o->severity);
  vg_jw_kz(&w, "owner", o->owner);
  vg_jw_ktime(&w, "due", o->due);
  vg_jw_ktime(&w, "opened", o->opened);
  vg_jw_ktime(&w, "removed", o->removed);
  vg_jw_kz(&w, "evidence", o->evidence);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code row(void *ctx, const struct obstacle *o, struct vg_err *err) {
  struct cli_listing *l = ctx;
  (void)err;
  if (l->c->json) {
    write_one(l->c, o);
    return VG_OK;
  }
  char due[VG_TIME_TEXT], removed[VG_TIME_TEXT];
  cli_table_cellz(l->table, o->pid.s);
  cli_table_cell_int(l->table, o->severity);
  const char *cells[] = {o->family, o->title, o->zone, o->owner, cli_time(due, l->c, o->due), cli_time(removed, l->c, o->removed), o->evidence};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code read_list(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) { return evaluation_each_obstacle(tx, row, l, err); }

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id",    "cli.col.severity", "cli.col.family",  "cli.col.title",   "cli.col.zone",
                                        "cli.col.owner", "cli.col.due",      "cli.col.removed", "cli.col.evidence"};
  return cli_list_all(c, &cmd_obstacle_list, argc, argv, heading, VG_COUNT(heading), read_list);
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return evaluation_obstacle_add(tx, who, ctx, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *family = "", *title = "", *zone = "", *owner = "";
  struct obstacle o = {.severity = 2, .due = VG_NOTIME, .removed = VG_NOTIME};
  const struct cli_option options[] = {{"family", CLI_TEXT, &family}, {"title", CLI_TEXT, &title}, {"zone", CLI_TEXT, &zone},
                                       {"owner", CLI_TEXT, &owner},   {"due", CLI_TIME, &o.due},   {"severity", CLI_INT, &o.severity},
                                       {0}};
  int status = cli_parse(c, &cmd_obstacle_add, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, &cmd_obstacle_add, "cli.too_many", argv[0]);
  if (!*family || !*title)
    return cli_usage(c, &cmd_obstacle_add, "cli.missing", *family ? "--title" : "--family");
  vg_str_copy(o.family, sizeof o.family, vg_str_z(family));
  vg_str_copy(o.title, sizeof o.title, vg_str_z(title));
  vg_str_copy(o.zone, sizeof o.zone, vg_str_z(zone));
  vg_str_copy(o.owner, sizeof o.owner, vg_str_z(owner));
  if (cli_write(c, add, &o) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_one(c, &o);
  else
    CLI_SAY(c, "cli.obstacle_add.done", o.pid.s);
  return CLI_OK;
}

struct removal {
  const char *id, *evidence;
};

static vg_code removed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct removal *r = ctx;
  return evaluation_obstacle_remove(tx, who, vg_str_z(r->id), vg_str_z(r->evidence), err);
}

static int run_remove(struct cli *c, int argc, char **argv) {
  struct removal r = {.evidence = ""};
  const struct cli_option options[] = {{"evidence", CLI_TEXT, &r.evidence}, {0}};
  int status = cli_one_word(c, &cmd_obstacle_remove, argc, argv, options, "ID", &r.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, removed, &r)) == CLI_OK)
    CLI_NOTE(c, "cli.obstacle_remove.done", r.id);
  return status;
}

const struct cli_command cmd_obstacle_add = {"obstacle add", "cli.obstacle_add", "cli.obstacle_add.usage", run_add};
const struct cli_command cmd_obstacle_list = {"obstacle list", "cli.obstacle_list", "cli.obstacle_list.usage", run_list};
const struct cli_command cmd_obstacle_remove = {"obstacle remove", "cli.obstacle_remove", "cli.obstacle_remove.usage", run_remove};
