/* The map of the main issues out of the sheets of a survey: importance and performance of each, where both were
 * answered. */
#include "evaluation/survey_internal.h"

enum { MAP_TEXT = 64 << 20 };

/* The answers to the two questions of an issue, by value: on sheets that answered both (gap: importance less
 * performance, from -4 on) and on those that answered one alone. */
struct sides {
  int64_t both, importance[6], performance[6], gap[9], only_importance[6], only_performance[6];
};

static vg_code count_sides(struct store_tx *tx, const struct evaluation_state *e, vg_str importance, vg_str performance,
                           struct sides *s, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT MAX(CASE WHEN code = $2 THEN value ELSE 0 END), MAX(CASE WHEN code = $3 THEN value ELSE 0 "
                     "END) FROM evaluation_answer WHERE plan = $1 AND code IN ($2, $3) GROUP BY sheet",
                     S_ARGS(S_INT(e->id), S_STR(importance), S_STR(performance)), err));
  while (store_next(q)) {
    int64_t i = store_int(q, 0), p = store_int(q, 1);
    if (i && p) {
      s->both++;
      s->importance[i]++;
      s->performance[p]++;
      s->gap[i - p + 4]++;
    } else if (i) {
      s->only_importance[i]++;
    } else {
      s->only_performance[p]++;
    }
  }
  return store_done(&q, err);
}

/* All, or all but one, the same: limits beside the mean would tell it of any value, not of the scale's ends alone. */
static bool agreed(const int64_t *count, size_t values, int64_t n) {
  bool same = false;
  for (size_t i = 0; i < values; i++)
    same = same || count[i] >= n - 1;
  return same;
}

/* Nobody, or enough of more than one mind: their count and sum follow from the map and what is published of the
 * question. */
static bool left_over(const int64_t count[static 6], int64_t threshold) {
  int64_t n = 0;
  for (size_t i = 1; i < 6; i++)
    n += count[i];
  return n == 0 || (n >= threshold && !stat_one_mind((double)n, (double)count[1], (double)count[5]));
}

static bool shown(const struct sides *s, int64_t threshold) {
  return s->both >= threshold && !agreed(s->importance, 6, s->both) && !agreed(s->performance, 6, s->both) &&
         !agreed(s->gap, 9, s->both) && left_over(s->only_importance, threshold) &&
         left_over(s->only_performance, threshold);
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
    struct sides sides = {0};
    rc = count_sides(tx, e, store_str(q, 1), store_str(q, 2), &sides, err);
    bool yes = shown(&sides, e->threshold);
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
