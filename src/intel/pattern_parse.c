/* STIX patterns: recursive descent over the grammar of the standard, into a tree in an arena. */
#include "base/hash.h"
#include "intel/pattern_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 1 << 20, DEPTH_MAX = 200, ARENA_CAP = 64 << 20 };

struct parser {
  struct pattern_lexer x;
  struct intel_pattern *out;
  bool strict;
  int depth;
};

static vg_code unexpected(struct parser *p, struct vg_err *err) {
  vg_str near = vg_str_sub(p->x.text, p->x.from, p->x.kind == T_END ? 0 : p->x.at - p->x.from);
  return p->x.kind == T_END
             ? VG_FAIL(err, VG_EDATA, "intel.pattern_end", VG_N(p->x.from + 1))
             : VG_FAIL(err, VG_EDATA, "intel.pattern_syntax", VG_N(p->x.from + 1), VG_T(vg_str_sub(near, 0, 60)));
}

static vg_code no_memory(struct vg_err *err) { return VG_FAIL(err, VG_ELIMIT, "intel.pattern_large"); }

static vg_code expect(struct parser *p, enum pattern_token kind, struct vg_err *err) {
  if (p->x.kind != kind)
    return unexpected(p, err);
  pattern_next(&p->x);
  return VG_OK;
}

static bool accept(struct parser *p, enum pattern_token kind) {
  if (p->x.kind != kind)
    return false;
  pattern_next(&p->x);
  return true;
}

static vg_code new_node(struct parser *p, enum node_kind kind, struct pattern_node **out, struct vg_err *err) {
  *out = vg_arena_alloc(p->out->arena, sizeof **out);
  if (!*out)
    return no_memory(err);
  (*out)->kind = kind;
  (*out)->at = p->x.from;
  return VG_OK;
}

vg_code pattern_add(struct intel_pattern *p, struct pattern_node *to, struct pattern_node *kid, struct vg_err *err) {
  if (to->n == to->cap) {
    size_t cap = to->cap ? to->cap * 2 : 4;
    struct pattern_node **grown = vg_arena_array(p->arena, cap, sizeof *grown);
    if (!grown)
      return no_memory(err);
    if (to->n)
      memcpy(grown, to->kid, to->n * sizeof *grown);
    to->kid = grown;
    to->cap = cap;
  }
  to->kid[to->n++] = kid;
  return VG_OK;
}

/* A string literal's text, \' and \\ undone. */
static vg_str unescape(struct parser *p, vg_str raw) {
  char *out = vg_arena_alloc(p->out->arena, raw.n + 1);
  size_t n = 0;
  if (!out)
    return VG_NOSTR;
  for (size_t i = 0; i < raw.n; i++) {
    if (raw.p[i] == '\\' && i + 1 < raw.n)
      i++;
    out[n++] = raw.p[i];
  }
  return vg_str_n(out, n);
}

static vg_code bytes_literal(struct parser *p, struct literal *l, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, PATTERN_MAX);
  l->kind = L_BYTES;
  bool ok = true;
  if (p->x.kind == T_HEX) {
    unsigned char *room = (unsigned char *)vg_buf_room(&b, p->x.raw.n / 2);
    ok = room && vg_unhex(p->x.raw, room, p->x.raw.n / 2);
    b.n = p->x.raw.n / 2;
  } else {
    ok = vg_unbase64(p->x.raw, &b);
  }
  l->s = ok ? vg_arena_str(p->out->arena, vg_str_n(b.p ? b.p : "", b.n)) : VG_NOSTR;
  vg_buf_fini(&b);
  return ok && l->s.p ? VG_OK : unexpected(p, err);
}

/* The grammar knows no calendar (the 31st of April is read as the first of May), and years that ns in 64 bits do not
 * hold. */
static vg_time time_of(vg_str s) {
  vg_time t;
  char text[96];
  if (vg_time_parse(s, &t))
    return t;
  if (vg_str_cmp(vg_str_sub(s, 0, 4), VG_STR("2262")) >= 0)
    return INT64_MAX;
  if (vg_str_cmp(vg_str_sub(s, 0, 4), VG_STR("1678")) < 0)
    return INT64_MIN + 1;
  vg_str_copy(text, sizeof text, s);
  text[8] = '0';
  text[9] = '1';
  uint64_t day;
  return vg_str_u64(vg_str_sub(s, 8, 2), &day) && vg_time_parse(vg_str_z(text), &t) ? t + (vg_time)(day - 1) * VG_DAY
                                                                                    : INT64_MAX;
}

