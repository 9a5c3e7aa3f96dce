/* Every x86-64 machine: 16 bytes at a time. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) sse2_##name
#define KERNEL_VECTOR 16
#define KERNEL_TARGET __attribute__((target("sse2")))
enum { VEC = 16 };
typedef unsigned char vec __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) KERNEL_TARGET uint64_t bits(vec v) {
  return (uint64_t)(uint32_t)_mm_movemask_epi8((__m128i)v);
}

#include "match/classes.h"
#include "match/kernel.h"

const struct kernel kernel_sse2 = {"sse2", sse2_chunk, sse2_lines, sse2_narrow};
#endif
