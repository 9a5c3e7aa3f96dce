/* Every reader of intelligence that needs no cell (the first byte chooses) into a store in memory, then rolled back. */
#include "intel/intel.h"
#include "territory/territory.h"

static struct store *st;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const enum intel_format formats[] = {FORMAT_GUESS, FORMAT_STIX,  FORMAT_MISP, FORMAT_CSV,  FORMAT_TEXT,
                                              FORMAT_YARA,  FORMAT_SIGMA, FORMAT_KEV,  FORMAT_EPSS, FORMAT_CSAF};
  struct store_schema schemas[] = {{.room = "ledger", .sql = ledger_sql},
                                   {.room = "territory", .sql = territory_sql},
                                   {.room = "intel", .sql = intel_sql, .sqlite = intel_sqlite_sql, .pg = intel_pg_sql}};
  struct store_options o = {.url = ":memory:", .schemas = schemas, .schema_count = 3, .create = true};
  struct store_tx *tx;
  struct actor who = {.id = {"identity--fuzz"}};
  if (size == 0)
    return -1;
  if (!st && store_open(&st, &o, NULL) != VG_OK)
    return -1;
  struct intel_import in = {.path = "f",
                            .source = "fuzz",
                            .text = vg_str_n((const char *)data + 1, size - 1),
                            .format = formats[data[0] % VG_COUNT(formats)]};
  if (store_begin(st, &tx, NULL) != VG_OK)
    return -1;
  vg_code rc = intel_import(tx, &who, &in, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  VG_ASSERT(rc != VG_OK || in.lifted || in.added + in.updated + in.rejected <= in.read + in.added);
  store_rollback(&tx);
  return 0;
}
