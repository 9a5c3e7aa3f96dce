/* An event stream, replayed: every warning has a level, a time and what it rests on. */
#include "anticipate/anticipate.h"

static vg_code one(void *ctx, const struct anticipate_replayed *w, struct vg_err *err) {
  (void)err;
  VG_ASSERT(w->time.n > 0);
  ++*(size_t *)ctx;
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t warnings = 0;
  vg_code rc = anticipate_replay(vg_str_n((const char *)data, size), "f", INT64_MAX, one, &warnings, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  return 0;
}
