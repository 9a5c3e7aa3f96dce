/* intel: the readers of outside forms: tables, scores, advisories, OpenIOC (in its cell), MISP. What is bad is named,
 * what is good is kept. */
#include "world.h"

#include "cells.h"
#include "intel/intel_internal.h"
#include "sandbox/sandbox.h"

static char rejected_at[200];

static void keep_place(void *ctx, const char *place, const struct vg_err *why) {
  (void)ctx;
  assert_true(why->n > 0);
  snprintf(rejected_at, sizeof rejected_at, "%s", place);
}

static struct intel_import import(const char *text, enum intel_format format, const char *source) {
  struct intel_import in = {
      .path = "test", .text = vg_str_z(text), .source = source, .format = format, .reject = keep_place};
  rejected_at[0] = 0;
  OK(intel_import(tx, &anne, &in, &err));
  return in;
}

static vg_code count(void *ctx, const struct intel_object *o, struct vg_err *e) {
  (void)o, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static int64_t values_of(const char *type, const char *value) {
  int64_t n = 0;
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM intel_v_value WHERE type = $1 AND value = $2",
                   S_ARGS(S_Z(type), S_Z(value)), &err));
  return n;
}

static void tables_are_read_by_the_headings_that_people_use(void **state) {
  (void)state;
  struct intel_import in =
      import("value,entity_type,description\nwide-a.test,hostname,x\n192.0.77.1:8080,ipaddress,y\n", FORMAT_CSV, "t1");
  assert_int_equal(in.added, 2);
  assert_int_equal(values_of("ipv4-addr", "192.0.77.1"), 1);
  in = import(
      "SHA256,MD5,C2 Server\n"
      "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a1,,\"w1.test, w2.test\"\n,a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a1,http://w3.test/x\n",
      FORMAT_CSV, "t2");
  assert_int_equal(in.added, 5);
  assert_int_equal(values_of("domain-name", "w2.test") + values_of("url", "http://w3.test/x"), 2);
  in = import("2017-08-02 16:28:51,form-a.test\n2017-08-02 10:21:16,form-b.test\n", FORMAT_CSV, "t3"); /* no heading */
  assert_int_equal(in.added, 2);
  in = import(
      "# a feed\n# first_seen_utc,ioc_value,ioc_type\n\"2021-03-08 00:00:00\", \"192.0.77.9:443\", \"ip:port\"\n",
      FORMAT_CSV, "t4");
  assert_int_equal(in.added, 1);
  assert_int_equal(values_of("ipv4-addr", "192.0.77.9"), 1);
}

static void a_broken_row_costs_itself(void **state) {
  (void)state;
  struct intel_import in =
      import("type,value\ndomain,row-a.test\ndomain,\"row-b.test\ndomain,row-c.test\n", FORMAT_CSV, "rows");
  assert_int_equal(in.added, 2);
  assert_int_equal(in.rejected, 1);
  assert_string_equal(rejected_at, "test, line 3");
}

static void every_type_that_has_a_path_can_be_listed(void **state) {
  (void)state;
  static const char *const list =
      "type,value\nasn,AS64500\nuser-agent,BadBot/1.0\ncpe,cpe:2.3:a:acme:tool:1.0:*:*:*:*:*:*:*\nregkey,HKLM\\Software\\Bad\nfile-path,C:\\Temp\\x.exe\n"
      "mac,02:00:00:aa:bb:cc\ncve,CVE-2031-0001\niban,FR7630006000011234567890189\n";
  assert_int_equal(import(list, FORMAT_CSV, "all").added, 8);
  assert_int_equal(values_of("autonomous-system", "AS64500"), 1);
  assert_int_equal(values_of("user-agent", "BadBot/1.0"), 1);
  assert_int_equal(values_of("cve", "CVE-2031-0001"), 1);
  assert_int_equal(values_of("file-path", "C:\\Temp\\x.exe"), 1);
  assert_int_equal(import(list, FORMAT_CSV, "all").updated, 0);
}

