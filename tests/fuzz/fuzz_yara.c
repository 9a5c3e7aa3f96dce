/* What the cell's compiler of YARA rules makes of any texts: no more rules than there are, each told once, with a place
 * and a word. */
#include "intel/yara.h"

static void check(void *ctx, size_t rule, const struct intel_rule_fault *f) {
  size_t *next = ctx;
  VG_ASSERT(rule >= *next && f->line >= 0);
  *next = rule + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t next = 0;
  vg_code rc = yara_check(vg_str_n((const char *)data, size), check, &next, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_ECELL);
  return 0;
}
