#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "anticipate/anticipate.h"
#include "watch/watch.h"

enum { TEXT_SHOWN = 4000 };

/* --- /veille/ID --- */

/* As much of a text as the page shows, at a word's end. */
static size_t shown_text(vg_str s) {
  size_t n = s.n < TEXT_SHOWN ? s.n : TEXT_SHOWN;
  while (n < s.n && n && s.p[n] != ' ')
    n--;
  return n;
}

/* The publications of a story in their order, with the text of the one before: a page that changed says what did. */
struct publications {
  struct request *r;
  struct vg_buf url, before;
};

/* How far two texts are equal from their beginning, in whole words. */
static size_t same_start(vg_str a, vg_str b) {
  size_t n = 0, word = 0;
  for (; n < a.n && n < b.n && a.p[n] == b.p[n]; n++)
    if (a.p[n] == ' ')
      word = n + 1;
  return n == a.n && n == b.n ? n : word;
}

/* The same from their end. */
static size_t same_end(vg_str a, vg_str b) {
  size_t n = 0, word = 0;
  for (; n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n]; n++)
    if (a.p[a.n - 1 - n] == ' ')
      word = n + 1;
  return word;
}

static void changed_part(struct request *r, const char *id, vg_str part) {
  msg(r, id);
  colon(r);
  text(r, vg_str_sub(part, 0, shown_text(part)));
  if (shown_text(part) < part.n)
    RAW(r, " …");
}

/* From the first word that differs to the last one. */
static void changes(struct request *r, vg_str before, vg_str after) {
  size_t from = same_start(before, after);
  vg_str was = vg_str_sub(before, from, before.n), is = vg_str_sub(after, from, after.n);
  size_t end = same_end(was, is);
  RAW(r, "<small>");
  changed_part(r, "server.watch.was", vg_str_sub(was, 0, was.n - end));
  RAW(r, "<br>");
  changed_part(r, "server.watch.is", vg_str_sub(is, 0, is.n - end));
  RAW(r, "</small>");
}

static vg_code item_row(void *ctx, const struct watch_item *i, struct vg_err *err) {
  struct publications *p = ctx;
  struct request *r = p->r;
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
  if (i->text.n) {
    RAW(r, "<details><summary>");
    msg(r, "server.watch.read_text");
    RAW(r, "</summary>");
    text(r, vg_str_sub(i->text, 0, shown_text(i->text)));
    RAW(r, "</details>");
  }
  if (i->url.n && vg_str_eq(i->url, vg_buf_view(&p->url)) && !vg_str_eq(i->text, vg_buf_view(&p->before)))
    changes(r, vg_buf_view(&p->before), i->text);
  vg_buf_reset(&p->url);
  vg_buf_str(&p->url, i->url);
  vg_buf_reset(&p->before);
  vg_buf_str(&p->before, i->text);
  VG_TRY(vg_buf_check(&p->url, err));
  return vg_buf_check(&p->before, err);
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
  static const char *const heading[] = {"server.watch.reason", NUMBER("server.watch.count"),
                                        NUMBER("server.watch.points")};
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

static void marks(struct request *r, const struct watch_story *s, const char *path) {
  char note[1024];
  card_begin(r, "server.watch.mine", NULL);
  form_begin(r, path, "mark");
  field_check(r, "starred", "1", vg_str_z(vg_msg_text(r->lang, "server.watch.star")), s->starred);
  field_check(r, "unread", "1", vg_str_z(vg_msg_text(r->lang, "server.watch.mark_unread")), false);
  field(r, "note", "server.watch.note", "text", vg_str_copy(note, sizeof note, s->note), false, "");
  form_end(r, "server.watch.mark", false);
  card_end(r);
}

static vg_code warning_row(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)err;
  struct request *r = ctx;
  const bool stands = vg_str_eqz(w->state, "open") && w->expires > r->now;
  row(r);
  cell(r);
  msg(r, w->level == ANTICIPATE_ALERT ? "server.level.alert" : "server.level.vigilance");
  cell(r);
  link_to(r, "/alertes/", w->pid, w->about);
  cell(r);
  if (stands)
    badge(r, "warn", "server.warning.stands");
  else
    badge(r, "mute", w->withdrawn_why.n ? VG_T(w->withdrawn_why) : "server.expired");
  cell(r);
  when(r, w->raised);
  return VG_OK;
}

/* Its indicators in the intelligence store. */
static vg_code promoted_row(struct request *r, const struct watch_story *s, struct vg_err *err) {
  struct vg_buf source;
  vg_time at;
  vg_buf_init(&source, 4096);
  vg_code rc = watch_promoted(r->tx, s->pid, &at, &source, err);
  if (rc == VG_OK && at != VG_NOTIME) {
    row(r);
    cell(r);
    msg(r, "server.nav.intel");
    cell(r);
    RAW(r, "<a href=\"/renseignement/objets?source=");
    url(r, vg_buf_view(&source));
    RAW(r, "\">");
    SAY(r, "server.watch.became.intel", vg_buf_text(&source));
    RAW(r, "</a>");
    cell(r);
    badge(r, "ok", "server.watch.became.kept");
    cell(r);
    when(r, at);
  }
  vg_buf_fini(&source);
  return rc;
}

