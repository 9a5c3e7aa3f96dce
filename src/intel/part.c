/*
 * An import that others need not wait for: when somebody stands in the store's queue, what was imported so far is
 * committed and he has his turn. From then on a row of intel_part says that the import is not whole. The row goes with
 * the last part; if the import fails, or its process dies, what it had stored is taken back - all that its source
 * asserts since its instant, and what nobody else asserts is deleted. PostgreSQL takes all of a dead import back
 * itself: there the row only says that one has begun that may take long, and whose process lives has a lock on it.
 */
#include "base/grow.h"
#include "intel/batch.h"

#include <stdlib.h>
#include <string.h>

enum { TAKEN_AT_ONCE = 256 }; /* objects */
#define UNFINISHED_TOLD (30 * VG_DAY)
#define BEGINNING (2 * VG_SECOND) /* between a row's commit and its lock */
#define ITS_LOCK "pg_try_advisory_xact_lock(5085745257990000000 + id)"
static const int64_t part_min = 250 * INT64_C(1000000); /* ns */

/* --- taking back --- */

struct part {
  int64_t id, source;
  vg_time received;
  bool made; /* the source's row was made for it */
};

/* An object that the import asserted. */
struct gone {
  int64_t object, digest;
  bool others; /* another source asserts it: it stays */
  bool shown, crowd;
  struct span id, json;
};
struct taken {
  struct store_tx *tx;
  struct body *body;
  struct gone v[TAKEN_AT_ONCE];
  size_t n;
  struct vg_buf bytes;
  struct vg_buf shown; /* ids of crowds whose latest is to be told anew */
  int64_t object;      /* whose values are taken now */
};

static struct span keep(struct vg_buf *b, vg_str s) {
  struct span at = {b->n, s.n};
  vg_buf_str(b, s);
  return at;
}

static vg_str text_of(const struct taken *t, struct span s) { return vg_str_n(t->bytes.p + s.at, s.n); }

static vg_code gather(struct taken *t, const struct part *p, int64_t after, struct vg_err *err) {
  struct store_rows *q;
  vg_str json;
  vg_code rc = VG_OK;
  t->n = 0;
  vg_buf_reset(&t->bytes);
  VG_TRY(store_query(
      t->tx, &q,
      "SELECT a.object, n.digest, n.stix_id, n.coding, n.json, (SELECT COUNT(*) FROM intel_assertion o "
      "WHERE o.object = a.object AND o.source <> $1), n.latest, n.crowd FROM intel_assertion a JOIN intel_node n ON n.id = "
      "a.object WHERE a.source = $1 AND a.object > $2 AND a.received = $3 ORDER BY a.object LIMIT $4",
      S_ARGS(S_INT(p->source), S_INT(after), S_TIME(p->received), S_INT(TAKEN_AT_ONCE)), err));
  while (rc == VG_OK && store_next(q)) {
    struct gone *g = &t->v[t->n++];
    *g = (struct gone){.object = store_int(q, 0),
                       .digest = store_int(q, 1),
                       .others = store_int(q, 5) > 0,
                       .shown = store_int(q, 6) > 0,
                       .crowd = store_int(q, 7) > 0};
    g->id = keep(&t->bytes, store_str(q, 2));
    rc = intel_body_unpack(t->body, store_int(q, 3), store_str(q, 4), &json, err);
    if (rc == VG_OK)
      g->json = keep(&t->bytes, json);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = ended;
  return rc == VG_OK ? vg_buf_check(&t->bytes, err) : rc;
}

static vg_code take_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct taken *t = ctx;
  return store_exec(t->tx,
                    "DELETE FROM intel_literal_row WHERE recent IN (0, 1) AND value = $1 AND type = $2 AND object = $3",
                    S_ARGS(S_STR(value), S_Z(intel_type_name(type)), S_INT(t->object)), err);
}

/* SQLite's index of words forgets an object when it is told the words that it was given. */
static vg_code take_words(struct taken *t, const struct gone *g, struct vg_err *err) {
  struct vg_buf words;
  size_t name = 0;
  vg_buf_init(&words, 1 << 20);
  vg_code rc = intel_object_words(text_of(t, g->json), &words, &name, err);
  vg_str all = vg_buf_view(&words);
  if (rc == VG_OK && all.n)
    rc =
        store_exec(t->tx, "INSERT INTO intel_text (intel_text, rowid, name, description) VALUES ('delete', $1, $2, $3)",
                   S_ARGS(S_INT(g->object), S_STR(vg_str_n(all.p, name)), S_STR(vg_str_sub(all, name, all.n))), err);
  vg_buf_fini(&words);
  return rc;
}

