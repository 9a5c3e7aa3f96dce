#ifndef VG_SERVER_GRAPH_H
#define VG_SERVER_GRAPH_H
/*
 * A small graph, laid out and drawn by the server: nodes are links, a table beside it says the same. The places come
 * from a fixed start, so that the same graph is drawn the same each time.
 */
#include "server/page.h"

enum { GRAPH_NODES = 80, GRAPH_EDGES = 240, GRAPH_KEY = 256 };
enum graph_kind { GRAPH_VALUE, GRAPH_OBJECT, GRAPH_COMPANY, GRAPH_WARNING, GRAPH_KINDS };

struct graph_node {
  enum graph_kind kind;
  char key[GRAPH_KEY]; /* what tells it from the others of its kind */
  char type[32];       /* of a value */
  char label[96];
  bool middle, opened; /* what was asked about; its neighbours were gathered */
  double x, y;
};
struct graph_edge {
  size_t a, b;
  char word[40]; /* relationship type, "seen", ... */
};
struct graph {
  struct graph_node node[GRAPH_NODES];
  size_t nodes;
  struct graph_edge edge[GRAPH_EDGES];
  size_t edges;
  bool cut; /* there was more than fits */
};

/* The node of that kind and key, made when it is new; SIZE_MAX when there is no room (cut is set). */
size_t graph_node(struct graph *g, enum graph_kind kind, vg_str key, vg_str label);
/* Once a pair and word; nothing when a or b is SIZE_MAX. */
void graph_edge(struct graph *g, size_t a, size_t b, vg_str word);
/* Fruchterman and Reingold (1991), "Graph drawing by force-directed placement", from places on a circle. */
void graph_place(struct graph *g);
/* The drawing with its key, and the table of its edges. */
void graph_draw(struct request *r, const struct graph *g);

#endif
