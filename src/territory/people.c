/* People between instances: who is known, with which mandates and capacity, and the conflicts of interest, which shut
 * doors wherever they come from. Rights stay each instance's own: what came opens nothing until it is admitted. */
#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/jsonw.h"
#include "territory/territory_internal.h"

/* --- who is meant --- */

struct looking {
  struct vg_buf words; /* of the name */
  int64_t org, person;
  bool several;
};

static vg_code look(struct store_tx *tx, struct looking *l, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf words;
  VG_TRY(store_query(tx, &q,
                     "SELECT p.id, p.name FROM territory_person p WHERE COALESCE(p.org, 0) = $1 AND NOT EXISTS (SELECT "
                     "1 FROM territory_person_alias a WHERE a.person = p.id) ORDER BY p.id",
                     S_ARGS(S_INT(l->org)), err));
  vg_buf_init(&words, 1 << 12);
  while (store_next(q)) {
    vg_buf_reset(&words);
    vg_fold_words(&words, store_str(q, 1));
    if (!vg_str_eq(vg_buf_view(&words), vg_buf_view(&l->words)))
      continue;
    l->several |= l->person != 0;
    l->person = store_int(q, 0);
  }
  vg_buf_fini(&words);
  return store_done(&q, err);
}

/* The only one of that name and employer who has no name between instances yet, 0: none, or several. */
static vg_code by_name(struct store_tx *tx, vg_str name, int64_t org, int64_t *person, struct vg_err *err) {
  struct looking l = {.org = org};
  vg_buf_init(&l.words, 1 << 12);
  vg_fold_words(&l.words, name);
  vg_code rc = vg_buf_check(&l.words, err);
  if (rc == VG_OK)
    rc = look(tx, &l, err);
  vg_buf_fini(&l.words);
  *person = l.several ? 0 : l.person;
  return rc;
}

static vg_code one(struct store_tx *tx, const char *sql, vg_str key, int64_t *out, struct vg_err *err) {
  vg_code rc = store_get_int(tx, out, sql, S_ARGS(S_STR(key)), NULL);
  if (rc == VG_ENOTFOUND)
    *out = 0;
  return rc == VG_OK || rc == VG_ENOTFOUND ? VG_OK : VG_FAIL(err, rc, "store.failed", "territory_person", "");
}

vg_code territory_person_meant(struct store_tx *tx, vg_str subject, int64_t *person, struct vg_err *err) {
  return one(tx, "SELECT person FROM territory_person_alias WHERE subject = $1", subject, person, err);
}

static vg_code add_alias(struct store_tx *tx, vg_str subject, int64_t person, struct vg_err *err) {
  return store_exec(
      tx, "INSERT INTO territory_person_alias (subject, person) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING",
      S_ARGS(S_STR(subject), S_INT(person)), err);
}

vg_code territory_person_known_there(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                                     struct vg_err *err) {
  vg_jv json = vg_jv_at(e->body, "person"), employer = vg_jv_at(json, "organisation");
  struct org o = {.id = 0};
  char name[sizeof((struct person *)0)->name];
  vg_str id;
  int64_t person;
  bool ok = vg_id_ok(e->subject) && vg_str_eqz(vg_id_kind(e->subject), "identity") &&
            merge_text(json, "id", VG_ID_MAX - 1, &id) && vg_id_ok(id) && vg_str_eqz(vg_id_kind(id), "identity") &&
            merge_copy(json, "name", name, sizeof name) && vg_str_trim(vg_str_z(name)).n;
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "territory.person_meant", VG_N(e->seq));
  VG_TRY(territory_person_meant(tx, e->subject, &person, err));
  if (person)
    return VG_OK;
  if (vg_jv_type(employer) == VG_J_OBJ)
    VG_TRY(territory_org_meant(tx, who, employer, &o, err));
  VG_TRY(one(tx, "SELECT id FROM territory_person WHERE pid = $1", id, &person, err));
  /* A namesake goes by an id of his own: there are two of that name where he comes from. */
  if (!person && !vg_str_eq(e->subject, id))
    VG_TRY(by_name(tx, vg_str_z(name), o.id, &person, err));
  if (!person)
    VG_TRY(store_insert(tx, &person,
                        "INSERT INTO territory_person (pid, name, org, created) VALUES ($1, $2, $3, $4) RETURNING id",
                        S_ARGS(S_STR(id), S_Z(name), S_INT_OR_NULL(o.id, o.id == 0), S_TIME(store_now(tx))), err));
  return add_alias(tx, e->subject, person, err);
}

