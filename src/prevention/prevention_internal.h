#ifndef VG_PREVENTION_INTERNAL_H
#define VG_PREVENTION_INTERNAL_H
#include "prevention/prevention.h"

bool answer_by_name(vg_str s, enum answer *out);
double answer_worth(enum answer a); /* share of a measure that is in place */
/* Interval and coverage out of the answers. */
void diagnosis_score(struct diagnosis *d);
/* Value of each measure with its terms, and the order. */
MUST vg_code diagnosis_rank(struct store_tx *tx, struct diagnosis *d, struct vg_err *err);

#endif
