/* intel: types and their one spelling, patterns, markings, warning lists, versions of an object, sightings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cells.h"
#include "instance/schema.h"
#include "intel/intel.h"
#include "intel/intel_internal.h"
#include "pg.h"
#include "sandbox/sandbox.h"
#include "territory/territory.h"

static struct store *st;
static struct actor who;
static char path[128];

static void spelling(enum indicator_type t, const char *in, const char *out) {
  struct vg_buf b;
  vg_buf_init(&b, 1 << 14);
  bool ok = intel_normalise(t, vg_str_z(in), &b);
  assert_int_equal(ok, out != NULL);
  if (out)
    assert_string_equal(vg_buf_text(&b), out);
  vg_buf_fini(&b);
}

static void values_have_one_spelling(void **state) {
  (void)state;
  spelling(TYPE_DOMAIN, " Evil[.]Example.COM. ", "evil.example.com");
  spelling(TYPE_DOMAIN, "localhost", NULL);
  spelling(TYPE_DOMAIN, "1.2.3.4", NULL);
  spelling(TYPE_DOMAIN, "-a.com", NULL);
  spelling(TYPE_IPV4, "84.205.75.214", "84.205.75.214");
  spelling(TYPE_IPV4, "84.205.75.666", NULL);
  spelling(TYPE_IPV6, "2001:0DB8::0001", "2001:db8::1");
  spelling(TYPE_CIDR, "10.1.2.3/8", "10.0.0.0/8");
  spelling(TYPE_CIDR, "10.1.2.3/33", NULL);
  spelling(TYPE_URL, "hxxp://EVIL.com:80/A?b#c", "http://evil.com/A?b");
  spelling(TYPE_URL, "https://evil.com", "https://evil.com/");
  spelling(TYPE_EMAIL, "A.B[at]Evil[.]com", "a.b@evil.com");
  spelling(TYPE_SHA256, "deadbeef", NULL);
  spelling(TYPE_MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e");
  spelling(TYPE_CVE, "cve-2017-0144", "CVE-2017-0144");
  spelling(TYPE_JA3, "E7D705A3286E19EA42F587B344EE6865", "e7d705a3286e19ea42f587b344ee6865");
  spelling(TYPE_JA3, "e7d705a3286e19ea42f587b344ee68", NULL);
  spelling(TYPE_JA4, "T13D1516H2_8daaf6152771_b186095e22b6", "t13d1516h2_8daaf6152771_b186095e22b6");
  spelling(TYPE_JA4, "t13d1516h2_8daaf6152771_b186095e22bz", NULL);
  spelling(TYPE_JA4, "t13d1516h2_8daaf6152771", NULL);
  spelling(TYPE_JARM, "27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d",
           "27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d");
  spelling(TYPE_JARM, "27d40d40", NULL);
  spelling(TYPE_BTC, "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", "12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw");
}

static vg_code join(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  (void)err;
  vg_buf_fmt(ctx, "%s=%.*s ", intel_type_name(type), (int)value.n, value.p);
  return VG_OK;
}

static void patterns_give_what_their_equalities_name(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR file:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
       "md5=d41d8cd98f00b204e9800998ecf8427e sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709 "},
      {"[domain-name:value IN ('a.com', 'b.com')]", "domain-name=a.com domain-name=b.com "},
      {"[mutex:name = 'Global\\\\It\\'s']", "mutex=Global\\It's "},
      {"[ipv4-addr:value = '10.0.0.0/8'] AND [ipv4-addr:value = '::1']", "cidr=10.0.0.0/8 ipv6-addr=::1 "},
      {"[process:command_line = 'domain-name:value = \"x.com\"']", ""},
      {"[domain-name:value != 'a.com']", ""},
      {"[domain-name:value = 'a", ""},
      {"[file:hashes.sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' OR file:hashes.'sha-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
       "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709 "},
      {"[domain-name:value = '45.9.148.7']", "ipv4-addr=45.9.148.7 "},
      {"[ipv4-addr:value = '45.9.148.7:9100']", "ipv4-addr=45.9.148.7 "},
      {"[ipv4-addr:value = 'a.com']", "domain-name=a.com "},
      {"[network-traffic:dst_ref.value = 'a.com' AND domain-name:resolves_to_refs[*].value = '2001:db8::1']",
       "domain-name=a.com ipv6-addr=2001:db8::1 "},
      {"[email-message:body_multipart[0].body_raw_ref.name = 'a.docm' OR email-message:to_refs[0].value = 'a@b.com']",
       "file-name=a.docm email-addr=a@b.com "},
      {"[process:image_ref.name = 'svch0st.exe' OR file:path = '/private/var/tmp/hooker']",
       "file-name=svch0st.exe file-path=/private/var/tmp/hooker "},
      {"[x509-certificate:hashes.'SHA-1' = 'da39a3ee5e6b4b0d3255bfef95601890afd80709']",
       "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709 "},
  };
  for (size_t i = 0; i < VG_COUNT(cases); i++) {
    struct vg_buf b;
    vg_buf_init(&b, 1 << 14);
    assert_int_equal(intel_pattern_values(vg_str_z(cases[i][0]), join, &b, NULL), VG_OK);
    assert_string_equal(vg_buf_text(&b), cases[i][1]);
    vg_buf_fini(&b);
  }
}

static void warning_lists_know_resolvers_and_their_likes(void **state) {
  (void)state;
  const char *list = NULL;
  assert_true(intel_benign(VG_STR("ipv4-addr"), VG_STR("9.9.9.9"), &list));
  assert_string_equal(list, "public-resolver");
  assert_true(intel_benign(VG_STR("domain-name"), VG_STR("www.google.com"), &list));
  assert_false(intel_benign(VG_STR("domain-name"), VG_STR("notgoogle.com"), &list));
  assert_true(intel_benign(VG_STR("ipv4-addr"), VG_STR("192.168.1.7"), &list));
  assert_false(intel_benign(VG_STR("ipv4-addr"), VG_STR("84.205.75.214"), &list));
  assert_true(intel_benign(VG_STR("ipv6-addr"), VG_STR("2001:db8::7"), &list));
  assert_string_equal(list, "documentation");
  assert_true(intel_benign(VG_STR("ipv4-addr"), VG_STR("103.21.244.9"), &list));
  assert_string_equal(list, "cdn");
  assert_true(intel_benign(VG_STR("domain-name"), VG_STR("163.com"), &list));
  assert_false(intel_benign(VG_STR("domain-name"), VG_STR("free-page.163.com"),
                            &list)); /* what others put below a big name is not the name */
}

