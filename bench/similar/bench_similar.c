/*
 * bench_similar FILE COUNT: takes the digests of FILE (CSV with a column tlsh), makes COUNT of them by changing a few
 * buckets in copies, and measures the nearest neighbour of 1,000 queries: half are changed copies, half have no kin.
 * bench_similar FILE clusters: HAC-T of the digests of FILE. bench_similar FILE digest: TLSH of FILE, five times.
 * Milliseconds of this thread's processor time: a busy machine does not show in them.
 */
#include "base/csv.h"
#include "base/file.h"
#include "similar/similar.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 88172645463325252u;
static uint32_t next(uint32_t below) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct tlsh changed(struct tlsh t, uint32_t changes) {
  for (uint32_t i = 0; i < changes; i++)
    t.code[next(TLSH_CODE)] ^= (unsigned char)(1u << next(8));
  t.length = (unsigned char)(t.length + next(5));
  t.q1 = (t.q1 + next(2)) & 15;
  return t;
}

static size_t read_all(const char *path, struct tlsh *v, size_t max) {
  struct vg_map_file m;
  struct vg_csv csv;
  bool more;
  size_t n = 0;
  if (vg_map_open(&m, path, NULL) != VG_OK)
    return 0;
  vg_csv_init(&csv, m.bytes, 0);
  vg_code rc = vg_csv_next(&csv, &more, NULL);
  size_t column = vg_csv_column(&csv, "tlsh");
  while (rc == VG_OK && n < max && (rc = vg_csv_next(&csv, &more, NULL)) == VG_OK && more)
    n += tlsh_parse(vg_csv_field(&csv, column), &v[n]);
  vg_csv_fini(&csv);
  vg_map_close(&m);
  return n;
}

static double search(const struct similar_set *set, const struct tlsh *query, size_t n, double *worst) {
  double sum = 0;
  struct similar_near found;
  *worst = 0;
  for (size_t i = 0; i < n; i++) {
    double from = now();
    if (similar_nearest(set, &query[i], INT_MAX, 1, &found) != 1)
      exit(1);
    double took = now() - from;
    sum += took;
    *worst = took > *worst ? took : *worst;
  }
  return sum / (double)n;
}

static void measure(const struct tlsh *seed, size_t seeds, struct tlsh *v, size_t count) {
  enum { QUERIES = 500 };
  struct tlsh kin[QUERIES], none[QUERIES];
  struct similar_set *set;
  double worst;
  for (size_t i = 0; i < count; i++)
    v[i] = changed(seed[next((uint32_t)seeds)], next(24));
  for (size_t i = 0; i < QUERIES; i++) {
    kin[i] = changed(v[next((uint32_t)count)], 6);
    none[i] = kin[i];
    for (size_t b = 0; b < TLSH_CODE; b++)
      none[i].code[b] = (unsigned char)next(256);
  }
  double from = now();
  if (similar_set_new(&set, v, count, NULL) != VG_OK)
    exit(1);
  printf("vigie, %zu digests in a set: %.1f ms to make\n", count, now() - from);
  double mean = search(set, kin, QUERIES, &worst);
  printf("vigie, nearest of %zu, kin there:  %.3f ms a query, worst %.3f ms\n", count, mean, worst);
  mean = search(set, none, QUERIES, &worst);
  printf("vigie, nearest of %zu, none there: %.3f ms a query, worst %.3f ms\n", count, mean, worst);
  similar_set_free(set);
}

static void clusters(const struct tlsh *v, size_t n) {
  int64_t *cluster = malloc((n + 1) * sizeof *cluster);
  double best = 1e9;
  for (int i = 0; cluster && i < 5; i++) {
    double from = now();
    if (similar_cluster(v, n, 30, cluster, NULL, NULL, NULL) != VG_OK)
      exit(1);
    double took = now() - from;
    best = took < best ? took : best;
  }
  printf("%.4f\n", best / 1e3);
  free(cluster);
}

static int digest(const char *path) {
  struct vg_map_file m;
  double best = 1e9;
  struct tlsh t;
  if (vg_map_open(&m, path, NULL) != VG_OK)
    return 1;
  for (int i = 0; i < 5; i++) {
    struct tlsh_run run;
    double from = now();
    tlsh_begin(&run);
    tlsh_add(&run, m.bytes);
    if (!tlsh_end(&run, &t))
      return 1;
    double took = now() - from;
    best = took < best ? took : best;
  }
  printf("%.4f\n", best / 1e3);
  vg_map_close(&m);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[2], "digest") == 0)
    return digest(argv[1]);
  bool grouping = argc == 3 && strcmp(argv[2], "clusters") == 0;
  size_t count = argc == 3 ? (size_t)strtoull(argv[2], NULL, 10) : 0;
  struct tlsh *seed = malloc(100000 * sizeof *seed), *v = malloc((count + 1) * sizeof *v);
  size_t seeds = argc == 3 && seed ? read_all(argv[1], seed, 100000) : 0;
  if (!v || !seed || (count == 0 && !grouping) || seeds == 0) {
    fprintf(stderr, "usage: bench_similar DIGESTS.csv COUNT|clusters, FILE digest\n");
    return 2;
  }
  if (grouping)
    clusters(seed, seeds);
  else
    measure(seed, seeds, v, count);
  free(seed);
  free(v);
  return 0;
}
