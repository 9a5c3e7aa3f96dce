/*
 * Many patterns over the same observed data. The data is read once, and every text in it goes into one table, and what
 * it is made of into another one. A pattern that asks for texts none of which is there (=, IN), or for a part that none
 * has (LIKE, MATCHES), cannot match, and is not run: what is left costs what it costs alone.
 */
#include "base/table.h"
#include "intel/pattern_match.h"

enum { TEXTS_MAX = 20000000, DEPTH = 64 };

/* --- the texts of the data --- */

struct texts {
  struct vg_table *whole;
  struct text_groups *groups;
};

static vg_code put_text(struct texts *t, vg_str s, struct vg_err *err) {
  struct vg_buf normal;
  VG_TRY(vg_table_put(t->whole, s, 0, err));
  text_groups_add(t->groups, s);
  vg_buf_init(&normal, 64u << 20);
  pattern_nfc(s, &normal);
  vg_code rc = vg_buf_check(&normal, err);
  if (rc == VG_OK && !vg_str_eq(vg_buf_view(&normal), s)) {
    text_groups_add(t->groups, vg_buf_view(&normal));
    rc = vg_table_put(t->whole, vg_buf_view(&normal), 0, err);
  }
  vg_buf_fini(&normal);
  return rc;
}

static vg_code put_texts(struct texts *t, vg_jv v, int depth, struct vg_err *err) {
  struct vg_jit it;
  vg_jv kid;
  vg_str s;
  if (vg_jv_str(v, &s))
    return put_text(t, s, err);
  if (vg_jv_type(v) != VG_J_ARR && vg_jv_type(v) != VG_J_OBJ)
    return VG_OK;
  if (depth == DEPTH)
    return VG_FAIL(err, VG_ELIMIT, "intel.match_costly");
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &kid);)
    VG_TRY(put_texts(t, kid, depth + 1, err));
  return VG_OK;
}

static vg_code data_texts(const struct observed *o, struct texts *t, struct vg_err *err) {
  for (size_t i = 0; i < o->objects; i++)
    VG_TRY(put_texts(t, o->object[i], 0, err));
  for (size_t i = 0; i < o->n; i++)
    VG_TRY(put_texts(t, o->seen[i].v, 0, err));
  return VG_OK;
}

/* --- what a pattern asks for --- */

static bool in_data(const struct vg_table *t, vg_str s) {
  struct vg_buf normal;
  uint64_t value;
  if (vg_table_get(t, s, &value))
    return true;
  vg_buf_init(&normal, 64u << 20);
  pattern_nfc(s, &normal);
  bool found = normal.bad || vg_table_get(t, vg_buf_view(&normal), &value);
  vg_buf_fini(&normal);
  return found;
}

/* Keys that end so hold bytes, which a text equals in other ways than letter by letter. */
static bool of_bytes(const struct object_path *p) {
  if (p->n == 0 || p->step[p->n - 1].kind != STEP_KEY)
    return p->n == 0;
  vg_str key = p->step[p->n - 1].key;
  return vg_str_ends(key, VG_STR("_bin")) || vg_str_ends(key, VG_STR("_hex"));
}

static bool literal_can_hold(const struct pattern_node *n, const struct literal *l, const struct texts *t) {
  if (l->kind != L_STRING)
    return true;
  return n->op == OP_LIKE      ? text_groups_like(t->groups, l->s)
         : n->op == OP_MATCHES ? text_groups_regex(t->groups, l->s)
                               : in_data(t->whole, l->s);
}

static bool test_can_hold(const struct pattern_node *n, const struct texts *t) {
  bool by_text = n->op == OP_EQ || n->op == OP_IN || n->op == OP_LIKE || n->op == OP_MATCHES;
  if (n->negated || !by_text || of_bytes(&n->path))
    return true;
  for (size_t i = 0; i < n->lits; i++)
    if (literal_can_hold(n, &n->lit[i], t))
      return true;
  return n->lits == 0;
}

/* false only when the node can hold for nothing in the data. */
static bool can_hold(const struct pattern_node *n, const struct texts *t) {
  bool any = n->kind == N_ANY || n->kind == N_OR;
  if (n->kind == N_TEST)
    return test_can_hold(n, t);
  for (size_t i = 0; i < n->n; i++)
    if (can_hold(n->kid[i], t) == any)
      return any;
  return !any;
}

vg_code intel_patterns_match(const vg_str *patterns, size_t count, vg_str data, intel_pattern_sink *sink, void *ctx,
                             struct intel_patterns_done *done, struct vg_err *err) {
  struct observed o = {0};
  struct texts texts = {.groups = text_groups_new()};
  vg_code rc = texts.groups ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  *done = (struct intel_patterns_done){0};
  if (rc != VG_OK)
    goto out;
  VG_GO(observed_read(&o, data, err));
  VG_GO(vg_table_new(&texts.whole, TEXTS_MAX, err));
  VG_GO(data_texts(&o, &texts, err));
  for (size_t i = 0; i < count; i++) {
    struct intel_pattern p;
    struct vg_err why = {0};
    bool match = false;
    vg_code one = pattern_parse(&p, patterns[i], false, &why);
    if (one == VG_OK && can_hold(p.root, &texts)) {
      done->run++;
      one = pattern_search(&p, &o, &match, &why);
    }
    pattern_fini(&p);
    if (one != VG_OK && one != VG_EDATA && one != VG_ELIMIT) {
      if (err)
        *err = why;
      rc = one;
      goto out;
    }
    done->patterns++;
    done->matched += match;
    done->refused += one != VG_OK;
    if (match || one != VG_OK)
      VG_GO(sink(ctx, i, one == VG_OK ? NULL : &why, err));
  }
out:
  vg_table_free(texts.whole);
  text_groups_free(texts.groups);
  observed_fini(&o);
  return rc;
}
