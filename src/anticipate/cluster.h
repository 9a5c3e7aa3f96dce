#ifndef VG_ANTICIPATE_CLUSTER_H
#define VG_ANTICIPATE_CLUSTER_H
/*
 * Space-time permutation scan (Kulldorff, Heffernan, Hartman, Assunção and Mostashari 2005): events of one kind gather
 * in one place over the last one to four weeks, more than the place's own share and the weeks' own numbers explain. No
 * population is needed: expected is (events of the place) x (events of these weeks) / (all events), and chance is what
 * happens when the weeks are dealt anew over the events. Places are zones, of claims without a zone countries. Pure.
 */
#include "anticipate/surge.h"

enum { CLUSTER_WEEKS = 26, CLUSTER_WINDOW = 4, CLUSTER_PERMUTATIONS = 999, CLUSTER_LEAST = 10 };
struct cluster_events {
  const int *place; /* of each event, from 0 */
  int *week;        /* 0 .. CLUSTER_WEEKS-1, the last being the newest; shuffled in place */
  size_t n;
  int places;
};
struct cluster_best {
  int place, weeks; /* the last ones */
  int64_t observed;
  double expected, ratio; /* ratio: logarithm of Kulldorff's generalised likelihood ratio */
  double p;               /* rank of ratio among 999 permutations and itself */
};
/* false: nothing is above its expectation. The same seed gives the same p. */
MUST vg_code cluster_scan(struct cluster_events *e, uint64_t seed, struct cluster_best *out, bool *found,
                          struct vg_err *err);
double cluster_ratio(double observed, double expected, double all);

/* Scans each source and each of its families with ten events in 26 weeks. Nothing is tested in a daily pass. */
MUST vg_code cluster_find(struct counts *c, const struct guard *g, struct surges *out, struct vg_err *err);

#endif
