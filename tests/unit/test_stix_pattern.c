/* STIX patterns: our own cases, then every labelled one that is at hand. */
#include "labelled.h"

#include <string.h>

#include "intel/pattern_internal.h"

static void check(const char *pattern, bool valid) {
  struct vg_err err = {0};
  vg_code rc = intel_pattern_check(vg_str_z(pattern), &err);
  if ((rc == VG_OK) != valid)
    fail_msg("%s: %s", pattern, rc == VG_OK ? "taken" : err.cause[0].msg);
}

static void the_grammar_is_that_of_the_standard(void **state) {
  (void)state;
  check("[file:name = 'it\\'s \\\\ here']", true);
  check("[file:name = 'a\\b']", false);
  check("[ /* why */ file:name = 'x' ] // end", true);
  check("[domain-name:value='a' OR domain-name:value IN ('b','c') AND NOT EXISTS domain-name:id]", true);
  check("[file:size = 01]", false);
  check("[file:size = +1 OR file:size = -1.5 OR file:size > .5]", true);
  check("[file:size > true]", false);
  check("[file:x = t'2024-02-30T00:00:00Z']", true);
  check("[file:x = t'2024-02-32T00:00:00Z']", false);
  check("[file:x = h'abc']", false);
  check("[a:b-c = 1]", false);
  check("[a-b:c[*].'d e'[-1].f_ref.g = 1]", true);
  check("[a:b = 1] AND [a:b = 2] FOLLOWEDBY ([a:c = 3] OR [a:d = 4]) WITHIN 5.5 SECONDS REPEATS 2 TIMES", true);
  check("[a:b = 1] WITHIN 5 SECONDS START t'2024-01-01T00:00:00Z' STOP t'2025-01-01T00:00:00Z'", true);
  check("[a:b = 1] START '2024-01-01T00:00:00Z' STOP '2025-01-01T00:00:00Z'", false);
  check("[a:b = 1] REPEATS 0 TIMES", false);
  check("[a:b = 1", false);
  check("[a:b = 1]]", false);
  check("[a:b = 1 AND]", false);
  check("", false);
  check("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", true);
  check("[file:hashes.MD5 = 'zz1d8cd98f00b204e9800998ecf8427e']", false);
  check("[START:b = 1]", false);
  check("[a:\xC3\xA9 = 1]", false);
  check("[a:b = '\xC3\xA9\xE2\x80\xA8']\xC2\xA0", true);
  check("[a:b = '\xFF']", false);
}

static void depth_is_bounded(void **state) {
  (void)state;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 20);
  for (int i = 0; i < 100000; i++)
    vg_buf_byte(&b, '(');
  assert_int_equal(intel_pattern_check(vg_buf_view(&b), NULL), VG_ELIMIT);
  vg_buf_fini(&b);
}

static void equal(const char *a, const char *b, bool want) {
  bool got = !want;
  assert_int_equal(intel_pattern_equal(vg_str_z(a), vg_str_z(b), &got, NULL), VG_OK);
  if (got != want)
    fail_msg("%s  ~  %s: %d", a, b, got);
}

static void equivalence_is_of_meaning(void **state) {
  (void)state;
  equal("[a:b = 1]", "[a:b = 1.0]", true);
  equal("[a:b NOT = 1]", "[a:b != 1]", true);
  equal("[a:b IN (1, 2)]", "[a:b IN (2, 1, 2)]", true);
  equal("[a:b = h'61']", "[a:b = b'YQ==']", true);
  equal("[a:b = 'x']", "[a:'b' = 'x']", true);
  equal("[a:b = 'x']", "[a:b = 'X']", false);
  equal("[a:b = t'2024-01-01T00:00:00Z']", "[a:b = t'2024-01-01T00:00:00.000Z']", true);
  equal("[a:b = 1] AND [a:b = 1]", "[a:b = 1]", false); /* it must be seen twice */
  equal("[a:b = 1] FOLLOWEDBY [a:b = 2]", "[a:b = 2] FOLLOWEDBY [a:b = 1]", false);
  equal("[a:b = 1] WITHIN 5 SECONDS", "[a:b = 1] WITHIN 5.0 SECONDS", true);
  equal("[a:b = 1 AND a:b = 1]", "[a:b = 1]", true);
}

