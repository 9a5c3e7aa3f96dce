/* anticipate: the pass over the instance's own counts raises, rests, withdraws, vetoes, seals and scores; and it sees
 * nothing later than its instant. */
#include "world.h"

#include <math.h>

#include "anticipate/cluster.h"
#include "anticipate/guard.h"
#include "anticipate/method.h"

enum { MONDAY = 18267, LAST_WEEK = 60 }; /* 2020-01-06, in days; the week that the tests look at */
static int64_t org[8];
static int64_t incidents;

static vg_time week(int64_t w) { return (MONDAY + 7 * w) * VG_DAY; }

static void people(void) {
  static const char *const departments[] = {"56", "68", "33", "40", "67", "35", "29", "54"};
  for (size_t i = 0; i < VG_COUNT(org); i++) {
    char name[32];
    snprintf(name, sizeof name, "Entreprise %zu", i);
    org[i] = add_org(name, departments[i]);
  }
}

static void report(const char *kind, int64_t who, vg_time at) {
  char pid[64];
  snprintf(pid, sizeof pid, "incident--%lld", (long long)++incidents);
  OK(store_exec(tx,
                "INSERT INTO casework_incident (pid, org, kind, summary, happened, known, reported, personal_data) "
                "VALUES ($1,$2,$3,'',$4,$4,$4,0)",
                S_ARGS(S_Z(pid), S_INT(who), S_Z(kind), S_TIME(at)), &err));
}

/* One incident a week, here and there, for sixty weeks. */
static void quiet_year(void) {
  people();
  for (int64_t w = 0; w < LAST_WEEK; w++)
    report("phishing", org[(size_t)(w * 5) % VG_COUNT(org)], week(w) + VG_HOUR * (w % 100));
}

static void burst(const char *kind, int64_t who, int64_t w, int n) {
  for (int i = 0; i < n; i++)
    report(kind, who, week(w) + i * VG_HOUR);
}

static struct anticipate_pass pass_of(struct anticipate_pass_options o, anticipate_surge_sink *sink, void *ctx) {
  struct anticipate_pass out;
  OK(anticipate_pass_run(tx, &anne, &o, sink, ctx, &out, &err));
  return out;
}
static struct anticipate_pass pass_at(int64_t w) {
  return pass_of((struct anticipate_pass_options){.as_of = week(w)}, NULL, NULL);
}

static int64_t count(const char *sql) {
  int64_t n;
  OK(store_get_int(tx, &n, sql, S_NOARGS, &err));
  return n;
}

static void test_surge_raised(void **state) {
  (void)state;
  quiet_year();
  burst("ransomware", org[1], LAST_WEEK, 9);
  struct anticipate_pass p = pass_at(LAST_WEEK + 1);
  assert_int_equal(p.period, week(LAST_WEEK));
  assert_true(p.raised >= 1 && p.vetoed == 0);
  assert_int_equal(
      count("SELECT COUNT(*) FROM anticipate_warning WHERE signature = 'surge-week' AND level = 1 AND state = 'open'"),
      1);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_report r JOIN anticipate_warning w ON w.id = r.warning WHERE "
                         "w.signature = 'surge-week'"),
                   9);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_zone z JOIN anticipate_warning w ON w.id = z.warning WHERE "
                         "w.signature = 'surge-week' AND "
                         "z.zone = 'EST' AND z.role = 'seen'"),
                   1);
  assert_true(count("SELECT COUNT(*) FROM anticipate_point p JOIN anticipate_warning w ON w.id = p.warning WHERE "
                    "w.signature = 'surge-week'") == 52);
  /* once more: nothing new */
  p = pass_at(LAST_WEEK + 1);
  assert_int_equal(p.raised, 0);
  assert_true(p.kept >= 1);
}

static void test_quiet_week(void **state) {
  (void)state;
  quiet_year();
  burst("ransomware", org[1], LAST_WEEK, 3);
  struct anticipate_pass p = pass_at(LAST_WEEK + 1);
  assert_int_equal(p.raised, 0); /* fewer than four */
}

static void test_rest_of_four_weeks(void **state) {
  (void)state;
  quiet_year();
  burst("ransomware", org[1], LAST_WEEK, 9);
  assert_true(pass_at(LAST_WEEK + 1).raised >= 1);
  burst("ransomware", org[1], LAST_WEEK + 1, 16);
  assert_int_equal(pass_at(LAST_WEEK + 2).raised, 0);
  burst("ransomware", org[1], LAST_WEEK + 5, 60);
  assert_true(pass_at(LAST_WEEK + 6).raised >= 1);
}

