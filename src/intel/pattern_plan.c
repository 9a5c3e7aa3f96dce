/* From a pattern's tree to plans: which observations each [..] matches, alternatives multiplied out, repetitions
 * unrolled. */
#include "intel/pattern_plan.h"

#include <string.h>

enum { PLANS_MAX = 2000, PARTS_MAX = 5000 };

struct planner {
  struct intel_pattern *p;
  const struct observed *o;
};

static vg_code too_many(struct vg_err *err) { return VG_FAIL(err, VG_ELIMIT, "intel.match_costly"); }

static void *copy(struct planner *w, const void *a, size_t n, const void *b, size_t m, size_t size) {
  char *out = vg_arena_array(w->p->arena, n + m ? n + m : 1, size);
  if (out && n)
    memcpy(out, a, n * size);
  if (out && m)
    memcpy(out + n * size, b, m * size);
  return out;
}

static vg_code sees(struct planner *w, struct pattern_node *n, const struct observation *s, bool *yes,
                    struct vg_err *err) {
  struct vg_jit it;
  vg_jv ref, object;
  vg_str id, scope = vg_str_n(s->scope, sizeof s->scope);
  *yes = false;
  for (vg_jit_init(&it, vg_jv_at(s->v, "object_refs")); !*yes && vg_jit_next(&it, NULL, &ref);)
    if (vg_jv_str(ref, &id) && observed_find(w->o, VG_STR(""), id, &object))
      VG_TRY(pattern_holds(w->p, n, w->o, scope, object, yes, err));
  for (vg_jit_init(&it, vg_jv_at(s->v, "objects")); !*yes && vg_jit_next(&it, NULL, &object);)
    VG_TRY(pattern_holds(w->p, n, w->o, scope, object, yes, err));
  return VG_OK;
}

/* Is this node one [..], or alternatives of such, perhaps between START and STOP: one choice of single observations? */
static bool simple(const struct pattern_node *n) {
  if (n->kind == N_OBSERVE)
    return true;
  if (n->kind != N_OR && n->kind != N_STARTSTOP)
    return false;
  for (size_t i = 0; i < n->n; i++)
    if (!simple(n->kid[i]))
      return false;
  return true;
}

static bool overlaps(const struct pattern_node *q, const struct observation *s) {
  return s->first < q->stop && s->last >= q->start;
}

/* Marks in yes[] the observations that a simple node accepts. */
static vg_code mark(struct planner *w, struct pattern_node *n, bool *yes, struct vg_err *err) {
  if (n->kind == N_OBSERVE) {
    for (size_t i = 0; i < w->o->n; i++)
      if (!yes[i])
        VG_TRY(sees(w, n->kid[0], &w->o->seen[i], &yes[i], err));
    return VG_OK;
  }
  if (n->kind == N_OR) {
    for (size_t i = 0; i < n->n; i++)
      VG_TRY(mark(w, n->kid[i], yes, err));
    return VG_OK;
  }
  bool *mine = vg_arena_array(w->p->arena, w->o->n + 1, sizeof *mine);
  if (!mine)
    return too_many(err);
  VG_TRY(mark(w, n->kid[0], mine, err));
  for (size_t i = 0; i < w->o->n; i++)
    yes[i] = yes[i] || (mine[i] && overlaps(n, &w->o->seen[i]));
  return VG_OK;
}

static vg_code one_slot(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  bool *yes = vg_arena_array(w->p->arena, w->o->n + 1, sizeof *yes);
  out->v = vg_arena_alloc(w->p->arena, sizeof *out->v);
  if (!yes || !out->v || !(out->v->slot = vg_arena_alloc(w->p->arena, sizeof *out->v->slot)))
    return too_many(err);
  VG_TRY(mark(w, n, yes, err));
  struct choice *c = &out->v->slot->from;
  for (size_t i = 0; i < w->o->n; i++)
    c->n += yes[i];
  c->at = vg_arena_array(w->p->arena, c->n + 1, sizeof *c->at);
  if (!c->at)
    return too_many(err);
  for (size_t i = 0, k = 0; i < w->o->n; i++)
    if (yes[i])
      c->at[k++] = (uint32_t)i;
  out->v->slot->need = 1;
  out->v->slots = 1;
  out->n = 1;
  return VG_OK;
}

