/*
 * The observables that observed data of STIX 2.0 embeds, as objects of their own. They name each other by their keys in
 * the dictionary, and what some of them name takes part in their id: first the ids are made, those that are named
 * before those that name them, then the objects. A circle of what takes part, or a chain that is too long, is broken
 * by an id to which the content does not contribute.
 */
#include "intel/lift.h"
#include "intel/model.h"

#include <stdlib.h>

enum { CHAIN_MAX = 64, NESTED_MAX = 24 };

struct member {
  vg_str key, type;
  vg_jv v;
  struct vg_id id;
  enum { FRESH, BUSY, DONE } state;
  size_t marks, marks_end; /* its granular markings */
};
/* A granular marking of one observable. rest: the selector inside of it, empty: all of it. */
struct mark {
  size_t member;
  vg_jv marking;
  vg_str rest;
};
struct seen {
  struct lift *l;
  vg_jv o;
  vg_str id; /* of the observed data */
  struct member *member;
  size_t *by_key, n;
  struct mark *mark;
  size_t marks;
  bool ids_only;       /* only what takes part in an id is written: */
  vg_str contributing; /* the names of these properties */
  struct vg_buf part;  /* ... here */
};

static int key_order(const void *a, const void *b, void *ctx) {
  const struct member *m = ctx;
  return vg_str_cmp(m[*(const size_t *)a].key, m[*(const size_t *)b].key);
}

