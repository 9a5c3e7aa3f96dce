#include "store/store_internal.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/file.h"

enum { BUSY_MS = 10000 };

struct stmt {
  sqlite3_stmt *s;
  bool gives_id; /* was "INSERT ... RETURNING id" */
  bool gave_id;
};

static const char *file_name(sqlite3 *db) {
  const char *name = db ? sqlite3_db_filename(db, "main") : NULL;
  return name ? name : "";
}

/* Of the file of its shared memory SQLite does not say that the disk is full. */
static bool no_room(sqlite3 *db, int code) {
  const int system = db && (code & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(db) : 0;
  return system == ENOSPC || system == EDQUOT;
}

static vg_code failed(sqlite3 *db, int code, const char *what, struct vg_err *err) {
  const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if (no_room(db, code))
    code = SQLITE_FULL;
  switch (code & 0xff) {
  case SQLITE_CONSTRAINT: {
    int full = db ? sqlite3_extended_errcode(db) : 0;
    bool unique = full == SQLITE_CONSTRAINT_UNIQUE || full == SQLITE_CONSTRAINT_PRIMARYKEY;
    return VG_FAIL(err, unique ? VG_EEXIST : VG_ESTATE, unique ? "store.exists.alone" : "store.refused", words);
  }
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return VG_FAIL(err, VG_EBUSY, "store.busy");
  case SQLITE_FULL: return VG_FAIL(err, VG_ENOSPC, "store.full", file_name(db));
  case SQLITE_NOMEM: return VG_FAIL(err, VG_ENOMEM, "base.memory");
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return VG_FAIL(err, VG_EDAMAGE, "store.damaged", words);
  case SQLITE_READONLY: return VG_FAIL(err, VG_EDENIED, "store.read_only");
  case SQLITE_CANTOPEN: return VG_FAIL(err, VG_ENOTFOUND, "store.open", what);
  default: return VG_FAIL(err, VG_EIO, "store.failed", words, what);
  }
}

static vg_code script(void *db, const char *sql, struct vg_err *err) {
  int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
  return code == SQLITE_OK ? VG_OK : failed(db, code, sql, err);
}

static vg_code begin_now(void *db, struct vg_err *err) {
  sqlite3_busy_timeout(db, 0);
  vg_code rc = script(db, "BEGIN IMMEDIATE", err);
  sqlite3_busy_timeout(db, BUSY_MS);
  return rc;
}

static const char *file_of(void *db) { return sqlite3_db_filename(db, "main"); }

/* --- a copy --- */

struct copying {
  const char *path;
  int64_t total;
  store_progress *progress;
  void *ctx;
};
static int copied_so_far(void *ctx) {
  const struct copying *c = ctx;
  int64_t size = 0;
  if (vg_file_size(c->path, &size, NULL) == VG_OK)
    c->progress(c->ctx, (uint64_t)size, (uint64_t)c->total);
  return 0;
}

/* One row of one text: "ok", or what is wrong first. */
static vg_code read_back(const char *path, struct vg_err *err) {
  sqlite3 *db = NULL;
  sqlite3_stmt *s = NULL;
  vg_code rc = VG_OK;
  int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL);
  if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
    const char *said = (const char *)sqlite3_column_text(s, 0);
    if (!said || strcmp(said, "ok") != 0)
      rc = VG_FAIL(err, VG_EDAMAGE, "store.damaged", said ? said : "");
  } else {
    rc = failed(db, code, path, err);
  }
  sqlite3_finalize(s);
  sqlite3_close(db);
  return rc;
}

