#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/evaluation.h"
#include "server/server_internal.h"

/* The period and zone that the address asks for; the last year of all zones when it asks nothing. */
struct asked_span {
  struct evaluation_span span;
  char zone[32], query[128];
};

static void put_query(char out[static 128], const struct evaluation_span *span, const char *zone) {
  char from[24], to[24];
  put_local(from, span->from);
  put_local(to, span->to);
  snprintf(out, 128, "?du=%s&au=%s&zone=%s", from, to, zone);
}

static void read_span(struct request *r, struct asked_span *a) {
  char before[8];
  vg_time minute = r->now - r->now % (60 * VG_SECOND) + 60 * VG_SECOND; /* an address says minutes */
  *a = (struct asked_span){.span = {.from = minute - 365 * VG_DAY, .to = minute}};
  (void)asked_time(r, "du", &a->span.from);
  (void)asked_time(r, "au", &a->span.to);
  if (a->span.from >= a->span.to)
    a->span.from = a->span.to - VG_DAY;
  a->span.zone = asked(r, "zone", a->zone, sizeof a->zone);
  for (size_t i = 0; a->zone[i]; i++)
    if (!vg_is_alnum(a->zone[i]) && a->zone[i] != '-' && a->zone[i] != '_')
      a->zone[0] = 0;
  a->span.before = a->span.from > 0 && asked(r, "avant", before, sizeof before)[0] == '1';
  put_query(a->query, &a->span, a->zone);
}

static vg_code span_form(struct request *r, const struct asked_span *a, struct vg_err *err) {
  char from[24], to[24];
  put_local(from, a->span.from);
  put_local(to, a->span.to);
  RAW(r, "<form class=\"form\" method=\"get\"><div class=\"pair\">");
  field(r, "du", "server.from", "datetime-local", from, true, "");
  field(r, "au", "server.to", "datetime-local", to, true, "");
  RAW(r, "</div>");
  VG_TRY(field_zone(r, "zone", "server.evaluation.all_zones", a->zone, "", err));
  RAW(r, "<p><button>");
  msg(r, "server.show");
  RAW(r, "</button></p></form>");
  return VG_OK;
}

/* --- /evaluation/chiffres --- */

enum { FIGURES_MAX = 64 };
struct table {
  struct evaluation_figure v[FIGURES_MAX];
  size_t n;
};

static vg_code take_figure(void *ctx, const struct evaluation_figure *f, struct vg_err *err) {
  struct table *t = ctx;
  (void)err;
  if (t->n < FIGURES_MAX)
    t->v[t->n++] = *f;
  return VG_OK;
}

static void put_count(struct request *r, const struct evaluation_figure *f, int64_t n, const char *query,
                      const char *more) {
  cell_n(r);
  RAW(r, "<a href=\"/evaluation/chiffres/");
  textz(r, f->code);
  textz(r, query);
  textz(r, more);
  RAW(r, "\">");
  num(r, n);
  RAW(r, "</a>");
}

/* More of a harm is bad, less of it good; of what is wanted it is for people to say. */
static void trend_badge(struct request *r, const struct evaluation_figure *f) {
  int t = evaluation_trend(f);
  bool known = evaluation_exposed(f);
  const char *kind = t == 0 || !known ? "mute" : f->harm ? "info" : t > 0 ? "bad" : "ok";
  badge(r, kind,
        t == 0  ? "server.figures.flat"
        : known ? (t > 0 ? "server.figures.up" : "server.figures.down")
                : (t > 0 ? "server.figures.up_count" : "server.figures.down_count"));
}

/* "103 company-years", "not known" where nobody knows how many there could have been. */
static void put_exposure(struct request *r, const struct evaluation_figure *f) {
  cell(r);
  if (!f->unit) {
    RAW(r, "<span class=\"soft\">");
    msg(r, "server.exposure.none");
    RAW(r, "</span>");
    return;
  }
  char id[64], number[32];
  struct vg_buf b;
  snprintf(id, sizeof id, "server.exposure.%s", f->unit);
  vg_buf_init(&b, sizeof number);
  put_real(&b, r->lang, f->exposed);
  vg_str_copy(number, sizeof number, vg_buf_view(&b));
  vg_buf_fini(&b);
  SAY(r, id, evaluation_exposure_plural(f->exposed), number);
  if (evaluation_exposed(f)) {
    RAW(r, " <span class=\"soft\">(");
    real(r, f->exposed_before);
    RAW(r, ")</span>");
  }
}

