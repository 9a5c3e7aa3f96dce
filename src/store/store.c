#include "store/store.h"
#include "base/grow.h"
#include "store/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct store_rows {
  struct store_tx *tx;
  struct stmt *stmt;
  size_t slot; /* in the cache, SIZE_MAX when the cached one was busy */
  struct vg_err err;
  vg_code rc;
};

bool store_is_postgres(const struct store *st) { return st->engine == &store_postgres; }
const struct vg_clock *store_clock(const struct store *st) { return &st->clock; }
bool store_reading(const struct store_tx *tx) { return tx->reading; }
struct store *store_of(struct store_tx *tx) {
  return tx->st;
}
vg_time store_now(const struct store_tx *tx) { return tx->now; }

struct store_arg store_text(vg_str s) {
  return s.p ? (struct store_arg){.kind = STORE_TEXT, .s = s} : (struct store_arg){.kind = STORE_NULL};
}
struct store_arg store_time_arg(vg_time t) {
  return t == VG_NOTIME ? (struct store_arg){.kind = STORE_NULL} : (struct store_arg){.kind = STORE_INT, .i = t};
}

vg_code store_open(struct store **out, const struct store_options *o, struct vg_err *err) {
  struct store *st = calloc(1, sizeof *st);
  *out = NULL;
  if (!st)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_str url = vg_str_z(o->url);
  bool postgres = vg_str_starts(url, VG_STR("postgresql://")) || vg_str_starts(url, VG_STR("postgres://"));
  st->engine = postgres ? &store_postgres : &store_sqlite;
  st->turn = -1;
  st->clock = o->clock ? *o->clock : vg_clock_system;
  vg_code rc = st->engine->open(&st->db, o->url, o->create, err);
  if (rc == VG_OK)
    rc = store_migrate(st, o, err);
  if (rc != VG_OK) {
    store_close(st);
    return rc;
  }
  *out = st;
  return VG_OK;
}

void store_close(struct store *st) {
  if (!st)
    return;
  if (st->tx) {
    struct store_tx *tx = st->tx;
    store_rollback(&tx);
  }
  for (size_t i = 0; i < st->cached; i++)
    st->engine->finish(st->cache[i].stmt);
  free(st->cache);
  store_turn_close(st);
  if (st->db)
    st->engine->close(st->db);
  free(st);
}

static vg_code begin(struct store *st, struct store_tx **out, bool reading, struct vg_err *err) {
  VG_ASSERT(!st->tx);
  *out = NULL;
  struct store_tx *tx = calloc(1, sizeof *tx);
  if (!tx)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_code rc = reading ? st->engine->script(st->db, st->engine->begin_read, err) : store_turn_begin(st, err);
  if (rc != VG_OK) {
    free(tx);
    return rc;
  }
  *tx = (struct store_tx){.st = st, .now = vg_now(&st->clock), .reading = reading};
  st->tx = *out = tx;
  return VG_OK;
}

vg_code store_begin(struct store *st, struct store_tx **out, struct vg_err *err) { return begin(st, out, false, err); }
vg_code store_begin_read(struct store *st, struct store_tx **out, struct vg_err *err) {
  return begin(st, out, true, err);
}

/* --- what rooms keep --- */

static void kept_clear(struct kept *k) {
  for (size_t i = 0; i < STORE_KEPT; i++)
    free(k->data[i]);
  *k = (struct kept){.below = k->below};
}

static void kept_pop(struct store_tx *tx) {
  struct kept *saved = tx->kept.below;
  tx->kept.below = saved->below;
  kept_clear(saved);
  free(saved);
}

/* As it stood at the innermost savepoint. */
static void kept_restore(struct store_tx *tx) {
  struct kept *saved = tx->kept.below;
  kept_clear(&tx->kept);
  for (size_t i = 0; i < STORE_KEPT; i++) {
    tx->kept.what[i] = saved->what[i];
    tx->kept.data[i] = saved->data[i];
    saved->data[i] = NULL;
  }
}

