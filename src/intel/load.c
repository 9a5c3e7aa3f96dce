/* Imports for later. A worker holds the lock of the file it reads, which ends with the worker however that ends: while
 * the import is one long transaction nothing could renew a lease in the records. How far it is stands beside the file.
 */
#include "base/file.h"
#include "base/msg.h"
#include "intel/intel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 3, REJECTS = 1000 };

static void mark_path(char out[static 4200], vg_str path) {
  snprintf(out, 4200, "%.*s.at", (int)(path.n < 4096 ? path.n : 4096), path.p);
}

vg_code intel_load_add(struct store_tx *tx, const struct actor *who, const struct intel_load *l, struct vg_id *pid,
                       struct vg_err *err) {
  int64_t id;
  if (l->source.n == 0)
    return VG_FAIL(err, VG_EUSAGE, "intel.load_source");
  *pid = vg_id_new("load", store_now(tx));
  VG_TRY(store_insert(tx, &id,
                      "INSERT INTO intel_load (pid, path, name, source, form, columns, lang, bytes, asked, asked_by, "
                      "asked_name, state, attempts, read, added, updated, asserted, rejected, problem) VALUES ($1, $2, "
                      "$3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', 0, 0, 0, 0, 0, 0, '') RETURNING id",
                      S_ARGS(S_Z(pid->s), S_STR(l->path), S_STR(l->name), S_STR(l->source), S_INT(l->format),
                             S_STR(l->columns), S_INT(l->lang), S_INT(l->bytes), S_TIME(store_now(tx)), S_Z(who->id.s),
                             S_Z(who->name)),
                      err));
  return LEDGER_TELL(tx, who, "intel.load_asked", pid->s, err, "file", VG_T(l->name), "source", VG_T(l->source));
}

static void read_load(struct store_rows *q, struct intel_load *l) {
  *l = (struct intel_load){.id = store_int(q, 0),
                           .pid = store_str(q, 1),
                           .path = store_str(q, 2),
                           .name = store_str(q, 3),
                           .source = store_str(q, 4),
                           .format = (enum intel_format)store_int(q, 5),
                           .columns = store_str(q, 6),
                           .lang = (int)store_int(q, 7),
                           .bytes = store_int(q, 8),
                           .asked = store_time(q, 9),
                           .asked_by = store_str(q, 10),
                           .asked_name = store_str(q, 11),
                           .state = store_str(q, 12),
                           .attempts = store_int(q, 13),
                           .started = store_time(q, 14),
                           .ended = store_time(q, 15),
                           .read = store_int(q, 16),
                           .added = store_int(q, 17),
                           .updated = store_int(q, 18),
                           .asserted = store_int(q, 19),
                           .rejected = store_int(q, 20),
                           .broken = store_int(q, 22),
                           .problem = store_str(q, 21)};
}

#define LOADS                                                                                                          \
  "SELECT id, pid, path, name, source, form, columns, lang, bytes, asked, asked_by, asked_name, state, attempts, "     \
  "started, ended, read, added, updated, asserted, rejected, problem, broken FROM intel_load "

