#include "evidence/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <libewf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/evidence_internal.h"

struct image_reader {
  enum image_format format;
  uint64_t size;
  libewf_handle_t *ewf;
  int *fd; /* raw segments */
  uint64_t *end;
  size_t n;
};

static const unsigned char ewf_signature[8] = {'E', 'V', 'F', 0x09, 0x0d, 0x0a, 0xff, 0x00};

static vg_code is_ewf(const char *path, bool *yes, struct vg_err *err) {
  unsigned char head[8] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  ssize_t n = pread(fd, head, sizeof head, 0);
  int sys = errno;
  close(fd);
  errno = sys;
  if (n < 0)
    return VG_FAIL_SYS(err, "evidence.read", path);
  *yes = n == (ssize_t)sizeof head && memcmp(head, ewf_signature, sizeof head) == 0;
  return VG_OK;
}

static vg_code open_ewf(struct image_reader *r, const char *const *paths, size_t n, struct vg_err *err) {
  char *names[IMAGE_PATHS];
  for (size_t i = 0; i < n; i++)
    if (!(names[i] = strdup(paths[i]))) {
      while (i > 0)
        free(names[--i]);
      return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
    }
  size64_t size = 0;
  bool ok = libewf_handle_initialize(&r->ewf, NULL) == 1 &&
            libewf_handle_open(r->ewf, names, (int)n, LIBEWF_OPEN_READ, NULL) == 1 &&
            libewf_handle_get_media_size(r->ewf, &size, NULL) == 1;
  for (size_t i = 0; i < n; i++)
    free(names[i]);
  /* A cut E01 opens with what its chunk tables still hold, and marks itself corrupted. */
  if (!ok || libewf_handle_segment_files_corrupted(r->ewf, NULL) == 1)
    return VG_FAIL(err, VG_EDATA, "evidence.bad_e01", paths[0]);
  r->size = size;
  return VG_OK;
}

static vg_code open_raw(struct image_reader *r, const char *const *paths, size_t n, struct vg_err *err) {
  r->fd = calloc(n, sizeof *r->fd);
  r->end = calloc(n, sizeof *r->end);
  if (!r->fd || !r->end)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < n; i++) {
    r->fd[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
    if (r->fd[i] < 0)
      return VG_FAIL_SYS(err, "evidence.open", paths[i]);
    r->n = i + 1;
    off_t size = lseek(r->fd[i], 0, SEEK_END);
    if (size < 0)
      return VG_FAIL_SYS(err, "evidence.read", paths[i]);
    r->size += (uint64_t)size;
    r->end[i] = r->size;
  }
  return VG_OK;
}

vg_code image_open(const char *const *paths, size_t n, struct image_reader **out, struct vg_err *err) {
  bool ewf = false;
  *out = NULL;
  if (n == 0 || n > IMAGE_PATHS)
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(n));
  VG_TRY(is_ewf(paths[0], &ewf, err));
  struct image_reader *r = calloc(1, sizeof *r);
  if (!r)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  r->format = ewf ? IMAGE_E01 : IMAGE_RAW;
  vg_code rc = ewf ? open_ewf(r, paths, n, err) : open_raw(r, paths, n, err);
  if (rc != VG_OK)
    image_close(r);
  else
    *out = r;
  return rc;
}

uint64_t image_size(const struct image_reader *r) { return r->size; }
enum image_format image_format_of(const struct image_reader *r) { return r->format; }

static vg_code read_raw(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  size_t i = 0;
  while (n > 0) {
    while (at >= r->end[i])
      i++;
    uint64_t begin = i ? r->end[i - 1] : 0, left = r->end[i] - at;
    ssize_t got = pread(r->fd[i], p, n < left ? n : (size_t)left, (off_t)(at - begin));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return VG_FAIL_SYS(err, "evidence.read_at", VG_N(at));
    if (got == 0)
      return VG_FAIL(err, VG_EDATA, "evidence.shrunk", VG_N(at));
    p += got;
    at += (uint64_t)got;
    n -= (size_t)got;
  }
  return VG_OK;
}

