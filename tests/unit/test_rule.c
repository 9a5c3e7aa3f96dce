/* Rules in other languages: whose text is one, and what happens to the others when the compiler dies on one of them. */
#include "intel/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/rd.h"
#include "sandbox/sandbox.h"

/* Stands in for the cell "yara": dies on "die", fails "bad", says something odd on "lie". */
static vg_code run(const struct cell_in *in, struct cell_out *out, struct vg_err *err) {
  struct vg_map_file file;
  struct vg_json *json;
  struct vg_rd r;
  vg_jv root;
  int64_t from = 0;
  VG_TRY(vg_json_new(&json, err));
  VG_TRY(vg_json_parse(json, in->args, &root, err));
  (void)vg_jv_i64_at(root, "from", &from);
  VG_TRY(vg_map_open(&file, in->inputs[0], err));
  vg_rd_init(&r, file.bytes);
  for (int64_t i = 0; r.at < r.n && !r.bad; i++) {
    vg_str text = vg_rd_text(&r);
    struct vg_buf b;
    if (i < from)
      continue;
    if (vg_str_eqz(text, "early"))
      abort();
    vg_buf_init(&b, 1 << 10);
    vg_buf_le64(&b, (uint64_t)i);
    vg_buf_byte(&b, 0);
    vg_wr_text(&b, VG_STR(""));
    cell_send(out, CELL_UNIT, vg_buf_view(&b));
    vg_buf_reset(&b);
    vg_buf_fmt(&b, "{\"rule\":%lld,\"line\":3,\"error\":\"wrong\"}", (long long)(vg_str_eqz(text, "lie") ? i + 1 : i));
    if (vg_str_eqz(text, "die"))
      abort();
    if (!vg_str_eqz(text, "good"))
      cell_send(out, CELL_RECORD, vg_buf_view(&b));
    vg_buf_fini(&b);
  }
  vg_map_close(&file);
  vg_json_free(json);
  return VG_OK;
}
static const struct cell_parser stand_in = {.name = "yara", .run = run};
static const struct cell_parser *const parsers[] = {&stand_in};

struct told {
  char what[16]; /* of each text: '.' nothing, 'f' a fault, 'b' broke */
  bool stop;
};
static vg_code note(void *ctx, size_t rule, const struct intel_rule_fault *f, struct vg_err *err) {
  struct told *t = ctx;
  (void)err;
  assert_true(rule < sizeof t->what - 1 && t->what[rule] == '.');
  t->what[rule] = f->text[0] ? 'f' : 'b';
  return t->stop ? VG_FAIL(err, VG_ESTATE, "intel.stopped") : VG_OK;
}

static vg_code compile(const char *const *texts, size_t n, struct told *t, const atomic_bool *stop) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 12);
  for (size_t i = 0; i < n; i++) {
    vg_wr_text(&b, vg_str_z(texts[i]));
    t->what[i] = '.';
  }
  vg_code rc = rule_compile(vg_buf_view(&b), stop, note, t, NULL);
  vg_buf_fini(&b);
  return rc;
}

static void a_rule_on_which_the_compiler_dies_costs_itself(void **state) {
  (void)state;
  static const char *const mixed[] = {"good", "bad", "die", "good", "die", "die", "bad", "good"};
  static const char *const last[] = {"good", "die"};
  static const char *const lies[] = {"good", "lie", "bad"};
  static const char *const early[] = {"early", "good"};
  struct told t = {0};
  assert_int_equal(compile(mixed, VG_COUNT(mixed), &t, NULL), VG_OK);
  assert_string_equal(t.what, ".fb.bbf.");
  t = (struct told){0};
  assert_int_equal(compile(last, VG_COUNT(last), &t, NULL), VG_OK);
  assert_string_equal(t.what, ".b");
  t = (struct told){0}; /* a broken cell that tells of another one is at fault itself */
  assert_int_equal(compile(lies, VG_COUNT(lies), &t, NULL), VG_OK);
  assert_string_equal(t.what, ".bf");
  t = (struct told){0};
  assert_int_equal(compile(early, VG_COUNT(early), &t, NULL), VG_ECELL);
  assert_string_equal(t.what, "..");
}

