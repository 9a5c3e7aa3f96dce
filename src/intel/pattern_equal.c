/*
 * Equivalence of STIX patterns: both are brought to one normal form and compared. Inside brackets a disjunction of
 * conjunctions (those that ask two types of one object can never hold and go), between brackets alternatives of AND and
 * FOLLOWEDBY; duplicates and what another alternative absorbs go too; values are spelled one way.
 */
#include "base/hash.h"
#include "intel/pattern_internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { FORMS_MAX = 4096 }; /* alternatives of one expression: distribution can double with every term */

/* A form in normal form. Its text says all: equal texts are equal forms. kids of BOTH are sorted. */
struct form {
  enum { FORM_ATOM, FORM_BOTH, FORM_ROW } kind;
  struct form **kid;
  size_t n;
  vg_str text;
  vg_str type; /* of a test inside brackets: the object's type */
};
struct forms {
  struct form **v;
  size_t n, cap;
};
struct work {
  struct intel_pattern *p;
  struct vg_buf text;
};

static vg_code too_large(struct vg_err *err) { return VG_FAIL(err, VG_ELIMIT, "intel.pattern_large"); }

static vg_code add(struct work *w, struct forms *to, struct form *f, struct vg_err *err) {
  for (size_t i = 0; i < to->n; i++)
    if (vg_str_eq(to->v[i]->text, f->text))
      return VG_OK;
  if (to->n == FORMS_MAX)
    return too_large(err);
  if (to->n == to->cap) {
    size_t cap = to->cap ? to->cap * 2 : 8;
    struct form **grown = vg_arena_array(w->p->arena, cap, sizeof *grown);
    if (!grown)
      return too_large(err);
    if (to->n)
      memcpy(grown, to->v, to->n * sizeof *grown);
    to->v = grown;
    to->cap = cap;
  }
  to->v[to->n++] = f;
  return VG_OK;
}

static int by_text(const void *a, const void *b) {
  return vg_str_cmp((*(struct form *const *)a)->text, (*(struct form *const *)b)->text);
}

/* Finishes w->text as the form's text. */
static vg_code finish(struct work *w, struct form *f, struct vg_err *err) {
  VG_TRY(vg_buf_check(&w->text, err));
  f->text = vg_arena_str(w->p->arena, vg_buf_view(&w->text));
  return f->text.p ? VG_OK : too_large(err);
}

static vg_code atom(struct work *w, vg_str type, struct form **out, struct vg_err *err) {
  *out = vg_arena_alloc(w->p->arena, sizeof **out);
  if (!*out)
    return too_large(err);
  (*out)->type = type;
  return finish(w, *out, err);
}

/* a and b as one: kids of the same kind are taken in flat. */
static vg_code join(struct work *w, int kind, struct form *a, struct form *b, bool once, struct form **out,
                    struct vg_err *err) {
  struct form *f = vg_arena_alloc(w->p->arena, sizeof *f), *const side[] = {a, b};
  size_t n = 0;
  if (!f)
    return too_large(err);
  for (int i = 0; i < 2; i++)
    n += (int)side[i]->kind == kind ? side[i]->n : 1;
  f->kid = vg_arena_array(w->p->arena, n, sizeof *f->kid);
  if (!f->kid)
    return too_large(err);
  for (int i = 0; i < 2; i++) {
    if ((int)side[i]->kind == kind) {
      memcpy(f->kid + f->n, side[i]->kid, side[i]->n * sizeof *f->kid);
      f->n += side[i]->n;
    } else {
      f->kid[f->n++] = side[i];
    }
  }
  f->kind = kind == FORM_ROW ? FORM_ROW : FORM_BOTH;
  f->type = a->type;
  if (f->kind == FORM_BOTH)
    qsort(f->kid, f->n, sizeof *f->kid, by_text);
  for (size_t i = 1; once && i < f->n;) {
    if (vg_str_eq(f->kid[i]->text, f->kid[i - 1]->text))
      memmove(f->kid + i, f->kid + i + 1, (--f->n - i) * sizeof *f->kid);
    else
      i++;
  }
  vg_buf_reset(&w->text);
  vg_buf_byte(&w->text, f->kind == FORM_ROW ? '<' : '{');
  for (size_t i = 0; i < f->n; i++) {
    vg_buf_str(&w->text, f->kid[i]->text);
    vg_buf_byte(&w->text, ';');
  }
  vg_buf_byte(&w->text, f->kind == FORM_ROW ? '>' : '}');
  if (f->n == 1) {
    *out = f->kid[0];
    return VG_OK;
  }
  *out = f;
  return finish(w, f, err);
}

/* Whatever satisfies y satisfies x. */
static bool implied(const struct form *x, const struct form *y) {
  if (vg_str_eq(x->text, y->text))
    return true;
  if (y->kind == FORM_ATOM)
    return false;
  for (size_t i = 0; i < y->n; i++)
    if (implied(x, y->kid[i]))
      return true;
  if (x->kind != y->kind)
    return false;
  size_t k = 0;
  for (size_t i = 0; i < y->n && k < x->n; i++)
    if (implied(x->kid[k], y->kid[i]))
      k++;
  return k == x->n;
}

