/* Any machine: a table, byte by byte. */
#include "match/match_internal.h"

#include <string.h>

#define KERNEL(name) plain_##name
#define KERNEL_TARGET

enum { B_HOST = 1, B_DOT = 2, B_LETTER = 4, B_HEX = 8, B_COLON = 16, B_OPEN = 32, B_NEXT = 64, B_SPECIAL = 128, B_NUL = 256, B_HIGH = 512, B_PRINT = 1024 };

static inline unsigned kind(unsigned char c) {
  unsigned k = match_class[c], b = 0;
  b |= k & C_HOST ? B_HOST : 0u;
  b |= k & C_DOT ? B_DOT : 0u;
  b |= k & (C_HOST & ~(C_DIGIT | C_DOT)) ? B_LETTER : 0u;
  b |= k & (C_HEX | C_DIGIT) ? B_HEX : 0u;
  b |= k & C_COLON ? B_COLON : 0u;
  b |= c == '[' || c == '(' || c == '{' ? B_OPEN : 0u;
  b |= c == '.' || c == ':' || c == '/' || c == '@' || (c | 32) == 'a' || (c | 32) == 'd' ? B_NEXT : 0u;
  b |= c == ']' || c == '\\' ? B_SPECIAL : 0u;
  b |= c == 0 ? B_NUL : 0u;
  b |= c >= 0x80 ? B_HIGH : 0u;
  return b | (c >= ' ' && c < 0x7f ? B_PRINT : 0u);
}
static inline uint64_t mask(const unsigned char *b, unsigned what) {
  uint64_t m = 0;
  for (unsigned i = 0; i < 64; i++)
    m |= (uint64_t)((kind(b[i]) & what) != 0) << i;
  return m;
}
static inline uint64_t printable(const unsigned char *b) { return mask(b, B_PRINT); }
static inline uint64_t newlines(const unsigned char *b) {
  uint64_t m = 0;
  for (unsigned i = 0; i < 64; i++)
    m |= (uint64_t)(b[i] == '\n') << i;
  return m;
}
static inline struct kernel_masks classify(const unsigned char *b) {
  struct kernel_masks m = {0};
  for (unsigned i = 0; i < 64; i++) {
    const unsigned k = kind(b[i]);
    m.host |= (uint64_t)(k & 1) << i;
    m.dot |= (uint64_t)(k >> 1 & 1) << i;
    m.letter |= (uint64_t)(k >> 2 & 1) << i;
    m.hex |= (uint64_t)(k >> 3 & 1) << i;
    m.colon |= (uint64_t)(k >> 4 & 1) << i;
    m.open |= (uint64_t)(k >> 5 & 1) << i;
    m.next |= (uint64_t)(k >> 6 & 1) << i;
    m.special |= (uint64_t)(k >> 7 & 1) << i;
    m.nul |= (uint64_t)(k >> 8 & 1) << i;
    m.high |= (uint64_t)(k >> 9 & 1) << i;
  }
  return m;
}

#include "match/kernel.h"

const struct kernel kernel_plain = {"plain", plain_chunk, plain_lines};
