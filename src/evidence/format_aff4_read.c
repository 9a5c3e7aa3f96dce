#include "evidence/format_aff4.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rd.h"

/*
 * Everything comes from outside: members are bounded by the file, indexes by their bevy, extents by the medium, and no
 * extent may lie on another one. A bevy's index is in memory one at a time for each stream.
 */
enum {
  CHUNK_MOST = 32 << 20,
  BEVY_MOST = 1 << 20, /* chunks */
  STREAMS = 64,
  EXTENTS = 4 << 20,
  CACHE_BYTES = 4 << 20,
  CACHE_MOST = 32,
  UNPACKERS = 17
};
#define NONE UINT32_MAX /* no target: what gaps hold */

struct stream {
  const char *urn;
  uint64_t size;
  uint32_t chunk, in_bevy;
  enum aff4_codec codec;
  uint64_t bevy; /* whose index is here, + 1; 0: none */
  struct vg_buf index;
  const struct zip_member *member; /* that bevy */
};

enum target_kind { TARGET_STREAM, TARGET_BYTE, TARGET_TEXT };
struct target {
  enum target_kind kind;
  uint32_t stream;
  unsigned char byte;
  const char *text;
};

struct extent {
  uint64_t at, n, from;
  uint32_t target;
};

struct aff4 {
  struct image_reader r;
  const char *path; /* for messages, while opening */
  int fd;
  uint64_t file;
  struct zip_dir dir;
  struct rdf rdf;
  struct stream stream[STREAMS];
  size_t streams;
  struct target *target, gap;
  size_t targets;
  struct extent *extent;
  size_t extents;
  bool linear; /* the medium is one stream: blocks are fetched as they are stored */
  struct {
    uint64_t bevy, at; /* bevy + 1 whose bytes pass in order, up to here */
    uint32_t sum;
  } passing;
  const char *hash[VG_DIGESTS];
  struct libdeflate_decompressor *unpacker[UNPACKERS]; /* the last one is image_read_at's */
  char *stored;
  struct {
    const struct stream *stream; /* NULL: empty */
    uint64_t chunk;
    char *p;
  } cache[CACHE_MOST];
  size_t cached;
};

static vg_code bad(const struct aff4 *a, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "evidence.bad_aff4", a->path);
}

static vg_code needs(const struct aff4 *a, const char *what, struct vg_err *err) {
  return VG_FAIL(err, VG_ENOTFOUND, "evidence.aff4_needs", a->path, VG_T(vg_str_z(what)));
}

/* ---- streams ---- */

static bool number(const char *z, uint64_t most, uint64_t *out) {
  return z && vg_str_u64(vg_str_z(z), out) && *out <= most;
}

static vg_code add_stream(struct aff4 *a, const char *urn, uint32_t *out, struct vg_err *err) {
  uint64_t chunk, in_bevy;
  for (*out = 0; *out < a->streams; ++*out)
    if (strcmp(a->stream[*out].urn, urn) == 0)
      return VG_OK;
  if (!rdf_is(&a->rdf, urn, "ImageStream") || a->streams == STREAMS)
    return needs(a, urn, err);
  struct stream *s = &a->stream[a->streams];
  const char *codec = rdf_get(&a->rdf, urn, "compressionMethod");
  s->urn = urn;
  vg_buf_init(&s->index, (size_t)BEVY_MOST * AFF4_INDEX);
  while (s->codec < AFF4_CODECS && codec && strcmp(codec, aff4_codec_urn[s->codec]) != 0)
    s->codec++;
  if (s->codec == AFF4_CODECS)
    return needs(a, codec, err);
  if (!number(rdf_get(&a->rdf, urn, "size"), INT64_MAX, &s->size) ||
      !number(rdf_get(&a->rdf, urn, "chunkSize"), CHUNK_MOST, &chunk) || chunk == 0 ||
      !number(rdf_get(&a->rdf, urn, "chunksInSegment"), BEVY_MOST, &in_bevy) || in_bevy == 0)
    return bad(a, err);
  s->chunk = (uint32_t)chunk;
  s->in_bevy = (uint32_t)in_bevy;
  a->streams++;
  return VG_OK;
}