static struct member *find(const struct seen *s, vg_str key) {
  size_t low = 0, high = s->n;
  while (low < high) {
    size_t mid = (low + high) / 2;
    struct member *m = &s->member[s->by_key[mid]];
    int c = vg_str_cmp(m->key, key);
    if (c == 0)
      return m;
    if (c < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return NULL;
}

static vg_code collect(struct seen *s, vg_jv objects, struct vg_err *err) {
  struct vg_jit it;
  size_t n = vg_jv_count(objects), i = 0;
  s->member = vg_arena_array(s->l->arena, n, sizeof *s->member);
  s->by_key = vg_arena_array(s->l->arena, n, sizeof *s->by_key);
  if (n && (!s->member || !s->by_key))
    return VG_FAIL(err, VG_ELIMIT, "base.memory");
  for (vg_jit_init(&it, objects); i < n && vg_jit_next(&it, &s->member[i].key, &s->member[i].v); i++) {
    struct member *m = &s->member[i];
    if (!vg_jv_str_at(m->v, "type", &m->type) || !check_type_name(m->type) || m->type.n > 80)
      return VG_FAIL(err, VG_EDATA, "intel.lift_bad", VG_T(m->key), VG_T(s->id));
    s->by_key[i] = i;
  }
  s->n = i;
  if (i)
    qsort_r(s->by_key, i, sizeof *s->by_key, key_order, s->member);
  return VG_OK;
}

/* --- granular markings: "objects.KEY.property" --- */

static size_t count_selectors(vg_jv markings) {
  struct vg_jit it;
  vg_jv one;
  size_t n = 0;
  for (vg_jit_init(&it, markings); vg_jit_next(&it, NULL, &one);)
    n += vg_jv_count(vg_jv_at(one, "selectors"));
  return n;
}

static int mark_order(const void *a, const void *b) {
  const struct mark *x = a, *y = b;
  return x->member != y->member ? (x->member > y->member) - (x->member < y->member)
                                : (x->rest.p > y->rest.p) - (x->rest.p < y->rest.p);
}

static void collect_marking(struct seen *s, vg_jv marking) {
  struct vg_jit it;
  vg_jv one;
  vg_str rest, key;
  for (vg_jit_init(&it, vg_jv_at(marking, "selectors")); vg_jit_next(&it, NULL, &one);) {
    if (!vg_jv_str(one, &rest) || !vg_str_starts(rest, VG_STR("objects.")))
      continue;
    rest = vg_str_sub(rest, 8, rest.n);
    (void)vg_str_cut(&rest, '.', &key);
    const struct member *m = find(s, key);
    if (m)
      s->mark[s->marks++] = (struct mark){(size_t)(m - s->member), marking, rest.p ? rest : VG_STR("")};
  }
}

static vg_code collect_marks(struct seen *s, struct vg_err *err) {
  struct vg_jit it;
  vg_jv markings = vg_jv_at(s->o, "granular_markings"), one;
  size_t n = count_selectors(markings);
  if (n == 0)
    return VG_OK;
  s->mark = vg_arena_array(s->l->arena, n, sizeof *s->mark);
  if (!s->mark)
    return VG_FAIL(err, VG_ELIMIT, "base.memory");
  for (vg_jit_init(&it, markings); vg_jit_next(&it, NULL, &one);)
    collect_marking(s, one);
  if (s->marks)
    qsort(s->mark, s->marks, sizeof *s->mark, mark_order);
  for (size_t i = 0; i < s->marks; i++) {
    struct member *m = &s->member[s->mark[i].member];
    if (m->marks_end == 0)
      m->marks = i;
    m->marks_end = i + 1;
  }
  return VG_OK;
}

/* The whole observable is marked as the observed data is, and as a selector that names all of it says. */
static void put_marking_refs(const struct seen *s, const struct member *m, struct vg_jw *w) {
  struct vg_jit it;
  vg_jv one, all = vg_jv_at(s->o, "object_marking_refs");
  bool any = vg_jv_count(all) > 0;
  for (size_t i = m->marks; i < m->marks_end; i++)
    any |= s->mark[i].rest.n == 0;
  if (!any)
    return;
  vg_jw_key(w, "object_marking_refs");
  vg_jw_arr(w);
  for (vg_jit_init(&it, all); vg_jit_next(&it, NULL, &one);)
    lift_value(w, one);
  for (size_t i = m->marks; i < m->marks_end; i++) {
    one = vg_jv_at(s->mark[i].marking, "marking_ref");
    if (s->mark[i].rest.n == 0 && vg_jv_type(one) == VG_J_STR)
      lift_value(w, one);
  }
  vg_jw_end(w);
}

static void put_selector(const struct member *m, vg_str rest, struct vg_jw *w) {
  struct vg_buf text;
  vg_str first;
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  (void)vg_str_cut(&rest, '.', &first);
  vg_buf_str(&text, lift_name(m->type, first));
  vg_buf_z(&text, rest.p ? "." : "");
  vg_buf_str(&text, rest);
  vg_jw_str(w, vg_buf_view(&text));
  vg_buf_fini(&text);
}

static void put_granular(const struct seen *s, const struct member *m, struct vg_jw *w) {
  bool any = false;
  for (size_t i = m->marks; i < m->marks_end; i++) {
    const struct mark *k = &s->mark[i];
    vg_jv ref = vg_jv_at(k->marking, "marking_ref");
    if (k->rest.n == 0 || vg_jv_type(ref) != VG_J_STR)
      continue;
    if (!any) {
      vg_jw_key(w, "granular_markings");
      vg_jw_arr(w);
      any = true;
    }
    vg_jw_obj(w);
    vg_jw_key(w, "marking_ref");
    lift_value(w, ref);
    vg_jw_key(w, "selectors");
    vg_jw_arr(w);
    put_selector(m, k->rest, w);
    vg_jw_end(w);
    vg_jw_end(w);
  }
  if (any)
    vg_jw_end(w);
}

/* --- references --- */

static bool is_ref(vg_str key) { return vg_str_ends(key, VG_STR("_ref")) || vg_str_ends(key, VG_STR("_refs")); }

static struct member *target(const struct seen *s, vg_jv v) {
  vg_str key;
  return vg_jv_str(v, &key) ? find(s, key) : NULL;
}

/* The list of a property that ends in _refs, or its one reference. */
static bool any_target(const struct seen *s, vg_jv v) {
  struct vg_jit it;
  vg_jv one;
  if (vg_jv_type(v) != VG_J_ARR)
    return target(s, v) != NULL;
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &one);)
    if (target(s, one))
      return true;
  return false;
}

