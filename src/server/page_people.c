/* The people of the network: who may do what, until when, with which room left, and what closes which door to them. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "territory/territory.h"

static const char *const roles[] = {"referent", "reservist", "responder", "investigator",
                                    "analyst",  "partner",   "company",   "admin"};

static void person_row(struct request *r, struct store_rows *q) {
  bool in_force = store_int(q, 6) != 0, mandate = !store_is_null(q, 2);
  row(r);
  cell(r);
  link_to(r, "/personnes/", store_str(q, 0), store_str(q, 1));
  cell(r);
  if (mandate)
    word(r, "server.role.", vg_str_z(territory_role_name((unsigned)store_int(q, 2))));
  else
    RAW(r, "–");
  cell(r);
  zone_name(r, store_str(q, 3));
  cell(r);
  text(r, store_str(q, 4).n ? store_str(q, 4) : VG_STR("–"));
  cell(r);
  if (!mandate)
    RAW(r, "–");
  else if (store_is_null(q, 5))
    msg(r, "server.still");
  else
    day(r, store_time(q, 5));
  cell(r);
  if (!mandate)
    badge(r, "mute", "server.person.no_mandate");
  else if (in_force && !store_int(q, 9))
    badge(r, "warn", "server.person.elsewhere");
  else
    badge(r, in_force ? "ok" : "mute", in_force ? "server.in_force" : "server.over");
  if (store_int(q, 7)) {
    RAW(r, " ");
    badge(r, "warn", "server.person.conflicts");
  }
  if (in_force && store_int(q, 2) == ROLE_RESERVIST && store_str(q, 8).n == 0) {
    RAW(r, " ");
    badge(r, "warn", "server.person.no_charter");
  }
}

static vg_code role_field(struct request *r, const char *value) {
  struct choice role[VG_COUNT(roles)];
  char labels[VG_COUNT(roles)][48];
  field_choice(r, "role", "server.role", role, coded_choices(role, "server.role.", labels, roles, VG_COUNT(roles)),
               value, NULL);
  return VG_OK;
}

static vg_code dates(struct request *r, struct vg_err *err) {
  VG_TRY(role_field(r, "referent"));
  VG_TRY(field_zone(r, "zone", "server.none", r->who.zone, "territory.no_zone", err));
  RAW(r, "<div class=\"pair\">");
  field(r, "from", "server.from", "date", "", false, "server.bad_time territory.mandate_overlap");
  field(r, "to", "server.to", "date", "", false, "territory.mandate_dates");
  RAW(r, "</div>");
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.name",        "server.role", "server.zone",
                                     "server.person.side", "server.to",   "server.mandate"};
  page_top(r, "server.nav.people", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.people.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.nav.people", NULL);
  table_begin(r, "personnes", "server.nav.people", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT p.pid, p.name, m.role, COALESCE(m.zone, ''), p.org_name, m.until, CASE WHEN m.since <= $1 AND "
              "(m.until IS NULL OR m.until > $1) THEN 1 ELSE 0 END AS on_duty, (SELECT COUNT(*) FROM "
              "territory_v_conflict c WHERE c.person = p.id AND (c.until IS NULL OR c.until > $1)), "
              "COALESCE(m.charter, ''), m.admitted FROM territory_v_person p LEFT JOIN territory_v_mandate_full m ON "
              "m.person = p.id ORDER BY on_duty DESC, p.name, m.role LIMIT 1000",
              S_ARGS(S_TIME(r->now)), person_row, err));
  table_end(r, "server.people.none");
  card_end(r);
  RAW(r, "</div><div>");
  if (territory_may_appoint(&r->who, NULL) == VG_OK) {
    card_begin(r, "server.person.new", NULL);
    form_begin(r, "/personnes", "new");
    field(r, "name", "server.name", "text", "", true, "territory.name");
    VG_TRY(dates(r, err));
    VG_TRY(field_company(r, "org", "server.company.ref", "", false, "territory.no_org", err));
    field(r, "skills", "server.person.skills", "text", "", false, NULL);
    field(r, "capacity", "server.person.requests", "number", "", false, "territory.capacity");
    form_end(r, "server.person.add", true);
    card_end(r);
  }
  RAW(r, "</div></div>");
  return VG_OK;
}

/* A date field: its first instant, in UTC as the commands read it. */
static vg_code date_of(struct request *r, const char *name, vg_time otherwise, vg_time *out, struct vg_err *err) {
  char given[VG_TIME_TEXT];
  *out = otherwise;
  if (*sent(r, name, given, sizeof given) && !vg_time_parse(vg_str_z(given), out))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return VG_OK;
}

