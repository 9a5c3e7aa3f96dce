#include "server/server_internal.h"

#include "casework/casework.h"
#include "prevention/prevention.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "watch/watch.h"

static const char *part_of_day(const struct request *r) {
  int64_t hour = (r->now + vg_paris_offset(r->now)) / VG_HOUR % 24;
  return hour < 5 || hour >= 22 ? "server.home.night"
         : hour < 12            ? "server.home.morning"
         : hour < 18            ? "server.home.afternoon"
                                : "server.home.evening";
}

static void title(struct request *r) {
  vg_str zone = r->who.zone[0] ? vg_str_z(r->who.zone) : instance_zone(r->in);
  const char *hour = vg_msg_text(r->lang, part_of_day(r));
  if (zone.n == 0) {
    page_top(r, "server.home.country", TITLE_ARGS(hour));
    return;
  }
  struct vg_buf name;
  vg_buf_init(&name, 200);
  if (store_get_text(r->tx, &name,
                     r->lang == VG_FR ? "SELECT name_fr FROM territory_v_zone WHERE code = $1"
                                      : "SELECT name_en FROM territory_v_zone WHERE code = $1",
                     S_ARGS(S_STR(zone)), NULL) != VG_OK)
    vg_buf_str(&name, zone);
  page_top(r, "server.home.zone", TITLE_ARGS(vg_buf_text(&name), hour));
  vg_buf_fini(&name);
}

static vg_code last_release(void *ctx, const struct share_release_row *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  RAW(r, " ");
  msg(r, "server.home.exchange");
  RAW(r, " ");
  ago(r, x->time);
  RAW(r, ".");
  return VG_OK;
}

static vg_code where_and_when(struct request *r, struct vg_err *err) {
  RAW(r, "<p class=\"sub\">");
  today(r);
  RAW(r, ".");
  VG_TRY(share_each_release(r->tx, 0, 1, last_release, r, err));
  RAW(r, " ");
  VG_TRY(part_register(r, false, err));
  RAW(r, "</p>");
  return VG_OK;
}

static void clock_row(struct request *r, struct store_rows *q) {
  vg_str pid = store_str(q, 0), ref = store_str(q, 5);
  row(r);
  cell(r);
  if (ref.n)
    link_to(r, "/affaires/", ref, store_str(q, 1));
  else
    link_to(r, "/signalements/", pid, store_str(q, 1));
  RAW(r, ", ");
  word(r, "server.kind.", store_str(q, 2));
  colon(r);
  word(r, "server.delay.", store_str(q, 3));
  to_check(r, store_str(q, 6));
  cell(r);
  if (ref.n)
    text(r, ref);
  else if (store_str(q, 7).n)
    text(r, store_str(q, 7));
  else
    badge(r, "warn", "server.todo.orient");
  if (store_str(q, 7).n && !store_int(q, 8)) {
    RAW(r, " ");
    badge(r, "bad", "server.routing.unfollowed");
  }
  cell_n(r);
  clock_left(r, store_time(q, 4), VG_STR("open"));
}

/* What ends soon is asked for once: how soon says where it stands. */
enum { FLAGRANCES_SHOWN = 12 };
struct soon {
  vg_time now;
  bool urgent;
  struct {
    char ref[48], org[160];
    vg_time end;
  } flagrance[FLAGRANCES_SHOWN];
  size_t flagrances;
};
static vg_code ends_soon(void *ctx, const struct flagrance *f, struct vg_err *err) {
  struct soon *s = ctx;
  (void)err;
  s->urgent |= f->end > s->now && f->end < s->now + VG_DAY;
  vg_str_copy(s->flagrance[s->flagrances].ref, sizeof s->flagrance[0].ref, f->ref);
  vg_str_copy(s->flagrance[s->flagrances].org, sizeof s->flagrance[0].org, f->org_name);
  s->flagrance[s->flagrances++].end = f->end;
  return VG_OK;
}

