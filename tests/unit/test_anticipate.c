/* anticipate: a coincidence is told; without one of its reasons it is not; and no name matters. */
#include "world.h"

static int64_t ouest, est, other[12];

static void people(void) {
  static const char *const departments[] = {"33", "40", "67", "68", "56", "35", "29", "54", "57", "64", "44", "49"};
  ouest = add_org("Menuiserie", "56");
  est = add_org("Brasserie", "68");
  for (size_t i = 0; i < VG_COUNT(other); i++) {
    char name[32], value[64], report[48];
    snprintf(name, sizeof name, "Autre %zu", i);
    other[i] = add_org(name, departments[i]);
    /* the ordinary life of the others: values of their own */
    snprintf(value, sizeof value, "own-%zu.example-net.org", i);
    snprintf(report, sizeof report, "match-run--own-%zu", i);
    see("domain-name", value, other[i], report, (int64_t)i * 5);
  }
}

static struct anticipate_scan scan(void) {
  struct anticipate_options o = {.now = VG_NOTIME};
  struct anticipate_scan out;
  OK(anticipate_coincidence(tx, &anne, &o, NULL, NULL, &out, &err));
  return out;
}

static void test_two_strangers(void **state) {
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  see("sha256", "aa", ouest, "match-run--a", 70);
  see("sha256", "aa", est, "match-run--b", 73);
  struct anticipate_scan s = scan();
  assert_int_equal(s.raised, 1); /* the same reports: one warning, not two */
  s = scan();
  assert_int_equal(s.raised, 0);
  assert_int_equal(s.kept, 1);
}

/* One company's proxy and DNS logs are two reports of one event; what the same two met a season later is another. */
static void test_one_event_told_twice(void **state) {
  (void)state;
  int64_t reports, values;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--proxy", 73);
  see("sha256", "aa", ouest, "match-run--a", 71);
  see("sha256", "aa", est, "match-run--dns", 74);
  assert_int_equal(scan().raised, 1);
  OK(store_get_int(tx, &reports, "SELECT COUNT(*) FROM anticipate_report", S_NOARGS, &err));
  OK(store_get_int(tx, &values, "SELECT COUNT(*) FROM anticipate_value", S_NOARGS, &err));
  assert_int_equal(reports, 3);
  assert_int_equal(values, 2);
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("match-run--dns"), VG_STR("wrong log"), &err));
  struct anticipate_scan s = scan(); /* it shrinks, and stands on what is left */
  assert_true(s.withdrawn == 0 && s.kept == 1);
  OK(store_get_int(tx, &reports, "SELECT COUNT(*) FROM anticipate_report", S_NOARGS, &err));
  assert_int_equal(reports, 2);
  see("sha256", "bb", ouest, "match-run--c", 160);
  see("sha256", "bb", est, "match-run--d", 163);
  assert_int_equal(scan().raised, 1);
}

/* Companies of the same sector in other zones are told, and on an alert every zone with a referent. */
static void test_whom_to_tell(void **state) {
  struct person p = {
      .name = "Marie", .zone = "NORD", .login = "marie", .role = ROLE_REFERENT, .from = 0, .to = VG_NOTIME};
  int64_t n = 0;
  (void)state;
  people();
  OK(territory_person_add(tx, &anne, &p, VG_STR("un mot de passe long"), &err));
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 1);
  OK(store_get_int(tx, &n, "SELECT count(*) FROM anticipate_zone WHERE role = 'seen'", S_NOARGS, &err));
  assert_int_equal(n, 2);
  OK(store_get_int(tx, &n, "SELECT count(*) FROM anticipate_zone WHERE role = 'tell' AND zone = 'SUDOUEST'", S_NOARGS,
                   &err));
  assert_int_equal(n, 1);
  OK(store_get_int(
      tx, &n,
      "SELECT count(*) FROM anticipate_zone z JOIN anticipate_warning w ON w.id = z.warning WHERE w.level = 0 OR z.zone = 'NORD'",
      S_NOARGS, &err));
  assert_true(n > 0);
}

static vg_code keep_warning(void *ctx, const struct anticipate_warning *w, struct vg_err *e) {
  struct {
    int64_t id;
    struct vg_id pid;
  } *to = ctx;
  (void)e;
  to->id = w->id;
  to->pid = vg_id_of(w->pid);
  return VG_OK;
}

