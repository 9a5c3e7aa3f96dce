/*
 * HAC-T. A vantage-point tree answers "who is the nearest point outside of my cluster?"; points merge with their
 * nearest outsider, then clusters are gone over until no merge is possible. The distance is no metric, so the order in
 * which the tree is grown and searched decides among equals and near misses: both follow the published method step by
 * step, which makes the result the same as the authors'.
 */
#include "similar/similar_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SLACK = 20, FAR = 99999, DISTANCES = 2560, SAMPLE = 100 };

struct node {
  int32_t left, right, threshold; /* children -1: none; a leaf's threshold is -1 */
};

struct frame {
  int32_t node, distance;
  bool near_done; /* the likelier side has been searched */
};

struct hact {
  const struct tlsh *v;
  size_t n;
  int cdist;
  bool popcnt;
  struct similar_set *set; /* says fast and exactly that there is no outsider near enough: most points have none */
  struct node *node;       /* of the point with the same number */
  struct frame *stack;
  int32_t root;
  int32_t *cluster;             /* of each point; a cluster's name is its smallest member */
  int32_t *first, *last, *next; /* members of a cluster in the order of joining, chained */
  int32_t *size;
  similar_progress *progress;
  void *ctx;
};

SIMILAR_POPCNT static int distance_popcnt(const struct tlsh *a, const struct tlsh *b) { return whole_distance(a, b); }

static int distance_of(const struct hact *h, int32_t a, int32_t b) {
  return h->popcnt ? distance_popcnt(&h->v[a], &h->v[b]) : tlsh_distance(&h->v[a], &h->v[b]);
}

/* --- the tree --- */

/* A piece of `order` that becomes a subtree, hung in at *hook. */
struct piece {
  size_t from, count;
  int32_t parent;
  bool right;
};

static int median(int *distance, size_t n, uint32_t *count) {
  int top = 0;
  for (size_t i = 0; i < n; i++) {
    count[distance[i]]++;
    top = distance[i] > top ? distance[i] : top;
  }
  size_t before = 0, middle = (n - 1) / 2;
  int m = 0;
  while (before + count[m] <= middle)
    before += count[m++];
  memset(count, 0, ((size_t)top + 1) * sizeof count[0]);
  return m;
}

static void hang(struct hact *h, const struct piece *p, int32_t point) {
  if (p->parent < 0)
    h->root = point;
  else if (p->right)
    h->node[p->parent].right = point;
  else
    h->node[p->parent].left = point;
}

/* The piece's first point is the vantage point; the others part at the median of their distances, in their order. */
static size_t split(struct hact *h, int32_t *order, int32_t *spare, int *distance, uint32_t *count,
                    const struct piece *p) {
  int32_t *o = order + p->from;
  size_t left = 0, right = 0;
  for (size_t i = 0; i < p->count; i++)
    distance[i] = distance_of(h, o[0], o[i]);
  int m = median(distance, p->count, count);
  h->node[o[0]].threshold = m;
  for (size_t i = 1; i < p->count; i++) {
    if (distance[i] < m)
      o[1 + left++] = o[i];
    else
      spare[right++] = o[i];
  }
  memcpy(o + 1 + left, spare, right * sizeof *o);
  return left;
}

static vg_code grow(struct hact *h, struct vg_err *err) {
  int32_t *order = malloc(h->n * sizeof *order + 1), *spare = malloc(h->n * sizeof *spare + 1);
  int *distance = malloc(h->n * sizeof *distance + 1);
  struct piece *todo = malloc((h->n + 2) * sizeof *todo);
  uint32_t count[DISTANCES] = {0};
  size_t waiting = 0;
  vg_code rc = order && spare && distance && todo ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  for (size_t i = 0; rc == VG_OK && i < h->n; i++) {
    order[i] = (int32_t)i;
    h->node[i] = (struct node){-1, -1, -1};
  }
  if (rc == VG_OK && h->n)
    todo[waiting++] = (struct piece){0, h->n, -1, false};
  while (rc == VG_OK && waiting) {
    struct piece p = todo[--waiting];
    int32_t point = order[p.from];
    hang(h, &p, point);
    if (p.count == 1)
      continue;
    size_t left = split(h, order, spare, distance, count, &p), right = p.count - 1 - left;
    if (left)
      todo[waiting++] = (struct piece){p.from + 1, left, point, false};
    if (right)
      todo[waiting++] = (struct piece){p.from + 1 + left, right, point, true};
  }
  free(order);
  free(spare);
  free(distance);
  free(todo);
  return rc;
}

