/* Figures counted from the operations, each wanted one with the harm that chasing it does. One statement a figure gives
 * its rows; counting counts them. */
#include "evaluation/evaluation.h"

#include <math.h>

#include "casework/casework.h"

/* $1 from, $2 to, $3 zone or '', $4 now. Columns: reference, label, zone, time, organisation (0: none). */
#define SPAN(at, zone) at " >= $1 AND " at " < $2 AND ($3 = '' OR " zone " = $3)"
#define WHATEVER_NOW " AND $4 = $4"
#define YEAR "31536000000000000"
#define DAYS90 "7776000000000000"
#define DAYS30 "2592000000000000"

#define INCIDENTS                                                                                                      \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident i WHERE " SPAN("i.reported", "i.zone") \
      WHATEVER_NOW
#define CLOCKS_LATE                                                                                                    \
  "SELECT i.pid, c.code, i.zone, c.due, i.org FROM casework_v_clock c JOIN casework_v_incident i ON i.id = "           \
  "c.incident WHERE "                                                                                                  \
  "c.state <> 'not-applicable' AND COALESCE(c.done, $4) > c.due AND " SPAN("c.due", "i.zone")
#define CASES                                                                                                          \
  "SELECT c.ref, c.org_name, c.zone, c.opened, c.org FROM casework_v_case c WHERE " SPAN("c.opened", "c.zone")         \
      WHATEVER_NOW
#define INCIDENTS_DROPPED                                                                                              \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident i WHERE NOT EXISTS (SELECT 1 FROM "    \
  "casework_v_case c WHERE "                                                                                           \
  "c.incident = i.pid) AND i.reported < $4 - " DAYS30 " AND " SPAN("i.reported", "i.zone")
#define VISITS                                                                                                         \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.kind = 'visit' AND "     \
  "a.state = 'done' AND " SPAN("a.at", "a.zone") WHATEVER_NOW
#define VISITS_TOO_MANY                                                                                                \
  "SELECT a.pid, a.org_name, a.zone, a.at, a.org FROM prevention_v_action a WHERE a.org IS NOT NULL AND a.state = "    \
  "'done' AND "                                                                                                        \
  "(SELECT COUNT(*) FROM prevention_v_action b WHERE b.org = a.org AND b.state = 'done' AND b.id <> a.id AND b.at <= " \
  "a.at AND "                                                                                                          \
  "b.at > a.at - " DAYS90 ") >= 2 AND " SPAN("a.at", "a.zone") WHATEVER_NOW
#define AWARENESS                                                                                                      \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.kind <> 'visit' AND "    \
  "a.state = 'done' AND " SPAN("a.at", "a.zone") WHATEVER_NOW
#define ACTIONS_LAPSED                                                                                                 \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.state = 'planned' AND "  \
  "a.at < $4 AND " SPAN("a.at", "a.zone")
#define DIAGNOSES                                                                                                      \
  "SELECT d.pid, d.org_name, d.zone, d.made, d.org FROM prevention_v_diagnosis d WHERE " SPAN("d.made", "d.zone")      \
      WHATEVER_NOW
#define STEPS(columns, state)                                                                                          \
  "SELECT " columns ", d.zone, s.at, d.org FROM prevention_v_adoption s JOIN prevention_v_diagnosis d ON d.id = "      \
  "s.diagnosis WHERE s.state = '" state "' AND " SPAN("s.at", "d.zone") WHATEVER_NOW
#define MEASURES_REFUSED STEPS("d.pid, s.reason", "refused")
#define MEASURES_ADOPTED STEPS("d.pid, d.org_name", "done")
#define VICTIMS_AFTER                                                                                                  \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident i WHERE EXISTS (SELECT 1 FROM "        \
  "prevention_v_diagnosis d "                                                                                          \
  "WHERE d.org = i.org AND d.made < i.happened AND i.happened < d.made + " YEAR ") AND " SPAN("i.reported", "i.zone")  \
      WHATEVER_NOW
#define IN_ZONE                                                                                                        \
  "($3 = '' OR EXISTS (SELECT 1 FROM anticipate_v_zone z WHERE z.warning_pid = w.pid AND z.zone = $3 AND z.role = "    \
  "'seen'))"
