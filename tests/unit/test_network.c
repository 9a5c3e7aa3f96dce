/* Prevention, major events, events between instances: on SQLite and on PostgreSQL. */
#include "world.h"

#include <math.h>

#include "event/event.h"
#include "merge/merge_internal.h"
#include "base/file.h"
#include "evaluation/evaluation.h"
#include "prevention/library.h"
#include "prevention/prevention_internal.h"

static struct diagnosis d;

static vg_code one_detail(void *ctx, int64_t measure, vg_str detail, struct vg_err *e) {
  (void)e;
  assert_int_equal(measure, 1);
  assert_true(vg_str_eqz(detail, "One copy at least is connected to nothing.\n\nUn disque débranché suffit."));
  *(int *)ctx += 1;
  return VG_OK;
}

/* A library of CISO Assistant: themes are the highest headings that tell measures apart, what it lacks is given. */
static void library_becomes_framework(void **state) {
  struct vg_buf text, json;
  struct org o;
  struct vg_id pid;
  struct framework_taken taken;
  int details = 0;
  const char *const answers[] = {"1=yes", "2=no"};
  (void)state;
  vg_buf_init(&text, 1 << 20);
  vg_buf_init(&json, 1 << 20);
  OK(vg_file_read(VIGIE_SOURCE "/tests/data/ciso-library.yaml", &text, &err));
  OK(library_read(vg_buf_view(&text), VG_STR("en"), &json, &err));
  OK(prevention_framework_import(tx, &anne, vg_buf_view(&json), "00",
                                 VG_STR("ref,benefit,effort,counters\n1.2,1,3,ransomware\n"), &taken, &err));
  assert_int_equal(taken.measures, 3);
  prevention_diagnosis_fini(&d);
  vg_str_copy(d.framework, sizeof d.framework, VG_STR("Premiers-pas/3"));
  OK(prevention_framework_load(tx, &d, &err));
  assert_string_equal(d.measure[0].theme, "1 Back up");
  assert_string_equal(d.measure[0].title, "Back up off line");
  assert_int_equal(d.measure[0].benefit, 3);
  assert_int_equal(d.measure[1].benefit, 1);
  assert_int_equal(d.measure[1].effort, 3);
  assert_string_equal(d.measure[1].counters, "ransomware");
  assert_string_equal(d.measure[2].theme, "2 Fermer");
  OK(prevention_each_detail(tx, VG_STR("Premiers-pas/3"), one_detail, &details, &err));
  assert_int_equal(details, 1);
  o = (struct org){.kind = ORG_COMPANY, .name = "Framed", .department = "35"};
  OK(territory_org_add(tx, &anne, &o, &err));
  OK(prevention_diagnosis_open(tx, &anne, &o, VG_STR("Premiers-pas/3"), VG_STR(""), &pid, &err));
  OK(prevention_diagnosis_answer(tx, &anne, vg_id_str(&pid), answers, 2, &err));
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  /* 3 of 3 + 1 + 2 are in place, 2 unknown. */
  assert_true(d.low > 0.4999 && d.low < 0.5001 && d.high > 0.8333 && d.high < 0.8334);
  assert_true(d.coverage > 0.6666 && d.coverage < 0.6667);
  /* A long text is cut where a character ends. */
  vg_buf_reset(&text);
  vg_buf_reset(&json);
  vg_buf_z(&text, "ref_id: long\nversion: 1\nobjects: {framework: {name: L, requirement_nodes: [{urn: a, assessable: "
                  "true, name: ");
  for (int i = 0; i < 400; i++)
    vg_buf_z(&text, "é");
  vg_buf_z(&text, "}]}}");
  OK(library_read(vg_buf_view(&text), VG_STR(""), &json, &err));
  assert_true(vg_utf8_ok(vg_buf_view(&json)));
  assert_true(vg_str_find(vg_buf_view(&json), VG_STR("é…\""), 0) != SIZE_MAX);
  OK(prevention_framework_import(tx, &anne, vg_buf_view(&json), "00", VG_STR(""), &taken, &err));
  vg_buf_fini(&text);
  vg_buf_fini(&json);
}

static vg_code keep_effect(void *ctx, const struct effect *e, struct vg_err *x) {
  (void)x;
  *(struct effect *)ctx = *e;
  return VG_OK;
}

static void long_library(struct vg_buf *text, int measures) {
  vg_buf_reset(text);
  vg_buf_fmt(text, "ref_id: long-%d\nversion: 1\nobjects:\n  framework:\n    name: Long\n    requirement_nodes:\n",
             measures);
  for (int i = 0; i < measures; i++) {
    if (i % 50 == 0)
      vg_buf_fmt(text, "    - urn: u:%d\n      assessable: false\n      name: Chapter %d\n", i / 50, i / 50 + 1);
    vg_buf_fmt(text, "    - urn: u:%d:%d\n      parent_urn: u:%d\n      assessable: true\n      name: Measure %d\n",
               i / 50, i, i / 50, i + 1);
  }
}

