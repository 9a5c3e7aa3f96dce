/* Archives, compressed members, event logs and captures inside them, as match takes them apart; then the same bytes
 * as a stream that is cut anywhere. */
#include "match/container.h"

enum { MOST = 16 << 20 };

static vg_code on_member(void *ctx, const char *name, struct vg_err *err) {
  (void)err;
  *(size_t *)ctx += vg_str_z(name).n;
  return VG_OK;
}
static bool on_bytes(void *ctx, vg_str bytes) {
  VG_ASSERT(bytes.n && bytes.n <= 1 << 20);
  *(size_t *)ctx += bytes.n;
  return *(size_t *)ctx < MOST;
}
static void on_problem(void *ctx, const char *name) { *(size_t *)ctx += vg_str_z(name).n; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t told = 0;
  const struct part_sink to = {on_member, on_bytes, on_problem, &told, NULL};
  const vg_str bytes = vg_str_n((const char *)data, size);
  const enum container kind = container_by_magic(bytes);
  vg_code rc = parts_read(kind == CONTAINER_NONE ? CONTAINER_PACKED : kind, bytes, "x", &to, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  return 0;
}
