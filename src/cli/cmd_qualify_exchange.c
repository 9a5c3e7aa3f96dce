/* Questions and answers between two instances: ask, reply, receive. As signed STIX bundles in files, and on the shelf
 * that a TAXII client of the other side fetches from (share pull) or that is carried there (share publish --url). */
#include "cli/cli.h"

#include "base/file.h"
#include "intel/intel.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "territory/territory.h"

#include <stdio.h>
#include <string.h>

extern const struct cli_command cmd_qualify_ask, cmd_qualify_reply, cmd_qualify_receive;

enum { BUNDLE_MAX = 64 << 20 };

struct sending {
  struct share_question q;
  const char *to, *path;
  struct cli *c;
  bool reply;
  struct share_decision d;
  struct vg_buf bundle;
};

static vg_code send(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct sending *s = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(s->to), &org, err));
  s->q.org = org.id;
  s->q.self = instance_id(s->c->instance);
  return s->reply ? share_answer(tx, who, &s->q, &s->d, &s->bundle, err)
                  : share_ask(tx, who, &s->q, &s->d, &s->bundle, err);
}

/* The gate said no: that is in the ledger; the rule is told and the command failed. */
static int refused(struct cli *c, const struct share_decision *d) {
  struct vg_err err = {0};
  struct vg_buf why;
  const char *args[] = {d->arg[0], d->arg[1], NULL};
  vg_buf_init(&why, 4096);
  vg_msg(&why, c->lang, d->rule, args);
  (void)VG_FAIL(&err, VG_EDENIED, "cli.exchange.refused", vg_buf_text(&why), d->rule);
  vg_buf_fini(&why);
  return cli_fail(c, &err);
}

/* FILE.sig first: a bundle under its final name always has its signature. */
static vg_code write_signed(struct cli *c, const char *path, vg_str bundle, char hex[static 2 * VG_KEY_SIZE + 1],
                            struct vg_err *err) {
  unsigned char pub[VG_KEY_SIZE];
  char side[4096];
  struct vg_buf text;
  vg_key_public(instance_key(c->instance), pub);
  vg_hex(hex, pub, sizeof pub);
  vg_buf_init(&text, 4096);
  snprintf(side, sizeof side, "%s.sig", path);
  vg_code rc = share_letter_sign(instance_key(c->instance), bundle, &text, err);
  if (rc == VG_OK)
    rc = vg_file_write(side, vg_buf_view(&text), 0600, err);
  vg_buf_fini(&text);
  return rc == VG_OK ? vg_file_write(path, bundle, 0600, err) : rc;
}

static int carry_out(struct sending *s) {
  struct vg_err err = {0};
  char key[2 * VG_KEY_SIZE + 1];
  struct cli *c = s->c;
  int status = cli_write(c, send, s);
  if (status != CLI_OK)
    return status;
  if (!s->d.allowed)
    return refused(c, &s->d);
  if (s->path && write_signed(c, s->path, vg_buf_view(&s->bundle), key, &err) != VG_OK)
    return cli_fail(c, &err);
  if (!c->json) {
    if (s->path)
      CLI_SAY(c, "cli.exchange.sent", s->path, key);
    else
      CLI_SAY(c, "cli.exchange.shelved", s->to);
    return CLI_OK;
  }
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kstr(&w, "id", s->q.request);
  vg_jw_kz(&w, "bundle", s->path);
  vg_jw_kz(&w, "key", s->path ? key : NULL);
  vg_jw_kz(&w, "rule", s->d.rule);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}

static int run_send(struct cli *c, const struct cli_command *self, bool reply, int argc, char **argv) {
  struct sending s = {.c = c, .reply = reply, .q = {.purpose = "prevention", .deadline = VG_NOTIME}};
  const char *tlp = "CLEAR", *pap = "CLEAR";
  const struct cli_option options[] = {{"to", CLI_TEXT, &s.to},
                                       {"o|output", CLI_TEXT, &s.path},
                                       {"purpose", CLI_TEXT, &s.q.purpose},
                                       {"tlp", CLI_TEXT, &tlp},
                                       {"pap", CLI_TEXT, &pap},
                                       {"deadline", CLI_TIME, &s.q.deadline},
                                       {0}};
  enum tlp t;
  enum pap p;
  int status = cli_parse(c, self, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1 || !s.to)
    return cli_usage(c, self, argc > 1 ? "cli.too_many" : "cli.missing", argc > 1 ? argv[1] : argc < 1 ? "ID" : "--to");
  if (!intel_tlp_by_name(vg_str_z(tlp), &t) || !intel_pap_by_name(vg_str_z(pap), &p))
    return cli_usage(c, self, "cli.bad_value", intel_tlp_by_name(vg_str_z(tlp), &t) ? pap : tlp);
  s.q.request = vg_str_z(argv[0]);
  s.q.tlp = (int)t;
  s.q.pap = (int)p;
  vg_buf_init(&s.bundle, BUNDLE_MAX);
  status = carry_out(&s);
  vg_buf_fini(&s.bundle);
  return status;
}