/* No published framework is too long: 2,000 measures are held, answered, ranked and compared; one more is refused. */
static void library_of_any_length(void **state) {
  static char words[MEASURES_MAX][24];
  const char *answers[MEASURES_MAX];
  struct effect last = {.companies = 0};
  struct vg_buf text, json;
  struct org o = {.kind = ORG_COMPANY, .name = "Long", .department = "35"};
  struct vg_id pid;
  struct framework_taken taken;
  (void)state;
  vg_buf_init(&text, LIBRARY_FILE_MAX);
  vg_buf_init(&json, FRAMEWORK_JSON_MAX);
  long_library(&text, MEASURES_MAX + 1);
  assert_int_equal(library_read(vg_buf_view(&text), VG_STR(""), &json, &err), VG_ELIMIT);
  vg_buf_reset(&json);
  long_library(&text, MEASURES_MAX);
  OK(library_read(vg_buf_view(&text), VG_STR(""), &json, &err));
  OK(prevention_framework_import(tx, &anne, vg_buf_view(&json), "00", VG_STR("ref,benefit\n2000,3\n"), &taken, &err));
  assert_int_equal(taken.measures, MEASURES_MAX);
  OK(territory_org_add(tx, &anne, &o, &err));
  for (int i = 0; i < 2; i++) {
    OK(prevention_diagnosis_open(tx, &anne, &o, VG_STR("long-2000/1"), VG_STR(""), &pid, &err));
    for (int k = 0; k < MEASURES_MAX; k++) {
      snprintf(words[k], sizeof words[k], "%d=%s", k + 1, i && k % 2 ? "yes" : "no");
      answers[k] = words[k];
    }
    OK(prevention_diagnosis_answer(tx, &anne, vg_id_str(&pid), answers, MEASURES_MAX, &err));
  }
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  OK(prevention_rank(tx, &d, &err));
  assert_int_equal(d.measures, MEASURES_MAX);
  assert_string_equal(d.measure[1999].theme, "Chapter 40");
  assert_string_equal(d.measure[1999].title, "Measure 2000");
  assert_int_equal(d.measure[1999].benefit, 3);
  /* 999 of weight 2 and one of weight 3 are in place, of 1,999 and one. */
  assert_true(d.low > 2001.0 / 4001 - 1e-9 && d.low < 2001.0 / 4001 + 1e-9 && d.high - d.low < 1e-9);
  assert_int_equal(d.measure[d.rank[0]].answer, ANSWER_NO);
  assert_int_equal(d.measure[d.rank[1999]].answer, ANSWER_YES);
  OK(prevention_each_effect(tx, VG_STR("long-2000"), VG_STR(""), keep_effect, &last, &err));
  assert_int_equal(last.number, MEASURES_MAX);
  assert_true(last.companies == 1 && last.gained == 1 && last.before == 0 && last.after == 1);
  vg_buf_fini(&text);
  vg_buf_fini(&json);
}

static void keep_zone(const char *zone, struct reach *out, const struct reach *r) {
  if (vg_str_eqz(r->zone, zone))
    *out = *r;
}
static vg_code ouest(void *ctx, const struct reach *r, struct vg_err *e) {
  (void)e;
  keep_zone("OUEST", ctx, r);
  return VG_OK;
}

static void exact_shares(void **state) {
  (void)state;
  /* By hand: 3 of 4 and 1 of 4 (the lady tasting tea): 2 (1 + 16) / 70; 0 of 5 and 5 of 5: 2 / 252. */
  assert_true(fabs(evaluation_two_shares(3, 4, 1, 4) - 34.0 / 70) < 1e-12);
  assert_true(fabs(evaluation_two_shares(0, 5, 5, 5) - 2.0 / 252) < 1e-12);
  assert_true(fabs(evaluation_two_shares(2, 10, 2, 10) - 1) < 1e-12);
  assert_true(evaluation_two_shares(1, 0, 1, 5) == 1);
}

/* --- exercises: somebody reads all that is kept, and knows the sizes of all groups --- */

enum { WORLDS = 3, WORLD_MOST = 7 };
struct outcome {
  unsigned sent[WORLDS], clicked[WORLDS];
};

