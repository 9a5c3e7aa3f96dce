/* Where a case stands: each step is a version of its field "state" (merge.h), and a row of its history. */
#include "base/jsonw.h"
#include "casework/casework_internal.h"

static const struct step {
  const char *from, *to;
} steps[] = {{"open", "in-progress"},      {"open", "transmitted"},        {"open", "closed"},
             {"open", "dismissed"},        {"in-progress", "transmitted"}, {"in-progress", "closed"},
             {"in-progress", "dismissed"}, {"transmitted", "in-progress"}, {"transmitted", "transmitted"},
             {"transmitted", "closed"},    {"transmitted", "dismissed"},   {"closed", "reopened"},
             {"dismissed", "reopened"},    {"reopened", "in-progress"},    {"reopened", "transmitted"},
             {"reopened", "closed"},       {"reopened", "dismissed"}};

bool casework_state_known(vg_str state) {
  for (size_t i = 0; i < VG_COUNT(steps); i++)
    if (vg_str_eqz(state, steps[i].from))
      return true;
  return false;
}

bool casework_state_follows(vg_str from, vg_str to) {
  for (size_t i = 0; i < VG_COUNT(steps); i++)
    if (vg_str_eqz(from, steps[i].from) && vg_str_eqz(to, steps[i].to))
      return true;
  return false;
}

static bool ends(vg_str state) { return vg_str_eqz(state, "closed") || vg_str_eqz(state, "dismissed"); }

vg_code casework_case_alive(struct store_tx *tx, int64_t case_id, struct vg_err *err) {
  struct vg_buf ref;
  vg_buf_init(&ref, 256);
  vg_code rc =
      store_get_text(tx, &ref, "SELECT ref FROM casework_case WHERE id = $1 AND state IN ('closed', 'dismissed')",
                     S_ARGS(S_INT(case_id)), NULL);
  if (rc == VG_OK)
    rc = VG_FAIL(err, VG_ESTATE, "casework.case_ended", vg_buf_text(&ref));
  else if (rc == VG_ENOTFOUND)
    rc = VG_OK;
  vg_buf_fini(&ref);
  return rc;
}

/* No act is left half-way, and nobody goes on with a task of what has ended. */
static vg_code nothing_left(struct store_tx *tx, const struct affair *a, struct vg_err *err) {
  int64_t acts, tasks;
  VG_TRY(store_get_int(tx, &acts,
                       "SELECT COUNT(*) FROM casework_act WHERE case_id = $1 AND state IN ('planned', 'started')",
                       S_ARGS(S_INT(a->id)), err));
  VG_TRY(store_get_int(tx, &tasks,
                       "SELECT COUNT(*) FROM casework_task WHERE case_id = $1 AND state IN ('todo', 'doing')",
                       S_ARGS(S_INT(a->id)), err));
  return acts || tasks ? VG_FAIL(err, VG_ESTATE, "casework.case_left", a->ref, VG_N(acts), VG_N(tasks)) : VG_OK;
}

static vg_code check(struct store_tx *tx, const struct affair *a, const struct case_step *to, struct vg_err *err) {
  if (!casework_state_known(to->state))
    return VG_FAIL(err, VG_EDATA, "casework.case_state", VG_T(to->state));
  if (!casework_state_follows(vg_str_z(a->state), to->state))
    return VG_FAIL(err, VG_ESTATE, "casework.case_step", a->ref, WORD("cli.case_state", a->state),
                   WORD("cli.case_state", VG_T(to->state)));
  bool going_on = vg_str_eqz(to->state, "in-progress"), away = vg_str_eqz(to->state, "transmitted");
  if (to->reason.n > 1000 || to->recipient.n > 250 || !vg_utf8_ok(to->reason) || !vg_utf8_ok(to->recipient))
    return VG_FAIL(err, VG_EDATA, "casework.case_text");
  if (!going_on && vg_str_trim(to->reason).n == 0)
    return VG_FAIL(err, VG_EDATA, "casework.case_reason", WORD("cli.case_state", VG_T(to->state)));
  if (away != (vg_str_trim(to->recipient).n > 0))
    return VG_FAIL(err, VG_EDATA, "casework.case_recipient");
  return ends(to->state) ? nothing_left(tx, a, err) : VG_OK;
}