static vg_code kept_push(struct store_tx *tx, struct vg_err *err) {
  struct kept *saved = calloc(1, sizeof *saved);
  bool all = saved != NULL;
  for (size_t i = 0; all && i < STORE_KEPT && tx->kept.what[i]; i++) {
    saved->what[i] = tx->kept.what[i];
    saved->data[i] = malloc(saved->what[i]->size);
    all = saved->data[i] != NULL;
    if (all)
      memcpy(saved->data[i], tx->kept.data[i], saved->what[i]->size);
  }
  if (!all) {
    if (saved)
      kept_clear(saved);
    free(saved);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  saved->below = tx->kept.below;
  tx->kept.below = saved;
  return VG_OK;
}

static vg_code kept_flush(struct store_tx *tx, struct vg_err *err) {
  for (size_t i = 0; i < STORE_KEPT && tx->kept.what[i]; i++)
    if (tx->kept.what[i]->flush)
      VG_TRY(tx->kept.what[i]->flush(tx, tx->kept.data[i], err));
  return VG_OK;
}

vg_code store_kept(struct store_tx *tx, const struct store_keep *what, void **out, struct vg_err *err) {
  size_t i = 0;
  VG_ASSERT(!tx->reading);
  while (i < STORE_KEPT && tx->kept.what[i] && tx->kept.what[i] != what)
    i++;
  VG_ASSERT(i < STORE_KEPT);
  if (!tx->kept.what[i]) {
    tx->kept.data[i] = calloc(1, what->size);
    if (!tx->kept.data[i])
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    tx->kept.what[i] = what;
  }
  *out = tx->kept.data[i];
  return VG_OK;
}

static void forget(struct store_tx **tx) {
  while ((*tx)->kept.below)
    kept_pop(*tx);
  kept_clear(&(*tx)->kept);
  store_unclaim((*tx)->st);
  (*tx)->st->tx = NULL;
  free(*tx);
  *tx = NULL;
}

vg_code store_commit(struct store_tx **tx, struct vg_err *err) {
  struct store *st = (*tx)->st;
  VG_ASSERT((*tx)->depth == 0);
  vg_code rc = kept_flush(*tx, err);
  if (rc == VG_OK)
    rc = st->engine->script(st->db, "COMMIT", err);
  if (rc != VG_OK)
    (void)st->engine->script(st->db, "ROLLBACK", NULL);
  else if ((*tx)->erases)
    st->unscrubbed = true;
  forget(tx);
  return rc;
}

vg_code store_commit_part(struct store_tx *tx, struct vg_err *err) {
  struct store *st = tx->st;
  VG_ASSERT(tx->depth == 0 && !tx->reading);
  vg_code rc = kept_flush(tx, err);
  if (rc == VG_OK)
    rc = st->engine->script(st->db, "COMMIT", err);
  if (rc != VG_OK)
    (void)st->engine->script(st->db, "ROLLBACK", NULL);
  kept_clear(&tx->kept);
  return rc;
}

vg_code store_start_over(struct store_tx *tx, struct vg_err *err) {
  struct store *st = tx->st;
  while (tx->kept.below)
    kept_pop(tx);
  kept_clear(&tx->kept);
  tx->depth = 0;
  (void)st->engine->script(st->db, "ROLLBACK", NULL);
  return store_turn_begin(st, err);
}

void store_rollback(struct store_tx **tx) {
  if (!*tx)
    return;
  (void)(*tx)->st->engine->script((*tx)->st->db, "ROLLBACK", NULL);
  forget(tx);
}

vg_code store_savepoint(struct store_tx *tx, struct vg_err *err) {
  char sql[48];
  snprintf(sql, sizeof sql, "SAVEPOINT s%d", tx->depth);
  VG_TRY(kept_push(tx, err));
  vg_code rc = tx->st->engine->script(tx->st->db, sql, err);
  if (rc != VG_OK)
    kept_pop(tx);
  else
    tx->depth++;
  return rc;
}

vg_code store_release(struct store_tx *tx, bool keep, struct vg_err *err) {
  char sql[96];
  VG_ASSERT(tx->depth > 0);
  tx->depth--;
  if (!keep)
    kept_restore(tx);
  kept_pop(tx);
  if (keep)
    snprintf(sql, sizeof sql, "RELEASE SAVEPOINT s%d", tx->depth);
  else
    snprintf(sql, sizeof sql, "ROLLBACK TO SAVEPOINT s%d; RELEASE SAVEPOINT s%d", tx->depth, tx->depth);
  return tx->st->engine->script(tx->st->db, sql, err);
}

static size_t *hint_of(struct store *st, const char *sql) { return &st->recent[((uintptr_t)sql >> 3) % STORE_RECENT]; }

/* Slot of the statement with this text, SIZE_MAX when there is none. */
static size_t find_cached(struct store *st, const char *sql) {
  size_t *hint = hint_of(st, sql);
  if (*hint && st->cache[*hint - 1].text == sql)
    return *hint - 1;
  for (size_t i = 0; i < st->cached; i++)
    if (strcmp(st->cache[i].text, sql) == 0) {
      *hint = i + 1;
      return i;
    }
  return SIZE_MAX;
}

static vg_code grow_cache(struct store *st, struct vg_err *err) {
  return VG_GROW(st->cache, st->cached, st->cache_cap, 64) ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
}

/* The cached statement of this text, or a fresh one (*slot SIZE_MAX) when that one is in use. */
vg_code store_prepared(struct store *st, const char *sql, struct stmt **out, size_t *slot, struct vg_err *err) {
  size_t found = find_cached(st, sql);
  *slot = SIZE_MAX;
  if (found != SIZE_MAX && st->cache[found].busy)
    return st->engine->prepare(st->db, out, sql, err);
  if (found == SIZE_MAX) {
    VG_TRY(grow_cache(st, err));
    VG_TRY(st->engine->prepare(st->db, out, sql, err));
    found = st->cached++;
    st->cache[found] = (struct cached){.text = sql, .stmt = *out};
    *hint_of(st, sql) = found + 1;
  }
  st->cache[found].busy = true;
  *out = st->cache[found].stmt;
  *slot = found;
  return VG_OK;
}

void store_give_back(struct store *st, struct stmt *s, size_t slot) {
  if (slot == SIZE_MAX) {
    st->engine->finish(s);
    return;
  }
  st->engine->reset(s);
  st->cache[slot].busy = false;
}

static vg_code query(struct store_tx *tx, struct store_rows **out, const char *sql, struct store_args args,
                     bool lasting, struct vg_err *err) {
  *out = NULL;
  struct store_rows *q = calloc(1, sizeof *q);
  if (!q)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  q->tx = tx;
  vg_code rc = store_prepared(tx->st, sql, &q->stmt, &q->slot, err);
  if (rc == VG_OK) {
    rc = tx->st->engine->start(q->stmt, args, lasting, err);
    if (rc != VG_OK)
      store_give_back(tx->st, q->stmt, q->slot);
  }
  if (rc != VG_OK) {
    free(q);
    return rc;
  }
  *out = q;
  return VG_OK;
}

vg_code store_query(struct store_tx *tx, struct store_rows **out, const char *sql, struct store_args args,
                    struct vg_err *err) {
  return query(tx, out, sql, args, false, err);
}

bool store_next(struct store_rows *q) {
  bool row = false;
  if (q->rc == VG_OK)
    q->rc = q->tx->st->engine->step(q->stmt, &row, &q->err);
  return q->rc == VG_OK && row;
}

vg_code store_done(struct store_rows **q, struct vg_err *err) {
  if (!*q)
    return VG_OK;
  vg_code rc = (*q)->rc;
  if (rc != VG_OK && err)
    *err = (*q)->err;
  store_give_back((*q)->tx->st, (*q)->stmt, (*q)->slot);
  free(*q);
  *q = NULL;
  return rc;
}

bool store_is_null(struct store_rows *q, int col) { return q->tx->st->engine->is_null(q->stmt, col); }
int64_t store_int(struct store_rows *q, int col) { return q->tx->st->engine->get_int(q->stmt, col); }
double store_real(struct store_rows *q, int col) { return q->tx->st->engine->get_real(q->stmt, col); }
vg_str store_str(struct store_rows *q, int col) {
  return store_is_null(q, col) ? VG_NOSTR : q->tx->st->engine->get_str(q->stmt, col);
}
vg_time store_time(struct store_rows *q, int col) { return store_is_null(q, col) ? VG_NOTIME : store_int(q, col); }

vg_code store_change(struct store_tx *tx, int64_t *rows, const char *sql, struct store_args args, struct vg_err *err) {
  struct stmt *s;
  size_t slot;
  bool row = true;
  VG_ASSERT(!tx->reading);
  VG_TRY(store_prepared(tx->st, sql, &s, &slot, err));
  vg_code rc = tx->st->engine->start(s, args, true, err);
  while (rc == VG_OK && row)
    rc = tx->st->engine->step(s, &row, err);
  if (rc == VG_OK && rows)
    *rows = tx->st->engine->changes(s);
  store_give_back(tx->st, s, slot);
  return rc;
}

vg_code store_exec(struct store_tx *tx, const char *sql, struct store_args args, struct vg_err *err) {
  return store_change(tx, NULL, sql, args, err);
}

vg_code store_get_int(struct store_tx *tx, int64_t *out, const char *sql, struct store_args args, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(query(tx, &q, sql, args, true, err));
  bool row = store_next(q);
  if (row)
    *out = store_int(q, 0);
  VG_TRY(store_done(&q, err));
  return row ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "store.no_row.alone");
}

