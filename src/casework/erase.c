/* A case that is past its time, or that a magistrate ordered to be erased: what of it is here, its rows' end, what
 * stays known of it. */
#include "casework/casework_internal.h"

enum { YEARS_PREVENTION = 3, YEARS_INVESTIGATION = 6 };

vg_time casework_years_after(vg_time t, int years) {
  int64_t y;
  unsigned m, d;
  vg_civil_from_days(t / VG_DAY, &y, &m, &d);
  return vg_days_from_civil(y + years, m, d) * VG_DAY + t % VG_DAY; /* 29 February: 1 March */
}

#define ENDED                                                                                                          \
  "SELECT c.pid, c.ref, c.frame, CASE WHEN c.state IN ('closed', 'dismissed') THEN (SELECT MAX(s.at) FROM "            \
  "casework_case_state s WHERE s.case_id = c.id) END AS ended, c.id, "                                                 \
  "h.until, h.motive FROM casework_case c LEFT JOIN ledger_hold h ON h.subject = c.pid AND h.until > $1 WHERE "

/* Those whose last change of state is not of the years that any case is kept. */
enum { LEAST_DAYS = 365 * YEARS_PREVENTION, LEAST_INQUIRY = 365 * YEARS_INVESTIGATION };
#define LONG_ENDED                                                                                                     \
  "SELECT c.pid, c.ref, c.frame, e.ended, c.id, h.until, h.motive FROM (SELECT s.case_id, MAX(s.at) AS ended FROM "    \
  "casework_case_state s WHERE s.at < $2 GROUP BY s.case_id) e JOIN casework_case c ON c.id = e.case_id JOIN "         \
  "casework_incident i ON i.id = c.incident LEFT JOIN ledger_hold h ON h.subject = c.pid AND h.until > $1 WHERE "      \
  "c.state IN ('closed', 'dismissed') AND (c.frame = 'prevention' OR e.ended < $3) AND NOT EXISTS (SELECT 1 FROM "     \
  "casework_case_state l WHERE l.case_id = c.id AND l.at >= $2)" TERRITORY_NO_CONFLICT(                                \
      "i.org", "$4", "$1") " AND (i.org = $6 OR $6 = 0)" CASEWORK_NEED_AMONG("c.id", "c.zone", "$4", "$5",             \
                                                                             "$1") " ORDER BY e.ended, c.id"

int casework_retention_years(enum regime r) { return r == REGIME_PREVENTION ? YEARS_PREVENTION : YEARS_INVESTIGATION; }

static int years_of(vg_str frame) { return casework_retention_years(casework_frame_regime(frame)); }

static bool is_due(vg_str frame, vg_time ended, vg_time now) {
  return ended != VG_NOTIME && casework_years_after(ended, years_of(frame)) < now;
}

static struct case_past past_of(struct store_rows *q) {
  struct case_past p = {.pid = store_str(q, 0),
                        .ref = store_str(q, 1),
                        .frame = store_str(q, 2),
                        .ended = store_time(q, 3),
                        .held_until = store_time(q, 5),
                        .held_why = store_is_null(q, 6) ? VG_STR("") : store_str(q, 6)};
  p.years = years_of(p.frame);
  p.over = p.ended == VG_NOTIME ? VG_NOTIME : casework_years_after(p.ended, p.years);
  return p;
}

bool casework_page_open(const struct past_page *page, int64_t counted) {
  return !page->limit || counted - page->from < page->limit;
}

