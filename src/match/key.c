#include "match/match_internal.h"

#include <string.h>

bool key_v4(const unsigned char *p, size_t n, unsigned char out[static 4]) {
  size_t i = 0;
  for (int part = 0; part < 4; part++) {
    unsigned v = 0, digits = 0;
    bool zero = i + 1 < n && p[i] == '0' && (match_class[p[i + 1]] & C_DIGIT); /* octal or decimal? nobody knows */
    for (; i < n && (match_class[p[i]] & C_DIGIT) && digits < 4; i++, digits++)
      v = v * 10 + (unsigned)(p[i] - '0');
    if (zero || !digits || digits > 3 || v > 255)
      return false;
    out[part] = (unsigned char)v;
    if (part < 3 && (i >= n || p[i++] != '.'))
      return false;
  }
  return i == n;
}

/* RFC 4291, 2.2: groups of 1-4 hex digits, one "::" for at least one group of zeros, the last two groups perhaps as
 * a.b.c.d. */
bool key_v6(const unsigned char *p, size_t n, unsigned char out[static 16]) {
  unsigned char g[16];
  size_t i = 0, k = 0, gap = SIZE_MAX;
  if (n < 2 || n > 45 || (p[0] == ':' && p[1] != ':'))
    return false;
  while (i < n) {
    if (p[i] == ':') {
      if (gap != SIZE_MAX || i + 1 >= n || p[i + 1] != ':')
        return false;
      gap = k;
      i += 2;
      continue;
    }
    unsigned v = 0;
    size_t d = 0;
    for (; i + d < n && d < 5 && (match_class[p[i + d]] & (C_HEX | C_DIGIT)); d++)
      v = v << 4 | (p[i + d] <= '9' ? p[i + d] - 48u : (p[i + d] | 32u) - 87u);
    if (i + d < n && p[i + d] == '.') {
      if (k > 12 || !key_v4(p + i, n - i, g + k))
        return false;
      k += 4;
      break;
    }
    if (!d || d > 4 || k > 14)
      return false;
    g[k++] = (unsigned char)(v >> 8), g[k++] = (unsigned char)(v & 255);
    i += d;
    if (i == n)
      break;
    if (p[i] != ':' || i + 1 == n)
      return false;
    i += p[i + 1] != ':';
  }
  if (gap == SIZE_MAX ? k != 16 : k > 14)
    return false;
  size_t head = gap == SIZE_MAX ? 16 : gap;
  memset(out, 0, 16);
  memcpy(out, g, head);
  memcpy(out + 16 - (k - (gap == SIZE_MAX ? 16 : head)), g + head, k - (gap == SIZE_MAX ? 16 : head));
  return true;
}

bool key_v4_mapped(const unsigned char a[static 16]) {
  static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
  return memcmp(a, prefix, 12) == 0;
}

void key_mask(unsigned char *a, size_t bytes, unsigned prefix) {
  for (size_t i = 0; i < bytes; i++) {
    unsigned keep = prefix >= 8 * (i + 1) ? 8 : prefix > 8 * i ? prefix - 8 * (unsigned)i : 0;
    a[i] = (unsigned char)(a[i] & (0xff00u >> keep));
  }
}

size_t key_host(unsigned char *out, size_t cap, vg_str host) {
  size_t dots = 0;
  while (host.n && host.p[host.n - 1] == '.')
    host.n--;
  if (!host.n || host.n > 253 || host.n > cap || host.p[0] == '.')
    return 0;
  for (size_t i = 0; i < host.n; i++)
    if ((unsigned char)host.p[i] >= 0x80)
      return idn_host(out, cap < 253 ? cap : 253, host);
  for (size_t i = 0; i < host.n; i++) {
    unsigned char c = (unsigned char)host.p[i];
    if (!(match_class[c] & C_HOST) || (c == '.' && host.p[i - 1] == '.'))
      return 0;
    dots += c == '.';
    out[i] = match_lower[c];
  }
  return dots ? host.n : 0;
}

#define S (U_CLOSES | U_STOPS)
const unsigned char url_class[256] = {
    ['"'] = U_ENDS,   ['<'] = U_ENDS,  ['>'] = U_ENDS,  ['`'] = U_ENDS,  [0x7f] = U_ENDS, ['#'] = U_CLOSES,
    ['|'] = U_CLOSES, [','] = S,       [';'] = S,       [')'] = S,       [']'] = S,       ['}'] = S,
    ['\''] = S,       ['.'] = U_STOPS, [':'] = U_STOPS, ['?'] = U_STOPS, ['!'] = U_STOPS, ['*'] = U_STOPS};
#undef S

