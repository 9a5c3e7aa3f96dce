/* A questionnaire as a table, which people write in a spreadsheet: a row a question. */
#include "base/csv.h"
#include "base/jsonw.h"
#include "evaluation/survey_internal.h"

enum { CODE, FR, EN, ISSUE, AXIS, FOR };
static const char *const columns[] = {"code", "fr", "en", "issue", "axis", "for"};

static void write_groups(struct vg_jw *w, vg_str groups) {
  vg_str one;
  vg_jw_key(w, columns[FOR]);
  vg_jw_arr(w);
  while (vg_str_cut(&groups, ' ', &one))
    if (one.n)
      vg_jw_str(w, one);
  vg_jw_end(w);
}

static void write_question(struct vg_jw *w, const struct vg_csv *c, const size_t column[static FOR + 1]) {
  vg_jw_obj(w);
  for (size_t i = CODE; i <= AXIS; i++) {
    const vg_str value = vg_str_trim(vg_csv_field(c, column[i]));
    if (value.n)
      vg_jw_kstr(w, columns[i], value);
  }
  const vg_str groups = vg_str_trim(vg_csv_field(c, column[FOR]));
  if (groups.n)
    write_groups(w, groups);
  vg_jw_end(w);
}

static vg_code write_rows(struct vg_csv *c, struct vg_jw *w, struct vg_err *err) {
  size_t column[FOR + 1];
  bool more = false;
  VG_TRY(vg_csv_next(c, &more, err));
  for (size_t i = 0; i < VG_COUNT(columns); i++)
    column[i] = more ? vg_csv_column(c, columns[i]) : SIZE_MAX;
  if (column[CODE] == SIZE_MAX || column[FR] == SIZE_MAX || column[EN] == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "evaluation.table");
  while (true) {
    VG_TRY(vg_csv_next(c, &more, err));
    if (!more)
      return VG_OK;
    write_question(w, c, column);
  }
}

vg_code question_table_read(vg_str table, vg_str code, struct vg_buf *json, struct vg_err *err) {
  struct vg_csv c;
  struct vg_jw w;
  if (!vg_utf8_ok(table))
    return VG_FAIL(err, VG_EDATA, "evaluation.table");
  vg_csv_init(&c, table, 0);
  vg_jw_init(&w, json);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "code", code);
  vg_jw_key(&w, "questions");
  vg_jw_arr(&w);
  vg_code rc = write_rows(&c, &w, err);
  vg_csv_fini(&c);
  VG_TRY(rc);
  vg_jw_end(&w);
  vg_jw_end(&w);
  return vg_buf_check(json, err);
}

static void put_field(struct vg_buf *out, vg_str value) {
  vg_buf_byte(out, '"');
  vg_csv_put(out, value);
  vg_buf_z(out, "\";");
}

static void put_question(struct vg_buf *out, vg_jv q) {
  struct vg_jit it;
  vg_jv one;
  vg_str s;
  for (size_t i = CODE; i <= AXIS; i++)
    put_field(out, vg_jv_str_at(q, columns[i], &s) ? s : VG_STR(""));
  vg_jit_init(&it, vg_jv_at(q, columns[FOR]));
  for (size_t n = 0; vg_jit_next(&it, NULL, &one); n++)
    if (vg_jv_str(one, &s)) {
      vg_buf_z(out, n ? " " : "");
      vg_buf_str(out, s);
    }
  vg_buf_byte(out, '\n');
}

static vg_code write_table(vg_str body, struct vg_buf *out, struct vg_err *err) {
  struct vg_json *j;
  struct vg_jit it;
  vg_jv root, q;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, body, &root, err);
  /* The byte-order mark tells a spreadsheet that it is UTF-8. */
  vg_buf_z(out, "\xef\xbb\xbf"
                "code;fr;en;issue;axis;for\n");
  if (rc == VG_OK)
    for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &q);)
      put_question(out, q);
  vg_json_free(j);
  return rc == VG_OK ? vg_buf_check(out, err) : rc;
}

vg_code evaluation_questionnaire_table(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err) {
  struct vg_buf body;
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_questionnaire_body(tx, name, &body, err);
  if (rc == VG_OK)
    rc = write_table(vg_buf_view(&body), out, err);
  vg_buf_fini(&body);
  return rc;
}
