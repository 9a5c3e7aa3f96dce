#ifndef VG_ANTICIPATE_SEAL_H
#define VG_ANTICIPATE_SEAL_H
/*
 * Forecasts that are sealed in the ledger before the outcome and scored after it: of a source, and of each family,
 * country, zone, sector and size that has had an event a period on average in the half year, one to four periods ahead,
 * the 200 busiest. Of the same origin the first sealed stands.
 */
#include "anticipate/count.h"

enum { SEAL_HORIZON = 4, SEAL_SERIES = 200, SEAL_HISTORY = 60 };
/* Marks what will be forecast as wanted; before count_fill(). */
void seal_want(struct counts *c);
/* One leaf "anticipate.forecast" holds every quantile of a pass; sealed: how many forecasts. */
MUST vg_code seal_forecasts(struct store_tx *tx, const struct actor *who, const struct counts *c, int64_t pass,
                            int64_t *sealed, struct vg_err *err);
/* Scores what was forecast of periods that are over and stands as its leaf says; altered: what does not. One leaf
 * "anticipate.scored". */
MUST vg_code seal_score(struct store_tx *tx, const struct actor *who, const struct counts *c, int64_t pass,
                        int64_t *scored, int64_t *altered, struct vg_err *err);

/* The forecasts of a leaf of the ledger. Is this one of them, word for word? */
struct seal_leaf;
MUST vg_code seal_leaf_open(struct store_tx *tx, int64_t leaf, struct seal_leaf **out, struct vg_err *err);
bool seal_leaf_says(const struct seal_leaf *l, vg_str series, vg_time target, int64_t horizon, vg_str ours,
                    vg_str naive);
void seal_leaf_free(struct seal_leaf *l);

#endif
