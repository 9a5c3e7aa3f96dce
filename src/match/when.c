/* The time that a line of a log bears, in the forms of the logs that people have. */
#include "match/match_internal.h"

#include <stdio.h>
#include <string.h>

struct line {
  const char *p;
  size_t n, at;
};

static char here(const struct line *l) { return l->at < l->n ? l->p[l->at] : '\0'; }
static bool take(struct line *l, char c) {
  const bool yes = here(l) == c && l->at < l->n;
  l->at += yes;
  return yes;
}
static void spaces(struct line *l) {
  while (take(l, ' ')) {
  }
}

/* From `least` to `most` digits. */
static bool number(struct line *l, size_t least, size_t most, unsigned *v) {
  size_t k = 0;
  for (*v = 0; k < most && vg_is_digit(here(l)); k++, l->at++)
    *v = *v * 10 + (unsigned)(here(l) - '0');
  return k >= least;
}

static bool month(struct line *l, unsigned *v) {
  static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
  for (unsigned i = 0; i < 12; i++)
    if (l->n - l->at >= 3 && vg_str_eq_ci(vg_str_n(l->p + l->at, 3), vg_str_n(names + 3 * i, 3))) {
      *v = i + 1;
      l->at += 3;
      return true;
    }
  return false;
}

struct date {
  unsigned year, month, day; /* year 0: not said */
};
struct clock {
  unsigned hour, minute, second, ms;
  int zone; /* minutes east */
};

/* "Z", "+01:00", "+0100", perhaps behind a space; else UTC is meant. */
static void zone(struct line *l, struct clock *c) {
  struct line z = *l;
  unsigned h, m;
  (void)take(&z, ' ');
  const char sign = here(&z);
  if (sign != '+' && sign != '-')
    return;
  z.at++;
  if (!number(&z, 2, 2, &h) || (take(&z, ':'), !number(&z, 2, 2, &m)) || h > 14 || m > 59)
    return;
  c->zone = (int)(h * 60 + m) * (sign == '-' ? -1 : 1);
  *l = z;
}

static bool clock(struct line *l, struct clock *c) {
  *c = (struct clock){0};
  if (!number(l, 2, 2, &c->hour) || !take(l, ':') || !number(l, 2, 2, &c->minute) || !take(l, ':') ||
      !number(l, 2, 2, &c->second))
    return false;
  if ((here(l) == '.' || here(l) == ',') && l->at + 1 < l->n && vg_is_digit(l->p[l->at + 1])) {
    l->at++;
    for (unsigned unit = 100; vg_is_digit(here(l)); unit /= 10, l->at++)
      c->ms += (unsigned)(here(l) - '0') * unit;
  }
  zone(l, c);
  return true;
}

static vg_time at(struct date d, const struct clock *c) {
  char z[64];
  vg_time t;
  const int n = snprintf(z, sizeof z, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", d.year % 10000, d.month % 100, d.day % 100,
                         c->hour % 100, c->minute % 100, c->second % 100, c->ms % 1000);
  return vg_time_parse(vg_str_n(z, (size_t)n), &t) ? t - (vg_time)c->zone * 60 * VG_SECOND : VG_NOTIME;
}

/* A date without its year is the last one that is not after `latest`, by a day for clocks that differ. */
static vg_time at_latest(struct date d, const struct clock *c, vg_time latest) {
  char now[VG_TIME_TEXT];
  unsigned year = 0;
  if (d.year)
    return at(d, c);
  vg_time_text(now, latest, false);
  for (int i = 0; i < 4 && vg_is_digit(now[i]); i++)
    year = year * 10 + (unsigned)(now[i] - '0');
  for (unsigned back = 0; back < 5 && year > back; back++) { /* February 29 */
    d.year = year - back;
    const vg_time t = at(d, c);
    if (t != VG_NOTIME && t <= latest + 86400 * VG_SECOND)
      return t;
  }
  return VG_NOTIME;
}

/* "Oct 11 22:14:15", "Wed Oct 11 14:32:52.1 2026", "Oct 11 2026 22:14:15" (RFC 3164, ctime, Cisco). */
static vg_time by_month(struct line l, vg_time latest) {
  struct date d = {0};
  struct clock c;
  unsigned year;
  if (!month(&l, &d.month)) {
    if (l.n - l.at < 4 || l.p[l.at + 3] != ' ')
      return VG_NOTIME;
    l.at += 4;
    if (!month(&l, &d.month))
      return VG_NOTIME;
  }
  spaces(&l);
  if (!number(&l, 1, 2, &d.day) || !take(&l, ' '))
    return VG_NOTIME;
  spaces(&l);
  struct line x = l;
  if (number(&x, 4, 4, &year) && take(&x, ' '))
    d.year = year, l = x;
  if (!clock(&l, &c))
    return VG_NOTIME;
  if (!d.year && take(&l, ' ') && number(&l, 4, 4, &year) && !vg_is_digit(here(&l)) && year > 1970 && year < 2200 &&
      (here(&l) == ']' || here(&l) == ' ' || !here(&l) || here(&l) == '\n'))
    d.year = year;
  return at_latest(d, &c, latest);
}

