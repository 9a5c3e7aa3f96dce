/* Qualification requests between instances: the question, its answers, its history; where it stands, on which terms,
 * and what was struck out are fields that two may have changed. */
#include "base/jsonw.h"
#include "casework/casework.h"
#include "qualify/qualify_internal.h"

#define AFFAIR_KNOWN                                                                                                   \
  "SELECT (SELECT COUNT(*) FROM casework_v_case WHERE pid = $1) + (SELECT COUNT(*) FROM casework_v_exhibit WHERE pid " \
  "= $1)"
#define AFFAIR                                                                                                         \
  "COALESCE((SELECT c.pid FROM casework_v_case c WHERE r.type = 'case' AND c.ref = r.value), (SELECT e.pid FROM "      \
  "casework_v_exhibit e WHERE r.type = 'exhibit' AND e.ref = r.value), '')"
#define REQUEST_KNOWN "SELECT COUNT(*) FROM qualify_request WHERE pid = $1"

static const struct merge_column request_columns[] = {MERGE_COL_ID,
                                                      MERGE_COL_TEXT("type", 31),
                                                      MERGE_COL_TEXT("value", 8192),
                                                      MERGE_COL_REF("affair", AFFAIR_KNOWN),
                                                      MERGE_COL_TEXT("question", QUALIFY_WORDS),
                                                      MERGE_COL_TEXT("asked_by", QUALIFY_NAME),
                                                      MERGE_COL_TIME("opened"),
                                                      MERGE_COL_TEXT("basis", 23),
                                                      MERGE_COL_TIME("deadline"),
                                                      {"tlp", MERGE_INT, TLP_RED, NULL},
                                                      {"pap", MERGE_INT, PAP_RED, NULL}};

/* What a request may be about, spelt as it is here. */
static vg_code request_check(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                             struct vg_err *err) {
  vg_str type, value, affair;
  enum indicator_type t;
  struct vg_buf spelt;
  (void)tx;
  (void)who;
  bool ok = vg_jv_str_at(e->body, "type", &type) && vg_jv_str_at(e->body, "value", &value) &&
            vg_jv_str_at(e->body, "affair", &affair);
  if (ok && qualify_is_affair(type)) {
    ok = vg_str_eq(vg_id_kind(affair), type);
  } else if (ok) {
    vg_buf_init(&spelt, 1 << 16);
    ok = !affair.n && intel_type_by_name(type, &t) && intel_normalise(t, value, &spelt) &&
         vg_str_eq(vg_buf_view(&spelt), value);
    vg_buf_fini(&spelt);
  }
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "qualify.event", VG_N(e->seq));
}

static const struct merge_row requests = {
    .prefix = "qualification--",
    .all = "SELECT pid, id, NULL FROM qualify_request ORDER BY id",
    MERGE_COLUMNS(request_columns),
    .check = request_check,
    .select = "SELECT r.pid, r.type, r.value, " AFFAIR ", r.question, r.asked_by, r.opened, r.basis, r.deadline, "
              "r.tlp, r.pap FROM qualify_request r WHERE r.id = $1",
    .insert =
        "INSERT INTO qualify_request (pid, type, value, question, asked_by, state, opened, basis, deadline, tlp, pap) "
        "VALUES ($1, $2, COALESCE((SELECT ref FROM casework_v_case WHERE pid = $4), (SELECT ref FROM "
        "casework_v_exhibit WHERE pid = $4), $3), $5, $6, 'open', $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"};

static vg_code answer_check(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                            struct vg_err *err) {
  vg_str code, uid;
  int64_t verdict;
  double weight;
  (void)tx;
  (void)who;
  bool ok = vg_jv_i64_at(e->body, "verdict", &verdict) && vg_jv_str_at(e->body, "admiralty", &code) &&
            qualify_answer_weight((int)verdict, code, &weight) && vg_jv_str_at(e->body, "uid", &uid) &&
            vg_str_starts(uid, e->subject);
  return ok ? VG_OK : VG_FAIL(err, VG_EDATA, "qualify.event", VG_N(e->seq));
}

