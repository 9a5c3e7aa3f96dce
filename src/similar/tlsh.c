/* The digest: counts of hashed triplets in a sliding window, told by quartiles. */
#include "similar/similar_internal.h"

#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 128, LONG = 4096 };
static const uint64_t LONGEST = 4224281216u;

/* Pearson's sample permutation, CACM 33(6) p. 678. */
const unsigned char tlsh_pearson[256] = {
    1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163, 14,  197, 213, 181, 161, 85,
    218, 80,  64,  239, 24,  226, 236, 142, 38,  200, 110, 177, 104, 103, 141, 253, 255, 50,  77,  101, 81,  18,
    45,  96,  31,  222, 25,  107, 190, 70,  86,  237, 240, 34,  72,  242, 20,  214, 244, 227, 149, 235, 97,  234,
    57,  22,  60,  250, 82,  175, 208, 5,   127, 199, 111, 62,  135, 248, 174, 169, 211, 58,  66,  154, 106, 195,
    245, 171, 17,  187, 182, 179, 0,   243, 132, 56,  148, 75,  128, 133, 158, 100, 130, 126, 91,  13,  153, 246,
    216, 219, 119, 68,  223, 78,  83,  88,  201, 99,  122, 11,  92,  32,  136, 114, 52,  10,  138, 30,  48,  183,
    156, 35,  61,  26,  143, 74,  251, 94,  129, 162, 63,  152, 170, 7,   115, 167, 241, 206, 3,   150, 55,  59,
    151, 220, 90,  53,  23,  131, 125, 173, 15,  238, 79,  95,  89,  16,  105, 137, 225, 224, 217, 160, 37,  123,
    118, 73,  2,   157, 46,  116, 9,   145, 134, 228, 207, 212, 202, 215, 69,  229, 27,  188, 67,  124, 168, 252,
    42,  4,   29,  108, 21,  247, 19,  205, 39,  203, 233, 40,  186, 147, 198, 192, 155, 33,  164, 191, 98,  204,
    165, 180, 117, 76,  140, 36,  210, 172, 41,  54,  159, 8,   185, 232, 113, 196, 231, 47,  146, 120, 51,  65,
    28,  144, 254, 221, 93,  189, 194, 139, 112, 43,  71,  109, 184, 209};

static inline unsigned char triplet(unsigned char salted, unsigned char i, unsigned char j, unsigned char k) {
  return tlsh_pearson[tlsh_pearson[tlsh_pearson[salted ^ i] ^ j] ^ k];
}

void tlsh_begin(struct tlsh_run *r) { *r = (struct tlsh_run){0}; }

/* The newest byte is a, the oldest of the window e. */
static inline void step(struct tlsh_run *r, unsigned char a, unsigned char b, unsigned char c, unsigned char d,
                        unsigned char e) {
  r->checksum = triplet(TLSH_S0, a, b, r->checksum);
  r->bucket[triplet(TLSH_S2, a, b, c)]++;
  r->bucket[triplet(TLSH_S3, a, b, d)]++;
  r->bucket[triplet(TLSH_S5, a, c, d)]++;
  r->bucket[triplet(TLSH_S7, a, c, e)]++;
  r->bucket[triplet(TLSH_S11, a, b, e)]++;
  r->bucket[triplet(TLSH_S13, a, d, e)]++;
}

/* The first bytes of a piece, whose window reaches back into the piece before. */
static void add_over_border(struct tlsh_run *r, const unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    unsigned char *w = r->last;
    if (r->length++ >= 4)
      step(r, p[i], w[0], w[1], w[2], w[3]);
    w[3] = w[2], w[2] = w[1], w[1] = w[0], w[0] = p[i];
  }
}

/* A byte's first step in all seven hashes, one a byte of the word. */
static uint64_t first_step(size_t byte) {
  static const unsigned char salted[7] = {TLSH_S0, TLSH_S2, TLSH_S3, TLSH_S5, TLSH_S7, TLSH_S11, TLSH_S13};
  uint64_t all = 0;
  for (size_t i = 0; i < sizeof salted; i++)
    all |= (uint64_t)tlsh_pearson[salted[i] ^ byte] << 8 * i;
  return all;
}

static inline unsigned char last_steps(uint64_t first, unsigned hash, unsigned char k) {
  return tlsh_pearson[tlsh_pearson[first >> 8 * hash & 255] ^ k];
}

/* A long piece, with the first steps looked up together and counters of their own for every two hashes: the same bucket
 * twice in a row need not wait for its own store. */
