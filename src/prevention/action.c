#include "prevention/prevention_internal.h"

#include <string.h>

static const char *const kinds[] = {"visit", "talk", "workshop", "public"};

/* A mandate of referent or reservist on that day, and no conflict with the company. */
static vg_code check_referent(struct store_tx *tx, const struct action *a, struct vg_err *err) {
  int64_t n;
  if (!a->referent)
    return VG_OK;
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM territory_v_mandate WHERE person = $1 AND role IN ($2, $3) AND since <= $4 AND "
      "(until IS NULL OR until > $4)",
      S_ARGS(S_INT(a->referent), S_INT(ROLE_REFERENT), S_INT(ROLE_RESERVIST), S_TIME(a->at)), err));
  if (n == 0)
    return VG_FAIL(err, VG_EDENIED, "prevention.mandate", a->referent_name);
  struct actor as = {.person = a->referent};
  vg_str_copy(as.name, sizeof as.name, vg_str_z(a->referent_name));
  return a->org ? territory_access(tx, &as, a->org, err) : VG_OK;
}

/* One "NAF:SIZE" of a target; * is any. */
static bool target_word(vg_str *rest, vg_str *naf, vg_str *size) {
  vg_str word;
  do
    if (!vg_str_cut(rest, ' ', &word))
      return false;
  while (word.n == 0);
  *size = VG_STR("");
  if (!vg_str_cut(&word, ':', naf) || !word.p)
    return true;
  *size = word;
  return true;
}

bool prevention_target_has(vg_str target, vg_str naf, vg_str size) {
  vg_str n, s;
  bool none = true;
  while (target_word(&target, &n, &s)) {
    none = false;
    if ((vg_str_eqz(n, "*") || vg_str_eq(n, naf)) && (vg_str_eqz(s, "*") || vg_str_eq(s, size)))
      return true;
  }
  return none;
}

static vg_code check_target(struct store_tx *tx, vg_str target, struct vg_err *err) {
  vg_str naf, size;
  while (target_word(&target, &naf, &size)) {
    int64_t known;
    VG_TRY(store_get_int(tx, &known,
                         "SELECT CASE WHEN ($1 = '*' OR EXISTS (SELECT 1 FROM territory_v_naf WHERE section = $1)) AND "
                         "($2 = '*' OR EXISTS (SELECT 1 FROM territory_v_size WHERE code = $2)) THEN 1 ELSE 0 END",
                         S_ARGS(S_STR(naf), S_STR(size)), err));
    if (!known)
      return VG_FAIL(err, VG_EDATA, "prevention.target", VG_T(naf));
  }
  return VG_OK;
}

