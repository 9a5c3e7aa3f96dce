/* The half of the story about people: a visit, a diagnosis, a survey and what it says of the scheme. */
#include "cli/demo.h"
#include "merge/merge.h"

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
  char yesterday[VG_TIME_TEXT], visit[VG_ID_MAX], a[16], b[16], c[16];
  double low, high, coverage;
  demo_day(yesterday, d, -VG_DAY);
  VG_TRY(RUN(d, "action", "add", "--title", "Visite d’hygiène informatique", "--org", "Brasserie du Ried", "--referent",
             "schmitt", "--at", yesterday));
  VG_TRY(demo_text(d, "id", visit, sizeof visit));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "open", "--org", "Brasserie du Ried", "--action", visit));
  VG_TRY(demo_text(d, "id", d->diagnosis, sizeof d->diagnosis));
  VG_TRY(RUN(d, "action", "done", visit, "--people", "C:PME:14"));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "answer", d->diagnosis, "2=no", "4=no", "5=no", "8=yes", "10=yes", "12=no",
                "13=no", "14=yes", "17=yes", "19=no", "20=yes", "22=no", "24=no", "26=n/a", "31=no", "34=no", "36=no",
                "37=yes", "39=yes", "40=no"));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "adopt", d->diagnosis, "13", "--state", "accepted"));
  VG_TRY(number(d, "low", &low));
  VG_TRY(number(d, "high", &high));
  VG_TRY(number(d, "coverage", &coverage));
  SAY(d, "demo.prevention.found", percent(a, low), percent(b, high), percent(c, coverage));
  demo_day(yesterday, d, -3 * VG_DAY);
  return RUN(d, "exercise", "add", "--org", "Brasserie du Ried", "--name", "Colis en attente", "--scenario",
             "faux avis de livraison", "--at", yesterday, "--group", "Atelier:12:9:4:1:2", "--group",
             "Bureaux:9:7:3:1:2");
}

static const char *on_laptop(struct demo *d) { return demo_path(d, d->other, d->work, "portable"); }
static void at_home(struct demo *d) { d->other[0] = 0; }

/* Each names the other's key as its status shows it. */
static const char *who(const struct demo *d) { return d->other[0] ? "schmitt" : NULL; }
static vg_code own_key(struct demo *d, char out[static MERGE_KEY]) {
  vg_jv root;
  vg_str rest, line, key;
  VG_TRY(RUN_AS(d, who(d), "merge", "status"));
  rest = vg_buf_view(&d->out);
  if (!vg_str_line(&rest, &line))
    return VG_FAIL(&d->err, VG_EDATA, "demo.failed", "merge", "status", "0");
  VG_TRY(vg_json_parse(d->json, line, &root, &d->err));
  if (vg_jv_str_at(root, "key", &key))
    vg_str_copy(out, MERGE_KEY, key);
  return VG_OK;
}

static vg_code carry(struct demo *d, const char *file) { return RUN_AS(d, who(d), "merge", "export", "-o", file); }

/* A referent's laptop without a network: both change one answer and write on; the conflict is left for the user. */
vg_code demo_merge(struct demo *d) {
  char house[MERGE_KEY], laptop[MERGE_KEY], there[PATH_MAX], back[PATH_MAX];
  vg_jv root;
  int64_t fresh = 0, conflicts = 0;
  demo_path(d, there, d->work, "vers-portable.events");
  demo_path(d, back, d->work, "du-portable.events");
  VG_TRY(own_key(d, house));
  VG_TRY(carry(d, there));
  on_laptop(d);
  VG_TRY(RUN(d, "init", "--login", "schmitt"));
  VG_TRY(own_key(d, laptop));
  VG_TRY(RUN_AS(d, "schmitt", "merge", "trust", "division", "--key", house));
  VG_TRY(RUN_AS(d, "schmitt", "merge", "import", there));
  VG_TRY(RUN_AS(d, "schmitt", "diagnose", "answer", d->diagnosis, "5=yes", "6=no"));
  VG_TRY(carry(d, back));
  at_home(d);
  VG_TRY(RUN_AS(d, "legoff", "diagnose", "answer", d->diagnosis, "5=partly"));
  VG_TRY(RUN(d, "merge", "trust", "portable de Marc Schmitt", "--key", laptop));
  VG_TRY(RUN_ATTENTION(d, "merge", "import", back));
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_i64_at(root, "new", &fresh);
  (void)vg_jv_i64_at(root, "conflicts", &conflicts);
  SAY(d, "demo.merge.found", VG_N(fresh), VG_N(conflicts));
  return conflicts > 0 ? VG_OK : VG_FAIL(&d->err, VG_EDATA, "demo.failed", "merge", "import", "0");
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