bool url_ends_escaped(vg_str rest, size_t i) {
  uint32_t c;
  return !vg_json_escape(rest, i, &c) || c == '\\' || c <= ' ' || (c < 0x80 && (url_class[c] & U_ENDS));
}

size_t url_byte(vg_str rest, size_t i, unsigned char c[static 4], size_t *out) {
  const unsigned char *r = (const unsigned char *)rest.p;
  if (r[i] == '\\') {
    uint32_t meant = 0;
    const size_t took = vg_json_escape(rest, i, &meant);
    *out = vg_utf8_put((char *)c, meant);
    return took;
  }
  const int byte = vg_percent(rest, i);
  if (byte >= 0) {
    const unsigned char v = (unsigned char)byte;
    if (vg_is_alnum((char)v) || v == '-' || v == '.' || v == '_' || v == '~') {
      c[0] = v, *out = 1;
    } else {
      static const char H[] = "0123456789ABCDEF";
      c[0] = '%', c[1] = (unsigned char)H[v >> 4], c[2] = (unsigned char)H[v & 15], *out = 3;
    }
    return 3;
  }
  c[0] = r[i], *out = 1;
  return r[i] == '&' && rest.n - i > 4 && memcmp(r + i, "&amp;", 5) == 0 ? 5 : 1;
}

size_t url_port(vg_str rest, bool *keep) {
  size_t d = 1;
  *keep = false;
  if (!rest.n || rest.p[0] != ':')
    return 0;
  while (d < rest.n && d < 7 && vg_is_digit(rest.p[d]))
    d++;
  vg_str port = vg_str_n(rest.p, d);
  *keep = d > 1 && !vg_str_eqz(port, ":80") && !vg_str_eqz(port, ":443");
  return d > 1 ? d : 0;
}

bool url_path(vg_str rest, size_t i) {
  return i < rest.n && (rest.p[i] == '/' || (rest.p[i] == '\\' && i + 1 < rest.n && rest.p[i + 1] == '/'));
}

/* host (already as it must be) and the rest of a URL as a key; 0 when it ends before the rest does or is too long. */
static size_t url_key(unsigned char out[static KEY_MAX], vg_str host, vg_str rest) {
  bool keep;
  size_t n = host.n, i = url_port(rest, &keep);
  memcpy(out, host.p, n);
  if (keep) {
    memcpy(out + n, rest.p, i);
    n += i;
  }
  if (!url_path(rest, i))
    out[n++] = '/';
  while (i < rest.n) {
    unsigned char c[4];
    size_t k;
    if (url_ends(rest, i) || n + sizeof c > KEY_MAX)
      return 0;
    i += url_byte(rest, i, c, &k);
    memcpy(out + n, c, k);
    n += k;
  }
  return n;
}

size_t key_refang(const unsigned char *p, size_t n, char out[static 4]) {
#define FORM(from, to)                                                                                                 \
  { from, to, sizeof(from) - 1 }
  static const struct {
    const char from[6], to[4];
    size_t n;
  } forms[] = {FORM("[.]", "."),   FORM("(.)", "."),   FORM("{.}", "."),  FORM("[dot]", "."),
               FORM("(dot)", "."), FORM("{dot}", "."), FORM("[:]", ":"),  FORM("[://]", "://"),
               FORM("[/]", "/"),   FORM("[@]", "@"),   FORM("[at]", "@"), FORM("(at)", "@"),
               FORM("(@)", "@"),   FORM("\\.", "."),   FORM("[.", "."),   FORM(".]", ".")};
#undef FORM
  if (n < 2 ||
      !(p[0] == '[' || p[0] == '(' || p[0] == '{' || (p[0] == '\\' && p[1] == '.') || (p[0] == '.' && p[1] == ']')))
    return 0;
  for (size_t i = 0; i < VG_COUNT(forms); i++) {
    if (forms[i].from[0] != (char)p[0] || forms[i].n > n)
      continue;
    size_t k = 1;
    while (k < forms[i].n && forms[i].from[k] == (char)match_lower[p[k]])
      k++;
    if (k == forms[i].n) {
      memcpy(out, forms[i].to, sizeof forms[i].to);
      return k;
    }
  }
  return 0;
}