/* Both plans together, b's slots behind a's. */
static vg_code both(struct planner *w, const struct plan *a, const struct plan *b, bool followed, struct plan *out,
                    struct vg_err *err) {
  size_t orders = a->orders + b->orders + followed;
  if (a->slots + b->slots > PARTS_MAX || a->windows + b->windows > PARTS_MAX || orders > PARTS_MAX)
    return too_many(err);
  *out = (struct plan){.slots = a->slots + b->slots, .windows = a->windows + b->windows, .orders = orders};
  struct order between = {0, a->slots, out->slots};
  out->slot = copy(w, a->slot, a->slots, b->slot, b->slots, sizeof *out->slot);
  out->window = copy(w, a->window, a->windows, b->window, b->windows, sizeof *out->window);
  struct order *o = copy(w, a->order, a->orders, b->order, b->orders, sizeof *o);
  if (!out->slot || !out->window || !o)
    return too_many(err);
  for (size_t i = a->windows; i < out->windows; i++) {
    out->window[i].from += a->slots;
    out->window[i].to += a->slots;
  }
  for (size_t i = a->orders; i < a->orders + b->orders; i++) {
    o[i].from += a->slots;
    o[i].middle += a->slots;
    o[i].to += a->slots;
  }
  out->order = copy(w, o, a->orders + b->orders, &between, followed, sizeof *o);
  return out->order ? VG_OK : too_many(err);
}

static vg_code product(struct planner *w, const struct plans *a, const struct plans *b, bool followed,
                       struct plans *out, struct vg_err *err) {
  if (a->n * b->n > PLANS_MAX)
    return too_many(err);
  out->n = a->n * b->n;
  out->v = vg_arena_array(w->p->arena, out->n + 1, sizeof *out->v);
  if (!out->v)
    return too_many(err);
  for (size_t i = 0; i < a->n; i++)
    for (size_t k = 0; k < b->n; k++)
      VG_TRY(both(w, &a->v[i], &b->v[k], followed, &out->v[i * b->n + k], err));
  return VG_OK;
}

static vg_code plans_of(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err);

static vg_code joined(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  VG_TRY(plans_of(w, n->kid[0], out, err));
  for (size_t i = 1; i < n->n; i++) {
    struct plans kid = {0}, all = {0};
    VG_TRY(plans_of(w, n->kid[i], &kid, err));
    if (n->kind == N_OR) {
      if (out->n + kid.n > PLANS_MAX)
        return too_many(err);
      all.n = out->n + kid.n;
      all.v = copy(w, out->v, out->n, kid.v, kid.n, sizeof *all.v);
      if (!all.v)
        return too_many(err);
    } else {
      VG_TRY(product(w, out, &kid, n->kind == N_FOLLOWED, &all, err));
    }
    *out = all;
  }
  return VG_OK;
}

static vg_code repeated(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  struct plans one = {0};
  VG_TRY(plans_of(w, n->kid[0], &one, err));
  *out = one;
  if (one.n == 1 && one.v->slots == 1 && one.v->windows == 0 && one.v->slot->need == 1) {
    one.v->slot->need = n->times;
    return VG_OK;
  }
  for (int64_t i = 1; i < n->times; i++) {
    struct plans more = {0};
    VG_TRY(product(w, out, &one, false, &more, err));
    *out = more;
  }
  return VG_OK;
}

/* Only observations between START and STOP, whatever stands below. */
static vg_code between(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  VG_TRY(plans_of(w, n->kid[0], out, err));
  for (size_t i = 0; i < out->n; i++) {
    for (size_t k = 0; k < out->v[i].slots; k++) {
      struct choice *c = &out->v[i].slot[k].from, kept = {.at = vg_arena_array(w->p->arena, c->n + 1, sizeof *c->at)};
      if (!kept.at)
        return too_many(err);
      for (size_t j = 0; j < c->n; j++)
        if (overlaps(n, &w->o->seen[c->at[j]]))
          kept.at[kept.n++] = c->at[j];
      *c = kept;
    }
  }
  return VG_OK;
}

static vg_code within(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  double width = n->seconds * 1e9;
  VG_TRY(plans_of(w, n->kid[0], out, err));
  for (size_t i = 0; i < out->n; i++) {
    struct window one = {0, out->v[i].slots, width > 9e18 ? INT64_MAX : (vg_time)width};
    out->v[i].window = copy(w, out->v[i].window, out->v[i].windows, &one, 1, sizeof one);
    if (!out->v[i].window)
      return too_many(err);
    out->v[i].windows++;
  }
  return VG_OK;
}

static vg_code plans_of(struct planner *w, struct pattern_node *n, struct plans *out, struct vg_err *err) {
  if (simple(n))
    return one_slot(w, n, out, err);
  switch (n->kind) {
  case N_REPEATS: return repeated(w, n, out, err);
  case N_WITHIN: return within(w, n, out, err);
  case N_STARTSTOP: return between(w, n, out, err);
  case N_AND:
  case N_OR:
  case N_FOLLOWED:
  case N_OBSERVE:
  case N_TEST:
  case N_ALL:
  case N_ANY: break;
  }
  return joined(w, n, out, err);
}

vg_code pattern_plans(struct intel_pattern *p, const struct observed *o, struct plans *out, struct vg_err *err) {
  struct planner w = {.p = p, .o = o};
  *out = (struct plans){0};
  return plans_of(&w, p->root, out, err);
}
