#include "base/grow.h"
#include "evidence/evidence_internal.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Opening walks every section of every segment and tests its checksum; chunks are tested when they are read. Everything
 * comes from outside: sizes are bounded by the files' own, offsets only go forward, a section that is damaged is noted
 * and, where table2 has the same, done without. Tables stay in the files: a window of one is in memory at a time.
 */
enum {
  TEXT_MOST = 1 << 20,
  WINDOW = 16384,
  CHUNK_MOST = 32 << 20,
  CACHE_BYTES = 4 << 20,
  CACHE_MOST = 64,
  UNPACKERS = 17
};

struct segment {
  int fd;
  uint64_t size;
};

struct table {
  uint64_t first; /* chunk */
  uint64_t base, entries_at, data_end;
  uint32_t count, sum; /* sum: the entries' checksum as stored */
  uint32_t segment;
  bool good;
};

struct ewf {
  struct image_reader r;
  struct segment *segment;
  size_t segments;
  struct ewf_volume volume;
  bool has_volume, ended;
  struct table *table;
  size_t tables, table_room;
  uint64_t chunks;   /* of all tables */
  uint64_t data_end; /* of the last sectors section of this segment, 0: none */
  bool has_md5, has_sha1;
  unsigned char md5[16], sha1[20];
  unsigned char window[(WINDOW + 1) * 4];
  size_t window_table;
  uint64_t window_from, window_n;
  char *stored;                                        /* one chunk as it stands in the file */
  struct libdeflate_decompressor *unpacker[UNPACKERS]; /* the last one is image_read_at's */
  struct {
    uint64_t chunk; /* + 1; 0: empty */
    char *p;
  } cache[CACHE_MOST];
  size_t cached;
};

struct section {
  char type[17];
  uint64_t at, next, data, size; /* data: of what follows the 76 bytes */
};

static bool read_all(const struct ewf *e, size_t s, uint64_t at, void *to, size_t n) {
  return evidence_read_all(e->segment[s].fd, e->segment[s].size, at, to, n);
}

static void damaged(struct ewf *e, const char *what, size_t s, uint64_t at) { reader_damage(&e->r, what, s + 1, at); }

/* ---- sections ---- */

static vg_code add_table(struct ewf *e, const struct table *t, struct vg_err *err) {
  if (!VG_GROW(e->table, e->tables, e->table_room, 64))
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  e->table[e->tables++] = *t;
  e->chunks += t->count;
  return VG_OK;
}

/* Checksum of the entries, read in pieces. */
static bool entries_good(struct ewf *e, const struct table *t) {
  uint32_t sum = 1;
  uint64_t left = (uint64_t)t->count * 4, at = t->entries_at;
  e->window_n = 0;
  for (size_t n; left > 0; left -= n, at += n) {
    n = left < sizeof e->window ? (size_t)left : sizeof e->window;
    if (!read_all(e, t->segment, at, e->window, n))
      return false;
    sum = libdeflate_adler32(sum, e->window, n);
  }
  return sum == t->sum;
}

/* EnCase 1 and SMART keep chunks in the table's own section, without a checksum behind the entries. */
static vg_code take_table(struct ewf *e, size_t s, const struct section *c, bool second, struct vg_err *err) {
  unsigned char head[EWF_TABLE_HEAD], foot[4] = {0};
  struct table t = {
      .first = e->chunks, .segment = (uint32_t)s, .entries_at = c->data + EWF_TABLE_HEAD, .data_end = e->data_end};
  bool fits = c->size >= EWF_TABLE_HEAD && read_all(e, s, c->data, head, sizeof head);
  if (fits) {
    t.count = ewf_get32(head);
    t.base = ewf_get64(head + 8);
    t.good =
        ewf_get32(head + 20) == libdeflate_adler32(1, head, 20) && (uint64_t)t.count * 4 <= c->size - EWF_TABLE_HEAD;
  }
  bool footed = t.good && c->size >= EWF_TABLE_HEAD + 4 + (uint64_t)t.count * 4;
  if (!e->data_end)
    t.data_end = c->data + c->size;
  if (footed && (e->data_end || c->size == EWF_TABLE_HEAD + 4 + (uint64_t)t.count * 4)) {
    (void)read_all(e, s, t.entries_at + (uint64_t)t.count * 4, foot, sizeof foot);
    t.sum = ewf_get32(foot);
    t.good = entries_good(e, &t);
  }
  struct table *before = e->tables ? &e->table[e->tables - 1] : NULL;
  if (!t.good)
    damaged(e, second ? "evidence.bad.table2" : "evidence.bad.table", s, c->at);
  if (!second || !before || before->data_end != t.data_end || before->segment != t.segment)
    return add_table(e, &t, err);
  if (t.good && !before->good) {
    e->chunks -= before->count;
    t.first = e->chunks;
    e->tables--;
    return add_table(e, &t, err);
  }
  if (t.good && (t.count != before->count || t.base != before->base || t.sum != before->sum))
    damaged(e, "evidence.bad.tables_differ", s, c->at);
  return VG_OK;
}