static void scores_of_a_later_day_are_the_next_version(void **state) {
  (void)state;
  struct intel_import in = import(
      "#model_version:v2025.03.14,score_date:2026-01-10T00:00:00+0000\ncve,epss,percentile\nCVE-2031-0002,0.97,0.999\nCVE-x,0.1,0.1\nCVE-2031-0003,7,0.1\n",
      FORMAT_GUESS, "epss");
  assert_int_equal(in.added, 1);
  assert_int_equal(in.rejected, 2);
  in = import(
      "#model_version:v2025.03.14,score_date:2026-01-11T00:00:00+0000\ncve,epss,percentile\nCVE-2031-0002,0.42,0.9\n",
      FORMAT_GUESS, "epss");
  assert_int_equal(in.updated, 1);
  struct intel_vulnerability v;
  OK(intel_vulnerability_get(tx, VG_STR("CVE-2031-0002"), &v, &err));
  assert_true(v.epss > 0.419 && v.epss < 0.421);
  assert_false(v.exploited);
}

static void an_advisory_is_a_report_with_its_vulnerabilities(void **state) {
  (void)state;
  static const char *const advisory =
      "{\"document\":{\"category\":\"csaf_security_advisory\",\"csaf_version\":\"2.0\",\"title\":\"Flaw in Tool\",\"publisher\":{\"name\":\"Acme\"},"
      "\"distribution\":{\"tlp\":{\"label\":\"WHITE\"}},\"tracking\":{\"id\":\"ACME-1\",\"initial_release_date\":\"2026-01-01T00:00:00Z\",\"current_release_date\":\"2026-01-02T00:00:00Z\"}},"
      "\"product_tree\":{\"branches\":[{\"product\":{\"product_id\":\"P1\",\"name\":\"Tool 1\",\"product_identification_helper\":{\"cpe\":\"cpe:2.3:a:acme:tool:1.0:*:*:*:*:*:*:*\"}}}]},"
      "\"vulnerabilities\":[{\"cve\":\"CVE-2031-0004\",\"notes\":[{\"category\":\"description\",\"text\":\"Bad\"}],\"product_status\":{\"known_affected\":[\"P1\",\"P9\"]},"
      "\"scores\":[{\"cvss_v3\":{\"baseScore\":9.8,\"vectorString\":\"CVSS:3.1/AV:N\"}}]},{\"cve\":\"no number\"},{}]}";
  struct intel_import in = import(advisory, FORMAT_GUESS, "csaf");
  assert_int_equal(in.added, 4); /* vulnerability, software, relationship, report */
  assert_int_equal(in.rejected, 2);
  assert_int_equal(import(advisory, FORMAT_GUESS, "csaf").updated, 0);
  struct intel_vulnerability v;
  OK(intel_vulnerability_get(tx, VG_STR("CVE-2031-0004"), &v, &err));
  assert_true(v.cvss > 9.79 && v.cvss < 9.81);
  struct intel_query q = {.type = "report", .words = VG_STR("flaw"), .tlp_max = TLP_CLEAR};
  int n = 0;
  OK(intel_find(tx, &q, count, &n, &err));
  assert_int_equal(n, 1);
}

