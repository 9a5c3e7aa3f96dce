#include "match/match_internal.h"

#include <string.h>

static bool folds(unsigned kind) { return kind == KEY_DOMAIN || kind == KEY_HASH || kind == KEY_ANCHOR; }

static bool same_blind(const struct pack *p, const struct pack_entry *e, const unsigned char *key, size_t n) {
  unsigned char k[KEY_MAX] UNZEROED, digest[BLIND_DIGEST];
  if (n > sizeof k)
    return false;
  for (size_t i = 0; i < n; i++)
    k[i] = folds(e->kind) ? match_lower[key[i]] : key[i];
  const bool part = e->kind == KEY_ANCHOR;
  blind_digest(&p->blind_key, part ? BLIND_OF_PART : e->kind, vg_str_n((const char *)k, n), digest);
  return memcmp(p->text + e->key + (part ? BLIND_PART : 0), digest, BLIND_DIGEST) == 0;
}

static bool same(const struct pack *p, const struct pack_entry *e, const unsigned char *key, size_t n) {
  const unsigned char *k = p->text + e->key;
  size_t i = 0;
  if (p->blind)
    return same_blind(p, e, key, n);
  if (e->key_n != n)
    return false;
  while (i < n && (folds(e->kind) ? match_lower[key[i]] : key[i]) == k[i])
    i++;
  return i == n;
}

/* Which entry has this key; UINT32_MAX none. `from` goes on after an earlier answer (0 to begin). */
static uint32_t find(const struct pack *p, uint64_t h, enum key_kind kind, const unsigned char *key, size_t n,
                     uint64_t *from) {
  h = pack_hash(p, h);
  uint32_t tag = slot_tag(h);
  for (; *from <= p->slot_mask; ++*from) {
    const struct pack_slot *s = &p->slots[(h + *from) & p->slot_mask];
    if (!s->entry)
      break;
    const struct pack_entry *e = &p->entries[s->entry - 1];
    if (s->tag != tag || e->kind != kind || !same(p, e, key, n))
      continue;
    ++*from;
    return s->entry - 1;
  }
  return UINT32_MAX;
}

static uint32_t find_one(const struct pack *p, enum key_kind kind, const unsigned char *key, size_t n) {
  uint64_t h = key_hash(kind, key, n), from = 0;
  return pack_maybe(p, h) ? find(p, h, kind, key, n, &from) : UINT32_MAX;
}

static uint32_t find_net(const struct pack *p, enum key_kind kind, const unsigned char *key, size_t n) {
  return map_has(p->net_map, map_net(key, n)) ? find_one(p, kind, key, n) : UINT32_MAX;
}

static void emit_if(struct scan *s, uint32_t entry, size_t from, size_t to) {
  if (entry != UINT32_MAX)
    scan_emit(s, entry, from, to);
}

static void net4(struct scan *s, const unsigned char a[static 4], size_t from, size_t to) {
  const uint32_t address = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
  for (uint64_t m = s->p->net4; m; m &= m - 1) {
    const unsigned bits = (unsigned)__builtin_ctzll(m);
    const uint32_t net = bits ? address >> (32 - bits) << (32 - bits) : 0;
    const unsigned char k[5] = {(unsigned char)(net >> 24), (unsigned char)(net >> 16), (unsigned char)(net >> 8),
                                (unsigned char)net, (unsigned char)bits};
    emit_if(s, find_net(s->p, KEY_NET4, k, 5), from, to);
  }
}

static void v4(struct scan *s, const unsigned char a[static 4], size_t from, size_t to) {
  emit_if(s, find_one(s->p, KEY_V4, a, 4), from, to);
  if (s->p->net4)
    net4(s, a, from, to);
}

static void port(struct scan *s, const unsigned char a[static 4], const unsigned char *t, size_t n, size_t from,
                 size_t to) {
  unsigned v = 0;
  size_t i = to + 1;
  for (; i < n && i <= to + 6 && (match_class[t[i]] & C_DIGIT); i++)
    v = v * 10 + (unsigned)(t[i] - '0');
  if (i == to + 1 || v > 65535 || scan_goes_on(t, n, i))
    return;
  const unsigned char k[6] = {a[0], a[1], a[2], a[3], (unsigned char)(v >> 8), (unsigned char)(v & 255)};
  emit_if(s, find_one(s->p, KEY_PORT, k, 6), from, i);
}

