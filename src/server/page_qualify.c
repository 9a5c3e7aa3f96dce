#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "qualify/qualify.h"
#include "server/letter.h"

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

static void deadline(struct request *r, const struct qualify_request *x) {
  if (x->deadline == VG_NOTIME)
    RAW(r, "–");
  else if (x->released != VG_NOTIME)
    when(r, x->deadline);
  else
    clock_left(r, x->deadline, VG_STR("open"));
}

/* What is asked about and how far it is are no secret; the words about an inquiry are on its page, for a reason. */
static vg_code list_row(void *ctx, const struct qualify_request *x, struct vg_err *err) {
  struct request *r = ctx;
  struct affair a;
  struct vg_id of;
  bool inquiry = false;
  if (!qualify_seen(r->tx, &r->who, x->type, x->value))
    return VG_OK;
  if (qualify_is_affair(x->type))
    VG_TRY(casework_inquiry_of(r->tx, x->value, &a, &of, &inquiry, err));
  row(r);
  cell(r);
  link_to(r, "/qualification/", x->pid, x->value);
  RAW(r, "<br><small>");
  word(r, "server.type.", x->type);
  RAW(r, "</small>");
  cell(r);
  text(r, inquiry ? VG_STR("–") : x->question);
  cell(r);
  text(r, x->asked_by);
  if (x->asked_to.n) {
    RAW(r, " → ");
    text(r, x->asked_to);
  }
  cell(r);
  state_badge(r, x->state);
  cell(r);
  if (x->decided != VG_NOTIME)
    msg(r, verdict_choice[(QUALIFY_MALICIOUS - x->verdict) % 4].label);
  else
    RAW(r, "–");
  cell_n(r);
  deadline(r, x);
  cell(r);
  when(r, x->opened);
  return VG_OK;
}

static void party(struct request *r, vg_str to) {
  if (to.n)
    text(r, to);
  else
    msg(r, "server.turnaround.whole");
}

static void length(struct request *r, vg_time t) {
  if (t == VG_NOTIME) {
    RAW(r, "–");
    return;
  }
  if (t < VG_HOUR) {
    num(r, t / (60 * VG_SECOND));
    RAW(r, " min");
    return;
  }
  real(r, (double)t / (double)VG_HOUR);
  RAW(r, " h");
}

static vg_code turnaround_row(void *ctx, const struct qualify_turnaround *t, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  party(r, t->to);
  cell_n(r);
  num(r, t->asked);
  cell_n(r);
  num(r, t->answered);
  cell_n(r);
  num(r, t->late);
  cell_n(r);
  length(r, t->median);
  cell_n(r);
  length(r, t->p90);
  return VG_OK;
}

static vg_code turnaround(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.asked_to",        NUMBER("server.asked"),  NUMBER("server.answered"),
                                     NUMBER("server.overdue"), NUMBER("server.median"), NUMBER("server.p90")};
  card_begin(r, "server.turnaround", NULL);
  table_begin(r, "delais", "server.turnaround", head, VG_COUNT(head));
  VG_TRY(qualify_each_turnaround(r->tx, r->now, turnaround_row, r, err));
  table_end(r, "server.turnaround.none");
  RAW(r, "<p>");
  button_link(r, "/qualification/delais", "server.turnaround.rows", false);
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code delay_row(void *ctx, const struct qualify_delay *d, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  if (!qualify_seen(r->tx, &r->who, d->type, d->value))
    return VG_OK;
  row(r);
  cell(r);
  party(r, d->to);
  cell(r);
  link_to(r, "/qualification/", d->pid, d->value);
  cell(r);
  when(r, d->asked);
  cell(r);
  when(r, d->answered);
  cell(r);
  when(r, d->deadline);
  cell_n(r);
  length(r, d->answered == VG_NOTIME ? VG_NOTIME : d->answered - d->asked);
  return VG_OK;
}

