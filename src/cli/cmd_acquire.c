#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "evidence/evidence.h"

extern const struct cli_command cmd_acquire;

static void show(void *ctx, const char *label, uint64_t done, uint64_t total) { cli_progress(ctx, label, done, total); }

static vg_code record(struct cli *c, const struct actor *who, const struct acquire_result *r, const char *source,
                      const char *case_ref, const char *exhibit, int64_t *index, struct vg_err *err) {
  struct store_tx *tx;
  vg_code rc = VG_OK;
  VG_TRY(store_begin(instance_store(c->instance), &tx, err));
  VG_GO(evidence_record(tx, who, r, source, case_ref, exhibit, index, err));
  rc = instance_commit(c->instance, &tx, err);
out:
  store_rollback(&tx);
  return rc;
}

static void print_json(struct cli *c, const struct acquire_result *r, int64_t index) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_key(&w, "image");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->images.n; i++)
    vg_jw_z(&w, r->images.v[i]);
  vg_jw_end(&w);
  vg_jw_kint(&w, "bytes", (int64_t)r->bytes);
  vg_jw_kint(&w, "sector_size", r->sector_size);
  vg_jw_key(&w, "hashes");
  vg_jw_obj(&w);
  for (enum vg_digest d = VG_MD5; d <= VG_SHA256; d++)
    vg_jw_kz(&w, vg_digest_name(d), r->hash[d]);
  vg_jw_end(&w);
  vg_jw_key(&w, "bad");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->bad_count; i++) {
    vg_jw_arr(&w);
    vg_jw_int(&w, (int64_t)r->bad[i][0]);
    vg_jw_int(&w, (int64_t)r->bad[i][1]);
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
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
  uint64_t bad = 0;
  for (size_t i = 0; i < r->bad_count; i++)
    bad += r->bad[i][1];
  if (c->json)
    print_json(c, r, index);
  else
    CLI_SAY(c, "cli.acquire.done", r->images.v[0], VG_N(r->bytes), r->hash[VG_SHA256]);
  if (bad)
    CLI_NOTE(c, "cli.acquire.bad", VG_N(bad), r->sidecar);
  return bad ? CLI_ATTENTION : CLI_OK;
}

/* The instance and the actor come first: a copy that takes hours must not fail on a name at its end. */
static int acquire(struct cli *c, const struct acquire_order *o, const char *case_ref, const char *exhibit) {
  struct vg_err err = {0};
  struct actor who;
  int64_t index = -1;
  int status = case_ref ? cli_instance(c) : cli_try_instance(c);
  if (status == CLI_OK && c->instance)
    status = cli_actor(c, &who);
  if (status != CLI_OK)
    return status;
  struct acquire_result *r = calloc(1, sizeof *r);
  VG_ASSERT(r);
  vg_code rc = evidence_acquire(o, show, c, r, &err);
  cli_progress_end(c);
  if (rc == VG_OK && c->instance)
    rc = record(c, &who, r, o->source, case_ref ? case_ref : "", exhibit ? exhibit : "", &index, &err);
  else if (rc == VG_OK)
    CLI_NOTE(c, "cli.acquire.unrecorded");
  status = rc == VG_OK ? print(c, r, index) : cli_fail(c, &err);
  acquire_result_fini(r);
  free(r);
  return status;
}

static int run(struct cli *c, int argc, char **argv) {
  const char *to = NULL, *format = "e01", *level = "fast", *case_ref = NULL, *exhibit = NULL;
  uint64_t segment = 0;
  int64_t retries = 2;
  const struct cli_option options[] = {{"to", CLI_TEXT, &to},         {"format", CLI_TEXT, &format}, {"segment", CLI_SIZE, &segment},
                                       {"level", CLI_TEXT, &level},   {"retries", CLI_INT, &retries}, {"case", CLI_TEXT, &case_ref},
                                       {"exhibit", CLI_TEXT, &exhibit}, {0}};
  int status = cli_parse(c, &cmd_acquire, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1 || !to)
    return cli_usage(c, &cmd_acquire, "cli.missing", argc < 1 ? "SOURCE" : "--to");
  if (argc > 1)
    return cli_usage(c, &cmd_acquire, "cli.too_many", argv[1]);
  if (!case_ref != !exhibit)
    return cli_usage(c, &cmd_acquire, "cli.missing", case_ref ? "--exhibit" : "--case");
  struct acquire_order o = {.source = argv[0], .base = to, .segment = segment, .retries = (int)retries, .clock = &c->clock};
  o.format = strcmp(format, "raw") == 0 ? IMAGE_RAW : IMAGE_E01;
  o.level = strcmp(level, "none") == 0 ? 0 : strcmp(level, "fast") == 0 ? 1 : 2;
  if (o.format == IMAGE_E01 && strcmp(format, "e01") != 0)
    return cli_usage(c, &cmd_acquire, "cli.bad_value", format);
  if (o.level == 2 && strcmp(level, "best") != 0)
    return cli_usage(c, &cmd_acquire, "cli.bad_value", level);
  if (retries < 0 || retries > 100)
    return cli_usage(c, &cmd_acquire, "cli.bad_value", "--retries");
  return acquire(c, &o, case_ref, exhibit);
}

const struct cli_command cmd_acquire = {"acquire", "cli.acquire", "cli.acquire.usage", run};
