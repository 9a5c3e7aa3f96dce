#include "store/store_internal.h"

#include <errno.h>
#include <libpq-fe.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

struct pg {
  PGconn *conn;
  unsigned long next; /* names of prepared statements */
};

enum { BYTEA_OID = 17, COLUMNS_MAX = 64 };

struct stmt {
  struct pg *pg;
  char name[24];
  const char *list; /* the text of a list's; NULL: of anything else */
  PGresult *result;
  int row;
  struct vg_buf bytes; /* the current row's bytea columns, decoded; column c is at[c]..at[c+1] */
  size_t at[COLUMNS_MAX + 1];
};

static vg_code failed(PGconn *conn, const PGresult *r, struct vg_err *err) {
  const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL,
             *said = r ? PQresultErrorMessage(r) : PQerrorMessage(conn);
  char words[VG_ERR_ARG_MAX];
  vg_str_arg(words, vg_str_trim(vg_str_z(said)));
  if (state && strcmp(state, "23505") == 0)
    return VG_FAIL(err, VG_EEXIST, "store.exists.alone", words);
  if (state && strncmp(state, "23", 2) == 0)
    return VG_FAIL(err, VG_ESTATE, "store.refused", words);
  if (state && (strcmp(state, "40001") == 0 || strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0))
    return VG_FAIL(err, VG_EBUSY, "store.busy");
  if (state && strcmp(state, "53100") == 0)
    return VG_FAIL(err, VG_ENOSPC, "store.full.server");
  return VG_FAIL(err, VG_EIO, "store.failed", words, "");
}

static vg_code script(void *db, const char *sql, struct vg_err *err) {
  struct pg *pg = db;
  PGresult *r = PQexec(pg->conn, sql);
  ExecStatusType status = PQresultStatus(r);
  vg_code rc = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY
                   ? VG_OK
                   : failed(pg->conn, r, err);
  /* COMMIT of a transaction that had failed answers ROLLBACK without an error. */
  if (rc == VG_OK && strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(r), "COMMIT") != 0)
    rc = VG_FAIL(err, VG_ESTATE, "store.refused", PQcmdStatus(r));
  PQclear(r);
  return rc;
}

/* --- a copy: pg_dump's, which knows what the server has --- */

struct setting {
  const char *name, *value;
};
/* The environment, with where the connection goes: a password has no business on a command line. */
static vg_code environment(const struct setting *set, size_t n, char ***out, struct vg_buf *words, struct vg_err *err) {
  size_t count = 0, at = 0;
  while (environ[count])
    count++;
  char **env = calloc(count + n + 1, sizeof *env);
  size_t *from = calloc(n, sizeof *from);
  for (size_t i = 0; from && i < n; i++) {
    from[i] = words->n;
    vg_buf_fmt(words, "%s=%s", set[i].name, set[i].value ? set[i].value : "");
    vg_buf_byte(words, 0);
  }
  if (!env || !from || vg_buf_check(words, NULL) != VG_OK) {
    free(env);
    free(from);
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  }
  for (size_t i = 0; i < n; i++)
    if (set[i].value && *set[i].value)
      env[at++] = words->p + from[i];
  for (size_t i = 0; i < count; i++)
    env[at++] = environ[i];
  free(from);
  *out = env;
  return VG_OK;
}

static vg_code dump(const char *path, char *const *env, struct vg_err *err) {
  static char program[] = "pg_dump", form[] = "--format=custom", owner[] = "--no-owner", ask[] = "--no-password",
              file[] = "--file";
  char *to = strdup(path), *const argv[] = {program, form, owner, ask, file, to, NULL};
  pid_t pid;
  int status = -1;
  const int failed_to = to ? posix_spawnp(&pid, program, NULL, NULL, argv, env) : ENOMEM;
  free(to);
  if (failed_to)
    return VG_FAIL(err, VG_ENOTFOUND, "store.no_pg_dump");
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  return status == 0 ? VG_OK
                     : VG_FAIL(err, VG_EIO, "store.pg_dump", VG_N(WIFEXITED(status) ? WEXITSTATUS(status) : -1));
}

