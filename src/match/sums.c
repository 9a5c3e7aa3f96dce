#include "match/match_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* What there is to check of a pack: the sums of its sections, then (CONTENT) the places inside them. The largest work
 * begins first, so that all threads end together. */
enum { CONTENT = PACK_SECTIONS, WORKS };
struct sums {
  struct pack *p;
  unsigned char order[WORKS];
  bool bad[WORKS];
  const char *part; /* of the content that is bad */
  atomic_uint next;
};

void pack_sum(uint32_t version, vg_str section, unsigned char out[static PACK_SUM]) {
  if (version >= PACK_BLAKE3)
    vg_blake3(section.p, section.n, out);
  else
    vg_sha256(section.p, section.n, out);
}

static void check(struct sums *x, unsigned k) {
  const struct pack *p = x->p;
  unsigned char sum[PACK_SUM];
  if (k == CONTENT) {
    x->bad[k] = !pack_content(x->p, &x->part);
    return;
  }
  const struct pack_section *s = &p->head->section[k];
  pack_sum(p->head->version, vg_str_n(p->map->bytes.p + s->at, (size_t)s->size), sum);
  x->bad[k] = memcmp(sum, s->sum, PACK_SUM) != 0;
}

static void *check_some(void *ctx) {
  struct sums *x = ctx;
  for (unsigned i; (i = atomic_fetch_add(&x->next, 1)) < WORKS;)
    check(x, x->order[i]);
  return NULL;
}

/* In bytes that are summed meanwhile. */
static uint64_t work_of(const struct pack *p, unsigned k) {
  const struct pack_section *s = p->head->section;
  return k == CONTENT ? (s[SEC_SLOTS - 1].size + s[SEC_ENTRIES - 1].size) / 3 : s[k].size;
}

const char *pack_check(struct pack *p, unsigned threads) {
  static const char *const names[PACK_SECTIONS] = {"meta", "gate", "filter", "slots", "entries", "text"};
  struct sums x = {.p = p};
  pthread_t other[WORKS];
  unsigned made = 0;
  for (unsigned i = 0, k; i < WORKS; i++) {
    for (k = i; k > 0 && work_of(p, x.order[k - 1]) < work_of(p, i); k--)
      x.order[k] = x.order[k - 1];
    x.order[k] = (unsigned char)i;
  }
  while (made + 1 < threads && made + 1 < WORKS && pthread_create(&other[made], NULL, check_some, &x) == 0)
    made++;
  (void)check_some(&x);
  for (unsigned i = 0; i < made; i++)
    pthread_join(other[i], NULL);
  for (int i = 0; i < PACK_SECTIONS; i++)
    if (x.bad[i])
      return names[i];
  return x.bad[CONTENT] ? x.part : NULL;
}