/* An answer that comes after it was struck out elsewhere. */
static vg_code answer_done(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                           struct vg_err *err) {
  (void)who;
  return store_exec(tx,
                    "UPDATE qualify_piece SET piece = (SELECT 'answer:' || a.id FROM qualify_answer a WHERE 'answer=' "
                    "|| a.uid = qualify_piece.piece) WHERE request = (SELECT id FROM qualify_request WHERE pid = $1) "
                    "AND EXISTS (SELECT 1 FROM qualify_answer a WHERE 'answer=' || a.uid = qualify_piece.piece)",
                    S_ARGS(S_STR(e->subject)), err);
}

static const struct merge_column answer_columns[] = {
    MERGE_COL_REF("request", REQUEST_KNOWN), MERGE_COL_TEXT("source", QUALIFY_NAME),  {"verdict", MERGE_INT, 3, NULL},
    MERGE_COL_TEXT("admiralty", 2),          MERGE_COL_TEXT("answer", QUALIFY_WORDS), MERGE_COL_TIME("time"),
    MERGE_COL_TEXT("uid", MERGE_UID - 1)};
static const struct merge_row answers = {
    MERGE_COLUMNS(answer_columns),
    .all = "SELECT r.pid, a.id, NULL FROM qualify_answer a JOIN qualify_request r ON r.id = a.request ORDER BY a.id",
    .check = answer_check,
    .done = answer_done,
    .select = "SELECT r.pid, a.source, a.verdict, a.admiralty, a.answer, a.time, a.uid FROM qualify_answer a JOIN "
              "qualify_request r ON r.id = a.request WHERE a.id = $1",
    .insert = "INSERT INTO qualify_answer (request, source, verdict, admiralty, answer, time, uid) VALUES ((SELECT id "
              "FROM qualify_request WHERE pid = $1), $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"};

static const struct merge_column history_columns[] = {MERGE_COL_REF("request", REQUEST_KNOWN), MERGE_COL_TIME("time"),
                                                      MERGE_COL_TEXT("what", 31), MERGE_COL_TEXT("who", QUALIFY_NAME),
                                                      MERGE_COL_TEXT("text", QUALIFY_WORDS)};
static const struct merge_row histories = {
    MERGE_COLUMNS(history_columns),
    .all = "SELECT r.pid, e.id, NULL FROM qualify_event e JOIN qualify_request r ON r.id = e.request ORDER BY e.id",
    .select = "SELECT r.pid, e.time, e.what, e.who, e.body FROM qualify_event e JOIN qualify_request r ON r.id = "
              "e.request WHERE e.id = $1",
    .insert = "INSERT INTO qualify_event (request, time, what, who, body) VALUES ((SELECT id FROM qualify_request "
              "WHERE pid = $1), $2, $3, $4, $5)"};

/* --- what two may have changed --- */

struct keeping {
  struct store_tx *tx;
  int64_t id;
  struct vg_jw w;
};

static vg_code write_state(struct keeping *k, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(
      store_query(k->tx, &q,
                  "SELECT r.state, r.asked_to, v.verdict, v.probability, v.confidence, v.motive, v.proposed_by, "
                  "v.proposed_name, v.decided, COALESCE(v.confirmed_by, ''), COALESCE(v.confirmed_name, ''), "
                  "v.released FROM qualify_request r LEFT JOIN qualify_verdict v ON v.request = r.id WHERE r.id = $1",
                  S_ARGS(S_INT(k->id)), err));
  if (store_next(q)) {
    vg_jw_kstr(&k->w, "state", store_str(q, 0));
    vg_jw_kstr(&k->w, "asked_to", store_str(q, 1));
    if (!store_is_null(q, 2)) {
      vg_jw_kint(&k->w, "verdict", store_int(q, 2));
      vg_jw_knum(&k->w, "probability", store_real(q, 3));
      vg_jw_kint(&k->w, "confidence", store_int(q, 4));
      vg_jw_kstr(&k->w, "motive", store_str(q, 5));
      vg_jw_kstr(&k->w, "proposed_by", store_str(q, 6));
      vg_jw_kstr(&k->w, "proposed_name", store_str(q, 7));
      vg_jw_kint(&k->w, "decided", store_int(q, 8));
      vg_jw_kstr(&k->w, "confirmed_by", store_str(q, 9));
      vg_jw_kstr(&k->w, "confirmed_name", store_str(q, 10));
      if (!store_is_null(q, 11))
        vg_jw_kint(&k->w, "released", store_int(q, 11));
    }
  }
  return store_done(&q, err);
}

