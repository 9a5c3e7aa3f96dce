/* What is recorded of an analysis: rows, sightings of the case's organisation, one entry; and what is refused. */
#include "world.h"

#include "analysis/analysis.h"
#include "casework/casework.h"

static struct analysis_recorder *recorder;
static struct analysis_tally *tally;

static void add(struct finding f) {
  OK(analysis_recorder_add(recorder, &f, &err));
  OK(analysis_tally_add(tally, &f, &err));
}

static void add_file(int64_t number, const char *path, vg_time mtime, bool allocated) {
  struct finding f = {.kind = FINDING_FILE};
  f.file = (struct found_file){.number = number,
                               .volume = 512,
                               .path = vg_str_z(path),
                               .inode = VG_STR("5"),
                               .size = 10,
                               .allocated = allocated,
                               .type = VG_STR("text/plain"),
                               .sha256 = VG_STR("aa"),
                               .mtime = mtime,
                               .atime = VG_NOTIME,
                               .ctime = mtime,
                               .btime = VG_NOTIME};
  add(f);
}

static void add_hit(int64_t file, const char *path, const char *type, const char *value, int64_t offset, bool benign) {
  struct finding f = {.kind = FINDING_HIT};
  f.hit = (struct found_hit){.file = file,
                             .volume = 512,
                             .place = PLACE_CONTENT,
                             .path = vg_str_z(path),
                             .type = vg_str_z(type),
                             .indicator = vg_str_z(value),
                             .offset = offset,
                             .time = VG_NOTIME,
                             .benign = benign};
  add(f);
}

static int64_t number(const char *sql) {
  int64_t n = -1;
  OK(store_get_int(tx, &n, sql, S_NOARGS, &err));
  return n;
}

static int64_t open_case(struct affair *a, struct exhibit *e) {
  static const char *const offences[] = {"CP323-2-1"};
  struct incident in = {.org = add_org("Scierie", "56"),
                        .happened = store_now(tx) - VG_DAY,
                        .known = store_now(tx) - VG_HOUR,
                        .reported = VG_NOTIME};
  vg_str_copy(in.kind, sizeof in.kind, VG_STR("intrusion"));
  vg_str_copy(in.summary, sizeof in.summary, VG_STR("x"));
  OK(casework_seed(tx, &err));
  OK(casework_incident_add(tx, &anne, &in, &err));
  *a = (struct affair){.incident = in.pid, .ref = "T-1", .frame = "flagrance"};
  OK(casework_case_open(tx, &anne, a, offences, 1, VG_STR(""), &err));
  *e = (struct exhibit){.case_id = a->id, .description = "disk"};
  OK(casework_exhibit_add(tx, &anne, e, &err));
  return in.org;
}

static void findings(void) {
  vg_time now = store_now(tx);
  add_file(1, "/\xe9t\xe9 bytes", now - 3 * VG_DAY, true);
  for (int i = 0; i < 50; i++)
    add_hit(1, "/\xe9t\xe9 bytes", "domain-name", "evil.net", 100 - i, false);
  add_hit(1, "/\xe9t\xe9 bytes", "ipv4-addr", "9.9.9.9", 3, true);
  add_file(2, "/future", now + 400 * VG_DAY, false);
  add_hit(2, "/future", "domain-name", "evil.net", 0, false);
  struct finding f = {.kind = FINDING_PROBLEM};
  f.problem = (struct found_problem){512, VG_STR("/x"), "analysis.loop", {VG_STR("/x\xff")}};
  add(f);
  f = (struct finding){.kind = FINDING_VOLUME};
  f.volume = (struct found_volume){512, 1 << 20, VG_STR("ntfs"), VG_STR("")};
  add(f);
  f = (struct finding){.kind = FINDING_EVENT};
  f.event =
      (struct found_event){512, now, VG_STR("registry"), VG_STR("key"), VG_STR("/h"), VG_STR("1"), VG_STR("text")};
  add(f);
}

static vg_code last_event(void *ctx, const struct found_event *e, struct vg_err *why) {
  (void)why;
  ++*(int *)ctx;
  if (vg_str_eqz(e->path, "/future"))
    assert_true(vg_str_eqz(e->what, "m.c."));
  return VG_OK;
}

