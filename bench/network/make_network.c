/*
 * make_network HOME N: fills a new instance with N companies, as many cases (one of six of prevention), their incidents
 * with the legal clocks, some tasks, parties, exhibits, findings and acts, a visit of every twentieth company, all
 * through the rooms' own functions: the ledger, the events of the merge and the index of words grow with them. The
 * clock walks through the last three and a half years, so that most is over and some is late.
 */
#include "casework/casework.h"
#include "instance/instance.h"
#include "prevention/prevention.h"

#include <stdio.h>
#include <stdlib.h>

static struct vg_err err;
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    if ((call) != VG_OK) {                                                                                             \
      struct vg_buf said;                                                                                              \
      vg_buf_init(&said, 4096);                                                                                        \
      vg_err_render(&said, VG_EN, &err);                                                                               \
      fprintf(stderr, "%s: %s\n", #call, vg_buf_text(&said));                                                          \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)

enum { TOGETHER = 250, DAYS = 1300 };
static vg_time at;
static vg_time walking(void *ctx) {
  (void)ctx;
  return at;
}

static struct store_tx *tx;
static struct actor who;
static char department[128][8];
static size_t departments;

static void read_departments(void) {
  struct store_rows *q;
  OK(store_query(tx, &q, "SELECT code FROM territory_v_department ORDER BY code", S_NOARGS, &err));
  while (store_next(q) && departments < VG_COUNT(department))
    vg_str_copy(department[departments++], sizeof department[0], store_str(q, 0));
  OK(store_done(&q, &err));
}

static void company(long i, struct org *o) {
  static const char *const trade[] = {"Menuiserie", "Transports", "Clinique", "Brasserie", "Cabinet",
                                      "Fonderie",   "Imprimerie", "Scierie",  "Garage",    "Laboratoire"};
  static const char *const family[] = {"Martin", "Bernard", "Lefèvre", "Muller", "Le Gall", "Fabre", "Étienne"};
  static const char naf[][2] = {"C", "H", "Q", "C", "M", "C", "J", "A", "G", "M"};
  static const char *const size[] = {"MICRO", "PME", "PME", "ETI", "MICRO"};
  *o = (struct org){.kind = ORG_COMPANY};
  snprintf(o->name, sizeof o->name, "%s %s %ld", trade[i % 10], family[i % 7], i);
  vg_str_copy(o->naf, sizeof o->naf, vg_str_z(naf[i % 10]));
  vg_str_copy(o->size, sizeof o->size, vg_str_z(size[i % 5]));
  vg_str_copy(o->department, sizeof o->department, vg_str_z(department[(size_t)i % departments]));
  OK(territory_org_add(tx, &who, o, &err));
}

static void settle(const struct incident *in) {
  OK(casework_clock_set(tx, &who, in, "ASSUR72", CLOCK_DONE, in->known, VG_STR(""), &err));
  if (!in->no_personal_data)
    OK(casework_clock_set(tx, &who, in, "CNIL72", CLOCK_NOT_APPLICABLE, VG_NOTIME, VG_STR("aucune donnée"), &err));
}

static struct incident report(long i, const struct org *o) {
  static const char *const kind[] = {"ransomware", "phishing", "fraud", "data-leak", "intrusion", "denial-of-service"};
  static const char *const summary[] = {"les fichiers du serveur sont chiffrés, une rançon est demandée",
                                        "courriel imitant la banque, identifiants saisis",
                                        "faux ordre de virement au nom du dirigeant",
                                        "fichier de clients proposé à la vente",
                                        "compte d'administration ouvert de nuit",
                                        "site de commande hors d'usage"};
  struct incident in = {.org = o->id, .no_personal_data = i % 3 == 0, .reported = at};
  vg_str_copy(in.kind, sizeof in.kind, vg_str_z(kind[i % 6]));
  snprintf(in.summary, sizeof in.summary, "%s%s", summary[i % 6], i % 997 ? "" : ", aiguille rare");
  vg_str_copy(in.org_name, sizeof in.org_name, vg_str_z(o->name));
  in.known = in.reported - 3 * VG_HOUR;
  in.happened = in.known - (i % 40) * VG_HOUR;
  OK(casework_incident_add(tx, &who, &in, &err));
  return in;
}

static void step(const struct affair *a, const char *to, const char *why) {
  OK(casework_case_step(tx, &who, a, &(struct case_step){.state = vg_str_z(to), .reason = vg_str_z(why)}, &err));
}

static void request(const struct affair *a) {
  struct act x = {.kind = "requisition", .object = "journaux de connexion", .addressee = "Hébergeur"};
  vg_str_copy(x.case_ref, sizeof x.case_ref, vg_str_z(a->ref));
  x.case_id = a->id;
  x.due = at + 30 * VG_DAY;
  OK(casework_act_plan(tx, &who, &x, &err));
  const char *by = a->frame[0] == 'f' ? "opj" : a->frame[0] == 'p' ? "prosecutor" : "judge";
  OK(casework_act_authority(tx, &who, &x, vg_str_z(by), VG_STR("PV 1"), VG_STR(""), at, &err));
  OK(casework_act_find(tx, vg_id_str(&x.pid), &x, &err));
  OK(casework_act_start(tx, &who, &x, VG_STR("opj"), VG_STR(""), VG_STR(""), &err));
}

static void exhibit(long i, const struct affair *a) {
  struct exhibit e = {.case_id = a->id, .medium = "disque", .description = "poste de la comptabilité"};
  vg_str_copy(e.case_ref, sizeof e.case_ref, vg_str_z(a->ref));
  snprintf(e.seal, sizeof e.seal, "S-%ld", i);
  OK(casework_exhibit_add(tx, &who, &e, &err));
}

static void work(long i, const struct affair *a) {
  struct task t = {.about = vg_id_str(&a->pid), .label = vg_str_z(a->ref), .case_id = a->id, .zone = vg_str_z(a->zone)};
  t.what = VG_STR("entendre le dirigeant");
  t.owner = VG_STR("");
  t.due = at + 10 * VG_DAY;
  if (i % 5 == 0)
    exhibit(i, a);
  if (i % 8 == 0) {
    OK(casework_task_add(tx, &who, &t, &err));
    if (i % 80)
      OK(casework_task_set(tx, &who, vg_id_str(&t.pid), VG_STR("done"), VG_STR(""), &err));
  }
  if (i % 10 == 0) {
    struct party p = {.category = VG_STR("witness"), .basis = VG_STR("fact")};
    char name[64];
    snprintf(name, sizeof name, "Témoin %ld", i);
    p.name = vg_str_z(name);
    p.detail = VG_STR("");
    OK(casework_party_add(tx, &who, a, &p, &err));
  }
  if (i % 20 == 0) {
    struct finding_entry f = {.type = VG_STR("observed"), .from = at, .until = VG_NOTIME};
    f.text = VG_STR("le poste a joint un serveur inconnu");
    OK(casework_finding_add(tx, &who, a, &f, &err));
  }
}

static void affair(long i, long n, const struct incident *in) {
  static const char *const frame[] = {"preliminary", "flagrance", "preliminary",
                                      "prevention",  "rogatory",  "preliminary"};
  static const char *const offence[] = {"CP323-1-1", "CP323-2-1", "CP313-1"};
  struct affair a = {.incident = in->pid};
  vg_str_copy(a.frame, sizeof a.frame, vg_str_z(frame[(size_t)i / 6 % 6]));
  OK(casework_case_open(tx, &who, &a, &offence[i % 3], 1, VG_STR(""), &err));
  work(i, &a);
  if (i % 20 == 10 && !vg_str_eqz(vg_str_z(a.frame), "prevention"))
    request(&a);
  if (i % 10 && i < n - n / 10) /* of the tenth one tasks and acts are left */
    step(&a, "dismissed", "auteur inconnu");
  else if (i % 3)
    step(&a, "in-progress", "");
}

static void visit(const struct org *o) {
  struct action x = {.org = o->id, .kind = "visit", .title = "Visite d’hygiène informatique", .at = at};
  const char *audience[] = {"C:PME:8"};
  OK(prevention_action_add(tx, &who, &x, &err));
  OK(prevention_action_done(tx, &who, vg_id_str(&x.pid), audience, 1, &err));
}

int main(int argc, char **argv) {
  struct vg_clock clock = {walking, NULL};
  struct instance *in;
  long n = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
  vg_time end = vg_now(&vg_clock_system), begin = end - DAYS * VG_DAY;
  if (n < 1)
    return 2;
  at = begin;
  OK(instance_open(&in, &(struct instance_options){.home = argv[1], .clock = &clock}, &err));
  at = end;
  OK(instance_actor(in, "bench", &who, &err));
  for (long i = 0; i < n; i++) {
    struct org o;
    if (i % TOGETHER == 0) {
      at = begin + (end - begin) / n * i;
      OK(store_begin(instance_store(in), &tx, &err));
    }
    if (i == 0)
      read_departments();
    company(i, &o);
    struct incident reported = report(i, &o);
    if (i < n - n / 50 && i % 50)
      settle(&reported);
    if (i % 100 != 99)
      affair(i, n, &reported);
    if (i % 20 == 0)
      visit(&o);
    if (i % TOGETHER == TOGETHER - 1 || i == n - 1)
      OK(instance_commit(in, &tx, &err));
  }
  instance_close(in);
  return 0;
}
