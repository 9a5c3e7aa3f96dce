/*
 * CSAF 2.0 advisories (JSON): the advisory becomes a report, each of its vulnerabilities an object with description and
 * CVSS, each affected product that names a CPE a piece of software related to them. What the advisory says of its
 * sharing (TLP) marks them all.
 */
#include "base/table.h"
#include "intel/intel_internal.h"
#include "intel/model.h"

#include <string.h>

enum { DEPTH = 30, REFS_MAX = 1000000 };

struct advisory {
  struct import *im;
  vg_jv root, document;
  vg_str id, title, publisher, url;
  enum tlp tlp;
  enum pap pap;
  vg_time released, current;
  struct vg_table *refs;     /* ids of its objects */
  struct vg_table *products; /* product_id -> index in product */
  struct vg_buf product;     /* of struct product */
  int64_t at;                /* of vulnerabilities, from 1 */
};

static vg_str at(vg_jv v, const char *key) {
  vg_str s;
  return vg_jv_str_at(v, key, &s) ? s : VG_STR("");
}

static vg_code add_ref(struct advisory *a, const char *id, struct vg_err *err) {
  return vg_table_put(a->refs, vg_str_z(id), 0, err);
}

static void put_refs(struct vg_jw *w, const struct advisory *a) {
  vg_str id;
  uint64_t value;
  vg_jw_key(w, "object_refs");
  vg_jw_arr(w);
  for (size_t i = 0; i < vg_table_count(a->refs); i++) {
    vg_table_entry(a->refs, i, &id, &value);
    vg_jw_str(w, id);
  }
  vg_jw_end(w);
}

static vg_code put(struct advisory *a, struct vg_buf *text, struct vg_err *err) {
  VG_TRY(vg_buf_check(text, err));
  return import_object(a->im, vg_buf_view(text), "vulnerability", a->at, err);
}

static vg_code put_made(struct advisory *a, struct made *m, struct vg_err *err) {
  vg_code rc = import_made(a->im, m, "vulnerability", a->at, err);
  made_end(m);
  return rc;
}

/* --- products --- */

struct product {
  vg_str cpe, name;
};

static bool product_of(const struct advisory *a, vg_str id, struct product *out) {
  uint64_t at_index;
  if (!vg_table_get(a->products, id, &at_index))
    return false;
  memcpy(out, a->product.p + at_index * sizeof *out, sizeof *out);
  return true;
}

static vg_code keep_product(struct advisory *a, vg_str id, vg_str cpe, vg_str name, struct vg_err *err) {
  struct product p = {cpe, name};
  VG_TRY(vg_table_put(a->products, id, a->product.n / sizeof p, err));
  vg_buf_add(&a->product, &p, sizeof p);
  return vg_buf_check(&a->product, err);
}

/* "A as a component of B": where the pair itself names no CPE, that of A is meant, else that of B. */
static vg_code keep_pair(struct advisory *a, vg_jv relation, struct vg_err *err) {
  vg_jv full = vg_jv_at(relation, "full_product_name");
  struct product p = {at(vg_jv_at(full, "product_identification_helper"), "cpe"), VG_STR("")}, part;
  if (!p.cpe.n && product_of(a, at(relation, "product_reference"), &part))
    p.cpe = part.cpe;
  if (!p.cpe.n && product_of(a, at(relation, "relates_to_product_reference"), &part))
    p.cpe = part.cpe;
  return keep_product(a, at(full, "product_id"), p.cpe, at(full, "name"), err);
}

static vg_code keep_products(struct advisory *a, vg_jv tree, int depth, struct vg_err *err) {
  struct vg_jit it;
  vg_jv one, product = vg_jv_at(tree, "product");
  if (at(product, "product_id").n)
    VG_TRY(keep_product(a, at(product, "product_id"), at(vg_jv_at(product, "product_identification_helper"), "cpe"),
                        at(product, "name"), err));
  for (vg_jit_init(&it, vg_jv_at(tree, "full_product_names")); vg_jit_next(&it, NULL, &one);)
    VG_TRY(keep_product(a, at(one, "product_id"), at(vg_jv_at(one, "product_identification_helper"), "cpe"),
                        at(one, "name"), err));
  for (vg_jit_init(&it, vg_jv_at(tree, "branches")); depth < DEPTH && vg_jit_next(&it, NULL, &one);)
    VG_TRY(keep_products(a, one, depth + 1, err));
  for (vg_jit_init(&it, vg_jv_at(tree, "relationships")); vg_jit_next(&it, NULL, &one);)
    VG_TRY(keep_pair(a, one, err));
  return VG_OK;
}

