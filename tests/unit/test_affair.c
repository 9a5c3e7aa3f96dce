/* A case while people work on it: who sees it, where it stands, tasks, notes, and how it is found. */
#include "world.h"

#include "base/fold.h"
#include "casework/casework.h"

#define REFUSED(code, message, call)                                                                                   \
  do {                                                                                                                 \
    vg_err_clear(&err);                                                                                                \
    assert_int_equal(call, code);                                                                                      \
    assert_string_equal(err.cause[0].msg, message);                                                                    \
  } while (0)

static struct affair west, east;

static struct affair open_case(const char *company, const char *department, const char *summary) {
  struct incident in = {.org = add_org(company, department),
                        .kind = "ransomware",
                        .happened = store_now(tx) - 5 * VG_HOUR,
                        .known = store_now(tx) - 4 * VG_HOUR,
                        .reported = VG_NOTIME};
  const char *const offence[] = {"CP323-2-1"};
  struct affair a = {.frame = "flagrance"};
  vg_str_copy(in.summary, sizeof in.summary, vg_str_z(summary));
  OK(casework_incident_add(tx, &anne, &in, &err));
  a.incident = in.pid;
  OK(casework_case_open(tx, &anne, &a, offence, 1, VG_STR(""), &err));
  return a;
}

static int begin(void **state) {
  world_begin(state);
  OK(casework_seed(tx, &err));
  west = open_case("Câbleries de l'Énergie", "35", "serveurs chiffrés, écran rouge");
  east = open_case("Brasserie", "67", "l'usine est arrêtée");
  return 0;
}

/* Somebody with a mandate in a zone; his account is not needed. */
static struct actor person(const char *name, const char *zone, unsigned roles) {
  struct actor who = {.id = vg_id_new("identity", store_now(tx)), .roles = roles};
  vg_str_copy(who.name, sizeof who.name, vg_str_z(name));
  vg_str_copy(who.zone, sizeof who.zone, vg_str_z(zone));
  OK(store_insert(tx, &who.person, "INSERT INTO territory_person (pid, name, created) VALUES ($1, $2, 0) RETURNING id",
                  S_ARGS(S_Z(who.id.s), S_Z(name)), &err));
  OK(store_exec(tx, "INSERT INTO territory_mandate (person, role, zone, since) VALUES ($1, $2, $3, 0)",
                S_ARGS(S_INT(who.person), S_INT(roles), S_Z(zone)), &err));
  return who;
}

static vg_code step(const char *state, const char *reason, const char *recipient) {
  struct case_step s = {vg_str_z(state), vg_str_z(reason), vg_str_z(recipient), VG_STR(""), 0};
  OK(casework_case_find(tx, vg_id_str(&west.pid), &west, NULL));
  return casework_case_step(tx, &anne, &west, &s, &err);
}

