/* What the cell's compiler of YARA rules makes of any texts: it turns to each once, in order, and tells of none twice.
 */
#include "intel/yara.h"

struct seen {
  size_t turns, next;
};

static void turn(void *ctx, size_t rule) {
  struct seen *s = ctx;
  VG_ASSERT(rule == s->turns);
  s->turns++;
}

static void fault(void *ctx, size_t rule, const struct intel_rule_fault *f) {
  struct seen *s = ctx;
  VG_ASSERT(rule >= s->next && rule + 1 == s->turns && f->line >= 0 && f->text[0]);
  s->next = rule + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct yara_told told = {turn, fault};
  struct seen s = {0};
  vg_code rc = yara_check(vg_str_n((const char *)data, size), 0, &told, &s, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_ECELL);
  return 0;
}
