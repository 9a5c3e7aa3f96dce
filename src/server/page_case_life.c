/* Of a case: where it stands, its notes, who of another zone may see it. */
#include "server/server_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- state --- */

static const char *const states[] = {"in-progress", "transmitted", "closed", "dismissed", "reopened"};

static vg_code step_item(void *ctx, const struct case_step *s, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  RAW(r, "<li>");
  when(r, s->at);
  RAW(r, " <strong>");
  word(r, "cli.case_state.", s->state);
  RAW(r, "</strong> ");
  if (s->recipient.n)
    SAY(r, "server.case.step.to_whom", VG_T(s->recipient));
  RAW(r, " <small>");
  text(r, s->reason);
  RAW(r, " · ");
  text(r, s->person_name);
  RAW(r, "</small></li>");
  return VG_OK;
}

vg_code part_state(struct request *r, const struct affair *a, struct vg_err *err) {
  struct choice v[VG_COUNT(states)];
  char labels[VG_COUNT(states)][48];
  const char *next[VG_COUNT(states)];
  size_t n = 0;
  for (size_t i = 0; i < VG_COUNT(states); i++)
    if (casework_state_follows(vg_str_z(a->state), vg_str_z(states[i])))
      next[n++] = states[i];
  n = coded_choices(v, "cli.case_state.", labels, next, n);
  card_begin(r, "server.case.life", NULL);
  RAW(r, "<p><strong>");
  word(r, "cli.case_state.", vg_str_z(a->state));
  RAW(r, "</strong></p><ul class=\"tree\">");
  VG_TRY(casework_each_step(r->tx, a->id, step_item, r, err));
  RAW(r, "</ul>");
  details_begin(r, "server.case.step", "step");
  form_begin(r, r->path, "step");
  field_choice(r, "to", "server.case.step.to", v, n, n ? next[0] : "", "casework.case_step casework.case_left");
  field(r, "reason", "server.case.step.reason", "text", "", false, "casework.case_reason casework.case_text");
  field(r, "recipient", "server.case.step.recipient", "text", "", false, "casework.case_recipient");
  form_end(r, "server.case.step", false);
  RAW(r, "</details><p>");
  link_to(r, "/effacement/", vg_str_z(a->ref), vg_str_z(vg_msg_text(r->lang, "server.erasure.link")));
  RAW(r, "</p>");
  card_end(r);
  return VG_OK;
}

static vg_code post_step(struct request *r, const struct affair *a, struct vg_err *err) {
  char to[16], reason[1100], recipient[300];
  struct case_step s = {.state = vg_str_z(sent(r, "to", to, sizeof to)),
                        .reason = vg_str_z(sent(r, "reason", reason, sizeof reason)),
                        .recipient = vg_str_z(sent(r, "recipient", recipient, sizeof recipient))};
  return casework_case_step(r->tx, &r->who, a, &s, err);
}

/* --- notes --- */

struct notes {
  struct request *r;
  char wanted[VG_ID_MAX]; /* the one that is written again */
  struct vg_buf text;     /* of it */
  int64_t from;
  vg_time at;
  bool item, before; /* what is open in the HTML */
};

static void end_item(struct notes *l) {
  vg_buf_z(&l->r->out, l->before ? "</ul></details></li>" : l->item ? "</li>" : "");
  l->item = l->before = false;
}

static void note_text(struct request *r, const struct note *n) {
  RAW(r, "<span class=\"prose\">");
  text(r, n->text);
  RAW(r, "</span> <small>");
  text(r, n->author);
  RAW(r, ", ");
  when(r, n->at);
  RAW(r, "</small>");
}

/* The newest revision is the note; those before it are folded away under it. */
static vg_code note_item(void *ctx, const struct note *n, struct vg_err *err) {
  struct notes *l = ctx;
  struct request *r = l->r;
  if (n->number == n->last) {
    end_item(l);
    RAW(r, "<li>");
    l->item = true;
    note_text(r, n);
    RAW(r, " <a href=\"?note=");
    url(r, vg_id_str(&n->pid));
    RAW(r, "#notes\">");
    msg(r, "server.note.revise");
    RAW(r, "</a>");
    if (vg_str_eqz(vg_id_str(&n->pid), l->wanted)) {
      vg_buf_str(&l->text, n->text);
      l->from = n->number;
      l->at = n->at;
    }
    r->table_rows++;
    return vg_buf_check(&l->text, err);
  }
  if (!l->before) {
    RAW(r, "<details><summary>");
    SAY(r, "server.note.before", VG_N(n->number));
    RAW(r, "</summary><ul>");
    l->before = true;
  }
  RAW(r, "<li>");
  note_text(r, n);
  RAW(r, "</li>");
  return VG_OK;
}

