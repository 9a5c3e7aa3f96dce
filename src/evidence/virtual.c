#include "evidence/virtual.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

enum { GRAIN_STEP = 64 << 10 }; /* how finely a damaged stretch is told from what is whole */

vg_code virtual_bad(const struct virtual_disk *v, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "evidence.virtual_bad", v->path, image_format_name(v->r.format));
}

vg_code virtual_needs(const struct virtual_disk *v, const char *id, struct vg_err *err) {
  return VG_FAIL(err, VG_ENOTFOUND, id, v->path, image_format_name(v->r.format));
}

vg_code virtual_read(struct virtual_disk *v, uint64_t at, void *to, size_t n, struct vg_err *err) {
  if (at > v->file || n > v->file - at)
    return virtual_bad(v, err);
  return evidence_pread(v->fd, to, n, at, at, err);
}

vg_code virtual_entry(struct virtual_disk *v, uint64_t at, size_t n, unsigned char out[static 8], struct vg_err *err) {
  uint64_t from = at / VIRTUAL_PAGE * VIRTUAL_PAGE;
  VG_ASSERT(n <= 8);
  if (at > v->file || n > v->file - at)
    return virtual_bad(v, err);
  if (at - from + n > VIRTUAL_PAGE) /* no table of these formats puts an entry across, unless it lies askew */
    return virtual_read(v, at, out, n, err);
  if (v->page_at != from) {
    v->page_at = UINT64_MAX;
    VG_TRY(
        virtual_read(v, from, v->page, v->file - from < VIRTUAL_PAGE ? (size_t)(v->file - from) : VIRTUAL_PAGE, err));
    v->page_at = from;
  }
  memcpy(out, v->page + (at - from), n);
  return VG_OK;
}

/* ---- packed grains ---- */

static bool unpack_zstd(struct virtual_disk *v, size_t n) {
  ZSTD_DCtx *z = ZSTD_createDCtx();
  ZSTD_inBuffer in = {v->packed, n, 0};
  ZSTD_outBuffer out = {v->plain, (size_t)v->grain, 0};
  while (z && out.pos < out.size) {
    size_t before = in.pos + out.pos, left = ZSTD_decompressStream(z, &out, &in);
    if (ZSTD_isError(left) || left == 0 || in.pos + out.pos == before)
      break;
  }
  (void)ZSTD_freeDCtx(z);
  return out.pos == out.size;
}

/* What stands behind the packed bytes up to the next sector is nobody's. A stream may end before the grain: what lies
 * beyond the medium. */
static bool unpack(struct virtual_disk *v, const struct grain *g) {
  size_t used, made = 0;
  memset(v->plain, 0, (size_t)v->grain);
  if (g->kind == GRAIN_ZSTD)
    return unpack_zstd(v, (size_t)g->n);
  enum libdeflate_result done =
      g->kind == GRAIN_ZLIB
          ? libdeflate_zlib_decompress_ex(v->deflate, v->packed, (size_t)g->n, v->plain, (size_t)v->grain, &used, &made)
          : libdeflate_deflate_decompress_ex(v->deflate, v->packed, (size_t)g->n, v->plain, (size_t)v->grain, &used,
                                             &made);
  return done == LIBDEFLATE_SUCCESS;
}

static vg_code keep(struct virtual_disk *v, uint64_t i, const struct grain *g, struct vg_err *err) {
  struct grain fits = *g;
  if (v->kept == i)
    return VG_OK;
  if (v->grain > VIRTUAL_PACKED_MOST || g->at >= v->file)
    return virtual_bad(v, err);
  if (!v->plain)
    v->plain = malloc(VIRTUAL_PACKED_MOST);
  if (!v->packed)
    v->packed = malloc(2 * VIRTUAL_PACKED_MOST);
  if (!v->deflate)
    v->deflate = libdeflate_alloc_decompressor();
  if (!v->plain || !v->packed || !v->deflate)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  v->kept = UINT64_MAX;
  if (fits.n > v->file - g->at)
    fits.n = v->file - g->at;
  if (fits.n > 2 * VIRTUAL_PACKED_MOST)
    return virtual_bad(v, err);
  VG_TRY(virtual_read(v, g->at, v->packed, (size_t)fits.n, err));
  if (!unpack(v, &fits))
    return virtual_bad(v, err);
  v->kept = i;
  return VG_OK;
}

/* ---- the reader ---- */

/* Inside one grain. */
static vg_code read_grain(struct virtual_disk *v, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct grain g = {0};
  uint64_t i = at / v->grain, skip = at % v->grain;
  VG_TRY(v->find(v, i, &g, err));
  if (g.kind == GRAIN_ZERO) {
    memset(p, 0, n);
    return VG_OK;
  }
  if (g.kind == GRAIN_PLAIN)
    return g.at > v->file ? virtual_bad(v, err) : virtual_read(v, g.at + skip, p, n, err);
  VG_TRY(keep(v, i, &g, err));
  memcpy(p, v->plain + skip, n);
  return VG_OK;
}

