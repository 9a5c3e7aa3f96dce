#include "anticipate/anticipate_internal.h"

#include "base/jsonw.h"
#include "intel/intel.h"
#include "territory/territory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BEHIND_MAX = 4096 };
static const vg_time stands_for = 30 * VG_DAY;
static const double alert_below = 0.001;

const char *warning_number(char out[static 32], double v) {
  snprintf(out, 32, v != 0 && (v < 0.001 || v >= 100000) ? "%.1e" : "%.3g", v);
  return out;
}

static size_t rarest(const struct group *g) {
  size_t best = g->index[0];
  for (size_t i = 1; i < g->n; i++)
    if (g->value[g->index[i]].rate < g->value[best].rate)
      best = g->index[i];
  return best;
}

struct telling {
  struct store_tx *tx;
  int64_t id;
};

static int64_t zones_in(const struct shared *s) {
  int64_t zones = 0;
  for (size_t i = 0; i < s->n; i++) {
    bool known = s->first_of[i]->zone.n == 0;
    for (size_t k = 0; k < i && !known; k++)
      known = vg_str_eq(s->first_of[k]->zone, s->first_of[i]->zone);
    zones += !known;
  }
  return zones;
}

static vg_code put_reports(struct store_tx *tx, int64_t id, const struct shared *s, struct vg_err *err) {
  for (size_t i = 0; i < s->n; i++) {
    const struct meeting *m = s->first_of[i];
    VG_TRY(store_exec(
        tx,
        "INSERT INTO anticipate_report (warning, report, org, org_name, org_pid, zone, first_seen, last_seen) "
        "VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (warning, report, org) DO UPDATE SET "
        "first_seen = CASE WHEN excluded.first_seen < anticipate_report.first_seen THEN excluded.first_seen "
        "ELSE anticipate_report.first_seen END, last_seen = CASE WHEN excluded.last_seen > anticipate_report.last_seen "
        "THEN excluded.last_seen ELSE anticipate_report.last_seen END",
        S_ARGS(S_INT(id), S_STR(m->report), S_INT(m->org), S_STR(m->org_name), S_STR(m->org_pid),
               S_STR(m->zone.p ? m->zone : VG_STR("")), S_TIME(m->first), S_TIME(m->last)),
        err));
    if (m->zone.n)
      VG_TRY(store_exec(
          tx, "INSERT INTO anticipate_zone (warning, zone, role) VALUES ($1,$2,'seen') ON CONFLICT DO NOTHING",
          S_ARGS(S_INT(id), S_STR(m->zone)), err));
    if (m->naf.n)
      VG_TRY(store_exec(tx, "INSERT INTO anticipate_sector (warning, section) VALUES ($1,$2) ON CONFLICT DO NOTHING",
                        S_ARGS(S_INT(id), S_STR(m->naf)), err));
  }
  return VG_OK;
}

static vg_code tell_referent(void *ctx, const struct person *p, struct vg_err *err) {
  const struct telling *t = ctx;
  vg_time now = store_now(t->tx);
  if (p->role != ROLE_REFERENT || !p->zone[0] || now < p->from || (p->to != VG_NOTIME && now >= p->to))
    return VG_OK;
  return store_exec(t->tx,
                    "INSERT INTO anticipate_zone (warning, zone, role) VALUES ($1,$2,'tell') ON CONFLICT DO NOTHING",
                    S_ARGS(S_INT(t->id), S_Z(p->zone)), err);
}

/*
 * Where it was seen is told already. The next ones are the companies of the same sectors elsewhere; what chance all but
 * rules out goes to every zone that has a referent.
 */
