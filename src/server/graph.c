#include "server/graph.h"

#include <math.h>
#include <string.h>

enum { WIDE = 960, HIGH = 620, ROUNDS = 300, LABEL = 26 };

size_t graph_node(struct graph *g, enum graph_kind kind, vg_str key, vg_str label) {
  for (size_t i = 0; i < g->nodes; i++)
    if (g->node[i].kind == kind && vg_str_eqz(key, g->node[i].key))
      return i;
  if (g->nodes == GRAPH_NODES || key.n >= GRAPH_KEY) {
    g->cut = true;
    return SIZE_MAX;
  }
  struct graph_node *n = &g->node[g->nodes];
  *n = (struct graph_node){.kind = kind};
  vg_str_copy(n->key, sizeof n->key, key);
  vg_str_copy(n->label, sizeof n->label, label.n ? label : key);
  return g->nodes++;
}

void graph_edge(struct graph *g, size_t a, size_t b, vg_str word) {
  if (a == SIZE_MAX || b == SIZE_MAX || a == b)
    return;
  for (size_t i = 0; i < g->edges; i++)
    if (((g->edge[i].a == a && g->edge[i].b == b) || (g->edge[i].a == b && g->edge[i].b == a)) &&
        vg_str_eqz(word, g->edge[i].word))
      return;
  if (g->edges == GRAPH_EDGES) {
    g->cut = true;
    return;
  }
  struct graph_edge *e = &g->edge[g->edges++];
  *e = (struct graph_edge){.a = a, .b = b};
  vg_str_copy(e->word, sizeof e->word, word);
}

/* ---- places ---- */

static void push(struct graph *g, double k, double *dx, double *dy) {
  for (size_t i = 0; i < g->nodes; i++)
    for (size_t j = i + 1; j < g->nodes; j++) {
      double x = g->node[i].x - g->node[j].x, y = g->node[i].y - g->node[j].y, d = fmax(hypot(x, y), 1);
      double f = k * k / d / d;
      dx[i] += x * f, dy[i] += y * f, dx[j] -= x * f, dy[j] -= y * f;
    }
}

static void pull(struct graph *g, double k, double *dx, double *dy) {
  for (size_t e = 0; e < g->edges; e++) {
    size_t i = g->edge[e].a, j = g->edge[e].b;
    double x = g->node[i].x - g->node[j].x, y = g->node[i].y - g->node[j].y, f = hypot(x, y) / k;
    dx[i] -= x * f, dy[i] -= y * f, dx[j] += x * f, dy[j] += y * f;
  }
  for (size_t i = 0; i < g->nodes; i++) { /* parts without an edge between them stay on the sheet */
    dx[i] += (WIDE / 2.0 - g->node[i].x) * 0.08;
    dy[i] += (HIGH / 2.0 - g->node[i].y) * 0.12;
  }
}

/* Room for the labels at the edges of the sheet. */
static double within(double x, double margin, double size) { return fmin(fmax(x, margin), size - margin); }

void graph_place(struct graph *g) {
  double k = 0.8 * sqrt((double)WIDE * HIGH / (double)(g->nodes ? g->nodes : 1));
  for (size_t i = 0; i < g->nodes; i++) {
    double angle = 2.399963 * (double)i, far = 18 * sqrt((double)i + 1); /* a sunflower's spiral: no two start alike */
    g->node[i].x = WIDE / 2.0 + far * cos(angle);
    g->node[i].y = HIGH / 2.0 + far * sin(angle);
  }
  for (int round = 0; round < ROUNDS; round++) {
    double dx[GRAPH_NODES] = {0}, dy[GRAPH_NODES] = {0}, heat = 90.0 * (1 - (double)round / ROUNDS) + 1;
    push(g, k, dx, dy);
    pull(g, k, dx, dy);
    for (size_t i = 0; i < g->nodes; i++) {
      double d = fmax(hypot(dx[i], dy[i]), 1e-9), step = fmin(d, heat);
      g->node[i].x = within(g->node[i].x + dx[i] / d * step, 90, WIDE);
      g->node[i].y = within(g->node[i].y + dy[i] / d * step, 26, HIGH);
    }
  }
}

/* ---- the drawing ---- */

static void node_href(struct request *r, const struct graph_node *n) {
  static const char *const path[GRAPH_KINDS] = {
      [GRAPH_OBJECT] = "/renseignement/objet/", [GRAPH_COMPANY] = "/entreprises/", [GRAPH_WARNING] = "/alertes/"};
  if (n->kind == GRAPH_VALUE) {
    RAW(r, "/indicateur?type=");
    url(r, vg_str_z(n->type));
    RAW(r, "&amp;valeur=");
  } else {
    vg_buf_z(&r->out, path[n->kind]);
  }
  url(r, vg_str_z(n->key));
}