vg_code image_read_at(struct image_reader *r, uint64_t at, void *buffer, size_t n, size_t *got, struct vg_err *err) {
  *got = 0;
  if (at >= r->size)
    return VG_OK;
  if (n > r->size - at)
    n = (size_t)(r->size - at);
  if (r->format == IMAGE_RAW)
    VG_TRY(read_raw(r, at, buffer, n, err));
  else {
    size_t done = 0;
    while (done < n) {
      ssize_t k = libewf_handle_read_random(r->ewf, (char *)buffer + done, n - done, (off64_t)(at + done), NULL);
      if (k <= 0)
        return VG_FAIL(err, VG_EDATA, "evidence.e01_at", VG_N(at + done));
      done += (size_t)k;
    }
  }
  *got = n;
  return VG_OK;
}

bool image_stored_hash(struct image_reader *r, enum vg_digest d, char hex[static 2 * VG_DIGEST_MAX + 1]) {
  unsigned char raw[20];
  hex[0] = 0;
  if (r->format != IMAGE_E01)
    return false;
  if (d == VG_MD5 ? libewf_handle_get_md5_hash(r->ewf, raw, 16, NULL) != 1
                  : d != VG_SHA1 || libewf_handle_get_sha1_hash(r->ewf, raw, 20, NULL) != 1)
    return false;
  vg_hex(hex, raw, vg_digest_size(d));
  return true;
}

uint64_t image_damaged(struct image_reader *r) {
  uint32_t n = 0;
  if (r->format != IMAGE_E01)
    return 0;
  if (libewf_handle_get_number_of_checksum_errors(r->ewf, &n, NULL) != 1)
    n = 0;
  return n;
}

void image_close(struct image_reader *r) {
  if (!r)
    return;
  if (r->ewf) {
    (void)libewf_handle_close(r->ewf, NULL);
    (void)libewf_handle_free(&r->ewf, NULL);
  }
  for (size_t i = 0; i < r->n; i++)
    close(r->fd[i]);
  free(r->fd);
  free(r->end);
  free(r);
}

/* E01..E99, then EAA..EZZ, FAA.. as the format counts; raw: 001..999. */
void evidence_extension(enum image_format f, size_t i, char out[static 5]) {
  if (f == IMAGE_RAW || i <= 99) {
    snprintf(out, 5, f == IMAGE_RAW ? "%03u" : "E%02u", (unsigned)(i % 1000));
    return;
  }
  size_t k = i - 100;
  out[0] = (char)('E' + (char)(k / 676 % 20));
  out[1] = (char)('A' + (char)(k / 26 % 26));
  out[2] = (char)('A' + (char)(k % 26));
  out[3] = 0;
}

static vg_code add_path(struct image_paths *p, const char *path, struct vg_err *err) {
  if (p->n == IMAGE_PATHS)
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(p->n));
  if (!(p->v[p->n] = strdup(path)))
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  p->n++;
  return VG_OK;
}

vg_code image_segments(const char *path, struct image_paths *out, struct vg_err *err) {
  struct stat st;
  size_t n = strlen(path);
  out->n = 0;
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "evidence.open", path);
  VG_TRY(add_path(out, path, err));
  bool e01 = n > 4 && strcasecmp(path + n - 4, ".e01") == 0, raw = n > 4 && strcmp(path + n - 4, ".001") == 0;
  if (!e01 && !raw)
    return VG_OK;
  for (size_t i = 2; i < IMAGE_PATHS; i++) {
    char next[4096], ext[5];
    evidence_extension(e01 ? IMAGE_E01 : IMAGE_RAW, i, ext);
    if (e01 && path[n - 3] == 'e')
      for (char *c = ext; *c; c++)
        *c = vg_lower(*c);
    snprintf(next, sizeof next, "%.*s%s", (int)(n - 3), path, ext);
    if (stat(next, &st) != 0)
      break;
    VG_TRY(add_path(out, next, err));
  }
  return VG_OK;
}

void image_paths_fini(struct image_paths *p) {
  for (size_t i = 0; i < p->n; i++)
    free(p->v[i]);
  p->n = 0;
}