static void markings_keep_their_order(void **state) {
  (void)state;
  enum tlp t;
  enum pap p;
  assert_true(intel_tlp_by_name(VG_STR("tlp:white"), &t) && t == TLP_CLEAR);
  assert_true(intel_tlp_by_name(VG_STR("AMBER+STRICT"), &t) && t == TLP_AMBER_STRICT);
  assert_true(intel_pap_by_name(VG_STR("PAP:RED"), &p) && p == PAP_RED);
  assert_false(intel_tlp_by_name(VG_STR("purple"), &t));
  assert_true(intel_tlp_by_id(VG_STR("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"), &t) && t == TLP_RED);
}

static struct intel_import import(const char *text, enum intel_format format, const char *source) {
  struct intel_import in = {.path = "test", .text = vg_str_z(text), .source = source, .format = format};
  struct store_tx *tx;
  struct vg_err err = {0};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  return in;
}

static vg_code count_value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  (void)err;
  (void)v;
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code note_past(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct vg_buf *b = ctx;
  assert_int_equal(v->score, 0);
  vg_buf_fmt(b, "%.*s:%s ", (int)v->source.n, v->source.p, intel_standing_name(v->standing));
  return vg_buf_check(b, err);
}

/* What no longer counts of a domain: "source:standing " each. */
static void assert_past(const char *domain, const char *expected) {
  struct store_tx *tx;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_each_past(tx, TYPE_DOMAIN, vg_str_z(domain), note_past, &b, NULL), VG_OK);
  store_rollback(&tx);
  assert_string_equal(vg_buf_text(&b), expected);
  vg_buf_fini(&b);
}

static int assertions(const char *domain) {
  struct store_tx *tx;
  int n = 0;
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_each_assertion(tx, TYPE_DOMAIN, vg_str_z(domain), count_value, &n, NULL), VG_OK);
  store_rollback(&tx);
  return n;
}

static void versions_replace_and_sources_add(void **state) {
  (void)state;
#define INDICATOR(modified, domain, more)                                                                                 \
  "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"id\":\"indicator--11111111-1111-4111-8111-111111111111\"," \
  "\"modified\":\"" modified "\",\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = '" domain "']\"" more       \
  "}]}"
  assert_int_equal(import(INDICATOR("2024-01-02T00:00:00Z", "one.test", ""), FORMAT_STIX, "A").added, 1);
  assert_int_equal(import(INDICATOR("2024-01-02T00:00:00Z", "one.test", ""), FORMAT_STIX, "A").added, 0);
  assert_int_equal(assertions("one.test"), 1);
  /* an older version arriving late changes nothing of what is searched for */
  assert_int_equal(import(INDICATOR("2024-01-01T00:00:00Z", "old.test", ""), FORMAT_STIX, "A").updated, 1);
  assert_int_equal(assertions("old.test"), 0);
  assert_int_equal(import(INDICATOR("2024-01-03T00:00:00Z", "two.test", ""), FORMAT_STIX, "A").updated, 1);
  assert_int_equal(assertions("one.test"), 0);
  assert_int_equal(assertions("two.test"), 1);
  assert_int_equal(import("type,value\ndomain,TWO.test\n", FORMAT_CSV, "B").added, 1);
  assert_int_equal(assertions("two.test"), 2);
  assert_int_equal(import(INDICATOR("2024-01-04T00:00:00Z", "two.test", ",\"revoked\":true"), FORMAT_STIX, "A").updated,
                   1);
  assert_int_equal(assertions("two.test"), 1);
}

