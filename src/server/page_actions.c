/* The agenda of prevention, how far it goes, and one action with its feedback. */
#include "server/evaluation.h"
#include "server/action_paper.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prevention/prevention.h"

static const char *const kinds[] = {"visit", "talk", "workshop", "public"};

static void state_badge(struct request *r, const struct action *a) {
  bool late = !strcmp(a->state, "planned") && a->at <= r->now;
  if (!strcmp(a->state, "planned"))
    badge(r, late ? "warn" : "info", late ? "server.action.to_close" : "server.action.planned");
  else
    badge(r, !strcmp(a->state, "done") ? "ok" : "mute",
          !strcmp(a->state, "done") ? "server.action.done" : "server.action.cancelled");
}

static void name_of(struct request *r, struct store_rows *q) { text(r, store_str(q, r->lang == VG_FR ? 0 : 1)); }

/* "C" and "PME" in words. */
static vg_code sector_name(struct request *r, vg_str naf, struct vg_err *err) {
  return each(r, "SELECT name_fr, name_en FROM territory_v_naf WHERE section = $1", S_ARGS(S_STR(naf)), name_of, err);
}
static vg_code size_name(struct request *r, vg_str size, struct vg_err *err) {
  return each(r, "SELECT name_fr, name_en FROM territory_v_size WHERE code = $1", S_ARGS(S_STR(size)), name_of, err);
}

/* "C:PME A:*" in words. */
static vg_code target(struct request *r, const char *words, struct vg_err *err) {
  vg_str rest = vg_str_z(words), word, naf;
  const char *between = "";
  if (!*words) {
    msg(r, "server.action.all");
    return VG_OK;
  }
  while (vg_str_cut(&rest, ' ', &word)) {
    if (!word.n || !vg_str_cut(&word, ':', &naf))
      continue;
    vg_buf_z(&r->out, between);
    between = "; ";
    if (vg_str_eqz(naf, "*"))
      msg(r, "server.action.any_sector");
    else
      VG_TRY(sector_name(r, naf, err));
    if (word.p && !vg_str_eqz(word, "*")) {
      RAW(r, ", ");
      VG_TRY(size_name(r, word, err));
    }
  }
  return VG_OK;
}

enum { OVER_SHOWN = 100 };
struct agenda {
  struct request *r;
  enum action_part part;
  int64_t rows;
};

static vg_code agenda_row(void *ctx, const struct action *a, struct vg_err *err) {
  struct agenda *g = ctx;
  struct request *r = g->r;
  g->rows++;
  if (a->org && territory_access(r->tx, &r->who, a->org, NULL) != VG_OK)
    return VG_OK;
  row(r);
  cell(r);
  when(r, a->at);
  cell(r);
  link_to(r, "/actions/", vg_id_str(&a->pid), vg_str_z(a->title));
  cell(r);
  word(r, "server.action.kind.", vg_str_z(a->kind));
  cell(r);
  if (a->org_name[0])
    textz(r, a->org_name);
  else
    zone_name(r, vg_str_z(a->zone));
  cell(r);
  VG_TRY(target(r, a->target, err));
  cell(r);
  state_badge(r, a);
  if (g->part == ACTIONS_OVER) {
    cell_n(r);
    num(r, a->people);
  }
  return VG_OK;
}

/* Those to come are all there; of those that are over the newest, and a link to the older ones. */
static vg_code agenda(struct request *r, enum action_part part, struct vg_err *err) {
  static const char *const head[] = {"server.at",         "server.action", "server.kind",          "server.where",
                                     "server.action.for", "server.state",  NUMBER("server.people")};
  struct agenda g = {.r = r, .part = part};
  bool over = part == ACTIONS_OVER;
  int64_t from = over ? rows_from(r, "de") : 0, most = over && !r->csv[0] ? OVER_SHOWN : 0;
  card_begin(r, over ? "server.actions.past" : "server.actions.coming", NULL);
  table_begin(r, over ? "passees" : "a-venir", over ? "server.actions.past" : "server.actions.coming", head,
              VG_COUNT(head) - !over);
  VG_TRY(prevention_each_action(r->tx, part, from, most, agenda_row, &g, err));
  table_end(r, over ? "server.actions.none_past" : "server.actions.none");
  pager_from(r, "/actions", "de", from, most, most && g.rows == most);
  card_end(r);
  return VG_OK;
}

