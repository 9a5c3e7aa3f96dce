/* What analysts write so that nobody clicks, undone: [.] (dot) {.} .] [. \. [at] [:] [://], also with a space on either
 * side. */
#include "intel/extract_internal.h"

#include <string.h>

static bool host_byte(unsigned char c) { return is_class(c, K_ALNUM | K_HIGH); }

static unsigned char closing(unsigned char open) {
  return open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : 0;
}

/* A whole token in brackets at p: "[.]" "(dot)" "{at}" "[://]" "[[.]]". Returns bytes taken, *meant what it stands for.
 */
static size_t bracketed(const unsigned char *p, size_t n, const char **meant) {
  static const struct {
    const char *in, *out;
  } tokens[] = {{".", "."}, {"dot", "."}, {"@", "@"}, {"at", "@"},    {"://", "://"},
                {":", ":"}, {"//", "//"}, {"/", "/"}, {"punkt", "."}, {"point", "."}};
  unsigned char close = n ? closing(p[0]) : 0;
  size_t i = 1, twice = 0;
  if (!close)
    return 0;
  if (n > 2 && p[1] == p[0]) {
    twice = 1;
    i = 2;
  }
  for (size_t k = 0; k < VG_COUNT(tokens); k++) {
    vg_str in = vg_str_z(tokens[k].in);
    if (i + in.n < n && vg_str_eq_ci(vg_str_n((const char *)p + i, in.n), in) && p[i + in.n] == close &&
        (!twice || (i + in.n + 1 < n && p[i + in.n + 1] == close))) {
      *meant = tokens[k].out;
      return i + in.n + 1 + twice;
    }
  }
  return 0;
}

/* Brackets on one side only, and backslashes of regular expressions, between two characters of a host. */
static size_t one_sided(const unsigned char *p, size_t n, size_t i, size_t from, const char **meant) {
  *meant = ".";
  if (i == from || !host_byte(p[i - 1]))
    return 0;
  if (i + 2 < n && host_byte(p[i + 2]) &&
      ((p[i] == '[' && p[i + 1] == '.') || (p[i] == '.' && p[i + 1] == ']') || (p[i] == '\\' && p[i + 1] == '.') ||
       (p[i] == '.' && p[i + 1] == '}')))
    return 2;
  return i + 3 < n && p[i] == '\\' && p[i + 1] == '\\' && p[i + 2] == '.' && host_byte(p[i + 3]) ? 3 : 0;
}

/* Punctuation above ASCII: a word ends there, but hyphens and invisible characters are part of it. */
static size_t high_mark(const unsigned char *p, size_t n, const char **meant) {
  *meant = " ";
  if (p[0] == 0xc2 && n > 1)
    return p[1] == 0xad ? (*meant = "", 2U) : 2;
  if (n < 3)
    return 0;
  if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0x90 || p[2] == 0x91))
    return *meant = "-", 3;
  if ((p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x8b && p[2] <= 0x8d) || (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf))
    return *meant = "", 3;
  if ((p[0] == 0xef && p[1] == 0xbc && p[2] == 0x8e) || (p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0xa4))
    return *meant = ".", 3;
  if (p[0] == 0xe2 || (p[0] == 0xe3 && p[1] == 0x80) || (p[0] == 0xef && p[1] >= 0xbc))
    return 3;
  return p[0] == 0xf0 && n > 3 ? 4 : 0;
}

/* The escape of JSON at p[i]: 0 none. */
static size_t escaped(const unsigned char *p, size_t n, size_t i, char room[static 5], const char **meant) {
  uint32_t c;
  const size_t took = p[i] == '\\' ? vg_json_escape(vg_str_n((const char *)p, n), i, &c) : 0;
  if (!took)
    return 0;
  const size_t bytes = vg_utf8_put(room, c);
  room[bytes] = 0;
  if (c < 0x80 || !high_mark((const unsigned char *)room, bytes, meant))
    *meant = room;
  return took;
}

