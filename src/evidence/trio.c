/*
 * MD5, SHA-1 and SHA-256 of the same bytes at once. MD5 is one long chain of dependent additions that leaves most of a
 * core idle; the SHA instructions of x86 fill the gaps when all three are interleaved step by step: three digests for
 * little more than the time of MD5 alone. Algorithms: RFC 1321, FIPS 180-4; order of the SHA instructions: Intel,
 * "Intel SHA Extensions" (2013).
 */
#include "evidence/evidence_internal.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static const uint32_t k_md5[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static const uint32_t k_sha256[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Leaf 7, EBX bit 29: the SHA instructions. */
bool trio_possible(void) {
  unsigned a, b, c, d;
  return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

#define ROL(x, n) ((x) << (n) | (x) >> (32 - (n)))
/* The newest word comes last into each sum: the chain from step to step stays short. */
#define MD5_F(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define MD5_H(b, c, d) (((c) ^ (d)) ^ (b))
#define MD5_I(b, c, d) ((c) ^ ((b) | ~(d)))
#define MD5_STEP(f, a, b, c, d, i, w, s)                                                                               \
  do {                                                                                                                 \
    (a) += word(p, w) + k_md5[i];                                                                                      \
    (a) += f(b, c, d);                                                                                                 \
    (a) = ROL(a, s) + (b);                                                                                             \
  } while (0)
/* Of round 2 the two halves never have a bit in common, so that they may be added one after the other. */
#define MD5_STEP2(a, b, c, d, i, w, s)                                                                                 \
  do {                                                                                                                 \
    (a) += word(p, w) + k_md5[i] + (~(d) & (c));                                                                       \
    (a) += (d) & (b);                                                                                                  \
    (a) = ROL(a, s) + (b);                                                                                             \
  } while (0)

static inline uint32_t word(const unsigned char *p, unsigned i) {
  uint32_t w;
  memcpy(&w, p + 4 * i, 4);
  return w;
}

/* Four steps of MD5 each: of round 1, 2, 3, 4. i is the first step. */
#define MD5_1(i)                                                                                                       \
  MD5_STEP(MD5_F, a, b, c, d, i, i, 7);                                                                                \
  MD5_STEP(MD5_F, d, a, b, c, i + 1, i + 1, 12);                                                                       \
  MD5_STEP(MD5_F, c, d, a, b, i + 2, i + 2, 17);                                                                       \
  MD5_STEP(MD5_F, b, c, d, a, i + 3, i + 3, 22)
#define MD5_2(i)                                                                                                       \
  MD5_STEP2(a, b, c, d, i, (5 * (i) + 1) % 16, 5);                                                                     \
  MD5_STEP2(d, a, b, c, i + 1, (5 * (i + 1) + 1) % 16, 9);                                                             \
  MD5_STEP2(c, d, a, b, i + 2, (5 * (i + 2) + 1) % 16, 14);                                                            \
  MD5_STEP2(b, c, d, a, i + 3, (5 * (i + 3) + 1) % 16, 20)
#define MD5_3(i)                                                                                                       \
  MD5_STEP(MD5_H, a, b, c, d, i, (3 * (i) + 5) % 16, 4);                                                               \
  MD5_STEP(MD5_H, d, a, b, c, i + 1, (3 * (i + 1) + 5) % 16, 11);                                                      \
  MD5_STEP(MD5_H, c, d, a, b, i + 2, (3 * (i + 2) + 5) % 16, 16);                                                      \
  MD5_STEP(MD5_H, b, c, d, a, i + 3, (3 * (i + 3) + 5) % 16, 23)
#define MD5_4(i)                                                                                                       \
  MD5_STEP(MD5_I, a, b, c, d, i, (7 * (i)) % 16, 6);                                                                   \
  MD5_STEP(MD5_I, d, a, b, c, i + 1, (7 * (i + 1)) % 16, 10);                                                          \
  MD5_STEP(MD5_I, c, d, a, b, i + 2, (7 * (i + 2)) % 16, 15);                                                          \
  MD5_STEP(MD5_I, b, c, d, a, i + 3, (7 * (i + 3)) % 16, 21)

/* Four rounds of SHA-256, g = 0..15; of SHA-1, g = 0..19. */
#define SHA256_4(g)                                                                                                    \
  do {                                                                                                                 \
    if ((g) < 4)                                                                                                       \
      m[(g) % 4] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + 16 * ((g) % 4))), swap);       \
    __m128i t_ = _mm_add_epi32(m[(g) % 4], _mm_load_si128((const __m128i *)(const void *)(k_sha256 + 4 * (g))));       \
    s1 = _mm_sha256rnds2_epu32(s1, s0, t_);                                                                            \
    if ((g) >= 3 && (g) < 15)                                                                                          \
      m[((g) + 1) % 4] = _mm_sha256msg2_epu32(                                                                         \
          _mm_add_epi32(m[((g) + 1) % 4], _mm_alignr_epi8(m[(g) % 4], m[((g) + 3) % 4], 4)), m[(g) % 4]);              \
    s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32(t_, 0x0e));                                                   \
    if ((g) >= 1 && (g) < 13)                                                                                          \
      m[((g) + 3) % 4] = _mm_sha256msg1_epu32(m[((g) + 3) % 4], m[(g) % 4]);                                           \
  } while (0)