static void add_long(struct tlsh_run *r, const unsigned char *p, size_t n) {
  const uint64_t second = 0x0000010000010101u, third = 0x0000000101000000u, fourth = 0x0001000000000000u;
  uint32_t count[3][256] = {{0}};
  uint64_t first[256];
  unsigned char checksum = r->checksum, b = p[-1], c = p[-2], d = p[-3], e = p[-4];
  for (size_t i = 0; i < 256; i++)
    first[i] = first_step(i);
  for (size_t i = 0; i < n; i++) {
    uint64_t x = first[p[i]] ^ b * second ^ c * third ^ d * fourth;
    checksum = last_steps(x, 0, checksum);
    count[0][last_steps(x, 1, c)]++;
    count[1][last_steps(x, 2, d)]++;
    count[2][last_steps(x, 3, d)]++;
    count[0][last_steps(x, 4, e)]++;
    count[1][last_steps(x, 5, e)]++;
    count[2][last_steps(x, 6, e)]++;
    e = d, d = c, c = b, b = p[i];
  }
  r->checksum = checksum;
  for (size_t k = 0; k < VG_COUNT(count); k++)
    for (size_t i = 0; i < 256; i++)
      r->bucket[i] += count[k][i];
}

static void add(struct tlsh_run *r, vg_str bytes, bool wide) {
  const unsigned char *p = (const unsigned char *)bytes.p;
  size_t border = bytes.n < 4 ? bytes.n : 4, i = border;
  add_over_border(r, p, border);
  if (i == bytes.n)
    return;
  i += wide ? tlsh_add_wide(r, p + i, bytes.n - i) : 0;
  if (bytes.n - i >= LONG)
    add_long(r, p + i, bytes.n - i);
  else
    for (; i < bytes.n; i++)
      step(r, p[i], p[i - 1], p[i - 2], p[i - 3], p[i - 4]);
  for (size_t k = 0; k < 4; k++)
    r->last[k] = p[bytes.n - 1 - k];
  r->length += bytes.n - border;
}

void tlsh_add(struct tlsh_run *r, vg_str bytes) { add(r, bytes, true); }

void tlsh_add_narrow(struct tlsh_run *r, vg_str bytes) { add(r, bytes, false); }

/* The length on a logarithmic scale, in single precision as the digest defines it. */
static unsigned char length_code(uint64_t length) {
  double log_length = (double)logf((float)length);
  double code = length <= 656    ? log_length / 0.4054651
                : length <= 3199 ? log_length / 0.26236426 - 8.72777
                                 : log_length / 0.095310180 - 62.5472;
  return (unsigned char)((int)floor(code) & 0xff);
}

static int by_count(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static unsigned char ratio(uint32_t q, uint32_t q3) {
  return (unsigned char)((unsigned)((float)(q * 100) / (float)q3) % 16);
}

bool tlsh_end(const struct tlsh_run *r, struct tlsh *out) {
  uint32_t sorted[BUCKETS];
  unsigned met = 0;
  memcpy(sorted, r->bucket, sizeof sorted);
  for (size_t i = 0; i < BUCKETS; i++)
    met += sorted[i] > 0;
  if (r->length < TLSH_SHORTEST || r->length > LONGEST || met <= BUCKETS / 2)
    return false;
  qsort(sorted, BUCKETS, sizeof sorted[0], by_count);
  uint32_t q1 = sorted[BUCKETS / 4 - 1], q2 = sorted[BUCKETS / 2 - 1], q3 = sorted[BUCKETS * 3 / 4 - 1];
  *out = (struct tlsh){
      .checksum = r->checksum, .length = length_code(r->length), .q1 = ratio(q1, q3), .q2 = ratio(q2, q3)};
  for (size_t i = 0; i < BUCKETS; i++) {
    uint32_t k = r->bucket[i];
    unsigned quarter = (unsigned)(k > q1) + (unsigned)(k > q2) + (unsigned)(k > q3);
    out->code[TLSH_CODE - 1 - i / 4] |= (unsigned char)(quarter << (i % 4 * 2));
  }
  return true;
}

static void put(char *to, unsigned nibble) { *to = "0123456789ABCDEF"[nibble & 15]; }

char *tlsh_text(const struct tlsh *t, char out[static TLSH_TEXT]) {
  /* The two nibbles of checksum and length stand in reverse. */
  unsigned head[6] = {t->checksum & 15u, t->checksum >> 4, t->length & 15u, t->length >> 4, t->q1, t->q2};
  out[0] = 'T', out[1] = '1';
  for (size_t i = 0; i < 6; i++)
    put(out + 2 + i, head[i]);
  for (size_t i = 0; i < TLSH_CODE; i++) {
    put(out + 8 + 2 * i, t->code[i] >> 4);
    put(out + 9 + 2 * i, t->code[i]);
  }
  out[TLSH_TEXT - 1] = 0;
  return out;
}

bool tlsh_parse(vg_str text, struct tlsh *out) {
  unsigned char raw[3 + TLSH_CODE];
  if (text.n == TLSH_TEXT - 1 && (text.p[0] == 'T' || text.p[0] == 't') && text.p[1] == '1')
    text = vg_str_sub(text, 2, text.n);
  if (!vg_unhex(text, raw, sizeof raw))
    return false;
  *out = (struct tlsh){.checksum = (unsigned char)(raw[0] << 4 | raw[0] >> 4),
                       .length = (unsigned char)(raw[1] << 4 | raw[1] >> 4),
                       .q1 = raw[2] >> 4,
                       .q2 = raw[2] & 15};
  memcpy(out->code, raw + 3, TLSH_CODE);
  return true;
}
