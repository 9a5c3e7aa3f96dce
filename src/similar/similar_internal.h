#ifndef VG_SIMILAR_SIMILAR_INTERNAL_H
#define VG_SIMILAR_SIMILAR_INTERNAL_H
/* Shared by the files of this room only. */
#include "similar/similar.h"

#include <string.h>

/*
 * The part of the distance that the codes make: each two-bit bucket costs 0, 1, 2 or 6 for a difference of 0, 1, 2
 * or 3. With x = a ^ b a pair of bits is 00 (same), 01 (differs by 1), 10 (by 2) or 11: then it is 1 against 2 (by 1)
 * when the two bits of a differ, 0 against 3 (6 points) when they do not. Clearing the high bit of x in the first case
 * leaves a class whose cost is 0, 1, 2, 6 for 0, 1, 2, 3.
 */
static inline int words_cost(uint64_t a, uint64_t b) {
  const uint64_t odd = 0x5555555555555555u;
  uint64_t x = a ^ b, differ = (a ^ a >> 1) & odd;
  x &= ~((x & differ) << 1);
  uint64_t low = x & odd, high = x >> 1 & odd;
  return __builtin_popcountll(low) + 2 * __builtin_popcountll(high) + 3 * __builtin_popcountll(low & high);
}

static inline int body_distance(const unsigned char a[static TLSH_CODE], const unsigned char b[static TLSH_CODE]) {
  uint64_t x[TLSH_CODE / 8], y[TLSH_CODE / 8];
  memcpy(x, a, sizeof x);
  memcpy(y, b, sizeof y);
  return words_cost(x[0], y[0]) + words_cost(x[1], y[1]) + words_cost(x[2], y[2]) + words_cost(x[3], y[3]);
}

/* On a circle of `range` steps. */
static inline int around(int a, int b, int range) {
  int d = a > b ? a - b : b - a;
  return d > range - d ? range - d : d;
}

/* The parts that length and quartile ratios make. */
static inline int length_distance(int a, int b) {
  int d = around(a, b, 256);
  return d <= 1 ? d : 12 * d;
}

static inline int ratio_distance(int a, int b) {
  int d = around(a, b, 16);
  return d <= 1 ? d : 12 * (d - 1);
}

static inline int head_distance(const struct tlsh *a, unsigned char length, unsigned char q1, unsigned char q2) {
  return length_distance(a->length, length) + ratio_distance(a->q1, q1) + ratio_distance(a->q2, q2);
}

static inline int whole_distance(const struct tlsh *a, const struct tlsh *b) {
  return head_distance(a, b->length, b->q1, b->q2) + (a->checksum != b->checksum) + body_distance(a->code, b->code);
}

/* out[i] for n codes that stand one after the other. Returns the least of them (65,535: none). */
uint16_t body_distances(const unsigned char *codes, size_t n, const unsigned char query[static TLSH_CODE],
                        uint16_t *out);

/* A digest in the set within `limit` for which group[index] is not `mine`, or -1. Exact. */
int32_t similar_other(const struct similar_set *s, const struct tlsh *query, int limit, const int32_t *group,
                      int32_t mine);

/* Pearson's permutation, and its value for the salts 0, 2, 3, 5, 7, 11, 13: the first step of each hash is always the
 * same. */
extern const unsigned char tlsh_pearson[256];
enum { TLSH_S0 = 1, TLSH_S2 = 49, TLSH_S3 = 12, TLSH_S5 = 178, TLSH_S7 = 166, TLSH_S11 = 84, TLSH_S13 = 230 };
/* tlsh_add() as on a machine without wide registers. */
void tlsh_add_narrow(struct tlsh_run *r, vg_str bytes);
/* As many of the n bytes as this machine's wide registers take at once (0: none); p[-4] to p[-1] are there. */
size_t tlsh_add_wide(struct tlsh_run *r, const unsigned char *p, size_t n);

#endif
