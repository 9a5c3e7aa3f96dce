/*
 * The ladder that a vulnerability climbs: patched, looked for, exploitable by anybody, used, used more and more. Each
 * rung adds its weight once, a second event of the same rung half of it, more of the same nothing. An alert needs use,
 * not only the means: most published exploits are never used widely.
 */
#include "anticipate/events.h"

#include <math.h>
#include <string.h>

enum { RUNGS = 10, LEVELS = 2 };
enum rung { PATCH, SCANNER, TALK, EXPLOIT, LEAK, USE, SCALE, GROWTH, LISTED, OUTBREAK };
static const double weight_of[RUNGS] = {.5, .5, .25, 1.5, 2, 1, 1.5, 1, 1.5, 3};
static const double at_least[LEVELS] = {3, 4};
static const vg_time refractory = 28 * VG_DAY;
static const double scale = 1000, growth = 1.3, likely = .5; /* hosts; times the count before; EPSS */

static const struct {
  const char *kind;
  enum rung rung;
} kinds[] = {
    {"patch", PATCH},
    {"advisory", PATCH},
    {"scanner_release", SCANNER},
    {"tooling_update", TALK},
    {"leak_content", TALK},
    {"intel_publication", TALK},
    {"detection_rule", TALK},
    {"exploit_public", EXPLOIT},
    {"exploit_leak", LEAK},
    {"malware_sighting", USE},
    {"kev", LISTED},
    {"kev_added", LISTED},
    {"outbreak", OUTBREAK},
};

struct climb {
  const struct events *all;
  size_t now;      /* events [0, now) are known */
  size_t *parent;  /* of objects, union-find */
  size_t *anchors; /* how many patches an object stands with */
  vg_time *warned; /* [object * LEVELS + level] */
  vg_str *because;
  double *weight;
  anticipate_replay_sink *sink;
  void *ctx;
};

static size_t root(struct climb *c, size_t o) {
  while (c->parent[o] != o)
    o = c->parent[o] = c->parent[c->parent[o]];
  return o;
}

/* A name that stands with many patches (a vendor, a tool) ties nothing together. */
static bool is_hub(const struct climb *c, size_t o) { return c->anchors[o] > 2; }

static void link_objects(struct climb *c) {
  memset(c->anchors, 0, c->all->names * sizeof *c->anchors);
  for (size_t i = 0; i < c->all->names; i++)
    c->parent[i] = i;
  for (size_t i = 0; i < c->now; i++)
    for (size_t k = 0; k < c->all->v[i].objects; k++)
      c->anchors[c->all->v[i].object[k]] += vg_str_eqz(c->all->v[i].kind, "patch");
  for (size_t i = 0; i < c->now; i++) {
    const struct event *e = &c->all->v[i];
    size_t first = SIZE_MAX;
    for (size_t k = 0; k < e->objects; k++) {
      if (is_hub(c, e->object[k]))
        continue;
      if (first == SIZE_MAX)
        first = e->object[k];
      else
        c->parent[root(c, e->object[k])] = root(c, first);
    }
  }
}

static bool concerns(struct climb *c, const struct event *e, size_t group) {
  for (size_t k = 0; k < e->objects; k++)
    if (!is_hub(c, e->object[k]) && root(c, e->object[k]) == group)
      return true;
  return false;
}

/* A count tells of scale, and of growth when an earlier one of the same unit and object was clearly smaller. */
static bool grew(struct climb *c, const struct event *e, size_t group) {
  for (size_t i = 0; i < c->now; i++) {
    const struct event *b = &c->all->v[i];
    if (b != e && b->value > 0 && b->happened < e->happened && vg_str_eq(b->unit, e->unit) &&
        vg_str_eqz(b->kind, "infection_count") && b->object[0] == e->object[0] && e->value >= growth * b->value &&
        concerns(c, b, group))
      return true;
  }
  return false;
}

/* The rungs that an event stands for; a kind that we do not know is told and adds nothing. */
static int rungs(struct climb *c, const struct event *e, size_t group, enum rung out[2]) {
  int n = 0;
  if (vg_str_eqz(e->kind, "infection_count")) {
    if (e->value >= scale)
      out[n++] = SCALE;
    if (e->value >= scale / 10 && grew(c, e, group))
      out[n++] = GROWTH;
    return n;
  }
  if (vg_str_eqz(e->kind, "epss") && e->value >= likely)
    out[n++] = TALK;
  for (size_t i = 0; i < VG_COUNT(kinds) && !n; i++)
    if (vg_str_eqz(e->kind, kinds[i].kind))
      out[n++] = kinds[i].rung;
  return n;
}

/* The object that most events name, the earliest of equals. */
static size_t about(struct climb *c, size_t group) {
  size_t best = SIZE_MAX, most = 0;
  for (size_t o = 0; o < c->all->names; o++) {
    size_t named = 0;
    if (is_hub(c, o) || root(c, o) != group)
      continue;
    for (size_t i = 0; i < c->now; i++)
      for (size_t k = 0; k < c->all->v[i].objects; k++)
        named += c->all->v[i].object[k] == o;
    if (named > most) {
      most = named;
      best = o;
    }
  }
  return best;
}