static void openioc_trees_become_patterns(void **state) {
  (void)state;
  static const char *const ioc =
      "<ioc id=\"i1\" last-modified=\"2016-05-18T14:11:05Z\"><short_description>FAMILY</short_description><definition><Indicator operator=\"OR\">\n"
      "<IndicatorItem condition=\"is\"><Context search=\"FileItem/Md5sum\"/><Content>EDA021ACACA81AE99E39ECCDA0163295</Content></IndicatorItem>\n"
      "<IndicatorItem condition=\"contains\"><Context search=\"DnsEntryItem/Host\"/><Content>ioc-host.test</Content></IndicatorItem>\n"
      "<IndicatorItem condition=\"is\"><Context search=\"FileItem/Md5sum\"/><Content>short</Content></IndicatorItem>\n"
      "<Indicator operator=\"AND\"><IndicatorItem condition=\"is\"><Context search=\"FileItem/FileName\"/><Content>o'x.exe</Content></IndicatorItem>"
      "<IndicatorItem condition=\"is\"><Context search=\"FileItem/SizeInBytes\"/><Content>12</Content></IndicatorItem>"
      "<IndicatorItem condition=\"contains\"><Context search=\"Other/Thing\"/><Content>y</Content></IndicatorItem></Indicator>\n"
      "<IndicatorItem condition=\"guess\"><Context search=\"FileItem/FileName\"/><Content>z</Content></IndicatorItem>"
      "</Indicator></definition></ioc>";
  struct intel_import in = import(ioc, FORMAT_GUESS, "ioc");
  assert_int_equal(in.added, 3);
  assert_int_equal(in.rejected, 2);
  assert_string_equal(rejected_at, "test, line 6");
  assert_int_equal(values_of("md5", "eda021acaca81ae99e39eccda0163295") + values_of("domain-name", "ioc-host.test"), 2);
  int64_t n = 0;
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM intel_node WHERE name = 'FAMILY'", S_NOARGS, &err));
  assert_int_equal(n, 3);
  struct intel_import bad = {.path = "bad",
                             .text = VG_STR("<ioc>\n<definition>\n<oops></definition></ioc>"),
                             .source = "ioc",
                             .format = FORMAT_OPENIOC};
  vg_err_clear(&err);
  assert_int_equal(intel_import(tx, &anne, &bad, &err), VG_EDATA);
}

static void misp_keeps_what_is_only_context(void **state) {
  (void)state;
  static const char *const event =
      "{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111111\",\"info\":\"Campaign\",\"Attribute\":["
      "{\"type\":\"filename|md5\",\"value\":\"svchost.exe|a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a7\",\"to_ids\":true},"
      "{\"type\":\"ip-dst|port\",\"value\":\"192.0.77.20|443\",\"to_ids\":true},"
      "{\"type\":\"user-agent\",\"value\":\"EvilBot\",\"to_ids\":true},"
      "{\"type\":\"yara\",\"value\":\"rule x { condition: true }\",\"to_ids\":true},"
      "{\"type\":\"pdb\",\"value\":\"C:\\\\a.pdb\",\"to_ids\":false},"
      "{\"value\":\"without a type\"}]}}";
  struct intel_import in = import(event, FORMAT_GUESS, "misp");
  assert_int_equal(in.rejected, 1);
  assert_int_equal(values_of("md5", "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a7") + values_of("ipv4-addr", "192.0.77.20") +
                       values_of("user-agent", "EvilBot"),
                   3);
  assert_int_equal(values_of("file-name", "svchost.exe"), 0);
  struct intel_query q = {.type = "observed-data", .tlp_max = -1};
  int n = 0;
  OK(intel_find(tx, &q, count, &n, &err));
  assert_int_equal(n, 2); /* the name, the path of debugging symbols */
}

/* The bytes in pieces of every length, as files and servers give them. */
static void reads_as(vg_str bytes, const char *wanted) {
  for (size_t piece = 1; piece <= bytes.n; piece++) {
    enum input_form form = INPUT_UNKNOWN;
    struct vg_buf raw, out;
    vg_buf_init(&raw, 1000);
    vg_buf_init(&out, 1000);
    for (size_t at = 0; at < bytes.n;) {
      const size_t n = at ? piece : bytes.n < piece + 4 ? bytes.n : piece + 4; /* the first tells the form */
      vg_buf_str(&raw, vg_str_sub(bytes, at, n));
      at += n < bytes.n - at ? n : bytes.n - at;
      const size_t used = input_text(&form, vg_buf_view(&raw), at == bytes.n, &out);
      memmove(raw.p, raw.p + used, raw.n - used);
      raw.n -= used;
    }
    assert_int_equal(raw.n, 0);
    assert_string_equal(vg_buf_text(&out), wanted);
    vg_buf_fini(&raw);
    vg_buf_fini(&out);
  }
}
#define BYTES(s) vg_str_n(s, sizeof(s) - 1)

