#include "anticipate/surge_warning.h"

#include "anticipate/anticipate_internal.h"
#include "anticipate/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 2000, SHORT_HISTORY = 60 };

/* Events are few: a warning has at most some thousand. */
static bool told_before(const struct count_event *const *v, size_t n, const struct count_event *e, bool zone) {
  for (size_t i = 0; i < n; i++)
    if (zone ? vg_str_eq(v[i]->dimension[DIMENSION_ZONE], e->dimension[DIMENSION_ZONE]) : v[i]->org == e->org && e->org)
      return true;
  return false;
}

static vg_code put_event(const struct surge_tell *t, int64_t warning, const struct count_event *e, struct vg_err *err) {
  vg_str zone = e->dimension[DIMENSION_ZONE];
  VG_TRY(
      store_exec(t->tx,
                 "INSERT INTO anticipate_report (warning, report, org, org_name, org_pid, zone, first_seen, last_seen) "
                 "VALUES ($1,$2,$3,$4,$5,$6,$7,$7) ON CONFLICT (warning, report, org) DO NOTHING",
                 S_ARGS(S_INT(warning), S_STR(e->id), S_INT(e->org), S_STR(e->org ? e->org_name : e->reporter),
                        S_STR(e->org_pid), S_STR(zone), S_TIME(e->at)),
                 err));
  VG_TRY(store_exec(t->tx,
                    "INSERT INTO anticipate_zone (warning, zone, role) SELECT $1, z.code, 'seen' FROM territory_v_zone "
                    "z WHERE z.code = $2 "
                    "ON CONFLICT DO NOTHING",
                    S_ARGS(S_INT(warning), S_STR(zone)), err));
  return store_exec(t->tx,
                    "INSERT INTO anticipate_sector (warning, section) SELECT $1, n.section FROM territory_v_naf n "
                    "WHERE n.section = $2 "
                    "ON CONFLICT DO NOTHING",
                    S_ARGS(S_INT(warning), S_STR(e->dimension[DIMENSION_SECTOR])), err);
}

vg_code surge_put_events(const struct surge_tell *t, int64_t warning, const struct count_cell *cell, int64_t from,
                         int64_t to, struct surge_seen *seen, struct vg_err *err) {
  const struct count_event **v = calloc(EVENTS_SHOWN, sizeof(const struct count_event *));
  size_t n = 0;
  vg_code rc = VG_OK;
  *seen = (struct surge_seen){.first = INT64_MAX, .last = INT64_MIN};
  if (!v)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  for (size_t i = 0; i < t->c->events; i++) {
    const struct count_event *e = &t->c->event[i];
    if (e->period < from || e->period > to || !count_has(cell, e))
      continue;
    seen->events++;
    seen->first = e->at < seen->first ? e->at : seen->first;
    seen->last = e->at > seen->last ? e->at : seen->last;
    if (n == EVENTS_SHOWN)
      continue;
    seen->organisations += e->org && !told_before(v, n, e, false);
    seen->zones += e->dimension[DIMENSION_ZONE].n && !told_before(v, n, e, true);
    v[n++] = e;
    VG_GO(put_event(t, warning, e, err));
  }
out:
  free(v);
  return rc;
}

vg_code surge_put_flags(const struct surge_tell *t, int64_t warning, int *rank, const struct count_cell *cell,
                        struct vg_err *err) {
  const struct counts *c = t->c;
  char text[32], before[32];
  if (store_now(t->tx) - c->as_of > c->step * VG_DAY)
    VG_TRY(warning_reason(t->tx, warning, rank, "anticipate.flag.replayed",
                          vg_time_text((char[VG_TIME_TEXT]){0}, store_now(t->tx), false), "", "", err));
  if (c->n[cell->source] < SHORT_HISTORY)
    VG_TRY(warning_reason(t->tx, warning, rank, "anticipate.flag.short", VG_N(c->n[cell->source]), "", "", err));
  for (int d = 0; d < DIMENSIONS; d++) {
    const struct guard_share *s = &t->g->label[cell->source][d];
    if (!(cell->mask & 1u << d) || !s->now)
      continue;
    double now = (double)s->with_now / (double)s->now;
    if (s->changed && !s->rose)
      VG_TRY(warning_reason(t->tx, warning, rank, "anticipate.flag.fell", count_dimension_name[d],
                            warning_number(before, 100 * (double)s->with_before / (double)s->before),
                            warning_number(text, 100 * now), err));
    else if (now < .5)
      VG_TRY(warning_reason(t->tx, warning, rank, "anticipate.flag.unlabelled", count_dimension_name[d],
                            warning_number(text, 100 * now), "", err));
  }
  return VG_OK;
}

