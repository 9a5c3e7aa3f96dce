/* Legal acts: the table on a case's page, and the page of one act with the form of its next step. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"

static const struct choice kinds[] = {
    {"search", "cli.act.kind.search"},           {"seizure", "cli.act.kind.seizure"},
    {"acquisition", "cli.act.kind.acquisition"}, {"opening", "cli.act.kind.opening"},
    {"requisition", "cli.act.kind.requisition"}, {"analysis", "cli.act.kind.analysis"},
    {"transfer", "cli.act.kind.transfer"},       {"destruction", "cli.act.kind.destruction"}};
static const struct choice roles[] = {
    {"occupant", "cli.act.role.occupant"}, {"representative", "cli.act.role.representative"},
    {"witness", "cli.act.role.witness"},   {"suspect", "cli.act.role.suspect"},
    {"lawyer", "cli.act.role.lawyer"},     {"expert", "cli.act.role.expert"},
    {"officer", "cli.act.role.officer"},   {"interpreter", "cli.act.role.interpreter"}};
static const struct choice qualities[] = {{"opj", "server.act.quality.opj"},
                                          {"apj", "server.act.quality.apj"},
                                          {"pts", "server.act.quality.pts"},
                                          {"expert-list", "server.act.quality.expert-list"},
                                          {"expert-oath", "server.act.quality.expert-oath"},
                                          {"agent", "server.act.quality.agent"}};
static const struct choice signatures[] = {{"", "server.act.signature.none"},
                                           {"signed", "cli.act.signature.signed"},
                                           {"refused", "cli.act.signature.refused"}};
static const struct choice modes[] = {{"seal", "server.act.mode.seal"}, {"copy", "server.act.mode.copy"}};

static bool is(const char *s, const char *word_) { return !strcmp(s, word_); }

/* What is left of its deadline, or that the answer came after it. */
static void due_left(struct request *r, const struct act *a) {
  if (a->due == VG_NOTIME)
    return;
  if (casework_act_open(a)) {
    RAW(r, " ");
    clock_left(r, a->due, VG_STR("open"));
  } else if (a->answered != VG_NOTIME && a->answered > a->due) {
    RAW(r, " ");
    badge(r, "bad", "cli.clock.done-late");
  }
}

static vg_code act_row(void *ctx, const struct act *a, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  const char *slash = strrchr(a->ref, '/'); /* a case that bears a number twice is called by more than the number */
  link_to(r, "/actes/", vg_str_z(a->ref), vg_str_z(slash ? slash + 1 : a->ref));
  cell(r);
  word(r, "cli.act.kind.", vg_str_z(a->kind));
  RAW(r, "<br><small>");
  textz(r, a->exhibit_ref[0] ? a->exhibit_ref : a->addressee[0] ? a->addressee : a->place);
  RAW(r, "</small>");
  cell(r);
  word(r, "cli.act.state.", vg_str_z(a->state));
  due_left(r, a);
  cell(r);
  if (a->authority_ref[0])
    textz(r, a->authority_ref);
  else
    badge(r, "warn", "server.act.missing");
  cell(r);
  when(r, a->ended != VG_NOTIME ? a->ended : a->started != VG_NOTIME ? a->started : a->due);
  return VG_OK;
}

struct acts_of {
  struct request *r;
  int64_t exhibit; /* 0: all of the case */
};

static vg_code act_of(void *ctx, const struct act *a, struct vg_err *err) {
  const struct acts_of *of = ctx;
  return !of->exhibit || of->exhibit == a->exhibit ? act_row(of->r, a, err) : VG_OK;
}

static vg_code acts_table(struct request *r, int64_t case_id, int64_t exhibit, struct vg_err *err) {
  static const char *const head[] = {"server.act", "server.kind", "server.state", "server.act.authority",
                                     "server.act.when"};
  table_begin(r, "actes", "server.acts", head, VG_COUNT(head));
  VG_TRY(casework_each_act(r->tx, case_id, act_of, &(struct acts_of){r, exhibit}, err));
  table_end(r, exhibit ? "server.acts.none_exhibit" : "server.acts.none");
  return VG_OK;
}

