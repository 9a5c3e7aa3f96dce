#include "match/match_internal.h"

#include <string.h>

enum { UNDONE_MAX = 4096 };

void scan_init(struct scan *s, const struct pack *p, uint64_t line, match_sink *sink, void *ctx, struct vg_err *err) {
  memset(s, 0, sizeof *s);
  s->p = p, s->sink = sink, s->ctx = ctx, s->err = err, s->line = line;
  for (size_t i = 0; i < SCAN_RECENT; i++)
    s->recent[i].entry = UINT32_MAX;
}

static void count_lines(struct scan *s, size_t upto) {
  while (s->counted < upto) {
    const unsigned char *nl = memchr(s->b + s->counted, '\n', upto - s->counted);
    if (!nl) {
      s->counted = upto;
      return;
    }
    s->counted = (size_t)(nl - s->b) + 1;
    s->line_start = (int64_t)s->counted;
    s->line++;
  }
}

vg_time scan_time(const unsigned char *p, size_t n) {
  char z[40] = {0};
  size_t i = 0, k = 0;
  vg_time t;
  if (n && (p[0] == '{' || p[0] == '[' || p[0] == '"'))
    while (i < n && i < 24 && !(match_class[p[i]] & C_DIGIT))
      i++;
  for (; i < n && k < sizeof z - 2 && p[i] != '"' && p[i] != '\t' && (p[i] != ' ' || k == 10) && !(p[i] == ',' && k != 19); i++)
    z[k++] = (char)(p[i] == ' ' ? 'T' : p[i] == ',' ? '.' : p[i]);
  size_t digits = 0;
  while (digits < k && vg_is_digit(z[digits]))
    digits++;
  if (digits == 10 || digits == 13) {
    uint64_t v = 0;
    if (!vg_str_u64(vg_str_n(z, digits), &v) || (z[digits] && !strchr(".T,]}", z[digits])))
      return VG_NOTIME;
    return (vg_time)v * (digits == 10 ? VG_SECOND : VG_SECOND / 1000);
  }
  if (k < 19 || z[4] != '-')
    return VG_NOTIME;
  if (vg_time_parse(vg_str_n(z, k), &t))
    return t;
  z[k] = 'Z';
  return vg_time_parse(vg_str_n(z, k + 1), &t) ? t : VG_NOTIME;
}

void scan_emit(struct scan *s, uint32_t entry, size_t from, size_t to) {
  const struct pack_entry *e = &s->p->entries[entry];
  if (e->expires != VG_NOTIME && s->p->now >= e->expires)
    return;
  if (s->map)
    from = s->map[from], to = s->map[to];
  uint64_t at = s->base + from;
  for (size_t i = 0; i < SCAN_RECENT; i++)
    if (s->recent[i].entry == entry && s->recent[i].at == at)
      return;
  s->recent[s->recent_next].entry = entry;
  s->recent[s->recent_next].at = at;
  s->recent_next = (s->recent_next + 1) % SCAN_RECENT;
  if (s->rc != VG_OK)
    return;
  count_lines(s, from);
  s->hits++;
  struct match_hit h = {.type = (enum match_type)e->type, .indicator = pack_text(s->p, e->shown, e->shown_n),
                        .source = pack_text(s->p, e->source, e->source_n), .seen = vg_str_n((const char *)s->b + from, to - from),
                        .line = s->line, .offset = (uint64_t)((int64_t)from - s->line_start), .at = at,
                        .benign = e->flags & ENTRY_BENIGN, .entry = entry};
  if (s->line_start >= 0) {
    size_t n = s->n - (size_t)s->line_start;
    h.time = scan_time(s->b + s->line_start, n < SCAN_HEAD ? n : SCAN_HEAD);
  } else {
    h.time = scan_time(s->head, s->head_n);
  }
  s->rc = s->sink(s->ctx, &h, s->err);
}

static void scan_text(struct scan *s, const unsigned char *t, size_t n, size_t i);

/* Text as it was meant, with the place of each byte (and of the end) in the raw bytes. */
struct undone {
  unsigned char t[UNDONE_MAX];
  uint32_t map[UNDONE_MAX + 1];
  size_t n;
};
static void put(struct undone *u, unsigned char c, size_t at) {
  u->map[u->n] = (uint32_t)at;
  u->t[u->n++] = c;
}
static size_t scan_undone(struct scan *s, struct undone *u, size_t end) {
  u->map[u->n] = (uint32_t)end;
  s->map = u->map;
  scan_text(s, u->t, u->n, 0);
  s->map = NULL;
  return end;
}

static size_t undo_utf16(struct scan *s, const unsigned char *t, size_t n, size_t i) {
  struct undone u UNZEROED;
  u.n = 0;
  size_t end = i;
  while (end + 1 < n && u.n < UNDONE_MAX - 1 && t[end] >= ' ' && t[end] < 0x7f && t[end + 1] == 0) {
    put(&u, t[end], end);
    end += 2;
  }
  /* A long text is cut at a space, so that no value is cut. */
  if (u.n == UNDONE_MAX - 1)
    for (size_t k = u.n; k > UNDONE_MAX / 2; k--)
      if (u.t[k - 1] == ' ') {
        end = u.map[k - 1] + 2;
        u.n = k;
        break;
      }
  return u.n < 4 ? 0 : scan_undone(s, &u, end);
}

