#include "anticipate/stats.h"

#include <float.h>
#include <math.h>

double stats_normal_cdf(double z) { return 0.5 * erfc(-z / sqrt(2)); }

/* Acklam's rational approximation (relative 1e-9), then one step of Halley's method against erfc. */
double stats_normal_quantile(double p) {
  static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                             1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                             6.680131188771972e+01, -1.328068155288572e+01};
  static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                             -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                             3.754408661907416e+00};
  if (!(p > 0 && p < 1))
    return p <= 0 ? -HUGE_VAL : p >= 1 ? HUGE_VAL : p;
  double tail = p < 0.5 ? p : 1 - p, x;
  if (tail < 0.02425) {
    double q = sqrt(-2 * log(tail));
    x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
        ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    x = p < 0.5 ? x : -x;
  } else {
    double q = p - 0.5, r = q * q;
    x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
        (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
  }
  double e = p < 0.5 ? stats_normal_cdf(x) - p : (1 - p) - stats_normal_cdf(-x);
  double u = e * sqrt(2 * M_PI) * exp(x * x / 2);
  return x - u / (1 + x * u / 2);
}

double stats_nb_log(double y, double size, double mean) {
  if (mean <= 0)
    return y > 0 ? -HUGE_VAL : 0;
  if (isinf(size) || size > 1e12 * (mean + y + 1))
    return y * log(mean) - mean - lgamma(y + 1);
  return lgamma(y + size) - lgamma(size) - lgamma(y + 1) - size * log1p(mean / size) - y * log1p(size / mean);
}

/* The continued fraction of the incomplete beta function, Lentz's method (Numerical Recipes 6.4). */
static double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
  double h = d;
  for (int m = 1; m <= 20000; m++) {
    double M = m, even = M * (b - M) * x / ((a + 2 * M - 1) * (a + 2 * M)),
           odd = -(a + M) * (a + b + M) * x / ((a + 2 * M) * (a + 2 * M + 1));
    d = 1 + even * d;
    c = 1 + even / c;
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    c = fabs(c) < DBL_MIN ? DBL_MIN : c;
    h *= d * c;
    d = 1 + odd * d;
    c = 1 + odd / c;
    d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
    c = fabs(c) < DBL_MIN ? DBL_MIN : c;
    double step = d * c;
    h *= step;
    if (fabs(step - 1) < 1e-15)
      break;
  }
  return h;
}

/* I_x(a, b), with y = 1 - x given apart so that neither loses digits. */
static double beta_regular(double a, double b, double x, double y) {
  if (x <= 0 || y <= 0)
    return x <= 0 ? 0 : 1;
  double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
  if (x < (a + 1) / (a + b + 2))
    return front * beta_fraction(a, b, x) / a;
  double rest = front * beta_fraction(b, a, y) / b;
  /* the fraction on this side converges too, only slower: for a result that the difference would lose */
  return rest < 0.99 ? 1 - rest : front * beta_fraction(a, b, x) / a;
}

/* P(Poisson(mean) >= y), y a whole number above 0: the shorter of the two sums. */
static double poisson_tail(double y, double mean) {
  double term = exp(y * log(mean) - mean - lgamma(y + 1)), sum = 0;
  if (y > mean) {
    for (double k = y; term > sum * 1e-17 && term > 0; k++) {
      sum += term;
      term *= mean / (k + 1);
    }
    return sum < 1 ? sum : 1;
  }
  for (double k = y; k > 0 && (sum <= 0 || term > sum * 1e-17); k--) {
    term *= k / mean;
    sum += term;
  }
  return sum < 1 ? 1 - sum : 0;
}

double stats_nb_tail(double y, double size, double mean) {
  if (y <= 0)
    return 1;
  if (mean <= 0)
    return 0;
  y = ceil(y);
  if (isinf(size) || size > 1e9 * (mean + y))
    return poisson_tail(y, mean);
  return beta_regular(y, size, mean / (mean + size), size / (mean + size));
}

double stats_nb_quantile(double p, double size, double mean) {
  if (!(mean > 0) || p <= 0)
    return 0;
  if (p >= 1)
    return HUGE_VAL;
  /* P(Y <= y) >= p is P(Y >= y+1) <= 1-p; R's qnbinom forgives rounding by 64 epsilon in the same way. */
  double beyond = (1 - p) * (1 + 64 * DBL_EPSILON) + 64 * DBL_EPSILON, low = -1, high = 1;
  while (stats_nb_tail(high + 1, size, mean) > beyond) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    double mid = floor((low + high) / 2);
    if (stats_nb_tail(mid + 1, size, mean) > beyond)
      low = mid;
    else
      high = mid;
  }
  return high;
}

double stats_fisher(double p1, double p2) {
  double product = p1 * p2;
  return product > 0 ? product * (1 - log(product)) : 0;
}

double stats_mean(const double *y, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += y[i];
  return sum / (double)n;
}

double stats_variance(const double *y, size_t n, double mean) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (y[i] - mean) * (y[i] - mean);
  return sum / (double)(n - 1);
}
