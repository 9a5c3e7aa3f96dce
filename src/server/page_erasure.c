/* The end of cases: the review queue, what others ask to be erased, erasing in two steps, the proof. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "evidence/evidence.h"

/* An order's reference, or retention. */
static void rule_words(struct request *r, vg_str order) {
  if (order.n)
    SAY(r, "server.erasure.by_order", VG_T(order));
  else
    msg(r, "server.erasure.by_retention");
}

/* Under the head of a card, what it is about. */
static void card_explained(struct request *r, const char *head, const char *about) {
  card_begin(r, head, NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, about);
  RAW(r, "</p>");
}

/* --- the queue --- */

static void frame_word(struct request *r, vg_str frame) { word(r, "server.frame.", frame); }

static void held(struct request *r, vg_time until, vg_str why) {
  if (until == VG_NOTIME) {
    RAW(r, "–");
    return;
  }
  badge(r, "warn", "server.erasure.held");
  RAW(r, " ");
  day(r, until);
  RAW(r, "<br><small>");
  text(r, why);
  RAW(r, "</small>");
}

static void why_due(struct request *r, const struct case_past *p) {
  SAY(r, p->years == 3 ? "server.erasure.why.prevention" : "server.erasure.why.inquiry", VG_N(p->years));
}

/* Lists of so many rows each; the address says what is passed over in each of them. */
enum { SHOWN = 200 };
enum { DUE, DUE_INCIDENTS, ASKED, DONE, QUEUES };
static const char *const from_names[QUEUES] = {"de", "signalements-de", "demandes-de", "effacees-de"};
struct queues {
  int64_t from[QUEUES], rows, most; /* most 0: all, for a table as a file */
};

static void read_queues(struct request *r, struct queues *s) {
  *s = (struct queues){.most = r->csv[0] ? 0 : SHOWN + 1};
  for (int i = 0; i < QUEUES; i++)
    s->from[i] = rows_from(r, from_names[i]);
}

/* Is the next row shown? One counts from what is passed over here, below 0. */
static bool room(struct queues *s) {
  int64_t at = s->rows++;
  return at >= 0 && (at < SHOWN || !s->most);
}

/* The other lists stay where they are. */
static void queue_pager(struct request *r, const struct queues *s, int which) {
  char first[192] = "/effacement";
  for (int i = 0; i < QUEUES; i++) {
    size_t n = strlen(first);
    if (i != which && s->from[i])
      snprintf(first + n, sizeof first - n, "%c%s=%lld", strchr(first, '?') ? '&' : '?', from_names[i],
               (long long)s->from[i]);
  }
  pager_from(r, first, from_names[which], s->from[which], SHOWN, s->most && s->rows > SHOWN);
}

static vg_code due_row(void *ctx, const struct case_past *p, struct vg_err *err) {
  struct request *r = ctx;
  struct queues *s = r->keep;
  (void)err;
  if (!room(s))
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/effacement/", p->ref, p->ref);
  cell(r);
  frame_word(r, p->frame);
  cell(r);
  day(r, p->ended);
  cell(r);
  day(r, p->over);
  cell(r);
  why_due(r, p);
  cell(r);
  held(r, p->held_until, p->held_why);
  return VG_OK;
}

static vg_code queue(struct request *r, struct queues *s, struct vg_err *err) {
  static const char *const head[] = {"server.case",         "server.erasure.frame", "server.erasure.ended",
                                     "server.erasure.over", "server.erasure.why",   "server.erasure.holds"};
  card_explained(r, "server.erasure.queue", "server.erasure.queue.help");
  table_begin(r, "echeances", "server.erasure.queue", head, VG_COUNT(head));
  s->rows = 0;
  VG_TRY(casework_each_past(r->tx, &r->who, (struct past_page){s->from[DUE], s->most}, due_row, r, err));
  table_end(r, "server.erasure.queue.none");
  queue_pager(r, s, DUE);
  card_end(r);
  return VG_OK;
}

static void why_incident(struct request *r, const struct incident_past *p) {
  SAY(r, p->regime == REGIME_PREVENTION ? "server.erasure.why.report" : "server.erasure.why.complaint", VG_N(p->years));
}

static vg_code incident_row(void *ctx, const struct incident_past *p, struct vg_err *err) {
  struct request *r = ctx;
  struct queues *s = r->keep;
  (void)err;
  if (!room(s))
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/effacement/", p->pid, p->org_name);
  RAW(r, "<br>");
  word(r, "server.kind.", p->kind);
  cell(r);
  day(r, p->last);
  cell(r);
  day(r, p->over);
  cell(r);
  why_incident(r, p);
  cell(r);
  held(r, p->held_until, p->held_why);
  return VG_OK;
}

