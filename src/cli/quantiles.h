#ifndef VG_CLI_QUANTILES_H
#define VG_CLI_QUANTILES_H
/* The quantiles of a forecast as the forecast hubs name them: "quantiles":{"0.01":X,...,"0.99":X}. */
#include "anticipate/anticipate.h"
#include "cli/cli.h"

void quantiles_json(struct vg_jw *w, const double q[ANTICIPATE_LEVELS]);

#endif
