/* Disks of virtual machines: opened and read from end to end. VHDX keeps its parts far apart: the input's pieces of 1
 * KiB go to where they are looked for. */
#include "evidence/evidence.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE = 1024, READ = 1 << 16, MOST = 64 };

static bool lay_out(int fd, const uint8_t *data, size_t size) {
  static const off_t places[] = {0, 64 << 10, 128 << 10, 192 << 10, 2 << 20, 3 << 20, (3 << 20) + (64 << 10), 4 << 20};
  if (size < 8 || memcmp(data, "vhdxfile", 8) != 0)
    return write(fd, data, size) == (ssize_t)size;
  for (size_t i = 0; i < sizeof places / sizeof *places && i * PIECE < size; i++) {
    size_t n = size - i * PIECE < PIECE ? size - i * PIECE : PIECE;
    if (pwrite(fd, data + i * PIECE, n, places[i]) != (ssize_t)n)
      return false;
  }
  return ftruncate(fd, 8 << 20) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char buffer[READ];
  char path[64];
  const char *paths[] = {path};
  struct image_reader *image;
  int fd = memfd_create("disk", MFD_CLOEXEC);
  if (fd < 0 || !lay_out(fd, data, size)) {
    if (fd >= 0)
      close(fd);
    return 0;
  }
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (image_open(paths, 1, &image, NULL) == VG_OK) {
    uint64_t step = image_size(image) / MOST;
    for (uint64_t i = 0; i < MOST; i++) {
      size_t got;
      vg_code rc = image_read_at(image, i * step, buffer, sizeof buffer, &got, NULL);
      VG_ASSERT(rc != VG_OK || got <= sizeof buffer);
    }
    image_close(image);
  }
  close(fd);
  return 0;
}
