/* The story on the demonstration data, step by step: see cli/demo.h. */
#include "cli/demo.h"

#include "base/file.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct cli_command cmd_demo;

static vg_code step_instance(struct demo *d) {
  char from[VG_TIME_TEXT], to[VG_TIME_TEXT];
  if (d->url)
    VG_TRY(RUN(d, "init", "--login", d->user, "--db", d->url));
  else
    VG_TRY(RUN(d, "init", "--login", d->user));
  VG_TRY(demo_text(d, "password", d->password, sizeof d->password));
  VG_TRY(RUN(d, "org", "add", "--name", "Observatoire Lynx", "--kind", "partner", "--naf", "J", "--size", "ETI",
             "--department", "75"));
  VG_TRY(RUN(d, "org", "add", "--name", "Menuiserie du Golfe", "--siren", "000560011", "--naf", "C", "--size", "PME",
             "--department", "56"));
  VG_TRY(RUN(d, "org", "add", "--name", "Brasserie du Ried", "--siren", "000680017", "--naf", "C", "--size", "PME",
             "--department", "68"));
  VG_TRY(RUN(d, "org", "add", "--name", "Conserverie de l'Adour", "--siren", "000400010", "--naf", "C", "--size", "PME",
             "--department", "40"));
  demo_day(from, d, -30 * VG_DAY);
  VG_TRY(RUN(d, "referent", "add", "--name", "Anne Le Goff", "--zone", "OUEST", "--role", "referent", "--from", from,
             "--login", "legoff"));
  VG_TRY(RUN(d, "referent", "add", "--name", "Marc Schmitt", "--zone", "EST", "--role", "referent", "--from", from,
             "--login", "schmitt"));
  VG_TRY(RUN(d, "referent", "add", "--name", "Claire Etcheverry", "--zone", "SUDOUEST", "--role", "referent", "--from",
             from, "--login", "etcheverry"));
  VG_TRY(RUN(d, "referent", "add", "--name", "Lise Arnaud", "--role", "partner", "--org", "Observatoire Lynx", "--from",
             from, "--login", "arnaud"));
  demo_day(to, d, (3 * 365 - 30) * VG_DAY);
  VG_TRY(RUN(d, "convention", "add", "--partner", "Observatoire Lynx", "--from", from, "--to", to, "--max-tlp", "AMBER",
             "--max-pap", "AMBER", "--purpose", "prevention", "--direction", "both"));
  VG_TRY(RUN(d, "zone", "list"));
  SAY(d, "demo.instance.found", VG_N(demo_count(d, NULL, NULL)));
  return VG_OK;
}

static vg_code import_one(struct demo *d, const char *name, const char *as) {
  char path[PATH_MAX];
  vg_jv root;
  int64_t added = 0, rejected = 0;
  demo_path(d, path, d->data, name);
  VG_TRY(RUN(d, "intel", "import", path, "--source", "Observatoire Lynx", "--as", as));
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_i64_at(root, "added", &added);
  (void)vg_jv_i64_at(root, "rejected", &rejected);
  SAY(d, "demo.import.found", VG_N(added), VG_N(rejected));
  return VG_OK;
}

static vg_code step_import(struct demo *d) {
  VG_TRY(import_one(d, "intel/lynx-bundle.json", "stix"));
  VG_TRY(import_one(d, "intel/lynx-event.misp.json", "misp"));
  VG_TRY(import_one(d, "intel/zone-list.csv", "csv"));
  return RUN(d, "qualify", "source", "Observatoire Lynx", "--reliability", "B", "--why", "convention, sources citées");
}

static vg_code step_incident(struct demo *d) {
  char happened[VG_TIME_TEXT], known[VG_TIME_TEXT];
  char incident[VG_ID_MAX];
  demo_day(happened, d, -2 * VG_DAY);
  demo_day(known, d, -5 * VG_HOUR);
  VG_TRY(RUN(d, "incident", "add", "--org", "Menuiserie du Golfe", "--kind", "ransomware", "--summary",
             "Fichiers illisibles et note de rançon sur le poste de la comptabilité", "--happened", happened, "--known",
             known));
  VG_TRY(demo_text(d, "id", incident, sizeof incident));
  VG_TRY(RUN(d, "case", "open", "--incident", incident, "--ref", "DEMO-OUE-0001", "--frame", "flagrance", "--offence",
             "CP323-2-1"));
  VG_TRY(RUN(d, "exhibit", "add", "--case", "DEMO-OUE-0001", "--description", "Disque du poste de la comptabilité",
             "--medium", "disque dur", "--serial", "S3Z8NB0K", "--seal", "DEMO-OUE-0001-01"));
  SAY(d, "demo.incident.found");
  return VG_OK;
}

