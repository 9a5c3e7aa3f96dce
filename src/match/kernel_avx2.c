/* AVX2: 32 bytes at a time. */
#include "match/match_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define KERNEL(name) avx2_##name
#define KERNEL_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
enum { VEC = 32 };
typedef unsigned char vec __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) KERNEL_TARGET uint64_t bits(vec v) { return (uint64_t)(uint32_t)_mm256_movemask_epi8((__m256i)v); }

#include "match/classes.h"
#include "match/kernel.h"

const struct kernel kernel_avx2 = {"avx2", avx2_chunk, avx2_lines};
#endif
