/* Is a dotted name a host, the name of a file, or only words with a dot? */
#include "intel/extract_internal.h"

#include <string.h>

#include "intel/intel_internal.h"

bool ipv4_at(const unsigned char *p, size_t n) {
  size_t i = 0;
  if (n < 7 || n > 15)
    return false;
  for (int part = 0; part < 4; part++) {
    unsigned v = 0, digits = 0;
    bool zero = i < n && p[i] == '0';
    for (; i < n && is_class(p[i], K_DIGIT); i++, digits++)
      v = v * 10 + (unsigned)(p[i] - '0');
    if (digits == 0 || digits > 3 || v > 255 || (zero && digits > 1))
      return false;
    if (part < 3 && (i >= n || p[i++] != '.'))
      return false;
  }
  return i == n;
}

bool file_extension(vg_str e) { return (word_kinds(e) & WORD_EXTENSION) != 0; }

bool said_before(const struct extract *x, size_t at, int words, unsigned kinds, const char *word_too) {
  size_t end = at;
  for (int said = 0; said < words; said++) {
    while (end > 0 && at - end < 40 && !is_class(x->text[end - 1], K_ALNUM))
      end--;
    size_t from = end;
    while (from > 0 && end - from < 20 && is_class(x->text[from - 1], K_ALNUM))
      from--;
    vg_str word = vg_str_n((const char *)x->text + from, end - from);
    if (word.n == 0 || word.n >= 20)
      return false;
    if ((kinds && (word_kinds(word) & kinds)) || (word_too && vg_str_eq_ci(word, vg_str_z(word_too))))
      return true;
    end = from;
  }
  return false;
}

/* "version 10.0.0.1", "Chrome/17.0.963.56", "foo-1.2.3.4" name a version. */
static bool is_version(const struct extract *x, size_t from, size_t to) {
  size_t at = place(x, from);
  if (from > 1 && x->t[from - 1] == '/' && is_class(x->t[from - 2], K_ALNUM))
    return true;
  if (to - from >= 6 && memcmp(x->t + to - 6, ".0.0.0", 6) == 0 && (from == 0 || x->t[from - 1] != '=') &&
      !(to < x->n && (x->t[to] == '/' || x->t[to] == ':')))
    return true;
  size_t end = at;
  while (end > 0 && at - end < 3 && (x->text[end - 1] == ' ' || x->text[end - 1] == ':'))
    end--;
  size_t word = end;
  while (word > 0 && end - word < 12 && is_class(x->text[word - 1], K_ALNUM))
    word--;
  return end < at && (word_kinds(vg_str_n((const char *)x->text + word, end - word)) & WORD_VERSION) != 0;
}

struct name {
  vg_str all, first, last; /* as written */
  vg_str tld;              /* lower case, punycode */
  size_t labels;
  bool upper, lower; /* letters of that case in the name */
  char spelled[256];
  size_t spelled_n;
};

