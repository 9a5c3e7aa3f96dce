/* anticipate: links between reports with their reasons, next targets with their gain, and coincidences as of an
 * instant. */
#include "world.h"

#include <math.h>

static int64_t org[6];
static void people(void) {
  static const char *const departments[] = {"56", "68", "33", "67", "29", "54"};
  for (size_t i = 0; i < VG_COUNT(org); i++) {
    char name[32];
    snprintf(name, sizeof name, "Entreprise %zu", i);
    org[i] = add_org(name, departments[i]);
  }
}

struct seen {
  size_t n;
  struct {
    char a[48], b[48], first_type[32], first_value[64];
    double weight;
    int64_t campaign;
    size_t things;
  } v[16];
};
static vg_code keep_link(void *ctx, const struct anticipate_link *l, struct vg_err *e) {
  struct seen *s = ctx;
  (void)e;
  if (s->n == VG_COUNT(s->v))
    return VG_OK;
  vg_str_copy(s->v[s->n].a, 48, l->end[0].report);
  vg_str_copy(s->v[s->n].b, 48, l->end[1].report);
  vg_str_copy(s->v[s->n].first_type, 32, l->because[0].type);
  vg_str_copy(s->v[s->n].first_value, 64, l->because[0].value);
  s->v[s->n].weight = l->weight;
  s->v[s->n].campaign = l->campaign;
  s->v[s->n++].things = l->things;
  return VG_OK;
}

/* Ten reports; what two of them share weighs ln(10/2), a technique half of it, what all share nothing. */
static void ten_reports(void) {
  people();
  for (int i = 0; i < 10; i++) {
    char report[32], own[32];
    snprintf(report, sizeof report, "match-run--%d", i);
    snprintf(own, sizeof own, "own-%d.example.org", i);
    see("domain-name", own, org[(size_t)i % VG_COUNT(org)], report, 10 + i);
    see("domain-name", "everywhere.example.org", org[(size_t)i % VG_COUNT(org)], report, 10 + i);
    see("ipv4-addr", "9.9.9.9", org[(size_t)i % VG_COUNT(org)], report, 10 + i);
  }
  see("domain-name", "relay.zzqx-one.net", org[0], "match-run--0", 10);
  see("domain-name", "relay.zzqx-one.net", org[1], "match-run--1", 11);
  see("attack-id", "T1014", org[0], "match-run--0", 10);
  see("attack-id", "T1014", org[1], "match-run--1", 11);
  see("sha256", "aa", org[2], "match-run--2", 12);
  see("sha256", "aa", org[3], "match-run--3", 13);
  see("cve", "CVE-2017-0144", org[4], "match-run--4", 14);
  see("cve", "CVE-2017-0144", org[5], "match-run--5", 15);
}

static void test_links(void **state) {
  struct seen s = {0};
  (void)state;
  ten_reports();
  OK(anticipate_each_link(tx, &anne, &(struct anticipate_link_query){REGIME_PREVENTION, VG_NOTIME, .5}, keep_link, &s,
                          &err));
  assert_int_equal(s.n, 2); /* nothing by the resolver, by what all met, or by the vulnerability */
  assert_string_equal(s.v[0].a, "match-run--0");
  assert_string_equal(s.v[0].b, "match-run--1");
  assert_true(fabs(s.v[0].weight - 1.5 * log(5)) < 1e-9);
  assert_string_equal(s.v[0].first_type, "domain-name");
  assert_string_equal(s.v[0].first_value, "relay.zzqx-one.net");
  assert_true(s.v[0].things == 2 && s.v[0].campaign == 1 && s.v[1].campaign == 2);
  assert_true(fabs(s.v[1].weight - log(5)) < 1e-9);
}

static void test_links_join(void **state) {
  struct seen s = {0};
  (void)state;
  ten_reports();
  see("mutex", "m-zzqx", org[1], "match-run--1", 11);
  see("mutex", "m-zzqx", org[2], "match-run--2", 12);
  OK(anticipate_each_link(tx, &anne, &(struct anticipate_link_query){REGIME_PREVENTION, VG_NOTIME, .5}, keep_link, &s,
                          &err));
  assert_int_equal(s.n, 3);
  assert_true(s.v[0].campaign == 1 && s.v[1].campaign == 1 && s.v[2].campaign == 1);
  s.n = 0;
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("match-run--1"), VG_STR("wrong log"), &err));
  OK(anticipate_each_link(tx, &anne, &(struct anticipate_link_query){REGIME_PREVENTION, VG_NOTIME, .5}, keep_link, &s,
                          &err));
  assert_int_equal(s.n, 1);
}

static void test_links_as_of(void **state) {
  struct seen s = {0};
  (void)state;
  ten_reports();
  OK(anticipate_each_link(tx, &anne, &(struct anticipate_link_query){REGIME_PREVENTION, (17000 + 12) * VG_DAY, .01},
                          keep_link, &s, &err));
  assert_int_equal(s.n, 1); /* of three reports: only the first two share what the third has not */
  assert_string_equal(s.v[0].b, "match-run--1");
}

/* --- next targets
 * -------------------------------------------------------------------------------------------------------- */
