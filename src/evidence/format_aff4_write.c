#include "evidence/format_aff4.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/id.h"

/*
 * The information, the map and a header of each bevy are written before what they tell is known; their last state is
 * put in place afterwards.
 */
enum { PENDING = BLOCK_CHUNKS, INFORMATION_MOST = 64 << 10, DIGEST_ROOM = 1024, NAME = 64 };

struct aff4_writer {
  struct image_writer w;
  char volume[NAME], image[NAME], map[NAME], stream[NAME];
  uint32_t chunk;
  struct zip_dir dir;
  bool open;           /* a bevy is */
  struct zip_member m; /* the open bevy */
  uint64_t chunks;     /* of all bevies */
  unsigned char *index;
  uint32_t count; /* chunks of the open bevy */
};

static vg_code put(struct aff4_writer *a, const void *p, size_t n, struct vg_err *err) {
  VG_TRY(vg_write_all(a->w.fd, p, n, a->w.base, err));
  a->w.pos += n;
  return VG_OK;
}

/* Over what stands there already. */
static vg_code patch(struct aff4_writer *a, uint64_t at, const void *p, size_t n, struct vg_err *err) {
  return pwrite(a->w.fd, p, n, (off_t)at) == (ssize_t)n ? VG_OK : VG_FAIL_SYS(err, "evidence.write", a->w.base);
}

/* At the end of the file, or again over the one that stands at m->head. */
static vg_code put_head(struct aff4_writer *a, const struct zip_member *m, vg_str name, bool again,
                        struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, ZIP_HEAD + ZIP_NAME);
  zip_put_head(&b, m, name);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = again ? patch(a, m->head, b.p, b.n, err) : put(a, b.p, b.n, err);
  vg_buf_fini(&b);
  return rc;
}

static vg_code put_member(struct aff4_writer *a, const char *name, const void *p, size_t n, struct vg_err *err) {
  struct zip_member m = {.head = a->w.pos, .packed = n, .bytes = n, .crc = libdeflate_crc32(0, p, n)};
  VG_TRY(put_head(a, &m, vg_str_z(name), false, err));
  m.data = a->w.pos;
  VG_TRY(put(a, p, n, err));
  return zip_add(&a->dir, vg_str_z(name), &m, err);
}

/* ---- what the image is ---- */

static void literal(struct vg_buf *b, const char *name, const char *z) {
  if (!z || !*z)
    return;
  vg_buf_fmt(b, " ;\n  aff4:%s \"", name);
  for (const char *c = z; *c; c++) {
    if ((unsigned char)*c < 0x20 || *c == '"' || *c == '\\')
      vg_buf_fmt(b, "\\u%04x", (unsigned)(unsigned char)*c);
    else
      vg_buf_byte(b, (unsigned char)*c);
  }
  vg_buf_byte(b, '"');
}

static void digests(struct vg_buf *b, const struct writer_end *end) {
  static const char *const names[VG_DIGESTS] = {
      [VG_MD5] = "MD5", [VG_SHA1] = "SHA1", [VG_SHA256] = "SHA256", [VG_SHA512] = "SHA512"};
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++) {
    char hex[2 * VG_DIGEST_MAX + 1];
    if (!end->digest[d])
      continue;
    vg_hex(hex, end->digests->whole[d], vg_digest_size(d));
    vg_buf_fmt(b, " ;\n  aff4:hash \"%s\"^^aff4:%s", hex, names[d]);
  }
}

static void put_notes(struct vg_buf *b, const struct aff4_writer *a) {
  const struct acquire_about *about = &a->w.o.about;
  char when[VG_TIME_TEXT];
  if (!about->case_ref && !about->exhibit_ref && !about->examiner)
    return;
  vg_time_text(when, a->w.o.made, true);
  vg_buf_fmt(b, "<%s/case> a aff4:CaseNotes", a->image);
  literal(b, "caseNumber", about->case_ref);
  literal(b, "evidenceNumber", about->exhibit_ref);
  literal(b, "examiner", about->examiner);
  vg_buf_fmt(b, " ;\n  aff4:takenDate \"%s\"^^xsd:dateTime ;\n  aff4:target <%s> .\n\n", when, a->image);
}

