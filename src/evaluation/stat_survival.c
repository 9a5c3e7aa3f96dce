/* Kaplan-Meier with log-log limits, medians with their limits, log-rank test of the first group against the second. */
#include "evaluation/stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct subject {
  double t;
  bool event;
  size_t group;
};

static int by_time(const void *a, const void *b) {
  const struct subject *x = a, *y = b;
  return (x->t > y->t) - (x->t < y->t);
}

struct point {
  double time, risk, events, survival, se, lo, hi;
};

/* The curve of one group: points at its distinct times; returns how many. */
static size_t curve(const struct subject *s, size_t n, size_t group, double z, struct point *out) {
  double risk = 0, survival = 1, greenwood = 0;
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    risk += s[i].group == group;
  for (size_t i = 0; i < n;) {
    double events = 0, here = 0, t = s[i].t;
    for (; i < n && s[i].t == t; i++) {
      here += s[i].group == group;
      events += s[i].group == group && s[i].event;
    }
    if (here == 0)
      continue;
    survival *= 1 - events / risk;
    greenwood += risk > events ? events / (risk * (risk - events)) : 0;
    struct point p = {.time = t,
                      .risk = risk,
                      .events = events,
                      .survival = survival,
                      .se = survival * sqrt(greenwood),
                      .lo = (double)NAN,
                      .hi = (double)NAN};
    if (survival > 0 && survival < 1) {
      double half = z * sqrt(greenwood) / fabs(log(survival));
      p.lo = pow(survival, exp(half));
      p.hi = pow(survival, exp(-half));
    } else if (survival == 1) {
      p.lo = p.hi = 1;
    }
    out[count++] = p;
    risk -= here;
  }
  return count;
}

/* The first time at which the curve is at or below one half; when it stands exactly there, midway to its next fall. */
static double crossing(const struct point *p, size_t n, size_t which) {
  for (size_t i = 0; i < n; i++) {
    double v = which == 0 ? p[i].survival : which == 1 ? p[i].lo : p[i].hi;
    if (isnan(v) || v > 0.5 + 1e-12)
      continue;
    if (fabs(v - 0.5) > 1e-12)
      return p[i].time;
    for (size_t j = i + 1; j < n; j++)
      if (p[j].events > 0)
        return (p[i].time + p[j].time) / 2;
    return p[i].time;
  }
  return (double)NAN;
}

static void median(struct vg_jw *w, const char *what, vg_str group, double value) {
  char name[120];
  int n = snprintf(name, sizeof name, "%s_%.*s", what, (int)(group.n < 80 ? group.n : 80), group.p);
  for (int i = 0; i < n; i++)
    name[i] = vg_lower(name[i]);
  vg_jw_knum(w, name, value);
}

static void log_rank(const struct subject *s, size_t n, vg_str group, struct vg_jw *w) {
  double seen = 0, expected = 0, var = 0;
  char name[120];
  for (size_t i = 0; i < n;) {
    double t = s[i].t, d = 0, d1 = 0, risk = (double)(n - i), risk1 = 0;
    for (size_t j = i; j < n; j++)
      risk1 += s[j].group == 0;
    for (; i < n && s[i].t == t; i++) {
      d += s[i].event;
      d1 += s[i].event && s[i].group == 0;
    }
    seen += d1;
    expected += d * risk1 / risk;
    if (risk > 1)
      var += d * (risk1 / risk) * (1 - risk1 / risk) * (risk - d) / (risk - 1);
  }
  double chisq = var > 0 ? (seen - expected) * (seen - expected) / var : 0;
  vg_jw_knum(w, "logrank_chisq", chisq);
  vg_jw_knum(w, "logrank_p", stat_pchisq(chisq, 1, true));
  for (int k = 0; k < 2; k++) {
    int m = snprintf(name, sizeof name, "%s_%.*s", k ? "exp" : "obs", (int)(group.n < 80 ? group.n : 80), group.p);
    for (int i = 0; i < m; i++)
      name[i] = vg_lower(name[i]);
    vg_jw_knum(w, name, k ? expected : seen);
  }
}

static void rows(struct vg_jw *w, vg_str group, const struct point *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i].events == 0)
      continue;
    vg_jw_obj(w);
    vg_jw_kstr(w, "strata", group);
    vg_jw_knum(w, "time", p[i].time);
    vg_jw_knum(w, "n_risk", p[i].risk);
    vg_jw_knum(w, "n_event", p[i].events);
    vg_jw_knum(w, "surv", p[i].survival);
    vg_jw_knum(w, "se", p[i].se);
    vg_jw_knum(w, "lo", p[i].lo);
    vg_jw_knum(w, "hi", p[i].hi);
    vg_jw_end(w);
  }
}

static vg_code subjects(struct stat_table *t, const struct stat_params *p, struct stat_levels *g, struct subject **out,
                        struct vg_err *err) {
  size_t cg, ct, ce;
  double *time, *event;
  vg_str group = stat_param(p, "group");
  char name[64];
  VG_TRY(stat_need(t, group.n ? vg_str_copy(name, sizeof name, group) : "zone", &cg, err));
  VG_TRY(stat_need(t, "t", &ct, err));
  VG_TRY(stat_need(t, "ev", &ce, err));
  VG_TRY(stat_levels(t, cg, g, err));
  VG_TRY(stat_numbers(t, ct, false, &time, err));
  VG_TRY(stat_numbers(t, ce, false, &event, err));
  VG_TRY(stat_alloc(t, t->rows, sizeof **out, out, err));
  for (size_t i = 0; i < t->rows; i++) {
    if (time[i] < 0 || (event[i] != 0 && event[i] != 1))
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
    (*out)[i] = (struct subject){time[i], event[i] == 1, g->of[i]};
  }
  qsort(*out, t->rows, sizeof **out, by_time);
  return VG_OK;
}

vg_code stat_kaplan_meier(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct stat_levels g;
  struct subject *s;
  struct point *points;
  double level;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(subjects(t, p, &g, &s, err));
  VG_TRY(stat_alloc(t, t->rows, sizeof *points, &points, err));
  double z = stat_qnorm(1 - (1 - level) / 2);
  static const char *const what[] = {"median", "lo", "hi"};
  for (size_t k = 0; k < g.n; k++) {
    size_t n = curve(s, t->rows, k, z, points);
    for (size_t m = 0; m < 3; m++)
      median(w, what[m], g.name[k], crossing(points, n, m));
  }
  if (g.n == 2)
    log_rank(s, t->rows, g.name[0], w);
  vg_jw_key(w, "table");
  vg_jw_arr(w);
  for (size_t k = 0; k < g.n; k++)
    rows(w, g.name[k], points, curve(s, t->rows, k, z, points));
  vg_jw_end(w);
  return VG_OK;
}
