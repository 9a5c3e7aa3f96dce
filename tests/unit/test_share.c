/* share: the gate says no by default, names its rule, and records every answer. */
#include "world.h"

#include <string.h>

#include "base/json.h"

#define INDICATOR(more)                                                                                                       \
  "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--11111111-1111-4111-8111-111111111111\",\"created\":"  \
  "\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern\":\"[domain-name:value = 'x.example']\"," \
  "\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"name\":\"n\",\"labels\":[\"a\",\"b\",\"c\"]" more      \
  "}"
#define RED "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"

static int64_t lynx;

static struct share_decision ask(int tlp, int pap, const char *purpose, const char *json, struct vg_buf *out) {
  struct share_decision d;
  struct share_request r = {
      .object = vg_str_z(json), .tlp = tlp, .pap = pap, .org = lynx, .purpose = purpose, .now = VG_NOTIME};
  OK(share_release(tx, &anne, &r, &d, out, &err));
  return d;
}

static void bind(int direction, int tlp, const char *classes, int64_t from_days, int64_t to_days) {
  struct convention c = {.partner = lynx,
                         .direction = direction,
                         .max_tlp = tlp,
                         .max_pap = PAP_AMBER,
                         .from = store_now(tx) + from_days * VG_DAY,
                         .to = store_now(tx) + to_days * VG_DAY,
                         .purposes = "prevention"};
  vg_str_copy(c.classes, sizeof c.classes, vg_str_z(classes));
  OK(share_convention_add(tx, &anne, &c, &err));
}

#define RULE(d, wanted, yes)                                                                                           \
  do {                                                                                                                 \
    struct share_decision d_ = (d);                                                                                    \
    assert_string_equal(d_.rule, wanted);                                                                              \
    assert_int_equal(d_.allowed, yes);                                                                                 \
    assert_true(d_.ledger >= 0);                                                                                       \
  } while (0)

