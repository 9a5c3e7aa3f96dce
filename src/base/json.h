#ifndef VG_BASE_JSON_H
#define VG_BASE_JSON_H
/*
 * Reading JSON (simdjson behind a C face) and its canonical form (RFC 8785). Writing is base/jsonw.h.
 * A reader is reused: values and strings borrowed from it live until its next parse or its end.
 *
 *     struct vg_json *j; vg_jv root; vg_str id;
 *     VG_TRY(vg_json_new(&j, err));
 *     if (vg_json_parse(j, text, &root, err) == VG_OK && vg_jv_str_at(root, "id", &id)) ...
 *     vg_json_free(j);
 */
#include "base/buf.h"

struct vg_json;
/* A value inside a reader: two words, copied freely. The zero value is "missing" and answers no to everything. */
typedef struct vg_jv {
  const void *doc;
  size_t at;
} vg_jv;

enum vg_jtype { VG_J_MISSING, VG_J_NULL, VG_J_BOOL, VG_J_INT, VG_J_NUM, VG_J_STR, VG_J_ARR, VG_J_OBJ };

MUST vg_code vg_json_new(struct vg_json **out, struct vg_err *err);
void vg_json_free(struct vg_json *j);
/* VG_EDATA with the reason ("base.json", a message of its own as "@id") when text is not one JSON value; depth at most
 * 512. */
MUST vg_code vg_json_parse(struct vg_json *j, vg_str text, vg_jv *root, struct vg_err *err);

enum vg_jtype vg_jv_type(vg_jv v);
vg_jv vg_jv_at(vg_jv obj,
               const char *key);        /* missing if obj is no object or has no such key; the first one of equals */
vg_jv vg_jv_index(vg_jv arr, size_t i); /* O(i): iterate instead over long arrays */
size_t vg_jv_count(vg_jv arr_or_obj);
bool vg_jv_str(vg_jv v, vg_str *out);
bool vg_jv_i64(vg_jv v, int64_t *out);
bool vg_jv_f64(vg_jv v, double *out); /* integers too */
bool vg_jv_bool(vg_jv v, bool *out);
bool vg_jv_str_at(vg_jv obj, const char *key, vg_str *out);
bool vg_jv_i64_at(vg_jv obj, const char *key, int64_t *out);

struct vg_jit {
  const void *doc;
  size_t at, end;
  bool obj;
};
/* for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &val);) - key is empty for arrays, may be NULL. */
void vg_jit_init(struct vg_jit *it, vg_jv arr_or_obj);
bool vg_jit_next(struct vg_jit *it, vg_str *key, vg_jv *val);

/* Appends the canonical form, RFC 8785: keys by UTF-16 order, numbers as ECMAScript writes them. */
void vg_json_canonical(vg_jv v, struct vg_buf *out);

#endif