#define SEEN(n, from, to, count, objects)                                                                              \
  "{\"type\":\"observed-data\",\"id\":\"observed-data--" n "\",\"first_observed\":\"2024-01-01T00:00:" from            \
  "Z\",\"last_observed\":\"2024-01-01T00:00:" to "Z\",\"number_observed\":" count ",\"objects\":{" objects "}}"

static const char data[] =
    "[" SEEN("1", "00", "00", "1", "\"0\":{\"type\":\"a\",\"x\":1,\"to_ref\":\"1\"},\"1\":{\"type\":\"b\",\"name\":\"deep\",\"list\":[1,2,3]}") "," SEEN(
        "2", "10", "10", "1",
        "\"0\":{\"type\":\"a\",\"x\":2,\"n_hex\":\"6869\"}") "," SEEN("3", "20", "20", "3",
                                                                      "\"0\":{\"type\":\"a\",\"x\":3,\"ip\":\"2001:db8::5\"}") "]";

static void match(const char *pattern, bool want) {
  bool got = !want;
  struct vg_err err = {0};
  vg_code rc = intel_pattern_match(vg_str_z(pattern), vg_str_z(data), &got, &err);
  if (rc != VG_OK || got != want)
    fail_msg("%s: %d %s", pattern, got, rc == VG_OK ? "" : err.cause[0].msg);
}

static void patterns_match_observed_data(void **state) {
  (void)state;
  match("[a:x = 1]", true);
  match("[a:x = 4]", false);
  match("[b:list[*] = 3]", true);
  match("[b:list[-1] = 3]", true);
  match("[b:list[0] = 3]", false);
  match("[b:list = 3]", false);
  match("[a:to_ref.name = 'deep']", true);
  match("[a:to_ref.type = 'b' AND a:x = 1]", true);
  match("[a:n_hex = 'hi']", true);
  match("[a:ip ISSUBSET '2001:db8::/32']", true);
  match("[a:ip ISSUBSET '10.0.0.0/8']", false);
  match("[EXISTS a:ip]", true);
  match("[NOT EXISTS b:nothing]", true);
  match("[a:x = 1] AND [a:x = 1]", false);
  match("[a:x = 3] AND [a:x = 3]", true); /* seen three times */
  match("[a:x = 3] REPEATS 3 TIMES", true);
  match("[a:x = 3] REPEATS 4 TIMES", false);
  match("[a:x > 0] REPEATS 5 TIMES", true);
  match("[a:x > 0] REPEATS 6 TIMES", false);
  match("[a:x = 1] FOLLOWEDBY [a:x = 2] FOLLOWEDBY [a:x = 3]", true);
  match("[a:x = 2] FOLLOWEDBY [a:x = 1]", false);
  match("([a:x = 1] AND [a:x = 3]) WITHIN 20 SECONDS", true);
  match("([a:x = 1] AND [a:x = 3]) WITHIN 19.9 SECONDS", false);
  match("([a:x = 1] OR [a:x = 2]) AND ([a:x = 2] OR [a:x = 7])", true);
  match("[a:x = 2] START t'2024-01-01T00:00:10Z' STOP t'2024-01-01T00:00:11Z'", true);
  match("[a:x = 2] START t'2024-01-01T00:00:00Z' STOP t'2024-01-01T00:00:10Z'", false);
}

