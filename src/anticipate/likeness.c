/*
 * Two files that are nearly the same are one thing to meet: TLSH digests of one HAC-T cluster (30) take the name of
 * their first member, so that the scan sees a shared value where no digest is equal.
 */
#include "anticipate/anticipate_internal.h"

#include "similar/similar.h"

#include <stdlib.h>

enum { AKIN = 30, DIGESTS_MAX = 200000 };

static int by_value(const void *a, const void *b) {
  const struct meeting *x = a, *y = b;
  int value = vg_str_cmp(x->value, y->value);
  if (value)
    return value;
  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  return x->org < y->org ? -1 : x->org > y->org;
}

/* The digests of m[0..n), each once; which[i] is the place of m[i]'s digest, or SIZE_MAX when it cannot be read. */
static size_t distinct(const struct meeting *m, size_t n, struct tlsh *v, size_t *which, size_t *first) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    if (i && vg_str_eq(m[i].value, m[i - 1].value)) {
      which[i] = which[i - 1];
      continue;
    }
    which[i] = SIZE_MAX;
    if (count < DIGESTS_MAX && tlsh_parse(m[i].value, &v[count])) {
      first[count] = i;
      which[i] = count++;
    }
  }
  return count;
}

/* m[0..n): all meetings of type tlsh, by value. */
static vg_code merge(struct meeting *m, size_t n, struct vg_err *err) {
  struct tlsh *v = calloc(n, sizeof *v);
  size_t *which = calloc(2 * n, sizeof *which), *first = which ? which + n : NULL;
  int64_t *cluster = calloc(2 * n, sizeof *cluster);
  vg_code rc = VG_OK;
  if (!v || !which || !cluster)
    VG_GO(VG_FAIL(err, VG_ENOMEM, "anticipate.memory"));
  size_t count = distinct(m, n, v, which, first);
  int64_t *named_by = cluster + n; /* the first digest of each cluster */
  VG_GO(similar_cluster(v, count, AKIN, cluster, NULL, NULL, err));
  for (size_t i = 0; i < n; i++)
    named_by[i] = -1;
  for (size_t i = 0; i < count; i++)
    if (cluster[i] >= 0 && named_by[cluster[i]] < 0)
      named_by[cluster[i]] = (int64_t)i;
  for (size_t i = 0; i < n; i++)
    m[i].exact = m[i].value;
  for (size_t i = 0; i < n; i++)
    if (which[i] != SIZE_MAX && cluster[which[i]] >= 0)
      m[i].value = m[first[named_by[cluster[which[i]]]]].exact;
  qsort(m, n, sizeof *m, by_value);
out:
  free(v);
  free(which);
  free(cluster);
  return rc;
}

vg_code anticipate_merge_akin(struct world *w, struct vg_err *err) {
  size_t from = 0, n = 0;
  while (from < w->count && !vg_str_eqz(w->m[from].type, "tlsh"))
    from++;
  while (from + n < w->count && vg_str_eqz(w->m[from + n].type, "tlsh"))
    n++;
  return n > 1 ? merge(w->m + from, n, err) : VG_OK;
}
