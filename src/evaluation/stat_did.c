/*
 * Difference in differences of counts: pilot zones against the others, before against after. Four cells; Poisson
 * regression with fixed effects of zone and period, quasi-Poisson and zone-clustered errors; exact permutation over
 * every choice of as many pilot zones; pre-trend; each zone left out.
 */
#include "evaluation/stat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PERMUTATIONS_MAX = 2000000 };

struct panel {
  size_t rows, *zone, zones, *period, periods, pilots;
  vg_str *zone_name;
  double *expo, *cases;
  bool *post, *pilot; /* of rows; of zones */
};

static vg_code flag(const struct stat_table *t, const char *name, bool *out, struct vg_err *err) {
  size_t column;
  double *x;
  VG_TRY(stat_need(t, name, &column, err));
  VG_TRY(stat_numbers(t, column, false, &x, err));
  for (size_t i = 0; i < t->rows; i++) {
    if (x[i] != 0 && x[i] != 1)
      return VG_FAIL(err, VG_EDATA, "evaluation.flag", VG_N(i + 2), name);
    out[i] = x[i] == 1;
  }
  return VG_OK;
}

static vg_code panel_check(struct panel *d, const bool *pilot, struct vg_err *err) {
  bool *seen = d->pilot; /* first the value of each zone's first row */
  for (size_t z = 0; z < d->zones; z++) {
    bool first = true;
    for (size_t i = 0; i < d->rows; i++) {
      if (d->zone[i] != z)
        continue;
      if (!first && pilot[i] != seen[z])
        return VG_FAIL(err, VG_EDATA, "evaluation.pilot", VG_T(d->zone_name[z]));
      seen[z] = pilot[i];
      first = false;
    }
    d->pilots += seen[z];
  }
  for (size_t i = 0; i < d->rows; i++)
    if (d->cases[i] < 0 || d->expo[i] <= 0)
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
  return d->pilots && d->pilots < d->zones ? VG_OK : VG_FAIL(err, VG_EDATA, "evaluation.few");
}

static vg_code panel_read(struct stat_table *t, struct panel *d, struct vg_err *err) {
  struct stat_levels zones, periods;
  size_t column;
  bool *pilot;
  *d = (struct panel){.rows = t->rows};
  VG_TRY(stat_need(t, "zone", &column, err));
  VG_TRY(stat_levels(t, column, &zones, err));
  VG_TRY(stat_need(t, "q", &column, err));
  VG_TRY(stat_levels(t, column, &periods, err));
  d->zone = zones.of;
  d->zone_name = zones.name;
  d->zones = zones.n;
  d->period = periods.of;
  d->periods = periods.n;
  if (d->zones > 64 || d->periods > 400)
    return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
  VG_TRY(stat_need(t, "expo", &column, err));
  VG_TRY(stat_numbers(t, column, false, &d->expo, err));
  VG_TRY(stat_need(t, "cases", &column, err));
  VG_TRY(stat_numbers(t, column, false, &d->cases, err));
  VG_TRY(stat_alloc(t, t->rows, sizeof(bool), &d->post, err));
  VG_TRY(stat_alloc(t, t->rows, sizeof(bool), &pilot, err));
  VG_TRY(stat_alloc(t, d->zones, sizeof(bool), &d->pilot, err));
  VG_TRY(flag(t, "post", d->post, err));
  VG_TRY(flag(t, "pilot", pilot, err));
  return panel_check(d, pilot, err);
}

struct cells {
  double c[2][2], e[2][2]; /* [pilot][post] */
};

/* without: a zone to leave out (>= zones: none). post NULL: the panel's. use NULL: every row. */
static struct cells four(const struct panel *d, const bool *pilot, const bool *post, const bool *use, size_t without) {
  struct cells k = {0};
  for (size_t i = 0; i < d->rows; i++) {
    if (d->zone[i] == without || (use && !use[i]))
      continue;
    int a = pilot[d->zone[i]], b = (post ? post : d->post)[i];
    k.c[a][b] += d->cases[i];
    k.e[a][b] += d->expo[i];
  }
  return k;
}

static double log_ratio(const struct cells *k) {
  return log(k->c[1][1] / k->e[1][1]) - log(k->c[1][0] / k->e[1][0]) - log(k->c[0][1] / k->e[0][1]) +
         log(k->c[0][0] / k->e[0][0]);
}