static void lists_are_read_however_they_are_written(void **state) {
  (void)state;
  reads_as(BYTES("\xEF\xBB\xBFvaleur\r\n\xC3\xA9.fr\n"), "valeur\r\n\xC3\xA9.fr\n");
  reads_as(BYTES("b\xFC"
                 "cher \x80 \xE2\x82\xAC \xC3"),
           "b\xC3\xBC"
           "cher \xE2\x82\xAC \xE2\x82\xAC \xC3\x83");
  reads_as(BYTES("one\rtwo\r\nthree\r"), "one\ntwo\r\nthree\n");
  reads_as(BYTES("\xFF\xFEr\0\xE9\0\x3D\xD8\x00\xDE\n\0"), "r\xC3\xA9\xF0\x9F\x98\x80\n");
  reads_as(BYTES("\xFE\xFF\0r\0\xE9\xD8\x3D\xDE\x00\0\n"), "r\xC3\xA9\xF0\x9F\x98\x80\n");
  reads_as(BYTES("e\0v\0i\0l\0"), "evil");                 /* without a mark */
  reads_as(BYTES("\0e\0v\0i\0l\xDC"), "evil\xEF\xBF\xBD"); /* cut */
  reads_as(BYTES("\xFF\xFE\x3D\xD8"
                 "a\0"),
           "\xEF\xBF\xBD"
           "a");                                                   /* half a pair */
  reads_as(BYTES(" {\"a\": \"\xE9\"}\r"), " {\"a\": \"\xE9\"}\r"); /* JSON is UTF-8, or is refused */
  reads_as(BYTES("[dot] is \xE9"), "[dot] is \xC3\xA9");
  reads_as(BYTES("\xFF\xFE<\0?\0"), "\xFF\xFE<"); /* as it is: text ends at the zero here */
  reads_as(BYTES(""), "");
}

static void table_says(enum date_order *order, const char *text, const char *wanted) {
  vg_time t, want;
  if (!wanted) {
    assert_false(date_of_table(vg_str_z(text), order, &t));
    return;
  }
  assert_true(vg_time_parse(vg_str_z(wanted), &want));
  assert_true(date_of_table(vg_str_z(text), order, &t));
  assert_true(t == want);
}

static void tables_show_which_is_the_day(void **state) {
  (void)state;
  enum date_order order = DATE_NO_ORDER;
  table_says(&order, "2026-03-04", "2026-03-04");
  table_says(&order, "2026/3/4 5:06", "2026-03-04T05:06:00Z");
  table_says(&order, "2026-03-04 05:06:07 UTC", "2026-03-04T05:06:07Z");
  table_says(&order, "3/4/26", NULL); /* not yet */
  table_says(&order, "10/18/18 07:38", "2018-10-18T07:38:00Z");
  table_says(&order, "3/4/26", "2026-03-04");
  table_says(&order, "31.12.2026", "2026-12-31");
  table_says(&order, "3/4/26", "2026-04-03");
  table_says(&order, "31/12/2026T23:59:59Z", "2026-12-31T23:59:59Z");
  static const char *const none[] = {"",         "31/31/2026",     "1/2",      "1/2/3/4",     "2026-02-30 10:00",
                                     "1/2-2026", "1/2/2026 25:00", "x/1/2026", "31/12/2026 7"};
  for (size_t i = 0; i < VG_COUNT(none); i++)
    table_says(&order, none[i], NULL);
  enum indicator_type type = TYPE_URL;
  vg_str value = VG_STR("192.0.2.7:443");
  intel_type_fit(&type, &value);
  assert_true(type == TYPE_IPV4 && vg_str_eqz(value, "192.0.2.7"));
}