static struct zip_member *bevy_member(const struct aff4 *a, const struct stream *s, uint64_t i, const char *end) {
  char name[ZIP_NAME];
  aff4_bevy(name, s->urn, i, end);
  return zip_find(&a->dir, vg_str_z(name));
}

static bool load_index(struct aff4 *a, struct stream *s, uint64_t bevy) {
  if (s->bevy == bevy + 1)
    return true;
  struct zip_member *index = bevy_member(a, s, bevy, ".index"), *data = bevy_member(a, s, bevy, "");
  s->bevy = 0;
  vg_buf_reset(&s->index);
  if (!index || !data || data->method != 0 || data->packed != data->bytes || !zip_locate(a->fd, a->file, data) ||
      !zip_load(a->fd, a->file, index, (size_t)BEVY_MOST * AFF4_INDEX, &s->index))
    return false;
  s->member = data;
  s->bevy = bevy + 1;
  return true;
}

/* What the worst chunk may take; BLOCK_CHUNKS of the smallest fill a block's room exactly. */
static size_t stored_most(const struct stream *s) { return s->chunk + s->chunk / 256 + PACK_SLACK / 2; }

/* Where a chunk is in its bevy, whose index is loaded. */
static bool find_chunk(struct aff4 *a, struct stream *s, uint64_t chunk, uint64_t *at, uint32_t *n) {
  struct vg_rd r;
  if (!load_index(a, s, chunk / s->in_bevy))
    return false;
  vg_rd_init(&r, vg_buf_view(&s->index));
  vg_rd_skip(&r, (size_t)(chunk % s->in_bevy) * AFF4_INDEX);
  *at = vg_rd_le64(&r);
  *n = vg_rd_le32(&r);
  return !r.bad && *n > 0 && *n <= stored_most(s) && *at <= s->member->packed && *n <= s->member->packed - *at;
}

/* Content that is wanted of a chunk: the last one may be whole or only as long as the stream. */
static size_t wanted(const struct stream *s, uint64_t chunk) {
  uint64_t from = chunk * s->chunk;
  return from >= s->size ? 0 : s->size - from < s->chunk ? (size_t)(s->size - from) : s->chunk;
}

/* to has room for a whole chunk. */
static bool unpack(struct libdeflate_decompressor *d, const struct stream *s, const char *p, size_t n, char *to,
                   size_t want) {
  size_t got = s->chunk;
  if (s->codec == AFF4_STORED || n == s->chunk) {
    memcpy(to, p, n < want ? n : want);
    return n >= want;
  }
  if (s->codec == AFF4_LZ4) {
    int k = LZ4_decompress_safe(p, to, (int)n, (int)s->chunk);
    return k >= 0 && (size_t)k >= want;
  }
  if (s->codec == AFF4_SNAPPY)
    return snappy_uncompress(p, n, to, &got) == SNAPPY_OK && got >= want;
  return (s->codec == AFF4_ZLIB ? libdeflate_zlib_decompress(d, p, n, to, s->chunk, &got)
                                : libdeflate_deflate_decompress(d, p, n, to, s->chunk, &got)) == LIBDEFLATE_SUCCESS &&
         got >= want;
}

static bool load_chunk(struct aff4 *a, struct stream *s, uint64_t chunk, const char **out) {
  size_t slot = (size_t)(chunk % a->cached);
  uint64_t at;
  uint32_t n;
  *out = a->cache[slot].p;
  if (a->cache[slot].stream == s && a->cache[slot].chunk == chunk)
    return true;
  a->cache[slot].stream = NULL;
  if (!find_chunk(a, s, chunk, &at, &n) || !evidence_read_all(a->fd, a->file, s->member->data + at, a->stored, n) ||
      !unpack(a->unpacker[UNPACKERS - 1], s, a->stored, n, a->cache[slot].p, wanted(s, chunk)))
    return false;
  a->cache[slot].stream = s;
  a->cache[slot].chunk = chunk;
  return true;
}

/* ---- the medium ---- */