static void take_volume(struct ewf *e, size_t s, const struct section *c) {
  unsigned char p[EWF_VOLUME];
  struct ewf_volume v;
  size_t n = c->size < sizeof p ? (size_t)c->size : sizeof p;
  bool good = read_all(e, s, c->data, p, n) && ewf_volume_get(p, (size_t)c->size, &v);
  if (!good)
    damaged(e, "evidence.bad.volume", s, c->at);
  else if (!e->has_volume)
    e->volume = v;
  else if (memcmp(v.guid, e->volume.guid, sizeof v.guid) != 0 || v.sectors != e->volume.sectors)
    damaged(e, "evidence.bad.foreign", s, c->at);
  e->has_volume = e->has_volume || good;
}

static void take_hash(struct ewf *e, size_t s, const struct section *c, bool digest) {
  unsigned char p[80];
  size_t n = digest ? 80 : 36;
  if (c->size != n || !read_all(e, s, c->data, p, n) || ewf_get32(p + n - 4) != libdeflate_adler32(1, p, n - 4)) {
    damaged(e, "evidence.bad.hashes", s, c->at);
    return;
  }
  if (e->has_md5 && memcmp(e->md5, p, 16) != 0)
    damaged(e, "evidence.bad.hashes", s, c->at);
  memcpy(e->md5, p, 16);
  e->has_md5 = true;
  for (size_t i = 16; digest && i < 36; i++)
    e->has_sha1 = e->has_sha1 || p[i];
  if (digest)
    memcpy(e->sha1, p + 16, 20);
}

/* Texts are of no use to us, but damage in them is damage. */
static void test_text(struct ewf *e, size_t s, const struct section *c) {
  char *p = c->size <= TEXT_MOST ? malloc((size_t)c->size + 1) : NULL, *out = malloc(4 * TEXT_MOST);
  size_t got;
  bool good = p && out && read_all(e, s, c->data, p, (size_t)c->size) &&
              libdeflate_zlib_decompress(e->unpacker[UNPACKERS - 1], p, (size_t)c->size, out, 4 * TEXT_MOST, &got) ==
                  LIBDEFLATE_SUCCESS;
  if (!good)
    damaged(e, "evidence.bad.header", s, c->at);
  free(p);
  free(out);
}

static void test_errors(struct ewf *e, size_t s, const struct section *c) {
  unsigned char head[520], *p = NULL;
  bool good = c->size >= 524 && read_all(e, s, c->data, head, sizeof head) &&
              ewf_get32(head + 516) == libdeflate_adler32(1, head, 516);
  size_t n = good ? ewf_get32(head) * (size_t)8 : 0;
  good = good && c->size == 520 + n + 4 && (p = malloc(n + 4)) && read_all(e, s, c->data + 520, p, n + 4) &&
         ewf_get32(p + n) == libdeflate_adler32(1, p, n);
  if (!good)
    damaged(e, "evidence.bad.errors", s, c->at);
  free(p);
}

static bool is(const struct section *c, const char *type) { return strcmp(c->type, type) == 0; }

static vg_code take_section(struct ewf *e, size_t s, const struct section *c, struct vg_err *err) {
  if (is(c, "volume") || is(c, "disk") || is(c, "data"))
    take_volume(e, s, c);
  else if (is(c, "sectors"))
    e->data_end = c->data + c->size;
  else if (is(c, "table") || is(c, "table2"))
    return take_table(e, s, c, is(c, "table2"), err);
  else if (is(c, "hash") || is(c, "digest"))
    take_hash(e, s, c, is(c, "digest"));
  else if (is(c, "header") || is(c, "header2"))
    test_text(e, s, c);
  else if (is(c, "error2"))
    test_errors(e, s, c);
  return VG_OK;
}

