#include "match/field.h"

#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

struct field {
  struct field_header *header;
  bool marked, wide; /* a line with '#' may name columns; UTF-16LE */
  bool inside;       /* the piece begins inside a line */
  uint64_t own;      /* line from which on a header counts that was met in what is scanned; 0: none was */
  size_t noted;      /* lines that begin before this byte of the piece were looked at for '#' */
  /* The line of the last hit, by the place of its first byte in the whole. */
  enum { LINE_NONE, LINE_UNKNOWN, LINE_PARTS, LINE_JSON } kind;
  int64_t line;
  struct field_parts parts;
  struct field_json json;
  size_t json_from;
  bool bare; /* the document begins inside an object */
  char narrow[FIELD_LINE], name[FIELD_NAME];
};

struct field *field_new(void) {
  return calloc(1, sizeof(struct field));
}

void field_free(struct field *f) {
  if (!f)
    return;
  field_header_free(f->header);
  free(f);
}

/* UTF-16LE as bytes, a character each; what is beyond ASCII becomes '?'. So many lines. */
static vg_str narrow(char out[static FIELD_LINE], const unsigned char *t, size_t n, unsigned lines) {
  size_t k = 0;
  for (; k < FIELD_LINE && 2 * k + 1 < n && lines; k++) {
    out[k] = t[2 * k + 1] == 0 && t[2 * k] < 0x80 ? (char)t[2 * k] : '?';
    lines -= out[k] == '\n';
  }
  return vg_str_n(out, k);
}

void field_begin(struct field *f, vg_str head) {
  f->wide = vg_str_starts(head, VG_STR("\xff\xfe"));
  if (f->wide)
    head = narrow(f->narrow, (const unsigned char *)head.p + 2, head.n - 2, 2);
  head = vg_str_sub(head, 0, FIELD_LINE);
  f->marked = !f->wide && field_header_marked(head);
  f->header = field_header_new(head);
}

/* --- columns that are named anew ------------------------------------------------------------------------------- */

static void note_line(struct scan *s, const unsigned char *at) {
  struct field *f = s->field;
  const unsigned char *end = memchr(at, '\n', (size_t)(s->b + s->n - at));
  struct field_header *h =
      end && end - at < FIELD_LINE ? field_header_line(vg_str_n((const char *)at, (size_t)(end - at))) : NULL;
  if (!h)
    return;
  field_header_free(f->header);
  f->header = h;
  f->kind = LINE_NONE;
  if (!f->own)
    f->own = s->line;
}

/* Lines that begin before `upto`. */
static void note(struct scan *s, size_t upto) {
  struct field *f = s->field;
  for (const unsigned char *p = s->b + f->noted, *end = s->b + upto;
       f->marked && p < end && (p = memchr(p, '#', (size_t)(end - p))); p++)
    if (p == s->b ? !f->inside : p[-1] == '\n')
      note_line(s, p);
  f->noted = upto > f->noted ? upto : f->noted;
}

/* --- the line of a hit ------------------------------------------------------------------------------------------- */

/* Its bytes, from its first one (negative: it began in an earlier piece, then VG_NOSTR); *skip: bytes of a byte order
 * mark, or half a character, before it. */
static vg_str line_at(struct scan *s, size_t *skip) {
  struct field *f = s->field;
  *skip = 0;
  if (s->line_start < 0)
    return VG_NOSTR;
  const unsigned char *t = s->b + s->line_start;
  size_t n = s->n - (size_t)s->line_start;
  if (!f->wide) {
    const unsigned char *end = memchr(t, '\n', n);
    return vg_str_n((const char *)t, end ? (size_t)(end - t) : n);
  }
  *skip = s->base + (uint64_t)s->line_start == 0 ? 2 : 1;
  *skip = *skip < n ? *skip : n;
  const vg_str l = narrow(f->narrow, t + *skip, n - *skip, 1);
  const size_t end = vg_str_find_byte(l, '\n', 0);
  return vg_str_sub(l, 0, end == SIZE_MAX ? SIZE_MAX : end);
}

static void take_apart(struct scan *s, vg_str line) {
  struct field *f = s->field;
  const vg_str some = vg_str_sub(line, 0, FIELD_LINE);
  f->kind = LINE_UNKNOWN;
  f->parts.n = 0, f->parts.message = 0;
  if (!line.n || (f->marked && line.p[0] == '#'))
    return;
  if (f->header && line.n <= FIELD_LINE && field_columns(&f->parts, f->header, line, f->marked)) {
    f->kind = LINE_PARTS;
    return;
  }
  f->json_from = field_json_begins(&f->parts, some);
  if (f->json_from != SIZE_MAX) {
    f->kind = LINE_JSON;
    f->bare = line.p[f->json_from] == '"';
    field_json_begin(&f->json, f->bare);
    return;
  }
  f->kind = LINE_PARTS;
  field_text(&f->parts, some);
}