static vg_code read_stream(struct aff4 *a, struct stream *s, uint64_t from, uint64_t at, char *p, size_t n,
                           struct vg_err *err) {
  while (n > 0) {
    const char *chunk;
    size_t skip = (size_t)(from % s->chunk), k = s->chunk - skip < n ? s->chunk - skip : n;
    if (from >= s->size || k > s->size - from || !load_chunk(a, s, from / s->chunk, &chunk)) {
      reader_damage(&a->r, "evidence.bad.chunk", at, k);
      return VG_FAIL(err, VG_EDATA, "evidence.aff4_at", VG_N(at));
    }
    memcpy(p, chunk + skip, k);
    p += k;
    from += k;
    at += k;
    n -= k;
  }
  return VG_OK;
}

static vg_code read_target(struct aff4 *a, const struct target *t, uint64_t from, uint64_t at, char *p, size_t n,
                           struct vg_err *err) {
  if (t->kind == TARGET_STREAM)
    return read_stream(a, &a->stream[t->stream], from, at, p, n, err);
  if (t->kind == TARGET_BYTE)
    memset(p, t->byte, n);
  else
    for (size_t i = 0, k = strlen(t->text); i < n; i++)
      p[i] = t->text[(from + i) % k];
  return VG_OK;
}

/* The extent that holds `at`, or the gap up to the next one. */
static struct extent extent_at(const struct aff4 *a, uint64_t at) {
  size_t lo = 0, hi = a->extents;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (a->extent[mid].at <= at)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo > 0 && at - a->extent[lo - 1].at < a->extent[lo - 1].n)
    return a->extent[lo - 1];
  uint64_t end = lo < a->extents ? a->extent[lo].at : a->r.size;
  return (struct extent){.at = at, .n = end - at, .from = at, .target = NONE};
}

static vg_code aff4_read_at(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct aff4 *a = (struct aff4 *)r;
  while (n > 0) {
    struct extent e = extent_at(a, at);
    uint64_t skip = at - e.at;
    size_t k = e.n - skip < n ? (size_t)(e.n - skip) : n;
    VG_TRY(read_target(a, e.target == NONE ? &a->gap : &a->target[e.target], e.from + skip, at, p, k, err));
    p += k;
    at += k;
    n -= k;
  }
  return VG_OK;
}

/* What is read in order is tested against the checksum that the volume keeps of each bevy. */
static void pass(struct aff4 *a, const struct stream *s, uint64_t at, const char *p, size_t n) {
  if (at == 0) {
    a->passing.bevy = s->bevy;
    a->passing.sum = 0;
  } else if (a->passing.bevy != s->bevy || a->passing.at != at) {
    a->passing.bevy = 0;
  }
  if (!a->passing.bevy)
    return;
  a->passing.at = at + n;
  a->passing.sum = libdeflate_crc32(a->passing.sum, p, n);
  if (a->passing.at == s->member->packed && a->passing.sum != s->member->crc)
    reader_damage(&a->r, "evidence.bad.bevy", s->bevy - 1, (s->bevy - 1) * s->in_bevy * s->chunk);
}

/* Chunks that stand one behind the other are fetched in one reading. */
static vg_code fetch_run(struct aff4 *a, struct block *b, size_t from, size_t to, uint64_t at, size_t used, size_t n,
                         struct vg_err *err) {
  struct stream *s = &a->stream[0];
  char *p = b->packed + used;
  if (!evidence_read_all(a->fd, a->file, s->member->data + at, p, n))
    return VG_FAIL(err, VG_EIO, "evidence.read_at", VG_N(b->at));
  pass(a, s, at, p, n);
  for (size_t i = from; i < to; p += b->chunk[i++].n)
    b->chunk[i].p = p;
  return VG_OK;
}

