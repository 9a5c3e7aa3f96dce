#include "cli/show.h"

#include <stdlib.h>

extern const struct cli_command cmd_incident_show, cmd_incident_clock, cmd_incident_route, cmd_incident_assign,
    cmd_incident_due;

struct order {
  struct cli *c;
  const char *id, *code, *to;
  enum clock_change change;
  vg_time at;
  const char *reason, *motive;
  struct routing routing;
  struct candidate taken;
};

static vg_code referral_row(void *ctx, const struct referral *r, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "id", r->pid.s);
    vg_jw_kstr(s->w, "service", r->service);
    vg_jw_kstr(s->w, "reason", r->reason);
    vg_jw_ktime(s->w, "at", r->at);
    vg_jw_kstr(s->w, "outcome", r->outcome);
    vg_jw_ktime(s->w, "outcome_at", r->outcome_at);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell(t, r->service);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, r->at));
  cli_table_cell(t, r->reason);
  cli_table_cell(t, r->outcome);
  cli_table_cellz(t, r->pid.s);
  return VG_OK;
}

static vg_code referrals(struct show *s, struct store_tx *tx, int64_t incident, struct vg_err *err) {
  static const char *const heading[] = {"cli.referral.service", "cli.col.at", "cli.col.reason", "cli.referral.outcome",
                                        "cli.col.id"};
  show_list(s, "referrals", "cli.show.referrals", heading, VG_COUNT(heading));
  vg_code rc = casework_each_referral(tx, incident, referral_row, s, err);
  show_end(s);
  return rc;
}

/* Who follows it; what is wrong with that is said by "incident route", and here. */
static vg_code follower(struct show *s, struct store_tx *tx, const struct incident *in, struct vg_err *err) {
  struct routing k;
  VG_TRY(casework_routing(tx, in, &k, err));
  show_text(s, "server.role.referent", "referent", vg_str_z(k.follower));
  if (s->w)
    vg_jw_kbool(s->w, "referent_able", in->referent && !k.follower_ill);
  if (k.follower_ill)
    CLI_NOTE(s->c, k.follower_ill, k.follower);
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct incident in;
  struct vg_jw w;
  struct show s = {.c = o->c, .w = o->c->json ? &w : NULL};
  VG_TRY(casework_incident_see(tx, who, vg_str_z(o->id), &in, err));
  show_open(&s);
  show_text(&s, "cli.col.id", "id", vg_str_z(in.pid.s));
  show_text(&s, "cli.col.name", "organisation", vg_str_z(in.org_name));
  show_text(&s, "cli.col.zone", "zone", vg_str_z(in.zone));
  show_code(&s, "cli.col.kind", "kind", "server.kind.", vg_str_z(in.kind));
  show_text(&s, "cli.col.summary", "summary", vg_str_z(in.summary));
  show_times_told(&s, &in);
  show_time(&s, "cli.col.reported", "reported", in.reported);
  VG_TRY(follower(&s, tx, &in, err));
  VG_TRY(show_clocks(&s, tx, in.id, err));
  VG_TRY(show_cases(&s, tx, who, 0, in.id, err));
  VG_TRY(referrals(&s, tx, in.id, err));
  show_close(&s);
  return VG_OK;
}

static int run_show(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_incident_show, argc, argv, options, "ID", &o.id);
  return status != CLI_OK ? cli_parsed(status) : cli_read_inquiry(c, o.id, o.motive, show, &o);
}

static vg_code set(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct incident in;
  VG_TRY(casework_incident_see(tx, who, vg_str_z(o->id), &in, err));
  return casework_clock_set(tx, who, &in, o->code, o->change, o->at, vg_str_z(o->reason), err);
}

static int run_clock(struct cli *c, int argc, char **argv) {
  bool start = false, done = false, none = false, reopen = false;
  struct order o = {.c = c, .at = VG_NOTIME, .reason = ""};
  const struct cli_option options[] = {{"start", CLI_FLAG, &start},
                                       {"done", CLI_FLAG, &done},
                                       {"not-applicable", CLI_FLAG, &none},
                                       {"reopen", CLI_FLAG, &reopen},
                                       {"at", CLI_TIME, &o.at},
                                       {"reason", CLI_TEXT, &o.reason},
                                       {0}};
  int status = cli_parse(c, &cmd_incident_clock, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_incident_clock, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2]
                     : argc   ? "CODE"
                              : "ID");
  if (start + done + none + reopen != 1)
    return cli_usage(c, &cmd_incident_clock, "cli.missing", "--start | --done | --not-applicable | --reopen");
  o.id = argv[0];
  o.code = argv[1];
  o.change = start ? CLOCK_START : done ? CLOCK_DONE : none ? CLOCK_NOT_APPLICABLE : CLOCK_REOPEN;
  if (o.at == VG_NOTIME)
    o.at = vg_now(&c->clock);
  if ((status = cli_consult(c, o.id, NULL)) != CLI_OK)
    return status;
  status = cli_write(c, set, &o);
  return status != CLI_OK ? status : cli_read(c, show, &o);
}

