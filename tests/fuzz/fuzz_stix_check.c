/* The checker of STIX objects: each verdict fits its issues. */
#include "intel/intel.h"

struct heard {
  int errors;
};
static void issue(void *ctx, enum intel_issue kind, const struct vg_err *what) {
  struct heard *h = ctx;
  VG_ASSERT(what->n > 0);
  h->errors += kind == ISSUE_ERROR;
}
static vg_code object(void *ctx, const struct intel_checked *o, struct vg_err *err) {
  struct heard *h = ctx;
  (void)err;
  VG_ASSERT(o->valid == (h->errors == 0));
  h->errors = 0;
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct heard h = {0};
  struct intel_check_options o = {.strict = size && (data[0] & 1)};
  vg_code rc = intel_check(vg_str_n((const char *)data, size), &o, issue, object, &h, NULL);
  VG_ASSERT(rc == VG_OK);
  return 0;
}
