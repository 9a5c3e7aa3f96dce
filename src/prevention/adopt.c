/* Diagnoses and actions of older versions, which told other instances nothing: what was answered and decided becomes
 * events, of whom and of when it was. What became of an action was kept without a person: that is told as his who
 * adopts. */
#include "prevention/prevention_internal.h"

#include "base/jsonw.h"
#include "merge/merge.h"

enum { DIAGNOSIS, BY, BY_NAME, MADE, FIRST };
#define BY_WHOM(t) t ".person, COALESCE((SELECT n.name FROM territory_v_name n WHERE n.pid = " t ".person), '')"

/* What is written of one diagnosis at one time: of whom, and the body so far. */
struct telling {
  struct store_tx *tx;
  const struct actor *who;
  const char *kind;
  int64_t *count;
  struct vg_id diagnosis;
  char by[VG_ID_MAX], by_name[200];
  vg_time at;
  struct vg_buf body;
  struct vg_jw w;
  bool open; /* a body is begun */
};

static void begin(struct telling *t, struct store_rows *q) {
  t->diagnosis = vg_id_of(store_str(q, DIAGNOSIS));
  vg_str_copy(t->by, sizeof t->by, store_str(q, BY));
  vg_str_copy(t->by_name, sizeof t->by_name, store_str(q, BY_NAME));
  t->at = store_time(q, MADE);
  vg_buf_reset(&t->body);
  vg_jw_init(&t->w, &t->body);
}

/* Is what this row belongs to told already? */
static vg_code told(const struct telling *t, struct store_rows *q, bool *yes, struct vg_err *err) {
  return merge_is_told_at(t->tx, t->kind, store_str(q, DIAGNOSIS), store_time(q, MADE), yes, err);
}

static vg_code tell(struct telling *t, struct vg_err *err) {
  const struct merge_event made = {.kind = vg_str_z(t->kind),
                                   .subject = vg_id_str(&t->diagnosis),
                                   .actor = vg_str_z(t->by),
                                   .actor_name = vg_str_z(t->by_name),
                                   .time = t->at};
  VG_TRY(vg_buf_check(&t->body, err));
  ++*t->count;
  return merge_adopt_event(t->tx, t->who, &made, vg_buf_view(&t->body), err);
}

typedef vg_code row_reader(struct telling *t, struct store_rows *q, struct vg_err *err);

/* read: each row that is not told yet; done: behind the last, NULL for nothing. */
static vg_code tell_rows(struct telling *t, const char *sql, row_reader *read, row_reader *done, struct vg_err *err) {
  struct store_rows *q;
  bool known = false;
  vg_code rc = VG_OK;
  VG_TRY(store_query(t->tx, &q, sql, S_NOARGS, err));
  vg_buf_init(&t->body, 1 << 19);
  while (rc == VG_OK && store_next(q)) {
    rc = told(t, q, &known, err);
    if (rc == VG_OK && !known)
      rc = read(t, q, err);
  }
  if (rc == VG_OK && done)
    rc = done(t, NULL, err);
  vg_buf_fini(&t->body);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code opened(struct telling *t, struct store_rows *q, struct vg_err *err) {
  begin(t, q);
  VG_TRY(diagnosis_body(t->tx, store_int(q, FIRST), &t->diagnosis, store_str(q, FIRST + 1), VG_NOTIME, &t->body, err));
  return tell(t, err);
}

vg_code diagnosis_adopt_opened(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct telling t = {.tx = tx, .who = who, .kind = "diagnosis.opened", .count = count};
  return tell_rows(
      &t, "SELECT d.pid, " BY_WHOM("d") ", d.made, d.org, d.framework FROM prevention_diagnosis d ORDER BY d.id",
      opened, NULL, err);
}

/* Names of what it replaces. */
static vg_code write_after(struct telling *t, vg_str uid, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(t->tx, &q, "SELECT earlier FROM merge_v_after WHERE later = $1 ORDER BY earlier",
                     S_ARGS(S_STR(uid)), err));
  vg_jw_key(&t->w, "after");
  vg_jw_arr(&t->w);
  while (store_next(q))
    vg_jw_str(&t->w, store_str(q, 0));
  vg_jw_end(&t->w);
  return store_done(&q, err);
}

/* Ends the body of one time, if one is open. */
static vg_code answers_end(struct telling *t, struct store_rows *q, struct vg_err *err) {
  (void)q;
  if (!t->open)
    return VG_OK;
  t->open = false;
  vg_jw_end(&t->w);
  vg_jw_end(&t->w);
  return tell(t, err);
}

static void answers_begin(struct telling *t, struct store_rows *q) {
  begin(t, q);
  vg_jw_obj(&t->w);
  vg_jw_kz(&t->w, "diagnosis", t->diagnosis.s);
  vg_jw_key(&t->w, "answers");
  vg_jw_arr(&t->w);
  t->open = true;
}

