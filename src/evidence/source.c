#include "base/grow.h"
#include "evidence/evidence_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A failing read is tried again in windows, then in sectors, past the page cache: the kernel's read-ahead would widen
 * one bad sector. */
enum { SMALL = 64 << 10, BAD_MOST = 16 << 20 };

struct source {
  char path[VG_ERR_ARG_MAX];
  int fd, direct;
  struct stat st;
  uint64_t bytes, at, hole; /* hole: no data before this byte, as far as asked */
  uint32_t sector;
  int retries;
  char *aligned;
  struct acquire_range *bad;
  size_t bads, bad_room;
};

static vg_code measure(struct source *s, struct vg_err *err) {
  if (fstat(s->fd, &s->st) != 0)
    return VG_FAIL_SYS(err, "evidence.open", s->path);
  s->sector = 512;
  if (S_ISREG(s->st.st_mode)) {
    s->bytes = (uint64_t)s->st.st_size;
    return VG_OK;
  }
  if (!S_ISBLK(s->st.st_mode))
    return VG_FAIL(err, VG_EDATA, "evidence.not_medium", s->path);
  int sector = 512;
  if (ioctl(s->fd, BLKGETSIZE64, &s->bytes) != 0 || ioctl(s->fd, BLKSSZGET, &sector) != 0)
    return VG_FAIL_SYS(err, "evidence.open", s->path);
  if (sector < 512 || sector > BLOCK / CHUNK_SECTORS || (sector & (sector - 1)) != 0)
    return VG_FAIL(err, VG_ELIMIT, "evidence.sector", s->path, VG_N(sector));
  s->sector = (uint32_t)sector;
  return VG_OK;
}

