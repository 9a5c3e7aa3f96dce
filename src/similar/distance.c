/* The distance, of two digests and of one to many (AVX-512 or AVX2 where the machine has it). */
#include "similar/similar_internal.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

static uint16_t plain(const unsigned char *codes, size_t n, const unsigned char *query, uint16_t *out) {
  uint16_t least = UINT16_MAX;
  for (size_t i = 0; i < n; i++) {
    out[i] = (uint16_t)body_distance(query, codes + TLSH_CODE * i);
    least = out[i] < least ? out[i] : least;
  }
  return least;
}

#if defined __x86_64__
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512dq")))

/* What a pair of two-bit differences costs, by nibble (see words_cost). */
AVX2 static inline __m128i costs(void) { return _mm_setr_epi8(0, 1, 2, 6, 1, 2, 3, 7, 2, 3, 4, 8, 6, 7, 8, 12); }

/* In which pairs the two bits differ. */
AVX2 static inline __m256i differing(__m256i query) {
  return _mm256_and_si256(_mm256_xor_si256(query, _mm256_srli_epi16(query, 1)), _mm256_set1_epi8(0x55));
}

AVX2 static inline uint16_t least_of(__m128i v, uint16_t least) {
  uint16_t found = (uint16_t)_mm_cvtsi128_si32(_mm_minpos_epu16(v));
  return found < least ? found : least;
}

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
AVX2 static uint16_t avx2(const unsigned char *codes, size_t n, const unsigned char *query, uint16_t *out) {
  struct wide w = {
      .query = _mm256_loadu_si256((const __m256i *)(const void *)query),
      .cost = _mm256_broadcastsi128_si256(costs()),
      .nibble = _mm256_set1_epi8(15),
  };
  w.differ = differing(w.query);
  __m128i least = _mm_set1_epi16(-1);
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const unsigned char *c = codes + TLSH_CODE * i;
    __m256i a = wide_cost(&w, c), b = _mm256_slli_epi64(wide_cost(&w, c + TLSH_CODE), 16);
    __m256i d = _mm256_slli_epi64(wide_cost(&w, c + 2 * TLSH_CODE), 32),
            e = _mm256_slli_epi64(wide_cost(&w, c + 3 * TLSH_CODE), 48);
    __m256i four = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(d, e));
    __m128i two = _mm_add_epi16(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    __m128i one = _mm_add_epi16(two, _mm_shuffle_epi32(two, 0x4e));
    _mm_storel_epi64((__m128i *)(void *)(out + i), one);
    least = _mm_min_epu16(least, one);
  }
  return least_of(least, plain(codes + TLSH_CODE * i, n - i, query, out + i));
}

struct wider {
  __m512i query, differ, cost, nibble;
};

AVX512 static inline __m512i wider_cost(const struct wider *w, const unsigned char *code) {
  __m512i x = _mm512_xor_si512(_mm512_loadu_si512(code), w->query);
  __m512i one_two = _mm512_and_si512(x, w->differ);
  x = _mm512_andnot_si512(_mm512_add_epi8(one_two, one_two), x);
  __m512i low = _mm512_and_si512(x, w->nibble), high = _mm512_and_si512(_mm512_srli_epi16(x, 4), w->nibble);
  __m512i cost = _mm512_add_epi8(_mm512_shuffle_epi8(w->cost, low), _mm512_shuffle_epi8(w->cost, high));
  return _mm512_sad_epu8(cost, _mm512_setzero_si512());
}

/* The same for eight codes: the lower half of each register has those of even number, the upper half the odd ones. */
AVX512 static uint16_t avx512(const unsigned char *codes, size_t n, const unsigned char *query, uint16_t *out) {
  __m256i half = _mm256_loadu_si256((const __m256i *)(const void *)query);
  struct wider w = {
      .query = _mm512_broadcast_i64x4(half),
      .differ = _mm512_broadcast_i64x4(differing(half)),
      .cost = _mm512_broadcast_i32x4(costs()),
      .nibble = _mm512_set1_epi8(15),
  };
  __m128i least = _mm_set1_epi16(-1);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const unsigned char *c = codes + TLSH_CODE * i;
    __m512i a = wider_cost(&w, c), b = _mm512_slli_epi64(wider_cost(&w, c + 2 * TLSH_CODE), 16);
    __m512i d = _mm512_slli_epi64(wider_cost(&w, c + 4 * TLSH_CODE), 32),
            e = _mm512_slli_epi64(wider_cost(&w, c + 6 * TLSH_CODE), 48);
    __m512i eight = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(d, e));
    eight = _mm512_add_epi16(eight, _mm512_shuffle_i64x2(eight, eight, 0xb1));
    eight = _mm512_add_epi16(eight, _mm512_shuffle_epi32(eight, (_MM_PERM_ENUM)0x4e));
    __m128i both = _mm_unpacklo_epi16(_mm512_castsi512_si128(eight), _mm512_extracti64x2_epi64(eight, 2));
    _mm_storeu_si128((__m128i *)(void *)(out + i), both);
    least = _mm_min_epu16(least, both);
  }
  return least_of(least, i < n ? avx2(codes + TLSH_CODE * i, n - i, query, out + i) : UINT16_MAX);
}
#endif

uint16_t body_distances(const unsigned char *codes, size_t n, const unsigned char query[static TLSH_CODE],
                        uint16_t *out) {
#if defined __x86_64__
  if (n >= 8 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return avx512(codes, n, query, out);
  if (__builtin_cpu_supports("avx2"))
    return avx2(codes, n, query, out);
#endif
  return plain(codes, n, query, out);
}

int tlsh_distance(const struct tlsh *a, const struct tlsh *b) { return whole_distance(a, b); }
