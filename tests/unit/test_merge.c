/*
 * Three laptops and a server that meet now and then, in every order: what was done on one reaches all, nothing is lost,
 * and in the end every instance says the same. Files of events are lost, doubled, damaged, of a stranger, of a program
 * to come; one laptop's clock stands years back. With VIGIE_TEST_PG set the server's records are on a real PostgreSQL.
 * VIGIE_SEED=N repeats a world, VIGIE_WORLDS=N runs that many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analysis/analysis.h"
#include "anticipate/anticipate.h"
#include "base/file.h"
#include "base/json.h"
#include "casework/casework.h"
#include "evaluation/evaluation.h"
#include "event/event.h"
#include "instance/instance.h"
#include "ok.h"
#include "pg.h"
#include "prevention/prevention.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "watch/watch.h"

enum { INSTANCES = 4, SERVER = 3, STEPS = 220, PIDS = 64 };
static char root[64];

#define GOOD_NOW(call)                                                                                                 \
  do {                                                                                                                 \
    vg_code now_ = (call);                                                                                             \
    GOOD(now_);                                                                                                        \
  } while (0)
#define GOOD(code)                                                                                                     \
  do {                                                                                                                 \
    for (int e_ = 0; (code) != VG_OK && e_ < err.n; e_++)                                                              \
      print_error("%s %s %s:%d\n", err.cause[e_].msg, err.cause[e_].arg[0], err.cause[e_].file, err.cause[e_].line);   \
    assert_int_equal((code), VG_OK);                                                                                   \
  } while (0)

/* --- chance, repeatable --- */

static uint64_t seed;
static uint32_t chance(uint32_t below) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((seed >> 33) % below);
}

/* --- the instances --- */

static struct place {
  struct instance *in;
  struct vg_clock clock;
  struct actor who;
  vg_time now;
  char name[16], key[MERGE_KEY];
} at[INSTANCES];

static vg_time tick(void *ctx) {
  struct place *p = ctx;
  return p->now += 1700000001 + (vg_time)chance(5) * VG_SECOND;
}

static const char *const names[] = {"one", "two", "three", "server"};

static void open_home(struct place *p) {
  char home[96];
  snprintf(home, sizeof home, "%s/%s", root, p->name);
  const struct instance_options o = {.home = home, .login = "anne", .clock = &p->clock};
  OK(instance_open(&p->in, &o, &err));
  OK(instance_actor(p->in, "anne", &p->who, &err));
}

static void open_place(int i) {
  struct place *p = &at[i];
  char home[96], password[24];
  *p = (struct place){.clock = {tick, p}};
  p->now = i == 1 ? INT64_C(1000000000) * VG_SECOND : INT64_C(1700000000) * VG_SECOND; /* two's clock stands in 2001 */
  vg_str_copy(p->name, sizeof p->name, vg_str_z(names[i]));
  snprintf(home, sizeof home, "%s/%s", root, names[i]);
  const char *url = i == SERVER && getenv("VIGIE_TEST_PG") ? pg_or(NULL) : NULL;
  const struct instance_options o = {.home = home, .url = url, .login = "anne", .clock = &p->clock};
  OK(instance_create(&o, password, &err));
  open_home(p);
  merge_key_text(instance_key(p->in), p->key);
}

#define DURING(p, tx, ...)                                                                                             \
  do {                                                                                                                 \
    struct store_tx *tx;                                                                                               \
    OK(store_begin(instance_store((p)->in), &tx, &err));                                                               \
    __VA_ARGS__;                                                                                                       \
    OK(instance_commit((p)->in, &tx, &err));                                                                           \
  } while (0)

/* --- what people do --- */

static void pick(struct store_tx *tx, const char *sql, char out[static VG_ID_MAX]) {
  struct store_rows *q;
  char all[PIDS][VG_ID_MAX];
  uint32_t n = 0;
  out[0] = 0;
  OK(store_query(tx, &q, sql, S_NOARGS, &err));
  while (store_next(q) && n < PIDS)
    vg_str_copy(all[n++], VG_ID_MAX, store_str(q, 0));
  OK(store_done(&q, &err));
  if (n)
    vg_str_copy(out, VG_ID_MAX, vg_str_z(all[chance(n)]));
}

/* What is not allowed now is not done: the choice is blind. PostgreSQL commits nothing behind a refusal of its own. */
#define MAYBE(call)                                                                                                    \
  do {                                                                                                                 \
    OK(store_savepoint(tx, &err));                                                                                     \
    vg_code maybe_ = (call);                                                                                           \
    if (maybe_ != VG_ESTATE && maybe_ != VG_EDENIED && maybe_ != VG_EEXIST)                                            \
      GOOD(maybe_);                                                                                                    \
    vg_err_clear(&err);                                                                                                \
    OK(store_release(tx, maybe_ == VG_OK, &err));                                                                      \
  } while (0)

static void new_case(struct place *p, struct store_tx *tx) {
  static const char *const offence[] = {"CP323-2-1"};
  struct org o;
  struct incident in = {.kind = "ransomware", .reported = VG_NOTIME};
  struct affair a = {.frame = "flagrance"};
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  in.org = o.id;
  in.happened = store_now(tx) - VG_HOUR;
  in.known = store_now(tx);
  snprintf(in.summary, sizeof in.summary, "locked, says %s %u", p->name, chance(1000));
  OK(casework_incident_add(tx, &p->who, &in, &err));
  a.incident = in.pid;
  /* Everybody numbers his own from 1, and some choose the same number by hand. */
  if (chance(3) == 0)
    snprintf(a.ref, sizeof a.ref, "PV-%u", chance(3));
  MAYBE(casework_case_open(tx, &p->who, &a, offence, 1, VG_STR(""), &err));
}

/* Another frame from now on; where the clock is behind that of an earlier change, nothing. */
static void reframe(struct place *p, struct store_tx *tx, const struct affair *a, vg_str words) {
  static const char *const frames[] = {"flagrance", "preliminary", "rogatory"};
  struct incident in;
  int64_t last;
  const struct frame_change to = {.frame = vg_str_z(frames[chance(3)]),
                                  .reference = words,
                                  .authority = words,
                                  .from = store_now(tx),
                                  .until = VG_NOTIME};
  OK(casework_incident_find(tx, vg_id_str(&a->incident), &in, &err));
  OK(store_get_int(tx, &last, "SELECT COALESCE(MAX(since), 0) FROM casework_case_frame WHERE case_id = $1",
                   S_ARGS(S_INT(a->id)), &err));
  if (store_now(tx) >= last && store_now(tx) >= in.happened)
    MAYBE(casework_case_reframe(tx, &p->who, a, &to, &err));
}

static void in_case(struct place *p, struct store_tx *tx, uint32_t what) {
  char pid[VG_ID_MAX], words[64];
  struct affair a;
  struct vg_id id;
  snprintf(words, sizeof words, "%s %u", p->name, chance(100000));
  pick(tx, "SELECT pid FROM casework_case ORDER BY pid", pid);
  if (!pid[0])
    return;
  OK(casework_case_find(tx, vg_str_z(pid), &a, &err));
  struct party party = {
      .category = VG_STR("witness"), .basis = VG_STR("fact"), .name = vg_str_z(words), .detail = VG_STR("")};
  struct finding_entry finding = {
      .type = VG_STR("observed"), .text = vg_str_z(words), .from = VG_NOTIME, .until = VG_NOTIME};
  struct task task = {
      .about = vg_id_str(&a.pid), .label = vg_str_z(a.ref), .case_id = a.id, .what = vg_str_z(words), .due = VG_NOTIME};
  struct exhibit e = {.case_id = a.id, .medium = "disk"};
  struct act act = {.kind = "requisition", .object = "logs", .addressee = "operator", .due = VG_NOTIME};
  struct case_step step = {.state = chance(2) ? VG_STR("in-progress") : VG_STR("transmitted"),
                           .reason = vg_str_z(words)};
  step.recipient = vg_str_eqz(step.state, "transmitted") ? VG_STR("TJ Rennes") : VG_STR("");
  vg_str_copy(e.case_ref, sizeof e.case_ref, vg_str_z(a.ref));
  vg_str_copy(e.description, sizeof e.description, vg_str_z(words));
  snprintf(e.seal, sizeof e.seal, "%u", chance(4));
  vg_str_copy(act.case_ref, sizeof act.case_ref, vg_str_z(a.ref));
  switch (what) {
  case 0: MAYBE(casework_party_add(tx, &p->who, &a, &party, &err)); break;
  case 1: MAYBE(casework_finding_add(tx, &p->who, &a, &finding, &err)); break;
  case 2: MAYBE(casework_note_add(tx, &p->who, &a, vg_str_z(words), &id, &err)); break;
  case 3: MAYBE(casework_task_add(tx, &p->who, &task, &err)); break;
  case 4: MAYBE(casework_exhibit_add(tx, &p->who, &e, &err)); break;
  case 5: MAYBE(casework_act_plan(tx, &p->who, &act, &err)); break;
  case 6: MAYBE(casework_case_step(tx, &p->who, &a, &step, &err)); break;
  case 7: reframe(p, tx, &a, vg_str_z(words)); break;
  default: /* in 2001 the law was another */
    if (p->now > INT64_C(1600000000) * VG_SECOND && a.opened > INT64_C(1600000000) * VG_SECOND)
      MAYBE(casework_charge_add(tx, &p->who, &a, "CP323-1-1", &err));
    break;
  }
}

