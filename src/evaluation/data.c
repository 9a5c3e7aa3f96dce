/* Counts that a verdict rests on: attached to an evaluation, or made out of the operations. */
#include "base/hash.h"
#include "evaluation/survey_internal.h"

#include <stdlib.h>

vg_code evaluation_data_read(struct store_tx *tx, int64_t plan, const char *kind, struct vg_buf *out,
                             struct vg_err *err) {
  vg_code rc =
      store_get_text(tx, out, "SELECT body FROM evaluation_data WHERE plan = $1 AND kind = $2 ORDER BY id DESC LIMIT 1",
                     S_ARGS(S_INT(plan), S_Z(kind)), err);
  if (rc == VG_ENOTFOUND)
    vg_err_clear(err);
  return rc == VG_ENOTFOUND ? VG_OK : rc;
}

/* The statistic that will read it says what is wrong with it. */
static vg_code try_out(vg_str kind, vg_str csv, struct vg_err *err) {
  struct vg_buf scratch;
  bool did = vg_str_eqz(kind, "did");
  if (!did && !vg_str_eqz(kind, "survival"))
    return VG_FAIL(err, VG_EUSAGE, "evaluation.data_kind", VG_T(kind));
  if (csv.n > DATA_MAX)
    return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
  vg_buf_init(&scratch, 64 << 20);
  vg_code rc = evaluation_compute(did ? "did" : "kaplan-meier", csv, VG_STR(""), &scratch, err);
  vg_buf_fini(&scratch);
  return rc;
}

vg_code evaluation_data_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str kind, vg_str csv,
                            struct vg_err *err) {
  struct evaluation_state e;
  struct ledger_state head;
  unsigned char digest[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  VG_TRY(evaluation_find(tx, pid, &e, err));
  if (e.away)
    return VG_FAIL(err, VG_ESTATE, "evaluation.away");
  if (vg_str_eqz(vg_str_z(e.state), "planned"))
    return evaluation_not_in(&e, err);
  VG_TRY(try_out(kind, csv, err));
  vg_sha256(csv.p, csv.n, digest);
  vg_hex(hex, digest, sizeof digest);
  VG_TRY(ledger_head(tx, &head, err));
  VG_TRY(store_exec(
      tx, "INSERT INTO evaluation_data (plan, kind, body, sha256, entry, added) VALUES ($1, $2, $3, $4, $5, $6)",
      S_ARGS(S_INT(e.id), S_STR(kind), S_STR(csv), S_Z(hex), S_INT(head.size), S_TIME(store_now(tx))), err));
  return LEDGER_TELL(tx, who, "evaluation.data", e.pid.s, err, "kind", VG_T(kind), "sha256", hex);
}

vg_code evaluation_each_data(struct store_tx *tx, int64_t plan, evaluation_data_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT kind, sha256, entry, added FROM evaluation_data WHERE plan = $1 ORDER BY id DESC",
                     S_ARGS(S_INT(plan)), err));
  while (rc == VG_OK && store_next(q)) {
    struct evaluation_data d = {store_str(q, 0), store_str(q, 1), store_int(q, 2), store_time(q, 3)};
    rc = sink(ctx, &d, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- counts out of the operations --- */

enum { ZONES_MAX = 64, QUARTERS_MAX = 200 };

struct counting {
  struct {
    char code[24];
    int64_t orgs;
    bool pilot;
    int64_t cases[QUARTERS_MAX];
  } zone[ZONES_MAX];
  size_t zones;
  int64_t first, quarters; /* quarters since year 0 */
};

static int64_t quarter_of(vg_time t) {
  int64_t y, days = t / VG_DAY - (t % VG_DAY < 0);
  unsigned m, d;
  vg_civil_from_days(days, &y, &m, &d);
  return y * 4 + (m - 1) / 3;
}

/* Companies known by the end of the period, in the zones of then. Of a past that was entered later, when none was
 * known by then, all companies count. */
static vg_code read_zones(struct store_tx *tx, struct counting *c, vg_time to, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT z.code, (SELECT COUNT(*) FROM territory_v_org_dated o JOIN territory_v_org_zone b ON "
                     "b.org = o.id AND b.since < $1 AND b.until >= $1 WHERE b.zone = z.code AND o.kind "
                     "= 'company' AND (o.created < $1 OR NOT EXISTS (SELECT 1 FROM territory_v_org_dated x WHERE "
                     "x.kind = 'company' AND x.created < $1))), (SELECT COUNT(*) FROM territory_v_membership m "
                     "WHERE m.zone = z.code AND m.scheme LIKE 'pilot-%') FROM territory_v_zone z ORDER BY z.code",
                     S_ARGS(S_TIME(to)), err));
  while (store_next(q) && c->zones < ZONES_MAX) {
    if (store_int(q, 1) == 0)
      continue; /* a zone without a company known to us has no exposure to divide by */
    vg_str_copy(c->zone[c->zones].code, sizeof c->zone[0].code, store_str(q, 0));
    c->zone[c->zones].orgs = store_int(q, 1);
    c->zone[c->zones++].pilot = store_int(q, 2) > 0;
  }
  return store_done(&q, err);
}

static vg_code count_incidents(struct store_tx *tx, struct counting *c, vg_time from, vg_time to, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     "SELECT zone, reported FROM casework_v_incident_dated WHERE reported >= $1 AND reported < $2",
                     S_ARGS(S_TIME(from), S_TIME(to)), err));
  while (store_next(q)) {
    vg_str zone = store_str(q, 0);
    int64_t at = quarter_of(store_time(q, 1)) - c->first;
    for (size_t i = 0; i < c->zones; i++)
      if (vg_str_eqz(zone, c->zone[i].code) && at >= 0 && at < c->quarters)
        c->zone[i].cases[at]++;
  }
  return store_done(&q, err);
}

