/* AVX-512 with VBMI: one table look-up gives all classes of 64 bytes. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) avx512_##name
#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx2,bmi,bmi2,lzcnt,popcnt")))
#define LOCAL static inline __attribute__((always_inline)) KERNEL_TARGET

enum { B_HOST = 1, B_DOT = 2, B_LETTER = 4, B_HEX = 8, B_COLON = 16, B_OPEN = 32, B_NEXT = 64, B_SPECIAL = 128 };
#define T (B_HOST | B_LETTER)
#define X (T | B_HEX)
#define N (B_HOST | B_HEX)
static const unsigned char table[128] __attribute__((aligned(64))) = {
    ['('] = B_OPEN, ['['] = B_OPEN, ['{'] = B_OPEN, [']'] = B_SPECIAL, ['\\'] = B_SPECIAL, ['.'] = B_HOST | B_DOT | B_NEXT, [':'] = B_COLON | B_NEXT,
    ['/'] = B_NEXT, ['@'] = B_NEXT, ['-'] = T, ['_'] = T,
    ['0'] = N, ['1'] = N, ['2'] = N, ['3'] = N, ['4'] = N, ['5'] = N, ['6'] = N, ['7'] = N, ['8'] = N, ['9'] = N,
    ['A'] = X | B_NEXT, ['B'] = X, ['C'] = X, ['D'] = X | B_NEXT, ['E'] = X, ['F'] = X, ['G'] = T, ['H'] = T, ['I'] = T, ['J'] = T,
    ['K'] = T, ['L'] = T, ['M'] = T, ['N'] = T, ['O'] = T, ['P'] = T, ['Q'] = T, ['R'] = T, ['S'] = T, ['T'] = T, ['U'] = T, ['V'] = T,
    ['W'] = T, ['X'] = T, ['Y'] = T, ['Z'] = T,
    ['a'] = X | B_NEXT, ['b'] = X, ['c'] = X, ['d'] = X | B_NEXT, ['e'] = X, ['f'] = X, ['g'] = T, ['h'] = T, ['i'] = T, ['j'] = T,
    ['k'] = T, ['l'] = T, ['m'] = T, ['n'] = T, ['o'] = T, ['p'] = T, ['q'] = T, ['r'] = T, ['s'] = T, ['t'] = T, ['u'] = T, ['v'] = T,
    ['w'] = T, ['x'] = T, ['y'] = T, ['z'] = T,
};
#undef T
#undef X
#undef N

LOCAL __m512i load(const unsigned char *b) { return _mm512_loadu_si512((const void *)b); }
LOCAL uint64_t test(__m512i classes, int what) { return _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)what)); }
LOCAL uint64_t printable(const unsigned char *b) {
  return _mm512_cmple_epu8_mask(_mm512_sub_epi8(load(b), _mm512_set1_epi8(' ')), _mm512_set1_epi8('~' - ' '));
}
LOCAL uint64_t newlines(const unsigned char *b) { return _mm512_cmpeq_epi8_mask(load(b), _mm512_set1_epi8('\n')); }

LOCAL struct kernel_masks classify(const unsigned char *b) {
  const __m512i v = load(b);
  const uint64_t high = _mm512_movepi8_mask(v);
  const __m512i k = _mm512_maskz_permutex2var_epi8(~high, load(table), v, load(table + 64));
  return (struct kernel_masks){.host = test(k, B_HOST) | high, .dot = test(k, B_DOT), .letter = test(k, B_LETTER) | high, .hex = test(k, B_HEX),
                               .colon = test(k, B_COLON), .open = test(k, B_OPEN), .next = test(k, B_NEXT), .special = test(k, B_SPECIAL),
                               .nul = _mm512_testn_epi8_mask(v, v), .high = high};
}

#include "match/kernel.h"

const struct kernel kernel_avx512 = {"avx512", avx512_chunk, avx512_lines};
#endif