vg_code warning_tell(struct store_tx *tx, int64_t id, bool alert, struct vg_err *err) {
  VG_TRY(store_exec(
      tx,
      "INSERT INTO anticipate_zone (warning, zone, role) SELECT DISTINCT s.warning, o.zone, 'tell' FROM "
      "anticipate_sector s "
      "JOIN territory_v_org o ON o.naf = s.section WHERE s.warning = $1 AND o.zone <> '' ON CONFLICT DO NOTHING",
      S_ARGS(S_INT(id)), err));
  return alert ? territory_each_person(tx, tell_referent, &(struct telling){tx, id}, err) : VG_OK;
}

static vg_code put_values(struct store_tx *tx, int64_t id, const struct world *w, const struct group *g,
                          struct vg_err *err) {
  for (size_t i = 0; i < g->n; i++) {
    const struct shared *s = &g->value[g->index[i]];
    const struct meeting *m = s->first_of[0];
    VG_TRY(store_exec(
        tx, "INSERT INTO anticipate_value (warning, type, value, indicator, expected) VALUES ($1,$2,$3,$4,$5)",
        S_ARGS(S_INT(id), S_STR(m->type), S_STR(m->value), S_STR(m->indicator.p ? m->indicator : VG_STR("")),
               S_REAL(anticipate_expected(w, s->n, 1, s->rate))),
        err));
  }
  return VG_OK;
}

/* The pairs of report and organisation behind a group, each once, and the time that they span. */
struct behind {
  const struct meeting *v[BEHIND_MAX];
  size_t n;
  vg_time first, last;
};

static void look_behind(const struct group *g, struct behind *b) {
  *b = (struct behind){.first = INT64_MAX, .last = INT64_MIN};
  for (size_t i = 0; i < g->n; i++) {
    const struct shared *s = &g->value[g->index[i]];
    for (size_t k = 0; k < s->n; k++) {
      const struct meeting *m = s->first_of[k];
      bool known = false;
      for (size_t j = 0; j < b->n && !known; j++)
        known = b->v[j]->org == m->org && vg_str_eq(b->v[j]->report, m->report);
      if (!known && b->n < BEHIND_MAX)
        b->v[b->n++] = m;
      b->first = m->first < b->first ? m->first : b->first;
      b->last = m->last > b->last ? m->last : b->last;
    }
  }
}

vg_code warning_reason(struct store_tx *tx, int64_t id, int *rank, const char *message, const char *a, const char *b,
                       const char *c, struct vg_err *err) {
  return store_exec(
      tx, "INSERT INTO anticipate_reason (warning, rank, message, arg1, arg2, arg3) VALUES ($1,$2,$3,$4,$5,$6)",
      S_ARGS(S_INT(id), S_INT(++*rank), S_Z(message), S_Z(a), S_Z(b), S_Z(c)), err);
}

/* What is no plain value is told: files that are only akin, techniques. */
static vg_code put_kinds(struct store_tx *tx, int64_t id, int *rank, const struct group *g, struct vg_err *err) {
  for (size_t i = 0; i < g->n; i++) {
    const struct shared *s = &g->value[g->index[i]];
    bool akin = false;
    for (size_t k = 1; k < s->n; k++)
      akin = akin || !vg_str_eq(s->first_of[k]->exact, s->first_of[0]->exact);
    if (akin)
      VG_TRY(warning_reason(tx, id, rank, "anticipate.reason.akin", VG_N(s->n), "", "", err));
    if (s->fixed_rate > 0)
      VG_TRY(warning_reason(tx, id, rank, "anticipate.reason.techniques", VG_T(s->first_of[0]->value), "", "", err));
  }
  return VG_OK;
}

