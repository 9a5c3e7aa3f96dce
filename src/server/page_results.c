#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/chart.h"
#include "server/evaluation.h"

static bool truth(vg_jv v, const char *key) {
  bool yes = false;
  (void)vg_jv_bool(vg_jv_at(v, key), &yes);
  return yes;
}

/* A number in a sentence. */
static const char *say_number(char out[static 32], const struct request *r, double x) {
  struct vg_buf b;
  vg_buf_init(&b, 32);
  put_real(&b, r->lang, x);
  vg_str_copy(out, 32, vg_buf_view(&b));
  vg_buf_fini(&b);
  return out;
}

static void real_or_dash(struct request *r, double x) {
  if (isnan(x))
    RAW(r, "–");
  else
    real(r, x);
}

/* --- the verdict --- */

static void hash_row(struct request *r, const char *label, vg_str hash) {
  if (!hash.n)
    return;
  term(r, label);
  code(r, hash);
}

/* "did.lo > 1" in words, and as it is registered. */
static void condition_words(struct request *r, vg_str condition) {
  vg_str sign = condition, name;
  if (vg_str_cut(&sign, ' ', &name)) {
    bool mean = vg_str_ends(name, VG_STR(".mean"));
    word(r, "server.evaluation.name.", mean ? VG_STR("survey.CODE.mean") : name);
    RAW(r, "<br>");
  }
  code(r, condition);
}

static void why_row(struct request *r, vg_jv rule, vg_jv one, bool first) {
  bool known = vg_jv_type(vg_jv_at(one, "holds")) == VG_J_BOOL, yes = truth(one, "holds");
  row(r);
  cell(r);
  if (first) {
    text(r, member_text(rule, "name"));
    RAW(r, " → ");
    word(r, "server.verdict.", member_text(rule, "verdict"));
  }
  cell(r);
  if (vg_jv_type(one) == VG_J_OBJ)
    condition_words(r, member_text(one, "condition"));
  else
    msg(r, "server.evaluation.otherwise");
  cell_n(r);
  real_or_dash(r, member_number(one, "value"));
  cell(r);
  if (known)
    badge(r, yes ? "ok" : "mute", yes ? "server.evaluation.true" : "server.evaluation.false");
  else if (vg_jv_type(one) == VG_J_OBJ)
    badge(r, "mute", "server.evaluation.hidden");
}

/* Each rule down to the one that fired, with what was found for its conditions. */
static void why(struct request *r, vg_jv root) {
  static const char *const heading[] = {"server.evaluation.rule", "server.evaluation.condition",
                                        NUMBER("server.evaluation.value"), "server.evaluation.outcome"};
  struct vg_jit it, inner;
  vg_jv rule, one, rules = vg_jv_at(root, "rules");
  bool fired = false;
  if (!vg_jv_count(rules)) /* told by an instance that did not say it yet */
    return;
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.evaluation.why.sub");
  RAW(r, "</p>");
  table_begin(r, "regles-appliquees", "server.evaluation.why", heading, VG_COUNT(heading));
  for (vg_jit_init(&it, rules); !fired && vg_jit_next(&it, NULL, &rule);) {
    bool first = true;
    fired = vg_str_eq(member_text(rule, "name"), member_text(root, "rule"));
    for (vg_jit_init(&inner, vg_jv_at(rule, "all")); vg_jit_next(&inner, NULL, &one); first = false)
      why_row(r, rule, one, first);
    if (first)
      why_row(r, rule, vg_jv_at(rule, ""), true);
  }
  table_end(r, NULL);
}

