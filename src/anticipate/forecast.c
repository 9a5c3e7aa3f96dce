/*
 * One to twelve steps ahead: the quantiles of three models averaged level by level - the last count with the changes of
 * the last half year on both sides, a negative binomial of the last half year, the Gamma-Poisson learner - and the
 * outer ones widened by what the same forecasts missed before (adaptive conformal inference, Gibbs and Candes 2021).
 * Rows after the origin are never read.
 */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 30, CHANGES = 26, TABLE_MAX = 20000, LOW95 = 1, HIGH95 = ANTICIPATE_LEVELS - 2 };
static const double step = .1, widest = 1.5, narrowest = -.1;

const double anticipate_level[ANTICIPATE_LEVELS] = {.01, .025, .05, .1, .15, .2, .25, .3, .35, .4,   .45, .5,
                                                    .55, .6,   .65, .7, .75, .8, .85, .9, .95, .975, .99};

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The last count, and the h-step changes of the last half year mirrored; R's default (type 7) quantiles. */
static void naive(const double *y, size_t n, size_t h, double q[ANTICIPATE_LEVELS]) {
  double d[2 * CHANGES];
  size_t m = 0;
  for (size_t i = n; i-- > h && m < 2 * CHANGES;) {
    d[m++] = y[i] - y[i - h];
    d[m] = -d[m - 1];
    m++;
  }
  qsort(d, m, sizeof d[0], ascending);
  for (int i = 0; i < ANTICIPATE_LEVELS; i++) {
    double at = anticipate_level[i] * (double)(m - 1), whole = floor(at);
    size_t k = (size_t)whole;
    double v = d[k] + (k + 1 < m ? (at - whole) * (d[k + 1] - d[k]) : 0);
    q[i] = fmax(0, y[n - 1] + v);
  }
}

/* All levels of a mixture of negative binomials in one walk over the counts. */
static void mixture(const struct gp_mixture *m, double q[ANTICIPATE_LEVELS]) {
  double pmf[GP_MEMBERS], sum = 0;
  int at = 0;
  for (int i = 0; i < GP_MEMBERS; i++)
    pmf[i] = m->weight[i] > 0 ? m->weight[i] * exp(stats_nb_log(0, m->size[i], m->mean[i])) : 0;
  for (int k = 0; at < ANTICIPATE_LEVELS && k < TABLE_MAX; k++) {
    for (int i = 0; i < GP_MEMBERS; i++) {
      sum += pmf[i];
      pmf[i] *= (k + m->size[i]) / (k + 1) * (m->mean[i] / (m->mean[i] + m->size[i]));
    }
    while (at < ANTICIPATE_LEVELS && sum >= anticipate_level[at] - 1e-12)
      q[at++] = k;
    /* so far from zero that its chance is no number any more: the slow way */
    if (k == 0 && sum < 1e-290)
      break;
  }
  for (; at < ANTICIPATE_LEVELS; at++)
    q[at] = gp_quantile(m, anticipate_level[at]);
}

static void half_year(const double *y, size_t n, double q[ANTICIPATE_LEVELS]) {
  struct gp_mixture one = {.weight = {1}};
  double mean = stats_mean(y + n - 26, 26), variance = stats_variance(y + n - 26, 26, mean);
  one.mean[0] = fmax(mean, .1);
  one.size[0] = nb26_size(one.mean[0], fmax(variance, 1.05 * one.mean[0]));
  for (int i = 1; i < GP_MEMBERS; i++)
    one.mean[i] = one.size[i] = 1; /* of no weight */
  mixture(&one, q);
}

/* The mean of the three, before its width is adapted. */
static void ensemble(const double *y, size_t n, size_t h, const struct gp_state *gp, const double nb[ANTICIPATE_LEVELS],
                     double q[ANTICIPATE_LEVELS]) {
  struct gp_mixture m;
  double a[ANTICIPATE_LEVELS], b[ANTICIPATE_LEVELS];
  naive(y, n, h, a);
  gp_predict(gp, (int)h, &m);
  for (int i = 0; i < GP_MEMBERS; i++) /* gp_predict forgets h times what was learnt; its mean stays */
    m.size[i] = pow(gp_discount[i], (double)h) * gp->a[i];
  mixture(&m, b);
  for (int i = 0; i < ANTICIPATE_LEVELS; i++)
    q[i] = (a[i] + nb[i] + b[i]) / 3;
}

