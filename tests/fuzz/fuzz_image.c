/* A small image through the whole parser, without its cell: volumes, files, contents, rules of the wrong form too. */
#include "analysis/analysis.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int null = -1;
  char path[64];
  const char *inputs[] = {path};
  struct vg_err err = {0};
  if (null < 0)
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  int fd = memfd_create("image.img", MFD_CLOEXEC);
  if (fd < 0 || null < 0 || write(fd, data, size) != (ssize_t)size)
    return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct cell_in in = {
      .inputs = inputs,
      .input_count = 1,
      .args = VG_STR(
          "{\"images\":1,\"rules\":0,\"pack\":false,\"kinds\":63,\"from\":0,\"careful\":true,\"skip\":[],\"skip_volumes\":[]}")};
  struct cell_out *out = cell_out_new(null);
  (void)!analysis_parser.run(&in, out, &err);
  cell_out_free(out);
  (void)close(fd);
  return 0;
}