static void a_costly_expression_is_refused_not_run(void **state) {
  (void)state;
  struct vg_buf b;
  bool match_;
  vg_buf_init(&b, 1 << 20);
  vg_buf_z(
      &b,
      "{\"type\":\"observed-data\",\"first_observed\":\"2024-01-01T00:00:00Z\",\"last_observed\":\"2024-01-01T00:00:00Z\","
      "\"objects\":{\"0\":{\"type\":\"a\",\"x\":\"");
  for (int i = 0; i < 5000; i++)
    vg_buf_byte(&b, 'a');
  vg_buf_z(&b, "!\"}}}");
  assert_int_equal(intel_pattern_match(VG_STR("[a:x MATCHES '^(a+)+$']"), vg_buf_view(&b), &match_, NULL), VG_ELIMIT);
  vg_buf_fini(&b);
}

/* One window's worth of work a step: 20,000 observations, a chain that never ends well. */
static void windows_keep_the_search_linear(void **state) {
  (void)state;
  struct vg_buf b;
  char t[VG_TIME_TEXT];
  bool match_ = true;
  vg_buf_init(&b, 64 << 20);
  vg_buf_byte(&b, '[');
  for (int i = 0; i < 20000; i++) {
    vg_time_text(t, (vg_time)i * VG_SECOND, false);
    vg_buf_fmt(
        &b,
        "%s{\"type\":\"observed-data\",\"first_observed\":\"%s\",\"last_observed\":\"%s\",\"objects\":{\"0\":{\"type\":\"a\",\"x\":%d}}}",
        i ? "," : "", t, t, i % 3);
  }
  vg_buf_byte(&b, ']');
  assert_int_equal(intel_pattern_match(VG_STR("([a:x = 0] FOLLOWEDBY [a:x = 1] FOLLOWEDBY [a:x = 0]) WITHIN 2 SECONDS"),
                                       vg_buf_view(&b), &match_, NULL),
                   VG_OK);
  assert_false(match_);
  assert_int_equal(intel_pattern_match(VG_STR("[a:x = 0] FOLLOWEDBY [a:x = 1] FOLLOWEDBY [a:x = 5]"), vg_buf_view(&b),
                                       &match_, NULL),
                   VG_OK);
  assert_false(match_);
  assert_int_equal(intel_pattern_match(VG_STR("([a:x = 0] FOLLOWEDBY [a:x = 1] FOLLOWEDBY [a:x = 0]) WITHIN 3 SECONDS"),
                                       vg_buf_view(&b), &match_, NULL),
                   VG_OK);
  assert_true(match_);
  vg_buf_fini(&b);
}

/* What nearly all feeds send is told without a tree, and no other answer is given so. */
static void plain_patterns_are_told_at_a_look(void **state) {
  (void)state;
  static const char *const plain[] = {
      "[domain-name:value = 'evil.test']",
      "[ file:hashes.MD5='d41d8cd98f00b204e9800998ecf8427e' OR file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' AND file:name = 'a\\'b\\\\' ]",
      "[network-traffic:dst_ref.value = '1.2.3.4']"};
  static const char *const other[] = {"[domain-name:value = 'evil.test'",
                                      "[domain-name:value = 'evil\\x']",
                                      "[domain-name:value == 'evil.test']",
                                      "[file:hashes.MD5 = 'abc']",
                                      "[file:hashes.SHA-256 = 'abc']",
                                      "[true:value = 'x']",
                                      "[a:true = 'x']",
                                      "[a:b-c = 'x']",
                                      "[a:b = 'x'] x",
                                      "[a:b = 'x' OR]",
                                      "[a:b = 'x' ORa:b = 'y']",
                                      "[]",
                                      ""};
  for (size_t i = 0; i < VG_COUNT(plain); i++) {
    assert_true(pattern_is_plain(vg_str_z(plain[i])));
    assert_int_equal(intel_pattern_check(vg_str_z(plain[i]), NULL), VG_OK);
  }
  for (size_t i = 0; i < VG_COUNT(other); i++)
    assert_false(pattern_is_plain(vg_str_z(other[i])));
}

