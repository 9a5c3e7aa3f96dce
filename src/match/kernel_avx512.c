/* AVX-512 with VBMI: one table look-up gives all classes of 64 bytes. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) avx512_##name
#define KERNEL_VECTOR 64
#define KERNEL_TARGET                                                                                                  \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512cd,avx512vbmi,avx512vbmi2,avx512vpopcntdq,avx2,"     \
                        "bmi,bmi2,lzcnt,popcnt")))
#define KERNEL_TZCNT(m) _tzcnt_u64(m)
#define KERNEL_EIGHT /* ask_eight.h */
#define KERNEL_ODD   /* classify() tells open, special, next instead of odd */
#define LOCAL static inline __attribute__((always_inline)) KERNEL_TARGET

LOCAL __m512i load(const unsigned char *b) { return _mm512_loadu_si512((const void *)b); }
static const unsigned char numbers[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
LOCAL uint64_t test(__m512i classes, int what) { return _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)what)); }
LOCAL uint64_t printable(const unsigned char *b) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(load(b), _mm512_set1_epi8(' ')), _mm512_set1_epi8('~' - ' '));
}
LOCAL struct kernel_leads leads(const unsigned char *b) {
  const __m512i v = load(b);
  return (struct kernel_leads){
      .two = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)0xc2)),
      .three = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)0xe2)) |
               _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)0xe3)) |
               _mm512_cmpeq_epi8_mask(_mm512_or_si512(v, _mm512_set1_epi8(1)), _mm512_set1_epi8((char)0xef)),
      .four = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8((char)0xf0))};
}
LOCAL uint64_t goes_on(const unsigned char *b) { return _mm512_cmplt_epi8_mask(load(b), _mm512_set1_epi8((char)0xc0)); }
LOCAL uint64_t newlines(const unsigned char *b) { return _mm512_cmpeq_epi8_mask(load(b), _mm512_set1_epi8('\n')); }

LOCAL struct kernel_masks classify(const unsigned char *b) {
  const __m512i v = load(b);
  const uint64_t high = _mm512_movepi8_mask(v);
  const __m512i k = _mm512_maskz_permutex2var_epi8(~high, load(kernel_class), v, load(kernel_class + 64));
  return (struct kernel_masks){.host = test(k, B_HOST) | high,
                               .dot = test(k, B_DOT),
                               .letter = test(k, B_LETTER) | high,
                               .hex = test(k, B_HEX),
                               .colon = test(k, B_COLON),
                               .open = test(k, B_OPEN),
                               .special = test(k, B_SPECIAL),
                               .next = test(k, B_NEXT),
                               .line = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')),
                               .nul = _mm512_testn_epi8_mask(v, v),
                               .high = high};
}

/* The places of the bits of m, the first sixteen written whether they are there or not. Between two ends lies a byte of
 * a token: there are at most 32. */
#define KERNEL_ENDS
LOCAL uint32_t put_ends(uint16_t *to, uint32_t n, uint64_t m, uint32_t at) {
  const __m512i places = _mm512_maskz_compress_epi8(m, load(numbers));
  const __m256i base = _mm256_set1_epi16((short)at);
  const uint32_t count = (uint32_t)_mm_popcnt_u64(m);
  const __m256i some = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(places));
  _mm256_storeu_si256((__m256i_u *)(void *)(to + n), _mm256_add_epi16(some, base));
  if (__builtin_expect(count > 16, 0)) {
    const __m256i more = _mm256_cvtepu8_epi16(_mm512_extracti32x4_epi32(places, 1));
    _mm256_storeu_si256((__m256i_u *)(void *)(to + n + 16), _mm256_add_epi16(more, base));
  }
  return n + count;
}

#include "match/kernel.h"

const struct kernel kernel_avx512 = {"avx512", avx512_chunk, avx512_lines, avx512_narrow};
#endif
