/* Warning lists, MISP's and plain ones, into a store in memory, then rolled back. */
#include "qualify/qualify.h"
#include "store_target.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct actor who = {.id = {"identity--fuzz"}};
  struct store_tx *tx = target_begin();
  char path[64];
  int fd = memfd_create("list", 0);
  VG_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct qualify_warnings w = {.path = path, .name = "fuzz", .kind = QUALIFY_WARNING_BENIGN};
  vg_code rc = qualify_warnings_import(tx, &who, &w, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_EUSAGE);
  VG_ASSERT(rc != VG_OK || w.values > 0);
  store_rollback(&tx);
  close(fd);
  return 0;
}