static vg_code count_steps(void *ctx, const struct case_step *s, struct vg_err *e) {
  (void)e;
  assert_true(s->at != VG_NOTIME && s->state.n);
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code count_kind(void *ctx, const struct ledger_entry *e, struct vg_err *x) {
  (void)x;
  *(int *)ctx += vg_str_eqz(e->kind, "case.state");
  return VG_OK;
}

static vg_code count_linked(void *ctx, const struct ledger_entry *e, struct vg_err *x) {
  (void)x;
  *(int *)ctx += vg_str_eqz(e->kind, "case.linked");
  return VG_OK;
}

static void test_states_follow_each_other(void **state) {
  int n = 0;
  (void)state;
  REFUSED(VG_EDATA, "casework.case_state", step("gone", "x", ""));
  REFUSED(VG_ESTATE, "casework.case_step", step("reopened", "x", ""));
  OK(step("in-progress", "", ""));
  REFUSED(VG_EDATA, "casework.case_reason", step("closed", " ", ""));
  REFUSED(VG_EDATA, "casework.case_recipient", step("transmitted", "done", ""));
  REFUSED(VG_EDATA, "casework.case_recipient", step("closed", "done", "parquet"));
  OK(step("transmitted", "done", "parquet de Rennes"));
  OK(step("closed", "judged", ""));
  struct party p = {.category = VG_STR("witness"), .basis = VG_STR("fact"), .name = VG_STR("Un")};
  REFUSED(VG_ESTATE, "casework.case_ended", casework_party_add(tx, &anne, &west, &p, &err));
  OK(step("reopened", "new facts", ""));
  OK(casework_party_add(tx, &anne, &west, &p, &err));
  OK(casework_each_step(tx, west.id, count_steps, &n, &err));
  assert_int_equal(n, 4);
  n = 0;
  OK(ledger_entries(tx, 0, 100, west.pid.s, count_kind, &n, &err));
  assert_int_equal(n, 4);
}

static struct task give(const char *what, const char *owner, vg_time due) {
  struct task t = {.about = vg_id_str(&west.pid),
                   .label = vg_str_z(west.ref),
                   .case_id = west.id,
                   .what = vg_str_z(what),
                   .owner = vg_str_z(owner),
                   .due = due};
  OK(casework_task_add(tx, &anne, &t, &err));
  return t;
}

struct seen {
  int n;
  char first[64], owner[64];
  bool late;
};
static vg_code see_task(void *ctx, const struct task *t, struct vg_err *e) {
  struct seen *s = ctx;
  (void)e;
  if (s->n++ == 0) {
    vg_str_copy(s->first, sizeof s->first, t->what);
    vg_str_copy(s->owner, sizeof s->owner, t->owner);
    s->late = t->late;
  }
  return VG_OK;
}
static struct seen tasks(const struct actor *who, struct task_query q) {
  struct seen s = {0};
  OK(casework_each_task(tx, who, &q, see_task, &s, &err));
  return s;
}

static vg_code see_past(void *ctx, const struct case_past *p, struct vg_err *e) {
  struct seen *s = ctx;
  (void)e;
  if (s->n++ == 0)
    vg_str_copy(s->first, sizeof s->first, p->ref);
  return VG_OK;
}
static struct seen past(const struct actor *who, struct past_page page) {
  struct seen s = {0};
  OK(casework_each_past(tx, who, page, see_past, &s, &err));
  return s;
}
static void years_ago(int64_t years) {
  OK(store_exec(tx, "UPDATE casework_case_state SET at = $2 WHERE case_id = $1",
                S_ARGS(S_INT(west.id), S_TIME(store_now(tx) - years * 366 * VG_DAY)), &err));
}

/* An inquiry is kept six years after its last change of state; the queue gives a page, of what one may see. */
static void test_past(void **state) {
  (void)state;
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR);
  OK(step("closed", "done", ""));
  assert_int_equal(past(&anne, (struct past_page){.limit = 0}).n, 0);
  years_ago(4);
  assert_int_equal(past(&anne, (struct past_page){.limit = 0}).n, 0);
  years_ago(7);
  struct seen s = past(&anne, (struct past_page){.limit = 0});
  assert_int_equal(s.n, 1);
  assert_string_equal(s.first, west.ref);
  assert_int_equal(past(&anne, (struct past_page){.limit = 1}).n, 1);
  assert_int_equal(past(&anne, (struct past_page){.from = 1, .limit = 1}).n, 0);
  assert_int_equal(past(&luc, (struct past_page){.limit = 0}).n, 0); /* of another zone */
  OK(step("reopened", "new facts", ""));
  assert_int_equal(past(&anne, (struct past_page){.limit = 0}).n, 0);
  OK(step("closed", "done again", ""));
  assert_int_equal(past(&anne, (struct past_page){.limit = 0}).n, 0);
}

