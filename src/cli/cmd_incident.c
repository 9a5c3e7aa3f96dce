#include "cli/cli.h"
#include "cli/show.h"

#include "casework/casework.h"

extern const struct cli_command cmd_incident_add, cmd_incident_list;

/* summary: NULL when it is an inquiry's, and no reason was given to read it. */
static void write_incident(struct cli *c, const struct incident *x, const char *summary) {
  struct vg_jw w;
  vg_time happened, known;
  casework_times_told(x, &happened, &known);
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", x->pid.s);
  vg_jw_kz(&w, "organisation", x->org_name);
  vg_jw_kz(&w, "zone", x->zone);
  vg_jw_kz(&w, "kind", x->kind);
  vg_jw_kz(&w, "summary", summary);
  vg_jw_kz(&w, "regime", casework_regime_name(x->regime));
  vg_jw_ktime(&w, "happened", happened);
  vg_jw_ktime(&w, "known", known);
  vg_jw_ktime(&w, "reported", x->reported);
  vg_jw_end(&w);
  cli_json_end(c);
}

/* Without a regime it is the register: who, where, when, what kind. */
static vg_code one(void *ctx, const struct incident *x, struct vg_err *err) {
  (void)err;
  struct show_listing *v = ctx;
  struct cli_listing *l = &v->l;
  const char *summary = v->s.regime == REGIME_ANY && x->regime == REGIME_INVESTIGATION ? NULL : x->summary;
  vg_time happened, known;
  if (!cli_list_room(l))
    return VG_OK;
  casework_times_told(x, &happened, &known);
  if (l->c->json) {
    write_incident(l->c, x, summary);
    return VG_OK;
  }
  cli_table_cellz(l->table, x->pid.s);
  cli_table_cellz(l->table, x->org_name);
  cli_table_cellz(l->table, x->zone);
  cli_table_cellz(l->table, show_wordz(l->c, "server.kind.", x->kind));
  cli_table_cellz(l->table, known == VG_NOTIME ? vg_msg_text(l->c->lang, "dossier.time.unknown")
                                               : cli_time((char[VG_TIME_TEXT]){0}, l->c, known));
  cli_table_cellz(l->table, summary ? summary : vg_msg_text(l->c->lang, "cli.incident_list.inquiry"));
  return VG_OK;
}

static vg_code read_all(struct show_listing *v, struct vg_err *err) {
  return casework_incident_search(v->l.tx, v->l.who, v->s.regime, cli_list_wanted(&v->l), one, v, &v->s.apart, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id",   "cli.col.name",  "cli.col.zone",
                                        "cli.col.kind", "cli.col.known", "cli.col.summary"};
  struct show_listing v = {.l = {.c = c, .limit = CLI_LIST_LIMIT}};
  const char *regime = NULL, *motive = NULL;
  const struct cli_option options[] = {
      {"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &motive}, {"limit", CLI_INT, &v.l.limit}, {0}};
  int status = cli_no_word(c, &cmd_incident_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (motive && !regime)
    return cli_usage(c, &cmd_incident_list, "cli.missing", "--regime");
  if (v.l.limit < 0)
    return cli_usage(c, &cmd_incident_list, "cli.bad_value", "--limit");
  if (regime && ((status = show_regime(c, &cmd_incident_list, regime, motive, &v.s.regime)) != CLI_OK ||
                 (status = show_combine(c, v.s.regime, motive)) != CLI_OK))
    return status;
  return show_listed(&v, heading, VG_COUNT(heading), read_all);
}

struct addition {
  struct incident in;
  const char *org;
};

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct addition *a = ctx;
  struct org o;
  VG_TRY(territory_org_find(tx, vg_str_z(a->org), &o, err));
  a->in.org = o.id;
  vg_str_copy(a->in.org_name, sizeof a->in.org_name, vg_str_z(o.name));
  vg_str_copy(a->in.zone, sizeof a->in.zone, vg_str_z(o.zone));
  return casework_incident_add(tx, who, &a->in, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  const char *org = "", *kind = "";
  struct incident in = {.happened = VG_NOTIME, .known = VG_NOTIME, .reported = VG_NOTIME};
  const struct cli_option options[] = {{"org", CLI_TEXT, &org},
                                       {"kind", CLI_TEXT, &kind},
                                       {"summary", CLI_WORDS, CLI_ROOM(in.summary)},
                                       {"happened", CLI_TIME, &in.happened},
                                       {"known", CLI_TIME, &in.known},
                                       {"reported", CLI_TIME, &in.reported},
                                       {"no-personal-data", CLI_FLAG, &in.no_personal_data},
                                       {0}};
  int status = cli_no_word(c, &cmd_incident_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*org)
    return cli_usage(c, &cmd_incident_add, "cli.missing", "--org");
  if (!*kind)
    return cli_usage(c, &cmd_incident_add, "cli.missing", "--kind");
  if ((status = show_pick(c, &cmd_incident_add, &show_kinds, &kind)) != CLI_OK)
    return status;
  if (!*in.summary)
    return cli_usage(c, &cmd_incident_add, "cli.missing", "--summary");
  if (in.happened == VG_NOTIME || in.known == VG_NOTIME)
    return cli_usage(c, &cmd_incident_add, "cli.missing", in.happened == VG_NOTIME ? "--happened" : "--known");
  vg_str_copy(in.kind, sizeof in.kind, vg_str_z(kind));
  struct addition a = {in, org};
  if (cli_write(c, add, &a) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_incident(c, &a.in, a.in.summary);
  else
    CLI_SAY(c, "cli.incident_add.done", a.in.org_name, a.in.pid.s);
  return CLI_OK;
}

const struct cli_command cmd_incident_add = {"incident add", "cli.incident_add", "cli.incident_add.usage", run_add};
const struct cli_command cmd_incident_list = {"incident list", "cli.incident_list", "cli.incident_list.usage",
                                              run_list};