static vg_code take_object(struct taken *t, const struct part *p, const struct gone *g, struct vg_err *err) {
  vg_str id = text_of(t, g->id);
  t->object = g->object;
  VG_TRY(store_exec(t->tx, "DELETE FROM intel_received WHERE object = $1 AND source = $2",
                    S_ARGS(S_INT(g->object), S_INT(p->source)), err));
  VG_TRY(store_exec(t->tx, "DELETE FROM intel_assertion WHERE object = $1 AND source = $2",
                    S_ARGS(S_INT(g->object), S_INT(p->source)), err));
  if (!g->others) {
    VG_TRY(intel_object_values(text_of(t, g->json), take_value, t, err));
    VG_TRY(take_words(t, g, err));
    VG_TRY(store_exec(t->tx, "DELETE FROM intel_ref WHERE object = $1", S_ARGS(S_INT(g->object)), err));
    VG_TRY(store_exec(t->tx, "DELETE FROM intel_key_row WHERE recent IN (0, 1) AND key = $1 AND digest = $2",
                      S_ARGS(S_STR(node_key(id)), S_INT(g->digest)), err));
    VG_TRY(store_exec(t->tx, "DELETE FROM intel_node WHERE id = $1", S_ARGS(S_INT(g->object)), err));
  }
  return VG_OK;
}

/* What was shown and is gone leaves another version to be shown: of crowds, once an id however many are gone. */
static vg_code show_others(struct taken *t, struct vg_err *err) {
  for (size_t i = 0; i < t->n; i++) {
    const struct gone *g = &t->v[i];
    if (g->shown && g->crowd)
      latest_wait(&t->shown, text_of(t, g->id));
    else if (g->shown)
      VG_TRY(latest_of_few(t->tx, text_of(t, g->id), err));
  }
  return t->shown.n < LATEST_WAIT ? VG_OK : latest_of_crowds(t->tx, &t->shown, err);
}

/* A number that was given once is not given again: others may have noted how far they had read. */
static vg_code take_back(struct store_tx *tx, const struct part *p, const atomic_bool *stop, struct vg_err *err) {
  struct taken *t = calloc(1, sizeof *t);
  vg_code rc = t ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (!t)
    return rc;
  t->tx = tx;
  vg_buf_init(&t->bytes, (size_t)INPUT_ELEMENT_MAX * TAKEN_AT_ONCE);
  vg_buf_init(&t->shown, 4 << 20);
  VG_GO(intel_body_new(&t->body, err));
  VG_GO(store_exec(
      tx, "UPDATE intel_part SET last = COALESCE((SELECT MAX(id) FROM intel_node), 0) WHERE id = $1 AND last = 0",
      S_ARGS(S_INT(p->id)), err));
  for (int64_t after = 0;;) {
    VG_GO(gather(t, p, after, err));
    if (t->n == 0)
      break;
    for (size_t i = 0; i < t->n; i++)
      VG_GO(take_object(t, p, &t->v[i], err));
    VG_GO(show_others(t, err));
    after = t->v[t->n - 1].object;
    if (store_waited_for(tx)) {
      VG_GO(latest_of_crowds(tx, &t->shown, err));
      VG_GO(store_give_way(tx, stop, err));
    }
    if (stop && atomic_load(stop)) {
      rc = VG_FAIL(err, VG_ESTATE, "intel.stopped");
      goto out;
    }
  }
  VG_GO(latest_of_crowds(tx, &t->shown, err));
  if (p->made)
    VG_GO(store_exec(tx,
                     "DELETE FROM intel_source WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM intel_assertion a WHERE "
                     "a.source = intel_source.id)",
                     S_ARGS(S_INT(p->source)), err));
  rc = store_exec(tx, "UPDATE intel_part SET ended = 1 WHERE id = $1", S_ARGS(S_INT(p->id)), err);
out:
  vg_buf_fini(&t->bytes);
  vg_buf_fini(&t->shown);
  intel_body_free(t->body);
  free(t);
  return rc;
}

static vg_code first_open(struct store_tx *tx, struct part *p, struct vg_err *err) {
  struct store_rows *q;
  *p = (struct part){0};
  VG_TRY(store_query(tx, &q, "SELECT id, source, received, made FROM intel_part WHERE ended = 0 ORDER BY id LIMIT 1",
                     S_NOARGS, err));
  if (store_next(q))
    *p = (struct part){store_int(q, 0), store_int(q, 1), store_time(q, 2), store_int(q, 3) != 0};
  return store_done(&q, err);
}

/* Whoever has the claim knows that nobody works on them. */
static vg_code take_back_all(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err) {
  struct part p;
  for (;;) {
    VG_TRY(first_open(tx, &p, err));
    if (p.id == 0)
      return VG_OK;
    VG_TRY(take_back(tx, &p, stop, err));
  }
}

static vg_code note_dead(struct store_tx *tx, struct vg_err *err) {
  return store_exec(tx, "UPDATE intel_part SET ended = 1 WHERE ended = 0 AND received < $1 AND " ITS_LOCK,
                    S_ARGS(S_TIME(store_now(tx) - BEGINNING)), err);
}

vg_code intel_recover(struct store *st, const atomic_bool *stop, struct vg_err *err) {
  struct store_tx *tx = NULL;
  struct part p;
  const bool postgres = store_is_postgres(st);
  bool mine = postgres;
  VG_TRY(store_begin_read(st, &tx, err));
  vg_code rc = first_open(tx, &p, err);
  store_rollback(&tx);
  if (rc != VG_OK || p.id == 0)
    return rc;
  if (!postgres)
    VG_TRY(store_claim(st, &mine, err));
  if (!mine)
    return VG_OK;
  rc = store_begin(st, &tx, err);
  if (rc == VG_OK)
    rc = postgres ? note_dead(tx, err) : take_back_all(tx, stop, err);
  if (rc == VG_OK)
    rc = store_commit(&tx, err);
  store_rollback(&tx);
  return rc;
}

