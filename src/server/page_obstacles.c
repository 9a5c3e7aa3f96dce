#include <stdio.h>
#include <string.h>

#include "server/evaluation.h"

static void severity(struct request *r, int64_t n) {
  static const char *const kind[] = {"mute", "info", "warn", "bad"};
  static const char *const id[] = {"server.severity.1", "server.severity.2", "server.severity.3", "server.severity.4"};
  size_t i = n >= 1 && n <= 4 ? (size_t)n - 1 : 0;
  badge(r, kind[i], id[i]);
}

static void due_or_removed(struct request *r, const struct obstacle *o) {
  if (o->removed != VG_NOTIME) {
    badge(r, "ok", "server.obstacle.removed");
    RAW(r, " ");
    day(r, o->removed);
    return;
  }
  if (o->due != VG_NOTIME && o->due < r->now) {
    RAW(r, "<span class=\"hot\">");
    day(r, o->due);
    RAW(r, "</span>");
  } else {
    day(r, o->due);
  }
}

/* --- /evaluation/obstacles --- */

static vg_code list_row(void *ctx, const struct obstacle *o, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  link_to(r, "/evaluation/obstacles/", vg_str_z(o->pid.s), vg_str_z(o->title));
  cell(r);
  word(r, "server.obstacle.family.", vg_str_z(o->family));
  cell(r);
  zone_name(r, vg_str_z(o->zone));
  cell(r);
  severity(r, o->severity);
  cell(r);
  textz(r, o->owner);
  cell(r);
  due_or_removed(r, o);
  cell_n(r);
  num(r, o->links);
  cell(r);
  textz(r, o->evidence);
  return VG_OK;
}

static void care_fields(struct request *r, const struct obstacle *o) {
  static const struct choice levels[] = {
      {"1", "server.severity.1"}, {"2", "server.severity.2"}, {"3", "server.severity.3"}, {"4", "server.severity.4"}};
  char due[24] = "";
  if (o->due != VG_NOTIME)
    put_local(due, o->due);
  field_choice(r, "severity", "server.obstacle.severity", levels, VG_COUNT(levels), VG_N(o->severity),
               "evaluation.severity");
  field(r, "owner", "server.obstacle.owner", "text", o->owner, false, "");
  field(r, "due", "server.obstacle.due", "datetime-local", due, false, "server.bad_time");
}

/* A time that was meant and is none is no empty one. */
static vg_code care_sent(struct request *r, struct obstacle *o, struct vg_err *err) {
  char n[8], due[40];
  o->severity = 0;
  o->due = VG_NOTIME;
  sent(r, "owner", o->owner, sizeof o->owner);
  (void)vg_str_i64(vg_str_z(sent(r, "severity", n, sizeof n)), &o->severity);
  if (vg_str_trim(vg_str_z(sent(r, "due", due, sizeof due))).n && !sent_time(r, "due", &o->due))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  return VG_OK;
}

