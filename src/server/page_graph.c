/* Who is linked to whom, and by what: around one object or value, or the companies that met the same things. */
#include "server/graph.h"

#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { STEPS = 2, FEW = 40 };

struct around {
  struct request *r;
  enum regime of;
  struct graph *g;
  struct vg_json *json;
  size_t from;
  size_t named; /* values of the object that is opened */
};

static size_t value_node(struct graph *g, vg_str type, vg_str value) {
  size_t i = graph_node(g, GRAPH_VALUE, value, value);
  if (i != SIZE_MAX && !g->node[i].type[0])
    vg_str_copy(g->node[i].type, sizeof g->node[i].type, type);
  return i;
}

/* ---- companies that met the same value ---- */

static void shared_row(struct request *r, struct store_rows *q) {
  struct graph *g = r->keep;
  size_t value = value_node(g, store_str(q, 0), store_str(q, 1));
  graph_edge(g, graph_node(g, GRAPH_COMPANY, store_str(q, 2), store_str(q, 3)), value, VG_STR("seen"));
}

static void warned_row(struct request *r, struct store_rows *q) {
  struct graph *g = r->keep;
  for (size_t i = 0; i < g->nodes; i++)
    if (g->node[i].kind == GRAPH_VALUE && vg_str_eqz(store_str(q, 1), g->node[i].key))
      graph_edge(g,
                 graph_node(g, GRAPH_WARNING, store_str(q, 0), vg_str_z(vg_msg_text(r->lang, "server.graph.warning"))),
                 i, VG_STR("warned"));
}

static vg_code add_warnings(struct request *r, struct graph *g, struct vg_err *err) {
  r->keep = g;
  return each(r,
              "SELECT w.pid, v.value FROM anticipate_v_value v JOIN anticipate_v_warning w ON w.id = v.warning WHERE "
              "w.state = 'open' AND "
              "w.expires > $1 ORDER BY w.id DESC LIMIT 500",
              S_ARGS(S_TIME(r->now)), warned_row, err);
}

/* What most companies have is no link: values are taken from the rarest on. */
static vg_code gather_shared(struct request *r, struct graph *g, enum regime of, struct vg_err *err) {
  r->keep = g;
  VG_TRY(each(
      r,
      "SELECT s.type, s.value, o.pid, o.name FROM intel_v_sighting s JOIN territory_v_org o ON o.id = s.org_id "
      "JOIN (SELECT type, value, "
      "COUNT(DISTINCT org_id) AS n FROM intel_v_sighting z WHERE withdrawn = 0 AND COALESCE(last_seen, "
      "first_seen) >= $1" CASEWORK_SIGHTING_OF(
          "z", "$7", "$3", "$5", "$6",
          "$4") " GROUP BY type, value "
                "HAVING COUNT(DISTINCT org_id) > 1 ORDER BY n, type, value LIMIT $2) k ON k.type = s.type AND k.value = "
                "s.value WHERE s.withdrawn = 0 "
                "AND COALESCE(s.last_seen, s.first_seen) >= $1" TERRITORY_NO_CONFLICT("o.id", "$3", "$4")
                    CASEWORK_SIGHTING_OF("s", "$7", "$3", "$5", "$6",
                                         "$4") " GROUP BY s.type, s.value, o.pid, o.name, k.n ORDER "
                                               "BY k.n, s.type, s.value, o.name",
      S_ARGS(S_TIME(r->now - 90 * VG_DAY), S_INT(FEW), S_INT(r->who.person), S_TIME(r->now),
             S_Z(casework_bounds(&r->who)), S_INT(territory_bound(&r->who)), S_INT(of)),
      shared_row, err));
  return add_warnings(r, g, err);
}

/* ---- around an object ---- */

static vg_code name_sink(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct around *a = ctx;
  (void)err;
  a->from = graph_node(a->g, GRAPH_OBJECT, o->id, o->name.n ? o->name : o->type);
  return VG_OK;
}

/* An object by its id; what is not in the store is left out. */
static size_t object_node(struct around *a, vg_str id) {
  struct around one = {.g = a->g, .from = SIZE_MAX};
  return intel_object_get(a->r->tx, id, name_sink, &one, NULL) == VG_OK ? one.from : SIZE_MAX;
}

/* A relationship is an edge; any other object that refers here is a neighbour. */
static vg_code neighbour_sink(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct around *a = ctx;
  vg_jv root;
  vg_str from, to, kind;
  (void)err;
  if (o->revoked || vg_json_parse(a->json, o->json, &root, NULL) != VG_OK)
    return VG_OK;
  if (!vg_str_eqz(o->type, "relationship")) {
    graph_edge(a->g, graph_node(a->g, GRAPH_OBJECT, o->id, o->name.n ? o->name : o->type), a->from, VG_STR("mentions"));
    return VG_OK;
  }
  if (vg_jv_str_at(root, "source_ref", &from) && vg_jv_str_at(root, "target_ref", &to) &&
      vg_jv_str_at(root, "relationship_type", &kind)) {
    size_t source = object_node(a, from), target = object_node(a, to);
    graph_edge(a->g, source, target, kind);
  }
  return VG_OK;
}

static vg_code named_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct around *a = ctx;
  (void)err;
  if (a->named++ < FEW)
    graph_edge(a->g, a->from, value_node(a->g, vg_str_z(intel_type_name(type)), value), VG_STR("names"));
  return VG_OK;
}

