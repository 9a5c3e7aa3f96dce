#include "territory/territory_internal.h"

#include <stdio.h>
#include <string.h>

static const struct {
  unsigned role;
  const char *name;
} roles[] = {{ROLE_ANALYST, "analyst"},   {ROLE_INVESTIGATOR, "investigator"}, {ROLE_RESPONDER, "responder"},
             {ROLE_REFERENT, "referent"}, {ROLE_PARTNER, "partner"},           {ROLE_COMPANY, "company"},
             {ROLE_ADMIN, "admin"},       {ROLE_RESERVIST, "reservist"}};

const char *territory_role_name(unsigned role) {
  for (size_t i = 0; i < VG_COUNT(roles); i++)
    if (role & roles[i].role)
      return roles[i].name;
  return "";
}

const char *territory_role_said(char out[static 40], unsigned role) {
  snprintf(out, 40, "@server.role.%.20s", territory_role_name(role));
  return out;
}

bool territory_role_by_name(vg_str name, unsigned *role) {
  for (size_t i = 0; i < VG_COUNT(roles); i++) {
    if (vg_str_eqz(name, roles[i].name)) {
      *role = roles[i].role;
      return true;
    }
  }
  return false;
}

static vg_code add_mandate(struct store_tx *tx, int64_t person, unsigned role, const char *zone, vg_time from,
                           vg_time to, struct vg_err *err) {
  return store_exec(tx, "INSERT INTO territory_mandate (person, role, zone, since, until) VALUES ($1, $2, $3, $4, $5)",
                    S_ARGS(S_INT(person), S_INT(role), *zone ? S_Z(zone) : S_NULL, S_TIME(from), S_TIME(to)), err);
}

static size_t characters(vg_str s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
  return n;
}

static vg_code add_account(struct store_tx *tx, int64_t person, const char *login, vg_str password,
                           struct vg_err *err) {
  char hashed[128];
  if (characters(password) < PASSWORD_LEAST)
    return VG_FAIL(err, VG_EDATA, "territory.password_short", VG_N(PASSWORD_LEAST));
  VG_TRY(vg_password_hash(password, hashed, err));
  vg_code rc =
      store_exec(tx, "INSERT INTO territory_account (login, person, password, created) VALUES ($1, $2, $3, $4)",
                 S_ARGS(S_Z(login), S_INT(person), S_Z(hashed), S_TIME(store_now(tx))), err);
  return rc == VG_EEXIST ? VG_FAIL(err, rc, "territory.login_exists", login) : rc;
}

/* Everything but the ledger entry, which needs an actor that may be this very person. */
static vg_code insert_person(struct store_tx *tx, struct person *p, vg_str password, struct vg_err *err) {
  p->pid = vg_id_new("identity", store_now(tx));
  VG_TRY(store_insert(tx, &p->id,
                      "INSERT INTO territory_person (pid, name, org, created, capacity, skills) VALUES ($1, $2, $3, "
                      "$4, $5, $6) RETURNING id",
                      S_ARGS(S_Z(p->pid.s), S_Z(p->name), S_INT_OR_NULL(p->organisation, p->organisation == 0),
                             S_TIME(store_now(tx)), S_INT(p->capacity), S_Z(p->skills)),
                      err));
  return p->login[0] ? add_account(tx, p->id, p->login, password, err) : VG_OK;
}

vg_code territory_person_add(struct store_tx *tx, const struct actor *who, struct person *p, vg_str password,
                             struct vg_err *err) {
  VG_TRY(territory_may_appoint(who, err));
  if (vg_str_trim(vg_str_z(p->name)).n == 0)
    return VG_FAIL(err, VG_EDATA, "territory.name");
  if (p->zone[0])
    VG_TRY(territory_zone_check(tx, p->zone, err));
  if (p->to != VG_NOTIME && p->to <= p->from)
    return VG_FAIL(err, VG_EDATA, "territory.mandate_dates");
  VG_TRY(insert_person(tx, p, password, err));
  VG_TRY(add_mandate(tx, p->id, p->role, p->zone, p->from, p->to, err));
  VG_TRY(territory_tell_mandates(tx, who, p->id, err));
  if (p->capacity || p->skills[0])
    VG_TRY(territory_tell_capacity(tx, who, p->id, err));
  VG_TRY(territory_employer_apart(tx, who, p, err));
  return LEDGER_TELL(tx, who, "person.added", p->pid.s, err, "role", territory_role_name(p->role), "zone", p->zone);
}