static void note_form(struct request *r, struct notes *l) {
  if (!l->from) {
    details_begin(r, "server.note.add", "note");
    form_begin(r, r->path, "note");
    field_area(r, "note-text", "server.note.text", true, "casework.note_text");
    form_end(r, "server.note.save", false);
    RAW(r, "</details>");
    return;
  }
  char day_[64];
  struct vg_buf b;
  vg_buf_init(&b, 1024);
  put_when(&b, r->lang, l->at);
  vg_str_copy(day_, sizeof day_, vg_buf_view(&b));
  vg_buf_fini(&b);
  RAW(r, "<h3>");
  SAY(r, "server.note.revising", day_);
  RAW(r, "</h3>");
  form_begin(r, r->path, "note");
  field_hidden(r, "note", vg_str_z(l->wanted));
  field_hidden(r, "from", vg_str_z(VG_N(l->from)));
  field_body(r, "note-text", "server.note.text", vg_buf_text(&l->text), true, "casework.note_text casework.note_newer");
  form_end(r, "server.note.save", false);
}

vg_code part_notes(struct request *r, const struct affair *a, struct vg_err *err) {
  struct notes l = {.r = r};
  asked(r, "note", l.wanted, sizeof l.wanted);
  if (r->post)
    sent(r, "note", l.wanted, sizeof l.wanted);
  vg_buf_init(&l.text, 1 << 16);
  card_begin(r, "server.notes", NULL);
  RAW(r, "<ul class=\"tree\" id=\"notes\">");
  r->table_rows = 0;
  vg_code rc = casework_each_note(r->tx, a->id, true, note_item, &l, err);
  end_item(&l);
  RAW(r, "</ul>");
  if (!r->table_rows)
    empty(r, "server.notes.none", NULL, NULL);
  note_form(r, &l);
  card_end(r);
  vg_buf_fini(&l.text);
  return rc;
}

static vg_code post_note(struct request *r, const struct affair *a, struct vg_err *err) {
  char note[VG_ID_MAX], from[24];
  char *body = NULL;
  int64_t number = 0;
  struct vg_id pid;
  VG_TRY(sent_long(r, "note-text", &body, err));
  vg_str pid_text = vg_str_z(sent(r, "note", note, sizeof note));
  (void)vg_str_i64(vg_str_z(sent(r, "from", from, sizeof from)), &number);
  vg_code rc = pid_text.n ? casework_note_revise(r->tx, &r->who, pid_text, number, vg_str_z(body), err)
                          : casework_note_add(r->tx, &r->who, a, vg_str_z(body), &pid, err);
  free(body);
  return rc;
}

/* --- need to know --- */

enum { REQUESTS = 50 };
struct requests {
  struct request *r;
  size_t n;
  char pid[REQUESTS][VG_ID_MAX], label[REQUESTS][160];
  struct choice v[REQUESTS];
};

static vg_code access_row(void *ctx, const struct case_access *x, struct vg_err *err) {
  struct requests *l = ctx;
  struct request *r = l->r;
  (void)err;
  row(r);
  cell(r);
  text(r, x->person_name);
  RAW(r, "<br><small>");
  zone_name(r, x->zone);
  RAW(r, "</small>");
  cell(r);
  text(r, x->motive);
  cell(r);
  word(r, "cli.access.", x->state);
  if (x->until != VG_NOTIME) {
    RAW(r, " → ");
    day(r, x->until);
  }
  RAW(r, "<br><small>");
  text(r, x->why);
  RAW(r, "</small>");
  if (l->n < REQUESTS && x->decides && (vg_str_eqz(x->state, "asked") || vg_str_eqz(x->state, "granted"))) {
    vg_str_copy(l->pid[l->n], VG_ID_MAX, vg_id_str(&x->pid));
    vg_str_copy(l->label[l->n], sizeof l->label[0], x->person_name);
    l->v[l->n] = (struct choice){l->pid[l->n], l->label[l->n]};
    l->n++;
  }
  return VG_OK;
}

static void decide_form(struct request *r, const struct requests *l) {
  static const struct choice words[] = {
      {"grant", "server.access.grant"}, {"refuse", "server.access.refuse"}, {"end", "server.access.end"}};
  details_begin(r, "server.access.decide", "access");
  form_begin(r, r->path, "access");
  field_choice(r, "access", "server.access.which", l->v, l->n, "", "casework.no_access casework.access_decide");
  field_choice(r, "word", "server.access.word", words, VG_COUNT(words), "grant", "casework.access_state");
  field(r, "motive", "server.access.motive", "text", "", true, "casework.access_motive");
  field(r, "until", "server.access.until", "datetime-local", "", false, "casework.access_until server.bad_time");
  form_end(r, "server.access.decide", false);
  RAW(r, "</details>");
}

