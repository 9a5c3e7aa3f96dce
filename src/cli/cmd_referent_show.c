#include "cli/show.h"

#include "casework/casework.h"

extern const struct cli_command cmd_referent_show, cmd_referent_mandate, cmd_referent_conflict, cmd_referent_capacity;

struct order {
  struct cli *c;
  const char *ref, *org, *reason;
  bool end;
  int64_t followed;   /* incidents that still need somebody */
  struct person with; /* role, zone, from, to, capacity, skills as given */
};

static vg_code mandate(void *ctx, const struct mandate *m, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "role", territory_role_name(m->role));
    vg_jw_kstr(s->w, "zone", m->zone);
    vg_jw_ktime(s->w, "from", m->from);
    vg_jw_ktime(s->w, "to", m->to);
    vg_jw_kbool(s->w, "in_force", m->in_force);
    vg_jw_kbool(s->w, "admitted", m->admitted);
    vg_jw_ktime(s->w, "oath", m->oath);
    vg_jw_kstr(s->w, "charter", m->charter);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  const char *state = vg_msg_text(s->c->lang, !m->in_force  ? "cli.mandate.no"
                                              : m->admitted ? "cli.mandate.yes"
                                                            : "server.person.elsewhere");
  cli_table_cellz(t, show_wordz(s->c, "server.role.", territory_role_name(m->role)));
  cli_table_cell(t, m->zone);
  cli_table_cellz(t, cli_time(from, s->c, m->from));
  cli_table_cellz(t, cli_time(to, s->c, m->to));
  cli_table_cellz(t, state ? state : "");
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, m->oath));
  cli_table_cell(t, m->charter);
  return VG_OK;
}

static vg_code conflict(void *ctx, const struct conflict *k, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "organisation", k->org);
    vg_jw_kstr(s->w, "reason", k->reason);
    vg_jw_ktime(s->w, "from", k->since);
    vg_jw_ktime(s->w, "to", k->until);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  cli_table_cell(t, k->org);
  cli_table_cell(t, k->reason);
  cli_table_cellz(t, cli_time(from, s->c, k->since));
  cli_table_cellz(t, cli_time(to, s->c, k->until));
  return VG_OK;
}

