/* Questions, in both languages, and the versions of the questionnaires that hold them. */
#include "base/hash.h"
#include "evaluation/survey_internal.h"

#include <stdio.h>

enum { QUESTIONS_MAX = 200, AUDIENCE_MAX = 400 };

static bool code_ok(vg_str s) {
  bool ok = s.n > 0 && s.n <= 32;
  for (size_t i = 0; ok && i < s.n; i++)
    ok = vg_is_alnum(s.p[i]) || s.p[i] == '_' || s.p[i] == '-';
  return ok;
}

/* The groups of "for", a space before and after each. */
static bool audience_of(vg_jv question, char out[static AUDIENCE_MAX]) {
  struct vg_jit it;
  vg_jv one;
  size_t n = 0;
  vg_jv groups = vg_jv_at(question, "for");
  out[0] = 0;
  if (vg_jv_type(groups) == VG_J_MISSING)
    return true;
  if (vg_jv_type(groups) != VG_J_ARR || !vg_jv_count(groups))
    return false;
  for (vg_jit_init(&it, groups); vg_jit_next(&it, NULL, &one);) {
    vg_str group;
    if (!vg_jv_str(one, &group) || !code_ok(group) || n + group.n + 3 > AUDIENCE_MAX)
      return false;
    n += (size_t)snprintf(out + n, AUDIENCE_MAX - n, "%s%.*s ", n ? "" : " ", (int)group.n, group.p);
  }
  return true;
}

struct placed {
  vg_str issue, axis;
};

static bool placed_of(vg_jv q, struct placed *p) {
  *p = (struct placed){VG_STR(""), VG_STR("")};
  bool issue = vg_jv_str_at(q, "issue", &p->issue), axis = vg_jv_str_at(q, "axis", &p->axis);
  if (!issue && !axis)
    return true;
  return issue && axis && code_ok(p->issue) &&
         (vg_str_eqz(p->axis, "importance") || vg_str_eqz(p->axis, "performance"));
}

/* Codes differ, and an issue is measured once on each axis. */
static bool unlike(vg_jv questions, size_t before, vg_str code, const struct placed *p) {
  struct vg_jit it;
  vg_jv q;
  vg_str other;
  struct placed o;
  size_t i = 0;
  for (vg_jit_init(&it, questions); i < before && vg_jit_next(&it, NULL, &q); i++)
    if ((vg_jv_str_at(q, "code", &other) && vg_str_eq(other, code)) ||
        (p->issue.n && placed_of(q, &o) && vg_str_eq(o.issue, p->issue) && vg_str_eq(o.axis, p->axis)))
      return false;
  return true;
}

vg_code questions_check(vg_jv questions, bool by_group, struct vg_err *err) {
  struct vg_jit it;
  vg_jv q;
  size_t number = 0;
  if (vg_jv_count(questions) > QUESTIONS_MAX)
    return VG_FAIL(err, VG_ELIMIT, "evaluation.big");
  for (vg_jit_init(&it, questions); vg_jit_next(&it, NULL, &q); number++) {
    vg_str code, fr, en;
    char audience[AUDIENCE_MAX];
    struct placed p;
    if (!vg_jv_str_at(q, "code", &code) || !code_ok(code) || !vg_jv_str_at(q, "fr", &fr) ||
        !vg_jv_str_at(q, "en", &en) || !fr.n || !en.n)
      return VG_FAIL(err, VG_EDATA, "evaluation.question", VG_N(number + 1));
    if (!placed_of(q, &p) || !unlike(questions, number, code, &p))
      return VG_FAIL(err, VG_EDATA, p.issue.n || p.axis.n ? "evaluation.issue" : "evaluation.question",
                     VG_N(number + 1));
    if (!audience_of(q, audience) || (audience[0] && !by_group))
      return VG_FAIL(err, VG_EDATA, "evaluation.audience", VG_N(number + 1));
  }
  return VG_OK;
}

vg_code questions_store(struct store_tx *tx, int64_t plan, vg_jv questions, struct vg_err *err) {
  struct vg_jit it;
  vg_jv q;
  int64_t number = 0;
  for (vg_jit_init(&it, questions); vg_jit_next(&it, NULL, &q); number++) {
    vg_str code = VG_STR(""), fr = VG_STR(""), en = VG_STR("");
    char audience[AUDIENCE_MAX];
    struct placed p;
    (void)vg_jv_str_at(q, "code", &code), (void)vg_jv_str_at(q, "fr", &fr), (void)vg_jv_str_at(q, "en", &en);
    (void)placed_of(q, &p), (void)audience_of(q, audience);
    VG_TRY(store_exec(tx,
                      "INSERT INTO evaluation_question (plan, number, code, text_fr, text_en, issue, axis, audience) "
                      "VALUES ($1, $2, $3, $4, $5, $6, "
                      "$7, $8)",
                      S_ARGS(S_INT(plan), S_INT(number), S_STR(code), S_STR(fr), S_STR(en), S_STR(p.issue),
                             S_STR(p.axis), S_Z(audience)),
                      err));
  }
  return VG_OK;
}

/* --- versions --- */

