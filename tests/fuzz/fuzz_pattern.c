/* Values out of STIX patterns; what comes out is already in its one spelling. */
#include "intel/intel_internal.h"

static vg_code again(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct vg_buf b;
  (void)ctx;
  (void)err;
  vg_buf_init(&b, 1 << 16);
  bool same = intel_normalise(type, value, &b);
  VG_ASSERT(same);
  vg_buf_fini(&b);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_code rc = intel_pattern_values(vg_str_n((const char *)data, size), again, NULL, NULL);
  return rc == VG_OK ? 0 : -1;
}
