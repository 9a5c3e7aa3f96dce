/* Who saw a value, as sources say: the sightings of STIX of what states it, added up by organisation. */
#include "intel/intel_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/table.h"

enum { ORGANISATIONS_MAX = 1 << 20, NAMES = 1 << 20 };

struct by_org {
  char id[VG_ID_MAX];
  int64_t last_row; /* the sighting that was added last */
  struct vg_buf sources;
  struct intel_reported sum;
};
struct reports {
  struct store_tx *tx;
  struct vg_json *json;
  struct by_org *v;
  size_t n, room;
  struct vg_table *at;
};

static vg_code place(struct reports *p, vg_str id, struct by_org **out, struct vg_err *err) {
  uint64_t at;
  if (!vg_table_get(p->at, id, &at)) {
    if (!VG_GROW(p->v, p->n, p->room, 16))
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    at = p->n++;
    struct by_org *o = &p->v[at];
    *o = (struct by_org){.sum = {.first = VG_NOTIME, .last = VG_NOTIME}};
    (void)vg_str_copy(o->id, sizeof o->id, id);
    vg_buf_init(&o->sources, NAMES);
    VG_TRY(vg_table_put(p->at, id, at, err));
  }
  *out = &p->v[at];
  return VG_OK;
}

static void source(struct by_org *o, vg_str name) {
  vg_str all = vg_buf_view(&o->sources), one;
  while (all.n && vg_str_line(&all, &one))
    if (vg_str_eq(one, name))
      return;
  if (o->sources.n)
    vg_buf_byte(&o->sources, '\n');
  vg_buf_str(&o->sources, name);
}

/* A row is a sighting and one of its sources. */
static vg_code add(struct reports *p, vg_str org, vg_jv sighting, int64_t row, vg_str from, struct vg_err *err) {
  struct by_org *o;
  vg_str first, last;
  vg_time t;
  int64_t count = 1;
  VG_TRY(place(p, org, &o, err));
  source(o, from);
  if (o->last_row == row)
    return VG_OK;
  o->last_row = row;
  (void)vg_jv_i64_at(sighting, "count", &count);
  o->sum.sightings++;
  o->sum.count += count > 0 ? count : 0;
  if (vg_jv_str_at(sighting, "first_seen", &first) && vg_time_parse(first, &t) &&
      (o->sum.first == VG_NOTIME || t < o->sum.first))
    o->sum.first = t;
  if (vg_jv_str_at(sighting, "last_seen", &last) && vg_time_parse(last, &t) &&
      (o->sum.last == VG_NOTIME || t > o->sum.last))
    o->sum.last = t;
  return vg_buf_check(&o->sources, err);
}

/* Who saw it; who does not say is one of them too. */
static vg_code add_all(struct reports *p, vg_str json, int64_t row, vg_str from, struct vg_err *err) {
  struct vg_jit it;
  vg_jv sighting, v;
  vg_str org;
  bool any = false;
  VG_TRY(vg_json_parse(p->json, json, &sighting, err));
  for (vg_jit_init(&it, vg_jv_at(sighting, "where_sighted_refs")); vg_jit_next(&it, NULL, &v);) {
    if (!vg_jv_str(v, &org) || !vg_str_starts(org, VG_STR("identity--")) || org.n >= VG_ID_MAX)
      continue;
    any = true;
    VG_TRY(add(p, org, sighting, row, from, err));
  }
  return any ? VG_OK : add(p, VG_STR(""), sighting, row, from, err);
}

static vg_code gather(struct reports *p, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct store_rows *q = NULL;
  struct body *body = NULL;
  vg_str json;
  vg_code rc = intel_body_new(&body, err);
  if (rc == VG_OK)
    rc = store_query(
        p->tx, &q,
        "SELECT s.id, s.coding, s.json, l.name FROM intel_node s JOIN intel_v_live l ON l.object = s.id WHERE "
        "s.latest = 1 AND s.revoked = 0 AND s.id IN (SELECT r.object FROM intel_literal v JOIN intel_node i "
        "ON i.id = v.object JOIN intel_ref r ON r.target = i.key AND r.role = 'sighting_of_ref' WHERE "
        "v.type = $1 AND v.value = $2 AND i.latest > 0 AND i.revoked = 0) ORDER BY s.id, l.name",
        S_ARGS(S_Z(intel_type_name(type)), S_STR(value)), err);
  while (rc == VG_OK && store_next(q)) {
    rc = intel_body_unpack(body, store_int(q, 1), store_str(q, 2), &json, err);
    if (rc == VG_OK)
      rc = add_all(p, json, store_int(q, 0), store_str(q, 3), err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  intel_body_free(body);
  return rc != VG_OK ? rc : ended;
}

static int latest_first(const void *a, const void *b) {
  const struct by_org *x = a, *y = b;
  return x->sum.last != y->sum.last ? (x->sum.last < y->sum.last ? 1 : -1) : strcmp(x->id, y->id);
}

static vg_code tell(struct reports *p, struct by_org *o, intel_reported_sink *sink, void *ctx, struct vg_err *err) {
  struct vg_buf name;
  vg_buf_init(&name, NAMES);
  vg_str id = vg_str_z(o->id);
  vg_code rc = id.n ? store_get_text(p->tx, &name,
                                     "SELECT name FROM intel_node WHERE " NODE_IS("id", "stix_id") " AND latest = 1",
                                     S_ARGS(S_STR(node_key(id)), S_STR(id)), err)
                    : VG_OK;
  if (rc == VG_ENOTFOUND) {
    vg_err_clear(err);
    rc = VG_OK;
  }
  o->sum.org = id;
  o->sum.name = vg_buf_view(&name);
  o->sum.sources = vg_buf_view(&o->sources);
  if (rc == VG_OK)
    rc = sink(ctx, &o->sum, err);
  vg_buf_fini(&name);
  return rc;
}

vg_code intel_each_reported(struct store_tx *tx, enum indicator_type type, vg_str value, intel_reported_sink *sink,
                            void *ctx, struct vg_err *err) {
  struct reports p = {.tx = tx};
  vg_code rc = VG_OK;
  VG_GO(vg_json_new(&p.json, err));
  VG_GO(vg_table_new(&p.at, ORGANISATIONS_MAX, err));
  VG_GO(gather(&p, type, value, err));
  if (p.n)
    qsort(p.v, p.n, sizeof *p.v, latest_first);
  for (size_t i = 0; i < p.n && rc == VG_OK; i++)
    rc = tell(&p, &p.v[i], sink, ctx, err);
out:
  for (size_t i = 0; i < p.n; i++)
    vg_buf_fini(&p.v[i].sources);
  free(p.v);
  vg_table_free(p.at);
  vg_json_free(p.json);
  return rc;
}