static void absorb(struct forms *f) {
  for (size_t i = 0; i < f->n; i++) {
    for (size_t k = 0; k < f->n;) {
      if (k == i || !implied(f->v[i], f->v[k])) {
        k++;
        continue;
      }
      memmove(f->v + k, f->v + k + 1, (--f->n - k) * sizeof *f->v);
      i -= k < i;
    }
  }
  if (f->n)
    qsort(f->v, f->n, sizeof *f->v, by_text);
}

static void put_string(struct vg_buf *out, vg_str s) {
  vg_buf_fmt(out, "s%zu:", s.n);
  vg_buf_str(out, s);
}

void pattern_put_path(struct vg_buf *out, const struct object_path *p) {
  vg_buf_str(out, p->type);
  for (size_t i = 0; i < p->n; i++) {
    if (p->step[i].kind == STEP_KEY) {
      vg_buf_byte(out, '.');
      put_string(out, p->step[i].key);
    } else if (p->step[i].kind == STEP_ANY) {
      vg_buf_z(out, "[*]");
    } else {
      vg_buf_fmt(out, "[%lld]", (long long)p->step[i].index);
    }
  }
}

static bool path_is(const struct object_path *p, const char *type, const char *last, size_t n) {
  return vg_str_eqz(p->type, type) && p->n == n && p->step[n - 1].kind == STEP_KEY &&
         vg_str_eqz(p->step[n - 1].key, last);
}

/* Networks without host bits, keys of the registry without case. */
static void put_value(struct vg_buf *out, const struct object_path *path, vg_str s) {
  struct network net;
  char text[INET6_ADDRSTRLEN];
  bool address = path_is(path, "ipv4-addr", "value", 1) || path_is(path, "ipv6-addr", "value", 1);
  bool registry = path_is(path, "windows-registry-key", "key", 1) ||
                  (path_is(path, "windows-registry-key", "name", 3) && vg_str_eqz(path->step[0].key, "values"));
  if (address && pattern_network(s, &net)) {
    inet_ntop(net.family == 4 ? AF_INET : AF_INET6, net.a, text, sizeof text);
    vg_buf_fmt(out, "n%s/%u", text, net.bits);
  } else if (registry) {
    vg_buf_fmt(out, "s%zu:", s.n);
    for (size_t i = 0; i < s.n; i++)
      vg_buf_byte(out, (unsigned char)vg_lower(s.p[i]));
  } else {
    put_string(out, s);
  }
}

static void put_literal(struct vg_buf *out, const struct object_path *path, const struct literal *l) {
  char hex[3];
  switch (l->kind) {
  case L_INT: vg_buf_fmt(out, "%lld", (long long)l->i); break;
  case L_FLOAT:
    if (l->f >= -9e15 && l->f <= 9e15 && l->f >= (double)(int64_t)l->f && l->f <= (double)(int64_t)l->f)
      vg_buf_fmt(out, "%lld", (long long)l->f);
    else
      vg_buf_fmt(out, "%.17g", l->f);
    break;
  case L_STRING: put_value(out, path, l->s); break;
  case L_BYTES:
    vg_buf_byte(out, 'h');
    for (size_t i = 0; i < l->s.n; i++)
      vg_buf_z(out, vg_hex(hex, l->s.p + i, 1));
    break;
  case L_TIME:
    if (l->t == INT64_MAX || l->t == INT64_MIN + 1)
      put_string(out, l->s);
    else
      vg_buf_fmt(out, "t%lld", (long long)l->t);
    break;
  case L_BOOL: vg_buf_z(out, l->i ? "true" : "false"); break;
  }
}

static vg_code test_form(struct work *w, const struct pattern_node *t, struct form **out, struct vg_err *err) {
  static const char *const names[] = {"=",      "!=",        "<",          "<=",           ">",       ">=", " IN ",
                                      " LIKE ", " MATCHES ", " ISSUBSET ", " ISSUPERSET ", " EXISTS "};
  enum test_op op = t->op;
  bool negated = t->negated;
  if (negated && (op == OP_EQ || op == OP_NE)) {
    op = op == OP_EQ ? OP_NE : OP_EQ;
    negated = false;
  }
  struct forms set = {0};
  for (size_t i = 0; op == OP_IN && i < t->lits; i++) {
    struct form *f;
    vg_buf_reset(&w->text);
    put_literal(&w->text, &t->path, &t->lit[i]);
    VG_TRY(atom(w, t->path.type, &f, err));
    VG_TRY(add(w, &set, f, err));
  }
  if (set.n)
    qsort(set.v, set.n, sizeof *set.v, by_text);
  vg_buf_reset(&w->text);
  pattern_put_path(&w->text, &t->path);
  vg_buf_z(&w->text, negated ? " NOT" : "");
  vg_buf_z(&w->text, names[op]);
  for (size_t i = 0; i < set.n; i++) {
    vg_buf_str(&w->text, set.v[i]->text);
    vg_buf_byte(&w->text, ',');
  }
  if (op != OP_IN && op != OP_EXISTS)
    put_literal(&w->text, &t->path, t->lit);
  return atom(w, t->path.type, out, err);
}