/* A value that nobody asserts any more is told with why: each object once, in the newest content that states it. */
static void what_no_longer_counts_is_told(void **state) {
  (void)state;
#define PASSING(modified, domain, more)                                                                                \
  "{\"type\":\"indicator\",\"id\":\"indicator--22222222-1111-4111-8111-111111111111\",\"modified\":\"" modified        \
  "\",\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = '" domain "']\"" more "}"
  struct store_tx *tx;
  struct vg_err err = {0};
  assert_int_equal(import(PASSING("2024-01-02T00:00:00Z", "passing.test", ""), FORMAT_STIX, "P").added, 1);
  assert_past("passing.test", "");
  assert_int_equal(import(PASSING("2024-01-03T00:00:00Z", "passing.test", ""), FORMAT_STIX, "Q").updated, 1);
  assert_past("passing.test", ""); /* the older content is not the value's end */
  assert_int_equal(import(PASSING("2024-01-04T00:00:00Z", "moved.test", ""), FORMAT_STIX, "Q").updated, 1);
  assert_past("passing.test", "Q:replaced ");
  assert_past("moved.test", "");
  assert_int_equal(import(PASSING("2024-01-05T00:00:00Z", "moved.test", ",\"revoked\":true"), FORMAT_STIX, "Q").updated,
                   1);
  assert_past("passing.test", "Q:revoked ");
  assert_past("moved.test", "Q:revoked ");
  assert_int_equal(import("type,value\ndomain,moved.test\n", FORMAT_CSV, "R").added, 1);
  assert_int_equal(assertions("moved.test"), 1);
  assert_past("moved.test", "Q:revoked "); /* beside what another object says */
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_source_withdraw(tx, &who, VG_STR("R"), false, VG_STR("hoax"), &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(assertions("moved.test"), 0);
  assert_past("moved.test", "Q:revoked R:withdrawn ");
  assert_past("never.test", "");
}

static int64_t number(const char *sql) {
  struct store_tx *tx;
  int64_t n = -1;
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(store_get_int(tx, &n, sql, S_NOARGS, NULL), VG_OK);
  store_rollback(&tx);
  return n;
}

#define SHARED(more)                                                                                                          \
  "{\"type\":\"indicator\",\"id\":\"indicator--77777777-1111-4111-8111-111111111111\",\"modified\":\"2024-05-02T00:00:00Z\"," \
  "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'shared.test']\"" more "}"

static void every_source_s_assertion_is_kept(void **state) {
  (void)state;
  struct intel_import in = import(SHARED(""), FORMAT_STIX, "one");
  assert_int_equal(in.added, 1);
  in = import(
      "{ \"id\":\"indicator--77777777-1111-4111-8111-111111111111\", \"type\":\"indicator\",\"modified\":\"2024-05-02T00:00:00Z\","
      "\"pattern\":\"[domain-name:value = 'shared.test']\", \"pattern_type\":\"stix\" }",
      FORMAT_STIX, "two");
  assert_int_equal(in.added + in.updated, 0); /* the same values in another order: the same content */
  assert_int_equal(in.asserted, 1);
  assert_int_equal(assertions("shared.test"), 2);
  in = import(SHARED(",\"confidence\":10"), FORMAT_STIX, "three");
  assert_int_equal(in.updated, 1); /* another content of the same version stands beside it */
  assert_int_equal(assertions("shared.test"), 3);
  assert_int_equal(
      number(
          "SELECT COUNT(*) FROM intel_node WHERE stix_id = 'indicator--77777777-1111-4111-8111-111111111111' AND latest = 1"),
      1);
  assert_int_equal(import(SHARED(""), FORMAT_STIX, "one").asserted, 0);
}

/* Several sources in one import: one entry of the ledger, and to each what is its own. */
static void sources_share_an_import(void **state) {
  (void)state;
  static const char *const entries = "SELECT COUNT(*) FROM ledger_leaf";
  const struct intel_listing tables[] = {
      {"a", "list a", VG_STR("value,type,tlp\nboth.lists.test,domain-name,GREEN\nonly-a.lists.test,domain-name,\n")},
      {"b", "list b", VG_STR("value,type,tlp\nboth.lists.test,domain-name,RED\n")}};
  struct intel_import in = {.lists = tables, .list_count = 2, .source = "lists", .format = FORMAT_CSV};
  struct store_tx *tx;
  int64_t before = number(entries);
  for (int again = 0; again < 2; again++) {
    assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
    assert_int_equal(intel_import(tx, &who, &in, NULL), VG_OK);
    assert_int_equal(store_commit(&tx, NULL), VG_OK);
    assert_int_equal(in.read, 3);
    assert_int_equal(in.added, again ? 0 : 3);
    assert_int_equal(in.updated + in.asserted + in.rejected, 0);
    assert_string_equal(in.source, "lists");
  }
  assert_int_equal(number(entries), before + 2);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value = 'both.lists.test' AND ((source = 'list a' "
                          "AND tlp = 1) OR (source = 'list b' AND tlp = 4))"),
                   2);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value LIKE '%.lists.test'"), 3);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_source WHERE name = 'lists'"), 0);

  /* What another one stated is asserted by whom it is in now, and by nobody else. */
  const struct intel_listing objects[] = {
      {"c", "list c", VG_STR(SHARED(""))},
      {"d", "list d",
       VG_STR("{\"type\":\"tool\",\"id\":\"tool--77777777-2222-4222-8222-111111111111\",\"name\":\"t\"}")}};
  struct intel_import stix = {.lists = objects, .list_count = 2, .source = "lists", .format = FORMAT_STIX};
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_import(tx, &who, &stix, NULL), VG_OK);
  assert_int_equal(stix.asserted, 1);
  assert_int_equal(stix.added, 1);
  int64_t n;
  assert_int_equal(
      store_get_int(tx, &n,
                    "SELECT COUNT(*) FROM intel_v_live l JOIN intel_node o ON o.id = l.object WHERE (l.name = "
                    "'list c' AND o.type = 'indicator') OR (l.name = 'list d' AND o.type = 'tool')",
                    S_NOARGS, NULL),
      VG_OK);
  assert_int_equal(n, 2);
  store_rollback(&tx);
}

/* PostgreSQL plans a statement while the tables are small, and keeps the plan: no batch may read them from end to end.
 */
