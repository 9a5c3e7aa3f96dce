#include "server/evaluation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "server/chart.h"

/* --- /evaluation --- */

static vg_code list_row(void *ctx, const struct evaluation_state *e, struct vg_err *err) {
  struct request *r = ctx;
  char title[160];
  VG_TRY(evaluation_title(r->tx, e, r->lang, title, err));
  row(r);
  cell(r);
  link_to(r, "/evaluation/", vg_str_z(e->pid.s), vg_str_z(title));
  cell(r);
  evaluation_badge(r, e->state);
  cell_n(r);
  num(r, e->asked);
  cell(r);
  day(r, e->planned);
  cell(r);
  day(r, e->opened);
  cell(r);
  day(r, e->closed);
  return VG_OK;
}

static vg_code form_row(void *ctx, const struct evaluation_questionnaire *q, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  char name[64];
  snprintf(name, sizeof name, "%.*s@%lld", (int)q->code.n, q->code.p, (long long)q->version);
  link_to(r, "/evaluation?questionnaire=", vg_str_z(name), vg_str_z(name));
  cell_n(r);
  num(r, q->questions);
  cell(r);
  day(r, q->added);
  cell(r);
  code(r, q->sha256);
  return VG_OK;
}

enum { FORMS_MAX = 64 };
struct forms {
  char name[FORMS_MAX][64];
  size_t n;
};

static vg_code take_form(void *ctx, const struct evaluation_questionnaire *q, struct vg_err *err) {
  struct forms *f = ctx;
  (void)err;
  if (f->n < FORMS_MAX)
    snprintf(f->name[f->n++], sizeof f->name[0], "%.*s@%lld", (int)q->code.n, q->code.p, (long long)q->version);
  return VG_OK;
}

static void standard_rules(struct request *r) {
  RAW(r, "no-go: ");
  msg(r, "server.evaluation.rule.adverse");
  RAW(r, ": did.hi &lt; 1; did.p_two_sided &lt; 0.05\ngo: ");
  msg(r, "server.evaluation.rule.clear");
  RAW(r, ": did.lo &gt; 1; did.p_two_sided &lt; 0.05; did.pretrend_p &gt; 0.1; did.least &gt; 0\nextend: ");
  msg(r, "server.evaluation.rule.open");
}

static void rules_area(struct request *r) {
  char given[4096];
  RAW(r, "<div class=\"field\"><label for=\"f-rules\">");
  msg(r, "server.evaluation.rules_area");
  RAW(r, "</label><textarea id=\"f-rules\" name=\"rules\" rows=\"5\" required>");
  if (r->form_sent)
    textz(r, sent(r, "rules", given, sizeof given));
  else
    standard_rules(r);
  RAW(r, "</textarea></div>");
}

static void plan_form(struct request *r, const struct forms *f) {
  static const struct choice breakdowns[] = {{"group", "server.evaluation.by.group"},
                                             {"zone", "server.evaluation.by.zone"},
                                             {"group,zone", "server.evaluation.by.both"},
                                             {"", "server.evaluation.by.none"}};
  struct choice choices[FORMS_MAX];
  for (size_t i = 0; i < f->n; i++)
    choices[i] = (struct choice){f->name[f->n - 1 - i], f->name[f->n - 1 - i]};
  details_begin(r, "server.evaluation.new", "plan");
  form_begin(r, "/evaluation", "plan");
  field(r, "title", "server.evaluation.title", "text", "", true, "evaluation.title");
  field(r, "title_en", "server.evaluation.title_en", "text", "", false, "");
  field_choice(r, "questionnaire", "server.evaluation.questionnaire", choices, f->n, f->n ? choices[0].value : "",
               "evaluation.no_questionnaire");
  field_choice(r, "breakdown", "server.evaluation.breakdown", breakdowns, VG_COUNT(breakdowns), "group",
               "evaluation.breakdown evaluation.audience");
  field(r, "threshold", "server.evaluation.threshold", "number", "5", true, "evaluation.threshold");
  rules_area(r);
  part_rule_names(r);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.evaluation.rules_hint");
  RAW(r, "</p>");
  form_end(r, "server.evaluation.register", false);
  RAW(r, "</details>");
}

