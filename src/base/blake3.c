/* BLAKE3 (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020), unkeyed, 32 bytes: a text is cut into chunks of 1024 bytes,
 * whose chaining values are the leaves of a binary tree. All chunks, and all nodes of one level, are independent: as
 * many as the machine's vectors have lanes are worked on at once. */
#include "base/hash.h"

#include <string.h>

enum { BLOCK = 64, CHUNK = 1024, VALUE = 32, GROUP = 512, LANES_MOST = 16 };
enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

#define beginning vg_sha256_begin /* the same square roots */
static const unsigned char order[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1}, {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4}, {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13}};

/* All places in what follows are constants; clang takes minutes over the checks of thousands of them. */
#define UNCHECKED __attribute__((no_sanitize("undefined")))
#define ROTATE(x, r) ((x) >> (r) | (x) << (32 - (r)))
#define MIX(a, b, c, d, x, y)                                                                                          \
  do {                                                                                                                 \
    a += b + (x);                                                                                                      \
    d = ROTATE(d ^ a, 16);                                                                                             \
    c += d;                                                                                                            \
    b = ROTATE(b ^ c, 12);                                                                                             \
    a += b + (y);                                                                                                      \
    d = ROTATE(d ^ a, 8);                                                                                              \
    c += d;                                                                                                            \
    b = ROTATE(b ^ c, 7);                                                                                              \
  } while (0)
#define ROUND(s, m, r)                                                                                                 \
  do {                                                                                                                 \
    MIX(s[0], s[4], s[8], s[12], m[order[r][0]], m[order[r][1]]);                                                      \
    MIX(s[1], s[5], s[9], s[13], m[order[r][2]], m[order[r][3]]);                                                      \
    MIX(s[2], s[6], s[10], s[14], m[order[r][4]], m[order[r][5]]);                                                     \
    MIX(s[3], s[7], s[11], s[15], m[order[r][6]], m[order[r][7]]);                                                     \
    MIX(s[0], s[5], s[10], s[15], m[order[r][8]], m[order[r][9]]);                                                     \
    MIX(s[1], s[6], s[11], s[12], m[order[r][10]], m[order[r][11]]);                                                   \
    MIX(s[2], s[7], s[8], s[13], m[order[r][12]], m[order[r][13]]);                                                    \
    MIX(s[3], s[4], s[9], s[14], m[order[r][14]], m[order[r][15]]);                                                    \
  } while (0)
#define ROUNDS(s, m)                                                                                                   \
  do {                                                                                                                 \
    ROUND(s, m, 0);                                                                                                    \
    ROUND(s, m, 1);                                                                                                    \
    ROUND(s, m, 2);                                                                                                    \
    ROUND(s, m, 3);                                                                                                    \
    ROUND(s, m, 4);                                                                                                    \
    ROUND(s, m, 5);                                                                                                    \
    ROUND(s, m, 6);                                                                                                    \
  } while (0)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WIDE 4
#define WIDE_(name) four_##name
#define WIDE_TARGET
#include "base/blake3_wide.h"
#if defined(__x86_64__)
#define WIDE 8
#define WIDE_(name) eight_##name
#define WIDE_TARGET __attribute__((target("avx2")))
#include "base/blake3_wide.h"
#define WIDE 16
#define WIDE_(name) sixteen_##name
#define WIDE_TARGET __attribute__((target("avx512f")))
#include "base/blake3_wide.h"
#endif
#endif

typedef void many_fn(const unsigned char *p, size_t stride, unsigned blocks, uint64_t number, unsigned char *out);
struct width {
  unsigned lanes;
  many_fn *many;
};

static unsigned widths(unsigned most, struct width out[static 3]) {
  unsigned n = 0;
#if defined(__x86_64__)
  if (most >= 16 && __builtin_cpu_supports("avx512f"))
    out[n++] = (struct width){16, sixteen_many};
  if (most >= 8 && __builtin_cpu_supports("avx2"))
    out[n++] = (struct width){8, eight_many};
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (most >= 4)
    out[n++] = (struct width){4, four_many};
#endif
  (void)most, (void)out;
  return n;
}

/* One block of n bytes; h goes on. */
UNCHECKED static void compress(uint32_t h[static 8], const unsigned char *p, size_t n, uint64_t number,
                               uint32_t flags) {
  unsigned char block[BLOCK] = {0};
  uint32_t m[16], s[16];
  memcpy(block, p, n);
  for (unsigned i = 0; i < 16; i++)
    m[i] = (uint32_t)block[4 * i] | (uint32_t)block[4 * i + 1] << 8 | (uint32_t)block[4 * i + 2] << 16 |
           (uint32_t)block[4 * i + 3] << 24;
  memcpy(s, h, 32);
  memcpy(s + 8, beginning, 16);
  s[12] = (uint32_t)number, s[13] = (uint32_t)(number >> 32), s[14] = (uint32_t)n, s[15] = flags;
  ROUNDS(s, m);
  for (unsigned i = 0; i < 8; i++)
    h[i] = s[i] ^ s[i + 8];
}

