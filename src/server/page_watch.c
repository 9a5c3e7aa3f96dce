#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "server/upload.h"
#include "watch/watch.h"

enum { STORIES = 60, STORY_DAYS = 30 };

/* --- /veille --- */

struct listing {
  struct request *r;
  bool starred;
};

/* Each reason with its count and its points; age halves them, so the youngest alone may have none. */
static void why(struct request *r, const struct watch_story *s) {
  static const char *const counted[][2] = {{"watch.reason.known", "watch.reason.known.n"},
                                           {"watch.reason.sources", "watch.reason.sources.n"},
                                           {"watch.reason.indicators", "watch.reason.indicators.n"},
                                           {"watch.reason.cves", "watch.reason.cves.n"}};
  RAW(r, "<small>");
  for (size_t i = 0; i < s->reasons; i++) {
    vg_buf_z(&r->out, i ? "<br>" : "");
    for (size_t k = 0; k < VG_COUNT(counted); k++)
      if (!strcmp(counted[k][0], s->reason[i].id))
        SAY(r, counted[k][1], VG_N(s->reason[i].n));
    RAW(r, " (+");
    real(r, s->reason[i].points);
    RAW(r, ")");
  }
  if (!s->reasons)
    msg(r, "server.watch.only_fresh");
  RAW(r, "</small>");
}

static vg_code story_row(void *ctx, const struct watch_story *s, struct vg_err *err) {
  (void)err;
  struct listing *l = ctx;
  struct request *r = l->r;
  if (l->starred && !s->starred)
    return VG_OK;
  row(r);
  cell(r);
  link_to(r, "/veille/", s->pid, s->title);
  if (s->starred)
    RAW(r, " ★");
  if (s->note.n) {
    RAW(r, "<br><small>");
    text(r, s->note);
    RAW(r, "</small>");
  }
  cell(r);
  badge(r, s->read ? "mute" : "info", s->read ? "server.watch.read" : "server.watch.unread");
  cell(r);
  tlp(r, s->tlp);
  cell_n(r);
  real(r, s->score);
  cell(r);
  why(r, s);
  cell(r);
  when(r, s->last);
  return VG_OK;
}

static void view_tab(struct request *r, const char *view, const char *id, const char *now) {
  vg_buf_fmt(&r->out, "<li><a href=\"/veille?vue=%s\"%s>", view,
             strcmp(view, now) == 0 ? " aria-current=\"page\"" : "");
  msg(r, id);
  RAW(r, "</a></li>");
}

static vg_code stories(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.watch.story",         "server.state",     "TLP",
                                        NUMBER("server.watch.score"), "server.watch.why", "server.watch.last"};
  char view[16];
  struct listing l = {.r = r};
  asked(r, "vue", view, sizeof view);
  l.starred = strcmp(view, "etoiles") == 0;
  card_begin(r, "server.watch.stories", NULL);
  RAW(r, "<ul class=\"tabs\">");
  view_tab(r, "toutes", "server.watch.all", view[0] ? view : "toutes");
  view_tab(r, "nonlues", "server.watch.only_unread", view);
  view_tab(r, "etoiles", "server.watch.only_starred", view);
  RAW(r, "</ul>");
  table_begin(r, "histoires", "server.watch.stories", heading, VG_COUNT(heading));
  VG_TRY(watch_each_story(r->tx, r->who.person, STORY_DAYS, strcmp(view, "nonlues") == 0,
                          r->csv[0] || l.starred ? 100000 : STORIES, story_row, &l, err));
  table_end(r, "server.watch.no_stories");
  card_end(r);
  return VG_OK;
}

/* What is wrong, its words (an address among them cannot be clicked). */
static void problem(struct request *r, const struct watch_source *s) {
  SAY(r, VG_T(s->problem));
  RAW(r, " ");
  broken(r, s->words);
}

/* The same, and what to do, a line each. */
static void trouble(struct request *r, const struct watch_source *s) {
  const char *advice = watch_advice_id(s->problem, s->health);
  if (s->problem.n) {
    RAW(r, "<br><b>");
    problem(r, s);
    RAW(r, "</b>");
  }
  if (advice) {
    RAW(r, "<br>");
    msg(r, advice);
  }
}