static void test_tasks(void **state) {
  (void)state;
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR);
  struct task later = give("call", "Zone Ouest", store_now(tx) + VG_DAY);
  struct task late = give("hear the accountant", "Luc", store_now(tx) - VG_DAY);
  struct task none = {.about = vg_id_str(&west.pid), .case_id = west.id, .what = VG_STR("  "), .due = VG_NOTIME};
  REFUSED(VG_EUSAGE, "casework.task_words", casework_task_add(tx, &anne, &none, &err));
  struct seen s = tasks(&anne, (struct task_query){.case_id = west.id});
  assert_int_equal(s.n, 2);
  assert_string_equal(s.first, "hear the accountant");
  assert_true(s.late);
  assert_int_equal(tasks(&anne, (struct task_query){.person = vg_id_str(&luc.id)}).n, 1);
  /* another zone's: not even the task is told */
  assert_int_equal(tasks(&luc, (struct task_query){.person = vg_id_str(&luc.id)}).n, 0);
  REFUSED(VG_ESTATE, "casework.case_left", step("closed", "done", ""));
  REFUSED(VG_EDATA, "casework.task_outcome",
          casework_task_set(tx, &anne, vg_id_str(&late.pid), VG_STR("dropped"), VG_STR(""), &err));
  OK(casework_task_set(tx, &anne, vg_id_str(&late.pid), VG_STR("dropped"), VG_STR("he left"), &err));
  REFUSED(VG_ESTATE, "casework.task_meanwhile",
          casework_task_set(tx, &anne, vg_id_str(&late.pid), VG_STR("done"), VG_STR(""), &err));
  OK(casework_task_set(tx, &anne, vg_id_str(&later.pid), VG_STR("doing"), VG_STR(""), &err));
  OK(casework_task_set(tx, &anne, vg_id_str(&later.pid), VG_STR("done"), VG_STR(""), &err));
  assert_int_equal(tasks(&anne, (struct task_query){.case_id = west.id}).n, 0);
  assert_int_equal(tasks(&anne, (struct task_query){.case_id = west.id, .over = true}).n, 2);
  /* a page at a time: each once; what is about no case is told to everybody, what is over comes last */
  struct task story = {.about = VG_STR("story--01900000-0000-7000-8000-000000000001"),
                       .label = VG_STR("s"),
                       .what = VG_STR("read it"),
                       .owner = VG_STR(""),
                       .due = VG_NOTIME};
  OK(casework_task_add(tx, &anne, &story, &err));
  const char *const order[] = {"read it", "hear the accountant", "call"};
  for (int64_t i = 0; i < 3; i++) {
    s = tasks(&anne, (struct task_query){.over = true, .from = i, .limit = 1});
    assert_int_equal(s.n, 1);
    assert_string_equal(s.first, order[i]);
  }
  assert_int_equal(tasks(&anne, (struct task_query){.over = true, .from = 3, .limit = 1}).n, 0);
  assert_int_equal(tasks(&anne, (struct task_query){.over = true, .from = 1, .limit = 5}).n, 2);
  s = tasks(&luc, (struct task_query){.over = true, .limit = 5});
  assert_int_equal(s.n, 1);
  assert_string_equal(s.first, "read it");
  OK(step("closed", "done", ""));
}

struct history {
  char text[128];
};
static vg_code see_note(void *ctx, const struct note *n, struct vg_err *e) {
  struct history *h = ctx;
  size_t at = strlen(h->text);
  (void)e;
  snprintf(h->text + at, sizeof h->text - at, "%lld/%lld %.*s;", (long long)n->number, (long long)n->last,
           (int)n->text.n, n->text.p);
  return VG_OK;
}

static void test_notes_keep_every_revision(void **state) {
  (void)state;
  struct vg_id pid;
  struct history all = {0}, last = {0};
  REFUSED(VG_EDATA, "casework.note_text", casework_note_add(tx, &anne, &west, VG_STR(" "), &pid, &err));
  OK(casework_note_add(tx, &anne, &west, VG_STR("one"), &pid, &err));
  OK(casework_note_revise(tx, &anne, vg_id_str(&pid), 1, VG_STR("two"), &err));
  REFUSED(VG_ESTATE, "casework.note_newer", casework_note_revise(tx, &anne, vg_id_str(&pid), 1, VG_STR("three"), &err));
  OK(casework_each_note(tx, west.id, true, see_note, &all, &err));
  assert_string_equal(all.text, "2/2 two;1/2 one;");
  OK(casework_each_note(tx, west.id, false, see_note, &last, &err));
  assert_string_equal(last.text, "2/2 two;");
}

static vg_code see_access(void *ctx, const struct case_access *x, struct vg_err *e) {
  (void)e;
  *(struct vg_id *)ctx = x->pid;
  return VG_OK;
}

