/* Distributions. Incomplete beta: continued fraction (Lentz); incomplete gamma: series or continued fraction. */
#include "evaluation/stat.h"

#include <float.h>
#include <math.h>

double stat_pnorm(double z) { return 0.5 * erfc(-z / sqrt(2.0)); }

double stat_qnorm(double p) {
  if (p <= 0 || p >= 1)
    return p <= 0 ? -HUGE_VAL : HUGE_VAL;
  if (p > 0.5)
    return -stat_qnorm(1 - p);
  double low = -40, high = 0;
  for (int i = 0; i < 200 && low < high; i++) {
    double mid = 0.5 * (low + high);
    if (mid <= low || mid >= high)
      break;
    if (stat_pnorm(mid) < p)
      low = mid;
    else
      high = mid;
  }
  return 0.5 * (low + high);
}

static double lbeta(double a, double b) { return lgamma(a) + lgamma(b) - lgamma(a + b); }

static double beta_fraction(double x, double a, double b) {
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  if (fabs(d) < tiny)
    d = tiny;
  d = 1 / d;
  double h = d;
  for (int m = 1; m < 20000; m++) {
    double n = m, even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    c = fabs(c) < tiny ? tiny : c;
    h *= d * c;
    double odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1));
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    c = fabs(c) < tiny ? tiny : c;
    double step = d * c;
    h *= step;
    if (fabs(step - 1) < DBL_EPSILON)
      break;
  }
  return h;
}

/* x and its complement y = 1 - x are both given, so that neither loses digits near an end. */
static double beta_tail(double x, double y, double a, double b) {
  if (x <= 0)
    return 0;
  if (y <= 0)
    return 1;
  double front = exp(a * log(x) + b * log(y) - lbeta(a, b));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction(x, a, b) / a;
  return 1 - front * beta_fraction(y, b, a) / b;
}

double stat_pbeta(double x, double a, double b) { return beta_tail(x, 1 - x, a, b); }

double stat_pgamma(double x, double a, bool upper) {
  if (x <= 0)
    return upper ? 1 : 0;
  double front = exp(a * log(x) - x - lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; fabs(term) > fabs(sum) * DBL_EPSILON / 8; n += 1)
      sum += term *= x / n;
    return upper ? 1 - front * sum : front * sum;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 20000; i++) {
    double n = i, an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    double step = d * c;
    h *= step;
    if (fabs(step - 1) < DBL_EPSILON)
      break;
  }
  return upper ? front * h : 1 - front * h;
}

double stat_pt(double t, double df) {
  double tail = 0.5 * beta_tail(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

double stat_pf(double f, double d1, double d2, bool upper) {
  if (f <= 0)
    return upper ? 1 : 0;
  double x = d1 * f / (d1 * f + d2), y = d2 / (d1 * f + d2);
  return upper ? beta_tail(y, x, d2 / 2, d1 / 2) : beta_tail(x, y, d1 / 2, d2 / 2);
}

double stat_pchisq(double x, double df, bool upper) { return stat_pgamma(x / 2, df / 2, upper); }

/* Solved by halving until two neighbouring numbers remain: slow (some 1,000 steps at most) and sure. */
double stat_qbeta(double p, double a, double b) {
  double low = 0, high = 1;
  if (p <= 0 || p >= 1)
    return p <= 0 ? 0 : 1;
  for (int i = 0; i < 1100; i++) {
    double mid = 0.5 * (low + high);
    if (mid <= low || mid >= high)
      break;
    if (beta_tail(mid, 1 - mid, a, b) < p)
      low = mid;
    else
      high = mid;
  }
  return 0.5 * (low + high);
}

double stat_qt(double p, double df) {
  if (p == 0.5)
    return 0;
  double tail = p < 0.5 ? p : 1 - p, x = stat_qbeta(2 * tail, df / 2, 0.5), y = 1 - x;
  if (x > 0.5) /* near the middle the complement has the digits */
    y = stat_qbeta(1 - 2 * tail, 0.5, df / 2);
  double t = sqrt(df * y / x);
  return p < 0.5 ? -t : t;
}

double stat_qf(double p, double d1, double d2) {
  if (p <= 0.5) {
    double x = stat_qbeta(p, d1 / 2, d2 / 2);
    return d2 * x / (d1 * (1 - x));
  }
  double y = stat_qbeta(1 - p, d2 / 2, d1 / 2);
  return d2 * (1 - y) / (d1 * y);
}

double stat_qchisq(double p, double df) {
  double low = 0, high = df + 10;
  bool upper = p > 0.5;
  while (stat_pchisq(high, df, true) > 1 - p)
    high *= 2;
  for (int i = 0; i < 1100; i++) {
    double mid = 0.5 * (low + high);
    if (mid <= low || mid >= high)
      break;
    bool below = upper ? stat_pchisq(mid, df, true) > 1 - p : stat_pchisq(mid, df, false) < p;
    if (below)
      low = mid;
    else
      high = mid;
  }
  return 0.5 * (low + high);
}

double stat_dbinom(double k, double n, double p) {
  if (p <= 0 || p >= 1)
    return (p <= 0 ? k == 0 : k == n) ? 1 : 0;
  return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p));
}

/* P(X <= k), from the incomplete beta function. */
static double pbinom(double k, double n, double p) {
  if (k < 0)
    return 0;
  return k >= n ? 1 : beta_tail(1 - p, p, n - k, k + 1);
}

double stat_binom_test(double k, double n, double p) {
  double seen = stat_dbinom(k, n, p), limit = seen * (1 + 1e-7), total = 0;
  if (k == n * p)
    return 1;
  if (k < n * p) {
    double far = n + 1;
    while (far - 1 >= ceil(n * p) && stat_dbinom(far - 1, n, p) <= limit)
      far -= 1;
    total = pbinom(k, n, p) + (far > n ? 0 : beta_tail(p, 1 - p, far, n - far + 1));
  } else {
    double far = -1;
    while (far + 1 <= floor(n * p) && stat_dbinom(far + 1, n, p) <= limit)
      far += 1;
    total = pbinom(far, n, p) + (k <= 0 ? 1 : beta_tail(p, 1 - p, k, n - k + 1));
  }
  return total < 1 ? total : 1;
}
