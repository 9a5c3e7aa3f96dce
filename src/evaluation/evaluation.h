#ifndef VG_EVALUATION_EVALUATION_H
#define VG_EVALUATION_EVALUATION_H
/*
 * Does the scheme prove its worth? Statistics with reference values, surveys answered by one-time tokens that cannot be joined to answers, and
 * evaluations whose decision rules are registered before any data opens. The scheme is evaluated, never one person.
 */
#include "base/buf.h"
#include "ledger/ledger.h"

/*
 * One statistic (alpha, icc, krippendorff, kendall-w, mcnemar, gap, ipa, suppress, did, strata, kaplan-meier, p-adjust, proportion, rate-ratio)
 * of a CSV text, params "k=v,k=v"; a JSON object is appended to out. VG_EUSAGE: no such statistic or parameter; VG_EDATA names line and column.
 */
MUST vg_code evaluation_compute(const char *name, vg_str csv, vg_str params, struct vg_buf *out, struct vg_err *err);

#endif
