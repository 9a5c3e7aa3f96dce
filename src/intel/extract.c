#include "intel/extract_internal.h"

#include <stdlib.h>
#include <string.h>

#include "intel/intel_internal.h"

/* D digit, H hex letter, A other letter, O dot, I minus and underscore, X above ASCII, B may belong to something
 * defanged, M the marks : / @ ~, Y others, 0 ends a chunk. */
#define D K_DIGIT
#define H K_HEX
#define A K_ALPHA
#define O K_DOT
#define I K_MINUS
#define X K_HIGH
#define B K_FANG
#define M K_MARK
#define Y K_OTHER
#define X16 X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X
/* clang-format off */
const uint16_t extract_class[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, Y, 0, Y, Y, Y, Y, Y, B, B, Y, Y, 0, I, O, M,
    D, D, D, D, D, D, D, D, D, D, M, Y, 0, Y, 0, Y,
    M, H, H, H, H, H, H, A, A, A, A, A, A, A, A, A,
    A, A, A, A, A, A, A, A, A, A, A, B, B, B, Y, I,
    0, H, H, H, H, H, H, A, A, A, A, A, A, A, A, A,
    A, A, A, A, A, A, A, A, A, A, A, B, 0, B, M, 0,
    X16, X16, X16, X16, X16, X16, X16, X16,
};
/* clang-format on */
#undef D
#undef H
#undef A
#undef O
#undef I
#undef X
#undef B
#undef M
#undef Y

bool meant_otherwise(const struct extract *x, size_t from, size_t to) {
  for (size_t i = from; x->map && i < to; i++)
    if (x->map[i] & MEANT)
      return true;
  return false;
}

static bool spell(struct extract *x, enum indicator_type t, vg_str as_meant) {
  vg_buf_reset(&x->value);
  if (t == TYPE_IPV4) { /* only canonical ones come here */
    vg_buf_str(&x->value, as_meant);
    return !x->value.bad;
  }
  return as_meant.n <= VALUE_MAX && intel_spell(t, as_meant, &x->value) && !x->value.bad;
}

static void yield(struct extract *x, enum indicator_type t, size_t from, size_t to, unsigned flags) {
  struct intel_hit h = {.type = t,
                        .value = vg_buf_view(&x->value),
                        .offset = x->base + x->step * (uint64_t)(x->undone ? x->undone[from] : from),
                        .length = x->step * (uint64_t)(x->undone ? x->undone[to] - x->undone[from] : to - from)};
  h.flags = flags | value_flags(t, h.value, &h.list) | (x->step == 2 ? HIT_WIDE : 0U);
  if (x->rc == VG_OK)
    x->rc = x->sink(x->ctx, &h, x->err);
}

/* Random bytes spell a short name 600 times a gigabyte, a long one 20 times: in bytes that are no text a short one
 * counts inside some words of text, or as a whole string that a zero ends. */
static bool by_chance(const struct extract *x, enum indicator_type t, size_t from, size_t to) {
  return x->short_run && to - from < VALUE_SURE && (t == TYPE_DOMAIN || t == TYPE_IPV6 || t == TYPE_EMAIL) &&
         !(x->zero_ended && place(x, from) == 0 && place(x, to) == x->text_n);
}

bool give(struct extract *x, enum indicator_type t, size_t from, size_t to, vg_str as_meant) {
  if (!spell(x, t, as_meant))
    return false;
  if (wanted(x, t) && !by_chance(x, t, from, to))
    yield(x, t, place(x, from), place(x, to), x->bent || meant_otherwise(x, from, to) ? HIT_DEFANGED : 0);
  return true;
}

bool give_text(struct extract *x, enum indicator_type t, size_t from, size_t to, vg_str as_meant) {
  if (!spell(x, t, as_meant))
    return false;
  if (wanted(x, t))
    yield(x, t, from, to, x->bent ? HIT_DEFANGED : 0);
  return true;
}

/* --- one chunk ------------------------------------------------------------------------------------------------ */

/* "%2Fevil.example", "\nevil.example": the first characters of a run may belong to an escape; not so behind two
 * backslashes that begin something: "\\nas.example", "http:\\nas.example". */
static size_t escape(const struct extract *x, size_t from, size_t to) {
  const unsigned char *t = x->t;
  if (from == 0 || to - from < 2)
    return from;
  if (t[from - 1] == '%' && vg_is_hex((char)t[from]) && vg_is_hex((char)t[from + 1]))
    return from + 2;
  if (t[from - 1] != '\\' || (from >= 2 && t[from - 2] == '\\' && (from == 2 || t[from - 3] == ':')))
    return from;
  if (t[from] == 'u' && to - from > 5)
    return from + 5;
  if (t[from] == 'x' && to - from > 3)
    return from + 3;
  return strchr("nrtbf", t[from]) ? from + 1 : from;
}

