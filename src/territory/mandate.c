/* Mandates with their dates, and the conflicts of interest that win over any of them. */
#include "territory/territory_internal.h"

vg_code territory_each_mandate(struct store_tx *tx, int64_t person, territory_mandate_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  vg_time now = store_now(tx);
  VG_TRY(store_query(
      tx, &q,
      "SELECT id, role, zone, since, until, oath, charter, admitted FROM territory_v_mandate_full WHERE person = "
      "$1 ORDER BY since, id",
      S_ARGS(S_INT(person)), err));
  while (rc == VG_OK && store_next(q)) {
    struct mandate m = {.id = store_int(q, 0),
                        .role = (unsigned)store_int(q, 1),
                        .zone = store_str(q, 2),
                        .from = store_time(q, 3),
                        .to = store_time(q, 4),
                        .oath = store_time(q, 5),
                        .charter = store_str(q, 6),
                        .admitted = store_int(q, 7) != 0};
    m.in_force = m.from <= now && (m.to == VG_NOTIME || m.to > now);
    rc = sink(ctx, &m, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code territory_may_appoint(const struct actor *who, struct vg_err *err) {
  return who->roles && !(who->roles & ROLE_ADMIN) ? VG_FAIL(err, VG_EDENIED, "territory.not_admin", who->name) : VG_OK;
}

static vg_code declare(struct store_tx *tx, const struct actor *who, const struct person *p, const struct org *o,
                       vg_str reason, vg_time until, struct vg_err *err) {
  VG_TRY(store_exec(tx,
                    "INSERT INTO territory_conflict (person, org, reason, since, until) VALUES ($1, $2, $3, $4, $5)",
                    S_ARGS(S_INT(p->id), S_INT(o->id), S_STR(reason), S_TIME(store_now(tx)), S_TIME(until)), err));
  VG_TRY(territory_tell_conflict(tx, who, p->id, o, reason, until, false, err));
  return LEDGER_TELL(tx, who, "person.conflict", p->pid.s, err, "organisation", o->pid.s, "until",
                     vg_time_text((char[VG_TIME_TEXT]){0}, until, false));
}

/* The same one that came from another instance: of that role and zone, begun in that second. */
static vg_code admit(struct store_tx *tx, const struct person *p, int64_t *n, struct vg_err *err) {
  return store_change(
      tx, n,
      "UPDATE territory_mandate SET admitted = 1, until = $6 WHERE person = $1 AND role = $2 AND "
      "COALESCE(zone, '') = $3 AND since >= $4 AND since < $5 AND admitted = 0",
      S_ARGS(S_INT(p->id), S_INT(p->role), S_Z(p->zone), S_TIME(p->from), S_TIME(p->from + VG_SECOND), S_TIME(p->to)),
      err);
}

/* Twice the same role in one zone at one time would be counted, and ended, twice. */
static vg_code no_overlap(struct store_tx *tx, const struct person *p, struct vg_err *err) {
  int64_t since;
  char from[VG_TIME_TEXT];
  VG_TRY(store_get_int(tx, &since,
                       "SELECT COALESCE(MIN(since), 0) FROM territory_mandate WHERE person = $1 AND role = $2 AND "
                       "COALESCE(zone, '') = $3 AND admitted = 1 AND (until IS NULL OR until > $4) AND since < $5",
                       S_ARGS(S_INT(p->id), S_INT(p->role), S_Z(p->zone), S_TIME(p->from),
                              S_INT(p->to == VG_NOTIME ? INT64_MAX : p->to)),
                       err));
  return since ? VG_FAIL(err, VG_EEXIST, "territory.mandate_overlap", p->name, vg_time_text(from, since, false))
               : VG_OK;
}

/* Who is employed elsewhere and works for us has nothing to do with what concerns his employer, before he thinks of
 * saying so. */
vg_code territory_employer_apart(struct store_tx *tx, const struct actor *who, const struct person *p,
                                 struct vg_err *err) {
  const unsigned ours = ROLE_ANALYST | ROLE_INVESTIGATOR | ROLE_RESPONDER | ROLE_REFERENT | ROLE_RESERVIST;
  struct vg_buf pid;
  struct org o;
  if (!(p->role & ours))
    return VG_OK;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &pid,
                              "SELECT o.pid FROM territory_person p JOIN territory_org o ON o.id = p.org WHERE p.id = "
                              "$1 AND o.kind IN ('company', 'partner') AND NOT EXISTS (SELECT 1 FROM "
                              "territory_conflict c WHERE c.person = p.id AND c.org = o.id)",
                              S_ARGS(S_INT(p->id)), NULL);
  if (rc == VG_OK)
    rc = territory_org_find(tx, vg_buf_view(&pid), &o, err);
  vg_buf_fini(&pid);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  return rc == VG_OK ? declare(tx, who, p, &o, VG_STR("employeur"), VG_NOTIME, err)
                     : VG_FAIL(err, rc, "store.failed", "territory_conflict", "");
}

vg_code territory_mandate_add(struct store_tx *tx, const struct actor *who, const struct person *p,
                              struct vg_err *err) {
  int64_t admitted;
  VG_TRY(territory_may_appoint(who, err));
  if (p->zone[0])
    VG_TRY(territory_zone_check(tx, p->zone, err));
  if (p->to != VG_NOTIME && p->to <= p->from)
    return VG_FAIL(err, VG_EDATA, "territory.mandate_dates");
  if (p->oath > store_now(tx) || !vg_utf8_ok(vg_str_z(p->charter)))
    return VG_FAIL(err, VG_EDATA, "territory.oath");
  VG_TRY(no_overlap(tx, p, err));
  VG_TRY(admit(tx, p, &admitted, err));
  if (!admitted)
    VG_TRY(store_exec(tx,
                      "INSERT INTO territory_mandate (person, role, zone, since, until, oath, charter) VALUES ($1, $2, "
                      "$3, $4, $5, $6, $7)",
                      S_ARGS(S_INT(p->id), S_INT(p->role), p->zone[0] ? S_Z(p->zone) : S_NULL, S_TIME(p->from),
                             S_TIME(p->to), S_INT_OR_NULL(p->oath, p->oath == 0), S_Z(p->charter)),
                      err));
  VG_TRY(territory_tell_mandates(tx, who, p->id, err));
  VG_TRY(territory_employer_apart(tx, who, p, err));
  return LEDGER_TELL(tx, who, "person.mandate", p->pid.s, err, "role", territory_role_name(p->role), "zone", p->zone,
                     "from", vg_time_text((char[VG_TIME_TEXT]){0}, p->from, false), "to",
                     vg_time_text((char[VG_TIME_TEXT]){0}, p->to, false));
}

vg_code territory_mandate_end(struct store_tx *tx, const struct actor *who, const struct person *p,
                              struct vg_err *err) {
  int64_t n;
  VG_TRY(territory_may_appoint(who, err));
  VG_TRY(store_change(tx, &n,
                      "UPDATE territory_mandate SET until = $3 WHERE person = $1 AND role = $2 AND since < $3 AND "
                      "(until IS NULL OR until > $3)",
                      S_ARGS(S_INT(p->id), S_INT(p->role), S_TIME(p->to)), err));
  if (n == 0)
    return VG_FAIL(err, VG_ESTATE, "territory.no_such_mandate", p->name, territory_role_said((char[40]){0}, p->role));
  VG_TRY(territory_tell_mandates(tx, who, p->id, err));
  return LEDGER_TELL(tx, who, "person.mandate_ended", p->pid.s, err, "role", territory_role_name(p->role), "to",
                     vg_time_text((char[VG_TIME_TEXT]){0}, p->to, false));
}

/* Oneself, or an administrator for anybody. */
static vg_code own_or_admin(const struct actor *who, const struct person *p, struct vg_err *err) {
  return p->id == who->person || territory_may_appoint(who, NULL) == VG_OK
             ? VG_OK
             : VG_FAIL(err, VG_EDENIED, "territory.own_only", who->name, p->name);
}

vg_code territory_capacity(struct store_tx *tx, const struct actor *who, const struct person *p, struct vg_err *err) {
  if (p->capacity < 0 || p->capacity > CAPACITY_MAX || !vg_utf8_ok(vg_str_z(p->skills)))
    return VG_FAIL(err, VG_EDATA, "territory.capacity");
  VG_TRY(own_or_admin(who, p, err));
  VG_TRY(store_exec(tx, "UPDATE territory_person SET capacity = $2, skills = $3 WHERE id = $1",
                    S_ARGS(S_INT(p->id), S_INT(p->capacity), S_Z(p->skills)), err));
  VG_TRY(territory_tell_capacity(tx, who, p->id, err));
  return LEDGER_TELL(tx, who, "person.capacity", p->pid.s, err, "capacity", VG_N(p->capacity), "skills", p->skills);
}

vg_code territory_conflict_declare(struct store_tx *tx, const struct actor *who, const struct person *p,
                                   const struct org *o, vg_str reason, vg_time until, struct vg_err *err) {
  int64_t n;
  if (vg_str_trim(reason).n == 0 || !vg_utf8_ok(reason))
    return VG_FAIL(err, VG_EDATA, "territory.conflict_reason");
  VG_TRY(own_or_admin(who, p, err));
  if (until != VG_NOTIME && until <= store_now(tx))
    return VG_FAIL(err, VG_EDATA, "territory.mandate_dates");
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM territory_conflict WHERE person = $1 AND org = $2 AND (until IS NULL OR until > $3)",
      S_ARGS(S_INT(p->id), S_INT(o->id), S_TIME(store_now(tx))), err));
  if (n)
    return VG_FAIL(err, VG_EEXIST, "territory.conflict_exists", p->name, o->name);
  return declare(tx, who, p, o, reason, until, err);
}

