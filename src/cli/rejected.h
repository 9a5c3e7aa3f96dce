#ifndef VG_CLI_REJECTED_H
#define VG_CLI_REJECTED_H
/* An object that an import refused: one line on stderr with its place and the reason. ctx is the struct cli. */
#include "cli/cli.h"

void cli_say_rejected(void *ctx, const char *place, const struct vg_err *reason);

#endif