static vg_code add_form(struct request *r, struct vg_err *err) {
  static const struct choice families[] = {{"legal", "server.obstacle.family.legal"},
                                           {"technical", "server.obstacle.family.technical"},
                                           {"human", "server.obstacle.family.human"},
                                           {"budget", "server.obstacle.family.budget"},
                                           {"organisation", "server.obstacle.family.organisation"},
                                           {"trust", "server.obstacle.family.trust"},
                                           {"other", "server.obstacle.family.other"}};
  details_begin(r, "server.obstacle.new", "add");
  form_begin(r, "/evaluation/obstacles", "add");
  field(r, "title", "server.obstacle.title", "text", "", true, "evaluation.title");
  field_choice(r, "family", "server.obstacle.family", families, VG_COUNT(families), "human", "evaluation.family");
  care_fields(r, &(struct obstacle){.severity = 2, .due = VG_NOTIME});
  VG_TRY(field_zone(r, "zone", "server.evaluation.all_zones", "", "territory.no_zone", err));
  form_end(r, "server.obstacle.enter", false);
  RAW(r, "</details>");
  return VG_OK;
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {
      "server.obstacle.title",          "server.obstacle.family",  "server.zone",
      "server.obstacle.severity",       "server.obstacle.owner",   "server.obstacle.due",
      NUMBER("server.obstacle.behind"), "server.obstacle.evidence"};
  page_top(r, "server.obstacles", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.obstacles.sub");
  RAW(r, "</p>");
  card_begin(r, "server.obstacles", NULL);
  table_begin(r, "obstacles", "server.obstacles", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_obstacle(r->tx, list_row, r, err));
  table_end(r, "server.obstacles.none");
  VG_TRY(add_form(r, err));
  card_end(r);
  return VG_OK;
}

static vg_code add(struct request *r, struct vg_err *err) {
  struct obstacle o = {.due = VG_NOTIME, .removed = VG_NOTIME};
  sent(r, "title", o.title, sizeof o.title);
  sent(r, "family", o.family, sizeof o.family);
  sent(r, "zone", o.zone, sizeof o.zone);
  VG_TRY(care_sent(r, &o, err));
  VG_TRY(evaluation_obstacle_add(r->tx, &r->who, &o, err));
  go_to(r, "/evaluation/obstacles/", vg_str_z(o.pid.s));
  return VG_OK;
}

/* --- /evaluation/obstacles/ID --- */

static vg_code question_words(void *ctx, vg_str ref, vg_str fr, vg_str en, vg_str title, struct vg_err *err) {
  struct request *r = ctx;
  (void)ref, (void)err;
  RAW(r, "<br><small>");
  text(r, r->lang == VG_FR ? fr : en);
  RAW(r, " · ");
  text(r, title);
  RAW(r, "</small>");
  return VG_OK;
}

static vg_code thing_words(void *ctx, const struct evaluation_recent *one, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<br><small>");
  text(r, one->organisation);
  vg_buf_z(&r->out, one->organisation.n && one->what.n ? " · " : "");
  text(r, one->what);
  RAW(r, "</small>");
  return VG_OK;
}

static vg_code link_row(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *err) {
  struct request *r = ctx;
  row(r);
  cell(r);
  if (!ref.p)
    msg(r, "server.obstacle.not_yours");
  else
    link_ref(r, ref);
  if (vg_str_starts(ref, VG_STR("evaluation--")))
    VG_TRY(evaluation_each_linkable(r->tx, ref, question_words, r, err));
  else if (ref.p)
    VG_TRY(evaluation_link_words(r->tx, ref, thing_words, r, err));
  cell(r);
  badge(r, removal ? "ok" : "mute", removal ? "server.obstacle.shows_gone" : "server.obstacle.shows");
  cell(r);
  when(r, added);
  return VG_OK;
}

static vg_code question_option(void *ctx, vg_str ref, vg_str fr, vg_str en, vg_str title, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<option value=\"");
  text(r, ref);
  RAW(r, "\">");
  text(r, r->lang == VG_FR ? fr : en);
  RAW(r, " · ");
  text(r, title);
  RAW(r, "</option>");
  return VG_OK;
}

static vg_code forms(struct request *r, const struct obstacle *o, struct vg_err *err) {
  char path[VG_ID_MAX + 32];
  snprintf(path, sizeof path, "/evaluation/obstacles/%s", o->pid.s);
  char typed[200];
  RAW(r, "<details");
  vg_buf_z(&r->out, *asked(r, "cherche", typed, sizeof typed) ? " open>" : ">");
  RAW(r, "<summary>");
  msg(r, "server.obstacle.recent");
  RAW(r, "</summary>");
  VG_TRY(part_recent(r, o, path, err));
  RAW(r, "</details>");
  details_begin(r, "server.obstacle.link_answers", "answers");
  form_begin(r, path, "answers");
  RAW(r, "<div class=\"field\"><label for=\"f-question\">");
  msg(r, "server.evaluation.question");
  RAW(r, "</label><select id=\"f-question\" name=\"ref\">");
  VG_TRY(evaluation_each_linkable(r->tx, VG_STR(""), question_option, r, err));
  RAW(r, "</select></div>");
  form_end(r, "server.obstacle.link_answers", false);
  RAW(r, "</details>");
  details_begin(r, "server.obstacle.link", "link");
  form_begin(r, path, "link");
  field(r, "ref", "server.obstacle.ref", "text", "", true, "evaluation.no_link evaluation.linked");
  form_end(r, "server.obstacle.link", false);
  RAW(r, "</details>");
  if (o->removed != VG_NOTIME)
    return VG_OK;
  details_begin(r, "server.obstacle.change", "change");
  form_begin(r, path, "change");
  care_fields(r, o);
  form_end(r, "server.terms.do", false);
  RAW(r, "</details>");
  details_begin(r, "server.obstacle.remove", "remove");
  form_begin(r, path, "remove");
  field(r, "evidence", "server.obstacle.evidence", "text", "", true, "evaluation.evidence");
  field(r, "refs", "server.obstacle.refs", "text", "", false, "evaluation.no_link evaluation.linked");
  form_end(r, "server.obstacle.remove", false);
  RAW(r, "</details>");
  return VG_OK;
}