static vg_code copy_db(void *db, const char *path, store_progress *progress, void *ctx, struct vg_err *err) {
  const struct pg *pg = db;
  const struct setting set[] = {{"PGHOST", PQhost(pg->conn)},
                                {"PGPORT", PQport(pg->conn)},
                                {"PGUSER", PQuser(pg->conn)},
                                {"PGPASSWORD", PQpass(pg->conn)},
                                {"PGDATABASE", PQdb(pg->conn)}};
  struct vg_buf words;
  char **env = NULL;
  vg_buf_init(&words, 1 << 16);
  progress(ctx, 0, 0);
  vg_code rc = environment(set, VG_COUNT(set), &env, &words, err);
  if (rc == VG_OK)
    rc = dump(path, env, err);
  free(env);
  vg_buf_fini(&words);
  return rc == VG_OK ? vg_file_sync(path, err) : rc;
}

static void close_db(void *db) {
  struct pg *pg = db;
  PQfinish(pg->conn);
  free(pg);
}

static void quiet(void *ctx, const char *message) {
  (void)ctx;
  (void)message;
}

static vg_code open_db(void **out, const char *url, bool create, struct vg_err *err) {
  (void)create; /* the database itself is the administrator's */
  struct pg *pg = calloc(1, sizeof *pg);
  if (!pg)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  pg->conn = PQconnectdb(url);
  if (PQstatus(pg->conn) != CONNECTION_OK) {
    char words[VG_ERR_ARG_MAX];
    vg_str_arg(words, vg_str_trim(vg_str_z(PQerrorMessage(pg->conn))));
    close_db(pg);
    return VG_FAIL(err, VG_ENOTFOUND, "store.open", words);
  }
  PQsetNoticeProcessor(pg->conn, quiet, NULL);
  /* A commit that returned is on disk, whatever the server's default; a stricter setting of the administrator stays. No
   * statement here is long enough for its compilation (jit) to pay: of 2.1 s of one over 100,000 cases it took 1.9. */
  vg_code rc = script(
      pg,
      "SET lock_timeout = '10s'; SET jit = off; SET client_encoding = 'UTF8'; SET TimeZone = 'UTC';"
      "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')",
      err);
  if (rc != VG_OK) {
    close_db(pg);
    return rc;
  }
  *out = pg;
  return VG_OK;
}

/* A list gives so many rows of those that somebody may see: how it is best read depends on who asks, and for what. From
 * the sixth time on the server would read it in a way that is made for anybody, ten times as slowly for an officer. */
static bool is_list(const char *sql) {
  for (const char *at = sql; (at = strstr(at, " LIMIT ")) != NULL; at += 7)
    if (at[7] != '1' || vg_is_digit(at[8]))
      return true;
  return false;
}

static vg_code prepare(void *db, struct stmt **out, const char *sql, struct vg_err *err) {
  struct pg *pg = db;
  struct stmt *s = calloc(1, sizeof *s);
  *out = NULL;
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  s->pg = pg;
  s->list = is_list(sql) ? sql : NULL;
  vg_buf_init(&s->bytes, 64u << 20);
  snprintf(s->name, sizeof s->name, "v%lu", pg->next++);
  PGresult *r = PQprepare(pg->conn, s->name, sql, 0, NULL);
  vg_code rc = PQresultStatus(r) == PGRES_COMMAND_OK ? VG_OK : failed(pg->conn, r, err);
  PQclear(r);
  if (rc != VG_OK) {
    free(s);
    return rc;
  }
  *out = s;
  return VG_OK;
}

static void reset(struct stmt *s) {
  PQclear(s->result);
  s->result = NULL;
  vg_buf_reset(&s->bytes);
}

static void finish(struct stmt *s) {
  char sql[48];
  reset(s);
  snprintf(sql, sizeof sql, "DEALLOCATE %s", s->name);
  (void)script(s->pg, sql, NULL);
  vg_buf_fini(&s->bytes);
  free(s);
}

enum { ARGS_MAX = 32, NUMBER_MAX = 40 };

