#include "base/clock.h"

#include <string.h>
#include <time.h>

static vg_time system_now(void *ctx) {
  (void)ctx;
  struct timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  return ts.tv_sec * VG_SECOND + ts.tv_nsec;
}

const struct vg_clock vg_clock_system = {system_now, NULL};

vg_time vg_now(const struct vg_clock *clock) { return clock ? clock->now(clock->ctx) : system_now(NULL); }

int64_t vg_monotonic(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * VG_SECOND + ts.tv_nsec;
}

int64_t vg_days_from_civil(int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t yoe = y - era * 400;
  int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

void vg_civil_from_days(int64_t days, int64_t *y, unsigned *m, unsigned *d) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t doe = days - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  *d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
  *m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
  *y = yoe + era * 400 + (*m <= 2);
}

char *vg_time_text(char out[static VG_TIME_TEXT], vg_time t, bool ms) {
  if (t == VG_NOTIME) {
    out[0] = 0;
    return out;
  }
  int64_t days = t / VG_DAY, rest = t % VG_DAY;
  if (rest < 0)
    days--, rest += VG_DAY;
  int64_t y;
  unsigned m, d;
  vg_civil_from_days(days, &y, &m, &d);
  int s = (int)(rest / VG_SECOND), frac = (int)(rest % VG_SECOND / 1000000);
  static const char between[] = "--T::";
  const unsigned part[] = {(unsigned)y / 100,     (unsigned)y % 100, m, d, (unsigned)s / 3600,
                           (unsigned)s / 60 % 60, (unsigned)s % 60};
  char *p = out;
  for (size_t i = 0; i < VG_COUNT(part); i++) { /* of 64 bits of nanoseconds, years have four digits */
    if (i > 1)
      *p++ = between[i - 2];
    *p++ = (char)('0' + part[i] / 10), *p++ = (char)('0' + part[i] % 10);
  }
  if (ms)
    *p++ = '.', *p++ = (char)('0' + frac / 100), *p++ = (char)('0' + frac / 10 % 10), *p++ = (char)('0' + frac % 10);
  memcpy(p, "Z", 2);
  return out;
}

static bool number(vg_str s, size_t at, size_t n, unsigned low, unsigned high, unsigned *out) {
  uint64_t v;
  if (at + n > s.n || !vg_str_u64(vg_str_sub(s, at, n), &v) || v < low || v > high)
    return false;
  *out = (unsigned)v;
  return true;
}

static bool parse_date(vg_str s, int64_t *days) {
  static const unsigned char month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned y, m, d;
  if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-' || !number(s, 0, 4, 1, 9999, &y) || !number(s, 5, 2, 1, 12, &m) ||
      !number(s, 8, 2, 1, month_days[m - 1], &d))
    return false;
  if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
    return false;
  *days = vg_days_from_civil(y, m, d);
  return true;
}

/* "Z", "+02:00", "-05:30" at s[at..] to its end. */
static bool parse_zone(vg_str s, size_t at, int64_t *seconds) {
  unsigned h, m;
  if (at + 1 == s.n && (s.p[at] == 'Z' || s.p[at] == 'z')) {
    *seconds = 0;
    return true;
  }
  if (at + 6 != s.n || (s.p[at] != '+' && s.p[at] != '-') || s.p[at + 3] != ':' || !number(s, at + 1, 2, 0, 23, &h) ||
      !number(s, at + 4, 2, 0, 59, &m))
    return false;
  *seconds = (int64_t)(h * 3600 + m * 60) * (s.p[at] == '-' ? -1 : 1);
  return true;
}

bool vg_time_parse(vg_str s, vg_time *out) {
  int64_t days, zone, frac = 0, scale = VG_SECOND / 10;
  unsigned h, m, sec;
  if (!parse_date(s, &days))
    return false;
  /* int64 nanoseconds reach from 1678 to 2262 */
  if (days < vg_days_from_civil(1678, 1, 1) || days > vg_days_from_civil(2261, 12, 31))
    return false;
  if (s.n == 10) {
    *out = days * VG_DAY;
    return true;
  }
  if (s.n < 20 || (vg_lower(s.p[10]) != 't' && s.p[10] != ' ') || s.p[13] != ':' || s.p[16] != ':' ||
      !number(s, 11, 2, 0, 23, &h) || !number(s, 14, 2, 0, 59, &m) || !number(s, 17, 2, 0, 60, &sec))
    return false;
  size_t at = 19;
  if (s.p[at] == '.') {
    size_t from = ++at;
    for (; at < s.n && vg_is_digit(s.p[at]); at++, scale /= 10)
      frac += (s.p[at] - '0') * scale;
    if (at == from)
      return false;
  }
  if (at >= s.n || !parse_zone(s, at, &zone))
    return false;
  *out = days * VG_DAY + ((int64_t)(h * 3600 + m * 60 + sec) - zone) * VG_SECOND + frac;
  return true;
}

bool vg_time_parse_french(vg_str s, vg_time *out) {
  char text[] = "0000-00-00T00:00:00Z";
  if ((s.n != 10 && s.n != 16 && s.n != 19) || s.p[2] != '/' || s.p[5] != '/' || (s.n > 10 && s.p[10] != ' '))
    return false;
  memcpy(text, s.p + 6, 4);
  memcpy(text + 5, s.p + 3, 2);
  memcpy(text + 8, s.p, 2);
  if (s.n > 10)
    memcpy(text + 11, s.p + 11, s.n - 11);
  return vg_time_parse(vg_str_z(text), out);
}

static int64_t last_sunday(int64_t year, unsigned month) {
  int64_t d = vg_days_from_civil(year, month, 31); /* both March and October have 31 days */
  return d - (d + 4) % 7;                          /* day 0 was a Thursday */
}
int64_t vg_paris_offset(vg_time t) {
  int64_t year;
  unsigned month, d;
  int64_t seconds = t / VG_SECOND - (t % VG_SECOND < 0);
  vg_civil_from_days((seconds - (seconds % 86400 + 86400) % 86400) / 86400, &year, &month, &d);
  int64_t summer = last_sunday(year, 3) * 86400 + 3600, winter = last_sunday(year, 10) * 86400 + 3600;
  return (seconds >= summer && seconds < winter ? 2 : 1) * VG_HOUR;
}
