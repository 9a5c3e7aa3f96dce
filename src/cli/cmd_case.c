#include "cli/show.h"

extern const struct cli_command cmd_case_open, cmd_case_list;

static void write_case(struct cli *c, const struct affair *x) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", x->pid.s);
  vg_jw_kz(&w, "ref", x->ref);
  vg_jw_kz(&w, "organisation", x->org_name);
  vg_jw_kz(&w, "zone", x->zone);
  vg_jw_kz(&w, "state", x->state);
  vg_jw_kz(&w, "frame", x->frame);
  vg_jw_kz(&w, "regime", casework_regime_name(casework_frame_regime(vg_str_z(x->frame))));
  vg_jw_kz(&w, "tlp", x->tlp);
  vg_jw_kz(&w, "incident", x->incident.s);
  vg_jw_ktime(&w, "opened", x->opened);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code one(void *ctx, const struct affair *x, struct vg_err *err) {
  (void)err;
  struct cli_listing *l = ctx;
  if (l->c->json) {
    write_case(l->c, x);
    return VG_OK;
  }
  cli_table_cellz(l->table, x->ref);
  cli_table_cellz(l->table, x->org_name);
  cli_table_cellz(l->table, x->zone);
  cli_table_cellz(l->table, show_word(l->c, "cli.case_state.", vg_str_z(x->state)));
  cli_table_cellz(l->table, show_wordz(l->c, "server.frame.", x->frame));
  cli_table_cellz(l->table, show_word(l->c, "cli.regime.",
                                      vg_str_z(casework_regime_name(casework_frame_regime(vg_str_z(x->frame))))));
  cli_table_cellz(l->table, x->tlp);
  cli_table_cellz(l->table, cli_time((char[VG_TIME_TEXT]){0}, l->c, x->opened));
  return VG_OK;
}

struct listed {
  struct cli_listing l;
  struct case_query wanted;
};

static vg_code up_to(void *ctx, const struct affair *x, struct vg_err *err) {
  struct listed *v = ctx;
  return cli_list_room(&v->l) ? one(&v->l, x, err) : VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listed *v = ctx;
  return casework_case_search(tx, who, &v->wanted, up_to, v, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.ref",   "cli.col.name",   "cli.col.zone", "cli.col.state",
                                        "cli.col.frame", "cli.col.regime", "cli.col.tlp",  "cli.col.opened"};
  struct listed v = {.l = {.c = c, .limit = CLI_LIST_LIMIT}};
  const char *words = "", *state = "", *regime = "";
  const char *motive = NULL;
  enum regime of = REGIME_ANY;
  const struct cli_option options[] = {{"search", CLI_TEXT, &words},   {"state", CLI_TEXT, &state},
                                       {"regime", CLI_TEXT, &regime},  {"motive", CLI_TEXT, &motive},
                                       {"limit", CLI_INT, &v.l.limit}, {0}};
  int status = cli_parse(c, &cmd_case_list, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0 || v.l.limit < 0)
    return cli_usage(c, &cmd_case_list, argc ? "cli.too_many" : "cli.bad_value", argc ? argv[0] : "--limit");
  if (*state && !casework_state_known(vg_str_z(state)))
    return cli_usage(c, &cmd_case_list, "cli.bad_value", state);
  if (*regime && (status = show_regime(c, &cmd_case_list, regime, motive, &of)) != CLI_OK)
    return status;
  /* Without words it is the register: numbers, companies, states. */
  if ((*words || of == REGIME_BOTH || motive) && (status = show_combine(c, of, motive)) != CLI_OK)
    return status;
  v.wanted = (struct case_query){vg_str_z(words), vg_str_z(state), v.l.limit ? v.l.limit + 1 : 0, of};
  v.l.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, list, &v);
  if (v.l.table)
    cli_table_print(v.l.table);
  return cli_list_more(&v.l, status);
}

struct opening {
  struct affair a;
  const char *again;
  const struct cli_list *offences;
};

static vg_code open_case(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct opening *o = ctx;
  return casework_case_open(tx, who, &o->a, o->offences->v, o->offences->n, vg_str_z(o->again), err);
}

static int run_open(struct cli *c, int argc, char **argv) {
  const char *incident = "", *frame = "", *again = "";
  struct cli_list offences = {.n = 0};
  struct affair a = {0};
  const struct cli_option options[] = {{"incident", CLI_TEXT, &incident}, {"ref", CLI_WORDS, CLI_ROOM(a.ref)},
                                       {"frame", CLI_TEXT, &frame},       {"offence", CLI_LIST, &offences},
                                       {"again", CLI_TEXT, &again},       {0}};
  int status = cli_no_word(c, &cmd_case_open, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*incident)
    return cli_usage(c, &cmd_case_open, "cli.missing", "--incident");
  if (!*frame)
    return cli_usage(c, &cmd_case_open, "cli.missing", "--frame");
  if ((status = show_pick(c, &cmd_case_open, &show_frames, &frame)) != CLI_OK)
    return status;
  a.incident = vg_id_of(vg_str_z(incident));
  vg_str_copy(a.frame, sizeof a.frame, vg_str_z(frame));
  struct opening o = {a, again, &offences};
  if (cli_write(c, open_case, &o) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_case(c, &o.a);
  else
    CLI_SAY(c, "cli.case_open.done", o.a.ref, o.a.org_name);
  return CLI_OK;
}

const struct cli_command cmd_case_open = {"case open", "cli.case_open", "cli.case_open.usage", run_open};
const struct cli_command cmd_case_list = {"case list", "cli.case_list", "cli.case_list.usage", run_list};
