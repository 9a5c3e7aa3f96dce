#ifndef VG_ANTICIPATE_SURGE_WARNING_H
#define VG_ANTICIPATE_SURGE_WARNING_H
/* Writes what a pass found as warnings. signature: "surge-week", "surge-day" or "cluster". */
#include "anticipate/surge.h"

enum { SURGE_REST_DAYS = 28 }; /* refractory time of a series */
struct surge_tell {
  struct store_tx *tx;
  const struct actor *who;
  const struct counts *c;
  const struct guard *g;
  const char *signature;
  int64_t pass;
};
/*
 * Raises lead's warning with its parts, brings the one of the same period up to date, or is silent when one of its
 * series was warned of in the last 28 days (a vigilance that becomes an alert is told). Sets outcome and warning of the
 * lead and its parts.
 */
MUST vg_code surge_warn(const struct surge_tell *t, struct surges *s, size_t lead, struct vg_err *err);
/* Open warnings whose counts are gone, or which the guard now vetoes, fall. */
MUST vg_code surge_withdraw(const struct surge_tell *t, int64_t *withdrawn, struct vg_err *err);
/* Marks the cells of open warnings as wanted, so that they can be counted again. */
MUST vg_code surge_want_open(struct store_tx *tx, struct counts *c, const char *signature, struct vg_err *err);

/* Parts that warnings about counts share: events of the cell in periods [from, to], their zones and sectors. */
struct surge_seen {
  int64_t events, organisations, zones;
  vg_time first, last;
};
MUST vg_code surge_put_events(const struct surge_tell *t, int64_t warning, const struct count_cell *cell, int64_t from,
                              int64_t to, struct surge_seen *seen, struct vg_err *err);
/* Data-quality flags of a source and cell as reasons. */
MUST vg_code surge_put_flags(const struct surge_tell *t, int64_t warning, int *rank, const struct count_cell *cell,
                             struct vg_err *err);

#endif
