/* A CSV file as a table of texts and numbers. */
#include "base/csv.h"
#include "evaluation/stat.h"

#include <math.h>
#include <string.h>

enum { CELLS_MAX = 4 << 20, ARENA_MAX = 512 << 20 };

vg_code stat_alloc(const struct stat_table *t, size_t count, size_t size, void *out, struct vg_err *err) {
  void *p = vg_arena_array(t->arena, count ? count : 1, size);
  memcpy(out, &p, sizeof p);
  return p ? VG_OK : VG_FAIL(err, VG_ENOMEM, "evaluation.memory");
}

static vg_code keep(struct stat_table *t, vg_str from, vg_str *to, struct vg_err *err) {
  *to = vg_arena_str(t->arena, from);
  return to->p || from.n == 0 ? VG_OK : VG_FAIL(err, VG_ENOMEM, "evaluation.memory");
}

static vg_code rows(struct stat_table *t, struct vg_csv *c, size_t most, struct vg_err *err) {
  bool more;
  for (;;) {
    VG_TRY(vg_csv_next(c, &more, err));
    if (!more)
      return VG_OK;
    if (c->fields != t->columns)
      return VG_FAIL(err, VG_EDATA, "evaluation.fields", VG_N(c->line), VG_N(c->fields), VG_N(t->columns));
    if (t->rows >= most)
      return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
    for (size_t i = 0; i < t->columns; i++)
      VG_TRY(keep(t, vg_str_trim(c->field[i]), &t->cell[t->rows * t->columns + i], err));
    t->rows++;
  }
}

vg_code stat_read(struct stat_table *t, vg_str text, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  size_t lines = 1;
  vg_code rc;
  *t = (struct stat_table){0};
  if (!vg_utf8_ok(text))
    return VG_FAIL(err, VG_EDATA, "evaluation.utf8");
  VG_TRY(vg_arena_new(&t->arena, ARENA_MAX, err));
  vg_csv_init(&c, text, 0);
  VG_GO(vg_csv_next(&c, &more, err));
  if (!more) {
    rc = VG_FAIL(err, VG_EDATA, "evaluation.empty");
    goto out;
  }
  t->columns = c.fields;
  for (size_t at = 0; (at = vg_str_find_byte(text, '\n', at)) != SIZE_MAX; at++)
    lines++;
  if (lines > CELLS_MAX / t->columns) {
    rc = VG_FAIL(err, VG_ELIMIT, "evaluation.big");
    goto out;
  }
  VG_GO(stat_alloc(t, t->columns, sizeof *t->heading, &t->heading, err));
  VG_GO(stat_alloc(t, lines * t->columns, sizeof *t->cell, &t->cell, err));
  for (size_t i = 0; i < t->columns; i++)
    VG_GO(keep(t, vg_str_trim(c.field[i]), &t->heading[i], err));
  VG_GO(rows(t, &c, lines, err));
  if (t->rows == 0)
    rc = VG_FAIL(err, VG_EDATA, "evaluation.empty");
out:
  vg_csv_fini(&c);
  if (rc != VG_OK)
    stat_table_fini(t);
  return rc;
}

void stat_table_fini(struct stat_table *t) {
  vg_arena_free(t->arena);
  *t = (struct stat_table){0};
}

size_t stat_column(const struct stat_table *t, const char *name) {
  for (size_t i = 0; i < t->columns; i++)
    if (vg_str_eq_ci(t->heading[i], vg_str_z(name)))
      return i;
  return SIZE_MAX;
}

vg_code stat_need(const struct stat_table *t, const char *name, size_t *column, struct vg_err *err) {
  *column = stat_column(t, name);
  return *column != SIZE_MAX ? VG_OK : VG_FAIL(err, VG_EDATA, "evaluation.column", name);
}

vg_str stat_text(const struct stat_table *t, size_t row, size_t column) { return t->cell[row * t->columns + column]; }

