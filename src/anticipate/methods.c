/* The table of methods, their parameters, and the scan over many series. */
#include "anticipate/method.h"

#include <math.h>
#include <stdlib.h>

static const struct anticipate_method methods[] = {
    {"ears-c1", anticipate_ears_c1}, {"ears-c2", anticipate_ears_c2},
    {"ears-c3", anticipate_ears_c3}, {"farrington-flexible", anticipate_farrington},
    {"cusum", anticipate_cusum},     {"gp", anticipate_gp},
    {"nb26", anticipate_nb26},       {"fisher", anticipate_fisher},
};

const struct anticipate_method *anticipate_method_by_name(vg_str name) {
  for (size_t i = 0; i < VG_COUNT(methods); i++)
    if (vg_str_eqz(name, methods[i].name))
      return &methods[i];
  return NULL;
}

/* What R's functions take by default, but for the methods of our own. */
void anticipate_params_default(const struct anticipate_method *m, struct anticipate_params *q) {
  bool farrington = m->run == anticipate_farrington, cusum = m->run == anticipate_cusum,
       c3 = m->run == anticipate_ears_c3;
  *q = (struct anticipate_params){.baseline = cusum ? 52 : 7,
                                  .alpha = farrington ? .05
                                           : c3       ? .025
                                                      : .001,
                                  .b = 5,
                                  .w = 3,
                                  .no_periods = 1,
                                  .past_excluded = -1,
                                  .period = 52,
                                  .reweight = true,
                                  .weights_threshold = 2.58,
                                  .trend = true,
                                  .trend_threshold = .05,
                                  .threshold_method = ANTICIPATE_DELTA,
                                  .min_count = 4,
                                  .k = 1.04,
                                  .h = 2.26};
}

static bool flag(vg_str v, bool *out) {
  *out = vg_str_eqz(v, "1") || vg_str_eqz(v, "true") || vg_str_eqz(v, "yes") || vg_str_eqz(v, "TRUE");
  return *out || vg_str_eqz(v, "0") || vg_str_eqz(v, "false") || vg_str_eqz(v, "no") || vg_str_eqz(v, "FALSE");
}

static bool choice(vg_str v, struct anticipate_params *q) {
  static const char *const name[] = {"delta", "nb-plugin", "muan"};
  for (size_t i = 0; i < VG_COUNT(name); i++)
    if (vg_str_eqz(v, name[i])) {
      q->threshold_method = (int)i;
      return true;
    }
  return false;
}

/* A whole number in a range; a fraction in another. */
static bool whole(vg_str v, int64_t low, int64_t high, int64_t *out) {
  return vg_str_i64(v, out) && *out >= low && *out <= high;
}
static bool real(vg_str v, double low, double high, double *out) {
  return vg_str_f64(v, out) && *out >= low && *out <= high;
}

static bool set(struct anticipate_params *q, vg_str key, vg_str v) {
  static const char *const transforms[] = {"standard", "rossi"};
  if (vg_str_eqz(key, "threshold_method"))
    return choice(v, q);
  if (vg_str_eqz(key, "trans")) {
    q->rossi = vg_str_eqz(v, transforms[1]);
    return q->rossi || vg_str_eqz(v, transforms[0]);
  }
  return (vg_str_eqz(key, "baseline") && whole(v, 2, 5200, &q->baseline)) ||
         (vg_str_eqz(key, "alpha") && real(v, 1e-12, .5, &q->alpha)) ||
         (vg_str_eqz(key, "min_sigma") && real(v, 0, 1e9, &q->min_sigma)) ||
         (vg_str_eqz(key, "b") && whole(v, 1, 100, &q->b)) || (vg_str_eqz(key, "w") && whole(v, 0, 26, &q->w)) ||
         (vg_str_eqz(key, "no_periods") && whole(v, 1, 26, &q->no_periods)) ||
         (vg_str_eqz(key, "past_excluded") && whole(v, 0, 5200, &q->past_excluded)) ||
         (vg_str_eqz(key, "period") && whole(v, 2, 366, &q->period)) ||
         (vg_str_eqz(key, "reweight") && flag(v, &q->reweight)) ||
         (vg_str_eqz(key, "weights_threshold") && real(v, .1, 100, &q->weights_threshold)) ||
         (vg_str_eqz(key, "trend") && flag(v, &q->trend)) ||
         (vg_str_eqz(key, "trend_threshold") && real(v, 0, 1, &q->trend_threshold)) ||
         (vg_str_eqz(key, "min_count") && whole(v, 0, 1000000, &q->min_count)) ||
         (vg_str_eqz(key, "k") && real(v, 0, 100, &q->k)) || (vg_str_eqz(key, "h") && real(v, 0, 1000, &q->h));
}

vg_code anticipate_params_set(struct anticipate_params *q, vg_str list, struct vg_err *err) {
  vg_str part;
  while (vg_str_cut(&list, ',', &part)) {
    vg_str key, value = vg_str_trim(part);
    if (!value.n)
      continue;
    if (!vg_str_cut(&value, '=', &key) || !value.p || !set(q, vg_str_trim(key), vg_str_trim(value)))
      return VG_FAIL(err, VG_EUSAGE, "anticipate.param", VG_T(part));
  }
  return VG_OK;
}

static vg_code test_one(const struct anticipate_series *s, const struct anticipate_method *m,
                        const struct anticipate_params *q, int64_t from, int64_t to, anticipate_result_sink *sink,
                        void *ctx, struct vg_err *err) {
  vg_code rc = VG_OK;
  size_t first = 0, end = s->n;
  while (first < s->n && s->when[first] < from)
    first++;
  while (end > first && s->when[end - 1] > to)
    end--;
  if (first == end)
    return VG_OK;
  struct anticipate_result *out = calloc(end, sizeof *out);
  if (!out)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  VG_GO(m->run(s->y, first, end, q, out, err));
  for (size_t t = first; t < end; t++)
    if (out[t].tested)
      VG_GO(sink(ctx, s, t, &out[t], err));
out:
  free(out);
  return rc;
}

vg_code anticipate_scan_series(const struct anticipate_data *d, const struct anticipate_method *m,
                               const struct anticipate_params *given, int64_t from, int64_t to,
                               anticipate_result_sink *sink, void *ctx, struct vg_err *err) {
  struct anticipate_params q = *given;
  if (q.past_excluded < 0)
    q.past_excluded = q.w;
  for (size_t i = 0; i < d->n; i++)
    VG_TRY(test_one(&d->series[i], m, &q, from, to, sink, ctx, err));
  return VG_OK;
}