static void test_need_to_know(void **state) {
  (void)state;
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR), eva = person("Eva", "OUEST", ROLE_INVESTIGATOR);
  struct affair a;
  struct vg_id pid, listed = {{0}};
  OK(casework_access(tx, &anne, west.id, &err)); /* of no zone: the division */
  OK(casework_access(tx, &eva, west.id, &err));
  OK(casework_access(tx, &luc, east.id, &err));
  REFUSED(VG_EDENIED, "casework.need_to_know", casework_case_see(tx, &luc, vg_str_z(west.ref), &a, &err));
  assert_false(casework_subject_seen(tx, &luc, vg_id_str(&west.pid)));
  REFUSED(VG_EDENIED, "casework.need_to_know", casework_note_add(tx, &luc, &west, VG_STR("x"), &pid, &err));
  REFUSED(VG_EDENIED, "casework.not_all", casework_see_all(tx, &luc, &err));
  REFUSED(VG_ESTATE, "casework.access_has", casework_access_ask(tx, &eva, vg_str_z(west.ref), VG_STR("x"), &pid, &err));
  REFUSED(VG_EDATA, "casework.access_motive",
          casework_access_ask(tx, &luc, vg_str_z(west.ref), VG_STR(" "), &pid, &err));
  OK(casework_access_ask(tx, &luc, vg_str_z(west.ref), VG_STR("same address"), &pid, &err));
  REFUSED(VG_EEXIST, "casework.access_waits",
          casework_access_ask(tx, &luc, vg_str_z(west.ref), VG_STR("same address"), &pid, &err));
  REFUSED(VG_EDENIED, "casework.need_to_know",
          casework_access_decide(tx, &luc, vg_id_str(&pid), ACCESS_GRANT, VG_STR("me"), VG_NOTIME, &err));
  OK(casework_each_access(tx, &eva, 0, see_access, &listed, &err));
  assert_string_equal(listed.s, pid.s);
  OK(casework_access_decide(tx, &eva, vg_id_str(&pid), ACCESS_GRANT, VG_STR("joint"), VG_NOTIME, &err));
  OK(casework_case_see(tx, &luc, vg_str_z(west.ref), &a, &err));
  /* a guest lets nobody else in */
  struct actor max = person("Max", "EST", ROLE_INVESTIGATOR);
  struct vg_id other;
  OK(casework_access_ask(tx, &max, vg_str_z(west.ref), VG_STR("too"), &other, &err));
  REFUSED(VG_EDENIED, "casework.access_decide",
          casework_access_decide(tx, &luc, vg_id_str(&other), ACCESS_GRANT, VG_STR("ok"), VG_NOTIME, &err));
  OK(casework_access_decide(tx, &eva, vg_id_str(&pid), ACCESS_END, VG_STR("over"), VG_NOTIME, &err));
  REFUSED(VG_EDENIED, "casework.need_to_know", casework_access(tx, &luc, west.id, &err));
}

static vg_code count_incident(void *ctx, const struct incident *in, struct vg_err *e) {
  (void)e;
  assert_true(in->id == 0 || in->summary[0]);
  ++*(int *)ctx;
  return VG_OK;
}

static int incidents_of(const struct actor *who) {
  int n = 0;
  int64_t apart;
  OK(casework_incident_search(tx, who, REGIME_ANY, INT64_MAX, count_incident, &n, &apart, &err));
  return n;
}

/* The zone; whoever sees its case once it has one; its referent and who entered it; nobody with a conflict. */
static void test_incident_need_to_know(void **state) {
  (void)state;
  struct actor anna = person("Anna", "EST", ROLE_ADMIN);
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR), eva = person("Eva", "OUEST", ROLE_INVESTIGATOR);
  struct incident in = {.org = west.org, .happened = 1, .known = 2, .reported = 3}, out;
  struct vg_id pid;
  vg_str_copy(in.kind, sizeof in.kind, VG_STR("phishing"));
  vg_str_copy(in.summary, sizeof in.summary, VG_STR("a letter"));
  OK(casework_incident_add(tx, &anna, &in, &err));
  assert_int_equal(incidents_of(&anna), 3);
  assert_int_equal(incidents_of(&eva), 2);
  assert_int_equal(incidents_of(&luc), 1);
  REFUSED(VG_EDENIED, "casework.incident_need_to_know",
          casework_incident_see(tx, &luc, vg_id_str(&in.pid), &out, &err));
  REFUSED(VG_EDENIED, "casework.incident_need_to_know",
          casework_clock_set(tx, &luc, &in, "CNIL72", CLOCK_DONE, 4, VG_STR(""), &err));
  assert_false(casework_subject_seen(tx, &luc, vg_id_str(&in.pid)));
  struct affair a = {.incident = in.pid, .frame = "flagrance"};
  REFUSED(VG_EDENIED, "casework.incident_need_to_know",
          casework_case_open(tx, &luc, &a, (const char *const[]){"CP323-2-1"}, 1, VG_STR(""), &err));
  /* a grant of its case opens the incident */
  OK(casework_incident_find(tx, vg_id_str(&west.incident), &out, &err));
  REFUSED(VG_EDENIED, "casework.incident_need_to_know", casework_incident_access(tx, &luc, &out, &err));
  OK(casework_access_ask(tx, &luc, vg_str_z(west.ref), VG_STR("same address"), &pid, &err));
  OK(casework_access_decide(tx, &eva, vg_id_str(&pid), ACCESS_GRANT, VG_STR("joint"), VG_NOTIME, &err));
  OK(casework_incident_access(tx, &luc, &out, &err));
  assert_int_equal(incidents_of(&luc), 2);
  assert_true(casework_subject_seen(tx, &luc, vg_str_z(west.ref)));
  /* who entered it for another zone keeps seeing it */
  struct incident mine = in;
  OK(casework_incident_add(tx, &luc, &mine, &err));
  OK(casework_incident_access(tx, &luc, &mine, &err));
  /* of a twin that is not his to see he learns the zone alone */
  int twins = 0;
  OK(casework_each_twin(tx, &luc, &mine, count_incident, &twins, &err));
  assert_int_equal(twins, 1);
  /* a conflict of interest closes all of it, whatever the role */
  struct actor chief = person("Chief", "EST", ROLE_ADMIN);
  struct person p = {.id = chief.person, .pid = chief.id, .name = "Chief"};
  struct org o;
  OK(casework_incident_access(tx, &chief, &mine, &err));
  OK(territory_org_find(tx, vg_str_z(west.org_name), &o, &err));
  OK(territory_conflict_declare(tx, &anne, &p, &o, VG_STR("brother"), VG_NOTIME, &err));
  REFUSED(VG_EDENIED, "territory.conflict", casework_incident_access(tx, &chief, &mine, &err));
  assert_int_equal(incidents_of(&chief), 1);
  twins = 0;
  OK(casework_each_twin(tx, &chief, &mine, count_incident, &twins, &err));
  assert_int_equal(twins, 0);
}