static vg_code put_cluster_reasons(const struct surge_tell *t, const struct surges *s, const struct surge *x,
                                   int64_t warning, int rank, struct vg_err *err) {
  char p[32], adjusted[32], seed[24];
  snprintf(seed, sizeof seed, "%016llx", (unsigned long long)x->seed);
  VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.scan", VG_N(x->periods), warning_number(p, x->p),
                        seed, err));
  VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.corrected", VG_N(s->corrected),
                        warning_number(adjusted, x->adjusted), "", err));
  VG_TRY(surge_put_flags(t, warning, &rank, x->cell, err));
  return warning_reason(t->tx, warning, &rank, "anticipate.refute.cluster", "", "", "", err);
}

static vg_code put_reasons(const struct surge_tell *t, const struct surges *s, size_t lead, int64_t warning,
                           struct vg_err *err) {
  const struct surge *x = &s->v[lead];
  char a[32], b[32], c[32];
  int64_t parts = 0;
  int rank = 0;
  for (size_t i = 0; i < s->n; i++)
    parts += i != lead && s->v[i].lead == lead;
  snprintf(c, sizeof c, "%.0f-%.0f", x->low, x->high);
  VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.counted", VG_N(x->observed),
                        warning_number(a, x->expected), c, err));
  if (x->cluster)
    return put_cluster_reasons(t, s, x, warning, rank, err);
  VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.fisher", warning_number(a, x->p),
                        warning_number(b, x->threshold), VG_N(t->c->n[x->cell->source] - 1), err));
  VG_TRY(warning_reason(t->tx, warning, &rank, x->c2 ? "anticipate.reason.c2" : "anticipate.reason.c2.quiet", "", "",
                        "", err));
  VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.corrected", VG_N(s->corrected),
                        warning_number(a, x->adjusted), "", err));
  if (parts)
    VG_TRY(warning_reason(t->tx, warning, &rank, "anticipate.reason.parts", VG_N(parts), "", "", err));
  VG_TRY(surge_put_flags(t, warning, &rank, x->cell, err));
  return warning_reason(t->tx, warning, &rank, "anticipate.refute.surge", VG_N((int64_t)ceil(x->threshold)), "", "",
                        err);
}

static vg_code put_series(const struct surge_tell *t, const struct surges *s, size_t lead, int64_t warning,
                          struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++)
    if (s->v[i].lead == lead)
      VG_TRY(store_exec(
          t->tx,
          "INSERT INTO anticipate_value (warning, type, value, indicator, expected) VALUES ($1,'series',$2,'',$3)",
          S_ARGS(S_INT(warning), S_STR(s->v[i].cell->key), S_REAL(s->v[i].expected)), err));
  return VG_OK;
}

static vg_code put_curve(const struct surge_tell *t, const struct count_cell *cell, int64_t warning,
                         struct vg_err *err) {
  size_t n = t->c->n[cell->source];
  struct anticipate_result *r = calloc(n, sizeof *r);
  vg_code rc = VG_OK;
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  VG_GO(surge_curve(cell->y, n, r, err));
  for (size_t i = n > SURGE_CURVE ? n - SURGE_CURVE : 0; i < n; i++)
    VG_GO(store_exec(
        t->tx, "INSERT INTO anticipate_point (warning, at, observed, expected, threshold) VALUES ($1,$2,$3,$4,$5)",
        S_ARGS(S_INT(warning), S_TIME(count_start(t->c->first[cell->source] + (int64_t)i, t->c->step)),
               S_INT((int64_t)cell->y[i]), r[i].tested ? S_REAL(r[i].expected) : S_NULL,
               r[i].tested ? S_REAL(r[i].threshold) : S_NULL),
        err));
out:
  free(r);
  return rc;
}

/* The warning that speaks of one of these series already, whatever the method: of this very pass and period, or of the
 * last 28 days. */
struct standing {
  int64_t id, level, events;
  bool same_kind, same_period;
};
static vg_code look_for(const struct surge_tell *t, const struct surges *s, size_t lead, struct standing *out,
                        struct vg_err *err) {
  struct store_rows *q;
  vg_time period = count_start(t->c->last, t->c->step);
  *out = (struct standing){0};
  for (size_t i = 0; i < s->n && !out->same_period; i++) {
    if (s->v[i].lead != lead)
      continue;
    VG_TRY(store_query(
        t->tx, &q,
        "SELECT w.id, w.level, w.report_count, w.period, w.signature FROM anticipate_warning w JOIN anticipate_value v "
        "ON v.warning = w.id WHERE v.type = 'series' AND v.value = $1 AND w.state = 'open' AND w.raised <= $2 AND "
        "w.raised > $3 "
        "ORDER BY w.raised, w.id",
        S_ARGS(S_STR(s->v[i].cell->key), S_TIME(t->c->as_of), S_TIME(t->c->as_of - SURGE_REST_DAYS * VG_DAY)), err));
    while (!out->same_period && store_next(q)) {
      bool same = vg_str_eqz(store_str(q, 4), t->signature);
      *out = (struct standing){store_int(q, 0), store_int(q, 1), store_int(q, 2), same,
                               same && store_time(q, 3) == period};
    }
    VG_TRY(store_done(&q, err));
  }
  return VG_OK;
}

