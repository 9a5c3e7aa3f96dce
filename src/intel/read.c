/* Reading the store: values, assertions, objects. */
#include "intel/intel_internal.h"

#define VALUE_COLUMNS                                                                                                  \
  "SELECT v.type, v.value, o.stix_id, s.name, o.name, o.tlp, o.pap, COALESCE(o.confidence, -1), o.modified, "          \
  "o.valid_until, s.reliability, o.id, "
#define VALUE_FROM                                                                                                     \
  " FROM intel_literal v JOIN intel_node o ON o.id = v.object JOIN intel_assertion a ON a.object = o.id JOIN "         \
  "intel_source s ON s.id = a.source "
#define LIVE_VALUES VALUE_COLUMNS "0" VALUE_FROM "WHERE o.latest > 0 AND o.revoked = 0 AND s.withdrawn IS NULL "

const char *intel_standing_name(enum intel_standing s) {
  static const char *const names[] = {"live", "revoked", "withdrawn", "replaced"};
  VG_ASSERT((size_t)s < VG_COUNT(names));
  return names[s];
}

static vg_code each(struct store_rows *q, vg_time now, intel_value_sink *sink, void *ctx, struct vg_err *err) {
  vg_code rc = VG_OK;
  while (rc == VG_OK && store_next(q)) {
    struct intel_value v = {.row = store_int(q, 11),
                            .value = store_str(q, 1),
                            .object_id = store_str(q, 2),
                            .source = store_str(q, 3),
                            .name = store_str(q, 4),
                            .tlp = (enum tlp)store_int(q, 5),
                            .pap = (enum pap)store_int(q, 6),
                            .confidence = store_int(q, 7),
                            .modified = store_time(q, 8),
                            .valid_until = store_time(q, 9),
                            .reliability = 'F',
                            .standing = (enum intel_standing)store_int(q, 12)};
    vg_str grade = store_str(q, 10);
    if (grade.n)
      v.reliability = grade.p[0];
    if (!intel_type_by_name(store_str(q, 0), &v.type))
      continue;
    if (!intel_benign(store_str(q, 0), v.value, &v.benign))
      v.benign = NULL;
    bool over = v.standing != INTEL_LIVE || (v.valid_until != VG_NOTIME && v.valid_until <= now);
    v.score = over ? 0 : intel_score(v.type, v.confidence, v.reliability, now - v.modified);
    rc = sink(ctx, &v, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_value(struct store_tx *tx, int type, intel_value_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  const char *name = type < 0 ? "" : intel_type_name((enum indicator_type)type);
  VG_TRY(store_query(tx, &q, LIVE_VALUES "AND ($1 = '' OR v.type = $1) ORDER BY v.type, v.value, v.object, s.name",
                     S_ARGS(S_Z(name)), err));
  return each(q, store_now(tx), sink, ctx, err);
}

vg_code intel_each_assertion(struct store_tx *tx, enum indicator_type type, vg_str value, intel_value_sink *sink,
                             void *ctx, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, LIVE_VALUES "AND v.type = $1 AND v.value = $2 ORDER BY v.object, s.name",
                     S_ARGS(S_Z(intel_type_name(type)), S_STR(value)), err));
  return each(q, store_now(tx), sink, ctx, err);
}

struct past {
  intel_value_sink *sink;
  void *ctx;
  struct vg_id id; /* the object that is being read */
  int64_t row;     /* its content that came first: one that counts, else the newest of those that do not */
  bool live;
};

static vg_code one_past(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct past *p = ctx;
  if (!vg_str_eqz(v->object_id, p->id.s)) {
    p->id = vg_id_of(v->object_id);
    p->row = v->row;
    p->live = v->standing == INTEL_LIVE;
  }
  return p->live || v->row != p->row ? VG_OK : p->sink(p->ctx, v, err);
}

vg_code intel_each_past(struct store_tx *tx, enum indicator_type type, vg_str value, intel_value_sink *sink, void *ctx,
                        struct vg_err *err) {
  struct past p = {.sink = sink, .ctx = ctx};
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      VALUE_COLUMNS
      "CASE WHEN s.withdrawn IS NOT NULL THEN 2 WHEN o.latest > 0 AND o.revoked = 0 THEN 0 WHEN EXISTS (SELECT 1 FROM " NODES_OF(
          "o.key",
          "o.stix_id") " k JOIN intel_node n ON n.id = k.object WHERE n.stix_id = o.stix_id AND n.latest > 0 AND n.revoked <> 0) THEN 1 ELSE 3 END AS standing" VALUE_FROM
                       "WHERE v.type = $1 AND v.value = $2 ORDER BY o.stix_id, standing, o.modified DESC, o.id, s.name",
      S_ARGS(S_Z(intel_type_name(type)), S_STR(value)), err));
  return each(q, store_now(tx), one_past, &p, err);
}