static size_t undo_fangs(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t i) {
  char o[4];
  if (!key_refang(t + i, n - i, o))
    return 0;
  struct undone u UNZEROED;
  u.n = 0;
  while (from > 0 && i - from < 300 && ((match_class[t[from - 1]] & (C_HOST | C_COLON)) || t[from - 1] == '@' || t[from - 1] == '/' || t[from - 1] == '+'))
    from--;
  size_t at = from;
  while (at < n && u.n < UNDONE_MAX - 4 && t[at] > ' ' && t[at] != '"' && t[at] != '<' && t[at] != '>') {
    size_t took = key_refang(t + at, n - at, o);
    for (size_t k = 0; took && o[k]; k++)
      put(&u, (unsigned char)o[k], at);
    if (!took)
      put(&u, t[at], at);
    at += took ? took : 1;
  }
  return scan_undone(s, &u, at);
}

/* "\nevil.com" in JSON, "%2Fevil.com" in a URL: the first characters of the token may belong to an escape. */
static void escaped(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  size_t skip = 0;
  if (t[from - 1] == '\\' && strchr("nrtbf", t[from]))
    skip = 1;
  else if (t[from - 1] == '\\' && t[from] == 'u')
    skip = 5;
  else if (t[from - 1] == '%')
    skip = 2;
  if (skip && to - from > skip) {
    unsigned k = 0;
    for (size_t i = from + skip; i < to; i++)
      k |= match_class[t[i]];
    scan_token(s, t, n, from + skip, to, k);
  }
}

/* Bytes above ASCII next to a value are mostly punctuation or other words: the ASCII parts are looked at one by one. */
static void high(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to) {
  while (from < to) {
    unsigned kinds = 0;
    size_t i = from;
    while (i < to && t[i] < 0x80)
      kinds |= match_class[t[i++]];
    if (i > from)
      scan_token(s, t, n, from, i, kinds);
    while (i < to && t[i] >= 0x80)
      i++;
    from = i;
  }
}

static void scan_text(struct scan *s, const unsigned char *t, size_t n, size_t i) {
  while (i < n && s->rc == VG_OK) {
    unsigned kinds = match_class[t[i]];
    if (!kinds) {
      i++;
      continue;
    }
    if (kinds & C_COLON) {
      size_t end = s->p->has_v6 && i + 1 < n && t[i + 1] == ':' ? scan_v6(s, t, n, i) : 0;
      i = end ? end : i + 1;
      continue;
    }
    size_t from = i, end = 0;
    unsigned c;
    for (kinds = 0; i < n && ((c = match_class[t[i]]) & C_HOST); i++)
      kinds |= c;
    if (i < n) {
      if (t[i] == ':' && i - from <= 4 && !(kinds & ~(unsigned)(C_HEX | C_DIGIT)) && s->p->has_v6)
        end = scan_v6(s, t, n, from);
      else if (!s->map && (t[i] == '[' || t[i] == '(' || t[i] == '{' || t[i] == '\\' || (t[i] == ']' && t[i - 1] == '.')))
        end = undo_fangs(s, t, n, from, t[i] == ']' ? i - 1 : i);
      else if (!s->map && t[i] == 0 && i + 2 < n && t[i + 2] == 0)
        end = undo_utf16(s, t, n, i - 1);
    }
    if (end > i) {
      i = end;
      continue;
    }
    if (!(kinds & C_DOT) && i - from < 32 && !s->p->has_anchor)
      continue;
    if (kinds & C_HIGH)
      high(s, t, n, from, i);
    else
      scan_token(s, t, n, from, i, kinds);
    if (from > 0 && (t[from - 1] == '\\' || t[from - 1] == '%'))
      escaped(s, t, n, from, i);
  }
}

void scan_piece(struct scan *s, const unsigned char *b, size_t n) {
  size_t skip = 0;
  s->b = b, s->n = n, s->counted = 0;
  while (s->glued && skip < n && (match_class[b[skip]] & C_HOST))
    skip++;
  if (skip < n || !n)
    s->glued = false;
  scan_text(s, b, n, skip);
  count_lines(s, n);
}

void scan_shift(struct scan *s, size_t by) {
  if (s->line_start >= 0) {
    size_t n = s->n - (size_t)s->line_start;
    s->head_n = n < SCAN_HEAD ? n : SCAN_HEAD;
    memcpy(s->head, s->b + s->line_start, s->head_n);
  }
  s->line_start -= (int64_t)by;
  s->base += by;
}

vg_code match_bytes(const struct pack *p, vg_str bytes, uint64_t base_line, match_sink *sink, void *ctx, struct vg_err *err) {
  struct scan s;
  scan_init(&s, p, base_line, sink, ctx, err);
  if (bytes.n)
    scan_piece(&s, (const unsigned char *)bytes.p, bytes.n);
  return s.rc;
}