static void labelled_patterns(void **state) {
  (void)state;
  struct vg_buf text;
  struct vg_json *j;
  int n = 0, agree = 0;
  if (!labelled("stix/patterns/validator_cases_v21.json", &text))
    skip();
  assert_int_equal(vg_json_new(&j, NULL), VG_OK);
  vg_jv root = parsed(j, vg_buf_view(&text)), v;
  static const char *const lists[] = {"valid_spec_examples", "valid", "invalid"};
  for (size_t i = 0; i < 3; i++) {
    struct vg_jit it;
    for (vg_jit_init(&it, vg_jv_at(root, lists[i])); vg_jit_next(&it, NULL, &v); n++) {
      vg_str p;
      if (i == 2)
        v = vg_jv_at(v, "pattern");
      assert_true(vg_jv_str(v, &p));
      assert_true(i < 2 || !pattern_is_plain(p));
      bool same = (intel_pattern_check(p, NULL) == VG_OK) == (i < 2);
      agree += same;
      if (!same)
        print_message("pattern %s: %.*s\n", lists[i], (int)p.n, p.p);
    }
  }
  print_message("check-pattern: %d of %d labelled cases agree\n", agree, n);
  vg_json_free(j);
  vg_buf_fini(&text);
  assert_int_equal(agree, n);
}

static void labelled_pairs(void **state) {
  (void)state;
  struct vg_buf text;
  struct vg_json *j;
  int n = 0, agree = 0;
  if (!labelled("stix/patterns/equivalence_pairs.json", &text))
    skip();
  assert_int_equal(vg_json_new(&j, NULL), VG_OK);
  struct vg_jit it;
  vg_jv v;
  for (vg_jit_init(&it, parsed(j, vg_buf_view(&text))); vg_jit_next(&it, NULL, &v); n++) {
    vg_str a = VG_NOSTR, b = VG_NOSTR;
    bool got = false;
    assert_true(vg_jv_str_at(v, "p1", &a) && vg_jv_str_at(v, "p2", &b));
    vg_code rc = intel_pattern_equal(a, b, &got, NULL);
    bool same = rc == VG_OK && got == truth(v, "equivalent");
    agree += same;
    if (!same)
      print_message("pair: %.*s | %.*s: %d\n", (int)a.n, a.p, (int)b.n, b.p, got);
  }
  print_message("equal-patterns: %d of %d labelled pairs agree\n", agree, n);
  vg_json_free(j);
  vg_buf_fini(&text);
  assert_int_equal(agree, n);
}

static void labelled_matches(void **state) {
  (void)state;
  struct vg_buf text, seen;
  struct vg_json *j;
  int n = 0, agree = 0;
  if (!labelled("stix/patterns/matcher_cases_v21.jsonl", &text))
    skip();
  assert_int_equal(vg_json_new(&j, NULL), VG_OK);
  vg_buf_init(&seen, 64 << 20);
  for (vg_str rest = vg_buf_view(&text), line; rest.n && vg_str_line(&rest, &line); n++) {
    vg_jv c = parsed(j, line);
    vg_str pattern;
    bool got = false;
    struct vg_err err = {0};
    vg_buf_reset(&seen);
    vg_json_canonical(vg_jv_at(c, "observed_data"), &seen);
    assert_true(vg_jv_str_at(c, "pattern", &pattern));
    vg_code rc = intel_pattern_match(pattern, vg_buf_view(&seen), &got, &err);
    bool raises = vg_jv_type(vg_jv_at(c, "raises")) == VG_J_STR;
    bool same = raises ? rc == VG_EDATA : rc == VG_OK && got == truth(c, "match");
    agree += same;
    if (!same)
      print_message("match: %.*s: %d %d %s\n", (int)pattern.n, pattern.p, rc, got, rc == VG_OK ? "" : err.cause[0].msg);
  }
  print_message("match-pattern: %d of %d labelled cases agree\n", agree, n);
  vg_json_free(j);
  vg_buf_fini(&text);
  vg_buf_fini(&seen);
  assert_int_equal(agree, n);
}