vg_code source_open(struct source **out, const char *path, int retries, struct vg_err *err) {
  struct source *s = calloc(1, sizeof *s);
  void *aligned = NULL;
  *out = NULL;
  if (!s || posix_memalign(&aligned, 4096, SMALL) != 0) {
    free(s);
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  }
  s->aligned = aligned;
  s->retries = retries;
  snprintf(s->path, sizeof s->path, "%s", path);
  s->direct = -1;
  s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
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

static dev_t device(const struct source *s) { return S_ISBLK(s->st.st_mode) ? s->st.st_rdev : 0; }

bool source_holds(const struct source *s, const char *dir) {
  return lineage_holds(device(s), device(s) ? 0 : s->st.st_dev, device(s) ? 0 : s->st.st_ino, dir);
}

bool source_mounted(const struct source *s) { return device(s) && lineage_mounted(device(s)); }

bool source_is(const struct source *s, const char *path) {
  struct stat st;
  return stat(path, &st) == 0 &&
         ((st.st_dev == s->st.st_dev && st.st_ino == s->st.st_ino) || (S_ISBLK(st.st_mode) && st.st_rdev == device(s)));
}

static void sys_text(const struct source *s, const char *const *names, char out[static 64]) {
  out[0] = 0;
  for (; *names && !out[0]; names++) {
    char path[128];
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/%s", major(device(s)), minor(device(s)), *names);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, out, 63);
    if (fd >= 0)
      close(fd);
    while (n > 0 && vg_is_space(out[n - 1]))
      n--;
    out[n > 0 ? n : 0] = 0;
  }
}

void source_device(const struct source *s, char model[static 64], char serial[static 64]) {
  static const char *const models[] = {"device/model", "../device/model", NULL};
  static const char *const serials[] = {"device/serial", "../device/serial", "serial", "../serial", NULL};
  model[0] = serial[0] = 0;
  if (!device(s))
    return;
  sys_text(s, models, model);
  sys_text(s, serials, serial);
}

static bool medium_error(int sys) {
  return sys == EIO || sys == ENODATA || sys == EREMOTEIO || sys == EILSEQ || sys == EBADMSG;
}

static vg_code note_bad(struct source *s, uint64_t sector, struct vg_err *err) {
  if (s->bads && s->bad[s->bads - 1].first + s->bad[s->bads - 1].count == sector) {
    s->bad[s->bads - 1].count++;
    return VG_OK;
  }
  if (s->bads == BAD_MOST || !VG_GROW(s->bad, s->bads, s->bad_room, 64))
    return VG_FAIL(err, s->bads == BAD_MOST ? VG_ELIMIT : VG_ENOMEM, "evidence.too_bad", s->path, VG_N(s->bads));
  s->bad[s->bads++] = (struct acquire_range){sector, 1};
  return VG_OK;
}

/* n bytes at `at` by direct reads; false when they cannot be had. */
static bool read_small(struct source *s, uint64_t at, char *p, size_t n) {
  size_t whole = (n + s->sector - 1) / s->sector * s->sector;
  ssize_t got = pread(s->direct >= 0 ? s->direct : s->fd, s->aligned, whole, (off_t)at);
  if (got < 0 && errno == EINVAL) /* a file system that wants larger pieces than a sector */
    got = pread(s->fd, s->aligned, n, (off_t)at);
  if (got < 0 || (size_t)got < n)
    return false;
  memcpy(p, s->aligned, n);
  return true;
}

/* A device that was pulled out fails everywhere: that is no bad sector. */
static bool gone(const struct source *s) {
  uint64_t bytes = 0;
  return device(s) ? ioctl(s->fd, BLKGETSIZE64, &bytes) != 0 || bytes != s->bytes : false;
}

static vg_code rescue(struct source *s, uint64_t at, char *p, size_t n, struct vg_err *err) {
  for (size_t w = 0; w < n; w += SMALL) {
    size_t span = n - w < SMALL ? n - w : SMALL;
    if (read_small(s, at + w, p + w, span))
      continue;
    for (size_t i = 0; i < span; i += s->sector) {
      size_t k = span - i < s->sector ? span - i : s->sector;
      bool ok = false;
      for (int t = 0; t <= s->retries && !ok; t++)
        ok = read_small(s, at + w + i, p + w + i, k);
      if (ok)
        continue;
      if (gone(s))
        return VG_FAIL(err, VG_EIO, "evidence.gone", s->path, VG_N(at + w + i));
      memset(p + w + i, 0, k);
      VG_TRY(note_bad(s, (at + w + i) / s->sector, err));
    }
  }
  return VG_OK;
}

/* Holes of a sparse file are not read: they are zeroes. */
static bool in_hole(struct source *s, uint64_t at, size_t n) {
  if (!S_ISREG(s->st.st_mode))
    return false;
  if (at + n > s->hole) {
    off_t data = lseek(s->fd, (off_t)at, SEEK_DATA);
    s->hole = data >= 0 ? (uint64_t)data : errno == ENXIO ? s->bytes : at;
  }
  return at + n <= s->hole;
}

static vg_code read_block(struct source *s, char *p, size_t n, struct vg_err *err) {
  for (size_t done = 0; done < n;) {
    ssize_t k = pread(s->fd, p + done, n - done, (off_t)(s->at + done));
    if (k < 0 && errno == EINTR)
      continue;
    if (k < 0 && !medium_error(errno))
      return VG_FAIL_SYS(err, "evidence.read", s->path);
    if (k == 0)
      return VG_FAIL(err, VG_EDATA, "evidence.shrunk", VG_N(s->at + done));
    if (k < 0) {
      done -= done % s->sector;
      return rescue(s, s->at + done, p + done, n - done, err);
    }
    done += (size_t)k;
  }
  return VG_OK;
}

vg_code source_next(struct source *s, struct block *b, struct vg_err *err) {
  uint64_t left = s->bytes - s->at;
  b->n = left < BLOCK ? (size_t)left : BLOCK;
  if (b->n == 0)
    return VG_OK;
  if (in_hole(s, s->at, b->n)) {
    b->p = evidence_zero;
  } else {
    VG_TRY(read_block(s, b->own, b->n, err));
    memset(b->own + b->n, 0, b->n % s->sector ? s->sector - b->n % s->sector : 0);
  }
  s->at += b->n;
  return VG_OK;
}

vg_code source_skip(struct source *s, uint64_t to, const struct acquire_range *bad, size_t n, struct vg_err *err) {
  s->at = to;
  for (size_t i = 0; i < n; i++) {
    VG_TRY(note_bad(s, bad[i].first, err));
    s->bad[s->bads - 1].count = bad[i].count;
  }
  return VG_OK;
}

void source_probe(struct source *s, char hex[static 65]) {
  unsigned char digest[VG_SHA256_SIZE];
  ssize_t got = pread(s->fd, s->aligned, SOURCE_PROBE, 0);
  vg_sha256(s->aligned, got > 0 ? (size_t)got : 0, digest);
  vg_hex(hex, digest, sizeof digest);
}

const struct acquire_range *source_bad(const struct source *s, size_t *n) {
  *n = s->bads;
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
  free(s->bad);
  free(s);
}
