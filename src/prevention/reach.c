/* How far prevention went, zone by zone, with the uncertainty of what was counted. */
#include "evaluation/evaluation.h"
#include "prevention/prevention.h"

/* Zones, and the companies known, are those of the end of the period: figures of a past one do not change with what
 * came later. Companies are counted by the department that they are in now, but for those that came or moved since the
 * end, which are counted where they were then; those that were met by themselves. */
#define MET                                                                                                            \
  "SELECT a.org FROM prevention_action a WHERE a.org IS NOT NULL AND a.state = 'done' AND a.at >= $1 AND a.at < $2 "   \
  "UNION SELECT d.org FROM prevention_diagnosis d WHERE d.made >= $1 AND d.made < $2"
#define TESTED "SELECT e.org FROM prevention_exercise e WHERE e.reason = '' AND e.at >= $1 AND e.at < $2"
#define LATER                                                                                                          \
  "SELECT id FROM territory_v_company WHERE created >= $2 UNION SELECT org FROM territory_v_seat WHERE since >= $2"
#define THEN(counted, orgs)                                                                                            \
  "SELECT s.department, " counted " FROM territory_v_org_dated o JOIN territory_v_seat s ON s.org = o.id AND s.since " \
  "< $2 AND s.until >= $2 WHERE o.kind = 'company' AND o.created < $2 AND o.id IN (" orgs ")"
#define OF_DEPARTMENTS                                                                                                 \
  "(SELECT department, companies AS known, 0 AS met, 0 AS tested FROM territory_v_companies UNION ALL "                \
  "SELECT department, -1, 0, 0 FROM territory_v_org WHERE kind = 'company' AND id IN (" LATER                          \
  ") UNION ALL " THEN("1, 0, 0", LATER) " UNION ALL " THEN("0, 1, 0", MET) " UNION ALL " THEN("0, 0, 1", TESTED) ")"
#define KNOWN                                                                                                          \
  "(SELECT b.zone, SUM(d.known) AS known, SUM(d.met) AS met, SUM(d.tested) AS tested FROM " OF_DEPARTMENTS             \
  " d JOIN territory_v_belonging b ON b.department = d.department AND b.since < $2 AND b.until >= $2 GROUP BY b.zone)"

vg_code prevention_each_reach(struct store_tx *tx, vg_time from, vg_time to, prevention_reach_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT z.code, "
      "(SELECT COUNT(*) FROM prevention_action a WHERE a.zone = z.code AND a.state = 'done' AND a.at >= $1 AND a.at < "
      "$2), "
      "(SELECT COALESCE(SUM(u.people), 0) FROM prevention_audience u JOIN prevention_action a ON a.id = u.action "
      "WHERE a.zone = z.code AND a.state = 'done' AND a.at >= $1 AND a.at < $2), COALESCE(k.known, 0), COALESCE(k.met, "
      "0), (SELECT COUNT(*) FROM prevention_v_exercise e WHERE e.reason = '' AND e.zone = z.code AND e.at >= $1 AND e.at < $2), "
      "(SELECT COALESCE(SUM(e.sent), 0) FROM prevention_v_exercise e WHERE e.zone = z.code AND e.at >= "
      "$1 AND e.at < $2), COALESCE(k.tested, 0) FROM territory_v_zone z LEFT JOIN " KNOWN
      " k ON k.zone = z.code ORDER BY z.overseas, z.code",
      S_ARGS(S_TIME(from), S_TIME(to)), err));
  while (rc == VG_OK && store_next(q)) {
    struct reach r = {.zone = store_str(q, 0),
                      .actions = store_int(q, 1),
                      .people = store_int(q, 2),
                      .companies = store_int(q, 3),
                      .met = store_int(q, 4),
                      .exercises = store_int(q, 5),
                      .exercised = store_int(q, 6),
                      .tested = store_int(q, 7)};
    evaluation_share(r.tested, r.companies, &r.tested_lo, &r.tested_hi);
    evaluation_count(r.actions, &r.actions_lo, &r.actions_hi);
    evaluation_share(r.met, r.companies, &r.lo, &r.hi);
    r.share = r.companies ? (double)r.met / (double)r.companies : 0;
    rc = sink(ctx, &r, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code prevention_each_threat(struct store_tx *tx, const struct action *a, prevention_threat_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT i.kind, COUNT(*) AS n FROM casework_v_incident i JOIN territory_v_org o ON o.id = i.org "
                     "WHERE i.known > $2 AND (i.zone = $1 OR $1 = '' OR (o.naf <> '' AND o.naf = (SELECT x.naf FROM "
                     "territory_v_org x WHERE x.id = $3))) "
                     "GROUP BY i.kind ORDER BY n DESC, i.kind",
                     S_ARGS(S_Z(a->zone), S_TIME(store_now(tx) - 365 * VG_DAY), S_INT(a->org)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_int(q, 1), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
