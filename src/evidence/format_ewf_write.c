#include "evidence/evidence_internal.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * Chunks go to the file as they come; the 76 bytes before them are written again when their group is complete and its
 * length known. A group is a sectors section with its table and table2.
 */
enum { PENDING = 2 * BLOCK_CHUNKS, GROUP_BYTES_MOST = 0x7e000000 };

struct ewf_writer {
  struct image_writer w;
  struct ewf_volume volume;
  uint64_t group;  /* where the open group begins, 0: none is open */
  uint32_t count;  /* its chunks */
  uint64_t chunks; /* of all groups */
  unsigned char entry[EWF_TABLE_MOST * 4 + 4];
  struct iovec pending[PENDING];
  size_t pendings;
};

static vg_code put(struct ewf_writer *e, const void *p, size_t n, struct vg_err *err) {
  VG_TRY(vg_write_all(e->w.fd, p, n, e->w.base, err));
  e->w.pos += n;
  return VG_OK;
}

static vg_code put_section(struct ewf_writer *e, const char *type, const void *p, size_t n, struct vg_err *err) {
  unsigned char head[EWF_SECTION];
  ewf_section(head, type, e->w.pos + EWF_SECTION + n, EWF_SECTION + n);
  VG_TRY(put(e, head, sizeof head, err));
  return n ? put(e, p, n, err) : VG_OK;
}

/* "next" and "done" point to themselves and have no size. */
static vg_code put_last(struct ewf_writer *e, const char *type, struct vg_err *err) {
  unsigned char head[EWF_SECTION];
  ewf_section(head, type, e->w.pos, 0);
  return put(e, head, sizeof head, err);
}

static vg_code put_text(struct ewf_writer *e, const char *type, const struct vg_buf *text, struct vg_err *err) {
  VG_TRY(vg_buf_check(text, err));
  struct libdeflate_compressor *c = libdeflate_alloc_compressor(6);
  size_t room = libdeflate_zlib_compress_bound(c, text->n);
  char *p = c ? malloc(room) : NULL;
  vg_code rc = p ? put_section(e, type, p, libdeflate_zlib_compress(c, text->p, text->n, p, room), err)
                 : VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  free(p);
  libdeflate_free_compressor(c);
  return rc;
}

static vg_code put_volume(struct ewf_writer *e, const char *type, struct vg_err *err) {
  unsigned char v[EWF_VOLUME];
  ewf_volume_put(v, &e->volume);
  return put_section(e, type, v, sizeof v, err);
}

static vg_code put_headers(struct ewf_writer *e, struct vg_err *err) {
  struct vg_buf wide, plain;
  vg_code rc = VG_OK;
  vg_buf_init(&wide, 256 << 10);
  vg_buf_init(&plain, 64 << 10);
  ewf_header2(&wide, &e->w.o);
  ewf_header(&plain, &e->w.o);
  VG_GO(put_text(e, "header2", &wide, err));
  VG_GO(put_text(e, "header2", &wide, err));
  VG_GO(put_text(e, "header", &plain, err));
out:
  vg_buf_fini(&wide);
  vg_buf_fini(&plain);
  return rc;
}

static vg_code begin_segment(struct ewf_writer *e, struct vg_err *err) {
  unsigned char head[EWF_FILE_HEAD] = {0};
  VG_TRY(writer_segment(&e->w, err));
  memcpy(head, ewf_signature, sizeof ewf_signature);
  head[8] = 1;
  head[9] = (unsigned char)e->w.segment;
  head[10] = (unsigned char)(e->w.segment >> 8);
  VG_TRY(put(e, head, sizeof head, err));
  if (e->w.segment > 1)
    return put_volume(e, "data", err);
  VG_TRY(put_headers(e, err));
  return put_volume(e, "volume", err);
}

static vg_code flush(struct ewf_writer *e, struct vg_err *err) {
  size_t n = e->pendings;
  e->pendings = 0;
  return writer_gather(&e->w, e->pending, n, err);
}

static vg_code begin_group(struct ewf_writer *e, struct vg_err *err) {
  e->group = e->w.pos;
  e->count = 0;
  return put_section(e, "sectors", NULL, 0, err);
}