static vg_code virtual_read_at(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct virtual_disk *v = (struct virtual_disk *)r;
  while (n > 0) {
    uint64_t left = v->grain - at % v->grain;
    size_t k = left < n ? (size_t)left : n;
    struct vg_err why = {0};
    vg_code rc = read_grain(v, at, p, k, &why);
    if (rc == VG_EDATA) {
      reader_damage(r, "evidence.bad.chunk", at / v->grain * v->grain, v->grain);
      return VG_FAIL(err, VG_EDATA, "evidence.read_at", VG_N(at));
    }
    if (rc != VG_OK) {
      if (err)
        *err = why;
      return rc;
    }
    p += k;
    at += k;
    n -= k;
  }
  return VG_OK;
}

/* What cannot be had is noted and reads as zeroes; the rest is read. */
vg_code reader_fetch_grains(struct image_reader *r, struct block *b, struct vg_err *err) {
  for (size_t done = 0, k; done < b->n; done += k) {
    struct vg_err why = {0};
    k = GRAIN_STEP - (b->at + done) % GRAIN_STEP;
    if (k > b->n - done)
      k = b->n - done;
    vg_code rc = r->ops->read_at(r, b->at + done, b->own + done, k, &why);
    if (rc == VG_EDATA) {
      memset(b->own + done, 0, k);
    } else if (rc != VG_OK) {
      if (err)
        *err = why;
      return rc;
    }
  }
  return VG_OK;
}

static void virtual_close(struct image_reader *r) {
  struct virtual_disk *v = (struct virtual_disk *)r;
  if (v->fd >= 0)
    close(v->fd);
  libdeflate_free_decompressor(v->deflate);
  free(v->packed);
  free(v->plain);
  free(v);
}

static const struct image_reader_ops ops = {virtual_read_at, reader_fetch_grains, reader_unpack_nothing,
                                            reader_stored_none, virtual_close};

static vg_code virtual_ready(struct virtual_disk *v, struct vg_err *err) {
  if (v->grain < 512 || v->grain > VIRTUAL_GRAIN_MOST || v->r.size == 0 || v->r.size > INT64_MAX - VIRTUAL_GRAIN_MOST)
    return virtual_bad(v, err);
  return VG_OK;
}

static const struct {
  enum image_format format;
  size_t at, n;
  const char *head;
  vg_code (*open)(struct virtual_disk *v, struct vg_err *err);
} formats[] = {
    {IMAGE_QCOW2, 0, 4, "QFI\xfb", virtual_qcow2},       {IMAGE_VMDK, 0, 4, "KDMV", virtual_vmdk},
    {IMAGE_VDI, 64, 4, "\x7f\x10\xda\xbe", virtual_vdi}, {IMAGE_VHDX, 0, 8, "vhdxfile", virtual_vhdx},
    {IMAGE_VHD, 0, 8, "conectix", virtual_vhd},
};

/* A fixed VHD is the raw medium with a footer behind it, whose checksum tells it from a medium that happens to end so.
 */
static bool ends_as_vhd(int fd, uint64_t size) {
  unsigned char foot[512];
  uint32_t sum = 0;
  if (size < 1024 || size % 512 || pread(fd, foot, sizeof foot, (off_t)(size - 512)) != (ssize_t)sizeof foot ||
      memcmp(foot, "conectix", 8) != 0)
    return false;
  for (size_t i = 0; i < sizeof foot; i++)
    sum += i >= 64 && i < 68 ? 0 : foot[i];
  return ~sum == ((uint32_t)foot[64] << 24 | (uint32_t)foot[65] << 16 | (uint32_t)foot[66] << 8 | foot[67]);
}

enum image_format virtual_sniff(int fd, uint64_t size, const unsigned char *head, size_t n) {
  for (size_t i = 0; i < VG_COUNT(formats); i++)
    if (n >= formats[i].at + formats[i].n && memcmp(head + formats[i].at, formats[i].head, formats[i].n) == 0)
      return formats[i].format;
  return ends_as_vhd(fd, size) ? IMAGE_VHD : IMAGE_RAW;
}

vg_code reader_virtual(struct image_reader **out, enum image_format f, const char *path, struct vg_err *err) {
  struct virtual_disk *v = calloc(1, sizeof *v);
  if (!v)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  v->r = (struct image_reader){.ops = &ops, .format = f};
  v->path = path;
  v->page_at = v->kept = UINT64_MAX;
  *out = &v->r;
  v->fd = open(path, O_RDONLY | O_CLOEXEC);
  if (v->fd < 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  off_t size = lseek(v->fd, 0, SEEK_END);
  if (size < 0)
    return VG_FAIL_SYS(err, "evidence.read", path);
  v->file = (uint64_t)size;
  for (size_t i = 0; i < VG_COUNT(formats); i++)
    if (formats[i].format == f)
      VG_TRY(formats[i].open(v, err));
  VG_TRY(virtual_ready(v, err));
  v->path = "";
  return VG_OK;
}
