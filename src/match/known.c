/* What the intelligence store holds, as values of a pack. */
#include "match/match_internal.h"

/* "TLP:RED" -> "RED", as a pack says it. */
static const char *bare(const char *marking) { return marking[4] ? marking + 4 : marking; }

/* A weakness, a way to do harm, a product, a network's operator. */
static bool names_nothing(enum match_type t) {
  return t == MATCH_CVE || t == MATCH_ATTACK || t == MATCH_CPE || t == MATCH_ASN;
}

vg_code pack_build_known(void *known, const struct intel_value *v, struct vg_err *err) {
  struct pack_known *k = known;
  struct vg_err why = {0};
  struct pack_value p = {.value = v->value,
                         .source = k->unnamed ? VG_NOSTR : v->source,
                         .tlp = bare(intel_tlp_name(v->tlp)),
                         .pap = bare(intel_pap_name(v->pap)),
                         .expires = VG_NOTIME,
                         .benign = v->benign != NULL};
  if (!match_type_by_name(vg_str_z(intel_type_name(v->type)), &p.type) || (!k->all && names_nothing(p.type)))
    return VG_OK;
  vg_code rc = pack_build_add(k->b, &p, &why);
  if (rc != VG_OK && rc != VG_EDATA) {
    if (err)
      *err = why;
    return rc;
  }
  k->tlp = v->tlp > k->tlp ? v->tlp : k->tlp;
  k->pap = v->pap > k->pap ? v->pap : k->pap;
  return VG_OK;
}

void pack_known_marks(const struct pack_known *k, struct pack_meta *meta) {
  meta->tlp = bare(intel_tlp_name(k->tlp));
  meta->pap = bare(intel_pap_name(k->pap));
}
