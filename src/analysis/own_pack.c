#include "analysis/analysis_internal.h"

vg_code analysis_own_pack(struct store_tx *tx, const char *path, struct vg_id *id, size_t *values, struct vg_err *err) {
  struct pack_known k = {0};
  struct pack_meta m = {.own_use = true, .created = store_now(tx), .expires = VG_NOTIME};
  vg_code rc = VG_OK;
  *values = 0;
  VG_TRY(pack_build_new(&k.b, err));
  VG_GO(intel_each_value(tx, -1, pack_build_known, &k, err));
  *values = pack_build_count(k.b, MATCH_TYPES);
  if (*values == 0)
    goto out;
  pack_known_marks(&k, &m);
  VG_GO(pack_build_seal(k.b, &m, NULL, id, err));
  rc = pack_build_save(k.b, path, NULL, err);
out:
  pack_build_free(k.b);
  return rc;
}
