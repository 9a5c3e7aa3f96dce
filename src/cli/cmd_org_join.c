/* Two entries that may be of one company, and what a person says of them. */
#include "cli/cli.h"
#include "cli/show.h"

#include "territory/territory.h"

extern const struct cli_command cmd_org_alike, cmd_org_join, cmd_org_apart;

static vg_code pair(void *ctx, const struct org *one, const struct org *other, struct vg_err *err) {
  struct cli_listing *l = ctx;
  const struct org *both[] = {one, other};
  static const char *const keys[] = {"one", "other"};
  struct vg_jw w;
  (void)err;
  if (l->table) {
    for (size_t i = 0; i < 2; i++) {
      cli_table_cellz(l->table, both[i]->name);
      cli_table_cellz(l->table, both[i]->siren);
      cli_table_cellz(l->table, both[i]->department);
    }
    return VG_OK;
  }
  cli_json_begin(l->c, &w);
  vg_jw_obj(&w);
  for (size_t i = 0; i < 2; i++) {
    vg_jw_key(&w, keys[i]);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", both[i]->pid.s);
    vg_jw_kz(&w, "name", both[i]->name);
    vg_jw_kz(&w, "siren", both[i]->siren);
    vg_jw_kz(&w, "department", both[i]->department);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  cli_json_end(l->c);
  return VG_OK;
}

struct asked {
  struct cli *c;
  const char *one, *other, *reason;
  struct cli_listing list;
  struct org kept;
};

static vg_code read_pairs(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct asked *a = ctx;
  return territory_each_pair(tx, who, pair, &a->list, err);
}

static int run_alike(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name", "cli.col.siren", "cli.col.department",
                                        "cli.col.name", "cli.col.siren", "cli.col.department"};
  const struct cli_option options[] = {{0}};
  struct asked a = {.c = c, .list = {.c = c}};
  int status = cli_no_word(c, &cmd_org_alike, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!c->json)
    a.list.table = cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_pairs, &a);
  if (a.list.table)
    cli_table_print(a.list.table);
  return status;
}

static vg_code join(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct asked *a = ctx;
  return instance_org_join(tx, who, vg_str_z(a->one), vg_str_z(a->other), vg_str_z(a->reason), &a->kept, err);
}

static vg_code apart(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct asked *a = ctx;
  return instance_org_apart(tx, who, vg_str_z(a->one), vg_str_z(a->other), vg_str_z(a->reason), err);
}

static int run(struct cli *c, const struct cli_command *cmd, struct asked *a, int argc, char **argv,
               vg_code (*say)(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err)) {
  const struct cli_option options[] = {{"reason", CLI_TEXT, &a->reason}, {0}};
  int status = cli_parse(c, cmd, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2 || !a->reason)
    return cli_usage(c, cmd, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2    ? argv[2]
                     : argc == 2 ? "--reason"
                                 : "REF");
  a->one = argv[0];
  a->other = argv[1];
  return cli_write(c, say, a);
}

static int run_join(struct cli *c, int argc, char **argv) {
  struct asked a = {.c = c};
  int status = run(c, &cmd_org_join, &a, argc, argv, join);
  if (status == CLI_OK && a.kept.id)
    CLI_NOTE(c, "cli.org_join.done", a.kept.name);
  return status;
}

static int run_apart(struct cli *c, int argc, char **argv) {
  struct asked a = {.c = c};
  return run(c, &cmd_org_apart, &a, argc, argv, apart);
}

const struct cli_command cmd_org_alike = {"org alike", "cli.org_alike", "cli.org_alike.usage", run_alike};
const struct cli_command cmd_org_join = {"org join", "cli.org_join", "cli.org_join.usage", run_join};
const struct cli_command cmd_org_apart = {"org apart", "cli.org_apart", "cli.org_apart.usage", run_apart};