#define SHA1_4(g)                                                                                                      \
  do {                                                                                                                 \
    if ((g) < 4)                                                                                                       \
      n[(g) % 4] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + 16 * ((g) % 4))), turn);       \
    __m128i e_ = (g) == 0 ? _mm_add_epi32(e[0], n[0]) : _mm_sha1nexte_epu32(e[(g) % 2], n[(g) % 4]);                   \
    e[((g) + 1) % 2] = abcd;                                                                                           \
    if ((g) >= 3 && (g) < 19)                                                                                          \
      n[((g) + 1) % 4] = _mm_sha1msg2_epu32(n[((g) + 1) % 4], n[(g) % 4]);                                             \
    abcd = _mm_sha1rnds4_epu32(abcd, e_, (g) / 5);                                                                     \
    if ((g) >= 1 && (g) < 17)                                                                                          \
      n[((g) + 3) % 4] = _mm_sha1msg1_epu32(n[((g) + 3) % 4], n[(g) % 4]);                                             \
    if ((g) >= 2 && (g) < 18)                                                                                          \
      n[((g) + 2) % 4] = _mm_xor_si128(n[((g) + 2) % 4], n[(g) % 4]);                                                  \
  } while (0)
#define ALL(md5, i, g)                                                                                                 \
  md5(i);                                                                                                              \
  SHA256_4(g);                                                                                                         \
  SHA1_4(g)

