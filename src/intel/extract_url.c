/* URLs with their hosts, and e-mail addresses. */
#include "intel/extract_internal.h"

#include <string.h>

/* Schemes as written and as meant. */
static const struct {
  const char *seen, *meant;
} schemes[] = {
    {"http", "http"},     {"https", "https"},   {"hxxp", "http"},     {"hxxps", "https"}, {"h**p", "http"},
    {"h**ps", "https"},   {"h__p", "http"},     {"h__ps", "https"},   {"hxtp", "http"},   {"hxtps", "https"},
    {"htxp", "http"},     {"htxps", "https"},   {"hzzp", "http"},     {"hzzps", "https"}, {"ttp", "http"},
    {"ttps", "https"},    {"meow", "http"},     {"meows", "https"},   {"ftp", "ftp"},     {"fxp", "ftp"},
    {"ftps", "ftps"},     {"sftp", "sftp"},     {"ws", "ws"},         {"wss", "wss"},     {"tcp", "tcp"},
    {"udp", "udp"},       {"ssl", "ssl"},       {"tls", "tls"},       {"ldap", "ldap"},   {"ldaps", "ldaps"},
    {"rmi", "rmi"},       {"smb", "smb"},       {"ssh", "ssh"},       {"git", "git"},     {"irc", "irc"},
    {"mqtt", "mqtt"},     {"socks5", "socks5"}, {"socks4", "socks4"}, {"rtsp", "rtsp"},   {"telnet", "telnet"},
    {"gopher", "gopher"},
};

/* The scheme that ends at `colon`: index in the table, *from where it begins. A word glued before "http" is left out.
 */
static size_t scheme_before(const struct extract *x, size_t run, size_t colon, size_t *from) {
  size_t start = colon, best = VG_COUNT(schemes);
  while (start > run && colon - start < 8 && (is_class(x->t[start - 1], K_ALNUM) || strchr("*_", x->t[start - 1])))
    start--;
  vg_str word = piece(x, start, colon);
  for (size_t i = 0; i < VG_COUNT(schemes); i++) {
    vg_str s = vg_str_z(schemes[i].seen);
    bool whole = vg_str_eq_ci(word, s) && (start == run || !is_class(x->t[start - 1], K_ALNUM));
    bool tail = i < 4 && word.n > s.n && vg_str_eq_ci(vg_str_sub(word, word.n - s.n, s.n), s);
    if (whole || (tail && best == VG_COUNT(schemes))) {
      best = i;
      *from = colon - s.n;
    }
    if (whole)
      break;
  }
  return best;
}

struct url {
  size_t from, colon, host, host_end, path, end; /* path: behind host and port */
  bool v6;
};

/* user:password@ before the host: at most 256 bytes, no slash. */
static size_t behind_user(const struct extract *x, size_t i) {
  for (size_t k = i; k < x->n && k < i + 256; k++) {
    unsigned char c = x->t[k];
    if (c == '@')
      return k + 1;
    if (!extract_class[c] || strchr("/?#'\\(){}[];", c))
      break;
  }
  return i;
}

static bool authority(struct extract *x, struct url *u) {
  const unsigned char *t = x->t;
  size_t i = u->colon + 3;
  if (i < x->n && t[i] == '/')
    i++;
  u->host = i = behind_user(x, i);
  u->v6 = i < x->n && t[i] == '[';
  if (u->v6) {
    u->host = ++i;
    while (i < x->n && i < u->host + 46 && (is_class(t[i], K_DIGIT | K_HEX | K_DOT) || t[i] == ':'))
      i++;
    u->host_end = i;
    if (i >= x->n || t[i++] != ']')
      return false;
  } else {
    while (i < x->n && is_class(t[i], K_HOST))
      i++;
    u->host_end = i;
    while (u->host_end > u->host && !is_class(t[u->host_end - 1], K_ALNUM | K_HIGH))
      u->host_end--;
    if (u->host_end == u->host || !memchr(t + u->host, '.', u->host_end - u->host))
      return false;
    if (u->host_end < i) {
      u->path = u->host_end;
      return true; /* "http://evil.example." ends a sentence */
    }
  }
  if (i + 1 < x->n && t[i] == ':' && is_class(t[i + 1], K_DIGIT))
    for (size_t digits = ++i; i < x->n && i < digits + 5 && is_class(t[i], K_DIGIT); i++) {
    }
  u->path = i;
  return true;
}

/* The entity at t[i] == '&': "&amp;" goes on, others end the URL. */
static bool entity_ends(const struct extract *x, size_t i) {
  static const char *const ends[] = {"&quot;", "&gt;",   "&lt;",   "&#39;",   "&#34;",
                                     "&apos;", "&nbsp;", "&#x27;", "&#8221;", "&rdquo;"};
  for (size_t k = 0; k < VG_COUNT(ends); k++)
    if (vg_str_starts(piece(x, i, x->n), vg_str_z(ends[k])))
      return true;
  return false;
}