/* Each of a with each of b; inside brackets (`once`) one object has one type only. */
static vg_code cross(struct work *w, int kind, const struct forms *a, const struct forms *b, bool once,
                     struct forms *out, struct vg_err *err) {
  struct form *f = NULL;
  for (size_t i = 0; i < a->n; i++) {
    for (size_t k = 0; k < b->n; k++) {
      if (once && !vg_str_eq(a->v[i]->type, b->v[k]->type))
        continue;
      VG_TRY(join(w, kind, a->v[i], b->v[k], once, &f, err));
      VG_TRY(add(w, out, f, err));
    }
  }
  return VG_OK;
}

static vg_code forms_of(struct work *w, const struct pattern_node *n, struct forms *out, struct vg_err *err);

static vg_code kids_forms(struct work *w, const struct pattern_node *n, struct forms *out, struct vg_err *err) {
  bool any = n->kind == N_ANY || n->kind == N_OR, once = n->kind == N_ALL;
  for (size_t i = 0; i < n->n; i++) {
    struct forms kid = {0}, both = {0};
    VG_TRY(forms_of(w, n->kid[i], &kid, err));
    for (size_t k = 0; (any || i == 0) && k < kid.n; k++)
      VG_TRY(add(w, out, kid.v[k], err));
    if (any || i == 0)
      continue;
    VG_TRY(cross(w, n->kind == N_FOLLOWED ? FORM_ROW : FORM_BOTH, out, &kid, once, &both, err));
    absorb(&both);
    *out = both;
  }
  absorb(out);
  return VG_OK;
}

/* What is in brackets, or qualified, stands as one atom. */
static vg_code wrapped(struct work *w, const struct pattern_node *n, struct forms *out, struct vg_err *err) {
  struct forms in = {0};
  struct form *f;
  VG_TRY(forms_of(w, n->kid[0], &in, err));
  vg_buf_reset(&w->text);
  vg_buf_byte(&w->text, n->kind == N_OBSERVE ? '[' : '(');
  for (size_t i = 0; i < in.n; i++) {
    vg_buf_str(&w->text, in.v[i]->text);
    vg_buf_byte(&w->text, '|');
  }
  vg_buf_byte(&w->text, n->kind == N_OBSERVE ? ']' : ')');
  if (n->kind == N_WITHIN)
    vg_buf_fmt(&w->text, "w%.17g", n->seconds);
  else if (n->kind == N_REPEATS)
    vg_buf_fmt(&w->text, "r%lld", (long long)n->times);
  else if (n->kind == N_STARTSTOP)
    vg_buf_fmt(&w->text, "s%lld-%lld", (long long)n->start, (long long)n->stop);
  VG_TRY(atom(w, VG_STR(""), &f, err));
  return add(w, out, f, err);
}

static vg_code forms_of(struct work *w, const struct pattern_node *n, struct forms *out, struct vg_err *err) {
  struct form *f;
  switch (n->kind) {
  case N_TEST: VG_TRY(test_form(w, n, &f, err)); return add(w, out, f, err);
  case N_ALL:
  case N_ANY:
  case N_AND:
  case N_OR:
  case N_FOLLOWED: return kids_forms(w, n, out, err);
  case N_OBSERVE:
  case N_WITHIN:
  case N_REPEATS:
  case N_STARTSTOP: break;
  }
  return wrapped(w, n, out, err);
}

static vg_code normal(vg_str text, struct vg_buf *out, struct vg_err *err) {
  struct intel_pattern p;
  struct forms f = {0};
  VG_TRY(pattern_parse(&p, text, false, err));
  struct work w = {.p = &p};
  vg_buf_init(&w.text, 16 << 20);
  vg_code rc = forms_of(&w, p.root, &f, err);
  for (size_t i = 0; rc == VG_OK && i < f.n; i++) {
    vg_buf_str(out, f.v[i]->text);
    vg_buf_byte(out, '\n');
  }
  vg_buf_fini(&w.text);
  pattern_fini(&p);
  return rc == VG_OK ? vg_buf_check(out, err) : rc;
}

vg_code intel_pattern_equal(vg_str a, vg_str b, bool *equal, struct vg_err *err) {
  struct vg_buf x, y;
  vg_code rc = VG_OK;
  vg_buf_init(&x, 64 << 20);
  vg_buf_init(&y, 64 << 20);
  VG_GO(normal(a, &x, err));
  VG_GO(normal(b, &y, err));
  *equal = vg_str_eq(vg_buf_view(&x), vg_buf_view(&y));
out:
  vg_buf_fini(&x);
  vg_buf_fini(&y);
  return rc;
}