static void question_row(struct request *r, vg_jv q) {
  struct vg_jit it;
  vg_jv one;
  vg_str group, axis = member_text(q, "axis");
  row(r);
  cell(r);
  code(r, member_text(q, "code"));
  cell(r);
  text(r, member_text(q, "fr"));
  cell(r);
  text(r, member_text(q, "en"));
  cell(r);
  text(r, member_text(q, "issue"));
  cell(r);
  if (axis.n)
    msg(r, vg_str_eqz(axis, "importance") ? "server.evaluation.importance" : "server.evaluation.performance");
  cell(r);
  if (!vg_jv_count(vg_jv_at(q, "for")))
    msg(r, "server.evaluation.everybody");
  vg_jit_init(&it, vg_jv_at(q, "for"));
  for (size_t n = 0; vg_jit_next(&it, NULL, &one); n++)
    if (vg_jv_str(one, &group)) {
      vg_buf_z(&r->out, n ? ", " : "");
      word(r, "server.audience.", group);
    }
}

/* /evaluation?questionnaire=CODE@VERSION: its questions; &fichier=1: byte for byte as it was hashed; &fichier=csv: as a
 * table to change. */
static vg_code questionnaire(struct request *r, const char *name, struct vg_err *err) {
  static const char *const heading[] = {"server.evaluation.code",       "server.evaluation.in_french",
                                        "server.evaluation.in_english", "server.evaluation.issue",
                                        "server.evaluation.axis",       "server.evaluation.put_to"};
  char as_file[4];
  struct vg_json *j;
  struct vg_buf body;
  struct vg_jit it;
  vg_jv root, one;
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_questionnaire_body(r->tx, vg_str_z(name), &body, err);
  if (rc == VG_EDATA)
    rc = VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  if (rc == VG_OK && vg_str_eqz(vg_str_z(asked(r, "fichier", as_file, sizeof as_file)), "csv")) {
    vg_buf_fini(&body);
    r->type = "text/csv; charset=utf-8";
    snprintf(r->name, sizeof r->name, "questionnaire.csv");
    return evaluation_questionnaire_table(r->tx, vg_str_z(name), &r->out, err);
  }
  if (rc == VG_OK && *as_file) {
    vg_buf_str(&r->out, vg_buf_view(&body));
    r->type = "application/json";
    snprintf(r->name, sizeof r->name, "questionnaire.json");
    vg_buf_fini(&body);
    return VG_OK;
  }
  if (rc == VG_OK)
    rc = vg_json_new(&j, err);
  if (rc != VG_OK) {
    vg_buf_fini(&body);
    return rc;
  }
  rc = vg_json_parse(j, vg_buf_view(&body), &root, err);
  if (rc == VG_OK) {
    page_top_text(r, vg_str_z(name));
    card_begin(r, "server.evaluation.questions", NULL);
    table_begin(r, NULL, "server.evaluation.questions", heading, VG_COUNT(heading));
    for (vg_jit_init(&it, vg_jv_at(root, "questions")); vg_jit_next(&it, NULL, &one);)
      question_row(r, one);
    table_end(r, NULL);
    RAW(r, "<p><a href=\"/evaluation?questionnaire=");
    url(r, vg_str_z(name));
    RAW(r, "&amp;fichier=csv\">");
    msg(r, "server.evaluation.as_table");
    RAW(r, "</a> · <a href=\"/evaluation?questionnaire=");
    url(r, vg_str_z(name));
    RAW(r, "&amp;fichier=1\">JSON</a></p>");
    card_end(r);
  }
  vg_json_free(j);
  vg_buf_fini(&body);
  return rc;
}

