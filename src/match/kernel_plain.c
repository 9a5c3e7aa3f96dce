/* Any machine: a table, and eight bytes at a time in one word. */
#include "match/match_internal.h"

#include <string.h>

#define KERNEL(name) plain_##name
#define KERNEL_VECTOR 8
#define KERNEL_TARGET
#define LOW UINT64_C(0x0101010101010101)

/* Bit 0 of each of eight bytes as eight bits, the first byte lowest. */
static inline uint64_t gather(uint64_t x) { return (x & LOW) * UINT64_C(0x0102040810204080) >> 56; }
/* In each byte bit 0: is it zero? */
static inline uint64_t zero(uint64_t x) {
  const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
  return (~(((x & low) + low) | x) & ~low) >> 7;
}
static inline uint64_t equal(const unsigned char *b, unsigned char c) {
  uint64_t m = 0;
  for (unsigned i = 0; i < 64; i += 8)
    m |= gather(zero(gate_le64(b + i) ^ LOW * c)) << i;
  return m;
}
static inline uint64_t newlines(const unsigned char *b) { return equal(b, '\n'); }
static inline struct kernel_leads leads(const unsigned char *b) {
  struct kernel_leads l = {.two = equal(b, 0xc2),
                           .three = equal(b, 0xe2) | equal(b, 0xe3) | equal(b, 0xee) | equal(b, 0xef)};
  for (unsigned i = 0; i < 64; i += 8) {
    const uint64_t v = gate_le64(b + i);
    l.four |= gather((v & v << 1 & v << 2 & v << 3) >> 7) << i;
  }
  return l;
}
static inline uint64_t goes_on(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned i = 0; i < 64; i += 8) {
    const uint64_t v = gate_le64(b + i);
    m |= gather((v & ~(v << 1)) >> 7) << i;
  }
  return m;
}
static inline uint64_t printable(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned i = 0; i < 64; i++)
    m |= (uint64_t)(b[i] >= ' ' && b[i] < 0x7f) << i;
  return m;
}

static inline struct kernel_masks classify(const unsigned char *b) {
  struct kernel_masks m = {0};
  for (unsigned i = 0; i < 64; i += 8) {
    const uint64_t v = gate_le64(b + i);
    uint64_t k = 0;
    for (unsigned j = 0; j < 8; j++)
      k |= (uint64_t)kernel_class[b[i + j]] << 8 * j;
    m.host |= gather(k | v >> 7) << i;
    m.dot |= gather(k >> 1) << i;
    m.letter |= gather(k >> 2 | v >> 7) << i;
    m.hex |= gather(k >> 3) << i;
    m.colon |= gather(k >> 4) << i;
    m.odd |= gather(k >> 5 | k >> 7) << i;
    m.line |= gather(zero(v ^ LOW * '\n')) << i;
    m.nul |= gather(zero(v)) << i;
    m.high |= gather(v >> 7) << i;
  }
  return m;
}

#include "match/kernel.h"

const struct kernel kernel_plain = {"plain", plain_chunk, plain_lines, plain_narrow};
