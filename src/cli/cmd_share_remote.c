/* Giving to and fetching from a TAXII 2.1 server elsewhere, part by part: each part is durable before the next one is
 * asked for. */
#include "cli/cmd_share_remote.h"

#include "base/file.h"
#include "territory/territory.h"

#include <string.h>

extern const struct cli_command cmd_share_pull;

enum { PART = 500, ENVELOPE_MAX = 64 << 20 };

vg_code remote_read_login(const char *user, const char *file, struct vg_buf *out, struct vg_err *err) {
  struct vg_buf text;
  vg_str rest, line = VG_STR("");
  vg_buf_init(&text, 4096);
  vg_code rc = vg_file_read(file, &text, err);
  rest = vg_buf_view(&text);
  (void)vg_str_line(&rest, &line);
  vg_buf_fmt(out, "%s:%.*s", user, (int)line.n, line.n ? line.p : "");
  vg_buf_fini(&text);
  return rc;
}

int remote_login(struct cli *c, const struct cli_command *self, struct remote_options *o) {
  struct vg_err err = {0};
  if (!o->user != !o->password_file)
    return cli_usage(c, self, "cli.missing", o->user ? "--password-file" : "--user");
  if (strlen(o->url) >= sizeof o->remote.url || !intel_is_url(o->url))
    return cli_usage(c, self, "cli.bad_value", o->url);
  vg_str_copy(o->remote.url, sizeof o->remote.url, vg_str_z(o->url));
  if (!o->user)
    return CLI_OK;
  int status = remote_read_login(o->user, o->password_file, &o->login, &err) == VG_OK ? CLI_OK : cli_fail(c, &err);
  o->remote.login = vg_buf_text(&o->login);
  return status;
}

void remote_end(struct remote_options *o) {
  if (o->login.p)
    explicit_bzero(o->login.p, o->login.n);
  vg_buf_fini(&o->login);
}

/* --- pull --- */
struct pulling {
  struct cli *c;
  struct remote_options *o;
  const char *from;
  struct share_peer peer;
  struct share_remote_part part;
  struct share_deposited got, sum;
  int64_t collections;
  struct vg_err denied; /* by our own rule: that is kept */
  bool again;
};

static vg_code tell_bad(void *ctx, vg_str id, vg_str version, const struct vg_err *why, struct vg_err *err) {
  struct pulling *p = ctx;
  struct vg_buf text;
  (void)version, (void)err;
  if (!why)
    return VG_OK;
  vg_buf_init(&text, 8192);
  vg_err_render(&text, p->c->lang, why);
  CLI_NOTE(p->c, "cli.share.bad", VG_T(id), vg_buf_text(&text));
  vg_buf_fini(&text);
  return VG_OK;
}

/* Before anybody's server is called. */
static vg_code know_sender(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct pulling *p = ctx;
  struct org org;
  (void)who;
  return territory_org_find(tx, vg_str_z(p->from), &org, err);
}

static vg_code get_peer(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct pulling *p = ctx;
  struct org org;
  (void)who;
  VG_TRY(territory_org_find(tx, vg_str_z(p->from), &org, err));
  return share_peer_get(tx, &p->peer, err);
}

/* What came and how far we are, in one transaction: a pull that is killed goes on where it was. */
static vg_code take_part(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct pulling *p = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(p->from), &org, err));
  vg_code rc = p->part.objects > 0
                   ? share_deposit(tx, who, org.id, vg_buf_view(&p->part.body), tell_bad, p, &p->got, &p->denied)
                   : VG_OK;
  if (rc != VG_OK && rc != VG_EDENIED && err)
    *err = p->denied;
  if (rc != VG_OK)
    return rc == VG_EDENIED ? VG_OK : rc;
  if (p->part.last[0])
    vg_str_copy(p->peer.added, sizeof p->peer.added, vg_str_z(p->part.last));
  vg_str_copy(p->peer.next, sizeof p->peer.next, vg_str_z(p->part.more ? p->part.next : ""));
  p->peer.objects += p->part.objects;
  return share_peer_set(tx, &p->peer, err);
}

static void add_up(struct share_deposited *sum, const struct share_deposited *one) {
  sum->read += one->read;
  sum->added += one->added;
  sum->updated += one->updated;
  sum->failed += one->failed;
  sum->questions += one->questions;
  sum->answers += one->answers;
}

/* A place in a cut answer that the server no longer knows is forgotten: the time of the last one is enough. */
static vg_code fetch_part(struct pulling *p, const char *added, struct vg_err *err) {
  vg_code rc = share_remote_objects(&p->o->remote, p->peer.collection, added, p->peer.next, PART, &p->part, err);
  if ((rc != VG_EDATA && rc != VG_ENOTFOUND) || !p->peer.next[0])
    return rc;
  vg_err_clear(err);
  p->peer.next[0] = 0;
  return share_remote_objects(&p->o->remote, p->peer.collection, p->peer.added, "", PART, &p->part, err);
}