/* Its values are read off the object: the store finds objects by value, not the other way round. */
static vg_code named_sink(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct around *a = ctx;
  a->named = 0;
  return o->revoked ? VG_OK : intel_object_values(o->json, named_value, a, err);
}

static void seen_row(struct request *r, struct store_rows *q) {
  struct around *a = r->keep;
  graph_edge(a->g, graph_node(a->g, GRAPH_COMPANY, store_str(q, 0), store_str(q, 1)), a->from, VG_STR("seen"));
}

static vg_code assertion_sink(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct around *a = ctx;
  (void)err;
  graph_edge(a->g, graph_node(a->g, GRAPH_OBJECT, v->object_id, v->name.n ? v->name : v->object_id), a->from,
             VG_STR("names"));
  return VG_OK;
}

static vg_code open_node(struct around *a, size_t i, struct vg_err *err) {
  struct graph_node *n = &a->g->node[i];
  enum indicator_type t;
  a->from = i;
  n->opened = true;
  a->r->keep = a;
  if (n->kind == GRAPH_OBJECT) {
    struct intel_query q = {.about = vg_str_z(n->key), .tlp_max = -1, .limit = FEW};
    VG_TRY(intel_find(a->r->tx, &q, neighbour_sink, a, err));
    vg_code rc = intel_object_get(a->r->tx, vg_str_z(n->key), named_sink, a, err);
    return rc == VG_ENOTFOUND ? VG_OK : rc;
  }
  if (n->kind != GRAPH_VALUE || !intel_type_by_name(vg_str_z(n->type), &t))
    return VG_OK;
  VG_TRY(intel_each_assertion(a->r->tx, t, vg_str_z(n->key), assertion_sink, a, err));
  return each(a->r,
              "SELECT DISTINCT o.pid, o.name FROM intel_v_sighting s JOIN territory_v_org o ON o.id = s.org_id WHERE "
              "s.withdrawn = 0 AND s.type = $1 "
              "AND s.value = $2" TERRITORY_NO_CONFLICT("o.id", "$4", "$5")
                  CASEWORK_SIGHTING_OF("s", "$8", "$4", "$6", "$7", "$5") " ORDER BY o.name LIMIT $3",
              S_ARGS(S_Z(n->type), S_Z(n->key), S_INT(FEW), S_INT(a->r->who.person), S_TIME(a->r->now),
                     S_Z(casework_bounds(&a->r->who)), S_INT(territory_bound(&a->r->who)), S_INT(a->of)),
              seen_row, err);
}

static vg_code gather_around(struct around *a, struct vg_err *err) {
  vg_code rc = VG_OK;
  for (int step = 0; step < STEPS && rc == VG_OK; step++)
    for (size_t i = 0, n = a->g->nodes; i < n && rc == VG_OK; i++)
      if (!a->g->node[i].opened)
        rc = open_node(a, i, err);
  return rc == VG_OK ? add_warnings(a->r, a->g, err) : rc;
}

/* The middle: ?objet=ID or ?type=T&valeur=V. *asked is false when nothing was named. */
static vg_code gather(struct request *r, struct graph *g, bool *named, enum regime of, struct vg_err *err) {
  char object[GRAPH_KEY], type[32], value[GRAPH_KEY];
  struct around a = {.r = r, .g = g, .of = of};
  asked(r, "objet", object, sizeof object);
  asked(r, "type", type, sizeof type);
  asked(r, "valeur", value, sizeof value);
  *named = object[0] || value[0];
  if (!*named)
    return gather_shared(r, g, of, err);
  size_t middle = object[0] ? object_node(&a, vg_str_z(object)) : value_node(g, vg_str_z(type), vg_str_z(value));
  if (middle == SIZE_MAX)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  g->node[middle].middle = true;
  VG_TRY(vg_json_new(&a.json, err));
  vg_code rc = gather_around(&a, err);
  vg_json_free(a.json);
  return rc;
}

static void write_page(struct request *r, struct graph *g, bool named) {
  RAW(r, "<p class=\"sub\">");
  if (named)
    SAY(r, "server.graph.sub.around", g->node[0].label);
  else
    msg(r, "server.graph.sub.shared");
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  if (g->edges == 0) {
    empty(r, named ? "server.graph.alone" : "server.graph.empty", "/renseignement", "server.nav.intel");
  } else {
    graph_place(g);
    graph_draw(r, g);
    if (g->cut) {
      RAW(r, "<p class=\"sub\">");
      SAY(r, "server.graph.cut", VG_N(g->nodes));
      RAW(r, "</p>");
    }
  }
  card_end(r);
}

static vg_code show(struct request *r, struct vg_err *err) {
  bool named = false;
  struct graph *g = calloc(1, sizeof *g);
  if (!g)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  enum regime of;
  page_top(r, "server.nav.graph", NULL);
  vg_code rc = regime_door(r, "objet type valeur", REGIME_PREVENTION, r->who.id.s, &of, err);
  if (rc == VG_OK)
    rc = gather(r, g, &named, of, err);
  if (rc == VG_OK)
    write_page(r, g, named);
  free(g);
  return rc;
}

static vg_code combine(struct request *r, struct vg_err *err) {
  return post_combine(r, r->who.id.s, "/graphe", VG_STR(""), err);
}

const struct page page_graph = {"/graphe", GROUP_THREATS, "server.nav.graph", show, combine, PAGE_LISTED};
