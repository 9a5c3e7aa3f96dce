/* Rows attached to an event: given with it, taken in with it, kept while it waits for what it is about. */
#include "merge/merge_internal.h"

#include <string.h>

enum { WINDOW = 500 };

/* --- away --- */

struct summing {
  struct vg_hash *hash;
  struct merge_sum sum;
  merge_line_sink *sink; /* NULL: they are only counted */
  void *ctx;
};

static vg_code sum_line(void *ctx, vg_str line, struct vg_err *err) {
  struct summing *s = ctx;
  s->sum.lines++;
  vg_hash_add(s->hash, line.p, line.n);
  vg_hash_add(s->hash, "\n", 1);
  return s->sink ? s->sink(s->ctx, line, err) : VG_OK;
}

static vg_code sum_up(struct store_tx *tx, const struct merge_attached *a, vg_str subject, struct summing *s,
                      struct vg_err *err) {
  unsigned char raw[VG_DIGEST_MAX];
  VG_TRY(vg_hash_new(&s->hash, VG_SHA256, err));
  vg_code rc = a->give(tx, subject, sum_line, s, err);
  vg_hash_end(s->hash, raw);
  vg_hex(s->sum.sha256, raw, VG_SHA256_SIZE);
  vg_hash_free(s->hash);
  return rc;
}

vg_code merge_attached_sum(struct store_tx *tx, const struct merge_attached *a, vg_str subject, struct merge_sum *out,
                           struct vg_err *err) {
  struct summing s = {.sink = NULL};
  vg_code rc = sum_up(tx, a, subject, &s, err);
  *out = s.sum;
  return rc;
}

vg_code merge_attached_give(struct store_tx *tx, const struct merge_kind *const *rooms, const struct merge_event *e,
                            merge_line_sink *sink, void *ctx, struct vg_err *err) {
  const struct merge_kind *k = merge_kind_of(rooms, e->kind);
  struct summing s = {.sink = sink, .ctx = ctx};
  char subject[VG_ID_MAX], sha256[MERGE_HEX];
  if (!k || !k->attached || !merge_copy(e->body, "attached_sha256", sha256, sizeof sha256))
    return VG_OK;
  vg_str_copy(subject, sizeof subject, e->subject);
  VG_TRY(sum_up(tx, k->attached, vg_str_z(subject), &s, err));
  return s.sum.lines == 0 || strcmp(s.sum.sha256, sha256) == 0
             ? VG_OK
             : VG_FAIL(err, VG_EDAMAGE, "merge.attached_other", subject);
}

/* --- and back --- */

static vg_code held(struct store_tx *tx, vg_str origin, int64_t seq, int64_t *rows, struct vg_err *err) {
  return store_get_int(tx, rows, "SELECT COUNT(*) FROM merge_attached WHERE origin = $1 AND seq = $2",
                       S_ARGS(S_STR(origin), S_INT(seq)), err);
}

static vg_code put_held(struct attaching *a, struct vg_err *err) {
  return store_later_put(a->tx, &a->held,
                         "INSERT INTO merge_attached (origin, seq, number, line) VALUES ($1, $2, $3, $4)", err);
}

/* Does the event wait, and nothing of it is kept yet? */
static vg_code must_hold(struct attaching *a, vg_str origin, int64_t seq, struct vg_err *err) {
  int64_t waits, here;
  VG_TRY(store_get_int(a->tx, &waits, "SELECT COUNT(*) FROM merge_waiting WHERE origin = $1 AND seq = $2",
                       S_ARGS(S_STR(origin), S_INT(seq)), err));
  VG_TRY(held(a->tx, origin, seq, &here, err));
  a->holding = waits && !here;
  return VG_OK;
}

static vg_code first(struct attaching *a, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  const struct merge_kind *k = merge_kind_of(a->rooms, e->kind);
  a->of = e->seq;
  a->rows = 0;
  a->holding = false;
  a->kind = k ? k->attached : NULL;
  if (a->kind)
    VG_TRY(a->kind->begin(a->tx, a->who, e->subject, e->attached, &a->taker, err));
  return a->taker ? VG_OK : must_hold(a, origin, e->seq, err);
}

vg_code merge_attached_row(struct attaching *a, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  if (a->of != e->seq)
    VG_TRY(first(a, origin, e, err));
  bool last = e->line.n == 0;
  if (a->taker && last)
    a->taken++;
  if (a->taker)
    return last ? a->kind->end(&a->taker, VG_OK, err) : a->kind->take(a->taker, e->body, err);
  if (!a->holding)
    return VG_OK;
  if (!last)
    store_later_row(&a->held, S_ARGS(S_STR(origin), S_INT(e->seq), S_INT(a->rows++), S_STR(e->line)));
  return last || a->held.rows >= WINDOW ? put_held(a, err) : VG_OK;
}

vg_code merge_attached_end(struct attaching *a, vg_code rc, struct vg_err *err) {
  store_later_reset(&a->held);
  a->of = 0;
  return a->taker ? a->kind->end(&a->taker, rc, err) : rc;
}

static vg_code take_window(struct attaching *a, struct vg_json *j, void *taker, const struct merge_attached *kind,
                           struct store_args args, struct vg_err *err) {
  struct store_rows *q;
  vg_jv row;
  vg_code rc = VG_OK;
  VG_TRY(store_query(a->tx, &q,
                     "SELECT line FROM merge_attached WHERE origin = $1 AND seq = $2 AND number >= $3 AND number < $4 "
                     "ORDER BY number",
                     args, err));
  while (rc == VG_OK && store_next(q)) {
    rc = vg_json_parse(j, store_str(q, 0), &row, err);
    if (rc == VG_OK)
      rc = kind->take(taker, row, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code merge_attached_wake(struct attaching *a, vg_str origin, const struct merge_event *e, struct vg_err *err) {
  const struct merge_kind *k = merge_kind_of(a->rooms, e->kind);
  struct vg_json *j;
  char sha256[MERGE_HEX];
  void *taker = NULL;
  int64_t rows;
  if (!k || !k->attached || !merge_copy(e->body, "attached_sha256", sha256, sizeof sha256))
    return VG_OK;
  VG_TRY(held(a->tx, origin, e->seq, &rows, err));
  if (rows)
    VG_TRY(k->attached->begin(a->tx, a->who, e->subject, vg_str_z(sha256), &taker, err));
  if (!taker)
    return VG_OK;
  vg_code rc = vg_json_new(&j, err);
  for (int64_t at = 0; rc == VG_OK && at < rows; at += WINDOW)
    rc =
        take_window(a, j, taker, k->attached, S_ARGS(S_STR(origin), S_INT(e->seq), S_INT(at), S_INT(at + WINDOW)), err);
  vg_json_free(j);
  VG_TRY(k->attached->end(&taker, rc, err));
  a->taken++;
  return store_exec(a->tx, "DELETE FROM merge_attached WHERE origin = $1 AND seq = $2",
                    S_ARGS(S_STR(origin), S_INT(e->seq)), err);
}
