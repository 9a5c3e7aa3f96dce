/* /aide: what one comes to do, step by step, each with its page and the command that does the same. */
#include "server/server_internal.h"

struct step {
  const char *id;      /* message */
  const char *page;    /* where; NULL: only by the command */
  const char *command; /* what does the same; NULL: only on the page */
};

static const struct step victim[] = {
    {"server.help.victim.intake", "/signalements/accueil", "vigie incident intake --org \"…\" --kind ransomware"},
    {"server.help.victim.clocks", "/", "vigie incident due"},
    {"server.help.victim.refer", "/affaires", "vigie incident refer ID --to 17cyber"},
    {"server.help.victim.case", "/affaires", "vigie case open --incident ID --frame flagrance --offence CP323-1-1"},
    {"server.help.victim.sheet", "/affaires", "vigie incident document ID --kind sheet"},
};
static const struct step copy[] = {
    {"server.help.copy.act", "/affaires", "vigie act plan --case REF --kind seizure"},
    {"server.help.copy.seal", "/scelles", "vigie exhibit add --case REF --description \"…\" --seal N"},
    {"server.help.copy.acquire", NULL, "vigie acquire /dev/sdb --to BASE --case REF --exhibit REF/1"},
    {"server.help.copy.verify", NULL, "vigie verify BASE.E01"},
    {"server.help.copy.analyse", "/travaux", "vigie analyse BASE.E01 --case REF --exhibit REF/1"},
    {"server.help.copy.report", "/affaires", "vigie case document REF --kind report --format pdf -o rapport.pdf"},
};
static const struct step threat[] = {
    {"server.help.threat.add", "/renseignement/ajouter", "vigie intel import FILE --source \"…\""},
    {"server.help.threat.watch", "/veille", "vigie watch fetch"},
    {"server.help.threat.match", NULL, "vigie intel pack -o P && vigie match --pack P --record --org \"…\" LOG"},
    {"server.help.threat.qualify", "/qualification/nouvelle",
     "vigie qualify open --type domain-name --value V --question \"…\""},
    {"server.help.threat.warnings", "/alertes", "vigie anticipate list"},
    {"server.help.threat.judge", "/alertes", "vigie anticipate judge ID confirmed --why \"…\""},
};
static const struct step company[] = {
    {"server.help.company.visit", "/actions", "vigie action add --title \"…\" --org \"…\""},
    {"server.help.company.diagnosis", "/diagnostics", "vigie diagnose open --org \"…\""},
    {"server.help.company.adopt", "/diagnostics", "vigie diagnose adopt ID MEASURE --state accepted"},
    {"server.help.company.content", "/contenus", "vigie content add --from ID --zone EST"},
    {"server.help.company.bulletin", "/contenus", "vigie share bulletin ID -o DIR"},
};
static const struct step partner[] = {
    {"server.help.partner.convention", "/conventions", "vigie convention add --partner \"…\" --from D --to D"},
    {"server.help.partner.publish", "/conventions", "vigie share publish --to \"…\" --purpose prevention"},
    {"server.help.partner.blind", "/conventions", "vigie intel pack --to \"…\" --blind KEY -o PACK"},
    {"server.help.partner.ask", "/qualification", "vigie qualify ask ID --to \"…\""},
    {"server.help.partner.taxii", NULL, "vigie share pull https://… --from \"…\""},
};
static const struct step wave[] = {
    {"server.help.wave.open", "/evenements", "vigie event open --name \"…\" --kind ransomware"},
    {"server.help.wave.join", "/evenements", "vigie event join ID"},
    {"server.help.wave.shift", "/evenements", "vigie event shift ID --to WHO --notes \"…\""},
};
static const struct step scheme[] = {
    {"server.help.scheme.rules", "/evaluation", "vigie evaluate plan FILE"},
    {"server.help.scheme.survey", "/evaluation", "vigie evaluate token ID --group referents --count 12"},
    {"server.help.scheme.figures", "/evaluation/chiffres", "vigie evaluate figures"},
    {"server.help.scheme.verdict", "/evaluation", "vigie evaluate report ID"},
    {"server.help.scheme.proof", "/journal", "vigie ledger verify"},
};

static const struct job {
  const char *title, *anchor;
  const struct step *step;
  size_t n;
} jobs[] = {
    {"server.help.victim", "victime", victim, VG_COUNT(victim)},
    {"server.help.copy", "copie", copy, VG_COUNT(copy)},
    {"server.help.threat", "menace", threat, VG_COUNT(threat)},
    {"server.help.company", "entreprise", company, VG_COUNT(company)},
    {"server.help.partner", "partenaire", partner, VG_COUNT(partner)},
    {"server.help.wave", "vague", wave, VG_COUNT(wave)},
    {"server.help.scheme", "dispositif", scheme, VG_COUNT(scheme)},
};

static void one_step(struct request *r, const struct step *s) {
  RAW(r, "<li>");
  if (s->page) {
    vg_buf_fmt(&r->out, "<a href=\"%s\">", s->page);
    msg(r, s->id);
    RAW(r, "</a>");
  } else {
    msg(r, s->id);
  }
  if (s->command) {
    RAW(r, "<br><small>");
    code(r, vg_str_z(s->command));
    RAW(r, "</small>");
  }
  RAW(r, "</li>");
}

static vg_code show(struct request *r, struct vg_err *err) {
  (void)err;
  page_top(r, "server.nav.help", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.help.sub");
  RAW(r, "</p><ul class=\"tabs\">");
  for (size_t i = 0; i < VG_COUNT(jobs); i++) {
    vg_buf_fmt(&r->out, "<li><a href=\"#%s\">", jobs[i].anchor);
    msg(r, jobs[i].title);
    RAW(r, "</a></li>");
  }
  RAW(r, "</ul>");
  for (size_t i = 0; i < VG_COUNT(jobs); i++) {
    vg_buf_fmt(&r->out, "<div id=\"%s\">", jobs[i].anchor);
    card_begin(r, jobs[i].title, NULL);
    RAW(r, "<ol class=\"steps\">");
    for (size_t k = 0; k < jobs[i].n; k++)
      one_step(r, &jobs[i].step[k]);
    RAW(r, "</ol>");
    card_end(r);
    RAW(r, "</div>");
  }
  return VG_OK;
}

const struct page page_help = {"/aide", GROUP_NONE, "server.nav.help", show, NULL, PAGE_HIDDEN};
