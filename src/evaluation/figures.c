/* Figures counted from the operations, each wanted one with the harm that chasing it does. One statement a figure gives
 * its rows; counting counts them. */
#include "evaluation/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "casework/casework.h"

/* $1 from, $2 to, $3 zone or '', $4 now. Columns: reference, label, zone, time, organisation (0: none). */
#define SPAN(in, at, zone) at " >= $1 AND " at " < $2 AND " in(zone)
/* `in`: of every zone, of one, which an index finds, or of each one of EACH_ZONE. */
#define ANY(zone) "$3 = $3"
#define ONE(zone) zone " = $3"
#define EACH(zone) zone " = z.code AND $3 = $3"
#define EACH_ZONE(counted) "SELECT z.code, (" counted ") FROM territory_v_zone z"
#define WHATEVER_NOW " AND $4 = $4"
#define YEAR "31536000000000000"
#define DAYS90 "7776000000000000"
#define DAYS30 "2592000000000000"

#define INCIDENTS(in)                                                                                                  \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident_dated i WHERE " SPAN(                  \
      in, "i.reported", "i.zone") WHATEVER_NOW
#define CLOCKS_LATE(in)                                                                                                \
  "SELECT i.pid, c.code, c.zone, c.due, i.org FROM casework_v_clock_dated c JOIN casework_v_incident_dated i ON i.id " \
  "= c.incident WHERE c.state IN ('open', 'done') AND COALESCE(c.done, $4) > c.due AND " SPAN(in, "c.due", "c.zone")
#define CASES(in)                                                                                                      \
  "SELECT c.ref, c.org_name, c.zone, c.opened, c.org FROM casework_v_case c WHERE " SPAN(in, "c.opened", "c.zone")     \
      WHATEVER_NOW
#define INCIDENTS_DROPPED(in)                                                                                          \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident_dated i WHERE i.waiting = 1 AND "      \
  "i.reported < $4 - " DAYS30 " AND " SPAN(in, "i.reported", "i.zone")
#define VISITS(in)                                                                                                     \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.kind = 'visit' AND "     \
  "a.state = 'done' AND " SPAN(in, "a.at", "a.zone") WHATEVER_NOW
#define VISITS_TOO_MANY(in)                                                                                            \
  "SELECT a.pid, a.org_name, a.zone, a.at, a.org FROM prevention_v_action a WHERE a.org IS NOT NULL AND a.state = "    \
  "'done' AND "                                                                                                        \
  "(SELECT COUNT(*) FROM prevention_v_action b WHERE b.org = a.org AND b.state = 'done' AND b.id <> a.id AND b.at <= " \
  "a.at AND "                                                                                                          \
  "b.at > a.at - " DAYS90 ") >= 2 AND " SPAN(in, "a.at", "a.zone") WHATEVER_NOW
#define AWARENESS(in)                                                                                                  \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.kind <> 'visit' AND "    \
  "a.state = 'done' AND " SPAN(in, "a.at", "a.zone") WHATEVER_NOW
#define ACTIONS_LAPSED(in)                                                                                             \
  "SELECT a.pid, a.title, a.zone, a.at, COALESCE(a.org, 0) FROM prevention_v_action a WHERE a.state = 'planned' AND "  \
  "a.at < $4 AND " SPAN(in, "a.at", "a.zone")
#define DIAGNOSES(in)                                                                                                  \
  "SELECT d.pid, d.org_name, d.zone, d.made, d.org FROM prevention_v_diagnosis_dated d WHERE " SPAN(                   \
      in, "d.made", "d.zone") WHATEVER_NOW
#define STEPS(in, columns, state)                                                                                      \
  "SELECT " columns                                                                                                    \
  ", d.zone, s.at, d.org FROM prevention_v_adoption s JOIN prevention_v_diagnosis_dated d ON d.id = "                  \
  "s.diagnosis WHERE s.state = '" state "' AND " SPAN(in, "s.at", "d.zone") WHATEVER_NOW