static void test_sightings_withdrawn(void **state) {
  (void)state;
  people();
  for (int64_t w = 0; w < LAST_WEEK; w++) {
    char name[48];
    snprintf(name, sizeof name, "match-run--q%lld", (long long)w);
    see("domain-name", "x.example.org", org[(size_t)(w * 5) % VG_COUNT(org)], name, MONDAY + 7 * w - 17000);
  }
  for (int i = 0; i < 9; i++) {
    char name[48];
    snprintf(name, sizeof name, "match-run--b%d", i);
    see("domain-name", "y.example.org", org[i % 2], name, MONDAY + 7 * LAST_WEEK + i % 5 - 17000);
  }
  assert_true(pass_at(LAST_WEEK + 1).raised >= 1);
  for (int i = 0; i < 8; i++) {
    char name[48];
    snprintf(name, sizeof name, "match-run--b%d", i);
    OK(intel_sighting_withdraw(tx, &anne, vg_str_z(name), VG_STR("wrong log"), &err));
  }
  assert_int_equal(pass_at(LAST_WEEK + 1).withdrawn, 0); /* taken back years later: at that instant they stood */
  OK(store_exec(tx, "UPDATE intel_sighting SET withdrawn_at = $1 WHERE withdrawn = 1",
                S_ARGS(S_TIME(week(LAST_WEEK + 1))), &err));
  assert_true(pass_at(LAST_WEEK + 1).withdrawn >= 1);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_warning WHERE state = 'open'"), 0);
  assert_true(count("SELECT COUNT(*) FROM anticipate_warning WHERE withdrawn_why = 'anticipate.withdrawn.counts'") >=
              1);
}

/* --- the guard ------------------------------------------------------------------------------------------------------
 */
static void claim(int64_t day, const char *family, const char *sector, int64_t nth) {
  char pid[64];
  snprintf(pid, sizeof pid, "claim--%lld-%lld-%s-%s", (long long)day, (long long)nth, family, sector);
  OK(store_exec(tx,
                "INSERT INTO anticipate_claim (pid, source, day, family, victim, country, sector, zone, size, nth, "
                "known, recorded) "
                "VALUES ($1,'list',$2,$3,'','',$4,'','',$5,$2,$2)",
                S_ARGS(S_Z(pid), S_TIME(day * VG_DAY), S_Z(family), S_Z(sector), S_INT(nth)), &err));
}

struct vetoes {
  int64_t vetoed, raised;
  double before, now;
  bool sector;
};
static vg_code see_veto(void *ctx, const struct anticipate_pass *p, const struct anticipate_surge *s,
                        struct vg_err *e) {
  struct vetoes *v = ctx;
  (void)p, (void)e;
  if (vg_str_eqz(s->outcome, "raised"))
    v->raised++;
  if (!vg_str_eqz(s->outcome, "vetoed"))
    return VG_OK;
  v->vetoed++;
  v->sector = vg_str_eqz(s->veto, "sector");
  v->before = s->share_before;
  v->now = s->share_now;
  return VG_OK;
}

/* Ever the same number of claims; the sector is written down for 7 in 100 of them, then for 98. */
static void claims_of(int64_t weeks, int64_t changed) {
  for (int64_t w = 0; w < weeks; w++)
    for (int64_t i = 0; i < 28; i++) {
      bool labelled = w < changed ? (w * 28 + i) % 100 < 7 : (w * 28 + i) % 100 < 98;
      claim(MONDAY + 7 * w + i % 7, i % 2 ? "alpha" : "beta", labelled ? "Energy" : "", w * 28 + i);
    }
}

static void test_labelling_vetoes(void **state) {
  struct vetoes v = {0};
  (void)state;
  claims_of(LAST_WEEK + 1, LAST_WEEK);
  struct anticipate_pass p = pass_of((struct anticipate_pass_options){.as_of = week(LAST_WEEK + 1)}, see_veto, &v);
  assert_true(v.vetoed >= 1 && v.raised == 0 && p.raised == 0);
  assert_true(v.sector && v.before < .12 && v.now > .25);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_warning"), 0);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_guard WHERE source = 'claim' AND kind = 'label' AND "
                         "dimension = 'sector' AND veto = 1"),
                   1);
}

