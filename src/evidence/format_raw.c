#include "evidence/evidence_internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- writing: chunks of zeroes become holes ---- */

static vg_code put(struct image_writer *w, const char *p, size_t n, bool hole, struct vg_err *err) {
  while (n > 0) {
    if (w->o.segment && w->pos == w->o.segment) {
      if (ftruncate(w->fd, (off_t)w->pos) != 0)
        return VG_FAIL_SYS(err, "evidence.write", w->base);
      VG_TRY(writer_segment(w, err));
    }
    size_t k = w->o.segment && n > w->o.segment - w->pos ? (size_t)(w->o.segment - w->pos) : n;
    if (!hole)
      VG_TRY(vg_write_all(w->fd, p, k, w->base, err));
    else if (lseek(w->fd, (off_t)k, SEEK_CUR) < 0)
      return VG_FAIL_SYS(err, "evidence.write", w->base);
    w->pos += k;
    p += k;
    n -= k;
  }
  return VG_OK;
}

static vg_code raw_block(struct image_writer *w, const struct block *b, struct vg_err *err) {
  for (size_t i = 0; i < b->chunks;) {
    size_t n = 0;
    const struct chunk *first = &b->chunk[i];
    for (; i < b->chunks && b->chunk[i].zero == first->zero; i++)
      n += b->chunk[i].n;
    VG_TRY(put(w, first->p, n, first->zero, err));
  }
  writer_hasten(w);
  return VG_OK;
}

/* A hole at the end does not make a file longer. */
static vg_code raw_whole(struct image_writer *w, struct vg_err *err) {
  return ftruncate(w->fd, (off_t)w->pos) == 0 ? VG_OK : VG_FAIL_SYS(err, "evidence.write", w->base);
}

static vg_code raw_mark(struct image_writer *w, struct image_mark *m, struct vg_err *err) {
  VG_TRY(raw_whole(w, err));
  *m = (struct image_mark){.segment = w->segment, .offset = w->pos};
  return writer_settle(w, false, err);
}

static vg_code raw_end(struct image_writer *w, const struct writer_end *e, struct vg_err *err) {
  (void)e;
  VG_TRY(raw_whole(w, err));
  return writer_settle(w, true, err);
}

static void raw_writer_close(struct image_writer *w) { free(w); }

static const struct image_writer_ops writer_ops = {raw_block, raw_mark, raw_end, raw_writer_close};

vg_code writer_raw(struct image_writer **out, const struct writer_options *o, struct vg_err *err) {
  struct image_writer *w = calloc(1, sizeof *w);
  *out = w;
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  w->ops = &writer_ops;
  w->o = *o;
  w->fd = -1;
  vg_str_copy(w->base, sizeof w->base, vg_str_z(o->base));
  return o->from ? writer_reopen(w, err) : writer_segment(w, err);
}

/* ---- reading ---- */

struct raw {
  struct image_reader r;
  int *fd;
  uint64_t *end; /* of each segment, in the medium */
  size_t n;
};

static vg_code raw_read_at(struct image_reader *r, uint64_t at, char *p, size_t n, struct vg_err *err) {
  struct raw *raw = (struct raw *)r;
  size_t i = 0;
  while (n > 0) {
    while (at >= raw->end[i])
      i++;
    uint64_t begin = i ? raw->end[i - 1] : 0, left = raw->end[i] - at;
    size_t part = n < left ? n : (size_t)left;
    VG_TRY(evidence_pread(raw->fd[i], p, part, at - begin, at, err));
    p += part;
    at += part;
    n -= part;
  }
  return VG_OK;
}

static vg_code raw_fetch(struct image_reader *r, struct block *b, struct vg_err *err) {
  return raw_read_at(r, b->at, b->own, b->n, err);
}

static void raw_close(struct image_reader *r) {
  struct raw *raw = (struct raw *)r;
  for (size_t i = 0; i < raw->n; i++)
    close(raw->fd[i]);
  free(raw->fd);
  free(raw->end);
  free(raw);
}

static const struct image_reader_ops reader_ops = {raw_read_at, raw_fetch, reader_unpack_nothing, reader_stored_none,
                                                   raw_close};

vg_code reader_raw(struct image_reader **out, const char *const *paths, size_t n, struct vg_err *err) {
  struct raw *raw = calloc(1, sizeof *raw);
  if (!raw)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  raw->r = (struct image_reader){.ops = &reader_ops, .format = IMAGE_RAW};
  *out = &raw->r;
  raw->fd = calloc(n, sizeof *raw->fd);
  raw->end = calloc(n, sizeof *raw->end);
  if (!raw->fd || !raw->end)
    return VG_FAIL(err, VG_ENOMEM, "evidence.memory");
  for (size_t i = 0; i < n; i++) {
    raw->fd[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
    if (raw->fd[i] < 0)
      return VG_FAIL_SYS(err, "evidence.open", paths[i]);
    raw->n = i + 1;
    off_t size = lseek(raw->fd[i], 0, SEEK_END);
    if (size < 0)
      return VG_FAIL_SYS(err, "evidence.read", paths[i]);
    raw->r.size += (uint64_t)size;
    raw->end[i] = raw->r.size;
    (void)posix_fadvise(raw->fd[i], 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return VG_OK;
}
