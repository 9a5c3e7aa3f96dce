#include "server/server_internal.h"

static bool decode(vg_str s, char *out, size_t cap) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++, n++) {
    unsigned char c = (unsigned char)s.p[i];
    if (n + 1 >= cap)
      return false;
    if (c == '+')
      c = ' ';
    else if (c == '%') {
      if (!vg_unhex(vg_str_sub(s, i + 1, 2), &c, 1))
        return false;
      i += 2;
    }
    if (!c)
      return false;
    out[n] = (char)c;
  }
  out[n] = 0;
  return true;
}

bool form_get(vg_str body, const char *name, char *out, size_t cap) {
  vg_str field, key;
  while (vg_str_cut(&body, '&', &field))
    if (vg_str_cut(&field, '=', &key) && vg_str_eqz(key, name))
      return decode(field, out, cap);
  return false;
}
