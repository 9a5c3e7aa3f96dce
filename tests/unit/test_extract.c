/* Values out of free text: what is found, where, what is not, and how much work it costs. */
#include "base/file.h"
#include "base/json.h"
#include "base/table.h"
#include "intel/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* --- agreement with labelled texts ---------------------------------------------------------------------------- */

struct score {
  int64_t right, extra, missed;
};
struct text {
  struct vg_table *found; /* "type value" */
};

static vg_code keep(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct text *t = ctx;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  vg_buf_fmt(&b, "%s ", intel_type_name(h->type));
  vg_buf_str(&b, h->value);
  vg_code rc = vg_table_put(t->found, vg_buf_view(&b), 0, err);
  vg_buf_fini(&b);
  return rc;
}

/* A label's value in our spelling; value 1 in the table: found. */
static bool take(struct text *t, enum indicator_type type, vg_str value) {
  struct vg_buf spelled, key;
  uint64_t was;
  vg_buf_init(&spelled, 1 << 16);
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%s ", intel_type_name(type));
  if (intel_normalise(type, value, &spelled))
    vg_buf_str(&key, vg_buf_view(&spelled));
  else
    vg_buf_str(&key, value);
  bool there = vg_table_get(t->found, vg_buf_view(&key), &was);
  if (there)
    assert_int_equal(vg_table_put(t->found, vg_buf_view(&key), 1, NULL), VG_OK);
  vg_buf_fini(&spelled);
  vg_buf_fini(&key);
  return there;
}

/* What each label of a corpus is called here. */
struct label {
  const char *name;
  uint64_t types;
};

static bool take_any(struct text *t, uint64_t types, vg_str value) {
  for (unsigned k = 0; k < INDICATOR_TYPES; k++)
    if ((types >> k & 1) && take(t, (enum indicator_type)k, value))
      return true;
  return false;
}

static void labels_of(struct text *t, vg_jv expected, uint64_t types, struct score *s, vg_str input) {
  struct vg_jit it;
  vg_jv one;
  vg_str value;
  for (vg_jit_init(&it, expected); vg_jit_next(&it, NULL, &one);) {
    if (!vg_jv_str(one, &value))
      continue;
    if (take_any(t, types, value)) {
      s->right++;
    } else {
      s->missed++;
      if (getenv("SHOW"))
        print_message("missed %.*s   in %.*s\n", (int)value.n, value.p, (int)input.n, input.p);
    }
  }
}

static void count_extra(struct text *t, uint64_t types, struct score *s, vg_str input) {
  for (size_t i = 0; i < vg_table_count(t->found); i++) {
    vg_str key, type;
    uint64_t seen;
    enum indicator_type known = INDICATOR_TYPES;
    vg_table_entry(t->found, i, &key, &seen);
    vg_str rest = key;
    (void)vg_str_cut(&rest, ' ', &type);
    if (seen || !intel_type_by_name(type, &known) || !(types >> known & 1))
      continue;
    s->extra++;
    if (getenv("SHOW"))
      print_message("extra  %.*s   in %.*s\n", (int)key.n, key.p, (int)input.n, input.p);
  }
}

/* cases: [{"input":text,"expected":{label:[value...]}}...]; every other one is held out while rules are written. */
static void agree(const char *path, const struct label *labels, size_t count, struct score halves[2]) {
  struct vg_json *json;
  struct vg_buf text;
  vg_jv root, one;
  struct vg_jit it;
  size_t number = 0;
  uint64_t types = 0;
  for (size_t i = 0; i < count; i++)
    types |= labels[i].types;
  vg_buf_init(&text, 1 << 26);
  assert_int_equal(vg_file_read(path, &text, NULL), VG_OK);
  assert_int_equal(vg_json_new(&json, NULL), VG_OK);
  assert_int_equal(vg_json_parse(json, vg_buf_view(&text), &root, NULL), VG_OK);
  for (vg_jit_init(&it, root); vg_jit_next(&it, NULL, &one); number++) {
    struct score *s = &halves[number % 2];
    struct text t;
    vg_str input;
    assert_true(vg_jv_str_at(one, "input", &input));
    assert_int_equal(vg_table_new(&t.found, 100000, NULL), VG_OK);
    assert_int_equal(intel_extract(input, NULL, keep, &t, NULL), VG_OK);
    uint64_t asked = types;
    if (vg_jv_type(vg_jv_at(vg_jv_at(one, "options"), "parse_domain_from_url")) == VG_J_BOOL)
      asked &= ~INTEL_TYPE_BIT(TYPE_DOMAIN); /* a switch of that tool that we do not have */
    for (size_t i = 0; i < count; i++)
      labels_of(&t, vg_jv_at(vg_jv_at(one, "expected"), labels[i].name), labels[i].types, s, input);
    count_extra(&t, asked, s, input);
    vg_table_free(t.found);
  }
  vg_json_free(json);
  vg_buf_fini(&text);
}

