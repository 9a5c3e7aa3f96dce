/* Windows event logs. */
#include "match/match.h"

static void check(void *ctx, const struct evtx_event *e) {
  ++*(uint64_t *)ctx;
  VG_ASSERT(vg_str_find_byte(e->text, '\n', 0) == SIZE_MAX); /* one line an event, whatever stands in it */
  const vg_str part[] = {e->provider, e->id, e->channel, e->computer, e->user, e->data};
  for (size_t i = 0; i < VG_COUNT(part); i++) /* each lies in the line */
    VG_ASSERT(!part[i].n || (part[i].p >= e->text.p && part[i].n <= (size_t)(e->text.p + e->text.n - part[i].p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct evtx_counts n;
  uint64_t told = 0;
  vg_code rc = evtx_read(vg_str_n((const char *)data, size), check, &told, &n, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA);
  VG_ASSERT(rc != VG_OK || told == n.records + n.recovered);
  struct evtx_reader *r; /* the same in pieces */
  struct evtx_counts m;
  uint64_t again = 0;
  VG_ASSERT(evtx_new(&r, check, &again, NULL) == VG_OK);
  for (size_t at = 0, k = 1; at < size; at += k, k = k * 3 % 4099 + 1)
    evtx_feed(r, vg_str_sub(vg_str_n((const char *)data, size), at, k));
  VG_ASSERT(evtx_end(&r, &m, NULL) == rc && (rc != VG_OK || again == told));
  return 0;
}
