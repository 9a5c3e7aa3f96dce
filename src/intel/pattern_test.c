/* One comparison of a STIX pattern on one value. Types never mix: another type is unequal, and in no order (section 9.6
 * of the standard). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/hash.h"
#include "intel/pattern_internal.h"

#include <arpa/inet.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum {
  REGEX_STEPS = 1000000
}; /* more backtracking than this on one value is refused: an expression must not stop the machine */

struct compiled_regex {
  pcre2_code *code;
  struct compiled_regex *next;
};

void pattern_fini(struct intel_pattern *p) {
  for (struct compiled_regex *r = p->regexes; r; r = r->next)
    pcre2_code_free(r->code);
  vg_arena_free(p->arena);
  *p = (struct intel_pattern){0};
}

void pattern_nfc(vg_str s, struct vg_buf *out) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
  bool ascii = true;
  for (size_t i = 0; i < s.n && ascii; i++)
    ascii = (unsigned char)s.p[i] < 0x80;
  if (ascii || U_FAILURE(status) || s.n > 1u << 24) {
    vg_buf_str(out, s);
    return;
  }
  int32_t cap = (int32_t)s.n * 3 + 16, n = 0, m = 0;
  UChar *wide = malloc(sizeof *wide * (size_t)cap * 2), *normal = wide ? wide + cap : NULL;
  char *text = malloc((size_t)cap * 3);
  if (wide && text) {
    u_strFromUTF8(wide, cap, &n, s.p, (int32_t)s.n, &status);
    n = unorm2_normalize(nfc, wide, n, normal, cap, &status);
    u_strToUTF8(text, cap * 3, &m, normal, n, &status);
  }
  if (!wide || !text)
    out->bad = out->nomem = true;
  else if (U_FAILURE(status))
    vg_buf_str(out, s);
  else
    vg_buf_add(out, text, (size_t)m);
  free(wide);
  free(text);
}

static bool dotted(vg_str s, unsigned char a[static 4]) {
  vg_str part;
  size_t n = 0;
  for (; vg_str_cut(&s, '.', &part); n++) {
    uint64_t v;
    if (n == 4 || part.n == 0 || part.n > 3 || !vg_is_digit(part.p[0]) || !vg_str_u64(part, &v) || v > 255)
      return false;
    a[n] = (unsigned char)v;
  }
  return n == 4;
}

bool pattern_network(vg_str s, struct network *out) {
  size_t slash = vg_str_find_byte(s, '/', 0);
  vg_str host = vg_str_sub(s, 0, slash);
  char text[INET6_ADDRSTRLEN];
  uint64_t bits;
  *out = (struct network){0};
  if (dotted(host, out->a))
    out->family = 4;
  else if (host.n < sizeof text && inet_pton(AF_INET6, vg_str_copy(text, sizeof text, host), out->a) == 1)
    out->family = 6;
  else
    return false;
  unsigned most = out->family == 4 ? 32 : 128;
  bits = most;
  if (slash != SIZE_MAX && (slash + 1 == s.n || !vg_str_u64(vg_str_sub(s, slash + 1, s.n), &bits) || bits > most))
    return false;
  out->bits = (unsigned)bits;
  for (unsigned i = out->bits; i < most; i++)
    out->a[i / 8] &= (unsigned char)~(0x80u >> (i % 8));
  return true;
}

bool pattern_inside(const struct network *a, const struct network *b) {
  if (a->family != b->family || a->bits < b->bits)
    return false;
  struct network cut = *a;
  for (unsigned i = b->bits; i < 128; i++)
    cut.a[i / 8] &= (unsigned char)~(0x80u >> (i % 8));
  return memcmp(cut.a, b->a, sizeof cut.a) == 0;
}

static bool subset(const struct pattern_node *t, const struct pattern_value *v) {
  struct network a, b;
  if (v->kind != V_STRING || !pattern_network(v->s, &a) || !pattern_network(t->lit->s, &b))
    return false;
  return t->op == OP_SUBSET ? pattern_inside(&a, &b) : pattern_inside(&b, &a);
}

/* Text as bytes, a character a byte; false when some character is beyond U+00FF. */
static bool latin1(vg_str s, struct vg_buf *out) {
  for (size_t i = 0; i < s.n;) {
    uint32_t c = vg_utf8_next(s, &i);
    if (c > 0xFF)
      return false;
    vg_buf_byte(out, c);
  }
  return true;
}

enum order { LESS = -1, EQUAL = 0, MORE = 1, NONE = 2 };

