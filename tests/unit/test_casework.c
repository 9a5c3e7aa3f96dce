/* Affairs: acts and what they need. */
#include "world.h"

#include "casework/casework.h"

static struct affair affair;

/* A case of one company in a frame, with the facts of the law. */
static void open_affair(const char *frame) {
  struct incident in = {.org = add_org("Lynx", "35"),
                        .happened = store_now(tx) - 5 * VG_HOUR,
                        .known = store_now(tx) - 4 * VG_HOUR,
                        .reported = VG_NOTIME};
  const char *const offence[] = {"CP323-2-1"};
  vg_str_copy(in.kind, sizeof in.kind, VG_STR("ransomware"));
  vg_str_copy(in.summary, sizeof in.summary, VG_STR("locked"));
  OK(casework_seed(tx, &err));
  OK(casework_incident_add(tx, &anne, &in, &err));
  affair = (struct affair){.incident = in.pid};
  vg_str_copy(affair.frame, sizeof affair.frame, vg_str_z(frame));
  OK(casework_case_open(tx, &anne, &affair, offence, 1, VG_STR(""), &err));
}

static struct exhibit add_exhibit(const char *seal) {
  struct exhibit e = {.case_id = affair.id};
  vg_str_copy(e.case_ref, sizeof e.case_ref, vg_str_z(affair.ref));
  vg_str_copy(e.description, sizeof e.description, VG_STR("disk"));
  vg_str_copy(e.seal, sizeof e.seal, vg_str_z(seal));
  OK(casework_exhibit_add(tx, &anne, &e, &err));
  return e;
}

static struct act new_act(const char *kind, const char *exhibit) {
  struct act a = {.due = VG_NOTIME};
  vg_str_copy(a.case_ref, sizeof a.case_ref, vg_str_z(affair.ref));
  vg_str_copy(a.kind, sizeof a.kind, vg_str_z(kind));
  vg_str_copy(a.exhibit_ref, sizeof a.exhibit_ref, vg_str_z(exhibit));
  vg_str_copy(a.place, sizeof a.place, VG_STR("Rennes"));
  return a;
}

static void again(struct act *a) { OK(casework_act_find(tx, vg_id_str(&a->pid), a, &err)); }

#define REFUSED(code, message, call)                                                                                   \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    assert_int_equal(call, code);                                                                                      \
    assert_string_equal(err.cause[0].msg, message);                                                                    \
  } while (0)

static vg_code start(const struct act *a) {
  return casework_act_start(tx, &anne, a, VG_STR("opj"), VG_NOSTR, VG_NOSTR, &err);
}

/* Every kind has a rule in every frame, with an article or the house's own word, and a source. */
static vg_code see_rule(void *ctx, const struct act_rule *r, struct vg_err *e) {
  (void)e;
  ++*(int *)ctx;
  assert_true(r->source.n > 0 && r->rule_fr.n > 0 && r->authority.n > 0);
  bool judicial = !vg_str_eqz(r->frame, "intelligence") && !vg_str_eqz(r->frame, "prevention");
  assert_int_equal(judicial, r->article.n > 1);
  assert_true(!judicial || r->doubt.n > 0); /* no article of the code of procedure was read in its present state */
  return VG_OK;
}
static void test_rules_are_complete(void **state) {
  (void)state;
  int n = 0;
  OK(casework_each_act_rule(see_rule, &n, &err));
  assert_int_equal(n, 8 * 5);
}

static void test_act_needs_its_authority(void **state) {
  (void)state;
  open_affair("preliminary");
  struct exhibit e = add_exhibit("1");
  struct act a = new_act("opening", e.ref);
  OK(casework_act_plan(tx, &anne, &a, &err));
  REFUSED(VG_EDENIED, "casework.act_no_authority", start(&a));
  REFUSED(VG_EDENIED, "casework.act_wrong_authority",
          casework_act_authority(tx, &anne, &a, VG_STR("opj"), VG_STR("PV 1"), VG_NOSTR, store_now(tx), &err));
  REFUSED(VG_EDATA, "casework.act_authority_ref",
          casework_act_authority(tx, &anne, &a, VG_STR("prosecutor"), VG_STR(" "), VG_NOSTR, store_now(tx), &err));
  OK(casework_act_authority(tx, &anne, &a, VG_STR("prosecutor"), VG_STR("ST 1"), VG_NOSTR, store_now(tx), &err));
  again(&a);
  OK(start(&a));
  struct exhibit_state s;
  OK(casework_exhibit_state(tx, e.id, &s, &err));
  assert_true(s.open);
}

