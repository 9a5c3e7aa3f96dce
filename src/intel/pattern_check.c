/*
 * Is a text a STIX pattern? Nearly all that feeds send are one observation of equality tests on texts: these are told
 * by one look at their bytes. Whatever else is parsed.
 */
#include "intel/pattern_internal.h"

#include <string.h>

struct look {
  vg_str s;
  size_t at;
};

static char here(const struct look *l) { return l->at < l->s.n ? l->s.p[l->at] : 0; }

static void blanks(struct look *l) {
  while (here(l) == ' ')
    l->at++;
}

static bool byte(struct look *l, char c) {
  if (here(l) != c)
    return false;
  l->at++;
  return true;
}

/* Small letters, digits, _ and, where they may stand, hyphens: no word of the language, but for true and false. */
static bool word(struct look *l, bool hyphens) {
  const size_t from = l->at;
  if (!(here(l) >= 'a' && here(l) <= 'z') && here(l) != '_')
    return false;
  for (char c = here(l); (c >= 'a' && c <= 'z') || vg_is_digit(c) || c == '_' || (hyphens && c == '-'); c = here(l))
    l->at++;
  vg_str w = vg_str_sub(l->s, from, l->at - from);
  return !vg_str_eqz(w, "true") && !vg_str_eqz(w, "false");
}

/* The text between quotes; p NULL: there is none. Its strokes are left in it. */
static vg_str quoted(struct look *l) {
  const size_t from = l->at + 1;
  if (!byte(l, '\''))
    return VG_NOSTR;
  while (l->at < l->s.n && here(l) != '\'') {
    if (byte(l, '\\') && here(l) != '\'' && here(l) != '\\')
      return VG_NOSTR;
    l->at++;
  }
  vg_str text = vg_str_sub(l->s, from, l->at - from);
  return byte(l, '\'') ? text : VG_NOSTR;
}

static size_t digits_of(vg_str algorithm) {
  return vg_str_eqz(algorithm, "SHA-256") ? 64
         : vg_str_eqz(algorithm, "MD5")   ? 32
         : vg_str_eqz(algorithm, "SHA-1") ? 40
                                          : 0;
}

/* hashes.MD5, hashes.'SHA-256': the digits that the text behind must have; 0: a hash that is not looked at here. */
static size_t algorithm(struct look *l) {
  if (here(l) == '\'')
    return digits_of(quoted(l));
  l->at += 3;
  return l->at <= l->s.n ? digits_of(vg_str_sub(l->s, l->at - 3, 3)) : 0;
}

static bool is_hex(vg_str s, size_t digits) {
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_hex(s.p[i]))
      return false;
  return s.n == digits;
}

/* type:key.key = 'text' */
static bool test(struct look *l) {
  size_t digits = 0;
  if (!word(l, true) || !byte(l, ':'))
    return false;
  do {
    const size_t from = l->at;
    if (!word(l, false))
      return false;
    if (vg_str_eqz(vg_str_sub(l->s, from, l->at - from), "hashes")) {
      if (!byte(l, '.') || (digits = algorithm(l)) == 0)
        return false;
      break;
    }
  } while (byte(l, '.'));
  blanks(l);
  if (!byte(l, '='))
    return false;
  blanks(l);
  vg_str text = quoted(l);
  return text.p && (!digits || is_hex(text, digits));
}

static bool joined(struct look *l) {
  const vg_str rest = vg_str_sub(l->s, l->at, 4);
  const size_t n = vg_str_starts(rest, VG_STR("OR ")) ? 3 : vg_str_starts(rest, VG_STR("AND ")) ? 4 : 0;
  l->at += n;
  return n > 0;
}

bool pattern_is_plain(vg_str text) {
  struct look l = {.s = text};
  if (!byte(&l, '['))
    return false;
  do {
    blanks(&l);
    if (!test(&l))
      return false;
    blanks(&l);
  } while (joined(&l));
  return byte(&l, ']') && l.at == text.n && text.n < PATTERN_PLAIN_MAX && vg_utf8_ok(text);
}

vg_code intel_pattern_check(vg_str text, struct vg_err *err) {
  struct intel_pattern p;
  if (pattern_is_plain(text))
    return VG_OK;
  VG_TRY(pattern_parse(&p, text, true, err));
  pattern_fini(&p);
  return VG_OK;
}
