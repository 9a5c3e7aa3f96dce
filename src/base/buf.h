#ifndef VG_BASE_BUF_H
#define VG_BASE_BUF_H
/*
 * vg_buf: growing bytes with a hard maximum. Adding never fails loudly: past the maximum or without memory the buffer
 * turns bad and stays so, and vg_buf_check() says it once at the end.
 *
 *     struct vg_buf b; vg_buf_init(&b, 1 << 20);
 *     vg_buf_z(&b, "size="); vg_buf_fmt(&b, "%zu", n);
 *     VG_GO(vg_buf_check(&b, err)); ... b.p, b.n ...   out: vg_buf_fini(&b);
 */
#include "base/str.h"

struct vg_buf {
  char *p; /* NULL while empty */
  size_t n, cap, max;
  bool bad, nomem;
};

void vg_buf_init(struct vg_buf *b, size_t max);
/* In the caller's array of `size` bytes, one of them for vg_buf_text's NUL: takes no memory; never to vg_buf_fini. */
static inline struct vg_buf vg_buf_in(char *room, size_t size) {
  return (struct vg_buf){.p = room, .cap = size, .max = size - 1};
}
void vg_buf_fini(struct vg_buf *b);  /* frees; legal on a zeroed struct */
void vg_buf_reset(struct vg_buf *b); /* empty and good again, memory kept */
void vg_buf_add(struct vg_buf *b, const void *p, size_t n);
void vg_buf_str(struct vg_buf *b, vg_str s);
void vg_buf_z(struct vg_buf *b, const char *z);
void vg_buf_byte(struct vg_buf *b, unsigned c);
void vg_buf_fmt(struct vg_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vg_buf_le16(struct vg_buf *b, uint16_t v);
void vg_buf_le32(struct vg_buf *b, uint32_t v);
void vg_buf_le64(struct vg_buf *b, uint64_t v);
/* Room for n more bytes to be filled by the caller, who then adds to b->n; NULL when bad. */
char *vg_buf_room(struct vg_buf *b, size_t n);
/* NUL-terminated view (the NUL is not counted); "" when bad. Valid until the next change. */
const char *vg_buf_text(struct vg_buf *b);
static inline vg_str vg_buf_view(const struct vg_buf *b) { return (vg_str){b->p, b->n}; }
/* VG_OK, VG_ELIMIT or VG_ENOMEM. */
MUST vg_code vg_buf_check(const struct vg_buf *b, struct vg_err *err);

#endif
