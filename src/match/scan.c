#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

enum { UNDONE_MAX = 4096 };

vg_code scan_init(struct scan *s, const struct pack *p, uint64_t line, match_sink *sink, void *ctx,
                  struct vg_err *err) {
  memset(s, 0, sizeof *s);
  s->p = p, s->sink = sink, s->ctx = ctx, s->err = err, s->line = line;
  for (size_t i = 0; i < SCAN_RECENT; i++)
    s->recent[i].entry = UINT32_MAX;
  for (size_t i = 0; i < SCAN_DEPTH; i++)
    if (!(s->found[i] = malloc(sizeof *s->found[i]))) {
      scan_fini(s);
      return VG_FAIL(err, VG_ENOMEM, "match.memory");
    }
  return VG_OK;
}

void scan_fini(struct scan *s) {
  for (size_t i = 0; i < SCAN_DEPTH; i++) {
    free(s->found[i]);
    s->found[i] = NULL;
  }
}

/* Every byte is looked at once, however many hits ask. */
static void count_lines(struct scan *s, size_t upto) {
  if (upto <= s->counted)
    return;
  const unsigned char *p = s->b + s->counted;
  size_t n = s->p->kernel->lines(p, upto - s->counted);
  s->counted = upto;
  if (!n)
    return;
  const unsigned char *last = memrchr(p, '\n', (size_t)(s->b + upto - p));
  s->line += n;
  s->line_start = last - s->b + 1;
}

/* The same for a chunk of the piece itself, whose line ends the kernel has counted. */
static void count_chunk(struct scan *s, const struct kernel_found *f, size_t at, size_t end) {
  if (s->counted > at) {
    count_lines(s, end);
    return;
  }
  count_lines(s, at);
  s->counted = end;
  s->line += f->lines;
  if (f->line_end)
    s->line_start = (int64_t)(at + f->line_end);
}

vg_time scan_time(const unsigned char *p, size_t n) {
  char z[40] = {0};
  size_t i = 0, k = 0;
  vg_time t;
  if (n && (p[0] == '{' || p[0] == '[' || p[0] == '"'))
    while (i < n && i < 24 && !(match_class[p[i]] & C_DIGIT))
      i++;
  for (; i < n && k < sizeof z - 2 && p[i] != '"' && p[i] != '\t' && (p[i] != ' ' || k == 10) &&
         !(p[i] == ',' && k != 19);
       i++)
    z[k++] = (char)(p[i] == ' ' ? 'T' : p[i] == ',' ? '.' : p[i]);
  size_t digits = 0;
  while (digits < k && vg_is_digit(z[digits]))
    digits++;
  if (digits == 10 || digits == 13) {
    uint64_t v = 0;
    if (!vg_str_u64(vg_str_n(z, digits), &v) || (z[digits] && !strchr(".T,]}", z[digits])))
      return VG_NOTIME;
    const vg_time unit = digits == 10 ? VG_SECOND : VG_SECOND / 1000;
    return v > (uint64_t)(INT64_MAX / unit) ? VG_NOTIME
                                            : (vg_time)v * unit; /* ten digits may lie behind the year 2262 */
  }
  if (k < 19 || z[4] != '-')
    return VG_NOTIME;
  if (vg_time_parse(vg_str_n(z, k), &t))
    return t;
  z[k] = 'Z';
  return vg_time_parse(vg_str_n(z, k + 1), &t) ? t : VG_NOTIME;
}

enum { CONTEXT_MAX = 4096 };

/* The hit's line and `context` lines on both sides, as far as they are at hand, at most CONTEXT_MAX bytes each way. */
static vg_str around(const struct scan *s, const unsigned char *from, const unsigned char *to) {
  const unsigned char *low = from - s->low > CONTEXT_MAX ? from - CONTEXT_MAX : s->low, *begin = from;
  const unsigned char *high = s->high - to > CONTEXT_MAX ? to + CONTEXT_MAX : s->high, *end = to;
  for (unsigned i = 0; i <= s->context && begin > low; i++) {
    const unsigned char *nl = memrchr(low, '\n', (size_t)(begin - low - (i > 0)));
    begin = nl ? nl + 1 : low;
  }
  for (unsigned i = 0; i <= s->context && end < high; i++) {
    const unsigned char *nl = memchr(end, '\n', (size_t)(high - end));
    end = nl ? nl + (i < s->context) : high;
  }
  return vg_str_n((const char *)begin, (size_t)(end - begin));
}

