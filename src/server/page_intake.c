/* The first conversation with a victim, made for a phone; and what it leaves on the incident's page. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"
#include "server/outside.h"

static const struct choice kinds[] = {{"unknown", "server.kind.unknown"},
                                      {"ransomware", "server.kind.ransomware"},
                                      {"data-leak", "server.kind.data-leak"},
                                      {"intrusion", "server.kind.intrusion"},
                                      {"phishing", "server.kind.phishing"},
                                      {"fraud", "server.kind.fraud"},
                                      {"denial-of-service", "server.kind.denial-of-service"},
                                      {"other", "server.kind.other"}};
static const struct choice answers[] = {
    {"unknown", "server.intake.unknown"}, {"yes", "server.intake.yes"}, {"no", "server.intake.no"}};
static const struct choice services[] = {
    {"17cyber", "server.service.17cyber"}, {"csirt", "server.service.csirt"},
    {"cert-fr", "server.service.cert-fr"}, {"cnil", "server.service.cnil"},
    {"bank", "server.service.bank"},       {"pharos", "server.service.pharos"},
    {"thesee", "server.service.thesee"},   {"prosecutor", "server.service.prosecutor"},
    {"other", "server.service.other"}};
static const char *const questions[][2] = {
    {"ongoing", "server.intake.ongoing"}, {"personal", "server.intake.personal"},   {"money", "server.intake.money"},
    {"insured", "server.intake.insured"}, {"complaint", "server.intake.complaint"}, {"traces", "server.intake.traces"}};

/* One tap; its day begins at midnight, so that no clock ends later than it may. */
static const struct choice days[] = {{"unknown", "server.intake.unknown"},
                                     {"today", "server.intake.today"},
                                     {"yesterday", "server.intake.yesterday"},
                                     {"week", "server.intake.week"}};

static vg_time midnight(vg_time t, int64_t days_before) {
  vg_time local = t + vg_paris_offset(t);
  vg_time day = local - local % VG_DAY - days_before * VG_DAY;
  return day - vg_paris_offset(day - vg_paris_offset(day));
}

/* 1970-01-01 was a Thursday. */
static int64_t since_monday(vg_time t) { return ((t + vg_paris_offset(t)) / VG_DAY + 3) % 7; }

/* What was typed counts before the tap. */
static vg_code time_of(struct request *r, const char *name, const char *tapped, vg_time *out, struct vg_err *err) {
  char one[32];
  if (*sent(r, name, one, sizeof one))
    return sent_time(r, name, out) ? VG_OK : VG_FAIL(err, VG_EDATA, "server.bad_time");
  sent(r, tapped, one, sizeof one);
  if (!strcmp(one, "today"))
    *out = midnight(r->now, 0);
  else if (!strcmp(one, "yesterday"))
    *out = midnight(r->now, 1);
  else if (!strcmp(one, "week"))
    *out = midnight(r->now, since_monday(r->now));
  return VG_OK;
}

/* The incident that may be the same, when the form was refused for it. */
static const char *twin_of(const struct request *r) {
  for (int i = 0; r->post && i < r->problem.n; i++)
    if (!strcmp(r->problem.cause[i].msg, "casework.intake_twin"))
      return r->problem.cause[i].arg[0];
  return NULL;
}

/* Asked only when there is one. */
static void ask_again(struct request *r) {
  const char *twin = twin_of(r);
  if (!twin && !(r->post && form_has(r->body, "again", 0)))
    return;
  field(r, "again", "server.intake.again", "text", "", twin != NULL, "casework.intake_twin casework.access_motive");
  if (!twin || !casework_subject_seen(r->tx, &r->who, vg_str_z(twin)))
    return;
  RAW(r, "<p>");
  link_to(r, "/signalements/", vg_str_z(twin), vg_str_z(vg_msg_text(r->lang, "server.intake.twin")));
  RAW(r, "</p>");
}

static void ask(struct request *r, const char *name, const char *question, const struct choice *v, size_t n) {
  field_radio(r, name, vg_str_z(vg_msg_text(r->lang, question)), v, n, "unknown");
}

