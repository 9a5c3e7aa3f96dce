#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "anticipate/anticipate.h"
#include "territory/territory.h"

enum line {
  LINE_TITLE,
  LINE_OBSERVED,
  LINE_WHY,
  LINE_SURE,
  LINE_EXPIRES
}; /* of a card's five, which a reason belongs to */
struct cards {
  struct request *r;
  int64_t record[2][2]; /* by level: raised so far, withdrawn of them */
  size_t limit, shown;
  bool open_only, alone;
  enum line line;
  size_t reasons;
  int64_t id;
};

static vg_code count_record(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)err;
  struct cards *k = ctx;
  int level = w->level == ANTICIPATE_ALERT;
  k->record[level][0]++;
  k->record[level][1] += !vg_str_eqz(w->state, "open");
  return VG_OK;
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
  return vg_str_eqz(reason, "anticipate.reason.met")      ? LINE_TITLE
         : vg_str_eqz(reason, "anticipate.reason.window") ? LINE_OBSERVED
         : vg_str_eqz(reason, "anticipate.reason.chance") ? LINE_SURE
                                                          : LINE_WHY;
}
static vg_code reason_item(void *ctx, const struct anticipate_row *row, struct vg_err *err) {
  (void)err;
  struct cards *k = ctx;
  if (line_of(row->a) != k->line)
    return VG_OK;
  if (k->reasons++ || k->line != LINE_WHY)
    RAW(k->r, "<br>");
  vg_buf_z(&k->r->out, k->line == LINE_WHY ? "<span>" : "<small>");
  reason_text(k->r, row);
  vg_buf_z(&k->r->out, k->line == LINE_WHY ? "</span>" : "</small>");
  return VG_OK;
}
static vg_code reasons(struct cards *k, int64_t warning, enum line line, struct vg_err *err) {
  k->line = line;
  k->reasons = 0;
  return anticipate_each_part(k->r->tx, warning, ANTICIPATE_REASON, reason_item, k, err);
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
  VG_TRY(store_get_int(r->tx, &n,
                       "SELECT COUNT(*) FROM territory_v_org o WHERE o.kind = 'company' AND o.zone IN (SELECT zone "
                       "FROM anticipate_v_zone WHERE "
                       "warning = $1) AND o.naf IN (SELECT section FROM anticipate_v_sector WHERE warning = $1)",
                       S_ARGS(S_INT(w->id)), err));
  RAW(r, " : <a href=\"/alertes/");
  url(r, w->pid);
  RAW(r, "#prevenir\">");
  SAY(r, n == 1 ? "server.company.one" : "server.company.many", VG_N(n));
  RAW(r, "</a>");
  return VG_OK;
}

static void heading(struct cards *k, const struct anticipate_warning *w, bool past) {
  struct request *r = k->r;
  bool alert = w->level == ANTICIPATE_ALERT;
  vg_buf_fmt(&r->out, "<section class=\"card warn%s\"><h2>", past ? " past" : alert ? " a" : "");
  badge(r, past ? "mute" : alert ? "bad" : "warn", alert ? "server.level.alert" : "server.level.vigilance");
  RAW(r, "<span>");
  SAY(r, "server.warning.title", VG_N(w->organisations), VG_N(w->zones));
  RAW(r, "</span>");
  link_indicator(r, w->about_type, w->about);
  RAW(r, "</h2>");
}

/* The card of five lines. */
static vg_code card(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  struct cards *k = ctx;
  struct request *r = k->r;
  int level = w->level == ANTICIPATE_ALERT;
  bool past = !vg_str_eqz(w->state, "open") || w->expires <= r->now;
  k->id = w->id;
  if (!k->alone && (k->shown >= k->limit || past == k->open_only))
    return VG_OK;
  heading(k, w, past);
  dl_begin(r);
  term(r, "server.observed");
  RAW(r, "<a href=\"/alertes/");
  url(r, w->pid);
  RAW(r, "#comptes-rendus\">");
  SAY(r, "server.observed.text", VG_N(w->organisations), VG_N(w->zones), VG_N(w->reports));
  RAW(r, "</a><br>");
  msg(r, "server.observed.chance");
  RAW(r, " ");
  real(r, w->expected);
  VG_TRY(reasons(k, w->id, LINE_OBSERVED, err));
  term(r, "server.why");
  VG_TRY(reasons(k, w->id, LINE_WHY, err));
  term(r, "server.sure");
  msg(r, "server.sure.chance");
  RAW(r, " ");
  real(r, w->p);
  RAW(r, "<br><small>");
  SAY(r, "server.sure.record", VG_N(k->record[level][0]), VG_N(k->record[level][1]));
  RAW(r, "</small>");
  term(r, "server.tell");
  VG_TRY(to_tell(r, w, err));
  term(r, past && w->withdrawn != VG_NOTIME ? "server.withdrawn" : "server.expires");
  when(r, past && w->withdrawn != VG_NOTIME ? w->withdrawn : w->expires);
  if (w->withdrawn_why.n && w->withdrawn != VG_NOTIME) {
    RAW(r, ", ");
    msg(r, VG_T(w->withdrawn_why));
  } else
    VG_TRY(reasons(k, w->id, LINE_EXPIRES, err));
  dl_end(r);
  if (!k->alone) {
    vg_buf_fmt(&r->out, "<p><a class=\"btn%s\" href=\"/alertes/", k->shown == 0 && k->open_only ? " do" : "");
    url(r, w->pid);
    RAW(r, "\">");
    msg(r, "server.warning.open");
    RAW(r, "</a></p>");
  }
  card_end(r);
  k->shown++;
  return VG_OK;
}