static vg_code aff4_fetch(struct image_reader *r, struct block *b, struct vg_err *err) {
  struct aff4 *a = (struct aff4 *)r;
  struct stream *s = &a->stream[0];
  size_t used = 0, run = 0, first = 0, room = BLOCK + BLOCK_CHUNKS * PACK_SLACK;
  uint64_t run_at = 0, bevy = 0;
  if (!a->linear)
    return reader_fetch_plain(r, b, err);
  b->chunks = (b->n + s->chunk - 1) / s->chunk;
  for (size_t i = 0; i <= b->chunks; i++) {
    uint64_t at = 0, k = b->at / s->chunk + i;
    uint32_t n = 0;
    bool other = i == b->chunks || k / s->in_bevy != bevy; /* the index in memory changes with the bevy */
    bool found = !other && find_chunk(a, s, k, &at, &n);
    if (run > 0 && (!found || at != run_at + run)) {
      VG_TRY(fetch_run(a, b, first, i, run_at, used, run, err));
      used += run;
      run = 0;
    }
    if (i == b->chunks)
      break;
    bevy = k / s->in_bevy;
    found = found || (other && find_chunk(a, s, k, &at, &n));
    b->chunk[i] = (struct chunk){.bad = !found || n > room - used - run, .n = n};
    if (b->chunk[i].bad)
      continue;
    if (run == 0) {
      first = i;
      run_at = at;
    }
    run += n;
  }
  return VG_OK;
}

static void aff4_unpack(struct image_reader *r, size_t worker, struct block *b) {
  struct aff4 *a = (struct aff4 *)r;
  const struct stream *s = &a->stream[0];
  for (size_t i = 0; i < b->chunks; i++) {
    struct chunk *c = &b->chunk[i];
    char *to = b->own + i * s->chunk;
    size_t want = wanted(s, b->at / s->chunk + i);
    c->bad = c->bad || !unpack(a->unpacker[worker], s, c->p, c->n, to, want);
    if (c->bad)
      memset(to, 0, want);
  }
}

static bool aff4_stored_hash(struct image_reader *r, enum vg_digest d, unsigned char out[static VG_DIGEST_MAX]) {
  struct aff4 *a = (struct aff4 *)r;
  return a->hash[d] && vg_unhex(vg_str_z(a->hash[d]), out, vg_digest_size(d));
}

static void aff4_close(struct image_reader *r) {
  struct aff4 *a = (struct aff4 *)r;
  for (size_t i = 0; i < UNPACKERS; i++)
    libdeflate_free_decompressor(a->unpacker[i]);
  for (size_t i = 0; i < a->cached; i++)
    free(a->cache[i].p);
  for (size_t i = 0; i < STREAMS; i++)
    vg_buf_fini(&a->stream[i].index);
  if (a->fd >= 0)
    close(a->fd);
  zip_fini(&a->dir);
  rdf_fini(&a->rdf);
  free(a->stored);
  free(a->target);
  free(a->extent);
  free(a);
}

static const struct image_reader_ops ops = {aff4_read_at, aff4_fetch, aff4_unpack, aff4_stored_hash, aff4_close};

/* ---- opening ---- */

static vg_code load_member(struct aff4 *a, const char *name, size_t most, struct vg_buf *out, struct vg_err *err) {
  struct zip_member *m = zip_find(&a->dir, vg_str_z(name));
  return m && zip_load(a->fd, a->file, m, most, out) ? VG_OK : bad(a, err);
}

static vg_code read_information(struct aff4 *a, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, RDF_TEXT + 1);
  vg_code rc = load_member(a, "information.turtle", RDF_TEXT, &b, err);
  vg_buf_byte(&b, 0);
  if (rc == VG_OK && (b.bad || !rdf_parse(&a->rdf, b.p)))
    rc = bad(a, err);
  vg_buf_fini(&b);
  return rc;
}

/* Streams that hold no more than a symbol: section 5.4 of the standard. */
static bool symbol(const char *urn, struct target *t) {
  static const char schema[] = AFF4_SCHEMA, pattern[] = "SymbolicStream";
  if (strncmp(urn, schema, sizeof schema - 1) != 0)
    return false;
  const char *name = urn + sizeof schema - 1;
  *t = (struct target){.kind = TARGET_BYTE};
  if (strcmp(name, "Zero") == 0)
    return true;
  if (strncmp(name, pattern, sizeof pattern - 1) == 0)
    return vg_unhex(vg_str_z(name + sizeof pattern - 1), &t->byte, 1);
  t->kind = TARGET_TEXT;
  t->text = strcmp(name, "UnknownData") == 0      ? "UNKNOWN"
            : strcmp(name, "UnreadableData") == 0 ? "UNREADABLEDATA"
                                                  : NULL;
  return t->text;
}

