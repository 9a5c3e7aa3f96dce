#include "anticipate/seal.h"

#include "base/jsonw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HALF_YEAR = 26, TEXT_MAX = 1 << 12, LEAF_MAX = 32 << 20 };

static bool forecastable(const struct counts *c, const struct count_cell *cell) {
  return !(cell->mask & (cell->mask - 1)) && c->n[cell->source] >= SEAL_HISTORY && cell->total >= HALF_YEAR;
}

static int busiest(const void *a, const void *b) {
  const struct count_cell *x = *(const struct count_cell *const *)a, *y = *(const struct count_cell *const *)b;
  if (x->total != y->total)
    return x->total > y->total ? -1 : 1;
  return vg_str_cmp(x->key, y->key);
}

void seal_want(struct counts *c) {
  for (size_t i = 0; i < c->cells; i++)
    c->cell[i].wanted |= forecastable(c, &c->cell[i]);
}

static double half_year_of(const struct counts *c, const struct count_cell *cell) {
  double sum = 0;
  for (size_t i = c->n[cell->source] - HALF_YEAR; i < c->n[cell->source]; i++)
    sum += cell->y[i];
  return sum;
}

static vg_code choose(const struct counts *c, const struct count_cell ***out, size_t *n, struct vg_err *err) {
  const struct count_cell **v = vg_arena_array(c->arena, c->cells + 1, sizeof(const struct count_cell *));
  *n = 0;
  if (!v)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; i < c->cells; i++)
    if (forecastable(c, &c->cell[i]) && half_year_of(c, &c->cell[i]) >= HALF_YEAR)
      v[(*n)++] = &c->cell[i];
  if (*n)
    qsort(v, *n, sizeof v[0], busiest);
  *n = *n > SEAL_SERIES ? SEAL_SERIES : *n;
  *out = v;
  return VG_OK;
}

static void put_levels(struct vg_buf *b, const double q[ANTICIPATE_LEVELS]) {
  vg_buf_reset(b);
  for (int i = 0; i < ANTICIPATE_LEVELS; i++)
    vg_buf_fmt(b, "%s%.10g", i ? " " : "", q[i]);
}

static bool read_levels(vg_str text, double q[ANTICIPATE_LEVELS]) {
  vg_str part;
  int n = 0;
  while (n < ANTICIPATE_LEVELS && vg_str_cut(&text, ' ', &part))
    if (!vg_str_f64(part, &q[n++]))
      return false;
  return n == ANTICIPATE_LEVELS;
}

struct sealing {
  struct store_tx *tx;
  const struct counts *c;
  int64_t pass, sealed;
  struct vg_jw w; /* the leaf */
  struct vg_buf leaf, ours, naive;
};

static vg_code seal_one(struct sealing *s, const struct count_cell *cell, struct vg_err *err) {
  double q[SEAL_HORIZON][ANTICIPATE_LEVELS], base[SEAL_HORIZON][ANTICIPATE_LEVELS];
  const struct counts *c = s->c;
  size_t n = c->n[cell->source];
  VG_TRY(anticipate_forecast(cell->y, n, SEAL_HORIZON, q, err));
  VG_TRY(anticipate_naive(cell->y, n, SEAL_HORIZON, base, err));
  for (int h = 1; h <= SEAL_HORIZON; h++) {
    int64_t rows, target = c->last + h;
    /* A quarter into it (a week's Tuesday evening, a day's six o'clock) too much of the outcome is known. */
    vg_time begins = count_start(target, c->step), ends = count_start(target + 1, c->step);
    vg_time known = begins + (ends - begins) / 4;
    put_levels(&s->ours, q[h - 1]);
    put_levels(&s->naive, base[h - 1]);
    VG_TRY(vg_buf_check(&s->ours, err));
    VG_TRY(vg_buf_check(&s->naive, err));
    VG_TRY(
        store_change(s->tx, &rows,
                     "INSERT INTO anticipate_forecast (pass, series, step, origin, horizon, target, quantiles, naive, "
                     "sealed, late, leaf) "
                     "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,0) ON CONFLICT (series, step, origin, horizon) DO NOTHING",
                     S_ARGS(S_INT(s->pass), S_STR(cell->key), S_INT(c->step), S_TIME(count_start(c->last, c->step)),
                            S_INT(h), S_TIME(count_start(target, c->step)), S_STR(vg_buf_view(&s->ours)),
                            S_STR(vg_buf_view(&s->naive)), S_TIME(store_now(s->tx)), S_INT(store_now(s->tx) >= known)),
                     err));
    if (!rows)
      continue;
    s->sealed++;
    vg_jw_obj(&s->w);
    vg_jw_kstr(&s->w, "series", cell->key);
    vg_jw_ktime(&s->w, "target", count_start(target, c->step));
    vg_jw_kint(&s->w, "horizon", h);
    vg_jw_kstr(&s->w, "quantiles", vg_buf_view(&s->ours));
    vg_jw_kstr(&s->w, "naive", vg_buf_view(&s->naive));
    vg_jw_end(&s->w);
  }
  return VG_OK;
}

