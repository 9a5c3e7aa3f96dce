#include "server/evaluation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "prevention/prevention.h"

void evaluation_badge(struct request *r, const char *state) {
  bool open = strcmp(state, "open") == 0, closed = strcmp(state, "closed") == 0;
  badge(r,
        open     ? "info"
        : closed ? "ok"
                 : "mute",
        open     ? "server.evaluation.state.open"
        : closed ? "server.evaluation.state.closed"
                 : "server.evaluation.state.planned");
}

static void put_path(struct request *r, char out[static VG_ID_MAX + 16]) {
  snprintf(out, VG_ID_MAX + 16, "/evaluation/%s", r->rest);
}

static vg_code asked_row(void *ctx, vg_str group, vg_str zone, int64_t asked_of, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  if (group.n)
    word(r, "server.audience.", group);
  else
    RAW(r, "–");
  cell(r);
  zone_name(r, zone);
  cell_n(r);
  num(r, asked_of);
  return VG_OK;
}

static vg_code token_form(struct request *r, const struct evaluation_state *e, const char *path, struct vg_err *err) {
  char label[EVALUATION_AUDIENCES][48];
  struct choice audiences[EVALUATION_AUDIENCES];
  for (size_t i = 0; i < EVALUATION_AUDIENCES; i++) {
    snprintf(label[i], sizeof label[i], "server.audience.%s", evaluation_audiences[i]);
    audiences[i] = (struct choice){evaluation_audiences[i], label[i]};
  }
  form_begin(r, path, "token");
  if (strstr(e->breakdown, "group"))
    field_choice(r, "group", "server.evaluation.group", audiences, EVALUATION_AUDIENCES, evaluation_audiences[0],
                 "evaluation.cell evaluation.group");
  if (strstr(e->breakdown, "zone"))
    VG_TRY(field_zone(r, "zone", NULL, "", "evaluation.cell", err));
  field(r, "count", "server.evaluation.count", "number", "10", true, "evaluation.count server.evaluation.made_already");
  field_hidden(r, "given", vg_str_z(VG_N(e->asked)));
  form_end(r, "server.evaluation.make_tokens", true);
  return VG_OK;
}

static vg_code tokens_card(struct request *r, const struct evaluation_state *e, const char *path, struct vg_err *err) {
  static const char *const heading[] = {"server.evaluation.group", "server.zone", NUMBER("server.evaluation.tokens")};
  card_begin(r, "server.evaluation.tokens_given", NULL);
  table_begin(r, "jetons", "server.evaluation.tokens_given", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_asked(r->tx, e->id, asked_row, r, err));
  table_end(r, "server.evaluation.no_tokens");
  if (strcmp(e->state, "open") == 0)
    VG_TRY(token_form(r, e, path, err));
  card_end(r);
  return VG_OK;
}

static void link_entry(struct request *r, int64_t entry) {
  char number[24];
  vg_str n = vg_str_z(vg_num_text(number, entry));
  link_to(r, "/journal/", n, n);
}

static void conditions(struct request *r, vg_jv all) {
  struct vg_jit it;
  vg_jv one;
  vg_str condition;
  if (!vg_jv_count(all))
    msg(r, "server.evaluation.otherwise");
  for (vg_jit_init(&it, all); vg_jit_next(&it, NULL, &one);)
    if (vg_jv_str(one, &condition)) {
      code(r, condition);
      RAW(r, " ");
    }
}

static void rule_rows(struct request *r, vg_jv rules) {
  struct vg_jit it;
  vg_jv one;
  int64_t n = 0;
  for (vg_jit_init(&it, rules); vg_jit_next(&it, NULL, &one);) {
    vg_str name = VG_STR(""), verdict = VG_STR("");
    (void)vg_jv_str_at(one, "name", &name);
    (void)vg_jv_str_at(one, "verdict", &verdict);
    row(r);
    cell_n(r);
    num(r, ++n);
    cell(r);
    text(r, name);
    cell(r);
    conditions(r, vg_jv_at(one, "all"));
    cell(r);
    word(r, "server.verdict.", verdict);
  }
}

