#include "evidence/evidence_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

vg_code place_init(struct place *p, const char *base, struct vg_err *err) {
  vg_str b = vg_str_z(base);
  *p = (struct place){0};
  if (b.n > 3800 || vg_path_base(b).n == 0 || vg_path_base(b).n > 200)
    return VG_FAIL(err, VG_ELIMIT, "evidence.name", base);
  vg_str_copy(p->base, sizeof p->base, b);
  vg_str_copy(p->dir, sizeof p->dir, vg_path_dir(b));
  vg_str_copy(p->name, sizeof p->name, vg_path_base(b));
  snprintf(p->tmp, sizeof p->tmp, "%.3800s/.%.200s.part", p->dir, p->name);
  return VG_OK;
}

void place_fini(struct place *p) { image_paths_fini(&p->part); }

/* An extension that this copy may have: other segments beside ours would be taken for part of it. */
static bool own_extension(enum image_format f, const char *ext) {
  if (strlen(ext) != 3)
    return strcmp(ext, "vigie.json") == 0 || (f == IMAGE_AFF4 && strcmp(ext, "aff4") == 0);
  if (f == IMAGE_RAW)
    return strcmp(ext, "raw") == 0 || (vg_is_digit(ext[0]) && vg_is_digit(ext[1]) && vg_is_digit(ext[2]));
  return f == IMAGE_E01 && ext[0] >= 'E' && ext[0] <= 'Z' && vg_is_alnum(ext[1]) && vg_is_alnum(ext[2]) &&
         ext[1] < 'a' && ext[2] < 'a';
}

static vg_code each_entry(const char *dir, const char *prefix,
                          bool (*see)(void *ctx, const char *path, const char *rest), void *ctx, struct vg_err *err) {
  size_t n = strlen(prefix);
  DIR *d = opendir(dir);
  if (!d)
    return VG_FAIL_SYS(err, "evidence.write", dir);
  for (struct dirent *e; (e = readdir(d));) {
    char path[4400];
    snprintf(path, sizeof path, "%.4000s/%.255s", dir, e->d_name);
    if (strncmp(e->d_name, prefix, n) == 0 && e->d_name[n] == '.' && see(ctx, path, e->d_name + n + 1))
      break;
  }
  closedir(d);
  return VG_OK;
}

struct taken {
  enum image_format format;
  char path[4400];
};

static bool see_taken(void *ctx, const char *path, const char *ext) {
  struct taken *t = ctx;
  if (!own_extension(t->format, ext))
    return false;
  vg_str_copy(t->path, sizeof t->path, vg_str_z(path));
  return true;
}

vg_code place_check(const struct place *p, enum image_format f, const struct source *s, const char *source,
                    struct vg_err *err) {
  struct taken t = {.format = f};
  if (source_holds(s, p->dir))
    return VG_FAIL(err, VG_EDENIED, "evidence.inside", p->base, source);
  VG_TRY(each_entry(p->dir, p->name, see_taken, &t, err));
  if (!t.path[0])
    return VG_OK;
  return source_is(s, t.path) ? VG_FAIL(err, VG_EDENIED, "evidence.same", t.path)
                              : VG_FAIL(err, VG_EEXIST, "evidence.exists", t.path);
}

vg_code place_list(struct place *p, enum image_format f, bool segmented, struct vg_err *err) {
  image_paths_fini(&p->part);
  for (size_t i = 1;; i++) {
    char path[4104], ext[5] = "raw";
    struct stat st;
    bool one = evidence_one_file(f, segmented);
    if (!one || f == IMAGE_AFF4)
      evidence_extension(f, i, ext);
    snprintf(path, sizeof path, "%s.%s", p->tmp, ext);
    if (stat(path, &st) != 0)
      return i > 1 && errno == ENOENT ? VG_OK : VG_FAIL_SYS(err, "evidence.write", path);
    VG_TRY(image_paths_add(&p->part, path, err));
    if (one)
      return VG_OK;
  }
}

static bool see_hidden(void *ctx, const char *path, const char *ext) {
  static const char *const others[] = {"aff4", "journal", "journal.part", "ready", "vigie.json.part", "lock"};
  bool ours = own_extension(IMAGE_E01, ext) || own_extension(IMAGE_RAW, ext);
  (void)ctx;
  for (size_t i = 0; i < VG_COUNT(others); i++)
    ours = ours || strcmp(ext, others[i]) == 0;
  if (ours)
    (void)unlink(path);
  return false;
}

