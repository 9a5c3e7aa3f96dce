/* Accounts for people outside: a referent or an administrator makes a link that opens once, its holder chooses a
 * password. Only the hash of the link's token is kept. */
#include "territory/territory_internal.h"

#include <string.h>

#include "base/hash.h"

enum { LOGIN_MAX = 63 };

/* An administrator for any organisation; a referent for the companies of the own zone. */
vg_code territory_may_invite(struct store_tx *tx, const struct actor *who, const struct org *o, struct vg_err *err) {
  VG_TRY(territory_access(tx, who, o->id, err));
  if (territory_may_appoint(who, NULL) == VG_OK && o->kind != ORG_DIVISION)
    return VG_OK;
  bool own = (who->roles & ROLE_REFERENT) && !who->organisation && o->kind == ORG_COMPANY &&
             (!who->zone[0] || !strcmp(who->zone, o->zone));
  return own ? VG_OK : VG_FAIL(err, VG_EDENIED, "territory.invite_who", who->name, o->name);
}

static bool login_ok(const char *login) {
  size_t n = strlen(login);
  for (const char *p = login; *p; p++)
    if (!vg_is_alnum(*p) && !strchr("._-@", *p))
      return false;
  return n >= 3 && n <= LOGIN_MAX;
}

/* Who was dismissed and is asked again has a new mandate. */
static vg_code give_mandate(struct store_tx *tx, const struct person *p, vg_time until, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO territory_mandate (person, role, since, until) SELECT $1, $2, $3, $4 WHERE NOT EXISTS "
      "(SELECT 1 FROM territory_mandate WHERE person = $1 AND role = $2 AND since <= $3 AND (until IS NULL "
      "OR until > $3))",
      S_ARGS(S_INT(p->id), S_INT(p->role), S_TIME(store_now(tx)), S_TIME(until)), err);
}

/* The person of this login, who must be of this organisation; new ones get a password that nobody knows. */
static vg_code person_of(struct store_tx *tx, const struct org *o, struct person *p, vg_time until,
                         struct vg_err *err) {
  struct store_rows *q;
  unsigned char random[24];
  char hex[2 * sizeof random + 1], hashed[128];
  int64_t org = -1;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT p.id, p.pid, COALESCE(p.org, 0) FROM territory_account a JOIN territory_person p ON p.id = "
                  "a.person WHERE a.login = $1",
                  S_ARGS(S_Z(p->login)), err));
  if (store_next(q)) {
    p->id = store_int(q, 0);
    p->pid = vg_id_of(store_str(q, 1));
    org = store_int(q, 2);
  }
  VG_TRY(store_done(&q, err));
  if (org >= 0)
    return org == o->id ? give_mandate(tx, p, until, err) : VG_FAIL(err, VG_EEXIST, "territory.login_exists", p->login);
  p->pid = vg_id_new("identity", store_now(tx));
  VG_TRY(
      store_insert(tx, &p->id,
                   "INSERT INTO territory_person (pid, name, org, created, capacity, skills) VALUES ($1, $2, $3, $4, "
                   "0, '') RETURNING id",
                   S_ARGS(S_Z(p->pid.s), S_Z(p->name), S_INT(o->id), S_TIME(store_now(tx))), err));
  vg_random(random, sizeof random);
  VG_TRY(vg_password_hash(vg_str_z(vg_hex(hex, random, sizeof random)), hashed, err));
  VG_TRY(store_exec(tx, "INSERT INTO territory_account (login, person, password, created) VALUES ($1, $2, $3, $4)",
                    S_ARGS(S_Z(p->login), S_INT(p->id), S_Z(hashed), S_TIME(store_now(tx))), err));
  return give_mandate(tx, p, until, err);
}

static vg_str hash_of(const char *token, unsigned char out[static VG_SHA256_SIZE]) {
  vg_sha256(token, strlen(token), out);
  return vg_str_n((const char *)out, VG_SHA256_SIZE);
}