static vg_code each(struct store_rows *q, intel_load_sink *sink, void *ctx, bool *any, struct vg_err *err) {
  vg_code rc = VG_OK;
  struct intel_load l;
  while (rc == VG_OK && store_next(q)) {
    read_load(q, &l);
    *any = true;
    rc = sink(ctx, &l, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

vg_code intel_each_load(struct store_tx *tx, int64_t limit, intel_load_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  VG_TRY(store_query(tx, &q, LOADS "ORDER BY id DESC LIMIT $1", S_ARGS(S_INT(limit)), err));
  return each(q, sink, ctx, &any, err);
}

vg_code intel_load_get(struct store_tx *tx, vg_str pid, intel_load_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  bool any = false;
  VG_TRY(store_query(tx, &q, LOADS "WHERE pid = $1", S_ARGS(S_STR(pid)), err));
  VG_TRY(each(q, sink, ctx, &any, err));
  return any ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "intel.no_load", VG_T(pid));
}

vg_code intel_each_load_reject(struct store_tx *tx, int64_t load, intel_load_reject_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT place, reason FROM intel_load_reject WHERE load = $1 ORDER BY id",
                     S_ARGS(S_INT(load)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

int64_t intel_load_at(vg_str path) {
  char mark[4200], text[32] = "";
  int64_t at;
  mark_path(mark, path);
  int fd = open(mark, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  close(fd);
  return n > 0 && vg_str_i64(vg_str_trim(vg_str_n(text, (size_t)n)), &at) ? at : -1;
}

/* --- the worker's half --- */

/* Whoever holds it works on it; -1: somebody else does, or the file is not on this machine. */
static int lock(vg_str path) {
  char name[4097];
  int fd = open(vg_str_copy(name, sizeof name, path), O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static vg_code take(void *ctx, const struct intel_load *l, struct vg_err *err) {
  struct intel_loading *w = ctx;
  (void)err;
  if (w->fd >= 0 || (w->fd = lock(l->path)) < 0)
    return VG_OK;
  w->load = l->id;
  w->attempts = l->attempts;
  w->format = l->format;
  w->lang = l->lang;
  w->bytes = l->bytes;
  vg_str_copy(w->pid, sizeof w->pid, l->pid);
  vg_str_copy(w->path, sizeof w->path, l->path);
  vg_str_copy(w->name, sizeof w->name, l->name);
  vg_str_copy(w->source, sizeof w->source, l->source);
  vg_str_copy(w->columns, sizeof w->columns, l->columns);
  vg_str_copy(w->asked_by, sizeof w->asked_by, l->asked_by);
  return VG_OK;
}

vg_code intel_load_take(struct store_tx *tx, struct intel_loading *w, struct vg_err *err) {
  struct store_rows *q;
  bool any;
  memset(w, 0, sizeof *w);
  w->fd = w->mark = -1;
  VG_TRY(store_query(tx, &q, LOADS "WHERE state = 'waiting' ORDER BY id LIMIT 100", S_NOARGS, err));
  VG_TRY(each(q, take, w, &any, err));
  if (w->fd < 0)
    return VG_FAIL(err, VG_ENOTFOUND, "intel.no_load", "-");
  return store_exec(tx, "UPDATE intel_load SET attempts = attempts + 1, started = $2 WHERE id = $1",
                    S_ARGS(S_INT(w->load), S_TIME(store_now(tx))), err);
}

static void progress(void *ctx, int64_t bytes) {
  struct intel_loading *w = ctx;
  char text[32];
  int n = snprintf(text, sizeof text, "%-20lld", (long long)bytes);
  if (w->mark >= 0 && n > 0)
    (void)!pwrite(w->mark, text, (size_t)n, 0); /* what is shown may be late */
}

static void reject(void *ctx, const char *place, const struct vg_err *why) {
  struct intel_loading *w = ctx;
  struct vg_buf text;
  vg_str at = vg_str_z(place), base = vg_str_z(w->name);
  if (w->refused != VG_OK || w->told++ >= REJECTS)
    return;
  vg_buf_init(&text, 1 << 14);
  vg_err_render(&text, (enum vg_lang)w->lang, why);
  if (vg_str_starts(at, base)) /* which stands beside it already */
    at = vg_str_trim(vg_str_sub(at, base.n + 1, at.n));
  w->refused = store_exec(w->tx, "INSERT INTO intel_load_reject (load, place, reason) VALUES ($1, $2, $3)",
                          S_ARGS(S_INT(w->load), S_STR(at), S_STR(vg_buf_view(&text))), NULL);
  vg_buf_fini(&text);
}

vg_code intel_load_run(struct store_tx *tx, const struct actor *who, struct intel_loading *w, const atomic_bool *stop,
                       struct vg_err *err) {
  char mark[4200];
  struct intel_import in = {.path = w->path,
                            .name = w->name,
                            .source = w->source,
                            .format = w->format,
                            .columns = w->columns[0] ? w->columns : NULL,
                            .reject = reject,
                            .broken = reject,
                            .progress = progress,
                            .ctx = w,
                            .stop = stop,
                            .parts = true};
  if (w->attempts >= ATTEMPTS)
    return VG_FAIL(err, VG_EDATA, "intel.load_died", w->name);
  w->tx = tx;
  mark_path(mark, vg_str_z(w->path));
  w->mark = open(mark, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  progress(w, 0);
  VG_TRY(store_exec(tx, "DELETE FROM intel_load_reject WHERE load = $1", S_ARGS(S_INT(w->load)),
                    err)); /* of a try before */
  VG_TRY(intel_import(tx, who, &in, err));
  VG_TRY(w->refused);
  w->done = in;
  return store_exec(tx,
                    "UPDATE intel_load SET state = 'done', ended = $2, read = $3, added = $4, updated = $5, asserted = "
                    "$6, rejected = $7, broken = $8 WHERE id = $1",
                    S_ARGS(S_INT(w->load), S_TIME(store_now(tx)), S_INT(in.read), S_INT(in.added), S_INT(in.updated),
                           S_INT(in.asserted), S_INT(in.rejected), S_INT(in.uses.n[USE_BROKEN])),
                    err);
}

vg_code intel_load_fail(struct store_tx *tx, const struct actor *who, struct intel_loading *w, vg_str why,
                        struct vg_err *err) {
  VG_TRY(store_exec(tx, "UPDATE intel_load SET state = 'failed', ended = $2, problem = $3 WHERE id = $1",
                    S_ARGS(S_INT(w->load), S_TIME(store_now(tx)), S_STR(why)), err));
  return LEDGER_TELL(tx, who, "intel.load_failed", w->pid, err, "file", w->name, "why", VG_T(why));
}

void intel_load_end(struct intel_loading *w, bool ended) {
  char mark[4200];
  mark_path(mark, vg_str_z(w->path));
  if (w->mark >= 0) {
    close(w->mark);
    (void)unlink(mark);
  }
  if (ended && w->fd >= 0)
    (void)unlink(w->path);
  if (w->fd >= 0)
    close(w->fd);
  w->fd = w->mark = -1;
}
