/* Results of an exercise, any bytes: counts that hold together, and after joining no group that tells of a person. */
#include <stdlib.h>

#include "prevention/prevention_internal.h"

static void holds(const struct exercise_count *c) {
  VG_ASSERT(c->sent > 0 && c->opened <= c->sent && c->clicked <= c->opened && c->submitted <= c->clicked);
  VG_ASSERT(c->reported <= c->sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int64_t before = 0, after = 0;
  struct exercise_groups *g = calloc(1, sizeof *g);
  if (!g)
    return 0;
  vg_code rc = prevention_exercise_read(vg_str_n((const char *)data, size), g, NULL);
  VG_ASSERT(rc == VG_OK || rc == VG_EDATA || rc == VG_ELIMIT || rc == VG_ENOMEM);
  if (rc == VG_OK) {
    for (size_t i = 0; i < g->n; i++) {
      holds(&g->group[i].count);
      before += g->group[i].count.sent;
    }
    bool kept = exercise_fold(g);
    for (size_t i = 0; i < g->n; i++) {
      const struct exercise_count *c = &g->group[i].count;
      holds(c);
      after += c->sent;
      VG_ASSERT(!kept || (c->sent >= 5 && c->opened <= c->sent - 2 && c->reported <= c->sent - 2));
    }
    VG_ASSERT(before == after);
  }
  free(g);
  return 0;
}