static void flagrance_row(struct request *r, const struct soon *s, size_t i) {
  struct frame_rule rule;
  row(r);
  cell(r);
  link_to(r, "/affaires/", vg_str_z(s->flagrance[i].ref), vg_str_z(s->flagrance[i].org));
  RAW(r, ", ");
  msg(r, "server.todo.flagrance");
  if (casework_frame_rule(VG_STR("flagrance"), &rule))
    to_check(r, rule.doubt);
  cell(r);
  textz(r, s->flagrance[i].ref);
  cell_n(r);
  clock_left(r, s->flagrance[i].end, VG_STR("open"));
}

/* A requisition that nobody answered, from a week before its deadline. */
enum { REQUISITIONS_SHOWN = 8 };
static vg_code requisition_row(void *ctx, const struct act *a, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  msg(r, "server.todo.requisition");
  RAW(r, " ");
  link_to(r, "/actes/", vg_str_z(a->ref), vg_str_z(a->addressee));
  cell(r);
  link_to(r, "/affaires/", vg_str_z(a->case_ref), vg_str_z(a->case_ref));
  RAW(r, " ");
  badge(r, "warn", a->started == VG_NOTIME ? "server.todo.unsent" : "server.todo.unanswered");
  cell_n(r);
  clock_left(r, a->due, VG_STR("open"));
  return VG_OK;
}

static vg_code request_row(void *ctx, const struct qualify_request *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  bool second = vg_str_eqz(x->state, "decided");
  if (vg_str_eqz(x->state, "released") || !qualify_seen(r->tx, &r->who, x->type, x->value))
    return VG_OK;
  row(r);
  cell(r);
  msg(r, second ? "server.todo.confirm" : "server.todo.qualify");
  colon(r);
  link_to(r, "/qualification/", x->pid, x->value);
  cell(r);
  badge(r, second ? "warn" : "info",
        second                             ? "server.todo.second"
        : vg_str_eqz(x->state, "answered") ? "server.todo.decide"
                                           : "server.todo.answer");
  cell_n(r);
  if (x->deadline != VG_NOTIME)
    clock_left(r, x->deadline, VG_STR("open"));
  else
    ago(r, second && x->decided != VG_NOTIME ? x->decided : x->opened);
  return VG_OK;
}

static vg_code convention(void *ctx, const struct convention *k, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  if (!k->in_force || k->to - r->now > 90 * VG_DAY)
    return VG_OK;
  row(r);
  cell(r);
  msg(r, "server.todo.convention");
  colon(r);
  link_to(r, "/conventions/", vg_id_str(&k->pid), vg_str_z(k->partner_name));
  cell(r);
  badge(r, "warn", "server.todo.renew");
  cell_n(r);
  clock_left(r, k->to, VG_STR("open"));
  return VG_OK;
}

enum { ALARMS_SHOWN = 4, VISITS_COUNTED = ALARMS_SHOWN + 100 };
struct alarms {
  struct request *r;
  int64_t n;
};

/* A source of the watch that fails or has fallen silent: each by name, the many as one line. */
static vg_code source_alarm(void *ctx, const struct watch_source *s, struct vg_err *err) {
  struct alarms *a = ctx;
  struct request *r = a->r;
  (void)err;
  if (++a->n > ALARMS_SHOWN)
    return VG_OK;
  row(r);
  cell(r);
  msg(r, "server.todo.source");
  colon(r);
  link_to(r, "/veille/sources/", s->pid, s->title.n ? s->title : s->url);
  cell(r);
  badge(r, s->health == WATCH_FAILING ? "bad" : "warn", watch_health_id(s->health));
  cell_n(r);
  if (s->health == WATCH_SILENT)
    ago(r, s->silent_since);
  else if (s->last_ok != VG_NOTIME)
    ago(r, s->last_ok);
  return VG_OK;
}

static void those_left(const struct alarms *a, const char *path, const char *say) {
  struct request *r = a->r;
  if (a->n <= ALARMS_SHOWN)
    return;
  row(r);
  cell(r);
  vg_buf_fmt(&r->out, "<a href=\"%s\">", path);
  SAY(r, say, VG_N(a->n - ALARMS_SHOWN));
  RAW(r, "</a>");
  cell(r);
  cell_n(r);
}

