#include "anticipate/method.h"
#include "anticipate/stats.h"
#include "anticipate/surge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_YEAR = 56, HALF_YEAR = 26, SURGE = 3, SILENCE = 4, LONG_ENOUGH = 60, LEAST = 4, ENOUGH_EVENTS = 5 };
enum { BEFORE = 2, AFTER = 5 }; /* rows about a surge that say nothing of the usual level */
enum { C2_ALONE, C2_VIGILANCE, FISHER_ALERT };
static const double undisputed = 4; /* standard deviations */

/* One p of the first line, of a series at a time. */
struct tested {
  int64_t when;
  double p;
  size_t series;
};

struct replay {
  const struct anticipate_data *d;
  struct tested *all; /* by time, then p */
  size_t n;
  struct anticipate_backtest *out;
  /* the series at hand */
  size_t series, horizon;
  double *copy;
  struct anticipate_result *r;
  bool *surge;
};

static const char *const method_of[] = {"ears-c2", "ears-c2", "fisher"};

static vg_code run(const double *y, size_t from, size_t to, int rule, struct anticipate_result *r, struct vg_err *err) {
  struct anticipate_params q;
  anticipate_params_default(anticipate_method_by_name(vg_str_z(method_of[rule])), &q);
  return (rule == FISHER_ALERT ? anticipate_fisher : anticipate_ears_c2)(y, from, to, &q, r, err);
}

static int by_time(const void *a, const void *b) {
  const struct tested *x = a, *y = b;
  if (x->when != y->when)
    return x->when < y->when ? -1 : 1;
  if (x->p < y->p || x->p > y->p)
    return x->p < y->p ? -1 : 1;
  return (x->series > y->series) - (x->series < y->series);
}

/* The first of those tested at a time or later. */
static size_t first_at(const struct replay *b, int64_t when) {
  size_t low = 0, high = b->n;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (b->all[mid].when < when)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

/* Does p of this series stand after Benjamini-Hochberg over what all series showed at that time? */
static bool stands(const struct replay *b, int64_t when, double p) {
  size_t first = first_at(b, when), end = first, rank = 1, next;
  while (end < b->n && b->all[end].when == when)
    end++;
  double m = (double)(end - first);
  for (next = first; next < end && b->all[next].p < p; next++)
    rank += b->all[next].series != b->series;
  if (p * m <= surge_alert_rate * (double)rank)
    return true;
  for (; next < end; next++) {
    rank += b->all[next].series != b->series;
    if (b->all[next].series != b->series && b->all[next].p * m <= surge_alert_rate * (double)rank)
      return true;
  }
  return false;
}

/* The rules of the weekly pass, but for C2 alone, which warns at any count. */
static bool alarms(const struct replay *b, int rule, size_t t, const struct anticipate_result *r, double y) {
  if (!r->tested || !r->alarm || rule == C2_ALONE)
    return r->tested && r->alarm;
  return y >= LEAST && (rule == C2_VIGILANCE || (y > r->expected && stands(b, b->d->series[b->series].when[t], r->p)));
}

/* One planted surge at row p: found, and how many rows late. */
static vg_code plant(struct replay *b, size_t p, int rule, struct vg_err *err) {
  const struct anticipate_series *s = &b->d->series[b->series];
  size_t end = p + SILENCE < s->n ? p + SILENCE : s->n;
  double mean = stats_mean(s->y + p - HALF_YEAR, HALF_YEAR),
         extra = ceil(fmax(6, 3 * sqrt(stats_variance(s->y + p - HALF_YEAR, HALF_YEAR, mean))));
  memcpy(b->copy, s->y, s->n * sizeof *b->copy);
  for (size_t i = p; i < p + SURGE && i < s->n; i++)
    b->copy[i] += extra;
  memset(b->r, 0, s->n * sizeof *b->r);
  VG_TRY(run(b->copy, p, end, rule, b->r, err));
  b->out->warning[rule].planted++;
  for (size_t t = p; t < end; t++)
    if (alarms(b, rule, t, &b->r[t], b->copy[t])) {
      b->out->warning[rule].found++;
      b->out->warning[rule].rows_late += (double)(t - p);
      break;
    }
  return VG_OK;
}

/* Judged from both sides, which no warning can be: does row t stand out of the half years before and after it? */
static bool stands_out(const double *y, size_t n, size_t t) {
  double around[2 * (HALF_YEAR + BEFORE) + 1];
  size_t m = 0, from = t > HALF_YEAR + BEFORE ? t - HALF_YEAR - BEFORE : 0;
  for (size_t i = from; i < n && i <= t + HALF_YEAR + BEFORE; i++)
    if (i + BEFORE < t || i > t + AFTER)
      around[m++] = y[i];
  double mean = stats_mean(around, m), variance = stats_variance(around, m, mean);
  return y[t] >= LEAST && y[t] >= mean + undisputed * sqrt(fmax(variance, fmax(mean, .25)));
}

static bool any_of(const bool *v, size_t n, size_t from, size_t to) {
  for (size_t i = from; i <= to && i < n; i++)
    if (v[i])
      return true;
  return false;
}

static size_t before(size_t t, size_t rows) { return t > rows ? t - rows : 0; }

/* A surge begins where none was in the four rows before. */
static bool begins(const bool *surge, size_t t) {
  return surge[t] && (t == 0 || !any_of(surge, t, before(t, SILENCE), t - 1));
}

/* Episodes of alarms with four rows of silence after each, and how they agree with hindsight. */
static vg_code watch(struct replay *b, int rule, struct vg_err *err) {
  const struct anticipate_series *s = &b->d->series[b->series];
  bool *alarm = calloc(s->n, sizeof *alarm);
  vg_code rc = VG_OK;
  if (!alarm)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  memset(b->r, 0, s->n * sizeof *b->r);
  VG_GO(run(s->y, SECOND_YEAR, s->n, rule, b->r, err));
  for (size_t t = SECOND_YEAR; t < s->n; t++)
    alarm[t] = alarms(b, rule, t, &b->r[t], s->y[t]);
  for (size_t t = SECOND_YEAR; t < s->n; t++)
    if (alarm[t]) {
      b->out->warning[rule].episodes++;
      b->out->warning[rule].unfounded += !any_of(b->surge, s->n, before(t, BEFORE), t + SILENCE - 1);
      t += SILENCE;
    }
  for (size_t t = SECOND_YEAR; t < s->n; t++)
    if (begins(b->surge, t))
      b->out->warning[rule].met += any_of(alarm, s->n, before(t, BEFORE), t + SILENCE - 1);
out:
  free(alarm);
  return rc;
}

static vg_code score(void *ctx, size_t t, double (*q)[ANTICIPATE_LEVELS], struct vg_err *err) {
  struct replay *b = ctx;
  const struct anticipate_series *s = &b->d->series[b->series];
  double base[ANTICIPATE_HORIZON_MAX][ANTICIPATE_LEVELS];
  if (t >= s->n)
    return VG_OK;
  bool quiet = stats_mean(s->y + t - HALF_YEAR, HALF_YEAR) * HALF_YEAR < ENOUGH_EVENTS - .5;
  struct anticipate_backtest_forecast *f = &b->out->forecast[quiet];
  VG_TRY(anticipate_naive(s->y, t, b->horizon, base, err));
  for (size_t h = 1; h <= b->horizon && t + h <= s->n; h++) {
    double y = s->y[t + h - 1];
    const double *said = q[h - 1];
    f->wis += anticipate_wis(said, y);
    f->wis_naive += anticipate_wis(base[h - 1], y);
    f->cover50 += y >= said[6] && y <= said[16];
    f->cover95 += y >= said[1] && y <= said[21];
    f->n++;
  }
  return VG_OK;
}

static vg_code one(struct replay *b, struct vg_err *err) {
  const struct anticipate_series *s = &b->d->series[b->series];
  vg_code rc = VG_OK;
  b->copy = calloc(s->n, sizeof *b->copy);
  b->r = calloc(s->n, sizeof *b->r);
  b->surge = calloc(s->n, sizeof *b->surge);
  if (!b->copy || !b->r || !b->surge)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "anticipate.memory"));
  for (size_t t = 0; t < s->n; t++)
    b->surge[t] = stands_out(s->y, s->n, t);
  for (size_t t = SECOND_YEAR; t < s->n; t++)
    b->out->surges += begins(b->surge, t);
  for (int rule = 0; rule < ANTICIPATE_RULES; rule++) {
    VG_GO(watch(b, rule, err));
    for (size_t p = SECOND_YEAR; p + SURGE <= s->n; p += HALF_YEAR)
      VG_GO(plant(b, p, rule, err));
  }
  VG_GO(forecast_walk(s->y, s->n, LONG_ENOUGH, b->horizon, score, b, err));