#define WARNINGS                                                                                                       \
  "SELECT w.pid, w.about, '', w.raised, 0 FROM anticipate_v_warning w WHERE w.raised >= $1 AND w.raised < $2 "         \
  "AND " IN_ZONE WHATEVER_NOW
#define WARNINGS_FALSE                                                                                                 \
  "SELECT w.pid, j.why, '', j.time, 0 FROM anticipate_v_judgement j JOIN anticipate_v_warning w ON w.pid = "           \
  "j.warning_pid WHERE "                                                                                               \
  "j.confirmed = 0 AND j.time >= $1 AND j.time < $2 AND " IN_ZONE WHATEVER_NOW
#define IMAGES                                                                                                         \
  "SELECT CASE WHEN m.exhibit_ref <> '' THEN m.exhibit_ref ELSE m.case_ref END, m.sha256, COALESCE(c.zone, ''), "      \
  "m.made, COALESCE(c.org, 0) "                                                                                        \
  "FROM evidence_v_image m LEFT JOIN casework_v_case c ON c.ref = m.case_ref WHERE "
#define ACQUISITIONS IMAGES SPAN("m.made", "COALESCE(c.zone, '')") WHATEVER_NOW
#define ACQUISITIONS_DAMAGED IMAGES "m.bad_sectors > 0 AND " SPAN("m.made", "COALESCE(c.zone, '')") WHATEVER_NOW

#define COUNT_OF(sql) "SELECT COUNT(*) FROM (" sql ") x"
#define ROWS_OF(sql) sql " ORDER BY 4 DESC, 1"
#define FIGURE(code, harm, regime, sql)                                                                                \
  { code, harm, regime, COUNT_OF(sql), ROWS_OF(sql) }

static const struct figure {
  const char *code, *harm, *regime, *count, *rows;
} figures[] = {
    FIGURE("incidents", "clocks-late", "prevention", INCIDENTS),
    FIGURE("clocks-late", NULL, "prevention", CLOCKS_LATE),
    FIGURE("cases", "incidents-dropped", "investigation", CASES),
    FIGURE("incidents-dropped", NULL, "prevention", INCIDENTS_DROPPED),
    FIGURE("visits", "visits-too-many", "prevention", VISITS),
    FIGURE("visits-too-many", NULL, "prevention", VISITS_TOO_MANY),
    FIGURE("awareness", "actions-lapsed", "prevention", AWARENESS),
    FIGURE("actions-lapsed", NULL, "prevention", ACTIONS_LAPSED),
    FIGURE("diagnoses", "measures-refused", "prevention", DIAGNOSES),
    FIGURE("measures-refused", NULL, "prevention", MEASURES_REFUSED),
    FIGURE("measures-adopted", "victims-after", "prevention", MEASURES_ADOPTED),
    FIGURE("victims-after", NULL, "prevention", VICTIMS_AFTER),
    FIGURE("warnings", "warnings-false", "prevention", WARNINGS),
    FIGURE("warnings-false", NULL, "prevention", WARNINGS_FALSE),
    FIGURE("acquisitions", "acquisitions-damaged", "investigation", ACQUISITIONS),
    FIGURE("acquisitions-damaged", NULL, "investigation", ACQUISITIONS_DAMAGED),
};

static vg_code span_check(const struct evaluation_span *span, struct vg_err *err) {
  if (span->from == VG_NOTIME || span->to == VG_NOTIME || span->from >= span->to || (span->before && span->from <= 0))
    return VG_FAIL(err, VG_EUSAGE, "evaluation.span");
  return VG_OK;
}

/* What $1 to $4 are for a period, and for the one before it. */
#define SPAN_ARGS(span, now, zone)                                                                                     \
  S_ARGS(S_TIME((span)->before ? 2 * (span)->from - (span)->to : (span)->from),                                        \
         S_TIME((span)->before ? (span)->from : (span)->to), S_Z(zone),                                                \
         S_TIME((span)->before ? (now) - ((span)->to - (span)->from) : (now)))

