#include "cli/show.h"

extern const struct cli_command cmd_zone_show, cmd_zone_move, cmd_zone_generalise, cmd_zone_contact;

struct order {
  struct cli *c;
  struct show s;
  const char *code, *department, *contact;
  vg_time from;
  int64_t opened;
};

static vg_code head(void *ctx, const struct zone *z, struct vg_err *err) {
  struct order *o = ctx;
  struct show *s = &o->s;
  (void)err;
  show_text(s, "cli.col.code", "code", z->code);
  show_text(s, "cli.col.name", "name", o->c->lang == VG_FR ? z->name_fr : z->name_en);
  show_text(s, "cli.col.seat", "seat", z->seat);
  show_text(s, "cli.col.contact", "contact", z->contact);
  show_line(s, "cli.col.departments", vg_str_z(VG_N(z->departments)));
  show_line(s, "cli.col.companies", vg_str_z(VG_N(z->orgs)));
  show_line(s, "cli.col.referents", vg_str_z(VG_N(z->referents)));
  if (z->pilot)
    show_line(s, "cli.col.pilot", VG_STR("2018"));
  if (z->to_check)
    show_line(s, "cli.col.check", vg_str_z(vg_msg_text(o->c->lang, "cli.zone_show.check")));
  if (s->w) {
    vg_jw_kbool(s->w, "overseas", z->overseas);
    vg_jw_kbool(s->w, "pilot", z->pilot);
    vg_jw_kbool(s->w, "to_check", z->to_check);
    vg_jw_kint(s->w, "departments", z->departments);
    vg_jw_kint(s->w, "companies", z->orgs);
    vg_jw_kint(s->w, "referents", z->referents);
  }
  return VG_OK;
}

static vg_code member(void *ctx, const struct membership *m, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "scheme", m->scheme);
    vg_jw_kstr(s->w, "department", m->department);
    vg_jw_kstr(s->w, "name", m->name);
    vg_jw_ktime(s->w, "from", m->since);
    vg_jw_ktime(s->w, "to", m->until);
    vg_jw_end(s->w);
    return VG_OK;
  }
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  char scheme[32];
  cli_table_cellz(t, show_wordz(s->c, "cli.scheme.", vg_str_copy(scheme, sizeof scheme, m->scheme)));
  cli_table_cell(t, m->department);
  cli_table_cell(t, m->name);
  cli_table_cellz(t, cli_time(from, s->c, m->since));
  cli_table_cellz(t, cli_time(to, s->c, m->until));
  return VG_OK;
}

static vg_code person(void *ctx, const struct person *p, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  vg_time now = vg_now(&o->c->clock);
  if (!vg_str_eqz(vg_str_z(p->zone), o->code) || !(p->role & (ROLE_REFERENT | ROLE_RESERVIST)) || p->from > now ||
      (p->to != VG_NOTIME && p->to <= now))
    return VG_OK;
  struct cli_table *t = show_row(&o->s);
  if (!t) {
    vg_jw_obj(o->s.w);
    vg_jw_kz(o->s.w, "id", p->pid.s);
    vg_jw_kz(o->s.w, "name", p->name);
    vg_jw_kz(o->s.w, "role", territory_role_name(p->role));
    vg_jw_ktime(o->s.w, "to", p->to);
    vg_jw_end(o->s.w);
    return VG_OK;
  }
  cli_table_cellz(t, p->name);
  cli_table_cellz(t, show_wordz(o->c, "server.role.", territory_role_name(p->role)));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, o->c, p->to));
  return VG_OK;
}

static vg_code show(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const people[] = {"cli.col.name", "cli.col.role", "cli.col.to"};
  static const char *const members[] = {"cli.col.scheme", "cli.col.department", "cli.col.name", "cli.col.from",
                                        "cli.col.to"};
  struct order *o = ctx;
  struct vg_jw w;
  (void)who;
  o->s = (struct show){.c = o->c, .w = o->c->json ? &w : NULL};
  show_open(&o->s);
  VG_TRY(territory_zone_find(tx, vg_str_z(o->code), head, o, err));
  show_list(&o->s, "people", "cli.show.people", people, VG_COUNT(people));
  vg_code rc = territory_each_person(tx, person, o, err);
  show_end(&o->s);
  VG_TRY(rc);
  show_list(&o->s, "memberships", "cli.show.memberships", members, VG_COUNT(members));
  rc = territory_each_membership(tx, vg_str_z(o->code), member, &o->s, err);
  show_end(&o->s);
  if (rc == VG_OK)
    show_close(&o->s);
  return rc;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_zone_show, argc, argv, options, "CODE", &o.code);
  return status != CLI_OK ? cli_parsed(status) : cli_read(c, show, &o);
}

static vg_code move(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return territory_department_move(tx, who, o->department, o->code, o->from, err);
}

static int run_move(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .from = VG_NOTIME};
  const struct cli_option options[] = {{"to", CLI_TEXT, &o.code}, {"from", CLI_TIME, &o.from}, {0}};
  int status = cli_one_word(c, &cmd_zone_move, argc, argv, options, "DEPARTMENT", &o.department);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.code || o.from == VG_NOTIME)
    return cli_usage(c, &cmd_zone_move, "cli.missing", o.code ? "--from" : "--to");
  if ((status = cli_write(c, move, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.zone_move.done", o.department, o.code);
  return status;
}

static vg_code generalise(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return territory_generalise(tx, who, o->from, &o->opened, err);
}

static int run_generalise(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .from = VG_NOTIME};
  const struct cli_option options[] = {{"from", CLI_TIME, &o.from}, {0}};
  int status = cli_no_word(c, &cmd_zone_generalise, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (o.from == VG_NOTIME)
    return cli_usage(c, &cmd_zone_generalise, "cli.missing", "--from");
  if ((status = cli_write(c, generalise, &o)) != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_ktime(&w, "from", o.from);
    vg_jw_kint(&w, "departments", o.opened);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.zone_generalise.done", VG_N(o.opened), cli_time((char[VG_TIME_TEXT]){0}, c, o.from));
  }
  return CLI_OK;
}

static vg_code contact(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return territory_zone_contact(tx, who, o->code, vg_str_z(o->contact), err);
}

static int run_contact(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_parse(c, &cmd_zone_contact, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_zone_contact, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2   ? argv[2]
                     : argc > 0 ? "TEXT"
                                : "CODE");
  o.code = argv[0];
  o.contact = argv[1];
  if ((status = cli_write(c, contact, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.zone_contact.done", o.code, o.contact);
  return status;
}

const struct cli_command cmd_zone_contact = {"zone contact", "cli.zone_contact", "cli.zone_contact.usage", run_contact};
const struct cli_command cmd_zone_show = {"zone show", "cli.zone_show", "cli.zone_show.usage", run_show};
const struct cli_command cmd_zone_move = {"zone move", "cli.zone_move", "cli.zone_move.usage", run_move};
const struct cli_command cmd_zone_generalise = {"zone generalise", "cli.zone_generalise", "cli.zone_generalise.usage",
                                                run_generalise};
