#include "cli/cli.h"
#include "cli/cli_internal.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/show.h"
#include "evaluation/evaluation.h"

extern const struct cli_command cmd_evaluate_plan, cmd_evaluate_list, cmd_evaluate_open, cmd_evaluate_close,
    cmd_evaluate_token, cmd_evaluate_answer, cmd_evaluate_report, cmd_evaluate_questions;

enum { PLAN_MAX = 1 << 20, COUNTS_MAX = 64 << 20, OUT_MAX = 64 << 20 };

struct order {
  struct cli *c;
  const char *word, *group, *zone, *by, *counts;
  char *const *answers;
  size_t answer_count;
  int64_t count;
  struct vg_id pid;
  struct vg_buf in, out;
};

static vg_code plan(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(vg_file_read(o->word, &o->in, err));
  return evaluation_plan(tx, who, vg_buf_view(&o->in), &o->pid, err);
}

static void say_id(struct cli *c, const char *id, const char *message) {
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", id);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, message, id);
  }
}

static int run_plan(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, &cmd_evaluate_plan, argc, argv, options, "FILE", &o.word);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.in, PLAN_MAX);
  c->file = o.word;
  if ((status = cli_write(c, plan, &o)) == CLI_OK)
    say_id(c, o.pid.s, "cli.evaluate_plan.done");
  vg_buf_fini(&o.in);
  return status;
}

static vg_code row(void *ctx, const struct evaluation_state *e, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char title[160];
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", e->pid.s);
    vg_jw_kz(&w, "title", e->title);
    vg_jw_kz(&w, "state", e->state);
    if (e->away)
      vg_jw_kbool(&w, "away", true);
    vg_jw_kz(&w, "breakdown", e->breakdown);
    vg_jw_kz(&w, "sha256", e->sha256);
    vg_jw_kint(&w, "plan_entry", e->entry);
    vg_jw_kint(&w, "asked", e->asked);
    vg_jw_ktime(&w, "planned", e->planned);
    vg_jw_ktime(&w, "opened", e->opened);
    vg_jw_ktime(&w, "closed", e->closed);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  VG_TRY(evaluation_title(l->tx, e, l->c->lang, title, err));
  cli_table_cellz(l->table, e->pid.s);
  cli_table_cellz(l->table, show_wordz(l->c, "server.evaluation.state.", e->state));
  cli_table_cell_int(l->table, e->asked);
  cli_table_cellz(l->table, show_wordz(l->c, "server.evaluation.by.", e->breakdown));
  cli_table_cellz(l->table, title);
  return VG_OK;
}

static vg_code read_list(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return evaluation_each(tx, row, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id", "cli.col.state", "cli.col.asked", "cli.col.breakdown",
                                        "cli.col.title"};
  return cli_list_all(c, &cmd_evaluate_list, argc, argv, heading, VG_COUNT(heading), read_list);
}

static vg_code open_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return evaluation_open(tx, who, vg_str_z(o->word), err);
}

static vg_code close_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return evaluation_close(tx, who, vg_str_z(o->word), err);
}

static int change(struct cli *c, const struct cli_command *self, int argc, char **argv, cli_writer *write,
                  const char *said) {
  const struct cli_option options[] = {{0}};
  struct order o = {.c = c};
  int status = cli_one_word(c, self, argc, argv, options, "ID", &o.word);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, write, &o)) == CLI_OK)
    CLI_NOTE(c, said, o.word);
  return status;
}

static int run_open(struct cli *c, int argc, char **argv) {
  return change(c, &cmd_evaluate_open, argc, argv, open_it, "cli.evaluate_open.done");
}
static int run_close(struct cli *c, int argc, char **argv) {
  return change(c, &cmd_evaluate_close, argc, argv, close_it, "cli.evaluate_close.done");
}

static vg_code tokens(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return evaluation_token(tx, who, vg_str_z(o->word), vg_str_z(o->group), vg_str_z(o->zone), o->count, &o->out, err);
}

static int run_token(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .group = "", .zone = "", .count = 1};
  const struct cli_option options[] = {
      {"group", CLI_TEXT, &o.group}, {"zone", CLI_TEXT, &o.zone}, {"count", CLI_INT, &o.count}, {0}};
  int status = cli_one_word(c, &cmd_evaluate_token, argc, argv, options, "ID", &o.word);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.out, OUT_MAX);
  status = cli_write(c, tokens, &o);
  vg_str rest = vg_buf_view(&o.out), line;
  while (status == CLI_OK && vg_str_line(&rest, &line))
    printf(c->json ? "{\"token\":\"%.*s\"}\n" : "%.*s\n", (int)line.n, line.p);
  vg_buf_fini(&o.out);
  return status;
}

/* Nobody acts: the token is all that opens this door. */
static int run_answer(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct store_tx *tx = NULL;
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_evaluate_answer, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 2)
    return cli_usage(c, &cmd_evaluate_answer, "cli.missing", argc ? "CODE=N" : "TOKEN");
  if ((status = cli_instance(c)) != CLI_OK)
    return status;
  vg_code rc = store_begin(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK)
    rc =
        evaluation_answer(tx, vg_str_z(argv[0]), (const char *const *)(const void *)(argv + 1), (size_t)argc - 1, &err);
  if (rc == VG_OK)
    rc = instance_commit(c->instance, &tx, &err);
  store_rollback(&tx);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  CLI_NOTE(c, "cli.evaluate_answer.done");
  return CLI_OK;
}

