/* Reading the store: values, assertions, objects; and sightings. */
#include "base/jsonw.h"
#include "intel/intel.h"

#define VALUE_COLUMNS                                                                                                             \
  "SELECT v.type, v.value, o.stix_id, v.source, o.name, o.tlp, o.pap, COALESCE(o.confidence, -1) FROM intel_value v "              \
  "JOIN intel_object o ON o.id = v.object WHERE o.latest = 1 AND o.revoked = 0 "

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
  "SELECT stix_id, type, name, source, json, tlp, pap, modified, revoked FROM intel_object WHERE latest = 1 "

static vg_code each_object(struct store_rows *q, intel_object_sink *sink, void *ctx, bool *any, struct vg_err *err) {
  vg_code rc = VG_OK;
  *any = false;
  while (rc == VG_OK && store_next(q)) {
    struct intel_object o = {.id = store_str(q, 0), .type = store_str(q, 1), .name = store_str(q, 2), .source = store_str(q, 3),
                             .json = store_str(q, 4), .tlp = (enum tlp)store_int(q, 5), .pap = (enum pap)store_int(q, 6),
                             .modified = store_time(q, 7), .revoked = store_int(q, 8) != 0};
    *any = true;
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_object(struct store_tx *tx, const char *type, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "AND ($1 = '' OR type = $1) ORDER BY id", S_ARGS(S_Z(type)), err));
  return each_object(q, sink, ctx, &any, err);
}

vg_code intel_object_get(struct store_tx *tx, vg_str id, intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, OBJECT_COLUMNS "AND stix_id = $1", S_ARGS(S_STR(id)), err));
  VG_TRY(each_object(q, sink, ctx, &any, err));
  return any ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "intel.no_object", VG_T(id));
}

vg_code intel_sighting_add(struct store_tx *tx, const struct actor *who, struct sighting *s, struct vg_err *err) {
  struct vg_buf value;
  vg_str place = s->where.p ? s->where : VG_STR("");
  vg_buf_init(&value, 1 << 16);
  vg_code rc = VG_OK;
  (void)who; /* the report that says so is the ledger's entry; a run may hold thousands of sightings */
  if (!intel_normalise(s->type, s->value, &value) && (rc = vg_buf_check(&value, err)) == VG_OK)
    rc = VG_FAIL(err, VG_EDATA, "intel.bad_value", VG_T(s->value), intel_type_name(s->type));
  if (rc == VG_OK)
    rc = store_insert(tx, &s->id,
                      "INSERT INTO intel_sighting (type, value, org, report, place, first_seen, last_seen, count, recorded, withdrawn) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) "
                      "ON CONFLICT (report, org, type, value, place) DO UPDATE SET count = intel_sighting.count + excluded.count, "
                      "last_seen = excluded.last_seen RETURNING id",
                      S_ARGS(S_Z(intel_type_name(s->type)), S_STR(vg_buf_view(&value)), S_INT(s->org), S_STR(s->report), S_STR(place),
                             S_TIME(s->first), S_TIME(s->last), S_INT(s->count), S_TIME(store_now(tx))),
                      err);
  vg_buf_fini(&value);
  return rc;
}

vg_code intel_sighting_withdraw(struct store_tx *tx, const struct actor *who, vg_str report, vg_str motive, struct vg_err *err) {
  int64_t rows;
  char subject[VG_ID_MAX];
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(store_change(tx, &rows, "UPDATE intel_sighting SET withdrawn = 1 WHERE report = $1 AND withdrawn = 0", S_ARGS(S_STR(report)), err));
  if (rows == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "intel.no_report", VG_T(report));
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "sightings", rows);
  vg_jw_kstr(&w, "motive", motive);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "sighting.withdrawn", vg_str_copy(subject, sizeof subject, report), vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}
