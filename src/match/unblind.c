#include "base/grow.h"
#include "match/match_internal.h"

#include <stdlib.h>

enum { NAMES_MOST = 1 << 20, NAME = 6 + 2 * BLIND_SHOWN };

static int by_name(const void *a, const void *b) {
  return vg_str_cmp(((const struct blind_named *)a)->name, ((const struct blind_named *)b)->name);
}

vg_code match_blind_names(vg_str text, struct blind_named **out, size_t *n, struct vg_err *err) {
  size_t found = 0, cap = 0;
  struct blind_named *names = NULL;
  *out = NULL, *n = 0;
  for (size_t at = 0; (at = vg_str_find(text, VG_STR("blind:"), at)) != SIZE_MAX; at += 6) {
    const vg_str name = vg_str_sub(text, at, NAME);
    unsigned char digest[BLIND_SHOWN];
    if (!vg_unhex(vg_str_sub(name, 6, SIZE_MAX), digest, sizeof digest))
      continue;
    if (found == NAMES_MOST || !VG_GROW(names, found, cap, 64)) {
      free(names);
      return VG_FAIL(err, VG_ELIMIT, "match.blind_many", VG_N(NAMES_MOST));
    }
    names[found++] = (struct blind_named){name, 1};
  }
  if (found)
    qsort(names, found, sizeof *names, by_name);
  for (size_t i = 0; i < found; i++)
    if (*n && vg_str_eq(names[*n - 1].name, names[i].name))
      names[*n - 1].count++;
    else
      names[(*n)++] = names[i];
  *out = names;
  return VG_OK;
}