static vg_code candidate(void *ctx, const struct candidate *k, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct cli *c = l->c;
  (void)err;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "id", k->pid);
    vg_jw_kstr(&w, "name", k->name);
    vg_jw_kstr(&w, "zone", k->zone);
    vg_jw_kstr(&w, "skills", k->skills);
    vg_jw_kint(&w, "load", k->load);
    vg_jw_kint(&w, "capacity", k->capacity);
    vg_jw_kbool(&w, "same_zone", k->same_zone);
    vg_jw_kbool(&w, "full", k->full);
    vg_jw_kbool(&w, "conflict", k->conflict);
    vg_jw_end(&w);
    cli_json_end(c);
    return VG_OK;
  }
  const char *why = vg_msg_text(c->lang, casework_candidate_why(k));
  cli_table_cell(l->table, k->name);
  cli_table_cell(l->table, k->zone);
  cli_table_cell_int(l->table, k->load);
  cli_table_cellz(l->table, k->capacity ? VG_N(k->capacity) : "");
  cli_table_cell(l->table, k->skills);
  cli_table_cellz(l->table, why ? why : "");
  return VG_OK;
}

static vg_code route(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.name",     "cli.col.zone",   "cli.col.load",
                                        "cli.col.capacity", "cli.col.skills", "cli.col.reason"};
  struct order *o = ctx;
  struct incident in;
  struct cli_listing l = {.c = o->c};
  VG_TRY(casework_incident_see(tx, who, vg_str_z(o->id), &in, err));
  if (!o->c->json)
    l.table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = casework_route(tx, &in, candidate, &l, err);
  if (l.table)
    cli_table_print(l.table);
  VG_TRY(rc);
  return casework_routing(tx, &in, &o->routing, err);
}

static int run_route(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_incident_route, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_read(c, route, &o)) != CLI_OK)
    return status;
  if (o.routing.follower_ill)
    CLI_NOTE(c, o.routing.follower_ill, o.routing.follower);
  if (o.routing.said)
    CLI_NOTE(c, o.routing.said);
  return CLI_OK;
}

static vg_code assign(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct incident in;
  struct person p;
  VG_TRY(casework_incident_see(tx, who, vg_str_z(o->id), &in, err));
  VG_TRY(territory_person_find(tx, vg_str_z(o->to), &p, err));
  return casework_assign(tx, who, &in, &p, &o->taken, err);
}

static int run_assign(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"to", CLI_TEXT, &o.to}, {0}};
  int status = cli_one_word(c, &cmd_incident_assign, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.to)
    return cli_usage(c, &cmd_incident_assign, "cli.missing", "--to");
  if ((status = cli_write(c, assign, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.incident_assign.done", o.id, o.to);
  if (status == CLI_OK && o.taken.capacity && o.taken.load > o.taken.capacity)
    CLI_NOTE(c, "cli.incident_assign.over", o.to, VG_N(o.taken.load), VG_N(o.taken.capacity));
  return status;
}

/* A clock of an incident, the end of a flagrance, or the deadline of a requisition. */
struct due_line {
  const char *key, *id, *name_key, *name, *zone;
  vg_str code, state, doubt; /* of the legal figure: what is to be revalidated */
  vg_time due;
};

static void due_line(struct cli_listing *l, const struct due_line *d) {
  if (!cli_list_room(l))
    return;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, d->key, d->id);
    vg_jw_kz(&w, d->name_key, d->name);
    vg_jw_kz(&w, "zone", d->zone);
    vg_jw_kstr(&w, "code", d->code);
    vg_jw_kstr(&w, "state", d->state);
    vg_jw_ktime(&w, "due", d->due);
    vg_jw_kstr(&w, "to_check", d->doubt);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return;
  }
  struct vg_buf left, doubt;
  vg_buf_init(&left, 128);
  vg_buf_init(&doubt, 1024);
  casework_doubt(&doubt, l->c->lang, d->doubt);
  casework_clock_left(&left, l->c->lang, d->due, vg_now(&l->c->clock));
  cli_table_cellz(l->table, cli_time((char[VG_TIME_TEXT]){0}, l->c, d->due));
  cli_table_cellz(l->table, vg_buf_text(&left));
  vg_buf_fini(&left);
  cli_table_cell(l->table, d->code);
  cli_table_cellz(l->table, d->name);
  cli_table_cellz(l->table, d->zone);
  cli_table_cellz(l->table, vg_buf_text(&doubt));
  cli_table_cellz(l->table, d->id);
  vg_buf_fini(&doubt);
}