static vg_code write_terms(struct keeping *k, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(k->tx, &q, "SELECT basis, deadline, tlp, pap FROM qualify_request WHERE id = $1",
                     S_ARGS(S_INT(k->id)), err));
  if (store_next(q)) {
    vg_jw_kstr(&k->w, "basis", store_str(q, 0));
    if (!store_is_null(q, 1))
      vg_jw_kint(&k->w, "deadline", store_int(q, 1));
    vg_jw_kint(&k->w, "tlp", store_int(q, 2));
    vg_jw_kint(&k->w, "pap", store_int(q, 3));
  }
  return store_done(&q, err);
}

/* The piece of an answer is named by its row here, and by the answer's own name elsewhere. */
static vg_code write_pieces(struct keeping *k, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(k->tx, &q,
                     "SELECT COALESCE((SELECT 'answer=' || a.uid FROM qualify_answer a WHERE 'answer:' || a.id = "
                     "p.piece), p.piece) AS name, p.why FROM qualify_piece p WHERE p.request = $1 ORDER BY name",
                     S_ARGS(S_INT(k->id)), err));
  vg_jw_key(&k->w, "struck");
  vg_jw_arr(&k->w);
  while (store_next(q)) {
    vg_jw_obj(&k->w);
    vg_jw_kstr(&k->w, "piece", store_str(q, 0));
    vg_jw_kstr(&k->w, "why", store_str(q, 1));
    vg_jw_end(&k->w);
  }
  vg_jw_end(&k->w);
  return store_done(&q, err);
}

static const struct field {
  const char *name;
  vg_code (*write)(struct keeping *k, struct vg_err *err);
} fields[] = {{"state", write_state}, {"terms", write_terms}, {"pieces", write_pieces}};
enum { FIELD_STATE, FIELD_TERMS, FIELD_PIECES };

static vg_code changed(struct store_tx *tx, const struct actor *who, const struct qualify_head *h,
                       const struct field *f, struct vg_err *err) {
  struct keeping k = {.tx = tx, .id = h->id};
  struct vg_buf value;
  vg_buf_init(&value, 1 << 16);
  vg_jw_init(&k.w, &value);
  vg_jw_obj(&k.w);
  vg_code rc = f->write(&k, err);
  vg_jw_end(&k.w);
  if (rc == VG_OK)
    rc = vg_buf_check(&value, err);
  if (rc == VG_OK)
    rc = merge_change(tx, who, "qualification.changed", h->pid.s, f->name, vg_buf_view(&value), NULL, err);
  vg_buf_fini(&value);
  return rc;
}

enum { KIND_REQUEST, KIND_ANSWER, KIND_HISTORY };
static vg_code last_row(struct store_tx *tx, const struct actor *who, int kind, const struct qualify_head *h,
                        const char *sql, struct vg_err *err) {
  int64_t id;
  VG_TRY(store_get_int(tx, &id, sql, S_ARGS(S_INT(h->id)), err));
  return merge_row_added(tx, who, &qualify_merges[kind], h->pid.s, S_ARGS(S_INT(id)), err);
}