static vg_code list(struct request *r, struct vg_err *err) {
  char name[64];
  if (*asked(r, "questionnaire", name, sizeof name))
    return questionnaire(r, name, err);
  static const char *const heading[] = {"server.evaluation.title",          "server.state",
                                        NUMBER("server.evaluation.tokens"), "server.evaluation.planned",
                                        "server.evaluation.opened",         "server.evaluation.closed"};
  static const char *const form_heading[] = {"server.evaluation.questionnaire", NUMBER("server.evaluation.questions"),
                                             "server.evaluation.since", "server.evaluation.hash"};
  struct forms f = {.n = 0};
  page_top(r, "server.nav.evaluation", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.evaluation.sub");
  RAW(r, "</p><p>");
  button_link(r, "/evaluation/chiffres", "server.figures", false);
  button_link(r, "/evaluation/obstacles", "server.obstacles", false);
  RAW(r, "</p>");
  card_begin(r, "server.evaluation.list", NULL);
  table_begin(r, "evaluations", "server.evaluation.list", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each(r->tx, list_row, r, err));
  table_end(r, "server.evaluation.none");
  VG_TRY(evaluation_each_questionnaire(r->tx, take_form, &f, err));
  if (f.n)
    plan_form(r, &f);
  card_end(r);
  card_begin(r, "server.evaluation.questionnaires", NULL);
  table_begin(r, "questionnaires", "server.evaluation.questionnaires", form_heading, VG_COUNT(form_heading));
  VG_TRY(evaluation_each_questionnaire(r->tx, form_row, r, err));
  table_end(r, "server.evaluation.no_questionnaire");
  if (!f.n) {
    form_begin(r, "/evaluation", "standard");
    form_end(r, "server.evaluation.take_standard", true);
  }
  details_begin(r, "server.evaluation.new_version", "questionnaire");
  form_begin(r, "/evaluation", "questionnaire");
  field(r, "code", "server.evaluation.form_code", "text", "", false, "evaluation.questionnaire");
  field_area(r, "body", "server.evaluation.json", true,
             "evaluation.table evaluation.question evaluation.issue evaluation.audience evaluation.same_version "
             "base.json base.csv");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.evaluation.table_hint");
  RAW(r, "</p>");
  form_end(r, "server.evaluation.register", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

/* "verdict: name: condition; condition", a line a rule. */
static void put_rule(struct vg_jw *w, vg_str text_of) {
  vg_str rest = text_of, verdict = VG_STR(""), name = VG_STR(""), condition;
  (void)vg_str_cut(&rest, ':', &verdict);
  if (rest.p)
    (void)vg_str_cut(&rest, ':', &name);
  vg_jw_obj(w);
  vg_jw_kstr(w, "verdict", vg_str_trim(verdict));
  vg_jw_kstr(w, "name", vg_str_trim(name));
  vg_jw_key(w, "all");
  vg_jw_arr(w);
  while (rest.p && vg_str_cut(&rest, ';', &condition))
    if (vg_str_trim(condition).n)
      vg_jw_str(w, vg_str_trim(condition));
  vg_jw_end(w);
  vg_jw_end(w);
}

static vg_code register_plan(struct request *r, struct vg_id *pid, struct vg_err *err) {
  char value[4096];
  static const char *const names[] = {"title", "title_en", "questionnaire", "breakdown"};
  struct vg_buf json;
  struct vg_jw w;
  int64_t threshold = 0;
  vg_buf_init(&json, 1 << 16);
  vg_jw_init(&w, &json);
  vg_jw_obj(&w);
  for (size_t i = 0; i < VG_COUNT(names); i++)
    vg_jw_kz(&w, names[i], sent(r, names[i], value, sizeof value));
  (void)vg_str_i64(vg_str_z(sent(r, "threshold", value, sizeof value)), &threshold);
  vg_jw_kint(&w, "threshold", threshold);
  vg_jw_key(&w, "rules");
  vg_jw_arr(&w);
  vg_str rest = vg_str_z(sent(r, "rules", value, sizeof value)), one;
  while (vg_str_line(&rest, &one))
    if (vg_str_trim(one).n)
      put_rule(&w, one);
  vg_jw_end(&w);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&json, err);
  if (rc == VG_OK)
    rc = evaluation_plan(r->tx, &r->who, vg_buf_view(&json), pid, err);
  vg_buf_fini(&json);
  return rc;
}

static vg_code register_form(struct request *r, vg_str body, struct vg_err *err) {
  char name[40] = "";
  int64_t version;
  sent(r, "code", name, sizeof name);
  return evaluation_questionnaire_add(r->tx, &r->who, body, name, &version, err);
}

static vg_code list_post(struct request *r, struct vg_err *err) {
  char what[24], *body;
  struct vg_id pid = {{0}};
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "plan") == 0) {
    VG_TRY(register_plan(r, &pid, err));
    go_to(r, "/evaluation/", vg_str_z(pid.s));
    return VG_OK;
  }
  if (strcmp(what, "standard") == 0) {
    VG_TRY(register_form(r, vg_str_z(evaluation_standard), err));
  } else {
    VG_TRY(sent_long(r, "body", &body, err));
    vg_code rc = register_form(r, vg_str_z(body), err);
    free(body);
    VG_TRY(rc);
  }
  go_to(r, "/evaluation", VG_STR(""));
  return VG_OK;
}

const struct page page_evaluations = {"/evaluation", GROUP_NETWORK, "server.nav.evaluation",
                                      list,          list_post,     PAGE_LISTED};