/* Count, count of the period before, exposure, the ratio of the rates (of the counts where no exposure is known) with
 * its limits. */
static void put_trend(struct request *r, const struct evaluation_figure *f, const char *query) {
  put_count(r, f, f->count, query, "");
  double scale = evaluation_exposed(f) ? f->exposed_before / f->exposed : 1;
  if (f->before < 0) {
    cell_n(r);
    put_exposure(r, f);
    cell_n(r);
    cell(r);
    return;
  }
  put_count(r, f, f->before, query, "&avant=1");
  put_exposure(r, f);
  cell_n(r);
  if (f->count + f->before == 0) {
    RAW(r, "–");
  } else {
    if (f->before > 0) {
      real(r, scale * (double)f->count / (double)f->before);
      RAW(r, " ");
    }
    RAW(r, "[");
    real(r, scale * f->lo);
    vg_buf_z(&r->out, r->lang == VG_FR ? "\u00a0; " : "; ");
    if (isinf(f->hi))
      RAW(r, "∞");
    else
      real(r, scale * f->hi);
    RAW(r, "]");
  }
  cell(r);
  trend_badge(r, f);
}

static void figure_rows(struct request *r, const struct table *t, const struct evaluation_figure *f,
                        const char *query) {
  row(r);
  cell(r);
  word(r, "server.figure.", vg_str_z(f->code));
  put_trend(r, f, query);
  cell(r);
  word(r, "server.regime.", vg_str_z(f->regime));
  for (size_t k = 0; f->harm && k < t->n; k++) {
    if (strcmp(t->v[k].code, f->harm) != 0)
      continue;
    row(r);
    cell(r);
    RAW(r, "<span class=\"soft\">↳ ");
    msg(r, "server.figures.harm");
    RAW(r, "</span> ");
    word(r, "server.figure.", vg_str_z(f->harm));
    put_trend(r, &t->v[k], query);
    cell(r);
    word(r, "server.regime.", vg_str_z(t->v[k].regime));
  }
}

static vg_code figures(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.figures.wanted",         NUMBER("server.figures.count"),
                                        NUMBER("server.figures.before"), "server.figures.exposure",
                                        NUMBER("server.figures.ratio"),  "server.figures.trend",
                                        "server.figures.regime"};
  struct table t = {.n = 0};
  struct asked_span a;
  read_span(r, &a);
  a.span.before = false;
  VG_TRY(evaluation_each_figure(r->tx, &a.span, take_figure, &t, err));
  page_top(r, "server.figures", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.figures.sub");
  RAW(r, "</p>");
  card_begin(r, "server.figures.period", NULL);
  VG_TRY(span_form(r, &a, err));
  card_end(r);
  card_begin(r, "server.figures", "figures");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.figures.how");
  RAW(r, "</p>");
  table_begin(r, "chiffres", "server.figures", heading, VG_COUNT(heading));
  for (size_t i = 0; i < t.n; i++)
    if (t.v[i].harm)
      figure_rows(r, &t, &t.v[i], a.query);
  table_end(r, NULL);
  card_end(r);
  return VG_OK;
}

/* --- /evaluation/chiffres/CODE --- */

void link_ref(struct request *r, vg_str ref) {
  vg_str question = ref, plan;
  if (vg_str_starts(ref, VG_STR("evaluation--")) && vg_str_cut(&question, '/', &plan)) {
    link_to(r, "/evaluation/", plan, question.p ? question : plan);
  } else if (vg_str_find(ref, VG_STR("--"), 0) != SIZE_MAX) {
    link_id(r, ref);
  } else {
    bool exhibit = vg_str_find_byte(ref, '/', 0) != SIZE_MAX;
    link_to(r, exhibit ? "/scelles/" : "/affaires/", ref, ref);
  }
}

enum { ROWS = 200 };
struct listed {
  struct request *r;
  int64_t n;
};

static vg_code one_row(void *ctx, const struct evaluation_row *x, struct vg_err *err) {
  struct listed *l = ctx;
  struct request *r = l->r;
  (void)err;
  if (l->n++ == ROWS && !r->csv[0])
    return VG_OK;
  row(r);
  cell(r);
  when(r, x->at);
  cell(r);
  zone_name(r, x->zone);
  cell(r);
  if (x->ref.n)
    text(r, x->label);
  else
    msg(r, x->apart ? "server.figures.apart" : "server.figures.closed");
  cell(r);
  if (x->ref.n)
    link_ref(r, x->ref);
  return VG_OK;
}