static vg_code incidents_queue(struct request *r, struct queues *s, struct vg_err *err) {
  static const char *const head[] = {"server.incident", "server.erasure.last", "server.erasure.over",
                                     "server.erasure.why", "server.erasure.holds"};
  card_explained(r, "server.erasure.incidents", "server.erasure.incidents.help");
  table_begin(r, "signalements", "server.erasure.incidents", head, VG_COUNT(head));
  s->rows = 0;
  VG_TRY(casework_each_past_incident(r->tx, &r->who, (struct past_page){s->from[DUE_INCIDENTS], s->most}, incident_row,
                                     r, err));
  table_end(r, "server.erasure.incidents.none");
  queue_pager(r, s, DUE_INCIDENTS);
  card_end(r);
  return VG_OK;
}

/* --- what other instances ask for --- */

static void asked_why(struct request *r, const struct erasure_asked *x) {
  rule_words(r, x->order);
  RAW(r, "<br><small>");
  text(r, x->motive);
  RAW(r, "</small>");
}

/* Which of them he may see is known one by one: those that are passed over are counted here. */
static vg_code asked_row(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (!room(r->keep))
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/effacement/", x->here ? x->number : x->pid, x->number.n ? x->number : x->pid);
  if (!x->here) {
    RAW(r, "<br>");
    badge(r, "mute", "server.erasure.not_here");
  }
  cell(r);
  text(r, x->from);
  RAW(r, "<br><small>");
  text(r, x->by);
  RAW(r, "</small>");
  cell(r);
  when(r, x->at);
  cell(r);
  asked_why(r, x);
  return VG_OK;
}

static vg_code asked_by_others(struct request *r, struct queues *s, struct vg_err *err) {
  static const char *const head[] = {"server.case", "server.erasure.asked_by", "server.erasure.asked_at",
                                     "server.motive"};
  card_explained(r, "server.erasure.asked", "server.erasure.asked.help");
  table_begin(r, "demandes", "server.erasure.asked", head, VG_COUNT(head));
  s->rows = -s->from[ASKED];
  VG_TRY(instance_each_asked(r->tx, &r->who, asked_row, r, err));
  table_end(r, "server.erasure.asked.none");
  queue_pager(r, s, ASKED);
  card_end(r);
  return VG_OK;
}

/* --- what stays known --- */

static vg_code erased_row(void *ctx, const struct case_erased *e, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  if (!room(r->keep))
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/effacement/", e->pid, e->number.n ? e->number : e->pid);
  cell(r);
  when(r, e->at);
  cell(r);
  text(r, e->by);
  cell(r);
  text(r, ledger_body_text(e->body, "motive"));
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.case", "server.erasure.at", "server.erasure.by", "server.motive"};
  struct queues s;
  page_top(r, "server.nav.erasure", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.erasure.sub");
  RAW(r, "</p>");
  read_queues(r, &s);
  r->keep = &s;
  VG_TRY(queue(r, &s, err));
  VG_TRY(incidents_queue(r, &s, err));
  VG_TRY(asked_by_others(r, &s, err));
  card_begin(r, "server.erasure.done", NULL);
  table_begin(r, "effacees", "server.erasure.done", head, VG_COUNT(head));
  s.rows = 0;
  VG_TRY(casework_each_erased(r->tx, VG_STR(""), (struct past_page){s.from[DONE], s.most}, erased_row, r, err));
  table_end(r, "server.erasure.done.none");
  queue_pager(r, &s, DONE);
  card_end(r);
  return VG_OK;
}

/* --- one case: what would go, what holds it, the two steps --- */

static const char *const kinds[] = {"party", "finding", "note",     "task",    "exhibit",
                                    "act",   "case",    "incident", "referral"};

static vg_code what_goes(struct request *r, const struct affair *a, struct vg_err *err) {
  int64_t count[VG_COUNT(kinds)] = {0};
  struct vg_buf subjects;
  vg_str rest, one;
  bool incident;
  vg_buf_init(&subjects, 64 << 20);
  vg_code rc = casework_case_subjects(r->tx, a, &incident, &subjects, err);
  rest = vg_buf_view(&subjects);
  while (rc == VG_OK && vg_str_line(&rest, &one))
    for (size_t i = 0; i < VG_COUNT(kinds); i++)
      count[i] += one.n && vg_str_eqz(vg_id_kind(one), kinds[i]);
  vg_buf_fini(&subjects);
  VG_TRY(rc);
  RAW(r, "<ul class=\"tree\">");
  for (size_t i = 0; i < VG_COUNT(kinds); i++)
    if (count[i]) {
      char id[48] = "server.erasure.goes.";
      vg_str_copy(id + strlen(id), sizeof id - strlen(id), vg_str_z(kinds[i]));
      RAW(r, "<li>");
      SAY(r, id, VG_N(count[i]));
      RAW(r, "</li>");
    }
  RAW(r, "</ul><p class=\"soft\">");
  msg(r, "server.erasure.goes.more");
  RAW(r, "</p>");
  return VG_OK;
}

static void copy_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  broken(r, store_str(q, 0));
  cell(r);
  code(r, store_str(q, 1));
}