vg_code casework_each_past(struct store_tx *tx, const struct actor *who, struct past_page page,
                           casework_past_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  vg_time now = store_now(tx);
  int64_t counted = 0;
  VG_TRY(store_query(tx, &q, LONG_ENDED,
                     S_ARGS(S_TIME(now), S_TIME(now - LEAST_DAYS * VG_DAY), S_TIME(now - LEAST_INQUIRY * VG_DAY),
                            S_INT(who->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who))),
                     err));
  while (rc == VG_OK && casework_page_open(&page, counted) && store_next(q)) {
    const struct case_past p = past_of(q);
    if (is_due(p.frame, p.ended, now) && counted++ >= page.from)
      rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_case_past(struct store_tx *tx, const struct affair *a, bool *past, struct vg_err *err) {
  struct store_rows *q;
  *past = false;
  VG_TRY(store_query(tx, &q, ENDED "c.state IN ('closed', 'dismissed') AND c.id = $2",
                     S_ARGS(S_TIME(store_now(tx)), S_INT(a->id)), err));
  if (store_next(q))
    *past = is_due(store_str(q, 2), store_time(q, 3), store_now(tx));
  return store_done(&q, err);
}

vg_code casework_past_of(struct store_tx *tx, vg_str pid, casework_past_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, ENDED "c.pid = $2", S_ARGS(S_TIME(store_now(tx)), S_STR(pid)), err));
  if (store_next(q)) {
    const struct case_past p = past_of(q);
    rc = sink(ctx, &p, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_is_erased(struct store_tx *tx, vg_str pid, bool *yes, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM casework_erased WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  *yes = n > 0;
  return VG_OK;
}

vg_code casework_case_went_on(struct store_tx *tx, const struct affair *a, bool *yes, struct vg_err *err) {
  struct store_rows *q;
  *yes = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT MAX(t) FROM (SELECT at AS t FROM casework_case_state WHERE case_id = $1 UNION ALL SELECT made FROM "
      "casework_finding WHERE case_id = $1 UNION ALL SELECT planned FROM casework_act WHERE case_id = $1 UNION ALL "
      "SELECT added FROM casework_party WHERE case_id = $1 UNION ALL SELECT made FROM casework_task WHERE case_id = $1 "
      "UNION ALL SELECT at FROM casework_v_note WHERE case_id = $1 UNION ALL SELECT at FROM casework_case_frame WHERE "
      "case_id = $1) x",
      S_ARGS(S_INT(a->id)), err));
  if (store_next(q))
    *yes = !store_is_null(q, 0) && !is_due(vg_str_z(a->frame), store_time(q, 0), store_now(tx));
  return store_done(&q, err);
}

/* --- what it is made of --- */

vg_code casework_case_subjects(struct store_tx *tx, const struct affair *a, bool *incident, struct vg_buf *out,
                               struct vg_err *err) {
  int64_t others;
  VG_TRY(store_get_int(tx, &others,
                       "SELECT COUNT(*) FROM casework_case o JOIN casework_case c ON c.incident = o.incident WHERE "
                       "c.id = $1 AND o.id <> $1",
                       S_ARGS(S_INT(a->id)), err));
  *incident = others == 0;
  return store_get_lines(
      tx, out,
      "SELECT pid FROM casework_case WHERE id = $1 UNION SELECT pid FROM casework_party WHERE case_id = $1 UNION SELECT "
      "pid FROM casework_finding WHERE case_id = $1 UNION SELECT pid FROM casework_note WHERE case_id = $1 UNION SELECT "
      "pid FROM casework_task WHERE case_id = $1 UNION SELECT pid FROM casework_exhibit WHERE case_id = $1 UNION SELECT "
      "pid FROM casework_act WHERE case_id = $1 UNION SELECT pid FROM casework_grant WHERE case_id = $1 UNION SELECT "
      "pid FROM casework_link WHERE one = $1 OR other = $1 UNION SELECT i.pid FROM casework_incident i JOIN "
      "casework_case c ON c.incident = i.id WHERE c.id = $1 AND $2 = 1 UNION SELECT r.pid FROM casework_referral r JOIN "
      "casework_case c ON c.incident = r.incident WHERE c.id = $1 AND $2 = 1 ORDER BY 1",
      S_ARGS(S_INT(a->id), S_INT(*incident)), err);
}

/* --- its end --- */

#define OF_CASE(table) "DELETE FROM " table " WHERE case_id = $1"
#define OF(table, of) "DELETE FROM " table " WHERE " of " IN (SELECT id FROM casework_" of " WHERE case_id = $1)"
static const char *const rows_of_case[] = {
    OF_CASE("casework_mark"),       "DELETE FROM casework_link WHERE one = $1 OR other = $1",
    OF_CASE("casework_grant"),      OF_CASE("casework_imported"),
    OF_CASE("casework_charge"),     OF_CASE("casework_case_state"),
    OF_CASE("casework_case_frame"), OF("casework_revision", "note"),
    OF_CASE("casework_note"),       OF_CASE("casework_task"),
    OF_CASE("casework_finding"),    OF("casework_act_made", "act"),
    OF("casework_attendee", "act"), OF_CASE("casework_act"),
    OF_CASE("casework_party"),      OF("casework_custody", "exhibit"),
    OF_CASE("casework_exhibit")};
static const char *const rows_of_incident[] = {
    "DELETE FROM casework_clock WHERE incident = $1", "DELETE FROM casework_intake WHERE incident = $1",
    "DELETE FROM casework_referral WHERE incident = $1", "DELETE FROM casework_incident WHERE id = $1"};

static vg_code delete_all(struct store_tx *tx, const char *const *sql, size_t count, int64_t id, int64_t *rows,
                          struct vg_err *err) {
  int64_t n;
  for (size_t i = 0; i < count; i++) {
    VG_TRY(store_change(tx, &n, sql[i], S_ARGS(S_INT(id)), err));
    *rows += n;
  }
  return VG_OK;
}

vg_code casework_incident_rows_forget(struct store_tx *tx, int64_t incident, int64_t *rows, struct vg_err *err) {
  return delete_all(tx, rows_of_incident, VG_COUNT(rows_of_incident), incident, rows, err);
}

/* The index for words keeps what it was told until its parts are joined again. */
static vg_code forget_words(struct store_tx *tx, const struct affair *a, struct vg_err *err) {
  if (store_is_postgres(store_of(tx)))
    return store_exec(tx, "DELETE FROM casework_text WHERE case_id = $1", S_ARGS(S_INT(a->id)), err);
  VG_TRY(store_exec(tx, "DELETE FROM casework_text WHERE rowid = $1",
                    S_ARGS(S_INT(casework_text_row(a->opened, a->id))), err));
  return store_exec(tx, "INSERT INTO casework_text (casework_text) VALUES ('optimize')", S_NOARGS, err);
}

vg_code casework_case_forget(struct store_tx *tx, const struct affair *a, bool incident, int64_t *rows,
                             struct vg_err *err) {
  int64_t of;
  *rows = 1;
  VG_TRY(store_get_int(tx, &of, "SELECT incident FROM casework_case WHERE id = $1", S_ARGS(S_INT(a->id)), err));
  VG_TRY(delete_all(tx, rows_of_case, VG_COUNT(rows_of_case), a->id, rows, err));
  VG_TRY(forget_words(tx, a, err));
  VG_TRY(store_exec(tx, "DELETE FROM casework_case WHERE id = $1", S_ARGS(S_INT(a->id)), err));
  return incident ? casework_incident_rows_forget(tx, of, rows, err) : casework_incident_settle(tx, of, err);
}

vg_code casework_erased_add(struct store_tx *tx, const struct case_erased *e, struct vg_err *err) {
  return store_exec(tx,
                    "INSERT INTO casework_erased (pid, number, at, by_name, body) VALUES ($1, $2, $3, $4, $5) ON "
                    "CONFLICT DO NOTHING",
                    S_ARGS(S_STR(e->pid), S_STR(e->number), S_TIME(e->at), S_STR(e->by), S_STR(e->body)), err);
}

vg_code casework_each_erased(struct store_tx *tx, vg_str ref, struct past_page page, casework_erased_sink *sink,
                             void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT pid, number, at, by_name, body FROM casework_erased WHERE $1 = '' OR pid = $1 OR number = "
                     "$1 ORDER BY at DESC, pid LIMIT $2 OFFSET $3",
                     S_ARGS(S_STR(some(ref)), S_INT(page.limit ? page.limit : INT64_MAX), S_INT(page.from)), err));
  while (rc == VG_OK && store_next(q)) {
    const struct case_erased e = {store_str(q, 0), store_str(q, 1), store_time(q, 2), store_str(q, 3), store_str(q, 4)};
    rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
