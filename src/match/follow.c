#include "base/grow.h"
#include "match/container.h"
#include "match/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 4 << 20, WAIT_MS = 200, QUIET = 10, LOOK = 5, MARK = 64, DEPTH_MAX = 64 };

/* A file as it was met, and its last bytes that were read: a file that holds them there is the same, whatever its name
 * now; one that does not was cut and written anew. */
struct seen {
  dev_t dev;
  ino_t ino;
  uint64_t at;
  unsigned char mark[MARK];
  size_t mark_n;
};
/* One file that grows. Bytes after its last line end wait in b until the line ends, the file goes, or the buffer is
 * full. */
struct tail {
  char *path;
  int fd;
  struct seen seen;
  struct scan scan;
  bool open, left; /* left: the name means another file, which has a tail of its own */
  unsigned quiet;  /* times that nothing came since then */
  unsigned char *b;
  size_t n;
};
struct follow {
  const struct pack *p;
  const struct match_order *order;
  struct tail *tails;
  size_t n, cap;
  struct seen *gone; /* of files that were followed to their end */
  size_t gone_n, gone_cap;
  match_sink *sink;
  void *ctx;
  const char *path;
  struct match_counts total;
};

static vg_code tell(void *ctx, const struct match_hit *h, struct vg_err *err) {
  struct follow *f = ctx;
  struct match_hit one = *h;
  one.path = f->path;
  f->total.hits++;
  return f->sink(f->ctx, &one, err);
}

static vg_code scan_to(struct follow *f, struct tail *t, size_t cut) {
  uint64_t line = t->scan.line;
  f->path = t->path;
  t->scan.low = t->b, t->scan.high = t->b + t->n;
  scan_piece(&t->scan, t->b, cut);
  scan_shift(&t->scan, cut);
  f->total.bytes += cut;
  f->total.lines += t->scan.line - line;
  memmove(t->b, t->b + cut, t->n - cut);
  t->n -= cut;
  return t->scan.rc;
}

/* What has ended; at the end of the file's life (all) the rest too. */
static vg_code scan_lines(struct follow *f, struct tail *t, bool all) {
  const unsigned char *nl = t->n ? memrchr(t->b, '\n', t->n) : NULL;
  size_t cut = all || (!nl && t->n == ROOM) ? t->n : nl ? (size_t)(nl - t->b) + 1 : 0;
  return cut ? scan_to(f, t, cut) : VG_OK;
}

static vg_code read_all(struct follow *f, struct tail *t, bool *some, struct vg_err *err) {
  struct seen *x = &t->seen;
  bool any = false;
  for (;;) {
    ssize_t r = read(t->fd, t->b + t->n, ROOM - t->n);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return VG_FAIL_SYS(err, "match.read", t->path);
    if (r == 0)
      break;
    any = true;
    t->n += (size_t)r, x->at += (uint64_t)r;
    VG_TRY(scan_lines(f, t, false));
  }
  if (any) {
    const size_t n = x->at < MARK ? (size_t)x->at : MARK;
    const ssize_t r = pread(t->fd, x->mark, n, (off_t)(x->at - n));
    x->mark_n = r == (ssize_t)n ? n : 0;
  }
  *some |= any;
  return VG_OK;
}

/* Are these the bytes that were read? */
static bool same(int fd, const struct seen *x) {
  unsigned char now[MARK];
  const ssize_t r = pread(fd, now, x->mark_n, (off_t)(x->at - x->mark_n));
  return r == (ssize_t)x->mark_n && memcmp(now, x->mark, x->mark_n) == 0;
}

static vg_code begin(struct follow *f, struct tail *t, bool must, struct vg_err *err) {
  struct stat st;
  t->fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (t->fd < 0)
    return must ? VG_FAIL_SYS(err, "match.read", t->path) : VG_OK; /* between the old and the new one: try again */
  if (fstat(t->fd, &st) != 0)
    return VG_FAIL_SYS(err, "match.read", t->path);
  t->n = 0, t->quiet = 0;
  t->seen = (struct seen){.dev = st.st_dev, .ino = st.st_ino};
  VG_TRY(scan_init(&t->scan, f->p, 1, tell, f, err));
  t->scan.context = f->order->context;
  t->open = true;
  VG_TRY(scan_fields(&t->scan, err));
  return VG_OK;
}

static vg_code end(struct follow *f, struct tail *t) {
  vg_code rc = t->open ? scan_lines(f, t, true) : VG_OK;
  if (t->open)
    scan_fini(&t->scan);
  if (t->fd >= 0)
    close(t->fd);
  t->open = false;
  t->fd = -1;
  return rc;
}

/* What was followed to its end under this name may appear under another one. */
static vg_code leave(struct follow *f, struct tail *t, struct vg_err *err) {
  if (!VG_GROW(f->gone, f->gone_n, f->gone_cap, 16))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  f->gone[f->gone_n++] = t->seen;
  return end(f, t);
}

/* The name means another file now, or the same one was cut. */
enum place { HERE, ELSEWHERE, CUT };
static enum place where(const struct tail *t) {
  struct stat now, own;
  if (fstat(t->fd, &own) == 0 && ((uint64_t)own.st_size < t->seen.at || !same(t->fd, &t->seen)))
    return CUT;
  return stat(t->path, &now) == 0 && (now.st_ino != t->seen.ino || now.st_dev != t->seen.dev) ? ELSEWHERE : HERE;
}

