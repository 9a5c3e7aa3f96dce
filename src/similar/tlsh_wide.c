/*
 * The digest's hashing on 64 bytes at once (AVX-512 VBMI: the permutation lives in four registers). What is left for
 * each byte is six counts and one step of the checksum, which depends on the byte before.
 */
#include "similar/similar_internal.h"

#if defined __x86_64__
#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))
enum { LANES = 64, COUNTERS = 3 };

struct tables {
  __m512i part[4]; /* 64 entries each */
};

struct six {
  unsigned char hash[6][LANES];
};

/* tlsh_pearson[x] for 64 bytes. */
VBMI static inline __m512i look_up(const struct tables *t, __m512i x) {
  __m512i low = _mm512_permutex2var_epi8(t->part[0], x, t->part[1]),
          high = _mm512_permutex2var_epi8(t->part[2], x, t->part[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
}

VBMI static inline __m512i pair(const struct tables *t, int salted, __m512i i, __m512i j) {
  __m512i h = look_up(t, _mm512_xor_si512(_mm512_set1_epi8((char)salted), i));
  return look_up(t, _mm512_xor_si512(h, j));
}

VBMI static inline void triplet(const struct tables *t, int salted, __m512i i, __m512i j, __m512i k,
                                unsigned char *out) {
  _mm512_storeu_si512(out, look_up(t, _mm512_xor_si512(pair(t, salted, i, j), k)));
}

VBMI static inline __m512i load(const unsigned char *p) { return _mm512_loadu_si512(p); }

/* The hashes of 64 windows; `sum` gets what the checksum's last step is applied to. */
VBMI static inline void hash_block(const struct tables *t, const unsigned char *p, struct six *out,
                                   unsigned char *sum) {
  __m512i a = load(p), b = load(p - 1), c = load(p - 2), d = load(p - 3), e = load(p - 4);
  _mm512_storeu_si512(sum, pair(t, TLSH_S0, a, b));
  triplet(t, TLSH_S2, a, b, c, out->hash[0]);
  triplet(t, TLSH_S3, a, b, d, out->hash[1]);
  triplet(t, TLSH_S5, a, c, d, out->hash[2]);
  triplet(t, TLSH_S7, a, c, e, out->hash[3]);
  triplet(t, TLSH_S11, a, b, e, out->hash[4]);
  triplet(t, TLSH_S13, a, d, e, out->hash[5]);
}

/* Several counters a bucket: the same bucket twice in a row need not wait for its own store. */
VBMI static void add_blocks(struct tlsh_run *r, const unsigned char *p, size_t blocks) {
  struct tables t;
  uint32_t count[COUNTERS][256] = {{0}};
  unsigned char checksum = r->checksum, sum[LANES];
  struct six six;
  for (size_t i = 0; i < 4; i++)
    t.part[i] = _mm512_loadu_si512(tlsh_pearson + LANES * i);
  for (size_t n = 0; n < blocks; n++, p += LANES) {
    hash_block(&t, p, &six, sum);
    for (size_t i = 0; i < LANES; i++) {
      checksum = tlsh_pearson[sum[i] ^ checksum];
      count[0][six.hash[0][i]]++;
      count[1][six.hash[1][i]]++;
      count[2][six.hash[2][i]]++;
      count[0][six.hash[3][i]]++;
      count[1][six.hash[4][i]]++;
      count[2][six.hash[5][i]]++;
    }
  }
  r->checksum = checksum;
  for (size_t k = 0; k < COUNTERS; k++)
    for (size_t i = 0; i < 256; i++)
      r->bucket[i] += count[k][i];
}

size_t tlsh_add_wide(struct tlsh_run *r, const unsigned char *p, size_t n) {
  if (n < LANES || !__builtin_cpu_supports("avx512vbmi") || !__builtin_cpu_supports("avx512bw"))
    return 0;
  add_blocks(r, p, n / LANES);
  return n / LANES * LANES;
}
#else
size_t tlsh_add_wide(struct tlsh_run *r, const unsigned char *p, size_t n) {
  (void)r;
  (void)p;
  (void)n;
  return 0;
}
#endif