/* A closing bracket belongs to the URL only when its opening one does. */
static size_t path_end(const struct extract *x, size_t i) {
  size_t round = 0, square = 0;
  for (; i < x->n; i++) {
    unsigned char c = x->t[i];
    if (!extract_class[c] || strchr("'\\^{}", c) || (c == '&' && entity_ends(x, i)))
      break;
    if (c == ';' && !(i > 4 && memcmp(x->t + i - 4, "&amp", 4) == 0))
      break;
    round += c == '(';
    square += c == '[';
    if ((c == ')' && round-- == 0) || (c == ']' && square-- == 0))
      break;
  }
  return i;
}

static size_t without_punctuation(const struct extract *x, size_t from, size_t end) {
  while (end > from && strchr(".:;!?*'(", x->t[end - 1]))
    end--;
  return end;
}

/* Hosts of URLs inside the URL ("?u=http://..." and percent-encoded), and digests that are a part of the path. */
static void inside(struct extract *x, size_t from, size_t end) {
  for (size_t i = from; i < end;) {
    size_t skip = 0;
    if (x->t[i] == ':' && i + 3 < end && x->t[i + 1] == '/' && x->t[i + 2] == '/')
      skip = 3;
    else if (x->t[i] == '%' && i + 9 < end && vg_str_eq_ci(piece(x, i, i + 9), VG_STR("%3A%2F%2F")))
      skip = 9;
    if (skip) {
      size_t to = i + skip;
      while (to < end && is_class(x->t[to], K_HOST))
        to++;
      size_t host = i + skip, host_end = to;
      while (host_end > host && !is_class(x->t[host_end - 1], K_ALNUM))
        host_end--;
      enum host_kind kind = host_end > host ? host_kind(x, host, host_end, SAID_HOST) : HOST_NONE;
      if (kind == HOST_DOMAIN || kind == HOST_IPV4)
        (void)give(x, kind == HOST_IPV4 ? TYPE_IPV4 : TYPE_DOMAIN, host, host_end, piece(x, host, host_end));
      i = to;
      continue;
    }
    size_t to = i;
    while (to < end && is_class(x->t[to], K_ALNUM))
      to++;
    if (to - i == 32 || to - i == 40 || to - i == 64 || to - i == 128)
      find_words(x, i, to);
    i = to > i ? to : i + 1;
  }
}

static void give_host(struct extract *x, const struct url *u) {
  enum host_kind kind = u->v6 ? HOST_NONE : host_kind(x, u->host, u->host_end, SAID_URL);
  if (u->v6)
    (void)give(x, TYPE_IPV6, u->host, u->host_end, piece(x, u->host, u->host_end));
  else if (kind == HOST_DOMAIN)
    (void)give(x, TYPE_DOMAIN, u->host, u->host_end, piece(x, u->host, u->host_end));
  else if (kind == HOST_IPV4)
    (void)give(x, TYPE_IPV4, u->host, u->host_end, piece(x, u->host, u->host_end));
}

/* scheme + t[colon, end) with "&amp;" undone. */
static bool give_url(struct extract *x, const struct url *u, size_t scheme) {
  char text[VALUE_MAX];
  vg_str meant = vg_str_z(schemes[scheme].meant);
  size_t n = meant.n;
  if (u->end - u->colon + n > sizeof text)
    return true; /* too long to be kept; its host still counts */
  memcpy(text, meant.p, n);
  for (size_t i = u->colon; i < u->end; i++) {
    text[n++] = (char)x->t[i];
    if (x->t[i] == '&' && i + 5 <= u->end && memcmp(x->t + i, "&amp;", 5) == 0)
      i += 4;
  }
  x->bent = !vg_str_eq_ci(meant, vg_str_z(schemes[scheme].seen));
  bool ok = give(x, TYPE_URL, u->from, u->end, vg_str_n(text, n));
  x->bent = false;
  return ok;
}

size_t find_url(struct extract *x, size_t run, size_t colon) {
  struct url u = {0};
  if (x->t[colon] == '*') { /* h**p: the run ended at its first star */
    size_t behind = colon;
    while (behind < x->n && behind < colon + 5 && x->t[behind] != ':')
      behind++;
    colon = behind;
  }
  if (colon + 3 >= x->n || memcmp(x->t + colon, "://", 3) != 0)
    return 0;
  u.colon = colon;
  size_t scheme = scheme_before(x, run, colon, &u.from);
  if (scheme == VG_COUNT(schemes) || !authority(x, &u))
    return 0;
  u.end = u.path;
  if (u.path < x->n && strchr("/?#", x->t[u.path]))
    u.end = without_punctuation(x, u.path, path_end(x, u.path));
  if (!give_url(x, &u, scheme))
    return 0;
  give_host(x, &u);
  inside(x, u.path, u.end);
  return u.end;
}

/* "http%3A%2F%2Fevil.example%2Fa%3Fb": a URL that is a part of a query, one level undone, up to what parts parameters.
 * Inside another URL it is a part of that one. */
