/*
 * Filling a plan's slots. Candidates stand in order of time, so that a window slides over them and what lies outside is
 * not looked at: the work is linear in the data times what a window holds. Where no time binds the slots, it is a
 * matching with capacities.
 */
#include "intel/pattern_plan.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 50000000 };

struct fill {
  const struct observed *o;
  const struct plan *p;
  int64_t *left;              /* how often each observation can still be used */
  vg_time *latest, *earliest; /* per window: latest first_observed, earliest last_observed so far */
  vg_time *ended;             /* per order: latest first_observed of its left side so far */
  vg_time longest;            /* any observation's length at most */
  int64_t steps;
  bool conflict; /* some candidate was passed over because it was used up */
  bool costly;
};

static bool in(size_t slot, size_t from, size_t to) { return slot >= from && slot < to; }

enum verdict { FITS, EARLY, LATE };

static bool wider(vg_time a, vg_time b, vg_time width) {
  vg_time d;
  return a > b && (__builtin_sub_overflow(a, b, &d) || d > width);
}

static enum verdict fits(const struct fill *f, size_t slot, const struct observation *s) {
  for (size_t i = 0; i < f->p->windows; i++) {
    const struct window *w = &f->p->window[i];
    if (!in(slot, w->from, w->to))
      continue;
    if (wider(s->first, f->earliest[i], w->width))
      return LATE;
    if (wider(f->latest[i], s->last, w->width))
      return EARLY;
  }
  for (size_t i = 0; i < f->p->orders; i++)
    if (in(slot, f->p->order[i].middle, f->p->order[i].to) && s->last < f->ended[i])
      return EARLY;
  return FITS;
}

static void note(struct fill *f, size_t slot, const struct observation *s) {
  for (size_t i = 0; i < f->p->windows; i++) {
    if (!in(slot, f->p->window[i].from, f->p->window[i].to))
      continue;
    f->latest[i] = s->first > f->latest[i] ? s->first : f->latest[i];
    f->earliest[i] = s->last < f->earliest[i] ? s->last : f->earliest[i];
  }
  for (size_t i = 0; i < f->p->orders; i++)
    if (in(slot, f->p->order[i].from, f->p->order[i].middle) && s->first > f->ended[i])
      f->ended[i] = s->first;
}

/* What the slots before this one have fixed, to be put back. */
static size_t marks(const struct fill *f) { return f->p->windows * 2 + f->p->orders; }
static void save(const struct fill *f, vg_time *v) {
  memcpy(v, f->latest, f->p->windows * sizeof *v);
  memcpy(v + f->p->windows, f->earliest, f->p->windows * sizeof *v);
  memcpy(v + f->p->windows * 2, f->ended, f->p->orders * sizeof *v);
}
static void load(struct fill *f, const vg_time *v) {
  memcpy(f->latest, v, f->p->windows * sizeof *v);
  memcpy(f->earliest, v + f->p->windows, f->p->windows * sizeof *v);
  memcpy(f->ended, v + f->p->windows * 2, f->p->orders * sizeof *v);
}

static bool windowed(const struct fill *f, size_t slot) {
  for (size_t i = 0; i < f->p->windows; i++)
    if (in(slot, f->p->window[i].from, f->p->window[i].to))
      return true;
  return false;
}

/* Takes `need` from the candidates at `from` on; took[] tells how often each up to *upto was taken. */
static bool gather(struct fill *f, size_t slot, size_t from, int64_t *took, size_t *upto, bool *late) {
  const struct slot *s = &f->p->slot[slot];
  int64_t need = s->need;
  size_t i = from;
  bool first = true;
  for (; i < s->from.n && need > 0; i++) {
    const struct observation *seen = &f->o->seen[s->from.at[i]];
    took[i - from] = 0;
    if (--f->steps < 0) {
      f->costly = true;
      break;
    }
    if (f->left[s->from.at[i]] == 0) {
      f->conflict = true;
      if (first)
        break; /* the next start is tried by the caller */
      continue;
    }
    enum verdict v = fits(f, slot, seen);
    *late = v == LATE && first;
    if (v == LATE || (v == EARLY && first))
      break;
    if (v == EARLY)
      continue;
    int64_t n = f->left[s->from.at[i]] < need ? f->left[s->from.at[i]] : need;
    took[i - from] = n;
    f->left[s->from.at[i]] -= n;
    need -= n;
    note(f, slot, seen);
    first = false;
  }
  *upto = i;
  return need == 0;
}

