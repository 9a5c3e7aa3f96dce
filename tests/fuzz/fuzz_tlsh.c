/* Digests: bytes in pieces and at once agree; what is printed is read back; any text is either refused or spelled again
 * the same. */
#include "similar/similar.h"

#include <string.h>

static bool whole(vg_str bytes, size_t piece, struct tlsh *out) {
  struct tlsh_run run;
  tlsh_begin(&run);
  for (size_t at = 0; at < bytes.n; at += piece)
    tlsh_add(&run, vg_str_sub(bytes, at, piece));
  return tlsh_end(&run, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vg_str bytes = vg_str_n((const char *)data, size);
  struct tlsh one, two;
  char text[TLSH_TEXT];
  bool has = whole(bytes, size, &one);
  VG_ASSERT(whole(bytes, 1 + size % 7, &two) == has);
  if (has) {
    VG_ASSERT(memcmp(&one, &two, sizeof one) == 0);
    VG_ASSERT(tlsh_parse(vg_str_z(tlsh_text(&one, text)), &two) && memcmp(&one, &two, sizeof one) == 0);
  }
  if (tlsh_parse(bytes, &one)) {
    VG_ASSERT(tlsh_parse(vg_str_z(tlsh_text(&one, text)), &two) && tlsh_distance(&one, &two) == 0);
  }
  return 0;
}