void part_rule_names(struct request *r) {
  static const char *const names[] = {"did.rr",
                                      "did.lo",
                                      "did.hi",
                                      "did.log_rr",
                                      "did.p_two_sided",
                                      "did.p_one_sided",
                                      "did.pretrend_p",
                                      "did.quasi_lo",
                                      "did.quasi_hi",
                                      "did.least",
                                      "did.most",
                                      "survey.n",
                                      "survey.response_rate",
                                      "survey.CODE.mean"};
  RAW(r, "<details><summary>");
  msg(r, "server.evaluation.names");
  RAW(r, "</summary><dl class=\"long\">");
  for (size_t i = 0; i < VG_COUNT(names); i++) {
    RAW(r, "<dt>");
    code(r, vg_str_z(names[i]));
    RAW(r, "</dt><dd>");
    word(r, "server.evaluation.name.", vg_str_z(names[i]));
    RAW(r, "</dd>");
  }
  RAW(r, "</dl></details>");
}

static vg_code rules_card(struct request *r, const struct evaluation_state *e, struct vg_err *err) {
  static const char *const heading[] = {NUMBER("server.evaluation.order"), "server.evaluation.rule",
                                        "server.evaluation.conditions", "server.evaluation.verdict"};
  struct vg_json *j;
  struct vg_buf body;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_body(r->tx, e->id, &body, err);
  if (rc == VG_OK)
    rc = vg_json_parse(j, vg_buf_view(&body), &root, err);
  if (rc == VG_OK) {
    card_begin(r, "server.evaluation.rules", NULL);
    RAW(r, "<p>");
    SAY(r, "server.evaluation.registered");
    RAW(r, " ");
    link_entry(r, e->entry);
    RAW(r, " · SHA-256 ");
    code(r, vg_str_z(e->sha256));
    RAW(r, " · <a href=\"?fichier=plan\">plan.json</a> · <a href=\"?recalculer=1\">");
    msg(r, "server.evaluation.checks");
    RAW(r, "</a></p>");
    table_begin(r, "regles", "server.evaluation.rules", heading, VG_COUNT(heading));
    rule_rows(r, vg_jv_at(root, "rules"));
    table_end(r, NULL);
    part_rule_names(r);
    card_end(r);
  }
  vg_buf_fini(&body);
  vg_json_free(j);
  return rc;
}

static vg_code attached(void *ctx, const struct evaluation_data *d, struct vg_err *err) {
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  RAW(r, "<a href=\"?fichier=");
  url(r, d->kind);
  RAW(r, "\">");
  word(r, "server.evaluation.data.", d->kind);
  RAW(r, "</a>");
  cell(r);
  when(r, d->added);
  cell(r);
  link_entry(r, d->entry);
  cell(r);
  code(r, d->sha256);
  return VG_OK;
}

static void data_forms(struct request *r, const char *path) {
  static const struct choice kinds[] = {{"did", "server.evaluation.data.did"},
                                        {"survival", "server.evaluation.data.survival"}};
  char from[24], to[24];
  put_local(from, r->now - 730 * VG_DAY);
  put_local(to, r->now);
  details_begin(r, "server.evaluation.from_operations", "counts");
  form_begin(r, path, "counts");
  field_choice(r, "kind", "server.evaluation.data", kinds, VG_COUNT(kinds), "did", "");
  RAW(r, "<div class=\"pair\">");
  field(r, "from", "server.from", "datetime-local", from, true, "evaluation.span server.evaluation.nothing_counted");
  field(r, "to", "server.to", "datetime-local", to, true, "");
  RAW(r, "</div>");
  form_end(r, "server.evaluation.count_now", false);
  RAW(r, "</details>");
  details_begin(r, "server.evaluation.paste", "attach");
  form_begin(r, path, "attach");
  RAW(r, "<div class=\"field\"><label for=\"f-kind2\">");
  msg(r, "server.evaluation.data");
  RAW(r, "</label><select id=\"f-kind2\" name=\"kind\">");
  for (size_t i = 0; i < VG_COUNT(kinds); i++) {
    vg_buf_fmt(&r->out, "<option value=\"%s\">", kinds[i].value);
    msg(r, kinds[i].label);
    RAW(r, "</option>");
  }
  RAW(r, "</select></div>");
  field_area(r, "csv", "server.evaluation.csv", true, "");
  form_end(r, "server.evaluation.attach", false);
  RAW(r, "</details>");
}

