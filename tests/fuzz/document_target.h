/* A fuzz target of one reader of documents: `call` reads `bytes` into `d`. Parts of parts go through every other
 * reader. */
#include "intel/document.h"

static inline vg_code document_target_drop(void *ctx, const struct intel_part *p, struct vg_err *err) {
  (void)ctx;
  (void)err;
  VG_ASSERT(p->name.n > 0 && p->kind <= PART_PROBLEM);
  return VG_OK;
}

#define DOCUMENT_TARGET(call)                                                                                          \
  int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                                        \
  int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {                                                       \
    vg_str bytes = vg_str_n((const char *)data, size);                                                                 \
    struct document d = {.sink = document_target_drop, .left = 64 << 20};                                              \
    (void)(call); /* a document that is refused half way has shown new branches too */                                 \
    return 0;                                                                                                          \
  }