vg_code store_insert(struct store_tx *tx, int64_t *id, const char *sql, struct store_args args, struct vg_err *err) {
  VG_ASSERT(!tx->reading);
  return store_get_int(tx, id, sql, args, err);
}

vg_code store_get_text(struct store_tx *tx, struct vg_buf *out, const char *sql, struct store_args args,
                       struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(query(tx, &q, sql, args, true, err));
  bool row = store_next(q);
  if (row)
    vg_buf_str(out, store_str(q, 0));
  VG_TRY(store_done(&q, err));
  VG_TRY(vg_buf_check(out, err));
  return row ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "store.no_row.alone");
}

vg_code store_get_lines(struct store_tx *tx, struct vg_buf *out, const char *sql, struct store_args args,
                        struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, sql, args, err));
  while (store_next(q)) {
    vg_buf_str(out, store_str(q, 0));
    vg_buf_byte(out, '\n');
  }
  VG_TRY(store_done(&q, err));
  return vg_buf_check(out, err);
}

void store_erases(struct store_tx *tx) { tx->erases = !store_is_postgres(tx->st); }

vg_code store_copy(struct store *st, const char *path, store_progress *progress, void *ctx, struct vg_err *err) {
  VG_ASSERT(!st->tx);
  return st->engine->copy(st->db, path, progress, ctx, err);
}