static vg_code literal(struct parser *p, bool orderable, struct literal *l, struct vg_err *err) {
  vg_str raw = p->x.raw, digits = vg_str_sub(raw, raw.n && raw.p[0] == '+', raw.n);
  char text[64];
  *l = (struct literal){0};
  switch ((int)p->x.kind) {
  case T_STRING:
    l->kind = L_STRING;
    l->s = unescape(p, raw);
    if (!l->s.p)
      return no_memory(err);
    break;
  case T_INT:
  case T_MINUS_INT:
    l->kind = L_INT;
    if (!vg_str_i64(digits, &l->i))
      return VG_FAIL(err, VG_EDATA, "intel.pattern_number", VG_T(raw));
    l->f = (double)l->i;
    break;
  case T_FLOAT:
  case T_MINUS_FLOAT:
    l->kind = L_FLOAT;
    if (digits.n >= sizeof text)
      return VG_FAIL(err, VG_EDATA, "intel.pattern_number", VG_T(raw));
    l->f = strtod(vg_str_copy(text, sizeof text, digits), NULL);
    break;
  case T_HEX:
  case T_BINARY: VG_TRY(bytes_literal(p, l, err)); break;
  case T_TIME:
    l->kind = L_TIME;
    l->s = raw;
    l->t = time_of(raw);
    break;
  case T_TRUE:
  case T_FALSE:
    if (orderable)
      return unexpected(p, err);
    l->kind = L_BOOL;
    l->i = p->x.kind == T_TRUE;
    break;
  default: return unexpected(p, err);
  }
  pattern_next(&p->x);
  return VG_OK;
}

static vg_code one_literal(struct parser *p, struct pattern_node *t, bool orderable, struct vg_err *err) {
  t->lit = vg_arena_alloc(p->out->arena, sizeof *t->lit);
  t->lits = 1;
  return t->lit ? literal(p, orderable, t->lit, err) : no_memory(err);
}

static vg_code string_only(struct parser *p, struct pattern_node *t, struct vg_err *err) {
  return p->x.kind == T_STRING ? one_literal(p, t, true, err) : unexpected(p, err);
}

static vg_code set(struct parser *p, struct pattern_node *t, struct vg_err *err) {
  size_t cap = 0;
  VG_TRY(expect(p, T_LPAREN, err));
  if (accept(p, T_RPAREN))
    return VG_OK;
  do {
    if (t->lits == cap) {
      cap = cap ? cap * 2 : 8;
      struct literal *grown = vg_arena_array(p->out->arena, cap, sizeof *grown);
      if (!grown)
        return no_memory(err);
      if (t->lits)
        memcpy(grown, t->lit, t->lits * sizeof *grown);
      t->lit = grown;
    }
    VG_TRY(literal(p, false, &t->lit[t->lits], err));
    t->lits++;
  } while (accept(p, T_COMMA));
  return expect(p, T_RPAREN, err);
}

