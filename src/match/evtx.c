#include "match/evtx.h"

#include <string.h>

enum { FILE_HEAD = 4096, CHUNK_HEAD = 512, RECORD_HEAD = 24, RECORD_MIN = RECORD_HEAD + 4 };

struct log {
  evtx_sink *sink;
  void *ctx;
  struct vg_buf line;
  struct evtx_counts *counts;
  uint32_t steps;
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

static void tell_record(struct log *l, vg_str chunk, size_t at, size_t n, bool recovered) {
  struct vg_rd r;
  vg_rd_init(&r, chunk);
  vg_rd_skip(&r, at + 8);
  struct evtx_event e = {.recovered = recovered};
  e.number = vg_rd_le64(&r);
  e.time = evtx_time(vg_rd_le64(&r));
  vg_buf_reset(&l->line);
  e.whole = evtx_xml(chunk, r.at, at + n - 4, &l->line, &l->steps) && !l->line.bad;
  e.text = vg_str_sub(vg_buf_view(&l->line), 1, SIZE_MAX);
  l->counts->records += !recovered;
  l->counts->recovered += recovered;
  l->counts->broken += !recovered && !e.whole;
  l->sink(l->ctx, &e);
}

/* Records in order up to where free space begins; behind it, and in a chunk without its head, what older records are
 * still whole. */
static void read_chunk(struct log *l, vg_str chunk) {
  const bool headed = chunk.n >= CHUNK_HEAD && memcmp(chunk.p, "ElfChnk\0", 8) == 0;
  size_t at = headed ? CHUNK_HEAD : 0, end = headed ? u32(chunk, 48) : 0;
  l->steps = EVTX_STEPS;
  bool damaged = !headed || end < CHUNK_HEAD || end > chunk.n;
  end = end > chunk.n ? chunk.n : end;
  for (size_t n; at < end && (n = record_at(chunk, at)); at += n)
    tell_record(l, chunk, at, n, false);
  l->counts->damaged += damaged || at < end;
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

vg_code evtx_read(vg_str bytes, evtx_sink *sink, void *ctx, struct evtx_counts *counts, struct vg_err *err) {
  struct log l = {.sink = sink, .ctx = ctx, .counts = counts};
  *counts = (struct evtx_counts){0};
  if (bytes.n < FILE_HEAD || memcmp(bytes.p, "ElfFile\0", 8) != 0)
    return VG_FAIL(err, VG_EDATA, "match.evtx");
  vg_buf_init(&l.line, EVTX_LINE);
  for (size_t at = FILE_HEAD; at < bytes.n; at += EVTX_CHUNK) {
    const vg_str chunk = vg_str_sub(bytes, at, EVTX_CHUNK);
    if (filled(chunk))
      read_chunk(&l, chunk);
  }
  const bool nomem = l.line.nomem;
  vg_buf_fini(&l.line);
  return nomem ? VG_FAIL(err, VG_ENOMEM, "match.memory") : VG_OK;
}
