#include "cli/cli.h"

#include "territory/territory.h"

extern const struct cli_command cmd_zone_list;

static vg_code one(void *ctx, const struct zone *z, struct vg_err *err) {
  (void)err;
  struct cli_listing *l = ctx;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "code", z->code);
    vg_jw_kstr(&w, "name", l->c->lang == VG_FR ? z->name_fr : z->name_en);
    vg_jw_kstr(&w, "seat", z->seat);
    vg_jw_kbool(&w, "overseas", z->overseas);
    vg_jw_kbool(&w, "pilot", z->pilot);
    vg_jw_kbool(&w, "to_check", z->to_check);
    vg_jw_kint(&w, "departments", z->departments);
    vg_jw_kint(&w, "companies", z->orgs);
    vg_jw_kint(&w, "referents", z->referents);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, z->code);
  cli_table_cell(l->table, l->c->lang == VG_FR ? z->name_fr : z->name_en);
  cli_table_cell(l->table, z->seat);
  cli_table_cell_int(l->table, z->departments);
  cli_table_cell_int(l->table, z->orgs);
  cli_table_cell_int(l->table, z->referents);
  cli_table_cellz(l->table, z->pilot ? "2018" : "");
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return territory_each_zone(tx, one, l, err);
}

static int run(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.code",      "cli.col.name",      "cli.col.seat", "cli.col.departments",
                                        "cli.col.companies", "cli.col.referents", "cli.col.pilot"};
  return cli_list_all(c, &cmd_zone_list, argc, argv, heading, VG_COUNT(heading), read_all);
}

const struct cli_command cmd_zone_list = {"zone list", "cli.zone_list", "cli.zone_list.usage", run};