static vg_code take_target(struct aff4 *a, const char *urn, struct target *t, struct vg_err *err) {
  if (symbol(urn, t))
    return VG_OK;
  *t = (struct target){.kind = TARGET_STREAM};
  return add_stream(a, urn, &t->stream, err);
}

/* Names of the map's targets must outlive the text they are read from: those of the information do. */
static const char *known_name(const struct aff4 *a, vg_str urn) {
  for (size_t i = 0; i < a->rdf.n; i++)
    if (vg_str_eqz(urn, rdf_text(&a->rdf, a->rdf.v[i].s)))
      return rdf_text(&a->rdf, a->rdf.v[i].s);
  return NULL;
}

static vg_code read_targets(struct aff4 *a, vg_str text, struct vg_err *err) {
  vg_str line;
  while (vg_str_line(&text, &line)) {
    char symbolic[128];
    struct target *more = realloc(a->target, (a->targets + 1) * sizeof *more);
    if (!more)
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    a->target = more;
    const char *urn = known_name(a, line);
    vg_str_copy(symbolic, sizeof symbolic, line);
    if (a->targets == STREAMS)
      return bad(a, err);
    VG_TRY(take_target(a, urn ? urn : symbolic, &a->target[a->targets], err));
    a->targets++;
  }
  return VG_OK;
}

static int by_place(const void *p, const void *q) {
  const struct extent *x = p, *y = q;
  return (x->at > y->at) - (x->at < y->at);
}

static vg_code read_extents(struct aff4 *a, vg_str bytes, struct vg_err *err) {
  struct vg_rd r;
  size_t n = bytes.n / AFF4_EXTENT;
  a->extent = calloc(n + 1, sizeof *a->extent);
  if (!a->extent)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  vg_rd_init(&r, bytes);
  for (size_t i = 0; i < n; i++) {
    struct extent *e = &a->extent[a->extents];
    e->at = vg_rd_le64(&r);
    e->n = vg_rd_le64(&r);
    e->from = vg_rd_le64(&r);
    e->target = vg_rd_le32(&r);
    if (e->n == 0)
      continue;
    if (e->target >= a->targets || e->at > a->r.size || e->n > a->r.size - e->at || e->from > INT64_MAX)
      return bad(a, err);
    a->extents++;
  }
  qsort(a->extent, a->extents, sizeof *a->extent, by_place);
  for (size_t i = 1; i < a->extents; i++)
    if (a->extent[i].at - a->extent[i - 1].at < a->extent[i - 1].n)
      return bad(a, err);
  return VG_OK;
}

static vg_code read_map(struct aff4 *a, const char *map, struct vg_err *err) {
  char name[ZIP_NAME];
  struct vg_buf idx, extents;
  const char *gap = rdf_get(&a->rdf, map, "mapGapDefaultStream");
  vg_code rc = VG_OK;
  vg_buf_init(&idx, 1 << 20);
  vg_buf_init(&extents, (size_t)EXTENTS * AFF4_EXTENT);
  aff4_member(name, map, "idx");
  VG_GO(load_member(a, name, 1 << 20, &idx, err));
  aff4_member(name, map, "map");
  VG_GO(load_member(a, name, (size_t)EXTENTS * AFF4_EXTENT, &extents, err));
  VG_GO(take_target(a, gap ? gap : AFF4_SCHEMA "Zero", &a->gap, err));
  VG_GO(read_targets(a, vg_buf_view(&idx), err));
  rc = read_extents(a, vg_buf_view(&extents), err);
out:
  vg_buf_fini(&idx);
  vg_buf_fini(&extents);
  return rc;
}

/* An image that is a stream itself is a map of one part. */
static vg_code take_stream(struct aff4 *a, const char *urn, struct vg_err *err) {
  a->extent = calloc(1, sizeof *a->extent);
  a->target = calloc(1, sizeof *a->target);
  if (!a->extent || !a->target)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  VG_TRY(take_target(a, urn, &a->target[0], err));
  a->extent[0] = (struct extent){.n = a->r.size};
  a->extents = a->targets = 1;
  return VG_OK;
}

