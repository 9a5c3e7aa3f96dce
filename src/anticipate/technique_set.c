/*
 * Two reports of strangers that show the same unusual set of ATT&CK techniques. A report shows technique t with the
 * frequency f(t) of the other organisations, and techniques come together, so that each counts for half: a set has the
 * rate product f(t)^(1/2). What is common in the store says nothing; only a long or rare set can be unlikely.
 */
#include "anticipate/anticipate_internal.h"

#include "base/buf.h"
#include "base/table.h"

#include <math.h>
#include <stdlib.h>

enum { SETS_MAX = 4000, SHARED_LEAST = 3, VALUE_MAX = 4096 };
static const double floor_of_frequency = .05;

/* The techniques of one organisation's report: meetings of the world by value. */
struct set {
  const struct meeting **v;
  size_t n;
};
struct sets {
  struct set *v;
  size_t n;
  struct vg_table *organisations; /* technique -> how many met it */
};

static int by_report(const void *a, const void *b) {
  const struct meeting *x = *(const struct meeting *const *)a, *y = *(const struct meeting *const *)b;
  if (x->org != y->org)
    return x->org < y->org ? -1 : 1;
  int report = vg_str_cmp(x->report, y->report);
  return report ? report : vg_str_cmp(x->value, y->value);
}

static vg_code count_organisations(const struct meeting *m, size_t n, struct vg_table *t, struct vg_err *err) {
  for (size_t i = 0; i < n; i++) {
    uint64_t times;
    bool told = false; /* of this organisation already: rows of one value lie together */
    for (size_t k = i; k > 0 && vg_str_eq(m[k - 1].value, m[i].value) && !told; k--)
      told = m[k - 1].org == m[i].org;
    if (!told)
      VG_TRY(vg_table_bump(t, m[i].value, 1, &times, err));
  }
  return VG_OK;
}

static vg_code collect(struct vg_arena *a, const struct meeting *m, size_t n, struct sets *out, struct vg_err *err) {
  const struct meeting **all = vg_arena_array(a, n, sizeof(const struct meeting *));
  out->v = vg_arena_array(a, n, sizeof *out->v);
  if (!all || !out->v)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  for (size_t i = 0; i < n; i++)
    all[i] = &m[i];
  qsort(all, n, sizeof all[0], by_report);
  for (size_t i = 0; i < n; i++) {
    if (!i || all[i]->org != all[i - 1]->org || !vg_str_eq(all[i]->report, all[i - 1]->report))
      out->v[out->n++].v = &all[i];
    out->v[out->n - 1].n++;
  }
  return out->n <= SETS_MAX ? VG_OK : VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
}

/* The rate of the techniques that both show; how many, and their names. */
static double compare(const struct sets *s, const struct set *a, const struct set *b, int64_t organisations,
                      struct vg_buf *names, size_t *shared) {
  double log_rate = 0;
  *shared = 0;
  vg_buf_reset(names);
  for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
    int order = vg_str_cmp(a->v[i]->value, b->v[k]->value);
    if (order == 0) {
      uint64_t times = 2;
      (void)vg_table_get(s->organisations, a->v[i]->value, &times);
      double f = ((double)times - 2 + .5) / ((double)organisations - 2 + 1); /* of the others */
      log_rate += log(fmin(1, fmax(floor_of_frequency, f))) / 2;
      vg_buf_fmt(names, "%s", *shared ? " " : "");
      vg_buf_str(names, a->v[i]->value);
      ++*shared;
    }
    i += order <= 0;
    k += order >= 0;
  }
  return exp(log_rate);
}

static bool strangers(const struct meeting *a, const struct meeting *b, const struct world *w, int min_zones) {
  vg_time apart = a->first > b->first ? a->first - b->first : b->first - a->first;
  return !anticipate_same_org(a, b) && !vg_str_eq(a->report, b->report) && apart <= w->window &&
         (min_zones < 2 || (a->zone.n && b->zone.n && !vg_str_eq(a->zone, b->zone)));
}

/* A set in common as a meeting of one value. */
static vg_code as_shared(struct vg_arena *a, const struct set *x, const struct set *y, vg_str names, double rate,
                         struct shared *out, struct vg_err *err) {
  struct meeting *two = vg_arena_array(a, 2, sizeof *two);
  vg_str value = vg_arena_str(a, names);
  if (!two || !value.p)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  two[0] = *x->v[0];
  two[1] = *y->v[0];
  if (two[1].first < two[0].first) {
    two[0] = *y->v[0];
    two[1] = *x->v[0];
  }
  for (int i = 0; i < 2; i++) {
    two[i].type = VG_STR("technique-set");
    two[i].value = value;
    two[i].indicator = VG_STR("");
  }
  *out = (struct shared){.first_of = {&two[0], &two[1]}, .n = 2, .fixed_rate = rate};
  return VG_OK;
}

static vg_code compare_all(const struct world *w, struct vg_arena *a, const struct sets *s, int min_zones, double alpha,
                           anticipate_shared_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf names;
  size_t n;
  struct shared *one = vg_arena_alloc(a, sizeof *one);
  vg_code rc = one ? VG_OK : VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  vg_buf_init(&names, VALUE_MAX);
  for (size_t i = 0; rc == VG_OK && i < s->n; i++)
    for (size_t k = 0; rc == VG_OK && k < i; k++) {
      if (!strangers(s->v[i].v[0], s->v[k].v[0], w, min_zones))
        continue;
      double rate = compare(s, &s->v[i], &s->v[k], w->organisations, &names, &n);
      if (n < SHARED_LEAST || vg_buf_check(&names, NULL) != VG_OK || anticipate_expected(w, 2, 1, rate) >= alpha)
        continue;
      rc = as_shared(a, &s->v[k], &s->v[i], vg_buf_view(&names), rate, one, err);
      if (rc == VG_OK)
        rc = sink(ctx, one, err);
    }
  vg_buf_fini(&names);
  return rc;
}

vg_code anticipate_each_technique_set(const struct world *w, struct vg_arena *a, int min_zones, double alpha,
                                      anticipate_shared_sink *sink, void *ctx, struct vg_err *err) {
  struct sets s = {0};
  size_t from = 0, n = 0;
  vg_code rc = VG_OK;
  while (from < w->count && !vg_str_eqz(w->m[from].type, "attack-id"))
    from++;
  while (from + n < w->count && vg_str_eqz(w->m[from + n].type, "attack-id"))
    n++;
  if (n < (size_t)2 * SHARED_LEAST)
    return VG_OK;
  VG_TRY(vg_table_new(&s.organisations, n, err));
  VG_GO(count_organisations(w->m + from, n, s.organisations, err));
  VG_GO(collect(a, w->m + from, n, &s, err));
  VG_GO(compare_all(w, a, &s, min_zones, alpha, sink, ctx, err));
out:
  vg_table_free(s.organisations);
  return rc;
}
