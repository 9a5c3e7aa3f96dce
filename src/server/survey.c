#include <stdio.h>
#include <string.h>

#include "evaluation/evaluation.h"
#include "server/server_internal.h"

/*
 * /enquete and /enquete/TOKEN: the public door of a survey. Nobody logs in, nothing needs a script, and nothing that is
 * kept says who came: the token is all that opens it. A sheet sent is one transaction that spends the token.
 */
enum { ANSWERS = 200, TOKEN_CAP = 128 };

static void problem(struct request *r, const struct vg_err *err) {
  struct vg_buf line;
  if (!err->n)
    return;
  vg_buf_init(&line, 4096);
  vg_err_render(&line, r->lang, err);
  RAW(r, "<p class=\"alert\" role=\"alert\">");
  text(r, vg_buf_view(&line));
  RAW(r, "</p>");
  vg_buf_fini(&line);
}

static void ask_token(struct request *r, const struct vg_err *err) {
  page_top(r, "server.survey", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.survey.sub");
  RAW(r, "</p>");
  problem(r, err);
  RAW(r, "<form class=\"card form\" method=\"post\" action=\"/enquete\"><p class=\"field\"><label for=\"token\">");
  msg(r, "server.survey.token");
  RAW(r, "</label><input id=\"token\" name=\"token\" autocomplete=\"off\" autocapitalize=\"characters\" "
         "spellcheck=\"false\" required></p>"
         "<p><button class=\"do\">");
  msg(r, "server.survey.begin");
  RAW(r, "</button></p></form>");
  page_bottom(r);
}

static vg_code question(void *ctx, vg_str code, vg_str fr, vg_str en, struct vg_err *err) {
  struct request *r = ctx;
  char given[8], name[48] = "q-";
  static const char *const label[] = {"server.survey.no_answer", "server.survey.1", "server.survey.2",
                                      "server.survey.3",         "server.survey.4", "server.survey.5"};
  (void)err;
  vg_str_copy(name + 2, sizeof name - 2, code);
  sent(r, name, given, sizeof given);
  RAW(r, "<fieldset class=\"card scale\"><legend>");
  text(r, r->lang == VG_FR ? fr : en);
  RAW(r, "</legend>");
  for (int i = 5; i >= 0; i--) {
    RAW(r, "<label class=\"check\"><input type=\"radio\" name=\"");
    textz(r, name);
    if (i)
      vg_buf_fmt(&r->out, "\" value=\"%d\"", i);
    else
      RAW(r, "\" value=\"\"");
    vg_buf_z(&r->out, (i && given[0] == '0' + i) || (!i && !given[0]) ? " checked> " : "> ");
    msg(r, label[i]);
    RAW(r, "</label>");
  }
  RAW(r, "</fieldset>");
  return VG_OK;
}

static vg_code ask(struct request *r, const char *token, const struct vg_err *refused, struct vg_err *err) {
  char title[160];
  VG_TRY(evaluation_survey_title(r->tx, vg_str_z(token), r->lang, title, err));
  page_top_text(r, vg_str_z(title));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.survey.promise");
  RAW(r, "</p>");
  problem(r, refused);
  RAW(r, "<form class=\"form\" method=\"post\" action=\"/enquete\">");
  field_hidden(r, "token", vg_str_z(token));
  field_hidden(r, "sheet", VG_STR("1"));
  VG_TRY(evaluation_questions(r->tx, vg_str_z(token), question, r, err));
  RAW(r, "<p><button class=\"do\">");
  msg(r, "server.survey.send");
  RAW(r, "</button></p></form>");
  page_bottom(r);
  return VG_OK;
}

struct sheet {
  struct request *r;
  char text[ANSWERS][48];
  const char *answer[ANSWERS];
  size_t n;
};

/* What was ticked, "CODE=N". Anything else that is sent is no question of the sheet and stays unread. */
static vg_code take(void *ctx, vg_str code, vg_str fr, vg_str en, struct vg_err *err) {
  struct sheet *s = ctx;
  char name[48] = "q-", given[8];
  (void)fr, (void)en, (void)err;
  vg_str_copy(name + 2, sizeof name - 2, code);
  if (!sent(s->r, name, given, sizeof given)[0] || s->n == ANSWERS)
    return VG_OK;
  struct vg_buf b;
  vg_buf_init(&b, sizeof s->text[0] - 1);
  vg_buf_fmt(&b, "%.*s=%s", (int)code.n, code.p, given);
  vg_str_copy(s->text[s->n], sizeof s->text[0], vg_buf_view(&b));
  vg_buf_fini(&b);
  s->answer[s->n] = s->text[s->n];
  s->n++;
  return VG_OK;
}

static vg_code keep_sheet(struct request *r, const char *token, struct vg_err *err) {
  struct sheet s = {.r = r};
  vg_code rc = store_begin(instance_store(r->in), &r->tx, err);
  if (rc == VG_OK)
    rc = evaluation_questions(r->tx, vg_str_z(token), take, &s, err);
  if (rc == VG_OK)
    rc = evaluation_answer(r->tx, vg_str_z(token), s.answer, s.n, err);
  if (rc == VG_OK)
    rc = instance_commit(r->in, &r->tx, err);
  store_rollback(&r->tx);
  return rc;
}

static void thank(struct request *r) {
  page_top(r, "server.survey.thanks", NULL);
  RAW(r, "<p class=\"done\" role=\"status\">");
  msg(r, "server.survey.kept");
  RAW(r, "</p>");
  page_bottom(r);
}

/* The questions again, above them why the sheet was refused; false when the token opens nothing. */
static vg_code show_sheet(struct request *r, const char *token, const struct vg_err *refused, struct vg_err *err) {
  VG_TRY(store_begin_read(instance_store(r->in), &r->tx, err));
  snprintf(r->path, sizeof r->path, "/enquete/%s", token); /* where the other language leads back to */
  r->post = false;
  vg_code rc = ask(r, token, refused, err);
  store_rollback(&r->tx);
  return rc;
}

bool survey_answer(struct request *r) {
  static const char below[] = "/enquete/";
  char token[TOKEN_CAP] = "", sheet[4] = "";
  struct vg_err refused = {0}, err = {0};
  r->status = 200;
  if (r->post) {
    sent(r, "token", token, sizeof token);
    sent(r, "sheet", sheet, sizeof sheet);
  } else if (!strncmp(r->path, below, sizeof below - 1)) {
    vg_str_copy(token, sizeof token, vg_str_z(r->path + sizeof below - 1));
  }
  if (!token[0]) {
    ask_token(r, &refused);
    return true;
  }
  vg_code rc = sheet[0] ? keep_sheet(r, token, &refused) : VG_OK;
  if (sheet[0] && rc == VG_OK) {
    thank(r);
    return true;
  }
  if (rc != VG_OK)
    r->status = rc == VG_EDATA ? 422 : rc == VG_EDENIED ? 403 : 500;
  rc = rc == VG_EDENIED ? rc : show_sheet(r, token, &refused, &err);
  if (rc == VG_OK)
    return true;
  vg_buf_reset(&r->out);
  r->framed = false;
  r->status = rc == VG_EDENIED ? 403 : 500;
  ask_token(r, err.n ? &err : &refused);
  return rc != VG_EDENIED;
}