static void recorded(void **state) {
  (void)state;
  struct affair a;
  struct exhibit e;
  struct vg_id pid;
  int64_t ledger = -1, org = open_case(&a, &e), before = number("SELECT COUNT(*) FROM ledger_leaf"), sightings;
  int events = 0;
  struct analysis_order o = {.path = "disk.E01"};
  struct analysis_sum sum = {.files = 2, .deleted = 1};
  struct analysis_record what = {
      .order = &o, .sum = &sum, .case_ref = "T-1", .exhibit_ref = e.ref, .started = store_now(tx)};
  OK(analysis_recorder_new(&recorder, "/tmp", &err));
  OK(analysis_tally_new(&tally, &err));
  findings();
  what.tally = tally;
  OK(analysis_record(tx, &anne, recorder, &what, &pid, &ledger, &err));
  assert_int_equal(number("SELECT COUNT(*) FROM analysis_file"), 2);
  assert_int_equal(number("SELECT COUNT(*) FROM analysis_volume"), 1);
  assert_int_equal(number("SELECT COUNT(*) FROM analysis_v_finding WHERE kind = 'hit'"), 3);
  assert_int_equal(
      number("SELECT count FROM analysis_v_finding WHERE kind = 'hit' AND type = 'domain-name' AND file = 1"), 50);
  assert_int_equal(
      number("SELECT first_offset FROM analysis_v_finding WHERE kind = 'hit' AND type = 'domain-name' AND file = 1"),
      51);
  assert_int_equal(
      number("SELECT COUNT(*) FROM analysis_v_finding WHERE kind = 'problem' AND message = 'analysis.loop'"), 1);
  OK(store_get_int(tx, &sightings, "SELECT COUNT(*) FROM intel_sighting WHERE org = $1 AND report = $2",
                   S_ARGS(S_INT(org), S_Z(pid.s)), &err));
  assert_int_equal(sightings, 1);                                               /* not the one of a warning list */
  assert_true(number("SELECT last_seen FROM intel_sighting") <= store_now(tx)); /* whatever the file's clock said */
  assert_int_equal(number("SELECT first_seen FROM intel_sighting"), store_now(tx) - 3 * VG_DAY);
  assert_true(ledger >= before);
  OK(analysis_timeline(tx, VG_STR("T-1"), REGIME_BOTH, VG_NOTIME, VG_NOTIME, last_event, &events, &err));
  assert_int_equal(events, 3);
  assert_int_equal(analysis_timeline(tx, VG_STR("T-2"), REGIME_BOTH, VG_NOTIME, VG_NOTIME, last_event, &events, NULL),
                   VG_ENOTFOUND);
  analysis_recorder_free(recorder);
  analysis_tally_free(tally);
}

static void references(void **state) {
  (void)state;
  struct affair a;
  struct exhibit e;
  (void)open_case(&a, &e);
  OK(analysis_check_refs(tx, &anne, NULL, NULL, &err));
  OK(analysis_check_refs(tx, &anne, "T-1", e.ref, &err));
  assert_int_equal(analysis_check_refs(tx, &anne, "T-2", e.ref, NULL), VG_ENOTFOUND);
  assert_int_equal(analysis_check_refs(tx, &anne, "T-1", "T-1/9", NULL), VG_ENOTFOUND);
}

/* A job is one worker's at a time, and only its own steps count. */
static void jobs(void **state) {
  struct affair a;
  struct exhibit e;
  struct analysis_job j, other;
  struct vg_id pid;
  (void)state;
  (void)open_case(&a, &e);
  assert_int_equal(analysis_job_add(tx, &anne, "relative", a.ref, e.ref, &pid, &err), VG_EDATA);
  assert_int_equal(analysis_job_add(tx, &anne, "/proc/self/exe", a.ref, "T-1/9", &pid, &err), VG_ENOTFOUND);
  OK(analysis_job_add(tx, &anne, "/proc/self/exe", a.ref, e.ref, &pid, &err));
  assert_int_equal(analysis_job_add(tx, &anne, "/proc/self/exe", a.ref, e.ref, &pid, &err), VG_EEXIST);
  OK(analysis_job_take(tx, "one", &j, &err));
  assert_string_equal(j.input, "/proc/self/exe");
  assert_string_equal(j.asked_by, anne.id.s);
  assert_int_equal(analysis_job_take(tx, "two", &other, &err), VG_ENOTFOUND);
  OK(analysis_job_progress(tx, &j, "one", 5, 10, &err));
  assert_int_equal(analysis_job_progress(tx, &j, "two", 6, 10, &err), VG_ESTATE);
  OK(analysis_job_give_back(tx, &j, "one", &err));
  OK(analysis_job_take(tx, "two", &other, &err));
  assert_int_equal(other.attempts, 1);
  assert_int_equal(analysis_job_end(tx, &j, "one", "analysis--x", &err), VG_ESTATE);
  OK(analysis_job_end(tx, &other, "two", "analysis--x", &err));
  assert_int_equal(number("SELECT COUNT(*) FROM analysis_v_job WHERE state = 'done' AND run = 'analysis--x'"), 1);
  for (int i = 0; i < JOB_ATTEMPTS; i++) { /* a lease that ended is anybody's, three times */
    if (i == 0)
      OK(analysis_job_add(tx, &anne, "/proc/self/exe", a.ref, e.ref, &pid, &err));
    OK(analysis_job_take(tx, "one", &j, &err));
    OK(store_exec(tx, "UPDATE analysis_job SET lease = 0 WHERE state = 'running'", S_NOARGS, &err));
  }
  assert_int_equal(analysis_job_take(tx, "two", &j, &err), VG_ENOTFOUND);
  assert_int_equal(number("SELECT COUNT(*) FROM analysis_v_job WHERE state = 'failed'"), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(recorded, world_begin, world_end),
                                     cmocka_unit_test_setup_teardown(references, world_begin, world_end),
                                     cmocka_unit_test_setup_teardown(jobs, world_begin, world_end)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
