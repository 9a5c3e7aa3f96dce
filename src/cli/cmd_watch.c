#include "cli/cli.h"

#include "base/file.h"
#include "watch/watch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

extern const struct cli_command cmd_watch_add, cmd_watch_change, cmd_watch_drop, cmd_watch_sources, cmd_watch_fetch,
    cmd_watch_opml, cmd_watch_read;

/* --- watch add, watch drop --- */

struct adding {
  struct watch_new_source s;
  struct vg_id pid;
};

static vg_code write_source(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct adding *a = ctx;
  return watch_source_add(tx, who, &a->s, &a->pid, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct adding a = {.s = {.tlp = TLP_CLEAR}};
  const char *tlp = NULL;
  int64_t minutes = 60, days = 0;
  bool page = false;
  const struct cli_option options[] = {{"title", CLI_TEXT, &a.s.title},
                                       {"category", CLI_TEXT, &a.s.category},
                                       {"tlp", CLI_TEXT, &tlp},
                                       {"every", CLI_INT, &minutes},
                                       {"page", CLI_FLAG, &page},
                                       {"silence", CLI_INT, &days},
                                       {0}};
  int status = cli_parse(c, &cmd_watch_add, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_watch_add, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "URL");
  if (tlp && !intel_tlp_by_name(vg_str_z(tlp), &a.s.tlp))
    return cli_usage(c, &cmd_watch_add, "cli.bad_value", "--tlp");
  if (minutes < 5 || minutes > 60 * 24 * 30)
    return cli_usage(c, &cmd_watch_add, "cli.bad_value", "--every");
  if (days < 0 || days > WATCH_EXPECT_DAYS)
    return cli_usage(c, &cmd_watch_add, "cli.bad_value", "--silence");
  a.s.expect = days * VG_DAY;
  a.s.url = argv[0];
  a.s.kind = page ? "page" : "feed";
  a.s.period = minutes * 60 * VG_SECOND;
  status = cli_write(c, write_source, &a);
  if (status == CLI_OK && c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "id", a.pid.s);
    vg_jw_kz(&w, "url", a.s.url);
    vg_jw_end(&w);
    cli_json_end(c);
  } else if (status == CLI_OK) {
    CLI_SAY(c, "cli.watch.added", a.s.url);
  }
  return status;
}

static vg_code write_drop(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return watch_source_drop(tx, who, vg_str_z(*(const char **)ctx), err);
}

static int run_drop(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  const char *word;
  int status = cli_one_word(c, &cmd_watch_drop, argc, argv, options, "URL", &word);
  if (status != CLI_OK)
    return cli_parsed(status);
  return cli_write(c, write_drop, &word);
}

/* --- watch change --- */

struct changing {
  const char *ref, *title, *category, *tlp;
  int64_t minutes, days; /* -1: as it is */
  struct watch_new_source s;
  char kept[2][512];
  bool found;
};

/* What no option says stays as it is. */
static vg_code keep_rest(void *ctx, const struct watch_source *s, struct vg_err *err) {
  struct changing *g = ctx;
  (void)err;
  if (!vg_str_eqz(s->pid, g->ref) && !vg_str_eqz(s->url, g->ref))
    return VG_OK;
  g->found = true;
  g->s = (struct watch_new_source){.title = g->title ? g->title : vg_str_copy(g->kept[0], sizeof g->kept[0], s->title),
                                   .category = g->category ? g->category
                                                           : vg_str_copy(g->kept[1], sizeof g->kept[1], s->category),
                                   .tlp = s->tlp,
                                   .period = g->minutes < 0 ? s->period : g->minutes * 60 * VG_SECOND,
                                   .expect = g->days < 0 ? s->expect : g->days * VG_DAY};
  return VG_OK;
}

static vg_code write_change(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct changing *g = ctx;
  VG_TRY(watch_each_source(tx, keep_rest, g, err));
  if (g->found && g->tlp && !intel_tlp_by_name(vg_str_z(g->tlp), &g->s.tlp))
    return VG_FAIL(err, VG_EUSAGE, "cli.bad_value", "--tlp");
  if (!g->found)
    g->s.period = VG_HOUR;
  return watch_source_change(tx, who, vg_str_z(g->ref), &g->s, err);
}