static vg_code source_row(void *ctx, const struct watch_source *s, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  static const char *const kind[] = {"info", "ok", "warn", "warn", "bad"};
  row(r);
  cell(r);
  link_to(r, "/veille/sources/", s->pid, s->title.n ? s->title : s->url);
  RAW(r, "<br><small>");
  broken(r, s->url);
  trouble(r, s);
  RAW(r, "</small>");
  cell(r);
  text(r, s->category);
  cell(r);
  tlp(r, s->tlp);
  cell(r);
  badge(r, kind[s->health], watch_health_id(s->health));
  cell_n(r);
  num(r, s->items);
  cell(r);
  when(r, s->newest);
  cell(r);
  when(r, s->last_ok);
  return VG_OK;
}

static const struct choice markings[] = {{"TLP:CLEAR", "TLP:CLEAR"},
                                         {"TLP:GREEN", "TLP:GREEN"},
                                         {"TLP:AMBER", "TLP:AMBER"},
                                         {"TLP:AMBER+STRICT", "TLP:AMBER+STRICT"},
                                         {"TLP:RED", "TLP:RED"}};

static void add_form(struct request *r) {
  static const struct choice kinds[] = {{"feed", "server.watch.feed"}, {"page", "server.watch.page"}};
  details_begin(r, "server.watch.add", "add");
  form_begin(r, "/veille", "add");
  field(r, "url", "server.watch.url", "url", "https://", true, "watch.bad_url watch.known");
  field(r, "title", "server.watch.title", "text", "", false, "");
  field(r, "category", "server.watch.category", "text", "", false, "");
  field_choice(r, "kind", "server.watch.kind", kinds, VG_COUNT(kinds), "feed", "watch.bad_kind");
  field_choice(r, "tlp", "server.watch.tlp", markings, VG_COUNT(markings), "TLP:CLEAR", "");
  field(r, "every", "server.watch.every", "number", "60", true, "watch.bad_period");
  field(r, "silence", "server.watch.silence", "number", "", false, "watch.bad_expect");
  form_end(r, "server.watch.follow", false);
  RAW(r, "</details>");
}

static void opml_forms(struct request *r) {
  details_begin(r, "server.watch.opml", "opml");
  form_begin_file(r, "/veille", "opml");
  field_file(r, "server.watch.opml_text", true,
             "watch.no_opml watch.opml_long watch.opml_many watch.opml_broken watch.opml_deep server.no_file");
  form_end(r, "server.watch.opml_import", false);
  RAW(r, "<p>");
  button_link(r, "/veille/sources.opml", "server.watch.opml_export", false);
  RAW(r, "</p></details>");
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const sources[] = {"server.watch.source", "server.watch.category",      "TLP",
                                        "server.watch.health", NUMBER("server.watch.items"), "server.watch.newest",
                                        "server.watch.last_ok"};
  page_top(r, "server.nav.watch", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.watch.sub");
  RAW(r, "</p>");
  VG_TRY(stories(r, err));
  RAW(r, "<p>");
  button_link(r, "/taches?pour=tous", "server.tasks.title", false);
  RAW(r, "</p>");
  card_begin(r, "server.watch.sources_followed", NULL);
  table_begin(r, "sources", "server.watch.sources_followed", sources, VG_COUNT(sources));
  VG_TRY(watch_each_source(r->tx, source_row, r, err));
  table_end(r, "server.watch.no_sources");
  add_form(r);
  opml_forms(r);
  card_end(r);
  return VG_OK;
}

/* --- what its forms do --- */

struct asked_source {
  char url[2048], title[256], category[200], kind[16], marking[24], every[16], silence[16];
};

/* Texts live in a. */
static struct watch_new_source sent_source(struct request *r, struct asked_source *a) {
  int64_t minutes = 0, days = 0;
  struct watch_new_source s = {.url = sent(r, "url", a->url, sizeof a->url),
                               .title = sent(r, "title", a->title, sizeof a->title),
                               .category = sent(r, "category", a->category, sizeof a->category),
                               .kind = sent(r, "kind", a->kind, sizeof a->kind),
                               .tlp = TLP_AMBER_STRICT};
  (void)intel_tlp_by_name(vg_str_z(sent(r, "tlp", a->marking, sizeof a->marking)), &s.tlp);
  bool whole = vg_str_i64(vg_str_z(sent(r, "every", a->every, sizeof a->every)), &minutes) && minutes > 0 &&
               minutes <= 60 * 24 * 30;
  bool said = *sent(r, "silence", a->silence, sizeof a->silence) != 0;
  if (said)
    s.expect = vg_str_i64(vg_str_z(a->silence), &days) && days >= 0 && days <= WATCH_EXPECT_DAYS ? days * VG_DAY : 1;
  s.period = whole ? minutes * 60 * VG_SECOND : 1; /* too short: refused with its message */
  return s;
}

static vg_code follow(struct request *r, struct vg_err *err) {
  struct asked_source a;
  struct vg_id pid;
  struct watch_new_source s = sent_source(r, &a);
  return watch_source_add(r->tx, &r->who, &s, &pid, err);
}

static void told_opml(struct request *r, const struct watch_opml *o) {
  page_top(r, "server.watch.opml", NULL);
  card_begin(r, NULL, NULL);
  RAW(r, "<p role=\"status\">");
  SAY(r, "cli.watch.opml_read", VG_N(o->added), VG_N(o->known));
  RAW(r, "</p>");
  if (o->refused) {
    RAW(r, "<p>");
    SAY(r, "cli.watch.opml_refused", VG_N(o->refused), o->first);
    RAW(r, "</p>");
  }
  RAW(r, "<p>");
  button_link(r, "/veille", "server.nav.watch", true);
  RAW(r, "</p>");
  card_end(r);
}

static vg_code act_list(struct request *r, struct vg_err *err) {
  char what[16];
  struct watch_opml o;
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "opml") == 0 && !r->file)
    return VG_FAIL(err, VG_EUSAGE, "server.no_file");
  if (strcmp(what, "opml") == 0) {
    VG_TRY(watch_opml_import(r->tx, &r->who, r->file->path, &o, err));
    told_opml(r, &o);
    return VG_OK;
  }
  VG_TRY(follow(r, err));
  go_to(r, "/veille", VG_STR(""));
  return VG_OK;
}