static vg_code copy_db(void *db, const char *path, store_progress *progress, void *ctx, struct vg_err *err) {
  struct copying c = {path, 0, progress, ctx};
  sqlite3_stmt *s = NULL;
  enum { OPS = 1 << 18 };
  if (vg_file_size(file_name(db), &c.total, NULL) != VG_OK)
    c.total = 0;
  int code = sqlite3_prepare_v2(db, "VACUUM INTO ?1", -1, &s, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
  sqlite3_progress_handler(db, OPS, copied_so_far, &c);
  if (code == SQLITE_OK)
    code = sqlite3_step(s);
  sqlite3_progress_handler(db, 0, NULL, NULL);
  vg_code rc = code == SQLITE_DONE ? vg_file_sync(path, err) : failed(db, code, path, err);
  sqlite3_finalize(s);
  return rc == VG_OK ? read_back(path, err) : rc;
}

static void close_db(void *db) { sqlite3_close(db); }

/* "file:PATH?immutable=1": nobody can change what stands on a medium that is mounted read-only, so no lock is needed.
 */
static vg_code sealed_url(const char *path, struct vg_buf *out, struct vg_err *err) {
  char log[4200];
  int64_t size = 0;
  snprintf(log, sizeof log, "%s-wal", path);
  if (vg_file_exists(log) && (vg_file_size(log, &size, NULL) != VG_OK || size > 0))
    return VG_FAIL(err, VG_ESTATE, "store.unmerged", path);
  vg_buf_z(out, "file:");
  for (; *path; path++)
    vg_buf_fmt(out, *path == '%' || *path == '?' || *path == '#' ? "%%%02x" : "%c", (unsigned char)*path);
  vg_buf_z(out, "?immutable=1");
  vg_buf_byte(out, 0);
  return vg_buf_check(out, err);
}

/*
 * Pages of 16 KiB (a new file's; one of before keeps its own): what arrives in no order, as hashes and ids do, touches
 * most pages of an index, and each costs a read, a write to the log and one to the file, however small it is.
 */
#define NEW_FILE "PRAGMA page_size=16384;"

static vg_code open_db(void **out, const char *url, bool create, struct vg_err *err) {
  sqlite3 *db = NULL;
  struct statvfs fs;
  struct vg_buf uri;
  bool sealed = !create && statvfs(url, &fs) == 0 && fs.f_flag & ST_RDONLY;
  int flags = SQLITE_OPEN_NOMUTEX | (sealed ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) |
              (create ? SQLITE_OPEN_CREATE : 0);
  vg_buf_init(&uri, 16384);
  vg_code rc = sealed ? sealed_url(url, &uri, err) : VG_OK;
  if (rc == VG_OK) {
    int code = sqlite3_open_v2(sealed ? uri.p : url, &db, flags, NULL);
    if (code == SQLITE_OK) {
      sqlite3_busy_timeout(db, BUSY_MS);
      code = sqlite3_exec(
          db,
          sealed ? "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536"
                 : NEW_FILE
              "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
              "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536",
          NULL, NULL, NULL);
    }
    rc = code == SQLITE_OK ? VG_OK : failed(db, code, url, err);
  }
  vg_buf_fini(&uri);
  if (rc != VG_OK) {
    sqlite3_close(db);
    return rc;
  }
  *out = db;
  return VG_OK;
}

/* $N binds by first appearance in SQLite, ?N by number. Quoted text is left alone. */
static char *rewrite(const char *sql) {
  char *out = strdup(sql), quote = 0;
  for (char *p = out; p && *p; p++) {
    if (quote)
      quote = *p == quote ? 0 : quote;
    else if (*p == '\'' || *p == '"')
      quote = *p;
    else if (*p == '$' && vg_is_digit(p[1]))
      *p = '?';
  }
  return out;
}

/*
 * RETURNING builds a table of its own for every statement. The id of a plain INSERT (id is @pk, the row's own number)
 * is known without: the clause is left out, and step() gives the one row that it would.
 */
static bool cut_returning(char *text) {
  static const char clause[] = " RETURNING id";
  size_t n = text ? strlen(text) : 0, m = sizeof clause - 1;
  if (n < m || strcmp(text + n - m, clause) != 0 || strncmp(text, "INSERT INTO ", 12) != 0 ||
      strstr(text, "ON CONFLICT") || !strstr(text, " VALUES ("))
    return false;
  text[n - m] = 0;
  return true;
}

static vg_code prepare(void *db, struct stmt **out, const char *sql, struct vg_err *err) {
  char *text = rewrite(sql);
  struct stmt *s = calloc(1, sizeof *s);
  *out = NULL;
  if (s)
    s->gives_id = cut_returning(text);
  if (!text || !s) {
    free(text);
    free(s);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  int code = sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
  free(text);
  if (code != SQLITE_OK) {
    free(s);
    return failed(db, code, sql, err);
  }
  *out = s;
  return VG_OK;
}

static void finish(struct stmt *s) {
  sqlite3_finalize(s->s);
  free(s);
}

static int bind(sqlite3_stmt *s, int i, const struct store_arg *a, sqlite3_destructor_type life) {
  switch (a->kind) {
  case STORE_NULL: return sqlite3_bind_null(s, i);
  case STORE_INT: return sqlite3_bind_int64(s, i, a->i);
  case STORE_REAL: return sqlite3_bind_double(s, i, a->r);
  case STORE_TEXT: return sqlite3_bind_text64(s, i, a->s.n ? a->s.p : "", a->s.n, life, SQLITE_UTF8);
  case STORE_BLOB: return sqlite3_bind_blob64(s, i, a->s.n ? a->s.p : "", a->s.n, life);
  }
  return SQLITE_MISUSE;
}

static vg_code start(struct stmt *s, struct store_args args, bool lasting, struct vg_err *err) {
  s->gave_id = false;
  VG_ASSERT(sqlite3_bind_parameter_count(s->s) == (int)args.n);
  for (size_t i = 0; i < args.n; i++) {
    int code = bind(s->s, (int)i + 1, &args.v[i], lasting ? SQLITE_STATIC : SQLITE_TRANSIENT);
    if (code != SQLITE_OK)
      return failed(sqlite3_db_handle(s->s), code, sqlite3_sql(s->s), err);
  }
  return VG_OK;
}

static vg_code step(struct stmt *s, bool *row, struct vg_err *err) {
  if (s->gave_id) {
    *row = false;
    return VG_OK;
  }
  int code = sqlite3_step(s->s);
  *row = code == SQLITE_ROW || (code == SQLITE_DONE && s->gives_id);
  s->gave_id = code == SQLITE_DONE && s->gives_id;
  return code == SQLITE_ROW || code == SQLITE_DONE ? VG_OK
                                                   : failed(sqlite3_db_handle(s->s), code, sqlite3_sql(s->s), err);
}

static void reset(struct stmt *s) {
  sqlite3_reset(s->s);
  sqlite3_clear_bindings(s->s);
}

static int64_t changes(struct stmt *s) { return sqlite3_changes64(sqlite3_db_handle(s->s)); }
static bool is_null(struct stmt *s, int col) { return !s->gave_id && sqlite3_column_type(s->s, col) == SQLITE_NULL; }
static int64_t get_int(struct stmt *s, int col) {
  return s->gave_id ? sqlite3_last_insert_rowid(sqlite3_db_handle(s->s)) : sqlite3_column_int64(s->s, col);
}
static double get_real(struct stmt *s, int col) { return sqlite3_column_double(s->s, col); }

static vg_str get_str(struct stmt *s, int col) {
  const void *p = sqlite3_column_type(s->s, col) == SQLITE_BLOB ? sqlite3_column_blob(s->s, col)
                                                                : (const void *)sqlite3_column_text(s->s, col);
  int n = sqlite3_column_bytes(s->s, col);
  return p ? vg_str_n(p, (size_t)n) : VG_STR("");
}

const struct engine store_sqlite = {
    .name = "sqlite",
    .open = open_db,
    .close = close_db,
    .copy = copy_db,
    .script = script,
    .prepare = prepare,
    .finish = finish,
    .start = start,
    .step = step,
    .reset = reset,
    .changes = changes,
    .is_null = is_null,
    .get_int = get_int,
    .get_real = get_real,
    .get_str = get_str,
    .begin_write = "BEGIN IMMEDIATE",
    .begin_now = begin_now,
    .file = file_of,
    .begin_read = "BEGIN",
    .has_meta = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'store_meta'",
    .lock_schema = "", /* BEGIN IMMEDIATE is that lock */
};