static vg_code delays(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.asked_to", "server.value",    "server.asked",
                                     "server.answered", "server.deadline", NUMBER("server.took")};
  page_top(r, "server.turnaround", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.turnaround.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  table_begin(r, "lignes", "server.turnaround", head, VG_COUNT(head));
  VG_TRY(qualify_each_delay(r->tx, delay_row, r, err));
  table_end(r, "server.turnaround.none");
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.value",   "server.question",         "server.asked_by", "server.state",
                                     "server.verdict", NUMBER("server.deadline"), "server.opened"};
  page_top(r, "server.nav.qualify", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.qualify.sub");
  RAW(r, "</p><p>");
  button_link(r, "/qualification/nouvelle", "server.qualify.ask", true);
  RAW(r, " ");
  button_link(r, "/qualification/fichier", "server.file.qualify", false);
  RAW(r, " ");
  button_link(r, "/qualification/recevoir", "server.letter.receive", false);
  RAW(r, "</p>");
  card_begin(r, "server.requests", NULL);
  table_begin(r, "qualifications", "server.requests", head, VG_COUNT(head));
  VG_TRY(qualify_each(r->tx, NULL, list_row, r, err));
  table_end(r, "server.requests.none");
  card_end(r);
  return turnaround(r, err);
}

/* On what terms: the same fields when a request is opened and when its terms change. */
static void terms_fields(struct request *r, const char *basis, vg_time until, enum tlp t, enum pap p) {
  static const char *const frames[] = {"prevention", "intelligence", "flagrance", "preliminary", "rogatory"};
  char labels[VG_COUNT(frames)][48], at[24] = "";
  struct choice frame[VG_COUNT(frames)], tlps[TLP_RED + 1], paps[PAP_RED + 1];
  if (until != VG_NOTIME)
    put_local(at, until);
  for (int i = 0; i <= TLP_RED; i++)
    tlps[i] = (struct choice){intel_tlp_name((enum tlp)i), intel_tlp_name((enum tlp)i)};
  for (int i = 0; i <= PAP_RED; i++)
    paps[i] = (struct choice){intel_pap_name((enum pap)i), intel_pap_name((enum pap)i)};
  field_select(r, "basis", "server.basis", frame,
               coded_choices(frame, "server.frame.", labels, frames, VG_COUNT(frames)), basis, true, "qualify.basis");
  field(r, "deadline", "server.deadline", "datetime-local", at, false, "server.bad_time");
  field_choice(r, "tlp", "server.marking", tlps, VG_COUNT(tlps), intel_tlp_name(t), NULL);
  field_choice(r, "pap", "server.pap", paps, VG_COUNT(paps), intel_pap_name(p), NULL);
}

static vg_code take_terms(struct request *r, vg_str pid, struct vg_err *err) {
  char basis[24], text_[32];
  enum tlp t;
  enum pap p;
  struct qualify_terms terms = {.deadline = VG_NOTIME, .tlp = -1, .pap = -1};
  if (*sent(r, "basis", basis, sizeof basis))
    terms.basis = basis;
  if (*sent(r, "deadline", text_, sizeof text_) && !sent_time(r, "deadline", &terms.deadline))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  if (intel_tlp_by_name(vg_str_z(sent(r, "tlp", text_, sizeof text_)), &t))
    terms.tlp = (int)t;
  if (intel_pap_by_name(vg_str_z(sent(r, "pap", text_, sizeof text_)), &p))
    terms.pap = (int)p;
  VG_TRY(qualify_set_terms(r->tx, &r->who, pid, &terms, err));
  if (!vg_str_trim(vg_str_z(sent(r, "to", text_, sizeof text_))).n)
    return VG_OK;
  return qualify_ask_own(r->tx, &r->who, pid, vg_str_trim(vg_str_z(text_)), err);
}

static vg_code own_field(struct request *r, struct vg_err *err) {
  return field_own(
      r, "to", "server.asked_own", false,
      "qualify.gate qualify.nobody qualify.gate_person qualify.no_mandate qualify.unseen territory.no_person territory.person_several",
      err);
}

