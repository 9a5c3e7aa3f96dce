#include "match/input.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = INPUT_KEPT + INPUT_BLOCK, BLOCKS = 4, MAGIC = 16 };

struct input {
  const char *path;
  int fd;
  bool part; /* read with pread at `at` */
  uint64_t at;
  unsigned char *raw; /* as they are in the file: raw_at..raw_n-1 not taken yet */
  size_t raw_at, raw_n;
  bool end;
  struct unpack *unpack;
  /* Blocks of unpacked bytes go round between the unpacking thread and the reader, with room in front of them for what
   * the reader kept of the one before: nothing is copied. */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  bool threaded, done, stop;
  unsigned char *block[BLOCKS];
  size_t size[BLOCKS];
  unsigned filled, taken; /* blocks so far; the reader holds the last one taken */
  vg_code rc;
  struct vg_err err;
};

/* Up to `most` bytes behind those that are there. */
static vg_code fetch(struct input *in, size_t most, struct vg_err *err) {
  unsigned char *to = in->raw + in->raw_n;
  ssize_t r;
  do
    r = in->part ? pread(in->fd, to, most, (off_t)in->at) : read(in->fd, to, most);
  while (r < 0 && errno == EINTR);
  if (r < 0)
    return VG_FAIL_SYS(err, "match.read", in->path);
  in->end = r == 0;
  in->raw_n += (size_t)r, in->at += (uint64_t)r;
  return VG_OK;
}

/* --- unpacking, in its own thread ---------------------------------------------------------------------------- */

/* Room for a block; NULL when the reader has gone. */
static unsigned char *free_block(struct input *in) {
  pthread_mutex_lock(&in->lock);
  while (in->filled - in->taken == BLOCKS - 1 && !in->stop)
    pthread_cond_wait(&in->moved, &in->lock);
  unsigned char *b = in->stop ? NULL : in->block[in->filled % BLOCKS] + INPUT_KEPT;
  pthread_mutex_unlock(&in->lock);
  return b;
}

static void give_block(struct input *in, size_t n, bool done, vg_code rc) {
  pthread_mutex_lock(&in->lock);
  if (n)
    in->size[in->filled++ % BLOCKS] = n;
  in->done = done;
  in->rc = rc;
  pthread_cond_broadcast(&in->moved);
  pthread_mutex_unlock(&in->lock);
}

/* Fills b; *done at the end. Bytes behind the last member that begin no other one are padding and are left alone. */
static vg_code fill(struct input *in, unsigned char *b, size_t *n, bool *done, bool *inside) {
  while (*n < INPUT_BLOCK) {
    size_t took, gave;
    bool ended;
    if (in->raw_at == in->raw_n && !in->end) {
      in->raw_at = in->raw_n = 0;
      VG_TRY(fetch(in, INPUT_BLOCK, &in->err));
    }
    const unsigned char *p = in->raw + in->raw_at;
    size_t have = in->raw_n - in->raw_at;
    if (!*inside && (!have || (in->unpack && unpack_by_magic(p, have) == UNPACK_NONE && have > 9))) {
      *done = true;
      return VG_OK;
    }
    VG_TRY(unpack_step(in->unpack, p, have, &took, b + *n, INPUT_BLOCK - *n, &gave, &ended, &in->err));
    in->raw_at += took, *n += gave;
    *inside = !ended;
    if (!took && !gave && !ended && !have)
      return VG_FAIL(&in->err, VG_EDATA, "match.broken", in->path);
  }
  return VG_OK;
}

static void *unpack_all(void *ctx) {
  struct input *in = ctx;
  vg_code rc = VG_OK;
  bool done = false, inside = true;
  while (!done && rc == VG_OK) {
    size_t n = 0;
    unsigned char *b = free_block(in);
    if (!b)
      break;
    rc = fill(in, b, &n, &done, &inside);
    give_block(in, n, done || rc != VG_OK, rc);
  }
  return NULL;
}

