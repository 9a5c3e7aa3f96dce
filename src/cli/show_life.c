/* What happens to a case while people work on it: its states, tasks, notes. */
#include "cli/show.h"

#include <stdio.h>

const char *const show_task_heading[SHOW_TASK_COLUMNS] = {"cli.col.due",   "cli.task.what",  "cli.col.owner",
                                                          "cli.col.state", "cli.task.about", "cli.col.id"};
const char *const show_note_heading[SHOW_NOTE_COLUMNS] = {"cli.col.at", "cli.col.by", "cli.note.revision",
                                                          "cli.col.text", "cli.col.id"};

static void write_task(struct vg_jw *w, const struct task *t) {
  vg_jw_obj(w);
  vg_jw_kz(w, "id", t->pid.s);
  vg_jw_kstr(w, "about", t->about);
  vg_jw_kstr(w, "label", t->label);
  vg_jw_kstr(w, "case", t->case_ref);
  vg_jw_kstr(w, "what", t->what);
  vg_jw_kstr(w, "owner", t->owner);
  vg_jw_kstr(w, "zone", t->zone);
  vg_jw_kstr(w, "state", t->state);
  vg_jw_ktime(w, "due", t->due);
  vg_jw_kbool(w, "late", t->late);
  vg_jw_kstr(w, "outcome", t->outcome);
  vg_jw_ktime(w, "made", t->made);
  vg_jw_kstr(w, "by", t->author);
  vg_jw_ktime(w, "changed", t->changed);
  vg_jw_end(w);
}

void show_task(struct show *s, const struct task *t) {
  if (s->w) {
    write_task(s->w, t);
    return;
  }
  cli_table_cellz(s->table, cli_time((char[VG_TIME_TEXT]){0}, s->c, t->due));
  cli_table_cell(s->table, t->what);
  cli_table_cell(s->table, t->owner);
  cli_table_cellz(s->table,
                  t->late ? vg_msg_text(s->c->lang, "cli.task.late") : show_word(s->c, "cli.task.", t->state));
  cli_table_cell(s->table, t->label);
  cli_table_cellz(s->table, t->pid.s);
}

void show_note(struct show *s, const struct note *n) {
  if (s->w) {
    vg_jw_obj(s->w);
    vg_jw_kz(s->w, "id", n->pid.s);
    vg_jw_kint(s->w, "revision", n->number);
    vg_jw_kint(s->w, "revisions", n->last);
    vg_jw_ktime(s->w, "at", n->at);
    vg_jw_kstr(s->w, "by", n->author);
    vg_jw_kstr(s->w, "text", n->text);
    vg_jw_end(s->w);
    return;
  }
  char revision[48];
  struct cli_table *t = show_row(s);
  snprintf(revision, sizeof revision, "%lld/%lld", (long long)n->number, (long long)n->last);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, n->at));
  cli_table_cell(t, n->author);
  cli_table_cellz(t, revision);
  cli_table_cell(t, n->text);
  cli_table_cellz(t, n->pid.s);
}

static vg_code step_row(void *ctx, const struct case_step *x, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "state", x->state);
    vg_jw_ktime(s->w, "at", x->at);
    vg_jw_kstr(s->w, "by", x->person_name);
    vg_jw_kstr(s->w, "reason", x->reason);
    vg_jw_kstr(s->w, "recipient", x->recipient);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, x->at));
  cli_table_cellz(t, show_word(s->c, "cli.case_state.", x->state));
  cli_table_cell(t, x->person_name);
  cli_table_cell(t, x->reason);
  cli_table_cell(t, x->recipient);
  return VG_OK;
}

static vg_code task_row(void *ctx, const struct task *t, struct vg_err *err) {
  (void)err;
  (void)show_row(ctx);
  show_task(ctx, t);
  return VG_OK;
}

static vg_code note_row(void *ctx, const struct note *n, struct vg_err *err) {
  (void)err;
  show_note(ctx, n);
  return VG_OK;
}

static vg_code mark_row(void *ctx, vg_str type, vg_str value, vg_time at, struct vg_err *err) {
  struct show *s = ctx;
  struct cli_table *t = show_row(s);
  (void)err;
  if (!t) {
    vg_jw_obj(s->w);
    vg_jw_kstr(s->w, "type", type);
    vg_jw_kstr(s->w, "value", value);
    vg_jw_ktime(s->w, "at", at);
    vg_jw_end(s->w);
    return VG_OK;
  }
  cli_table_cell(t, type);
  cli_table_cell(t, value);
  cli_table_cellz(t, cli_time((char[VG_TIME_TEXT]){0}, s->c, at));
  return VG_OK;
}

vg_code show_life(struct show *s, struct store_tx *tx, const struct actor *who, int64_t case_id, struct vg_err *err) {
  static const char *const step[] = {"cli.col.at", "cli.col.state", "cli.col.by", "cli.col.reason", "cli.col.holder"};
  static const char *const mark[] = {"cli.col.kind", "cli.link.value", "cli.col.at"};
  const struct task_query q = {.case_id = case_id, .over = true};
  show_list(s, "states", "cli.show.states", step, VG_COUNT(step));
  vg_code rc = casework_each_step(tx, case_id, step_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "tasks", "cli.show.tasks", show_task_heading, SHOW_TASK_COLUMNS);
  rc = casework_each_task(tx, who, &q, task_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "notes", "cli.show.notes", show_note_heading, SHOW_NOTE_COLUMNS);
  rc = casework_each_note(tx, case_id, false, note_row, s, err);
  show_end(s);
  VG_TRY(rc);
  show_list(s, "marks", "cli.show.marks", mark, VG_COUNT(mark));
  rc = casework_each_mark(tx, case_id, mark_row, s, err);
  show_end(s);
  return rc;
}