static void draw_mark(struct request *r, enum graph_kind kind, double x, double y) {
  static const char *const css[GRAPH_KINDS] = {"gv", "go", "gc", "gw"};
  if (kind == GRAPH_COMPANY)
    vg_buf_fmt(&r->out, "<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"14\" height=\"14\"/>", css[kind], x - 7,
               y - 7);
  else if (kind == GRAPH_WARNING)
    vg_buf_fmt(&r->out, "<path class=\"%s\" d=\"M%.0f %.0fl9 16h-18z\"/>", css[kind], x, y - 9);
  else if (kind == GRAPH_OBJECT)
    vg_buf_fmt(&r->out, "<path class=\"%s\" d=\"M%.0f %.0fl9 9l-9 9l-9 -9z\"/>", css[kind], x, y - 9);
  else
    vg_buf_fmt(&r->out, "<circle class=\"%s\" cx=\"%.0f\" cy=\"%.0f\" r=\"7\"/>", css[kind], x, y);
}

/* The beginning of a label, by whole characters. */
static void draw_label(struct request *r, const char *label) {
  size_t n = 0, shown = 0;
  for (; label[n] && shown < LABEL; shown++)
    do
      n++;
    while ((label[n] & 0xc0) == 0x80);
  text(r, vg_str_n(label, n));
  if (label[n])
    RAW(r, "…");
}

static void draw_node(struct request *r, const struct graph_node *n) {
  RAW(r, "<a href=\"");
  node_href(r, n);
  vg_buf_fmt(&r->out, "\"%s><title>", n->middle ? " class=\"middle\"" : "");
  textz(r, n->label);
  RAW(r, "</title>");
  draw_mark(r, n->kind, n->x, n->y);
  vg_buf_fmt(&r->out, "<text x=\"%.0f\" y=\"%.0f\">", n->x, n->y + 21);
  draw_label(r, n->label);
  RAW(r, "</text></a>");
}

static void draw_key(struct request *r) {
  static const char *const name[GRAPH_KINDS] = {"server.graph.value", "server.graph.object", "server.graph.company",
                                                "server.graph.warning"};
  RAW(r, "<p class=\"key\">");
  for (size_t kind = 0; kind < GRAPH_KINDS; kind++) {
    RAW(r, "<svg class=\"graph mark\" viewBox=\"0 0 20 20\" aria-hidden=\"true\">");
    draw_mark(r, (enum graph_kind)kind, 10, 10);
    RAW(r, "</svg> ");
    msg(r, name[kind]);
    RAW(r, " ");
  }
  RAW(r, "</p>");
}

static void node_cell(struct request *r, const struct graph_node *n) {
  cell(r);
  RAW(r, "<a href=\"");
  node_href(r, n);
  RAW(r, "\">");
  broken(r, vg_str_z(n->label));
  RAW(r, "</a>");
}

void graph_draw(struct request *r, const struct graph *g) {
  static const char *const head[] = {"server.graph.from", "server.graph.link", "server.graph.to"};
  vg_buf_fmt(
      &r->out,
      "<div class=\"scroll\" tabindex=\"0\"><svg class=\"graph\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"",
      WIDE, HIGH);
  SAY(r, "server.graph.aria", VG_N(g->nodes), VG_N(g->edges));
  RAW(r, "\">");
  for (size_t i = 0; i < g->edges; i++) {
    const struct graph_node *a = &g->node[g->edge[i].a], *b = &g->node[g->edge[i].b];
    vg_buf_fmt(&r->out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\"><title>", a->x, a->y, b->x, b->y);
    word(r, "server.graph.word.", vg_str_z(g->edge[i].word));
    RAW(r, "</title></line>");
  }
  for (size_t i = 0; i < g->nodes; i++)
    draw_node(r, &g->node[i]);
  RAW(r, "</svg></div>");
  draw_key(r);
  RAW(r, "<details><summary>");
  msg(r, "server.graph.table");
  RAW(r, "</summary>");
  table_begin(r, "liens", "server.graph.table", head, VG_COUNT(head));
  for (size_t i = 0; i < g->edges; i++) {
    row(r);
    node_cell(r, &g->node[g->edge[i].a]);
    cell(r);
    word(r, "server.graph.word.", vg_str_z(g->edge[i].word));
    node_cell(r, &g->node[g->edge[i].b]);
  }
  table_end(r, "server.graph.none");
  RAW(r, "</details>");
}
