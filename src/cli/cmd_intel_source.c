#include "cli/query.h"

#include "base/file.h"
#include "intel/intel.h"

#include <string.h>

extern const struct cli_command cmd_intel_sources, cmd_intel_source, cmd_intel_withdraw, cmd_intel_export;

static vg_code one(void *ctx, const struct intel_source *s, struct vg_err *err) {
  struct cli_listing *l = ctx;
  struct vg_jw w;
  char when[VG_TIME_TEXT];
  (void)err;
  const char *tlp = s->tlp < 0 ? NULL : intel_tlp_name((enum tlp)s->tlp),
             *pap = s->pap < 0 ? NULL : intel_pap_name((enum pap)s->pap);
  if (l->c->json) {
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "source", s->name);
    vg_jw_kstr(&w, "reliability", vg_str_n(&s->reliability, 1));
    vg_jw_kz(&w, "tlp", tlp);
    vg_jw_kz(&w, "pap", pap);
    vg_jw_ktime(&w, "withdrawn", s->withdrawn);
    vg_jw_kint(&w, "objects", s->objects);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, s->name);
  cli_table_cell(l->table, vg_str_n(&s->reliability, 1));
  cli_table_cellz(l->table, tlp ? tlp : "");
  cli_table_cellz(l->table, pap ? pap : "");
  cli_table_cell_int(l->table, s->objects);
  cli_table_cellz(l->table, cli_time(when, l->c, s->withdrawn));
  return VG_OK;
}

static vg_code unfinished(void *ctx, const struct intel_unfinished *u, struct vg_err *err) {
  struct cli *c = ctx;
  char when[VG_TIME_TEXT];
  (void)err;
  CLI_NOTE(c, "intel.unfinished", VG_T(u->file), VG_T(u->source), cli_time(when, c, u->when), VG_T(u->who));
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  VG_TRY(intel_each_unfinished(tx, unfinished, l->c, err));
  return intel_each_source(tx, one, l, err);
}

static int run_sources(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.source", "cli.col.reliability", "cli.col.tlp",
                                        "cli.col.pap",    "cli.col.objects",     "cli.col.withdrawn"};
  return cli_list_all(c, &cmd_intel_sources, argc, argv, heading, VG_COUNT(heading), read_all);
}

static vg_code set(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return intel_source_set(tx, who, ctx, err);
}

static int run_source(struct cli *c, int argc, char **argv) {
  const char *reliability = NULL, *tlp = NULL, *pap = NULL;
  const struct cli_option options[] = {
      {"reliability", CLI_TEXT, &reliability}, {"tlp", CLI_TEXT, &tlp}, {"pap", CLI_TEXT, &pap}, {0}};
  int status = cli_parse(c, &cmd_intel_source, &argc, argv, options);
  struct intel_source s = {.tlp = -2, .pap = -2};
  enum tlp t;
  enum pap p;
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1 || (!reliability && !tlp && !pap))
    return cli_usage(c, &cmd_intel_source, argc > 1 ? "cli.too_many" : "cli.missing",
                     argc > 1 ? argv[1]
                     : argc   ? "--reliability"
                              : "NAME");
  if (reliability && (strlen(reliability) != 1 || reliability[0] < 'A' || reliability[0] > 'F'))
    return cli_usage(c, &cmd_intel_source, "cli.bad_value", "--reliability");
  if (tlp && !intel_tlp_by_name(vg_str_z(tlp), &t))
    return cli_usage(c, &cmd_intel_source, "cli.bad_value", "--tlp");
  if (pap && !intel_pap_by_name(vg_str_z(pap), &p))
    return cli_usage(c, &cmd_intel_source, "cli.bad_value", "--pap");
  s.name = vg_str_z(argv[0]);
  s.reliability = reliability ? reliability[0] : 0;
  if (tlp)
    s.tlp = (int)t;
  if (pap)
    s.pap = (int)p;
  return cli_write(c, set, &s);
}

struct withdrawal {
  const char *what, *motive;
  bool source, undo;
};

