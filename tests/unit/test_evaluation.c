/* Surveys that give nobody away, figures that follow the operations, obstacles with what shows them. */
#include "world.h"

#include <math.h>

#include "base/json.h"
#include "evaluation/evaluation.h"
#include "prevention/prevention.h"

static void fails(vg_code got, vg_code want, const char *msg) {
  assert_int_equal(got, want);
  assert_string_equal(err.cause[0].msg, msg);
  vg_err_clear(&err);
}

#define RULES "\"rules\":[{\"name\":\"e\",\"verdict\":\"extend\"}]"

static struct vg_id plan_of(const char *json) {
  struct vg_id pid;
  OK(evaluation_plan(tx, &anne, vg_str_z(json), &pid, &err));
  OK(evaluation_open(tx, &anne, vg_str_z(pid.s), &err));
  return pid;
}

/* Tokens of a group, each answering the same. */
static void answer_all(const struct vg_id *pid, const char *group, int64_t count, const char *const *answers,
                       size_t n) {
  struct vg_buf out;
  vg_str rest, token;
  vg_buf_init(&out, 1 << 16);
  OK(evaluation_token(tx, &anne, vg_str_z(pid->s), vg_str_z(group), VG_STR(""), count, &out, &err));
  rest = vg_buf_view(&out);
  while (vg_str_line(&rest, &token))
    OK(evaluation_answer(tx, token, answers, n, &err));
  vg_buf_fini(&out);
}

/* As if it had been closed so many days earlier. */
static void closed_ago(const struct vg_id *pid, int64_t days) {
  OK(store_exec(tx, "UPDATE evaluation_plan SET closed = closed - $2 WHERE pid = $1",
                S_ARGS(S_Z(pid->s), S_INT(days * VG_DAY)), &err));
}

struct report {
  struct vg_json *json;
  struct vg_buf text;
  vg_jv root;
};

static void read_report(struct report *r, const struct vg_id *pid, const char *by) {
  OK(vg_json_new(&r->json, &err));
  vg_buf_init(&r->text, 1 << 20);
  OK(evaluation_results(tx, vg_str_z(pid->s), vg_str_z(by), &r->text, &err));
  OK(vg_json_parse(r->json, vg_buf_view(&r->text), &r->root, &err));
}

static void end_report(struct report *r) {
  vg_json_free(r->json);
  vg_buf_fini(&r->text);
}

static int64_t whole(vg_jv v, const char *key) {
  double d = -1;
  (void)vg_jv_f64(vg_jv_at(v, key), &d);
  return (int64_t)d;
}

static bool hidden(vg_jv v) {
  bool b = false;
  assert_true(vg_jv_bool(vg_jv_at(v, "hidden"), &b));
  return b;
}

static void test_a_version_never_changes(void **state) {
  static const char form[] = "{\"code\":\"f\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]}";
  static const char next[] = "{\"code\":\"f\",\"questions\":[{\"code\":\"a\",\"fr\":\"A ?\",\"en\":\"A?\"}]}";
  char code[40];
  int64_t version;
  (void)state;
  OK(evaluation_questionnaire_add(tx, &anne, vg_str_z(form), code, &version, &err));
  assert_string_equal(code, "f");
  assert_int_equal(version, 1);
  fails(evaluation_questionnaire_add(tx, &anne, vg_str_z(form), code, &version, &err), VG_EEXIST,
        "evaluation.same_version");
  OK(evaluation_questionnaire_add(tx, &anne, vg_str_z(next), code, &version, &err));
  assert_int_equal(version, 2);
  struct vg_id pid;
  fails(evaluation_plan(tx, &anne, VG_STR("{\"title\":\"t\",\"questionnaire\":\"f@3\"," RULES "}"), &pid, &err),
        VG_EDATA, "evaluation.no_questionnaire");
  pid = plan_of("{\"title\":\"t\",\"questionnaire\":\"f@1\"," RULES "}");
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  struct report r;
  vg_str text;
  read_report(&r, &pid, "");
  assert_true(vg_jv_str_at(vg_jv_index(vg_jv_at(r.root, "questions"), 0), "fr", &text) && vg_str_eqz(text, "A"));
  assert_true(vg_jv_str_at(vg_jv_at(r.root, "inputs"), "questionnaire_sha256", &text) && text.n == 64);
  end_report(&r);
}

/* Written in a spreadsheet: what comes out of one goes in again as the same, to the byte that is hashed. */
static void test_a_table_is_a_questionnaire(void **state) {
  static const char table[] = "code;fr;en;issue;axis;for\n"
                              "a;\"Dites \"\"oui\"\" ; ou non\";Say yes;delai;importance;\n"
                              "b;Deux;Two;delai;performance; referents  peers \n";
  static const char alike[] =
      "{\"code\":\"t\",\"questions\":[{\"code\":\"a\",\"fr\":\"Dites \\\"oui\\\" ; ou "
      "non\",\"en\":\"Say yes\",\"issue\":\"delai\",\"axis\":\"importance\"},{\"code\":\"b\",\"fr\":\"Deux\",\"en\":"
      "\"Two\",\"issue\":\"delai\",\"axis\":\"performance\",\"for\":[\"referents\",\"peers\"]}]}";
  char code[40] = "t";
  int64_t version;
  struct vg_buf out;
  (void)state;
  OK(evaluation_questionnaire_add(tx, &anne, vg_str_z(table), code, &version, &err));
  assert_string_equal(code, "t");
  assert_int_equal(version, 1);
  fails(evaluation_questionnaire_add(tx, &anne, vg_str_z(alike), code, &version, &err), VG_EEXIST,
        "evaluation.same_version");
  const char *const names[] = {"t@1", "360@1"};
  OK(evaluation_questionnaire_add(tx, &anne, vg_str_z(evaluation_standard), code, &version, &err));
  for (size_t i = 0; i < VG_COUNT(names); i++) {
    vg_buf_init(&out, 1 << 20);
    OK(evaluation_questionnaire_table(tx, vg_str_z(names[i]), &out, &err));
    vg_str_copy(code, sizeof code, i ? VG_STR("360") : VG_STR("t"));
    fails(evaluation_questionnaire_add(tx, &anne, vg_buf_view(&out), code, &version, &err), VG_EEXIST,
          "evaluation.same_version");
    vg_buf_fini(&out);
  }
  code[0] = 0;
  fails(evaluation_questionnaire_add(tx, &anne, vg_str_z(table), code, &version, &err), VG_EDATA,
        "evaluation.questionnaire");
  fails(evaluation_questionnaire_add(tx, &anne, VG_STR("code;fr\na;A\n"), code, &version, &err), VG_EDATA,
        "evaluation.table");
  vg_str_copy(code, sizeof code, VG_STR("u"));
  fails(evaluation_questionnaire_add(tx, &anne, VG_STR("code;fr;en\n"), code, &version, &err), VG_EDATA,
        "evaluation.questionnaire");
  fails(evaluation_questionnaire_add(tx, &anne, VG_STR("code;fr;en\na;\xff;A\n"), code, &version, &err), VG_EDATA,
        "evaluation.table");
}

