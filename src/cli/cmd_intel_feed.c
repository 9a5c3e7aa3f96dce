#include "cli/rejected.h"

#include "base/grow.h"
#include "intel/intel.h"

#include <stdlib.h>

extern const struct cli_command cmd_intel_feeds, cmd_intel_fetch, cmd_intel_follow, cmd_intel_unfollow;

/* --- intel follow, intel unfollow --- */

static vg_code write_feed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return intel_feed_follow(tx, who, ctx, err);
}

static int run_follow(struct cli *c, int argc, char **argv) {
  const char *source = NULL, *as = NULL, *columns = "";
  int64_t minutes = 60;
  const struct cli_option options[] = {{"source", CLI_TEXT, &source},
                                       {"as", CLI_TEXT, &as},
                                       {"columns", CLI_TEXT, &columns},
                                       {"every", CLI_INT, &minutes},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_follow, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  struct intel_feed f = {.format = FORMAT_GUESS, .columns = vg_str_z(columns)};
  if (argc != 1)
    return cli_usage(c, &cmd_intel_follow, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "URL");
  if (as && !intel_format_by_name(vg_str_z(as), &f.format))
    return cli_usage(c, &cmd_intel_follow, "cli.bad_value", as);
  if (minutes < 5 || minutes > 60 * 24 * 30)
    return cli_usage(c, &cmd_intel_follow, "cli.bad_value", "--every");
  char whole[4096];
  bool lies = !intel_is_url(argv[0]);
  if (lies && !realpath(argv[0], whole)) {
    struct vg_err err = {0};
    (void)VG_FAIL_SYS(&err, "base.open", argv[0]);
    return cli_fail(c, &err);
  }
  f.url = vg_str_z(lies ? whole : argv[0]);
  f.source = source ? vg_str_z(source) : f.url;
  f.period = minutes * 60 * VG_SECOND;
  status = cli_write(c, write_feed, &f);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "url", f.url);
    vg_jw_kstr(&w, "source", f.source);
    vg_jw_kint(&w, "every_minutes", minutes);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_follow.done", VG_T(f.url), VG_N(minutes));
  }
  return CLI_OK;
}

static vg_code write_drop(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return intel_feed_drop(tx, who, vg_str_z(*(const char **)ctx), err);
}

static int run_unfollow(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  const char *word;
  char whole[4096];
  int status = cli_one_word(c, &cmd_intel_unfollow, argc, argv, options, "URL", &word);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!intel_is_url(word) && realpath(word, whole))
    word = whole;
  return cli_write(c, write_drop, &word);
}

/* --- intel feeds --- */

static bool any_failing; /* of the one listing that this program run makes */

static const char *problem_text(struct cli *c, const struct intel_feed *f, struct vg_buf *out) {
  char id[VG_ERR_ARG_MAX], url[VG_ERR_ARG_MAX], words[VG_ERR_ARG_MAX];
  vg_buf_reset(out);
  if (!f->problem.n && f->missing)
    vg_msg(out, c->lang, "cli.intel_feeds.missing", (const char *const[]){VG_G(c->lang, f->missing), NULL});
  if (!f->problem.n && f->broken)
    vg_msg(out, c->lang, "intel.count.broken", (const char *const[]){VG_G(c->lang, f->broken), NULL});
  if (!f->problem.n)
    return vg_buf_text(out);
  vg_msg(out, c->lang, vg_str_arg(id, f->problem),
         (const char *const[]){vg_str_arg(url, f->url), vg_str_arg(words, f->words), NULL});
  return vg_buf_text(out);
}

