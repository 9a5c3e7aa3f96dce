#ifndef VG_BASE_ERR_H
#define VG_BASE_ERR_H
/*
 * Errors. A function that can fail returns vg_code; the details go into a struct vg_err that the caller gives
 * (or NULL, when nobody will read them). Nothing here allocates, so an error can always be told.
 *
 *     struct vg_err err = {0};
 *     if (vg_file_read(path, 1 << 20, &buf, &err) != VG_OK) ... render err with msg.h at the door ...
 *
 * A message is an id ("evidence.no_space") with up to four text arguments; base/msg.h turns it into French or English
 * at the door. Rooms never format sentences. A bug of ours is VG_ASSERT, which stays in release builds; data from
 * outside is an `if`.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST __attribute__((warn_unused_result))

typedef enum vg_code {
  VG_OK = 0,
  VG_ENOMEM,    /* memory could not be had */
  VG_EIO,       /* the system failed: see sys */
  VG_EDATA,     /* outside bytes are not what they should be */
  VG_ELIMIT,    /* a bound of ours was reached */
  VG_ENOTFOUND, /* no such thing */
  VG_EEXIST,    /* already there */
  VG_EDENIED,   /* a rule says no */
  VG_ESTATE,    /* not in the state that this needs */
  VG_EVERSION,  /* made by a newer Vigie */
  VG_EDAMAGE,   /* damage or tampering was found */
  VG_EUSAGE,    /* called with wrong words */
  VG_ECELL,     /* the parser in the cell died or was killed */
  VG_EBUSY,     /* held by somebody else: try again */
  VG_ENOSPC,    /* the disk is full */
} vg_code;

enum { VG_ERR_ARGS = 4, VG_ERR_ARG_MAX = 256, VG_ERR_CAUSES = 3 };

struct vg_cause {
  vg_code code;
  int sys;          /* errno, 0 if none */
  const char *file; /* where in our source */
  int line;
  const char *msg; /* message id: a string with static lifetime */
  char arg[VG_ERR_ARGS][VG_ERR_ARG_MAX];
};

/* cause[0] is what failed first, the last one what the outermost caller was about. Past three, middle ones are dropped.
 */
struct vg_err {
  int n;
  struct vg_cause cause[VG_ERR_CAUSES];
};

/* Records a cause and returns code. words[0] is the message id, then at most four arguments, then NULL. */
vg_code vg_fail_at(struct vg_err *err, vg_code code, int sys, const char *file, int line, const char *const *words);

/* return VG_FAIL(err, VG_EDATA, "intel.no_id", place);  arguments are const char *: VG_N() makes one of a number */
#define VG_FAIL(err, code, ...)                                                                                        \
  vg_fail_at((err), (code), 0, __FILE__, __LINE__, (const char *const[]){__VA_ARGS__, NULL})
/* The same with errno; ENOSPC/EDQUOT become VG_ENOSPC, ENOENT VG_ENOTFOUND, EEXIST VG_EEXIST, ENOMEM VG_ENOMEM, others
 * VG_EIO. */
#define VG_FAIL_SYS(err, ...) vg_fail_sys_at((err), __FILE__, __LINE__, (const char *const[]){__VA_ARGS__, NULL})
vg_code vg_fail_sys_at(struct vg_err *err, const char *file, int line, const char *const *words);

/* The outermost code, VG_OK when empty; and forgetting all causes. */
vg_code vg_err_code(const struct vg_err *err);
void vg_err_clear(struct vg_err *err);

/* A number as a text argument that lives until the end of the enclosing block. */
#define VG_N(n) vg_num_text((char[24]){0}, (int64_t)(n))
const char *vg_num_text(char out[static 24], int64_t n);

#define VG_TRY(call)                                                                                                   \
  do {                                                                                                                 \
    vg_code vg_try_ = (call);                                                                                          \
    if (vg_try_ != VG_OK)                                                                                              \
      return vg_try_;                                                                                                  \
  } while (0)

/* In a function with `vg_code rc = VG_OK;` and one exit labelled `out:`. */
#define VG_GO(call)                                                                                                    \
  do {                                                                                                                 \
    rc = (call);                                                                                                       \
    if (rc != VG_OK)                                                                                                   \
      goto out;                                                                                                        \
  } while (0)

#define VG_ASSERT(cond)                                                                                                \
  do {                                                                                                                 \
    if (!(cond))                                                                                                       \
      vg_assert_failed(#cond, __FILE__, __LINE__);                                                                     \
  } while (0)
_Noreturn void vg_assert_failed(const char *cond, const char *file, int line);

#define VG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
