#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libewf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct image_writer {
  struct image_writer_options o;
  char base[4096];
  libewf_handle_t *ewf;
  int fd;
  size_t segment;
  uint64_t in_segment, done;
};

static vg_code next_raw(struct image_writer *w, struct vg_err *err) {
  char path[4104], ext[5] = "raw";
  if (w->fd >= 0) {
    int bad = fsync(w->fd) != 0;
    bad = close(w->fd) != 0 || bad;
    w->fd = -1;
    if (bad)
      return VG_FAIL_SYS(err, "evidence.write", w->base);
  }
  w->segment++;
  w->in_segment = 0;
  if (w->o.segment)
    evidence_extension(IMAGE_RAW, w->segment, ext);
  if (w->segment >= IMAGE_PATHS - 24)
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(w->segment));
  snprintf(path, sizeof path, "%s.%s", w->base, ext);
  w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return w->fd < 0 ? VG_FAIL_SYS(err, "evidence.write", path) : VG_OK;
}

/* libewf hides errno behind its own errors: a full disk is asked from the file system. */
static vg_code ewf_failed(struct image_writer *w, int sys, struct vg_err *err) {
  struct statvfs fs;
  char dir[4096];
  vg_str d = vg_path_dir(vg_str_z(w->base));
  vg_str_copy(dir, sizeof dir, d);
  if (statvfs(dir, &fs) == 0 && fs.f_bavail * fs.f_frsize < (1 << 20))
    sys = ENOSPC;
  errno = sys ? sys : EIO;
  return VG_FAIL_SYS(err, "evidence.write", w->base);
}

static vg_code open_ewf(struct image_writer *w, struct vg_err *err) {
  char *names[1] = {w->base};
  uint64_t padded = (w->o.bytes + w->o.sector_size - 1) / w->o.sector_size * w->o.sector_size;
  int8_t level = w->o.level == 0 ? LIBEWF_COMPRESSION_NONE : w->o.level == 1 ? LIBEWF_COMPRESSION_FAST : LIBEWF_COMPRESSION_BEST;
  bool ok = libewf_handle_initialize(&w->ewf, NULL) == 1 && libewf_handle_open(w->ewf, names, 1, LIBEWF_OPEN_WRITE, NULL) == 1 &&
            libewf_handle_set_format(w->ewf, LIBEWF_FORMAT_ENCASE6, NULL) == 1 &&
            libewf_handle_set_bytes_per_sector(w->ewf, w->o.sector_size, NULL) == 1 &&
            libewf_handle_set_sectors_per_chunk(w->ewf, 64, NULL) == 1 &&
            libewf_handle_set_media_size(w->ewf, padded, NULL) == 1 &&
            libewf_handle_set_media_type(w->ewf, LIBEWF_MEDIA_TYPE_FIXED, NULL) == 1 &&
            libewf_handle_set_media_flags(w->ewf, LIBEWF_MEDIA_FLAG_PHYSICAL, NULL) == 1 &&
            libewf_handle_set_compression_values(w->ewf, level, LIBEWF_COMPRESS_FLAG_USE_EMPTY_BLOCK_COMPRESSION, NULL) == 1 &&
            (w->o.segment == 0 || libewf_handle_set_maximum_segment_size(w->ewf, w->o.segment, NULL) == 1);
  return ok ? VG_OK : VG_FAIL(err, VG_EIO, "evidence.ewf_setup", w->base);
}

vg_code image_writer_open(struct image_writer **out, const struct image_writer_options *o, struct vg_err *err) {
  struct image_writer *w = calloc(1, sizeof *w);
  *out = NULL;
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  w->o = *o;
  w->fd = -1;
  snprintf(w->base, sizeof w->base, "%s", o->base);
  vg_code rc = o->format == IMAGE_E01 ? open_ewf(w, err) : next_raw(w, err);
  if (rc != VG_OK)
    image_writer_close(w);
  else
    *out = w;
  return rc;
}

vg_code image_writer_add(struct image_writer *w, const void *p, size_t n, struct vg_err *err) {
  const char *c = p;
  w->done += n;
  while (n > 0) {
    size_t k = n;
    if (w->o.format == IMAGE_E01) {
      errno = 0;
      ssize_t did = libewf_handle_write_buffer(w->ewf, c, n, NULL);
      if (did <= 0)
        return ewf_failed(w, errno, err);
      k = (size_t)did;
    } else {
      if (w->o.segment && w->in_segment == w->o.segment)
        VG_TRY(next_raw(w, err));
      if (w->o.segment && k > w->o.segment - w->in_segment)
        k = (size_t)(w->o.segment - w->in_segment);
      VG_TRY(vg_write_all(w->fd, c, k, w->base, err));
      w->in_segment += k;
    }
    c += k;
    n -= k;
  }
  return VG_OK;
}

/* The container's own hashes cover what it holds: with a padded last sector they would not be those of the source. */
static vg_code end_ewf(struct image_writer *w, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX], const uint64_t (*bad)[2],
                       size_t bad_count, struct vg_err *err) {
  static const char zero[4096];
  size_t rest = (size_t)(w->o.bytes % w->o.sector_size);
  if (rest)
    VG_TRY(image_writer_add(w, zero, w->o.sector_size - rest, err));
  else if (libewf_handle_set_md5_hash(w->ewf, digests[VG_MD5], 16, NULL) != 1 ||
           libewf_handle_set_sha1_hash(w->ewf, digests[VG_SHA1], 20, NULL) != 1)
    return VG_FAIL(err, VG_EIO, "evidence.ewf_setup", w->base);
  for (size_t i = 0; i < bad_count; i++)
    if (libewf_handle_append_acquiry_error(w->ewf, bad[i][0], bad[i][1], NULL) != 1)
      return VG_FAIL(err, VG_EIO, "evidence.ewf_setup", w->base);
  errno = 0;
  if (libewf_handle_write_finalize(w->ewf, NULL) < 0 || libewf_handle_close(w->ewf, NULL) != 0)
    return ewf_failed(w, errno, err);
  (void)libewf_handle_free(&w->ewf, NULL);
  return VG_OK;
}

vg_code image_writer_end(struct image_writer *w, unsigned char digests[VG_DIGESTS][VG_DIGEST_MAX], const uint64_t (*bad)[2],
                         size_t bad_count, struct vg_err *err) {
  VG_ASSERT(w->done == w->o.bytes);
  if (w->o.format == IMAGE_E01)
    return end_ewf(w, digests, bad, bad_count, err);
  int failed = fsync(w->fd) != 0;
  failed = close(w->fd) != 0 || failed;
  w->fd = -1;
  return failed ? VG_FAIL_SYS(err, "evidence.write", w->base) : VG_OK;
}

void image_writer_close(struct image_writer *w) {
  if (!w)
    return;
  if (w->ewf) {
    (void)libewf_handle_close(w->ewf, NULL);
    (void)libewf_handle_free(&w->ewf, NULL);
  }
  if (w->fd >= 0)
    close(w->fd);
  free(w);
}