#define MEASURES_REFUSED(in) STEPS(in, "d.pid, s.reason", "refused")
#define MEASURES_ADOPTED(in) STEPS(in, "d.pid, d.org_name", "done")
#define VICTIMS_AFTER(in)                                                                                              \
  "SELECT i.pid, i.org_name, i.zone, i.reported, i.org FROM casework_v_incident_dated i WHERE EXISTS (SELECT 1 FROM "  \
  "prevention_v_diagnosis_dated d "                                                                                    \
  "WHERE d.org = i.org AND d.made < i.happened AND i.happened < d.made + " YEAR                                        \
  ") AND " SPAN(in, "i.reported", "i.zone") WHATEVER_NOW
/* A warning concerns every zone that it was seen in. */
#define SEEN_IN "(SELECT DISTINCT warning_pid, zone FROM anticipate_v_zone WHERE role = 'seen') z"
#define IN_ZONE                                                                                                        \
  "($3 = '' OR EXISTS (SELECT 1 FROM anticipate_v_zone z WHERE z.warning_pid = w.pid AND z.zone = $3 AND z.role = "    \
  "'seen'))"
#define WARNED "FROM anticipate_v_warning w WHERE w.raised >= $1 AND w.raised < $2 AND " IN_ZONE WHATEVER_NOW
#define JUDGED_OF(in) "SELECT w.pid " JUDGED
#define JUDGED                                                                                                         \
  "FROM anticipate_v_judgement j JOIN anticipate_v_warning w ON w.pid = j.warning_pid WHERE j.time >= $1 AND j.time "  \
  "< $2 AND " IN_ZONE WHATEVER_NOW
#define WARNINGS(in) "SELECT w.pid, w.about, '', w.raised, 0 " WARNED
#define WARNINGS_FALSE(in) "SELECT w.pid, j.why, '', j.time, 0 " JUDGED " AND j.confirmed = 0"
#define OF_ITS_CASE(what, none)                                                                                        \
  "COALESCE((SELECT c." what " FROM casework_v_case c WHERE c.ref = m.case_ref), " none ")"
#define IMAGE_ZONE OF_ITS_CASE("zone", "''")
#define IMAGES                                                                                                         \
  "SELECT CASE WHEN m.exhibit_ref <> '' THEN m.exhibit_ref ELSE m.case_ref END, m.sha256, " IMAGE_ZONE " AS zone, "    \
  "m.made, " OF_ITS_CASE("org", "0") " FROM evidence_v_image m WHERE "
#define ACQUISITIONS(in) IMAGES SPAN(in, "m.made", IMAGE_ZONE) WHATEVER_NOW
#define ACQUISITIONS_DAMAGED(in) IMAGES "m.bad_sectors > 0 AND " SPAN(in, "m.made", IMAGE_ZONE) WHATEVER_NOW

/*
 * What a figure is held against, so that a count which rises because the network grew is no rise: company-years and
 * referent-years as known here, years within a year of a diagnosis (no time twice), or how many could have gone wrong.
 * Seconds are summed, for nanoseconds of many companies do not fit.
 */
#define BY_ZONE " GROUP BY x.zone"
#define LATER(a, b) "CASE WHEN " a " > " b " THEN " a " ELSE " b " END"
#define SOONER(a, b) "CASE WHEN " a " < " b " THEN " a " ELSE " b " END"
#define YEARS(columns, rows)                                                                                              \
  "SELECT " columns                                                                                                       \
  "COALESCE(SUM((x.until - x.since) / 1000000000), 0) FROM (SELECT y.zone, " LATER("y.since", "$1") " AS since, " SOONER( \
      "y.until", "$2") " AS until FROM (" rows                                                                            \
                       ") y WHERE y.since < $2 AND COALESCE(y.until, $2) > $1) x WHERE x.until > x.since" WHATEVER_NOW
#define YEARS_OF(rows) {YEARS("", rows(ANY)), YEARS("", rows(ONE))}, YEARS("x.zone, ", rows(ANY)) BY_ZONE
/* Those known all through count alike, which is quicker than summing; the others from when they are known. */
#define KNOWN_SECONDS(where, since, until)                                                                             \
  "(SELECT COUNT(*) FROM territory_v_company o WHERE " where "o.created <= " since ") * ((" until " - " since          \
  ") / 1000000000) + (SELECT COALESCE(SUM((" until                                                                     \
  " - o.created) / 1000000000), 0) FROM territory_v_company o WHERE " where "o.created > " since                       \
  " AND o.created < " until ")"