/* Reading a URL's port and path, with the key and its hash so far. */
struct url {
  unsigned char k[KEY_MAX];
  size_t n, steps, next; /* steps: bytes behind the host; next: when to ask whether any listed URL goes on like this */
  uint64_t h;
  size_t to; /* end of the longest listed URL met, and which */
  uint32_t entry;
  const uint16_t *map; /* of what was percent-encoded as a whole: places in what stands there; NULL: the same */
};
static size_t url_place(const struct url *u, size_t i) { return u->map ? u->map[i] : i; }

static bool url_push(const struct pack *p, struct url *u, unsigned char c) {
  if (u->n == KEY_MAX)
    return false;
  if (u->steps == u->next) {
    if (!pack_maybe(p, key_end(u->h ^ MARK_STEP)))
      return false;
    u->next *= 4;
  }
  u->k[u->n++] = c;
  u->steps++;
  u->h = key_step(u->h, c);
  return true;
}

static uint32_t url_find(const struct pack *p, const struct url *u, enum key_kind kind) {
  uint64_t h = key_end(kind == KEY_PREFIX ? u->h ^ MARK_PREFIX : u->h), from = 0;
  return pack_maybe(p, h) ? find(p, h, kind, u->k, u->n, &from) : UINT32_MAX;
}

static bool text_ends(vg_str rest, size_t i) {
  return url_ends(rest, i) ||
         ((unsigned char)rest.p[i] >= 0x80 && kernel_mark((const unsigned char *)rest.p + i, rest.n - i));
}

static bool url_is(vg_str rest, size_t i, unsigned what) { return url_class[(unsigned char)rest.p[i]] & what; }

/* A letter or digit, as most bytes of a path are: it ends nothing and stands for itself. */
static bool url_plain(vg_str rest, size_t i) {
  return i < rest.n && (match_class[(unsigned char)rest.p[i]] & (C_HEX | C_DIGIT | C_ALPHA));
}

/* May a URL of running text end before rest[i]? At its end, before a mark that closes a list or a bracket or that is
 * none of ASCII's, before punctuation that ends it. */
static bool url_cut(vg_str rest, size_t i) {
  if (url_plain(rest, i))
    return false;
  if (text_ends(rest, i) || url_is(rest, i, U_CLOSES))
    return true;
  size_t e = i;
  while (e < i + 4 && !text_ends(rest, e) && url_is(rest, e, U_STOPS))
    e++;
  return text_ends(rest, e);
}

static void url_walk(struct scan *s, struct url *u, vg_str rest, size_t i, size_t from, size_t after) {
  const struct pack *p = s->p;
  for (;;) {
    if (p->has_prefix) {
      uint32_t e = url_find(p, u, KEY_PREFIX);
      if (e != UINT32_MAX)
        scan_emit(s, e, from, after + url_place(u, i));
    }
    if (url_cut(rest, i)) {
      uint32_t e = url_find(p, u, KEY_URL);
      bool other = !url_ends(rest, i) && rest.p[i] == '#' && e != UINT32_MAX && (p->entries[e].flags & ENTRY_FRAGMENT);
      if (e != UINT32_MAX && !other)
        u->entry = e, u->to = after + url_place(u, i);
    }
    if (url_plain(rest, i)) {
      s->steps++;
      if (!url_push(p, u, (unsigned char)rest.p[i++]))
        return;
      continue;
    }
    if (url_ends(rest, i))
      return;
    unsigned char c[4];
    size_t k;
    i += url_byte(rest, i, c, &k);
    s->steps++;
    for (size_t j = 0; j < k; j++)
      if (!url_push(p, u, c[j]))
        return;
  }
}

/* Is this "%2F" or the like at s.p[i]? */
static bool encoded(vg_str s, size_t i, const char *what) { return vg_str_eq_ci(vg_str_sub(s, i, 3), vg_str_z(what)); }

/* "http%3A%2F%2Fhost%2Fpath%3Fa%3Db": what follows the host, one level undone, up to what parts parameters. */
struct decoded {
  char t[KEY_MAX];
  uint16_t map[KEY_MAX + 1];
};
static size_t decode(vg_str rest, struct decoded *d) {
  size_t n = 0, i = 0;
  while (n < KEY_MAX && !url_ends(rest, i)) {
    const int byte = vg_percent(rest, i);
    const bool two = byte >= 0;
    const unsigned char c = two ? (unsigned char)byte : (unsigned char)rest.p[i];
    if (!two && !(match_class[c] & C_HOST) && c != '~' && c != '*')
      break;
    d->t[n] = (char)c, d->map[n++] = (uint16_t)i;
    i += two ? 3 : 1;
  }
  d->map[n] = (uint16_t)i;
  return n;
}

