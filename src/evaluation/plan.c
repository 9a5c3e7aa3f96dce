/* Evaluations: planned with questions and rules, opened, closed. */
#include "base/hash.h"
#include "evaluation/survey_internal.h"

#include <stdio.h>

struct draft {
  vg_str title, breakdown;
  int64_t threshold;
  vg_jv questions, rules;
  struct vg_json *form; /* holds the questionnaire that the plan names */
};

/* "CODE@VERSION": the questions are those of that version, for ever. */
static vg_code named_questions(struct store_tx *tx, vg_jv root, struct draft *d, struct vg_err *err) {
  vg_str name;
  struct vg_buf body;
  vg_jv form;
  if (vg_jv_type(d->questions) == VG_J_ARR || !vg_jv_str_at(root, "questionnaire", &name))
    return VG_OK;
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_questionnaire_body(tx, name, &body, err);
  if (rc == VG_OK)
    rc = vg_json_parse(d->form, vg_buf_view(&body), &form, err);
  if (rc == VG_OK)
    d->questions = vg_jv_at(form, "questions");
  vg_buf_fini(&body);
  return rc;
}

/* A plan cannot be changed once it is registered: what would be passed over, misspelt or of another type, is refused.
 */
static vg_code members(vg_jv root, struct vg_err *err) {
  static const char *const known[] = {"title",     "title_en",  "questions", "questionnaire",
                                      "breakdown", "threshold", "rules"};
  struct vg_jit it;
  vg_str key, text;
  vg_jv v;
  int64_t number;
  for (vg_jit_init(&it, root); vg_jit_next(&it, &key, &v);) {
    size_t i = 0;
    while (i < VG_COUNT(known) && !vg_str_eqz(key, known[i]))
      i++;
    bool typed = !vg_str_eqz(key, "threshold") || vg_jv_i64_at(root, "threshold", &number);
    typed = typed && (!vg_str_eqz(key, "breakdown") || vg_jv_str_at(root, "breakdown", &text));
    if (i == VG_COUNT(known) || !typed)
      return VG_FAIL(err, VG_EDATA, "evaluation.member", VG_T(key));
  }
  return VG_OK;
}

static vg_code check(struct store_tx *tx, vg_jv root, struct draft *d, struct vg_err *err) {
  static const char *const breakdowns[] = {"", "group", "zone", "group,zone"};
  bool known = false;
  VG_TRY(members(root, err));
  d->breakdown = VG_STR("");
  d->threshold = 5;
  d->questions = vg_jv_at(root, "questions");
  d->rules = vg_jv_at(root, "rules");
  VG_TRY(named_questions(tx, root, d, err));
  if (!vg_jv_str_at(root, "title", &d->title) || vg_str_trim(d->title).n == 0 || d->title.n > 150)
    return VG_FAIL(err, VG_EDATA, "evaluation.title");
  (void)vg_jv_str_at(root, "breakdown", &d->breakdown);
  (void)vg_jv_i64_at(root, "threshold", &d->threshold);
  for (size_t i = 0; i < VG_COUNT(breakdowns); i++)
    known = known || vg_str_eqz(d->breakdown, breakdowns[i]);
  if (!known)
    return VG_FAIL(err, VG_EDATA, "evaluation.breakdown", VG_T(d->breakdown));
  if (d->threshold < 5 || d->threshold > 1000)
    return VG_FAIL(err, VG_EDATA, "evaluation.threshold");
  VG_TRY(questions_check(d->questions, vg_str_find(d->breakdown, VG_STR("group"), 0) != SIZE_MAX, err));
  return rules_check(d->rules, d->questions, err);
}