static void who_is_told_can_end_it(void **state) {
  (void)state;
  static const char *const texts[] = {"bad", "bad"};
  const atomic_bool stop = true;
  struct told t = {.stop = true};
  assert_int_equal(compile(texts, VG_COUNT(texts), &t, NULL), VG_ESTATE);
  assert_string_equal(t.what, "f.");
  t = (struct told){0};
  assert_int_equal(compile(texts, VG_COUNT(texts), &t, &stop), VG_ESTATE);
  assert_string_equal(t.what, "..");
}

static void rules_of_networks_have_a_form(void **state) {
  (void)state;
  static const struct {
    const char *text, *why; /* NULL: good */
    const char *line;
  } cases[] = {
      {"alert tcp any any -> any 80 (msg:\"x\"; sid:1;)", NULL, NULL},
      {"# first\n\nalert ip [1.1.1.1, 2.2.2.2] any <> $HOME_NET [80,443] \\\n (msg:\"a ) ( \\\" b\"; \\\n sid:1;)\n",
       NULL, NULL},
      {"alert tcp any any => any any (sid:1;)", NULL, NULL},
      {"alert http (msg:\"x\"; sid:1;)", NULL, NULL},
      {"alert (sid:1;)drop tcp any any -> any any(sid:2; ) # end", NULL, NULL},
      {"", "intel.rule.action", "1"},
      {"\n# only\n", "intel.rule.action", "1"},
      {"\n\nnotice tcp any any -> any any (sid:1;)", "intel.rule.action", "3"},
      {"alert tcp any any any 80 (sid:1;)", "intel.rule.direction", "1"},
      {"alert tcp any -> any (sid:1;)", "intel.rule.direction", "1"},
      {"alert tcp any any -> any 80", "intel.rule.parenthesis", "1"},
      {"alert tcp any any -> any 80 (sid:1;", "intel.rule.parenthesis", "1"},
      {"alert tcp any any -> any 80 (msg:\"x; sid:1;)", "intel.rule.quote", "1"},
      {"alert tcp any any -> any 80 (sid:1)", "intel.rule.semicolon", "1"},
      {"alert tcp any any -> any 80 ()", "intel.rule.semicolon", "1"},
      {"alert (sid:1;)\nalert (msg:\"a;\")", "intel.rule.semicolon", "2"},
      {"alert tcp any any -> any 80 (sid:1;\\", "intel.rule.parenthesis", "1"},
  };
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct vg_err err = {0};
    vg_code rc = rule_form(VG_STR("snort"), vg_str_z(cases[i].text), &err);
    if (!cases[i].why) {
      assert_int_equal(rc, VG_OK);
      continue;
    }
    assert_int_equal(rc, VG_EDATA);
    assert_string_equal(err.cause[0].msg, cases[i].why);
    assert_string_equal(err.cause[0].arg[1], cases[i].line);
  }
  assert_int_equal(rule_form(VG_STR("suricata"), VG_STR("x"), NULL), VG_EDATA);
  assert_int_equal(rule_form(VG_STR("sigma"), VG_STR("title: x"), NULL), VG_EDATA);
  assert_int_equal(rule_form(VG_STR("sigma"), VG_STR("title: x\nlogsource:\ndetection:\n  condition: x"), NULL), VG_OK);
  struct vg_err err = {0};
  assert_int_equal(rule_form(VG_STR("pcre"), VG_STR("^evil(?i:[0-9]+)$"), NULL), VG_OK);
  assert_int_equal(rule_form(VG_STR("pcre"), VG_STR("\xff+"), NULL), VG_OK); /* bytes */
  assert_int_equal(rule_form(VG_STR("pcre"), VG_STR("evil([0-9]+"), &err), VG_EDATA);
  assert_string_equal(err.cause[0].msg, "intel.rule.pcre");
  assert_string_equal(err.cause[0].arg[0], "12");
  assert_int_equal(rule_form(VG_STR("pcre"), VG_STR(""), NULL), VG_EDATA);
  assert_int_equal(rule_form(VG_STR("pcre"), VG_STR("((a{1,9999}){1,9999}){1,9999}"), NULL), VG_EDATA);
  assert_int_equal(rule_form(VG_STR("spl"), VG_STR("x"), NULL), VG_OK);
}