static vg_code put_reasons(struct store_tx *tx, int64_t id, const struct world *w, const struct group *g,
                           const struct behind *behind, struct vg_err *err) {
  const struct shared *s = &g->value[g->index[0]];
  char rate[32], expected[32], p[32], from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  int rank = 0;
  VG_TRY(warning_reason(tx, id, &rank, "anticipate.reason.met", VG_N(s->n), VG_N(zones_in(s)), VG_N(g->n), err));
  VG_TRY(warning_reason(tx, id, &rank, "anticipate.reason.window", vg_time_text(from, behind->first, false),
                        vg_time_text(to, behind->last, false), VG_N(w->window / VG_DAY), err));
  VG_TRY(warning_reason(tx, id, &rank, "anticipate.reason.rare", warning_number(rate, g->rate), VG_N(w->organisations),
                        VG_N(w->known), err));
  VG_TRY(warning_reason(tx, id, &rank, "anticipate.reason.chance", warning_number(expected, g->expected),
                        warning_number(p, g->p), "", err));
  VG_TRY(put_kinds(tx, id, &rank, g, err));
  if (g->common)
    VG_TRY(warning_reason(tx, id, &rank, "anticipate.reason.common", VG_N(g->common), "", "", err));
  return warning_reason(tx, id, &rank, "anticipate.refute.coincidence", "", "", "", err);
}

vg_code warning_clear(struct store_tx *tx, int64_t id, struct vg_err *err) {
  VG_TRY(store_exec(tx, "DELETE FROM anticipate_report WHERE warning = $1", S_ARGS(S_INT(id)), err));
  VG_TRY(store_exec(tx, "DELETE FROM anticipate_value WHERE warning = $1", S_ARGS(S_INT(id)), err));
  VG_TRY(store_exec(tx, "DELETE FROM anticipate_zone WHERE warning = $1", S_ARGS(S_INT(id)), err));
  VG_TRY(store_exec(tx, "DELETE FROM anticipate_sector WHERE warning = $1", S_ARGS(S_INT(id)), err));
  return store_exec(tx, "DELETE FROM anticipate_reason WHERE warning = $1", S_ARGS(S_INT(id)), err);
}

/* The open warning about one of the same values with two of the same reports is this one, grown or shrunk. */
static vg_code same_warning(struct store_tx *tx, const struct group *g, int64_t *id, struct vg_err *err) {
  *id = 0;
  for (size_t i = 0; i < g->n && !*id; i++) {
    const struct shared *s = &g->value[g->index[i]];
    const struct meeting *m = s->first_of[0];
    struct store_rows *q;
    int64_t both = 0, found = 0;
    VG_TRY(store_query(tx, &q,
                       "SELECT w.id, r.report FROM anticipate_warning w JOIN anticipate_value v ON v.warning = w.id "
                       "JOIN anticipate_report r ON r.warning = w.id WHERE w.state = 'open' AND w.signature = "
                       "'coincidence' AND v.type = $1 AND v.value = $2 "
                       "ORDER BY w.id",
                       S_ARGS(S_STR(m->type), S_STR(m->value)), err));
    while (store_next(q) && both < 2) {
      if (store_int(q, 0) != found)
        both = 0;
      found = store_int(q, 0);
      for (size_t k = 0; k < s->n; k++)
        both += vg_str_eq(s->first_of[k]->report, store_str(q, 1));
    }
    VG_TRY(store_done(&q, err));
    if (both >= 2)
      *id = found;
  }
  return VG_OK;
}

static vg_code record(struct store_tx *tx, const struct actor *who, const char *kind, const char *pid,
                      const struct group *g, const struct behind *behind, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  vg_code rc = VG_OK;
  vg_buf_init(&b, 4 << 20);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "level", anticipate_level_name(g->p < alert_below));
  vg_jw_knum(&w, "p", g->p);
  vg_jw_knum(&w, "expected", g->expected);
  vg_jw_key(&w, "reports");
  vg_jw_arr(&w);
  for (size_t i = 0; i < behind->n; i++)
    vg_jw_str(&w, behind->v[i]->report);
  vg_jw_end(&w);
  vg_jw_key(&w, "values");
  vg_jw_arr(&w);
  for (size_t i = 0; i < g->n; i++)
    vg_jw_str(&w, g->value[g->index[i]].first_of[0]->value);
  vg_jw_end(&w);
  vg_jw_end(&w);
  VG_GO(vg_buf_check(&b, err));
  VG_GO(ledger_append(tx, who, kind, pid, vg_buf_view(&b), NULL, err));
