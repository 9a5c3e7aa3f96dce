/* A company's own pages: report an incident and follow its clocks, its diagnosis and what it does about it, what is
 * meant for it. Nothing of another organisation is ever read here: every record is looked up by the own one. */
#include "server/diagnosis_summary.h"
#include "server/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dossier/dossier.h"
#include "prevention/prevention.h"

/* --- / --- */

static vg_code incident_row(void *ctx, const struct incident *in, struct vg_err *err) {
  struct request *r = ctx;
  int64_t open;
  VG_TRY(store_get_int(r->tx, &open, "SELECT COUNT(*) FROM casework_v_clock WHERE incident = $1 AND state = 'open'",
                       S_ARGS(S_INT(in->id)), err));
  row(r);
  cell(r);
  when(r, in->reported);
  cell(r);
  link_to(r, "/signalements/", vg_id_str(&in->pid), vg_str_z(in->summary));
  cell(r);
  word(r, "server.kind.", vg_str_z(in->kind));
  cell_n(r);
  num(r, open);
  return VG_OK;
}

static vg_code incidents(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.reported", "server.summary", "server.kind",
                                     NUMBER("server.company.clocks")};
  card_begin(r, "server.company.incidents", NULL);
  table_begin(r, "signalements", "server.company.incidents", head, VG_COUNT(head));
  VG_TRY(casework_each_incident(r->tx, &r->who, o->id, incident_row, r, err));
  table_end(r, "server.company.incidents.none");
  card_end(r);
  return VG_OK;
}

static vg_code diagnosis_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  RAW(r, "<a href=\"/diagnostic/");
  textz(r, d->pid.s);
  RAW(r, "\">");
  day(r, d->made);
  RAW(r, "</a>");
  cell(r);
  between(r, percent, d->low, d->high);
  cell_n(r);
  percent(r, d->coverage);
  cell(r);
  day(r, d->follow_up);
  return VG_OK;
}

static vg_code diagnoses(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.made", "server.diagnosis.score", NUMBER("server.diagnosis.coverage"),
                                     "server.diagnosis.visit"};
  card_begin(r, "server.company.diagnoses", NULL);
  table_begin(r, "diagnostics", "server.company.diagnoses", head, VG_COUNT(head));
  VG_TRY(prevention_each_diagnosis(r->tx, o->id, diagnosis_row, r, err));
  table_end(r, "server.company.diagnoses.none");
  card_end(r);
  return VG_OK;
}

struct nearby {
  struct request *r;
  const struct org *o;
};

/* To come, here or for such companies in the zone. Visits are between the referent and who is visited. */
static vg_code action_row(void *ctx, const struct action *a, struct vg_err *err) {
  struct nearby *x = ctx;
  struct request *r = x->r;
  (void)err;
  bool own = a->org == x->o->id;
  if (a->at < r->now ||
      (!own && (a->org || strcmp(a->zone, x->o->zone) ||
                !prevention_target_has(vg_str_z(a->target), vg_str_z(x->o->naf), vg_str_z(x->o->size)))))
    return VG_OK;
  row(r);
  cell(r);
  when(r, a->at);
  cell(r);
  textz(r, a->title);
  cell(r);
  textz(r, a->place);
  cell(r);
  textz(r, a->referent_name);
  return VG_OK;
}

static vg_code actions(struct request *r, const struct org *o, struct vg_err *err) {
  static const char *const head[] = {"server.at", "server.action", "server.place", "server.referent"};
  struct nearby x = {r, o};
  card_begin(r, "server.company.actions", NULL);
  table_begin(r, NULL, "server.company.actions", head, VG_COUNT(head));
  VG_TRY(prevention_each_action(r->tx, ACTIONS_PLANNED, 0, 0, action_row, &x, err));
  table_end(r, "server.company.actions.none");
  card_end(r);
  return VG_OK;
}

static void survey(struct request *r) {
  card_begin(r, "server.survey", NULL);
  RAW(r, "<p>");
  msg(r, "server.company.survey");
  RAW(r, "</p><p>");
  button_link(r, "/enquete", "server.company.survey.do", false);
  RAW(r, "</p>");
  card_end(r);
}

