#ifndef VG_CLI_REJECTED_H
#define VG_CLI_REJECTED_H
/* An object that an import refused: one line on stderr with its place and the reason. ctx is the struct cli. */
#include "cli/cli.h"
#include "intel/intel.h"

void cli_say_rejected(void *ctx, const char *place, const struct vg_err *reason);
/* What is said of indicators that no pack holds a value of, each on a line of stderr; the same as members of an object:
 * "broken", "observed_only", "files_only", "not_run". */
void cli_say_uses(struct cli *c, const struct intel_uses *u);
void cli_json_uses(struct vg_jw *w, const struct intel_uses *u);

#endif
