/* What an action puts on paper and in the post: letters and e-mails, hand-outs. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_action_mailing, cmd_action_handout;

enum { CHOSEN = 64 };
struct order {
  const char *id, *out, *text, *zone, *url;
  struct cli_list orgs, sheets;
  struct action a;
  struct mailing m;
  struct handout h;
  enum paper_format format;
  struct vg_buf bytes;
};

static vg_code action_of(struct store_tx *tx, const struct actor *who, struct order *o, struct vg_err *err) {
  VG_TRY(prevention_action_find(tx, vg_str_z(o->id), &o->a, err));
  return o->a.org ? territory_access(tx, who, o->a.org, err) : VG_OK;
}

/* --- letters --- */

static vg_code message_file(void *ctx, int64_t number, vg_str message, struct vg_err *err) {
  const struct order *o = ctx;
  char path[4096];
  if ((size_t)snprintf(path, sizeof path, "%s%04lld.eml", o->out, (long long)number) >= sizeof path)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", o->out);
  return vg_file_write(path, message, 0600, err);
}

static vg_code mailing(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  int64_t chosen[CHOSEN];
  VG_TRY(action_of(tx, who, o, err));
  for (size_t i = 0; i < o->orgs.n; i++) {
    struct org org;
    VG_TRY(territory_org_find(tx, vg_str_z(o->orgs.v[i]), &org, err));
    VG_TRY(territory_access(tx, who, org.id, err));
    chosen[i] = org.id;
  }
  o->m.org = chosen;
  o->m.orgs = o->orgs.n;
  vg_code rc = prevention_mailing(tx, who, &o->a, &o->m, &o->bytes, err);
  o->m.org = NULL;
  return rc;
}

static int write_mailing(struct cli *c, struct order *o) {
  struct vg_err err = {0};
  bool files = o->m.form == MAILING_FILES;
  if (files && vg_dir_make(o->out, &err) != VG_OK)
    return cli_fail(c, &err);
  int status = cli_write(c, mailing, o);
  if (status != CLI_OK)
    return status;
  if (!files && vg_file_write(o->out, vg_buf_view(&o->bytes), 0600, &err) != VG_OK)
    return cli_fail(c, &err);
  CLI_NOTE(c, "cli.action_mailing.done", VG_N(o->m.written), o->out);
  if (o->m.without)
    CLI_NOTE(c, "cli.action_mailing.without", VG_N(o->m.without));
  if (o->m.unaddressed)
    CLI_NOTE(c, "cli.action_mailing.unaddressed", VG_N(o->m.unaddressed));
  return CLI_OK;
}

static int run_mailing(struct cli *c, int argc, char **argv) {
  const char *subject = "", *from = "";
  struct order o = {.m = {.lang = c->lang, .each = message_file}};
  struct vg_map_file file = {0};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"o|output", CLI_TEXT, &o.out},  {"org", CLI_LIST, &o.orgs},
                                       {"subject", CLI_TEXT, &subject}, {"text", CLI_TEXT, &o.text},
                                       {"from", CLI_TEXT, &from},       {0}};
  int status = cli_one_word(c, &cmd_action_mailing, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.out)
    return cli_usage(c, &cmd_action_mailing, "cli.missing", "-o");
  size_t n = strlen(o.out);
  if (n && o.out[n - 1] == '/')
    o.m.form = MAILING_FILES;
  else if (!prevention_mailing_by_suffix(cli_suffix(o.out), &o.m.form))
    return cli_usage(c, &cmd_action_mailing, "cli.action_mailing.form", o.out);
  if (o.text && vg_map_open(&file, o.text, &err) != VG_OK)
    return cli_fail(c, &err);
  o.m.subject = vg_str_z(subject);
  o.m.from = vg_str_z(from);
  o.m.text = file.bytes;
  o.m.ctx = &o;
  vg_buf_init(&o.bytes, 256u << 20);
  status = write_mailing(c, &o);
  vg_buf_fini(&o.bytes);
  if (o.text)
    vg_map_close(&file);
  return status;
}

/* --- hand-outs --- */

static vg_code handout(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  char token[40];
  struct vg_buf link;
  vg_code rc = VG_OK;
  vg_buf_init(&link, 2048);
  if (o->id) {
    VG_GO(action_of(tx, who, o, err));
    o->h.title = vg_str_z(o->a.title);
    o->h.referent = vg_str_z(o->a.referent_name);
  }
  o->h.zone = vg_str_z(o->zone ? o->zone : o->a.zone);
  if (o->id && o->url) {
    size_t n = strlen(o->url);
    VG_GO(prevention_action_code(tx, who, vg_str_z(o->id), token, err));
    vg_buf_fmt(&link, "%s%spresence/%s", o->url, n && o->url[n - 1] == '/' ? "" : "/", token);
    VG_GO(vg_buf_check(&link, err));
  }
  o->h.link = vg_buf_view(&link);
  rc = prevention_handout(tx, &o->h, o->format, &o->bytes, err);
out:
  vg_buf_fini(&link);
  return rc;
}

static int run_handout(struct cli *c, int argc, char **argv) {
  struct order o = {.h = {.lang = c->lang}};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"zone", CLI_TEXT, &o.zone},
                                       {"sheet", CLI_LIST, &o.sheets},
                                       {"url", CLI_TEXT, &o.url},
                                       {"o|output", CLI_TEXT, &o.out},
                                       {0}};
  int status = cli_parse(c, &cmd_action_handout, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_action_handout, "cli.too_many", argv[1]);
  if (!o.out)
    return cli_usage(c, &cmd_action_handout, "cli.missing", "-o");
  if (!paper_by_suffix(cli_suffix(o.out), &o.format))
    return cli_usage(c, &cmd_action_handout, "cli.action_handout.form", o.out);
  o.id = argc ? argv[0] : NULL;
  o.h.sheet = o.sheets.n ? o.sheets.v : prevention_sheets;
  o.h.sheets = o.sheets.n;
  while (!o.sheets.n && prevention_sheets[o.h.sheets])
    o.h.sheets++;
  vg_buf_init(&o.bytes, 64u << 20);
  /* Only a code that is to be made has anything to write. */
  status = o.id && o.url ? cli_write(c, handout, &o) : cli_read(c, handout, &o);
  if (status == CLI_OK && vg_file_write(o.out, vg_buf_view(&o.bytes), 0644, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_buf_fini(&o.bytes);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.action_handout.done", VG_N(o.h.sheets), o.out);
  return status;
}

const struct cli_command cmd_action_mailing = {"action mailing", "cli.action_mailing", "cli.action_mailing.usage",
                                               run_mailing};
const struct cli_command cmd_action_handout = {"action handout", "cli.action_handout", "cli.action_handout.usage",
                                               run_handout};
