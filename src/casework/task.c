/* Who has to do what until when: about a case, an act, a story, a major event. */
#include "casework/casework_internal.h"

#include <string.h>

enum { WORDS_MAX = 500, OWNER_MAX = 160 };

static const char *const states[] = {"todo", "doing", "done", "dropped"};

/* Who it is for: somebody known by login, name or id, else the words as they stand (a service, a zone). */
static vg_code settle_owner(struct store_tx *tx, vg_str *owner, struct person *p, struct vg_err *err) {
  *p = (struct person){.id = 0};
  if (owner->n == 0)
    return VG_OK;
  vg_code rc = territory_person_find(tx, *owner, p, err);
  if (rc == VG_OK)
    *owner = vg_str_z(p->name);
  if (rc == VG_ENOTFOUND) {
    vg_err_clear(err);
    *p = (struct person){.id = 0};
    rc = VG_OK;
  }
  return rc;
}

vg_code casework_task_settle(struct store_tx *tx, struct task *t, struct person *owner, struct vg_err *err) {
  t->what = vg_str_trim(some(t->what));
  t->owner = vg_str_trim(some(t->owner));
  t->made = t->changed = store_now(tx);
  t->state = VG_STR("todo");
  t->pid = vg_id_new("task", t->made);
  if (t->what.n == 0 || t->what.n > WORDS_MAX || !vg_utf8_ok(t->what) || t->owner.n > OWNER_MAX ||
      !vg_utf8_ok(t->owner))
    return VG_FAIL(err, VG_EUSAGE, "casework.task_words", VG_N(WORDS_MAX), VG_N(OWNER_MAX));
  return settle_owner(tx, &t->owner, owner, err);
}

static vg_code may_add(struct store_tx *tx, const struct actor *who, int64_t case_id, struct vg_err *err) {
  if (!case_id)
    return VG_OK;
  VG_TRY(casework_access(tx, who, case_id, err));
  return casework_case_alive(tx, case_id, err);
}

vg_code casework_task_add(struct store_tx *tx, const struct actor *who, struct task *t, struct vg_err *err) {
  struct person owner;
  int64_t id;
  VG_TRY(may_add(tx, who, t->case_id, err));
  VG_TRY(casework_task_settle(tx, t, &owner, err));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO casework_task (pid, about, label, case_id, zone, what, owner, person, due, state, "
                      "outcome, made, made_by, changed) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,'todo','',$10,$11,$10) "
                      "RETURNING id",
                      S_ARGS(S_Z(t->pid.s), S_STR(t->about), S_STR(some(t->label)),
                             S_INT_OR_NULL(t->case_id, t->case_id == 0), S_STR(some(t->zone)), S_STR(t->what),
                             S_STR(t->owner), S_Z(owner.pid.s), S_TIME(t->due), S_TIME(t->made), S_Z(who->id.s)),
                      err));
  if (t->case_id)
    VG_TRY(casework_case_index(tx, t->case_id, err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_TASK, t->pid.s, err, S_INT(id)));
  return LEDGER_TELL(tx, who, "task.added", vg_id_of(t->about).s, err, "task", t->pid.s, "about", VG_T(some(t->label)),
                     "what", VG_T(t->what), "owner", VG_T(t->owner), "due",
                     vg_time_text((char[VG_TIME_TEXT]){0}, t->due, false));
}

struct found {
  char about[VG_ID_MAX], state[16], what[WORDS_MAX + 1];
  int64_t case_id;
};

/* Who was there first is told to who comes second: the page or the screen of the second was from before. */
static vg_code refuse_step(struct store_tx *tx, const struct found *f, const struct vg_id *pid, vg_str state,
                           struct vg_err *err) {
  struct store_rows *q;
  char name[OWNER_MAX + 1], at[VG_TIME_TEXT];
  VG_TRY(
      store_query(tx, &q,
                  "SELECT person_name, at FROM merge_v_force WHERE subject = $1 AND field = 'state' ORDER BY at DESC, "
                  "uid DESC LIMIT 1",
                  S_ARGS(S_Z(pid->s)), err));
  bool told = store_next(q);
  if (told) {
    vg_str_copy(name, sizeof name, store_str(q, 0));
    vg_time_text(at, store_time(q, 1), false);
  }
  VG_TRY(store_done(&q, err));
  if (told)
    return VG_FAIL(err, VG_ESTATE, "casework.task_meanwhile", f->what, WORD("cli.task", f->state), name, at);
  return VG_FAIL(err, VG_ESTATE, "casework.task_step", pid->s, WORD("cli.task", f->state),
                 WORD("cli.task", VG_T(state)));
}

