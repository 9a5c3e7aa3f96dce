/* The instance's series: the last pass, what the guard vetoed, counts and sealed forecasts with their scores. */
#include "server/server_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/curve.h"
#include "server/warning_card.h"

enum { SHOWN = 52, AHEAD = 4 };

/* --- the last pass --------------------------------------------------------------------------------------------------
 */
static void pass_facts(struct request *r, struct store_rows *q) {
  r->table_rows++;
  RAW(r, "<p>");
  msg(r, store_int(q, 1) == 7 ? "server.pass.week" : "server.pass.day");
  RAW(r, " ");
  day(r, store_time(q, 0));
  colon(r);
  SAY(r, "server.pass.facts", VG_N(store_int(q, 2)), VG_N(store_int(q, 3)), VG_N(store_int(q, 4)),
      VG_N(store_int(q, 5)));
  RAW(r, " <small>");
  when(r, store_time(q, 6));
  RAW(r, "</small></p>");
}

static void guard_row(struct request *r, struct store_rows *q) {
  char id[64];
  snprintf(id, sizeof id, "anticipate.source.%s", VG_T(store_str(q, 0)));
  row(r);
  cell(r);
  msg(r, id);
  cell(r);
  if (store_str(q, 1).n)
    word(r, "server.dimension.", store_str(q, 1));
  else
    msg(r, "server.guard.coverage");
  cell_n(r);
  percent(r, store_real(q, 2));
  cell_n(r);
  percent(r, store_real(q, 3));
  cell(r);
  msg(r, store_int(q, 4) ? "server.guard.veto" : "server.guard.flag");
}

static void vetoed_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  series_name(r, store_str(q, 0));
  cell_n(r);
  num(r, store_int(q, 1));
  cell_n(r);
  real(r, store_real(q, 2));
  cell_n(r);
  real(r, store_real(q, 3));
}

#define LAST_PASS "(SELECT id FROM anticipate_v_pass WHERE step = 7 ORDER BY as_of DESC, id DESC LIMIT 1)"

vg_code part_pass(struct request *r, struct vg_err *err) {
  static const char *const guard[] = {"server.source", "server.guard.what", NUMBER("server.guard.before"),
                                      NUMBER("server.guard.now"), "server.guard.effect"};
  static const char *const vetoed[] = {"server.series", NUMBER("server.observed"), NUMBER("server.expected"),
                                       NUMBER("server.p")};
  int64_t guards = 0, vetoes = 0;
  card_begin(r, "server.pass", NULL);
  r->table_rows = 0;
  VG_TRY(each(
      r, "SELECT period, step, events, tested, raised, vetoed, computed FROM anticipate_v_pass WHERE id = " LAST_PASS,
      S_NOARGS, pass_facts, err));
  if (!r->table_rows) {
    empty(r, "server.pass.none", NULL, NULL);
    card_end(r);
    return VG_OK;
  }
  VG_TRY(
      store_get_int(r->tx, &guards, "SELECT COUNT(*) FROM anticipate_v_guard WHERE pass = " LAST_PASS, S_NOARGS, err));
  VG_TRY(store_get_int(r->tx, &vetoes,
                       "SELECT COUNT(*) FROM anticipate_v_surge WHERE outcome = 'vetoed' AND pass = " LAST_PASS,
                       S_NOARGS, err));
  if (guards) {
    table_begin(r, "garde", "server.guard", guard, VG_COUNT(guard));
    VG_TRY(
        each(r,
             "SELECT source, dimension, share_before, share_now, veto FROM anticipate_v_guard WHERE pass = " LAST_PASS
             " ORDER BY source, dimension",
             S_NOARGS, guard_row, err));
    table_end(r, NULL);
  }
  if (vetoes) {
    table_begin(r, "vetos", "server.guard.vetoed", vetoed, VG_COUNT(vetoed));
    VG_TRY(each(
        r,
        "SELECT series, observed, expected, p FROM anticipate_v_surge WHERE outcome = 'vetoed' AND pass = " LAST_PASS
        " ORDER BY p, series",
        S_NOARGS, vetoed_row, err));
    table_end(r, NULL);
  }
  if (strcmp(r->path, "/series") != 0) {
    RAW(r, "<p>");
    button_link(r, "/series", "server.series.open", false);
    RAW(r, "</p>");
  }
  card_end(r);
  return VG_OK;
}

/* --- all series ------------------------------------------------------------------------------------------------------
 */
static void put_interval(struct request *r, double low, double high) {
  real(r, low);
  RAW(r, " – ");
  real(r, high);
}