static vg_code form(struct request *r, struct vg_err *err) {
  char given[200];
  page_top(r, page_door(&r->who) == DOOR_HOUSE ? "server.intake" : "server.company.declare", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.intake.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin_kept(r, "/signalements/accueil", NULL);
  if (page_door(&r->who) == DOOR_HOUSE) {
    VG_TRY(field_company(r, "org", "server.intake.org", asked(r, "org", given, sizeof given), true,
                         "territory.name_long territory.namesakes territory.siren territory.siret", err));
    field(r, "department", "server.intake.department", "text", "", false,
          "territory.department server.intake.no_department territory.no_org");
  }
  field(r, "contact", "server.intake.contact", "text", "", false, "casework.intake_contact");
  ask(r, "kind", "server.intake.kind", kinds, VG_COUNT(kinds));
  field_area(r, "summary", "server.intake.summary", false, "casework.summary casework.summary_long");
  ask(r, "happened_day", "server.intake.happened", days, VG_COUNT(days));
  field(r, "happened", "server.intake.happened.at", "datetime-local", "", false, "casework.order server.bad_time");
  ask(r, "known_day", "server.intake.known", days, VG_COUNT(days));
  field(r, "known", "server.intake.known.at", "datetime-local", "", false, NULL);
  for (size_t i = 0; i < VG_COUNT(questions); i++)
    ask(r, questions[i][0], questions[i][1], answers, VG_COUNT(answers));
  ask_again(r);
  form_end(r, "server.intake.do", true);
  card_end(r);
  return VG_OK;
}

static vg_code find_org(struct request *r, struct org *o, struct vg_err *err) {
  char name[200], department[8];
  if (page_door(&r->who) != DOOR_HOUSE)
    return own_org(r, o, err);
  vg_code rc = territory_company_meant(r->tx, &r->who, vg_str_z(sent(r, "org", name, sizeof name)),
                                       vg_str_z(sent(r, "department", department, sizeof department)), o, err);
  return rc == VG_ENOTFOUND && !*department ? VG_FAIL(err, rc, "server.intake.no_department") : rc;
}

static vg_code take(struct request *r, struct vg_err *err) {
  struct org o;
  struct incident in = {.happened = VG_NOTIME, .known = VG_NOTIME, .reported = VG_NOTIME};
  struct intake a = {.unsure = ""};
  char again[256];
  VG_TRY(find_org(r, &o, err));
  in.org = o.id;
  vg_str_copy(in.org_name, sizeof in.org_name, vg_str_z(o.name));
  vg_str_copy(in.zone, sizeof in.zone, vg_str_z(o.zone));
  sent(r, "kind", in.kind, sizeof in.kind);
  if (!vg_str_trim(vg_str_z(sent(r, "summary", in.summary, sizeof in.summary))).n && !r->unheld.field[0])
    vg_str_copy(in.summary, sizeof in.summary, vg_str_z(vg_msg_text(r->lang, "server.intake.untold")));
  sent(r, "contact", a.contact, sizeof a.contact);
  sent(r, "ongoing", a.ongoing, sizeof a.ongoing);
  sent(r, "personal", a.personal_data, sizeof a.personal_data);
  sent(r, "money", a.money, sizeof a.money);
  sent(r, "insured", a.insured, sizeof a.insured);
  sent(r, "complaint", a.complaint, sizeof a.complaint);
  sent(r, "traces", a.traces, sizeof a.traces);
  VG_TRY(time_of(r, "happened", "happened_day", &in.happened, err));
  VG_TRY(time_of(r, "known", "known_day", &in.known, err));
  VG_TRY(casework_intake(r->tx, &r->who, &in, &a, vg_str_z(sent(r, "again", again, sizeof again)), err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

/* "a|b|c": items of a message. */
static void advice(struct request *r, const char *title, const char *stem, const char *kind) {
  char id[64];
  snprintf(id, sizeof id, "%.24s%.32s", stem, kind);
  const char *all = vg_msg_text(r->lang, id);
  vg_str rest = vg_str_z(all ? all : ""), item;
  card_begin(r, title, NULL);
  RAW(r, "<ul>");
  while (vg_str_cut(&rest, '|', &item)) {
    RAW(r, "<li>");
    text(r, item);
    RAW(r, "</li>");
  }
  RAW(r, "</ul>");
  card_end(r);
}

static vg_code twin_row(void *ctx, const struct incident *in, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  when(r, in->reported);
  cell(r);
  if (in->id)
    link_to(r, "/signalements/", vg_id_str(&in->pid), vg_str_z(in->org_name));
  else
    zone_name(r, vg_str_z(in->zone));
  cell(r);
  if (in->id)
    textz(r, in->summary);
  else
    msg(r, "server.twins.elsewhere");
  return VG_OK;
}

static vg_code referral_item(void *ctx, const struct referral *f, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, "<li><strong>");
  word(r, "server.service.", f->service);
  RAW(r, "</strong> ");
  text(r, f->reason);
  RAW(r, " <small>");
  when(r, f->at);
  RAW(r, "</small>");
  if (f->outcome.n) {
    RAW(r, "<br>");
    text(r, f->outcome);
    RAW(r, " <small>");
    when(r, f->outcome_at);
    RAW(r, "</small>");
  } else {
    char given[VG_ID_MAX];
    details_begin(r, "server.referral.outcome.do",
                  !strcmp(sent(r, "referral", given, sizeof given), f->pid.s) ? "outcome" : "");
    form_begin(r, r->path, "outcome");
    field_row(r, "referral", vg_id_str(&f->pid));
    RAW(r, "<label>");
    msg(r, "server.referral.outcome");
    RAW(r, " <input type=\"text\" name=\"text\" required value=\"");
    if (r->form_sent)
      field_typed(r, "text");
    RAW(r, "\"></label>");
    form_end(r, "server.referral.outcome.do", false);
    RAW(r, "</details>");
  }
  RAW(r, "</li>");
  r->table_rows++;
  return VG_OK;
}

vg_code part_referrals(struct request *r, const struct incident *in, struct vg_err *err) {
  card_begin(r, "server.referrals", NULL);
  RAW(r, "<ul class=\"tree\">");
  r->table_rows = 0;
  VG_TRY(casework_each_referral(r->tx, in->id, referral_item, r, err));
  RAW(r, "</ul>");
  if (!r->table_rows)
    empty(r, "server.referrals.none", NULL, NULL);
  details_begin(r, "server.referral.add", "refer");
  form_begin(r, r->path, "refer");
  field_choice(r, "service", "server.referral.service", services, VG_COUNT(services), "17cyber", NULL);
  field(r, "why", "server.motive", "text", "", true, "casework.custody_reason");
  form_end(r, "server.referral.add", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static void answers_card(struct request *r, const struct intake *a) {
  const char *const values[] = {a->ongoing, a->personal_data, a->money, a->insured, a->complaint, a->traces};
  card_begin(r, "server.intake.answers", NULL);
  if (a->unsure[0]) {
    RAW(r, "<p class=\"alert\">");
    msg(r, "cli.intake.unsure");
    RAW(r, "</p>");
  }
  dl_begin(r);
  term(r, "server.intake.contact");
  textz(r, a->contact[0] ? a->contact : "–");
  for (size_t i = 0; i < VG_COUNT(questions); i++) {
    term(r, questions[i][1]);
    word(r, "server.intake.", vg_str_z(values[i]));
  }
  dl_end(r);
  card_end(r);
}

void part_advice(struct request *r, const struct incident *in) {
  advice(r, "dossier.h.keep", "dossier.keep.", in->kind);
  advice(r, "dossier.h.leave", "dossier.leave.", in->kind);
}

vg_code part_intake(struct request *r, const struct incident *in, struct vg_err *err) {
  static const char *const head[] = {"server.reported", "server.company", "server.summary"};
  struct intake a;
  part_advice(r, in);
  card_begin(r, "server.twins", NULL);
  table_begin(r, "proches", "server.twins", head, VG_COUNT(head));
  VG_TRY(casework_each_twin(r->tx, &r->who, in, twin_row, r, err));
  table_end(r, "server.twins.none");
  card_end(r);
  if (casework_intake_find(r->tx, in->id, &a) == VG_OK)
    answers_card(r, &a);
  return VG_OK;
}

vg_code post_intake(struct request *r, const struct incident *in, const char *what, struct vg_err *err) {
  char one[256], two[256];
  if (!strcmp(what, "document"))
    return post_document(r, vg_id_str(&in->pid), sent(r, "kind", one, sizeof one), err);
  if (!strcmp(what, "refer")) {
    struct referral f = {.service = vg_str_z(sent(r, "service", one, sizeof one)),
                         .reason = vg_str_z(sent(r, "why", two, sizeof two))};
    VG_TRY(casework_refer(r->tx, &r->who, in, &f, err));
  } else
    VG_TRY(casework_referral_outcome(r->tx, &r->who, vg_str_z(sent(r, "referral", one, sizeof one)),
                                     vg_str_z(sent(r, "text", two, sizeof two)), err));
  go_to(r, "/signalements/", vg_id_str(&in->pid));
  return VG_OK;
}

const struct page page_intake = {"/signalements/accueil", GROUP_FIELD, "server.nav.cases", form, take, PAGE_HIDDEN};
const struct page page_company_intake = {
    "/signalements/accueil", GROUP_COMPANY, "server.company.declare", form, take, PAGE_LISTED};