__attribute__((target("sha,sse4.1,ssse3"))) static void blocks(struct trio *t, const unsigned char *p, size_t count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203),
                turn = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  uint32_t a = t->md5[0], b = t->md5[1], c = t->md5[2], d = t->md5[3];
  /* SHA-256 keeps its words as ABEF and CDGH, SHA-1 as ABCD and E. */
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)t->sha256), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(t->sha256 + 4)), 0x1b);
  __m128i s0 = _mm_alignr_epi8(low, high, 8), s1 = _mm_blend_epi16(high, low, 0xf0);
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)t->sha1), 0x1b);
  __m128i e[2] = {_mm_set_epi32((int)t->sha1[4], 0, 0, 0), _mm_setzero_si128()}, m[4], n[4];
  for (; count > 0; count--, p += 64) {
    const uint32_t a0 = a, b0 = b, c0 = c, d0 = d;
    const __m128i s0_before = s0, s1_before = s1, abcd_before = abcd, e_before = e[0];
    ALL(MD5_1, 0, 0);
    ALL(MD5_1, 4, 1);
    ALL(MD5_1, 8, 2);
    ALL(MD5_1, 12, 3);
    ALL(MD5_2, 16, 4);
    ALL(MD5_2, 20, 5);
    ALL(MD5_2, 24, 6);
    ALL(MD5_2, 28, 7);
    ALL(MD5_3, 32, 8);
    ALL(MD5_3, 36, 9);
    ALL(MD5_3, 40, 10);
    ALL(MD5_3, 44, 11);
    ALL(MD5_4, 48, 12);
    ALL(MD5_4, 52, 13);
    ALL(MD5_4, 56, 14);
    ALL(MD5_4, 60, 15);
    SHA1_4(16);
    SHA1_4(17);
    SHA1_4(18);
    SHA1_4(19);
    a += a0, b += b0, c += c0, d += d0;
    s0 = _mm_add_epi32(s0, s0_before);
    s1 = _mm_add_epi32(s1, s1_before);
    e[0] = _mm_sha1nexte_epu32(e[0], e_before);
    abcd = _mm_add_epi32(abcd, abcd_before);
  }
  t->md5[0] = a, t->md5[1] = b, t->md5[2] = c, t->md5[3] = d;
  low = _mm_shuffle_epi32(s0, 0x1b);
  high = _mm_shuffle_epi32(s1, 0xb1);
  _mm_storeu_si128((__m128i *)(void *)t->sha256, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(void *)(t->sha256 + 4), _mm_alignr_epi8(high, low, 8));
  _mm_storeu_si128((__m128i *)(void *)t->sha1, _mm_shuffle_epi32(abcd, 0x1b));
  t->sha1[4] = (uint32_t)_mm_extract_epi32(e[0], 3);
}
#else
bool trio_possible(void) { return false; }
static void blocks(struct trio *t, const unsigned char *p, size_t count) {
  (void)t;
  (void)p;
  VG_ASSERT(count == 0);
}
#endif

void trio_init(struct trio *t) {
  static const uint32_t md5[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  static const uint32_t sha1[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  *t = (struct trio){.bytes = 0};
  memcpy(t->md5, md5, sizeof md5);
  memcpy(t->sha1, sha1, sizeof sha1);
  memcpy(t->sha256, vg_sha256_begin, sizeof t->sha256);
}

void trio_add(struct trio *t, const void *from, size_t n) {
  const unsigned char *p = from;
  size_t held = (size_t)(t->bytes % 64);
  t->bytes += n;
  if (held) {
    size_t k = 64 - held < n ? 64 - held : n;
    memcpy(t->rest + held, p, k);
    p += k;
    n -= k;
    if (held + k < 64)
      return;
    blocks(t, t->rest, 1);
  }
  blocks(t, p, n / 64);
  memcpy(t->rest, p + n / 64 * 64, n % 64);
}

static void put32(unsigned char *p, uint32_t v, bool big) {
  for (unsigned i = 0; i < 4; i++)
    p[i] = (unsigned char)(v >> (8 * (big ? 3 - i : i)));
}

/* The length stands little-endian at the end for MD5 and big-endian for the others: the last block is taken twice, each
 * of its own copy. */
void trio_peek(const struct trio *t, unsigned char md5[static 16], unsigned char sha1[static 20],
               unsigned char sha256[static 32]) {
  size_t held = (size_t)(t->bytes % 64), n = held < 56 ? 64 : 128;
  for (int big = 0; big < 2; big++) {
    struct trio c = *t;
    unsigned char end[128] = {0};
    memcpy(end, t->rest, held);
    end[held] = 0x80;
    put32(end + n - 8, (uint32_t)(big ? t->bytes >> 29 : t->bytes << 3), big);
    put32(end + n - 4, (uint32_t)(big ? t->bytes << 3 : t->bytes >> 29), big);
    blocks(&c, end, n / 64);
    for (size_t i = 0; i < 4 && !big; i++)
      put32(md5 + 4 * i, c.md5[i], false);
    for (size_t i = 0; i < 5 && big; i++)
      put32(sha1 + 4 * i, c.sha1[i], true);
    for (size_t i = 0; i < 8 && big; i++)
      put32(sha256 + 4 * i, c.sha256[i], true);
  }
}
