/*
 * What the text that a LIKE or MATCHES test holds for must contain, against all groups of three and of six bytes of the
 * data: a pattern that needs one which is nowhere cannot match; of alternatives one must be possible. A regular
 * expression of which we do not understand every character needs nothing. Groups with a letter beyond ASCII, or before
 * one, are left out: texts are compared in normal form C, in which such letters change.
 */
#include "intel/pattern_match.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT = 3, LONG = 6, SHORT_BITS = 24, LONG_BITS = 26, RUN_MAX = 512, GROUPS_MAX = 16 };

/* The groups of three are themselves the place of their bit, those of six are hashed to one. */
struct text_groups {
  unsigned char three[1 << (SHORT_BITS - 3)], six[1 << (LONG_BITS - 3)];
};

struct text_groups *text_groups_new(void) {
  return calloc(1, sizeof(struct text_groups));
}
void text_groups_free(struct text_groups *g) { free(g); }

static uint32_t three_at(vg_str s, size_t i) {
  const unsigned char *p = (const unsigned char *)s.p + i;
  return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static uint32_t six_at(vg_str s, size_t i) {
  uint64_t v = 0;
  memcpy(&v, s.p + i, LONG);
  return (uint32_t)(v * UINT64_C(0x9E3779B97F4A7C15) >> (64 - LONG_BITS));
}

static void set(unsigned char *bits, uint32_t n) { bits[n / 8] |= (unsigned char)(1u << n % 8); }
static bool is_set(const unsigned char *bits, uint32_t n) { return bits[n / 8] >> n % 8 & 1; }

void text_groups_add(struct text_groups *g, vg_str text) {
  for (size_t i = 0; i + SHORT <= text.n; i++)
    set(g->three, three_at(text, i));
  for (size_t i = 0; i + LONG <= text.n; i++)
    set(g->six, six_at(text, i));
}

/* Are all groups of a run of literal characters somewhere? A group counts when it and the byte behind it are ASCII. */
static bool holds(const struct text_groups *g, vg_str run) {
  size_t ascii = 0; /* that many bytes before i */
  for (size_t i = 0; i <= run.n; i++) {
    if (i < run.n && (unsigned char)run.p[i] >= 0x80) {
      ascii = 0;
      continue;
    }
    if ((ascii >= SHORT && !is_set(g->three, three_at(run, i - SHORT))) ||
        (ascii >= LONG && !is_set(g->six, six_at(run, i - LONG))))
      return false;
    ascii++;
  }
  return true;
}

bool text_groups_like(const struct text_groups *g, vg_str pattern) {
  size_t from = 0;
  for (size_t i = 0; i <= pattern.n; i++) {
    if (i < pattern.n && pattern.p[i] != '%' && pattern.p[i] != '_')
      continue;
    if (!holds(g, vg_str_sub(pattern, from, i - from)))
      return false;
    from = i + 1;
  }
  return true;
}

/* --- regular expressions --- */

/* A walk over an expression. run: the literal characters that stand side by side before w->i. missing: what stands in
 * this sequence (of a group, or of a branch of it) is nowhere. */
struct walk {
  vg_str s;
  size_t i, depth, n;
  const struct text_groups *g; /* NULL: only looks whether all is understood */
  bool atom;                   /* something that can be repeated stands before */
  bool odd, missing;
  char run[RUN_MAX];
};
static bool branches(struct walk *w);

static char at(const struct walk *w, size_t k) { return w->i + k < w->s.n ? w->s.p[w->i + k] : 0; }

static void check_run(struct walk *w) {
  if (w->g && !w->missing)
    w->missing = !holds(w->g, vg_str_n(w->run, w->n));
}

static void end_run(struct walk *w) {
  check_run(w);
  w->n = 0;
}

static void literal(struct walk *w, char c) {
  w->atom = true;
  if (w->n == RUN_MAX)
    end_run(w);
  w->run[w->n++] = c;
}

/* The last character may be there no time: all of its bytes go. */
static void drop_last(struct walk *w) {
  while (w->n && ((unsigned char)w->run[w->n - 1] & 0xC0) == 0x80)
    w->n--;
  w->n -= w->n > 0;
}

static bool known_escape(char c) { return c && strchr("dDwWsSnrtf", c); }

static void escape(struct walk *w) {
  char c = at(w, 1);
  w->i++;
  if (!vg_is_alnum(c) && c && (unsigned char)c < 0x80) {
    literal(w, c);
    return;
  }
  w->atom = known_escape(c);
  w->odd |= !w->atom && !(c && strchr("bBAzZ", c));
  end_run(w);
}

/* [...]: none of its characters is needed; "[.]" is a character in other clothes. */
static void character_class(struct walk *w) {
  const char only = at(w, 1);
  char before = 0;
  if (at(w, 2) == ']' && only && !strchr("^\\[]", only) && (unsigned char)only < 0x80) {
    w->i += 2;
    literal(w, only);
    return;
  }
  w->odd |= at(w, 1) == ':' || at(w, 1) == '.' || at(w, 1) == '='; /* perhaps [:alpha:] */
  w->i += at(w, 1) == '^' ? 2 : 1;
  for (bool first = true; at(w, 0) != ']' || first; first = false, w->i++) {
    char c = at(w, 0);
    bool range = c == '-' && before && at(w, 1) != ']';
    if (w->i >= w->s.n || c == '[' || (unsigned char)c >= 0x80 || (c == '\\' && vg_is_alnum(at(w, 1)))) {
      w->odd |= !(c == '\\' && known_escape(at(w, 1)));
      if (w->odd)
        return;
    }
    if (c == '\\')
      c = w->s.p[++w->i < w->s.n ? w->i : w->s.n - 1];
    else if (range && (vg_is_alnum(before) != vg_is_alnum(at(w, 1)) || before > at(w, 1)))
      w->odd = true;
    before = range ? 0 : c;
  }
  w->atom = true;
  end_run(w);
}

/* What is needed inside is needed, unless the group may be there no time or must not be. The run before it is needed
 * for itself, and goes on in each of its branches. */
static void group(struct walk *w) {
  static const char *const kinds[] = {"?:", "?=", "?!"};
  const vg_str rest = vg_str_sub(w->s, w->i + 1, 3);
  size_t skip = 0;
  for (size_t k = 0; k < VG_COUNT(kinds); k++)
    if (vg_str_starts(rest, vg_str_z(kinds[k])))
      skip = strlen(kinds[k]);
  const bool not_there = vg_str_starts(rest, VG_STR("?!"));
  w->odd |= !skip && rest.n && (rest.p[0] == '?' || rest.p[0] == '*');
  w->odd |= ++w->depth > GROUPS_MAX;
  if (w->odd)
    return;
  w->i += 1 + skip;
  check_run(w);
  const bool missing = w->missing, can = branches(w);
  const char next = at(w, 1);
  const bool needed = !not_there && next != '*' && next != '?' && !(next == '{' && at(w, 2) == '0');
  w->odd |= at(w, 0) != ')';
  w->depth--;
  w->missing = missing || (needed && !can);
  w->atom = true;
  w->n = 0;
}

/* {2}, {2,}, {2,3}: where it ends; 0: it is something else, or wrong. */
static size_t bounds(const struct walk *w) {
  size_t end = vg_str_find_byte(w->s, '}', w->i);
  vg_str low, high = vg_str_sub(w->s, w->i + 1, end == SIZE_MAX ? 0 : end - w->i - 1);
  uint64_t least, most;
  bool open = vg_str_cut(&high, ',', &low) && high.p;
  if (low.n > 4 || !vg_str_u64(low, &least))
    return 0;
  if (open && high.n && (high.n > 4 || !vg_str_u64(high, &most) || most < least))
    return 0;
  return end;
}

/* * + ? {2,3}, each perhaps with ? or + behind it. */
static void quantifier(struct walk *w, char c) {
  w->odd |= !w->atom;
  w->atom = false;
  if (c == '{') {
    size_t end = bounds(w);
    w->odd |= end == 0;
    w->i = end ? end : w->i;
  }
  if (c != '+')
    drop_last(w);
  if (at(w, 1) == '?' || at(w, 1) == '+')
    w->i++;
  end_run(w);
}

static void one(struct walk *w, char c) {
  switch (c) {
  case '\\': escape(w); return;
  case '[': character_class(w); return;
  case '(': group(w); return;
  case '*':
  case '+':
  case '?':
  case '{': quantifier(w, c); return;
  case '.':
  case '^':
  case '$':
    w->atom = c == '.';
    end_run(w);
    return;
  default: literal(w, c);
  }
}

/* The branches from w->i on, up to the ")" of their group or the end: may one of them be in the data? */
static bool branches(struct walk *w) {
  char before[RUN_MAX];
  const size_t n = w->n;
  bool can = false;
  memcpy(before, w->run, n);
  for (;; w->i++) {
    memcpy(w->run, before, n);
    w->n = n, w->missing = w->atom = false;
    for (; w->i < w->s.n && !w->odd && at(w, 0) != '|' && at(w, 0) != ')'; w->i++)
      one(w, at(w, 0));
    end_run(w);
    can |= !w->missing;
    if (w->odd || at(w, 0) != '|')
      return can;
  }
}

/* Understood, and may it be in the data? */
static bool walk(struct walk *w) {
  const bool can = branches(w);
  w->odd |= w->i < w->s.n;
  return can;
}

bool text_groups_regex(const struct text_groups *g, vg_str source) {
  struct walk w = {.s = source};
  (void)walk(&w);
  if (w.odd)
    return true;
  w = (struct walk){.s = source, .g = g};
  return walk(&w);
}