static void test_judged(void **state) {
  struct {
    int64_t id;
    struct vg_id pid;
  } w;
  struct anticipate_record r;
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 1);
  OK(anticipate_each_warning(tx, true, keep_warning, &w, &err));
  OK(anticipate_record_of(tx, w.id, &r, &err));
  assert_true(r.raised == 1 && r.judged == 0 && r.own == -1);
  assert_int_equal(anticipate_judge(tx, &anne, vg_id_str(&w.pid), true, VG_STR(" "), NULL), VG_EUSAGE);
  assert_int_equal(anticipate_judge(tx, &anne, VG_STR("warning--0"), true, VG_STR("x"), NULL), VG_ENOTFOUND);
  OK(anticipate_judge(tx, &anne, vg_id_str(&w.pid), false, VG_STR("an update server"), &err));
  OK(anticipate_record_of(tx, w.id, &r, &err));
  assert_true(r.judged == 1 && r.confirmed == 0 && r.own == 0 && r.false_a_year > 0.99);
  OK(anticipate_judge(tx, &anne, vg_id_str(&w.pid), true, VG_STR("not an update server after all"), &err));
  OK(anticipate_record_of(tx, w.id, &r, &err));
  assert_true(r.judged == 1 && r.confirmed == 1 && r.own == 1 && r.false_a_year < 0.01);
}

static void test_report_withdrawn(void **state) {
  int64_t n = 0;
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 1);
  OK(store_exec(tx, "UPDATE intel_sighting SET withdrawn = 1 WHERE report = 'match-run--b'", S_NOARGS, &err));
  assert_int_equal(scan().withdrawn, 1);
  OK(store_get_int(
      tx, &n,
      "SELECT count(*) FROM anticipate_warning WHERE state = 'withdrawn' AND withdrawn_why = 'anticipate.withdrawn.report'",
      S_NOARGS, &err));
  assert_int_equal(n, 1);
  /* what was known a week before it was taken back: both reports */
  struct anticipate_options before = {.now = (17000 + 75) * VG_DAY, .window = 14 * VG_DAY, .preview = true};
  struct anticipate_scan seen;
  OK(store_exec(tx, "UPDATE intel_sighting SET withdrawn_at = $1 WHERE withdrawn = 1",
                S_ARGS(S_TIME((17000 + 82) * VG_DAY)), &err));
  OK(anticipate_coincidence(tx, &anne, &before, NULL, NULL, &seen, &err));
  assert_int_equal(seen.raised, 1);
  before.now = (17000 + 83) * VG_DAY;
  OK(anticipate_coincidence(tx, &anne, &before, NULL, NULL, &seen, &err));
  assert_int_equal(seen.raised, 0);
}

static void test_same_organisation(void **state) {
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", est, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 0);
}

static void test_same_zone(void **state) {
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", other[2], "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 0);
}

static void test_one_report_for_two(void **state) {
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 70);
  see("domain-name", "zzqx-relay.net", est, "match-run--a", 73);
  assert_int_equal(scan().raised, 0);
}

static void test_too_far_apart(void **state) {
  (void)state;
  people();
  see("domain-name", "zzqx-relay.net", ouest, "match-run--a", 30);
  see("domain-name", "zzqx-relay.net", est, "match-run--b", 50);
  assert_int_equal(scan().raised, 0);
}

static void test_public_resolver(void **state) {
  (void)state;
  people();
  see("ipv4-addr", "8.8.8.8", ouest, "match-run--a", 70);
  see("ipv4-addr", "8.8.8.8", est, "match-run--b", 73);
  see("ipv4-addr", "192.168.1.1", ouest, "match-run--a", 70);
  see("ipv4-addr", "192.168.1.1", est, "match-run--b", 73);
  assert_int_equal(scan().raised, 0);
}

static void test_common_value(void **state) {
  (void)state;
  people();
  for (size_t i = 0; i < VG_COUNT(other); i++) {
    char report[48];
    snprintf(report, sizeof report, "match-run--common-%zu", i);
    see("domain-name", "everybody.example-cdn.org", other[i], report, (int64_t)i * 5);
  }
  see("domain-name", "everybody.example-cdn.org", ouest, "match-run--a", 90);
  see("domain-name", "everybody.example-cdn.org", est, "match-run--b", 93);
  assert_int_equal(scan().raised, 0);
}