#define COMPANIES "SELECT " KNOWN_SECONDS("", "$1", "$2") " WHERE $3 = $3" WHATEVER_NOW
/* All are summed where they stand, department by department and from an index alone; the few that moved are taken off
 * again, and summed where they stood. */
#define MOVED "(SELECT v.org FROM territory_v_moved v)"
#define BELONGING(in)                                                                                                  \
  "WITH b AS MATERIALIZED (SELECT y.department, y.zone, " LATER("y.since", "$1") " AS since, " SOONER(                 \
      "y.until", "$2") " AS until FROM territory_v_belonging y WHERE " in("y.zone") ") "
#define STOOD "(b.until - " LATER("o.created", "b.since") ") / 1000000000"
#define STAND                                                                                                          \
  "SELECT b.zone, " KNOWN_SECONDS("o.department = b.department AND ", "b.since",                                       \
                                  "b.until") " AS seconds FROM b WHERE b.since < b.until"
#define TAKEN_OFF                                                                                                      \
  "SELECT b.zone, -(" STOOD ") FROM (SELECT DISTINCT +v.org AS org FROM territory_v_moved v) v JOIN "                  \
  "territory_v_company o ON o.id = v.org JOIN b ON b.department = COALESCE(o.department, '') WHERE b.since < b.until " \
  "AND o.created < b.until"
#define WENT(in)                                                                                                       \
  YEARS("x.zone, ",                                                                                                    \
        "SELECT m.zone, " LATER(                                                                                       \
            "o.created",                                                                                               \
            "m.since") " AS since, m.until FROM territory_v_org_zone m JOIN "                                          \
                       "territory_v_org_dated o ON o.id = m.org WHERE o.kind = 'company' AND m.org IN " MOVED          \
                       " AND " in("m.zone"))                                                                           \
  BY_ZONE
#define COMPANIES_IN(in, columns)                                                                                      \
  BELONGING(in) "SELECT " columns " FROM (" STAND " UNION ALL " TAKEN_OFF " UNION ALL " WENT(in) ") u"
#define COMPANY_YEARS                                                                                                  \
  {COMPANIES, COMPANIES_IN(ONE, "COALESCE(SUM(u.seconds), 0)")},                                                       \
      COMPANIES_IN(ANY, "u.zone, SUM(u.seconds)") " GROUP BY u.zone"
#define REFERENTS(in)                                                                                                  \
  "SELECT m.zone, m.since, m.until FROM territory_v_mandate m WHERE m.role IN (8, 128) AND " in("m.zone")
#define REFERENT_YEARS YEARS_OF(REFERENTS)
#define FOLLOWED(in)                                                                                                   \
  "SELECT d.zone, d.made AS since, " SOONER(                                                                           \
      "d.made + " YEAR,                                                                                                \
      "(SELECT MIN(e.made) FROM prevention_v_diagnosis_dated e WHERE e.org = d.org AND (e.made > d.made OR (e.made = " \
      "d.made AND e.id > d.id)))") " AS until FROM prevention_v_diagnosis_dated d WHERE " in("d.zone")
#define FOLLOWED_YEARS YEARS_OF(FOLLOWED)
_Static_assert(ROLE_REFERENT == 8 && ROLE_RESERVIST == 128, "as in REFERENT_YEARS");
#define CLOCKS(in)                                                                                                     \
  "SELECT c.zone FROM casework_v_clock_dated c WHERE c.state IN ('open', 'done') AND " SPAN(in, "c.due", "c.zone")     \
      WHATEVER_NOW
/* The rows of a figure counted without what is said of each. */
#define INCIDENTS_N(in)                                                                                                \
  "SELECT i.zone FROM casework_v_incident_counted i WHERE " SPAN(in, "i.reported", "i.zone") WHATEVER_NOW
#define INCIDENTS_OLD(in)                                                                                              \
  "SELECT i.zone FROM casework_v_incident_counted i WHERE i.reported < $4 - " DAYS30                                   \
  " AND " SPAN(in, "i.reported", "i.zone")