static void give_back(struct fill *f, size_t slot, size_t from, size_t upto, const int64_t *took) {
  for (size_t i = from; i < upto; i++)
    f->left[f->p->slot[slot].from.at[i]] += took[i - from];
}

/* The first candidate that may end late enough for this slot: those before it cannot fit. */
static size_t start_of(const struct fill *f, size_t slot) {
  const struct choice *c = &f->p->slot[slot].from;
  vg_time bound = INT64_MIN, b;
  for (size_t i = 0; i < f->p->windows; i++)
    if (in(slot, f->p->window[i].from, f->p->window[i].to) &&
        !__builtin_sub_overflow(f->latest[i], f->p->window[i].width, &b) && b > bound)
      bound = b;
  for (size_t i = 0; i < f->p->orders; i++)
    if (in(slot, f->p->order[i].middle, f->p->order[i].to) && f->ended[i] > bound)
      bound = f->ended[i];
  if (__builtin_sub_overflow(bound, f->longest, &bound))
    return 0;
  size_t low = 0, high = c->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (f->o->seen[c->at[middle]].first < bound)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool solve(struct fill *f, size_t slot) {
  if (slot == f->p->slots)
    return true;
  const struct choice *c = &f->p->slot[slot].from;
  vg_time *before = malloc((marks(f) + 1) * sizeof *before);
  int64_t *took = malloc((c->n + 1) * sizeof *took);
  bool found = false;
  if (!before || !took)
    f->costly = true;
  for (size_t from = start_of(f, slot); !f->costly && !found && from < c->n; from++) {
    size_t upto = from;
    bool late = false;
    save(f, before);
    bool full = gather(f, slot, from, took, &upto, &late);
    bool was = f->conflict;
    f->conflict = false;
    found = full && solve(f, slot + 1);
    bool only_time = full && !found && !f->conflict && !windowed(f, slot);
    f->conflict |= was;
    give_back(f, slot, from, upto, took);
    load(f, before);
    /* A later choice cannot help when no window binds and nothing was used up: it only ends later. */
    if (only_time || late)
      break;
  }
  free(before);
  free(took);
  return found;
}

/* Augmenting paths (Kuhn): holder[i] lists are replaced by counts slot x observation, kept sparse as "who took a unit
 * of i". */
struct matching {
  struct fill *f;
  uint32_t *holder; /* unit -> slot + 1; units of observation i begin at unit[i] */
  size_t *unit;
  bool *visited;
};

static bool augment(struct matching *m, size_t slot, int depth) {
  const struct choice *c = &m->f->p->slot[slot].from;
  for (size_t i = 0; i < c->n; i++) {
    size_t at = c->at[i];
    if (--m->f->steps < 0) {
      m->f->costly = true;
      return false;
    }
    if (m->visited[at])
      continue;
    m->visited[at] = true;
    for (size_t u = m->unit[at]; u < m->unit[at + 1]; u++) {
      if (m->holder[u] == 0 || (depth < 2000 && m->holder[u] != slot + 1 && augment(m, m->holder[u] - 1, depth + 1))) {
        m->holder[u] = (uint32_t)slot + 1;
        return true;
      }
    }
  }
  return false;
}

/* Slots that nothing but capacity binds. */
static bool match_up(struct fill *f) {
  struct matching m = {
      .f = f, .unit = calloc(f->o->n + 1, sizeof *m.unit), .visited = calloc(f->o->n + 1, sizeof *m.visited)};
  int64_t total = 0;
  bool ok = m.unit && m.visited;
  for (size_t i = 0; i < f->p->slots; i++)
    total += f->p->slot[i].need;
  for (size_t i = 0; ok && i < f->o->n; i++)
    m.unit[i + 1] = m.unit[i] + (size_t)(f->left[i] < total ? f->left[i]
                                                            : total); /* more units than are asked for are not needed */
  if (ok && m.unit[f->o->n] > 100000000) {
    f->costly = true;
    ok = false;
  }
  m.holder = ok ? calloc(m.unit[f->o->n] + 1, sizeof *m.holder) : NULL;
  ok = ok && m.holder;
  f->costly |= !m.holder;
  for (size_t s = 0; ok && s < f->p->slots; s++) {
    for (int64_t k = 0; ok && k < f->p->slot[s].need; k++) {
      memset(m.visited, 0, f->o->n);
      ok = augment(&m, s, 0);
    }
  }
  free(m.unit);
  free(m.visited);
  free(m.holder);
  return ok;
}

/* Each slot alone must be able to be filled: what cannot is most often seen here. */
static bool possible(const struct fill *f) {
  for (size_t i = 0; i < f->p->slots; i++) {
    const struct slot *s = &f->p->slot[i];
    int64_t have = 0;
    for (size_t k = 0; k < s->from.n && have < s->need; k++)
      have += f->o->seen[s->from.at[k]].count < s->need ? f->o->seen[s->from.at[k]].count : s->need;
    if (have < s->need)
      return false;
  }
  return true;
}

static vg_code fill_plan(const struct observed *o, const struct plan *p, int64_t *left, bool *match,
                         struct vg_err *err) {
  struct fill f = {.o = o, .p = p, .left = left, .steps = STEPS_MAX};
  vg_time *times;
  if (!possible(&f))
    return VG_OK;
  if (p->slots == 1 && p->windows == 0) {
    *match = true;
    return VG_OK;
  }
  times = calloc(p->windows * 2 + p->orders + 1, sizeof *times);
  if (!times)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  f.latest = times;
  f.earliest = times + p->windows;
  f.ended = times + p->windows * 2;
  for (size_t i = 0; i < p->windows; i++) {
    f.latest[i] = INT64_MIN;
    f.earliest[i] = INT64_MAX;
  }
  for (size_t i = 0; i < p->orders; i++)
    f.ended[i] = INT64_MIN;
  for (size_t i = 0; i < o->n; i++) {
    left[i] = o->seen[i].count;
    vg_time length = o->seen[i].last - o->seen[i].first;
    f.longest = length > f.longest ? length : f.longest;
  }
  *match = p->windows == 0 && p->orders == 0 ? match_up(&f) : solve(&f, 0);
  free(times);
  return f.costly && !*match ? VG_FAIL(err, VG_ELIMIT, "intel.match_costly") : VG_OK;
}

vg_code pattern_search(struct intel_pattern *p, const struct observed *o, bool *match, struct vg_err *err) {
  struct plans plans;
  *match = false;
  VG_TRY(pattern_plans(p, o, &plans, err));
  int64_t *left = calloc(o->n + 1, sizeof *left);
  vg_code rc = left ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (size_t i = 0; rc == VG_OK && !*match && i < plans.n; i++)
    rc = fill_plan(o, &plans.v[i], left, match, err);
  free(left);
  return rc;
}

vg_code intel_pattern_match(vg_str pattern, vg_str data, bool *match, struct vg_err *err) {
  struct intel_pattern p;
  struct observed o = {0};
  *match = false;
  VG_TRY(pattern_parse(&p, pattern, false, err));
  vg_code rc = observed_read(&o, data, err);
  if (rc == VG_OK)
    rc = pattern_search(&p, &o, match, err);
  observed_fini(&o);
  pattern_fini(&p);
  return rc;
}
