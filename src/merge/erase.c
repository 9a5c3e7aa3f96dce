/* What is old loses its text and leaves its hashes; from however old a file, it does not come back. */
#include "merge/merge_internal.h"

#include <stdlib.h>

/* Events to be erased, by their row. */
struct found {
  struct victim {
    int64_t id;
    char digest[MERGE_HEX];
  } * v;
  size_t n, cap;
};

static vg_code add(struct found *f, int64_t id, vg_str line, struct vg_err *err) {
  if (f->n == f->cap) {
    size_t cap = f->cap ? 2 * f->cap : 64;
    struct victim *grown = realloc(f->v, cap * sizeof *grown);
    if (!grown)
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    f->v = grown;
    f->cap = cap;
  }
  f->v[f->n].id = id;
  merge_digest(line, f->v[f->n++].digest);
  return VG_OK;
}

static vg_code erase_all(struct store_tx *tx, const struct found *f, struct vg_err *err) {
  for (size_t i = 0; i < f->n; i++) {
    VG_TRY(store_exec(tx,
                      "DELETE FROM merge_waiting WHERE EXISTS (SELECT 1 FROM merge_event e WHERE e.id = $1 AND "
                      "e.origin = merge_waiting.origin AND e.seq = merge_waiting.seq)",
                      S_ARGS(S_INT(f->v[i].id)), err));
    VG_TRY(store_exec(tx, "UPDATE merge_event SET line = $2, why = 'erased' WHERE id = $1",
                      S_ARGS(S_INT(f->v[i].id), S_Z(f->v[i].digest)), err));
  }
  return VG_OK;
}

struct aging {
  struct store_tx *tx;
  vg_time before, oldest;
  int64_t held;
  struct found found;
};

static vg_code old(struct aging *a, int64_t id, const struct merge_event *e, struct vg_err *err) {
  int64_t held;
  VG_TRY(store_get_int(a->tx, &held, "SELECT COUNT(*) FROM ledger_hold WHERE subject = $1 AND until > $2",
                       S_ARGS(S_STR(e->subject), S_TIME(store_now(a->tx))), err));
  if (held) {
    a->held++;
    return VG_OK;
  }
  if (a->oldest == VG_NOTIME || e->time < a->oldest)
    a->oldest = e->time;
  return add(&a->found, id, e->line, err);
}

/* Lines of version 1 hold their chain together: they have no time here. */
static vg_code age(struct aging *a, struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct merge_event e;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(a->tx, &q, "SELECT id, line FROM merge_event WHERE why = '' AND at < $1 ORDER BY id",
                           S_ARGS(S_TIME(a->before)), err);
  if (rc == VG_OK) {
    while (rc == VG_OK && store_next(q)) {
      rc = vg_json_parse(j, store_str(q, 1), &root, err);
      if (rc == VG_OK && merge_parse(root, store_str(q, 1), &e))
        rc = old(a, store_int(q, 0), &e, err);
    }
    vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
    rc = rc != VG_OK ? rc : ended;
  }
  vg_json_free(j);
  return rc;
}

vg_code merge_each_due(struct store_tx *tx, vg_time before, ledger_due_sink *sink, void *ctx, struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .oldest = VG_NOTIME};
  vg_code rc = age(&a, err);
  struct ledger_due d = {VG_STR("merge.text"), (int64_t)a.found.n, a.held, a.oldest};
  free(a.found.v);
  VG_TRY(rc);
  return d.entries || d.held ? sink(ctx, &d, err) : VG_OK;
}

vg_code merge_erase_due(struct store_tx *tx, const struct actor *who, vg_time before, vg_str motive, int64_t *erased,
                        struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .oldest = VG_NOTIME};
  char until[VG_TIME_TEXT], why[VG_ERR_ARG_MAX];
  vg_code rc = age(&a, err);
  if (rc == VG_OK)
    rc = erase_all(tx, &a.found, err);
  *erased = rc == VG_OK ? (int64_t)a.found.n : 0;
  free(a.found.v);
  VG_TRY(rc);
  return *erased ? LEDGER_TELL(tx, who, "merge.text_erased", "merge", err, "events", VG_N(*erased), "before",
                               vg_time_text(until, before, false), "motive", vg_str_copy(why, sizeof why, motive))
                 : VG_OK;
}
