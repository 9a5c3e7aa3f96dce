#include "cli/cli.h"

extern const struct cli_command cmd_backup;

static void show(void *ctx, const char *label, uint64_t done, uint64_t total) { cli_progress(ctx, label, done, total); }

static int run(struct cli *c, int argc, char **argv) {
  const char *to = NULL;
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &to}, {0}};
  struct instance_backup b;
  struct actor who;
  struct vg_err err = {0};
  int status = cli_no_word(c, &cmd_backup, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!to)
    return cli_usage(c, &cmd_backup, "cli.missing", "-o");
  if ((status = cli_instance(c)) != CLI_OK || (status = cli_actor(c, &who)) != CLI_OK)
    return status;
  vg_code rc = instance_back_up(c->instance, &who, to, show, c, &b, &err);
  cli_progress_end(c);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "backup", to);
    vg_jw_kint(&w, "files", b.files);
    vg_jw_kint(&w, "bytes", (int64_t)b.bytes);
    vg_jw_kint(&w, "ledger", b.entry);
    vg_jw_end(&w);
    cli_json_end(c);
    return CLI_OK;
  }
  CLI_SAY(c, "cli.backup.done", VG_N(b.files), VG_B(c->lang, (int64_t)b.bytes), to);
  return CLI_OK;
}

const struct cli_command cmd_backup = {"backup", "cli.backup", "cli.backup.usage", run};
