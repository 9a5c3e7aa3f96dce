#ifndef VG_INTEL_PATTERN_PLAN_H
#define VG_INTEL_PATTERN_PLAN_H
/*
 * A plan is one way to satisfy a pattern: slots, each to be filled with `need` observations out of `from`, so that no
 * observation is used more often than it was seen. A window holds its slots' observations within so many nanoseconds:
 * the latest first_observed is at most that much behind the earliest last_observed. An order lets nothing of its left
 * slots begin after something of its right slots ended.
 */
#include "intel/pattern_match.h"

struct choice {
  uint32_t *at; /* indexes of observations, in order of time */
  size_t n;
};
struct slot {
  struct choice from;
  int64_t need;
};
struct window {
  size_t from, to;
  vg_time width;
};
struct order {
  size_t from, middle, to;
};
struct plan {
  struct slot *slot;
  struct window *window;
  struct order *order;
  size_t slots, windows, orders;
};
struct plans {
  struct plan *v;
  size_t n;
};
/* All plans of a pattern. VG_ELIMIT when they are too many. */
vg_code pattern_plans(struct intel_pattern *p, const struct observed *o, struct plans *out, struct vg_err *err);

#endif
