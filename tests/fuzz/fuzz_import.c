/* Every reader of intelligence that itself needs no cell (the first byte chooses) into a store in memory, then rolled
 * back. YARA rules that objects carry are compiled in a cell, which is this program started again. */
#include "intel/intel.h"
#include "sandbox/sandbox.h"
#include "store_target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  static const struct cell_parser *const parsers[] = {&yara_parser};
  cell_main(*argc, *argv, &(struct cell_table){parsers, VG_COUNT(parsers)});
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const enum intel_format formats[] = {FORMAT_GUESS, FORMAT_STIX, FORMAT_MISP, FORMAT_CSV, FORMAT_TEXT,
                                              FORMAT_SIGMA, FORMAT_KEV,  FORMAT_EPSS, FORMAT_CSAF};
  struct actor who = {.id = {"identity--fuzz"}};
  if (size == 0)
    return -1;
  struct intel_import in = {.path = "f",
                            .source = "fuzz",
                            .text = vg_str_n((const char *)data + 1, size - 1),
                            .format = formats[data[0] % VG_COUNT(formats)]};
  struct store_tx *tx = target_begin();
  vg_code rc = intel_import(tx, &who, &in, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  VG_ASSERT(rc != VG_OK || in.lifted || in.added + in.updated + in.rejected <= in.read + in.added);
  store_rollback(&tx);
  return 0;
}