/* h: running hash of the host, which stands at t[from..to), as a KEY_DOMAIN. */
static void url(struct scan *s, vg_str host, const unsigned char *t, size_t n, size_t from, size_t to, uint64_t h) {
  h ^= MARK_URL;
  if (!pack_maybe(s->p, key_end(h)))
    return;
  struct url u UNZEROED;
  struct decoded d UNZEROED;
  const vg_str text = vg_str_n((const char *)t, n);
  bool keep, scheme = from >= 3 && memcmp(t + from - 3, "://", 3) == 0;
  size_t after = to + (to < n && t[to] == '.' ? 1 : 0);
  vg_str rest = vg_str_sub(text, after, SIZE_MAX);
  u.map = NULL;
  if (!scheme && (encoded(text, to, "%2F") || encoded(text, to, "%3A") || encoded(text, to, "%3F"))) {
    rest = vg_str_n(d.t, decode(rest, &d)), u.map = d.map;
    s->steps += rest.n;
  }
  scheme |=
      from >= 9 && encoded(text, from - 3, "%2F") && encoded(text, from - 6, "%2F") && encoded(text, from - 9, "%3A");
  size_t i = url_port(rest, &keep);
  if (!scheme && !url_path(rest, i))
    return;
  u.n = 0, u.steps = 0, u.next = URL_STEP, u.h = h, u.entry = UINT32_MAX;
  while (u.n < host.n)
    u.k[u.n] = match_lower[(unsigned char)host.p[u.n]], u.n++;
  for (size_t j = 0; keep && j < i; j++)
    (void)url_push(s->p, &u, (unsigned char)rest.p[j]);
  if (!url_path(rest, i)) {
    bool query = i < rest.n && rest.p[i] == '?';
    (void)url_push(s->p, &u, '/');
    if (!query)
      rest.n = i;
  }
  url_walk(s, &u, rest, i, from, after);
  if (u.entry != UINT32_MAX)
    scan_emit(s, u.entry, from, u.to);
}

/* What stands at t[left..from), which ends with "@", and the host behind it. */
static bool email_at(struct scan *s, vg_str host, const unsigned char *t, size_t left, size_t from, size_t to) {
  unsigned char k[400] UNZEROED;
  size_t n = 0;
  if (from - left + host.n > sizeof k)
    return false;
  while (left + n < from)
    k[n] = match_lower[t[left + n]], n++;
  for (size_t i = 0; i < host.n; i++)
    k[n++] = match_lower[(unsigned char)host.p[i]];
  uint32_t e = find_one(s->p, KEY_EMAIL, k, n);
  emit_if(s, e, left, to);
  return e != UINT32_MAX;
}

/* The local part is letters, digits and "._+-"; what RFC 5322 allows besides is tried next, then what an escape left in
 * front. */
static void email(struct scan *s, vg_str host, const unsigned char *t, size_t from, size_t to, uint64_t h) {
  if (!pack_maybe(s->p, key_end(h ^ MARK_MAIL)))
    return;
  size_t at = from - 1, left = at;
  while (left > 0 && at - left < 64 && t[left - 1] < 0x80 &&
         ((match_class[t[left - 1]] & C_HOST) || t[left - 1] == '+'))
    left--;
  while (left < at && t[left] == '.')
    left++;
  if (left < at && email_at(s, host, t, left, from, to))
    return;
  size_t skip = left == 0 ? 0 : t[left - 1] == '%' ? 2 : t[left - 1] != '\\' ? 0 : t[left] == 'u' ? 5 : 1;
  if (skip && left + skip < at && email_at(s, host, t, left + skip, from, to))
    return;
  size_t wide = left;
  s->steps += to - left;
  while (wide > 0 && at - wide < 64 && t[wide - 1] && t[wide - 1] < 0x80 &&
         ((match_class[t[wide - 1]] & C_HOST) || strchr("!#$%&'*+/=?^`{|}~", t[wide - 1])))
    wide--;
  if (wide < left)
    (void)email_at(s, host, t, wide, from, to);
}

