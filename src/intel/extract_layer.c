/* Strings of JSON, values of a query and lines of Windows-1252, read as what they mean: names with spaces, words before
 * numbers and all else stand in them as in any text, once "\\", "\u0027", "%2F", a lone 0xE9 and the like are undone.
 */
#include "intel/extract_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
  LAYER_MAX = 1 << 16, /* a longer string is cut at a space, so that no value is cut */
  KEY_ROOM = 64,       /* of what stands before a string: its name may say what is in it */
};
struct layer {
  unsigned char t[LAYER_MAX];
  uint32_t places[LAYER_MAX + 1];
};

/* Where the string that may begin between from and at does: its quote stands where JSON has a value. SIZE_MAX: none. */
static size_t opening(const struct extract *x, size_t from, size_t at) {
  const unsigned char *p = x->text, *quote = at > from ? memrchr(p + from, '"', at - from) : NULL;
  const size_t q = quote ? (size_t)(quote - p) : 0;
  size_t b = q;
  while (b > 0 && q - b < 4 && p[b - 1] == ' ')
    b--;
  return quote && b > 0 && strchr(":,[", p[b - 1]) ? q : SIZE_MAX;
}

/* The closing quote of the string that opens at q; 0: it is none of JSON, or has no escape. "C:\new" is written by who
 * does not know JSON. */
static size_t closing(const struct extract *x, size_t q) {
  const unsigned char *p = x->text;
  bool escapes = false;
  for (size_t i = q + 1; i < x->text_n && p[i] >= ' '; i++) {
    if (p[i] == '"')
      return escapes ? i : 0;
    if (p[i] != '\\')
      continue;
    const unsigned char c = i + 1 < x->text_n ? p[i + 1] : 0;
    uint32_t u;
    if (!c || !strchr("\"\\/bfnrtu", c) || (c == 'u' && !vg_json_escape(vg_str_n((const char *)p, x->text_n), i, &u)))
      return 0;
    if (p[i - 1] == ':' && is_class(c, K_ALNUM) && c != 'u' && i > q + 2 && is_class(p[i - 2], K_ALPHA | K_HEX))
      return 0;
    escapes = true;
    i++;
  }
  return 0;
}

/* The character at p[i]. Returns how many bytes it takes; *n of them in c. */
static size_t character(vg_str s, size_t i, char c[static 4], size_t *n) {
  static const char plain[] = "bfnrt", meant[] = "\b\f\n\r\t";
  uint32_t u;
  *n = 1;
  c[0] = s.p[i];
  if (s.p[i] != '\\' || i + 1 >= s.n)
    return 1;
  const size_t took = vg_json_escape(s, i, &u);
  if (took)
    return *n = vg_utf8_put(c, u), took;
  const char *k = strchr(plain, s.p[i + 1]);
  c[0] = k ? meant[k - plain] : s.p[i + 1];
  return 2;
}

/* "%2F" at p[i]; 0: it is none, or stands for no byte of a text. */
static size_t percent(vg_str s, size_t i, char c[static 1]) {
  const int byte = vg_percent(s, i);
  if (byte <= 0)
    return 0;
  c[0] = (char)byte;
  return 3;
}

/* The character at p[i], which is one of UTF-8 or else of Windows-1252. Returns how many bytes it takes; *n in c. */
static size_t western(vg_str s, size_t i, char c[static 4], size_t *n) {
  size_t next = i;
  uint32_t u = vg_utf8_next(s, &next);
  *n = vg_utf8_put(c, next == i + 1 ? vg_windows((unsigned char)s.p[i]) : u);
  return next - i;
}

enum undo { AS_IS, OF_JSON, OF_QUERY, OF_WINDOWS };

/* Puts [from, to) of the text into the layer behind its first *n bytes, as far as there is room. Returns where it
 * stopped. Places count from `start`, or from where those of the text itself do. */
static size_t fill(const struct extract *x, struct layer *l, size_t *n, size_t start, size_t from, size_t to,
                   enum undo undo) {
  const vg_str s = vg_str_n((const char *)x->text, to);
  size_t i = from, space = from, space_n = *n;
  while (i < to && *n + 4 < LAYER_MAX) {
    char c[4] = {s.p[i]};
    size_t k = 1;
    const size_t took = undo == OF_JSON                   ? character(s, i, c, &k)
                        : undo == OF_WINDOWS              ? western(s, i, c, &k)
                        : undo == OF_QUERY && c[0] == '%' ? percent(s, i, c)
                                                          : 1;
    for (size_t j = 0; j < k; j++) {
      l->t[*n] = (unsigned char)c[j];
      l->places[(*n)++] = x->undone ? x->undone[i] : (uint32_t)(i - start);
    }
    i += took;
    if (k == 1 && c[0] <= ' ')
      space = i, space_n = *n;
  }
  if (i < to && space > from)
    i = space, *n = space_n;
  l->places[*n] = x->undone ? x->undone[i] : (uint32_t)(i - start);
  return i;
}