static void verdict_card(struct request *r, vg_jv root) {
  vg_str verdict = member_text(root, "verdict");
  vg_jv did = vg_jv_at(root, "did"), inputs = vg_jv_at(root, "inputs");
  char number_text[4][32];
  card_begin(r, NULL, vg_str_eqz(verdict, "go") ? "" : vg_str_eqz(verdict, "extend") ? "warn" : "warn a");
  RAW(r, "<h2>");
  msg(r, "server.evaluation.verdict");
  RAW(r, " ");
  badge(r,
        vg_str_eqz(verdict, "go")       ? "ok"
        : vg_str_eqz(verdict, "extend") ? "warn"
                                        : "bad",
        vg_str_eqz(verdict, "go")       ? "server.verdict.go"
        : vg_str_eqz(verdict, "extend") ? "server.verdict.extend"
                                        : "server.verdict.no-go");
  RAW(r, "</h2><p>");
  SAY(r, "server.evaluation.fired", VG_T(member_text(root, "rule")));
  RAW(r, "</p>");
  if (vg_jv_type(did) == VG_J_OBJ) {
    RAW(r, "<p>");
    SAY(r, "server.evaluation.did", say_number(number_text[0], r, member_number(did, "rr")),
        say_number(number_text[1], r, member_number(did, "lo")),
        say_number(number_text[2], r, member_number(did, "hi")),
        say_number(number_text[3], r, member_number(did, "p_two_sided")));
    RAW(r, "</p>");
    if (!(member_number(did, "p_two_sided") <= 0.05)) {
      char percent[16];
      snprintf(percent, sizeof percent, "%.0f", 100 * member_number(did, "p_two_sided"));
      RAW(r, "<p><strong>");
      SAY(r, "evaluation.inconclusive", percent);
      RAW(r, "</strong></p>");
    }
  }
  why(r, root);
  RAW(r, "<details class=\"told\"><summary>");
  msg(r, "server.evaluation.recompute");
  RAW(r, "</summary>");
  dl_begin(r);
  hash_row(r, "server.evaluation.hash.plan", member_text(inputs, "plan"));
  hash_row(r, "server.evaluation.hash.answers", member_text(inputs, "answers"));
  hash_row(r, "server.evaluation.hash.did", member_text(inputs, "did"));
  hash_row(r, "server.evaluation.hash.survival", member_text(inputs, "survival"));
  hash_row(r, "server.evaluation.hash.questionnaire", member_text(inputs, "questionnaire_sha256"));
  dl_end(r);
  RAW(r, "<pre>vigie evaluate verify ");
  text(r, member_text(root, "id"));
  RAW(r, "</pre></details>");
  card_end(r);
}

/* --- counts --- */

static void did_row(struct request *r, const char *label, double a, double b, double c) {
  row(r);
  cell(r);
  msg(r, label);
  cell_n(r);
  real_or_dash(r, a);
  cell_n(r);
  real_or_dash(r, b);
  cell_n(r);
  real_or_dash(r, c);
}

static vg_code did_card(struct request *r, const struct evaluation_state *e, vg_jv did, struct vg_err *err) {
  static const char *const heading[] = {"server.evaluation.quantity", NUMBER("server.evaluation.estimate"),
                                        NUMBER("server.evaluation.low"), NUMBER("server.evaluation.high")};
  struct vg_buf csv;
  const double none = (double)NAN;
  if (vg_jv_type(did) != VG_J_OBJ)
    return VG_OK;
  card_begin(r, "server.evaluation.did_card", NULL);
  table_begin(r, "effet", "server.evaluation.did_card", heading, VG_COUNT(heading));
  did_row(r, "server.evaluation.naive", member_number(did, "rr"), member_number(did, "lo"), member_number(did, "hi"));
  did_row(r, "server.evaluation.quasi", member_number(did, "rr"), member_number(did, "quasi_lo"),
          member_number(did, "quasi_hi"));
  did_row(r, "server.evaluation.p_two", member_number(did, "p_two_sided"), none, none);
  did_row(r, "server.evaluation.p_one", member_number(did, "p_one_sided"), none, none);
  did_row(r, "server.evaluation.n_perm", member_number(did, "n_perm"), none, none);
  did_row(r, "server.evaluation.pretrend", member_number(did, "pretrend_p"), none, none);
  did_row(r, "server.evaluation.leave_out", none, exp(member_number(did, "least")), exp(member_number(did, "most")));
  table_end(r, NULL);
  vg_buf_init(&csv, 16 << 20);
  vg_code rc = evaluation_data_read(r->tx, e->id, "did", &csv, err);
  if (rc == VG_OK) {
    RAW(r, "<h3>");
    msg(r, "server.evaluation.rates");
    RAW(r, "</h3>");
    rc = chart_multiples(r, vg_buf_view(&csv), err);
  }
  vg_buf_fini(&csv);
  card_end(r);
  return rc;
}

static void survival_card(struct request *r, vg_jv survival) {
  static const char *const heading[] = {
      "server.evaluation.strata",         NUMBER("server.evaluation.days"),      NUMBER("server.evaluation.at_risk"),
      NUMBER("server.evaluation.events"), NUMBER("server.evaluation.surviving"), NUMBER("server.evaluation.low"),
      NUMBER("server.evaluation.high")};
  static const char *const columns[] = {"time", "n_risk", "n_event", "surv", "lo", "hi"};
  struct vg_jit it;
  vg_jv one;
  char p[32];
  if (vg_jv_type(survival) != VG_J_OBJ)
    return;
  card_begin(r, "server.evaluation.survival", NULL);
  chart_survival(r, survival);
  RAW(r, "<p>");
  if (!isnan(member_number(survival, "logrank_p")))
    SAY(r, "server.evaluation.logrank", say_number(p, r, member_number(survival, "logrank_p")));
  RAW(r, "</p><details><summary>");
  msg(r, "server.evaluation.table");
  RAW(r, "</summary>");
  table_begin(r, "survie", "server.evaluation.survival", heading, VG_COUNT(heading));
  for (vg_jit_init(&it, vg_jv_at(survival, "table")); vg_jit_next(&it, NULL, &one);) {
    row(r);
    cell(r);
    word(r, "server.evaluation.stratum.", member_text(one, "strata"));
    for (size_t i = 0; i < VG_COUNT(columns); i++) {
      cell_n(r);
      real_or_dash(r, member_number(one, columns[i]));
    }
  }
  table_end(r, NULL);
  RAW(r, "</details>");
  card_end(r);
}

