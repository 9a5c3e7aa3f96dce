#ifndef VG_TESTS_OK_H
#define VG_TESTS_OK_H
/* A call that must work, with the whole of its error when it does not. */
#include "base/err.h"

static struct vg_err err;

#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    vg_code ok_ = (call);                                                                                              \
    if (ok_ != VG_OK) {                                                                                                \
      for (int e_ = 0; e_ < err.n; e_++)                                                                               \
        print_error("%s %s %s:%d\n", err.cause[e_].msg, err.cause[e_].arg[0], err.cause[e_].file, err.cause[e_].line); \
      fail_msg("%s gave %d", #call, ok_);                                                                              \
    }                                                                                                                  \
  } while (0)

#endif
