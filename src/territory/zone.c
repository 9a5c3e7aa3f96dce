#include "territory/territory_internal.h"

vg_code territory_zone_check(struct store_tx *tx, const char *code, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_zone WHERE code = $1", S_ARGS(S_Z(code)), err));
  return n ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "territory.no_zone", code);
}

vg_code territory_zone_of(struct store_tx *tx, vg_str department, vg_time when, char zone[static 24],
                          struct vg_err *err) {
  struct store_rows *q;
  zone[0] = 0;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT zone FROM territory_membership WHERE department = $1 AND scheme = 'defence' AND since <= $2 "
                  "AND (until IS NULL OR until > $2)",
                  S_ARGS(S_STR(department.p ? department : VG_STR("")), S_TIME(when)), err));
  if (store_next(q))
    vg_str_copy(zone, 24, store_str(q, 0));
  return store_done(&q, err);
}

/* code "": all. A department counts for the zone that it belongs to now. */
static vg_code each(struct store_tx *tx, vg_str code, bool *found, territory_zone_sink *sink, void *ctx,
                    struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT z.code, z.name_fr, z.name_en, z.seat, z.overseas, z.to_check, "
      "(SELECT COUNT(*) FROM territory_membership m WHERE m.zone = z.code AND m.scheme = 'defence' AND m.until IS "
      "NULL), "
      "(SELECT COUNT(*) FROM territory_membership m WHERE m.zone = z.code AND m.scheme = 'pilot-2018'), "
      "COALESCE(k.companies, 0), "
      "(SELECT COUNT(*) FROM territory_mandate t WHERE t.zone = z.code AND t.role = $1 AND t.since <= $2 AND "
      "(t.until IS NULL OR t.until > $2)), z.contact "
      "FROM territory_zone z LEFT JOIN (SELECT m.zone, SUM(d.n) AS companies FROM (SELECT o.department, COUNT(*) "
      "AS n FROM territory_org o WHERE o.kind = 'company' GROUP BY o.department) d JOIN territory_membership m ON "
      "m.department = d.department AND m.scheme = 'defence' AND m.until IS NULL GROUP BY m.zone) k ON k.zone = z.code "
      "WHERE z.code = $3 OR $3 = '' ORDER BY z.overseas, z.code",
      S_ARGS(S_INT(ROLE_REFERENT), S_TIME(store_now(tx)), S_STR(code)), err));
  *found = false;
  while (rc == VG_OK && store_next(q)) {
    struct zone z = {.code = store_str(q, 0),
                     .name_fr = store_str(q, 1),
                     .name_en = store_str(q, 2),
                     .seat = store_str(q, 3),
                     .overseas = store_int(q, 4) != 0,
                     .to_check = store_int(q, 5) != 0,
                     .departments = store_int(q, 6),
                     .pilot = store_int(q, 7) != 0,
                     .orgs = store_int(q, 8),
                     .referents = store_int(q, 9),
                     .contact = store_str(q, 10)};
    *found = true;
    rc = sink(ctx, &z, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code territory_each_zone(struct store_tx *tx, territory_zone_sink *sink, void *ctx, struct vg_err *err) {
  bool found;
  return each(tx, VG_STR(""), &found, sink, ctx, err);
}

vg_code territory_zone_find(struct store_tx *tx, vg_str code, territory_zone_sink *sink, void *ctx,
                            struct vg_err *err) {
  bool found = false;
  if (code.n)
    VG_TRY(each(tx, code, &found, sink, ctx, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "territory.no_zone", VG_T(code));
}

vg_code territory_zone_contact(struct store_tx *tx, const struct actor *who, const char *code, vg_str contact,
                               struct vg_err *err) {
  VG_TRY(territory_zone_check(tx, code, err));
  if (contact.n > ZONE_CONTACT || !vg_utf8_ok(contact))
    return VG_FAIL(err, VG_EDATA, "territory.zone_contact", VG_N(ZONE_CONTACT));
  VG_TRY(
      store_exec(tx, "UPDATE territory_zone SET contact = $2 WHERE code = $1", S_ARGS(S_Z(code), S_STR(contact)), err));
  VG_TRY(merge_row_changed(tx, who, &territory_merges[0], code, "contact", err));
  return LEDGER_TELL(tx, who, "zone.contact", "", err, "zone", code, "contact", VG_T(contact));
}

vg_code territory_each_membership(struct store_tx *tx, vg_str zone, territory_membership_sink *sink, void *ctx,
                                  struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT department, name, scheme, since, until FROM territory_v_membership WHERE zone = $1 "
                     "ORDER BY scheme, department, since",
                     S_ARGS(S_STR(zone)), err));
  while (rc == VG_OK && store_next(q)) {
    struct membership m = {.department = store_str(q, 0),
                           .name = store_str(q, 1),
                           .scheme = store_str(q, 2),
                           .since = store_time(q, 3),
                           .until = store_time(q, 4)};
    rc = sink(ctx, &m, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code territory_department_check(struct store_tx *tx, const char *department, struct vg_err *err) {
  int64_t n;
  VG_TRY(
      store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_department WHERE code = $1", S_ARGS(S_Z(department)), err));
  return n ? VG_OK : VG_FAIL(err, VG_EDATA, "territory.department", department);
}

/* Which department is of which zone decides who sees what: that is for administrators (and for what builds instances).
 */
static vg_code may_redraw(const struct actor *who, struct vg_err *err) {
  return who->roles && !(who->roles & ROLE_ADMIN) ? VG_FAIL(err, VG_EDENIED, "territory.redraw", who->name) : VG_OK;
}

vg_code territory_department_move(struct store_tx *tx, const struct actor *who, const char *department,
                                  const char *zone, vg_time from, struct vg_err *err) {
  int64_t n, ended;
  VG_TRY(may_redraw(who, err));
  VG_TRY(territory_zone_check(tx, zone, err));
  VG_TRY(territory_department_check(tx, department, err));
  if (from > store_now(tx))
    return VG_FAIL(err, VG_EDATA, "territory.move_future");
  VG_TRY(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM territory_membership WHERE department = $1 AND scheme = 'defence' AND "
                       "(since >= $2 OR until > $2 OR (until IS NULL AND zone = $3))",
                       S_ARGS(S_Z(department), S_TIME(from), S_Z(zone)), err));
  if (n)
    return VG_FAIL(err, VG_ESTATE, "territory.overlap", department);
  VG_TRY(store_change(
      tx, &ended,
      "UPDATE territory_membership SET until = $2 WHERE department = $1 AND scheme = 'defence' AND until IS NULL",
      S_ARGS(S_Z(department), S_TIME(from)), err));
  VG_TRY(store_exec(
      tx,
      "INSERT INTO territory_membership (department, zone, scheme, since, until) VALUES ($1, $2, 'defence', $3, NULL)",
      S_ARGS(S_Z(department), S_Z(zone), S_TIME(from)), err));
  return LEDGER_TELL(tx, who, "zone.department_moved", "", err, "department", department, "zone", zone, "from",
                     vg_time_text((char[VG_TIME_TEXT]){0}, from, false));
}

vg_code territory_generalise(struct store_tx *tx, const struct actor *who, vg_time from, int64_t *opened,
                             struct vg_err *err) {
  int64_t n;
  VG_TRY(may_redraw(who, err));
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_membership WHERE scheme = 'national'", S_NOARGS, err));
  if (n)
    return VG_FAIL(err, VG_EEXIST, "territory.generalised");
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_membership WHERE scheme = 'pilot-2018' AND since >= $1",
                       S_ARGS(S_TIME(from)), err));
  if (n)
    return VG_FAIL(err, VG_EDATA, "territory.before_pilot");
  VG_TRY(store_change(tx, opened,
                      "INSERT INTO territory_membership (department, zone, scheme, since, until) "
                      "SELECT m.department, m.zone, 'national', $1, NULL FROM territory_membership m "
                      "WHERE m.scheme = 'defence' AND m.since <= $1 AND (m.until IS NULL OR m.until > $1)",
                      S_ARGS(S_TIME(from)), err));
  return LEDGER_TELL(tx, who, "zone.generalised", "", err, "from", vg_time_text((char[VG_TIME_TEXT]){0}, from, false),
                     "departments", VG_N(*opened));
}