static vg_code add_tail(struct follow *f, const char *path, struct vg_err *err) {
  if (!VG_GROW(f->tails, f->n, f->cap, 16))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  struct tail *t = &f->tails[f->n];
  *t = (struct tail){.fd = -1, .path = strdup(path), .b = malloc(ROOM)};
  f->n++;
  return t->path && t->b ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

/* Whoever writes to a file that was renamed may go on for a while: it is read until nothing more comes, and beside it
 * from now on the one that has its name. May move the tails. */
static vg_code turn(struct follow *f, struct tail *t, bool last, bool *some, struct vg_err *err) {
  bool came = false;
  if (!t->open)
    VG_TRY(begin(f, t, false, err));
  if (!t->open)
    return VG_OK;
  const enum place place =
      t->left ? ELSEWHERE : where(t); /* asked first: what comes in between belongs to the old file */
  if (place != CUT)
    VG_TRY(read_all(f, t, &came, err));
  *some |= came || place == CUT;
  if (place == CUT) {
    VG_TRY(end(f, t));
    return last ? turn(f, t, false, some, err) : VG_OK;
  }
  const bool now = place == ELSEWHERE && !t->left;
  t->left = place == ELSEWHERE;
  t->quiet = !t->left || came ? 0 : t->quiet + 1;
  if (t->left && (last || t->quiet >= QUIET))
    VG_TRY(leave(f, t, err));
  return now ? add_tail(f, t->path, err) : VG_OK;
}

static void drop(struct tail *t) {
  free(t->b);
  free(t->path);
}

/* Those that were read to their end. */
static void bury(struct follow *f) {
  for (size_t i = 0; i < f->n;)
    if (f->tails[i].left && !f->tails[i].open) {
      drop(&f->tails[i]);
      f->tails[i] = f->tails[--f->n];
    } else {
      i++;
    }
}

/* --- which ------------------------------------------------------------------------------------------------------ */

/* Is it followed already, or was it under another name? */
static bool known(const struct follow *f, const char *path, const struct stat *st) {
  for (size_t i = 0; i < f->n; i++)
    if (strcmp(f->tails[i].path, path) == 0 ||
        (f->tails[i].open && f->tails[i].seen.ino == st->st_ino && f->tails[i].seen.dev == st->st_dev))
      return true;
  bool yes = false;
  const int fd = f->gone_n ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  for (size_t i = 0; i < f->gone_n && fd >= 0 && !yes; i++)
    yes = f->gone[i].ino == st->st_ino && f->gone[i].dev == st->st_dev && f->gone[i].mark_n && same(fd, &f->gone[i]);
  if (fd >= 0)
    close(fd);
  return yes;
}

/* Regular files that are not compressed (those of earlier days mostly are). Links are not followed. */
static vg_code add_tree(struct follow *f, const char *dir, unsigned depth, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct dirent **names = NULL;
  const int n = depth < DEPTH_MAX ? scandir(dir, &names, NULL, alphasort) : -1;
  for (int i = 0; i < n; i++) {
    struct stat st;
    char path[4096];
    const char *name = names[i]->d_name;
    const char *slash = dir[0] && dir[strlen(dir) - 1] == '/' ? "" : "/";
    const int k = snprintf(path, sizeof path, "%s%s%s", dir, slash, name);
    if (rc == VG_OK && k > 0 && (size_t)k < sizeof path && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
        lstat(path, &st) == 0) {
      if (S_ISDIR(st.st_mode))
        rc = add_tree(f, path, depth + 1, err);
      else if (S_ISREG(st.st_mode) && !known(f, path, &st) && container_of(path) == CONTAINER_NONE)
        rc = add_tail(f, path, err);
    }
    free(names[i]);
  }
  free(names);
  return rc;
}

static vg_code add_all(struct follow *f, bool first, struct vg_err *err) {
  for (size_t i = 0; i < f->order->count; i++) {
    const char *path = f->order->paths[i];
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
      VG_TRY(add_tree(f, path, 0, err));
    } else if (first) {
      if (container_of(path) != CONTAINER_NONE)
        return VG_FAIL(err, VG_EUSAGE, "match.follow_packed", path);
      VG_TRY(add_tail(f, path, err));
      VG_TRY(begin(f, &f->tails[f->n - 1], true, err));
    }
  }
  return VG_OK;
}

vg_code match_follow(const struct pack *p, const struct match_order *o, match_sink *sink, match_go_on *go_on, void *ctx,
                     struct match_counts *total, struct vg_err *err) {
  struct follow f = {.p = p, .order = o, .sink = sink, .ctx = ctx};
  const struct timespec wait = {0, WAIT_MS * 1000000L};
  vg_code rc = add_all(&f, true, err);
  unsigned turns = 0;
  for (bool more = true; more && rc == VG_OK;) {
    bool some = false;
    more = go_on(ctx);
    if (++turns % LOOK == 0 || !more)
      VG_GO(add_all(&f, false, err));
    for (size_t i = 0; i < f.n; i++)
      VG_GO(turn(&f, &f.tails[i], !more, &some, err));
    bury(&f);
    if (!some && more)
      nanosleep(&wait, NULL);
  }
out:
  for (size_t i = 0; i < f.n; i++) {
    vg_code last = end(&f, &f.tails[i]);
    rc = rc == VG_OK ? last : rc;
    drop(&f.tails[i]);
  }
  free(f.tails);
  free(f.gone);
  if (total)
    *total = f.total;
  return rc;
}
