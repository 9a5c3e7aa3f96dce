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

bool refang_chunk(struct extract *x, size_t from, size_t *to) {
  size_t i = from, end = *to;
  bool changed = false;
  x->n = 0;
  x->at = from;
  while (i < end && x->n + 8 < CHUNK_MAX) {
    const char *meant = "";
    char room[5];
    uint32_t mark = 0;
    size_t took = undo(x->text, end, i, from, room, &meant, &mark);
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

size_t refang_join(const struct extract *x, size_t from, size_t to) {
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
