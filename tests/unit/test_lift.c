/* Objects of STIX 2.0 lifted to 2.1: labelled cases of our own (tests/data/stix20), what is kept and what comes out. */
#include "labelled.h"
#include "world.h"

#include "intel/intel_internal.h"
#include "intel/lift.h"

static struct vg_json *json, *other;

static void canonical(struct vg_json *j, vg_str text, struct vg_buf *out) {
  vg_buf_init(out, 1 << 24);
  vg_json_canonical(parsed(j, text), out);
}

static void assert_same(vg_str made, vg_jv wanted) {
  struct vg_buf a, b;
  canonical(other, made, &a);
  vg_buf_init(&b, 1 << 24);
  vg_json_canonical(wanted, &b);
  assert_string_equal(vg_buf_text(&a), vg_buf_text(&b));
  vg_buf_fini(&a);
  vg_buf_fini(&b);
}

static void hear_issue(void *ctx, enum intel_issue kind, const struct vg_err *what) {
  if (kind == ISSUE_ERROR)
    fail_msg("%s: %s %s %s", (const char *)ctx, what->cause[0].msg, what->cause[0].arg[0], what->cause[0].arg[1]);
}
static vg_code hear_object(void *ctx, const struct intel_checked *o, struct vg_err *e) {
  (void)ctx, (void)e;
  assert_true(o->valid);
  return VG_OK;
}

static void assert_valid(vg_str made, const char *name) {
  static const struct intel_check_options o = {0};
  char copy[200];
  snprintf(copy, sizeof copy, "%s", name);
  OK(intel_check(made, &o, hear_issue, hear_object, copy, &err));
}

static vg_jv cases(struct vg_buf *text) {
  char path[4096];
  const char *source = getenv("SOURCE") ? getenv("SOURCE") : ".";
  snprintf(path, sizeof path, "%s/tests/data/stix20/cases.json", source);
  vg_buf_init(text, 1 << 24);
  OK(vg_file_read(path, text, &err));
  return parsed(json, vg_buf_view(text));
}

static void every_case_becomes_what_its_label_says(void **state) {
  (void)state;
  struct vg_buf text;
  struct vg_jit it, each;
  struct lift *l;
  vg_jv one, wanted;
  size_t n = 0;
  OK(lift_new(&l, &err));
  for (vg_jit_init(&it, cases(&text)); vg_jit_next(&it, NULL, &one); n++) {
    vg_str name = VG_STR("");
    size_t i = 0;
    assert_true(vg_jv_str_at(one, "name", &name));
    assert_true(lift_wanted(vg_jv_at(one, "object")));
    OK(lift_object(l, vg_jv_at(one, "object"), NULL, NULL, &err));
    assert_int_equal(l->count, vg_jv_count(vg_jv_at(one, "made")));
    for (vg_jit_init(&each, vg_jv_at(one, "made")); vg_jit_next(&each, NULL, &wanted); i++) {
      assert_same(lift_text(l, i), wanted);
      assert_valid(lift_text(l, i), name.p);
      assert_false(lift_wanted(wanted));
    }
  }
  assert_true(n >= 19);
  lift_free(l);
  vg_buf_fini(&text);
}

static void what_is_no_object_of_2_0_is_left_alone(void **state) {
  (void)state;
  static const char *const texts[] = {
      "{\"type\":\"ipv4-addr\",\"id\":\"x\",\"value\":\"192.0.2.1\"}", /* an observable says no version */
      "{\"type\":\"x-new\",\"value\":1}",
      "{\"type\":\"indicator\",\"spec_version\":\"2.1\"}",
      "{\"type\":\"bundle\",\"spec_version\":\"2.0\"}",
      "7",
  };
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    assert_false(lift_wanted(parsed(json, vg_str_z(texts[i]))));
}

static void a_bad_observable_is_named(void **state) {
  (void)state;
  struct lift *l;
  struct vg_err why = {0};
  OK(lift_new(&l, &err));
  static const char *const texts[] = {
      "{\"type\":\"observed-data\",\"objects\":{\"7\":{\"value\":1}}}",
      "{\"type\":\"observed-data\",\"objects\":{\"7\":{\"type\":\"Bad Type\"}}}",
      "{\"type\":\"observed-data\",\"objects\":{\"7\":[]}}",
  };
  for (size_t i = 0; i < VG_COUNT(texts); i++) {
    assert_int_equal(lift_object(l, parsed(json, vg_str_z(texts[i])), NULL, NULL, &why), VG_EDATA);
    assert_string_equal(why.cause[0].msg, "intel.lift_bad");
    assert_string_equal(why.cause[0].arg[0], "7");
  }
  lift_free(l);
}

/* --- in the store --- */

