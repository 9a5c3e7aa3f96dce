/* The half of the story about people: a visit, a diagnosis, a survey and what it says of the scheme. */
#include "cli/demo.h"

#include <stdio.h>

static vg_code number(struct demo *d, const char *key, double *out) {
  vg_jv root;
  *out = 0;
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_f64(vg_jv_at(root, key), out);
  return VG_OK;
}

static const char *percent(char out[static 16], double share) {
  snprintf(out, 16, "%.0f", 100 * share);
  return out;
}

/* A good part of the 42 questions stays open, as on a real first visit. */
vg_code demo_prevention(struct demo *d) {
  char yesterday[VG_TIME_TEXT], visit[VG_ID_MAX], diagnosis[VG_ID_MAX], a[16], b[16], c[16];
  double low, high, coverage;
  demo_day(yesterday, d, -VG_DAY);
  VG_TRY(RUN(d, "action", "add", "--title", "Visite d’hygiène informatique", "--org", "Brasserie du Ried", "--referent",
             "schmitt", "--at", yesterday));
  VG_TRY(demo_text(d, "id", visit, sizeof visit));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "open", "--org", "Brasserie du Ried", "--action", visit));
  VG_TRY(demo_text(d, "id", diagnosis, sizeof diagnosis));
  VG_TRY(RUN(d, "action", "done", visit, "--people", "C:PME:14"));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "answer", diagnosis, "2=no", "4=no", "5=no", "8=yes", "10=yes", "12=no",
                "13=no", "14=yes", "17=yes", "19=no", "20=yes", "22=no", "24=no", "26=n/a", "31=no", "34=no", "36=no",
                "37=yes", "39=yes", "40=no"));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "adopt", diagnosis, "13", "--state", "accepted"));
  VG_TRY(number(d, "low", &low));
  VG_TRY(number(d, "high", &high));
  VG_TRY(number(d, "coverage", &coverage));
  SAY(d, "demo.prevention.found", percent(a, low), percent(b, high), percent(c, coverage));
  return VG_OK;
}

enum { SHEETS = 32 };

/* As many answers as tokens. A token is shown once and never again: the answers are given without showing them. */
static vg_code answer_all(struct demo *d, const char *plan, const char *group, const char *count, int64_t *answers) {
  char token[SHEETS][32];
  size_t n = 0;
  vg_str rest, line, s;
  vg_jv root;
  VG_TRY(RUN(d, "evaluate", "token", plan, "--group", group, "--count", count));
  for (rest = vg_buf_view(&d->out); n < SHEETS && vg_str_line(&rest, &line);) {
    if (line.n == 0)
      continue;
    VG_TRY(vg_json_parse(d->json, line, &root, &d->err));
    if (vg_jv_str_at(root, "token", &s))
      vg_str_copy(token[n++], sizeof token[0], s);
  }
  d->hidden = true;
  for (size_t i = 0; i < n; i++) {
    char answer[3][8];
    for (size_t q = 0; q < 3; q++)
      snprintf(answer[q], sizeof answer[q], "q%zu=%zu", q + 1, 3 + (i + q) % 3);
    VG_TRY(RUN(d, "evaluate", "answer", token[i], answer[0], answer[1], answer[2]));
  }
  d->hidden = false;
  *answers += (int64_t)n;
  return VG_OK;
}

vg_code demo_evaluation(struct demo *d) {
  char path[PATH_MAX], plan[VG_ID_MAX], verdict[32], rule[128];
  int64_t answers = 0;
  demo_path(d, path, d->data, "evaluation/plan.json");
  VG_TRY(RUN(d, "evaluate", "plan", path));
  VG_TRY(demo_text(d, "id", plan, sizeof plan));
  VG_TRY(RUN(d, "evaluate", "open", plan));
  VG_TRY(answer_all(d, plan, "referents", "7", &answers));
  VG_TRY(answer_all(d, plan, "helped", "9", &answers));
  VG_TRY(answer_all(d, plan, "prosecutors", "2", &answers));
  VG_TRY(RUN(d, "evaluate", "close", plan));
  VG_TRY(RUN(d, "evaluate", "report", plan, "--by", "group"));
  VG_TRY(demo_text(d, "verdict", verdict, sizeof verdict));
  VG_TRY(demo_text(d, "rule", rule, sizeof rule));
  SAY(d, "demo.evaluation.found", VG_N(answers), verdict, rule);
  char answers_to[VG_ID_MAX + 8], obstacle[VG_ID_MAX];
  snprintf(answers_to, sizeof answers_to, "%s/q1", plan);
  VG_TRY(RUN(d, "obstacle", "add", "--family", "human", "--title", "Un référent pour douze départements", "--zone",
             "EST", "--severity", "3", "--owner", "Marc Schmitt"));
  VG_TRY(demo_text(d, "id", obstacle, sizeof obstacle));
  return RUN(d, "obstacle", "link", obstacle, answers_to);
}
