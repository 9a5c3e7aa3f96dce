#include "analysis/analysis_internal.h"

/* Of several runs on one input by one instance the last one counts; which of two instances' is later no clock decides.
 */
#define LAST_RUNS                                                                                                               \
  "(SELECT MAX(id) FROM analysis_run r WHERE whole = 1 AND ($1 <> '' AND case_ref = $1) OR ($1 = '' AND ($2 = 3 OR NOT EXISTS " \
  "(SELECT 1 FROM casework_v_case c WHERE c.ref = r.case_ref AND (c.frame = 'prevention') = ($2 = 2)))) GROUP BY "              \
  "case_ref, exhibit_ref, input, origin)"
#define TIME_OF(column, place)                                                                                         \
  "SELECT " column " AS time, 'filesystem' AS source, '" place                                                         \
  "' AS what, path, inode, volume, '' AS text, run, number FROM "                                                      \
  "analysis_file WHERE run IN " LAST_RUNS " AND entry <> 'stream' AND " column " >= $3 AND " column " <= $4 "

static const char query[] =
    TIME_OF("mtime", "0") "UNION ALL " TIME_OF("atime", "1") "UNION ALL " TIME_OF("ctime", "2") "UNION ALL " TIME_OF(
        "btime",
        "3") "UNION ALL SELECT time, source, what, path, inode, volume, text, run, -id FROM analysis_event WHERE run IN " LAST_RUNS
             " AND time >= $3 AND time <= $4 ORDER BY 1, 8, 9, 3";

/* The case's own reference, whichever way it was named; "" for all. */
static vg_code resolve(struct store_tx *tx, vg_str case_ref, struct affair *a, struct vg_err *err) {
  *a = (struct affair){0};
  return case_ref.n > 0 ? casework_case_find(tx, case_ref, a, err) : VG_OK;
}

/* The same instant of one file comes in up to four rows, which are one event. */
struct merge {
  analysis_event_sink *sink;
  void *ctx;
  struct found_event event;
  struct vg_buf text;
  int64_t run, number;
  char letters[4];
  bool open;
};

static vg_code end_event(struct merge *m, struct vg_err *err) {
  if (!m->open)
    return VG_OK;
  m->open = false;
  return m->sink(m->ctx, &m->event, err);
}

static vg_str keep(struct vg_buf *b, vg_str s) {
  char *at = b->p + b->n;
  vg_buf_str(b, s);
  return vg_str_n(at, s.n);
}

static vg_code begin_event(struct merge *m, struct store_rows *q, struct vg_err *err) {
  vg_str part[] = {store_str(q, 1), store_str(q, 2), store_str(q, 3), store_str(q, 4), store_str(q, 6)};
  size_t sum = 1;
  vg_buf_reset(&m->text);
  for (size_t i = 0; i < VG_COUNT(part); i++)
    sum += part[i].n;
  (void)vg_buf_room(&m->text, sum);
  VG_TRY(vg_buf_check(&m->text, err));
  m->event = (struct found_event){.volume = store_is_null(q, 5) ? ANALYSIS_NO_VOLUME : store_int(q, 5),
                                  .time = store_time(q, 0)};
  vg_str *to[] = {&m->event.source, &m->event.what, &m->event.path, &m->event.inode, &m->event.text};
  for (size_t i = 0; i < VG_COUNT(part); i++)
    *to[i] = keep(&m->text, part[i]);
  m->run = store_int(q, 7);
  m->number = store_int(q, 8);
  m->open = true;
  if (m->number > 0)
    for (size_t i = 0; i < VG_COUNT(m->letters); i++)
      m->letters[i] = '.';
  return VG_OK;
}

static vg_code add_row(struct merge *m, struct store_rows *q, struct vg_err *err) {
  bool same = m->open && m->run == store_int(q, 7) && m->number == store_int(q, 8) && m->event.time == store_time(q, 0);
  if (!same) {
    VG_TRY(end_event(m, err));
    VG_TRY(begin_event(m, q, err));
  }
  vg_str letter = store_str(q, 2);
  if (m->number < 0 || letter.n != 1 || letter.p[0] < '0' || letter.p[0] > '3')
    return VG_OK;
  m->letters[letter.p[0] - '0'] = "macb"[letter.p[0] - '0'];
  m->event.what = vg_str_n(m->letters, sizeof m->letters);
  return VG_OK;
}

vg_code analysis_timeline(struct store_tx *tx, vg_str case_ref, enum regime of, vg_time from, vg_time to,
                          analysis_event_sink *sink, void *ctx, struct vg_err *err) {
  struct merge m = {.sink = sink, .ctx = ctx};
  struct store_rows *q;
  vg_code rc = VG_OK;
  struct vg_err late = {0};
  struct affair a;
  VG_TRY(resolve(tx, case_ref, &a, err));
  vg_buf_init(&m.text, 1 << 20);
  VG_TRY(store_query(tx, &q, query,
                     S_ARGS(S_Z(a.ref), S_INT(of), S_INT(from == VG_NOTIME ? INT64_MIN + 1 : from),
                            S_INT(to == VG_NOTIME ? INT64_MAX : to)),
                     err));
  while (rc == VG_OK && store_next(q))
    rc = add_row(&m, q, err);
  if (rc == VG_OK)
    rc = end_event(&m, err);
  vg_code done = store_done(&q, rc == VG_OK ? err : &late);
  vg_buf_fini(&m.text);
  return rc == VG_OK ? done : rc;
}

static enum file_entry entry_by_name(vg_str name) {
  for (int e = 0; e < ENTRY_KINDS; e++)
    if (vg_str_eqz(name, file_entry_name((enum file_entry)e)))
      return (enum file_entry)e;
  return ENTRY_OTHER;
}

vg_code analysis_each_file(struct store_tx *tx, vg_str case_ref, enum regime of, analysis_file_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  struct vg_err late = {0};
  struct affair a;
  VG_TRY(resolve(tx, case_ref, &a, err));
  VG_TRY(store_query(
      tx, &q,
      "SELECT number, volume, path, inode, entry, size, allocated, reused, type, md5, sha1, sha256, mtime, atime, ctime, btime "
      "FROM analysis_file WHERE run IN " LAST_RUNS " ORDER BY run, number",
      S_ARGS(S_Z(a.ref), S_INT(of)), err));
  while (rc == VG_OK && store_next(q)) {
    struct found_file f = {.number = store_int(q, 0),
                           .volume = store_is_null(q, 1) ? ANALYSIS_NO_VOLUME : store_int(q, 1),
                           .path = store_str(q, 2),
                           .inode = store_str(q, 3),
                           .entry = entry_by_name(store_str(q, 4)),
                           .size = store_int(q, 5),
                           .allocated = store_int(q, 6) != 0,
                           .reused = store_int(q, 7) != 0,
                           .type = store_str(q, 8),
                           .md5 = store_str(q, 9),
                           .sha1 = store_str(q, 10),
                           .sha256 = store_str(q, 11),
                           .mtime = store_time(q, 12),
                           .atime = store_time(q, 13),
                           .ctime = store_time(q, 14),
                           .btime = store_time(q, 15)};
    rc = sink(ctx, &f, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : &late);
  return rc == VG_OK ? done : rc;
}