/* Is there a slash, perhaps written "\\/", right before the one at *i? Goes there. */
static bool slash_before(const unsigned char *t, size_t *i) {
  const size_t k = *i < 3 ? 0 : t[*i - 1] == '\\' ? *i - 2 : *i - 1;
  if (!k || t[k] != '/')
    return false;
  *i = k;
  return true;
}
/*
 * "http://host/path/README.md": the last part of a URL's path is a file when its ending is one of files too, and no
 * host. A query and running text ("HIER_DIRECT/evil.md") are not meant: there must be a scheme in front.
 */
static bool file_of_url(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  static const char *const endings[] = {".md", ".sh", ".py", ".pl", ".rs", ".ps", ".so", ".cc", ".zip", ".mov"};
  const vg_str rest = vg_str_n((const char *)t, n);
  bool file = false;
  size_t slash = from - 1;
  if (from < 10 || t[slash] != '/' || slash_before(t, &slash) || (!url_ends(rest, to) && t[to] != '?' && t[to] != '#'))
    return false;
  for (size_t i = 0; i < VG_COUNT(endings) && !file; i++) {
    const size_t k = strlen(endings[i]);
    file = to - from > k && vg_str_eq_ci(vg_str_sub(rest, to - k, k), vg_str_z(endings[i]));
  }
  if (!file)
    return false;
  size_t scheme = 0;
  for (size_t i = from - 1; i > 4 && from - i < KEY_MAX && !url_ends(rest, i) && t[i] != '?' && !scheme; i--) {
    if (s->walked.t == t && s->walked.top == i) {
      scheme = from - s->walked.scheme < KEY_MAX ? s->walked.scheme : 0;
      break;
    }
    slash = i;
    s->steps++;
    if (t[i] == '/' && slash_before(t, &slash) &&
        (t[slash - 1] == ':' || (t[slash - 1] == '\\' && t[slash - 2] == ':')))
      scheme = i;
  }
  s->walked.t = t, s->walked.top = from - 1, s->walked.scheme = scheme;
  return scheme > 0;
}

void scan_name_soon(const struct scan *s, const unsigned char *t, size_t to) {
  const struct pack *p = s->p;
  while (to && t[to - 1] == '.')
    to--;
  uint64_t h = key_seed(KEY_DOMAIN);
  for (size_t i = to, low = to > 128 ? to - 128 : 0, dots = 0; i > low; h = key_step(h, match_lower[t[i]])) {
    const unsigned char c = t[--i];
    if (!(match_class[c] & C_HOST))
      break;
    if (c == '.' && dots++)
      __builtin_prefetch(&p->filter[filter_word(pack_hash(p, key_end(h)), p->filter_words)]);
  }
  __builtin_prefetch(&p->filter[filter_word(pack_hash(p, key_end(h)), p->filter_words)]);
  if (p->has_url)
    __builtin_prefetch(&p->filter[filter_word(pack_hash(p, key_end(h ^ MARK_URL)), p->filter_words)]);
}

/* A host name, as DNS writes it, that stands at t[from..to). */
static void name(struct scan *s, vg_str host, const unsigned char *t, size_t n, size_t from, size_t to, bool whole) {
  const struct pack *p = s->p;
  const unsigned char *k = (const unsigned char *)host.p;
  uint64_t h = key_seed(KEY_DOMAIN), f, at;
  unsigned dots = 0;
  s->steps += host.n;
  for (size_t i = host.n; i > 0;) {
    unsigned char c = k[--i];
    if (c == '.' && dots++ && pack_maybe(p, f = key_end(h))) {
      at = 0;
      emit_if(s, find(p, f, KEY_DOMAIN, k + i + 1, host.n - i - 1, &at), from, to);
    }
    h = key_step(h, match_lower[c]);
  }
  if (!whole)
    return;
  at = 0;
  if (pack_maybe(p, f = key_end(h)) && !(dots == 1 && file_of_url(s, t, n, from, to)))
    emit_if(s, find(p, f, KEY_DOMAIN, k, host.n, &at), from, to);
  if (p->has_url)
    url(s, host, t, n, from, to, h);
  if (p->has_email && from > 1 && t[from - 1] == '@')
    email(s, host, t, from, to, h);
}

void scan_name(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to, bool whole) {
  if (to - from > 253)
    from = to - 253, whole = false;
  name(s, vg_str_n((const char *)t + from, to - from), t, n, from, to, whole);
}

