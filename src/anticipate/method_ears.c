/*
 * EARS (Hutwagner et al. 2003): C1 compares with the seven weeks before, C2 leaves out the two nearest, C3 adds up how
 * far C2 was above one in the two weeks before. As R's surveillance computes them: its C3 threshold moves with the
 * week's own count, so that the alarm is "the sum is above the quantile".
 */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>

struct window {
  double mean, sd;
};

/* lag: how many of the nearest weeks are left out. */
static struct window look(const double *y, size_t t, size_t lag, const struct anticipate_params *q) {
  const double *base = y + t - lag - (size_t)q->baseline;
  double mean = stats_mean(base, (size_t)q->baseline), sd = sqrt(stats_variance(base, (size_t)q->baseline, mean));
  return (struct window){mean, fmax(sd, q->min_sigma)};
}

static vg_code simple(const double *y, size_t from, size_t to, size_t lag, const struct anticipate_params *q,
                      struct anticipate_result *out) {
  double z = stats_normal_quantile(1 - q->alpha);
  size_t first = (size_t)q->baseline + lag;
  for (size_t t = from > first ? from : first; t < to; t++) {
    struct window w = look(y, t, lag, q);
    double upper = w.mean + z * w.sd;
    out[t] = (struct anticipate_result){w.mean, upper, STATS_NONE, STATS_NONE, y[t] > upper, true};
  }
  return VG_OK;
}

vg_code anticipate_ears_c1(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                           struct anticipate_result *out, struct vg_err *err) {
  (void)err;
  return simple(y, from, to, 0, q, out);
}

vg_code anticipate_ears_c2(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                           struct anticipate_result *out, struct vg_err *err) {
  (void)err;
  return simple(y, from, to, 2, q, out);
}

vg_code anticipate_ears_c3(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                           struct anticipate_result *out, struct vg_err *err) {
  double z = stats_normal_quantile(1 - q->alpha);
  size_t first = (size_t)q->baseline + 4;
  (void)err;
  for (size_t t = from > first ? from : first; t < to; t++) {
    double over = 0;
    for (size_t i = t - 2; i < t; i++) {
      struct window w = look(y, i, 2, q);
      double c2 = (y[i] - w.mean) / w.sd - 1;
      over += isnan(c2) ? c2 : fmax(0, c2); /* a flat baseline with nothing new says nothing */
    }
    struct window now = look(y, t, 2, q);
    double upper = y[t] + now.sd * (z - over);
    upper = upper < 0 ? 0 : upper; /* NAN stays */
    out[t] = (struct anticipate_result){now.mean, upper, STATS_NONE, STATS_NONE, y[t] > upper, true};
  }
  return VG_OK;
}
