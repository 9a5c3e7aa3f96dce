/*
 * Full-text search of cases. A case's words (reference, company, summary, parties, findings, exhibits, notes, tasks)
 * are folded by us and indexed by the engine: FTS5, whose rowid sorts by the date of opening opened in seconds << 30 |
 * casework_case.id so that the newest of many come first without a sort; a GIN index over tsvector on PostgreSQL.
 */
#include "base/fold.h"
#include "casework/casework_internal.h"

enum { TEXT_MAX = 256 << 10, QUERY_WORDS = 16 };

static const char texts[] =
    "SELECT ref FROM casework_case WHERE id = $1 UNION ALL "
    "SELECT o.name || ' ' || i.summary FROM casework_case c JOIN casework_incident i ON i.id = c.incident JOIN "
    "territory_org o ON o.id = i.org WHERE c.id = $1 UNION ALL "
    "SELECT name || ' ' || detail FROM casework_party WHERE case_id = $1 UNION ALL "
    "SELECT description || ' ' || serial || ' ' || seal FROM casework_exhibit WHERE case_id = $1 UNION ALL "
    "SELECT what FROM casework_task WHERE case_id = $1 UNION ALL "
    "SELECT text FROM casework_v_note WHERE case_id = $1 AND shows = 1 UNION ALL "
    "SELECT text FROM casework_finding WHERE case_id = $1 AND withdrawn IS NULL";

/* What is past TEXT_MAX of a case's words is not found by them. */
static vg_code gather(struct store_tx *tx, int64_t id, struct vg_buf *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, texts, S_ARGS(S_INT(id)), err));
  while (out->n < TEXT_MAX && store_next(q))
    vg_fold_words(out, vg_str_sub(store_str(q, 0), 0, TEXT_MAX));
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

int64_t casework_text_row(vg_time opened, int64_t id) {
  return (opened > 0 ? opened / VG_SECOND : 0) * (INT64_C(1) << 30) + id;
}

static const char lite_row[] = "INSERT INTO casework_text (rowid, words) VALUES ($1, $2)";

static vg_code index_lite(struct store_tx *tx, int64_t id, vg_str words, struct vg_err *err) {
  int64_t opened;
  VG_TRY(store_get_int(tx, &opened, "SELECT opened FROM casework_case WHERE id = $1", S_ARGS(S_INT(id)), err));
  int64_t row = casework_text_row(opened, id);
  VG_TRY(store_exec(tx, "DELETE FROM casework_text WHERE rowid = $1", S_ARGS(S_INT(row)), err));
  return store_exec(tx, lite_row, S_ARGS(S_INT(row), S_STR(words)), err);
}

vg_code casework_case_index(struct store_tx *tx, int64_t id, struct vg_err *err) {
  struct vg_buf words;
  vg_buf_init(&words, 4 * TEXT_MAX);
  vg_code rc = gather(tx, id, &words, err);
  vg_str all = vg_str_trim(vg_buf_view(&words));
  if (rc == VG_OK && store_is_postgres(store_of(tx)))
    rc = store_exec(
        tx,
        "INSERT INTO casework_text (case_id, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' '))) "
        "ON CONFLICT (case_id) DO UPDATE SET words = EXCLUDED.words",
        S_ARGS(S_INT(id), S_STR(all)), err);
  else if (rc == VG_OK)
    rc = index_lite(tx, id, all, err);
  vg_buf_fini(&words);
  return rc;
}

/* Folded words are letters and digits: as they stand they are the text of a tsvector. */
void casework_text_later(struct store_tx *tx, struct store_later *rows, int64_t id, vg_time opened, vg_str folded) {
  vg_str words = vg_str_trim(vg_str_sub(folded, 0, TEXT_MAX));
  store_later_row(rows,
                  S_ARGS(S_INT(store_is_postgres(store_of(tx)) ? id : casework_text_row(opened, id)), S_STR(words)));
}

vg_code casework_texts_put(struct store_tx *tx, struct store_later *rows, struct vg_err *err) {
  bool postgres = store_is_postgres(store_of(tx));
  return store_later_put(tx, rows, postgres ? "INSERT INTO casework_text (case_id, words) VALUES ($1, $2)" : lite_row,
                         err);
}

/* Each word is the beginning of one of the case's: '"oue"* AND "0001"*', or "'oue':* & '0001':*". */
static vg_code expression(struct vg_buf *out, vg_str words, bool postgres, struct vg_err *err) {
  struct vg_buf folded;
  vg_str rest, word;
  size_t n = 0;
  vg_buf_init(&folded, 1 << 16);
  vg_fold_words(&folded, vg_str_sub(words, 0, 4096));
  rest = vg_str_trim(vg_buf_view(&folded));
  while (rest.n && n < QUERY_WORDS && vg_str_cut(&rest, ' ', &word)) {
    vg_buf_z(out, n++ ? postgres ? " & " : " AND " : "");
    vg_buf_fmt(out, postgres ? "'%.*s':*" : "\"%.*s\"*", (int)word.n, word.p);
  }
  vg_code rc = vg_buf_check(&folded, err);
  vg_buf_fini(&folded);
  return rc == VG_OK ? vg_buf_check(out, err) : rc;
}

