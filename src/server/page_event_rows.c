/* What stands behind the numbers of a major event: its incidents, zone by zone, and the picture of one hour. */
#include "server/event_parts.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum { FIRST = 8, ROWS = 100 };

static void fact(struct request *r, int64_t n, const char *label, bool hot) {
  vg_buf_z(&r->out, hot && n ? "<div><b class=\"hot\">" : "<div><b>");
  num(r, n);
  RAW(r, "</b><span>");
  msg(r, label);
  RAW(r, "</span></div>");
}

/* A zone as the address has it: "-" is none. */
static void rows_address(struct request *r, const struct event *e, const char *zone) {
  RAW(r, "/evenements/");
  url(r, vg_id_str(&e->pid));
  RAW(r, "?signalements=1");
  if (zone) {
    RAW(r, "&amp;zone=");
    url(r, vg_str_z(zone[0] ? zone : "-"));
  }
}

static void zone_or_none(struct request *r, const char *zone) {
  if (zone[0])
    zone_name(r, vg_str_z(zone));
  else
    msg(r, "server.event.no_zone");
}

static void zone_row(struct request *r, const struct event *e, const struct event_zone *z, bool current, bool total) {
  const int64_t counts[] = {z->fresh, z->victims, z->tasks, z->late, z->messages};
  row(r);
  if (total) {
    RAW(r, "<th scope=\"row\">");
    msg(r, "server.event.total");
    RAW(r, "</th>");
  } else {
    cell(r);
    if (z->zone[0])
      zone_name(r, vg_str_z(z->zone));
    else
      msg(r, "server.event.unzoned"); /* tasks and messages for everybody count here */
  }
  cell_n(r);
  bool opens = current && z->incidents;
  if (opens) {
    RAW(r, "<a href=\"");
    rows_address(r, e, total ? NULL : z->zone);
    RAW(r, "\">");
  }
  num(r, z->incidents);
  if (opens)
    RAW(r, "</a>");
  for (size_t k = 0; k < VG_COUNT(counts); k++) {
    cell_n(r);
    num(r, counts[k]);
  }
}

void event_part_situation(struct request *r, const struct event *e, const struct event_situation *s, bool current) {
  static const char *const head[] = {"server.zone",
                                     NUMBER("server.incidents"),
                                     NUMBER("server.event.fresh"),
                                     NUMBER("server.event.victims"),
                                     NUMBER("server.event.tasks"),
                                     NUMBER("server.event.late"),
                                     NUMBER("server.event.messages")};
  card_begin(r, "server.event.situation", NULL);
  RAW(r, "<div class=\"facts\">");
  fact(r, s->total.incidents, "server.incidents", false);
  fact(r, s->total.victims, "server.event.victims", false);
  fact(r, s->total.fresh, "server.event.fresh", false);
  fact(r, s->total.late, "server.event.tasks_late", true);
  fact(r, s->clocks_late, "server.event.clocks_late", true);
  fact(r, s->indicators, "server.event.indicators", false);
  RAW(r, "</div>");
  table_begin(r, "zones", "server.event.situation", head, VG_COUNT(head));
  for (size_t i = 0; i < s->zones; i++)
    zone_row(r, e, &s->zone[i], current, false);
  if (s->zones > 1)
    zone_row(r, e, &s->total, current, true);
  table_end(r, "server.event.nothing_yet");
  card_end(r);
}

/* Incidents that the reader may not see are only counted. */
struct seen {
  const struct event *event;
  enum regime of;
  int64_t from;          /* so many of those that he may see stand on pages before */
  int64_t shown, more;   /* written; his to see besides */
  int64_t hidden, apart; /* not his to see; of the other regime */
};

static bool closed_to(struct request *r, vg_str incident) {
  struct seen *s = r->keep;
  enum regime of = casework_subject_regime(r->tx, incident);
  if (s->of != REGIME_BOTH && of != REGIME_ANY && of != s->of)
    s->apart++;
  else if (!casework_subject_seen(r->tx, &r->who, incident))
    s->hidden++;
  else
    return false;
  return true;
}