static vg_code new_form(struct request *r, struct vg_err *err) {
  char type[32], value[4096], labels[INDICATOR_TYPES][48];
  struct choice types[INDICATOR_TYPES + 2];
  for (int t = 0; t < INDICATOR_TYPES; t++) {
    const char *name = intel_type_name((enum indicator_type)t);
    snprintf(labels[t], sizeof labels[t], "server.type.%s", name);
    types[t] = (struct choice){name, labels[t]};
  }
  types[INDICATOR_TYPES] = (struct choice){"case", "server.case"};
  types[INDICATOR_TYPES + 1] = (struct choice){"exhibit", "server.exhibit"};
  page_top(r, "server.qualify.ask", NULL);
  card_begin(r, NULL, NULL);
  form_begin(r, "/qualification/nouvelle", NULL);
  field_choice(r, "type", "server.type", types, VG_COUNT(types), asked(r, "type", type, sizeof type), "qualify.type");
  field(r, "value", "server.value", "text", asked(r, "valeur", value, sizeof value), true, "qualify.value");
  field_area(r, "question", "server.question", true, "server.needed");
  field(r, "asked_by", "server.asked_by", "text", r->who.name, false, NULL);
  VG_TRY(own_field(r, err));
  terms_fields(r, "prevention", VG_NOTIME, TLP_AMBER, PAP_AMBER);
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
  VG_TRY(take_terms(r, vg_id_str(&pid), err));
  go_to(r, "/qualification/", vg_id_str(&pid));
  return VG_OK;
}