/* By what rule, by its name too: who asks why, and other programs, go by that. */
static vg_code denied(const struct pulling *p, struct vg_err *err) {
  const char *rule = p->denied.cause[0].msg;
  struct vg_jw w;
  if (p->c->json) {
    cli_json_begin(p->c, &w);
    vg_jw_obj(&w);
    vg_jw_kbool(&w, "allowed", false);
    vg_jw_kz(&w, "rule", rule);
    vg_jw_end(&w);
    cli_json_end(p->c);
  }
  *err = p->denied;
  return VG_FAIL(err, VG_EDENIED, "cli.share.by_rule", rule);
}

static vg_code pull_collection(void *ctx, const struct share_remote_collection *k, struct vg_err *err) {
  struct pulling *p = ctx;
  const char *wanted = p->o->collection;
  if (wanted ? strcmp(wanted, k->id) && strcmp(wanted, k->alias) && strcmp(wanted, k->title) : !k->readable)
    return VG_OK;
  p->collections++;
  p->peer = (struct share_peer){0};
  vg_str_copy(p->peer.url, sizeof p->peer.url, vg_str_z(p->o->remote.root));
  vg_str_copy(p->peer.collection, sizeof p->peer.collection, vg_str_z(k->id));
  if (cli_read(p->c, get_peer, p) != CLI_OK)
    return VG_EUSAGE; /* said already */
  if (p->again)
    p->peer.added[0] = p->peer.next[0] = 0;
  char since[sizeof p->peer.added];
  vg_str_copy(since, sizeof since, vg_str_z(p->peer.added));
  do {
    /* With `next` goes the question that it continues; without one, what came after the last. */
    VG_TRY(fetch_part(p, p->peer.next[0] ? since : p->peer.added, err));
    p->got = (struct share_deposited){0};
    if (cli_write(p->c, take_part, p) != CLI_OK)
      return VG_EUSAGE;
    if (p->denied.n)
      return denied(p, err);
    add_up(&p->sum, &p->got);
  } while (p->part.more && (p->part.next[0] || p->part.objects > 0));
  return VG_OK;
}