static void small_imports_in_one_transaction_read_no_table(void **state) {
  (void)state;
  struct store_options o = {.url = store_is_postgres(st) ? pg_link : path,
                            .schemas = instance_schemas,
                            .schema_count = instance_schema_count};
  struct store *own;
  struct store_tx *tx;
  struct vg_buf text;
  int64_t n = 0;
  vg_buf_init(&text, 1 << 20);
  assert_int_equal(store_open(&own, &o, NULL), VG_OK);
  assert_int_equal(store_begin(own, &tx, NULL), VG_OK);
  for (int round = 0; round < 5; round++) {
    vg_buf_reset(&text);
    vg_buf_z(&text, "value,type\n");
    for (int i = 0; i < 1200; i++)
      vg_buf_fmt(&text, "r%d-%d.rounds.test,domain-name\n", round, i);
    struct intel_import in = {.path = "r", .text = vg_buf_view(&text), .source = "rounds", .format = FORMAT_CSV};
    assert_int_equal(intel_import(tx, &who, &in, NULL), VG_OK);
    assert_int_equal(in.added, 1200);
  }
  if (store_is_postgres(st))
    assert_int_equal(
        store_get_int(tx, &n,
                      "SELECT SUM(seq_tup_read) FROM pg_stat_xact_user_tables WHERE relname IN ('intel_key_row', "
                      "'intel_node', 'intel_assertion')",
                      S_NOARGS, NULL),
        VG_OK);
  assert_in_range(n, 0, 2000);
  store_rollback(&tx);
  store_close(own);
  vg_buf_fini(&text);
}

static vg_code withdraw(const char *source, bool restore) {
  struct store_tx *tx;
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  vg_code rc = intel_source_withdraw(tx, &who, vg_str_z(source), restore, VG_STR("test"), NULL);
  if (rc == VG_OK)
    assert_int_equal(store_commit(&tx, NULL), VG_OK);
  store_rollback(&tx);
  return rc;
}

static void a_source_is_withdrawn_and_restored(void **state) {
  (void)state;
  static const char *const newer =
      "{\"type\":\"indicator\",\"id\":\"indicator--77777777-1111-4111-8111-111111111111\",\"modified\":\"2025-05-02T00:00:00Z\","
      "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'newer.test']\"}";
  assert_int_equal(import(newer, FORMAT_STIX, "liar").updated, 1);
  assert_int_equal(assertions("shared.test"), 0);
  assert_int_equal(assertions("newer.test"), 1);
  assert_int_equal(withdraw("liar", false), VG_OK);
  assert_int_equal(assertions("newer.test"), 0);
  assert_int_equal(assertions("shared.test"), 3); /* what the others said counts again */
  assert_int_equal(withdraw("liar", false), VG_ESTATE);
  assert_int_equal(withdraw("nobody", false), VG_ENOTFOUND);
  assert_int_equal(withdraw("liar", true), VG_OK);
  assert_int_equal(assertions("newer.test"), 1);
  assert_int_equal(assertions("shared.test"), 0);
}

static void what_did_not_change_keeps_its_version(void **state) {
  (void)state;
  static const char *const list =
      "type,value,description\ndomain,undated.test,first words\nmd5,d41d8cd98f00b204e9800998ecf8427e,\n";
  assert_int_equal(import(list, FORMAT_CSV, "undated").added, 2);
  struct intel_import in = import(list, FORMAT_CSV, "undated");
  assert_int_equal(in.added + in.updated + in.asserted, 0);
  in = import("type,value,description\ndomain,undated.test,other words\n", FORMAT_CSV, "undated");
  assert_int_equal(in.updated, 1);
  assert_int_equal(assertions("undated.test"), 1);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE name = 'first words' AND latest = 0"), 1);
}

static void context_of_misp_is_observed_data_without_detection(void **state) {
  (void)state;
  static const char *const misp =
      "{\"Event\":{\"info\":\"e\",\"uuid\":\"11111111-2222-4333-8444-555555555555\",\"Attribute\":["
      "{\"type\":\"domain\",\"value\":\"context.test\",\"to_ids\":false,\"uuid\":\"11111111-2222-4333-8444-555555555556\"},"
      "{\"type\":\"comment\",\"value\":\"seen in the lobby\",\"to_ids\":false},"
      "{\"type\":\"domain\",\"value\":\"searched.test\",\"to_ids\":true}]}}";
  struct intel_import in = import(misp, FORMAT_MISP, "misp");
  assert_int_equal(in.read, 3);
  assert_int_equal(in.added, 3);
  assert_int_equal(in.rejected, 0);
  assert_int_equal(assertions("context.test"), 0);
  assert_int_equal(assertions("searched.test"), 1);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE type = 'observed-data'"), 2);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE type = 'domain-name' AND name = 'context.test'"), 1);
  in = import(misp, FORMAT_MISP, "misp");
  assert_int_equal(in.added + in.updated + in.asserted, 0);
}

static void no_pap_means_no_more_than_the_tlp(void **state) {
  (void)state;
  assert_int_equal(
      import("type,value,tlp\ndomain,pap1.test,CLEAR\ndomain,pap2.test,RED\ndomain,pap3.test,\n", FORMAT_CSV, "pap")
          .added,
      3);
  assert_int_equal(number("SELECT pap FROM intel_v_value WHERE value = 'pap1.test'"), PAP_CLEAR);
  assert_int_equal(number("SELECT pap FROM intel_v_value WHERE value = 'pap2.test'"), PAP_RED);
  assert_int_equal(number("SELECT pap FROM intel_v_value WHERE value = 'pap3.test'"), PAP_AMBER);
  assert_int_equal(number("SELECT tlp FROM intel_v_value WHERE value = 'pap3.test'"), TLP_AMBER_STRICT);
}

static vg_code same_text(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)err;
  assert_true(vg_str_eqz(o->json, ctx));
  return VG_OK;
}

static void json_comes_out_as_it_came_in(void **state) {
  (void)state;
  char text[] =
      "{ \"type\" : \"x-thing\", \"id\":\"x-thing--77777777-1111-4111-8111-111111111112\", \"n\": 1.50e+3, \"u\":\"\\u00e9\\/\" ,\"big\":12345678901234567890}";
  struct store_tx *tx;
  assert_int_equal(import(text, FORMAT_STIX, "one").added, 1);
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_object_get(tx, VG_STR("x-thing--77777777-1111-4111-8111-111111111112"), same_text, text, NULL),
                   VG_OK);
  store_rollback(&tx);
}

