/*
 * Files of YARA rules: each rule is an indicator that carries its text, which compiles by itself: in front of it stand
 * what the file imports and, as private rules, those of the file that it needs - what its condition names, what these
 * name, and global ones.
 */
#include "intel/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/rd.h"
#include "base/table.h"

enum { RULES_MAX = 1 << 20 };

struct yara_rule {
  vg_str name, text, condition;
  int64_t line; /* of the file, where the text begins */
  size_t head;  /* how much of what the file imports stands before its end */
  size_t first_need, needs;
  size_t global_before; /* 1 + the last global rule before it; 0: none */
  struct span whole;    /* the text that it is compiled and kept with */
  bool closed, bad;     /* closed: private */
};
struct yara_file {
  struct import *im;
  struct vg_buf head; /* what the file imports, each of its rules may need */
  struct yara_rule *v;
  size_t n, room;
  uint32_t *need; /* numbers of rules, a row of them for each */
  size_t need_n, need_room;
  bool *wanted;       /* by the rule that is looked at */
  size_t last_global; /* 1 + that; 0: none */
  struct vg_table *names;
  struct vg_buf texts;
};

static vg_code add_rule(struct yara_file *f, const struct yara_part *p, struct vg_err *err) {
  if (!VG_GROW(f->v, f->n, f->room, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  f->v[f->n++] = (struct yara_rule){.name = p->name,
                                    .text = p->text,
                                    .condition = p->condition,
                                    .line = p->line,
                                    .head = f->head.n,
                                    .global_before = f->last_global,
                                    .closed = p->closed};
  if (p->global)
    f->last_global = f->n;
  return VG_OK;
}

/* What is no rule is told: nothing of a file goes without a word. */
static vg_code told(struct yara_file *f, const struct yara_part *p, struct vg_err *err) {
  struct vg_err why = {0};
  vg_str rest = p->text, first = VG_STR("");
  (void)vg_str_line(&rest, &first);
  if (p->kind == YARA_INCLUDE)
    (void)VG_FAIL(&why, VG_EDATA, "intel.rule_include", VG_T(p->name));
  else
    (void)VG_FAIL(&why, VG_EDATA, "intel.rule_stray", VG_T(first));
  f->im->read++;
  return import_reject(f->im, "line", p->line, &why, err);
}

static vg_code split(struct yara_file *f, vg_str text, struct vg_err *err) {
  struct yara_text t = {.all = text};
  struct yara_part p;
  size_t others = 0;
  while (yara_next(&t, &p)) {
    if (p.kind == YARA_RULE) {
      VG_TRY(add_rule(f, &p, err));
    } else if (p.kind == YARA_IMPORT) {
      vg_buf_str(&f->head, p.text);
      vg_buf_byte(&f->head, '\n');
    } else {
      VG_TRY(told(f, &p, err));
      others += p.kind == YARA_INCLUDE;
    }
  }
  return f->n || others ? vg_buf_check(&f->head, err) : VG_FAIL(err, VG_EDATA, "intel.no_rule", import_name(f->im));
}

/* --- what a rule needs of those before it --- */

static bool word_byte(char c) { return vg_is_alnum(c) || c == '_'; }

static vg_code need(struct yara_file *f, struct yara_rule *r, size_t other, struct vg_err *err) {
  if (!VG_GROW(f->need, f->need_n, f->need_room, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  f->need[f->need_n++] = (uint32_t)other;
  r->needs++;
  return VG_OK;
}

/* A word of its condition: the name of a rule, or with a star behind it how names begin. */
static vg_code need_named(struct yara_file *f, struct yara_rule *r, vg_str word, bool star, struct vg_err *err) {
  uint64_t at;
  if (!star)
    return vg_table_get(f->names, word, &at) ? need(f, r, (size_t)at, err) : VG_OK;
  for (size_t i = 0; &f->v[i] < r; i++)
    if (vg_str_starts(f->v[i].name, word))
      VG_TRY(need(f, r, i, err));
  return VG_OK;
}

static vg_code find_needs(struct yara_file *f, struct yara_rule *r, struct vg_err *err) {
  vg_str text = r->condition;
  size_t at = 0;
  r->first_need = f->need_n;
  for (size_t g = r->global_before; g; g = f->v[g - 1].global_before)
    VG_TRY(need(f, r, g - 1, err));
  for (size_t from = 0; from < text.n; from = at) {
    while (at < text.n && word_byte(text.p[at]))
      at++;
    if (at == from)
      at++;
    else
      VG_TRY(need_named(f, r, vg_str_sub(text, from, at - from), at < text.n && text.p[at] == '*', err));
  }
  return VG_OK;
}

/* Marks all that the rule needs: what these need stands before them. False: it needs none, and nothing is marked. */
static bool want(struct yara_file *f, size_t rule) {
  if (!f->v[rule].needs)
    return false;
  memset(f->wanted, 0, f->n * sizeof *f->wanted);
  f->wanted[rule] = true;
  for (size_t i = rule + 1; i-- > 0;)
    for (size_t k = 0; f->wanted[i] && k < f->v[i].needs; k++)
      f->wanted[f->need[f->v[i].first_need + k]] = true;
  return true;
}

static vg_code compose(struct yara_file *f, size_t rule, struct vg_err *err) {
  struct yara_rule *r = &f->v[rule];
  struct vg_buf b;
  vg_buf_init(&b, INPUT_ELEMENT_MAX);
  vg_buf_str(&b, vg_str_sub(vg_buf_view(&f->head), 0, r->head));
  const bool needs = want(f, rule);
  for (size_t i = 0; needs && i < rule; i++) {
    if (!f->wanted[i])
      continue;
    vg_buf_z(&b, f->v[i].closed ? "" : "private ");
    vg_buf_str(&b, f->v[i].text);
    vg_buf_byte(&b, '\n');
  }
  vg_buf_str(&b, r->text);
  vg_wr_text(&f->texts, vg_buf_view(&b));
  r->whole = (struct span){f->texts.n - b.n, b.n};
  vg_code rc = vg_buf_check(&b, err);
  vg_buf_fini(&b);
  return rc == VG_OK ? vg_buf_check(&f->texts, err) : rc;
}

/* --- */

static vg_code refuse(struct yara_file *f, struct yara_rule *r, int64_t line, const struct vg_err *why,
                      struct vg_err *err) {
  r->bad = true;
  f->im->read++;
  return import_reject(f->im, "line", line, why, err);
}

static vg_code name(struct yara_file *f, struct yara_rule *r, struct vg_err *err) {
  struct vg_err why = {0};
  uint64_t first;
  if (!vg_table_get(f->names, r->name, &first))
    return vg_table_put(f->names, r->name, (uint64_t)(r - f->v), err);
  (void)VG_FAIL(&why, VG_EDATA, "intel.rule_twice", VG_T(r->name), VG_N(f->v[first].line));
  return refuse(f, r, r->line, &why, err);
}

static vg_code prepare(struct yara_file *f, struct vg_err *err) {
  f->wanted = calloc(f->n, sizeof *f->wanted);
  if (!f->wanted)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  VG_TRY(vg_table_new(&f->names, RULES_MAX, err));
  for (size_t i = 0; i < f->n; i++) {
    VG_TRY(find_needs(f, &f->v[i], err));
    VG_TRY(compose(f, i, err));
    VG_TRY(name(f, &f->v[i], err));
  }
  return VG_OK;
}

static int64_t lines_of(vg_str text) {
  int64_t n = 0;
  for (vg_str line; text.n && vg_str_line(&text, &line);)
    n++;
  return n;
}

/* The line of the file for a line of the text that the rule was compiled with. */
static int64_t line_of(const struct yara_file *f, const struct yara_rule *r, int64_t line) {
  const vg_str whole = vg_str_n(f->texts.p + r->whole.at, r->whole.n);
  line -= lines_of(vg_str_sub(whole, 0, r->whole.n - r->text.n));
  return r->line + (line > 0 ? line - 1 : 0);
}

static vg_code on_bad_rule(void *ctx, size_t rule, const struct intel_rule_fault *fault, struct vg_err *err) {
  struct yara_file *f = ctx;
  struct vg_err why = {0};
  if (rule >= f->n || f->v[rule].bad)
    return VG_OK;
  struct yara_rule *r = &f->v[rule];
  const bool needs = want(f, rule);
  for (size_t i = 0; needs && i < rule; i++)
    if (f->wanted[i] && f->v[i].bad) {
      (void)VG_FAIL(&why, VG_EDATA, "intel.rule_needs", VG_T(r->name), VG_T(f->v[i].name));
      return refuse(f, r, r->line, &why, err);
    }
  (void)VG_FAIL(&why, VG_EDATA, fault->text[0] ? "intel.bad_rule" : "intel.rule_broke", VG_T(r->name), fault->text);
  return refuse(f, r, line_of(f, r, fault->line), &why, err);
}

static vg_code put(struct yara_file *f, const struct yara_rule *r, struct vg_err *err) {
  struct plain_indicator p = plain_of(f->im, "line", r->line);
  p.pattern_type = "yara";
  p.value = vg_str_n(f->texts.p + r->whole.at, r->whole.n);
  p.name = r->name;
  return import_rule(f->im, &p, r->name, err);
}

vg_code import_yara(struct import *im, struct vg_err *err) {
  struct yara_file f = {.im = im};
  vg_str text;
  vg_code rc = VG_OK;
  vg_buf_init(&f.head, 1 << 20);
  vg_buf_init(&f.texts, 4 * (size_t)INPUT_ELEMENT_MAX);
  VG_GO(import_whole(im, &text, err));
  VG_GO(split(&f, text, err));
  VG_GO(prepare(&f, err));
  rc = rule_compile(vg_buf_view(&f.texts), im->in->stop, on_bad_rule, &f, err);
  if (rc == VG_ECELL)
    rc = VG_FAIL(err, VG_EDATA, "intel.yara_broke", import_name(im));
  for (size_t i = 0; i < f.n && rc == VG_OK; i++)
    if (!f.v[i].bad)
      rc = put(&f, &f.v[i], err);
out:
  vg_buf_fini(&f.head);
  vg_buf_fini(&f.texts);
  vg_table_free(f.names);
  free(f.wanted);
  free(f.need);
  free(f.v);
  return rc;
}
