#include "server/evaluation.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "casework/casework.h"

static void incident_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  when(r, store_time(q, 3));
  cell(r);
  link_to(r, "/signalements/", store_str(q, 0), store_str(q, 1));
  cell(r);
  word(r, "server.kind.", store_str(q, 2));
  cell(r);
  zone_name(r, store_str(q, 4));
  cell_n(r);
  clock_left(r, store_time(q, 5), store_is_null(q, 5) ? VG_STR("not-applicable") : VG_STR("open"));
}

static vg_code case_row(void *ctx, const struct affair *a, struct vg_err *err) {
  struct request *r = ctx;
  int64_t exhibits;
  VG_TRY(store_get_int(r->tx, &exhibits, "SELECT COUNT(*) FROM casework_v_exhibit WHERE case_id = $1",
                       S_ARGS(S_INT(a->id)), err));
  row(r);
  cell(r);
  link_to(r, "/affaires/", vg_str_z(a->ref), vg_str_z(a->ref));
  cell(r);
  textz(r, a->org_name);
  cell(r);
  zone_name(r, vg_str_z(a->zone));
  cell(r);
  word(r, "cli.case_state.", vg_str_z(a->state));
  cell(r);
  word(r, "server.frame.", vg_str_z(a->frame));
  RAW(r, " ");
  regime_badge(r, casework_frame_regime(vg_str_z(a->frame)));
  cell(r);
  tlp_name(r, vg_str_z(a->tlp));
  cell_n(r);
  num(r, exhibits);
  cell(r);
  day(r, a->opened);
  return VG_OK;
}

static const char *const states[] = {"open", "in-progress", "transmitted", "closed", "dismissed", "reopened"};

