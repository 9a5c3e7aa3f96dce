#include "server/evaluation.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/casework.h"

enum { OFFENCES_SHOWN = 500 };
static const char *const kinds[] = {"ransomware", "data-leak",         "intrusion", "phishing",
                                    "fraud",      "denial-of-service", "other"};
static const char *const frames[] = {"flagrance", "preliminary", "rogatory", "intelligence", "prevention"};

static size_t choices(struct choice *out, const char *stem, char labels[][48], const char *const *codes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    snprintf(labels[i], 48, "%s%s", stem, codes[i]);
    out[i] = (struct choice){codes[i], labels[i]};
  }
  return n;
}

struct clock_rows {
  struct request *r;
  bool missed; /* of one at least it is said what missing it means */
};
static vg_code clock_row(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  (void)err;
  struct clock_rows *x = ctx;
  struct request *r = x->r;
  row(r);
  cell(r);
  word(r, "server.delay.", k->code);
  to_check(r, k->doubt);
  const char *missed = casework_clock_missed(r->lang, k);
  if (missed) {
    x->missed = true;
    RAW(r, "<br><small>");
    text(r, vg_str_z(missed));
    RAW(r, "</small>");
  }
  if (k->reason.n) {
    RAW(r, "<br><small>");
    text(r, k->reason);
    RAW(r, "</small>");
  }
  cell(r);
  when(r, k->done != VG_NOTIME ? k->done : k->due);
  cell_n(r);
  clock_left(r, k->due, k->state);
  if (k->late && k->done != VG_NOTIME) {
    RAW(r, " ");
    badge(r, "bad", "server.clock.done_late");
  }
  return VG_OK;
}
vg_code part_clocks(struct request *r, int64_t incident, struct vg_err *err) {
  static const char *const head[] = {"server.delay", "server.due", NUMBER("server.todo.left")};
  struct clock_rows x = {.r = r};
  table_begin(r, "delais", "server.delays", head, VG_COUNT(head));
  VG_TRY(casework_each_clock(r->tx, incident, clock_row, &x, err));
  table_end(r, "server.delays.none");
  if (x.missed) {
    RAW(r, "<p class=\"soft\">");
    msg(r, "casework.clock.hours");
    RAW(r, "</p>");
  }
  return VG_OK;
}

struct running {
  struct choice clock[8];
  char code[8][24], label[8][48];
  size_t n;
};
static vg_code take_clock(void *ctx, const struct legal_clock *k, struct vg_err *err) {
  (void)err;
  struct running *x = ctx;
  if (x->n == VG_COUNT(x->clock))
    return VG_OK;
  char code[24];
  vg_str_copy(code, sizeof code, k->code);
  vg_str_copy(x->code[x->n], sizeof x->code[0], k->code);
  snprintf(x->label[x->n], sizeof x->label[0], "server.delay.%s", code);
  x->clock[x->n] = (struct choice){x->code[x->n], x->label[x->n]};
  x->n++;
  return VG_OK;
}

static const struct choice clock_changes[] = {{"done", "server.clock.do.done"},
                                              {"not-applicable", "server.clock.do.not-applicable"},
                                              {"reopen", "server.clock.do.reopen"}};