static void put_refs(const struct seen *s, vg_str key, vg_jv v, struct vg_jw *w) {
  struct vg_jit it;
  vg_jv one;
  vg_jw_keys(w, key);
  if (vg_jv_type(v) != VG_J_ARR) {
    vg_jw_str(w, vg_id_str(&target(s, v)->id));
    return;
  }
  vg_jw_arr(w);
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &one);)
    if (target(s, one))
      vg_jw_str(w, vg_id_str(&target(s, one)->id));
  vg_jw_end(w);
}

static void put_members(const struct seen *s, vg_str type, vg_jv v, int depth, struct vg_jw *w);

static void put_any(const struct seen *s, vg_str name, vg_jv v, int depth, struct vg_jw *w) {
  struct vg_jit it;
  vg_jv one;
  if (depth >= NESTED_MAX || (vg_jv_type(v) != VG_J_OBJ && vg_jv_type(v) != VG_J_ARR)) {
    lift_value(w, v);
  } else if (vg_jv_type(v) == VG_J_OBJ) {
    vg_jw_obj(w);
    put_members(s, name, v, depth, w);
    vg_jw_end(w);
  } else {
    vg_jw_arr(w);
    for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &one);)
      put_any(s, name, one, depth + 1, w);
    vg_jw_end(w);
  }
}

static bool contributes(vg_str names, vg_str name) {
  vg_str one;
  while (names.n && vg_str_cut(&names, ' ', &one))
    if (vg_str_eq(one, name))
      return true;
  return false;
}

/* The members of an observable (depth 0), or of a structure called `type` in it. */
static void put_members(const struct seen *s, vg_str type, vg_jv v, int depth, struct vg_jw *w) {
  static const char *const ours[] = {"type", "id", "spec_version", "object_marking_refs", "granular_markings"};
  struct vg_jit it;
  vg_str key;
  vg_jv one;
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);) {
    bool own = false;
    for (size_t i = 0; depth == 0 && i < VG_COUNT(ours); i++)
      own |= vg_str_eqz(key, ours[i]);
    vg_str name = lift_name(type, key);
    if (own || (depth == 0 && s->ids_only && !contributes(s->contributing, name)))
      continue;
    if (!vg_str_eq(name, key))
      lift_tell(s->l, "intel.lift_name", key, name);
    if (is_ref(key) && any_target(s, one)) {
      put_refs(s, name, one, w);
    } else if (is_ref(key) && depth == 0) { /* names nothing that is here */
      lift_tell(s->l, "intel.lift_lost", key, VG_STR(""));
    } else {
      vg_jw_keys(w, name);
      put_any(s, key, one, depth + 1, w);
    }
  }
}

/* --- ids --- */

static struct vg_id plain_id(const struct seen *s, const struct member *m) {
  char kind[81];
  return vg_id_v4_of(vg_str_copy(kind, sizeof kind, m->type), s->id, m->key);
}

static vg_code resolve(struct seen *s, struct member *m, int chain, struct vg_err *err);

static vg_code resolve_target(struct seen *s, vg_jv ref, int chain, struct vg_err *err) {
  struct member *m = target(s, ref);
  return m ? resolve(s, m, chain, err) : VG_OK;
}

/* What `v`, a value called `key`, names. */
static vg_code resolve_named(struct seen *s, vg_str key, vg_jv v, int depth, int chain, struct vg_err *err) {
  struct vg_jit it;
  vg_str name = VG_STR("");
  vg_jv one;
  if (vg_jv_type(v) == VG_J_STR)
    return is_ref(key) ? resolve_target(s, v, chain, err) : VG_OK;
  if (depth >= NESTED_MAX || (vg_jv_type(v) != VG_J_ARR && vg_jv_type(v) != VG_J_OBJ))
    return VG_OK;
  for (vg_jit_init(&it, v); vg_jit_next(&it, &name, &one);)
    VG_TRY(resolve_named(s, vg_jv_type(v) == VG_J_OBJ ? name : key, one, depth + 1, chain, err));
  return VG_OK;
}