static void search_box(struct request *r, const char *words, const char *state, enum regime of) {
  static const struct choice regimes[] = {{"investigation", "cli.regime.investigation"},
                                          {"prevention", "cli.regime.prevention"},
                                          {"both", "cli.regime.both"}};
  struct choice v[VG_COUNT(states) + 1];
  char labels[VG_COUNT(states)][48];
  v[0] = (struct choice){"", "server.case.any_state"};
  size_t n = coded_choices(v + 1, "cli.case_state.", labels, states, VG_COUNT(states));
  RAW(r, "<form class=\"form\" method=\"get\" action=\"/affaires\"><div class=\"field\"><label for=\"f-mots\">");
  msg(r, "server.cases.search");
  RAW(r, "</label><input type=\"search\" id=\"f-mots\" name=\"mots\" value=\"");
  textz(r, words);
  RAW(r, "\"></div>");
  field_choice(r, "etat", "server.state", v, n + 1, state, NULL);
  field_choice(r, "regime", "server.figures.regime", regimes, VG_COUNT(regimes), casework_regime_name(of), NULL);
  RAW(r, "<p><button>");
  msg(r, "server.cases.search.do");
  RAW(r, "</button></p></form>");
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const waiting[] = {"server.reported", "server.company", "server.kind", "server.zone",
                                        NUMBER("server.todo.left")};
  static const char *const head[] = {
      "server.case.ref", "server.company",          "server.zone",  "server.state", "server.frame",
      "server.marking",  NUMBER("server.exhibits"), "server.opened"};
  char words[200], state[16];
  bool combine, asks = false;
  asked(r, "mots", words, sizeof words);
  enum regime of = asked_regime(r, words[0] ? REGIME_INVESTIGATION : REGIME_ANY, r->who.id.s, &combine);
  if (words[0] && of == REGIME_INVESTIGATION) /* without words it is the register: numbers, companies, states */
    VG_TRY(consult_many(r, &asks, err));
  asked(r, "etat", state, sizeof state);
  page_top(r, "server.nav.cases", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.cases.sub");
  RAW(r, "</p><p>");
  button_link(r, "/signalements/accueil", "server.intake", true);
  RAW(r, " ");
  button_link(r, "/signalements/nouveau", "server.incident.new", false);
  RAW(r, " ");
  button_link(r, "/affaires-import", "server.case_import", false);
  RAW(r, " ");
  button_link(r, "/infractions", "server.offences.title", false);
  RAW(r, "</p>");
  card_begin(r, "server.incidents.waiting", NULL);
  table_begin(r, "a-orienter", "server.incidents.waiting", waiting, VG_COUNT(waiting));
  VG_TRY(
      each(r,
           "SELECT i.pid, i.org_name, i.kind, i.reported, i.zone, (SELECT MIN(CASE WHEN k.state = 'open' THEN k.due "
           "END) FROM casework_v_clock k WHERE k.incident = i.id) FROM casework_v_waiting i WHERE 1 = 1" INCIDENT_SEEN(
               "i", "$1", "$2", "$3", "$4") " ORDER BY i.reported DESC, i.id DESC LIMIT 200",
           S_ARGS(SEEN_ARGS(r)), incident_row, err));
  table_end(r, "server.incidents.waiting.none");
  card_end(r);
  card_begin(r, "server.cases", NULL);
  search_box(r, words, state, of);
  table_begin(r, "affaires", "server.cases", head, VG_COUNT(head));
  const struct case_query wanted = {.words = vg_str_z(words), .state = vg_str_z(state), .limit = 200, .regime = of};
  if (!asks)
    VG_TRY(casework_case_search(r->tx, &r->who, &wanted, case_row, r, err));
  table_end(r, asks ? "server.consult.many" : words[0] || state[0] ? "server.cases.none_such" : "server.cases.none");
  card_end(r);
  if (asks)
    consult_card(r);
  if (combine)
    form_combine(r);
  return VG_OK;
}

static vg_code list_post(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/affaires", VG_STR(""), err);
}

static vg_code charge_row(void *ctx, const struct offence *o, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  text(r, o->text);
  to_check(r, o->doubt);
  cell(r);
  text(r, o->label_fr);
  cells_penalty(r, o);
  return VG_OK;
}

static vg_code charges(struct request *r, const struct affair *a, struct vg_err *err) {
  static const char *const head[] = {"server.article", "server.offence", NUMBER("server.prison"),
                                     NUMBER("server.fine")};
  card_begin(r, "server.offences", NULL);
  table_begin(r, "infractions", "server.offences", head, VG_COUNT(head));
  VG_TRY(casework_each_charge(r->tx, a->id, charge_row, r, err));
  table_end(r, NULL);
  VG_TRY(charge_form(r, a, err));
  card_end(r);
  return VG_OK;
}

/* What the ledger says of the case, its incident and its exhibits, the newest first. */
enum { TRACES = 40, TRACES_OF_ONE = 20, TRACES_OF_EXHIBIT = 10 };
struct trace {
  int64_t index;
  vg_time at;
  char kind[64];
};
struct traces {
  struct request *r;
  struct trace v[TRACES + 1];
  size_t n;
};

/* Kept sorted, and the newest alone when there are more. */
static vg_code take_trace(void *ctx, const struct ledger_entry *e, struct vg_err *err) {
  struct traces *x = ctx;
  size_t i = x->n;
  (void)err;
  for (; i && x->v[i - 1].index < e->index; i--)
    x->v[i] = x->v[i - 1];
  x->v[i] = (struct trace){.index = e->index, .at = e->time};
  vg_str_copy(x->v[i].kind, sizeof x->v[i].kind, e->kind);
  x->n += x->n < TRACES;
  return VG_OK;
}

static vg_code exhibit_traces(void *ctx, const struct exhibit *e, struct vg_err *err) {
  struct traces *x = ctx;
  return ledger_entries(x->r->tx, -1, -TRACES_OF_EXHIBIT, e->pid.s, take_trace, x, err);
}

static vg_code traces(struct request *r, const struct affair *a, struct vg_err *err) {
  struct traces x = {.r = r};
  VG_TRY(casework_each_exhibit(r->tx, a->id, exhibit_traces, &x, err));
  VG_TRY(ledger_entries(r->tx, -1, -TRACES_OF_ONE, a->pid.s, take_trace, &x, err));
  VG_TRY(ledger_entries(r->tx, -1, -TRACES_OF_ONE, a->incident.s, take_trace, &x, err));
  card_begin(r, "server.case.journal", NULL);
  RAW(r, "<ul class=\"tree\">");
  for (size_t i = 0; i < x.n; i++) {
    RAW(r, "<li>");
    when(r, x.v[i].at);
    RAW(r, " ");
    word(r, "server.event.", vg_str_z(x.v[i].kind));
    vg_buf_fmt(&r->out, " <small><a href=\"/journal/%lld\">n° %lld</a></small></li>", (long long)x.v[i].index,
               (long long)x.v[i].index);
  }
  RAW(r, "</ul>");
  card_end(r);
  return VG_OK;
}

static vg_code exhibit_form(struct request *r, struct vg_err *err) {
  (void)err;
  details_begin(r, "server.exhibit.new", "exhibit");
  form_begin(r, r->path, "exhibit");
  field(r, "description", "server.description", "text", "", true, "casework.description");
  RAW(r, "<div class=\"pair\">");
  field(r, "medium", "server.medium", "text", "", false, NULL);
  field(r, "serial", "server.serial", "text", "", false, NULL);
  RAW(r, "</div>");
  field(r, "seal", "server.seal", "text", "", false, NULL);
  form_end(r, "server.exhibit.add", false);
  RAW(r, "</details>");
  return VG_OK;
}

static void exhibit_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/scelles/", store_str(q, 0), store_str(q, 0));
  cell(r);
  text(r, store_str(q, 1));
  RAW(r, "<br><small>");
  text(r, store_str(q, 2));
  RAW(r, " ");
  if (store_str(q, 3).n) {
    msg(r, "server.seal");
    RAW(r, " ");
    text(r, store_str(q, 3));
  } else
    msg(r, "server.seal.none");
  RAW(r, "</small> ");
  if (vg_str_eqz(store_str(q, 6), "destroyed") || vg_str_eqz(store_str(q, 6), "returned"))
    badge(r, "mute", vg_str_eqz(store_str(q, 6), "destroyed") ? "server.custody.destroyed" : "server.custody.returned");
  cell(r);
  text(r, store_str(q, 4));
  RAW(r, "<br><small>");
  when(r, store_time(q, 5));
  RAW(r, "</small>");
}