/* What is kept of a world, as one number; -1: nothing. */
static int64_t kept_of(const struct outcome *w, struct exercise_groups *g) {
  int64_t kept = 1;
  *g = (struct exercise_groups){.n = WORLDS};
  for (size_t i = 0; i < WORLDS; i++) {
    const int64_t n = w->clicked[i];
    g->group[i] = (struct exercise_group){.count = {w->sent[i], n, n, n, 0}};
    g->group[i].name[0] = (char)('a' + i);
  }
  if (!exercise_fold(g))
    return -1;
  for (size_t i = 0; i < g->n; i++) {
    const struct exercise_count *c = &g->group[i].count;
    assert_true(c->sent >= 5 && c->clicked <= c->sent - 2 && c->submitted == c->clicked && c->opened == c->clicked);
    kept = kept * 32 + (g->group[i].name[0] ? g->group[i].name[0] - 'a' + 1 : 0);
    kept = (kept * 32 + c->sent) * 32 + c->clicked;
  }
  return kept;
}

/* Of all that people may have done in groups of these sizes and what would be kept of it: whatever is seen, in no group
 * have surely all clicked, or surely all but one, who would know it of the others. */
static void no_mind_is_told(const unsigned sent[static WORLDS], struct exercise_groups *g) {
  struct {
    int64_t kept;
    unsigned least[WORLDS];
  } seen[512];
  size_t n = 0;
  struct outcome w = {.sent = {sent[0], sent[1], sent[2]}};
  for (w.clicked[0] = 0; w.clicked[0] <= sent[0]; w.clicked[0]++)
    for (w.clicked[1] = 0; w.clicked[1] <= sent[1]; w.clicked[1]++)
      for (w.clicked[2] = 0; w.clicked[2] <= sent[2]; w.clicked[2]++) {
        const int64_t kept = kept_of(&w, g);
        size_t at = 0;
        while (at < n && seen[at].kept != kept)
          at++;
        if (at == n) {
          seen[n].kept = kept;
          memcpy(seen[n++].least, w.clicked, sizeof w.clicked);
        }
        for (size_t i = 0; i < WORLDS; i++)
          if (w.clicked[i] < seen[at].least[i])
            seen[at].least[i] = w.clicked[i];
      }
  for (size_t at = 0; at < n; at++)
    for (size_t i = 0; i < WORLDS; i++)
      assert_true(sent[i] < 2 ? seen[at].least[i] == 0 : seen[at].least[i] <= sent[i] - 2);
}

static void exercises_tell_no_mind(void **state) {
  struct exercise_groups *g = calloc(1, sizeof *g);
  unsigned sent[WORLDS];
  (void)state;
  assert_non_null(g);
  for (sent[0] = 1; sent[0] <= WORLD_MOST; sent[0]++)
    for (sent[1] = 1; sent[1] <= WORLD_MOST; sent[1]++)
      for (sent[2] = 1; sent[2] <= WORLD_MOST; sent[2] += 2)
        no_mind_is_told(sent, g);
  free(g);
}

static vg_code exercised(const struct org *o, const char *name, vg_time at, const char *one, const char *other,
                         struct exercise *e) {
  struct exercise_groups *g = calloc(1, sizeof *g);
  assert_non_null(g);
  *e = (struct exercise){.at = at};
  vg_str_copy(e->name, sizeof e->name, vg_str_z(name));
  OK(prevention_exercise_count(g, vg_str_z(one), &err));
  if (other)
    OK(prevention_exercise_count(g, vg_str_z(other), &err));
  vg_code rc = prevention_exercise_add(tx, &anne, o, e, g, &err);
  free(g);
  return rc;
}

