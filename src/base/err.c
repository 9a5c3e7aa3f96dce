#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vg_cause *next_cause(struct vg_err *err) {
  if (err->n < VG_ERR_CAUSES)
    return &err->cause[err->n++];
  /* Keep the first (what failed) and make room for the newest (what it was about). */
  err->cause[VG_ERR_CAUSES - 2] = err->cause[VG_ERR_CAUSES - 1];
  return &err->cause[VG_ERR_CAUSES - 1];
}

vg_code vg_fail_at(struct vg_err *err, vg_code code, int sys, const char *file, int line, const char *const *words) {
  VG_ASSERT(code != VG_OK && words[0]);
  if (!err)
    return code;
  struct vg_cause *c = next_cause(err);
  *c = (struct vg_cause){.code = code, .sys = sys, .file = file, .line = line, .msg = words[0]};
  for (int i = 0; i < VG_ERR_ARGS && words[1 + i]; i++)
    snprintf(c->arg[i], sizeof c->arg[i], "%s", words[1 + i]);
  return code;
}

static vg_code code_of(int sys) {
  switch (sys) {
  case ENOSPC:
  case EDQUOT: return VG_ENOSPC;
  case ENOENT: return VG_ENOTFOUND;
  case EEXIST: return VG_EEXIST;
  case ENOMEM: return VG_ENOMEM;
  default: return VG_EIO;
  }
}

vg_code vg_fail_sys_at(struct vg_err *err, const char *file, int line, const char *const *words) {
  int sys = errno;
  return vg_fail_at(err, code_of(sys), sys, file, line, words);
}

vg_code vg_err_code(const struct vg_err *err) { return err->n ? err->cause[err->n - 1].code : VG_OK; }

void vg_err_clear(struct vg_err *err) {
  if (err)
    *err = (struct vg_err){0};
}

const char *vg_num_text(char out[static 24], int64_t n) {
  snprintf(out, 24, "%lld", (long long)n);
  return out;
}

_Noreturn void vg_assert_failed(const char *cond, const char *file, int line) {
  fprintf(stderr, "vigie: bug: %s at %s:%d\n", cond, file, line);
  abort();
}