vg_code territory_found(struct store_tx *tx, const char *division_id, const char *login, vg_str password,
                        struct actor *who, struct vg_err *err) {
  struct org division = {.kind = ORG_DIVISION, .pid = vg_id_of(vg_str_z(division_id)), .name = "Division"};
  struct person first = {.to = VG_NOTIME};
  vg_str_copy(first.name, sizeof first.name, vg_str_z(login));
  vg_str_copy(first.login, sizeof first.login, vg_str_z(login));
  VG_TRY(insert_person(tx, &first, password, err));
  for (size_t i = 0; i < VG_COUNT(roles); i++)
    if (who->roles & roles[i].role)
      VG_TRY(add_mandate(tx, first.id, roles[i].role, "", store_now(tx), VG_NOTIME, err));
  who->person = first.id;
  who->id = first.pid;
  vg_str_copy(who->name, sizeof who->name, vg_str_z(first.name));
  return territory_org_add(tx, who, &division, err);
}

#define COLUMNS                                                                                                                 \
  "SELECT p.id, p.pid, p.name, COALESCE(a.login, ''), COALESCE(m.zone, ''), COALESCE(m.role, 0), COALESCE(p.org, 0), m.since, " \
  "m.until, p.capacity, "                                                                                                       \
  "p.skills FROM territory_person p LEFT JOIN territory_mandate m ON m.person = p.id LEFT JOIN territory_account a ON "         \
  "a.person = p.id "

static void read_person(struct store_rows *q, struct person *p) {
  *p = (struct person){.id = store_int(q, 0),
                       .pid = vg_id_of(store_str(q, 1)),
                       .role = (unsigned)store_int(q, 5),
                       .organisation = store_int(q, 6),
                       .from = store_time(q, 7),
                       .to = store_time(q, 8),
                       .capacity = store_int(q, 9)};
  vg_str_copy(p->name, sizeof p->name, store_str(q, 2));
  vg_str_copy(p->login, sizeof p->login, store_str(q, 3));
  vg_str_copy(p->zone, sizeof p->zone, store_str(q, 4));
  vg_str_copy(p->skills, sizeof p->skills, store_str(q, 10));
}

vg_code territory_each_person(struct store_tx *tx, territory_person_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, COLUMNS "ORDER BY p.name, m.since", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct person p;
    read_person(q, &p);
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code territory_person_find(struct store_tx *tx, vg_str ref, struct person *out, struct vg_err *err) {
  struct store_rows *q;
  bool found = false, several = false;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE p.pid = $1 OR a.login = $1 OR p.name = $1 ORDER BY p.id, m.since",
                     S_ARGS(S_STR(ref)), err));
  while (store_next(q)) {
    several = several || (found && store_int(q, 0) != out->id);
    read_person(q, out);
    found = true;
  }
  VG_TRY(store_done(&q, err));
  if (several)
    return VG_FAIL(err, VG_EDATA, "territory.person_several", VG_T(ref));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "territory.no_person", VG_T(ref));
}

/* One that only begins later, as a machine whose clock has lost its battery sees all of them, is said so. */
static vg_code no_mandate(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  char begins[VG_TIME_TEXT], now[VG_TIME_TEXT];
  int64_t since = 0;
  VG_TRY(store_get_int(
      tx, &since,
      "SELECT COALESCE((SELECT MIN(since) FROM territory_mandate WHERE person = $1 AND admitted = 1 AND since > $2), 0)",
      S_ARGS(S_INT(who->person), S_TIME(store_now(tx))), err));
  if (since)
    return VG_FAIL(err, VG_EDENIED, "territory.mandate_later", who->name, vg_time_text(begins, since, false),
                   vg_time_text(now, store_now(tx), false));
  return VG_FAIL(err, VG_EDENIED, "territory.no_mandate", who->name);
}

/* The person's roles: the union of the mandates in force now. */
static vg_code mandates(struct store_tx *tx, struct actor *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT role, COALESCE(zone, '') FROM territory_mandate WHERE person = $1 AND admitted = 1 AND "
                     "since <= $2 AND (until IS NULL OR until > $2) ORDER BY since",
                     S_ARGS(S_INT(out->person), S_TIME(store_now(tx))), err));
  while (store_next(q)) {
    out->roles |= (unsigned)store_int(q, 0);
    if (store_str(q, 1).n)
      vg_str_copy(out->zone, sizeof out->zone, store_str(q, 1));
  }
  VG_TRY(store_done(&q, err));
  return out->roles ? VG_OK : no_mandate(tx, out, err);
}