static vg_code seal_chosen(struct sealing *s, const struct actor *who, const struct count_cell *const *v, size_t n,
                           struct vg_err *err) {
  struct vg_id subject = vg_id_new("forecast", store_now(s->tx));
  int64_t leaf = 0;
  vg_jw_init(&s->w, &s->leaf);
  vg_jw_obj(&s->w);
  vg_jw_ktime(&s->w, "as_of", s->c->as_of);
  vg_jw_kint(&s->w, "step_days", s->c->step);
  vg_jw_key(&s->w, "forecasts");
  vg_jw_arr(&s->w);
  for (size_t i = 0; i < n; i++)
    VG_TRY(seal_one(s, v[i], err));
  vg_jw_end(&s->w);
  vg_jw_end(&s->w);
  VG_TRY(vg_buf_check(&s->leaf, err));
  if (!s->sealed)
    return VG_OK;
  VG_TRY(ledger_append(s->tx, who, "anticipate.forecast", subject.s, vg_buf_view(&s->leaf), &leaf, err));
  return store_exec(s->tx, "UPDATE anticipate_forecast SET leaf = $2 WHERE pass = $1",
                    S_ARGS(S_INT(s->pass), S_INT(leaf)), err);
}

vg_code seal_forecasts(struct store_tx *tx, const struct actor *who, const struct counts *c, int64_t pass,
                       int64_t *sealed, struct vg_err *err) {
  struct sealing s = {.tx = tx, .c = c, .pass = pass};
  const struct count_cell **v;
  size_t n;
  VG_TRY(choose(c, &v, &n, err));
  vg_buf_init(&s.leaf, LEAF_MAX);
  vg_buf_init(&s.ours, TEXT_MAX);
  vg_buf_init(&s.naive, TEXT_MAX);
  vg_code rc = n ? seal_chosen(&s, who, v, n, err) : VG_OK;
  *sealed = s.sealed;
  vg_buf_fini(&s.leaf);
  vg_buf_fini(&s.ours);
  vg_buf_fini(&s.naive);
  return rc;
}

/* --- after the outcome ---------------------------------------------------------------------------------------------
 */
struct score {
  int64_t id, outcome;
  double wis, wis_naive;
  bool in50, in95;
};

/* What the period came to; false when its source is not counted there. */
static bool outcome_of(const struct counts *c, vg_str key, vg_time target, int64_t *out) {
  uint64_t at;
  if (!vg_table_get(c->at, key, &at) || !c->cell[at].y)
    return false;
  int64_t i = count_period(target, c->step) - c->first[c->cell[at].source];
  if (i < 0 || i >= (int64_t)c->n[c->cell[at].source])
    return false;
  *out = (int64_t)c->cell[at].y[i];
  return true;
}

static bool score_row(struct store_rows *q, const struct counts *c, struct score *s) {
  double ours[ANTICIPATE_LEVELS], base[ANTICIPATE_LEVELS];
  s->id = store_int(q, 0);
  if (!outcome_of(c, store_str(q, 1), store_time(q, 2), &s->outcome) || !read_levels(store_str(q, 3), ours) ||
      !read_levels(store_str(q, 4), base))
    return false;
  double y = (double)s->outcome;
  s->wis = anticipate_wis(ours, y);
  s->wis_naive = anticipate_wis(base, y);
  s->in50 = y >= ours[6] && y <= ours[16];
  s->in95 = y >= ours[1] && y <= ours[21];
  return true;
}

struct due {
  struct score *v;
  size_t n, max;
  double wis, naive;
  int64_t altered;
};

