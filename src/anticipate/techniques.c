/*
 * Which techniques come next: EASE (Steck 2019), a linear model of each technique by all others, from one matrix
 * inverse: G = X'X + lambda I, P = inverse of G, B = -P / diag(P), no technique by itself.
 */
#include "anticipate/anticipate.h"

#include "base/json.h"
#include "base/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TECHNIQUES_MAX = 4000, SET_MAX = 1000 };

struct anticipate_techniques {
  struct vg_table *index; /* technique -> column */
  size_t n;
  double *b; /* n x n: b[i * n + j] what technique i says of j */
};

/* One set of columns; what is not known is left out, or added when growing. */
struct set {
  size_t column[SET_MAX], n;
};

static vg_code read_set(vg_jv line, struct vg_table *index, bool grow, struct set *s, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str name;
  s->n = 0;
  vg_jit_init(&it, vg_jv_at(line, "techniques"));
  while (vg_jit_next(&it, NULL, &v)) {
    uint64_t at = vg_table_count(index);
    if (!vg_jv_str(v, &name) || !name.n)
      return VG_FAIL(err, VG_EDATA, "anticipate.techniques.set");
    if (!vg_table_get(index, name, &at)) {
      if (!grow)
        continue;
      VG_TRY(vg_table_put(index, name, at, err));
    }
    bool twice = false;
    for (size_t i = 0; i < s->n; i++)
      twice |= s->column[i] == (size_t)at;
    if (twice)
      continue;
    if (s->n == SET_MAX)
      return VG_FAIL(err, VG_ELIMIT, "anticipate.techniques.set");
    s->column[s->n++] = (size_t)at;
  }
  return VG_OK;
}

typedef vg_code set_sink(void *ctx, vg_str id, const struct set *s, struct vg_err *err);

/* JSON Lines {"id":…,"techniques":[…]}. */
static vg_code each_set(vg_str text, const char *path, struct vg_table *index, bool grow, set_sink *sink, void *ctx,
                        struct vg_err *err) {
  struct vg_json *json;
  struct set *s = malloc(sizeof *s);
  vg_str line;
  vg_jv root;
  int64_t n = 0;
  vg_code rc = VG_OK;
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  rc = vg_json_new(&json, err);
  while (rc == VG_OK && vg_str_line(&text, &line)) {
    n++;
    if (!vg_str_trim(line).n)
      continue;
    rc = vg_json_parse(json, line, &root, err);
    if (rc == VG_OK && vg_jv_type(vg_jv_at(root, "techniques")) != VG_J_ARR)
      rc = VG_FAIL(err, VG_EDATA, "anticipate.techniques.set");
    if (rc == VG_OK)
      rc = read_set(root, index, grow, s, err);
    if (rc == VG_OK) {
      char number[24];
      int64_t value;
      vg_str id = VG_STR("");
      vg_jv v = vg_jv_at(root, "id");
      if (!vg_jv_str(v, &id) && vg_jv_i64(v, &value))
        id = vg_str_z(vg_num_text(number, value));
      rc = sink(ctx, id, s, err);
    } else {
      rc = VG_FAIL(err, rc, "anticipate.techniques.line", path, VG_N(n));
    }
  }
  vg_json_free(json);
  free(s);
  return rc;
}

static vg_code only_names(void *ctx, vg_str id, const struct set *s, struct vg_err *err) {
  (void)ctx, (void)id, (void)s, (void)err;
  return VG_OK;
}

static vg_code add_pairs(void *ctx, vg_str id, const struct set *s, struct vg_err *err) {
  struct anticipate_techniques *t = ctx;
  (void)id, (void)err;
  for (size_t i = 0; i < s->n; i++)
    for (size_t k = 0; k < s->n; k++)
      t->b[s->column[i] * t->n + s->column[k]] += 1;
  return VG_OK;
}

/* Gauss-Jordan in place; G is symmetric and positive definite (lambda > 0), so no pivoting is needed. */
static bool invert(double *a, size_t n) {
  for (size_t k = 0; k < n; k++) {
    double pivot = a[k * n + k];
    if (!(pivot > 0))
      return false;
    a[k * n + k] = 1;
    for (size_t j = 0; j < n; j++)
      a[k * n + j] /= pivot;
    for (size_t i = 0; i < n; i++) {
      double f = a[i * n + k];
      if (i == k || (f <= 0 && f >= 0))
        continue;
      a[i * n + k] = 0;
      for (size_t j = 0; j < n; j++)
        a[i * n + j] -= f * a[k * n + j];
    }
  }
  return true;
}

