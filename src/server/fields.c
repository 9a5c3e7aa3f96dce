#include "server/server_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Remembers the first field that was sent and is not had. */
static void remember_unheld(struct request *r, const char *name, size_t n, size_t cap) {
  if (r->unheld.field[0] || !form_has(r->body, name, n))
    return;
  vg_str_copy(r->unheld.field, sizeof r->unheld.field, vg_str_z(name));
  char *whole = malloc(r->body.n + 1);
  if (whole && form_nth(r->body, name, n, whole, r->body.n + 1)) {
    r->unheld.most = cap - 1;
    r->unheld.bytes = strlen(whole);
  }
  free(whole);
}
bool sent_nth(struct request *r, const char *name, size_t n, char *out, size_t cap) {
  bool had = form_nth(r->body, name, n, out, cap);
  if (!had)
    remember_unheld(r, name, n, cap);
  return had;
}
const char *sent(struct request *r, const char *name, char *out, size_t cap) {
  if (!sent_nth(r, name, 0, out, cap))
    out[0] = 0;
  return out;
}
const char *sent_number(struct request *r, const char *name, char out[static 64]) {
  char digits[16];
  return territory_number(vg_str_z(sent(r, name, out, 64)), digits) ? vg_str_copy(out, 64, vg_str_z(digits)) : out;
}
vg_code sent_long(struct request *r, const char *name, char **out, struct vg_err *err) {
  size_t cap = r->body.n + 1;
  *out = malloc(cap);
  if (!*out)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  sent(r, name, *out, cap);
  return VG_OK;
}
const char *asked(const struct request *r, const char *name, char *out, size_t cap) {
  if (!form_nth(r->query, name, 0, out, cap))
    out[0] = 0;
  return out;
}

/* "2019-01-21T08:10", on the clock of Paris. The hour that exists twice in October is taken as the first one. */
static bool local_time(const char *local, vg_time *out) {
  char full[64];
  vg_time t;
  if (strlen(local) != 16)
    return false;
  snprintf(full, sizeof full, "%.16s:00Z", local);
  if (!vg_time_parse(vg_str_z(full), &t))
    return false;
  vg_time summer = t - 2 * VG_HOUR;
  *out = vg_paris_offset(summer) == 2 * VG_HOUR ? summer : t - VG_HOUR;
  return true;
}
bool sent_time(struct request *r, const char *name, vg_time *out) {
  char local[40];
  return local_time(sent(r, name, local, sizeof local), out);
}
bool asked_time(const struct request *r, const char *name, vg_time *out) {
  char local[40];
  return local_time(asked(r, name, local, sizeof local), out);
}
void put_local(char out[static 24], vg_time t) {
  char utc[VG_TIME_TEXT];
  vg_time_text(utc, t + vg_paris_offset(t), false);
  snprintf(out, 24, "%.16s", utc);
}

void go_to(struct request *r, const char *path, vg_str id) {
  struct vg_buf keep = r->out;
  vg_buf_init(&r->out, sizeof r->location);
  vg_buf_z(&r->out, path);
  url(r, id);
  vg_str_copy(r->location, sizeof r->location, vg_buf_view(&r->out));
  vg_buf_fini(&r->out);
  r->out = keep;
}

static void begin(struct request *r, const char *action, const char *what, const char *more) {
  char which[32];
  r->form_sent = r->post && (!what || !strcmp(what, sent(r, "what", which, sizeof which)));
  vg_buf_fmt(&r->out, "<form class=\"form\" method=\"post\"%s action=\"", more);
  textz(r, action);
  vg_buf_fmt(&r->out, "\"><input type=\"hidden\" name=\"csrf\" value=\"%s\">", r->session ? r->session->csrf : "");
  if (what)
    field_hidden(r, "what", vg_str_z(what));
}

void form_begin(struct request *r, const char *action, const char *what) { begin(r, action, what, ""); }
void form_begin_file(struct request *r, const char *action, const char *what) {
  begin(r, action, what, " enctype=\"multipart/form-data\"");
}

