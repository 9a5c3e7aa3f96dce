/* The rules of a match, and packs that must be refused. */
#include "match/match_internal.h"

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
      {MATCH_DOMAIN, "evil.com",
       "\xc2\xab"
       "evil.com\xc2\xbb",
       1},
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
      {MATCH_URL, "http://evil.com/a?b=1&c=2",
       "\"http://evil.com/a?b=1\\u0026c=2\" \\u003chttp://evil.com/a?b\\u003d1\\u0026c=2\\u003e http://evil.com/a?b=1\\u0027c=2",
       2},
      {MATCH_DOMAIN, "evil.com",
       "\xef\xbb\xbf"
       "evil.com \xef\xbb\xbfwww.evil.com",
       2}, /* behind a byte order mark */
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
      {MATCH_DOMAIN, "\xc3\xa9vil.com", "domain=.\xc3\xa9vil.com; ...\xc3\xa9vil.com", 2},
      {MATCH_DOMAIN, "xn--fsq.com", "\xe4\xbe\x8b.com", 1},
      {MATCH_DOMAIN, "evil.com", "evil.com[.]example.org", 0},
      {MATCH_DOMAIN, "readme.md",
       "http://git.example/a/README.md https://git.example/b/readme.md?x \"http:\\/\\/git.example\\/readme.md\"", 0},
      {MATCH_DOMAIN, "readme.md", "http://readme.md/ DIRECT/readme.md http://a.example/?u=http://readme.md readme.md",
       4},
      {MATCH_DOMAIN, "evil.com", "{\"u\":\"\\u0022evil.com\\u0022\"}", 1},
      {MATCH_DOMAIN, "evil.com",
       "evil\\u002ecom \\u0065vil.com www.evil.co\\u006d evil.com\\u003cbr www[.]evil.co\\u006d", 5},
      {MATCH_DOMAIN, "evil.com",
       "evil.com\\u002eexample not\\u0065vil.com evil.com\\u00fc evil\\\\u002ecom evil\\u00g2com evil\\u002com", 0},
      {MATCH_DOMAIN, "evil.co", "evil.co\\u006d evil.co\\u00fc", 0},
      {MATCH_DOMAIN, "vil.com", "\\u0065vil.com \\u00e9vil.com", 0},
      {MATCH_DOMAIN, "xn--bcher-kva.example",
       "\"b\\u00fccher.example\" www.B\\u00FCCHER.example b\\u00fccher[.]example", 3},
      {MATCH_DOMAIN, "evil.com", "\\ud83d\\ude00 evil.com \\ud83d evil\\u002ecom", 2},
      {MATCH_URL, "http://bad.example/x",
       "\"http:\\u002f\\u002fbad\\u002eexample\\u002fx\" \"http:\\/\\/bad\\u002eexample\\/x\" http:\\/\\/bad.example\\u002fx",
       3},
      {MATCH_EMAIL, "bob@mail.example", "bob\\u0040mail.example b\\u006fb@mail.example x\\u0062ob@mail.example", 2},
      {MATCH_IPV4, "1.2.3.4", "1.2\\u002e3.4 1.2.3.4\\u0035 5\\u002e1.2.3.4", 1},
      {MATCH_IPV4, "1.2.3.4", "\\n1.2.3.4 %201.2.3.4 .1.2.3.4. 1[.]2[.]3[.]4 ::1.2.3.4.5", 4},
      {MATCH_IPV4, "1.2.3.4", "0:0:0:0:0:ffff:1.2.3.4", 1},
      {MATCH_IPV6, "2001:db8::1", "2001:db8::1:1 2001:db8:0:0::1 2001:db8::1/64 12001:db8::1", 2},
      {MATCH_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
       "/x/da39a3ee5e6b4b0d3255bfef95601890afd80709.exe xda39a3ee5e6b4b0d3255bfef95601890afd80709", 1},
      {MATCH_MD5, "d41d8cd98f00b204e9800998ecf8427e",
       "%20d41d8cd98f00b204e9800998ecf8427e \\nd41d8cd98f00b204e9800998ecf8427e", 2},
      {MATCH_EMAIL, "bob@evil.com", "%20bob@evil.com a/bob@sub.evil.com", 1},
      {MATCH_CVE, "CVE-2021-44228",
       "\xc2\xab\xc2\xa0"
       "CVE-2021-44228\xc2\xa0\xc2\xbb \xe2\x80\x9c"
       "CVE-2021-44228\xe2\x80\x9d \xc3\xa9"
       "CVE-2021-44228 CVE-2021-44228\xc3\xa9",
       2},
      {MATCH_URL, "evil.com/a",
       "\xc2\xab"
       "http://evil.com/a\xc2\xbb http://evil.com/a\xe2\x80\xa6 http://evil.com/a\xc3\xa9",
       2},
      {MATCH_URL, "evil.com/a?b=c%20d",
       "u=http%3A%2F%2Fevil.com%2Fa%3Fb%3Dc%2520d&v=1 ?u=evil.com%2fa%3fb%3dc%2520d http%3A%2F%2Fevil.com%2Fa%3Fb%3Dc%2520d%2F1 http%3A%2F%2Fxevil.com%2Fa%3Fb%3Dc%2520d http%3A%2F%2Fevil.com%2Fa%3Fb%3Dc http://evil.com%2Fa%3Fb%3Dc%2520d",
       2},
      {MATCH_URL, "http://1.2.3.4:81/x",
       "u=http%3A%2F%2F1.2.3.4%3A81%2Fx, u=http%3A%2F%2F1.2.3.4%3A82%2Fx u=http%3A%2F%2F1.2.3.4%2Fx", 1},
      {MATCH_URL, "http://evil.com/a/*", "u=http%3A%2F%2Fevil.com%2Fa%2Fb", 1},
      {MATCH_URL, "evil.com/a?b&c", "http://evil.com/a?b&amp;c http://evil.com/a?b&ampc", 1},
      {MATCH_URL, "evil.com/caf\xc3\xa9", "http://evil.com/caf\\u00e9 http://evil.com/caf\\u00e8", 1},
      {MATCH_URL, "evil.com/caf", "http://evil.com/caf\\u00e9", 0},
      {MATCH_EMAIL,
       "bob@b\xc3\xbc"
       "cher.de",
       "bob@B\xc3\xbc"
       "cher.de xbob@b\xc3\xbc"
       "cher.de <bob@xn--bcher-kva.de>",
       2},
      {MATCH_FILE_PATH, "\\\\srv\\a b\\x.exe", "\\\\srv\\a b\\x.exe \"\\\\\\\\srv\\\\a b\\\\x.exe\" \\srv\\a b\\x.exe",
       2},
      {MATCH_FILE_PATH, "C:\\a b\\run.exe",
       "\"C:\\\\a b\\\\r\\u0075n.exe\" \"C:\\u005ca\\u0020b\\\\run.exe\" \"{\\\"p\\\":\\\"C:\\\\\\\\a b\\\\\\\\run.exe\\\"}\" x\\nC:\\\\a b\\\\run.exe "
       "\"C:\\u005ca\\u0021b\\\\run.exe\" \"C:\\u005ca b\\\\run.exe\\u0065\" xC:\\\\a b\\\\run.exe",
       4},
      {MATCH_USER_AGENT, "Evil/1.0 (\"x\"; y)", "\"Evil\\/1.0 (\\\"x\\\"; y)\" \"Evil\\/1.0 (\\'x\\'; y)\"", 1},
      {MATCH_BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
       "to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, 1a1zp1ep5qgefi2dmptftl5slmv7divfna", 1},
  };
  for (size_t i = 0; i < VG_COUNT(t); i++) {
    int got = hits(t[i].type, t[i].listed, t[i].text, strlen(t[i].text));
    if (got != t[i].want)
      fail_msg("%s in %s: %d", t[i].listed, t[i].text, got);
  }
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", "a e\0v\0i\0l\0.\0c\0o\0m\0 \0", 19), 1);
  static const char big_endian[] = "\xfe\xff\0a\0 \0e\0v\0i\0l\0.\0c\0o\0m";
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", big_endian, sizeof big_endian - 1), 1);
  assert_int_equal(hits(MATCH_DOMAIN, "evil.co", big_endian, sizeof big_endian - 1), 0);
  static const char before_euro[] = "\xfe\xff\0a\0 \0e\0v\0i\0l\0.\0c\0o\0m\x20\xac\0 \0b\0c\0d";
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", before_euro, sizeof before_euro - 1), 1);
  assert_int_equal(hits(MATCH_DOMAIN, "evil.co", before_euro, sizeof before_euro - 1), 0);
  /* Behind bytes that are a word with its first character; before a text that is no UTF-16. */
  static const char behind[] = "\xc3\xa9.e\0v\0i\0l\0.\0c\0o\0m\0\0", before[] = "\0a\0b\0c\0d\0e\0f\0evil.com";
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", behind, sizeof behind - 1), 1);
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", before, sizeof before - 1), 1);
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", "9999999999 evil.com\n9999999999999 evil.com", 42),
                   2); /* numbers that are no times */
  assert_int_equal(hits(MATCH_DOMAIN, "evil.com", "\0\0evil.com\0\r\n", 13), 1);
}