/* false: nothing that could be followed stands there. */
static bool read_section(struct ewf *e, size_t s, uint64_t at, struct section *c) {
  unsigned char head[EWF_SECTION];
  if (!read_all(e, s, at, head, sizeof head))
    return false;
  if (ewf_get32(head + 72) != libdeflate_adler32(1, head, 72))
    damaged(e, "evidence.bad.section", s, at);
  memcpy(c->type, head, 16);
  c->type[16] = 0;
  c->at = at;
  c->next = ewf_get64(head + 16);
  c->data = at + EWF_SECTION;
  c->size = ewf_get64(head + 24);
  if (is(c, "next") || is(c, "done"))
    return true;
  if (c->next < c->data || c->next > e->segment[s].size)
    return false;
  if (c->size < EWF_SECTION || c->size > c->next - at) /* Expert Witness 1.35 leaves it out */
    c->size = c->next - at;
  c->size -= EWF_SECTION;
  return true;
}

static vg_code walk(struct ewf *e, size_t s, bool partial, struct vg_err *err) {
  unsigned char head[EWF_FILE_HEAD];
  struct section c;
  if (!read_all(e, s, 0, head, sizeof head) || memcmp(head, ewf_signature, sizeof ewf_signature) != 0 || head[8] != 1 ||
      (uint32_t)(head[9] | head[10] << 8) != s + 1 || head[11] || head[12])
    damaged(e, "evidence.bad.segment_head", s, 0);
  e->data_end = 0;
  e->ended = false;
  for (uint64_t at = EWF_FILE_HEAD;; at = c.next) {
    if (partial && at == e->segment[s].size && s + 1 == e->segments)
      return VG_OK;
    if (!read_section(e, s, at, &c)) {
      damaged(e, "evidence.bad.chain", s, at);
      return VG_OK;
    }
    if (is(&c, "next") || is(&c, "done")) {
      e->ended = is(&c, "done");
      if (e->ended != (s + 1 == e->segments))
        damaged(e, "evidence.bad.end", s, at);
      return VG_OK;
    }
    VG_TRY(take_section(e, s, &c, err));
  }
}

/* ---- chunks ---- */

/* What deflate makes of the worst chunk; BLOCK_CHUNKS of the smallest fill a block's room exactly. */
static size_t stored_most(uint32_t chunk) { return chunk + chunk / 256 + PACK_SLACK / 2; }

static uint64_t entry_end(const struct table *t, uint64_t from, uint64_t next) {
  return next > from && next <= t->data_end ? next : t->data_end;
}

/* Where a chunk stands: false when its table is of no use. */
static bool find_chunk(struct ewf *e, uint64_t chunk, size_t *s, uint64_t *at, uint64_t *n, bool *packed) {
  size_t lo = 0, hi = e->tables;
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (e->table[mid].first <= chunk)
      lo = mid;
    else
      hi = mid;
  }
  if (lo >= e->tables || chunk < e->table[lo].first || chunk - e->table[lo].first >= e->table[lo].count)
    return false;
  const struct table *t = &e->table[lo];
  uint64_t i = chunk - t->first;
  if (!t->good)
    return false;
  if (e->window_n == 0 || e->window_table != lo || i < e->window_from || i >= e->window_from + e->window_n) {
    e->window_table = lo;
    e->window_from = i / WINDOW * WINDOW;
    e->window_n = t->count - e->window_from < WINDOW ? t->count - e->window_from : WINDOW;
    uint64_t after = e->window_from + e->window_n < t->count; /* one more: where the last one ends */
    if (!read_all(e, t->segment, t->entries_at + e->window_from * 4, e->window, (size_t)(e->window_n + after) * 4)) {
      e->window_n = 0;
      return false;
    }
  }
  const unsigned char *p = e->window + (i - e->window_from) * 4;
  uint32_t v = ewf_get32(p);
  *s = t->segment;
  *packed = v >> 31;
  *at = t->base + (v & 0x7fffffffU);
  uint64_t end = entry_end(t, *at, i + 1 < t->count ? t->base + (ewf_get32(p + 4) & 0x7fffffffU) : 0);
  if (*at < EWF_FILE_HEAD || *at >= end || end > e->segment[*s].size)
    return false;
  *n = end - *at;
  if (*n > stored_most(e->r.chunk)) /* the last one of a section may have something else behind it */
    *n = stored_most(e->r.chunk);
  return true;
}

