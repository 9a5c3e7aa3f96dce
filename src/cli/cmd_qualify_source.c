#include "cli/cli.h"

#include "qualify/qualify.h"

extern const struct cli_command cmd_qualify_source, cmd_qualify_sources;

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
    return cli_usage(c, &cmd_qualify_source, letter ? "cli.bad_value" : "cli.missing", letter ? letter : "--reliability");
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

static vg_code read_all(struct store_tx *tx, struct cli_listing *l, struct vg_err *err) { return qualify_each_source(tx, one, l, err); }

static int run_sources(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.name",  "cli.head.reliability", "cli.head.assertions",
                                        "cli.head.rated_by", "cli.head.rated",   "cli.head.why"};
  return cli_list_all(c, &cmd_qualify_sources, argc, argv, heading, VG_COUNT(heading), read_all);
}

const struct cli_command cmd_qualify_source = {"qualify source", "cli.qualify.source", "cli.qualify.source.usage", run_source};
const struct cli_command cmd_qualify_sources = {"qualify sources", "cli.qualify.sources", "cli.qualify.sources.usage", run_sources};
