/* Diagnoses that were made on other instances: what they wrote down becomes rows here. */
#include "prevention/prevention_internal.h"

#include "merge/merge.h"

static vg_code bad(const struct merge_event *e, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "prevention.event", VG_N(e->seq));
}

static vg_code opened(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  struct org o;
  vg_str pid, framework, made;
  vg_time at;
  int64_t n;
  if (!merge_text(e->body, "diagnosis", VG_ID_MAX - 1, &pid) || !vg_id_ok(pid) ||
      !merge_text(e->body, "framework", 79, &framework) || !merge_text(e->body, "made", 40, &made) ||
      !vg_time_parse(made, &at))
    return bad(e, err);
  VG_TRY(territory_org_meant(tx, who, vg_jv_at(e->body, "organisation"), &o, err));
  VG_TRY(territory_access(tx, who, o.id, err));
  VG_TRY(diagnosis_framework_check(tx, framework, err));
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM prevention_diagnosis WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  if (n)
    return VG_OK;
  return store_exec(
      tx,
      "INSERT INTO prevention_diagnosis (pid, org, action, framework, made, person) VALUES ($1, $2, NULL, $3, $4, $5)",
      S_ARGS(S_STR(pid), S_INT(o.id), S_STR(framework), S_TIME(at), S_STR(e->actor)), err);
}

/* What it replaces, there. */
static vg_code after(struct store_tx *tx, const struct merge_event *e, vg_jv item, vg_str uid, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str earlier;
  for (vg_jit_init(&it, vg_jv_at(item, "after")); vg_jit_next(&it, NULL, &v);) {
    if (!vg_jv_str(v, &earlier) || earlier.n == 0 || earlier.n >= VG_ID_MAX || vg_str_eq(earlier, uid))
      return bad(e, err);
    VG_TRY(merge_replace(tx, earlier, uid, err));
  }
  return VG_OK;
}

struct place {
  struct diagnosis_target t;
  vg_str uid;
  int64_t measure;
};

static vg_code place_of(const struct merge_event *e, vg_jv item, struct place *p, struct vg_err *err) {
  if (!merge_text(item, "id", VG_ID_MAX - 1, &p->uid) || p->uid.n == 0 ||
      vg_str_find_byte(p->uid, '\n', 0) != SIZE_MAX || !vg_jv_i64_at(item, "measure", &p->measure) || p->measure < 1 ||
      p->measure > p->t.measures)
    return bad(e, err);
  return VG_OK;
}

static vg_code target(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct place *p,
                      struct vg_err *err) {
  vg_str pid;
  if (!merge_text(e->body, "diagnosis", VG_ID_MAX - 1, &pid))
    return bad(e, err);
  return diagnosis_touch(tx, who, pid, &p->t, err);
}

static vg_code answered(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  struct place p;
  struct vg_jit it;
  vg_jv item;
  VG_TRY(target(tx, who, e, &p, err));
  for (vg_jit_init(&it, vg_jv_at(e->body, "answers")); vg_jit_next(&it, NULL, &item);) {
    vg_str name;
    enum answer a;
    VG_TRY(place_of(e, item, &p, err));
    if (!vg_jv_str_at(item, "answer", &name) || !answer_by_name(name, &a))
      return bad(e, err);
    VG_TRY(store_exec(
        tx,
        "INSERT INTO prevention_answer (diagnosis, measure, answer, at, person, uid) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (uid) DO NOTHING",
        S_ARGS(S_INT(p.t.id), S_INT(p.measure), S_STR(name), S_TIME(e->time), S_STR(e->actor), S_STR(p.uid)), err));
    VG_TRY(after(tx, e, item, p.uid, err));
  }
  return VG_OK;
}

