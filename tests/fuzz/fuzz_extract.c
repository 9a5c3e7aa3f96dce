/* Values out of any bytes: what comes out is already in its one spelling, and lies inside the bytes, in order of
 * nothing but sense. */
#include "intel/intel_internal.h"

struct seen {
  uint64_t size;
};

static vg_code look(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  const struct seen *s = ctx;
  struct vg_buf b;
  (void)err;
  VG_ASSERT(h->type < INDICATOR_TYPES && h->value.n > 0 && h->length > 0 && h->offset + h->length <= s->size);
  vg_buf_init(&b, 1 << 16);
  bool same = intel_spell(h->type, h->value, &b);
  VG_ASSERT(same && vg_str_eq(vg_buf_view(&b), h->value));
  vg_buf_fini(&b);
  return VG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct seen s = {.size = size};
  struct intel_extract_options binary = {.binary = true};
  vg_str bytes = vg_str_n((const char *)data, size);
  vg_code rc = intel_extract(bytes, NULL, look, &s, NULL);
  if (rc == VG_OK)
    rc = intel_extract(bytes, &binary, look, &s, NULL);
  return rc == VG_OK ? 0 : -1;
}