void scan_emit(struct scan *s, uint32_t entry, size_t from, size_t to) {
  const struct pack_entry *e = &s->p->entries[entry];
  if (e->expires != VG_NOTIME && s->p->now >= e->expires)
    return;
  if (s->map)
    from = s->map_base + s->map[from], to = s->map_base + s->map[to];
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
  struct match_hit h = {.type = (enum match_type)e->type,
                        .indicator = pack_text(s->p, e->shown, e->shown_n),
                        .source = pack_text(s->p, e->source, e->source_n),
                        .seen = vg_str_n((const char *)s->b + from, to - from),
                        .line = s->line,
                        .offset = (uint64_t)((int64_t)from - s->line_start),
                        .at = at,
                        .benign = e->flags & ENTRY_BENIGN,
                        .entry = entry};
  if (s->context)
    h.context = around(s, s->b + from, s->b + to);
  if (s->line_start >= 0) {
    size_t n = s->n - (size_t)s->line_start;
    h.time = scan_time(s->b + s->line_start, n < SCAN_HEAD ? n : SCAN_HEAD);
  } else {
    h.time = scan_time(s->head, s->head_n);
  }
  s->rc = s->sink(s->ctx, &h, s->err);
}

/* A text being scanned: the piece itself, or undone text inside it. Everything before `done` has been looked at
 * closely. */
struct span {
  const unsigned char *t;
  size_t n, done, hex, six;
};
static void scan_span(struct scan *s, const unsigned char *t, size_t n, size_t from);

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
/* Places in the map count from `low`, which s->map_base keeps: a text may be longer than 4 GB. */
static void scan_undone(struct scan *s, struct undone *u, size_t low, size_t end) {
  u->map[u->n] = (uint32_t)(end - low);
  s->map = u->map, s->map_base = low;
  scan_span(s, u->t, u->n, 0);
  s->map = NULL;
}

static bool printable(unsigned char c) { return c >= ' ' && c < 0x7f; }

/* UTF-16LE: the whole run that begins with the four characters before p. A long text is cut at a space, so that no
 * value is cut. */
static void on_wide(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  struct undone u UNZEROED;
  if (s->map || p < v->done + 7)
    return;
  size_t at = p - 7;
  while (at >= v->done + 2 && printable(t[at - 2]) && t[at - 1] == 0)
    at -= 2;
  for (;;) {
    size_t low = at, space = 0;
    for (u.n = 0; at + 1 < v->n && u.n < UNDONE_MAX && printable(t[at]) && t[at + 1] == 0; at += 2) {
      put(&u, t[at], at - low);
      if (t[at] == ' ')
        space = u.n;
    }
    bool more = u.n == UNDONE_MAX;
    if (more && space > UNDONE_MAX / 2)
      u.n = space, at = low + 2 * space;
    if (u.n >= 4)
      scan_undone(s, &u, low, at);
    v->done = at;
    if (!more)
      return;
  }
}

static bool before_fang(unsigned char c) {
  return (match_class[c] & (C_HOST | C_COLON)) || c == '@' || c == '/' || c == '+';
}

/* The word around a defanged dot, undone as a whole. */
static void on_fang(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  char o[4];
  size_t i = p - 1, from = i;
  if (s->map || p == 0 || i < v->done || !key_refang(t + i, v->n - i, o))
    return;
  struct undone u UNZEROED;
  u.n = 0;
  while (from > v->done && i - from < 300 && before_fang(t[from - 1]))
    from--;
  size_t at = from;
  while (at < v->n && u.n < UNDONE_MAX - 4 && t[at] > ' ' && t[at] != '"' && t[at] != '<' && t[at] != '>') {
    size_t took = key_refang(t + at, v->n - at, o);
    for (size_t k = 0; took && o[k]; k++)
      put(&u, (unsigned char)o[k], at - from);
    if (!took)
      put(&u, t[at], at - from);
    at += took ? took : 1;
  }
  scan_undone(s, &u, from, at);
  v->done = at;
}

/* The address may begin at any group before this colon; a beginning that led nowhere is not tried again. */
static void on_v6(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  if (!s->p->has_v6 || p < v->done)
    return;
  size_t low = v->six > v->done ? v->six : v->done, q = p;
  while (q > low && p - q < 46 && (match_class[t[q - 1]] & (C_HEX | C_DIGIT | C_COLON)))
    q--;
  for (; q <= p; q++) {
    bool group = match_class[t[q]] & (C_HEX | C_DIGIT) && (q == 0 || !(match_class[t[q - 1]] & C_HOST));
    bool twice = t[q] == ':' && q + 1 < v->n && t[q + 1] == ':' && (q == 0 || !(match_class[t[q - 1]] & C_HOST));
    size_t end = group || twice ? scan_v6(s, t, v->n, q) : 0;
    if (end) {
      v->done = end;
      return;
    }
  }
  v->six = p + 1;
}

