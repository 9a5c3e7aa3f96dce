#include "analysis/analysis_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 500, PATH_MOST = 64 << 10 };

/* A directory of ordinary files. Links are told, never followed. Names come in order, so that a second run counts
 * alike. */
struct tree {
  struct walk *w;
  struct vg_buf path;
};

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static int no_dots(const struct dirent *e) { return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0; }

static vg_time stamp(const struct statx_timestamp *t, bool there) {
  return there ? t->tv_sec * VG_SECOND + t->tv_nsec : VG_NOTIME;
}

static vg_code read_fd(void *ctx, uint64_t at, char *p, size_t n, size_t *got) {
  ssize_t r;
  do
    r = pread(*(const int *)ctx, p, n, (off_t)at);
  while (r < 0 && errno == EINTR);
  *got = r > 0 ? (size_t)r : 0;
  return r < 0 ? VG_EIO : VG_OK;
}

static void describe(const struct statx *s, struct found_file *f) {
  mode_t mode = s->stx_mode;
  f->entry = S_ISREG(mode) ? ENTRY_FILE : S_ISDIR(mode) ? ENTRY_DIRECTORY : S_ISLNK(mode) ? ENTRY_LINK : ENTRY_OTHER;
  f->size = (int64_t)s->stx_size;
  f->allocated = true;
  f->type = f->entry == ENTRY_DIRECTORY ? VG_STR("inode/directory")
            : f->entry == ENTRY_LINK    ? VG_STR("inode/symlink")
                                        : VG_STR("");
  f->mtime = stamp(&s->stx_mtime, s->stx_mask & STATX_MTIME);
  f->atime = stamp(&s->stx_atime, s->stx_mask & STATX_ATIME);
  f->ctime = stamp(&s->stx_ctime, s->stx_mask & STATX_CTIME);
  f->btime = stamp(&s->stx_btime, s->stx_mask & STATX_BTIME);
}

static void unreadable(struct tree *t) {
  walk_problem(t->w, vg_buf_view(&t->path), "analysis.not_opened",
               vg_str_arg((char[VG_ERR_ARG_MAX]){0}, vg_str_z(strerrordesc_np(errno))));
}

static void visit_file(struct tree *t, int at, const char *name) {
  struct statx s;
  char inode[24];
  int fd = -1;
  if (statx(at, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &s) != 0) {
    unreadable(t);
    return;
  }
  struct found_file f = {.path = vg_buf_view(&t->path), .inode = vg_str_z(vg_num_text(inode, (int64_t)s.stx_ino))};
  describe(&s, &f);
  if (f.entry == ENTRY_FILE && (fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)) < 0)
    unreadable(t);
  struct unit *u = walk_file(t->w, &f);
  if (u && fd >= 0)
    walk_feed(t->w, u, (uint64_t)f.size, read_fd, &fd);
  else if (u)
    pool_offer(t->w->pool, u);
  if (fd >= 0)
    (void)close(fd);
  t->w->read += fd >= 0 ? (uint64_t)f.size : 0;
  pool_progress(t->w->pool, t->w->read, 0);
}

static void visit_directory(struct tree *t, int fd, unsigned depth);

static void descend(struct tree *t, int at, const char *name, unsigned depth) {
  struct stat st;
  if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
    return;
  if (depth == DEPTH || t->path.n > PATH_MOST) {
    walk_problem(t->w, vg_buf_view(&t->path), "analysis.too_deep", "");
    return;
  }
  int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    unreadable(t);
  else
    visit_directory(t, fd, depth + 1);
  if (fd >= 0)
    (void)close(fd);
}

static void visit_directory(struct tree *t, int fd, unsigned depth) {
  struct dirent **names = NULL;
  int n = scandirat(fd, ".", &names, no_dots, by_name);
  if (n < 0)
    unreadable(t);
  for (int i = 0; i < n; i++) {
    size_t parent = t->path.n;
    vg_buf_byte(&t->path, '/');
    vg_buf_z(&t->path, names[i]->d_name);
    VG_ASSERT(!t->path.bad);
    visit_file(t, fd, names[i]->d_name);
    descend(t, fd, names[i]->d_name, depth);
    t->path.n = parent;
    free(names[i]);
  }
  free(names);
}

vg_code tree_walk(struct walk *w, struct vg_err *err) {
  struct tree t = {.w = w};
  int fd = open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return VG_FAIL_SYS(err, "sandbox.input", w->path);
  vg_buf_init(&t.path, PATH_MOST + 4096);
  visit_directory(&t, fd, 0);
  vg_buf_fini(&t.path);
  (void)close(fd);
  return VG_OK;
}
