/*
 * Whom a family hits next: what it hit before, weighed by age (half-life 180 days) and drawn towards what everybody
 * hits as if 20 more events had followed that (a Dirichlet prior). How little this adds to the base rate is measured on
 * the very events, each told from those before it.
 */
#include "anticipate/count.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 1 << 30, TOP = 3, PRIOR_EVENTS = 5, WARM_UP = 100, NAMES_MAX = 4000, CELLS_MAX = 20000000 };
static const double half_life_days = 180, prior_weight = 20, base_floor = .5;

/* A weight that halves with time, brought up to date when it is looked at. */
struct fading {
  double weight;
  vg_time at;
};
static double faded(const struct fading *f, vg_time now) {
  return f->weight > 0 ? f->weight * exp2(-(double)(now - f->at) / (double)VG_DAY / half_life_days) : 0;
}
static void add(struct fading *f, vg_time now) {
  f->weight = faded(f, now) + 1;
  f->at = now;
}

struct profile {
  struct vg_table *family, *value;
  size_t families, values;
  struct fading *hit, *base, *of_family; /* family x value; value; family */
  int64_t *seen;                         /* events of a family */
  struct fading all;
};

static double base_rate(const struct profile *p, size_t v, vg_time now) {
  return (faded(&p->base[v], now) + base_floor) / (faded(&p->all, now) + base_floor * (double)p->values);
}
static double share(const struct profile *p, size_t f, size_t v, vg_time now) {
  return (faded(&p->hit[f * p->values + v], now) + prior_weight * base_rate(p, v, now)) /
         (faded(&p->of_family[f], now) + prior_weight);
}

static vg_code number(const struct counts *c, int dimension, struct profile *p, struct vg_err *err) {
  VG_TRY(vg_table_new(&p->family, NAMES_MAX, err));
  VG_TRY(vg_table_new(&p->value, NAMES_MAX, err));
  for (size_t i = 0; i < c->events; i++) {
    const vg_str family = c->event[i].dimension[DIMENSION_FAMILY], value = c->event[i].dimension[dimension];
    uint64_t at;
    if (!family.n || !value.n)
      continue;
    if (!vg_table_get(p->family, family, &at))
      VG_TRY(vg_table_put(p->family, family, vg_table_count(p->family), err));
    if (!vg_table_get(p->value, value, &at))
      VG_TRY(vg_table_put(p->value, value, vg_table_count(p->value), err));
  }
  p->families = vg_table_count(p->family);
  p->values = vg_table_count(p->value);
  if (p->families * p->values > CELLS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
  p->hit = vg_arena_array(c->arena, p->families * p->values + 1, sizeof *p->hit);
  p->base = vg_arena_array(c->arena, p->values + 1, sizeof *p->base);
  p->of_family = vg_arena_array(c->arena, p->families + 1, sizeof *p->of_family);
  p->seen = vg_arena_array(c->arena, p->families + 1, sizeof *p->seen);
  return p->hit && p->base && p->of_family && p->seen ? VG_OK : VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
}

/* Is v among the three likeliest? Of equal ones the first stands before. */
static bool among_top(const double *p, size_t n, size_t v) {
  size_t before = 0;
  for (size_t i = 0; i < n && before < TOP; i++)
    before += p[i] > p[v] || (i < v && p[i] >= p[v]);
  return before < TOP;
}

static int by_time(const void *a, const void *b) {
  const struct count_event *x = *(const struct count_event *const *)a, *y = *(const struct count_event *const *)b;
  return x->at != y->at ? (x->at < y->at ? -1 : 1) : (x > y) - (x < y);
}

/* Every event is told from those before it, then learnt. */
static vg_code walk(const struct counts *c, int dimension, struct profile *p, struct anticipate_target_score *score,
                    struct vg_err *err) {
  const struct count_event **order = vg_arena_array(c->arena, c->events + 1, sizeof(const struct count_event *));
  double *ours = vg_arena_array(c->arena, 2 * p->values + 1, sizeof *ours), *base = ours ? ours + p->values : NULL;
  size_t n = 0;
  if (!order || !ours)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; i < c->events; i++)
    if (c->event[i].dimension[DIMENSION_FAMILY].n && c->event[i].dimension[dimension].n)
      order[n++] = &c->event[i];
  if (n)
    qsort(order, n, sizeof order[0], by_time);
  for (size_t i = 0; i < n; i++) {
    uint64_t f = 0, v = 0;
    (void)vg_table_get(p->family, order[i]->dimension[DIMENSION_FAMILY], &f);
    (void)vg_table_get(p->value, order[i]->dimension[dimension], &v);
    for (size_t k = 0; i >= WARM_UP && p->seen[f] >= PRIOR_EVENTS && k < p->values; k++) {
      base[k] = base_rate(p, k, order[i]->at);
      ours[k] = share(p, f, k, order[i]->at);
    }
    if (i >= WARM_UP && p->seen[f] >= PRIOR_EVENTS) {
      score->events++;
      score->top_profile += among_top(ours, p->values, v);
      score->top_base += among_top(base, p->values, v);
      score->bits += log2(ours[v] / base[v]);
    }
    add(&p->hit[f * p->values + v], order[i]->at);
    add(&p->base[v], order[i]->at);
    add(&p->of_family[f], order[i]->at);
    add(&p->all, order[i]->at);
    p->seen[f]++;
  }
  if (score->events)
    score->bits /= (double)score->events;
  return VG_OK;
}

