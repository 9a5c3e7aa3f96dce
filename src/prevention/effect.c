/* Did it change anything? First against last diagnosis of each company, measure by measure. */
#include <stdlib.h>

#include "evaluation/evaluation.h"
#include "prevention/prevention_internal.h"

struct count {
  int64_t companies, before, after, gained, lost;
  double p;
};
struct work {
  struct diagnosis d; /* the framework's measures */
  struct count count[MEASURES_MAX];
  double holm[MEASURES_MAX];
  signed char first[MEASURES_MAX], last[MEASURES_MAX]; /* 1 in place, 0 not, -1 not answered */
};

static void close_company(struct work *w, bool twice) {
  for (int i = 0; twice && i < w->d.measures; i++) {
    struct count *c = &w->count[i];
    if (w->first[i] < 0 || w->last[i] < 0)
      continue;
    c->companies++;
    c->before += w->first[i];
    c->after += w->last[i];
    c->gained += !w->first[i] && w->last[i];
    c->lost += w->first[i] && !w->last[i];
  }
}

/* Holm 1979: the k-th smallest p times the number of tests left, never falling. */
static void holm(struct work *w) {
  bool taken[MEASURES_MAX] = {false};
  double floor = 0;
  int tests = 0;
  for (int i = 0; i < w->d.measures; i++) {
    w->count[i].p = evaluation_changed(w->count[i].gained, w->count[i].lost);
    w->holm[i] = 1;
    taken[i] = w->count[i].companies == 0;
    tests += !taken[i];
  }
  for (int left = tests; left > 0; left--) {
    int least = -1;
    for (int i = 0; i < w->d.measures; i++)
      if (!taken[i] && (least < 0 || w->count[i].p < w->count[least].p))
        least = i;
    double p = w->count[least].p * left;
    floor = p > floor ? p : floor;
    w->holm[least] = floor > 1 ? 1 : floor;
    taken[least] = true;
  }
}

/* Rows come company by company, the first diagnosis (side 0) and the last (side 1); an unresolved conflict is no
 * answer. */
static vg_code gather(struct store_tx *tx, struct work *w, vg_str zone, struct vg_err *err) {
  struct store_rows *q;
  int64_t company = 0;
  bool open = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT s.org, s.side, a.measure, MIN(a.answer), MAX(a.answer) FROM ("
      "SELECT d.org, CASE WHEN d.id = m.first THEN 0 ELSE 1 END AS side, d.id FROM prevention_v_diagnosis d JOIN ("
      "SELECT org, MIN(id) AS first, MAX(id) AS last FROM prevention_v_diagnosis WHERE framework = $1 AND (zone = $2 "
      "OR $2 = '') "
      "GROUP BY org HAVING COUNT(*) > 1) m ON m.org = d.org AND (d.id = m.first OR d.id = m.last)) s "
      "JOIN prevention_v_answer a ON a.diagnosis = s.id AND a.in_force = 1 GROUP BY s.org, s.side, a.measure ORDER BY "
      "s.org",
      S_ARGS(S_Z(w->d.framework), S_STR(zone.n ? zone : VG_STR(""))), err));
  while (store_next(q)) {
    int64_t measure = store_int(q, 2);
    enum answer a;
    if (!open || store_int(q, 0) != company) {
      close_company(w, open);
      for (int i = 0; i < w->d.measures; i++)
        w->first[i] = w->last[i] = -1;
      company = store_int(q, 0);
      open = true;
    }
    if (measure < 1 || measure > w->d.measures || !vg_str_eq(store_str(q, 3), store_str(q, 4)) ||
        !answer_by_name(store_str(q, 3), &a) || a == ANSWER_UNKNOWN || a == ANSWER_NA)
      continue;
    (store_int(q, 1) ? w->last : w->first)[measure - 1] = a == ANSWER_YES;
  }
  close_company(w, open);
  return store_done(&q, err);
}

vg_code prevention_each_effect(struct store_tx *tx, vg_str framework, vg_str zone, prevention_effect_sink *sink,
                               void *ctx, struct vg_err *err) {
  struct work *w = calloc(1, sizeof *w);
  vg_code rc = VG_OK;
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_str_copy(w->d.framework, sizeof w->d.framework, framework.n ? framework : VG_STR(PREVENTION_FRAMEWORK));
  VG_GO(prevention_framework_load(tx, &w->d, err));
  VG_GO(gather(tx, w, zone, err));
  holm(w);
  for (int i = 0; rc == VG_OK && i < w->d.measures; i++) {
    const struct count *c = &w->count[i];
    struct effect e = {.number = i + 1,
                       .ref = vg_str_z(w->d.measure[i].ref),
                       .title = vg_str_z(w->d.measure[i].title),
                       .title_en = vg_str_z(w->d.measure[i].title_en),
                       .companies = c->companies,
                       .before = c->before,
                       .after = c->after,
                       .gained = c->gained,
                       .lost = c->lost,
                       .p = c->p,
                       .holm = w->holm[i]};
    rc = sink(ctx, &e, err);
  }
out:
  free(w);
  return rc;
}