static vg_code exhibits(struct request *r, const struct affair *a, struct vg_err *err) {
  static const char *const head[] = {"server.exhibit", "server.description", "server.holder"};
  card_begin(r, "server.exhibits", NULL);
  table_begin(r, "objets", "server.exhibits", head, VG_COUNT(head));
  VG_TRY(each(
      r,
      "SELECT e.ref, e.description, e.medium, e.seal, (SELECT COALESCE(NULLIF(k.holder, ''), k.person_name) "
      "FROM casework_v_custody_full k WHERE "
      "k.exhibit = e.id AND (k.holder <> '' OR k.what = 'received') ORDER BY k.id DESC LIMIT 1), (SELECT "
      "MAX(k.at) FROM casework_v_custody_full k "
      "WHERE k.exhibit = e.id), (SELECT k.what FROM casework_v_custody_full k WHERE k.exhibit = e.id AND k.what <> "
      "'copied' ORDER BY k.id DESC LIMIT 1) FROM casework_v_exhibit e WHERE e.case_id = $1 ORDER BY e.id",
      S_ARGS(S_INT(a->id)), exhibit_row, err));
  table_end(r, "server.exhibits.none");
  VG_TRY(exhibit_form(r, err));
  card_end(r);
  return VG_OK;
}

/* A case of another zone is no secret, its content is; what a conflict of interest closes is refused outright. */
static vg_code visible(struct request *r, struct affair *a, bool *seen, struct vg_err *err) {
  VG_TRY(casework_case_find(r->tx, vg_str_z(r->rest), a, err));
  VG_TRY(territory_access(r->tx, &r->who, a->org, err));
  *seen = casework_access(r->tx, &r->who, a->id, NULL) == VG_OK;
  return VG_OK;
}

static vg_code tasks(struct request *r, const struct affair *a, struct vg_err *err) {
  card_begin(r, "server.tasks.title", NULL);
  VG_TRY(part_tasks(r, &(struct task_query){.case_id = a->id, .over = true, .limit = 100}, true, err));
  card_end(r);
  return VG_OK;
}

/* On a phone one part at a time, chosen by its address; on a screen and on paper all of them. */
static const char *const parts[] = {"resume", "travail", "actes", "constats", "scelles", "liens", "documents", "droit"};

static void part_menu(struct request *r) {
  RAW(r, "<nav class=\"partmenu\" aria-label=\"");
  msg(r, "server.case.parts");
  RAW(r, "\">");
  for (size_t i = 0; i < VG_COUNT(parts); i++) {
    vg_buf_fmt(&r->out, "<a href=\"#p-%s\">", parts[i]);
    word(r, "server.case.part.", vg_str_z(parts[i]));
    RAW(r, "</a>");
  }
  RAW(r, "</nav>");
}

static void part_begin(struct request *r, const char *name) {
  vg_buf_fmt(&r->out, "<section class=\"part\" id=\"p-%s\">", name);
}

static void part_next(struct request *r, const char *name) {
  RAW(r, "</section>");
  part_begin(r, name);
}

static vg_code work(struct request *r, const struct affair *a, const struct incident *in, struct vg_err *err) {
  part_next(r, "travail");
  VG_TRY(tasks(r, a, err));
  VG_TRY(part_notes(r, a, err));
  part_next(r, "actes");
  VG_TRY(part_acts(r, a, err));
  part_next(r, "constats");
  VG_TRY(part_own_findings(r, a, err));
  VG_TRY(part_elements(r, a, in, err));
  return part_findings(r, vg_str_z(a->ref), VG_STR(""), err);
}

