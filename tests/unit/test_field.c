/* The walk along JSON and the columns, apart from a scan. */
#include "match/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The path at every byte of a document, in one piece and in pieces of one byte. */
static void paths(void **state) {
  (void)state;
  static const char doc[] = "{\"a\":{\"b\":[1,{\"c\":\"x\\\"y\"}],\"d\":2},\"e\":[[3]]}";
  static const struct {
    char mark;
    const char *path;
  } want[] = {{'1', "a.b[]"}, {'x', "a.b[].c"}, {'y', "a.b[].c"}, {'2', "a.d"},
              {'3', "e[][]"}, {'e', ""},        {'c', "a.b[]"}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    struct field_json j, k;
    const size_t at = (size_t)(strchr(doc, want[i].mark) - doc);
    field_json_begin(&j, false);
    field_json_feed(&j, vg_str_n(doc, at));
    assert_true(vg_str_eqz(field_json_path(&j), want[i].path));
    field_json_begin(&k, false);
    for (size_t n = 0; n < at; n++)
      field_json_feed(&k, vg_str_n(doc + n, 1));
    assert_true(vg_str_eqz(field_json_path(&k), want[i].path));
  }
}

/* Deeper than FIELD_DEPTH nothing is told, and what is above again afterwards; a name that is too long is cut. */
static void bounds(void **state) {
  (void)state;
  struct field_json j;
  char name[2 * FIELD_NAME];
  field_json_begin(&j, false);
  for (int i = 0; i < 2 * FIELD_DEPTH; i++)
    field_json_feed(&j, VG_STR("{\"k\":"));
  assert_int_equal(field_json_path(&j).n, 0);
  for (int i = 0; i < 2 * FIELD_DEPTH - 1; i++)
    field_json_feed(&j, VG_STR("}"));
  field_json_feed(&j, VG_STR(",\"last\":"));
  assert_true(vg_str_eqz(field_json_path(&j), "last"));
  memset(name, 'n', sizeof name);
  field_json_feed(&j, VG_STR("1,\""));
  field_json_feed(&j, vg_str_n(name, sizeof name));
  field_json_feed(&j, VG_STR("\":"));
  assert_int_equal(field_json_path(&j).n, FIELD_NAME);
}

static void headers(void **state) {
  (void)state;
  static struct field_parts parts;
  static const struct {
    const char *head;
    uint32_t columns; /* 0: it is no header */
  } t[] = {{"#separator \\x09\n#fields\tts\tuid\tid.orig_h\n", 3},
           {"#Version: 1.0\r\n#Fields: date time c-ip\r\n", 3},
           {"\"time\",\"src ip\",\"a, b\"\n1,2,3\n", 0}, /* a comma is in no name */
           {"\"time\",\"src ip\"\n1,2\n", 2},
           {"name;value\nx;y\n", 2},
           {"alpha,beta\ngamma,delta\n", 0},
           {"alpha,beta\n1,delta\n", 2},
           {"10.0.0.1,evil.com\n1,2\n", 0},
           {"time,time\n1,2\n", 0},
           {"time,ip", 0}}; /* its line has not ended */
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct field_header *h = field_header_new(vg_str_z(t[i].head));
    assert_int_equal(field_header_name(h, t[i].columns).n > 0, t[i].columns > 0);
    assert_int_equal(field_header_name(h, t[i].columns + 1).n, 0);
    field_header_free(h);
  }
  struct field_header *h = field_header_new(VG_STR("time,ip\n1,2\n"));
  assert_true(field_columns(&parts, h, VG_STR("1,\"a,b\"\r"), false));
  assert_int_equal(parts.part[1].to, 7);
  assert_false(field_columns(&parts, h, VG_STR("1,2,3"), false));
  assert_true(field_columns(&parts, h, VG_STR("1,2,3"), true));
  assert_int_equal(parts.part[2].name.n, 0);
  field_header_free(h);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(paths), cmocka_unit_test(bounds), cmocka_unit_test(headers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
