/* The map of the main issues out of the sheets of a survey: importance and performance of each, where both were
 * answered. */
#include "evaluation/survey_internal.h"

enum { MAP_TEXT = 64 << 20 };

/*
 * Sheets that answered both questions, n; each question's answers are published too, so that with fewer than the
 * threshold on one side only their difference would be a small group.
 */
static vg_code shown(struct store_tx *tx, const struct evaluation_state *e, vg_str importance, vg_str performance,
                     bool *yes, struct vg_err *err) {
  int64_t both, one, other;
  static const char alone[] = "SELECT COUNT(*) FROM evaluation_answer WHERE plan = $1 AND code = $2";
  VG_TRY(store_get_int(
      tx, &both,
      "SELECT COUNT(*) FROM evaluation_answer i JOIN evaluation_answer p ON p.sheet = i.sheet AND p.code = $3 "
      "WHERE i.plan = $1 AND i.code = $2",
      S_ARGS(S_INT(e->id), S_STR(importance), S_STR(performance)), err));
  VG_TRY(store_get_int(tx, &one, alone, S_ARGS(S_INT(e->id), S_STR(importance)), err));
  VG_TRY(store_get_int(tx, &other, alone, S_ARGS(S_INT(e->id), S_STR(performance)), err));
  *yes = both >= e->threshold && (one == both || one - both >= e->threshold) &&
         (other == both || other - both >= e->threshold);
  return VG_OK;
}

static vg_code pairs(struct store_tx *tx, const struct evaluation_state *e, vg_str issue, vg_str importance,
                     vg_str performance, struct vg_buf *csv, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT i.value, p.value FROM evaluation_answer i JOIN evaluation_answer p ON p.sheet = i.sheet AND p.code = $3 "
      "WHERE i.plan = $1 AND i.code = $2",
      S_ARGS(S_INT(e->id), S_STR(importance), S_STR(performance)), err));
  while (store_next(q))
    vg_buf_fmt(csv, "%.*s,%lld,%lld\n", (int)issue.n, issue.p, (long long)store_int(q, 0), (long long)store_int(q, 1));
  VG_TRY(store_done(&q, err));
  return vg_buf_check(csv, err);
}

static vg_code gather(struct store_tx *tx, const struct evaluation_state *e, struct vg_buf *csv, int64_t *issues,
                      int64_t *hidden, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT i.issue, i.code, p.code FROM evaluation_question i JOIN evaluation_question p ON p.plan = "
                     "i.plan AND p.issue = i.issue "
                     "AND p.axis = 'performance' WHERE i.plan = $1 AND i.axis = 'importance' ORDER BY i.number",
                     S_ARGS(S_INT(e->id)), err));
  while (rc == VG_OK && store_next(q)) {
    bool yes;
    rc = shown(tx, e, store_str(q, 1), store_str(q, 2), &yes, err);
    if (rc == VG_OK && yes)
      rc = pairs(tx, e, store_str(q, 0), store_str(q, 1), store_str(q, 2), csv, err);
    *(yes ? issues : hidden) += 1;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code issues_map(struct store_tx *tx, const struct evaluation_state *e, struct vg_jw *w, struct vg_err *err) {
  struct vg_buf csv, map;
  int64_t issues = 0, hidden = 0;
  vg_buf_init(&csv, MAP_TEXT);
  vg_buf_init(&map, MAP_TEXT);
  vg_buf_z(&csv, "issue,importance,performance\n");
  vg_code rc = gather(tx, e, &csv, &issues, &hidden, err);
  if (rc == VG_OK && issues)
    rc = evaluation_compute("ipa", vg_buf_view(&csv), VG_STR(""), &map, err);
  if (rc == VG_OK && issues) {
    vg_jw_key(w, "map");
    vg_jw_raw(w, vg_buf_view(&map));
  }
  if (rc == VG_OK && issues + hidden)
    vg_jw_kint(w, "issues_hidden", hidden);
  vg_buf_fini(&csv);
  vg_buf_fini(&map);
  return rc;
}
