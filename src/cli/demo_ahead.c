/* What comes next, in the story: the watch, the week's counts, one sheet for a wave, a content for the companies. */
#include "cli/demo.h"

#include <stdio.h>

static vg_code follow(struct demo *d, const char *url, const char *name, const char *category) {
  char file[64], path[PATH_MAX];
  snprintf(file, sizeof file, "watch/%s", name);
  VG_TRY(demo_fill(d, file, path));
  VG_TRY(RUN(d, "watch", "add", url, "--category", category));
  return RUN(d, "watch", "read", path, "--source", url);
}

/* The demonstration needs no network: the feeds are carried in files. */
vg_code demo_watch(struct demo *d) {
  char title[200], tomorrow[VG_TIME_TEXT];
  demo_day(tomorrow, d, VG_DAY);
  VG_TRY(follow(d, "https://cert.filiere.example/flux", "cert.xml", "CERT"));
  VG_TRY(follow(d, "https://carnet.lynx.example/flux", "lynx.xml", "Partenaire"));
  VG_TRY(RUN(d, "watch", "list", "--limit", "1"));
  VG_TRY(demo_text(d, "id", d->story, sizeof d->story));
  VG_TRY(demo_text(d, "title", title, sizeof title));
  VG_TRY(RUN(d, "task", "add", "--about", d->story, "--what", "Prévenir les menuiseries et les brasseries de la zone",
             "--to", "Zone Est", "--due", tomorrow));
  SAY(d, "demo.watch.found", title);
  return VG_OK;
}

/* Two passes as they would have run, and today's: what was forecast then is scored now. */
vg_code demo_weekly(struct demo *d) {
  char path[PATH_MAX], when[VG_TIME_TEXT];
  VG_TRY(demo_fill(d, "claims/claims.csv", path));
  VG_TRY(RUN(d, "anticipate", "claims", path, "--source", "Observatoire Lynx"));
  for (int weeks = 2; weeks > 0; weeks--) {
    demo_day(when, d, -7 * weeks * VG_DAY);
    VG_TRY(RUN(d, "anticipate", "weekly", "--as-of", when));
  }
  VG_TRY(RUN(d, "anticipate", "weekly"));
  int64_t raised = demo_count(d, "outcome", "raised");
  VG_TRY(RUN(d, "anticipate", "forecasts"));
  SAY(d, "demo.weekly.found", VG_N(raised), VG_N(demo_count(d, NULL, NULL)));
  return raised > 0 ? VG_OK : VG_FAIL(&d->err, VG_ENOTFOUND, "demo.no_surge");
}

/* Who saw the relay is joined, whatever the kind that was reported. */
vg_code demo_event(struct demo *d) {
  char event[VG_ID_MAX], happened[VG_TIME_TEXT], known[VG_TIME_TEXT], since[VG_TIME_TEXT], due[VG_TIME_TEXT];
  vg_jv root;
  int64_t joined = 0;
  demo_day(happened, d, -4 * VG_DAY);
  demo_day(known, d, -VG_HOUR);
  demo_day(since, d, -7 * VG_DAY);
  demo_day(due, d, 4 * VG_HOUR);
  VG_TRY(RUN(d, "incident", "add", "--org", "Brasserie du Ried", "--kind", "intrusion", "--summary",
             "Un poste appelle le relais depuis quatre jours ; rien n’est encore chiffré", "--happened", happened,
             "--known", known));
  VG_TRY(RUN(d, "event", "open", "--name", "Relais-Poste", "--kind", "ransomware", "--since", since));
  VG_TRY(demo_text(d, "id", event, sizeof event));
  VG_TRY(RUN(d, "event", "indicator", event, "--value", DEMO_RARE, "--note", "relais"));
  VG_TRY(RUN(d, "event", "join", event, "--regime", "both", "--motive", "une seule vague, deux zones"));
  VG_TRY(demo_last(d, &root));
  (void)vg_jv_i64_at(root, "joined", &joined);
  VG_TRY(RUN(d, "event", "task", event, "--title", "Couper le relais chez les fournisseurs d’accès", "--zone", "EST",
             "--to", "schmitt", "--due", due));
  VG_TRY(RUN(d, "event", "message", event, "--zone", "EST", "--text", "La brasserie a isolé le poste à temps."));
  SAY(d, "demo.event.found", VG_N(joined));
  return joined > 1 ? VG_OK : VG_FAIL(&d->err, VG_ENOTFOUND, "demo.no_event");
}

vg_code demo_content(struct demo *d) {
  char content[VG_ID_MAX], dir[PATH_MAX];
  demo_path(d, dir, d->work, "bulletins");
  VG_TRY(RUN(d, "content", "add", "--from", d->story, "--with", "Observatoire Lynx", "--tlp", "CLEAR", "--zone", "EST",
             "--sector", "C", "--size", "PME"));
  VG_TRY(demo_text(d, "id", content, sizeof content));
  VG_TRY(RUN_AS(d, "arnaud", "content", "review", content, "--approve"));
  VG_TRY(RUN(d, "share", "bulletin", content, "-o", dir));
  SAY(d, "demo.content.found", VG_N(demo_count(d, NULL, NULL)), dir);
  return VG_OK;
}