static vg_code note_index(void *ctx, size_t index, const struct vg_err *why, struct vg_err *err) {
  (void)err;
  vg_buf_fmt(ctx, "%zu%s ", index, why ? "!" : "");
  return VG_OK;
}

/* Each pattern gives what it gives alone, whether the prefilter lets it through or not. */
static void many_at_once_give_what_each_gives_alone(void **state) {
  (void)state;
  static const char *const seen =
      "{\"type\":\"bundle\",\"objects\":[{\"type\":\"observed-data\",\"id\":\"observed-data--1\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"last_observed\":"
      "\"2026-01-01T00:00:00Z\",\"number_observed\":1,\"object_refs\":[\"file--1\",\"artifact--1\"]},{\"type\":\"file\",\"id\":\"file--1\",\"name\":\"a.exe\",\"size\":7},"
      "{\"type\":\"artifact\",\"id\":\"artifact--1\",\"payload_bin\":\"YWJj\"}]}";
  static const char *const patterns[] = {"[file:name = 'a.exe']",
                                         "[file:name = 'b.exe']",
                                         "[file:name IN ('x', 'a.exe')] OR [file:name = 'b.exe']",
                                         "[file:name = 'b.exe' OR file:size = 7]",
                                         "[file:name = 'a.exe' AND file:name = 'b.exe']",
                                         "[file:name LIKE 'a%']",
                                         "[file:name != 'b.exe']",
                                         "[file:name NOT = 'b.exe']",
                                         "[artifact:payload_bin = 'abc']",
                                         "[file:name = ",
                                         "[file:name = 'b.exe'] REPEATS 2 TIMES WITHIN 5 SECONDS",
                                         "[file:name LIKE '%.exe']",
                                         "[file:name LIKE '%.dll']",
                                         "[file:name MATCHES '^a[.](exe|dll)$']",
                                         "[file:name MATCHES 'a.ex{1,2}e*']",
                                         "[file:name MATCHES 'a.dllx{0,2}']",
                                         "[file:name MATCHES 'a.exel?$']",
                                         "[file:name MATCHES 'b.dll|a.exe']",
                                         "[file:name MATCHES '(?i)A.EXE']",
                                         "[file:name MATCHES 'a.dll(']",
                                         "[file:name MATCHES '*a.dll']",
                                         "[file:name MATCHES 'a.dll[z-a]']",
                                         "[file:name NOT MATCHES 'a.dll']",
                                         "[artifact:payload_bin MATCHES 'abc']",
                                         "[file:name MATCHES '(b|c)[.](dll|sys)$']",
                                         "[file:name MATCHES 'b.dll|c.exe']",
                                         "[file:name MATCHES '^(evil|bad)?a[.]exe']",
                                         "[file:name MATCHES '^(?:x|a[.](?:sys|e(x|y)e))$']",
                                         "[file:name MATCHES 'a(.dll)+']",
                                         "[file:name MATCHES 'a(?!.dll)']"};
  vg_str list[VG_COUNT(patterns)];
  struct vg_buf all, alone;
  struct intel_patterns_done done;
  vg_buf_init(&all, 4096);
  vg_buf_init(&alone, 4096);
  for (size_t i = 0; i < VG_COUNT(patterns); i++) {
    bool match = false;
    list[i] = vg_str_z(patterns[i]);
    vg_code rc = intel_pattern_match(list[i], vg_str_z(seen), &match, NULL);
    if (match || rc != VG_OK)
      vg_buf_fmt(&alone, "%zu%s ", i, rc != VG_OK ? "!" : "");
  }
  assert_int_equal(intel_patterns_match(list, VG_COUNT(list), vg_str_z(seen), note_index, &all, &done, NULL), VG_OK);
  assert_string_equal(vg_buf_text(&all), vg_buf_text(&alone));
  assert_string_equal(vg_buf_text(&all), "0 2 3 5 6 7 8 9! 11 13 14 16 17 18 19! 20! 21! 22 23 26 27 29 ");
  assert_int_equal(done.run, 22);
  vg_buf_fini(&all);
  vg_buf_fini(&alone);
}