static void test_conflict_wins_over_need_to_know(void **state) {
  (void)state;
  struct actor eva = person("Eva", "OUEST", ROLE_INVESTIGATOR | ROLE_ADMIN);
  struct vg_id pid;
  struct person p = {.id = eva.person, .pid = eva.id};
  struct org o = {.id = west.org};
  OK(casework_access(tx, &eva, west.id, &err));
  vg_str_copy(p.name, sizeof p.name, VG_STR("Eva"));
  OK(territory_org_find(tx, vg_str_z(west.org_name), &o, &err));
  OK(territory_conflict_declare(tx, &anne, &p, &o, VG_STR("brother"), VG_NOTIME, &err));
  REFUSED(VG_EDENIED, "territory.conflict", casework_access(tx, &eva, west.id, &err));
  REFUSED(VG_EDENIED, "territory.conflict",
          casework_access_ask(tx, &eva, vg_str_z(west.ref), VG_STR("please"), &pid, &err));
}

static vg_code count_case(void *ctx, const struct affair *a, struct vg_err *e) {
  (void)a, (void)e;
  ++*(int *)ctx;
  return VG_OK;
}
static int found(const struct actor *who, const char *words, const char *state) {
  int n = 0;
  OK(casework_case_search(tx, who, &(struct case_query){.words = vg_str_z(words), .state = vg_str_z(state)}, count_case,
                          &n, &err));
  return n;
}

static void test_search_folds_capitals_and_accents(void **state) {
  (void)state;
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR);
  static const char *const hits[] = {"ÉNERGIE",         "énergie",        "energie",  "e\xcc\x81nergie",
                                     "CABLERIES energ", "chiffres ROUGE", "usine arr"};
  for (size_t i = 0; i < VG_COUNT(hits); i++)
    assert_int_equal(found(&anne, hits[i], ""), 1);
  assert_int_equal(found(&anne, "", ""), 2);
  assert_int_equal(found(&anne, west.ref, ""), 1);
  assert_int_equal(found(&anne, "energie brasserie", ""), 0);
  assert_int_equal(found(&anne, "ne", ""), 0); /* a word begins with it, or nothing */
  static const char *const odd[] = {"%", "\"", "' OR 1=1", "-", ":*", "\xff", "NEAR(", "\xf0\x9f\x98\x80"};
  for (size_t i = 0; i < VG_COUNT(odd); i++)
    assert_int_equal(found(&anne, odd[i], ""), 0);
  assert_int_equal(found(&anne, "", "open"), 2);
  OK(step("in-progress", "", ""));
  assert_int_equal(found(&anne, "energie", "in-progress"), 1);
  assert_int_equal(found(&anne, "energie", "open"), 0);
  /* neither list nor search tells of another zone's */
  assert_int_equal(found(&luc, "", ""), 1);
  assert_int_equal(found(&luc, "energie", ""), 0);
  /* what is entered later is found; what is withdrawn is not */
  struct finding_entry f = {
      .type = VG_STR("observed"), .text = VG_STR("cœur de réseau"), .from = VG_NOTIME, .until = VG_NOTIME};
  OK(casework_finding_add(tx, &anne, &west, &f, &err));
  assert_int_equal(found(&anne, "coeur", ""), 1);
  OK(casework_finding_withdraw(tx, &anne, vg_id_str(&f.pid), VG_STR("wrong"), &err));
  assert_int_equal(found(&anne, "coeur", ""), 0);
}