size_t find_encoded_url(struct extract *x, size_t run, size_t colon) {
  enum { ROOM = 2048 };
  unsigned char t[ROOM];
  uint32_t map[ROOM + 1], own[ROOM + 1];
  size_t from, n = 0, i;
  if (colon + 9 > x->n || !vg_str_eq_ci(piece(x, colon, colon + 9), VG_STR("%3A%2F%2F")) ||
      (scheme_before(x, run, colon, &from) == VG_COUNT(schemes)))
    return 0;
  for (i = from; n < ROOM; n++) {
    const unsigned char c = i < x->n ? x->t[i] : 0;
    const int byte = vg_percent(piece(x, 0, x->n), i);
    const bool two = byte >= 0;
    own[n] = (uint32_t)i;
    map[n] = x->map ? x->map[i] : own[n];
    if (!two && !is_class(c, K_HOST) && c != '~' && c != '*')
      break;
    t[n] = two ? (unsigned char)byte : c;
    i += two ? 3 : 1;
  }
  if (n == ROOM)
    return 0;
  const unsigned char *was_t = x->t;
  const uint32_t *was_map = x->map;
  const size_t was_n = x->n, was_used = x->used;
  x->t = t, x->n = n, x->map = map, x->used = 0;
  const size_t end = find_url(x, 0, colon - from);
  x->t = was_t, x->n = was_n, x->map = was_map, x->used = was_used;
  return end ? own[end] : 0;
}

size_t find_bare_url(struct extract *x, size_t from, size_t host_end) {
  size_t i = host_end;
  if (i + 1 < x->n && x->t[i] == ':' && is_class(x->t[i + 1], K_DIGIT))
    for (i++; i < x->n && is_class(x->t[i], K_DIGIT);)
      i++;
  if (i + 1 >= x->n || x->t[i] != '/' || !is_class(x->t[i + 1], K_ALNUM | K_MINUS | K_DOT | K_HIGH | K_MARK | K_OTHER))
    return 0;
  size_t end = without_punctuation(x, i, path_end(x, i));
  if (end < i + 2 || end - from > VALUE_MAX || !give(x, TYPE_URL, from, end, piece(x, from, end)))
    return 0;
  return end;
}

void find_inside_url(struct extract *x, size_t from, size_t end) { inside(x, from, end); }

static bool local_byte(unsigned char c) {
  return is_class(c, K_ALNUM | K_DOT | K_MINUS) || (c && strchr("+%=~!#$&*^?'", c));
}

/* Two bytes before i that are a letter: of Latin script, which stands beside ASCII ("andré@"), or of Greek or Cyrillic,
 * which does not (a word of the sentence before "ivan@"). */
static bool letter_before(const struct extract *x, size_t i, bool ascii) {
  const unsigned char *t = x->t;
  return i >= x->used + 2 && (t[i - 1] & 0xc0) == 0x80 && t[i - 2] >= 0xc3 && t[i - 2] <= (ascii ? 0xc9 : 0xd4) &&
         !(t[i - 2] == 0xc3 && (t[i - 1] == 0x97 || t[i - 1] == 0xb7)); /* × ÷ */
}

static size_t local_start(const struct extract *x, size_t at) {
  size_t from = at;
  bool ascii = false, foreign = false;
  while (from > x->used && at - from < 64) {
    if (letter_before(x, from, ascii)) {
      from -= 2;
      foreign |= x->t[from] > 0xc9;
      continue;
    }
    const bool letter = is_class(x->t[from - 1], K_ALPHA | K_HEX) && !is_class(x->t[from - 1], K_DIGIT);
    if (!local_byte(x->t[from - 1]) || (letter && foreign))
      break;
    ascii |= letter;
    from--;
  }
  while (from < at && !is_class(x->t[from], K_ALNUM | K_HIGH))
    from++;
  return from;
}

size_t find_email(struct extract *x, size_t at) {
  const unsigned char *t = x->t;
  size_t from = local_start(x, at), to = at + 1, ip = 0;
  /* "mailto=", "to=" are no part of it */
  for (size_t i = from; i < at; i++)
    if (t[i] == '=' || t[i] == '\'' || t[i] == '?' || t[i] == '&')
      from = i + 1;
  if (from >= at)
    return 0;
  if (to < x->n && t[to] == '[') {
    for (ip = ++to; to < x->n && to < ip + 16 && is_class(t[to], K_DIGIT | K_DOT);)
      to++;
    if (to >= x->n || t[to] != ']' || !ipv4_at(t + ip, to - ip) ||
        !give(x, TYPE_EMAIL, from, to + 1, piece(x, from, to + 1)))
      return 0;
    (void)give(x, TYPE_IPV4, ip, to, piece(x, ip, to));
    return to + 1;
  }
  while (to < x->n && is_class(t[to], K_HOST))
    to++;
  while (to > at + 1 && !is_class(t[to - 1], K_ALNUM | K_HIGH))
    to--;
  if (to < at + 4 || host_kind(x, at + 1, to, SAID_HOST) != HOST_DOMAIN ||
      !give(x, TYPE_EMAIL, from, to, piece(x, from, to)))
    return 0;
  (void)give(x, TYPE_DOMAIN, at + 1, to, piece(x, at + 1, to));
  return to;
}
