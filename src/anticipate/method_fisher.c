/* The first line: the tails of the learner (GP) and of the half-year fit (NB26), combined by Fisher's method. */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>

vg_code anticipate_fisher(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                          struct anticipate_result *out, struct vg_err *err) {
  struct gp_state s;
  struct gp_mixture m;
  (void)err;
  gp_init(&s);
  for (size_t t = 0; t < to; t++) {
    if (t >= from && t >= NB26_FIRST) {
      double mean, variance;
      nb26_fit(y, t, &mean, &variance);
      gp_predict(&s, 1, &m);
      double size = nb26_size(mean, variance),
             top = fmax(gp_quantile(&m, 1 - q->alpha), stats_nb_quantile(1 - q->alpha, size, mean));
      double p = stats_fisher(gp_tail(&m, y[t]), stats_nb_tail(y[t], size, mean));
      /* The combined tail falls with the count: the threshold is the highest count that does not alarm. */
      double low = fmax(-1, (double)q->min_count - 1), high = fmax(top, low) + 1;
      while (high - low > 1) {
        double mid = floor((low + high) / 2);
        if (stats_fisher(gp_tail(&m, mid), stats_nb_tail(mid, size, mean)) < q->alpha)
          high = mid;
        else
          low = mid;
      }
      out[t] = (struct anticipate_result){
          (gp_mean(&m) + mean) / 2, low, variance / mean, p, p < q->alpha && y[t] >= (double)q->min_count, true};
    }
    gp_update(&s, y[t]);
  }
  return VG_OK;
}
