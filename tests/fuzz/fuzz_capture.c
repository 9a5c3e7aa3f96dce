/* Captures of network traffic, with streams put together. */
#include "match/container.h"

static void check(void *ctx, vg_str text) {
  *(uint64_t *)ctx += text.n;
  for (size_t i = 0; i < text.n; i++) /* what stands in a line is printable, whatever the wire says */
    VG_ASSERT(text.p[i] == '\n' || text.p[i] == '\t' || (text.p[i] >= ' ' && text.p[i] < 0x7f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t told = 0;
  vg_code rc = capture_read(vg_str_n((const char *)data, size), check, &told, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  return 0;
}
