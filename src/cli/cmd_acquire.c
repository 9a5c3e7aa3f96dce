#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "evidence/evidence.h"

extern const struct cli_command cmd_acquire;

static void show(void *ctx, const char *label, uint64_t done, uint64_t total) { cli_progress(ctx, label, done, total); }

static vg_code record(struct cli *c, const struct actor *who, const struct acquire_result *r, const struct exhibit *e,
                      int64_t *index, struct vg_err *err) {
  struct store_tx *tx;
  vg_code rc = VG_OK;
  VG_TRY(store_begin(instance_store(c->instance), &tx, err));
  VG_GO(evidence_record(tx, who, r, e, index, err));
  rc = instance_commit(c->instance, &tx, err);
out:
  store_rollback(&tx);
  return rc;
}

static void put_images(struct vg_jw *w, const char *key, const struct acquire_copy *c) {
  vg_jw_key(w, key);
  vg_jw_arr(w);
  for (size_t i = 0; i < c->images.n; i++)
    vg_jw_z(w, c->images.v[i]);
  vg_jw_end(w);
}

static void print_json(struct cli *c, const struct acquire_result *r, int64_t index) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  put_images(&w, "image", &r->copy[0]);
  if (r->copies > 1)
    put_images(&w, "second", &r->copy[1]);
  evidence_facts(&w, r);
  vg_jw_kbool(&w, "verified", r->verified);
  vg_jw_key(&w, "ledger");
  if (index < 0)
    vg_jw_null(&w);
  else
    vg_jw_int(&w, index);
  vg_jw_end(&w);
  cli_json_end(c);
}

static int print(struct cli *c, const struct acquire_result *r, int64_t index) {
  enum vg_digest d = VG_SHA256;
  while (!r->hash[d][0])
    d = (enum vg_digest)((d + 1) % VG_DIGESTS);
  if (c->json)
    print_json(c, r, index);
  else
    for (size_t i = 0; i < r->copies; i++)
      CLI_SAY(c, "cli.acquire.done", r->copy[i].images.v[0], VG_N(r->bytes), vg_digest_name(d), r->hash[d]);
  if (r->mounted)
    CLI_NOTE(c, "cli.acquire.mounted", r->source);
  if (r->bad_sectors)
    CLI_NOTE(c, "cli.acquire.bad", VG_N(r->bad_sectors), r->copy[0].sidecar);
  return r->bad_sectors ? CLI_ATTENTION : CLI_OK;
}

/* A copy that takes hours must not fail on a name at its end. What is recorded is the reference, whatever name was
 * given. */
static vg_code find_exhibit(struct cli *c, const struct actor *who, struct acquire_about *about, struct exhibit *e,
                            struct vg_err *err) {
  struct store_tx *tx;
  VG_TRY(store_begin_read(instance_store(c->instance), &tx, err));
  vg_code rc = evidence_find_exhibit(tx, who, about->case_ref, about->exhibit_ref, e, err);
  store_rollback(&tx);
  about->case_ref = e->case_ref;
  about->exhibit_ref = e->ref;
  return rc;
}

static vg_code copy(struct cli *c, struct acquire_order *o, struct acquire_result *r, struct vg_err *err) {
  o->stop = cli_stop_begin();
  vg_code rc = evidence_acquire(o, show, c, r, err);
  cli_stop_end();
  cli_progress_end(c);
  return rc;
}

static int acquire(struct cli *c, struct acquire_order *o) {
  struct vg_err err = {0};
  struct actor who;
  struct exhibit exhibit;
  int64_t index = -1;
  vg_code rc = VG_OK;
  int status = o->about.case_ref ? cli_instance(c) : cli_try_instance(c);
  if (status == CLI_OK && c->instance)
    status = cli_actor(c, &who);
  if (status != CLI_OK)
    return status;
  struct acquire_result *r = calloc(1, sizeof *r);
  VG_ASSERT(r);
  if (c->instance)
    o->about.examiner = who.name;
  if (o->about.case_ref)
    rc = find_exhibit(c, &who, &o->about, &exhibit, &err);
  if (rc == VG_OK)
    rc = copy(c, o, r, &err);
  if (rc == VG_OK && c->instance)
    rc = record(c, &who, r, o->about.case_ref ? &exhibit : NULL, &index, &err);
  else if (rc == VG_OK)
    CLI_NOTE(c, "cli.acquire.unrecorded");
  status = rc == VG_OK ? print(c, r, index) : cli_fail(c, &err);
  acquire_result_fini(r);
  free(r);
  return status;
}

