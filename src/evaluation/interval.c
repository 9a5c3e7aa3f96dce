/* Limits of counts for those who show one, out of the same functions as `evaluate compute`. */
#include "evaluation/evaluation.h"

#include <math.h>

#include "evaluation/stat.h"

void evaluation_share(int64_t x, int64_t n, double *lo, double *hi) {
  *lo = 0;
  *hi = 1;
  if (n > 0)
    stat_wilson((double)x, (double)n, stat_qnorm(0.975), lo, hi);
}

void evaluation_count(int64_t x, double *lo, double *hi) {
  *lo = x > 0 ? stat_qchisq(0.025, 2 * (double)x) / 2 : 0;
  *hi = stat_qchisq(0.975, 2 * (double)x + 2) / 2;
}

void evaluation_ratio(int64_t x, int64_t y, double *lo, double *hi) {
  double p = x > 0 ? stat_qbeta(0.025, (double)x, (double)y + 1) : 0;
  double q = y > 0 ? stat_qbeta(0.975, (double)x + 1, (double)y) : 1;
  *lo = p / (1 - p);
  *hi = y > 0 ? q / (1 - q) : (double)INFINITY;
}

double evaluation_changed(int64_t gained, int64_t lost) {
  return gained + lost > 0 ? stat_binom_test((double)gained, (double)(gained + lost), 0.5) : 1;
}

static double log_choose(double n, double k) { return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1); }

double evaluation_two_shares(int64_t x, int64_t n, int64_t y, int64_t m) {
  int64_t k = x + y, from = k > m ? k - m : 0, to = k < n ? k : n;
  double seen = log_choose((double)n, (double)x) + log_choose((double)m, (double)y), p = 0, all = 0;
  if (n <= 0 || m <= 0)
    return 1;
  for (int64_t i = from; i <= to; i++) {
    double l = log_choose((double)n, (double)i) + log_choose((double)m, (double)(k - i)) - seen;
    all += exp(l);
    p += l <= 1e-7 ? exp(l) : 0;
  }
  return p / all;
}
