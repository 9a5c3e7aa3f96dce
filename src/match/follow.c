#include "match/match_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 4 << 20, WAIT_MS = 200 };

/* One file that grows. Bytes after its last line end wait in b until the line ends, the file goes, or the buffer is
 * full. */
struct tail {
  const char *path;
  int fd;
  struct stat st;
  struct scan scan;
  bool open;
  unsigned char *b;
  size_t n;
  uint64_t at;
};
struct follow {
  const struct pack *p;
  struct tail *tails;
  size_t n;
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
  for (;;) {
    ssize_t r = read(t->fd, t->b + t->n, ROOM - t->n);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return VG_FAIL_SYS(err, "match.read", t->path);
    if (r == 0)
      return VG_OK;
    *some = true;
    t->n += (size_t)r, t->at += (uint64_t)r;
    VG_TRY(scan_lines(f, t, false));
  }
}

static vg_code begin(struct follow *f, struct tail *t, const struct match_order *o, bool must, struct vg_err *err) {
  t->fd = open(t->path, O_RDONLY | O_CLOEXEC);
  if (t->fd < 0)
    return must ? VG_FAIL_SYS(err, "match.read", t->path) : VG_OK; /* between the old and the new one: try again */
  if (fstat(t->fd, &t->st) != 0)
    return VG_FAIL_SYS(err, "match.read", t->path);
  t->n = 0, t->at = 0;
  VG_TRY(scan_init(&t->scan, f->p, 1, tell, f, err));
  t->scan.context = o->context;
  t->open = true;
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

/* The name means another file now, or the same one was cut. */
static bool rotated(const struct tail *t) {
  struct stat now, own;
  if (fstat(t->fd, &own) == 0 && (uint64_t)own.st_size < t->at)
    return true;
  return stat(t->path, &now) == 0 && (now.st_ino != t->st.st_ino || now.st_dev != t->st.st_dev);
}

static vg_code turn(struct follow *f, struct tail *t, const struct match_order *o, bool *some, struct vg_err *err) {
  if (!t->open) {
    VG_TRY(begin(f, t, o, false, err));
    if (!t->open)
      return VG_OK;
  }
  bool gone = rotated(t);
  VG_TRY(read_all(f, t, some, err)); /* after the question: what came in between belongs to the old file */
  if (!gone)
    return VG_OK;
  *some = true;
  return end(f, t);
}

vg_code match_follow(const struct pack *p, const struct match_order *o, match_sink *sink, match_go_on *go_on, void *ctx,
                     struct match_counts *total, struct vg_err *err) {
  struct follow f = {.p = p, .n = o->count, .sink = sink, .ctx = ctx};
  const struct timespec wait = {0, WAIT_MS * 1000000L};
  vg_code rc = VG_OK;
  if (!(f.tails = calloc(o->count, sizeof *f.tails)))
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  for (size_t i = 0; i < f.n; i++)
    f.tails[i].fd = -1, f.tails[i].path = o->paths[i];
  for (size_t i = 0; i < f.n; i++) {
    if (!(f.tails[i].b = malloc(ROOM)))
      VG_GO(VG_FAIL(err, VG_ENOMEM, "match.memory"));
    VG_GO(begin(&f, &f.tails[i], o, true, err));
  }
  for (bool more = true; more;) {
    bool some = false;
    more = go_on(ctx);
    for (size_t i = 0; i < f.n; i++)
      VG_GO(turn(&f, &f.tails[i], o, &some, err));
    if (!some && more)
      nanosleep(&wait, NULL);
  }
out:
  for (size_t i = 0; i < f.n; i++) {
    vg_code last = end(&f, &f.tails[i]);
    rc = rc == VG_OK ? last : rc;
    free(f.tails[i].b);
  }
  free(f.tails);
  if (total)
    *total = f.total;
  return rc;
}
