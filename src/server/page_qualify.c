#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "qualify/qualify.h"

static const struct choice verdict_choice[] = {{"malicious", "server.verdict.malicious"},
                                               {"suspicious", "server.verdict.suspicious"},
                                               {"benign", "server.verdict.benign"},
                                               {"unknown", "server.verdict.unknown"}};

static void state_badge(struct request *r, vg_str state) {
  bool done = vg_str_eqz(state, "released"), second = vg_str_eqz(state, "decided");
  RAW(r, "<span class=\"badge ");
  vg_buf_z(&r->out, done ? "ok\">" : second ? "warn\">" : "info\">");
  word(r, "server.state.", state);
  RAW(r, "</span>");
}

static vg_code list_row(void *ctx, const struct qualify_request *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/qualification/", x->pid, x->value);
  RAW(r, "<br><small>");
  word(r, "server.type.", x->type);
  RAW(r, "</small>");
  cell(r);
  text(r, x->question);
  cell(r);
  text(r, x->asked_by);
  cell(r);
  state_badge(r, x->state);
  cell(r);
  if (x->decided != VG_NOTIME)
    msg(r, verdict_choice[(QUALIFY_MALICIOUS - x->verdict) % 4].label);
  else
    RAW(r, "–");
  cell(r);
  when(r, x->opened);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.value", "server.question", "server.asked_by",
                                     "server.state", "server.verdict",  "server.opened"};
  page_top(r, "server.nav.qualify", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.qualify.sub");
  RAW(r, "</p><p>");
  button_link(r, "/qualification/nouvelle", "server.qualify.ask", true);
  RAW(r, "</p>");
  card_begin(r, "server.requests", NULL);
  table_begin(r, "qualifications", "server.requests", head, VG_COUNT(head));
  VG_TRY(qualify_each(r->tx, NULL, list_row, r, err));
  table_end(r, "server.requests.none");
  card_end(r);
  return VG_OK;
}

static vg_code new_form(struct request *r, struct vg_err *err) {
  (void)err;
  char type[32], value[4096], labels[INDICATOR_TYPES][48];
  struct choice types[INDICATOR_TYPES];
  for (int t = 0; t < INDICATOR_TYPES; t++) {
    const char *name = intel_type_name((enum indicator_type)t);
    snprintf(labels[t], sizeof labels[t], "server.type.%s", name);
    types[t] = (struct choice){name, labels[t]};
  }
  page_top(r, "server.qualify.ask", NULL);
  card_begin(r, NULL, NULL);
  form_begin(r, "/qualification/nouvelle", NULL);
  field_choice(r, "type", "server.type", types, INDICATOR_TYPES, asked(r, "type", type, sizeof type), "qualify.type");
  field(r, "value", "server.value", "text", asked(r, "valeur", value, sizeof value), true, "qualify.value");
  field_area(r, "question", "server.question", true, "server.needed");
  field(r, "asked_by", "server.asked_by", "text", r->who.name, false, NULL);
  form_end(r, "server.qualify.open", true);
  card_end(r);
  return VG_OK;
}

static vg_code new_post(struct request *r, struct vg_err *err) {
  char type[32], value[4096], question[4096], asked_by[200];
  struct vg_id pid;
  sent(r, "type", type, sizeof type);
  sent(r, "value", value, sizeof value);
  sent(r, "asked_by", asked_by, sizeof asked_by);
  if (!vg_str_trim(vg_str_z(sent(r, "question", question, sizeof question))).n)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  VG_TRY(qualify_open(r->tx, &r->who, vg_str_z(type), vg_str_trim(vg_str_z(value)), vg_str_z(question),
                      vg_str_z(asked_by), &pid, err));
  go_to(r, "/qualification/", vg_id_str(&pid));
  return VG_OK;
}

/* A copy of the request: its strings are the sink's. */
struct seen {
  struct request *r;
  int64_t id;
  char state[16], type[32];
  int verdict, confidence;
  bool mine; /* proposed by whoever looks */
};