static int64_t line_place(const struct scan *s) { return (int64_t)s->base + s->line_start; }

/* Once for all hits of a line; the line itself is looked for again only where it was made of UTF-16. */
static vg_str know_line(struct scan *s, size_t *skip) {
  struct field *f = s->field;
  const bool known = f->kind != LINE_NONE && f->line == line_place(s);
  *skip = 0;
  if (known && !f->wide)
    return VG_NOSTR;
  const vg_str line = line_at(s, skip);
  if (known)
    return line;
  f->line = line_place(s);
  if (s->line_start < 0)
    f->kind = LINE_UNKNOWN;
  else
    take_apart(s, line);
  return line;
}

static vg_str of_parts(struct field *f, size_t at, uint32_t *column) {
  for (size_t low = 0, high = f->parts.n; low < high;) {
    const size_t i = (low + high) / 2;
    const struct field_part *p = &f->parts.part[i];
    if (at < p->from) {
      high = i;
    } else if (at >= p->to) {
      low = i + 1;
    } else {
      *column = p->column;
      return p->name;
    }
  }
  return f->parts.message && at >= f->parts.message ? VG_STR("message") : VG_NOSTR;
}

/* Walks JSON on to byte `at` of the line (line: of UTF-16 only). A hit that begins before the last one lies in the same
 * text, or the walk begins again when that is not far. */
static vg_str of_json(struct scan *s, vg_str line, uint64_t at, uint32_t *column) {
  struct field *f = s->field;
  struct field_json *j = &f->json;
  if (at < f->json_from)
    return of_parts(f, (size_t)at, column); /* the head of a syslog line */
  at -= f->json_from;
  if (at < j->at && j->text && at >= j->value)
    return field_json_path(j);
  if (at < j->at) {
    if (s->line_start < 0 || at > FIELD_LINE)
      return VG_NOSTR;
    field_json_begin(j, f->bare);
  }
  const uint64_t done = f->json_from + j->at, want = f->json_from + at;
  if (f->wide)
    field_json_feed(j, vg_str_sub(line, (size_t)done, (size_t)(want - done)));
  else
    field_json_feed(j, vg_str_n((const char *)s->b + ((int64_t)done + s->line_start), (size_t)(want - done)));
  return field_json_path(j);
}

/* A name is text from outside: printable, and UTF-8. */
static vg_str clean(struct field *f, vg_str name) {
  const size_t n = name.n < FIELD_NAME ? name.n : FIELD_NAME;
  for (size_t i = 0; i < n; i++)
    f->name[i] = (unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f ? '?' : name.p[i];
  vg_str c = vg_str_n(f->name, n);
  for (size_t back = 0; n == FIELD_NAME && back < 3 && c.n && !vg_utf8_ok(c); back++)
    c.n--; /* a character that was cut */
  if (!vg_utf8_ok(c))
    for (size_t i = 0; i < c.n; i++)
      f->name[i] = (unsigned char)f->name[i] < 0x80 ? f->name[i] : '?';
  return c;
}

void field_tell(struct scan *s, size_t from, struct match_hit *h) {
  struct field *f = s->field;
  size_t skip;
  vg_str name = VG_NOSTR;
  if (s->line_start >= 0)
    note(s, (size_t)s->line_start);
  const vg_str line = know_line(s, &skip);
  uint64_t at = (uint64_t)((int64_t)from - s->line_start);
  if (f->wide)
    at = at > skip ? (at - skip) / 2 : 0;
  if (f->wide && at > line.n)
    return;
  if (f->kind == LINE_PARTS)
    name = of_parts(f, at, &h->column);
  else if (f->kind == LINE_JSON)
    name = of_json(s, line, at, &h->column);
  h->field = clean(f, name);
}

void field_shift(struct scan *s, size_t by) {
  struct field *f = s->field;
  size_t skip;
  uint32_t column;
  note(s, by);
  f->noted = 0;
  f->inside = s->line_start != (int64_t)by;
  if (s->line_start >= (int64_t)by || f->wide) {
    f->kind = LINE_NONE;
    return;
  }
  /* The line goes on in the next piece: through a document in JSON the walk does too. */
  (void)know_line(s, &skip);
  if (f->kind == LINE_JSON)
    (void)of_json(s, VG_NOSTR, (uint64_t)((int64_t)by - s->line_start), &column);
  else
    f->kind = LINE_UNKNOWN;
}

struct field_header *field_take_header(struct field *f, uint64_t *line) {
  struct field_header *h = f->own ? f->header : NULL;
  *line = f->own;
  if (h)
    f->header = NULL;
  return h;
}
