/* Sets of techniques: learnt, then asked about. */
#include "anticipate/anticipate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct anticipate_techniques *t = NULL;
  vg_str text = vg_str_n((const char *)data, size < 4096 ? size : 4096); /* learning is cubic in the techniques */
  vg_code rc = anticipate_techniques_learn(&t, text, "f", 100, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  anticipate_techniques_free(t);
  return 0;
}