/* The same rise without a change of the books is a surge. */
static void test_true_rise_is_told(void **state) {
  struct vetoes v = {0};
  (void)state;
  claims_of(LAST_WEEK + 1, INT64_MAX);
  for (int64_t i = 0; i < 60; i++)
    claim(MONDAY + 7 * LAST_WEEK + i % 7, "gamma", i % 100 < 7 ? "Energy" : "", 100000 + i);
  (void)pass_of((struct anticipate_pass_options){.as_of = week(LAST_WEEK + 1)}, see_veto, &v);
  assert_true(v.raised >= 1 && v.vetoed == 0);
}

static void test_guard_numbers(void **state) {
  struct guard_share s = {.with_before = 7, .before = 100, .with_now = 98, .now = 100};
  (void)state;
  guard_judge(&s);
  assert_true(s.changed && s.rose);
  /* (.98 - .07) / sqrt(.525 x .475 x .02) */
  assert_true(fabs(s.z - 12.8853) < 1e-3);
  s = (struct guard_share){.with_before = 98, .before = 100, .with_now = 7, .now = 100};
  guard_judge(&s);
  assert_true(s.changed && !s.rose);
  s = (struct guard_share){.with_before = 20, .before = 100, .with_now = 30, .now = 100};
  guard_judge(&s);
  assert_false(s.changed);
  s = (struct guard_share){.with_before = 1, .before = 10, .with_now = 7, .now = 7};
  guard_judge(&s);
  assert_false(s.changed); /* too few to say */
}

/* A partner that has just been connected sends all that it sees. */
static void test_coverage_vetoes(void **state) {
  struct vetoes v = {0};
  (void)state;
  people();
  for (int64_t w = 0; w < LAST_WEEK; w++)
    for (int i = 0; i < 2; i++) {
      char name[48];
      snprintf(name, sizeof name, "match-run--q%lld-%d", (long long)w, i);
      see("domain-name", "x.example.org", org[(size_t)(w + i) % 4], name, MONDAY + 7 * w - 17000);
    }
  for (int i = 0; i < 30; i++) {
    char name[48];
    snprintf(name, sizeof name, "match-run--n%d", i);
    see("domain-name", "x.example.org", org[7], name, MONDAY + 7 * LAST_WEEK + i % 5 - 17000);
  }
  (void)pass_of((struct anticipate_pass_options){.as_of = week(LAST_WEEK + 1)}, see_veto, &v);
  assert_true(v.vetoed >= 1 && v.raised == 0);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_guard WHERE kind = 'coverage' AND source = 'sighting'"), 1);
}

/* --- as of ----------------------------------------------------------------------------------------------------------
 */
static vg_code write_down(void *ctx, const struct anticipate_pass *p, const struct anticipate_surge *s,
                          struct vg_err *e) {
  (void)e;
  vg_buf_fmt(ctx, "%s %lld %.*s %.*s %d %lld %.17g %.17g %.17g %.17g %.17g %.17g\n", p->input, (long long)p->period,
             (int)s->series.n, s->series.p, (int)s->outcome.n, s->outcome.p, s->level, (long long)s->observed,
             s->expected, s->low, s->high, s->threshold, s->p, s->adjusted);
  return VG_OK;
}

static void test_future_is_not_seen(void **state) {
  struct vg_buf before, after;
  (void)state;
  vg_buf_init(&before, 1 << 20);
  vg_buf_init(&after, 1 << 20);
  quiet_year();
  burst("ransomware", org[1], LAST_WEEK, 9);
  for (int i = 0; i < 2; i++)
    see("domain-name", "y.example.org", org[i], "match-run--taken-back", MONDAY + 7 * LAST_WEEK + i % 5 - 17000);
  (void)pass_of((struct anticipate_pass_options){.as_of = week(LAST_WEEK + 1), .preview = true}, write_down, &before);
  assert_true(before.n > 100);
  burst("ransomware", org[2], LAST_WEEK + 1, 40); /* later */
  report("ransomware", org[3], week(LAST_WEEK + 1) + 1);
  claim(MONDAY + 7 * (LAST_WEEK + 2), "alpha", "Energy", 1);
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("match-run--taken-back"), VG_STR("wrong log"), &err));
  see("domain-name", "x.example.org", org[3], "match-run--later", MONDAY + 7 * (LAST_WEEK + 1) - 17000);
  /* happened before, but recorded only afterwards */
  OK(store_exec(
      tx,
      "INSERT INTO intel_sighting (type, value, org, report, place, first_seen, last_seen, count, recorded, withdrawn) "
      "VALUES ('domain-name','z.example.org',$1,'match-run--late','',$2,$2,1,$3,0)",
      S_ARGS(S_INT(org[1]), S_TIME(week(LAST_WEEK)), S_TIME(week(LAST_WEEK + 3))), &err));
  (void)pass_of((struct anticipate_pass_options){.as_of = week(LAST_WEEK + 1), .preview = true}, write_down, &after);
  assert_int_equal(before.n, after.n);
  assert_memory_equal(before.p, after.p, before.n);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_pass"), 0); /* a preview writes nothing */
  vg_buf_fini(&before);
  vg_buf_fini(&after);
}

