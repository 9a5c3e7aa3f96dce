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
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO evaluation_obstacle (pid, family, title, zone, severity, owner, due, opened, evidence) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '') RETURNING id",
                      S_ARGS(S_Z(o->pid.s), S_Z(o->family), S_Z(o->title), S_Z(o->zone), S_INT(o->severity), S_Z(o->owner), S_TIME(o->due),
                             S_TIME(o->opened)),
                      err));
  return LEDGER_TELL(tx, who, "obstacle.added", o->pid.s, err, "family", o->family, "title", o->title, "zone", o->zone);
}

vg_code evaluation_obstacle_remove(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str evidence, struct vg_err *err) {
  int64_t n;
  if (vg_str_trim(evidence).n == 0 || evidence.n > 250 || !vg_utf8_ok(evidence))
    return VG_FAIL(err, VG_EDATA, "evaluation.evidence");
  VG_TRY(store_change(tx, &n, "UPDATE evaluation_obstacle SET removed = $2, evidence = $3 WHERE pid = $1 AND removed IS NULL",
                      S_ARGS(S_STR(pid), S_TIME(store_now(tx)), S_STR(evidence)), err));
  if (n != 1)
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_obstacle", VG_T(pid));
  struct vg_id id = vg_id_of(pid);
  return LEDGER_TELL(tx, who, "obstacle.removed", id.s, err, "evidence", VG_T(evidence));
}

vg_code evaluation_each_obstacle(struct store_tx *tx, evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT pid, family, title, zone, severity, owner, due, opened, removed, evidence FROM evaluation_obstacle "
                     "ORDER BY CASE WHEN removed IS NULL THEN 0 ELSE 1 END, severity DESC, opened, id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct obstacle o = {.pid = vg_id_of(store_str(q, 0)), .severity = store_int(q, 4), .due = store_time(q, 6), .opened = store_time(q, 7),
                         .removed = store_time(q, 8)};
    vg_str_copy(o.family, sizeof o.family, store_str(q, 1));
    vg_str_copy(o.title, sizeof o.title, store_str(q, 2));
    vg_str_copy(o.zone, sizeof o.zone, store_str(q, 3));
    vg_str_copy(o.owner, sizeof o.owner, store_str(q, 5));
    vg_str_copy(o.evidence, sizeof o.evidence, store_str(q, 9));
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