vg_code territory_invite(struct store_tx *tx, const struct actor *who, const struct org *o, struct person *p,
                         vg_time opens_until, char token[static INVITE_TOKEN + 1], struct vg_err *err) {
  unsigned char random[INVITE_TOKEN / 2], hash[VG_SHA256_SIZE];
  VG_TRY(territory_may_invite(tx, who, o, err));
  if (!vg_str_trim(vg_str_z(p->name)).n)
    return VG_FAIL(err, VG_EDATA, "territory.name");
  if (!login_ok(p->login))
    return VG_FAIL(err, VG_EDATA, "territory.invite_login");
  if (opens_until <= store_now(tx) || (p->to != VG_NOTIME && p->to <= store_now(tx)))
    return VG_FAIL(err, VG_EDATA, "territory.mandate_dates");
  p->role = o->kind == ORG_COMPANY ? ROLE_COMPANY : ROLE_PARTNER;
  VG_TRY(person_of(tx, o, p, p->to, err));
  vg_random(random, sizeof random);
  vg_hex(token, random, sizeof random);
  VG_TRY(store_exec(tx, "DELETE FROM territory_invitation WHERE person = $1 OR until <= $2",
                    S_ARGS(S_INT(p->id), S_TIME(store_now(tx))), err));
  VG_TRY(store_exec(tx, "INSERT INTO territory_invitation (token, person, until) VALUES ($1, $2, $3)",
                    S_ARGS(S_BYTES(hash_of(token, hash)), S_INT(p->id), S_TIME(opens_until)), err));
  return LEDGER_TELL(tx, who, "person.invited", p->pid.s, err, "organisation", o->pid.s, "role",
                     territory_role_name(p->role), "until", vg_time_text((char[VG_TIME_TEXT]){0}, opens_until, false));
}

vg_code territory_invited(struct store_tx *tx, vg_str token, struct person *out, struct vg_err *err) {
  unsigned char hash[VG_SHA256_SIZE];
  char z[INVITE_TOKEN + 1];
  struct vg_buf pid;
  if (token.n != INVITE_TOKEN)
    return VG_FAIL(err, VG_ENOTFOUND, "territory.no_invitation");
  vg_str_copy(z, sizeof z, token);
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &pid,
                              "SELECT p.pid FROM territory_invitation i JOIN territory_person p ON p.id = i.person "
                              "WHERE i.token = $1 AND i.until > $2",
                              S_ARGS(S_BYTES(hash_of(z, hash)), S_TIME(store_now(tx))), NULL);
  if (rc == VG_ENOTFOUND)
    rc = VG_FAIL(err, rc, "territory.no_invitation");
  else if (rc == VG_OK)
    rc = territory_person_find(tx, vg_buf_view(&pid), out, err);
  vg_buf_fini(&pid);
  return rc;
}

vg_code territory_join(struct store_tx *tx, vg_str token, vg_str password, struct vg_err *err) {
  struct person p;
  struct actor self;
  VG_TRY(territory_invited(tx, token, &p, err));
  VG_TRY(territory_actor(tx, vg_str_z(p.login), &self, err));
  VG_TRY(territory_password_set(tx, &self, &p, "", password, err));
  VG_TRY(store_exec(tx, "DELETE FROM territory_invitation WHERE person = $1", S_ARGS(S_INT(p.id)), err));
  return LEDGER_TELL(tx, &self, "person.joined", p.pid.s, err, "account", "opened");
}

vg_code territory_dismiss(struct store_tx *tx, const struct actor *who, const struct org *o, const struct person *p,
                          struct vg_err *err) {
  int64_t n;
  VG_TRY(territory_may_invite(tx, who, o, err));
  if (p->organisation != o->id)
    return VG_FAIL(err, VG_ENOTFOUND, "territory.no_person", p->name);
  VG_TRY(store_exec(tx, "DELETE FROM territory_invitation WHERE person = $1", S_ARGS(S_INT(p->id)), err));
  VG_TRY(store_change(tx, &n,
                      "UPDATE territory_mandate SET until = $2 WHERE person = $1 AND since < $2 AND (until IS NULL OR "
                      "until > $2)",
                      S_ARGS(S_INT(p->id), S_TIME(store_now(tx))), err));
  if (!n)
    return VG_FAIL(err, VG_ESTATE, "territory.no_such_mandate", p->name, territory_role_said((char[40]){0}, p->role));
  VG_TRY(territory_tell_mandates(tx, who, p->id, err));
  return LEDGER_TELL(tx, who, "person.dismissed", p->pid.s, err, "organisation", o->pid.s);
}