void form_begin_kept(struct request *r, const char *action, const char *what) {
  static const struct {
    const char *name, *text;
  } said[] = {{"cut", "server.kept.cut"},
              {"failed", "server.kept.failed"},
              {"ended", "server.kept.ended"},
              {"enter", "server.kept.enter"},
              {"again", "server.kept.again"}};
  struct vg_buf keep = r->out, more;
  vg_buf_init(&more, 4096);
  r->out = more;
  RAW(r, " data-keep");
  for (size_t i = 0; i < VG_COUNT(said); i++) {
    vg_buf_fmt(&r->out, " data-%s=\"", said[i].name);
    msg(r, said[i].text);
    RAW(r, "\"");
  }
  more = r->out;
  r->out = keep;
  begin(r, action, what, vg_buf_text(&more));
  vg_buf_fini(&more);
  RAW(r, "<p class=\"done\" role=\"status\" hidden></p>");
}

void details_begin_if(struct request *r, const char *summary_id, const char *what, bool open) {
  char which[32];
  open = open || (r->post && r->problem.n && (!what || !strcmp(what, sent(r, "what", which, sizeof which))));
  vg_buf_z(&r->out, open ? "<details open><summary>" : "<details><summary>");
  msg(r, summary_id);
  RAW(r, "</summary>");
}

void details_begin(struct request *r, const char *summary_id, const char *what) {
  details_begin_if(r, summary_id, what, false);
}

/* Where the next " (--option)" or " (« vigie command »)" begins; SIZE_MAX: there is none. The catalogue writes either
 * space behind «. */
static size_t next_hint(vg_str s, size_t *end) {
  static const char *const begins[] = {" (--",       " (`--",       " (`vigie ",      " (« --",
                                       " (« vigie ", " («\u00a0--", " («\u00a0vigie "};
  size_t at = SIZE_MAX;
  for (size_t i = 0; i < VG_COUNT(begins); i++) {
    size_t here = vg_str_find(s, vg_str_z(begins[i]), 0);
    at = here < at ? here : at;
  }
  *end = at == SIZE_MAX ? SIZE_MAX : vg_str_find_byte(s, ')', at);
  return *end == SIZE_MAX ? SIZE_MAX : at;
}

/* The rooms' sentences name the command or its option in brackets: here the field itself is in sight. */
static void problem_text(struct request *r) {
  struct vg_buf line;
  vg_buf_init(&line, 4096);
  vg_err_render(&line, r->lang, &r->problem);
  vg_str s = vg_buf_view(&line);
  size_t end;
  for (size_t hint; (hint = next_hint(s, &end)) != SIZE_MAX; s = vg_str_sub(s, end + 1, s.n))
    text(r, vg_str_sub(s, 0, hint));
  text(r, s);
  vg_buf_fini(&line);
  r->problem_told = true;
}

/* What was typed, whole, whatever its length. */
void field_typed(struct request *r, const char *name) {
  char *whole;
  struct vg_err err = {0};
  if (sent_long(r, name, &whole, &err) != VG_OK)
    return;
  textz(r, whole);
  free(whole);
}

void problem_alert(struct request *r) {
  if (!r->problem.n || r->problem_told)
    return;
  RAW(r, "<p class=\"alert\" role=\"alert\" tabindex=\"-1\" autofocus>");
  problem_text(r);
  RAW(r, "</p>");
}

/* A problem that no field of the form claims stands above its button. */
void form_end(struct request *r, const char *submit_id, bool first) {
  if (r->form_sent)
    problem_alert(r);
  vg_buf_fmt(&r->out, "<p><button%s>", first ? " class=\"do\"" : "");
  msg(r, submit_id);
  RAW(r, "</button></p></form>");
}

/* The problem is this field's: it was too long, or its message is in claims. */
static bool claimed(const struct request *r, const char *name, const char *claims) {
  if (r->form_sent && !r->problem_told && !strcmp(r->unheld.field, name))
    return true;
  for (int i = 0; claims && r->form_sent && !r->problem_told && i < r->problem.n; i++) {
    vg_str rest = vg_str_z(claims), id;
    while (vg_str_cut(&rest, ' ', &id))
      if (vg_str_eqz(id, r->problem.cause[i].msg))
        return true;
  }
  return false;
}

