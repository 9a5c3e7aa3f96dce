#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A failing read is tried again in windows, then in sectors: the kernel's read-ahead would widen one bad sector. */
enum { WINDOW = 64 << 10 };

struct source {
  char path[VG_ERR_ARG_MAX];
  int fd, direct;
  dev_t device; /* of the block device, 0 for a file */
  uint64_t bytes, at;
  uint32_t sector;
  int retries;
  char *aligned;
  size_t bad;
  uint64_t range[IMAGE_BAD][2];
};

static vg_code measure(struct source *s, struct vg_err *err) {
  struct stat st;
  if (fstat(s->fd, &st) != 0)
    return VG_FAIL_SYS(err, "evidence.open", s->path);
  s->sector = 512;
  if (S_ISREG(st.st_mode)) {
    s->bytes = (uint64_t)st.st_size;
    return VG_OK;
  }
  if (!S_ISBLK(st.st_mode))
    return VG_FAIL(err, VG_EDATA, "evidence.not_medium", s->path);
  int sector = 512;
  if (ioctl(s->fd, BLKGETSIZE64, &s->bytes) != 0 || ioctl(s->fd, BLKSSZGET, &sector) != 0)
    return VG_FAIL_SYS(err, "evidence.open", s->path);
  s->sector = (uint32_t)sector;
  s->device = st.st_rdev;
  return VG_OK;
}

vg_code source_open(struct source **out, const char *path, int retries, struct vg_err *err) {
  struct source *s = calloc(1, sizeof *s);
  void *aligned = NULL;
  *out = NULL;
  if (!s || posix_memalign(&aligned, 4096, WINDOW) != 0) {
    free(s);
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  }
  s->aligned = aligned;
  s->retries = retries;
  snprintf(s->path, sizeof s->path, "%s", path);
  s->direct = -1;
  s->fd = open(path, O_RDONLY | O_CLOEXEC);
  vg_code rc = s->fd < 0 ? VG_FAIL_SYS(err, "evidence.open", path) : measure(s, err);
  if (rc != VG_OK) {
    source_close(s);
    return rc;
  }
  s->direct = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
  (void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  *out = s;
  return VG_OK;
}

uint64_t source_bytes(const struct source *s) { return s->bytes; }
uint32_t source_sector(const struct source *s) { return s->sector; }

/* A partition's directory in sysfs lies inside that of its disk. */
bool source_holds(const struct source *s, const char *dir) {
  struct stat st;
  char a[64], b[64], disk[PATH_MAX], part[PATH_MAX];
  if (!s->device || stat(dir, &st) != 0)
    return false;
  if (st.st_dev == s->device)
    return true;
  snprintf(a, sizeof a, "/sys/dev/block/%u:%u", major(s->device), minor(s->device));
  snprintf(b, sizeof b, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
  if (!realpath(a, disk) || !realpath(b, part))
    return false;
  size_t n = strlen(disk);
  return strncmp(part, disk, n) == 0 && part[n] == '/';
}

static bool medium_error(int sys) { return sys == EIO || sys == ENODATA || sys == EREMOTEIO || sys == EILSEQ; }

static vg_code note_bad(struct source *s, uint64_t sector, struct vg_err *err) {
  if (s->bad && s->range[s->bad - 1][0] + s->range[s->bad - 1][1] == sector) {
    s->range[s->bad - 1][1]++;
    return VG_OK;
  }
  if (s->bad == IMAGE_BAD)
    return VG_FAIL(err, VG_ELIMIT, "evidence.too_bad", s->path, VG_N(IMAGE_BAD));
  s->range[s->bad][0] = sector;
  s->range[s->bad++][1] = 1;
  return VG_OK;
}

/* n bytes at `at` by direct reads; false when they cannot be had. */
static bool read_small(struct source *s, uint64_t at, char *p, size_t n) {
  size_t whole = (n + s->sector - 1) / s->sector * s->sector;
  ssize_t got = pread(s->direct >= 0 ? s->direct : s->fd, s->aligned, whole, (off_t)at);
  if (got < 0 || (size_t)got < n)
    return false;
  memcpy(p, s->aligned, n);
  return true;
}

static vg_code rescue(struct source *s, uint64_t at, char *p, size_t n, struct vg_err *err) {
  for (size_t w = 0; w < n; w += WINDOW) {
    size_t span = n - w < WINDOW ? n - w : WINDOW;
    if (read_small(s, at + w, p + w, span))
      continue;
    for (size_t i = 0; i < span; i += s->sector) {
      size_t k = span - i < s->sector ? span - i : s->sector;
      bool ok = false;
      for (int t = 0; t <= s->retries && !ok; t++)
        ok = read_small(s, at + w + i, p + w + i, k);
      if (ok)
        continue;
      memset(p + w + i, 0, k);
      VG_TRY(note_bad(s, (at + w + i) / s->sector, err));
    }
  }
  return VG_OK;
}

vg_code source_next(struct source *s, char *p, size_t n, size_t *got, struct vg_err *err) {
  uint64_t left = s->bytes - s->at;
  n = n < left ? n : (size_t)left;
  size_t done = 0;
  while (done < n) {
    ssize_t k = pread(s->fd, p + done, n - done, (off_t)(s->at + done));
    if (k < 0 && errno == EINTR)
      continue;
    if (k < 0 && !medium_error(errno))
      return VG_FAIL_SYS(err, "evidence.read", s->path);
    if (k == 0)
      return VG_FAIL(err, VG_EDATA, "evidence.shrunk", VG_N(s->at + done));
    if (k < 0) {
      done -= done % s->sector;
      VG_TRY(rescue(s, s->at + done, p + done, n - done, err));
      break;
    }
    done += (size_t)k;
  }
  s->at += n;
  *got = n;
  return VG_OK;
}

size_t source_bad(const struct source *s, uint64_t out[IMAGE_BAD][2]) {
  memcpy(out, s->range, s->bad * sizeof s->range[0]);
  return s->bad;
}

void source_close(struct source *s) {
  if (!s)
    return;
  if (s->fd >= 0)
    close(s->fd);
  if (s->direct >= 0)
    close(s->direct);
  free(s->aligned);
  free(s);
}