#define OF_REGIME " AND ($8 IN (0, 3) OR $8 = CASE WHEN c.frame = 'prevention' THEN 1 ELSE 2 END)"
#define SEEN                                                                                                           \
  OF_REGIME " AND (c.state = $2 OR $2 = '')" CASEWORK_SEEN("c.id", "c.zone", "i.org", "$3", "$4", "$5", "$6") " "
#define NEWEST "ORDER BY c.opened DESC, c.id DESC LIMIT $7"
#define LISTED CASE_COLUMNS "WHERE $1 = ''" SEEN NEWEST

/*
 * PostgreSQL finds all cases of a word before it sorts them. When many have it, the cases are walked from the newest on
 * until enough are found instead: OFFSET 0 keeps the planner from the index of words there, about 3 us a case. What is
 * found is sorted before it is joined, so that only what is shown is joined.
 */
enum { SAMPLE = 1000, FEW = 3000 };
#define FOUND                                                                                                          \
  CASE_COLUMNS_OF "(SELECT k.* FROM casework_text t JOIN casework_case k ON k.id = t.case_id WHERE t.words @@ "        \
                  "CAST($1 AS tsquery) ORDER BY k.opened DESC, k.id DESC OFFSET 0) c " CASE_JOINS                      \
                  "WHERE 1 = 1" SEEN NEWEST
#define WALK(cases)                                                                                                    \
  CASE_COLUMNS_OF cases " c " CASE_JOINS "CROSS JOIN LATERAL (SELECT x.words FROM casework_text x WHERE x.case_id = "  \
                        "c.id OFFSET 0) t WHERE t.words @@ CAST($1 AS tsquery)" SEEN NEWEST
#define WALKED WALK("casework_case")
#define SAMPLED WALK("(SELECT * FROM casework_case ORDER BY opened DESC, id DESC LIMIT 1000)")

static const char *statement(bool words, bool postgres) {
  if (!words)
    return LISTED;
  if (postgres)
    return FOUND;
  return CASE_COLUMNS_OF "casework_text t CROSS JOIN casework_case c ON c.id = (t.rowid & 1073741823) " CASE_JOINS
                         "WHERE t.words MATCH $1" SEEN "ORDER BY t.rowid DESC LIMIT $7";
}

/* The newest SAMPLE cases tell how common the words are; those that none of them has are looked up. */
static vg_code walk_or_not(struct store_tx *tx, struct store_args args, vg_str expr, int64_t limit, bool *walk,
                           struct vg_err *err) {
  int64_t near, all = 0;
  _Static_assert(SAMPLE == 1000, "stands in SAMPLED");
  VG_TRY(store_get_int(tx, &near, "SELECT COUNT(*) FROM (" SAMPLED ") x", args, err));
  if (near > 0 && near < limit)
    VG_TRY(store_get_int(
        tx, &all, "SELECT COUNT(*) FROM (SELECT 1 FROM casework_text WHERE words @@ CAST($1 AS tsquery) LIMIT $2) x",
        S_ARGS(S_STR(expr), S_INT(FEW + 1)), err));
  *walk = near >= limit || all > FEW;
  return VG_OK;
}

static vg_code each(struct store_tx *tx, const struct actor *who, const struct case_query *wanted, const char *sql,
                    vg_str expr, casework_case_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  enum regime regime = wanted->regime == REGIME_ANY && wanted->words.n ? REGIME_INVESTIGATION : wanted->regime;
  const struct store_args args = S_ARGS(S_STR(some(expr)), S_STR(some(wanted->state)), S_INT(who->person),
                                        S_Z(casework_bounds(who)), S_INT(territory_bound(who)), S_TIME(store_now(tx)),
                                        S_INT(wanted->limit > 0 ? wanted->limit : INT64_MAX), S_INT((int64_t)regime));
  bool walk = false;
  if (regime == REGIME_BOTH)
    VG_TRY(casework_combined(tx, who, who->id.s, err));
  if (expr.n && wanted->limit > 0 && store_is_postgres(store_of(tx)))
    VG_TRY(walk_or_not(tx, args, expr, wanted->limit, &walk, err));
  VG_TRY(store_query(tx, &q, walk ? WALKED : sql, args, err));
  while (rc == VG_OK && store_next(q)) {
    struct affair a;
    casework_case_read(q, &a);
    rc = sink(ctx, &a, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code casework_case_search(struct store_tx *tx, const struct actor *who, const struct case_query *wanted,
                             casework_case_sink *sink, void *ctx, struct vg_err *err) {
  bool postgres = store_is_postgres(store_of(tx)), words = vg_str_trim(some(wanted->words)).n > 0;
  struct vg_buf expr;
  vg_buf_init(&expr, 1 << 16);
  vg_code rc = words ? expression(&expr, wanted->words, postgres, err) : VG_OK;
  if (rc == VG_OK && (!words || expr.n)) /* signs alone find nothing */
    rc = each(tx, who, wanted, statement(words, postgres), vg_buf_view(&expr), sink, ctx, err);
  vg_buf_fini(&expr);
  return rc;
}