vg_code qualify_tell(struct store_tx *tx, const struct actor *who, const struct qualify_head *h, vg_str what,
                     struct vg_err *err) {
  bool opened = vg_str_eqz(what, "opened");
  if (opened)
    VG_TRY(merge_row_added(tx, who, &qualify_merges[KIND_REQUEST], h->pid.s, S_ARGS(S_INT(h->id)), err));
  if (vg_str_eqz(what, "answered"))
    VG_TRY(last_row(tx, who, KIND_ANSWER, h, "SELECT MAX(id) FROM qualify_answer WHERE request = $1", err));
  VG_TRY(last_row(tx, who, KIND_HISTORY, h, "SELECT MAX(id) FROM qualify_event WHERE request = $1", err));
  if (vg_str_eqz(what, "terms"))
    return changed(tx, who, h, &fields[FIELD_TERMS], err);
  if (vg_str_eqz(what, "struck") || vg_str_eqz(what, "restored"))
    VG_TRY(changed(tx, who, h, &fields[FIELD_PIECES], err));
  return opened ? VG_OK : changed(tx, who, h, &fields[FIELD_STATE], err);
}

/* What an older version left: where it stands, and what was struck out; terms go with the question. */
static vg_code adopt(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT r.id, r.pid, (SELECT COUNT(*) FROM qualify_piece p WHERE p.request = r.id) FROM "
                     "qualify_request r WHERE r.state <> 'open' AND NOT EXISTS (SELECT 1 FROM merge_v_version v WHERE "
                     "v.subject = r.pid AND v.field = 'state') ORDER BY r.id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    const struct qualify_head h = {.id = store_int(q, 0), .pid = vg_id_of(store_str(q, 1))};
    bool struck = store_int(q, 2) > 0;
    rc = changed(tx, who, &h, &fields[FIELD_STATE], err);
    if (rc == VG_OK && struck)
      rc = changed(tx, who, &h, &fields[FIELD_PIECES], err);
    *count += 1 + struck;
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* --- and back --- */

static vg_code refused(const struct merge_version *v, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->kind));
}

static bool state_known(vg_str s) {
  static const char *const states[] = {"open", "asked", "answered", "decided", "released"};
  for (size_t i = 0; i < VG_COUNT(states); i++)
    if (vg_str_eqz(s, states[i]))
      return true;
  return false;
}

/* Two people stand behind a released verdict, wherever it was released. */
static vg_code put_verdict(struct store_tx *tx, int64_t id, vg_jv j, vg_str state, const struct merge_version *v,
                           struct vg_err *err) {
  vg_str motive, by, name, second, second_name;
  int64_t verdict, confidence, decided, released = 0;
  double p;
  bool out = vg_jv_type(vg_jv_at(j, "released")) != VG_J_MISSING;
  bool ok = vg_jv_i64_at(j, "verdict", &verdict) && verdict >= 0 && verdict <= 3 &&
            vg_jv_f64(vg_jv_at(j, "probability"), &p) && p >= 0 && p <= 1 &&
            vg_jv_i64_at(j, "confidence", &confidence) && confidence >= 0 && confidence <= 100 &&
            merge_text(j, "motive", QUALIFY_WORDS, &motive) && merge_text(j, "proposed_by", VG_ID_MAX - 1, &by) &&
            vg_id_ok(by) && merge_text(j, "proposed_name", QUALIFY_NAME, &name) &&
            vg_jv_i64_at(j, "decided", &decided) && merge_text(j, "confirmed_by", VG_ID_MAX - 1, &second) &&
            merge_text(j, "confirmed_name", QUALIFY_NAME, &second_name) && out == vg_str_eqz(state, "released") &&
            (!out || vg_jv_i64_at(j, "released", &released)) &&
            (out ? vg_id_ok(second) && !vg_str_eq(second, by) : second.n == 0);
  if (!ok)
    return refused(v, err);
  return store_exec(tx,
                    "INSERT INTO qualify_verdict (request, verdict, probability, confidence, motive, proposed_by, "
                    "proposed_name, decided, confirmed_by, confirmed_name, released) VALUES ($1, $2, $3, $4, $5, $6, "
                    "$7, $8, NULLIF($9, ''), NULLIF($10, ''), $11)",
                    S_ARGS(S_INT(id), S_INT(verdict), S_REAL(p), S_INT(confidence),
                           S_STR(motive.n ? motive : VG_STR("")), S_STR(by), S_STR(name.n ? name : VG_STR("")),
                           S_INT(decided), S_STR(second.n ? second : VG_STR("")),
                           S_STR(second_name.n ? second_name : VG_STR("")), S_INT_OR_NULL(released, !out)),
                    err);
}