/* "md5,sha256": any subset of the digests. */
static bool read_hashes(const char *list, bool digest[static VG_DIGESTS]) {
  vg_str rest = vg_str_z(list), name;
  enum vg_digest d;
  bool any = false;
  while (vg_str_cut(&rest, ',', &name)) {
    if (!vg_digest_by_name(vg_str_trim(name), &d))
      return false;
    digest[d] = any = true;
  }
  return any;
}

static int read_words(struct cli *c, struct acquire_order *o, const char *format, const char *level,
                      const char *hashes) {
  static const char *const levels[] = {"none", "fast", "best"};
  static const struct {
    const char *name;
    enum image_format format;
  } formats[] = {{"e01", IMAGE_E01}, {"raw", IMAGE_RAW}, {"aff4", IMAGE_AFF4}};
  size_t l = 0;
  while (l < VG_COUNT(levels) && strcmp(level, levels[l]) != 0)
    l++;
  o->level = (enum image_level)l;
  size_t f = 0;
  while (f < VG_COUNT(formats) && strcmp(format, formats[f].name) != 0)
    f++;
  if (f == VG_COUNT(formats))
    return cli_usage(c, &cmd_acquire, "cli.bad_value", format);
  o->format = formats[f].format;
  if (o->format == IMAGE_AFF4 && o->segment)
    return cli_usage(c, &cmd_acquire, "cli.acquire.aff4_whole", "--segment");
  if (l == VG_COUNT(levels))
    return cli_usage(c, &cmd_acquire, "cli.bad_value", level);
  if (!read_hashes(hashes, o->digest))
    return cli_usage(c, &cmd_acquire, "cli.bad_value", hashes);
  if (o->segment && o->segment < 64 << 10)
    return cli_usage(c, &cmd_acquire, "cli.bad_value", "--segment");
  if (o->retries < 0 || o->retries > 100)
    return cli_usage(c, &cmd_acquire, "cli.bad_value", "--retries");
  return CLI_OK;
}

static int run(struct cli *c, int argc, char **argv) {
  struct acquire_order o = {.clock = &c->clock};
  const char *format = "e01", *level = "fast", *hashes = "md5,sha1,sha256";
  int64_t retries = 2;
  const struct cli_option options[] = {{"to", CLI_TEXT, &o.base},
                                       {"second", CLI_TEXT, &o.second},
                                       {"format", CLI_TEXT, &format},
                                       {"hash", CLI_TEXT, &hashes},
                                       {"segment", CLI_SIZE, &o.segment},
                                       {"level", CLI_TEXT, &level},
                                       {"retries", CLI_INT, &retries},
                                       {"resume", CLI_FLAG, &o.resume},
                                       {"case", CLI_TEXT, &o.about.case_ref},
                                       {"exhibit", CLI_TEXT, &o.about.exhibit_ref},
                                       {0}};
  int status = cli_parse(c, &cmd_acquire, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1 || !o.base)
    return cli_usage(c, &cmd_acquire, "cli.missing", argc < 1 ? "SOURCE" : "--to");
  if (argc > 1)
    return cli_usage(c, &cmd_acquire, "cli.too_many", argv[1]);
  if (!o.about.case_ref != !o.about.exhibit_ref)
    return cli_usage(c, &cmd_acquire, "cli.missing", o.about.case_ref ? "--exhibit" : "--case");
  o.source = argv[0];
  o.retries = retries < 0 || retries > 100 ? -1 : (int)retries;
  status = read_words(c, &o, format, level, hashes);
  return status == CLI_OK ? acquire(c, &o) : status;
}

const struct cli_command cmd_acquire = {"acquire", "cli.acquire", "cli.acquire.usage", run};