static vg_code check_set(struct store_tx *tx, const struct found *f, vg_str state, vg_str outcome,
                         const struct vg_id *pid, struct vg_err *err) {
  bool known = false, over = !strcmp(f->state, "done") || !strcmp(f->state, "dropped");
  for (size_t i = 0; i < VG_COUNT(states); i++)
    known = known || vg_str_eqz(state, states[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.task_state", VG_T(state));
  if (vg_str_eqz(state, f->state) || (over && !vg_str_eqz(state, "todo")))
    return refuse_step(tx, f, pid, state, err);
  if (outcome.n > WORDS_MAX || !vg_utf8_ok(outcome) || (vg_str_eqz(state, "dropped") && vg_str_trim(outcome).n == 0))
    return VG_FAIL(err, VG_EDATA, "casework.task_outcome", VG_N(WORDS_MAX));
  return VG_OK;
}

static vg_code find(struct store_tx *tx, vg_str pid, struct found *f, struct vg_err *err) {
  struct store_rows *q;
  *f = (struct found){.case_id = 0};
  VG_TRY(store_query(tx, &q, "SELECT about, state, case_id, what FROM casework_v_task WHERE pid = $1",
                     S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found) {
    vg_str_copy(f->about, sizeof f->about, store_str(q, 0));
    vg_str_copy(f->state, sizeof f->state, store_str(q, 1));
    f->case_id = store_int(q, 2);
    vg_str_copy(f->what, sizeof f->what, store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "casework.no_task", VG_T(pid));
}

vg_code casework_task_set(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str state, vg_str outcome,
                          struct vg_err *err) {
  struct found f;
  struct vg_id id = vg_id_of(pid);
  int64_t n;
  VG_TRY(find(tx, pid, &f, err));
  if (f.case_id) {
    VG_TRY(casework_access(tx, who, f.case_id, err));
    VG_TRY(casework_case_alive(tx, f.case_id, err));
  }
  VG_TRY(check_set(tx, &f, state, outcome, &id, err));
  VG_TRY(store_change(
      tx, &n, "UPDATE casework_task SET state = $2, outcome = $3, changed = $4 WHERE pid = $1 AND state = $5",
      S_ARGS(S_STR(pid), S_STR(state), S_STR(some(outcome)), S_TIME(store_now(tx)), S_Z(f.state)), err));
  if (n == 0)
    return refuse_step(tx, &f, &id, state, err);
  VG_TRY(ROW_CHANGED(tx, who, TOLD_TASK_CHANGED, id.s, "state", err));
  return LEDGER_TELL(tx, who, "task.changed", f.about, err, "task", id.s, "from", f.state, "to", VG_T(state), "outcome",
                     VG_T(some(outcome)));
}

static void read_row(struct store_tx *tx, struct store_rows *q, struct task *t) {
  *t = (struct task){.pid = vg_id_of(store_str(q, 0)),
                     .about = store_str(q, 1),
                     .label = store_str(q, 2),
                     .case_id = store_int(q, 3),
                     .case_ref = some(store_str(q, 4)),
                     .zone = store_str(q, 6),
                     .what = store_str(q, 7),
                     .owner = store_str(q, 8),
                     .person = store_str(q, 9),
                     .due = store_time(q, 10),
                     .state = store_str(q, 11),
                     .outcome = store_str(q, 12),
                     .made = store_time(q, 13),
                     .author = store_str(q, 14),
                     .changed = store_time(q, 15)};
  bool over = vg_str_eqz(t->state, "done") || vg_str_eqz(t->state, "dropped");
  t->late = !over && t->due != VG_NOTIME && t->due < store_now(tx);
}

/* Which ones, in which order, is asked of the tasks alone; what is said of them, of those that are given. */
#define IN_ORDER(t)                                                                                                    \
  " ORDER BY CASE WHEN " t ".state IN ('todo', 'doing') THEN 0 ELSE 1 END, COALESCE(" t ".due, $5), " t ".id"
#define MAY_SEE                                                                                                        \
  TERRITORY_NO_CONFLICT("i.org", "$6", "$9")                                                                           \
  " AND (t.case_id IS NULL OR ((i.org = $8 OR $8 = 0)" CASEWORK_NEED_AMONG("c.id", "c.zone", "$6", "$7", "$9") "))"
#define TASKS(which)                                                                                                   \
  "SELECT v.pid, v.about, v.label, v.case_id, v.case_ref, v.org, v.zone, v.what, v.owner, v.person, v.due, v.state, "  \
  "v.outcome, v.made, v.author, v.changed FROM (SELECT t.id FROM casework_task t LEFT JOIN casework_case c ON c.id = " \
  "t.case_id LEFT JOIN casework_incident i ON i.id = c.incident WHERE " which                                          \
  " AND ($3 = '' OR t.person = $3) AND ($4 = 1 OR t.state IN ('todo', 'doing'))" MAY_SEE IN_ORDER(                     \
      "t") " LIMIT $10 OFFSET $11) s JOIN casework_v_task v ON v.id = s.id" IN_ORDER("v")
vg_code casework_each_task(struct store_tx *tx, const struct actor *who, const struct task_query *wanted,
                           casework_task_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     wanted->case_id   ? TASKS("t.case_id = $2 AND ($1 = '' OR t.about = $1)")
                     : wanted->about.n ? TASKS("t.about = $1 AND $2 = 0")
                                       : TASKS("$1 = '' AND $2 = 0"),
                     S_ARGS(S_STR(some(wanted->about)), S_INT(wanted->case_id), S_STR(some(wanted->person)),
                            S_INT(wanted->over), S_INT(INT64_MAX), S_INT(who->person), S_Z(casework_bounds(who)),
                            S_INT(territory_bound(who)), S_TIME(store_now(tx)),
                            S_INT(wanted->limit ? wanted->limit : INT64_MAX), S_INT(wanted->from)),
                     err));
  while (rc == VG_OK && store_next(q)) {
    struct task t;
    read_row(tx, q, &t);
    rc = sink(ctx, &t, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