static vg_code say_feed(void *ctx, const struct intel_feed *f, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct cli *c = l->c;
  struct vg_buf problem;
  char last[VG_TIME_TEXT], next[VG_TIME_TEXT];
  (void)err;
  vg_buf_init(&problem, 1 << 14);
  any_failing |= f->problem.n > 0 || f->missing > 0 || f->broken > 0;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "url", f->url);
    vg_jw_kstr(&w, "source", f->source);
    vg_jw_kz(&w, "format", intel_format_name(f->format));
    vg_jw_kint(&w, "every_minutes", f->period / (60 * VG_SECOND));
    vg_jw_ktime(&w, "last_ok", f->last_ok);
    vg_jw_ktime(&w, "next_fetch", f->next);
    vg_jw_kint(&w, "added", f->added);
    vg_jw_kint(&w, "refused", f->refused);
    vg_jw_kint(&w, "missing", f->missing);
    vg_jw_kint(&w, "failures", f->failures);
    vg_jw_kz(&w, "problem", f->problem.n ? problem_text(c, f, &problem) : NULL);
    vg_jw_kint(&w, "broken", f->broken);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    cli_table_cell(l->table, f->url);
    cli_table_cell(l->table, f->source);
    cli_table_cellz(l->table, f->last_ok == VG_NOTIME ? "-" : cli_time(last, c, f->last_ok));
    cli_table_cellz(l->table, cli_time(next, c, f->next));
    cli_table_cell_int(l->table, f->added);
    cli_table_cell_int(l->table, f->refused);
    cli_table_cellz(l->table, problem_text(c, f, &problem));
  }
  vg_buf_fini(&problem);
  return VG_OK;
}

static vg_code read_feeds(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return intel_each_feed(tx, false, VG_STR(""), say_feed, l, err);
}

static int run_feeds(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.intel_feeds.url",  "cli.col.source",        "cli.intel_feeds.last",
                                        "cli.intel_feeds.next", "cli.intel_feeds.added", "cli.intel_feeds.refused",
                                        "cli.watch.problem"};
  int status = cli_list_all(c, &cmd_intel_feeds, argc, argv, heading, VG_COUNT(heading), read_feeds);
  return status == CLI_OK && any_failing ? CLI_ATTENTION : status;
}

/* --- intel fetch --- */

struct turn {
  struct vg_buf url, source, columns; /* copies: the list is read before the first one is fetched */
  enum intel_format format;
  struct intel_fetched file;
  struct intel_import in;
  struct vg_err why;
  bool failed;
};
struct round {
  struct turn *v;
  size_t n, cap;
  int64_t unchanged, failed, added, updated, rejected, missing, broken;
  const atomic_bool *stop;
};

static vg_code take_turn(void *ctx, const struct intel_feed *f, struct vg_err *err) {
  struct round *r = ctx;
  if (!VG_GROW(r->v, r->n, r->cap, 16))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  struct turn *t = &r->v[r->n++];
  *t = (struct turn){.format = f->format};
  vg_buf_init(&t->url, 1 << 16);
  vg_buf_init(&t->source, 1 << 16);
  vg_buf_init(&t->columns, 1 << 16);
  vg_buf_str(&t->url, f->url);
  vg_buf_str(&t->source, f->source);
  vg_buf_str(&t->columns, f->columns);
  return vg_buf_check(&t->columns, err);
}

static vg_code write_turn(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct turn *t = ctx;
  if (t->failed || t->file.unchanged)
    return intel_feed_tried(tx, vg_buf_view(&t->url), &t->file, t->failed ? &t->why : NULL, err);
  return intel_import_fetched(tx, who, vg_buf_text(&t->url), &t->file, &t->in, err);
}

static vg_code write_failed(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct turn *t = ctx;
  (void)who;
  return intel_feed_tried(tx, vg_buf_view(&t->url), &t->file, &t->why, err);
}