static void change_exhibit(struct place *p, struct store_tx *tx, vg_str words) {
  char pid[VG_ID_MAX], hash[65];
  struct exhibit e;
  const enum custody_what what[] = {CUSTODY_TRANSFERRED, CUSTODY_OPENED, CUSTODY_CLOSED, CUSTODY_COPIED};
  struct custody k = {.holder = words, .reason = words, .seal = words};
  pick(tx, "SELECT pid FROM casework_exhibit ORDER BY pid", pid);
  if (!pid[0])
    return;
  OK(casework_exhibit_find(tx, vg_str_z(pid), &e, &err));
  snprintf(hash, sizeof hash, "%064x", chance(100000));
  enum custody_what w = what[chance(4)];
  if (w == CUSTODY_COPIED)
    k.sha256 = vg_str_z(hash);
  MAYBE(casework_exhibit_move(tx, &p->who, &e, w, &k, &err));
}

static void change_act(struct place *p, struct store_tx *tx, vg_str words) {
  char pid[VG_ID_MAX];
  struct act a;
  struct attendee who = {.role = VG_STR("witness"), .name = words, .present = VG_STR("present")};
  pick(tx, "SELECT pid FROM casework_act ORDER BY pid", pid);
  if (!pid[0])
    return;
  OK(casework_act_find(tx, vg_str_z(pid), &a, &err));
  switch (chance(5)) {
  case 0: MAYBE(casework_act_authority(tx, &p->who, &a, VG_STR("opj"), words, words, store_now(tx), &err)); break;
  case 1: MAYBE(casework_act_attend(tx, &p->who, &a, &who, &err)); break;
  case 2: MAYBE(casework_act_start(tx, &p->who, &a, VG_STR("opj"), VG_STR(""), words, &err)); break;
  case 3: MAYBE(casework_act_answer(tx, &p->who, &a, words, VG_STR(""), &err)); break;
  default: MAYBE(casework_act_cancel(tx, &p->who, &a, words, &err)); break;
  }
}

static void change(struct place *p, struct store_tx *tx, uint32_t what) {
  char pid[VG_ID_MAX], text[64];
  static const char *const states[] = {"doing", "done", "dropped", "todo"};
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  vg_str words = vg_str_z(text);
  switch (what) {
  case 0:
    pick(tx, "SELECT pid FROM casework_note ORDER BY pid", pid);
    if (pid[0])
      MAYBE(casework_note_revise(tx, &p->who, vg_str_z(pid), 0, words, &err));
    break;
  case 1:
    pick(tx, "SELECT pid FROM casework_task ORDER BY pid", pid);
    if (pid[0])
      MAYBE(casework_task_set(tx, &p->who, vg_str_z(pid), vg_str_z(states[chance(4)]), words, &err));
    break;
  case 2:
    pick(tx, "SELECT pid FROM casework_finding ORDER BY pid", pid);
    if (pid[0])
      MAYBE(casework_finding_withdraw(tx, &p->who, vg_str_z(pid), words, &err));
    break;
  case 3: change_exhibit(p, tx, words); break;
  default: change_act(p, tx, words); break;
  }
}

static void in_event(struct place *p, struct store_tx *tx) {
  char pid[VG_ID_MAX], incident[VG_ID_MAX], text[64];
  struct event e = {.kind = "ransomware", .since = VG_NOTIME};
  struct vg_id id;
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  vg_str_copy(e.name, sizeof e.name, vg_str_z(text));
  pick(tx, "SELECT pid FROM event_event ORDER BY pid", pid);
  pick(tx, "SELECT pid FROM casework_incident ORDER BY pid", incident);
  if (!pid[0] || chance(12) == 0) {
    MAYBE(event_open(tx, &p->who, &e, &err));
    return;
  }
  switch (chance(incident[0] ? 4 : 2)) {
  case 0: MAYBE(event_message_add(tx, &p->who, vg_str_z(pid), VG_STR(""), vg_str_z(text), &err)); break;
  case 1:
    MAYBE(event_task_add(tx, &p->who, vg_str_z(pid), VG_STR(""), vg_str_z(text), VG_STR(""), VG_NOTIME, &id, &err));
    break;
  case 2: MAYBE(event_join(tx, &p->who, vg_str_z(pid), vg_str_z(incident), &err)); break;
  default:
    vg_err_clear(&err);
    vg_code rc = event_leave(tx, &p->who, vg_str_z(pid), vg_str_z(incident), vg_str_z(text), &err);
    if (rc != VG_ENOTFOUND) /* it was not part of it */
      MAYBE(rc);
    break;
  }
}

/* The sheet's indicators, shifts and end. */
static void on_sheet(struct place *p, struct store_tx *tx) {
  char pid[VG_ID_MAX], text[64];
  struct person to;
  int64_t conflicts;
  snprintf(text, sizeof text, "%s%u.example", p->name, chance(6));
  pick(tx, "SELECT pid FROM event_event ORDER BY pid", pid);
  if (!pid[0])
    return;
  switch (chance(8)) {
  case 0: MAYBE(event_close(tx, &p->who, vg_str_z(pid), vg_str_z(text), &err)); break;
  case 1:
  case 2:
  case 3:
    OK(territory_person_find(tx, vg_id_str(&p->who.id), &to, &err));
    MAYBE(event_hand_over(tx, &p->who, vg_str_z(pid), &to, vg_str_z(text), &conflicts, &err));
    break;
  default: MAYBE(event_indicator_add(tx, &p->who, vg_str_z(pid), vg_str_z(text), VG_STR("seen"), &err)); break;
  }
}

/* What a report opens: clocks, services that it is sent to and what they said, the questions of an intake; and where
 * the company stands. */
static void in_incident(struct place *p, struct store_tx *tx) {
  static const char *const services[] = {"cnil", "bank", "csirt"}, *const departments[] = {"35", "67", "33"};
  char pid[VG_ID_MAX], text[64];
  struct incident in = {.kind = "phishing", .happened = VG_NOTIME, .known = VG_NOTIME, .reported = VG_NOTIME};
  struct referral r = {.service = vg_str_z(services[chance(3)]), .outcome = VG_STR("")};
  struct intake said = {.ongoing = "yes",
                        .personal_data = "no",
                        .money = "unknown",
                        .insured = "yes",
                        .complaint = "no",
                        .traces = "unknown"};
  struct org o;
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  r.reason = vg_str_z(text);
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  uint32_t what = chance(7);
  if (what == 0) {
    in.org = o.id;
    vg_str_copy(in.summary, sizeof in.summary, vg_str_z(text));
    MAYBE(casework_intake(tx, &p->who, &in, &said, VG_STR("another mail"), &err));
    return;
  }
  if (what == 1) {
    MAYBE(territory_org_move(tx, &p->who, &o, departments[chance(3)], store_now(tx) - VG_HOUR, &err));
    return;
  }
  pick(tx,
       what == 2 ? "SELECT pid FROM casework_referral ORDER BY pid" : "SELECT pid FROM casework_incident ORDER BY pid",
       pid);
  if (!pid[0])
    return;
  if (what == 2) {
    MAYBE(casework_referral_outcome(tx, &p->who, vg_str_z(pid), vg_str_z(text), &err));
    return;
  }
  OK(casework_incident_find(tx, vg_str_z(pid), &in, &err));
  if (what < 5)
    MAYBE(casework_refer(tx, &p->who, &in, &r, &err));
  else
    MAYBE(casework_clock_set(tx, &p->who, &in, chance(2) ? "ASSUR72" : "CNIL72",
                             chance(2) ? CLOCK_NOT_APPLICABLE : CLOCK_REOPEN, store_now(tx), vg_str_z(text), &err));
}

