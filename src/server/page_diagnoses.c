/* Diagnoses: answered theme by theme on a phone, read as an interval, followed measure by measure. */
#include "server/diagnosis_summary.h"
#include "server/evaluation.h"
#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prevention/prevention.h"

enum { ALL_THEMES = -1, SUMMARY = -2, STATES = 6 };

static void interval(struct request *r, const struct diagnosis *d) { between(r, percent, d->low, d->high); }

/* The six-month visit is made when a later diagnosis of the company is there. */
static vg_code diagnosis_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  struct request *r = ctx;
  int64_t later;
  if (territory_access(r->tx, &r->who, d->org, NULL) != VG_OK)
    return VG_OK;
  VG_TRY(
      store_get_int(r->tx, &later,
                    "SELECT COUNT(*) FROM prevention_v_diagnosis WHERE org = $1 AND (made > $2 OR (made = $2 AND id > "
                    "$3))",
                    S_ARGS(S_INT(d->org), S_TIME(d->made), S_INT(d->id)), err));
  row(r);
  cell(r);
  link_to(r, "/diagnostics/", vg_id_str(&d->pid), vg_str_z(d->org_name));
  cell(r);
  zone_name(r, vg_str_z(d->zone));
  cell(r);
  day(r, d->made);
  cell(r);
  interval(r, d);
  cell_n(r);
  percent(r, d->coverage);
  cell(r);
  if (later)
    badge(r, "ok", "server.diagnosis.followed");
  else if (d->follow_up != VG_NOTIME && d->follow_up <= r->now)
    badge(r, "bad", "server.diagnosis.visit_due");
  else
    day(r, d->follow_up);
  if (d->conflicts) {
    RAW(r, " ");
    badge(r, "warn", "server.diagnosis.conflict");
  }
  if (d->said) {
    RAW(r, " ");
    badge(r, "warn", "server.adoption.said");
  }
  return VG_OK;
}

struct frameworks {
  struct choice v[64];
  char code[64][80], label[64][200];
  size_t n;
  enum vg_lang lang;
};
static vg_code take_framework(void *ctx, const struct framework *f, struct vg_err *err) {
  struct frameworks *x = ctx;
  (void)err;
  if (x->n == VG_COUNT(x->v))
    return VG_OK;
  snprintf(x->code[x->n], sizeof x->code[0], "%.*s/%.*s", (int)f->code.n, f->code.p, (int)f->version.n, f->version.p);
  vg_str name = prevention_framework_name(f, x->lang);
  snprintf(x->label[x->n], sizeof x->label[0], "%.*s (%.*s)", (int)(name.n > 100 ? 100 : name.n), name.p,
           (int)f->version.n, f->version.p);
  x->v[x->n] = (struct choice){x->code[x->n], x->label[x->n]};
  x->n++;
  return VG_OK;
}