static int run_change(struct cli *c, int argc, char **argv) {
  struct changing g = {.minutes = -1, .days = -1};
  const struct cli_option options[] = {{"title", CLI_TEXT, &g.title}, {"category", CLI_TEXT, &g.category},
                                       {"tlp", CLI_TEXT, &g.tlp},     {"every", CLI_INT, &g.minutes},
                                       {"silence", CLI_INT, &g.days}, {0}};
  int status = cli_one_word(c, &cmd_watch_change, argc, argv, options, "URL", &g.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (g.minutes > 60 * 24 * 30)
    return cli_usage(c, &cmd_watch_change, "cli.bad_value", "--every");
  if (g.days > WATCH_EXPECT_DAYS)
    return cli_usage(c, &cmd_watch_change, "cli.bad_value", "--silence");
  return cli_write(c, write_change, &g);
}

/* --- watch sources --- */

struct sources {
  struct cli_listing *l;
  bool alarm;
};

static vg_code say_source(void *ctx, const struct watch_source *s, struct vg_err *err) {
  (void)err;
  struct sources *k = ctx;
  struct cli *c = k->l->c;
  char words[VG_ERR_ARG_MAX], when[VG_TIME_TEXT];
  k->alarm = k->alarm || s->health >= WATCH_SILENT;
  if (!c->json) {
    vg_str title = s->title.n ? s->title : s->url;
    cli_table_cellz(k->l->table, vg_msg_text(c->lang, watch_health_id(s->health)));
    cli_table_cell(k->l->table, title);
    cli_table_cell(k->l->table, s->category);
    cli_table_cell_int(k->l->table, s->items);
    cli_table_cellz(k->l->table, cli_time(when, c, s->newest));
    cli_table_cellz(k->l->table, s->problem.n ? vg_msg_text(c->lang, vg_str_arg(words, s->problem)) : "");
    return VG_OK;
  }
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", s->pid);
  vg_jw_kstr(&w, "url", s->url);
  vg_jw_kstr(&w, "title", s->title);
  vg_jw_kstr(&w, "category", s->category);
  vg_jw_kstr(&w, "kind", s->kind);
  vg_jw_kz(&w, "tlp", intel_tlp_name(s->tlp));
  vg_jw_kz(&w, "health", watch_health_id(s->health) + strlen("watch.health."));
  vg_jw_kint(&w, "items", s->items);
  vg_jw_kint(&w, "failures", s->failures);
  vg_jw_kz(&w, "problem", s->problem.n ? vg_msg_text(VG_EN, vg_str_arg(words, s->problem)) : NULL);
  vg_jw_ktime(&w, "newest", s->newest);
  vg_jw_ktime(&w, "last_ok", s->last_ok);
  vg_jw_ktime(&w, "alarm_at", s->habit ? s->silent_since + s->habit : VG_NOTIME);
  vg_jw_ktime(&w, "next_fetch", s->next_fetch ? s->next_fetch : VG_NOTIME);
  vg_jw_end(&w);
  cli_json_end(c);
  return VG_OK;
}

static bool any_alarm; /* of the one listing that this program run makes */

static vg_code read_sources(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  struct sources k = {.l = l};
  vg_code rc = watch_each_source(tx, say_source, &k, err);
  any_alarm = k.alarm;
  return rc;
}

static int run_sources(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.watch.health", "cli.watch.source", "cli.watch.category",
                                        "cli.watch.items",  "cli.watch.newest", "cli.watch.problem"};
  int status = cli_list_all(c, &cmd_watch_sources, argc, argv, heading, VG_COUNT(heading), read_sources);
  return status == CLI_OK && any_alarm ? CLI_ATTENTION : status;
}

/* --- watch fetch --- */

static void say_fetched(void *ctx, const struct watch_fetched *f) {
  struct cli *c = ctx;
  if (f->problem) {
    const char *words[] = {"cli.watch.went_wrong", VG_T(f->url), vg_msg_text(c->lang, f->problem), f->words, NULL};
    const char *advice = watch_advice_id(vg_str_z(f->problem), WATCH_FAILING);
    cli_note_words(c, words);
    if (advice)
      CLI_NOTE(c, advice);
  } else if (f->items) {
    const char *words[] = {"cli.watch.went_well", VG_T(f->title.n ? f->title : f->url), VG_N(f->items), NULL};
    cli_note_words(c, words);
  }
}

static void say_summary(struct cli *c, const struct watch_summary *s) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.watch.summary", VG_N(s->sources), VG_N(s->failed), VG_N(s->items), VG_N(s->stories));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "sources", s->sources);
  vg_jw_kint(&w, "items", s->items);
  vg_jw_kint(&w, "stories", s->stories);
  vg_jw_kint(&w, "unchanged", s->unchanged);
  vg_jw_kint(&w, "failed", s->failed);
  vg_jw_end(&w);
  cli_json_end(c);
}

enum { SHORT_NAP = 5, LONG_NAP = 60 };

/* Until the next source is due, between five seconds and a minute: what is added meanwhile does not wait long. */
static vg_code nap(struct cli *c, struct vg_err *err) {
  struct store_tx *tx;
  vg_time due = VG_NOTIME, now = vg_now(&c->clock);
  VG_TRY(store_begin_read(instance_store(c->instance), &tx, err));
  vg_code rc = watch_next_due(tx, &due, err);
  store_rollback(&tx);
  int64_t left = due == VG_NOTIME ? LONG_NAP : (due - now) / VG_SECOND;
  struct timespec t = {.tv_sec = left < SHORT_NAP ? SHORT_NAP : left > LONG_NAP ? LONG_NAP : left};
  if (rc == VG_OK)
    nanosleep(&t, NULL);
  return rc;
}