static void take_hashes(struct aff4 *a, const char *subject) {
  for (const struct rdf_fact *f = NULL; (f = rdf_next(&a->rdf, f, subject, "hash"));) {
    const char *type = rdf_text(&a->rdf, f->t);
    size_t schema = sizeof AFF4_SCHEMA - 1;
    enum vg_digest d;
    if (strncmp(type, AFF4_SCHEMA, schema) != 0 || !vg_digest_by_name(vg_str_z(type + schema), &d))
      continue;
    a->hash[d] = rdf_text(&a->rdf, f->o);
  }
}

/* The image of a volume: the first one that has data. */
static const char *data_stream(const struct aff4 *a) {
  for (const struct rdf_fact *f = NULL; (f = rdf_next(&a->rdf, f, NULL, "dataStream"));)
    if (rdf_is(&a->rdf, rdf_text(&a->rdf, f->s), "Image"))
      return rdf_text(&a->rdf, f->o);
  return NULL;
}

/* Under way: as far as there are whole bevies. */
static void shorten(struct aff4 *a) {
  const struct stream *s = &a->stream[0];
  uint64_t whole = 0, bytes = (uint64_t)s->in_bevy * s->chunk;
  while (whole * bytes < a->r.size && bevy_member(a, s, whole, ".index"))
    whole++;
  if (whole * bytes < a->r.size)
    a->r.size = whole * bytes;
}

static vg_code read_image(struct aff4 *a, bool partial, struct vg_err *err) {
  const char *data = data_stream(a);
  if (!data)
    return needs(a, "aff4:Image", err);
  if (!number(rdf_get(&a->rdf, data, "size"), INT64_MAX, &a->r.size) || a->r.size == 0)
    return bad(a, err);
  VG_TRY(rdf_is(&a->rdf, data, "Map") ? read_map(a, data, err) : take_stream(a, data, err));
  take_hashes(a, data);
  const struct stream *s = &a->stream[0];
  a->linear = a->extents == 1 && a->target[a->extent[0].target].kind == TARGET_STREAM &&
              a->target[a->extent[0].target].stream == 0 && a->extent[0].at == 0 && a->extent[0].from == 0 &&
              a->extent[0].n == a->r.size && s->size >= a->r.size && s->chunk >= CHUNK_LEAST && s->chunk <= BLOCK &&
              BLOCK % s->chunk == 0;
  if (partial && !a->linear) /* what is under way is ours, and ours are */
    return bad(a, err);
  if (partial)
    shorten(a);
  a->r.chunk = s->chunk;
  return VG_OK;
}

static vg_code make_room(struct aff4 *a, struct vg_err *err) {
  size_t most = 0;
  bool ok = true;
  for (size_t i = 0; i < a->streams; i++)
    most = stored_most(&a->stream[i]) > most ? stored_most(&a->stream[i]) : most;
  ok = (a->stored = malloc(most + 1)) != NULL;
  a->cached = most == 0 ? 0 : CACHE_BYTES / most + 2 > CACHE_MOST ? CACHE_MOST : CACHE_BYTES / most + 2;
  for (size_t i = 0; i < a->cached; i++)
    ok = (a->cache[i].p = malloc(most)) && ok;
  for (size_t i = 0; i < UNPACKERS; i++)
    ok = (a->unpacker[i] = libdeflate_alloc_decompressor()) && ok;
  return ok ? VG_OK : VG_FAIL(err, VG_ENOMEM, "evidence.memory");
}

vg_code reader_aff4(struct image_reader **out, const char *path, bool partial, struct vg_err *err) {
  struct aff4 *a = calloc(1, sizeof *a);
  if (!a)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  a->r = (struct image_reader){.ops = &ops, .format = IMAGE_AFF4};
  *out = &a->r;
  a->path = path;
  zip_init(&a->dir);
  rdf_init(&a->rdf);
  a->fd = open(path, O_RDONLY | O_CLOEXEC);
  off_t size = a->fd < 0 ? -1 : lseek(a->fd, 0, SEEK_END);
  if (size < 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  a->file = (uint64_t)size;
  (void)posix_fadvise(a->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  VG_TRY(partial ? zip_walk(&a->dir, a->fd, a->file, err) : zip_read(&a->dir, a->fd, a->file, path, err));
  VG_TRY(read_information(a, err));
  VG_TRY(read_image(a, partial, err));
  return make_room(a, err);
}