static vg_code data_card(struct request *r, const struct evaluation_state *e, const char *path, struct vg_err *err) {
  static const char *const heading[] = {"server.evaluation.data", "server.evaluation.attached_on",
                                        "server.evaluation.entry", "server.evaluation.hash"};
  card_begin(r, "server.evaluation.data_card", NULL);
  table_begin(r, "donnees", "server.evaluation.data_card", heading, VG_COUNT(heading));
  VG_TRY(evaluation_each_data(r->tx, e->id, attached, r, err));
  table_end(r, "server.evaluation.no_data");
  data_forms(r, path);
  card_end(r);
  return VG_OK;
}

static void step_form(struct request *r, const char *path, const char *what, const char *label, bool first) {
  form_begin(r, path, what);
  form_end(r, label, first);
}

static vg_code next_step(struct request *r, const struct evaluation_state *e, const char *path, struct vg_err *err) {
  bool planned = strcmp(e->state, "planned") == 0, open = strcmp(e->state, "open") == 0;
  struct evaluation_reported done;
  VG_TRY(evaluation_last_report(r->tx, vg_id_str(&e->pid), &done, err));
  bool reported = !planned && !open && done.entry >= 0;
  card_begin(r, "server.evaluation.where", "screen");
  RAW(r, "<p>");
  if (reported) {
    msg(r, "server.evaluation.where.reported");
    RAW(r, " ");
    when(r, done.at);
    RAW(r, " · ");
    msg(r, "server.evaluation.entry");
    RAW(r, " ");
    link_entry(r, done.entry);
    RAW(r, "</p><p>");
  }
  msg(r, planned      ? "server.evaluation.where.planned"
         : open       ? "server.evaluation.where.open"
         : !reported  ? "server.evaluation.where.closed"
         : done.stale ? "server.evaluation.where.stale"
                      : "server.evaluation.where.obstacles");
  RAW(r, "</p>");
  if (planned) {
    step_form(r, path, "open", "server.evaluation.do_open", true);
  } else if (open) { /* no way back from there: not by one slip of the finger */
    details_begin(r, "server.evaluation.do_close", "close");
    RAW(r, "<p>");
    msg(r, "server.evaluation.close_sub");
    RAW(r, "</p>");
    step_form(r, path, "close", "server.evaluation.close_now", false);
    RAW(r, "</details>");
  } else if (!reported || done.stale)
    step_form(r, path, "report", reported ? "server.evaluation.do_report_again" : "server.evaluation.do_report", false);
  else
    button_link(r, "/evaluation/obstacles", "server.obstacles", false);
  card_end(r);
  return VG_OK;
}

/* --- the verdict computed again, and what was hashed --- */

static vg_code check_row(void *ctx, const struct evaluation_check *c, struct vg_err *err) {
  static const char *const kind[] = {"bad", "ok", "mute"};
  static const char *const label[] = {"server.evaluation.outcome.differs", "server.evaluation.outcome.holds",
                                      "server.evaluation.outcome.unknown"};
  struct request *r = ctx;
  (void)err;
  row(r);
  cell(r);
  word(r, "server.evaluation.check.", vg_str_z(c->code));
  cell(r);
  badge(r, kind[c->outcome], label[c->outcome]);
  cell(r);
  if (c->entry >= 0)
    link_entry(r, c->entry);
  cell(r);
  code(r, c->said);
  cell(r);
  code(r, c->found);
  return VG_OK;
}

static vg_code checks_card(struct request *r, struct vg_err *err) {
  static const char *const heading[] = {"server.evaluation.check", "server.evaluation.outcome",
                                        "server.evaluation.entry", "server.evaluation.said", "server.evaluation.found"};
  card_begin(r, "server.evaluation.checks", NULL);
  RAW(r, "<p class=\"soft\">");
  msg(r, "server.evaluation.checks.sub");
  RAW(r, "</p>");
  table_begin(r, "recalcul", "server.evaluation.checks", heading, VG_COUNT(heading));
  VG_TRY(evaluation_verify(r->tx, vg_str_z(r->rest), VG_STR(""), check_row, r, err));
  table_end(r, NULL);
  card_end(r);
  return VG_OK;
}

/* The registered plan or the newest counts, byte for byte as they were hashed. */
static vg_code file(struct request *r, const struct evaluation_state *e, const char *kind, struct vg_err *err) {
  bool plan = !strcmp(kind, "plan");
  if (!plan && strcmp(kind, "did") != 0 && strcmp(kind, "survival") != 0)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  VG_TRY(plan ? evaluation_body(r->tx, e->id, &r->out, err) : evaluation_data_read(r->tx, e->id, kind, &r->out, err));
  if (!r->out.n)
    return VG_FAIL(err, VG_ENOTFOUND, "server.not_found");
  r->type = plan ? "application/json" : "text/csv; charset=utf-8";
  snprintf(r->name, sizeof r->name, "%s.%s", kind, plan ? "json" : "csv");
  return VG_OK;
}