void place_forget(const struct place *p) {
  char prefix[256];
  snprintf(prefix, sizeof prefix, ".%.200s.part", p->name);
  (void)each_entry(p->dir, prefix, see_hidden, NULL, NULL);
}

/* FAT and some network file systems know no renameat2: there the look before is all there is. */
static bool rename_new(const char *from, const char *to) {
  if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return true;
  struct stat st;
  if (errno != EINVAL && errno != ENOSYS)
    return false;
  if (lstat(to, &st) == 0) {
    errno = EEXIST;
    return false;
  }
  return rename(from, to) == 0;
}

vg_code place_ready(const struct place *p, struct vg_err *err) {
  char path[4112];
  snprintf(path, sizeof path, "%s.ready", p->tmp);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return VG_FAIL_SYS(err, "evidence.write", path);
  close(fd);
  return vg_dir_sync(p->dir, err);
}

vg_code place_complete(const struct place *p, enum image_format f, struct vg_err *err) {
  char from[4112], to[4112], ext[5];
  bool all = f != IMAGE_AFF4;
  snprintf(from, sizeof from, "%s.ready", p->tmp);
  if (!vg_file_exists(from))
    return VG_OK;
  for (size_t i = 2; all; i++) {
    evidence_extension(f, i, ext);
    snprintf(from, sizeof from, "%s.%s", p->tmp, ext);
    snprintf(to, sizeof to, "%.4000s.%s", p->base, ext);
    all = vg_file_exists(from) && rename_new(from, to);
  }
  const char *last[] = {"vigie.json", "E01", "aff4", "001", "raw"};
  for (size_t i = 0; i < VG_COUNT(last); i++) {
    snprintf(from, sizeof from, "%s.%s", p->tmp, last[i]);
    snprintf(to, sizeof to, "%.4000s.%s", p->base, last[i]);
    if (vg_file_exists(from) && !rename_new(from, to))
      return VG_FAIL_SYS(err, "evidence.write", to);
  }
  VG_TRY(vg_dir_sync(p->dir, err));
  place_forget(p);
  return VG_FAIL(err, VG_EEXIST, "evidence.completed", p->base);
}

/* Names in the order in which they are given: the sidecar and the last segment first, the first segment last. */
static void pair(const struct place *p, const struct acquire_copy *c, size_t i, char side[static 4112],
                 const char **from, const char **to) {
  snprintf(side, 4112, "%s.vigie.json", p->tmp);
  *from = i == 0 ? side : p->part.v[p->part.n - i];
  *to = i == 0 ? c->sidecar : c->images.v[p->part.n - i];
}

static void give_back(const struct place *p, const struct acquire_copy *c, size_t done) {
  while (done-- > 0) {
    char side[4112];
    const char *from, *to;
    pair(p, c, done, side, &from, &to);
    (void)rename(to, from);
  }
}

vg_code place_publish(const struct place *p, const struct acquire_copy *c, struct vg_err *err) {
  for (size_t i = 0; i <= p->part.n; i++) {
    char side[4112];
    const char *from, *to;
    pair(p, c, i, side, &from, &to);
    if (!rename_new(from, to)) {
      vg_code rc = VG_FAIL_SYS(err, "evidence.write", to);
      give_back(p, c, i);
      return rc;
    }
  }
  return vg_dir_sync(p->dir, err);
}

void place_retract(const struct place *p, const struct acquire_copy *c) { give_back(p, c, p->part.n + 1); }

vg_code place_lock(const struct place *p, int *fd, struct vg_err *err) {
  char path[4112];
  struct stat mine, there;
  snprintf(path, sizeof path, "%s.lock", p->tmp);
  for (;;) {
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
      return VG_FAIL_SYS(err, "evidence.write", path);
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0)
      return VG_FAIL(err, VG_EBUSY, "evidence.busy", p->base);
    /* Its last holder may have removed it between our two calls. */
    if (fstat(*fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino)
      return VG_OK;
    close(*fd);
  }
}
