/* Finding objects by what is asked of them. */
#include "intel/intel_internal.h"

enum { WINDOW = 50000 };

/* What leads to the rows; the other clauses are looked at row by row. In SQLite the index of words gives its rows in
 * order: the first page does not wait for all of them. */
enum leader { BY_ROW, BY_SOURCE, BY_ABOUT, BY_VALUE, BY_BROKEN, BY_WORDS, LEADERS };

#define CLAUSES                                                                                                        \
  "o.latest = 1 AND ($1 = '' OR o.type = $1) AND o.tlp <= $2 AND o.tlp >= $3 AND ($4 = 0 OR o.confidence >= $4) AND "  \
  "($5 = 0 OR o.received >= $5) AND ($6 = 0 OR o.received < $6) AND ($7 = '' OR EXISTS (SELECT 1 FROM intel_v_live "   \
  "l WHERE l.object = o.id AND l.name = $7)) AND ($13 = 0 OR EXISTS (SELECT 1 FROM intel_ref b WHERE b.object = o.id " \
  "AND b.role = 'broken')) AND "
#define REFERS "o.id IN (SELECT r.object FROM intel_ref r WHERE r.target = $8)"
#define STATES "o.id IN (SELECT v.object FROM intel_literal v WHERE v.value = $9)"
#define MAY(parameter, clause) "(" parameter " = '' OR " clause ")"
#define ROWS(id, order) " AND " id " > $10 AND " id " < $11 ORDER BY " id order " LIMIT $12"
#define NODES OBJECT_OF "FROM intel_node o WHERE " CLAUSES
#define PLAIN(order) NODES MAY("$8", REFERS) " AND " MAY("$9", STATES) ROWS("o.id", order)
#define SOURCE(order)                                                                                                  \
  OBJECT_OF                                                                                                            \
  "FROM intel_assertion a CROSS JOIN intel_node o ON o.id = a.object WHERE a.source = (SELECT s.id FROM intel_source " \
  "s WHERE s.name = $7 AND s.withdrawn IS NULL) AND " CLAUSES MAY("$8", REFERS) " AND " MAY("$9", STATES)              \
      ROWS("a.object", order)
#define ABOUT(order) NODES REFERS " AND " MAY("$9", STATES) ROWS("o.id", order)
#define VALUE(order) NODES MAY("$8", REFERS) " AND " STATES ROWS("o.id", order)
#define BROKEN(order)                                                                                                  \
  NODES MAY("$8", REFERS) " AND " MAY("$9", STATES) " AND o.id IN (SELECT b.object FROM intel_ref b WHERE b.role IN "  \
                                                    "('pattern_type', 'broken') AND b.role = 'broken')" ROWS("o.id",   \
                                                                                                             order)
#define WORDS(order)                                                                                                   \
  OBJECT_OF                                                                                                            \
  "FROM intel_text t CROSS JOIN intel_node o ON o.id = t.rowid WHERE t.intel_text MATCH $14 AND " CLAUSES MAY(         \
      "$8", REFERS) " AND " MAY("$9", STATES) ROWS("t.rowid", order)
#define WORDS_PG(order)                                                                                                \
  NODES "o.id IN (SELECT object FROM intel_text WHERE words @@ to_tsquery('simple', $14)) AND " MAY(                   \
      "$8", REFERS) " AND " MAY("$9", STATES) ROWS("o.id", order)

static const char *const statements[2][LEADERS][2] = {
    {{PLAIN(""), PLAIN(" DESC")},
     {SOURCE(""), SOURCE(" DESC")},
     {ABOUT(""), ABOUT(" DESC")},
     {VALUE(""), VALUE(" DESC")},
     {BROKEN(""), BROKEN(" DESC")},
     {WORDS(""), WORDS(" DESC")}},
    {{PLAIN(""), PLAIN(" DESC")},
     {SOURCE(""), SOURCE(" DESC")},
     {ABOUT(""), ABOUT(" DESC")},
     {VALUE(""), VALUE(" DESC")},
     {BROKEN(""), BROKEN(" DESC")},
     {WORDS_PG(""), WORDS_PG(" DESC")}},
};