static void test_witnesses_under_the_officer_do_not_count(void **state) {
  (void)state;
  open_affair("flagrance");
  struct act a = new_act("search", "");
  struct attendee p = {.role = VG_STR("witness"), .name = VG_STR("Un"), .present = VG_STR("present")};
  OK(casework_act_plan(tx, &anne, &a, &err));
  OK(casework_act_authority(tx, &anne, &a, VG_STR("opj"), VG_STR("PV 1"), VG_NOSTR, store_now(tx), &err));
  again(&a);
  OK(casework_act_attend(tx, &anne, &a, &p, &err));
  p.subordinate = true;
  OK(casework_act_attend(tx, &anne, &a, &p, &err));
  REFUSED(VG_EDENIED, "casework.act_no_attendee", start(&a));
  p.subordinate = false;
  p.present = VG_STR("summoned");
  OK(casework_act_attend(tx, &anne, &a, &p, &err));
  REFUSED(VG_EDENIED, "casework.act_no_attendee", start(&a));
  p.present = VG_STR("present");
  OK(casework_act_attend(tx, &anne, &a, &p, &err));
  OK(start(&a));
}

static void test_no_coercion_outside_an_inquiry(void **state) {
  (void)state;
  static const char *const coercive[] = {"search", "seizure", "opening", "requisition"};
  open_affair("prevention");
  for (size_t i = 0; i < VG_COUNT(coercive); i++) {
    struct act a = new_act(coercive[i], "");
    REFUSED(VG_EDENIED, "casework.act_forbidden", casework_act_plan(tx, &anne, &a, &err));
  }
}

static void test_copy_of_a_closed_seal_waits(void **state) {
  (void)state;
  open_affair("flagrance");
  struct exhibit e = add_exhibit("1");
  struct act a = new_act("acquisition", e.ref);
  OK(casework_act_check(tx, &e, "acquisition", &err));
  OK(casework_act_plan(tx, &anne, &a, &err));
  REFUSED(VG_ESTATE, "casework.act_not_started", casework_act_check(tx, &e, "acquisition", &err));
  OK(casework_act_authority(tx, &anne, &a, VG_STR("opj"), VG_STR("PV 1"), VG_NOSTR, store_now(tx), &err));
  again(&a);
  REFUSED(VG_ESTATE, "casework.act_sealed", start(&a));
}

/* Facts older than the text that was read, and no date of entry into force known: the figure is not confirmed for them.
 */
static vg_code see_charge(void *ctx, const struct offence *o, struct vg_err *e) {
  (void)e;
  assert_string_equal(VG_T(o->doubt), ctx);
  assert_int_equal(o->to_check, o->doubt.n > 0);
  return VG_OK;
}
/* What is found is entered before it is seized, and put under seal by the seizure. */
static void test_seizure_seals_what_had_no_seal(void **state) {
  struct attendee there = {
      .role = VG_STR("occupant"), .name = VG_STR("Keller"), .present = VG_STR("present"), .signature = VG_STR("")};
  struct exhibit_state s;
  (void)state;
  open_affair("flagrance");
  struct exhibit e = add_exhibit("");
  OK(casework_exhibit_state(tx, e.id, &s, &err));
  assert_true(s.open && s.seal_version == 0);
  struct custody with = {.reason = VG_STR("look"), .at = VG_NOTIME};
  REFUSED(VG_ESTATE, "casework.seal_none", casework_exhibit_move(tx, &anne, &e, CUSTODY_OPENED, &with, &err));
  REFUSED(VG_EDATA, "casework.seal_first", casework_exhibit_move(tx, &anne, &e, CUSTODY_CLOSED, &with, &err));
  struct act a = new_act("seizure", e.ref);
  OK(casework_act_plan(tx, &anne, &a, &err));
  OK(casework_act_authority(tx, &anne, &a, VG_STR("opj"), VG_STR("PV 1"), VG_STR("Anne"), store_now(tx), &err));
  OK(casework_act_attend(tx, &anne, &a, &there, &err));
  again(&a);
  OK(casework_act_start(tx, &anne, &a, VG_STR("opj"), VG_STR(""), VG_STR(""), &err));
  again(&a);
  OK(casework_act_end(tx, &anne, &a, VG_STR("sealed"), VG_STR("S-1"), VG_STR(""), &err));
  OK(casework_exhibit_state(tx, e.id, &s, &err));
  assert_true(!s.open && s.seal_version == 1);
  assert_string_equal(s.seal, "S-1");
}

