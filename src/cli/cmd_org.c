#include "cli/cli.h"
#include "cli/show.h"

#include "territory/territory.h"

extern const struct cli_command cmd_org_add, cmd_org_list, cmd_org_move, cmd_org_correct;

static void write_org(struct cli *c, const struct org *o) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", o->pid.s);
  vg_jw_kz(&w, "name", o->name);
  vg_jw_kz(&w, "kind", territory_kind_name(o->kind));
  vg_jw_kz(&w, "siren", o->siren);
  vg_jw_kz(&w, "naf", o->naf);
  vg_jw_kz(&w, "size", o->size);
  vg_jw_kz(&w, "department", o->department);
  vg_jw_kz(&w, "zone", o->zone);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code one(void *ctx, const struct org *o, struct vg_err *err) {
  (void)err;
  struct cli_listing *l = ctx;
  if (!cli_list_room(l))
    return VG_OK;
  if (l->c->json) {
    write_org(l->c, o);
    return VG_OK;
  }
  const char *cells[] = {
      o->name, show_wordz(l->c, "server.org.", territory_kind_name(o->kind)), o->siren, o->naf, o->size, o->department,
      o->zone};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return territory_each_org(tx, cli_list_wanted(l), one, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name", "cli.col.kind",       "cli.col.siren", "cli.col.naf",
                                        "cli.col.size", "cli.col.department", "cli.col.zone"};
  return cli_list_long(c, &cmd_org_list, argc, argv, heading, VG_COUNT(heading), read_all);
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *org, struct vg_err *err) {
  return territory_org_add(tx, who, org, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *kind = "company";
  struct org o = {0};
  const struct cli_option options[] = {{"name", CLI_WORDS, CLI_ROOM(o.name)},
                                       {"kind", CLI_TEXT, &kind},
                                       {"siren", CLI_WORDS, CLI_ROOM(o.siren)},
                                       {"naf", CLI_WORDS, CLI_ROOM(o.naf)},
                                       {"size", CLI_WORDS, CLI_ROOM(o.size)},
                                       {"department", CLI_WORDS, CLI_ROOM(o.department)},
                                       {0}};
  int status = cli_parse(c, &cmd_org_add, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, &cmd_org_add, "cli.too_many", argv[0]);
  if (!*o.name)
    return cli_usage(c, &cmd_org_add, "cli.missing", "--name");
  if (!territory_kind_by_name(vg_str_z(kind), &o.kind) || o.kind == ORG_DIVISION)
    return cli_usage(c, &cmd_org_add, "cli.bad_value", kind);
  if (cli_write(c, add, &o) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_org(c, &o);
  else
    CLI_SAY(c, "cli.org_add.done", o.name, o.pid.s, o.zone[0] ? o.zone : "-");
  return CLI_OK;
}

struct move {
  const char *ref, *department;
  vg_time from;
  struct org org;
};

static vg_code move(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct move *m = ctx;
  if (m->from == VG_NOTIME)
    m->from = store_now(tx);
  VG_TRY(territory_org_find(tx, vg_str_z(m->ref), &m->org, err));
  VG_TRY(territory_org_move(tx, who, &m->org, m->department, m->from, err));
  return territory_org_find(tx, vg_str_z(m->ref), &m->org, err);
}

static int run_move(struct cli *c, int argc, char **argv) {
  struct move m = {.from = VG_NOTIME};
  const struct cli_option options[] = {{"to", CLI_TEXT, &m.department}, {"from", CLI_TIME, &m.from}, {0}};
  char from[VG_TIME_TEXT];
  int status = cli_one_word(c, &cmd_org_move, argc, argv, options, "REF", &m.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!m.department)
    return cli_usage(c, &cmd_org_move, "cli.missing", "--to");
  if ((status = cli_write(c, move, &m)) != CLI_OK)
    return status;
  if (c->json)
    write_org(c, &m.org);
  else
    CLI_SAY(c, "cli.org_move.done", m.org.name, m.org.department, m.org.zone[0] ? m.org.zone : "-",
            cli_time(from, c, m.from));
  return CLI_OK;
}

struct correction {
  const char *ref;
  struct org_correction to;
  struct org org;
};

static vg_code correct(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct correction *a = ctx;
  VG_TRY(territory_org_find(tx, vg_str_z(a->ref), &a->org, err));
  return territory_org_correct(tx, who, &a->org, &a->to, err);
}

static int run_correct(struct cli *c, int argc, char **argv) {
  struct correction a = {.ref = NULL};
  const struct cli_option options[] = {{"name", CLI_TEXT, &a.to.name},
                                       {"siren", CLI_TEXT, &a.to.siren},
                                       {"naf", CLI_TEXT, &a.to.naf},
                                       {"size", CLI_TEXT, &a.to.size},
                                       {0}};
  int status = cli_one_word(c, &cmd_org_correct, argc, argv, options, "REF", &a.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!a.to.name && !a.to.siren && !a.to.naf && !a.to.size)
    return cli_usage(c, &cmd_org_correct, "cli.org_correct.nothing", "");
  if ((status = cli_write(c, correct, &a)) != CLI_OK)
    return status;
  if (c->json)
    write_org(c, &a.org);
  else
    CLI_SAY(c, "cli.org_correct.done", a.org.name, a.org.pid.s);
  return CLI_OK;
}

const struct cli_command cmd_org_correct = {"org correct", "cli.org_correct", "cli.org_correct.usage", run_correct};
const struct cli_command cmd_org_move = {"org move", "cli.org_move", "cli.org_move.usage", run_move};
const struct cli_command cmd_org_add = {"org add", "cli.org_add", "cli.org_add.usage", run_add};
const struct cli_command cmd_org_list = {"org list", "cli.org_list", "cli.org_list.usage", run_list};
