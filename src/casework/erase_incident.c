/* An incident that never became a case: when its time is over, what it is made of, its rows' end. */
#include "casework/casework_internal.h"

/* It went on until the last thing that was done about it. A complaint made of it is a matter of inquiry. */
#define LAST                                                                                                           \
  "SELECT MAX(t) FROM (SELECT i.reported AS t UNION ALL SELECT k.done FROM casework_clock k WHERE k.incident = i.id "  \
  "UNION ALL SELECT r.at FROM casework_referral r WHERE r.incident = i.id UNION ALL SELECT r.outcome_at FROM "         \
  "casework_referral r WHERE r.incident = i.id UNION ALL SELECT a.changed FROM casework_task a WHERE a.about = i.pid) x"
#define COMPLAINT                                                                                                         \
  "CASE WHEN EXISTS (SELECT 1 FROM casework_intake q WHERE q.incident = i.id AND q.complaint = 'yes') OR EXISTS (SELECT " \
  "1 FROM casework_clock k WHERE k.incident = i.id AND k.code = 'ASSUR72' AND k.state = 'done') THEN 1 ELSE 0 END"
#define PAST                                                                                                              \
  "SELECT i.pid, o.name, i.kind, (" LAST "), " COMPLAINT ", h.until, h.motive FROM casework_incident i "                  \
  "JOIN territory_v_org o ON o.id = i.org LEFT JOIN ledger_hold h ON h.subject = i.pid AND h.until > $1 WHERE i.waiting " \
  "= 1 AND "

static struct incident_past past_of(struct store_rows *q) {
  bool complaint = store_int(q, 4) != 0;
  struct incident_past p = {.pid = store_str(q, 0),
                            .org_name = store_str(q, 1),
                            .kind = store_str(q, 2),
                            .regime = complaint ? REGIME_INVESTIGATION : REGIME_PREVENTION,
                            .last = store_time(q, 3),
                            .held_until = store_time(q, 5),
                            .held_why = store_is_null(q, 6) ? VG_STR("") : store_str(q, 6)};
  p.years = casework_retention_years(p.regime);
  p.over = casework_years_after(p.last, p.years);
  return p;
}

vg_code casework_each_past_incident(struct store_tx *tx, const struct actor *who, struct past_page page,
                                    casework_incident_past_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  vg_time now = store_now(tx), least = now - 365 * casework_retention_years(REGIME_PREVENTION) * VG_DAY;
  int64_t counted = 0;
  VG_TRY(store_query(
      tx, &q,
      PAST "i.reported < $2" CASEWORK_INCIDENT_SEEN("i.id", "o.zone", "i.org", "$3", "$4", "$5",
                                                    "$1") " ORDER BY i.reported, i.id",
      S_ARGS(S_TIME(now), S_TIME(least), S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who))),
      err));
  while (rc == VG_OK && casework_page_open(&page, counted) && store_next(q)) {
    const struct incident_past p = past_of(q);
    if (p.over < now && counted++ >= page.from)
      rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_incident_past_of(struct store_tx *tx, vg_str pid, casework_incident_past_sink *sink, void *ctx,
                                  struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, PAST "i.pid = $2", S_ARGS(S_TIME(store_now(tx)), S_STR(pid)), err));
  if (store_next(q)) {
    const struct incident_past p = past_of(q);
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

struct asking {
  vg_time now;
  bool past;
};
static vg_code is_past(void *ctx, const struct incident_past *p, struct vg_err *err) {
  struct asking *a = ctx;
  (void)err;
  a->past = p->over < a->now;
  return VG_OK;
}

vg_code casework_incident_past(struct store_tx *tx, vg_str pid, bool *past, struct vg_err *err) {
  struct asking a = {.now = store_now(tx)};
  vg_code rc = casework_incident_past_of(tx, pid, is_past, &a, err);
  *past = a.past;
  return rc;
}

vg_code casework_incident_subjects(struct store_tx *tx, const struct incident *in, struct vg_buf *out,
                                   struct vg_err *err) {
  return store_get_lines(
      tx, out,
      "SELECT pid FROM casework_incident WHERE id = $1 UNION SELECT pid FROM casework_referral WHERE "
      "incident = $1 UNION SELECT t.pid FROM casework_task t JOIN casework_incident i ON t.about = "
      "i.pid WHERE i.id = $1 ORDER BY 1",
      S_ARGS(S_INT(in->id)), err);
}

vg_code casework_incident_forget(struct store_tx *tx, const struct incident *in, int64_t *rows, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_change(tx, &n, "DELETE FROM casework_task WHERE about = $1", S_ARGS(S_Z(in->pid.s)), err));
  *rows += n;
  return casework_incident_rows_forget(tx, in->id, rows, err);
}
