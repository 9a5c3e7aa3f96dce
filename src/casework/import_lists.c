/*
 * The lists of an exported case. What is told becomes findings, an element one: its title, its text, and below it what
 * else it says, a line a member. Tasks become tasks, with a finding when there is more to say; lists that are not known
 * here (procedures, comments, pages) become findings too. Times: DFIR-IRIS keeps "event_date" in UTC beside "event_tz"
 * and "event_date_wtz" (as typed in that zone); without a zone the clock's is not known. A date without an hour is a
 * day.
 */
#include "base/fold.h"
#include "base/jsonw.h"
#include "casework/import_internal.h"

enum { TEXT_MAX = 4000 };

/* --- what is told --- */

static vg_code put_finding(const struct keeper *k, const struct finding_entry *f, struct vg_err *err) {
  struct vg_buf body;
  store_later_row(&k->rows->findings, S_ARGS(S_Z(f->pid.s), S_INT(k->a->id), S_STR(f->type), S_STR(f->text),
                                             S_STR(f->source), S_TIME(f->from), S_TIME(f->until), S_TIME(f->made),
                                             S_Z(k->who->id.s), S_Z(""), S_STR(some(f->precision))));
  vg_fold_words(k->words, f->text);
  VG_TRY(casework_mark_text_later(&k->rows->marks, k->a->id, f->text, f->pid.s, err));
  VG_TRY(merge_row_later(&casework_merges[TOLD_FINDING], f->pid.s,
                         S_ARGS(S_Z(f->pid.s), S_Z(k->a->pid.s), S_Z(""), S_STR(f->type), S_STR(f->text),
                                S_STR(f->source), S_TIME(f->from), S_TIME(f->until), S_TIME(f->made), S_Z(k->who->id.s),
                                S_Z(""), S_STR(some(f->precision))),
                         &k->rows->notes, err));
  vg_buf_init(&body, 1 << 16);
  vg_code rc = casework_finding_body(k->a, f, "", &body, err);
  if (rc == VG_OK)
    store_later_row(&k->rows->entries, S_ARGS(S_Z("case.finding"), S_Z(f->pid.s), S_STR(vg_buf_view(&body))));
  vg_buf_fini(&body);
  return rc;
}

/* As much of s as a finding takes, cut between characters. */
static vg_str piece(vg_str s) {
  size_t n = s.n < TEXT_MAX ? s.n : TEXT_MAX;
  while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
    n--;
  return vg_str_sub(s, 0, n);
}

/* A text too long for one finding becomes several. */
static vg_code keep(const struct keeper *k, vg_str text, const struct finding_entry *told, struct vg_err *err) {
  struct finding_entry f = *told;
  f.type = VG_STR("imported");
  f.source = vg_str_z(k->c->source);
  f.made = store_now(k->tx);
  if (f.from != VG_NOTIME && f.from > f.made) {
    f.from = f.until = VG_NOTIME;
    f.precision = VG_STR("");
  }
  const struct finding_entry first = f;
  for (text = vg_str_trim(text); text.n; text = vg_str_trim(vg_str_sub(text, f.text.n, text.n))) {
    f = first;
    f.text = piece(text);
    f.pid = vg_id_new("finding", f.made);
    VG_TRY(casework_finding_check(k->tx, &f, err));
    VG_TRY(put_finding(k, &f, err));
  }
  return VG_OK;
}

/* A character of number 0 is written as the sign for it. */
vg_code import_keep(const struct keeper *k, vg_str text, const struct finding_entry *told, struct vg_err *err) {
  struct vg_buf clean;
  vg_str part;
  if (vg_str_find_byte(text, '\0', 0) == SIZE_MAX)
    return keep(k, text, told, err);
  vg_buf_init(&clean, 256 << 20);
  while (vg_str_cut(&text, '\0', &part)) {
    vg_buf_str(&clean, part);
    vg_buf_z(&clean, text.p ? "\xEF\xBF\xBD" : "");
  }
  vg_code rc = vg_buf_check(&clean, err);
  if (rc == VG_OK)
    rc = keep(k, vg_buf_view(&clean), told, err);
  vg_buf_fini(&clean);
  return rc;
}

