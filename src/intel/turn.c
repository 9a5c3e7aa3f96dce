/*
 * One import after the other. What an import stores depends on what is there (is it new, which version is the latest):
 * two at once would each miss what the other one has not committed. SQLite has one writer anyway; on PostgreSQL imports
 * take turns by an advisory lock of the transaction, which hinders no other work. It is asked for again and again
 * rather than waited for, so that whoever waits can be told to stop.
 */
#include "intel/intel_internal.h"

#include <time.h>

enum { STEP_FIRST = 10, STEP_LAST = 200, PATIENCE = 60000 }; /* ms */

static vg_code is_ours(struct store_tx *tx, bool *ours, struct vg_err *err) {
  int64_t got = 0;
  VG_TRY(store_get_int(tx, &got, "SELECT CASE WHEN pg_try_advisory_xact_lock(508574525798) THEN 1 ELSE 0 END", S_NOARGS,
                       err));
  *ours = got != 0;
  return VG_OK;
}

vg_code intel_import_turn(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err) {
  bool ours = !store_is_postgres(store_of(tx));
  long step = STEP_FIRST, waited = 0;
  while (!ours) {
    VG_TRY(is_ours(tx, &ours, err));
    if (ours)
      break;
    if (stop && atomic_load(stop))
      return VG_FAIL(err, VG_ESTATE, "intel.stopped");
    if (!stop && waited >= PATIENCE)
      return VG_FAIL(err, VG_EBUSY, "store.busy");
    (void)nanosleep(&(struct timespec){.tv_nsec = step * 1000000}, NULL);
    waited += step;
    step = step * 2 < STEP_LAST ? step * 2 : STEP_LAST;
  }
  return VG_OK;
}