static vg_code asked(void *ctx, vg_str code, vg_str fr, vg_str en, struct vg_err *err) {
  struct cli *c = ctx;
  (void)err;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "code", code);
    vg_jw_kstr(&w, "fr", fr);
    vg_jw_kstr(&w, "en", en);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    vg_str text = c->lang == VG_FR ? fr : en;
    printf("%-12.*s %.*s\n", (int)code.n, code.p, (int)text.n, text.p);
  }
  return VG_OK;
}

static int run_questions(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  const char *token;
  struct store_tx *tx;
  struct vg_err err = {0};
  int status = cli_one_word(c, &cmd_evaluate_questions, argc, argv, options, "TOKEN", &token);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_instance(c)) != CLI_OK)
    return status;
  if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  vg_code rc = evaluation_questions(tx, vg_str_z(token), asked, c, &err);
  store_rollback(&tx);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static vg_code report(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  o->c->file = o->counts;
  if (o->counts)
    VG_TRY(vg_file_read(o->counts, &o->in, err));
  if (o->counts && !o->in.n) /* an empty text means "none" below */
    return VG_FAIL(err, VG_EDATA, "territory.no_heading");
  return evaluation_report(tx, who, vg_str_z(o->word), vg_buf_view(&o->in), vg_str_z(o->by), &o->out, err);
}

static double number(vg_jv v, const char *key) {
  double d = 0;
  (void)vg_jv_f64(vg_jv_at(v, key), &d);
  return d;
}

static void say_did(struct cli *c, vg_jv d) {
  if (vg_jv_type(d) != VG_J_OBJ)
    return;
  double p = number(d, "p_two_sided");
  CLI_SAY(c, "cli.evaluate_report.did", VG_D(c->lang, 2, number(d, "rr")), VG_D(c->lang, 2, number(d, "lo")),
          VG_D(c->lang, 2, number(d, "hi")), VG_D(c->lang, 3, p));
  if (!(p <= 0.05))
    CLI_SAY(c, "evaluation.inconclusive", VG_D(c->lang, 0, 100 * p));
}

static void say_padded(vg_str s, size_t columns) {
  size_t width = cli_width(s);
  printf("%.*s%*s", (int)s.n, s.p, width < columns ? (int)(columns - width) : 1, "");
}

static vg_str audience_name(struct cli *c, vg_str group) {
  char id[96];
  snprintf(id, sizeof id, "server.audience.%.*s", (int)group.n, group.p);
  const char *name = vg_msg_text(c->lang, id);
  return name ? vg_str_z(name) : group;
}

static void say_cells(struct cli *c, vg_jv cells) {
  struct vg_jit it;
  vg_jv one;
  for (vg_jit_init(&it, cells); vg_jit_next(&it, NULL, &one);) {
    vg_str group = VG_STR(""), zone = VG_STR("");
    bool hidden = true;
    (void)vg_jv_str_at(one, "group", &group);
    (void)vg_jv_str_at(one, "zone", &zone);
    (void)vg_jv_bool(vg_jv_at(one, "hidden"), &hidden);
    printf("    ");
    if (group.n)
      say_padded(audience_name(c, group), 25);
    if (zone.n)
      say_padded(zone, 17);
    if (hidden)
      printf("%s\n", vg_msg_text(c->lang, "cli.evaluate_report.hidden"));
    else
      printf("%s (n = %.0f)\n", VG_D(c->lang, 2, number(one, "mean")), number(one, "n"));
  }
}

static void say_issues(struct cli *c, vg_jv root) {
  vg_jv map = vg_jv_at(root, "map");
  int64_t hidden = 0;
  struct vg_jit it;
  vg_jv one;
  for (vg_jit_init(&it, vg_jv_at(map, "issues")); vg_jit_next(&it, NULL, &one);) {
    vg_str issue = VG_STR(""), quadrant = VG_STR("");
    bool certain = false;
    char id[64];
    (void)vg_jv_str_at(one, "issue", &issue);
    (void)vg_jv_str_at(one, "quadrant", &quadrant);
    (void)vg_jv_bool(vg_jv_at(one, "certain"), &certain);
    snprintf(id, sizeof id, "server.quadrant.%.*s", (int)quadrant.n, quadrant.p);
    const char *where = vg_msg_text(c->lang, id);
    CLI_SAY(c, certain ? "cli.evaluate_report.issue" : "cli.evaluate_report.issue_open", VG_T(issue),
            VG_D(c->lang, 2, number(one, "I")), VG_D(c->lang, 2, number(one, "I_half")),
            VG_D(c->lang, 2, number(one, "P")), VG_D(c->lang, 2, number(one, "P_half")), where ? where : "");
  }
  (void)vg_jv_i64_at(root, "issues_hidden", &hidden);
  if (hidden)
    CLI_SAY(c, "server.evaluation.issues_hidden", VG_N(hidden));
}

