/* Need to know: a case of another zone is asked for with a motive, and granted or not. */
#include "cli/show.h"

extern const struct cli_command cmd_case_ask, cmd_case_access, cmd_case_decide;

struct order {
  struct cli *c;
  const char *ref, *motive;
  enum access_word word;
  vg_time until;
  struct vg_id pid;
};

static vg_code ask(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  return casework_access_ask(tx, who, vg_str_z(o->ref), vg_str_z(o->motive), &o->pid, err);
}

static int run_ask(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_case_ask, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.motive)
    return cli_usage(c, &cmd_case_ask, "cli.missing", "--motive");
  status = cli_write(c, ask, &o);
  return status == CLI_OK ? show_id(c, o.pid.s) : status;
}

static void write_access(struct show *s, const struct case_access *x) {
  cli_json_begin(s->c, s->w);
  vg_jw_obj(s->w);
  vg_jw_kz(s->w, "id", x->pid.s);
  vg_jw_kstr(s->w, "case", x->case_ref);
  vg_jw_kstr(s->w, "person", x->person_name);
  vg_jw_kstr(s->w, "zone", x->zone);
  vg_jw_kstr(s->w, "motive", x->motive);
  vg_jw_kstr(s->w, "state", x->state);
  vg_jw_ktime(s->w, "asked", x->asked);
  vg_jw_ktime(s->w, "decided", x->decided);
  vg_jw_kstr(s->w, "decided_by", x->decided_by);
  vg_jw_kstr(s->w, "why", x->why);
  vg_jw_ktime(s->w, "until", x->until);
  vg_jw_end(s->w);
  cli_json_end(s->c);
}

static vg_code access_row(void *ctx, const struct case_access *x, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    write_access(s, x);
    return VG_OK;
  }
  cli_table_cell(t, x->case_ref);
  cli_table_cell(t, x->person_name);
  cli_table_cell(t, x->zone);
  cli_table_cellz(t, show_word(s->c, "cli.access.", x->state));
  cli_table_cell(t, x->motive);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, x->asked));
  cli_table_cellz(t, x->pid.s);
  return VG_OK;
}

static vg_code accesses(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  static const char *const heading[] = {"cli.col.ref",    "cli.col.name", "cli.col.zone", "cli.col.state",
                                        "cli.col.reason", "cli.col.at",   "cli.col.id"};
  const struct order *o = ctx;
  struct affair a = {.id = 0};
  struct vg_jw w;
  struct show s = {.c = o->c,
                   .w = o->c->json ? &w : NULL,
                   .title = "cli.show.accesses",
                   .heading = heading,
                   .columns = VG_COUNT(heading)};
  if (o->ref)
    VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  vg_code rc = casework_each_access(tx, who, a.id, access_row, &s, err);
  if (s.table)
    cli_table_print(s.table);
  return rc;
}

static int run_access(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_parse(c, &cmd_case_access, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc > 1)
    return cli_usage(c, &cmd_case_access, "cli.too_many", argv[1]);
  o.ref = argc ? argv[0] : NULL;
  if (o.motive && !o.ref)
    return cli_usage(c, &cmd_case_access, "cli.missing", "REF");
  return o.ref ? cli_read_inquiry(c, o.ref, o.motive, accesses, &o) : cli_read(c, accesses, &o);
}

static vg_code decide(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return casework_access_decide(tx, who, vg_str_z(o->ref), o->word, vg_str_z(o->motive), o->until, err);
}

static int run_decide(struct cli *c, int argc, char **argv) {
  bool grant = false, refuse = false, end = false;
  struct order o = {.c = c, .until = VG_NOTIME};
  const struct cli_option options[] = {{"grant", CLI_FLAG, &grant},   {"refuse", CLI_FLAG, &refuse},
                                       {"end", CLI_FLAG, &end},       {"motive", CLI_TEXT, &o.motive},
                                       {"until", CLI_TIME, &o.until}, {0}};
  int status = cli_one_word(c, &cmd_case_decide, argc, argv, options, "ACCESS", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (grant + refuse + end != 1)
    return cli_usage(c, &cmd_case_decide, "cli.missing", "--grant | --refuse | --end");
  if (!o.motive)
    return cli_usage(c, &cmd_case_decide, "cli.missing", "--motive");
  o.word = grant ? ACCESS_GRANT : refuse ? ACCESS_REFUSE : ACCESS_END;
  status = cli_write(c, decide, &o);
  return status == CLI_OK ? show_id(c, o.ref) : status;
}

const struct cli_command cmd_case_ask = {"case ask", "cli.case_ask", "cli.case_ask.usage", run_ask};
const struct cli_command cmd_case_access = {"case access", "cli.case_access", "cli.case_access.usage", run_access};
const struct cli_command cmd_case_decide = {"case decide", "cli.case_decide", "cli.case_decide.usage", run_decide};