static vg_code pilot_since(struct store_tx *tx, vg_time *since, struct vg_err *err) {
  if (*since != VG_NOTIME)
    return VG_OK;
  return store_get_int(tx, since,
                       "SELECT COALESCE(MIN(since), 0) FROM territory_v_membership WHERE scheme LIKE 'pilot-%'",
                       S_NOARGS, err);
}

static vg_code did_counts(struct store_tx *tx, vg_time from, vg_time to, vg_time since, struct vg_buf *out,
                          struct vg_err *err) {
  struct counting *c = calloc(1, sizeof *c);
  if (!c)
    return VG_FAIL(err, VG_ENOMEM, "evaluation.memory");
  c->first = quarter_of(from);
  c->quarters = quarter_of(to - 1) - c->first + 1;
  vg_code rc = c->quarters > QUARTERS_MAX ? VG_FAIL(err, VG_ELIMIT, "evaluation.big") : pilot_since(tx, &since, err);
  if (rc == VG_OK)
    rc = read_zones(tx, c, to, err);
  if (rc == VG_OK)
    rc = count_incidents(tx, c, from, to, err);
  if (rc == VG_OK) {
    vg_buf_z(out, "q,zone,expo,pilot,post,cases\n");
    for (size_t i = 0; i < c->zones; i++)
      for (int64_t k = 0; k < c->quarters; k++)
        vg_buf_fmt(out, "%lld,%s,%lld,%d,%d,%lld\n", (long long)k + 1, c->zone[i].code, (long long)c->zone[i].orgs,
                   c->zone[i].pilot, c->first + k >= quarter_of(since), (long long)c->zone[i].cases[k]);
    rc = vg_buf_check(out, err);
  }
  free(c);
  return rc;
}

/* Days from a measure's proposal to its adoption; those that are not adopted yet are known to have lasted until `to`.
 */
static vg_code survival_counts(struct store_tx *tx, vg_time from, vg_time to, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(
      tx, &q,
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM territory_v_membership m WHERE m.zone = a.zone AND m.scheme LIKE "
      "'pilot-%') "
      "THEN 'PILOTE' ELSE 'TEMOIN' END, a.proposed, a.done FROM (SELECT d.zone, s.diagnosis, s.measure, "
      "MIN(CASE WHEN s.state = 'proposed' THEN s.at END) AS proposed, MIN(CASE WHEN s.state = 'done' THEN s.at END) AS "
      "done "
      "FROM prevention_v_adoption s JOIN prevention_v_diagnosis_dated d ON d.id = s.diagnosis GROUP BY d.zone, s.diagnosis, "
      "s.measure) a WHERE a.proposed >= $1 AND a.proposed < $2 "
      "ORDER BY a.proposed, a.diagnosis, a.measure",
      S_ARGS(S_TIME(from), S_TIME(to)), err));
  vg_buf_z(out, "zone,t,ev\n");
  while (store_next(q)) {
    vg_time proposed = store_time(q, 1), done = store_time(q, 2);
    bool event = done != VG_NOTIME && done < to;
    vg_buf_fmt(out, "%.*s,%lld,%d\n", (int)store_str(q, 0).n, store_str(q, 0).p,
               (long long)(((event ? done : to) - proposed) / VG_DAY), event);
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

vg_code evaluation_counts(struct store_tx *tx, vg_str kind, vg_time from, vg_time to, vg_time since, struct vg_buf *out,
                          struct vg_err *err) {
  if (from == VG_NOTIME || to == VG_NOTIME || from >= to)
    return VG_FAIL(err, VG_EUSAGE, "evaluation.span");
  if (vg_str_eqz(kind, "did"))
    return did_counts(tx, from, to, since, out, err);
  if (vg_str_eqz(kind, "survival"))
    return survival_counts(tx, from, to, out, err);
  return VG_FAIL(err, VG_EUSAGE, "evaluation.data_kind", VG_T(kind));
}