static vg_code run(struct store_tx *tx, const struct intel_query *q, vg_str words, int64_t above, int64_t below,
                   intel_object_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *rows;
  enum leader by = words.n       ? BY_WORDS
                   : q->about.n  ? BY_ABOUT
                   : q->value.n  ? BY_VALUE
                   : q->broken   ? BY_BROKEN
                   : q->source.n ? BY_SOURCE
                                 : BY_ROW;
  const struct store_arg args[] = {S_Z(q->type),
                                   S_INT(q->tlp_max < 0 ? TLP_RED : q->tlp_max),
                                   S_INT(q->tlp_min),
                                   S_INT(q->confidence),
                                   S_INT(q->since),
                                   S_INT(q->until),
                                   S_STR(q->source.n ? q->source : VG_STR("")),
                                   S_STR(q->about.n ? node_key(q->about) : VG_STR("")),
                                   S_STR(q->value.n ? q->value : VG_STR("")),
                                   S_INT(above),
                                   S_INT(below),
                                   S_INT(q->limit > 0 ? q->limit : INT64_MAX),
                                   S_INT(q->broken),
                                   S_STR(words)};
  bool any;
  VG_TRY(store_query(tx, &rows, statements[store_is_postgres(store_of(tx))][by][q->newest],
                     (struct store_args){args, VG_COUNT(args) - (by != BY_WORDS)}, err));
  return read_objects(rows, sink, ctx, &any, err);
}

/* The words asked for, as the engine wants them. */
static vg_code words_of(struct store_tx *tx, const struct intel_query *q, struct vg_buf *words, struct vg_err *err) {
  vg_buf_init(words, 1 << 18);
  VG_TRY(intel_search_words(tx, q->words, words, err));
  return q->words.n && !words->n ? VG_FAIL(err, VG_EUSAGE, "intel.no_words", VG_T(q->words)) : VG_OK;
}

vg_code intel_find(struct store_tx *tx, const struct intel_query *q, intel_object_sink *sink, void *ctx,
                   struct vg_err *err) {
  struct vg_buf words;
  vg_code rc = words_of(tx, q, &words, err);
  if (rc == VG_OK)
    rc = run(tx, q, vg_buf_view(&words), q->newest ? 0 : q->after, q->newest && q->after ? q->after : INT64_MAX, sink,
             ctx, err);
  vg_buf_fini(&words);
  return rc;
}

struct page {
  intel_object_sink *sink;
  void *ctx;
  int64_t shown, last;
};
static vg_code count(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct page *p = ctx;
  p->shown++;
  p->last = o->row;
  return p->sink(p->ctx, o, err);
}

/* From the newest rows down, a window after the other, until the page is full or the time is up. */
static vg_code fill_page(struct store_tx *tx, struct intel_query *part, vg_str words, int64_t below, vg_time end,
                         struct page *p, int64_t *next, struct vg_err *err) {
  int64_t limit = part->limit;
  while (below > 1) {
    int64_t above = below > WINDOW + 1 ? below - WINDOW - 1 : 0;
    part->limit = limit - p->shown;
    VG_TRY(run(tx, part, words, above, below, count, p, err));
    below = p->shown >= limit ? p->last : above + 1;
    if (p->shown >= limit || vg_monotonic() > end)
      break;
  }
  *next = below > 1 ? below : 0;
  return VG_OK;
}

vg_code intel_find_page(struct store_tx *tx, const struct intel_query *q, int64_t budget, intel_object_sink *sink,
                        void *ctx, int64_t *next, struct vg_err *err) {
  struct intel_query part = *q;
  struct page p = {.sink = sink, .ctx = ctx};
  struct vg_buf words;
  int64_t below = q->after, end = vg_monotonic() + budget;
  part.newest = true;
  *next = 0;
  if (below <= 0) {
    VG_TRY(store_get_int(tx, &below, "SELECT COALESCE(MAX(id), 0) FROM intel_node", S_NOARGS, err));
    below++;
  }
  vg_code rc = words_of(tx, q, &words, err);
  if (rc == VG_OK)
    rc = fill_page(tx, &part, vg_buf_view(&words), below, end, &p, next, err);
  vg_buf_fini(&words);
  return rc;
}