static void test_bad_questions(void **state) {
  static const struct {
    const char *questions, *msg;
  } bad[] = {
      {"[{\"code\":\"a\",\"fr\":\"A\"}]", "evaluation.question"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"},{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]",
       "evaluation.question"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"issue\":\"x\"}]", "evaluation.issue"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"issue\":\"x\",\"axis\":\"sideways\"}]", "evaluation.issue"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"issue\":\"x\",\"axis\":\"importance\"},"
       "{\"code\":\"b\",\"fr\":\"A\",\"en\":\"A\",\"issue\":\"x\",\"axis\":\"importance\"}]",
       "evaluation.issue"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"for\":[\"referents\"]}]", "evaluation.audience"},
      {"[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"for\":\"referents\"}]", "evaluation.audience"},
  };
  char json[1024];
  struct vg_id pid;
  (void)state;
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    snprintf(json, sizeof json, "{\"title\":\"t\",\"breakdown\":\"zone\",\"questions\":%s," RULES "}",
             bad[i].questions);
    fails(evaluation_plan(tx, &anne, vg_str_z(json), &pid, &err), VG_EDATA, bad[i].msg);
  }
}

/* A question put to one group only: the others count neither as hidden nor as what would have to be hidden with them.
 */
static void test_a_question_of_one_group(void **state) {
  static const char *const all[] = {"a=4"}, *const both[] = {"a=4", "b=2"};
  (void)state;
  struct vg_id pid = plan_of(
      "{\"title\":\"t\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\",\"for\":[\"referents\",\"partners\"]},"
      "{\"code\":\"b\",\"fr\":\"B\",\"en\":\"B\",\"for\":[\"referents\"]}]," RULES "}");
  answer_all(&pid, "referents", 6, both, 2);
  answer_all(&pid, "partners", 7, all, 1);
  struct vg_buf out;
  vg_buf_init(&out, 256);
  OK(evaluation_token(tx, &anne, vg_str_z(pid.s), VG_STR("partners"), VG_STR(""), 1, &out, &err));
  fails(evaluation_answer(tx, vg_buf_view(&out), both, 2, &err), VG_EDATA, "evaluation.no_question");
  vg_buf_fini(&out);
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  struct report r;
  read_report(&r, &pid, "group");
  vg_jv b = vg_jv_index(vg_jv_at(r.root, "questions"), 1);
  assert_int_equal(vg_jv_count(vg_jv_at(b, "cells")), 1);
  assert_false(hidden(vg_jv_index(vg_jv_at(b, "cells"), 0)));
  assert_int_equal(whole(b, "n"), 6);
  end_report(&r);
}

/* The total, the other groups' cells and the map together must not give a small group away. */
static void test_small_groups_do_not_follow(void **state) {
  static const char *const mixed[] = {"i=4", "p=3"}, *const both[] = {"i=5", "p=1"}, *const one[] = {"i=1"},
                           *const other[] = {"i=5", "p=5"};
  static const char questions[] = "{\"title\":\"t\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"i\",\"fr\":"
                                  "\"I\",\"en\":\"I\",\"issue\":\"x\","
                                  "\"axis\":\"importance\"},{\"code\":\"p\",\"fr\":\"P\",\"en\":\"P\",\"issue\":\"x\","
                                  "\"axis\":\"performance\"}]," RULES "}";
  struct report r;
  (void)state;
  struct vg_id pid = plan_of(questions);
  answer_all(&pid, "referents", 5, both, 2);
  answer_all(&pid, "referents", 4, other, 2);
  answer_all(&pid, "partners", 3, both, 2);
  answer_all(&pid, "peers", 4, both, 2);
  answer_all(&pid, "peers", 4, other, 2);
  answer_all(&pid, "referents", 2, one,
             1); /* two sheets without p: the map of 20 beside the mean of 22 would give them away */
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  fails(evaluation_results(tx, vg_str_z(pid.s), VG_STR("zone"), &(struct vg_buf){0}, &err), VG_EDENIED,
        "evaluation.undeclared");
  read_report(&r, &pid, "group");
  vg_jv cells = vg_jv_at(vg_jv_index(vg_jv_at(r.root, "questions"), 1), "cells");
  int64_t gone = 0, sum = 0;
  for (size_t i = 0; i < vg_jv_count(cells); i++) {
    gone += hidden(vg_jv_index(cells, i));
    sum += hidden(vg_jv_index(cells, i)) ? 0 : whole(vg_jv_index(cells, i), "n");
  }
  assert_int_equal(gone, 2);
  assert_true(whole(vg_jv_index(vg_jv_at(r.root, "questions"), 1), "n") - sum >= 5);
  assert_int_equal(vg_jv_type(vg_jv_at(r.root, "map")), VG_J_MISSING);
  assert_int_equal(whole(r.root, "issues_hidden"), 1);
  end_report(&r);
  closed_ago(&pid, 31);
  /* Two groups of one mind, the third of the other: taken from the total it gives them away, so only the total stays.
   */
  pid = plan_of(questions);
  answer_all(&pid, "referents", 9, other, 2);
  answer_all(&pid, "partners", 3, both, 2);
  answer_all(&pid, "peers", 8, both, 2);
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  read_report(&r, &pid, "group");
  cells = vg_jv_at(vg_jv_index(vg_jv_at(r.root, "questions"), 1), "cells");
  for (size_t i = 0; i < vg_jv_count(cells); i++)
    assert_true(hidden(vg_jv_index(cells, i)));
  assert_int_equal(whole(vg_jv_index(vg_jv_at(r.root, "questions"), 1), "n"), 20);
  end_report(&r);
  closed_ago(&pid, 31);
  pid = plan_of(questions);
  answer_all(&pid, "referents", 7, both, 2);
  answer_all(&pid, "referents", 2, mixed, 2);
  answer_all(&pid, "peers", 8, mixed, 2);
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  read_report(&r, &pid, "group");
  assert_int_equal(vg_jv_count(vg_jv_at(vg_jv_at(r.root, "map"), "issues")), 1);
  end_report(&r);
}

/* All say 5, or all but one: the mean would tell what each of them said. Then neither the group shows, nor another from
 * which it would follow, nor the total of such, nor a rule that looks for it, nor the issue on the map. */
