#include "server/server_internal.h"

#include <string.h>

#include "watch/watch.h"

enum { STORIES = 60, STORY_DAYS = 30 };

/* --- /veille --- */

static vg_code story_row(void *ctx, const struct watch_story *s, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  link_to(r, "/veille/", s->pid, s->title);
  if (s->starred)
    RAW(r, " ★");
  cell(r);
  badge(r, s->read ? "mute" : "info", s->read ? "server.watch.read" : "server.watch.unread");
  cell_n(r);
  real(r, s->score);
  cell_n(r);
  num(r, s->sources);
  cell_n(r);
  num(r, s->indicators);
  cell_n(r);
  num(r, s->cves);
  cell(r);
  when(r, s->last);
  return VG_OK;
}

static vg_code source_row(void *ctx, const struct watch_source *s, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  static const char *const kind[] = {"info", "ok", "warn", "bad"};
  row(r);
  cell(r);
  text(r, s->title.n ? s->title : s->url);
  RAW(r, "<br><small>");
  broken(r, s->url);
  RAW(r, "</small>");
  cell(r);
  text(r, s->category);
  cell(r);
  badge(r, kind[s->health], watch_health_id(s->health));
  if (s->problem.n) {
    RAW(r, "<br><small>");
    SAY(r, VG_T(s->problem));
    RAW(r, "</small>");
  }
  cell_n(r);
  num(r, s->items);
  cell(r);
  when(r, s->newest);
  cell(r);
  when(r, s->last_ok);
  return VG_OK;
}

static void add_form(struct request *r) {
  static const struct choice kinds[] = {{"feed", "server.watch.feed"}, {"page", "server.watch.page"}};
  details_begin(r, "server.watch.add", "add");
  form_begin(r, "/veille", "add");
  field(r, "url", "server.watch.url", "url", "https://", true, "watch.bad_url watch.known");
  field(r, "category", "server.watch.category", "text", "", false, "");
  field_choice(r, "kind", "server.watch.kind", kinds, VG_COUNT(kinds), "feed", "watch.bad_kind");
  form_end(r, "server.watch.follow", false);
  RAW(r, "</details>");
}

static vg_code list(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.watch.story",           "server.state",          NUMBER("server.watch.score"), NUMBER("server.watch.sources"),
                                        NUMBER("server.watch.indicators"), NUMBER("server.watch.cves"), "server.watch.last"};
  static const char *const sources[] = {"server.watch.source",        "server.watch.category", "server.watch.health",
                                        NUMBER("server.watch.items"), "server.watch.newest",   "server.watch.last_ok"};
  page_top(r, "server.nav.watch", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.watch.sub");
  RAW(r, "</p>");
  card_begin(r, "server.watch.stories", NULL);
  table_begin(r, "histoires", "server.watch.stories", heading, VG_COUNT(heading));
  VG_TRY(watch_each_story(r->tx, r->who.person, STORY_DAYS, false, r->csv[0] ? 100000 : STORIES, story_row, r, err));
  table_end(r, "server.watch.no_stories");
  card_end(r);
  card_begin(r, "server.watch.sources_followed", NULL);
  table_begin(r, "sources", "server.watch.sources_followed", sources, VG_COUNT(sources));
  VG_TRY(watch_each_source(r->tx, source_row, r, err));
  table_end(r, "server.watch.no_sources");
  add_form(r);
  card_end(r);
  return VG_OK;
}

static vg_code follow(struct request *r, struct vg_err *err) {
  char address[2048], category[200], kind[16];
  struct vg_id pid;
  struct watch_new_source s = {.url = sent(r, "url", address, sizeof address), .category = sent(r, "category", category, sizeof category),
                               .kind = sent(r, "kind", kind, sizeof kind), .tlp = TLP_CLEAR};
  VG_TRY(watch_source_add(r->tx, &r->who, &s, &pid, err));
  go_to(r, "/veille", VG_STR(""));
  return VG_OK;
}

/* --- /veille/ID --- */

