/*
 * HAC-T. A vantage-point tree answers "who is the nearest point outside of my cluster?"; points merge with their
 * nearest outsider, then clusters are gone over until no merge is possible. The order of all this is the published
 * method's, which makes the result the same as the authors'.
 */
#include "similar/tree.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 100, NOBODY = -1, UNKNOWN = -2 };

struct hact {
  const struct tlsh *v;
  size_t n;
  int cdist;
  struct similar_set *set; /* says fast and exactly that there is no outsider near enough: most points have none */
  struct tree *tree;
  int32_t *cluster;             /* of each point; a cluster's name is its smallest member */
  int32_t *first, *last, *next; /* members of a cluster in the order of joining, chained */
  int32_t *size;
  int32_t *other; /* a point near enough that was no member when last looked for; as clusters only grow, NOBODY stays */
  similar_progress *progress;
  void *ctx;
};

/* Nearer than cdist to point a and in another cluster; the tree, which is slow, is asked only when there is one. */
static struct outsider nearest_outsider(struct hact *h, int32_t a) {
  int32_t seen = h->other[a];
  if (seen == NOBODY)
    return (struct outsider){-1, TREE_FAR};
  if (seen < 0 || h->cluster[seen] == h->cluster[a])
    h->other[a] = similar_other(h->set, &h->v[a], h->cdist, h->cluster, h->cluster[a]);
  return h->other[a] == NOBODY ? (struct outsider){-1, TREE_FAR} : tree_outsider(h->tree, a);
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
  for (size_t i = 0; i < n; i++)
    if (tree_reaches(h->tree, sample, n, i, h->cdist))
      return true;
  return false;
}

/* The cluster with the smallest member takes the other's members behind its own. Returns its name. */
static int32_t merge(struct hact *h, int32_t a, int32_t b) {
  int32_t to = a < b ? a : b, from = a < b ? b : a;
  for (int32_t x = h->first[from]; x >= 0; x = h->next[x]) {
    h->cluster[x] = to;
    tree_rename(h->tree, x, to);
  }
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
  struct hact h = {.v = v, .n = n, .cdist = cdist, .progress = progress, .ctx = ctx};
  vg_code rc = VG_OK;
  if (n >= INT32_MAX)
    return VG_FAIL(err, VG_ELIMIT, "similar.too_many", VG_N((int64_t)n));
  int32_t *numbers = malloc(6 * n * sizeof *numbers + 1);
  if (!numbers)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  h.cluster = numbers, h.first = numbers + n, h.last = numbers + 2 * n, h.next = numbers + 3 * n,
  h.size = numbers + 4 * n, h.other = numbers + 5 * n;
  for (size_t i = 0; i < n; i++) {
    h.cluster[i] = h.first[i] = h.last[i] = (int32_t)i;
    h.next[i] = -1;
    h.size[i] = 1;
    h.other[i] = UNKNOWN;
  }
  VG_GO(similar_set_new(&h.set, v, n, err));
  VG_GO(tree_new(&h.tree, v, n, err));
  first_pass(&h);
  VG_GO(refine(&h, err));
  number(&h, cluster);
out:
  similar_set_free(h.set);
  free(numbers);
  tree_free(h.tree);
  return rc;
}
