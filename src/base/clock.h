#ifndef VG_BASE_CLOCK_H
#define VG_BASE_CLOCK_H
/*
 * Time is int64 nanoseconds since 1970-01-01 UTC, from a clock that can be replaced (tests, replays). Text is RFC 3339.
 */
#include "base/str.h"

typedef int64_t vg_time;
#define VG_NOTIME INT64_MIN
#define VG_SECOND INT64_C(1000000000)
#define VG_HOUR (3600 * VG_SECOND)
#define VG_DAY (24 * VG_HOUR)

struct vg_clock {
  vg_time (*now)(void *ctx);
  void *ctx;
};
extern const struct vg_clock vg_clock_system;
vg_time vg_now(const struct vg_clock *clock); /* NULL means the system's clock */
int64_t vg_monotonic(void);                   /* ns, for durations only */

enum { VG_TIME_TEXT = 40 };
/* "2017-05-12T07:44:00Z", with .mmm when ms is set (STIX writes milliseconds). Returns out. "" for VG_NOTIME. */
char *vg_time_text(char out[static VG_TIME_TEXT], vg_time t, bool ms);
/* RFC 3339 date-time (any offset, any number of fraction digits) or a plain date, which is its first instant. */
bool vg_time_parse(vg_str s, vg_time *out);
/* As French tables write it: "01/12/2026", "01/12/2026 08:30" or "01/12/2026 08:30:15", taken for UTC. */
bool vg_time_parse_french(vg_str s, vg_time *out);
/* Days since 1970-01-01 of a proleptic Gregorian date, and back (Howard Hinnant's civil algorithms). */
int64_t vg_days_from_civil(int64_t y, unsigned m, unsigned d);
void vg_civil_from_days(int64_t days, int64_t *y, unsigned *m, unsigned *d);
/* What to add for Paris time: UTC+1, UTC+2 from the last Sunday of March to that of October at 01:00 UTC (directive
 * 2000/84/EC). */
int64_t vg_paris_offset(vg_time t);

#endif
