#include "anticipate/surge.h"

#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <stdlib.h>
#include <string.h>

enum { EIGHT_BEFORE = 8 };
const double surge_alert_rate = .05;
static const double alert_below = .001, vigilance_rate = .30;

const char *const surge_outcome_name[] = {"raised", "kept", "silent", "part", "vetoed"};

static void defaults(const char *method, struct anticipate_params *q) {
  anticipate_params_default(anticipate_method_by_name(vg_str_z(method)), q);
}

/* What chance would give: the middle 95 of 100 of both models, their ends averaged. */
static void interval(const double *y, size_t t, struct surge *s) {
  struct gp_state gp;
  struct gp_mixture m;
  double mean, variance;
  gp_init(&gp);
  for (size_t i = 0; i < t; i++)
    gp_update(&gp, y[i]);
  gp_predict(&gp, 1, &m);
  nb26_fit(y, t, &mean, &variance);
  double size = nb26_size(mean, variance);
  s->low = (gp_quantile(&m, .025) + stats_nb_quantile(.025, size, mean)) / 2;
  s->high = (gp_quantile(&m, .975) + stats_nb_quantile(.975, size, mean)) / 2;
}

vg_code surge_test(const double *y, size_t t, struct surge *out, struct vg_err *err) {
  struct anticipate_params q;
  struct anticipate_result *r = calloc(t + 1, sizeof *r);
  vg_code rc = VG_OK;
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  out->level = -1;
  out->p = 1;
  if (t < NB26_FIRST)
    goto out;
  defaults("fisher", &q);
  VG_GO(anticipate_fisher(y, t, t + 1, &q, r, err));
  out->expected = r[t].expected;
  out->threshold = r[t].threshold;
  out->p = r[t].p;
  bool alert = r[t].alarm && r[t].p < alert_below;
  defaults("ears-c2", &q);
  VG_GO(anticipate_ears_c2(y, t, t + 1, &q, r, err));
  out->c2 = r[t].alarm && y[t] >= SURGE_LEAST;
  if (y[t] > out->expected) /* one model may be surprised by what the other has seen often */
    out->level = alert ? ANTICIPATE_ALERT : out->c2 ? ANTICIPATE_VIGILANCE : -1;
  if (out->level >= 0)
    interval(y, t, out);
out:
  free(r);
  return rc;
}

vg_code surge_curve(const double *y, size_t n, struct anticipate_result *out, struct vg_err *err) {
  struct anticipate_params q;
  defaults("fisher", &q);
  return anticipate_fisher(y, n > SURGE_CURVE ? n - SURGE_CURVE : 0, n, &q, out, err);
}

int surge_by_p(const void *a, const void *b) {
  const struct surge *x = a, *y = b;
  if (x->p < y->p || x->p > y->p)
    return x->p < y->p ? -1 : 1;
  return vg_str_cmp(x->cell->key, y->cell->key);
}

void surge_correct(struct surges *s) {
  double least = 1;
  for (size_t i = s->n; i-- > 0;) {
    double a = s->v[i].p * (double)s->corrected / (double)(i + 1);
    least = a < least ? a : least;
    s->v[i].adjusted = least;
  }
}

void surge_decide(struct surges *s, const struct guard *g) {
  size_t kept = 0;
  for (size_t i = 0; i < s->n; i++) {
    struct surge *x = &s->v[i];
    if (x->level == ANTICIPATE_ALERT && x->adjusted > surge_alert_rate)
      x->level = ANTICIPATE_VIGILANCE;
    if (x->level < 0 || x->adjusted > vigilance_rate)
      continue;
    x->veto = guard_veto(g, x->cell, &x->dimension);
    x->outcome = x->veto ? SURGE_VETOED : SURGE_RAISED;
    s->v[kept++] = *x;
  }
  s->n = kept;
}

/* One holds the other: all that the coarser is named by, the finer is named by too. */
static bool nested(const struct count_cell *a, const struct count_cell *b) {
  const struct count_cell *coarse = (a->mask & b->mask) == a->mask ? a : b, *fine = coarse == a ? b : a;
  return (coarse->mask & fine->mask) == coarse->mask && count_has(coarse, fine->sample);
}

static size_t root(struct surges *s, size_t i) {
  while (s->v[i].lead != i)
    i = s->v[i].lead;
  return i;
}

void surge_group(struct surges *s) {
  for (size_t i = 0; i < s->n; i++)
    s->v[i].lead = i;
  for (size_t i = 0; i < s->n; i++)
    for (size_t k = 0; k < i && !s->v[i].veto; k++) {
      if (s->v[k].veto || !nested(s->v[i].cell, s->v[k].cell))
        continue;
      size_t a = root(s, i), b = root(s, k);
      s->v[a > b ? a : b].lead = a > b ? b : a;
    }
  for (size_t i = 0; i < s->n; i++) {
    s->v[i].lead = root(s, i);
    if (s->v[i].lead != i) {
      s->v[i].outcome = SURGE_PART;
      if (s->v[i].level > s->v[s->v[i].lead].level)
        s->v[s->v[i].lead].level = s->v[i].level;
    }
  }
}

vg_code surge_find(struct counts *c, const struct guard *g, struct surges *out, struct vg_err *err) {
  *out = (struct surges){0};
  for (size_t i = 0; i < c->cells; i++) {
    struct count_cell *cell = &c->cell[i];
    bool tested = cell->now >= SURGE_LEAST && c->n[cell->source] >= SURGE_ENOUGH;
    cell->wanted = cell->wanted || tested;
    out->tested += tested;
    out->corrected += tested || (c->n[cell->source] >= SURGE_ENOUGH && cell->total - cell->now >= EIGHT_BEFORE);
  }
  if (out->tested > SURGES_MAX)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many_events");
  VG_TRY(count_fill(c, err));
  out->v = vg_arena_array(c->arena, (size_t)out->tested + 1, sizeof *out->v);
  if (!out->v)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; i < c->cells; i++) {
    struct count_cell *cell = &c->cell[i];
    if (cell->now < SURGE_LEAST || c->n[cell->source] < SURGE_ENOUGH)
      continue;
    struct surge *s = &out->v[out->n++];
    *s = (struct surge){.cell = cell, .observed = cell->now, .periods = 1};
    VG_TRY(surge_test(cell->y, c->n[cell->source] - 1, s, err));
  }
  if (out->n)
    qsort(out->v, out->n, sizeof *out->v, surge_by_p);
  surge_correct(out);
  surge_decide(out, g);
  surge_group(out);
  return VG_OK;
}
