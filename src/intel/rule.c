/* Rules on their way into the store: those of YARA are compiled, all of a batch in one run of the cell. */
#include "intel/rule.h"

#include <unistd.h>

#include "base/json.h"
#include "base/rd.h"
#include "intel/document.h"
#include "intel/yara.h"

/* It does not say what is wrong: the compiler broke. */
static const struct intel_rule_fault broke = {.line = 1};
enum { SILENCE = 60 /* seconds that one rule may take */ };

struct compiling {
  rule_fault_sink *sink;
  void *ctx;
  const atomic_bool *stop;
  struct vg_json *json;
  int64_t at; /* the rule that the compiler turned to; -1: none yet */
};

static vg_code on_fault(struct compiling *c, vg_str payload, struct vg_err *err) {
  struct intel_rule_fault f = {.line = 1};
  vg_jv root;
  vg_str text = VG_STR("");
  int64_t i = -1;
  VG_TRY(vg_json_parse(c->json, payload, &root, err));
  (void)vg_jv_i64_at(root, "rule", &i);
  (void)vg_jv_i64_at(root, "line", &f.line);
  (void)vg_jv_str_at(root, "error", &text);
  (void)vg_str_copy(f.text, sizeof f.text, text);
  return i == c->at && f.text[0] ? c->sink(c->ctx, (size_t)i, &f, err)
                                 : VG_FAIL(err, VG_ECELL, "sandbox.order", yara_parser.name);
}

static vg_code on_frame(void *ctx, enum cell_msg kind, vg_str payload, struct vg_err *err) {
  struct compiling *c = ctx;
  struct vg_rd r;
  if (c->stop && atomic_load(c->stop))
    return VG_FAIL(err, VG_ESTATE, "intel.stopped");
  if (kind == CELL_RECORD)
    return on_fault(c, payload, err);
  if (kind != CELL_UNIT)
    return VG_OK;
  vg_rd_init(&r, payload);
  const uint64_t at = vg_rd_le64(&r);
  if (at > INT64_MAX || (int64_t)at <= c->at)
    return VG_FAIL(err, VG_ECELL, "sandbox.order", yara_parser.name);
  c->at = (int64_t)at;
  return VG_OK;
}

static vg_code run_from(struct compiling *c, const char *path, int64_t from, struct vg_err *err) {
  struct vg_buf args;
  vg_buf_init(&args, 64);
  vg_buf_fmt(&args, "{\"from\":%lld}", (long long)from);
  const struct cell_order o = {
      .parser = yara_parser.name, .inputs = &path, .input_count = 1, .args = vg_buf_view(&args), .silence = SILENCE};
  vg_code rc = cell_run(&o, on_frame, c, err);
  vg_buf_fini(&args);
  return rc;
}

/* The one on which the cell broke is at fault, and those behind it get another cell. */
static vg_code run_all(struct compiling *c, const char *path, struct vg_err *err) {
  for (;;) {
    const int64_t from = c->at + 1;
    struct vg_err why = {0};
    vg_code rc = run_from(c, path, from, &why);
    if (rc != VG_ECELL || c->at < from) {
      if (rc != VG_OK && err)
        *err = why;
      return rc;
    }
    VG_TRY(c->sink(c->ctx, (size_t)c->at, &broke, err));
  }
}

vg_code rule_compile(vg_str texts, const atomic_bool *stop, rule_fault_sink *sink, void *ctx, struct vg_err *err) {
  struct compiling c = {.sink = sink, .ctx = ctx, .stop = stop, .at = -1};
  char path[64];
  VG_TRY(vg_json_new(&c.json, err));
  vg_code rc = document_temporary(texts, path, err);
  if (rc == VG_OK) {
    rc = run_all(&c, path, err);
    (void)unlink(path);
  }
  vg_json_free(c.json);
  return rc;
}

/* --- those of a batch --- */

struct checking {
  struct batch *b;
  size_t of[BATCH_MAX]; /* which object the rule is of */
  size_t n;
};

vg_code rule_fault(const struct intel_rule_fault *f, struct vg_err *err) {
  return f->text[0] ? VG_FAIL(err, VG_EDATA, "intel.bad_rule_of", VG_N(f->line), f->text)
                    : VG_FAIL(err, VG_EDATA, "intel.rule_broke_of");
}

static vg_code mark(void *ctx, size_t rule, const struct intel_rule_fault *f, struct vg_err *err) {
  struct checking *c = ctx;
  struct batch *b = c->b;
  struct vg_err why = {0};
  if (rule >= c->n)
    return VG_FAIL(err, VG_ECELL, "sandbox.order", yara_parser.name);
  struct ready *r = &b->v[c->of[rule]];
  if (r->fault.n)
    return VG_OK;
  (void)!rule_fault(f, &why);
  batch_mark_broken(b, r, &why);
  return vg_buf_check(&b->bytes, err);
}

vg_code batch_check_rules(struct import *im, struct batch *b, struct vg_err *err) {
  struct checking c = {.b = b};
  struct vg_buf texts;
  vg_buf_init(&texts, 4 * (size_t)INPUT_ELEMENT_MAX);
  for (size_t i = 0; i < b->n; i++) {
    if (!b->v[i].rule.n)
      continue;
    vg_wr_text(&texts, batch_text(b, b->v[i].rule));
    c.of[c.n++] = i;
  }
  vg_code rc = vg_buf_check(&texts, err);
  if (rc == VG_OK)
    rc = rule_compile(vg_buf_view(&texts), im->in->stop, mark, &c, err);
  vg_buf_fini(&texts);
  if (rc == VG_ECELL) { /* before it turned to any: none is known to be good */
    vg_err_clear(err);
    rc = VG_OK;
    for (size_t i = 0; i < c.n && rc == VG_OK; i++)
      rc = mark(&c, i, &broke, err);
  }
  b->rules = 0;
  return rc;
}
