#include "base/buf.h"
#include "base/rd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vg_buf_init(struct vg_buf *b, size_t max) { *b = (struct vg_buf){.max = max}; }

void vg_buf_fini(struct vg_buf *b) {
  free(b->p);
  *b = (struct vg_buf){.max = b->max};
}

void vg_buf_reset(struct vg_buf *b) {
  b->n = 0;
  b->bad = b->nomem = false;
}

/* One byte more than asked is always there, for vg_buf_text's NUL. */
char *vg_buf_room(struct vg_buf *b, size_t n) {
  if (b->bad)
    return NULL;
  if (n > b->max - b->n) {
    b->bad = true;
    return NULL;
  }
  size_t need = b->n + n + 1;
  if (need > b->cap) {
    size_t cap = b->cap ? b->cap * 2 : 128;
    if (cap < need)
      cap = need;
    char *p = realloc(b->p, cap);
    if (!p) {
      b->bad = b->nomem = true;
      return NULL;
    }
    b->p = p;
    b->cap = cap;
  }
  return b->p + b->n;
}

void vg_buf_add(struct vg_buf *b, const void *p, size_t n) {
  if (n == 0)
    return;
  char *to = vg_buf_room(b, n);
  if (to) {
    memcpy(to, p, n);
    b->n += n;
  }
}

void vg_buf_str(struct vg_buf *b, vg_str s) { vg_buf_add(b, s.p, s.n); }
void vg_buf_z(struct vg_buf *b, const char *z) { vg_buf_add(b, z, strlen(z)); }

void vg_buf_byte(struct vg_buf *b, unsigned c) {
  unsigned char one = (unsigned char)c;
  vg_buf_add(b, &one, 1);
}

void vg_buf_fmt(struct vg_buf *b, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  VG_ASSERT(n >= 0);
  char *to = vg_buf_room(b, (size_t)n);
  if (to) {
    vsnprintf(to, (size_t)n + 1, format, again);
    b->n += (size_t)n;
  }
  va_end(again);
}

static void put_le(struct vg_buf *b, uint64_t v, size_t n) {
  unsigned char bytes[8];
  for (size_t i = 0; i < n; i++)
    bytes[i] = (unsigned char)(v >> (8 * i));
  vg_buf_add(b, bytes, n);
}

void vg_buf_le16(struct vg_buf *b, uint16_t v) { put_le(b, v, 2); }
void vg_buf_le32(struct vg_buf *b, uint32_t v) { put_le(b, v, 4); }
void vg_buf_le64(struct vg_buf *b, uint64_t v) { put_le(b, v, 8); }

const char *vg_buf_text(struct vg_buf *b) {
  if (!vg_buf_room(b, 0))
    return "";
  b->p[b->n] = 0;
  return b->p;
}

vg_code vg_buf_check(const struct vg_buf *b, struct vg_err *err) {
  if (!b->bad)
    return VG_OK;
  if (b->nomem)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  return VG_FAIL(err, VG_ELIMIT, "base.limit", VG_N(b->max));
}

void vg_wr_text(struct vg_buf *b, vg_str s) {
  VG_ASSERT(s.n <= UINT32_MAX);
  vg_buf_le32(b, (uint32_t)s.n);
  vg_buf_str(b, s);
}

void vg_rd_init(struct vg_rd *r, vg_str bytes) {
  *r = (struct vg_rd){(const unsigned char *)bytes.p, bytes.n, 0, false};
}

vg_str vg_rd_bytes(struct vg_rd *r, size_t n) {
  if (r->bad || n > r->n - r->at) {
    r->bad = true;
    return VG_STR("");
  }
  vg_str s = {(const char *)r->p + r->at, n};
  r->at += n;
  return s;
}

static uint64_t take(struct vg_rd *r, size_t n, bool big) {
  vg_str s = vg_rd_bytes(r, n);
  uint64_t v = 0;
  for (size_t i = 0; i < s.n; i++) {
    uint64_t byte = (unsigned char)s.p[i];
    v |= byte << (8 * (big ? s.n - 1 - i : i));
  }
  return v;
}

uint8_t vg_rd_u8(struct vg_rd *r) { return (uint8_t)take(r, 1, false); }
uint16_t vg_rd_le16(struct vg_rd *r) { return (uint16_t)take(r, 2, false); }
uint32_t vg_rd_le32(struct vg_rd *r) { return (uint32_t)take(r, 4, false); }
uint64_t vg_rd_le64(struct vg_rd *r) { return take(r, 8, false); }
uint16_t vg_rd_be16(struct vg_rd *r) { return (uint16_t)take(r, 2, true); }
uint32_t vg_rd_be32(struct vg_rd *r) { return (uint32_t)take(r, 4, true); }
uint64_t vg_rd_be64(struct vg_rd *r) { return take(r, 8, true); }
vg_str vg_rd_text(struct vg_rd *r) { return vg_rd_bytes(r, vg_rd_le32(r)); }
void vg_rd_skip(struct vg_rd *r, size_t n) { (void)vg_rd_bytes(r, n); }
bool vg_rd_end(const struct vg_rd *r) { return !r->bad && r->at == r->n; }