vg_code casework_step_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                          struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  vg_str state, reason, recipient, when;
  vg_time at = v->at;
  (void)who;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK && !(merge_text(value, "state", 15, &state) && casework_state_known(state) &&
                       merge_text(value, "reason", 1000, &reason) && merge_text(value, "recipient", 250, &recipient)))
    rc = VG_FAIL(err, VG_EDATA, "casework.case_text");
  if (rc == VG_OK && vg_jv_str_at(value, "at", &when) && !vg_time_parse(when, &at))
    rc = VG_FAIL(err, VG_EDATA, "casework.case_text");
  if (rc == VG_OK)
    rc =
        store_exec(tx,
                   "INSERT INTO casework_case_state (case_id, state, at, person, reason, recipient, number, uid) "
                   "SELECT c.id, $2, CAST($3 AS BIGINT), $4, $5, $6, CAST($7 AS BIGINT), $8 FROM casework_case c WHERE "
                   "c.pid = $1 ON CONFLICT DO NOTHING",
                   S_ARGS(S_STR(v->subject), S_STR(state), S_TIME(at), S_STR(v->person), S_STR(some(reason)),
                          S_STR(some(recipient)), S_INT(v->depth), S_STR(v->uid)),
                   err);
  vg_json_free(j);
  return rc;
}

vg_code casework_step_value(const struct case_step *to, vg_time at, struct vg_buf *value, struct vg_err *err) {
  struct vg_jw w;
  vg_jw_init(&w, value);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "state", to->state);
  vg_jw_kstr(&w, "reason", some(to->reason));
  vg_jw_kstr(&w, "recipient", some(to->recipient));
  if (at != VG_NOTIME)
    merge_put_time(&w, "at", at);
  vg_jw_end(&w);
  return vg_buf_check(value, err);
}

static vg_code stepped(struct store_tx *tx, const struct actor *who, const struct affair *a, const struct case_step *to,
                       struct vg_err *err) {
  struct merge_made made;
  struct vg_buf value;
  vg_buf_init(&value, 1 << 14);
  vg_code rc = casework_step_value(to, VG_NOTIME, &value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, casework_merges[TOLD_CASE_STATE].kind, a->pid.s, "state", vg_buf_view(&value), &made,
                      err);
  if (rc == VG_OK) {
    const struct merge_version v = {.uid = vg_str_z(made.uid),
                                    .subject = vg_id_str(&a->pid),
                                    .value = vg_buf_view(&value),
                                    .person = vg_id_str(&who->id),
                                    .at = store_now(tx),
                                    .depth = made.depth};
    rc = casework_step_row(tx, who, &v, err);
  }
  vg_buf_fini(&value);
  return rc;
}

vg_code casework_case_step(struct store_tx *tx, const struct actor *who, const struct affair *a,
                           const struct case_step *to, struct vg_err *err) {
  int64_t n;
  VG_TRY(casework_access(tx, who, a->id, err));
  VG_TRY(check(tx, a, to, err));
  VG_TRY(store_change(tx, &n, "UPDATE casework_case SET state = $2 WHERE id = $1 AND state = $3",
                      S_ARGS(S_INT(a->id), S_STR(to->state), S_Z(a->state)), err));
  if (n == 0) /* somebody was quicker */
    return VG_FAIL(err, VG_ESTATE, "casework.case_step", a->ref, WORD("cli.case_state", a->state),
                   WORD("cli.case_state", VG_T(to->state)));
  VG_TRY(stepped(tx, who, a, to, err));
  return LEDGER_TELL(tx, who, "case.state", a->pid.s, err, "case", a->ref, "from", a->state, "to", VG_T(to->state),
                     "reason", VG_T(to->reason), "recipient", VG_T(to->recipient));
}

vg_code casework_each_step(struct store_tx *tx, int64_t case_id, casework_step_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT s.state, s.reason, s.recipient, COALESCE(p.name, s.person), s.at FROM casework_case_state s "
      "LEFT JOIN territory_v_name p ON p.pid = s.person WHERE s.case_id = $1 ORDER BY s.number, s.uid, s.id",
      S_ARGS(S_INT(case_id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct case_step s = {store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), store_time(q, 4)};
    rc = sink(ctx, &s, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
