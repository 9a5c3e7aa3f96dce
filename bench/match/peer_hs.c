/* peer_hs VALUES LOG: Hyperscan (or Vectorscan) with the values as literals, ignoring case; seconds to build, MB/s of
 * the scan alone and with the building, matches. */
#include <hs/hs.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
static char *slurp(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f || fseek(f, 0, SEEK_END))
    exit(1);
  *n = (size_t)ftell(f);
  rewind(f);
  char *p = malloc(*n + 1);
  if (!p || fread(p, 1, *n, f) != *n)
    exit(1);
  p[*n] = 0;
  fclose(f);
  return p;
}
static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx) {
  (void)id, (void)from, (void)to, (void)flags;
  ++*(unsigned long long *)ctx;
  return 0;
}
int main(int argc, char **argv) {
  size_t n, log_n, count = 0, cap = 16;
  if (argc < 3)
    return 2;
  char *values = slurp(argv[1], &n), *log = slurp(argv[2], &log_n);
  const char **v = malloc(cap * sizeof *v);
  for (char *p = strtok(values, "\n"); p; p = strtok(NULL, "\n")) {
    if (count == cap)
      v = realloc(v, (cap *= 2) * sizeof *v);
    v[count++] = p;
  }
  size_t *len = malloc(count * sizeof *len);
  unsigned *flags = malloc(count * sizeof *flags), *ids = malloc(count * sizeof *ids);
  for (size_t i = 0; i < count; i++)
    len[i] = strlen(v[i]), flags[i] = HS_FLAG_CASELESS, ids[i] = (unsigned)i;
  hs_database_t *db;
  hs_compile_error_t *why;
  hs_scratch_t *scratch = NULL;
  unsigned long long hits = 0;
  double start = now();
  if (hs_compile_lit_multi(v, flags, ids, len, (unsigned)count, HS_MODE_BLOCK, NULL, &db, &why) != HS_SUCCESS)
    return fprintf(stderr, "%s\n", why->message), 1;
  double built = now() - start;
  if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
    return 1;
  start = now();
  hs_scan(db, log, (unsigned)log_n, 0, scratch, on_match, &hits);
  double took = now() - start;
  printf("scan alone %.0f MB/s, built in %.2f s, together %.1f MB/s, %llu matches of bytes\n",
         (double)log_n / 1e6 / took, built, (double)log_n / 1e6 / (took + built), hits);
  return 0;
}