static const char *const names[] = {"plain", "sse2", "avx2", "avx512", "neon"};

static uint32_t chance(uint64_t *seed) {
  *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return (uint32_t)(*seed >> 33);
}

/* Among random bytes, most of which are told apart from names before they are looked at, names are found wherever
 * blocks of 64 bytes cut them. */
static void in_random_bytes(void **state) {
  (void)state;
  static const struct {
    enum match_type type;
    const char *listed, *text;
  } t[] = {{MATCH_DOMAIN, "xn--vil-9la.com", "\xc3\xa9vil.com"},
           {MATCH_DOMAIN, "\xc3\xa9vil.xn--p1ai", "\xc3\xa9vil.\xd1\x80\xd1\x84"},
           {MATCH_DOMAIN, "evil.com",
            "\xe2\x80\x9c\xff\xf0\xff"
            "evil.com\xff\x80\xe2\x80\xa6"},
           {MATCH_FILE_NAME, "mimi.exe", "\xff\xfemimi.exe\xff"},
           {MATCH_MUTEX, "zz_mutant", "\xc2\xabzz_mutant\xc2\xbb"}};
  char text[768];
  uint64_t seed = 1;
  for (size_t i = 0; i < VG_COUNT(t); i++)
    for (size_t at = 200; at < 400; at++) {
      for (size_t k = 0; k < sizeof text; k++)
        text[k] = (char)(chance(&seed) >> 8);
      text[at - 1] = ' ', text[at + strlen(t[i].text)] = '\n';
      memcpy(text + at, t[i].text, strlen(t[i].text));
      if (hits(t[i].type, t[i].listed, text, sizeof text) != 1)
        fail_msg("%s at %zu", t[i].listed, at);
    }
}

