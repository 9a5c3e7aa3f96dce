#include "match/match_internal.h"

#include <string.h>

/* What of the last 8 and the 8 bytes before them belongs to a tail of N bytes. */
#define LOW(n) ((n) == 0 ? UINT64_C(0) : ~UINT64_C(0) << (64 - 8 * (n)) % 64)
#define ROW(n)                                                                                                         \
  { (n) > 8 ? LOW((n) > 8 ? (n)-8 : 8) : 0, (n) >= 8 ? ~UINT64_C(0) : LOW((n) < 8 ? (n) : 8) }
const uint64_t gate_masks[17][2] = {ROW(0), ROW(1),  ROW(2),  ROW(3),  ROW(4),  ROW(5),  ROW(6),  ROW(7), ROW(8),
                                    ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15), ROW(16)};

static size_t put_number(unsigned char *t, unsigned v) {
  size_t n = 0;
  if (v >= 100)
    t[n++] = (unsigned char)('0' + v / 100);
  if (v >= 10)
    t[n++] = (unsigned char)('0' + v / 10 % 10);
  t[n++] = (unsigned char)('0' + v % 10);
  t[n++] = '.';
  return n;
}

uint64_t gate_v4(const unsigned char a[static 4]) {
  unsigned char t[16];
  size_t n = 0;
  for (unsigned i = 0; i < 4; i++)
    n += put_number(t + n, a[i]);
  return gate_name(t, n - 1, true);
}

uint64_t gate_net4(unsigned a, unsigned b) {
  unsigned char t[8], top[8] = {0};
  size_t n = put_number(t, a & 255);
  n += put_number(t + n, b & 255);
  memcpy(top + 8 - n, t, n);
  return gate_le64(top);
}

uint64_t gate_name(const unsigned char *k, size_t n, bool whole) {
  unsigned char t[16] = {0};
  size_t tail = 0;
  if (whole && n >= 16)
    return gate_mix((gate_le64(k + n - 16) | GATE_LOWER) ^ GATE_WHOLE, gate_le64(k + n - 8) | GATE_LOWER);
  for (unsigned dots = 0; tail < n && tail < 16; tail++)
    if (k[n - 1 - tail] == '.' && ++dots == 2 && !whole)
      break;
  memcpy(t + 16 - tail, k + n - tail, tail);
  uint64_t lo = (gate_le64(t) | GATE_LOWER) & gate_masks[tail][0],
           hi = (gate_le64(t + 8) | GATE_LOWER) & gate_masks[tail][1];
  return gate_mix(whole ? lo ^ GATE_WHOLE : lo, hi);
}