struct outsider {
  int32_t point;
  int distance;
};

/* The other side is worth a look unless the best so far is closer than the border, with some slack as this is no
 * metric. */
static bool worth(const struct frame *f, int threshold, int best) {
  return f->distance <= threshold ? f->distance + best + SLACK >= threshold : f->distance - best - SLACK <= threshold;
}

/* The nearest point that is not in point a's cluster. */
static inline __attribute__((always_inline)) struct outsider descend(const struct hact *h, int32_t a) {
  struct outsider best = {-1, FAR};
  size_t depth = 0;
  int32_t visit = h->root;
  for (;;) {
    if (visit >= 0) {
      int d = whole_distance(&h->v[visit], &h->v[a]);
      if (h->cluster[visit] != h->cluster[a] && d < best.distance)
        best = (struct outsider){visit, d};
      h->stack[depth++] = (struct frame){visit, d, false};
      visit = d <= h->node[visit].threshold ? h->node[visit].left : h->node[visit].right;
      continue;
    }
    if (depth == 0)
      return best;
    struct frame *f = &h->stack[depth - 1];
    const struct node *n = &h->node[f->node];
    visit = -1;
    if (f->near_done || !worth(f, n->threshold, best.distance)) {
      depth--;
    } else {
      f->near_done = true;
      visit = f->distance <= n->threshold ? n->right : n->left;
    }
  }
}

SIMILAR_POPCNT static struct outsider descend_popcnt(const struct hact *h, int32_t a) { return descend(h, a); }
static struct outsider descend_plain(const struct hact *h, int32_t a) { return descend(h, a); }

static struct outsider nearest_outsider(const struct hact *h, int32_t a) {
  if (!similar_any_other(h->set, &h->v[a], h->cdist, h->cluster, h->cluster[a]))
    return (struct outsider){-1, FAR};
  return h->popcnt ? descend_popcnt(h, a) : descend_plain(h, a);
}

/* --- merging --- */

/* The members of a and then of b, every `jump`th when there are many, into sample. */
static size_t sample_of(const struct hact *h, int32_t a, int32_t b, int32_t sample[static 2 * SAMPLE]) {
  size_t total = (size_t)h->size[a] + (size_t)h->size[b], jump = total / SAMPLE, take = jump ? SAMPLE : total, n = 0,
         at = 0;
  jump = jump ? jump : 1;
  for (int side = 0; side < 2; side++)
    for (int32_t x = h->first[side ? b : a]; x >= 0 && n < take; x = h->next[x], at++)
      if (at % jump == 0)
        sample[n++] = x;
  return n;
}

/* Is there a member from which all others are within cdist? */
static bool compact(const struct hact *h, int32_t a, int32_t b) {
  int32_t sample[2 * SAMPLE];
  size_t n = sample_of(h, a, b, sample);
  for (size_t i = 0; i < n; i++) {
    size_t j = 0;
    while (j < n && (i == j || distance_of(h, sample[i], sample[j]) <= h->cdist))
      j++;
    if (j == n)
      return true;
  }
  return false;
}

/* The cluster with the smallest member takes the other's members behind its own. Returns its name. */
static int32_t merge(struct hact *h, int32_t a, int32_t b) {
  int32_t to = a < b ? a : b, from = a < b ? b : a;
  for (int32_t x = h->first[from]; x >= 0; x = h->next[x])
    h->cluster[x] = to;
  h->next[h->last[to]] = h->first[from];
  h->last[to] = h->last[from];
  h->size[to] += h->size[from];
  h->first[from] = h->last[from] = -1;
  h->size[from] = 0;
  return to;
}