static void put_information(struct vg_buf *b, const struct aff4_writer *a, const struct writer_end *end) {
  const struct writer_options *o = &a->w.o;
  unsigned long long bytes = (unsigned long long)o->bytes;
  enum aff4_codec codec = o->level == IMAGE_NONE ? AFF4_STORED : o->level == IMAGE_FAST ? AFF4_LZ4 : AFF4_ZLIB;
  char when[VG_TIME_TEXT];
  vg_time_text(when, o->made, true);
  vg_buf_fmt(b,
             "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
             "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n@prefix aff4: <" AFF4_SCHEMA "> .\n\n"
             "<%s> a aff4:ZipVolume ;\n  aff4:contains <%s> , <%s> , <%s> ;\n"
             "  aff4:creationTime \"%s\"^^xsd:dateTime ;\n  aff4:tool \"Vigie %s\" .\n\n",
             a->volume, a->image, a->map, a->stream, when, VIGIE_VERSION);
  vg_buf_fmt(b,
             "<%s> a aff4:DiskImage , aff4:ContiguousImage , aff4:Image ;\n  aff4:dataStream <%s> ;\n"
             "  aff4:size \"%llu\"^^xsd:long ;\n  aff4:blockSize \"%u\"^^xsd:int ;\n  aff4:stored <%s>",
             a->image, a->map, bytes, (unsigned)o->sector_size, a->volume);
  literal(b, "diskDeviceName", o->source);
  literal(b, "diskModel", o->model);
  literal(b, "diskSerial", o->serial);
  vg_buf_fmt(b,
             " .\n\n<%s> a aff4:Map ;\n  aff4:dependentStream <%s> ;\n  aff4:mapGapDefaultStream aff4:Zero ;\n"
             "  aff4:target <%s> ;\n  aff4:size \"%llu\"^^xsd:long ;\n  aff4:stored <%s>",
             a->map, a->stream, a->image, bytes, a->volume);
  if (end)
    digests(b, end);
  vg_buf_fmt(b,
             " .\n\n<%s> a aff4:ImageStream ;\n  aff4:chunkSize \"%u\"^^xsd:int ;\n"
             "  aff4:chunksInSegment \"%u\"^^xsd:int ;\n  aff4:compressionMethod <%s> ;\n"
             "  aff4:size \"%llu\"^^xsd:long ;\n  aff4:target <%s> ;\n  aff4:version \"1\"^^xsd:int ;\n"
             "  aff4:stored <%s>",
             a->stream, (unsigned)a->chunk, (unsigned)(AFF4_BEVY / a->chunk), aff4_codec_urn[codec], bytes, a->image,
             a->volume);
  if (end)
    digests(b, end);
  vg_buf_z(b, " .\n\n");
  put_notes(b, a);
}

static vg_code begin_information(struct aff4_writer *a, struct vg_err *err) {
  struct vg_buf b;
  vg_code rc = VG_OK;
  vg_buf_init(&b, INFORMATION_MOST);
  put_information(&b, a, NULL);
  for (size_t i = 0; i < DIGEST_ROOM; i++)
    vg_buf_byte(&b, '\n');
  VG_GO(vg_buf_check(&b, err));
  rc = put_member(a, "information.turtle", b.p, b.n, err);
out:
  vg_buf_fini(&b);
  return rc;
}

/* With the digests, in the room that was left for them. */
static vg_code end_information(struct aff4_writer *a, const struct writer_end *end, struct vg_err *err) {
  struct vg_buf b;
  vg_code rc = VG_OK;
  struct zip_member *m = zip_find(&a->dir, VG_STR("information.turtle"));
  VG_ASSERT(m);
  vg_buf_init(&b, INFORMATION_MOST);
  put_information(&b, a, end);
  VG_ASSERT(b.n <= m->bytes);
  while (!b.bad && b.n < m->bytes)
    vg_buf_byte(&b, '\n');
  VG_GO(vg_buf_check(&b, err));
  m->crc = libdeflate_crc32(0, b.p, b.n);
  VG_GO(put_head(a, m, VG_STR("information.turtle"), true, err));
  rc = patch(a, m->data, b.p, b.n, err);
out:
  vg_buf_fini(&b);
  return rc;
}

static vg_code put_map(struct aff4_writer *a, struct vg_err *err) {
  unsigned char extent[AFF4_EXTENT] = {0};
  char name[ZIP_NAME];
  ewf_le64(extent + 8, a->w.o.bytes);
  aff4_member(name, a->map, "map");
  VG_TRY(put_member(a, name, extent, sizeof extent, err));
  aff4_member(name, a->map, "idx");
  return put_member(a, name, a->stream, strlen(a->stream), err);
}

static vg_code begin(struct aff4_writer *a, struct vg_err *err) {
  static const char version[] = "major=1\nminor=0\ntool=Vigie " VIGIE_VERSION "\n";
  VG_TRY(writer_segment(&a->w, err));
  VG_TRY(put_member(a, "container.description", a->volume, strlen(a->volume), err));
  VG_TRY(put_member(a, "version.txt", version, sizeof version - 1, err));
  VG_TRY(begin_information(a, err));
  return put_map(a, err);
}

/* ---- bevies ---- */

static vg_code begin_bevy(struct aff4_writer *a, struct vg_err *err) {
  char name[ZIP_NAME];
  aff4_bevy(name, a->stream, a->chunks / (AFF4_BEVY / a->chunk), "");
  a->m = (struct zip_member){.head = a->w.pos};
  a->count = 0;
  a->open = true;
  VG_TRY(put_head(a, &a->m, vg_str_z(name), false, err));
  a->m.data = a->w.pos;
  return VG_OK;
}

