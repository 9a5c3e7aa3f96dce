/* A verdict computed again by whoever doubts it. */
#include "cli/cli.h"

#include <stdio.h>

#include "base/file.h"
#include "evaluation/evaluation.h"

extern const struct cli_command cmd_evaluate_verify;

enum { COUNTS_MAX = 64 << 20 };
struct order {
  struct cli *c;
  struct cli_table *table;
  const char *id, *did, *dir;
  struct vg_buf counts;
  bool differs;
};

static vg_code check_row(void *ctx, const struct evaluation_check *k, struct vg_err *err) {
  static const char *const word[] = {"differs", "holds", "unknown"};
  struct order *o = ctx;
  char id[64];
  (void)err;
  o->differs = o->differs || k->outcome == EVALUATION_DIFFERS;
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "check", k->code);
    vg_jw_kz(&w, "outcome", word[k->outcome]);
    vg_jw_kint(&w, "entry", k->entry);
    vg_jw_kstr(&w, "said", k->said);
    vg_jw_kstr(&w, "found", k->found);
    vg_jw_end(&w);
    cli_json_end(o->c);
    return VG_OK;
  }
  snprintf(id, sizeof id, "server.evaluation.check.%s", k->code);
  cli_table_cellz(o->table, vg_msg_text(o->c->lang, id));
  snprintf(id, sizeof id, "server.evaluation.outcome.%s", word[k->outcome]);
  cli_table_cellz(o->table, vg_msg_text(o->c->lang, id));
  cli_table_cellz(o->table, k->entry < 0 ? "" : VG_N(k->entry));
  cli_table_cell(o->table, k->said);
  cli_table_cell(o->table, k->found);
  return VG_OK;
}

static vg_code put(const struct order *o, const char *name, vg_str bytes, struct vg_err *err) {
  char path[4096];
  if (!bytes.n)
    return VG_OK;
  if ((size_t)snprintf(path, sizeof path, "%s/%s", o->dir, name) >= sizeof path)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", o->dir);
  return vg_file_write(path, bytes, 0644, err);
}

/* What was hashed, byte for byte; not the answers, for they would tell what each of a small group said. */
static vg_code put_files(struct store_tx *tx, const struct order *o, struct vg_err *err) {
  static const char *const kind[] = {"did", "survival"}, *const name[] = {"did.csv", "survival.csv"};
  struct evaluation_state e;
  VG_TRY(evaluation_find(tx, vg_str_z(o->id), &e, err));
  VG_TRY(vg_dir_make(o->dir, err));
  for (size_t i = 0; i < 3; i++) {
    struct vg_buf b;
    vg_buf_init(&b, COUNTS_MAX);
    vg_code rc = i < 2 ? evaluation_data_read(tx, e.id, kind[i], &b, err) : evaluation_body(tx, e.id, &b, err);
    if (rc == VG_OK)
      rc = put(o, i < 2 ? name[i] : "plan.json", vg_buf_view(&b), err);
    vg_buf_fini(&b);
    VG_TRY(rc);
  }
  return VG_OK;
}

static vg_code verify(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.verified", "cli.col.outcome", "cli.col.entry", "cli.col.said",
                                        "cli.col.found"};
  struct order *o = ctx;
  (void)who;
  if (o->did)
    VG_TRY(vg_file_read(o->did, &o->counts, err));
  if (o->dir)
    VG_TRY(put_files(tx, o, err));
  o->table = o->c->json ? NULL : cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = evaluation_verify(tx, vg_str_z(o->id), vg_buf_view(&o->counts), check_row, o, err);
  if (o->table)
    cli_table_print(o->table);
  return rc;
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"did", CLI_TEXT, &o.did}, {"o|output", CLI_TEXT, &o.dir}, {0}};
  int status = cli_one_word(c, &cmd_evaluate_verify, argc, argv, options, "ID", &o.id);
  if (status != CLI_OK)
    return cli_parsed(status);
  vg_buf_init(&o.counts, COUNTS_MAX);
  status = cli_read(c, verify, &o);
  vg_buf_fini(&o.counts);
  return status == CLI_OK && o.differs ? CLI_ATTENTION : status;
}

const struct cli_command cmd_evaluate_verify = {"evaluate verify", "cli.evaluate_verify", "cli.evaluate_verify.usage",
                                                run};