vg_code part_warnings(struct request *r, bool open_only, size_t limit, size_t *shown, struct vg_err *err) {
  struct cards k = {.r = r, .limit = limit, .open_only = open_only};
  VG_TRY(anticipate_each_warning(r->tx, false, count_record, &k, err));
  VG_TRY(anticipate_each_warning(r->tx, false, card, &k, err));
  *shown = k.shown;
  return VG_OK;
}

static vg_code past_row(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  if (vg_str_eqz(w->state, "open") && w->expires > r->now)
    return VG_OK;
  row(r);
  cell(r);
  when(r, w->raised);
  cell(r);
  msg(r, w->level == ANTICIPATE_ALERT ? "server.level.alert" : "server.level.vigilance");
  cell(r);
  link_to(r, "/alertes/", w->pid, w->about);
  cell_n(r);
  num(r, w->organisations);
  cell(r);
  when(r, w->withdrawn != VG_NOTIME ? w->withdrawn : w->expires);
  cell(r);
  msg(r, w->withdrawn_why.n ? VG_T(w->withdrawn_why) : "server.expired");
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.raised",   "server.level",  "server.value", NUMBER("server.companies"),
                                     "server.ended_on", "server.because"};
  size_t shown;
  page_top(r, "server.nav.warnings", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.warnings.sub");
  RAW(r, "</p><div id=\"open-warnings\" hx-get=\"/alertes?guet=1\" hx-trigger=\"every 30s\" "
         "hx-select=\"#open-warnings\" hx-swap=\"outerHTML\">");
  VG_TRY(part_warnings(r, true, SIZE_MAX, &shown, err));
  if (!shown) {
    card_begin(r, NULL, NULL);
    empty(r, "server.warnings.none", NULL, NULL);
    card_end(r);
  }
  RAW(r, "</div>");
  card_begin(r, "server.warnings.past", NULL);
  table_begin(r, "alertes-passees", "server.warnings.past", head, VG_COUNT(head));
  VG_TRY(anticipate_each_warning(r->tx, false, past_row, r, err));
  table_end(r, "server.warnings.past.none");
  card_end(r);
  return VG_OK;
}

static vg_code report_row(void *ctx, const struct anticipate_row *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/entreprises/", x->c, x->b);
  cell(r);
  zone_name(r, x->d);
  cell(r);
  when(r, x->first);
  cell(r);
  when(r, x->last);
  cell(r);
  link_id(r, x->a);
  return VG_OK;
}
static vg_code value_row(void *ctx, const struct anticipate_row *x, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_indicator(r, x->b, x->a);
  cell(r);
  word(r, "server.type.", x->b);
  cell_n(r);
  real(r, x->number);
  return VG_OK;
}
static void company_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  link_to(r, "/entreprises/", store_str(q, 0), store_str(q, 1));
  cell(r);
  zone_name(r, store_str(q, 2));
  cell(r);
  text(r, store_str(q, r->lang == VG_FR ? 3 : 4));
  cell(r);
  text(r, store_str(q, 5));
}

static vg_code tables(struct request *r, int64_t id, struct vg_err *err) {
  static const char *const reports[] = {"server.company", "server.zone", "server.first_seen", "server.last_seen",
                                        "server.report"};
  static const char *const values[] = {"server.value", "server.type", NUMBER("server.expected")};
  static const char *const companies[] = {"server.company", "server.zone", "server.sector", "server.size"};
  RAW(r, "<section class=\"card\" id=\"comptes-rendus\"><h2>");
  msg(r, "server.reports");
  RAW(r, "</h2>");
  table_begin(r, "comptes-rendus", "server.reports", reports, VG_COUNT(reports));
  VG_TRY(anticipate_each_part(r->tx, id, ANTICIPATE_REPORT, report_row, r, err));
  table_end(r, NULL);
  card_end(r);
  card_begin(r, "server.values", NULL);
  table_begin(r, "valeurs", "server.values", values, VG_COUNT(values));
  VG_TRY(anticipate_each_part(r->tx, id, ANTICIPATE_VALUE, value_row, r, err));
  table_end(r, NULL);
  card_end(r);
  RAW(r, "<section class=\"card\" id=\"prevenir\"><h2>");
  msg(r, "server.tell.companies");
  RAW(r, "</h2>");
  table_begin(r, "a-prevenir", "server.tell.companies", companies, VG_COUNT(companies));
  VG_TRY(each(r,
              "SELECT o.pid, o.name, o.zone, n.name_fr, n.name_en, o.size FROM territory_v_org o JOIN territory_v_naf "
              "n ON n.section = o.naf "
              "WHERE o.kind = 'company' AND o.zone IN (SELECT zone FROM anticipate_v_zone WHERE warning = $1) AND "
              "o.naf IN (SELECT section FROM "
              "anticipate_v_sector WHERE warning = $1) ORDER BY o.zone, o.name LIMIT 1000",
              S_ARGS(S_INT(id)), company_row, err));
  table_end(r, "server.tell.none");
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct cards k = {.r = r, .alone = true};
  page_top(r, "server.warning", NULL);
  RAW(r, "<p class=\"sub\"><span class=\"id\">");
  textz(r, r->rest);
  RAW(r, "</span></p>");
  VG_TRY(anticipate_each_warning(r->tx, false, count_record, &k, err));
  VG_TRY(anticipate_warning_find(r->tx, vg_str_z(r->rest), card, &k, err));
  return tables(r, k.id, err);
}

const struct page page_warnings = {"/alertes", GROUP_THREATS, "server.nav.warnings", list, NULL, false};
const struct page page_warning = {"/alertes/", GROUP_THREATS, "server.nav.warnings", show, NULL, true};