#define ID "observed-data--b67d30ff-02ac-498a-92f9-32f845f448cf"
#define SEEN                                                                                                           \
  "{\"type\" : \"observed-data\", \"id\":\"" ID "\",\"created\":\"2017-01-20T00:00:00.000Z\","                         \
  "\"modified\":\"2017-01-20T00:00:00.000Z\",\"first_observed\":\"2017-01-01T00:00:00Z\","                             \
  "\"last_observed\":\"2017-01-01T00:00:00Z\",\"number_observed\":50,"                                                 \
  "\"objects\":{\"0\":{\"type\":\"ipv4-addr\",\"value\":\"198.51.100.2\"}}}"
#define WRITTEN_OTHERWISE                                                                                              \
  "{\"id\":\"" ID "\",\"type\":\"observed-data\",\"created\":\"2017-01-20T00:00:00.000Z\","                            \
  "\"modified\":\"2017-01-20T00:00:00.000Z\",\"first_observed\":\"2017-01-01T00:00:00Z\","                             \
  "\"last_observed\":\"2017-01-01T00:00:00Z\",\"number_observed\":50,"                                                 \
  "\"objects\":{\"0\":{\"value\":\"198.51.100.2\",\"type\":\"ipv4-addr\"}}}"

static struct intel_import import(const char *objects, const char *source) {
  char text[4096];
  snprintf(text, sizeof text, "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"spec_version\":\"2.0\",\"objects\":[%s]}",
           objects);
  struct intel_import in = {.path = "test", .text = vg_str_z(text), .source = source};
  OK(intel_import(tx, &anne, &in, &err));
  return in;
}

static vg_code keep_json(void *ctx, const struct intel_object *o, struct vg_err *e) {
  (void)e;
  snprintf(ctx, 4096, "%.*s", (int)o->json.n, o->json.p);
  return VG_OK;
}

static vg_code keep_received(void *ctx, vg_str source, vg_str text, bool lifted, struct vg_err *e) {
  char *all = ctx;
  size_t n = strlen(all);
  (void)e;
  snprintf(all + n, 8192 - n, "%.*s|%d|%.*s\n", (int)source.n, source.p, lifted, (int)text.n, text.p);
  return VG_OK;
}

static void what_was_received_comes_out_byte_by_byte(void **state) {
  (void)state;
  char kept[4096], received[8192] = "";
  struct intel_import in = import(SEEN, "one");
  assert_int_equal(in.read, 1);
  assert_int_equal(in.added, 1);
  assert_int_equal(in.lifted, 1);
  OK(intel_object_get(tx, VG_STR(ID), keep_json, kept, &err));
  assert_non_null(strstr(kept, "\"spec_version\":\"2.1\""));
  assert_non_null(strstr(kept, "\"object_refs\":[\"ipv4-addr--"));
  assert_null(strstr(kept, "\"objects\""));
  in = import(SEEN, "one"); /* again: nothing new */
  assert_int_equal(in.added + in.updated + in.asserted, 0);
  in = import(WRITTEN_OTHERWISE, "two"); /* the same, which another source says in other bytes */
  assert_int_equal(in.added + in.updated, 0);
  assert_int_equal(in.asserted, 1);
  OK(intel_each_received(tx, VG_STR(ID), keep_received, received, &err));
  assert_string_equal(received, "one|1|" SEEN "\ntwo|1|" WRITTEN_OTHERWISE "\n");
  assert_int_equal(
      intel_each_received(tx, VG_STR("identity--b67d30ff-02ac-498a-92f9-32f845f448cf"), keep_received, received, NULL),
      VG_ENOTFOUND);
}

static void an_observable_is_found_by_what_observed_it(void **state) {
  (void)state;
  char kept[4096] = "";
  import(SEEN, "one");
  struct intel_query q = {.about = VG_STR("ipv4-addr--9cf4a8ec-7640-5f40-a006-79942896168b"), .tlp_max = -1};
  OK(intel_find(tx, &q, keep_json, kept, &err));
  assert_non_null(strstr(kept, ID));
  kept[0] = 0;
  OK(intel_object_get(tx, q.about, keep_json, kept, &err));
  assert_non_null(strstr(kept, "198.51.100.2"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_case_becomes_what_its_label_says),
      cmocka_unit_test(what_is_no_object_of_2_0_is_left_alone), cmocka_unit_test(a_bad_observable_is_named),
      T(what_was_received_comes_out_byte_by_byte), T(an_observable_is_found_by_what_observed_it)};
  if (vg_json_new(&json, NULL) != VG_OK || vg_json_new(&other, NULL) != VG_OK)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  vg_json_free(json);
  vg_json_free(other);
  return failed;
}
