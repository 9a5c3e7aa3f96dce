/*
 * Farrington flexible (Noufaily et al. 2013), step for step as R's surveillance::farringtonFlexible: a quasi-Poisson
 * log-linear model on the same weeks of earlier years (optionally with seasonal blocks between them and a trend),
 * refitted with weights that damp past outbreaks, and a threshold by the delta method on the 2/3 power, or by a
 * negative binomial.
 *
 * With one level for each block and at most one trend column the weighted least squares of each step needs no matrix:
 * the slope is a ratio of two sums centred in the blocks, each block's level a weighted mean.
 */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 64, STEPS = 25, ENOUGH_CASES = 5, ENOUGH_WEEKS = 4 };

/* The rows of one fit, in the caller's scratch. */
struct rows {
  size_t n;
  double *y, *time, *mu, *eta, *prior, *weight,
      *hat; /* weight: of the last step, as R's glm keeps it: prior times mu before the step */
  unsigned char *block;
};
struct fit {
  int blocks;
  bool trend, converged;
  double slope, spread; /* of the trend; sum of w (t - mean)^2 within the blocks */
  double level[BLOCKS], weight[BLOCKS], mean_time[BLOCKS];
  double phi; /* dispersion, never below 1 */
  double
      pearson; /* the same without that floor and with the last step's own fit: what the standard error is made with */
};

/* One weighted least squares step; weights are prior * mu. */
static void solve(const struct rows *r, struct fit *f) {
  double z_mean[BLOCKS] = {0}, cross = 0;
  memset(f->weight, 0, sizeof f->weight);
  memset(f->mean_time, 0, sizeof f->mean_time);
  for (size_t i = 0; i < r->n; i++) {
    double w = r->weight[i] = r->prior[i] * r->mu[i], z = r->eta[i] + (r->y[i] - r->mu[i]) / r->mu[i];
    f->weight[r->block[i]] += w;
    z_mean[r->block[i]] += w * z;
    f->mean_time[r->block[i]] += w * r->time[i];
  }
  for (int g = 0; g < f->blocks; g++) {
    z_mean[g] = f->weight[g] > 0 ? z_mean[g] / f->weight[g] : 0;
    f->mean_time[g] = f->weight[g] > 0 ? f->mean_time[g] / f->weight[g] : 0;
  }
  f->spread = 0;
  for (size_t i = 0; f->trend && i < r->n; i++) {
    int g = r->block[i];
    double w = r->weight[i], dt = r->time[i] - f->mean_time[g];
    f->spread += w * dt * dt;
    cross += w * dt * (r->eta[i] + (r->y[i] - r->mu[i]) / r->mu[i] - z_mean[g]);
  }
  f->slope = f->trend && f->spread > 0 ? cross / f->spread : 0;
  for (int g = 0; g < f->blocks; g++)
    f->level[g] = z_mean[g] - f->slope * f->mean_time[g];
}

static double deviance(const struct rows *r) {
  double sum = 0;
  for (size_t i = 0; i < r->n; i++)
    sum += 2 * r->prior[i] * (r->y[i] > 0 ? r->y[i] * log(r->y[i] / r->mu[i]) - (r->y[i] - r->mu[i]) : r->mu[i]);
  return sum;
}

static void measure_dispersion(const struct rows *r, struct fit *f) {
  double sum = 0, pearson = 0, parameters = f->trend;
  size_t used = 0;
  for (int g = 0; g < f->blocks; g++)
    parameters += f->weight[g] > 0;
  for (size_t i = 0; i < r->n; i++) {
    used += r->prior[i] > 0;
    double residual = (r->y[i] - r->mu[i]) / r->mu[i];
    sum += r->weight[i] * residual * residual;
    pearson += r->prior[i] * r->mu[i] * residual * residual;
  }
  double phi = sum / ((double)used - parameters);
  f->pearson = pearson / ((double)used - parameters);
  f->phi = phi > 1 ? phi : 1; /* also when it is NAN: no degree of freedom is left */
}

