/* Counts and groups compared: proportions (Wilson, Clopper-Pearson, Newcombe), McNemar, Welch and Hedges, rates,
 * strata, several tests at once. */
#include "evaluation/stat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void stat_wilson(double x, double n, double z, double *lo, double *hi) {
  double p = x / n, mid = (p + z * z / (2 * n)) / (1 + z * z / n);
  double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  *lo = x <= 0 ? 0 : mid - half;
  *hi = x >= n ? 1 : mid + half;
}

static void proportion(struct vg_jw *w, double x, double n, double level) {
  double lo, hi, tail = (1 - level) / 2;
  stat_wilson(x, n, stat_qnorm(1 - tail), &lo, &hi);
  vg_jw_knum(w, "x", x);
  vg_jw_knum(w, "n", n);
  vg_jw_knum(w, "p", x / n);
  vg_jw_knum(w, "wilson_lo", lo);
  vg_jw_knum(w, "wilson_hi", hi);
  vg_jw_knum(w, "cp_lo", x <= 0 ? 0 : stat_qbeta(tail, x, n - x + 1));
  vg_jw_knum(w, "cp_hi", x >= n ? 1 : 1 - stat_qbeta(tail, n - x, x + 1));
}

/* Newcombe 1998, method 10: the difference of two proportions from their Wilson limits. */
static void newcombe(struct vg_jw *w, const double *x, const double *n, double z) {
  double lo[2], hi[2], p[2] = {x[0] / n[0], x[1] / n[1]}, d = p[0] - p[1];
  for (int i = 0; i < 2; i++)
    stat_wilson(x[i], n[i], z, &lo[i], &hi[i]);
  vg_jw_knum(w, "diff", d);
  vg_jw_knum(w, "lo", d - sqrt(pow(p[0] - lo[0], 2) + pow(hi[1] - p[1], 2)));
  vg_jw_knum(w, "hi", d + sqrt(pow(hi[0] - p[0], 2) + pow(p[1] - lo[1], 2)));
}

/* The named column; a table of two columns needs no names. */
static vg_code either(const struct stat_table *t, const char *name, size_t at, double **out, struct vg_err *err) {
  size_t column = stat_column(t, name);
  if (column == SIZE_MAX && t->columns == 2)
    column = at;
  else
    VG_TRY(stat_need(t, name, &column, err));
  return stat_numbers(t, column, false, out, err);
}

static vg_code counts_ok(const double *x, const double *n, size_t rows, struct vg_err *err) {
  for (size_t i = 0; i < rows; i++)
    if (x[i] < 0 || n[i] <= 0 || x[i] > n[i] || x[i] != floor(x[i]) || n[i] != floor(n[i]))
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
  return VG_OK;
}

vg_code stat_proportion(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  double *x, *n, level;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(either(t, "x", 0, &x, err));
  VG_TRY(either(t, "n", 1, &n, err));
  VG_TRY(counts_ok(x, n, t->rows, err));
  if (t->rows == 1)
    proportion(w, x[0], n[0], level);
  if (t->rows == 2)
    newcombe(w, x, n, stat_qnorm(1 - (1 - level) / 2));
  for (size_t i = 0; i < t->rows; i++) {
    char name[80];
    snprintf(name, sizeof name, "prop_%.0f_%.0f", x[i], n[i]);
    vg_jw_key(w, name);
    vg_jw_obj(w);
    proportion(w, x[i], n[i], level);
    vg_jw_end(w);
  }
  return VG_OK;
}

/* before, after, n: pairs counted. b: the first answer to the second, in order of the alphabet (non then oui); c the
 * other way. */