static void report(const char *what, const struct score halves[2], double least) {
  for (int i = 0; i < 2; i++) {
    const struct score *s = &halves[i];
    double precision = (double)s->right / (double)(s->right + s->extra),
           recall = (double)s->right / (double)(s->right + s->missed);
    print_message("%s, half %d: %d right, %d extra, %d missed: precision %.4f recall %.4f\n", what, i, (int)s->right,
                  (int)s->extra, (int)s->missed, precision, recall);
    assert_true(precision >= least && recall >= least);
  }
}

#define HASHES                                                                                                         \
  (INTEL_TYPE_BIT(TYPE_MD5) | INTEL_TYPE_BIT(TYPE_SHA1) | INTEL_TYPE_BIT(TYPE_SHA256) | INTEL_TYPE_BIT(TYPE_SHA512))
static const struct label synthetic[] = {{"domain", INTEL_TYPE_BIT(TYPE_DOMAIN)},
                                         {"ipv4", INTEL_TYPE_BIT(TYPE_IPV4)},
                                         {"url", INTEL_TYPE_BIT(TYPE_URL)},
                                         {"hash", HASHES}};
static const struct label ioc_finder[] = {
    {"domains", INTEL_TYPE_BIT(TYPE_DOMAIN)},
    {"ipv4s", INTEL_TYPE_BIT(TYPE_IPV4)},
    {"ipv6s", INTEL_TYPE_BIT(TYPE_IPV6)},
    {"ipv4_cidrs", INTEL_TYPE_BIT(TYPE_CIDR)},
    {"urls", INTEL_TYPE_BIT(TYPE_URL)},
    {"email_addresses", INTEL_TYPE_BIT(TYPE_EMAIL)},
    {"md5s", INTEL_TYPE_BIT(TYPE_MD5)},
    {"sha1s", INTEL_TYPE_BIT(TYPE_SHA1)},
    {"sha256s", INTEL_TYPE_BIT(TYPE_SHA256)},
    {"sha512s", INTEL_TYPE_BIT(TYPE_SHA512)},
    {"imphashes", INTEL_TYPE_BIT(TYPE_IMPHASH)},
    {"authentihashes", INTEL_TYPE_BIT(TYPE_AUTHENTIHASH)},
    {"ssdeeps", INTEL_TYPE_BIT(TYPE_SSDEEP)},
    {"cves", INTEL_TYPE_BIT(TYPE_CVE)},
    {"asns", INTEL_TYPE_BIT(TYPE_ASN)},
    {"mac_addresses", INTEL_TYPE_BIT(TYPE_MAC)},
    {"registry_key_paths", INTEL_TYPE_BIT(TYPE_REGISTRY)},
    {"file_paths", INTEL_TYPE_BIT(TYPE_FILE_PATH)},
    {"user_agents", INTEL_TYPE_BIT(TYPE_USER_AGENT)},
    {"monero_addresses", INTEL_TYPE_BIT(TYPE_XMR)},
    {"bitcoin_addresses", INTEL_TYPE_BIT(TYPE_BTC)},
    {"google_adsense_publisher_ids", INTEL_TYPE_BIT(TYPE_TRACKER)},
    {"google_analytics_tracker_ids", INTEL_TYPE_BIT(TYPE_TRACKER)},
};