static vg_code make_id(struct seen *s, struct member *m, struct vg_err *err) {
  struct vg_jw w;
  struct vg_id id;
  vg_jv part;
  if (m->id.s[0]) /* others already name it */
    return VG_OK;
  vg_buf_reset(&s->part);
  vg_jw_init(&w, &s->part);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "type", m->type);
  s->contributing = model_id_properties(m->type);
  put_members(s, m->type, m->v, 0, &w);
  vg_jw_end(&w);
  VG_TRY(vg_buf_check(&s->part, err));
  VG_TRY(vg_json_parse(s->l->json, vg_buf_view(&s->part), &part, err));
  m->id = intel_sco_id(part, &id) ? id : plain_id(s, m);
  return VG_OK;
}

static vg_code resolve(struct seen *s, struct member *m, int chain, struct vg_err *err) {
  struct vg_jit it;
  vg_str key, contributing = model_id_properties(m->type);
  vg_jv v;
  if (m->state == DONE)
    return VG_OK;
  if (m->state == BUSY || chain >= CHAIN_MAX) {
    if (!m->id.s[0])
      m->id = plain_id(s, m);
    return VG_OK;
  }
  m->state = BUSY;
  for (vg_jit_init(&it, m->v); vg_jit_next(&it, &key, &v);)
    if (contributes(contributing, lift_name(m->type, key)))
      VG_TRY(resolve_named(s, key, v, 0, chain + 1, err));
  m->state = DONE;
  return make_id(s, m, err);
}

static vg_code make_ids(struct seen *s, struct vg_err *err) {
  lift_note *note = s->l->note;
  vg_code rc = VG_OK;
  s->l->note = NULL;
  s->ids_only = true;
  vg_buf_init(&s->part, 4 * (size_t)INPUT_ELEMENT_MAX);
  for (size_t i = 0; i < s->n && rc == VG_OK; i++)
    rc = resolve(s, &s->member[i], 0, err);
  vg_buf_fini(&s->part);
  s->ids_only = false;
  s->l->note = note;
  return rc;
}

static vg_code make(struct seen *s, struct member *m, struct vg_err *err) {
  struct vg_jw w;
  size_t at = s->l->texts.n;
  vg_jw_init(&w, &s->l->texts);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "type", m->type);
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kstr(&w, "id", vg_id_str(&m->id));
  put_marking_refs(s, m, &w);
  put_granular(s, m, &w);
  put_members(s, m->type, m->v, 0, &w);
  vg_jw_end(&w);
  lift_tell(s->l, "intel.lift_observable", m->key, vg_id_str(&m->id));
  return lift_made(s->l, at, err);
}

vg_code lift_observables(struct lift *l, vg_jv o, struct vg_id **ids, size_t *count, struct vg_err *err) {
  struct seen s = {.l = l, .o = o, .id = VG_STR("")};
  (void)vg_jv_str_at(o, "id", &s.id);
  s.id = vg_str_sub(s.id, 0, VG_ID_MAX);
  VG_TRY(collect(&s, vg_jv_at(o, "objects"), err));
  VG_TRY(collect_marks(&s, err));
  VG_TRY(make_ids(&s, err));
  *ids = vg_arena_array(l->arena, s.n, sizeof **ids);
  if (s.n && !*ids)
    return VG_FAIL(err, VG_ELIMIT, "base.memory");
  for (size_t i = 0; i < s.n; i++) {
    (*ids)[i] = s.member[i].id;
    VG_TRY(make(&s, &s.member[i], err));
  }
  *count = s.n;
  return VG_OK;
}
