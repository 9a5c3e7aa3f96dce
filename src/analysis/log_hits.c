#include "analysis/analysis_internal.h"
#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

enum { HELD_MOST = 1 << 16, SEEN_MOST = 16 << 20 };

struct said {
  uint32_t entry;
  uint64_t from, to;
};
struct held {
  struct match_hit hit; /* seen lies in text */
  size_t seen;
};
struct log_hits {
  struct said *said;
  struct held *held;
  size_t said_n, said_cap, held_n, held_cap;
  struct vg_buf text;
};

struct log_hits *log_hits_new(void) {
  struct log_hits *l = calloc(1, sizeof *l);
  if (l)
    vg_buf_init(&l->text, SEEN_MOST);
  return l;
}

void log_hits_said(struct log_hits *l, uint32_t entry, uint64_t from, uint64_t to) {
  if (l->said_n == HELD_MOST || !VG_GROW(l->said, l->said_n, l->said_cap, 64))
    return;
  l->said[l->said_n++] = (struct said){entry, from, to};
}

bool log_hits_hold(struct log_hits *l, const struct match_hit *h, uint64_t at) {
  const size_t seen = l->text.n;
  if (seen + h->seen.n > SEEN_MOST || l->held_n == HELD_MOST || !VG_GROW(l->held, l->held_n, l->held_cap, 64))
    return false;
  vg_buf_str(&l->text, h->seen);
  l->held[l->held_n] = (struct held){*h, seen};
  l->held[l->held_n++].hit.at = at;
  return !l->text.bad;
}

static int by_entry(const void *a, const void *b) {
  const struct said *x = a, *y = b;
  return x->entry != y->entry ? (x->entry < y->entry ? -1 : 1) : (x->from > y->from) - (x->from < y->from);
}

/* Key: the place of a hit. */
static int inside(const void *key, const void *item) {
  const struct said *k = key, *s = item;
  if (k->entry != s->entry)
    return k->entry < s->entry ? -1 : 1;
  return k->from < s->from ? -1 : k->from >= s->to;
}

void log_hits_tell(struct log_hits **hits, void (*tell)(void *ctx, const struct match_hit *h), void *ctx) {
  struct log_hits *l = *hits;
  *hits = NULL;
  if (!l)
    return;
  if (l->said_n)
    qsort(l->said, l->said_n, sizeof *l->said, by_entry);
  for (size_t i = 0; i < l->held_n; i++) {
    struct match_hit *h = &l->held[i].hit;
    const struct said key = {h->entry, h->at, h->at};
    h->seen.p = l->text.p + l->held[i].seen;
    if (!l->said_n || !bsearch(&key, l->said, l->said_n, sizeof key, inside))
      tell(ctx, h);
  }
  vg_buf_fini(&l->text);
  free(l->said);
  free(l->held);
  free(l);
}
