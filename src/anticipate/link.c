/*
 * Which reports belong together: every thing that two of them share weighs the logarithm of how rarely reports show it,
 * techniques half of it; the things are the explanation. Reports joined by edges that weigh enough are one campaign.
 */
#include "anticipate/anticipate_internal.h"

#include "base/grow.h"
#include "base/table.h"
#include "intel/intel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPORTS_MAX = 200000, EDGES_MAX = 2000000, SHARED_MOST = 60, ARENA_MAX = 1 << 30 };

struct edge {
  size_t a, b;
  double weight;
  struct anticipate_link_reason because[ANTICIPATE_LINK_REASONS];
  size_t reasons, things;
};
struct links {
  struct store_tx *tx;
  const struct actor *who;
  enum regime of;
  struct vg_arena *arena;
  struct world w;
  struct vg_table
      *regime;         /* organisation and report -> enum regime, ANY of those that he did not ask for or may not see */
  struct vg_table *at; /* report -> number */
  struct vg_table *between;      /* pair of numbers -> edge */
  const struct meeting **report; /* the first meeting of each */
  size_t reports;
  struct edge *edge;
  size_t edges, cap;
};

/* What an analysis found is of its case's regime, everything else is prevention's. */
static vg_code regime_of(struct links *l, const struct meeting *m, enum regime *out, struct vg_err *err) {
  int64_t n[2] = {0};
  *out = REGIME_ANY;
  if (territory_access(l->tx, l->who, m->org, NULL) != VG_OK)
    return VG_OK;
  for (int i = 0; i < 2; i++)
    if (l->of == REGIME_BOTH || l->of == REGIME_PREVENTION + (enum regime)i)
      VG_TRY(
          store_get_int(l->tx, &n[i],
                        "SELECT COUNT(*) FROM (SELECT CAST($1 AS TEXT) AS report) s WHERE 1 = "
                        "1" CASEWORK_SIGHTING_OF("s", "$2", "$3", "$4", "$5", "$6"),
                        S_ARGS(S_STR(m->report), S_INT(REGIME_PREVENTION + i), S_INT(l->who->person),
                               S_Z(casework_bounds(l->who)), S_INT(territory_bound(l->who)), S_TIME(store_now(l->tx))),
                        err));
  *out = n[0] ? REGIME_PREVENTION : n[1] ? REGIME_INVESTIGATION : REGIME_ANY;
  return VG_OK;
}

static vg_str name_of(const struct meeting *m, char out[static 2 * VG_ID_MAX]) {
  snprintf(out, 2 * VG_ID_MAX, "%lld %.*s", (long long)m->org, (int)m->report.n, m->report.p);
  return vg_str_z(out);
}

/* Leaves what he asked for and sees. */
static vg_code sift(struct links *l, struct vg_err *err) {
  size_t kept = 0;
  VG_TRY(vg_table_new(&l->regime, REPORTS_MAX, err));
  for (size_t i = 0; i < l->w.count; i++) {
    const struct meeting *m = &l->w.m[i];
    char name[2 * VG_ID_MAX];
    uint64_t known;
    if (!vg_table_get(l->regime, name_of(m, name), &known)) {
      enum regime of;
      VG_TRY(regime_of(l, m, &of, err));
      known = of;
      VG_TRY(vg_table_put(l->regime, vg_str_z(name), known, err));
    }
    if (known != REGIME_ANY)
      l->w.m[kept++] = *m;
  }
  l->w.count = kept;
  return VG_OK;
}

static enum regime kept_regime(const struct links *l, const struct meeting *m) {
  char name[2 * VG_ID_MAX];
  uint64_t known = REGIME_ANY;
  (void)vg_table_get(l->regime, name_of(m, name), &known);
  return (enum regime)known;
}

static vg_code number_reports(struct links *l, struct vg_err *err) {
  l->report = vg_arena_array(l->arena, l->w.count + 1, sizeof(const struct meeting *));
  if (!l->report)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  VG_TRY(vg_table_new(&l->at, REPORTS_MAX, err));
  for (size_t i = 0; i < l->w.count; i++) {
    const struct meeting *m = &l->w.m[i];
    uint64_t n = l->reports;
    if (vg_table_get(l->at, m->report, &n)) {
      if (m->first < l->report[n]->first)
        l->report[n] = m;
      continue;
    }
    VG_TRY(vg_table_put(l->at, m->report, n, err));
    l->report[l->reports++] = m;
  }
  return VG_OK;
}

static vg_code edge_between(struct links *l, size_t a, size_t b, struct edge **out, struct vg_err *err) {
  const size_t pair[] = {a < b ? a : b, a < b ? b : a};
  vg_str key = vg_str_n((const char *)pair, sizeof pair);
  uint64_t at = l->edges;
  if (!vg_table_get(l->between, key, &at)) {
    if (l->edges == EDGES_MAX || !VG_GROW(l->edge, l->edges, l->cap, 256))
      return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
    VG_TRY(vg_table_put(l->between, key, at, err));
    l->edge[l->edges++] = (struct edge){.a = pair[0], .b = pair[1]};
  }
  *out = &l->edge[at];
  return VG_OK;
}