/* One layer's values, those that begin behind its first `key` bytes. */
static void inside(struct extract *x, struct layer *l, size_t n, size_t key, size_t start) {
  const unsigned char *text = x->text;
  const size_t text_n = x->text_n;
  const uint64_t base = x->base;
  const uint32_t *undone = x->undone;
  set_text(x, l->t, n);
  x->undone = l->places;
  x->base = undone ? base : base + x->step * (uint64_t)start;
  x->depth++;
  whole_text(x, key);
  x->depth--;
  set_text(x, text, text_n);
  x->base = base, x->undone = undone;
  x->behind = 0;
}

/* The values of [from, end), which was written in that way. */
static void read_layer(struct extract *x, size_t from, size_t end, enum undo undo) {
  size_t start = from > KEY_ROOM ? from - KEY_ROOM : 0, n = 0;
  struct layer **l = &x->layers[x->depth];
  if (!*l && !(*l = malloc(sizeof **l))) {
    x->rc = VG_FAIL(x->err, VG_ENOMEM, "base.memory");
    return;
  }
  (void)fill(x, *l, &n, start, start, from, AS_IS);
  for (size_t i = from; i < end && x->rc == VG_OK; start = i, n = 0) {
    const size_t key = n;
    i = fill(x, *l, &n, start, i, end, undo);
    inside(x, *l, n, key, start);
  }
}

size_t find_json(struct extract *x, size_t from, size_t at) {
  size_t q = x->depth < LAYERS ? opening(x, from, at) : SIZE_MAX;
  const size_t end = q == SIZE_MAX ? 0 : closing(x, q);
  if (end)
    read_layer(x, q + 1, end, OF_JSON);
  return end;
}

/* Where the parameter of a query at i ends. */
static size_t parameter_end(const struct extract *x, size_t i, size_t to) {
  while (i < to && x->text[i] != '&' && x->text[i] != ';' && x->text[i] != '#')
    i++;
  return i;
}

/* All "%" of a value stand for bytes; what has an "@" may be an address of which they are a part. */
static bool is_encoded(const struct extract *x, size_t from, size_t to) {
  const vg_str s = vg_str_n((const char *)x->text, to);
  char c;
  for (size_t i = from; i < to; i++)
    if (x->text[i] == '@' || (x->text[i] == '%' && !percent(s, i, &c)))
      return false;
  return true;
}

/* "host.example/a?b=%2F" is one URL. */
static bool has_host(const struct extract *x, size_t from, size_t to) {
  const unsigned char *p = x->text + from, *slash = memchr(p, '/', to - from);
  return slash && memchr(p, '.', (size_t)(slash - p));
}

size_t find_query(const struct extract *x, size_t from, size_t to, size_t *name) {
  const unsigned char *p = x->text, *equals = memchr(p + from, '=', to - from);
  size_t at = from;
  if (!equals || x->depth == LAYERS || has_host(x, from, (size_t)(equals - p)))
    return 0;
  for (const unsigned char *c; (c = memchr(p + at, '%', to - at)) != NULL;) {
    const size_t escape = (size_t)(c - p), end = parameter_end(x, escape, to);
    const unsigned char *q = memrchr(p + at, '=', escape - at);
    if (memmem(p + at, escape - at, "://", 3))
      return 0; /* in a URL: a part of that */
    if (q && is_encoded(x, (size_t)(q - p) + 1, end)) {
      for (*name = (size_t)(q - p); *name > at && !strchr("?&;", p[*name - 1]);)
        --*name;
      return end;
    }
    at = end;
  }
  return 0;
}

void read_query(struct extract *x, size_t name, size_t end) { read_layer(x, name, end, OF_QUERY); }

size_t read_windows(struct extract *x, size_t from, size_t to) {
  if (x->depth == LAYERS || vg_utf8_ok(vg_str_n((const char *)x->text + from, to - from)))
    return 0;
  const unsigned char *eol = memchr(x->text + to, '\n', x->text_n - to);
  const size_t end = eol ? (size_t)(eol - x->text) : x->text_n;
  read_layer(x, from, end, OF_WINDOWS);
  return end;
}