vg_code action_check(struct store_tx *tx, const struct action *a, struct vg_err *err) {
  bool known = false;
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    known = known || vg_str_eqz(vg_str_z(a->kind), kinds[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "prevention.kind", a->kind);
  if (vg_str_trim(vg_str_z(a->title)).n == 0 || !vg_utf8_ok(vg_str_z(a->title)) || !vg_utf8_ok(vg_str_z(a->place)))
    return VG_FAIL(err, VG_EDATA, "prevention.title");
  if (a->zone[0])
    VG_TRY(territory_zone_check(tx, a->zone, err));
  return check_target(tx, vg_str_z(a->target), err);
}

vg_code prevention_action_add(struct store_tx *tx, const struct actor *who, struct action *a, struct vg_err *err) {
  VG_TRY(action_check(tx, a, err));
  if (a->org)
    VG_TRY(territory_access(tx, who, a->org, err));
  VG_TRY(check_referent(tx, a, err));
  a->pid = vg_id_new("action", store_now(tx));
  vg_str_copy(a->state, sizeof a->state, VG_STR("planned"));
  VG_TRY(
      store_insert(tx, &a->id,
                   "INSERT INTO prevention_action (pid, kind, title, org, zone, place, referent, at, state, target) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', $9) RETURNING id",
                   S_ARGS(S_Z(a->pid.s), S_Z(a->kind), S_Z(a->title), S_INT_OR_NULL(a->org, a->org == 0), S_Z(a->zone),
                          S_Z(a->place), S_INT_OR_NULL(a->referent, a->referent == 0), S_TIME(a->at), S_Z(a->target)),
                   err));
  VG_TRY(action_note(tx, who, a, err));
  return LEDGER_TELL(tx, who, "action.planned", a->pid.s, err, "kind", a->kind, "title", a->title, "organisation",
                     a->org_name, "zone", a->zone);
}

/* "NAF:SIZE:N", or "-:-:N" for the general public. */
static bool audience_word(const char *word, vg_str *naf, vg_str *size, int64_t *n) {
  vg_str rest = vg_str_z(word), people;
  if (!vg_str_cut(&rest, ':', naf) || !vg_str_cut(&rest, ':', size) || !vg_str_cut(&rest, ':', &people) || rest.p ||
      !vg_str_i64(people, n) || *n < 1 || *n > 1000000)
    return false;
  if (vg_str_eqz(*naf, "-") && vg_str_eqz(*size, "-"))
    *naf = *size = VG_STR("");
  return true;
}

vg_code action_audience(struct store_tx *tx, int64_t action, const char *const *list, size_t at, struct vg_err *err) {
  vg_str naf, size, other_naf, other_size;
  int64_t n, ignored, known = 1;
  if (!audience_word(list[at], &naf, &size, &n))
    return VG_FAIL(err, VG_EDATA, "prevention.audience", list[at]);
  for (size_t i = 0; i < at; i++)
    if (audience_word(list[i], &other_naf, &other_size, &ignored) && vg_str_eq(naf, other_naf) &&
        vg_str_eq(size, other_size))
      return VG_FAIL(err, VG_EDATA, "prevention.audience", list[at]);
  if (naf.n || size.n)
    VG_TRY(store_get_int(tx, &known,
                         "SELECT (SELECT COUNT(*) FROM territory_v_naf WHERE section = $1) * (SELECT COUNT(*) FROM "
                         "territory_v_size WHERE code = $2)",
                         S_ARGS(S_STR(naf), S_STR(size)), err));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "prevention.audience", list[at]);
  return store_exec(
      tx,
      "INSERT INTO prevention_audience (action, naf, size, people) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (action, naf, size) DO UPDATE SET people = prevention_audience.people + excluded.people",
      S_ARGS(S_INT(action), S_STR(naf), S_STR(size), S_INT(n)), err);
}

vg_code prevention_action_done(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *list,
                               size_t count, struct vg_err *err) {
  struct action a;
  int64_t n;
  VG_TRY(prevention_action_find(tx, pid, &a, err));
  if (a.org)
    VG_TRY(territory_access(tx, who, a.org, err));
  VG_TRY(store_change(tx, &n,
                      "UPDATE prevention_action SET state = 'done' WHERE id = $1 AND state = 'planned' AND at <= $2",
                      S_ARGS(S_INT(a.id), S_TIME(store_now(tx))), err));
  if (n != 1)
    return VG_FAIL(err, VG_ESTATE, "prevention.not_planned");
  for (size_t i = 0; i < count; i++)
    VG_TRY(action_audience(tx, a.id, list, i, err));
  VG_TRY(action_note_state(tx, who, &a, "done", err));
  VG_TRY(action_note_audience(tx, who, &a, err));
  VG_TRY(store_get_int(tx, &n, "SELECT COALESCE(SUM(people), 0) FROM prevention_audience WHERE action = $1",
                       S_ARGS(S_INT(a.id)), err));
  return LEDGER_TELL(tx, who, "action.done", a.pid.s, err, "people", VG_N(n), "by_code", VG_N(a.people));
}

