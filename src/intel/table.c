/* The rows of CSV and TSV, piece by piece. */
#include "base/csv.h"
#include "intel/intel_internal.h"

#include <string.h>

enum { ROW_MAX = 1 << 20, BROKEN_MAX = 64 };

vg_code import_refuse(struct import *im, const char *place_kind, int64_t at, const char *id, vg_str what,
                      struct vg_err *err) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, id, VG_T(what));
  im->read++;
  return import_reject(im, place_kind, at, &reason, err);
}

struct table {
  const struct import_rows *rows;
  char sep;
  int64_t line; /* of the window's first byte */
  size_t broken;
};

/* Comments before the first row; the window then begins with that row, whole in its first line. */
static vg_code comments(struct import *im, struct table *t, struct vg_err *err) {
  for (;;) {
    vg_str s = intel_input_view(&im->input);
    size_t end = vg_str_find_byte(s, '\n', 0);
    if (end == SIZE_MAX && !im->input.ended && s.n < ROW_MAX) {
      VG_TRY(intel_input_more(&im->input, import_name(im), err));
      continue;
    }
    vg_str line = vg_str_trim(vg_str_sub(s, 0, end));
    if (s.n == 0 || (line.n && line.p[0] != '#'))
      return VG_OK;
    if (line.n && t->rows->comment)
      t->rows->comment(vg_str_trim(vg_str_sub(line, 1, line.n)), t->rows->ctx);
    intel_input_drop(&im->input, end == SIZE_MAX ? s.n : end + 1);
    t->line++;
  }
}

/* Behind the first line of what is left of the reader: there the next row may begin. */
static vg_code skip_line(struct import *im, struct vg_csv *c, vg_str from, int64_t line, const struct vg_err *why,
                         struct vg_err *err) {
  size_t end = vg_str_find_byte(from, '\n', 0);
  im->read++;
  c->rest = end == SIZE_MAX ? VG_STR("") : vg_str_sub(from, end + 1, from.n);
  c->next_line = line + 1;
  return import_reject(im, "line", line, why, err);
}

/* The whole rows of the window. *used: how many bytes they took; what is behind is a row that may go on. */
static vg_code window_rows(struct import *im, struct table *t, vg_str s, size_t *used, struct vg_err *err) {
  struct vg_csv c;
  vg_code rc = VG_OK;
  bool last_line = s.n && s.p[s.n - 1] == '\n';
  vg_csv_init(&c, s, t->sep);
  t->sep = c.sep;
  c.next_line = t->line;
  *used = s.n;
  while (rc == VG_OK) {
    struct vg_err why = {0};
    vg_str from = c.rest;
    int64_t line = c.next_line;
    bool more, can_go_on = !im->input.ended && from.n < ROW_MAX;
    rc = vg_csv_next(&c, &more, &why);
    bool at_end = c.rest.n == 0 && !last_line;
    if (((rc == VG_OK && more && at_end) || rc == VG_EDATA) && can_go_on) {
      *used = (size_t)(from.p - s.p);
      t->line = line;
      rc = VG_OK;
      goto out;
    }
    if (rc == VG_EDATA && ++t->broken <= BROKEN_MAX) {
      rc = skip_line(im, &c, from, line, &why, err);
      continue;
    }
    if (rc != VG_OK && err)
      *err = why;
    if (rc != VG_OK || !more)
      break;
    rc = t->rows->row(im, &c, t->rows->ctx, err);
  }
  t->line = c.next_line;
out:
  vg_csv_fini(&c);
  return rc;
}

vg_code import_table(struct import *im, const struct import_rows *rows, struct vg_err *err) {
  struct table t = {.rows = rows, .line = 1};
  vg_code rc = comments(im, &t, err);
  while (rc == VG_OK) {
    size_t used = 0;
    vg_str s = intel_input_view(&im->input);
    if (s.n)
      rc = window_rows(im, &t, s, &used, err);
    intel_input_drop(&im->input, used);
    if (rc != VG_OK || (im->input.ended && intel_input_view(&im->input).n == 0))
      break;
    rc = intel_input_more(&im->input, import_name(im), err);
  }
  return rc;
}