static void cells(struct request *r, vg_str incident, vg_str company, vg_str zone, vg_str because, vg_time known) {
  row(r);
  cell(r);
  link_to(r, "/signalements/", incident, company);
  cell(r);
  zone_or_none(r, VG_T(zone));
  cell(r);
  word(r, "server.event.because.", because);
  cell(r);
  when(r, known);
}

static vg_code candidate_row(void *ctx, const struct event_candidate *c, struct vg_err *err) {
  struct request *r = ctx;
  struct seen *s = r->keep;
  (void)err;
  if (closed_to(r, c->incident))
    return VG_OK;
  if (s->shown == FIRST) {
    s->more++;
    return VG_OK;
  }
  s->shown++;
  cells(r, c->incident, c->org_name, c->zone, c->because, c->known);
  cell(r);
  form_begin(r, r->path, "join-one");
  field_row(r, "incident", c->incident);
  form_end(r, "server.event.join_one", false);
  return VG_OK;
}

static void say_hidden(struct request *r, const struct seen *s) {
  const struct {
    const char *id;
    int64_t n;
  } said[] = {{"server.event.more", s->more}, {"server.regimes.apart", s->apart}, {"cli.event_show.hidden", s->hidden}};
  for (size_t i = 0; i < VG_COUNT(said); i++)
    if (said[i].n) {
      RAW(r, "<p class=\"soft\">");
      SAY(r, said[i].id, VG_N(said[i].n));
      RAW(r, "</p>");
    }
}

vg_code event_part_candidates(struct request *r, const struct event *e, enum regime of, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.zone", "server.event.because", "server.known",
                                     "server.event.act"};
  struct seen s = {.event = e, .of = of};
  r->keep = &s;
  card_begin(r, "server.event.candidates", "screen");
  table_begin(r, "proposes", "server.event.candidates", head, VG_COUNT(head));
  VG_TRY(event_each_candidate(r->tx, &r->who, e, of, candidate_row, r, err));
  table_end(r, "server.event.no_candidate");
  say_hidden(r, &s);
  if (s.shown) {
    form_begin(r, r->path, "join");
    field_hidden(r, "regime", vg_str_z(casework_regime_name(of)));
    form_end(r, "server.event.join_all", true);
  }
  card_end(r);
  return VG_OK;
}

#define JOINED                                                                                                         \
  "SELECT incident, org_name, zone, because, known FROM event_v_incident WHERE event = $1 AND gone IS NULL "
#define NEWEST "ORDER BY known DESC, incident "

static void latest_row(struct request *r, struct store_rows *q) {
  if (closed_to(r, store_str(q, 0)))
    return;
  if (++((struct seen *)r->keep)->shown <= FIRST)
    cells(r, store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), store_time(q, 4));
}

vg_code event_part_incidents(struct request *r, const struct event *e, enum regime of, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.zone", "server.event.because", "server.known"};
  struct seen s = {.event = e, .of = of};
  r->keep = &s;
  card_begin(r, "server.event.latest", NULL);
  table_begin(r, "signalements", "server.event.latest", head, VG_COUNT(head));
  VG_TRY(each(r, JOINED NEWEST "LIMIT $2", S_ARGS(S_INT(e->id), S_INT(8 * FIRST)), latest_row, err));
  table_end(r, "server.event.nothing_yet");
  say_hidden(r, &s);
  RAW(r, "<p><a href=\"");
  rows_address(r, e, NULL);
  vg_buf_fmt(&r->out, "&amp;regime=%s\">", casework_regime_name(of));
  msg(r, "server.event.all_incidents");
  RAW(r, "</a></p>");
  card_end(r);
  return VG_OK;
}

