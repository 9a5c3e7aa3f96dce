/* Lists of claims, into a store in memory, then rolled back. */
#include "anticipate/anticipate.h"
#include "store_target.h"

static void rejected(void *ctx, int64_t line, const struct vg_err *why) {
  VG_ASSERT(line > 0 && why->n > 0);
  ++*(int64_t *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct actor who = {.id = {"identity--fuzz"}};
  struct anticipate_claims_read read;
  struct store_tx *tx = target_begin();
  int64_t told = 0;
  struct anticipate_claims in = {vg_str_n((const char *)data, size), VG_STR("fuzz"), "f", rejected, &told};
  vg_code rc = anticipate_claims_import(tx, &who, &in, &read, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  VG_ASSERT(rc != VG_OK || (read.added + read.rejected <= read.read && told == read.rejected));
  store_rollback(&tx);
  return 0;
}
