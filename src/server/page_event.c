/* Major events: one sheet for all zones, readable by who comes on shift. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "event/event.h"
#include "server/event_parts.h"

static const char *const kinds[] = {"ransomware", "data-leak",         "intrusion", "phishing",
                                    "fraud",      "denial-of-service", "other"};

static vg_code event_row(void *ctx, const struct event *e, struct vg_err *err) {
  struct request *r = ctx;
  struct event_situation s;
  VG_TRY(event_situation(r->tx, e->id, e->closed == VG_NOTIME ? r->now : e->closed, &s, err));
  row(r);
  cell(r);
  link_to(r, "/evenements/", vg_id_str(&e->pid), vg_str_z(e->name));
  cell(r);
  word(r, "server.kind.", vg_str_z(e->kind));
  cell(r);
  when(r, e->since);
  cell(r);
  badge(r, e->closed == VG_NOTIME ? "bad" : "mute",
        e->closed == VG_NOTIME ? "server.event.going_on" : "server.event.closed");
  cell_n(r);
  num(r, s.total.incidents);
  cell_n(r);
  num(r, (int64_t)s.zones);
  cell(r);
  textz(r, e->holder);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {
      "server.event",         "server.kind",        "server.event.since", "server.state", NUMBER("server.incidents"),
      NUMBER("server.zones"), "server.event.holder"};
  struct choice kind[VG_COUNT(kinds)];
  char labels[VG_COUNT(kinds)][48];
  page_top(r, "server.nav.event", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.event.list.sub");
  RAW(r, "</p>");
  card_begin(r, "server.event.list", NULL);
  table_begin(r, "evenements", "server.event.list", head, VG_COUNT(head));
  VG_TRY(event_each(r->tx, event_row, r, err));
  table_end(r, "server.event.list.none");
  card_end(r);
  card_begin(r, "server.event.new", NULL);
  form_begin(r, "/evenements", "new");
  field(r, "name", "server.name", "text", "", true, "event.name");
  field_choice(r, "kind", "server.kind", kind, coded_choices(kind, "server.kind.", labels, kinds, VG_COUNT(kinds)),
               "ransomware", "casework.kind");
  field(r, "since", "server.event.since", "datetime-local", "", false, "event.future server.bad_time");
  field_area(r, "summary", "server.summary", false, NULL);
  form_end(r, "server.event.open", true);
  card_end(r);
  return VG_OK;
}

static vg_code open_post(struct request *r, struct vg_err *err) {
  struct event e = {.since = VG_NOTIME};
  char since[40];
  sent(r, "name", e.name, sizeof e.name);
  sent(r, "kind", e.kind, sizeof e.kind);
  sent(r, "summary", e.summary, sizeof e.summary);
  if (*sent(r, "since", since, sizeof since) && !sent_time(r, "since", &e.since))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  VG_TRY(event_open(r->tx, &r->who, &e, err));
  go_to(r, "/evenements/", vg_id_str(&e.pid));
  return VG_OK;
}

/* The sheet. */
static void task_row(struct request *r, struct store_rows *q) {
  vg_time due = store_time(q, 4), done = store_time(q, 5);
  row(r);
  cell(r);
  text(r, store_str(q, 2));
  cell(r);
  if (store_str(q, 1).n)
    zone_name(r, store_str(q, 1));
  else
    msg(r, "server.event.national");
  cell(r);
  text(r, store_str(q, 3));
  cell(r);
  if (done != VG_NOTIME)
    badge(r, "ok", "server.event.task_done");
  else if (due != VG_NOTIME)
    clock_left(r, due, VG_STR("open"));
  cell(r);
  if (done == VG_NOTIME) {
    form_begin(r, r->path, "done");
    field_row(r, "task", store_str(q, 0));
    form_end(r, "server.event.do_task", false);
  } else {
    text(r, store_str(q, 6));
  }
}

