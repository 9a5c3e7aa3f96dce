#include "cli/cmd_share_remote.h"
#include "cli/query.h"

#include "base/file.h"
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

struct publishing {
  struct telling t;
  const char *to, *purpose;
  struct vg_buf bundle;
  struct share_published n;
  enum share_format format; /* of the bundle: not only STIX */
  struct intel_query which;
};

static vg_code publish(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct publishing *p = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(p->to), &org, err));
  if (p->format != SHARE_STIX) {
    struct share_values v;
    VG_TRY(share_publish_values(tx, who, org.id, p->purpose, &p->which, p->format, instance_id(p->t.c->instance),
                                &p->bundle, tell, &p->t, &v, err));
    p->n = (struct share_published){.considered = v.released + v.refused, .released = v.released, .refused = v.refused};
    return VG_OK;
  }
  return share_publish(tx, who, org.id, p->purpose, &p->which, VG_NOTIME, &p->bundle, tell, &p->t, &p->n, err);
}

/* The decisions are durable before the bundle exists under its name: nothing leaves unrecorded. */
static int carry_out(struct cli *c, struct publishing *p, const char *path) {
  struct vg_err err = {0};
  int status = cli_write(c, publish, p);
  if (status != CLI_OK)
    return status;
  if (path && vg_file_write(path, vg_buf_view(&p->bundle), 0600, &err) != VG_OK)
    return cli_fail(c, &err);
  if (!path)
    fwrite(p->bundle.p, 1, p->bundle.n, stdout);
  CLI_NOTE(c, "cli.share.done", VG_N(p->n.released), VG_N(p->n.refused), p->to, VG_N(p->n.context));
  return CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *path = NULL, *form = "stix";
  struct publishing p = {.purpose = "prevention"};
  struct remote_options o = {0};
  struct query_options which = {0};
  const struct cli_option options[] = {QUERY_OPTIONS(which),
                                       {"to", CLI_TEXT, &p.to},
                                       {"purpose", CLI_TEXT, &p.purpose},
                                       {"o|output", CLI_TEXT, &path},
                                       {"url", CLI_TEXT, &o.url},
                                       {"as", CLI_TEXT, &form},
                                       REMOTE_OPTIONS(o),
                                       {0}};
  int status = cli_no_word(c, &cmd_share_publish, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!p.to)
    return cli_usage(c, &cmd_share_publish, "cli.missing", "--to");
  if (!share_format_by_name(vg_str_z(form), &p.format))
    return cli_usage(c, &cmd_share_publish, "cli.bad_value", form);
  if (o.url)
    return path || p.format != SHARE_STIX ? cli_usage(c, &cmd_share_publish, "cli.share.one_way", NULL)
                                          : remote_push(c, &cmd_share_publish, &o, p.to, p.purpose);
  p.t = (struct telling){c, !path};
  vg_buf_init(&p.bundle, BUNDLE_MAX);
  status = query_of(c, &cmd_share_publish, &which, &p.which);
  if (status == CLI_OK)
    status = carry_out(c, &p, path);
  query_fini(&which);
  vg_buf_fini(&p.bundle);
  return status;
}

const struct cli_command cmd_share_publish = {"share publish", "cli.share.publish", "cli.share.publish.usage", run};
