/*
 * Chaining values of WIDE texts of the same length at once; lane i of each vector belongs to text i. Part of blake3.c,
 * included once for each width, no header of its own, no guard. Before: WIDE, WIDE_(name), WIDE_TARGET.
 */
typedef uint32_t WIDE_(vec) __attribute__((vector_size(4 * WIDE)));
#define VEC WIDE_(vec)

/* Halves of neighbours are exchanged at distances of 1, 2, 4, ...: v[i] of lane k becomes v[k] of lane i. */
#define KEEP(l, far) ((l) & (far) ? WIDE + (l) - (far) : (l))
#define TAKE(l, far) ((l) & (far) ? WIDE + (l) : (l) + (far))
#define FOUR(x, l, far) x(l, far), x((l) + 1, far), x((l) + 2, far), x((l) + 3, far)
#if WIDE == 4
#define LANES(x, far) FOUR(x, 0, far)
#elif WIDE == 8
#define LANES(x, far) FOUR(x, 0, far), FOUR(x, 4, far)
#else
#define LANES(x, far) FOUR(x, 0, far), FOUR(x, 4, far), FOUR(x, 8, far), FOUR(x, 12, far)
#endif
#define EXCHANGE(i, far)                                                                                               \
  do {                                                                                                                 \
    const VEC a_ = v[i], b_ = v[(i) + (far)];                                                                          \
    v[i] = __builtin_shufflevector(a_, b_, LANES(KEEP, far));                                                          \
    v[(i) + (far)] = __builtin_shufflevector(a_, b_, LANES(TAKE, far));                                                \
  } while (0)
/* The words of the blocks at p, p + stride, ... */
static inline __attribute__((always_inline)) UNCHECKED WIDE_TARGET void WIDE_(load)(const unsigned char *p,
                                                                                    size_t stride, VEC m[static 16]) {
#pragma GCC unroll 4
  for (unsigned part = 0; part < 16; part += WIDE) {
    VEC *v = m + part;
#pragma GCC unroll 16
    for (unsigned i = 0; i < WIDE; i++)
      memcpy(&v[i], p + i * stride + part * 4, sizeof v[i]);
#pragma GCC unroll 4
    for (unsigned i = 0; i < WIDE; i += 4) {
      EXCHANGE(i, 1);
      EXCHANGE(i + 2, 1);
      EXCHANGE(i, 2);
      EXCHANGE(i + 1, 2);
    }
#if WIDE > 4
#pragma GCC unroll 2
    for (unsigned i = 0; i < WIDE; i += 8) {
      EXCHANGE(i, 4);
      EXCHANGE(i + 1, 4);
      EXCHANGE(i + 2, 4);
      EXCHANGE(i + 3, 4);
    }
#endif
#if WIDE > 8
    EXCHANGE(0, 8);
    EXCHANGE(1, 8);
    EXCHANGE(2, 8);
    EXCHANGE(3, 8);
    EXCHANGE(4, 8);
    EXCHANGE(5, 8);
    EXCHANGE(6, 8);
    EXCHANGE(7, 8);
#endif
  }
}

/* Of chunks (blocks of which the first and the last are told), numbered from `number` on; or of parents (one block). */
UNCHECKED static WIDE_TARGET void WIDE_(many)(const unsigned char *p, size_t stride, unsigned blocks, uint64_t number,
                                              unsigned char *out) {
  VEC h[8], low = {0}, high = {0};
  uint32_t words[8][WIDE];
  for (unsigned i = 0; i < 8; i++)
    h[i] = (VEC){0} + beginning[i];
  for (unsigned i = 0; i < WIDE && blocks > 1; i++) {
    low[i] = (uint32_t)(number + i);
    high[i] = (uint32_t)((number + i) >> 32);
  }
  for (unsigned b = 0; b < blocks; b++) {
    const uint32_t flags = blocks == 1 ? PARENT : (b == 0 ? CHUNK_START : 0u) | (b + 1 == blocks ? CHUNK_END : 0u);
    const VEC zero = {0};
    VEC m[16], s[16] = {h[0],
                        h[1],
                        h[2],
                        h[3],
                        h[4],
                        h[5],
                        h[6],
                        h[7],
                        zero + beginning[0],
                        zero + beginning[1],
                        zero + beginning[2],
                        zero + beginning[3],
                        low,
                        high,
                        zero + BLOCK,
                        zero + flags};
    WIDE_(load)(p + b * BLOCK, stride, m);
#pragma GCC unroll 16
    for (unsigned i = 0; i < WIDE; i++)
      __builtin_prefetch(p + WIDE * stride + b * BLOCK + i * stride);
    ROUNDS(s, m);
    for (unsigned i = 0; i < 8; i++)
      h[i] = s[i] ^ s[i + 8];
  }
  memcpy(words, h, sizeof words);
  for (unsigned lane = 0; lane < WIDE; lane++)
    for (unsigned i = 0; i < 8; i++)
      memcpy(out + lane * VALUE + i * 4, &words[i][lane], 4);
}

#undef VEC
#undef KEEP
#undef TAKE
#undef FOUR
#undef LANES
#undef EXCHANGE
#undef WIDE
#undef WIDE_
#undef WIDE_TARGET