/* --- the name between instances --- */

struct telling {
  struct vg_id pid;
  struct vg_buf name;
  int64_t org;
};

static vg_code read_person(struct store_tx *tx, int64_t person, struct telling *t, struct vg_err *err) {
  struct store_rows *q;
  t->org = 0;
  VG_TRY(store_query(tx, &q, "SELECT pid, name, COALESCE(org, 0) FROM territory_person WHERE id = $1",
                     S_ARGS(S_INT(person)), err));
  if (store_next(q)) {
    t->pid = vg_id_of(store_str(q, 0));
    vg_buf_str(&t->name, store_str(q, 1));
    t->org = store_int(q, 2);
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(&t->name, err);
}

/* UUIDv5 under a namespace of this program's own, of the name's words and the employer. */
static vg_code name_of(struct store_tx *tx, const struct telling *t, struct vg_id *subject, struct vg_err *err) {
  static const unsigned char space[16] = {0xc4, 0x70, 0x5e, 0x11, 0x2b, 0x8d, 0x4a, 0x03,
                                          0xb7, 0x39, 0x51, 0xee, 0x08, 0x6f, 0xd2, 0x9a};
  struct vg_buf words;
  struct store_rows *q;
  vg_buf_init(&words, 1 << 12);
  vg_fold_words(&words, vg_buf_view(&t->name));
  vg_code rc = store_query(tx, &q, "SELECT siren, name FROM territory_v_org WHERE id = $1", S_ARGS(S_INT(t->org)), err);
  if (rc == VG_OK) {
    if (store_next(q))
      vg_buf_str(&words, store_str(q, 0).n ? store_str(q, 0) : store_str(q, 1));
    rc = store_done(&q, err);
  }
  if (rc == VG_OK)
    rc = vg_buf_check(&words, err);
  *subject = vg_id_v5("identity", space, vg_buf_view(&words));
  vg_buf_fini(&words);
  return rc;
}

static vg_code note_known(struct store_tx *tx, const struct actor *who, const struct telling *t, const char *subject,
                          struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_key(&w, "person");
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", t->pid.s);
  vg_jw_kstr(&w, "name", vg_buf_view(&t->name));
  if (t->org) {
    vg_jw_key(&w, "organisation");
    rc = territory_org_json(tx, t->org, &w, err);
  }
  vg_jw_end(&w);
  vg_jw_end(&w);
  if (rc == VG_OK)
    rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = merge_note(tx, who, "person.known", subject, vg_buf_view(&body), err);
  vg_buf_fini(&body);
  return rc;
}

/* The name that he has already; else the one made of his; else, when a namesake bears it, his own id. */
static vg_code choose(struct store_tx *tx, const struct telling *t, int64_t person, struct vg_id *subject,
                      struct vg_err *err) {
  struct vg_buf known;
  int64_t other;
  vg_buf_init(&known, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &known,
                              "SELECT subject FROM territory_person_alias WHERE person = $1 ORDER BY subject LIMIT 1",
                              S_ARGS(S_INT(person)), NULL);
  if (rc == VG_OK)
    *subject = vg_id_of(vg_buf_view(&known));
  vg_buf_fini(&known);
  if (rc != VG_ENOTFOUND)
    return rc == VG_OK ? rc : VG_FAIL(err, rc, "store.failed", "territory_person_alias", "");
  VG_TRY(name_of(tx, t, subject, err));
  VG_TRY(territory_person_meant(tx, vg_id_str(subject), &other, err));
  if (other)
    *subject = t->pid;
  return add_alias(tx, vg_id_str(subject), person, err);
}

vg_code territory_tell_person(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_id *subject,
                              struct vg_err *err) {
  struct telling t;
  int64_t fresh = 0;
  vg_buf_init(&t.name, 1 << 10);
  vg_code rc = read_person(tx, person, &t, err);
  if (rc == VG_OK)
    rc = choose(tx, &t, person, subject, err);
  if (rc == VG_OK)
    rc = store_change(tx, &fresh, "UPDATE territory_person_alias SET told = 1 WHERE subject = $1 AND told = 0",
                      S_ARGS(S_Z(subject->s)), err);
  if (rc == VG_OK && fresh)
    rc = note_known(tx, who, &t, subject->s, err);
  vg_buf_fini(&t.name);
  return rc;
}

/* --- mandates: a field each, "mandate ROLE ZONE SINCE", whose value is "UNTIL OATH CHARTER" --- */

/* An administrator is one of an instance; a company's and a partner's accounts are of the one that invited them. */
#define OF_NETWORK "m.role NOT IN (16, 32, 64)"
enum { LOCAL_ROLES = ROLE_PARTNER | ROLE_COMPANY | ROLE_ADMIN };
_Static_assert(ROLE_PARTNER == 16 && ROLE_COMPANY == 32 && ROLE_ADMIN == 64, "as the statements say");
#define MANDATE "mandate "
enum { MANDATE_FIELD = 100, MANDATE_VALUE = 2 * VG_TIME_TEXT + sizeof((struct person *)0)->charter };

static const char *time_or_dash(char out[static VG_TIME_TEXT], vg_time t) {
  return t == VG_NOTIME ? "-" : merge_time_text(out, t);
}

static bool read_time(vg_str s, vg_time *out) {
  *out = VG_NOTIME;
  return vg_str_eqz(s, "-") || vg_time_parse(s, out);
}

bool territory_read_mandate(vg_str field, vg_str value, struct mandate *out) {
  vg_str rest = field, role, zone, to, oath;
  *out = (struct mandate){.to = VG_NOTIME};
  if (!vg_str_starts(field, VG_STR(MANDATE)))
    return false;
  rest = vg_str_sub(field, sizeof MANDATE - 1, field.n);
  bool ok = vg_str_cut(&rest, ' ', &role) && vg_str_cut(&rest, ' ', &zone) && rest.p &&
            vg_time_parse(rest, &out->from) && territory_role_by_name(role, &out->role) && !(out->role & LOCAL_ROLES);
  rest = value;
  ok = ok && vg_str_cut(&rest, ' ', &to) && vg_str_cut(&rest, ' ', &oath) && read_time(to, &out->to) &&
       read_time(oath, &out->oath);
  if (!ok)
    return false;
  out->zone = vg_str_eqz(zone, "-") ? VG_STR("") : zone;
  out->charter = rest.p ? rest : VG_STR("");
  return out->zone.n < sizeof((struct person *)0)->zone && out->charter.n < sizeof((struct person *)0)->charter &&
         (out->to == VG_NOTIME || out->to > out->from);
}

#define THE_MANDATE "person = $1 AND role = $2 AND COALESCE(zone, '') = $3 AND since = $4"
#define MANDATE_ARGS(person, m) S_INT(person), S_INT((m)->role), S_STR((m)->zone), S_TIME((m)->from)

/* When it ends, of all that is said of it now: what this instance admitted ends when any version says so. decided: all
 * say the same. */
static vg_code first_end(struct store_tx *tx, const struct merge_version *v, vg_time *end, bool *decided,
                         struct vg_err *err) {
  struct store_rows *q;
  struct mandate m;
  vg_str first = VG_STR("");
  struct vg_buf said;
  *end = VG_NOTIME;
  *decided = true;
  VG_TRY(store_query(tx, &q, "SELECT value FROM merge_v_force WHERE subject = $1 AND field = $2 ORDER BY uid",
                     S_ARGS(S_STR(v->subject), S_STR(v->field)), err));
  vg_buf_init(&said, MERGE_LINE_MAX);
  while (store_next(q)) {
    if (!said.n)
      vg_buf_str(&said, store_str(q, 0));
    first = vg_buf_view(&said);
    *decided = *decided && vg_str_eq(first, store_str(q, 0));
    if (territory_read_mandate(v->field, store_str(q, 0), &m) && m.to != VG_NOTIME &&
        (*end == VG_NOTIME || m.to < *end))
      *end = m.to;
  }
  vg_buf_fini(&said);
  return store_done(&q, err);
}

/* Only an administrator of this instance makes a right last longer: what others decided is to be admitted again. */
static vg_code put_mandate(struct store_tx *tx, const struct merge_version *v, int64_t person, struct vg_err *err) {
  struct mandate m;
  char zone[24];
  vg_time end;
  bool decided;
  int64_t n;
  if (!territory_read_mandate(v->field, v->value, &m))
    return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  if (m.zone.n)
    VG_TRY(territory_zone_check(tx, vg_str_copy(zone, sizeof zone, m.zone), err));
  VG_TRY(first_end(tx, v, &end, &decided, err));
  if (end != VG_NOTIME)
    VG_TRY(store_exec(tx,
                      "UPDATE territory_mandate SET until = $5 WHERE " THE_MANDATE
                      " AND admitted = 1 AND (until IS NULL OR until > $5)",
                      S_ARGS(MANDATE_ARGS(person, &m), S_TIME(end)), err));
  if (decided)
    VG_TRY(store_exec(tx,
                      "DELETE FROM territory_mandate WHERE " THE_MANDATE
                      " AND admitted = 1 AND COALESCE(until, 0) <> COALESCE(CAST($5 AS BIGINT), 0)",
                      S_ARGS(MANDATE_ARGS(person, &m), S_TIME(m.to)), err));
  VG_TRY(store_exec(tx, "DELETE FROM territory_mandate WHERE " THE_MANDATE " AND admitted = 0",
                    S_ARGS(MANDATE_ARGS(person, &m)), err));
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_mandate WHERE " THE_MANDATE,
                       S_ARGS(MANDATE_ARGS(person, &m)), err));
  return n ? VG_OK
           : store_exec(tx,
                        "INSERT INTO territory_mandate (person, role, zone, since, until, oath, charter, admitted) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
                        S_ARGS(S_INT(person), S_INT(m.role), m.zone.n ? S_STR(m.zone) : S_NULL, S_TIME(m.from),
                               S_TIME(m.to), S_INT_OR_NULL(m.oath, m.oath == VG_NOTIME), S_STR(m.charter)),
                        err);
}

