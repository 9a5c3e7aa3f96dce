#include "server/warning_card.h"

#include "server/server_internal.h"

enum line {
  LINE_TITLE,
  LINE_OBSERVED,
  LINE_WHY,
  LINE_SURE,
  LINE_DATA,
  LINE_EXPIRES
}; /* of a card, which a reason belongs to */
struct cards {
  struct request *r;
  size_t limit, shown;
  bool alone; /* the page is about this one: past or not */
  enum line line;
  size_t reasons;
};

static bool is_series(const struct anticipate_warning *w) { return vg_str_eqz(w->about_type, "series"); }
static bool is_watch(const struct anticipate_warning *w) { return vg_str_eqz(w->signature, "watch"); }
void series_name(struct request *r, vg_str key) {
  struct vg_buf b;
  vg_buf_init(&b, 8192);
  anticipate_series_name(&b, r->lang, key);
  text(r, vg_buf_view(&b));
  vg_buf_fini(&b);
}

/* A reason's arguments are names, times and numbers: the last two are shown as everywhere else. */
static void shown_as(struct request *r, vg_str arg, char out[static 200]) {
  vg_time t;
  double x;
  struct vg_buf b;
  vg_buf_init(&b, 200);
  if (arg.n == 20 && vg_time_parse(arg, &t))
    put_when(&b, r->lang, t);
  else if (arg.n && vg_str_find_byte(arg, '.', 0) != SIZE_MAX && vg_str_f64(arg, &x))
    put_real(&b, r->lang, x);
  else
    vg_buf_str(&b, arg);
  vg_str_copy(out, 200, vg_buf_view(&b));
  vg_buf_fini(&b);
}
static void reason_text(struct request *r, const struct anticipate_row *row) {
  char shown[3][200];
  shown_as(r, row->b, shown[0]);
  shown_as(r, row->c, shown[1]);
  shown_as(r, row->d, shown[2]);
  say_words(r, (const char *const[]){VG_T(row->a), shown[0], shown[1], shown[2], NULL});
}

static enum line line_of(vg_str reason) {
  if (vg_str_starts(reason, VG_STR("anticipate.refute.")))
    return LINE_EXPIRES;
  if (vg_str_starts(reason, VG_STR("anticipate.flag.")))
    return LINE_DATA;
  return vg_str_eqz(reason, "anticipate.reason.met")       ? LINE_TITLE
         : vg_str_eqz(reason, "anticipate.reason.window")  ? LINE_OBSERVED
         : vg_str_eqz(reason, "anticipate.reason.counted") ? LINE_OBSERVED
         : vg_str_eqz(reason, "anticipate.reason.chance")  ? LINE_SURE
                                                           : LINE_WHY;
}
static vg_code reason_item(void *ctx, const struct anticipate_row *row, struct vg_err *err) {
  (void)err;
  struct cards *k = ctx;
  if (line_of(row->a) != k->line)
    return VG_OK;
  if (k->line == LINE_DATA && !k->reasons)
    term(k->r, "server.data");
  else if (k->reasons || k->line != LINE_WHY)
    RAW(k->r, "<br>");
  k->reasons++;
  vg_buf_z(&k->r->out, k->line == LINE_WHY ? "<span>" : "<small>");
  reason_text(k->r, row);
  vg_buf_z(&k->r->out, k->line == LINE_WHY ? "</span>" : "</small>");
  return VG_OK;
}
static vg_code reasons(struct cards *k, int64_t warning, enum line line, struct vg_err *err) {
  k->line = line;
  k->reasons = 0;
  return anticipate_each_part(k->r->tx, &k->r->who, warning, ANTICIPATE_REASON, reason_item, k, err);
}

static void sector_name(struct request *r, struct store_rows *q) {
  vg_str name = store_str(q, r->lang == VG_FR ? 0 : 1);
  if (r->table_rows++)
    RAW(r, ", ");
  text(r, name.n ? name : store_str(q, 2));
}
static void zone_item(struct request *r, struct store_rows *q) {
  if (r->table_rows++)
    RAW(r, ", ");
  link_to(r, "/zones/", store_str(q, 0), store_str(q, r->lang == VG_FR ? 1 : 2));
}