static void test_not_from_the_future(void **state) {
  struct anticipate_pass out;
  (void)state;
  struct anticipate_pass_options o = {.as_of = store_now(tx) + VG_DAY};
  assert_int_equal(anticipate_pass_run(tx, &anne, &o, NULL, NULL, &out, NULL), VG_EUSAGE);
}

static void test_vintages(void **state) {
  (void)state;
  quiet_year();
  (void)pass_at(LAST_WEEK);
  int64_t rows = count("SELECT COUNT(*) FROM anticipate_count WHERE series = 'incident'");
  assert_int_equal(rows, LAST_WEEK);
  (void)pass_at(LAST_WEEK);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_count WHERE series = 'incident'"), rows);
  report("phishing", org[1], week(LAST_WEEK - 1) + 2 * VG_DAY); /* told late of a week that was counted already */
  (void)pass_at(LAST_WEEK);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_count WHERE series = 'incident'"), rows + 1);
  assert_int_equal(count("SELECT MIN(count) FROM anticipate_count WHERE series = 'incident' AND period = "
                         "(SELECT MAX(period) FROM anticipate_count WHERE series = 'incident')"),
                   1); /* what was known then is still there */
}

/* --- forecasts ------------------------------------------------------------------------------------------------------
 */
struct sealed_seen {
  int64_t n, late, scored;
  double q[ANTICIPATE_LEVELS];
};
static vg_code see_sealed(void *ctx, const struct anticipate_sealed *f, struct vg_err *e) {
  struct sealed_seen *s = ctx;
  (void)e;
  s->n++;
  s->late += f->late;
  s->scored += f->scored;
  memcpy(s->q, f->quantile, sizeof s->q);
  return VG_OK;
}

static void test_sealed_and_scored(void **state) {
  struct sealed_seen s = {0}, later = {0};
  struct anticipate_sealed_record r;
  double y[80], q[4][ANTICIPATE_LEVELS];
  (void)state;
  people();
  for (int64_t w = 0; w < 80; w++) {
    y[w] = (double)(2 + w % 3);
    burst("phishing", org[w % 4], w, (int)y[w]);
  }
  assert_true(pass_at(70).sealed > 0);
  OK(anticipate_each_sealed(tx, VG_STR("incident"), see_sealed, &s, &err));
  assert_int_equal(s.n, 4);
  assert_int_equal(s.late, 4); /* sealed years afterwards: it says so */
  assert_int_equal(s.scored, 0);
  OK(anticipate_forecast(y, 70, 4, q, &err)); /* rows come newest target first: the last is one step ahead */
  for (int i = 0; i < ANTICIPATE_LEVELS; i++)
    assert_true(fabs(q[0][i] - s.q[i]) <= 1e-9 * (1 + fabs(q[0][i])));
  assert_int_equal(count("SELECT COUNT(*) FROM ledger_leaf WHERE idx IN (SELECT leaf FROM anticipate_forecast)"), 1);
  assert_true(pass_at(72).scored > 0);
  OK(anticipate_each_sealed(tx, VG_STR("incident"), see_sealed, &later, &err));
  assert_int_equal(later.scored, 2); /* weeks 70 and 71 are over */
  OK(anticipate_sealed_score(tx, VG_STR(""), false, &r, &err));
  assert_int_equal(r.scored, 0); /* none was sealed in time */
  OK(anticipate_sealed_score(tx, VG_STR(""), true, &r, &err));
  assert_true(r.scored > 0 && r.wis > 0 && r.cover95 > 0);
  int64_t all = r.scored;
  OK(anticipate_sealed_score(tx, VG_STR("incident"), true, &r, &err));
  assert_true(r.scored == 2 && r.open == 6 && r.scored < all); /* two of the first pass, four of the second */
}