out:
  free(b->copy);
  free(b->r);
  free(b->surge);
  return rc;
}

/* What the first line says of every row, to correct one series by all that were tested beside it. */
static vg_code test_all(struct replay *b, struct vg_err *err) {
  size_t most = 0;
  for (size_t i = 0; i < b->d->n; i++)
    most += b->d->series[i].n;
  b->all = calloc(most + 1, sizeof *b->all);
  if (!b->all)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  for (size_t i = 0; i < b->d->n; i++) {
    const struct anticipate_series *s = &b->d->series[i];
    struct anticipate_result *r = calloc(s->n + 1, sizeof *r);
    vg_code rc = r ? run(s->y, 0, s->n, FISHER_ALERT, r, err) : VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
    for (size_t t = 0; rc == VG_OK && t < s->n; t++)
      if (r[t].tested)
        b->all[b->n++] = (struct tested){s->when[t], r[t].p, i};
    free(r);
    VG_TRY(rc);
  }
  if (b->n)
    qsort(b->all, b->n, sizeof *b->all, by_time);
  return VG_OK;
}

static vg_code replay(struct replay *b, struct vg_err *err) {
  VG_TRY(test_all(b, err));
  for (b->series = 0; b->series < b->d->n; b->series++) {
    if (b->d->series[b->series].n <= LONG_ENOUGH)
      continue;
    b->out->series++;
    b->out->years100 += (int64_t)(b->d->series[b->series].n - SECOND_YEAR) * 10000 / 5218;
    VG_TRY(one(b, err));
  }
  return VG_OK;
}

vg_code anticipate_backtest(const struct anticipate_data *d, size_t horizon, struct anticipate_backtest *out,
                            struct vg_err *err) {
  struct replay b = {.d = d, .horizon = horizon, .out = out};
  *out = (struct anticipate_backtest){.warning = {{.method = "c2"}, {.method = "vigilance"}, {.method = "alert"}}};
  vg_code rc = replay(&b, err);
  free(b.all);
  VG_TRY(rc);
  for (int rule = 0; rule < ANTICIPATE_RULES; rule++)
    out->warning[rule].rows_late /= (double)(out->warning[rule].found ? out->warning[rule].found : 1);
  if (!out->series)
    return VG_FAIL(err, VG_EDATA, "anticipate.backtest.short", VG_N(LONG_ENOUGH));
  for (int quiet = 0; quiet < 2; quiet++) {
    struct anticipate_backtest_forecast *f = &out->forecast[quiet];
    f->cover50 /= (double)(f->n ? f->n : 1);
    f->cover95 /= (double)(f->n ? f->n : 1);
  }
  return VG_OK;
}