static bool alnum(unsigned char c) { return match_class[c] & (C_HEX | C_DIGIT | C_ALPHA); }
static bool hex_digit(unsigned char c) { return match_class[c] & (C_HEX | C_DIGIT); }

/* A digest is a run of exactly so many hexadecimal digits with no letter or digit beside it; an escape in front does
 * not count. */
static void on_hex(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  if (p < v->hex || !s->p->has_hash)
    return;
  size_t from = p, to = p;
  while (from > v->hex && hex_digit(t[from - 1]))
    from--;
  while (to < v->n && hex_digit(t[to]))
    to++;
  v->hex = to;
  if (from < v->done || (to < v->n && alnum(t[to])))
    return;
  unsigned char one = from > 0 ? t[from - 1] : ' ', two = from > 1 ? t[from - 2] : ' ';
  if (!alnum(one) || (two == '\\' && strchr("nrt", one)))
    scan_digest(s, t, from, to);
  size_t skip = one == '%'                                          ? 2
                : one == 'u' && two == '\\'                         ? 4
                : one == '\\' && (t[from] == 'b' || t[from] == 'f') ? 1
                                                                    : 0;
  if (skip && skip < to - from)
    scan_digest(s, t, from + skip, to);
}

/* "\nevil.com" in JSON, "%2Fevil.com" in a URL: how many characters of the token may belong to an escape. */
static size_t escaped(const unsigned char *t, size_t from, size_t to) {
  size_t skip = 0;
  if (from > 0 && t[from - 1] == '\\')
    skip = t[from] == 'u' ? 5 : strchr("nrtbf", t[from]) ? 1 : 0;
  else if (from > 0 && t[from - 1] == '%')
    skip = 2;
  return skip < to - from ? skip : 0;
}

static bool all_digits(const unsigned char *t, size_t from, size_t to) {
  while (from < to && (match_class[t[from]] & (C_DIGIT | C_DOT)))
    from++;
  return from == to;
}

/* A token of ASCII bytes with its dots trimmed; whole: it begins at `from`. */
static void look(struct scan *s, const unsigned char *t, size_t n, size_t from, size_t to, bool whole) {
  while (from < to && t[from] == '.')
    from++;
  if (from == to)
    return;
  if (whole)
    scan_anchor(s, t, n, from, to);
  if (!memchr(t + from, '.', to - from))
    return;
  if (whole && all_digits(t, from, to))
    scan_address(s, t, n, from, to);
  else
    scan_name(s, t, n, from, to, whole);
}

/* A token that the gate let through ends at `end`. One that a defanged dot carries on is looked at there. */
static void on_token(struct scan *s, struct span *v, size_t end) {
  const unsigned char *t = v->t;
  char o[4];
  size_t to = end;
  if (!s->map && end < v->n &&
      (key_refang(t + end, v->n - end, o) || (end > 0 && key_refang(t + end - 1, v->n - end + 1, o))))
    return;
  while (to > v->done && t[to - 1] == '.')
    to--;
  size_t from = to, low = to > v->done + TOKEN_MAX + 1 ? to - TOKEN_MAX - 1 : v->done;
  while (from > low && t[from - 1] < 0x80 && (match_class[t[from - 1]] & C_HOST))
    from--;
  bool whole = from == 0 || !(match_class[t[from - 1]] & C_HOST);
  if (from == v->done && from > 0 && !whole)
    return; /* its beginning was part of something else */
  look(s, t, v->n, from, to, whole);
  size_t skip = whole && from < to ? escaped(t, from, to) : 0;
  if (skip)
    look(s, t, v->n, from + skip, to, true);
}

/* A host name with letters beyond ASCII is looked for as DNS writes it, with what follows it when that may be a URL. */
static void on_idn(struct scan *s, struct span *v, size_t from, size_t to) {
  struct undone u UNZEROED;
  if (s->map || to - from > 1000)
    return;
  size_t n = idn_host(u.t, 253, vg_str_n((const char *)v->t + from, to - from));
  if (!n)
    return;
  for (size_t i = 0; i < n; i++)
    u.map[i] = 0;
  u.n = n;
  for (size_t at = to; at < v->n && u.n < UNDONE_MAX && v->t[at] > ' '; at++)
    put(&u, v->t[at], at - from);
  u.map[n] = (uint32_t)(to - from);
  u.map[u.n] = (uint32_t)(to - from + u.n - n);
  s->map = u.map, s->map_base = from;
  scan_name(s, u.t, u.n, 0, n, true);
  s->map = NULL;
}

