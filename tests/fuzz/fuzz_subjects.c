/* What is to be assessed, and its values in the one spelling. */
#include "qualify/qualify.h"

static vg_code one(void *ctx, vg_str type, vg_str value, struct vg_err *err) {
  enum indicator_type t;
  struct vg_buf normal;
  (void)ctx, (void)err;
  vg_buf_init(&normal, 1 << 16);
  if (intel_type_by_name(type, &t) && intel_normalise(t, value, &normal))
    VG_ASSERT(normal.n <= INTEL_VALUE_MAX);
  vg_buf_fini(&normal);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_code rc = qualify_each_subject(vg_str_n((const char *)data, size), "f", one, NULL, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  return 0;
}