/* --- the map of the main issues --- */

/* The question of an issue's axis. */
static vg_jv issue_question(vg_jv root, vg_str issue, const char *axis) {
  struct vg_jit it;
  vg_jv q;
  for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &q);)
    if (vg_str_eq(member_text(q, "issue"), issue) && vg_str_eqz(member_text(q, "axis"), axis))
      return q;
  return vg_jv_at(root, "");
}

static void issue_name(struct request *r, vg_jv root, vg_str issue) {
  RAW(r, "<strong>");
  text(r, issue);
  RAW(r, "</strong><br><small class=\"long\">");
  text(r, member_text(issue_question(root, issue, "importance"), r->lang == VG_FR ? "fr" : "en"));
  RAW(r, "</small>");
}

static void interval(struct request *r, double middle, double half) {
  real_or_dash(r, middle);
  if (isnan(half))
    return;
  RAW(r, " ± ");
  real(r, half);
}

static void map_row(struct request *r, vg_jv root, vg_jv one) {
  vg_str name = member_text(one, "issue");
  bool sure = truth(one, "certain");
  row(r);
  cell(r);
  issue_name(r, root, name);
  cell_n(r);
  num(r, (int64_t)member_number(one, "n"));
  cell_n(r);
  interval(r, member_number(one, "I"), member_number(one, "I_half"));
  cell_n(r);
  interval(r, member_number(one, "P"), member_number(one, "P_half"));
  cell_n(r);
  interval(r, member_number(one, "gap"), member_number(one, "gap_half"));
  cell(r);
  word(r, "server.quadrant.", member_text(one, "quadrant"));
  cell(r);
  badge(r, sure ? "ok" : "mute", sure ? "server.evaluation.certain" : "server.evaluation.uncertain");
}

static bool on_map(vg_jv root, vg_str issue) {
  struct vg_jit it;
  vg_jv one;
  for (vg_jit_init(&it, vg_jv_at(vg_jv_at(root, "map"), "issues")); vg_jit_next(&it, NULL, &one);)
    if (vg_str_eq(member_text(one, "issue"), issue))
      return true;
  return false;
}

/* What the answers' own table publishes of one question, nothing more: what its issue has no place on the map for may
 * be the other question's few answers. */
static void published(struct request *r, vg_jv question) {
  cell_n(r);
  if (vg_jv_type(question) != VG_J_OBJ || truth(question, "hidden")) {
    badge(r, "mute", "server.evaluation.hidden");
    return;
  }
  real(r, member_number(question, "mean"));
  RAW(r, " <small>(n = ");
  num(r, (int64_t)member_number(question, "n"));
  RAW(r, ")</small>");
}

static void off_map(struct request *r, vg_jv root, int64_t hidden) {
  static const char *const heading[] = {"server.evaluation.issue", NUMBER("server.evaluation.importance"),
                                        NUMBER("server.evaluation.performance")};
  struct vg_jit it;
  vg_jv q;
  RAW(r, "<p>");
  SAY(r, "server.evaluation.issues_hidden", VG_N(hidden));
  RAW(r, " ");
  msg(r, "server.evaluation.off_map.sub");
  RAW(r, "</p>");
  table_begin(r, "hors-carte", "server.evaluation.off_map", heading, VG_COUNT(heading));
  for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &q);) {
    vg_str issue = member_text(q, "issue");
    vg_jv other = issue_question(root, issue, "performance");
    if (!vg_str_eqz(member_text(q, "axis"), "importance") || vg_jv_type(other) != VG_J_OBJ || on_map(root, issue))
      continue;
    row(r);
    cell(r);
    issue_name(r, root, issue);
    published(r, q);
    published(r, other);
  }
  table_end(r, NULL);
}

