/* Diagnoses and actions of older versions, which told other instances nothing: what was answered and decided becomes
 * events, of whom and of when it was. What became of an action was kept without a person: that is told as his who
 * adopts. */
#include "prevention/prevention_internal.h"

#include "base/jsonw.h"
#include "merge/merge.h"

static vg_code opened(struct merge_telling *t, struct store_rows *q, struct vg_err *err) {
  const struct vg_id diagnosis = vg_id_of(store_str(q, MERGE_OF));
  merge_tell_begin(t, q);
  VG_TRY(diagnosis_body(t->tx, store_int(q, MERGE_FIRST), &diagnosis, store_str(q, MERGE_FIRST + 1), VG_NOTIME,
                        &t->body, err));
  return merge_tell_end(t, err);
}

vg_code diagnosis_adopt_opened(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct merge_telling t = {.tx = tx, .who = who, .kind = "diagnosis.opened", .count = count};
  return merge_tell_rows(&t,
                         "SELECT d.pid, " TERRITORY_BY_WHOM(
                             "d.person") ", d.made, d.org, d.framework FROM prevention_diagnosis d ORDER BY d.id",
                         opened, NULL, err);
}

/* Names of what it replaces. */
static vg_code write_after(struct merge_telling *t, vg_str uid, struct vg_err *err) {
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
static vg_code answers_end(struct merge_telling *t, struct store_rows *q, struct vg_err *err) {
  (void)q;
  if (!t->open)
    return VG_OK;
  vg_jw_end(&t->w);
  vg_jw_end(&t->w);
  return merge_tell_end(t, err);
}

static void answers_begin(struct merge_telling *t, struct store_rows *q) {
  merge_tell_begin(t, q);
  vg_jw_obj(&t->w);
  vg_jw_kz(&t->w, "diagnosis", t->subject);
  vg_jw_key(&t->w, "answers");
  vg_jw_arr(&t->w);
}

static vg_code answered(struct merge_telling *t, struct store_rows *q, struct vg_err *err) {
  bool same = t->open && vg_str_eqz(store_str(q, MERGE_OF), t->subject) && vg_str_eqz(store_str(q, MERGE_BY), t->by) &&
              store_time(q, MERGE_MADE) == t->at;
  if (!same) {
    VG_TRY(answers_end(t, NULL, err));
    answers_begin(t, q);
  }
  vg_jw_obj(&t->w);
  vg_jw_kstr(&t->w, "id", store_str(q, MERGE_FIRST));
  vg_jw_kint(&t->w, "measure", store_int(q, MERGE_FIRST + 1));
  vg_jw_kstr(&t->w, "answer", store_str(q, MERGE_FIRST + 2));
  VG_TRY(write_after(t, store_str(q, MERGE_FIRST), err));
  vg_jw_end(&t->w);
  return VG_OK;
}

vg_code diagnosis_adopt_answers(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct merge_telling t = {.tx = tx, .who = who, .kind = "diagnosis.answered", .count = count};
  return merge_tell_rows(&t,
                         "SELECT d.pid, " TERRITORY_BY_WHOM(
                             "a.person") ", a.at, a.uid, a.measure, a.answer FROM prevention_answer a JOIN "
                                         "prevention_diagnosis d ON d.id = a.diagnosis ORDER BY a.diagnosis, "
                                         "a.at, a.person, a.id",
                         answered, answers_end, err);
}

static vg_code stepped(struct merge_telling *t, struct store_rows *q, struct vg_err *err) {
  merge_tell_begin(t, q);
  vg_jw_obj(&t->w);
  vg_jw_kz(&t->w, "diagnosis", t->subject);
  vg_jw_kstr(&t->w, "id", store_str(q, MERGE_FIRST));
  vg_jw_kint(&t->w, "measure", store_int(q, MERGE_FIRST + 1));
  vg_jw_kstr(&t->w, "state", store_str(q, MERGE_FIRST + 2));
  vg_jw_kstr(&t->w, "reason", store_str(q, MERGE_FIRST + 3));
  VG_TRY(write_after(t, store_str(q, MERGE_FIRST), err));
  vg_jw_end(&t->w);
  return merge_tell_end(t, err);
}

vg_code diagnosis_adopt_steps(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct merge_telling t = {.tx = tx, .who = who, .kind = "diagnosis.adopted", .count = count};
  return merge_tell_rows(&t,
                         "SELECT d.pid, " TERRITORY_BY_WHOM(
                             "a.person") ", a.at, a.uid, a.measure, a.state, a.reason FROM prevention_adoption "
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