#define CASES_N(in) "SELECT c.zone FROM casework_v_case_counted c WHERE " SPAN(in, "c.opened", "c.zone") WHATEVER_NOW
#define CLOCKS_LATE_N(in)                                                                                              \
  "SELECT c.zone FROM casework_v_clock_dated c WHERE c.state IN ('open', 'done') AND COALESCE(c.done, $4) > c.due "    \
  "AND " SPAN(in, "c.due", "c.zone")
#define VISITED(in)                                                                                                    \
  "SELECT a.zone FROM prevention_v_action a WHERE a.org IS NOT NULL AND a.state = 'done' AND " SPAN(                   \
      in, "a.at", "a.zone") WHATEVER_NOW
#define ACTIONS_DUE(in)                                                                                                 \
  "SELECT a.zone FROM prevention_v_action a WHERE (a.state = 'done' OR (a.state = 'planned' AND a.at < $4)) AND " SPAN( \
      in, "a.at", "a.zone")
#define MEASURES_DECIDED(in)                                                                                           \
  "SELECT DISTINCT s.diagnosis, s.measure, d.zone FROM prevention_v_adoption s JOIN "                                  \
  "prevention_v_diagnosis_dated d ON d.id = s.diagnosis WHERE s.state <> 'proposed' AND " SPAN(in, "s.at", "d.zone")   \
      WHATEVER_NOW
/* How many there are: of one zone or all of them, and of each zone by itself ($3 ''): in one pass, or where an index
 * begins with the zone, zone by zone. */
#define COUNTED(sql) "SELECT COUNT(*) FROM (" sql ") x"
#define COUNT_BY_INDEX(what) {COUNTED(what(ANY)), COUNTED(what(ONE))}, EACH_ZONE(COUNTED(what(EACH)))
#define COUNT_OF(what)                                                                                                 \
  {COUNTED(what(ANY)), COUNTED(what(ONE))}, "SELECT x.zone, COUNT(*) FROM (" what(ANY) ") x" BY_ZONE
#define SEEN_COUNT(what)                                                                                               \
  {COUNTED(what(ANY)), COUNTED(what(ONE))},                                                                            \
      "SELECT z.zone, COUNT(*) FROM (" what(ANY) ") x JOIN " SEEN_IN " ON z.warning_pid = x.pid GROUP BY z.zone"
#define ROWS_OF(what)                                                                                                  \
  { what(ANY) " ORDER BY 4 DESC, 1 LIMIT $5 OFFSET $6", what(ONE) " ORDER BY 4 DESC, 1 LIMIT $5 OFFSET $6" }
#define FIGURE(what) ROWS_OF(what), COUNT_OF(what)
#define UNKNOWN NULL, {NULL, NULL}, NULL

