#include "match/container.h"
#include "match/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = INPUT_KEPT + INPUT_BLOCK, MAGIC = 16 };

struct input {
  const char *path;
  int fd;
  bool part; /* read with pread at `at` */
  uint64_t at;
  unsigned char *raw; /* as they are in the file: raw_at..raw_n-1 not taken yet */
  size_t raw_at, raw_n;
  bool end;
  bool packed;
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

/* Can it be the first byte of what is taken apart? Then more are waited for. */
static bool may_begin(unsigned char c) { return unpack_may_begin(c) || container_may_begin(c); }

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
    while (!in->end && (!in->raw_n || (in->raw_n < MAGIC && may_begin(in->raw[0]))))
      VG_GO(fetch(in, INPUT_BLOCK, err));
    in->packed = unpack_by_magic(in->raw, in->raw_n) != UNPACK_NONE ||
                 container_by_magic(vg_str_n((const char *)in->raw, in->raw_n)) != CONTAINER_NONE;
  }
  *out = in;
  return VG_OK;
out:
  input_close(in);
  return rc;
}

vg_code input_more(struct input *in, unsigned char **p, size_t kept, size_t most, size_t *got, struct vg_err *err) {
  *got = 0;
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
  free(in->raw);
  if (in->fd > 0)
    close(in->fd);
  free(in);
}

bool input_packed(const struct input *in) { return in->packed; }

int input_fd(const struct input *in) { return in->fd; }

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
