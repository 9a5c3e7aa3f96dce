/* Sigma rules, one or several documents a file: each is an indicator that carries its text. */
#include "intel/rule.h"

vg_code import_rule(struct import *im, struct plain_indicator *p, vg_str key, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_buf_fmt(&b, "%s %s ", im->in->source, p->pattern_type);
  vg_buf_str(&b, key);
  p->key = vg_buf_view(&b);
  vg_code rc = vg_buf_check(&b, err);
  im->looked_at = true;
  if (rc == VG_OK)
    rc = import_plain(im, p, err);
  im->looked_at = false;
  vg_buf_fini(&b);
  return rc;
}

static vg_code put_sigma(struct import *im, vg_str text, int64_t line, struct vg_err *err) {
  struct plain_indicator p = plain_of(im, "line", line);
  struct vg_err reason = {0};
  vg_str id = rule_sigma_field(text, "id:"), date = rule_sigma_field(text, "date:");
  if (vg_str_trim(text).n == 0)
    return VG_OK;
  p.pattern_type = "sigma";
  p.value = text;
  p.name = rule_sigma_field(text, "title:");
  p.description = rule_sigma_field(text, "description:");
  if (!vg_time_parse(date, &p.since))
    p.since = VG_NOTIME;
  if (rule_is_sigma(text))
    return import_rule(im, &p, id.n ? id : p.name, err);
  (void)VG_FAIL(&reason, VG_EDATA, p.name.n ? "intel.no_condition" : "intel.no_rule", import_name(im));
  im->read++;
  return import_reject(im, "line", line, &reason, err);
}

vg_code import_sigma(struct import *im, struct vg_err *err) {
  vg_str text, rest, line;
  int64_t n = 0, at = 1;
  VG_TRY(import_whole(im, &text, err));
  const char *from = text.p;
  for (rest = text; rest.n && vg_str_line(&rest, &line);) {
    n++;
    if (!vg_str_eqz(vg_str_trim(line), "---"))
      continue;
    VG_TRY(put_sigma(im, vg_str_n(from, (size_t)(line.p - from)), at, err));
    from = line.p + line.n;
    at = n + 1;
  }
  return put_sigma(im, vg_str_n(from, (size_t)(text.p + text.n - from)), at, err);
}
