/* Where a victim was sent, and what came of it. */
#include "casework/casework_internal.h"

vg_code casework_refer(struct store_tx *tx, const struct actor *who, const struct incident *in, struct referral *r,
                       struct vg_err *err) {
  static const char *const services[] = {"17cyber", "csirt",  "cert-fr",    "cnil", "bank",
                                         "pharos",  "thesee", "prosecutor", "other"};
  bool known = false;
  int64_t id;
  VG_TRY(casework_incident_access(tx, who, in, err));
  for (size_t i = 0; i < VG_COUNT(services); i++)
    known = known || vg_str_eqz(r->service, services[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "casework.referral_service", VG_T(r->service));
  if (vg_str_trim(r->reason).n == 0 || r->reason.n > 250 || !vg_utf8_ok(r->reason))
    return VG_FAIL(err, VG_EDATA, "casework.custody_reason");
  r->at = store_now(tx);
  r->pid = vg_id_new("referral", r->at);
  VG_TRY(store_insert(
      tx, &id,
      "INSERT INTO casework_referral (pid, incident, service, reason, at) VALUES ($1,$2,$3,$4,$5) RETURNING id",
      S_ARGS(S_Z(r->pid.s), S_INT(in->id), S_STR(r->service), S_STR(r->reason), S_TIME(r->at)), err));
  VG_TRY(ROW_ADDED(tx, who, TOLD_REFERRAL, r->pid.s, err, S_INT(id)));
  return LEDGER_TELL(tx, who, "incident.referred", in->pid.s, err, "referral", r->pid.s, "service", VG_T(r->service),
                     "reason", VG_T(r->reason));
}

static vg_code incident_of(struct store_tx *tx, vg_str referral, struct incident *in, struct vg_err *err) {
  struct vg_buf pid;
  vg_buf_init(&pid, VG_ID_MAX);
  vg_code rc = store_get_text(
      tx, &pid, "SELECT i.pid FROM casework_referral r JOIN casework_incident i ON i.id = r.incident WHERE r.pid = $1",
      S_ARGS(S_STR(referral)), NULL);
  rc = rc == VG_ENOTFOUND ? VG_FAIL(err, rc, "casework.no_referral", VG_T(referral))
       : rc == VG_OK      ? casework_incident_find(tx, vg_buf_view(&pid), in, err)
                          : rc;
  vg_buf_fini(&pid);
  return rc;
}

vg_code casework_referral_outcome(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str outcome,
                                  struct vg_err *err) {
  int64_t n;
  struct incident in;
  VG_TRY(incident_of(tx, pid, &in, err));
  VG_TRY(casework_incident_access(tx, who, &in, err));
  if (vg_str_trim(outcome).n == 0 || outcome.n > 250 || !vg_utf8_ok(outcome))
    return VG_FAIL(err, VG_EDATA, "casework.act_result");
  VG_TRY(store_change(tx, &n,
                      "UPDATE casework_referral SET outcome = $2, outcome_at = $3 WHERE pid = $1 AND outcome = ''",
                      S_ARGS(S_STR(pid), S_STR(outcome), S_TIME(store_now(tx))), err));
  if (n == 0)
    return VG_FAIL(err, VG_ESTATE, "casework.referral_done", VG_T(pid));
  VG_TRY(ROW_CHANGED(tx, who, TOLD_REFERRAL_CHANGED, vg_id_of(pid).s, "outcome", err));
  return LEDGER_TELL(tx, who, "incident.referral_outcome", in.pid.s, err, "referral", VG_T(pid), "outcome",
                     VG_T(outcome));
}

vg_code casework_each_referral(struct store_tx *tx, int64_t incident, casework_referral_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT pid, service, reason, at, outcome, outcome_at FROM casework_referral WHERE incident = $1 ORDER BY id",
      S_ARGS(S_INT(incident)), err));
  while (rc == VG_OK && store_next(q)) {
    struct referral r = {.pid = vg_id_of(store_str(q, 0)),
                         .service = store_str(q, 1),
                         .reason = store_str(q, 2),
                         .at = store_time(q, 3),
                         .outcome = store_str(q, 4),
                         .outcome_at = store_time(q, 5)};
    rc = sink(ctx, &r, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
