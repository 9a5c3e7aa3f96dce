#include "match/match_internal.h"

#include <string.h>

/* Punctuation, spaces and symbols outside ASCII part words; what is left is letters, digits and marks. */
bool key_letter(uint32_t c) {
  static const struct {
    uint32_t from, to;
  } not [] = {{0xfff0, 0xffff} /* what is no UTF-8 reads as U+FFFD */,
              {0x80, 0xa9},
              {0xab, 0xb4},
              {0xb6, 0xb9},
              {0xbb, 0xbf},
              {0xd7, 0xd7},
              {0xf7, 0xf7},
              {0x2000, 0x206f},
              {0x20a0, 0x20cf},
              {0x2190, 0x2bff},
              {0x3000, 0x3004},
              {0x3008, 0x3020},
              {0xd800, 0xf8ff},
              {0xfe10, 0xfe1f},
              {0xfe30, 0xfe6f},
              {0xfeff, 0xff0f},
              {0xff1a, 0xff20},
              {0xff3b, 0xff40},
              {0xff5b, 0xff65},
              {0x1f000, 0x1faff},
              {0xe0000, 0x10ffff}};
  for (size_t i = 0; i < VG_COUNT(not ); i++)
    if (c >= not [i].from && c <= not [i].to)
      return false;
  return c >= 0x80;
}

/* Lower case of Latin-1, Latin Extended-A, Greek, Cyrillic and Armenian letters: the scripts with case that have host
 * names. */
static uint32_t lower(uint32_t c) {
  if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3ab) || (c >= 0x410 && c <= 0x42f))
    return c + 32;
  if (c >= 0x400 && c <= 0x40f)
    return c + 80;
  if (c >= 0x531 && c <= 0x556)
    return c + 48;
  bool odd_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
  if ((c >= 0x100 && c <= 0x17f) || (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
      (c >= 0x4d0 && c <= 0x52f))
    return odd_upper ? c + (c & 1) : c | 1;
  return c;
}

enum { LABEL_MAX = 63 };

/* RFC 3492, 6.1 and 6.3. */
static uint32_t adapt(uint32_t delta, uint32_t count, bool first) {
  uint32_t k = 0;
  delta = first ? delta / 700 : delta / 2;
  delta += delta / count;
  for (; delta > 455; k += 36)
    delta /= 35;
  return k + 36 * delta / (delta + 38);
}

static bool put_digit(unsigned char *out, size_t *n, uint32_t d) {
  if (*n >= LABEL_MAX)
    return false;
  out[(*n)++] = (unsigned char)(d < 26 ? 'a' + d : '0' + d - 26);
  return true;
}

static bool put_delta(unsigned char *out, size_t *n, uint32_t q, uint32_t bias) {
  for (uint32_t k = 36;; k += 36) {
    uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
    if (q < t)
      return put_digit(out, n, q);
    if (!put_digit(out, n, t + (q - t) % (36 - t)))
      return false;
    q = (q - t) / (36 - t);
  }
}

/* One label of code points as "xn--..."; 0 when longer than a label may be. */
static size_t encode(unsigned char out[static LABEL_MAX], const uint32_t *c, size_t count) {
  size_t n = 4;
  memcpy(out, "xn--", 4);
  for (size_t i = 0; i < count; i++)
    if (c[i] < 0x80 && n < LABEL_MAX)
      out[n++] = (unsigned char)c[i];
  uint32_t next = 0x80, delta = 0, bias = 72, basic = (uint32_t)n - 4, done = basic;
  if (basic)
    out[n++] = '-';
  while (done < count) {
    uint32_t m = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
      if (c[i] >= next && c[i] < m)
        m = c[i];
    delta += (m - next) * (done + 1);
    next = m;
    for (size_t i = 0; i < count; i++) {
      delta += c[i] < next;
      if (c[i] != next)
        continue;
      if (!put_delta(out, &n, delta, bias))
        return 0;
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      done++;
    }
    delta++, next++;
  }
  return n;
}

/* The label that begins at *i, up to a dot (also the ideographic ones, RFC 3490 3.1) or the end; 0 when it is none. */
static size_t label(unsigned char out[static LABEL_MAX + 1], vg_str host, size_t *i) {
  uint32_t c[LABEL_MAX] UNZEROED;
  size_t n = 0;
  bool foreign = false;
  while (*i < host.n) {
    uint32_t x = vg_utf8_next(host, i);
    if (x == '.' || x == 0x3002 || x == 0xff0e || x == 0xff61)
      break;
    if (n == LABEL_MAX || x == 0xfffd || (x < 0x80 && !(match_class[x] & C_HOST)))
      return 0;
    foreign |= x >= 0x80;
    c[n++] = x < 0x80 ? match_lower[x] : lower(x);
  }
  if (foreign)
    return encode(out, c, n);
  for (size_t k = 0; k < n; k++)
    out[k] = (unsigned char)c[k];
  return n;
}

size_t idn_host(unsigned char *out, size_t cap, vg_str host) {
  unsigned char one[LABEL_MAX + 1] UNZEROED;
  size_t n = 0, dots = 0;
  for (size_t i = 0; i < host.n;) {
    size_t k = label(one, host, &i);
    if (!k || n + k + 1 > cap)
      return 0;
    if (n)
      out[n++] = '.', dots++;
    memcpy(out + n, one, k);
    n += k;
  }
  return dots ? n : 0;
}
