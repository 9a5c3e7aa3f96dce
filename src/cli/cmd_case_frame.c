/* The frame of a case: its changes, how long it lasts. */
#include "cli/show.h"

extern const struct cli_command cmd_case_frame;

struct order {
  const char *ref, *frame;
  struct frame_change to;
  struct affair a;
};

static vg_code reframe(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &o->a, err));
  return casework_case_reframe(tx, who, &o->a, &o->to, err);
}

static int run(struct cli *c, int argc, char **argv) {
  struct order o = {.to = {.from = VG_NOTIME, .until = VG_NOTIME}};
  const char *reference = NULL, *authority = "";
  const struct cli_option options[] = {{"from", CLI_TIME, &o.to.from},
                                       {"prolonged-to", CLI_TIME, &o.to.until},
                                       {"reference", CLI_TEXT, &reference},
                                       {"authority", CLI_TEXT, &authority},
                                       {0}};
  int status = cli_parse(c, &cmd_case_frame, &argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (argc != 2)
    return cli_usage(c, &cmd_case_frame, argc > 2 ? "cli.too_many" : "cli.missing",
                     argc > 2 ? argv[2]
                     : argc   ? "FRAME"
                              : "REF");
  if (!reference || o.to.from == VG_NOTIME)
    return cli_usage(c, &cmd_case_frame, "cli.missing", reference ? "--from" : "--reference");
  o.ref = argv[0];
  o.frame = argv[1];
  if ((status = show_pick(c, &cmd_case_frame, &show_frames, &o.frame)) != CLI_OK)
    return status;
  o.to.frame = vg_str_z(o.frame);
  o.to.reference = vg_str_z(reference);
  o.to.authority = vg_str_z(authority);
  if ((status = cli_write(c, reframe, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.case_frame.done", o.a.ref, show_word(c, "server.frame.", o.to.frame),
             cli_time((char[VG_TIME_TEXT]){0}, c, o.to.from));
  return status;
}

static vg_code change_row(void *ctx, const struct frame_change *f, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "was", f->was);
    vg_jw_kstr(s->w, "frame", f->frame);
    vg_jw_ktime(s->w, "from", f->from);
    vg_jw_ktime(s->w, "until", f->until);
    vg_jw_kstr(s->w, "reference", f->reference);
    vg_jw_kstr(s->w, "authority", f->authority);
    vg_jw_kstr(s->w, "by", f->person_name);
    vg_jw_ktime(s->w, "at", f->at);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, f->from));
  cli_table_cellz(t, show_word(s->c, "server.frame.", f->was));
  cli_table_cellz(t, show_word(s->c, "server.frame.", f->frame));
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, f->until));
  cli_table_cell(t, f->reference);
  cli_table_cell(t, f->authority);
  cli_table_cell(t, f->person_name);
  return VG_OK;
}

/* "…Z (CPP 53 al.2, 8 days) (to revalidate: ...)" */
static vg_code ends(struct show *s, struct store_tx *tx, const struct affair *a, struct vg_err *err) {
  struct flagrance f;
  struct frame_rule rule;
  char doubt[CASEWORK_DOUBT];
  VG_TRY(casework_flagrance(tx, a->id, &f, err));
  if (f.end == VG_NOTIME || !casework_frame_rule(vg_str_z(a->frame), &rule))
    return VG_OK;
  if (s->w) {
    vg_jw_key(s->w, "frame_limit");
    vg_jw_obj(s->w);
    vg_jw_ktime(s->w, "ends", f.end);
    vg_jw_kbool(s->w, "over", f.end < store_now(tx));
    vg_jw_kstr(s->w, "article", f.prolonged ? rule.prolonged_article : rule.article);
    vg_jw_kstr(s->w, "to_check", rule.doubt);
    vg_jw_kstr(s->w, "source", rule.source);
    vg_jw_ktime(s->w, "idle", f.idle);
    vg_jw_ktime(s->w, "resumed", f.resumed);
    vg_jw_end(s->w);
    return VG_OK;
  }
  struct vg_buf line;
  vg_buf_init(&line, 1024);
  vg_buf_z(&line, cli_time((char[VG_TIME_TEXT]){0}, s->c, f.end));
  vg_msg(&line, s->c->lang, f.end < store_now(tx) ? "cli.case_frame.over" : "cli.case_frame.runs",
         (const char *const[]){VG_T(f.prolonged ? rule.prolonged_article : rule.article), NULL});
  vg_buf_z(&line, casework_doubt_after(doubt, s->c->lang, rule.doubt));
  show_line(s, "cli.case_frame.ends", vg_buf_view(&line));
  if (f.idle != VG_NOTIME) {
    vg_buf_reset(&line);
    vg_buf_z(&line, cli_time((char[VG_TIME_TEXT]){0}, s->c, f.idle));
    if (f.resumed != VG_NOTIME)
      vg_buf_fmt(&line, " – %s", cli_time((char[VG_TIME_TEXT]){0}, s->c, f.resumed));
    vg_buf_fmt(&line, ". %s", vg_msg_text(s->c->lang, "server.frame.idle.why"));
    show_line(s, "server.frame.idle", vg_buf_view(&line));
  }
  vg_buf_fini(&line);
  return VG_OK;
}

vg_code show_frame(struct show *s, struct store_tx *tx, const struct affair *a, struct vg_err *err) {
  static const char *const heading[] = {
      "cli.col.from",          "cli.case_frame.was", "cli.col.frame", "cli.case_frame.until",
      "cli.act.authority_ref", "cli.act.authority",  "cli.col.by"};
  VG_TRY(ends(s, tx, a, err));
  show_list(s, "frames", "cli.show.frames", heading, VG_COUNT(heading));
  vg_code rc = casework_each_frame(tx, a->id, change_row, s, err);
  show_end(s);
  return rc;
}

const struct cli_command cmd_case_frame = {"case frame", "cli.case_frame", "cli.case_frame.usage", run};
