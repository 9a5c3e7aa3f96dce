#ifndef VG_ANTICIPATE_SURGE_H
#define VG_ANTICIPATE_SURGE_H
/*
 * Surges of the last period among the cells of the instance. Tested: every cell with at least four counts in it and 30
 * periods of its source. alert: Fisher (GP with NB26) below .001, and below .05 after Benjamini-Hochberg over the cells
 * that have eight counts before or are tested; vigilance: C2, or Fisher below .001, and below .30 after the same
 * correction: of the vigilances of a pass three in ten may be chance. The count must be above the expected one, the
 * mean of both models. What the guard vetoes is kept as vetoed. Cells that hold one another are told as one: the least
 * likely leads. Pure.
 */
#include "anticipate/guard.h"

enum { SURGE_LEAST = 4, SURGE_CURVE = 52, SURGE_ENOUGH = 30, SURGES_MAX = 20000 };
enum surge_outcome { SURGE_RAISED, SURGE_KEPT, SURGE_SILENT, SURGE_PART, SURGE_VETOED };
extern const char *const surge_outcome_name[];
extern const double surge_alert_rate; /* after the correction */

struct surge {
  const struct count_cell *cell;
  int level;   /* enum anticipate_level */
  int outcome; /* enum surge_outcome */
  int64_t observed;
  double expected, low, high, threshold, p, adjusted;
  bool c2;
  const struct guard_share *veto; /* NULL: none */
  int dimension;                  /* of the veto; DIMENSIONS: coverage */
  size_t lead;                    /* index of the surge that tells it, its own when it leads */
  int64_t warning;
  int periods;   /* the last ones: 1, of a cluster up to 4 */
  uint64_t seed; /* of a cluster's permutations */
  bool cluster;
};
struct surges {
  struct surge *v; /* by p, then key */
  size_t n;
  int64_t corrected; /* cells in the correction */
  int64_t tested;
};
MUST vg_code surge_find(struct counts *c, const struct guard *g, struct surges *out, struct vg_err *err);
/* The statistics of period t (0 based) of a cell's counts: level -1 when nothing alarms before the correction. */
MUST vg_code surge_test(const double *y, size_t t, struct surge *out, struct vg_err *err);
/* Expected and threshold of the last SURGE_CURVE counts of n; NAN where the baseline does not suffice. Arrays of n. */
MUST vg_code surge_curve(const double *y, size_t n, struct anticipate_result *out, struct vg_err *err);
/* By p, then key: for qsort. */
int surge_by_p(const void *a, const void *b);
/* Benjamini and Hochberg 1995: p·m/rank, made monotone from the largest down; v is in order of p, m is `corrected`. */
void surge_correct(struct surges *s);
/* Levels after the correction and vetoes; what alarms no more goes. */
void surge_decide(struct surges *s, const struct guard *g);
/* Vetoed ones stand alone; of the others the least likely of a family of cells leads, which is the first in order of p.
 */
void surge_group(struct surges *s);

#endif