static void test_a_group_of_one_mind_is_hidden(void **state) {
  static const char *const top[] = {"i=5", "p=5"}, *const less[] = {"i=5", "p=3"}, *const mid[] = {"i=5", "p=4"};
  static const char questions[] =
      "{\"title\":\"t\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"i\",\"fr\":\"I\",\"en\":\"I\",\"issue\":\"x\",\"axis\":"
      "\"importance\"},{\"code\":\"p\",\"fr\":\"P\",\"en\":\"P\",\"issue\":\"x\",\"axis\":\"performance\"}],\"rules\":[{\"name\":"
      "\"told\",\"verdict\":\"go\",\"all\":[\"survey.i.mean > 4.9\"]},{\"name\":\"e\",\"verdict\":\"extend\"}]}";
  struct report r;
  vg_str rule;
  (void)state;
  struct vg_id pid = plan_of(questions);
  answer_all(&pid, "referents", 5, top, 2);
  answer_all(&pid, "referents", 1, less, 2);
  answer_all(&pid, "peers", 4, mid, 2);
  answer_all(&pid, "peers", 3, less, 2);
  answer_all(&pid, "partners", 8, mid, 2);
  answer_all(&pid, "partners", 5, less, 2);
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  read_report(&r, &pid, "group");
  vg_jv i = vg_jv_index(vg_jv_at(r.root, "questions"), 0), p = vg_jv_index(vg_jv_at(r.root, "questions"), 1);
  assert_true(hidden(i) && whole(i, "n") == -1 && whole(i, "mean") == -1);
  assert_true(vg_jv_str_at(r.root, "rule", &rule) && vg_str_eqz(rule, "e"));
  assert_int_equal(whole(r.root, "issues_hidden"), 1);
  assert_false(hidden(p));
  for (size_t k = 0; k < 3; k++) {
    vg_str group;
    vg_jv cell = vg_jv_index(vg_jv_at(p, "cells"), k);
    assert_true(vg_jv_str_at(cell, "group", &group));
    assert_int_equal(hidden(cell), !vg_str_eqz(group, "partners"));
  }
  end_report(&r);
}

/* PostgreSQL's files, read page by page: as many rows as are alive, each by the same transaction, in the order of its
 * random value; nothing of what was deleted. */
static void in_no_order(const char *rows, const char *pages, int64_t want) {
  int64_t n;
  OK(store_get_int(tx, &n, rows, S_NOARGS, &err));
  assert_int_equal(n, want);
  OK(store_get_int(tx, &n, pages, S_NOARGS, &err));
  assert_int_equal(n, want);
}
#define IN_NO_ORDER(table, order, want)                                                                                \
  in_no_order(                                                                                                         \
      "SELECT COUNT(*) FROM (SELECT ROW_NUMBER() OVER (ORDER BY ctid) AS a, ROW_NUMBER() OVER (ORDER BY " order        \
      ") AS b, xmin::text AS x, xmax::text AS gone FROM " table                                                        \
      ") t WHERE a = b AND gone = '0' AND x = (SELECT MIN(xmin::text) FROM " table ")",                                \
      "SELECT COUNT(*) FROM generate_series(0, pg_relation_size('" table                                               \
      "') / 8192 - 1) page, heap_page_items(get_raw_page('" table "', page::int))",                                    \
      want)