static vg_code home(struct request *r, struct vg_err *err) {
  struct org o;
  VG_TRY(own_org(r, &o, err));
  page_top_text(r, vg_str_z(o.name));
  RAW(r, "<p class=\"sub\">");
  today(r);
  RAW(r, ". ");
  msg(r, "server.company.sub");
  RAW(r, "</p><p>");
  button_link(r, "/signalements/accueil", "server.company.declare", true);
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(incidents(r, &o, err));
  VG_TRY(part_offers(r, 5, err));
  VG_TRY(diagnoses(r, &o, err));
  RAW(r, "</div><div>");
  VG_TRY(actions(r, &o, err));
  survey(r);
  part_own_packs(r);
  VG_TRY(part_own_conventions(r, &o, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code home_post(struct request *r, struct vg_err *err) {
  char what[16];
  return post_own_pack(r, sent(r, "what", what, sizeof what), err);
}

/* --- /signalements/ID --- */

/* Another company's is as if there were none. */
static vg_code own_incident(struct request *r, struct incident *in, struct vg_err *err) {
  VG_TRY(casework_incident_find(r->tx, vg_str_z(r->rest), in, err));
  return in->org == r->who.organisation ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

struct running {
  struct choice v[8];
  char code[8][24], label[8][48];
  size_t n;
};

static vg_code take_clock(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  struct running *x = ctx;
  (void)err;
  if (!vg_str_eqz(k->state, "open") || x->n == VG_COUNT(x->v))
    return VG_OK;
  vg_str_copy(x->code[x->n], sizeof x->code[0], k->code);
  snprintf(x->label[x->n], sizeof x->label[0], "server.delay.%.*s", (int)k->code.n, k->code.p);
  x->v[x->n] = (struct choice){x->code[x->n], x->label[x->n]};
  x->n++;
  return VG_OK;
}

static vg_code clocks(struct request *r, const struct incident *in, struct vg_err *err) {
  struct running x = {.n = 0};
  card_begin(r, "server.delays", NULL);
  VG_TRY(part_clocks(r, in->id, err));
  VG_TRY(casework_each_clock(r->tx, in->id, take_clock, &x, err));
  if (x.n) {
    form_begin(r, r->path, "clock");
    field_choice(r, "code", "server.delay", x.v, x.n, NULL, "casework.clock_state");
    field(r, "at", "server.clock.at", "datetime-local", "", false, "server.bad_time casework.clock_time");
    form_end(r, "server.company.clock.do", true);
  }
  card_end(r);
  return VG_OK;
}

static vg_code incident(struct request *r, struct vg_err *err) {
  struct incident in;
  VG_TRY(own_incident(r, &in, err));
  page_top(r, "server.company.incident", NULL);
  RAW(r, "<p class=\"sub\">");
  word(r, "server.kind.", vg_str_z(in.kind));
  RAW(r, " · <span class=\"id\">");
  textz(r, in.pid.s);
  RAW(r, "</span></p><div class=\"grid\"><div>");
  VG_TRY(clocks(r, &in, err));
  part_advice(r, &in);
  RAW(r, "</div><div>");
  card_begin(r, "server.incident", NULL);
  dl_begin(r);
  VG_TRY(part_incident_facts(r, &in, err));
  dl_end(r);
  card_end(r);
  VG_TRY(part_incident_documents(r, &in, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code incident_post(struct request *r, struct vg_err *err) {
  struct incident in;
  char what[16], code_[24], at_text[32], kind[24];
  vg_time at = r->now;
  VG_TRY(own_incident(r, &in, err));
  if (!strcmp(sent(r, "what", what, sizeof what), "document"))
    return post_document(r, vg_id_str(&in.pid), sent(r, "kind", kind, sizeof kind), err);
  if (*sent(r, "at", at_text, sizeof at_text) && !sent_time(r, "at", &at))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(
      casework_clock_set(r->tx, &r->who, &in, sent(r, "code", code_, sizeof code_), CLOCK_DONE, at, VG_STR(""), err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

/* --- /documents/ID: of one's own incidents only --- */

static vg_code document(struct request *r, struct vg_err *err) {
  struct dossier d;
  enum paper_format format;
  int64_t own;
  VG_TRY(store_get_int(r->tx, &own,
                       "SELECT COUNT(*) FROM dossier_v_document d JOIN casework_v_incident i ON i.pid = d.about WHERE "
                       "d.pid = $1 AND i.org = $2",
                       S_ARGS(S_Z(r->rest), S_INT(r->who.organisation)), err));
  if (!own)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  VG_TRY(dossier_get(r->tx, &r->who, vg_str_z(r->rest), &d, &format, &r->out, err));
  r->type = paper_type(format);
  vg_str_copy(r->name, sizeof r->name, vg_str_z(d.name));
  return VG_OK;
}

/* --- /diagnostic/ID --- */

/* "ID" or "ID/synthese" */
static vg_code own_diagnosis(struct request *r, struct diagnosis *d, struct vg_err *err) {
  vg_str rest = vg_str_z(r->rest), pid;
  (void)vg_str_cut(&rest, '/', &pid);
  VG_TRY(prevention_diagnosis_find(r->tx, pid, d, err));
  VG_TRY(prevention_rank(r->tx, d, err));
  return d->org == r->who.organisation ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

static const char *const states[] = {"accepted", "doing", "said", "refused"};

static void step_form(struct request *r, const struct measure *m) {
  char number[16], labels[VG_COUNT(states)][48];
  struct choice state[VG_COUNT(states)];
  coded_choices(state, "server.adoption.", labels, states, VG_COUNT(states));
  RAW(r, "<details><summary>");
  msg(r, "server.company.step");
  RAW(r, "</summary>");
  form_begin(r, r->path, NULL);
  snprintf(number, sizeof number, "%d", m->number);
  field_hidden(r, "measure", vg_str_z(number));
  RAW(r, "<label>");
  msg(r, "server.adoption");
  RAW(r, " <select name=\"state\">");
  for (size_t i = 0; i < VG_COUNT(states); i++) {
    vg_buf_fmt(&r->out, "<option value=\"%s\">", state[i].value);
    msg(r, state[i].label);
    RAW(r, "</option>");
  }
  RAW(r, "</select></label> <label>");
  msg(r, "server.diagnosis.why_refused");
  RAW(r, " <input type=\"text\" name=\"reason\" maxlength=\"190\"></label>");
  form_end(r, "server.diagnosis.follow.do", false);
  RAW(r, "</details>");
}

static void measure_row(struct request *r, const struct measure *m) {
  char id[48];
  snprintf(id, sizeof id, "server.answer.%s", m->answer == ANSWER_NA ? "na" : prevention_answer_name(m->answer));
  row(r);
  cell(r);
  textz(r, m->ref);
  RAW(r, ". ");
  textz(r, prevention_measure_title(m, r->lang));
  if (strcmp(m->adoption, "done") != 0)
    step_form(r, m);
  cell(r);
  badge(r, m->answer == ANSWER_YES ? "ok" : m->answer == ANSWER_UNKNOWN ? "warn" : "mute", id);
  cell(r);
  if (m->adoption[0])
    word(r, "server.adoption.", vg_str_z(m->adoption));
  if (m->why[0]) {
    RAW(r, "<br><small>");
    textz(r, m->why);
    RAW(r, "</small>");
  }
}

static void show_diagnosis(struct request *r, const struct diagnosis *d) {
  static const char *const head[] = {"server.measure", "server.diagnosis.answer", "server.adoption"};
  page_top(r, "server.company.diagnosis", NULL);
  RAW(r, "<p class=\"sub\">");
  day(r, d->made);
  RAW(r, " · ");
  textz(r, d->framework);
  RAW(r, "</p>");
  part_summary_link(r);
  card_begin(r, "server.diagnosis.score", NULL);
  RAW(r, "<p><b>");
  between(r, percent, d->low, d->high);
  RAW(r, "</b> ");
  msg(r, "server.diagnosis.interval");
  RAW(r, " · ");
  msg(r, "server.diagnosis.coverage");
  RAW(r, " ");
  percent(r, d->coverage);
  RAW(r, "</p>");
  meter(r, d->low, 3, d->high);
  card_end(r);
  card_begin(r, "server.company.measures", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.company.measures.sub");
  RAW(r, "</p>");
  problem_alert(r);
  table_begin(r, "mesures", "server.company.measures", head, VG_COUNT(head));
  for (int i = 0; i < d->measures; i++)
    measure_row(r, &d->measure[d->rank[i]]);
  table_end(r, NULL);
  card_end(r);
}

static vg_code diagnosis(struct request *r, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  vg_code rc = own_diagnosis(r, &d, err);
  if (rc == VG_OK && vg_str_ends(vg_str_z(r->rest), VG_STR("/synthese")))
    rc = diagnosis_summary(r, &d, err);
  else if (rc == VG_OK)
    show_diagnosis(r, &d);
  prevention_diagnosis_fini(&d);
  return rc;
}

/* Said in the company's name and under the person's: the referent sees who said it, and looks at the visit. */
static vg_code diagnosis_post(struct request *r, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  char number[16], state[16], reason[256];
  int64_t measure = 0;
  bool known = false;
  vg_code rc = own_diagnosis(r, &d, err);
  prevention_diagnosis_fini(&d);
  VG_TRY(rc);
  (void)vg_str_i64(vg_str_z(sent(r, "measure", number, sizeof number)), &measure);
  sent(r, "state", state, sizeof state);
  for (size_t i = 0; i < VG_COUNT(states); i++)
    known |= !strcmp(states[i], state);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  VG_TRY(prevention_adopt(r->tx, &r->who, vg_str_z(r->rest), measure, state,
                          vg_str_z(sent(r, "reason", reason, sizeof reason)), err));
  go_to(r, "/diagnostic/", vg_str_z(r->rest));
  return VG_OK;
}

const struct page page_company_home = {"/", GROUP_COMPANY, "server.nav.home", home, home_post, PAGE_LISTED_TOLD};
const struct page page_company_incident = {"/signalements/", GROUP_COMPANY, "server.nav.home",
                                           incident,         incident_post, PAGE_HIDDEN};
const struct page page_company_document = {"/documents/", GROUP_COMPANY, "server.nav.home",
                                           document,      NULL,          PAGE_HIDDEN};
const struct page page_company_diagnosis = {"/diagnostic/", GROUP_COMPANY,  "server.nav.home",
                                            diagnosis,      diagnosis_post, PAGE_HIDDEN};
const struct page page_company_offers = {"/bulletins", GROUP_COMPANY, "server.offers",
                                         offers_page,  NULL,          PAGE_LISTED_TOLD};
const struct page page_company_offer = {"/bulletins/", GROUP_COMPANY, "server.offers", offer_page, NULL, PAGE_TOLD};