void scan_idn(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  unsigned char host[253] UNZEROED;
  const size_t k = idn_host(host, sizeof host, vg_str_n((const char *)t + from, to - from));
  s->steps += to - from;
  if (k && pack_gate(s->p, gate_name(host, k, false)))
    name(s, vg_str_n((const char *)host, k), t, n, from, to, true);
}

void scan_address(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  unsigned char a[4];
  if (to - from < 7 || to - from > 15 || !key_v4(t + from, to - from, a))
    return;
  if (s->p->has_v4)
    v4(s, a, from, to);
  if (s->p->has_port && to < n && t[to] == ':')
    port(s, a, t, n, from, to);
  if (s->p->has_url && to < n &&
      (t[to] == ':' || t[to] == '/' || t[to] == '%' || t[to] == '\\' || t[to] == '?' ||
       (from >= 3 && t[from - 1] == '/'))) {
    uint64_t h = key_seed(KEY_DOMAIN);
    for (size_t i = to; i > from;)
      h = key_step(h, t[--i]);
    url(s, vg_str_n((const char *)t + from, to - from), t, n, from, to, h);
  }
}

void scan_mac(struct scan *s, const unsigned char *t, size_t from) {
  unsigned char k[6];
  if (key_mac(t + from, k))
    emit_if(s, find_one(s->p, KEY_MAC, k, 6), from, from + 17);
}

/* How a value stands in a text: as it is, as a string of JSON, as JSON in a string of JSON, in the query of a URL. */
enum written { AS_IS, AS_JSON, AS_JSON_TWICE, AS_PERCENT };

struct around {
  const unsigned char *t; /* the text, with the anchor at [from, to) */
  size_t n, from, to;
  vg_str anchor; /* as it is meant */
  enum written way;
};

/* The same two for queries: "%5C" is one byte, "+" a space. */
static size_t next_percent(const struct around *a, size_t *i, unsigned char c[static 4]) {
  const unsigned char one = scan_percent(a->t, a->n, *i);
  c[0] = one ? one : a->t[*i] == '+' ? ' ' : a->t[*i];
  *i += one ? 3 : 1;
  return 1;
}
static size_t before_percent(const struct around *a, size_t *i, unsigned char c[static 4]) {
  const unsigned char one = *i > 2 ? scan_percent(a->t, a->n, *i - 3) : 0;
  *i -= one ? 3 : 1;
  c[0] = one ? one : a->t[*i] == '+' ? ' ' : a->t[*i];
  return 1;
}

/* The character that begins at t[*i], which moves behind it. Bytes in c, 0: none. */
static size_t next(const struct around *a, size_t *i, unsigned char c[static 4]) {
  const vg_str s = vg_str_n((const char *)a->t, a->n);
  const size_t slashes = a->way == AS_JSON_TWICE ? 3 : 1;
  size_t b = 0, k;
  uint32_t u;
  if (*i >= a->n)
    return 0;
  if (a->way == AS_PERCENT)
    return next_percent(a, i, c);
  while (a->way && b <= slashes && *i + b < a->n && a->t[*i + b] == '\\')
    b++;
  if (b > slashes)
    return c[0] = '\\', *i += slashes + 1, 1;
  if (b == slashes && *i + b < a->n && a->t[*i + b] == '"')
    return c[0] = '"', *i += b + 1, 1;
  if (a->way == AS_JSON && b && (k = vg_json_escape(s, *i, &u)) != 0)
    return *i += k, vg_utf8_put((char *)c, u);
  return c[0] = a->t[(*i)++], 1;
}

/* The one that ends before t[*i], which moves to its beginning. */
static size_t before(const struct around *a, size_t *i, unsigned char c[static 4]) {
  const vg_str s = vg_str_n((const char *)a->t, a->n);
  const size_t slashes = a->way == AS_JSON_TWICE ? 3 : 1;
  uint32_t u;
  if (!*i)
    return 0;
  if (a->way == AS_PERCENT)
    return before_percent(a, i, c);
  static const size_t lengths[] = {12, 6, 2};
  for (size_t j = 0; a->way == AS_JSON && j < VG_COUNT(lengths); j++)
    if (lengths[j] <= *i && vg_json_escape(s, *i - lengths[j], &u) == lengths[j])
      return *i -= lengths[j], vg_utf8_put((char *)c, u);
  c[0] = a->t[--*i];
  size_t b = 0;
  while (a->way && b < slashes && b < *i && a->t[*i - b - 1] == '\\')
    b++;
  if (b == slashes && (c[0] == '\\' || c[0] == '"'))
    *i -= b;
  return 1;
}