/* All in one order: ends of flagrances and requisitions are few and known first. */
enum { FLAGRANCES = 500, REQUISITIONS = 1000 };
struct ending {
  const char *key, *name_key;
  vg_str code, doubt;
  char id[80], name[160], zone[24];
  vg_time end;
};
struct endings {
  struct cli_listing *l;
  struct store_tx *tx;
  struct ending v[FLAGRANCES + REQUISITIONS];
  size_t n, told;
  vg_time now;
};

static vg_code ending(void *ctx, const struct flagrance *f, struct vg_err *err) {
  struct endings *e = ctx;
  struct ending *one = &e->v[e->n++];
  struct frame_rule rule;
  (void)err;
  *one = (struct ending){.key = "case", .name_key = "organisation", .code = VG_STR("FLAGRANCE"), .end = f->end};
  if (casework_frame_rule(VG_STR("flagrance"), &rule))
    one->doubt = rule.doubt;
  vg_str_copy(one->id, sizeof one->id, vg_id_str(&f->pid));
  vg_str_copy(one->name, sizeof one->name, f->org_name);
  vg_str_copy(one->zone, sizeof one->zone, f->zone);
  return VG_OK;
}

static vg_code requisition(void *ctx, const struct act *a, struct vg_err *err) {
  struct endings *e = ctx;
  struct ending *one = &e->v[e->n++];
  struct affair of;
  VG_TRY(casework_case_find(e->tx, vg_str_z(a->case_ref), &of, err));
  *one = (struct ending){.key = "act", .name_key = "addressee", .code = VG_STR("REQUISITION"), .end = a->due};
  vg_str_copy(one->id, sizeof one->id, vg_str_z(a->ref));
  vg_str_copy(one->name, sizeof one->name, vg_str_z(a->addressee));
  vg_str_copy(one->zone, sizeof one->zone, vg_str_z(of.zone));
  return VG_OK;
}

static int by_end(const void *a, const void *b) {
  const struct ending *x = a, *y = b;
  return (x->end > y->end) - (x->end < y->end);
}

static void endings_until(struct endings *e, vg_time due) {
  while (e->told < e->n && e->v[e->told].end <= due) {
    const struct ending *one = &e->v[e->told++];
    const struct due_line d = {.key = one->key,
                               .id = one->id,
                               .name_key = one->name_key,
                               .name = one->name,
                               .zone = one->zone,
                               .code = one->code,
                               .doubt = one->doubt,
                               .state = one->end < e->now ? VG_STR("late") : VG_STR("open"),
                               .due = one->end};
    due_line(e->l, &d);
  }
}

static vg_code due(void *ctx, const struct incident *in, const struct legal_clock *k, struct vg_err *err) {
  struct endings *e = ctx;
  const struct due_line d = {.key = "incident",
                             .id = in->pid.s,
                             .name_key = "organisation",
                             .name = in->org_name,
                             .zone = in->zone,
                             .code = k->code,
                             .doubt = k->doubt,
                             .state = k->state,
                             .due = k->due};
  (void)err;
  endings_until(e, k->due);
  due_line(e->l, &d);
  return VG_OK;
}

static vg_code read_due(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  struct endings e = {.l = l, .tx = tx, .now = store_now(tx)};
  VG_TRY(casework_each_flagrance(tx, l->who, FLAGRANCES, ending, &e, err));
  VG_TRY(casework_each_waiting(tx, l->who, INT64_MAX, REQUISITIONS, requisition, &e, err));
  qsort(e.v, e.n, sizeof e.v[0], by_end);
  VG_TRY(casework_each_due(tx, l->who, cli_list_wanted(l), due, &e, err));
  endings_until(&e, INT64_MAX);
  return VG_OK;
}

static int run_due(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.due",  "cli.col.state", "cli.col.code", "cli.col.name",
                                        "cli.col.zone", "cli.col.check", "cli.col.id"};
  return cli_list_long_seen(c, &cmd_incident_due, argc, argv, heading, VG_COUNT(heading), read_due);
}

const struct cli_command cmd_incident_show = {"incident show", "cli.incident_show", "cli.incident_show.usage",
                                              run_show};
const struct cli_command cmd_incident_clock = {"incident clock", "cli.incident_clock", "cli.incident_clock.usage",
                                               run_clock};
const struct cli_command cmd_incident_route = {"incident route", "cli.incident_route", "cli.incident_route.usage",
                                               run_route};
const struct cli_command cmd_incident_assign = {"incident assign", "cli.incident_assign", "cli.incident_assign.usage",
                                                run_assign};
const struct cli_command cmd_incident_due = {"incident due", "cli.incident_due", "cli.incident_due.usage", run_due};
