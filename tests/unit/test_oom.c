/*
 * Out of memory: the Nth allocation of Vigie's own code fails, N = 1, 2, ... until the work passes. Each failure must
 * be said as VG_ENOMEM (VG_ELIMIT where an arena could not grow), leave nothing behind, and the same work must then
 * succeed. (The linker wraps malloc and its kin for this program.)
 */
#include "world.h"

#include "casework/casework.h"
#include "similar/similar.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static long countdown; /* 0: never */
static bool fired;

static bool fail_now(void) {
  if (countdown == 0 || --countdown > 0)
    return false;
  fired = true;
  return true;
}
void *__wrap_malloc(size_t n) { return fail_now() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t m) { return fail_now() ? NULL : __real_calloc(n, m); }
void *__wrap_realloc(void *p, size_t n) { return fail_now() ? NULL : __real_realloc(p, n); }
char *__wrap_strdup(const char *s) { return fail_now() ? NULL : __real_strdup(s); }

typedef vg_code work(void);

/* Entries of the ledger and rows of every table that a piece of work could have left behind. */
static int64_t weight(void) {
  static const char *const tables[] = {
      "SELECT COUNT(*) FROM ledger_leaf",      "SELECT COUNT(*) FROM territory_org",
      "SELECT COUNT(*) FROM intel_node",       "SELECT COUNT(*) FROM intel_literal",
      "SELECT COUNT(*) FROM intel_sighting",   "SELECT COUNT(*) FROM casework_incident",
      "SELECT COUNT(*) FROM qualify_request",  "SELECT COUNT(*) FROM anticipate_warning",
      "SELECT COUNT(*) FROM share_convention", "SELECT COUNT(*) FROM anticipate_claim",
      "SELECT COUNT(*) FROM anticipate_pass",  "SELECT COUNT(*) FROM anticipate_forecast",
      "SELECT COUNT(*) FROM qualify_warning",  "SELECT COUNT(*) FROM qualify_piece",
  };
  int64_t sum = 0, n;
  for (size_t i = 0; i < VG_COUNT(tables); i++) {
    OK(store_get_int(tx, &n, tables[i], S_NOARGS, &err));
    sum += n;
  }
  return sum;
}

static void survives(const char *name, work *w) {
  int64_t before = weight();
  long n = 1;
  for (;; n++) {
    OK(store_savepoint(tx, &err));
    vg_err_clear(&err);
    fired = false;
    countdown = n;
    vg_code rc = w();
    countdown = 0;
    if (fired ? rc != VG_ENOMEM && rc != VG_ELIMIT && rc != VG_OK : rc != VG_OK)
      fail_msg("%s: with allocation %ld failing (%d) it said %d (%s)", name, n, fired, rc,
               err.n ? err.cause[0].msg : "");
    OK(store_release(tx, false, &err));
    if (weight() != before)
      fail_msg("%s: something stayed after allocation %ld failed", name, n);
    if (!fired)
      break;
  }
  assert_true(n > 1); /* the wrapping works */
}

static vg_code w_ledger(void) {
  return ledger_append(tx, &anne, "test.thing", "case--x", VG_STR("{\"b\":[1,2,{\"a\":\"x\"}]}"), NULL, &err);
}

static vg_code w_org(void) {
  struct org o = {.kind = ORG_COMPANY, .naf = "C", .size = "PME", .name = "Scierie du Donon", .department = "67"};
  return territory_org_add(tx, &anne, &o, &err);
}

static int64_t company, other;

static vg_code w_incident(void) {
  struct incident in = {.org = company,
                        .kind = "ransomware",
                        .summary = "everything is locked",
                        .happened = 20000 * VG_DAY,
                        .known = 20000 * VG_DAY,
                        .reported = VG_NOTIME};
  VG_TRY(casework_incident_add(tx, &anne, &in, &err));
  struct affair a = {.incident = in.pid, .frame = "preliminary"};
  const char *const offences[] = {"CP323-2-1"};
  VG_TRY(casework_case_open(tx, &anne, &a, offences, 1, VG_STR(""), &err));
  struct exhibit e = {.case_id = a.id, .description = "disk", .medium = "disk"};
  return casework_exhibit_add(tx, &anne, &e, &err);
}

static int rejected;
static void reject(void *ctx, const char *place, const struct vg_err *reason) {
  (void)ctx;
  print_error("%s: %s %s:%d\n", place, reason->cause[0].msg, reason->cause[0].file, reason->cause[0].line);
  rejected++;
}

#define INDICATOR(n, pattern)                                                                                          \
  "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--11111111-1111-4111-8111-11111111111" n         \
  "\",\"created\":"                                                                                                    \
  "\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"pattern\":\"[" pattern                     \
  "]\",\"pattern_type\":"                                                                                              \
  "\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"name\":\"n\"}"

