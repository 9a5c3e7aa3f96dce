#include "anticipate/guard.h"

#include <math.h>

enum { LEAST_BEFORE = 20, LEAST_NOW = 8 };
static const double moved = .15, errors = 4;

void guard_judge(struct guard_share *s) {
  s->z = 0;
  s->changed = s->rose = false;
  if (s->before < LEAST_BEFORE || s->now < LEAST_NOW)
    return;
  double p1 = (double)s->with_before / (double)s->before, p2 = (double)s->with_now / (double)s->now;
  double both = (double)(s->with_before + s->with_now) / (double)(s->before + s->now);
  double error = sqrt(both * (1 - both) * (1 / (double)s->before + 1 / (double)s->now));
  s->z = error > 0 ? (p2 - p1) / error : 0;
  s->changed = fabs(p2 - p1) >= moved && fabs(s->z) >= errors;
  s->rose = s->changed && p2 > p1;
}

/* A reporter of a source, as a key. */
static vg_str reporter_key(const struct count_event *e, char out[static 128]) {
  out[0] = (char)e->source;
  vg_str_copy(out + 1, 127, e->reporter);
  return vg_str_n(out, 1 + vg_str_z(out + 1).n);
}

/* The first period in which each was heard of. */
static vg_code first_heard(const struct counts *c, struct vg_table *first, struct vg_err *err) {
  for (size_t i = 0; i < c->events; i++) {
    char key[128];
    uint64_t known;
    vg_str k = reporter_key(&c->event[i], key);
    if (!vg_table_get(first, k, &known))
      VG_TRY(vg_table_put(first, k, (uint64_t)c->event[i].period, err));
  }
  return VG_OK;
}

/* Heard of for less than four periods, and not since the books began. */
static bool is_new(const struct counts *c, const struct vg_table *first, const struct count_event *e) {
  char key[128];
  uint64_t since = 0;
  return vg_table_get(first, reporter_key(e, key), &since) && e->period - (int64_t)since < GUARD_NOW &&
         (int64_t)since > c->first[e->source];
}

vg_code guard_look(const struct counts *c, struct guard *g, struct vg_err *err) {
  struct vg_table *first;
  *g = (struct guard){0};
  VG_TRY(vg_table_new(&first, c->events + 1, err));
  vg_code rc = first_heard(c, first, err);
  for (size_t i = 0; rc == VG_OK && i < c->events; i++) {
    const struct count_event *e = &c->event[i];
    int64_t age = c->last - e->period;
    bool now = age < GUARD_NOW;
    if (age >= GUARD_NOW + GUARD_BEFORE)
      continue;
    for (int d = 0; d <= DIMENSIONS; d++) {
      struct guard_share *s = d < DIMENSIONS ? &g->label[e->source][d] : &g->coverage[e->source];
      bool with = d < DIMENSIONS ? e->dimension[d].n > 0 : is_new(c, first, e);
      *(now ? &s->now : &s->before) += 1;
      *(now ? &s->with_now : &s->with_before) += with;
    }
  }
  vg_table_free(first);
  for (int s = 0; s < SOURCES; s++) {
    for (int d = 0; d < DIMENSIONS; d++)
      guard_judge(&g->label[s][d]);
    guard_judge(&g->coverage[s]);
  }
  return rc;
}

const struct guard_share *guard_veto(const struct guard *g, const struct count_cell *cell, int *dimension) {
  *dimension = DIMENSIONS;
  if (g->coverage[cell->source].rose)
    return &g->coverage[cell->source];
  for (int d = 0; d < DIMENSIONS; d++) {
    const struct guard_share *s = &g->label[cell->source][d];
    bool named = cell->mask & 1u << d;
    if (s->changed && (named ? s->rose : !s->rose && cell->source == SOURCE_CLAIM)) {
      *dimension = d;
      return s;
    }
  }
  return NULL;
}
