/* The distance, of two digests and of one to many (AVX2 where the machine has it). */
#include "similar/similar_internal.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

static void plain(const unsigned char *codes, size_t n, const unsigned char *query, uint16_t *out) {
  for (size_t i = 0; i < n; i++)
    out[i] = (uint16_t)body_distance(query, codes + TLSH_CODE * i);
}

#if defined __x86_64__
#define AVX2 __attribute__((target("avx2")))
struct wide {
  __m256i query, differ, cost, nibble;
};

AVX2 static inline __m256i wide_cost(const struct wide *w, const unsigned char *code) {
  __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)code), w->query);
  __m256i one_two = _mm256_and_si256(x, w->differ);
  x = _mm256_andnot_si256(_mm256_add_epi8(one_two, one_two), x);
  __m256i low = _mm256_and_si256(x, w->nibble), high = _mm256_and_si256(_mm256_srli_epi16(x, 4), w->nibble);
  __m256i cost = _mm256_add_epi8(_mm256_shuffle_epi8(w->cost, low), _mm256_shuffle_epi8(w->cost, high));
  return _mm256_sad_epu8(cost, _mm256_setzero_si256());
}

/* Four codes at a time: their sums travel in the four quarters of each lane, so that the lanes are added once. */
AVX2 static void avx2(const unsigned char *codes, size_t n, const unsigned char *query, uint16_t *out) {
  struct wide w = {
      .query = _mm256_loadu_si256((const __m256i *)(const void *)query),
      .cost = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 6, 1, 2, 3, 7, 2, 3, 4, 8, 6, 7, 8, 12)),
      .nibble = _mm256_set1_epi8(15),
  };
  w.differ = _mm256_and_si256(_mm256_xor_si256(w.query, _mm256_srli_epi16(w.query, 1)), _mm256_set1_epi8(0x55));
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const unsigned char *c = codes + TLSH_CODE * i;
    __m256i a = wide_cost(&w, c), b = _mm256_slli_epi64(wide_cost(&w, c + TLSH_CODE), 16);
    __m256i d = _mm256_slli_epi64(wide_cost(&w, c + 2 * TLSH_CODE), 32),
            e = _mm256_slli_epi64(wide_cost(&w, c + 3 * TLSH_CODE), 48);
    __m256i four = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(d, e));
    __m128i two = _mm_add_epi16(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    _mm_storel_epi64((__m128i *)(void *)(out + i), _mm_add_epi16(two, _mm_srli_si128(two, 8)));
  }
  plain(codes + TLSH_CODE * i, n - i, query, out + i);
}
#endif

void body_distances(const unsigned char *codes, size_t n, const unsigned char query[static TLSH_CODE], uint16_t *out) {
#if defined __x86_64__
  if (__builtin_cpu_supports("avx2")) {
    avx2(codes, n, query, out);
    return;
  }
#endif
  plain(codes, n, query, out);
}

int tlsh_distance(const struct tlsh *a, const struct tlsh *b) { return whole_distance(a, b); }
