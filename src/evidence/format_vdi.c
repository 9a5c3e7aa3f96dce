/*
 * VirtualBox's VDI, dynamic and fixed. All numbers are little-endian. At 64 the signature be da 10 7f, then version,
 * head, type; the place of the block map and of the blocks at 340 and 344, the medium's size at 368, a block's at 376,
 * extra bytes before each and their number behind it. The map has 4 bytes a block: its number in the file, ffffffff
 * none, fffffffe zeroes. (VirtualBox, VDICore.h)
 */
#include "evidence/virtual.h"

#include "base/rd.h"

enum { HEAD = 400, NORMAL = 1, FIXED = 2 };

static vg_code find(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  unsigned char b[8];
  *out = (struct grain){.kind = GRAIN_ZERO};
  if (i >= v->entries)
    return virtual_bad(v, err);
  VG_TRY(virtual_entry(v, v->table + i * 4, 4, b, err));
  uint64_t n = (uint64_t)b[3] << 24 | (uint64_t)b[2] << 16 | (uint64_t)b[1] << 8 | b[0];
  if (n < UINT32_MAX - 1)
    *out = (struct grain){.kind = GRAIN_PLAIN, .at = v->data + n * (v->grain + v->width) + v->width};
  return VG_OK;
}

vg_code virtual_vdi(struct virtual_disk *v, struct vg_err *err) {
  char head[HEAD];
  struct vg_rd r;
  VG_TRY(virtual_read(v, 0, head, sizeof head, err));
  vg_rd_init(&r, vg_str_n(head, sizeof head));
  vg_rd_skip(&r, 68);
  uint32_t version = vg_rd_le32(&r);
  vg_rd_skip(&r, 4);
  uint32_t type = vg_rd_le32(&r);
  vg_rd_skip(&r, 340 - 80);
  v->table = vg_rd_le32(&r);
  v->data = vg_rd_le32(&r);
  vg_rd_skip(&r, 20);
  v->r.size = vg_rd_le64(&r);
  v->grain = vg_rd_le32(&r);
  v->width = vg_rd_le32(&r);
  v->entries = vg_rd_le32(&r);
  v->find = find;
  if (version >> 16 != 1 || v->width > VIRTUAL_GRAIN_MOST)
    return virtual_bad(v, err);
  if (type != NORMAL && type != FIXED)
    return virtual_needs(v, "evidence.needs.base", err);
  return v->grain && v->r.size / v->grain + (v->r.size % v->grain != 0) <= v->entries ? VG_OK : virtual_bad(v, err);
}