static size_t run_end(const struct extract *x, size_t i) {
  while (i < x->n && is_class(x->t[i], K_HOST))
    i++;
  return i;
}

/* "first.last+tag@evil.example": the run is the beginning of an address whose "@" comes later. */
static size_t local_part(struct extract *x, size_t i) {
  size_t from = i;
  while (i < x->n && i < from + 64 && x->t[i] != '@' &&
         (is_class(x->t[i], K_ALNUM | K_DOT | K_MINUS) || strchr("+%~!#$&^", x->t[i])))
    i++;
  return i < x->n && x->t[i] == '@' ? find_email(x, i) : 0;
}

/* "b%C3%BCcher.example", "%65vil.example": behind an escape that stands for a part of a word nothing begins. */
static bool behind_letter(const struct extract *x, size_t from) {
  unsigned char c;
  return from > 0 && from + 2 <= x->n && x->t[from - 1] == '%' &&
         vg_unhex(vg_str_n((const char *)x->t + from, 2), &c, 1) && (c >= 0x80 || is_class(c, K_ALNUM | K_MINUS));
}

/* A run of host characters at [from, to), and what follows it. Returns the index behind what was used. */
static size_t one_run(struct extract *x, size_t from, size_t to) {
  size_t end = 0;
  unsigned char next = to < x->n ? x->t[to] : 0;
  if (behind_letter(x, from))
    return to;
  from = escape(x, from, to);
  if (next == ':' && to + 2 < x->n && x->t[to + 1] == '/' && x->t[to + 2] == '/')
    end = find_url(x, from, to);
  else if (next == ':')
    end = find_colons(x, from, to);
  else if (next == '@')
    end = find_email(x, to);
  else if (next == '*')
    end = find_url(x, from, to);
  else if (next == '%')
    end = find_encoded_url(x, from, to);
  if (!end && next && strchr("+=%~!#$&^?", next))
    end = local_part(x, to);
  if (end)
    return end;
  find_in_run(x, from, to);
  return x->used > to ? x->used : to;
}

static void one_chunk(struct extract *x) {
  size_t i = 0;
  x->used = 0;
  while (i < x->n && x->rc == VG_OK) {
    unsigned char c = x->t[i];
    size_t end = 0;
    if (is_class(c, K_HOST)) {
      size_t used = one_run(x, i, run_end(x, i));
      i = x->used = used > i ? used : i + 1;
      continue;
    }
    if (c == ':' && i + 1 < x->n && x->t[i + 1] == ':')
      end = find_colons(x, i, i);
    else if (c == '@')
      end = find_email(x, i);
    else if (c == '/' || c == '~')
      end = find_unix_path(x, i);
    if (end > i)
      x->used = end;
    i = end > i ? end : i + 1;
  }
}

static void chunk_as_is(struct extract *x, size_t from, size_t to) {
  x->t = x->text + from;
  x->n = to - from;
  x->at = from;
  x->map = NULL;
  one_chunk(x);
}

/* A chunk too long for the copy is done in parts that end where no value does. */
static void chunk_parts(struct extract *x, size_t from, size_t to) {
  while (from < to && x->rc == VG_OK) {
    size_t end = to;
    x->at = from;
    if (refang_chunk(x, from, &end))
      one_chunk(x);
    else
      chunk_as_is(x, from, end);
    from = end;
  }
}

/* Paths and keys with backslashes may hold spaces: they come first, what stands before and behind is done as chunks. */
static size_t chunk_with_paths(struct extract *x, size_t from, size_t to) {
  size_t start = 0, end;
  while (from < to && (end = find_backslash_path(x, from, to, &start)) != 0) {
    if (start > from)
      chunk_parts(x, from, start);
    from = end;
  }
  if (from < to)
    chunk_parts(x, from, to);
  return from > to ? from : to;
}

/* --- the whole text --------------------------------------------------------------------------------------------- */

/* "evil(dot)com" is letters and brackets alone. */
static bool bracketed_word(const struct extract *x, size_t from, size_t to) {
  for (size_t i = from + 1; i + 2 < to; i++)
    if (is_class(x->text[i], K_FANG) && strchr("dDaApP", x->text[i + 1]))
      return true;
  return false;
}

