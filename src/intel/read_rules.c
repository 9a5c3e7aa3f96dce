/* YARA and Sigma rules: each rule is an indicator that carries its text, with its pattern type. Rules are kept, not
 * compiled here. */
#include "intel/intel_internal.h"

static struct plain_indicator rule(const struct import *im, const char *kind, int64_t line) {
  return (struct plain_indicator){.pattern_type = kind,
                                  .tlp = im->tlp,
                                  .pap = im->pap < 0 ? intel_pap_default(im->tlp) : (enum pap)im->pap,
                                  .since = VG_NOTIME,
                                  .modified = VG_NOTIME,
                                  .until = VG_NOTIME,
                                  .confidence = -1,
                                  .at = line,
                                  .place_kind = "line"};
}

static vg_code put(struct import *im, struct plain_indicator *p, vg_str key, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_buf_fmt(&b, "%s %s ", im->in->source, p->pattern_type);
  vg_buf_str(&b, key);
  p->key = vg_buf_view(&b);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = import_plain(im, p, err);
  vg_buf_fini(&b);
  return rc;
}

/* The name behind `rule`, when a line begins one ("private rule x : tag {"). */
static bool begins_rule(vg_str line, vg_str *name) {
  vg_str word, rest = line;
  while (rest.p && vg_str_cut(&rest, ' ', &word)) {
    if (vg_str_eqz(word, "private") || vg_str_eqz(word, "global"))
      continue;
    if (!vg_str_eqz(word, "rule") || !rest.p)
      return false;
    rest = vg_str_trim(rest);
    size_t n = 0;
    while (n < rest.n && (vg_is_alnum(rest.p[n]) || rest.p[n] == '_'))
      n++;
    *name = vg_str_sub(rest, 0, n);
    return n > 0;
  }
  return false;
}

static vg_code put_yara(struct import *im, vg_str head, vg_str text, vg_str name, int64_t line, struct vg_err *err) {
  struct plain_indicator p = rule(im, "yara", line);
  struct vg_buf whole;
  vg_buf_init(&whole, INPUT_ELEMENT_MAX);
  vg_buf_str(&whole, head); /* what the file imports, each of its rules may need */
  vg_buf_str(&whole, vg_str_trim(text));
  p.value = vg_buf_view(&whole);
  p.name = name;
  vg_code rc = vg_buf_check(&whole, err);
  if (rc == VG_OK)
    rc = put(im, &p, name, err);
  vg_buf_fini(&whole);
  return rc;
}

vg_code import_yara(struct import *im, struct vg_err *err) {
  vg_str text, rest, line, name = VG_NOSTR, next;
  struct vg_buf head;
  const char *from = NULL;
  int64_t n = 0, at = 0;
  bool comment = false;
  vg_code rc = VG_OK;
  vg_buf_init(&head, 1 << 20);
  VG_GO(import_whole(im, &text, err));
  for (rest = text; rest.n && vg_str_line(&rest, &line);) {
    n++;
    bool was = comment;
    if (vg_str_find(line, VG_STR("/*"), 0) != SIZE_MAX)
      comment = true;
    if (vg_str_find(line, VG_STR("*/"), 0) != SIZE_MAX)
      comment = false;
    if (was || comment)
      continue;
    if (vg_str_starts(line, VG_STR("import "))) {
      vg_buf_str(&head, line);
      vg_buf_byte(&head, '\n');
    }
    if (!begins_rule(line, &next))
      continue;
    if (from)
      VG_GO(put_yara(im, vg_buf_view(&head), vg_str_n(from, (size_t)(line.p - from)), name, at, err));
    from = line.p;
    name = next;
    at = n;
  }
  if (from)
    VG_GO(put_yara(im, vg_buf_view(&head), vg_str_n(from, (size_t)(text.p + text.n - from)), name, at, err));
  else
    rc = VG_FAIL(err, VG_EDATA, "intel.no_rule", import_name(im));
out:
  vg_buf_fini(&head);
  return rc;
}

/* The scalar behind "key:" at the start of a line. */
static vg_str field(vg_str text, const char *key) {
  vg_str line, want = vg_str_z(key);
  while (text.n && vg_str_line(&text, &line)) {
    if (!vg_str_starts(line, want))
      continue;
    vg_str v = vg_str_trim(vg_str_sub(line, want.n, line.n));
    if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
      v = vg_str_sub(v, 1, v.n - 2);
    return v;
  }
  return VG_STR("");
}

static vg_code put_sigma(struct import *im, vg_str text, int64_t line, struct vg_err *err) {
  struct plain_indicator p = rule(im, "sigma", line);
  struct vg_err reason = {0};
  vg_str id = field(text, "id:"), date = field(text, "date:");
  if (vg_str_trim(text).n == 0)
    return VG_OK;
  p.value = text;
  p.name = field(text, "title:");
  p.description = field(text, "description:");
  if (!vg_time_parse(date, &p.since))
    p.since = VG_NOTIME;
  if (p.name.n &&
      (vg_str_find(text, VG_STR("\ndetection:"), 0) != SIZE_MAX || vg_str_starts(text, VG_STR("detection:"))))
    return put(im, &p, id.n ? id : p.name, err);
  (void)VG_FAIL(&reason, VG_EDATA, "intel.no_rule", import_name(im));
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