vg_code prevention_action_cancel(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason, bool mistake,
                                 struct vg_err *err) {
  struct action a;
  int64_t n;
  VG_TRY(prevention_action_find(tx, pid, &a, err));
  if (a.org)
    VG_TRY(territory_access(tx, who, a.org, err));
  if (vg_str_trim(reason).n == 0 || reason.n >= sizeof a.reason || !vg_utf8_ok(reason))
    return VG_FAIL(err, VG_EDATA, "prevention.cancel_reason");
  if (!mistake && strcmp(a.state, "done") == 0)
    return VG_FAIL(err, VG_ESTATE, "prevention.took_place");
  VG_TRY(store_change(tx, &n,
                      "UPDATE prevention_action SET state = 'cancelled', reason = $2 WHERE id = $1 AND "
                      "state <> 'cancelled'",
                      S_ARGS(S_INT(a.id), S_STR(reason)), err));
  if (n != 1)
    return VG_FAIL(err, VG_ESTATE, "prevention.cancelled");
  vg_str_copy(a.reason, sizeof a.reason, reason);
  VG_TRY(action_note_state(tx, who, &a, "cancelled", err));
  return LEDGER_TELL(tx, who, "action.cancelled", a.pid.s, err, "reason", VG_T(reason));
}

#define ACTION_COLUMNS                                                                                                 \
  "SELECT id, pid, kind, title, org, org_name, zone, place, referent, referent_name, at, state, target, token, "       \
  "reason, people, sheets "                                                                                            \
  "FROM prevention_v_action_full "

static void read_action(struct store_rows *q, struct action *a) {
  *a = (struct action){.id = store_int(q, 0),
                       .pid = vg_id_of(store_str(q, 1)),
                       .org = store_int(q, 4),
                       .referent = store_int(q, 8),
                       .at = store_time(q, 10),
                       .people = store_int(q, 15),
                       .sheets = store_int(q, 16)};
  vg_str_copy(a->kind, sizeof a->kind, store_str(q, 2));
  vg_str_copy(a->title, sizeof a->title, store_str(q, 3));
  vg_str_copy(a->org_name, sizeof a->org_name, store_str(q, 5));
  vg_str_copy(a->zone, sizeof a->zone, store_str(q, 6));
  vg_str_copy(a->place, sizeof a->place, store_str(q, 7));
  vg_str_copy(a->referent_name, sizeof a->referent_name, store_str(q, 9));
  vg_str_copy(a->state, sizeof a->state, store_str(q, 11));
  vg_str_copy(a->target, sizeof a->target, store_str(q, 12));
  vg_str_copy(a->token, sizeof a->token, store_str(q, 13));
  vg_str_copy(a->reason, sizeof a->reason, store_str(q, 14));
}

vg_code prevention_action_find(struct store_tx *tx, vg_str pid, struct action *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, ACTION_COLUMNS "WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_action(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_action", VG_T(pid));
}

vg_code prevention_each_action(struct store_tx *tx, enum action_part part, int64_t from, int64_t limit,
                               prevention_action_sink *sink, void *ctx, struct vg_err *err) {
  static const char *const sql[] = {
      [ACTIONS_ALL] = ACTION_COLUMNS "ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2",
      [ACTIONS_PLANNED] = ACTION_COLUMNS "WHERE state = 'planned' ORDER BY at, id LIMIT $1 OFFSET $2",
      [ACTIONS_OVER] = ACTION_COLUMNS "WHERE state <> 'planned' ORDER BY at DESC, id DESC LIMIT $1 OFFSET $2"};
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql[part], S_ARGS(S_INT(limit ? limit : INT64_MAX), S_INT(from)), err));
  while (rc == VG_OK && store_next(q)) {
    struct action a;
    read_action(q, &a);
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_audience(struct store_tx *tx, int64_t action, prevention_audience_sink *sink, void *ctx,
                                 struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT naf, size, people FROM prevention_audience WHERE action = $1 ORDER BY naf, size",
                     S_ARGS(S_INT(action)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_int(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