/* Nothing shorter, and no word of letters alone, is a value. inner: the classes of all characters but the last. */
static bool worth(const struct extract *x, size_t from, size_t to, unsigned inner, unsigned seen) {
  if (to - from < 3)
    return false;
  if (inner & (K_MARK | K_DOT))
    return true;
  if ((seen & K_DIGIT) && (seen & (K_HEX | K_ALPHA)))
    return to - from >= 5;
  return (seen & K_FANG) && to - from >= 7 && (memchr(x->text + from, '\\', to - from) || bracketed_word(x, from, to));
}

/* "ua=Mozilla/4.0 (...", "tel=+33 6...": where the value begins. */
static size_t behind_equals(const struct extract *x, size_t from, size_t to) {
  const unsigned char *p = memchr(x->text + from, '=', to - from);
  return p && p + 1 < x->text + to && (p[1] == 'M' || p[1] == '+') ? (size_t)(p - x->text) + 1 : from;
}

/* What can begin a value of several words: see find_spoken. */
static bool may_speak(const struct extract *x, size_t from, size_t n) {
  unsigned char c = x->text[from];
  if (n < 2)
    return false;
  if (!is_class(c, K_ALPHA | K_HEX))
    return c != '/' && c != '~';
  switch (c | 32) {
  case 'm': return n >= 5;
  case 'u': return n == 11;
  case 'a': return n <= 4;
  case 'c': return n <= 4 || (n >= 12 && (x->text[from + 6] | 32) == 'm'); /* CVE, CreateMutex( */
  case 'o': return n >= 10 && (x->text[from + 4] | 32) == 'm';             /* OpenMutex( */
  default: return n == 4 && is_class(x->text[from + 2], K_DIGIT);
  }
}

static bool may_join(const struct extract *x, size_t from, size_t to) {
  if (to + 2 >= x->text_n || x->text[to] != ' ' || to == from)
    return false;
  const unsigned char next = x->text[to + (x->text[to + 1] == ' ' ? 2 : 1)], last = x->text[to - 1];
  return is_class(next, K_FANG) || is_class(last, K_FANG) || next == ':' || last == '/';
}

/* The word around the sign at i, not before floor; "evil [.] com" begins with the word before. */
static size_t word_start(const struct extract *x, size_t i, size_t floor) {
  const unsigned char *p = x->text;
  if (!extract_class[p[i]])
    return i + 1;
  while (i > floor && extract_class[p[i - 1]])
    i--;
  size_t before = i;
  while (before > floor && i - before < 2 && p[before - 1] == ' ')
    before--;
  const bool scheme = before < i && p[i] == ':' && web_scheme(p, floor, before);
  if (before == i || !(is_class(p[i], K_FANG) || scheme))
    return i;
  while (before > floor && extract_class[p[before - 1]])
    before--;
  return before;
}

static size_t one_sort(struct extract *x, size_t from, size_t to, unsigned seen) {
  if (seen & (K_FANG | K_HIGH))
    return chunk_with_paths(x, from, to);
  chunk_as_is(x, from, to);
  return to;
}

/* Values of a query that are percent-encoded are read as what they mean, what stands around them as it is. */
static size_t chunk_with_queries(struct extract *x, size_t from, size_t to, unsigned seen) {
  size_t name, end;
  while (seen & K_OTHER && (end = find_query(x, from, to, &name)) != 0 && x->rc == VG_OK) {
    if (name > from)
      (void)one_sort(x, from, name, seen);
    read_query(x, name, end);
    from = end;
  }
  return from < to ? one_sort(x, from, to, seen) : to;
}

static size_t one_place(struct extract *x, size_t from) {
  const unsigned char *p = x->text;
  size_t i = from, end, name;
  unsigned seen = 0, inner = 0;
  for (unsigned c; i < x->text_n && (c = extract_class[p[i]]) != 0; i++) {
    inner = seen;
    seen |= c;
  }
  if (i == from)
    return from + 1;
  if (seen & K_HIGH && (end = read_windows(x, from, i)) != 0)
    return end;
  const size_t spoken = behind_equals(x, from, i);
  if (may_speak(x, spoken, i - spoken) && (end = find_spoken(x, spoken, i)) != 0)
    return end;
  if (may_join(x, from, i) && (end = refang_join(x, from, i)) > i) {
    i = end;
    inner = seen |= K_FANG | K_DOT;
  }
  if (!worth(x, from, i, inner, seen) && !(seen & K_OTHER && find_query(x, from, i, &name)))
    return i;
  i = chunk_with_queries(x, from, i, seen);
  end = x->behind > i ? x->behind : i;
  x->behind = 0;
  return end;
}