static vg_code what_stays(struct request *r, const struct affair *a, struct vg_err *err) {
  static const char *const head[] = {"server.erasure.file", "SHA-256"};
  RAW(r, "<h3>");
  msg(r, "server.erasure.stays");
  RAW(r, "</h3>");
  table_begin(r, "copies", "server.erasure.stays", head, VG_COUNT(head));
  VG_TRY(each(r, "SELECT path, sha256 FROM evidence_v_image WHERE case_ref = $1 ORDER BY id", S_ARGS(S_Z(a->ref)),
              copy_row, err));
  table_end(r, "server.erasure.stays.none");
  return VG_OK;
}

static vg_code standing(void *ctx, const struct case_past *p, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  term(r, "server.erasure.frame");
  frame_word(r, p->frame);
  if (p->over != VG_NOTIME) {
    term(r, "server.erasure.ended");
    day(r, p->ended);
    term(r, "server.erasure.over");
    day(r, p->over);
    RAW(r, " ");
    badge(r, p->over < r->now ? "info" : "mute", p->over < r->now ? "server.erasure.due" : "server.erasure.not_due");
    RAW(r, "<br><small>");
    why_due(r, p);
    RAW(r, "</small>");
  } else {
    term(r, "server.erasure.over");
    msg(r, "server.erasure.goes_on");
  }
  term(r, "server.erasure.holds");
  held(r, p->held_until, p->held_why);
  return VG_OK;
}

struct order {
  struct request *r;
  vg_str pid;
  char order[208];
  bool waits; /* another instance asks for the end of a case that is not here */
};

static vg_code asked_of(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  struct order *o = ctx;
  struct request *r = o->r;
  (void)err;
  if (!vg_str_eq(x->pid, o->pid) && !vg_str_eq(x->number, o->pid))
    return VG_OK;
  term(r, "server.erasure.asked_by");
  text(r, x->from);
  RAW(r, ", ");
  text(r, x->by);
  RAW(r, ", ");
  when(r, x->at);
  RAW(r, "<br>");
  asked_why(r, x);
  vg_str_copy(o->order, sizeof o->order, x->order);
  return VG_OK;
}

#define REFUSALS "ledger.motive ledger.erase_denied instance.erase_held instance.erase_early"

static void first_form(struct request *r, const char *order) {
  form_begin(r, r->path, "erase");
  field(r, "motive", "server.erasure.motive", "text", "", true, REFUSALS);
  field(r, "order", "server.erasure.order", "text", order, false, NULL);
  form_end(r, "server.erasure.next", true);
  details_begin(r, "server.retention.hold", "hold");
  form_begin(r, r->path, "hold");
  field(r, "until", "server.retention.until", "datetime-local", NULL, true, "ledger.hold_past server.bad_time");
  field(r, "why", "server.motive", "text", NULL, true, "ledger.motive");
  form_end(r, "server.retention.hold.do", false);
  RAW(r, "</details>");
}

static void second_form(struct request *r, const char *number) {
  char motive[1024], order[256];
  sent(r, "motive", motive, sizeof motive);
  sent(r, "order", order, sizeof order);
  RAW(r, "<p class=\"alert\" role=\"alert\">");
  SAY(r, "server.erasure.sure", number);
  RAW(r, "</p>");
  dl_begin(r);
  term(r, "server.motive");
  textz(r, motive);
  term(r, "server.erasure.rule");
  rule_words(r, vg_str_z(order));
  dl_end(r);
  form_begin(r, r->path, "confirm");
  field_hidden(r, "motive", vg_str_z(motive));
  field_hidden(r, "order", vg_str_z(order));
  field(r, "number", "server.erasure.retype", "text", "", true, "server.erasure.other_number " REFUSALS);
  form_end(r, "server.erasure.do", true);
  RAW(r, "<p>");
  link_to(r, "/effacement/", vg_str_z(r->rest), vg_str_z(vg_msg_text(r->lang, "server.erasure.cancel")));
  RAW(r, "</p>");
}