/* The heaviest reasons stay, heaviest first. */
static void explain(struct edge *e, struct anticipate_link_reason r) {
  e->weight += r.weight;
  e->things++;
  size_t i = e->reasons < ANTICIPATE_LINK_REASONS ? e->reasons++ : ANTICIPATE_LINK_REASONS - 1;
  if (i == ANTICIPATE_LINK_REASONS - 1 && e->things > ANTICIPATE_LINK_REASONS && e->because[i].weight >= r.weight)
    return;
  for (; i > 0 && e->because[i - 1].weight < r.weight; i--)
    e->because[i] = e->because[i - 1];
  e->because[i] = r;
}

/* m[0..n) are all meetings of one thing. */
static vg_code join(struct links *l, const struct meeting *m, size_t n, struct vg_err *err) {
  size_t who[SHARED_MOST + 1], reports = 0;
  const char *list;
  for (size_t i = 0; i < n && reports <= SHARED_MOST; i++) {
    uint64_t at = 0;
    bool told = false;
    (void)vg_table_get(l->at, m[i].report, &at);
    for (size_t k = 0; k < reports && !told; k++)
      told = who[k] == at;
    if (!told)
      who[reports++] = (size_t)at;
  }
  if (reports < 2 || reports > SHARED_MOST || vg_str_eqz(m->type, "cve") || intel_benign(m->type, m->value, &list))
    return VG_OK;
  bool technique = vg_str_eqz(m->type, "attack-id");
  double weight = log((double)l->reports / (double)reports) * (technique ? .5 : 1);
  if (weight <= 0)
    return VG_OK;
  for (size_t i = 0; i < reports; i++)
    for (size_t k = 0; k < i; k++) {
      struct edge *e;
      VG_TRY(edge_between(l, who[k], who[i], &e, err));
      explain(e, (struct anticipate_link_reason){m->type, m->value, weight, (int64_t)reports});
    }
  return VG_OK;
}

static vg_code join_all(struct links *l, struct vg_err *err) {
  VG_TRY(vg_table_new(&l->between, EDGES_MAX, err));
  for (size_t i = 0, n; i < l->w.count; i += n) {
    const struct meeting *m = &l->w.m[i];
    for (n = 1; i + n < l->w.count && vg_str_eq(m[n].type, m->type) && vg_str_eq(m[n].value, m->value);)
      n++;
    VG_TRY(join(l, m, n, err));
  }
  return VG_OK;
}

static int heaviest(const void *a, const void *b) {
  const struct edge *x = a, *y = b;
  if (x->weight < y->weight || x->weight > y->weight)
    return x->weight > y->weight ? -1 : 1;
  return x->a != y->a ? (x->a < y->a ? -1 : 1) : (x->b > y->b) - (x->b < y->b);
}

static size_t root(size_t *parent, size_t i) {
  while (parent[i] != i)
    i = parent[i] = parent[parent[i]];
  return i;
}

/* Campaigns are numbered in the order of their heaviest edge. */
static vg_code tell(struct links *l, double least, anticipate_link_sink *sink, void *ctx, struct vg_err *err) {
  size_t *parent = vg_arena_array(l->arena, l->reports + 1, sizeof *parent);
  int64_t *campaign = vg_arena_array(l->arena, l->reports + 1, sizeof *campaign), campaigns = 0;
  if (!parent || !campaign)
    return VG_FAIL(err, VG_ELIMIT, "anticipate.too_many");
  for (size_t i = 0; i < l->reports; i++)
    parent[i] = i;
  if (l->edges)
    qsort(l->edge, l->edges, sizeof *l->edge, heaviest);
  for (size_t i = 0; i < l->edges && l->edge[i].weight >= least; i++)
    parent[root(parent, l->edge[i].b)] = root(parent, l->edge[i].a);
  for (size_t i = 0; i < l->edges && l->edge[i].weight >= least; i++) {
    const struct edge *e = &l->edge[i];
    const struct meeting *a = l->report[e->a], *b = l->report[e->b];
    int64_t *number = &campaign[root(parent, e->a)];
    if (!*number)
      *number = ++campaigns;
    struct anticipate_link k = {{{a->report, a->org_name, a->org_pid, a->zone, a->first, kept_regime(l, a)},
                                 {b->report, b->org_name, b->org_pid, b->zone, b->first, kept_regime(l, b)}},
                                *number,
                                e->weight,
                                e->because,
                                e->reasons,
                                e->things};
    VG_TRY(sink(ctx, &k, err));
  }
  return VG_OK;
}

vg_code anticipate_each_link(struct store_tx *tx, const struct actor *who, const struct anticipate_link_query *ask,
                             anticipate_link_sink *sink, void *ctx, struct vg_err *err) {
  struct links l = {.tx = tx, .who = who, .of = ask->of};
  vg_time as_of = ask->as_of == VG_NOTIME ? store_now(tx) : ask->as_of;
  vg_code rc = VG_OK;
  if (ask->of == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, who->id.s, err));
  VG_TRY(vg_arena_new(&l.arena, ARENA_MAX, err));
  VG_GO(anticipate_world_load(tx, l.arena, 14 * VG_DAY, as_of, &l.w, err));
  VG_GO(sift(&l, err));
  VG_GO(number_reports(&l, err));
  VG_GO(join_all(&l, err));
  VG_GO(tell(&l, ask->least > 0 ? ask->least : ANTICIPATE_LINK_LEAST, sink, ctx, err));
out:
  free(l.edge);
  vg_table_free(l.regime);
  vg_table_free(l.at);
  vg_table_free(l.between);
  vg_arena_free(l.arena);
  return rc;
}