static void rules_are_indicators_with_their_pattern_type(void **state) {
  (void)state;
  static const char *const yara =
      "import \"pe\"\n/* rule no { */\nprivate rule helper { condition: pe.is_pe }\nrule Evil : tag\n{\n  condition: helper\n}\n";
  static const char *const sigma =
      "title: One\nid: 7\nlogsource:\n  product: a\ndetection:\n  x: y\n  condition: x\n---\ntitle: without detection\n---\n"
      "title: Two\ncorrelation:\n  rules: [One]\n";
  assert_int_equal(import(yara, FORMAT_YARA, "rules").added, 2);
  assert_int_equal(import(yara, FORMAT_YARA, "rules").added, 0);
  static const char *const bad = "rule Good { condition: true }\nrule Cut\n{\n  condition: nobody\n}\n"
                                 "rule Needs { condition: Good }\nrule Word { condition: Cut }\n";
  struct intel_import yaras = import(bad, FORMAT_YARA, "some bad");
  assert_int_equal(yaras.read, 4);
  assert_int_equal(yaras.added, 2);
  assert_int_equal(yaras.rejected, 2);
  struct intel_import in = import(sigma, FORMAT_SIGMA, "rules");
  assert_int_equal(in.added, 2);
  assert_int_equal(in.rejected, 1);
  assert_int_equal(
      number("SELECT COUNT(*) FROM intel_node WHERE type = 'indicator' AND name IN ('helper', 'Evil', 'One', 'Two')"),
      4);
}

struct broken_ones {
  struct store_tx *tx;
  int64_t n;
};
static vg_code look_at_broken(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct broken_ones *b = ctx;
  struct intel_used u;
  VG_TRY(intel_use_of(b->tx, o, &u, err));
  b->n++;
  assert_int_equal(u.use, USE_BROKEN);
  assert_string_equal(u.said.cause[0].msg,
                      vg_str_eqz(o->name, "re") ? "intel.rule.pcre" : "intel.pattern_end"); /* found again */
  assert_string_equal(u.said.cause[1].msg, "intel.use.broken");
  return VG_OK;
}

static void broken_patterns_are_kept_and_searched_by_nothing(void **state) {
  (void)state;
#define OF_PATTERN(n, name, type, pattern)                                                                                 \
  "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-0000000000b" n             \
  "\",\"created\":\"2026-01-01T00:00:00Z\",\"modified\":\"2026-01-01T00:00:00Z\",\"valid_from\":\"2026-01-01T00:00:00Z\"," \
  "\"name\":\"" name "\",\"pattern_type\":\"" type "\",\"pattern\":\"" pattern "\"}\n"
  static const char *const text = OF_PATTERN("1", "cut", "stix", "[domain-name:value = 'cut-pattern.test'")
      OF_PATTERN("2", "whole", "stix", "[domain-name:value = 'whole-pattern.test']") OF_PATTERN("3", "re", "pcre", "a(")
          OF_PATTERN("4", "like", "stix", "[url:value LIKE 'x%']") OF_PATTERN("5", "eql", "eql", "process where true");
  struct intel_uses before, after;
  struct store_tx *tx;
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_uses_count(tx, &before, NULL), VG_OK);
  store_rollback(&tx);
  struct intel_import in = import(text, FORMAT_STIX, "patterns");
  assert_int_equal(in.added, 5);
  assert_int_equal(in.rejected, 0);
  assert_int_equal(in.uses.n[USE_BROKEN], 2);
  assert_int_equal(in.uses.n[USE_OBSERVED], 1);
  assert_int_equal(in.uses.n[USE_UNREAD], 1);
  assert_string_equal(in.uses.languages, "eql");
  assert_int_equal(assertions("cut-pattern.test"), 0);
  assert_int_equal(assertions("whole-pattern.test"), 1);
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_uses_count(tx, &after, NULL), VG_OK);
  assert_int_equal(after.n[USE_BROKEN] - before.n[USE_BROKEN], 2);
  assert_int_equal(after.n[USE_OBSERVED] - before.n[USE_OBSERVED], 1);
  struct broken_ones b = {.tx = tx};
  const struct intel_query q = {.broken = true, .source = VG_STR("patterns"), .tlp_max = -1};
  assert_int_equal(intel_find(tx, &q, look_at_broken, &b, NULL), VG_OK);
  assert_int_equal(b.n, 2);
  const struct intel_query worded = {.broken = true, .words = VG_STR("cut"), .tlp_max = -1};
  assert_int_equal(intel_find(tx, &worded, look_at_broken, &b, NULL), VG_OK);
  assert_int_equal(b.n, 3);
  store_rollback(&tx);
  in = import(text, FORMAT_STIX, "patterns"); /* told again, kept once */
  assert_int_equal(in.added + in.updated, 0);
  assert_int_equal(in.uses.n[USE_BROKEN], 2);
}

static void known_exploited_vulnerabilities_are_values(void **state) {
  (void)state;
  struct intel_import in = import(
      "{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cveID\":\"CVE-2017-0144\",\"dateAdded\":\"2022-02-10\",\"vulnerabilityName\":\"SMB\"},"
      "{\"cveID\":\"none\",\"dateAdded\":\"2022-02-10\"}]}",
      FORMAT_GUESS, "kev");
  assert_int_equal(in.added, 1);
  assert_int_equal(in.rejected, 1);
  assert_int_equal(
      number(
          "SELECT COUNT(*) FROM intel_v_value WHERE type = 'cve' AND value = 'CVE-2017-0144' AND tlp = 0 AND source = 'kev'"),
      1);
}

