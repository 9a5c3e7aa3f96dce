/* CISA's catalogue of known exploited vulnerabilities (JSON): each entry is a vulnerability, and its number a value. */
#include "intel/intel_internal.h"

static vg_str at(vg_jv v, const char *key) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) ? s : VG_STR("");
}

static vg_code entry(struct import *im, vg_str text, const char *place_kind, int64_t offset, struct vg_err *err) {
  struct vg_err reason = {0};
  struct vg_buf cve;
  struct vg_id id;
  vg_jv v;
  struct plain_vulnerability out = {.tlp = TLP_CLEAR,
                                    .pap = PAP_CLEAR,
                                    .epss = -1,
                                    .percentile = -1,
                                    .cvss = -1,
                                    .labels = {"known-exploited"},
                                    .place_kind = place_kind,
                                    .at = offset}; /* the catalogue is public */
  vg_buf_init(&cve, 64);
  vg_code rc = vg_json_parse(im->json, text, &v, &reason);
  if (rc == VG_OK &&
      (!intel_normalise(TYPE_CVE, at(v, "cveID"), &cve) || !vg_time_parse(at(v, "dateAdded"), &out.modified)))
    rc = VG_FAIL(&reason, VG_EDATA, "intel.bad_value", VG_T(at(v, "cveID")), "cve");
  if (rc == VG_EDATA) {
    im->read++;
    rc = import_reject(im, place_kind, offset, &reason, err);
  } else if (rc == VG_OK) {
    out.cve = vg_buf_view(&cve);
    out.description = at(v, "shortDescription").n ? at(v, "shortDescription") : at(v, "vulnerabilityName");
    if (vg_str_eq_ci(at(v, "knownRansomwareCampaignUse"), VG_STR("Known")))
      out.labels[1] = "ransomware";
    rc = import_vulnerability(im, &out, &id, err);
  }
  vg_buf_fini(&cve);
  return rc;
}

vg_code import_kev(struct import *im, struct vg_err *err) {
  return import_split(im, "\"vulnerabilities\"", "cveID", "intel.not_kev", entry, err);
}