/* What MISP alone calls so: a digest of a certificate is none of a file, the end of a URL names no host. */
static void misp_s_own_types_are_values_too(void **state) {
  (void)state;
  static const char *const event =
      "{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111114\",\"info\":\"Types\",\"Attribute\":["
      "{\"type\":\"x509-fingerprint-sha1\",\"value\":\"a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a8\",\"to_ids\":true},"
      "{\"type\":\"email-attachment\",\"value\":\"facture.docm\",\"to_ids\":true},"
      "{\"type\":\"onion-address\",\"value\":\"expyuzz4wqqyqhjn.onion\",\"to_ids\":true},"
      "{\"type\":\"whois-registrant-phone\",\"value\":\"+33123456789\",\"to_ids\":true},"
      "{\"type\":\"uri\",\"value\":\"/gate.php?x=1\",\"to_ids\":true},"
      "{\"type\":\"uri\",\"value\":\"http://uri-case.ru/a\",\"to_ids\":true}]}}";
  struct intel_import in = import(event, FORMAT_GUESS, "misp");
  assert_int_equal(in.rejected, 0);
  assert_int_equal(values_of("sha1", "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a8"), 1);
  assert_int_equal(values_of("file-name", "facture.docm"), 1);
  assert_int_equal(values_of("domain-name", "expyuzz4wqqyqhjn.onion"), 1);
  assert_int_equal(values_of("phone-number", "+33123456789"), 1);
  assert_int_equal(values_of("url", "http://uri-case.ru/a"), 1);
  struct intel_query q = {.type = "observed-data", .tlp_max = -1};
  int n = 0;
  OK(intel_find(tx, &q, count, &n, &err));
  assert_int_equal(n, 1);
}

struct found_objects {
  int n;
  char json[4][2000];
  int64_t confidence[4];
};
static vg_code tell(void *ctx, const struct intel_object *o, struct vg_err *e) {
  struct found_objects *t = ctx;
  (void)e;
  assert_true(t->n < 4);
  t->confidence[t->n] = o->confidence;
  (void)vg_str_copy(t->json[t->n++], sizeof t->json[0], o->json);
  return VG_OK;
}
static struct found_objects all_of(const char *type) {
  struct intel_query q = {.type = type, .tlp_max = -1};
  struct found_objects t = {0};
  OK(intel_find(tx, &q, tell, &t, &err));
  return t;
}
static void has(const char *text, const char *part) {
  if (!strstr(text, part))
    fail_msg("%s\nlacks %s", text, part);
}

#define MISP_A "{\"uuid\":\"22222222-2222-4222-8222-222222222222\",\"name\":\"Org A\"}"
#define MISP_SEEN(kind, seconds, org) "{\"type\":" kind ",\"date_sighting\":\"" seconds "\",\"Organisation\":" org "}"

static void misp_says_how_sure_and_who_saw_it(void **state) {
  (void)state;
  static const char *const event =
      "{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111112\",\"info\":\"Campaign\",\"date\":\"2020-01-01\","
      "\"Tag\":[{\"name\":\"misp:confidence-level=\\\"usually-confident\\\"\"}],\"Attribute\":["
      "{\"type\":\"domain\",\"value\":\"a.misp-seen.test\",\"to_ids\":true,\"Sighting\":[" MISP_SEEN("\"0\"", "1600000000", MISP_A) "," MISP_SEEN(
          "0", "1600100000",
          MISP_A) "," MISP_SEEN("\"0\"", "1600000500",
                                "{\"name\":\"Org B\"}") "," MISP_SEEN("\"1\"", "1600000600",
                                                                      MISP_A) "," MISP_SEEN("\"2\"", "1600200000",
                                                                                            MISP_A) "]},"
                                                                                                    "{\"type\":\"domain\",\"value\":\"b.misp-seen.test\",\"to_ids\":true,\"Tag\":["
                                                                                                    "{\"name\":\"estimative-language:likelihood-probability=\\\"very-likely\\\"\"},"
                                                                                                    "{\"name\":\"admiralty-scale:information-credibility=\\\"2\\\"\"},"
                                                                                                    "{\"name\":\"admiralty-scale:source-reliability=\\\"b\\\"\"}],"
                                                                                                    "\"Sighting\":[" MISP_SEEN(
                                                                                                        "\"2\"",
                                                                                                        "1600000000",
                                                                                                        MISP_A) "," MISP_SEEN("\"0\"",
                                                                                                                              "1600000001",
                                                                                                                              MISP_A) "]}]}}";
  struct intel_import in = import(event, FORMAT_GUESS, "misp");
  assert_int_equal(in.rejected, 0);
  struct found_objects t = all_of("indicator");
  assert_int_equal(t.n, 2);
  assert_int_equal(t.confidence[0], 75);
  assert_int_equal(t.confidence[1], 63); /* the lower of 85 and 70, from a source B */
  has(t.json[0], "\"valid_until\":\"2020-09-15T20:00:00.000Z\"");
  has(t.json[1], "\"labels\":[\"domain\",\"admiralty-scale:source-reliability=\\\"b\\\"\"]");
  assert_null(strstr(t.json[1], "valid_until")); /* it was seen after it had expired */
  t = all_of("sighting");
  assert_int_equal(t.n, 3);
  has(t.json[0], "\"first_seen\":\"2020-09-13T12:26:40.000Z\",\"last_seen\":\"2020-09-14T16:13:20.000Z\",\"count\":2");
  has(t.json[1], "\"count\":1");
  assert_int_equal(all_of("identity").n, 2);
  t = all_of("opinion");
  assert_int_equal(t.n, 1);
  has(t.json[0], "\"opinion\":\"strongly-disagree\"");
  has(t.json[0], "\"authors\":[\"Org A\"]");
  in = import(event, FORMAT_GUESS, "misp");
  assert_int_equal(in.added + in.updated, 0);
}

