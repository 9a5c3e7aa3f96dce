/*
 * QEMU's qcow2, versions 2 and 3 (QEMU's docs/interop/qcow2.txt). All numbers are big-endian.
 *
 *   head ──▶ L1: entries of 8 bytes, one for each L2 table ──▶ L2: entries of 8 bytes, one for each cluster ──▶ cluster
 *
 * Bit 62 of an L2 entry: the cluster is packed; its place takes the low 62 - (cluster_bits - 8) bits, sectors of 512
 * bytes beyond the first one the bits above. Bit 0 (version 3): reads as zeroes. The active state is read, snapshots
 * inside are not.
 */
#include "evidence/virtual.h"

#include "base/rd.h"

enum { HEAD = 104, DIRTY = 1, CORRUPT = 2, EXTERNAL = 4, PACKING = 8 };
static const uint64_t place = UINT64_C(0x00fffffffffffe00);

static uint64_t be64(const unsigned char b[static 8]) {
  uint64_t n = 0;
  for (size_t i = 0; i < 8; i++)
    n = n << 8 | b[i];
  return n;
}

static vg_code find(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  unsigned char b[8];
  uint64_t per = v->grain / 8;
  *out = (struct grain){.kind = GRAIN_ZERO};
  if (i / per >= v->entries)
    return virtual_bad(v, err);
  VG_TRY(virtual_entry(v, v->table + i / per * 8, 8, b, err));
  uint64_t l2 = be64(b) & place;
  if (l2 == 0)
    return VG_OK;
  VG_TRY(virtual_entry(v, l2 + i % per * 8, 8, b, err));
  uint64_t entry = be64(b);
  if (entry >> 62 & 1) {
    uint32_t low = 62 - (v->bits - 8);
    out->kind = v->width ? GRAIN_ZSTD : GRAIN_DEFLATE;
    out->at = entry & ((UINT64_C(1) << low) - 1);
    out->n = ((entry & ((UINT64_C(1) << 62) - 1)) >> low) * 512 + 512 - out->at % 512;
  } else if ((entry & 1) == 0 && (entry & place) != 0) {
    *out = (struct grain){.kind = GRAIN_PLAIN, .at = entry & place};
  }
  return VG_OK;
}

vg_code virtual_qcow2(struct virtual_disk *v, struct vg_err *err) {
  char head[HEAD + 1] = {0};
  struct vg_rd r;
  VG_TRY(virtual_read(v, 0, head, v->file < sizeof head ? 72 : sizeof head, err));
  vg_rd_init(&r, vg_str_n(head, sizeof head));
  vg_rd_skip(&r, 4);
  uint32_t version = vg_rd_be32(&r);
  uint64_t base = vg_rd_be64(&r);
  vg_rd_skip(&r, 4);
  v->bits = vg_rd_be32(&r);
  v->r.size = vg_rd_be64(&r);
  uint32_t crypt = vg_rd_be32(&r);
  v->entries = vg_rd_be32(&r);
  v->table = vg_rd_be64(&r);
  vg_rd_skip(&r, 24);
  uint64_t needs = version >= 3 ? vg_rd_be64(&r) : 0;
  if (version < 2 || version > 3 || v->bits < 9 || v->bits > 21)
    return virtual_bad(v, err);
  if (base)
    return virtual_needs(v, "evidence.needs.base", err);
  if (crypt)
    return virtual_needs(v, "evidence.needs.key", err);
  if (needs & ~(uint64_t)(DIRTY | CORRUPT | PACKING))
    return virtual_needs(v, needs & EXTERNAL ? "evidence.needs.data" : "evidence.needs.feature", err);
  v->width = needs & PACKING ? (unsigned char)head[104] : 0; /* 1: zstd */
  if (v->width > 1)
    return virtual_needs(v, "evidence.needs.feature", err);
  v->grain = UINT64_C(1) << v->bits;
  v->find = find;
  uint64_t span = v->grain * (v->grain / 8);
  return v->r.size / span + (v->r.size % span != 0) <= v->entries ? VG_OK : virtual_bad(v, err);
}