struct listing {
  struct request *r;
  vg_time target; /* of the newest origin, one step ahead */
};

static vg_code list_row(void *ctx, const struct anticipate_sealed *f, struct vg_err *err) {
  struct listing *l = ctx;
  struct request *r = l->r;
  (void)err;
  if (f->horizon != 1 || f->target != l->target)
    return VG_OK;
  row(r);
  cell(r);
  RAW(r, "<a href=\"/series/");
  url(r, f->series);
  RAW(r, "\">");
  series_name(r, f->series);
  RAW(r, "</a>");
  cell(r);
  day(r, f->target);
  cell_n(r);
  real(r, f->quantile[11]);
  cell_n(r);
  put_interval(r, f->quantile[6], f->quantile[16]);
  cell_n(r);
  put_interval(r, f->quantile[1], f->quantile[21]);
  cell(r);
  msg(r, f->late ? "server.forecast.late" : "server.forecast.sealed");
  return VG_OK;
}

static vg_code record(struct request *r, vg_str series, bool late, struct vg_err *err) {
  struct anticipate_sealed_record x;
  VG_TRY(anticipate_sealed_score(r->tx, series, late, &x, err));
  if (!x.scored)
    return VG_OK;
  RAW(r, "<p>");
  SAY(r, late ? "server.forecast.record.late" : "server.forecast.record", VG_N(x.scored),
      VG_D(r->lang, -1, x.wis_naive > 0 ? x.wis / x.wis_naive : 0), VG_D(r->lang, 0, 100 * x.cover50),
      VG_D(r->lang, 0, 100 * x.cover95));
  RAW(r, "</p>");
  return VG_OK;
}

static void newest(struct request *r, struct store_rows *q) {
  struct listing *l = r->keep;
  l->target = store_time(q, 0);
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.series",       "server.period",       NUMBER("server.median"),
                                     NUMBER("server.half"), NUMBER("server.most"), "server.state"};
  struct listing l = {.r = r, .target = VG_NOTIME};
  page_top(r, "server.series.title", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.series.sub");
  RAW(r, "</p>");
  VG_TRY(part_pass(r, err));
  card_begin(r, "server.forecasts", NULL);
  VG_TRY(record(r, VG_STR(""), false, err));
  VG_TRY(record(r, VG_STR(""), true, err));
  r->keep = &l;
  VG_TRY(each(r, "SELECT MAX(target) FROM anticipate_v_sealed WHERE step = 7 AND horizon = 1", S_NOARGS, newest, err));
  table_begin(r, "previsions", "server.forecasts", head, VG_COUNT(head));
  VG_TRY(anticipate_each_sealed(r->tx, VG_STR(""), list_row, &l, err));
  table_end(r, "server.forecasts.none");
  card_end(r);
  return VG_OK;
}

/* --- one series ------------------------------------------------------------------------------------------------------
 */
struct drawing {
  struct curve_point v[SHOWN + AHEAD];
  bool sealed[SHOWN + AHEAD], late[SHOWN + AHEAD];
  vg_time last;
};

static size_t place(const struct drawing *d, vg_time at) {
  int64_t i = SHOWN - 1 + (at - d->last) / (7 * VG_DAY);
  return i >= 0 && i < SHOWN + AHEAD ? (size_t)i : SIZE_MAX;
}

static void take_last(struct request *r, struct store_rows *q) {
  struct drawing *d = r->keep;
  d->last = store_time(q, 0);
}

static void take_count(struct request *r, struct store_rows *q) {
  struct drawing *d = r->keep;
  size_t i = place(d, store_time(q, 0));
  if (i < SHOWN)
    d->v[i].observed = (double)store_int(q, 1);
}

/* Of the past the forecast one step ahead, of what comes the newest one. */
static vg_code take_forecast(void *ctx, const struct anticipate_sealed *f, struct vg_err *err) {
  struct drawing *d = ctx;
  size_t i = place(d, f->target);
  (void)err;
  if (f->step != 7 || i == SIZE_MAX || (i < SHOWN ? f->horizon != 1 : f->origin != d->last))
    return VG_OK;
  d->v[i].low95 = f->quantile[1];
  d->v[i].low50 = f->quantile[6];
  d->v[i].middle = f->quantile[11];
  d->v[i].high50 = f->quantile[16];
  d->v[i].high95 = f->quantile[21];
  d->sealed[i] = true;
  d->late[i] = f->late;
  return VG_OK;
}

