#include "cli/quantiles.h"

#include <stdio.h>

void quantiles_json(struct vg_jw *w, const double q[ANTICIPATE_LEVELS]) {
  char level[16];
  vg_jw_key(w, "quantiles");
  vg_jw_obj(w);
  for (int i = 0; i < ANTICIPATE_LEVELS; i++) {
    snprintf(level, sizeof level, "%g", anticipate_level[i]);
    vg_jw_knum(w, level, q[i]);
  }
  vg_jw_end(w);
}
