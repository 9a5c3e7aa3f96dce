/* Sightings: something listed was seen at an organisation. */
#include "base/jsonw.h"
#include "intel/intel_internal.h"

/* In whatever order two instances tell of one report, the row says the same in the end. */
#define WIDER(column, than)                                                                                            \
  column " = CASE WHEN intel_sighting." column " IS NULL OR excluded." column " " than " intel_sighting." column       \
         " THEN excluded." column " ELSE intel_sighting." column " END"

vg_code sighting_put(struct store_tx *tx, const struct sighting *s, vg_str value, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO intel_sighting (type, value, org, report, place, first_seen, last_seen, count, recorded, withdrawn) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT (report, org, type, value, place) DO UPDATE SET count "
      "= intel_sighting.count + excluded.count, " WIDER("first_seen", "<") ", " WIDER("last_seen", ">"),
      S_ARGS(S_Z(intel_type_name(s->type)), S_STR(value), S_INT(s->org), S_STR(s->report),
             S_STR(s->where.p ? s->where : VG_STR("")), S_TIME(s->first), S_TIME(s->last), S_INT(s->count),
             S_TIME(store_now(tx))),
      err);
}

vg_code intel_sighting_add(struct store_tx *tx, const struct actor *who, const struct sighting *s,
                           struct sightings_told *told, struct vg_err *err) {
  struct vg_buf value;
  int64_t gone;
  (void)who; /* the report that says so is the ledger's entry; a run may hold thousands of sightings */
  VG_TRY(store_get_int(tx, &gone, "SELECT COUNT(*) FROM intel_sighting WHERE report = $1 AND withdrawn = 1",
                       S_ARGS(S_STR(s->report)), err));
  if (gone)
    return VG_FAIL(err, VG_ESTATE, "intel.report_withdrawn", VG_T(s->report));
  vg_buf_init(&value, 1 << 16);
  vg_code rc = VG_OK;
  if (!intel_normalise(s->type, s->value, &value) && (rc = vg_buf_check(&value, err)) == VG_OK)
    rc = VG_FAIL(err, VG_EDATA, "intel.bad_value", VG_T(s->value), intel_type_name(s->type));
  if (rc == VG_OK)
    rc = sighting_put(tx, s, vg_buf_view(&value), err);
  if (rc == VG_OK)
    rc = sighting_told(tx, who, told, s, vg_buf_view(&value), err);
  vg_buf_fini(&value);
  return rc;
}

vg_code intel_sighting_withdraw(struct store_tx *tx, const struct actor *who, vg_str report, vg_str motive,
                                struct vg_err *err) {
  int64_t rows;
  char subject[VG_ID_MAX];
  struct vg_buf body;
  struct vg_jw w;
  VG_TRY(store_change(tx, &rows,
                      "UPDATE intel_sighting SET withdrawn = 1, withdrawn_at = $2 WHERE report = $1 AND withdrawn = 0",
                      S_ARGS(S_STR(report), S_TIME(store_now(tx))), err));
  if (rows == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "intel.no_report", VG_T(report));
  if (vg_id_ok(report))
    VG_TRY(merge_change(tx, who, SIGHTING_WITHDRAWN, vg_str_copy(subject, sizeof subject, report), "withdrawn", motive,
                        NULL, err));
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "sightings", rows);
  vg_jw_kstr(&w, "motive", motive);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "sighting.withdrawn", vg_str_copy(subject, sizeof subject, report), vg_buf_view(&body),
                       NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code intel_sightings_forget(struct store_tx *tx, vg_str reports, int64_t *rows, struct vg_err *err) {
  vg_str one;
  int64_t n;
  *rows = 0;
  while (vg_str_line(&reports, &one)) {
    if (!one.n)
      continue;
    VG_TRY(store_change(tx, &n, "DELETE FROM intel_sighting WHERE report = $1", S_ARGS(S_STR(one)), err));
    *rows += n;
  }
  return VG_OK;
}

vg_code intel_sightings_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err) {
  return store_exec(tx, "UPDATE intel_sighting SET place = $2 WHERE place = $1 AND report LIKE 'analysis--%'",
                    S_ARGS(S_STR(old), S_STR(fresh)), err);
}

vg_code intel_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err) {
  static const char *const moves[] = {
      "UPDATE intel_sighting SET count = count + (SELECT g.count FROM intel_sighting g WHERE g.org = $1 AND g.report = intel_sighting.report AND g.type = intel_sighting.type AND g.value = intel_sighting.value AND g.place = intel_sighting.place) WHERE org = $2 AND EXISTS (SELECT 1 FROM intel_sighting g WHERE g.org = $1 AND g.report = intel_sighting.report AND g.type = intel_sighting.type AND g.value = intel_sighting.value AND g.place = intel_sighting.place)",
      "DELETE FROM intel_sighting WHERE org = $1 AND EXISTS (SELECT 1 FROM intel_sighting k WHERE k.org = $2 AND k.report = intel_sighting.report AND k.type = intel_sighting.type AND k.value = intel_sighting.value AND k.place = intel_sighting.place)",
      "UPDATE intel_sighting SET org = $2 WHERE org = $1"};
  return territory_move_rows(tx, moves, VG_COUNT(moves), gone, keep, rows, err);
}
