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

/* The name that it has everywhere: a case is known by its reference here alone. */
static vg_code name_of(struct store_tx *tx, vg_str ref, struct vg_buf *name, struct vg_err *err) {
  int64_t n;
  if (store_get_text(tx, name, "SELECT pid FROM casework_v_case WHERE ref = $1", S_ARGS(S_STR(ref)), NULL) == VG_OK)
    return VG_OK;
  vg_str code = ref, plan = VG_STR("");
  if (!vg_str_cut(&code, '/', &plan) || !code.p)
    code = plan = VG_STR("");
  VG_TRY(store_get_int(
      tx, &n,
      "SELECT (SELECT COUNT(*) FROM casework_v_incident WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "casework_v_case WHERE pid = $1) + (SELECT COUNT(*) FROM prevention_v_action WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "prevention_v_diagnosis WHERE pid = $1) + "
      "(SELECT COUNT(*) FROM anticipate_v_warning WHERE pid = $1) + (SELECT COUNT(*) FROM "
      "evaluation_question q JOIN evaluation_plan p "
      "ON p.id = q.plan WHERE p.pid = $2 AND q.code = $3)",
      S_ARGS(S_STR(ref), S_STR(plan), S_STR(code)), err));
  vg_buf_str(name, ref);
  return n ? vg_buf_check(name, err) : VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_link", VG_T(ref));
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

static vg_code link_name(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref,
                         vg_str name, bool removal, struct vg_err *err) {
  int64_t n, id;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM evaluation_link WHERE obstacle = $1 AND ref = $2",
                       S_ARGS(S_INT(o->id), S_STR(name)), err));
  if (n)
    return VG_FAIL(err, VG_EEXIST, "evaluation.linked", VG_T(ref));
  VG_TRY(store_insert(
      tx, &id, "INSERT INTO evaluation_link (obstacle, ref, added, removal) VALUES ($1, $2, $3, $4) RETURNING id",
      S_ARGS(S_INT(o->id), S_STR(name), S_TIME(store_now(tx)), S_INT(removal)), err));
  VG_TRY(merge_row_added(tx, who, &obstacle_merges[OBSTACLE_LINKED], o->pid.s, S_ARGS(S_INT(id)), err));
  return LEDGER_TELL(tx, who, removal ? "obstacle.shown_gone" : "obstacle.linked", o->pid.s, err, "ref", VG_T(ref));
}

static vg_code link_to(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref, bool removal,
                       struct vg_err *err) {
  struct vg_buf name;
  ref = vg_str_trim(ref);
  vg_buf_init(&name, 1 << 10);
  vg_code rc = name_of(tx, ref, &name, err);
  if (rc == VG_OK)
    rc = link_name(tx, who, o, ref, vg_buf_view(&name), removal, err);
  vg_buf_fini(&name);
  return rc;
}

vg_code evaluation_obstacle_link(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str ref,
                                 struct vg_err *err) {
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(tx, pid, &o, err));
  return link_to(tx, who, &o, ref, false, err);
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

vg_code evaluation_links_forget(struct store_tx *tx, vg_str subjects, int64_t *links, struct vg_err *err) {
  vg_str one;
  *links = 0;
  while (vg_str_line(&subjects, &one)) {
    int64_t n = 0;
    if (one.n)
      VG_TRY(store_change(tx, &n, "DELETE FROM evaluation_link WHERE ref = $1", S_ARGS(S_STR(one)), err));
    *links += n;
  }
  return VG_OK;
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
    VG_TRY(link_to(tx, who, &o, refs[i], true, err));
  return LEDGER_TELL(tx, who, "obstacle.removed", o.pid.s, err, "evidence", VG_T(evidence));
}

vg_code evaluation_each_link(struct store_tx *tx, int64_t obstacle, evaluation_link_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT COALESCE((SELECT c.ref FROM casework_v_case c WHERE c.pid = l.ref), l.ref), l.removal, "
                     "l.added FROM evaluation_v_link l WHERE l.obstacle = $1 ORDER BY l.added, l.ref",
                     S_ARGS(S_INT(obstacle)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_int(q, 1) != 0, store_time(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