static vg_code adopted(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err) {
  struct place p;
  vg_str state, reason;
  VG_TRY(target(tx, who, e, &p, err));
  VG_TRY(place_of(e, e->body, &p, err));
  if (!merge_text(e->body, "state", 11, &state) || !adoption_ok(state) || !merge_text(e->body, "reason", 190, &reason))
    return bad(e, err);
  VG_TRY(store_exec(tx,
                    "INSERT INTO prevention_adoption (diagnosis, measure, state, reason, at, person, uid) VALUES ($1, "
                    "$2, $3, $4, $5, $6, $7) "
                    "ON CONFLICT (uid) DO NOTHING",
                    S_ARGS(S_INT(p.t.id), S_INT(p.measure), S_STR(state), S_STR(reason), S_TIME(e->time),
                           S_STR(e->actor), S_STR(p.uid)),
                    err));
  return after(tx, e, e->body, p.uid, err);
}

const struct merge_kind prevention_merges[] = {
    {.kind = "diagnosis.opened", .apply = opened, .adopt = diagnosis_adopt_opened},
    {.kind = "diagnosis.answered", .apply = answered, .adopt = diagnosis_adopt_answers, .waits = true},
    {.kind = "diagnosis.adopted", .apply = adopted, .adopt = diagnosis_adopt_steps, .waits = true},
    {.kind = "exercise.counted", .apply = exercise_counted, .adopt = exercise_adopt},
    {.kind = "exercise.kept", .put = exercise_put},
    {.kind = "exercise.taken_back", .put = exercise_put},
    {.kind = "action.planned", .apply = action_added, .adopt = action_adopt_planned},
    {.kind = "action.changed", .put = action_put, .adopt = action_adopt_changes},
    {.kind = NULL}};

#define IN_CONFLICT(view, value, field)                                                                                \
  "SELECT a.uid, d.pid, '" field " ' || a.measure, a." value                                                           \
  ", a.person, COALESCE(n.name, a.person), a.at, a.measure "                                                           \
  "FROM " view " a JOIN prevention_diagnosis d ON d.id = a.diagnosis LEFT JOIN territory_v_name n ON n.pid = "         \
  "a.person WHERE a.in_force = 1 AND EXISTS (SELECT 1 FROM " view                                                      \
  " b WHERE b.diagnosis = a.diagnosis AND b.measure = "                                                                \
  "a.measure AND b.in_force = 1 AND b." value " <> a." value ")"

vg_code prevention_each_differing(struct store_tx *tx, merge_version_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     IN_CONFLICT("prevention_v_answer", "answer", "answer") " UNION ALL " IN_CONFLICT(
                         "prevention_v_adoption", "state", "adoption") " ORDER BY 2, 3, 1",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct merge_version v = {.uid = store_str(q, 0),
                                    .kind = VG_STR("diagnosis.answered"),
                                    .subject = store_str(q, 1),
                                    .field = store_str(q, 2),
                                    .value = store_str(q, 3),
                                    .person = store_str(q, 4),
                                    .by = store_str(q, 5),
                                    .at = store_time(q, 6),
                                    .depth = 1,
                                    .in_force = true};
    rc = sink(ctx, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err) {
  return store_get_int(tx, count,
                       "SELECT (SELECT COUNT(*) FROM (SELECT diagnosis, measure FROM prevention_v_answer WHERE "
                       "in_force = 1 GROUP BY diagnosis, measure "
                       "HAVING COUNT(DISTINCT answer) > 1) a) + (SELECT COUNT(*) FROM (SELECT diagnosis, measure FROM "
                       "prevention_v_adoption WHERE "
                       "in_force = 1 GROUP BY diagnosis, measure HAVING COUNT(DISTINCT state) > 1) b)",
                       S_NOARGS, err);
}

vg_code prevention_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {
      "UPDATE prevention_action SET org = $2 WHERE org = $1", "UPDATE prevention_diagnosis SET org = $2 WHERE org = $1",
      "UPDATE prevention_exercise SET name = name || ' (' || pid || ')' WHERE org = $1 AND EXISTS (SELECT 1 FROM prevention_exercise k WHERE k.org = $2 AND k.name = prevention_exercise.name AND k.at = prevention_exercise.at)",
      "UPDATE prevention_exercise SET org = $2 WHERE org = $1"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}
