/* The bytes of an import, piece by piece. */
#include "intel/intel_internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 1 << 20 };

vg_code intel_input_open(struct input *in, const char *path, vg_str memory, struct vg_err *err) {
  *in = (struct input){.memory = memory};
  vg_buf_init(&in->window, INPUT_ELEMENT_MAX + PIECE);
  if (memory.p)
    return VG_OK;
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0)
    return VG_FAIL_SYS(err, "base.open", path);
  if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
    close(fd);
    return VG_FAIL(err, VG_EUSAGE, "intel.is_directory", path);
  }
  in->gz = gzdopen(fd, "rb"); /* passes what is not gzip through as it is */
  if (!in->gz) {
    close(fd);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  gzbuffer(in->gz, PIECE / 4);
  return VG_OK;
}

void intel_input_close(struct input *in) {
  if (in->gz)
    gzclose(in->gz);
  in->gz = NULL;
  vg_buf_fini(&in->window);
}

vg_code intel_input_more(struct input *in, const char *path, struct vg_err *err) {
  size_t want = PIECE;
  if (in->from) {
    memmove(in->window.p, in->window.p + in->from, in->window.n - in->from);
    in->window.n -= in->from;
    in->from = 0;
  }
  if (in->window.n + want > in->window.max)
    return VG_FAIL(err, VG_ELIMIT, "intel.too_long", path, VG_N(in->at));
  if (in->memory.p) {
    vg_str piece = vg_str_sub(in->memory, 0, want);
    vg_buf_str(&in->window, piece);
    in->memory = vg_str_sub(in->memory, piece.n, in->memory.n);
    in->ended = in->memory.n == 0;
    return vg_buf_check(&in->window, err);
  }
  char *room = vg_buf_room(&in->window, want);
  if (!room)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  int n = gzread(in->gz, room, (unsigned)want), code = Z_OK;
  if (n < 0) {
    const char *said = gzerror(in->gz, &code);
    return code == Z_ERRNO ? VG_FAIL_SYS(err, "base.read", path) : VG_FAIL(err, VG_EDATA, "intel.gzip", path, said);
  }
  in->window.n += (size_t)n;
  in->ended = n == 0;
  if (in->ended)
    (void)gzerror(in->gz, &code);
  if (code == Z_BUF_ERROR)
    return VG_FAIL(err, VG_EDATA, "intel.gzip", path, "unexpected end");
  return VG_OK;
}

void intel_input_drop(struct input *in, size_t n) {
  VG_ASSERT(n <= in->window.n - in->from);
  in->from += n;
  in->at += (int64_t)n;
}