static void test_sealed_in_time(void **state) {
  struct sealed_seen s = {0};
  (void)state;
  people();
  vg_time now = store_now(tx);
  for (int64_t w = 1; w < 80; w++)
    for (int i = 0; i < 3; i++)
      report("phishing", org[i], now - w * 7 * VG_DAY);
  (void)pass_of((struct anticipate_pass_options){.as_of = VG_NOTIME}, NULL, NULL);
  OK(anticipate_each_sealed(tx, VG_STR("incident"), see_sealed, &s, &err));
  /* The week under way, from its Tuesday evening on, is no foresight any more; the three after it are. */
  vg_time monday = (now / VG_DAY - (now / VG_DAY + 3) % 7) * VG_DAY;
  assert_int_equal(s.n, 4);
  assert_int_equal(s.late, now >= monday + 42 * VG_HOUR);
}

/* --- space and time -------------------------------------------------------------------------------------------------
 */
/* Independent and slow: the ratio from the definition, over every order of the weeks. */
static double slow_ratio(const int *place, const int *weeks_of, size_t n, int places) {
  double top = 0;
  for (int z = 0; z < places; z++)
    for (int first = CLUSTER_WEEKS - 1; first >= CLUSTER_WEEKS - CLUSTER_WINDOW; first--) {
      double in = 0, of_place = 0, of_weeks = 0;
      for (size_t i = 0; i < n; i++) {
        in += place[i] == z && weeks_of[i] >= first;
        of_place += place[i] == z;
        of_weeks += weeks_of[i] >= first;
      }
      double mu = of_place * of_weeks / (double)n;
      if (in > mu) {
        double r =
            in * log(in / mu) + ((double)n > in ? ((double)n - in) * log(((double)n - in) / ((double)n - mu)) : 0);
        top = r > top ? r : top;
      }
    }
  return top;
}
static void every_order(int *weeks_of, size_t at, size_t n, const int *place, double seen, int64_t *all,
                        int64_t *as_strong) {
  if (at == n) {
    ++*all;
    *as_strong += slow_ratio(place, weeks_of, n, 3) >= seen - 1e-12;
    return;
  }
  for (size_t i = at; i < n; i++) {
    int swap = weeks_of[at];
    weeks_of[at] = weeks_of[i];
    weeks_of[i] = swap;
    every_order(weeks_of, at + 1, n, place, seen, all, as_strong);
    swap = weeks_of[at];
    weeks_of[at] = weeks_of[i];
    weeks_of[i] = swap;
  }
}

static void test_permutation_scan(void **state) {
  static const struct {
    int place[8], week[8];
  } tables[] = {{{0, 0, 0, 1, 1, 2, 2, 2}, {25, 25, 24, 3, 9, 14, 25, 1}},
                {{0, 1, 2, 0, 1, 2, 0, 1}, {25, 3, 22, 7, 11, 25, 18, 24}},
                {{1, 1, 1, 1, 0, 0, 2, 2}, {25, 24, 25, 23, 1, 2, 3, 4}}};
  (void)state;
  for (size_t t = 0; t < VG_COUNT(tables); t++) {
    int shuffled[8], orders[8];
    struct cluster_best best, again;
    bool found;
    int64_t all = 0, as_strong = 0;
    memcpy(shuffled, tables[t].week, sizeof shuffled);
    memcpy(orders, tables[t].week, sizeof orders);
    struct cluster_events e = {tables[t].place, shuffled, 8, 3};
    OK(cluster_scan(&e, 42 + t, &best, &found, &err));
    double seen = slow_ratio(tables[t].place, tables[t].week, 8, 3);
    assert_true(found && fabs(best.ratio - seen) < 1e-9);
    every_order(orders, 0, 8, tables[t].place, seen, &all, &as_strong);
    double exact = (double)as_strong / (double)all, error = sqrt(exact * (1 - exact) / 1000);
    if (fabs(best.p - exact) > 4.5 * error + .002)
      fail_msg("table %zu: p %g, over all %lld orders %g", t, best.p, (long long)all, exact);
    memcpy(shuffled, tables[t].week, sizeof shuffled);
    OK(cluster_scan(&e, 42 + t, &again, &found, &err));
    assert_true(again.p == best.p && again.place == best.place && again.weeks == best.weeks);
  }
}