static void test_fold(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } v[] = {{"L'ÉNERGIE, c'est ÇA!", "l energie c est ca "},
           {"Œuvre ßtraße Łódź İstanbul", "oeuvre sstrasse lodz istanbul "},
           {"МОСКВА Αθήνα", "москва αθήνα "},
           {"a\xc2\xa0"
            "b\xe2\x80\x94"
            "c\xff"
            "d",
            "a b c d "},
           {"", ""},
           {"  ", ""},
           {"100%", "100 "}};
  for (size_t i = 0; i < VG_COUNT(v); i++) {
    struct vg_buf b;
    vg_buf_init(&b, 1024);
    vg_fold_words(&b, vg_str_z(v[i].in));
    assert_string_equal(vg_buf_text(&b), v[i].out);
    vg_buf_fini(&b);
  }
}

struct links {
  int n, open, closed;
  struct vg_id pid;
  char values[256];
};
static vg_code see_link(void *ctx, const struct case_link *l, struct vg_err *e) {
  struct links *k = ctx;
  size_t at = strlen(k->values);
  (void)e;
  k->n++;
  k->open += l->struck ? 0 : 1;
  k->closed += l->other_seen ? 0 : 1;
  k->pid = l->pid;
  snprintf(k->values + at, sizeof k->values - at, "%.*s %.*s;", (int)l->type.n, l->type.p, (int)l->value.n, l->value.p);
  return VG_OK;
}
static struct links links_of(const struct actor *who, int64_t case_id) {
  struct links k = {0};
  OK(casework_each_link(tx, who, case_id, 0, see_link, &k, &err));
  return k;
}
static struct vg_id declare(const struct affair *a, const char *text) {
  struct finding_entry f = {.type = VG_STR("observed"), .text = vg_str_z(text), .from = VG_NOTIME, .until = VG_NOTIME};
  OK(casework_finding_add(tx, &anne, a, &f, &err));
  return f.pid;
}

static void test_links(void **state) {
  (void)state;
  struct actor luc = person("Luc", "EST", ROLE_INVESTIGATOR);
  /* private, for examples, on the house's list: nothing */
  declare(&west, "10.0.0.4, 192.0.2.1, evil.example, https://www.google.com/ and 8.8.8.8");
  declare(&east, "10.0.0.4, 192.0.2.1, evil.example, https://www.google.com/ and 8.8.8.8");
  assert_int_equal(links_of(&anne, west.id).n, 0);
  declare(&west, "calls home to relais-compta[.]net");
  assert_int_equal(links_of(&anne, west.id).n, 0);
  struct vg_id again = declare(&east, "hxxp://relais-compta.net/a");
  struct links k = links_of(&anne, west.id);
  assert_string_equal(k.values, "domain-name relais-compta.net;");
  assert_int_equal(k.closed, 0);
  /* the other zone: told that the other exists, which is closed to it */
  k = links_of(&luc, east.id);
  assert_int_equal(k.n, 1);
  assert_int_equal(k.closed, 1);
  assert_int_equal(links_of(&luc, 0).n, 1);
  int told = 0;
  OK(ledger_entries(tx, 0, 100, west.pid.s, count_linked, &told, &err));
  OK(ledger_entries(tx, 0, 100, east.pid.s, count_linked, &told, &err));
  assert_int_equal(told, 2);
  /* struck: for both, and not found again */
  REFUSED(VG_EDATA, "casework.access_motive",
          casework_link_strike(tx, &luc, vg_id_str(&k.pid), false, VG_STR(""), &err));
  OK(casework_link_strike(tx, &luc, vg_id_str(&k.pid), false, VG_STR("shared hosting"), &err));
  declare(&east, "relais-compta.net once more");
  assert_int_equal(links_of(&anne, west.id).open, 0);
  assert_int_equal(links_of(&anne, west.id).n, 1);
  REFUSED(VG_ESTATE, "casework.link_state",
          casework_link_strike(tx, &anne, vg_id_str(&k.pid), false, VG_STR("twice"), &err));
  OK(casework_link_strike(tx, &anne, vg_id_str(&k.pid), true, VG_STR("no"), &err));
  /* what is withdrawn links no more, unless something else says it */
  OK(casework_finding_withdraw(tx, &anne, vg_id_str(&again), VG_STR("wrong"), &err));
  assert_int_equal(links_of(&anne, west.id).open, 1);
  /* a party by its folded name, a hash of a medium */
  struct party p = {.category = VG_STR("suspect"), .basis = VG_STR("assessment"), .name = VG_STR("Éloïse Martin")};
  OK(casework_party_add(tx, &anne, &west, &p, &err));
  p.name = VG_STR("ELOISE MARTIN");
  OK(casework_party_add(tx, &anne, &east, &p, &err));
  p.name = VG_STR("Martin"); /* anybody's */
  OK(casework_party_add(tx, &anne, &west, &p, &err));
  OK(casework_party_add(tx, &anne, &east, &p, &err));
  assert_int_equal(links_of(&anne, east.id).open, 2);
  struct actor max = person("Max", "EST", ROLE_INVESTIGATOR);
  struct org o;
  struct person q = {.id = max.person, .pid = max.id, .name = "Max"};
  OK(territory_org_find(tx, vg_str_z(west.org_name), &o, &err));
  OK(territory_conflict_declare(tx, &anne, &q, &o, VG_STR("brother"), VG_NOTIME, &err));
  assert_int_equal(links_of(&max, east.id).n, 0);
}

