#include "cli/show.h"

extern const struct cli_command cmd_exhibit_add, cmd_exhibit_list;

static void write_exhibit(struct cli *c, const struct exhibit *x) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", x->pid.s);
  vg_jw_kz(&w, "ref", x->ref);
  vg_jw_kz(&w, "case", x->case_ref);
  vg_jw_kz(&w, "description", x->description);
  vg_jw_kz(&w, "medium", x->medium);
  vg_jw_kz(&w, "serial", x->serial);
  vg_jw_kz(&w, "seal", x->seal);
  vg_jw_ktime(&w, "received", x->received);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code one(void *ctx, const struct exhibit *x, struct vg_err *err) {
  (void)err;
  struct show_listing *v = ctx;
  struct cli_listing *l = &v->l;
  if (!cli_list_room(l))
    return VG_OK;
  if (l->c->json) {
    write_exhibit(l->c, x);
    return VG_OK;
  }
  cli_table_cellz(l->table, x->ref);
  cli_table_cellz(l->table, x->description);
  cli_table_cellz(l->table, x->medium);
  cli_table_cellz(l->table, x->serial);
  cli_table_cellz(l->table, x->seal);
  return VG_OK;
}

static vg_code read_all(struct show_listing *v, struct vg_err *err) {
  return casework_exhibit_search(v->l.tx, v->l.who, v->s.regime, cli_list_wanted(&v->l), one, v, &v->s.apart, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.ref", "cli.col.description", "cli.col.medium", "cli.col.serial",
                                        "cli.col.seal"};
  struct show_listing v = {.l = {.c = c, .limit = CLI_LIST_LIMIT}};
  const char *regime = "investigation", *motive = NULL;
  const struct cli_option options[] = {
      {"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &motive}, {"limit", CLI_INT, &v.l.limit}, {0}};
  int status = cli_no_word(c, &cmd_exhibit_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (v.l.limit < 0)
    return cli_usage(c, &cmd_exhibit_list, "cli.bad_value", "--limit");
  if ((status = show_regime(c, &cmd_exhibit_list, regime, motive, &v.s.regime)) != CLI_OK ||
      (status = show_combine(c, v.s.regime, motive)) != CLI_OK)
    return status;
  return show_listed(&v, heading, VG_COUNT(heading), read_all);
}

struct addition {
  struct exhibit e;
  const char *of, *act;
};

/* What is seized belongs to the seizure under way. */
static vg_code tie(struct store_tx *tx, const struct actor *who, const char *ref, const struct exhibit *e,
                   struct vg_err *err) {
  struct act act;
  VG_TRY(casework_act_find(tx, vg_str_z(ref), &act, err));
  if (act.case_id != e->case_id)
    return VG_FAIL(err, VG_EDATA, "casework.act_other_case", act.ref, act.case_ref, e->case_ref);
  if (!vg_str_eqz(vg_str_z(act.state), "started"))
    return VG_FAIL(err, VG_ESTATE, "casework.act_state", act.ref, act.state);
  return casework_act_tie(tx, who, &act, e->pid.s, err);
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct addition *a = ctx;
  struct affair of;
  VG_TRY(casework_case_find(tx, vg_str_z(a->of), &of, err));
  a->e.case_id = of.id;
  vg_str_copy(a->e.case_ref, sizeof a->e.case_ref, vg_str_z(of.ref));
  VG_TRY(casework_exhibit_add(tx, who, &a->e, err));
  return *a->act ? tie(tx, who, a->act, &a->e, err) : VG_OK;
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct addition a = {.of = "", .act = ""};
  struct exhibit *e = &a.e;
  const struct cli_option options[] = {{"case", CLI_TEXT, &a.of},
                                       {"description", CLI_WORDS, CLI_ROOM(e->description)},
                                       {"medium", CLI_WORDS, CLI_ROOM(e->medium)},
                                       {"serial", CLI_WORDS, CLI_ROOM(e->serial)},
                                       {"seal", CLI_WORDS, CLI_ROOM(e->seal)},
                                       {"act", CLI_TEXT, &a.act},
                                       {0}};
  int status = cli_no_word(c, &cmd_exhibit_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*a.of)
    return cli_usage(c, &cmd_exhibit_add, "cli.missing", "--case");
  if (!*e->description)
    return cli_usage(c, &cmd_exhibit_add, "cli.missing", "--description");
  if (cli_write(c, add, &a) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_exhibit(c, e);
  else
    CLI_SAY(c, "cli.exhibit_add.done", e->ref, e->pid.s);
  return CLI_OK;
}

const struct cli_command cmd_exhibit_add = {"exhibit add", "cli.exhibit_add", "cli.exhibit_add.usage", run_add};
const struct cli_command cmd_exhibit_list = {"exhibit list", "cli.exhibit_list", "cli.exhibit_list.usage", run_list};