static bool of_url(vg_str v, struct key *k) {
  size_t at = vg_str_find(v, VG_STR("://"), 0);
  if (at != SIZE_MAX && at < vg_str_find_byte(v, '/', 0) && at < vg_str_find_byte(v, '.', 0))
    v = vg_str_sub(v, at + 3, SIZE_MAX);
  size_t host = 0;
  for (size_t i = 0; i < v.n && v.p[i] != '/' && v.p[i] != '?' && v.p[i] != '#'; i++)
    if (v.p[i] == '@')
      host = i + 1;
  v = vg_str_sub(v, host, SIZE_MAX);
  host = 0;
  while (host < v.n && (match_class[(unsigned char)v.p[host]] & C_HOST))
    host++;
  unsigned char a[256];
  vg_str rest = vg_str_sub(v, host, SIZE_MAX);
  k->mark = key_host(a, 253, vg_str_n(v.p, host));
  if (!k->mark)
    return false;
  k->kind = KEY_URL;
  k->n = url_key(k->p, vg_str_n((const char *)a, k->mark), rest);
  if (k->n > k->mark + 1 && k->p[k->n - 1] == '*')
    k->kind = KEY_PREFIX, k->n--;
  return k->n > 0;
}

static bool of_email(vg_str v, struct key *k) {
  size_t at = vg_str_find_byte(v, '@', 0);
  if (at == SIZE_MAX || !at || at > 64)
    return false;
  for (size_t i = 0; i < at; i++) {
    if ((unsigned char)v.p[i] <= ' ')
      return false;
    k->p[i] = match_lower[(unsigned char)v.p[i]];
  }
  k->p[at] = '@';
  k->kind = KEY_EMAIL;
  k->mark = key_host(k->p + at + 1, 256, vg_str_sub(v, at + 1, SIZE_MAX));
  k->n = at + 1 + k->mark;
  return k->mark > 0;
}

static bool of_net(vg_str v, struct key *k) {
  size_t slash = vg_str_find_byte(v, '/', 0);
  uint64_t bits;
  if (slash == SIZE_MAX || !vg_str_u64(vg_str_sub(v, slash + 1, SIZE_MAX), &bits))
    return false;
  const unsigned char *p = (const unsigned char *)v.p;
  if (key_v4(p, slash, k->p) && bits <= 32)
    k->kind = KEY_NET4, k->n = 4;
  else if (key_v6(p, slash, k->p) && bits <= 128)
    k->kind = KEY_NET6, k->n = 16;
  else
    return false;
  key_mask(k->p, k->n, (unsigned)bits);
  k->p[k->n++] = (unsigned char)bits;
  return true;
}

static bool of_hash(vg_str v, size_t n, struct key *k) {
  if (v.n != n)
    return false;
  for (size_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)v.p[i];
    if (!(match_class[c] & (C_HEX | C_DIGIT)))
      return false;
    k->p[i] = match_lower[c];
  }
  k->kind = KEY_HASH, k->n = n;
  return true;
}

struct token_run {
  size_t from, n;
};
/* The next run of ASCII token characters from *i on, dots at its ends left out; false: there is none. */
static bool next_run(vg_str v, size_t *i, struct token_run *r) {
  size_t to;
  do {
    if (*i >= v.n)
      return false;
    r->from = *i;
    while (*i < v.n && (match_class[(unsigned char)v.p[*i]] & C_HOST) && (unsigned char)v.p[*i] < 0x80)
      ++*i;
    to = *i;
    while (r->from < to && v.p[r->from] == '.')
      r->from++;
    while (to > r->from && v.p[to - 1] == '.')
      to--;
    *i += *i < v.n;
  } while (to == r->from);
  r->n = to - r->from;
  return true;
}

/* "\u1234" in a path, "%41" in a name: a text may mean a character by what stands at v.p[i]. */
static bool like_escape(vg_str v, size_t i) {
  const vg_str s = vg_str_sub(v, i, 6);
  const bool json = vg_str_starts(s, VG_STR("\\u"));
  const size_t from = json ? 2 : 1, to = json ? 6 : 3;
  if ((!json && !vg_str_starts(s, VG_STR("%"))) || s.n < to)
    return false;
  for (size_t k = from; k < to; k++)
    if (!vg_is_hex(s.p[k]))
      return false;
  return true;
}

bool key_anchor(vg_str v, unsigned nth, struct key *k) {
  struct token_run longest[KEY_ANCHORS], r;
  unsigned count = 0;
  if (v.n > TOKEN_MAX || nth >= KEY_ANCHORS)
    return false;
  for (size_t i = 0; next_run(v, &i, &r);) {
    unsigned at = count;
    while (at > 0 && longest[at - 1].n < r.n)
      at--;
    if (at > nth || r.n < 3 || (nth && ((r.from > 0 && like_escape(v, r.from - 1)) || like_escape(v, r.from + r.n))))
      continue;
    count += count <= nth;
    memmove(longest + at + 1, longest + at, (count - 1 - at) * sizeof r);
    longest[at] = r;
  }
  if (count <= nth)
    return false;
  r = longest[nth];
  for (size_t i = 0; i < r.n; i++)
    k->p[i] = match_lower[(unsigned char)v.p[r.from + i]];
  k->kind = KEY_ANCHOR, k->n = r.n, k->anchor = r.from, k->mark = 0, k->spelled = false;
  return true;
}

