/* share: collections. What comes goes on the shelf once, in its order, and passes the gate again when it is fetched. */
#include "world.h"

#define GREEN "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
#define RED "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
#define OLD "2026-01-01T00:00:00.000Z"
#define NEW "2026-02-01T00:00:00.000Z"
#define OBJECT(n, modified, mark, rest)                                                                                \
  "{\"type\":\"" rest ",\"id\":\"" n "-1111-4111-8111-111111111111\",\"spec_version\":\"2.1\",\"created\":\"" OLD      \
  "\",\"modified\":\"" modified "\",\"object_marking_refs\":[\"" mark "\"]}"
#define INDICATOR(n, modified, mark)                                                                                   \
  OBJECT(                                                                                                              \
      "indicator--" n, modified, mark,                                                                                 \
      "indicator\",\"pattern\":\"[domain-name:value = 'x.example']\",\"pattern_type\":\"stix\",\"valid_from\":\"" OLD  \
      "\"")
#define LINK(n, from, to)                                                                                              \
  OBJECT("relationship--" n, OLD, GREEN,                                                                               \
         "relationship\",\"relationship_type\":\"related-to\",\"source_ref\":\"indicator--" from                       \
         "-1111-4111-8111-111111111111\",\"target_ref\":\"indicator--" to "-1111-4111-8111-111111111111\"")

static struct share_collection mine;

static void bring(const char *objects, const char *source) {
  struct intel_import in = {.path = "test", .text = vg_str_z(objects), .source = source, .format = FORMAT_STIX};
  OK(intel_import(tx, &anne, &in, &err));
  assert_int_equal(in.rejected, 0);
}

static vg_code choose(void *ctx, const struct share_collection *c, struct vg_err *e) {
  (void)e;
  if (c->convention.s[0])
    *(struct share_collection *)ctx = *c;
  return VG_OK;
}

static int64_t bind(int direction, int64_t from_days, int64_t to_days) {
  int64_t org = add_org("Lynx", "75");
  struct convention c = {.partner = org,
                         .direction = direction,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .purposes = "prevention",
                         .classes = "*",
                         .from = store_now(tx) + from_days * VG_DAY,
                         .to = store_now(tx) + to_days * VG_DAY};
  OK(share_convention_add(tx, &anne, &c, &err));
  OK(share_each_collection(tx, org, choose, &mine, &err));
  return org;
}

/* First letters of kind and number of what is fetched: "i1 i4 r1". */
static vg_code note(void *ctx, const struct share_item *i, struct vg_err *e) {
  char *text = ctx;
  (void)e;
  size_t n = strlen(text), dash = vg_str_find(i->id, VG_STR("--"), 0);
  snprintf(text + n, 200 - n, "%s%c%c", n ? " " : "", i->id.p[0], i->id.p[dash + 2]);
  return VG_OK;
}

static const char *fetch(struct share_fetch f) {
  static char text[200];
  text[0] = 0;
  f.limit = f.limit ? f.limit : 100;
  OK(share_fetch(tx, &anne, &mine, &f, note, text, &err));
  return text;
}
#define ALL ((struct share_fetch){.added_after = VG_NOTIME})

static void test_in_order_and_parts(void **state) {
  struct share_fetch f = {.added_after = VG_NOTIME, .limit = 2};
  char text[200] = "";
  (void)state;
  bind(SHARE_BOTH, -1, 100);
  /* the link comes before its ends and waits for them; what waited is refused only when they stay */
  bring("[" LINK("11111111", "11111111", "22222222") "," INDICATOR("11111111", OLD,
                                                                   GREEN) "," INDICATOR("22222222", OLD, GREEN) "]",
        "s");
  OK(share_fetch(tx, &anne, &mine, &f, note, text, &err));
  assert_string_equal(text, "i1 i2");
  assert_true(f.next != 0 && f.first < f.last);
  f = (struct share_fetch){.added_after = VG_NOTIME, .limit = 2, .after = f.next};
  text[0] = 0;
  OK(share_fetch(tx, &anne, &mine, &f, note, text, &err));
  assert_string_equal(text, "r1");
  assert_int_equal(f.next, 0);
  assert_string_equal(fetch((struct share_fetch){.added_after = f.last}), "");
  int64_t n;
  OK(store_get_int(tx, &n, "SELECT count(*) FROM share_release WHERE allowed = 0", S_NOARGS, &err));
  assert_int_equal(n, 0);
  OK(store_get_int(tx, &n, "SELECT count(*) FROM share_release WHERE allowed = 1", S_NOARGS, &err));
  assert_int_equal(n, 3); /* each fetch of each object */
}

