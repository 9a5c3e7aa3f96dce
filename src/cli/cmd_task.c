/* Tasks, whatever they are about: a case, an act, a story of the watch. */
#include "cli/show.h"

#include "watch/watch.h"

extern const struct cli_command cmd_task_add, cmd_task_list, cmd_task_set;

struct order {
  struct cli *c;
  const char *about, *what, *owner, *pid, *state, *outcome;
  vg_time due;
  struct task t;
  char label[512], subject[VG_ID_MAX];
};

static void subject(struct order *o, const char *pid, vg_str label) {
  vg_str_copy(o->subject, sizeof o->subject, vg_str_z(pid));
  vg_str_copy(o->label, sizeof o->label, label);
}

static vg_code story(void *ctx, const struct watch_story *s, struct vg_err *err) {
  (void)err;
  subject(ctx, vg_id_of(s->pid).s, s->title);
  return VG_OK;
}

/* By its reference or public id: a story, an act, else a case. */
static vg_code find_about(struct store_tx *tx, const struct actor *who, struct order *o, struct vg_err *err) {
  struct affair a;
  struct act act;
  vg_str ref = vg_str_z(o->about);
  if (vg_str_eqz(vg_id_kind(ref), "story"))
    return watch_story_find(tx, who->person, ref, story, o, err);
  if (casework_act_find(tx, ref, &act, NULL) == VG_OK) {
    o->t.case_id = act.case_id;
    subject(o, act.pid.s, vg_str_z(act.ref));
    return casework_access(tx, who, act.case_id, err);
  }
  VG_TRY(casework_case_see(tx, who, ref, &a, err));
  o->t.case_id = a.id;
  subject(o, a.pid.s, vg_str_z(a.ref));
  return VG_OK;
}

static vg_code add(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct order *o = ctx;
  VG_TRY(find_about(tx, who, o, err));
  o->t.about = vg_str_z(o->subject);
  o->t.label = vg_str_z(o->label);
  o->t.what = vg_str_z(o->what);
  o->t.owner = vg_str_z(o->owner);
  o->t.due = o->due;
  return casework_task_add(tx, who, &o->t, err);
}

static int run_add(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c, .due = VG_NOTIME};
  const struct cli_option options[] = {{"about", CLI_TEXT, &o.about},
                                       {"what", CLI_TEXT, &o.what},
                                       {"to", CLI_TEXT, &o.owner},
                                       {"due", CLI_TIME, &o.due},
                                       {0}};
  int status = cli_no_word(c, &cmd_task_add, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.about || !o.what)
    return cli_usage(c, &cmd_task_add, "cli.missing", o.about ? "--what" : "--about");
  status = cli_write(c, add, &o);
  return status == CLI_OK ? show_id(c, o.t.pid.s) : status;
}

struct listing {
  struct show s;
  struct store_tx *tx;
  const struct actor *who;
  const char *about, *motive;
  bool mine, all;
};

static vg_code row(void *ctx, const struct task *t, struct vg_err *err) {
  struct listing *l = ctx;
  struct show *s = &l->s;
  bool own = vg_str_eqz(t->person, l->who->id.s);
  (void)err;
  if (!l->about && !own && t->case_id && show_apart(s, casework_subject_regime(l->tx, t->case_ref)))
    return VG_OK;
  struct cli_table *table = show_row(s);
  if (!table) {
    cli_json_begin(s->c, s->w);
    show_task(s, t);
    cli_json_end(s->c);
    return VG_OK;
  }
  show_task(s, t);
  return VG_OK;
}

static vg_code list(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  struct listing *l = ctx;
  struct order o = {.about = l->about};
  struct task_query q = {.over = l->all};
  if (l->about) {
    VG_TRY(find_about(tx, who, &o, err));
    q.about = vg_str_z(o.subject);
    if (o.t.case_id && vg_str_eqz(vg_id_kind(q.about), "case"))
      q = (struct task_query){.case_id = o.t.case_id, .over = l->all};
  }
  if (l->mine)
    q.person = vg_id_str(&who->id);
  l->tx = tx;
  l->who = who;
  return casework_each_task(tx, who, &q, row, l, err);
}

static int run_list(struct cli *c, int argc, char **argv) {
  struct vg_jw w;
  struct listing l = {.s = {.c = c,
                            .w = c->json ? &w : NULL,
                            .title = "cli.show.tasks",
                            .heading = show_task_heading,
                            .columns = SHOW_TASK_COLUMNS}};
  const char *regime = "prevention";
  const struct cli_option options[] = {{"about", CLI_TEXT, &l.about},   {"mine", CLI_FLAG, &l.mine},
                                       {"all", CLI_FLAG, &l.all},       {"regime", CLI_TEXT, &regime},
                                       {"motive", CLI_TEXT, &l.motive}, {0}};
  int status = cli_no_word(c, &cmd_task_list, argc, argv, options);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (l.about)
    status = cli_consult(c, l.about, l.motive);
  else if ((status = show_regime(c, &cmd_task_list, regime, l.motive, &l.s.regime)) == CLI_OK)
    status = show_combine(c, l.s.regime, l.motive);
  if (status != CLI_OK)
    return status;
  status = cli_read(c, list, &l);
  if (l.s.table)
    cli_table_print(l.s.table);
  return show_left_out(c, &l.s, status);
}

static vg_code set(struct store_tx *tx, const struct actor *who, void *ctx, struct vg_err *err) {
  const struct order *o = ctx;
  return casework_task_set(tx, who, vg_str_z(o->pid), vg_str_z(o->state), vg_str_z(o->outcome), err);
}

static int run_set(struct cli *c, int argc, char **argv) {
  struct order o = {.c = c};
  const struct cli_option options[] = {{"state", CLI_TEXT, &o.state}, {"outcome", CLI_TEXT, &o.outcome}, {0}};
  int status = cli_one_word(c, &cmd_task_set, argc, argv, options, "TASK", &o.pid);
  if (status != CLI_OK)
    return cli_parsed(status);
  if (!o.state)
    return cli_usage(c, &cmd_task_set, "cli.missing", "--state");
  status = cli_write(c, set, &o);
  return status == CLI_OK ? show_id(c, o.pid) : status;
}

const struct cli_command cmd_task_add = {"task add", "cli.task_add", "cli.task_add.usage", run_add};
const struct cli_command cmd_task_list = {"task list", "cli.task_list", "cli.task_list.usage", run_list};
const struct cli_command cmd_task_set = {"task set", "cli.task_set", "cli.task_set.usage", run_set};
