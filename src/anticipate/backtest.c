#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_YEAR = 56, HALF_YEAR = 26, SURGE = 3, SILENCE = 4, LONG_ENOUGH = 60, LEAST = 4 };

struct running {
  const double *y;
  size_t n, horizon;
  struct anticipate_backtest *out;
};

static void row_params(int which, struct anticipate_params *q, anticipate_method_run **run) {
  static const char *const names[] = {"ears-c2", "fisher"};
  static anticipate_method_run *const runs[] = {anticipate_ears_c2, anticipate_fisher};
  anticipate_params_default(anticipate_method_by_name(vg_str_z(names[which])), q);
  *run = runs[which];
}

static bool alarms(const struct anticipate_result *r, double y) { return r->tested && r->alarm && y >= LEAST; }

/* One planted surge at row p: found, and how many rows late. */
static vg_code plant(const double *y, size_t n, size_t p, double *copy, struct anticipate_result *r, int which,
                     struct anticipate_backtest *out, struct vg_err *err) {
  struct anticipate_params q;
  anticipate_method_run *run;
  size_t end = p + SILENCE < n ? p + SILENCE : n;
  double mean = stats_mean(y + p - HALF_YEAR, HALF_YEAR),
         extra = ceil(fmax(6, 3 * sqrt(stats_variance(y + p - HALF_YEAR, HALF_YEAR, mean))));
  memcpy(copy, y, n * sizeof *copy);
  for (size_t i = p; i < p + SURGE && i < n; i++)
    copy[i] += extra;
  memset(r, 0, n * sizeof *r);
  row_params(which, &q, &run);
  VG_TRY(run(copy, p, end, &q, r, err));
  out->warning[which].planted++;
  for (size_t t = p; t < end; t++)
    if (alarms(&r[t], copy[t])) {
      out->warning[which].found++;
      out->warning[which].rows_late += (double)(t - p);
      break;
    }
  return VG_OK;
}

/* Judged from both sides, which no warning can be: does the alarm at t stand out of the year around it? */
static bool held_by_hindsight(const double *y, size_t n, size_t t) {
  double around[2 * HALF_YEAR + 8], most = 0;
  size_t m = 0;
  for (size_t i = t > HALF_YEAR + 2 ? t - HALF_YEAR - 2 : 0; i < n && i <= t + HALF_YEAR + 2; i++) {
    if (i + 2 < t || i > t + 5)
      around[m++] = y[i];
    if (i >= t && i < t + SILENCE)
      most = fmax(most, y[i]);
  }
  double mean = stats_mean(around, m), variance = stats_variance(around, m, mean);
  return most >= mean + 3 * sqrt(fmax(variance, fmax(mean, .25)));
}

static vg_code watch(const double *y, size_t n, struct anticipate_result *r, int which, struct anticipate_backtest *out,
                     struct vg_err *err) {
  struct anticipate_params q;
  anticipate_method_run *run;
  row_params(which, &q, &run);
  memset(r, 0, n * sizeof *r);
  VG_TRY(run(y, SECOND_YEAR, n, &q, r, err));
  for (size_t t = SECOND_YEAR; t < n; t++)
    if (alarms(&r[t], y[t])) {
      out->warning[which].episodes++;
      out->warning[which].unfounded += !held_by_hindsight(y, n, t);
      t += SILENCE;
    }
  return VG_OK;
}

static vg_code score(void *ctx, size_t t, double (*q)[ANTICIPATE_LEVELS], struct vg_err *err) {
  struct running *r = ctx;
  double base[ANTICIPATE_LEVELS];
  (void)err;
  for (size_t h = 1; h <= r->horizon && t + h <= r->n; h++) {
    double y = r->y[t + h - 1];
    const double *f = q[h - 1];
    anticipate_naive(r->y, t, h, base);
    r->out->wis += anticipate_wis(f, y);
    r->out->wis_naive += anticipate_wis(base, y);
    r->out->cover50 += y >= f[6] && y <= f[16];
    r->out->cover95 += y >= f[1] && y <= f[21];
    r->out->forecasts++;
  }
  return VG_OK;
}

static vg_code one(const struct anticipate_series *s, size_t horizon, struct anticipate_backtest *out,
                   struct vg_err *err) {
  vg_code rc = VG_OK;
  double *copy = calloc(s->n, sizeof *copy);
  struct anticipate_result *r = calloc(s->n, sizeof *r);
  if (!copy || !r)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "anticipate.memory"));
  for (int which = 0; which < 2; which++) {
    VG_GO(watch(s->y, s->n, r, which, out, err));
    for (size_t p = SECOND_YEAR; p + SURGE <= s->n; p += HALF_YEAR)
      VG_GO(plant(s->y, s->n, p, copy, r, which, out, err));
  }
  VG_GO(forecast_walk(s->y, s->n, LONG_ENOUGH, horizon, score, &(struct running){s->y, s->n, horizon, out}, err));
out:
  free(copy);
  free(r);
  return rc;
}

vg_code anticipate_backtest(const struct anticipate_data *d, size_t horizon, struct anticipate_backtest *out,
                            struct vg_err *err) {
  *out = (struct anticipate_backtest){.warning = {{.method = "ears-c2"}, {.method = "fisher"}}};
  for (size_t i = 0; i < d->n; i++) {
    if (d->series[i].n <= LONG_ENOUGH)
      continue;
    out->series++;
    out->years100 += (int64_t)(d->series[i].n - SECOND_YEAR) * 10000 / 5218;
    VG_TRY(one(&d->series[i], horizon, out, err));
  }
  for (int w = 0; w < 2; w++)
    out->warning[w].rows_late /= (double)(out->warning[w].found ? out->warning[w].found : 1);
  if (!out->forecasts)
    return VG_FAIL(err, VG_EDATA, "anticipate.backtest.short", VG_N(LONG_ENOUGH));
  out->cover50 /= (double)out->forecasts;
  out->cover95 /= (double)out->forecasts;
  return VG_OK;
}