static void point_row(struct request *r, const struct drawing *d, size_t i) {
  const struct curve_point *p = &d->v[i];
  row(r);
  cell(r);
  day(r, p->at);
  cell_n(r);
  if (p->seen)
    num(r, (int64_t)p->observed);
  cell_n(r);
  if (d->sealed[i])
    real(r, p->middle);
  cell_n(r);
  if (d->sealed[i])
    put_interval(r, p->low50, p->high50);
  cell_n(r);
  if (d->sealed[i])
    put_interval(r, p->low95, p->high95);
  cell(r);
  if (d->sealed[i])
    msg(r, d->late[i] ? "server.forecast.late" : "server.forecast.sealed");
}

static void surge_row(struct request *r, struct store_rows *q) {
  row(r);
  cell(r);
  day(r, store_time(q, 0));
  cell(r);
  msg(r, store_int(q, 1) == ANTICIPATE_ALERT ? "server.level.alert" : "server.level.vigilance");
  cell(r);
  if (store_str(q, 7).n)
    RAW(r, "<a href=\"/alertes/");
  if (store_str(q, 7).n) {
    url(r, store_str(q, 7));
    RAW(r, "\">");
  }
  word(r, "server.outcome.", store_str(q, 2));
  if (store_str(q, 7).n)
    RAW(r, "</a>");
  cell_n(r);
  num(r, store_int(q, 3));
  cell_n(r);
  real(r, store_real(q, 4));
  RAW(r, " (");
  put_interval(r, store_real(q, 5), store_real(q, 6));
  RAW(r, ")");
}

static vg_code draw(struct request *r, struct drawing *d, vg_str key, struct vg_err *err) {
  static const char *const head[] = {"server.period",       NUMBER("server.observed"), NUMBER("server.median"),
                                     NUMBER("server.half"), NUMBER("server.most"),     "server.state"};
  for (size_t i = 0; i < SHOWN + AHEAD; i++)
    d->v[i] = (struct curve_point){.at = d->last + ((int64_t)i - SHOWN + 1) * 7 * VG_DAY,
                                   .seen = i < SHOWN,
                                   .expected = (double)NAN,
                                   .threshold = (double)NAN,
                                   .middle = (double)NAN,
                                   .high95 = (double)NAN};
  VG_TRY(each(r, "SELECT period, count FROM anticipate_v_count WHERE step = 7 AND series = $1", S_ARGS(S_STR(key)),
              take_count, err));
  VG_TRY(anticipate_each_sealed(r->tx, key, take_forecast, d, err));
  card_begin(r, "server.curve", NULL);
  VG_TRY(record(r, key, false, err));
  VG_TRY(record(r, key, true, err));
  curve(r, d->v, SHOWN + AHEAD, "server.series.label");
  RAW(r, "<p class=\"key\">");
  msg(r, "server.series.key");
  RAW(r, "</p>");
  RAW(r, "<details><summary>");
  msg(r, "server.curve.table");
  RAW(r, "</summary>");
  table_begin(r, "serie", "server.curve", head, VG_COUNT(head));
  for (size_t i = SHOWN + AHEAD; i > 0; i--)
    point_row(r, d, i - 1);
  table_end(r, NULL);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  static const char *const surges[] = {"server.period", "server.level", "server.state", NUMBER("server.observed"),
                                       NUMBER("server.expected")};
  struct drawing d = {.last = VG_NOTIME};
  vg_str key = vg_str_z(r->rest);
  struct vg_buf name;
  vg_buf_init(&name, 8192);
  anticipate_series_name(&name, r->lang, key);
  page_top_text(r, vg_buf_view(&name));
  vg_buf_fini(&name);
  r->keep = &d;
  VG_TRY(each(r, "SELECT MAX(period) FROM anticipate_v_pass WHERE step = 7", S_NOARGS, take_last, err));
  if (d.last == VG_NOTIME)
    return VG_FAIL(err, VG_ENOTFOUND, "server.series.unknown");
  VG_TRY(draw(r, &d, key, err));
  card_begin(r, "server.series.surges", NULL);
  table_begin(r, "hausses", "server.series.surges", surges, VG_COUNT(surges));
  VG_TRY(each(r,
              "SELECT period, level, outcome, observed, expected, low, high, warning_pid FROM anticipate_v_surge WHERE "
              "series = $1 "
              "ORDER BY period DESC, method",
              S_ARGS(S_STR(key)), surge_row, err));
  table_end(r, "server.series.surges.none");
  card_end(r);
  return VG_OK;
}

const struct page page_series = {"/series", GROUP_THREATS, "server.nav.warnings", list, NULL, PAGE_HIDDEN};
const struct page page_one_series = {"/series/", GROUP_THREATS, "server.nav.warnings", show, NULL, PAGE_HIDDEN};