static vg_code tasks(struct request *r, const struct event *e, struct vg_err *err) {
  static const char *const head[] = {"server.event.task", "server.zone", "server.event.owner", "server.due",
                                     "server.state"};
  card_begin(r, "server.event.tasks", NULL);
  RAW(r, "<div id=\"event-tasks\">");
  table_begin(r, "taches", "server.event.tasks", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT pid, zone, title, owner_name, due, done, outcome FROM event_v_task WHERE event = $1 ORDER BY "
              "CASE WHEN done IS NULL THEN 0 ELSE 1 END, "
              "due, id LIMIT 300",
              S_ARGS(S_INT(e->id)), task_row, err));
  table_end(r, "server.event.no_task");
  RAW(r, "</div>");
  if (e->closed == VG_NOTIME) {
    details_begin(r, "server.event.task.add", "task");
    form_begin(r, r->path, "task");
    field(r, "title", "server.event.task", "text", "", true, "event.text");
    VG_TRY(field_zone(r, "zone", "server.event.national", NULL, NULL, err));
    VG_TRY(field_referent(r, "owner", "server.none", NULL, err));
    field(r, "due", "server.due", "datetime-local", "", false, "server.bad_time");
    form_end(r, "server.event.task.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

static void message_item(struct request *r, struct store_rows *q) {
  RAW(r, "<li><strong>");
  when(r, store_time(q, 0));
  RAW(r, "</strong> ");
  text(r, store_str(q, 2));
  if (store_str(q, 1).n) {
    RAW(r, " · ");
    zone_name(r, store_str(q, 1));
  }
  RAW(r, "<br>");
  text(r, store_str(q, 3));
  RAW(r, "</li>");
  r->table_rows++;
}

static vg_code messages(struct request *r, const struct event *e, struct vg_err *err) {
  card_begin(r, "server.event.log", NULL);
  if (e->closed == VG_NOTIME) {
    form_begin(r, r->path, "message");
    field_area(r, "text", "server.event.message", true, "event.text");
    VG_TRY(field_zone(r, "zone", "server.event.national", r->who.zone, NULL, err));
    form_end(r, "server.event.write", false);
  }
  RAW(r, "<ul class=\"tree\" id=\"event-log\">");
  VG_TRY(each(
      r, "SELECT at, zone, person_name, text FROM event_v_message WHERE event = $1 ORDER BY at DESC, id DESC LIMIT 100",
      S_ARGS(S_INT(e->id)), message_item, err));
  RAW(r, "</ul>");
  card_end(r);
  return VG_OK;
}

static void indicator_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_indicator(r, store_str(q, 0), store_str(q, 1));
  cell(r);
  text(r, store_str(q, 2));
  cell_n(r);
  num(r, store_int(q, 3));
}

static vg_code indicators(struct request *r, const struct event *e, struct vg_err *err) {
  static const char *const head[] = {"server.value", "server.event.note", NUMBER("server.event.seen_by")};
  card_begin(r, "server.event.indicators", NULL);
  table_begin(r, "indicateurs", "server.event.indicators", head, VG_COUNT(head));
  VG_TRY(each(r,
              "SELECT n.type, n.value, n.note, (SELECT COUNT(DISTINCT s.org_id) FROM intel_v_sighting s WHERE s.type = "
              "n.type AND s.value = n.value AND "
              "s.withdrawn = 0) FROM event_v_indicator n WHERE n.event = $1 ORDER BY n.id LIMIT 300",
              S_ARGS(S_INT(e->id)), indicator_row, err));
  table_end(r, "server.event.no_indicator");
  if (e->closed == VG_NOTIME) {
    details_begin(r, "server.event.indicator.add", "indicator");
    form_begin(r, r->path, "indicator");
    field(r, "value", "server.value", "text", "", true, "event.indicator event.indicator_exists");
    field(r, "note", "server.event.note", "text", "", false, NULL);
    form_end(r, "server.event.indicator.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

static void shift_item(struct request *r, struct store_rows *q) {
  RAW(r, "<li><strong>");
  text(r, store_str(q, 1));
  RAW(r, "</strong> ");
  when(r, store_time(q, 0));
  if (store_int(q, 4)) {
    RAW(r, " ");
    badge(r, "warn", "server.event.shift_conflict");
  }
  RAW(r, "<br>");
  text(r, store_str(q, 3));
  RAW(r, "</li>");
}

static vg_code shifts(struct request *r, const struct event *e, struct vg_err *err) {
  card_begin(r, "server.event.shifts", NULL);
  RAW(r, "<ul class=\"tree\">");
  VG_TRY(each(
      r,
      "SELECT at, name, given_by, notes, conflicts FROM event_v_shift WHERE event = $1 ORDER BY holds DESC, at DESC, uid DESC LIMIT 50",
      S_ARGS(S_INT(e->id)), shift_item, err));
  RAW(r, "</ul>");
  if (e->closed == VG_NOTIME && (e->holder_id == r->who.person || (r->who.roles & ROLE_ADMIN))) {
    details_begin(r, "server.event.hand_over", "shift");
    form_begin(r, r->path, "shift");
    VG_TRY(field_own(r, "to", "server.event.next_holder", true,
                     "territory.no_person territory.no_mandate territory.person_several event.holds", err));
    field_area(r, "notes", "server.event.shift_notes", true, "event.notes");
    form_end(r, "server.event.hand_over.do", false);
    RAW(r, "</details>");
    details_begin(r, "server.event.close", "close");
    form_begin(r, r->path, "close");
    field_area(r, "lesson", "server.event.lesson", true, "event.lesson");
    form_end(r, "server.event.close.do", false);
    RAW(r, "</details>");
  }
  card_end(r);
  return VG_OK;
}

/* The figures, the tasks and the log come anew every half minute: somebody else writes too. */
static void watched_begin(struct request *r) {
  RAW(r, "<div id=\"event-now\" hx-get=\"");
  textz(r, r->path);
  RAW(r, "?guet=1\" hx-trigger=\"every 30s\" hx-select=\"#event-now\" hx-select-oob=\"#event-log,#event-tasks\" "
         "hx-swap=\"outerHTML\">");
}

static void sheet_top(struct request *r, const struct event *e) {
  page_top_text(r, vg_str_z(e->name));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.kind.", vg_str_z(e->kind));
  RAW(r, " · ");
  msg(r, "server.event.since");
  RAW(r, " ");
  when(r, e->since);
  RAW(r, " · ");
  if (e->closed == VG_NOTIME)
    SAY(r, "server.event.held_by", e->holder);
  else
    msg(r, "server.event.closed");
  RAW(r, "</p>");
  if (e->summary[0]) {
    RAW(r, "<p>");
    textz(r, e->summary);
    RAW(r, "</p>");
  }
  if (e->lesson[0]) {
    RAW(r, "<p class=\"done\">");
    textz(r, e->lesson);
    RAW(r, "</p>");
  }
}

static vg_code sheet(struct request *r, const struct event *e, struct vg_err *err) {
  struct event_situation s;
  enum regime of;
  bool open = e->closed == VG_NOTIME;
  VG_TRY(event_situation(r->tx, e->id, open ? r->now : e->closed, &s, err));
  sheet_top(r, e);
  VG_TRY(regime_door(r, "", REGIME_PREVENTION, e->pid.s, &of, err));
  RAW(r, "<div class=\"grid\"><div>");
  if (open)
    watched_begin(r);
  event_part_situation(r, e, &s, open);
  if (open) {
    RAW(r, "</div>");
    VG_TRY(event_part_candidates(r, e, of, err));
  }
  VG_TRY(tasks(r, e, err));
  VG_TRY(event_part_hours(r, e, err));
  VG_TRY(event_part_incidents(r, e, of, err));
  RAW(r, "</div><div>");
  VG_TRY(messages(r, e, err));
  VG_TRY(indicators(r, e, err));
  VG_TRY(shifts(r, e, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct event e;
  char wanted[40];
  VG_TRY(event_find(r->tx, vg_str_z(r->rest), &e, err));
  if (*asked(r, "signalements", wanted, sizeof wanted))
    return event_page_incidents(r, &e, err);
  if (*asked(r, "heures", wanted, sizeof wanted))
    return event_page_hours(r, &e, err);
  if (*asked(r, "heure", wanted, sizeof wanted))
    return event_page_hour(r, &e, vg_str_z(wanted), err);
  return sheet(r, &e, err);
}

static vg_code add_task(struct request *r, vg_str pid, struct vg_err *err) {
  char title[1024], zone[24], owner[VG_ID_MAX], due_[40];
  struct vg_id task;
  vg_time due = VG_NOTIME;
  if (*sent(r, "due", due_, sizeof due_) && !sent_time(r, "due", &due))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return event_task_add(r->tx, &r->who, pid, vg_str_z(sent(r, "zone", zone, sizeof zone)),
                        vg_str_z(sent(r, "title", title, sizeof title)),
                        vg_str_z(sent(r, "owner", owner, sizeof owner)), due, &task, err);
}

static vg_code hand_over(struct request *r, vg_str pid, struct vg_err *err) {
  char to[200], notes[1024];
  struct person p;
  int64_t conflicts;
  VG_TRY(territory_person_find(r->tx, vg_str_z(sent(r, "to", to, sizeof to)), &p, err));
  return event_hand_over(r->tx, &r->who, pid, &p, vg_str_z(sent(r, "notes", notes, sizeof notes)), &conflicts, err);
}

/* What the list showed: an inquiry's for who said why (consult_many), both for who combined them. */
static vg_code join_shown(struct request *r, vg_str pid, struct vg_err *err) {
  char name[24];
  enum regime of;
  int64_t joined, skipped;
  bool asks = false;
  if (!casework_regime_by_name(vg_str_z(sent(r, "regime", name, sizeof name)), &of) || of == REGIME_ANY)
    of = REGIME_PREVENTION;
  if (of == REGIME_INVESTIGATION)
    VG_TRY(consult_many(r, &asks, err));
  if (asks)
    return VG_FAIL(err, VG_EDENIED, "ledger.motive");
  VG_TRY(event_join_all(r->tx, &r->who, pid, of, &joined, &skipped, err));
  go_to(r, "/evenements/", pid);
  if (of != REGIME_PREVENTION) {
    size_t n = strlen(r->location);
    snprintf(r->location + n, sizeof r->location - n, "?regime=%s", casework_regime_name(of));
  }
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  vg_str pid = vg_str_z(r->rest);
  char what[16], a[2048], b[1024];
  sent(r, "what", what, sizeof what);
  if (!strcmp(what, "combine")) {
    struct event e;
    VG_TRY(event_find(r->tx, pid, &e, err));
    return post_combine(r, e.pid.s, "/evenements/", pid, err);
  }
  if (!strcmp(what, "join"))
    return join_shown(r, pid, err);
  if (!strcmp(what, "join-one"))
    VG_TRY(event_join(r->tx, &r->who, pid, vg_str_z(sent(r, "incident", a, sizeof a)), err));
  else if (!strcmp(what, "leave"))
    VG_TRY(event_leave(r->tx, &r->who, pid, vg_str_z(sent(r, "incident", a, sizeof a)),
                       vg_str_z(sent(r, "reason", b, sizeof b)), err));
  else if (!strcmp(what, "message"))
    VG_TRY(event_message_add(r->tx, &r->who, pid, vg_str_z(sent(r, "zone", b, sizeof b)),
                             vg_str_z(sent(r, "text", a, sizeof a)), err));
  else if (!strcmp(what, "indicator"))
    VG_TRY(event_indicator_add(r->tx, &r->who, pid, vg_str_z(sent(r, "value", a, sizeof a)),
                               vg_str_z(sent(r, "note", b, sizeof b)), err));
  else if (!strcmp(what, "task"))
    VG_TRY(add_task(r, pid, err));
  else if (!strcmp(what, "done"))
    VG_TRY(event_task_done(r->tx, &r->who, vg_str_z(sent(r, "task", a, sizeof a)), VG_STR(""), err));
  else if (!strcmp(what, "shift"))
    VG_TRY(hand_over(r, pid, err));
  else if (!strcmp(what, "close"))
    VG_TRY(event_close(r->tx, &r->who, pid, vg_str_z(sent(r, "lesson", a, sizeof a)), err));
  else
    return VG_FAIL(err, VG_EDATA, "server.needed");
  go_to(r, "/evenements/", pid);
  return VG_OK;
}

const struct page page_events = {"/evenements", GROUP_FIELD, "server.nav.event", list, open_post, PAGE_LISTED};
const struct page page_event = {"/evenements/", GROUP_FIELD, "server.nav.event", show, post, PAGE_HIDDEN};