static vg_code measure(struct store_tx *tx, const struct figure *f, const struct evaluation_span *span,
                       const char *zone, struct evaluation_figure *out, struct vg_err *err) {
  struct evaluation_span before = {.from = span->from, .to = span->to, .before = true};
  *out = (struct evaluation_figure){
      .code = f->code, .harm = f->harm, .regime = f->regime, .before = -1, .lo = (double)NAN, .hi = (double)NAN};
  VG_TRY(store_get_int(tx, &out->count, f->count, SPAN_ARGS(span, store_now(tx), zone), err));
  if (span->from <= 0 || span->before)
    return VG_OK;
  VG_TRY(store_get_int(tx, &out->before, f->count, SPAN_ARGS(&before, store_now(tx), zone), err));
  evaluation_ratio(out->count, out->before, &out->lo, &out->hi);
  return VG_OK;
}

int evaluation_trend(const struct evaluation_figure *f) { return f->before < 0 ? 0 : (f->lo > 1) - (f->hi < 1); }

vg_code evaluation_each_figure(struct store_tx *tx, const struct evaluation_span *span, evaluation_figure_sink *sink,
                               void *ctx, struct vg_err *err) {
  struct evaluation_figure f;
  VG_TRY(span_check(span, err));
  for (size_t i = 0; i < VG_COUNT(figures); i++) {
    VG_TRY(measure(tx, &figures[i], span, span->zone, &f, err));
    VG_TRY(sink(ctx, &f, err));
  }
  return VG_OK;
}

static vg_code find(const char *code, const struct figure **out, struct vg_err *err) {
  for (size_t i = 0; i < VG_COUNT(figures); i++)
    if (vg_str_eqz(vg_str_z(code), figures[i].code))
      return *out = &figures[i], VG_OK;
  return VG_FAIL(err, VG_EUSAGE, "evaluation.no_figure", code);
}

vg_code evaluation_each_zone(struct store_tx *tx, const char *code, const struct evaluation_span *span,
                             evaluation_zone_sink *sink, void *ctx, struct vg_err *err) {
  const struct figure *first = figures, *end = figures + VG_COUNT(figures);
  struct store_rows *q;
  struct evaluation_figure f;
  char zone[32];
  vg_code rc = VG_OK;
  VG_TRY(span_check(span, err));
  if (code) {
    VG_TRY(find(code, &first, err));
    end = first + 1;
  }
  VG_TRY(store_query(tx, &q, "SELECT code FROM territory_v_zone ORDER BY code", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    vg_str_copy(zone, sizeof zone, store_str(q, 0));
    for (const struct figure *one = first; rc == VG_OK && one < end; one++) {
      rc = measure(tx, one, span, zone, &f, err);
      if (rc == VG_OK)
        rc = sink(ctx, zone, &f, err);
    }
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code row_of(struct store_tx *tx, const struct actor *who, struct store_rows *q, struct evaluation_row *row,
                      struct vg_err *err) {
  int64_t org = store_int(q, 4);
  vg_code rc = org ? territory_access(tx, who, org, NULL) : VG_OK;
  if (rc != VG_OK && rc != VG_EDENIED)
    return VG_FAIL(err, rc, "store.failed", "territory_access", "");
  *row =
      (struct evaluation_row){.ref = VG_STR(""), .label = VG_STR(""), .zone = store_str(q, 2), .at = store_time(q, 3)};
  if (rc == VG_OK && casework_subject_seen(tx, who, store_str(q, 0))) {
    row->ref = store_str(q, 0);
    row->label = store_str(q, 1);
  }
  return VG_OK;
}

vg_code evaluation_each_row(struct store_tx *tx, const struct actor *who, const char *code,
                            const struct evaluation_span *span, evaluation_row_sink *sink, void *ctx,
                            struct vg_err *err) {
  const struct figure *f;
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(find(code, &f, err));
  VG_TRY(span_check(span, err));
  VG_TRY(store_query(tx, &q, f->rows, SPAN_ARGS(span, store_now(tx), span->zone), err));
  while (rc == VG_OK && store_next(q)) {
    struct evaluation_row row;
    rc = row_of(tx, who, q, &row, err);
    if (rc == VG_OK)
      rc = sink(ctx, &row, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
