#include "cli/cli.h"

#include <stdio.h>

#include "anticipate/anticipate.h"
#include "watch/watch.h"

extern const struct cli_command cmd_watch_bulletin, cmd_watch_warn;

struct order {
  struct cli *c;
  const char *story;
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

const struct cli_command cmd_watch_bulletin = {"watch bulletin", "cli.watch_bulletin", "cli.watch_bulletin.usage",
                                               run_bulletin};
const struct cli_command cmd_watch_warn = {"watch warn", "cli.watch_warn", "cli.watch_warn.usage", run_warn};