vg_code part_exhibit_acts(struct request *r, const struct exhibit *e, struct vg_err *err) {
  card_begin(r, "server.acts", NULL);
  VG_TRY(acts_table(r, e->case_id, e->id, err));
  card_end(r);
  return VG_OK;
}

/* ?acte=KIND&objet=TEXT: the form is open and has them (part_elements leads here). */
vg_code part_acts(struct request *r, const struct affair *a, struct vg_err *err) {
  char kind[24], object[256];
  asked(r, "acte", kind, sizeof kind);
  asked(r, "objet", object, sizeof object);
  card_begin(r, "server.acts", NULL);
  VG_TRY(acts_table(r, a->id, 0, err));
  details_begin_if(r, "server.act.plan", "act", *kind != 0);
  form_begin(r, r->path, "act");
  field_choice(r, "act", "server.kind", kinds, VG_COUNT(kinds), *kind ? kind : "requisition",
               "casework.act_forbidden casework.act_kind");
  VG_TRY(field_offered(
      r, "exhibit", "server.exhibit", false, "casework.act_exhibit casework.no_exhibit casework.act_other_case",
      "SELECT ref, description FROM casework_v_exhibit WHERE case_id = $1 ORDER BY id", S_ARGS(S_INT(a->id)), err));
  field_choice(r, "mode", "server.act.mode", modes, VG_COUNT(modes), "seal", NULL);
  field(r, "place", "server.place", "text", "", false, "casework.act_place");
  field(r, "to", "server.act.to", "text", "", false, "casework.act_addressee");
  field(r, "object", "server.act.object", "text", object, false, NULL);
  field(r, "article", "server.act.article", "text", "", false, NULL);
  field(r, "due", "server.due", "datetime-local", "", false, "casework.act_due server.bad_time");
  form_end(r, "server.act.plan.do", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

vg_code plan_act(struct request *r, struct vg_err *err) {
  struct act a = {.due = VG_NOTIME};
  char due[32];
  vg_str_copy(a.case_ref, sizeof a.case_ref, vg_str_z(r->rest));
  sent(r, "act", a.kind, sizeof a.kind);
  sent(r, "exhibit", a.exhibit_ref, sizeof a.exhibit_ref);
  if (is(a.kind, "acquisition"))
    sent(r, "mode", a.mode, sizeof a.mode);
  sent(r, "place", a.place, sizeof a.place);
  sent(r, "to", a.addressee, sizeof a.addressee);
  sent(r, "object", a.object, sizeof a.object);
  sent(r, "article", a.article, sizeof a.article);
  if (*sent(r, "due", due, sizeof due) && !sent_time(r, "due", &a.due))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(casework_act_plan(r->tx, &r->who, &a, err));
  go_to(r, "/actes/", vg_str_z(a.ref));
  return VG_OK;
}

static vg_code attendee_row(void *ctx, const struct attendee *p, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  word(r, "cli.act.role.", p->role);
  if (p->subordinate) {
    RAW(r, " ");
    badge(r, "warn", "server.act.subordinate");
  }
  cell(r);
  text(r, p->name);
  if (p->quality.n) {
    RAW(r, "<br><small>");
    text(r, p->quality);
    RAW(r, "</small>");
  }
  cell(r);
  word(r, "server.act.presence.", p->present);
  cell(r);
  if (p->signature.n)
    word(r, "cli.act.signature.", p->signature);
  return VG_OK;
}

struct again {
  struct request *r;
  bool any;
};

static vg_code again_box(void *ctx, const struct attendee *p, struct vg_err *err) {
  struct again *g = ctx;
  struct vg_buf label;
  if (!g->any)
    form_begin(g->r, g->r->path, "again");
  g->any = true;
  vg_buf_init(&label, 2000);
  vg_buf_z(&label, vg_msg_word(g->r->lang, "cli.act.role.", p->role));
  vg_buf_z(&label, " · ");
  vg_buf_str(&label, p->name);
  field_check(g->r, "again", VG_N(p->id), vg_buf_view(&label), !g->r->form_sent);
  vg_code rc = vg_buf_check(&label, err);
  vg_buf_fini(&label);
  return rc;
}

/* The people of one operation attend one act after the other: a tick each instead of typing them again. */
static vg_code again_form(struct request *r, const struct act *a, struct vg_err *err) {
  struct again g = {.r = r};
  VG_TRY(casework_each_attendee_before(r->tx, a, again_box, &g, err));
  if (g.any)
    form_end(r, "server.act.again.do", false);
  return VG_OK;
}

static vg_code attendees(struct request *r, const struct act *a, struct vg_err *err) {
  static const char *const head[] = {"server.act.role", "server.name", "server.act.presence", "server.act.signature"};
  card_begin(r, "server.act.attendees", NULL);
  table_begin(r, "presents", "server.act.attendees", head, VG_COUNT(head));
  VG_TRY(casework_each_attendee(r->tx, a->id, attendee_row, r, err));
  table_end(r, "server.act.attendees.none");
  if (casework_act_open(a)) {
    VG_TRY(again_form(r, a, err));
    details_begin(r, "server.act.attend", "attend");
    form_begin(r, r->path, "attend");
    field_choice(r, "role", "server.act.role", roles, VG_COUNT(roles), "occupant", NULL);
    field(r, "name", "server.name", "text", "", true, "casework.act_name");
    field(r, "person-quality", "server.act.quality", "text", "", false, NULL);
    field_choice(r, "signature", "server.act.signature", signatures, VG_COUNT(signatures), "", NULL);
    field_check(r, "summoned", "1", vg_str_z(vg_msg_text(r->lang, "server.act.summoned")), false);
    field_check(r, "subordinate", "1", vg_str_z(vg_msg_text(r->lang, "server.act.subordinate")), false);
    form_end(r, "server.act.attend.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

/* Only the authorities that the rule admits are offered. */
static void authority_form(struct request *r, const struct act_rule *rule, bool first) {
  struct choice by[4];
  char code[4][24], label[4][112];
  vg_str rest = rule->authority, one;
  size_t n = 0;
  for (; n < VG_COUNT(by) && vg_str_cut(&rest, '|', &one); n++) {
    vg_str_copy(code[n], sizeof code[n], one);
    snprintf(label[n], sizeof label[n], "server.act.by.%.24s", code[n]);
    by[n] = (struct choice){code[n], label[n]};
  }
  form_begin(r, r->path, "authority");
  field_choice(r, "by", "server.act.authority", by, n, NULL, "casework.act_wrong_authority");
  field(r, "ref", "server.act.authority_ref", "text", "", true, "casework.act_authority_ref");
  field(r, "giver", "server.act.given_by", "text", "", false, NULL);
  field(r, "at", "server.act.given_at", "datetime-local", "", false, "server.bad_time");
  form_end(r, "server.act.authorise", first);
}

static void next_step(struct request *r, const struct act *a, const struct act_rule *rule) {
  card_begin(r, "server.act.next", NULL);
  if (is(a->state, "planned")) {
    bool missing = !a->authority[0];
    if (missing)
      authority_form(r, rule, true);
    form_begin(r, r->path, "start");
    field_choice(r, "quality", "server.act.quality", qualities, VG_COUNT(qualities), "opj", "casework.act_quality");
    field(r, "oath", "server.act.oath", "text", "", false, "casework.act_oath");
    if (vg_str_eqz(rule->attendees, "suspect"))
      field(r, "motive", "server.act.no_suspect", "text", "", false, "casework.act_no_suspect");
    form_end(r, "server.act.start", !missing);
  } else if (is(a->kind, "requisition")) {
    form_begin(r, r->path, "answer");
    field_area(r, "text", "server.act.answer", true, "casework.act_result");
    field(r, "sha256", "server.act.answer_sha256", "text", "", false, "casework.custody_hash");
    form_end(r, "server.act.answer.do", true);
  } else {
    form_begin(r, r->path, "end");
    field_area(r, "result", "server.act.result", true, "casework.act_result");
    if (is(a->kind, "opening"))
      field(r, "seal", "server.seal.new", "text", "", true, "casework.seal_number casework.seal_first");
    if (is(a->kind, "seizure") && a->exhibit)
      field(r, "seal", "server.seal.first", "text", "", false,
            "casework.seal_number casework.seal_first casework.seal_closed");
    if (is(a->kind, "transfer"))
      field(r, "holder", "server.holder", "text", "", true, "casework.holder");
    form_end(r, "server.act.end", true);
  }
  details_begin(r, "server.act.cancel", "cancel");
  form_begin(r, r->path, "cancel");
  field(r, "reason", "server.motive", "text", "", true, "casework.custody_reason");
  form_end(r, "server.act.cancel.do", false);
  RAW(r, "</details>");
  card_end(r);
}

static void fact(struct request *r, const char *label, const char *value) {
  if (!value[0])
    return;
  term(r, label);
  textz(r, value);
}
static void moment(struct request *r, const char *label, vg_time t) {
  if (t == VG_NOTIME)
    return;
  term(r, label);
  when(r, t);
}

static void facts(struct request *r, const struct act *a) {
  card_begin(r, "server.act", NULL);
  dl_begin(r);
  term(r, "server.state");
  word(r, "cli.act.state.", vg_str_z(a->state));
  if (a->exhibit_ref[0]) {
    term(r, "server.exhibit");
    link_to(r, "/scelles/", vg_str_z(a->exhibit_ref), vg_str_z(a->exhibit_ref));
  }
  fact(r, "server.place", a->place);
  fact(r, "server.act.to", a->addressee);
  fact(r, "server.act.object", a->object);
  moment(r, "server.due", a->due);
  due_left(r, a);
  if (a->authority[0]) {
    term(r, "server.act.authority");
    word(r, "server.act.by.", vg_str_z(a->authority));
    fact(r, "server.act.authority_ref", a->authority_ref);
    fact(r, "server.act.given_by", a->authority_name);
    moment(r, "server.act.authority_at", a->authority_at);
  }
  fact(r, "server.act.officer", a->officer);
  if (a->quality[0]) {
    term(r, "server.act.quality");
    word(r, "server.act.quality.", vg_str_z(a->quality));
  }
  fact(r, "server.act.oath", a->oath);
  fact(r, "server.motive", a->motive);
  moment(r, "server.act.started", a->started);
  moment(r, "server.act.ended", a->ended);
  moment(r, "server.act.answered", a->answered);
  fact(r, "server.act.result", a->result);
  if (a->answer_sha256[0]) {
    term(r, "server.act.answer_sha256");
    code(r, vg_str_z(a->answer_sha256));
  }
  dl_end(r);
  card_end(r);
}

static void rule_card(struct request *r, const struct act *a, const struct act_rule *rule) {
  card_begin(r, "server.act.rule", NULL);
  RAW(r, "<p><strong>");
  textz(r, a->article);
  RAW(r, "</strong> ");
  text(r, rule->rule_fr);
  to_check(r, rule->doubt);
  RAW(r, "</p><p><small>");
  msg(r, "server.source");
  colon(r);
  text(r, rule->source);
  RAW(r, "</small></p>");
  card_end(r);
}

static void made_item(struct request *r, struct store_rows *q) {
  RAW(r, "<li>");
  link_id(r, store_str(q, 0));
  RAW(r, " ");
  when(r, store_time(q, 1));
  RAW(r, "</li>");
  r->table_rows++;
}

static vg_code made(struct request *r, const struct act *a, struct vg_err *err) {
  card_begin(r, "server.act.made", NULL);
  RAW(r, "<ul class=\"tree\">");
  r->table_rows = 0;
  VG_TRY(each(r, "SELECT subject, at FROM casework_v_act_made WHERE act = $1 ORDER BY at, subject",
              S_ARGS(S_INT(a->id)), made_item, err));
  RAW(r, "</ul>");
  if (!r->table_rows)
    empty(r, "server.act.made.none", NULL, NULL);
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct act a;
  struct act_rule rule = {.kind = VG_STR("")};
  struct affair of;
  bool asks;
  VG_TRY(casework_act_find(r->tx, vg_str_z(r->rest), &a, err));
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(a.case_ref), &of, err));
  VG_TRY(consult(r, &of, a.pid.s, &asks, err));
  if (asks)
    return VG_OK;
  casework_act_rule(vg_str_z(a.kind), vg_str_z(a.frame), &rule);
  page_top(r, "server.act.title", TITLE_ARGS(a.ref));
  RAW(r, "<p class=\"sub\">");
  word(r, "cli.act.kind.", vg_str_z(a.kind));
  RAW(r, " · ");
  word(r, "server.frame.", vg_str_z(a.frame));
  RAW(r, " · ");
  link_to(r, "/affaires/", vg_str_z(a.case_ref), vg_str_z(a.case_ref));
  RAW(r, "</p><div class=\"grid\"><div>");
  if (is(a.state, "planned") || is(a.state, "started"))
    next_step(r, &a, &rule);
  VG_TRY(attendees(r, &a, err));
  RAW(r, "</div><div>");
  facts(r, &a);
  rule_card(r, &a, &rule);
  if (a.started != VG_NOTIME)
    part_pv_form(r);
  VG_TRY(made(r, &a, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code post_attend(struct request *r, const struct act *a, struct vg_err *err) {
  char role[24], name[256], quality[256], signature[16], one[4];
  struct attendee p = {.role = vg_str_z(sent(r, "role", role, sizeof role)),
                       .name = vg_str_z(sent(r, "name", name, sizeof name)),
                       .quality = vg_str_z(sent(r, "person-quality", quality, sizeof quality)),
                       .signature = vg_str_z(sent(r, "signature", signature, sizeof signature)),
                       .subordinate = *sent(r, "subordinate", one, sizeof one) != 0};
  p.present = *sent(r, "summoned", one, sizeof one) ? VG_STR("summoned") : VG_STR("present");
  return casework_act_attend(r->tx, &r->who, a, &p, err);
}

static vg_code post_again(struct request *r, const struct act *a, struct vg_err *err) {
  char one[24];
  int64_t id;
  for (size_t n = 0; sent_nth(r, "again", n, one, sizeof one); n++) {
    if (!vg_str_i64(vg_str_z(one), &id))
      return VG_FAIL(err, VG_EDATA, "server.needed");
    VG_TRY(casework_act_attend_again(r->tx, &r->who, a, id, err));
  }
  return VG_OK;
}

static vg_code post_authority(struct request *r, const struct act *a, struct vg_err *err) {
  char by[24], ref[256], giver[256], given[32];
  vg_time at = r->now;
  if (*sent(r, "at", given, sizeof given) && !sent_time(r, "at", &at))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return casework_act_authority(r->tx, &r->who, a, vg_str_z(sent(r, "by", by, sizeof by)),
                                vg_str_z(sent(r, "ref", ref, sizeof ref)),
                                vg_str_z(sent(r, "giver", giver, sizeof giver)), at, err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  struct act a;
  char what[16], one[512], two[256], three[256];
  VG_TRY(casework_act_find(r->tx, vg_str_z(r->rest), &a, err));
  sent(r, "what", what, sizeof what);
  if (is(what, "document"))
    return post_document(r, vg_str_z(a.ref), "pv", err);
  if (is(what, "attend"))
    VG_TRY(post_attend(r, &a, err));
  else if (is(what, "again"))
    VG_TRY(post_again(r, &a, err));
  else if (is(what, "authority"))
    VG_TRY(post_authority(r, &a, err));
  else if (is(what, "start"))
    VG_TRY(casework_act_start(r->tx, &r->who, &a, vg_str_z(sent(r, "quality", one, sizeof one)),
                              vg_str_z(sent(r, "oath", two, sizeof two)),
                              vg_str_z(sent(r, "motive", three, sizeof three)), err));
  else if (is(what, "answer"))
    VG_TRY(casework_act_answer(r->tx, &r->who, &a, vg_str_z(sent(r, "text", one, sizeof one)),
                               vg_str_z(sent(r, "sha256", two, sizeof two)), err));
  else if (is(what, "end"))
    VG_TRY(casework_act_end(r->tx, &r->who, &a, vg_str_z(sent(r, "result", one, sizeof one)),
                            vg_str_z(sent(r, "seal", two, sizeof two)),
                            vg_str_z(sent(r, "holder", three, sizeof three)), err));
  else if (is(what, "cancel"))
    VG_TRY(casework_act_cancel(r->tx, &r->who, &a, vg_str_z(sent(r, "reason", one, sizeof one)), err));
  else
    return VG_FAIL(err, VG_EDATA, "server.needed");
  go_to(r, "/actes/", vg_str_z(a.ref));
  return VG_OK;
}

const struct page page_act = {"/actes/", GROUP_FIELD, "server.nav.cases", show, post, PAGE_HIDDEN};