/* --- capacity and skills --- */

static vg_code put_capacity(struct store_tx *tx, const struct merge_version *v, int64_t person, struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  vg_str skills;
  int64_t capacity;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK && !(vg_jv_i64_at(value, "capacity", &capacity) && capacity >= 0 && capacity <= CAPACITY_MAX &&
                       merge_text(value, "skills", sizeof((struct person *)0)->skills - 1, &skills)))
    rc = VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  if (rc == VG_OK)
    rc = store_exec(tx, "UPDATE territory_person SET capacity = $2, skills = $3 WHERE id = $1",
                    S_ARGS(S_INT(person), S_INT(capacity), S_STR(skills.n ? skills : VG_STR(""))), err);
  vg_json_free(j);
  return rc;
}

/* --- conflicts of interest: a field a company --- */

#define CONFLICT "conflict "

struct declared {
  bool lifted;
  vg_str reason; /* of the JSON that it was read from */
  vg_time until, at;
};

static bool read_declared(vg_jv value, vg_time at, struct declared *d) {
  int64_t until;
  *d = (struct declared){.until = VG_NOTIME, .at = at};
  if (!merge_text(value, "reason", MERGE_LINE_MAX / 4, &d->reason))
    return false;
  (void)vg_jv_bool(vg_jv_at(value, "lifted"), &d->lifted);
  if (vg_jv_i64_at(value, "until", &until))
    d->until = until;
  return !d->lifted || d->until != VG_NOTIME;
}