/* Twelve who answer one after the other, each in a transaction of his own; between two of them a page is opened. */
static void on_postgres(const struct vg_id *pid, const char *const *yes) {
  struct store *other;
  struct store_tx *page;
  struct vg_buf out;
  struct store_options o = {
      .url = server_url(), .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  vg_str rest, token;
  int64_t n = 0, count;
  char title[160];
  vg_buf_init(&out, 1 << 16);
  OK(evaluation_token(tx, &anne, vg_str_z(pid->s), VG_STR(""), VG_STR(""), 12, &out, &err));
  OK(store_exec(tx, "CREATE EXTENSION IF NOT EXISTS pageinspect", S_NOARGS, &err));
  OK(store_exec(tx, "TRUNCATE evaluation_answer", S_NOARGS, &err)); /* dead rows of other tests */
  OK(store_commit(&tx, &err));
  OK(store_open(&other, &o, &err));
  rest = vg_buf_view(&out);
  while (vg_str_line(&rest, &token) && n < 11) {
    OK(store_begin_read(other, &page, &err));
    OK(store_get_int(page, &count, "SELECT COUNT(*) FROM evaluation_plan", S_NOARGS, &err)); /* its snapshot begins */
    OK(store_begin(st, &tx, &err));
    OK(evaluation_answer(tx, token, yes, 1, &err));
    OK(store_commit(&tx, &err));
    n++;
    /* A page that was asked for before sees the tokens that are left: the last one is never used. */
    vg_str last = vg_str_sub(vg_str_trim(vg_buf_view(&out)), vg_str_trim(vg_buf_view(&out)).n - 24, 24);
    OK(evaluation_survey_title(page, last, VG_FR, title, &err));
    store_rollback(&page);
    OK(store_begin(st, &tx, &err));
    IN_NO_ORDER("evaluation_token", "hash", 12 - n);
    IN_NO_ORDER("evaluation_open_answer", "sheet, code", n);
    store_rollback(&tx);
  }
  OK(store_begin(st, &tx, &err));
  OK(evaluation_close(tx, &anne, vg_str_z(pid->s), &err));
  OK(store_commit(&tx, &err));
  OK(store_begin(st, &tx, &err));
  IN_NO_ORDER("evaluation_token", "hash", 0);
  IN_NO_ORDER("evaluation_open_answer", "sheet, code", 0);
  IN_NO_ORDER("evaluation_answer", "sheet, code", 11);
  store_close(other);
  vg_buf_fini(&out);
}

/* Nothing that is kept while a survey is open has the order or the hour of its answers: not the ledger, not the place
 * of a row. The last test: on PostgreSQL it commits. */
static void test_answers_have_no_order(void **state) {
  static const char *const yes[] = {"a=5"};
  struct ledger_state before, after;
  struct store_rows *q;
  char last[40] = "", sheet[40];
  int64_t sheets = 0;
  (void)state;
  struct vg_id pid = plan_of("{\"title\":\"t\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]," RULES "}");
  if (store_is_postgres(st)) {
    on_postgres(&pid, yes);
    return;
  }
  OK(ledger_head(tx, &before, &err));
  answer_all(&pid, "", 12, yes, 1);
  OK(ledger_head(tx, &after, &err));
  assert_int_equal(after.size, before.size + 1); /* that twelve tokens were made */
  OK(store_query(tx, &q, "SELECT sheet FROM evaluation_open_answer", S_NOARGS, &err));
  for (; store_next(q); sheets++) {
    vg_str_copy(sheet, sizeof sheet, store_str(q, 0));
    assert_true(strcmp(last, sheet) < 0);
    memcpy(last, sheet, sizeof last);
  }
  OK(store_done(&q, &err));
  assert_int_equal(sheets, 12);
  assert_int_not_equal(store_exec(tx, "DELETE FROM evaluation_open_answer WHERE rowid = 1", S_NOARGS, NULL), VG_OK);
  assert_int_not_equal(store_exec(tx, "DELETE FROM evaluation_answer WHERE rowid = 1", S_NOARGS, NULL), VG_OK);
  assert_int_not_equal(store_exec(tx, "DELETE FROM evaluation_token WHERE rowid = 1", S_NOARGS, NULL), VG_OK);
}

static vg_code tokens(const struct vg_id *pid, const char *group) {
  struct vg_buf out;
  vg_buf_init(&out, 1 << 16);
  vg_code rc = evaluation_token(tx, &anne, vg_str_z(pid->s), vg_str_z(group), VG_STR(""), 1, &out, &err);
  vg_buf_fini(&out);
  return rc;
}

/* Six answer, then the same six and a seventh: the second total less the first is the seventh's answer. */
static void test_two_waves_do_not_tell_one_answer(void **state) {
  static const char *const yes[] = {"a=5", "b=5"};
  static const char one[] =
      "{\"title\":\"t\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":"
      "\"A?\"},{\"code\":\"b\",\"fr\":\"B\",\"en\":\"B?\",\"for\":[\"peers\"]}]," RULES "}";
  (void)state;
  struct vg_id first = plan_of(one);
  answer_all(&first, "helped", 6, yes, 1);
  /* While the first is open other people are free, and these are not, whatever the words. */
  struct vg_id second = plan_of(
      "{\"title\":\"u\",\"questions\":[{\"code\":\"z\",\"fr\":\"Autrement dit\",\"en\":\"Put otherwise\"}]," RULES "}");
  fails(tokens(&second, ""), VG_ESTATE, "evaluation.apart_open");
  struct vg_id third = plan_of(one);
  fails(tokens(&third, "helped"), VG_ESTATE, "evaluation.apart_open");
  OK(tokens(&third, "partners"));
  struct vg_id peers =
      plan_of("{\"title\":\"v\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"b\",\"fr\":\"B\",\"en\":\"B?\"}"
              "]," RULES "}");
  fails(tokens(&peers, "helped"), VG_ESTATE, "evaluation.apart_open");
  OK(tokens(&first, "peers"));
  fails(tokens(&peers, "peers"), VG_ESTATE, "evaluation.apart_open");
  /* Closed, it still counts for thirty days; one that too few answered shows nothing and counts no more. */
  OK(evaluation_close(tx, &anne, vg_str_z(first.s), &err));
  OK(evaluation_close(tx, &anne, vg_str_z(third.s), &err));
  fails(tokens(&second, ""), VG_ESTATE, "evaluation.apart");
  closed_ago(&first, 31);
  OK(tokens(&second, ""));
}

/* Rules first: no counts before the opening, and those attached last count. */
static void test_counts_come_after_rules(void **state) {
  static const char km[] = "zone,t,ev\nA,1,1\nA,2,0\nB,3,1\nB,4,1\n";
  struct vg_id pid;
  struct vg_buf out;
  (void)state;
  OK(evaluation_plan(tx, &anne, VG_STR("{\"title\":\"t\",\"questions\":[]," RULES "}"), &pid, &err));
  fails(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("survival"), vg_str_z(km), &err), VG_ESTATE,
        "evaluation.state");
  OK(evaluation_open(tx, &anne, vg_str_z(pid.s), &err));
  fails(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("other"), vg_str_z(km), &err), VG_EUSAGE,
        "evaluation.data_kind");
  fails(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("did"), vg_str_z(km), &err), VG_EDATA,
        "evaluation.column");
  OK(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("survival"), VG_STR("zone,t,ev\nA,1,1\n"), &err));
  OK(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("survival"), vg_str_z(km), &err));
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  struct report r;
  read_report(&r, &pid, "");
  assert_int_equal(vg_jv_type(vg_jv_at(vg_jv_at(r.root, "survival"), "logrank_p")), VG_J_NUM);
  end_report(&r);
  vg_buf_init(&out, 1 << 16);
  OK(evaluation_data_read(tx, 0, "did", &out, &err));
  assert_int_equal(out.n, 0);
  vg_buf_fini(&out);
}

struct wanted {
  const char *code;
  int64_t count, rows, named;
};

static vg_code find_figure(void *ctx, const struct evaluation_figure *f, struct vg_err *e) {
  struct wanted *w = ctx;
  (void)e;
  if (strcmp(f->code, w->code) == 0)
    w->count = f->count;
  return VG_OK;
}

static vg_code count_row(void *ctx, const struct evaluation_row *row, struct vg_err *e) {
  struct wanted *w = ctx;
  (void)e;
  w->rows++;
  w->named += row->ref.n > 0;
  return VG_OK;
}

static struct wanted figure_as(const struct actor *who, const char *code, const char *zone) {
  struct evaluation_span span = {0, store_now(tx) + 1, zone, false};
  struct wanted w = {.code = code, .count = -1};
  OK(evaluation_each_figure(tx, &span, find_figure, &w, &err));
  OK(evaluation_each_row(tx, who, code, &span, REGIME_ANY, count_row, &w, &err));
  assert_int_equal(w.count, w.rows);
  struct wanted paged = {.code = code}; /* two rows at a time are the same rows */
  for (int64_t at = 0; at < w.rows; at += 2)
    OK(evaluation_some_rows(tx, who, code, &span, REGIME_ANY, at, 2, count_row, &paged, &err));
  assert_int_equal(paged.rows, w.rows);
  assert_int_equal(paged.named, w.named);
  return w;
}

static int64_t figure_of(const char *code, const char *zone) { return figure_as(&anne, code, zone).count; }

static void visit(int64_t org, int64_t days_ago) {
  struct action a = {
      .org = org, .kind = "visit", .title = "Visite", .zone = "EST", .at = store_now(tx) - days_ago * VG_DAY};
  OK(prevention_action_add(tx, &anne, &a, &err));
  OK(prevention_action_done(tx, &anne, vg_str_z(a.pid.s), NULL, 0, &err));
}

static void test_a_deleted_visit_is_no_longer_counted(void **state) {
  (void)state;
  int64_t org = add_org("Brasserie du Ried", "67");
  visit(org, 80);
  visit(org, 40);
  assert_int_equal(figure_of("visits", ""), 2);
  assert_int_equal(figure_of("visits-too-many", ""), 0);
  visit(org, 10);
  assert_int_equal(figure_of("visits", ""), 3);
  assert_int_equal(figure_of("visits-too-many", ""),
                   1); /* the third within ninety days: the harm shows beside the count */
  assert_int_equal(figure_of("visits", "EST"), 3);
  assert_int_equal(figure_of("visits", "OUEST"), 0);
  OK(store_exec(tx, "DELETE FROM prevention_action WHERE id = (SELECT MAX(id) FROM prevention_action)", S_NOARGS,
                &err));
  assert_int_equal(figure_of("visits", ""), 2);
  assert_int_equal(figure_of("visits-too-many", ""), 0);
}