static vg_code withdraw(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct withdrawal *w = ctx;
  return w->source ? intel_source_withdraw(tx, who, vg_str_z(w->what), w->undo, vg_str_z(w->motive), err)
                   : intel_sighting_withdraw(tx, who, vg_str_z(w->what), vg_str_z(w->motive), err);
}

static int run_withdraw(struct cli *c, int argc, char **argv) {
  struct withdrawal w = {0};
  const char *source = NULL;
  const struct cli_option options[] = {
      {"motive", CLI_TEXT, &w.motive}, {"source", CLI_TEXT, &source}, {"undo", CLI_FLAG, &w.undo}, {0}};
  int status = cli_parse(c, &cmd_intel_withdraw, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!w.motive || (argc == 0 && !source))
    return cli_usage(c, &cmd_intel_withdraw, "cli.missing", w.motive ? "REPORT" : "--motive");
  if (argc > (source ? 0 : 1) || (w.undo && !source))
    return cli_usage(c, &cmd_intel_withdraw, w.undo ? "cli.missing" : "cli.too_many",
                     w.undo ? "--source" : argv[argc - 1]);
  w.source = source != NULL;
  w.what = source ? source : argv[0];
  if ((status = cli_write(c, withdraw, &w)) == CLI_OK)
    CLI_NOTE(c,
             !w.source ? "cli.intel_withdraw.report"
             : w.undo  ? "cli.intel_withdraw.undone"
                       : "cli.intel_withdraw.done",
             w.what);
  return status;
}

struct backup {
  struct intel_query q;
  struct ledger_whom whom;
  int fd;
  const char *path;
  int64_t objects;
};

static vg_code write_backup(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct backup *b = ctx;
  return intel_export(tx, who, &b->q, &b->whom, b->fd, b->path, &b->objects, err);
}

static int backup_to(struct cli *c, struct backup *b, const char *out) {
  struct vg_newfile file;
  struct vg_err err = {0};
  if (vg_newfile_open(&file, out, 0600, &err) != VG_OK)
    return cli_fail(c, &err);
  b->fd = file.fd;
  b->path = out;
  int status = cli_write(c, write_backup, b);
  if (status == CLI_OK && vg_newfile_commit(&file, &err) != VG_OK)
    status = cli_fail(c, &err);
  vg_newfile_abandon(&file);
  return status;
}

static int run_export(struct cli *c, int argc, char **argv) {
  const char *out = NULL;
  struct query_options o = {0};
  struct backup b = {.fd = -1};
  const struct cli_option options[] = {QUERY_OPTIONS(o),
                                       {"o|output", CLI_TEXT, &out},
                                       {"to", CLI_TEXT, &b.whom.recipient},
                                       {"motive", CLI_TEXT, &b.whom.motive},
                                       {0}};
  int status = cli_parse(c, &cmd_intel_export, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc || !out)
    return cli_usage(c, &cmd_intel_export, argc ? "cli.too_many" : "cli.missing", argc ? argv[0] : "-o");
  status = query_of(c, &cmd_intel_export, &o, &b.q);
  if (status == CLI_OK)
    status = backup_to(c, &b, out);
  query_fini(&o);
  if (status != CLI_OK)
    return status;
  if (c->json) {
    struct vg_jw w;
    cli_json_begin(c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "file", out);
    vg_jw_kint(&w, "objects", b.objects);
    vg_jw_end(&w);
    cli_json_end(c);
  } else {
    CLI_SAY(c, "cli.intel_export.done", VG_N(b.objects), out);
  }
  return CLI_OK;
}

const struct cli_command cmd_intel_sources = {"intel sources", "cli.intel_sources", "cli.intel_sources.usage",
                                              run_sources};
const struct cli_command cmd_intel_source = {"intel source", "cli.intel_source", "cli.intel_source.usage", run_source};
const struct cli_command cmd_intel_withdraw = {"intel withdraw", "cli.intel_withdraw", "cli.intel_withdraw.usage",
                                               run_withdraw};
const struct cli_command cmd_intel_export = {"intel export", "cli.intel_export", "cli.intel_export.usage", run_export};
