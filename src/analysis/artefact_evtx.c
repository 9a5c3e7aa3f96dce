#include "analysis/analysis_internal.h"

#include <stdlib.h>
#include <string.h>

/* Lines of events that wait to be searched together, and whose they are. */
enum { TOLD_MOST = 32, WAITING = 512, LINES_FULL = 1 << 20, TEXT_MAX = 4000 };

struct artefact_evtx {
  struct evtx_reader *reader;
  struct artefact_sink sink;
  const struct pack *pack;
  struct vg_buf lines, text, what;
  struct {
    vg_time time;
    uint64_t at, size;
  } event[WAITING];
  size_t waiting;
  uint64_t line; /* of the last hits, */
  uint32_t told[TOLD_MOST];
  size_t told_n; /* and what they were of */
};

static vg_code on_hit(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct artefact_evtx *a = ctx;
  (void)err;
  if (!h->line || h->line > a->waiting)
    return VG_OK;
  a->told_n = h->line == a->line ? a->told_n : 0;
  a->line = h->line;
  for (size_t i = 0; i < a->told_n; i++)
    if (a->told[i] == h->entry)
      return VG_OK;
  if (a->told_n < TOLD_MOST)
    a->told[a->told_n++] = h->entry;
  const uint64_t at = a->event[h->line - 1].at;
  a->sink.hit(a->sink.ctx, h, a->event[h->line - 1].time, at, at + a->event[h->line - 1].size);
  return VG_OK;
}

static void search(struct artefact_evtx *a) {
  struct vg_err err = {0};
  if (a->waiting && !a->lines.bad)
    (void)!match_bytes(a->pack, vg_buf_view(&a->lines), 1, on_hit, a, &err);
  vg_buf_reset(&a->lines);
  a->waiting = 0;
  a->line = 0;
}

/* "name=value " when there is one. */
static void put(struct vg_buf *b, const char *name, vg_str value) {
  if (!value.n)
    return;
  vg_buf_z(b, name);
  vg_buf_byte(b, '=');
  vg_buf_str(b, value);
  vg_buf_byte(b, ' ');
}

/* Parted by spaces instead of TAB. */
static void put_spaced(struct vg_buf *b, vg_str data) {
  for (vg_str part; vg_str_cut(&data, '\t', &part);) {
    vg_buf_str(b, part);
    vg_buf_byte(b, ' ');
  }
}

/* "Security/4720": what goes into a column of text is printable ASCII. */
static vg_str what_of(struct vg_buf *b, const struct evtx_event *e) {
  const vg_str part[] = {e->channel, e->id};
  vg_buf_reset(b);
  for (size_t i = 0; i < VG_COUNT(part); i++) {
    if (i)
      vg_buf_byte(b, '/');
    for (size_t k = 0; k < part[i].n && k < 200; k++)
      vg_buf_byte(b, part[i].p[k] > 0x20 && part[i].p[k] < 0x7f ? (unsigned char)part[i].p[k] : '_');
  }
  return vg_buf_view(b);
}

/* As long as a row may be, no character cut. */
static vg_str fit(vg_str s) {
  size_t n = s.n > TEXT_MAX ? TEXT_MAX : s.n;
  while (n < s.n && n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
    n--;
  return vg_str_trim(vg_str_sub(s, 0, n));
}

static void on_event(void *ctx, const struct evtx_event *e) {
  struct artefact_evtx *a = ctx;
  struct found_event f = {.time = e->time, .source = e->recovered ? VG_STR("evtx-recovered") : VG_STR("evtx")};
  vg_buf_reset(&a->text);
  put(&a->text, "Provider", e->provider);
  put(&a->text, "Computer", e->computer);
  put(&a->text, "UserID", e->user);
  put_spaced(&a->text, e->data);
  f.what = what_of(&a->what, e);
  f.text = fit(vg_buf_view(&a->text));
  if (f.time != VG_NOTIME)
    a->sink.event(a->sink.ctx, &f);
  if (!a->pack)
    return;
  if (a->waiting == WAITING || a->lines.n + e->text.n >= LINES_FULL)
    search(a);
  vg_buf_str(&a->lines, e->text);
  vg_buf_byte(&a->lines, '\n');
  a->event[a->waiting].time = e->time;
  a->event[a->waiting].at = e->at;
  a->event[a->waiting++].size = e->size;
}

struct artefact_evtx *artefact_evtx_new(vg_str begin, const struct pack *pack, const struct artefact_sink *sink) {
  struct vg_err err = {0};
  struct artefact_evtx *a = evtx_begins(begin) ? calloc(1, sizeof *a) : NULL;
  if (!a)
    return NULL;
  a->sink = *sink, a->pack = pack;
  vg_buf_init(&a->lines, 2 * LINES_FULL + 2);
  vg_buf_init(&a->text, 2 * LINES_FULL);
  vg_buf_init(&a->what, 1024);
  if (evtx_new(&a->reader, on_event, a, &err) == VG_OK)
    return a;
  free(a);
  return NULL;
}

void artefact_evtx_feed(struct artefact_evtx *a, vg_str bytes) { evtx_feed(a->reader, bytes); }

bool artefact_evtx_end(struct artefact_evtx *a, struct evtx_counts *counts) {
  struct vg_err err = {0};
  const bool whole = evtx_end(&a->reader, counts, &err) == VG_OK;
  search(a);
  vg_buf_fini(&a->lines);
  vg_buf_fini(&a->text);
  vg_buf_fini(&a->what);
  free(a);
  return whole && !counts->damaged && !counts->broken;
}