static vg_code step(struct parser *p, struct object_path *path, struct path_step s, struct vg_err *err) {
  if ((path->n & (path->n - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
    struct path_step *grown = vg_arena_array(p->out->arena, path->n ? path->n * 2 : 1, sizeof *grown);
    if (!grown)
      return no_memory(err);
    if (path->n)
      memcpy(grown, path->step, path->n * sizeof *grown);
    path->step = grown;
  }
  path->step[path->n++] = s;
  return VG_OK;
}

static vg_code key_step(struct parser *p, struct object_path *path, struct vg_err *err) {
  struct path_step s = {.kind = STEP_KEY, .key = p->x.raw};
  if (p->x.kind == T_STRING) {
    s.key = unescape(p, p->x.raw);
    if (!s.key.p)
      return no_memory(err);
  } else if (p->x.kind != T_NAME) {
    return unexpected(p, err);
  }
  pattern_next(&p->x);
  return step(p, path, s, err);
}

static vg_code index_step(struct parser *p, struct object_path *path, struct vg_err *err) {
  struct path_step s = {.kind = STEP_INDEX};
  if (p->x.kind == T_STAR)
    s.kind = STEP_ANY;
  else if ((p->x.kind != T_INT && p->x.kind != T_MINUS_INT) ||
           !vg_str_i64(vg_str_sub(p->x.raw, p->x.raw.p[0] == '+', p->x.raw.n), &s.index))
    return unexpected(p, err);
  pattern_next(&p->x);
  VG_TRY(step(p, path, s, err));
  return expect(p, T_RBRACK, err);
}

static vg_code object_path(struct parser *p, struct object_path *path, struct vg_err *err) {
  if (p->x.kind != T_NAME && p->x.kind != T_HYPHENED)
    return unexpected(p, err);
  path->type = p->x.raw;
  pattern_next(&p->x);
  VG_TRY(expect(p, T_COLON, err));
  VG_TRY(key_step(p, path, err));
  for (;;) {
    if (accept(p, T_DOT))
      VG_TRY(key_step(p, path, err));
    else if (accept(p, T_LBRACK))
      VG_TRY(index_step(p, path, err));
    else
      return VG_OK;
  }
}

/* Digest lengths in hex digits, by the names that paths use. */
static vg_code check_hash(const struct pattern_node *t, struct vg_err *err) {
  static const struct {
    const char *name;
    size_t n;
  } sizes[] = {{"MD5", 32},      {"SHA-1", 40},    {"SHA1", 40},      {"SHA-224", 56},    {"SHA-256", 64},
               {"SHA256", 64},   {"SHA-384", 96},  {"SHA-512", 128},  {"SHA512", 128},    {"SHA3-224", 56},
               {"SHA3-256", 64}, {"SHA3-384", 96}, {"SHA3-512", 128}, {"RIPEMD-160", 40}, {"WHIRLPOOL", 128}};
  const struct object_path *o = &t->path;
  if ((t->op != OP_EQ && t->op != OP_NE && t->op != OP_IN) || o->n < 2 || o->step[o->n - 1].kind != STEP_KEY ||
      o->step[o->n - 2].kind != STEP_KEY)
    return VG_OK;
  if (!vg_str_ends(o->step[o->n - 2].key, VG_STR("hashes")))
    return VG_OK;
  for (size_t k = 0; k < VG_COUNT(sizes); k++) {
    for (size_t i = 0; vg_str_eqz(o->step[o->n - 1].key, sizes[k].name) && i < t->lits; i++) {
      vg_str s = t->lit[i].s;
      bool ok = t->lit[i].kind == L_STRING && s.n == sizes[k].n;
      for (size_t c = 0; ok && c < s.n; c++)
        ok = vg_is_hex(s.p[c]);
      if (!ok)
        return VG_FAIL(err, VG_EDATA, "intel.pattern_hash", VG_T(s), sizes[k].name);
    }
  }
  return VG_OK;
}

static vg_code prop_test(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  struct pattern_node *t;
  VG_TRY(new_node(p, N_TEST, &t, err));
  *out = t;
  t->negated = accept(p, T_NOT);
  if (p->x.kind == T_EXISTS) {
    pattern_next(&p->x);
    t->op = OP_EXISTS;
    return object_path(p, &t->path, err);
  }
  if (t->negated)
    return unexpected(p, err);
  VG_TRY(object_path(p, &t->path, err));
  t->negated = accept(p, T_NOT);
  enum pattern_token op = p->x.kind;
  pattern_next(&p->x);
  switch ((int)op) {
  case T_EQ:
  case T_NE:
    t->op = op == T_EQ ? OP_EQ : OP_NE;
    VG_TRY(one_literal(p, t, false, err));
    break;
  case T_LT:
  case T_LE:
  case T_GT:
  case T_GE:
    t->op = op == T_LT ? OP_LT : op == T_LE ? OP_LE : op == T_GT ? OP_GT : OP_GE;
    VG_TRY(one_literal(p, t, true, err));
    break;
  case T_IN:
    t->op = OP_IN;
    VG_TRY(set(p, t, err));
    break;
  case T_LIKE:
  case T_MATCHES:
  case T_ISSUBSET:
  case T_ISSUPERSET:
    t->op = op == T_LIKE ? OP_LIKE : op == T_MATCHES ? OP_MATCHES : op == T_ISSUBSET ? OP_SUBSET : OP_SUPERSET;
    VG_TRY(string_only(p, t, err));
    break;
  default: return VG_FAIL(err, VG_EDATA, "intel.pattern_operator", VG_N(t->at + 1));
  }
  return p->strict ? check_hash(t, err) : VG_OK;
}

static vg_code comparison(struct parser *p, struct pattern_node **out, struct vg_err *err);

static vg_code comparison_term(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  if (!accept(p, T_LPAREN))
    return prop_test(p, out, err);
  VG_TRY(comparison(p, out, err));
  return expect(p, T_RPAREN, err);
}

/* kid (word kid)* : the kid alone, or a node of them all. */
typedef vg_code parse_kid(struct parser *p, struct pattern_node **out, struct vg_err *err);
static vg_code joined(struct parser *p, enum pattern_token word, enum node_kind kind, parse_kid *kid,
                      struct pattern_node **out, struct vg_err *err) {
  struct pattern_node *one, *all;
  VG_TRY(kid(p, out, err));
  if (p->x.kind != word)
    return VG_OK;
  VG_TRY(new_node(p, kind, &all, err));
  VG_TRY(pattern_add(p->out, all, *out, err));
  while (accept(p, word)) {
    VG_TRY(kid(p, &one, err));
    VG_TRY(pattern_add(p->out, all, one, err));
  }
  *out = all;
  return VG_OK;
}

static vg_code comparison_and(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  return joined(p, T_AND, N_ALL, comparison_term, out, err);
}

static vg_code comparison(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  if (++p->depth > DEPTH_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.pattern_deep");
  VG_TRY(joined(p, T_OR, N_ANY, comparison_and, out, err));
  p->depth--;
  return VG_OK;
}

static vg_code observations(struct parser *p, struct pattern_node **out, struct vg_err *err);

static vg_code observation_base(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  struct pattern_node *inside;
  if (accept(p, T_LPAREN)) {
    VG_TRY(observations(p, out, err));
    return expect(p, T_RPAREN, err);
  }
  VG_TRY(new_node(p, N_OBSERVE, out, err));
  VG_TRY(expect(p, T_LBRACK, err));
  VG_TRY(comparison(p, &inside, err));
  VG_TRY(pattern_add(p->out, *out, inside, err));
  return expect(p, T_RBRACK, err);
}

static vg_code qualifier(struct parser *p, struct pattern_node *q, struct vg_err *err) {
  struct literal l, m;
  if (accept(p, T_WITHIN)) {
    q->kind = N_WITHIN;
    if (p->x.kind != T_INT && p->x.kind != T_FLOAT)
      return unexpected(p, err);
    VG_TRY(literal(p, true, &l, err));
    q->seconds = l.f;
    return expect(p, T_SECONDS, err);
  }
  if (accept(p, T_REPEATS)) {
    q->kind = N_REPEATS;
    if (p->x.kind != T_INT)
      return unexpected(p, err);
    VG_TRY(literal(p, true, &l, err));
    q->times = l.i;
    if (q->times < 1)
      return VG_FAIL(err, VG_EDATA, "intel.pattern_repeats");
    return expect(p, T_TIMES, err);
  }
  q->kind = N_STARTSTOP;
  pattern_next(&p->x);
  if (p->x.kind != T_TIME)
    return unexpected(p, err);
  VG_TRY(literal(p, true, &l, err));
  VG_TRY(expect(p, T_STOP, err));
  if (p->x.kind != T_TIME)
    return unexpected(p, err);
  VG_TRY(literal(p, true, &m, err));
  q->start = l.t;
  q->stop = m.t;
  return VG_OK;
}

static vg_code observation(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  static const char *const names[] = {"WITHIN", "REPEATS", "START"};
  unsigned seen = 0;
  VG_TRY(observation_base(p, out, err));
  for (int chain = 0; p->x.kind == T_WITHIN || p->x.kind == T_REPEATS || p->x.kind == T_START; chain++) {
    struct pattern_node *q;
    if (chain > DEPTH_MAX)
      return VG_FAIL(err, VG_ELIMIT, "intel.pattern_deep");
    VG_TRY(new_node(p, N_WITHIN, &q, err));
    VG_TRY(qualifier(p, q, err));
    unsigned bit = 1u << (q->kind - N_WITHIN);
    if (p->strict && (seen & bit))
      return VG_FAIL(err, VG_EDATA, "intel.pattern_twice", names[q->kind - N_WITHIN]);
    seen |= bit;
    VG_TRY(pattern_add(p->out, q, *out, err));
    *out = q;
  }
  return VG_OK;
}

static vg_code observation_and(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  return joined(p, T_AND, N_AND, observation, out, err);
}
static vg_code observation_or(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  return joined(p, T_OR, N_OR, observation_and, out, err);
}
static vg_code observations(struct parser *p, struct pattern_node **out, struct vg_err *err) {
  if (++p->depth > DEPTH_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.pattern_deep");
  VG_TRY(joined(p, T_FOLLOWEDBY, N_FOLLOWED, observation_or, out, err));
  p->depth--;
  return VG_OK;
}

vg_code pattern_parse(struct intel_pattern *out, vg_str text, bool strict, struct vg_err *err) {
  struct parser p = {.x = {.text = text}, .out = out, .strict = strict};
  *out = (struct intel_pattern){0};
  if (text.n > PATTERN_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.pattern_large");
  if (!vg_utf8_ok(text))
    return VG_FAIL(err, VG_EDATA, "intel.pattern_utf8");
  VG_TRY(vg_arena_new(&out->arena, ARENA_CAP, err));
  /* The tree points into the text: a copy that lives as long. */
  p.x.text = vg_arena_str(out->arena, text);
  pattern_next(&p.x);
  vg_code rc = p.x.text.p || text.n == 0 ? observations(&p, &out->root, err) : no_memory(err);
  if (rc == VG_OK && p.x.kind != T_END)
    rc = unexpected(&p, err);
  if (rc != VG_OK)
    pattern_fini(out);
  return rc;
}
