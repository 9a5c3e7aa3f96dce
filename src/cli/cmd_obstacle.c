#include "cli/cli.h"
#include "cli/show.h"

#include <stdio.h>

#include "evaluation/evaluation.h"

extern const struct cli_command cmd_obstacle_add, cmd_obstacle_link, cmd_obstacle_list, cmd_obstacle_recent,
    cmd_obstacle_remove, cmd_obstacle_set, cmd_obstacle_show;

static void put_one(struct vg_jw *w, const struct obstacle *o) {
  vg_jw_kz(w, "id", o->pid.s);
  vg_jw_kz(w, "family", o->family);
  vg_jw_kz(w, "title", o->title);
  vg_jw_kz(w, "zone", o->zone);
  vg_jw_kint(w, "severity", o->severity);
  vg_jw_kz(w, "owner", o->owner);
  vg_jw_ktime(w, "due", o->due);
  vg_jw_ktime(w, "opened", o->opened);
  vg_jw_ktime(w, "removed", o->removed);
  vg_jw_kz(w, "evidence", o->evidence);
  vg_jw_kint(w, "links", o->links);
}

static void write_one(struct cli *c, const struct obstacle *o) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  put_one(&w, o);
  vg_jw_end(&w);
  cli_json_end(c);
}

static vg_code row(void *ctx, const struct obstacle *o, struct vg_err *err) {
  struct cli_listing *l = ctx;
  (void)err;
  if (l->c->json) {
    write_one(l->c, o);
    return VG_OK;
  }
  char due[VG_TIME_TEXT], removed[VG_TIME_TEXT];
  cli_table_cellz(l->table, o->pid.s);
  cli_table_cell_int(l->table, o->severity);
  const char *cells[] = {show_wordz(l->c, "server.obstacle.family.", o->family),
                         o->title,
                         o->zone,
                         o->owner,
                         cli_time(due, l->c, o->due),
                         cli_time(removed, l->c, o->removed),
                         o->evidence};
  for (size_t i = 0; i < VG_COUNT(cells); i++)
    cli_table_cellz(l->table, cells[i]);
  return VG_OK;
}

struct listed {
  struct cli_listing l;
  const char *of; /* what stands behind them; NULL: all */
};

static vg_code read_list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listed *x = ctx;
  return x->of ? evaluation_each_obstacle_of(tx, who, vg_str_z(x->of), row, &x->l, err)
               : evaluation_each_obstacle(tx, row, &x->l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id",    "cli.col.severity", "cli.col.family",
                                        "cli.col.title", "cli.col.zone",     "cli.col.owner",
                                        "cli.col.due",   "cli.col.removed",  "cli.col.evidence"};
  struct listed x = {.l = {.c = c}};
  const struct cli_option options[] = {{"of", CLI_TEXT, &x.of}, {0}};
  int status = cli_no_word(c, &cmd_obstacle_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  x.l.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = x.of ? cli_read(c, read_list, &x) : cli_read_open(c, read_list, &x);
  if (x.l.table)
    cli_table_print(x.l.table);
  return status;
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return evaluation_obstacle_add(tx, who, ctx, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct obstacle o = {.severity = 2, .due = VG_NOTIME, .removed = VG_NOTIME};
  const struct cli_option options[] = {{"family", CLI_WORDS, CLI_ROOM(o.family)},
                                       {"title", CLI_WORDS, CLI_ROOM(o.title)},
                                       {"zone", CLI_WORDS, CLI_ROOM(o.zone)},
                                       {"owner", CLI_WORDS, CLI_ROOM(o.owner)},
                                       {"due", CLI_TIME, &o.due},
                                       {"severity", CLI_INT, &o.severity},
                                       {0}};
  int status = cli_no_word(c, &cmd_obstacle_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!*o.family || !*o.title)
    return cli_usage(c, &cmd_obstacle_add, "cli.missing", *o.family ? "--title" : "--family");
  if (cli_write(c, add, &o) != CLI_OK)
    return CLI_FAILED;
  if (c->json)
    write_one(c, &o);
  else
    CLI_SAY(c, "cli.obstacle_add.done", o.pid.s);
  return CLI_OK;
}

struct removal {
  const char *id, *evidence;
  struct cli_list shown;
};

static vg_code removed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct removal *r = ctx;
  vg_str ref[VG_COUNT(r->shown.v)];
  for (size_t i = 0; i < r->shown.n; i++)
    ref[i] = vg_str_z(r->shown.v[i]);
  return evaluation_obstacle_remove(tx, who, vg_str_z(r->id), vg_str_z(r->evidence), ref, r->shown.n, err);
}

