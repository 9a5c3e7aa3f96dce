/* A file on disk: what its bytes show, and what is known of it. */
#include "cli/assessment.h"

#include <stdio.h>

extern const struct cli_command cmd_qualify_file;

static void json_file(struct cli *c, const char *path, const struct qualify_file *f,
                      const struct qualify_assessment *a) {
  struct vg_jw w;
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "file", path);
  vg_jw_kint(&w, "size", f->size);
  vg_jw_kz(&w, "kind", f->kind);
  vg_jw_knum(&w, "entropy", f->entropy);
  vg_jw_kz(&w, "md5", f->md5);
  vg_jw_kz(&w, "sha1", f->sha1);
  vg_jw_kz(&w, "sha256", f->sha256);
  vg_jw_key(&w, "tlsh");
  if (f->tlsh[0])
    vg_jw_z(&w, f->tlsh);
  else
    vg_jw_null(&w);
  vg_jw_kz(&w, "verdict", qualify_verdict_name(a->verdict));
  cli_json_assessment(c, &w, a);
  vg_jw_end(&w);
  cli_json_end(c);
}

static void say_file(struct cli *c, const char *path, const struct qualify_file *f,
                     const struct qualify_assessment *a) {
  cli_say_assessment(c, vg_str_z(path), a);
  CLI_SAY(c, "cli.qualify.file.is", f->kind, VG_B(c->lang, f->size), VG_D(c->lang, 2, f->entropy), f->sha256,
          f->tlsh[0] ? f->tlsh : "–");
}

static vg_code one_file(struct cli *c, struct store_tx *tx, const char *path, const struct qualify_rules *store,
                        const struct cli_list *rules, struct vg_err *err) {
  struct qualify_file f;
  struct qualify_assessment a;
  VG_TRY(qualify_file_read(path, store, rules->v, rules->n, &f, err));
  VG_TRY(qualify_assess_file(tx, &f, &a, err));
  if (c->json)
    json_file(c, path, &f, &a);
  else
    say_file(c, path, &f, &a);
  return VG_OK;
}

static int run_file(struct cli *c, int argc, char **argv) {
  struct cli_list rules = {0};
  const struct cli_option options[] = {{"rules", CLI_LIST, &rules}, {0}};
  struct store_tx *tx = NULL;
  struct qualify_rules *store = NULL;
  struct vg_err err = {0};
  int status = cli_parse(c, &cmd_qualify_file, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc < 1)
    return cli_usage(c, &cmd_qualify_file, "cli.missing", "FILE");
  if ((status = cli_try_instance(c)) != CLI_OK)
    return status;
  if (!c->instance)
    CLI_NOTE(c, "cli.qualify.file.alone");
  else if (store_begin_read(instance_store(c->instance), &tx, &err) != VG_OK)
    return cli_fail(c, &err);
  if (tx && qualify_rules_of(tx, &store, &err) != VG_OK) {
    store_rollback(&tx);
    return cli_fail(c, &err);
  }
  for (int i = 0; i < argc; i++) /* a file that cannot be read costs only itself */
    if (one_file(c, tx, argv[i], store, &rules, &err) != VG_OK) {
      status = cli_fail(c, &err);
      vg_err_clear(&err);
    }
  qualify_rules_free(store);
  if (tx)
    store_rollback(&tx);
  return status;
}

const struct cli_command cmd_qualify_file = {"qualify file", "cli.qualify.file", "cli.qualify.file.usage", run_file};