/* Every set of instructions of this machine gives the same hits, wherever blocks of 64 bytes and chunks of 8 KiB cut
 * the text. */
static const struct {
  enum match_type type;
  const char *listed, *text;
  int want;
} mixed[] = {
    {MATCH_DOMAIN, "evil.com",
     "www.EVIL.com evil[.]com \\nevil.com evil.com.fr \xc3\xa9vil.com ?u=evil%2Ecom&v=%65vil%2ecom%2F ?u=evil.com%2Efr "
     "%C3%A9vil.com r%65vil.com evil.com%61",
     5},
    {MATCH_IPV4, "203.0.113.9", "203.0.113.9:80 ::ffff:203.0.113.9 203.0.113.99 %20203.0.113.9 203.0.113.9.", 4},
    {MATCH_DOMAIN, "evil.sh", "evil.sh http://a.example/evil.sh#x http://a.example/b?evil.sh", 2},
    {MATCH_CIDR, "198.51.100.0/24", "198.51.100.255 198.51.101.1 198.51.100.7.1", 1},
    {MATCH_IPV6, "2001:db8:1:2:3:4:5:6", "[2001:0DB8:1:2:3:4:5:6] 2001:db8:1:2:3:4:5:7 00:11:22:33:44:55", 1},
    {MATCH_IPV6, "2001:db8::1", "2001:db8::1 2001:0db8:0000:0000:0000:0000:0000:0001 2001:db8::2 a=2001%3adb8%3A%3A1",
     3},
    {MATCH_CIDR, "2001:db8:77::/48", "2001:db8:77::9 2001:db8:78::9 2001:0db8:0077:1:2:3:4:5", 2},
    {MATCH_CIDR, "2a00:9900::/28", "2a00:990f::1 2a00:9910::1", 1},
    {MATCH_URL, "http://bad.example/a/long/enough/path.html",
     "http://bad.example/a/long/enough/path.html?x http://bad.example/a/long/enough/path.html", 1},
    {MATCH_URL, "http://caf\xc3\xa9.example/",
     "http://caf\xc3\xa9.example, http://xn--caf-dma.example/ caf\xc3\xa9.example/ http://caf\xc3\xa9.example/x "
     "caf\xc3\xa9.example http%3A%2F%2Fcaf\xc3\xa9.example",
     4},
    {MATCH_EMAIL, "bob@mail.example", "<Bob@mail.example> ?m=bob%40mail.example ?m=xbob%40mail.example", 2},
    {MATCH_SHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855 "
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8550",
     1},
    {MATCH_FILE_NAME, "mimi.exe", "C:\\x\\MIMI.exe mimi.exe.bak", 1},
    {MATCH_MUTEX, "Global\\zz_mutant", "Global\\\\zz_mutant", 1},
    {MATCH_BTC, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.", 1},
    {MATCH_ETH, "0x52908400098527886E0F7030069857D2E4169EE7",
     "to 0x52908400098527886e0f7030069857d2e4169ee7, 0x52908400098527886e0f7030069857d2e4169ee70", 1},
    {MATCH_XMR, "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
     "(44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A)", 1},
    {MATCH_IBAN, "FR7630006000011234567890189", "iban=FR7630006000011234567890189;", 1},
    {MATCH_REGISTRY, "HKEY_LOCAL_MACHINE\\Software\\Evil\\Run",
     "\"hklm\\\\SOFTWARE\\\\Evil\\\\Run\" HKLM\\Software\\Evil\\RunOnce", 1},
    {MATCH_FILE_PATH, "C:\\Users\\Public\\svc-host.dat",
     "c:\\users\\public\\SVC-HOST.dat C:\\Users\\Public\\svc-host.data D:\\svc-host.dat "
     "?f=C%3A%5CUsers%5CPublic%5Csvc-host.dat&x ?f=D%3A%5CUsers%5CPublic%5Csvc-host.dat "
     "?f=C%3A%5CUsers%5CPublic%5Csvc-host.dat%61",
     2},
    {MATCH_FILE_PATH, "/tmp/.x/run-me.sh", "exec /tmp/.x/run-me.sh; root/tmp/.x/run-me.sh", 1},
    {MATCH_USER_AGENT, "Mozilla/4.0 (compatible; EvilBot/1.2)",
     "\"Mozilla/4.0 (compatible; EvilBot/1.2)\" \"Mozilla/4.0 (compatible; GoodBot/1.2)\"", 1},
    {MATCH_IMPHASH, "f34d5f2d4577ed6d9ceec516c1f5a744", "IMPHASH=F34D5F2D4577ED6D9CEEC516C1F5A744", 1},
    {MATCH_AUTHENTIHASH, "aab0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "AAB0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", 1},
    {MATCH_SSDEEP, "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C", "=3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C,", 1},
    {MATCH_TLSH, "T1B4A23C0FAE3B5CD2D6C34ED0D6D39B1F2AC5A1E1F0C3B2A1908F7E6D5C4B3A29180F7E",
     "t1b4a23c0fae3b5cd2d6c34ed0d6d39b1f2ac5a1e1f0c3b2a1908f7e6d5c4b3a29180f7e", 1},
    {MATCH_TRACKER, "UA-12345678-1", "UA-12345678-1 UA-12345678-10", 1},
    {MATCH_MAC, "00-1A-2B-3C-4D-5E",
     "00:1a:2b:3c:4d:5e 00-1A-2b-3c-4d-5e 001a.2b3c.4d5e 001A2B3C4D5E \\n00:1a:2b:3c:4d:5e, [00:1a:2b:3c:4d:5e]. "
     "00:1a:2b:3c:4d:5e:6f ff:00:1a:2b:3c:4d:5e 00:1a:2b:3c:4d:5 x00:1a:2b:3c:4d:5e 00:1a:2b:3c:4d:5f 001a2b3c4d5e6f",
     6},
    {MATCH_PHONE, "+33 6 98 76 54 32",
     "+33698765432 0033698765432 tel:0698765432; 06.98.76.54.32 06-98-76-54-32 sip:33698765432@x 06987654321 "
     "106.98.76.54.32 +336987654321 a 33-698765432, (06) 98-76-54-32; +33 (0)6.98 76 54 32; 06\xc2\xa0"
     "98\xc2\xa0"
     "76\xc2\xa0"
     "54"
     "\xc2\xa0"
     "32! 0033 698 765 432, 06 98 76 54 32 10 a 10 06 98 76 54 32 a 06 98 76 54 321 9-06 98 76 54 3206 98 76 54 33",
     11},
    {MATCH_PHONE, "+4930123456", "\"+4930123456\" 004930123456 030123456", 2},
    {MATCH_CVE, "cve-2021-44228",
     "(CVE-2021-44228), CVE_2021_44228 /CVE-2021-44228. CVE-2021-442281 CVE-2021-4422 XCVE-2021-44228", 3},
    {MATCH_ATTACK, "T1059.001", "[T1059.001] attack.t1059.001 T1059 T1059.0012 XT1059.001", 2},
    {MATCH_CPE, "cpe:2.3:a:evilsoft:rat_tool:1.0:*:*:*:*:*:*:*",
     "\"cpe:2.3:A:EvilSoft:rat_tool:1.0:*:*:*:*:*:*:*\" cpe:2.3:a:evilsoft:rat_tool:1.1:*:*:*:*:*:*:*", 1},
    {MATCH_ASN, "64499", "AS64499 asn64499, AS644990 64499 FAS64499", 2},
    {MATCH_JA3, "e7d705a3286e19ea42f587b344ee6865", "ja3=E7D705A3286E19EA42F587B344EE6865", 1},
    {MATCH_JA4, "t13d1516h2_8daaf6152771_b186095e22b6",
     "ja4=t13d1516h2_8daaf6152771_b186095e22b6; t13d1516h2_8daaf6152771_b186095e22b7", 1},
    {MATCH_JARM, "27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d",
     "27D40D40D29D40D1DC42D43D00041D4689EE210389F4F6B4B5B1B93F92252D 27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d0",
     1},
};

static struct pack *mixed_pack(void) {
  struct pack_build *b;
  struct pack *p;
  struct pack_meta m = {.expires = VG_NOTIME};
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(mixed); i++) {
    struct pack_value v = {.type = mixed[i].type, .value = vg_str_z(mixed[i].listed), .expires = VG_NOTIME};
    assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
  }
  assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
  assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
  pack_build_free(b);
  assert_int_equal(pack_open(path, NULL, &p, NULL), VG_OK);
  return p;
}

static void engines(void **state) {
  (void)state;
  struct pack *p = mixed_pack();
  struct vg_buf text;
  int want = 0;
  vg_buf_init(&text, 1 << 16);
  for (size_t pad = 0; pad < 9000; pad += pad < 200 || pad > 7900 ? 1 : 100) {
    vg_buf_reset(&text);
    for (size_t i = 0; i < pad; i++)
      vg_buf_byte(&text, (unsigned char)" x,.9:"[pad % 6]);
    want = 0;
    for (size_t i = 0; i < VG_COUNT(mixed); i++) {
      vg_buf_byte(&text, ' ');
      vg_buf_z(&text, mixed[i].text);
      want += mixed[i].want;
    }
    for (size_t i = 0; i < VG_COUNT(names); i++) {
      int found = 0;
      if (!match_engine_use(p, names[i]))
        continue;
      assert_int_equal(match_bytes(p, vg_buf_view(&text), 1, count, &found, NULL), VG_OK);
      if (found != want)
        fail_msg("%s, %zu bytes in front: %d of %d", names[i], pad, found, want);
    }
  }
  pack_close(p);
  vg_buf_fini(&text);
}

struct trace {
  uint64_t hash, n;
};
static vg_code trace(void *ctx, const struct match_hit *hit, struct vg_err *err) {
  struct trace *t = ctx;
  (void)err;
  const uint64_t parts[] = {hit->entry, hit->at, hit->line, hit->offset, hit->seen.n};
  for (size_t i = 0; i < VG_COUNT(parts); i++)
    t->hash = (t->hash ^ parts[i]) * UINT64_C(0x100000001b3);
  t->n++;
  return VG_OK;
}

/* Texts thrown together of listed values, pieces of them and what makes tokens strange: the same hits in the same
 * places, with any instructions. */
static void engines_agree(void **state) {
  (void)state;
  static const char *const odd[] = {".",        "..",
                                    "%",        "%2e",
                                    "%40",      "%3A",
                                    "06 98 76", " 54 32",
                                    "\\",       "\\n",
                                    "\\u002f",  "\\u002e",
                                    "\\u00e9",  "\\ud83d\\ude00",
                                    "\\u",      "[.]",
                                    "(dot)",    "[",
                                    "]",        ":",
                                    "::",       "/",
                                    "//",       "@",
                                    "\n",       "\r\n",
                                    " ",        "-",
                                    "\xc3\xa9", "\xc2\xab",
                                    "\xc2\xa0", "\xe2\x80\x9d",
                                    "\xe2\x80", "\xf0\x9f\x98\x80",
                                    "\xff",     "1.2.3",
                                    "a.b",      "0.0",
                                    "com",      "abc",
                                    "12345",    "deadbeefdeadbeef"};
  struct pack *p = mixed_pack();
  struct vg_buf text;
  uint64_t seed = 7, total = 0;
  vg_buf_init(&text, 1 << 20);
  for (int round = 0; round < 400; round++) {
    struct trace first = {0};
    bool have = false;
    vg_buf_reset(&text);
    while (text.n < 20000) {
      const unsigned r = chance(&seed), what = r % 8;
      const char *value = mixed[r / 8 % VG_COUNT(mixed)].listed;
      if (what == 0)
        vg_buf_z(&text, mixed[r / 8 % VG_COUNT(mixed)].text);
      else if (what < 3)
        vg_buf_z(&text, value);
      else if (what == 3)
        vg_buf_add(&text, value, r / 512 % strlen(value));
      else if (what == 4 && round % 4 == 0)
        for (size_t i = 0; value[i]; i++)
          vg_buf_byte(&text, (unsigned char)value[i]), vg_buf_byte(&text, 0);
      else
        vg_buf_z(&text, odd[r / 8 % VG_COUNT(odd)]);
      if (r / 8192 % 3 == 0)
        vg_buf_byte(&text, ' ');
      for (unsigned k = round % 4 == 3 ? r / 65536 % 50 : 0; k; k--)
        vg_buf_byte(&text, (unsigned char)(chance(&seed) >> 8));
    }
    if (round % 8 == 5) { /* all of it in UTF-16LE: longer than what is undone at once */
      struct vg_buf wide;
      vg_buf_init(&wide, 1 << 20);
      for (size_t i = 0; i < text.n; i++)
        vg_buf_byte(&wide, (unsigned char)text.p[i] < 0x80 ? (unsigned char)text.p[i] : ' '), vg_buf_byte(&wide, 0);
      vg_buf_fini(&text);
      text = wide;
    }
    for (size_t i = 0; i < VG_COUNT(names); i++) {
      struct trace t = {.hash = 1};
      if (!match_engine_use(p, names[i]))
        continue;
      assert_int_equal(match_bytes(p, vg_buf_view(&text), 1, trace, &t, NULL), VG_OK);
      if (have && (t.hash != first.hash || t.n != first.n))
        fail_msg("%s, round %d: %llu hits, plain %llu", names[i], round, (unsigned long long)t.n,
                 (unsigned long long)first.n);
      first = t, have = true;
    }
    total += first.n;
  }
  assert_true(total > 1000);
  pack_close(p);
  vg_buf_fini(&text);
}

static uint64_t work(const struct pack *p, const char *shape, size_t n) {
  struct vg_buf text;
  struct scan s;
  int found = 0;
  vg_buf_init(&text, 1 << 22);
  while (text.n < n)
    vg_buf_add(&text, shape, strlen(shape) + (strlen(shape) == 1 && shape[0] == 'a'));
  assert_int_equal(scan_init(&s, p, 1, count, &found, NULL), VG_OK);
  scan_piece(&s, (const unsigned char *)text.p, text.n);
  scan_fini(&s);
  vg_buf_fini(&text);
  return s.steps;
}

/* What is looked at closely grows as the input does, whatever its shape, and stays within so many looks a byte. */
static void linear(void **state) {
  (void)state;
  static const char *const shapes[] = {"a.b[.]c ",
                                       "[.]",
                                       "a[.",
                                       "(dot)",
                                       "a.",
                                       "1.2.3.",
                                       ":",
                                       "::",
                                       "1:",
                                       "1:2:3:4:5:6:7",
                                       "::1 ",
                                       "::ffff:203.0.113.9 ",
                                       "0123456789abcdef",
                                       "\xc3\xa9.",
                                       "\xff.",
                                       "\xc3\xa9.a ",
                                       " http://",
                                       "a@a.",
                                       " www.evil.com",
                                       "x.evil.com.",
                                       "%evil.com ",
                                       "\\u002fevil.com ",
                                       "\\u002eevil.com",
                                       "a",
                                       "evil.com[.]",
                                       "/evil.sh#",
                                       "http://bad.example/a/long/enough/path.htm",
                                       "caf\xc3\xa9.example/HT,",
                                       " bob@mail.example",
                                       "!#$%&'*+@mail.example ",
                                       " 198.51.100.7",
                                       "mimi.exe.",
                                       "Global\\zz_mutan",
                                       "-.-",
                                       "{.}"};
  struct pack *p = mixed_pack();
  for (size_t i = 0; i < VG_COUNT(shapes); i++) {
    const uint64_t one = work(p, shapes[i], 1 << 18), two = work(p, shapes[i], 1 << 19);
    if (two > 2 * one + (1 << 16) || two > (uint64_t)(1 << 19) * 16)
      fail_msg("\"%s\": %llu, then %llu", shapes[i], (unsigned long long)one, (unsigned long long)two);
  }
  pack_close(p);
}

/* Many values that share their longest word: the i-th of a shape. */
static void common(struct vg_buf *b, enum match_type *type, unsigned i) {
  static const enum match_type types[] = {MATCH_FILE_PATH, MATCH_FILE_PATH, MATCH_USER_AGENT,
                                          MATCH_REGISTRY,  MATCH_MUTEX,     MATCH_FILE_NAME};
  const size_t k = i % VG_COUNT(types);
  *type = types[k];
  vg_buf_reset(b);
  switch (k) {
  case 0: vg_buf_fmt(b, "C:\\Users\\%s%04u\\AppData\\installer-setup-payload.exe", i < 60 ? "u" : "bob", i); break;
  case 1: vg_buf_fmt(b, "D:\\data\\n%04u\\installer-setup-payload.exe", i); break;
  case 2: vg_buf_fmt(b, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/%u.0 Safari/537.36", i); break;
  case 3: vg_buf_fmt(b, "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\svc%u", i); break;
  case 4: vg_buf_fmt(b, "Global\\the-very-same-beginning\\%u", i); break;
  default: vg_buf_fmt(b, "%%%02x %u installer-setup-payload.exe", i % 256, i); break;
  }
}

/* Each is found once, listed twice or not, in a text and in JSON; what is compared does not grow with the list. */
static void crowded(void **state) {
  (void)state;
  enum { MOST = 6000 };
  struct vg_buf v, text;
  uint64_t steps[2];
  vg_buf_init(&v, 300), vg_buf_init(&text, 1 << 22);
  for (unsigned round = 0; round < 2; round++) {
    const unsigned n = round ? MOST : MOST / 10;
    struct pack_build *b;
    struct pack *p;
    struct scan s;
    int found = 0;
    const struct pack_meta m = {.expires = VG_NOTIME};
    assert_int_equal(pack_build_new(&b, NULL), VG_OK);
    for (unsigned i = 0; i < n + n / 4; i++) {
      struct pack_value one = {.expires = VG_NOTIME};
      common(&v, &one.type, i < n ? i : i - n);
      one.value = vg_buf_view(&v);
      assert_int_equal(pack_build_add(b, &one, NULL), VG_OK);
    }
    assert_int_equal(pack_build_count(b, MATCH_TYPES), n);
    assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
    assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
    pack_build_free(b);
    assert_int_equal(pack_open(path, NULL, &p, NULL), VG_OK);
    for (unsigned json = 0; json < 2; json++) {
      vg_buf_reset(&text);
      for (unsigned i = 0; i < MOST / 10; i++) {
        enum match_type type;
        common(&v, &type, i);
        vg_buf_z(&text, json ? "{\"k\": \"" : "see \"");
        for (size_t k = 0; k < v.n; k++)
          vg_buf_fmt(&text, json && v.p[k] == '\\' ? "\\%c" : "%c", v.p[k]);
        vg_buf_z(&text, json ? "\"}\n" : "\" now\n");
      }
      found = 0;
      assert_int_equal(scan_init(&s, p, 1, count, &found, NULL), VG_OK);
      scan_piece(&s, (const unsigned char *)text.p, text.n);
      steps[round] = s.steps;
      scan_fini(&s);
      assert_int_equal(found, MOST / 10);
    }
    pack_close(p);
  }
  assert_true(steps[1] < 4 * steps[0]);
  vg_buf_fini(&v), vg_buf_fini(&text);
}

static vg_code name_of(void *ctx, const struct match_hit *hit, struct vg_err *err) {
  (void)err;
  (void)vg_str_copy(ctx, 32, hit->indicator);
  return VG_OK;
}

static vg_code resolved(void *ctx, size_t name, enum match_type type, vg_str value, vg_str source, struct vg_err *err) {
  (void)source, (void)err;
  assert_int_equal(name, 0);
  assert_int_equal(type, MATCH_DOMAIN);
  (void)vg_str_copy(ctx, 32, value);
  return VG_OK;
}

/* A blind pack gives the hits of a plain one, with its secret only, and holds no value. */
static void blind(void **state) {
  (void)state;
  static const unsigned char secret[MATCH_SECRET] = "one secret of thirty-two bytes..", other[MATCH_SECRET] = "other";
  struct pack_build *b;
  struct pack *p;
  struct vg_buf file, text;
  struct pack_meta m = {.expires = VG_NOTIME, .blind = secret};
  struct pack_policy with = {.secret = secret}, wrong = {.secret = other};
  int want = 0, found = 0;
  vg_buf_init(&file, 1 << 20), vg_buf_init(&text, 1 << 16);
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(mixed); i++) {
    struct pack_value v = {
        .type = mixed[i].type, .value = vg_str_z(mixed[i].listed), .source = VG_STR("source-x"), .expires = VG_NOTIME};
    assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
    vg_buf_z(&text, mixed[i].text);
    vg_buf_byte(&text, '\n');
    want += mixed[i].want;
  }
  assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
  assert_int_equal(pack_build_count(b, MATCH_TYPES), VG_COUNT(mixed)); /* other spellings do not count */
  assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
  pack_build_free(b);
  assert_int_equal(pack_open(path, NULL, &p, NULL), VG_EDENIED);
  assert_int_equal(pack_open(path, &wrong, &p, NULL), VG_EDENIED);
  assert_int_equal(pack_open(path, &with, &p, NULL), VG_OK);
  assert_int_equal(match_bytes(p, vg_buf_view(&text), 1, count, &found, NULL), VG_OK);
  assert_int_equal(found, want);
  char name[32] = "", value[32] = ""; /* and who has the list reads them */
  assert_int_equal(match_bytes(p, VG_STR("www.evil.com"), 1, name_of, name, NULL), VG_OK);
  assert_true(vg_str_starts(vg_str_z(name), VG_STR("blind:")));
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(mixed); i++) {
    struct pack_value v = {.type = mixed[i].type, .value = vg_str_z(mixed[i].listed), .expires = VG_NOTIME};
    assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
  }
  const struct blind_named asked[] = {{vg_str_z(name), 1}, {VG_STR("blind:0123456789abcdef"), 1}},
                           bad[] = {{VG_STR("blind:xyz"), 1}};
  assert_int_equal(pack_build_resolve(b, secret, asked, 2, resolved, value, NULL), VG_OK);
  assert_string_equal(value, "evil.com");
  value[0] = 0;
  assert_int_equal(pack_build_resolve(b, other, asked, 2, resolved, value, NULL), VG_OK);
  assert_string_equal(value, "");
  assert_int_equal(pack_build_resolve(b, secret, bad, 1, resolved, value, NULL), VG_EUSAGE);
  pack_build_free(b);
  pack_close(p);
  assert_int_equal(vg_file_read(path, &file, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(mixed); i++)
    assert_true(vg_str_find(vg_buf_view(&file), vg_str_sub(vg_str_z(mixed[i].listed), 0, 8), 0) == SIZE_MAX);
  assert_true(vg_str_find(vg_buf_view(&file), VG_STR("source-x"), 0) == SIZE_MAX);
  vg_buf_fini(&file), vg_buf_fini(&text);
}

static vg_code time_of(void *ctx, const struct match_hit *h, struct vg_err *err) {
  (void)err;
  *(vg_time *)ctx = h->time;
  return VG_OK;
}

/* The time of a line, in the forms of the logs that people have; now is 2026-11-26. */
static void times(void **state) {
  (void)state;
  static const struct {
    const char *line, *want;
  } cases[] = {
      {"2026-11-02T10:20:15.123Z h evil.com", "2026-11-02T10:20:15.123Z"},
      {"2026-11-02T10:20:15+01:00 h evil.com", "2026-11-02T09:20:15.000Z"},
      {"2026-11-02 10:20:15,123 INFO evil.com", "2026-11-02T10:20:15.123Z"},
      {"2026-11-02 10:20:15 +0100 evil.com", "2026-11-02T09:20:15.000Z"},
      {"2026/11/02 10:20:15 [error] 1#1: evil.com", "2026-11-02T10:20:15.000Z"},
      {"<34>1 2026-10-11T22:14:15.003Z mymachine su - ID47 - evil.com", "2026-10-11T22:14:15.003Z"},
      {"<34>Oct 11 22:14:15 mymachine su: evil.com", "2026-10-11T22:14:15.000Z"},
      {"Oct  1 22:14:15 ns dnsmasq[12]: query[A] evil.com from 10.0.0.1", "2026-10-01T22:14:15.000Z"},
      {"Dec 31 23:59:59 ns unbound: evil.com", "2025-12-31T23:59:59.000Z"},
      {"Feb 29 10:00:00 ns evil.com", "2024-02-29T10:00:00.000Z"},
      {"Wed Oct 11 14:32:52 2023 evil.com", "2023-10-11T14:32:52.000Z"},
      {"[Wed Oct 11 14:32:52.123 2023] [core:error] evil.com", "2023-10-11T14:32:52.123Z"},
      {"Oct 11 2023 22:14:15: %ASA-6-302013: evil.com", "2023-10-11T22:14:15.000Z"},
      {"02-Nov-2026 10:20:15.123 queries: info: client @0x1 10.0.0.1#99 (evil.com): query: evil.com IN A",
       "2026-11-02T10:20:15.123Z"},
      {"195.61.19.81 - - [02/Nov/2026:10:20:15 +0100] \"GET / HTTP/1.1\" 200 1 \"http://evil.com/\"",
       "2026-11-02T09:20:15.000Z"},
      {"::1 - bob [x] [02/Nov/2026:10:20:15 -0500] evil.com", "2026-11-02T15:20:15.000Z"},
      {"1795000000.252    748 10.26.114.171 TCP_MISS/200 GET http://evil.com/", "2026-11-18T11:06:40.252Z"},
      {"1795000000.587234	C1	10.0.0.1	53	evil.com", "2026-11-18T11:06:40.587Z"},
      {"[1795000000] unbound[12:0] info: 10.0.0.1 evil.com. A IN", "2026-11-18T11:06:40.000Z"},
      {"{\"ts\":1795000000.587234,\"uid\":\"C3\",\"q\":\"evil.com\"}", "2026-11-18T11:06:40.587Z"},
      {"{\"EventID\":1,\"UtcTime\":\"2026-11-02 10:20:15.123\",\"q\":\"evil.com\"}", "2026-11-02T10:20:15.123Z"},
      {"{\"_path\":\"dns\",\"_write_ts\":\"2026-11-02T10:20:16Z\",\"ts\":\"2026-11-02T10:20:15.000000Z\",\"q\":\"evil.com\"}",
       "2026-11-02T10:20:15.000Z"},
      {"{\"a\": 1, \"@timestamp\" : \"2026-11-02T10:20:15.5+02:00\", \"q\":\"evil.com\"}", "2026-11-02T08:20:15.500Z"},
      {"{\"__REALTIME_TIMESTAMP\":\"1795000000123456\",\"M\":\"evil.com\"}", "2026-11-18T11:06:40.123Z"},
      {"\"2026-11-02 10:20:15\",\"evil.com\"", "2026-11-02T10:20:15.000Z"},
      {"2026-11-02 10:20:15 10.0.0.1 GET /x - 80 - evil.com", "2026-11-02T10:20:15.000Z"},
      {"1234567 evil.com", NULL},
      {"99.99.99.99 evil.com", NULL},
      {"2026-13-45 10:20:15 evil.com", NULL},
      {"evil.com", NULL},
      {"May evil.com", NULL},
  };
  struct pack_build *b;
  struct pack *p;
  vg_time now;
  struct pack_meta m = {.expires = VG_NOTIME};
  struct pack_value v = {.type = MATCH_DOMAIN, .value = VG_STR("evil.com"), .expires = VG_NOTIME};
  assert_true(vg_time_parse(VG_STR("2026-11-26T12:00:00Z"), &now));
  const struct pack_policy policy = {.now = now};
  assert_int_equal(pack_build_new(&b, NULL), VG_OK);
  assert_int_equal(pack_build_add(b, &v, NULL), VG_OK);
  assert_int_equal(pack_build_seal(b, &m, NULL, NULL, NULL), VG_OK);
  assert_int_equal(pack_build_save(b, path, NULL, NULL), VG_OK);
  pack_build_free(b);
  assert_int_equal(pack_open(path, &policy, &p, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    vg_time t = 0;
    char text[VG_TIME_TEXT];
    assert_int_equal(match_bytes(p, vg_str_z(cases[i].line), 1, time_of, &t, NULL), VG_OK);
    if (cases[i].want)
      assert_string_equal(vg_time_text(text, t, true), cases[i].want);
    else
      assert_int_equal(t, VG_NOTIME);
  }
  pack_close(p);
}

static void pack_bytes(struct vg_buf *b) {
  hits(MATCH_DOMAIN, "evil.com", "", 0);
  vg_buf_init(b, 1 << 20);
  assert_int_equal(vg_file_read(path, b, NULL), VG_OK);
}

static void bad_packs(void **state) {
  (void)state;
  struct vg_buf b;
  struct pack *p;
  pack_bytes(&b);
  for (size_t i = 0; i < b.n; i += i < 600 ? 1 : 97) {
    b.p[i] = (char)(b.p[i] ^ 1);
    assert_int_equal(vg_file_write(path, vg_buf_view(&b), 0600, NULL), VG_OK);
    const struct pack_policy policy = {.threads = (unsigned)i % 4};
    assert_int_not_equal(pack_open(path, &policy, &p, NULL), VG_OK);
    b.p[i] = (char)(b.p[i] ^ 1);
  }
  assert_int_equal(vg_file_write(path, vg_str_n(b.p, b.n - 8), 0600, NULL), VG_OK);
  assert_int_equal(pack_open(path, NULL, &p, NULL), VG_EDAMAGE);
  vg_buf_fini(&b);
}

/* Packs of before version 5 have sums of SHA-256. */
static void older_packs(void **state) {
  (void)state;
  struct vg_buf b;
  struct pack *p;
  pack_bytes(&b);
  struct pack_head *h = (struct pack_head *)(void *)b.p;
  for (uint32_t version = 0; version <= PACK_VERSION + 1; version++) {
    h->version = version;
    for (size_t i = 0; i < PACK_SECTIONS; i++)
      pack_sum(version, vg_str_n(b.p + h->section[i].at, h->section[i].size), h->section[i].sum);
    vg_sha256(h, PACK_SEALED, h->sha256);
    assert_int_equal(vg_file_write(path, vg_buf_view(&b), 0600, NULL), VG_OK);
    const vg_code rc = pack_open(path, NULL, &p, NULL);
    assert_int_equal(rc, !version ? VG_EDAMAGE : version < PACK_OLDEST || version > PACK_VERSION ? VG_EVERSION : VG_OK);
    if (rc == VG_OK)
      pack_close(p);
  }
  vg_buf_fini(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules),   cmocka_unit_test(in_random_bytes),
                                     cmocka_unit_test(engines), cmocka_unit_test(engines_agree),
                                     cmocka_unit_test(linear),  cmocka_unit_test(crowded),
                                     cmocka_unit_test(blind),   cmocka_unit_test(bad_packs),
                                     cmocka_unit_test(times),   cmocka_unit_test(older_packs)};
  int fd = mkstemp(path);
  if (fd < 0)
    return 1;
  close(fd);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  unlink(path);
  return failed;
}