/* Expressions put together at random, good and bad ones: the prefilter knows what PCRE knows, or lets them through. */
static void random_expressions_give_what_each_gives_alone(void **state) {
  (void)state;
  static const char *const seen =
      "{\"type\":\"bundle\",\"objects\":[{\"type\":\"observed-data\",\"id\":\"observed-data--1\",\"first_observed\":\"2026-01-01T00:00:00Z\",\"last_observed\":"
      "\"2026-01-01T00:00:00Z\",\"number_observed\":1,\"object_refs\":[\"file--1\"]},{\"type\":\"file\",\"id\":\"file--1\",\"name\":\"abca.cab-a\u00e9abx\"}]}";
  static const char *const parts[] = {
      "a",       "b",        "abc",     "cab",         "\\\\.",       "\\\\d",     "[a-c]",     "[^x]",
      "(ab|c)",  "(?:abc)",  "(?=a)",   "a*",          "c?",          "b{1,3}",    "abcx{0,2}", "xyz",
      "evil",    "ab{2}",    ".",       "^",           "$",           "|",         "\xC3\xA9",  "(abc)?",
      "[]a]",    "a+?",      "(?i)A",   "*",           "(",           ")",         "[z-a]",     "a{3,2}",
      "{2}",     "[[:x:]]",  "(?<=a*)", "\\\\y",       "x{1,",        "\\\\x61",   "(evil|ab)", "(ca|evil)",
      "(evil)?", "(?!evil)", "[b]",     "(a|(b|xyz))", "(evil){0,2}", "(b|evil|)", "(a|b|c)+",  "ab(ca|xyz)",
      "(|xyz)",  "|evil"};
  enum { MANY = 3000 };
  static char text[MANY][200];
  vg_str list[MANY];
  struct vg_buf all, alone;
  struct intel_patterns_done done;
  uint64_t random = 1;
  vg_buf_init(&all, 1 << 20);
  vg_buf_init(&alone, 1 << 20);
  for (size_t i = 0; i < MANY; i++) {
    bool match = false;
    size_t n = (size_t)snprintf(text[i], sizeof text[i], "[file:name MATCHES '");
    for (size_t k = 0; k <= i % 5; k++) {
      random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
      n += (size_t)snprintf(text[i] + n, sizeof text[i] - n, "%s", parts[(random >> 33) % VG_COUNT(parts)]);
    }
    snprintf(text[i] + n, sizeof text[i] - n, "']");
    list[i] = vg_str_z(text[i]);
    vg_code rc = intel_pattern_match(list[i], vg_str_z(seen), &match, NULL);
    if (match || rc != VG_OK)
      vg_buf_fmt(&alone, "%zu%s ", i, rc != VG_OK ? "!" : "");
  }
  assert_int_equal(intel_patterns_match(list, MANY, vg_str_z(seen), note_index, &all, &done, NULL), VG_OK);
  assert_string_equal(vg_buf_text(&all), vg_buf_text(&alone));
  assert_true(done.matched > 100);
  assert_true(done.refused > 100);
  assert_true(done.run + 100 < MANY);
  vg_buf_fini(&all);
  vg_buf_fini(&alone);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_grammar_is_that_of_the_standard),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(equivalence_is_of_meaning),
      cmocka_unit_test(patterns_match_observed_data),
      cmocka_unit_test(a_costly_expression_is_refused_not_run),
      cmocka_unit_test(windows_keep_the_search_linear),
      cmocka_unit_test(many_at_once_give_what_each_gives_alone),
      cmocka_unit_test(random_expressions_give_what_each_gives_alone),
      cmocka_unit_test(plain_patterns_are_told_at_a_look),
      cmocka_unit_test(labelled_patterns),
      cmocka_unit_test(labelled_pairs),
      cmocka_unit_test(labelled_matches),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
