/*
 * SQLite has one writer. Who waits for it stands in a queue: byte 0 of the file URL-turn, read-locked, which a long
 * transaction looks at. Byte 1 is write-locked by the one long work of a store (store_claim). The locks are of the
 * open file, not of the process (OFD): they end with it, however it ends, and closing another file takes none away.
 */
#include "store/store_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 0, CLAIM = 1, STEP = 5, PATIENCE = 10000, POLITE = 1000, LONG_PATIENCE = 600000 }; /* ms */

static void rest(void) { (void)nanosleep(&(struct timespec){.tv_nsec = STEP * 1000000}, NULL); }

static int64_t ms_now(void) { return vg_monotonic() / 1000000; }

/* Opened when it is first needed; -1: not here (PostgreSQL, a directory that takes no file), and nobody queues. */
static int turn_file(struct store *st) {
  char path[4200];
  const char *file = st->engine->file ? st->engine->file(st->db) : NULL;
  if (st->turn >= 0 || !file || !*file)
    return st->turn;
  int n = snprintf(path, sizeof path, "%s-turn", file);
  if (n > 0 && n < (int)sizeof path)
    st->turn = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return st->turn;
}

void store_turn_close(struct store *st) {
  if (st->turn >= 0)
    (void)close(st->turn);
  st->turn = -1;
}

static bool set_lock(struct store *st, off_t byte, short type) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  int fd = turn_file(st);
  return fd >= 0 && fcntl(fd, F_OFD_SETLK, &l) == 0;
}

/* By another connection than this one. */
static bool is_locked(struct store *st, off_t byte) {
  struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  int fd = turn_file(st);
  return fd >= 0 && fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

vg_code store_turn_begin(struct store *st, struct vg_err *err) {
  if (!st->engine->begin_now)
    return st->engine->script(st->db, st->engine->begin_write, err);
  vg_code rc = st->engine->begin_now(st->db, err);
  if (rc != VG_EBUSY)
    return rc;
  (void)set_lock(st, QUEUE, F_RDLCK); /* without it nobody makes way, and this waits as long */
  for (int64_t until = ms_now() + PATIENCE; rc == VG_EBUSY && ms_now() < until;) {
    rest();
    vg_err_clear(err);
    rc = st->engine->begin_now(st->db, err);
  }
  (void)set_lock(st, QUEUE, F_UNLCK);
  return rc;
}

bool store_waited_for(struct store_tx *tx) {
  return !tx->reading && tx->depth == 0 && tx->st->engine->begin_now && is_locked(tx->st, QUEUE);
}

static bool told_to_stop(const atomic_bool *stop) { return stop && atomic_load(stop); }

/* Begins again: patiently, as the work so far would be lost. */
static vg_code go_on(struct store *st, const atomic_bool *stop, struct vg_err *err) {
  vg_code rc = store_turn_begin(st, err);
  for (int64_t until = ms_now() + LONG_PATIENCE; rc == VG_EBUSY && !told_to_stop(stop) && ms_now() < until;) {
    vg_err_clear(err);
    rc = store_turn_begin(st, err);
  }
  return rc;
}

vg_code store_give_way(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err) {
  struct store *st = tx->st;
  VG_TRY(store_commit_part(tx, err));
  for (int64_t until = ms_now() + POLITE; is_locked(st, QUEUE) && ms_now() < until;)
    rest(); /* one that was stopped in the queue holds nobody up */
  return go_on(st, stop, err);
}

vg_code store_claim(struct store *st, bool *mine, struct vg_err *err) {
  if (!st->engine->begin_now)
    return VG_FAIL(err, VG_ESTATE, "store.failed", "claim", st->engine->name);
  *mine = st->claimed || set_lock(st, CLAIM, F_WRLCK);
  st->claimed = *mine;
  return VG_OK;
}

void store_unclaim(struct store *st) {
  if (st->claimed)
    (void)set_lock(st, CLAIM, F_UNLCK);
  st->claimed = false;
}

vg_code store_await_claim(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err) {
  VG_TRY(store_commit_part(tx, err));
  while (is_locked(tx->st, CLAIM) && !told_to_stop(stop))
    rest();
  return go_on(tx->st, stop, err);
}
