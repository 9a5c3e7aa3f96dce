/* Free text and documents: the values that stand in them, each once. What is private, an example or on a warning list
 * is no indicator, and a part that could not be read is named. */
#include "base/file.h"
#include "base/table.h"
#include "intel/document.h"
#include "intel/intel_internal.h"

enum { VALUES_MAX = 4 << 20 };

struct reading {
  struct import *im;
  struct vg_table *had;
  vg_code rc; /* of telling a problem */
};

static vg_code one(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct reading *x = ctx;
  struct plain_indicator p = plain_of(x->im, "byte", (int64_t)h->offset);
  struct vg_buf key;
  uint64_t times;
  if ((h->flags & (HIT_PRIVATE | HIT_DOCUMENTATION | HIT_BENIGN)) ||
      (h->type == TYPE_ATTACK && !intel_is_technique(h->type, h->value)))
    return VG_OK;
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%d ", (int)h->type);
  vg_buf_str(&key, h->value);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = vg_table_bump(x->had, vg_buf_view(&key), 1, &times, err);
  p.type = h->type;
  p.value = h->value;
  if (rc == VG_OK && times == 1)
    rc = import_value(x->im, &p, err);
  vg_buf_fini(&key);
  return rc;
}

static void problem(void *ctx, vg_str where, const struct vg_err *why) {
  struct reading *x = ctx;
  (void)where;
  if (x->rc == VG_OK)
    x->rc = import_reject(x->im, "byte", 0, why, NULL);
}

vg_code import_report(struct import *im, struct vg_err *err) {
  struct reading x = {.im = im};
  const struct intel_extract_options o = {.problem = problem};
  VG_TRY(vg_table_new(&x.had, VALUES_MAX, err));
  vg_code rc = im->in->text.p ? intel_extract(im->in->text, &o, one, &x, err)
                              : intel_extract_file(im->in->path, &o, one, &x, err);
  vg_table_free(x.had);
  return rc == VG_OK && x.rc != VG_OK ? VG_FAIL(err, x.rc, "base.memory") : rc;
}

/* gzip alone is how lists and bundles are packed: what it holds is imported, not searched through. */
vg_code import_is_document(const char *path, bool *yes, struct vg_err *err) {
  struct vg_map_file map;
  *yes = false;
  if (vg_str_eqz(vg_str_z(path), "-"))
    return VG_OK;
  VG_TRY(vg_map_open(&map, path, err));
  *yes = !vg_str_starts(map.bytes, VG_STR("\x1f\x8b")) &&
         document_kind(map.bytes, vg_path_base(vg_str_z(path))) != DOCUMENT_NONE;
  vg_map_close(&map);
  return VG_OK;
}
