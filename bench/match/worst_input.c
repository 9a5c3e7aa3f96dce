/* worst_input PACK SECONDS [PART...]: looks for short texts that, repeated, cost the scan most of a core's time a byte:
 * from the parts known to be odd (and those named: values of the pack) a pattern is changed a little at a time, and
 * kept when it is slower. Prints the slowest, MB/s at 1, 8 and 64 MB beside one another: the same when the cost is
 * linear. */
#include "base/file.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL = 1 << 17, MOST = 96, KEPT = 5, RESTART = 400 };

static const char *const odd[] = {"a",        ".",
                                  "\xc3\xa9", ":",
                                  "::",       "[",
                                  "]",        "(",
                                  ")",        "{",
                                  "\\",       "\\.",
                                  "%",        "%2e",
                                  "@",        "/",
                                  "//",       " ",
                                  "1",        "255",
                                  "0",        "x",
                                  "-",        "_",
                                  "\n",       "\"",
                                  "#",        "?",
                                  "http",     "hxxp",
                                  "://",      "(dot)",
                                  "[.]",      "[dot",
                                  ".]",       "deadbeef",
                                  "\xff",     "\xe2\x80\xa6",
                                  "~",        "+",
                                  "=",        "&",
                                  "com",      "exe",
                                  "u0",       "\\u",
                                  "\\n",      "0123456789abcdef",
                                  "aa:bb:cc", "1.2.3.4",
                                  "fe80",     ".md",
                                  "*"};

struct pattern {
  char text[MOST];
  size_t n;
  double cost; /* ns a byte */
};

static double cost(const struct pack *p, char *room, size_t bytes, const struct pattern *x, int tries, uint64_t *hits) {
  int64_t best = INT64_MAX;
  for (size_t i = 0; i < bytes; i++)
    room[i] = x->text[i % x->n];
  for (int i = 0; i < tries; i++) {
    *hits = 0;
    const int64_t start = spent();
    if (match_bytes(p, vg_str_n(room, bytes), 1, count_hit, hits, NULL) != VG_OK)
      exit(1);
    const int64_t took = spent() - start;
    best = took < best ? took : best;
  }
  return (double)best / (double)bytes;
}

static uint32_t chance(uint32_t n) {
  static uint64_t s = 88172645463325252u;
  s ^= s << 13, s ^= s >> 7, s ^= s << 17;
  return (uint32_t)((s >> 16) % n);
}

static void insert(struct pattern *x, const char *part) {
  const size_t n = strlen(part), at = chance((uint32_t)x->n + 1);
  if (x->n + n > MOST)
    return;
  memmove(x->text + at + n, x->text + at, x->n - at);
  memcpy(x->text + at, part, n);
  x->n += n;
}

static void cut(struct pattern *x) {
  const size_t at = chance((uint32_t)x->n), n = 1 + chance(4), k = n < x->n - at ? n : x->n - at;
  if (k == x->n)
    return;
  memmove(x->text + at, x->text + at + k, x->n - at - k);
  x->n -= k;
}

static void change(struct pattern *x, char **parts, uint32_t count) {
  for (uint32_t k = 1 + chance(3); k; k--) {
    const uint32_t which = chance(VG_COUNT(odd) + 4 * count);
    if (chance(3) == 0 && x->n > 1)
      cut(x);
    else
      insert(x, which < VG_COUNT(odd) ? odd[which] : parts[(which - VG_COUNT(odd)) % count]);
  }
}

static void keep(struct pattern *kept, const struct pattern *x) {
  size_t at = 0;
  while (at < KEPT && kept[at].n && kept[at].cost >= x->cost)
    at++;
  if (at == KEPT)
    return;
  memmove(&kept[at + 1], &kept[at], (KEPT - 1 - at) * sizeof *kept);
  kept[at] = *x;
}

static void show(const struct pack *p, char *room, const struct pattern *x) {
  uint64_t hits;
  putchar('"');
  for (size_t i = 0; i < x->n; i++)
    printf(x->text[i] >= ' ' && x->text[i] < 0x7f && x->text[i] != '\\' ? "%c" : "\\x%02x", (unsigned char)x->text[i]);
  printf("\"");
  for (size_t mb = 1; mb <= 64; mb *= 8)
    printf("\t%.0f", 1e3 / cost(p, room, mb << 20, x, mb < 64 ? 2 : 1, &hits));
  printf("\tMB/s\t%llu hits\n", (unsigned long long)hits);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static struct pattern kept[KEPT];
  struct pack *p;
  struct vg_err err = {0};
  uint64_t hits;
  char *room = malloc((size_t)64 << 20);
  if (argc < 3 || !room || pack_open(argv[1], NULL, &p, &err) != VG_OK) {
    fprintf(stderr, "worst_input PACK SECONDS [PART...]: cannot read the pack\n");
    return 1;
  }
  const int64_t end = spent() + atol(argv[2]) * VG_SECOND;
  while (spent() < end) {
    struct pattern best = {.n = 0};
    change(&best, argv + 3, (uint32_t)argc - 3);
    for (int idle = 0; idle < RESTART && spent() < end;) {
      struct pattern x = best;
      change(&x, argv + 3, (uint32_t)argc - 3);
      if (!x.n)
        continue;
      x.cost = cost(p, room, TRIAL, &x, 2, &hits);
      const bool slower = x.cost > best.cost * 1.02 && hits < TRIAL / 64; /* what hits cost is another question */
      idle = slower ? 0 : idle + 1;
      best = slower ? x : best;
    }
    if (best.n)
      keep(kept, &best);
  }
  for (size_t i = 0; i < KEPT && kept[i].n; i++)
    show(p, room, &kept[i]);
  pack_close(p);
  free(room);
  return 0;
}
