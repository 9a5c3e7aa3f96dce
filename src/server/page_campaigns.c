/* Campaigns: reports that belong together, a drawing a campaign with its table beside. */
#include "server/server_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anticipate/anticipate.h"
#include "territory/territory.h"

enum {
  CAMPAIGNS_DRAWN = 20,
  NODES_DRAWN = 40,
  EDGES_KEPT = 4000,
  WIDTH = 520,
  HEIGHT = 300,
  NAME = 64,
  VALUE = 160,
  TOLD = 3
};
static const double pi = 3.14159265358979323846;

/* Copies: the room's strings end with its sink. */
struct kept_edge {
  int64_t campaign;
  double weight;
  size_t things, told;
  char report[2][VG_ID_MAX], name[2][NAME], org[2][VG_ID_MAX];
  enum regime regime[2];
  struct {
    char type[32], value[VALUE];
    double weight;
  } because[TOLD];
};
struct graph {
  struct kept_edge *v;
  size_t n;
  int64_t all, campaigns;
  bool both; /* regimes: each report says its own */
};

static vg_code keep(void *ctx, const struct anticipate_link *l, struct vg_err *err) {
  struct graph *g = ctx;
  (void)err;
  g->all++;
  g->campaigns = l->campaign > g->campaigns ? l->campaign : g->campaigns;
  if (g->n == EDGES_KEPT)
    return VG_OK;
  struct kept_edge *e = &g->v[g->n++];
  *e = (struct kept_edge){
      .campaign = l->campaign, .weight = l->weight, .things = l->things, .told = l->reasons < TOLD ? l->reasons : TOLD};
  for (int i = 0; i < 2; i++) {
    vg_str_copy(e->report[i], VG_ID_MAX, l->end[i].report);
    vg_str_copy(e->name[i], NAME, l->end[i].organisation);
    vg_str_copy(e->org[i], VG_ID_MAX, l->end[i].organisation_id);
    e->regime[i] = l->end[i].regime;
  }
  for (size_t i = 0; i < e->told; i++) {
    vg_str_copy(e->because[i].type, sizeof e->because[i].type, l->because[i].type);
    vg_str_copy(e->because[i].value, VALUE, l->because[i].value);
    e->because[i].weight = l->because[i].weight;
  }
  return VG_OK;
}

/* --- the drawing
 * ------------------------------------------------------------------------------------------------------ */
struct nodes {
  const char *report[NODES_DRAWN], *name[NODES_DRAWN];
  size_t n;
};

static size_t node_of(struct nodes *n, const char *report, const char *name) {
  for (size_t i = 0; i < n->n; i++)
    if (strcmp(n->report[i], report) == 0)
      return i;
  if (n->n == NODES_DRAWN)
    return SIZE_MAX;
  n->report[n->n] = report;
  n->name[n->n] = name;
  return n->n++;
}

/* Two stand side by side. */
static double height_of(const struct nodes *n) { return n->n == 2 ? 80 : HEIGHT; }

static void place(const struct nodes *n, size_t i, double *x, double *y) {
  double height = height_of(n), angle = 2 * pi * (double)i / (double)n->n - (n->n == 2 ? pi : pi / 2);
  *x = WIDTH / 2.0 + 120 * cos(angle);
  *y = height / 2 + (height / 2 - 40) * sin(angle);
}

