/* Who may see a case. The one place: writers, doors, documents and lists ask here. */
#include "casework/casework_internal.h"

enum { WORDS_MAX = 500 };

const char *casework_bounds(const struct actor *who) { return who->roles & ROLE_ADMIN ? "" : who->zone; }

/* Of another zone: seen by who was granted it, and by the referent whom the incident was given to. */
static vg_code need_to_know(struct store_tx *tx, const struct actor *who, int64_t case_id, bool *known,
                            struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(
      tx, &n, "SELECT COUNT(*) FROM casework_case c WHERE c.id = $1" CASEWORK_NEED("c.id", "c.zone", "$2", "$3", "$4"),
      S_ARGS(S_INT(case_id), S_INT(who->person), S_Z(casework_bounds(who)), S_TIME(store_now(tx))), err));
  *known = n > 0;
  return VG_OK;
}

vg_code casework_access(struct store_tx *tx, const struct actor *who, int64_t case_id, struct vg_err *err) {
  struct store_rows *q;
  int64_t org = 0;
  char ref[48], zone[24];
  bool known = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT i.org, c.ref, c.zone FROM casework_case c JOIN casework_incident i ON i.id = c.incident WHERE "
      "c.id = $1",
      S_ARGS(S_INT(case_id)), err));
  bool found = store_next(q);
  if (found) {
    org = store_int(q, 0);
    vg_str_copy(ref, sizeof ref, store_str(q, 1));
    vg_str_copy(zone, sizeof zone, store_str(q, 2));
  }
  VG_TRY(store_done(&q, err));
  if (!found)
    return VG_FAIL(err, VG_ENOTFOUND, "casework.no_case", VG_N(case_id));
  VG_TRY(territory_access(tx, who, org, err));
  VG_TRY(need_to_know(tx, who, case_id, &known, err));
  return known ? VG_OK : VG_FAIL(err, VG_EDENIED, "casework.need_to_know", ref, zone);
}

vg_code casework_case_see(struct store_tx *tx, const struct actor *who, vg_str ref, struct affair *out,
                          struct vg_err *err) {
  VG_TRY(casework_case_find(tx, ref, out, err));
  return casework_access(tx, who, out->id, err);
}

vg_code casework_see_all(struct store_tx *tx, const struct actor *who, struct vg_err *err) {
  int64_t all, seen;
  VG_TRY(store_get_int(tx, &all, "SELECT COUNT(*) FROM casework_case", S_NOARGS, err));
  VG_TRY(store_get_int(
      tx, &seen,
      "SELECT COUNT(*) FROM casework_case c JOIN casework_incident i ON i.id = c.incident WHERE 1 = "
      "1" CASEWORK_SEEN("c.id", "c.zone", "i.org", "$1", "$2", "$3", "$4"),
      S_ARGS(S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)), S_TIME(store_now(tx))), err));
  return all == seen ? VG_OK : VG_FAIL(err, VG_EDENIED, "casework.not_all", VG_N(all - seen));
}

vg_code casework_incident_access(struct store_tx *tx, const struct actor *who, const struct incident *in,
                                 struct vg_err *err) {
  int64_t n;
  VG_TRY(territory_access(tx, who, in->org, err));
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM casework_v_incident i WHERE i.id = $1" CASEWORK_INCIDENT_NEED(
                           "i.id", "i.zone", "$2", "$3", "$4"),
                       S_ARGS(S_INT(in->id), S_INT(who->person), S_Z(casework_bounds(who)), S_TIME(store_now(tx))),
                       err));
  return n ? VG_OK : VG_FAIL(err, VG_EDENIED, "casework.incident_need_to_know", in->pid.s, in->zone);
}

/* By what kind of thing a public id or a reference ("2026-OUE-0001", "2026-OUE-0001/1", "2026-OUE-0001/A1") names. */
static const char *case_of(vg_str subject) {
  static const struct {
    const char *kind, *sql;
  } of[] = {{"case", "SELECT id FROM casework_case WHERE pid = $1"},
            {"exhibit", "SELECT case_id FROM casework_exhibit WHERE pid = $1"},
            {"act", "SELECT case_id FROM casework_act WHERE pid = $1"},
            {"finding", "SELECT case_id FROM casework_finding WHERE pid = $1"}};
  for (size_t i = 0; i < VG_COUNT(of); i++)
    if (vg_str_eqz(vg_id_kind(subject), of[i].kind))
      return of[i].sql;
  if (vg_str_find(subject, VG_STR("--"), 0) != SIZE_MAX)
    return NULL;
  return vg_str_find_byte(subject, '/', 0) == SIZE_MAX
             ? "SELECT id FROM casework_case WHERE ref = $1"
             : "SELECT case_id FROM casework_exhibit WHERE ref = $1 UNION ALL SELECT case_id FROM casework_act WHERE "
               "ref = $1";
}