/* A set of six techniques that nobody else shows; then the same two with what everybody shows. */
static void show_techniques(int64_t org, const char *report, int64_t day, const char *const *t) {
  for (; *t; t++)
    see("attack-id", *t, org, report, day);
}
static void test_technique_set(void **state) {
  static const char *const rare[] = {"T1003.004", "T1014",     "T1059.011", "T1127.002", "T1176", "T1205.002",
                                     "T1480.001", "T1546.016", "T1553.005", "T1601.001", NULL};
  int64_t n;
  (void)state;
  people();
  show_techniques(ouest, "analysis-run--a", 70, rare);
  show_techniques(est, "analysis-run--b", 73, rare);
  assert_int_equal(scan().raised, 1);
  OK(store_get_int(
      tx, &n,
      "SELECT COUNT(*) FROM anticipate_warning WHERE about_type = 'technique-set' AND about LIKE 'T1003.004 T1014 %'",
      S_NOARGS, &err));
  assert_int_equal(n, 1);
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("analysis-run--b"), VG_STR("wrong case"), &err));
  assert_int_equal(scan().withdrawn, 1);
  OK(store_get_int(tx, &n,
                   "SELECT COUNT(*) FROM anticipate_warning WHERE withdrawn_why = 'anticipate.withdrawn.report'",
                   S_NOARGS, &err));
  assert_int_equal(n, 1);
}
static void test_common_techniques(void **state) {
  static const char *const common[] = {"T1059", "T1566", "T1204", "T1105", "T1027", "T1486", NULL};
  (void)state;
  people();
  for (size_t i = 0; i < VG_COUNT(other); i++) {
    char report[48];
    snprintf(report, sizeof report, "analysis-run--other-%zu", i);
    show_techniques(other[i], report, (int64_t)i * 20, common);
  }
  show_techniques(ouest, "analysis-run--a", 370, common);
  show_techniques(est, "analysis-run--b", 373, common);
  assert_int_equal(scan().raised, 0);
}
static void test_same_organisation_techniques(void **state) {
  static const char *const rare[] = {"T1003.004", "T1014",     "T1059.011", "T1127.002", "T1176", "T1205.002",
                                     "T1480.001", "T1546.016", "T1553.005", "T1601.001", NULL};
  (void)state;
  people();
  show_techniques(est, "analysis-run--a", 70, rare);
  show_techniques(est, "analysis-run--b", 73, rare);
  assert_int_equal(scan().raised, 0);
}

/* Two builds of one program: no digest is equal, yet the files are one thing. Two programs are not. */
static const char akin_a[] = "T1AF74AD89B6257A65DE3A727411C78FC1B994D007602253AFE040F397BC17BEA3E7A1E4",
                  akin_b[] = "T1AF74AD89B6257A65DE3A727411C78FC1B994D007602253AFE040F397BC17BEA3E7A1E5",
                  other_program[] = "T1FCB34987E6C292F5EA9645B1136EF33F6E720202A711A5C3D7416C61ED216E2B33D34E";
static void test_akin_files(void **state) {
  int64_t n;
  (void)state;
  people();
  see("tlsh", akin_a, ouest, "analysis-run--a", 70);
  see("tlsh", akin_b, est, "analysis-run--b", 73);
  assert_int_equal(scan().raised, 1);
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM anticipate_reason WHERE message = 'anticipate.reason.akin'", S_NOARGS,
                   &err));
  assert_int_equal(n, 1);
  assert_int_equal(scan().kept, 1);
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("analysis-run--a"), VG_STR("wrong file"), &err));
  assert_int_equal(scan().withdrawn, 1);
}
static void test_unlike_files(void **state) {
  (void)state;
  people();
  see("tlsh", akin_a, ouest, "analysis-run--a", 70);
  see("tlsh", other_program, est, "analysis-run--b", 73);
  assert_int_equal(scan().raised, 0);
}

/* Other names, same numbers. */
static vg_code keep_p(void *ctx, const struct anticipate_warning *w, struct vg_err *e) {
  (void)e;
  *(double *)ctx = w->p;
  return VG_OK;
}

static void test_renaming(void **state) {
  double p[2] = {0};
  for (int i = 0; i < 2; i++) {
    if (i) {
      world_end(state);
      world_begin(state);
    }
    people();
    see("domain-name", i ? "aaaa.example-one.org" : "zzqx-relay.net", ouest, "match-run--a", 70);
    see("domain-name", i ? "aaaa.example-one.org" : "zzqx-relay.net", est, "match-run--b", 73);
    assert_int_equal(scan().raised, 1);
    OK(anticipate_each_warning(tx, true, keep_p, &p[i], &err));
  }
  assert_true(p[0] > 0 && p[0] < 0.05);
  assert_true(p[0] >= p[1] && p[0] <= p[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_two_strangers, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_one_event_told_twice, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_whom_to_tell, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_judged, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_report_withdrawn, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_same_organisation, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_same_zone, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_one_report_for_two, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_too_far_apart, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_public_resolver, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_common_value, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_technique_set, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_common_techniques, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_same_organisation_techniques, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_akin_files, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_unlike_files, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_renaming, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