static enum order by_bytes(vg_str a, vg_str b) {
  int c = vg_str_cmp(a, b);
  return c < 0 ? LESS : c > 0 ? MORE : EQUAL;
}

static enum order mixed(vg_str text, vg_str bytes, bool text_first) {
  struct vg_buf b;
  vg_buf_init(&b, text.n + 1);
  enum order o = !latin1(text, &b) ? NONE
                 : text_first      ? by_bytes(vg_buf_view(&b), bytes)
                                   : by_bytes(bytes, vg_buf_view(&b));
  vg_buf_fini(&b);
  return o;
}

/* Timestamps by their text: any year, any number of digits of a second. */
static enum order by_time(vg_str a, vg_str b) {
  int c = vg_str_cmp(vg_str_sub(a, 0, 19), vg_str_sub(b, 0, 19));
  for (size_t i = 20; c == 0 && (i + 1 < a.n || i + 1 < b.n); i++)
    c = (i + 1 < a.n ? a.p[i] : '0') - (i + 1 < b.n ? b.p[i] : '0');
  return c < 0 ? LESS : c > 0 ? MORE : EQUAL;
}

static vg_code compare(const struct literal *l, const struct pattern_value *v, enum order *out, struct vg_err *err) {
  *out = NONE;
  if (v->kind == V_NUM && l->kind == L_INT && v->is_int)
    *out = v->i < l->i ? LESS : v->i > l->i ? MORE : EQUAL;
  else if (v->kind == V_NUM && (l->kind == L_INT || l->kind == L_FLOAT))
    *out = v->f < l->f ? LESS : v->f > l->f ? MORE : EQUAL;
  else if (v->kind == V_BOOL && l->kind == L_BOOL)
    *out = v->b == (l->i != 0) ? EQUAL : NONE;
  else if (v->kind == V_STRING && l->kind == L_STRING)
    *out = by_bytes(v->s, l->s);
  else if (v->kind == V_STRING && l->kind == L_BYTES)
    *out = mixed(v->s, l->s, true);
  else if (v->kind == V_BYTES && l->kind == L_BYTES)
    *out = by_bytes(v->s, l->s);
  else if (v->kind == V_BYTES && l->kind == L_STRING)
    *out = mixed(l->s, v->s, false);
  else if (v->kind == V_STRING && l->kind == L_TIME) {
    if (!pattern_is_time(v->s))
      return VG_FAIL(err, VG_EDATA, "intel.match_time", VG_T(v->s));
    *out = by_time(v->s, l->s);
  }
  return VG_OK;
}

static bool same_kind(enum literal_kind a, enum literal_kind b) {
  bool numbers = (a == L_INT || a == L_FLOAT) && (b == L_INT || b == L_FLOAT);
  return a == b || numbers;
}

static vg_code in_set(struct pattern_node *t, const struct pattern_value *v, bool *holds, struct vg_err *err) {
  for (size_t i = 1; !t->set_ok && i < t->lits; i++)
    if (!same_kind(t->lit[0].kind, t->lit[i].kind))
      return VG_FAIL(err, VG_EDATA, "intel.match_set", VG_N(t->at + 1));
  t->set_ok = true;
  for (size_t i = 0; i < t->lits && !*holds; i++) {
    enum order o;
    VG_TRY(compare(&t->lit[i], v, &o, err));
    *holds = o == EQUAL;
  }
  return VG_OK;
}

/* % any run of characters, _ one character; the whole text. One way back is enough: to the last %. */
static bool like(vg_str pattern, vg_str text) {
  size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
  while (k < text.n) {
    size_t next = k;
    (void)vg_utf8_next(text, &next);
    if (i < pattern.n && pattern.p[i] == '%') {
      star = i++;
      from = k;
    } else if (i < pattern.n && pattern.p[i] == '_') {
      i++;
      k = next;
    } else if (i < pattern.n && pattern.p[i] == text.p[k]) {
      i++;
      k++;
    } else if (star != SIZE_MAX) {
      i = star + 1;
      k = from;
      (void)vg_utf8_next(text, &k);
      from = k;
    } else {
      return false;
    }
  }
  while (i < pattern.n && pattern.p[i] == '%')
    i++;
  return i == pattern.n;
}