#define MISP_OF(uuid, of, org) "{\"uuid\":\"" uuid "\",\"type\":\"0\",\"date_sighting\":\"1600000000\"," of "," org "}"
#define MISP_ORGC "\"Orgc\":{\"uuid\":\"33333333-3333-4333-8333-333333333333\",\"name\":\"Org C\"}"

/* Who saw it, of intel_each_reported: "name sightings count sources;" */
static vg_code reported(void *ctx, const struct intel_reported *r, struct vg_err *e) {
  char *out = ctx;
  const size_t n = strlen(out);
  (void)e;
  snprintf(out + n, 200 - n, "%.*s %lld %lld %.*s;", (int)r->name.n, r->name.p, (long long)r->sightings,
           (long long)r->count, (int)r->sources.n, r->sources.p);
  return VG_OK;
}
static void reported_is(const char *value, const char *wanted) {
  char got[200] = "";
  OK(intel_each_reported(tx, TYPE_DOMAIN, vg_str_z(value), reported, got, &err));
  assert_string_equal(got, wanted);
}

static void sightings_of_an_event_count_at_its_attributes(void **state) {
  (void)state;
  static const char *const event =
      "{\"Event\":{\"uuid\":\"11111111-1111-4111-8111-111111111113\",\"info\":\"Seen\",\"date\":\"2020-01-01\","
      "\"Attribute\":[{\"id\":\"7\",\"uuid\":\"aaaaaaaa-1111-4111-8111-000000000001\",\"type\":\"domain\",\"value\":\"c.misp-seen.test\","
      "\"to_ids\":true,\"Sighting\":[" MISP_OF(
          "bbbbbbbb-1111-4111-8111-000000000001", "\"x\":1",
          MISP_ORGC) "]}],"
                     "\"Object\":[{\"Attribute\":[{\"id\":8,\"type\":\"domain\",\"value\":\"d.misp-seen.test\",\"to_ids\":true}]}],"
                     "\"Sighting\":[" MISP_OF("bbbbbbbb-1111-4111-8111-000000000001", "\"attribute_uuid\":\"aaaaaaaa-1111-4111-8111-000000000001\"", MISP_ORGC) "," MISP_OF(
                         "bbbbbbbb-1111-4111-8111-000000000002",
                         "\"attribute_uuid\":\"aaaaaaaa-1111-4111-8111-000000000001\"",
                         MISP_ORGC) "," MISP_OF("bbbbbbbb-1111-4111-8111-000000000003", "\"attribute_id\":7",
                                                "\"Organisation\":" MISP_A) "," MISP_OF("bbbbbbbb-1111-4111-8111-000000000004",
                                                                                        "\"attribute_id\":\"8\"",
                                                                                        "\"source\":\"trap\"") "," MISP_OF("bbbbbbbb-1111-4111-8111-000000000005",
                                                                                                                           "\"attribute_id\":\"9\"",
                                                                                                                           MISP_ORGC) "]}}";
  struct intel_import in = import(event, FORMAT_GUESS, "misp events");
  assert_int_equal(in.rejected, 1); /* the last one names none */
  reported_is("c.misp-seen.test", "Org C 1 2 misp events;Org A 1 1 misp events;");
  reported_is("d.misp-seen.test", " 1 1 misp events;");
  (void)import(event, FORMAT_GUESS, "misp again");
  reported_is("c.misp-seen.test", "Org C 1 2 misp again\nmisp events;Org A 1 1 misp again\nmisp events;");
  in = import(event, FORMAT_GUESS, "misp events");
  assert_int_equal(in.added + in.updated, 0);
}