/* One feed, in a transaction of its own; its failure is noted and told, and the others go on. */
static int one_feed(struct cli *c, struct round *r, struct turn *t) {
  struct actor who;
  struct store_tx *tx = NULL;
  if (cli_actor(c, &who) != CLI_OK)
    return CLI_FAILED;
  t->failed = intel_fetch(instance_store(c->instance), vg_buf_text(&t->url), r->stop, &t->file, &t->why) != VG_OK;
  if (t->failed && atomic_load(r->stop)) /* no fault of the feed */
    return cli_fail(c, &t->why);
  t->in = (struct intel_import){.path = t->file.path,
                                .source = vg_buf_text(&t->source),
                                .format = t->format,
                                .columns = t->columns.n ? vg_buf_text(&t->columns) : NULL,
                                .reject = cli_say_rejected,
                                .broken = cli_say_rejected,
                                .stop = r->stop,
                                .parts = true,
                                .ctx = c};
  vg_code rc = cli_begin(c, r->stop, &tx, &t->why);
  if (rc == VG_OK)
    rc = write_turn(tx, &who, t, &t->why);
  if (rc == VG_OK)
    rc = instance_commit(c->instance, &tx, &t->why);
  store_rollback(&tx);
  r->unchanged += rc == VG_OK && t->file.unchanged;
  r->missing += rc == VG_OK ? t->file.missing : 0;
  intel_fetched_fini(&t->file);
  if (rc != VG_OK && atomic_load(r->stop)) /* no fault of the feed */
    return cli_fail(c, &t->why);
  if (rc != VG_OK && !t->failed) { /* what came cannot be read */
    t->failed = true;
    int status = cli_write(c, write_failed, t);
    if (status != CLI_OK)
      return status;
  }
  if (t->failed) {
    r->failed++;
    cli_fail(c, &t->why);
    return CLI_OK;
  }
  r->added += t->in.added;
  r->updated += t->in.updated;
  r->rejected += t->in.rejected;
  r->broken += t->in.uses.n[USE_BROKEN];
  return CLI_OK;
}

static void say_round(struct cli *c, const struct round *r) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.intel_fetch.done", VG_N(r->n), VG_N(r->unchanged), VG_N(r->failed), VG_N(r->added),
            VG_N(r->updated));
    if (r->missing)
      CLI_SAY(c, "cli.intel_feeds.missing", VG_G(c->lang, r->missing));
    if (r->broken)
      CLI_SAY(c, "intel.count.broken", VG_N(r->broken));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "feeds", (int64_t)r->n);
  vg_jw_kint(&w, "unchanged", r->unchanged);
  vg_jw_kint(&w, "failed", r->failed);
  vg_jw_kint(&w, "added", r->added);
  vg_jw_kint(&w, "updated", r->updated);
  vg_jw_kint(&w, "rejected", r->rejected);
  vg_jw_kint(&w, "missing", r->missing);
  vg_jw_kint(&w, "broken", r->broken);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int run_fetch(struct cli *c, int argc, char **argv) {
  bool all = false;
  char whole[4096];
  const struct cli_option options[] = {{"all", CLI_FLAG, &all}, {0}};
  int status = cli_parse(c, &cmd_intel_fetch, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_intel_fetch, "cli.too_many", argv[1]);
  struct round r = {0};
  struct vg_err err = {0};
  struct store_tx *tx;
  const char *only = argc ? argv[0] : "";
  if (argc && !intel_is_url(only) && realpath(only, whole))
    only = whole;
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = store_begin_read(instance_store(c->instance), &tx, &err);
  if (rc == VG_OK) {
    rc = intel_each_feed(tx, !all, vg_str_z(only), take_turn, &r, &err);
    store_rollback(&tx);
  }
  if (rc != VG_OK)
    status = cli_fail(c, &err);
  r.stop = cli_stop_begin();
  for (size_t i = 0; status == CLI_OK && i < r.n && !atomic_load(r.stop); i++)
    status = one_feed(c, &r, &r.v[i]);
  cli_stop_end();
  if (status == CLI_OK)
    say_round(c, &r);
  for (size_t i = 0; i < r.n; i++) {
    vg_buf_fini(&r.v[i].url);
    vg_buf_fini(&r.v[i].source);
    vg_buf_fini(&r.v[i].columns);
  }
  free(r.v);
  return status == CLI_OK && (r.failed || r.rejected || r.missing || r.broken) ? CLI_ATTENTION : status;
}

const struct cli_command cmd_intel_follow = {"intel follow", "cli.intel_follow", "cli.intel_follow.usage", run_follow};
const struct cli_command cmd_intel_unfollow = {"intel unfollow", "cli.intel_unfollow", "cli.intel_unfollow.usage",
                                               run_unfollow};
const struct cli_command cmd_intel_feeds = {"intel feeds", "cli.intel_feeds", "cli.intel_feeds.usage", run_feeds};
const struct cli_command cmd_intel_fetch = {"intel fetch", "cli.intel_fetch", "cli.intel_fetch.usage", run_fetch};