static int run_remove(struct cli *c, int argc, char **argv) {
  struct removal r = {.evidence = ""};
  const struct cli_option options[] = {{"evidence", CLI_TEXT, &r.evidence}, {"shown-by", CLI_LIST, &r.shown}, {0}};
  int status = cli_one_word(c, &cmd_obstacle_remove, argc, argv, options, "ID", &r.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, removed, &r)) == CLI_OK)
    CLI_NOTE(c, "cli.obstacle_remove.done", r.id);
  return status;
}

/* --- obstacle set --- */

struct setting {
  const char *id;
  struct obstacle o; /* owner "", due VG_NOTIME, severity 0: as it was */
};

static vg_code set_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct setting *s = ctx;
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(tx, vg_str_z(s->id), &o, err));
  if (s->o.owner[0])
    vg_str_copy(o.owner, sizeof o.owner, vg_str_z(s->o.owner));
  o.due = s->o.due == VG_NOTIME ? o.due : s->o.due;
  o.severity = s->o.severity ? s->o.severity : o.severity;
  return evaluation_obstacle_change(tx, who, &o, err);
}

static int run_set(struct cli *c, int argc, char **argv) {
  struct setting s = {.o.due = VG_NOTIME};
  const struct cli_option options[] = {{"owner", CLI_WORDS, CLI_ROOM(s.o.owner)},
                                       {"due", CLI_TIME, &s.o.due},
                                       {"severity", CLI_INT, &s.o.severity},
                                       {0}};
  int status = cli_one_word(c, &cmd_obstacle_set, argc, argv, options, "ID", &s.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, set_it, &s)) == CLI_OK)
    CLI_NOTE(c, "cli.obstacle_set.done", s.id);
  return status;
}

/* --- obstacle link, obstacle show --- */

struct linking {
  const char *id, *ref;
};

static vg_code link_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct linking *k = ctx;
  return evaluation_obstacle_link(tx, who, vg_str_z(k->id), vg_str_z(k->ref), err);
}

static int run_link(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int status = cli_parse(c, &cmd_obstacle_link, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_obstacle_link, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2]
                     : argc   ? "REF"
                              : "ID");
  struct linking k = {argv[0], argv[1]};
  if ((status = cli_write(c, link_it, &k)) == CLI_OK)
    CLI_NOTE(c, "cli.obstacle_link.done", k.ref);
  return status;
}

/* --- obstacle recent --- */

struct recent {
  struct cli *c;
  const char *id, *words;
  struct cli_table *table;
};

static vg_code recent_row(void *ctx, const struct evaluation_recent *one, struct vg_err *err) {
  struct recent *x = ctx;
  struct vg_jw w;
  (void)err;
  if (x->table) {
    cli_table_cell(x->table, one->ref);
    cli_table_cellz(x->table, show_wordz(x->c, "server.id.", one->kind));
    cli_table_cell(x->table, one->organisation);
    cli_table_cell(x->table, one->what);
    cli_table_cellz(x->table, cli_time((char[VG_TIME_TEXT]){0}, x->c, one->at));
    return VG_OK;
  }
  cli_json_begin(x->c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "kind", one->kind);
  vg_jw_kstr(&w, "ref", one->ref);
  vg_jw_kstr(&w, "organisation", one->organisation);
  vg_jw_kstr(&w, "what", one->what);
  vg_jw_ktime(&w, "at", one->at);
  vg_jw_end(&w);
  cli_json_end(x->c);
  return VG_OK;
}

static vg_code recent(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  enum { OF_A_KIND = 20 };
  const struct recent *x = ctx;
  struct obstacle o;
  VG_TRY(evaluation_obstacle_find(tx, vg_str_z(x->id), &o, err));
  return evaluation_each_recent(tx, who, &o, vg_str_z(x->words), OF_A_KIND, recent_row, ctx, err);
}