/* "2024-03-01": a day; "…T10:00:00" of a clock whose zone nobody wrote down; else as it stands. */
static void told_time(const struct keeper *k, vg_jv v, struct finding_entry *f) {
  vg_str written = k->form == IMPORT_IRIS ? TEXT_AT(v, "event_date", "event_date_wtz") : TEXT_AT(v, "date");
  vg_str zone = TEXT_AT(v, "event_tz");
  bool ends_in_zone = written.n > 11 && (written.p[written.n - 1] == 'Z' || written.p[written.n - 1] == 'z' ||
                                         vg_str_find_byte(written, '+', 11) != SIZE_MAX ||
                                         vg_str_find_byte(written, '-', 11) != SIZE_MAX);
  f->from = TIME_AT(v, "event_date", "event_date_wtz", "date", "startDate", "_createdAt");
  f->until = TIME_AT(v, "event_end_date", "endDate");
  if (f->from == VG_NOTIME || f->until != VG_NOTIME) {
    f->until = f->until != VG_NOTIME && f->until < f->from ? VG_NOTIME : f->until;
    return;
  }
  if (written.n == 10)
    f->precision = VG_STR("day");
  else if (written.n && zone.n == 0 && !ends_in_zone)
    f->precision = VG_STR("zone");
}

/* What a list is called, which members of an element are its title and its text, and which others are read. */
struct list {
  const char *names[3];
  const char *title[4], *text[4];
  const char *used[20];
};

static const struct list told_lists[] = {
    {{"timeline", "events", "customEvents"},
     {"event_title", "title"},
     {"event_content", "event_raw", "description"},
     {"event_date", "event_date_wtz", "event_tz", "event_end_date", "date", "startDate", "endDate"}},
    {{"iocs", "ioc"}, {"ioc_value"}, {"ioc_description"}, {"type_name", "ioc_type", "tlp_name", "ioc_tlp"}},
    {{"observables", "artifacts"}, {"data"}, {"message"}, {"startDate", "tlp", "pap", "ioc", "dataType"}},
    {{"assets", "asset"}, {"asset_name"}, {"asset_description"}, {"date_added"}},
    {{"evidences", "evidence"}, {"filename", "file_name"}, {"file_description"}, {"date_added"}},
    {{"notes", "note"}, {"note_title", "title"}, {"note_content", "content"}, {"note_lastupdate", "note_creationdate"}},
    {{"procedures", "ttps"}, {"patternId", "pattern"}, {"description"}, {"occurDate"}},
    {{"comments"},
     {"comment_text", "message"},
     {"comment_text", "message"},
     {"comment_date", "createdAt", "_createdAt"}},
    {{"pages"}, {"title"}, {"content"}, {"_createdAt"}}};
/* Read elsewhere: tasks here below, the others by the head. */
static const char *const of_tasks[] = {"tasks", "task", NULL};
static const char *const of_head[] = {"case",       "case_id",        "case_uuid",    "number",      "caseId",
                                      "case_name",  "name",           "title",        "description", "case_description",
                                      "open_date",  "case_open_date", "initial_date", "startDate",   "createdAt",
                                      "close_date", "endDate",        "export_date",  NULL};

static bool named(vg_str name, const char *const *names, size_t most) {
  for (size_t i = 0; i < most && names[i]; i++)
    if (vg_str_eqz(name, names[i]))
      return true;
  return false;
}

/* Title, text and the rest of an element. */
static void compose(const struct keeper *k, const char *list, const struct list *l, vg_jv v, struct vg_buf *out) {
  const char *used[VG_COUNT(l->title) + VG_COUNT(l->text) + VG_COUNT(l->used) + 1];
  size_t n = 0;
  vg_str title = import_text(v, l->title), text = import_text(v, l->text);
  vg_str own[] = {title, title.p == text.p ? VG_STR("") : text};
  for (size_t i = 0; i < VG_COUNT(l->title) && l->title[i]; i++)
    used[n++] = l->title[i];
  for (size_t i = 0; i < VG_COUNT(l->text) && l->text[i]; i++)
    used[n++] = l->text[i];
  for (size_t i = 0; i < VG_COUNT(l->used) && l->used[i]; i++)
    used[n++] = l->used[i];
  used[n] = NULL;
  for (size_t i = 0; i < VG_COUNT(own); i++) {
    vg_buf_z(out, out->n && own[i].n ? "\n" : "");
    vg_buf_str(out, own[i]);
  }
  /* A second text beside the one that was read is not lost. */
  for (size_t i = 0; i < VG_COUNT(l->text) && l->text[i]; i++) {
    vg_str more;
    if (vg_jv_str_at(v, l->text[i], &more) && more.n && !vg_str_eq(more, text) && !vg_str_eq(more, title)) {
      vg_buf_byte(out, '\n');
      vg_buf_str(out, more);
    }
  }
  import_rest(k, list, v, used, out);
}

static vg_code element(const struct keeper *k, const char *list, const struct list *l, vg_jv v, struct vg_err *err) {
  struct finding_entry f = {.until = VG_NOTIME};
  struct vg_buf text;
  if (l == &told_lists[0])
    told_time(k, v, &f);
  else
    f.from = TIME_AT(v, "startDate", "date_added", "note_lastupdate", "note_creationdate", "occurDate", "comment_date",
                     "createdAt", "_createdAt");
  vg_buf_init(&text, 64 << 20);
  compose(k, list, l, v, &text);
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK)
    rc = import_keep(k, vg_buf_view(&text), &f, err);
  vg_buf_fini(&text);
  return rc;
}

