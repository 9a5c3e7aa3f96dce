#include "cli/rejected.h"

#include "base/file.h"
#include "base/hash.h"
#include "intel/intel.h"
#include "match/match.h"
#include "share/share.h"
#include "territory/territory.h"

extern const struct cli_command cmd_intel_pack;

/* What goes into a pack from the store, and for whom. */
struct order {
  struct cli *c;
  const char *to, *purpose, *blind; /* blind: file of the secret */
  unsigned char secret[MATCH_SECRET];
  int64_t rejected; /* lines of a list */
  struct pack_known known;
  struct pack_meta meta;
  struct org org;
  struct share_values gate;
  struct intel_uses left; /* what the store has beside values */
};

static vg_code add(void *ctx, const struct intel_value *v, struct vg_err *err) {
  return pack_build_known(&((struct order *)ctx)->known, v, err);
}

static vg_code told(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct order *o = ctx;
  struct vg_buf why;
  (void)err;
  if (d->allowed)
    return VG_OK;
  vg_buf_init(&why, 4096);
  vg_msg(&why, o->c->lang, d->rule, (const char *const[]){d->arg[0], d->arg[1], NULL});
  CLI_NOTE(o->c, "cli.share.refused", d->subject.s, vg_buf_text(&why), d->rule);
  vg_buf_fini(&why);
  return VG_OK;
}

enum { TOLD = 20 };

static void rejected(void *ctx, uint64_t line, vg_str text, const struct vg_err *why) {
  struct order *o = ctx;
  struct vg_buf b;
  (void)text;
  if (++o->rejected > TOLD)
    return;
  vg_buf_init(&b, 1 << 14);
  vg_err_render(&b, o->c->lang, why);
  CLI_NOTE(o->c, "cli.intel_pack.rejected", VG_N(line), vg_buf_text(&b));
  vg_buf_fini(&b);
}

/* The decisions and the pack's id are in the register before the file exists: nothing leaves unrecorded. */
static vg_code from_store(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct pack_meta *m = &o->meta;
  struct vg_id id;
  m->producer = who->id.s;
  if (o->to) {
    VG_TRY(territory_org_find(tx, vg_str_z(o->to), &o->org, err));
    VG_TRY(share_fill_pack(tx, who, &o->org, o->purpose, NULL, &o->known, m, told, o, &o->gate, err));
  } else {
    VG_TRY(intel_each_value(tx, -1, add, o, err));
    m->own_use = true;
  }
  if (o->blind) { /* before the decisions are committed: a key that cannot be written stops all */
    VG_TRY(pack_secret_of(instance_key(o->c->instance), m->convention ? m->convention : m->recipient, o->secret, err));
    VG_TRY(pack_secret_write(o->blind, o->secret, err));
    m->blind = o->secret;
  }
  pack_known_marks(&o->known, m);
  VG_TRY(intel_uses_count(tx, &o->left, err));
  VG_TRY(pack_build_seal(o->known.b, m, instance_key(o->c->instance), &id, err));
  return match_record_pack(tx, who, o->known.b, m, o->to ? o->purpose : NULL, &id, err);
}

static vg_code from_list(struct order *o, const char *list, struct vg_err *err) {
  if (o->blind && vg_file_exists(o->blind))
    VG_TRY(pack_secret_read(o->blind, o->secret, err));
  else if (o->blind)
    vg_random(o->secret, sizeof o->secret);
  VG_TRY(pack_build_list(o->known.b, list, rejected, o, err));
  if (o->rejected > TOLD)
    CLI_NOTE(o->c, "cli.intel_pack.more", VG_N(o->rejected - TOLD));
  if (o->rejected && !pack_build_count(o->known.b, MATCH_TYPES))
    return VG_FAIL(err, VG_EDATA, "cli.intel_pack.none", list);
  o->meta.blind = o->blind ? o->secret : NULL;
  if (o->blind)
    VG_TRY(pack_secret_write(o->blind, o->secret, err));
  return pack_build_seal(o->known.b, &o->meta, NULL, NULL, err);
}

