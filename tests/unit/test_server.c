#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/server_internal.h"

static void escapes(void **state) {
  (void)state;
  struct vg_buf b;
  vg_buf_init(&b, 4096);
  html_text(&b, VG_STR("<a href=\"x\">l'&</a>"));
  assert_string_equal(vg_buf_text(&b), "&lt;a href=&quot;x&quot;&gt;l&#39;&amp;&lt;/a&gt;");
  vg_buf_fini(&b);
}

static void fields(void **state) {
  (void)state;
  char out[16];
  assert_true(form_get(VG_STR("a=1&b=%C3%A9+x%26"), "b", out, sizeof out));
  assert_string_equal(out, "é x&");
  assert_false(form_get(VG_STR("a=1"), "b", out, sizeof out));
  assert_false(form_get(VG_STR("b=%0"), "b", out, sizeof out));
  assert_false(form_get(VG_STR("b=%zz"), "b", out, sizeof out));
  assert_false(form_get(VG_STR("b=%00"), "b", out, sizeof out));
  assert_true(form_get(VG_STR("b=123456789012345"), "b", out, sizeof out));
  assert_false(form_get(VG_STR("b=1234567890123456"), "b", out, sizeof out));
}

static void sessions_end(void **state) {
  (void)state;
  static struct sessions s;
  char token[SESSION_TOKEN + 1];
  session_new(&s, "anne", VG_HOUR, token);
  assert_non_null(session_find(&s, token, VG_HOUR));
  assert_null(session_find(&s, token, 9 * VG_HOUR));
  token[0] = token[0] == '0' ? '1' : '0';
  assert_null(session_find(&s, token, VG_HOUR));
  for (int i = 0; i < 5; i++) {
    assert_false(session_blocked(&s, "anne", VG_HOUR));
    session_failed(&s, "anne", VG_HOUR);
  }
  assert_true(session_blocked(&s, "anne", VG_HOUR));
  assert_false(session_blocked(&s, "anne", VG_HOUR + 61 * VG_SECOND));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(escapes), cmocka_unit_test(fields), cmocka_unit_test(sessions_end)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