static size_t chunk_length(const struct ewf *e, uint64_t chunk) {
  uint64_t left = e->r.size - chunk * e->r.chunk;
  return left < e->r.chunk ? (size_t)left : e->r.chunk;
}

/* A zlib stream of wrong length would move all bytes behind it: that is damage too. */
static bool unpack(struct libdeflate_decompressor *d, const char *p, size_t n, bool packed, char *to, size_t want) {
  size_t used, got;
  if (packed)
    return libdeflate_zlib_decompress_ex(d, p, n, to, want, &used, &got) == LIBDEFLATE_SUCCESS && got == want;
  if (n < want + 4 || ewf_get32((const unsigned char *)p + want) != libdeflate_adler32(1, p, want))
    return false;
  memcpy(to, p, want);
  return true;
}

static vg_code load(struct ewf *e, uint64_t chunk, const char **out, struct vg_err *err) {
  size_t slot = (size_t)(chunk % e->cached), s;
  uint64_t at, n;
  bool packed;
  *out = e->cache[slot].p;
  if (e->cache[slot].chunk == chunk + 1)
    return VG_OK;
  e->cache[slot].chunk = 0;
  if (!find_chunk(e, chunk, &s, &at, &n, &packed) || !read_all(e, s, at, e->stored, (size_t)n) ||
      !unpack(e->unpacker[UNPACKERS - 1], e->stored, (size_t)n, packed, e->cache[slot].p, chunk_length(e, chunk))) {
    reader_damage(&e->r, "evidence.bad.chunk", chunk * e->r.chunk, chunk_length(e, chunk));
    return VG_FAIL(err, VG_EDATA, "evidence.e01_at", VG_N(chunk * e->r.chunk));
  }
  e->cache[slot].chunk = chunk + 1;
  return VG_OK;
}

static vg_code ewf_read_at(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct ewf *e = (struct ewf *)r;
  while (n > 0) {
    const char *from;
    size_t skip = (size_t)(at % e->r.chunk);
    VG_TRY(load(e, at / e->r.chunk, &from, err));
    size_t k = e->r.chunk - skip < n ? e->r.chunk - skip : n;
    memcpy(p, from + skip, k);
    p += k;
    at += k;
    n -= k;
  }
  return VG_OK;
}

/* Chunks that stand one behind the other are fetched in one reading. Chunks of more than a block go the slow way. */
static vg_code ewf_fetch(struct image_reader *r, struct block *b, struct vg_err *err) {
  struct ewf *e = (struct ewf *)r;
  if (e->r.chunk > BLOCK || BLOCK % e->r.chunk != 0 || e->r.chunk < CHUNK_LEAST)
    return reader_fetch_plain(r, b, err);
  uint64_t first = b->at / e->r.chunk, run_at = 0;
  size_t used = 0, run = 0, run_s = 0, room = BLOCK + BLOCK_CHUNKS * PACK_SLACK;
  b->chunks = (b->n + e->r.chunk - 1) / e->r.chunk;
  for (size_t i = 0; i <= b->chunks; i++) {
    size_t s = 0;
    uint64_t at = 0, n = 0;
    bool packed = false, found = i < b->chunks && find_chunk(e, first + i, &s, &at, &n, &packed);
    if (run > 0 && (!found || s != run_s || at != run_at + run)) {
      if (!read_all(e, run_s, run_at, b->packed + used, run))
        return VG_FAIL(err, VG_EIO, "evidence.read_at", VG_N(b->at));
      used += run;
      run = 0;
    }
    if (i == b->chunks)
      break;
    struct chunk *c = &b->chunk[i];
    *c = (struct chunk){.bad = !found || n > room - used - run, .packed = packed};
    if (c->bad)
      continue;
    if (run == 0) {
      run_s = s;
      run_at = at;
    }
    c->p = b->packed + used + run;
    c->n = (uint32_t)n;
    run += (size_t)n;
  }
  return VG_OK;
}

