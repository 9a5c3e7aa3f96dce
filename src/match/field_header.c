#include "match/field.h"

#include <stdlib.h>
#include <string.h>

struct field_header {
  char separator;
  bool quotes; /* a column may stand in "..." */
  uint32_t count;
  char *text;
  vg_str name[FIELD_PARTS];
};

void field_header_free(struct field_header *h) {
  if (!h)
    return;
  free(h->text);
  free(h);
}

/* One column at *at; *at goes behind its separator, past the end when it was the last one. */
static vg_str column(vg_str line, char separator, bool quotes, size_t *at) {
  size_t i = *at;
  if (quotes && i < line.n && line.p[i] == '"') {
    for (i++; i < line.n && (line.p[i] != '"' || (i + 1 < line.n && line.p[i + 1] == '"')); i++)
      i += line.p[i] == '"';
  }
  i = vg_str_find_byte(line, separator, i < line.n ? i : line.n);
  i = i == SIZE_MAX ? line.n : i;
  const vg_str c = vg_str_sub(line, *at, i - *at);
  *at = i + 1;
  return c;
}

static vg_str unquoted(vg_str s) {
  s = vg_str_trim(s);
  return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vg_str_sub(s, 1, s.n - 2) : s;
}

/* Names of columns of one line. */
static struct field_header *header(vg_str line, char separator, bool quotes) {
  struct field_header *h = calloc(1, sizeof *h);
  if (!h || !(h->text = malloc(line.n + 1))) {
    free(h);
    return NULL;
  }
  memcpy(h->text, line.p, line.n);
  h->separator = separator, h->quotes = quotes;
  const vg_str own = vg_str_n(h->text, line.n);
  for (size_t at = 0; at <= own.n && h->count < FIELD_PARTS;)
    h->name[h->count++] = vg_str_sub(unquoted(column(own, separator, quotes, &at)), 0, FIELD_NAME);
  return h;
}

/* Could it be the name of a column? It begins with a letter and is a few words, or one with dots and the like. */
static bool name_like(vg_str s) {
  size_t words = 1, dots = 0;
  if (!s.n || s.n > 64 || vg_is_digit(s.p[0]) ||
      !(vg_is_alnum(s.p[0]) || s.p[0] == '_' || s.p[0] == '@' || (unsigned char)s.p[0] >= 0x80))
    return false;
  for (size_t i = 0; i < s.n; i++) {
    if (!(vg_is_alnum(s.p[i]) || (unsigned char)s.p[i] >= 0x80 || memchr("_-. /()[]#%@:", s.p[i], 13)))
      return false;
    words += s.p[i] == ' ', dots += s.p[i] == '.';
  }
  return words < 5 && (words == 1 || !dots) && vg_str_find(s, VG_STR("://"), 0) == SIZE_MAX;
}

/* Its last word is one that columns of logs are called by. */
static bool known_name(vg_str s) {
  static const char *const words[] = {
      "ip",          "host",   "hostname", "domain",   "url",         "uri",    "user",    "username", "name",
      "src",         "dst",    "source",   "dest",     "destination", "time",   "date",    "datetime", "timestamp",
      "ts",          "id",     "uid",      "hash",     "md5",         "sha1",   "sha256",  "email",    "mail",
      "address",     "addr",   "query",    "type",     "value",       "agent",  "process", "file",     "filename",
      "path",        "action", "status",   "port",     "client",      "server", "message", "adresse",  "domaine",
      "utilisateur", "heure",  "fichier",  "courriel", "nom"};
  size_t at = s.n;
  while (at && vg_is_alnum(s.p[at - 1]))
    at--;
  for (size_t i = 0; i < VG_COUNT(words); i++)
    if (vg_str_eq_ci(vg_str_sub(s, at, SIZE_MAX), vg_str_z(words[i])))
      return true;
  return false;
}

static bool all_names(const struct field_header *h, bool *known) {
  bool all = h->count > 1;
  *known = false;
  for (uint32_t i = 0; i < h->count && all; i++) {
    all = name_like(h->name[i]);
    *known |= known_name(h->name[i]);
    for (uint32_t k = 0; k < i && all && i < 64; k++)
      all = !vg_str_eq(h->name[i], h->name[k]);
  }
  return all;
}

/* Has the line as many columns, and are they values? Where all could be names, the first line may be values too. */
static bool holds_values(const struct field_header *h, vg_str line) {
  bool values = false;
  uint32_t count = 0;
  for (size_t at = 0; at <= line.n && count <= h->count; count++) {
    const vg_str c = unquoted(column(line, h->separator, h->quotes, &at));
    values |= c.n && !name_like(c);
  }
  return values && count == h->count;
}

struct field_header *field_header_line(vg_str line) {
  while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
    line.n--;
  if (line.n < 9)
    return NULL;
  if (vg_str_starts(line, VG_STR("#fields\t")) || vg_str_starts(line, VG_STR("#fields ")))
    return header(vg_str_sub(line, 8, SIZE_MAX), line.p[7], false);
  if (vg_str_eq_ci(vg_str_sub(line, 0, 9), VG_STR("#Fields: ")))
    return header(vg_str_sub(line, 9, SIZE_MAX), ' ', true);
  return NULL;
}

static vg_str without_mark(vg_str head) {
  return vg_str_starts(head, VG_STR("\xef\xbb\xbf")) ? vg_str_sub(head, 3, SIZE_MAX) : head;
}

bool field_header_marked(vg_str head) {
  head = without_mark(head);
  return head.n && head.p[0] == '#';
}

struct field_header *field_header_new(vg_str head) {
  vg_str line;
  struct field_header *h = NULL;
  head = without_mark(head);
  const size_t end = vg_str_find_byte(head, '\n', 0);
  if (end == SIZE_MAX)
    return NULL;
  if (head.p[0] == '#') {
    while (!h && head.n && head.p[0] == '#' && vg_str_find_byte(head, '\n', 0) != SIZE_MAX && vg_str_line(&head, &line))
      h = field_header_line(line);
    return h;
  }
  line = vg_str_trim(vg_str_sub(head, 0, end));
  vg_str rest = vg_str_sub(head, end + 1, SIZE_MAX), second = VG_NOSTR;
  (void)vg_str_line(&rest, &second);
  for (const char *sep = "\t,;|"; *sep && line.n; sep++) {
    bool known;
    if (vg_str_find_byte(line, *sep, 0) == SIZE_MAX)
      continue;
    h = header(line, *sep, true);
    if (!h || (all_names(h, &known) && (known || holds_values(h, second))))
      return h;
    field_header_free(h);
  }
  return NULL;
}

vg_str field_header_name(const struct field_header *h, uint32_t n) {
  return h && n && n <= h->count ? h->name[n - 1] : VG_NOSTR;
}

bool field_columns(struct field_parts *o, const struct field_header *h, vg_str line, bool loose) {
  o->n = 0;
  while (line.n && line.p[line.n - 1] == '\r')
    line.n--;
  uint32_t count = 0;
  for (size_t at = 0; at <= line.n && count < FIELD_PARTS; count++) {
    const size_t from = at;
    const vg_str c = column(line, h->separator, h->quotes, &at);
    o->part[o->n++] = (struct field_part){.from = (uint32_t)from,
                                          .to = (uint32_t)(from + c.n),
                                          .column = count + 1,
                                          .name = field_header_name(h, count + 1)};
  }
  o->n = loose || count == h->count ? o->n : 0;
  return o->n > 0;
}