/* Texts without repetition, as no engine can shrink them: what is too long to be searched costs its object nothing. */
static void long_values_are_kept(void **state) {
  (void)state;
  struct vg_buf text;
  vg_buf_init(&text, 1 << 20);
  for (int k = 0; k < 2; k++) {
    vg_buf_fmt(
        &text,
        "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-00000000000%d\","
        "\"created\":\"2026-01-01T00:00:00Z\",\"modified\":\"2026-01-01T00:00:00Z\",\"valid_from\":\"2026-01-01T00:00:00Z\","
        "\"pattern_type\":\"stix\",\"pattern\":\"[url:value = 'http://long.test/",
        k + 1);
    for (int i = 0; i < (k ? 375 : 300); i++) /* 8 digits each */
      vg_buf_fmt(&text, "%08x", (unsigned)vg_hash64(vg_str_n((const char *)&i, sizeof i)));
    vg_buf_z(&text, "']\"}\n");
  }
  struct intel_import in = import(vg_buf_text(&text), FORMAT_STIX, "long");
  assert_int_equal(in.added, 2);
  assert_int_equal(in.rejected, 0);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_literal WHERE type = 'url' AND value LIKE 'http://long.test/%'"),
                   1);
  vg_buf_fini(&text);
}

static void columns_can_be_mapped(void **state) {
  (void)state;
  struct intel_import in = {.path = "test",
                            .text = VG_STR("ioc;why\nmapped.test;because\nbad value;x\n"),
                            .source = "map",
                            .format = FORMAT_CSV,
                            .columns = "value=ioc,description=why,type=:domain"};
  struct store_tx *tx;
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, NULL), VG_OK);
  assert_int_equal(store_commit(&tx, NULL), VG_OK);
  assert_int_equal(in.added, 1);
  assert_int_equal(in.rejected, 1);
  assert_int_equal(assertions("mapped.test"), 1);
}

static vg_code remember(void *ctx, const struct intel_object *o, struct vg_err *err) {
  (void)err;
  struct vg_buf *b = ctx;
  vg_buf_str(b, o->name);
  vg_buf_byte(b, ';');
  return VG_OK;
}

static void found(struct intel_query q, const char *names) {
  struct store_tx *tx;
  struct vg_buf b;
  vg_buf_init(&b, 1 << 16);
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_find(tx, &q, remember, &b, NULL), VG_OK);
  assert_string_equal(vg_buf_text(&b), names);
  store_rollback(&tx);
  vg_buf_fini(&b);
}

static void objects_are_found_by_type_words_and_relation(void **state) {
  (void)state;
  static const char *const bundle =
      "{\"type\":\"bundle\",\"objects\":["
      "{\"type\":\"x-m\",\"id\":\"x-m--11111111-1111-4111-8111-1111111111a1\",\"name\":\"H\u00f4pital du Donon\",\"description\":\"premier rep\u00e9rage\"},"
      "{\"type\":\"x-m\",\"id\":\"x-m--11111111-1111-4111-8111-1111111111a2\",\"name\":\"H\u00f4pital de Barr\"},"
      "{\"type\":\"relationship\",\"id\":\"relationship--11111111-1111-4111-8111-1111111111a3\",\"name\":\"lien\",\"source_ref\":\"x-m--11111111-1111-4111-8111-1111111111a1\","
      "\"target_ref\":\"x-m--11111111-1111-4111-8111-1111111111a2\",\"relationship_type\":\"related-to\"}]}";
  assert_int_equal(import(bundle, FORMAT_STIX, "finder").added, 3);
  found((struct intel_query){.type = "x-m", .tlp_max = -1}, "H\xC3\xB4pital du Donon;H\xC3\xB4pital de Barr;");
  found((struct intel_query){.words = VG_STR("h\xC3\xB4pital donon"), .tlp_max = -1}, "H\xC3\xB4pital du Donon;");
  found((struct intel_query){.words = VG_STR("prem"), .tlp_max = -1}, "H\xC3\xB4pital du Donon;");
  found((struct intel_query){.words = VG_STR("h\xC3\xB4pital strasbourg"), .tlp_max = -1}, "");
  found((struct intel_query){.about = VG_STR("x-m--11111111-1111-4111-8111-1111111111a2"), .tlp_max = -1}, "lien;");
  found((struct intel_query){.type = "x-m", .tlp_max = TLP_GREEN}, "");
  found((struct intel_query){.type = "x-m", .tlp_max = -1, .limit = 1}, "H\xC3\xB4pital du Donon;");
}

