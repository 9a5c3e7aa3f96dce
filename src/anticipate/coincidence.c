#include "anticipate/anticipate_internal.h"

#include "base/grow.h"
#include "base/table.h"
#include "intel/intel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON_MEETINGS = 2000, ARENA_MAX = 1 << 30 };
static const double alpha_default = 0.05;

struct scan {
  struct store_tx *tx;
  const struct actor *who;
  struct anticipate_options o;
  struct vg_arena *arena;
  struct world w;
  struct shared *shared;
  size_t count, cap;
  int64_t benign;
  struct vg_table *keys; /* set of organisations -> their latest event */
  struct group *group;   /* an event each */
  size_t events;
  struct vg_table *standing; /* ids of warnings that this scan stands by */
  struct anticipate_scan *out;
};

/* A technique or a vulnerability's number names a behaviour that everybody meets, not a thing that two can share. */
static bool is_thing(vg_str type) { return !vg_str_eqz(type, "attack-id") && !vg_str_eqz(type, "cve"); }

static int by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Who met it: the organisations, in order. */
static vg_code organisations_key(struct scan *s, struct shared *one, struct vg_err *err) {
  int64_t org[MEETING_ORGS];
  for (size_t i = 0; i < one->n; i++)
    org[i] = one->first_of[i]->org;
  qsort(org, one->n, sizeof org[0], by_number);
  one->key = vg_arena_str(s->arena, vg_str_n((const char *)org, one->n * sizeof org[0]));
  return one->key.p ? VG_OK : VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
}

static vg_code room_for_one(struct scan *s, struct vg_err *err) {
  return VG_GROW(s->shared, s->count, s->cap, 16) ? VG_OK : VG_FAIL(err, VG_ENOMEM, "anticipate.too_many");
}

static vg_code look_at_value(struct scan *s, struct meeting *m, size_t n, struct vg_err *err) {
  const char *list = NULL;
  s->out->values++;
  if (n < 2 || n > COMMON_MEETINGS || !is_thing(m->type))
    return VG_OK;
  VG_TRY(room_for_one(s, err));
  struct shared *one = &s->shared[s->count];
  if (!anticipate_window(&s->w, m, n, s->o.min_zones, one))
    return VG_OK;
  if (intel_benign(m->type, m->value, &list)) {
    s->benign++;
    return VG_OK;
  }
  s->out->tried++;
  VG_TRY(organisations_key(s, one, err));
  s->count++;
  return VG_OK;
}

/* What these two share otherwise at that time says it better. */
static vg_code take_techniques(void *ctx, const struct shared *found, struct vg_err *err) {
  struct scan *s = ctx;
  VG_TRY(room_for_one(s, err));
  struct shared *one = &s->shared[s->count];
  *one = *found;
  VG_TRY(organisations_key(s, one, err));
  s->out->tried++;
  for (size_t i = 0; i < s->count; i++) {
    vg_time apart = s->shared[i].first_of[0]->first - one->first_of[0]->first;
    if (vg_str_eq(s->shared[i].key, one->key) && (apart < 0 ? -apart : apart) <= s->w.window)
      return VG_OK;
  }
  s->count++;
  return VG_OK;
}

static vg_code look_at_all(struct scan *s, struct vg_err *err) {
  for (size_t i = 0, n; i < s->w.count; i += n) {
    struct meeting *m = &s->w.m[i];
    for (n = 1; i + n < s->w.count && vg_str_eq(m[n].type, m->type) && vg_str_eq(m[n].value, m->value);)
      n++;
    VG_TRY(look_at_value(s, m, n, err));
  }
  return VG_OK;
}

static int by_time(const void *a, const void *b) {
  const struct shared *x = a, *y = b;
  const struct meeting *m = x->first_of[0], *n = y->first_of[0];
  if (m->first != n->first)
    return m->first < n->first ? -1 : 1;
  int type = vg_str_cmp(m->type, n->type);
  return type ? type : vg_str_cmp(m->value, n->value);
}

