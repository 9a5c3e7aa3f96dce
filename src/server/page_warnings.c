#include "server/server_internal.h"

#include <math.h>
#include <string.h>

#include "server/curve.h"
#include "server/warning_card.h"

static bool is_series(vg_str type) { return vg_str_eqz(type, "series"); }

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
  RAW(r, "<a href=\"/alertes/");
  url(r, w->pid);
  RAW(r, "\">");
  if (is_series(w->about_type))
    series_name(r, w->about);
  else
    text(r, w->about);
  RAW(r, "</a>");
  cell_n(r);
  num(r, w->reports);
  cell(r);
  when(r, w->withdrawn != VG_NOTIME ? w->withdrawn : w->expires);
  cell(r);
  msg(r, w->withdrawn_why.n ? VG_T(w->withdrawn_why) : "server.expired");
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.raised",          "server.level",    "server.value",
                                     NUMBER("server.reports"), "server.ended_on", "server.because"};
  size_t shown;
  page_top(r, "server.nav.warnings", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.warnings.sub");
  RAW(r, "</p><div id=\"open-warnings\" hx-get=\"/alertes?guet=1\" hx-trigger=\"every 30s\" "
         "hx-select=\"#open-warnings\" hx-swap=\"outerHTML\">");
  VG_TRY(part_warnings(r, SIZE_MAX, &shown, err));
  if (!shown) {
    card_begin(r, NULL, NULL);
    empty(r, "server.warnings.none", NULL, NULL);
    card_end(r);
  }
  RAW(r, "</div>");
  VG_TRY(part_pass(r, err));
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
  if (x->c.n)
    link_to(r, "/entreprises/", x->c, x->b);
  else
    text(r, x->b); /* the list that a claim stands in */
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
  if (is_series(x->b)) {
    RAW(r, "<a href=\"/series/");
    url(r, x->a);
    RAW(r, "\">");
    series_name(r, x->a);
    RAW(r, "</a>");
  } else if (vg_str_eqz(x->b, "technique-set"))
    broken(r, x->a);
  else
    link_indicator(r, x->b, x->a);
  cell(r);
  word(r, "server.type.", x->b);
  cell_n(r);
  if (x->number > 0 || is_series(x->b))
    real(r, x->number);
  else
    RAW(r, "–"); /* no chance was measured */
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

static vg_code tables(struct request *r, int64_t id, bool series, struct vg_err *err) {
  static const char *const reports[] = {"server.company", "server.zone", "server.first_seen", "server.last_seen",
                                        "server.report"};
  static const char *const values[] = {"server.value", "server.type", NUMBER("server.expected")};
  static const char *const companies[] = {"server.company", "server.zone", "server.sector", "server.size"};
  RAW(r, "<section class=\"card\" id=\"comptes-rendus\"><h2>");
  msg(r, series ? "server.events" : "server.reports");
  RAW(r, "</h2>");
  table_begin(r, "comptes-rendus", "server.reports", reports, VG_COUNT(reports));
  VG_TRY(anticipate_each_part(r->tx, &r->who, id, ANTICIPATE_REPORT, report_row, r, err));
  table_end(r, NULL);
  card_end(r);
  card_begin(r, series ? "server.series" : "server.values", NULL);
  table_begin(r, "valeurs", "server.values", values, VG_COUNT(values));
  VG_TRY(anticipate_each_part(r->tx, &r->who, id, ANTICIPATE_VALUE, value_row, r, err));
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
              "anticipate_v_sector WHERE warning = $1)" TERRITORY_NO_CONFLICT(
                  "o.id", "$2", "$3") " ORDER BY o.zone, o.name LIMIT 1000",
              S_ARGS(S_INT(id), S_INT(r->who.person), S_TIME(r->now)), company_row, err));
  table_end(r, "server.tell.none");
  card_end(r);
  return VG_OK;
}

/* --- the curve -----------------------------------------------------------------------------------------------------
 */