static vg_code number(const struct stat_table *t, size_t row, size_t column, bool missing, double *out,
                      struct vg_err *err) {
  vg_str s = stat_text(t, row, column);
  if (s.n == 0 || vg_str_eqz(s, "NA")) {
    *out = (double)NAN;
    return missing ? VG_OK : VG_FAIL(err, VG_EDATA, "evaluation.missing", VG_N(row + 2), VG_T(t->heading[column]));
  }
  if (!vg_str_f64(s, out) || !isfinite(*out))
    return VG_FAIL(err, VG_EDATA, "evaluation.number", VG_N(row + 2), VG_T(t->heading[column]), VG_T(s));
  return VG_OK;
}

vg_code stat_numbers(const struct stat_table *t, size_t column, bool missing, double **out, struct vg_err *err) {
  VG_TRY(stat_alloc(t, t->rows, sizeof **out, out, err));
  for (size_t i = 0; i < t->rows; i++)
    VG_TRY(number(t, i, column, missing, &(*out)[i], err));
  return VG_OK;
}

vg_code stat_matrix(const struct stat_table *t, bool missing, double **out, struct vg_err *err) {
  VG_TRY(stat_alloc(t, t->rows * t->columns, sizeof **out, out, err));
  for (size_t i = 0; i < t->rows; i++)
    for (size_t j = 0; j < t->columns; j++)
      VG_TRY(number(t, i, j, missing, &(*out)[i * t->columns + j], err));
  return VG_OK;
}

vg_code stat_levels(const struct stat_table *t, size_t column, struct stat_levels *out, struct vg_err *err) {
  *out = (struct stat_levels){0};
  VG_TRY(stat_alloc(t, t->rows, sizeof *out->name, &out->name, err));
  VG_TRY(stat_alloc(t, t->rows, sizeof *out->of, &out->of, err));
  for (size_t i = 0; i < t->rows; i++) {
    vg_str s = stat_text(t, i, column);
    size_t k = 0;
    while (k < out->n && !vg_str_eq(out->name[k], s))
      k++;
    if (k == 10000)
      return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
    if (k == out->n)
      out->name[out->n++] = s;
    out->of[i] = k;
  }
  return VG_OK;
}

vg_str stat_param(const struct stat_params *p, const char *name) {
  vg_str rest = p->text, part, key;
  while (vg_str_cut(&rest, ',', &part)) {
    vg_str value = part;
    if (vg_str_cut(&value, '=', &key) && vg_str_eqz(vg_str_trim(key), name) && value.p)
      return vg_str_trim(value);
  }
  return VG_STR("");
}

vg_code stat_param_number(const struct stat_params *p, const char *name, double otherwise, double *out,
                          struct vg_err *err) {
  vg_str s = stat_param(p, name);
  *out = otherwise;
  if (s.n && (!vg_str_f64(s, out) || !isfinite(*out)))
    return VG_FAIL(err, VG_EUSAGE, "evaluation.param", name, VG_T(s));
  return VG_OK;
}

double stat_mean(const double *x, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

double stat_var(const double *x, size_t n) {
  double mean = stat_mean(x, n), sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return sum / (double)(n - 1);
}

bool stat_cholesky(double *a, size_t n) {
  for (size_t j = 0; j < n; j++) {
    double d = a[j * n + j];
    for (size_t k = 0; k < j; k++)
      d -= a[j * n + k] * a[j * n + k];
    if (!(d > 1e-12 * fabs(a[j * n + j])))
      return false;
    a[j * n + j] = sqrt(d);
    for (size_t i = j + 1; i < n; i++) {
      double s = a[i * n + j];
      for (size_t k = 0; k < j; k++)
        s -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = s / a[j * n + j];
    }
  }
  return true;
}

void stat_solve(const double *factor, size_t n, double *b) {
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < i; k++)
      b[i] -= factor[i * n + k] * b[k];
    b[i] /= factor[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; k++)
      b[i] -= factor[k * n + i] * b[k];
    b[i] /= factor[i * n + i];
  }
}
