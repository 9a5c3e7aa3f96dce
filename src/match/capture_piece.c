#include "match/capture.h"

#include <stdlib.h>
#include <string.h>

void gather(struct gathered *w, uint32_t at, const unsigned char *p, size_t n) {
  uint32_t to = at + (uint32_t)n, i = 0;
  const uint32_t from = at;
  while (i < w->ranges && w->range[i].to < at)
    i++;
  if (w->ranges == GATHER_RANGES && (i == w->ranges || to < w->range[i].from))
    return;
  uint32_t first = i, low = at, high = to;
  for (; i < w->ranges && w->range[i].from <= to; i++) {
    if (at < w->range[i].from)
      memcpy(w->bytes + at, p + (at - from), w->range[i].from - at);
    at = w->range[i].to > at ? w->range[i].to : at;
    low = w->range[i].from < low ? w->range[i].from : low;
    high = w->range[i].to > high ? w->range[i].to : high;
  }
  if (at < to)
    memcpy(w->bytes + at, p + (at - from), to - at);
  /* ranges first..i-1 become one */
  memmove(&w->range[first + 1], &w->range[i], (w->ranges - i) * sizeof w->range[0]);
  w->ranges = w->ranges - (i - first) + 1;
  w->range[first].from = low, w->range[first].to = high;
}

struct place *place_find(void *places, size_t n, size_t size, const struct place *sought, bool *known) {
  struct place *old = places;
  for (size_t i = 0; i < n; i++) {
    struct place *p = (struct place *)(void *)((char *)places + i * size);
    if (p->used && memcmp(p->key, sought->key, CAPTURE_KEY_MAX) == 0) {
      p->used = sought->used;
      *known = true;
      return p;
    }
    old = p->used < old->used ? p : old;
  }
  *known = false;
  return old;
}

/* --- fragments of IP -------------------------------------------------------------------------------------------- */

enum { PIECES = 64, DATAGRAM = 65535 };
struct pieces {
  struct piece {
    struct place at; /* addresses, id, protocol, which IP */
    uint32_t total;  /* bytes in all; 0 not known */
    struct gathered g;
  } piece[PIECES];
  uint64_t clock;
};

vg_code pieces_new(struct pieces **out, struct vg_err *err) {
  *out = calloc(1, sizeof **out);
  return *out ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

static void forget(struct piece *w) {
  free(w->g.bytes);
  *w = (struct piece){0};
}

void pieces_free(struct pieces *x) {
  for (size_t i = 0; x && i < PIECES; i++)
    forget(&x->piece[i]);
  free(x);
}

static struct piece *find(struct pieces *x, const struct fragment *f) {
  struct place sought = {.used = ++x->clock};
  bool known;
  memcpy(sought.key, f->from.p, f->from.n), memcpy(sought.key + 16, f->to.p, f->to.n);
  for (unsigned i = 0; i < 4; i++)
    sought.key[32 + i] = (unsigned char)(f->id >> 8 * i);
  sought.key[36] = (unsigned char)f->protocol, sought.key[37] = (unsigned char)f->from.n;
  struct piece *w = (struct piece *)(void *)place_find(x->piece, PIECES, sizeof x->piece[0], &sought, &known);
  if (!known) {
    forget(w);
    w->at = sought;
  }
  return w;
}

bool pieces_take(struct pieces *x, const struct fragment *f, vg_str *whole) {
  if (!f->bytes.n || f->at + f->bytes.n > DATAGRAM)
    return false;
  struct piece *w = find(x, f);
  if (!w->g.bytes && !(w->g.bytes = malloc(DATAGRAM)))
    return false;
  gather(&w->g, f->at, (const unsigned char *)f->bytes.p, f->bytes.n);
  if (!f->more && !w->total)
    w->total = f->at + (uint32_t)f->bytes.n;
  if (!w->total || !w->g.ranges || w->g.range[0].from != 0 || w->g.range[0].to < w->total)
    return false;
  *whole = vg_str_n((const char *)w->g.bytes, w->total);
  w->at.used = 1; /* the next one to give way: its bytes are looked at until then */
  memset(w->at.key, 0xff, sizeof w->at.key);
  return true;
}