static void a_backup_is_the_administrator_s_and_in_the_ledger(void **state) {
  (void)state;
  struct store_tx *tx;
  struct actor other = who, admin = who;
  struct intel_query q = {.type = "x-m", .tlp_max = -1};
  const struct ledger_whom whom = {"the judge", "backup of the year"};
  int64_t n = 0;
  int fd[2];
  char text[4096];
  other.roles = ROLE_ANALYST;
  admin.roles = ROLE_ADMIN;
  assert_int_equal(pipe(fd), 0);
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  assert_int_equal(intel_export(tx, &other, &q, &whom, fd[1], "pipe", &n, NULL), VG_EDENIED);
  assert_int_equal(intel_export(tx, &admin, &q, &whom, fd[1], "pipe", &n, NULL), VG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(store_commit(&tx, NULL), VG_OK);
  close(fd[1]);
  ssize_t got = read(fd[0], text, sizeof text - 1);
  assert_true(got > 0);
  text[got] = 0;
  assert_non_null(strstr(text, "{\"type\":\"x-m\",\"id\":\"x-m--11111111-1111-4111-8111-1111111111a1\""));
  close(fd[0]);
}

static void confidences_are_read_in_words(void **state) {
  (void)state;
  static const struct {
    const char *word;
    int64_t is;
  } good[] = {{"85", 85},
              {"80 %", 80},
              {"7/10", 70},
              {"40/100", 40},
              {"HIGH", 85},
              {"Faible", 15},
              {"1 - Confirmed", 90},
              {"5", 5},
              {"c3", 50},
              {"F6", -1},
              {"Almost certain", 90},
              {"Presque aucune chance", 5},
              {"remote", 5},
              {"Peu probable", 30},
              {"Not specified", -1},
              {"Very Likely / Highly Probable", 85},
              {"Almost Certain / Nearly Certain", 95},
              {"Unlikely/Probably Not", 30}};
  int64_t n;
  for (size_t i = 0; i < VG_COUNT(good); i++) {
    assert_true(intel_confidence_by_word(vg_str_z(good[i].word), &n));
    assert_int_equal(n, good[i].is);
  }
  static const char *const bad[] = {
      "", "101", "-1", "11/10", "7/8", "g2", "a7", "perhaps", "low / high", "/", "likely / probable / likely"};
  for (size_t i = 0; i < VG_COUNT(bad); i++)
    assert_false(intel_confidence_by_word(vg_str_z(bad[i]), &n));
  assert_string_equal(intel_confidence_word(69), "med");
  assert_string_equal(intel_confidence_word(-1), "");
}

static void scores_decay_and_weigh_their_source(void **state) {
  (void)state;
  assert_int_equal(intel_score(TYPE_IPV4, 80, 'A', 0), 80);
  assert_int_equal(intel_score(TYPE_IPV4, 80, 'A', 45 * VG_DAY), 40);
  assert_int_equal(intel_score(TYPE_SHA256, 80, 'A', 45 * VG_DAY), 79);
  assert_int_equal(intel_score(TYPE_IPV4, -1, 'F', 0), 30);
  assert_true(intel_score(TYPE_DOMAIN, 80, 'E', 0) < intel_score(TYPE_DOMAIN, 80, 'B', 0));
}

static void sightings_can_be_withdrawn(void **state) {
  (void)state;
  struct store_tx *tx;
  struct org org = {.name = "Scierie du Donon", .department = "67"};
  struct sighting s = {.type = TYPE_DOMAIN,
                       .value = VG_STR("TWO.test"),
                       .report = VG_STR("report--x"),
                       .first = 1,
                       .last = 2,
                       .count = 3};
  int64_t n;
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  assert_int_equal(territory_org_add(tx, &who, &org, NULL), VG_OK);
  assert_string_equal(org.zone, "EST");
  s.org = org.id;
  assert_int_equal(intel_sighting_add(tx, &who, &s, NULL, NULL), VG_OK);
  static const char *const live =
      "SELECT COUNT(*) FROM intel_v_sighting WHERE value = 'two.test' AND withdrawn = 0 AND indicator_id <> ''";
  assert_int_equal(store_get_int(tx, &n, live, S_NOARGS, NULL), VG_OK);
  assert_int_equal(n, 1);
  assert_int_equal(intel_sighting_withdraw(tx, &who, s.report, VG_STR("mistake"), NULL), VG_OK);
  assert_int_equal(intel_sighting_withdraw(tx, &who, s.report, VG_STR("again"), NULL), VG_ENOTFOUND);
  assert_int_equal(store_get_int(tx, &n, live, S_NOARGS, NULL), VG_OK);
  assert_int_equal(n, 0);
  assert_int_equal(store_commit(&tx, NULL), VG_OK);
}

static void people_act_only_under_a_mandate(void **state) {
  (void)state;
  struct store_tx *tx;
  struct actor a;
  struct person p = {.name = "Anne", .login = "anne", .zone = "OUEST", .role = ROLE_REFERENT, .to = VG_NOTIME};
  struct person late = {.name = "Luc", .login = "luc", .zone = "EST", .role = ROLE_REFERENT, .from = 1};
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  late.to = store_now(tx) - 1;
  assert_int_equal(territory_person_add(tx, &who, &p, VG_STR("a long secret"), NULL), VG_OK);
  assert_int_equal(territory_person_add(tx, &who, &late, VG_STR("a long secret"), NULL), VG_OK);
  assert_int_equal(territory_login(tx, VG_STR("anne"), VG_STR("a long secret"), &a, NULL), VG_OK);
  assert_int_equal(a.roles, ROLE_REFERENT);
  assert_string_equal(a.zone, "OUEST");
  assert_int_equal(territory_login(tx, VG_STR("anne"), VG_STR("Secret"), &a, NULL), VG_EDENIED);
  assert_int_equal(territory_login(tx, VG_STR("nobody"), VG_STR("a long secret"), &a, NULL), VG_EDENIED);
  assert_int_equal(territory_login(tx, VG_STR("luc"), VG_STR("a long secret"), &a, NULL),
                   VG_EDENIED); /* the mandate is over */
  /* A password is changed by its person or an administrator, never to a short one; sessions older than it are over. */
  vg_time since = 0;
  struct person anyone = {.name = "Eve", .zone = "EST", .role = ROLE_REFERENT, .to = VG_NOTIME}, found;
  assert_int_equal(territory_person_add(tx, &who, &anyone, VG_NOSTR, NULL), VG_OK);
  assert_int_equal(territory_login(tx, VG_STR("anne"), VG_STR("a long secret"), &a, NULL), VG_OK);
  assert_int_equal(territory_password_set(tx, &a, &anyone, "eve", VG_STR("another secret"), NULL), VG_EDENIED);
  assert_int_equal(territory_password_set(tx, &who, &anyone, "", VG_STR("another secret"), NULL), VG_EDATA);
  assert_int_equal(territory_password_set(tx, &who, &anyone, "eve", VG_STR("ééééééééééé"), NULL), VG_EDATA);
  assert_int_equal(territory_password_set(tx, &who, &anyone, "eve", VG_STR("another secret"), NULL), VG_OK);
  assert_int_equal(territory_person_find(tx, VG_STR("anne"), &found, NULL), VG_OK);
  assert_int_equal(territory_password_set(tx, &a, &found, "other", VG_STR("another secret"), NULL), VG_EDATA);
  assert_int_equal(territory_password_set(tx, &a, &found, "", VG_STR("another secret"), NULL), VG_OK);
  assert_int_equal(territory_login(tx, VG_STR("anne"), VG_STR("a long secret"), &a, NULL), VG_EDENIED);
  assert_int_equal(territory_login(tx, VG_STR("eve"), VG_STR("another secret"), &a, NULL), VG_OK);
  assert_int_equal(territory_password_since(tx, vg_id_str(&found.pid), &since, NULL), VG_OK);
  assert_int_equal(since, store_now(tx));
  /* One name an account at the door; who was dismissed and is invited again has a mandate again, to its new end. */
  assert_int_equal(territory_login(tx, vg_id_str(&found.pid), VG_STR("another secret"), &a, NULL), VG_EDENIED);
  assert_int_equal(territory_actor(tx, vg_id_str(&found.pid), &a, NULL), VG_OK);
  char token[INVITE_TOKEN + 1];
  struct org lynx = {.kind = ORG_COMPANY, .name = "Lynx", .department = "57", .naf = "C", .size = "PME"};
  struct person ida = {.name = "Ida", .login = "ida", .to = VG_NOTIME};
  assert_int_equal(territory_org_add(tx, &who, &lynx, NULL), VG_OK);
  assert_int_equal(territory_invite(tx, &who, &lynx, &ida, store_now(tx) + VG_DAY, token, NULL), VG_OK);
  assert_int_equal(territory_join(tx, vg_str_z(token), VG_STR("a long secret"), NULL), VG_OK);
  assert_int_equal(
      store_exec(tx, "UPDATE territory_mandate SET since = since - 1 WHERE person = $1", S_ARGS(S_INT(ida.id)), NULL),
      VG_OK);
  assert_int_equal(territory_person_find(tx, VG_STR("ida"), &found, NULL), VG_OK);
  assert_int_equal(territory_dismiss(tx, &who, &lynx, &found, NULL), VG_OK);
  assert_int_equal(territory_actor(tx, VG_STR("ida"), &a, NULL), VG_EDENIED);
  ida.to = store_now(tx) + VG_DAY;
  assert_int_equal(territory_invite(tx, &who, &lynx, &ida, store_now(tx) + VG_DAY, token, NULL), VG_OK);
  assert_int_equal(territory_join(tx, vg_str_z(token), VG_STR("a long secret"), NULL), VG_OK);
  assert_int_equal(territory_person_find(tx, VG_STR("ida"), &found, NULL), VG_OK);
  assert_true(found.to == ida.to);
  assert_true(territory_siren_ok(VG_STR("732829320")) && !territory_siren_ok(VG_STR("732829321")));
  store_rollback(&tx);
}

/* On SQLite, or with VIGIE_TEST_PG set on a real PostgreSQL. */
static int open_all(void **state) {
  (void)state;
  struct store_options o = {
      .url = pg_or(path), .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  struct store_tx *tx;
  snprintf(path, sizeof path, "%s/vigie-intel-%d.db", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
  unlink(path);
  assert_int_equal(store_open(&st, &o, NULL), VG_OK);
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  assert_int_equal(territory_seed(tx, NULL), VG_OK);
  assert_int_equal(territory_found(tx, "identity--22222222-2222-4222-8222-222222222222", "chief",
                                   VG_STR("a long secret"), &who, NULL),
                   VG_OK);
  assert_int_equal(store_commit(&tx, NULL), VG_OK);
  return 0;
}

static int close_all(void **state) {
  (void)state;
  store_close(st);
  pg_stop();
  unlink(path);
  return 0;
}

int main(int argc, char **argv) {
  cell_main(argc, argv, &cells);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_have_one_spelling),
      cmocka_unit_test(patterns_give_what_their_equalities_name),
      cmocka_unit_test(warning_lists_know_resolvers_and_their_likes),
      cmocka_unit_test(markings_keep_their_order),
      cmocka_unit_test(versions_replace_and_sources_add),
      cmocka_unit_test(what_no_longer_counts_is_told),
      cmocka_unit_test(every_source_s_assertion_is_kept),
      cmocka_unit_test(a_source_is_withdrawn_and_restored),
      cmocka_unit_test(sources_share_an_import),
      cmocka_unit_test(small_imports_in_one_transaction_read_no_table),
      cmocka_unit_test(what_did_not_change_keeps_its_version),
      cmocka_unit_test(context_of_misp_is_observed_data_without_detection),
      cmocka_unit_test(no_pap_means_no_more_than_the_tlp),
      cmocka_unit_test(json_comes_out_as_it_came_in),
      cmocka_unit_test(rules_are_indicators_with_their_pattern_type),
      cmocka_unit_test(broken_patterns_are_kept_and_searched_by_nothing),
      cmocka_unit_test(known_exploited_vulnerabilities_are_values),
      cmocka_unit_test(long_values_are_kept),
      cmocka_unit_test(columns_can_be_mapped),
      cmocka_unit_test(objects_are_found_by_type_words_and_relation),
      cmocka_unit_test(a_backup_is_the_administrator_s_and_in_the_ledger),
      cmocka_unit_test(confidences_are_read_in_words),
      cmocka_unit_test(scores_decay_and_weigh_their_source),
      cmocka_unit_test(sightings_can_be_withdrawn),
      cmocka_unit_test(people_act_only_under_a_mandate),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