static int likeliest(const void *a, const void *b) {
  const struct anticipate_target *x = a, *y = b;
  if (x->share < y->share || x->share > y->share)
    return x->share > y->share ? -1 : 1;
  return vg_str_cmp(x->value, y->value);
}

static vg_code tell(const struct counts *c, const struct profile *p, size_t f, size_t most,
                    anticipate_target_sink *sink, void *ctx, struct vg_err *err) {
  struct anticipate_target *t = vg_arena_array(c->arena, p->values + 1, sizeof *t);
  if (!t)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t v = 0; v < p->values; v++) {
    uint64_t at;
    vg_table_entry(p->value, v, &t[v].value, &at);
    t[v].share = share(p, f, v, c->as_of);
    t[v].base = base_rate(p, v, c->as_of);
    t[v].weight = faded(&p->hit[f * p->values + v], c->as_of);
  }
  qsort(t, p->values, sizeof *t, likeliest);
  for (size_t i = 0; i < p->values && i < most; i++)
    VG_TRY(sink(ctx, &t[i], err));
  return VG_OK;
}

static vg_code profile_of(struct counts *c, vg_str family, int dimension, size_t most, struct profile *p,
                          anticipate_target_sink *sink, void *ctx, struct anticipate_target_score *score,
                          struct vg_err *err) {
  uint64_t f = 0;
  VG_TRY(number(c, dimension, p, err));
  if (!vg_table_get(p->family, family, &f))
    return VG_FAIL(err, VG_ENOTFOUND, "anticipate.target.none", VG_T(family));
  VG_TRY(walk(c, dimension, p, score, err));
  score->of_family = p->seen[f];
  return tell(c, p, (size_t)f, most, sink, ctx, err);
}

vg_code anticipate_targets(struct store_tx *tx, vg_str family, vg_str dimension, vg_time as_of, size_t most,
                           anticipate_target_sink *sink, void *ctx, struct anticipate_target_score *score,
                           struct vg_err *err) {
  struct vg_arena *arena;
  struct counts c;
  struct profile p = {0};
  int d = 1;
  *score = (struct anticipate_target_score){0};
  while (d < DIMENSIONS && !vg_str_eqz(dimension, count_dimension_name[d]))
    d++;
  if (d == DIMENSIONS)
    return VG_FAIL(err, VG_EUSAGE, "anticipate.target.dimension", VG_T(dimension));
  VG_TRY(vg_arena_new(&arena, ARENA_MAX, err));
  vg_code rc = count_load(tx, arena, as_of == VG_NOTIME ? store_now(tx) : as_of, 1, &c, err);
  if (rc == VG_OK)
    rc = profile_of(&c, family, d, most, &p, sink, ctx, score, err);
  vg_table_free(p.family);
  vg_table_free(p.value);
  count_free(&c);
  vg_arena_free(arena);
  return rc;
}