bool casework_case_id_of(struct store_tx *tx, vg_str subject, int64_t *id) {
  const char *sql = case_of(subject);
  return sql && store_get_int(tx, id, sql, S_ARGS(S_STR(subject)), NULL) == VG_OK;
}

bool casework_subject_seen(struct store_tx *tx, const struct actor *who, vg_str subject) {
  struct incident in;
  int64_t id;
  if (vg_str_eqz(vg_id_kind(subject), "incident"))
    return casework_incident_find(tx, subject, &in, NULL) != VG_OK ||
           casework_incident_access(tx, who, &in, NULL) == VG_OK;
  return !casework_case_id_of(tx, subject, &id) || casework_access(tx, who, id, NULL) == VG_OK;
}

enum regime casework_subject_regime(struct store_tx *tx, vg_str subject) {
  struct incident in;
  struct affair a;
  struct store_rows *q;
  int64_t id;
  if (vg_str_eqz(vg_id_kind(subject), "incident"))
    return casework_incident_find(tx, subject, &in, NULL) == VG_OK ? in.regime : REGIME_ANY;
  if (!casework_case_id_of(tx, subject, &id) ||
      store_query(tx, &q, CASE_COLUMNS "WHERE c.id = $1", S_ARGS(S_INT(id)), NULL) != VG_OK)
    return REGIME_ANY;
  bool found = store_next(q);
  if (found)
    casework_case_read(q, &a);
  return store_done(&q, NULL) == VG_OK && found ? casework_frame_regime(vg_str_z(a.frame)) : REGIME_ANY;
}

/* --- asking for it, granting it --- */

static vg_code check_words(vg_str s, struct vg_err *err) {
  return vg_str_trim(s).n == 0 || s.n > WORDS_MAX || !vg_utf8_ok(s)
             ? VG_FAIL(err, VG_EDATA, "casework.access_motive", VG_N(WORDS_MAX))
             : VG_OK;
}

static vg_code put(struct store_tx *tx, const struct affair *a, int64_t person, vg_str motive, const char *state,
                   const char *by, struct vg_id *pid, struct vg_err *err) {
  bool decided = by[0] != 0;
  *pid = vg_id_new("access", store_now(tx));
  return store_exec(
      tx,
      "INSERT INTO casework_grant (pid, case_id, person, motive, asked, state, decided, decided_by) VALUES "
      "($1,$2,$3,$4,$5,$6,$7,$8)",
      S_ARGS(S_Z(pid->s), S_INT(a->id), S_INT(person), S_STR(motive), S_TIME(store_now(tx)), S_Z(state),
             S_TIME(decided ? store_now(tx) : VG_NOTIME), S_Z(by)),
      err);
}

vg_code casework_case_own(struct store_tx *tx, const struct actor *who, const struct affair *a, struct vg_err *err) {
  struct vg_id pid;
  bool known = !*casework_bounds(who) || !a->zone[0] || vg_str_eqz(vg_str_z(casework_bounds(who)), a->zone);
  if (!known)
    VG_TRY(need_to_know(tx, who, a->id, &known, err));
  if (known)
    return VG_OK;
  return put(tx, a, who->person, VG_STR("opened it"), "granted", who->id.s, &pid, err);
}

vg_code casework_access_ask(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str motive, struct vg_id *pid,
                            struct vg_err *err) {
  struct affair a;
  bool known;
  int64_t waiting;
  VG_TRY(casework_case_find(tx, ref, &a, err));
  VG_TRY(territory_access(tx, who, a.org, err)); /* no grant opens what a conflict of interest closes */
  VG_TRY(need_to_know(tx, who, a.id, &known, err));
  if (known)
    return VG_FAIL(err, VG_ESTATE, "casework.access_has", a.ref);
  VG_TRY(check_words(motive, err));
  VG_TRY(store_get_int(tx, &waiting,
                       "SELECT COUNT(*) FROM casework_grant WHERE case_id = $1 AND person = $2 AND state = 'asked'",
                       S_ARGS(S_INT(a.id), S_INT(who->person)), err));
  if (waiting)
    return VG_FAIL(err, VG_EEXIST, "casework.access_waits", a.ref);
  VG_TRY(put(tx, &a, who->person, motive, "asked", "", pid, err));
  return LEDGER_TELL(tx, who, "case.access_asked", a.pid.s, err, "case", a.ref, "access", pid->s, "person", who->id.s,
                     "motive", VG_T(motive));
}

struct asked {
  int64_t case_id, person;
  char case_pid[VG_ID_MAX], person_pid[VG_ID_MAX], state[16];
};

