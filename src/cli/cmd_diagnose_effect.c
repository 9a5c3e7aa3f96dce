#include "cli/cli.h"

#include <stdio.h>

#include "base/file.h"
#include "prevention/prevention.h"

extern const struct cli_command cmd_diagnose_effect, cmd_diagnose_frameworks, cmd_diagnose_import;

struct order {
  struct cli *c;
  struct cli_table *table;
  const char *framework, *zone;
};

static void probability(struct cli_table *t, double p) {
  char text[24];
  snprintf(text, sizeof text, "%.3g", p);
  cli_table_cellz(t, text);
}

static vg_code effect(void *ctx, const struct effect *e, struct vg_err *err) {
  struct order *o = ctx;
  (void)err;
  char id[32];
  static const char *const states[] = {"common", "reworded", "gone", "new"};
  if (o->c->json) {
    struct vg_jw w;
    cli_json_begin(o->c, &w);
    vg_jw_obj(&w);
    vg_jw_kint(&w, "measure", e->number);
    vg_jw_kstr(&w, "ref", e->ref);
    vg_jw_kstr(&w, "version", e->version);
    vg_jw_kz(&w, "state", states[e->state]);
    vg_jw_kint(&w, "companies", e->companies);
    vg_jw_kint(&w, "before", e->before);
    vg_jw_kint(&w, "after", e->after);
    vg_jw_kint(&w, "gained", e->gained);
    vg_jw_kint(&w, "lost", e->lost);
    vg_jw_knum(&w, "exact_p", e->p);
    vg_jw_knum(&w, "holm_p", e->holm);
    vg_jw_end(&w);
    cli_json_end(o->c);
    return VG_OK;
  }
  if (e->companies == 0 && (e->state == EFFECT_COMMON || e->state == EFFECT_REWORDED))
    return VG_OK;
  cli_table_cell(o->table, e->ref);
  cli_table_cell(o->table, o->c->lang == VG_EN && e->title_en.n ? e->title_en : e->title);
  const int64_t counts[] = {e->companies, e->before, e->after, e->gained, e->lost};
  for (size_t i = 0; i < VG_COUNT(counts); i++)
    cli_table_cell_int(o->table, counts[i]);
  probability(o->table, e->p);
  probability(o->table, e->holm);
  snprintf(id, sizeof id, "cli.effect.%s", states[e->state]);
  cli_table_cellz(o->table, vg_msg_text(o->c->lang, id));
  return VG_OK;
}

static vg_code read_effect(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.measure", "cli.col.title",   "cli.col.companies", "cli.col.before",
                                        "cli.col.after",   "cli.col.gained",  "cli.col.lost",      "cli.col.p",
                                        "cli.col.holm",    "cli.col.versions"};
  struct order *o = ctx;
  (void)who;
  if (!o->c->json)
    o->table = cli_table_new(o->c, heading, VG_COUNT(heading));
  vg_code rc = prevention_each_effect(tx, vg_str_z(o->framework), vg_str_z(o->zone), effect, o, err);
  if (o->table)
    cli_table_print(o->table);
  return rc;
}

static int run_effect(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .framework = "", .zone = ""};
  const struct cli_option options[] = {{"framework", CLI_TEXT, &o.framework}, {"zone", CLI_TEXT, &o.zone}, {0}};
  int status = cli_parse(c, &cmd_diagnose_effect, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  return argc > 0 ? cli_usage(c, &cmd_diagnose_effect, "cli.too_many", argv[0]) : cli_read(c, read_effect, &o);
}

static vg_code framework(void *ctx, const struct framework *f, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char code[96];
  (void)err;
  snprintf(code, sizeof code, "%.*s/%.*s", (int)f->code.n, f->code.p, (int)f->version.n, f->version.p);
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kz(&w, "framework", code);
    vg_jw_kstr(&w, "name", f->name);
    vg_jw_kstr(&w, "lang", f->lang);
    vg_jw_kint(&w, "measures", f->measures);
    vg_jw_kstr(&w, "source", f->source);
    vg_jw_kstr(&w, "sha256", f->sha256);
    vg_jw_ktime(&w, "imported", f->imported);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cellz(l->table, code);
  cli_table_cell(l->table, prevention_framework_name(f, l->c->lang));
  cli_table_cell_int(l->table, f->measures);
  cli_table_cell(l->table, f->source);
  cli_table_cellz(l->table, cli_time((char[VG_TIME_TEXT]){0}, l->c, f->imported));
  return VG_OK;
}

static vg_code read_frameworks(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return prevention_each_framework(tx, framework, l, err);
}

static int run_frameworks(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.framework", "cli.col.name", "cli.col.measures", "cli.col.source",
                                        "cli.col.imported"};
  return cli_list_all(c, &cmd_diagnose_frameworks, argc, argv, heading, VG_COUNT(heading), read_frameworks);
}

struct taking {
  struct vg_buf json, terms;
  char sha256[2 * VG_SHA256_SIZE + 1];
  struct framework_taken taken;
};

static vg_code take_in(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct taking *t = ctx;
  return prevention_framework_import(tx, who, vg_buf_view(&t->json), t->sha256, vg_buf_view(&t->terms), &t->taken, err);
}

static int run_import(struct cli *c, int argc, char **argv) {
  const char *file, *terms = NULL, *locale = "";
  const struct cli_option options[] = {{"terms", CLI_TEXT, &terms}, {"locale", CLI_TEXT, &locale}, {0}};
  struct taking t = {.taken = {0}};
  struct vg_err err = {0};
  int status = cli_one_word(c, &cmd_diagnose_import, argc, argv, options, "FILE", &file);
  if (status != CLI_OK)
    return cli_parsed(status);
  c->file = file;
  vg_buf_init(&t.json, FRAMEWORK_JSON_MAX);
  vg_buf_init(&t.terms, 1 << 20);
  vg_code rc = prevention_framework_read(file, vg_str_z(locale), &t.json, t.sha256, &err);
  if (rc == VG_OK && terms)
    rc = vg_file_read(terms, &t.terms, &err);
  status = rc == VG_OK ? cli_write(c, take_in, &t) : cli_fail(c, &err);
  vg_buf_fini(&t.json);
  vg_buf_fini(&t.terms);
  if (status == CLI_OK)
    CLI_NOTE(c, "cli.diagnose_import.done", VG_N(t.taken.measures));
  if (status == CLI_OK && t.taken.unsaid)
    CLI_NOTE(c, "cli.diagnose_import.unsaid", VG_N(t.taken.unsaid));
  return status;
}

const struct cli_command cmd_diagnose_effect = {"diagnose effect", "cli.diagnose_effect", "cli.diagnose_effect.usage",
                                                run_effect};
const struct cli_command cmd_diagnose_frameworks = {"diagnose frameworks", "cli.diagnose_frameworks",
                                                    "cli.diagnose_frameworks.usage", run_frameworks};
const struct cli_command cmd_diagnose_import = {"diagnose import", "cli.diagnose_import", "cli.diagnose_import.usage",
                                                run_import};
