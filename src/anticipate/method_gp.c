/* A mixture of discounted Gamma-Poisson learners: each forgets at its own pace, and those that predicted well weigh
 * more. */
#include "anticipate/method.h"
#include "anticipate/stats.h"

#include <math.h>

const double gp_discount[GP_MEMBERS] = {.3, .5, .7, .8, .9, .95, .98};
static const double forget = .97; /* of the weights' own history */

void gp_init(struct gp_state *s) {
  for (int i = 0; i < GP_MEMBERS; i++) {
    s->a[i] = s->b[i] = .5;
    s->log_weight[i] = 0;
  }
}

void gp_predict(const struct gp_state *s, int h, struct gp_mixture *out) {
  double top = -HUGE_VAL, sum = 0;
  for (int i = 0; i < GP_MEMBERS; i++)
    top = fmax(top, s->log_weight[i]);
  for (int i = 0; i < GP_MEMBERS; i++) {
    double d = h == 1 ? gp_discount[i] : pow(gp_discount[i], h);
    out->size[i] = d * s->a[i];
    out->mean[i] = s->a[i] / s->b[i];
    out->weight[i] = exp(s->log_weight[i] - top);
    /* NB(size a', prob b'/(b'+1)) has mean a'/b' */
    sum += out->weight[i];
  }
  for (int i = 0; i < GP_MEMBERS; i++)
    out->weight[i] /= sum;
}

double gp_mean(const struct gp_mixture *m) {
  double mean = 0;
  for (int i = 0; i < GP_MEMBERS; i++)
    mean += m->weight[i] * m->mean[i];
  return mean;
}

double gp_tail(const struct gp_mixture *m, double y) {
  double p = 0;
  for (int i = 0; i < GP_MEMBERS; i++)
    p += m->weight[i] * stats_nb_tail(y, m->size[i], m->mean[i]);
  return p < 1 ? p : 1;
}

double gp_quantile(const struct gp_mixture *m, double p) {
  double low = -1, high = 1, beyond = 1 - p + 1e-12;
  while (gp_tail(m, high + 1) > beyond) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    double mid = floor((low + high) / 2);
    if (gp_tail(m, mid + 1) > beyond)
      low = mid;
    else
      high = mid;
  }
  return high;
}

void gp_update(struct gp_state *s, double y) {
  for (int i = 0; i < GP_MEMBERS; i++) {
    double a = gp_discount[i] * s->a[i], b = gp_discount[i] * s->b[i];
    s->log_weight[i] = forget * s->log_weight[i] + stats_nb_log(y, a, a / b);
    s->a[i] = a + y;
    s->b[i] = b + 1;
  }
}

vg_code anticipate_gp(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                      struct anticipate_result *out, struct vg_err *err) {
  struct gp_state s;
  struct gp_mixture m;
  (void)err;
  gp_init(&s);
  for (size_t t = 0; t < to; t++) {
    if (t >= from) {
      gp_predict(&s, 1, &m);
      double p = gp_tail(&m, y[t]);
      out[t] = (struct anticipate_result){
          gp_mean(&m), gp_quantile(&m, 1 - q->alpha), STATS_NONE, p, p < q->alpha && y[t] >= (double)q->min_count,
          true};
    }
    gp_update(&s, y[t]);
  }
  return VG_OK;
}