struct points {
  struct curve_point v[CURVE_POINTS];
  size_t n;
};
static vg_code take_point(void *ctx, const struct anticipate_point *p, struct vg_err *err) {
  struct points *c = ctx;
  (void)err;
  if (c->n < CURVE_POINTS)
    c->v[c->n++] = (struct curve_point){.at = p->at,
                                        .seen = true,
                                        .observed = (double)p->observed,
                                        .expected = p->expected,
                                        .threshold = p->threshold,
                                        .middle = (double)NAN,
                                        .high95 = (double)NAN};
  return VG_OK;
}

static void curve_row(struct request *r, const struct curve_point *p) {
  row(r);
  cell(r);
  day(r, p->at);
  cell_n(r);
  num(r, (int64_t)p->observed);
  cell_n(r);
  if (!isnan(p->expected))
    real(r, p->expected);
  cell_n(r);
  if (!isnan(p->threshold))
    real(r, p->threshold);
}

static vg_code draw_curve(struct request *r, int64_t warning, struct vg_err *err) {
  static const char *const head[] = {"server.period", NUMBER("server.observed"), NUMBER("server.expected"),
                                     NUMBER("server.threshold")};
  struct points c = {.n = 0};
  VG_TRY(anticipate_each_point(r->tx, warning, take_point, &c, err));
  if (!c.n)
    return VG_OK;
  card_begin(r, "server.curve", NULL);
  curve(r, c.v, c.n, "server.curve.label");
  RAW(r, "<p class=\"key\">");
  msg(r, "server.curve.key");
  RAW(r, "</p><details><summary>");
  msg(r, "server.curve.table");
  RAW(r, "</summary>");
  table_begin(r, "courbe", "server.curve", head, VG_COUNT(head));
  for (size_t i = c.n; i > 0; i--)
    curve_row(r, &c.v[i - 1]);
  table_end(r, NULL);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

/* --- one warning ---------------------------------------------------------------------------------------------------
 */
/* What was written about it, for those who are to be told. */
static vg_code written(struct request *r, const struct anticipate_warning *w, struct vg_err *err) {
  card_begin(r, "server.warning.written", NULL);
  table_begin(r, "ecrits", "server.warning.written", contents_head, CONTENTS_COLUMNS);
  VG_TRY(rows_contents(r, w->pid, err));
  table_end(r, "server.warning.written.none");
  form_begin(r, r->path, "content");
  form_end(r, "server.watch.bulletin", false);
  card_end(r);
  return VG_OK;
}

static vg_code one(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  struct request *r = ctx;
  static const struct choice verdicts[] = {{"confirmed", "server.judge.confirmed"}, {"false", "server.judge.false"}};
  VG_TRY(warning_card(r, w, err));
  VG_TRY(draw_curve(r, w->id, err));
  VG_TRY(tables(r, w->id, is_series(w->about_type), err));
  VG_TRY(written(r, w, err));
  card_begin(r, "server.judge", NULL);
  form_begin(r, r->path, "judge");
  field_choice(r, "verdict", "server.verdict", verdicts, VG_COUNT(verdicts), "confirmed", NULL);
  field_area(r, "why", "server.because", true, "anticipate.judge.why");
  form_end(r, "server.judge.send", false);
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  page_top(r, "server.warning", NULL);
  RAW(r, "<p class=\"sub\"><span class=\"id\">");
  textz(r, r->rest);
  RAW(r, "</span></p>");
  return anticipate_warning_find(r->tx, vg_str_z(r->rest), one, r, err);
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16], verdict[16], why[4096];
  if (strcmp(sent(r, "what", what, sizeof what), "content") == 0)
    return draft_content(r, vg_str_z(r->rest), err);
  sent(r, "verdict", verdict, sizeof verdict);
  VG_TRY(anticipate_judge(r->tx, &r->who, vg_str_z(r->rest), strcmp(verdict, "confirmed") == 0,
                          vg_str_z(sent(r, "why", why, sizeof why)), err));
  go_to(r, "/alertes/", vg_str_z(r->rest));
  return VG_OK;
}

const struct page page_warnings = {"/alertes", GROUP_THREATS, "server.nav.warnings", list, NULL, PAGE_LISTED};
const struct page page_warning = {"/alertes/", GROUP_THREATS, "server.nav.warnings", show, act, PAGE_HIDDEN};
