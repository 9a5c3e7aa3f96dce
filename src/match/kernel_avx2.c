/* AVX2: 32 bytes at a time; two look-ups by the halves of a byte tell most classes. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) avx2_##name
#define KERNEL_VECTOR 32
#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define KERNEL_TZCNT(m) _tzcnt_u64(m)
#define LOCAL static inline __attribute__((always_inline)) KERNEL_TARGET

/*
 * A byte has a class when both its halves allow it: a bit stands for a rectangle of the ASCII table. L_AO are the
 * letters of columns 4 and 6, L_PZ those of 5 and 7, L_HEX the hexadecimal ones; L_ODD are "[\]{|}".
 */
enum { L_AO = 1, L_PZ = 2, L_DIGIT = 4, L_DASH = 8, L_LINE = 16, L_DOT = 32, L_HEX = 64, L_ODD = 128 };
enum { L_LETTER = L_AO | L_PZ | L_DASH | L_LINE, L_HOST = L_LETTER | L_DIGIT | L_DOT };
#define LOW_HALF                                                                                                       \
  L_DIGIT | L_PZ, L_DIGIT | L_PZ | L_AO | L_HEX, L_DIGIT | L_PZ | L_AO | L_HEX, L_DIGIT | L_PZ | L_AO | L_HEX,         \
      L_DIGIT | L_PZ | L_AO | L_HEX, L_DIGIT | L_PZ | L_AO | L_HEX, L_DIGIT | L_PZ | L_AO | L_HEX,                     \
      L_DIGIT | L_PZ | L_AO, L_DIGIT | L_PZ | L_AO, L_DIGIT | L_PZ | L_AO, L_PZ | L_AO, L_AO | L_ODD, L_AO | L_ODD,    \
      L_AO | L_ODD | L_DASH, L_AO | L_DOT, L_AO | L_LINE
#define HIGH_HALF                                                                                                      \
  0, 0, L_DASH | L_DOT, L_DIGIT, L_AO | L_HEX, L_PZ | L_LINE | L_ODD, L_AO | L_HEX, L_PZ | L_ODD, 0, 0, 0, 0, 0, 0, 0, 0
static const unsigned char low_half[32] __attribute__((aligned(32))) = {LOW_HALF, LOW_HALF};
static const unsigned char high_half[32] __attribute__((aligned(32))) = {HIGH_HALF, HIGH_HALF};

LOCAL __m256i load(const unsigned char *b) { return _mm256_loadu_si256((const __m256i_u *)(const void *)b); }
LOCAL __m256i all(char c) { return _mm256_set1_epi8(c); }
LOCAL uint64_t bits(__m256i v) { return (uint64_t)(uint32_t)_mm256_movemask_epi8(v); }
LOCAL __m256i is(__m256i v, char c) { return _mm256_cmpeq_epi8(v, all(c)); }
/* Classes below 128 only: then none of them looks negative. */
LOCAL uint64_t any(__m256i classes, int what) {
  return bits(_mm256_cmpgt_epi8(_mm256_and_si256(classes, all((char)what)), _mm256_setzero_si256()));
}

LOCAL void classify_part(struct kernel_masks *m, const unsigned char *b, unsigned at) {
  const __m256i v = load(b + at), high = _mm256_and_si256(_mm256_srli_epi16(v, 4), all(15));
  const __m256i k =
      _mm256_and_si256(_mm256_shuffle_epi8(load(low_half), v), _mm256_shuffle_epi8(load(high_half), high));
  m->host |= any(k, L_HOST) << at;
  m->letter |= any(k, L_LETTER) << at;
  m->hex |= any(k, L_DIGIT | L_HEX) << at;
  m->dot |= bits(_mm256_slli_epi16(k, 2)) << at; /* L_DOT to the top of its byte */
  m->odd |= bits(_mm256_or_si256(k, is(v, '('))) << at;
  m->colon |= bits(is(v, ':')) << at;
  m->line |= bits(is(v, '\n')) << at;
  m->nul |= bits(_mm256_cmpeq_epi8(v, _mm256_setzero_si256())) << at;
  m->high |= bits(v) << at;
}

LOCAL struct kernel_masks classify(const unsigned char *b) {
  struct kernel_masks m = {0};
  classify_part(&m, b, 0);
  classify_part(&m, b, 32);
  m.host |= m.high, m.letter |= m.high;
  return m;
}
LOCAL uint64_t two(__m256i a, __m256i b) { return bits(a) | bits(b) << 32; }
LOCAL __m256i printed(__m256i v) { return _mm256_andnot_si256(is(v, 0x7f), _mm256_cmpgt_epi8(v, all(' ' - 1))); }
LOCAL uint64_t printable(const unsigned char *b) { return two(printed(load(b)), printed(load(b + 32))); }
LOCAL void leads_part(struct kernel_leads *l, const unsigned char *b, unsigned at) {
  const __m256i v = load(b + at);
  const uint64_t above = bits(_mm256_cmpgt_epi8(v, all((char)0xef))); /* from 0xf0 on, with what is of ASCII */
  l->two |= bits(is(v, (char)0xc2)) << at;
  l->three |= bits(_mm256_or_si256(_mm256_or_si256(is(v, (char)0xe2), is(v, (char)0xe3)),
                                   is(_mm256_or_si256(v, all(1)), (char)0xef)))
              << at;
  l->four |= (above & bits(v)) << at;
}
LOCAL struct kernel_leads leads(const unsigned char *b) {
  struct kernel_leads l = {0};
  leads_part(&l, b, 0);
  leads_part(&l, b, 32);
  return l;
}
LOCAL __m256i going_on(__m256i v) { return _mm256_cmpgt_epi8(all((char)0xc0), v); }
LOCAL uint64_t goes_on(const unsigned char *b) { return two(going_on(load(b)), going_on(load(b + 32))); }
LOCAL uint64_t newlines(const unsigned char *b) { return two(is(load(b), '\n'), is(load(b + 32), '\n')); }

#include "match/kernel.h"

const struct kernel kernel_avx2 = {"avx2", avx2_chunk, avx2_lines, avx2_narrow};
#endif
