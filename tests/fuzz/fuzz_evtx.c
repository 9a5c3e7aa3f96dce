/* Windows event logs. */
#include "match/match.h"

static void check(void *ctx, const struct evtx_event *e) {
  ++*(uint64_t *)ctx;
  VG_ASSERT(vg_str_find_byte(e->text, '\n', 0) == SIZE_MAX); /* one line an event, whatever stands in it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct evtx_counts n;
  uint64_t told = 0;
  vg_code rc = evtx_read(vg_str_n((const char *)data, size), check, &told, &n, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA);
  VG_ASSERT(rc != VG_OK || told == n.records + n.recovered);
  return 0;
}