static void test_answer_has_a_hash_or_none(void **state) {
  (void)state;
  open_affair("flagrance");
  struct act a = new_act("requisition", "");
  vg_str_copy(a.addressee, sizeof a.addressee, VG_STR("Host"));
  vg_str_copy(a.object, sizeof a.object, VG_STR("logs"));
  OK(casework_act_plan(tx, &anne, &a, &err));
  OK(casework_act_authority(tx, &anne, &a, VG_STR("opj"), VG_STR("PV 1"), VG_NOSTR, store_now(tx), &err));
  again(&a);
  OK(casework_act_start(tx, &anne, &a, VG_STR("opj"), VG_STR(""), VG_STR(""), &err));
  again(&a);
  REFUSED(VG_EDATA, "casework.custody_hash",
          casework_act_answer(tx, &anne, &a, VG_STR("logs came"), VG_STR("abc"), &err));
  OK(casework_act_answer(tx, &anne, &a, VG_STR("logs came"), VG_STR(""), &err));
}

static void charge_of(const char *happened, const char *doubt) {
  char wanted[32];
  vg_time t;
  assert_true(vg_time_parse(vg_str_z(happened), &t));
  OK(store_exec(tx, "UPDATE casework_incident SET happened = $1", S_ARGS(S_TIME(t)), &err));
  vg_str_copy(wanted, sizeof wanted, vg_str_z(doubt));
  OK(casework_each_charge(tx, affair.id, see_charge, wanted, &err));
}
static void test_older_facts_are_to_revalidate(void **state) {
  (void)state;
  open_affair("flagrance");
  charge_of("2026-04-27", "since");
  charge_of("2026-04-28", "");
}

static void test_findings_name_their_source(void **state) {
  (void)state;
  open_affair("flagrance");
  struct finding_entry f = {.type = VG_STR("declared"), .text = VG_STR("x"), .from = VG_NOTIME, .until = VG_NOTIME};
  REFUSED(VG_EDATA, "casework.finding_source", casework_finding_add(tx, &anne, &affair, &f, &err));
  f.type = VG_STR("observed");
  OK(casework_finding_add(tx, &anne, &affair, &f, &err));
  f.from = store_now(tx) - VG_HOUR;
  f.until = store_now(tx) - 2 * VG_HOUR;
  REFUSED(VG_EDATA, "casework.finding_time", casework_finding_add(tx, &anne, &affair, &f, &err));
  f.from = store_now(tx) + VG_HOUR;
  f.until = VG_NOTIME;
  REFUSED(VG_EDATA, "casework.finding_time", casework_finding_add(tx, &anne, &affair, &f, &err));
}

/* --- the frame of a case changes --- */

