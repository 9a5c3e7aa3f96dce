/* Object paths: from an object through keys, lists and references to the values that a test looks at. */
#include "base/hash.h"
#include "intel/pattern_match.h"

enum { VISITS_MAX = 10000000 }; /* lists of references of lists of references: bounded */

struct walk {
  struct intel_pattern *p;
  struct pattern_node *t;
  const struct observed *o;
  vg_str scope;
  bool holds;
  int visits;
};

/* `_bin` is base64 and `_hex` hexadecimal (section 2 of the standard): such a value is its bytes. */
static bool bytes_of(vg_str key, vg_str text, struct vg_buf *out) {
  if (vg_str_ends(key, VG_STR("_bin")))
    return vg_unbase64(text, out);
  if (!vg_str_ends(key, VG_STR("_hex")) || text.n % 2)
    return false;
  unsigned char *room = (unsigned char *)vg_buf_room(out, text.n / 2 + 1);
  if (!room || !vg_unhex(text, room, text.n / 2))
    return false;
  out->n = text.n / 2;
  return true;
}

static vg_code leaf(struct walk *w, vg_str key, vg_jv v, struct vg_err *err) {
  struct pattern_value value = {.kind = V_OTHER};
  struct vg_buf bytes;
  bool holds;
  vg_buf_init(&bytes, 256u << 20);
  switch (vg_jv_type(v)) {
  case VG_J_NULL: value.kind = V_NULL; break;
  case VG_J_BOOL:
    value.kind = V_BOOL;
    (void)vg_jv_bool(v, &value.b);
    break;
  case VG_J_INT:
    value.is_int = vg_jv_i64(v, &value.i);
    value.kind = V_NUM;
    (void)vg_jv_f64(v, &value.f);
    break;
  case VG_J_NUM:
    value.kind = V_NUM;
    (void)vg_jv_f64(v, &value.f);
    break;
  case VG_J_STR:
    value.kind = V_STRING;
    (void)vg_jv_str(v, &value.s);
    if (bytes_of(key, value.s, &bytes)) {
      value.kind = V_BYTES;
      value.s = vg_buf_view(&bytes);
      if (!value.s.p)
        value.s = VG_STR("");
    }
    break;
  case VG_J_MISSING:
  case VG_J_ARR:
  case VG_J_OBJ: break;
  }
  vg_code rc = w->t->op == OP_EXISTS ? VG_OK : pattern_test(w->p, w->t, &value, &holds, err);
  if (rc == VG_OK && (w->t->op == OP_EXISTS || holds))
    w->holds = true;
  vg_buf_fini(&bytes);
  return rc;
}

static vg_code go(struct walk *w, vg_str key, vg_jv v, size_t at, struct vg_err *err);

static vg_code go_list(struct walk *w, vg_str key, vg_jv list, size_t at, struct vg_err *err) {
  const struct path_step *s = &w->t->path.step[at];
  struct vg_jit it;
  vg_jv v;
  int64_t i = 0, want = s->index;
  if (vg_jv_type(list) != VG_J_ARR)
    return VG_OK;
  if (s->kind == STEP_INDEX && want < 0)
    want += (int64_t)vg_jv_count(list);
  for (vg_jit_init(&it, list); !w->holds && vg_jit_next(&it, NULL, &v); i++)
    if (s->kind == STEP_ANY || i == want)
      VG_TRY(go(w, key, v, at + 1, err));
  return VG_OK;
}

/* v, reached under `key`, with the path's steps from `at` on still to go. A reference is followed when a key comes
 * behind it. */
static vg_code go(struct walk *w, vg_str key, vg_jv v, size_t at, struct vg_err *err) {
  vg_str id;
  if (++w->visits > VISITS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.match_costly");
  if (at == w->t->path.n)
    return leaf(w, key, v, err);
  const struct path_step *s = &w->t->path.step[at];
  if (s->kind != STEP_KEY)
    return go_list(w, key, v, at, err);
  if (vg_jv_str(v, &id) && (vg_str_ends(key, VG_STR("_ref")) || vg_str_ends(key, VG_STR("_refs")))) {
    if (!observed_find(w->o, w->scope, id, &v) && !observed_find(w->o, VG_STR(""), id, &v))
      return VG_OK;
  }
  struct vg_jit it;
  vg_jv kid;
  vg_str name;
  if (vg_jv_type(v) != VG_J_OBJ)
    return VG_OK;
  for (vg_jit_init(&it, v); vg_jit_next(&it, &name, &kid);)
    if (vg_str_eq(name, s->key))
      return go(w, name, kid, at + 1, err);
  return VG_OK;
}

static vg_code test_holds(struct intel_pattern *p, struct pattern_node *t, const struct observed *o, vg_str scope,
                          vg_jv object, bool *holds, struct vg_err *err) {
  struct walk w = {.p = p, .t = t, .o = o, .scope = scope};
  vg_str type;
  *holds = false;
  if (!vg_jv_str_at(object, "type", &type) || !vg_str_eq(type, t->path.type))
    return VG_OK;
  VG_TRY(go(&w, VG_STR(""), object, 0, err));
  *holds = t->op == OP_EXISTS ? w.holds != t->negated : w.holds;
  return VG_OK;
}

vg_code pattern_holds(struct intel_pattern *p, struct pattern_node *n, const struct observed *o, vg_str scope,
                      vg_jv object, bool *holds, struct vg_err *err) {
  if (n->kind == N_TEST)
    return test_holds(p, n, o, scope, object, holds, err);
  *holds = n->kind == N_ALL;
  for (size_t i = 0; i < n->n && *holds == (n->kind == N_ALL); i++)
    VG_TRY(pattern_holds(p, n->kid[i], o, scope, object, holds, err));
  return VG_OK;
}
