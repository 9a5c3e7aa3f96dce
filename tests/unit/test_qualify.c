/* qualify: pieces move the verdict, and nobody confirms himself. */
#include "casework/casework.h"
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

static int verdict_of(char reliability, bool digest) {
  struct qualify_assessment a;
  qualify_begin(&a);
  qualify_add_listing(&a, &(struct qualify_listing){.source = VG_STR("one"),
                                                    .name = VG_STR(""),
                                                    .reliability = reliability,
                                                    .confidence = -1,
                                                    .digest = digest,
                                                    .fresh = 1});
  qualify_weigh(&a);
  return a.verdict;
}

/* One source alone: of a name it makes suspect, of a whole content a rated one suffices. */
static void test_one_source(void **state) {
  (void)state;
  for (char letter = 'A'; letter <= 'D'; letter++)
    assert_int_equal(verdict_of(letter, false), QUALIFY_SUSPICIOUS);
  assert_int_equal(verdict_of('A', true), QUALIFY_MALICIOUS);
  assert_int_equal(verdict_of('C', true), QUALIFY_MALICIOUS);
  assert_int_equal(verdict_of('D', true), QUALIFY_SUSPICIOUS);
  assert_int_equal(verdict_of('F', true), QUALIFY_SUSPICIOUS);
  assert_int_equal(verdict_of('E', true), QUALIFY_UNKNOWN);
}

static void test_four_eyes(void **state) {
  struct vg_id id;
  struct qualify_assessment a;
  (void)state;
  OK(qualify_open(tx, &anne, VG_STR("domain-name"), VG_STR("bad.zzqx-relay.net"), VG_STR("?"), VG_STR("Lynx"), &id,
                  &err));
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

static const struct qualify_piece *piece(const struct qualify_assessment *a, const char *key) {
  for (size_t i = 0; i < a->count; i++)
    if (!strcmp(a->piece[i].key, key))
      return &a->piece[i];
  fail_msg("no piece %s", key);
  abort(); /* not reached */
}

/* Two feeds of which the one is made from the other count once; which of them an analyst strikes does not matter. */
static void test_copies(void **state) {
  struct qualify_assessment a;
  int64_t pairs = 0;
  char value[64];
  (void)state;
  for (int i = 0; i < 40; i++) {
    snprintf(value, sizeof value, "c%d.zzqx-relay.net", i);
    list_value(100 + i, "domain-name", value, "original", -1, "{}");
    list_value(200 + i, "domain-name", value, "copy", -1, "{}");
    snprintf(value, sizeof value, "own%d.zzqx-relay.net", i);
    list_value(300 + i, "domain-name", i ? value : "c0.zzqx-relay.net", "other", -1, "{}");
  }
  OK(qualify_compare(tx, &anne, &pairs, &err));
  assert_int_equal(pairs, 3); /* the copy, and one value that the third has in common with both */
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("c1.zzqx-relay.net"), VG_NOTIME, &a, &err));
  const struct qualify_piece *copy = &a.piece[1];
  assert_string_equal(copy->reason, "qualify.because.copied");
  assert_true(copy->weight < 0.2 * copy->alone);
  double once = a.probability;
  a.piece[0].struck = true;
  qualify_weigh(&a);
  assert_true(a.probability > 0.9 * once && a.probability < once);
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("c0.zzqx-relay.net"), VG_NOTIME, &a, &err));
  copy = piece(&a, "assertion:other"); /* one value in common of forty is no copy */
  assert_string_equal(copy->reason, "qualify.because.assertion");
  assert_true(copy->weight > 0.9 * copy->alone);
}

/* Who looks with own eyes is first half of the time; who repeats is not. */
static void test_order(void **state) {
  (void)state;
  assert_true(qualify_copied(100, 90, 45, 45) < 0.6 * qualify_copied(100, 90, 90, 0));
  assert_true(qualify_copied(0, 0, 0, 0) > 0.29 && qualify_copied(0, 0, 0, 0) < 0.31);
  assert_true(qualify_copied(1000000, 0, 0, 0) < 0.001);
  assert_true(qualify_fresh(TYPE_IPV4, 0) > 0.99 && qualify_fresh(TYPE_IPV4, 4000 * VG_DAY) > 0.09);
  assert_true(qualify_fresh(TYPE_SHA256, 400 * VG_DAY) > 5 * qualify_fresh(TYPE_IPV4, 400 * VG_DAY));
}

static void bring(const char *text, enum qualify_warning kind, vg_code expected) {
  char path[] = "/tmp/vigie-list-XXXXXX";
  int fd = mkstemp(path);
  struct qualify_warnings w = {.path = path, .name = text[0] == '{' ? NULL : "mine", .kind = kind};
  assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  close(fd);
  assert_int_equal(qualify_warnings_import(tx, &anne, &w, NULL), expected);
  unlink(path);
}