static vg_code reframe(const char *frame, vg_time from, vg_time until, const char *authority) {
  const struct frame_change to = {.frame = vg_str_z(frame),
                                  .reference = VG_STR("PV 12"),
                                  .authority = vg_str_z(authority),
                                  .from = from,
                                  .until = until};
  OK(casework_case_find(tx, vg_id_str(&affair.pid), &affair, &err));
  return casework_case_reframe(tx, &anne, &affair, &to, &err);
}
static struct act authorised(const char *exhibit, const char *by) {
  struct act a = new_act("analysis", exhibit);
  OK(casework_act_plan(tx, &anne, &a, &err));
  OK(casework_act_authority(tx, &anne, &a, vg_str_z(by), VG_STR("PV 1"), VG_NOSTR, store_now(tx), &err));
  again(&a);
  return a;
}
/* Acts start at the transaction's time: what started earlier is told to the store. */
static void started_before(const struct act *a, vg_time ago) {
  OK(store_exec(tx, "UPDATE casework_act SET started = $2 WHERE id = $1",
                S_ARGS(S_INT(a->id), S_TIME(store_now(tx) - ago)), &err));
}

static void test_acts_keep_the_frame_of_their_day(void **state) {
  (void)state;
  open_affair("flagrance");
  struct exhibit e = add_exhibit("1");
  struct act first = authorised(e.ref, "opj"), next = authorised(e.ref, "opj");
  OK(start(&first));
  started_before(&first, VG_HOUR);
  REFUSED(VG_ESTATE, "casework.frame_act", reframe("preliminary", store_now(tx) - 2 * VG_HOUR, VG_NOTIME, ""));
  REFUSED(VG_EDATA, "casework.frame_from", reframe("preliminary", store_now(tx) - 6 * VG_HOUR, VG_NOTIME, ""));
  REFUSED(VG_EDATA, "casework.frame_from", reframe("preliminary", store_now(tx) + 1, VG_NOTIME, ""));
  REFUSED(VG_EDATA, "casework.frame_authority", reframe("rogatory", store_now(tx), VG_NOTIME, " "));
  REFUSED(VG_EDENIED, "casework.frame_regime", reframe("prevention", store_now(tx), VG_NOTIME, ""));
  REFUSED(VG_EDATA, "casework.frame", reframe("guess", store_now(tx), VG_NOTIME, ""));
  REFUSED(VG_EDATA, "casework.frame_until", reframe("preliminary", store_now(tx), store_now(tx) + VG_DAY, ""));
  vg_err_clear(&err);
  OK(reframe("rogatory", store_now(tx) - VG_HOUR / 2, VG_NOTIME, "judge"));
  REFUSED(VG_ESTATE, "casework.frame_same", reframe("rogatory", store_now(tx), VG_NOTIME, "judge"));
  again(&first);
  again(&next);
  struct act_rule was, is;
  assert_true(casework_act_rule(VG_STR("analysis"), VG_STR("flagrance"), &was));
  assert_true(casework_act_rule(VG_STR("analysis"), VG_STR("rogatory"), &is));
  assert_false(vg_str_eq(was.article, is.article));
  assert_string_equal(first.frame, "flagrance");
  assert_string_equal(first.article, VG_T(was.article));
  assert_string_equal(next.frame, "rogatory");
  assert_string_equal(next.article, VG_T(is.article));
  REFUSED(VG_EDENIED, "casework.act_wrong_authority", start(&next)); /* the officer's word no longer is enough */
}

