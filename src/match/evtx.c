#include "match/evtx.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_HEAD = 4096, CHUNK_HEAD = 512, RECORD_HEAD = 24, RECORD_MIN = RECORD_HEAD + 4 };

struct evtx_reader {
  evtx_sink *sink;
  void *ctx;
  struct vg_buf line, part; /* part: the beginning of a chunk, or of the file's head */
  struct evtx_counts counts;
  uint64_t at; /* of part, or of what comes next */
  uint32_t steps;
  bool none; /* no such file */
};

static uint32_t u32(vg_str s, size_t at) {
  struct vg_rd r;
  vg_rd_init(&r, s);
  vg_rd_skip(&r, at);
  return vg_rd_le32(&r);
}

/* "**\0\0", size, number, time, BinXml, size again. Gives the size of the record at `at`; 0: none is there. */
static size_t record_at(vg_str chunk, size_t at) {
  if (at + RECORD_MIN > chunk.n || memcmp(chunk.p + at, "**\0\0", 4) != 0)
    return 0;
  const uint32_t n = u32(chunk, at + 4);
  return n >= RECORD_MIN && n <= chunk.n - at && u32(chunk, at + n - 4) == n ? n : 0;
}

static vg_str field(const struct evtx_reader *l, const struct evtx_system *s, enum evtx_field f) {
  return s->at[f] ? vg_str_sub(vg_buf_view(&l->line), s->at[f], s->end[f] - s->at[f]) : VG_NOSTR;
}

static void tell_record(struct evtx_reader *l, vg_str chunk, size_t at, size_t n, bool recovered) {
  struct vg_rd r;
  struct evtx_system system;
  vg_rd_init(&r, chunk);
  vg_rd_skip(&r, at + 8);
  struct evtx_event e = {.recovered = recovered, .at = l->at + at, .size = n};
  e.number = vg_rd_le64(&r);
  e.time = evtx_time(vg_rd_le64(&r));
  vg_buf_reset(&l->line);
  e.whole = evtx_xml(chunk, r.at, at + n - 4, &l->line, &system, &l->steps) && !l->line.bad;
  e.text = vg_str_sub(vg_buf_view(&l->line), 1, SIZE_MAX);
  e.provider = field(l, &system, EVTX_PROVIDER);
  e.id = field(l, &system, EVTX_ID);
  e.channel = field(l, &system, EVTX_CHANNEL);
  e.computer = field(l, &system, EVTX_COMPUTER);
  e.user = field(l, &system, EVTX_USER);
  e.data = vg_str_sub(vg_buf_view(&l->line), system.data + 1, SIZE_MAX);
  l->counts.records += !recovered;
  l->counts.recovered += recovered;
  l->counts.broken += !recovered && !e.whole;
  l->sink(l->ctx, &e);
}

/* Records in order up to where free space begins; behind it, and in a chunk without its head, what older records are
 * still whole. */
static void read_chunk(struct evtx_reader *l, vg_str chunk) {
  const bool headed = chunk.n >= CHUNK_HEAD && memcmp(chunk.p, "ElfChnk\0", 8) == 0;
  size_t at = headed ? CHUNK_HEAD : 0, end = headed ? u32(chunk, 48) : 0;
  l->steps = EVTX_STEPS;
  bool damaged = !headed || end < CHUNK_HEAD || end > chunk.n;
  end = end > chunk.n ? chunk.n : end;
  for (size_t n; at < end && (n = record_at(chunk, at)); at += n)
    tell_record(l, chunk, at, n, false);
  l->counts.damaged += damaged || at < end;
  for (size_t n; at + RECORD_MIN <= chunk.n; at += n ? n : 4)
    if ((n = record_at(chunk, at)))
      tell_record(l, chunk, at, n, true);
}

static bool filled(vg_str chunk) {
  for (size_t i = 0; i < chunk.n; i++)
    if (chunk.p[i])
      return true;
  return false;
}

bool evtx_begins(vg_str bytes) { return vg_str_starts(bytes, vg_str_n("ElfFile\0", 8)); }

vg_code evtx_new(struct evtx_reader **out, evtx_sink *sink, void *ctx, struct vg_err *err) {
  struct evtx_reader *l = calloc(1, sizeof *l);
  *out = l;
  if (!l)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  l->sink = sink, l->ctx = ctx;
  vg_buf_init(&l->line, EVTX_LINE);
  vg_buf_init(&l->part, EVTX_CHUNK);
  return VG_OK;
}

/* The head, or a chunk; the last one may be shorter. */
static void take(struct evtx_reader *l, vg_str piece) {
  if (l->at == 0)
    l->none = piece.n < FILE_HEAD || !evtx_begins(piece);
  else if (!l->none && filled(piece))
    read_chunk(l, piece);
  l->at += piece.n;
}

void evtx_feed(struct evtx_reader *l, vg_str bytes) {
  while (bytes.n && !l->none) {
    const size_t want = l->at ? EVTX_CHUNK : FILE_HEAD, k = want - l->part.n < bytes.n ? want - l->part.n : bytes.n;
    const vg_str piece = vg_str_sub(bytes, 0, k);
    bytes = vg_str_sub(bytes, k, SIZE_MAX);
    if (k == want) {
      take(l, piece);
      continue;
    }
    vg_buf_str(&l->part, piece);
    if (l->part.n < want)
      continue;
    take(l, vg_buf_view(&l->part));
    vg_buf_reset(&l->part);
  }
}

vg_code evtx_end(struct evtx_reader **reader, struct evtx_counts *counts, struct vg_err *err) {
  struct evtx_reader *l = *reader;
  *reader = NULL;
  if (l->part.n || !l->at)
    take(l, vg_buf_view(&l->part));
  const bool nomem = l->line.nomem || l->part.nomem, none = l->none;
  *counts = l->counts;
  vg_buf_fini(&l->line);
  vg_buf_fini(&l->part);
  free(l);
  return nomem ? VG_FAIL(err, VG_ENOMEM, "match.memory") : none ? VG_FAIL(err, VG_EDATA, "match.evtx") : VG_OK;
}

vg_code evtx_read(vg_str bytes, evtx_sink *sink, void *ctx, struct evtx_counts *counts, struct vg_err *err) {
  struct evtx_reader *l;
  *counts = (struct evtx_counts){0};
  VG_TRY(evtx_new(&l, sink, ctx, err));
  evtx_feed(l, bytes);
  return evtx_end(&l, counts, err);
}