static vg_code count_rows(void *ctx, const struct exercise_group *g, struct vg_err *e) {
  (void)g, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code count_changes(void *ctx, const struct exercise_change *c, struct vg_err *e) {
  (void)e;
  if (!strcmp(c->last.org_name, "Twice"))
    *(struct exercise_change *)ctx = *c;
  return VG_OK;
}

/* The same people by department and by size, all and all but one: two cuts whose difference is a person. */
static void two_cuts_are_one_exercise(void **state) {
  struct org o = {.kind = ORG_COMPANY, .name = "Twice", .department = "35"};
  struct exercise e, found;
  const vg_time at = store_now(tx) - 200 * VG_DAY;
  int groups = 0;
  int64_t id;
  (void)state;
  OK(territory_org_add(tx, &anne, &o, &err));
  OK(exercised(&o, "all", at, "Accounts:14:9:6:2:1", "Workshop:12:4:2:1:0", &e));
  assert_int_equal(exercised(&o, "all", at, "Small:26:13:8:3:1", NULL, &e), VG_EEXIST);
  assert_int_equal(exercised(&o, "by size", at, "Small:14:9:6:2:1", "Large:12:4:2:1:0", &e), VG_ESTATE);
  assert_string_equal(err.cause[0].msg, "prevention.exercise_near");
  assert_int_equal(exercised(&o, "but one", at + 60 * VG_SECOND, "All:25:12:7:3:1", NULL, &e), VG_ESTATE);
  assert_int_equal(exercised(&o, "but one", at - EXERCISE_APART + 1, "All:25:12:7:3:1", NULL, &e), VG_ESTATE);
  assert_int_equal(exercised(&o, "but one", at + EXERCISE_APART - 1, "All:25:12:7:3:1", NULL, &e), VG_ESTATE);
  /* Another company is nobody of this one's; a month later it is another exercise. All nine clicked: seven or more. */
  OK(exercised(&o, "later", at + EXERCISE_APART, "All:9:9:9:9:9", NULL, &e));
  OK(prevention_exercise_find(tx, vg_id_str(&e.pid), &found, &err));
  assert_int_equal(found.total.clicked, 7);
  assert_int_equal(found.most.clicked, 9);
  assert_false(found.aside);
  struct exercise_change change = {.exercises = 0};
  struct exercise_effect effect;
  OK(prevention_each_exercise_change(tx, &anne, VG_STR(""), count_changes, &change, &effect, &err));
  assert_int_equal(change.exercises, 2);
  assert_true(fabs(change.p - evaluation_two_shares(8, 26, 7, 9)) < 1e-12);
  /* One that another instance counted in between: later ones near it are kept aside, whichever came first. */
  OK(store_insert(tx, &id,
                  "INSERT INTO prevention_exercise (pid, org, name, scenario, source, at, undelivered, person) VALUES "
                  "('exercise--x', $1, 'cut', '', 'counts', $2, 0, '') RETURNING id",
                  S_ARGS(S_INT(o.id), S_TIME(at + VG_DAY)), &err));
  OK(store_exec(tx, "INSERT INTO prevention_exercise_group VALUES ($1, 'All', 25, 12, 7, 3, 1)", S_ARGS(S_INT(id)),
                &err));
  OK(prevention_exercise_find(tx, VG_STR("exercise--x"), &found, &err));
  assert_true(found.aside);
  assert_int_equal(found.total.sent, 25);
  assert_int_equal(found.total.clicked + found.total.opened + found.most.clicked + found.most.opened, 0);
  OK(prevention_each_exercise_group(tx, id, count_rows, &groups, &err));
  assert_int_equal(groups, 0);
  struct vg_buf size;
  vg_buf_init(&size, 1 << 10);
  OK(prevention_exercise_size(
      VG_STR("{\"groups\":[{\"name\":\"A\",\"sent\":25,\"opened\":12,\"clicked\":7,\"submitted\":3,\"reported\":1}]}"),
      &size, &err));
  assert_true(vg_str_eqz(vg_buf_view(&size), "{\"groups\":1,\"sent\":25}"));
  vg_buf_fini(&size);
}

static void groups_keep_secrets(void **state) {
  struct org o = {.kind = ORG_COMPANY, .name = "Exercised", .department = "35"};
  struct exercise e, found;
  int64_t n;
  (void)state;
  OK(territory_org_add(tx, &anne, &o, &err));
  assert_int_equal(exercised(&o, "few", store_now(tx) - VG_DAY, "A:3:1:1:0:0", "B:1:0:0:0:0", &e), VG_EDATA);
  OK(exercised(&o, "one", store_now(tx) - VG_DAY, "A:4:4:4:4:1", "C:20:5:1:0:3", &e));
  OK(prevention_exercise_find(tx, vg_id_str(&e.pid), &found, &err));
  assert_int_equal(found.total.sent, 24);
  assert_int_equal(found.total.clicked, 5);
  OK(store_get_int(tx, &n, "SELECT COUNT(*) FROM prevention_exercise_group WHERE name IN ('A', 'C')", S_NOARGS, &err));
  assert_int_equal(n, 0);
  struct reach r = {.met = -1};
  OK(prevention_each_reach(tx, 0, store_now(tx) + 1, ouest, &r, &err));
  assert_int_equal(r.exercised, 24);
  assert_int_equal(r.tested, 1);
}

/* What is known both times counts; by hand, 10 gained and 1 lost: 2 (1 + 11) / 2^11. */
static void progress_is_said_in_words(void **state) {
  struct measure m[2][20] = {{{.number = 0}}};
  struct diagnosis first = {.measure = m[0], .measures = 20}, last = {.measure = m[1], .measures = 20};
  struct progress p;
  (void)state;
  for (int i = 0; i < 20; i++) {
    snprintf(m[0][i].ref, sizeof m[0][i].ref, "%d", i + 1);
    memcpy(m[1][i].ref, m[0][i].ref, sizeof m[0][i].ref);
    m[0][i].answer = i < 10 ? ANSWER_NO : ANSWER_YES;
    m[1][i].answer = ANSWER_YES;
  }
  m[0][3].answer = ANSWER_PARTLY;
  m[1][10].answer = ANSWER_PARTLY;  /* lost */
  m[1][11].answer = ANSWER_UNKNOWN; /* these do not count */
  m[1][12].answer = ANSWER_NA;
  m[1][13].answer = ANSWER_NO;
  m[1][13].conflict = true;
  m[1][14].ref[0] = 'x';
  prevention_progress(&first, &last, &p);
  assert_int_equal(p.both, 16);
  assert_int_equal(p.gained, 10);
  assert_int_equal(p.lost, 1);
  assert_true(fabs(p.p - 2.0 * 12 / 2048) < 1e-12);
  assert_string_equal(prevention_progress_id(&p), "server.diagnosis.progress.up");
  prevention_progress(&last, &first, &p);
  assert_string_equal(prevention_progress_id(&p), "server.diagnosis.progress.down");
  prevention_progress(&first, &first, &p);
  assert_string_equal(prevention_progress_id(&p), "server.diagnosis.progress.unclear");
}

static int64_t told_by_code(const struct action *a) {
  int64_t n;
  OK(store_get_int(tx, &n,
                   "SELECT COUNT(*) FROM merge_v_force v WHERE v.subject = $1 AND "
                   "v.field = 'audience' AND v.value LIKE '%C:PME:16%' AND v.person_name = 'code QR'",
                   S_ARGS(S_Z(a->pid.s)), &err));
  return n;
}

static void counts_without_names(void **state) {
  (void)state;
  struct action a = {.kind = "talk", .title = "talk", .zone = "OUEST", .target = "C:PME *:MICRO"};
  char token[40];
  struct feedback f;
  const char *const people[] = {"C:PME:12", "-:-:5"};
  a.at = store_now(tx) - VG_HOUR;
  OK(prevention_action_add(tx, &anne, &a, &err));
  OK(prevention_action_code(tx, &anne, vg_id_str(&a.pid), token, &err));
  for (int i = 0; i < 3; i++)
    OK(prevention_attend(tx, vg_str_z(token), VG_STR("C"), VG_STR("PME"), &err));
  assert_int_equal(prevention_attend(tx, vg_str_z(token), VG_STR("C"), VG_STR(""), &err), VG_EDATA);
  OK(prevention_feedback(tx, vg_str_z(token), 5, VG_STR("yes"), VG_STR(""), &err));
  for (int i = 0; i < 3; i++) {
    OK(prevention_feedback_of(tx, a.id, &f, &err));
    assert_int_equal(f.sheets, 0); /* nobody's sheet shows before four others are there */
    OK(prevention_feedback(tx, vg_str_z(token), 2, VG_STR("no"), VG_STR("too fast"), &err));
  }
  OK(prevention_feedback(tx, vg_str_z(token), 3, VG_STR("perhaps"), VG_STR(""), &err));
  for (int i = 0; i < 4; i++) { /* nor do those after them change what is shown, one by one */
    OK(prevention_feedback_of(tx, a.id, &f, &err));
    assert_int_equal(f.sheets, 5);
    assert_int_equal(f.mark[0] + f.yes, 1);
    OK(prevention_feedback(tx, vg_str_z(token), 1, VG_STR("no"), VG_STR("mine"), &err));
  }
  /* Wilson, 1 of 5 at 95 %: R binom::binom.wilson gives 0.03622411 and 0.6244654. */
  assert_true(f.yes_lo > 0.03622 && f.yes_lo < 0.03623 && f.yes_hi > 0.62446 && f.yes_hi < 0.62447);
  OK(prevention_action_done(tx, &anne, vg_id_str(&a.pid), people, 2, &err));
  OK(prevention_action_find(tx, vg_id_str(&a.pid), &a, &err));
  assert_int_equal(a.people, 20);
  assert_int_equal(told_by_code(&a), 0);
  /* Who comes later is counted by other instances too: the attendance in force is that of the code. */
  OK(prevention_attend(tx, vg_str_z(token), VG_STR("C"), VG_STR("PME"), &err));
  OK(prevention_action_find(tx, vg_id_str(&a.pid), &a, &err));
  assert_int_equal(a.people, 21);
  assert_int_equal(told_by_code(&a), 1);
  assert_true(prevention_target_has(vg_str_z(a.target), VG_STR("G"), VG_STR("MICRO")));
  assert_false(prevention_target_has(vg_str_z(a.target), VG_STR("G"), VG_STR("PME")));
  struct reach r = {.met = -1};
  OK(prevention_each_reach(tx, 0, store_now(tx) + 1, ouest, &r, &err));
  assert_int_equal(r.actions, 1);
  assert_int_equal(r.people, 21);
  /* Exact Poisson limits of 1: 0.02532 and 5.57164 (Garwood 1936). */
  assert_true(r.actions_lo > 0.02531 && r.actions_lo < 0.02533 && r.actions_hi > 5.5716 && r.actions_hi < 5.5717);
}

static struct vg_id open_for(const char *company) {
  struct org o;
  struct vg_id pid;
  OK(territory_org_find(tx, vg_str_z(company), &o, &err));
  OK(prevention_diagnosis_open(tx, &anne, &o, VG_STR(""), VG_STR(""), &pid, &err));
  return pid;
}
static void say(const struct vg_id *pid, const char *word) {
  OK(prevention_diagnosis_answer(tx, &anne, vg_id_str(pid), &word, 1, &err));
}

static vg_code measure13(void *ctx, const struct effect *e, struct vg_err *e_) {
  (void)e_;
  if (e->number == 13)
    *(struct effect *)ctx = *e;
  return VG_OK;
}

static void effect_is_exact(void **state) {
  (void)state;
  char name[40];
  for (int i = 0; i < 6; i++) {
    snprintf(name, sizeof name, "Company %d", i);
    (void)add_org(name, "35");
    struct vg_id first = open_for(name), last = open_for(name);
    say(&first, "13=no");
    say(&last, i < 5 ? "13=yes" : "13=no");
  }
  struct effect e = {.number = 0};
  OK(prevention_each_effect(tx, VG_STR(""), VG_STR("OUEST"), measure13, &e, &err));
  assert_int_equal(e.companies, 6);
  assert_int_equal(e.gained, 5);
  /* 2 x 0.5^5; one measure was tested, so Holm changes nothing. */
  assert_true(e.p > 0.0624999 && e.p < 0.0625001 && e.holm > 0.0624999 && e.holm < 0.0625001);
}

/* Another instance's answer: as it would come by a file. */
static void comes(const char *uid, const struct vg_id *pid, const char *answer, const char *after) {
  struct vg_json *j;
  char body[700];
  struct merge_event e = {.seq = 1,
                          .time = 0,
                          .kind = VG_STR("diagnosis.answered"),
                          .actor = VG_STR("identity--x"),
                          .actor_name = VG_STR("Zoe")};
  snprintf(body, sizeof body,
           "{\"diagnosis\":\"%s\",\"answers\":[{\"id\":\"%s\",\"measure\":13,\"answer\":\"%s\",\"after\":[%s]}]}",
           pid->s, uid, answer, after);
  OK(vg_json_new(&j, &err));
  OK(vg_json_parse(j, vg_str_z(body), &e.body, &err));
  for (const struct merge_kind *k = prevention_merges; k->kind; k++)
    if (vg_str_eqz(e.kind, k->kind))
      OK(k->apply(tx, &anne, &e, &err));
  vg_json_free(j);
}

/* Before a company's own "done" was kept as "said", and on instances that still run so, it was written as it came. */
static void what_a_company_calls_done_is_said(void **state) {
  (void)state;
  struct org o;
  struct person boss = {.name = "Boss", .login = "boss", .role = ROLE_COMPANY, .to = VG_NOTIME};
  boss.organisation = add_org("Lynx", "35");
  OK(territory_person_add(tx, &anne, &boss, VG_STR("a long secret"), &err));
  OK(territory_org_find(tx, VG_STR("Lynx"), &o, &err));
  struct vg_id pid = open_for("Lynx");
  OK(prevention_adopt(tx, &anne, vg_id_str(&pid), 13, "done", VG_STR(""), &err));
  OK(store_exec(tx, "UPDATE prevention_adoption SET person = $1", S_ARGS(S_Z(boss.pid.s)), &err));
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  assert_string_equal(d.measure[12].adoption, "said");
  assert_int_equal(d.said, 1);
  OK(prevention_adopt(tx, &anne, vg_id_str(&pid), 13, "done", VG_STR(""), &err));
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  assert_string_equal(d.measure[12].adoption, "done");
  assert_int_equal(d.said, 0);
}

static void no_clock_decides(void **state) {
  (void)state;
  int64_t conflicts;
  (void)add_org("Lynx", "35");
  struct vg_id pid = open_for("Lynx");
  say(&pid, "13=yes");
  comes("answer--a", &pid, "no", "");
  comes("answer--a", &pid, "no", "");
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  assert_true(d.measure[12].conflict);
  assert_int_equal(d.measure[12].answer, ANSWER_UNKNOWN);
  OK(prevention_conflicts(tx, &conflicts, &err));
  assert_int_equal(conflicts, 1);
  say(&pid, "13=partly");
  OK(prevention_diagnosis_find(tx, vg_id_str(&pid), &d, &err));
  assert_false(d.measure[12].conflict);
  assert_int_equal(d.measure[12].answer, ANSWER_PARTLY);
  /* What replaces an answer that is replaced here already is a conflict again, whatever its date. */
  comes("answer--b", &pid, "yes", "\"answer--a\"");
  OK(prevention_conflicts(tx, &conflicts, &err));
  assert_int_equal(conflicts, 1);
}

static void file_round_trip(void **state) {
  (void)state;
  struct vg_key *key;
  struct vg_buf text;
  struct merge_file f;
  (void)add_org("Lynx", "35");
  struct vg_id pid = open_for("Lynx");
  say(&pid, "1=yes");
  OK(vg_key_generate(&key, VG_STR("here"), &err));
  vg_buf_init(&text, 1 << 20);
  OK(merge_export(tx, key, &(struct merge_order){.from = 1}, &text, &err));
  OK(merge_read(vg_buf_view(&text), &f, NULL, NULL, &err));
  merge_file_fini(&f);
  assert_int_equal(f.to, 2);
  /* Every byte counts: the signature covers each line by the chain; of the heading, the key. */
  for (size_t i = 0; i < text.n; i += 7) {
    char was = text.p[i];
    text.p[i] = was == 'x' ? 'y' : 'x';
    vg_code rc = merge_read(vg_buf_view(&text), &f, NULL, NULL, NULL);
    merge_file_fini(&f);
    bool heading = i < vg_str_find_byte(vg_buf_view(&text), '\n', 0);
    if (rc == VG_OK && !heading)
      fail_msg("a changed byte at %zu passes", i);
    text.p[i] = was;
  }
  struct merge_result got;
  static const struct merge_kind *const none[] = {NULL};
  assert_int_equal(merge_import(tx, &anne, key, vg_buf_view(&text), none, &got, NULL), VG_ESTATE); /* its own */
  vg_buf_reset(&text);
  assert_int_equal(merge_export(tx, key, &(struct merge_order){.from = 3}, &text, NULL), VG_ENOTFOUND);
  vg_buf_fini(&text);
  vg_key_free(key);
}

static vg_code one_conflict(void *ctx, const struct merge_version *v, struct vg_err *e) {
  (void)e;
  if (vg_str_eqz(v->value, "done"))
    vg_str_copy(ctx, 300, v->uid);
  return VG_OK;
}

/* A change made elsewhere beside one made here: both in force, neither lost; settled, one holds. */
static void changed_on_both_sides(void **state) {
  struct vg_json *j;
  struct action a = {.kind = "talk", .title = "talk", .zone = "OUEST"};
  char body[600], uid[300] = "";
  int64_t n;
  vg_jv root;
  static const struct merge_kind *const rooms[] = {prevention_merges, NULL};
  const struct merge_kind *k = prevention_merges;
  (void)state;
  while (!vg_str_eqz(vg_str_z(k->kind), "action.changed"))
    k++;
  a.at = store_now(tx) - VG_HOUR;
  OK(prevention_action_add(tx, &anne, &a, &err));
  OK(prevention_action_done(tx, &anne, vg_id_str(&a.pid), NULL, 0, &err));
  OK(merge_conflicts(tx, &n, &err));
  assert_int_equal(n, 0);
  OK(vg_json_new(&j, &err));
  struct merge_event e = {.kind = VG_STR("action.changed"),
                          .subject = vg_id_str(&a.pid),
                          .actor = VG_STR("identity--5c5e1a2e-0c7e-7000-8000-000000000002"),
                          .actor_name = VG_STR("Paul")};
  snprintf(body, sizeof body, "{\"field\":\"state\",\"value\":\"cancelled\\nsnow\",\"id\":\"%s/state/z\",\"after\":[]}",
           a.pid.s);
  OK(vg_json_parse(j, vg_str_z(body), &root, &err));
  e.body = root;
  for (int twice = 0; twice < 2; twice++) {
    OK(merge_take(tx, &anne, k, &e, &err));
    OK(merge_conflicts(tx, &n, &err));
    assert_int_equal(n, 1);
  }
  OK(prevention_action_find(tx, vg_id_str(&a.pid), &a, &err));
  assert_string_equal(a.state, "cancelled"); /* the greatest name shows */
  OK(merge_each_conflict(tx, VG_STR(""), false, one_conflict, uid, &err));
  OK(merge_settle(tx, &anne, rooms, vg_str_z(uid), &err));
  OK(merge_conflicts(tx, &n, &err));
  assert_int_equal(n, 0);
  OK(prevention_action_find(tx, vg_id_str(&a.pid), &a, &err));
  assert_string_equal(a.state, "done");
  /* What would replace another subject's versions, and what nobody can mean, is refused. */
  snprintf(body, sizeof body,
           "{\"field\":\"state\",\"value\":\"done\",\"id\":\"%s/state/y\",\"after\":[\"incident--x/state/1\"]}",
           a.pid.s);
  OK(vg_json_parse(j, vg_str_z(body), &root, &err));
  e.body = root;
  assert_int_equal(merge_take(tx, &anne, k, &e, &err), VG_EDATA);
  snprintf(body, sizeof body, "{\"field\":\"state\",\"value\":\"eaten\",\"id\":\"%s/state/zz\",\"after\":[]}", a.pid.s);
  OK(vg_json_parse(j, vg_str_z(body), &root, &err));
  e.body = root;
  assert_int_equal(merge_take(tx, &anne, k, &e, &err), VG_EDATA);
  vg_json_free(j);
}

static void an_event_joins_zones(void **state) {
  (void)state;
  struct event e = {.kind = "ransomware", .name = "wave", .since = store_now(tx) - VG_DAY};
  struct event_situation s;
  struct vg_id task;
  int64_t joined, skipped, drawn;
  const char *const where[][2] = {{"Alpha", "35"}, {"Beta", "67"}, {"Gamma", "33"}};
  OK(casework_seed(tx, &err));
  for (size_t i = 0; i < VG_COUNT(where); i++) {
    struct incident in = {
        .org = add_org(where[i][0], where[i][1]), .kind = "ransomware", .summary = "locked", .reported = VG_NOTIME};
    in.happened = store_now(tx) - 3 * VG_HOUR;
    in.known = store_now(tx) - 2 * VG_HOUR;
    OK(casework_incident_add(tx, &anne, &in, &err));
  }
  OK(store_insert(tx, &e.id, "INSERT INTO territory_person (pid, name, created) VALUES ($1, 'Anne', 0) RETURNING id",
                  S_ARGS(S_Z(anne.id.s)), &err));
  anne.person = e.id;
  OK(event_open(tx, &anne, &e, &err));
  OK(event_join_all(tx, &anne, vg_id_str(&e.pid), REGIME_PREVENTION, &joined, &skipped, &err));
  assert_int_equal(joined, 3);
  OK(event_task_add(tx, &anne, vg_id_str(&e.pid), VG_STR("EST"), VG_STR("call"), VG_STR(""), store_now(tx) - VG_HOUR,
                    &task, &err));
  OK(event_message_add(tx, &anne, vg_id_str(&e.pid), VG_STR(""), VG_STR("hello"), &err));
  OK(event_situation(tx, e.id, store_now(tx), &s, &err));
  assert_int_equal(s.total.incidents, 3);
  assert_int_equal(s.total.victims, 3);
  assert_int_equal(s.total.late, 1);
  assert_int_equal(s.zones, 4); /* three zones, and the national one of the message */
  OK(event_situation(tx, e.id, store_now(tx) - VG_HOUR, &s, &err));
  assert_int_equal(s.total.incidents, 0);
  /* Three hours ago it was opened, say: a worker draws them in the name of who holds it, once. */
  vg_time due;
  OK(store_exec(tx, "UPDATE event_event SET opened = opened - $1", S_ARGS(S_INT(3 * VG_HOUR)), &err));
  OK(event_next_picture(tx, &due, &err));
  assert_true(due != VG_NOTIME && due % VG_HOUR == 0 && due <= store_now(tx));
  OK(event_pictures_due(tx, &drawn, &err));
  assert_int_equal(drawn, 3);
  OK(event_pictures_due(tx, &drawn, &err));
  assert_int_equal(drawn, 0);
  OK(event_next_picture(tx, &due, &err));
  assert_true(due > store_now(tx));
  OK(event_pictures(tx, &anne, vg_id_str(&e.pid), &drawn, &err));
  assert_int_equal(drawn, 0);
  anne.person = 1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(library_becomes_framework, world_begin, world_end),
      cmocka_unit_test_setup_teardown(library_of_any_length, world_begin, world_end),
      cmocka_unit_test(exact_shares),
      cmocka_unit_test_setup_teardown(groups_keep_secrets, world_begin, world_end),
      cmocka_unit_test_setup_teardown(two_cuts_are_one_exercise, world_begin, world_end),
      cmocka_unit_test(exercises_tell_no_mind),
      cmocka_unit_test(progress_is_said_in_words),
      cmocka_unit_test_setup_teardown(counts_without_names, world_begin, world_end),
      cmocka_unit_test_setup_teardown(effect_is_exact, world_begin, world_end),
      cmocka_unit_test_setup_teardown(what_a_company_calls_done_is_said, world_begin, world_end),
      cmocka_unit_test_setup_teardown(no_clock_decides, world_begin, world_end),
      cmocka_unit_test_setup_teardown(file_round_trip, world_begin, world_end),
      cmocka_unit_test_setup_teardown(changed_on_both_sides, world_begin, world_end),
      cmocka_unit_test_setup_teardown(an_event_joins_zones, world_begin, world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
