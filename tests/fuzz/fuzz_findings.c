/* What a cell that was taken over may send: a kind, then a payload. What is read back must be written alike. */
#include "analysis/analysis_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct finding f;
  struct vg_buf b;
  if (size == 0)
    return 0;
  vg_str payload = vg_str_n((const char *)data + 1, size - 1);
  if (!finding_read((enum cell_msg)data[0], payload, &f))
    return 0;
  vg_buf_init(&b, 1 << 24);
  finding_write(&b, &f);
  VG_ASSERT(f.kind == FINDING_PROBLEM || vg_str_eq(vg_buf_view(&b), payload));
  vg_buf_fini(&b);
  return 0;
}