static double log_error(const struct cells *k) {
  return sqrt(1 / k->c[1][1] + 1 / k->c[1][0] + 1 / k->c[0][1] + 1 / k->c[0][0]);
}

/* Poisson regression by iterated weighted least squares; columns: zones, periods but the first, pilot x post. */
struct fit {
  size_t k;
  double *x, *beta, *mu, *weight, *info; /* weight: of the last step; info: Cholesky factor of X'WX with them */
  double phi, deviance, df;
};

static void design(const struct panel *d, struct fit *f) {
  for (size_t i = 0; i < d->rows; i++) {
    double *row = f->x + i * f->k;
    row[d->zone[i]] = 1;
    if (d->period[i] > 0)
      row[d->zones + d->period[i] - 1] = 1;
    row[f->k - 1] = d->pilot[d->zone[i]] && d->post[i];
  }
}

static bool step(const struct panel *d, struct fit *f, double *right) {
  size_t k = f->k;
  for (size_t a = 0; a < k * k; a++)
    f->info[a] = 0;
  for (size_t a = 0; a < k; a++)
    right[a] = 0;
  for (size_t i = 0; i < d->rows; i++) {
    const double *row = f->x + i * k;
    double z = log(f->mu[i] / d->expo[i]) + (d->cases[i] - f->mu[i]) / f->mu[i];
    for (size_t a = 0; a < k; a++) {
      if (row[a] == 0)
        continue;
      right[a] += row[a] * f->mu[i] * z;
      for (size_t b = 0; b < k; b++)
        f->info[a * k + b] += row[a] * row[b] * f->mu[i];
    }
  }
  if (!stat_cholesky(f->info, k))
    return false;
  stat_solve(f->info, k, right);
  return true;
}

static void predict(const struct panel *d, struct fit *f) {
  f->deviance = 0;
  for (size_t i = 0; i < d->rows; i++) {
    double eta = log(d->expo[i]), y = d->cases[i];
    for (size_t a = 0; a < f->k; a++)
      eta += f->x[i * f->k + a] * f->beta[a];
    f->mu[i] = exp(eta);
    f->deviance += 2 * ((y > 0 ? y * log(y / f->mu[i]) : 0) - (y - f->mu[i]));
  }
}

static vg_code fit(struct stat_table *t, const struct panel *d, struct fit *f, struct vg_err *err) {
  *f = (struct fit){.k = d->zones + d->periods};
  size_t n = d->rows, k = f->k;
  double *next;
  if (n <= k)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  VG_TRY(stat_alloc(t, n * k, sizeof(double), &f->x, err));
  VG_TRY(stat_alloc(t, n, sizeof(double), &f->mu, err));
  VG_TRY(stat_alloc(t, n, sizeof(double), &f->weight, err));
  VG_TRY(stat_alloc(t, k * k, sizeof(double), &f->info, err));
  VG_TRY(stat_alloc(t, k, sizeof(double), &f->beta, err));
  VG_TRY(stat_alloc(t, k, sizeof(double), &next, err));
  design(d, f);
  for (size_t i = 0; i < n; i++)
    f->mu[i] = d->cases[i] + 0.1;
  /* Stops as R's glm does (change of deviance below 1e-8), with the information of the last step: the reference values
   * are R's. */
  for (int round = 0; round < 100; round++) {
    double before = f->deviance;
    if (!step(d, f, next))
      return VG_FAIL(err, VG_EDATA, "evaluation.singular");
    memcpy(f->weight, f->mu, n * sizeof *f->mu);
    memcpy(f->beta, next, k * sizeof *next);
    predict(d, f);
    if (round > 0 && fabs(f->deviance - before) / (fabs(f->deviance) + 0.1) < 1e-8)
      break;
  }
  f->df = (double)(n - k);
  for (size_t i = 0; i < n; i++) {
    double r = d->cases[i] - f->mu[i];
    f->phi += r * r / f->mu[i] / f->df;
  }
  return VG_OK;
}

/* The error of the last coefficient. */
static double error_of(const struct fit *f, double *unit) {
  for (size_t a = 0; a < f->k; a++)
    unit[a] = a + 1 == f->k;
  stat_solve(f->info, f->k, unit);
  return sqrt(unit[f->k - 1]);
}

