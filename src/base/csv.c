#include "base/csv.h"

#include <string.h>

static char separator_of(vg_str line) {
  size_t commas = 0, semicolons = 0;
  bool inside = false;
  for (size_t i = 0; i < line.n; i++) {
    inside ^= line.p[i] == '"';
    if (line.p[i] == '\t')
      return '\t';
    commas += line.p[i] == ',' && !inside;
    semicolons += line.p[i] == ';' && !inside;
  }
  return semicolons > commas || !commas ? ';' : ',';
}

void vg_csv_init(struct vg_csv *c, vg_str text, char sep) {
  *c = (struct vg_csv){.rest = text, .sep = sep, .next_line = 1};
  vg_buf_init(&c->scratch, 64u << 20);
  vg_buf_init(&c->recoded, 192u << 20);
  if (vg_str_starts(text, VG_STR("\xEF\xBB\xBF")))
    c->rest = vg_str_sub(text, 3, text.n);
  if (!sep) {
    vg_str rest = c->rest, line = VG_STR("");
    (void)vg_str_line(&rest, &line);
    c->sep = separator_of(line);
  }
}

void vg_csv_fini(struct vg_csv *c) {
  vg_buf_fini(&c->scratch);
  vg_buf_fini(&c->recoded);
}

/* Reserved as a whole: the fields are views of it. */
static vg_code recode(struct vg_csv *c, struct vg_err *err) {
  size_t most = 0;
  for (size_t i = 0; i < c->fields; i++)
    most += 3 * c->field[i].n;
  vg_buf_reset(&c->recoded);
  if (!vg_buf_room(&c->recoded, most))
    return vg_buf_check(&c->recoded, err);
  for (size_t i = 0; i < c->fields; i++) {
    vg_str f = c->field[i];
    const char *from = c->recoded.p + c->recoded.n;
    if (vg_utf8_ok(f) || vg_str_find_byte(f, '\0', 0) != SIZE_MAX)
      continue;
    for (size_t k = 0; k < f.n; k++)
      c->recoded.n += vg_utf8_put(c->recoded.p + c->recoded.n, vg_windows((unsigned char)f.p[k]));
    c->field[i] = vg_str_n(from, (size_t)(c->recoded.p + c->recoded.n - from));
  }
  return VG_OK;
}

/* A quoted field at rest.p[0] == '"'; false when its end is missing. Undone quotes go to the scratch, which has room
 * for all of rest. */
static bool quoted(struct vg_csv *c, vg_str *out) {
  size_t i = 1;
  const char *from = c->scratch.p + c->scratch.n;
  for (; i < c->rest.n; i++) {
    char ch = c->rest.p[i];
    if (ch == '\n')
      c->next_line++;
    if (ch == '"') {
      if (i + 1 >= c->rest.n || c->rest.p[i + 1] != '"')
        break;
      i++;
    }
    c->scratch.p[c->scratch.n++] = ch;
  }
  if (i >= c->rest.n)
    return false;
  *out = vg_str_n(from, (size_t)(c->scratch.p + c->scratch.n - from));
  c->rest = vg_str_sub(c->rest, i + 1, c->rest.n);
  return true;
}

static void plain(struct vg_csv *c, vg_str *out) {
  size_t i = 0;
  while (i < c->rest.n && c->rest.p[i] != c->sep && c->rest.p[i] != '\n')
    i++;
  *out = vg_str_sub(c->rest, 0, i);
  c->rest = vg_str_sub(c->rest, i, c->rest.n);
  if (out->n && out->p[out->n - 1] == '\r' && (c->rest.n == 0 || c->rest.p[0] == '\n'))
    out->n--;
}

/* What stands behind a field: true when the row goes on. */
static bool separator(struct vg_csv *c) {
  if (c->rest.n && c->rest.p[0] == '\r')
    c->rest = vg_str_sub(c->rest, 1, c->rest.n);
  if (c->rest.n == 0)
    return false;
  bool on = c->rest.p[0] == c->sep;
  if (c->rest.p[0] == '\n')
    c->next_line++;
  c->rest = vg_str_sub(c->rest, 1, c->rest.n);
  return on;
}

static vg_code row(struct vg_csv *c, struct vg_err *err) {
  bool on = true;
  vg_str from = c->rest;
  c->line = c->next_line;
  c->fields = 0;
  vg_buf_reset(&c->scratch);
  for (size_t taken = 0; on; taken++) {
    vg_str field;
    if (c->fields == VG_CSV_FIELDS)
      return VG_FAIL(err, VG_EDATA, "base.csv", VG_N(c->line));
    if (c->rest.n && c->rest.p[0] == '"') {
      /* Only the first quoted field reserves: what is left can only shrink. */
      if (c->scratch.n == 0 && !vg_buf_room(&c->scratch, c->rest.n))
        return vg_buf_check(&c->scratch, err);
      if (!quoted(c, &field))
        return VG_FAIL(err, VG_EDATA, "base.csv", VG_N(c->line));
    } else {
      plain(c, &field);
    }
    c->field[c->fields++] = field;
    on = separator(c);
  }
  return vg_utf8_ok(vg_str_sub(from, 0, from.n - c->rest.n)) ? VG_OK : recode(c, err);
}

vg_code vg_csv_next(struct vg_csv *c, bool *more, struct vg_err *err) {
  do {
    *more = c->rest.n > 0;
    if (!*more)
      return VG_OK;
    VG_TRY(row(c, err));
  } while (c->fields == 1 && vg_str_trim(c->field[0]).n == 0);
  return VG_OK;
}

size_t vg_csv_column(const struct vg_csv *c, const char *name) {
  for (size_t i = 0; i < c->fields; i++)
    if (vg_str_eq_ci(vg_str_trim(c->field[i]), vg_str_z(name)))
      return i;
  return SIZE_MAX;
}

vg_str vg_csv_field(const struct vg_csv *c, size_t i) { return i < c->fields ? c->field[i] : VG_STR(""); }

void vg_csv_put(struct vg_buf *out, vg_str text) {
  for (size_t i = 0; i < text.n; i++) {
    if (text.p[i] == '"')
      vg_buf_byte(out, '"');
    vg_buf_byte(out, (unsigned char)text.p[i]);
  }
}
