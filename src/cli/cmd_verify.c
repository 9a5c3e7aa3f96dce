#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "evidence/evidence.h"

extern const struct cli_command cmd_verify;

static void show(void *ctx, const char *label, uint64_t done, uint64_t total) { cli_progress(ctx, label, done, total); }

static void put_hashes(struct vg_jw *w, const char *key, char hash[VG_DIGESTS][2 * VG_DIGEST_MAX + 1]) {
  vg_jw_key(w, key);
  vg_jw_obj(w);
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (hash[d][0])
      vg_jw_kz(w, vg_digest_name(d), hash[d]);
  vg_jw_end(w);
}

static const char *problem(struct vg_buf *b, enum vg_lang lang, const struct verify_problem *p) {
  vg_msg(b, lang, p->id, (const char *const[]){p->arg[0], p->arg[1], NULL});
  return vg_buf_text(b);
}

static const char *strongest(const struct verify_result *r) {
  static const enum vg_digest by_strength[] = {VG_SHA256, VG_SHA512, VG_SHA1, VG_MD5};
  for (size_t i = 0; i < VG_COUNT(by_strength); i++)
    if (r->hash[by_strength[i]][0])
      return r->hash[by_strength[i]];
  return "";
}

/* Was there any hash to compare with? A file by itself proves nothing. */
static bool compared(const struct verify_result *r) {
  for (enum vg_digest d = VG_MD5; d < VG_DIGESTS; d++)
    if (r->stored[d][0])
      return true;
  return false;
}

static void print_json(struct cli *c, const char *path, struct verify_result *r) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "image", path);
  vg_jw_kbool(&w, "ok", r->ok);
  put_hashes(&w, "hashes", r->hash);
  put_hashes(&w, "stored", r->stored);
  if (r->bad)
    vg_jw_kint(&w, "bad_sectors", (int64_t)r->bad);
  vg_jw_key(&w, "errors");
  vg_jw_arr(&w);
  for (size_t i = 0; i < r->problems; i++) {
    struct vg_buf text;
    vg_buf_init(&text, 4096);
    vg_jw_z(&w, problem(&text, VG_EN, &r->problem[i]));
    vg_buf_fini(&text);
  }
  vg_jw_end(&w);
  vg_jw_end(&w);
  cli_json_end(c);
}

static void print(struct cli *c, const char *path, struct verify_result *r) {
  if (c->json)
    print_json(c, path, r);
  else if (r->ok)
    CLI_SAY(c,
            !compared(r) ? "cli.verify.alone"
            : r->bad     ? "cli.verify.good_bad"
                         : "cli.verify.good",
            path, strongest(r), VG_N(r->bad));
  else
    for (size_t i = 0; i < r->problems; i++) {
      struct vg_buf text;
      vg_buf_init(&text, 4096);
      CLI_SAY(c, "cli.verify.bad", path, problem(&text, c->lang, &r->problem[i]));
      vg_buf_fini(&text);
    }
}

/* BASE.* names every segment and BASE.vigie.json: one image. */
static bool named_before(char (*images)[4096], int i) {
  for (int k = 0; k < i; k++)
    if (strcmp(images[k], images[i]) == 0)
      return true;
  return false;
}

static int verify(struct cli *c, const char *image, int worst) {
  struct vg_err err = {0};
  static struct verify_result r;
  vg_code rc = evidence_verify(image, show, c, &r, &err);
  cli_progress_end(c);
  if (rc != VG_OK)
    return cli_fail(c, &err);
  print(c, image, &r);
  return !r.ok && worst == CLI_OK ? CLI_ATTENTION : worst;
}

static int run(struct cli *c, int argc, char **argv) {
  const struct cli_option options[] = {{0}};
  int worst = cli_parse(c, &cmd_verify, &argc, argv, options);
  if (worst != CLI_OK)
    return cli_parsed(worst);
  if (argc < 1)
    return cli_usage(c, &cmd_verify, "cli.missing", "IMAGE");
  struct vg_err err = {0};
  char(*images)[4096] = calloc((size_t)argc, sizeof *images);
  if (!images) {
    (void)VG_FAIL(&err, VG_ENOMEM, "base.memory");
    return cli_fail(c, &err);
  }
  for (int i = 0; i < argc; i++) {
    image_first(argv[i], images[i]);
    if (!named_before(images, i))
      worst = verify(c, images[i], worst);
  }
  free(images);
  return worst;
}

const struct cli_command cmd_verify = {"verify", "cli.verify", "cli.verify.usage", run};