/* --- tasks --- */

/* What the other system says of it; "" is to do. */
static const char *state_of(vg_str s) {
  static const struct {
    const char *said, *state;
  } known[] = {{"in progress", "doing"}, {"inprogress", "doing"}, {"done", "done"},        {"completed", "done"},
               {"closed", "done"},       {"cancel", "dropped"},   {"canceled", "dropped"}, {"cancelled", "dropped"}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eq_ci(s, vg_str_z(known[i].said)))
      return known[i].state;
  return "";
}

/* A task that is not to do has a first version that says so, as if somebody here had said it. */
static vg_code put_task(const struct keeper *k, const struct task *t, const struct vg_id *person, const char *state,
                        vg_str said, struct vg_err *err) {
  char outcome[101];
  struct vg_buf value;
  struct vg_jw w;
  vg_str_copy(outcome, sizeof outcome, *state ? said : VG_STR(""));
  store_later_row(&k->rows->tasks,
                  S_ARGS(S_Z(t->pid.s), S_STR(t->about), S_STR(t->label), S_INT(k->a->id), S_Z(""), S_STR(t->what),
                         S_STR(t->owner), S_Z(person->s), S_TIME(t->due), S_Z(*state ? state : "todo"), S_Z(outcome),
                         S_TIME(t->made), S_Z(k->who->id.s), S_TIME(t->made)));
  vg_fold_words(k->words, t->what);
  VG_TRY(
      merge_row_later(&casework_merges[TOLD_TASK], t->pid.s,
                      S_ARGS(S_Z(t->pid.s), S_STR(t->about), S_STR(t->label), S_Z(k->a->pid.s), S_Z(""), S_STR(t->what),
                             S_STR(t->owner), S_Z(person->s), S_TIME(t->due), S_TIME(t->made), S_Z(k->who->id.s)),
                      &k->rows->notes, err));
  VG_TRY(LEDGER_LATER(&k->rows->entries, "task.added", k->a->pid.s, err, "task", t->pid.s, "about", k->a->ref, "what",
                      VG_T(t->what), "owner", VG_T(t->owner), "due",
                      vg_time_text((char[VG_TIME_TEXT]){0}, t->due, false)));
  if (!*state)
    return VG_OK;
  VG_TRY(LEDGER_LATER(&k->rows->entries, "task.changed", k->a->pid.s, err, "task", t->pid.s, "from", "todo", "to",
                      state, "outcome", outcome));
  vg_buf_init(&value, 4096);
  vg_jw_init(&w, &value);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "state", state);
  vg_jw_kz(&w, "outcome", outcome);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_first(k->tx, k->who, casework_merges[TOLD_TASK_CHANGED].kind, t->pid.s, "state", vg_buf_view(&value),
                     &k->rows->versions, &k->rows->notes, NULL, err);
  vg_buf_fini(&value);
  return rc;
}

static const struct list task_list = {.title = {"task_title", "title"},
                                      .text = {"task_description", "description"},
                                      .used = {"task_status", "status_name", "status", "dueDate", "task_due_date",
                                               "logs", "task_open_date", "task_last_update", "assigned_to", "assignee",
                                               "owner"}};
/* The same when the task's own place is too short for whose it is. */
static const struct list long_task_list = {.title = {"task_title", "title"},
                                           .text = {"task_description", "description"},
                                           .used = {"task_status", "status_name", "status", "dueDate", "task_due_date",
                                                    "logs", "task_open_date", "task_last_update"}};
static const struct list log_list = {
    .title = {"message", "content"}, .text = {"message", "content"}, .used = {"date", "startDate"}};

/* What more a task says than its words, its state, who has it and until when; and its journal. */
static vg_code task_more(const struct keeper *k, vg_jv v, const struct list *list, vg_str what, struct vg_err *err) {
  const struct finding_entry untold = {.from = VG_NOTIME, .until = VG_NOTIME};
  struct vg_buf text;
  struct vg_jit it;
  vg_jv one;
  vg_buf_init(&text, 64 << 20);
  compose(k, "tasks", list, v, &text);
  vg_code rc = vg_buf_check(&text, err);
  if (rc == VG_OK && text.n > what.n)
    rc = import_keep(k, vg_buf_view(&text), &untold, err);
  vg_jv logs = vg_jv_at(v, "logs");
  if (vg_jv_type(logs) == VG_J_ARR)
    for (vg_jit_init(&it, logs); rc == VG_OK && vg_jit_next(&it, NULL, &one);) {
      struct finding_entry f = {.from = TIME_AT(one, "date", "startDate", "_createdAt"), .until = VG_NOTIME};
      vg_buf_reset(&text);
      vg_buf_str(&text, what);
      compose(k, "tasks.logs", &log_list, one, &text);
      rc = vg_buf_check(&text, err);
      if (rc == VG_OK)
        rc = import_keep(k, vg_buf_view(&text), &f, err);
    }
  vg_buf_fini(&text);
  return rc;
}