/* Sandwich clustered by zone, HC0 with the factor G / (G - 1). unit: the last row of the inverse information. */
static double clustered(const struct panel *d, const struct fit *f, const double *unit) {
  double sum = 0, g = (double)d->zones;
  for (size_t z = 0; z < d->zones; z++) {
    double s = 0;
    for (size_t i = 0; i < d->rows; i++) {
      double u = 0;
      if (d->zone[i] != z)
        continue;
      for (size_t a = 0; a < f->k; a++)
        u += unit[a] * f->x[i * f->k + a];
      s += u * f->weight[i] * (d->cases[i] - f->mu[i]) / f->mu[i];
    }
    sum += s * s;
  }
  return sqrt(g / (g - 1) * sum);
}

struct permuted {
  int64_t count, two, one;
};

static vg_code permute(struct stat_table *t, const struct panel *d, double seen, struct permuted *out,
                       struct vg_err *err) {
  size_t n = d->zones, k = d->pilots, *pick;
  bool *pilot;
  double choices = 1;
  *out = (struct permuted){0};
  for (size_t i = 0; i < k; i++)
    choices = choices * (double)(n - i) / (double)(i + 1);
  if (choices > PERMUTATIONS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "evaluation.permutations");
  VG_TRY(stat_alloc(t, k, sizeof *pick, &pick, err));
  VG_TRY(stat_alloc(t, n, sizeof *pilot, &pilot, err));
  for (size_t i = 0; i < k; i++)
    pick[i] = i;
  for (;;) {
    for (size_t z = 0; z < n; z++)
      pilot[z] = false;
    for (size_t i = 0; i < k; i++)
      pilot[pick[i]] = true;
    struct cells c = four(d, pilot, NULL, NULL, n);
    double stat = log_ratio(&c);
    out->count++;
    out->two += fabs(stat) >= fabs(seen) - 1e-12;
    out->one += stat >= seen - 1e-12;
    size_t i = k;
    while (i > 0 && pick[i - 1] == n - k + i - 1)
      i--;
    if (i == 0)
      return VG_OK;
    pick[i - 1]++;
    for (; i < k; i++)
      pick[i] = pick[i - 1] + 1;
  }
}

/* The periods before the start, cut in two halves as if the second were "after". */
static vg_code pretrend(struct stat_table *t, const struct panel *d, struct cells *out, struct vg_err *err) {
  bool *use, *late, *before;
  size_t count = 0, passed = 0;
  VG_TRY(stat_alloc(t, d->rows, sizeof(bool), &use, err));
  VG_TRY(stat_alloc(t, d->rows, sizeof(bool), &late, err));
  VG_TRY(stat_alloc(t, d->periods, sizeof(bool), &before, err));
  for (size_t q = 0; q < d->periods; q++) {
    before[q] = true;
    for (size_t i = 0; i < d->rows; i++)
      if (d->period[i] == q && d->post[i])
        before[q] = false;
    count += before[q];
  }
  for (size_t q = 0; q < d->periods; q++) {
    passed += before[q];
    for (size_t i = 0; i < d->rows; i++) {
      if (d->period[i] != q || !before[q])
        continue;
      use[i] = true;
      late[i] = passed > count / 2;
    }
  }
  *out = four(d, d->pilot, late, use, d->zones);
  return VG_OK;
}

static void ratio(struct vg_jw *w, const struct cells *k) {
  double log_rr = log_ratio(k), se = log_error(k), z = stat_qnorm(0.975);
  vg_jw_knum(w, "c11", k->c[1][1]);
  vg_jw_knum(w, "c10", k->c[1][0]);
  vg_jw_knum(w, "c01", k->c[0][1]);
  vg_jw_knum(w, "c00", k->c[0][0]);
  vg_jw_knum(w, "log_rr", log_rr);
  vg_jw_knum(w, "rr", exp(log_rr));
  vg_jw_knum(w, "se", se);
  vg_jw_knum(w, "lo", exp(log_rr - z * se));
  vg_jw_knum(w, "hi", exp(log_rr + z * se));
}

static void open(struct vg_jw *w, const char *name) {
  vg_jw_key(w, name);
  vg_jw_obj(w);
}

