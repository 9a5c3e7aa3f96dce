/* Where a case stands, its notes. */
#include "cli/show.h"

extern const struct cli_command cmd_case_state, cmd_case_note, cmd_case_notes;

struct order {
  struct cli *c;
  const char *ref, *to, *reason, *recipient, *text, *revise, *motive;
  struct vg_id pid;
  bool history;
};

static vg_code step(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  struct case_step to = {.state = vg_str_z(o->to), .reason = vg_str_z(o->reason), .recipient = vg_str_z(o->recipient)};
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  return casework_case_step(tx, who, &a, &to, err);
}

static int run_state(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {
      {"to", CLI_TEXT, &o.to}, {"reason", CLI_TEXT, &o.reason}, {"recipient", CLI_TEXT, &o.recipient}, {0}};
  int status = cli_one_word(c, &cmd_case_state, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.to)
    return cli_usage(c, &cmd_case_state, "cli.missing", "--to");
  if ((status = cli_write(c, step, &o)) == CLI_OK)
    CLI_NOTE(c, "cli.case_state.done", o.ref, show_word(c, "cli.case_state.", vg_str_z(o.to)));
  return status;
}

static vg_code note(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  struct affair a;
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  if (!o->revise)
    return casework_note_add(tx, who, &a, vg_str_z(o->text), &o->pid, err);
  o->pid = vg_id_of(vg_str_z(o->revise));
  return casework_note_revise(tx, who, vg_str_z(o->revise), 0, vg_str_z(o->text), err);
}

static int run_note(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"text", CLI_TEXT, &o.text}, {"revise", CLI_TEXT, &o.revise}, {0}};
  int status = cli_one_word(c, &cmd_case_note, argc, argv, options, "REF", &o.ref);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.text)
    return cli_usage(c, &cmd_case_note, "cli.missing", "--text");
  status = cli_write(c, note, &o);
  return status == CLI_OK ? show_id(c, o.pid.s) : status;
}

static vg_code note_row(void *ctx, const struct note *n, struct vg_err *err) {
  struct show *s = ctx;
  (void)err;
  if (s->w) {
    cli_json_begin(s->c, s->w);
    show_note(s, n);
    cli_json_end(s->c);
  } else {
    show_note(s, n);
  }
  return VG_OK;
}

static vg_code notes(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  struct affair a;
  struct vg_jw w;
  struct show s = {.c = o->c,
                   .w = o->c->json ? &w : NULL,
                   .title = "cli.show.notes",
                   .heading = show_note_heading,
                   .columns = SHOW_NOTE_COLUMNS};
  VG_TRY(casework_case_see(tx, who, vg_str_z(o->ref), &a, err));
  vg_code rc = casework_each_note(tx, a.id, o->history, note_row, &s, err);
  if (s.table)
    cli_table_print(s.table);
  return rc;
}

static int run_notes(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"history", CLI_FLAG, &o.history}, {"motive", CLI_TEXT, &o.motive}, {0}};
  int status = cli_one_word(c, &cmd_case_notes, argc, argv, options, "REF", &o.ref);
  return status != CLI_OK ? cli_parsed(status) : cli_read_inquiry(c, o.ref, o.motive, notes, &o);
}

const struct cli_command cmd_case_state = {"case state", "cli.case_state", "cli.case_state.usage", run_state};
const struct cli_command cmd_case_note = {"case note", "cli.case_note", "cli.case_note.usage", run_note};
const struct cli_command cmd_case_notes = {"case notes", "cli.case_notes", "cli.case_notes.usage", run_notes};