static vg_code answered(struct telling *t, struct store_rows *q, struct vg_err *err) {
  bool same = t->open && vg_str_eqz(store_str(q, DIAGNOSIS), t->diagnosis.s) && vg_str_eqz(store_str(q, BY), t->by) &&
              store_time(q, MADE) == t->at;
  if (!same) {
    VG_TRY(answers_end(t, NULL, err));
    answers_begin(t, q);
  }
  vg_jw_obj(&t->w);
  vg_jw_kstr(&t->w, "id", store_str(q, FIRST));
  vg_jw_kint(&t->w, "measure", store_int(q, FIRST + 1));
  vg_jw_kstr(&t->w, "answer", store_str(q, FIRST + 2));
  VG_TRY(write_after(t, store_str(q, FIRST), err));
  vg_jw_end(&t->w);
  return VG_OK;
}

vg_code diagnosis_adopt_answers(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct telling t = {.tx = tx, .who = who, .kind = "diagnosis.answered", .count = count};
  return tell_rows(&t,
                   "SELECT d.pid, " BY_WHOM("a") ", a.at, a.uid, a.measure, a.answer FROM prevention_answer a JOIN "
                                                 "prevention_diagnosis d ON d.id = a.diagnosis ORDER BY a.diagnosis, "
                                                 "a.at, a.person, a.id",
                   answered, answers_end, err);
}

static vg_code stepped(struct telling *t, struct store_rows *q, struct vg_err *err) {
  begin(t, q);
  vg_jw_obj(&t->w);
  vg_jw_kz(&t->w, "diagnosis", t->diagnosis.s);
  vg_jw_kstr(&t->w, "id", store_str(q, FIRST));
  vg_jw_kint(&t->w, "measure", store_int(q, FIRST + 1));
  vg_jw_kstr(&t->w, "state", store_str(q, FIRST + 2));
  vg_jw_kstr(&t->w, "reason", store_str(q, FIRST + 3));
  VG_TRY(write_after(t, store_str(q, FIRST), err));
  vg_jw_end(&t->w);
  return tell(t, err);
}

vg_code diagnosis_adopt_steps(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct telling t = {.tx = tx, .who = who, .kind = "diagnosis.adopted", .count = count};
  return tell_rows(&t,
                   "SELECT d.pid, " BY_WHOM("a") ", a.at, a.uid, a.measure, a.state, a.reason FROM prevention_adoption "
                                                 "a JOIN prevention_diagnosis d ON d.id = a.diagnosis ORDER BY a.id",
                   stepped, NULL, err);
}

/* --- actions --- */

typedef vg_code action_teller(struct store_tx *tx, const struct actor *who, const struct action *a, int64_t *count,
                              struct vg_err *err);

static vg_code each_action(struct store_tx *tx, const struct actor *who, action_teller *tell_one, int64_t *count,
                           struct vg_err *err) {
  struct store_rows *q;
  struct action a;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT pid FROM prevention_action ORDER BY id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    rc = prevention_action_find(tx, store_str(q, 0), &a, err);
    if (rc == VG_OK)
      rc = tell_one(tx, who, &a, count, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code planned(struct store_tx *tx, const struct actor *who, const struct action *a, int64_t *count,
                       struct vg_err *err) {
  bool known;
  VG_TRY(merge_is_told(tx, "action.planned", vg_id_str(&a->pid), &known, err));
  if (known)
    return VG_OK;
  ++*count;
  return action_note(tx, who, a, err);
}

vg_code action_adopt_planned(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  return each_action(tx, who, planned, count, err);
}

static vg_code is_said(struct store_tx *tx, const struct action *a, const char *field, bool *yes, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM merge_v_version WHERE subject = $1 AND field = $2",
                       S_ARGS(S_Z(a->pid.s), S_Z(field)), err));
  *yes = n > 0;
  return VG_OK;
}

static vg_code changed(struct store_tx *tx, const struct actor *who, const struct action *a, int64_t *count,
                       struct vg_err *err) {
  bool state, audience;
  if (vg_str_eqz(vg_str_z(a->state), "planned"))
    return VG_OK;
  VG_TRY(is_said(tx, a, "state", &state, err));
  VG_TRY(is_said(tx, a, "audience", &audience, err));
  if (!state) {
    ++*count;
    VG_TRY(action_note_state(tx, who, a, a->state, err));
  }
  if (audience || a->people == 0)
    return VG_OK;
  ++*count;
  return action_note_audience(tx, who, a, err);
}

vg_code action_adopt_changes(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  return each_action(tx, who, changed, count, err);
}