/* Seizure in presence of the occupant, then the seal is opened for the copy: without each of these words the act does
 * not start. */
static vg_code step_acts(struct demo *d) {
  VG_TRY(RUN(d, "act", "plan", "--case", "DEMO-OUE-0001", "--kind", "seizure", "--place",
             "Vannes, bureau de la comptabilité", "--object", "poste de la comptabilité"));
  VG_TRY(RUN(d, "act", "authority", "DEMO-OUE-0001/A1", "--by", "opj", "--ref", "PV DEMO/1"));
  VG_TRY(RUN(d, "act", "attend", "DEMO-OUE-0001/A1", "--role", "occupant", "--name", "Mme Le Bihan", "--signature",
             "signed"));
  VG_TRY(RUN(d, "act", "start", "DEMO-OUE-0001/A1", "--quality", "opj"));
  VG_TRY(RUN(d, "act", "end", "DEMO-OUE-0001/A1", "--result", "disque placé sous scellé DEMO-OUE-0001-01"));
  VG_TRY(RUN(d, "act", "plan", "--case", "DEMO-OUE-0001", "--kind", "opening", "--exhibit", "DEMO-OUE-0001/1"));
  VG_TRY(RUN(d, "act", "authority", "DEMO-OUE-0001/A2", "--by", "opj", "--ref", "PV DEMO/2"));
  VG_TRY(RUN(d, "act", "start", "DEMO-OUE-0001/A2", "--quality", "pts"));
  VG_TRY(RUN(d, "act", "plan", "--case", "DEMO-OUE-0001", "--kind", "acquisition", "--exhibit", "DEMO-OUE-0001/1"));
  VG_TRY(RUN(d, "act", "authority", "DEMO-OUE-0001/A3", "--by", "opj", "--ref", "PV DEMO/3"));
  VG_TRY(RUN(d, "act", "start", "DEMO-OUE-0001/A3", "--quality", "pts"));
  SAY(d, "demo.acts.found");
  return VG_OK;
}

static vg_code step_acquire(struct demo *d) {
  char source[PATH_MAX], base[PATH_MAX], image[PATH_MAX];
  vg_jv root;
  vg_str sha = VG_STR("");
  demo_path(d, source, d->data, "poste-compta.img");
  demo_path(d, base, d->work, "DEMO-OUE-0001-01");
  demo_path(d, image, d->work, "DEMO-OUE-0001-01.E01");
  VG_TRY(RUN(d, "acquire", source, "--to", base, "--case", "DEMO-OUE-0001", "--exhibit", "DEMO-OUE-0001/1"));
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_str_at(vg_jv_at(root, "hashes"), "sha256", &sha);
  SAY(d, "demo.acquire.found", VG_T(sha));
  VG_TRY(RUN(d, "verify", image));
  VG_TRY(RUN(d, "act", "end", "DEMO-OUE-0001/A3", "--result", "copie vérifiée depuis la copie"));
  return RUN(d, "act", "end", "DEMO-OUE-0001/A2", "--result", "scellé reconstitué", "--seal", "DEMO-OUE-0001-02");
}

static vg_code step_analyse(struct demo *d) {
  char pack[PATH_MAX], image[PATH_MAX], rules[PATH_MAX];
  demo_path(d, pack, d->work, "vigie.pack");
  demo_path(d, image, d->work, "DEMO-OUE-0001-01.E01");
  demo_path(d, rules, d->data, "rules");
  VG_TRY(RUN(d, "intel", "pack", "-o", pack));
  VG_TRY(RUN_ATTENTION(d, "analyse", image, "--pack", pack, "--rules", rules, "--case", "DEMO-OUE-0001", "--exhibit",
                       "DEMO-OUE-0001/1"));
  SAY(d, "demo.analyse.found", VG_N(demo_count(d, "entry", "file")), VG_N(demo_count(d, "kind", "hit")),
      VG_N(demo_count(d, "kind", "problem")));
  return VG_OK;
}

/* From recorded events only: the officer finds the paragraphs ready to paste. */
static vg_code step_report(struct demo *d) {
  char pv[PATH_MAX], report[PATH_MAX];
  demo_path(d, pv, d->work, "saisie.odt");
  demo_path(d, report, d->work, "rapport.pdf");
  VG_TRY(RUN(d, "case", "document", "DEMO-OUE-0001/A1", "--kind", "pv", "--format", "odt", "-o", pv));
  VG_TRY(RUN(d, "case", "document", "DEMO-OUE-0001", "--kind", "report", "--format", "pdf", "-o", report));
  SAY(d, "demo.report.found", pv, report);
  return VG_OK;
}