/* --- a verdict computed again --- */

struct checks {
  enum evaluation_outcome got[8];
  char code[8][16];
  size_t n;
};

static vg_code take_check(void *ctx, const struct evaluation_check *c, struct vg_err *e) {
  struct checks *k = ctx;
  (void)e;
  assert_true(k->n < VG_COUNT(k->got));
  vg_str_copy(k->code[k->n], sizeof k->code[0], vg_str_z(c->code));
  k->got[k->n++] = c->outcome;
  return VG_OK;
}

static enum evaluation_outcome outcome_of(const struct vg_id *pid, const char *csv, const char *code) {
  struct checks k = {.n = 0};
  OK(evaluation_verify(tx, vg_str_z(pid->s), vg_str_z(csv), take_check, &k, &err));
  for (size_t i = 0; i < k.n; i++)
    if (!strcmp(k.code[i], code))
      return k.got[i];
  return EVALUATION_UNKNOWN;
}

static void test_a_verdict_is_computed_again(void **state) {
  static const char csv[] =
      "q,zone,expo,pilot,post,cases\n1,A,10,1,0,5\n1,B,10,0,0,5\n1,C,10,0,0,6\n2,A,10,1,0,5\n2,B,"
      "10,0,0,4\n2,C,10,0,0,5\n3,A,10,1,1,9\n3,B,10,0,1,5\n3,C,10,0,1,4\n4,A,10,1,1,8\n4,B,10,0,1,"
      "6\n4,C,10,0,1,5\n";
  static const char *const five[] = {"a=5"};
  struct vg_buf out;
  (void)state;
  vg_buf_init(&out, 1 << 20);
  struct vg_id pid = plan_of("{\"title\":\"t\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]," RULES "}");
  answer_all(&pid, "", 6, five, 1);
  OK(evaluation_data_add(tx, &anne, vg_str_z(pid.s), VG_STR("did"), vg_str_z(csv), &err));
  OK(evaluation_close(tx, &anne, vg_str_z(pid.s), &err));
  assert_int_equal(outcome_of(&pid, "", "verdict"), EVALUATION_UNKNOWN); /* nothing was reported yet */
  OK(evaluation_report(tx, &anne, vg_str_z(pid.s), VG_STR(""), VG_STR(""), &out, &err));
  static const char *const all[] = {"ledger", "plan", "order", "data", "answers", "verdict"};
  for (size_t i = 0; i < VG_COUNT(all); i++)
    assert_int_equal(outcome_of(&pid, "", all[i]), EVALUATION_HOLDS);
  /* A report with other counts shows as such, and follows from them alone. */
  char other[sizeof csv];
  vg_str_copy(other, sizeof other, vg_str_z(csv));
  other[sizeof csv - 3] = '9';
  OK(evaluation_report(tx, &anne, vg_str_z(pid.s), vg_str_z(other), VG_STR(""), &out, &err));
  assert_int_equal(outcome_of(&pid, "", "verdict"), EVALUATION_UNKNOWN);
  assert_int_equal(outcome_of(&pid, other, "verdict"), EVALUATION_HOLDS);
  /* What was changed behind the program's back differs. */
  OK(store_exec(tx, "UPDATE evaluation_answer SET value = 1 WHERE sheet = (SELECT MIN(sheet) FROM evaluation_answer)",
                S_NOARGS, &err));
  assert_int_equal(outcome_of(&pid, "", "answers"), EVALUATION_DIFFERS);
  OK(store_exec(tx, "UPDATE evaluation_data SET body = body || '5,A,10,1,1,9'", S_NOARGS, &err));
  assert_int_equal(outcome_of(&pid, other, "data"), EVALUATION_DIFFERS);
  OK(store_exec(tx, "UPDATE evaluation_data SET entry = 0", S_NOARGS, &err));
  assert_int_equal(outcome_of(&pid, other, "data"), EVALUATION_DIFFERS); /* that entry tells of something else */
  vg_buf_fini(&out);
}

/* --- trends --- */

struct trend {
  const char *code;
  struct evaluation_figure f;
  int64_t rows, zones, counted; /* zones: how many were told, counted: over all of them */
};

static vg_code take_trend(void *ctx, const struct evaluation_figure *f, struct vg_err *e) {
  struct trend *t = ctx;
  (void)e;
  if (strcmp(f->code, t->code) == 0)
    t->f = *f;
  return VG_OK;
}

static vg_code take_zone(void *ctx, const char *zone, const struct evaluation_figure *f, struct vg_err *e) {
  struct trend *t = ctx;
  (void)e;
  t->zones++;
  t->counted += f->count;
  if (strcmp(zone, "EST") != 0)
    assert_int_equal(f->count + f->before, 0);
  return VG_OK;
}

static vg_code count_one(void *ctx, const struct evaluation_row *row, struct vg_err *e) {
  (void)row;
  (void)e;
  ++*(int64_t *)ctx;
  return VG_OK;
}

static struct trend trend_of(const char *code, int64_t days) {
  struct evaluation_span span = {store_now(tx) - days * VG_DAY, store_now(tx), "", false};
  struct trend t = {.code = code};
  OK(evaluation_each_figure(tx, &span, take_trend, &t, &err));
  span.before = true;
  OK(evaluation_each_row(tx, &anne, code, &span, REGIME_ANY, count_one, &t.rows, &err));
  assert_int_equal(t.rows, t.f.before); /* the period before opens its rows too */
  return t;
}

static void test_a_figure_is_compared_with_the_period_before(void **state) {
  double lo, hi;
  (void)state;
  int64_t org = add_org("Brasserie du Ried", "67");
  for (int i = 0; i < 9; i++)
    visit(org, 1 + i);
  visit(org, 35);
  struct trend t = trend_of("visits", 30);
  assert_int_equal(t.f.count, 9);
  assert_int_equal(t.f.before, 1);
  assert_int_equal(evaluation_trend(&t.f), 1);
  /* 9 to 1: P(X >= 9) and P(X <= 9) of a binomial of 10 are 2.5 % at these odds, found by bisection. */
  assert_true(fabs(t.f.lo - 1.2471096253276637) < 1e-9);
  assert_true(fabs(t.f.hi - 394.4791130337871) < 1e-6);
  t = trend_of("visits", 5); /* 5 and 4: nothing is shown */
  assert_int_equal(t.f.count, 5);
  assert_int_equal(t.f.before, 4);
  assert_int_equal(evaluation_trend(&t.f), 0);
  evaluation_ratio(0, 0, &lo, &hi);
  assert_true(lo == 0 && isinf(hi));
  struct evaluation_span ever = {0, store_now(tx), "", false};
  t = (struct trend){.code = "visits"};
  OK(evaluation_each_figure(tx, &ever, take_trend, &t, &err));
  assert_int_equal(t.f.before, -1);
  ever.before = true;
  fails(evaluation_each_row(tx, &anne, "visits", &ever, REGIME_ANY, count_one, &t.rows, &err), VG_EUSAGE,
        "evaluation.span");
  ever = (struct evaluation_span){store_now(tx) - 30 * VG_DAY, store_now(tx), "", false};
  OK(evaluation_each_zone(tx, "visits", &ever, take_zone, &t, &err));
  assert_true(t.zones >= 12);
  assert_int_equal(t.counted, 9);
  fails(evaluation_each_zone(tx, "nothing", &ever, take_zone, &t, &err), VG_EUSAGE, "evaluation.no_figure");
}