/* Who types a command reads the database's file anyway: the names help and betray nothing. */
static vg_code no_account(struct store_tx *tx, vg_str login, struct vg_err *err) {
  char names[VG_ERR_ARG_MAX] = "";
  struct store_rows *q;
  size_t n = 0;
  if (!err)
    return VG_ENOTFOUND;
  VG_TRY(store_query(tx, &q, "SELECT login FROM territory_account ORDER BY created LIMIT 5", S_NOARGS, err));
  while (store_next(q) && n < sizeof names)
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? ", " : "", VG_T(store_str(q, 0)));
  VG_TRY(store_done(&q, err));
  return VG_FAIL(err, VG_ENOTFOUND, "territory.no_account", VG_T(login), names);
}

/* by_id: the person's public id will do too. */
static vg_code find_account(struct store_tx *tx, vg_str login, bool by_id, struct actor *out, char password[static 128],
                            struct vg_err *err) {
  struct store_rows *q;
  *out = (struct actor){0};
  password[0] = 0;
  VG_TRY(store_query(tx, &q,
                     "SELECT p.id, p.pid, p.name, COALESCE(p.org, 0), a.password FROM territory_account a "
                     "JOIN territory_person p ON p.id = a.person WHERE a.login = $1 OR ($2 = 1 AND p.pid = $1)",
                     S_ARGS(S_STR(login), S_INT(by_id)), err));
  if (store_next(q)) {
    out->person = store_int(q, 0);
    out->id = vg_id_of(store_str(q, 1));
    vg_str_copy(out->name, sizeof out->name, store_str(q, 2));
    out->organisation = store_int(q, 3);
    vg_str_copy(password, 128, store_str(q, 4));
  }
  VG_TRY(store_done(&q, err));
  return out->person ? VG_OK : no_account(tx, login, err);
}

vg_code territory_actor(struct store_tx *tx, vg_str login, struct actor *out, struct vg_err *err) {
  char password[128];
  VG_TRY(find_account(tx, login, true, out, password, err));
  return mandates(tx, out, err);
}

vg_code territory_login(struct store_tx *tx, vg_str login, vg_str password, struct actor *out, struct vg_err *err) {
  char hashed[128];
  vg_code rc = find_account(tx, login, false, out, hashed, NULL);
  if (rc == VG_ENOTFOUND) {
    /* The same work as for a known login, so that time tells nothing. */
    if (vg_password_hash(password, hashed, NULL) != VG_OK)
      return VG_ENOMEM;
    return VG_FAIL(err, VG_EDENIED, "territory.login_wrong");
  }
  if (rc != VG_OK || !vg_password_ok(password, hashed))
    return VG_FAIL(err, VG_EDENIED, "territory.login_wrong");
  return mandates(tx, out, err);
}

vg_code territory_password_set(struct store_tx *tx, const struct actor *who, const struct person *p, const char *login,
                               vg_str password, struct vg_err *err) {
  char hashed[128];
  if (p->id != who->person && territory_may_appoint(who, NULL) != VG_OK)
    return VG_FAIL(err, VG_EDENIED, "territory.password_who", who->name);
  if (!p->login[0] && !*login)
    return VG_FAIL(err, VG_EDATA, "territory.login_needed", p->name);
  if (!p->login[0]) {
    VG_TRY(add_account(tx, p->id, login, password, err));
    VG_TRY(store_exec(tx, "UPDATE territory_mandate SET admitted = 1 WHERE person = $1", S_ARGS(S_INT(p->id)), err));
  } else if (*login && strcmp(login, p->login) != 0) {
    return VG_FAIL(err, VG_EDATA, "territory.login_has", p->name, p->login);
  } else if (characters(password) < PASSWORD_LEAST) {
    return VG_FAIL(err, VG_EDATA, "territory.password_short", VG_N(PASSWORD_LEAST));
  } else {
    VG_TRY(vg_password_hash(password, hashed, err));
    VG_TRY(store_exec(tx, "UPDATE territory_account SET password = $2, created = $3 WHERE person = $1",
                      S_ARGS(S_INT(p->id), S_Z(hashed), S_TIME(store_now(tx))), err));
  }
  return LEDGER_TELL(tx, who, "person.password", p->pid.s, err, "account", p->login[0] ? "kept" : "opened");
}

vg_code territory_password_since(struct store_tx *tx, vg_str login, vg_time *out, struct vg_err *err) {
  return store_get_int(tx, out,
                       "SELECT a.created FROM territory_account a JOIN territory_person p ON p.id = a.person "
                       "WHERE a.login = $1 OR p.pid = $1",
                       S_ARGS(S_STR(login)), err);
}
