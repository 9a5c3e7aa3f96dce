/* Cases that hold the same thing. */
#include "cli/show.h"

#include "analysis/analysis.h"

extern const struct cli_command cmd_case_links, cmd_case_strike;

struct order {
  struct cli *c;
  const char *ref, *reason, *motive;
  enum regime of;
  bool restore;
  struct link_tally tally;
};

static void write_link(struct show *s, const struct case_link *l) {
  cli_json_begin(s->c, s->w);
  vg_jw_obj(s->w);
  vg_jw_kz(s->w, "id", l->pid.s);
  vg_jw_kstr(s->w, "case", l->ref);
  vg_jw_kstr(s->w, "other", l->other_ref);
  vg_jw_kstr(s->w, "zone", l->other_zone);
  vg_jw_kstr(s->w, "ask", l->ask);
  vg_jw_kbool(s->w, "open_to_you", l->other_seen);
  vg_jw_kstr(s->w, "type", l->type);
  vg_jw_kstr(s->w, "value", l->value);
  vg_jw_ktime(s->w, "found", l->found);
  vg_jw_kbool(s->w, "struck", l->struck);
  vg_jw_kstr(s->w, "why", l->why);
  vg_jw_kstr(s->w, "by", l->changed_by);
  vg_jw_kz(s->w, "regime", casework_regime_name(l->regime));
  vg_jw_kz(s->w, "other_regime", casework_regime_name(l->other_regime));
  vg_jw_end(s->w);
  cli_json_end(s->c);
}

static vg_code link_row(void *ctx, const struct case_link *l, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    write_link(s, l);
    return VG_OK;
  }
  cli_table_cell(t, l->ref);
  cli_table_cell(t, l->other_ref);
  cli_table_cellz(t, show_word(s->c, "cli.regime.", vg_str_z(casework_regime_name(l->other_regime))));
  cli_table_cell(t, l->other_zone);
  cli_table_cell(t, l->ask);
  cli_table_cell(t, l->type);
  cli_table_cell(t, l->value);
  cli_table_cellz(t, l->struck ? vg_msg_text(s->c->lang, "cli.link.struck") : "");
  cli_table_cellz(t, l->pid.s);
  return VG_OK;
}

static vg_code links(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.ref",    "cli.link.other", "cli.col.regime",
                                        "cli.col.zone",   "cli.link.ask",   "cli.col.kind",
                                        "cli.link.value", "cli.col.state",  "cli.col.id"};
  const struct order *o = ctx;
  struct affair a = {.id = 0};
  struct vg_jw w;
  struct show s = {.c = o->c,
                   .w = o->c->json ? &w : NULL,
                   .title = "cli.show.links",
                   .heading = heading,
                   .columns = VG_COUNT(heading)};
  if (o->ref)
    VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  vg_code rc = casework_each_link(tx, who, a.id, 0, link_row, &s, err);
  if (s.table)
    cli_table_print(s.table);
  return rc;
}

static vg_code combine(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  return casework_link_combine(tx, who, &a, vg_str_z(o->motive), err);
}

static vg_code rebuild(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return casework_link_rebuild(tx, who, analysis_remark, &o->tally, err);
}

static int say_rebuilt(struct cli *c, const struct link_tally *t) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.case_links.rebuilt", VG_N(t->cases), VG_N(t->marks), VG_N(t->links));
    return CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "cases", t->cases);
  vg_jw_kint(&w, "marks", t->marks);
  vg_jw_kint(&w, "links", t->links);
  vg_jw_end(&w);
  cli_json_end(c);
  return CLI_OK;
}

static int run_links(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  bool again = false;
  const char *regime = "investigation";
  const struct cli_option options[] = {
      {"regime", CLI_TEXT, &regime}, {"motive", CLI_TEXT, &o.motive}, {"rebuild", CLI_FLAG, &again}, {0}};
  int status = cli_parse(c, &cmd_case_links, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_case_links, "cli.too_many", argv[1]);
  o.ref = argc ? argv[0] : NULL;
  if (again && (o.ref || o.motive))
    return cli_usage(c, &cmd_case_links, "cli.too_many", o.ref ? o.ref : "--motive");
  if (again)
    return (status = cli_write(c, rebuild, &o)) == CLI_OK ? say_rebuilt(c, &o.tally) : status;
  if ((status = show_regime(c, &cmd_case_links, regime, o.motive, &o.of)) != CLI_OK)
    return status;
  if (o.of == REGIME_BOTH && !o.ref)
    return cli_usage(c, &cmd_case_links, "cli.missing", "REF");
  if (o.of == REGIME_BOTH && (status = cli_write(c, combine, &o)) != CLI_OK)
    return status;
  status = o.ref ? cli_consult(c, o.ref, o.motive) : cli_consult_many(c, o.motive);
  return status == CLI_OK ? cli_read(c, links, &o) : status;
}

static vg_code strike(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return casework_link_strike(tx, who, vg_str_z(o->ref), o->restore, vg_str_z(o->reason), err);
}

static int run_strike(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"reason", CLI_TEXT, &o.reason}, {"restore", CLI_FLAG, &o.restore}, {0}};
  int status = cli_one_word(c, &cmd_case_strike, argc, argv, options, "LINK", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.reason)
    return cli_usage(c, &cmd_case_strike, "cli.missing", "--reason");
  status = cli_write(c, strike, &o);
  return status == CLI_OK ? show_id(c, o.ref) : status;
}

const struct cli_command cmd_case_links = {"case links", "cli.case_links", "cli.case_links.usage", run_links};
const struct cli_command cmd_case_strike = {"case strike", "cli.case_strike", "cli.case_strike.usage", run_strike};