static int run_ask(struct cli *c, int argc, char **argv) { return run_send(c, &cmd_qualify_ask, false, argc, argv); }
static int run_reply(struct cli *c, int argc, char **argv) { return run_send(c, &cmd_qualify_reply, true, argc, argv); }

struct receiving {
  const char *from, *path;
  const unsigned char *trust; /* the key that is given; NULL: the one that is kept */
  bool replace;
  vg_str text;
  struct share_decision d;
  struct share_received r;
};

/* The detached signature beside the bundle must be by the key that the user trusts, or by the one that is kept. */
static vg_code check_signature(const char *path, vg_str bundle, const unsigned char trust[static VG_KEY_SIZE],
                               struct vg_err *err) {
  char side[4096];
  struct vg_buf text;
  vg_buf_init(&text, 1 << 16);
  snprintf(side, sizeof side, "%s.sig", path);
  vg_code rc = vg_file_read(side, &text, err);
  if (rc == VG_OK)
    rc = share_letter_check(bundle, vg_buf_view(&text), trust, path, err);
  vg_buf_fini(&text);
  return rc;
}

static vg_code take(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct receiving *r = ctx;
  unsigned char kept[VG_KEY_SIZE];
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(r->from), &org, err));
  if (!r->trust)
    VG_TRY(share_key_of(tx, org.id, kept, err));
  VG_TRY(check_signature(r->path, r->text, r->trust ? r->trust : kept, err));
  if (r->trust)
    VG_TRY(share_key_keep(tx, who, org.id, r->trust, r->replace, err));
  return share_receive(tx, who, org.id, r->text, &r->d, &r->r, err);
}

static int tell(struct cli *c, const struct receiving *r) {
  struct vg_jw w;
  if (!r->d.allowed)
    return refused(c, &r->d);
  if (!c->json) {
    if (r->r.question)
      CLI_SAY(c, "cli.exchange.question", r->r.request.s, r->from);
    else
      CLI_SAY(c, "cli.exchange.answers", VG_N(r->r.answers), r->r.request.s, r->from);
    return CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "id", r->r.request.s);
  vg_jw_kz(&w, "kind", r->r.question ? "request" : "answer");
  vg_jw_kint(&w, "answers", r->r.answers);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}

static int run_receive(struct cli *c, int argc, char **argv) {
  const char *trust = NULL;
  unsigned char key[VG_KEY_SIZE];
  struct receiving r = {0};
  const struct cli_option options[] = {
      {"from", CLI_TEXT, &r.from}, {"trust", CLI_TEXT, &trust}, {"replace-key", CLI_FLAG, &r.replace}, {0}};
  struct vg_buf text;
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_qualify_receive, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1 || !r.from)
    return cli_usage(c, &cmd_qualify_receive, argc > 1 ? "cli.too_many" : "cli.missing",
                     argc > 1   ? argv[1]
                     : argc < 1 ? "FILE"
                                : "--from");
  if (trust && !vg_unhex(vg_str_z(trust), key, sizeof key))
    return cli_usage(c, &cmd_qualify_receive, "cli.bad_value", trust);
  r.trust = trust ? key : NULL;
  r.path = argv[0];
  vg_buf_init(&text, BUNDLE_MAX);
  c->file = argv[0];
  if (vg_file_read(argv[0], &text, &err) != VG_OK) {
    status = cli_fail(c, &err);
  } else {
    r.text = vg_buf_view(&text);
    if ((status = cli_write(c, take, &r)) == CLI_OK)
      status = tell(c, &r);
  }
  vg_buf_fini(&text);
  return status;
}

const struct cli_command cmd_qualify_ask = {"qualify ask", "cli.qualify.ask", "cli.qualify.ask.usage", run_ask};
const struct cli_command cmd_qualify_reply = {"qualify reply", "cli.qualify.reply", "cli.qualify.reply.usage",
                                              run_reply};
const struct cli_command cmd_qualify_receive = {"qualify receive", "cli.qualify.receive", "cli.qualify.receive.usage",
                                                run_receive};