/* Whom to tell: sectors and zones of the warning, and how many known companies that makes. */
static vg_code to_tell(struct request *r, const struct anticipate_warning *w, struct vg_err *err) {
  int64_t n;
  r->table_rows = 0;
  VG_TRY(each(r,
              "SELECT COALESCE(n.name_fr, ''), COALESCE(n.name_en, ''), s.section FROM anticipate_v_sector s LEFT JOIN "
              "territory_v_naf n "
              "ON n.section = s.section WHERE s.warning = $1 ORDER BY s.section",
              S_ARGS(S_INT(w->id)), sector_name, err));
  RAW(r, "<br>");
  r->table_rows = 0;
  VG_TRY(each(r,
              "SELECT z.code, z.name_fr, z.name_en FROM anticipate_v_zone v JOIN territory_v_zone z ON z.code = v.zone "
              "WHERE v.warning = $1 "
              "ORDER BY z.code",
              S_ARGS(S_INT(w->id)), zone_item, err));
  VG_TRY(
      store_get_int(r->tx, &n,
                    "SELECT COUNT(*) FROM territory_v_department d CROSS JOIN anticipate_v_sector s CROSS JOIN "
                    "territory_v_org_at o WHERE o.department = d.code AND o.kind = 'company' AND o.naf = s.section AND "
                    "s.warning = $1 AND d.zone IN (SELECT zone FROM anticipate_v_zone WHERE warning = $1)",
                    S_ARGS(S_INT(w->id)), err));
  RAW(r, " : <a href=\"/alertes/");
  url(r, w->pid);
  RAW(r, "#prevenir\">");
  SAY(r, n == 1 ? "server.company.one" : "server.company.many", VG_N(n));
  RAW(r, "</a>");
  return VG_OK;
}

static void level(struct request *r, const struct anticipate_warning *w, bool past) {
  bool alert = w->level == ANTICIPATE_ALERT;
  badge(r, past ? "mute" : alert ? "bad" : "warn", alert ? "server.level.alert" : "server.level.vigilance");
}

static void named(struct request *r, const struct anticipate_warning *w) {
  if (is_series(w)) {
    msg(r, vg_str_eqz(w->signature, "cluster") ? "server.warning.cluster" : "server.warning.surge");
    RAW(r, " ");
    series_name(r, w->about);
  } else if (is_watch(w)) {
    msg(r, "server.warning.watch");
    RAW(r, " ");
    text(r, w->about);
  } else {
    SAY(r, "server.warning.title", VG_N(w->organisations), VG_N(w->zones));
  }
}

/* What was met, when the name does not say it. */
static void value(struct request *r, const struct anticipate_warning *w) {
  if (is_series(w) || is_watch(w))
    return;
  if (vg_str_eqz(w->about_type, "technique-set"))
    text(r, w->about);
  else
    link_indicator(r, w->about_type, w->about);
}

static void heading(struct request *r, const struct anticipate_warning *w, bool past) {
  vg_buf_fmt(&r->out, "<section class=\"card warn%s\"><h2>", past ? " past" : w->level == ANTICIPATE_ALERT ? " a" : "");
  level(r, w, past);
  RAW(r, "<span>");
  named(r, w);
  RAW(r, "</span>");
  value(r, w);
  RAW(r, "</h2>");
}

static void to_warning(struct request *r, const struct anticipate_warning *w) {
  RAW(r, "/alertes/");
  url(r, w->pid);
}

/* One that the page has no room for as a card: the first of them by name. */
enum { LINES_SHOWN = 8 };
static void line(struct cards *k, const struct anticipate_warning *w) {
  struct request *r = k->r;
  if (k->shown >= k->limit + LINES_SHOWN)
    return;
  if (k->shown == k->limit) {
    card_begin(r, "server.warnings.others", NULL);
    RAW(r, "<ul class=\"others\">");
  }
  RAW(r, "<li>");
  level(r, w, false);
  RAW(r, "<a href=\"");
  to_warning(r, w);
  RAW(r, "\">");
  named(r, w);
  RAW(r, "</a>");
  value(r, w);
  RAW(r, "</li>");
}

static vg_code observed(struct cards *k, const struct anticipate_warning *w, struct vg_err *err) {
  struct request *r = k->r;
  term(r, "server.observed");
  RAW(r, "<a href=\"");
  to_warning(r, w);
  RAW(r, "#comptes-rendus\">");
  if (is_series(w)) {
    SAY(r, w->reports == 1 ? "server.observed.event" : "server.observed.events", VG_N(w->reports));
    RAW(r, "</a> ");
    msg(r, vg_str_eqz(w->signature, "surge-day") ? "server.observed.day"
           : w->periods > 1                      ? "server.observed.weeks"
                                                 : "server.observed.week");
    RAW(r, " ");
    day(r, w->period);
  } else if (is_watch(w)) {
    msg(r, "server.observed.watch");
    RAW(r, "</a>");
  } else {
    SAY(r, "server.observed.text", VG_N(w->organisations), VG_N(w->zones), VG_N(w->reports));
    RAW(r, "</a><br>");
    msg(r, "server.observed.chance");
    RAW(r, " ");
    real(r, w->expected);
  }
  return reasons(k, w->id, LINE_OBSERVED, err);
}