static void ewf_unpack(struct image_reader *r, size_t worker, struct block *b) {
  struct ewf *e = (struct ewf *)r;
  for (size_t i = 0; i < b->chunks; i++) {
    struct chunk *c = &b->chunk[i];
    char *to = b->own + i * e->r.chunk;
    size_t want = chunk_length(e, b->at / e->r.chunk + i);
    c->bad = c->bad || !unpack(e->unpacker[worker], c->p, c->n, c->packed, to, want);
    if (c->bad)
      memset(to, 0, want);
  }
}

static bool ewf_stored(struct image_reader *r, enum vg_digest d, unsigned char out[static VG_DIGEST_MAX]) {
  const struct ewf *e = (struct ewf *)r;
  if (d == VG_MD5 && e->has_md5)
    memcpy(out, e->md5, 16);
  else if (d == VG_SHA1 && e->has_sha1)
    memcpy(out, e->sha1, 20);
  else
    return false;
  return true;
}

static void ewf_close(struct image_reader *r) {
  struct ewf *e = (struct ewf *)r;
  for (size_t i = 0; i < e->segments; i++)
    close(e->segment[i].fd);
  for (size_t i = 0; i < UNPACKERS; i++)
    libdeflate_free_decompressor(e->unpacker[i]);
  for (size_t i = 0; i < e->cached; i++)
    free(e->cache[i].p);
  free(e->stored);
  free(e->segment);
  free(e->table);
  free(e);
}

static const struct image_reader_ops ops = {ewf_read_at, ewf_fetch, ewf_unpack, ewf_stored, ewf_close};

static vg_code open_files(struct ewf *e, const char *const *paths, size_t n, struct vg_err *err) {
  e->segment = calloc(n, sizeof *e->segment);
  if (!e->segment)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < n; i++) {
    struct stat st;
    int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return VG_FAIL_SYS(err, "evidence.open", paths[i]);
    e->segment[e->segments++].fd = fd;
    if (fstat(fd, &st) != 0)
      return VG_FAIL_SYS(err, "evidence.read", paths[i]);
    e->segment[i].size = (uint64_t)st.st_size;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return VG_OK;
}

/* The medium that the volume promises must be in the tables. A partial image is as long as its tables. */
static vg_code measure(struct ewf *e, const char *path, bool partial, struct vg_err *err) {
  uint64_t chunk = (uint64_t)e->volume.chunk_sectors * e->volume.sector;
  if (!e->has_volume || chunk == 0 || chunk > CHUNK_MOST || e->volume.sector > CHUNK_MOST || (!partial && !e->ended) ||
      __builtin_mul_overflow(e->volume.sectors, (uint64_t)e->volume.sector, &e->r.size) || e->r.size > INT64_MAX)
    return VG_FAIL(err, VG_EDATA, "evidence.bad_e01", path);
  e->r.chunk = (uint32_t)chunk;
  if (partial && e->chunks * chunk < e->r.size)
    e->r.size = e->chunks * chunk;
  if (e->chunks < (e->r.size + chunk - 1) / chunk)
    return VG_FAIL(err, VG_EDATA, "evidence.bad_e01", path);
  e->cached = CACHE_BYTES / chunk > CACHE_MOST ? CACHE_MOST
              : CACHE_BYTES / chunk < 2        ? 2
                                               : (size_t)(CACHE_BYTES / chunk);
  e->stored = malloc(stored_most(e->r.chunk));
  bool ok = e->stored != NULL;
  for (size_t i = 0; i < e->cached; i++)
    ok = (e->cache[i].p = malloc((size_t)chunk)) && ok;
  return ok ? VG_OK : VG_FAIL(err, VG_ENOMEM, "evidence.memory");
}

vg_code reader_ewf(struct image_reader **out, const char *const *paths, size_t n, bool partial, struct vg_err *err) {
  struct ewf *e = calloc(1, sizeof *e);
  if (!e)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  e->r = (struct image_reader){.ops = &ops, .format = IMAGE_E01};
  *out = &e->r;
  for (size_t i = 0; i < UNPACKERS; i++)
    if (!(e->unpacker[i] = libdeflate_alloc_decompressor()))
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  VG_TRY(open_files(e, paths, n, err));
  for (size_t s = 0; s < n; s++)
    VG_TRY(walk(e, s, partial, err));
  return measure(e, paths[0], partial, err);
}
