/* CISA's catalogue of known exploited vulnerabilities (JSON): each entry is a vulnerability, and its number a value. */
#include "base/jsonw.h"
#include "intel/intel_internal.h"

static vg_str at(vg_jv v, const char *key) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) ? s : VG_STR("");
}

static void write(struct vg_buf *out, struct import *im, vg_jv v, vg_str cve, vg_time since) {
  struct vg_jw w;
  struct vg_buf key;
  vg_buf_init(&key, 4096);
  vg_buf_fmt(&key, "%s ", im->in->source);
  vg_buf_str(&key, cve);
  struct vg_id id = vg_id_v5("vulnerability", vg_id_stix_space, vg_buf_view(&key));
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", "vulnerability");
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kz(&w, "id", id.s);
  vg_jw_ktime(&w, "created", since);
  vg_jw_ktime(&w, "modified", since);
  vg_jw_kstr(&w, "name", cve);
  vg_buf_reset(&key);
  vg_buf_str(&key, at(v, "vulnerabilityName"));
  vg_jw_kstr(&w, "description", at(v, "shortDescription").n ? at(v, "shortDescription") : vg_buf_view(&key));
  vg_jw_key(&w, "labels");
  vg_jw_arr(&w);
  vg_jw_z(&w, "known-exploited");
  if (vg_str_eq_ci(at(v, "knownRansomwareCampaignUse"), VG_STR("Known")))
    vg_jw_z(&w, "ransomware");
  vg_jw_end(&w);
  vg_jw_key(&w, "external_references");
  vg_jw_arr(&w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "source_name", "cve");
  vg_jw_kstr(&w, "external_id", cve);
  vg_jw_end(&w);
  vg_jw_end(&w);
  vg_jw_key(&w, "object_marking_refs"); /* the catalogue is public */
  vg_jw_arr(&w);
  vg_jw_z(&w, intel_tlp_id(TLP_CLEAR));
  vg_jw_end(&w);
  vg_jw_end(&w);
  vg_buf_fini(&key);
}

static vg_code entry(struct import *im, vg_str text, const char *place_kind, int64_t offset, struct vg_err *err) {
  struct vg_err reason = {0};
  struct vg_buf object, cve;
  vg_jv v;
  vg_time since;
  vg_buf_init(&object, 1 << 20);
  vg_buf_init(&cve, 64);
  vg_code rc = vg_json_parse(im->json, text, &v, &reason);
  if (rc == VG_OK && (!intel_normalise(TYPE_CVE, at(v, "cveID"), &cve) || !vg_time_parse(at(v, "dateAdded"), &since)))
    rc = VG_FAIL(&reason, VG_EDATA, "intel.bad_value", VG_T(at(v, "cveID")), "cve");
  if (rc == VG_EDATA) {
    im->in->read++;
    import_reject(im, place_kind, offset, &reason);
    rc = VG_OK;
  } else if (rc == VG_OK) {
    write(&object, im, v, vg_buf_view(&cve), since);
    rc = vg_buf_check(&object, err);
    if (rc == VG_OK)
      rc = import_object(im, vg_buf_view(&object), place_kind, offset, err);
  }
  vg_buf_fini(&object);
  vg_buf_fini(&cve);
  return rc;
}

vg_code import_kev(struct import *im, struct vg_err *err) {
  return import_split(im, "\"vulnerabilities\"", "cveID", "intel.not_kev", entry, err);
}