static vg_code start(struct stmt *s, struct store_args args, bool lasting, struct vg_err *err) {
  (void)lasting; /* they are sent at once */
  const char *value[ARGS_MAX];
  int length[ARGS_MAX], format[ARGS_MAX];
  char number[ARGS_MAX][NUMBER_MAX];
  struct vg_buf texts; /* NUL-terminated copies of the texts */
  size_t at[ARGS_MAX];
  VG_ASSERT(args.n <= ARGS_MAX);
  vg_buf_init(&texts, 256u << 20);
  for (size_t i = 0; i < args.n; i++) {
    const struct store_arg *a = &args.v[i];
    at[i] = texts.n;
    if (a->kind == STORE_TEXT) {
      vg_buf_str(&texts, a->s);
      vg_buf_byte(&texts, 0);
    }
  }
  vg_code rc = vg_buf_check(&texts, err);
  for (size_t i = 0; rc == VG_OK && i < args.n; i++) {
    const struct store_arg *a = &args.v[i];
    length[i] = 0;
    format[i] = a->kind == STORE_BLOB;
    value[i] = number[i];
    if (a->kind == STORE_NULL)
      value[i] = NULL;
    else if (a->kind == STORE_INT)
      snprintf(number[i], NUMBER_MAX, "%lld", (long long)a->i);
    else if (a->kind == STORE_REAL)
      snprintf(number[i], NUMBER_MAX, "%.17g", a->r);
    else if (a->kind == STORE_TEXT)
      value[i] = texts.p + at[i];
    else {
      value[i] = a->s.n ? a->s.p : "";
      length[i] = (int)a->s.n;
    }
  }
  if (rc == VG_OK) {
    reset(s);
    s->row = -1;
    s->result = s->list ? PQexecParams(s->pg->conn, s->list, (int)args.n, NULL, value, length, format, 0)
                        : PQexecPrepared(s->pg->conn, s->name, (int)args.n, value, length, format, 0);
    ExecStatusType status = PQresultStatus(s->result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      rc = failed(s->pg->conn, s->result, err);
  }
  vg_buf_fini(&texts);
  return rc;
}

static unsigned nibble(char c) { return (unsigned)(c <= '9' ? c - '0' : vg_lower(c) - 'a' + 10); }

/* Decodes the row's bytea columns ("\\x6869"), all at once so that what was borrowed stays where it is. */
static vg_code decode_row(struct stmt *s, struct vg_err *err) {
  int columns = PQnfields(s->result);
  VG_ASSERT(columns <= COLUMNS_MAX);
  vg_buf_reset(&s->bytes);
  for (int c = 0; c < columns; c++) {
    s->at[c] = s->bytes.n;
    const char *text = PQgetvalue(s->result, s->row, c);
    size_t n = (size_t)PQgetlength(s->result, s->row, c);
    if (PQftype(s->result, c) == BYTEA_OID && n >= 2)
      for (size_t i = 2; i + 1 < n; i += 2)
        vg_buf_byte(&s->bytes, nibble(text[i]) << 4 | nibble(text[i + 1]));
    s->at[c + 1] = s->bytes.n;
  }
  return vg_buf_check(&s->bytes, err);
}

static vg_code step(struct stmt *s, bool *row, struct vg_err *err) {
  *row = PQresultStatus(s->result) == PGRES_TUPLES_OK && ++s->row < PQntuples(s->result);
  return *row ? decode_row(s, err) : VG_OK;
}

static int64_t changes(struct stmt *s) {
  int64_t n = 0;
  return vg_str_i64(vg_str_z(PQcmdTuples(s->result)), &n) ? n : 0;
}

static bool is_null(struct stmt *s, int col) { return PQgetisnull(s->result, s->row, col); }

static int64_t get_int(struct stmt *s, int col) {
  const char *text = PQgetvalue(s->result, s->row, col);
  if (strcmp(text, "t") == 0)
    return 1;
  return strtoll(text, NULL, 10);
}

static double get_real(struct stmt *s, int col) { return strtod(PQgetvalue(s->result, s->row, col), NULL); }

static vg_str get_str(struct stmt *s, int col) {
  if (PQftype(s->result, col) == BYTEA_OID && col < COLUMNS_MAX)
    return vg_str_n(s->bytes.p ? s->bytes.p + s->at[col] : "", s->at[col + 1] - s->at[col]);
  return vg_str_n(PQgetvalue(s->result, s->row, col), (size_t)PQgetlength(s->result, s->row, col));
}

static vg_code copy_begin(void *db, const char *sql, struct vg_err *err) {
  struct pg *pg = db;
  PGresult *r = PQexec(pg->conn, sql);
  vg_code rc = PQresultStatus(r) == PGRES_COPY_IN ? VG_OK : failed(pg->conn, r, err);
  PQclear(r);
  return rc;
}

static vg_code copy_bytes(void *db, vg_str bytes, struct vg_err *err) {
  struct pg *pg = db;
  return PQputCopyData(pg->conn, bytes.p, (int)bytes.n) == 1 ? VG_OK : failed(pg->conn, NULL, err);
}

static vg_code copy_end(void *db, bool keep, struct vg_err *err) {
  struct pg *pg = db;
  vg_code rc = PQputCopyEnd(pg->conn, keep ? NULL : "given up") == 1 ? VG_OK : failed(pg->conn, NULL, err);
  for (PGresult *r; (r = PQgetResult(pg->conn)); PQclear(r))
    if (rc == VG_OK && keep && PQresultStatus(r) != PGRES_COMMAND_OK)
      rc = failed(pg->conn, r, err);
  return rc;
}

/* The rows of a query as COPY gives and takes them. */
static vg_code copy_out(PGconn *conn, const char *sql, struct vg_buf *out, struct vg_err *err) {
  PGresult *r = PQexec(conn, sql);
  vg_code rc = PQresultStatus(r) == PGRES_COPY_OUT ? VG_OK : failed(conn, r, err);
  PQclear(r);
  char *row;
  for (int n; rc == VG_OK && (n = PQgetCopyData(conn, &row, 0)) > 0; PQfreemem(row))
    vg_buf_add(out, row, (size_t)n);
  for (; (r = PQgetResult(conn)); PQclear(r))
    if (rc == VG_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
      rc = failed(conn, r, err);
  return rc == VG_OK ? vg_buf_check(out, err) : rc;
}

/* TRUNCATE begins a new file, and FREEZE lets snapshots that are older see the rows too, or they would see none. */
static vg_code afresh(void *db, const char *table, const char *order, struct vg_err *err) {
  struct pg *pg = db;
  struct vg_buf rows;
  char sql[256];
  vg_buf_init(&rows, 256u << 20);
  snprintf(sql, sizeof sql, "COPY (SELECT * FROM %s ORDER BY %s) TO STDOUT", table, order);
  vg_code rc = copy_out(pg->conn, sql, &rows, err);
  snprintf(sql, sizeof sql, "TRUNCATE %s", table);
  if (rc == VG_OK)
    rc = script(pg, sql, err);
  snprintf(sql, sizeof sql, "COPY %s FROM STDIN (FREEZE)", table);
  if (rc == VG_OK)
    rc = copy_begin(pg, sql, err);
  if (rc == VG_OK) {
    rc = rows.n ? copy_bytes(pg, vg_buf_view(&rows), err) : VG_OK;
    vg_code ended = copy_end(pg, rc == VG_OK, rc == VG_OK ? err : NULL);
    rc = rc == VG_OK ? ended : rc;
  }
  vg_buf_fini(&rows);
  return rc;
}

/* The advisory lock's number is "vigie" in ASCII. */
const struct engine store_postgres = {
    .name = "postgres",
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
    .copy_begin = copy_begin,
    .copy_bytes = copy_bytes,
    .copy_end = copy_end,
    .afresh = afresh,
    .begin_write = "BEGIN",
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .has_meta =
        "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'store_meta' AND schemaname = ANY (current_schemas(false))",
    .lock_schema = "SELECT pg_advisory_xact_lock(508574525797)",
};