static void in_prevention(struct place *p, struct store_tx *tx) {
  static const char *const answers[] = {"1=yes", "2=no", "3=partly", "1=no"},
                           *const audience[] = {"C:PME:12", "-:-:40"}, *const states[] = {"accepted", "doing", "done"};
  char action[VG_ID_MAX], diagnosis[VG_ID_MAX], text[64];
  struct action a = {.kind = "talk", .zone = "OUEST", .at = store_now(tx) - VG_HOUR};
  struct org o;
  struct vg_id id;
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  vg_str_copy(a.title, sizeof a.title, vg_str_z(text));
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  pick(tx, "SELECT pid FROM prevention_action ORDER BY pid", action);
  pick(tx, "SELECT pid FROM prevention_diagnosis ORDER BY pid", diagnosis);
  switch (chance(6)) {
  case 0: MAYBE(prevention_action_add(tx, &p->who, &a, &err)); break;
  case 1:
    if (action[0])
      MAYBE(prevention_action_done(tx, &p->who, vg_str_z(action), &audience[chance(2)], 1, &err));
    break;
  case 2:
    if (action[0])
      MAYBE(prevention_action_cancel(tx, &p->who, vg_str_z(action), vg_str_z(text), true, &err));
    break;
  case 3:
    if (!diagnosis[0] || chance(4) == 0)
      MAYBE(prevention_diagnosis_open(tx, &p->who, &o, VG_STR(""), VG_STR(""), &id, &err));
    break;
  case 4:
    if (diagnosis[0])
      MAYBE(prevention_diagnosis_answer(tx, &p->who, vg_str_z(diagnosis), &answers[chance(4)], 1, &err));
    break;
  default:
    if (diagnosis[0])
      MAYBE(prevention_adopt(tx, &p->who, vg_str_z(diagnosis), 1 + chance(3), states[chance(3)], VG_STR(""), &err));
    break;
  }
}

/* Some count the same exercise, by other cuts. */
static void new_exercise(struct place *p, struct store_tx *tx) {
  struct exercise_groups *g = calloc(1, sizeof *g);
  const unsigned which = chance(4);
  struct exercise e = {.at = INT64_C(900000000) * VG_SECOND + which * 20 * VG_DAY}; /* some too near to another */
  char word[64];
  struct org o;
  assert_non_null(g);
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  snprintf(e.name, sizeof e.name, "parcel %u", which);
  snprintf(word, sizeof word, "%s:%u:9:4:1:%u", p->name, 20 + chance(20), chance(9));
  OK(prevention_exercise_count(g, vg_str_z(word), &err));
  snprintf(word, sizeof word, "Nights:%u:3:2:1:0", 3 + chance(9));
  OK(prevention_exercise_count(g, vg_str_z(word), &err));
  MAYBE(prevention_exercise_add(tx, &p->who, &o, &e, g, &err));
  free(g);
}

static int64_t asked_before;
static void new_survey(struct place *p, struct store_tx *tx) {
  static unsigned asked; /* nobody twice: two surveys of the same people would tell one's answer */
  struct vg_buf tokens;
  struct vg_id pid;
  vg_str rest, token;
  char plan[256], group[2][24], before[VG_ID_MAX];
  const char *const answers[] = {chance(2) ? "a=4" : "a=2"};
  asked++;
  snprintf(plan, sizeof plan,
           "{\"title\":\"t\",\"breakdown\":\"group\",\"questions\":[{\"code\":\"a\",\"fr\":\"%u ?\",\"en\":"
           "\"%u?\"}],\"rules\":[{\"name\":\"e\",\"verdict\":\"extend\"}]}",
           asked, asked);
  for (unsigned i = 0; i < 2; i++) /* other people each time */
    snprintf(group[i], sizeof group[i], "%u.%u", asked, i);
  OK(evaluation_plan(tx, &p->who, vg_str_z(plan), &pid, &err));
  OK(evaluation_open(tx, &p->who, vg_id_str(&pid), &err));
  vg_buf_init(&tokens, 1 << 16);
  /* Whom a survey of another instance asked is not asked again for thirty days. */
  struct store_rows *q;
  OK(store_query(tx, &q,
                 "SELECT a.grp FROM evaluation_away w JOIN evaluation_plan p ON p.id = w.plan JOIN evaluation_asked a "
                 "ON a.plan = p.id WHERE w.sheets >= p.threshold AND p.closed > $1 ORDER BY 1",
                 S_ARGS(S_TIME(store_now(tx) - EVALUATION_APART)), &err));
  vg_str_copy(before, sizeof before, store_next(q) ? store_str(q, 0) : VG_STR(""));
  OK(store_done(&q, &err));
  if (before[0]) {
    assert_int_equal(evaluation_token(tx, &p->who, vg_id_str(&pid), vg_str_z(before), VG_STR(""), 5, &tokens, &err),
                     VG_ESTATE);
    vg_err_clear(&err);
    asked_before++;
  }
  OK(evaluation_token(tx, &p->who, vg_id_str(&pid), vg_str_z(group[0]), VG_STR(""), 3 + (int64_t)chance(6), &tokens,
                      &err));
  OK(evaluation_token(tx, &p->who, vg_id_str(&pid), vg_str_z(group[1]), VG_STR(""), 3 + (int64_t)chance(6), &tokens,
                      &err));
  for (rest = vg_buf_view(&tokens); vg_str_line(&rest, &token);)
    OK(evaluation_answer(tx, token, answers, 1, &err));
  vg_buf_fini(&tokens);
  OK(evaluation_close(tx, &p->who, vg_id_str(&pid), &err));
}

static void in_qualification(struct place *p, struct store_tx *tx) {
  char pid[VG_ID_MAX], text[64], zone[ZONE_CONTACT];
  struct vg_id id;
  struct affair a;
  struct qualify_terms terms = {.deadline = store_now(tx) + VG_DAY, .tlp = (int)chance(3), .pap = -1};
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  pick(tx, "SELECT pid FROM casework_case ORDER BY pid", pid);
  if (chance(4) == 0 && pid[0]) {
    OK(casework_case_find(tx, vg_str_z(pid), &a, &err));
    MAYBE(qualify_open(tx, &p->who, VG_STR("case"), vg_str_z(a.ref), vg_str_z(text), VG_STR(""), &id, &err));
  } else if (chance(4) == 0) {
    MAYBE(qualify_open(tx, &p->who, VG_STR("domain"), VG_STR("bad.example"), vg_str_z(text), VG_STR(""), &id, &err));
  }
  pick(tx, "SELECT pid FROM qualify_request ORDER BY pid", pid);
  if (!pid[0])
    return;
  switch (chance(5)) {
  case 0:
    MAYBE(qualify_answer(tx, &p->who, vg_str_z(pid), vg_str_z(text), (int)chance(4), VG_STR("B2"), VG_STR(""), &err));
    break;
  case 1: MAYBE(qualify_decide(tx, &p->who, vg_str_z(pid), (int)chance(4), vg_str_z(text), &err)); break;
  case 2: MAYBE(qualify_confirm(tx, &p->who, vg_str_z(pid), &err)); break;
  case 3: MAYBE(qualify_set_terms(tx, &p->who, vg_str_z(pid), &terms, &err)); break;
  default:
    snprintf(zone, sizeof zone, "call %s", text);
    OK(territory_zone_contact(tx, &p->who, chance(2) ? "OUEST" : "SUD", vg_str_z(zone), &err));
    break;
  }
}

/* Who serves where, what he can take, and with whom he has a conflict of interest. */
static void in_people(struct place *p, struct store_tx *tx) {
  static const char *const zones[] = {"OUEST", "EST", "SUD"};
  char pid[VG_ID_MAX], text[64];
  struct person x = {.role = ROLE_REFERENT, .from = 1 + (vg_time)chance(5) * VG_DAY, .to = VG_NOTIME};
  struct org o;
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  vg_str_copy(x.zone, sizeof x.zone, vg_str_z(zones[chance(3)]));
  pick(tx, "SELECT p.pid FROM territory_person p WHERE p.name LIKE 'Jeanne%' ORDER BY p.pid", pid);
  if (!pid[0] || chance(6) == 0) {
    snprintf(x.name, sizeof x.name, "Jeanne %u", chance(4)); /* who is known on several is one */
    MAYBE(territory_person_add(tx, &p->who, &x, VG_STR(""), &err));
    return;
  }
  struct person known;
  OK(territory_person_find(tx, vg_str_z(pid), &known, &err));
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  switch (chance(5)) {
  case 0:
    x.id = known.id;
    x.pid = known.pid;
    x.role = chance(2) ? ROLE_RESERVIST : ROLE_REFERENT;
    MAYBE(territory_mandate_add(tx, &p->who, &x, &err));
    break;
  case 1:
    known.role = ROLE_REFERENT;
    known.to = store_now(tx);
    MAYBE(territory_mandate_end(tx, &p->who, &known, &err));
    break;
  case 2:
    known.capacity = chance(9);
    OK(territory_capacity(tx, &p->who, &known, &err));
    break;
  case 3: MAYBE(territory_conflict_declare(tx, &p->who, &known, &o, vg_str_z(text), VG_NOTIME, &err)); break;
  default: {
    int64_t open;
    OK(store_get_int(tx, &open,
                     "SELECT COUNT(*) FROM territory_conflict WHERE person = $1 AND org = $2 AND until IS NULL",
                     S_ARGS(S_INT(known.id), S_INT(o.id)), &err));
    if (open)
      OK(territory_conflict_end(tx, &p->who, &known, &o, vg_str_z(text), &err));
    break;
  }
  }
}

