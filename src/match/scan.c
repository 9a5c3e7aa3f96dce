#include "match/match_internal.h"

#include <stdlib.h>
#include <string.h>

enum { UNDONE_MAX = 4096 };

/* Text as it was meant, with the place of each byte (and of the end) in the raw bytes. */
struct undone {
  unsigned char t[UNDONE_MAX];
  uint32_t map[UNDONE_MAX + 1];
  size_t n, low;
};

vg_code scan_init(struct scan *s, const struct pack *p, uint64_t line, match_sink *sink, void *ctx,
                  struct vg_err *err) {
  memset(s, 0, sizeof *s);
  s->p = p, s->sink = sink, s->ctx = ctx, s->err = err, s->line = line;
  s->latest = p->now;
  for (size_t i = 0; i < SCAN_RECENT; i++)
    s->recent[i].entry = UINT32_MAX;
  bool whole = (s->undone = malloc(sizeof *s->undone)) != NULL;
  for (size_t i = 0; i < SCAN_DEPTH; i++)
    whole &= (s->found[i] = malloc(sizeof *s->found[i])) != NULL;
  if (!whole) {
    scan_fini(s);
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  }
  s->undone->n = 0;
  return VG_OK;
}

vg_code scan_fields(struct scan *s, struct vg_err *err) {
  return (s->field = field_new()) ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

void scan_fini(struct scan *s) {
  field_free(s->field);
  s->field = NULL;
  free(s->undone);
  s->undone = NULL;
  for (size_t i = 0; i < SCAN_DEPTH; i++) {
    free(s->found[i]);
    s->found[i] = NULL;
  }
}

/* A text being scanned: the piece itself, or undone text inside it. Everything before `done` has been looked at
 * closely. */
struct span {
  const unsigned char *t;
  size_t n, done, hex, six;
  size_t told, told_at; /* escapes before it were undone; "%40" too */
  size_t undotted;      /* up to here "%C3" and the like stand in no host's name */
};
static void scan_span(struct scan *s, const unsigned char *t, size_t n, size_t from);

static void put(struct undone *u, unsigned char c, size_t at) {
  u->map[u->n] = (uint32_t)at;
  u->t[u->n++] = c;
}
/* Places in the map count from u->low: a text may be longer than 4 GB. */
void scan_undone(struct scan *s) {
  struct undone *u = s->undone;
  if (!u->n)
    return;
  s->text = TEXT_UNDONE, s->map = u->map, s->map_base = u->low;
  s->steps += u->n;
  scan_span(s, u->t, u->n - 1, 0);
  s->text = TEXT_RAW;
  u->n = 0;
}

static bool printable(unsigned char c) { return c >= ' ' && c < 0x7f; }

static bool wide_char(const unsigned char *t) {
  return t[1] == 0 && (printable(t[0]) || t[0] == '\n' || t[0] == '\r' || t[0] == '\t');
}

/* So many characters of UTF-16LE at t, at most `max`, as bytes; lines may be among them. */
static size_t wide_text(const struct scan *s, const unsigned char *t, size_t bytes, unsigned char *w, size_t max) {
  size_t n = 0, most = bytes / 2 < max ? bytes / 2 : max;
  while (n < most && wide_char(t + 2 * n)) {
    w[n] = t[2 * n], n++;
    if (n % 32 == 0)
      n += s->p->kernel->narrow(t + 2 * n, 2 * (most - n), w + n);
  }
  return n;
}

/* UTF-16: the whole run that begins with the four characters before p. A long text is cut at a space, so that no
 * value is cut. */
static void on_wide(struct scan *s, struct span *v, size_t p) {
  enum { WIDE_MAX = 16384 };
  const unsigned char *t = v->t;
  unsigned char w[WIDE_MAX] UNZEROED;
  if (s->text != TEXT_RAW || p < v->done + 7)
    return;
  scan_undone(s);
  size_t at = p - 7;
  while (at >= v->done + 2 && wide_char(t + at - 2))
    at -= 2;
  size_t done = at;
  for (bool more = true; more;) {
    size_t n = wide_text(s, t + at, v->n - at, w, WIDE_MAX);
    more = n == WIDE_MAX;
    const unsigned char *space = more ? memrchr(w + WIDE_MAX / 2, ' ', WIDE_MAX / 2) : NULL;
    if (space)
      n = (size_t)(space - w) + 1;
    /* Big-endian text reads the same, a byte on; only its last character has no zero behind it: nothing, the first byte
     * of a character beyond ASCII, or of a text that is no UTF-16 and begins with this byte, if it is none of its own.
     */
    const size_t last = at + 2 * n;
    done = last;
    if (!more && at > 0 && t[at - 1] == 0 && last < v->n && printable(t[last]) && (last + 1 == v->n || t[last + 1]))
      w[n++] = t[last];
    s->text = TEXT_WIDE, s->map_base = at, s->steps += n;
    if (n >= 4)
      scan_span(s, w, n, 0);
    s->text = TEXT_RAW;
    at += 2 * n;
  }
  v->done = done;
}

static bool before_fang(unsigned char c) {
  return (match_class[c] & (C_HOST | C_COLON)) || c == '@' || c == '/' || c == '+';
}

/* Does JSON's \uXXXX stand at t[i]? Letters may hide in it. */
static bool unicode_at(const unsigned char *t, size_t n, size_t i) {
  uint32_t c;
  return t[i] == '\\' && i + 1 < n && t[i + 1] == 'u' && vg_json_escape(vg_str_n((const char *)t, n), i, &c) != 0;
}

static void put_char(struct undone *u, uint32_t c, size_t at) {
  char bytes[4];
  const size_t n = vg_utf8_put(bytes, c);
  for (size_t i = 0; i < n; i++)
    put(u, (unsigned char)bytes[i], at);
}

/* What "%2E" and the like hide that is part of a name or an address; 0: something else, which stays as it is, for the
 * sake of URLs. "%40" too when `at`: no URL is listed with a plain "@" there. */
static unsigned char hidden(const struct undone *u, const unsigned char *t, size_t n, size_t i, bool at) {
  const unsigned char c = scan_percent(t, n, i), last = u->n ? u->t[u->n - 1] : 0;
  const bool colon = c == ':' && (match_class[last] & (C_HEX | C_DIGIT | C_COLON));
  return (match_class[c] & C_HOST) || colon || (at && c == '@') ? c : 0;
}

/* The word at t[from] put behind what is undone already. Where it ends, 0: no room. */
static size_t undo_word(struct undone *u, const unsigned char *t, size_t n, size_t from, bool with_at) {
  const bool more = u->n > 0;
  char o[4];
  size_t at = from, k;
  if (!more)
    u->low = from;
  for (; at < n && t[at] > ' ' && t[at] != '"' && t[at] != '<' && t[at] != '>'; at += k) {
    if (u->n >= UNDONE_MAX - 4) {
      if (more)
        return 0;
      break;
    }
    const bool odd = kernel_class[t[at]] & (B_OPEN | B_SPECIAL | B_DOT);
    uint32_t c = t[at] == '%' ? hidden(u, t, n, at, with_at) : 0;
    if (c) {
      put(u, (unsigned char)c, at - u->low), k = 3;
      continue;
    }
    if (odd && (k = vg_json_escape(vg_str_n((const char *)t, n), at, &c))) {
      put_char(u, c, at - u->low);
      continue;
    }
    k = odd ? key_refang(t + at, n - at, o) : 0;
    for (size_t i = 0; k && o[i]; i++)
      put(u, (unsigned char)o[i], at - u->low);
    if (!k)
      put(u, t[at], at - u->low), k = 1;
  }
  put(u, '\n', at - u->low);
  return at;
}

/* The word around an escape is looked at as it is meant too. *told: those before it were. */
static void on_escape(struct scan *s, struct span *v, size_t i, size_t *told, bool with_at) {
  const unsigned char *t = v->t;
  size_t from = i;
  if (i < *told)
    return;
  while (from > 0 && i - from < 300 && t[from - 1] > ' ' && t[from - 1] != '"')
    from--;
  struct undone *u = s->undone;
  const size_t before = u->n;
  if (before && from < u->low)
    scan_undone(s);
  *told = undo_word(u, t, v->n, from, with_at);
  s->steps += i - from;
  if (*told)
    return;
  u->n = before;
  scan_undone(s);
  *told = undo_word(u, t, v->n, from, with_at);
}

/* A byte beyond ASCII, or half a one, in a query says nothing; in a host's name it does. */
static bool dotted_around(struct span *v, size_t i) {
  enum { NEAR = 96, AGAIN = 32 };
  const unsigned char *t = v->t;
  const size_t n = v->n;
  size_t k = i;
  if (i < v->undotted)
    return false;
  for (; k > v->undotted && i - k < NEAR && (t[k - 1] == '%' || (match_class[t[k - 1]] & C_HOST)); k--)
    if (t[k - 1] == '.')
      return true;
  for (k = i; k < n && k - i < NEAR && (t[k] == '%' || (match_class[t[k]] & C_HOST)); k++)
    if (t[k] == '.' || scan_percent(t, n, k) == '.')
      return true;
  v->undotted = k - i < AGAIN ? k : i + AGAIN;
  return false;
}

static void on_percent(struct scan *s, struct span *v, size_t i) {
  const unsigned char c = scan_percent(v->t, v->n, i);
  if (s->text != TEXT_RAW || (c >= 0x80 && !dotted_around(v, i)))
    return;
  if (c == '@')
    on_escape(s, v, i, &v->told_at, true);
  else if (i >= v->done && i >= v->told_at)
    on_escape(s, v, i, &v->told, false);
}

/* The word around a defanged dot, undone as a whole. */
static void on_fang(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  char o[4];
  size_t i = p - 1, from = i;
  if (s->text != TEXT_RAW || p == 0)
    return;
  if (t[p] == 'u') {
    if (unicode_at(t, v->n, i))
      on_escape(s, v, i, &v->told, false);
    return;
  }
  if (i < v->done || i < v->told || !key_refang(t + i, v->n - i, o))
    return;
  while (from > v->done && i - from < 300 && before_fang(t[from - 1]))
    from--;
  const size_t before = s->undone->n;
  v->done = undo_word(s->undone, t, v->n, from, false);
  s->steps += i - from + (v->done ? 0 : UNDONE_MAX);
  if (v->done)
    return;
  s->undone->n = before;
  scan_undone(s);
  v->done = undo_word(s->undone, t, v->n, from, false);
}

/* The address may begin at any group before this colon; a beginning that led nowhere is not tried again. */
static void on_v6(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  if (!s->p->has_v6 || p < v->done)
    return;
  if (p > 0 && t[p - 1] == ':' && p + 1 < v->n && t[p + 1] == ':')
    return; /* inside a row of colons: its last one is asked about */
  size_t low = v->six > v->done ? v->six : v->done, q = p;
  while (q > low && p - q < 46 && (match_class[t[q - 1]] & (C_HEX | C_DIGIT | C_COLON)))
    q--;
  s->steps += p - q;
  for (; q <= p; q++) {
    const bool group = match_class[t[q]] & (C_HEX | C_DIGIT), twice = t[q] == ':' && q + 1 < v->n && t[q + 1] == ':';
    if ((!group && !twice) || (scan_joined(t, q) && !scan_escaped(t, q)))
      continue;
    size_t end = scan_v6(s, t, v->n, q);
    if (end) {
      v->done = end;
      return;
    }
  }
  v->six = p + 1;
}

bool scan_joined(const unsigned char *t, size_t at) {
  if (at == 0 || !(match_class[t[at - 1]] & C_HOST))
    return false;
  for (size_t k = 2; t[at - 1] >= 0x80 && k <= 4 && k <= at; k++)
    if (t[at - k] >= 0xc0)
      return kernel_mark(t + at - k, k) != k;
  return true;
}

bool scan_goes_on(const unsigned char *t, size_t n, size_t at) {
  return at < n && (match_class[t[at]] & C_HOST & ~C_DOT) && (t[at] < 0x80 || !kernel_mark(t + at, n - at));
}

bool scan_escaped(const unsigned char *t, size_t at) {
  unsigned char v;
  uint32_t c;
  if (at > 2 && t[at - 3] == '%' && vg_unhex(vg_str_n((const char *)t + at - 2, 2), &v, 1))
    return !(match_class[v] & C_HOST);
  if (at > 5 && t[at - 6] == '\\' && vg_json_escape(vg_str_n((const char *)t, at), at - 6, &c) == 6)
    return c < 0x80 ? !(match_class[c] & C_HOST) : !key_letter(c);
  size_t b = at - 1;
  if (at < 2 || !strchr("nrtbf", t[at - 1]))
    return false;
  while (b > 0 && at - b < 64 && t[b - 1] == '\\')
    b--;
  return (at - 1 - b) % 2;
}

static bool hex_digit(unsigned char c) { return match_class[c] & (C_HEX | C_DIGIT); }

/* aa:bb:cc:dd:ee:ff around its last colon, alone: no pair, letter or digit beside it, but an escape in front. */
static void on_mac(struct scan *s, struct span *v, size_t p) {
  const unsigned char *t = v->t;
  if (!s->p->has_mac || p < v->done + 14 || p + 3 > v->n || !hex_digit(t[p - 1]) || !hex_digit(t[p + 1]))
    return;
  const size_t from = p - 14, to = p + 3;
  const unsigned char one = from > 0 ? t[from - 1] : ' ', two = from > 1 ? t[from - 2] : ' ';
  if (scan_goes_on(t, v->n, to) || (to + 1 < v->n && t[to] == ':' && hex_digit(t[to + 1])))
    return;
  if (one == ':' ? from > 1 && hex_digit(two) : scan_joined(t, from) && !scan_escaped(t, from))
    return;
  s->steps += 17;
  scan_mac(s, t, from);
}

static bool alnum(unsigned char c) { return match_class[c] & (C_HEX | C_DIGIT | C_ALPHA); }

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
  s->steps += to - from;
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

/* Does what stands before t[at] belong to the same word behind an escape? on_percent() looks at that. */
static bool carried_over(const struct scan *s, const unsigned char *t, size_t n, size_t at) {
  return s->text == TEXT_RAW && at > 0 && t[at - 1] == '%' && (match_class[scan_percent(t, n, at - 1)] & C_HOST);
}

/* A token that ends here and goes on behind a defanged dot or an escape is looked at there. */
static bool carried_on(const struct scan *s, const struct span *v, size_t end) {
  char o[4];
  return s->text == TEXT_RAW && end < v->n &&
         (unicode_at(v->t, v->n, end) || (match_class[scan_percent(v->t, v->n, end)] & C_HOST) ||
          key_refang(v->t + end, v->n - end, o) || (end > 0 && key_refang(v->t + end - 1, v->n - end + 1, o)));
}

/* A token that the gate let through ends at `end`. */
static void on_token(struct scan *s, struct span *v, size_t end) {
  const unsigned char *t = v->t;
  size_t to = end;
  if (carried_on(s, v, end))
    return;
  while (to > v->done && t[to - 1] == '.')
    to--;
  size_t from = to, low = to > v->done + TOKEN_MAX + 1 ? to - TOKEN_MAX - 1 : v->done;
  while (from > low && t[from - 1] < 0x80 && (match_class[t[from - 1]] & C_HOST))
    from--;
  s->steps += end - from;
  const bool whole = !scan_joined(t, from);
  if ((from == v->done && from > 0 && !whole) || carried_over(s, t, v->n, from))
    return; /* its beginning was part of something else */
  look(s, t, v->n, from, to, whole);
  size_t skip = whole && from < to ? escaped(t, from, to) : 0;
  if (skip && !(s->text == TEXT_RAW && from > 0 && unicode_at(t, v->n, from - 1)))
    look(s, t, v->n, from + skip, to, true);
}

static void on_idn(struct scan *s, const struct span *v, size_t from, size_t to) {
  if (s->text != TEXT_WIDE && to - from <= 1000)
    scan_idn(s, v->t, v->n, from, to);
}

/* Can a name lie around some dot of a run? Before and behind it stand a letter, a digit or what may be the end and the
 * beginning of a character in UTF-8. */
static bool named_dot(const unsigned char *t, size_t from, size_t end) {
  for (const unsigned char *p = t + from, *stop = t + end; (p = memchr(p, '.', (size_t)(stop - p))); p++) {
    if (p == t + from || p + 1 == stop || p[-1] == '.' || p[1] == '.')
      continue;
    const bool left = p[-1] < 0x80 || (p[-1] < 0xc0 && p - 2 >= t + from && p[-2] >= 0x80);
    const bool right = p[1] < 0x80 || (p[1] >= 0xc2 && p[1] < 0xf5 && p + 2 < stop && p[2] >= 0x80 && p[2] < 0xc0);
    if (left && right)
      return true;
  }
  return false;
}

/* A run with bytes above ASCII: punctuation among them parts it, letters belong to a name. */
static void on_word(struct scan *s, struct span *v, size_t end) {
  const unsigned char *t = v->t;
  size_t from = end, low = v->done;
  if (carried_on(s, v, end))
    return;
  while (from > low && scan_joined(t, from))
    from--;
  s->steps += end - from;
  if (carried_over(s, t, v->n, from))
    return;
  for (size_t i = s->p->has_anchor || named_dot(t, from, end) ? from : end; i < end;) {
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
    while (begin < to && t[begin] == '.')
      begin++;
    const size_t skip = begin < to ? escaped(t, begin, to) : 0;
    if (foreign)
      on_idn(s, v, begin, to);
    if (foreign && skip)
      on_idn(s, v, begin + skip, to);
    if (!foreign && to > begin)
      look(s, t, v->n, to - begin > TOKEN_MAX ? to - TOKEN_MAX : begin, to, to - begin <= TOKEN_MAX);
  }
  /* With a zero behind it the last byte may be the first character of UTF-16. */
  const size_t own = end < v->n && !t[end] ? end - 1 : end;
  v->done = own > v->done ? own : v->done;
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
  case EV_V6:
    on_mac(s, v, at);
    on_v6(s, v, at);
    return;
  case EV_WIDE: on_wide(s, v, at); return;
  case EV_HEX: on_hex(s, v, at); return;
  case EV_PHONE:
    if (at > v->done)
      scan_phone(s, v->t, v->n, at);
    return;
  case EV_PERCENT: on_percent(s, v, at); return;
  case EV_KINDS: break;
  }
}