/* As R's glm(): starts at y + 0.1, stops when the deviance moves by less than 1e-8 of itself. */
static void iterate(const struct rows *r, struct fit *f) {
  double before = 0;
  for (size_t i = 0; i < r->n; i++) {
    r->mu[i] = r->y[i] + 0.1;
    r->eta[i] = log(r->mu[i]);
  }
  before = deviance(r);
  f->converged = false;
  for (int step = 0; step < STEPS && !f->converged; step++) {
    double now = 0;
    solve(r, f);
    for (size_t i = 0; i < r->n; i++) {
      /* where no trend is fitted, all weeks of a block have one level */
      r->eta[i] = f->level[r->block[i]] + f->slope * r->time[i];
      r->mu[i] = fmax(exp(r->eta[i]), DBL_EPSILON);
    }
    now = deviance(r);
    if (!isfinite(now))
      return;
    f->converged = fabs(now - before) / (fabs(now) + 0.1) < 1e-8;
    before = now;
  }
}

/* Var(eta) / phi at a time in a block. */
static double leverage(const struct fit *f, int g, double time) {
  double dt = time - f->mean_time[g];
  return 1 / f->weight[g] + (f->trend && f->spread > 0 ? dt * dt / f->spread : 0);
}

/* Weeks whose standardised Anscombe residual is above the limit weigh by its inverse square. */
static void reweight(const struct rows *r, const struct fit *f, double limit) {
  double sum = 0;
  for (size_t i = 0; i < r->n; i++) {
    double a = 1.5 * (cbrt(r->y[i] * r->y[i]) * pow(r->mu[i], -1.0 / 6) - sqrt(r->mu[i]));
    double s = a / sqrt(f->phi * (1 - r->hat[i]));
    r->prior[i] = s > limit ? 1 / (s * s) : 1;
    sum += r->prior[i];
  }
  for (size_t i = 0; i < r->n; i++)
    r->prior[i] *= (double)r->n / sum;
}

static void hats(const struct rows *r, const struct fit *f) {
  for (size_t i = 0; i < r->n; i++)
    r->hat[i] = r->weight[i] * leverage(f, r->block[i], r->time[i]);
}

static void fit_once(const struct rows *r, struct fit *f) {
  iterate(r, f);
  if (!f->converged && f->trend) {
    f->trend = false;
    iterate(r, f);
  }
}

static bool fit_model(const struct rows *r, struct fit *f, const struct anticipate_params *q) {
  for (size_t i = 0; i < r->n; i++)
    r->prior[i] = 1;
  fit_once(r, f);
  if (!f->converged)
    return false;
  measure_dispersion(r, f);
  if (!q->reweight)
    return true;
  hats(r, f);
  reweight(r, f, q->weights_threshold);
  iterate(r, f);
  measure_dispersion(r, f);
  return true;
}

/* The block of each week before k, 0xFF for those left out. Weeks within w of the same week of earlier years are the
 * last block. */
static void set_blocks(size_t k, const struct anticipate_params *q, unsigned char *block) {
  int64_t w = q->w, p = q->no_periods, now = (int64_t)k;
  memset(block, 0xFF, k);
  for (int64_t year = 1; year <= q->b; year++) {
    int64_t ref = now - year * q->period, gap = q->period - 2 * w - 1;
    for (int64_t i = ref - w; i <= ref + w; i++)
      if (i >= 0 && i < now)
        block[i] = (unsigned char)(p - 1);
    if (p == 1 || gap <= 0)
      continue;
    int64_t at = ref + w + 1;
    for (int64_t j = 0; j < p - 1; j++) {
      int64_t length = gap / (p - 1) + (j < gap % (p - 1));
      for (int64_t i = 0; i < length; i++, at++)
        if (at >= 0 && at < now)
          block[at] = (unsigned char)j;
    }
  }
  for (int64_t i = now - q->past_excluded; i < now; i++)
    if (i >= 0)
      block[i] = 0xFF;
}

static void gather(const double *y, size_t k, const unsigned char *block, struct rows *r) {
  r->n = 0;
  for (size_t i = 0; i < k; i++)
    if (block[i] != 0xFF) {
      r->y[r->n] = y[i];
      r->time[r->n] = (double)i;
      r->block[r->n++] = block[i];
    }
}

struct test {
  double upper, p;
};

