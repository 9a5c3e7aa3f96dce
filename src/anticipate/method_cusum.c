/*
 * One-sided CUSUM for Poisson counts on standardised values (Rossi et al. 1999), as R's surveillance computes it: the
 * expected count is the mean of what came before the first week tested; the threshold is the count that would just have
 * raised the sum to h.
 */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>

vg_code anticipate_cusum(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                         struct anticipate_result *out, struct vg_err *err) {
  size_t start = from > (size_t)q->baseline ? from : (size_t)q->baseline;
  double sum = 0, m, k = q->k, h = q->h;
  (void)err;
  if (start >= to || start == 0)
    return VG_OK;
  m = stats_mean(y, start);
  /* Nothing at all came before: one event in twice the weeks watched keeps the scale finite. */
  if (m <= 0)
    m = 0.5 / (double)start;
  for (size_t t = start; t < to; t++) {
    double need = h + k - sum, upper, x, root = sqrt(m);
    if (q->rossi) {
      x = (y[t] - 3 * m + 2 * sqrt(y[t] * m)) / (2 * root);
      double inside = 4 * m * m + 2 * m * root * need; /* below zero: any count would do */
      upper = inside > 0 ? 5 * m + 2 * root * need - 2 * sqrt(inside) : 0;
    } else {
      x = (y[t] - m) / root;
      upper = ceil(root * need + m);
    }
    sum = fmax(0, sum + x - k);
    out[t] = (struct anticipate_result){m, fmax(0, upper), STATS_NONE, STATS_NONE, sum >= h, true};
  }
  return VG_OK;
}