static vg_code match_one(struct demo *d, const char *name, const char *org) {
  char pack[PATH_MAX], log[PATH_MAX], file[64];
  demo_path(d, pack, d->work, "vigie.pack");
  snprintf(file, sizeof file, "logs/%s.tmpl", name);
  VG_TRY(demo_fill(d, file, log));
  VG_TRY(RUN(d, "match", "--pack", pack, "--record", "--org", org, log));
  SAY(d, "demo.match.found", name, VG_N(demo_count(d, NULL, NULL)));
  return VG_OK;
}

static vg_code step_match(struct demo *d) {
  VG_TRY(match_one(d, "proxy-est", "Brasserie du Ried"));
  VG_TRY(match_one(d, "dns-est", "Brasserie du Ried"));
  return match_one(d, "proxy-sudouest", "Conserverie de l'Adour");
}

static vg_code step_qualify(struct demo *d) {
  char verdict[32];
  VG_TRY(RUN(d, "qualify", "open", "--type", "domain-name", "--value", DEMO_RARE, "--question",
             "Relais d'un logiciel malveillant ?"));
  VG_TRY(demo_text(d, "id", d->request, sizeof d->request));
  VG_TRY(RUN(d, "qualify", "decide", d->request, "--verdict", "malicious"));
  VG_TRY(RUN_AS(d, "legoff", "qualify", "confirm", d->request));
  VG_TRY(RUN(d, "qualify", "show", d->request));
  VG_TRY(demo_text(d, "verdict", verdict, sizeof verdict));
  SAY(d, "demo.qualify.found", DEMO_RARE, verdict);
  return VG_OK;
}

static vg_code step_anticipate(struct demo *d) {
  VG_TRY(RUN_ATTENTION(d, "anticipate", "coincidence"));
  int64_t n = demo_count(d, NULL, NULL);
  SAY(d, "demo.anticipate.found", VG_N(n));
  return n > 0 ? VG_OK : VG_FAIL(&d->err, VG_ENOTFOUND, "demo.no_warning");
}

static vg_code publish(struct demo *d, const char *to, const char *file) {
  char dir[PATH_MAX], path[PATH_MAX];
  demo_path(d, dir, d->home, "share");
  VG_TRY(vg_dir_make(dir, &d->err));
  demo_path(d, path, dir, file);
  VG_TRY(RUN_ATTENTION(d, "share", "publish", "--to", to, "--purpose", "prevention", "-o", path));
  vg_str rest = vg_buf_view(&d->out), line;
  int64_t given = 0, refused = 0;
  vg_jv root;
  bool yes;
  while (vg_str_line(&rest, &line))
    if (vg_json_parse(d->json, line, &root, NULL) == VG_OK && vg_jv_bool(vg_jv_at(root, "allowed"), &yes))
      *(yes ? &given : &refused) += 1;
  SAY(d, "demo.share.found", to, VG_N(given), VG_N(refused));
  return VG_OK;
}

static vg_code step_share(struct demo *d) {
  VG_TRY(publish(d, "Observatoire Lynx", "lynx.json"));
  return publish(d, "Brasserie du Ried", "brasserie.json");
}

static vg_code step_ledger(struct demo *d) {
  vg_jv root;
  int64_t size = 0;
  vg_str top = VG_STR("");
  VG_TRY(RUN(d, "ledger", "verify"));
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_i64_at(root, "size", &size);
  (void)vg_jv_str_at(root, "root", &top);
  SAY(d, "demo.ledger.found", VG_N(size), VG_T(top));
  return VG_OK;
}

static const struct step {
  const char *name, *title;
  vg_code (*run)(struct demo *d);
} steps[] = {
    {"instance", "demo.instance", step_instance},
    {"import", "demo.import", step_import},
    {"watch", "demo.watch", demo_watch},
    {"incident", "demo.incident", step_incident},
    {"acts", "demo.acts", step_acts},
    {"acquire", "demo.acquire", step_acquire},
    {"analyse", "demo.analyse", step_analyse},
    {"report", "demo.report", step_report},
    {"match", "demo.match", step_match},
    {"wave", "demo.wave", demo_wave},
    {"qualify", "demo.qualify", step_qualify},
    {"anticipate", "demo.anticipate", step_anticipate},
    {"weekly", "demo.weekly", demo_weekly},
    {"event", "demo.event", demo_event},
    {"content", "demo.content", demo_content},
    {"share", "demo.share", step_share},
    {"prevention", "demo.prevention", demo_prevention},
    {"merge", "demo.merge", demo_merge},
    {"evaluation", "demo.evaluation", demo_evaluation},
    {"ledger", "demo.ledger", step_ledger},
};