static void report(const struct order *o, const char *path, uint64_t bytes, int64_t ns) {
  struct cli *c = o->c;
  const struct pack_build *b = o->known.b;
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.intel_pack.done", path, VG_N(pack_build_count(b, MATCH_TYPES)), VG_B(c->lang, bytes));
    return;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "pack", path);
  vg_jw_key(&w, "indicators");
  vg_jw_obj(&w);
  for (int t = 0; t < MATCH_TYPES; t++)
    if (pack_build_count(b, (enum match_type)t))
      vg_jw_kint(&w, match_type_name((enum match_type)t), (int64_t)pack_build_count(b, (enum match_type)t));
  vg_jw_end(&w);
  vg_jw_key(&w, "not_in_pack");
  vg_jw_obj(&w);
  cli_json_uses(&w, &o->left);
  vg_jw_end(&w);
  vg_jw_kint(&w, "bytes", (int64_t)bytes);
  vg_jw_knum(&w, "seconds", (double)ns / 1e9);
  vg_jw_end(&w);
  cli_json_end(c);
}

/* Nobody takes a pack for all that the store knows. */
static void tell_left(const struct order *o) {
  for (size_t i = 0; i < INTEL_USE_KINDS; i++)
    if (o->left.n[i]) {
      CLI_NOTE(o->c, "cli.intel_pack.left");
      cli_say_uses(o->c, &o->left);
      return;
    }
}

static int make(struct order *o, const char *list, const char *path) {
  struct cli *c = o->c;
  struct vg_err err = {0};
  uint64_t bytes = 0;
  int64_t start = vg_monotonic();
  if (pack_build_new(&o->known.b, &err) != VG_OK || (list && from_list(o, list, &err) != VG_OK))
    return cli_fail(c, &err);
  int status = list ? CLI_OK : cli_write(c, from_store, o);
  if (status != CLI_OK)
    return status;
  if (pack_build_save(o->known.b, path, &bytes, &err) != VG_OK)
    return cli_fail(c, &err);
  report(o, path, bytes, vg_monotonic() - start);
  if (o->blind)
    CLI_NOTE(c, "cli.intel_pack.blind", o->blind);
  if (list)
    CLI_NOTE(c, "cli.intel_pack.unsigned");
  else if (o->to)
    CLI_NOTE(c, "cli.intel_pack.released", o->org.name, VG_N(o->gate.released), VG_N(o->gate.refused));
  else
    CLI_NOTE(c, "cli.intel_pack.own", intel_tlp_name(o->known.tlp), intel_pap_name(o->known.pap));
  tell_left(o);
  return CLI_OK;
}

static int run_pack(struct cli *c, int argc, char **argv) {
  const char *list = NULL, *path = NULL;
  struct order o = {.c = c, .purpose = "prevention", .meta = {.created = vg_now(&c->clock), .expires = VG_NOTIME}};
  const struct cli_option options[] = {{"indicators", CLI_TEXT, &list},
                                       {"o|output", CLI_TEXT, &path},
                                       {"to", CLI_TEXT, &o.to},
                                       {"blind", CLI_TEXT, &o.blind},
                                       {"purpose", CLI_TEXT, &o.purpose},
                                       {"all-types", CLI_FLAG, &o.known.all},
                                       {"expires", CLI_TIME, &o.meta.expires},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_pack, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!path || argc)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.need", "-o");
  if (list && o.to)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.list_to", "--to");
  if (list && o.known.all)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.list_to", "--all-types");
  if (o.blind && !list && !o.to)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.blind_own", "--blind");
  if (o.meta.expires != VG_NOTIME && o.meta.expires <= o.meta.created)
    return cli_usage(c, &cmd_intel_pack, "cli.intel_pack.past", "--expires");
  status = make(&o, list, path);
  pack_build_free(o.known.b);
  return status;
}

const struct cli_command cmd_intel_pack = {"intel pack", "cli.intel_pack", "cli.intel_pack.usage", run_pack};
