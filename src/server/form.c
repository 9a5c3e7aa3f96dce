#include "server/server_internal.h"

#include <string.h>

/* C0 controls and DEL have no business in a field; line ends and tabs do. */
static bool plain(unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r'; }

bool form_decode(vg_str s, bool plus, char *out, size_t cap) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (plus && c == '+')
      c = ' ';
    else if (c == '%') {
      const int byte = vg_percent(s, i);
      if (byte < 0)
        return false;
      c = (unsigned char)byte;
      i += 2;
    }
    if (!plain(c) || n + 1 >= cap)
      return false;
    out[n++] = (char)c;
  }
  if (n >= cap)
    return false;
  out[n] = 0;
  return vg_utf8_ok(vg_str_n(out, n));
}

static bool raw_nth(vg_str body, const char *name, size_t n, vg_str *raw) {
  vg_str part;
  while (vg_str_cut(&body, '&', &part)) {
    size_t equals = vg_str_find_byte(part, '=', 0);
    if (equals == SIZE_MAX || !vg_str_eqz(vg_str_sub(part, 0, equals), name))
      continue;
    if (n-- == 0) {
      *raw = vg_str_sub(part, equals + 1, part.n);
      return true;
    }
  }
  return false;
}

bool form_nth(vg_str body, const char *name, size_t n, char *out, size_t cap) {
  vg_str raw;
  return raw_nth(body, name, n, &raw) && form_decode(raw, true, out, cap);
}

bool form_has(vg_str body, const char *name, size_t n) {
  vg_str raw;
  return raw_nth(body, name, n, &raw);
}

bool cookie_get(vg_str header, const char *name, char *out, size_t cap) {
  vg_str part;
  while (vg_str_cut(&header, ';', &part)) {
    part = vg_str_trim(part);
    size_t equals = vg_str_find_byte(part, '=', 0);
    if (equals == SIZE_MAX || !vg_str_eqz(vg_str_sub(part, 0, equals), name))
      continue;
    vg_str value = vg_str_sub(part, equals + 1, part.n);
    if (value.n >= cap)
      return false;
    for (size_t i = 0; i < value.n; i++)
      if (!vg_is_alnum(value.p[i]) && value.p[i] != '-' && value.p[i] != '_')
        return false;
    vg_str_copy(out, cap, value);
    return true;
  }
  return false;
}
