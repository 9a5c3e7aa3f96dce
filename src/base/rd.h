#ifndef VG_BASE_RD_H
#define VG_BASE_RD_H
/*
 * vg_rd: a cursor for parsers. A read past the end returns zero, sets `bad` and stays bad: a parser may read a whole
 * header and test once. It cannot read outside [p, p+n).
 */
#include "base/str.h"

struct vg_rd {
  const unsigned char *p;
  size_t n, at;
  bool bad;
};

void vg_rd_init(struct vg_rd *r, vg_str bytes);
uint8_t vg_rd_u8(struct vg_rd *r);
uint16_t vg_rd_le16(struct vg_rd *r);
uint32_t vg_rd_le32(struct vg_rd *r);
uint64_t vg_rd_le64(struct vg_rd *r);
uint16_t vg_rd_be16(struct vg_rd *r);
uint32_t vg_rd_be32(struct vg_rd *r);
uint64_t vg_rd_be64(struct vg_rd *r);
vg_str vg_rd_bytes(struct vg_rd *r, size_t n); /* empty when bad */
/* A 32-bit little-endian length, then that many bytes: the counterpart of vg_wr_text. */
vg_str vg_rd_text(struct vg_rd *r);
void vg_rd_skip(struct vg_rd *r, size_t n);
bool vg_rd_end(const struct vg_rd *r); /* everything used and nothing bad */

struct vg_buf;
void vg_wr_text(struct vg_buf *b, vg_str s);

#endif