/* "2026-11-02 10:20:15,123", RFC 3339, "2026/11/02 10:20:15" (nginx). */
static vg_time by_year(struct line l) {
  struct date d;
  struct clock c;
  if (!number(&l, 4, 4, &d.year) || !(take(&l, '-') || take(&l, '/')) || !number(&l, 2, 2, &d.month) ||
      !(take(&l, '-') || take(&l, '/')) || !number(&l, 2, 2, &d.day) ||
      !(take(&l, 'T') || take(&l, ' ') || take(&l, 't') || take(&l, '_')) || !clock(&l, &c))
    return VG_NOTIME;
  return at(d, &c);
}

/* "02-Nov-2026 10:20:15.123" (BIND), "02/Nov/2026:10:20:15 +0100" (common log). */
static vg_time by_day(struct line l) {
  struct date d;
  struct clock c;
  if (!number(&l, 1, 2, &d.day) || !(take(&l, '-') || take(&l, '/') || take(&l, ' ')) || !month(&l, &d.month) ||
      !(take(&l, '-') || take(&l, '/') || take(&l, ' ')) || !number(&l, 4, 4, &d.year) ||
      !(take(&l, ' ') || take(&l, ':') || take(&l, 'T')) || !clock(&l, &c))
    return VG_NOTIME;
  return at(d, &c);
}

/* Seconds since 1970 with or without a fraction; milliseconds, microseconds, nanoseconds by the number of digits. */
static vg_time by_epoch(struct line l) {
  uint64_t v = 0;
  size_t k = 0;
  vg_time t;
  for (; k < 20 && vg_is_digit(here(&l)); k++, l.at++)
    v = v * 10 + (uint64_t)(here(&l) - '0');
  const vg_time unit = k == 10 ? VG_SECOND : k == 13 ? VG_SECOND / 1000 : k == 16 ? VG_SECOND / 1000000 : k == 19;
  const char end = here(&l);
  if (!unit || v > (uint64_t)(INT64_MAX / unit) || (end && !strchr(". \t,;|]}\"\r\n", end)))
    return VG_NOTIME;
  t = (vg_time)v * unit;
  if (end == '.' && k == 10) { /* squid and Zeek; as many digits as there are */
    l.at++;
    for (vg_time step = VG_SECOND / 10; step && vg_is_digit(here(&l)); step /= 10, l.at++)
      t = t > INT64_MAX - VG_SECOND ? t : t + step * (here(&l) - '0');
  }
  return t;
}

static vg_time any(struct line l, vg_time latest) {
  vg_time t = by_month(l, latest);
  if (!vg_is_digit(here(&l)))
    return t;
  t = by_year(l);
  t = t == VG_NOTIME ? by_day(l) : t;
  return t == VG_NOTIME ? by_epoch(l) : t;
}

/* The value of the first key of a JSON object that is one of those by which logs call their time. */
static vg_time by_key(struct line l, vg_time latest) {
  static const char *const keys[] = {"ts",        "time",       "timestamp",     "@timestamp", "UtcTime",
                                     "eventTime", "EventTime",  "TimeCreated",   "date",       "datetime",
                                     "_time",     "created_at", "TimeGenerated", "start_time", "__REALTIME_TIMESTAMP",
                                     "event_time"};
  const vg_str all = vg_str_n(l.p, l.n);
  for (size_t q = 0, end; (q = vg_str_find_byte(all, '"', q)) != SIZE_MAX; q = end + 1) {
    end = vg_str_find_byte(all, '"', q + 1);
    if (end == SIZE_MAX)
      return VG_NOTIME;
    for (size_t i = 0; i < VG_COUNT(keys); i++) {
      if (!vg_str_eqz(vg_str_sub(all, q + 1, end - q - 1), keys[i]))
        continue;
      struct line v = {l.p, l.n, end + 1};
      spaces(&v);
      if (!take(&v, ':'))
        continue;
      spaces(&v);
      (void)take(&v, '"');
      const vg_time t = any(v, latest);
      if (t != VG_NOTIME)
        return t;
    }
  }
  return VG_NOTIME;
}

/* "<34>1 2026-..." (RFC 5424), "<34>Oct 11 ..." (RFC 3164). */
static void skip_priority(struct line *l) {
  struct line x = *l;
  unsigned v;
  if (!take(&x, '<') || !number(&x, 1, 3, &v) || !take(&x, '>'))
    return;
  *l = x;
  if (take(&x, '1') && take(&x, ' '))
    *l = x;
}

vg_time scan_time(const unsigned char *p, size_t n, vg_time latest) {
  struct line l = {(const char *)p, n, 0};
  const unsigned char *nl = n ? memchr(p, '\n', n) : NULL;
  l.n = nl ? (size_t)(nl - p) : n;
  skip_priority(&l);
  if (here(&l) == '{')
    return by_key(l, latest);
  struct line first = l;
  (void)(take(&first, '[') || take(&first, '"'));
  vg_time t = any(first, latest);
  for (size_t open; t == VG_NOTIME && (open = vg_str_find_byte(vg_str_n(l.p, l.n), '[', l.at)) != SIZE_MAX;) {
    l.at = open + 1;
    t = by_day(l); /* of a common log */
  }
  return t;
}
