/*
 * One to twelve steps ahead: the quantiles of three models averaged level by level - the last count with the changes of
 * the last half year on both sides, a negative binomial of the last half year, the Gamma-Poisson learner. They weigh
 * the same at first; who scored better on this very series, that many steps ahead, soon weighs more. The outer levels
 * are widened by what the same forecasts missed before (adaptive conformal inference, Gibbs and Candes 2021). Rows
 * after the origin are never read.
 */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 30, CHANGES = 26, TABLE_MAX = 20000, LOW95 = 1, HIGH95 = ANTICIPATE_LEVELS - 2 };
enum { LAST_COUNT, HALF_YEAR, LEARNER, MODELS };
static const double step = .1, widest = 1.5, narrowest = -.1;
/* A model weighs by the 8th power of the inverse of its score, which fades by 2 % a row; a loss of 1 is every model's.
 */
static const double keep = .98, loss = 1, sharpness = 8;

const double anticipate_level[ANTICIPATE_LEVELS] = {.01, .025, .05, .1, .15, .2, .25, .3, .35, .4,   .45, .5,
                                                    .55, .6,   .65, .7, .75, .8, .85, .9, .95, .975, .99};

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The last count, and the h-step changes of the last half year mirrored; R's default (type 7) quantiles. */
static void last_count(const double *y, size_t n, size_t h, double q[ANTICIPATE_LEVELS]) {
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

/* What was said at an origin of one horizon, and how the models have scored at it. */
struct said {
  double q[MODELS][ANTICIPATE_LEVELS], low, high;
};
struct memory {
  struct said said[ANTICIPATE_HORIZON_MAX + 1][ANTICIPATE_HORIZON_MAX]; /* by origin, as on a wheel */
  double wis[ANTICIPATE_HORIZON_MAX][MODELS], theta[ANTICIPATE_HORIZON_MAX];
};

static struct said *said_at(struct memory *m, size_t origin, size_t h) {
  return &m->said[origin % (ANTICIPATE_HORIZON_MAX + 1)][h - 1];
}

/* The count y of an origin's h-th row is known now. */
static void learn(struct memory *m, const struct said *s, size_t h, double y) {
  bool miss = y < s->low || y > s->high;
  m->theta[h - 1] = fmin(widest, fmax(narrowest, m->theta[h - 1] + step * (miss ? .95 : -.05)));
  for (int i = 0; i < MODELS; i++)
    m->wis[h - 1][i] = keep * m->wis[h - 1][i] + anticipate_wis(s->q[i], y);
}

/* The mean of the three, before its width is adapted. */
static void ensemble(const struct said *s, const double wis[MODELS], double q[ANTICIPATE_LEVELS]) {
  double weight[MODELS], sum = 0;
  for (int i = 0; i < MODELS; i++)
    sum += weight[i] = pow((wis[LAST_COUNT] + loss) / (wis[i] + loss), sharpness);
  for (int k = 0; k < ANTICIPATE_LEVELS; k++) {
    q[k] = 0;
    for (int i = 0; i < MODELS; i++)
      q[k] += weight[i] / sum * s->q[i][k];
  }
}

static void ask_models(const double *y, size_t n, size_t h, const struct gp_state *gp,
                       const double half[ANTICIPATE_LEVELS], struct said *s) {
  struct gp_mixture m;
  last_count(y, n, h, s->q[LAST_COUNT]);
  memcpy(s->q[HALF_YEAR], half, sizeof s->q[HALF_YEAR]);
  gp_predict(gp, (int)h, &m);
  for (int i = 0; i < GP_MEMBERS; i++) /* gp_predict forgets h times what was learnt; its mean stays */
    m.size[i] = pow(gp_discount[i], (double)h) * gp->a[i];
  mixture(&m, s->q[LEARNER]);
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

/* What is said at origin t, into out. */
static void say(struct memory *m, const double *y, size_t t, size_t horizon, const struct gp_state *gp,
                double (*out)[ANTICIPATE_LEVELS]) {
  double half[ANTICIPATE_LEVELS];
  half_year(y, t, half);
  for (size_t h = 1; h <= horizon; h++) {
    struct said *s = said_at(m, t, h);
    if (t >= FIRST + h)
      learn(m, said_at(m, t - h, h), h, y[t - 1]);
    ask_models(y, t, h, gp, half, s);
    ensemble(s, m->wis[h - 1], out[h - 1]);
    widen(out[h - 1], m->theta[h - 1]);
    s->low = out[h - 1][LOW95];
    s->high = out[h - 1][HIGH95];
  }
}

/* Goes through all origins and hands out what is forecast at each from `from` on; out is the sink's until it returns.
 */
vg_code forecast_walk(const double *y, size_t n, size_t from, size_t horizon, forecast_sink *sink, void *ctx,
                      struct vg_err *err) {
  struct gp_state gp;
  double out[ANTICIPATE_HORIZON_MAX][ANTICIPATE_LEVELS];
  vg_code rc = VG_OK;
  if (n < FIRST || horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX)
    return VG_FAIL(err, VG_EDATA, "anticipate.forecast.short", VG_N(FIRST));
  struct memory *m = calloc(1, sizeof *m);
  if (!m)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  gp_init(&gp);
  for (size_t t = 0; t <= n && rc == VG_OK; t++) {
    if (t >= FIRST)
      say(m, y, t, horizon, &gp, out);
    if (t >= FIRST && t >= from)
      rc = sink(ctx, t, out, err);
    if (t < n)
      gp_update(&gp, y[t]);
  }
  free(m);
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
