#include "cli/cli.h"
#include "cli/show.h"

#include "anticipate/anticipate.h"
#include "share/share.h"
#include "watch/watch.h"

#include <stdio.h>

extern const struct cli_command cmd_watch_list, cmd_watch_show, cmd_watch_mark, cmd_watch_promote;

/* --- watch list --- */

struct listing {
  struct cli *c;
  struct cli_table *table;
  int64_t days, limit;
  bool unread;
};

static void put_reasons(struct cli *c, struct vg_jw *w, const struct watch_story *s) {
  (void)c;
  vg_jw_key(w, "because");
  vg_jw_arr(w);
  for (size_t i = 0; i < s->reasons; i++) {
    vg_jw_obj(w);
    vg_jw_kz(w, "reason", vg_msg_text(VG_EN, s->reason[i].id));
    vg_jw_kint(w, "n", s->reason[i].n);
    vg_jw_knum(w, "points", s->reason[i].points);
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

static void put_story(struct cli *c, struct vg_jw *w, const struct watch_story *s) {
  vg_jw_kstr(w, "id", s->pid);
  vg_jw_kstr(w, "title", s->title);
  vg_jw_knum(w, "score", s->score);
  vg_jw_ktime(w, "first", s->first);
  vg_jw_ktime(w, "last", s->last);
  vg_jw_kint(w, "items", s->items);
  vg_jw_kint(w, "sources", s->sources);
  vg_jw_kint(w, "indicators", s->indicators);
  vg_jw_kint(w, "cves", s->cves);
  vg_jw_kint(w, "known", s->known);
  vg_jw_kbool(w, "read", s->read);
  vg_jw_kbool(w, "starred", s->starred);
  put_reasons(c, w, s);
}

/* The one that moved it most. */
static const char *first_reason(const struct watch_story *s) {
  const struct watch_reason *best = &s->reason[0];
  for (size_t i = 1; i < s->reasons; i++)
    if (s->reason[i].points > best->points)
      best = &s->reason[i];
  return best->id;
}

static vg_code say_story(void *ctx, const struct watch_story *s, struct vg_err *err) {
  (void)err;
  struct listing *l = ctx;
  struct vg_jw w;
  if (l->c->json) {
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    put_story(l->c, &w, s);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cellz(l->table, VG_D(l->c->lang, 1, s->score));
  cli_table_cell_int(l->table, s->sources);
  cli_table_cell_int(l->table, s->indicators);
  cli_table_cell_int(l->table, s->cves);
  cli_table_cell(l->table, s->title);
  cli_table_cellz(l->table, s->reasons ? vg_msg_text(l->c->lang, first_reason(s)) : "");
  cli_table_cell(l->table, s->pid);
  return VG_OK;
}

static vg_code read_stories(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listing *l = ctx;
  return watch_each_story(tx, who->person, l->days, l->unread, l->limit, say_story, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.watch.score", "cli.watch.sources", "cli.watch.indicators",
                                        "cli.watch.cves",  "cli.watch.title",   "cli.watch.why",
                                        "cli.watch.id"};
  struct listing l = {.c = c, .days = 14, .limit = 50};
  const struct cli_option options[] = {
      {"days", CLI_INT, &l.days}, {"limit", CLI_INT, &l.limit}, {"unread", CLI_FLAG, &l.unread}, {0}};
  int status = cli_no_word(c, &cmd_watch_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (l.days < 1 || l.days > 36500 || l.limit < 1)
    return cli_usage(c, &cmd_watch_list, "cli.bad_value", l.limit < 1 ? "--limit" : "--days");
  l.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, read_stories, &l);
  if (l.table)
    cli_table_print(l.table);
  return status;
}

/* --- watch show --- */

struct showing {
  struct cli *c;
  const char *pid;
  struct store_tx *tx;
  const struct actor *who;
  struct vg_jw w;
  bool became; /* a line of what it has become is printed */
};

static vg_code show_item(void *ctx, const struct watch_item *i, struct vg_err *err) {
  (void)err;
  struct showing *s = ctx;
  char when[VG_TIME_TEXT];
  if (s->c->json) {
    vg_jw_obj(&s->w);
    vg_jw_kstr(&s->w, "source", i->source);
    vg_jw_kstr(&s->w, "url", i->url);
    vg_jw_kstr(&s->w, "title", i->title);
    vg_jw_ktime(&s->w, "published", i->published);
    vg_jw_end(&s->w);
  } else {
    printf("%s  %.*s\n    %.*s\n    %.*s\n", cli_time(when, s->c, i->published), (int)i->source.n, i->source.p,
           (int)i->title.n, i->title.p, (int)i->url.n, i->url.p);
  }
  return VG_OK;
}

static vg_code show_mention(void *ctx, const struct watch_mention *m, struct vg_err *err) {
  (void)err;
  struct showing *s = ctx;
  if (s->c->json) {
    vg_jw_obj(&s->w);
    vg_jw_kstr(&s->w, "type", m->type);
    vg_jw_kstr(&s->w, "value", m->value);
    vg_jw_kbool(&s->w, "benign", m->benign);
    vg_jw_kbool(&s->w, "known", m->known);
    vg_jw_end(&s->w);
  } else {
    const char *mark = m->benign ? "cli.watch.benign" : m->known ? "cli.watch.known" : NULL;
    char type[64];
    printf("  %s  %.*s%s%s\n", show_wordz(s->c, "server.type.", vg_str_copy(type, sizeof type, m->type)),
           (int)m->value.n, m->value.p, mark ? "  " : "", mark ? vg_msg_text(s->c->lang, mark) : "");
  }
  return VG_OK;
}

/* What it has become: the kind as a word of the messages behind `words`, its title, its public id. */
static void show_became(struct showing *s, const char *words, vg_str kind, vg_str title, vg_str id, vg_time at) {
  char when[VG_TIME_TEXT];
  if (s->c->json) {
    vg_jw_obj(&s->w);
    if (id.n)
      vg_jw_kstr(&s->w, "id", id);
    vg_jw_kstr(&s->w, "kind", kind);
    vg_jw_kstr(&s->w, "title", title);
    vg_jw_ktime(&s->w, "made", at);
    vg_jw_end(&s->w);
    return;
  }
  if (!s->became)
    CLI_SAY(s->c, "cli.watch.became");
  s->became = true;
  printf("  %s  %s: %.*s\n", cli_time(when, s->c, at), vg_msg_word(s->c->lang, words, kind), (int)title.n, title.p);
  if (id.n)
    printf("    %.*s\n", (int)id.n, id.p);
}

static vg_code show_promoted(struct showing *s, struct vg_err *err) {
  struct vg_buf source;
  vg_time at;
  vg_buf_init(&source, 4096);
  vg_code rc = watch_promoted(s->tx, vg_str_z(s->pid), &at, &source, err);
  if (rc == VG_OK && at != VG_NOTIME)
    show_became(s, "cli.watch.became.", VG_STR("intel"), vg_buf_view(&source), VG_STR(""), at);
  vg_buf_fini(&source);
  return rc;
}

static vg_code show_warning(void *ctx, const struct anticipate_warning *w, struct vg_err *err) {
  (void)err;
  show_became(ctx, "server.level.", vg_str_z(anticipate_level_name(w->level)), w->about, w->pid, w->raised);
  return VG_OK;
}

static vg_code show_content(void *ctx, const struct share_content *c, struct vg_err *err) {
  (void)err;
  show_became(ctx, "server.content.kind.", vg_str_z(c->kind), vg_str_z(c->title), vg_id_str(&c->pid), c->made);
  return VG_OK;
}

static vg_code show_parts(struct showing *s, int64_t story, struct vg_err *err) {
  if (s->c->json) {
    vg_jw_key(&s->w, "publications");
    vg_jw_arr(&s->w);
  }
  VG_TRY(watch_each_item(s->tx, story, show_item, s, err));
  if (s->c->json) {
    vg_jw_end(&s->w);
    vg_jw_key(&s->w, "mentions");
    vg_jw_arr(&s->w);
  } else {
    CLI_SAY(s->c, "cli.watch.names");
  }
  VG_TRY(watch_each_mention(s->tx, story, show_mention, s, err));
  if (s->c->json) {
    vg_jw_end(&s->w);
    vg_jw_key(&s->w, "became");
    vg_jw_arr(&s->w);
  }
  VG_TRY(show_promoted(s, err));
  VG_TRY(anticipate_each_announced(s->tx, vg_str_z(s->pid), show_warning, s, err));
  VG_TRY(share_each_content(s->tx, s->who, vg_str_z(s->pid), show_content, s, err));
  if (s->c->json)
    vg_jw_end(&s->w);
  return VG_OK;
}

static vg_code show_story(void *ctx, const struct watch_story *story, struct vg_err *err) {
  struct showing *s = ctx;
  if (s->c->json) {
    cli_json_begin(s->c, &s->w);
    vg_jw_obj(&s->w);
    put_story(s->c, &s->w, story);
    vg_jw_kstr(&s->w, "note", story->note.p ? story->note : VG_STR(""));
    VG_TRY(show_parts(s, story->id, err));
    vg_jw_end(&s->w);
    cli_json_end(s->c);
    return VG_OK;
  }
  printf("%.*s\n", (int)story->title.n, story->title.p);
  for (size_t i = 0; i < story->reasons; i++)
    CLI_SAY(s->c, "cli.watch.because", VG_D(s->c->lang, 1, story->reason[i].points),
            vg_msg_text(s->c->lang, story->reason[i].id), VG_N(story->reason[i].n));
  if (story->note.n)
    CLI_SAY(s->c, "cli.watch.note", VG_T(story->note));
  return show_parts(s, story->id, err);
}

static vg_code read_story(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct showing *s = ctx;
  s->tx = tx;
  s->who = who;
  return watch_story_find(tx, who->person, vg_str_z(s->pid), show_story, s, err);
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  const char *word;
  int status = cli_one_word(c, &cmd_watch_show, argc, argv, options, "ID", &word);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct showing s = {.c = c, .pid = word};
  return cli_read(c, read_story, &s);
}

/* --- watch mark, watch promote --- */

struct marking {
  const char *pid, *note;
  bool unread, star;
  int64_t added;
};

static vg_code write_mark(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct marking *m = ctx;
  return watch_mark(tx, who, vg_str_z(m->pid), !m->unread, m->star, m->note ? vg_str_z(m->note) : VG_NOSTR, err);
}

static int run_mark(struct cli *c, int argc, char **argv) {
  struct marking m = {0};
  const struct cli_option options[] = {
      {"unread", CLI_FLAG, &m.unread}, {"star", CLI_FLAG, &m.star}, {"note", CLI_TEXT, &m.note}, {0}};
  const char *word;
  int status = cli_one_word(c, &cmd_watch_mark, argc, argv, options, "ID", &word);
  if (status != CLI_OK)
    return cli_parsed(status);
  m.pid = word;
  return cli_write(c, write_mark, &m);
}

static vg_code write_promotion(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct marking *m = ctx;
  return watch_promote(tx, who, vg_str_z(m->pid), &m->added, err);
}

static int run_promote(struct cli *c, int argc, char **argv) {
  struct marking m = {0};
  const struct cli_option options[] = {{0}};
  const char *word;
  int status = cli_one_word(c, &cmd_watch_promote, argc, argv, options, "ID", &word);
  if (status != CLI_OK)
    return cli_parsed(status);
  m.pid = word;
  status = cli_write(c, write_promotion, &m);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "added", m.added);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.watch.promoted", VG_N(m.added));
  }
  return CLI_OK;
}

const struct cli_command cmd_watch_list = {"watch list", "cli.watch_list", "cli.watch_list.usage", run_list};
const struct cli_command cmd_watch_show = {"watch show", "cli.watch_show", "cli.watch_show.usage", run_show};
const struct cli_command cmd_watch_mark = {"watch mark", "cli.watch_mark", "cli.watch_mark.usage", run_mark};
const struct cli_command cmd_watch_promote = {"watch promote", "cli.watch_promote", "cli.watch_promote.usage",
                                              run_promote};