static vg_code lists(struct show *s, struct store_tx *tx, int64_t person, struct vg_err *err) {
  static const char *const mandates[] = {"cli.col.role",  "cli.col.zone", "cli.col.from",   "cli.col.to",
                                         "cli.col.state", "cli.col.oath", "cli.col.charter"};
  static const char *const conflicts[] = {"cli.col.name", "cli.col.reason", "cli.col.from", "cli.col.to"};
  show_list(s, "mandates", "cli.show.mandates", mandates, VG_COUNT(mandates));
  vg_code rc = territory_each_mandate(tx, person, mandate, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "conflicts", "cli.show.conflicts", conflicts, VG_COUNT(conflicts));
  rc = territory_each_conflict(tx, person, conflict, s, err);
  show_end(s);
  return rc;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct person p;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  (void)who;
  VG_TRY(territory_person_find(tx, vg_str_z(o->ref), &p, err));
  show_open(&s);
  if (s.w)
    vg_jw_kint(&w, "capacity", p.capacity);
  show_text(&s, "cli.col.id", "id", vg_str_z(p.pid.s));
  show_text(&s, "cli.col.name", "name", vg_str_z(p.name));
  show_text(&s, "cli.col.login", "login", vg_str_z(p.login));
  show_text(&s, "cli.col.skills", "skills", vg_str_z(p.skills));
  show_line(&s, "cli.col.capacity", p.capacity ? vg_str_z(VG_N(p.capacity)) : VG_NOSTR);
  VG_TRY(lists(&s, tx, p.id, err));
  show_close(&s);
  return VG_OK;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_referent_show, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

static int then_show(struct order *o, cli_writer *write) {
  int status = cli_write(o->c, write, o);
  return status != CLI_OK ? status : cli_read(o->c, show, o);
}

static vg_code set_mandate(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct person p, with = o->with;
  VG_TRY(territory_person_find(tx, vg_str_z(o->ref), &p, err));
  with.id = p.id;
  with.pid = p.pid;
  vg_str_copy(with.name, sizeof with.name, vg_str_z(p.name));
  if (!o->end)
    return territory_mandate_add(tx, who, &with, err);
  VG_TRY(casework_followed(tx, p.id, &o->followed, err));
  return territory_mandate_end(tx, who, &with, err);
}

static int run_mandate(struct cli *c, int argc, char **argv) {
  const char *role = NULL;
  struct order o = {.c = c, .with = {.from = vg_now(&c->clock), .to = VG_NOTIME}};
  const struct cli_option options[] = {{"role", CLI_TEXT, &role},
                                       {"zone", CLI_WORDS, CLI_ROOM(o.with.zone)},
                                       {"from", CLI_TIME, &o.with.from},
                                       {"to", CLI_TIME, &o.with.to},
                                       {"end", CLI_FLAG, &o.end},
                                       {"oath", CLI_TIME, &o.with.oath},
                                       {"charter", CLI_WORDS, CLI_ROOM(o.with.charter)},
                                       {0}};
  int status = cli_one_word(c, &cmd_referent_mandate, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!role)
    return cli_usage(c, &cmd_referent_mandate, "cli.missing", "--role");
  if ((status = show_pick(c, &cmd_referent_mandate, &show_roles, &role)) != CLI_OK)
    return status;
  VG_ASSERT(territory_role_by_name(vg_str_z(role), &o.with.role));
  if (o.end && o.with.to == VG_NOTIME)
    o.with.to = vg_now(&c->clock);
  if ((status = then_show(&o, set_mandate)) == CLI_OK && o.end && o.followed)
    CLI_NOTE(c, "cli.referent_mandate.follows", VG_N(o.followed));
  return status;
}

static vg_code set_conflict(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct person p;
  struct org org;
  VG_TRY(territory_person_find(tx, vg_str_z(o->ref), &p, err));
  VG_TRY(territory_org_find(tx, vg_str_z(o->org), &org, err));
  if (o->end)
    return territory_conflict_end(tx, who, &p, &org, vg_str_z(o->reason), err);
  return territory_conflict_declare(tx, who, &p, &org, vg_str_z(o->reason), o->with.to, err);
}

static int run_conflict(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .reason = "", .with = {.to = VG_NOTIME}};
  const struct cli_option options[] = {{"org", CLI_TEXT, &o.org},
                                       {"reason", CLI_TEXT, &o.reason},
                                       {"to", CLI_TIME, &o.with.to},
                                       {"end", CLI_FLAG, &o.end},
                                       {0}};
  int status = cli_one_word(c, &cmd_referent_conflict, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.org ? then_show(&o, set_conflict) : cli_usage(c, &cmd_referent_conflict, "cli.missing", "--org");
}

static vg_code set_capacity(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct person p;
  VG_TRY(territory_person_find(tx, vg_str_z(o->ref), &p, err));
  p.capacity = o->with.capacity;
  vg_str_copy(p.skills, sizeof p.skills, vg_str_z(o->with.skills));
  return territory_capacity(tx, who, &p, err);
}

static int run_capacity(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .with = {.capacity = INT64_MIN}};
  const struct cli_option options[] = {
      {"requests", CLI_INT, &o.with.capacity}, {"skills", CLI_WORDS, CLI_ROOM(o.with.skills)}, {0}};
  int status = cli_one_word(c, &cmd_referent_capacity, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  return o.with.capacity >= 0 ? then_show(&o, set_capacity)
                              : cli_usage(c, &cmd_referent_capacity,
                                          o.with.capacity == INT64_MIN ? "cli.missing" : "cli.bad_value", "--requests");
}

const struct cli_command cmd_referent_show = {"referent show", "cli.referent_show", "cli.referent_show.usage",
                                              run_show};
const struct cli_command cmd_referent_mandate = {"referent mandate", "cli.referent_mandate",
                                                 "cli.referent_mandate.usage", run_mandate};
const struct cli_command cmd_referent_conflict = {"referent conflict", "cli.referent_conflict",
                                                  "cli.referent_conflict.usage", run_conflict};
const struct cli_command cmd_referent_capacity = {"referent capacity", "cli.referent_capacity",
                                                  "cli.referent_capacity.usage", run_capacity};