void anticipate_techniques_free(struct anticipate_techniques *t) {
  if (!t)
    return;
  vg_table_free(t->index);
  free(t->b);
  free(t);
}

static vg_code learn(struct anticipate_techniques *t, vg_str text, const char *path, double lambda,
                     struct vg_err *err) {
  VG_TRY(vg_table_new(&t->index, TECHNIQUES_MAX, err));
  VG_TRY(each_set(text, path, t->index, true, only_names, NULL, err));
  t->n = vg_table_count(t->index);
  if (!t->n)
    return VG_FAIL(err, VG_EDATA, "anticipate.techniques.none", path);
  t->b = calloc(t->n * t->n, sizeof *t->b);
  if (!t->b)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  VG_TRY(each_set(text, path, t->index, false, add_pairs, t, err));
  for (size_t i = 0; i < t->n; i++)
    t->b[i * t->n + i] += lambda;
  if (!invert(t->b, t->n))
    return VG_FAIL(err, VG_EDATA, "anticipate.techniques.none", path);
  for (size_t j = 0; j < t->n; j++) {
    double own = t->b[j * t->n + j];
    for (size_t i = 0; i < t->n; i++)
      t->b[i * t->n + j] = i == j ? 0 : -t->b[i * t->n + j] / own;
  }
  return VG_OK;
}

vg_code anticipate_techniques_learn(struct anticipate_techniques **out, vg_str text, const char *path, double lambda,
                                    struct vg_err *err) {
  struct anticipate_techniques *t = calloc(1, sizeof *t);
  *out = NULL;
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  vg_code rc = learn(t, text, path, lambda, err);
  if (rc == VG_OK)
    *out = t;
  else
    anticipate_techniques_free(t);
  return rc;
}

struct asking {
  const struct anticipate_techniques *t;
  anticipate_next_sink *sink;
  void *ctx;
};

static vg_str name_of(const struct anticipate_techniques *t, size_t column) {
  vg_str name;
  uint64_t at;
  vg_table_entry(t->index, column, &name, &at);
  return name;
}

/* The three given ones that speak loudest for column j. */
static void loudest(const struct anticipate_techniques *t, const struct set *s, size_t j, struct anticipate_next *out) {
  bool used[SET_MAX] = {false};
  out->reasons = 0;
  for (size_t k = 0; k < VG_COUNT(out->because); k++) {
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++)
      if (!used[i] && t->b[s->column[i] * t->n + j] > 0 &&
          (best == SIZE_MAX || t->b[s->column[i] * t->n + j] > t->b[s->column[best] * t->n + j]))
        best = i;
    if (best == SIZE_MAX)
      return;
    used[best] = true;
    out->because[out->reasons].technique = name_of(t, s->column[best]);
    out->because[out->reasons++].score = t->b[s->column[best] * t->n + j];
  }
}

static vg_code answer(void *ctx, vg_str id, const struct set *s, struct vg_err *err) {
  const struct asking *a = ctx;
  const struct anticipate_techniques *t = a->t;
  struct anticipate_next next[ANTICIPATE_NEXT] = {0};
  size_t n = 0;
  double *score = calloc(t->n, sizeof *score);
  if (!score)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  for (size_t i = 0; i < s->n; i++)
    for (size_t j = 0; j < t->n; j++)
      score[j] += t->b[s->column[i] * t->n + j];
  for (size_t i = 0; i < s->n; i++)
    score[s->column[i]] = -HUGE_VAL;
  for (; n < ANTICIPATE_NEXT; n++) {
    size_t best = 0;
    for (size_t j = 1; j < t->n; j++)
      if (score[j] > score[best])
        best = j;
    if (!(score[best] > -HUGE_VAL))
      break;
    next[n].technique = name_of(t, best);
    next[n].score = score[best];
    loudest(t, s, best, &next[n]);
    score[best] = -HUGE_VAL;
  }
  free(score);
  return a->sink(a->ctx, id, next, n, err);
}

vg_code anticipate_techniques_next(const struct anticipate_techniques *t, vg_str text, const char *path,
                                   anticipate_next_sink *sink, void *ctx, struct vg_err *err) {
  struct asking a = {t, sink, ctx};
  return each_set(text, path, t->index, false, answer, &a, err);
}