static void test_imported_warning_list_is_silent(void **state) {
  (void)state;
  OK(store_exec(tx, "INSERT INTO qualify_warning_list (name, kind, below, imported) VALUES ('cdn', 0, 1, 0)", S_NOARGS,
                &err));
  OK(store_exec(tx,
                "INSERT INTO qualify_warning (type, value, list) SELECT 'domain-name', 'relais-compta.net', id FROM "
                "qualify_warning_list",
                S_NOARGS, &err));
  declare(&west, "a.b.relais-compta.net");
  declare(&east, "a.b.relais-compta.net");
  assert_int_equal(links_of(&anne, west.id).n, 0);
}

static void no_row(void *ctx, int64_t line) { *(int64_t *)ctx = line; }
static vg_code see_offence(void *ctx, const struct offence *o, struct vg_err *e) {
  (void)e;
  vg_str_copy(ctx, 64, o->label_fr);
  return VG_OK;
}
static const char *label_at(char out[static 64], const char *day) {
  vg_time t;
  out[0] = 0;
  assert_true(vg_time_parse(vg_str_z(day), &t));
  OK(casework_each_offence(tx, VG_STR("natinf900001"), t, 10, see_offence, out, &err));
  return out;
}
static void test_natinf_is_versioned(void **state) {
  (void)state;
  char label[64];
  int64_t bad = 0;
  vg_time first, second;
  struct natinf_tally n;
  assert_true(vg_time_parse(VG_STR("2024-01-01"), &first) && vg_time_parse(VG_STR("2025-01-01"), &second));
  OK(casework_natinf_import(tx, &anne, VG_STR("NATINF,Qualification\n900001,one\n"), first, VG_STR("x"), no_row, &bad,
                            &n, &err));
  assert_int_equal(n.added, 1);
  OK(casework_natinf_import(tx, &anne, VG_STR("NATINF,Qualification\n900001,two\n,nothing\n"), second, VG_STR("x"),
                            no_row, &bad, &n, &err));
  assert_int_equal(n.changed, 1);
  assert_int_equal(bad, 3);
  assert_string_equal(label_at(label, "2019-01-01"), "one");
  assert_string_equal(label_at(label, "2024-12-31"), "one");
  assert_string_equal(label_at(label, "2025-01-01"), "two");
  REFUSED(
      VG_ESTATE, "casework.natinf_order",
      casework_natinf_import(tx, &anne, VG_STR("NATINF,Qualification\n"), first, VG_STR("x"), no_row, &bad, &n, &err));
  struct actor eva = person("Eva", "OUEST", ROLE_REFERENT);
  REFUSED(
      VG_EDENIED, "casework.natinf_denied",
      casework_natinf_import(tx, &eva, VG_STR("NATINF,Qualification\n"), second, VG_STR("x"), no_row, &bad, &n, &err));
}

/* --- imports --- */

static void refused(void *ctx, int64_t at, const struct vg_err *why) {
  (void)at;
  (void)why;
  ++*(int64_t *)ctx;
}

static struct import_tally import_text_of(const char *text, int64_t *bad) {
  struct import_order o = {.form = IMPORT_THEHIVE, .org = west.org, .zone = "OUEST", .frame = "intelligence"};
  struct import_tally tally;
  FILE *f = tmpfile();
  assert_non_null(f);
  fputs(text, f);
  rewind(f);
  *bad = 0;
  OK(casework_import_file(tx, &anne, &o, fileno(f), "x", refused, bad, &tally, &err));
  fclose(f);
  return tally;
}

static int64_t count_of(const char *sql) {
  int64_t n;
  OK(store_get_int(tx, &n, sql, S_NOARGS, &err));
  return n;
}