static void decide(struct request *r, const char *number, const char *order, bool second) {
  card_begin(r, "server.erasure.erase", NULL);
  if (!(r->who.roles & ROLE_ADMIN))
    empty(r, "server.erasure.admin", NULL, NULL);
  else if (second)
    second_form(r, number);
  else
    first_form(r, order);
  card_end(r);
}

static vg_code incident_stands(void *ctx, const struct incident_past *p, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  term(r, "server.erasure.last");
  day(r, p->last);
  term(r, "server.erasure.over");
  day(r, p->over);
  RAW(r, " ");
  badge(r, p->over < r->now ? "info" : "mute", p->over < r->now ? "server.erasure.due" : "server.erasure.not_due");
  RAW(r, "<br><small>");
  why_incident(r, p);
  RAW(r, "</small>");
  term(r, "server.erasure.holds");
  held(r, p->held_until, p->held_why);
  return VG_OK;
}

/* An incident that no case is about: its id is its number. */
static vg_code one_incident(struct request *r, const struct incident *in, bool second, struct vg_err *err) {
  page_top(r, "server.erasure.title.incident", TITLE_ARGS(in->org_name));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.erasure.incident.sub");
  RAW(r, "</p>");
  card_begin(r, "server.erasure.stands", NULL);
  dl_begin(r);
  VG_TRY(casework_incident_past_of(r->tx, vg_id_str(&in->pid), incident_stands, r, err));
  dl_end(r);
  RAW(r, "<p>");
  link_id(r, vg_id_str(&in->pid));
  RAW(r, "</p>");
  card_end(r);
  decide(r, in->pid.s, "", second);
  return VG_OK;
}

/* a NULL: it is not here, and another instance asks for its end. */
static vg_code one(struct request *r, const struct affair *a, bool second, struct vg_err *err) {
  struct order o = {.r = r, .pid = a ? vg_id_str(&a->pid) : vg_str_z(r->rest)};
  page_top(r, "server.erasure.title", TITLE_ARGS(a ? a->ref : r->rest));
  RAW(r, "<p class=\"sub\">");
  msg(r, a ? "server.erasure.one.sub" : "server.erasure.one.away");
  RAW(r, "</p>");
  card_begin(r, "server.erasure.stands", NULL);
  dl_begin(r);
  if (a)
    VG_TRY(casework_past_of(r->tx, vg_id_str(&a->pid), standing, r, err));
  VG_TRY(instance_each_asked(r->tx, &r->who, asked_of, &o, err));
  dl_end(r);
  if (a) {
    RAW(r, "<p>");
    link_to(r, "/affaires/", vg_str_z(a->ref), vg_str_z(vg_msg_text(r->lang, "server.erasure.read")));
    RAW(r, "</p>");
  }
  card_end(r);
  if (a) {
    card_begin(r, "server.erasure.goes", NULL);
    VG_TRY(what_goes(r, a, err));
    VG_TRY(what_stays(r, a, err));
    card_end(r);
  }
  decide(r, a ? a->ref : r->rest, o.order, second);
  return VG_OK;
}

/* --- the proof --- */

struct proof {
  struct request *r;
  bool found;
};