/* Each rule with what was found for its conditions. */
static void say_rules(struct cli *c, vg_jv rules) {
  struct vg_jit it, inner;
  vg_jv rule, one;
  vg_str text = VG_STR("");
  for (vg_jit_init(&it, rules); vg_jit_next(&it, NULL, &rule);)
    for (vg_jit_init(&inner, vg_jv_at(rule, "all")); vg_jit_next(&inner, NULL, &one);) {
      bool holds = false, known = vg_jv_bool(vg_jv_at(one, "holds"), &holds), found;
      double value = 0;
      found = vg_jv_f64(vg_jv_at(one, "value"), &value);
      (void)vg_jv_str_at(rule, "name", &text);
      printf("  ");
      say_padded(text, 25);
      (void)vg_jv_str_at(one, "condition", &text);
      say_padded(text, 28);
      printf("%s  %s\n", found ? VG_D(c->lang, 3, value) : "–",
             vg_msg_text(c->lang, !known  ? "cli.evaluate_report.hidden"
                                  : holds ? "server.evaluation.true"
                                          : "server.evaluation.false"));
    }
}

static void say_inputs(vg_jv inputs) {
  struct vg_jit it;
  vg_str key, hash;
  vg_jv one;
  for (vg_jit_init(&it, inputs); vg_jit_next(&it, &key, &one);)
    if (vg_jv_str(one, &hash))
      printf("  %-20.*s %.*s\n", (int)key.n, key.p, (int)hash.n, hash.p);
}

static vg_code say_report(struct cli *c, vg_str text, struct vg_err *err) {
  struct vg_json *j;
  struct vg_jit it;
  vg_jv root, one;
  vg_str verdict = VG_STR(""), rule = VG_STR("");
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, text, &root, err);
  if (rc == VG_OK) {
    (void)vg_jv_str_at(root, "verdict", &verdict);
    (void)vg_jv_str_at(root, "rule", &rule);
    char id[48];
    snprintf(id, sizeof id, "cli.verdict.%.*s", (int)verdict.n, verdict.p);
    const char *word = vg_msg_text(c->lang, id);
    say_did(c, vg_jv_at(root, "did"));
    CLI_SAY(c, "cli.evaluate_report.verdict", word ? word : "", VG_T(rule));
    say_rules(c, vg_jv_at(root, "rules"));
    say_inputs(vg_jv_at(root, "inputs"));
    say_issues(c, root);
    for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &one);) {
      vg_str label = VG_STR("");
      bool hidden = true;
      (void)vg_jv_str_at(one, c->lang == VG_FR ? "fr" : "en", &label);
      (void)vg_jv_bool(vg_jv_at(one, "hidden"), &hidden);
      if (hidden)
        printf("  %.*s  %s\n", (int)label.n, label.p, vg_msg_text(c->lang, "cli.evaluate_report.hidden"));
      else
        printf("  %.*s  %s (n = %.0f)\n", (int)label.n, label.p, VG_D(c->lang, 2, number(one, "mean")),
               number(one, "n"));
      say_cells(c, vg_jv_at(one, "cells"));
    }
  }
  vg_json_free(j);
  return rc;
}

static int run_report(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .by = ""};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"did", CLI_TEXT, &o.counts}, {"by", CLI_TEXT, &o.by}, {0}};
  int status = cli_one_word(c, &cmd_evaluate_report, argc, argv, options, "ID", &o.word);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.in, COUNTS_MAX);
  vg_buf_init(&o.out, OUT_MAX);
  status = cli_write(c, report, &o);
  if (status == CLI_OK && c->json)
    printf("%.*s\n", (int)o.out.n, o.out.p);
  else if (status == CLI_OK && say_report(c, vg_buf_view(&o.out), &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_buf_fini(&o.in);
  vg_buf_fini(&o.out);
  return status;
}

const struct cli_command cmd_evaluate_plan = {"evaluate plan", "cli.evaluate_plan", "cli.evaluate_plan.usage",
                                              run_plan};
const struct cli_command cmd_evaluate_list = {"evaluate list", "cli.evaluate_list", "cli.evaluate_list.usage",
                                              run_list};
const struct cli_command cmd_evaluate_open = {"evaluate open", "cli.evaluate_open", "cli.evaluate_open.usage",
                                              run_open};
const struct cli_command cmd_evaluate_close = {"evaluate close", "cli.evaluate_close", "cli.evaluate_close.usage",
                                               run_close};
const struct cli_command cmd_evaluate_token = {"evaluate token", "cli.evaluate_token", "cli.evaluate_token.usage",
                                               run_token};
const struct cli_command cmd_evaluate_answer = {"evaluate answer", "cli.evaluate_answer", "cli.evaluate_answer.usage",
                                                run_answer};
const struct cli_command cmd_evaluate_questions = {"evaluate questions", "cli.evaluate_questions",
                                                   "cli.evaluate_questions.usage", run_questions};
const struct cli_command cmd_evaluate_report = {"evaluate report", "cli.evaluate_report", "cli.evaluate_report.usage",
                                                run_report};
