/* One pass over the counts as of an instant: read, guard, find, raise, withdraw, seal, keep what was seen. */
#include "anticipate/anticipate_internal.h"
#include "anticipate/cluster.h"
#include "anticipate/seal.h"
#include "anticipate/surge_warning.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 1 << 30 };

struct pass {
  struct store_tx *tx;
  const struct actor *who;
  struct counts c;
  struct guard g;
  struct surges surges, clusters;
  struct anticipate_pass *out;
};

static const char *surge_signature(const struct pass *p) { return p->c.step == 7 ? "surge-week" : "surge-day"; }

static vg_code write_pass(struct pass *p, struct vg_err *err) {
  return store_insert(p->tx, &p->out->id,
                      "INSERT INTO anticipate_pass (as_of, computed, step, period, events, series, tested, raised, "
                      "kept, withdrawn, vetoed, sealed, "
                      "scored, input) VALUES ($1,$2,$3,$4,$5,$6,$7,0,0,0,0,0,0,$8) RETURNING id",
                      S_ARGS(S_TIME(p->c.as_of), S_TIME(store_now(p->tx)), S_INT(p->c.step), S_TIME(p->out->period),
                             S_INT(p->c.events), S_INT(p->c.cells), S_INT(p->out->tested), S_Z(p->out->input)),
                      err);
}

static vg_code write_totals(const struct pass *p, struct vg_err *err) {
  const struct anticipate_pass *o = p->out;
  VG_TRY(store_exec(p->tx,
                    "UPDATE anticipate_pass SET raised = $2, kept = $3, withdrawn = $4, vetoed = $5, sealed = $6, "
                    "scored = $7 WHERE id = $1",
                    S_ARGS(S_INT(o->id), S_INT(o->raised), S_INT(o->kept), S_INT(o->withdrawn), S_INT(o->vetoed),
                           S_INT(o->sealed), S_INT(o->scored)),
                    err));
  char as_of[VG_TIME_TEXT];
  struct vg_id subject = vg_id_new("pass", store_now(p->tx));
  return LEDGER_TELL(p->tx, p->who, "anticipate.passed", subject.s, err, "as_of",
                     vg_time_text(as_of, p->c.as_of, false), "step_days", VG_N(p->c.step), "events", VG_N(o->events),
                     "tested", VG_N(o->tested), "raised", VG_N(o->raised), "vetoed", VG_N(o->vetoed), "withdrawn",
                     VG_N(o->withdrawn), "input_sha256", o->input);
}

static vg_code write_guard(const struct pass *p, const struct guard_share *s, int source, const char *kind,
                           const char *dimension, struct vg_err *err) {
  if (!s->changed)
    return VG_OK;
  return store_exec(p->tx,
                    "INSERT INTO anticipate_guard (pass, source, kind, dimension, share_before, share_now, "
                    "events_before, events_now, z, veto) "
                    "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)",
                    S_ARGS(S_INT(p->out->id), S_Z(count_source_name[source]), S_Z(kind), S_Z(dimension),
                           S_REAL((double)s->with_before / (double)s->before),
                           S_REAL((double)s->with_now / (double)s->now), S_INT(s->before), S_INT(s->now), S_REAL(s->z),
                           S_INT(s->rose || source == SOURCE_CLAIM)),
                    err);
}

static vg_code write_guards(const struct pass *p, struct vg_err *err) {
  for (int s = 0; s < SOURCES; s++) {
    for (int d = 0; d < DIMENSIONS; d++)
      VG_TRY(write_guard(p, &p->g.label[s][d], s, "label", count_dimension_name[d], err));
    VG_TRY(write_guard(p, &p->g.coverage[s], s, "coverage", "", err));
  }
  return VG_OK;
}

static vg_code write_surges(const struct pass *p, const struct surges *s, const char *method, struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++) {
    const struct surge *x = &s->v[i];
    VG_TRY(store_exec(p->tx,
                      "INSERT INTO anticipate_surge (pass, series, method, level, outcome, observed, expected, low, "
                      "high, threshold, p, adjusted, "
                      "warning) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)",
                      S_ARGS(S_INT(p->out->id), S_STR(x->cell->key), S_Z(method), S_INT(x->level),
                             S_Z(surge_outcome_name[x->outcome]), S_INT(x->observed), S_REAL(x->expected),
                             S_REAL(x->low), S_REAL(x->high), S_REAL(x->threshold), S_REAL(x->p), S_REAL(x->adjusted),
                             S_INT_OR_NULL(x->warning, x->warning == 0)),
                      err));
  }
  return VG_OK;
}