/* A copy of the request: its strings are the sink's. */
struct seen {
  struct request *r;
  int64_t id;
  char state[16], type[32], basis[24];
  vg_time deadline;
  enum tlp tlp;
  enum pap pap;
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
  vg_str_copy(s->basis, sizeof s->basis, x->basis);
  s->deadline = x->deadline;
  s->tlp = x->tlp;
  s->pap = x->pap;
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
  if (x->asked_to.n) {
    term(r, "server.asked_to");
    text(r, x->asked_to);
  }
  term(r, "server.basis");
  if (x->basis.n)
    word(r, "server.frame.", x->basis);
  else
    RAW(r, "–");
  term(r, "server.deadline");
  deadline(r, x);
  term(r, "server.marking");
  tlp(r, x->tlp);
  RAW(r, " ");
  pap(r, x->pap);
  term(r, "server.value");
  if (vg_str_eqz(x->type, "case"))
    link_to(r, "/affaires/", x->value, x->value);
  else if (vg_str_eqz(x->type, "exhibit"))
    link_to(r, "/scelles/", x->value, x->value);
  else
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

static vg_code forms(struct request *r, const struct seen *s, struct vg_err *err) {
  if (!strcmp(s->state, "released"))
    return VG_OK;
  if (!strcmp(s->state, "decided")) {
    confirm_form(r, s->mine);
    return VG_OK;
  }
  decide_form(r);
  answer_form(r);
  card_begin(r, "server.terms", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.terms.help");
  RAW(r, "</p>");
  form_begin(r, r->path, "terms");
  VG_TRY(own_field(r, err));
  terms_fields(r, s->basis, s->deadline, s->tlp, s->pap);
  form_end(r, "server.terms.do", false);
  card_end(r);
  return VG_OK;
}

static vg_code answer_row(void *ctx, const struct qualify_given *a, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  text(r, a->source);
  cell(r);
  word(r, "server.verdict.", vg_str_z(qualify_verdict_name(a->verdict)));
  cell(r);
  text(r, a->admiralty);
  cell(r);
  text(r, a->text);
  cell(r);
  when(r, a->time);
  return VG_OK;
}

static vg_code answers(struct request *r, vg_str pid, struct vg_err *err) {
  static const char *const head[] = {"server.answer.from", "server.verdict", "server.admiralty.short", "server.answer",
                                     "server.time"};
  card_begin(r, "server.answers", NULL);
  table_begin(r, "reponses", "server.answers", head, VG_COUNT(head));
  VG_TRY(qualify_each_answer(r->tx, pid, answer_row, r, err));
  table_end(r, "server.answers.none");
  card_end(r);
  return VG_OK;
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

/* The pieces by their weight and reason, as the table above shows them. */
static void strikes(struct request *r, const struct qualify_assessment *a) {
  struct vg_buf labels[QUALIFY_PIECES];
  struct choice piece[QUALIFY_PIECES];
  size_t n = 0;
  for (size_t i = 0; i < a->count; i++) {
    const struct qualify_piece *p = &a->piece[i];
    const char *words[QUALIFY_ARGS + 1] = {0};
    if (!strcmp(p->key, "prior"))
      continue;
    for (int k = 0; k < QUALIFY_ARGS; k++)
      words[k] = p->arg[k];
    vg_buf_init(&labels[n], 4096);
    vg_buf_fmt(&labels[n], "%s ", p->struck ? "+" : "−");
    vg_msg(&labels[n], r->lang, p->reason, words);
    piece[n] = (struct choice){p->key, vg_buf_text(&labels[n])};
    n++;
  }
  if (n) {
    details_begin(r, "server.strike", "strike");
    form_begin(r, r->path, "strike");
    field_choice(r, "piece", "server.piece", piece, n, NULL, NULL);
    field(r, "why", "server.motive", "text", "", true, "server.needed");
    form_end(r, "server.strike.do", false);
    RAW(r, "</details>");
  }
  while (n)
    vg_buf_fini(&labels[--n]);
}

/* A partner is asked about values only, and before the verdict. */
static bool askable(const struct seen *s) {
  return strcmp(s->type, "case") && strcmp(s->type, "exhibit") && strcmp(s->state, "decided") &&
         strcmp(s->state, "released");
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct seen s = {.r = r};
  struct qualify_assessment a;
  struct affair about;
  struct vg_id of;
  bool inquiry, asks = false;
  vg_str pid = vg_str_z(r->rest);
  VG_TRY(qualify_see(r->tx, &r->who, pid, err));
  VG_TRY(instance_inquiry_of(r->tx, pid, &about, &of, &inquiry, err));
  if (inquiry)
    VG_TRY(consult(r, &about, of.s, &asks, err));
  if (asks)
    return VG_OK;
  VG_TRY(qualify_find(r->tx, pid, heading, &s, err));
  card_begin(r, "server.verdict.heading", NULL);
  VG_TRY(qualify_assess_request(r->tx, pid, r->now, &a, err));
  part_because(r, &a);
  strikes(r, &a);
  card_end(r);
  VG_TRY(answers(r, pid, err));
  VG_TRY(part_passages(r, pid, err));
  RAW(r, "</div><div>");
  bool open = !strcmp(s.state, "open"); /* asking comes first, then the rest */
  if (open)
    VG_TRY(part_letters(r, pid, askable(&s), err));
  VG_TRY(forms(r, &s, err));
  if (!open)
    VG_TRY(part_letters(r, pid, askable(&s), err));
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
  if (!strcmp(what, "ask") || !strcmp(what, "reply"))
    return post_letter(r, pid, !strcmp(what, "reply"), err);
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
  else if (!strcmp(what, "terms"))
    rc = take_terms(r, pid, err);
  else
    rc = strike(r, pid, err);
  VG_TRY(rc);
  go_to(r, "/qualification/", pid);
  return VG_OK;
}

const struct page page_qualifications = {"/qualification", GROUP_THREATS, "server.nav.qualify", list, NULL,
                                         PAGE_LISTED};
const struct page page_qualification_delays = {
    "/qualification/delais", GROUP_THREATS, "server.nav.qualify", delays, NULL, PAGE_HIDDEN};
const struct page page_qualification_new = {
    "/qualification/nouvelle", GROUP_THREATS, "server.nav.qualify", new_form, new_post, PAGE_HIDDEN};
const struct page page_qualification = {"/qualification/", GROUP_THREATS, "server.nav.qualify", show, post,
                                        PAGE_HIDDEN};