static void test_warning_lists(void **state) {
  struct qualify_assessment a;
  (void)state;
  list_value(1, "domain-name", "big.zzqx-relay.net", "one", 90, "{}");
  list_value(2, "domain-name", "big.zzqx-relay.net", "two", 90, "{}");
  OK(qualify_source_rate(tx, &anne, VG_STR("one"), 'A', VG_STR("known"), &err));
  OK(qualify_source_rate(tx, &anne, VG_STR("two"), 'A', VG_STR("known"), &err));
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("big.zzqx-relay.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
  bring("{\"name\":\"popular\",\"type\":\"string\",\"list\":[\"big.zzqx-relay.net\",\"other.zzqx-relay.net\"]}",
        QUALIFY_WARNING_BENIGN, VG_OK);
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("www.big.zzqx-relay.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_BENIGN);
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("below.big.zzqx-relay.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_UNKNOWN); /* a list of strings speaks for these names only */
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("big.zzqx-relay.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_SUSPICIOUS); /* however many sources say so: a person has to */
  assert_true(a.probability > 0.95);
  for (size_t i = 0; i < a.count; i++)
    a.piece[i].struck = !strcmp(a.piece[i].key, "list:popular");
  qualify_weigh(&a);
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
  bring("{\"name\":\"ranges\",\"type\":\"cidr\",\"list\":[\"45.10.0.0/16\",\"not a network\"]}", QUALIFY_WARNING_SHARED,
        VG_OK);
  OK(qualify_assess(tx, VG_STR("ipv4"), VG_STR("45.10.7.7"), VG_NOTIME, &a, &err));
  assert_string_equal(piece(&a, "list:ranges")->reason, "qualify.because.shared");
  bring("{\"name\":\"below\",\"type\":\"hostname\",\"list\":[\".zzqx-up.net\"]}", QUALIFY_WARNING_BENIGN, VG_OK);
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("a.b.zzqx-up.net"), VG_NOTIME, &a, &err));
  (void)piece(&a, "list:below");
  bring("{\"name\":\"below\",\"type\":\"hostname\",\"list\":[\"elsewhere.zzqx-up.net\"]}", QUALIFY_WARNING_BENIGN,
        VG_OK);
  OK(qualify_assess(tx, VG_STR("domain"), VG_STR("a.b.zzqx-up.net"), VG_NOTIME, &a, &err));
  assert_int_equal(a.count, 1); /* the list was replaced */
  bring("{\"name\":\"r\",\"type\":\"regex\",\"list\":[\"a.*\"]}", QUALIFY_WARNING_BENIGN, VG_EDATA);
  bring("{\"name\":3}", QUALIFY_WARNING_BENIGN, VG_EDATA);
  bring("# nothing\n?!\n", QUALIFY_WARNING_BENIGN, VG_EDATA);
}

static vg_code count_request(void *ctx, const struct qualify_request *r, struct vg_err *e) {
  (void)r, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static int due(vg_time at, vg_time within) {
  int n = 0;
  OK(qualify_each_due(tx, at, within, count_request, &n, &err));
  return n;
}

static void test_terms(void **state) {
  struct vg_id id;
  vg_time now = store_now(tx);
  struct qualify_terms t = {.basis = "prevention", .deadline = now + 2 * VG_DAY, .tlp = TLP_RED, .pap = PAP_RED};
  (void)state;
  OK(qualify_open(tx, &anne, VG_STR("url"), VG_STR("http://bad.zzqx-relay.net/x"), VG_STR("?"), VG_STR("Lynx"), &id,
                  &err));
  vg_str pid = vg_id_str(&id);
  OK(qualify_set_terms(tx, &anne, pid, &t, &err));
  assert_int_equal(
      qualify_set_terms(tx, &anne, pid,
                        &(struct qualify_terms){.basis = "whim", .deadline = VG_NOTIME, .tlp = -1, .pap = -1}, NULL),
      VG_EUSAGE);
  assert_int_equal(due(now, VG_DAY), 0);
  assert_int_equal(due(now, 3 * VG_DAY), 1);
  assert_int_equal(due(now + 9 * VG_DAY, 0), 1); /* late */
  assert_int_equal(qualify_ask_own(tx, &anne, pid, VG_STR("laboratory"), NULL), VG_ENOTFOUND);
  struct person lou = {.name = "Lou", .role = ROLE_ANALYST, .from = now - VG_DAY, .to = now - 1};
  OK(territory_person_add(tx, &anne, &lou, VG_STR(""), &err));
  assert_int_equal(qualify_ask_own(tx, &anne, pid, VG_STR("Lou"), NULL), VG_EDENIED); /* her mandate is over */
  lou.to = VG_NOTIME;
  lou.from = now;
  OK(territory_mandate_add(tx, &anne, &lou, &err));
  OK(qualify_ask_own(tx, &anne, pid, VG_STR("Lou"), &err));
  OK(qualify_decide(tx, &anne, pid, QUALIFY_BENIGN, VG_STR("sure"), &err));
  OK(qualify_confirm(tx, &paul, pid, &err));
  assert_int_equal(due(now, 9 * VG_DAY), 0);
  assert_int_equal(qualify_set_terms(tx, &anne, pid, &t, NULL), VG_ESTATE);
}

struct figures {
  struct qualify_turnaround whole, lynx;
  int parties;
};
static vg_code keep_figures(void *ctx, const struct qualify_turnaround *t, struct vg_err *e) {
  struct figures *f = ctx;
  (void)e;
  f->parties++;
  if (!t->to.n)
    f->whole = *t;
  else if (vg_str_eqz(t->to, "Lynx"))
    f->lynx = *t;
  return VG_OK;
}

/* The clock of a transaction stands still: the rows are given the times that they would have had. */
static void test_turnaround(void **state) {
  static const int hours[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 100};
  struct figures f = {0};
  (void)state;
  for (size_t i = 0; i <= VG_COUNT(hours); i++) {
    struct vg_id id;
    char value[64];
    int64_t row;
    snprintf(value, sizeof value, "t%zu.zzqx-relay.net", i);
    OK(qualify_open(tx, &anne, VG_STR("domain"), vg_str_z(value), VG_STR("?"), VG_STR("us"), &id, &err));
    vg_str pid = vg_id_str(&id);
    OK(qualify_ask(tx, &anne, pid, VG_STR("Lynx"), &err));
    OK(qualify_set_terms(
        tx, &anne, pid, &(struct qualify_terms){.deadline = store_now(tx) + 10 * VG_HOUR, .tlp = -1, .pap = -1}, &err));
    if (i == VG_COUNT(hours))
      break; /* never answered */
    OK(qualify_answer(tx, &anne, pid, VG_STR("Lynx"), QUALIFY_BENIGN, VG_STR("B2"), VG_STR(""), &err));
    OK(store_get_int(tx, &row, "SELECT id FROM qualify_request WHERE pid = $1", S_ARGS(S_STR(pid)), &err));
    OK(store_exec(tx, "UPDATE qualify_answer SET time = $2 WHERE request = $1",
                  S_ARGS(S_INT(row), S_TIME(store_now(tx) + hours[i] * VG_HOUR)), &err));
  }
  OK(qualify_each_turnaround(tx, store_now(tx), keep_figures, &f, &err));
  assert_int_equal(f.parties, 2);
  assert_int_equal(f.whole.asked, 11);
  assert_int_equal(f.whole.answered, 0);
  assert_true(f.whole.median == VG_NOTIME);
  assert_int_equal(f.lynx.asked, 11);
  assert_int_equal(f.lynx.answered, 10);
  assert_int_equal(f.lynx.late, 1);
  assert_true(f.lynx.median == 11 * VG_HOUR / 2);
  assert_true(f.lynx.p90 == 9 * VG_HOUR);
}

/* A case is a question for the house. */
static void test_affair(void **state) {
  struct vg_id id;
  struct qualify_assessment a;
  struct affair affair = {.frame = "preliminary", .ref = "2026/7"};
  struct incident in = {.org = add_org("Scierie", "35"),
                        .happened = store_now(tx),
                        .known = store_now(tx),
                        .reported = VG_NOTIME,
                        .kind = "ransomware",
                        .summary = "locked"};
  static const char *const offence[] = {"CP323-2-1"};
  (void)state;
  OK(casework_seed(tx, &err));
  OK(casework_incident_add(tx, &anne, &in, &err));
  affair.incident = in.pid;
  OK(casework_case_open(tx, &anne, &affair, offence, 1, VG_STR(""), &err));
  assert_int_equal(qualify_open(tx, &anne, VG_STR("case"), VG_STR("2026/8"), VG_STR("?"), VG_STR("us"), &id, NULL),
                   VG_ENOTFOUND);
  OK(qualify_open(tx, &anne, VG_STR("case"), VG_STR("2026/7"), VG_STR("Whose work?"), VG_STR("us"), &id, &err));
  vg_str pid = vg_id_str(&id);
  assert_int_equal(qualify_ask(tx, &anne, pid, VG_STR("Lynx"), NULL), VG_EDENIED);
  OK(qualify_answer(tx, &anne, pid, VG_STR("laboratory"), QUALIFY_MALICIOUS, VG_STR("A1"), VG_STR("a loader"), &err));
  OK(qualify_assess_request(tx, pid, VG_NOTIME, &a, &err));
  assert_int_equal(a.verdict, QUALIFY_MALICIOUS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_assess, world_begin, world_end),
      cmocka_unit_test(test_one_source),
      cmocka_unit_test_setup_teardown(test_four_eyes, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_upheld, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_copies, world_begin, world_end),
      cmocka_unit_test(test_order),
      cmocka_unit_test_setup_teardown(test_terms, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_turnaround, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_affair, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_warning_lists, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