static void proposal(struct request *r, const struct qualify_request *x) {
  term(r, "server.verdict.proposed");
  msg(r, verdict_choice[(QUALIFY_MALICIOUS - x->verdict) % 4].label);
  RAW(r, ", ");
  text(r, x->proposed_by);
  RAW(r, ", ");
  when(r, x->decided);
  if (x->motive.n) {
    term(r, "server.motive");
    text(r, x->motive);
  }
  if (x->released != VG_NOTIME) {
    term(r, "server.confirmed");
    text(r, x->confirmed_by);
    RAW(r, ", ");
    when(r, x->released);
  }
}

static vg_code heading(void *ctx, const struct qualify_request *x, struct vg_err *err) {
  (void)err;
  struct seen *s = ctx;
  struct request *r = s->r;
  s->id = x->id;
  vg_str_copy(s->state, sizeof s->state, x->state);
  vg_str_copy(s->type, sizeof s->type, x->type);
  s->mine = vg_str_eqz(x->proposed_by, r->who.name);
  page_top_text(r, x->value);
  RAW(r, "<p class=\"sub\">");
  state_badge(r, x->state);
  RAW(r, " ");
  word(r, "server.type.", x->type);
  RAW(r, " · <span class=\"id\">");
  text(r, x->pid);
  RAW(r, "</span></p><div class=\"grid\"><div>");
  card_begin(r, "server.request", NULL);
  dl_begin(r);
  term(r, "server.question");
  text(r, x->question);
  term(r, "server.asked_by");
  text(r, x->asked_by.n ? x->asked_by : VG_STR("–"));
  RAW(r, ", ");
  when(r, x->opened);
  term(r, "server.value");
  link_indicator(r, x->type, x->value);
  if (x->decided != VG_NOTIME)
    proposal(r, x);
  dl_end(r);
  card_end(r);
  return VG_OK;
}

static void answer_form(struct request *r) {
  card_begin(r, "server.answer.new", NULL);
  form_begin(r, r->path, "answer");
  field(r, "from", "server.answer.from", "text", r->who.name, true, NULL);
  field_choice(r, "verdict", "server.verdict", verdict_choice, VG_COUNT(verdict_choice), "suspicious", NULL);
  field(r, "admiralty", "server.admiralty", "text", "B2", true, "qualify.admiralty");
  field_area(r, "text", "server.answer", true, NULL);
  form_end(r, "server.answer.add", false);
  card_end(r);
}

static void decide_form(struct request *r) {
  card_begin(r, "server.decide", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.decide.help");
  RAW(r, "</p>");
  form_begin(r, r->path, "decide");
  field_choice(r, "decision", "server.verdict", verdict_choice, VG_COUNT(verdict_choice), "suspicious", NULL);
  field_area(r, "motive", "server.motive", true, "server.needed");
  form_end(r, "server.decide.do", true);
  card_end(r);
}

static void confirm_form(struct request *r, bool mine) {
  card_begin(r, "server.confirm", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, mine ? "server.confirm.other" : "server.confirm.help");
  RAW(r, "</p>");
  if (!mine || r->problem.n) {
    form_begin(r, r->path, "confirm");
    form_end(r, "server.confirm.do", true);
  }
  card_end(r);
}

static void forms(struct request *r, const struct seen *s) {
  if (!strcmp(s->state, "released"))
    return;
  if (!strcmp(s->state, "decided")) {
    confirm_form(r, s->mine);
    return;
  }
  decide_form(r);
  answer_form(r);
}

static vg_code event_item(void *ctx, const struct qualify_event *e, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, "<li>");
  when(r, e->time);
  RAW(r, " <strong>");
  word(r, "server.did.", e->what);
  RAW(r, "</strong>, ");
  text(r, e->who);
  if (e->text.n) {
    RAW(r, "<br><small>");
    text(r, e->text);
    RAW(r, "</small>");
  }
  RAW(r, "</li>");
  return VG_OK;
}