/* Every row can be taken off the sheet, with the reason. All are gone through: what is hidden is counted whole. */
static void joined_row(struct request *r, struct store_rows *q) {
  struct seen *s = r->keep;
  if (closed_to(r, store_str(q, 0)))
    return;
  if (s->more++ < s->from || s->shown == ROWS)
    return;
  s->shown++;
  cells(r, store_str(q, 0), store_str(q, 1), store_str(q, 2), store_str(q, 3), store_time(q, 4));
  if (s->event->closed != VG_NOTIME)
    return;
  cell(r);
  details_begin(r, "server.event.leave", "");
  form_begin(r, r->path, "leave");
  field_row(r, "incident", store_str(q, 0));
  RAW(r, "<label>");
  msg(r, "server.motive");
  RAW(r, " <input type=\"text\" name=\"reason\" required></label>");
  form_end(r, "server.event.leave", false);
  RAW(r, "</details>");
}

static void all_title(struct request *r, const struct event *e, const char *zone) {
  page_top_text(r, vg_str_z(e->name));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.event.incidents");
  if (zone[0]) {
    RAW(r, " · ");
    zone_or_none(r, strcmp(zone, "-") ? zone : "");
  }
  RAW(r, "</p><p>");
  link_to(r, "/evenements/", vg_id_str(&e->pid), vg_str_z(vg_msg_text(r->lang, "server.event.to_sheet")));
  RAW(r, "</p>");
}

static void turn_page(struct request *r, const struct event *e, const struct seen *s, const char *zone) {
  char first[400];
  snprintf(first, sizeof first, "/evenements/%s?signalements=1&zone=%s&regime=%s", e->pid.s, zone,
           casework_regime_name(s->of));
  pager_from(r, first, "suite", s->from, ROWS, s->more - s->from > ROWS);
}

vg_code event_page_incidents(struct request *r, const struct event *e, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.zone", "server.event.because", "server.known",
                                     "server.event.act"};
  struct seen s = {.event = e};
  char zone[24], number[24];
  r->keep = &s;
  asked(r, "zone", zone, sizeof zone);
  if (!vg_str_i64(vg_str_z(asked(r, "suite", number, sizeof number)), &s.from) || s.from < 0)
    s.from = 0;
  if (strcmp(zone, "-") != 0 && zone[0])
    VG_TRY(territory_zone_check(r->tx, zone, err));
  all_title(r, e, zone);
  VG_TRY(regime_door(r, "signalements zone", REGIME_PREVENTION, e->pid.s, &s.of, err));
  card_begin(r, "server.event.incidents", NULL);
  table_begin(r, "signalements", "server.event.incidents", head, VG_COUNT(head) - (e->closed != VG_NOTIME));
  VG_TRY(each(r, JOINED "AND ($2 = '' OR zone = $3) " NEWEST,
              S_ARGS(S_INT(e->id), S_Z(zone), S_Z(strcmp(zone, "-") ? zone : "")), joined_row, err));
  table_end(r, "server.event.nothing_yet");
  turn_page(r, e, &s, zone);
  s.more = 0;
  say_hidden(r, &s);
  card_end(r);
  return VG_OK;
}

/* --- one hour --- */

static void hour_of(struct request *r, struct store_rows *q) {
  struct event_situation *s = r->keep;
  if (event_situation_read(store_str(q, 0), s))
    s->at = store_time(q, 1);
}

vg_code event_page_hour(struct request *r, const struct event *e, vg_str hour, struct vg_err *err) {
  struct event_situation s = {.at = VG_NOTIME};
  vg_time at = VG_NOTIME;
  r->keep = &s;
  if (vg_time_parse(hour, &at))
    VG_TRY(each(r, "SELECT json, hour FROM event_v_picture WHERE event = $1 AND hour = $2",
                S_ARGS(S_INT(e->id), S_TIME(at)), hour_of, err));
  if (s.at == VG_NOTIME)
    return VG_FAIL(err, VG_ENOTFOUND, "event.no_picture", VG_T(hour));
  page_top_text(r, vg_str_z(e->name));
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.event.picture_of");
  RAW(r, " ");
  when(r, s.at);
  RAW(r, "</p><p>");
  link_to(r, "/evenements/", vg_id_str(&e->pid), vg_str_z(vg_msg_text(r->lang, "server.event.to_sheet")));
  RAW(r, "</p>");
  event_part_situation(r, e, &s, false);
  return VG_OK;
}