static vg_code new_form(struct request *r, struct vg_err *err) {
  char given[200];
  struct frameworks *x = calloc(1, sizeof *x);
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  x->lang = r->lang;
  card_begin(r, "server.diagnosis.new", NULL);
  form_begin(r, "/diagnostics", "new");
  vg_code rc = field_company(r, "org", "server.company.ref", asked(r, "org", given, sizeof given), true,
                             "territory.no_org territory.conflict territory.not_own", err);
  if (rc == VG_OK)
    rc = prevention_each_framework(r->tx, take_framework, x, err);
  if (rc == VG_OK) {
    field_choice(r, "framework", "server.diagnosis.framework", x->v, x->n, NULL, "prevention.no_framework");
    form_end(r, "server.diagnosis.open", true);
  }
  card_end(r);
  free(x);
  return rc;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.company",
                                     "server.zone",
                                     "server.made",
                                     "server.diagnosis.score",
                                     NUMBER("server.diagnosis.coverage"),
                                     "server.diagnosis.visit"};
  page_top(r, "server.nav.diagnoses", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.diagnoses.sub");
  RAW(r, "</p><div class=\"grid\"><div>");
  card_begin(r, "server.diagnoses", NULL);
  table_begin(r, "diagnostics", "server.diagnoses", head, VG_COUNT(head));
  VG_TRY(prevention_each_diagnosis(r->tx, 0, diagnosis_row, r, err));
  table_end(r, "server.diagnoses.none");
  RAW(r, "<p><a class=\"btn\" href=\"/diagnostics-effet\">");
  msg(r, "server.effect");
  RAW(r, "</a> <a class=\"btn\" href=\"/diagnostics-referentiels\">");
  msg(r, "server.frameworks");
  RAW(r, "</a></p>");
  card_end(r);
  RAW(r, "</div><div>");
  VG_TRY(new_form(r, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code open_post(struct request *r, struct vg_err *err) {
  struct org o;
  struct vg_id pid;
  char name[200], framework[80];
  VG_TRY(territory_org_find(r->tx, vg_str_z(sent(r, "org", name, sizeof name)), &o, err));
  VG_TRY(prevention_diagnosis_open(r->tx, &r->who, &o, vg_str_z(sent(r, "framework", framework, sizeof framework)),
                                   VG_STR(""), &pid, err));
  go_to(r, "/diagnostics/", vg_id_str(&pid));
  strncat(r->location, "/1", sizeof r->location - strlen(r->location) - 1);
  return VG_OK;
}

/* Themes in the order of the framework: runs of measures with one theme. */
static int theme_start(const struct diagnosis *d, int theme) {
  int at = 0;
  for (int i = 0; i < d->measures; i++)
    if (i == 0 || strcmp(d->measure[i].theme, d->measure[i - 1].theme))
      if (++at == theme)
        return i;
  return -1;
}
static int theme_end(const struct diagnosis *d, int from) {
  int i = from + 1;
  while (i < d->measures && !strcmp(d->measure[i].theme, d->measure[from].theme))
    i++;
  return i;
}

static const struct choice *answer_choices(void) {
  static const struct choice all[] = {{"yes", "server.answer.yes"},
                                      {"partly", "server.answer.partly"},
                                      {"no", "server.answer.no"},
                                      {"unknown", "server.answer.unknown"},
                                      {"n/a", "server.answer.na"}};
  return all;
}

static int themes_of(const struct diagnosis *d) {
  int n = 0;
  for (int i = 0; i < d->measures; i = theme_end(d, i))
    n++;
  return n;
}

/* Of many themes the list is folded: the questions come first. */
static void theme_links(struct request *r, const struct diagnosis *d, int here) {
  enum { FEW = 12 };
  int n = themes_of(d);
  if (n > FEW) {
    RAW(r, "<details class=\"themes\"><summary>");
    if (here > 0)
      SAY(r, "server.diagnosis.theme_of", VG_N(here), VG_N(n));
    else
      SAY(r, "server.diagnosis.themes", VG_N(n));
    RAW(r, "</summary>");
  }
  RAW(r, "<ul class=\"tabs\">");
  for (int t = 1, from; (from = theme_start(d, t)) >= 0; t++) {
    int known = 0, end = theme_end(d, from);
    for (int i = from; i < end; i++)
      known += d->measure[i].answer != ANSWER_UNKNOWN;
    vg_buf_fmt(&r->out, "<li><a href=\"/diagnostics/%s/%d\"%s>", d->pid.s, t,
               t == here ? " aria-current=\"page\"" : "");
    textz(r, prevention_measure_theme(&d->measure[from], r->lang));
    vg_buf_fmt(&r->out, " <small>%d/%d</small></a></li>", known, end - from);
  }
  vg_buf_fmt(&r->out, "<li><a href=\"/diagnostics/%s/tout\"%s>", d->pid.s,
             here == ALL_THEMES ? " aria-current=\"page\"" : "");
  msg(r, "server.diagnosis.all_themes");
  RAW(r, "</a></li></ul>");
  if (n > FEW)
    RAW(r, "</details>");
}

/* The measures of a theme, or of all; false: there is no such theme. */
static bool span(const struct diagnosis *d, int theme, int *from, int *to) {
  *from = theme == ALL_THEMES ? 0 : theme_start(d, theme);
  if (*from < 0)
    return false;
  *to = theme == ALL_THEMES ? d->measures : theme_end(d, *from);
  return true;
}

/* The answer as it stood when the page was opened goes with the form: another person's, given meanwhile, is not lost.
 */
static void question(struct request *r, const struct measure *m) {
  char name[16], was[16], text_[460], given[12], before[12], id[48];
  const char *now = prevention_answer_name(m->answer);
  snprintf(name, sizeof name, "m%d", m->number);
  snprintf(was, sizeof was, "w%d", m->number);
  snprintf(text_, sizeof text_, "%s. %s%s", m->ref, prevention_measure_title(m, r->lang), m->conflict ? " ⚠" : "");
  bool meanwhile = r->form_sent && strcmp(sent(r, was, before, sizeof before), now) != 0 &&
                   strcmp(sent(r, name, given, sizeof given), now) != 0;
  if (meanwhile) {
    snprintf(id, sizeof id, "server.answer.%s", m->answer == ANSWER_NA ? "na" : now);
    RAW(r, "<p class=\"bad\">");
    SAY(r, "server.diagnosis.meanwhile", vg_msg_text(r->lang, id));
    RAW(r, "</p>");
  }
  field_radio(r, name, vg_str_z(text_), answer_choices(), ANSWERS, m->conflict ? NULL : now);
  field_hidden(r, was, vg_str_z(now));
}

/* One theme a screen, or all on one page, which stays usable when the network goes: every question can be left with
 * "don't know". */
static vg_code questions(struct request *r, const struct diagnosis *d, int theme, struct vg_err *err) {
  int from, to;
  if (!span(d, theme, &from, &to))
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  if (theme == ALL_THEMES)
    page_top(r, "server.diagnosis.all_title", TITLE_ARGS(d->org_name));
  else
    page_top_text(r, vg_str_z(prevention_measure_theme(&d->measure[from], r->lang)));
  RAW(r, "<p class=\"sub\">");
  link_to(r, "/diagnostics/", vg_id_str(&d->pid), vg_str_z(d->org_name));
  RAW(r, " · ");
  msg(r, "server.diagnosis.dont_know");
  RAW(r, "</p>");
  theme_links(r, d, theme);
  card_begin(r, NULL, NULL);
  form_begin_kept(r, r->path, "answers");
  for (int i = from; i < to; i++) {
    if (theme == ALL_THEMES && (i == 0 || strcmp(d->measure[i].theme, d->measure[i - 1].theme) != 0)) {
      RAW(r, "<h2>");
      textz(r, prevention_measure_theme(&d->measure[i], r->lang));
      RAW(r, "</h2>");
    }
    question(r, &d->measure[i]);
  }
  form_end(r,
           theme != ALL_THEMES && theme_start(d, theme + 1) >= 0 ? "server.diagnosis.save_next"
                                                                 : "server.diagnosis.save_end",
           true);
  card_end(r);
  return part_details(r, d, from + 1, to, err);
}

static void score(struct request *r, const struct diagnosis *d) {
  int unknown = 0;
  for (int i = 0; i < d->measures; i++)
    unknown += d->measure[i].answer == ANSWER_UNKNOWN;
  card_begin(r, "server.diagnosis.score", NULL);
  RAW(r, "<div class=\"facts\"><div><b>");
  interval(r, d);
  RAW(r, "</b><span>");
  msg(r, "server.diagnosis.interval");
  RAW(r, "</span></div><div><b>");
  percent(r, d->coverage);
  RAW(r, "</b><span>");
  msg(r, "server.diagnosis.coverage");
  RAW(r, "</span></div><div><b>");
  num(r, unknown);
  RAW(r, "</b><span>");
  msg(r, "server.diagnosis.to_find");
  RAW(r, "</span></div>");
  if (d->said) {
    RAW(r, "<div><b>");
    num(r, d->said);
    RAW(r, "</b><span>");
    msg(r, "server.diagnosis.said");
    RAW(r, "</span></div>");
  }
  RAW(r, "</div>");
  meter(r, d->low, 3, d->high);
  card_end(r);
}

static void factor(struct request *r, const char *label, double x) {
  RAW(r, " ");
  msg(r, label);
  RAW(r, "\u00a0");
  real(r, x);
}

static void measure_row(struct request *r, const struct measure *m) {
  row(r);
  cell(r);
  textz(r, m->ref);
  cell(r);
  textz(r, prevention_measure_title(m, r->lang));
  cell(r);
  badge(r,
        m->conflict               ? "bad"
        : m->find_out             ? "warn"
        : m->answer == ANSWER_YES ? "ok"
                                  : "mute",
        prevention_measure_answer(m));
  cell(r);
  if (m->adoption[0])
    word(r, "server.adoption.", vg_str_z(m->adoption));
  if (m->why[0]) {
    RAW(r, "<br><small>");
    textz(r, m->why);
    RAW(r, "</small>");
  }
  cell_n(r);
  real(r, m->value);
  cell(r);
  RAW(r, "<small>");
  num(r, m->benefit);
  vg_buf_z(&r->out, m->unsaid & UNSAID_BENEFIT ? "* × " : " × ");
  real(r, m->gap);
  RAW(r, " × (1 +");
  factor(r, "server.term.sector", m->sector);
  RAW(r, " +");
  factor(r, "server.term.size", m->size);
  RAW(r, " +");
  factor(r, "server.term.zone", m->zone);
  RAW(r, " +");
  factor(r, "server.term.live", m->live);
  RAW(r, ") / ");
  num(r, m->find_out ? 1 : m->effort);
  vg_buf_z(&r->out, m->unsaid & UNSAID_EFFORT && !m->find_out ? "*</small>" : "</small>");
}

static void ranking(struct request *r, const struct diagnosis *d) {
  static const char *const head[] = {"server.number",
                                     "server.measure",
                                     "server.diagnosis.answer",
                                     "server.adoption",
                                     NUMBER("server.measure.value"),
                                     "server.measure.terms"};
  card_begin(r, "server.diagnosis.ranking", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.diagnosis.formula");
  if (prevention_any_unsaid(d)) {
    RAW(r, "<br>");
    msg(r, "prevention.unsaid");
  }
  RAW(r, "</p>");
  table_begin(r, "mesures", "server.diagnosis.ranking", head, VG_COUNT(head));
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[d->rank[i]];
    if (m->value > 0 || m->adoption[0])
      measure_row(r, m);
  }
  table_end(r, "server.diagnosis.all_done");
  card_end(r);
}

static vg_code adopt_form(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  struct choice state[STATES], *v = calloc((size_t)d->measures, sizeof *v);
  char labels[STATES][48], (*words)[2][340] = calloc((size_t)d->measures, sizeof *words);
  if (v && words) {
    for (int i = 0; i < d->measures; i++) {
      const struct measure *m = &d->measure[d->rank[i]];
      snprintf(words[i][0], sizeof words[0][0], "%d", m->number);
      snprintf(words[i][1], sizeof words[0][1], "%s. %s", m->ref, prevention_measure_title(m, r->lang));
      v[i] = (struct choice){words[i][0], words[i][1]};
    }
    card_begin(r, "server.diagnosis.follow", NULL);
    form_begin(r, r->path, "adopt");
    field_choice(r, "measure", "server.measure", v, (size_t)d->measures, NULL, "prevention.adoption");
    field_choice(r, "state", "server.adoption", state,
                 coded_choices(state, "server.adoption.", labels, prevention_adoptions, STATES), "proposed", NULL);
    field(r, "reason", "server.diagnosis.why_refused", "text", "", false, "prevention.reason");
    form_end(r, "server.diagnosis.follow.do", false);
    card_end(r);
  }
  bool enough = v && words;
  free(v);
  free(words);
  return enough ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
}

/* The measure, and the way to where it is answered again. */
static void link_measure(struct request *r, const struct diagnosis *d, int64_t number) {
  int theme = 1, from = 0;
  if (number < 1 || number > d->measures)
    return;
  while ((from = theme_start(d, theme)) >= 0 && theme_end(d, from) < number)
    theme++;
  vg_buf_fmt(&r->out, "<a href=\"/diagnostics/%s/%d#q-m%lld\">", d->pid.s, theme, (long long)number);
  textz(r, d->measure[number - 1].ref);
  RAW(r, ". ");
  textz(r, prevention_measure_title(&d->measure[number - 1], r->lang));
  RAW(r, "</a>");
}

struct versions {
  struct request *r;
  const struct diagnosis *d;
};

static vg_code version_row(void *ctx, int64_t measure, vg_str what, vg_str value, vg_str person, vg_time at,
                           struct vg_err *err) {
  const struct versions *x = ctx;
  struct request *r = x->r;
  (void)err;
  row(r);
  cell(r);
  link_measure(r, x->d, measure);
  cell(r);
  if (vg_str_eqz(what, "answer"))
    word(r, "server.answer.", vg_str_eqz(value, "n/a") ? VG_STR("na") : value);
  else
    word(r, "server.adoption.", value);
  cell(r);
  text(r, person);
  cell(r);
  when(r, at);
  return VG_OK;
}

static vg_code conflicts(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  static const char *const head[] = {"server.measure", "server.diagnosis.answer", "server.by", "server.at"};
  struct versions x = {r, d};
  if (!d->conflicts)
    return VG_OK;
  card_begin(r, "server.diagnosis.conflicts", "warn a");
  RAW(r, "<p>");
  msg(r, "server.diagnosis.conflicts.sub");
  RAW(r, "</p>");
  table_begin(r, "conflits", "server.diagnosis.conflicts", head, VG_COUNT(head));
  VG_TRY(prevention_each_conflict(r->tx, d->id, version_row, &x, err));
  table_end(r, NULL);
  card_end(r);
  return VG_OK;
}

/* Earlier and later diagnoses of the same company: interval against interval. */
static vg_code sister_row(void *ctx, const struct diagnosis *d, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  RAW(r, "<a href=\"/diagnostics/");
  textz(r, d->pid.s);
  RAW(r, "\">");
  day(r, d->made);
  RAW(r, "</a>");
  cell(r);
  interval(r, d);
  cell_n(r);
  percent(r, d->coverage);
  return VG_OK;
}

static vg_code sisters(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  static const char *const head[] = {"server.made", "server.diagnosis.score", NUMBER("server.diagnosis.coverage")};
  card_begin(r, "server.diagnosis.history", NULL);
  table_begin(r, "historique", "server.diagnosis.history", head, VG_COUNT(head));
  VG_TRY(prevention_each_diagnosis(r->tx, d->org, sister_row, r, err));
  table_end(r, NULL);
  RAW(r, "<p>");
  msg(r, "server.diagnosis.visit");
  colon(r);
  day(r, d->follow_up);
  RAW(r, "</p><p><a class=\"btn\" href=\"/actions?org=");
  url(r, vg_str_z(d->org_name));
  RAW(r, "\">");
  msg(r, "server.diagnosis.plan_visit");
  RAW(r, "</a> <a class=\"btn\" href=\"/diagnostics?org=");
  url(r, vg_str_z(d->org_name));
  RAW(r, "\">");
  msg(r, "server.diagnosis.again");
  RAW(r, "</a></p>");
  card_end(r);
  return VG_OK;
}

/* What the company says it has done: seen at the visit, or not. */
static void said(struct request *r, const struct diagnosis *d) {
  static const struct {
    const char *state, *label;
  } button[] = {{"done", "server.diagnosis.confirm"}, {"doing", "server.diagnosis.not_seen"}};
  if (!d->said)
    return;
  card_begin(r, "server.diagnosis.said.title", "warn a");
  RAW(r, "<p>");
  msg(r, "server.diagnosis.said.sub");
  RAW(r, "</p><ul class=\"plain\">");
  for (int i = 0; i < d->measures; i++) {
    const struct measure *m = &d->measure[i];
    char number[16];
    if (m->adoption_conflict || strcmp(m->adoption, "said") != 0)
      continue;
    snprintf(number, sizeof number, "%d", m->number);
    RAW(r, "<li>");
    textz(r, m->ref);
    RAW(r, ". ");
    textz(r, prevention_measure_title(m, r->lang));
    RAW(r, "<div class=\"doors\">");
    for (size_t b = 0; b < VG_COUNT(button); b++) {
      form_begin(r, r->path, "adopt");
      field_hidden(r, "measure", vg_str_z(number));
      field_hidden(r, "state", vg_str_z(button[b].state));
      form_end(r, button[b].label, b == 0);
    }
    RAW(r, "</div></li>");
  }
  RAW(r, "</ul>");
  card_end(r);
}

/* --- since the diagnosis before --- */

static void change_answer(struct request *r, const struct measure *m) {
  char id[48];
  cell(r);
  if (!m) {
    msg(r, "server.diagnosis.not_asked");
    return;
  }
  snprintf(id, sizeof id, "server.answer.%s", m->answer == ANSWER_NA ? "na" : prevention_answer_name(m->answer));
  msg(r, m->conflict ? "server.answer.conflict" : id);
}

static vg_code change_row(void *ctx, const struct measure *before, const struct measure *after, struct vg_err *err) {
  struct request *r = ctx;
  const struct measure *m = after ? after : before;
  (void)err;
  if (before && after && before->answer == after->answer && before->conflict == after->conflict)
    return VG_OK;
  row(r);
  cell(r);
  textz(r, m->ref);
  cell(r);
  textz(r, prevention_measure_title(m, r->lang));
  if (before && after && strcmp(before->title, after->title) != 0) {
    RAW(r, "<br><small>");
    msg(r, "server.effect.reworded");
    RAW(r, "</small>");
  }
  change_answer(r, before);
  change_answer(r, after);
  return VG_OK;
}

/* For who runs the company: what it came to, and whether that is more than the chance of answers. */
static void progress(struct request *r, const struct diagnosis *before, const struct diagnosis *d) {
  struct progress p;
  char chance[16];
  prevention_progress(before, d, &p);
  if (!p.both)
    return;
  RAW(r, "<p>");
  SAY(r, "server.diagnosis.progress", VG_N(p.gained), VG_N(p.lost), VG_N(p.both));
  RAW(r, " ");
  SAY(r, prevention_progress_id(&p), prevention_progress_percent(chance, &p));
  RAW(r, "</p>");
}

/* Measures whose answer changed, and those that only one of the two versions asks. */
static vg_code since(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  static const char *const head[] = {"server.number", "server.measure", "server.before", "server.after"};
  struct vg_id pid;
  vg_code rc = prevention_diagnosis_before(r->tx, d, &pid, NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  struct diagnosis before = {.measures = 0};
  VG_GO(prevention_diagnosis_find(r->tx, vg_id_str(&pid), &before, err));
  card_begin(r, "server.diagnosis.since", NULL);
  RAW(r, "<p class=\"soft\">");
  link_to(r, "/diagnostics/", vg_id_str(&pid), vg_str_z(before.framework));
  RAW(r, ", ");
  day(r, before.made);
  RAW(r, " → ");
  textz(r, d->framework);
  RAW(r, ", ");
  day(r, d->made);
  RAW(r, "</p>");
  progress(r, &before, d);
  table_begin(r, "depuis", "server.diagnosis.since", head, VG_COUNT(head));
  VG_GO(prevention_each_change(&before, d, change_row, r, err));
  table_end(r, "server.diagnosis.since.none");
  card_end(r);
out:
  prevention_diagnosis_fini(&before);
  return rc;
}

static vg_code result(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  page_top(r, "server.diagnosis.title", TITLE_ARGS(d->org_name));
  RAW(r, "<p class=\"sub\">");
  day(r, d->made);
  RAW(r, " · ");
  textz(r, d->framework);
  RAW(r, " · ");
  zone_name(r, vg_str_z(d->zone));
  RAW(r, "</p>");
  part_summary_link(r);
  VG_TRY(conflicts(r, d, err));
  said(r, d);
  theme_links(r, d, 0);
  RAW(r, "<div class=\"grid\"><div>");
  score(r, d);
  RAW(r, "</div><div>");
  VG_TRY(sisters(r, d, err));
  RAW(r, "</div></div>");
  ranking(r, d);
  VG_TRY(since(r, d, err));
  VG_TRY(adopt_form(r, d, err));
  return part_obstacles(r, vg_id_str(&d->pid), err);
}

/* "ID", "ID/THEME", "ID/tout" or "ID/synthese" */
static vg_code find(struct request *r, struct diagnosis *d, int64_t *theme, struct vg_err *err) {
  vg_str rest = vg_str_z(r->rest), pid;
  (void)vg_str_cut(&rest, '/', &pid);
  VG_TRY(prevention_diagnosis_find(r->tx, pid, d, err));
  VG_TRY(prevention_rank(r->tx, d, err));
  VG_TRY(territory_access(r->tx, &r->who, d->org, err));
  *theme = vg_str_eqz(rest, "tout") ? ALL_THEMES : vg_str_eqz(rest, "synthese") ? SUMMARY : 0;
  if (rest.p && !*theme && (!vg_str_i64(rest, theme) || *theme < 1 || *theme > MEASURES_MAX))
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  int64_t theme;
  vg_code rc = find(r, &d, &theme, err);
  if (rc == VG_OK)
    rc = theme == SUMMARY ? diagnosis_summary(r, &d, err)
         : theme          ? questions(r, &d, (int)theme, err)
                          : result(r, &d, err);
  prevention_diagnosis_fini(&d);
  return rc;
}

/* Answers that changed, as prevention_diagnosis_answer wants them. */
struct changed {
  char word[MEASURES_MAX][24];
  const char *list[MEASURES_MAX];
  size_t n;
  int64_t meanwhile; /* not these: somebody else gave another one */
};

static void take_changed(struct request *r, const struct measure *m, struct changed *x) {
  char name[16], given[12], was[12];
  const char *now = prevention_answer_name(m->answer);
  snprintf(name, sizeof name, "w%d", m->number);
  bool told = *sent(r, name, was, sizeof was);
  name[0] = 'm';
  if (!*sent(r, name, given, sizeof given) || (!m->conflict && !strcmp(given, now)))
    return;
  if (told && strcmp(was, now) != 0) {
    x->meanwhile += strcmp(given, was) != 0;
    return;
  }
  snprintf(x->word[x->n], sizeof x->word[0], "%d=%s", m->number, given);
  x->list[x->n] = x->word[x->n];
  x->n++;
}

/* Only what changed is recorded; a conflict is settled by whatever is chosen. An answer that somebody else changed
 * since the page was opened is not written over: the page comes back and shows both. */
static vg_code save(struct request *r, const struct diagnosis *d, int theme, struct vg_err *err) {
  struct changed *x = calloc(1, sizeof *x);
  vg_code rc = VG_OK;
  int from, to;
  if (!x)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (!span(d, theme, &from, &to)) {
    rc = VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
    goto out;
  }
  for (int i = from; i < to; i++)
    take_changed(r, &d->measure[i], x);
  if (x->meanwhile)
    rc = VG_FAIL(err, VG_ESTATE, "server.diagnosis.meanwhile_n", VG_N(x->meanwhile));
  else if (x->n)
    rc = prevention_diagnosis_answer(r->tx, &r->who, vg_id_str(&d->pid), x->list, x->n, err);
  if (rc != VG_OK)
    goto out;
  go_to(r, "/diagnostics/", vg_id_str(&d->pid));
  if (theme != ALL_THEMES && theme_start(d, theme + 1) >= 0)
    snprintf(r->location + strlen(r->location), sizeof r->location - strlen(r->location), "/%d", theme + 1);
out:
  free(x);
  return rc;
}

static vg_code follow(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  char number[16], state[16], reason[400];
  int64_t measure = 0;
  if (!vg_str_i64(vg_str_z(sent(r, "measure", number, sizeof number)), &measure))
    measure = 0;
  VG_TRY(prevention_adopt(r->tx, &r->who, vg_id_str(&d->pid), measure, sent(r, "state", state, sizeof state),
                          vg_str_z(sent(r, "reason", reason, sizeof reason)), err));
  go_to(r, "/diagnostics/", vg_id_str(&d->pid));
  return VG_OK;
}

static vg_code hold(struct request *r, const struct diagnosis *d, struct vg_err *err) {
  VG_TRY(post_obstacle(r, vg_id_str(&d->pid), err));
  go_to(r, "/diagnostics/", vg_id_str(&d->pid));
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  struct diagnosis d = {.measures = 0};
  int64_t theme;
  char what[16];
  vg_code rc = find(r, &d, &theme, err);
  if (rc == VG_OK)
    rc = !strcmp(sent(r, "what", what, sizeof what), "adopt") ? follow(r, &d, err)
         : !strcmp(what, "obstacle")                          ? hold(r, &d, err)
                                                              : save(r, &d, (int)theme, err);
  prevention_diagnosis_fini(&d);
  return rc;
}

const struct page page_diagnoses = {"/diagnostics", GROUP_NETWORK, "server.nav.diagnoses",
                                    list,           open_post,     PAGE_LISTED};
const struct page page_diagnosis = {"/diagnostics/", GROUP_NETWORK, "server.nav.diagnoses", show, post, PAGE_HIDDEN};