/* --- vintages -------------------------------------------------------------------------------------------------------
 */
static vg_str vintage_key(char out[static COUNT_KEY + 16], vg_str series, vg_time period) {
  memcpy(out, series.p, series.n);
  memcpy(out + series.n, &period, sizeof period);
  return vg_str_n(out, series.n + sizeof period);
}

static vg_code newest_vintage(const struct pass *p, struct vg_table *known, struct vg_err *err) {
  struct store_rows *q;
  char key[COUNT_KEY + 16];
  vg_code rc = VG_OK;
  VG_TRY(store_query(p->tx, &q, "SELECT series, period, count FROM anticipate_count WHERE step = $1 ORDER BY pass",
                     S_ARGS(S_INT(p->c.step)), err));
  while (rc == VG_OK && store_next(q))
    if (store_str(q, 0).n < COUNT_KEY)
      rc = vg_table_put(known, vintage_key(key, store_str(q, 0), store_time(q, 1)), (uint64_t)store_int(q, 2), err);
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

/* Of a source and of its single labels. */
static vg_code write_vintage(const struct pass *p, struct vg_err *err) {
  struct vg_table *known;
  char key[COUNT_KEY + 16];
  vg_code rc = VG_OK;
  VG_TRY(vg_table_new(&known, 20000000, err));
  VG_GO(newest_vintage(p, known, err));
  for (size_t i = 0; i < p->c.cells; i++) {
    const struct count_cell *cell = &p->c.cell[i];
    for (size_t k = 0; cell->y && !(cell->mask & (cell->mask - 1)) && k < p->c.n[cell->source]; k++) {
      vg_time period = count_start(p->c.first[cell->source] + (int64_t)k, p->c.step);
      uint64_t before = 0, now = (uint64_t)cell->y[k];
      (void)vg_table_get(known, vintage_key(key, cell->key, period), &before);
      if (before != now)
        VG_GO(store_exec(
            p->tx, "INSERT INTO anticipate_count (series, step, period, pass, count) VALUES ($1,$2,$3,$4,$5)",
            S_ARGS(S_STR(cell->key), S_INT(p->c.step), S_TIME(period), S_INT(p->out->id), S_INT((int64_t)now)), err));
    }
  }
out:
  vg_table_free(known);
  return rc;
}

/* --- the pass
 * --------------------------------------------------------------------------------------------------------- */
static void want(struct pass *p) {
  for (size_t i = 0; i < p->c.cells; i++)
    p->c.cell[i].wanted |= !(p->c.cell[i].mask & (p->c.cell[i].mask - 1));
  seal_want(&p->c);
}

static vg_code warn_all(struct pass *p, struct surges *s, const char *signature, struct vg_err *err) {
  struct surge_tell t = {p->tx, p->who, &p->c, &p->g, signature, p->out->id};
  for (size_t i = 0; i < s->n; i++)
    if (!s->v[i].veto && s->v[i].lead == i)
      VG_TRY(surge_warn(&t, s, i, err));
  return surge_withdraw(&t, &p->out->withdrawn, err);
}

static void count_outcomes(struct pass *p, const struct surges *s) {
  for (size_t i = 0; i < s->n; i++) {
    p->out->raised += s->v[i].outcome == SURGE_RAISED;
    p->out->kept += s->v[i].outcome == SURGE_KEPT;
    p->out->silent += s->v[i].outcome == SURGE_SILENT;
    p->out->vetoed += s->v[i].outcome == SURGE_VETOED;
  }
}

static vg_code write_all(struct pass *p, struct vg_err *err) {
  VG_TRY(write_pass(p, err));
  VG_TRY(write_guards(p, err));
  VG_TRY(write_vintage(p, err));
  VG_TRY(warn_all(p, &p->surges, surge_signature(p), err));
  if (p->c.step == 7)
    VG_TRY(warn_all(p, &p->clusters, "cluster", err));
  VG_TRY(write_surges(p, &p->surges, "fisher", err));
  VG_TRY(write_surges(p, &p->clusters, "scan", err));
  VG_TRY(seal_score(p->tx, p->who, &p->c, p->out->id, &p->out->scored, &p->out->altered, err));
  VG_TRY(seal_forecasts(p->tx, p->who, &p->c, p->out->id, &p->out->sealed, err));
  count_outcomes(p, &p->surges);
  count_outcomes(p, &p->clusters);
  VG_TRY(judgements_waiting(p->tx, err));
  return write_totals(p, err);
}

static vg_code tell(const struct pass *p, const struct surges *s, const char *method, anticipate_surge_sink *sink,
                    void *ctx, struct vg_err *err) {
  for (size_t i = 0; sink && i < s->n; i++) {
    const struct surge *x = &s->v[i];
    struct anticipate_surge a = {.series = x->cell->key,
                                 .method = vg_str_z(method),
                                 .outcome = vg_str_z(surge_outcome_name[x->outcome]),
                                 .level = x->level,
                                 .observed = x->observed,
                                 .expected = x->expected,
                                 .low = x->low,
                                 .high = x->high,
                                 .threshold = x->threshold,
                                 .p = x->p,
                                 .adjusted = x->adjusted};
    if (x->veto) {
      a.veto = vg_str_z(x->dimension == DIMENSIONS ? "coverage" : count_dimension_name[x->dimension]);
      a.share_before = (double)x->veto->with_before / (double)x->veto->before;
      a.share_now = (double)x->veto->with_now / (double)x->veto->now;
    }
    VG_TRY(sink(ctx, p->out, &a, err));
  }
  return VG_OK;
}

static vg_code run(struct pass *p, const struct anticipate_pass_options *o, struct vg_err *err) {
  p->out->step = p->c.step;
  p->out->period = count_start(p->c.last, p->c.step);
  p->out->events = (int64_t)p->c.events;
  p->out->series = (int64_t)p->c.cells;
  for (int s = 0; s < SOURCES; s++)
    p->out->short_sources += p->c.n[s] > 0 && p->c.n[s] < SURGE_ENOUGH;
  VG_TRY(count_digest(&p->c, p->out->input, err));
  VG_TRY(guard_look(&p->c, &p->g, err));
  want(p);
  VG_TRY(surge_want_open(p->tx, &p->c, surge_signature(p), err));
  VG_TRY(surge_want_open(p->tx, &p->c, "cluster", err));
  VG_TRY(surge_find(&p->c, &p->g, &p->surges, err));
  VG_TRY(cluster_find(&p->c, &p->g, &p->clusters, err));
  p->out->tested = p->surges.tested + p->clusters.tested;
  p->out->corrected = p->surges.corrected;
  if (!o->preview)
    return write_all(p, err);
  count_outcomes(p, &p->surges);
  count_outcomes(p, &p->clusters);
  return VG_OK;
}

vg_code anticipate_pass_run(struct store_tx *tx, const struct actor *who, const struct anticipate_pass_options *options,
                            anticipate_surge_sink *sink, void *ctx, struct anticipate_pass *out, struct vg_err *err) {
  struct pass p = {.tx = tx, .who = who, .out = out};
  struct vg_arena *arena;
  vg_time as_of = options->as_of == VG_NOTIME ? store_now(tx) : options->as_of;
  char text[VG_TIME_TEXT];
  *out = (struct anticipate_pass){.as_of = as_of};
  if (as_of > store_now(tx))
    return VG_FAIL(err, VG_EUSAGE, "anticipate.as_of.future", vg_time_text(text, as_of, false));
  VG_TRY(vg_arena_new(&arena, ARENA_MAX, err));
  vg_code rc = count_load(tx, arena, as_of, options->daily ? 1 : 7, &p.c, err);
  if (rc == VG_OK)
    rc = run(&p, options, err);
  if (rc == VG_OK)
    rc = tell(&p, &p.surges, "fisher", sink, ctx, err);
  if (rc == VG_OK)
    rc = tell(&p, &p.clusters, "scan", sink, ctx, err);
  count_free(&p.c);
  vg_arena_free(arena);
  return rc;
}