static vg_code one_feed(void *ctx, const struct intel_feed *f, struct vg_err *e) {
  (void)e;
  *(struct intel_feed *)ctx = *f;
  return VG_OK;
}

static void a_feed_that_fails_waits_longer_each_time(void **state) {
  (void)state;
  struct intel_feed f = {.url = VG_STR("http://a.test/x"),
                         .source = VG_STR("A"),
                         .columns = VG_STR(""),
                         .period = VG_DAY / 24},
                    now = {0};
  struct intel_fetched got = {.retry_after = 60};
  struct vg_err why = {0};
  OK(intel_feed_follow(tx, &anne, &f, &err));
  OK(intel_each_feed(tx, true, VG_STR(""), one_feed, &now, &err));
  assert_true(now.next <= store_now(tx)); /* due at once */
  assert_int_equal(VG_FAIL(&why, VG_EIO, "intel.fetch", "http://a.test/x", "no answer"), VG_EIO);
  for (int64_t hours = 1; hours <= 4; hours *= 2) {
    OK(intel_feed_tried(tx, f.url, &got, &why, &err));
    OK(intel_each_feed(tx, false, VG_STR(""), one_feed, &now, &err));
    assert_int_equal(now.next - store_now(tx), hours * f.period);
  }
  got.retry_after = 5 * 86400;
  OK(intel_feed_tried(tx, f.url, &got, &why, &err));
  OK(intel_each_feed(tx, false, VG_STR(""), one_feed, &now, &err));
  assert_int_equal(now.next - store_now(tx), 5 * VG_DAY);
  OK(intel_feed_tried(tx, f.url, &got, NULL, &err));
  OK(intel_each_feed(tx, false, VG_STR(""), one_feed, &now, &err));
  assert_int_equal(now.failures, 0);
  assert_int_equal(now.next - store_now(tx), f.period);
  f.period = VG_SECOND;
  assert_int_equal(intel_feed_follow(tx, &anne, &f, &err), VG_EUSAGE);
  OK(intel_feed_drop(tx, &anne, f.url, &err));
  assert_int_equal(intel_each_feed(tx, false, f.url, one_feed, &now, &err), VG_ENOTFOUND);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
int main(int argc, char **argv) {
  cell_main(argc, argv, &cells);
  const struct CMUnitTest tests[] = {T(tables_are_read_by_the_headings_that_people_use),
                                     T(a_broken_row_costs_itself),
                                     T(every_type_that_has_a_path_can_be_listed),
                                     T(scores_of_a_later_day_are_the_next_version),
                                     T(an_advisory_is_a_report_with_its_vulnerabilities),
                                     T(openioc_trees_become_patterns),
                                     T(misp_keeps_what_is_only_context),
                                     T(misp_s_own_types_are_values_too),
                                     cmocka_unit_test(lists_are_read_however_they_are_written),
                                     cmocka_unit_test(tables_show_which_is_the_day),
                                     T(misp_says_how_sure_and_who_saw_it),
                                     T(sightings_of_an_event_count_at_its_attributes),
                                     T(a_feed_that_fails_waits_longer_each_time)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