/* --- importing in parts --- */

vg_code part_begin(struct import *im, struct vg_err *err) {
  struct part p;
  bool mine = false;
  im->part_from = vg_monotonic();
  if (!im->in->parts || store_is_postgres(store_of(im->tx)))
    return VG_OK;
  for (;;) {
    VG_TRY(first_open(im->tx, &p, err));
    if (p.id == 0)
      return VG_OK;
    VG_TRY(store_claim(store_of(im->tx), &mine, err));
    if (mine)
      return take_back_all(im->tx, im->in->stop, err);
    VG_TRY(store_await_claim(im->tx, im->in->stop, err));
    if (im->in->stop && atomic_load(im->in->stop))
      return VG_FAIL(err, VG_ESTATE, "intel.stopped");
  }
}

static vg_code put_row(struct import *im, struct vg_err *err) {
  return store_insert(
      im->tx, &im->part,
      "INSERT INTO intel_part (source, made, received, last, ended, name, file, who) VALUES ($1, $2, $3, "
      "0, 0, $4, $5, $6) RETURNING id",
      S_ARGS(S_INT(im->source), S_INT(im->source_made), S_TIME(store_now(im->tx)), S_Z(im->in->source),
             S_Z(import_name(im)), S_Z(im->who->name)),
      err);
}

/* Its row, when nobody else imports in parts. */
static vg_code begin_row(struct import *im, struct vg_err *err) {
  bool mine = false;
  VG_TRY(store_claim(store_of(im->tx), &mine, err));
  return mine ? put_row(im, err) : VG_OK;
}

vg_code part_announce(struct import *im, struct vg_err *err) {
  int64_t locked;
  if (!im->in->parts || !store_is_postgres(store_of(im->tx)))
    return VG_OK;
  VG_TRY(put_row(im, err));
  VG_TRY(store_give_way(im->tx, im->in->stop, err));
  return store_get_int(im->tx, &locked, "SELECT CASE WHEN " ITS_LOCK " THEN 1 ELSE 0 END FROM intel_part WHERE id = $1",
                       S_ARGS(S_INT(im->part)), err);
}

vg_code part_note(struct import *im, struct vg_err *err) {
  if (!im->in->parts || store_is_postgres(store_of(im->tx)))
    return VG_OK;
  VG_TRY(begin_row(im, err));
  return im->part ? store_give_way(im->tx, im->in->stop, err) : VG_OK;
}

vg_code part_make_way(struct import *im, struct vg_err *err) {
  int64_t now = vg_monotonic();
  if (!im->in->parts || now - im->part_from < part_min || !store_waited_for(im->tx))
    return VG_OK;
  im->part_from = now;
  if (!im->part) {
    VG_TRY(begin_row(im, err));
    if (!im->part)
      return VG_OK;
  }
  VG_TRY(rows_write(im, err));
  im->last_node = -1;
  VG_TRY(store_give_way(im->tx, im->in->stop, err));
  VG_TRY(sieve_again(im, err));
  im->part_from = vg_monotonic();
  return VG_OK;
}

vg_code part_end(struct import *im, struct vg_err *err) {
  VG_TRY(store_exec(im->tx, "UPDATE intel_part SET name = '' WHERE ended = 1 AND name = $1 AND file = $2",
                    S_ARGS(S_Z(im->in->source), S_Z(import_name(im))), err));
  return im->part ? store_exec(im->tx, "DELETE FROM intel_part WHERE id = $1", S_ARGS(S_INT(im->part)), err) : VG_OK;
}

/* What cannot be taken back now is by intel_recover. Who imports is told by the error: nothing more is to tell. */
void part_fail(struct import *im) {
  struct part p = {im->part, im->source, store_now(im->tx), im->source_made};
  const bool all_gone = store_is_postgres(store_of(im->tx));
  if (im->part && store_start_over(im->tx, NULL) == VG_OK && (all_gone || take_back(im->tx, &p, NULL, NULL) == VG_OK) &&
      store_exec(im->tx, "UPDATE intel_part SET name = '', ended = 1 WHERE id = $1", S_ARGS(S_INT(im->part)), NULL) ==
          VG_OK)
    (void)!store_give_way(im->tx, NULL, NULL);
}

vg_code intel_each_unfinished(struct store_tx *tx, intel_unfinished_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT file, name, who, received FROM intel_part WHERE ended = 1 AND name <> '' AND received > $1 "
                  "ORDER BY id DESC LIMIT 20",
                  S_ARGS(S_TIME(store_now(tx) - UNFINISHED_TOLD)), err));
  while (rc == VG_OK && store_next(q)) {
    const struct intel_unfinished u = {store_str(q, 0), store_str(q, 1), store_str(q, 2), store_time(q, 3)};
    rc = sink(ctx, &u, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
