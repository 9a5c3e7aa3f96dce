#include "anticipate/anticipate_internal.h"

#include "anticipate/stats.h"
#include "base/hash.h"
#include "casework/casework.h"
#include "territory/territory.h"

#include <stdio.h>

#define SELECT_WARNING                                                                                                 \
  "SELECT id, pid, level, state, withdrawn_why, first_seen, last_seen, raised, expires, withdrawn, expected, p, "      \
  "score, "                                                                                                            \
  "organisations, zones, value_count, report_count, about, about_type, signature, period, periods FROM "               \
  "anticipate_warning "

static vg_code each(struct store_tx *tx, const char *sql, struct store_args args, anticipate_warning_sink *sink,
                    void *ctx, int64_t *count, struct vg_err *err) {
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
                                   .about_type = store_str(q, 18),
                                   .signature = store_str(q, 19),
                                   .period = store_time(q, 20),
                                   .periods = store_int(q, 21)};
    rc = sink(ctx, &w, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code anticipate_each_warning(struct store_tx *tx, bool open_only, anticipate_warning_sink *sink, void *ctx,
                                struct vg_err *err) {
  int64_t n;
  if (open_only)
    return each(tx, SELECT_WARNING "WHERE state = 'open' AND expires > $1 ORDER BY raised DESC, id DESC",
                S_ARGS(S_TIME(store_now(tx))), sink, ctx, &n, err);
  return each(tx, SELECT_WARNING "ORDER BY raised DESC, id DESC", S_NOARGS, sink, ctx, &n, err);
}

vg_code anticipate_each_announced(struct store_tx *tx, vg_str story, anticipate_warning_sink *sink, void *ctx,
                                  struct vg_err *err) {
  int64_t n;
  return each(tx,
              SELECT_WARNING "WHERE signature = 'watch' AND EXISTS (SELECT 1 FROM anticipate_report r WHERE "
                             "r.warning = anticipate_warning.id AND r.report = $1) ORDER BY raised DESC, id DESC",
              S_ARGS(S_STR(story)), sink, ctx, &n, err);
}

vg_code anticipate_warning_find(struct store_tx *tx, vg_str pid, anticipate_warning_sink *sink, void *ctx,
                                struct vg_err *err) {
  int64_t n;
  VG_TRY(each(tx, SELECT_WARNING "WHERE pid = $1", S_ARGS(S_STR(pid)), sink, ctx, &n, err));
  return n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "anticipate.none", VG_T(pid));
}

/* Columns: a, b, c, d, first, last, number. */
static const char *const part_sql[] = {
    [ANTICIPATE_REPORT] = ("SELECT report, org_name, org_pid, zone, first_seen, last_seen, 0.0 FROM anticipate_report "
                           "WHERE warning = $1" TERRITORY_NO_CONFLICT("anticipate_report.org", "$2",
                                                                      "$3") " ORDER BY first_seen, report"),
    [ANTICIPATE_VALUE] =
        "SELECT value, type, indicator, '', NULL, NULL, expected FROM anticipate_value WHERE warning = $1 "
        "ORDER BY expected, type, value",
    [ANTICIPATE_ZONE] =
        "SELECT zone, role, '', '', NULL, NULL, 0.0 FROM anticipate_zone WHERE warning = $1 ORDER BY zone",
    [ANTICIPATE_SECTOR] =
        "SELECT section, '', '', '', NULL, NULL, 0.0 FROM anticipate_sector WHERE warning = $1 ORDER BY section",
    [ANTICIPATE_REASON] =
        "SELECT message, arg1, arg2, arg3, NULL, NULL, 0.0 FROM anticipate_reason WHERE warning = $1 ORDER BY rank",
};

/* What an analysis found is of its case: may he see that? Yes for a report of anything else; when nothing here says of
 * which case it was, whoever no zone bounds. */
static bool report_seen(struct store_tx *tx, const struct actor *who, vg_str report) {
  struct vg_buf ref;
  if (!vg_str_eqz(vg_id_kind(report), "analysis"))
    return true;
  vg_buf_init(&ref, 128);
  vg_code rc =
      store_get_text(tx, &ref, "SELECT case_ref FROM analysis_v_run WHERE pid = $1", S_ARGS(S_STR(report)), NULL);
  bool seen = rc == VG_OK ? casework_subject_seen(tx, who, vg_buf_view(&ref)) : !*casework_bounds(who);
  vg_buf_fini(&ref);
  return seen;
}

vg_code anticipate_each_part(struct store_tx *tx, const struct actor *who, int64_t warning, int part,
                             anticipate_row_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_ASSERT(part >= 0 && (size_t)part < VG_COUNT(part_sql));
  if (part == ANTICIPATE_REPORT)
    VG_TRY(store_query(tx, &q, part_sql[part], S_ARGS(S_INT(warning), S_INT(who->person), S_TIME(store_now(tx))), err));
  else
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
    if (part != ANTICIPATE_REPORT || report_seen(tx, who, row.a))
      rc = sink(ctx, &row, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

vg_code anticipate_each_point(struct store_tx *tx, int64_t warning, anticipate_point_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT at, observed, expected, threshold FROM anticipate_point WHERE warning = $1 ORDER BY at",
                     S_ARGS(S_INT(warning)), err));
  while (rc == VG_OK && store_next(q)) {
    struct anticipate_point p = {store_time(q, 0), store_int(q, 1), store_is_null(q, 2) ? STATS_NONE : store_real(q, 2),
                                 store_is_null(q, 3) ? STATS_NONE : store_real(q, 3)};
    rc = sink(ctx, &p, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

/* "%2F" back to "/". */
static void put_name(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    const int b = vg_percent(s, i);
    if (b >= 0x20 && b != 0x7f) {
      vg_buf_byte(out, (unsigned char)b);
      i += 2;
    } else
      vg_buf_byte(out, (unsigned char)s.p[i]);
  }
}

void anticipate_series_name(struct vg_buf *out, enum vg_lang lang, vg_str key) {
  vg_str part, name;
  char id[64] = "";
  if (!vg_str_cut(&key, '/', &part))
    return;
  snprintf(id, sizeof id, "anticipate.source.%.*s", (int)(part.n < 30 ? part.n : 30), part.p);
  vg_msg(out, lang, id, NULL);
  while (vg_str_cut(&key, '/', &part)) {
    struct vg_buf plain;
    vg_buf_init(&plain, 1024);
    vg_str value = part;
    if (!vg_str_cut(&value, '=', &name))
      return;
    put_name(&plain, value);
    snprintf(id, sizeof id, "anticipate.dimension.%.*s", (int)(name.n < 30 ? name.n : 30), name.p);
    vg_buf_z(out, " · ");
    vg_msg(out, lang, id, (const char *const[]){vg_buf_text(&plain), NULL});
    vg_buf_fini(&plain);
  }
}