static void claim(int64_t day, const char *family, const char *sector, int64_t nth) {
  char pid[64];
  snprintf(pid, sizeof pid, "claim--%lld", (long long)nth);
  OK(store_exec(tx,
                "INSERT INTO anticipate_claim (pid, source, day, family, victim, country, sector, zone, size, nth, "
                "known, recorded) "
                "VALUES ($1,'list',$2,$3,'','',$4,'','',$5,$2,$2)",
                S_ARGS(S_Z(pid), S_TIME(day * VG_DAY), S_Z(family), S_Z(sector), S_INT(nth)), &err));
}
struct targets {
  size_t n;
  char value[8][32];
  double share[8], base[8];
};
static vg_code keep_target(void *ctx, const struct anticipate_target *t, struct vg_err *e) {
  struct targets *s = ctx;
  (void)e;
  if (s->n < 8) {
    vg_str_copy(s->value[s->n], 32, t->value);
    s->share[s->n] = t->share;
    s->base[s->n++] = t->base;
  }
  return VG_OK;
}

static void test_targets(void **state) {
  static const char *const sector[] = {"Energy", "Health", "Water", "Food", "Law"};
  struct targets t = {0};
  struct anticipate_target_score score;
  double sum = 0;
  (void)state;
  for (int64_t i = 0; i < 200; i++) {
    claim(17000 + i, "alpha", i % 4 ? "Health" : "Water", 2 * i);
    claim(17000 + i, "beta", sector[i % 5], 2 * i + 1);
  }
  OK(anticipate_targets(tx, VG_STR("alpha"), VG_STR("sector"), 17201 * VG_DAY, 8, keep_target, &t, &score, &err));
  assert_int_equal(t.n, 5);
  assert_string_equal(t.value[0], "Health");
  for (size_t i = 0; i < t.n; i++)
    sum += t.share[i];
  assert_true(fabs(sum - 1) < 1e-9);
  assert_true(t.share[0] > t.base[0] && t.share[0] < .75); /* drawn towards the base rate */
  assert_true(score.events > 200 && score.bits > 0 && score.top_profile >= score.top_base);
  assert_int_equal(score.of_family, 200);
  /* nothing of what comes later */
  struct targets early = {0};
  OK(anticipate_targets(tx, VG_STR("alpha"), VG_STR("sector"), 17100 * VG_DAY, 8, keep_target, &early, &score, &err));
  claim(17150, "alpha", "Law", 9999);
  struct targets again = {0};
  OK(anticipate_targets(tx, VG_STR("alpha"), VG_STR("sector"), 17100 * VG_DAY, 8, keep_target, &again, &score, &err));
  assert_memory_equal(&early, &again, sizeof early);
  assert_int_equal(
      anticipate_targets(tx, VG_STR("gamma"), VG_STR("sector"), VG_NOTIME, 8, keep_target, &t, &score, NULL),
      VG_ENOTFOUND);
  assert_int_equal(
      anticipate_targets(tx, VG_STR("alpha"), VG_STR("colour"), VG_NOTIME, 8, keep_target, &t, &score, NULL),
      VG_EUSAGE);
}

/* --- coincidences as of an instant
 * --------------------------------------------------------------------------------------- */
static vg_code write_down(void *ctx, const struct anticipate_warning *w, struct vg_err *e) {
  (void)e;
  vg_buf_fmt(ctx, "%.*s %d %.17g %.17g %lld\n", (int)w->about.n, w->about.p, w->level, w->p, w->expected,
             (long long)w->reports);
  return VG_OK;
}
static void preview_at(int64_t day, struct vg_buf *out) {
  struct anticipate_options o = {.now = (17000 + day) * VG_DAY, .preview = true};
  struct anticipate_scan scan;
  OK(anticipate_coincidence(tx, &anne, &o, write_down, out, &scan, &err));
}

static void test_coincidence_as_of(void **state) {
  struct vg_buf before, after;
  int64_t n;
  (void)state;
  vg_buf_init(&before, 1 << 16);
  vg_buf_init(&after, 1 << 16);
  people();
  for (int i = 0; i < 6; i++) {
    char own[32], report[32];
    snprintf(own, sizeof own, "own-%d.example.org", i);
    snprintf(report, sizeof report, "match-run--own-%d", i);
    see("domain-name", own, org[i], report, 10 + i * 5);
  }
  see("domain-name", "relay.zzqx-one.net", org[0], "match-run--a", 70);
  see("domain-name", "relay.zzqx-one.net", org[1], "match-run--b", 73);
  preview_at(80, &before);
  assert_true(before.n > 10);
  see("domain-name", "relay.zzqx-one.net", org[2], "match-run--c", 82);
  see("domain-name", "later.zzqx-two.net", org[4], "match-run--d", 83);
  see("domain-name", "later.zzqx-two.net", org[1], "match-run--e", 84);
  list_value(1, "domain-name", "listed.zzqx-three.net", "list", 80, "{}");
  preview_at(80, &after);
  assert_int_equal(before.n, after.n);
  assert_memory_equal(before.p, after.p, before.n);
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM anticipate_warning", S_NOARGS, &err));
  assert_int_equal(n, 0);
  vg_buf_reset(&after);
  preview_at(90, &after);
  assert_true(after.n > before.n);
  vg_buf_fini(&before);
  vg_buf_fini(&after);
}

#define IN_WORLD(t) cmocka_unit_test_setup_teardown(t, world_begin, world_end)
int main(void) {
  const struct CMUnitTest tests[] = {IN_WORLD(test_links), IN_WORLD(test_links_join), IN_WORLD(test_links_as_of),
                                     IN_WORLD(test_targets), IN_WORLD(test_coincidence_as_of)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
