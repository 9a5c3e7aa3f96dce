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

struct reading {
  struct import *im;
  vg_str global; /* the document whose members the parts behind it share; empty: none */
  struct vg_buf global_title, both;
  int64_t parts;
};

static vg_code refuse(struct import *im, int64_t line, const struct vg_err *why, struct vg_err *err) {
  im->read++;
  return import_reject(im, "line", line, why, err);
}

/* "2024/01/31", as rules were dated before. */
static vg_time date_of(vg_str date) {
  char text[11];
  vg_time t;
  if (date.n != 10)
    return VG_NOTIME;
  (void)vg_str_copy(text, sizeof text, date);
  text[4] = text[4] == '/' ? '-' : text[4];
  text[7] = text[7] == '/' ? '-' : text[7];
  return vg_time_parse(vg_str_z(text), &t) ? t : VG_NOTIME;
}

static vg_code put_rule(struct reading *x, const struct sigma_rule *r, vg_str text, vg_str key, int64_t line,
                        struct vg_err *err) {
  struct plain_indicator p = plain_of(x->im, "line", line);
  p.pattern_type = "sigma";
  p.value = text;
  p.name = r->title.n ? vg_buf_view(&r->title) : vg_buf_view(&x->global_title);
  p.description = vg_buf_view(&r->description);
  p.since = date_of(vg_buf_view(&r->date));
  return import_rule(x->im, &p, key, err);
}

/* What goes to others and is found again stands for itself: a part is kept behind what it shares. */
static vg_code put_part(struct reading *x, const struct sigma_rule *r, vg_str text, int64_t line, struct vg_err *err) {
  struct vg_buf key;
  vg_buf_reset(&x->both);
  vg_buf_str(&x->both, vg_str_trim(x->global));
  vg_buf_z(&x->both, "\n---\n");
  vg_buf_str(&x->both, vg_str_trim(text));
  VG_TRY(vg_buf_check(&x->both, err));
  vg_buf_init(&key, 1 << 17);
  vg_buf_str(&key, r->id.n ? vg_buf_view(&r->id) : vg_buf_view(&x->global_title));
  if (!r->id.n)
    vg_buf_fmt(&key, " %lld", (long long)++x->parts);
  vg_code rc = put_rule(x, r, vg_buf_view(&x->both), vg_buf_view(&key), line, err);
  vg_buf_fini(&key);
  return rc;
}

static vg_code document(struct reading *x, vg_str text, int64_t line, struct vg_err *err) {
  struct sigma_rule r;
  struct vg_err why = {0};
  sigma_init(&r);
  vg_code rc = sigma_read(text, line, &r, &why);
  const enum sigma_kind kind = sigma_kind(&r);
  if (rc == VG_EDATA)
    rc = refuse(x->im, line, &why, err);
  else if (rc != VG_OK)
    rc = VG_FAIL(err, rc, "base.memory");
  else if (kind == SIGMA_RULE)
    rc = put_rule(x, &r, text, r.id.n ? vg_buf_view(&r.id) : vg_buf_view(&r.title), line, err);
  else if (kind == SIGMA_PART && x->global.n)
    rc = put_part(x, &r, text, line, err);
  else if (kind == SIGMA_GLOBAL) {
    x->global = text, x->parts = 0;
    vg_buf_reset(&x->global_title);
    vg_buf_str(&x->global_title, vg_buf_view(&r.title));
  } else if (!r.empty) {
    (void)VG_FAIL(&why, VG_EDATA, r.has ? "intel.no_condition" : "intel.no_rule", import_name(x->im));
    rc = refuse(x->im, line, &why, err);
  }
  sigma_fini(&r);
  return rc;
}

vg_code import_sigma(struct import *im, struct vg_err *err) {
  struct reading x = {.im = im, .global = VG_STR("")};
  struct sigma_text t = {0};
  vg_str text;
  int64_t line;
  VG_TRY(import_whole(im, &t.rest, err));
  vg_buf_init(&x.global_title, 1 << 16);
  vg_buf_init(&x.both, INPUT_ELEMENT_MAX);
  vg_code rc = VG_OK;
  while (rc == VG_OK && sigma_next(&t, &text, &line))
    rc = document(&x, text, line, err);
  vg_buf_fini(&x.global_title);
  vg_buf_fini(&x.both);
  return rc;
}