static vg_code show(struct request *r, struct vg_err *err) {
  struct evaluation_state e;
  char path[VG_ID_MAX + 16], kind[16], again[4];
  put_path(r, path);
  VG_TRY(evaluation_find(r->tx, vg_str_z(r->rest), &e, err));
  if (*asked(r, "fichier", kind, sizeof kind))
    return file(r, &e, kind, err);
  char title[160];
  VG_TRY(evaluation_title(r->tx, &e, r->lang, title, err));
  page_top_text(r, vg_str_z(title));
  RAW(r, "<p class=\"sub\">");
  evaluation_badge(r, e.state);
  RAW(r, " ");
  msg(r, "server.evaluation.planned_on");
  RAW(r, " ");
  when(r, e.planned);
  RAW(r, "</p>");
  if (*asked(r, "recalculer", again, sizeof again))
    VG_TRY(checks_card(r, err));
  if (strcmp(e.state, "closed") == 0)
    VG_TRY(part_results(r, &e, err));
  if (e.away) {
    RAW(r, "<p class=\"sub\">");
    msg(r, "server.evaluation.away");
    RAW(r, "</p>");
    return VG_OK;
  }
  RAW(r, "<div class=\"grid\"><div>");
  VG_TRY(rules_card(r, &e, err));
  if (strcmp(e.state, "planned") != 0)
    VG_TRY(data_card(r, &e, path, err));
  RAW(r, "</div><div>");
  VG_TRY(next_step(r, &e, path, err));
  if (strcmp(e.state, "planned") != 0)
    VG_TRY(tokens_card(r, &e, path, err));
  RAW(r, "</div></div>");
  return VG_OK;
}

/* --- what its forms do --- */

/* Of a page: more slips than that, whose page would be too large, have no code to photograph. */
enum { CODES_MAX = 500 };

/* A slip to cut out and hand to one person: what it is for, and the way in by camera, by address or typed. */
static vg_code slip(struct request *r, const struct evaluation_state *e, vg_str group, vg_str zone, vg_str token,
                    bool code, struct vg_err *err) {
  char title[sizeof e->title];
  struct vg_buf link;
  vg_buf_init(&link, 1024);
  vg_buf_fmt(&link, "%s/enquete/", r->site);
  vg_buf_str(&link, token);
  RAW(r, "<li><b>");
  vg_code rc = evaluation_title(r->tx, e, r->lang, title, err);
  textz(r, title);
  RAW(r, "</b>");
  if (group.n || zone.n)
    RAW(r, "<br>");
  word(r, "server.audience.", group);
  if (zone.n) {
    vg_buf_z(&r->out, group.n ? " · " : "");
    zone_name(r, zone);
  }
  if (rc == VG_OK)
    rc = vg_buf_check(&link, err);
  if (rc == VG_OK && code)
    rc = prevention_qr(&r->out, vg_buf_view(&link), vg_msg_text(r->lang, "server.evaluation.slip.code"), err);
  RAW(r, "<code>");
  broken(r, vg_buf_view(&link));
  RAW(r, "</code><br><code>");
  for (size_t i = 0; i < token.n; i += 4) {
    vg_buf_z(&r->out, i ? "-" : "");
    text(r, vg_str_sub(token, i, 4));
  }
  RAW(r, "</code><p>");
  msg(r, "server.evaluation.slip.promise");
  if (code) {
    RAW(r, " ");
    msg(r, "server.evaluation.slip.how");
  }
  RAW(r, "</p></li>");
  vg_buf_fini(&link);
  return rc;
}

static vg_code token_list(struct request *r, vg_str group, vg_str zone, int64_t count, vg_str tokens,
                          struct vg_err *err) {
  struct evaluation_state e;
  vg_str token;
  VG_TRY(evaluation_find(r->tx, vg_str_z(r->rest), &e, err));
  page_top(r, "server.evaluation.tokens", NULL);
  RAW(r, "<p class=\"alert\" role=\"alert\">");
  msg(r, "server.evaluation.shown_once");
  RAW(r, "</p><p>");
  char back[VG_ID_MAX + 16];
  put_path(r, back);
  button_link(r, back, "server.evaluation.back", true);
  RAW(r, "</p><ul class=\"slips\">");
  while (vg_str_line(&tokens, &token))
    if (token.n)
      VG_TRY(slip(r, &e, group, zone, token, count <= CODES_MAX, err));
  RAW(r, "</ul>");
  return VG_OK;
}