void whole_text(struct extract *x, size_t from) {
  struct seek s = {0};
  size_t i = from < x->text_n && extract_class[x->text[from]] ? one_place(x, from) : from;
  while (x->rc == VG_OK) {
    const size_t at = seek_sign(&s, x->text, x->text_n, i);
    if (at >= x->text_n)
      return;
    size_t end = find_json(x, i, at);
    if (!end && x->text[at] == ' ')
      end = find_spaced_address(x, at);
    i = end ? end : one_place(x, word_start(x, at, i));
  }
}

/* --- bytes that are no text ------------------------------------------------------------------------------------- */

enum { RUN_MIN = 6, RUN_SURE = 16, WIDE_MAX = 1 << 16 };

static bool printable(unsigned char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; }

static void narrow_run(struct extract *x, vg_str bytes, uint64_t base, size_t from, size_t to) {
  set_text(x, (const unsigned char *)bytes.p + from, to - from);
  x->base = base + from;
  x->step = 1;
  x->short_run = to - from < RUN_SURE;
  x->zero_ended = to < bytes.n && bytes.p[to] == 0;
  whole_text(x, 0);
  x->short_run = false;
}

/* Two bytes a character from `from` on, as long as they are of ISO-8859-1. Returns where they end. */
static size_t wide_run(struct extract *x, vg_str bytes, uint64_t base, size_t from, unsigned char *room) {
  const unsigned char *p = (const unsigned char *)bytes.p;
  size_t n = 0;
  while (from + 2 * n + 1 < bytes.n && n < WIDE_MAX && (printable(p[from + 2 * n]) || p[from + 2 * n] >= 0xa0) &&
         p[from + 2 * n + 1] == 0) {
    room[n] = p[from + 2 * n];
    n++;
  }
  /* A long text is cut at a space, so that no value is cut. */
  size_t end = n;
  if (n == WIDE_MAX)
    while (end > WIDE_MAX / 2 && room[end - 1] != ' ')
      end--;
  if (end == WIDE_MAX / 2)
    end = n;
  if (end >= RUN_MIN) {
    set_text(x, room, end);
    x->base = base + from;
    x->step = 2;
    whole_text(x, 0);
  }
  return from + 2 * end;
}

static vg_code binary(struct extract *x, vg_str bytes, uint64_t base, struct vg_err *err) {
  const unsigned char *p = (const unsigned char *)bytes.p;
  unsigned char *room = malloc(WIDE_MAX);
  if (!room)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  size_t i = 0;
  while (i < bytes.n && x->rc == VG_OK) {
    if (!printable(p[i])) {
      i++;
      continue;
    }
    if (i + 3 < bytes.n && p[i + 1] == 0 && printable(p[i + 2]) && p[i + 3] == 0) {
      i = wide_run(x, bytes, base, i, room);
      continue;
    }
    size_t from = i;
    while (i < bytes.n && printable(p[i]))
      i++;
    /* The first character of a wide text may stand right behind a narrow one. */
    bool wide_next = i + 2 < bytes.n && p[i] == 0 && printable(p[i + 1]) && p[i + 2] == 0;
    if (i - from >= RUN_MIN)
      narrow_run(x, bytes, base, from, i);
    if (wide_next)
      i--;
    if (wide_next && i > from)
      continue;
    if (wide_next)
      i++;
  }
  free(room);
  return x->rc;
}

vg_code intel_extract(vg_str bytes, const struct intel_extract_options *options, intel_hit_sink *sink, void *ctx,
                      struct vg_err *err) {
  static const struct intel_extract_options all = {0};
  const struct intel_extract_options *o = options ? options : &all;
  if (o->text && !o->binary)
    o->text(o->text_ctx, bytes);
  struct extract *x = malloc(sizeof *x);
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  set_text(x, (const unsigned char *)bytes.p, bytes.n);
  x->base = o->base;
  x->step = 1;
  x->used = x->behind = 0;
  x->undone = NULL;
  memset(x->layers, 0, sizeof x->layers);
  x->depth = 0;
  x->bent = x->short_run = false;
  x->map = NULL;
  x->types = o->types ? o->types : ~UINT64_C(0);
  x->sink = sink;
  x->ctx = ctx;
  x->err = err;
  x->rc = VG_OK;
  vg_buf_init(&x->value, 2 * VALUE_MAX);
  if (o->binary)
    x->rc = binary(x, bytes, o->base, err);
  else
    whole_text(x, 0);
  vg_code rc = x->rc;
  vg_buf_fini(&x->value);
  for (size_t i = 0; i < LAYERS; i++)
    free(x->layers[i]);
  free(x);
  return rc;
}
