/* bench_extract FILE: how fast values come out of bytes in memory, one core. Prints megabytes a second (best of three)
 * and hits. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "intel/intel.h"

static vg_code count(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  (void)h, (void)err;
  ++*(uint64_t *)ctx;
  return VG_OK;
}

int main(int argc, char **argv) {
  struct vg_map_file map;
  int64_t best = INT64_MAX;
  uint64_t hits = 0;
  if (argc < 2 || vg_map_open(&map, argv[1], NULL) != VG_OK || map.bytes.n == 0) {
    fprintf(stderr, "bench_extract FILE\n");
    return 2;
  }
  for (int i = 0; i < 3; i++) {
    int64_t start = vg_monotonic();
    hits = 0;
    if (intel_extract(map.bytes, NULL, count, &hits, NULL) != VG_OK)
      return 1;
    int64_t took = vg_monotonic() - start;
    best = took < best ? took : best;
  }
  printf("%.1f MB/s, %llu values in %zu bytes\n", (double)map.bytes.n * 1000.0 / (double)best, (unsigned long long)hits,
         map.bytes.n);
  vg_map_close(&map);
  return 0;
}
