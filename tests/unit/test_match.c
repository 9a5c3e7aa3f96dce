/* The rules of a match, and packs that must be refused. */
#include "match/match.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/vigie-match-XXXXXX";

static vg_code count(void *ctx, const struct match_hit *h, struct vg_err *err) {
  (void)h, (void)err;
  ++*(int *)ctx;
  return VG_OK;
}

static int hits(enum match_type type, const char *listed, const char *text, size_t n) {
  struct pack_build *b;
  struct pack *p;
  int found = 0;
  struct pack_value v = {.type = type, .value = vg_str_z(listed), .expires = VG_NOTIME};
  struct pack_meta m = {.expires = VG_NOTIME};
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
  assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
  assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
  pack_build_free(b);
  assert_int_equal(pack_open(path, NULL, &p, NULL), VG_OK);
  assert_int_equal(match_bytes(p, vg_str_n(text, n), 1, count, &found, NULL), VG_OK);
  pack_close(p);
  return found;
}

static void rules(void **state) {
  (void)state;
  static const struct {
    enum match_type type;
    const char *listed, *text;
    int want;
  } t[] = {
      {MATCH_DOMAIN, "evil.com", "GET http://WWW.Evil.COM.:8080/x", 1},
      {MATCH_DOMAIN, "evil.com", "notevil.com evil.com.example.org my-evil.com evil.comx", 0},
      {MATCH_DOMAIN, "evil.com", "at evil[.]com", 1},
      {MATCH_DOMAIN, "evil[.]com", "at hxxps://evil(dot)com/a", 1},
      {MATCH_DOMAIN, "evil.com", "{\"a\":\"x\\nevil.com\"}", 1},
      {MATCH_DOMAIN, "evil.com", "u=http%3A%2F%2Fevil.com", 1},
      {MATCH_DOMAIN, "evil.com", "\xc2\xab" "evil.com\xc2\xbb", 1},
      {MATCH_IPV4, "1.2.3.4", "1.2.3.4:80", 1},
      {MATCH_IPV4, "1.2.3.4", "1.2.3.45 11.2.3.4 1.2.3.4.5 1.2.3.04", 0},
      {MATCH_IPV4, "1.2.3.4", "from ::ffff:1.2.3.4 port", 1},
      {MATCH_IPV4, "1.2.3.4", "from ::FFFF:0102:0304 port", 1},
      {MATCH_CIDR, "10.1.2.3/24", "10.1.2.255 10.1.3.1", 1},
      {MATCH_CIDR, "2001:db8::/32", "2001:db8:1::5 2001:db9::1", 1},
      {MATCH_IPV6, "2001:db8::1", "[2001:0DB8:0:0:0:0:0:1]:443", 1},
      {MATCH_IPV4_PORT, "1.2.3.4:80", "1.2.3.4:80 1.2.3.4:8080", 1},
      {MATCH_URL, "http://Evil.com:80/a%7eb?q", "https://evil.com/a~b?q#f ", 1},
      {MATCH_URL, "evil.com/a", "http:\\/\\/evil.com\\/a\" evil.com/ab", 1},
      {MATCH_EMAIL, "bob@evil.com", "from=<Bob@Evil.com> xbob@evil.com", 1},
      {MATCH_MD5, "d41d8cd98f00b204e9800998ecf8427e", "MD5=D41D8CD98F00B204E9800998ECF8427E.", 1},
      {MATCH_MD5, "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427eab", 0},
      {MATCH_FILE_NAME, "@Please_Read_Me@.txt", "C:\\x\\@please_read_me@.txt", 1},
      {MATCH_FILE_NAME, "tasksche.exe", "C:\\\\ProgramData\\\\tasksche.exe mytasksche.exe", 1},
      {MATCH_MUTEX, "Global\\MsWinZones", "\"Global\\\\MsWinZones\"", 1},
      {MATCH_MUTEX, "Global\\MsWinZones", "Global\\MsWinZonesX", 0},
      {MATCH_URL, "evil.com/a", "http://evil.com/a,http://evil.com/b http://evil.com/a.html (see evil.com/a).", 2},
      {MATCH_URL, "http://evil.com/a/*", "http://evil.com/a/b/c?d http://evil.com/b", 1},
      {MATCH_URL, "http://1.2.3.4:8080/x", "http://1.2.3.4:8080/x http://1.2.3.4/x", 1},
      {MATCH_DOMAIN, "\xc3\xa9vil.com", "www.xn--vil-9la.com", 1},
      {MATCH_DOMAIN, "xn--vil-9la.com", "sur www.\xc3\x89vil.com, et \xc3\xa9vil.com.", 2},
      {MATCH_DOMAIN, "vil.com", "sur \xc3\xa9vil.com", 0},
      {MATCH_DOMAIN, "xn--fsq.com", "\xe4\xbe\x8b.com", 1},
      {MATCH_DOMAIN, "evil.com", "evil.com[.]example.org", 0},
      {MATCH_DOMAIN, "evil.com", "{\"u\":\"\\u0022evil.com\\u0022\"}", 1},
      {MATCH_IPV4, "1.2.3.4", "\\n1.2.3.4 %201.2.3.4 .1.2.3.4. 1[.]2[.]3[.]4 ::1.2.3.4.5", 4},
      {MATCH_IPV4, "1.2.3.4", "0:0:0:0:0:ffff:1.2.3.4", 1},
      {MATCH_IPV6, "2001:db8::1", "2001:db8::1:1 2001:db8:0:0::1 2001:db8::1/64 12001:db8::1", 2},
      {MATCH_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "/x/da39a3ee5e6b4b0d3255bfef95601890afd80709.exe xda39a3ee5e6b4b0d3255bfef95601890afd80709", 1},
      {MATCH_MD5, "d41d8cd98f00b204e9800998ecf8427e", "%20d41d8cd98f00b204e9800998ecf8427e \\nd41d8cd98f00b204e9800998ecf8427e", 2},
      {MATCH_EMAIL, "bob@evil.com", "%20bob@evil.com a/bob@sub.evil.com", 1},
      {MATCH_BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, 1a1zp1ep5qgefi2dmptftl5slmv7divfna", 1},
  };
  for (size_t i = 0; i < VG_COUNT(t); i++) {
    int got = hits(t[i].type, t[i].listed, t[i].text, strlen(t[i].text));
    if (got != t[i].want)
      fail_msg("%s in %s: %d", t[i].listed, t[i].text, got);
  }
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", "a e\0v\0i\0l\0.\0c\0o\0m\0 \0", 19), 1);
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", "\0\0evil.com\0\r\n", 13), 1);
}

static void bad_packs(void **state) {
  (void)state;
  struct vg_buf b;
  struct pack *p;
  hits(MATCH_DOMAIN, "evil.com", "", 0);
  vg_buf_init(&b, 1 << 20);
  assert_int_equal(vg_file_read(path, &b, NULL), VG_OK);
  for (size_t i = 0; i < b.n; i += i < 600 ? 1 : 97) {
    b.p[i] = (char)(b.p[i] ^ 1);
    assert_int_equal(vg_file_write(path, vg_buf_view(&b), 0600, NULL), VG_OK);
    assert_int_not_equal(pack_open(path, NULL, &p, NULL), VG_OK);
    b.p[i] = (char)(b.p[i] ^ 1);
  }
  assert_int_equal(vg_file_write(path, vg_str_n(b.p, b.n - 8), 0600, NULL), VG_OK);
  assert_int_equal(pack_open(path, NULL, &p, NULL), VG_EDAMAGE);
  vg_buf_fini(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules), cmocka_unit_test(bad_packs)};
  int fd = mkstemp(path);
  if (fd < 0)
    return 1;
  close(fd);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return failed;
}