static vg_code item_row(void *ctx, const struct watch_item *i, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  when(r, i->published);
  cell(r);
  text(r, i->source);
  cell(r);
  text(r, i->title);
  RAW(r, "<br><small>");
  broken(r, i->url); /* no link: a page of Vigie leads nowhere outside */
  RAW(r, "</small>");
  return VG_OK;
}

static vg_code mention_row(void *ctx, const struct watch_mention *m, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  row(r);
  cell(r);
  word(r, "server.type.", m->type);
  cell(r);
  link_indicator(r, m->type, m->value);
  cell(r);
  if (m->benign || m->known)
    badge(r, m->benign ? "mute" : "warn", m->benign ? "server.watch.benign" : "server.watch.known");
  return VG_OK;
}

static void reasons(struct request *r, const struct watch_story *s) {
  static const char *const heading[] = {"server.watch.reason", NUMBER("server.watch.count"), NUMBER("server.watch.points")};
  card_begin(r, "server.watch.why", NULL);
  table_begin(r, "raisons", "server.watch.why", heading, VG_COUNT(heading));
  for (size_t i = 0; i < s->reasons; i++) {
    row(r);
    cell(r);
    msg(r, s->reason[i].id);
    cell_n(r);
    num(r, s->reason[i].n);
    cell_n(r);
    real(r, s->reason[i].points);
  }
  table_end(r, "server.watch.only_fresh");
  card_end(r);
}

static void marks(struct request *r, const struct watch_story *s) {
  char action[VG_ID_MAX + 16] = "/veille/", note[1024];
  vg_str_copy(action + strlen(action), sizeof action - strlen(action), s->pid);
  card_begin(r, "server.watch.mine", NULL);
  form_begin(r, action, "mark");
  field_check(r, "starred", "1", vg_str_z(vg_msg_text(r->lang, "server.watch.star")), s->starred);
  field(r, "note", "server.watch.note", "text", vg_str_copy(note, sizeof note, s->note), false, "");
  form_end(r, "server.watch.mark", false);
  form_begin(r, action, "promote");
  form_end(r, "server.watch.promote", true);
  card_end(r);
}

static vg_code story(void *ctx, const struct watch_story *s, struct vg_err *err) {
  static const char *const items[] = {"server.watch.published", "server.watch.source", "server.watch.title"};
  static const char *const mentions[] = {"server.watch.type", "server.watch.value", "server.state"};
  struct request *r = ctx;
  page_top_text(r, s->title);
  RAW(r, "<p class=\"sub\">");
  badge(r, s->read ? "mute" : "info", s->read ? "server.watch.read" : "server.watch.unread");
  RAW(r, " ");
  when(r, s->first);
  RAW(r, " – ");
  when(r, s->last);
  RAW(r, "</p>");
  reasons(r, s);
  card_begin(r, "server.watch.publications", NULL);
  table_begin(r, "publications", "server.watch.publications", items, VG_COUNT(items));
  VG_TRY(watch_each_item(r->tx, s->id, item_row, r, err));
  table_end(r, "server.watch.no_stories");
  card_end(r);
  card_begin(r, "server.watch.named", NULL);
  table_begin(r, "nommes", "server.watch.named", mentions, VG_COUNT(mentions));
  VG_TRY(watch_each_mention(r->tx, s->id, mention_row, r, err));
  table_end(r, "server.watch.names_nothing");
  card_end(r);
  marks(r, s);
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  return watch_story_find(r->tx, r->who.person, vg_str_z(r->rest), story, r, err);
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16], starred[8], note[1024];
  int64_t added;
  vg_str pid = vg_str_z(r->rest);
  if (strcmp(sent(r, "what", what, sizeof what), "promote") == 0)
    VG_TRY(watch_promote(r->tx, &r->who, pid, &added, err));
  else
    VG_TRY(watch_mark(r->tx, &r->who, pid, true, sent(r, "starred", starred, sizeof starred)[0] != 0, vg_str_z(sent(r, "note", note, sizeof note)), err));
  go_to(r, "/veille/", pid);
  return VG_OK;
}

const struct page page_watch = {"/veille", GROUP_THREATS, "server.nav.watch", list, follow, false};
const struct page page_story = {"/veille/", GROUP_THREATS, "server.nav.watch", show, act, true};