static vg_code newest(struct store_tx *tx, vg_str code, int64_t *version, char sha256[static 2 * VG_SHA256_SIZE + 1],
                      struct vg_err *err) {
  struct store_rows *q;
  *version = 0;
  sha256[0] = 0;
  VG_TRY(store_query(
      tx, &q, "SELECT version, sha256 FROM evaluation_questionnaire WHERE code = $1 ORDER BY version DESC LIMIT 1",
      S_ARGS(S_STR(code)), err));
  if (store_next(q)) {
    *version = store_int(q, 0);
    vg_str_copy(sha256, 2 * VG_SHA256_SIZE + 1, store_str(q, 1));
  }
  return store_done(&q, err);
}

static vg_code add_version(struct store_tx *tx, const struct actor *who, vg_str code, vg_str body, int64_t *version,
                           struct vg_err *err) {
  char hex[2 * VG_SHA256_SIZE + 1], before[2 * VG_SHA256_SIZE + 1], name[64];
  unsigned char digest[VG_SHA256_SIZE];
  struct ledger_state head;
  vg_sha256(body.p, body.n, digest);
  vg_hex(hex, digest, sizeof digest);
  VG_TRY(newest(tx, code, version, before, err));
  if (vg_str_eqz(vg_str_z(hex), before))
    return VG_FAIL(err, VG_EEXIST, "evaluation.same_version", VG_T(code), VG_N(*version));
  ++*version;
  snprintf(name, sizeof name, "%.*s@%lld", (int)code.n, code.p, (long long)*version);
  VG_TRY(ledger_head(tx, &head, err));
  VG_TRY(store_exec(
      tx,
      "INSERT INTO evaluation_questionnaire (code, version, body, sha256, entry, added) VALUES ($1, $2, $3, $4, $5, "
      "$6)",
      S_ARGS(S_STR(code), S_INT(*version), S_STR(body), S_Z(hex), S_INT(head.size), S_TIME(store_now(tx))), err));
  return LEDGER_TELL(tx, who, "evaluation.questionnaire", name, err, "sha256", hex);
}

static vg_code add_json(struct store_tx *tx, const struct actor *who, vg_str json, char code[static 40],
                        int64_t *version, struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf canonical;
  vg_jv root;
  vg_str name = VG_STR("");
  vg_buf_init(&canonical, 1 << 20);
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, json, &root, err);
  if (rc == VG_OK &&
      (!vg_jv_str_at(root, "code", &name) || !code_ok(name) || !vg_jv_count(vg_jv_at(root, "questions"))))
    rc = VG_FAIL(err, VG_EDATA, "evaluation.questionnaire");
  if (rc == VG_OK)
    rc = questions_check(vg_jv_at(root, "questions"), true, err);
  if (rc == VG_OK) {
    vg_json_canonical(root, &canonical);
    rc = vg_buf_check(&canonical, err);
  }
  if (rc == VG_OK)
    rc = add_version(tx, who, name, vg_buf_view(&canonical), version, err);
  vg_str_copy(code, 40, name);
  vg_json_free(j);
  vg_buf_fini(&canonical);
  return rc;
}

vg_code evaluation_questionnaire_add(struct store_tx *tx, const struct actor *who, vg_str text, char code[static 40],
                                     int64_t *version, struct vg_err *err) {
  struct vg_buf json;
  const vg_str trimmed = vg_str_trim(text);
  if (trimmed.n && trimmed.p[0] == '{')
    return add_json(tx, who, text, code, version, err);
  vg_buf_init(&json, 1 << 20);
  vg_code rc = question_table_read(text, vg_str_trim(vg_str_z(code)), &json, err);
  if (rc == VG_OK)
    rc = add_json(tx, who, vg_buf_view(&json), code, version, err);
  vg_buf_fini(&json);
  return rc;
}

vg_code evaluation_questionnaire_body(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err) {
  vg_str version = name, code;
  int64_t n;
  if (!vg_str_cut(&version, '@', &code) || !version.p || !vg_str_i64(version, &n))
    return VG_FAIL(err, VG_EDATA, "evaluation.no_questionnaire", VG_T(name));
  vg_code rc = store_get_text(tx, out, "SELECT body FROM evaluation_questionnaire WHERE code = $1 AND version = $2",
                              S_ARGS(S_STR(code), S_INT(n)), NULL);
  return rc == VG_OK ? rc : VG_FAIL(err, rc == VG_ENOTFOUND ? VG_EDATA : rc, "evaluation.no_questionnaire", VG_T(name));
}

static vg_code count_questions(struct vg_json *j, vg_str body, int64_t *n, struct vg_err *err) {
  vg_jv root;
  VG_TRY(vg_json_parse(j, body, &root, err));
  *n = (int64_t)vg_jv_count(vg_jv_at(root, "questions"));
  return VG_OK;
}

vg_code evaluation_each_questionnaire(struct store_tx *tx, evaluation_questionnaire_sink *sink, void *ctx,
                                      struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(
      tx, &q, "SELECT code, version, sha256, entry, added, body FROM evaluation_questionnaire ORDER BY code, version",
      S_NOARGS, err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      struct evaluation_questionnaire one = {.code = store_str(q, 0),
                                             .version = store_int(q, 1),
                                             .sha256 = store_str(q, 2),
                                             .entry = store_int(q, 3),
                                             .added = store_time(q, 4)};
      rc = count_questions(j, store_str(q, 5), &one.questions, err);
      if (rc == VG_OK)
        rc = sink(ctx, &one, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_json_free(j);
  return rc;
}
