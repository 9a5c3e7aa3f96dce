#ifndef VG_BASE_JSONW_H
#define VG_BASE_JSONW_H
/*
 * Writing JSON into a vg_buf. Commas and escapes are the writer's; a byte that is not UTF-8 becomes U+FFFD.
 * Depth at most 64 (asserted: the shape is ours).
 *
 *     struct vg_jw w; vg_jw_init(&w, &buf);
 *     vg_jw_obj(&w); vg_jw_kstr(&w, "id", id); vg_jw_key(&w, "seen"); vg_jw_arr(&w); ... vg_jw_end(&w); vg_jw_end(&w);
 */
#include "base/buf.h"

struct vg_jw {
  struct vg_buf *b;
  int depth;
  bool after_key;
  char kind[64];
  bool more[64];
};

void vg_jw_init(struct vg_jw *w, struct vg_buf *b);
void vg_jw_obj(struct vg_jw *w);
void vg_jw_arr(struct vg_jw *w);
void vg_jw_end(struct vg_jw *w); /* closes the innermost */
void vg_jw_key(struct vg_jw *w, const char *key);
void vg_jw_keys(struct vg_jw *w, vg_str key);
void vg_jw_str(struct vg_jw *w, vg_str s);
void vg_jw_z(struct vg_jw *w, const char *z); /* NULL writes null */
void vg_jw_int(struct vg_jw *w, int64_t v);
void vg_jw_num(struct vg_jw *w, double v); /* shortest form that reads back equal; not finite writes null */
void vg_jw_bool(struct vg_jw *w, bool v);
void vg_jw_null(struct vg_jw *w);
void vg_jw_time(struct vg_jw *w, int64_t t);  /* RFC 3339 with ms; VG_NOTIME writes null */
void vg_jw_raw(struct vg_jw *w, vg_str json); /* already JSON */
void vg_jw_kstr(struct vg_jw *w, const char *key, vg_str s);
void vg_jw_kz(struct vg_jw *w, const char *key, const char *z);
void vg_jw_kint(struct vg_jw *w, const char *key, int64_t v);
void vg_jw_knum(struct vg_jw *w, const char *key, double v);
void vg_jw_kbool(struct vg_jw *w, const char *key, bool v);
void vg_jw_ktime(struct vg_jw *w, const char *key, int64_t t);

#endif