static void referent_since(const char *zone, int64_t days) {
  struct person p = {.role = ROLE_REFERENT, .from = store_now(tx) - days * VG_DAY, .to = VG_NOTIME};
  vg_str_copy(p.name, sizeof p.name, vg_str_z(zone));
  vg_str_copy(p.zone, sizeof p.zone, vg_str_z(zone));
  OK(territory_person_add(tx, &anne, &p, VG_STR(""), &err));
}

/* Twice the visits by twice the referents is no rise, and where nobody knows how many there could have been it is said.
 */
static void test_a_count_that_grows_with_the_network_is_no_rise(void **state) {
  (void)state;
  int64_t org = add_org("Brasserie du Ried", "67");
  referent_since("EST", 400);
  for (int i = 0; i < 60; i++)
    visit(org, i < 40 ? 1 + i % 28 : 31 + i % 28);
  struct trend t = trend_of("visits", 30);
  assert_int_equal(t.f.count, 40);
  assert_int_equal(t.f.before, 20);
  assert_true(evaluation_exposed(&t.f));
  assert_int_equal(evaluation_trend(&t.f), 1); /* by the same referent it is one */
  assert_true(fabs(t.f.exposed - 30 / 365.25) < 1e-4 && fabs(t.f.rate_lo - t.f.lo) < 1e-3);
  referent_since("OUEST", 30);
  t = trend_of("visits", 30);
  assert_true(fabs(t.f.exposed - 60 / 365.25) < 1e-4 && fabs(t.f.exposed_before - 30 / 365.25) < 1e-4);
  assert_true(fabs(t.f.rate_lo - t.f.lo / 2) < 1e-3 && fabs(t.f.rate_hi - t.f.hi / 2) < 1e-3);
  assert_int_equal(evaluation_trend(&t.f), 0);
  t = trend_of("warnings", 30);
  assert_null(t.f.unit);
  assert_false(evaluation_exposed(&t.f));
  t = trend_of("visits-too-many", 30); /* its share of the visits */
  assert_true(t.f.exposed == 40 && t.f.exposed_before == 20);
}

/* A report of ten days ago without a case is not dropped yet: the period before must not look worse only because it is
 * older. */
static void test_the_period_before_is_seen_from_as_far(void **state) {
  (void)state;
  OK(casework_seed(tx, &err));
  int64_t org = add_org("Brasserie du Ried", "67");
  for (int days = 10; days <= 70; days += 60) {
    struct incident in = {.org = org, .kind = "ransomware", .summary = "x", .happened = store_now(tx) - days * VG_DAY};
    in.known = in.reported = in.happened;
    OK(casework_incident_add(tx, &anne, &in, &err));
  }
  struct trend t = trend_of("incidents-dropped", 60);
  assert_int_equal(t.f.count, 0);
  assert_int_equal(t.f.before, 0);
}

/* A zone's figure beside those of the others is its figure by itself. */
static vg_code same_alone(void *ctx, const char *zone, const struct evaluation_figure *f, struct vg_err *e) {
  struct trend *t = ctx, alone = {.code = f->code};
  struct evaluation_span span = {store_now(tx) - 45 * VG_DAY, store_now(tx) + 1, zone, false};
  OK(evaluation_each_figure(tx, &span, take_trend, &alone, e));
  assert_int_equal(f->count, alone.f.count);
  assert_int_equal(f->before, alone.f.before);
  assert_true(f->exposed == alone.f.exposed && f->exposed_before == alone.f.exposed_before);
  t->zones++;
  t->counted += f->count;
  t->rows += f->exposed > 0;
  return VG_OK;
}

static void test_every_figure_equals_its_rows(void **state) {
  static const char *const codes[] = {
      "incidents", "clocks-late",    "cases",        "incidents-dropped",   "visits",           "visits-too-many",
      "awareness", "actions-lapsed", "diagnoses",    "measures-refused",    "measures-adopted", "victims-after",
      "warnings",  "warnings-false", "acquisitions", "acquisitions-damaged"};
  struct evaluation_span span = {0, 1, "", false};
  (void)state;
  OK(casework_seed(tx, &err));
  int64_t org = add_org("Brasserie du Ried", "67");
  struct incident in = {.org = org,
                        .kind = "ransomware",
                        .summary = "x",
                        .happened = store_now(tx) - 50 * VG_DAY,
                        .known = store_now(tx) - 50 * VG_DAY,
                        .reported = store_now(tx) - 40 * VG_DAY};
  OK(casework_incident_add(tx, &anne, &in, &err));
  for (size_t i = 0; i < VG_COUNT(codes); i++)
    assert_true(figure_of(codes[i], "") >= 0);
  assert_int_equal(figure_of("incidents", "EST"), 1);
  assert_true(figure_of("clocks-late", "") >= 1);
  assert_int_equal(figure_of("incidents-dropped", ""), 1);
  visit(org, 3);
  referent_since("EST", 400);
  struct evaluation_span days = {store_now(tx) - 45 * VG_DAY, store_now(tx) + 1, "OUEST", false}; /* no zone is read */
  struct trend t = {.code = ""};
  OK(evaluation_each_zone(tx, NULL, &days, same_alone, &t, &err));
  assert_true(t.zones >= 12 * (int64_t)VG_COUNT(codes) && t.counted >= 3 && t.rows >= 4);
  fails(evaluation_each_row(tx, &anne, "nothing", &span, REGIME_ANY, count_row, &(struct wanted){0}, &err), VG_EUSAGE,
        "evaluation.no_figure");
  span.to = 0;
  fails(evaluation_each_figure(tx, &span, find_figure, &(struct wanted){0}, &err), VG_EUSAGE, "evaluation.span");
}

