#include "cli/cli.h"
#include "cli/show.h"

#include "prevention/prevention.h"

extern const struct cli_command cmd_action_add, cmd_action_done, cmd_action_cancel, cmd_action_list;

static void write_one(struct cli *c, const struct action *a) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", a->pid.s);
  vg_jw_kz(&w, "kind", a->kind);
  vg_jw_kz(&w, "title", a->title);
  vg_jw_kz(&w, "organisation", a->org_name);
  vg_jw_kz(&w, "zone", a->zone);
  vg_jw_kz(&w, "place", a->place);
  vg_jw_kz(&w, "referent", a->referent_name);
  vg_jw_ktime(&w, "at", a->at);
  vg_jw_kz(&w, "state", a->state);
  vg_jw_kint(&w, "people", a->people);
  vg_jw_kz(&w, "for", a->target);
  vg_jw_kint(&w, "feedback", a->sheets);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code row(void *ctx, const struct action *a, struct vg_err *err) {
  struct cli_listing *l = ctx;
  (void)err;
  if ((a->org && territory_access(l->tx, l->who, a->org, NULL) != VG_OK) || !cli_list_room(l))
    return VG_OK;
  if (l->c->json) {
    write_one(l->c, a);
    return VG_OK;
  }
  const char *cells[] = {cli_time((char[VG_TIME_TEXT]){0}, l->c, a->at),
                         show_wordz(l->c, "server.action.kind.", a->kind),
                         show_wordz(l->c, "server.action.", a->state),
                         a->title,
                         a->org_name,
                         a->zone,
                         a->referent_name};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  cli_table_cell_int(l->table, a->people);
  cli_table_cellz(l->table, a->pid.s);
  return VG_OK;
}

static vg_code read_list(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return prevention_each_action(tx, ACTIONS_ALL, 0, 0, row, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.at",       "cli.col.kind",   "cli.col.state",
                                        "cli.col.title",    "cli.col.name",   "cli.col.zone",
                                        "cli.col.referent", "cli.col.people", "cli.col.id"};
  return cli_list_long_seen(c, &cmd_action_list, argc, argv, heading, VG_COUNT(heading), read_list);
}

struct addition {
  struct action a;
  const char *org, *referent;
};

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct addition *x = ctx;
  if (x->org) {
    struct org o;
    VG_TRY(territory_org_find(tx, vg_str_z(x->org), &o, err));
    x->a.org = o.id;
    vg_str_copy(x->a.org_name, sizeof x->a.org_name, vg_str_z(o.name));
    vg_str_copy(x->a.zone, sizeof x->a.zone, vg_str_z(o.zone));
  }
  if (x->referent) {
    struct person p;
    VG_TRY(territory_person_find(tx, vg_str_z(x->referent), &p, err));
    x->a.referent = p.id;
    vg_str_copy(x->a.referent_name, sizeof x->a.referent_name, vg_str_z(p.name));
  }
  return prevention_action_add(tx, who, &x->a, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct addition x = {.a = {.at = VG_NOTIME, .kind = "visit"}};
  const struct cli_option options[] = {{"kind", CLI_WORDS, CLI_ROOM(x.a.kind)},
                                       {"title", CLI_WORDS, CLI_ROOM(x.a.title)},
                                       {"org", CLI_TEXT, &x.org},
                                       {"zone", CLI_WORDS, CLI_ROOM(x.a.zone)},
                                       {"place", CLI_WORDS, CLI_ROOM(x.a.place)},
                                       {"referent", CLI_TEXT, &x.referent},
                                       {"at", CLI_TIME, &x.a.at},
                                       {"for", CLI_WORDS, CLI_ROOM(x.a.target)},
                                       {0}};
  int status = cli_no_word(c, &cmd_action_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*x.a.title || x.a.at == VG_NOTIME)
    return cli_usage(c, &cmd_action_add, "cli.missing", *x.a.title ? "--at" : "--title");
  if (cli_write(c, add, &x) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_one(c, &x.a);
  else
    CLI_SAY(c, "cli.action_add.done", x.a.pid.s);
  return CLI_OK;
}

struct ending {
  const char *id, *reason;
  bool mistake;
  struct cli_list people;
};

static vg_code done(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct ending *e = ctx;
  return prevention_action_done(tx, who, vg_str_z(e->id), e->people.v, e->people.n, err);
}

static int run_done(struct cli *c, int argc, char **argv) {
  struct ending e = {0};
  const struct cli_option options[] = {{"people", CLI_LIST, &e.people}, {0}};
  int status = cli_one_word(c, &cmd_action_done, argc, argv, options, "ID", &e.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, done, &e)) == CLI_OK)
    CLI_NOTE(c, "cli.action_done.done", e.id);
  return status;
}

static vg_code cancel(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct ending *e = ctx;
  return prevention_action_cancel(tx, who, vg_str_z(e->id), vg_str_z(e->reason), e->mistake, err);
}

static int run_cancel(struct cli *c, int argc, char **argv) {
  struct ending e = {.reason = ""};
  const struct cli_option options[] = {{"reason", CLI_TEXT, &e.reason}, {"mistake", CLI_FLAG, &e.mistake}, {0}};
  int status = cli_one_word(c, &cmd_action_cancel, argc, argv, options, "ID", &e.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, cancel, &e)) == CLI_OK)
    CLI_NOTE(c, "cli.action_cancel.done", e.id);
  return status;
}

const struct cli_command cmd_action_add = {"action add", "cli.action_add", "cli.action_add.usage", run_add};
const struct cli_command cmd_action_done = {"action done", "cli.action_done", "cli.action_done.usage", run_done};
const struct cli_command cmd_action_cancel = {"action cancel", "cli.action_cancel", "cli.action_cancel.usage",
                                              run_cancel};
const struct cli_command cmd_action_list = {"action list", "cli.action_list", "cli.action_list.usage", run_list};
