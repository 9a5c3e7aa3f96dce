/*
 * The baseline of the forecast hubs (Cramer et al. 2022): the last count, moved by h of the last 52 changes from one
 * count to the next, each as likely up as down. The hubs draw samples; here the sum's distribution is worked
 * out, exactly up to changes of RANGE, above it on a grid of their largest divided by RANGE.
 */
#include "anticipate/method.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE = 1024, CHANGES = 52 };

struct changes {
  double unit, share[RANGE + 1]; /* share[k]: of changes of k units, up and down together */
  size_t n;
};

static void look_back(const double *y, size_t n, struct changes *c) {
  double most = 0;
  size_t first = n > CHANGES ? n - CHANGES : 1;
  *c = (struct changes){.unit = 1};
  for (size_t i = first; i < n; i++)
    most = fmax(most, fabs(y[i] - y[i - 1]));
  c->unit = fmax(1, most / RANGE);
  c->n = (size_t)fmin(RANGE, ceil(most / c->unit));
  for (size_t i = first; i < n; i++)
    c->share[(size_t)fmin(RANGE, round(fabs(y[i] - y[i - 1]) / c->unit))] += 1 / (double)(n - first);
}

/* to = from moved by one change more; both reach from -half to half, in the middle of their arrays. */
static void add_change(const struct changes *c, const double *from, size_t half, double *to) {
  memset(to, 0, (2 * (half + c->n) + 1) * sizeof *to);
  for (size_t k = 0; k <= c->n; k++) {
    double p = k ? c->share[k] / 2 : c->share[k];
    double *up = to + c->n + k, *down = to + c->n - k;
    for (size_t i = 0; p > 0 && i <= 2 * half; i++)
      up[i] += p * from[i];
    for (size_t i = 0; p > 0 && k && i <= 2 * half; i++)
      down[i] += p * from[i];
  }
}

static void read_levels(const double *sum, size_t half, double unit, double last, double q[ANTICIPATE_LEVELS]) {
  double reached = sum[0];
  size_t at = 0;
  for (int i = 0; i < ANTICIPATE_LEVELS; i++) {
    while (at < 2 * half && reached < anticipate_level[i] - 1e-9)
      reached += sum[++at];
    q[i] = fmax(0, last + ((double)at - (double)half) * unit);
  }
}

vg_code anticipate_naive(const double *y, size_t n, size_t horizon, double (*out)[ANTICIPATE_LEVELS],
                         struct vg_err *err) {
  struct changes c;
  if (n < 2 || horizon < 1 || horizon > ANTICIPATE_HORIZON_MAX)
    return VG_FAIL(err, VG_EDATA, "anticipate.forecast.short", VG_N(2));
  look_back(y, n, &c);
  size_t room = 2 * horizon * c.n + 1, half = 0;
  double *owned = calloc(2 * room, sizeof *owned);
  if (!owned)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  double *sum = owned, *next = owned + room;
  sum[0] = 1;
  for (size_t h = 0; h < horizon; h++) {
    add_change(&c, sum, half, next);
    half += c.n;
    double *swap = sum;
    sum = next;
    next = swap;
    read_levels(sum, half, c.unit, y[n - 1], out[h]);
  }
  free(owned);
  return VG_OK;
}