static vg_code reach_row(void *ctx, const struct reach *e, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  zone_name(r, e->zone);
  cell_n(r);
  num(r, e->actions);
  cell(r);
  between(r, real, e->actions_lo, e->actions_hi);
  cell_n(r);
  num(r, e->people);
  cell_n(r);
  num(r, e->met);
  cell_n(r);
  num(r, e->companies);
  cell(r);
  between(r, percent, e->lo, e->hi);
  cell_n(r);
  num(r, e->exercises);
  cell_n(r);
  num(r, e->exercised);
  cell(r);
  between(r, percent, e->tested_lo, e->tested_hi);
  return VG_OK;
}

static vg_code reach(struct request *r, struct vg_err *err) {
  static const char *const head[] = {
      "server.zone",           NUMBER("server.actions.done"), "server.interval",
      NUMBER("server.people"), NUMBER("server.reach.met"),    NUMBER("server.reach.known"),
      "server.reach.share",    NUMBER("server.exercises"),    NUMBER("server.reach.exercised"),
      "server.reach.tested"};
  card_begin(r, "server.reach", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.reach.sub");
  RAW(r, "</p>");
  table_begin(r, "portee", "server.reach", head, VG_COUNT(head));
  VG_TRY(prevention_each_reach(r->tx, r->now - 365 * VG_DAY, r->now, reach_row, r, err));
  table_end(r, NULL);
  card_end(r);
  return VG_OK;
}

static vg_code new_form(struct request *r, struct vg_err *err) {
  struct choice kind[VG_COUNT(kinds)];
  char labels[VG_COUNT(kinds)][48], given[200];
  card_begin(r, "server.action.new", NULL);
  form_begin(r, "/actions", "new");
  field_choice(r, "kind", "server.kind", kind,
               coded_choices(kind, "server.action.kind.", labels, kinds, VG_COUNT(kinds)), "visit", "prevention.kind");
  field(r, "title", "server.title", "text", "", true, "prevention.title");
  field(r, "at", "server.at", "datetime-local", "", true, "server.bad_time");
  VG_TRY(field_company(r, "org", "server.company.ref", asked(r, "org", given, sizeof given), false,
                       "territory.no_org territory.conflict", err));
  VG_TRY(field_zone(r, "zone", "server.none", r->who.zone, "territory.no_zone", err));
  field(r, "place", "server.place", "text", "", false, NULL);
  RAW(r, "<div class=\"pair\">");
  VG_TRY(field_naf(r, "naf", "server.action.any_sector", NULL, "prevention.target", err));
  VG_TRY(field_size(r, "size", "server.action.any_size", NULL, NULL, err));
  RAW(r, "</div>");
  VG_TRY(field_referent(r, "referent", "server.none", "prevention.mandate", err));
  form_end(r, "server.action.add", true);
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
#define PLANNED "SELECT COUNT(*) FROM prevention_v_action_full WHERE state = 'planned' AND at "
  int64_t planned, to_close;
  page_top(r, "server.nav.actions", NULL);
  VG_TRY(store_get_int(r->tx, &planned, PLANNED "> $1", S_ARGS(S_TIME(r->now)), err));
  VG_TRY(store_get_int(r->tx, &to_close, PLANNED "<= $1", S_ARGS(S_TIME(r->now)), err));
  RAW(r, "<p class=\"sub\">");
  SAY(r, "server.actions.sub", VG_N(planned), VG_N(to_close));
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(agenda(r, ACTIONS_PLANNED, err));
  VG_TRY(agenda(r, ACTIONS_OVER, err));
  RAW(r, "</div><div>");
  VG_TRY(new_form(r, err));
  RAW(r, "</div></div>");
  return reach(r, err);
}

static vg_code new_post(struct request *r, struct vg_err *err) {
  struct action a = {.at = VG_NOTIME};
  char org[200], referent[VG_ID_MAX], naf[8], size[8];
  sent(r, "kind", a.kind, sizeof a.kind);
  sent(r, "title", a.title, sizeof a.title);
  sent(r, "place", a.place, sizeof a.place);
  sent(r, "zone", a.zone, sizeof a.zone);
  sent(r, "naf", naf, sizeof naf);
  sent(r, "size", size, sizeof size);
  if (naf[0] || size[0])
    snprintf(a.target, sizeof a.target, "%s:%s", naf[0] ? naf : "*", size[0] ? size : "*");
  if (!sent_time(r, "at", &a.at))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  if (*sent(r, "org", org, sizeof org)) {
    struct org o;
    VG_TRY(territory_org_find(r->tx, vg_str_z(org), &o, err));
    a.org = o.id;
    vg_str_copy(a.org_name, sizeof a.org_name, vg_str_z(o.name));
    vg_str_copy(a.zone, sizeof a.zone, vg_str_z(o.zone));
  }
  if (*sent(r, "referent", referent, sizeof referent)) {
    struct person p;
    VG_TRY(territory_person_find(r->tx, vg_str_z(referent), &p, err));
    a.referent = p.id;
    vg_str_copy(a.referent_name, sizeof a.referent_name, vg_str_z(p.name));
  }
  VG_TRY(prevention_action_add(r->tx, &r->who, &a, err));
  go_to(r, "/actions/", vg_id_str(&a.pid));
  return VG_OK;
}

/* One action. */
static vg_code audience_row(void *ctx, vg_str naf, vg_str size, int64_t people, struct vg_err *err) {
  struct request *r = ctx;
  row(r);
  cell(r);
  if (naf.n)
    VG_TRY(sector_name(r, naf, err));
  else
    msg(r, "server.action.kind.public");
  cell(r);
  if (size.n)
    VG_TRY(size_name(r, size, err));
  else
    RAW(r, "–");
  cell_n(r);
  num(r, people);
  return VG_OK;
}

static vg_code audience(struct request *r, const struct action *a, struct vg_err *err) {
  static const char *const head[] = {"server.sector", "server.size", NUMBER("server.people")};
  card_begin(r, "server.action.audience", NULL);
  table_begin(r, "public", "server.action.audience", head, VG_COUNT(head));
  VG_TRY(prevention_each_audience(r->tx, a->id, audience_row, r, err));
  table_end(r, "server.action.nobody_yet");
  card_end(r);
  return VG_OK;
}

static void note_item(struct request *r, struct store_rows *q) {
  RAW(r, "<li>");
  text(r, store_str(q, 0));
  RAW(r, "</li>");
}

static vg_code feedback(struct request *r, const struct action *a, struct vg_err *err) {
  struct feedback f;
  VG_TRY(prevention_feedback_of(r->tx, a->id, &f, err));
  if (!f.sheets && !a->token[0])
    return VG_OK;
  card_begin(r, "server.action.feedback", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.action.by_fives");
  RAW(r, "</p>");
  if (!f.sheets) {
    card_end(r);
    return VG_OK;
  }
  dl_begin(r);
  term(r, "server.action.sheets");
  num(r, f.sheets);
  term(r, "server.presence.useful");
  for (int i = 0; i < 5; i++) {
    vg_buf_fmt(&r->out, "%s%d\u00a0: ", i ? " · " : "", i + 1);
    num(r, f.mark[i]);
  }
  term(r, "server.presence.will");
  num(r, f.yes);
  RAW(r, " [");
  percent(r, f.yes_lo);
  RAW(r, "\u00a0; ");
  percent(r, f.yes_hi);
  RAW(r, "]");
  dl_end(r);
  RAW(r, "<ul>");
  VG_TRY(each(r, "SELECT note FROM prevention_v_feedback WHERE action = $1 AND note <> '' ORDER BY day, note LIMIT 50",
              S_ARGS(S_INT(a->id)), note_item, err));
  RAW(r, "</ul>");
  card_end(r);
  return VG_OK;
}

static vg_code attendee_row(void *ctx, vg_str name, vg_str contact, vg_str purpose, vg_time agreed,
                            struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  text(r, name);
  cell(r);
  text(r, contact);
  cell(r);
  text(r, purpose);
  cell(r);
  day(r, agreed);
  cell(r);
  form_begin(r, r->path, "withdraw");
  field_hidden(r, "name", name);
  form_end(r, "server.attendee.withdraw", false);
  return VG_OK;
}

static vg_code attendees(struct request *r, const struct action *a, struct vg_err *err) {
  static const char *const head[] = {"server.name", "server.contact", "server.attendee.purpose",
                                     "server.attendee.agreed", "server.state"};
  card_begin(r, "server.attendees", NULL);
  table_begin(r, NULL, "server.attendees", head, VG_COUNT(head));
  VG_TRY(prevention_each_attendee(r->tx, a->id, attendee_row, r, err));
  table_end(r, "server.attendees.none");
  details_begin(r, "server.attendee.add", "agree");
  form_begin(r, r->path, "agree");
  field(r, "name", "server.name", "text", "", true, "prevention.attendee prevention.attendee_exists");
  field(r, "contact", "server.contact", "text", "", false, NULL);
  field(r, "purpose", "server.attendee.purpose", "text", "", true, NULL);
  form_end(r, "server.attendee.do", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

/* Three lines of who came; what is left empty counts for nothing. */
/* Who came, sector by sector: the first row stands open, the others folded. */
enum { AUDIENCES = 6 };
static vg_code audience_fields(struct request *r, size_t i, struct vg_err *err) {
  char naf[8], size[8], people[12];
  snprintf(naf, sizeof naf, "naf%zu", i);
  snprintf(size, sizeof size, "size%zu", i);
  snprintf(people, sizeof people, "people%zu", i);
  RAW(r, "<div class=\"pair\">");
  VG_TRY(field_naf(r, naf, "server.action.kind.public", NULL, i ? NULL : "prevention.audience", err));
  VG_TRY(field_size(r, size, "server.action.kind.public", NULL, NULL, err));
  RAW(r, "</div>");
  field(r, people, "server.people", "number", "", false, i ? NULL : "server.needed");
  return VG_OK;
}

static vg_code close_form(struct request *r, struct vg_err *err) {
  card_begin(r, "server.action.close", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.action.close.sub");
  RAW(r, "</p>");
  form_begin(r, r->path, "done");
  VG_TRY(audience_fields(r, 0, err));
  vg_buf_z(&r->out, r->form_sent ? "<details open><summary>" : "<details><summary>");
  msg(r, "server.action.close.more");
  RAW(r, "</summary>");
  for (size_t i = 1; i < AUDIENCES; i++)
    VG_TRY(audience_fields(r, i, err));
  RAW(r, "</details>");
  form_end(r, "server.action.close.do", true);
  card_end(r);
  return VG_OK;
}

static void cancel_form(struct request *r, bool done) {
  card_begin(r, NULL, NULL);
  details_begin(r, done ? "server.action.mistake" : "server.action.cancel", "cancel");
  if (done) {
    RAW(r, "<p>");
    msg(r, "server.action.mistake.help");
    RAW(r, "</p>");
  }
  form_begin(r, r->path, done ? "mistake" : "cancel");
  field(r, "reason", "server.motive", "text", "", true, "prevention.cancel_reason");
  form_end(r, done ? "server.action.mistake.do" : "server.action.cancel.do", false);
  RAW(r, "</details>");
  card_end(r);
}

static vg_code facts(struct request *r, const struct action *a, struct vg_err *err) {
  card_begin(r, "server.action", NULL);
  dl_begin(r);
  term(r, "server.at");
  when(r, a->at);
  term(r, "server.place");
  textz(r, a->place[0] ? a->place : "–");
  term(r, "server.zone");
  zone_name(r, vg_str_z(a->zone));
  if (a->org_name[0]) {
    term(r, "server.company");
    link_to(r, "/entreprises/", vg_str_z(a->org_name), vg_str_z(a->org_name));
  }
  term(r, "server.referent");
  textz(r, a->referent_name[0] ? a->referent_name : "–");
  term(r, "server.action.for");
  VG_TRY(target(r, a->target, err));
  term(r, "server.state");
  state_badge(r, a);
  if (a->reason[0]) {
    term(r, "server.motive");
    textz(r, a->reason);
  }
  dl_end(r);
  RAW(r, "<p><a class=\"btn\" href=\"/actions/");
  textz(r, a->pid.s);
  RAW(r, "/affiche\">");
  msg(r, "server.action.poster");
  RAW(r, "</a> <a class=\"btn\" href=\"/actions/");
  textz(r, a->pid.s);
  RAW(r, "/support\">");
  msg(r, "server.action.handout");
  RAW(r, "</a> <a class=\"btn\" href=\"/actions/");
  textz(r, a->pid.s);
  RAW(r, "/lettres\">");
  msg(r, "server.action.letters");
  RAW(r, "</a></p>");
  card_end(r);
  return VG_OK;
}

static vg_code one(struct request *r, const struct action *a, struct vg_err *err) {
  bool planned = !strcmp(a->state, "planned");
  page_top_text(r, vg_str_z(a->title));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.action.kind.", vg_str_z(a->kind));
  RAW(r, " · ");
  when(r, a->at);
  RAW(r, "</p><div class=\"grid\"><div>");
  VG_TRY(facts(r, a, err));
  VG_TRY(audience(r, a, err));
  VG_TRY(feedback(r, a, err));
  RAW(r, "</div><div>");
  if (planned && a->at <= r->now)
    VG_TRY(close_form(r, err));
  if (strcmp(a->state, "cancelled") != 0)
    cancel_form(r, !strcmp(a->state, "done"));
  VG_TRY(attendees(r, a, err));
  VG_TRY(part_obstacles(r, vg_id_str(&a->pid), err));
  RAW(r, "</div></div>");
  return VG_OK;
}

/* "ID", "ID/affiche", "ID/support", "ID/lettres" */
static vg_code find(struct request *r, struct action *a, vg_str *sheet, struct vg_err *err) {
  vg_str pid;
  *sheet = vg_str_z(r->rest);
  (void)vg_str_cut(sheet, '/', &pid);
  VG_TRY(prevention_action_find(r->tx, pid, a, err));
  return a->org ? territory_access(r->tx, &r->who, a->org, err) : VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct action a;
  vg_str sheet;
  VG_TRY(find(r, &a, &sheet, err));
  if (!sheet.p)
    return one(r, &a, err);
  if (vg_str_eqz(sheet, "affiche"))
    return action_poster(r, &a, err);
  if (vg_str_eqz(sheet, "lettres"))
    return action_letters(r, &a, err);
  return vg_str_eqz(sheet, "support") ? action_handout(r, &a, err) : VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

static vg_code close_it(struct request *r, const struct action *a, struct vg_err *err) {
  char words[AUDIENCES][64], name[12], naf[8], size[8], people[16];
  const char *list_[AUDIENCES];
  size_t n = 0;
  for (size_t i = 0; i < AUDIENCES; i++) {
    snprintf(name, sizeof name, "naf%zu", i);
    sent(r, name, naf, sizeof naf);
    snprintf(name, sizeof name, "size%zu", i);
    sent(r, name, size, sizeof size);
    snprintf(name, sizeof name, "people%zu", i);
    if (!*sent(r, name, people, sizeof people))
      continue;
    snprintf(words[n], sizeof words[0], "%s:%s:%s", naf[0] ? naf : "-", size[0] ? size : "-", people);
    list_[n] = words[n];
    n++;
  }
  return prevention_action_done(r->tx, &r->who, vg_id_str(&a->pid), list_, n, err);
}

static vg_code post(struct request *r, struct vg_err *err) {
  struct action a;
  vg_str sheet;
  char what[16], reason[400], name[200], contact[300], purpose[400], token[40];
  VG_TRY(find(r, &a, &sheet, err));
  vg_str pid = vg_id_str(&a.pid);
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "letters"))
    return action_post_letters(r, &a, err);
  if (!strcmp(what, "done"))
    VG_TRY(close_it(r, &a, err));
  else if (!strcmp(what, "cancel") || !strcmp(what, "mistake"))
    VG_TRY(prevention_action_cancel(r->tx, &r->who, pid, vg_str_z(sent(r, "reason", reason, sizeof reason)),
                                    !strcmp(what, "mistake"), err));
  else if (!strcmp(what, "obstacle"))
    VG_TRY(post_obstacle(r, pid, err));
  else if (!strcmp(what, "code"))
    VG_TRY(prevention_action_code(r->tx, &r->who, pid, token, err));
  else if (!strcmp(what, "agree"))
    VG_TRY(prevention_attendee_add(r->tx, &r->who, pid, vg_str_z(sent(r, "name", name, sizeof name)),
                                   vg_str_z(sent(r, "contact", contact, sizeof contact)),
                                   vg_str_z(sent(r, "purpose", purpose, sizeof purpose)), err));
  else if (!strcmp(what, "withdraw"))
    VG_TRY(prevention_attendee_withdraw(r->tx, &r->who, pid, vg_str_z(sent(r, "name", name, sizeof name)), err));
  else
    return VG_FAIL(err, VG_EDATA, "server.needed");
  go_to(r, "/actions/", pid);
  if (!strcmp(what, "code"))
    strncat(r->location, "/affiche", sizeof r->location - strlen(r->location) - 1);
  return VG_OK;
}

const struct page page_actions = {"/actions", GROUP_NETWORK, "server.nav.actions", list, new_post, PAGE_LISTED};
const struct page page_action = {"/actions/", GROUP_NETWORK, "server.nav.actions", show, post, PAGE_HIDDEN};
