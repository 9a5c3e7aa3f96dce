/* A ledger's export as it may come from anybody. */
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ledger_state s;
  unsigned char key[VG_KEY_SIZE];
  vg_code rc = ledger_verify_export(vg_str_n((const char *)data, size), NULL, VG_STR(""), &s, key, NULL);
  VG_ASSERT(rc != VG_OK || s.ok == (s.first_bad < 0));
  return 0;
}