static vg_code known(void *ctx, const struct case_erased *e, struct vg_err *err) {
  struct proof *p = ctx;
  struct request *r = p->r;
  char again[4], number[64];
  int64_t entry;
  (void)err;
  if (p->found)
    return VG_OK;
  p->found = true;
  VG_TRY(ledger_last_of(r->tx, e->pid, &entry, err));
  page_top(r, "server.erasure.proof.title", TITLE_ARGS(vg_str_copy(number, sizeof number, e->number)));
  if (asked(r, "reste", again, sizeof again)[0]) {
    RAW(r, "<p class=\"alert\" role=\"alert\">");
    msg(r, "server.erasure.busy");
    RAW(r, "</p>");
  }
  if (store_is_postgres(store_of(r->tx))) {
    RAW(r, "<p>");
    msg(r, "server.erasure.postgres");
    RAW(r, "</p>");
  }
  card_begin(r, NULL, NULL);
  dl_begin(r);
  term(r, "server.erasure.at");
  when(r, e->at);
  term(r, "server.erasure.by");
  text(r, e->by);
  term(r, "server.erasure.rule");
  bool ordered = vg_str_eqz(ledger_body_text(e->body, "rule"), "order");
  rule_words(r, ordered ? ledger_body_text(e->body, "order") : VG_STR(""));
  term(r, "server.motive");
  text(r, ledger_body_text(e->body, "motive"));
  term(r, "server.entry");
  vg_buf_fmt(&r->out, "<a href=\"/journal/%lld\">%lld</a>", (long long)entry, (long long)entry);
  dl_end(r);
  RAW(r, "<p>");
  button_link(r, "?preuve=pdf", "server.erasure.proof.pdf", true);
  button_link(r, "?preuve=odt", "server.erasure.proof.odt", false);
  button_link(r, "?preuve=txt", "server.erasure.proof.txt", false);
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code proof_file(struct request *r, const char *format, struct vg_err *err) {
  enum paper_format f;
  if (!paper_by_suffix(vg_str_z(format), &f))
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  VG_TRY(instance_erasure_proof(r->tx, vg_str_z(r->rest), f, r->lang, &r->out, err));
  r->type = paper_type(f);
  download_as(r, "server.file.proof", format);
  return VG_OK;
}

static vg_code is_asked(void *ctx, const struct erasure_asked *x, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  if (!x->here && vg_str_eqz(x->pid, o->r->rest))
    o->waits = true;
  return VG_OK;
}

/* An incident that is here, and that he may see. */
static bool open_incident(struct request *r, struct incident *in) {
  return casework_incident_find(r->tx, vg_str_z(r->rest), in, NULL) == VG_OK &&
         casework_incident_access(r->tx, &r->who, in, NULL) == VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  char format[8], what[16];
  struct affair a;
  struct proof p = {.r = r};
  struct order o = {.r = r};
  struct vg_err why = {0};
  bool second = r->post && !strcmp(sent(r, "what", what, sizeof what), "confirm");
  if (asked(r, "preuve", format, sizeof format)[0])
    return proof_file(r, format, err);
  struct incident in;
  if (open_incident(r, &in))
    return one_incident(r, &in, second, err);
  vg_code rc = casework_case_see(r->tx, &r->who, vg_str_z(r->rest), &a, &why);
  if (rc == VG_OK)
    return one(r, &a, second, err);
  if (rc != VG_ENOTFOUND)
    return rc;
  VG_TRY(casework_each_erased(r->tx, vg_str_z(r->rest), (struct past_page){0}, known, &p, err));
  if (p.found)
    return VG_OK;
  VG_TRY(instance_each_asked(r->tx, &r->who, is_asked, &o, err));
  return o.waits ? one(r, NULL, second, err) : VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
}

/* --- carrying it out --- */

static vg_code hold(struct request *r, struct vg_err *err) {
  char why[1024];
  struct affair a;
  struct incident in;
  vg_time until;
  bool incident = open_incident(r, &in);
  if (!incident)
    VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(r->rest), &a, err));
  if (!sent_time(r, "until", &until) || until == VG_NOTIME)
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(ledger_hold(r->tx, &r->who, incident ? in.pid.s : a.pid.s, until, vg_str_z(sent(r, "why", why, sizeof why)),
                     err));
  go_to(r, "/effacement", VG_STR(""));
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16], motive[1024], order[256], number[64];
  struct affair a = {.id = 0};
  struct vg_id pid;
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "hold"))
    return hold(r, err);
  vg_str ref = vg_str_z(r->rest), why = vg_str_z(sent(r, "motive", motive, sizeof motive)),
         by = vg_str_trim(vg_str_z(sent(r, "order", order, sizeof order)));
  VG_TRY(instance_may_erase(r->tx, &r->who, ref, by, why, err));
  struct incident in;
  bool incident = open_incident(r, &in), here = !incident && casework_case_see(r->tx, &r->who, ref, &a, NULL) == VG_OK;
  if (strcmp(what, "confirm") != 0)
    return incident ? one_incident(r, &in, true, err) : one(r, here ? &a : NULL, true, err);
  vg_str typed = vg_str_trim(vg_str_z(sent(r, "number", number, sizeof number)));
  if (!vg_str_eq(typed, here ? vg_str_z(a.ref) : ref))
    return VG_FAIL(err, VG_EDATA, "server.erasure.other_number");
  VG_TRY(instance_case_erase(r->tx, &r->who, ref, by, why, &pid, err));
  r->erased = true;
  go_to(r, "/effacement/", vg_id_str(&pid));
  return VG_OK;
}

const struct page page_erasures = {"/effacement", GROUP_CONTROL, "server.nav.erasure", list, NULL, PAGE_LISTED};
const struct page page_erasure = {"/effacement/", GROUP_CONTROL, "server.nav.erasure", show, post, PAGE_HIDDEN};
