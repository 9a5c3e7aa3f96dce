/* What is to be assessed, as others hand it over: JSON Lines {"type":…,"value":…}. */
#include "qualify/qualify_internal.h"

#include "base/json.h"

vg_code qualify_each_subject(vg_str text, const char *path, qualify_subject_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_json *json;
  vg_str line, type, value;
  vg_jv root;
  int64_t n = 0;
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = VG_OK;
  while (rc == VG_OK && vg_str_line(&text, &line)) {
    n++;
    if (!vg_str_trim(line).n)
      continue;
    rc = vg_json_parse(json, line, &root, err);
    if (rc != VG_OK || !vg_jv_str_at(root, "type", &type) || !vg_jv_str_at(root, "value", &value))
      rc = VG_FAIL(err, VG_EDATA, "qualify.line", path, VG_N(n));
    else
      rc = sink(ctx, type, value, err);
  }
  vg_json_free(json);
  return rc;
}
