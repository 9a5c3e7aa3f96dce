/* A negative binomial fitted by moments to half a year, without the two weeks just gone, which an outbreak may have
 * touched already. */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>

enum { WEEKS = 26, GAP = 2 };

void nb26_fit(const double *y, size_t t, double *mean, double *variance) {
  const double *base = y + t - GAP - WEEKS;
  double m = stats_mean(base, WEEKS), v = stats_variance(base, WEEKS, m);
  *mean = fmax(m, .1);
  *variance = fmax(v, 1.05 * *mean);
}

vg_code anticipate_nb26(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                        struct anticipate_result *out, struct vg_err *err) {
  (void)err;
  for (size_t t = from > NB26_FIRST ? from : NB26_FIRST; t < to; t++) {
    double mean, variance;
    nb26_fit(y, t, &mean, &variance);
    double size = nb26_size(mean, variance), p = stats_nb_tail(y[t], size, mean);
    out[t] = (struct anticipate_result){mean, stats_nb_quantile(1 - q->alpha, size, mean),  variance / mean,
                                        p,    p < q->alpha && y[t] >= (double)q->min_count, true};
  }
  return VG_OK;
}