/* The name as DNS has it, and its last label. */
static bool spell_name(struct extract *x, struct name *n, bool high) {
  vg_str all = n->all;
  if (high) {
    vg_buf_reset(&x->value);
    if (!intel_spell(TYPE_DOMAIN, all, &x->value) || x->value.n >= sizeof n->spelled)
      return false;
    all = vg_buf_view(&x->value);
  }
  if (all.n > 253)
    return false;
  size_t dot = 0;
  for (size_t i = 0; i < all.n; i++) {
    char c = all.p[i];
    n->spelled[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (c == '.')
      dot = i + 1;
  }
  n->spelled_n = all.n;
  n->tld = vg_str_n(n->spelled + dot, all.n - dot);
  return true;
}

static bool take_apart(struct extract *x, size_t from, size_t to, struct name *n) {
  size_t label = from;
  unsigned kinds = 0;
  n->all = piece(x, from, to);
  n->labels = 0;
  n->upper = n->lower = false;
  if (to - from < 4 || to - from > 253 * 2)
    return false;
  for (size_t i = from; i <= to; i++) {
    unsigned char c = i < to ? x->t[i] : '.';
    kinds |= extract_class[c];
    n->upper |= c >= 'A' && c <= 'Z';
    n->lower |= c >= 'a' && c <= 'z';
    if (c != '.')
      continue;
    size_t most = kinds & K_HIGH ? 63 * 2 : 63;
    if (i == label || i - label > most || x->t[label] == '-' || x->t[i - 1] == '-')
      return false;
    n->last = piece(x, label, i);
    if (n->labels++ == 0)
      n->first = n->last;
    label = i + 1;
  }
  if (n->labels < 2 || vg_is_digit(n->last.p[0]) || memchr(n->last.p, '_', n->last.n) != NULL)
    return false;
  return spell_name(x, n, kinds & K_HIGH);
}

static bool has_platform(const struct name *n) {
  vg_str rest = n->all, label;
  while (vg_str_cut(&rest, '.', &label))
    if (word_kinds(label) & WORD_PLATFORM)
      return true;
  return false;
}

static vg_str label_before(const struct name *n) {
  size_t end = n->spelled_n - n->tld.n - 1, i = end;
  while (i > 0 && n->spelled[i - 1] != '.')
    i--;
  return vg_str_n(n->spelled + i, end - i);
}

/* A name's case: hosts are written in lower case, or wholly in capitals. "line.Next", "BURNTCIGAR.CA", "System.IO" are
 * none. */
static bool odd_case(const struct name *n) {
  bool tld_upper = false, tld_lower = false;
  for (size_t i = 0; i < n->last.n; i++) {
    tld_upper |= n->last.p[i] >= 'A' && n->last.p[i] <= 'Z';
    tld_lower |= n->last.p[i] >= 'a' && n->last.p[i] <= 'z';
  }
  if (!tld_upper)
    return false;
  if (tld_lower || n->lower)
    return !vg_str_eq_ci(n->first, VG_STR("www"));
  return n->labels < 3 && !(word_kinds(n->tld) & WORD_COMMON);
}

/* com.example.app: a package of a program, written the other way round. */
static bool reversed(const struct name *n) {
  return n->labels >= 3 && (word_kinds(n->first) & WORD_PACKAGE) && !(word_kinds(n->tld) & WORD_NO_PACKAGE);
}

/* Names of products that look like hosts. */
static bool is_product(const struct name *n) {
  static const char *const names[] = {"command.com", "asp.net", "vb.net", "ado.net", "ml.net"};
  for (size_t i = 0; n->labels == 2 && i < VG_COUNT(names); i++)
    if (vg_str_eq_ci(n->all, vg_str_z(names[i])))
      return true;
  return false;
}

static bool is_file(const struct name *n) {
  unsigned tld = word_kinds(n->tld);
  if (!(tld & WORD_DOUBTFUL))
    return false;
  if (n->labels > 2 && (word_kinds(label_before(n)) & (WORD_EXTENSION | WORD_DOUBTFUL))) /* config.h.in */
    return true;
  if (n->labels > 2)
    return !(tld & WORD_SELDOM) && !vg_str_eq_ci(n->first, VG_STR("www"));
  return !(tld & WORD_SELDOM) || (word_kinds(n->first) & WORD_STEM);
}

/* Services whose names look like members of an object. */
static bool is_service(const struct name *n) {
  return vg_str_eq_ci(n->all, VG_STR("t.me")) || vg_str_eq_ci(n->all, VG_STR("t.co"));
}

static bool is_code(const struct extract *x, const struct name *n, size_t from, size_t to) {
  unsigned char next = to < x->n ? x->t[to] : 0, before = from > 0 ? x->t[from - 1] : 0;
  if (next == '(' || (next == '[' && !(to + 1 < x->n && x->t[to + 1] == '.')))
    return true;
  if (before == '$' || before == '#' || (before == '>' && from > 1 && x->t[from - 2] == '-') ||
      (before == '/' && from > 1 && is_class(x->t[from - 2], K_ALNUM)))
    return true;
  if (!is_service(n) && (word_kinds(n->tld) & WORD_MEMBER) && (word_kinds(n->first) & WORD_OBJECT) &&
      (n->labels == 2 || (word_kinds(label_before(n)) & (WORD_OBJECT | WORD_MEMBER))))
    return true;
  return n->labels == 2 && n->first.n <= 2 && n->tld.n == 2 && vg_is_digit(n->first.p[0]);
}

/* Onion names are 16 or 56 characters of base 32. */
static bool onion_ok(const struct name *n) {
  vg_str rest = n->all, label, before = {0};
  while (vg_str_cut(&rest, '.', &label) && rest.p != NULL)
    before = label;
  if (before.n != 16 && before.n != 56)
    return false;
  for (size_t i = 0; i < before.n; i++) {
    char c = vg_lower(before.p[i]);
    if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '7'))
      return false;
  }
  return true;
}

/* What is given out to hosts has no underscore in the label before its suffix; names of files do. */
static bool underscored(const struct name *n) {
  vg_str label = label_before(n);
  return vg_str_find_byte(label, '_', 0) != SIZE_MAX;
}

/* "POORTRY.A", "Emotet.C": a variant of malware; who names files of programs writes "main.c". */
static bool is_variant(const struct name *n) {
  return n->last.n == 1 && n->last.p[0] >= 'A' && n->last.p[0] <= 'Z' && n->upper && n->all.p[0] >= 'A' &&
         n->all.p[0] <= 'Z';
}

enum host_kind host_kind(struct extract *x, size_t from, size_t to, enum host_said said) {
  struct name n;
  bool clear = said != SAID_NOTHING || meant_otherwise(x, from, to);
  if (ipv4_at(x->t + from, to - from))
    return !clear && is_version(x, from, to) ? HOST_NONE : HOST_IPV4;
  if (!take_apart(x, from, to, &n))
    return HOST_NONE;
  if (said == SAID_URL && n.tld.n >= 2) /* inner networks and other roots have names of their own */
    return HOST_DOMAIN;
  if (!suffix_tld(n.tld, clear))
    return said == SAID_NOTHING && file_extension(n.last) && (n.last.n > 1 || n.first.n > 1) && !is_variant(&n)
               ? HOST_FILE
               : HOST_NONE;
  if (suffix_is(vg_str_n(n.spelled, n.spelled_n)))
    return HOST_NONE;
  if (clear)
    return HOST_DOMAIN;
  if (vg_str_eqz(n.tld, "onion") && !onion_ok(&n))
    return HOST_NONE;
  unsigned char next = to < x->n ? x->t[to] : 0;
  bool port = next == ':' && to + 1 < x->n && is_class(x->t[to + 1], K_DIGIT);
  bool file = is_file(&n) || (underscored(&n) && (word_kinds(n.tld) & WORD_DOUBTFUL));
  if (!port && !file && is_code(x, &n, from, to))
    return HOST_NONE;
  if (!file && ((n.upper && has_platform(&n)) || underscored(&n) || is_product(&n)))
    return HOST_NONE;
  if (!file && !odd_case(&n) && !reversed(&n))
    return HOST_DOMAIN;
  if (port || said_before(x, place(x, from), file ? 2 : 3, WORD_DOMAIN, NULL))
    return HOST_DOMAIN;
  return file ? HOST_FILE : HOST_NONE;
}
