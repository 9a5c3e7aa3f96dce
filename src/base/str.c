#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char vg_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
bool vg_is_digit(char c) { return c >= '0' && c <= '9'; }
bool vg_is_alnum(char c) { return vg_is_digit(c) || (vg_lower(c) >= 'a' && vg_lower(c) <= 'z'); }
bool vg_is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
/* clang-format off */
const unsigned char vg_hex_values[256] = {
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
     0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 16, 16, 16, 16, 16, 16,
    16, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 10, 11, 12, 13, 14, 15, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
};
/* clang-format on */

vg_str vg_str_z(const char *z) { return z ? (vg_str){z, strlen(z)} : VG_STR(""); }

bool vg_str_eq(vg_str a, vg_str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
bool vg_str_eqz(vg_str a, const char *z) { return vg_str_eq(a, vg_str_z(z)); }

bool vg_str_eq_ci(vg_str a, vg_str b) {
  if (a.n != b.n)
    return false;
  for (size_t i = 0; i < a.n; i++)
    if (vg_lower(a.p[i]) != vg_lower(b.p[i]))
      return false;
  return true;
}

int vg_str_cmp(vg_str a, vg_str b) {
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n ? memcmp(a.p, b.p, n) : 0;
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool vg_str_starts(vg_str s, vg_str with) { return s.n >= with.n && (with.n == 0 || memcmp(s.p, with.p, with.n) == 0); }

bool vg_str_ends(vg_str s, vg_str with) {
  return s.n >= with.n && (with.n == 0 || memcmp(s.p + (s.n - with.n), with.p, with.n) == 0);
}

bool vg_str_ends_ci(vg_str s, vg_str with) {
  return s.n >= with.n && vg_str_eq_ci(vg_str_sub(s, s.n - with.n, with.n), with);
}

size_t vg_str_find(vg_str s, vg_str what, size_t from) {
  if (from > s.n || what.n > s.n - from)
    return SIZE_MAX;
  if (what.n == 0)
    return from;
  const char *hit = memmem(s.p + from, s.n - from, what.p, what.n);
  return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t vg_str_find_byte(vg_str s, char c, size_t from) {
  if (from >= s.n)
    return SIZE_MAX;
  const char *hit = memchr(s.p + from, c, s.n - from);
  return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

vg_str vg_str_sub(vg_str s, size_t from, size_t n) {
  if (from > s.n)
    from = s.n;
  if (n > s.n - from)
    n = s.n - from;
  return (vg_str){s.p ? s.p + from : NULL, n};
}

vg_str vg_str_trim(vg_str s) {
  while (s.n && vg_is_space(s.p[0]))
    s.p++, s.n--;
  while (s.n && vg_is_space(s.p[s.n - 1]))
    s.n--;
  return s;
}

bool vg_str_cut(vg_str *rest, char sep, vg_str *part) {
  if (!rest->p)
    return false;
  size_t at = vg_str_find_byte(*rest, sep, 0);
  if (at == SIZE_MAX) {
    *part = *rest;
    *rest = VG_NOSTR;
  } else {
    *part = (vg_str){rest->p, at};
    *rest = (vg_str){rest->p + at + 1, rest->n - at - 1};
  }
  return true;
}

bool vg_str_line(vg_str *rest, vg_str *line) {
  if (rest->n == 0)
    return false;
  (void)vg_str_cut(rest, '\n', line);
  if (line->n && line->p[line->n - 1] == '\r')
    line->n--;
  return true;
}

bool vg_str_u64(vg_str s, uint64_t *out) {
  uint64_t v = 0;
  if (s.n == 0)
    return false;
  for (size_t i = 0; i < s.n; i++) {
    if (!vg_is_digit(s.p[i]) || __builtin_mul_overflow(v, 10u, &v) ||
        __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
      return false;
  }
  *out = v;
  return true;
}

bool vg_str_i64(vg_str s, int64_t *out) {
  bool minus = s.n && s.p[0] == '-';
  uint64_t v;
  if (!vg_str_u64(minus ? vg_str_sub(s, 1, s.n) : s, &v) || v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
    return false;
  *out = minus ? (int64_t)(0 - v) : (int64_t)v;
  return true;
}

bool vg_str_f64(vg_str s, double *out) {
  char text[64];
  if (s.n == 0 || s.n >= sizeof text || vg_is_space(s.p[0]))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_digit(s.p[i]) && !strchr("+-.eE", s.p[i]))
      return false;
  memcpy(text, s.p, s.n);
  text[s.n] = 0;
  char *end;
  double v = strtod(text, &end);
  if (end != text + s.n || !isfinite(v))
    return false;
  *out = v;
  return true;
}

bool vg_str_size(vg_str s, uint64_t *out) {
  unsigned shift = 0;
  if (s.n) {
    switch (vg_lower(s.p[s.n - 1])) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    case 't': shift = 40; break;
    default: break;
    }
  }
  uint64_t v;
  if (!vg_str_u64(vg_str_sub(s, 0, s.n - (shift ? 1 : 0)), &v) || (shift && v > UINT64_MAX >> shift))
    return false;
  *out = v << shift;
  return true;
}

char *vg_str_copy(char *out, size_t cap, vg_str s) {
  VG_ASSERT(cap > 0);
  size_t n = s.n < cap - 1 ? s.n : cap - 1;
  if (n < s.n)
    while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
      n--;
  if (n)
    memcpy(out, s.p, n);
  out[n] = 0;
  return out;
}

vg_code vg_str_keep(char *out, size_t cap, vg_str s, const char *id, struct vg_err *err) {
  if (s.n >= cap)
    return VG_FAIL(err, VG_EDATA, id, VG_N(cap - 1), VG_N(s.n));
  vg_str_copy(out, cap, s);
  return VG_OK;
}

const char *vg_str_arg(char out[static VG_ERR_ARG_MAX], vg_str s) {
  vg_str_copy(out, VG_ERR_ARG_MAX, s);
  for (char *p = out; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      *p = '?';
  return out;
}

/* Length of the well-formed sequence at s.p[i], 0 if there is none (Unicode 15, table 3-7). */
static size_t utf8_len(vg_str s, size_t i) {
  const unsigned char *p = (const unsigned char *)s.p + i;
  size_t left = s.n - i;
  if (p[0] < 0x80)
    return 1;
  if (p[0] >= 0xC2 && p[0] <= 0xDF)
    return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
  if ((p[0] & 0xF0) == 0xE0) {
    unsigned low = p[0] == 0xE0 ? 0xA0 : 0x80, high = p[0] == 0xED ? 0x9F : 0xBF;
    return left >= 3 && p[1] >= low && p[1] <= high && (p[2] & 0xC0) == 0x80 ? 3 : 0;
  }
  if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    unsigned low = p[0] == 0xF0 ? 0x90 : 0x80, high = p[0] == 0xF4 ? 0x8F : 0xBF;
    return left >= 4 && p[1] >= low && p[1] <= high && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80 ? 4 : 0;
  }
  return 0;
}

bool vg_utf8_ok(vg_str s) {
  for (size_t i = 0; i < s.n;) {
    uint64_t eight;
    if (s.n - i >= sizeof eight) { /* mostly ASCII */
      memcpy(&eight, s.p + i, sizeof eight);
      if (!(eight & 0x8080808080808080u)) {
        i += sizeof eight;
        continue;
      }
    }
    size_t n = utf8_len(s, i);
    if (n == 0)
      return false;
    i += n;
  }
  return true;
}

uint32_t vg_utf8_next(vg_str s, size_t *i) {
  size_t n = utf8_len(s, *i);
  const unsigned char *p = (const unsigned char *)s.p + *i;
  *i += n ? n : 1;
  switch (n) {
  case 1: return p[0];
  case 2: return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
  case 3: return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
  case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
  default: return 0xFFFD;
  }
}

uint32_t vg_windows(unsigned char c) {
  /* from 0x80 on (WHATWG Encoding, index windows-1252) */
  static const uint16_t signs[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                     0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                     0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                     0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
  return c >= 0x80 && c < 0xa0 ? signs[c - 0x80] : c;
}

size_t vg_utf8_put(char out[static 4], uint32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
    c = 0xFFFD;
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (char)(0x80 | (c & 0x3F));
  return 4;
}

static bool hex4(vg_str s, size_t i, uint32_t *v) {
  if (i + 4 > s.n)
    return false;
  const unsigned a = vg_hex_value(s.p[i]), b = vg_hex_value(s.p[i + 1]), c = vg_hex_value(s.p[i + 2]),
                 d = vg_hex_value(s.p[i + 3]);
  *v = a << 12 | b << 8 | c << 4 | d;
  return !((a | b | c | d) & VG_NO_HEX);
}

size_t vg_json_escape(vg_str s, size_t i, uint32_t *c) {
  enum { RUN_MAX = 64 }; /* longer rows of backslashes are nobody's text, and cost no more */
  size_t b = i;
  uint32_t low;
  if (i + 1 >= s.n || s.p[i] != '\\' || (s.p[i + 1] != '/' && s.p[i + 1] != 'u'))
    return 0;
  while (b > 0 && i - b < RUN_MAX && s.p[b - 1] == '\\')
    b--;
  if ((i - b) % 2)
    return 0;
  if (s.p[i + 1] == '/')
    return *c = '/', 2;
  if (!hex4(s, i + 2, c))
    return 0;
  const bool high = *c >= 0xD800 && *c < 0xDC00;
  if (high && i + 7 < s.n && s.p[i + 6] == '\\' && s.p[i + 7] == 'u' && hex4(s, i + 8, &low) && low >= 0xDC00 &&
      low < 0xE000) {
    *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
    return 12;
  }
  if (*c < ' ' || (*c >= 0xD800 && *c < 0xE000))
    *c = ' ';
  return 6;
}
