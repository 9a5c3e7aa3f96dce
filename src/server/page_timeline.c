#include "server/server_internal.h"

#include <stdio.h>

#include "analysis/analysis.h"
#include "casework/casework.h"

/* What happened on the media of a case, in order: what its analyses found, between two moments. */
enum { EVENTS = 300, EVENTS_CSV = 100000 };

struct telling {
  struct request *r;
  int64_t left, skip; /* rows still to show; rows of the first instant that the page before has shown */
  vg_time last;
  int64_t same; /* rows at `last`, shown or skipped */
};

/* "m.c." : which of the four times of a file this was. */
static void what(struct request *r, const struct found_event *e) {
  const vg_str macb = e->what;
  static const char *const known[] = {"server.macb.m", "server.macb.a", "server.macb.c", "server.macb.b"};
  bool first = true;
  if (macb.n != VG_COUNT(known) || !vg_str_eqz(e->source, "filesystem")) {
    text(r, macb);
    return;
  }
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (macb.p[i] != '.') {
      if (!first)
        RAW(r, ", ");
      msg(r, known[i]);
      first = false;
    }
}

/* VG_ELIMIT ends the reading when the page is full; that is no error. */
static vg_code event_row(void *ctx, const struct found_event *e, struct vg_err *err) {
  (void)err;
  struct telling *t = ctx;
  struct request *r = t->r;
  if (t->left == 0) {
    t->left = -1;
    return VG_ELIMIT;
  }
  t->same = e->time == t->last ? t->same + 1 : 1;
  t->last = e->time;
  if (t->skip-- > 0)
    return VG_OK;
  t->left--;
  row(r);
  cell(r);
  when(r, e->time);
  cell(r);
  what(r, e);
  cell(r);
  RAW(r, "<span class=\"path\">");
  broken(r, e->path.n ? e->path : e->text);
  RAW(r, "</span>");
  if (e->path.n && e->text.n) {
    RAW(r, "<br><small>");
    broken(r, e->text);
    RAW(r, "</small>");
  }
  return VG_OK;
}

static void span_form(struct request *r, vg_time from, vg_time to) {
  char local[24];
  RAW(r, "<form class=\"form\" method=\"get\"><div class=\"pair\">");
  put_local(local, from);
  field(r, "de", "server.from", "datetime-local", local, true, NULL);
  put_local(local, to);
  field(r, "a", "server.to", "datetime-local", local, true, NULL);
  RAW(r, "</div><p><button>");
  msg(r, "server.show");
  RAW(r, "</button></p></form>");
}

static vg_code show(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.time", "server.event", "server.path"};
  struct affair a;
  struct incident in;
  struct telling t = {.r = r, .left = r->csv[0] ? EVENTS_CSV : EVENTS, .last = VG_NOTIME};
  char since[24], skip[24];
  vg_time from, to;
  bool asks;
  VG_TRY(casework_case_see(r->tx, &r->who, vg_str_z(r->rest), &a, err));
  VG_TRY(consult(r, &a, a.pid.s, &asks, err));
  if (asks)
    return VG_OK;
  VG_TRY(casework_incident_find(r->tx, vg_id_str(&a.incident), &in, err));
  if (!asked_time(r, "a", &to))
    to = in.reported;
  /* A further page begins at the last instant shown, without the rows of it that were. */
  if (vg_str_i64(vg_str_z(asked(r, "depuis", since, sizeof since)), &from))
    (void)vg_str_i64(vg_str_z(asked(r, "saut", skip, sizeof skip)), &t.skip);
  else if (!asked_time(r, "de", &from))
    from = in.happened - 30 * VG_DAY;
  page_top(r, "server.timeline.title", TITLE_ARGS(a.ref));
  RAW(r, "<p class=\"sub\">");
  link_to(r, "/affaires/", vg_str_z(a.ref), vg_str_z(a.org_name));
  RAW(r, " · ");
  SAY(r, "server.timeline.sub");
  RAW(r, "</p>");
  if (!since[0]) /* not on the further pages of what media hold */
    VG_TRY(part_chronology(r, &a, &in, err));
  card_begin(r, "server.timeline.media", NULL);
  span_form(r, from, to);
  table_begin(r, "chronologie", "server.timeline", head, VG_COUNT(head));
  vg_code rc = analysis_timeline(r->tx, vg_str_z(a.ref), REGIME_BOTH, from, to, event_row, &t, err);
  if (rc != VG_OK && !(rc == VG_ELIMIT && t.left < 0))
    return rc;
  table_end(r, "server.timeline.none");
  if (rc == VG_ELIMIT && !r->csv[0]) {
    char next[160], local[24];
    put_local(local, to);
    snprintf(next, sizeof next, "?depuis=%lld&saut=%lld&a=%s", (long long)t.last, (long long)t.same, local);
    pager(r, NULL, next);
  }
  card_end(r);
  return VG_OK;
}

const struct page page_timeline = {"/chronologie/", GROUP_FIELD, "server.nav.cases", show, NULL, PAGE_HIDDEN};
