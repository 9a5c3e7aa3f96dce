/* The cutter of case exports, fed in two pieces of every size, and the reader of each object. */
#include "base/json.h"
#include "casework/casework.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static vg_code take(void *ctx, vg_str object, int64_t at, struct vg_err *err) {
  struct vg_json *j = ctx;
  vg_jv root;
  (void)err;
  VG_ASSERT(object.n > 0 && object.p[0] == '{' && at >= 0);
  if (vg_json_parse(j, object, &root, NULL) == VG_OK)
    VG_ASSERT(vg_jv_type(root) == VG_J_OBJ);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct casework_cut c;
  struct vg_json *j;
  size_t cut = size ? data[0] % (size + 1) : 0;
  if (vg_json_new(&j, NULL) != VG_OK)
    return 0;
  casework_cut_init(&c);
  vg_code rc = casework_cut_feed(&c, vg_str_n((const char *)data, cut), take, j, NULL);
  if (rc == VG_OK)
    rc = casework_cut_feed(&c, vg_str_n((const char *)data + cut, size - cut), take, j, NULL);
  if (rc == VG_OK)
    rc = casework_cut_end(&c, take, j, NULL);
  casework_cut_fini(&c);
  vg_json_free(j);
  return rc != VG_OK;
}
