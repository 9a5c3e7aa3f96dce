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
  unsigned char sum[PACK_SECTIONS][VG_SHA256_SIZE];
  bool bad_content;
  const char *part; /* of the content that is bad */
  atomic_uint next;
};

/* The next section to sum; the content is looked through in its turn. */
static unsigned char *next_section(void *ctx, vg_str *text) {
  struct sums *x = ctx;
  for (unsigned i; (i = atomic_fetch_add(&x->next, 1)) < WORKS;) {
    const unsigned k = x->order[i];
    if (k != CONTENT) {
      const struct pack_section *s = &x->p->head->section[k];
      *text = vg_str_n(x->p->map->bytes.p + s->at, (size_t)s->size);
      return x->sum[k];
    }
    x->bad_content = !pack_content(x->p, &x->part);
  }
  return NULL;
}

static void *check_some(void *ctx) {
  vg_sha256_each(next_section, ctx);
  return NULL;
}

/* In bytes that are summed meanwhile. */
static uint64_t work_of(const struct pack *p, unsigned k) {
  const struct pack_section *s = p->head->section;
  return k == CONTENT ? (s[SEC_SLOTS - 1].size + s[SEC_ENTRIES - 1].size) * 3 / 4 : s[k].size;
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
    if (memcmp(x.sum[i], p->head->section[i].sha256, VG_SHA256_SIZE) != 0)
      return names[i];
  return x.bad_content ? x.part : NULL;
}