static vg_code put_state(struct store_tx *tx, int64_t id, vg_jv j, const struct merge_version *v, struct vg_err *err) {
  vg_str state, to;
  if (!merge_text(j, "state", 15, &state) || !state_known(state) || !merge_text(j, "asked_to", QUALIFY_NAME, &to))
    return refused(v, err);
  bool decided = vg_jv_type(vg_jv_at(j, "verdict")) != VG_J_MISSING;
  if (decided != (vg_str_eqz(state, "decided") || vg_str_eqz(state, "released")))
    return refused(v, err);
  VG_TRY(store_exec(tx, "DELETE FROM qualify_verdict WHERE request = $1", S_ARGS(S_INT(id)), err));
  VG_TRY(store_exec(tx, "UPDATE qualify_request SET state = $2, asked_to = $3 WHERE id = $1",
                    S_ARGS(S_INT(id), S_STR(state), S_STR(to.n ? to : VG_STR(""))), err));
  return decided ? put_verdict(tx, id, j, state, v, err) : VG_OK;
}

static vg_code put_terms(struct store_tx *tx, int64_t id, vg_jv j, const struct merge_version *v, struct vg_err *err) {
  vg_str basis;
  int64_t deadline = 0, tlp, pap;
  bool due = vg_jv_type(vg_jv_at(j, "deadline")) != VG_J_MISSING;
  if (!merge_text(j, "basis", 23, &basis) || (due && !vg_jv_i64_at(j, "deadline", &deadline)) ||
      !vg_jv_i64_at(j, "tlp", &tlp) || tlp < 0 || tlp > TLP_RED || !vg_jv_i64_at(j, "pap", &pap) || pap < 0 ||
      pap > PAP_RED)
    return refused(v, err);
  return store_exec(
      tx, "UPDATE qualify_request SET basis = $2, deadline = $3, tlp = $4, pap = $5 WHERE id = $1",
      S_ARGS(S_INT(id), S_STR(basis.n ? basis : VG_STR("")), S_INT_OR_NULL(deadline, !due), S_INT(tlp), S_INT(pap)),
      err);
}

static vg_code put_pieces(struct store_tx *tx, int64_t id, vg_jv j, const struct merge_version *v, struct vg_err *err) {
  struct vg_jit it;
  vg_jv item;
  vg_str piece, why;
  VG_TRY(store_exec(tx, "DELETE FROM qualify_piece WHERE request = $1", S_ARGS(S_INT(id)), err));
  for (vg_jit_init(&it, vg_jv_at(j, "struck")); vg_jit_next(&it, NULL, &item);) {
    if (!merge_text(item, "piece", MERGE_UID + 8, &piece) || !piece.n || !merge_text(item, "why", QUALIFY_WORDS, &why))
      return refused(v, err);
    VG_TRY(store_exec(tx,
                      "INSERT INTO qualify_piece (request, piece, why) VALUES ($1, COALESCE((SELECT 'answer:' || a.id "
                      "FROM qualify_answer a WHERE a.request = $1 AND 'answer=' || a.uid = $2), $2), $3) ON CONFLICT "
                      "DO NOTHING",
                      S_ARGS(S_INT(id), S_STR(piece), S_STR(why.n ? why : VG_STR(""))), err));
  }
  return VG_OK;
}