static void test_links_wait(void **state) {
  int64_t n;
  (void)state;
  bind(SHARE_BOTH, -1, 100);
  bring("[" LINK("11111111", "11111111", "22222222") "," INDICATOR("11111111", OLD, GREEN) "]", "s");
  assert_string_equal(fetch(ALL), "i1");
  OK(store_get_int(tx, &n, "SELECT count(*) FROM share_release WHERE rule = 'share.rule.end'", S_NOARGS, &err));
  assert_int_equal(n, 1);
  bring("[" INDICATOR("22222222", OLD, GREEN) "]", "t");
  assert_string_equal(fetch(ALL), "i1 i2 r1");
  /* its end is gone with who said it, and comes back with him */
  OK(intel_source_withdraw(tx, &anne, VG_STR("t"), false, VG_STR("wrong"), &err));
  assert_string_equal(fetch(ALL), "i1");
  OK(intel_source_withdraw(tx, &anne, VG_STR("t"), true, VG_STR("right"), &err));
  assert_string_equal(fetch(ALL), "i1 i2 r1");
}

static void test_stricter_version(void **state) {
  (void)state;
  bind(SHARE_BOTH, -1, 100);
  bring("[" INDICATOR("11111111", OLD, GREEN) "," INDICATOR("22222222", OLD, GREEN) "]", "s");
  assert_string_equal(fetch(ALL), "i1 i2");
  bring("[" INDICATOR("11111111", NEW, RED) "," INDICATOR("22222222", NEW, GREEN) "]", "s");
  assert_string_equal(fetch(ALL), "i2");
  assert_string_equal(fetch((struct share_fetch){.added_after = VG_NOTIME, .version = VG_STR("all")}), "i2 i2");
  assert_string_equal(fetch((struct share_fetch){.added_after = VG_NOTIME, .version = VG_STR("first,last")}), "i2 i2");
  assert_string_equal(fetch((struct share_fetch){.added_after = VG_NOTIME, .version = VG_STR(OLD)}), "i2");
  assert_string_equal(fetch((struct share_fetch){.added_after = VG_NOTIME,
                                                 .type = VG_STR("malware, indicator"),
                                                 .id = VG_STR("indicator--0")}),
                      "");
  struct share_fetch f = {.added_after = VG_NOTIME, .limit = 1, .version = VG_STR("latest")};
  assert_int_equal(share_fetch(tx, &anne, &mine, &f, note, (char[200]){0}, &err), VG_EUSAGE);
}

static void test_taken_off(void **state) {
  (void)state;
  bind(SHARE_BOTH, -1, 100);
  bring("[" INDICATOR("11111111", OLD, GREEN) "]", "s");
  assert_string_equal(fetch(ALL), "i1");
  OK(share_take_off(tx, &anne, &mine, VG_STR("indicator--11111111-1111-4111-8111-111111111111"), VG_NOTIME, &err));
  assert_string_equal(fetch(ALL), "");
  assert_int_equal(
      share_take_off(tx, &anne, &mine, VG_STR("indicator--11111111-1111-4111-8111-111111111111"), VG_NOTIME, &err),
      VG_ENOTFOUND);
}

