/* Do the answers hang together, and do the judges agree? Cronbach 1951 with Feldt's interval, ICC after Shrout and
 * Fleiss 1979 and McGraw and Wong 1996, Krippendorff's alpha, Kendall's W with correction for ties. */
#include "evaluation/stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double alpha_of(const double *x, size_t n, size_t k, size_t without) {
  double items = 0, mean = 0, total = 0, used = (double)(without < k ? k - 1 : k);
  for (size_t j = 0; j < k; j++) {
    double m = 0, s = 0;
    if (j == without)
      continue;
    for (size_t i = 0; i < n; i++)
      m += x[i * k + j] / (double)n;
    for (size_t i = 0; i < n; i++)
      s += (x[i * k + j] - m) * (x[i * k + j] - m);
    items += s / (double)(n - 1);
    mean += m;
  }
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t j = 0; j < k; j++)
      sum += j == without ? 0 : x[i * k + j];
    total += (sum - mean) * (sum - mean);
  }
  total /= (double)(n - 1);
  return used / (used - 1) * (1 - items / total);
}

/* Correlation of item a with item b, or with the sum of all items but a when b is k. */
static double correlation(const double *x, size_t n, size_t k, size_t a, size_t b) {
  double ma = 0, mb = 0, saa = 0, sbb = 0, sab = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < n; i++) {
      double u = x[i * k + a], v = b < k ? x[i * k + b] : -u;
      for (size_t j = 0; b == k && j < k; j++)
        v += x[i * k + j];
      if (pass == 0) {
        ma += u / (double)n;
        mb += v / (double)n;
      } else {
        saa += (u - ma) * (u - ma);
        sbb += (v - mb) * (v - mb);
        sab += (u - ma) * (v - mb);
      }
    }
  }
  return sab / sqrt(saa * sbb);
}

static void dropped(const double *x, size_t n, size_t k, const vg_str *names, struct vg_jw *w) {
  for (size_t j = 0; j < k; j++) {
    struct vg_buf key;
    double mean = 0, var = 0;
    for (size_t i = 0; i < n; i++)
      mean += x[i * k + j] / (double)n;
    for (size_t i = 0; i < n; i++)
      var += (x[i * k + j] - mean) * (x[i * k + j] - mean) / (double)(n - 1);
    vg_buf_init(&key, 4096);
    vg_buf_z(&key, "alpha_drop_");
    vg_buf_str(&key, names[j]);
    vg_jw_keys(w, vg_buf_view(&key));
    vg_buf_fini(&key);
    vg_jw_obj(w);
    vg_jw_knum(w, "alpha", k > 2 ? alpha_of(x, n, k, j) : (double)NAN);
    vg_jw_knum(w, "r_rest", correlation(x, n, k, j, k));
    vg_jw_knum(w, "mean", mean);
    vg_jw_knum(w, "sd", sqrt(var));
    vg_jw_end(w);
  }
}