/* Somebody else changed it, knowing nothing of what is said here. */
static vg_code conflict_line(struct request *r, const struct obstacle *o, struct vg_err *err) {
  int64_t n;
  VG_TRY(
      store_get_int(r->tx, &n, "SELECT COUNT(*) FROM merge_v_conflict WHERE subject = $1", S_ARGS(S_Z(o->pid.s)), err));
  if (n == 0)
    return VG_OK;
  RAW(r, "<p class=\"actions\">");
  badge(r, "warn", "server.obstacle.conflict");
  RAW(r, " ");
  button_link(r, "/fusion", "server.nav.fusion", false);
  RAW(r, "</p>");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.obstacle.behind_it", "server.obstacle.what_it_shows",
                                        "server.obstacle.linked"};
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(r->tx, vg_str_z(r->rest), &o, err));
  page_top_text(r, vg_str_z(o.title));
  RAW(r, "<p class=\"sub\">");
  word(r, "server.obstacle.family.", vg_str_z(o.family));
  RAW(r, " · ");
  severity(r, o.severity);
  RAW(r, "</p>");
  VG_TRY(conflict_line(r, &o, err));
  card_begin(r, "server.obstacle", NULL);
  dl_begin(r);
  term(r, "server.zone");
  zone_name(r, vg_str_z(o.zone));
  term(r, "server.obstacle.owner");
  textz(r, o.owner[0] ? o.owner : "–");
  term(r, "server.obstacle.opened");
  when(r, o.opened);
  term(r, o.removed == VG_NOTIME ? "server.obstacle.due" : "server.state");
  due_or_removed(r, &o);
  if (o.removed != VG_NOTIME) {
    term(r, "server.obstacle.evidence");
    textz(r, o.evidence);
  }
  dl_end(r);
  table_begin(r, "preuves", "server.obstacle.behind_it", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_link(r->tx, &r->who, o.id, link_row, r, err));
  table_end(r, "server.obstacle.nothing_behind");
  VG_TRY(forms(r, &o, err));
  card_end(r);
  return VG_OK;
}

static vg_code remove_it(struct request *r, vg_str pid, struct vg_err *err) {
  char evidence[512], list[1024];
  vg_str ref[16], rest = vg_str_z(sent(r, "refs", list, sizeof list)), one;
  size_t n = 0;
  while (n < VG_COUNT(ref) && vg_str_cut(&rest, ' ', &one))
    if (vg_str_trim(one).n)
      ref[n++] = vg_str_trim(one);
  return evaluation_obstacle_remove(r->tx, &r->who, pid, vg_str_z(sent(r, "evidence", evidence, sizeof evidence)), ref,
                                    n, err);
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16], value[512];
  struct obstacle o;
  vg_str pid = vg_str_z(r->rest);
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "link") == 0 || strcmp(what, "answers") == 0 || strcmp(what, "pick") == 0)
    VG_TRY(evaluation_obstacle_link(r->tx, &r->who, pid, vg_str_z(sent(r, "ref", value, sizeof value)), err));
  else if (strcmp(what, "change") == 0) {
    VG_TRY(evaluation_obstacle_find(r->tx, pid, &o, err));
    VG_TRY(care_sent(r, &o, err));
    VG_TRY(evaluation_obstacle_change(r->tx, &r->who, &o, err));
  } else
    VG_TRY(remove_it(r, pid, err));
  go_to(r, "/evaluation/obstacles/", pid);
  return VG_OK;
}

const struct page page_obstacles = {
    "/evaluation/obstacles", GROUP_NETWORK, "server.nav.evaluation", list, add, PAGE_HIDDEN};
const struct page page_obstacle = {
    "/evaluation/obstacles/", GROUP_NETWORK, "server.nav.evaluation", show, act, PAGE_HIDDEN};