/* What a newer version of this program writes. */
static void in_future(struct place *p, struct store_tx *tx) {
  struct vg_id pid = vg_id_new("future", store_now(tx));
  OK(merge_note(tx, &p->who, "future.thing", pid.s, VG_STR("{\"n\":1}"), &err));
}

/* Obstacles: entered, taken in hand, shown by cases, removed. */
static void in_obstacle(struct place *p, struct store_tx *tx) {
  char pid[VG_ID_MAX], ref[VG_ID_MAX], text[64];
  struct obstacle o = {.family = "human", .severity = 1 + chance(4), .due = VG_NOTIME, .removed = VG_NOTIME};
  snprintf(text, sizeof text, "%s %u", p->name, chance(100000));
  vg_str_copy(o.title, sizeof o.title, vg_str_z(text));
  pick(tx, "SELECT pid FROM evaluation_obstacle WHERE removed IS NULL ORDER BY pid", pid);
  pick(tx, "SELECT pid FROM casework_case ORDER BY pid", ref);
  const vg_str shown[] = {vg_str_z(ref)};
  if (!pid[0] || chance(5) == 0) {
    OK(evaluation_obstacle_add(tx, &p->who, &o, &err));
    return;
  }
  switch (chance(4)) {
  case 0:
    MAYBE(evaluation_obstacle_remove(tx, &p->who, vg_str_z(pid), vg_str_z(text), shown, ref[0] != 0, &err));
    break;
  case 1:
    if (ref[0])
      MAYBE(evaluation_obstacle_link(tx, &p->who, vg_str_z(pid), vg_str_z(ref), &err));
    break;
  default:
    OK(evaluation_obstacle_find(tx, vg_str_z(pid), &o, &err));
    vg_str_copy(o.owner, sizeof o.owner, vg_str_z(text));
    o.due = chance(2) ? store_now(tx) + chance(9) * VG_DAY : VG_NOTIME;
    MAYBE(evaluation_obstacle_change(tx, &p->who, &o, &err));
    break;
  }
}

/* A medium of a case is analysed: names that are no text, what is listed, a rule, a log, a problem. */
static void analyse(struct place *p, struct store_tx *tx) {
  struct analysis_recorder *recorder;
  struct analysis_tally *tally;
  struct exhibit e;
  struct store_rows *q;
  struct vg_id made;
  char pid[VG_ID_MAX], ref[40] = "", value[64];
  pick(tx, "SELECT pid FROM casework_exhibit ORDER BY pid", pid);
  if (!pid[0])
    return;
  OK(casework_exhibit_find(tx, vg_str_z(pid), &e, &err));
  OK(store_query(tx, &q, "SELECT ref FROM casework_case WHERE id = $1", S_ARGS(S_INT(e.case_id)), &err));
  if (store_next(q))
    vg_str_copy(ref, sizeof ref, store_str(q, 0));
  OK(store_done(&q, &err));
  OK(analysis_recorder_new(&recorder, root, &err));
  OK(analysis_tally_new(&tally, &err));
  snprintf(value, sizeof value, "%s-%u.example", p->name, chance(4));
  const vg_time now = store_now(tx);
  const struct finding all[] = {
      {.kind = FINDING_VOLUME, .volume = {0, 1 << 20, VG_STR("ntfs"), VG_STR("")}},
      {.kind = FINDING_FILE,
       .file = {1, 0, VG_STR("/caf\xe9\n\x01"), VG_STR("5-128-1"), ENTRY_FILE, chance(1000), true, false, VG_STR(""),
                VG_STR(""), VG_STR(""), VG_STR(""), -5 * VG_SECOND, VG_NOTIME, now, VG_NOTIME}},
      {.kind = FINDING_EVENT,
       .event = {ANALYSIS_NO_VOLUME, -VG_DAY, VG_STR("evtx"), VG_STR("Security/4720"), VG_STR("/log"), VG_STR(""),
                 VG_STR("name=\"x\ty\"")}},
      {.kind = FINDING_INDICATOR, .indicator = {1, 0, VG_STR("/a"), VG_STR("domain-name"), vg_str_z(value), 3, 2, 0}},
      {.kind = FINDING_HIT,
       .hit = {1, 0, PLACE_CONTENT, VG_STR("/a"), VG_STR(""), VG_STR("domain-name"), vg_str_z(value), vg_str_z(value),
               VG_STR("l\xe9"), 3, now - VG_DAY, false}},
      {.kind = FINDING_HIT,
       .hit = {1, 0, PLACE_CONTENT, VG_STR("/a"), VG_STR("words"), VG_STR(""), VG_STR(""), VG_STR(""), VG_STR(""), -1,
               VG_NOTIME, false}},
      {.kind = FINDING_PROBLEM, .problem = {0, VG_STR("/b\xff"), "analysis.loop", {VG_STR("/b\xff")}}}};
  for (size_t i = 0; i < VG_COUNT(all); i++) {
    OK(analysis_recorder_add(recorder, &all[i], &err));
    OK(analysis_tally_add(tally, &all[i], &err));
  }
  const struct analysis_order o = {.path = "/media/\xe9/disk.E01"};
  const struct analysis_sum sum = {.files = 1, .count = {[FINDING_HIT] = 2, [FINDING_PROBLEM] = 1}};
  const struct analysis_record what = {
      .order = &o, .sum = &sum, .tally = tally, .case_ref = ref, .exhibit_ref = e.ref, .started = now};
  MAYBE(analysis_record(tx, &p->who, recorder, &what, &made, NULL, &err));
  vg_err_clear(&err);
  analysis_recorder_free(recorder);
  analysis_tally_free(tally);
}

/* What was seen at the company, some of it told of one report on several, some of it withdrawn; conventions; what is
 * read, starred and noted of a story that all follow, and said of a warning that all have. */
static void in_watching(struct place *p, struct store_tx *tx) {
  char report[VG_ID_MAX], text[64], about[VG_ID_MAX];
  struct org o;
  struct vg_id fresh = vg_id_new("sighting-report", store_now(tx));
  struct convention k = {.direction = SHARE_BOTH,
                         .max_tlp = TLP_AMBER,
                         .max_pap = PAP_AMBER,
                         .from = store_now(tx),
                         .to = store_now(tx) + 3 * VG_DAY,
                         .purposes = "prevention",
                         .classes = "*"};
  struct sighting s = {.type = TYPE_DOMAIN, .first = store_now(tx) - chance(9) * VG_DAY, .count = 1 + chance(4)};
  OK(territory_org_find(tx, VG_STR("732829320"), &o, &err));
  snprintf(text, sizeof text, "%s-%u.example", p->name, chance(4));
  pick(tx, "SELECT DISTINCT report FROM intel_sighting ORDER BY report", report);
  switch (chance(6)) {
  case 0:
  case 1:
    s.org = o.id;
    s.value = vg_str_z(text);
    s.last = s.first + chance(5) * VG_HOUR;
    s.report = report[0] && chance(2) ? vg_str_z(report) : vg_id_str(&fresh);
    MAYBE(intel_sighting_add(tx, &p->who, &s, NULL, &err));
    break;
  case 2:
    if (report[0]) {
      vg_code rc = intel_sighting_withdraw(tx, &p->who, vg_str_z(report), vg_str_z(text), &err);
      if (rc != VG_ENOTFOUND) /* withdrawn before */
        MAYBE(rc);
      vg_err_clear(&err);
    }
    break;
  case 3:
    k.partner = o.id;
    MAYBE(share_convention_add(tx, &p->who, &k, &err));
    break;
  case 4:
    pick(tx, "SELECT pid FROM watch_story ORDER BY pid", about);
    OK(watch_mark(tx, &p->who, vg_str_z(about), chance(2), chance(2), chance(2) ? vg_str_z(text) : VG_NOSTR, &err));
    break;
  default:
    pick(tx, "SELECT pid FROM anticipate_warning ORDER BY pid", about);
    OK(anticipate_judge(tx, &p->who, vg_str_z(about), chance(2), vg_str_z(text), &err));
    break;
  }
}

/* The company entered once more by name alone, its incidents and conflicts under that; somebody says that they are one,
 * or two. */