static void test_default_is_no(void **state) {
  (void)state;
  lynx = add_org("Lynx", "75");
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.no_convention", false);
  RULE(ask(TLP_GREEN, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.no_convention", false);
  RULE(ask(TLP_CLEAR, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.public", true);
  RULE(ask(SHARE_UNMARKED, 0, NULL, INDICATOR(""), NULL), "share.rule.no_convention", false);
}

static void test_ceilings(void **state) {
  (void)state;
  lynx = add_org("Lynx", "75");
  bind(SHARE_BOTH, TLP_AMBER, "indicator", -1, 100);
  RULE(ask(TLP_AMBER, PAP_AMBER, NULL, INDICATOR(""), NULL), "share.rule.convention", true);
  RULE(ask(TLP_AMBER_STRICT, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.tlp", false);
  RULE(ask(TLP_RED, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.tlp_red", false);
  RULE(ask(TLP_CLEAR, PAP_RED, NULL, INDICATOR(""), NULL), "share.rule.pap_red", false);
  RULE(ask(TLP_AMBER, PAP_CLEAR, "investigation", INDICATOR(""), NULL), "share.rule.purpose", false);
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(",\"x_vigie_case\":\"2026-OUE-0001\""), NULL),
       "share.rule.case_secrecy", false);
}

static void test_other_rules(void **state) {
  (void)state;
  lynx = add_org("Lynx", "75");
  bind(SHARE_RECEIVE, TLP_AMBER, "*", -1, 100);
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.direction", false);
  lynx = add_org("Loutre", "75");
  bind(SHARE_GIVE, TLP_RED, "malware", -1, 100);
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.class", false);
  RULE(ask(TLP_RED, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.tlp_red", false);
  lynx = add_org("Martre", "75");
  bind(SHARE_BOTH, TLP_AMBER, "*", -100, -1);
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.expired", false);
  lynx = add_org("Fouine", "75");
  bind(SHARE_BOTH, TLP_AMBER, "*", 1, 100);
  RULE(ask(TLP_AMBER, PAP_CLEAR, NULL, INDICATOR(""), NULL), "share.rule.not_yet", false);
}

static void test_granular(void **state) {
  struct vg_buf out;
  (void)state;
  vg_buf_init(&out, 1 << 20);
  lynx = add_org("Lynx", "75");
  bind(SHARE_BOTH, TLP_AMBER, "*", -1, 100);
  struct share_decision d =
      ask(TLP_GREEN, PAP_CLEAR, NULL,
          INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"name\",\"labels.[1]\"]}]"),
          &out);
  assert_true(d.allowed && d.reduced);
  assert_null(strstr(vg_buf_text(&out), "\"name\""));
  assert_null(strstr(vg_buf_text(&out), "granular"));
  assert_non_null(strstr(vg_buf_text(&out), "[\"a\",\"c\"]"));
  vg_buf_reset(&out);
  RULE(ask(TLP_GREEN, PAP_CLEAR, NULL,
           INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"pattern\"]}]"), &out),
       "share.rule.granular", false);
  assert_int_equal(out.n, 0);
  /* What cannot be addressed cannot be cut out, and what cannot be read is not taken for nothing. */
  static const char *const unreadable[] = {
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"labels.[01]\"]}]"),
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"labels[1]\"]}]"),
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[\"name\",\"labels.[7]\"]}]"),
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":[1]}]"),
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":\"" RED "\",\"selectors\":\"name\"}]"),
      INDICATOR(",\"granular_markings\":[{\"marking_ref\":[\"" RED "\"],\"selectors\":[\"name\"]}]"),
      INDICATOR(",\"granular_markings\":{\"marking_ref\":\"" RED "\",\"selectors\":[\"name\"]}"),
      INDICATOR(",\"granular_markings\":[],\"granular_markings\":[{\"marking_ref\":\"" RED
                "\",\"selectors\":[\"name\"]}]"),
      INDICATOR(",\"object_marking_refs\":[\"" RED "\"],\"object_marking_refs\":[]")};
  for (size_t i = 0; i < VG_COUNT(unreadable); i++) {
    RULE(ask(TLP_GREEN, PAP_CLEAR, NULL, unreadable[i], &out), "share.rule.granular", false);
    assert_int_equal(out.n, 0);
  }
  d = ask(TLP_GREEN, PAP_CLEAR, NULL, INDICATOR(",\"granular_markings\":[{\"lang\":\"fr\",\"selectors\":[\"name\"]}]"),
          &out);
  assert_true(d.allowed && !d.reduced);
  vg_buf_reset(&out);
  (void)ask(TLP_GREEN, PAP_CLEAR, NULL, INDICATOR(""), &out);
  assert_string_equal(vg_buf_text(&out), INDICATOR("")); /* as received */
  vg_buf_fini(&out);
}

static void test_publish(void **state) {
  struct share_published n;
  struct vg_buf out;
  struct vg_json *json;
  vg_jv root;
  int64_t leaves = 0;
  (void)state;
  vg_buf_init(&out, 1 << 20);
  lynx = add_org("Lynx", "75");
  OK(share_publish(tx, &anne, lynx, "prevention", NULL, VG_NOTIME, &out, NULL, NULL, &n, &err));
  assert_int_equal(n.considered, 0);
  list_value(1, "domain-name", "x.example", "s", 80, INDICATOR(""));
  bind(SHARE_BOTH, TLP_AMBER, "*", -1, 100);
  vg_buf_reset(&out);
  OK(share_publish(tx, &anne, lynx, "prevention", NULL, VG_NOTIME, &out, NULL, NULL, &n, &err));
  assert_int_equal(n.released, 1);
  OK(vg_json_new(&json, &err));
  OK(vg_json_parse(json, vg_buf_view(&out), &root, &err));
  assert_int_equal(vg_jv_count(vg_jv_at(root, "objects")), 1);
  vg_json_free(json);
  OK(store_get_int(tx, &leaves, "SELECT count(*) FROM share_release WHERE ledger IS NOT NULL", S_NOARGS, &err));
  assert_int_equal(leaves, 1);
  /* a link whose other end stays here stays too, and that is written down like any refusal */
  list_value(
      2, "domain-name", "y.example", "s", 80,
      "{\"type\":\"relationship\",\"spec_version\":\"2.1\",\"id\":\"relationship--11111111-1111-4111-8111-111111111111\","
      "\"source_ref\":\"indicator--11111111-1111-4111-8111-111111111111\",\"target_ref\":"
      "\"malware--11111111-1111-4111-8111-111111111111\"}");
  OK(store_exec(tx, "UPDATE intel_node SET type = 'relationship' WHERE stix_id LIKE '%000002'", S_NOARGS, &err));
  vg_buf_reset(&out);
  OK(share_publish(tx, &anne, lynx, "prevention", NULL, VG_NOTIME, &out, NULL, NULL, &n, &err));
  assert_int_equal(n.refused, 1);
  OK(store_get_int(tx, &leaves,
                   "SELECT count(*) FROM share_release WHERE rule = 'share.rule.end' AND ledger IS NOT NULL", S_NOARGS,
                   &err));
  assert_int_equal(leaves, 1);
  vg_buf_fini(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_default_is_no, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_ceilings, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_other_rules, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_granular, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_publish, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