static vg_code regression(struct stat_table *t, const struct panel *d, struct vg_jw *w, struct stat_did_result *out,
                          struct vg_err *err) {
  struct fit f;
  double *unit;
  VG_TRY(fit(t, d, &f, err));
  VG_TRY(stat_alloc(t, f.k, sizeof(double), &unit, err));
  double b = f.beta[f.k - 1], se = error_of(&f, unit), quasi = se * sqrt(f.phi), half = stat_qt(0.975, f.df) * quasi;
  out->phi = f.phi;
  out->rr_lo_quasi = exp(b - half);
  out->rr_hi_quasi = exp(b + half);
  if (!w)
    return VG_OK;
  open(w, "did_glm_twfe");
  vg_jw_knum(w, "log_rr", b);
  vg_jw_knum(w, "rr", exp(b));
  vg_jw_knum(w, "se_poisson", se);
  vg_jw_knum(w, "phi", f.phi);
  vg_jw_knum(w, "se_quasi", quasi);
  vg_jw_knum(w, "lo_quasi", exp(b - half));
  vg_jw_knum(w, "hi_quasi", exp(b + half));
  vg_jw_knum(w, "df", f.df);
  vg_jw_knum(w, "deviance", f.deviance);
  vg_jw_end(w);
  open(w, "did_glm_cluster");
  vg_jw_knum(w, "se_cluster_hc0_cadj", clustered(d, &f, unit));
  vg_jw_end(w);
  return VG_OK;
}

static vg_code permutation(struct stat_table *t, const struct panel *d, double seen, struct vg_jw *w,
                           struct stat_did_result *out, struct vg_err *err) {
  struct permuted p;
  VG_TRY(permute(t, d, seen, &p, err));
  out->permutations = p.count;
  out->p_two_sided = (double)p.two / (double)p.count;
  out->p_one_sided = (double)p.one / (double)p.count;
  if (!w)
    return VG_OK;
  open(w, "did_permutation");
  vg_jw_knum(w, "stat", seen);
  vg_jw_kint(w, "n_perm", p.count);
  vg_jw_knum(w, "p_two_sided", out->p_two_sided);
  vg_jw_knum(w, "p_one_sided", out->p_one_sided);
  vg_jw_end(w);
  return VG_OK;
}

static void left_out(const struct panel *d, struct vg_jw *w, struct stat_did_result *out) {
  out->least = HUGE_VAL;
  out->most = -HUGE_VAL;
  for (size_t z = 0; z < d->zones; z++) {
    struct cells k = four(d, d->pilot, NULL, NULL, z);
    double log_rr = log_ratio(&k);
    char name[96];
    out->least = fmin(out->least, log_rr);
    out->most = fmax(out->most, log_rr);
    if (!w)
      continue;
    snprintf(name, sizeof name, "did_leave_out_%.*s", (int)(d->zone_name[z].n < 60 ? d->zone_name[z].n : 60),
             d->zone_name[z].p);
    open(w, name);
    vg_jw_knum(w, "log_rr", log_rr);
    vg_jw_end(w);
  }
}

static vg_code all(struct stat_table *t, struct vg_jw *w, struct stat_did_result *out, struct vg_err *err) {
  struct panel d;
  struct cells pre;
  VG_TRY(panel_read(t, &d, err));
  struct cells k = four(&d, d.pilot, NULL, NULL, d.zones);
  if (k.c[0][0] <= 0 || k.c[0][1] <= 0 || k.c[1][0] <= 0 || k.c[1][1] <= 0)
    return VG_FAIL(err, VG_EDATA, "evaluation.zero_cell");
  double log_rr = log_ratio(&k), se = log_error(&k), z = stat_qnorm(0.975);
  *out = (struct stat_did_result){
      .log_rr = log_rr, .rr = exp(log_rr), .lo = exp(log_rr - z * se), .hi = exp(log_rr + z * se)};
  if (w) {
    ratio(w, &k);
    open(w, "did_4cell");
    ratio(w, &k);
    vg_jw_end(w);
  }
  VG_TRY(regression(t, &d, w, out, err));
  VG_TRY(permutation(t, &d, log_rr, w, out, err));
  VG_TRY(pretrend(t, &d, &pre, err));
  double slope = log_ratio(&pre), error = log_error(&pre);
  out->pretrend_p = 2 * stat_pnorm(-fabs(slope / error));
  if (w) {
    open(w, "did_placebo_pretrend");
    vg_jw_knum(w, "log_rr", slope);
    vg_jw_knum(w, "se", error);
    vg_jw_knum(w, "z", slope / error);
    vg_jw_knum(w, "p", out->pretrend_p);
    vg_jw_end(w);
  }
  left_out(&d, w, out);
  return VG_OK;
}

vg_code stat_did(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct stat_did_result out;
  (void)p;
  return all(t, w, &out, err);
}

vg_code stat_did_result(struct stat_table *t, struct stat_did_result *out, struct vg_err *err) {
  return all(t, NULL, out, err);
}
