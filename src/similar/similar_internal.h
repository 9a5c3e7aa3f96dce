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

/* The part that length and quartile ratios make. */
static inline int head_distance(const struct tlsh *a, unsigned char length, unsigned char q1, unsigned char q2) {
  int l = around(a->length, length, 256), r1 = around(a->q1, q1, 16), r2 = around(a->q2, q2, 16);
  return (l <= 1 ? l : 12 * l) + (r1 <= 1 ? r1 : 12 * (r1 - 1)) + (r2 <= 1 ? r2 : 12 * (r2 - 1));
}

static inline int whole_distance(const struct tlsh *a, const struct tlsh *b) {
  return head_distance(a, b->length, b->q1, b->q2) + (a->checksum != b->checksum) + body_distance(a->code, b->code);
}

/* out[i] for n codes that stand one after the other. */
void body_distances(const unsigned char *codes, size_t n, const unsigned char query[static TLSH_CODE], uint16_t *out);

/* Is there a digest in the set within `limit` for which group[index] is not `mine`? Exact. */
bool similar_any_other(const struct similar_set *s, const struct tlsh *query, int limit, const int32_t *group,
                       int32_t mine);

/* Pearson's permutation, and its value for the salts 0, 2, 3, 5, 7, 11, 13: the first step of each hash is always the
 * same. */
extern const unsigned char tlsh_pearson[256];
enum { TLSH_S0 = 1, TLSH_S2 = 49, TLSH_S3 = 12, TLSH_S5 = 178, TLSH_S7 = 166, TLSH_S11 = 84, TLSH_S13 = 230 };
/* As many of the n bytes as this machine's wide registers take at once (0: none); p[-4] to p[-1] are there. */
size_t tlsh_add_wide(struct tlsh_run *r, const unsigned char *p, size_t n);

/* A function that uses many distances is compiled twice; the second form may count bits in hardware. */
#if defined __x86_64__
#define SIMILAR_POPCNT __attribute__((target("popcnt")))
static inline bool similar_has_popcnt(void) { return __builtin_cpu_supports("popcnt"); }
#else
#define SIMILAR_POPCNT
static inline bool similar_has_popcnt(void) { return false; }
#endif

#endif
