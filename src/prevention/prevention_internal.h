#ifndef VG_PREVENTION_INTERNAL_H
#define VG_PREVENTION_INTERNAL_H
#include "prevention/prevention.h"

bool answer_by_name(vg_str s, enum answer *out);
bool adoption_ok(vg_str state);
/* What is written to: the diagnosis of this id, when the actor may touch its organisation. */
struct diagnosis_target {
  int64_t id, org, measures;
};
MUST vg_code diagnosis_touch(struct store_tx *tx, const struct actor *who, vg_str pid, struct diagnosis_target *t,
                             struct vg_err *err);
MUST vg_code diagnosis_framework_check(struct store_tx *tx, vg_str framework, struct vg_err *err);
/* The body of the event "diagnosis.opened"; made VG_NOTIME: without its time, which what is adopted has from the merge.
 */
MUST vg_code diagnosis_body(struct store_tx *tx, int64_t org, const struct vg_id *pid, vg_str framework, vg_time made,
                            struct vg_buf *out, struct vg_err *err);
/* Of what was made before it travelled (see merge.h). */
MUST vg_code diagnosis_adopt_opened(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code diagnosis_adopt_answers(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code diagnosis_adopt_steps(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code action_adopt_planned(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code action_adopt_changes(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
/* Interval and coverage out of the answers. */
void diagnosis_score(struct diagnosis *d);
/* An action as an event of the merge; and how those of other instances are taken in. */
MUST vg_code action_note(struct store_tx *tx, const struct actor *who, const struct action *a, struct vg_err *err);
/* What became of it ("done", or "cancelled" with a->reason), and who came as counted now. */
MUST vg_code action_note_state(struct store_tx *tx, const struct actor *who, const struct action *a, const char *state,
                               struct vg_err *err);
MUST vg_code action_note_audience(struct store_tx *tx, const struct actor *who, const struct action *a,
                                  struct vg_err *err);
MUST vg_code action_added(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                          struct vg_err *err);
MUST vg_code action_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                        struct vg_err *err);
/* Adds "NAF:SIZE:N" ("-:-:N" the general public) to an action's audience; those before it in the list are others. */
MUST vg_code action_audience(struct store_tx *tx, int64_t action, const char *const *list, size_t at,
                             struct vg_err *err);
MUST vg_code action_check(struct store_tx *tx, const struct action *a, struct vg_err *err);
/* Leaves only groups, and counts of them, that keep their people's secret; false: there is none. */
bool exercise_fold(struct exercise_groups *g);
/* Is a group large enough to keep its people's secret? */
bool exercise_keeps(const struct exercise_count *c);
/* Of one that is: no count within two of all. */
void exercise_cap(struct exercise_count *c);
/* The row and its groups, as they are; e->total is added up. One that was taken back (e->reason) has none. */
MUST vg_code exercise_insert(struct store_tx *tx, struct vg_id by, struct exercise *e, const struct exercise_groups *g,
                             struct vg_err *err);
/* e->pid, made of the company, the day and the exercise's name: the same for all who count it. */
MUST vg_code exercise_name(struct store_tx *tx, const struct actor *who, const struct org *o, struct exercise *e,
                           struct vg_err *err);
MUST vg_code exercise_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                          struct vg_err *err);
MUST vg_code exercise_note(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
MUST vg_code exercise_adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code exercise_counted(struct store_tx *tx, const struct actor *who, const struct merge_event *m,
                              struct vg_err *err);

#endif