/* --- /veille/sources/ID, /veille/sources.opml --- */

static vg_code export(struct request *r, struct vg_err *err) {
  r->type = "text/x-opml; charset=utf-8";
  snprintf(r->name, sizeof r->name, "vigie-sources.opml");
  return watch_opml_export(r->tx, &r->out, err);
}

static const char *minutes_of(const struct watch_source *s, char out[static 24]) {
  return vg_num_text(out, s->period / (60 * VG_SECOND));
}

/* In days, "" when nothing was said. */
static const char *silence_of(const struct watch_source *s, char out[static 24]) {
  return s->expect ? vg_num_text(out, (s->expect + VG_DAY - 1) / VG_DAY) : vg_str_copy(out, 24, VG_STR(""));
}

static void change_form(struct request *r, const struct watch_source *s, const char *path) {
  char value[300], every[24], days[24];
  details_begin(r, "server.watch.change", "change");
  form_begin(r, path, "change");
  field(r, "title", "server.watch.title", "text", vg_str_copy(value, sizeof value, s->title), false, "");
  field(r, "category", "server.watch.category", "text", vg_str_copy(value, sizeof value, s->category), false, "");
  field_choice(r, "tlp", "server.watch.tlp", markings, VG_COUNT(markings), intel_tlp_name(s->tlp), "");
  field(r, "every", "server.watch.every", "number", minutes_of(s, every), true, "watch.bad_period");
  field(r, "silence", "server.watch.silence", "number", silence_of(s, days), false, "watch.bad_expect");
  field_was(r, "title", s->title);
  field_was(r, "category", s->category);
  field_was(r, "tlp", vg_str_z(intel_tlp_name(s->tlp)));
  field_was(r, "every", vg_str_z(every));
  field_was(r, "silence", vg_str_z(days));
  form_end(r, "server.watch.keep", false);
  RAW(r, "</details>");
}