/* Counted all the same, but without a name for whoever has a conflict of interest. */
static void test_a_conflict_hides_the_name_of_a_row(void **state) {
  (void)state;
  int64_t org = add_org("Brasserie du Ried", "67"), person;
  visit(org, 10);
  OK(store_insert(tx, &person,
                  "INSERT INTO territory_person (pid, name, created) VALUES ('person--1', 'Paul', 0) RETURNING id",
                  S_NOARGS, &err));
  OK(store_exec(tx, "INSERT INTO territory_conflict (person, org, reason, since) VALUES ($1, $2, 'brother', 0)",
                S_ARGS(S_INT(person), S_INT(org)), &err));
  struct actor paul = {.person = person, .name = "Paul"};
  struct wanted w = figure_as(&paul, "visits", "");
  assert_int_equal(w.rows, 1);
  assert_int_equal(w.named, 0);
}

static vg_code count_link(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *e) {
  (void)ref, (void)removal, (void)added, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code count_gone(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *e) {
  (void)ref, (void)added, (void)e;
  *(int *)ctx += removal;
  return VG_OK;
}

static void test_an_obstacle_rests_on_something(void **state) {
  struct obstacle o = {.family = "human", .title = "x", .severity = 3, .due = VG_NOTIME, .removed = VG_NOTIME}, found;
  char ref[VG_ID_MAX + 8];
  int links = 0;
  (void)state;
  struct vg_id pid = plan_of("{\"title\":\"t\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]," RULES "}");
  OK(evaluation_obstacle_add(tx, &anne, &o, &err));
  vg_str id = vg_str_z(o.pid.s);
  snprintf(ref, sizeof ref, "%s/a", pid.s);
  fails(evaluation_obstacle_link(tx, &anne, id, VG_STR("case--nothing"), &err), VG_ENOTFOUND, "evaluation.no_link");
  OK(evaluation_obstacle_link(tx, &anne, id, vg_str_z(ref), &err));
  fails(evaluation_obstacle_link(tx, &anne, id, vg_str_z(ref), &err), VG_EEXIST, "evaluation.linked");
  OK(evaluation_obstacle_find(tx, id, &found, &err));
  assert_int_equal(found.links, 1);
  OK(evaluation_each_link(tx, &anne, found.id, count_link, &links, &err));
  assert_int_equal(links, 1);
  /* Its end is shown by something too: the same question, asked again later. */
  struct vg_id later =
      plan_of("{\"title\":\"u\",\"questions\":[{\"code\":\"a\",\"fr\":\"A\",\"en\":\"A\"}]," RULES "}");
  char then[VG_ID_MAX + 8];
  snprintf(then, sizeof then, "%s/a", later.s);
  vg_str shown[] = {vg_str_z(then)};
  OK(evaluation_obstacle_remove(tx, &anne, id, VG_STR("two posts created"), shown, 1, &err));
  OK(evaluation_obstacle_find(tx, id, &found, &err));
  assert_int_equal(found.links, 2);
  links = 0;
  OK(evaluation_each_link(tx, &anne, found.id, count_gone, &links, &err));
  assert_int_equal(links, 1);
  /* What is gone stands behind nothing. */
  int64_t gone;
  OK(evaluation_links_forget(tx, vg_str_z(then), &gone, &err));
  assert_int_equal(gone, 1);
  OK(evaluation_obstacle_find(tx, id, &found, &err));
  assert_int_equal(found.links, 1);
}

struct offered {
  int64_t actions, others;
  char ref[VG_ID_MAX];
};
static vg_code take_recent(void *ctx, const struct evaluation_recent *one, struct vg_err *e) {
  struct offered *x = ctx;
  (void)e;
  x->actions += !strcmp(one->kind, "action");
  x->others += strcmp(one->kind, "action") != 0;
  vg_str_copy(x->ref, sizeof x->ref, one->ref);
  return VG_OK;
}
static vg_code count_told(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *e) {
  (void)removal, (void)added, (void)e;
  ((int *)ctx)[ref.p != NULL]++;
  return VG_OK;
}
static vg_code count_obstacle(void *ctx, const struct obstacle *o, struct vg_err *e) {
  (void)o, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

/* Picked from what happened, on either side; whoever has a conflict of interest is neither offered nor told it, and
 * cannot link it. */
static void test_what_holds_up_is_picked(void **state) {
  struct obstacle o = {.family = "human", .title = "x", .severity = 3, .due = VG_NOTIME, .removed = VG_NOTIME}, found;
  struct offered x = {0}, his = {0};
  int told[2] = {0}, held = 0;
  int64_t org = add_org("Brasserie du Ried", "67"), person;
  (void)state;
  visit(org, 10);
  visit(add_org("Scierie", "67"), 12);
  OK(store_exec(tx, "INSERT INTO territory_person (pid, name, created) VALUES ('person--0', 'Anne', 0)", S_NOARGS,
                &err));
  OK(store_insert(tx, &person,
                  "INSERT INTO territory_person (pid, name, created) VALUES ('person--1', 'Paul', 0) RETURNING id",
                  S_NOARGS, &err));
  OK(store_exec(tx, "INSERT INTO territory_conflict (person, org, reason, since) VALUES ($1, $2, 'brother', 0)",
                S_ARGS(S_INT(person), S_INT(org)), &err));
  struct actor paul = {.person = person, .name = "Paul"};
  OK(evaluation_obstacle_add(tx, &anne, &o, &err));
  OK(evaluation_obstacle_find(tx, vg_id_str(&o.pid), &found, &err));
  OK(evaluation_each_recent(tx, &anne, &found, VG_STR(""), 9, take_recent, &x, &err));
  OK(evaluation_each_recent(tx, &paul, &found, VG_STR(""), 9, take_recent, &his, &err));
  assert_int_equal(x.actions, 2);
  assert_int_equal(his.actions, 1);
  x = (struct offered){0};
  OK(evaluation_each_recent(tx, &anne, &found, VG_STR("ried"), 9, take_recent, &x, &err));
  assert_int_equal(x.actions, 1);
  fails(evaluation_obstacle_link(tx, &paul, vg_id_str(&o.pid), vg_str_z(x.ref), &err), VG_ENOTFOUND,
        "evaluation.no_link");
  OK(evaluation_obstacle_link(tx, &anne, vg_id_str(&o.pid), vg_str_z(x.ref), &err));
  OK(evaluation_each_link(tx, &paul, found.id, count_told, told, &err));
  assert_true(told[0] == 1 && told[1] == 0);
  OK(evaluation_each_obstacle_of(tx, &anne, vg_str_z(x.ref), count_obstacle, &held, &err));
  assert_int_equal(held, 1);
  fails(evaluation_each_obstacle_of(tx, &paul, vg_str_z(x.ref), count_obstacle, &held, &err), VG_ENOTFOUND,
        "evaluation.no_link");
  /* What is linked is offered no more; signs of a search are letters. */
  x = (struct offered){0};
  OK(evaluation_each_recent(tx, &anne, &found, VG_STR("ried"), 9, take_recent, &x, &err));
  OK(evaluation_each_recent(tx, &anne, &found, VG_STR("%"), 9, take_recent, &x, &err));
  assert_int_equal(x.actions + x.others, 0);
}

static vg_code count_diagnosis(void *ctx, const struct diagnosis *d, struct vg_err *e) {
  (void)d, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}
static int due_for(const struct actor *who) {
  int n = 0;
  OK(prevention_each_visit_due(tx, who, 0, count_diagnosis, &n, &err));
  return n;
}

/* Of a company's last diagnosis, when its six months are over, for who serves the zone; a planned visit ends it. */
static void test_visits_fall_due(void **state) {
  struct org o;
  struct vg_id pid;
  struct actor there = {.person = 77, .name = "Erik", .zone = "OUEST"}, here = {.person = 78, .zone = "EST"};
  (void)state;
  OK(casework_seed(tx, &err));
  (void)add_org("Brasserie du Ried", "67");
  OK(territory_org_find(tx, VG_STR("Brasserie du Ried"), &o, &err));
  OK(prevention_diagnosis_open(tx, &anne, &o, VG_STR(""), VG_STR(""), &pid, &err));
  assert_int_equal(due_for(&here), 0);
  OK(store_exec(tx, "UPDATE prevention_diagnosis SET made = made - $1", S_ARGS(S_TIME(200 * VG_DAY)), &err));
  assert_int_equal(due_for(&here), 1);
  assert_int_equal(due_for(&there), 0);
  struct action a = {.org = o.id, .kind = "visit", .title = "Visite", .zone = "EST", .at = store_now(tx) + VG_DAY};
  OK(prevention_action_add(tx, &anne, &a, &err));
  assert_int_equal(due_for(&here), 0);
  OK(prevention_action_cancel(tx, &anne, vg_id_str(&a.pid), VG_STR("ill"), false, &err));
  assert_int_equal(due_for(&here), 1);
  OK(prevention_diagnosis_open(tx, &anne, &o, VG_STR(""), VG_STR(""), &pid, &err));
  assert_int_equal(due_for(&here), 0);
}

static void test_somebody_sees_to_an_obstacle(void **state) {
  struct obstacle o = {.family = "human", .title = "x", .severity = 3, .due = VG_NOTIME, .removed = VG_NOTIME}, found;
  (void)state;
  OK(evaluation_obstacle_add(tx, &anne, &o, &err));
  fails(evaluation_obstacle_change(tx, &anne, &o, &err), VG_ESTATE, "evaluation.unchanged");
  vg_str_copy(o.owner, sizeof o.owner, VG_STR("Division"));
  o.severity = 5;
  fails(evaluation_obstacle_change(tx, &anne, &o, &err), VG_EDATA, "evaluation.severity");
  o.severity = 4;
  o.due = store_now(tx);
  OK(evaluation_obstacle_change(tx, &anne, &o, &err));
  OK(evaluation_obstacle_find(tx, vg_id_str(&o.pid), &found, &err));
  assert_string_equal(found.owner, "Division");
  assert_int_equal(found.severity, 4);
  assert_int_equal(found.due, o.due);
  OK(evaluation_obstacle_remove(tx, &anne, vg_id_str(&o.pid), VG_STR("done"), NULL, 0, &err));
  o.severity = 1;
  fails(evaluation_obstacle_change(tx, &anne, &o, &err), VG_ENOTFOUND, "evaluation.no_obstacle");
}

/* Incidents of two quarters in a pilot zone and another. */
static void test_counts_out_of_the_operations(void **state) {
  struct vg_buf out;
  vg_time from, to;
  (void)state;
  OK(casework_seed(tx, &err));
  int64_t est = add_org("Brasserie du Ried", "67"), paris = add_org("Imprimerie", "75");
  assert_true(vg_time_parse(VG_STR("2018-01-01T00:00:00Z"), &from) &&
              vg_time_parse(VG_STR("2018-07-01T00:00:00Z"), &to));
  const struct {
    int64_t org;
    const char *when;
  } cases[] = {{est, "2018-02-10T00:00:00Z"},
               {est, "2018-05-10T00:00:00Z"},
               {est, "2018-06-30T23:59:59Z"},
               {paris, "2018-03-31T23:59:59Z"}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct incident in = {.org = cases[i].org, .kind = "ransomware", .summary = "x"};
    assert_true(vg_time_parse(vg_str_z(cases[i].when), &in.reported));
    in.happened = in.known = in.reported;
    OK(casework_incident_add(tx, &anne, &in, &err));
  }
  vg_buf_init(&out, 1 << 16);
  OK(evaluation_counts(tx, VG_STR("did"), from, to, VG_NOTIME, &out, &err));
  assert_string_equal(vg_buf_text(&out),
                      "q,zone,expo,pilot,post,cases\n1,EST,1,1,1,1\n2,EST,1,1,1,2\n1,PARIS,1,0,1,1\n2,PARIS,1,0,1,0\n");
  vg_buf_reset(&out);
  OK(evaluation_counts(tx, VG_STR("did"), from, to, from + 100 * VG_DAY, &out, &err));
  assert_string_equal(vg_buf_text(&out),
                      "q,zone,expo,pilot,post,cases\n1,EST,1,1,0,1\n2,EST,1,1,1,2\n1,PARIS,1,0,0,1\n2,PARIS,1,0,1,0\n");
  fails(evaluation_counts(tx, VG_STR("did"), to, from, VG_NOTIME, &out, &err), VG_EUSAGE, "evaluation.span");
  fails(evaluation_counts(tx, VG_STR("x"), from, to, VG_NOTIME, &out, &err), VG_EUSAGE, "evaluation.data_kind");
  vg_buf_fini(&out);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)
  const struct CMUnitTest tests[] = {
      TEST(test_a_version_never_changes),
      TEST(test_a_table_is_a_questionnaire),
      TEST(test_bad_questions),
      TEST(test_a_question_of_one_group),
      TEST(test_small_groups_do_not_follow),
      TEST(test_a_group_of_one_mind_is_hidden),
      TEST(test_two_waves_do_not_tell_one_answer),
      TEST(test_counts_come_after_rules),
      TEST(test_a_deleted_visit_is_no_longer_counted),
      TEST(test_a_verdict_is_computed_again),
      TEST(test_a_figure_is_compared_with_the_period_before),
      TEST(test_a_count_that_grows_with_the_network_is_no_rise),
      TEST(test_the_period_before_is_seen_from_as_far),
      TEST(test_every_figure_equals_its_rows),
      TEST(test_a_conflict_hides_the_name_of_a_row),
      TEST(test_an_obstacle_rests_on_something),
      TEST(test_what_holds_up_is_picked),
      TEST(test_visits_fall_due),
      TEST(test_somebody_sees_to_an_obstacle),
      TEST(test_counts_out_of_the_operations),
      TEST(test_answers_have_no_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
