/* What the cell's reader of frameworks makes of any bytes: JSON with at least one measure, or a refusal. */
#include "base/json.h"
#include "prevention/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vg_json *j;
  struct vg_buf out;
  vg_jv root, m;
  if (vg_json_new(&j, NULL) != VG_OK)
    return 0;
  vg_buf_init(&out, CELL_FRAME_MAX);
  vg_code rc = library_read(vg_str_n((const char *)data, size), VG_STR("fr"), &out, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_ENOMEM);
  if (rc == VG_OK) {
    rc = vg_json_parse(j, vg_buf_view(&out), &root, NULL);
    VG_ASSERT(rc == VG_OK);
    m = vg_jv_at(root, "measures");
    VG_ASSERT(vg_jv_count(m) > 0);
  }
  vg_buf_fini(&out);
  vg_json_free(j);
  return 0;
}