/* A clock that was ahead neither opens nor delays anything: what was said has happened by now. */
static vg_code put_declared(struct store_tx *tx, int64_t person, int64_t org, const struct declared *d,
                            struct vg_err *err) {
  vg_time now = store_now(tx), at = d->at < now ? d->at : now, until = d->until;
  int64_t n;
  if (d->lifted)
    return store_exec(tx,
                      "UPDATE territory_conflict SET until = $3 WHERE person = $1 AND org = $2 AND (until IS NULL OR "
                      "until > $3)",
                      S_ARGS(S_INT(person), S_INT(org), S_TIME(until < now ? until : now)), err);
  VG_TRY(store_change(tx, &n,
                      "UPDATE territory_conflict SET until = $4, reason = $5 WHERE person = $1 AND org = $2 AND (since "
                      "= $3 OR until IS NULL OR until > $3)",
                      S_ARGS(S_INT(person), S_INT(org), S_TIME(at), S_TIME(until), S_STR(d->reason)), err));
  return n ? VG_OK
           : store_exec(
                 tx, "INSERT INTO territory_conflict (person, org, reason, since, until) VALUES ($1, $2, $3, $4, $5)",
                 S_ARGS(S_INT(person), S_INT(org), S_STR(d->reason), S_TIME(at), S_TIME(until)), err);
}

