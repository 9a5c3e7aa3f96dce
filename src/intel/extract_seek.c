/*
 * Where something may stand: 64 bytes at a time become a mask of the places at which no value is without one of a few
 * signs. Everything between is passed over unseen. A sign is told by a byte and the two behind it:
 *
 *     . : / @ before no space    \    [ ( { before d a p (dot, at, point)    + before a digit    a letter beside a
 * digit AS sn cv (AS 1, asn 1, CVE 1)    mut (mutex)    t: (User-Agent:)    a space before 0 and a digit (01 23 45 67
 * 89) a b before - and a digit (UA-1234-5, pub-...)    a dot between spaces (192 . 0 . 2 . 1)
 */
#include "intel/extract_internal.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

static inline __m128i same(__m128i v, char c) { return _mm_cmpeq_epi8(v, _mm_set1_epi8(c)); }
static inline __m128i any(__m128i a, __m128i b) { return _mm_or_si128(a, b); }
static inline __m128i both(__m128i a, __m128i b) { return _mm_and_si128(a, b); }
/* first <= byte < first + count, bytes above 127 are never in */
static inline __m128i range(__m128i v, char first, char count) {
  __m128i moved = _mm_sub_epi8(v, _mm_set1_epi8((char)(first + (char)-128)));
  return _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(count + (char)-128)));
}

static uint32_t signs16(const unsigned char *p) {
  __m128i a, b, c;
  memcpy(&a, p, 16);
  memcpy(&b, p + 1, 16);
  memcpy(&c, p + 2, 16);
  const __m128i small = _mm_set1_epi8(0x20);
  __m128i al = any(a, small), bl = any(b, small), cl = any(c, small);
  __m128i space_b = range(b, 0, ' ' + 1), digit_a = range(a, '0', 10), digit_b = range(b, '0', 10);
  __m128i marks = any(any(same(a, '.'), same(a, ':')), any(same(a, '/'), same(a, '@')));
  __m128i open = any(same(a, '('), same(al, '{')); /* '[' | 0x20 is '{' */
  __m128i word = any(any(same(bl, 'd'), same(bl, 'a')), same(bl, 'p'));
  __m128i found = any(_mm_andnot_si128(space_b, marks), same(a, '\\'));
  found = any(found, both(open, word));
  found = any(found, both(same(a, '+'), digit_b));
  found = any(found, any(both(range(al, 'a', 26), digit_b), both(digit_a, range(bl, 'a', 26))));
  found = any(found, any(both(same(a, 'A'), same(b, 'S')), both(same(al, 's'), same(bl, 'n'))));
  found = any(found, both(same(al, 'c'), same(bl, 'v')));
  found = any(found, both(both(same(al, 'm'), same(bl, 'u')), same(cl, 't')));
  found = any(found, both(same(al, 't'), same(b, ':')));
  found = any(found, both(any(same(al, 'a'), same(al, 'b')), both(same(b, '-'), range(c, '0', 10))));
  found = any(found, both(both(range(a, 0, ' ' + 1), same(b, '0')), range(c, '0', 10)));
  found = any(found, both(both(same(a, ' '), same(b, '.')), same(c, ' ')));
  return (uint32_t)_mm_movemask_epi8(found);
}
#else
static bool sign(unsigned char a, unsigned char b, unsigned char c) {
  unsigned char al = a | 0x20, bl = b | 0x20;
  bool digit_a = is_class(a, K_DIGIT), digit_b = is_class(b, K_DIGIT);
  if ((a == '.' || a == ':' || a == '/' || a == '@') && b > ' ')
    return true;
  if (a == '\\' || ((a == '(' || al == '{') && (bl == 'd' || bl == 'a' || bl == 'p')) || (a == '+' && digit_b))
    return true;
  if ((al >= 'a' && al <= 'z' && digit_b) || (digit_a && bl >= 'a' && bl <= 'z'))
    return true;
  if ((a == 'A' && b == 'S') || (al == 's' && bl == 'n') || (al == 'c' && bl == 'v') || (al == 't' && b == ':'))
    return true;
  if ((al == 'a' || al == 'b') && b == '-' && is_class(c, K_DIGIT))
    return true;
  if (a == ' ' && b == '.' && c == ' ')
    return true;
  return (al == 'm' && bl == 'u' && (c | 0x20) == 't') || (a <= ' ' && b == '0' && is_class(c, K_DIGIT));
}

static uint32_t signs16(const unsigned char *p) {
  uint32_t bits = 0;
  for (unsigned i = 0; i < 16; i++)
    bits |= (uint32_t)sign(p[i], p[i + 1], p[i + 2]) << i;
  return bits;
}
#endif

static uint64_t signs64(const unsigned char *p) {
  return (uint64_t)signs16(p) | (uint64_t)signs16(p + 16) << 16 | (uint64_t)signs16(p + 32) << 32 |
         (uint64_t)signs16(p + 48) << 48;
}

static uint64_t signs_at(const unsigned char *p, size_t left) {
  unsigned char last[64 + 2];
  if (left >= sizeof last)
    return signs64(p);
  memset(last, ' ', sizeof last);
  memcpy(last, p, left);
  return signs64(last);
}

size_t seek_sign(struct seek *s, const unsigned char *p, size_t n, size_t i) {
  if (!s->begun || i >= s->at + 64) {
    s->begun = true;
    s->at = i;
    s->bits = i < n ? signs_at(p + i, n - i) : 0;
  } else if (i > s->at) {
    s->bits &= ~UINT64_C(0) << (i - s->at);
  }
  while (s->bits == 0) {
    s->at += 64;
    if (s->at >= n)
      return n;
    s->bits = signs_at(p + s->at, n - s->at);
  }
  return s->at + (size_t)__builtin_ctzll(s->bits);
}
