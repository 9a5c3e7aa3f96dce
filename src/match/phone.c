/* Telephone numbers in groups: "+33 6 12 34 56 78", "(06) 12-34-56-78". The digits are read from the last one back. */
#include "match/match_internal.h"

#include <string.h>

enum { DIGITS = 17, GAP = 4 };
struct number {
  unsigned char d[DIGITS]; /* the last n of them: d[DIGITS - n] on */
  size_t n, from;          /* from: of its first digit, in the text */
};

static bool digit(unsigned char c) { return match_class[c] & C_DIGIT; }

/* How many bytes the mark that ends before t[i] takes: what stands between groups, no-break spaces and hyphens of word
 * processors among it; 0: none. */
static size_t mark_before(const unsigned char *t, size_t i) {
  if (i > 0 && t[i - 1] && strchr(" .-/", t[i - 1]))
    return 1;
  if (i > 1 && t[i - 2] == 0xc2 && t[i - 1] == 0xa0)
    return 2;
  return i > 2 && t[i - 3] == 0xe2 && t[i - 2] == 0x80 && (t[i - 1] == 0xaf || t[i - 1] == 0x91) ? 3 : 0;
}

/* What parts two groups: brackets, and one mark at most. Where the digits before it end, 0: there are none. */
static size_t gap_before(const unsigned char *t, size_t i) {
  size_t marks = 0, at = i;
  while (at > 0 && i - at <= GAP && !digit(t[at - 1])) {
    const size_t n = mark_before(t, at), bracket = t[at - 1] == '(' || t[at - 1] == ')';
    if (!bracket && (!n || marks++))
      return 0;
    at -= bracket ? 1 : n;
  }
  return i - at <= GAP ? at : 0;
}

/* "(0)" behind the code of a country is not dialled from abroad. */
static bool trunk(const unsigned char *t, size_t n, size_t i) {
  return i > 1 && t[i] == '0' && t[i - 1] == '(' && i + 1 < n && t[i + 1] == ')' && gap_before(t, i);
}

/* A pair of digits beside it, parted from it as its own pairs are: a row of numbers, or a longer one. */
static bool in_row(const unsigned char *t, size_t n, size_t from, size_t to) {
  const size_t own = mark_before(t, to - 2), before = mark_before(t, from), at = to + own;
  if (!own || !digit(t[to - 1]) || !digit(t[to - 2]))
    return false;
  const unsigned char *mark = t + to - 2 - own;
  if (at + 2 <= n && memcmp(t + to, mark, own) == 0 && digit(t[at]) && digit(t[at + 1]) &&
      (at + 2 == n || !(match_class[t[at + 2]] & C_HOST & ~C_DOT)))
    return true;
  const size_t p = from - before;
  return before == own && memcmp(t + p, mark, own) == 0 && p > 1 && digit(t[p - 1]) && digit(t[p - 2]) &&
         (p == 2 || !(match_class[t[p - 3]] & C_HOST & ~C_DOT));
}

/* The number that begins at x->from, if it is listed and nothing of it stands before that; *begin: with its sign. */
static uint32_t listed(const struct scan *s, const unsigned char *t, size_t n, const struct number *x, size_t end,
                       size_t *begin) {
  const unsigned char *d = x->d + DIGITS - x->n;
  size_t from = x->from;
  const uint32_t e = x->n < 8 ? UINT32_MAX : scan_listed(s->p, MATCH_PHONE, d, x->n);
  if (e == UINT32_MAX)
    return e;
  const bool plus = from > 0 && t[from - 1] == '+';
  if (!plus && (in_row(t, n, from, end) || (d[0] != '0' && gap_before(t, from))))
    return UINT32_MAX;
  if (plus && d[0] != '0')
    from--;
  if (from > 0 && t[from - 1] == '(' && memchr(t + from, ')', end - from))
    from--;
  *begin = from;
  return !scan_joined(t, from) || scan_escaped(t, from) ? e : UINT32_MAX;
}

/* A listed spelling that is one token ("06.12.34.56.78") was found as such. */
static bool one_token(const struct scan *s, const unsigned char *t, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (!(match_class[t[i]] & C_HOST))
      return false;
  return scan_listed(s->p, MATCH_PHONE, t + from, to - from) != UINT32_MAX;
}

void scan_phone(struct scan *s, const unsigned char *t, size_t n, size_t end) {
  struct number x = {.from = end};
  uint32_t best = UINT32_MAX;
  size_t begin = end, groups = 0;
  if (!end || scan_goes_on(t, n, end) || (end + 1 < n && t[end] == '.' && digit(t[end + 1])))
    return;
  for (size_t i = end; i > 0 && x.n < DIGITS; i = gap_before(t, i), groups++) {
    if (!digit(t[i - 1]))
      break;
    for (; i > 0 && digit(t[i - 1]) && x.n < DIGITS; i--)
      x.d[DIGITS - ++x.n] = t[i - 1];
    x.from = i;
    s->steps += x.n;
    size_t at;
    const uint32_t e = groups && !trunk(t, n, i) ? listed(s, t, n, &x, end, &at) : UINT32_MAX;
    if (e != UINT32_MAX)
      best = e, begin = at;
    if (trunk(t, n, i))
      x.n--;
  }
  if (best != UINT32_MAX && !one_token(s, t, begin, end))
    scan_emit(s, best, begin, end);
}
