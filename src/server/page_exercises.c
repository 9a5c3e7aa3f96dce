/* Exercises of phishing: what groups did, before and after, and never who. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "evaluation/evaluation.h"
#include "prevention/prevention.h"
#include "server/upload.h"

static void clicked(struct request *r, const struct exercise_count *n, const struct exercise_count *most) {
  double lo, hi;
  prevention_exercise_share(n, most, &lo, &hi);
  cell(r);
  between(r, percent, lo, hi);
}

static void at_least(struct request *r, int64_t n, int64_t most) {
  cell_n(r);
  if (most > n)
    RAW(r, "≥&nbsp;");
  num(r, n);
}

static void counts(struct request *r, const struct exercise_count *n, const struct exercise_count *most) {
  cell_n(r);
  num(r, n->sent);
  at_least(r, n->opened, most->opened);
  at_least(r, n->clicked, most->clicked);
  clicked(r, n, most);
  at_least(r, n->submitted, most->submitted);
  at_least(r, n->reported, most->reported);
}

/* Of one that is kept aside only how many got it, of one that was taken back not even that. */
static void size_alone(struct request *r, const struct exercise *e) {
  cell_n(r);
  if (!e->reason[0])
    num(r, e->total.sent);
  cell_n(r);
  cell_n(r);
  cell(r);
  msg(r, e->reason[0] ? "server.exercise.taken" : "server.exercise.aside");
  cell_n(r);
  cell_n(r);
}

static vg_code exercise_row(void *ctx, const struct exercise *e, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  day(r, e->at);
  cell(r);
  link_to(r, "/exercices/", vg_id_str(&e->pid), vg_str_z(e->name));
  cell(r);
  textz(r, e->org_name);
  if (e->aside || e->reason[0])
    size_alone(r, e);
  else
    counts(r, &e->total, &e->most);
  return VG_OK;
}

static vg_code change_row(void *ctx, const struct exercise_change *c, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  textz(r, c->last.org_name);
  clicked(r, &c->first.total, &c->first.most);
  clicked(r, &c->last.total, &c->last.most);
  cell_n(r);
  real(r, c->p);
  cell_n(r);
  real(r, c->holm);
  return VG_OK;
}

static vg_code effect(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.company", "server.exercise.first", "server.exercise.last",
                                     NUMBER("server.exact_p"), NUMBER("server.holm_p")};
  struct exercise_effect x;
  card_begin(r, "server.exercises.effect", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.exercises.effect.sub");
  RAW(r, "</p>");
  table_begin(r, "avant-apres", "server.exercises.effect", head, VG_COUNT(head));
  VG_TRY(prevention_each_exercise_change(r->tx, &r->who, VG_STR(""), change_row, r, &x, err));
  table_end(r, "server.exercises.effect.none");
  if (x.companies) {
    RAW(r, "<p>");
    SAY(r, "server.exercises.effect.all", VG_N(x.companies), VG_N(x.fell), VG_N(x.rose));
    RAW(r, " p = ");
    real(r, x.p);
    RAW(r, "</p>");
  }
  card_end(r);
  return VG_OK;
}