static vg_code start_unpacking(struct input *in, enum unpack_kind kind, struct vg_err *err) {
  VG_TRY(unpack_new(&in->unpack, kind, in->path, err));
  for (size_t i = 0; i < BLOCKS; i++)
    if (!(in->block[i] = malloc(ROOM)))
      return VG_FAIL(err, VG_ENOMEM, "match.memory");
  pthread_mutex_init(&in->lock, NULL);
  pthread_cond_init(&in->moved, NULL);
  in->threaded = pthread_create(&in->thread, NULL, unpack_all, in) == 0;
  return in->threaded ? VG_OK : VG_FAIL(err, VG_ENOMEM, "match.memory");
}

static vg_code next_block(struct input *in, unsigned char **p, size_t kept, size_t *got, struct vg_err *err) {
  vg_code rc = VG_OK;
  pthread_mutex_lock(&in->lock);
  while (in->taken == in->filled && !in->done)
    pthread_cond_wait(&in->moved, &in->lock);
  if (in->taken < in->filled) {
    unsigned char *b = in->block[in->taken % BLOCKS] + INPUT_KEPT - kept;
    *got = in->size[in->taken % BLOCKS];
    if (kept)
      memcpy(b, *p, kept); /* that block is free after this */
    *p = b;
    in->taken++;
    pthread_cond_broadcast(&in->moved);
  } else {
    rc = in->rc;
    if (rc != VG_OK && err)
      *err = in->err;
  }
  pthread_mutex_unlock(&in->lock);
  return rc;
}

/* --- the door -------------------------------------------------------------------------------------------------- */

vg_code input_open(struct input **out, const char *path, bool part, uint64_t from, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct input *in = calloc(1, sizeof *in);
  if (!in)
    return VG_FAIL(err, VG_ENOMEM, "match.memory");
  in->path = path, in->part = part, in->at = from;
  in->fd = strcmp(path, "-") == 0 ? 0 : open(path, O_RDONLY | O_CLOEXEC);
  if (in->fd < 0)
    VG_GO(VG_FAIL_SYS(err, "match.read", path));
  if (!(in->raw = malloc(ROOM)))
    VG_GO(VG_FAIL(err, VG_ENOMEM, "match.memory"));
  if (!part) {
    while (!in->end && (!in->raw_n || (in->raw_n < MAGIC && unpack_may_begin(in->raw[0]))))
      VG_GO(fetch(in, INPUT_BLOCK, err));
    enum unpack_kind kind = unpack_by_magic(in->raw, in->raw_n);
    if (kind != UNPACK_NONE)
      VG_GO(start_unpacking(in, kind, err));
  }
  *out = in;
  return VG_OK;
out:
  input_close(in);
  return rc;
}

vg_code input_more(struct input *in, unsigned char **p, size_t kept, size_t most, size_t *got, struct vg_err *err) {
  *got = 0;
  if (in->threaded)
    return next_block(in, p, kept, got, err);
  if (in->raw_at == in->raw_n && !in->end) {
    most = most < INPUT_BLOCK ? most : INPUT_BLOCK;
    if (most > ROOM - in->raw_n) {
      memmove(in->raw, in->raw + in->raw_n - kept, kept);
      in->raw_at = in->raw_n = kept;
    }
    VG_TRY(fetch(in, most, err));
  }
  *got = in->raw_n - in->raw_at;
  *p = in->raw + in->raw_at - kept;
  in->raw_at = in->raw_n;
  return VG_OK;
}

void input_close(struct input *in) {
  if (!in)
    return;
  if (in->threaded) {
    pthread_mutex_lock(&in->lock);
    in->stop = true;
    pthread_cond_broadcast(&in->moved);
    pthread_mutex_unlock(&in->lock);
    pthread_join(in->thread, NULL);
    pthread_mutex_destroy(&in->lock);
    pthread_cond_destroy(&in->moved);
  }
  for (size_t i = 0; i < BLOCKS; i++)
    free(in->block[i]);
  unpack_free(in->unpack);
  free(in->raw);
  if (in->fd > 0)
    close(in->fd);
  free(in);
}

bool input_parts(const char *path, uint64_t *size) {
  unsigned char head[16];
  struct stat st;
  int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return false;
  ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? pread(fd, head, sizeof head, 0) : -1;
  close(fd);
  if (n < 0 || unpack_by_magic(head, (size_t)n) != UNPACK_NONE)
    return false;
  *size = (uint64_t)st.st_size;
  return true;
}
