/* What the cell's reader of OpenIOC makes of any bytes: records that are JSON. (Whether a pattern holds is looked at
 * outside the cell, by import_openioc.) */
#include "intel/openioc.h"

static void check(void *ctx, vg_str record) {
  struct vg_json *j = ctx;
  vg_jv root;
  vg_str pattern;
  struct vg_err why = {0};
  vg_code rc = vg_json_parse(j, record, &root, NULL);
  VG_ASSERT(rc == VG_OK);
  if (vg_jv_str_at(root, "pattern", &pattern) && pattern.n) {
    rc = intel_pattern_check(pattern, &why);
    VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_ENOMEM);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vg_json *j;
  if (vg_json_new(&j, NULL) != VG_OK)
    return 0;
  struct openioc_out o = {.send = check, .ctx = j};
  vg_code rc = openioc_read(&o, vg_str_n((const char *)data, size), NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA);
  vg_json_free(j);
  return 0;
}