vg_code part_access(struct request *r, const struct affair *a, struct vg_err *err) {
  static const char *const head[] = {"server.access.who", "server.access.motive", "server.state"};
  struct requests l = {.r = r};
  card_begin(r, "server.access.title", NULL);
  table_begin(r, "acces", "server.access.title", head, VG_COUNT(head));
  VG_TRY(casework_each_access(r->tx, &r->who, a->id, access_row, &l, err));
  table_end(r, "server.access.none");
  if (l.n)
    decide_form(r, &l);
  card_end(r);
  return VG_OK;
}

static vg_code post_access(struct request *r, struct vg_err *err) {
  char pid[VG_ID_MAX], what[16], motive[600], until_[40];
  vg_time until = VG_NOTIME;
  if (*sent(r, "until", until_, sizeof until_) && !sent_time(r, "until", &until))
    return VG_FAIL(err, VG_EDATA, "server.bad_time");
  sent(r, "word", what, sizeof what);
  enum access_word w = !strcmp(what, "grant") ? ACCESS_GRANT : !strcmp(what, "refuse") ? ACCESS_REFUSE : ACCESS_END;
  return casework_access_decide(r->tx, &r->who, vg_str_z(sent(r, "access", pid, sizeof pid)), w,
                                vg_str_z(sent(r, "motive", motive, sizeof motive)), until, err);
}

/* What the page of a case of another zone says: that it exists, whose it is, how to ask. */
static vg_code waiting(void *ctx, const struct case_access *x, struct vg_err *err) {
  struct requests *l = ctx;
  (void)err;
  if (!x->mine || !vg_str_eqz(x->state, "asked") || !vg_str_eqz(x->case_ref, l->label[0]))
    return VG_OK;
  char at[64];
  struct vg_buf b;
  vg_buf_init(&b, 1024);
  put_when(&b, l->r->lang, x->asked);
  vg_str_copy(at, sizeof at, vg_buf_view(&b));
  vg_buf_fini(&b);
  RAW(l->r, "<p>");
  SAY(l->r, "server.access.asked", at);
  RAW(l->r, "</p>");
  l->n++;
  return VG_OK;
}

vg_code page_case_closed(struct request *r, const struct affair *a, struct vg_err *err) {
  struct requests l = {.r = r};
  struct vg_buf ask;
  page_top(r, "server.case.title", TITLE_ARGS(a->ref));
  card_begin(r, "server.access.closed", NULL);
  RAW(r, "<p>");
  SAY(r, "server.access.closed.sub", a->ref, a->zone);
  vg_buf_init(&ask, 1024);
  vg_code rc = casework_whom_to_ask(r->tx, vg_str_z(a->zone), &ask, err);
  if (ask.n) {
    RAW(r, " ");
    SAY(r, "server.access.closed.ask", vg_buf_text(&ask));
  }
  vg_buf_fini(&ask);
  VG_TRY(rc);
  RAW(r, "</p>");
  vg_str_copy(l.label[0], sizeof l.label[0], vg_str_z(a->ref));
  VG_TRY(casework_each_access(r->tx, &r->who, 0, waiting, &l, err));
  if (!l.n) {
    form_begin(r, r->path, "ask");
    field(r, "motive", "server.access.motive", "text", "", true, "casework.access_motive casework.access_waits");
    form_end(r, "server.access.ask", true);
  }
  card_end(r);
  return VG_OK;
}

vg_code post_life(struct request *r, const char *what, const struct affair *a, struct vg_err *err) {
  char motive[600];
  struct vg_id pid;
  if (!strcmp(what, "step"))
    return post_step(r, a, err);
  if (!strcmp(what, "frame") || !strcmp(what, "prolong"))
    return post_frame(r, !strcmp(what, "prolong"), a, err);
  if (!strcmp(what, "note"))
    return post_note(r, a, err);
  if (!strcmp(what, "access"))
    return post_access(r, err);
  if (!strcmp(what, "charge"))
    return post_charge(r, a, err);
  if (!strcmp(what, "combine"))
    return post_link_combine(r, a, err);
  if (!strcmp(what, "link"))
    return post_link(r, err);
  return casework_access_ask(r->tx, &r->who, vg_str_z(a->ref), vg_str_z(sent(r, "motive", motive, sizeof motive)), &pid,
                             err);
}
