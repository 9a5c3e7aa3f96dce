#include "match/match_internal.h"

#include <stdio.h>
#include <string.h>

/* What of the last 8 and the 8 bytes before them belongs to a tail of N bytes. */
#define LOW(n) ((n) == 0 ? UINT64_C(0) : ~UINT64_C(0) << (64 - 8 * (n)) % 64)
#define ROW(n)                                                                                                         \
  { (n) > 8 ? LOW((n) > 8 ? (n)-8 : 8) : 0, (n) >= 8 ? ~UINT64_C(0) : LOW((n) < 8 ? (n) : 8) }
const uint64_t gate_masks[17][2] = {ROW(0), ROW(1),  ROW(2),  ROW(3),  ROW(4),  ROW(5),  ROW(6),  ROW(7), ROW(8),
                                    ROW(9), ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15), ROW(16)};

uint64_t gate_v4(const unsigned char a[static 4]) {
  char t[16];
  const int n = snprintf(t, sizeof t, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
  return gate_name((const unsigned char *)t, (size_t)n, true);
}

uint64_t gate_net4(unsigned a, unsigned b) {
  char t[16];
  unsigned char top[8] = {0};
  const size_t n = (size_t)snprintf(t, sizeof t, "%u.%u.", a & 255, b & 255);
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