static bool stricter(const struct declared *a, const struct declared *b) {
  if (a->lifted != b->lifted)
    return !a->lifted;
  return a->until == VG_NOTIME ? b->until != VG_NOTIME : b->until != VG_NOTIME && a->until > b->until;
}

/* Of versions that differ the one that shuts more doors holds, until somebody decides: its name and what it says, the
 * reason in `reason`. org: what is said under its other names counts too; 0: this field alone. */
static vg_code strictest(struct store_tx *tx, const struct merge_version *v, int64_t org, struct vg_buf *uid,
                         struct vg_buf *reason, struct declared *best, struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct declared d;
  vg_jv value;
  vg_code rc = VG_OK;
  VG_TRY(vg_json_new(&j, err));
  VG_GO(store_query(
      tx, &q,
      "SELECT value, at, uid FROM merge_v_force WHERE subject = $1 AND (field = $2 OR field IN (SELECT '" CONFLICT
      "' || a.subject FROM territory_alias a WHERE a.org = $3)) ORDER BY uid",
      S_ARGS(S_STR(v->subject), S_STR(v->field), S_INT(org)), err));
  while (store_next(q))
    if (vg_json_parse(j, store_str(q, 0), &value, NULL) == VG_OK && read_declared(value, store_time(q, 1), &d) &&
        (!uid->n || stricter(&d, best))) {
      *best = d;
      vg_buf_reset(uid);
      vg_buf_str(uid, store_str(q, 2));
      vg_buf_reset(reason);
      vg_buf_str(reason, d.reason);
    }
  rc = store_done(&q, err);
  best->reason = vg_buf_view(reason);
out:
  vg_json_free(j);
  return rc;
}

vg_code territory_version_holds(struct store_tx *tx, const struct merge_version *v, bool *holds, struct vg_err *err) {
  struct declared best;
  struct vg_buf uid, reason;
  *holds = v->shows;
  if (!vg_str_eqz(v->kind, "person.changed") || !vg_str_starts(v->field, VG_STR(CONFLICT)))
    return VG_OK;
  vg_buf_init(&uid, MERGE_UID);
  vg_buf_init(&reason, MERGE_LINE_MAX);
  vg_code rc = strictest(tx, v, 0, &uid, &reason, &best, err);
  *holds = v->in_force && vg_str_eq(v->uid, vg_buf_view(&uid));
  vg_buf_fini(&uid);
  vg_buf_fini(&reason);
  return rc;
}

/* Whoever tells of a conflict tells first which company the name means: org.known stands before it. */
static vg_code put_conflict(struct store_tx *tx, const struct merge_version *v, int64_t person, struct vg_err *err) {
  struct declared best;
  struct vg_buf uid, reason;
  int64_t org;
  VG_TRY(territory_meant(tx, vg_str_sub(v->field, sizeof CONFLICT - 1, v->field.n), &org, err));
  if (!org)
    return VG_OK;
  vg_buf_init(&uid, MERGE_UID);
  vg_buf_init(&reason, MERGE_LINE_MAX);
  vg_code rc = strictest(tx, v, org, &uid, &reason, &best, err);
  if (rc == VG_OK && !uid.n)
    rc = VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
  if (rc == VG_OK)
    rc = put_declared(tx, person, org, &best, err);
  vg_buf_fini(&uid);
  vg_buf_fini(&reason);
  return rc;
}

vg_code territory_person_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                             struct vg_err *err) {
  int64_t person;
  (void)who;
  VG_TRY(territory_person_meant(tx, v->subject, &person, err));
  if (!person)
    return VG_OK;
  if (vg_str_starts(v->field, VG_STR(MANDATE)))
    return put_mandate(tx, v, person, err);
  if (vg_str_eqz(v->field, "capacity"))
    return put_capacity(tx, v, person, err);
  if (vg_str_starts(v->field, VG_STR(CONFLICT)))
    return put_conflict(tx, v, person, err);
  return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
}

/* --- and away --- */

struct mandate_said {
  char field[MANDATE_FIELD], value[MANDATE_VALUE];
};