/* The chunk's events in order of place; EV_NAME, _NUMBER and _TOKEN of one place are one token. */
static void on_events(struct scan *s, struct span *v, const struct kernel_found *f, size_t base) {
  for (uint32_t k = busy_block(f, 0); k < f->blocks; k = busy_block(f, k + 1)) {
    uint64_t token = f->event[EV_NAME][k] | f->event[EV_NUMBER][k] | f->event[EV_TOKEN][k], any = token;
    for (unsigned e = EV_HEX; e < EV_PHONE; e++)
      any |= f->event[e][k];
    const uint64_t phone = f->rare ? f->event[EV_PHONE][k] : 0, percent = f->rare ? f->event[EV_PERCENT][k] : 0;
    any |= phone | percent;
    for (; any && s->rc == VG_OK; any &= any - 1) {
      const unsigned bit = (unsigned)__builtin_ctzll(any);
      const size_t at = base + (size_t)k * 64 + bit;
      if (token >> bit & 1)
        on_event(s, v, EV_NAME, at);
      for (unsigned e = EV_HEX; e < EV_PHONE; e++)
        if (f->event[e][k] >> bit & 1)
          on_event(s, v, (enum event_kind)e, at);
      if (phone >> bit & 1)
        on_event(s, v, EV_PHONE, at);
      if (percent >> bit & 1)
        on_event(s, v, EV_PERCENT, at);
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
  s->walked.t = NULL;
  for (size_t at = from; s->rc == VG_OK; at += CHUNK) {
    const bool last = n - at <= CHUNK + KERNEL_AHEAD;
    const size_t size = last ? n - at : CHUNK;
    const unsigned char *percent = memchr(t + at, '%', size); /* now: the kernel finds the bytes at hand */
    s->p->kernel->chunk(s->p, t + at, at, size, last, f, &c);
    rare_events(s->p, f, t + at, at, size, n - at, percent);
    soon(s, t, f, at);
    on_events(s, &v, f, at);
    if (s->text == TEXT_RAW) {
      scan_undone(s);
      scan_count_chunk(s, f, at, at + size);
    }
    if (last)
      break;
  }
  s->depth--;
  s->walked.t = NULL;
}

void scan_piece(struct scan *s, const unsigned char *b, size_t n) {
  size_t skip = 0;
  s->b = b, s->n = n, s->counted = 0;
  if (s->field && s->base == 0 && n)
    field_begin(s->field, vg_str_n((const char *)b, n));
  while (s->glued && skip < n && (match_class[b[skip]] & C_HOST))
    skip++;
  if (skip < n || !n)
    s->glued = false;
  scan_span(s, b, n, skip);
  scan_count_lines(s, n);
}

void scan_shift(struct scan *s, size_t by) {
  if (s->field)
    field_shift(s, by);
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