static vg_code find(struct store_tx *tx, vg_str pid, struct asked *k, struct vg_err *err) {
  struct store_rows *q;
  *k = (struct asked){.case_id = 0};
  VG_TRY(store_query(
      tx, &q,
      "SELECT g.case_id, g.person, c.pid, p.pid, g.state FROM casework_grant g JOIN casework_case c ON c.id "
      "= g.case_id JOIN territory_person p ON p.id = g.person WHERE g.pid = $1",
      S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    k->case_id = store_int(q, 0);
    k->person = store_int(q, 1);
    vg_str_copy(k->case_pid, sizeof k->case_pid, store_str(q, 2));
    vg_str_copy(k->person_pid, sizeof k->person_pid, store_str(q, 3));
    vg_str_copy(k->state, sizeof k->state, store_str(q, 4));
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "casework.no_access", VG_T(pid));
}

/* Whoever sees the case because of his zone or his office decides; a guest does not let others in. */
static vg_code may_decide(struct store_tx *tx, const struct actor *who, const struct asked *k, struct vg_err *err) {
  int64_t home;
  VG_TRY(casework_access(tx, who, k->case_id, err));
  VG_TRY(store_get_int(tx, &home,
                       "SELECT COUNT(*) FROM casework_case WHERE id = $1 AND ($2 = '' OR zone = '' OR zone = $2)",
                       S_ARGS(S_INT(k->case_id), S_Z(casework_bounds(who))), err));
  return home && who->person != k->person ? VG_OK : VG_FAIL(err, VG_EDENIED, "casework.access_decide", who->name);
}

vg_code casework_access_decide(struct store_tx *tx, const struct actor *who, vg_str pid, enum access_word word,
                               vg_str why, vg_time until, struct vg_err *err) {
  static const char *const state[] = {"granted", "refused", "ended"};
  static const char *const kind[] = {"case.access_granted", "case.access_refused", "case.access_ended"};
  struct asked k;
  VG_TRY(find(tx, pid, &k, err));
  VG_TRY(may_decide(tx, who, &k, err));
  const char *from = word == ACCESS_END ? "granted" : "asked";
  if (!vg_str_eqz(vg_str_z(k.state), from))
    return VG_FAIL(err, VG_ESTATE, "casework.access_state", WORD("cli.access", k.state));
  VG_TRY(check_words(why, err));
  if (until != VG_NOTIME && until <= store_now(tx))
    return VG_FAIL(err, VG_EDATA, "casework.access_until");
  VG_TRY(store_exec(
      tx, "UPDATE casework_grant SET state = $2, decided = $3, decided_by = $4, why = $5, until = $6 WHERE pid = $1",
      S_ARGS(S_STR(pid), S_Z(state[word]), S_TIME(store_now(tx)), S_Z(who->id.s), S_STR(why), S_TIME(until)), err));
  return LEDGER_TELL(tx, who, kind[word], k.case_pid, err, "access", VG_T(pid), "recipient", k.person_pid, "motive",
                     VG_T(why), "until", vg_time_text((char[VG_TIME_TEXT]){0}, until, false));
}

vg_code casework_each_access(struct store_tx *tx, const struct actor *who, int64_t case_id, casework_access_sink *sink,
                             void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT g.pid, c.ref, p.name, COALESCE((SELECT MAX(m.zone) FROM territory_v_mandate m WHERE m.person = p.id), ''), "
      "g.motive, g.asked, CASE WHEN g.state = 'granted' AND g.until <= $2 THEN 'ended' ELSE g.state END, g.decided, "
      "COALESCE(d.name, g.decided_by), g.why, g.until, g.case_id, g.person FROM casework_grant g JOIN casework_case c ON "
      "c.id = g.case_id JOIN territory_person p ON p.id = g.person LEFT JOIN territory_person d ON d.pid = g.decided_by "
      "WHERE ($1 = 0 OR g.case_id = $1) AND ($1 <> 0 OR g.state = 'asked' OR g.person = $3) ORDER BY g.id",
      S_ARGS(S_INT(case_id), S_TIME(store_now(tx)), S_INT(who->person)), err));
  while (rc == VG_OK && store_next(q)) {
    struct case_access x = {.pid = vg_id_of(store_str(q, 0)),
                            .case_ref = store_str(q, 1),
                            .person_name = store_str(q, 2),
                            .zone = store_str(q, 3),
                            .motive = store_str(q, 4),
                            .asked = store_time(q, 5),
                            .state = store_str(q, 6),
                            .decided = store_time(q, 7),
                            .decided_by = store_str(q, 8),
                            .why = store_str(q, 9),
                            .until = store_time(q, 10),
                            .mine = store_int(q, 12) == who->person};
    struct asked k = {.case_id = store_int(q, 11), .person = store_int(q, 12)};
    x.decides = may_decide(tx, who, &k, NULL) == VG_OK;
    if (x.mine || x.decides)
      rc = sink(ctx, &x, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
