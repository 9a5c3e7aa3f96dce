/* Tasks: the page /taches, and the part that the pages of cases, acts and stories show. */
#include "server/server_internal.h"

#include <stdio.h>
#include <string.h>

enum { CHOICES = 100, SHOWN = 200 };

struct listed {
  struct request *r;
  bool subject; /* say what each is about */
  int64_t rows, most;
  size_t n; /* those that may be dropped */
  char pid[CHOICES][VG_ID_MAX], label[CHOICES][160];
  struct choice v[CHOICES];
};

static void to_subject(struct request *r, const struct task *t) {
  vg_str kind = vg_id_kind(t->about);
  if (vg_str_eqz(kind, "case"))
    link_to(r, "/affaires/", t->label, t->label);
  else if (vg_str_eqz(kind, "act"))
    link_to(r, "/actes/", t->label, t->label);
  else if (vg_str_eqz(kind, "story"))
    link_to(r, "/veille/", t->about, t->label);
  else
    link_to(r, "/evenements/", t->about, t->label);
}

/* One press: no field, so that nothing on the page has the same name twice. */
static void press(struct request *r, const struct task *t, const char *state, const char *label) {
  form_begin(r, r->path, "task-set");
  field_row(r, "task", vg_id_str(&t->pid));
  field_hidden(r, "state", vg_str_z(state));
  form_end(r, label, false);
}

static void state_cell(struct request *r, const struct task *t) {
  bool over = vg_str_eqz(t->state, "done") || vg_str_eqz(t->state, "dropped");
  cell(r);
  word(r, "cli.task.", t->state);
  if (t->outcome.n) {
    RAW(r, "<br><small>");
    text(r, t->outcome);
    RAW(r, "</small>");
  }
  if (vg_str_eqz(t->state, "todo"))
    press(r, t, "doing", "server.task.begin");
  press(r, t, over ? "todo" : "done", over ? "server.task.again" : "server.task.end");
}

static vg_code task_row(void *ctx, const struct task *t, struct vg_err *err) {
  struct listed *l = ctx;
  struct request *r = l->r;
  (void)err;
  if (l->rows++ == l->most && l->most)
    return VG_OK;
  row(r);
  cell(r);
  text(r, t->what);
  if (l->subject) {
    RAW(r, "<br><small>");
    to_subject(r, t);
    RAW(r, "</small>");
  }
  cell(r);
  text(r, t->owner);
  cell(r);
  vg_buf_z(&r->out, t->late ? "<span class=\"hot\">" : "<span>");
  day(r, t->due);
  RAW(r, "</span>");
  state_cell(r, t);
  if (l->n < CHOICES && (vg_str_eqz(t->state, "todo") || vg_str_eqz(t->state, "doing"))) {
    vg_str_copy(l->pid[l->n], VG_ID_MAX, vg_id_str(&t->pid));
    vg_str_copy(l->label[l->n], sizeof l->label[0], t->what);
    l->v[l->n] = (struct choice){l->pid[l->n], l->label[l->n]};
    l->n++;
  }
  return VG_OK;
}

static void drop_form(struct request *r, const struct listed *l) {
  if (!l->n)
    return;
  details_begin(r, "server.task.drop", "task-drop");
  form_begin(r, r->path, "task-drop");
  field_choice(r, "task", "server.task.which", l->v, l->n, "", "casework.no_task casework.task_step");
  field(r, "outcome", "server.task.why", "text", "", true, "casework.task_outcome");
  form_end(r, "server.task.drop", false);
  RAW(r, "</details>");
}

static void add_form(struct request *r) {
  details_begin(r, "server.task.add", "task");
  form_begin(r, r->path, "task");
  field(r, "task-what", "server.task.what", "text", "", true, "casework.task_words");
  field(r, "owner", "server.task.owner", "text", r->who.name, false, "");
  field(r, "due", "server.obstacle.due", "datetime-local", "", false, "server.bad_time");
  form_end(r, "server.task.add", false);
  RAW(r, "</details>");
}

