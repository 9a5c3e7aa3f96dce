/* Count series through every method and the forecast, event streams through the replay, technique sets: by the first
 * byte. */
#include "anticipate/anticipate.h"

static vg_code no_result(void *ctx, const struct anticipate_series *s, size_t t, const struct anticipate_result *r,
                         struct vg_err *err) {
  (void)err;
  *(double *)ctx += s->y[t] + (r->alarm ? r->threshold : 0);
  return VG_OK;
}
static vg_code no_warning(void *ctx, const struct anticipate_replayed *w, struct vg_err *err) {
  (void)err;
  *(double *)ctx += w->score + (double)w->about.n;
  return VG_OK;
}
static vg_code no_next(void *ctx, vg_str id, const struct anticipate_next *next, size_t n, struct vg_err *err) {
  (void)err;
  *(double *)ctx += (double)id.n + (n ? next[0].score : 0);
  return VG_OK;
}

static void series(vg_str text, double *sum) {
  static const char *const names[] = {"ears-c1", "ears-c2", "ears-c3", "farrington-flexible",
                                      "cusum",   "gp",      "nb26",    "fisher"};
  struct vg_arena *arena;
  struct anticipate_data d;
  if (vg_arena_new(&arena, 64u << 20, NULL) != VG_OK)
    return;
  vg_code rc = anticipate_series_read(arena, text, "f", &d, NULL);
  for (size_t i = 0; i < VG_COUNT(names) && rc == VG_OK; i++) {
    struct anticipate_params q;
    const struct anticipate_method *m = anticipate_method_by_name(vg_str_z(names[i]));
    anticipate_params_default(m, &q);
    q.b = 1;
    q.period = 8;
    q.w = 1;
    rc = anticipate_scan_series(&d, m, &q, INT64_MIN, INT64_MAX, no_result, sum, NULL);
  }
  for (size_t i = 0; rc == VG_OK && i < d.n; i++) {
    double q[4][ANTICIPATE_LEVELS];
    if (anticipate_forecast(d.series[i].y, d.series[i].n, 4, q, NULL) == VG_OK)
      *sum += q[0][0];
  }
  vg_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_str text = vg_str_n((const char *)data + 1, size ? size - 1 : 0);
  double sum = 0;
  if (!size)
    return 0;
  if (data[0] % 3 == 0) {
    series(text, &sum);
  } else if (data[0] % 3 == 1) {
    (void)(anticipate_replay(text, "f", VG_NOTIME, no_warning, &sum, NULL) == VG_OK);
  } else {
    struct anticipate_techniques *t;
    if (anticipate_techniques_learn(&t, text, "f", 100, NULL) == VG_OK) {
      (void)(anticipate_techniques_next(t, text, "f", no_next, &sum, NULL) == VG_OK);
      anticipate_techniques_free(t);
    }
  }
  return 0;
}