static void rules_are_called_as_they_say(void **state) {
  (void)state;
  static const struct {
    const char *language, *text, *name;
  } cases[] = {
      {"yara",
       "import \"pe\"\nprivate rule a { condition: true }\n  rule b : tag { condition: a }\nrule c { condition: b }",
       "b"},
      {"yara", "private rule a { condition: true }\nglobal private rule b { condition: true }", "b"},
      {"yara", "// none", ""},
      {"sigma", "id: 1\ntitle: 'One'\n", "One"},
      {"snort", "alert tcp any any -> any any (msg: \"Seen\"; sid:1;)", "Seen"},
      {"suricata", "alert tcp any any -> any any (msg:unquoted; sid:1;)", ""},
      {"suricata", "alert tcp any any -> any any (msg:\"open", ""},
      {"pcre", "msg:\"x\"", ""},
  };
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct vg_buf name;
    vg_buf_init(&name, 1000);
    rule_name(vg_str_z(cases[i].language), vg_str_z(cases[i].text), &name);
    assert_string_equal(name.n ? vg_buf_text(&name) : "", cases[i].name);
    vg_buf_fini(&name);
  }
}

/* "R1 title|id " a rule, P a part, G what parts share, - neither, . nothing, !line no YAML. */
static void documents(const char *text, const char *wanted) {
  struct sigma_text t = {.rest = vg_str_z(text)};
  char got[400] = "";
  int64_t line;
  for (vg_str document; sigma_next(&t, &document, &line);) {
    const size_t n = strlen(got);
    struct vg_err err = {0};
    struct sigma_rule r;
    sigma_init(&r);
    if (sigma_read(document, line, &r, &err) != VG_OK)
      snprintf(got + n, sizeof got - n, "!%s ", err.cause[0].arg[1]);
    else
      snprintf(got + n, sizeof got - n, "%c%lld %.*s|%.*s ", r.empty ? '.' : "-RGP"[sigma_kind(&r)], (long long)line,
               (int)r.title.n, r.title.n ? r.title.p : "", (int)r.id.n, r.id.n ? r.id.p : "");
    sigma_fini(&r);
  }
  assert_string_equal(got, wanted);
}
#define SIGMA_BODY "logsource: {product: x}\ndetection:\n  s:\n    condition: no\n  condition: s\n"

static void documents_of_sigma_are_told_apart(void **state) {
  (void)state;
  documents("title: A\nid: 1\n" SIGMA_BODY "--- # next\n" SIGMA_BODY "title : \"B: 'c' # d\"\n...\n",
            "R1 A|1 R8 B: 'c' # d| ");
  documents("title: >-\n  long\n  title\ndescription: |\n  ---\n  x\nlogsource:\ndetection:\n  condition: [a, b]\n",
            "R1 long title| ");
  documents("{title: F, logsource: {a: b}, detection: {s: {a: b}, condition: s}}", "R1 F| ");
  documents("title: C\ncorrelation:\n  type: event_count\n---\ntitle: D\nfilter:\n  rules: [a]\n", "R1 C| R5 D| ");
  documents("# licence\n---\naction: global\ntitle: G\n---\n" SIGMA_BODY, ".1 | G3 G| P6 | ");
  documents("title: N\ndetection:\n  s:\n    condition: x\nlogsource: y\n---\non: push\n", "P1 N| -7 | ");
  documents("title: Y\n  a: b\n---\ntitle: Z\x01\n---\n- 1\n--- x: &a [*a\n", "!2 !4 -6 | !7 ");
  documents("", "");
  assert_int_equal(rule_form(VG_STR("sigma"), VG_STR("title: x\nlogsource:\ndetection:\n  s: [condition: x\n"), NULL),
                   VG_EDATA);
}

