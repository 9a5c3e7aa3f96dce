#include "match/capture.h"

#include <stdlib.h>
#include <string.h>

enum { FLOWS = 2048, WAYS = 4, STREAM = 16384, EARLY = 4, EARLY_MAX = 2048, TRIES = 64 };

struct flow {
  struct place at;
  bool based, open, past, named; /* based: where the stream begins is known; open: bytes are gathered; past: they were;
                                   named: see capture_hello */
  uint32_t base;
  struct gathered g;
  unsigned early, tries;
  size_t heard; /* bytes from the base on, when last read */
  struct early {
    uint32_t seq;
    size_t n;
    unsigned char bytes[EARLY_MAX];
  } * wait; /* EARLY of them, a ring */
};
struct flows {
  struct flow flow[FLOWS];
  uint64_t clock;
};

vg_code flows_new(struct flows **out, struct vg_err *err) {
  *out = calloc(1, sizeof **out);
  return *out ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

static void forget(struct flow *w) {
  free(w->g.bytes);
  free(w->wait);
  *w = (struct flow){0};
}

void flows_free(struct flows *f) {
  if (!f)
    return;
  for (size_t i = 0; i < FLOWS; i++)
    forget(&f->flow[i]);
  free(f);
}

struct place capture_direction(const struct segment *g, uint64_t now) {
  struct place p = {.used = now};
  memcpy(p.key, g->from.p, g->from.n), memcpy(p.key + 16, g->to.p, g->to.n);
  const unsigned ports[] = {g->port_from, g->port_to};
  for (size_t i = 0; i < 2; i++)
    p.key[32 + 2 * i] = (unsigned char)(ports[i] >> 8), p.key[33 + 2 * i] = (unsigned char)ports[i];
  p.key[36] = (unsigned char)g->from.n;
  return p;
}

/* The direction's place, one of a row; make: of a new one too. */
static struct flow *find(struct flows *f, const struct segment *g, bool make) {
  const struct place sought = capture_direction(g, ++f->clock);
  bool known;
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < CAPTURE_KEY; i++)
    h = (h ^ sought.key[i]) * 16777619u;
  struct flow *row = &f->flow[h % (FLOWS / WAYS) * WAYS];
  struct flow *w = (struct flow *)(void *)place_find(row, WAYS, sizeof *row, &sought, &known);
  if (known || !make)
    return known ? w : NULL;
  forget(w);
  w->at = sought;
  return w;
}

/* As much of a segment as lies in the first STREAM bytes behind the base. */
static bool add(struct flow *w, uint32_t seq, const unsigned char *p, size_t n) {
  uint32_t at = seq - w->base;
  if (at >= UINT32_MAX - STREAM) { /* it begins before the base */
    const uint32_t skip = w->base - seq;
    if (skip >= n)
      return false;
    at = 0, p += skip, n -= skip;
  }
  if (at >= STREAM)
    return false;
  gather(&w->g, at, p, n < STREAM - at ? n : STREAM - at);
  return true;
}

static bool open_flow(struct flow *w, uint32_t base) {
  if (!w->g.bytes && !(w->g.bytes = malloc(STREAM)))
    return false;
  w->base = base, w->based = w->open = true, w->g.ranges = w->tries = 0, w->heard = 0, w->named = false;
  return true;
}

static void close_flow(struct flow *w) {
  free(w->g.bytes);
  free(w->wait);
  w->g.bytes = NULL, w->wait = NULL;
  w->based = w->open = false, w->past = true, w->early = 0;
}

/* A segment of a stream whose beginning is not known yet. */
static void keep_early(struct flow *w, const struct segment *g) {
  if (g->bytes.n > EARLY_MAX || (!w->wait && !(w->wait = malloc(EARLY * sizeof *w->wait))))
    return;
  struct early *e = &w->wait[w->early++ % EARLY];
  e->seq = g->seq, e->n = g->bytes.n;
  memcpy(e->bytes, g->bytes.p, g->bytes.n);
}

static void add_early(struct flow *w) {
  for (unsigned i = 0; w->wait && i < EARLY && i < w->early; i++)
    (void)add(w, w->wait[i].seq, w->wait[i].bytes, w->wait[i].n);
  w->early = 0;
}

/* The first n bytes have been told: a message that goes on begins behind them. */
static void said(struct flow *w, uint32_t n) {
  unsigned kept = 0;
  for (unsigned i = 0; i < w->g.ranges; i++)
    if (w->g.range[i].to > n) {
      w->g.range[kept].from = w->g.range[i].from > n ? w->g.range[i].from - n : 0;
      w->g.range[kept++].to = w->g.range[i].to - n;
    }
  w->g.ranges = kept;
  memmove(w->g.bytes, w->g.bytes + n, STREAM - n);
  w->base += n, w->tries = 0, w->heard -= n;
}

/* What the bytes from the base on say; how many they are. They are read again when there are more; after TRIES times
 * when there are an eighth more, so that bytes that come one by one cost little more than others. */
static size_t listen(struct flow *w, const struct segment *g, struct vg_buf *o) {
  const size_t n = w->g.ranges && w->g.range[0].from == 0 ? w->g.range[0].to : 0;
  size_t used;
  if (n == w->heard || (w->tries >= TRIES && n < STREAM && n < w->heard + w->heard / 8))
    return n;
  w->tries++, w->heard = n;
  const vg_str bytes = vg_str_n((const char *)w->g.bytes, n);
  if (capture_stream(o, bytes, g->port_from, g->port_to, &w->named, &used) != SAID_MORE || (n == STREAM && !used))
    close_flow(w);
  else if (used)
    said(w, (uint32_t)used);
  return n;
}

/* A new connection, whatever was there. */
static void begin(struct flow *w, uint32_t seq) {
  struct flow new = {.at = w->at, .based = true, .base = seq + 1};
  forget(w);
  *w = new;
}

void flows_take(struct flows *f, const struct segment *g, struct vg_buf *o) {
  size_t used;
  bool named = false;
  const unsigned char *p = (const unsigned char *)g->bytes.p;
  struct flow *w = find(f, g, g->syn);
  if (g->syn)
    begin(w, g->seq);
  if (g->syn || !g->bytes.n)
    return;
  if (w && w->based && (w->open || open_flow(w, w->base)) && add(w, g->seq, p, g->bytes.n)) {
    const uint32_t at = g->seq - w->base;
    if (listen(w, g, o) < at) /* behind a gap, which may stay one: what it says alone counts */
      (void)capture_stream(o, g->bytes, g->port_from, g->port_to, &named, &used);
    return;
  }
  const enum capture_said it = capture_stream(o, g->bytes, g->port_from, g->port_to, &named, &used);
  if (it == SAID_WHOLE)
    return;
  w = w ? w : find(f, g, true);
  if (it == SAID_NOTHING) {
    if (!w->past && !w->open && !used)
      keep_early(w, g);
    return;
  }
  if (!open_flow(w, g->seq + (uint32_t)used))
    return;
  w->named = named;
  (void)add(w, g->seq, p, g->bytes.n);
  add_early(w);
  (void)listen(w, g, o);
}