/* Is what stands there a token of its own? */
static bool alone(const struct around *a, size_t l, size_t r) {
  return !(l < a->from && scan_joined(a->t, l) && !scan_escaped(a->t, l)) &&
         !(r > a->to && (scan_goes_on(a->t, a->n, r) ||
                         (a->way == AS_PERCENT && (match_class[scan_percent(a->t, a->n, r)] & C_HOST & ~C_DOT))));
}

static bool same_byte(bool fold, unsigned char a, unsigned char b) {
  return fold ? match_lower[a] == match_lower[b] : a == b;
}

/* The whole listed value v around its anchor, which is at v[at]. */
static bool known_around(const struct around *a, vg_str v, size_t at, bool fold, size_t *left, size_t *right) {
  const unsigned char *p = (const unsigned char *)v.p;
  unsigned char c[4];
  size_t l = a->from, r = a->to, k;
  for (size_t i = at; i > 0; i -= k) {
    if (!(k = before(a, &l, c)) || k > i)
      return false;
    for (size_t j = 0; j < k; j++)
      if (!same_byte(fold, c[j], p[i - k + j]))
        return false;
  }
  for (size_t i = 0; i < a->anchor.n; i++)
    if (!same_byte(fold, (unsigned char)a->anchor.p[i], p[at + i]))
      return false;
  for (size_t i = at + a->anchor.n; i < v.n; i += k) {
    if (!(k = next(a, &r, c)) || k > v.n - i)
      return false;
    for (size_t j = 0; j < k; j++)
      if (!same_byte(fold, c[j], p[i + j]))
        return false;
  }
  *left = l, *right = r;
  return alone(a, l, r);
}

/* The same without knowing it: as many characters as the value has. */
static bool blind_around(const struct pack *p, const struct pack_entry *e, const struct around *a, size_t *left,
                         size_t *right) {
  const unsigned char *k = p->text + e->key;
  unsigned char v[TOKEN_MAX + 4] UNZEROED, digest[BLIND_DIGEST], c[4];
  const size_t whole = k[BLIND_WHOLE_N];
  size_t l = a->from, r = a->to, m;
  for (size_t i = e->anchor; i > 0; i -= m) {
    if (!(m = before(a, &l, c)) || m > i)
      return false;
    memcpy(v + i - m, c, m);
  }
  memcpy(v + e->anchor, a->anchor.p, a->anchor.n);
  for (size_t i = e->anchor + a->anchor.n; i < whole; i += m) {
    if (!(m = next(a, &r, c)) || m > whole - i)
      return false;
    memcpy(v + i, c, m);
  }
  *left = l, *right = r;
  if (!alone(a, l, r))
    return false;
  blind_whole(&p->blind_key, (enum match_type)e->type, vg_str_n((const char *)v, whole), digest);
  return memcmp(k, digest, BLIND_DIGEST) == 0;
}

static bool found_around(const struct pack *p, const struct pack_entry *e, struct around *a, enum written last,
                         size_t *l, size_t *r) {
  const bool fold = match_type_folds((enum match_type)e->type);
  *l = a->from, *r = a->to;
  if (e->flags & ENTRY_SPELLED)
    return true; /* the token is all of it */
  for (a->way = AS_IS; a->way <= last; a->way++)
    if (p->blind ? blind_around(p, e, a, l, r)
                 : known_around(a, pack_text(p, e->shown, e->shown_n), e->anchor, fold, l, r))
      return true;
  return false;
}

/* Is there a backslash that JSON would write so? Those of paths alone are read as they are. */
static bool has_json(const unsigned char *p, size_t n) {
  for (const unsigned char *q = p, *end = p + n; (q = memchr(q, '\\', (size_t)(end - q))) != NULL;) {
    q++;
    if (q < end && (*q == '\\' || *q == '"' || *q == '/' || *q == 'u'))
      return true;
  }
  return false;
}

