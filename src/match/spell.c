/* Values that are written in several ways, each of them one token of text (but for aa:bb:cc:dd:ee:ff). */
#include "match/match_internal.h"

#include <string.h>

static bool hex(unsigned char c) { return match_class[c] & (C_HEX | C_DIGIT); }
static unsigned nibble(unsigned char c) { return c <= '9' ? c - 48u : (c | 32u) - 87u; }

bool key_mac(const unsigned char *p, unsigned char out[static 6]) {
  for (size_t i = 0; i < 6; i++) {
    if (!hex(p[3 * i]) || !hex(p[3 * i + 1]) || (i < 5 && p[3 * i + 2] != ':'))
      return false;
    out[i] = (unsigned char)(nibble(p[3 * i]) << 4 | nibble(p[3 * i + 1]));
  }
  return true;
}

/* The one spelling of the store as the key: lower case, of a number without its "+". */
static bool token(struct key *k, vg_str s) {
  if (s.n < 3 || s.n > TOKEN_MAX)
    return false;
  for (size_t i = 0; i < s.n; i++) {
    if (!(match_class[(unsigned char)s.p[i]] & C_HOST) || (unsigned char)s.p[i] >= 0x80)
      return false;
    k->p[i] = match_lower[(unsigned char)s.p[i]];
  }
  k->kind = KEY_ANCHOR, k->n = s.n, k->anchor = 0, k->mark = 0, k->spelled = true;
  return true;
}

bool key_spelled(enum match_type t, vg_str value, struct key *k) {
  enum indicator_type type;
  struct vg_buf b;
  vg_buf_init(&b, 4096);
  bool ok = intel_type_by_name(vg_str_z(match_type_name(t)), &type) && intel_normalise(type, value, &b);
  const vg_str s = vg_buf_view(&b);
  if (ok && t == MATCH_MAC) {
    ok = s.n == 17 && key_mac((const unsigned char *)s.p, k->p);
    k->kind = KEY_MAC, k->n = 6;
  } else if (ok) {
    ok = token(k, t == MATCH_PHONE ? vg_str_sub(s, 1, SIZE_MAX) : s);
  }
  vg_buf_fini(&b);
  return ok;
}

/* aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff, aabbccddeeff: the last only when it is no plain number. */
static size_t again_mac(const unsigned char *a, unsigned i, char out[static 32]) {
  static const char H[] = "0123456789abcdef";
  size_t n = 0;
  bool letter = false;
  for (unsigned k = 0; k < 6 && i < 3; k++) {
    if (k && (i == 0 || (i == 1 && k % 2 == 0)))
      out[n++] = i ? '.' : '-';
    out[n++] = H[a[k] >> 4], out[n++] = H[a[k] & 15];
    letter |= a[k] >> 4 > 9 || (a[k] & 15) > 9;
  }
  return i == 2 && !letter ? 0 : n;
}

/* 0033612345678; of a number of France 0612345678, 06.12.34.56.78, 06-12-34-56-78. */
static size_t again_phone(const struct key *k, unsigned i, char out[static 32]) {
  static const char *const codes[] = {"33", "262", "590", "594", "596"};
  size_t n = 0, code = 0;
  if (k->n > 15)
    return 0;
  if (i == 0) {
    out[0] = out[1] = '0';
    memcpy(out + 2, k->p, k->n);
    return k->n + 2;
  }
  for (size_t c = 0; c < VG_COUNT(codes); c++)
    if (k->n == strlen(codes[c]) + 9 && memcmp(k->p, codes[c], strlen(codes[c])) == 0)
      code = strlen(codes[c]);
  for (size_t d = 0; d < 10 && code && i < 4; d++) {
    if (i > 1 && d && d % 2 == 0)
      out[n++] = i == 2 ? '.' : '-';
    out[n++] = d ? (char)k->p[code + d - 1] : '0';
  }
  return n;
}

bool key_again(enum match_type t, const struct key *k, unsigned i, struct key *out) {
  char s[32], key[TOKEN_MAX + 1];
  size_t n = 0;
  vg_str_copy(key, sizeof key, vg_str_n((const char *)k->p, k->n < TOKEN_MAX ? k->n : TOKEN_MAX));
  if (t == MATCH_MAC)
    n = again_mac(k->p, i, s);
  else if (t == MATCH_PHONE)
    n = again_phone(k, i, s);
  else if (i > 0 || k->n > sizeof s - 8)
    return false;
  else if (t == MATCH_CVE) { /* as Suricata's metadata have it */
    n = k->n;
    for (size_t c = 0; c < n; c++)
      s[c] = key[c] == '-' ? '_' : key[c];
  } else if (t == MATCH_ATTACK) { /* as Sigma's tags */
    memcpy(s, "attack.", 7);
    memcpy(s + 7, key, k->n);
    n = k->n + 7;
  } else if (t == MATCH_ASN) {
    memcpy(s, "asn", 3);
    memcpy(s + 3, key + 2, k->n - 2);
    n = k->n + 1;
  }
  return n && token(out, vg_str_n(s, n));
}