/* Levels outside the middle half move away from the median, the more the further out. */
static void widen(double q[ANTICIPATE_LEVELS], double theta) {
  double median = q[ANTICIPATE_LEVELS / 2];
  for (int i = 0; i < ANTICIPATE_LEVELS; i++) {
    double cover = fabs(1 - 2 * anticipate_level[i]), f = cover > .5 ? 1 + expm1(theta) * (cover - .5) / .45 : 1;
    q[i] = fmax(0, median + (q[i] - median) * f);
  }
  /* narrowed outer levels stop at the inner ones */
  for (int i = ANTICIPATE_LEVELS / 2 + 1; i < ANTICIPATE_LEVELS; i++) {
    q[i] = fmax(q[i], q[i - 1]);
    q[ANTICIPATE_LEVELS - 1 - i] = fmin(q[ANTICIPATE_LEVELS - 1 - i], q[ANTICIPATE_LEVELS - i]);
  }
}

void anticipate_naive(const double *y, size_t n, size_t h, double q[ANTICIPATE_LEVELS]) { naive(y, n, h, q); }

/* Goes through all origins and hands out what is forecast at each from `from` on; out is the sink's until it returns.
 */
vg_code forecast_walk(const double *y, size_t n, size_t from, size_t horizon, forecast_sink *sink, void *ctx,
                      struct vg_err *err) {
  struct gp_state gp;
  double theta[ANTICIPATE_HORIZON_MAX] = {0}, out[ANTICIPATE_HORIZON_MAX][ANTICIPATE_LEVELS], nb[ANTICIPATE_LEVELS];
  vg_code rc = VG_OK;
  if (n < FIRST || horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX)
    return VG_FAIL(err, VG_EDATA, "anticipate.forecast.short", VG_N(FIRST));
  double(*low)[ANTICIPATE_HORIZON_MAX] = calloc(2 * (n + 1), sizeof *low);
  if (!low)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  double(*high)[ANTICIPATE_HORIZON_MAX] = low + n + 1;
  gp_init(&gp);
  for (size_t t = 0; t <= n && rc == VG_OK; t++) {
    if (t >= FIRST)
      half_year(y, t, nb);
    for (size_t h = 1; h <= horizon && t >= FIRST; h++) {
      double *q = out[h - 1];
      /* the count of row t-1 is known now: was it inside what was said h rows before? */
      if (t >= FIRST + h) {
        bool miss = y[t - 1] < low[t - h][h - 1] || y[t - 1] > high[t - h][h - 1];
        theta[h - 1] = fmin(widest, fmax(narrowest, theta[h - 1] + step * (miss ? .95 : -.05)));
      }
      ensemble(y, t, h, &gp, nb, q);
      widen(q, theta[h - 1]);
      low[t][h - 1] = q[LOW95];
      high[t][h - 1] = q[HIGH95];
    }
    if (t >= FIRST && t >= from)
      rc = sink(ctx, t, out, err);
    if (t < n)
      gp_update(&gp, y[t]);
  }
  free(low);
  return rc;
}

struct last {
  size_t horizon;
  double (*out)[ANTICIPATE_LEVELS];
};

static vg_code keep_last(void *ctx, size_t t, double (*q)[ANTICIPATE_LEVELS], struct vg_err *err) {
  const struct last *l = ctx;
  (void)t, (void)err;
  memcpy(l->out, q, l->horizon * sizeof *q);
  return VG_OK;
}

vg_code anticipate_forecast(const double *y, size_t n, size_t horizon, double (*out)[ANTICIPATE_LEVELS],
                            struct vg_err *err) {
  return forecast_walk(y, n, n, horizon, keep_last, &(struct last){horizon, out}, err);
}

double anticipate_wis(const double q[ANTICIPATE_LEVELS], double y) {
  double sum = 0;
  for (int i = 0; i < ANTICIPATE_LEVELS; i++)
    sum += 2 * (y < q[i] ? (1 - anticipate_level[i]) * (q[i] - y) : anticipate_level[i] * (y - q[i]));
  return sum / ANTICIPATE_LEVELS;
}
