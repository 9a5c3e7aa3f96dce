/* qualify: pieces move the verdict, and nobody confirms himself. */
#include "world.h"

static struct actor paul = {.person = 2, .id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000002"}, .name = "Paul"};

static void test_assess(void **state) {
  struct qualify_assessment a;
  (void)state;
  OK(qualify_assess(tx, VG_STR("domain-name"), VG_STR("bad.zzqx-relay.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN);
  list_value(1, "domain-name", "bad.zzqx-relay.net", "one", 85, "{}");
  list_value(2, "domain-name", "bad.zzqx-relay.net", "two", 85, "{}");
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("bad[.]zzqx-relay[.]net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_SUSPICIOUS); /* nobody has rated the two */
  OK(qualify_source_rate(tx, &anne, VG_STR("one"), 'A', VG_STR("known"), &err));
  OK(qualify_source_rate(tx, &anne, VG_STR("two"), 'E', VG_STR("wrong often"), &err));
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("bad[.]zzqx-relay[.]net"), VG_NOTIME, &a, &err));
  double strict = a.probability;
  OK(qualify_source_rate(tx, &anne, VG_STR("two"), 'B', VG_STR("better now"), &err));
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("bad[.]zzqx-relay[.]net"), VG_NOTIME, &a, &err));
  assert_true(a.probability > strict);
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
  assert_int_equal(qualify_source_rate(tx, &anne, VG_STR("two"), 'G', VG_STR(""), NULL), VG_EUSAGE);
  assert_int_equal(a.count, 3); /* the two, and where the sum starts */
  assert_string_equal(a.piece[2].key, "prior");
  a.piece[0].struck = a.piece[1].struck = true;
  qualify_weigh(&a);
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN);
  OK(qualify_assess(tx, VG_STR("ipv4"), VG_STR("8.8.8.8"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_BENIGN);
  assert_int_equal(qualify_assess(tx, VG_STR("nothing"), VG_STR("x"), VG_NOTIME, &a, NULL), VG_EUSAGE);
}

static void test_four_eyes(void **state) {
  struct vg_id id;
  struct qualify_assessment a;
  (void)state;
  OK(qualify_open(tx, &anne, VG_STR("domain-name"), VG_STR("bad.zzqx-relay.net"), VG_STR("?"), VG_STR("Lynx"), &id, &err));
  vg_str pid = vg_id_str(&id);
  assert_int_equal(qualify_confirm(tx, &paul, pid, NULL), VG_ESTATE);
  OK(qualify_answer(tx, &anne, pid, VG_STR("CERT"), QUALIFY_MALICIOUS, VG_STR("A1"), VG_STR("seen"), &err));
  OK(qualify_assess_request(tx, pid, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
  OK(qualify_strike(tx, &anne, pid, vg_str_z(a.piece[0].key), true, VG_STR("hearsay"), &err));
  OK(qualify_assess_request(tx, pid, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN);
  OK(qualify_decide(tx, &anne, pid, QUALIFY_MALICIOUS, VG_STR("sure"), &err));
  assert_int_equal(qualify_confirm(tx, &anne, pid, NULL), VG_EDENIED);
  OK(qualify_confirm(tx, &paul, pid, &err));
  assert_int_equal(qualify_decide(tx, &anne, pid, QUALIFY_BENIGN, VG_STR(""), NULL), VG_ESTATE);
}

/* What two persons upheld is evidence for everybody who asks, until its piece is struck. */
static void test_upheld(void **state) {
  struct vg_id id;
  struct qualify_assessment a;
  vg_str type = VG_STR("domain-name"), value = VG_STR("bad.zzqx-relay.net");
  (void)state;
  OK(qualify_open(tx, &anne, type, value, VG_STR("?"), VG_STR("Lynx"), &id, &err));
  vg_str pid = vg_id_str(&id);
  OK(qualify_answer(tx, &anne, pid, VG_STR("Lynx"), QUALIFY_MALICIOUS, VG_STR("B2"), VG_STR("seen"), &err));
  OK(qualify_assess(tx, type, value, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN);
  OK(qualify_decide(tx, &anne, pid, QUALIFY_MALICIOUS, VG_STR("sure"), &err));
  OK(qualify_confirm(tx, &paul, pid, &err));
  OK(qualify_assess(tx, type, value, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
  assert_string_equal(a.piece[0].reason, "qualify.because.confirmed");
  assert_string_equal(a.piece[0].arg[0], "Lynx");
  assert_int_equal(qualify_strike(tx, &anne, pid, VG_STR("answer:999"), true, VG_STR(""), NULL), VG_ENOTFOUND);
  assert_int_equal(qualify_strike(tx, &anne, pid, VG_STR("prior"), true, VG_STR(""), NULL), VG_ENOTFOUND);
  OK(qualify_strike(tx, &anne, pid, vg_str_z(a.piece[0].key), true, VG_STR("hearsay"), &err));
  OK(qualify_assess(tx, type, value, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN);
  assert_int_equal(qualify_confirm(tx, &paul, pid, NULL), VG_ESTATE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_assess, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_four_eyes, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_upheld, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