static void test_closed(void **state) {
  (void)state;
  bind(SHARE_GIVE, -100, -1);
  assert_int_equal(share_collection_open(tx, &anne, &mine, false, &err), VG_EDENIED);
  assert_string_equal(err.cause[0].msg, "share.rule.expired");
  mine.in_force = true;
  OK(share_collection_open(tx, &anne, &mine, false, &err));
  assert_int_equal(share_collection_open(tx, &anne, &mine, true, &err), VG_EDENIED);
  int64_t n;
  OK(store_get_int(tx, &n, "SELECT count(*) FROM ledger_subject s WHERE s.subject = $1", S_ARGS(S_Z(mine.convention.s)),
                   &err));
  assert_int_equal(n, 3); /* the convention itself and two refusals */
}

static vg_code count_bad(void *ctx, vg_str id, vg_str version, const struct vg_err *why, struct vg_err *e) {
  (void)id, (void)version, (void)e;
  *(int *)ctx += why != NULL;
  return VG_OK;
}

#define SEEN "indicator--11111111-1111-4111-8111-111111111111"
#define SIGHTING(d, last, count)                                                                                       \
  "{\"type\":\"sighting\",\"spec_version\":\"2.1\",\"id\":\"sighting--1111111" d "-1111-4111-8111-111111111111\","     \
  "\"created\":\"2020-01-03T00:00:00.000Z\",\"modified\":\"2020-01-03T00:00:00.000Z\",\"last_seen\":\"" last           \
  "\",\"count\":" count ",\"sighting_of_ref\":\"" SEEN "\"}"

static void test_deposit(void **state) {
  struct share_deposited n;
  int bad = 0;
  (void)state;
  int64_t org = bind(SHARE_RECEIVE, -1, 100);
  OK(share_deposit(tx, &anne, org,
                   vg_str_z("{\"objects\":[" INDICATOR("11111111", OLD, GREEN) ",{\"type\":\"indicator\"},7]}"),
                   count_bad, &bad, &n, &err));
  assert_int_equal(n.added, 1);
  assert_int_equal(n.taken, 1);
  assert_int_equal(n.failed, 2);
  assert_int_equal(bad, 2);
  /* What they saw counts as seen at theirs, once; what they looked for in vain, and what is of the future, does not. */
  for (int i = 0; i < 2; i++) {
    OK(share_deposit(tx, &anne, org,
                     VG_STR("{\"objects\":[" SIGHTING("1", "2020-01-01T00:00:00Z", "3") "," SIGHTING(
                         "2", "2020-01-02T00:00:00Z", "0") "," SIGHTING("3", "2199-01-01T00:00:00Z", "1") "]}"),
                     NULL, NULL, &n, &err));
    assert_int_equal(n.taken, 3);
    assert_int_equal(n.sightings, i == 0);
  }
  int64_t seen;
  OK(store_get_int(tx, &seen, "SELECT SUM(count) FROM intel_v_sighting WHERE org_id = $1 AND withdrawn = 0",
                   S_ARGS(S_INT(org)), &err));
  assert_int_equal(seen, 3);
  OK(intel_sighting_withdraw(tx, &anne, VG_STR("sighting--11111111-1111-4111-8111-111111111111"), VG_STR("mistaken"),
                             &err));
  assert_int_equal(share_deposit(tx, &anne, org, VG_STR("{\"objects\":[]}"), NULL, NULL, &n, &err), VG_EDATA);
  assert_int_equal(share_deposit(tx, &anne, org, VG_STR("{}"), NULL, NULL, &n, &err), VG_EDATA);
  int64_t other = add_org("Loutre", "75");
  assert_int_equal(share_deposit(tx, &anne, other, VG_STR("{\"objects\":[{}]}"), NULL, NULL, &n, &err), VG_EDENIED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_in_order_and_parts, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_links_wait, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_stricter_version, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_taken_off, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_closed, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_deposit, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
