/* AFF4 images: the bytes of a whole volume, or (first byte below 8) its members - kind, 16-bit length, content - that
 * are put into a volume whose checksums are right. Opened and read from end to end, and as verify reads it. */
#include "evidence/format_aff4.h"

#include <libdeflate.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { READ = 1 << 16, MOST = 32, SIZE_MOST = 64 << 20 };

static void put_members(struct vg_buf *out, const uint8_t *p, size_t n) {
  static const char *const names[] = {"information.turtle",      "aff4%3A%2F%2Fm/map",
                                      "aff4%3A%2F%2Fm/idx",      "aff4%3A%2F%2Fs/00000000.index",
                                      "aff4%3A%2F%2Fs/00000000", "aff4%3A%2F%2Fs/00000001.index",
                                      "aff4%3A%2F%2Fs/00000001", "version.txt"};
  struct zip_dir z;
  zip_init(&z);
  for (size_t at = 0; at + 3 <= n;) {
    vg_str name = vg_str_z(names[p[at] % VG_COUNT(names)]);
    size_t k = (size_t)(p[at + 1] | p[at + 2] << 8);
    at += 3;
    k = k < n - at ? k : n - at;
    struct zip_member m = {.head = out->n, .packed = k, .bytes = k, .crc = libdeflate_crc32(0, p + at, k)};
    zip_put_head(out, &m, name);
    vg_buf_add(out, p + at, k);
    VG_ASSERT(zip_add(&z, name, &m, NULL) == VG_OK);
    at += k;
  }
  zip_put_directory(out, &z, out->n, VG_STR("aff4://v"));
  zip_fini(&z);
}

static void read_all(struct image_reader *image) {
  static char buffer[READ];
  struct pipe_digests digests;
  struct readback_order o = {.bytes = UINT64_MAX, .digest = {[VG_MD5] = true}};
  uint64_t step = image_size(image) / MOST;
  for (uint64_t i = 0; i < MOST; i++) {
    size_t got;
    vg_code rc = image_read_at(image, i * step, buffer, sizeof buffer, &got, NULL);
    VG_ASSERT(rc != VG_OK || got <= sizeof buffer);
  }
  if (image_size(image) < SIZE_MOST)
    (void)!evidence_readback(image, &o, &digests, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  const char *paths[] = {path};
  struct vg_buf volume;
  int fd = memfd_create("volume", MFD_CLOEXEC);
  vg_buf_init(&volume, 1 << 24);
  if (size > 0 && data[0] < 8)
    put_members(&volume, data, size);
  else
    vg_buf_add(&volume, data, size);
  if (fd >= 0 && !volume.bad && write(fd, volume.p, volume.n) == (ssize_t)volume.n) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int partial = 0; partial < 2; partial++) {
      struct image_reader *image = NULL;
      if (reader_aff4(&image, paths[0], partial, NULL) == VG_OK)
        read_all(image);
      image_close(image);
    }
  }
  if (fd >= 0)
    close(fd);
  vg_buf_fini(&volume);
  return 0;
}
