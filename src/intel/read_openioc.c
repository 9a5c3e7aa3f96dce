/* OpenIOC files: the parent's side of the cell "openioc". */
#include "intel/document.h"
#include "intel/openioc.h"

#include <unistd.h>

struct reading {
  struct import *im;
  struct vg_buf id, name, description;
  vg_time since, modified;
};

static vg_code take_head(struct reading *r, vg_jv root, vg_str id, struct vg_err *err) {
  vg_str s;
  vg_buf_str(&r->id, id);
  if (vg_jv_str_at(root, "name", &s))
    vg_buf_str(&r->name, s);
  if (vg_jv_str_at(root, "description", &s))
    vg_buf_str(&r->description, s);
  if (vg_jv_str_at(root, "authored", &s))
    (void)vg_time_parse(s, &r->since);
  if (vg_jv_str_at(root, "modified", &s))
    (void)vg_time_parse(s, &r->modified);
  return vg_buf_check(&r->name, err);
}

static vg_code take_pattern(struct reading *r, vg_str pattern, int64_t line, struct vg_err *err) {
  struct import *im = r->im;
  struct vg_err why = {0};
  struct vg_buf key;
  if (!pattern.n)
    return import_refuse(im, "line", line, "intel.openioc_empty", VG_STR(""), err);
  vg_code rc = intel_pattern_check(pattern, &why);
  if (rc == VG_EDATA || rc == VG_ELIMIT) {
    im->read++;
    return import_reject(im, "line", line, &why, err);
  }
  if (rc != VG_OK)
    return rc;
  struct plain_indicator p = {.pattern_type = "stix",
                              .value = pattern,
                              .name = vg_buf_view(&r->name),
                              .description = vg_buf_view(&r->description),
                              .label = VG_STR("openioc"),
                              .tlp = im->tlp,
                              .pap = im->pap < 0 ? intel_pap_default(im->tlp) : (enum pap)im->pap,
                              .since = r->since == VG_NOTIME ? r->modified : r->since,
                              .modified = r->modified,
                              .until = VG_NOTIME,
                              .confidence = -1,
                              .place_kind = "line",
                              .at = line};
  vg_buf_init(&key, 4 << 20);
  vg_buf_str(&key, vg_buf_view(&r->id));
  vg_buf_byte(&key, ' ');
  vg_buf_str(&key, pattern);
  p.key = vg_buf_view(&key);
  rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = import_plain(im, &p, err);
  vg_buf_fini(&key);
  return rc;
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct reading *r = ctx;
  vg_jv root;
  vg_str s;
  int64_t line = 0;
  if (kind != CELL_RECORD)
    return VG_OK;
  VG_TRY(vg_json_parse(r->im->json, payload, &root, err));
  if (vg_jv_str_at(root, "id", &s))
    return take_head(r, root, s, err);
  (void)vg_jv_i64_at(root, "line", &line);
  return vg_jv_str_at(root, "pattern", &s) ? take_pattern(r, s, line, err) : VG_OK;
}

vg_code import_openioc(struct import *im, struct vg_err *err) {
  struct reading r = {.im = im, .since = VG_NOTIME, .modified = VG_NOTIME};
  char path[64];
  const char *input = path;
  vg_str text;
  VG_TRY(import_whole(im, &text, err));
  VG_TRY(document_temporary(text, path, err));
  vg_buf_init(&r.id, 4096);
  vg_buf_init(&r.name, 1 << 20);
  vg_buf_init(&r.description, 1 << 20);
  struct cell_order o = {.parser = openioc_parser.name, .inputs = &input, .input_count = 1, .seconds = 120};
  vg_code rc = cell_run(&o, on_frame, &r, err);
  if (rc == VG_ECELL) /* a file that breaks the parser is bad data, and costs only itself */
    rc = VG_FAIL(err, VG_EDATA, "intel.openioc_broke");
  (void)unlink(path);
  vg_buf_fini(&r.id);
  vg_buf_fini(&r.name);
  vg_buf_fini(&r.description);
  return rc;
}