static void put(unsigned char out[static VALUE], const uint32_t h[static 8]) {
  for (unsigned i = 0; i < VALUE; i++)
    out[i] = (unsigned char)(h[i / 4] >> 8 * (i % 4));
}

static void chunk(const unsigned char *p, size_t n, uint64_t number, uint32_t last, unsigned char out[static VALUE]) {
  uint32_t h[8], start = CHUNK_START;
  memcpy(h, beginning, sizeof h);
  for (; n > BLOCK; p += BLOCK, n -= BLOCK, start = 0)
    compress(h, p, BLOCK, number, start);
  compress(h, p, n, number, start | CHUNK_END | last);
  put(out, h);
}

static void parent(const unsigned char both[static 2 * VALUE], uint32_t last, unsigned char out[static VALUE]) {
  uint32_t h[8];
  unsigned char copy[BLOCK];
  memcpy(h, beginning, sizeof h);
  memcpy(copy, both, sizeof copy);
  compress(h, copy, BLOCK, 0, PARENT | last);
  put(out, h);
}

/* Pairs of values become one each; an odd last one stays. The output may begin where the input does. */
static size_t level(const struct width *w, unsigned count, unsigned char *v, size_t n) {
  size_t at = 0, made = n / 2;
  for (unsigned k = 0; k < count; k++)
    for (; made - at >= w[k].lanes; at += w[k].lanes) {
      unsigned char some[LANES_MOST * VALUE];
      w[k].many(v + at * 2 * VALUE, BLOCK, 1, 0, some);
      memcpy(v + at * VALUE, some, w[k].lanes * VALUE);
    }
  for (; at < made; at++)
    parent(v + at * 2 * VALUE, 0, v + at * VALUE);
  if (n % 2)
    memmove(v + made * VALUE, v + (n - 1) * VALUE, VALUE);
  return made + n % 2;
}

/* The values of up to GROUP chunks, made fewer until there are at most `most`; how many. */
static size_t group(const struct width *w, unsigned count, const unsigned char *p, size_t n, uint64_t number,
                    size_t most, unsigned char v[static GROUP * VALUE]) {
  const size_t whole = n / CHUNK;
  size_t at = 0;
  for (unsigned k = 0; k < count; k++)
    for (; whole - at >= w[k].lanes; at += w[k].lanes)
      w[k].many(p + at * CHUNK, CHUNK, CHUNK / BLOCK, number + at, v + at * VALUE);
  for (; at < whole; at++)
    chunk(p + at * CHUNK, CHUNK, number + at, 0, v + at * VALUE);
  if (n % CHUNK)
    chunk(p + at * CHUNK, n % CHUNK, number + at, 0, v + at * VALUE), at++;
  while (at > most)
    at = level(w, count, v, at);
  return at;
}

/* The last two values become one. */
static void merge(unsigned char *values, size_t n, uint32_t last) {
  unsigned char *two = values + (n - 2) * VALUE;
  parent(two, last, two);
}

void vg_blake3_lanes(unsigned most, const void *bytes, size_t n, unsigned char out[static VG_BLAKE3_SIZE]) {
  enum { GROUP_BYTES = GROUP * CHUNK };
  const unsigned char *p = bytes;
  unsigned char v[GROUP * VALUE], stack[64 * VALUE];
  struct width w[3];
  const unsigned count = widths(most, w);
  size_t depth = 0;
  if (n <= CHUNK) {
    chunk(p, n, 0, ROOT, out);
    return;
  }
  for (size_t at = 0, done = 0; at < n; at += GROUP_BYTES, done++) {
    const size_t some = n - at < GROUP_BYTES ? n - at : GROUP_BYTES;
    /* There is more: whole trees of the groups before are merged, as many as the count's binary form has ones stay. */
    for (; depth > (size_t)__builtin_popcountll(done); depth--)
      merge(stack, depth, 0);
    const size_t left = group(w, count, p + at, some, (uint64_t)(at / CHUNK), n <= GROUP_BYTES ? 2 : 1, v);
    memcpy(stack + depth * VALUE, v, left * VALUE);
    depth += left;
  }
  for (; depth > 1; depth--)
    merge(stack, depth, depth == 2 ? ROOT : 0u);
  memcpy(out, stack, VALUE);
}

void vg_blake3(const void *p, size_t n, unsigned char out[static VG_BLAKE3_SIZE]) {
  vg_blake3_lanes(LANES_MOST, p, n, out);
}