/* "R3:name" a rule of that line, its condition behind "=", I import, N include, S stray. */
static void pieces(const char *text, const char *wanted) {
  struct yara_text t = {.all = vg_str_z(text)};
  struct yara_part p;
  char got[400] = "";
  while (yara_next(&t, &p)) {
    const size_t n = strlen(got);
    const vg_str name = p.kind == YARA_STRAY ? p.text : p.name, condition = vg_str_trim(p.condition);
    snprintf(got + n, sizeof got - n, "%c%lld:%.*s%s%.*s ", "RINS"[p.kind], (long long)p.line, (int)name.n, name.p,
             p.kind == YARA_RULE ? "=" : "", p.kind == YARA_RULE ? (int)condition.n : 0, condition.p);
  }
  assert_string_equal(got, wanted);
}

static void files_of_rules_fall_into_their_pieces(void **state) {
  (void)state;
  /* what stands in a comment, a string, a regular expression or bytes begins and ends nothing */
  pieces("rule a { strings: $a = \"/*\" $b = \"\\\"} rule z {\" condition: any of them }\nrule b { condition: true }",
         "R1:a=: any of them R2:b=: true ");
  pieces("rule a { strings: $a = /x\\/{2}\"/i condition: $a } /* rule c { */ rule b{condition:true}",
         "R1:a=: $a R1:b=:true ");
  pieces(
      "// \"\n/* } */ import \"pe\" rule a : t1 t2 { strings: $h = { 01 ?? [2-4] ( 02 | 03 ) // }\n } condition: $h }",
      "I2:pe R2:a=: $h ");
  pieces(
      "private\n  global rule\n\ta\n:x\n{ meta: condition = \"no\" condition: /* condition */ filesize > 1 and #rule == 2 }",
      "R1:a=: /* condition */ filesize > 1 and #rule == 2 ");
  pieces("include \"other.yar\"\nrule a { condition: true } what is this\nrule b { condition: a }",
         "N1:other.yar R2:a=: true S2:what is this R3:b=: a ");
  /* one that is not closed costs itself */
  pieces("rule a { strings: $a = \"open\n condition: $a\nrule b { condition: true }", "R1:a=: $a R3:b=: true ");
  pieces("rule a { condition: true }}\nrule b { condition: true }", "R1:a=: true S1:} R2:b=: true ");
  pieces("/* open rule a { condition: true }", "");
  pieces("rule { condition: true }", "S1:rule { condition: true } ");
  pieces("rule a {", "R1:a= ");
  pieces("import \"pe", "I1:pe ");
  assert_true(yara_begins(VG_STR("/* x */\n\nimport \"pe\"\n")));
  assert_true(yara_begins(VG_STR("global rule a:b {")));
  assert_false(yara_begins(VG_STR("rule evil.example")));
  assert_false(yara_begins(VG_STR("")));
}

int main(int argc, char **argv) {
  cell_main(argc, argv, &(struct cell_table){parsers, VG_COUNT(parsers)});
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_rule_on_which_the_compiler_dies_costs_itself),
      cmocka_unit_test(who_is_told_can_end_it),
      cmocka_unit_test(rules_of_networks_have_a_form),
      cmocka_unit_test(rules_are_called_as_they_say),
      cmocka_unit_test(files_of_rules_fall_into_their_pieces),
      cmocka_unit_test(documents_of_sigma_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
