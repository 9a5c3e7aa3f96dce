/* The bytes of an import, piece by piece. */
#include "intel/intel_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 20, PACKED = PIECE / 4, PATIENCE = 100 /* ms between looks at stop */ };

struct input_file {
  int fd;
  const atomic_bool *stop; /* NULL: nobody can */
  bool waits;              /* no plain file: bytes may be long in coming */
  struct import *idle;     /* makes way for others meanwhile; NULL: nobody does, or another thread */
  bool ended;
  enum { UNKNOWN, PLAIN, GZIP, GZIP_BETWEEN } form; /* BETWEEN: behind a member, before the next one or the end */
  z_stream z;
  size_t at, n; /* of bytes: read and not yet used */
  unsigned char bytes[PACKED];
};

static bool stopped(const struct input_file *f) { return f->stop && atomic_load(f->stop); }

/* Until there is something to read; VG_ESTATE when told to stop. */
static vg_code await(struct input_file *f, struct vg_err *err) {
  struct pollfd p = {.fd = f->fd, .events = POLLIN};
  for (;;) {
    if (stopped(f))
      return VG_FAIL(err, VG_ESTATE, "intel.stopped");
    if (!f->waits || poll(&p, 1, PATIENCE) > 0)
      return VG_OK;
    if (f->idle)
      VG_TRY(part_make_way(f->idle, err));
  }
}

/* f->ended when nothing comes. */
static vg_code read_bytes(struct input_file *f, void *room, size_t want, size_t *got, const char *path,
                          struct vg_err *err) {
  for (;;) {
    VG_TRY(await(f, err));
    ssize_t n = read(f->fd, room, want);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n < 0)
      return VG_FAIL_SYS(err, "base.read", path);
    *got = (size_t)n;
    f->ended = n == 0;
    return VG_OK;
  }
}

/* More bytes behind those that are left. */
static vg_code more_bytes(struct input_file *f, const char *path, struct vg_err *err) {
  size_t got;
  memmove(f->bytes, f->bytes + f->at, f->n - f->at);
  f->n -= f->at;
  f->at = 0;
  VG_TRY(read_bytes(f, f->bytes + f->n, sizeof f->bytes - f->n, &got, path, err));
  f->n += got;
  return VG_OK;
}

/* Does gzip begin here? What begins otherwise passes as it is; behind a member it is padding, and the end. */
static vg_code look(struct input_file *f, const char *path, struct vg_err *err) {
  while (f->n - f->at < 2 && !f->ended)
    VG_TRY(more_bytes(f, path, err));
  bool gzip = f->n - f->at >= 2 && f->bytes[f->at] == 0x1f && f->bytes[f->at + 1] == 0x8b;
  if (f->form == UNKNOWN && !gzip) {
    f->form = PLAIN;
  } else if (gzip) {
    if ((f->form == UNKNOWN ? inflateInit2(&f->z, 15 + 16) : inflateReset(&f->z)) != Z_OK)
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    f->form = GZIP;
  } else {
    f->at = f->n;
    f->ended = true;
  }
  return VG_OK;
}

static vg_code pass(struct input_file *f, char *room, size_t want, size_t *got, const char *path, struct vg_err *err) {
  size_t left = f->n - f->at;
  if (left == 0)
    return f->ended ? VG_OK : read_bytes(f, room, want, got, path, err);
  *got = left < want ? left : want;
  memcpy(room, f->bytes + f->at, *got);
  f->at += *got;
  return VG_OK;
}

static vg_code unpack(struct input_file *f, char *room, size_t want, size_t *got, const char *path,
                      struct vg_err *err) {
  if (f->at == f->n && !f->ended)
    VG_TRY(more_bytes(f, path, err));
  f->z.next_in = f->bytes + f->at;
  f->z.avail_in = (uInt)(f->n - f->at);
  f->z.next_out = (Bytef *)room;
  f->z.avail_out = (uInt)want;
  int code = inflate(&f->z, Z_NO_FLUSH);
  f->at = f->n - f->z.avail_in;
  *got = want - f->z.avail_out;
  if (code == Z_STREAM_END)
    f->form = GZIP_BETWEEN;
  else if (code != Z_OK && code != Z_BUF_ERROR)
    return VG_FAIL(err, VG_EDATA, "intel.gzip", path, f->z.msg ? f->z.msg : "damaged");
  return VG_OK;
}