static int run_fetch(struct cli *c, int argc, char **argv) {
  bool all = false, follow = false;
  int64_t timeout = 60;
  const struct cli_option options[] = {
      {"all", CLI_FLAG, &all}, {"follow", CLI_FLAG, &follow}, {"timeout", CLI_INT, &timeout}, {0}};
  int status = cli_parse(c, &cmd_watch_fetch, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_watch_fetch, "cli.too_many", argv[1]);
  if (timeout < 1 || timeout > 3600)
    return cli_usage(c, &cmd_watch_fetch, "cli.bad_value", "--timeout");
  struct vg_err err = {0};
  char file[4096];
  struct watch_summary summary;
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = instance_path(c->instance, "watch", "", file, &err);
  struct watch_order o = {.dir = file,
                          .only = vg_str_z(argc ? argv[0] : ""),
                          .now = all,
                          .seconds = (unsigned)timeout,
                          .sink = say_fetched,
                          .ctx = c};
  for (bool again = true; rc == VG_OK && again; again = follow) {
    rc = watch_fetch(instance_store(c->instance), &o, &summary, &err);
    if (rc == VG_OK && (!follow || summary.sources))
      say_summary(c, &summary);
    o.now = false;
    if (rc == VG_OK && follow)
      rc = nap(c, &err);
  }
  if (rc != VG_OK)
    return cli_fail(c, &err);
  return summary.failed ? CLI_ATTENTION : CLI_OK;
}

/* --- watch read --- */

struct reading {
  const char *path, *source;
  struct watch_summary out;
};

static vg_code write_read(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct reading *k = ctx;
  return watch_source_carry(tx, who, vg_str_z(k->source), k->path, &k->out, err);
}

static int run_read(struct cli *c, int argc, char **argv) {
  struct reading k = {0};
  const struct cli_option options[] = {{"source", CLI_TEXT, &k.source}, {0}};
  int status = cli_one_word(c, &cmd_watch_read, argc, argv, options, "FILE", &k.path);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!k.source)
    return cli_usage(c, &cmd_watch_read, "cli.missing", "--source URL|ID");
  status = cli_write(c, write_read, &k);
  if (status == CLI_OK)
    say_summary(c, &k.out);
  return status;
}

/* --- watch opml --- */

struct opml {
  const char *path;
  struct watch_opml out;
};

static vg_code write_opml(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct opml *o = ctx;
  return watch_opml_import(tx, who, o->path, &o->out, err);
}

static int export_opml(struct cli *c, const char *path) {
  struct vg_err err = {0};
  struct store_tx *tx;
  struct vg_buf out;
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  vg_buf_init(&out, 64 << 20);
  vg_code rc = watch_opml_export(tx, &out, &err);
  store_rollback(&tx);
  if (rc == VG_OK)
    rc = vg_file_write(path, vg_buf_view(&out), 0644, &err);
  vg_buf_fini(&out);
  return rc == VG_OK ? CLI_OK : cli_fail(c, &err);
}

static int run_opml(struct cli *c, int argc, char **argv) {
  struct opml o = {0};
  const char *to = NULL;
  const struct cli_option options[] = {{"import", CLI_TEXT, &o.path}, {"export", CLI_TEXT, &to}, {0}};
  int status = cli_parse(c, &cmd_watch_opml, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((o.path == NULL) == (to == NULL))
    return cli_usage(c, &cmd_watch_opml, "cli.missing", "--import F | --export F");
  if (to)
    return export_opml(c, to);
  status = cli_write(c, write_opml, &o);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.watch.opml_read", VG_N(o.out.added), VG_N(o.out.known));
  if (status == CLI_OK && o.out.refused)
    CLI_NOTE(c, "cli.watch.opml_refused", VG_N(o.out.refused), o.out.first);
  return status;
}

const struct cli_command cmd_watch_add = {"watch add", "cli.watch_add", "cli.watch_add.usage", run_add};
const struct cli_command cmd_watch_change = {"watch change", "cli.watch_change", "cli.watch_change.usage", run_change};
const struct cli_command cmd_watch_drop = {"watch drop", "cli.watch_drop", "cli.watch_drop.usage", run_drop};
const struct cli_command cmd_watch_sources = {"watch sources", "cli.watch_sources", "cli.watch_sources.usage",
                                              run_sources};
const struct cli_command cmd_watch_fetch = {"watch fetch", "cli.watch_fetch", "cli.watch_fetch.usage", run_fetch};
const struct cli_command cmd_watch_opml = {"watch opml", "cli.watch_opml", "cli.watch_opml.usage", run_opml};
const struct cli_command cmd_watch_read = {"watch read", "cli.watch_read", "cli.watch_read.usage", run_read};