static vg_code task(const struct keeper *k, vg_jv v, struct vg_err *err) {
  vg_str said = TEXT_AT(v, "task_status", "status_name", "status"),
         whose = TEXT_AT(v, "assigned_to", "assignee", "owner"), what = vg_str_trim(import_text(v, task_list.title));
  char words[501], owner[161];
  struct person known;
  struct task t = {
      .about = vg_id_str(&k->a->pid), .label = vg_str_z(k->a->ref), .due = TIME_AT(v, "dueDate", "task_due_date")};
  t.what = vg_str_z(vg_str_copy(words, sizeof words, what));
  t.owner = vg_str_z(vg_str_copy(owner, sizeof owner, whose));
  if (what.n) {
    VG_TRY(casework_task_settle(k->tx, &t, &known, err));
    VG_TRY(put_task(k, &t, &known.pid, state_of(said), said, err));
  }
  return task_more(k, v, whose.n < sizeof owner ? &task_list : &long_task_list, t.what, err);
}

/* --- all of them --- */

static const struct list *list_of(vg_str name) {
  for (size_t i = 0; i < VG_COUNT(told_lists); i++)
    if (named(name, told_lists[i].names, VG_COUNT(told_lists[i].names)))
      return &told_lists[i];
  return NULL;
}

/* An array of objects; what else stands in it is told as it is. */
static vg_code each_of(const struct keeper *k, const char *name, const struct list *l, vg_jv list, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  bool tasks = named(vg_str_z(name), of_tasks, VG_COUNT(of_tasks));
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &v);) {
    if (vg_jv_type(v) == VG_J_OBJ)
      VG_TRY(tasks ? task(k, v, err) : element(k, name, l, v, err));
    else if (vg_jv_type(v) != VG_J_NULL)
      import_left(k, name, VG_STR("[]"));
  }
  return VG_OK;
}

static bool of_objects(vg_jv v) {
  struct vg_jit it;
  vg_jv one;
  if (vg_jv_type(v) != VG_J_ARR)
    return false;
  vg_jit_init(&it, v);
  return vg_jit_next(&it, NULL, &one) && vg_jv_type(one) == VG_J_OBJ;
}

/* Lists of the object, and what is left of it in `rest`. */
static vg_code walk(const struct keeper *k, vg_jv v, struct vg_buf *rest, struct vg_err *err) {
  static const struct list unknown = {.title = {"title", "name"}, .text = {"description", "content", "message"}};
  const char *used[96];
  size_t n = 0;
  struct vg_jit it;
  vg_str name;
  vg_jv one;
  static _Thread_local char names[48][64];
  size_t kept = 0;
  for (size_t i = 0; of_head[i]; i++)
    used[n++] = of_head[i];
  for (vg_jit_init(&it, v); vg_jit_next(&it, &name, &one);) {
    const struct list *l = list_of(name);
    bool own = vg_str_eqz(name, "customFields") || vg_str_eqz(name, "custom_attributes");
    bool known = l || named(name, of_tasks, VG_COUNT(of_tasks));
    if (own || !(known ? vg_jv_type(one) == VG_J_ARR : of_objects(one)) || kept == VG_COUNT(names) || name.n > 63)
      continue;
    vg_str_copy(names[kept], sizeof names[kept], name);
    VG_TRY(each_of(k, names[kept], l ? l : &unknown, one, err));
    used[n++] = names[kept++];
  }
  used[n] = NULL;
  import_rest(k, "", v, used, rest);
  return vg_buf_check(rest, err);
}

vg_code import_lists(const struct keeper *k, vg_jv root, struct vg_err *err) {
  const struct finding_entry told = {.from = k->c->opened, .until = VG_NOTIME};
  vg_jv head = import_about(k->form, root);
  struct vg_buf rest;
  vg_buf_init(&rest, 64 << 20);
  vg_code rc = walk(k, root, &rest, err);
  if (rc == VG_OK && head.at != root.at)
    rc = walk(k, head, &rest, err);
  if (rc == VG_OK)
    rc = import_keep(k, vg_buf_view(&rest), &told, err);
  vg_buf_fini(&rest);
  return rc == VG_OK ? import_indicators(k, root, err) : rc;
}
