/* Headers of programs and documents, and names. The first byte is the length of the name. */
#include "qualify/facts.h"

static void check(void *ctx, const char *fact, vg_str a, vg_str b) {
  size_t *said = ctx;
  VG_ASSERT(fact && (a.n == 0 || a.p) && (b.n == 0 || b.p));
  VG_ASSERT(++*said < 1000); /* whatever the bytes say, the number of facts is bounded */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t said = 0, name = size ? data[0] % 32 : 0;
  if (size < 1 + name)
    return 0;
  vg_str all = vg_str_n((const char *)data, size);
  (void)facts_read(vg_str_sub(all, 1 + name, size), vg_str_sub(all, 1, name), &(struct facts_out){check, &said});
  return 0;
}