/* The page of the tokens loaded again, or the button pressed twice, would make as many that nobody is handed. */
static vg_code none_since(struct request *r, struct vg_err *err) {
  struct evaluation_state e;
  char given[24];
  VG_TRY(evaluation_find(r->tx, vg_str_z(r->rest), &e, err));
  return !*sent(r, "given", given, sizeof given) || !strcmp(given, VG_N(e.asked))
             ? VG_OK
             : VG_FAIL(err, VG_ESTATE, "server.evaluation.made_already");
}

static vg_code make_tokens(struct request *r, struct vg_err *err) {
  char group[64], zone[32], count[16];
  int64_t n = 0;
  struct vg_buf out;
  VG_TRY(none_since(r, err));
  vg_buf_init(&out, 1 << 20);
  (void)vg_str_i64(vg_str_z(sent(r, "count", count, sizeof count)), &n);
  const vg_str who = vg_str_z(sent(r, "group", group, sizeof group)),
               where = vg_str_z(sent(r, "zone", zone, sizeof zone));
  vg_code rc = evaluation_token(r->tx, &r->who, vg_str_z(r->rest), who, where, n, &out, err);
  if (rc == VG_OK)
    rc = token_list(r, who, where, n, vg_buf_view(&out), err);
  vg_buf_fini(&out);
  return rc;
}

static vg_code attach(struct request *r, vg_str pid, struct vg_err *err) {
  char kind[16], *csv;
  VG_TRY(sent_long(r, "csv", &csv, err));
  vg_code rc =
      evaluation_data_add(r->tx, &r->who, pid, vg_str_z(sent(r, "kind", kind, sizeof kind)), vg_str_z(csv), err);
  free(csv);
  return rc;
}

static vg_code count_now(struct request *r, vg_str pid, struct vg_err *err) {
  char kind[16];
  vg_time from = VG_NOTIME, to = VG_NOTIME;
  struct vg_buf csv;
  vg_buf_init(&csv, 16 << 20);
  (void)sent_time(r, "from", &from);
  (void)sent_time(r, "to", &to);
  sent(r, "kind", kind, sizeof kind);
  vg_code rc = evaluation_counts(r->tx, vg_str_z(kind), from, to, VG_NOTIME, &csv, err);
  if (rc == VG_OK && !memchr(vg_buf_text(&csv), '\n', csv.n - 1)) /* the heading alone */
    rc = VG_FAIL(err, VG_EDATA, "server.evaluation.nothing_counted");
  if (rc == VG_OK)
    rc = evaluation_data_add(r->tx, &r->who, pid, vg_str_z(kind), vg_buf_view(&csv), err);
  vg_buf_fini(&csv);
  return rc;
}

static vg_code report(struct request *r, vg_str pid, struct vg_err *err) {
  struct vg_buf out;
  vg_buf_init(&out, 16 << 20);
  vg_code rc = evaluation_report(r->tx, &r->who, pid, VG_STR(""), VG_STR(""), &out, err);
  vg_buf_fini(&out);
  return rc;
}

static vg_code act(struct request *r, struct vg_err *err) {
  char what[16];
  vg_str pid = vg_str_z(r->rest);
  sent(r, "what", what, sizeof what);
  if (strcmp(what, "token") == 0)
    return make_tokens(r, err);
  if (strcmp(what, "open") == 0)
    VG_TRY(evaluation_open(r->tx, &r->who, pid, err));
  else if (strcmp(what, "close") == 0)
    VG_TRY(evaluation_close(r->tx, &r->who, pid, err));
  else if (strcmp(what, "attach") == 0)
    VG_TRY(attach(r, pid, err));
  else if (strcmp(what, "counts") == 0)
    VG_TRY(count_now(r, pid, err));
  else
    VG_TRY(report(r, pid, err));
  go_to(r, "/evaluation/", pid);
  return VG_OK;
}

const struct page page_evaluation = {"/evaluation/", GROUP_NETWORK, "server.nav.evaluation", show, act, PAGE_HIDDEN};