bool store_unscrubbed(const struct store *st) { return st->unscrubbed; }

/* A row of PRAGMA wal_checkpoint: 0 when nobody was in the way. */
vg_code store_scrub(struct store *st, bool *done, struct vg_err *err) {
  struct stmt *s = NULL;
  bool row = false;
  *done = true;
  if (store_is_postgres(st))
    return VG_OK;
  VG_ASSERT(!st->tx);
  vg_code rc = st->engine->prepare(st->db, &s, "PRAGMA wal_checkpoint(TRUNCATE)", err);
  if (rc == VG_OK)
    rc = st->engine->start(s, S_NOARGS, false, err);
  if (rc == VG_OK)
    rc = st->engine->step(s, &row, err);
  if (rc == VG_OK)
    *done = row && st->engine->get_int(s, 0) == 0;
  if (s)
    st->engine->finish(s);
  if (rc == VG_OK && *done)
    st->unscrubbed = false;
  return rc;
}

void store_like(struct vg_buf *out, vg_str words) {
  vg_buf_byte(out, '%');
  for (size_t i = 0; i < words.n; i++) {
    if (words.p[i] == '%' || words.p[i] == '_' || words.p[i] == '!')
      vg_buf_byte(out, '!');
    vg_buf_byte(out, (unsigned char)vg_lower(words.p[i]));
  }
  vg_buf_byte(out, '%');
}