static vg_code regex_of(struct intel_pattern *p, struct pattern_node *t, bool bytes, vg_str source, pcre2_code **out,
                        struct vg_err *err) {
  void **slot = bytes ? &t->raw_regex : &t->regex;
  int code;
  PCRE2_SIZE at;
  PCRE2_UCHAR said[160];
  if (!*slot) {
    struct compiled_regex *r = vg_arena_alloc(p->arena, sizeof *r);
    if (!r)
      return VG_FAIL(err, VG_ELIMIT, "intel.pattern_large");
    r->code = pcre2_compile((PCRE2_SPTR)source.p, source.n,
                            PCRE2_DOTALL | (bytes ? 0u : PCRE2_UTF | PCRE2_NO_UTF_CHECK), &code, &at, NULL);
    if (!r->code) {
      pcre2_get_error_message(code, said, sizeof said);
      return VG_FAIL(err, VG_EDATA, "intel.pattern_regex", VG_N(at + 1), (const char *)said);
    }
    r->next = p->regexes;
    p->regexes = r;
    *slot = r->code;
  }
  *out = *slot;
  return VG_OK;
}

static vg_code run_regex(pcre2_code *code, vg_str text, bool *holds, struct vg_err *err) {
  pcre2_match_context *limits = pcre2_match_context_create(NULL);
  pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
  int rc = PCRE2_ERROR_NOMEMORY;
  if (limits && data) {
    pcre2_set_match_limit(limits, REGEX_STEPS);
    pcre2_set_depth_limit(limits, REGEX_STEPS / 10);
    pcre2_set_heap_limit(limits, 64 << 10);
    rc = pcre2_match(code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, data, limits);
  }
  pcre2_match_data_free(data);
  pcre2_match_context_free(limits);
  *holds = rc >= 0;
  if (rc == PCRE2_ERROR_NOMEMORY)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT)
    return VG_FAIL(err, VG_ELIMIT, "intel.pattern_costly", VG_T(vg_str_sub(text, 0, 60)));
  return VG_OK;
}

/* LIKE and MATCHES: texts in normal form C, bytes as they are (then the pattern must fit into bytes too). */
static vg_code by_shape(struct intel_pattern *p, struct pattern_node *t, const struct pattern_value *v, bool *holds,
                        struct vg_err *err) {
  struct vg_buf shape, text;
  pcre2_code *code;
  vg_code rc = VG_OK;
  bool bytes = v->kind == V_BYTES, fits = true;
  vg_buf_init(&shape, 1 << 22);
  vg_buf_init(&text, 64 << 20);
  if (bytes)
    fits = latin1(t->lit->s, &shape);
  else
    pattern_nfc(t->lit->s, &shape);
  if (bytes || !vg_utf8_ok(v->s))
    vg_buf_str(&text, v->s);
  else
    pattern_nfc(v->s, &text);
  VG_GO(vg_buf_check(&shape, err));
  VG_GO(vg_buf_check(&text, err));
  vg_str what = vg_buf_view(&shape);
  if (!what.p)
    what = VG_STR("");
  if (fits && t->op == OP_LIKE)
    *holds = like(what, vg_buf_view(&text));
  else if (fits) {
    VG_GO(regex_of(p, t, bytes, what, &code, err));
    VG_GO(run_regex(code, vg_buf_view(&text), holds, err));
  }
out:
  vg_buf_fini(&shape);
  vg_buf_fini(&text);
  return rc;
}

vg_code pattern_test(struct intel_pattern *p, struct pattern_node *t, const struct pattern_value *v, bool *holds,
                     struct vg_err *err) {
  enum order o = NONE;
  *holds = false;
  if (v->kind == V_OTHER || (v->kind == V_NULL && t->op != OP_EXISTS))
    return VG_OK;
  switch (t->op) {
  case OP_EXISTS: *holds = true; break;
  case OP_EQ:
  case OP_NE:
  case OP_LT:
  case OP_LE:
  case OP_GT:
  case OP_GE:
    VG_TRY(compare(t->lit, v, &o, err));
    *holds = t->op == OP_EQ   ? o == EQUAL
             : t->op == OP_NE ? o != EQUAL
             : t->op == OP_LT ? o == LESS
             : t->op == OP_LE ? o == LESS || o == EQUAL
             : t->op == OP_GT ? o == MORE
                              : o == MORE || o == EQUAL;
    break;
  case OP_IN: VG_TRY(in_set(t, v, holds, err)); break;
  case OP_LIKE:
  case OP_MATCHES:
    if (v->kind == V_STRING || v->kind == V_BYTES)
      VG_TRY(by_shape(p, t, v, holds, err));
    break;
  case OP_SUBSET:
  case OP_SUPERSET: *holds = subset(t, v); break;
  }
  *holds = *holds != t->negated;
  return VG_OK;
}