out:
  vg_buf_fini(&b);
  return rc;
}

/* Same reports and same number of values: nothing to write and nothing to record. */
static vg_code unchanged(struct store_tx *tx, int64_t id, const struct group *g, const struct behind *behind,
                         bool *same, struct vg_err *err) {
  int64_t reports = 0, values = 0;
  VG_TRY(
      store_get_int(tx, &reports, "SELECT count(*) FROM anticipate_report WHERE warning = $1", S_ARGS(S_INT(id)), err));
  VG_TRY(
      store_get_int(tx, &values, "SELECT count(*) FROM anticipate_value WHERE warning = $1", S_ARGS(S_INT(id)), err));
  *same = reports == (int64_t)behind->n && values == (int64_t)g->n;
  for (size_t i = 0; *same && i < behind->n; i++) {
    int64_t there = 0;
    VG_TRY(store_get_int(tx, &there, "SELECT count(*) FROM anticipate_report WHERE warning = $1 AND report = $2",
                         S_ARGS(S_INT(id), S_STR(behind->v[i]->report)), err));
    *same = there > 0;
  }
  return VG_OK;
}

static vg_code write_head(struct store_tx *tx, const struct group *g, const struct behind *behind, vg_time now,
                          int64_t *id, struct vg_id *pid, struct vg_err *err) {
  const struct shared *s = &g->value[g->index[0]];
  const struct meeting *about = g->value[rarest(g)].first_of[0];
  double score = -log10(g->p > 1e-300 ? g->p : 1e-300);
  if (!*id) {
    *pid = vg_id_new("warning", now);
    VG_TRY(store_insert(tx, id,
                        "INSERT INTO anticipate_warning (pid, signature, level, state, withdrawn_why, first_seen, "
                        "last_seen, raised, expires, "
                        "expected, p, score, organisations, zones, value_count, report_count, about, about_type) "
                        "VALUES ($1, $2, 0, 'open', '', 0, 0, $3, 0, 0, 0, 0, 0, 0, 0, 0, '', '') RETURNING id",
                        S_ARGS(S_Z(pid->s), S_Z("coincidence"), S_TIME(now)), err));
  }
  return store_exec(
      tx,
      "UPDATE anticipate_warning SET level = $2, first_seen = $3, last_seen = $4, expires = $5, expected = $6, p = $7, "
      "score = $8, organisations = $9, zones = $10, value_count = $11, report_count = $12, about = $13, about_type = "
      "$14 "
      "WHERE id = $1",
      S_ARGS(S_INT(*id), S_INT(g->p < alert_below ? ANTICIPATE_ALERT : ANTICIPATE_VIGILANCE), S_TIME(behind->first),
             S_TIME(behind->last), S_TIME(now + stands_for), S_REAL(g->expected), S_REAL(g->p), S_REAL(score),
             S_INT(s->n), S_INT(zones_in(s)), S_INT(g->n), S_INT(behind->n), S_STR(about->value), S_STR(about->type)),
      err);
}

vg_code warning_pid(struct store_tx *tx, int64_t id, struct vg_id *pid, struct vg_err *err) {
  struct vg_buf b;
  vg_buf_init(&b, VG_ID_MAX);
  vg_code rc = store_get_text(tx, &b, "SELECT pid FROM anticipate_warning WHERE id = $1", S_ARGS(S_INT(id)), err);
  *pid = vg_id_of(vg_buf_view(&b));
  vg_buf_fini(&b);
  return rc;
}