static int run_recent(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id", "cli.col.kind", "cli.col.name", "cli.col.title", "cli.col.at"};
  struct recent x = {.c = c, .words = ""};
  const struct cli_option options[] = {{"words", CLI_TEXT, &x.words}, {0}};
  int status = cli_one_word(c, &cmd_obstacle_recent, argc, argv, options, "ID", &x.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  x.table = c->json ? NULL : cli_table_new(c, heading, VG_COUNT(heading));
  status = cli_read(c, recent, &x);
  if (x.table)
    cli_table_print(x.table);
  return status;
}

struct showing {
  struct cli *c;
  struct store_tx *tx;
  const char *id;
  struct vg_jw w;
  bool removal;
  int64_t unseen;
};

static vg_code question_words(void *ctx, vg_str ref, vg_str fr, vg_str en, vg_str title, struct vg_err *err) {
  const struct showing *s = ctx;
  vg_str words = s->c->lang == VG_FR ? fr : en;
  (void)ref, (void)err;
  printf("    %.*s · %.*s\n", (int)words.n, words.p, (int)title.n, title.p);
  return VG_OK;
}

static vg_code thing_words(void *ctx, const struct evaluation_recent *one, struct vg_err *err) {
  (void)ctx, (void)err;
  printf("    %.*s%s%.*s\n", (int)one->organisation.n, one->organisation.p,
         one->organisation.n && one->what.n ? " · " : "", (int)one->what.n, one->what.p);
  return VG_OK;
}

static vg_code show_link(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *err) {
  struct showing *s = ctx;
  char when[VG_TIME_TEXT];
  if (!s->c->json) {
    vg_str name = ref.p ? ref : vg_str_z(vg_msg_text(s->c->lang, "server.obstacle.not_yours"));
    printf("  %s  %s  %.*s\n", cli_time(when, s->c, added),
           vg_msg_text(s->c->lang, removal ? "server.obstacle.shows_gone" : "server.obstacle.shows"), (int)name.n,
           name.p);
    if (!ref.p)
      return VG_OK;
    VG_TRY(evaluation_link_words(s->tx, ref, thing_words, s, err));
    return evaluation_each_linkable(s->tx, ref, question_words, s, err);
  }
  if (removal != s->removal)
    return VG_OK;
  if (ref.p)
    vg_jw_str(&s->w, ref);
  else
    s->unseen++;
  return VG_OK;
}

static vg_code show_it(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct showing *s = ctx;
  struct obstacle o;
  char due[VG_TIME_TEXT];
  s->tx = tx;
  VG_TRY(evaluation_obstacle_find(tx, vg_str_z(s->id), &o, err));
  if (!s->c->json) {
    CLI_SAY(s->c, "cli.obstacle_show.line", o.title, show_wordz(s->c, "server.obstacle.family.", o.family),
            VG_N(o.severity), o.owner[0] ? o.owner : "-", o.due == VG_NOTIME ? "-" : cli_time(due, s->c, o.due));
    return evaluation_each_link(tx, who, o.id, show_link, s, err);
  }
  cli_json_begin(s->c, &s->w);
  vg_jw_obj(&s->w);
  put_one(&s->w, &o);
  vg_jw_key(&s->w, "behind");
  vg_jw_arr(&s->w);
  VG_TRY(evaluation_each_link(tx, who, o.id, show_link, s, err));
  vg_jw_end(&s->w);
  s->removal = true;
  vg_jw_key(&s->w, "shown_gone_by");
  vg_jw_arr(&s->w);
  VG_TRY(evaluation_each_link(tx, who, o.id, show_link, s, err));
  vg_jw_end(&s->w);
  vg_jw_kint(&s->w, "not_shown", s->unseen);
  vg_jw_end(&s->w);
  cli_json_end(s->c);
  return VG_OK;
}

static int run_show(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  struct showing s = {.c = c};
  int status = cli_one_word(c, &cmd_obstacle_show, argc, argv, options, "ID", &s.id);
  return status == CLI_OK ? cli_read(c, show_it, &s) : cli_parsed(status);
}

const struct cli_command cmd_obstacle_add = {"obstacle add", "cli.obstacle_add", "cli.obstacle_add.usage", run_add};
const struct cli_command cmd_obstacle_link = {"obstacle link", "cli.obstacle_link", "cli.obstacle_link.usage",
                                              run_link};
const struct cli_command cmd_obstacle_show = {"obstacle show", "cli.obstacle_show", "cli.obstacle_show.usage",
                                              run_show};
const struct cli_command cmd_obstacle_set = {"obstacle set", "cli.obstacle_set", "cli.obstacle_set.usage", run_set};
const struct cli_command cmd_obstacle_list = {"obstacle list", "cli.obstacle_list", "cli.obstacle_list.usage",
                                              run_list};
const struct cli_command cmd_obstacle_remove = {"obstacle remove", "cli.obstacle_remove", "cli.obstacle_remove.usage",
                                                run_remove};
const struct cli_command cmd_obstacle_recent = {"obstacle recent", "cli.obstacle_recent", "cli.obstacle_recent.usage",
                                                run_recent};