static vg_code strikes(struct request *r, const struct qualify_assessment *a) {
  char labels[QUALIFY_PIECES][96];
  struct choice piece[QUALIFY_PIECES];
  size_t n = 0;
  for (size_t i = 0; i < a->count; i++) {
    snprintf(labels[n], sizeof labels[n], "%s %.80s", a->piece[i].struck ? "+" : "−", a->piece[i].key);
    piece[n] = (struct choice){a->piece[i].key, labels[n]};
    n++;
  }
  if (!n)
    return VG_OK;
  details_begin(r, "server.strike", "strike");
  form_begin(r, r->path, "strike");
  field_choice(r, "piece", "server.piece", piece, n, NULL, NULL);
  field(r, "why", "server.motive", "text", "", true, "server.needed");
  form_end(r, "server.strike.do", false);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct seen s = {.r = r};
  struct qualify_assessment a;
  vg_str pid = vg_str_z(r->rest);
  VG_TRY(qualify_find(r->tx, pid, heading, &s, err));
  card_begin(r, "server.verdict.heading", NULL);
  VG_TRY(qualify_assess_request(r->tx, pid, r->now, &a, err));
  part_because(r, &a);
  if (strcmp(s.state, "released"))
    VG_TRY(strikes(r, &a));
  card_end(r);
  RAW(r, "</div><div>");
  forms(r, &s);
  card_begin(r, "server.history", NULL);
  RAW(r, "<ul class=\"tree\">");
  VG_TRY(qualify_each_event(r->tx, s.id, event_item, r, err));
  RAW(r, "</ul>");
  card_end(r);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code strike(struct request *r, vg_str pid, struct vg_err *err) {
  char key[200], why[1024];
  struct qualify_assessment a;
  sent(r, "piece", key, sizeof key);
  if (!vg_str_trim(vg_str_z(sent(r, "why", why, sizeof why))).n)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  VG_TRY(qualify_assess_request(r->tx, pid, r->now, &a, err));
  bool struck = false;
  for (size_t i = 0; i < a.count; i++)
    struck = struck || (!strcmp(a.piece[i].key, key) && a.piece[i].struck);
  return qualify_strike(r->tx, &r->who, pid, vg_str_z(key), !struck, vg_str_z(why), err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], word_[32], from[200], admiralty[8], body[4096];
  vg_str pid = vg_str_z(r->rest);
  int verdict = QUALIFY_UNKNOWN;
  vg_code rc;
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "answer")) {
    (void)qualify_verdict_by_name(vg_str_z(sent(r, "verdict", word_, sizeof word_)), &verdict);
    sent(r, "from", from, sizeof from);
    sent(r, "admiralty", admiralty, sizeof admiralty);
    sent(r, "text", body, sizeof body);
    rc = qualify_answer(r->tx, &r->who, pid, vg_str_z(from), verdict, vg_str_z(admiralty), vg_str_z(body), err);
  } else if (!strcmp(what, "decide")) {
    if (!qualify_verdict_by_name(vg_str_z(sent(r, "decision", word_, sizeof word_)), &verdict) ||
        !vg_str_trim(vg_str_z(sent(r, "motive", body, sizeof body))).n)
      return VG_FAIL(err, VG_EDATA, "server.needed");
    rc = qualify_decide(r->tx, &r->who, pid, verdict, vg_str_z(body), err);
  } else if (!strcmp(what, "confirm"))
    rc = qualify_confirm(r->tx, &r->who, pid, err);
  else
    rc = strike(r, pid, err);
  VG_TRY(rc);
  go_to(r, "/qualification/", pid);
  return VG_OK;
}

const struct page page_qualifications = {"/qualification", GROUP_THREATS, "server.nav.qualify", list, NULL, false};
const struct page page_qualification_new = {
    "/qualification/nouvelle", GROUP_THREATS, "server.nav.qualify", new_form, new_post, true};
const struct page page_qualification = {"/qualification/", GROUP_THREATS, "server.nav.qualify", show, post, true};
