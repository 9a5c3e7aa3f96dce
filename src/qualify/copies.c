/* Who repeats whom: the overlap of the sources' listings, and who was first. */
#include "qualify/qualify_internal.h"

#include "base/jsonw.h"

/* What is listed by one source only says nothing of copying: it drops out early. */
#define COMMON                                                                                                         \
  "WITH l AS (SELECT type, value, source, MIN(since) AS since FROM intel_v_since GROUP BY type, value, source), "      \
  "m AS (SELECT type, value FROM l GROUP BY type, value HAVING COUNT(*) > 1), "                                        \
  "k AS (SELECT l.type, l.value, l.source, l.since FROM l JOIN m ON m.type = l.type AND m.value = l.value) "           \
  "SELECT a.source, b.source, COUNT(*), SUM(CASE WHEN a.since < b.since THEN 1 ELSE 0 END), "                          \
  "SUM(CASE WHEN b.since < a.since THEN 1 ELSE 0 END) FROM k a JOIN k b ON a.type = b.type AND a.value = b.value AND " \
  "a.source < b.source "                                                                                               \
  "GROUP BY a.source, b.source"

vg_code qualify_compare(struct store_tx *tx, const struct actor *who, int64_t *pairs, struct vg_err *err) {
  struct vg_buf b;
  struct vg_jw w;
  VG_TRY(store_exec(tx, "DELETE FROM qualify_overlap", S_NOARGS, err));
  VG_TRY(store_exec(tx, "DELETE FROM qualify_listed", S_NOARGS, err));
  VG_TRY(store_exec(tx,
                    "INSERT INTO qualify_listed (source, listed) SELECT source, COUNT(*) FROM (SELECT DISTINCT type, "
                    "value, source FROM "
                    "intel_v_since) x GROUP BY source",
                    S_NOARGS, err));
  VG_TRY(store_change(tx, pairs, "INSERT INTO qualify_overlap (one, other, common, one_first, other_first) " COMMON,
                      S_NOARGS, err));
  vg_buf_init(&b, 1 << 10);
  vg_jw_init(&w, &b);
  vg_jw_obj(&w);
  vg_jw_kint(&w, "pairs", *pairs);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&b, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "qualify.compared", who->id.s, vg_buf_view(&b), NULL, err);
  vg_buf_fini(&b);
  return rc;
}

vg_code qualify_each_pair(struct store_tx *tx, qualify_pair_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(
      tx, &q,
      "SELECT o.one, o.other, a.listed, b.listed, o.common, o.one_first, o.other_first FROM qualify_overlap o "
      "JOIN qualify_listed a ON a.source = o.one JOIN qualify_listed b ON b.source = o.other ORDER BY o.common DESC, "
      "o.one, o.other",
      S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    bool swap = store_int(q, 2) > store_int(q, 3);
    struct qualify_pair p = {.source = store_str(q, swap),
                             .other = store_str(q, !swap),
                             .listed = store_int(q, 2 + swap),
                             .common = store_int(q, 4),
                             .first = store_int(q, 5 + swap),
                             .other_first = store_int(q, 5 + !swap)};
    p.copied = qualify_copied(p.listed, p.common, p.first, p.other_first);
    rc = sink(ctx, &p, err);
  }
  vg_code done = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : done;
}

static vg_str source_of(const struct qualify_piece *p) {
  return vg_str_starts(vg_str_z(p->key), VG_STR("assertion:")) ? vg_str_z(p->arg[0]) : VG_STR("");
}

/* listed 0: not measured yet. */
static vg_code listed_by(struct store_tx *tx, vg_str source, int64_t *n, struct vg_err *err) {
  return store_get_int(tx, n, "SELECT COALESCE(MAX(listed), 0) FROM qualify_listed WHERE source = $1",
                       S_ARGS(S_STR(source)), err);
}

static vg_code pair(struct store_tx *tx, struct qualify_assessment *a, const struct qualify_piece *p,
                    const struct qualify_piece *q, struct vg_err *err) {
  int64_t np, nq, common = 0, first = 0, second = 0;
  struct store_rows *rows;
  VG_TRY(listed_by(tx, source_of(p), &np, err));
  VG_TRY(listed_by(tx, source_of(q), &nq, err));
  VG_TRY(store_query(tx, &rows,
                     "SELECT common, one_first, other_first FROM qualify_overlap WHERE (one = $1 AND other = $2) OR "
                     "(one = $2 AND other = $1)",
                     S_ARGS(S_STR(source_of(p)), S_STR(source_of(q))), err));
  if (store_next(rows)) {
    common = store_int(rows, 0);
    first = store_int(rows, 1);
    second = store_int(rows, 2);
  }
  VG_TRY(store_done(&rows, err));
  a->copied[p->id][q->id] = a->copied[q->id][p->id] = (float)qualify_copied(np < nq ? np : nq, common, first, second);
  return VG_OK;
}

vg_code qualify_copies(struct store_tx *tx, struct qualify_assessment *a, struct vg_err *err) {
  for (size_t i = 0; i < a->count; i++)
    for (size_t k = i + 1; k < a->count; k++)
      if (source_of(&a->piece[i]).n && source_of(&a->piece[k]).n)
        VG_TRY(pair(tx, a, &a->piece[i], &a->piece[k], err));
  return VG_OK;
}