/* *end becomes the value behind which the first `limit` values from `from` on do not lie, unless it is before that. */
static vg_code values_until(struct store_tx *tx, const char *type, vg_str from, int64_t limit, struct vg_buf *end,
                            struct vg_err *err) {
  struct vg_buf last;
  vg_code rc = VG_OK;
  if (store_is_postgres(store_of(tx)) || limit <= 0)
    return VG_OK;
  vg_buf_init(&last, 1 << 20);
  for (int recent = 0; recent <= 1 && rc == VG_OK; recent++) {
    vg_buf_reset(&last);
    rc = store_get_text(tx, &last,
                        "SELECT DISTINCT v.value FROM intel_literal_row v JOIN intel_node o ON o.id = v.object WHERE "
                        "v.recent = $1 AND v.value >= $2 AND v.value <= $3 AND ($4 = '' OR v.type = $4) AND o.latest > "
                        "0 AND o.revoked = 0 AND EXISTS (SELECT 1 FROM intel_v_live l WHERE l.object = o.id) ORDER BY "
                        "v.value LIMIT 1 OFFSET $5",
                        S_ARGS(S_INT(recent), S_STR(from), S_STR(vg_buf_view(end)), S_Z(type), S_INT(limit - 1)), err);
    if (rc == VG_OK) {
      vg_buf_reset(end);
      vg_buf_str(end, vg_buf_view(&last));
      rc = vg_buf_check(end, err);
    } else if (rc == VG_ENOTFOUND)
      rc = VG_OK;
  }
  vg_buf_fini(&last);
  return rc;
}

vg_code intel_values_page(struct store_tx *tx, const char *type, vg_str after, int64_t limit, struct vg_buf *end,
                          struct vg_err *err) {
  vg_buf_z(end, INTEL_LAST_TEXT);
  VG_TRY(vg_buf_check(end, err));
  return values_until(tx, type, after, limit + 1, end, err); /* `after` itself may be listed */
}

