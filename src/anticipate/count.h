#ifndef VG_ANTICIPATE_COUNT_H
#define VG_ANTICIPATE_COUNT_H
/*
 * The instance's own events - incidents, sightings, claims - as they were known at an instant, and the counts of their
 * cells: of all of a source, and of each family, country, zone, sector and size and of up to three of these together. A
 * period is a week from Monday or a day, UTC. An incident counts when it was reported; a report of sightings once an
 * organisation, when it first met a value; a claim on its day. What was reported, recorded or known after the instant
 * is not read; a sighting withdrawn later still counts. All memory is the arena's.
 *
 * Key of a cell: "incident", "claim/family=lockbit/zone=EST"; '%', '/', '=' and control bytes of a name are written
 * %XX.
 */
#include "anticipate/anticipate.h"
#include "base/table.h"

enum count_source { SOURCE_INCIDENT, SOURCE_SIGHTING, SOURCE_CLAIM, SOURCES };
enum count_dimension {
  DIMENSION_FAMILY,
  DIMENSION_COUNTRY,
  DIMENSION_ZONE,
  DIMENSION_SECTOR,
  DIMENSION_SIZE,
  DIMENSIONS
};
extern const char *const count_source_name[SOURCES], *const count_dimension_name[DIMENSIONS];

enum { COUNT_PERIODS = 208, COUNT_TOGETHER = 3, COUNT_KEY = 640 };

struct count_event {
  int source;
  int64_t period;
  vg_str id, reporter, org_name, org_pid; /* reporter: what coverage is told by: zone of an incident, organisation of a
                                             sighting, list of a claim */
  int64_t org;
  vg_time at;
  vg_str dimension[DIMENSIONS]; /* empty: not labelled */
};
struct count_cell {
  vg_str key;
  int source;
  unsigned mask;                    /* bit a dimension */
  const struct count_event *sample; /* an event of the cell: its dimensions name it */
  int64_t total, now;               /* in all periods; in the last one */
  double *y;                        /* n[source] counts, NULL unless count_fill() was asked */
  bool wanted, filled;
};
struct counts {
  struct vg_arena *arena;
  int64_t step, last; /* days of a period; number of the last complete period */
  vg_time as_of;
  struct count_event *event; /* by source, then time */
  size_t events;
  struct count_cell *cell;
  size_t cells;
  struct vg_table *at;    /* key -> index of the cell */
  int64_t first[SOURCES]; /* the first period counted */
  size_t n[SOURCES];      /* periods from there to the last; 0: nothing known of this source */
};
/* The period that holds t, and its first instant. */
int64_t count_period(vg_time t, int64_t step);
vg_time count_start(int64_t period, int64_t step);
MUST vg_code count_load(struct store_tx *tx, struct vg_arena *arena, vg_time as_of, int64_t step, struct counts *c,
                        struct vg_err *err);
void count_free(struct counts *c);
/* Fills y of the cells that are wanted. */
MUST vg_code count_fill(struct counts *c, struct vg_err *err);
bool count_has(const struct count_cell *cell, const struct count_event *e);
/* SHA-256 of all that was counted, in hex. */
MUST vg_code count_digest(const struct counts *c, char out[static 65], struct vg_err *err);

#endif
