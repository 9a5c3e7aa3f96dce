#include "cli/cli.h"

#include "base/file.h"
#include "share/share.h"
#include "territory/territory.h"

#include <stdio.h>

extern const struct cli_command cmd_share_publish;

enum { BUNDLE_MAX = 1 << 30 };

static void print_json(struct cli *c, const struct share_decision *d) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", d->subject.s);
  vg_jw_kbool(&w, "allowed", d->allowed);
  vg_jw_kz(&w, "rule", d->rule);
  vg_jw_key(&w, "arguments");
  vg_jw_arr(&w);
  for (int i = 0; i < SHARE_ARGS && d->arg[i][0]; i++)
    vg_jw_z(&w, d->arg[i]);
  vg_jw_end(&w);
  vg_jw_kz(&w, "convention", d->convention.s[0] ? d->convention.s : NULL);
  vg_jw_kbool(&w, "reduced", d->reduced);
  vg_jw_end(&w);
  cli_json_end(c);
}

/* With the bundle on stdout the refusals are told on stderr: stdout carries one result. */
struct telling {
  struct cli *c;
  bool bundle_on_stdout;
};

static vg_code tell(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct telling *t = ctx;
  (void)err;
  if (t->c->json && !t->bundle_on_stdout) {
    print_json(t->c, d);
    return VG_OK;
  }
  if (d->allowed)
    return VG_OK;
  const char *args[] = {d->arg[0], d->arg[1], NULL};
  struct vg_buf why;
  vg_buf_init(&why, 4096);
  vg_msg(&why, t->c->lang, d->rule, args);
  if (t->bundle_on_stdout)
    CLI_NOTE(t->c, "cli.share.refused", d->subject.s, vg_buf_text(&why), d->rule);
  else
    CLI_SAY(t->c, "cli.share.refused", d->subject.s, vg_buf_text(&why), d->rule);
  vg_buf_fini(&why);
  return VG_OK;
}

/* The decisions are durable before the bundle exists under its name: nothing leaves unrecorded. */
static vg_code publish(struct cli *c, const struct actor *who, const char *to, const char *purpose, const char *path,
                       struct share_published *n, struct vg_err *err) {
  struct telling t = {c, !path};
  struct store_tx *tx;
  struct vg_buf bundle;
  struct org org;
  vg_code rc = VG_OK;
  VG_TRY(store_begin(instance_store(c->instance), &tx, err));
  vg_buf_init(&bundle, BUNDLE_MAX);
  VG_GO(territory_org_find(tx, vg_str_z(to), &org, err));
  VG_GO(share_publish(tx, who, org.id, purpose, VG_NOTIME, &bundle, tell, &t, n, err));
  VG_GO(instance_commit(c->instance, &tx, err));
  if (path)
    rc = vg_file_write(path, vg_buf_view(&bundle), 0600, err);
  else
    fwrite(bundle.p, 1, bundle.n, stdout);
out:
  store_rollback(&tx);
  vg_buf_fini(&bundle);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *to = NULL, *purpose = "prevention", *path = NULL;
  const struct cli_option options[] = {{"to", CLI_TEXT, &to}, {"purpose", CLI_TEXT, &purpose}, {"o|output", CLI_TEXT, &path}, {0}};
  struct share_published n;
  struct vg_err err = {0};
  struct actor who;
  int status = cli_parse(c, &cmd_share_publish, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 0)
    return cli_usage(c, &cmd_share_publish, "cli.too_many", argv[0]);
  if (!to)
    return cli_usage(c, &cmd_share_publish, "cli.missing", "--to");
  if ((status = cli_instance(c)) != CLI_OK || (status = cli_actor(c, &who)) != CLI_OK)
    return status;
  if (publish(c, &who, to, purpose, path, &n, &err) != VG_OK)
    return cli_fail(c, &err);
  CLI_NOTE(c, "cli.share.done", VG_N(n.released), VG_N(n.refused), to, VG_N(n.context));
  return CLI_OK;
}

const struct cli_command cmd_share_publish = {"share publish", "cli.share.publish", "cli.share.publish.usage", run};