static void entered_twice(struct place *p, struct store_tx *tx) {
  static const char *const twice[] = {"SARL Lynx", "Lynx SA", "lynx"};
  const char *name = twice[chance(3)];
  struct org o = {.kind = ORG_COMPANY}, other, kept;
  struct incident in = {.kind = "phishing",
                        .summary = "under another name",
                        .happened = VG_NOTIME,
                        .known = VG_NOTIME,
                        .reported = VG_NOTIME};
  struct person jeanne;
  char pid[VG_ID_MAX];
  vg_str_copy(o.name, sizeof o.name, vg_str_z(name));
  if (chance(2))
    vg_str_copy(o.department, sizeof o.department, VG_STR("35"));
  if (territory_org_find(tx, vg_str_z(name), &other, NULL) != VG_OK) {
    MAYBE(territory_org_add(tx, &p->who, &o, &err));
    return;
  }
  switch (chance(5)) {
  case 0:
    MAYBE(instance_org_join(tx, &p->who, VG_STR("732829320"), vg_str_z(name), VG_STR("one manager"), &kept, &err));
    break;
  case 1:
    if (territory_org_find(tx, vg_str_z(twice[chance(3)]), &o, NULL) == VG_OK)
      MAYBE(instance_org_join(tx, &p->who, vg_str_z(name), vg_id_str(&o.pid), VG_STR("one name"), &kept, &err));
    break;
  case 2: MAYBE(instance_org_apart(tx, &p->who, VG_STR("732829320"), vg_str_z(name), VG_STR("two"), &err)); break;
  case 3:
    pick(tx, "SELECT p.pid FROM territory_person p WHERE p.name LIKE 'Jeanne%' ORDER BY p.pid", pid);
    if (pid[0]) {
      OK(territory_person_find(tx, vg_str_z(pid), &jeanne, &err));
      MAYBE(territory_conflict_declare(tx, &p->who, &jeanne, &other, vg_str_z(name), VG_NOTIME, &err));
    }
    break;
  default:
    in.org = other.id;
    MAYBE(casework_incident_add(tx, &p->who, &in, &err));
    break;
  }
  vg_err_clear(&err);
}

/* A story and a warning that each instance came to know by itself, under names of its own. */
static void watched(struct place *p, struct store_tx *tx) {
  struct vg_id story = vg_id_new("story", store_now(tx)), warning = vg_id_new("warning", store_now(tx));
  OK(store_exec(tx,
                "INSERT INTO watch_source (id, pid, url, title, category, kind, tlp, period, added, dropped, etag, "
                "modified, next_fetch, failures, problem, words) VALUES (1, $1, 'https://a.example/feed', 'a', '', "
                "'feed', 0, 1, 0, 0, '', '', 0, 0, '', '')",
                S_ARGS(S_Z(story.s)), &err));
  OK(store_exec(tx, "INSERT INTO watch_story (id, pid, title, first_seen, last_seen) VALUES (1, $1, 't', 1, 1)",
                S_ARGS(S_Z(story.s)), &err));
  OK(store_exec(tx,
                "INSERT INTO watch_item (source, guid, story, url, title, text, published, fetched, sketch) VALUES (1, "
                "'guid 1', 1, '', 't', '', 1, 1, $1)",
                S_ARGS(S_BYTES(VG_STR("x"))), &err));
  OK(store_exec(tx,
                "INSERT INTO anticipate_warning (pid, signature, level, state, withdrawn_why, first_seen, last_seen, "
                "raised, expires, expected, p, score, organisations, zones, value_count, report_count, about, "
                "about_type) VALUES ($1, 'coincidence', 1, 'open', '', 5, 9, 9, 99, 0, 0, 0, 2, 2, 1, 2, "
                "'bad.example', 'domain-name')",
                S_ARGS(S_Z(warning.s)), &err));
  (void)p;
}

/* Somebody looks at the conflicts and keeps one version. */
static void settle_one(struct place *p, struct store_tx *tx) {
  struct store_rows *q;
  char all[PIDS][MERGE_UID];
  uint32_t n = 0;
  OK(store_query(tx, &q,
                 "SELECT f.uid FROM merge_v_force f JOIN merge_v_conflict c ON c.subject = f.subject AND c.field = "
                 "f.field ORDER BY f.uid",
                 S_NOARGS, &err));
  while (store_next(q) && n < PIDS)
    vg_str_copy(all[n++], MERGE_UID, store_str(q, 0));
  OK(store_done(&q, &err));
  if (n)
    OK(merge_settle(tx, &p->who, instance_merges, vg_str_z(all[chance(n)]), &err));
}

/* Mostly people change what is there already: that is what makes conflicts. */
static void act(struct place *p) {
  uint32_t what = chance(81);
  DURING(p, tx, {
    if (what < 2)
      new_case(p, tx);
    else if (what < 12)
      in_case(p, tx, what - 2);
    else if (what < 35)
      change(p, tx, what % 5);
    else if (what < 39)
      in_event(p, tx);
    else if (what < 47)
      in_prevention(p, tx);
    else if (what < 52)
      in_qualification(p, tx);
    else if (what < 53)
      new_exercise(p, tx);
    else if (what < 54)
      new_survey(p, tx);
    else if (what < 55)
      in_future(p, tx);
    else if (what < 58)
      on_sheet(p, tx);
    else if (what < 62)
      in_incident(p, tx);
    else if (what < 65)
      in_obstacle(p, tx);
    else if (what < 69)
      in_people(p, tx);
    else if (what < 73)
      in_watching(p, tx);
    else if (what < 76)
      entered_twice(p, tx);
    else if (what < 79)
      analyse(p, tx);
    else
      settle_one(p, tx);
  });
}

/* --- files --- */

static void write_file(struct place *p, vg_str origin, int64_t from, struct vg_buf *out) {
  int64_t withheld;
  DURING(p, tx, {
    vg_code rc = instance_merge_export(tx, &p->who, instance_key(p->in), origin, from, &(struct merge_audience){0},
                                       &withheld, out, &err);
    if (rc == VG_ENOTFOUND)
      vg_buf_reset(out);
    else
      OK(rc);
  });
}

static vg_code take(struct place *p, vg_str file) {
  struct merge_result got;
  struct store_tx *tx;
  OK(store_begin(instance_store(p->in), &tx, &err));
  vg_err_clear(&err);
  vg_code rc = instance_merge_import(tx, &p->who, instance_key(p->in), file, &got, &err);
  if (rc != VG_OK) {
    store_rollback(&tx);
    return rc;
  }
  OK(instance_commit(p->in, &tx, &err));
  return VG_OK;
}

/* A damaged file is refused whole, whatever byte it is. */
static void damage(struct place *to, struct vg_buf *file) {
  size_t i = chance((uint32_t)file->n);
  char was = file->p[i];
  file->p[i] = (char)(was ^ (1 << chance(7)));
  vg_code rc = take(to, vg_buf_view(file));
  size_t tail = file->n - 1;
  while (tail > 0 && file->p[tail - 1] != '\n')
    tail--;
  if (rc == VG_OK) /* words that no event depends on: the sender's name, the proofs of its ledger */
    assert_true(i < 300 || i > tail);
  file->p[i] = was;
}

/* The same file of an instance that nobody has vouched for is refused, and leaves nothing. */
static void stranger(struct place *from, struct place *to, vg_str file) {
  int64_t before, after;
  DURING(to, tx, OK(merge_distrust(tx, &to->who, vg_str_z(from->name), &err)));
  DURING(to, tx, OK(store_get_int(tx, &before, "SELECT COUNT(*) FROM merge_event", S_NOARGS, &err)));
  assert_int_equal(take(to, file), VG_EDENIED);
  DURING(to, tx, OK(store_get_int(tx, &after, "SELECT COUNT(*) FROM merge_event", S_NOARGS, &err)));
  assert_int_equal(before, after);
  DURING(to, tx, OK(merge_trust(tx, &to->who, vg_str_z(from->name), vg_str_z(from->key), from == &at[0], &err)));
}

static void exchange(struct place *from, struct place *to, bool all) {
  struct vg_buf file;
  int64_t own;
  vg_buf_init(&file, MERGE_FILE_MAX);
  DURING(from, tx, OK(merge_own(tx, &own, &err)));
  write_file(from, VG_STR(""), all || chance(3) ? 1 : 1 + (int64_t)chance((uint32_t)own + 1), &file);
  uint32_t fate = all ? 9 : chance(10);
  if (file.n && fate > 1) { /* 0, 1: lost on the way */
    if (fate == 2)
      damage(to, &file);
    if (fate == 4)
      stranger(from, to, vg_buf_view(&file));
    vg_code rc = take(to, vg_buf_view(&file));
    if (rc != VG_ESTATE || all) /* a gap: the file before it was lost */
      GOOD(rc);
    if (rc == VG_OK && fate == 3)
      GOOD_NOW(take(to, vg_buf_view(&file)));
  }
  vg_buf_fini(&file);
}

/* What a third signed, passed on. */
static void relay(struct place *from, struct place *to, const struct place *of) {
  struct vg_buf file;
  vg_buf_init(&file, MERGE_FILE_MAX);
  write_file(from, vg_str_z(of->key), 1, &file);
  if (file.n)
    GOOD_NOW(take(to, vg_buf_view(&file)));
  vg_buf_fini(&file);
}