vg_code intel_each_beginning(struct store_tx *tx, vg_str beginning, int64_t limit, intel_stated_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q = NULL;
  struct vg_buf end; /* past everything that begins so: no text holds a higher character */
  enum indicator_type type;
  vg_buf_init(&end, 1 << 20);
  vg_buf_str(&end, beginning);
  vg_buf_z(&end, INTEL_LAST_TEXT);
  vg_code rc = vg_buf_check(&end, err);
  if (rc == VG_OK)
    rc = values_until(tx, "", beginning, limit, &end, err);
  if (rc == VG_OK)
    rc = store_query(tx, &q,
                     "SELECT DISTINCT type, value FROM intel_v_value WHERE value >= $1 AND value <= $2 ORDER BY value, "
                     "type LIMIT $3",
                     S_ARGS(S_STR(beginning), S_STR(vg_buf_view(&end)), S_INT(limit)), err);
  while (rc == VG_OK && store_next(q))
    if (intel_type_by_name(store_str(q, 0), &type))
      rc = sink(ctx, type, store_str(q, 1), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_buf_fini(&end);
  return rc != VG_OK ? rc : ended;
}

#define OBJECT_COLUMNS OBJECT_OF "FROM intel_node o "
#define NEWEST OBJECT_COLUMNS "WHERE o.latest = 1 "

vg_code read_objects(struct store_rows *q, intel_object_sink *sink, void *ctx, bool *any, struct vg_err *err) {
  struct body *body;
  vg_code rc = intel_body_new(&body, err);
  *any = false;
  while (rc == VG_OK && store_next(q)) {
    struct intel_object o = {.id = store_str(q, 0),
                             .type = store_str(q, 1),
                             .name = store_str(q, 2),
                             .source = store_str(q, 3),
                             .tlp = (enum tlp)store_int(q, 6),
                             .pap = (enum pap)store_int(q, 7),
                             .modified = store_time(q, 8),
                             .revoked = store_int(q, 9) != 0,
                             .confidence = store_is_null(q, 10) ? -1 : store_int(q, 10),
                             .row = store_int(q, 11),
                             .received = store_time(q, 12)};
    *any = true;
    rc = intel_body_unpack(body, store_int(q, 4), store_str(q, 5), &o.json, err);
    if (rc == VG_OK)
      rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  intel_body_free(body);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_object(struct store_tx *tx, const char *type, intel_object_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, NEWEST "AND ($1 = '' OR o.type = $1) ORDER BY o.id", S_ARGS(S_Z(type)), err));
  return read_objects(q, sink, ctx, &any, err);
}

vg_code intel_object_get(struct store_tx *tx, vg_str id, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, NEWEST "AND " NODE_IS("o.id", "o.stix_id"), S_ARGS(S_STR(node_key(id)), S_STR(id)), err));
  VG_TRY(read_objects(q, sink, ctx, &any, err));
  return any ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(id));
}

vg_code intel_each_since(struct store_tx *tx, int64_t after, int64_t limit, intel_object_sink *sink, void *ctx,
                         struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "WHERE o.id > $1 ORDER BY o.id LIMIT $2",
                     S_ARGS(S_INT(after), S_INT(limit)), err));
  return read_objects(q, sink, ctx, &any, err);
}

vg_code intel_content_get(struct store_tx *tx, int64_t row, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "WHERE o.id = $1", S_ARGS(S_INT(row)), err));
  VG_TRY(read_objects(q, sink, ctx, &any, err));
  return any ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_N(row));
}

vg_code intel_said_of(struct store_tx *tx, int64_t row, int *tlp, int *pap, struct vg_err *err) {
  struct store_rows *q;
  *tlp = *pap = -1;
  VG_TRY(store_query(
      tx, &q,
      "SELECT COALESCE(MAX(n.tlp), -1), COALESCE(MAX(n.pap), -1) FROM intel_node o JOIN intel_node n ON n.id IN " NODES_OF(
          "o.key",
          "o.stix_id") " AND n.stix_id = o.stix_id AND n.modified = o.modified AND n.id <> o.id JOIN "
                       "intel_v_live l ON l.object = +n.id JOIN intel_assertion a ON a.object = o.id AND a.source = l.source WHERE o.id = $1",
      S_ARGS(S_INT(row)), err));
  if (store_next(q)) {
    *tlp = (int)store_int(q, 0);
    *pap = (int)store_int(q, 1);
  }
  return store_done(&q, err);
}

vg_code intel_each_version(struct store_tx *tx, vg_str id, intel_assertion_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  bool any = false;
  VG_TRY(store_query(
      tx, &q,
      "SELECT o.modified, a.received, s.name, o.latest, s.withdrawn, o.id FROM intel_node o JOIN intel_assertion a ON a.object = o.id "
      "JOIN intel_source s ON s.id = a.source WHERE " NODE_IS("o.id",
                                                              "o.stix_id") " ORDER BY o.modified DESC, o.id, s.name",
      S_ARGS(S_STR(node_key(id)), S_STR(id)), err));
  while (rc == VG_OK && store_next(q)) {
    struct intel_assertion a = {.modified = store_time(q, 0),
                                .received = store_time(q, 1),
                                .source = store_str(q, 2),
                                .latest = store_int(q, 3) > 0,
                                .withdrawn = !store_is_null(q, 4),
                                .row = store_int(q, 5)};
    any = true;
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = ended;
  return rc == VG_OK && !any ? VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(id)) : rc;
}