static const struct figure {
  const char *code, *harm, *regime;
  const char *rows[2], *count[2], *counts;    /* in all zones, in one; (zone, how many) of each zone */
  const char *unit, *exposure[2], *exposures; /* NULL: nobody knows how much of it there could have been */
} figures[] = {
    {"incidents", "clocks-late", "prevention", ROWS_OF(INCIDENTS), COUNT_BY_INDEX(INCIDENTS_N), "company-years",
     COMPANY_YEARS},
    {"clocks-late", NULL, "prevention", ROWS_OF(CLOCKS_LATE), COUNT_BY_INDEX(CLOCKS_LATE_N), "clocks",
     COUNT_BY_INDEX(CLOCKS)},
    {"cases", "incidents-dropped", "investigation", ROWS_OF(CASES), COUNT_BY_INDEX(CASES_N), "incidents",
     COUNT_BY_INDEX(INCIDENTS_N)},
    {"incidents-dropped", NULL, "prevention", FIGURE(INCIDENTS_DROPPED), "incidents", COUNT_BY_INDEX(INCIDENTS_OLD)},
    {"visits", "visits-too-many", "prevention", FIGURE(VISITS), "referent-years", REFERENT_YEARS},
    {"visits-too-many", NULL, "prevention", FIGURE(VISITS_TOO_MANY), "visited", COUNT_OF(VISITED)},
    {"awareness", "actions-lapsed", "prevention", FIGURE(AWARENESS), "referent-years", REFERENT_YEARS},
    {"actions-lapsed", NULL, "prevention", FIGURE(ACTIONS_LAPSED), "actions", COUNT_OF(ACTIONS_DUE)},
    {"diagnoses", "measures-refused", "prevention", FIGURE(DIAGNOSES), "referent-years", REFERENT_YEARS},
    {"measures-refused", NULL, "prevention", FIGURE(MEASURES_REFUSED), "decisions", COUNT_OF(MEASURES_DECIDED)},
    {"measures-adopted", "victims-after", "prevention", FIGURE(MEASURES_ADOPTED), "followed-years", FOLLOWED_YEARS},
    {"victims-after", NULL, "prevention", FIGURE(VICTIMS_AFTER), "followed-years", FOLLOWED_YEARS},
    {"warnings", "warnings-false", "prevention", ROWS_OF(WARNINGS), SEEN_COUNT(WARNINGS), UNKNOWN},
    {"warnings-false", NULL, "prevention", ROWS_OF(WARNINGS_FALSE), SEEN_COUNT(WARNINGS_FALSE), "judged",
     SEEN_COUNT(JUDGED_OF)},
    {"acquisitions", "acquisitions-damaged", "investigation", FIGURE(ACQUISITIONS), UNKNOWN},
    {"acquisitions-damaged", NULL, "investigation", FIGURE(ACQUISITIONS_DAMAGED), "acquisitions",
     COUNT_OF(ACQUISITIONS)},
};

static vg_code span_check(const struct evaluation_span *span, struct vg_err *err) {
  if (span->from == VG_NOTIME || span->to == VG_NOTIME || span->from >= span->to || (span->before && span->from <= 0))
    return VG_FAIL(err, VG_EUSAGE, "evaluation.span");
  return VG_OK;
}

/* What $1 to $4 are for a period, and for the one before it. */
#define SPAN_ARGS(span, now, zone) S_ARGS(SPAN_VALUES(span, now, zone))
#define SPAN_VALUES(span, now, zone)                                                                                   \
  S_TIME((span)->before ? 2 * (span)->from - (span)->to : (span)->from),                                               \
      S_TIME((span)->before ? (span)->from : (span)->to), S_Z(zone),                                                   \
      S_TIME((span)->before ? (now) - ((span)->to - (span)->from) : (now))

/* What is counted of a figure in a zone: in the period and the one before it; exposed in seconds where it is years. */
enum { COUNT, EXPOSED, BEFORE, EXPOSED_BEFORE, TALLIED };
struct tally {
  int64_t n[TALLIED];
};

static double exposure_of(const struct figure *f, int64_t n) {
  size_t unit = f->unit ? strlen(f->unit) : 0;
  bool years = unit > 6 && !strcmp(f->unit + unit - 6, "-years");
  return years ? (double)n / (365.25 * 86400) : (double)n;
}

static bool has_before(const struct evaluation_span *span) { return span->from > 0 && !span->before; }

static struct evaluation_figure figure_of(const struct figure *f, const struct evaluation_span *span,
                                          const struct tally *t) {
  struct evaluation_figure out = {.code = f->code,
                                  .harm = f->harm,
                                  .regime = f->regime,
                                  .unit = f->unit,
                                  .count = t->n[COUNT],
                                  .exposed = exposure_of(f, t->n[EXPOSED]),
                                  .before = -1,
                                  .lo = (double)NAN,
                                  .hi = (double)NAN,
                                  .rate_lo = (double)NAN,
                                  .rate_hi = (double)NAN};
  if (!has_before(span))
    return out;
  out.before = t->n[BEFORE];
  out.exposed_before = exposure_of(f, t->n[EXPOSED_BEFORE]);
  evaluation_ratio(out.count, out.before, &out.lo, &out.hi);
  if (out.exposed > 0 && out.exposed_before > 0) {
    out.rate_lo = out.lo * out.exposed_before / out.exposed;
    out.rate_hi = out.hi * out.exposed_before / out.exposed;
  }
  return out;
}

