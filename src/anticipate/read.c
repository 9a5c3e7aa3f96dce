#include "anticipate/anticipate_internal.h"

#define SELECT_WARNING                                                                                                        \
  "SELECT id, pid, level, state, withdrawn_why, first_seen, last_seen, raised, expires, withdrawn, expected, p, score, "       \
  "organisations, zones, value_count, report_count, about, about_type FROM anticipate_warning "

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, anticipate_warning_sink *sink, void *ctx,
                    int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, sql, args, err));
  for (*count = 0; rc == VG_OK && store_next(q); ++*count) {
    struct anticipate_warning w = {.id = store_int(q, 0),
                                   .pid = store_str(q, 1),
                                   .level = (int)store_int(q, 2),
                                   .state = store_str(q, 3),
                                   .withdrawn_why = store_str(q, 4),
                                   .first = store_time(q, 5),
                                   .last = store_time(q, 6),
                                   .raised = store_time(q, 7),
                                   .expires = store_time(q, 8),
                                   .withdrawn = store_time(q, 9),
                                   .expected = store_real(q, 10),
                                   .p = store_real(q, 11),
                                   .score = store_real(q, 12),
                                   .organisations = store_int(q, 13),
                                   .zones = store_int(q, 14),
                                   .values = store_int(q, 15),
                                   .reports = store_int(q, 16),
                                   .about = store_str(q, 17),
                                   .about_type = store_str(q, 18)};
    rc = sink(ctx, &w, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code anticipate_each_warning(struct store_tx *tx, bool open_only, anticipate_warning_sink *sink, void *ctx, struct vg_err *err) {
  int64_t n;
  if (open_only)
    return each(tx, SELECT_WARNING "WHERE state = 'open' AND expires > $1 ORDER BY raised DESC, id DESC",
                S_ARGS(S_TIME(store_now(tx))), sink, ctx, &n, err);
  return each(tx, SELECT_WARNING "ORDER BY raised DESC, id DESC", S_NOARGS, sink, ctx, &n, err);
}

vg_code anticipate_warning_find(struct store_tx *tx, vg_str pid, anticipate_warning_sink *sink, void *ctx, struct vg_err *err) {
  int64_t n;
  VG_TRY(each(tx, SELECT_WARNING "WHERE pid = $1", S_ARGS(S_STR(pid)), sink, ctx, &n, err));
  return n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "anticipate.none", VG_T(pid));
}

/* Columns: a, b, c, d, first, last, number. */
static const char *const part_sql[] = {
    [ANTICIPATE_REPORT] = "SELECT report, org_name, org_pid, zone, first_seen, last_seen, 0.0 FROM anticipate_report WHERE warning = $1 "
                          "ORDER BY first_seen, report",
    [ANTICIPATE_VALUE] = "SELECT value, type, indicator, '', NULL, NULL, expected FROM anticipate_value WHERE warning = $1 "
                         "ORDER BY expected, type, value",
    [ANTICIPATE_ZONE] = "SELECT zone, role, '', '', NULL, NULL, 0.0 FROM anticipate_zone WHERE warning = $1 ORDER BY zone",
    [ANTICIPATE_SECTOR] = "SELECT section, '', '', '', NULL, NULL, 0.0 FROM anticipate_sector WHERE warning = $1 ORDER BY section",
    [ANTICIPATE_REASON] = "SELECT message, arg1, arg2, arg3, NULL, NULL, 0.0 FROM anticipate_reason WHERE warning = $1 ORDER BY rank",
};

vg_code anticipate_each_part(struct store_tx *tx, int64_t warning, int part, anticipate_row_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_ASSERT(part >= 0 && (size_t)part < VG_COUNT(part_sql));
  VG_TRY(store_query(tx, &q, part_sql[part], S_ARGS(S_INT(warning)), err));
  while (rc == VG_OK && store_next(q)) {
    struct anticipate_row row = {.part = part,
                                 .a = store_str(q, 0),
                                 .b = store_str(q, 1),
                                 .c = store_str(q, 2),
                                 .d = store_str(q, 3),
                                 .first = store_time(q, 4),
                                 .last = store_time(q, 5),
                                 .number = store_real(q, 6)};
    rc = sink(ctx, &row, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}
