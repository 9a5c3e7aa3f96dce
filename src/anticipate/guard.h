#ifndef VG_ANTICIPATE_GUARD_H
#define VG_ANTICIPATE_GUARD_H
/*
 * The guard: a count can rise because more happened, or because more was written down. It compares the last four
 * periods with the 26 before: how many events carry a label (a family, a sector, ...), and how many come from reporters
 * that were not there before. A share that moved by .15 or more, four standard errors apart, is a change of the books.
 * A rise vetoes the series named by the label, or all of the source when new reporters joined. A fall in claims, whose
 * lists are not ours, vetoes the series without the label: a flow of unlabelled rows swells them. A fall in our own
 * incidents and sightings is only flagged: an outbreak among companies that nobody has classified yet must be told.
 * Pure.
 */
#include "anticipate/count.h"

enum { GUARD_NOW = 4, GUARD_BEFORE = 26 };
struct guard_share {
  int64_t with_before, before, with_now, now; /* events with the label (or of a new reporter), and all */
  double z;                                   /* of the difference of the two shares */
  bool changed, rose;
};
/* Fills z, changed and rose from the four numbers. Fewer than 20 events before or 8 now say nothing. */
void guard_judge(struct guard_share *s);
struct guard {
  struct guard_share label[SOURCES][DIMENSIONS], coverage[SOURCES];
};
MUST vg_code guard_look(const struct counts *c, struct guard *g, struct vg_err *err);
/* What keeps this cell from being believed, or NULL. */
const struct guard_share *guard_veto(const struct guard *g, const struct count_cell *cell, int *dimension);

#endif