/* Merges point a's cluster with that of its nearest outsider if that is right; the cluster's name, or -1. */
static int32_t try_merge(struct hact *h, int32_t a) {
  struct outsider o = nearest_outsider(h, a);
  if (o.point < 0 || o.distance > h->cdist || !compact(h, h->cluster[a], h->cluster[o.point]))
    return -1;
  return merge(h, h->cluster[a], h->cluster[o.point]);
}

/* One pass over the listed clusters: a merge ends the look at its cluster. Returns how many merged clusters stand in
 * `changed`. */
static size_t pass(struct hact *h, const int32_t *list, size_t n, int32_t *changed, bool *listed) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    int32_t merged = -1;
    for (int32_t a = h->first[list[i]]; a >= 0 && merged < 0; a = h->next[a])
      merged = try_merge(h, a);
    if (merged >= 0 && !listed[merged]) {
      listed[merged] = true;
      changed[count++] = merged;
    }
  }
  for (size_t i = 0; i < count; i++)
    listed[changed[i]] = false;
  return count;
}

static void first_pass(struct hact *h) {
  for (size_t a = 0; a < h->n; a++) {
    (void)try_merge(h, (int32_t)a);
    if (h->progress && a % 64 == 0)
      h->progress(h->ctx, a, h->n);
  }
}

static vg_code refine(struct hact *h, struct vg_err *err) {
  int32_t *list = malloc(h->n * sizeof *list + 1), *changed = malloc(h->n * sizeof *changed + 1);
  bool *listed = calloc(h->n + 1, sizeof *listed);
  vg_code rc = list && changed && listed ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  size_t n = 0;
  for (size_t c = 0; rc == VG_OK && c < h->n; c++)
    if (h->size[c] > 1)
      list[n++] = (int32_t)c;
  while (rc == VG_OK && n > 0) {
    n = pass(h, list, n, changed, listed);
    int32_t *t = list;
    list = changed;
    changed = t;
  }
  free(list);
  free(changed);
  free(listed);
  return rc;
}

static void number(const struct hact *h, int64_t *out) {
  int64_t next = 0;
  for (size_t i = 0; i < h->n; i++)
    out[i] = -1;
  for (size_t c = 0; c < h->n; c++) {
    if (h->size[c] < 2)
      continue;
    for (int32_t x = h->first[c]; x >= 0; x = h->next[x])
      out[x] = next;
    next++;
  }
}

vg_code similar_cluster(const struct tlsh *v, size_t n, int cdist, int64_t *cluster, similar_progress *progress,
                        void *ctx, struct vg_err *err) {
  struct hact h = {
      .v = v, .n = n, .cdist = cdist, .popcnt = similar_has_popcnt(), .root = -1, .progress = progress, .ctx = ctx};
  vg_code rc = VG_OK;
  if (n >= INT32_MAX)
    return VG_FAIL(err, VG_ELIMIT, "similar.too_many", VG_N((int64_t)n));
  int32_t *numbers = malloc(5 * n * sizeof *numbers + 1);
  h.node = malloc(n * sizeof *h.node + 1);
  h.stack = malloc((n + 1) * sizeof *h.stack);
  if (!numbers || !h.node || !h.stack) {
    rc = VG_FAIL(err, VG_ENOMEM, "base.memory");
    goto out;
  }
  h.cluster = numbers, h.first = numbers + n, h.last = numbers + 2 * n, h.next = numbers + 3 * n,
  h.size = numbers + 4 * n;
  for (size_t i = 0; i < n; i++) {
    h.cluster[i] = h.first[i] = h.last[i] = (int32_t)i;
    h.next[i] = -1;
    h.size[i] = 1;
  }
  VG_GO(similar_set_new(&h.set, v, n, err));
  VG_GO(grow(&h, err));
  first_pass(&h);
  VG_GO(refine(&h, err));
  number(&h, cluster);
out:
  similar_set_free(h.set);
  free(numbers);
  free(h.node);
  free(h.stack);
  return rc;
}