static vg_code sources_ill(struct request *r, struct vg_err *err) {
  struct alarms a = {.r = r};
  VG_TRY(watch_each_alarm(r->tx, source_alarm, &a, err));
  those_left(&a, "/veille#sources", "server.todo.sources_more");
  return VG_OK;
}

/* The visit of six months, for who makes visits: the latest by name, the many as one line. */
static vg_code visit_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  struct alarms *a = ctx;
  struct request *r = a->r;
  (void)err;
  if (++a->n > ALARMS_SHOWN)
    return VG_OK;
  row(r);
  cell(r);
  msg(r, "server.todo.visit");
  colon(r);
  link_to(r, "/diagnostics/", vg_id_str(&d->pid), vg_str_z(d->org_name));
  cell(r);
  badge(r, d->follow_up <= r->now ? "warn" : "info", "server.diagnosis.visit_due");
  cell_n(r);
  day(r, d->follow_up);
  return VG_OK;
}

static vg_code visits_due(struct request *r, struct vg_err *err) {
  struct alarms a = {.r = r};
  if (!(r->who.roles & (ROLE_REFERENT | ROLE_RESERVIST)))
    return VG_OK;
  VG_TRY(prevention_each_visit_due(r->tx, &r->who, VISITS_COUNTED, visit_row, &a, err));
  those_left(&a, "/diagnostics", a.n == VISITS_COUNTED ? "server.todo.visits_many" : "server.todo.visits_more");
  return VG_OK;
}

/* What needs a hand now: clocks first (a referent sees those of the zone), then what waits for somebody. */
static vg_code to_do(struct request *r, const struct soon *s, struct vg_err *err) {
  static const char *const head[] = {"server.todo.what", "server.todo.who", NUMBER("server.todo.left")};
  card_begin(r, "server.todo", NULL);
  table_begin(r, NULL, "server.todo", head, VG_COUNT(head));
  VG_TRY(each(
      r,
      "SELECT i.pid, i.org_name, i.kind, k.code, k.due, COALESCE((SELECT MIN(c.ref) FROM casework_v_case c "
      "WHERE c.incident = i.pid), ''), k.doubt, COALESCE(f.name, ''), CASE WHEN EXISTS (SELECT 1 FROM territory_v_mandate m WHERE m.person = f.person AND m.role = $5 AND m.since <= $4 AND (m.until IS NULL OR m.until > $4)) THEN 1 ELSE 0 END "
      "FROM casework_v_clock_full k JOIN casework_v_incident i ON i.id = k.incident LEFT JOIN casework_v_followed f ON f.incident = i.id WHERE k.state = 'open'" INCIDENT_SEEN(
          "i", "$1", "$2", "$3", "$4") " ORDER BY k.due, k.code LIMIT 12",
      S_ARGS(SEEN_ARGS(r), S_INT(ROLE_REFERENT)), clock_row, err));
  for (size_t i = 0; i < s->flagrances; i++)
    flagrance_row(r, s, i);
  VG_TRY(casework_each_waiting(r->tx, &r->who, r->now + 7 * VG_DAY, REQUISITIONS_SHOWN, requisition_row, r, err));
  VG_TRY(qualify_each(r->tx, NULL, request_row, r, err));
  VG_TRY(share_each_convention(r->tx, 0, convention, r, err));
  VG_TRY(visits_due(r, err));
  VG_TRY(sources_ill(r, err));
  table_end(r, "server.todo.none");
  RAW(r, "<p>");
  button_link(r, "/signalements/nouveau", "server.incident.new", false);
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static void incident_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  when(r, store_time(q, 5));
  cell(r);
  link_to(r, "/signalements/", store_str(q, 0), store_str(q, 1));
  cell(r);
  zone_name(r, store_str(q, 2));
  cell(r);
  word(r, "server.kind.", store_str(q, 3));
}

