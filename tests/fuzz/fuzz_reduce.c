/* Granular markings of an object that others wrote: what is left of it is an object still, and no longer. */
#include "base/json.h"
#include "share/share_internal.h"

static bool no_mark(void *ctx, vg_str ref) {
  (void)ctx;
  return ref.n % 2 == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vg_json *json;
  struct vg_buf out;
  enum share_reduction how;
  vg_jv object, again;
  if (vg_json_new(&json, NULL) != VG_OK)
    return 0;
  vg_buf_init(&out, 16u << 20);
  if (vg_json_parse(json, vg_str_n((const char *)data, size), &object, NULL) == VG_OK &&
      vg_jv_type(object) == VG_J_OBJ && share_reduce(object, no_mark, NULL, &out, &how, NULL) == VG_OK &&
      how == SHARE_REDUCED)
    VG_ASSERT(vg_json_parse(json, vg_buf_view(&out), &again, NULL) == VG_OK && vg_jv_type(again) == VG_J_OBJ);
  vg_buf_fini(&out);
  vg_json_free(json);
  return 0;
}