/* What the same organisations met, each thing within a window of the one before, is one event: its number. */
static vg_code event_of(struct scan *s, struct shared *one, vg_time *newest, uint64_t *at, struct vg_err *err) {
  vg_time first = one->first_of[0]->first;
  bool known = vg_table_get(s->keys, one->key, at);
  if (!known || first - newest[*at] > s->w.window) {
    *at = s->events++;
    VG_TRY(vg_table_put(s->keys, one->key, *at, err));
  }
  newest[*at] = first;
  return VG_OK;
}

static vg_code group_by_event(struct scan *s, struct vg_err *err) {
  vg_time *newest = vg_arena_array(s->arena, s->count + 1, sizeof *newest);
  uint64_t *event = vg_arena_array(s->arena, s->count + 1, sizeof *event);
  s->group = vg_arena_array(s->arena, s->count + 1, sizeof *s->group);
  if (!s->group || !newest || !event)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  VG_TRY(vg_table_new(&s->keys, s->count + 1, err));
  if (s->count)
    qsort(s->shared, s->count, sizeof *s->shared, by_time);
  for (size_t i = 0; i < s->count; i++) {
    VG_TRY(event_of(s, &s->shared[i], newest, &event[i], err));
    s->group[event[i]].n++;
  }
  for (size_t g = 0; g < s->events; g++) {
    s->group[g].index = vg_arena_array(s->arena, s->group[g].n, sizeof(size_t));
    if (!s->group[g].index)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
    s->group[g].value = s->shared;
    s->group[g].n = 0;
  }
  for (size_t i = 0; i < s->count; i++)
    s->group[event[i]].index[s->group[event[i]].n++] = i;
  return VG_OK;
}

/* Meetings of other organisations, and of these at other times: what the base rate is measured on. */
static double meetings_besides(const struct world *w, const struct shared *s) {
  vg_time from = s->first_of[0]->first - w->window, to = s->first_of[0]->first + 2 * w->window;
  int64_t count = 0;
  for (size_t i = 0; i < w->count; i++) {
    const struct meeting *m = &w->m[i];
    bool own = false;
    for (size_t k = 0; k < s->n && !own; k++)
      own = s->first_of[k]->org == m->org;
    count += !(own && m->first >= from && m->first <= to);
  }
  return (double)count;
}

/*
 * The base rate leaves out the very meetings under judgement, else two organisations alone would explain themselves
 * away: what others met, a half added for what was never seen, over organisations x windows x values. What a value was
 * met elsewhere comes on top.
 */
static void weigh(const struct world *w, struct group *g) {
  double exposure = (double)w->organisations * (double)w->windows;
  size_t kept = 0, k = g->value[g->index[0]].n;
  double mean = (meetings_besides(w, &g->value[g->index[0]]) + 0.5) / (exposure * (double)w->known);
  g->rate = 0;
  for (size_t i = 0; i < g->n; i++) {
    struct shared *s = &g->value[g->index[i]];
    s->rate = s->fixed_rate > 0 ? s->fixed_rate : fmin(1, mean + (double)s->elsewhere / exposure);
    if (anticipate_chance(w->organisations > (int64_t)k ? w->organisations : (int64_t)k, (int64_t)k, s->rate) >=
        alpha_default) {
      g->common++;
      continue;
    }
    g->rate = fmax(g->rate, s->rate);
    g->index[kept++] = g->index[i];
  }
  g->n = kept;
  g->expected = kept ? anticipate_expected(w, k, kept, g->rate) : HUGE_VAL;
  g->p = kept ? anticipate_at_least_one(g->expected) : 1;
}

static vg_code judge(struct scan *s, struct vg_err *err) {
  for (size_t i = 0; i < s->events; i++) {
    struct group *g = &s->group[i];
    int64_t id = 0;
    bool fresh = false;
    weigh(&s->w, g);
    if (g->p >= s->o.alpha)
      continue;
    VG_TRY(anticipate_raise(s->tx, s->who, &s->w, g, s->o.now, &id, &fresh, err));
    VG_TRY(vg_table_put(s->standing, vg_str_n((const char *)&id, sizeof id), 1, err));
    if (fresh)
      s->out->raised++;
    else
      s->out->kept++;
  }
  return VG_OK;
}