/* What is not as the leaf says is left unscored and counted. */
static vg_code read_due(struct store_tx *tx, const struct counts *c, struct due *d, struct vg_err *err) {
  struct seal_leaf *leaf = NULL;
  int64_t open = -1;
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT id, series, target, quantiles, naive, leaf, horizon FROM anticipate_forecast WHERE step = "
                     "$1 AND target <= $2 AND scored IS NULL ORDER BY leaf, id",
                     S_ARGS(S_INT(c->step), S_TIME(count_start(c->last, c->step))), err));
  while (rc == VG_OK && store_next(q) && d->n < d->max) {
    struct score s;
    if (open != store_int(q, 5)) {
      seal_leaf_free(leaf);
      open = store_int(q, 5);
      rc = seal_leaf_open(tx, open, &leaf, err);
    }
    if (rc != VG_OK || !score_row(q, c, &s))
      continue;
    if (!seal_leaf_says(leaf, store_str(q, 1), store_time(q, 2), store_int(q, 6), store_str(q, 3), store_str(q, 4))) {
      d->altered++;
      continue;
    }
    d->wis += s.wis;
    d->naive += s.wis_naive;
    d->v[d->n++] = s;
  }
  seal_leaf_free(leaf);
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code seal_score(struct store_tx *tx, const struct actor *who, const struct counts *c, int64_t pass, int64_t *scored,
                   int64_t *altered, struct vg_err *err) {
  int64_t due = 0, in50 = 0, in95 = 0;
  struct due d = {0};
  char a[32], b[32];
  *scored = *altered = 0;
  VG_TRY(store_get_int(tx, &due,
                       "SELECT COUNT(*) FROM anticipate_forecast WHERE step = $1 AND target <= $2 AND scored IS NULL",
                       S_ARGS(S_INT(c->step), S_TIME(count_start(c->last, c->step))), err));
  d.max = (size_t)due;
  d.v = vg_arena_array(c->arena, d.max + 1, sizeof *d.v);
  if (!d.v)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  VG_TRY(read_due(tx, c, &d, err));
  for (size_t i = 0; i < d.n; i++) {
    VG_TRY(store_exec(tx,
                      "UPDATE anticipate_forecast SET outcome = $2, wis = $3, wis_naive = $4, in50 = $5, in95 = $6, "
                      "scored = $7 WHERE id = $1",
                      S_ARGS(S_INT(d.v[i].id), S_INT(d.v[i].outcome), S_REAL(d.v[i].wis), S_REAL(d.v[i].wis_naive),
                             S_INT(d.v[i].in50), S_INT(d.v[i].in95), S_INT(pass)),
                      err));
    in50 += d.v[i].in50;
    in95 += d.v[i].in95;
  }
  *scored = (int64_t)d.n;
  *altered = d.altered;
  if (!d.n && !d.altered)
    return VG_OK;
  snprintf(a, sizeof a, "%.4g", d.wis);
  snprintf(b, sizeof b, "%.4g", d.naive);
  struct vg_id subject = vg_id_new("forecast", store_now(tx));
  return LEDGER_TELL(tx, who, "anticipate.scored", subject.s, err, "forecasts", VG_N(d.n), "wis", a, "wis_naive", b,
                     "in50", VG_N(in50), "in95", VG_N(in95), "altered", VG_N(d.altered));
}

/* --- reading ---------------------------------------------------------------------------------------------------------
 */
vg_code anticipate_each_sealed(struct store_tx *tx, vg_str series, anticipate_sealed_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT series, step, horizon, leaf, origin, target, sealed, late, scored, in50, in95, outcome, wis, "
                  "wis_naive, quantiles "
                  "FROM anticipate_forecast WHERE $1 = '' OR series = $1 ORDER BY target DESC, series, step, horizon",
                  S_ARGS(S_STR(series)), err));
  while (rc == VG_OK && store_next(q)) {
    struct anticipate_sealed f = {.series = store_str(q, 0),
                                  .step = store_int(q, 1),
                                  .horizon = store_int(q, 2),
                                  .leaf = store_int(q, 3),
                                  .origin = store_time(q, 4),
                                  .target = store_time(q, 5),
                                  .sealed = store_time(q, 6),
                                  .late = store_int(q, 7) != 0,
                                  .scored = !store_is_null(q, 8),
                                  .in50 = store_int(q, 9) != 0,
                                  .in95 = store_int(q, 10) != 0,
                                  .outcome = store_int(q, 11),
                                  .wis = store_real(q, 12),
                                  .wis_naive = store_real(q, 13)};
    rc = read_levels(store_str(q, 14), f.quantile)
             ? sink(ctx, &f, err)
             : VG_FAIL(err, VG_EDAMAGE, "anticipate.forecast.damaged", VG_T(f.series));
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code anticipate_sealed_score(struct store_tx *tx, vg_str series, bool late, struct anticipate_sealed_record *out,
                                struct vg_err *err) {
  struct store_rows *q;
  *out = (struct anticipate_sealed_record){0};
  VG_TRY(store_query(
      tx, &q,
      "SELECT COUNT(*), COUNT(scored), COALESCE(SUM(wis), 0.0), COALESCE(SUM(wis_naive), 0.0), COALESCE(SUM(in50), 0), "
      "COALESCE(SUM(in95), 0) FROM anticipate_forecast WHERE late = $1 AND ($2 = '' OR series = $2)",
      S_ARGS(S_INT(late), S_STR(series)), err));
  if (store_next(q)) {
    double n = (double)store_int(q, 1);
    *out = (struct anticipate_sealed_record){store_int(q, 0) - store_int(q, 1),
                                             store_int(q, 1),
                                             store_real(q, 2),
                                             store_real(q, 3),
                                             n > 0 ? (double)store_int(q, 4) / n : 0,
                                             n > 0 ? (double)store_int(q, 5) / n : 0};
  }
  return store_done(&q, err);
}