static vg_code store_plan(struct store_tx *tx, const struct actor *who, const struct draft *d, vg_str canonical,
                          struct vg_id *pid, struct vg_err *err) {
  unsigned char digest[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  int64_t id, entry;
  *pid = vg_id_new("evaluation", store_now(tx));
  vg_sha256(canonical.p, canonical.n, digest);
  vg_hex(hex, digest, sizeof digest);
  VG_TRY(store_insert(
      tx, &id,
      "INSERT INTO evaluation_plan (pid, title, body, sha256, breakdown, threshold, state, entry, planned) "
      "VALUES ($1, $2, $3, $4, $5, $6, 'planned', -1, $7) RETURNING id",
      S_ARGS(S_Z(pid->s), S_STR(d->title), S_STR(canonical), S_Z(hex), S_STR(d->breakdown), S_INT(d->threshold),
             S_TIME(store_now(tx))),
      err));
  VG_TRY(questions_store(tx, id, d->questions, err));
  VG_TRY(LEDGER_TELL(tx, who, "evaluation.planned", pid->s, err, "sha256", hex));
  struct ledger_state head;
  VG_TRY(ledger_head(tx, &head, err));
  entry = head.size - 1;
  return store_exec(tx, "UPDATE evaluation_plan SET entry = $2 WHERE id = $1", S_ARGS(S_INT(id), S_INT(entry)), err);
}

vg_code evaluation_plan(struct store_tx *tx, const struct actor *who, vg_str json, struct vg_id *pid,
                        struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf canonical;
  struct draft d = {.questions = {0}};
  vg_jv root;
  vg_buf_init(&canonical, 1 << 20);
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_new(&d.form, err);
  if (rc == VG_OK)
    rc = vg_json_parse(j, json, &root, err);
  if (rc == VG_OK)
    rc = check(tx, root, &d, err);
  if (rc == VG_OK) {
    vg_json_canonical(root, &canonical);
    rc = vg_buf_check(&canonical, err);
  }
  if (rc == VG_OK)
    rc = store_plan(tx, who, &d, vg_buf_view(&canonical), pid, err);
  vg_json_free(d.form);
  vg_json_free(j);
  vg_buf_fini(&canonical);
  return rc;
}

#define COLUMNS                                                                                                        \
  "SELECT p.id, p.pid, p.title, p.state, p.breakdown, p.sha256, p.threshold, p.entry, p.planned, p.opened, p.closed, " \
  "COALESCE(w.asked, (SELECT COALESCE(SUM(asked), 0) FROM evaluation_asked a WHERE a.plan = p.id)), "                  \
  "COALESCE(w.sheets, (SELECT COUNT(DISTINCT sheet) FROM evaluation_answer r WHERE r.plan = p.id AND p.state = "       \
  "'closed')), w.plan FROM evaluation_plan p LEFT JOIN evaluation_away w ON w.plan = p.id "

static void read_row(struct store_rows *q, struct evaluation_state *e) {
  *e = (struct evaluation_state){.id = store_int(q, 0),
                                 .pid = vg_id_of(store_str(q, 1)),
                                 .threshold = store_int(q, 6),
                                 .entry = store_int(q, 7),
                                 .planned = store_time(q, 8),
                                 .opened = store_time(q, 9),
                                 .closed = store_time(q, 10),
                                 .asked = store_int(q, 11),
                                 .sheets = store_int(q, 12),
                                 .away = !store_is_null(q, 13)};
  vg_str_copy(e->title, sizeof e->title, store_str(q, 2));
  vg_str_copy(e->state, sizeof e->state, store_str(q, 3));
  vg_str_copy(e->breakdown, sizeof e->breakdown, store_str(q, 4));
  vg_str_copy(e->sha256, sizeof e->sha256, store_str(q, 5));
}

vg_code evaluation_find(struct store_tx *tx, vg_str pid, struct evaluation_state *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, COLUMNS "WHERE p.pid = $1", S_ARGS(S_STR(pid)), err));
  bool found = store_next(q);
  if (found)
    read_row(q, out);
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "evaluation.none", VG_T(pid));
}

vg_code evaluation_body(struct store_tx *tx, int64_t plan, struct vg_buf *out, struct vg_err *err) {
  return store_get_text(tx, out, "SELECT body FROM evaluation_plan WHERE id = $1", S_ARGS(S_INT(plan)), err);
}

vg_code evaluation_each(struct store_tx *tx, evaluation_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, COLUMNS "ORDER BY p.id", S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct evaluation_state e;
    read_row(q, &e);
    rc = sink(ctx, &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code evaluation_not_in(const struct evaluation_state *e, struct vg_err *err) {
  char word[64];
  snprintf(word, sizeof word, "@server.evaluation.state.%.20s", e->state);
  return VG_FAIL(err, VG_ESTATE, "evaluation.state", word);
}

vg_code evaluation_open(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct evaluation_state e;
  VG_TRY(evaluation_find(tx, pid, &e, err));
  if (!vg_str_eqz(vg_str_z(e.state), "planned"))
    return evaluation_not_in(&e, err);
  VG_TRY(store_exec(tx, "UPDATE evaluation_plan SET state = 'open', opened = $2 WHERE id = $1",
                    S_ARGS(S_INT(e.id), S_TIME(store_now(tx))), err));
  return LEDGER_TELL(tx, who, "evaluation.opened", e.pid.s, err, "sha256", e.sha256);
}

vg_code evaluation_close(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err) {
  struct evaluation_state e;
  VG_TRY(survey_hold(tx, err));
  VG_TRY(evaluation_find(tx, pid, &e, err));
  if (!vg_str_eqz(vg_str_z(e.state), "open"))
    return evaluation_not_in(&e, err);
  VG_TRY(store_exec(tx, "UPDATE evaluation_plan SET state = 'closed', closed = $2 WHERE id = $1",
                    S_ARGS(S_INT(e.id), S_TIME(store_now(tx))), err));
  VG_TRY(store_exec(tx, "DELETE FROM evaluation_token WHERE plan = $1", S_ARGS(S_INT(e.id)), err));
  VG_TRY(
      store_exec(tx,
                 "INSERT INTO evaluation_answer (sheet, plan, grp, zone, code, value) SELECT sheet, plan, grp, zone, "
                 "code, value FROM evaluation_open_answer WHERE plan = $1 ORDER BY sheet, code",
                 S_ARGS(S_INT(e.id)), err));
  VG_TRY(store_exec(tx, "DELETE FROM evaluation_open_answer WHERE plan = $1", S_ARGS(S_INT(e.id)), err));
  store_erases(tx);
  VG_TRY(survey_mix(tx, err));
  char answers[EVALUATION_HEX];
  VG_TRY(answers_hash(tx, e.id, answers, err));
  VG_TRY(evaluation_tell(tx, who, pid, VG_STR(""), err));
  return LEDGER_TELL(tx, who, "evaluation.closed", e.pid.s, err, "sha256", e.sha256, "answers", answers);
}
