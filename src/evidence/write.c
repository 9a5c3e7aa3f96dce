#include "evidence/format_aff4.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

/* So much may wait in memory before the kernel is asked to begin writing: the fsync at the end then finds little left.
 */
enum { HASTE = 16 << 20 };

static void segment_path(const struct image_writer *w, char out[static 4104]) {
  char ext[5] = "raw";
  if (w->o.format != IMAGE_RAW || w->o.segment)
    evidence_extension(w->o.format, w->segment, ext);
  snprintf(out, 4104, "%s.%s", w->base, ext);
}

vg_code writer_settle(struct image_writer *w, bool close_it, struct vg_err *err) {
  char path[4104];
  segment_path(w, path);
  int bad = fsync(w->fd) != 0;
  if (close_it) {
    bad = close(w->fd) != 0 || bad;
    w->fd = -1;
  }
  return bad ? VG_FAIL_SYS(err, "evidence.write", path) : VG_OK;
}

vg_code writer_segment(struct image_writer *w, struct vg_err *err) {
  char path[4104];
  if (w->fd >= 0)
    VG_TRY(writer_settle(w, true, err));
  w->segment++;
  w->pos = w->flushed = 0;
  if (w->segment > (w->o.format == IMAGE_RAW ? 999 : IMAGE_PATHS))
    return VG_FAIL(err, VG_ELIMIT, "evidence.segments", VG_N(w->segment));
  segment_path(w, path);
  w->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return w->fd < 0 ? VG_FAIL_SYS(err, "evidence.write", path) : VG_OK;
}

/* Segments behind the mark were never promised to anybody. */
vg_code writer_reopen(struct image_writer *w, struct vg_err *err) {
  char path[4104];
  w->segment = (size_t)w->o.from->segment;
  w->pos = w->flushed = w->o.from->offset;
  segment_path(w, path);
  w->fd = open(path, O_RDWR | O_CLOEXEC);
  if (w->fd < 0 || ftruncate(w->fd, (off_t)w->pos) != 0 || lseek(w->fd, (off_t)w->pos, SEEK_SET) < 0)
    return VG_FAIL_SYS(err, "evidence.write", path);
  for (bool more = !evidence_one_file(w->o.format, w->o.segment > 0); more;) {
    w->segment++;
    segment_path(w, path);
    more = unlink(path) == 0;
  }
  w->segment = (size_t)w->o.from->segment;
  return VG_OK;
}

void writer_hasten(struct image_writer *w) {
  if (w->pos - w->flushed < HASTE)
    return;
  (void)sync_file_range(w->fd, (off64_t)w->flushed, (off64_t)(w->pos - w->flushed), SYNC_FILE_RANGE_WRITE);
  w->flushed = w->pos;
}

vg_code image_writer_open(struct image_writer **out, const struct writer_options *o, struct vg_err *err) {
  return o->format == IMAGE_E01    ? writer_ewf(out, o, err)
         : o->format == IMAGE_AFF4 ? writer_aff4(out, o, err)
                                   : writer_raw(out, o, err);
}

bool image_mark_fits(enum image_format f, uint64_t at) { return f != IMAGE_AFF4 || at % AFF4_BEVY == 0; }

vg_code writer_gather(struct image_writer *w, struct iovec *v, size_t n, struct vg_err *err) {
  while (n > 0) {
    ssize_t did = writev(w->fd, v, (int)n);
    if (did < 0 && errno == EINTR)
      continue;
    if (did < 0)
      return VG_FAIL_SYS(err, "evidence.write", w->base);
    size_t left = (size_t)did;
    for (; n > 0 && left >= v->iov_len; v++, n--)
      left -= v->iov_len;
    if (n > 0) {
      v->iov_base = (char *)v->iov_base + left;
      v->iov_len -= left;
    }
  }
  return VG_OK;
}

void image_writer_close(struct image_writer *w) {
  if (!w)
    return;
  if (w->fd >= 0)
    close(w->fd);
  w->ops->close(w);
}
