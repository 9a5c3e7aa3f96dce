#include "analysis/analysis_internal.h"

struct own {
  struct pack_build *b;
  enum tlp tlp;
  enum pap pap;
};

/* "TLP:RED" -> "red", as a pack says it. */
static const char *bare(const char *marking) { return marking[4] ? marking + 4 : marking; }

static vg_code add(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct own *o = ctx;
  struct vg_err why = {0};
  struct pack_value p = {.value = v->value,
                         .source = v->source,
                         .tlp = bare(intel_tlp_name(v->tlp)),
                         .pap = bare(intel_pap_name(v->pap)),
                         .expires = VG_NOTIME,
                         .benign = v->benign != NULL};
  if (!match_type_by_name(vg_str_z(intel_type_name(v->type)), &p.type))
    return VG_OK; /* a CVE is nothing to look for in bytes */
  vg_code rc = pack_build_add(o->b, &p, &why);
  if (rc != VG_OK && rc != VG_EDATA) {
    if (err)
      *err = why;
    return rc;
  }
  o->tlp = v->tlp > o->tlp ? v->tlp : o->tlp;
  o->pap = v->pap > o->pap ? v->pap : o->pap;
  return VG_OK;
}

vg_code analysis_own_pack(struct store_tx *tx, const char *path, struct vg_id *id, size_t *values, struct vg_err *err) {
  struct own o = {0};
  struct pack_meta m = {.own_use = true, .created = store_now(tx), .expires = VG_NOTIME};
  vg_code rc = VG_OK;
  *values = 0;
  VG_TRY(pack_build_new(&o.b, err));
  VG_GO(intel_each_value(tx, -1, add, &o, err));
  *values = pack_build_count(o.b, MATCH_TYPES);
  if (*values == 0)
    goto out;
  m.tlp = bare(intel_tlp_name(o.tlp));
  m.pap = bare(intel_pap_name(o.pap));
  VG_GO(pack_build_seal(o.b, &m, NULL, id, err));
  rc = pack_build_save(o.b, path, NULL, err);
out:
  pack_build_free(o.b);
  return rc;
}
