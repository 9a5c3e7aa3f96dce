/* Offences: the ministry's list, and what was in force when. */
#include "cli/show.h"

#include "base/file.h"

extern const struct cli_command cmd_offence_import, cmd_offence_list, cmd_case_charge;

struct order {
  struct cli *c;
  const char *path, *source, *ref, *code, *words;
  vg_time at;
  struct vg_buf text;
  struct natinf_tally tally;
  struct show s;
};

static void rejected(void *ctx, int64_t line) {
  struct order *o = ctx;
  CLI_NOTE(o->c, "cli.offence_import.rejected", o->path, VG_N(line));
}

static vg_code import(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return casework_natinf_import(tx, who, vg_buf_view(&o->text), o->at, vg_str_z(o->source), rejected, o, &o->tally,
                                err);
}

static int report(struct cli *c, const struct natinf_tally *t) {
  struct vg_jw w;
  if (!c->json) {
    CLI_SAY(c, "cli.offence_import.done", VG_N(t->read), VG_N(t->added), VG_N(t->changed), VG_N(t->known),
            VG_N(t->ended), VG_N(t->rejected));
    return t->rejected ? CLI_ATTENTION : CLI_OK;
  }
  cli_json_begin(c, &w);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "read", t->read);
  vg_jw_kint(&w, "added", t->added);
  vg_jw_kint(&w, "changed", t->changed);
  vg_jw_kint(&w, "known", t->known);
  vg_jw_kint(&w, "ended", t->ended);
  vg_jw_kint(&w, "rejected", t->rejected);
  vg_jw_end(&w);
  cli_json_end(c);
  return t->rejected ? CLI_ATTENTION : CLI_OK;
}

static int run_import(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .source = "NATINF", .at = VG_NOTIME};
  struct vg_err err = {0};
  const struct cli_option options[] = {{"at", CLI_TIME, &o.at}, {"source", CLI_TEXT, &o.source}, {0}};
  int status = cli_one_word(c, &cmd_offence_import, argc, argv, options, "FILE", &o.path);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (o.at == VG_NOTIME)
    return cli_usage(c, &cmd_offence_import, "cli.missing", "--at");
  vg_buf_init(&o.text, 256 << 20);
  if (vg_file_read(o.path, &o.text, &err) != VG_OK)
    status = cli_fail(c, &err);
  else if ((status = cli_write(c, import, &o)) == CLI_OK)
    status = report(c, &o.tally);
  vg_buf_fini(&o.text);
  return status;
}

static vg_code offence_row(void *ctx, const struct offence *x, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    cli_json_begin(s->c, s->w);
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "code", x->code);
    vg_jw_kstr(s->w, "text", x->text);
    vg_jw_kstr(s->w, "label", x->label_fr);
    vg_jw_kstr(s->w, "natinf", x->natinf);
    vg_jw_ktime(s->w, "since", x->since);
    vg_jw_ktime(s->w, "until", x->until);
    vg_jw_kstr(s->w, "verified", x->verified);
    vg_jw_kstr(s->w, "to_check", x->doubt);
    vg_jw_end(s->w);
    cli_json_end(s->c);
    return VG_OK;
  }
  struct vg_buf doubt;
  vg_buf_init(&doubt, 1024);
  casework_doubt(&doubt, s->c->lang, x->doubt);
  cli_table_cell(t, x->code);
  cli_table_cell(t, x->text);
  cli_table_cell(t, x->label_fr);
  cli_table_cellz(t, vg_buf_text(&doubt));
  vg_buf_fini(&doubt);
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  (void)who;
  return casework_each_offence(tx, vg_str_z(o->words), o->at == VG_NOTIME ? store_now(tx) : o->at, 1000, offence_row,
                               &o->s, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  static const char *const heading[] = {"cli.col.code", "cli.col.text", "cli.col.label", "cli.col.check"};
  struct vg_jw w;
  struct order o = {.c = c, .at = VG_NOTIME};
  const struct cli_option options[] = {{"search", CLI_TEXT, &o.words}, {"at", CLI_TIME, &o.at}, {0}};
  int status = cli_no_word(c, &cmd_offence_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  o.s = (struct show){
      .c = c, .w = c->json ? &w : NULL, .title = "cli.show.offences", .heading = heading, .columns = VG_COUNT(heading)};
  status = cli_read(c, list, &o);
  if (o.s.table)
    cli_table_print(o.s.table);
  return status;
}

static vg_code charge(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  return casework_charge_add(tx, who, &a, o->code, err);
}

static int run_charge(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"offence", CLI_TEXT, &o.code}, {0}};
  int status = cli_one_word(c, &cmd_case_charge, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.code)
    return cli_usage(c, &cmd_case_charge, "cli.missing", "--offence");
  status = cli_write(c, charge, &o);
  return status == CLI_OK ? show_id(c, o.code) : status;
}

const struct cli_command cmd_offence_import = {"offence import", "cli.offence_import", "cli.offence_import.usage",
                                               run_import};
const struct cli_command cmd_offence_list = {"offence list", "cli.offence_list", "cli.offence_list.usage", run_list};
const struct cli_command cmd_case_charge = {"case charge", "cli.case_charge", "cli.case_charge.usage", run_charge};
