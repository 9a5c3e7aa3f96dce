#ifndef VG_ANTICIPATE_METHOD_H
#define VG_ANTICIPATE_METHOD_H
/*
 * An early-warning method: a series of counts in, at each time a statistic with its threshold out. A method at time t
 * reads y[0..t] only. Rows before the baseline suffices stay untested. What a method does not have is NAN.
 */
#include "anticipate/anticipate.h"

/* Tests y[from..to) into out[from..to) (caller's, zeroed). */
typedef vg_code anticipate_method_run(const double *y, size_t from, size_t to, const struct anticipate_params *q,
                                      struct anticipate_result *out, struct vg_err *err);
struct anticipate_method {
  const char *name;
  anticipate_method_run *run;
};
anticipate_method_run anticipate_ears_c1, anticipate_ears_c2, anticipate_ears_c3, anticipate_farrington,
    anticipate_cusum, anticipate_gp, anticipate_nb26, anticipate_fisher;

/* Discounted Gamma-Poisson mixture: one member a discount. */
enum { GP_MEMBERS = 7 };
struct gp_state {
  double a[GP_MEMBERS], b[GP_MEMBERS], log_weight[GP_MEMBERS];
};
extern const double gp_discount[GP_MEMBERS];
void gp_init(struct gp_state *s);
/* The predictive h steps ahead (h = 1: the next week): NB members with their weights, which sum to 1. */
struct gp_mixture {
  double size[GP_MEMBERS], mean[GP_MEMBERS], weight[GP_MEMBERS];
};
void gp_predict(const struct gp_state *s, int h, struct gp_mixture *out);
double gp_mean(const struct gp_mixture *m);
double gp_tail(const struct gp_mixture *m, double y); /* P(Y >= y) */
/* The smallest y with P(Y <= y) >= p. */
double gp_quantile(const struct gp_mixture *m, double p);
void gp_update(struct gp_state *s, double y);

/* Negative binomial of weeks t-28..t-3 (1-based; t counts from 0 here and must be at least NB26_FIRST). */
enum { NB26_FIRST = 29 };
void nb26_fit(const double *y, size_t t, double *mean, double *variance);
static inline double nb26_size(double mean, double variance) { return mean * mean / (variance - mean); }

/* The forecasts of every origin (n known rows) from `from` on: t rows were known, q has a row a step ahead. */
typedef vg_code forecast_sink(void *ctx, size_t t, double (*q)[ANTICIPATE_LEVELS], struct vg_err *err);
MUST vg_code forecast_walk(const double *y, size_t n, size_t from, size_t horizon, forecast_sink *sink, void *ctx,
                           struct vg_err *err);

#endif
