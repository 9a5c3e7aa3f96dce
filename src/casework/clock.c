/* The legal clocks of an incident: running, late, done, or not applicable with the reason. */
#include "casework/casework_internal.h"

#include <stdio.h>

#define COLUMNS                                                                                                                      \
  "SELECT k.code, k.due, CASE WHEN k.state = 'open' AND k.due < $2 THEN 'late' ELSE k.state END, k.duty_fr, k.effect_fr, k.reason, " \
  "k.source, k.doubt, k.done FROM casework_v_clock_full k "

static struct legal_clock read_row(struct store_rows *q) {
  struct legal_clock k = {.code = store_str(q, 0),
                          .due = store_time(q, 1),
                          .state = store_str(q, 2),
                          .duty_fr = store_str(q, 3),
                          .effect_fr = store_str(q, 4),
                          .reason = store_str(q, 5),
                          .source = store_str(q, 6),
                          .doubt = store_str(q, 7),
                          .done = store_time(q, 8)};
  k.late = vg_str_eqz(k.state, "late") || (vg_str_eqz(k.state, "done") && k.done > k.due);
  return k;
}

vg_code casework_each_clock(struct store_tx *tx, int64_t incident, casework_clock_sink *sink, void *ctx,
                            struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE k.incident = $1 ORDER BY k.due, k.code",
                     S_ARGS(S_INT(incident), S_TIME(store_now(tx))), err));
  while (rc == VG_OK && store_next(q)) {
    struct legal_clock k = read_row(q);
    rc = sink(ctx, &k, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_each_due(struct store_tx *tx, const struct actor *who, int64_t limit, casework_due_sink *sink,
                          void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT k.code, k.due, CASE WHEN k.due < $1 THEN 'late' ELSE k.state END, k.duty_fr, k.effect_fr, k.reason, k.source, "
      "k.doubt, k.done, i.id, i.pid, i.org, i.org_name, i.zone, i.kind, i.summary, i.happened, i.known, i.reported "
      "FROM casework_v_clock_full k JOIN casework_v_incident i ON i.id = k.incident WHERE k.state = 'open'" CASEWORK_INCIDENT_SEEN(
          "i.id", "i.zone", "i.org", "$2", "$3", "$4", "$1") " ORDER BY k.due, k.code, i.id LIMIT $5",
      S_ARGS(S_TIME(store_now(tx)), S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)),
             S_INT(limit)),
      err));
  while (rc == VG_OK && store_next(q)) {
    struct legal_clock k = read_row(q);
    struct incident in = {.id = store_int(q, 9),
                          .pid = vg_id_of(store_str(q, 10)),
                          .org = store_int(q, 11),
                          .happened = store_time(q, 16),
                          .known = store_time(q, 17),
                          .reported = store_time(q, 18)};
    vg_str_copy(in.org_name, sizeof in.org_name, store_str(q, 12));
    vg_str_copy(in.zone, sizeof in.zone, store_str(q, 13));
    vg_str_copy(in.kind, sizeof in.kind, store_str(q, 14));
    vg_str_copy(in.summary, sizeof in.summary, store_str(q, 15));
    rc = sink(ctx, &in, &k, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code run_from(struct store_tx *tx, const struct incident *in, const char *code, vg_time at,
                        struct vg_err *err) {
  int64_t hours;
  vg_code rc = store_get_int(tx, &hours, "SELECT hours FROM casework_delay WHERE code = $1", S_ARGS(S_Z(code)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_FAIL(err, VG_EDATA, "casework.no_delay", code);
  VG_TRY(rc);
  rc = store_exec(tx, "INSERT INTO casework_clock (incident, code, due, state, done) VALUES ($1, $2, $3, 'open', NULL)",
                  S_ARGS(S_INT(in->id), S_Z(code), S_TIME(at + hours * VG_HOUR)), err);
  return rc == VG_EEXIST ? VG_FAIL(err, VG_ESTATE, "casework.clock_state", code) : rc;
}

static vg_code start(struct store_tx *tx, const struct incident *in, const char *code, vg_time at, struct vg_err *err) {
  if (at > store_now(tx) || at < in->happened)
    return VG_FAIL(err, VG_EDATA, "casework.clock_time");
  return run_from(tx, in, code, at, err);
}

/* The field "clock CODE" of the incident: "started TIME", "done TIME", "not-applicable REASON", "open REASON". */
static vg_code note(struct store_tx *tx, const struct actor *who, const struct incident *in, const char *code,
                    enum clock_change change, vg_time at, vg_str reason, struct vg_err *err) {
  static const char *const words[] = {"started", "done", "not-applicable", "open"};
  char field[64], time[VG_TIME_TEXT];
  struct vg_buf value;
  snprintf(field, sizeof field, "clock %s", code);
  vg_buf_init(&value, 1024);
  vg_buf_fmt(&value, "%s ", words[change]);
  if (change == CLOCK_START || change == CLOCK_DONE)
    vg_buf_z(&value, vg_time_text(time, at, false));
  else
    vg_buf_str(&value, reason);
  vg_code rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "incident.clock", in->pid.s, field, vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

vg_code clock_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct incident in;
  char code[40];
  vg_str field = v->field, rest = v->value, word = VG_STR(""), state;
  vg_time at = VG_NOTIME;
  int64_t n;
  vg_code rc = casework_incident_find(tx, v->subject, &in, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_TRY(territory_access(tx, who, in.org, err));
  (void)vg_str_cut(&rest, ' ', &word);
  bool started = vg_str_eqz(word, "started"), done = vg_str_eqz(word, "done");
  bool ok =
      vg_str_starts(field, VG_STR("clock ")) && field.n - 6 < sizeof code && rest.n <= 250 &&
      (started || done ? vg_time_parse(rest, &at) : vg_str_eqz(word, "not-applicable") || vg_str_eqz(word, "open"));
  if (!ok)
    return VG_FAIL(err, VG_EDATA, "casework.clock_state", VG_T(field));
  vg_str_copy(code, sizeof code, vg_str_sub(field, 6, field.n - 6));
  state = started ? VG_STR("open") : word;
  VG_TRY(store_change(tx, &n,
                      "UPDATE casework_clock SET state = $3, done = $4, reason = $5 WHERE incident = $1 AND code = $2",
                      S_ARGS(S_INT(in.id), S_Z(code), S_STR(state), S_TIME(done ? at : VG_NOTIME),
                             S_STR(started || done || !rest.n ? VG_STR("") : rest)),
                      err));
  return n || !started ? VG_OK : run_from(tx, &in, code, at, err);
}

/* There is no such delay, or this incident's is not in the state that the change starts from. */
static vg_code unmoved(struct store_tx *tx, const char *code, struct vg_err *err) {
  int64_t known;
  VG_TRY(store_get_int(tx, &known, "SELECT COUNT(*) FROM casework_delay WHERE code = $1", S_ARGS(S_Z(code)), err));
  return known ? VG_FAIL(err, VG_ESTATE, "casework.clock_state", code)
               : VG_FAIL(err, VG_EDATA, "casework.no_delay", code);
}

vg_code casework_clock_set(struct store_tx *tx, const struct actor *who, const struct incident *in, const char *code,
                           enum clock_change change, vg_time at, vg_str reason, struct vg_err *err) {
  static const char *const kinds[] = {"incident.clock_started", "incident.clock_done", "incident.clock_not_applicable",
                                      "incident.clock_reopened"};
  int64_t n;
  VG_TRY(casework_incident_access(tx, who, in, err));
  bool needs = change == CLOCK_NOT_APPLICABLE || change == CLOCK_REOPEN;
  if (!vg_utf8_ok(reason) || reason.n > 250 || (needs && vg_str_trim(reason).n == 0))
    return VG_FAIL(err, VG_EDATA, "casework.clock_reason");
  if (change == CLOCK_START) {
    VG_TRY(start(tx, in, code, at, err));
  } else {
    if (change == CLOCK_DONE && (at > store_now(tx) || at < in->happened))
      return VG_FAIL(err, VG_EDATA, "casework.clock_time");
    VG_TRY(store_change(
        tx, &n,
        "UPDATE casework_clock SET state = $3, done = $4, reason = $5 WHERE incident = $1 AND code = $2 AND "
        "((state = 'open' AND $3 <> 'open') OR (state <> 'open' AND $3 = 'open'))",
        S_ARGS(S_INT(in->id), S_Z(code),
               S_Z(change == CLOCK_DONE              ? "done"
                   : needs && change == CLOCK_REOPEN ? "open"
                                                     : "not-applicable"),
               S_TIME(change == CLOCK_DONE ? at : VG_NOTIME), S_STR(reason.p ? reason : VG_STR(""))),
        err));
    if (n == 0)
      return unmoved(tx, code, err);
  }
  VG_TRY(note(tx, who, in, code, change, at, reason, err));
  return LEDGER_TELL(tx, who, kinds[change], in->pid.s, err, "clock", code, "at",
                     vg_time_text((char[VG_TIME_TEXT]){0}, at, false), "reason", VG_T(reason));
}
