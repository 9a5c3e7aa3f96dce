#include "cli/cli.h"

#include "qualify/qualify.h"

#include <stdio.h>

extern const struct cli_command cmd_qualify_source, cmd_qualify_sources, cmd_qualify_compare, cmd_qualify_warnings;

struct rating {
  vg_str source, why;
  char letter;
};

static vg_code rate(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct rating *r = ctx;
  return qualify_source_rate(tx, who, r->source, r->letter, r->why, err);
}

static int run_source(struct cli *c, int argc, char **argv) {
  const char *letter = NULL, *why = "";
  const struct cli_option options[] = {{"reliability", CLI_TEXT, &letter}, {"why", CLI_TEXT, &why}, {0}};
  int status = cli_parse(c, &cmd_qualify_source, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 1)
    return cli_usage(c, &cmd_qualify_source, argc ? "cli.too_many" : "cli.missing", argc ? argv[1] : "NAME");
  if (!letter || !letter[0] || letter[1])
    return cli_usage(c, &cmd_qualify_source, letter ? "cli.bad_value" : "cli.missing",
                     letter ? letter : "--reliability");
  struct rating r = {vg_str_z(argv[0]), vg_str_z(why), letter[0]};
  status = cli_write(c, rate, &r);
  if (status == CLI_OK && !c->json)
    CLI_SAY(c, "cli.qualify.rated", argv[0], letter);
  return status;
}

static vg_code one(void *ctx, const struct qualify_source *s, struct vg_err *err) {
  struct cli_listing *l = ctx;
  const char letter[2] = {s->reliability, 0};
  char time[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "source", s->name);
    vg_jw_kz(&w, "reliability", letter);
    vg_jw_kint(&w, "assertions", s->assertions);
    vg_jw_kstr(&w, "why", s->why);
    vg_jw_kstr(&w, "rated_by", s->rated_by);
    vg_jw_ktime(&w, "rated", s->rated);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, s->name);
  cli_table_cellz(l->table, letter);
  cli_table_cell_int(l->table, s->assertions);
  cli_table_cell(l->table, s->rated_by);
  cli_table_cellz(l->table, cli_time(time, l->c, s->rated));
  cli_table_cell(l->table, s->why);
  return VG_OK;
}

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return qualify_each_source(tx, one, l, err);
}

static int run_sources(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name",      "cli.head.reliability", "cli.head.assertions",
                                        "cli.head.rated_by", "cli.head.rated",       "cli.head.why"};
  return cli_list_all(c, &cmd_qualify_sources, argc, argv, heading, VG_COUNT(heading), read_all);
}

static vg_code compare(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  return qualify_compare(tx, who, ctx, err);
}

static vg_code one_pair(void *ctx, const struct qualify_pair *p, struct vg_err *err) {
  struct cli_listing *l = ctx;
  char percent[16];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "source", p->source);
    vg_jw_kstr(&w, "other", p->other);
    vg_jw_kint(&w, "listed", p->listed);
    vg_jw_kint(&w, "common", p->common);
    vg_jw_kint(&w, "first", p->first);
    vg_jw_kint(&w, "other_first", p->other_first);
    vg_jw_knum(&w, "copied", p->copied);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  snprintf(percent, sizeof percent, "%.0f %%", p->copied * 100);
  cli_table_cell(l->table, p->source);
  cli_table_cell_int(l->table, p->listed);
  cli_table_cell(l->table, p->other);
  cli_table_cell_int(l->table, p->common);
  cli_table_cell_int(l->table, p->first);
  cli_table_cell_int(l->table, p->other_first);
  cli_table_cellz(l->table, percent);
  return VG_OK;
}

static vg_code read_pairs(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return qualify_each_pair(tx, one_pair, l, err);
}