/* More than a batch: what a row by row import writes is there, in order, and the ledger counts it. */
static void test_import_in_batches(void **state) {
  (void)state;
  struct vg_buf text;
  struct ledger_state before, after;
  int64_t bad;
  vg_buf_init(&text, 1 << 20);
  for (int i = 1; i <= 600; i++)
    vg_buf_fmt(
        &text,
        "{\"number\":%d,\"title\":\"case %d\",\"startDate\":1700000000000,\"description\":\"%s\","
        "\"tasks\":[{\"title\":\"call\",\"status\":\"%s\"}]%s%s}\n",
        i, i, i == 3 || i == 500 ? "seen 45.83.12.7 twice: 45.83.12.7" : "nothing \\u0000 here",
        i == 7 ? "Completed" : "Waiting", i == 9 ? ",\"endDate\":1700000001000,\"summary\":\"over\"" : "",
        i == 4 || i == 8 || i == 600
            ? ",\"observables\":[{\"data\":\"ioc.bad-place.net\",\"dataType\":\"domain\",\"ioc\":true,\"tlp\":1}]"
            : "");
  OK(ledger_head(tx, &before, &err));
  struct import_tally t = import_text_of(vg_buf_text(&text), &bad);
  assert_int_equal(t.added, 600);
  assert_int_equal(t.rejected + t.known + bad, 0);
  OK(ledger_head(tx, &after, &err));
  assert_int_equal(after.size - before.size,
                   600 * 3 + 1 + 2 + 1 + 3 + 6 + 2); /* case, finding, task; one done; two linked; a summary; three that
                                                        hold an indicator, told twice a pair; two batches of those */
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_imported"), 600);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_mark WHERE value = '45.83.12.7'"), 2);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_link WHERE value = 'ioc.bad-place.net'"), 3);
  assert_int_equal(
      count_of("SELECT COUNT(*) FROM intel_v_value WHERE value = 'ioc.bad-place.net' AND tlp = 1 AND source "
               "IN ('TheHive, 4', 'TheHive, 8', 'TheHive, 600')"),
      3);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_case WHERE ref = 'THEHIVE-9' AND state = 'closed'"), 1);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_case_state s JOIN casework_case c ON c.id = s.case_id WHERE "
                            "c.ref = 'THEHIVE-9' AND s.reason = 'over'"),
                   1);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_task WHERE state = 'done'"), 1);
  assert_int_equal(count_of("SELECT COUNT(*) FROM casework_finding WHERE text LIKE 'nothing%'"), 598);
  assert_int_equal(found(&anne, "THEHIVE-600", ""), 1);
  t = import_text_of(vg_buf_text(&text), &bad);
  assert_int_equal(t.known, 600);
  OK(ledger_head(tx, &before, &err));
  assert_int_equal(before.size, after.size);
  vg_buf_fini(&text);
}

/* What a savepoint undoes has never been in the ledger, nor been named for the merge. */
static void test_ledger_and_savepoints(void **state) {
  (void)state;
  struct ledger_state before, after;
  OK(ledger_head(tx, &before, &err));
  OK(store_savepoint(tx, &err));
  OK(LEDGER_TELL(tx, &anne, "test.lost", "x--1", &err, "a", "b"));
  OK(store_release(tx, false, &err));
  OK(ledger_head(tx, &after, &err));
  assert_int_equal(after.size, before.size);
  assert_memory_equal(after.root, before.root, sizeof before.root);
  OK(store_savepoint(tx, &err));
  OK(LEDGER_TELL(tx, &anne, "test.kept", "x--1", &err, "a", "b"));
  OK(store_release(tx, true, &err));
  OK(ledger_head(tx, &after, &err));
  assert_int_equal(after.size, before.size + 1);
  assert_int_equal(count_of("SELECT COUNT(*) FROM ledger_leaf"), after.size);
}

#define WORLD(f) cmocka_unit_test_setup_teardown(f, begin, world_end)
int main(void) {
  const struct CMUnitTest tests[] = {
      WORLD(test_states_follow_each_other),
      WORLD(test_tasks),
      WORLD(test_past),
      WORLD(test_notes_keep_every_revision),
      WORLD(test_need_to_know),
      WORLD(test_incident_need_to_know),
      WORLD(test_conflict_wins_over_need_to_know),
      WORLD(test_search_folds_capitals_and_accents),
      WORLD(test_links),
      WORLD(test_imported_warning_list_is_silent),
      WORLD(test_natinf_is_versioned),
      WORLD(test_import_in_batches),
      WORLD(test_ledger_and_savepoints),
      cmocka_unit_test(test_fold),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