/* Role, zone and dates as sent. */
static vg_code mandate_of(struct request *r, struct person *p, struct vg_err *err) {
  char role[24];
  if (!territory_role_by_name(vg_str_z(sent(r, "role", role, sizeof role)), &p->role))
    return VG_FAIL(err, VG_EDATA, "server.needed");
  sent(r, "zone", p->zone, sizeof p->zone);
  sent(r, "charter", p->charter, sizeof p->charter);
  VG_TRY(date_of(r, "from", r->now, &p->from, err));
  VG_TRY(date_of(r, "to", VG_NOTIME, &p->to, err));
  return date_of(r, "oath", 0, &p->oath, err);
}

static vg_code capacity_of(struct request *r, struct person *p, struct vg_err *err) {
  char number[16];
  p->capacity = 0;
  sent(r, "skills", p->skills, sizeof p->skills);
  if (*sent(r, "capacity", number, sizeof number) && !vg_str_i64(vg_str_z(number), &p->capacity))
    return VG_FAIL(err, VG_EDATA, "territory.capacity");
  return VG_OK;
}

static vg_code add(struct request *r, struct vg_err *err) {
  struct person p = {.to = VG_NOTIME};
  char org[200];
  sent(r, "name", p.name, sizeof p.name);
  VG_TRY(mandate_of(r, &p, err));
  VG_TRY(capacity_of(r, &p, err));
  if (*sent(r, "org", org, sizeof org)) {
    struct org o;
    VG_TRY(territory_org_find(r->tx, vg_str_z(org), &o, err));
    p.organisation = o.id;
  }
  VG_TRY(territory_person_add(r->tx, &r->who, &p, VG_STR(""), err));
  go_to(r, "/personnes/", vg_id_str(&p.pid));
  return VG_OK;
}

static void hidden_day(struct request *r, const char *name, vg_time t) {
  char text[VG_TIME_TEXT];
  if (t != VG_NOTIME)
    field_hidden(r, name, vg_str_z(merge_time_text(text, t)));
}

/* The same mandate, given here. */
static void admit_form(struct request *r, const struct mandate *m) {
  RAW(r, " ");
  form_begin(r, r->path, "mandate");
  field_hidden(r, "role", vg_str_z(territory_role_name(m->role)));
  field_hidden(r, "zone", m->zone);
  hidden_day(r, "from", m->from);
  hidden_day(r, "to", m->to);
  hidden_day(r, "oath", m->oath);
  field_hidden(r, "charter", m->charter);
  form_end(r, "server.person.admit", false);
}

static vg_code mandate_row(void *ctx, const struct mandate *m, struct vg_err *err) {
  struct request *r = ctx;
  bool may = territory_may_appoint(&r->who, NULL) == VG_OK;
  (void)err;
  row(r);
  cell(r);
  word(r, "server.role.", vg_str_z(territory_role_name(m->role)));
  cell(r);
  zone_name(r, m->zone);
  cell(r);
  day(r, m->from);
  cell(r);
  if (m->to == VG_NOTIME)
    msg(r, "server.still");
  else
    day(r, m->to);
  cell(r);
  day(r, m->oath);
  cell(r);
  text(r, m->charter.n ? m->charter : VG_STR("–"));
  cell(r);
  badge(r, m->in_force ? "ok" : "mute",
        m->in_force        ? "server.in_force"
        : m->from > r->now ? "server.to_come"
                           : "server.over");
  if (!m->admitted) {
    RAW(r, " ");
    badge(r, "warn", "server.person.elsewhere");
  }
  if (!m->admitted && may && (m->to == VG_NOTIME || m->to > r->now))
    admit_form(r, m);
  if (m->admitted && m->in_force && may) {
    RAW(r, " ");
    form_begin(r, r->path, "end");
    field_hidden(r, "role", vg_str_z(territory_role_name(m->role)));
    form_end(r, "server.person.end", false);
  }
  return VG_OK;
}