static vg_code write_head(const struct surge_tell *t, const struct surge *x, int64_t *id, bool fresh, struct vg_id *pid,
                          struct vg_err *err) {
  vg_time raised = t->c->as_of;
  if (fresh) {
    *pid = vg_id_new("warning", store_now(t->tx));
    VG_TRY(store_insert(
        t->tx, id,
        "INSERT INTO anticipate_warning (pid, signature, level, state, withdrawn_why, first_seen, last_seen, raised, "
        "expires, "
        "expected, p, score, organisations, zones, value_count, report_count, about, about_type) "
        "VALUES ($1, $2, 0, 'open', '', 0, 0, $3, $4, 0, 0, 0, 0, 0, 0, 0, '', 'series') RETURNING id",
        S_ARGS(S_Z(pid->s), S_Z(t->signature), S_TIME(raised), S_TIME(raised + SURGE_REST_DAYS * VG_DAY)), err));
  } else {
    VG_TRY(warning_pid(t->tx, *id, pid, err));
    VG_TRY(warning_clear(t->tx, *id, err));
    VG_TRY(store_exec(t->tx, "DELETE FROM anticipate_point WHERE warning = $1", S_ARGS(S_INT(*id)), err));
  }
  return store_exec(t->tx,
                    "UPDATE anticipate_warning SET level = $2, expected = $3, p = $4, score = $5, about = $6, pass = "
                    "$7, period = $8, periods = $9 "
                    "WHERE id = $1",
                    S_ARGS(S_INT(*id), S_INT(x->level), S_REAL(x->expected), S_REAL(x->p),
                           S_REAL(-log10(x->p > 1e-300 ? x->p : 1e-300)), S_STR(x->cell->key), S_INT(t->pass),
                           S_TIME(count_start(t->c->last, t->c->step)), S_INT(x->periods)),
                    err);
}

static vg_code record(const struct surge_tell *t, const struct surge *x, const char *kind, const char *pid,
                      const struct surge_seen *seen, struct vg_err *err) {
  char p[32], expected[32], as_of[VG_TIME_TEXT];
  return LEDGER_TELL(t->tx, t->who, kind, pid, err, "signature", t->signature, "level", anticipate_level_name(x->level),
                     "series", VG_T(x->cell->key), "as_of", vg_time_text(as_of, t->c->as_of, false), "observed",
                     VG_N(seen->events), "expected", warning_number(expected, x->expected), "p",
                     warning_number(p, x->p));
}

static void mark(struct surges *s, size_t lead, int outcome, int64_t warning) {
  for (size_t i = 0; i < s->n; i++)
    if (s->v[i].lead == lead)
      s->v[i].warning = warning;
  s->v[lead].outcome = outcome;
}

vg_code surge_warn(const struct surge_tell *t, struct surges *s, size_t lead, struct vg_err *err) {
  struct surge *x = &s->v[lead];
  struct standing old;
  struct surge_seen seen;
  struct vg_id pid;
  int64_t parts = 0;
  VG_TRY(look_for(t, s, lead, &old, err));
  if (old.id && !old.same_period && x->level <= old.level) {
    mark(s, lead, SURGE_SILENT, old.id);
    return VG_OK;
  }
  if (!old.same_kind) /* another method's vigilance stays what it is; this is an alert of its own */
    old = (struct standing){0};
  int64_t id = old.id;
  VG_TRY(write_head(t, x, &id, !old.id, &pid, err));
  VG_TRY(surge_put_events(t, id, x->cell, t->c->last - x->periods + 1, t->c->last, &seen, err));
  VG_TRY(warning_tell(t->tx, id, x->level == ANTICIPATE_ALERT, err));
  VG_TRY(put_series(t, s, lead, id, err));
  VG_TRY(put_reasons(t, s, lead, id, err));
  VG_TRY(put_curve(t, x->cell, id, err));
  mark(s, lead, old.id ? SURGE_KEPT : SURGE_RAISED, id);
  for (size_t i = 0; i < s->n; i++)
    parts += s->v[i].lead == lead;
  VG_TRY(store_exec(t->tx,
                    "UPDATE anticipate_warning SET first_seen = $2, last_seen = $3, organisations = $4, zones = $5, "
                    "value_count = $6, "
                    "report_count = $7 WHERE id = $1",
                    S_ARGS(S_INT(id), S_TIME(seen.first), S_TIME(seen.last), S_INT(seen.organisations),
                           S_INT(seen.zones), S_INT(parts), S_INT(seen.events)),
                    err));
  bool same = old.id && old.level == x->level && old.events == seen.events;
  return same ? VG_OK : record(t, x, old.id ? "anticipate.updated" : "anticipate.warned", pid.s, &seen, err);
}

