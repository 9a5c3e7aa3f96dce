/*
 * FIRST's EPSS scores (CSV: "#model_version:...,score_date:..." before, then cve, epss, percentile): how likely a
 * vulnerability is to be exploited within 30 days. Each day's scores are the next version of the vulnerability's
 * object.
 */
#include "base/csv.h"
#include "intel/intel_internal.h"

struct scores {
  vg_time day;
  bool ready;
  size_t cve, epss, percentile;
};

static void comment(vg_str line, void *ctx) {
  struct scores *s = ctx;
  size_t at = vg_str_find(line, VG_STR("score_date:"), 0);
  vg_str date = at == SIZE_MAX ? VG_STR("") : vg_str_sub(line, at + 11, line.n), word;
  if (vg_str_cut(&date, ',', &word) && !vg_time_parse(vg_str_trim(word), &s->day))
    (void)vg_time_parse(vg_str_sub(vg_str_trim(word), 0, 10), &s->day); /* "+0000" without a colon: the day is enough */
}

static bool part(vg_str text, double *out) { return vg_str_f64(vg_str_trim(text), out) && *out >= 0 && *out <= 1; }

static vg_code row(struct import *im, const struct vg_csv *c, void *ctx, struct vg_err *err) {
  struct scores *s = ctx;
  struct plain_vulnerability v = {
      .tlp = TLP_CLEAR, .pap = PAP_CLEAR, .cvss = -1, .modified = s->day, .place_kind = "line", .at = c->line};
  struct vg_buf cve;
  struct vg_id id;
  if (!s->ready) {
    s->cve = vg_csv_column(c, "cve");
    s->epss = vg_csv_column(c, "epss");
    s->percentile = vg_csv_column(c, "percentile");
    s->ready = true;
    return s->cve == SIZE_MAX || s->epss == SIZE_MAX ? VG_FAIL(err, VG_EDATA, "intel.not_epss", import_name(im))
                                                     : VG_OK;
  }
  vg_buf_init(&cve, 64);
  vg_code rc;
  if (!intel_normalise(TYPE_CVE, vg_csv_field(c, s->cve), &cve))
    rc = import_refuse(im, "line", c->line, "intel.epss_cve", vg_csv_field(c, s->cve), err);
  else if (!part(vg_csv_field(c, s->epss), &v.epss) ||
           (s->percentile != SIZE_MAX && !part(vg_csv_field(c, s->percentile), &v.percentile)))
    rc = import_refuse(im, "line", c->line, "intel.epss_score", vg_csv_field(c, s->epss), err);
  else {
    v.cve = vg_buf_view(&cve);
    v.percentile = s->percentile == SIZE_MAX ? -1 : v.percentile;
    rc = import_vulnerability(im, &v, &id, err);
  }
  vg_buf_fini(&cve);
  return rc;
}

vg_code import_epss(struct import *im, struct vg_err *err) {
  struct scores s = {.day = VG_NOTIME};
  const struct import_rows rows = {row, comment, &s};
  VG_TRY(import_table(im, &rows, err));
  return s.ready ? VG_OK : VG_FAIL(err, VG_EDATA, "intel.not_epss", import_name(im));
}