bool key_named(const unsigned char *k, size_t n) {
  bool letter = false;
  for (size_t i = 0; i < n; i++)
    letter |= !(match_class[k[i]] & (C_DIGIT | C_DOT));
  return letter && memchr(k, '.', n);
}

static bool of_port(vg_str v, struct key *k) {
  size_t c = vg_str_find_byte(v, ':', 0);
  uint64_t port;
  if (c == SIZE_MAX || !vg_str_u64(vg_str_sub(v, c + 1, SIZE_MAX), &port) || port > 65535 ||
      !key_v4((const unsigned char *)v.p, c, k->p))
    return false;
  k->p[4] = (unsigned char)(port >> 8), k->p[5] = (unsigned char)(port & 255);
  k->kind = KEY_PORT, k->n = 6;
  return true;
}

static bool of_addr(enum match_type t, vg_str v, struct key *k) {
  const unsigned char *p = (const unsigned char *)v.p;
  if (t == MATCH_IPV4) {
    k->kind = KEY_V4, k->n = 4;
    return key_v4(p, v.n, k->p);
  }
  k->kind = KEY_V6, k->n = 16;
  if (!key_v6(p, v.n, k->p))
    return false;
  if (key_v4_mapped(k->p)) {
    memmove(k->p, k->p + 12, 4);
    k->kind = KEY_V4, k->n = 4;
  }
  return true;
}

bool key_of(enum match_type t, vg_str value, struct key *k) {
  char text[KEY_MAX] UNZEROED;
  size_t n = 0;
  k->n = k->anchor = k->mark = 0, k->spelled = false;
  if (!value.n || value.n > KEY_MAX - 300)
    return false;
  bool raw = t >= MATCH_FILE_NAME && t != MATCH_IMPHASH && t != MATCH_AUTHENTIHASH;
  for (size_t i = 0; i < value.n;) {
    char o[4];
    const char c = value.p[i];
    const bool odd =
        c == '[' || c == '(' || c == '{' || c == '\\' || (c == '.' && i + 1 < value.n && value.p[i + 1] == ']');
    size_t took = raw || !odd ? 0 : key_refang((const unsigned char *)value.p + i, value.n - i, o);
    for (size_t j = 0; took && o[j]; j++)
      text[n++] = o[j];
    if (!took)
      text[n++] = value.p[i];
    i += took ? took : 1;
  }
  vg_str v = vg_str_n(text, n);
  unsigned char a[4];
  switch (t) {
  case MATCH_DOMAIN:
    k->kind = KEY_DOMAIN;
    k->n = key_host(k->p, 256, v);
    return k->n && !key_v4((const unsigned char *)v.p, v.n, a) && !(match_class[k->p[k->n - 1]] & C_DIGIT);
  case MATCH_IPV4:
  case MATCH_IPV6: return of_addr(t, v, k);
  case MATCH_CIDR: return of_net(v, k);
  case MATCH_IPV4_PORT: return of_port(v, k);
  case MATCH_URL: return of_url(v, k);
  case MATCH_EMAIL: return of_email(v, k);
  case MATCH_IMPHASH:
  case MATCH_JA3:
  case MATCH_MD5: return of_hash(v, 32, k);
  case MATCH_AUTHENTIHASH: return of_hash(v, v.n == 40 ? 40 : 64, k);
  case MATCH_SHA1: return of_hash(v, 40, k);
  case MATCH_SHA256: return of_hash(v, 64, k);
  case MATCH_SHA512: return of_hash(v, 128, k);
  case MATCH_FILE_NAME:
  case MATCH_MUTEX:
  case MATCH_BTC:
  case MATCH_ETH:
  case MATCH_XMR:
  case MATCH_IBAN:
  case MATCH_REGISTRY:
  case MATCH_FILE_PATH:
  case MATCH_USER_AGENT:
  case MATCH_SSDEEP:
  case MATCH_TLSH:
  case MATCH_TRACKER: return key_anchor(v, 0, k);
  case MATCH_CPE: return vg_str_eq_ci(vg_str_sub(v, 0, 4), VG_STR("cpe:")) && key_anchor(v, 0, k);
  case MATCH_MAC:
  case MATCH_PHONE:
  case MATCH_CVE:
  case MATCH_ATTACK:
  case MATCH_ASN:
  case MATCH_JA4:
  case MATCH_JARM: return key_spelled(t, v, k);
  case MATCH_TYPES: break;
  }
  return false;
}