/* --- falling --------------------------------------------------------------------------------------------------- */
#define SELECT_OPEN                                                                                                    \
  "SELECT id, about, period, periods, expected FROM anticipate_warning WHERE signature = $1 AND state = 'open' AND "   \
  "raised <= $2 AND expires > $2 "                                                                                     \
  "ORDER BY id"

vg_code surge_want_open(struct store_tx *tx, struct counts *c, const char *signature, struct vg_err *err) {
  struct store_rows *q;
  uint64_t at;
  VG_TRY(store_query(tx, &q, SELECT_OPEN, S_ARGS(S_Z(signature), S_TIME(c->as_of)), err));
  while (store_next(q))
    if (vg_table_get(c->at, store_str(q, 1), &at))
      c->cell[at].wanted = true;
  return store_done(&q, err);
}

struct open_warning {
  vg_time period;
  int64_t periods;
  double expected;
};

/* A cluster of this expected number of events stands while chance gives as many less than once in a hundred. */
static bool still_clustered(const double *y, size_t at, int64_t periods, double expected) {
  double now = 0;
  for (size_t i = at + 1; i > 0 && periods > 0; i--, periods--)
    now += y[i - 1];
  return now >= SURGE_LEAST && stats_nb_tail(now, HUGE_VAL, expected) < .01;
}

/* Why an open warning about this cell and its periods cannot stand any more, or NULL. */
static vg_code why_not(const struct surge_tell *t, const struct count_cell *cell, const struct open_warning *w,
                       const char **why, struct vg_err *err) {
  struct surge again = {.cell = cell};
  int dimension;
  int64_t period = count_period(w->period, t->c->step), at = period - t->c->first[cell->source];
  *why = NULL;
  if (at < 0 || at >= (int64_t)t->c->n[cell->source] || !cell->y)
    return VG_OK; /* too long ago to be counted again: it expires */
  bool cluster = strcmp(t->signature, "cluster") == 0;
  if (!cluster)
    VG_TRY(surge_test(cell->y, (size_t)at, &again, err));
  if (cluster ? !still_clustered(cell->y, (size_t)at, w->periods, w->expected) : again.level < 0)
    *why = "anticipate.withdrawn.counts";
  else if (t->c->last - period < GUARD_NOW && guard_veto(t->g, cell, &dimension))
    *why = "anticipate.withdrawn.guard";
  return VG_OK;
}

struct fallen {
  int64_t id;
  const char *why;
};

static vg_code look_again(const struct surge_tell *t, struct fallen *v, size_t max, size_t *n, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(t->tx, &q, SELECT_OPEN, S_ARGS(S_Z(t->signature), S_TIME(t->c->as_of)), err));
  while (rc == VG_OK && *n < max && store_next(q)) {
    uint64_t at;
    const char *why = "anticipate.withdrawn.counts"; /* a cell without events */
    struct open_warning w = {store_time(q, 2), store_int(q, 3), store_real(q, 4)};
    if (vg_table_get(t->c->at, store_str(q, 1), &at))
      rc = why_not(t, &t->c->cell[at], &w, &why, err);
    if (why)
      v[(*n)++] = (struct fallen){store_int(q, 0), why};
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code surge_withdraw(const struct surge_tell *t, int64_t *withdrawn, struct vg_err *err) {
  size_t n = 0;
  int64_t open = 0;
  VG_TRY(store_get_int(t->tx, &open, "SELECT COUNT(*) FROM anticipate_warning WHERE signature = $1 AND state = 'open'",
                       S_ARGS(S_Z(t->signature)), err));
  struct fallen *v = calloc((size_t)open + 1, sizeof *v);
  if (!v)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  vg_code rc = look_again(t, v, (size_t)open, &n, err);
  for (size_t i = 0; rc == VG_OK && i < n; i++)
    rc = warning_withdraw(t->tx, t->who, v[i].id, v[i].why, t->c->as_of, err);
  *withdrawn += (int64_t)n;
  free(v);
  return rc;
}