/* What no longer stands on anything goes. */
static vg_code withdraw_rest(struct scan *s, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf ids;
  uint64_t yes;
  vg_code rc = VG_OK;
  vg_buf_init(&ids, 64u << 20);
  VG_GO(store_query(s->tx, &q,
                    "SELECT id FROM anticipate_warning WHERE state = 'open' AND signature = 'coincidence' ORDER BY id",
                    S_NOARGS, err));
  while (store_next(q)) {
    int64_t id = store_int(q, 0);
    if (!vg_table_get(s->standing, vg_str_n((const char *)&id, sizeof id), &yes))
      vg_buf_add(&ids, &id, sizeof id);
  }
  VG_GO(store_done(&q, err));
  VG_GO(vg_buf_check(&ids, err));
  for (size_t at = 0; at < ids.n; at += sizeof(int64_t)) {
    int64_t id;
    memcpy(&id, ids.p + at, sizeof id);
    VG_GO(anticipate_withdraw(s->tx, s->who, id, s->o.now, err));
    s->out->withdrawn++;
  }
out:
  vg_buf_fini(&ids);
  return rc;
}

struct only {
  anticipate_warning_sink *sink;
  void *ctx;
};
static vg_code only_open_coincidences(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  const struct only *o = ctx;
  bool open = vg_str_eqz(w->state, "open") && vg_str_eqz(w->signature, "coincidence");
  return open ? o->sink(o->ctx, w, err) : VG_OK;
}

static vg_code scan_all(struct scan *s, struct vg_err *err) {
  VG_TRY(vg_arena_new(&s->arena, ARENA_MAX, err));
  VG_TRY(vg_table_new(&s->standing, 1000000, err));
  VG_TRY(anticipate_world_load(s->tx, s->arena, s->o.window, s->o.now, &s->w, err));
  VG_TRY(look_at_all(s, err));
  VG_TRY(anticipate_each_technique_set(&s->w, s->arena, s->o.min_zones, s->o.alpha, take_techniques, s, err));
  VG_TRY(group_by_event(s, err));
  VG_TRY(judge(s, err));
  VG_TRY(withdraw_rest(s, err));
  return judgements_waiting(s->tx, err);
}

/* As if nothing had ever been raised, then undone. */
static vg_code preview(struct scan *s, anticipate_warning_sink *sink, void *ctx, struct vg_err *err) {
  struct only o = {sink, ctx};
  VG_TRY(store_savepoint(s->tx, err));
  vg_code rc = store_exec(s->tx, "UPDATE anticipate_warning SET state = 'withdrawn' WHERE signature = 'coincidence'",
                          S_NOARGS, err);
  if (rc == VG_OK)
    rc = scan_all(s, err);
  if (rc == VG_OK && sink)
    rc = anticipate_each_warning(s->tx, false, only_open_coincidences, &o, err);
  vg_code undone = store_release(s->tx, false, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : undone;
}

vg_code anticipate_coincidence(struct store_tx *tx, const struct actor *who, const struct anticipate_options *options,
                               anticipate_warning_sink *sink, void *ctx, struct anticipate_scan *out,
                               struct vg_err *err) {
  struct scan s = {.tx = tx, .who = who, .o = *options, .out = out};
  char text[VG_TIME_TEXT];
  *out = (struct anticipate_scan){0};
  if (s.o.now == VG_NOTIME || s.o.now == 0)
    s.o.now = store_now(tx);
  if (s.o.now > store_now(tx))
    return VG_FAIL(err, VG_EUSAGE, "anticipate.as_of.future", vg_time_text(text, s.o.now, false));
  if (s.o.window <= 0)
    s.o.window = 14 * VG_DAY;
  if (s.o.alpha <= 0)
    s.o.alpha = alpha_default;
  if (s.o.min_zones <= 0)
    s.o.min_zones = 2;
  vg_code rc = s.o.preview ? preview(&s, sink, ctx, err) : scan_all(&s, err);
  if (rc == VG_OK && sink && !s.o.preview)
    rc = anticipate_each_warning(tx, true, sink, ctx, err);
  free(s.shared);
  vg_table_free(s.keys);
  vg_table_free(s.standing);
  vg_arena_free(s.arena);
  return rc;
}