static bool run_step(struct demo *d, size_t i) {
  if (!d->c->json) {
    printf("\n%zu. ", i + 1);
    CLI_SAY(d->c, steps[i].title);
  }
  int64_t began = vg_monotonic();
  vg_code rc = steps[i].run(d);
  double seconds = (double)(vg_monotonic() - began) / 1e9;
  if (d->c->json) {
    struct vg_jw w;
    cli_json_begin(d->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "step", steps[i].name);
    vg_jw_kbool(&w, "ok", rc == VG_OK);
    vg_jw_knum(&w, "seconds", seconds);
    vg_jw_end(&w);
    cli_json_end(d->c);
    fflush(stdout);
  } else if (rc == VG_OK) {
    char text[32];
    snprintf(text, sizeof text, "%.2f", seconds);
    SAY(d, "demo.took", text);
  }
  return rc == VG_OK;
}

/* Beside the program in a build directory, else where an installed one keeps it. */
static vg_code find_data(struct demo *d, const char *given) {
  ssize_t n = readlink("/proc/self/exe", d->self, sizeof d->self - 1);
  if (n < 0)
    return VG_FAIL_SYS(&d->err, "base.read", "/proc/self/exe");
  d->self[n] = 0;
  char dir[PATH_MAX], probe[PATH_MAX];
  vg_str_copy(dir, sizeof dir, vg_path_dir(vg_str_z(d->self)));
  const char *tries[] = {given, "demo", "../share/vigie/demo"};
  for (size_t i = 0; i < VG_COUNT(tries); i++) {
    if (!tries[i])
      continue;
    if (i == 0)
      vg_str_copy(d->data, sizeof d->data, vg_str_z(given));
    else
      demo_path(d, d->data, dir, tries[i]);
    if (vg_file_exists(demo_path(d, probe, d->data, "poste-compta.img")))
      return VG_OK;
  }
  return VG_FAIL(&d->err, VG_ENOTFOUND, "demo.no_data", given ? given : dir);
}

static vg_code prepare(struct demo *d, const char *given) {
  char settings[PATH_MAX];
  const struct passwd *pw = getpwuid(getuid());
  if (!d->c->home)
    return VG_FAIL(&d->err, VG_EUSAGE, "demo.needs_home");
  vg_str_copy(d->home, sizeof d->home, vg_str_z(d->c->home));
  if (vg_file_exists(demo_path(d, settings, d->home, "vigie.json")))
    return VG_FAIL(&d->err, VG_EEXIST, "instance.exists", d->home);
  demo_path(d, d->work, d->home, "demo");
  vg_str_copy(d->user, sizeof d->user, vg_str_z(pw ? pw->pw_name : "vigie"));
  VG_TRY(find_data(d, given));
  VG_TRY(vg_dir_make(d->work, &d->err));
  return vg_json_new(&d->json, &d->err);
}

static int run(struct cli *c, int argc, char **argv) {
  const char *data = NULL, *url = NULL;
  const struct cli_option options[] = {{"data", CLI_TEXT, &data}, {"db", CLI_TEXT, &url}, {0}};
  int status = cli_no_word(c, &cmd_demo, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct demo *d = calloc(1, sizeof *d);
  VG_ASSERT(d);
  d->c = c;
  d->url = url;
  vg_buf_init(&d->out, 256u << 20);
  bool ok = prepare(d, data) == VG_OK;
  int64_t began = vg_monotonic();
  for (size_t i = 0; ok && i < VG_COUNT(steps); i++)
    ok = run_step(d, i);
  status = ok ? CLI_OK : cli_fail(c, &d->err);
  if (ok && !c->json) {
    putchar('\n');
    CLI_SAY(c, "demo.done", VG_D(c->lang, 1, (double)(vg_monotonic() - began) / 1e9), d->user, d->password);
  }
  vg_json_free(d->json);
  vg_buf_fini(&d->out);
  free(d);
  return status;
}

const struct cli_command cmd_demo = {"demo", "cli.demo", "cli.demo.usage", run};
