#include <stdio.h>
#include <string.h>

#include "server/evaluation.h"

/* The period and zone that the address asks for; the last year of all zones when it asks nothing. */
struct asked_span {
  struct evaluation_span span;
  char zone[32], query[160];
};

static void read_span(struct request *r, struct asked_span *a) {
  char from[24], to[24];
  *a = (struct asked_span){.span = {.from = r->now - 365 * VG_DAY, .to = r->now}};
  (void)asked_time(r, "du", &a->span.from);
  (void)asked_time(r, "au", &a->span.to);
  if (a->span.from >= a->span.to)
    a->span.from = a->span.to - VG_DAY;
  a->span.zone = asked(r, "zone", a->zone, sizeof a->zone);
  for (size_t i = 0; a->zone[i]; i++)
    if (!vg_is_alnum(a->zone[i]) && a->zone[i] != '-' && a->zone[i] != '_')
      a->zone[0] = 0;
  put_local(from, a->span.from);
  put_local(to, a->span.to);
  snprintf(a->query, sizeof a->query, "?du=%s&amp;au=%s&amp;zone=%s", from, to, a->zone);
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

static void put_count(struct request *r, const struct evaluation_figure *f, const char *query) {
  cell(r);
  word(r, "server.figure.", vg_str_z(f->code));
  cell_n(r);
  vg_buf_fmt(&r->out, "<a href=\"/evaluation/chiffres/%s%s\">", f->code, query);
  num(r, f->count);
  RAW(r, "</a>");
}

static vg_code figures(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.figures.wanted", NUMBER("server.figures.count"), "server.figures.harm",
                                        NUMBER("server.figures.count"), "server.figures.regime"};
  struct table t = {.n = 0};
  struct asked_span a;
  read_span(r, &a);
  VG_TRY(evaluation_each_figure(r->tx, &a.span, take_figure, &t, err));
  page_top(r, "server.figures", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.figures.sub");
  RAW(r, "</p>");
  card_begin(r, "server.figures.period", NULL);
  VG_TRY(span_form(r, &a, err));
  card_end(r);
  card_begin(r, "server.figures", NULL);
  table_begin(r, "chiffres", "server.figures", heading, VG_COUNT(heading));
  for (size_t i = 0; i < t.n; i++) {
    if (!t.v[i].harm)
      continue;
    row(r);
    put_count(r, &t.v[i], a.query);
    for (size_t k = 0; k < t.n; k++)
      if (strcmp(t.v[k].code, t.v[i].harm) == 0)
        put_count(r, &t.v[k], a.query);
    cell(r);
    word(r, "server.regime.", vg_str_z(t.v[i].regime));
  }
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

static vg_code one_row(void *ctx, const struct evaluation_row *x, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  when(r, x->at);
  cell(r);
  zone_name(r, x->zone);
  cell(r);
  if (x->ref.n)
    text(r, x->label);
  else
    msg(r, "server.figures.closed");
  cell(r);
  if (x->ref.n)
    link_ref(r, x->ref);
  return VG_OK;
}

static vg_code rows(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.figures.when", "server.zone", "server.figures.what",
                                        "server.figures.ref"};
  struct asked_span a;
  char id[96];
  int n = snprintf(id, sizeof id, "server.figure.%s", r->rest);
  if (n < 0 || (size_t)n >= sizeof id || !vg_msg_text(r->lang, id))
    return VG_FAIL(err, VG_ENOTFOUND, "evaluation.no_figure", r->rest);
  read_span(r, &a);
  page_top(r, id, NULL);
  RAW(r, "<p class=\"sub\">");
  day(r, a.span.from);
  RAW(r, " – ");
  day(r, a.span.to);
  if (a.zone[0]) {
    RAW(r, ", ");
    zone_name(r, vg_str_z(a.zone));
  }
  RAW(r, "</p>");
  card_begin(r, "server.figures.rows", NULL);
  table_begin(r, "lignes", "server.figures.rows", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_row(r->tx, &r->who, r->rest, &a.span, one_row, r, err));
  table_end(r, "server.figures.none");
  vg_buf_fmt(&r->out, "<p><a class=\"btn\" href=\"/evaluation/chiffres%s\">", a.query);
  msg(r, "server.figures.back");
  RAW(r, "</a></p>");
  card_end(r);
  return VG_OK;
}

const struct page page_figures = {"/evaluation/chiffres", GROUP_NETWORK, "server.nav.evaluation", figures, NULL, true};
const struct page page_figure = {"/evaluation/chiffres/", GROUP_NETWORK, "server.nav.evaluation", rows, NULL, true};
