#include "base/file.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static vg_code read_fd(int fd, const char *path, struct vg_buf *out, struct vg_err *err) {
  for (;;) {
    size_t want = out->max - out->n < 1u << 16 ? out->max - out->n + 1 : 1u << 16;
    char *to = vg_buf_room(out, want > out->max - out->n ? out->max - out->n : want);
    char over;
    if (!to)
      return vg_buf_check(out, err);
    bool full = out->n == out->max;
    ssize_t got = full ? read(fd, &over, 1) : read(fd, to, want > out->max - out->n ? out->max - out->n : want);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return VG_FAIL_SYS(err, "base.read", path);
    if (got == 0)
      return VG_OK;
    if (full)
      return VG_FAIL(err, VG_ELIMIT, "base.file_large", path, VG_N(out->max));
    out->n += (size_t)got;
  }
}

vg_code vg_file_read(const char *path, struct vg_buf *out, struct vg_err *err) {
  if (strcmp(path, "-") == 0)
    return read_fd(STDIN_FILENO, path, out, err);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  vg_code rc = read_fd(fd, path, out, err);
  close(fd);
  return rc;
}

vg_code vg_write_all(int fd, const void *p, size_t n, const char *what, struct vg_err *err) {
  const char *from = p;
  while (n) {
    ssize_t put = write(fd, from, n);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return VG_FAIL_SYS(err, "base.write", what);
    from += put;
    n -= (size_t)put;
  }
  return VG_OK;
}

vg_code vg_newfile_open(struct vg_newfile *f, const char *path, unsigned mode, struct vg_err *err) {
  f->fd = -1;
  if (strlen(path) >= sizeof f->path)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", path);
  memcpy(f->path, path, strlen(path) + 1);
  snprintf(f->part, sizeof f->part, "%s.part", path);
  f->fd = open(f->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
  return f->fd < 0 ? VG_FAIL_SYS(err, "base.create", path) : VG_OK;
}

void vg_newfile_abandon(struct vg_newfile *f) {
  if (f->fd < 0)
    return;
  close(f->fd);
  unlink(f->part);
  f->fd = -1;
}

vg_code vg_newfile_commit(struct vg_newfile *f, struct vg_err *err) {
  char dir[4096];
  if (fsync(f->fd) != 0 || rename(f->part, f->path) != 0) {
    vg_code rc = VG_FAIL_SYS(err, "base.write", f->path);
    vg_newfile_abandon(f);
    return rc;
  }
  close(f->fd);
  f->fd = -1;
  return vg_dir_sync(vg_str_copy(dir, sizeof dir, vg_path_dir(vg_str_z(f->path))), err);
}

vg_code vg_file_write(const char *path, vg_str bytes, unsigned mode, struct vg_err *err) {
  struct vg_newfile f;
  VG_TRY(vg_newfile_open(&f, path, mode, err));
  vg_code rc = vg_write_all(f.fd, bytes.p, bytes.n, path, err);
  if (rc == VG_OK)
    return vg_newfile_commit(&f, err);
  vg_newfile_abandon(&f);
  return rc;
}

vg_code vg_file_size(const char *path, int64_t *out, struct vg_err *err) {
  struct stat st;
  if (stat(path, &st) != 0)
    return VG_FAIL_SYS(err, "base.open", path);
  *out = st.st_size;
  return VG_OK;
}

bool vg_file_exists(const char *path) { return access(path, F_OK) == 0; }

vg_code vg_dir_make(const char *path, struct vg_err *err) {
  char part[4096];
  size_t n = strlen(path);
  if (n >= sizeof part)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", path);
  for (size_t i = 1; i <= n; i++) {
    if (i < n && path[i] != '/')
      continue;
    vg_str_copy(part, i + 1, vg_str_n(path, i));
    if (mkdir(part, 0700) != 0 && errno != EEXIST)
      return VG_FAIL_SYS(err, "base.create", part);
  }
  return VG_OK;
}

static vg_code sync_path(const char *path, int flags, struct vg_err *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  /* Some file systems cannot sync a directory; they say EINVAL. */
  int bad = fsync(fd) != 0 && !(flags & O_DIRECTORY && errno == EINVAL);
  vg_code rc = bad ? VG_FAIL_SYS(err, "base.write", path) : VG_OK;
  close(fd);
  return rc;
}

vg_code vg_file_sync(const char *path, struct vg_err *err) { return sync_path(path, 0, err); }
vg_code vg_dir_sync(const char *path, struct vg_err *err) { return sync_path(path, O_DIRECTORY, err); }

static size_t last_slash(vg_str path) {
  size_t i = path.n;
  while (i && path.p[i - 1] != '/')
    i--;
  return i; /* 0: none; else the slash is at i - 1 */
}

vg_str vg_path_dir(vg_str path) {
  size_t i = last_slash(path);
  return i == 0 ? VG_STR(".") : i == 1 ? VG_STR("/") : vg_str_sub(path, 0, i - 1);
}

vg_str vg_path_base(vg_str path) { return vg_str_sub(path, last_slash(path), path.n); }

vg_code vg_map_open(struct vg_map_file *m, const char *path, struct vg_err *err) {
  *m = (struct vg_map_file){.bytes = VG_STR("")};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is refused below, not waited for */
  struct stat st;
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  vg_code rc = VG_OK;
  if (fstat(fd, &st) != 0) {
    rc = VG_FAIL_SYS(err, "base.read", path);
  } else if (!S_ISREG(st.st_mode)) {
    rc = VG_FAIL(err, VG_EDATA, "base.not_regular", path);
  } else {
    m->mtime = st.st_mtim.tv_sec * VG_SECOND + st.st_mtim.tv_nsec;
    void *p = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (st.st_size && p == MAP_FAILED)
      rc = VG_FAIL_SYS(err, "base.read", path);
    else if (st.st_size)
      m->bytes = (vg_str){p, (size_t)st.st_size};
  }
  close(fd);
  return rc;
}

void vg_map_close(struct vg_map_file *m) {
  if (m->bytes.n)
    munmap((void *)(uintptr_t)m->bytes.p, m->bytes.n);
  m->bytes = VG_STR("");
}