/* A zone's count beside that of the harm (or of what is wanted, on the page of a harm). */
struct zones {
  struct request *r;
  struct asked_span *a;
};

static vg_code zone_row(void *ctx, const char *zone, const struct evaluation_figure *f, struct vg_err *err) {
  struct zones *z = ctx;
  struct request *r = z->r;
  char query[128];
  (void)err;
  put_query(query, &z->a->span, zone);
  row(r);
  cell(r);
  zone_name(r, vg_str_z(zone));
  put_trend(r, f, query);
  return VG_OK;
}

static vg_code zone_table(struct request *r, struct asked_span *a, const char *code, struct vg_err *err) {
  static const char *const heading[] = {"server.zone",
                                        NUMBER("server.figures.count"),
                                        NUMBER("server.figures.before"),
                                        "server.figures.exposure",
                                        NUMBER("server.figures.ratio"),
                                        "server.figures.trend"};
  char title[96];
  snprintf(title, sizeof title, "server.figure.%s", code);
  RAW(r, "<h3>");
  msg(r, title);
  RAW(r, "</h3>");
  table_begin(r, code, title, heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_zone(r->tx, code, &a->span, zone_row, &(struct zones){r, a}, err));
  table_end(r, "server.figures.none");
  return VG_OK;
}

static vg_code by_zone(struct request *r, struct asked_span *a, struct vg_err *err) {
  const char *other = evaluation_figure_pair(r->rest);
  card_begin(r, "server.figures.by_zone", "figures");
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.figures.many");
  RAW(r, "</p>");
  VG_TRY(zone_table(r, a, r->rest, err));
  if (other)
    VG_TRY(zone_table(r, a, other, err));
  card_end(r);
  return VG_OK;
}

/* The newest, and links to the older ones; the table as a file has all. */
static vg_code row_table(struct request *r, const struct asked_span *a, enum regime of, struct vg_err *err) {
  struct listed l = {.r = r};
  char first[768];
  int64_t from = rows_from(r, "de");
  VG_TRY(evaluation_some_rows(r->tx, &r->who, r->rest, &a->span, of, from, r->csv[0] ? INT64_MAX : ROWS + 1, one_row,
                              &l, err));
  table_end(r, "server.figures.none");
  snprintf(first, sizeof first, "%s%s%s&regime=%s", r->path, a->query, a->span.before ? "&avant=1" : "",
           casework_regime_name(of));
  pager_from(r, first, "de", from, ROWS, l.n > ROWS && !r->csv[0]);
  return VG_OK;
}

static vg_code rows(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.figures.when", "server.zone", "server.figures.what",
                                        "server.figures.ref"};
  struct asked_span a;
  enum regime of;
  char id[96];
  int n = snprintf(id, sizeof id, "server.figure.%s", r->rest);
  if (n < 0 || (size_t)n >= sizeof id || !vg_msg_text(r->lang, id))
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_figure", r->rest);
  read_span(r, &a);
  page_top(r, id, NULL);
  RAW(r, "<p class=\"sub\">");
  day(r, a.span.before ? 2 * a.span.from - a.span.to : a.span.from);
  RAW(r, " – ");
  day(r, a.span.before ? a.span.from : a.span.to);
  if (a.zone[0]) {
    RAW(r, ", ");
    zone_name(r, vg_str_z(a.zone));
  }
  RAW(r, "</p>");
  VG_TRY(evaluation_figure_regime(r->rest, &of, err));
  VG_TRY(regime_door(r, "du au zone avant", of, r->who.id.s, &of, err));
  card_begin(r, "server.figures.rows", NULL);
  table_begin(r, "lignes", "server.figures.rows", heading, VG_COUNT(heading));
  VG_TRY(row_table(r, &a, of, err));
  RAW(r, "<p><a class=\"btn\" href=\"/evaluation/chiffres");
  textz(r, a.query);
  RAW(r, "\">");
  msg(r, "server.figures.back");
  RAW(r, "</a></p>");
  card_end(r);
  return a.span.before ? VG_OK : by_zone(r, &a, err);
}

static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/evaluation/chiffres/", vg_str_z(r->rest), err);
}

const struct page page_figures = {
    "/evaluation/chiffres", GROUP_NETWORK, "server.nav.evaluation", figures, NULL, PAGE_HIDDEN};
const struct page page_figure = {
    "/evaluation/chiffres/", GROUP_NETWORK, "server.nav.evaluation", rows, combine, PAGE_HIDDEN};