/* What is older is no news, and the few of a small zone would be looked for among all there ever were. */
enum { LATEST_DAYS = 90 };
static vg_code latest(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.reported", "server.company", "server.zone", "server.kind"};
  card_begin(r, "server.incidents.latest", NULL);
  table_begin(r, NULL, "server.incidents.latest", head, VG_COUNT(head));
  VG_TRY(
      each(r,
           "SELECT i.pid, i.org_name, i.zone, i.kind, i.summary, i.reported FROM casework_v_incident i WHERE "
           "i.reported >= $5" INCIDENT_SEEN("i", "$1", "$2", "$3", "$4") " ORDER BY i.reported DESC, i.id DESC LIMIT 8",
           S_ARGS(SEEN_ARGS(r), S_TIME(r->now - LATEST_DAYS * VG_DAY)), incident_row, err));
  table_end(r, "server.incidents.none_latest");
  card_end(r);
  return VG_OK;
}

/* An instance that knows no company yet: what to do, in order. */
static vg_code first_steps(struct request *r, struct vg_err *err) {
  static const struct {
    const char *text, *path, *command;
  } step[] = {{"server.first.people", "/personnes", "vigie referent add"},
              {"server.first.companies", "/entreprises-import", "vigie org import --as sirene"},
              {"server.first.intel", "/renseignement/ajouter", "vigie intel import"},
              {"server.first.watch", "/veille", "vigie watch add"},
              {"server.first.incident", "/signalements/accueil", "vigie incident intake"},
              {"server.first.help", "/aide", "vigie help"}};
  int64_t companies;
  VG_TRY(store_get_int(r->tx, &companies,
                       "SELECT COUNT(*) FROM (SELECT 1 FROM territory_v_org WHERE kind = 'company' LIMIT 1) x",
                       S_NOARGS, err));
  if (companies)
    return VG_OK;
  card_begin(r, "server.first_steps", NULL);
  RAW(r, "<ol class=\"steps\">");
  for (size_t i = 0; i < VG_COUNT(step); i++) {
    vg_buf_fmt(&r->out, "<li><a href=\"%s\">", step[i].path);
    msg(r, step[i].text);
    vg_buf_fmt(&r->out, "</a><br><code>%s</code></li>", step[i].command);
  }
  RAW(r, "</ol>");
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  size_t shown;
  int64_t urgent;
  VG_TRY(store_get_int(
      r->tx, &urgent,
      "SELECT COUNT(*) FROM (SELECT 1 FROM casework_v_clock k JOIN casework_v_incident i ON i.id = "
      "k.incident WHERE k.state = 'open' AND k.due < $5" INCIDENT_SEEN("i", "$1", "$2", "$3", "$4") " LIMIT 1) x",
      S_ARGS(SEEN_ARGS(r), S_TIME(r->now + VG_DAY)), err));
  struct soon s = {.now = r->now, .urgent = urgent > 0};
  VG_TRY(casework_each_flagrance(r->tx, &r->who, FLAGRANCES_SHOWN, ends_soon, &s, err));
  title(r);
  VG_TRY(where_and_when(r, err));
  VG_TRY(first_steps(r, err));
  RAW(r, "<div class=\"grid\"><div><div id=\"now\" hx-get=\"/?guet=1\" hx-trigger=\"every 30s\" hx-select=\"#now\" "
         "hx-swap=\"outerHTML\">");
  /* A clock that ends within a day goes before everything else. */
  if (s.urgent)
    VG_TRY(to_do(r, &s, err));
  VG_TRY(part_warnings(r, 1, &shown, err));
  if (!s.urgent)
    VG_TRY(to_do(r, &s, err));
  RAW(r, "</div></div><div>");
  VG_TRY(part_new_links(r, err));
  VG_TRY(part_map(r, err));
  VG_TRY(latest(r, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

const struct page page_home = {"/", GROUP_HOME, "server.nav.home", show, NULL, PAGE_LISTED};
