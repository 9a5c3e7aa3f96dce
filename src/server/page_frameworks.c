/* Frameworks: which ones a diagnosis can be made with, what each asks, and taking in another one. */
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "prevention/prevention.h"
#include "server/upload.h"

static vg_code framework_row(void *ctx, const struct framework *f, struct vg_err *err) {
  struct request *r = ctx;
  char code_version[80];
  (void)err;
  snprintf(code_version, sizeof code_version, "%.*s/%.*s", (int)f->code.n, f->code.p, (int)f->version.n, f->version.p);
  row(r);
  cell(r);
  RAW(r, "<a href=\"/diagnostics-referentiels/");
  url(r, f->code);
  RAW(r, "/");
  url(r, f->version);
  RAW(r, "\">");
  text(r, prevention_framework_name(f, r->lang));
  RAW(r, "</a>");
  cell(r);
  textz(r, code_version);
  cell_n(r);
  num(r, f->measures);
  cell(r);
  text(r, f->source);
  cell(r);
  if (f->imported == VG_NOTIME)
    msg(r, "server.framework.built_in");
  else
    day(r, f->imported);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.diagnosis.framework", "server.framework.code", NUMBER("server.measures"),
                                     "server.source", "server.framework.imported"};
  page_top(r, "server.frameworks", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.frameworks.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, NULL, NULL);
  table_begin(r, "referentiels", "server.frameworks", head, VG_COUNT(head));
  VG_TRY(prevention_each_framework(r->tx, framework_row, r, err));
  table_end(r, NULL);
  card_end(r);
  RAW(r, "</div><div>");
  card_begin(r, "server.framework.take", NULL);
  RAW(r, "<p>");
  msg(r, "server.framework.take.sub");
  RAW(r, "</p>");
  form_begin_file(r, "/diagnostics-referentiels", NULL);
  field_file(r, "server.framework.file", true,
             "server.no_file prevention.yaml prevention.yaml_large prevention.library_none prevention.library_many "
             "prevention.framework prevention.framework_exists prevention.measure prevention.too_many_measures "
             "base.json sandbox.died");
  field(r, "locale", "server.framework.locale", "text", r->lang == VG_FR ? "fr" : "en", false, NULL);
  field_area(r, "terms", "server.framework.terms", false, "prevention.terms base.csv");
  form_end(r, "server.framework.take.do", true);
  card_end(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct vg_buf json;
  char sha256[2 * VG_SHA256_SIZE + 1], locale[24], *terms = NULL;
  struct framework_taken taken;
  if (!r->file)
    return VG_FAIL(err, VG_EDATA, "server.no_file");
  VG_TRY(sent_long(r, "terms", &terms, err));
  vg_buf_init(&json, FRAMEWORK_JSON_MAX);
  vg_code rc =
      prevention_framework_read(r->file->path, vg_str_z(sent(r, "locale", locale, sizeof locale)), &json, sha256, err);
  if (rc == VG_OK)
    rc = prevention_framework_import(r->tx, &r->who, vg_buf_view(&json), sha256, vg_str_z(terms), &taken, err);
  if (rc == VG_OK)
    go_to(r, "/diagnostics-referentiels", VG_STR(""));
  vg_buf_fini(&json);
  free(terms);
  return rc;
}

struct detailed {
  struct request *r;
  const struct diagnosis *d;
  int64_t from, to;
  bool any;
};

static vg_code detail(void *ctx, int64_t measure, vg_str said, struct vg_err *err) {
  struct detailed *x = ctx;
  struct request *r = x->r;
  (void)err;
  if (measure < x->from || measure > x->to)
    return VG_OK;
  if (!x->any) {
    card_begin(r, "server.framework.details", NULL);
    RAW(r, "<dl class=\"long\">");
  }
  x->any = true;
  RAW(r, "<dt>");
  textz(r, x->d->measure[measure - 1].ref);
  RAW(r, "</dt><dd>");
  text(r, said);
  return VG_OK;
}

vg_code part_details(struct request *r, const struct diagnosis *d, int from, int to, struct vg_err *err) {
  struct detailed x = {r, d, from, to, false};
  VG_TRY(prevention_each_detail(r->tx, vg_str_z(d->framework), detail, &x, err));
  if (x.any) {
    dl_end(r);
    card_end(r);
  }
  return VG_OK;
}

static vg_code measures(struct request *r, struct diagnosis *d, struct vg_err *err) {
  static const char *const head[] = {"server.number",
                                     "server.framework.theme",
                                     "server.measure",
                                     NUMBER("server.framework.benefit"),
                                     NUMBER("server.framework.effort"),
                                     "server.framework.counters"};
  vg_str_copy(d->framework, sizeof d->framework, vg_str_z(r->rest));
  VG_TRY(prevention_framework_load(r->tx, d, err));
  page_top_text(r, vg_str_z(d->framework));
  RAW(r, "<p class=\"sub\"><a href=\"/diagnostics-referentiels\">");
  msg(r, "server.frameworks");
  RAW(r, "</a></p>");
  card_begin(r, NULL, NULL);
  if (prevention_any_unsaid(d)) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "prevention.unsaid");
    RAW(r, "</p>");
  }
  table_begin(r, "mesures", "server.measures", head, VG_COUNT(head));
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[i];
    row(r);
    cell(r);
    textz(r, m->ref);
    cell(r);
    textz(r, prevention_measure_theme(m, r->lang));
    cell(r);
    textz(r, prevention_measure_title(m, r->lang));
    cell_n(r);
    num(r, m->benefit);
    vg_buf_z(&r->out, m->unsaid & UNSAID_BENEFIT ? "*" : "");
    cell_n(r);
    num(r, m->effort);
    vg_buf_z(&r->out, m->unsaid & UNSAID_EFFORT ? "*" : "");
    cell(r);
    vg_str kinds = vg_str_z(m->counters), kind;
    for (bool first = true; vg_str_cut(&kinds, ' ', &kind); first = false) {
      if (!first)
        RAW(r, ", ");
      if (vg_str_eqz(kind, "*"))
        msg(r, "server.framework.counters.all");
      else
        word(r, "server.kind.", kind);
    }
  }
  table_end(r, NULL);
  card_end(r);
  return part_details(r, d, 1, d->measures, err);
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  vg_code rc = measures(r, &d, err);
  prevention_diagnosis_fini(&d);
  return rc;
}

const struct page page_frameworks = {
    "/diagnostics-referentiels", GROUP_NETWORK, "server.nav.diagnoses", list, take, PAGE_HIDDEN};
const struct page page_framework = {
    "/diagnostics-referentiels/", GROUP_NETWORK, "server.nav.diagnoses", show, NULL, PAGE_HIDDEN};