/* The record of its kind: how many of those judged were confirmed, and what that makes of the score. */
static vg_code sure(struct cards *k, const struct anticipate_warning *w, struct vg_err *err) {
  struct request *r = k->r;
  struct anticipate_record record;
  char often[24], score[24];
  struct vg_buf b;
  VG_TRY(anticipate_record_of(r->tx, w->id, &record, err));
  term(r, "server.sure");
  if (is_watch(w)) {
    msg(r, "server.sure.said");
  } else {
    msg(r, "server.sure.chance");
    RAW(r, " ");
    real(r, w->p);
  }
  vg_buf_init(&b, 200);
  put_real(&b, r->lang, record.false_a_year);
  vg_str_copy(often, sizeof often, vg_buf_view(&b));
  vg_buf_reset(&b);
  put_real(&b, r->lang, w->score * record.weight);
  vg_str_copy(score, sizeof score, vg_buf_view(&b));
  vg_buf_fini(&b);
  RAW(r, "<br><small>");
  if (record.judged)
    SAY(r, "server.sure.judged", VG_N(record.confirmed), VG_N(record.judged), often, score);
  else
    SAY(r, "server.sure.unjudged", VG_N(record.raised), score);
  RAW(r, "</small>");
  if (record.own >= 0) {
    RAW(r, "<br>");
    badge(r, record.own ? "ok" : "mute", record.own ? "server.judged.confirmed" : "server.judged.false");
  }
  return VG_OK;
}

static void what_to_do(struct request *r, const struct anticipate_warning *w) {
  term(r, "server.do");
  RAW(r, "<ol>");
  for (const struct anticipate_step *s = anticipate_playbook(w); s->message; s++) {
    RAW(r, "<li>");
    msg(r, s->message);
    RAW(r, " ");
    tlp_name(r, vg_str_z(s->tlp));
    RAW(r, "</li>");
  }
  RAW(r, "</ol>");
}

/* The card: observed, why, how sure, quality of the data, whom to tell, what to do, until when. */
static vg_code card(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  struct cards *k = ctx;
  struct request *r = k->r;
  bool past = !vg_str_eqz(w->state, "open") || w->expires <= r->now;
  if (!k->alone && past)
    return VG_OK;
  if (!k->alone && k->shown >= k->limit) {
    line(k, w);
    k->shown++;
    return VG_OK;
  }
  heading(r, w, past);
  dl_begin(r);
  VG_TRY(observed(k, w, err));
  term(r, "server.why");
  VG_TRY(reasons(k, w->id, LINE_WHY, err));
  VG_TRY(sure(k, w, err));
  VG_TRY(reasons(k, w->id, LINE_DATA, err));
  term(r, "server.tell");
  VG_TRY(to_tell(r, w, err));
  if (k->alone)
    what_to_do(r, w);
  term(r, past && w->withdrawn != VG_NOTIME ? "server.withdrawn" : "server.expires");
  when(r, past && w->withdrawn != VG_NOTIME ? w->withdrawn : w->expires);
  if (w->withdrawn_why.n && w->withdrawn != VG_NOTIME) {
    RAW(r, ", ");
    msg(r, VG_T(w->withdrawn_why));
  } else
    VG_TRY(reasons(k, w->id, LINE_EXPIRES, err));
  dl_end(r);
  if (!k->alone) {
    vg_buf_fmt(&r->out, "<p><a class=\"btn%s\" href=\"", k->shown == 0 ? " do" : "");
    to_warning(r, w);
    RAW(r, "\">");
    msg(r, "server.warning.open");
    RAW(r, "</a></p>");
  }
  card_end(r);
  k->shown++;
  return VG_OK;
}

vg_code warning_card(struct request *r, const struct anticipate_warning *w, struct vg_err *err) {
  struct cards k = {.r = r, .alone = true};
  return card(&k, w, err);
}

vg_code part_warnings(struct request *r, size_t limit, size_t *shown, struct vg_err *err) {
  struct cards k = {.r = r, .limit = limit};
  VG_TRY(anticipate_each_warning(r->tx, false, card, &k, err));
  if (k.shown > limit) {
    if (k.shown > limit + LINES_SHOWN) {
      RAW(r, "<li><a href=\"/alertes\">");
      SAY(r, "server.warnings.more", VG_N(k.shown - limit - LINES_SHOWN));
      RAW(r, "</a></li>");
    }
    RAW(r, "</ul>");
    card_end(r);
  }
  *shown = k.shown;
  return VG_OK;
}