/*
 * Where we do not agree with ioc-finder's labels, and why: "abc.py", "test.py" and "cba0019_file_00002_pdf.zip" (three
 * times) are names of files, the text does not call them hosts; "password@example.com:8080/" is a URL cut inside its
 * user part, we give the whole one. TLP labels and lists of ATT&CK by matrix are no values; a case that switches
 * domains of URLs off is counted without domains.
 */
static bool shared(char path[static 512], const char *name) {
  const char *root = getenv("VIGIE_SHARED");
  snprintf(path, 512, "%s/data/extract/%s", root ? root : VIGIE_SOURCE "/../shared", name);
  return vg_file_exists(path);
}

static void labelled(void **state) {
  (void)state;
  char path[512];
  struct score a[2] = {{0}}, b[2] = {{0}};
  if (!shared(path, "synthetic_defang.json"))
    skip();
  agree(path, synthetic, VG_COUNT(synthetic), a);
  report("synthetic", a, 0.98);
  assert_true(shared(path, "ioc-finder_cases.json"));
  agree(path, ioc_finder, VG_COUNT(ioc_finder), b);
  report("ioc-finder", b, 0.80);
}

/* --- what is found where -------------------------------------------------------------------------------------- */

struct first {
  enum indicator_type type;
  char value[512];
  uint64_t offset, length;
  unsigned flags;
  int hits;
};
static vg_code first(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct first *f = ctx;
  (void)err;
  if (f->hits++ == 0) {
    f->type = h->type;
    vg_str_copy(f->value, sizeof f->value, h->value);
    f->offset = h->offset;
    f->length = h->length;
    f->flags = h->flags;
  }
  return VG_OK;
}