static vg_code things(struct request *r, const struct affair *a, struct vg_err *err) {
  part_next(r, "scelles");
  VG_TRY(exhibits(r, a, err));
  VG_TRY(part_images(r, vg_str_z(a->ref), VG_STR(""), REGIME_BOTH, err));
  part_next(r, "liens");
  VG_TRY(part_links(r, a, err));
  VG_TRY(part_parties(r, a, err));
  VG_TRY(part_obstacles(r, vg_str_z(a->ref), err));
  part_next(r, "documents");
  VG_TRY(part_documents(r, a, err));
  part_next(r, "droit");
  VG_TRY(charges(r, a, err));
  VG_TRY(part_access(r, a, err));
  VG_TRY(part_consulted(r, a, a->pid.s, err));
  return traces(r, a, err);
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct affair a;
  struct incident in;
  bool seen, asks;
  VG_TRY(visible(r, &a, &seen, err));
  if (!seen)
    return page_case_closed(r, &a, err);
  VG_TRY(consult(r, &a, a.pid.s, &asks, err));
  if (asks)
    return VG_OK;
  VG_TRY(casework_incident_find(r->tx, vg_id_str(&a.incident), &in, err));
  page_top(r, "server.case.title", TITLE_ARGS(a.ref));
  RAW(r, "<p class=\"sub\">");
  textz(r, a.org_name);
  RAW(r, " · ");
  word(r, "server.frame.", vg_str_z(a.frame));
  RAW(r, " · ");
  zone_name(r, vg_str_z(a.zone));
  RAW(r, " · ");
  tlp_name(r, vg_str_z(a.tlp));
  RAW(r, "</p>");
  part_menu(r);
  RAW(r, "<div class=\"grid parts\"><div>");
  part_begin(r, "resume");
  card_begin(r, "server.incident", NULL);
  dl_begin(r);
  term(r, "server.kind");
  word(r, "server.kind.", vg_str_z(in.kind));
  term(r, "server.summary");
  link_to(r, "/signalements/", vg_id_str(&in.pid), vg_str_z(in.summary));
  part_times_told(r, &in);
  dl_end(r);
  card_end(r);
  VG_TRY(work(r, &a, &in, err));
  RAW(r, "</section></div><div>");
  part_begin(r, "suivi");
  VG_TRY(part_state(r, &a, err));
  VG_TRY(part_frame(r, &a, err));
  card_begin(r, "server.delays", NULL);
  VG_TRY(part_clocks(r, in.id, err));
  RAW(r, "<p>");
  link_to(r, "/signalements/", vg_id_str(&in.pid), vg_str_z(vg_msg_text(r->lang, "server.clock.set")));
  RAW(r, "</p>");
  card_end(r);
  VG_TRY(things(r, &a, err));
  RAW(r, "</section></div></div>");
  return VG_OK;
}

static vg_code add_exhibit(struct request *r, struct vg_err *err) {
  struct affair a;
  struct exhibit e = {0};
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(r->rest), &a, err));
  e.case_id = a.id;
  vg_str_copy(e.case_ref, sizeof e.case_ref, vg_str_z(a.ref));
  sent(r, "description", e.description, sizeof e.description);
  sent(r, "medium", e.medium, sizeof e.medium);
  sent(r, "serial", e.serial, sizeof e.serial);
  sent(r, "seal", e.seal, sizeof e.seal);
  VG_TRY(casework_exhibit_add(r->tx, &r->who, &e, err));
  go_to(r, "/scelles/", vg_str_z(e.ref));
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  static const char *const life[] = {"step", "frame", "prolong", "note", "access", "ask", "link", "combine", "charge"};
  struct affair a;
  char what[16];
  bool of_life = false, of_task = !strncmp(sent(r, "what", what, sizeof what), "task", 4);
  for (size_t i = 0; i < VG_COUNT(life); i++)
    of_life = of_life || !strcmp(what, life[i]);
  if (!strcmp(what, "act"))
    return plan_act(r, err);
  if (!of_life && !of_task && strcmp(what, "obstacle") != 0)
    return !what[0] || !strcmp(what, "exhibit") ? add_exhibit(r, err) : post_dossier(r, what, err);
  VG_TRY(casework_case_find(r->tx, vg_str_z(r->rest), &a, err));
  if (!strcmp(what, "obstacle"))
    VG_TRY(post_obstacle(r, vg_str_z(a.ref), err));
  else if (of_life)
    VG_TRY(post_life(r, what, &a, err));
  else
    VG_TRY(
        post_task(r, what, &(struct task){.about = vg_id_str(&a.pid), .label = vg_str_z(a.ref), .case_id = a.id}, err));
  go_to(r, "/affaires/", vg_str_z(a.ref));
  return VG_OK;
}

const struct page page_cases = {"/affaires", GROUP_FIELD, "server.nav.cases", list, list_post, PAGE_LISTED};
const struct page page_case = {"/affaires/", GROUP_FIELD, "server.nav.cases", show, post, PAGE_HIDDEN};