/* more: there are others behind the last that is shown. */
static vg_code task_table(struct request *r, const struct task_query *q, bool form, bool *more, struct vg_err *err) {
  static const char *const head[] = {"server.task.what", "server.task.owner", "server.obstacle.due", "server.state"};
  struct listed l = {.r = r, .subject = !q->about.n && !q->case_id, .most = q->limit};
  struct task_query one_more = *q;
  one_more.limit += q->limit > 0;
  table_begin(r, "taches", "server.tasks.title", head, VG_COUNT(head));
  VG_TRY(casework_each_task(r->tx, &r->who, &one_more, task_row, &l, err));
  table_end(r, "server.tasks.none");
  if (form)
    add_form(r);
  drop_form(r, &l);
  *more = q->limit && l.rows > q->limit;
  return VG_OK;
}

vg_code part_tasks(struct request *r, const struct task_query *q, bool form, struct vg_err *err) {
  bool more;
  return task_table(r, q, form, &more, err);
}

vg_code post_task(struct request *r, const char *what, const struct task *about, struct vg_err *err) {
  char a[VG_ID_MAX], b[600], owner[200], due[40];
  struct task t = *about;
  if (strcmp(what, "task-set") == 0)
    return casework_task_set(r->tx, &r->who, vg_str_z(sent(r, "task", a, sizeof a)),
                             vg_str_z(sent(r, "state", b, sizeof b)), VG_STR(""), err);
  if (strcmp(what, "task-drop") == 0)
    return casework_task_set(r->tx, &r->who, vg_str_z(sent(r, "task", a, sizeof a)), VG_STR("dropped"),
                             vg_str_z(sent(r, "outcome", b, sizeof b)), err);
  if (strcmp(what, "task") != 0 || !about->about.n)
    return VG_FAIL(err, VG_EDATA, "server.needed");
  t.due = VG_NOTIME;
  if (*sent(r, "due", due, sizeof due) && !sent_time(r, "due", &t.due))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  t.what = vg_str_z(sent(r, "task-what", b, sizeof b));
  t.owner = vg_str_z(sent(r, "owner", owner, sizeof owner));
  return casework_task_add(r->tx, &r->who, &t, err);
}

static vg_code list(struct request *r, struct vg_err *err) {
  char whose[16], over[8], first[64];
  bool more, all = strcmp(asked(r, "pour", whose, sizeof whose), "tous") == 0, asks = false;
  if (all) /* of inquiries that others have, too */
    VG_TRY(consult_many(r, &asks, err));
  struct task_query q = {.person = all && !asks ? VG_STR("") : vg_id_str(&r->who.id),
                         .over = *asked(r, "finies", over, sizeof over) != 0,
                         .from = rows_from(r, "de"),
                         .limit = r->csv[0] ? 0 : SHOWN};
  page_top(r, "server.tasks.title", NULL);
  RAW(r, "<p class=\"sub\">");
  msg(r, "server.tasks.sub");
  RAW(r, "</p><p>");
  button_link(r, all ? "/taches" : "/taches?pour=tous", all ? "server.tasks.mine" : "server.tasks.everyone", false);
  RAW(r, " ");
  button_link(r, all ? "/taches?pour=tous&finies=1" : "/taches?finies=1", "server.tasks.over", false);
  RAW(r, "</p>");
  card_begin(r, NULL, NULL);
  VG_TRY(task_table(r, &q, false, &more, err));
  snprintf(first, sizeof first, "/taches?%s%s", all ? "pour=tous" : "pour=moi", q.over ? "&finies=1" : "");
  pager_from(r, first, "de", q.from, SHOWN, more);
  card_end(r);
  if (asks)
    consult_card(r);
  return VG_OK;
}

static vg_code post(struct request *r, struct vg_err *err) {
  char what[16];
  VG_TRY(post_task(r, sent(r, "what", what, sizeof what), &(struct task){.case_id = 0}, err));
  go_to(r, "/taches", VG_STR(""));
  return VG_OK;
}

const struct page page_tasks = {"/taches", GROUP_FIELD, "server.nav.tasks", list, post, PAGE_LISTED};