static void draw(struct request *r, const struct graph *g, int64_t campaign) {
  struct nodes n = {.n = 0};
  double x1, y1, x2, y2;
  for (size_t i = 0; i < g->n; i++)
    for (int k = 0; k < 2 && g->v[i].campaign == campaign; k++)
      (void)node_of(&n, g->v[i].report[k], g->v[i].name[k]);
  vg_buf_fmt(&r->out, "<svg class=\"web\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"", WIDTH, height_of(&n));
  msg(r, "server.campaigns.label");
  RAW(r, "\">");
  for (size_t i = 0; i < g->n; i++) {
    const struct kept_edge *e = &g->v[i];
    size_t a, b;
    if (e->campaign != campaign || (a = node_of(&n, e->report[0], e->name[0])) == SIZE_MAX ||
        (b = node_of(&n, e->report[1], e->name[1])) == SIZE_MAX)
      continue;
    place(&n, a, &x1, &y1);
    place(&n, b, &x2, &y2);
    vg_buf_fmt(&r->out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\" stroke-width=\"%.1f\"/>", x1, y1, x2, y2,
               fmin(6, .6 + e->weight / 4));
  }
  for (size_t i = 0; i < n.n; i++) {
    place(&n, i, &x1, &y1);
    const char *anchor = x1 > WIDTH / 2.0 + 20 ? "start" : x1 < WIDTH / 2.0 - 20 ? "end" : "middle";
    double beside = anchor[0] == 's'   ? 10
                    : anchor[0] == 'e' ? -10
                                       : 0,
           above = anchor[0] == 'm' ? (y1 < height_of(&n) / 2 ? -11 : 20) : 4;
    vg_buf_fmt(
        &r->out,
        "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"6\"/><text aria-hidden=\"true\" text-anchor=\"%s\" x=\"%.0f\" y=\"%.0f\">",
        x1, y1, anchor, x1 + beside, y1 + above);
    char shown[24];
    textz(r, vg_str_copy(shown, sizeof shown, vg_str_z(n.name[i])));
    RAW(r, "</text>");
  }
  RAW(r, "</svg>");
}

/* --- its table
 * ---------------------------------------------------------------------------------------------------------- */
static void end_of(struct request *r, const struct kept_edge *e, int i, bool both) {
  cell(r);
  if (both) {
    regime_badge(r, e->regime[i]);
    RAW(r, " ");
  }
  link_to(r, "/entreprises/", vg_str_z(e->org[i]), vg_str_z(e->name[i]));
  RAW(r, " <small>");
  link_id(r, vg_str_z(e->report[i]));
  RAW(r, "</small>");
}

static void edge_row(struct request *r, const struct kept_edge *e, bool both) {
  row(r);
  cell_n(r);
  num(r, e->campaign);
  end_of(r, e, 0, both);
  end_of(r, e, 1, both);
  cell_n(r);
  real(r, e->weight);
  cell(r);
  for (size_t i = 0; i < e->told; i++) {
    if (i)
      RAW(r, "<br>");
    link_indicator(r, vg_str_z(e->because[i].type), vg_str_z(e->because[i].value));
    RAW(r, " <small>+");
    real(r, e->because[i].weight);
    RAW(r, "</small>");
  }
  if (e->things > e->told) {
    RAW(r, "<br><small>");
    SAY(r, "server.campaigns.more", VG_N(e->things - e->told));
    RAW(r, "</small>");
  }
}

static void campaign(struct request *r, const struct graph *g, int64_t number) {
  RAW(r, "<section class=\"card\"><h2>");
  SAY(r, "server.campaigns.campaign", VG_N(number));
  RAW(r, "</h2>");
  draw(r, g, number);
  card_end(r);
}

static void all_edges(struct request *r, const struct graph *g) {
  static const char *const head[] = {NUMBER("server.campaigns.number"), "server.report", "server.report",
                                     NUMBER("server.campaigns.weight"), "server.because"};
  card_begin(r, "server.campaigns.edges", NULL);
  table_begin(r, "liens", "server.campaigns.edges", head, VG_COUNT(head));
  for (size_t i = 0; i < g->n; i++)
    edge_row(r, &g->v[i], g->both);
  table_end(r, "server.campaigns.none");
  card_end(r);
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct graph g = {.v = calloc(EDGES_KEPT, sizeof *g.v)};
  struct anticipate_link_query ask = {.as_of = VG_NOTIME};
  if (!g.v)
    return VG_FAIL(err, VG_ENOMEM, "anticipate.memory");
  page_top(r, "server.nav.campaigns", NULL);
  vg_code rc = regime_door(r, "", REGIME_PREVENTION, r->who.id.s, &ask.of, err);
  g.both = ask.of == REGIME_BOTH;
  if (rc == VG_OK)
    rc = anticipate_each_link(r->tx, &r->who, &ask, keep, &g, err);
  if (rc == VG_OK) {
    RAW(r, "<p class=\"sub\">");
    SAY(r, "server.campaigns.sub", VG_N(g.all), VG_N(g.campaigns));
    RAW(r, "</p>");
    for (int64_t i = 1; i <= g.campaigns && i <= CAMPAIGNS_DRAWN; i++)
      campaign(r, &g, i);
    all_edges(r, &g);
  }
  free(g.v);
  return rc;
}

static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/campagnes", VG_STR(""), err);
}

const struct page page_campaigns = {"/campagnes", GROUP_THREATS, "server.nav.campaigns", show, combine, PAGE_LISTED};