/* Fills the room, unless the input ends before. */
static vg_code fill(struct input_file *f, char *room, size_t want, size_t *n, const char *path, struct vg_err *err) {
  *n = 0;
  while (*n < want) {
    size_t got = 0;
    if (f->form == UNKNOWN || f->form == GZIP_BETWEEN)
      VG_TRY(look(f, path, err));
    if (f->form == PLAIN)
      VG_TRY(pass(f, room + *n, want - *n, &got, path, err));
    else if (f->form == GZIP)
      VG_TRY(unpack(f, room + *n, want - *n, &got, path, err));
    *n += got;
    if (got == 0 && f->ended && f->at == f->n)
      return f->form == GZIP ? VG_FAIL(err, VG_EDATA, "intel.gzip", path, "unexpected end") : VG_OK;
  }
  return VG_OK;
}

vg_code intel_input_open(struct input *in, const char *path, vg_str memory, const atomic_bool *stop,
                         struct vg_err *err) {
  *in = (struct input){.memory = memory};
  vg_buf_init(&in->raw, PIECE + 4);
  vg_buf_init(&in->window, INPUT_ELEMENT_MAX + 4 * PIECE); /* a byte may become three */
  if (memory.p)
    return VG_OK;
  bool standard = strcmp(path, "-") == 0;
  int fd =
      standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is waited for later */
  struct stat st;
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  bool known = fstat(fd, &st) == 0;
  if (known && S_ISDIR(st.st_mode)) {
    close(fd);
    return VG_FAIL(err, VG_EUSAGE, "intel.is_directory", path);
  }
  in->file = calloc(1, sizeof *in->file);
  if (!in->file) {
    close(fd);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  in->file->fd = fd;
  in->file->stop = stop;
  in->file->waits = known && !S_ISREG(st.st_mode);
  return VG_OK;
}

void intel_input_idle(struct input *in, struct import *im) {
  if (in->file)
    in->file->idle = im;
}

void intel_input_close(struct input *in) {
  if (in->file) {
    if (in->file->form == GZIP || in->file->form == GZIP_BETWEEN)
      inflateEnd(&in->file->z);
    close(in->file->fd);
    free(in->file);
  }
  in->file = NULL;
  vg_buf_fini(&in->raw);
  vg_buf_fini(&in->window);
}

/* A piece behind the few bytes that wait. */
static vg_code read_piece(struct input *in, bool *ended, const char *path, struct vg_err *err) {
  size_t n;
  if (in->memory.p) {
    vg_str piece = vg_str_sub(in->memory, 0, PIECE);
    vg_buf_str(&in->raw, piece);
    in->memory = vg_str_sub(in->memory, piece.n, in->memory.n);
    *ended = in->memory.n == 0;
    return vg_buf_check(&in->raw, err);
  }
  char *room = vg_buf_room(&in->raw, PIECE);
  if (!room)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  VG_TRY(fill(in->file, room, PIECE, &n, path, err));
  in->raw.n += n;
  *ended = n < PIECE;
  return VG_OK;
}

vg_code intel_input_more(struct input *in, const char *path, struct vg_err *err) {
  bool ended = false;
  if (in->from) {
    memmove(in->window.p, in->window.p + in->from, in->window.n - in->from);
    in->window.n -= in->from;
    in->from = 0;
  }
  if (in->window.n > INPUT_ELEMENT_MAX)
    return VG_FAIL(err, VG_ELIMIT, "intel.too_long", path, VG_N(in->at));
  VG_TRY(read_piece(in, &ended, path, err));
  const size_t used = input_text(&in->form, vg_buf_view(&in->raw), ended, &in->window);
  if (used < in->raw.n)
    memmove(in->raw.p, in->raw.p + used, in->raw.n - used);
  in->raw.n -= used;
  in->ended = ended;
  return vg_buf_check(&in->window, err);
}

void intel_input_drop(struct input *in, size_t n) {
  VG_ASSERT(n <= in->window.n - in->from);
  in->from += n;
  in->at += (int64_t)n;
}