static vg_code end_group(struct ewf_writer *e, struct vg_err *err) {
  unsigned char head[EWF_SECTION], table[EWF_TABLE_HEAD] = {0};
  static const char *const type[] = {"table", "table2"};
  if (!e->group)
    return VG_OK;
  VG_TRY(flush(e, err));
  ewf_section(head, "sectors", e->w.pos, e->w.pos - e->group);
  if (pwrite(e->w.fd, head, sizeof head, (off_t)e->group) != (ssize_t)sizeof head)
    return VG_FAIL_SYS(err, "evidence.write", e->w.base);
  size_t n = (size_t)e->count * 4;
  ewf_le32(table, e->count);
  ewf_le64(table + 8, e->group);
  ewf_le32(table + 20, libdeflate_adler32(1, table, 20));
  ewf_le32(e->entry + n, libdeflate_adler32(1, e->entry, n));
  for (size_t i = 0; i < VG_COUNT(type); i++) {
    ewf_section(head, type[i], e->w.pos + EWF_SECTION + sizeof table + n + 4, EWF_SECTION + sizeof table + n + 4);
    VG_TRY(put(e, head, sizeof head, err));
    VG_TRY(put(e, table, sizeof table, err));
    VG_TRY(put(e, e->entry, n + 4, err));
  }
  e->chunks += e->count;
  e->group = 0;
  return VG_OK;
}

static vg_code end_segment(struct ewf_writer *e, struct vg_err *err) {
  VG_TRY(end_group(e, err));
  return put_last(e, "next", err);
}

/* What a segment needs behind one more chunk: two tables, and what ends the last segment (bad sectors come on top). */
static uint64_t tail(const struct ewf_writer *e) {
  return 2 * (EWF_SECTION + EWF_TABLE_HEAD + 4 * ((uint64_t)e->count + 2)) + EWF_SECTION + EWF_VOLUME +
         3 * EWF_SECTION + 80 + 36;
}

static vg_code make_room(struct ewf_writer *e, uint32_t n, struct vg_err *err) {
  if (e->group && (e->count == EWF_TABLE_MOST || e->w.pos - e->group + n > GROUP_BYTES_MOST))
    VG_TRY(end_group(e, err));
  if (e->w.o.segment && (e->group || e->chunks > 0) && e->w.pos + EWF_SECTION + n + tail(e) > e->w.o.segment) {
    VG_TRY(end_segment(e, err));
    VG_TRY(begin_segment(e, err));
  }
  return e->group ? VG_OK : begin_group(e, err);
}

static void later(struct ewf_writer *e, const void *p, size_t n) {
  e->pending[e->pendings++] = (struct iovec){(void *)(uintptr_t)p, n};
  e->w.pos += n;
}

static vg_code ewf_block(struct image_writer *w, const struct block *b, struct vg_err *err) {
  struct ewf_writer *e = (struct ewf_writer *)w;
  for (size_t i = 0; i < b->chunks; i++) {
    const struct chunk *c = &b->chunk[i];
    VG_TRY(make_room(e, c->n + 4, err));
    ewf_le32(e->entry + (size_t)e->count++ * 4, (uint32_t)(e->w.pos - e->group) | (c->packed ? 0x80000000U : 0));
    later(e, c->p, c->n);
    if (!c->packed)
      later(e, c->adler, sizeof c->adler);
  }
  VG_TRY(flush(e, err));
  writer_hasten(w);
  return VG_OK;
}

static vg_code ewf_mark(struct image_writer *w, struct image_mark *m, struct vg_err *err) {
  struct ewf_writer *e = (struct ewf_writer *)w;
  VG_TRY(end_group(e, err));
  *m = (struct image_mark){.segment = w->segment, .offset = w->pos, .chunks = e->chunks};
  return writer_settle(w, false, err);
}

