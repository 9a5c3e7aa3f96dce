/*
 * Microsoft's VHD, fixed and dynamic (Virtual Hard Disk Image Format Specification 1.0). All numbers are big-endian.
 *
 *   fixed    | medium | footer 512 |
 *   dynamic  | copy of footer | head "cxsparse" | BAT: sector of each block, or ffffffff | block: bitmap, data | ... |
 * footer |
 */
#include "evidence/virtual.h"

#include <string.h>

#include "base/rd.h"

enum { FIXED = 2, DYNAMIC = 3, FOOTER = 512, HEADER = 1024 };

static vg_code find_fixed(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  (void)err;
  *out = (struct grain){.kind = GRAIN_PLAIN, .at = i * v->grain};
  return VG_OK;
}

static vg_code find(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  unsigned char b[8];
  *out = (struct grain){.kind = GRAIN_ZERO};
  if (i >= v->entries)
    return virtual_bad(v, err);
  VG_TRY(virtual_entry(v, v->table + i * 4, 4, b, err));
  uint64_t sector = (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
  if (sector != UINT32_MAX)
    *out = (struct grain){.kind = GRAIN_PLAIN, .at = sector * 512 + v->data};
  return VG_OK;
}

vg_code virtual_vhd(struct virtual_disk *v, struct vg_err *err) {
  char foot[FOOTER], head[HEADER];
  struct vg_rd r;
  VG_TRY(virtual_read(v, v->file < FOOTER ? 0 : (v->file - FOOTER) / 512 * 512, foot, sizeof foot, err));
  if (memcmp(foot, "conectix", 8) != 0) /* cut off: a dynamic disk has a copy at its start */
    VG_TRY(virtual_read(v, 0, foot, sizeof foot, err));
  vg_rd_init(&r, vg_str_n(foot, sizeof foot));
  vg_rd_skip(&r, 16);
  uint64_t next = vg_rd_be64(&r);
  vg_rd_skip(&r, 24);
  v->r.size = vg_rd_be64(&r);
  vg_rd_skip(&r, 4);
  uint32_t type = vg_rd_be32(&r);
  v->grain = 1 << 20;
  v->find = find_fixed;
  if (type == FIXED)
    return v->r.size <= v->file - FOOTER ? VG_OK : virtual_bad(v, err);
  if (type != DYNAMIC)
    return virtual_needs(v, "evidence.needs.base", err);
  VG_TRY(virtual_read(v, next, head, sizeof head, err));
  vg_rd_init(&r, vg_str_n(head, sizeof head));
  if (!vg_str_eqz(vg_rd_bytes(&r, 8), "cxsparse"))
    return virtual_bad(v, err);
  vg_rd_skip(&r, 8);
  v->table = vg_rd_be64(&r);
  vg_rd_skip(&r, 4);
  v->entries = vg_rd_be32(&r);
  v->grain = vg_rd_be32(&r);
  v->find = find;
  if (v->grain < 512 || v->grain % 512 || v->r.size / v->grain + (v->r.size % v->grain != 0) > v->entries)
    return virtual_bad(v, err);
  v->data = (v->grain / 512 / 8 + 511) / 512 * 512; /* the bitmap before the data, a bit a sector */
  if (v->data == 0)
    v->data = 512;
  return VG_OK;
}