/* se: of the prediction on the scale of the link, as the reference has it. */
static struct test by_delta(double mu, double se, double phi, double y, double alpha) {
  double tau = phi + se * se, sd = sqrt(4.0 / 9 * cbrt(mu) * tau), root = cbrt(mu * mu),
         z = stats_normal_quantile(1 - alpha);
  double high = pow(root + z * sd, 1.5);
  return (struct test){high, stats_normal_cdf((root - cbrt(y * y)) / sd)};
}

static struct test by_negative_binomial(double at, double phi, double y, double alpha) {
  double size = phi > 1 ? at / (phi - 1) : HUGE_VAL;
  return (struct test){stats_nb_quantile(1 - alpha, size, at), stats_nb_tail(y, size, at)};
}

/* A trend stays if there are three years, it is significant, and it does not lead above all that was ever seen. */
static bool keep_trend(const struct rows *r, const struct fit *f, const struct anticipate_params *q, size_t k) {
  double most = 0, mu = exp(f->level[f->blocks - 1] + f->slope * (double)k);
  double z = fabs(f->slope) / sqrt(f->phi / f->spread), p = 2 * stats_normal_cdf(-z);
  for (size_t i = 0; i < r->n; i++)
    most = fmax(most, r->y[i]);
  return q->b >= 3 && p < q->trend_threshold && mu <= most;
}

static void test_week(const double *y, size_t k, const struct anticipate_params *q, struct rows *r,
                      unsigned char *scratch, struct anticipate_result *out) {
  struct fit f = {.blocks = (int)q->no_periods, .trend = q->trend};
  set_blocks(k, q, scratch);
  gather(y, k, scratch, r);
  if (r->n < 2 || !fit_model(r, &f, q))
    return;
  if (f.trend && !keep_trend(r, &f, q, k)) {
    f.trend = false;
    if (!fit_model(r, &f, q))
      return;
  }
  int g = f.blocks - 1;
  if (!(f.weight[g] > 0))
    return;
  double eta = f.level[g] + f.slope * (double)k, mu = exp(eta), se_link = sqrt(f.pearson * leverage(&f, g, (double)k)),
         cases = 0;
  struct test t =
      q->threshold_method == ANTICIPATE_DELTA ? by_delta(mu, se_link, f.phi, y[k], q->alpha)
      : q->threshold_method == ANTICIPATE_MUAN
          ? by_negative_binomial(exp(eta + stats_normal_quantile(1 - q->alpha) * se_link), f.phi, y[k], q->alpha)
          : by_negative_binomial(mu, f.phi, y[k], q->alpha);
  for (size_t i = k + 1 > ENOUGH_WEEKS ? k + 1 - ENOUGH_WEEKS : 0; i <= k; i++)
    cases += y[i];
  /* As the reference: the delta method says nothing of fewer than five cases in four weeks. */
  bool enough = q->threshold_method != ANTICIPATE_DELTA || cases >= ENOUGH_CASES;
  *out = (struct anticipate_result){mu, t.upper, f.phi, t.p, enough && y[k] > t.upper, true};
  if (!enough)
    out->expected = out->threshold = STATS_NONE;
}

vg_code anticipate_farrington(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                              struct anticipate_result *out, struct vg_err *err) {
  size_t first = (size_t)(q->period * q->b + q->w), doubles = 7 * to;
  if (q->no_periods < 1 || q->no_periods > BLOCKS || q->period < 2 * q->w + 1)
    return VG_FAIL(err, VG_EUSAGE, "anticipate.param", "no_periods, w");
  double *memory = calloc(doubles + 1, sizeof *memory);
  unsigned char *bytes = calloc(2 * to + 1, 1);
  if (memory && bytes) {
    struct rows r = {.y = memory,
                     .time = memory + to,
                     .mu = memory + 2 * to,
                     .eta = memory + 3 * to,
                     .prior = memory + 4 * to,
                     .weight = memory + 5 * to,
                     .hat = memory + 6 * to,
                     .block = bytes};
    for (size_t k = from > first ? from : first; k < to; k++)
      test_week(y, k, q, &r, bytes + to, &out[k]);
  }
  bool ok = memory && bytes;
  free(memory);
  free(bytes);
  return ok ? VG_OK : VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
}