/* --- a disk that fails --- */

static bool saved[INSTANCES], restored[INSTANCES];
static int64_t recovered;

static void copy_home(const struct place *p, const char *from, const char *to) {
  char line[400];
  snprintf(line, sizeof line, "rm -rf %s/%s%s && cp -r %s/%s%s %s/%s%s", root, p->name, to, root, p->name, from, root,
           p->name, to);
  assert_int_equal(system(line), 0);
}

static void back_up(int i) {
  instance_close(at[i].in);
  copy_home(&at[i], "", ".saved");
  open_home(&at[i]);
  saved[i] = true;
}

/* An older copy is put back, and people go on with it before anybody notices: what it had given away comes back from
 * those who have it, what was done since stays, and the others say that they know. */
static void know_restored(struct place *k, const struct place *p) {
  vg_code rc;
  DURING(k, tx, {
    rc = merge_restored(tx, &k->who, vg_str_z(p->name), &err);
    assert_true(rc == VG_OK || rc == VG_ENOTFOUND);
  });
}

static void restore(int i) {
  struct place *p = &at[i];
  struct vg_buf file;
  instance_close(p->in);
  copy_home(p, ".saved", "");
  open_home(p);
  for (uint32_t n = chance(4); n > 0; n--)
    act(p);
  for (int k = 0; k < INSTANCES; k++) {
    if (k == i)
      continue;
    vg_buf_init(&file, MERGE_FILE_MAX);
    write_file(&at[k], vg_str_z(p->key), 1, &file);
    vg_code rc = file.n ? take(p, vg_buf_view(&file)) : VG_ESTATE;
    if (rc != VG_ESTATE) /* nothing that is not here */
      GOOD(rc);
    recovered += rc == VG_OK;
    vg_buf_fini(&file);
    know_restored(&at[k], p);
    if (restored[k]) /* which was forgotten with the copy */
      know_restored(p, &at[k]);
  }
  restored[i] = true;
  vg_err_clear(&err);
}

/* --- what an instance says, a line a row, in an order of its own --- */

static const char *const says[] = {
    "SELECT i.pid, o.siren, i.kind, i.summary, i.happened, i.known, i.reported FROM casework_incident i JOIN "
    "territory_org o ON o.id = i.org ORDER BY 1",
    "SELECT incident_pid, code, due, state, done FROM casework_v_clock ORDER BY 1, 2",
    "SELECT pid, ref, printed, frame, zone, tlp, opened, state, frame_since, frame_until FROM casework_case ORDER BY 1",
    "SELECT c.pid, f.was, f.frame, f.since, f.reference, f.authority, f.at, f.person, f.number, f.uid FROM "
    "casework_case_frame f JOIN casework_case c ON c.id = f.case_id ORDER BY 10",
    "SELECT c.pid, h.code, h.natinf, h.since FROM casework_v_charge h JOIN casework_case c ON c.id = h.case_id ORDER BY "
    "1, 2",
    "SELECT c.pid, s.state, s.at, s.person, s.reason, s.recipient, s.number, s.uid FROM casework_case_state s JOIN "
    "casework_case c ON c.id = s.case_id ORDER BY 8",
    "SELECT p.pid, c.pid, p.category, p.basis, p.name, p.detail, p.added, p.added_by FROM casework_party p JOIN "
    "casework_case c ON c.id = p.case_id ORDER BY 1",
    "SELECT f.pid, c.pid, f.type, f.text, f.made, f.made_by, f.withdrawn, f.why_withdrawn FROM casework_finding f JOIN "
    "casework_case c ON c.id = f.case_id ORDER BY 1",
    "SELECT n.pid, c.pid, n.current FROM casework_note n JOIN casework_case c ON c.id = n.case_id ORDER BY 1",
    "SELECT uid, number, text, at, person FROM casework_revision ORDER BY 1",
    "SELECT t.pid, t.about, COALESCE(c.pid, ''), t.what, t.state, t.outcome, t.made, t.made_by, t.changed FROM "
    "casework_task t LEFT JOIN casework_case c ON c.id = t.case_id ORDER BY 1",
    "SELECT e.pid, c.pid, e.ref, e.printed, e.description, e.seal, e.received FROM casework_exhibit e JOIN casework_case "
    "c ON c.id = e.case_id ORDER BY 1",
    "SELECT e.pid, k.at, k.what, k.seal, k.person, k.holder, k.reason, k.sha256, k.number, k.uid FROM casework_custody k "
    "JOIN casework_exhibit e ON e.id = k.exhibit ORDER BY 1, 9, 10",
    "SELECT a.pid, a.ref, a.printed, c.pid, a.kind, a.state, a.planned, a.planned_by, a.authority, a.authority_ref, "
    "a.authority_at, a.started, a.started_by, a.quality, a.motive, a.ended, a.result, a.answered, a.answer, a.frame, a.article FROM "
    "casework_act a JOIN casework_case c ON c.id = a.case_id ORDER BY 1",
    "SELECT a.pid, p.role, p.name, p.present FROM casework_attendee p JOIN casework_act a ON a.id = p.act ORDER BY 1, 3",
    "SELECT c.pid, m.type, m.value, m.origin FROM casework_mark m JOIN casework_case c ON c.id = m.case_id ORDER BY 1, "
    "2, 3, 4",
    "SELECT pid, name, since, opened, closed, lesson FROM event_event ORDER BY 1",
    "SELECT e.pid, i.incident, COUNT(*) FROM event_incident i JOIN event_event e ON e.id = i.event WHERE i.gone IS NULL "
    "GROUP BY e.pid, i.incident ORDER BY 1, 2",
    "SELECT e.pid, m.text, m.person, m.at FROM event_message m JOIN event_event e ON e.id = m.event ORDER BY 1, 2, 4",
    "SELECT uid, person, given_by, notes, number, at FROM event_watch ORDER BY 1",
    "SELECT uid, person_pid, holds FROM event_v_shift ORDER BY 1",
    "SELECT e.pid, i.type, i.value, i.note FROM event_indicator i JOIN event_event e ON e.id = i.event ORDER BY 1, 2, 3",
    "SELECT pid, service, reason, at, outcome, outcome_at FROM casework_referral ORDER BY 1",
    "SELECT i.pid, q.contact, q.ongoing, q.personal_data, q.money, q.insured, q.complaint, q.traces, q.unsure FROM "
    "casework_intake q JOIN casework_incident i ON i.id = q.incident ORDER BY 1",
    "SELECT o.siren, s.department, s.since FROM territory_seat s JOIN territory_org o ON o.id = s.org WHERE o.siren <> '' ORDER BY 1, 3",
    "SELECT x.pid, o.siren, x.name, x.source, x.at, x.undelivered, x.person, g.name, g.sent, g.opened, g.clicked, "
    "g.submitted, g.reported FROM prevention_exercise x JOIN territory_org o ON o.id = x.org JOIN "
    "prevention_exercise_group g ON g.exercise = x.id ORDER BY 1, 8",
    "SELECT pid, title, breakdown, threshold, sha256, planned, opened, closed FROM evaluation_plan WHERE state = "
    "'closed' ORDER BY 1",
    "SELECT p.pid, a.grp, a.zone FROM evaluation_asked a JOIN evaluation_plan p ON p.id = a.plan WHERE p.state = "
    "'closed' ORDER BY 1, 2, 3",
    "SELECT code, contact FROM territory_zone ORDER BY 1",
    "SELECT pid, family, title, zone, severity, owner, due, opened, removed, evidence FROM evaluation_obstacle "
    "ORDER BY 1",
    "SELECT o.pid, l.ref, l.added, l.removal FROM evaluation_v_link l JOIN evaluation_obstacle o ON o.id = "
    "l.obstacle ORDER BY 1, 2",
    "SELECT r.pid, r.type, r.value, r.question, r.state, r.asked_to, r.deadline, r.tlp, v.verdict, "
    "v.motive, v.proposed_by, v.confirmed_by, v.released FROM qualify_request r LEFT JOIN qualify_verdict v ON "
    "v.request = r.id ORDER BY 1",
    "SELECT uid, source, verdict, admiralty, answer, time FROM qualify_answer ORDER BY 1",
    "SELECT r.pid, e.time, e.what, e.who, e.body FROM qualify_event e JOIN qualify_request r ON r.id = e.request ORDER "
    "BY 1, 2, 3, 5",
    "SELECT pid, kind, title, zone, at, state, target, reason FROM prevention_action ORDER BY 1",
    "SELECT a.pid, u.naf, u.size, u.people FROM prevention_audience u JOIN prevention_action a ON a.id = u.action ORDER "
    "BY 1, 2, 3",
    "SELECT d.pid, o.siren, d.framework, d.made, d.person FROM prevention_diagnosis d JOIN territory_org o ON o.id = "
    "d.org ORDER BY 1",
    "SELECT uid, measure, answer, at, person, in_force FROM prevention_v_answer ORDER BY 1",
    "SELECT uid, measure, state, reason, at, person, in_force FROM prevention_v_adoption ORDER BY 1",
    /* What is admitted is each instance’s own, and who founded it; who is shut out of what is not, whatever they still
       differ about. */
    "SELECT a.subject, p.name, p.capacity, p.skills FROM territory_person_alias a JOIN territory_person p ON p.id = "
    "a.person ORDER BY 1",
    "SELECT DISTINCT a.subject, m.role, m.zone, m.since, m.until FROM territory_person_alias a JOIN territory_mandate m ON "
    "m.person = a.person WHERE m.person <> (SELECT MIN(f.id) FROM territory_person f) AND NOT EXISTS (SELECT 1 FROM merge_v_conflict c WHERE c.subject = a.subject AND c.field LIKE "
    "'mandate %') ORDER BY 1, 2, 3, 4, 5",
    "SELECT DISTINCT p.name, o.name FROM territory_conflict c JOIN territory_person p ON p.id = c.person JOIN "
    "territory_org o ON o.id = c.org WHERE c.until IS NULL ORDER BY 1, 2",
    "SELECT s.report, o.siren, s.type, s.value, s.place, s.first_seen, s.last_seen, s.count, s.withdrawn FROM "
    "intel_sighting s JOIN territory_org o ON o.id = s.org ORDER BY 1, 3, 4, 5",
    "SELECT j.name, o.name FROM territory_joined j JOIN territory_org o ON o.id = j.org ORDER BY 1, 2",
    "SELECT i.pid, o.name FROM casework_incident i JOIN territory_org o ON o.id = i.org ORDER BY 1",
    "SELECT a.subject, o.name FROM territory_alias a JOIN territory_org o ON o.id = a.org ORDER BY 1",
    /* What is admitted is each instance's own word. */
    "SELECT pid, direction, max_tlp, max_pap, from_time, to_time, purposes, classes, made, made_by FROM "
    "share_convention ORDER BY 1",
    "SELECT a.subject, i.guid, k.read_at, k.starred, k.note FROM watch_mark k JOIN watch_item i ON i.story = k.story "
    "JOIN territory_person_alias a ON a.person = k.person WHERE k.read_at IS NOT NULL OR k.starred = 1 OR k.note <> '' "
    "ORDER BY 1, 2",
    "SELECT w.about, j.confirmed, j.why, j.judged_by, j.time FROM anticipate_v_judgement j JOIN anticipate_warning w "
    "ON w.pid = j.warning_pid ORDER BY 1",
    "SELECT r.pid, r.case_ref, r.exhibit_ref, r.input, r.files, r.hits, r.started, r.made, r.made_by, r.attached, "
    "r.attached_sha256, r.whole FROM analysis_run r ORDER BY 1",
    "SELECT r.pid, f.number, f.path, f.size, f.mtime, f.ctime FROM analysis_file f JOIN analysis_run r ON r.id = f.run "
    "ORDER BY 1",
    "SELECT r.pid, e.time, e.text FROM analysis_event e JOIN analysis_run r ON r.id = e.run ORDER BY 1",
    "SELECT uid, kind, subject, field, value, person, at, depth FROM merge_version ORDER BY 1",
    "SELECT earlier, later, '' FROM merge_after ORDER BY 1, 2",
    "SELECT subject, field, shows FROM merge_v_conflict ORDER BY 1, 2",
};

