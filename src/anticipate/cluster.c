#include "anticipate/cluster.h"

#include "anticipate/stats.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static const double alert_at = .001, vigilance_at = .01;

double cluster_ratio(double observed, double expected, double all) {
  if (!(observed > expected) || !(expected > 0))
    return 0;
  double rest = all - observed;
  return observed * log(observed / expected) + (rest > 0 ? rest * log(rest / (all - expected)) : 0);
}

/* SplitMix64 (Steele, Lea and Flood 2014), without the bias of a remainder. */
static uint64_t draw(uint64_t *state, uint64_t below) {
  uint64_t limit = UINT64_MAX - UINT64_MAX % below, z;
  do {
    z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
  } while (z >= limit);
  return z % below;
}

struct scanner {
  const struct cluster_events *e;
  int64_t *place_all;               /* events of each place */
  int64_t *recent;                  /* place x CLUSTER_WINDOW: events of the place in the last k+1 weeks */
  int64_t week_all[CLUSTER_WINDOW]; /* events of all places in the last k+1 weeks */
};

static void count_recent(struct scanner *s) {
  memset(s->recent, 0, (size_t)s->e->places * CLUSTER_WINDOW * sizeof *s->recent);
  for (size_t i = 0; i < s->e->n; i++) {
    int age = CLUSTER_WEEKS - 1 - s->e->week[i];
    for (int k = age; k < CLUSTER_WINDOW; k++)
      s->recent[s->e->place[i] * CLUSTER_WINDOW + k]++;
  }
}

/* The likeliest cylinder: one place, the last k+1 weeks. */
static double strongest(const struct scanner *s, struct cluster_best *best) {
  double all = (double)s->e->n, top = 0;
  for (int z = 0; z < s->e->places; z++)
    for (int k = 0; k < CLUSTER_WINDOW; k++) {
      int64_t seen = s->recent[z * CLUSTER_WINDOW + k];
      double expected = (double)s->place_all[z] * (double)s->week_all[k] / all,
             r = cluster_ratio((double)seen, expected, all);
      if (r <= top)
        continue;
      top = r;
      if (best)
        *best = (struct cluster_best){z, k + 1, seen, expected, r, 1};
    }
  return top;
}

vg_code cluster_scan(struct cluster_events *e, uint64_t seed, struct cluster_best *out, bool *found,
                     struct vg_err *err) {
  struct scanner s = {.e = e};
  int at_least = 1;
  vg_code rc = VG_OK;
  *found = false;
  s.place_all = calloc((size_t)e->places + 1, sizeof *s.place_all);
  s.recent = calloc((size_t)(e->places + 1) * CLUSTER_WINDOW, sizeof *s.recent);
  if (!s.place_all || !s.recent)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "anticipate.memory"));
  for (size_t i = 0; i < e->n; i++) {
    s.place_all[e->place[i]]++;
    for (int k = CLUSTER_WEEKS - 1 - e->week[i]; k < CLUSTER_WINDOW; k++)
      s.week_all[k]++;
  }
  count_recent(&s);
  *found = strongest(&s, out) > 0;
  for (int run = 0; *found && run < CLUSTER_PERMUTATIONS; run++) {
    for (size_t i = e->n; i > 1; i--) { /* Fisher and Yates */
      size_t k = (size_t)draw(&seed, i);
      int swap = e->week[i - 1];
      e->week[i - 1] = e->week[k];
      e->week[k] = swap;
    }
    count_recent(&s);
    at_least += strongest(&s, NULL) >= out->ratio;
  }
  if (*found)
    out->p = at_least / (double)(CLUSTER_PERMUTATIONS + 1);
out:
  free(s.place_all);
  free(s.recent);
  return rc;
}

/* --- over the instance's cells ------------------------------------------------------------------------------------ */
static vg_str place_of(const struct count_event *e, int *dimension) {
  *dimension = e->dimension[DIMENSION_ZONE].n ? DIMENSION_ZONE : DIMENSION_COUNTRY;
  return e->dimension[*dimension];
}

struct gathered {
  struct cluster_events e;
  int *place;
  const struct count_event **first; /* of each place */
  struct vg_table *places;
};

