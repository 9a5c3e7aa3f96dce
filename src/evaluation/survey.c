/* Tokens and answers. A token is spent by deleting its hash; nothing that stays can join it, its holder or its hour to
 * an answer: not the place of a row either (SQLite: tables WITHOUT ROWID; PostgreSQL: survey_mix). */
#include "base/hash.h"
#include "evaluation/survey_internal.h"

#include <stdio.h>

enum { TOKEN_BYTES = 15, TOKEN_TEXT = 24, TOKENS_MAX = 10000, ANSWERS_MAX = 200 };

/* Crockford's base 32: no letters that look alike. 120 bits in 24 characters. */
static void token_text(const unsigned char bytes[static TOKEN_BYTES], char out[static TOKEN_TEXT + 1]) {
  static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  unsigned acc = 0, bits = 0, n = 0;
  for (size_t i = 0; i < TOKEN_BYTES; i++) {
    acc = acc << 8 | bytes[i];
    for (bits += 8; bits >= 5; bits -= 5)
      out[n++] = digits[acc >> (bits - 5) & 31];
    acc &= (1u << bits) - 1;
  }
  out[n] = 0;
}

/* As it may be typed from paper: any case, with spaces or dashes, O for 0, I and L for 1. */
static void token_hash(vg_str token, char hex[static 2 * VG_SHA256_SIZE + 1]) {
  unsigned char digest[VG_SHA256_SIZE];
  char clean[TOKEN_TEXT + 2];
  size_t n = 0;
  for (size_t i = 0; i < token.n && n < sizeof clean - 1; i++) {
    char c = token.p[i] >= 'a' && token.p[i] <= 'z' ? (char)(token.p[i] - 'a' + 'A') : token.p[i];
    if (c != ' ' && c != '-' && c != '\n' && c != '\r' && c != '\t')
      clean[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
  }
  const vg_str parts[] = {VG_STR("vigie survey token 1\n"), vg_str_n(clean, n)};
  vg_sha256_of(parts, 2, digest);
  vg_hex(hex, digest, sizeof digest);
}

static bool has(const char *breakdown, const char *what) {
  return vg_str_find(vg_str_z(breakdown), vg_str_z(what), 0) != SIZE_MAX;
}

const char *const evaluation_audiences[EVALUATION_AUDIENCES] = {"referents",  "hierarchy",   "peers",   "helped",
                                                                "not-helped", "prosecutors", "partners"};

/* Where questions name whom they are for, a group that none of them names and that is none of the usual ones is a slip:
 * its answers would stand alone. */
static vg_code group_check(struct store_tx *tx, int64_t plan, vg_str group, struct vg_err *err) {
  char known[VG_ERR_ARG_MAX] = " ";
  struct store_rows *q;
  size_t n = 1;
  bool free = true; /* no question names any */
  for (size_t i = 0; i < EVALUATION_AUDIENCES; i++)
    n += (size_t)snprintf(known + n, sizeof known - n, "%s ", evaluation_audiences[i]);
  VG_TRY(store_query(tx, &q, "SELECT DISTINCT audience FROM evaluation_question WHERE plan = $1 AND audience <> ''",
                     S_ARGS(S_INT(plan)), err));
  while (store_next(q)) {
    vg_str rest = vg_str_trim(store_str(q, 0)), one;
    free = false;
    while (rest.p && vg_str_cut(&rest, ' ', &one) && n + one.n + 2 < sizeof known)
      if (!survey_put_to(vg_str_z(known), one))
        n += (size_t)snprintf(known + n, sizeof known - n, "%.*s ", (int)one.n, one.p);
  }
  VG_TRY(store_done(&q, err));
  return free || survey_put_to(vg_str_z(known), group)
             ? VG_OK
             : VG_FAIL(err, VG_EDATA, "evaluation.group", VG_T(group), VG_T(vg_str_trim(vg_str_z(known))));
}

static vg_code cell_check(struct store_tx *tx, const struct evaluation_state *e, vg_str group, vg_str zone,
                          struct vg_err *err) {
  if (has(e->breakdown, "group") != (group.n > 0) || has(e->breakdown, "zone") != (zone.n > 0))
    return e->breakdown[0] ? VG_FAIL(err, VG_EDATA, "evaluation.cell", e->breakdown)
                           : VG_FAIL(err, VG_EDATA, "evaluation.cell_none");
  if (group.n > 60 || !vg_utf8_ok(group))
    return VG_FAIL(err, VG_EDATA, "evaluation.cell", e->breakdown);
  char code[32];
  if (group.n)
    VG_TRY(group_check(tx, e->id, group, err));
  return zone.n ? territory_zone_check(tx, vg_str_copy(code, sizeof code, zone), err) : VG_OK;
}

/* Two surveys among the same people: what changes between them is what changed among those people, one more of them
 * for instance. Words are not compared: the same can be asked in others. */
static vg_code apart_check(struct store_tx *tx, const struct evaluation_state *e, vg_str group, vg_str zone,
                           struct vg_err *err) {
  struct store_rows *q;
  char title[sizeof e->title] = "";
  vg_time closed = VG_NOTIME;
  VG_TRY(store_query(
      tx, &q,
      "SELECT p.title, p.closed FROM evaluation_plan p JOIN evaluation_asked a ON a.plan = p.id WHERE p.id <> $1 AND (p.state = "
      "'open' OR (p.state = 'closed' AND p.closed > $2 AND (SELECT COUNT(DISTINCT sheet) FROM evaluation_answer r WHERE "
      "r.plan = p.id) + COALESCE((SELECT w.sheets FROM evaluation_away w WHERE w.plan = p.id), 0) >= p.threshold)) AND (a.grp = $3 OR a.grp = '' OR $3 = '') AND (a.zone = $4 OR a.zone = '' OR $4 = "
      "'') ORDER BY CASE WHEN p.state = 'open' THEN 0 ELSE 1 END, p.closed DESC, p.id",
      S_ARGS(S_INT(e->id), S_TIME(store_now(tx) - EVALUATION_APART), S_STR(group), S_STR(zone)), err));
  if (store_next(q)) {
    vg_str_copy(title, sizeof title, store_str(q, 0));
    closed = store_time(q, 1);
  }
  VG_TRY(store_done(&q, err));
  if (!title[0])
    return VG_OK;
  if (closed == VG_NOTIME)
    return VG_FAIL(err, VG_ESTATE, "evaluation.apart_open", title);
  const int64_t left = (closed + EVALUATION_APART - store_now(tx) + VG_DAY - 1) / VG_DAY;
  return VG_FAIL(err, VG_ESTATE, "evaluation.apart", title, VG_N(EVALUATION_APART / VG_DAY), VG_N(left));
}

vg_code evaluation_token(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str group, vg_str zone,
                         int64_t count, struct vg_buf *out, struct vg_err *err) {
  struct evaluation_state e;
  VG_TRY(evaluation_find(tx, pid, &e, err));
  if (!vg_str_eqz(vg_str_z(e.state), "open"))
    return evaluation_not_in(&e, err);
  if (count < 1 || count > TOKENS_MAX)
    return VG_FAIL(err, VG_EDATA, "evaluation.count");
  group = group.p ? vg_str_trim(group) : VG_STR("");
  zone = zone.p ? zone : VG_STR("");
  VG_TRY(cell_check(tx, &e, group, zone, err));
  VG_TRY(apart_check(tx, &e, group, zone, err));
  for (int64_t i = 0; i < count; i++) {
    unsigned char bytes[TOKEN_BYTES];
    char text[TOKEN_TEXT + 1], hash[2 * VG_SHA256_SIZE + 1];
    vg_random(bytes, sizeof bytes);
    token_text(bytes, text);
    token_hash(vg_str_z(text), hash);
    VG_TRY(store_exec(tx, "INSERT INTO evaluation_token (hash, plan, grp, zone) VALUES ($1, $2, $3, $4)",
                      S_ARGS(S_Z(hash), S_INT(e.id), S_STR(group), S_STR(zone)), err));
    vg_buf_z(out, text);
    vg_buf_byte(out, '\n');
  }
  VG_TRY(store_exec(tx,
                    "INSERT INTO evaluation_asked (plan, grp, zone, asked) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (plan, grp, zone) DO UPDATE SET asked = evaluation_asked.asked + excluded.asked",
                    S_ARGS(S_INT(e.id), S_STR(group), S_STR(zone), S_INT(count)), err));
  VG_TRY(vg_buf_check(out, err));
  return LEDGER_TELL(tx, who, "evaluation.tokens", e.pid.s, err, "group", VG_T(group), "zone", VG_T(zone), "count",
                     VG_N(count));
}

struct spent {
  int64_t plan;
  char pid[VG_ID_MAX], group[64], zone[32];
};

vg_code survey_hold(struct store_tx *tx, struct vg_err *err) {
  return store_is_postgres(store_of(tx)) && !store_reading(tx)
             ? store_exec(tx, "LOCK TABLE evaluation_token, evaluation_open_answer IN ACCESS EXCLUSIVE MODE", S_NOARGS,
                          err)
             : VG_OK;
}

vg_code survey_mix(struct store_tx *tx, struct vg_err *err) {
  VG_TRY(store_afresh(tx, "evaluation_token", "hash", err));
  return store_afresh(tx, "evaluation_open_answer", "sheet, code", err);
}

static vg_code find_token(struct store_tx *tx, vg_str token, struct spent *s, struct vg_err *err) {
  struct store_rows *q;
  char hash[2 * VG_SHA256_SIZE + 1];
  VG_TRY(survey_hold(tx, err));
  token_hash(token, hash);
  VG_TRY(
      store_query(tx, &q,
                  "SELECT t.plan, p.pid, t.grp, t.zone FROM evaluation_token t JOIN evaluation_plan p ON p.id = t.plan "
                  "WHERE t.hash = $1 AND p.state = 'open'",
                  S_ARGS(S_Z(hash)), err));
  bool found = store_next(q);
  if (found) {
    s->plan = store_int(q, 0);
    vg_str_copy(s->pid, sizeof s->pid, store_str(q, 1));
    vg_str_copy(s->group, sizeof s->group, store_str(q, 2));
    vg_str_copy(s->zone, sizeof s->zone, store_str(q, 3));
  }
  VG_TRY(store_done(&q, err));
  return found ? VG_OK : VG_FAIL(err, VG_EDENIED, "evaluation.token");
}

bool survey_put_to(vg_str audience, vg_str group) {
  char word[72];
  int n = snprintf(word, sizeof word, " %.*s ", (int)(group.n < 64 ? group.n : 64), group.p ? group.p : "");
  return audience.n == 0 || (n > 0 && (size_t)n < sizeof word && vg_str_find(audience, vg_str_z(word), 0) != SIZE_MAX);
}

vg_code evaluation_title(struct store_tx *tx, const struct evaluation_state *e, enum vg_lang lang,
                         char title[static 160], struct vg_err *err) {
  struct vg_json *j;
  struct vg_buf body;
  vg_jv root;
  vg_str english;
  vg_str_copy(title, 160, vg_str_z(e->title));
  if (lang == VG_FR)
    return VG_OK;
  VG_TRY(vg_json_new(&j, err));
  vg_buf_init(&body, 1 << 20);
  vg_code rc = evaluation_body(tx, e->id, &body, err);
  if (rc == VG_OK)
    rc = vg_json_parse(j, vg_buf_view(&body), &root, err);
  if (rc == VG_OK && vg_jv_str_at(root, "title_en", &english) && english.n)
    vg_str_copy(title, 160, english);
  vg_buf_fini(&body);
  vg_json_free(j);
  return rc;
}

vg_code evaluation_survey_title(struct store_tx *tx, vg_str token, enum vg_lang lang, char title[static 160],
                                struct vg_err *err) {
  struct spent s;
  struct evaluation_state e;
  VG_TRY(find_token(tx, token, &s, err));
  VG_TRY(evaluation_find(tx, vg_str_z(s.pid), &e, err));
  return evaluation_title(tx, &e, lang, title, err);
}

vg_code evaluation_questions(struct store_tx *tx, vg_str token, evaluation_question_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct store_rows *q;
  struct spent s;
  vg_code rc = VG_OK;
  VG_TRY(find_token(tx, token, &s, err));
  VG_TRY(store_query(tx, &q,
                     "SELECT code, text_fr, text_en, audience FROM evaluation_question WHERE plan = $1 ORDER BY number",
                     S_ARGS(S_INT(s.plan)), err));
  while (rc == VG_OK && store_next(q))
    if (survey_put_to(store_str(q, 3), vg_str_z(s.group)))
      rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_str(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code add_answer(struct store_tx *tx, const struct spent *s, const char *sheet, vg_str answer,
                          struct vg_err *err) {
  vg_str value = answer, code;
  struct store_rows *q;
  int64_t n;
  if (!vg_str_cut(&value, '=', &code) || !value.p || !vg_str_i64(value, &n) || n < 1 || n > 5)
    return VG_FAIL(err, VG_EDATA, "evaluation.answer", VG_T(answer));
  VG_TRY(store_query(tx, &q, "SELECT audience FROM evaluation_question WHERE plan = $1 AND code = $2",
                     S_ARGS(S_INT(s->plan), S_STR(code)), err));
  bool known = store_next(q) && survey_put_to(store_str(q, 0), vg_str_z(s->group));
  VG_TRY(store_done(&q, err));
  if (!known)
    return VG_FAIL(err, VG_EDATA, "evaluation.no_question", VG_T(code));
  vg_code rc = store_exec(
      tx, "INSERT INTO evaluation_open_answer (sheet, plan, grp, zone, code, value) VALUES ($1, $2, $3, $4, $5, $6)",
      S_ARGS(S_Z(sheet), S_INT(s->plan), S_Z(s->group), S_Z(s->zone), S_STR(code), S_INT(n)), err);
  return rc == VG_EEXIST ? VG_FAIL(err, VG_EDATA, "evaluation.answer", VG_T(answer)) : rc;
}

vg_code evaluation_answer(struct store_tx *tx, vg_str token, const char *const *answers, size_t count,
                          struct vg_err *err) {
  struct spent s;
  unsigned char bytes[16];
  char sheet[2 * sizeof bytes + 1], hash[2 * VG_SHA256_SIZE + 1];
  int64_t rows;
  VG_TRY(find_token(tx, token, &s, err));
  if (count == 0 || count > ANSWERS_MAX)
    return VG_FAIL(err, VG_EDATA, "evaluation.no_answer");
  vg_random(bytes, sizeof bytes);
  vg_hex(sheet, bytes, sizeof bytes);
  for (size_t i = 0; i < count; i++)
    VG_TRY(add_answer(tx, &s, sheet, vg_str_z(answers[i]), err));
  token_hash(token, hash);
  VG_TRY(store_change(tx, &rows, "DELETE FROM evaluation_token WHERE hash = $1", S_ARGS(S_Z(hash)), err));
  if (rows != 1)
    return VG_FAIL(err, VG_EDENIED, "evaluation.token");
  store_erases(tx);           /* the engine's log has one sheet after the other */
  return survey_mix(tx, err); /* not a word in the ledger: its times would say who came when */
}

vg_code evaluation_each_asked(struct store_tx *tx, int64_t plan, evaluation_asked_sink *sink, void *ctx,
                              struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT grp, zone, asked FROM evaluation_asked WHERE plan = $1 ORDER BY grp, zone",
                     S_ARGS(S_INT(plan)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_int(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
