/* FIPS 180-4. A round of SHA-256 waits for the one before; those of two texts do not wait for one another, so that the
 * processor's instructions for it do twice the work when they are given two. */
#include "base/hash.h"

const uint32_t vg_sha256_rounds[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
const uint32_t vg_sha256_begin[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

enum { BLOCK = 64 };
#define TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* One text on its way: whole blocks of it, then its last bytes with the padding behind them. */
struct lane {
  __m128i abef, cdgh; /* the state, as the instructions want it */
  const unsigned char *p;
  size_t blocks, end_blocks;
  unsigned char end[2 * BLOCK];
  unsigned char *out; /* NULL: the lane is idle */
};

TARGET static void lane_begin(struct lane *l, vg_str text, unsigned char *out) {
  const size_t rest = text.n % BLOCK;
  const uint64_t bits = (uint64_t)text.n * 8;
  l->p = (const unsigned char *)text.p, l->blocks = text.n / BLOCK, l->out = out;
  l->end_blocks = rest + 9 > BLOCK ? 2 : 1;
  memset(l->end, 0, sizeof l->end);
  if (rest)
    memcpy(l->end, l->p + l->blocks * BLOCK, rest);
  l->end[rest] = 0x80;
  for (size_t i = 0; i < 8; i++)
    l->end[l->end_blocks * BLOCK - 1 - i] = (unsigned char)(bits >> 8 * i);
  const uint32_t *h = vg_sha256_begin;
  l->abef = _mm_set_epi32((int)h[0], (int)h[1], (int)h[4], (int)h[5]);
  l->cdgh = _mm_set_epi32((int)h[2], (int)h[3], (int)h[6], (int)h[7]);
}

TARGET static void lane_end(struct lane *l) {
  uint32_t x[4], y[4];
  _mm_storeu_si128((__m128i_u *)x, l->abef);
  _mm_storeu_si128((__m128i_u *)y, l->cdgh);
  const uint32_t h[8] = {x[3], x[2], y[3], y[2], x[1], x[0], y[1], y[0]};
  for (size_t i = 0; i < VG_SHA256_SIZE; i++)
    l->out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
  l->out = NULL;
}

#define FOUR(s, t, w, i)                                                                                               \
  do {                                                                                                                 \
    __m128i k_ = _mm_add_epi32(w, _mm_load_si128((const __m128i *)(const void *)(vg_sha256_rounds + 4 * (i))));        \
    t = _mm_sha256rnds2_epu32(t, s, k_);                                                                               \
    s = _mm_sha256rnds2_epu32(s, t, _mm_shuffle_epi32(k_, 0x0e));                                                      \
  } while (0)
#define SCHEDULE(w0, w1, w2, w3)                                                                                       \
  (w0 = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3))
#define BOTH(i)                                                                                                        \
  FOUR(as, at, a[(i) % 4], i);                                                                                         \
  FOUR(bs, bt, b[(i) % 4], i)
#define BOTH_NEXT(i)                                                                                                   \
  SCHEDULE(a[(i) % 4], a[((i) + 1) % 4], a[((i) + 2) % 4], a[((i) + 3) % 4]);                                          \
  SCHEDULE(b[(i) % 4], b[((i) + 1) % 4], b[((i) + 2) % 4], b[((i) + 3) % 4]);                                          \
  BOTH(i)

TARGET static void load(const unsigned char *p, __m128i w[static 4]) {
  const __m128i turn = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  for (size_t i = 0; i < 4; i++)
    w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i_u *)(const void *)(p + 16 * i)), turn);
}

/* n blocks of each. */
TARGET static void advance(struct lane *x, struct lane *y, size_t n) {
  __m128i as = x->abef, at = x->cdgh, bs = y->abef, bt = y->cdgh, a[4], b[4];
  for (size_t k = 0; k < n; k++) {
    const __m128i as0 = as, at0 = at, bs0 = bs, bt0 = bt;
    load(x->p + k * BLOCK, a);
    load(y->p + k * BLOCK, b);
    BOTH(0);
    BOTH(1);
    BOTH(2);
    BOTH(3);
    BOTH_NEXT(4);
    BOTH_NEXT(5);
    BOTH_NEXT(6);
    BOTH_NEXT(7);
    BOTH_NEXT(8);
    BOTH_NEXT(9);
    BOTH_NEXT(10);
    BOTH_NEXT(11);
    BOTH_NEXT(12);
    BOTH_NEXT(13);
    BOTH_NEXT(14);
    BOTH_NEXT(15);
    as = _mm_add_epi32(as, as0), at = _mm_add_epi32(at, at0);
    bs = _mm_add_epi32(bs, bs0), bt = _mm_add_epi32(bt, bt0);
  }
  x->abef = as, x->cdgh = at, y->abef = bs, y->cdgh = bt;
}

/* False: it has no more to do. */
static bool lane_ready(struct lane *l, vg_sha256_next *next, void *ctx) {
  vg_str text;
  while (!l->blocks) {
    if (l->out && l->end_blocks) {
      l->p = l->end, l->blocks = l->end_blocks, l->end_blocks = 0;
      continue;
    }
    if (l->out)
      lane_end(l);
    unsigned char *out = next(ctx, &text);
    if (!out)
      return false;
    lane_begin(l, text, out);
  }
  return true;
}

static void pass(struct lane *l, size_t n) { l->p += n * BLOCK, l->blocks -= n; }

static void each(vg_sha256_next *next, void *ctx) {
  struct lane a = {.out = NULL}, b = {.out = NULL}, shadow;
  for (;;) {
    const bool one = lane_ready(&a, next, ctx), two = lane_ready(&b, next, ctx);
    if (!one && !two)
      return;
    struct lane *x = one ? &a : &b, *y = one && two ? &b : &shadow;
    if (y == &shadow)
      shadow = *x; /* alone it would not be faster */
    const size_t n = x->blocks < y->blocks ? x->blocks : y->blocks;
    advance(x, y, n);
    pass(x, n);
    pass(y, n);
  }
}

bool vg_sha_instructions(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) && __builtin_cpu_supports("sse4.1") &&
         __builtin_cpu_supports("ssse3");
}
#else
bool vg_sha_instructions(void) { return false; }
static void each(vg_sha256_next *next, void *ctx) { (void)next, (void)ctx; }
#endif

void vg_sha256_each(vg_sha256_next *next, void *ctx) {
  vg_str text;
  if (vg_sha_instructions()) {
    each(next, ctx);
    return;
  }
  for (unsigned char *out; (out = next(ctx, &text)) != NULL;)
    vg_sha256(text.p, text.n, out);
}
