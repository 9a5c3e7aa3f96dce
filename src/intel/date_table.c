/* Dates as tables hold them. */
#include <stdio.h>

#include "intel/intel_internal.h"

/* Up to `most` digits at *i. */
static bool number(vg_str s, size_t *i, size_t most, unsigned *out) {
  const size_t from = *i;
  *out = 0;
  while (*i < s.n && *i < from + most && vg_is_digit(s.p[*i]))
    *out = *out * 10 + (unsigned)(s.p[(*i)++] - '0');
  return *i > from;
}

static bool three(vg_str s, size_t *i, unsigned part[static 3], char *mark) {
  if (!number(s, i, 4, &part[0]) || *i >= s.n || (s.p[*i] != '/' && s.p[*i] != '.' && s.p[*i] != '-'))
    return false;
  *mark = s.p[(*i)++];
  return number(s, i, 2, &part[1]) && *i < s.n && s.p[(*i)++] == *mark && number(s, i, 4, &part[2]);
}

/* Which of the first two is the day: what cannot be a month, what the mark says ("31.12.2026"), or the order that the
 * table has shown. */
static bool day_and_month(const unsigned part[static 3], char mark, enum date_order *order, unsigned *d, unsigned *m) {
  const bool day_first = mark == '.' || part[0] > 12, month_first = mark != '.' && part[1] > 12;
  if (day_first != month_first)
    *order = day_first ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
  if (*order == DATE_NO_ORDER)
    return false;
  *d = part[*order == DATE_DAY_FIRST ? 0 : 1];
  *m = part[*order == DATE_DAY_FIRST ? 1 : 0];
  return true;
}

/* " 7:38", "T07:38:12", with or without "UTC" or "Z" behind. */
static bool hour(vg_str s, unsigned part[static 3]) {
  size_t i = 0;
  part[0] = part[1] = part[2] = 0;
  s = vg_str_trim(s.n && s.p[0] == 'T' ? vg_str_sub(s, 1, s.n) : s);
  if (vg_str_ends(s, VG_STR("UTC")) || vg_str_ends(s, VG_STR("GMT")))
    s = vg_str_trim(vg_str_sub(s, 0, s.n - 3));
  else if (vg_str_ends(s, VG_STR("Z")))
    s.n--;
  if (s.n == 0)
    return true;
  if (!number(s, &i, 2, &part[0]) || i >= s.n || s.p[i++] != ':' || !number(s, &i, 2, &part[1]))
    return false;
  return i == s.n || (s.p[i++] == ':' && number(s, &i, 2, &part[2]) && i == s.n);
}

bool date_of_table(vg_str s, enum date_order *order, vg_time *out) {
  unsigned part[3], clock[3], year, month, day;
  char mark, text[64];
  size_t i = 0;
  s = vg_str_trim(s);
  if (vg_time_parse(s, out))
    return true;
  if (!three(s, &i, part, &mark) || !hour(vg_str_sub(s, i, s.n), clock))
    return false;
  if (part[0] > 31) {
    year = part[0], month = part[1], day = part[2];
  } else {
    if (!day_and_month(part, mark, order, &day, &month))
      return false;
    year = part[2] < 100 ? 2000 + part[2] : part[2];
  }
  snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day, clock[0], clock[1], clock[2]);
  return vg_time_parse(vg_str_z(text), out);
}