/* room: for what *meant points at. */
static size_t undo(const unsigned char *p, size_t n, size_t i, size_t from, char room[static 5], const char **meant,
                   uint32_t *mark) {
  size_t took = escaped(p, n, i, room, meant);
  *mark = took ? 0 : MEANT; /* a program wrote it, not someone who wants that nobody clicks */
  if (took)
    return took;
  if (p[i] >= 0x80) {
    *mark = 0;
    return high_mark(p + i, n - i, meant);
  }
  if (p[i] == ' ') /* only where a token with spaces around joined two chunks */
    return *meant = "", 1;
  if (is_class(p[i], K_FANG))
    took = bracketed(p + i, n - i, meant);
  return took ? took : is_class(p[i], K_FANG | K_DOT) ? one_sided(p, n, i, from, meant) : 0;
}

/* The copy is full in the middle of a run of host characters: the run is no value, what is left of it is passed over.
 */
static size_t full(struct extract *x, size_t i, size_t to) {
  while (x->n > 0 && is_class(x->copy[x->n - 1], K_HOST))
    x->n--;
  while (i < to && is_class(x->text[i], K_HOST))
    i++;
  return i;
}

bool web_scheme(const unsigned char *p, size_t from, size_t to) {
  static const char *const schemes[] = {"http", "https", "hxxp", "hxxps"};
  for (size_t i = 0; i < VG_COUNT(schemes); i++) {
    const vg_str s = vg_str_z(schemes[i]);
    if (to - from >= s.n && vg_str_eq_ci(vg_str_n((const char *)p + to - s.n, s.n), s) &&
        (to - s.n == from || !is_class(p[to - s.n - 1], K_ALNUM)))
      return true;
  }
  return false;
}

/* "http:\\evil.example\a", as who writes paths writes it: a slash. But what a program ends a line with is none. */
static bool is_slash(const unsigned char *p, size_t from, size_t end, size_t i, bool in_url) {
  if (p[i] != '\\')
    return false;
  if (in_url)
    return !(i + 1 < end && strchr("nrt", p[i + 1]) && (i + 2 == end || !is_class(p[i + 2], K_ALNUM)));
  return i > from && i + 2 < end && p[i - 1] == ':' && p[i + 1] == '\\' && host_byte(p[i + 2]) &&
         web_scheme(p, from, i - 1);
}

bool refang_chunk(struct extract *x, size_t from, size_t *to) {
  size_t i = from, end = *to;
  bool changed = false, in_url = false;
  x->n = 0;
  x->at = from;
  while (i < end && x->n + 8 < CHUNK_MAX) {
    const char *meant = "";
    char room[5];
    uint32_t mark = 0;
    in_url = is_slash(x->text, from, end, i, in_url) || (in_url && !strchr(",;", x->text[i]));
    const bool slash = in_url && is_slash(x->text, from, end, i, true);
    size_t took = slash ? 1 : undo(x->text, end, i, from, room, &meant, &mark);
    meant = slash ? "/" : meant;
    mark = slash ? MEANT : mark;
    changed |= took > 0;
    for (size_t k = 0; took && meant[k]; k++) {
      x->copy[x->n] = (unsigned char)meant[k];
      x->places[x->n++] = (uint32_t)(i - from) | mark;
    }
    if (!took) {
      x->copy[x->n] = x->text[i];
      x->places[x->n++] = (uint32_t)(i - from);
    }
    i += took ? took : 1;
  }
  if (i < end)
    i = full(x, i, end);
  *to = i;
  if (!changed)
    return false;
  x->places[x->n] = (uint32_t)((i < end ? i : end) - from);
  x->t = x->copy;
  x->map = x->places;
  return true;
}

static bool dot_or_at(const unsigned char *p, size_t n, size_t *took) {
  const char *meant = "";
  *took = bracketed(p, n, &meant);
  return *took && (meant[0] == '.' || meant[0] == '@');
}

/* Does [from, to) end with such a token? */
static bool ends_so(const unsigned char *p, size_t from, size_t to) {
  for (size_t back = 3; back <= 7 && from + back < to; back++) {
    size_t took;
    if (closing(p[to - back]) && dot_or_at(p + to - back, back, &took) && took == back)
      return host_byte(p[to - back - 1]);
  }
  return false;
}

static size_t word_end(const struct extract *x, size_t i) {
  while (i < x->text_n && extract_class[x->text[i]])
    i++;
  return i;
}

