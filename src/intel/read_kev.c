/* CISA's catalogue of known exploited vulnerabilities: each entry is a vulnerability, and its number a value. JSON and
 * CSV say the same, and make the same objects. */
#include "base/csv.h"
#include "intel/intel_internal.h"

static vg_str at(vg_jv v, const char *key) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) ? s : VG_STR("");
}

struct listed {
  vg_str cve, added, name, description, ransomware;
};

static vg_code put(struct import *im, const struct listed *l, const char *place_kind, int64_t place,
                   struct vg_err *err) {
  struct vg_buf cve;
  struct vg_id id;
  struct plain_vulnerability out = {.tlp = TLP_CLEAR,
                                    .pap = PAP_CLEAR,
                                    .epss = -1,
                                    .percentile = -1,
                                    .cvss = -1,
                                    .labels = {"known-exploited"},
                                    .place_kind = place_kind,
                                    .at = place}; /* the catalogue is public */
  vg_code rc;
  vg_buf_init(&cve, 64);
  if (!intel_normalise(TYPE_CVE, l->cve, &cve) || !vg_time_parse(l->added, &out.modified)) {
    struct vg_err reason = {0};
    (void)VG_FAIL(&reason, VG_EDATA, "intel.bad_value", VG_T(l->cve), "cve");
    im->read++;
    rc = import_reject(im, place_kind, place, &reason, err);
  } else {
    out.cve = vg_buf_view(&cve);
    out.description = vg_str_trim(l->description.n ? l->description : l->name);
    if (vg_str_eq_ci(l->ransomware, VG_STR("Known")))
      out.labels[1] = "ransomware";
    rc = import_vulnerability(im, &out, &id, err);
  }
  vg_buf_fini(&cve);
  return rc;
}

static vg_code entry(struct import *im, vg_str text, const char *place_kind, int64_t offset, struct vg_err *err) {
  struct vg_err reason = {0};
  vg_jv v;
  vg_code rc = vg_json_parse(im->json, text, &v, &reason);
  if (rc == VG_EDATA) {
    im->read++;
    return import_reject(im, place_kind, offset, &reason, err);
  }
  if (rc != VG_OK)
    return rc;
  const struct listed l = {at(v, "cveID"), at(v, "dateAdded"), at(v, "vulnerabilityName"), at(v, "shortDescription"),
                           at(v, "knownRansomwareCampaignUse")};
  return put(im, &l, place_kind, offset, err);
}

struct table {
  bool ready;
  size_t cve, added, name, description, ransomware;
};

static vg_str cell(const struct vg_csv *c, size_t column) {
  return column == SIZE_MAX ? VG_STR("") : vg_csv_field(c, column);
}

static vg_code row(struct import *im, const struct vg_csv *c, void *ctx, struct vg_err *err) {
  struct table *t = ctx;
  if (t->ready) {
    const struct listed l = {cell(c, t->cve), cell(c, t->added), cell(c, t->name), cell(c, t->description),
                             cell(c, t->ransomware)};
    return put(im, &l, "line", c->line, err);
  }
  *t = (struct table){true,
                      vg_csv_column(c, "cveID"),
                      vg_csv_column(c, "dateAdded"),
                      vg_csv_column(c, "vulnerabilityName"),
                      vg_csv_column(c, "shortDescription"),
                      vg_csv_column(c, "knownRansomwareCampaignUse")};
  return t->cve != SIZE_MAX && t->added != SIZE_MAX ? VG_OK : VG_FAIL(err, VG_EDATA, "intel.not_kev", import_name(im));
}

vg_code import_kev(struct import *im, struct vg_err *err) {
  struct table t = {0};
  const struct import_rows rows = {row, NULL, &t};
  while (!im->input.ended && intel_input_view(&im->input).n == 0)
    VG_TRY(intel_input_more(&im->input, import_name(im), err));
  vg_str head = vg_str_trim(intel_input_view(&im->input));
  if (head.n == 0 || head.p[0] == '{' || head.p[0] == '[')
    return import_split(im, "\"vulnerabilities\"", "cveID", "intel.not_kev", entry, err);
  return import_table(im, &rows, err);
}
