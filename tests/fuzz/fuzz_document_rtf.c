/* The reader of documents: rtf. Parts of parts go through every other reader. */
#include "intel/document.h"

static vg_code drop(void *ctx, const struct intel_part *p, struct vg_err *err) {
  (void)ctx;
  (void)err;
  VG_ASSERT(p->name.n > 0 && p->kind <= PART_PROBLEM);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_str bytes = vg_str_n((const char *)data, size);
  struct document d = {.sink = drop, .left = 64 << 20};
  vg_code rc = document_rtf(&d, bytes, VG_STR("x"), NULL);
  return rc == VG_OK ? 0 : -1;
}
