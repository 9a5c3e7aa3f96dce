/* What older versions made without telling other instances: histories get names, and events. Their rows are in
 * merged.c. */
#include "casework/casework_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"

vg_code casework_adopt_incidents(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT pid, (SELECT COUNT(*) FROM casework_clock c WHERE c.incident = i.id) FROM "
                     "casework_incident i ORDER BY id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct incident in;
    bool told = false, clocks = store_int(q, 1) > 0;
    rc = merge_is_told(tx, "incident.reported", store_str(q, 0), &told, err);
    if (rc == VG_OK && !told)
      rc = casework_incident_find(tx, store_str(q, 0), &in, err);
    if (rc == VG_OK && !told) {
      rc = casework_incident_note(tx, who, &in, clocks, err);
      ++*count;
    }
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

struct clock_row {
  char incident[VG_ID_MAX], code[40], state[24];
  vg_str reason;
  vg_time start, done;
  bool usual; /* opened with the incident */
};

/* As it would be after it was told: the usual clocks run by themselves, the others have to be started. */
static vg_code adopt_clock(struct store_tx *tx, const struct actor *who, const struct clock_row *c, int64_t *count,
                           struct vg_err *err) {
  char field[64], time[VG_TIME_TEXT];
  struct vg_buf value;
  vg_code rc = VG_OK;
  bool done = strcmp(c->state, "done") == 0, off = strcmp(c->state, "not-applicable") == 0;
  snprintf(field, sizeof field, "clock %s", c->code);
  vg_buf_init(&value, 1024);
  if (!c->usual) {
    vg_buf_fmt(&value, "started %s", vg_time_text(time, c->start, false));
    VG_GO(merge_change(tx, who, "incident.clock", c->incident, field, vg_buf_view(&value), NULL, err));
    ++*count;
  }
  vg_buf_reset(&value);
  if (done)
    vg_buf_fmt(&value, "done %s", vg_time_text(time, c->done, false));
  if (off && c->reason.n) {
    vg_buf_z(&value, "not-applicable ");
    vg_buf_str(&value, c->reason);
  }
  VG_GO(vg_buf_check(&value, err));
  if (value.n) {
    VG_GO(merge_change(tx, who, "incident.clock", c->incident, field, vg_buf_view(&value), NULL, err));
    ++*count;
  }
out:
  vg_buf_fini(&value);
  return rc;
}

vg_code casework_adopt_clocks(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT i.pid, c.code, c.state, c.reason, c.due - d.hours * 3600000000000, c.done, CASE WHEN "
                     "c.code IN ('ASSUR72', 'CNIL72') THEN 1 ELSE 0 END FROM casework_clock c JOIN casework_incident i "
                     "ON i.id = c.incident JOIN casework_delay d ON d.code = c.code WHERE NOT EXISTS (SELECT 1 FROM "
                     "merge_v_version v WHERE v.subject = i.pid AND v.field = 'clock ' || c.code) ORDER BY c.id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct clock_row c = {
        .reason = store_str(q, 3), .start = store_int(q, 4), .done = store_time(q, 5), .usual = store_int(q, 6) != 0};
    vg_str_copy(c.incident, sizeof c.incident, store_str(q, 0));
    vg_str_copy(c.code, sizeof c.code, store_str(q, 1));
    vg_str_copy(c.state, sizeof c.state, store_str(q, 2));
    rc = adopt_clock(tx, who, &c, count, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- histories: uid, subject, person, name, time, depth, then the value's members by these names --- */

struct history {
  const char *kind, *field, *sql;
  const char *const *members; /* NULL: the value is one text */
  size_t count;
};
enum { COMMON = 6 };

static vg_code write_value(const struct history *h, struct store_rows *q, struct vg_buf *out, struct vg_err *err) {
  struct vg_jw w;
  if (!h->members) {
    vg_buf_str(out, store_str(q, COMMON));
    return vg_buf_check(out, err);
  }
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  for (size_t i = 0; i < h->count; i++)
    vg_jw_kstr(&w, h->members[i], some(store_str(q, COMMON + (int)i)));
  vg_jw_end(&w);
  return vg_buf_check(out, err);
}

static vg_code adopt_entry(struct store_tx *tx, const struct actor *who, const struct history *h, struct store_rows *q,
                           struct vg_buf *value, vg_str after, struct vg_err *err) {
  vg_buf_reset(value);
  VG_TRY(write_value(h, q, value, err));
  const struct merge_version v = {.kind = vg_str_z(h->kind),
                                  .field = vg_str_z(h->field),
                                  .value = vg_buf_view(value),
                                  .uid = store_str(q, 0),
                                  .subject = store_str(q, 1),
                                  .person = store_str(q, 2),
                                  .by = store_str(q, 3),
                                  .at = store_time(q, 4),
                                  .depth = store_int(q, 5)};
  return merge_adopt_version(tx, who, &v, after, err);
}

static vg_code adopt_history(struct store_tx *tx, const struct actor *who, const struct history *h, int64_t *count,
                             struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf value;
  char last[MERGE_UID] = "", of[VG_ID_MAX] = "";
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, h->sql, S_NOARGS, err));
  vg_buf_init(&value, 1 << 16);
  while (rc == VG_OK && store_next(q)) {
    if (!vg_str_eqz(store_str(q, 1), of))
      last[0] = 0;
    rc = adopt_entry(tx, who, h, q, &value, vg_str_z(last), err);
    vg_str_copy(last, sizeof last, store_str(q, 0));
    vg_str_copy(of, sizeof of, store_str(q, 1));
    ++*count;
  }
  vg_buf_fini(&value);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Names of one length, in the order of the rows. */
#define ROW_NAME(field, id) "'/" field "/' || CAST(10000000000 + " id " AS TEXT)"
#define UNTOLD(uid) "NOT EXISTS (SELECT 1 FROM merge_v_version v WHERE v.uid = " uid ")"

vg_code casework_adopt_steps(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const char *const members[] = {"state", "reason", "recipient"};
  static const struct history h = {
      .kind = "case.changed",
      .field = "state",
      .members = members,
      .count = VG_COUNT(members),
      .sql =
          "SELECT s.uid, c.pid, s.person, COALESCE(p.name, s.person), s.at, s.number, s.state, s.reason, s.recipient "
          "FROM casework_case_state s JOIN casework_case c ON c.id = s.case_id LEFT JOIN territory_v_name p ON p.pid "
          "= s.person WHERE " UNTOLD("s.uid") " ORDER BY s.case_id, s.number, s.id"};
  VG_TRY(store_exec(tx,
                    "UPDATE casework_case_state SET uid = (SELECT c.pid FROM casework_case c WHERE c.id = "
                    "casework_case_state.case_id) || " ROW_NAME("state", "id") " WHERE uid = ''",
                    S_NOARGS, err));
  return adopt_history(tx, who, &h, count, err);
}

/* The first line of custody comes with the exhibit; a copy is a row. */
vg_code casework_adopt_custody(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const char *const members[] = {"what", "seal", "holder", "place", "reason", "sha256"};
  static const struct history h = {
      .kind = "exhibit.moved",
      .field = "custody",
      .members = members,
      .count = VG_COUNT(members),
      .sql =
          "SELECT k.uid, e.pid, k.person, COALESCE(p.name, k.person), k.at, k.number, k.what, k.seal, k.holder, "
          "k.place, k.reason, k.sha256 FROM casework_custody k JOIN casework_exhibit e ON e.id = k.exhibit LEFT JOIN "
          "territory_v_name p ON p.pid = k.person WHERE k.what NOT IN ('received', 'copied') AND " UNTOLD(
              "k.uid") " ORDER BY k.exhibit, k.number, k.id"};
  VG_TRY(store_exec(tx,
                    "UPDATE casework_custody SET uid = (SELECT e.pid FROM casework_exhibit e WHERE e.id = "
                    "casework_custody.exhibit) || CASE WHEN what = 'copied' THEN " ROW_NAME(
                        "kept", "id") " ELSE " ROW_NAME("custody", "id") " END WHERE uid = '' AND what <> 'received'",
                    S_NOARGS, err));
  return adopt_history(tx, who, &h, count, err);
}

vg_code casework_adopt_notes(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  static const struct history h = {
      .kind = "note.changed",
      .field = "text",
      .sql =
          "SELECT r.uid, n.pid, r.person, COALESCE(p.name, r.person), r.at, r.number, r.text FROM casework_revision r "
          "JOIN casework_note n ON n.id = r.note LEFT JOIN territory_v_name p ON p.pid = r.person WHERE " UNTOLD(
              "r.uid") " ORDER BY r.note, r.number, r.id"};
  return adopt_history(tx, who, &h, count, err);
}