vg_code intel_each_received(struct store_tx *tx, vg_str id, intel_received_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q = NULL;
  struct body *body;
  bool any = false;
  vg_code rc = intel_body_new(&body, err);
  if (rc == VG_OK)
    rc = store_query(
        tx, &q,
        "SELECT s.name, CASE WHEN r.object IS NULL THEN 0 ELSE 1 END, COALESCE(r.coding, n.coding), "
        "COALESCE(r.json, n.json) FROM intel_node n JOIN intel_assertion a ON a.object = n.id "
        "JOIN intel_source s ON s.id = a.source LEFT JOIN intel_received r ON r.object = n.id AND r.source = a.source "
        "WHERE " NODE_IS("n.id", "n.stix_id") " AND n.latest > 0 AND s.withdrawn IS NULL ORDER BY n.id, s.name",
        S_ARGS(S_STR(node_key(id)), S_STR(id)), err);
  while (rc == VG_OK && store_next(q)) {
    vg_str json;
    any = true;
    rc = intel_body_unpack(body, store_int(q, 2), store_str(q, 3), &json, err);
    if (rc == VG_OK)
      rc = sink(ctx, store_str(q, 0), json, store_int(q, 1) != 0, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  intel_body_free(body);
  if (rc == VG_OK)
    rc = ended;
  return rc == VG_OK && !any ? VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(id)) : rc;
}

static vg_code one_rule(struct body *body, struct vg_json *json, struct store_rows *q, const char *language,
                        intel_rule_sink *sink, void *ctx, struct vg_err *err) {
  struct intel_rule r = {.id = store_str(q, 2), .name = store_str(q, 3), .source = store_str(q, 4)};
  vg_str text, grade = store_str(q, 5), written;
  vg_jv root;
  r.reliability = grade.n ? grade.p[0] : 'F';
  VG_TRY(intel_body_unpack(body, store_int(q, 0), store_str(q, 1), &text, err));
  VG_TRY(vg_json_parse(json, text, &root, err));
  const bool is = vg_jv_str_at(root, "pattern_type", &written) && vg_str_eqz(written, language);
  return is && vg_jv_str_at(root, "pattern", &r.text) ? sink(ctx, &r, err) : VG_OK;
}

vg_code intel_each_rule(struct store_tx *tx, const char *language, intel_rule_sink *sink, void *ctx,
                        struct vg_err *err) {
  struct store_rows *q = NULL;
  struct body *body = NULL;
  struct vg_json *json = NULL;
  int64_t last = 0;
  vg_code rc = VG_OK;
  VG_GO(intel_body_new(&body, err));
  VG_GO(vg_json_new(&json, err));
  VG_GO(
      store_query(tx, &q,
                  "SELECT o.coding, o.json, o.stix_id, o.name, s.name, s.reliability, o.id FROM (SELECT object FROM "
                  "intel_ref WHERE target = $1 AND role = 'pattern_type' UNION SELECT object FROM intel_older_rule) r "
                  "JOIN intel_node o ON o.id = r.object JOIN intel_assertion a ON a.object = o.id JOIN intel_source s "
                  "ON s.id = a.source WHERE o.latest > 0 AND o.revoked = 0 AND s.withdrawn IS NULL AND "
                  "(o.valid_until IS NULL OR o.valid_until > $2) ORDER BY o.id, s.reliability, s.name",
                  S_ARGS(S_Z(language), S_TIME(store_now(tx))), err));
  while (rc == VG_OK && store_next(q)) {
    if (store_int(q, 6) != last)
      rc = one_rule(body, json, q, language, sink, ctx, err);
    last = store_int(q, 6);
  }
out:;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_json_free(json);
  intel_body_free(body);
  return rc != VG_OK ? rc : ended;
}