static void places(void **state) {
  (void)state;
  static const char text[] = "C2 \xc3\xa9vil: hxxp://evil [.] example[.]ru/a.";
  struct first f = {0};
  struct intel_extract_options o = {.base = 1000, .types = INTEL_TYPE_BIT(TYPE_DOMAIN)};
  assert_int_equal(intel_extract(vg_str_z(text), NULL, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 2);
  assert_int_equal(f.type, TYPE_URL);
  assert_string_equal(f.value, "http://evil.example.ru/a");
  assert_int_equal(f.offset, 10);
  assert_int_equal(f.length, strlen("hxxp://evil [.] example[.]ru/a"));
  assert_int_equal(f.flags, HIT_DEFANGED);
  f.hits = 0;
  assert_int_equal(intel_extract(vg_str_z(text), &o, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 1);
  assert_int_equal(f.offset, 1017);
  assert_int_equal(f.length, strlen("evil [.] example[.]ru"));
}

/* A name that is cut at its first accent is somebody else's: old Western text is read as such, narrow and wide, and the
 * good UTF-8 beside it stays what it is. */
static void in_old_western_text(void **state) {
  (void)state;
  static const char narrow[] = "d\xe9j\xe0 \xab f\xc3\xaate.fr \xbb, m\xfcnchen.de",
                    wide[] = "\1\2n\0 \0\x3a\0 \0m\0\xfc\0n\0c\0h\0e\0n\0.\0d\0e\0 \0o\0k\0\1\2";
  struct intel_extract_options host = {.types = INTEL_TYPE_BIT(TYPE_DOMAIN)};
  struct first f = {0};
  assert_int_equal(intel_extract(vg_str_z(narrow), &host, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 2);
  assert_string_equal(f.value, "xn--fte-fma.fr");
  assert_int_equal(f.offset, 7);
  assert_int_equal(f.length, 8);
  f.hits = 0;
  assert_int_equal(intel_extract(vg_str_z(narrow + 15), &host, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 1);
  assert_string_equal(f.value, "xn--mnchen-3ya.de");
  assert_int_equal(f.length, 10);
  f.hits = 0;
  host.binary = true;
  assert_int_equal(intel_extract(vg_str_n(wide, sizeof wide - 1), &host, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 1);
  assert_string_equal(f.value, "xn--mnchen-3ya.de");
  assert_int_equal(f.offset, 10);
  assert_int_equal(f.length, 20);
}

/* In strings of JSON, also in one another, places are those of the bytes as they are written. */
static void in_json(void **state) {
  (void)state;
  static const char text[] =
      "{\"a\": \"x\\nhttp:\\/\\/evil\\u002eru\\/a\\u0026b\", \"m\":\"{\\\"u\\\":\\\"C:\\\\\\\\A B\\\\\\\\c.exe\\\"}\"}";
  struct intel_extract_options url = {.types = INTEL_TYPE_BIT(TYPE_URL)},
                               path = {.types = INTEL_TYPE_BIT(TYPE_FILE_PATH)},
                               host = {.types = INTEL_TYPE_BIT(TYPE_DOMAIN)};
  struct first f = {0};
  assert_int_equal(intel_extract(vg_str_z(text), &url, first, &f, NULL), VG_OK);
  assert_string_equal(f.value, "http://evil.ru/a&b");
  assert_int_equal(f.offset, strstr(text, "http") - text);
  assert_int_equal(f.length, strlen("http:\\/\\/evil\\u002eru\\/a\\u0026b"));
  assert_int_equal(f.flags, 0);
  f.hits = 0;
  assert_int_equal(intel_extract(vg_str_z(text), &host, first, &f, NULL), VG_OK);
  assert_int_equal(f.offset, strstr(text, "evil") - text);
  assert_int_equal(f.length, strlen("evil\\u002eru"));
  f.hits = 0;
  assert_int_equal(intel_extract(vg_str_z(text), &path, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 1);
  assert_string_equal(f.value, "C:\\A B\\c.exe");
  assert_int_equal(f.offset, strstr(text, "C:") - text);
  assert_int_equal(f.length, strlen("C:\\\\\\\\A B\\\\\\\\c.exe"));
  f.hits = 0; /* no string of JSON */
  assert_int_equal(intel_extract(VG_STR("{\"p\":\"C:\\new\\table.exe\"}"), &path, first, &f, NULL), VG_OK);
  assert_string_equal(f.value, "C:\\new\\table.exe");
}

static void in_binary(void **state) {
  (void)state;
  static const char bytes[] = "\x01\x02MZ\x90"
                              "http://evil.ru/a\0\0c\0:\0\0\0h\0t\0t\0p\0:\0/\0/\0w\0i\0d\0e\0.\0r\0u\0/\0\x01";
  struct intel_extract_options o = {.binary = true, .types = INTEL_TYPE_BIT(TYPE_URL)};
  struct first f = {0};
  assert_int_equal(intel_extract(vg_str_n(bytes, sizeof bytes - 1), &o, first, &f, NULL), VG_OK);
  assert_int_equal(f.hits, 2);
  assert_string_equal(f.value, "http://evil.ru/a");
  assert_int_equal(f.offset, 5);
  f.hits = 0;
  assert_int_equal(intel_extract(vg_str_n(bytes + 20, sizeof bytes - 21), &o, first, &f, NULL), VG_OK);
  assert_string_equal(f.value, "http://wide.ru/");
  assert_int_equal(f.offset, 9);
  assert_int_equal(f.length, 30);
  assert_int_equal(f.flags, HIT_WIDE);
}

/* Bytes of an encrypted disk spell short names by chance: they are not told, and what somebody wrote is. */
static void by_chance(void **state) {
  (void)state;
  enum { N = 16 << 20 };
  struct intel_extract_options o = {.binary = true, .types = INTEL_TYPES_STRONG};
  struct first f = {0};
  uint64_t seed = 88172645463325252U;
  unsigned char *p = malloc(N);
  assert_non_null(p);
  for (size_t i = 0; i < N; i++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    p[i] = (unsigned char)(seed >> 32);
  }
  assert_int_equal(intel_extract(vg_str_n((const char *)p, N), &o, first, &f, NULL), VG_OK);
  free(p);
  assert_true(f.hits <= 1);
  const struct {
    vg_str bytes;
    int hits;
  } cases[] = {{VG_STR("\x80\x81{,y.be]\xaa\x0f"), 0},
               {VG_STR("\x80\x81'%BxBl.et\xb3"), 0},
               {VG_STR("\x80\x81n.cr:/x`\x08\x78"), 0},
               {VG_STR("\x80\x00qq.com\x00\x81"), 1},
               {VG_STR("\x80see qq.com for the rest\x81"), 1},
               {VG_STR("\x80`;qwertz.ru;`\x81"), 1},
               {VG_STR("\x80;;3b::^;\xdc"), 0},
               {VG_STR("\x80;2001:db8::7;\xdc"), 1}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    f.hits = 0;
    assert_int_equal(intel_extract(cases[i].bytes, &o, first, &f, NULL), VG_OK);
    if (f.hits != cases[i].hits)
      fail_msg("case %zu: %d hits", i, f.hits);
  }
}

/* Our own texts: every type must agree, names of files apart where a case does not ask for them. */
static void own_labels(void **state) {
  (void)state;
  struct label labels[INDICATOR_TYPES];
  struct score s[2] = {{0}};
  size_t n = 0;
  for (unsigned t = 0; t < INDICATOR_TYPES; t++)
    labels[n++] = (struct label){intel_type_name((enum indicator_type)t), INTEL_TYPE_BIT(t)};
  agree(VIGIE_SOURCE "/tests/corpus/extract.json", labels, n, s);
  report("our texts", s, 0.98);
}

/* --- how much work ---------------------------------------------------------------------------------------------- */

static vg_code nothing(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  (void)ctx, (void)h, (void)err;
  return VG_OK;
}

/* This thread's own processor time for n bytes of the shape over and over: the least of three. */
static int64_t work(const char *shape, size_t n, bool binary) {
  struct intel_extract_options o = {.binary = binary};
  char *bytes = malloc(n);
  size_t each = strlen(shape);
  int64_t least = INT64_MAX;
  assert_non_null(bytes);
  for (size_t i = 0; i < n; i++)
    bytes[i] = shape[i % each];
  for (int k = 0; k < 3; k++) {
    struct timespec a, b;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a), 0);
    assert_int_equal(intel_extract(vg_str_n(bytes, n), &o, nothing, NULL, NULL), VG_OK);
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b), 0);
    int64_t took = (b.tv_sec - a.tv_sec) * INT64_C(1000000000) + (b.tv_nsec - a.tv_nsec);
    least = took < least ? took : least;
  }
  free(bytes);
  return least;
}

/* Eight times the bytes cost eight times the work; work with the square of the bytes would be 64 times. Processor time
 * of one thread is not exact, so that the bound lies between. */
static void linear(void **state) {
  (void)state;
  static const char *const shapes[] = {"0123456789abcdef",
                                       "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo",
                                       ".",
                                       "[",
                                       "]",
                                       "(",
                                       "@",
                                       "a@",
                                       "a.",
                                       ":",
                                       "a:",
                                       "/",
                                       "a/",
                                       "a://",
                                       "http://",
                                       "http://a.",
                                       "http://a.ru/(",
                                       "http:\\\\",
                                       "http:\\\\a",
                                       "hxxp :// a ",
                                       "http://a /b ",
                                       " . 1",
                                       "\xc3\xa9.zip@",
                                       "\\",
                                       "C:\\a ",
                                       "C:\\",
                                       "HKLM\\a b ",
                                       "mutex ",
                                       "u=%41&",
                                       "u=%41",
                                       "=%41%zz&",
                                       "/r?u=%2Fa%3Fu%3D%252Fb&",
                                       "%25",
                                       "mutex \"",
                                       "Mozilla/5.0 (",
                                       "Mozilla/5.0 ",
                                       "-",
                                       "0",
                                       "1.2.3.4.",
                                       "a [.] ",
                                       "[.]",
                                       "a[.]",
                                       "%41",
                                       "\xc3\xa9.",
                                       "\xff.",
                                       "+1 ",
                                       "FR76 3000 ",
                                       "3:a:",
                                       "/Library/a ",
                                       "cpe:/",
                                       "a.b+",
                                       "~/a",
                                       "evil.com/",
                                       "User-Agent: ",
                                       "AS ",
                                       "CVE 2014-",
                                       "www.",
                                       "imphash ",
                                       "T1059.",
                                       "aa-bb-",
                                       "a::",
                                       "(dot)",
                                       "[at]",
                                       " 0",
                                       "01 23 45 67 ",
                                       ":\"\\n",
                                       ":\"\\u0041",
                                       "\\u0041.",
                                       "\":\"\\n:\\\"a.b",
                                       ":\"a.b\\n\\\"\", "};
  for (size_t i = 0; i < VG_COUNT(shapes); i++) {
    int64_t one = work(shapes[i], 1 << 15, false), eight = work(shapes[i], 1 << 18, false);
    if (eight > 24 * one && eight > 20000000) { /* below 20 ms the clock itself weighs */
      print_error("%s: %lld ns, eight times as long: %lld ns\n", shapes[i], (long long)one, (long long)eight);
      fail();
    }
  }
}

static void what_a_line_s_end_cut_is_put_together(void **state) {
  (void)state;
  static const char *const cases[][2] = {{"at hxxps://a[.]evil-\nc[.]ru/p\nthen", "at hxxps://a[.]evil-c[.]ru/p\nthen"},
                                         {"http://x.ru/a/\npath/b?c then\nmore", "http://x.ru/a/path/b?c then\nmore"},
                                         {"http://x.ru/i.php?\nk=v end", "http://x.ru/i.php?k=v end"},
                                         {"http://a.ru/b-\nc-\nd/e\nf", "http://a.ru/b-c-d/e\nf"},
                                         {"host.evil-\nb.ru", "host.evil-b.ru"},
                                         {"C2: panel-\nrelais-est[.]info, then", "C2: panel-relais-est[.]info, then"},
                                         {"(panel-\nrelais-est.info)", "(panel-relais-est.info)"},
                                         {"hxxps://panel-\nrelais(dot)info/a", "hxxps://panel-relais(dot)info/a"},
                                         {"at panel-\nrelais-\nest[.]info\nthen", "at panel-relais-est[.]info\nthen"},
                                         {"jean-\nmarc@evil[.]ru", "jean-marc@evil[.]ru"},
                                         {"panel-\nrelais and est.info", NULL},
                                         {"panel -\nrelais.info", NULL},
                                         {"hosts:-\nrelais.info", NULL},
                                         {"-\nrelais.info", NULL},
                                         {"pre-\nnotes.docx", NULL},
                                         {"pre-\n10.20.30.40", NULL},
                                         {"a well-\nknown-\nword", NULL},
                                         {"http://x.ru/\nand then", NULL},
                                         {"a well-\nknown word", NULL},
                                         {"1.2-\nwell", NULL},
                                         {"http://a.ru/-\nhttp://b.ru/", NULL},
                                         {"http://a.ru/?\n\nb=c", NULL},
                                         {"\n\n", NULL},
                                         {"", NULL}};
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    const char *want = cases[i][1] ? cases[i][1] : cases[i][0];
    struct vg_buf out;
    vg_buf_init(&out, 1000);
    document_unwrap(vg_str_z(cases[i][0]), &out);
    size_t n = strlen(want);
    assert_int_equal(out.n, n && want[n - 1] == '\n' ? n - 1 : n);
    assert_memory_equal(vg_buf_text(&out), want, out.n);
    vg_buf_fini(&out);
  }
  struct vg_buf links;
  vg_buf_init(&links, 1000);
  document_links(
      VG_STR("Page  Type          URL\n   1  Annotation    http://a.ru/?b=c&d\n  12  Annotation    mailto:x@b.ru\n"),
      &links);
  assert_string_equal(vg_buf_text(&links), "\nhttp://a.ru/?b=c&d\nmailto:x@b.ru");
  vg_buf_fini(&links);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(places),
                                     cmocka_unit_test(in_old_western_text),
                                     cmocka_unit_test(in_json),
                                     cmocka_unit_test(in_binary),
                                     cmocka_unit_test(by_chance),
                                     cmocka_unit_test(linear),
                                     cmocka_unit_test(own_labels),
                                     cmocka_unit_test(labelled),
                                     cmocka_unit_test(what_a_line_s_end_cut_is_put_together)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
