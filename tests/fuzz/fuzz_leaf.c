/* A ledger's leaf as it may come from a damaged or hostile file. */
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ledger_entry e;
  unsigned char hash[LEDGER_HASH];
  vg_code rc = ledger_leaf_read(vg_str_n((const char *)data, size), &e, hash, NULL);
  VG_ASSERT(rc != VG_OK || e.kind.n + e.actor.n + e.subject.n < size);
  return 0;
}