/* Every field of which several values are in force, looked for among all. */
static const char untold[] = "SELECT COUNT(*) FROM (SELECT subject, field FROM merge_v_force GROUP BY subject, field "
                             "HAVING COUNT(DISTINCT value) > 1 EXCEPT SELECT subject, field FROM merge_v_conflict) x";

static void say(struct place *p, struct vg_buf *out) {
  struct store_rows *q;
  DURING(p, tx, {
    int64_t missed;
    OK(store_get_int(tx, &missed, untold, S_NOARGS, &err));
    assert_int_equal(missed, 0);
    for (size_t i = 0; i < VG_COUNT(says); i++) {
      OK(store_query(tx, &q, says[i], S_NOARGS, &err));
      int columns = 1;
      for (const char *c = says[i]; strncmp(c, " FROM ", 6); c++)
        columns += *c == ',' && strncmp(c, ", '')", 5) != 0;
      while (store_next(q)) {
        vg_buf_fmt(out, "%zu", i);
        for (int c = 0; c < columns; c++) {
          vg_buf_byte(out, '|');
          vg_buf_str(out, store_is_null(q, c) ? VG_STR("-") : store_str(q, c));
        }
        vg_buf_byte(out, '\n');
      }
      OK(store_done(&q, &err));
    }
  });
}

/* What is shown of closed surveys, to the last digit: where the answers are, and where only the results came. */
static void say_results(struct place *p, struct vg_buf *out) {
  struct vg_buf pids, report;
  vg_str rest, pid;
  struct vg_json *j;
  vg_jv said;
  struct store_rows *q;
  vg_buf_init(&pids, 1 << 20);
  vg_buf_init(&report, 1 << 20);
  OK(vg_json_new(&j, &err));
  DURING(p, tx, {
    OK(store_query(tx, &q, "SELECT pid FROM evaluation_plan WHERE state = 'closed' ORDER BY pid", S_NOARGS, &err));
    while (store_next(q)) {
      vg_buf_str(&pids, store_str(q, 0));
      vg_buf_byte(&pids, '\n');
    }
    OK(store_done(&q, &err));
    for (rest = vg_buf_view(&pids); vg_str_line(&rest, &pid);) {
      vg_buf_reset(&report);
      OK(evaluation_results(tx, pid, VG_STR("group"), &report, &err));
      OK(vg_json_parse(j, vg_buf_view(&report), &said, &err));
      vg_json_canonical(said, out);
      vg_buf_byte(out, '\n');
    }
  });
  vg_json_free(j);
  vg_buf_fini(&pids);
  vg_buf_fini(&report);
}

/* The first line that two instances tell differently. */
static void same(const struct vg_buf *a, const struct vg_buf *b, int i) {
  vg_str x = vg_buf_view(a), y = vg_buf_view(b), lx = VG_STR(""), ly = VG_STR("");
  while (vg_str_eq(lx, ly)) {
    bool more = vg_str_line(&x, &lx), too = vg_str_line(&y, &ly);
    if (!more && !too)
      return;
    if (!more || !too || !vg_str_eq(lx, ly))
      fail_msg("%s tells\n%.*s\n%s tells\n%.*s", at[0].name, (int)lx.n, lx.p, at[i].name, (int)ly.n, ly.p);
  }
}

static int64_t conflicts_met, numbers_met;
static vg_code count_twice(void *ctx, const struct number_twice *t, struct vg_err *e) {
  (void)t;
  (void)e;
  ++*(int64_t *)ctx;
  return VG_OK;
}
static void look_around(struct place *p) {
  int64_t n;
  DURING(p, tx, {
    OK(merge_conflicts(tx, &n, &err));
    OK(casework_each_twice(tx, &p->who, count_twice, &numbers_met, &err));
  });
  conflicts_met += n;
}

static void ledgers_hold(void) {
  struct ledger_state s;
  for (int i = 0; i < INSTANCES; i++)
    DURING(&at[i], tx, OK(ledger_verify(tx, NULL, VG_STR(""), &s, &err)); assert_true(s.ok));
}

static void begin(void) {
  char line[256];
  memset(saved, 0, sizeof saved);
  memset(restored, 0, sizeof restored);
  snprintf(root, sizeof root, "/tmp/vigie-merge-%d", (int)getpid());
  snprintf(line, sizeof line, "rm -rf %s && mkdir %s", root, root);
  assert_int_equal(system(line), 0);
  for (int i = 0; i < INSTANCES; i++)
    open_place(i);
  for (int i = 0; i < INSTANCES; i++)
    for (int k = 0; k < INSTANCES; k++)
      if (i != k)
        DURING(&at[i], tx, OK(merge_trust(tx, &at[i].who, vg_str_z(at[k].name), vg_str_z(at[k].key), k == 0, &err)));
  for (int i = 0; i < INSTANCES; i++) {
    struct org o = {.kind = ORG_COMPANY, .name = "Lynx", .siren = "732829320", .department = "35", .naf = "C"};
    DURING(&at[i], tx, OK(territory_org_add(tx, &at[i].who, &o, &err)); watched(&at[i], tx));
  }
}

static void end(void) {
  char line[256];
  for (int i = 0; i < INSTANCES; i++)
    instance_close(at[i].in);
  pg_stop();
  snprintf(line, sizeof line, "rm -rf %s", root);
  assert_int_equal(system(line), 0);
}

