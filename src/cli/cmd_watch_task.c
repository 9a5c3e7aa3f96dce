#include "cli/cli.h"

#include <stdio.h>

#include "anticipate/anticipate.h"
#include "watch/watch.h"

extern const struct cli_command cmd_watch_task, cmd_watch_tasks, cmd_watch_done, cmd_watch_bulletin, cmd_watch_warn;

struct order {
  struct cli *c;
  const char *story, *what, *owner;
  vg_time due;
  struct vg_id pid;
  struct vg_buf out;
};

static void say_id(struct cli *c, const char *key, const char *pid, const char *message) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, message, pid);
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, key, pid);
  vg_jw_end(&w);
  cli_json_end(c);
}

/* --- watch task, watch tasks, watch done --- */

static vg_code add_task(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return watch_task_add(tx, who, vg_str_z(o->story), vg_str_z(o->what), vg_str_z(o->owner), o->due, &o->pid, err);
}

static int run_task(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .owner = "", .due = VG_NOTIME};
  const struct cli_option options[] = {
      {"what", CLI_TEXT, &o.what}, {"owner", CLI_TEXT, &o.owner}, {"due", CLI_TIME, &o.due}, {0}};
  int status = cli_one_word(c, &cmd_watch_task, argc, argv, options, "ID", &o.story);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.what)
    return cli_usage(c, &cmd_watch_task, "cli.missing", "--what");
  if ((status = cli_write(c, add_task, &o)) == CLI_OK)
    say_id(c, "id", o.pid.s, "cli.watch_task.done");
  return status;
}

static vg_code task_row(void *ctx, const struct watch_task *t, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char due[VG_TIME_TEXT], done[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "id", t->pid);
    vg_jw_kstr(&w, "story", t->story);
    vg_jw_kstr(&w, "what", t->what);
    vg_jw_kstr(&w, "owner", t->owner);
    vg_jw_ktime(&w, "made", t->made);
    vg_jw_ktime(&w, "due", t->due);
    vg_jw_ktime(&w, "done", t->done);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, t->pid);
  cli_table_cell(l->table, t->what);
  cli_table_cell(l->table, t->owner);
  cli_table_cellz(l->table, cli_time(due, l->c, t->due));
  cli_table_cellz(l->table, cli_time(done, l->c, t->done));
  cli_table_cell(l->table, t->story_title);
  return VG_OK;
}

static vg_code read_tasks(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return watch_each_task(tx, 0, task_row, l, err);
}

static int run_tasks(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.id",  "cli.col.what", "cli.col.owner",
                                        "cli.col.due", "cli.col.done", "cli.watch.title"};
  return cli_list_all(c, &cmd_watch_tasks, argc, argv, heading, VG_COUNT(heading), read_tasks);
}

static vg_code end_task(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return watch_task_done(tx, who, vg_str_z(((struct order *)ctx)->story), err);
}

static int run_done(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_watch_done, argc, argv, options, "TASK", &o.story);
  return status == CLI_OK ? cli_write(c, end_task, &o) : cli_parsed(status);
}

/* --- watch bulletin --- */

static vg_code draft(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return watch_bulletin(tx, who, vg_str_z(o->story), o->c->lang, &o->out, err);
}

static int run_bulletin(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_watch_bulletin, argc, argv, options, "ID", &o.story);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.out, 16 << 20);
  if ((status = cli_read(c, draft, &o)) == CLI_OK)
    printf("%.*s", (int)o.out.n, o.out.p);
  vg_buf_fini(&o.out);
  return status;
}

/* --- watch warn --- */

static vg_code warn(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return anticipate_announce(tx, who, vg_str_z(o->story), &o->pid, err);
}

static int run_warn(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{0}};
  int status = cli_one_word(c, &cmd_watch_warn, argc, argv, options, "ID", &o.story);
  if (status != CLI_OK)
    return cli_parsed(status);
  if ((status = cli_write(c, warn, &o)) == CLI_OK)
    say_id(c, "warning", o.pid.s, "cli.watch_warn.done");
  return status;
}

const struct cli_command cmd_watch_task = {"watch task", "cli.watch_task", "cli.watch_task.usage", run_task};
const struct cli_command cmd_watch_tasks = {"watch tasks", "cli.watch_tasks", "cli.watch_tasks.usage", run_tasks};
const struct cli_command cmd_watch_done = {"watch done", "cli.watch_done", "cli.watch_done.usage", run_done};
const struct cli_command cmd_watch_bulletin = {"watch bulletin", "cli.watch_bulletin", "cli.watch_bulletin.usage",
                                               run_bulletin};
const struct cli_command cmd_watch_warn = {"watch warn", "cli.watch_warn", "cli.watch_warn.usage", run_warn};