static void map_card(struct request *r, vg_jv root) {
  static const char *const heading[] = {"server.evaluation.issue",
                                        NUMBER("server.evaluation.n"),
                                        NUMBER("server.evaluation.importance"),
                                        NUMBER("server.evaluation.performance"),
                                        NUMBER("server.evaluation.gap"),
                                        "server.evaluation.quadrant",
                                        "server.evaluation.position"};
  struct vg_jit it;
  vg_jv one, map = vg_jv_at(root, "map");
  int64_t hidden = 0;
  (void)vg_jv_i64_at(root, "issues_hidden", &hidden);
  if (vg_jv_type(map) != VG_J_OBJ && !hidden)
    return;
  card_begin(r, "server.evaluation.map", NULL);
  if (vg_jv_type(map) == VG_J_OBJ) {
    chart_issues(r, map);
    RAW(r, "<p class=\"soft\">");
    msg(r, "server.evaluation.map_key");
    RAW(r, "</p>");
    table_begin(r, "enjeux", "server.evaluation.map", heading, VG_COUNT(heading));
    for (vg_jit_init(&it, vg_jv_at(map, "issues")); vg_jit_next(&it, NULL, &one);)
      map_row(r, root, one);
    table_end(r, NULL);
  }
  if (hidden)
    off_map(r, root, hidden);
  card_end(r);
}

/* --- answers --- */

static void mean_cells(struct request *r, vg_jv one) {
  bool hidden = truth(one, "hidden");
  cell_n(r);
  if (hidden)
    badge(r, "mute", "server.evaluation.hidden");
  else
    num(r, (int64_t)member_number(one, "n"));
  cell_n(r);
  real_or_dash(r, hidden ? (double)NAN : member_number(one, "mean"));
}

static void question_cells(struct request *r, vg_jv question) {
  struct vg_jit it;
  vg_jv one;
  for (vg_jit_init(&it, vg_jv_at(question, "cells")); vg_jit_next(&it, NULL, &one);) {
    vg_str group = member_text(one, "group");
    row(r);
    cell(r);
    RAW(r, "<small>");
    text(r, member_text(question, "code"));
    RAW(r, "</small>");
    cell(r);
    if (group.n)
      word(r, "server.audience.", group);
    else
      RAW(r, "–");
    cell(r);
    zone_name(r, member_text(one, "zone"));
    mean_cells(r, one);
  }
}

static void answers_card(struct request *r, vg_jv root) {
  static const char *const heading[] = {"server.evaluation.question", "server.evaluation.put_to",
                                        NUMBER("server.evaluation.n"), NUMBER("server.evaluation.mean")};
  static const char *const cell_heading[] = {"server.evaluation.question", "server.evaluation.group", "server.zone",
                                             NUMBER("server.evaluation.n"), NUMBER("server.evaluation.mean")};
  struct vg_jit it;
  vg_jv one;
  card_begin(r, "server.evaluation.answers", NULL);
  RAW(r, "<p class=\"soft\">");
  SAY(r, "server.evaluation.small_groups", VG_N((int64_t)member_number(root, "threshold")));
  RAW(r, "</p>");
  table_begin(r, "reponses", "server.evaluation.answers", heading, VG_COUNT(heading));
  for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &one);) {
    vg_str put_to = member_text(one, "for"), group;
    row(r);
    cell(r);
    RAW(r, "<span class=\"long\">");
    text(r, member_text(one, r->lang == VG_FR ? "fr" : "en"));
    RAW(r, "</span> <small>");
    text(r, member_text(one, "code"));
    RAW(r, "</small>");
    cell(r);
    if (!put_to.n)
      msg(r, "server.evaluation.everybody");
    for (size_t n = 0; put_to.n && vg_str_cut(&put_to, ' ', &group); n++) {
      vg_buf_z(&r->out, n ? ", " : "");
      word(r, "server.audience.", group);
    }
    mean_cells(r, one);
  }
  table_end(r, NULL);
  if (member_text(root, "breakdown").n) {
    RAW(r, "<details class=\"told\"><summary>");
    msg(r, "server.evaluation.broken_down");
    RAW(r, "</summary>");
    table_begin(r, "ventilation", "server.evaluation.broken_down", cell_heading, VG_COUNT(cell_heading));
    for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &one);)
      question_cells(r, one);
    table_end(r, NULL);
    RAW(r, "</details>");
  }
  card_end(r);
}

vg_code part_results(struct request *r, const struct evaluation_state *e, struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf report;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_buf_init(&report, 64 << 20);
  vg_code rc = evaluation_results(r->tx, vg_str_z(e->pid.s), vg_str_z(e->breakdown), &report, err);
  if (rc == VG_OK)
    rc = vg_json_parse(j, vg_buf_view(&report), &root, err);
  if (rc == VG_OK) {
    verdict_card(r, root);
    map_card(r, root);
    rc = did_card(r, e, vg_jv_at(root, "did"), err);
  }
  if (rc == VG_OK) {
    survival_card(r, vg_jv_at(root, "survival"));
    answers_card(r, root);
  }
  vg_buf_fini(&report);
  vg_json_free(j);
  return rc;
}