/* Up to two spaces. */
static size_t gap_end(const struct extract *x, size_t i) {
  for (const size_t most = i + 2; i < x->text_n && i < most && x->text[i] == ' ';)
    i++;
  return i;
}

/* "hxxp :// evil", "hxxp:// evil": where the word behind ends; to: it is none. */
static size_t join_scheme(const struct extract *x, size_t from, size_t to) {
  const unsigned char *p = x->text;
  size_t colon = gap_end(x, to), host;
  if (to >= from + 3 && memcmp(p + to - 3, "://", 3) == 0)
    colon = to - 3;
  else if (colon == to || colon + 3 > x->text_n || memcmp(p + colon, "://", 3) != 0)
    return to;
  host = gap_end(x, colon + 3);
  const bool scheme = web_scheme(p, from, colon < to ? colon : to);
  return scheme && host < x->text_n && host_byte(p[host]) ? word_end(x, host) : to;
}

/* " / a" behind it. */
static size_t join_path(const struct extract *x, size_t from, size_t to) {
  while (to + 1 < x->text_n && to - from < 1024 && x->text[to] == ' ' && x->text[to + 1] == '/') {
    const size_t name = gap_end(x, to + 2);
    if (name >= x->text_n || !host_byte(x->text[name]))
      return to;
    to = word_end(x, name);
  }
  return to;
}

static size_t join_tokens(const struct extract *x, size_t from, size_t to) {
  const unsigned char *p = x->text;
  for (;;) {
    size_t i = to, took = 0;
    while (i < x->text_n && i < to + 2 && p[i] == ' ')
      i++;
    bool token =
        i > to && i < x->text_n && host_byte(p[to - 1]) && closing(p[i]) && dot_or_at(p + i, x->text_n - i, &took);
    if (i == to || i >= x->text_n || to - from > 1024 || !(token || (host_byte(p[i]) && ends_so(p, from, to))))
      return to;
    to = i + took;
    size_t gap = to;
    while (token && gap < x->text_n && gap < to + 2 && p[gap] == ' ')
      gap++;
    if (gap >= x->text_n || !host_byte(p[gap]))
      return to;
    to = gap;
    while (to < x->text_n && extract_class[p[to]])
      to++;
  }
}

size_t refang_join(const struct extract *x, size_t from, size_t to) {
  const size_t host = join_scheme(x, from, to), end = join_tokens(x, from, host);
  return host > to ? join_path(x, from, end) : end;
}

static size_t digits_end(const struct extract *x, size_t i) {
  for (const size_t most = i + 3; i < x->text_n && i < most && is_class(x->text[i], K_DIGIT);)
    i++;
  return i;
}

size_t find_spaced_address(struct extract *x, size_t at) {
  const unsigned char *p = x->text;
  char text[16];
  size_t from = at, end, n;
  while (from > 0 && at - from < 3 && is_class(p[from - 1], K_DIGIT))
    from--;
  if (from > 3 && memcmp(p + from - 3, " . ", 3) == 0 && is_class(p[from - 4], K_ALNUM)) /* of a longer row */
    return 0;
  if (from == at || (from > 0 && is_class(p[from - 1], K_ALNUM | K_DOT | K_MINUS)) ||
      said_before(x, from, 1, WORD_VERSION, NULL))
    return 0;
  memcpy(text, p + from, n = at - from);
  end = at;
  for (int part = 1; part < 4; part++) {
    const size_t digits = end + 3, behind = digits_end(x, digits);
    if (digits >= x->text_n || memcmp(p + end, " . ", 3) != 0 || behind == digits)
      return 0;
    text[n++] = '.';
    memcpy(text + n, p + digits, behind - digits);
    n += behind - digits;
    end = behind;
  }
  const bool more =
      end < x->text_n && (is_class(p[end], K_ALNUM | K_MINUS) ||
                          (end + 3 < x->text_n && memcmp(p + end, " . ", 3) == 0 && is_class(p[end + 3], K_DIGIT)));
  if (more || !ipv4_at((const unsigned char *)text, n))
    return 0;
  x->bent = true;
  const bool is = give_text(x, TYPE_IPV4, from, end, vg_str_n(text, n));
  x->bent = false;
  return is ? end : 0;
}