static vg_code put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err) {
  struct vg_json *j;
  vg_jv value;
  int64_t id;
  (void)who;
  vg_code rc = store_get_int(tx, &id, "SELECT id FROM qualify_request WHERE pid = $1", S_ARGS(S_STR(v->subject)), NULL);
  if (rc == VG_ENOTFOUND)
    return VG_OK;
  VG_TRY(rc);
  VG_TRY(vg_json_new(&j, err));
  rc = vg_json_parse(j, v->value, &value, err);
  if (rc == VG_OK && vg_str_eqz(v->field, fields[FIELD_STATE].name))
    rc = put_state(tx, id, value, v, err);
  else if (rc == VG_OK && vg_str_eqz(v->field, fields[FIELD_TERMS].name))
    rc = put_terms(tx, id, value, v, err);
  else if (rc == VG_OK && vg_str_eqz(v->field, fields[FIELD_PIECES].name))
    rc = put_pieces(tx, id, value, v, err);
  else if (rc == VG_OK)
    rc = refused(v, err);
  vg_json_free(j);
  return rc;
}

vg_code qualify_affair_of(struct store_tx *tx, vg_str pid, struct vg_id *affair, struct vg_err *err) {
  struct store_rows *q;
  *affair = (struct vg_id){.s = ""};
  VG_TRY(store_query(tx, &q, "SELECT " AFFAIR " FROM qualify_request r WHERE r.pid = $1", S_ARGS(S_STR(pid)), err));
  if (store_next(q))
    *affair = vg_id_of(store_str(q, 0));
  return store_done(&q, err);
}

static vg_code may(struct store_tx *tx, const struct actor *who, vg_str subject, struct vg_err *err) {
  struct subject_of s;
  struct vg_id affair = vg_id_of(subject);
  if (vg_str_eqz(vg_id_kind(subject), "qualification"))
    VG_TRY(qualify_affair_of(tx, subject, &affair, err));
  VG_TRY(casework_subject_of(tx, vg_id_str(&affair), &s, err));
  return s.org ? territory_access(tx, who, s.org, err) : VG_OK;
}

vg_code qualify_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err) {
  return store_exec(tx, "UPDATE qualify_request SET value = $2 WHERE type IN ('case', 'exhibit') AND value = $1",
                    S_ARGS(S_STR(old), S_STR(fresh)), err);
}

const struct merge_kind qualify_merges[] = {
    [KIND_REQUEST] = {.kind = "qualification.opened", .row = &requests, .may = may},
    [KIND_ANSWER] = {.kind = "qualification.answered", .row = &answers, .may = may},
    [KIND_HISTORY] = {.kind = "qualification.noted", .row = &histories, .may = may},
    {.kind = "qualification.changed", .put = put, .may = may, .adopt = adopt},
    {.kind = NULL}};

#define ABOUT                                                                                                          \
  "(r.type = 'case' AND r.value = $1) OR (r.type = 'exhibit' AND r.value IN (SELECT e.ref FROM casework_v_exhibit e "  \
  "WHERE e.case_ref = $1))"
#define OF_REQUESTS(table) "DELETE FROM " table " WHERE request IN (SELECT r.id FROM qualify_request r WHERE " ABOUT ")"
vg_code qualify_case_forget(struct store_tx *tx, const char *ref, struct vg_buf *subjects, int64_t *rows,
                            struct vg_err *err) {
  static const char *const deletes[] = {OF_REQUESTS("qualify_answer"), OF_REQUESTS("qualify_piece"),
                                        OF_REQUESTS("qualify_verdict"), OF_REQUESTS("qualify_event"),
                                        "DELETE FROM qualify_request WHERE id IN (SELECT r.id FROM qualify_request r "
                                        "WHERE " ABOUT ")"};
  int64_t n;
  *rows = 0;
  VG_TRY(store_get_lines(tx, subjects, "SELECT r.pid FROM qualify_request r WHERE " ABOUT " ORDER BY r.id",
                         S_ARGS(S_Z(ref)), err));
  for (size_t i = 0; i < VG_COUNT(deletes); i++) {
    VG_TRY(store_change(tx, &n, deletes[i], S_ARGS(S_Z(ref)), err));
    *rows += n;
  }
  return VG_OK;
}