static vg_code mandates(struct request *r, const struct person *p, struct vg_err *err) {
  static const char *const head[] = {"server.role",        "server.zone",           "server.from", "server.to",
                                     "server.person.oath", "server.person.charter", "server.state"};
  card_begin(r, "server.person.mandates", NULL);
  table_begin(r, "mandats", "server.person.mandates", head, VG_COUNT(head));
  VG_TRY(territory_each_mandate(r->tx, p->id, mandate_row, r, err));
  table_end(r, "server.people.none");
  if (territory_may_appoint(&r->who, NULL) == VG_OK) {
    details_begin(r, "server.person.mandate.add", "mandate");
    form_begin(r, r->path, "mandate");
    VG_TRY(dates(r, err));
    field(r, "oath", "server.person.oath", "date", "", false, "territory.oath");
    field(r, "charter", "server.person.charter", "text", "", false, NULL);
    form_end(r, "server.person.mandate.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

static vg_code conflict_row(void *ctx, const struct conflict *c, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  bool over = c->until != VG_NOTIME && c->until <= r->now;
  row(r);
  cell(r);
  text(r, c->org);
  cell(r);
  text(r, c->reason);
  cell(r);
  day(r, c->since);
  cell(r);
  badge(r, over ? "mute" : "warn", over ? "server.over" : "server.in_force");
  return VG_OK;
}

static vg_code conflicts(struct request *r, const struct person *p, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.motive", "server.from", "server.state"};
  card_begin(r, "server.person.conflicts", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.person.conflicts.sub");
  RAW(r, "</p>");
  table_begin(r, "conflits", "server.person.conflicts", head, VG_COUNT(head));
  VG_TRY(territory_each_conflict(r->tx, p->id, conflict_row, r, err));
  table_end(r, "server.person.no_conflict");
  details_begin(r, "server.person.conflict.add", "conflict");
  form_begin(r, r->path, "conflict");
  VG_TRY(field_company(r, "org", "server.company.ref", "", true, "territory.no_org territory.conflict_exists", err));
  field(r, "reason", "server.motive", "text", "", true, "territory.conflict_reason");
  form_end(r, "server.person.conflict.do", false);
  RAW(r, "</details>");
  if (p->id != r->who.person) {
    details_begin(r, "server.person.conflict.lift", "lift");
    form_begin(r, r->path, "lift");
    VG_TRY(field_company(r, "org", "server.company.ref", "", true, "territory.no_conflict", err));
    field(r, "reason", "server.motive", "text", "", true, "territory.conflict_reason");
    form_end(r, "server.person.conflict.lift.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

/* One's own password and sessions have a page; another person's account is opened on the machine. */
static void account(struct request *r, const struct person *p) {
  if (p->id == r->who.person) {
    RAW(r, "<p>");
    button_link(r, "/compte", "server.account", false);
    RAW(r, "</p>");
  } else if (territory_may_appoint(&r->who, NULL) == VG_OK) {
    RAW(r, "<p class=\"soft\">");
    SAY(r, "server.person.account", p->login[0] ? p->login : p->name);
    RAW(r, "</p>");
  }
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct person p;
  char number[24];
  VG_TRY(territory_person_find(r->tx, vg_str_z(r->rest), &p, err));
  page_top_text(r, vg_str_z(p.name));
  RAW(r, "<p class=\"sub\">");
  if (p.login[0])
    SAY(r, "server.person.login", p.login);
  else
    msg(r, "server.person.no_login");
  RAW(r, "</p>");
  VG_TRY(mandates(r, &p, err));
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(conflicts(r, &p, err));
  RAW(r, "</div><div>");
  card_begin(r, "server.person.capacity", NULL);
  form_begin(r, r->path, "capacity");
  vg_num_text(number, p.capacity);
  field(r, "capacity", "server.person.requests", "number", number, false, "territory.capacity");
  field(r, "skills", "server.person.skills", "text", p.skills, false, NULL);
  form_end(r, "server.person.save", false);
  card_end(r);
  account(r, &p);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code conflict(struct request *r, const struct person *p, bool lift, struct vg_err *err) {
  char org[200], reason[400];
  struct org o;
  VG_TRY(territory_org_find(r->tx, vg_str_z(sent(r, "org", org, sizeof org)), &o, err));
  vg_str why = vg_str_z(sent(r, "reason", reason, sizeof reason));
  return lift ? territory_conflict_end(r->tx, &r->who, p, &o, why, err)
              : territory_conflict_declare(r->tx, &r->who, p, &o, why, VG_NOTIME, err);
}

static vg_code change(struct request *r, struct vg_err *err) {
  struct person p;
  char what[16], role[24];
  VG_TRY(territory_person_find(r->tx, vg_str_z(r->rest), &p, err));
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "capacity")) {
    VG_TRY(capacity_of(r, &p, err));
    VG_TRY(territory_capacity(r->tx, &r->who, &p, err));
  } else if (!strcmp(what, "mandate")) {
    VG_TRY(mandate_of(r, &p, err));
    VG_TRY(territory_mandate_add(r->tx, &r->who, &p, err));
  } else if (!strcmp(what, "end")) {
    if (!territory_role_by_name(vg_str_z(sent(r, "role", role, sizeof role)), &p.role))
      return VG_FAIL(err, VG_EDATA, "server.needed");
    p.to = r->now;
    VG_TRY(territory_mandate_end(r->tx, &r->who, &p, err));
  } else if (!strcmp(what, "conflict") || !strcmp(what, "lift")) {
    VG_TRY(conflict(r, &p, !strcmp(what, "lift"), err));
  } else {
    return VG_FAIL(err, VG_EDATA, "server.needed");
  }
  go_to(r, "/personnes/", vg_id_str(&p.pid));
  return VG_OK;
}

const struct page page_people = {"/personnes", GROUP_NETWORK, "server.nav.people", list, add, PAGE_LISTED};
const struct page page_person = {"/personnes/", GROUP_NETWORK, "server.nav.people", show, change, PAGE_HIDDEN};