/* What it has become already. */
static vg_code became(struct request *r, const struct watch_story *s, struct vg_err *err) {
  table_begin(r, "devenu", "server.watch.became", contents_head, CONTENTS_COLUMNS);
  VG_TRY(promoted_row(r, s, err));
  VG_TRY(anticipate_each_announced(r->tx, s->pid, warning_row, r, err));
  VG_TRY(rows_contents(r, s->pid, err));
  table_end(r, "server.watch.became.nothing");
  return VG_OK;
}

/* One click each: indicators, a warning, a bulletin's draft, a task (mine, of usual words); one of other words below.
 */
static vg_code becomes(struct request *r, const struct watch_story *s, const char *path, struct vg_err *err) {
  card_begin(r, "server.watch.becomes", NULL);
  form_begin(r, path, "promote");
  form_end(r, "server.watch.promote", true);
  form_begin(r, path, "warn");
  form_end(r, "server.watch.warn", false);
  form_begin(r, path, "content");
  form_end(r, "server.watch.bulletin", false);
  form_begin(r, path, "own_task");
  form_end(r, "server.watch.own_task", false);
  VG_TRY(became(r, s, err));
  VG_TRY(part_tasks(r, &(struct task_query){.about = s->pid, .over = true}, true, err));
  card_end(r);
  return VG_OK;
}

static vg_code publications(struct request *r, const struct watch_story *s, struct vg_err *err) {
  static const char *const items[] = {"server.watch.published", "server.watch.source", "server.watch.title"};
  struct publications p = {.r = r};
  vg_buf_init(&p.url, 1 << 16);
  vg_buf_init(&p.before, 4 << 20);
  card_begin(r, "server.watch.publications", NULL);
  table_begin(r, "publications", "server.watch.publications", items, VG_COUNT(items));
  vg_code rc = watch_each_item(r->tx, s->id, item_row, &p, err);
  table_end(r, "server.watch.no_stories");
  card_end(r);
  vg_buf_fini(&p.url);
  vg_buf_fini(&p.before);
  return rc;
}

static vg_code story(void *ctx, const struct watch_story *s, struct vg_err *err) {
  static const char *const mentions[] = {"server.watch.type", "server.watch.value", "server.state"};
  struct request *r = ctx;
  char path[VG_ID_MAX + 16];
  snprintf(path, sizeof path, "/veille/%s", r->rest);
  page_top_text(r, s->title);
  RAW(r, "<p class=\"sub\">");
  tlp(r, s->tlp);
  RAW(r, " ");
  badge(r, s->read ? "mute" : "info", s->read ? "server.watch.read" : "server.watch.unread");
  RAW(r, " ");
  when(r, s->first);
  RAW(r, " – ");
  when(r, s->last);
  RAW(r, "</p>");
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(publications(r, s, err));
  card_begin(r, "server.watch.named", NULL);
  table_begin(r, "nommes", "server.watch.named", mentions, VG_COUNT(mentions));
  VG_TRY(watch_each_mention(r->tx, s->id, mention_row, r, err));
  table_end(r, "server.watch.names_nothing");
  card_end(r);
  RAW(r, "</div><div>");
  reasons(r, s);
  VG_TRY(becomes(r, s, path, err));
  marks(r, s, path);
  RAW(r, "</div></div>");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  return watch_story_find(r->tx, r->who.person, vg_str_z(r->rest), story, r, err);
}

static vg_code do_task(void *ctx, const struct watch_story *s, struct vg_err *err) {
  struct request *r = ctx;
  char what[16];
  return post_task(r, sent(r, "what", what, sizeof what), &(struct task){.about = s->pid, .label = s->title}, err);
}

/* Two days are enough to read it and to say what comes of it. */
static vg_code own_task(void *ctx, const struct watch_story *s, struct vg_err *err) {
  struct request *r = ctx;
  struct task t = {.about = s->pid,
                   .label = s->title,
                   .what = vg_str_z(vg_msg_text(r->lang, "server.watch.task_words")),
                   .owner = vg_id_str(&r->who.id),
                   .zone = vg_str_z(r->who.zone),
                   .due = r->now + 2 * VG_DAY};
  return casework_task_add(r->tx, &r->who, &t, err);
}

static vg_code mark(struct request *r, vg_str pid, struct vg_err *err) {
  char starred[8], unread[8], note[1024];
  return watch_mark(r->tx, &r->who, pid, !sent(r, "unread", unread, sizeof unread)[0],
                    sent(r, "starred", starred, sizeof starred)[0] != 0, vg_str_z(sent(r, "note", note, sizeof note)),
                    err);
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16];
  int64_t added;
  struct vg_id warning;
  vg_str pid = vg_str_z(r->rest);
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "warn") == 0) {
    VG_TRY(anticipate_announce(r->tx, &r->who, pid, &warning, err));
    go_to(r, "/alertes/", vg_str_z(warning.s));
    return VG_OK;
  }
  if (strcmp(what, "content") == 0)
    return draft_content(r, pid, err);
  if (strcmp(what, "promote") == 0)
    VG_TRY(watch_promote(r->tx, &r->who, pid, &added, err));
  else if (strcmp(what, "own_task") == 0)
    VG_TRY(watch_story_find(r->tx, r->who.person, pid, own_task, r, err));
  else if (strncmp(what, "task", 4) == 0)
    VG_TRY(watch_story_find(r->tx, r->who.person, pid, do_task, r, err));
  else
    VG_TRY(mark(r, pid, err));
  go_to(r, "/veille/", pid);
  return VG_OK;
}

const struct page page_story = {"/veille/", GROUP_THREATS, "server.nav.watch", show, act, PAGE_HIDDEN};