static vg_code put_software(struct advisory *a, vg_str cpe, vg_str name, struct vg_id *id, struct vg_err *err) {
  struct vg_buf text;
  struct vg_jw w;
  vg_jv o;
  vg_buf_init(&text, 1 << 20);
  vg_jw_init(&w, &text);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", "software");
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kstr(&w, "name", name.n ? name : cpe);
  vg_jw_kstr(&w, "cpe", cpe);
  import_tlp(&w, a->tlp, a->pap);
  vg_jw_end(&w);
  vg_code rc = vg_json_parse(a->im->inner, vg_buf_view(&text), &o, err);
  if (rc == VG_OK && !intel_sco_id(o, id))
    rc = VG_FAIL(err, VG_EDATA, "intel.not_csaf", import_name(a->im));
  if (rc == VG_OK) {
    text.n--; /* reopened for the id */
    vg_buf_fmt(&text, ",\"id\":\"%s\"}", id->s);
    rc = put(a, &text, err);
    if (rc == VG_OK)
      rc = add_ref(a, id->s, err);
  }
  vg_buf_fini(&text);
  return rc;
}

static vg_code relate(struct advisory *a, const struct vg_id *software, const struct vg_id *vulnerability,
                      struct vg_err *err) {
  struct vg_buf key;
  struct made m;
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%s has %s %s", software->s, vulnerability->s, a->im->in->source);
  struct vg_id id = vg_id_v5("relationship", vg_id_stix_space, vg_buf_view(&key));
  vg_buf_fini(&key);
  made_begin(&m, a->released, VG_NOTIME);
  made_head(&m, "relationship", &id);
  vg_jw_kz(&m.w, "relationship_type", "has");
  vg_jw_kz(&m.w, "source_ref", software->s);
  vg_jw_kz(&m.w, "target_ref", vulnerability->s);
  import_tlp(&m.w, a->tlp, a->pap);
  vg_jw_end(&m.w);
  return put_made(a, &m, err);
}

static vg_code products(struct advisory *a, vg_jv v, const struct vg_id *vulnerability, struct vg_err *err) {
  struct vg_jit it;
  vg_jv one;
  vg_str id;
  for (vg_jit_init(&it, vg_jv_at(vg_jv_at(v, "product_status"), "known_affected")); vg_jit_next(&it, NULL, &one);) {
    struct vg_id software;
    struct product p;
    if (!vg_jv_str(one, &id) || !product_of(a, id, &p) || !p.cpe.n)
      continue;
    VG_TRY(put_software(a, p.cpe, p.name, &software, err));
    VG_TRY(relate(a, &software, vulnerability, err));
  }
  return VG_OK;
}

/* --- vulnerabilities --- */

static vg_str note_of(vg_jv holder, const char *category) {
  struct vg_jit it;
  vg_jv note;
  for (vg_jit_init(&it, vg_jv_at(holder, "notes")); vg_jit_next(&it, NULL, &note);)
    if (vg_str_eqz(at(note, "category"), category) && at(note, "text").n)
      return at(note, "text");
  return VG_STR("");
}

static void cvss_of(vg_jv v, struct plain_vulnerability *out) {
  static const char *const versions[] = {"cvss_v4", "cvss_v3", "cvss_v2"};
  struct vg_jit it;
  vg_jv score;
  double base;
  for (vg_jit_init(&it, vg_jv_at(v, "scores")); vg_jit_next(&it, NULL, &score);)
    for (size_t i = 0; i < VG_COUNT(versions); i++) {
      vg_jv s = vg_jv_at(score, versions[i]);
      if (!vg_jv_f64(vg_jv_at(s, "baseScore"), &base) || base < 0 || base > 10 || base <= out->cvss)
        continue;
      out->cvss = base;
      out->vector = at(s, "vectorString");
    }
}

static vg_code vulnerability(struct advisory *a, vg_jv v, struct vg_err *err) {
  struct plain_vulnerability out = {.tlp = a->tlp,
                                    .pap = a->pap,
                                    .epss = -1,
                                    .percentile = -1,
                                    .cvss = -1,
                                    .modified = a->current,
                                    .advisory = a->id,
                                    .advisory_url = a->url,
                                    .place_kind = "vulnerability",
                                    .at = a->at};
  struct vg_buf cve;
  struct vg_id id;
  if (!at(v, "cve").n && !at(v, "title").n)
    return import_refuse(a->im, "vulnerability", a->at, "intel.csaf_nameless", a->id, err);
  vg_buf_init(&cve, 1 << 16);
  vg_code rc = VG_OK;
  if (at(v, "cve").n && !intel_normalise(TYPE_CVE, at(v, "cve"), &cve)) {
    rc = import_refuse(a->im, "vulnerability", a->at, "intel.epss_cve", at(v, "cve"), err);
  } else {
    out.cve = cve.n ? vg_buf_view(&cve) : at(v, "title"); /* not every flaw has a number */
    out.description = note_of(v, "description").n ? note_of(v, "description")
                      : note_of(v, "summary").n   ? note_of(v, "summary")
                                                  : at(v, "title");
    cvss_of(v, &out);
    rc = import_vulnerability(a->im, &out, &id, err);
    if (rc == VG_OK)
      rc = add_ref(a, id.s, err);
    if (rc == VG_OK)
      rc = products(a, v, &id, err);
  }
  vg_buf_fini(&cve);
  return rc;
}