static vg_code read_mandates(struct store_tx *tx, int64_t person, struct mandate_said out[static MANDATES_MAX],
                             size_t *n, struct vg_err *err) {
  struct store_rows *q;
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT], oath[VG_TIME_TEXT];
  *n = 0;
  VG_TRY(store_query(tx, &q,
                     "SELECT m.role, m.zone, m.since, m.until, m.oath, m.charter FROM territory_v_mandate_full m WHERE "
                     "m.person = $1 AND " OF_NETWORK " ORDER BY m.since, m.role, m.zone, m.id",
                     S_ARGS(S_INT(person)), err));
  while (store_next(q) && *n < MANDATES_MAX) {
    struct mandate_said *m = &out[(*n)++];
    vg_str zone = store_str(q, 1), charter = store_str(q, 5);
    snprintf(m->field, sizeof m->field, MANDATE "%s %.*s %s", territory_role_name((unsigned)store_int(q, 0)),
             zone.n ? (int)zone.n : 1, zone.n ? zone.p : "-", merge_time_text(from, store_time(q, 2)));
    snprintf(m->value, sizeof m->value, "%s %s%s%.*s", time_or_dash(to, store_time(q, 3)),
             time_or_dash(oath, store_time(q, 4)), charter.n ? " " : "", (int)charter.n, charter.n ? charter.p : "");
  }
  return store_done(&q, err);
}

/* What is said now says it already: to admit a mandate here changes nothing elsewhere, and to change one decides
 * nothing about another that two differ about. */
static vg_code tell_mandate(struct store_tx *tx, const struct actor *who, const struct vg_id *subject,
                            const struct mandate_said *m, int64_t *told, struct vg_err *err) {
  int64_t same;
  VG_TRY(store_get_int(tx, &same, "SELECT COUNT(*) FROM merge_v_force WHERE subject = $1 AND field = $2 AND value = $3",
                       S_ARGS(S_Z(subject->s), S_Z(m->field), S_Z(m->value)), err));
  if (same)
    return VG_OK;
  ++*told;
  return merge_change(tx, who, "person.changed", subject->s, m->field, vg_str_z(m->value), NULL, err);
}

static vg_code tell_mandates(struct store_tx *tx, const struct actor *who, int64_t person, int64_t *told,
                             struct vg_err *err) {
  struct mandate_said m[MANDATES_MAX];
  struct vg_id subject;
  size_t n;
  VG_TRY(read_mandates(tx, person, m, &n, err));
  if (n)
    VG_TRY(territory_tell_person(tx, who, person, &subject, err));
  for (size_t i = 0; i < n; i++)
    VG_TRY(tell_mandate(tx, who, &subject, &m[i], told, err));
  return VG_OK;
}

vg_code territory_tell_mandates(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_err *err) {
  int64_t told = 0;
  return tell_mandates(tx, who, person, &told, err);
}

vg_code territory_tell_capacity(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf value;
  struct vg_jw w;
  struct vg_id subject;
  VG_TRY(territory_tell_person(tx, who, person, &subject, err));
  VG_TRY(
      store_query(tx, &q, "SELECT capacity, skills FROM territory_person WHERE id = $1", S_ARGS(S_INT(person)), err));
  vg_buf_init(&value, 1 << 12);
  vg_jw_init(&w, &value);
  vg_jw_obj(&w);
  if (store_next(q)) {
    vg_jw_kint(&w, "capacity", store_int(q, 0));
    vg_jw_kstr(&w, "skills", store_str(q, 1));
  }
  vg_jw_end(&w);
  vg_code rc = store_done(&q, err);
  if (rc == VG_OK)
    rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "person.changed", subject.s, "capacity", vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

/* What is said of a company that was entered twice is said under each name that was used. */
static vg_code fields_of(struct store_tx *tx, vg_str person, int64_t org, const struct vg_id *company,
                         struct vg_buf *fields, struct vg_err *err) {
  vg_buf_fmt(fields, CONFLICT "%s\n", company->s);
  return store_get_lines(tx, fields,
                         "SELECT DISTINCT v.field FROM merge_v_version v JOIN territory_alias a ON v.field = '" CONFLICT
                         "' || a.subject WHERE a.org = $1 AND v.subject = $2 AND a.subject <> $3 ORDER BY v.field",
                         S_ARGS(S_INT(org), S_STR(person), S_Z(company->s)), err);
}

vg_code territory_tell_conflict(struct store_tx *tx, const struct actor *who, int64_t person, const struct org *o,
                                vg_str reason, vg_time until, bool lifted, struct vg_err *err) {
  struct vg_buf value, fields;
  struct vg_jw w;
  struct vg_id subject, company;
  vg_str rest, one;
  char field[sizeof CONFLICT + VG_ID_MAX];
  VG_TRY(territory_tell_person(tx, who, person, &subject, err));
  VG_TRY(territory_tell(tx, who, o, &company, err));
  vg_buf_init(&value, MERGE_LINE_MAX / 2);
  vg_buf_init(&fields, 1 << 16);
  vg_jw_init(&w, &value);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "organisation", o->name);
  vg_jw_kstr(&w, "reason", reason);
  if (lifted)
    vg_jw_kbool(&w, "lifted", true);
  if (until != VG_NOTIME)
    vg_jw_kint(&w, "until", until);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = fields_of(tx, vg_id_str(&subject), o->id, &company, &fields, err);
  for (rest = vg_buf_view(&fields); rc == VG_OK && vg_str_line(&rest, &one);)
    if (one.n)
      rc = merge_change(tx, who, "person.changed", subject.s, vg_str_copy(field, sizeof field, one),
                        vg_buf_view(&value), NULL, err);
  vg_buf_fini(&fields);
  vg_buf_fini(&value);
  return rc;
}