vg_code stat_mcnemar(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  size_t cb, ca, cn, count = 0;
  double *n, b = 0, c = 0;
  vg_str first = VG_NOSTR, value[3];
  (void)p;
  VG_TRY(stat_need(t, "before", &cb, err));
  VG_TRY(stat_need(t, "after", &ca, err));
  VG_TRY(stat_need(t, "n", &cn, err));
  VG_TRY(stat_numbers(t, cn, false, &n, err));
  for (size_t i = 0; i < 2 * t->rows; i++) {
    vg_str s = stat_text(t, i / 2, i % 2 ? ca : cb);
    size_t k = 0;
    while (k < count && !vg_str_eq(value[k], s))
      k++;
    if (k == count && count < 3)
      value[count++] = s;
    if (!first.p || vg_str_cmp(s, first) < 0)
      first = s;
  }
  if (count != 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.two_answers", VG_N(count));
  for (size_t i = 0; i < t->rows; i++) {
    bool from = vg_str_eq(stat_text(t, i, cb), first), to = vg_str_eq(stat_text(t, i, ca), first);
    if (n[i] < 0 || n[i] != floor(n[i]))
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
    b += from && !to ? n[i] : 0;
    c += !from && to ? n[i] : 0;
  }
  double edge = fabs(b - c) - 1, chi2 = b + c > 0 ? edge * edge / (b + c) : 0;
  vg_jw_knum(w, "b", b);
  vg_jw_knum(w, "c", c);
  vg_jw_knum(w, "exact_p", b + c > 0 ? stat_binom_test(b, b + c, 0.5) : 1);
  vg_jw_knum(w, "chi2_cc", chi2);
  vg_jw_knum(w, "p_cc", stat_pchisq(chi2, 1, true));
  return VG_OK;
}

vg_code stat_gap(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  struct stat_levels g;
  size_t cg, cs, count[2] = {0};
  double *x, *part[2], scale, level;
  VG_TRY(stat_param_number(p, "scale", 5, &scale, err));
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(stat_need(t, "group", &cg, err));
  VG_TRY(stat_need(t, "score", &cs, err));
  VG_TRY(stat_numbers(t, cs, false, &x, err));
  VG_TRY(stat_levels(t, cg, &g, err));
  if (g.n != 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.two_groups", VG_N(g.n));
  for (int k = 0; k < 2; k++)
    VG_TRY(stat_alloc(t, t->rows, sizeof(double), &part[k], err));
  for (size_t i = 0; i < t->rows; i++)
    part[g.of[i]][count[g.of[i]]++] = x[i];
  if (count[0] < 2 || count[1] < 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.few");
  double n1 = (double)count[0], n2 = (double)count[1], m1 = stat_mean(part[0], count[0]),
         m2 = stat_mean(part[1], count[1]);
  double v1 = stat_var(part[0], count[0]), v2 = stat_var(part[1], count[1]), e1 = v1 / n1, e2 = v2 / n2,
         se = sqrt(e1 + e2);
  double df = (e1 + e2) * (e1 + e2) / (e1 * e1 / (n1 - 1) + e2 * e2 / (n2 - 1)), tt = (m1 - m2) / se,
         half = stat_qt(1 - (1 - level) / 2, df) * se;
  double pooled = sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / (n1 + n2 - 2)), d = (m1 - m2) / pooled,
         uniform = (scale * scale - 1) / 12;
  vg_jw_knum(w, "m1", m1);
  vg_jw_knum(w, "m2", m2);
  vg_jw_knum(w, "diff", m1 - m2);
  vg_jw_knum(w, "t", tt);
  vg_jw_knum(w, "df", df);
  vg_jw_knum(w, "p", 2 * stat_pt(-fabs(tt), df));
  vg_jw_knum(w, "lo", m1 - m2 - half);
  vg_jw_knum(w, "hi", m1 - m2 + half);
  vg_jw_knum(w, "cohen_d", d);
  vg_jw_knum(w, "hedges_g", d * (1 - 3 / (4 * (n1 + n2 - 2) - 1)));
  vg_jw_knum(w, "rwg1", 1 - v1 / uniform);
  vg_jw_knum(w, "rwg2", 1 - v2 / uniform);
  return VG_OK;
}

static void rate_ratio(struct vg_jw *w, double x1, double t1, double x2, double t2, double level) {
  double tail = (1 - level) / 2, z = stat_qnorm(1 - tail), rr = x1 / t1 / (x2 / t2), se = sqrt(1 / x1 + 1 / x2);
  double lo = x1 <= 0 ? 0 : stat_qbeta(tail, x1, x2 + 1),
         up = x2 <= 0 ? 0 : stat_qbeta(tail, x2, x1 + 1); /* up is 1 - upper limit */
  vg_jw_knum(w, "rr", rr);
  vg_jw_knum(w, "wald_lo", rr * exp(-z * se));
  vg_jw_knum(w, "wald_hi", rr * exp(z * se));
  vg_jw_knum(w, "exact_lo", lo / (1 - lo) * t2 / t1);
  vg_jw_knum(w, "exact_hi", (1 - up) / up * t2 / t1);
  vg_jw_knum(w, "p_exact", stat_binom_test(x1, x1 + x2, t1 / (t1 + t2)));
}

/* Rows: x events in t units of exposure; the first against the second. Or two rates, for the exposure that would show
 * their difference. */
vg_code stat_rate_ratio(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  size_t cr = stat_column(t, "rate");
  double *x, *e, level, power;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  VG_TRY(stat_param_number(p, "power", 0.8, &power, err));
  if (t->rows != 2)
    return VG_FAIL(err, VG_EDATA, "evaluation.two_rows", VG_N(t->rows));
  if (cr != SIZE_MAX) {
    VG_TRY(stat_numbers(t, cr, false, &x, err));
    double z = stat_qnorm(1 - (1 - level) / 2) + stat_qnorm(power);
    if (x[0] <= 0 || x[1] <= 0 || x[0] == x[1])
      return VG_FAIL(err, VG_EDATA, "evaluation.rates");
    vg_jw_knum(w, "exposure", z * z * (x[0] + x[1]) / ((x[0] - x[1]) * (x[0] - x[1])));
    return VG_OK;
  }
  VG_TRY(either(t, "x", 0, &x, err));
  VG_TRY(either(t, "t", 1, &e, err));
  for (size_t i = 0; i < 2; i++)
    if (x[i] < 0 || x[i] != floor(x[i]) || e[i] <= 0)
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
  rate_ratio(w, x[0], e[0], x[1], e[1], level);
  return VG_OK;
}

/* N: population of the stratum, n answers with mean and sd; finite population correction. */
vg_code stat_strata(struct stat_table *t, const struct stat_params *p, struct vg_jw *w, struct vg_err *err) {
  static const char *const names[] = {"N", "n", "mean", "sd"};
  double *v[4], level, all = 0, answers = 0, mean = 0, var = 0;
  VG_TRY(stat_param_number(p, "level", 0.95, &level, err));
  for (size_t c = 0; c < 4; c++) {
    size_t column = SIZE_MAX; /* N and n differ by case only */
    for (size_t i = 0; i < t->columns; i++)
      if (vg_str_eqz(t->heading[i], names[c]))
        column = i;
    if (column == SIZE_MAX)
      return VG_FAIL(err, VG_EDATA, "evaluation.column", names[c]);
    VG_TRY(stat_numbers(t, column, false, &v[c], err));
  }
  for (size_t i = 0; i < t->rows; i++) {
    if (v[1][i] < 1 || v[0][i] < v[1][i] || v[3][i] < 0)
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
    all += v[0][i];
    answers += v[1][i];
  }
  for (size_t i = 0; i < t->rows; i++) {
    double share = v[0][i] / all;
    mean += share * v[2][i];
    var += share * share * (1 - v[1][i] / v[0][i]) * v[3][i] * v[3][i] / v[1][i];
  }
  double half = stat_qnorm(1 - (1 - level) / 2) * sqrt(var);
  vg_jw_knum(w, "mean", mean);
  vg_jw_knum(w, "se", sqrt(var));
  vg_jw_knum(w, "lo", mean - half);
  vg_jw_knum(w, "hi", mean + half);
  vg_jw_knum(w, "response_rate", answers / all);
  return VG_OK;
}

struct ranked {
  double p;
  size_t at;
};

static int by_p(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : (x->at > y->at) - (x->at < y->at);
}

static void list(struct vg_jw *w, const char *name, const double *x, size_t n) {
  vg_jw_key(w, name);
  vg_jw_arr(w);
  for (size_t i = 0; i < n; i++)
    vg_jw_num(w, x[i]);
  vg_jw_end(w);
}

vg_code stat_p_adjust(struct stat_table *t, const struct stat_params *params, struct vg_jw *w, struct vg_err *err) {
  size_t column, n = t->rows;
  double *p, *holm, *bh, *bonf, m = (double)n, running = 0;
  struct ranked *r;
  (void)params;
  VG_TRY(stat_need(t, "p", &column, err));
  VG_TRY(stat_numbers(t, column, false, &p, err));
  VG_TRY(stat_alloc(t, n, sizeof *r, &r, err));
  VG_TRY(stat_alloc(t, n, sizeof *holm, &holm, err));
  VG_TRY(stat_alloc(t, n, sizeof *bh, &bh, err));
  VG_TRY(stat_alloc(t, n, sizeof *bonf, &bonf, err));
  for (size_t i = 0; i < n; i++) {
    if (p[i] < 0 || p[i] > 1)
      return VG_FAIL(err, VG_EDATA, "evaluation.counts", VG_N(i + 2));
    r[i] = (struct ranked){p[i], i};
    bonf[i] = fmin(1, m * p[i]);
  }
  qsort(r, n, sizeof *r, by_p);
  for (size_t i = 0; i < n; i++)
    holm[r[i].at] = running = fmin(1, fmax(running, (m - (double)i) * r[i].p));
  running = 1;
  for (size_t i = n; i-- > 0;)
    bh[r[i].at] = running = fmin(running, m / (double)(i + 1) * r[i].p);
  list(w, "p", p, n);
  list(w, "holm", holm, n);
  list(w, "bh", bh, n);
  list(w, "bonf", bonf, n);
  return VG_OK;
}