static vg_code see_running(void *ctx, const struct flagrance *f, struct vg_err *e) {
  (void)e;
  assert_string_equal(VG_T(f->ref), affair.ref);
  ++*(int *)ctx;
  return VG_OK;
}
static int running(void) {
  int n = 0;
  OK(casework_each_flagrance(tx, &anne, 5, see_running, &n, &err));
  return n;
}
static void test_flagrance_ends(void **state) {
  struct flagrance f;
  (void)state;
  open_affair("flagrance");
  struct exhibit e = add_exhibit("1");
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_true(f.end == VG_NOTIME); /* it runs from the first act */
  REFUSED(VG_ESTATE, "casework.flagrance_no_act", reframe("flagrance", store_now(tx), store_now(tx) + VG_DAY, "x"));
  vg_err_clear(&err);
  struct act first = authorised(e.ref, "opj"), next = authorised(e.ref, "opj"), last = authorised(e.ref, "opj");
  OK(start(&first));
  started_before(&first, 8 * VG_DAY);
  OK(store_exec(tx, "UPDATE casework_incident SET happened = $1", S_ARGS(S_TIME(store_now(tx) - 9 * VG_DAY)), &err));
  OK(start(&next)); /* the very end */
  started_before(&first, 8 * VG_DAY + 1);
  REFUSED(VG_EDENIED, "casework.flagrance_over", start(&last));
  vg_time end = store_now(tx) - 1;
  REFUSED(VG_EDENIED, "casework.flagrance_late", reframe("flagrance", store_now(tx), end + VG_DAY, "prosecutor"));
  REFUSED(VG_EDATA, "casework.flagrance_until", reframe("flagrance", end, end, "prosecutor"));
  REFUSED(VG_EDATA, "casework.flagrance_until", reframe("flagrance", end, end + 8 * VG_DAY + 1, "prosecutor"));
  REFUSED(VG_EDATA, "casework.frame_authority", reframe("flagrance", end, end + 8 * VG_DAY, ""));
  OK(store_exec(tx, "UPDATE casework_offence SET prison_years = 4", S_NOARGS, &err));
  REFUSED(VG_EDENIED, "casework.flagrance_penalty", reframe("flagrance", end, end + 8 * VG_DAY, "prosecutor"));
  OK(store_exec(tx, "UPDATE casework_offence SET prison_years = 5", S_NOARGS, &err));
  vg_err_clear(&err);
  OK(reframe("flagrance", end, end + 8 * VG_DAY, "prosecutor"));
  REFUSED(VG_EDENIED, "casework.flagrance_twice", reframe("flagrance", end, end + 9 * VG_DAY, "prosecutor"));
  vg_err_clear(&err);
  OK(start(&last));
  assert_int_equal(running(), 1);
  OK(reframe("preliminary", store_now(tx), VG_NOTIME, ""));
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_true(f.end == VG_NOTIME && !f.prolonged);
  assert_int_equal(running(), 0);
}

/* More than a day without an act in it, between two or since the last, is said; an act that goes on fills its time. */
static void test_flagrance_without_interruption(void **state) {
  struct flagrance f;
  (void)state;
  open_affair("flagrance");
  struct exhibit e = add_exhibit("1");
  OK(store_exec(tx, "UPDATE casework_incident SET happened = $1", S_ARGS(S_TIME(store_now(tx) - 9 * VG_DAY)), &err));
  struct act first = authorised(e.ref, "opj"), next = authorised(e.ref, "opj");
  OK(start(&first));
  OK(start(&next));
  started_before(&first, 3 * VG_DAY);
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_true(f.idle == VG_NOTIME); /* the first has not ended */
  const vg_time ended = store_now(tx) - 3 * VG_DAY + VG_HOUR;
  OK(store_exec(tx, "UPDATE casework_act SET ended = $2 WHERE id = $1", S_ARGS(S_INT(first.id), S_TIME(ended)), &err));
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_int_equal(f.idle, ended);
  assert_true(f.resumed > ended + VG_DAY && f.resumed <= store_now(tx));
  started_before(&first, VG_DAY - VG_HOUR);
  OK(store_exec(tx, "UPDATE casework_act SET ended = started WHERE id = $1", S_ARGS(S_INT(first.id)), &err));
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_true(f.idle == VG_NOTIME); /* less than a day */
  started_before(&first, 2 * VG_DAY);
  started_before(&next, 2 * VG_DAY);
  OK(store_exec(tx, "UPDATE casework_act SET ended = started", S_NOARGS, &err));
  OK(casework_flagrance(tx, affair.id, &f, &err));
  assert_true(f.idle >= f.first && f.resumed == VG_NOTIME); /* nothing since */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rules_are_complete),
      cmocka_unit_test_setup_teardown(test_act_needs_its_authority, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_witnesses_under_the_officer_do_not_count, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_no_coercion_outside_an_inquiry, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_older_facts_are_to_revalidate, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_findings_name_their_source, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_answer_has_a_hash_or_none, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_seizure_seals_what_had_no_seal, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_acts_keep_the_frame_of_their_day, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_flagrance_ends, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_flagrance_without_interruption, world_begin, world_end),
      cmocka_unit_test_setup_teardown(test_copy_of_a_closed_seal_waits, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
