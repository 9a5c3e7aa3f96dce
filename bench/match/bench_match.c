/* bench_match PACK LOG [ENGINE...]: how fast match_bytes() goes over a log that is in memory, one core, best of three,
 * for each engine of this machine or those named ("best": the one that a scan would use); then memchr for line ends and
 * memcpy over the same bytes. A line each: name, MB/s, hits. */
#include "base/file.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3 };

static void tell(const char *name, size_t bytes, int64_t best, uint64_t hits) {
  printf("%s\t%.0f\t%llu\n", name, (double)bytes / 1e6 / ((double)best / 1e9), (unsigned long long)hits);
}

static void engine(struct pack *p, vg_str log, const char *name) {
  int64_t best = INT64_MAX;
  uint64_t hits = 0;
  if (strcmp(name, "best") != 0 && !match_engine_use(p, name))
    return;
  for (int i = 0; i < TRIES; i++) {
    hits = 0;
    int64_t start = spent();
    if (match_bytes(p, log, 1, count_hit, &hits, NULL) != VG_OK)
      exit(1);
    int64_t took = spent() - start;
    best = took < best ? took : best;
  }
  tell(name, log.n, best, hits);
}

static void limits(vg_str log) {
  int64_t find = INT64_MAX, copy = INT64_MAX;
  uint64_t lines = 0;
  char *to = malloc(log.n);
  for (int i = 0; to && i < TRIES; i++) {
    int64_t start = spent();
    lines = 0;
    for (const char *p = log.p, *end = p + log.n; (p = memchr(p, '\n', (size_t)(end - p))); p++)
      lines++;
    int64_t middle = spent();
    memcpy(to, log.p, log.n);
    int64_t end = spent();
    find = middle - start < find ? middle - start : find;
    copy = end - middle < copy && i ? end - middle : copy;
  }
  tell("memchr", log.n, find, lines);
  tell("memcpy", log.n, copy, to ? (unsigned char)to[log.n / 2] : 0);
  free(to);
}

int main(int argc, char **argv) {
  static const char *const engines[] = {"avx512", "avx2", "sse2", "neon", "plain"};
  struct pack *p;
  struct vg_buf log;
  struct vg_err err = {0};
  vg_buf_init(&log, SIZE_MAX / 2);
  if (argc < 3 || pack_open(argv[1], NULL, &p, &err) != VG_OK || vg_file_read(argv[2], &log, &err) != VG_OK) {
    fprintf(stderr, "bench_match PACK LOG [ENGINE...]: cannot read them\n");
    return 1;
  }
  for (int i = 3; i < argc; i++)
    engine(p, vg_buf_view(&log), argv[i]);
  for (size_t i = 0; argc == 3 && i < VG_COUNT(engines); i++)
    engine(p, vg_buf_view(&log), engines[i]);
  if (argc == 3)
    limits(vg_buf_view(&log));
  pack_close(p);
  vg_buf_fini(&log);
  return 0;
}