/* --- the advisory --- */

static vg_str own_url(vg_jv document) {
  struct vg_jit it;
  vg_jv r;
  for (vg_jit_init(&it, vg_jv_at(document, "references")); vg_jit_next(&it, NULL, &r);)
    if (vg_str_eqz(at(r, "category"), "self") && at(r, "url").n)
      return at(r, "url");
  return VG_STR("");
}

static vg_code head(struct advisory *a, struct vg_err *err) {
  vg_jv tracking = vg_jv_at(a->document, "tracking"), tlp = vg_jv_at(vg_jv_at(a->document, "distribution"), "tlp");
  a->id = at(tracking, "id");
  a->title = at(a->document, "title");
  a->publisher = at(vg_jv_at(a->document, "publisher"), "name");
  a->url = own_url(a->document);
  a->tlp = a->im->tlp;
  if (!a->id.n || !a->title.n || !at(a->document, "csaf_version").n)
    return VG_FAIL(err, VG_EDATA, "intel.not_csaf", import_name(a->im));
  if (at(tlp, "label").n && !intel_tlp_by_name(at(tlp, "label"), &a->tlp))
    return VG_FAIL(err, VG_EDATA, "intel.unknown_marking", VG_T(at(tlp, "label")));
  a->pap = a->im->pap < 0 ? intel_pap_default(a->tlp) : (enum pap)a->im->pap;
  if (!vg_time_parse(at(tracking, "current_release_date"), &a->current) ||
      !vg_time_parse(at(tracking, "initial_release_date"), &a->released))
    return VG_FAIL(err, VG_EDATA, "intel.bad_date", VG_T(at(tracking, "current_release_date")));
  return VG_OK;
}

static void write_report(struct advisory *a, const struct vg_id *id, struct made *m) {
  struct vg_jw *w = &m->w;
  made_head(m, "report", id);
  vg_jw_kstr(w, "name", a->title);
  if (note_of(a->document, "summary").n)
    vg_jw_kstr(w, "description", note_of(a->document, "summary"));
  vg_jw_key(w, "report_types");
  vg_jw_arr(w);
  vg_jw_z(w, "vulnerability");
  vg_jw_end(w);
  made_time(m, "published", MADE_FROM);
  put_refs(w, a);
  vg_jw_key(w, "external_references");
  vg_jw_arr(w);
  vg_jw_obj(w);
  vg_jw_kstr(w, "source_name", a->publisher.n ? a->publisher : VG_STR("csaf"));
  vg_jw_kstr(w, "external_id", a->id);
  if (a->url.n)
    vg_jw_kstr(w, "url", a->url);
  vg_jw_end(w);
  vg_jw_end(w);
  import_tlp(w, a->tlp, a->pap);
  vg_jw_end(w);
}

static vg_code put_report(struct advisory *a, struct vg_err *err) {
  struct vg_buf key;
  struct made m;
  vg_buf_init(&key, INPUT_ELEMENT_MAX);
  vg_buf_fmt(&key, "%s ", a->im->in->source);
  vg_buf_str(&key, a->id);
  struct vg_id id = vg_id_v5("report", vg_id_stix_space, vg_buf_view(&key));
  vg_buf_fini(&key);
  made_begin(&m, a->released, a->current);
  write_report(a, &id, &m);
  return put_made(a, &m, err);
}

vg_code import_csaf(struct import *im, struct vg_err *err) {
  struct advisory a = {.im = im};
  struct vg_jit it;
  vg_str text;
  vg_jv v;
  VG_TRY(import_whole(im, &text, err));
  VG_TRY(vg_json_parse(im->json, text, &a.root, err));
  a.document = vg_jv_at(a.root, "document");
  VG_TRY(head(&a, err));
  vg_buf_init(&a.product, 256 << 20);
  vg_code rc = VG_OK;
  VG_GO(vg_table_new(&a.refs, REFS_MAX, err));
  VG_GO(vg_table_new(&a.products, REFS_MAX, err));
  VG_GO(keep_products(&a, vg_jv_at(a.root, "product_tree"), 0, err));
  for (vg_jit_init(&it, vg_jv_at(a.root, "vulnerabilities")); vg_jit_next(&it, NULL, &v);) {
    a.at++;
    VG_GO(vulnerability(&a, v, err));
  }
  if (vg_table_count(a.refs)) /* a report refers to something, says the standard: an advisory of no flaw is none */
    VG_GO(put_report(&a, err));
out:
  vg_buf_fini(&a.product);
  vg_table_free(a.refs);
  vg_table_free(a.products);
  return rc;
}