/* An object that memory ran out for is not a bad object: the import stops, it does not go on without it. */
static vg_code import_text(const char *text) {
  struct intel_import in = {.path = "memory", .text = vg_str_z(text), .source = "partner", .reject = reject};
  rejected = 0;
  vg_code rc = intel_import(tx, &anne, &in, &err);
  assert_int_equal(rejected, 0);
  return rc;
}
static vg_code w_stix(void) {
  return import_text(
      "{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[" INDICATOR(
          "1", "domain-name:value = 'one.example'") "," INDICATOR("2", "ipv4-addr:value = '198.51.100.7'") "]}");
}
static vg_code w_csv(void) {
  return import_text("type,value\ndomain,two.example\nsha256,"
                     "0f0e0d0c0b0a09080706050403020100ffeeddccbbaa99887766554433221100\n");
}

static vg_code w_sighting(void) {
  struct sighting s = {.type = TYPE_DOMAIN,
                       .value = VG_STR("one.example"),
                       .report = VG_STR("match-run--x"),
                       .where = VG_STR("log"),
                       .org = company,
                       .first = VG_DAY,
                       .last = VG_DAY,
                       .count = 3};
  return intel_sighting_add(tx, &anne, &s, NULL, &err);
}

static vg_code w_qualify(void) {
  int64_t pairs;
  struct vg_id pid;
  struct qualify_assessment a;
  VG_TRY(qualify_open(tx, &anne, VG_STR("domain-name"), VG_STR("rare.example"), VG_STR("what is it?"), VG_STR("Anne"),
                      &pid, &err));
  VG_TRY(qualify_set_terms(
      tx, &anne, vg_id_str(&pid),
      &(struct qualify_terms){.basis = "prevention", .deadline = store_now(tx), .tlp = TLP_AMBER, .pap = -1}, &err));
  VG_TRY(qualify_source_rate(tx, &anne, VG_STR("partner"), 'B', VG_STR("three years"), &err));
  VG_TRY(qualify_compare(tx, &anne, &pairs, &err));
  VG_TRY(qualify_answer(tx, &anne, vg_id_str(&pid), VG_STR("partner"), QUALIFY_MALICIOUS, VG_STR("B2"), VG_STR("seen"),
                        &err));
  VG_TRY(qualify_decide(tx, &anne, vg_id_str(&pid), QUALIFY_MALICIOUS, VG_STR("seen"), &err));
  struct actor paul = {.person = 2, .id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000002"}, .name = "Paul"};
  VG_TRY(qualify_confirm(tx, &paul, vg_id_str(&pid), &err));
  return qualify_assess(tx, VG_STR("domain-name"), VG_STR("rare.example"), store_now(tx), &a, &err);
}

static vg_code w_warning(void) {
  struct anticipate_scan scan;
  struct anticipate_options o = {.now = 17012 * VG_DAY};
  return anticipate_coincidence(tx, &anne, &o, NULL, NULL, &scan, &err);
}

static vg_code w_share(void) {
  struct convention c = {.partner = other,
                         .direction = SHARE_BOTH,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .from = store_now(tx) - VG_DAY,
                         .to = store_now(tx) + VG_DAY,
                         .purposes = "prevention",
                         .classes = "indicator"};
  struct share_published counts;
  struct vg_buf out;
  VG_TRY(share_convention_add(tx, &anne, &c, &err));
  vg_buf_init(&out, 1 << 20);
  vg_code rc = share_publish(tx, &anne, other, "prevention", NULL, store_now(tx), &out, NULL, NULL, &counts, &err);
  vg_buf_fini(&out);
  return rc;
}

/* A question goes out, and comes in as if it were the other's. */
static vg_code w_exchange(void) {
  struct convention c = {.partner = other,
                         .direction = SHARE_BOTH,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .from = store_now(tx) - VG_DAY,
                         .to = store_now(tx) + VG_DAY,
                         .purposes = "prevention",
                         .classes = "*"};
  struct vg_id pid;
  struct share_decision d;
  struct share_received r;
  struct vg_buf out;
  VG_TRY(share_convention_add(tx, &anne, &c, &err));
  VG_TRY(qualify_open(tx, &anne, VG_STR("domain-name"), VG_STR("rare.example"), VG_STR("what is it?"), VG_STR("Anne"),
                      &pid, &err));
  struct share_question q = {vg_id_str(&pid), other,     "prevention",         TLP_AMBER,
                             PAP_AMBER,       VG_NOTIME, VG_STR("identity--x")};
  vg_buf_init(&out, 1 << 20);
  vg_code rc = share_ask(tx, &anne, &q, &d, &out, &err);
  if (rc == VG_OK)
    rc = share_receive(tx, &anne, other, vg_buf_view(&out), &d, &r, &err);
  vg_buf_fini(&out);
  return rc;
}

/* Claims come in and a pass tests, seals and warns; what it wrote counts like the rest. */
static vg_code w_claims(void) {
  struct anticipate_claims_read read;
  struct anticipate_pass pass;
  struct vg_buf text;
  struct anticipate_claims in = {.source = VG_STR("list"), .path = "f"};
  char day[VG_TIME_TEXT];
  vg_buf_init(&text, 1 << 16);
  vg_buf_z(&text, "date,group,zone,sector\n");
  for (int64_t w = 0; w < 62; w++)
    for (int64_t i = 0; i < (w == 61 ? 12 : 1); i++)
      vg_buf_fmt(&text, "%.10s,alpha,EST,Energy\n", vg_time_text(day, (16801 + 7 * w) * VG_DAY, false));
  in.text = vg_buf_view(&text);
  vg_code rc = vg_buf_check(&text, &err);
  if (rc == VG_OK)
    rc = anticipate_claims_import(tx, &anne, &in, &read, &err);
  struct anticipate_pass_options o = {.as_of = (16801 + 7 * 62) * VG_DAY};
  if (rc == VG_OK)
    rc = anticipate_pass_run(tx, &anne, &o, NULL, NULL, &pass, &err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code w_warning_list(void) {
  char path[] = "/tmp/vigie-oom-XXXXXX";
  static const char list[] = "{\"name\":\"L\",\"type\":\"hostname\",\"list\":[\"a.example\",\"b.example\"]}";
  struct qualify_warnings w = {.path = path, .name = "L", .kind = QUALIFY_WARNING_BENIGN};
  int fd = mkstemp(path);
  assert_true(fd >= 0 && write(fd, list, sizeof list - 1) == (ssize_t)sizeof list - 1);
  close(fd);
  vg_code rc = qualify_warnings_import(tx, &anne, &w, &err);
  unlink(path);
  return rc;
}

/* Strikes a piece of a request's assessment, and judges the warning of the fixture. */
static vg_code w_verdicts(void) {
  struct vg_id pid;
  struct qualify_assessment a;
  struct vg_buf warning;
  VG_TRY(qualify_open(tx, &anne, VG_STR("domain-name"), VG_STR("rare.example"), VG_STR("what is it?"), VG_STR("Anne"),
                      &pid, &err));
  VG_TRY(qualify_assess_request(tx, vg_id_str(&pid), store_now(tx), &a, &err));
  VG_TRY(qualify_strike(tx, &anne, vg_id_str(&pid), VG_STR("assertion:partner"), true, VG_STR("hearsay"), &err));
  VG_TRY(w_warning());
  vg_buf_init(&warning, 256);
  vg_code rc = store_get_text(tx, &warning, "SELECT pid FROM anticipate_warning", S_NOARGS, &err);
  if (rc == VG_OK)
    rc = anticipate_judge(tx, &anne, vg_buf_view(&warning), true, VG_STR("held"), &err);
  vg_buf_fini(&warning);
  return rc;
}

/* No store: what forecasts, replays and likeness hold in memory. */
static vg_code w_pure(void) {
  static double y[64];
  struct anticipate_series one = {.name = VG_STR("s"), .n = VG_COUNT(y), .y = y};
  int64_t when[VG_COUNT(y)], cluster[40];
  struct anticipate_data d = {&one, 1};
  struct anticipate_backtest b;
  struct similar_set *set;
  struct similar_near near;
  struct tlsh t[40] = {{0}};
  for (size_t i = 0; i < VG_COUNT(y); i++)
    y[i] = (double)(3 + i % 5), when[i] = (int64_t)i;
  for (size_t i = 0; i < VG_COUNT(t); i++)
    t[i].code[i % 8] = (unsigned char)i;
  one.when = when;
  VG_TRY(anticipate_backtest(&d, 4, &b, &err));
  VG_TRY(similar_cluster(t, VG_COUNT(t), 30, cluster, NULL, NULL, &err));
  VG_TRY(similar_set_new(&set, t, VG_COUNT(t), &err));
  assert_int_equal(similar_nearest(set, &t[3], 100, 1, &near), 1);
  similar_set_free(set);
  return VG_OK;
}

static void every_failed_allocation_is_survived(void **state) {
  (void)state;
  const char *list;
  (void)intel_benign(VG_STR("domain-name"), VG_STR("a.example"),
                     &list); /* the embedded lists are read once a program */
  OK(casework_seed(tx, &err));
  company = add_org("Company", "67");
  other = add_org("Other", "33");
  list_value(1, "domain-name", "rare.example", "partner", 80, INDICATOR("9", "domain-name:value = 'rare.example'"));
  see("domain-name", "rare.example", company, "report--a", 10);
  see("domain-name", "rare.example", other, "report--b", 11);
  survives("ledger", w_ledger);
  survives("organisation", w_org);
  survives("incident, case, exhibit", w_incident);
  survives("STIX import", w_stix);
  survives("CSV import", w_csv);
  survives("sighting", w_sighting);
  survives("qualification", w_qualify);
  survives("warning", w_warning);
  survives("release", w_share);
  survives("question", w_exchange);
  survives("claims and a pass", w_claims);
  survives("warning list", w_warning_list);
  survives("strike and judgement", w_verdicts);
  survives("backtest and likeness", w_pure);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_failed_allocation_is_survived, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