static vg_code end_bevy(struct aff4_writer *a, struct vg_err *err) {
  char name[ZIP_NAME];
  if (!a->open)
    return VG_OK;
  uint64_t i = (a->chunks - 1) / (AFF4_BEVY / a->chunk);
  a->open = false;
  a->m.packed = a->m.bytes = a->w.pos - a->m.data;
  aff4_bevy(name, a->stream, i, "");
  VG_TRY(put_head(a, &a->m, vg_str_z(name), true, err));
  VG_TRY(zip_add(&a->dir, vg_str_z(name), &a->m, err));
  aff4_bevy(name, a->stream, i, ".index");
  return put_member(a, name, a->index, (size_t)a->count * AFF4_INDEX, err);
}

/* A block lies in one bevy: both begin at multiples of a block. */
static vg_code aff4_block(struct image_writer *w, const struct block *b, struct vg_err *err) {
  struct aff4_writer *a = (struct aff4_writer *)w;
  struct iovec v[PENDING];
  if (!a->open)
    VG_TRY(begin_bevy(a, err));
  for (size_t i = 0; i < b->chunks; i++) {
    const struct chunk *c = &b->chunk[i];
    unsigned char *entry = a->index + (size_t)a->count++ * AFF4_INDEX;
    ewf_le64(entry, w->pos - a->m.data);
    ewf_le32(entry + 8, c->n);
    a->m.crc = libdeflate_crc32(a->m.crc, c->p, c->n);
    v[i] = (struct iovec){(void *)(uintptr_t)c->p, c->n};
    w->pos += c->n;
  }
  a->chunks += b->chunks;
  VG_TRY(writer_gather(w, v, b->chunks, err));
  if (a->count == AFF4_BEVY / a->chunk)
    VG_TRY(end_bevy(a, err));
  writer_hasten(w);
  return VG_OK;
}

/* Marks lie between bevies only (image_mark_fits). */
static vg_code aff4_mark(struct image_writer *w, struct image_mark *m, struct vg_err *err) {
  struct aff4_writer *a = (struct aff4_writer *)w;
  VG_ASSERT(!a->open);
  *m = (struct image_mark){.segment = w->segment, .offset = w->pos, .chunks = a->chunks};
  return writer_settle(w, false, err);
}

static vg_code aff4_end(struct image_writer *w, const struct writer_end *end, struct vg_err *err) {
  struct aff4_writer *a = (struct aff4_writer *)w;
  struct vg_buf b;
  vg_code rc = end_bevy(a, err);
  vg_buf_init(&b, 1U << 30);
  zip_sort(&a->dir);
  VG_GO(rc);
  VG_GO(end_information(a, end, err));
  zip_put_directory(&b, &a->dir, w->pos, vg_str_z(a->volume));
  VG_GO(vg_buf_check(&b, err));
  VG_GO(put(a, b.p, b.n, err));
  rc = writer_settle(w, true, err);
out:
  vg_buf_fini(&b);
  return rc;
}

static void aff4_writer_close(struct image_writer *w) {
  struct aff4_writer *a = (struct aff4_writer *)w;
  zip_fini(&a->dir);
  free(a->index);
  free(a);
}

static const struct image_writer_ops ops = {aff4_block, aff4_mark, aff4_end, aff4_writer_close};

/* The same names for the same acquisition, resumed or not. */
static void name(char out[static NAME], const struct writer_options *o, const char *what) {
  struct vg_id id = vg_id_v5("x", o->guid, vg_str_z(what));
  snprintf(out, NAME, "aff4://%.36s", id.s + 3);
}

/* What stands before the mark is found again by its local headers. */
static vg_code go_on(struct aff4_writer *a, struct vg_err *err) {
  VG_TRY(writer_reopen(&a->w, err));
  VG_TRY(zip_walk(&a->dir, a->w.fd, a->w.pos, err));
  a->chunks = a->w.o.from->chunks;
  return zip_find(&a->dir, VG_STR("information.turtle"))
             ? VG_OK
             : VG_FAIL(err, VG_EDAMAGE, "evidence.resume_differs", a->w.base);
}

vg_code writer_aff4(struct image_writer **out, const struct writer_options *o, struct vg_err *err) {
  struct aff4_writer *a = calloc(1, sizeof *a);
  *out = a ? &a->w : NULL;
  if (!a)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  a->w.ops = &ops;
  a->w.o = *o;
  a->w.fd = -1;
  a->chunk = CHUNK_SECTORS * o->sector_size;
  a->index = calloc(AFF4_BEVY / a->chunk, AFF4_INDEX);
  zip_init(&a->dir);
  vg_str_copy(a->w.base, sizeof a->w.base, vg_str_z(o->base));
  name(a->volume, o, "volume");
  name(a->image, o, "image");
  name(a->map, o, "map");
  name(a->stream, o, "stream");
  if (!a->index)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  return o->from ? go_on(a, err) : begin(a, err);
}