static vg_code measure(struct store_tx *tx, const struct figure *f, const struct evaluation_span *span, struct tally *t,
                       struct vg_err *err) {
  struct evaluation_span before = {.from = span->from, .to = span->to, .before = true};
  vg_time now = store_now(tx);
  *t = (struct tally){0};
  size_t in = *span->zone != 0;
  VG_TRY(store_get_int(tx, &t->n[COUNT], f->count[in], SPAN_ARGS(span, now, span->zone), err));
  if (f->exposure[in])
    VG_TRY(store_get_int(tx, &t->n[EXPOSED], f->exposure[in], SPAN_ARGS(span, now, span->zone), err));
  if (!has_before(span))
    return VG_OK;
  VG_TRY(store_get_int(tx, &t->n[BEFORE], f->count[in], SPAN_ARGS(&before, now, span->zone), err));
  if (!f->exposure[in])
    return VG_OK;
  return store_get_int(tx, &t->n[EXPOSED_BEFORE], f->exposure[in], SPAN_ARGS(&before, now, span->zone), err);
}

const char *evaluation_exposure_plural(double exposed) {
  return fabs(exposed - 1) < 1e-9 ? "1" : exposed < 2 ? "0" : "2";
}

bool evaluation_exposed(const struct evaluation_figure *f) { return !isnan(f->rate_lo); }

int evaluation_trend(const struct evaluation_figure *f) {
  double lo = evaluation_exposed(f) ? f->rate_lo : f->lo, hi = evaluation_exposed(f) ? f->rate_hi : f->hi;
  return f->before < 0 ? 0 : (lo > 1) - (hi < 1);
}