static vg_code clocks(struct request *r, const struct incident *in, struct vg_err *err) {
  struct running x = {.n = 0};
  card_begin(r, "server.delays", NULL);
  VG_TRY(part_clocks(r, in->id, err));
  VG_TRY(casework_each_clock(r->tx, in->id, take_clock, &x, err));
  if (x.n) {
    details_begin(r, "server.clock.set", "clock");
    form_begin(r, r->path, "clock");
    field_choice(r, "code", "server.delay", x.clock, x.n, NULL, NULL);
    field_choice(r, "change", "server.clock.change", clock_changes, VG_COUNT(clock_changes), "done",
                 "casework.clock_state");
    field(r, "at", "server.clock.at", "datetime-local", "", false, "server.bad_time casework.clock_time");
    field(r, "reason", "server.motive", "text", "", false, "casework.clock_reason");
    form_end(r, "server.clock.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

static vg_code set_clock(struct request *r, struct vg_err *err) {
  static const enum clock_change change[] = {CLOCK_DONE, CLOCK_NOT_APPLICABLE, CLOCK_REOPEN};
  struct incident in;
  char code[24], wanted[24], reason[512], at_text[32];
  vg_time at = r->now;
  size_t i = 0;
  VG_TRY(casework_incident_see(r->tx, &r->who, vg_str_z(r->rest), &in, err));
  sent(r, "change", wanted, sizeof wanted);
  while (i + 1 < VG_COUNT(change) && strcmp(wanted, clock_changes[i].value))
    i++;
  if (*sent(r, "at", at_text, sizeof at_text) && !sent_time(r, "at", &at))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(casework_clock_set(r->tx, &r->who, &in, sent(r, "code", code, sizeof code), change[i], at,
                            vg_str_z(sent(r, "reason", reason, sizeof reason)), err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

/* Who could take it, best first; whoever has a conflict of interest is shown and cannot be chosen. */
struct candidates {
  struct request *r;
  struct choice person[16];
  char id[16][VG_ID_MAX], name[16][96];
  size_t n;
};
static vg_code candidate_row(void *ctx, const struct candidate *c, struct vg_err *err) {
  (void)err;
  struct candidates *x = ctx;
  struct request *r = x->r;
  row(r);
  cell(r);
  text(r, c->name);
  if (c->conflict) {
    RAW(r, " ");
    badge(r, "bad", "server.conflict");
  }
  cell(r);
  zone_name(r, c->zone);
  cell_n(r);
  vg_buf_fmt(&r->out, c->capacity ? "%lld / %lld" : "%lld", (long long)c->load, (long long)c->capacity);
  cell(r);
  if (!c->conflict) /* said beside the name */
    msg(r, casework_candidate_why(c));
  if (c->skills.n) {
    RAW(r, "<br><small>");
    text(r, c->skills);
    RAW(r, "</small>");
  }
  if (!c->conflict && x->n < VG_COUNT(x->person)) {
    vg_str_copy(x->id[x->n], sizeof x->id[0], c->pid);
    vg_str_copy(x->name[x->n], sizeof x->name[0], c->name);
    x->person[x->n] = (struct choice){x->id[x->n], x->name[x->n]};
    x->n++;
  }
  return VG_OK;
}

static void candidates_form(struct request *r, struct candidates *x) {
  form_begin(r, r->path, "assign");
  field_choice(r, "person", "server.referent", x->person, x->n, NULL, NULL);
  form_end(r, "server.assign", false);
}

static vg_code candidates_table(struct request *r, const struct incident *in, const struct routing *k,
                                struct candidates *x, struct vg_err *err) {
  static const char *const head[] = {"server.referent", "server.zone", NUMBER("server.load"), "server.reason"};
  if (k->said) {
    RAW(r, "<p>");
    msg(r, k->said);
    RAW(r, "</p>");
  }
  table_begin(r, NULL, "server.routing", head, VG_COUNT(head));
  VG_TRY(casework_route(r->tx, in, candidate_row, x, err));
  table_end(r, "server.referents.none");
  if (x->n)
    candidates_form(r, x);
  return VG_OK;
}

/* Open while somebody has to be found; folded where somebody follows it. */
static vg_code routing(struct request *r, const struct incident *in, struct vg_err *err) {
  struct routing k;
  VG_TRY(casework_routing(r->tx, in, &k, err));
  struct candidates *x = calloc(1, sizeof *x);
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  x->r = r;
  bool folded = in->referent && !k.follower_ill;
  card_begin(r, folded ? "server.referent" : "server.routing", NULL);
  if (in->referent) {
    vg_buf_z(&r->out, k.follower_ill ? "<p class=\"hot\">" : "<p>");
    SAY(r, k.follower_ill ? k.follower_ill : "server.routing.followed", k.follower);
    RAW(r, "</p>");
  }
  if (folded)
    details_begin(r, "server.routing.other", "assign");
  vg_code rc = candidates_table(r, in, &k, x, err);
  if (folded)
    RAW(r, "</details>");
  card_end(r);
  free(x);
  return rc;
}

static vg_code assign(struct request *r, struct vg_err *err) {
  struct incident in;
  struct person p;
  char pid[VG_ID_MAX];
  VG_TRY(casework_incident_see(r->tx, &r->who, vg_str_z(r->rest), &in, err));
  VG_TRY(territory_person_find(r->tx, vg_str_z(sent(r, "person", pid, sizeof pid)), &p, err));
  VG_TRY(casework_assign(r->tx, &r->who, &in, &p, NULL, err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

static vg_code new_form(struct request *r, struct vg_err *err) {
  char given[200];
  struct choice kind[VG_COUNT(kinds)];
  char labels[VG_COUNT(kinds)][48];
  page_top(r, "server.incident.new", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.incident.new.sub");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  form_begin(r, "/signalements/nouveau", NULL);
  VG_TRY(field_company(r, "org", "server.company.ref", asked(r, "org", given, sizeof given), true,
                       "territory.no_org territory.namesakes territory.siren territory.siret", err));
  field_choice(r, "kind", "server.kind", kind, choices(kind, "server.kind.", labels, kinds, VG_COUNT(kinds)),
               "ransomware", "casework.kind");
  field_area(r, "summary", "server.summary", true, "casework.summary casework.summary_long");
  RAW(r, "<div class=\"pair\">");
  field(r, "happened", "server.happened", "datetime-local", "", true, "casework.order server.bad_time");
  field(r, "known", "server.known", "datetime-local", "", true, NULL);
  RAW(r, "</div>");
  field_check(r, "personal", "yes", vg_str_z(vg_msg_text(r->lang, "server.personal_data")), !r->post);
  form_end(r, "server.incident.add", true);
  card_end(r);
  return VG_OK;
}

static vg_code new_post(struct request *r, struct vg_err *err) {
  struct org o;
  char name[200], personal[8];
  struct incident in = {.reported = VG_NOTIME};
  VG_TRY(territory_company_meant(r->tx, &r->who, vg_str_z(sent(r, "org", name, sizeof name)), VG_STR(""), &o, err));
  in.org = o.id;
  vg_str_copy(in.org_name, sizeof in.org_name, vg_str_z(o.name));
  vg_str_copy(in.zone, sizeof in.zone, vg_str_z(o.zone));
  sent(r, "kind", in.kind, sizeof in.kind);
  sent(r, "summary", in.summary, sizeof in.summary);
  in.no_personal_data = strcmp(sent(r, "personal", personal, sizeof personal), "yes") != 0;
  if (!sent_time(r, "happened", &in.happened) || !sent_time(r, "known", &in.known))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(casework_incident_add(r->tx, &r->who, &in, err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

static vg_code offence_check(void *ctx, const struct offence *o, struct vg_err *err) {
  struct request *r = ctx;
  struct vg_buf label;
  vg_buf_init(&label, 2000);
  vg_buf_str(&label, o->text);
  vg_buf_z(&label, r->lang == VG_FR ? "\u00a0: " : ": ");
  vg_buf_str(&label, o->label_fr);
  vg_buf_z(&label, casework_doubt_after((char[CASEWORK_DOUBT]){0}, r->lang, o->doubt));
  vg_code rc = vg_buf_check(&label, err);
  if (rc == VG_OK)
    field_check(r, "offence", VG_T(o->code), vg_buf_view(&label), false);
  vg_buf_fini(&label);
  return rc;
}

/* The offences offered are those in force when it happened. */
static vg_code open_form(struct request *r, const struct incident *in, bool again, struct vg_err *err) {
  struct choice frame[VG_COUNT(frames)];
  char labels[VG_COUNT(frames)][48];
  details_begin(r, again ? "server.case.open_again" : "server.case.open", "case");
  form_begin(r, r->path, "case");
  if (again)
    field(r, "again", "server.case.again", "text", "", true, "casework.incident_has_case");
  field_choice(r, "frame", "server.frame", frame, choices(frame, "server.frame.", labels, frames, VG_COUNT(frames)),
               "flagrance", "casework.frame");
  field(r, "ref", "server.case.ref", "text", "", false, "casework.case_exists");
  RAW(r, "<fieldset><legend>");
  msg(r, "server.offences");
  RAW(r, "</legend>");
  VG_TRY(casework_each_offence(r->tx, VG_STR(""), in->happened, OFFENCES_SHOWN, offence_check, r, err));
  RAW(r, "</fieldset>");
  form_end(r, "server.case.open.do", !again);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code open_post(struct request *r, struct vg_err *err) {
  enum { OFFENCES = 32 };
  struct affair a = {.incident = vg_id_of(vg_str_z(r->rest))};
  char code[OFFENCES][48], again[256];
  const char *offence[OFFENCES];
  size_t n = 0;
  sent(r, "frame", a.frame, sizeof a.frame);
  sent(r, "ref", a.ref, sizeof a.ref);
  for (; n < OFFENCES && sent_nth(r, "offence", n, code[n], sizeof code[n]); n++)
    offence[n] = code[n];
  VG_TRY(casework_case_open(r->tx, &r->who, &a, offence, n, vg_str_z(sent(r, "again", again, sizeof again)), err));
  go_to(r, "/affaires/", vg_str_z(a.ref));
  return VG_OK;
}

static void case_link(struct request *r, struct store_rows *q) {
  r->table_rows++;
  if (!casework_subject_seen(r->tx, &r->who, store_str(q, 0)))
    return;
  RAW(r, "<p>");
  msg(r, "server.incident.case");
  RAW(r, " ");
  link_to(r, "/affaires/", store_str(q, 0), store_str(q, 0));
  RAW(r, " ");
  regime_badge(r, casework_frame_regime(store_str(q, 1)));
  RAW(r, "</p>");
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16];
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "clock"))
    return set_clock(r, err);
  if (!strcmp(what, "assign"))
    return assign(r, err);
  if (!strcmp(what, "case") || !what[0])
    return open_post(r, err);
  struct incident in;
  VG_TRY(casework_incident_see(r->tx, &r->who, vg_str_z(r->rest), &in, err));
  if (strcmp(what, "obstacle") != 0)
    return post_intake(r, &in, what, err);
  VG_TRY(post_obstacle(r, vg_id_str(&in.pid), err));
  go_to(r, "/signalements/", vg_id_str(&in.pid));
  return VG_OK;
}

static void referent_line(struct request *r, struct store_rows *q) {
  term(r, "server.referent");
  text(r, store_str(q, 0));
}

static void time_told(struct request *r, const char *label, vg_time t) {
  term(r, label);
  if (t == VG_NOTIME)
    msg(r, "dossier.time.unknown");
  else
    when(r, t);
}

void part_times_told(struct request *r, const struct incident *in) {
  vg_time happened, known;
  casework_times_told(in, &happened, &known);
  time_told(r, "server.happened", happened);
  time_told(r, "server.known", known);
}

vg_code part_incident_facts(struct request *r, const struct incident *in, struct vg_err *err) {
  term(r, "server.summary");
  textz(r, in->summary);
  part_times_told(r, in);
  term(r, "server.reported");
  when(r, in->reported);
  return each(r, "SELECT DISTINCT name FROM territory_v_mandate WHERE person = $1", S_ARGS(S_INT(in->referent)),
              referent_line, err);
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct incident in;
  bool asks;
  VG_TRY(casework_incident_see(r->tx, &r->who, vg_str_z(r->rest), &in, err));
  VG_TRY(consult_incident(r, &in, &asks, err));
  if (asks)
    return VG_OK;
  page_top(r, "server.incident.title", TITLE_ARGS(in.org_name));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.kind.", vg_str_z(in.kind));
  RAW(r, " · ");
  zone_name(r, vg_str_z(in.zone));
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.incident", NULL);
  dl_begin(r);
  VG_TRY(part_incident_facts(r, &in, err));
  dl_end(r);
  size_t before = r->table_rows = 0;
  VG_TRY(each(r, "SELECT ref, frame FROM casework_v_case WHERE incident = $1 ORDER BY id", S_ARGS(S_Z(in.pid.s)),
              case_link, err));
  VG_TRY(open_form(r, &in, r->table_rows > before, err));
  card_end(r);
  VG_TRY(clocks(r, &in, err));
  VG_TRY(part_intake(r, &in, err));
  RAW(r, "</div><div>");
  VG_TRY(routing(r, &in, err));
  VG_TRY(part_referrals(r, &in, err));
  VG_TRY(part_incident_documents(r, &in, err));
  VG_TRY(part_obstacles(r, vg_id_str(&in.pid), err));
  RAW(r, "</div></div>");
  return VG_OK;
}

const struct page page_incident_new = {
    "/signalements/nouveau", GROUP_FIELD, "server.nav.cases", new_form, new_post, PAGE_HIDDEN};
const struct page page_incident = {"/signalements/", GROUP_FIELD, "server.nav.cases", show, post, PAGE_HIDDEN};
