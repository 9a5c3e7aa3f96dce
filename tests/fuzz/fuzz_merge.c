/* A file of events of another instance: form, chain and signature. */
#include "merge/merge.h"

static vg_code count(void *ctx, const struct merge_event *e, struct vg_err *err) {
  (void)err;
  *(int64_t *)ctx += e->seq + (int64_t)e->kind.n + (int64_t)e->actor_name.n + (int64_t)vg_jv_count(e->body);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct merge_file f;
  int64_t sum = 0;
  (void)(merge_read(vg_str_n((const char *)data, size), &f, count, &sum, NULL) == VG_OK);
  return 0;
}
