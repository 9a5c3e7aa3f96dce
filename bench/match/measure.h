#ifndef VG_BENCH_MATCH_MEASURE_H
#define VG_BENCH_MATCH_MEASURE_H
/* What the programs of this bench measure with. */
#include "match/match.h"

#include <time.h>

/* A sink that counts into a uint64_t. */
static inline vg_code count_hit(void *ctx, const struct match_hit *hit, struct vg_err *err) {
  (void)hit, (void)err;
  ++*(uint64_t *)ctx;
  return VG_OK;
}

/* Time of this thread on a core, ns: others on the machine do not count. */
static inline int64_t spent(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * VG_SECOND + t.tv_nsec;
}

#endif