/* Not more incidents than ever, but all of them in one zone: no count is high, the place is. */
static void test_cluster_raised(void **state) {
  (void)state;
  people();
  for (int64_t w = 0; w < LAST_WEEK; w++)
    for (int i = 0; i < 3; i++)
      report("phishing", org[(size_t)(w * 3 + i) % VG_COUNT(org)], week(w) + i * VG_DAY);
  for (int64_t w = LAST_WEEK - 2; w <= LAST_WEEK; w++)
    burst("phishing", org[2], w, w == LAST_WEEK ? 4 : 3);
  (void)pass_at(LAST_WEEK + 1);
  assert_int_equal(
      count("SELECT COUNT(*) FROM anticipate_warning WHERE signature = 'cluster' AND about LIKE '%zone=SUDOUEST'"), 1);
  assert_int_equal(
      count("SELECT COUNT(*) FROM anticipate_reason WHERE message = 'anticipate.reason.scan' AND length(arg3) = 16"),
      1);
}

/* --- claims ---------------------------------------------------------------------------------------------------------
 */
static int64_t rejected_line;
static char rejected_why[64];
static void see_rejected(void *ctx, int64_t line, const struct vg_err *reason) {
  (void)ctx;
  rejected_line = line;
  vg_str_copy(rejected_why, sizeof rejected_why, vg_str_z(reason->cause[0].msg));
}

static struct anticipate_claims_read import(const char *text) {
  struct anticipate_claims in = {vg_str_z(text), VG_STR("list"), "f.csv", see_rejected, NULL};
  struct anticipate_claims_read out;
  OK(anticipate_claims_import(tx, &anne, &in, &out, &err));
  return out;
}

static void test_claims(void **state) {
  static const char list[] = "date,group,country,sector\n2021-01-08,lorenz,ZZ,unknown\n2021-01-08,lorenz,ZZ,"
                             "unknown\n2021-01-09,conti,FR,Energy\n";
  (void)state;
  assert_int_equal(import(list).added, 3); /* two equal rows are two claims */
  assert_int_equal(import(list).added, 0);
  assert_int_equal(count("SELECT COUNT(*) FROM anticipate_claim WHERE country = '' AND sector = ''"), 2);
  assert_int_equal(import("date,group,country,sector\n2021-01-08,lorenz,ZZ,unknown\n2021-01-08,lorenz,ZZ,unknown\n2021-"
                          "01-09,conti,FR,Energy\n2021-01-10,conti,FR,Energy\n")
                       .added,
                   1);
}

static void test_bad_claims(void **state) {
  static const struct {
    const char *row, *why;
  } bad[] = {{"08/01/2021,lorenz,,,", "anticipate.claim.day"},
             {"2199-01-08,lorenz,,,", "anticipate.claim.future"},
             {"2021-01-08,,,,", "anticipate.claim.family"},
             {"2021-01-08,lorenz,MARS,,", "anticipate.claim.zone"},
             {"2021-01-08,lorenz,,HUGE,", "anticipate.claim.size"},
             {"2021-01-08,lorenz,,,2020-12-01", "anticipate.claim.back"},
             {"2021-01-08,lorenz,,,2199-12-01", "anticipate.claim.future"}};
  (void)state;
  for (size_t i = 0; i < VG_COUNT(bad); i++) {
    char text[256];
    snprintf(text, sizeof text, "date,group,zone,size,known\n2021-02-%02zu,conti,EST,PME,\n%s\n", i + 1, bad[i].row);
    struct anticipate_claims_read r = import(text);
    assert_true(r.read == 2 && r.added == 1 && r.rejected == 1);
    assert_int_equal(rejected_line, 3);
    assert_string_equal(rejected_why, bad[i].why);
  }
  struct anticipate_claims in = {VG_STR("when,who\n2021,x\n"), VG_STR("list"), "f.csv", NULL, NULL};
  struct anticipate_claims_read out;
  assert_int_equal(anticipate_claims_import(tx, &anne, &in, &out, NULL), VG_EDATA);
}

#define IN_WORLD(t) cmocka_unit_test_setup_teardown(t, world_begin, world_end)
int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(test_surge_raised),
      IN_WORLD(test_quiet_week),
      IN_WORLD(test_rest_of_four_weeks),
      IN_WORLD(test_sightings_withdrawn),
      IN_WORLD(test_labelling_vetoes),
      IN_WORLD(test_true_rise_is_told),
      cmocka_unit_test(test_guard_numbers),
      IN_WORLD(test_coverage_vetoes),
      IN_WORLD(test_future_is_not_seen),
      IN_WORLD(test_not_from_the_future),
      IN_WORLD(test_vintages),
      IN_WORLD(test_sealed_and_scored),
      IN_WORLD(test_sealed_in_time),
      cmocka_unit_test(test_permutation_scan),
      IN_WORLD(test_cluster_raised),
      IN_WORLD(test_claims),
      IN_WORLD(test_bad_claims),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
