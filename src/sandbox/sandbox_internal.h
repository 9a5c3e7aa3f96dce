#ifndef VG_SANDBOX_INTERNAL_H
#define VG_SANDBOX_INTERNAL_H
/* What the parent (run.c), the child (cell.c) and its walls (confine.c) share. */
#include "sandbox/sandbox.h"

/* Inherited by the child: the order (a memory file: u32 count, input texts, text args, u32 blocks), the pipe for
 * frames; with blocks also their memory and a pipe out of which comes the number (a byte) of each
 * that was given back. */
enum { CELL_FD_ORDER = 3, CELL_FD_OUT = 4, CELL_FD_BLOCKS = 5, CELL_FD_BACK = 6, CELL_FD_FIRST_FREE = 7 };
enum { CELL_INPUTS_MAX = 4096, CELL_ORDER_MAX = 32 << 20, CELL_ARGS_MAX = 1 << 20, CELL_HEAD = 8 };
#define CELL_ARGV0 "vigie-cell"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CELL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define CELL_SANITIZED 1
#endif
#endif
#ifndef CELL_SANITIZED
#define CELL_SANITIZED 0
#endif

/* Raises all walls around this process for good. VG_ESTATE when the kernel cannot. */
MUST vg_code cell_confine(const struct cell_parser *parser, const struct cell_in *in, struct vg_err *err);

#endif
