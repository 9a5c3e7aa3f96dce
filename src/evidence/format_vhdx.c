/*
 * Microsoft's VHDX ([MS-VHDX] 2.0). All numbers are little-endian.
 *
 *   0 "vhdxfile" | 64K, 128K heads, the greater sequence number counts | 192K region table ──▶ metadata: sizes
 *                                                                                        └──▶ BAT, 8 bytes an entry:
 * state in bits 0-2, MiB from bit 20
 *
 * In the BAT an entry for a bitmap follows every 2^23 × sector / block blocks. A log that was never written out is
 * refused: without it the medium is not what the machine last saw.
 */
#include "evidence/virtual.h"

#include <string.h>

#include "base/rd.h"

enum {
  HEAD_1 = 64 << 10,
  HEAD_2 = 128 << 10,
  REGIONS = 192 << 10,
  REGION_BYTES = 64 << 10,
  ITEMS = 64 << 10,
  MOST = 2047
};
enum { STATE_UNMAPPED = 3, STATE_PRESENT = 6 };

static const unsigned char guid_bat[16] = {0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
                                           0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08};
static const unsigned char guid_metadata[16] = {0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
                                                0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e};
static const unsigned char guid_parameters[16] = {0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
                                                  0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b};
static const unsigned char guid_size[16] = {0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
                                            0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8};
static const unsigned char guid_sector[16] = {0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
                                              0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f};

static uint64_t le64(const unsigned char b[static 8]) {
  uint64_t n = 0;
  for (size_t i = 8; i-- > 0;)
    n = n << 8 | b[i];
  return n;
}

static vg_code find(struct virtual_disk *v, uint64_t i, struct grain *out, struct vg_err *err) {
  unsigned char b[8];
  uint64_t at = i + i / v->data; /* v->data: blocks between two bitmaps */
  *out = (struct grain){.kind = GRAIN_ZERO};
  if (at >= v->entries)
    return virtual_bad(v, err);
  VG_TRY(virtual_entry(v, v->table + at * 8, 8, b, err));
  uint64_t entry = le64(b);
  if ((entry & 7) == STATE_PRESENT)
    *out = (struct grain){.kind = GRAIN_PLAIN, .at = entry >> 20 << 20};
  else if ((entry & 7) > STATE_UNMAPPED)
    return virtual_bad(v, err);
  return VG_OK;
}

/* A place in a table of 32-byte entries that begin with a GUID: two numbers behind it. */
static bool look_up(struct vg_rd *r, uint32_t n, const unsigned char guid[static 16], bool wide, uint64_t *at,
                    uint32_t *size) {
  for (; n > 0; n--) {
    vg_str id = vg_rd_bytes(r, 16);
    *at = wide ? vg_rd_le64(r) : vg_rd_le32(r);
    *size = vg_rd_le32(r);
    vg_rd_skip(r, wide ? 4 : 8);
    if (r->bad)
      return false;
    if (memcmp(id.p, guid, 16) == 0)
      return true;
  }
  return false;
}

static vg_code find_region(struct virtual_disk *v, const unsigned char guid[static 16], uint64_t *at, uint32_t *size,
                           struct vg_err *err) {
  static _Thread_local char table[REGION_BYTES];
  struct vg_rd r;
  VG_TRY(virtual_read(v, REGIONS, table, sizeof table, err));
  vg_rd_init(&r, vg_str_n(table, sizeof table));
  if (!vg_str_eqz(vg_rd_bytes(&r, 4), "regi"))
    return virtual_bad(v, err);
  vg_rd_skip(&r, 4);
  uint32_t n = vg_rd_le32(&r);
  vg_rd_skip(&r, 4);
  return n <= MOST && look_up(&r, n, guid, true, at, size) ? VG_OK : virtual_bad(v, err);
}

/* up to 16 bytes of the item */
static vg_code find_item(struct virtual_disk *v, uint64_t metadata, const unsigned char guid[static 16],
                         unsigned char out[static 8], size_t want, struct vg_err *err) {
  static _Thread_local char table[ITEMS];
  struct vg_rd r;
  uint64_t at;
  uint32_t size;
  VG_TRY(virtual_read(v, metadata, table, sizeof table, err));
  vg_rd_init(&r, vg_str_n(table, sizeof table));
  if (!vg_str_eqz(vg_rd_bytes(&r, 8), "metadata"))
    return virtual_bad(v, err);
  vg_rd_skip(&r, 2);
  uint32_t n = vg_rd_le16(&r);
  vg_rd_skip(&r, 20);
  memset(out, 0, 8);
  if (n > MOST || !look_up(&r, n, guid, false, &at, &size) || size < want)
    return virtual_bad(v, err);
  return virtual_read(v, metadata + at, out, want, err);
}

static vg_code check_log(struct virtual_disk *v, struct vg_err *err) {
  static const char none[16];
  char head[2][80];
  uint64_t number[2] = {0};
  bool good[2];
  for (size_t i = 0; i < 2; i++) {
    struct vg_rd r;
    VG_TRY(virtual_read(v, i ? HEAD_2 : HEAD_1, head[i], sizeof head[i], err));
    vg_rd_init(&r, vg_str_n(head[i], sizeof head[i]));
    good[i] = vg_str_eqz(vg_rd_bytes(&r, 4), "head");
    vg_rd_skip(&r, 4);
    number[i] = vg_rd_le64(&r);
  }
  if (!good[0] && !good[1])
    return virtual_bad(v, err);
  size_t now = !good[0] || (good[1] && number[1] > number[0]);
  return memcmp(head[now] + 48, none, 16) == 0 ? VG_OK : virtual_needs(v, "evidence.needs.log", err);
}

vg_code virtual_vhdx(struct virtual_disk *v, struct vg_err *err) {
  unsigned char b[8];
  uint64_t metadata;
  uint32_t bytes;
  VG_TRY(check_log(v, err));
  VG_TRY(find_region(v, guid_metadata, &metadata, &bytes, err));
  VG_TRY(find_region(v, guid_bat, &v->table, &bytes, err));
  v->entries = bytes / 8;
  VG_TRY(find_item(v, metadata, guid_parameters, b, 8, err));
  v->grain = le64(b) & UINT32_MAX;
  if (le64(b) >> 33 & 1)
    return virtual_needs(v, "evidence.needs.base", err);
  VG_TRY(find_item(v, metadata, guid_size, b, 8, err));
  v->r.size = le64(b);
  VG_TRY(find_item(v, metadata, guid_sector, b, 4, err));
  uint64_t sector = le64(b);
  v->find = find;
  if (v->grain < 1 << 20 || v->grain > VIRTUAL_GRAIN_MOST || (v->grain & (v->grain - 1)) ||
      (sector != 512 && sector != 4096))
    return virtual_bad(v, err);
  v->data = (UINT64_C(1) << 23) * sector / v->grain;
  uint64_t blocks = v->r.size / v->grain + (v->r.size % v->grain != 0);
  return blocks > 0 && blocks - 1 + (blocks - 1) / v->data < v->entries ? VG_OK : virtual_bad(v, err);
}