static vg_code gather(const struct counts *c, const struct count_cell *cell, struct gathered *g, struct vg_err *err) {
  int dimension;
  for (size_t i = 0; i < c->events; i++) {
    const struct count_event *e = &c->event[i];
    vg_str name = place_of(e, &dimension);
    uint64_t at = vg_table_count(g->places);
    int64_t age = c->last - e->period;
    if (age >= CLUSTER_WEEKS || !name.n || !count_has(cell, e))
      continue;
    if (!vg_table_get(g->places, name, &at)) {
      VG_TRY(vg_table_put(g->places, name, at, err));
      g->first[at] = e;
    }
    g->place[g->e.n] = (int)at;
    g->e.week[g->e.n++] = CLUSTER_WEEKS - 1 - (int)age;
  }
  g->e.place = g->place;
  g->e.places = (int)vg_table_count(g->places);
  return VG_OK;
}

/* The cell of the source or family in this place. */
static struct count_cell *cell_there(const struct counts *c, const struct count_cell *cell,
                                     const struct count_event *sample) {
  int dimension;
  (void)place_of(sample, &dimension);
  for (size_t i = 0; i < c->cells; i++)
    if (c->cell[i].source == cell->source && c->cell[i].mask == (cell->mask | 1u << dimension) &&
        count_has(&c->cell[i], sample))
      return &c->cell[i];
  return NULL;
}

static uint64_t seed_of(const struct counts *c, const struct count_cell *cell) {
  unsigned char sum[VG_SHA256_SIZE];
  uint64_t seed;
  const vg_str parts[] = {cell->key, vg_str_n((const char *)&c->last, sizeof c->last)};
  vg_sha256_of(parts, VG_COUNT(parts), sum);
  memcpy(&seed, sum, sizeof seed);
  return seed;
}

static vg_code scan_cell(struct counts *c, const struct count_cell *cell, struct gathered *g, struct surges *out,
                         struct vg_err *err) {
  struct cluster_best best = {0};
  bool found = false;
  g->e.n = 0;
  VG_TRY(vg_table_new(&g->places, c->events + 1, err));
  vg_code rc = gather(c, cell, g, err);
  uint64_t seed = seed_of(c, cell);
  if (rc == VG_OK && g->e.n >= CLUSTER_LEAST && g->e.places > 1) {
    rc = cluster_scan(&g->e, seed, &best, &found, err);
    out->tested++;
    out->corrected++;
  }
  vg_table_free(g->places);
  struct count_cell *there = found ? cell_there(c, cell, g->first[best.place]) : NULL;
  if (rc != VG_OK || !there || best.observed < SURGE_LEAST || best.p > vigilance_at)
    return rc;
  there->wanted = true;
  out->v[out->n++] = (struct surge){.cell = there,
                                    .level = best.p <= alert_at ? ANTICIPATE_ALERT : ANTICIPATE_VIGILANCE,
                                    .observed = best.observed,
                                    .expected = best.expected,
                                    .low = stats_nb_quantile(.025, HUGE_VAL, best.expected),
                                    .high = stats_nb_quantile(.975, HUGE_VAL, best.expected),
                                    .threshold = stats_nb_quantile(.99, HUGE_VAL, best.expected),
                                    .p = best.p,
                                    .periods = best.weeks,
                                    .seed = seed,
                                    .cluster = true};
  return VG_OK;
}

vg_code cluster_find(struct counts *c, const struct guard *g, struct surges *out, struct vg_err *err) {
  struct gathered all = {.place = vg_arena_array(c->arena, c->events + 1, sizeof(int)),
                         .first = vg_arena_array(c->arena, c->events + 1, sizeof(const struct count_event *)),
                         .e = {.week = vg_arena_array(c->arena, c->events + 1, sizeof(int))}};
  *out = (struct surges){.v = vg_arena_array(c->arena, c->cells + 1, sizeof *out->v)};
  if (!all.place || !all.first || !all.e.week || !out->v)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; c->step == 7 && i < c->cells; i++) {
    const struct count_cell *cell = &c->cell[i];
    if ((cell->mask & ~(1u << DIMENSION_FAMILY)) == 0 && cell->total >= CLUSTER_LEAST &&
        c->n[cell->source] >= CLUSTER_WEEKS)
      VG_TRY(scan_cell(c, cell, &all, out, err));
  }
  if (out->n)
    qsort(out->v, out->n, sizeof *out->v, surge_by_p);
  surge_correct(out);
  surge_decide(out, g);
  surge_group(out);
  return count_fill(c, err);
}
