/* Archives, compressed members, event logs and captures inside them, as match takes them apart; then the same bytes
 * as the cell reads a stream, put where there is little room. */
#include "match/container.h"

#include <sys/mman.h>
#include <unistd.h>

enum { MOST = 16 << 20, ROOM = 1000 };

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
static char *on_room(void *ctx, size_t *n) {
  static char room[ROOM];
  (void)ctx;
  *n = ROOM;
  return room;
}

/* A stream is no archive, and what it holds is told in the same bytes, however they are cut. */
static void as_stream(vg_str bytes, bool read, size_t whole) {
  size_t told = 0;
  const struct part_sink to = {on_member, on_bytes, on_problem, &told, on_room};
  const int fd = memfd_create("stream", MFD_CLOEXEC);
  VG_ASSERT(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n && lseek(fd, 0, SEEK_SET) == 0);
  vg_code rc = parts_read_stream(fd, "x", &to, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  VG_ASSERT(!read || told >= MOST || (rc == VG_OK && told == whole));
  (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t told = 0;
  const struct part_sink to = {on_member, on_bytes, on_problem, &told, NULL};
  const vg_str bytes = vg_str_n((const char *)data, size);
  const enum container kind = container_by_magic(bytes);
  vg_code rc = parts_read(kind == CONTAINER_NONE ? CONTAINER_PACKED : kind, bytes, "x", &to, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT);
  as_stream(bytes, kind == CONTAINER_PACKED && rc == VG_OK, told);
  return 0;
}