static vg_code one_source(void *ctx, const struct watch_source *s, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  static const char *const kind[] = {"info", "ok", "warn", "warn", "bad"};
  char path[VG_ID_MAX + 32];
  if (!vg_str_eqz(s->pid, r->rest))
    return VG_OK;
  snprintf(path, sizeof path, "/veille/sources/%s", r->rest);
  page_top_text(r, s->title.n ? s->title : s->url);
  RAW(r, "<p class=\"sub\">");
  badge(r, kind[s->health], watch_health_id(s->health));
  RAW(r, " ");
  tlp(r, s->tlp);
  RAW(r, "</p>");
  card_begin(r, "server.watch.source", NULL);
  dl_begin(r);
  term(r, "server.watch.url");
  broken(r, s->url);
  term(r, "server.watch.category");
  text(r, s->category);
  term(r, "server.watch.items");
  num(r, s->items);
  term(r, "server.watch.newest");
  when(r, s->newest);
  term(r, "server.watch.habit");
  if (s->habit) {
    SAY(r, "server.watch.days", VG_N((s->habit + VG_DAY - 1) / VG_DAY));
    RAW(r, ", ");
    msg(r, s->expect      ? "server.watch.habit.said"
           : s->items < 4 ? "server.watch.habit.few"
                          : "server.watch.habit.usual");
  } else {
    msg(r, "server.watch.no_habit");
  }
  term(r, "server.watch.last_ok");
  when(r, s->last_ok);
  term(r, "server.watch.next");
  if (s->next_fetch <= r->now)
    msg(r, "server.watch.now");
  else
    when(r, s->next_fetch);
  if (s->problem.n) {
    term(r, "server.watch.problem");
    problem(r, s);
  }
  if (watch_advice_id(s->problem, s->health)) {
    term(r, "server.watch.advice");
    msg(r, watch_advice_id(s->problem, s->health));
  }
  dl_end(r);
  form_begin(r, path, "due");
  form_end(r, "server.watch.read_now", true);
  details_begin(r, "server.watch.carry", "carry");
  form_begin_file(r, path, "carry");
  field_file(r, "server.watch.carry_file", true, "server.no_file watch.no_feed watch.no_text");
  form_end(r, "server.watch.carry_it", false);
  RAW(r, "</details>");
  change_form(r, s, path);
  details_begin(r, "server.watch.drop", "drop");
  form_begin(r, path, "drop");
  form_end(r, "server.watch.drop_it", false);
  RAW(r, "</details>");
  card_end(r);
  return VG_OK;
}

static vg_code show_source(struct request *r, struct vg_err *err) {
  VG_TRY(watch_each_source(r->tx, one_source, r, err));
  return r->framed ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "watch.no_source", r->rest);
}

/* What somebody else changed since the page was opened is not overwritten. */
struct unchanged {
  struct request *r;
  const struct asked_source *a;
};
static vg_code still_as_shown(void *ctx, const struct watch_source *s, struct vg_err *err) {
  struct unchanged *u = ctx;
  struct request *r = u->r;
  char every[24], days[24];
  if (!vg_str_eqz(s->pid, r->rest))
    return VG_OK;
  VG_TRY(field_still(r, "title", s->title, vg_str_z(u->a->title), err));
  VG_TRY(field_still(r, "category", s->category, vg_str_z(u->a->category), err));
  VG_TRY(field_still(r, "tlp", vg_str_z(intel_tlp_name(s->tlp)), vg_str_z(u->a->marking), err));
  VG_TRY(field_still(r, "every", vg_str_z(minutes_of(s, every)), vg_str_z(u->a->every), err));
  return field_still(r, "silence", vg_str_z(silence_of(s, days)), vg_str_z(u->a->silence), err);
}

static vg_code act_source(struct request *r, struct vg_err *err) {
  char what[16];
  struct asked_source a;
  struct watch_summary summary;
  vg_str pid = vg_str_z(r->rest);
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "drop") == 0) {
    VG_TRY(watch_source_drop(r->tx, &r->who, pid, err));
    go_to(r, "/veille", VG_STR(""));
    return VG_OK;
  }
  if (strcmp(what, "change") == 0) {
    struct watch_new_source s = sent_source(r, &a);
    VG_TRY(watch_each_source(r->tx, still_as_shown, &(struct unchanged){r, &a}, err));
    VG_TRY(watch_source_change(r->tx, &r->who, pid, &s, err));
  } else if (strcmp(what, "carry") == 0) {
    if (!r->file)
      return VG_FAIL(err, VG_EUSAGE, "server.no_file");
    VG_TRY(watch_source_carry(r->tx, &r->who, pid, r->file->path, &summary, err));
  } else {
    VG_TRY(watch_source_due(r->tx, &r->who, pid, err));
  }
  go_to(r, "/veille/sources/", pid);
  return VG_OK;
}

const struct page page_watch = {"/veille", GROUP_THREATS, "server.nav.watch", list, act_list, PAGE_LISTED};
const struct page page_opml = {"/veille/sources.opml", GROUP_THREATS, "server.nav.watch", export, NULL, PAGE_HIDDEN};
const struct page page_source = {"/veille/sources/", GROUP_THREATS, "server.nav.watch",
                                 show_source,        act_source,    PAGE_HIDDEN};
