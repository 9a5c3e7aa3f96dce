/* What stands in the scheme's way, who sees to it, by when, and what shows that it is gone. */
#include "evaluation/evaluation.h"

static const char *const families[] = {"legal", "technical", "human", "budget", "organisation", "trust", "other"};

vg_code evaluation_obstacle_add(struct store_tx *tx, const struct actor *who, struct obstacle *o, struct vg_err *err) {
  bool known = false;
  int64_t id;
  for (size_t i = 0; i < VG_COUNT(families); i++)
    known = known || vg_str_eqz(vg_str_z(o->family), families[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "evaluation.family", o->family);
  if (vg_str_trim(vg_str_z(o->title)).n == 0 || !vg_utf8_ok(vg_str_z(o->title)) || !vg_utf8_ok(vg_str_z(o->owner)))
    return VG_FAIL(err, VG_EDATA, "evaluation.title");
  if (o->severity < 1 || o->severity > 4)
    return VG_FAIL(err, VG_EDATA, "evaluation.severity");
  if (o->zone[0])
    VG_TRY(territory_zone_check(tx, o->zone, err));
  o->opened = store_now(tx);
  o->pid = vg_id_new("obstacle", o->opened);
  VG_TRY(
      store_insert(tx, &id,
                   "INSERT INTO evaluation_obstacle (pid, family, title, zone, severity, owner, due, opened, evidence) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '') RETURNING id",
                   S_ARGS(S_Z(o->pid.s), S_Z(o->family), S_Z(o->title), S_Z(o->zone), S_INT(o->severity), S_Z(o->owner),
                          S_TIME(o->due), S_TIME(o->opened)),
                   err));
  return LEDGER_TELL(tx, who, "obstacle.added", o->pid.s, err, "family", o->family, "title", o->title, "zone", o->zone);
}

#define COLUMNS                                                                                                        \
  "SELECT o.id, o.pid, o.family, o.title, o.zone, o.severity, o.owner, o.due, o.opened, o.removed, o.evidence, "       \
  "(SELECT COUNT(*) FROM evaluation_obstacle_link l WHERE l.obstacle = o.id) FROM evaluation_obstacle o "

static void read_row(struct store_rows *q, struct obstacle *o) {
  *o = (struct obstacle){.id = store_int(q, 0),
                         .pid = vg_id_of(store_str(q, 1)),
                         .severity = store_int(q, 5),
                         .due = store_time(q, 7),
                         .opened = store_time(q, 8),
                         .removed = store_time(q, 9),
                         .links = store_int(q, 11)};
  vg_str_copy(o->family, sizeof o->family, store_str(q, 2));
  vg_str_copy(o->title, sizeof o->title, store_str(q, 3));
  vg_str_copy(o->zone, sizeof o->zone, store_str(q, 4));
  vg_str_copy(o->owner, sizeof o->owner, store_str(q, 6));
  vg_str_copy(o->evidence, sizeof o->evidence, store_str(q, 10));
}

vg_code evaluation_obstacle_find(struct store_tx *tx, vg_str pid, struct obstacle *o, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE o.pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, o);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_obstacle", VG_T(pid));
}

vg_code evaluation_each_obstacle(struct store_tx *tx, evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     COLUMNS "ORDER BY CASE WHEN o.removed IS NULL THEN 0 ELSE 1 END, o.severity DESC, o.opened, o.id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct obstacle o;
    read_row(q, &o);
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- what stands behind it --- */

static vg_code exists(struct store_tx *tx, vg_str ref, bool *yes, struct vg_err *err) {
  int64_t n;
  vg_str code = ref, plan = VG_STR("");
  if (!vg_str_cut(&code, '/', &plan) || !code.p)
    code = plan = VG_STR("");
  VG_TRY(store_get_int(tx, &n,
                       "SELECT (SELECT COUNT(*) FROM casework_v_incident WHERE pid = $1) + (SELECT COUNT(*) FROM "
                       "casework_v_case WHERE ref = $1 OR pid = $1) "
                       "+ (SELECT COUNT(*) FROM prevention_v_action WHERE pid = $1) + (SELECT COUNT(*) FROM "
                       "prevention_v_diagnosis WHERE pid = $1) + "
                       "(SELECT COUNT(*) FROM anticipate_v_warning WHERE pid = $1) + (SELECT COUNT(*) FROM "
                       "evaluation_question q JOIN evaluation_plan p "
                       "ON p.id = q.plan WHERE p.pid = $2 AND q.code = $3)",
                       S_ARGS(S_STR(ref), S_STR(plan), S_STR(code)), err));
  *yes = n > 0;
  return VG_OK;
}

vg_code evaluation_each_linkable(struct store_tx *tx, vg_str ref, evaluation_linkable_sink *sink, void *ctx,
                                 struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT p.pid || '/' || q.code, q.text_fr, q.text_en, p.title FROM evaluation_question q JOIN "
                     "evaluation_plan p ON p.id = q.plan WHERE p.state <> 'planned' AND ($1 = '' OR p.pid || '/' || "
                     "q.code = $1) ORDER BY p.id DESC, q.number",
                     S_ARGS(S_STR(ref)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code link_to(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref, bool removal,
                       struct vg_err *err) {
  int64_t added;
  bool yes;
  ref = vg_str_trim(ref);
  VG_TRY(exists(tx, ref, &yes, err));
  if (!yes)
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_link", VG_T(ref));
  VG_TRY(store_change(tx, &added,
                      "INSERT INTO evaluation_obstacle_link (obstacle, ref, added, removal) VALUES ($1, $2, $3, $4) ON "
                      "CONFLICT (obstacle, ref) DO NOTHING",
                      S_ARGS(S_INT(o->id), S_STR(ref), S_TIME(store_now(tx)), S_INT(removal)), err));
  if (!added)
    return VG_FAIL(err, VG_EEXIST, "evaluation.linked", VG_T(ref));
  return LEDGER_TELL(tx, who, removal ? "obstacle.shown_gone" : "obstacle.linked", o->pid.s, err, "ref", VG_T(ref));
}

vg_code evaluation_obstacle_link(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str ref,
                                 struct vg_err *err) {
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(tx, pid, &o, err));
  return link_to(tx, who, &o, ref, false, err);
}

vg_code evaluation_obstacle_remove(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str evidence,
                                   const vg_str *refs, size_t count, struct vg_err *err) {
  struct obstacle o;
  int64_t n;
  if (vg_str_trim(evidence).n == 0 || evidence.n > 250 || !vg_utf8_ok(evidence))
    return VG_FAIL(err, VG_EDATA, "evaluation.evidence");
  VG_TRY(store_change(tx, &n,
                      "UPDATE evaluation_obstacle SET removed = $2, evidence = $3 WHERE pid = $1 AND removed IS NULL",
                      S_ARGS(S_STR(pid), S_TIME(store_now(tx)), S_STR(evidence)), err));
  if (n != 1)
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_obstacle", VG_T(pid));
  VG_TRY(evaluation_obstacle_find(tx, pid, &o, err));
  for (size_t i = 0; i < count; i++)
    VG_TRY(link_to(tx, who, &o, refs[i], true, err));
  return LEDGER_TELL(tx, who, "obstacle.removed", o.pid.s, err, "evidence", VG_T(evidence));
}

vg_code evaluation_each_link(struct store_tx *tx, int64_t obstacle, evaluation_link_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT ref, removal, added FROM evaluation_obstacle_link WHERE obstacle = $1 ORDER BY added, ref",
                     S_ARGS(S_INT(obstacle)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_int(q, 1) != 0, store_time(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