static vg_code warn(struct climb *c, size_t group, int level, double score, size_t n, struct vg_err *err) {
  const struct event *last = &c->all->v[c->now - 1];
  bool told = false;
  for (size_t o = 0; o < c->all->names; o++)
    for (int l = level; l < LEVELS && root(c, o) == group && !is_hub(c, o); l++)
      told |= c->warned[o * LEVELS + (size_t)l] != VG_NOTIME &&
              (l > level || last->known - c->warned[o * LEVELS + (size_t)l] < refractory);
  for (size_t o = 0; o < c->all->names; o++)
    if (root(c, o) == group && !is_hub(c, o) && !told)
      c->warned[o * LEVELS + (size_t)level] = last->known;
  if (told)
    return VG_OK;
  struct anticipate_replayed w = {last->time, level, c->all->name[about(c, group)], score, c->because, c->weight, n};
  return c->sink(c->ctx, &w, err);
}

/* Weighs one matter on what is known now. fresh: the events that became known just now start here. */
static vg_code weigh(struct climb *c, size_t group, size_t fresh, struct vg_err *err) {
  size_t seen[RUNGS] = {0}, n = 0;
  double score = 0;
  bool news[LEVELS] = {false};
  for (size_t i = 0; i < c->now; i++) {
    const struct event *e = &c->all->v[i];
    enum rung r[2];
    double adds = 0;
    int count = concerns(c, e, group) ? rungs(c, e, group, r) : 0;
    for (int k = 0; k < count; k++) {
      adds += seen[r[k]] == 0 ? weight_of[r[k]] : seen[r[k]] == 1 ? weight_of[r[k]] / 2 : 0;
      seen[r[k]]++;
      news[ANTICIPATE_VIGILANCE] |= i >= fresh && (r[k] == EXPLOIT || r[k] == LEAK || r[k] >= SCALE);
      news[ANTICIPATE_ALERT] |= i >= fresh && (r[k] == USE || r[k] >= SCALE || r[k] == EXPLOIT || r[k] == LEAK);
    }
    if (adds > 0) {
      c->because[n] = e->id;
      c->weight[n++] = adds;
      score += adds;
    }
  }
  bool means = seen[EXPLOIT] || seen[LEAK] || seen[OUTBREAK] || seen[LISTED];
  bool used = seen[SCALE] || seen[GROWTH] || seen[OUTBREAK] || seen[LISTED] || seen[USE] >= 2;
  int level = score >= at_least[ANTICIPATE_ALERT] && means && used ? ANTICIPATE_ALERT
              : score >= at_least[ANTICIPATE_VIGILANCE] && means   ? ANTICIPATE_VIGILANCE
                                                                   : -1;
  return level >= 0 && news[level] ? warn(c, group, level, score, n, err) : VG_OK;
}

static vg_code step(struct climb *c, size_t fresh, struct vg_err *err) {
  link_objects(c);
  for (size_t i = fresh; i < c->now; i++) {
    const struct event *e = &c->all->v[i];
    for (size_t k = 0; k < e->objects; k++) {
      size_t group = root(c, e->object[k]);
      bool done = is_hub(c, e->object[k]);
      /* each matter once an instant */
      for (size_t j = fresh; j <= i && !done; j++)
        for (size_t l = 0; l < (j < i ? c->all->v[j].objects : k) && !done; l++)
          done = !is_hub(c, c->all->v[j].object[l]) && root(c, c->all->v[j].object[l]) == group;
      if (!done)
        VG_TRY(weigh(c, group, fresh, err));
    }
  }
  return VG_OK;
}

static vg_code climb(struct vg_arena *arena, struct climb *c, struct vg_err *err) {
  size_t names = c->all->names + 1, n = c->all->n + 1;
  c->parent = vg_arena_array(arena, names, sizeof *c->parent);
  c->anchors = vg_arena_array(arena, names, sizeof *c->anchors);
  c->warned = vg_arena_array(arena, names * LEVELS, sizeof *c->warned);
  c->because = vg_arena_array(arena, n, sizeof *c->because);
  c->weight = vg_arena_array(arena, n, sizeof *c->weight);
  if (!c->parent || !c->anchors || !c->warned || !c->because || !c->weight)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.memory");
  for (size_t i = 0; i < names * LEVELS; i++)
    c->warned[i] = VG_NOTIME;
  while (c->now < c->all->n) {
    size_t fresh = c->now;
    while (c->now < c->all->n && c->all->v[c->now].known == c->all->v[fresh].known)
      c->now++;
    VG_TRY(step(c, fresh, err));
  }
  return VG_OK;
}

vg_code anticipate_replay(vg_str text, const char *path, vg_time to, anticipate_replay_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct vg_arena *arena;
  struct events all;
  struct climb c = {.all = &all, .sink = sink, .ctx = ctx};
  VG_TRY(vg_arena_new(&arena, (size_t)1 << 31, err));
  vg_code rc = events_read(arena, text, path, to, &all, err);
  if (rc == VG_OK)
    rc = climb(arena, &c, err);
  vg_arena_free(arena);
  return rc;
}