vg_code territory_conflict_end(struct store_tx *tx, const struct actor *who, const struct person *p,
                               const struct org *o, vg_str reason, struct vg_err *err) {
  int64_t n;
  if (vg_str_trim(reason).n == 0 || !vg_utf8_ok(reason))
    return VG_FAIL(err, VG_EDATA, "territory.conflict_reason");
  /* Nobody lifts his own conflict. */
  if (who->person == p->id)
    return VG_FAIL(err, VG_EDENIED, "territory.conflict_own");
  VG_TRY(territory_may_appoint(who, err));
  VG_TRY(store_change(
      tx, &n,
      "UPDATE territory_conflict SET until = $3 WHERE person = $1 AND org = $2 AND (until IS NULL OR until > $3)",
      S_ARGS(S_INT(p->id), S_INT(o->id), S_TIME(store_now(tx))), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "territory.no_conflict", p->name, o->name);
  VG_TRY(territory_tell_conflict(tx, who, p->id, o, reason, store_now(tx), true, err));
  return LEDGER_TELL(tx, who, "person.conflict_ended", p->pid.s, err, "organisation", o->pid.s, "motive", VG_T(reason));
}

vg_code territory_each_conflict(struct store_tx *tx, int64_t person, territory_conflict_sink *sink, void *ctx,
                                struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT person_name, org_name, reason, since, until FROM territory_v_conflict WHERE person = $1 OR $1 = 0 "
      "ORDER BY person_name, org_name, since",
      S_ARGS(S_INT(person)), err));
  while (rc == VG_OK && store_next(q)) {
    struct conflict c = {.person = store_str(q, 0),
                         .org = store_str(q, 1),
                         .reason = store_str(q, 2),
                         .since = store_time(q, 3),
                         .until = store_time(q, 4)};
    rc = sink(ctx, &c, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* A conflict is never declared for later, so its beginning is not asked: a clock that was set back opens nothing. */
int64_t territory_bound(const struct actor *who) {
  const unsigned ours = ROLE_ANALYST | ROLE_INVESTIGATOR | ROLE_RESPONDER | ROLE_REFERENT | ROLE_ADMIN | ROLE_RESERVIST;
  if (!who->roles || (who->roles & ours))
    return 0;
  return who->organisation ? who->organisation : -1;
}

vg_code territory_access(struct store_tx *tx, const struct actor *who, int64_t org, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM territory_conflict WHERE person = $1 AND org = $2 AND (until IS NULL OR until > $3)",
      S_ARGS(S_INT(who->person), S_INT(org), S_TIME(store_now(tx))), err));
  if (n)
    return VG_FAIL(err, VG_EDENIED, "territory.conflict", who->name);
  if (territory_bound(who) && territory_bound(who) != org)
    return VG_FAIL(err, VG_EDENIED, "territory.not_own", who->name);
  return VG_OK;
}