vg_code stat_alpha(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  double *x, level, rbar = 0;
  size_t n = t->rows, k = t->columns;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(stat_matrix(t, false, &x, err));
  if (n < 3 || k < 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  for (size_t a = 0; a < k; a++)
    for (size_t b = 0; b < a; b++)
      rbar += correlation(x, n, k, a, b) * 2 / (double)(k * (k - 1));
  double raw = alpha_of(x, n, k, k), d1 = (double)(n - 1), d2 = d1 * (double)(k - 1), tail = (1 - level) / 2;
  vg_jw_kint(w, "n", (int64_t)n);
  vg_jw_kint(w, "k", (int64_t)k);
  vg_jw_knum(w, "raw", raw);
  vg_jw_knum(w, "std", (double)k * rbar / (1 + (double)(k - 1) * rbar));
  vg_jw_knum(w, "rbar", rbar);
  vg_jw_knum(w, "feldt_lo", 1 - (1 - raw) * stat_qf(1 - tail, d1, d2));
  vg_jw_knum(w, "feldt_hi", 1 - (1 - raw) * stat_qf(tail, d1, d2));
  dropped(x, n, k, t->heading, w);
  return VG_OK;
}

struct squares {
  double n, k, rows, columns, error, within;
};

static struct squares two_way(const double *x, size_t n, size_t k) {
  struct squares s = {.n = (double)n, .k = (double)k};
  double grand = stat_mean(x, n * k), total = 0;
  for (size_t i = 0; i < n; i++) {
    double m = stat_mean(x + i * k, k);
    s.rows += s.k * (m - grand) * (m - grand);
    for (size_t j = 0; j < k; j++) {
      total += (x[i * k + j] - grand) * (x[i * k + j] - grand);
      s.within += (x[i * k + j] - m) * (x[i * k + j] - m);
    }
  }
  for (size_t j = 0; j < k; j++) {
    double m = 0;
    for (size_t i = 0; i < n; i++)
      m += x[i * k + j] / s.n;
    s.columns += s.n * (m - grand) * (m - grand);
  }
  s.error = (total - s.rows - s.columns) / ((s.n - 1) * (s.k - 1));
  s.rows /= s.n - 1;
  s.columns /= s.k - 1;
  s.within /= s.n * (s.k - 1);
  return s;
}

static void single(struct vg_jw *w, const char *name, const struct squares *s, double noise, double df, double tail) {
  double f = s->rows / noise, low = f / stat_qf(1 - tail, s->n - 1, df), high = f * stat_qf(1 - tail, df, s->n - 1);
  vg_jw_key(w, name);
  vg_jw_obj(w);
  vg_jw_knum(w, "lo", (low - 1) / (low + s->k - 1));
  vg_jw_knum(w, "hi", (high - 1) / (high + s->k - 1));
  vg_jw_knum(w, "F", f);
  vg_jw_knum(w, "p", stat_pf(f, s->n - 1, df, true));
  vg_jw_end(w);
}

static void random_judges(struct vg_jw *w, const struct squares *s, double icc, double tail) {
  double n = s->n, k = s->k, fj = s->columns / s->error, a = n * (1 + (k - 1) * icc) - k * icc;
  double v = (k - 1) * (n - 1) * pow(k * icc * fj + a, 2) / ((n - 1) * k * k * icc * icc * fj * fj + a * a);
  double up = stat_qf(1 - tail, n - 1, v), down = stat_qf(1 - tail, v, n - 1),
         rest = k * s->columns + (k * n - k - n) * s->error;
  vg_jw_key(w, "icc21_ci");
  vg_jw_obj(w);
  vg_jw_knum(w, "v", v);
  vg_jw_knum(w, "lo", n * (s->rows - up * s->error) / (up * rest + n * s->rows));
  vg_jw_knum(w, "hi", n * (down * s->rows - s->error) / (rest + n * down * s->rows));
  vg_jw_end(w);
}

vg_code stat_icc(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  double *x, level;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(stat_matrix(t, false, &x, err));
  if (t->rows < 2 || t->columns < 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  struct squares s = two_way(x, t->rows, t->columns);
  double n = s.n, k = s.k, r = s.rows, c = s.columns, e = s.error, i = s.within,
         icc21 = (r - e) / (r + (k - 1) * e + k * (c - e) / n);
  vg_jw_knum(w, "MSR", r);
  vg_jw_knum(w, "MSC", c);
  vg_jw_knum(w, "MSE", e);
  vg_jw_knum(w, "MSW", i);
  vg_jw_knum(w, "ICC11", (r - i) / (r + (k - 1) * i));
  vg_jw_knum(w, "ICC21", icc21);
  vg_jw_knum(w, "ICC31", (r - e) / (r + (k - 1) * e));
  vg_jw_knum(w, "ICC1k", (r - i) / r);
  vg_jw_knum(w, "ICC2k", (r - e) / (r + (c - e) / n));
  vg_jw_knum(w, "ICC3k", (r - e) / r);
  single(w, "icc11_ci", &s, i, n * (k - 1), (1 - level) / 2);
  single(w, "icc31_ci", &s, e, (n - 1) * (k - 1), (1 - level) / 2);
  random_judges(w, &s, icc21, (1 - level) / 2);
  return VG_OK;
}

enum metric { NOMINAL, ORDINAL, INTERVAL, RATIO, METRICS };
static const char *const metrics[] = {"nominal", "ordinal", "interval", "ratio"};

struct agreement {
  const double *x; /* judges by units, NAN where a judge said nothing */
  size_t judges, units, values;
  double *value, *share, *pairs; /* distinct values in order, their margins, the coincidence matrix */
};

static size_t index_of(const struct agreement *a, double v) {
  size_t i = 0;
  while (i < a->values && a->value[i] != v)
    i++;
  return i;
}

static bool pairable(const struct agreement *a, size_t unit) {
  size_t m = 0;
  for (size_t j = 0; j < a->judges; j++)
    m += isnan(a->x[j * a->units + unit]) ? 0 : 1;
  return m >= 2;
}

static void coincidences(struct agreement *a, size_t without) {
  size_t v = a->values;
  for (size_t i = 0; i < v * v; i++)
    a->pairs[i] = 0;
  for (size_t u = 0; u < a->units; u++) {
    double m = 0;
    if (u == without || !pairable(a, u))
      continue;
    for (size_t j = 0; j < a->judges; j++)
      m += !isnan(a->x[j * a->units + u]);
    for (size_t i = 0; i < a->judges; i++) {
      for (size_t j = 0; j < a->judges; j++) {
        double one = a->x[i * a->units + u], two = a->x[j * a->units + u];
        if (i != j && !isnan(one) && !isnan(two))
          a->pairs[index_of(a, one) * v + index_of(a, two)] += 1 / (m - 1);
      }
    }
  }
  for (size_t i = 0; i < v; i++) {
    a->share[i] = 0;
    for (size_t j = 0; j < v; j++)
      a->share[i] += a->pairs[i * v + j];
  }
}

static double apart(const struct agreement *a, enum metric m, size_t i, size_t j) {
  double one = a->value[i], two = a->value[j], sum = 0;
  if (i == j)
    return 0;
  if (m == NOMINAL)
    return 1;
  if (m == INTERVAL)
    return (one - two) * (one - two);
  if (m == RATIO)
    return one + two == 0 ? 0 : pow((one - two) / (one + two), 2);
  for (size_t g = i < j ? i : j; g <= (i < j ? j : i); g++)
    sum += a->share[g];
  sum -= (a->share[i] + a->share[j]) / 2;
  return sum * sum;
}

static double agree(struct agreement *a, enum metric m, size_t without) {
  double n = 0, seen = 0, expected = 0;
  coincidences(a, without);
  for (size_t i = 0; i < a->values; i++)
    n += a->share[i];
  for (size_t i = 0; i < a->values; i++) {
    for (size_t j = 0; j < a->values; j++) {
      double d = apart(a, m, i, j);
      seen += a->pairs[i * a->values + j] * d;
      expected += a->share[i] * a->share[j] * d;
    }
  }
  return 1 - (n - 1) * seen / expected;
}

static void agreement_members(struct agreement *a, enum metric m, double level, struct vg_jw *w) {
  double alpha = agree(a, m, a->units), n = 0, sum = 0, square = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t u = 0; u < a->units; u++) {
      if (!pairable(a, u))
        continue;
      double one = agree(a, m, u);
      if (pass == 0) {
        n += 1;
        sum += one;
      } else {
        square += (one - sum / n) * (one - sum / n);
      }
    }
  }
  double se = sqrt((n - 1) / n * square), t = stat_qt(1 - (1 - level) / 2, n - 1);
  vg_jw_knum(w, "alpha", alpha);
  vg_jw_knum(w, "jack_se", se);
  vg_jw_knum(w, "jack_lo", alpha - t * se);
  vg_jw_knum(w, "jack_hi", alpha + t * se);
  vg_jw_knum(w, "units", n);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static vg_code agreement_init(struct stat_table *t, struct agreement *a, struct vg_err *err) {
  double *x;
  size_t units = 0;
  VG_TRY(stat_matrix(t, true, &x, err));
  *a = (struct agreement){.x = x, .judges = t->rows, .units = t->columns};
  VG_TRY(stat_alloc(t, t->rows * t->columns, sizeof(double), &a->value, err));
  for (size_t u = 0; u < a->units; u++) {
    units += pairable(a, u);
    for (size_t j = 0; j < a->judges && pairable(a, u); j++) {
      double v = x[j * a->units + u];
      if (!isnan(v) && index_of(a, v) == a->values)
        a->value[a->values++] = v;
    }
  }
  if (units < 3 || a->values < 2 || a->values > 1000)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  qsort(a->value, a->values, sizeof *a->value, ascending);
  VG_TRY(stat_alloc(t, a->values, sizeof(double), &a->share, err));
  return stat_alloc(t, a->values * a->values, sizeof(double), &a->pairs, err);
}

vg_code stat_krippendorff(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct agreement a;
  double confidence;
  vg_str wanted = stat_param(p, "metric");
  size_t chosen = 0;
  VG_TRY(stat_param_number(p, "confidence", 0.95, &confidence, err));
  while (wanted.n && chosen < METRICS && !vg_str_eqz(wanted, metrics[chosen]))
    chosen++;
  if (chosen == METRICS)
    return VG_FAIL(err, VG_EUSAGE, "evaluation.param", "metric", VG_T(wanted));
  VG_TRY(agreement_init(t, &a, err));
  agreement_members(&a, (enum metric)chosen, confidence, w);
  for (size_t m = 0; m < METRICS; m++) {
    char name[40];
    snprintf(name, sizeof name, "kripp_%s", metrics[m]);
    vg_jw_key(w, name);
    vg_jw_obj(w);
    agreement_members(&a, (enum metric)m, confidence, w);
    vg_jw_end(w);
  }
  return VG_OK;
}

/* Ranks of a row, ties sharing their mean; *ties grows by t^3 - t a group. */
static void ranks(const double *x, size_t n, double *out, double *ties) {
  for (size_t i = 0; i < n; i++) {
    double below = 0, same = 0;
    for (size_t j = 0; j < n; j++) {
      below += x[j] < x[i];
      same += x[j] == x[i];
    }
    out[i] = below + (same + 1) / 2;
    *ties += (same * same * same - same) / same;
  }
}

vg_code stat_kendall_w(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  double *x, *rank, *sum, ties = 0, spread = 0, m = (double)t->rows, n = (double)t->columns;
  (void)p;
  VG_TRY(stat_matrix(t, false, &x, err));
  if (t->rows < 2 || t->columns < 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  VG_TRY(stat_alloc(t, t->columns, sizeof(double), &rank, err));
  VG_TRY(stat_alloc(t, t->columns, sizeof(double), &sum, err));
  for (size_t i = 0; i < t->rows; i++) {
    ranks(x + i * t->columns, t->columns, rank, &ties);
    for (size_t j = 0; j < t->columns; j++)
      sum[j] += rank[j];
  }
  for (size_t j = 0; j < t->columns; j++)
    spread += (sum[j] - m * (n + 1) / 2) * (sum[j] - m * (n + 1) / 2);
  double W = 12 * spread / (m * m * (n * n * n - n) - m * ties), chisq = m * (n - 1) * W;
  vg_jw_knum(w, "W", W);
  vg_jw_knum(w, "chisq", chisq);
  vg_jw_knum(w, "df", n - 1);
  vg_jw_knum(w, "p", stat_pchisq(chisq, n - 1, true));
  vg_jw_knum(w, "mean_spearman", (m * W - 1) / (m - 1));
  vg_jw_knum(w, "T", ties);
  return VG_OK;
}
