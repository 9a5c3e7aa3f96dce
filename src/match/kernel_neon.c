/* ARM: 16 bytes at a time. */
#include "match/match_internal.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#define KERNEL(name) neon_##name
#define KERNEL_VECTOR 16
#define KERNEL_TARGET
enum { VEC = 16 };
typedef unsigned char vec __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) uint64_t bits(vec v) {
  static const unsigned char place[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t top = vcltzq_s8(vreinterpretq_s8_u8((uint8x16_t)v)), m = vandq_u8(top, vld1q_u8(place));
  return (uint64_t)vaddv_u8(vget_low_u8(m)) | (uint64_t)vaddv_u8(vget_high_u8(m)) << 8;
}

#include "match/classes.h"
#include "match/kernel.h"

const struct kernel kernel_neon = {"neon", neon_chunk, neon_lines, neon_narrow};
#endif
