/* Warning lists, MISP's and plain ones, into a store in memory, then rolled back. */
#include "qualify/qualify.h"
#include "territory/territory.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static struct store *st;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct store_schema schemas[] = {{.room = "ledger", .sql = ledger_sql},
                                   {.room = "territory", .sql = territory_sql},
                                   {.room = "intel", .sql = intel_sql, .sqlite = intel_sqlite_sql, .pg = intel_pg_sql},
                                   {.room = "qualify", .sql = qualify_sql}};
  struct store_options o = {.url = ":memory:", .schemas = schemas, .schema_count = 4, .create = true};
  struct actor who = {.id = {"identity--fuzz"}};
  struct store_tx *tx;
  char path[64];
  int fd = memfd_create("list", 0);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size || (!st && store_open(&st, &o, NULL) != VG_OK) ||
      store_begin(st, &tx, NULL) != VG_OK)
    return -1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct qualify_warnings w = {.path = path, .name = "fuzz", .kind = QUALIFY_WARNING_BENIGN};
  vg_code rc = qualify_warnings_import(tx, &who, &w, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE);
  VG_ASSERT(rc != VG_OK || w.values > 0);
  store_rollback(&tx);
  close(fd);
  return 0;
}
