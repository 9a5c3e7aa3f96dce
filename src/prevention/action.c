#include "prevention/prevention.h"

static const char *const kinds[] = {"visit", "talk", "workshop", "public"};

/* A mandate of referent or reservist on that day, and no conflict with the company. */
static vg_code check_referent(struct store_tx *tx, const struct action *a, struct vg_err *err) {
  int64_t n;
  if (!a->referent)
    return VG_OK;
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM territory_v_mandate WHERE person = $1 AND role IN ($2, $3) AND since <= $4 AND "
                       "(until IS NULL OR until > $4)",
                       S_ARGS(S_INT(a->referent), S_INT(ROLE_REFERENT), S_INT(ROLE_RESERVIST), S_TIME(a->at)), err));
  if (n == 0)
    return VG_FAIL(err, VG_EDENIED, "prevention.mandate", a->referent_name);
  struct actor as = {.person = a->referent};
  vg_str_copy(as.name, sizeof as.name, vg_str_z(a->referent_name));
  return a->org ? territory_access(tx, &as, a->org, err) : VG_OK;
}

vg_code prevention_action_add(struct store_tx *tx, const struct actor *who, struct action *a, struct vg_err *err) {
  bool known = false;
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    known = known || vg_str_eqz(vg_str_z(a->kind), kinds[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "prevention.kind", a->kind);
  if (vg_str_trim(vg_str_z(a->title)).n == 0 || !vg_utf8_ok(vg_str_z(a->title)) || !vg_utf8_ok(vg_str_z(a->place)))
    return VG_FAIL(err, VG_EDATA, "prevention.title");
  if (a->org)
    VG_TRY(territory_access(tx, who, a->org, err));
  if (a->zone[0])
    VG_TRY(territory_zone_check(tx, a->zone, err));
  VG_TRY(check_referent(tx, a, err));
  a->pid = vg_id_new("action", store_now(tx));
  vg_str_copy(a->state, sizeof a->state, VG_STR("planned"));
  VG_TRY(store_insert(tx, &a->id,
                      "INSERT INTO prevention_action (pid, kind, title, org, zone, place, referent, at, state) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned') RETURNING id",
                      S_ARGS(S_Z(a->pid.s), S_Z(a->kind), S_Z(a->title), S_INT_OR_NULL(a->org, a->org == 0), S_Z(a->zone), S_Z(a->place),
                             S_INT_OR_NULL(a->referent, a->referent == 0), S_TIME(a->at)),
                      err));
  return LEDGER_TELL(tx, who, "action.planned", a->pid.s, err, "kind", a->kind, "title", a->title, "organisation", a->org_name, "zone", a->zone);
}

static vg_code audience(struct store_tx *tx, int64_t action, const char *word, struct vg_err *err) {
  vg_str rest = vg_str_z(word), naf, size, people;
  int64_t n, known;
  if (!vg_str_cut(&rest, ':', &naf) || !vg_str_cut(&rest, ':', &size) || !vg_str_cut(&rest, ':', &people) || rest.p ||
      !vg_str_i64(people, &n) || n < 1 || n > 1000000)
    return VG_FAIL(err, VG_EDATA, "prevention.audience", word);
  VG_TRY(store_get_int(tx, &known,
                       "SELECT (SELECT COUNT(*) FROM territory_v_naf WHERE section = $1) * (SELECT COUNT(*) FROM territory_v_size WHERE code = $2)",
                       S_ARGS(S_STR(naf), S_STR(size)), err));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "prevention.audience", word);
  vg_code rc = store_exec(tx, "INSERT INTO prevention_audience (action, naf, size, people) VALUES ($1, $2, $3, $4)",
                          S_ARGS(S_INT(action), S_STR(naf), S_STR(size), S_INT(n)), err);
  return rc == VG_EEXIST ? VG_FAIL(err, VG_EDATA, "prevention.audience", word) : rc;
}

vg_code prevention_action_done(struct store_tx *tx, const struct actor *who, vg_str pid, const char *const *list, size_t count,
                               struct vg_err *err) {
  int64_t id, n;
  vg_code rc = store_get_int(tx, &id, "SELECT id FROM prevention_action WHERE pid = $1", S_ARGS(S_STR(pid)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, rc, "prevention.no_action", VG_T(pid));
  VG_TRY(rc);
  VG_TRY(store_change(tx, &n, "UPDATE prevention_action SET state = 'done' WHERE id = $1 AND state = 'planned' AND at <= $2",
                      S_ARGS(S_INT(id), S_TIME(store_now(tx))), err));
  if (n != 1)
    return VG_FAIL(err, VG_ESTATE, "prevention.not_planned");
  for (size_t i = 0; i < count; i++)
    VG_TRY(audience(tx, id, list[i], err));
  struct vg_id as = vg_id_of(pid);
  return LEDGER_TELL(tx, who, "action.done", as.s, err, "counts", VG_N(count));
}

vg_code prevention_each_action(struct store_tx *tx, prevention_action_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT id, pid, kind, title, org_name, zone, place, referent, at, state, people FROM prevention_v_action ORDER BY at, id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct action a = {.id = store_int(q, 0), .pid = vg_id_of(store_str(q, 1)), .at = store_time(q, 8), .people = store_int(q, 10)};
    vg_str_copy(a.kind, sizeof a.kind, store_str(q, 2));
    vg_str_copy(a.title, sizeof a.title, store_str(q, 3));
    vg_str_copy(a.org_name, sizeof a.org_name, store_str(q, 4));
    vg_str_copy(a.zone, sizeof a.zone, store_str(q, 5));
    vg_str_copy(a.place, sizeof a.place, store_str(q, 6));
    vg_str_copy(a.referent_name, sizeof a.referent_name, store_str(q, 7));
    vg_str_copy(a.state, sizeof a.state, store_str(q, 9));
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