/* A run with bytes above ASCII: punctuation among them parts it, letters belong to a name. */
static void on_word(struct scan *s, struct span *v, size_t end) {
  const unsigned char *t = v->t;
  size_t from = end, low = v->done;
  while (from > low && (match_class[t[from - 1]] & C_HOST))
    from--;
  for (size_t i = from; i < end;) {
    size_t begin = i, stop = i;
    bool foreign = false;
    while (i < end) {
      size_t next = i;
      uint32_t c = t[i] < 0x80 ? (next++, t[i]) : vg_utf8_next(vg_str_n((const char *)t, end), &next);
      if (c >= 0x80 && !key_letter(c)) {
        i = next;
        break;
      }
      foreign |= c >= 0x80;
      stop = i = next;
    }
    size_t to = stop;
    while (to > begin && t[to - 1] == '.')
      to--;
    if (foreign)
      on_idn(s, v, begin, to);
    else if (to > begin)
      look(s, t, v->n, to - begin > TOKEN_MAX ? to - TOKEN_MAX : begin, to, to - begin <= TOKEN_MAX);
  }
  v->done = end > v->done ? end : v->done;
}

static void on_event(struct scan *s, struct span *v, enum event_kind kind, size_t at) {
  switch (kind) {
  case EV_NAME:
  case EV_NUMBER:
  case EV_TOKEN:
    if (at > v->done)
      on_token(s, v, at);
    return;
  case EV_WORD:
    if (at > v->done)
      on_word(s, v, at);
    return;
  case EV_FANG: on_fang(s, v, at); return;
  case EV_V6: on_v6(s, v, at); return;
  case EV_WIDE: on_wide(s, v, at); return;
  case EV_HEX: on_hex(s, v, at); return;
  case EV_KINDS: break;
  }
}

/* The chunk's events in order of place; EV_NAME, _NUMBER and _TOKEN of one place are one token. */
static void on_events(struct scan *s, struct span *v, const struct kernel_found *f, size_t base) {
  for (uint32_t k = busy_block(f, 0); k < f->blocks; k = busy_block(f, k + 1)) {
    uint64_t token = f->event[EV_NAME][k] | f->event[EV_NUMBER][k] | f->event[EV_TOKEN][k], any = token;
    for (unsigned e = EV_HEX; e < EV_KINDS; e++)
      any |= f->event[e][k];
    for (; any && s->rc == VG_OK; any &= any - 1) {
      const unsigned bit = (unsigned)__builtin_ctzll(any);
      const size_t at = base + (size_t)k * 64 + bit;
      if (token >> bit & 1)
        on_event(s, v, EV_NAME, at);
      for (unsigned e = EV_HEX; e < EV_KINDS; e++)
        if (f->event[e][k] >> bit & 1)
          on_event(s, v, (enum event_kind)e, at);
    }
  }
}

/* What the chunk's names will ask for is sent for before the first is looked at. */
static void soon(const struct scan *s, const unsigned char *t, const struct kernel_found *f, size_t base) {
  for (uint32_t k = busy_block(f, 0); k < f->blocks; k = busy_block(f, k + 1))
    for (uint64_t m = f->event[EV_NAME][k]; m; m &= m - 1)
      scan_name_soon(s, t, base + (size_t)k * 64 + (unsigned)__builtin_ctzll(m));
}

static void scan_span(struct scan *s, const unsigned char *t, size_t n, size_t from) {
  struct kernel_carry c = {0};
  struct span v = {.t = t, .n = n, .done = 0};
  struct kernel_found *f = s->found[s->depth++];
  for (size_t at = from; s->rc == VG_OK; at += CHUNK) {
    bool last = n - at <= CHUNK;
    const size_t size = last ? n - at : CHUNK;
    s->p->kernel->chunk(s->p, t + at, at, size, last, f, &c);
    soon(s, t, f, at);
    on_events(s, &v, f, at);
    if (!s->map)
      count_chunk(s, f, at, at + size);
    if (last)
      break;
  }
  s->depth--;
}

void scan_piece(struct scan *s, const unsigned char *b, size_t n) {
  size_t skip = 0;
  s->b = b, s->n = n, s->counted = 0;
  while (s->glued && skip < n && (match_class[b[skip]] & C_HOST))
    skip++;
  if (skip < n || !n)
    s->glued = false;
  scan_span(s, b, n, skip);
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

vg_code match_bytes(const struct pack *p, vg_str bytes, uint64_t base_line, match_sink *sink, void *ctx,
                    struct vg_err *err) {
  struct scan s;
  VG_TRY(scan_init(&s, p, base_line, sink, ctx, err));
  if (bytes.n)
    scan_piece(&s, (const unsigned char *)bytes.p, bytes.n);
  scan_fini(&s);
  return s.rc;
}
