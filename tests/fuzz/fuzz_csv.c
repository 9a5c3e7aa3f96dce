/* The CSV cursor. */
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vg_csv c;
  bool more = true;
  size_t bytes = 0;
  vg_csv_init(&c, vg_str_n((const char *)data, size), 0);
  while (more && vg_csv_next(&c, &more, NULL) == VG_OK)
    for (size_t i = 0; more && i < c.fields; i++)
      for (size_t k = 0; k < c.field[i].n; k++)
        bytes += (unsigned char)c.field[i].p[k];
  vg_csv_fini(&c);
  return bytes == SIZE_MAX;
}