static vg_code add_form(struct request *r, struct vg_err *err) {
  char given[200];
  card_begin(r, "server.exercise.new", NULL);
  RAW(r, "<p>");
  msg(r, "server.exercise.anonymous");
  RAW(r, "</p>");
  form_begin_file(r, "/exercices", NULL);
  VG_TRY(field_company(r, "org", "server.company.ref", asked(r, "org", given, sizeof given), true,
                       "territory.no_org territory.conflict territory.not_own", err));
  field(r, "name", "server.exercise.name", "text", "", true, "prevention.exercise prevention.exercise_exists");
  field(r, "at", "server.exercise.at", "datetime-local", "", true, "prevention.exercise_near");
  field(r, "scenario", "server.exercise.scenario", "text", "", false, NULL);
  field_file(r, "server.exercise.file", false,
             "server.exercise.nothing prevention.exercise_file prevention.exercise_status prevention.exercise_few "
             "prevention.exercise_groups base.csv base.json");
  field_area(r, "groups", "server.exercise.groups", false, "prevention.exercise_group");
  form_end(r, "server.exercise.count", true);
  card_end(r);
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.at",
                                     "server.exercise",
                                     "server.company",
                                     NUMBER("server.exercise.sent"),
                                     NUMBER("server.exercise.opened"),
                                     NUMBER("server.exercise.clicked"),
                                     "server.interval",
                                     NUMBER("server.exercise.submitted"),
                                     NUMBER("server.exercise.reported")};
  page_top(r, "server.nav.exercises", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.exercises.sub");
  RAW(r, "</p>");
  card_begin(r, "server.exercises", NULL);
  table_begin(r, "exercices", "server.exercises", head, VG_COUNT(head));
  VG_TRY(prevention_each_exercise(r->tx, &r->who, 0, exercise_row, r, err));
  table_end(r, "server.exercises.none");
  card_end(r);
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(effect(r, err));
  RAW(r, "</div><div>");
  VG_TRY(add_form(r, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

/* The file sent is read once, here, and is gone with its spool file: nothing of it but counts stays. */
static vg_code gather(struct request *r, struct exercise_groups *g, struct vg_err *err) {
  struct vg_buf bytes;
  char *lines = NULL;
  vg_code rc = VG_OK;
  if (r->file) {
    vg_buf_init(&bytes, EXERCISE_FILE_MAX);
    rc = vg_file_read(r->file->path, &bytes, err);
    if (rc == VG_OK)
      rc = prevention_exercise_read(vg_buf_view(&bytes), g, err);
    vg_buf_fini(&bytes);
    VG_TRY(rc);
  }
  VG_TRY(sent_long(r, "groups", &lines, err));
  vg_str rest = vg_str_z(lines), line;
  while (rc == VG_OK && vg_str_line(&rest, &line))
    if (vg_str_trim(line).n)
      rc = prevention_exercise_count(g, vg_str_trim(line), err);
  free(lines);
  return rc != VG_OK || g->n ? rc : VG_FAIL(err, VG_EDATA, "server.exercise.nothing");
}

static vg_code add(struct request *r, struct vg_err *err) {
  struct exercise e = {.at = 0};
  struct org o;
  char company[200];
  struct exercise_groups *g = calloc(1, sizeof *g);
  if (!g)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  (void)sent(r, "name", e.name, sizeof e.name);
  (void)sent(r, "scenario", e.scenario, sizeof e.scenario);
  if (!sent_time(r, "at", &e.at))
    e.at = r->now;
  vg_code rc = territory_org_find(r->tx, vg_str_z(sent(r, "org", company, sizeof company)), &o, err);
  if (rc == VG_OK)
    rc = gather(r, g, err);
  if (rc == VG_OK)
    rc = prevention_exercise_add(r->tx, &r->who, &o, &e, g, err);
  if (rc == VG_OK)
    go_to(r, "/exercices/", vg_id_str(&e.pid));
  free(g);
  return rc;
}

static vg_code group_row(void *ctx, const struct exercise_group *g, struct vg_err *err) {
  struct request *r = ctx;
  const struct exercise_count most = prevention_exercise_most(&g->count);
  (void)err;
  row(r);
  cell(r);
  if (g->name[0])
    textz(r, g->name);
  else
    msg(r, "cli.exercise.others");
  counts(r, &g->count, &most);
  return VG_OK;
}

/* Why, and the way to the right counts. */
static vg_code taken_back(struct request *r, const struct exercise *e) {
  card_begin(r, NULL, NULL);
  RAW(r, "<p>");
  SAY(r, "server.exercise.taken.why", VG_T(vg_str_z(e->reason)));
  RAW(r, "</p><p><a class=\"btn\" href=\"/exercices?org=");
  url(r, vg_str_z(e->org_name));
  RAW(r, "\">");
  msg(r, "server.exercise.new");
  RAW(r, "</a></p>");
  card_end(r);
  return VG_OK;
}

static void take_back_form(struct request *r) {
  card_begin(r, NULL, NULL);
  details_begin(r, "server.exercise.take_back", "cancel");
  RAW(r, "<p>");
  msg(r, "server.exercise.take_back.help");
  RAW(r, "</p>");
  form_begin(r, r->path, "cancel");
  field(r, "reason", "server.motive", "text", "", true,
        "prevention.exercise_reason prevention.exercise_taken prevention.exercise_held");
  form_end(r, "server.action.mistake.do", false);
  RAW(r, "</details>");
  card_end(r);
}

static vg_code show(struct request *r, struct vg_err *err) {
  static const char *const head[] = {"server.exercise.group",
                                     NUMBER("server.exercise.sent"),
                                     NUMBER("server.exercise.opened"),
                                     NUMBER("server.exercise.clicked"),
                                     "server.interval",
                                     NUMBER("server.exercise.submitted"),
                                     NUMBER("server.exercise.reported")};
  struct exercise e;
  VG_TRY(prevention_exercise_find(r->tx, vg_str_z(r->rest), &e, err));
  VG_TRY(territory_access(r->tx, &r->who, e.org, err));
  page_top_text(r, vg_str_z(e.name));
  RAW(r, "<p class=\"sub\">");
  link_to(r, "/entreprises/", vg_str_z(e.org_name), vg_str_z(e.org_name));
  RAW(r, " · ");
  day(r, e.at);
  if (e.scenario[0]) {
    RAW(r, " · ");
    textz(r, e.scenario);
  }
  RAW(r, "</p>");
  if (e.reason[0])
    return taken_back(r, &e);
  card_begin(r, "server.exercise.by_group", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.exercise.anonymous");
  RAW(r, "</p>");
  table_begin(r, "groupes", "server.exercise.by_group", head, VG_COUNT(head));
  VG_TRY(prevention_each_exercise_group(r->tx, e.id, group_row, r, err));
  row(r);
  cell(r);
  RAW(r, "<b>");
  msg(r, "server.total");
  RAW(r, "</b>");
  if (e.aside)
    size_alone(r, &e);
  else
    counts(r, &e.total, &e.most);
  table_end(r, NULL);
  if (e.aside) {
    RAW(r, "<p>");
    SAY(r, "server.exercise.aside.why", VG_N(EXERCISE_APART / VG_DAY));
    RAW(r, "</p>");
  }
  if (e.undelivered) {
    RAW(r, "<p>");
    SAY(r, "server.exercise.undelivered", VG_N(e.undelivered));
    RAW(r, "</p>");
  }
  RAW(r, "<p><a class=\"btn\" href=\"/exercices\">");
  msg(r, "server.exercises");
  RAW(r, "</a> <a class=\"btn\" href=\"/actions?org=");
  url(r, vg_str_z(e.org_name));
  RAW(r, "\">");
  msg(r, "server.exercise.plan");
  RAW(r, "</a></p>");
  card_end(r);
  take_back_form(r);
  return VG_OK;
}

static vg_code take_back(struct request *r, struct vg_err *err) {
  char reason[400];
  const vg_str pid = vg_str_z(r->rest);
  VG_TRY(prevention_exercise_take_back(r->tx, &r->who, pid, vg_str_z(sent(r, "reason", reason, sizeof reason)), err));
  go_to(r, "/exercices/", pid);
  return VG_OK;
}

const struct page page_exercises = {"/exercices", GROUP_NETWORK, "server.nav.exercises", list, add, PAGE_LISTED};
const struct page page_exercise = {"/exercices/", GROUP_NETWORK, "server.nav.exercises", show, take_back, PAGE_HIDDEN};