/* Everybody gives all to everybody, in an order of chance; some of it by the server. */
static void meet(void) {
  int order[INSTANCES * INSTANCES];
  for (int i = 0; i < INSTANCES * INSTANCES; i++)
    order[i] = i;
  for (uint32_t i = INSTANCES * INSTANCES - 1; i > 0; i--) {
    uint32_t k = chance(i + 1);
    int t = order[i];
    order[i] = order[k];
    order[k] = t;
  }
  for (int i = 0; i < INSTANCES * INSTANCES; i++) {
    struct place *from = &at[order[i] / INSTANCES], *to = &at[order[i] % INSTANCES];
    if (from != to)
      exchange(from, to, true);
  }
  for (int i = 0; i < SERVER; i++)
    relay(&at[SERVER], &at[i], &at[(i + 1) % SERVER]);
}

/* A program that knows what to do with it takes what waited, once, from whatever file comes first. */
static int64_t taken_later;
static vg_code take_future(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                           struct vg_err *e_) {
  (void)tx;
  (void)who;
  (void)e_;
  assert_true(vg_str_starts(e->subject, VG_STR("future--")));
  taken_later++;
  return VG_OK;
}

/* Each by all others, and by who got it back after a restore. */
static int64_t to_be_taken(void) {
  int64_t n, all = 0;
  for (int i = 0; i < INSTANCES; i++) {
    DURING(
        &at[i], tx,
        OK(store_get_int(tx, &n,
                         "SELECT (SELECT COUNT(*) FROM merge_event WHERE origin = '' AND line LIKE "
                         "'%\"kind\":\"future.thing\"%') * $1 + (SELECT COUNT(*) FROM merge_waiting WHERE origin = '' "
                         "AND subject = 'kind:future.thing')",
                         S_ARGS(S_INT(INSTANCES - 1)), &err)));
    all += n;
  }
  return all;
}

static void upgrade(void) {
  static const struct merge_kind future[] = {{.kind = "future.thing", .apply = take_future}, {.kind = NULL}};
  const struct merge_kind *rooms[16] = {future};
  struct merge_result got;
  struct vg_buf file;
  for (size_t i = 0; instance_merges[i]; i++)
    rooms[i + 1] = instance_merges[i];
  int64_t expected = to_be_taken();
  taken_later = 0;
  for (int i = 0; i < INSTANCES; i++) {
    struct place *from = &at[(i + 1) % INSTANCES];
    vg_buf_init(&file, MERGE_FILE_MAX);
    write_file(from, VG_STR(""), 1, &file);
    for (int twice = 0; twice < 2; twice++)
      DURING(&at[i], tx,
             OK(merge_import(tx, &at[i].who, instance_key(at[i].in), vg_buf_view(&file), rooms, &got, &err)));
    vg_buf_fini(&file);
  }
  assert_int_equal(taken_later, expected);
}

/* One, whose orders hold everywhere, erases a case by order; when all have met again it is nowhere, in no event and no
 * version, and all say the same. */
static void erase_one(void) {
  char pid[VG_ID_MAX], like[VG_ID_MAX + 2];
  struct vg_id erased;
  int64_t n;
  DURING(&at[0], tx, {
    pick(tx, "SELECT pid FROM casework_case ORDER BY pid", pid);
    if (pid[0])
      OK(instance_case_erase(tx, &at[0].who, vg_str_z(pid), VG_STR("order 1"), VG_STR("decided"), &erased, &err));
  });
  if (!pid[0])
    return;
  snprintf(like, sizeof like, "%%%.60s%%", pid);
  meet();
  for (int i = 0; i < INSTANCES; i++)
    DURING(&at[i], tx, {
      OK(store_get_int(tx, &n,
                       "SELECT (SELECT COUNT(*) FROM casework_case WHERE pid = $2) + (SELECT COUNT(*) FROM "
                       "merge_version WHERE subject = $2) + (SELECT COUNT(*) FROM merge_event WHERE line LIKE $1 AND "
                       "line NOT LIKE '%\"kind\":\"case.erased\"%')",
                       S_ARGS(S_Z(like), S_Z(pid)), &err));
      assert_int_equal(n, 0);
      OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM casework_erased WHERE pid = $1", S_ARGS(S_Z(pid)), &err));
      assert_int_equal(n, 1);
    });
}

/* Whether an incident waits for a case is kept, not counted: it is true everywhere. */
static void none_waits_wrongly(struct place *p) {
  int64_t n;
  DURING(p, tx,
         OK(store_get_int(tx, &n,
                          "SELECT COUNT(*) FROM casework_incident i WHERE i.waiting <> CASE WHEN EXISTS (SELECT 1 FROM "
                          "casework_case c WHERE c.incident = i.id) THEN 0 ELSE 1 END",
                          S_NOARGS, &err)));
  assert_int_equal(n, 0);
}

/* The zone that stands on an incident and its clocks is where its company was when it was reported, whatever moved. */
static void none_counts_elsewhere(struct place *p) {
  int64_t n;
  DURING(
      p, tx,
      OK(store_get_int(tx, &n,
                       "SELECT COUNT(*) FROM casework_incident i LEFT JOIN casework_clock k ON k.incident = i.id "
                       "WHERE i.zone_then <> COALESCE((SELECT z.zone FROM territory_v_org_zone z WHERE z.org = i.org "
                       "AND z.since <= i.reported AND z.until > i.reported), '') OR k.zone_then <> i.zone_then",
                       S_NOARGS, &err)));
  assert_int_equal(n, 0);
}

static void compare_all(void) {
  struct vg_buf told[INSTANCES];
  for (int i = 0; i < INSTANCES; i++) {
    none_waits_wrongly(&at[i]);
    none_counts_elsewhere(&at[i]);
  }
  for (int i = 0; i < INSTANCES; i++) {
    vg_buf_init(&told[i], 64 << 20);
    say(&at[i], &told[i]);
    say_results(&at[i], &told[i]);
    OK(vg_buf_check(&told[i], &err));
    if (i)
      same(&told[0], &told[i], i);
  }
  for (int i = 0; i < INSTANCES; i++)
    vg_buf_fini(&told[i]);
}

/* All that travels has its event: looking for what has none finds nothing, and a second time nothing either. */
static void adopt_nothing(void) {
  struct vg_buf lines;
  int64_t n, told;
  vg_buf_init(&lines, 1 << 20);
  for (int i = 0; i < INSTANCES; i++)
    DURING(&at[i], tx, {
      OK(merge_own(tx, &told, &err));
      OK(store_exec(tx, "DELETE FROM merge_adopted", S_NOARGS, &err));
      OK(merge_adopt(tx, &at[i].who, instance_merges, &n, &err));
      OK(store_get_lines(tx, &lines, "SELECT line FROM merge_event WHERE origin = '' AND seq > $1 ORDER BY seq",
                         S_ARGS(S_INT(told)), &err));
      if (n)
        fail_msg("%s adopts\n%s", at[i].name, vg_buf_text(&lines));
    });
  vg_buf_fini(&lines);
}

static void world(uint64_t which) {
  seed = which;
  begin();
  for (int i = 0; i < STEPS; i++) {
    if (chance(40) == 0) {
      int disk = (int)chance(SERVER); /* the server's records may be on PostgreSQL */
      if (saved[disk] && chance(2))
        restore(disk);
      else
        back_up(disk);
    } else if (chance(4))
      act(&at[chance(INSTANCES)]);
    else {
      uint32_t from = chance(INSTANCES), to = chance(INSTANCES);
      if (from != to)
        exchange(&at[from], &at[to], false);
    }
  }
  meet();
  compare_all();
  adopt_nothing();
  look_around(&at[0]);
  upgrade();
  erase_one();
  compare_all();
  ledgers_hold();
  end();
}

/* Worlds that never met these prove little: some more are lived through then. */
static bool much_met(void) { return conflicts_met > 0 && numbers_met > 0 && recovered > 0; }

static void worlds_converge(void **state) {
  enum { WORLDS_MOST = 8 };
  const char *wanted = getenv("VIGIE_SEED"), *count = getenv("VIGIE_WORLDS");
  uint64_t n = count ? strtoull(count, NULL, 10) : 2;
  (void)state;
  for (uint64_t i = 0; wanted ? i == 0 : i < n || (i < WORLDS_MOST && !much_met()); i++) {
    uint64_t which = wanted ? strtoull(wanted, NULL, 10) : 20261126 + i;
    print_message("world %llu\n", (unsigned long long)which);
    world(which);
  }
  print_message("%lld conflicts, %lld numbers borne twice, %lld groups asked elsewhere, %lld files after a restore\n",
                (long long)conflicts_met, (long long)numbers_met, (long long)asked_before, (long long)recovered);
  if (!wanted)
    assert_true(much_met());
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(worlds_converge)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
