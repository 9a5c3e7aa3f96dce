/* Reading the store: values, assertions, objects. */
#include "intel/intel_internal.h"

#define VALUE_COLUMNS                                                                                                             \
  "SELECT v.type, v.value, o.stix_id, l.name, o.name, o.tlp, o.pap, COALESCE(o.confidence, -1) FROM intel_literal v "              \
  "JOIN intel_node o ON o.id = v.object JOIN intel_v_live l ON l.object = o.id WHERE o.latest > 0 AND o.revoked = 0 "

static vg_code each(struct store_rows *q, intel_value_sink *sink, void *ctx, struct vg_err *err) {
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_next(q)) {
    struct intel_value v = {.value = store_str(q, 1), .object_id = store_str(q, 2), .source = store_str(q, 3), .name = store_str(q, 4),
                            .tlp = (enum tlp)store_int(q, 5), .pap = (enum pap)store_int(q, 6), .confidence = store_int(q, 7)};
    if (!intel_type_by_name(store_str(q, 0), &v.type))
      continue;
    if (!intel_benign(store_str(q, 0), v.value, &v.benign))
      v.benign = NULL;
    rc = sink(ctx, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_value(struct store_tx *tx, int type, intel_value_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  const char *name = type < 0 ? "" : intel_type_name((enum indicator_type)type);
  VG_TRY(store_query(tx, &q, VALUE_COLUMNS "AND ($1 = '' OR v.type = $1) ORDER BY v.type, v.value, v.id", S_ARGS(S_Z(name)), err));
  return each(q, sink, ctx, err);
}

vg_code intel_each_assertion(struct store_tx *tx, enum indicator_type type, vg_str value, intel_value_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, VALUE_COLUMNS "AND v.type = $1 AND v.value = $2 ORDER BY v.id",
                     S_ARGS(S_Z(intel_type_name(type)), S_STR(value)), err));
  return each(q, sink, ctx, err);
}

#define OBJECT_COLUMNS                                                                                                            \
  "SELECT o.stix_id, o.type, o.name, (SELECT MIN(l.name) FROM intel_v_live l WHERE l.object = o.id), o.coding, o.json, o.tlp, o.pap, " \
  "o.modified, o.revoked, o.confidence FROM intel_node o WHERE o.latest = 1 "

static vg_code each_object(struct store_rows *q, intel_object_sink *sink, void *ctx, bool *any, struct vg_err *err) {
  struct body *body;
  vg_code rc = intel_body_new(&body, err);
  *any = false;
  while (rc == VG_OK && store_next(q)) {
    struct intel_object o = {.id = store_str(q, 0), .type = store_str(q, 1), .name = store_str(q, 2), .source = store_str(q, 3),
                             .tlp = (enum tlp)store_int(q, 6), .pap = (enum pap)store_int(q, 7), .modified = store_time(q, 8),
                             .revoked = store_int(q, 9) != 0, .confidence = store_is_null(q, 10) ? -1 : store_int(q, 10)};
    *any = true;
    rc = intel_body_unpack(body, store_int(q, 4), store_str(q, 5), &o.json, err);
    if (rc == VG_OK)
      rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  intel_body_free(body);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_object(struct store_tx *tx, const char *type, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "AND ($1 = '' OR o.type = $1) ORDER BY o.id", S_ARGS(S_Z(type)), err));
  return each_object(q, sink, ctx, &any, err);
}

vg_code intel_object_get(struct store_tx *tx, vg_str id, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "AND o.key = $1 AND o.stix_id = $2", S_ARGS(S_STR(node_key(id)), S_STR(id)), err));
  VG_TRY(each_object(q, sink, ctx, &any, err));
  return any ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(id));
}