void field_numbered(struct request *r, const char *name) {
  unsigned nth = 1;
  size_t i = 0;
  for (; i < r->fields_named && strcmp(r->field_named[i].name, name) != 0; i++)
    ;
  if (i < r->fields_named)
    nth = ++r->field_named[i].times;
  else if (i < VG_COUNT(r->field_named)) {
    vg_str_copy(r->field_named[i].name, sizeof r->field_named[i].name, vg_str_z(name));
    r->field_named[i].times = 1;
    r->fields_named++;
  }
  r->field_nth[0] = 0;
  if (nth > 1)
    snprintf(r->field_nth, sizeof r->field_nth, "-%u", nth);
}

static void label(struct request *r, const char *name, const char *label_id, bool bad) {
  if (!r->field_ahead)
    field_numbered(r, name);
  r->field_ahead = false;
  vg_buf_fmt(&r->out, "<div class=\"field%s\"><label for=\"f-%s%s\">", bad ? " wrong" : "", name, r->field_nth);
  msg(r, label_id);
  RAW(r, "</label>");
}
static void attributes(struct request *r, const char *name, bool required, bool bad) {
  vg_buf_fmt(&r->out, " id=\"f-%s%s\" name=\"%s\"%s", name, r->field_nth, name, required ? " required" : "");
  if (bad)
    vg_buf_fmt(&r->out, " aria-invalid=\"true\" aria-describedby=\"w-%s%s\" autofocus", name, r->field_nth);
}
static void field_close(struct request *r, const char *name, bool bad) {
  if (bad) {
    vg_buf_fmt(&r->out, "<p class=\"bad\" id=\"w-%s%s\" role=\"alert\">", name, r->field_nth);
    problem_text(r);
    RAW(r, "</p>");
  }
  RAW(r, "</div>");
}

void field(struct request *r, const char *name, const char *label_id, const char *type, const char *value,
           bool required, const char *claims) {
  bool bad = claimed(r, name, claims);
  label(r, name, label_id, bad);
  if (!strcmp(type, "list"))
    vg_buf_fmt(&r->out, "<input type=\"text\" autocomplete=\"off\" list=\"d-%s%s\"", name, r->field_nth);
  else
    vg_buf_fmt(&r->out, "<input type=\"%s\"", type);
  attributes(r, name, required, bad);
  RAW(r, " value=\"");
  if (strcmp(type, "password") != 0) { /* which is never sent back */
    if (r->form_sent)
      field_typed(r, name);
    else if (value)
      textz(r, value);
  }
  RAW(r, "\">");
  field_close(r, name, bad);
}

void field_file(struct request *r, const char *label_id, bool required, const char *claims) {
  bool bad = claimed(r, "file", claims);
  label(r, "file", label_id, bad);
  RAW(r, "<input type=\"file\"");
  attributes(r, "file", required, bad);
  RAW(r, ">");
  field_close(r, "file", bad);
}

void field_small_file(struct request *r, const char *name, const char *label_id, bool required, const char *claims) {
  bool bad = claimed(r, name, claims);
  label(r, name, label_id, bad);
  RAW(r, "<input type=\"file\"");
  attributes(r, name, required, bad);
  RAW(r, ">");
  field_close(r, name, bad);
}

void field_area(struct request *r, const char *name, const char *label_id, bool required, const char *claims) {
  bool bad = claimed(r, name, claims);
  label(r, name, label_id, bad);
  RAW(r, "<textarea rows=\"3\"");
  attributes(r, name, required, bad);
  RAW(r, ">");
  if (r->form_sent)
    field_typed(r, name);
  RAW(r, "</textarea>");
  field_close(r, name, bad);
}

static void area(struct request *r, const char *name, const char *label_id, int rows, const char *value, bool required,
                 const char *claims) {
  bool bad = claimed(r, name, claims);
  label(r, name, label_id, bad);
  vg_buf_fmt(&r->out, "<textarea rows=\"%d\"", rows);
  attributes(r, name, required, bad);
  RAW(r, ">\n");
  if (r->form_sent)
    field_typed(r, name);
  else if (value)
    textz(r, value);
  RAW(r, "</textarea>");
  field_close(r, name, bad);
}