/* Where the token t[from, to) stands in the text, and in how many ways a value around it may be written there. */
static enum written where_around(const struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to,
                                 struct around *a) {
  const bool undone = s->text == TEXT_UNDONE;
  *a = (struct around){.t = t, .n = n, .from = from, .to = to, .anchor = vg_str_n((const char *)t + from, to - from)};
  if (undone)
    a->t = s->b, a->n = s->n, a->from = s->map_base + s->map[from], a->to = s->map_base + s->map[to];
  const size_t low = a->from > TOKEN_MAX ? a->from - TOKEN_MAX : 0,
               high = a->n - a->to > TOKEN_MAX ? a->to + TOKEN_MAX : a->n;
  return memchr(a->t + low, '%', high - low)          ? AS_PERCENT
         : undone || has_json(a->t + low, high - low) ? AS_JSON_TWICE
                                                      : AS_IS;
}

uint32_t scan_listed(const struct pack *p, enum match_type type, const unsigned char *key, size_t n) {
  uint64_t h = key_hash(KEY_ANCHOR, key, n), at = 0;
  uint32_t e = pack_maybe(p, h) ? find(p, h, KEY_ANCHOR, key, n, &at) : UINT32_MAX;
  while (e != UINT32_MAX && p->entries[e].type != type)
    e = find(p, h, KEY_ANCHOR, key, n, &at);
  return e;
}

void scan_anchor(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  unsigned char k[TOKEN_MAX] UNZEROED;
  if (!s->p->has_anchor || to - from > TOKEN_MAX || !s->p->anchor_len[to - from])
    return;
  for (size_t i = from; i < to; i++)
    k[i - from] = match_lower[t[i]];
  uint64_t h = key_hash(KEY_ANCHOR, k, to - from), at = 0;
  if (!pack_maybe(s->p, h))
    return;
  struct around a;
  const enum written last = where_around(s, t, n, from, to, &a);
  for (uint32_t e; (e = find(s->p, h, KEY_ANCHOR, k, to - from, &at)) != UINT32_MAX;) {
    size_t l, r;
    const struct pack_entry *x = &s->p->entries[e];
    s->steps += x->shown_n;
    if (found_around(s->p, x, &a, last, &l, &r))
      scan_emit_raw(s, e, l, r);
  }
}

void scan_digest(struct scan *s, const unsigned char *t, size_t from, size_t to) {
  unsigned char k[128] UNZEROED;
  const size_t n = to - from;
  if ((n != 32 && n != 40 && n != 64 && n != 128) || !pack_gate(s->p, gate_name(t + from, n, true)))
    return;
  for (size_t i = from; i < to; i++)
    k[i - from] = match_lower[t[i]];
  emit_if(s, find_one(s->p, KEY_HASH, k, n), from, to);
}

static void v6_found(struct scan *s, const unsigned char a[static 16], size_t from, size_t to) {
  if (!map_has(s->p->v6_map, map_v6(a)))
    return;
  if (pack_gate(s->p, gate_v6(a)))
    emit_if(s, find_one(s->p, KEY_V6, a, 16), from, to);
  if (key_v4_mapped(a))
    v4(s, a + 12, from, to);
  for (unsigned w = 0; w < 3; w++)
    for (uint64_t m = s->p->net6[w]; m; m &= m - 1) {
      unsigned char k[17];
      unsigned bits = w * 64 + (unsigned)__builtin_ctzll(m);
      memcpy(k, a, 16);
      key_mask(k, 16, bits);
      k[16] = (unsigned char)bits;
      emit_if(s, find_net(s->p, KEY_NET6, k, 17), from, to);
    }
}

size_t scan_v6(struct scan *s, const unsigned char *t, size_t n, size_t from) {
  size_t to = from, colons = 0;
  unsigned twice = 0;
  unsigned char a[16];
  for (; to < n && to - from < 46 && (match_class[t[to]] & (C_HEX | C_DIGIT | C_COLON | C_DOT)); to++)
    if (t[to] == ':') {
      twice += to > from && t[to - 1] == ':';
      if (++colons > 8 || twice > 1)
        return 0; /* soon, so that a long run of colons costs little */
    }
  size_t end = to;
  s->steps += to - from;
  if ((!twice && colons < (memchr(t + from, '.', to - from) ? 6 : 7)) || colons < 2 || scan_goes_on(t, n, to) ||
      to - from < 3)
    return 0;
  while (end > from && (t[end - 1] == '.' || (t[end - 1] == ':' && t[end - 2] != ':')))
    end--;
  if (!key_v6(t + from, end - from, a)) {
    const unsigned char *dot = memchr(t + from, '.', end - from);
    if (!dot || !key_v6(t + from, (size_t)(dot - t) - from, a))
      return 0;
    end = (size_t)(dot - t);
  }
  v6_found(s, a, from, end);
  return to;
}