vg_code anticipate_raise(struct store_tx *tx, const struct actor *who, const struct world *w, const struct group *g,
                         vg_time now, int64_t *id, bool *fresh, struct vg_err *err) {
  struct behind behind;
  struct vg_id pid;
  bool same = false;
  look_behind(g, &behind);
  VG_TRY(same_warning(tx, g, id, err));
  *fresh = !*id;
  if (*id) {
    VG_TRY(unchanged(tx, *id, g, &behind, &same, err));
    if (same)
      return VG_OK;
    VG_TRY(warning_clear(tx, *id, err));
    VG_TRY(warning_pid(tx, *id, &pid, err));
  }
  VG_TRY(write_head(tx, g, &behind, now, id, &pid, err));
  for (size_t i = 0; i < g->n; i++)
    VG_TRY(put_reports(tx, *id, &g->value[g->index[i]], err));
  VG_TRY(warning_tell(tx, *id, g->p < alert_below, err));
  VG_TRY(put_values(tx, *id, w, g, err));
  VG_TRY(put_reasons(tx, *id, w, g, &behind, err));
  return record(tx, who, *fresh ? "anticipate.warned" : "anticipate.updated", pid.s, g, &behind, err);
}

/* Which of its reasons is gone, told by the first that is. */
static vg_code why_gone(struct store_tx *tx, int64_t id, const char **why, struct vg_err *err) {
  struct store_rows *q;
  int64_t live = 0, all = 0, orgs = 0;
  const char *list;
  *why = "anticipate.withdrawn.chance";
  VG_TRY(store_get_int(tx, &all, "SELECT count(DISTINCT report) FROM anticipate_report WHERE warning = $1",
                       S_ARGS(S_INT(id)), err));
  VG_TRY(store_get_int(
      tx, &live,
      "SELECT count(DISTINCT r.report) FROM anticipate_report r JOIN anticipate_value v ON v.warning = r.warning "
      "JOIN intel_v_sighting s ON s.report = r.report AND s.withdrawn = 0 AND ((s.type = v.type AND s.value = v.value) OR "
      "(v.type = 'tlsh' AND s.type = 'tlsh') OR (v.type = 'technique-set' AND s.type = 'attack-id')) "
      "WHERE r.warning = $1",
      S_ARGS(S_INT(id)), err));
  VG_TRY(store_get_int(
      tx, &orgs,
      "SELECT count(DISTINCT CASE WHEN o.siren <> '' THEN o.siren ELSE o.pid END) FROM anticipate_report r "
      "JOIN territory_v_org o ON o.id = r.org WHERE r.warning = $1",
      S_ARGS(S_INT(id)), err));
  if (live < all) {
    *why = "anticipate.withdrawn.report";
  } else if (orgs < 2) {
    *why = "anticipate.withdrawn.same_org";
  } else {
    VG_TRY(store_query(tx, &q, "SELECT type, value FROM anticipate_value WHERE warning = $1", S_ARGS(S_INT(id)), err));
    while (store_next(q))
      if (intel_benign(store_str(q, 0), store_str(q, 1), &list))
        *why = "anticipate.withdrawn.benign";
    VG_TRY(store_done(&q, err));
  }
  return VG_OK;
}

vg_code warning_withdraw(struct store_tx *tx, const struct actor *who, int64_t id, const char *why, vg_time now,
                         struct vg_err *err) {
  struct vg_id pid;
  VG_TRY(warning_pid(tx, id, &pid, err));
  VG_TRY(store_exec(
      tx, "UPDATE anticipate_warning SET state = 'withdrawn', withdrawn_why = $2, withdrawn = $3 WHERE id = $1",
      S_ARGS(S_INT(id), S_Z(why), S_TIME(now)), err));
  return LEDGER_TELL(tx, who, "anticipate.withdrawn", pid.s, err, "why", why);
}

vg_code anticipate_withdraw(struct store_tx *tx, const struct actor *who, int64_t id, vg_time now, struct vg_err *err) {
  const char *why;
  VG_TRY(why_gone(tx, id, &why, err));
  return warning_withdraw(tx, who, id, why, now, err);
}
