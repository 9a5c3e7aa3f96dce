/* YARA and Sigma rules: each rule is an indicator that carries its text, with its pattern type. A YARA rule must
 * compile, which the cell "yara" tries. */
#include "intel/document.h"
#include "intel/intel_internal.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/rd.h"
#include "sandbox/sandbox.h"

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

struct yara_rule {
  vg_str name, text;
  int64_t line; /* of the file, where the text begins */
  size_t head;  /* how much of what the file imports stands before its end */
  bool bad;
};
struct yara_file {
  struct import *im;
  struct vg_buf head; /* what the file imports, each of its rules may need */
  struct yara_rule *v;
  size_t n, room;
};

static vg_code put_yara(struct yara_file *f, const struct yara_rule *r, struct vg_err *err) {
  struct plain_indicator p = rule(f->im, "yara", r->line);
  struct vg_buf whole;
  vg_buf_init(&whole, INPUT_ELEMENT_MAX);
  vg_buf_str(&whole, vg_str_sub(vg_buf_view(&f->head), 0, r->head));
  vg_buf_str(&whole, r->text);
  p.value = vg_buf_view(&whole);
  p.name = r->name;
  vg_code rc = vg_buf_check(&whole, err);
  if (rc == VG_OK)
    rc = put(f->im, &p, r->name, err);
  vg_buf_fini(&whole);
  return rc;
}

/* The last rule's text ends before `end`. */
static void end_rule(struct yara_file *f, const char *end) {
  if (!f->n)
    return;
  struct yara_rule *r = &f->v[f->n - 1];
  r->text = vg_str_trim(vg_str_n(r->text.p, (size_t)(end - r->text.p)));
  r->head = f->head.n;
}

static vg_code split_yara(struct yara_file *f, vg_str text, struct vg_err *err) {
  vg_str line, name;
  bool comment = false;
  int64_t n = 0;
  for (vg_str rest = text; rest.n && vg_str_line(&rest, &line);) {
    n++;
    bool was = comment;
    if (vg_str_find(line, VG_STR("/*"), 0) != SIZE_MAX)
      comment = true;
    if (vg_str_find(line, VG_STR("*/"), 0) != SIZE_MAX)
      comment = false;
    if (was || comment)
      continue;
    if (vg_str_starts(line, VG_STR("import "))) {
      vg_buf_str(&f->head, line);
      vg_buf_byte(&f->head, '\n');
    }
    if (!begins_rule(line, &name))
      continue;
    end_rule(f, line.p);
    if (!VG_GROW(f->v, f->n, f->room, 64))
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    f->v[f->n++] = (struct yara_rule){.name = name, .text = line, .line = n};
  }
  end_rule(f, text.p + text.n);
  return f->n ? vg_buf_check(&f->head, err) : VG_FAIL(err, VG_EDATA, "intel.no_rule", import_name(f->im));
}

static vg_code on_bad_rule(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct yara_file *f = ctx;
  struct vg_err why = {0};
  vg_jv root;
  vg_str text = VG_STR("");
  int64_t i = -1, line = 1;
  if (kind != CELL_RECORD)
    return VG_OK;
  VG_TRY(vg_json_parse(f->im->json, payload, &root, err));
  (void)vg_jv_i64_at(root, "rule", &i);
  (void)vg_jv_i64_at(root, "line", &line);
  (void)vg_jv_str_at(root, "error", &text);
  if (i < 0 || i >= (int64_t)f->n || f->v[i].bad)
    return VG_OK;
  f->v[i].bad = true;
  f->im->read++;
  (void)VG_FAIL(&why, VG_EDATA, "intel.bad_rule", VG_T(f->v[i].name), VG_T(text));
  return import_reject(f->im, "line", f->v[i].line + (line > 0 ? line - 1 : 0), &why, err);
}

/* Names those that do not compile. */
static vg_code compile_yara(struct yara_file *f, struct vg_err *err) {
  char path[64];
  const char *input = path;
  struct vg_buf texts;
  vg_buf_init(&texts, 4 * (size_t)INPUT_ELEMENT_MAX);
  vg_wr_text(&texts, vg_buf_view(&f->head));
  for (size_t i = 0; i < f->n; i++)
    vg_wr_text(&texts, f->v[i].text);
  vg_code rc = vg_buf_check(&texts, err);
  if (rc == VG_OK)
    rc = document_temporary(vg_buf_view(&texts), path, err);
  vg_buf_fini(&texts);
  if (rc != VG_OK)
    return rc;
  const struct cell_order o = {.parser = yara_parser.name, .inputs = &input, .input_count = 1, .seconds = 600};
  rc = cell_run(&o, on_bad_rule, f, err);
  (void)unlink(path);
  return rc == VG_ECELL ? VG_FAIL(err, VG_EDATA, "intel.yara_broke", import_name(f->im)) : rc;
}

vg_code import_yara(struct import *im, struct vg_err *err) {
  struct yara_file f = {.im = im};
  vg_str text;
  vg_code rc = VG_OK;
  vg_buf_init(&f.head, 1 << 20);
  VG_GO(import_whole(im, &text, err));
  VG_GO(split_yara(&f, text, err));
  VG_GO(compile_yara(&f, err));
  for (size_t i = 0; i < f.n; i++)
    if (!f.v[i].bad)
      VG_GO(put_yara(&f, &f.v[i], err));
out:
  vg_buf_fini(&f.head);
  free(f.v);
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

/* Does a line begin with the key, indented or not? */
static bool has_key(vg_str text, const char *key, bool indented) {
  vg_str line, want = vg_str_z(key);
  while (text.n && vg_str_line(&text, &line))
    if (vg_str_starts(indented ? vg_str_trim(line) : line, want))
      return true;
  return false;
}

/* A rule, one that counts what others found (correlation), or a part of a collection (action: global, repeat). */
static bool is_sigma(vg_str text, vg_str title) {
  if (has_key(text, "action:", false) || (title.n && has_key(text, "correlation:", false)))
    return true;
  return title.n && has_key(text, "logsource:", false) && has_key(text, "detection:", false) &&
         has_key(text, "condition:", true);
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
  if (is_sigma(text, p.name))
    return put(im, &p, id.n ? id : p.name, err);
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
