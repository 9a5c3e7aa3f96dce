/* Questions between us and a partner, on the partner's own pages: those put to it, with the form that answers; its own,
 * with what was answered. What it reads of us stands on its shelf and passes the gate at each reading. */
#include "server/outside.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "qualify/qualify.h"

static const struct choice verdicts[] = {{"malicious", "server.verdict.malicious"},
                                         {"suspicious", "server.verdict.suspicious"},
                                         {"benign", "server.verdict.benign"},
                                         {"unknown", "server.verdict.unknown"}};
static const struct choice credibilities[] = {{"1", "server.own.sure.1"}, {"2", "server.own.sure.2"},
                                              {"3", "server.own.sure.3"}, {"4", "server.own.sure.4"},
                                              {"5", "server.own.sure.5"}, {"6", "server.own.sure.6"}};

static vg_code letter_row(void *ctx, const struct share_letter *l, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  link_to(r, "/questions/", l->request,
          vg_str_z(vg_msg_text(r->lang, l->sent ? "server.own.question" : "server.own.yours")));
  cell(r);
  when(r, l->time);
  cell(r);
  day(r, l->deadline);
  return VG_OK;
}

static void ask_form(struct request *r) {
  char labels[INDICATOR_TYPES][48];
  struct choice types[INDICATOR_TYPES];
  for (int t = 0; t < INDICATOR_TYPES; t++) {
    const char *name = intel_type_name((enum indicator_type)t);
    snprintf(labels[t], sizeof labels[t], "server.type.%s", name);
    types[t] = (struct choice){name, labels[t]};
  }
  card_begin(r, "server.own.ask", NULL);
  form_begin(r, "/questions", NULL);
  field_choice(r, "type", "server.type", types, VG_COUNT(types), "domain-name", "qualify.type");
  field(r, "value", "server.value", "text", "", true, "qualify.value");
  field_area(r, "question", "server.question", true, "server.needed");
  field(r, "deadline", "server.deadline", "datetime-local", "", false, "server.bad_time");
  form_end(r, "server.own.ask.do", true);
  card_end(r);
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.own.questions", "server.time", "server.deadline"};
  page_top(r, "server.own.questions", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.own.questions.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.own.questions", NULL);
  table_begin(r, "questions", "server.own.questions", head, VG_COUNT(head));
  VG_TRY(share_each_letter(r->tx, r->who.organisation, letter_row, r, err));
  table_end(r, "server.own.questions.none");
  card_end(r);
  RAW(r, "</div><div>");
  ask_form(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code ask(struct request *r, struct vg_err *err) {
  char type[32], value[4096], question[4096], at[32];
  struct share_decision d;
  struct vg_id pid;
  struct share_spoken s = {.org = r->who.organisation, .deadline = VG_NOTIME};
  s.type = vg_str_z(sent(r, "type", type, sizeof type));
  s.value = vg_str_trim(vg_str_z(sent(r, "value", value, sizeof value)));
  s.text = vg_str_trim(vg_str_z(sent(r, "question", question, sizeof question)));
  if (!s.text.n)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  if (*sent(r, "deadline", at, sizeof at) && !sent_time(r, "deadline", &s.deadline))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(share_spoken_question(r->tx, &r->who, &s, &d, &pid, err));
  if (!d.allowed)
    return refused_by(&d, err);
  go_to(r, "/questions/", vg_id_str(&pid));
  return VG_OK;
}

/* --- /questions/ID --- */

struct letters {
  struct request *r;
  struct vg_json *json;
  int64_t n;
};

static void said(struct request *r, const char *label, vg_jv ext, const char *key) {
  vg_str s;
  if (!vg_jv_str_at(ext, key, &s))
    return;
  term(r, label);
  text(r, s);
}

/* Put to them: the grouping as it went. */
static vg_code show_question(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct letters *k = ctx;
  struct request *r = k->r;
  vg_jv object;
  vg_str when_;
  vg_time deadline;
  VG_TRY(vg_json_parse(k->json, i->json, &object, err));
  vg_jv ext = vg_jv_at(vg_jv_at(object, "extensions"), SHARE_EXTENSION);
  k->n++;
  said(r, "server.type", ext, "subject_type");
  said(r, "server.value", ext, "subject_value");
  said(r, "server.question", ext, "question");
  if (vg_jv_str_at(ext, "deadline", &when_) && vg_time_parse(when_, &deadline)) {
    term(r, "server.deadline");
    clock_left(r, deadline, VG_STR("open"));
  }
  return VG_OK;
}

/* Theirs: an answer as it went. */
static vg_code show_answer(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct letters *k = ctx;
  struct request *r = k->r;
  vg_jv object;
  vg_str verdict = VG_STR(""), words = VG_STR("");
  VG_TRY(vg_json_parse(k->json, i->json, &object, err));
  vg_jv ext = vg_jv_at(vg_jv_at(object, "extensions"), SHARE_EXTENSION);
  (void)vg_jv_str_at(ext, "verdict", &verdict);
  (void)vg_jv_str_at(object, "explanation", &words);
  k->n++;
  term(r, "server.answer");
  RAW(r, "<strong>");
  word(r, "server.verdict.", verdict);
  RAW(r, "</strong> ");
  text(r, words);
  return VG_OK;
}

static vg_code own_words(void *ctx, const struct qualify_request *x, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  term(r, "server.type");
  word(r, "server.type.", x->type);
  term(r, "server.value");
  text(r, x->value);
  term(r, "server.question");
  text(r, x->question);
  return VG_OK;
}

struct given {
  struct request *r;
  const char *name;
};

static vg_code given_row(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  struct given *g = ctx;
  struct request *r = g->r;
  (void)err;
  if (!vg_str_eqz(a->source, g->name))
    return VG_OK;
  row(r);
  cell(r);
  when(r, a->time);
  cell(r);
  word(r, "server.verdict.", vg_str_z(qualify_verdict_name(a->verdict)));
  cell(r);
  text(r, a->text);
  return VG_OK;
}

static vg_code answering(struct request *r, vg_str pid, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.time", "server.verdict", "server.answer"};
  struct given g = {r, o->name};
  card_begin(r, "server.own.answers", NULL);
  table_begin(r, NULL, "server.own.answers", head, VG_COUNT(head));
  VG_TRY(qualify_each_answer(r->tx, pid, given_row, &g, err));
  table_end(r, "server.own.answers.none");
  form_begin(r, r->path, "answer");
  field_choice(r, "verdict", "server.verdict", verdicts, VG_COUNT(verdicts), "suspicious", NULL);
  field_choice(r, "sure", "server.own.sure", credibilities, VG_COUNT(credibilities), "2", "qualify.admiralty");
  field_area(r, "text", "server.answer", true, "server.needed");
  form_end(r, "server.own.answer.do", true);
  card_end(r);
  return VG_OK;
}

static vg_code what_stands(struct request *r, vg_str pid, bool put_to_them, struct vg_err *err) {
  struct letters k = {.r = r};
  VG_TRY(vg_json_new(&k.json, err));
  vg_code rc =
      share_spoken_read(r->tx, &r->who, r->who.organisation, pid, put_to_them ? show_question : show_answer, &k, err);
  vg_json_free(k.json);
  VG_TRY(rc);
  if (!k.n) {
    term(r, "server.state");
    msg(r, put_to_them ? "server.own.closed" : "server.own.no_answer");
  }
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct share_letter l;
  struct org o;
  vg_str pid = vg_str_z(r->rest);
  VG_TRY(own_org(r, &o, err));
  VG_TRY(share_spoken_whose(r->tx, o.id, pid, &l, err));
  page_top(r, l.sent ? "server.own.question" : "server.own.yours", NULL);
  RAW(r, "<p class=\"sub\">");
  when(r, l.time);
  RAW(r, "</p>");
  card_begin(r, "server.request", NULL);
  dl_begin(r);
  if (!l.sent)
    VG_TRY(qualify_find(r->tx, pid, own_words, r, err));
  VG_TRY(what_stands(r, pid, l.sent, err));
  dl_end(r);
  card_end(r);
  return l.sent ? answering(r, pid, &o, err) : VG_OK;
}

static vg_code answer(struct request *r, struct vg_err *err) {
  char word_[32], sure[8], body[4096];
  struct share_decision d;
  struct share_spoken s = {.org = r->who.organisation, .request = vg_str_z(r->rest), .verdict = QUALIFY_UNKNOWN};
  (void)qualify_verdict_by_name(vg_str_z(sent(r, "verdict", word_, sizeof word_)), &s.verdict);
  s.credibility = sent(r, "sure", sure, sizeof sure)[0];
  s.text = vg_str_trim(vg_str_z(sent(r, "text", body, sizeof body)));
  if (!s.text.n)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  VG_TRY(share_spoken_answer(r->tx, &r->who, &s, &d, err));
  if (!d.allowed)
    return refused_by(&d, err);
  go_to(r, "/questions/", vg_str_z(r->rest));
  return VG_OK;
}

const struct page page_partner_questions = {"/questions", GROUP_PARTNER, "server.own.questions",
                                            list,         ask,           PAGE_LISTED};
const struct page page_partner_question = {"/questions/", GROUP_PARTNER, "server.own.questions",
                                           show,          answer,        PAGE_TOLD};
