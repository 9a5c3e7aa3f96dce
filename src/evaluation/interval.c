/* Limits of counts for those who show one, out of the same functions as `evaluate compute`. */
#include "evaluation/evaluation.h"
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

double evaluation_changed(int64_t gained, int64_t lost) {
  return gained + lost > 0 ? stat_binom_test((double)gained, (double)(gained + lost), 0.5) : 1;
}
