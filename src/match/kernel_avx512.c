/* AVX-512 with VBMI: one table look-up gives all classes of 64 bytes. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) avx512_##name
#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx2,bmi,bmi2,lzcnt,popcnt")))
#define KERNEL_TZCNT(m) _tzcnt_u64(m)
#define LOCAL static inline __attribute__((always_inline)) KERNEL_TARGET

LOCAL __m512i load(const unsigned char *b) { return _mm512_loadu_si512((const void *)b); }
LOCAL uint64_t test(__m512i classes, int what) { return _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)what)); }
LOCAL uint64_t printable(const unsigned char *b) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(load(b), _mm512_set1_epi8(' ')), _mm512_set1_epi8('~' - ' '));
}
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
                               .odd = test(k, B_OPEN | B_SPECIAL),
                               .nul = _mm512_testn_epi8_mask(v, v),
                               .high = high};
}

#include "match/kernel.h"

const struct kernel kernel_avx512 = {"avx512", avx512_chunk, avx512_lines};
#endif