/* --- what was made before people travelled --- */

/* Who founded the instance is one of it, until somebody gives him a mandate. */
#define FIRST "(SELECT MIN(f.id) FROM territory_person f)"

static vg_code told_already(struct store_tx *tx, int64_t person, const char *field, bool *yes, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM merge_version v JOIN territory_person_alias a ON a.subject = v.subject "
                       "WHERE a.person = $1 AND v.field = $2",
                       S_ARGS(S_INT(person), S_Z(field)), err));
  *yes = n > 0;
  return VG_OK;
}

static vg_code capacity_once(struct store_tx *tx, const struct actor *who, int64_t person, int64_t *told,
                             struct vg_err *err) {
  bool said;
  VG_TRY(told_already(tx, person, "capacity", &said, err));
  *told += !said;
  return said ? VG_OK : territory_tell_capacity(tx, who, person, err);
}

typedef vg_code tell_one(struct store_tx *tx, const struct actor *who, int64_t person, int64_t *told,
                         struct vg_err *err);

static vg_code adopt_each(struct store_tx *tx, const struct actor *who, const char *sql, tell_one *tell_it,
                          int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = tell_it(tx, who, store_int(q, 0), count, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code adopt_conflict(struct store_tx *tx, const struct actor *who, struct store_rows *q, int64_t *count,
                              struct vg_err *err) {
  struct org o;
  struct vg_id company;
  struct vg_buf reason;
  char pid[VG_ID_MAX], field[sizeof CONFLICT + VG_ID_MAX] = CONFLICT;
  bool told;
  const int64_t person = store_int(q, 0);
  const vg_time until = store_time(q, 3);
  vg_str_copy(pid, sizeof pid, store_str(q, 1));
  vg_buf_init(&reason, MERGE_LINE_MAX / 4);
  vg_buf_str(&reason, store_str(q, 2));
  vg_code rc = territory_org_find(tx, vg_str_z(pid), &o, err);
  if (rc == VG_OK)
    rc = territory_tell(tx, who, &o, &company, err);
  if (rc == VG_OK) {
    vg_str_copy(field + sizeof CONFLICT - 1, VG_ID_MAX, vg_id_str(&company));
    rc = told_already(tx, person, field, &told, err);
  }
  if (rc == VG_OK && !told) {
    rc = territory_tell_conflict(tx, who, person, &o, vg_buf_view(&reason), until, false, err);
    ++*count;
  }
  vg_buf_fini(&reason);
  return rc;
}

vg_code territory_adopt_people(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(adopt_each(tx, who,
                    "SELECT DISTINCT m.person FROM territory_mandate m WHERE m.admitted = 1 AND " OF_NETWORK
                    " AND m.person <> " FIRST " ORDER BY m.person",
                    tell_mandates, count, err));
  VG_TRY(adopt_each(tx, who,
                    "SELECT p.id FROM territory_person p WHERE (p.capacity > 0 OR p.skills <> '') ORDER BY p.id",
                    capacity_once, count, err));
  VG_TRY(store_query(tx, &q,
                     "SELECT c.person, o.pid, c.reason, c.until FROM territory_conflict c JOIN territory_org o ON o.id "
                     "= c.org WHERE c.until IS NULL OR c.until > $1 ORDER BY c.id",
                     S_ARGS(S_TIME(store_now(tx))), err));
  while (rc == VG_OK && store_next(q))
    rc = adopt_conflict(tx, who, q, count, err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