/* Sector numbers are of 32 bits here: what lies past 2 TiB stands in BASE.vigie.json only. */
static vg_code put_errors(struct ewf_writer *e, const struct writer_end *end, struct vg_err *err) {
  struct vg_buf b;
  uint32_t count = 0;
  vg_code rc = VG_OK;
  static const char zero[512];
  for (size_t i = 0; i < end->bad_count; i++)
    count += end->bad[i].first + end->bad[i].count <= UINT32_MAX;
  if (count == 0)
    return VG_OK;
  vg_buf_init(&b, 1U << 30);
  vg_buf_le32(&b, count);
  vg_buf_add(&b, zero, sizeof zero);
  vg_buf_le32(&b, b.bad ? 0 : libdeflate_adler32(1, b.p, b.n));
  size_t from = b.n;
  for (size_t i = 0; i < end->bad_count; i++)
    if (end->bad[i].first + end->bad[i].count <= UINT32_MAX) {
      vg_buf_le32(&b, (uint32_t)end->bad[i].first);
      vg_buf_le32(&b, (uint32_t)end->bad[i].count);
    }
  vg_buf_le32(&b, b.bad ? 0 : libdeflate_adler32(1, b.p + from, b.n - from));
  VG_GO(vg_buf_check(&b, err));
  rc = put_section(e, "error2", b.p, b.n, err);
out:
  vg_buf_fini(&b);
  return rc;
}

/* The container's own hashes are of what it holds, the padding of the last sector included, as other tools recompute
 * them. */
static vg_code put_hashes(struct ewf_writer *e, const struct writer_end *end, struct vg_err *err) {
  unsigned char digest[80] = {0}, hash[36] = {0};
  if (!end->digest[VG_MD5])
    return VG_OK;
  memcpy(hash, end->digests->padded[VG_MD5], 16);
  memcpy(digest, hash, 16);
  if (end->digest[VG_SHA1]) {
    memcpy(digest + 16, end->digests->padded[VG_SHA1], 20);
    ewf_le32(digest + 76, libdeflate_adler32(1, digest, 76));
    VG_TRY(put_section(e, "digest", digest, sizeof digest, err));
  }
  ewf_le32(hash + 32, libdeflate_adler32(1, hash, 32));
  return put_section(e, "hash", hash, sizeof hash, err);
}

static vg_code ewf_end(struct image_writer *w, const struct writer_end *end, struct vg_err *err) {
  struct ewf_writer *e = (struct ewf_writer *)w;
  VG_TRY(end_group(e, err));
  VG_ASSERT(e->chunks == e->volume.chunks);
  if (w->segment == 1)
    VG_TRY(put_volume(e, "data", err));
  VG_TRY(put_errors(e, end, err));
  VG_TRY(put_hashes(e, end, err));
  VG_TRY(put_last(e, "done", err));
  return writer_settle(w, true, err);
}

static void ewf_writer_close(struct image_writer *w) { free((struct ewf_writer *)w); }

static const struct image_writer_ops ops = {ewf_block, ewf_mark, ewf_end, ewf_writer_close};

vg_code writer_ewf(struct image_writer **out, const struct writer_options *o, struct vg_err *err) {
  struct ewf_writer *e = calloc(1, sizeof *e);
  *out = e ? &e->w : NULL;
  if (!e)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  e->w.ops = &ops;
  e->w.o = *o;
  e->w.fd = -1;
  vg_str_copy(e->w.base, sizeof e->w.base, vg_str_z(o->base));
  uint64_t chunk = (uint64_t)CHUNK_SECTORS * o->sector_size, chunks = (o->bytes + chunk - 1) / chunk;
  if (chunks > UINT32_MAX)
    return VG_FAIL(err, VG_ELIMIT, "evidence.too_large", VG_N(o->bytes));
  e->volume = (struct ewf_volume){.sectors = (o->bytes + o->sector_size - 1) / o->sector_size,
                                  .chunks = (uint32_t)chunks,
                                  .chunk_sectors = CHUNK_SECTORS,
                                  .sector = o->sector_size,
                                  .media = 1,
                                  .flags = 3,
                                  .level = (uint8_t)o->level};
  memcpy(e->volume.guid, o->guid, sizeof e->volume.guid);
  if (!o->from)
    return begin_segment(e, err);
  e->chunks = o->from->chunks;
  return writer_reopen(&e->w, err);
}
