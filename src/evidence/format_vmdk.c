/*
 * VMware's sparse extents, streams of packed grains too (Virtual Disk Format 5.0). All numbers are little-endian,
 * places count sectors.
 *
 *   head ──▶ directory: 4 bytes a table ──▶ table: 4 bytes a grain: 0 none, 1 zeroes (where the head says so) ──▶ grain
 *
 * A packed grain is preceded by its sector (8 bytes) and its length (4). A stream has its directory's place only in a
 * copy of the head near its end.
 */
#include "evidence/virtual.h"

#include "base/rd.h"

enum { HEAD = 512, SECTOR = 512, MARKER = 12, ZERO_GRAINS = 1 << 2, PACKED = 1 << 16 };

static vg_code find(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  unsigned char b[8];
  struct vg_rd r;
  *out = (struct grain){.kind = GRAIN_ZERO};
  VG_TRY(virtual_entry(v, v->table + i / v->entries * 4, 4, b, err));
  vg_rd_init(&r, vg_str_n((const char *)b, 4));
  uint64_t table = vg_rd_le32(&r);
  if (table == 0)
    return VG_OK;
  VG_TRY(virtual_entry(v, table * SECTOR + i % v->entries * 4, 4, b, err));
  vg_rd_init(&r, vg_str_n((const char *)b, 4));
  uint64_t at = vg_rd_le32(&r);
  if (at == 0 || (at == 1 && v->width & ZERO_GRAINS))
    return VG_OK;
  *out = (struct grain){.kind = GRAIN_PLAIN, .at = at * SECTOR};
  if (v->width & PACKED) {
    VG_TRY(virtual_read(v, at * SECTOR + 8, b, 4, err));
    vg_rd_init(&r, vg_str_n((const char *)b, 4));
    *out = (struct grain){.kind = GRAIN_ZLIB, .at = at * SECTOR + MARKER, .n = vg_rd_le32(&r)};
  }
  return VG_OK;
}

static vg_code read_head(struct virtual_disk *v, uint64_t at, uint64_t *directory, struct vg_err *err) {
  char head[HEAD];
  struct vg_rd r;
  VG_TRY(virtual_read(v, at, head, sizeof head, err));
  vg_rd_init(&r, vg_str_n(head, sizeof head));
  if (!vg_str_eqz(vg_rd_bytes(&r, 4), "KDMV"))
    return virtual_bad(v, err);
  uint32_t version = vg_rd_le32(&r);
  v->width = vg_rd_le32(&r);
  uint64_t sectors = vg_rd_le64(&r), grain = vg_rd_le64(&r);
  vg_rd_skip(&r, 16);
  v->entries = vg_rd_le32(&r);
  vg_rd_skip(&r, 8);
  *directory = vg_rd_le64(&r);
  if (version == 0 || version > 3 || grain == 0 || grain > VIRTUAL_PACKED_MOST / SECTOR ||
      sectors > INT64_MAX / SECTOR || v->entries == 0 || v->entries > 1 << 20)
    return virtual_bad(v, err);
  v->grain = grain * SECTOR;
  v->r.size = sectors * SECTOR;
  return VG_OK;
}

/* A descriptor inside that names a parent: the grains that are missing here are there. */
static vg_code check_parent(struct virtual_disk *v, struct vg_err *err) {
  char text[4096];
  unsigned char b[8];
  struct vg_rd r;
  VG_TRY(virtual_entry(v, 28, 8, b, err));
  vg_rd_init(&r, vg_str_n((const char *)b, 8));
  uint64_t at = vg_rd_le64(&r);
  if (at == 0 || at >= v->file / SECTOR)
    return VG_OK;
  size_t n = v->file - at * SECTOR < sizeof text ? (size_t)(v->file - at * SECTOR) : sizeof text;
  VG_TRY(virtual_read(v, at * SECTOR, text, n, err));
  return vg_str_find(vg_str_n(text, n), VG_STR("parentFileNameHint"), 0) == SIZE_MAX
             ? VG_OK
             : virtual_needs(v, "evidence.needs.base", err);
}

vg_code virtual_vmdk(struct virtual_disk *v, struct vg_err *err) {
  uint64_t directory;
  VG_TRY(read_head(v, 0, &directory, err));
  if (directory == UINT64_MAX) { /* a stream: the last sectors are a marker, the head again, a marker of the end */
    if (v->file < 3 * SECTOR)
      return virtual_bad(v, err);
    VG_TRY(read_head(v, v->file / SECTOR * SECTOR - 2 * SECTOR, &directory, err));
  }
  if (directory == 0 || directory > v->file / SECTOR)
    return virtual_bad(v, err);
  v->table = directory * SECTOR;
  v->find = find;
  return check_parent(v, err);
}
