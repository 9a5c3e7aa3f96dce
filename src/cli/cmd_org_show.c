#include "cli/show.h"

extern const struct cli_command cmd_org_show;

struct order {
  struct cli *c;
  const char *ref;
};

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct org org;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(territory_org_find(tx, vg_str_z(o->ref), &org, err));
  VG_TRY(territory_access(tx, who, org.id, err));
  if (s.w) {
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
  }
  show_text(&s, "cli.col.id", "id", vg_str_z(org.pid.s));
  show_text(&s, "cli.col.name", "name", vg_str_z(org.name));
  show_text(&s, "cli.col.kind", "kind", vg_str_z(territory_kind_name(org.kind)));
  show_text(&s, "cli.col.siren", "siren", vg_str_z(org.siren));
  show_text(&s, "cli.col.naf", "naf", vg_str_z(org.naf));
  show_text(&s, "cli.col.size", "size", vg_str_z(org.size));
  show_text(&s, "cli.col.department", "department", vg_str_z(org.department));
  show_text(&s, "cli.col.zone", "zone", vg_str_z(org.zone));
  VG_TRY(show_incidents(&s, tx, org.id, err));
  VG_TRY(show_cases(&s, tx, org.id, 0, err));
  if (s.w) {
    vg_jw_end(&w);
    cli_json_end(o->c);
  }
  return VG_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_org_show, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

const struct cli_command cmd_org_show = {"org show", "cli.org_show", "cli.org_show.usage", run};