void field_body(struct request *r, const char *name, const char *label_id, const char *value, bool required,
                const char *claims) {
  area(r, name, label_id, 18, value, required, claims);
}
void field_lines(struct request *r, const char *name, const char *label_id, const char *value, const char *claims) {
  area(r, name, label_id, 4, value, false, claims);
}

void field_choice(struct request *r, const char *name, const char *label_id, const struct choice *v, size_t n,
                  const char *value, const char *claims) {
  bool nothing = false; /* may be chosen: a browser would refuse to send it where the field is required */
  for (size_t i = 0; i < n; i++)
    nothing = nothing || !v[i].value[0];
  field_select(r, name, label_id, v, n, value, !nothing, claims);
}

void field_select(struct request *r, const char *name, const char *label_id, const struct choice *v, size_t n,
                  const char *value, bool required, const char *claims) {
  char given[128];
  bool bad = claimed(r, name, claims);
  const char *chosen = r->form_sent ? sent(r, name, given, sizeof given) : value;
  label(r, name, label_id, bad);
  RAW(r, "<select");
  attributes(r, name, required, bad);
  RAW(r, ">");
  for (size_t i = 0; i < n; i++) {
    RAW(r, "<option value=\"");
    textz(r, v[i].value);
    vg_buf_z(&r->out, chosen && !strcmp(chosen, v[i].value) ? "\" selected>" : "\">");
    msg(r, v[i].label);
    RAW(r, "</option>");
  }
  RAW(r, "</select>");
  field_close(r, name, bad);
}

void field_check(struct request *r, const char *name, const char *value, vg_str label_text, bool checked) {
  char given[128];
  for (size_t i = 0; r->form_sent && !checked && sent_nth(r, name, i, given, sizeof given); i++)
    checked = !strcmp(given, value);
  RAW(r, "<label class=\"check\"><input type=\"checkbox\"");
  vg_buf_fmt(&r->out, " name=\"%s\" value=\"", name);
  textz(r, value);
  vg_buf_z(&r->out, checked ? "\" checked> " : "\"> ");
  text(r, label_text);
  RAW(r, "</label>");
}

void field_hidden(struct request *r, const char *name, vg_str value) {
  vg_buf_fmt(&r->out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
  text(r, value);
  RAW(r, "\">");
}

void field_row(struct request *r, const char *name, vg_str value) {
  char given[1024];
  field_hidden(r, name, value);
  r->form_sent = r->form_sent && form_nth(r->body, name, 0, given, sizeof given) && vg_str_eqz(value, given);
}

/* A browser sends every end of a line as CR LF. */
static bool same_lines(vg_str a, vg_str b) {
  vg_str x, y;
  bool more, both;
  if (!a.n || !b.n)
    return a.n == b.n;
  do {
    more = vg_str_cut(&a, '\n', &x);
    both = vg_str_cut(&b, '\n', &y) == more;
  } while (more && both && vg_str_eq(vg_str_trim(x), vg_str_trim(y)));
  return !more && both;
}
static const char *was_name(const char *name, char out[static 32]) {
  snprintf(out, 32, "was-%.24s", name);
  return out;
}
void field_was(struct request *r, const char *name, vg_str now) { field_hidden(r, was_name(name, (char[32]){0}), now); }
vg_code field_still(struct request *r, const char *name, vg_str now, vg_str given, struct vg_err *err) {
  char *was, of[32];
  VG_TRY(sent_long(r, was_name(name, of), &was, err));
  bool still = same_lines(now, vg_str_z(was)) || same_lines(now, given) || !form_has(r->body, of, 0);
  free(was);
  if (still)
    return VG_OK;
  char line[400];
  vg_str_copy(line, sizeof line, now.n ? now : VG_STR("–"));
  for (char *c = line; (c = strchr(c, '\n')) != NULL;)
    *c = ' ';
  return VG_FAIL(err, VG_ESTATE, "server.meanwhile", line);
}