static void print_pull(struct cli *c, const struct pulling *p) {
  const struct share_deposited *n = &p->sum;
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.share.pulled", VG_N(n->read), VG_N(n->added), VG_N(n->updated), VG_N(n->failed), VG_N(n->questions),
            VG_N(n->answers));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "collections", p->collections);
  vg_jw_kint(&w, "read", n->read);
  vg_jw_kint(&w, "added", n->added);
  vg_jw_kint(&w, "updated", n->updated);
  vg_jw_kint(&w, "rejected", n->failed);
  vg_jw_kint(&w, "questions", n->questions);
  vg_jw_kint(&w, "answers", n->answers);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int pull(struct pulling *p) {
  struct cli *c = p->c;
  struct vg_err err = {0};
  if (cli_instance(c) != CLI_OK || cli_read(c, know_sender, p) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = share_remote_open(&p->o->remote, &err);
  if (rc == VG_OK)
    rc = share_remote_collections(&p->o->remote, pull_collection, p, &err);
  if (rc != VG_OK)
    return err.n ? cli_fail(c, &err) : CLI_FAILED;
  if (!p->collections) {
    (void)VG_FAIL(&err, VG_ENOTFOUND, "cli.share.no_collection", p->o->url);
    return cli_fail(c, &err);
  }
  print_pull(c, p);
  return p->sum.failed ? CLI_ATTENTION : CLI_OK;
}

static int run_pull(struct cli *c, int argc, char **argv) {
  struct remote_options o = {0};
  struct pulling p = {.c = c, .o = &o};
  const struct cli_option options[] = {
      {"from", CLI_TEXT, &p.from}, {"again", CLI_FLAG, &p.again}, REMOTE_OPTIONS(o), {0}};
  int status = cli_one_word(c, &cmd_share_pull, argc, argv, options, "URL", &o.url);
  if (status != CLI_OK)
    return status == CLI_HELP ? CLI_OK : status;
  if (!p.from)
    return cli_usage(c, &cmd_share_pull, "cli.missing", "--from");
  vg_buf_init(&o.login, 4096);
  vg_buf_init(&p.part.body, 256u << 20);
  status = remote_login(c, &cmd_share_pull, &o);
  if (status == CLI_OK)
    status = pull(&p);
  vg_buf_fini(&p.part.body);
  remote_end(&o);
  return status;
}

/* --- push --- */
struct pushing {
  struct cli *c;
  struct remote_options *o;
  const char *to, *purpose;
  struct share_collection from;
  struct share_remote_collection there;
  bool found, ambiguous;
  int64_t org;
  struct share_peer peer;
  struct share_fetch f;
  struct vg_buf envelope;
  int64_t sent, failed;
};

static vg_code choose(void *ctx, const struct share_remote_collection *k, struct vg_err *err) {
  struct pushing *p = ctx;
  const char *wanted = p->o->collection;
  (void)err;
  bool named = wanted && (!strcmp(wanted, k->id) || !strcmp(wanted, k->alias) || !strcmp(wanted, k->title));
  bool likely = !wanted && k->writable && !strcmp(k->alias, p->purpose);
  if (!named && !likely)
    return VG_OK;
  p->ambiguous |= p->found && likely;
  p->found = true;
  p->there = *k;
  return VG_OK;
}

static vg_code keep_collection(void *ctx, const struct share_collection *c, struct vg_err *err) {
  struct pushing *p = ctx;
  (void)err;
  bool better = c->in_force && c->readable && !strcmp(c->purpose, p->purpose) && !p->from.in_force;
  if (better)
    p->from = *c;
  return VG_OK;
}

static vg_code put_object(void *ctx, const struct share_item *i, struct vg_err *err) {
  struct vg_buf *b = ctx;
  vg_buf_z(b, b->n > 12 ? ",\n" : "");
  vg_buf_str(b, i->json);
  return vg_buf_check(b, err);
}

/* What goes is decided and written down before it goes. */
static vg_code next_part(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct pushing *p = ctx;
  struct org org;
  VG_TRY(territory_org_find(tx, vg_str_z(p->to), &org, err));
  p->from = (struct share_collection){0};
  VG_TRY(share_each_collection(tx, org.id, keep_collection, p, err));
  if (!p->from.in_force)
    return VG_FAIL(err, VG_EDENIED, "share.rule.no_convention", p->purpose);
  VG_TRY(share_peer_get(tx, &p->peer, err));
  p->f = (struct share_fetch){.added_after = VG_NOTIME, .after = p->peer.shelf, .limit = PART};
  vg_buf_reset(&p->envelope);
  vg_buf_z(&p->envelope, "{\"objects\":[");
  VG_TRY(share_fetch(tx, who, &p->from, &p->f, put_object, &p->envelope, err));
  vg_buf_z(&p->envelope, "]}");
  return vg_buf_check(&p->envelope, err);
}

static vg_code note_part(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct pushing *p = ctx;
  (void)who;
  p->peer.shelf = p->f.count ? p->f.last : p->f.next;
  p->peer.objects += p->f.count;
  return share_peer_set(tx, &p->peer, err);
}

static int push_parts(struct pushing *p) {
  struct vg_err err = {0};
  struct share_remote_status s;
  do {
    int status = cli_write(p->c, next_part, p);
    if (status != CLI_OK)
      return status;
    if (p->f.count) {
      if (share_remote_post(&p->o->remote, p->there.id, vg_buf_view(&p->envelope), &s, &err) != VG_OK)
        return cli_fail(p->c, &err);
      p->sent += p->f.count;
      p->failed += s.failed;
      if (s.failed)
        CLI_NOTE(p->c, "cli.share.bad", s.bad, s.why);
      if (!s.complete)
        CLI_NOTE(p->c, "cli.share.pending", VG_N(s.pending), s.id);
    }
    if ((p->f.count || p->f.next) && (status = cli_write(p->c, note_part, p)) != CLI_OK)
      return status;
  } while (p->f.next);
  return CLI_OK;
}

static void print_push(struct cli *c, const struct pushing *p) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.share.pushed", VG_N(p->sent), p->to, VG_N(p->failed));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "collection", p->there.id);
  vg_jw_kint(&w, "sent", p->sent);
  vg_jw_kint(&w, "rejected", p->failed);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int push(struct pushing *p) {
  struct cli *c = p->c;
  struct vg_err err = {0};
  if (cli_instance(c) != CLI_OK)
    return CLI_FAILED;
  vg_code rc = share_remote_open(&p->o->remote, &err);
  if (rc == VG_OK)
    rc = share_remote_collections(&p->o->remote, choose, p, &err);
  if (rc == VG_OK && (!p->found || p->ambiguous))
    rc = VG_FAIL(&err, VG_ENOTFOUND, p->found ? "cli.share.which" : "cli.share.no_collection", p->o->url);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  p->peer.push = true;
  vg_str_copy(p->peer.url, sizeof p->peer.url, vg_str_z(p->o->remote.root));
  vg_str_copy(p->peer.collection, sizeof p->peer.collection, vg_str_z(p->there.id));
  int status = push_parts(p);
  if (status != CLI_OK)
    return status;
  print_push(c, p);
  return p->failed ? CLI_ATTENTION : CLI_OK;
}

int remote_push(struct cli *c, const struct cli_command *self, struct remote_options *o, const char *to,
                const char *purpose) {
  struct pushing p = {.c = c, .o = o, .to = to, .purpose = purpose};
  vg_buf_init(&o->login, 4096);
  vg_buf_init(&p.envelope, ENVELOPE_MAX);
  int status = remote_login(c, self, o);
  if (status == CLI_OK)
    status = push(&p);
  vg_buf_fini(&p.envelope);
  remote_end(o);
  return status;
}

const struct cli_command cmd_share_pull = {"share pull", "cli.share.pull", "cli.share.pull.usage", run_pull};
