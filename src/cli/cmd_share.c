#include "cli/cmd_share_remote.h"
#include "cli/query.h"

#include "base/file.h"
#include "base/grow.h"
#include "cli/show.h"
#include "territory/territory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Refusals for one reason; the first few are named. */
enum { NAMED = 3 };
struct refusals {
  const char *rule;
  struct vg_buf why, names;
  int64_t n;
};
/* With the bundle on stdout the refusals are told on stderr: stdout carries one result. */
struct telling {
  struct cli *c;
  bool bundle_on_stdout;
  struct store_tx *tx;
  struct refusals *v, *now; /* now: that of the decision that is told */
  size_t n, cap;
};

/* malware "Foo" */
static vg_code name_object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct telling *t = ctx;
  struct vg_buf *names = &t->now->names;
  char type[64], name[256];
  (void)err;
  vg_str_copy(type, sizeof type, o->type);
  vg_str_copy(name, sizeof name, o->name.n ? o->name : o->id);
  vg_buf_z(names, names->n ? ", " : "");
  vg_msg(names, t->c->lang, "cli.share.refused_one",
         (const char *const[]){show_word(t->c, "server.stix.", vg_str_z(type)), name, NULL});
  return VG_OK;
}

static vg_code group_of(struct telling *t, const struct share_decision *d, struct vg_err *err) {
  struct vg_buf why;
  vg_buf_init(&why, 4096);
  vg_msg(&why, t->c->lang, d->rule, (const char *const[]){d->arg[0], d->arg[1], NULL});
  size_t i = 0;
  while (i < t->n && (strcmp(t->v[i].rule, d->rule) || !vg_str_eq(vg_buf_view(&t->v[i].why), vg_buf_view(&why))))
    i++;
  bool known = i < t->n, room = known || VG_GROW(t->v, t->n, t->cap, 8);
  if (known || !room)
    vg_buf_fini(&why);
  if (!room)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (!known) {
    t->v[t->n] = (struct refusals){.rule = d->rule, .why = why};
    vg_buf_init(&t->v[t->n++].names, 8192);
  }
  t->now = &t->v[i];
  return VG_OK;
}

static vg_code tell(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct telling *t = ctx;
  if (t->c->json && !t->bundle_on_stdout) {
    print_json(t->c, d);
    return VG_OK;
  }
  if (d->allowed)
    return VG_OK;
  VG_TRY(group_of(t, d, err));
  if (t->now->n++ < NAMED && intel_object_get(t->tx, vg_str_z(d->subject.s), name_object, t, NULL) == VG_ENOTFOUND)
    vg_buf_fmt(&t->now->names, "%s%s", t->now->names.n ? ", " : "", d->subject.s);
  return VG_OK;
}

static int most_first(const void *a, const void *b) {
  const struct refusals *x = a, *y = b;
  return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->rule, y->rule);
}

/* Tells them, the commonest reason first, and forgets them. */
static void end_telling(struct telling *t, bool told) {
  if (t->n)
    qsort(t->v, t->n, sizeof *t->v, most_first);
  for (size_t i = 0; i < t->n; i++) {
    struct refusals *g = &t->v[i];
    const char *id = g->n > NAMED ? "cli.share.refused_more" : "cli.share.refused_all";
    const char *n = VG_G(t->c->lang, g->n), *more = VG_G(t->c->lang, g->n - NAMED);
    if (told && t->bundle_on_stdout) {
      CLI_NOTE(t->c, "cli.share.refusals", n, vg_buf_text(&g->why), g->rule);
      CLI_NOTE(t->c, id, vg_buf_text(&g->names), more);
    } else if (told) {
      CLI_SAY(t->c, "cli.share.refusals", n, vg_buf_text(&g->why), g->rule);
      CLI_SAY(t->c, id, vg_buf_text(&g->names), more);
    }
    vg_buf_fini(&g->why);
    vg_buf_fini(&g->names);
  }
  free(t->v);
  t->v = NULL;
  t->n = t->cap = 0;
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
  p->t.tx = tx;
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
  end_telling(&p->t, status == CLI_OK);
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
  p.t = (struct telling){.c = c, .bundle_on_stdout = !path};
  vg_buf_init(&p.bundle, BUNDLE_MAX);
  status = query_of(c, &cmd_share_publish, &which, &p.which);
  if (status == CLI_OK)
    status = carry_out(c, &p, path);
  query_fini(&which);
  vg_buf_fini(&p.bundle);
  return status;
}

const struct cli_command cmd_share_publish = {"share publish", "cli.share.publish", "cli.share.publish.usage", run};
