/* What stands in the scheme's way, who sees to it, by when, and what shows that it is gone. */
#include "evaluation/obstacle_internal.h"

#include <string.h>

static const char *const families[] = {"legal", "technical", "human", "budget", "organisation", "trust", "other"};

bool obstacle_family(vg_str family) {
  for (size_t i = 0; i < VG_COUNT(families); i++)
    if (vg_str_eqz(family, families[i]))
      return true;
  return false;
}

static vg_code care_check(const struct obstacle *o, struct vg_err *err) {
  if (o->severity < 1 || o->severity > 4)
    return VG_FAIL(err, VG_EDATA, "evaluation.severity");
  return vg_utf8_ok(vg_str_z(o->owner)) ? VG_OK : VG_FAIL(err, VG_EDATA, "evaluation.title");
}

vg_code evaluation_obstacle_add(struct store_tx *tx, const struct actor *who, struct obstacle *o, struct vg_err *err) {
  int64_t id;
  if (!obstacle_family(vg_str_z(o->family)))
    return VG_FAIL(err, VG_EDATA, "evaluation.family", o->family);
  if (vg_str_trim(vg_str_z(o->title)).n == 0 || !vg_utf8_ok(vg_str_z(o->title)))
    return VG_FAIL(err, VG_EDATA, "evaluation.title");
  VG_TRY(care_check(o, err));
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
  VG_TRY(merge_row_added(tx, who, &obstacle_merges[OBSTACLE_ENTERED], o->pid.s, S_ARGS(S_INT(id)), err));
  return LEDGER_TELL(tx, who, "obstacle.added", o->pid.s, err, "family", o->family, "title", o->title, "zone", o->zone);
}

#define COLUMNS                                                                                                        \
  "SELECT o.id, o.pid, o.family, o.title, o.zone, o.severity, o.owner, o.due, o.opened, o.removed, o.evidence, "       \
  "(SELECT COUNT(*) FROM evaluation_v_link l WHERE l.obstacle = o.id) FROM evaluation_obstacle o "

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

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, evaluation_obstacle_sink *sink,
                    void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct obstacle o;
    read_row(q, &o);
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

#define ORDER "ORDER BY CASE WHEN o.removed IS NULL THEN 0 ELSE 1 END, o.severity DESC, o.opened, o.id"

vg_code evaluation_each_obstacle(struct store_tx *tx, evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err) {
  return each(tx, COLUMNS ORDER, S_NOARGS, sink, ctx, err);
}

vg_code evaluation_each_obstacle_of(struct store_tx *tx, const struct actor *who, vg_str ref,
                                    evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf name;
  vg_buf_init(&name, 1 << 10);
  vg_code rc = obstacle_name_of(tx, who, vg_str_trim(ref), &name, err);
  if (rc == VG_OK)
    rc =
        each(tx, COLUMNS "WHERE EXISTS (SELECT 1 FROM evaluation_link k WHERE k.obstacle = o.id AND k.ref = $1) " ORDER,
             S_ARGS(S_STR(vg_buf_view(&name))), sink, ctx, err);
  vg_buf_fini(&name);
  return rc;
}

vg_code evaluation_obstacle_change(struct store_tx *tx, const struct actor *who, const struct obstacle *o,
                                   struct vg_err *err) {
  struct obstacle was;
  VG_TRY(care_check(o, err));
  VG_TRY(evaluation_obstacle_find(tx, vg_id_str(&o->pid), &was, err));
  if (was.removed != VG_NOTIME)
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_obstacle", o->pid.s);
  if (!strcmp(was.owner, o->owner) && was.due == o->due && was.severity == o->severity)
    return VG_FAIL(err, VG_ESTATE, "evaluation.unchanged");
  VG_TRY(store_exec(tx, "UPDATE evaluation_obstacle SET owner = $2, due = $3, severity = $4 WHERE id = $1",
                    S_ARGS(S_INT(was.id), S_Z(o->owner), S_TIME(o->due), S_INT(o->severity)), err));
  VG_TRY(merge_row_changed(tx, who, &obstacle_merges[OBSTACLE_CHANGED], o->pid.s, "care", err));
  return LEDGER_TELL(tx, who, "obstacle.changed", o->pid.s, err, "owner", o->owner, "due",
                     vg_time_text((char[VG_TIME_TEXT]){0}, o->due, false), "severity", VG_N(o->severity));
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
  VG_TRY(merge_row_changed(tx, who, &obstacle_merges[OBSTACLE_CHANGED], o.pid.s, "removal", err));
  for (size_t i = 0; i < count; i++)
    VG_TRY(obstacle_link_to(tx, who, &o, refs[i], true, err));
  return LEDGER_TELL(tx, who, "obstacle.removed", o.pid.s, err, "evidence", VG_T(evidence));
}