vg_code evaluation_each_figure(struct store_tx *tx, const struct evaluation_span *span, evaluation_figure_sink *sink,
                               void *ctx, struct vg_err *err) {
  struct tally t;
  VG_TRY(span_check(span, err));
  for (size_t i = 0; i < VG_COUNT(figures); i++) {
    VG_TRY(measure(tx, &figures[i], span, &t, err));
    struct evaluation_figure f = figure_of(&figures[i], span, &t);
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

struct counted_zone {
  char code[32];
  struct tally of[VG_COUNT(figures)];
};
struct counted {
  struct counted_zone *v; /* by code */
  size_t n, cap;
};

static vg_code read_zones(struct store_tx *tx, struct counted *z, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT code FROM territory_v_zone ORDER BY code", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    if (!VG_GROW(z->v, z->n, z->cap, 32)) {
      rc = VG_FAIL(err, VG_ENOMEM, "evaluation.memory");
      break;
    }
    z->v[z->n] = (struct counted_zone){.code = ""};
    vg_str_copy(z->v[z->n].code, sizeof z->v[0].code, store_str(q, 0));
    z->n++;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* Gives each zone its number of figure `k`. */
static vg_code share_out(struct store_tx *tx, struct counted *z, size_t k, size_t which, const char *sql,
                         const struct evaluation_span *span, struct vg_err *err) {
  struct store_rows *q;
  if (!sql)
    return VG_OK;
  VG_TRY(store_query(tx, &q, sql, SPAN_ARGS(span, store_now(tx), ""), err));
  while (store_next(q)) {
    for (size_t i = 0; i < z->n; i++)
      if (vg_str_eqz(store_str(q, 0), z->v[i].code))
        z->v[i].of[k].n[which] = store_int(q, 1);
  }
  return store_done(&q, err);
}

static vg_code measure_zones(struct store_tx *tx, struct counted *z, size_t k, const struct evaluation_span *span,
                             struct vg_err *err) {
  const struct figure *f = &figures[k];
  struct evaluation_span before = {.from = span->from, .to = span->to, .before = true};
  VG_TRY(share_out(tx, z, k, COUNT, f->counts, span, err));
  VG_TRY(share_out(tx, z, k, EXPOSED, f->exposures, span, err));
  if (!has_before(span))
    return VG_OK;
  VG_TRY(share_out(tx, z, k, BEFORE, f->counts, &before, err));
  return share_out(tx, z, k, EXPOSED_BEFORE, f->exposures, &before, err);
}

vg_code evaluation_each_zone(struct store_tx *tx, const char *code, const struct evaluation_span *span,
                             evaluation_zone_sink *sink, void *ctx, struct vg_err *err) {
  size_t first = 0, end = VG_COUNT(figures);
  struct counted z = {.n = 0};
  VG_TRY(span_check(span, err));
  if (code) {
    const struct figure *one;
    VG_TRY(find(code, &one, err));
    first = (size_t)(one - figures);
    end = first + 1;
  }
  vg_code rc = read_zones(tx, &z, err);
  for (size_t k = first; rc == VG_OK && k < end; k++)
    rc = measure_zones(tx, &z, k, span, err);
  for (size_t i = 0; rc == VG_OK && i < z.n; i++) {
    for (size_t k = first; rc == VG_OK && k < end; k++) {
      struct evaluation_figure f = figure_of(&figures[k], span, &z.v[i].of[k]);
      rc = sink(ctx, z.v[i].code, &f, err);
    }
  }
  free(z.v);
  return rc;
}

static vg_code row_of(struct store_tx *tx, const struct actor *who, struct store_rows *q, enum regime wanted,
                      struct evaluation_row *row, struct vg_err *err) {
  int64_t org = store_int(q, 4);
  enum regime of = casework_subject_regime(tx, store_str(q, 0));
  *row =
      (struct evaluation_row){.ref = VG_STR(""), .label = VG_STR(""), .zone = store_str(q, 2), .at = store_time(q, 3)};
  row->apart = of != REGIME_ANY && wanted != REGIME_BOTH && of != wanted;
  if (row->apart)
    return VG_OK;
  vg_code rc = org ? territory_access(tx, who, org, NULL) : VG_OK;
  if (rc != VG_OK && rc != VG_EDENIED)
    return VG_FAIL(err, rc, "store.failed", "territory_access", "");
  if (rc == VG_OK && casework_subject_seen(tx, who, store_str(q, 0))) {
    row->ref = store_str(q, 0);
    row->label = store_str(q, 1);
  }
  return VG_OK;
}

static enum regime regime_of(const struct figure *f) {
  enum regime of = REGIME_ANY;
  (void)casework_regime_by_name(vg_str_z(f->regime), &of);
  return of;
}

const char *evaluation_figure_pair(const char *code) {
  const char *wanted = NULL;
  for (size_t i = 0; i < VG_COUNT(figures); i++) {
    if (!figures[i].harm)
      continue;
    if (strcmp(figures[i].code, code) == 0)
      return figures[i].harm;
    if (!wanted && strcmp(figures[i].harm, code) == 0)
      wanted = figures[i].code;
  }
  return wanted;
}

vg_code evaluation_figure_regime(const char *code, enum regime *of, struct vg_err *err) {
  const struct figure *f;
  VG_TRY(find(code, &f, err));
  *of = regime_of(f);
  return VG_OK;
}

vg_code evaluation_each_row(struct store_tx *tx, const struct actor *who, const char *code,
                            const struct evaluation_span *span, enum regime of, evaluation_row_sink *sink, void *ctx,
                            struct vg_err *err) {
  return evaluation_some_rows(tx, who, code, span, of, 0, INT64_MAX, sink, ctx, err);
}

vg_code evaluation_some_rows(struct store_tx *tx, const struct actor *who, const char *code,
                             const struct evaluation_span *span, enum regime of, int64_t skip, int64_t limit,
                             evaluation_row_sink *sink, void *ctx, struct vg_err *err) {
  const struct figure *f;
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(find(code, &f, err));
  VG_TRY(span_check(span, err));
  if (of == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, who->id.s, err));
  if (of == REGIME_ANY)
    of = regime_of(f);
  VG_TRY(store_query(tx, &q, f->rows[*span->zone != 0],
                     S_ARGS(SPAN_VALUES(span, store_now(tx), span->zone), S_INT(limit), S_INT(skip)), err));
  while (rc == VG_OK && store_next(q)) {
    struct evaluation_row row;
    rc = row_of(tx, who, q, of, &row, err);
    if (rc == VG_OK)
      rc = sink(ctx, &row, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