/* Measures, then shows what was measured. */
static int run_compare(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name",    "cli.head.assertions", "cli.head.other",
                                        "cli.head.common", "cli.head.first_here", "cli.head.first_there",
                                        "cli.head.copied"};
  const struct cli_option options[] = {{0}};
  int64_t pairs;
  int status = cli_parse(c, &cmd_qualify_compare, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc)
    return cli_usage(c, &cmd_qualify_compare, "cli.too_many", argv[0]);
  if ((status = cli_write(c, compare, &pairs)) != CLI_OK)
    return status;
  return cli_list_all(c, &cmd_qualify_compare, 0, argv, heading, VG_COUNT(heading), read_pairs);
}

struct bringing {
  const char *name, *kind;
  char **path;
  int count;
  struct cli *c;
};

static vg_code bring(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct bringing *b = ctx;
  bool shared = vg_str_eqz(vg_str_z(b->kind), "shared");
  for (int i = 0; i < b->count; i++) {
    struct qualify_warnings w = {
        .path = b->path[i], .name = b->name, .kind = shared ? QUALIFY_WARNING_SHARED : QUALIFY_WARNING_BENIGN};
    b->c->file = w.path;
    VG_TRY(qualify_warnings_import(tx, who, &w, err));
    if (w.passed)
      CLI_NOTE(b->c, "cli.qualify.warnings.passed", w.called, VG_N(w.passed));
  }
  return VG_OK;
}

static vg_code one_list(void *ctx, const struct qualify_warning_list *x, struct vg_err *err) {
  struct cli_listing *l = ctx;
  const char *kind = x->kind == QUALIFY_WARNING_SHARED ? "shared" : "benign";
  char time[VG_TIME_TEXT];
  (void)err;
  if (l->c->json) {
    struct vg_jw w;
    cli_json_begin(l->c, &w);
    vg_jw_obj(&w);
    vg_jw_kstr(&w, "list", x->name);
    vg_jw_kz(&w, "kind", kind);
    vg_jw_kint(&w, "values", x->values);
    vg_jw_ktime(&w, "imported", x->imported);
    vg_jw_end(&w);
    cli_json_end(l->c);
    return VG_OK;
  }
  cli_table_cell(l->table, x->name);
  cli_table_cellz(l->table, kind);
  cli_table_cell_int(l->table, x->values);
  cli_table_cellz(l->table, cli_time(time, l->c, x->imported));
  return VG_OK;
}

static vg_code read_lists(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) {
  return qualify_each_warning_list(tx, one_list, l, err);
}

static int run_warnings(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name", "cli.col.kind", "cli.head.assertions", "cli.head.rated"};
  struct bringing b = {.kind = "benign", .c = c};
  const struct cli_option options[] = {{"name", CLI_TEXT, &b.name}, {"kind", CLI_TEXT, &b.kind}, {0}};
  int status = cli_parse(c, &cmd_qualify_warnings, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!vg_str_eqz(vg_str_z(b.kind), "benign") && !vg_str_eqz(vg_str_z(b.kind), "shared"))
    return cli_usage(c, &cmd_qualify_warnings, "cli.bad_value", b.kind);
  if (b.name && argc > 1)
    return cli_usage(c, &cmd_qualify_warnings, "cli.too_many", argv[1]);
  b.path = argv;
  b.count = argc;
  if (argc && (status = cli_write(c, bring, &b)) != CLI_OK)
    return status;
  return cli_list_all(c, &cmd_qualify_warnings, 0, argv, heading, VG_COUNT(heading), read_lists);
}

const struct cli_command cmd_qualify_compare = {"qualify compare", "cli.qualify.compare", "cli.qualify.compare.usage",
                                                run_compare};
const struct cli_command cmd_qualify_warnings = {"qualify warnings", "cli.qualify.warnings",
                                                 "cli.qualify.warnings.usage", run_warnings};
const struct cli_command cmd_qualify_source = {"qualify source", "cli.qualify.source", "cli.qualify.source.usage",
                                               run_source};
const struct cli_command cmd_qualify_sources = {"qualify sources", "cli.qualify.sources", "cli.qualify.sources.usage",
                                                run_sources};
