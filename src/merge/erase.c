/* What is erased leaves its hashes, and does not come back. */
#include "merge/merge_internal.h"

#include <stdlib.h>

vg_code merge_gone(struct store_tx *tx, vg_str subject, bool *gone, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM merge_gone WHERE subject = $1", S_ARGS(S_STR(subject)), err));
  *gone = n > 0;
  return VG_OK;
}

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

/* Events with their text, each parsed. */
typedef vg_code each_sink(void *ctx, int64_t id, const struct merge_event *e, struct vg_err *err);
static vg_code each_event(struct store_tx *tx, const char *sql, struct store_args args, each_sink *sink, void *ctx,
                          struct vg_err *err) {
  struct store_rows *q;
  struct vg_json *j;
  struct merge_event e;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = store_query(tx, &q, sql, args, err);
  while (rc == VG_OK && store_next(q)) {
    rc = vg_json_parse(j, store_str(q, 1), &root, err);
    if (rc == VG_OK && merge_parse(root, store_str(q, 1), &e))
      rc = sink(ctx, store_int(q, 0), &e, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  vg_json_free(j);
  return rc != VG_OK ? rc : ended;
}

struct sweeping {
  struct store_tx *tx;
  struct found found;
};

static vg_code of_gone(void *ctx, int64_t id, const struct merge_event *e, struct vg_err *err) {
  struct sweeping *s = ctx;
  bool gone;
  VG_TRY(merge_gone(s->tx, e->subject, &gone, err));
  return gone ? add(&s->found, id, e->line, err) : VG_OK;
}

vg_code merge_erase(struct store_tx *tx, vg_str subject, struct vg_err *err) {
  VG_TRY(store_exec(tx, "INSERT INTO merge_gone (subject, at) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING",
                    S_ARGS(S_STR(subject), S_TIME(store_now(tx))), err));
  VG_TRY(store_exec(tx,
                    "DELETE FROM merge_after WHERE EXISTS (SELECT 1 FROM merge_version v WHERE v.subject = $1 AND "
                    "(v.uid = merge_after.earlier OR v.uid = merge_after.later))",
                    S_ARGS(S_STR(subject)), err));
  return store_exec(tx, "DELETE FROM merge_version WHERE subject = $1", S_ARGS(S_STR(subject)), err);
}

vg_code merge_sweep(struct store_tx *tx, int64_t *events, struct vg_err *err) {
  struct sweeping s = {.tx = tx};
  vg_code rc =
      each_event(tx, "SELECT id, line FROM merge_event WHERE why = '' ORDER BY id", S_NOARGS, of_gone, &s, err);
  if (rc == VG_OK)
    rc = erase_all(tx, &s.found, err);
  *events = rc == VG_OK ? (int64_t)s.found.n : 0;
  free(s.found.v);
  return rc;
}

/* --- by age --- */

struct aging {
  struct store_tx *tx;
  vg_time before, oldest;
  int64_t held;
  struct found found;
};

static vg_code old(void *ctx, int64_t id, const struct merge_event *e, struct vg_err *err) {
  struct aging *a = ctx;
  int64_t held;
  if (e->time >= a->before || e->prev.n) /* a line of version 1 holds the chain together */
    return VG_OK;
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

static vg_code age(struct aging *a, struct vg_err *err) {
  return each_event(a->tx, "SELECT id, line FROM merge_event WHERE why = '' ORDER BY id", S_NOARGS, old, a, err);
}

vg_code merge_due(struct store_tx *tx, vg_time before, int64_t *due, int64_t *held, vg_time *oldest,
                  struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .oldest = VG_NOTIME};
  vg_code rc = age(&a, err);
  *due = (int64_t)a.found.n;
  *held = a.held;
  *oldest = a.oldest;
  free(a.found.v);
  return rc;
}

vg_code merge_erase_due(struct store_tx *tx, vg_time before, int64_t *erased, struct vg_err *err) {
  struct aging a = {.tx = tx, .before = before, .oldest = VG_NOTIME};
  vg_code rc = age(&a, err);
  if (rc == VG_OK)
    rc = erase_all(tx, &a.found, err);
  *erased = rc == VG_OK ? (int64_t)a.found.n : 0;
  free(a.found.v);
  return rc;
}
