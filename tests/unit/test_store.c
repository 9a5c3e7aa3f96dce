/* store: the same behaviour on SQLite and on a real PostgreSQL; schema steps; durability under kill -9. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/hash.h"
#include "ledger/ledger.h"
#include "pg.h"
#include "store/store.h"

static const char *pg_url, *pg_why;
static char lite[128];

static const char first[] =
    "-- step 1\nCREATE TABLE test_x (id @pk, name TEXT NOT NULL UNIQUE, n @int, r @real, b @blob) @strict;\n";
static const char second[] =
    "-- step 1\nCREATE TABLE test_x (id @pk, name TEXT NOT NULL UNIQUE, n @int, r @real, b @blob) @strict;\n"
    "-- step 2\nCREATE TABLE test_y (id @pk, x @int NOT NULL REFERENCES test_x (id)) @strict;\n";
/* Only a column's type takes a collation. */
static const char viewed[] =
    "-- step 1\nCREATE TABLE test_x (id @pk, name TEXT NOT NULL UNIQUE, n @int, r @real, b @blob) @strict;\n"
    "CREATE VIEW test_v AS SELECT CAST(n AS TEXT) AS n, TEXT_LIKE.name FROM test_x TEXT_LIKE;\n";
static const char altered[] =
    "-- step 1\nCREATE TABLE test_x (id @pk, name TEXT NOT NULL, n @int, r @real, b @blob) @strict;\n";

static vg_code open_both(const char *url, const char *sql, const char *sqlite, const char *pg, struct store **st,
                         struct vg_err *err) {
  struct store_schema schema[] = {{.room = "test", .sql = sql, .sqlite = sqlite, .pg = pg},
                                  {.room = "ledger", .sql = ledger_sql}};
  struct store_options o = {.url = url, .schemas = schema, .schema_count = 2, .create = true};
  return store_open(st, &o, err);
}

static vg_code open_with(const char *url, const char *sql, struct store **st, struct vg_err *err) {
  return open_both(url, sql, NULL, NULL, st, err);
}

static const char *url_of(void **state) {
  if (*state)
    return lite;
  if (!pg_url) {
    print_message("skipped: %s\n", pg_why);
    skip();
  }
  return pg_url;
}

static void wipe(const char *url) {
  char line[600];
  if (url == lite) {
    snprintf(line, sizeof line, "rm -f %s %s-wal %s-shm %s-turn", lite, lite, lite, lite);
  } else {
    snprintf(line, sizeof line, "psql -q '%s' -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' >/dev/null 2>&1",
             pg_url);
  }
  assert_int_equal(system(line), 0);
}

/* Another connection that writes one row; its url if it could. */
static void *write_short(void *url) {
  struct store *st;
  struct store_tx *tx = NULL;
  int64_t id;
  vg_code rc = open_with(url, first, &st, NULL);
  if (rc != VG_OK)
    return NULL;
  rc = store_begin(st, &tx, NULL);
  if (rc == VG_OK)
    rc = store_insert(tx, &id, "INSERT INTO test_x (name) VALUES ($1) RETURNING id", S_ARGS(S_Z("short")), NULL);
  if (rc == VG_OK)
    rc = store_commit(&tx, NULL);
  store_close(st);
  return rc == VG_OK ? url : NULL;
}

/* Who waits for SQLite's writer is seen, has his turn between two parts, and is not overtaken; on PostgreSQL nobody
 * waits. */
static void a_long_transaction_makes_way(void **state) {
  const char *url = url_of(state);
  struct store *st, *other;
  struct store_tx *tx;
  struct vg_err err = {0};
  int64_t n, id;
  bool mine;
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(
      store_insert(tx, &id, "INSERT INTO test_x (name) VALUES ($1) RETURNING id", S_ARGS(S_Z("long")), &err), VG_OK);
  assert_false(store_waited_for(tx));
  pthread_t thread;
  void *wrote = NULL;
  assert_int_equal(pthread_create(&thread, NULL, write_short, (void *)(uintptr_t)url), 0);
  if (url == lite) {
    while (!store_waited_for(tx) && pthread_tryjoin_np(thread, &wrote) == EBUSY)
      usleep(1000);
    assert_true(store_waited_for(tx));
    assert_int_equal(store_savepoint(tx, &err), VG_OK);
    assert_false(store_waited_for(tx)); /* a part is not undone by a savepoint */
    assert_int_equal(store_release(tx, true, &err), VG_OK);
  }
  assert_int_equal(store_give_way(tx, NULL, &err), VG_OK);
  assert_int_equal(pthread_join(thread, &wrote), 0);
  assert_non_null(wrote);
  assert_int_equal(store_get_int(tx, &n, "SELECT COUNT(*) FROM test_x", S_NOARGS, &err), VG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(store_exec(tx, "UPDATE test_x SET n = 1", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_start_over(tx, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &n, "SELECT COUNT(*) FROM test_x WHERE n = 1", S_NOARGS, &err), VG_OK);
  assert_int_equal(n, 0);
  if (url == lite) { /* one claim a store; it ends with the transaction */
    assert_int_equal(open_with(url, first, &other, &err), VG_OK);
    assert_int_equal(store_claim(st, &mine, &err), VG_OK);
    assert_true(mine);
    assert_int_equal(store_claim(other, &mine, &err), VG_OK);
    assert_false(mine);
    assert_int_equal(store_commit(&tx, &err), VG_OK);
    assert_int_equal(store_claim(other, &mine, &err), VG_OK);
    assert_true(mine);
    store_close(other);
  }
  store_rollback(&tx);
  store_close(st);
}

static void values_come_back_as_given(void **state) {
  const char *url = url_of(state);
  struct store *st;
  struct store_tx *tx;
  struct store_rows *q;
  struct vg_err err = {0};
  int64_t id, id2;
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  vg_str bytes = VG_STR("\x00\xff\x01'");
  assert_int_equal(store_insert(tx, &id, "INSERT INTO test_x (name, n, r, b) VALUES ($1, $2, $3, $4) RETURNING id",
                                S_ARGS(S_Z("l'été"), S_INT(INT64_MIN), S_REAL(0.1), S_BYTES(bytes)), &err),
                   VG_OK);
  assert_int_equal(store_insert(tx, &id2, "INSERT INTO test_x (name, n, r, b) VALUES ($1, $2, $3, $4) RETURNING id",
                                S_ARGS(S_Z(""), S_NULL, S_NULL, S_BYTES(VG_STR("second"))), &err),
                   VG_OK);
  /* $2 before $1 in the text: numbers bind by number */
  assert_int_equal(
      store_query(tx, &q, "SELECT name, n, r, b, b FROM test_x WHERE n IS NULL AND $2 = 'x' OR id = $1 ORDER BY id",
                  S_ARGS(S_INT(id), S_Z("x")), &err),
      VG_OK);
  assert_true(store_next(q));
  assert_true(vg_str_eqz(store_str(q, 0), "l'été"));
  assert_true(store_int(q, 1) == INT64_MIN);
  assert_true(store_real(q, 2) > 0.0999 && store_real(q, 2) < 0.1001);
  vg_str b3 = store_str(q, 3), b4 = store_str(q, 4);
  assert_true(vg_str_eq(b3, bytes) && vg_str_eq(b4, bytes));
  assert_true(store_next(q));
  assert_true(store_is_null(q, 1) && store_time(q, 1) == VG_NOTIME && !store_is_null(q, 0));
  assert_true(vg_str_eqz(store_str(q, 3), "second"));
  assert_false(store_next(q));
  assert_int_equal(store_done(&q, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  store_close(st);
}

/* A new file has large pages; one of before, with small ones, is opened and used as it is. */
static void a_file_keeps_the_pages_it_was_made_with(void **state) {
  struct store *st;
  struct store_tx *tx;
  struct vg_err err = {0};
  int64_t size, id;
  sqlite3 *db;
  (void)state;
  for (int old = 0; old < 2; old++) {
    wipe(lite);
    if (old) {
      assert_int_equal(sqlite3_open(lite, &db), SQLITE_OK);
      assert_int_equal(sqlite3_exec(db, "PRAGMA page_size=4096; CREATE TABLE before (x)", NULL, NULL, NULL), SQLITE_OK);
      sqlite3_close(db);
    }
    for (int again = 0; again < 2; again++) {
      assert_int_equal(open_with(lite, first, &st, &err), VG_OK);
      assert_int_equal(store_begin(st, &tx, &err), VG_OK);
      assert_int_equal(store_get_int(tx, &size, "SELECT page_size FROM pragma_page_size", S_NOARGS, &err), VG_OK);
      assert_int_equal(size, old ? 4096 : 16384);
      assert_int_equal(store_insert(tx, &id, "INSERT INTO test_x (name) VALUES ($1) RETURNING id",
                                    S_ARGS(S_Z(again ? "b" : "a")), &err),
                       VG_OK);
      assert_int_equal(store_commit(&tx, &err), VG_OK);
      store_close(st);
    }
  }
}

static void a_broken_part_costs_only_itself(void **state) {
  const char *url = url_of(state);
  struct store *st;
  struct store_tx *tx;
  struct vg_err err = {0};
  int64_t n;
  static const char *const insert = "INSERT INTO test_x (name) VALUES ($1)";
  wipe(url);
  assert_int_equal(open_with(url, second, &st, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, insert, S_ARGS(S_Z("a")), &err), VG_OK);
  assert_int_equal(store_savepoint(tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, insert, S_ARGS(S_Z("a")), &err), VG_EEXIST);
  assert_int_equal(store_release(tx, false, &err), VG_OK);
  assert_int_equal(store_savepoint(tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "INSERT INTO test_y (x) VALUES ($1)", S_ARGS(S_INT(99)), &err), VG_ESTATE);
  assert_int_equal(store_release(tx, false, &err), VG_OK);
  assert_int_equal(store_exec(tx, insert, S_ARGS(S_Z("b")), &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, insert, S_ARGS(S_Z("c")), &err), VG_OK);
  store_rollback(&tx);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &n, "SELECT COUNT(*) FROM test_x", S_NOARGS, &err), VG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(store_get_int(tx, &n, "SELECT id FROM test_x WHERE name = $1", S_ARGS(S_Z("zz")), &err),
                   VG_ENOTFOUND);
  store_rollback(&tx);
  store_close(st);
}

static void steps_are_applied_once_and_never_change(void **state) {
  const char *url = url_of(state);
  struct store *st;
  struct vg_err err = {0};
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  store_close(st);
  assert_int_equal(open_with(url, altered, &st, &err), VG_EDAMAGE);
  wipe(url);
  assert_int_equal(open_with(url, viewed, &st, &err), VG_OK);
  store_close(st);
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  store_close(st);
  assert_int_equal(open_with(url, second, &st, &err), VG_OK);
  store_close(st);
  assert_int_equal(open_with(url, second, &st, &err), VG_OK);
  store_close(st);
  vg_err_clear(&err);
  assert_int_equal(open_with(url, first, &st, &err), VG_EVERSION); /* an instance of a newer program */
  assert_string_equal(err.cause[0].msg, "store.newer");
}

/* PostgreSQL plans by what it knows of its tables: after a step it knows them. */
static void an_upgrade_leaves_statistics(void **state) {
  const char *url = url_of(state);
  struct store *st;
  struct store_tx *tx;
  struct vg_err err = {0};
  int64_t n;
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  for (int i = 0; i < 3; i++)
    assert_int_equal(store_exec(tx, "INSERT INTO test_x (name) VALUES ($1)",
                                S_ARGS(S_Z(i == 0   ? "a"
                                           : i == 1 ? "b"
                                                    : "c")),
                                &err),
                     VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  store_close(st);
  assert_int_equal(open_with(url, second, &st, &err), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  if (store_is_postgres(st)) {
    assert_int_equal(
        store_get_int(tx, &n, "SELECT reltuples::bigint FROM pg_class WHERE oid = 'test_x'::regclass", S_NOARGS, &err),
        VG_OK);
    assert_int_equal(n, 3);
  }
  assert_int_equal(store_get_int(tx, &n, "SELECT COUNT(*) FROM test_x", S_NOARGS, &err), VG_OK);
  assert_int_equal(n, 3);
  store_rollback(&tx);
  store_close(st);
}

static void one_engine_s_statements_belong_to_the_step(void **state) {
  const char *url = url_of(state);
  static const char sqlite[] = "-- step 1\nCREATE VIRTUAL TABLE test_text USING fts5 (words);\n";
  static const char pg[] = "-- step 1\nCREATE TABLE test_text (words TSVECTOR NOT NULL, at @int);\n";
  static const char later[] = "-- step 1\nCREATE TABLE test_text (words TEXT);\n";
  struct store *st;
  struct store_tx *tx;
  struct vg_err err = {0};
  int64_t n;
  wipe(url);
  assert_int_equal(open_both(url, first, sqlite, pg, &st, &err), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &n, "SELECT COUNT(*) FROM test_text", S_NOARGS, &err), VG_OK);
  store_rollback(&tx);
  store_close(st);
  assert_int_equal(open_both(url, first, sqlite, pg, &st, &err), VG_OK);
  store_close(st);
  assert_int_equal(open_both(url, first, later, later, &st, &err), VG_EDAMAGE);
  assert_int_equal(open_both(url, first, NULL, NULL, &st, &err), VG_EDAMAGE);
}

/* A listing must not wait for an import that runs. */
static void opening_does_not_wait_for_a_writer(void **state) {
  const char *url = url_of(state);
  struct store *st, *other;
  struct store_tx *tx;
  struct vg_err err = {0};
  wipe(url);
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "INSERT INTO test_x (name) VALUES ($1)", S_ARGS(S_Z("a")), &err), VG_OK);
  assert_int_equal(open_with(url, first, &other, &err), VG_OK);
  store_close(other);
  store_rollback(&tx);
  store_close(st);
}

static void many_programs_may_start_at_once(void **state) {
  const char *url = url_of(state);
  enum { PROGRAMS = 6 };
  struct store *st;
  struct store_tx *tx;
  struct ledger_state ledger;
  struct vg_err err = {0};
  pid_t pid[PROGRAMS];
  wipe(url);
  for (int i = 0; i < PROGRAMS; i++) {
    pid[i] = fork();
    if (pid[i] == 0) {
      struct actor who = {.id = {"identity--test"}};
      bool well = open_with(url, second, &st, NULL) == VG_OK && store_begin(st, &tx, NULL) == VG_OK &&
                  ledger_append(tx, &who, "test.start", "program", VG_STR("{}"), NULL, NULL) == VG_OK &&
                  store_commit(&tx, NULL) == VG_OK;
      _exit(well ? 0 : 1);
    }
  }
  for (int i = 0; i < PROGRAMS; i++) {
    int status;
    assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
    assert_int_equal(status, 0);
  }
  assert_int_equal(open_with(url, second, &st, &err), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(ledger_verify(tx, NULL, VG_STR(""), &ledger, &err), VG_OK);
  assert_true(ledger.ok);
  assert_int_equal(ledger.size, PROGRAMS);
  store_rollback(&tx);
  store_close(st);
}

static void text_sorts_by_its_bytes(void **state) {
  const char *url = url_of(state);
  static const char *const sorted[] = {"B", "a", "b", "\xC3\xA9"};
  struct store *st;
  struct store_tx *tx;
  struct store_rows *q;
  wipe(url);
  assert_int_equal(open_with(url, first, &st, NULL), VG_OK);
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  for (size_t i = VG_COUNT(sorted); i-- > 0;)
    assert_int_equal(store_exec(tx, "INSERT INTO test_x (name) VALUES ($1)", S_ARGS(S_Z(sorted[i])), NULL), VG_OK);
  assert_int_equal(store_query(tx, &q, "SELECT name FROM test_x ORDER BY name", S_NOARGS, NULL), VG_OK);
  for (size_t i = 0; i < VG_COUNT(sorted); i++) {
    assert_true(store_next(q));
    assert_true(vg_str_eqz(store_str(q, 0), sorted[i]));
  }
  assert_int_equal(store_done(&q, NULL), VG_OK);
  store_rollback(&tx);
  store_close(st);
}

/* The child acknowledges each commit on a pipe; killed at a random moment, no acknowledged row may be missing. */
static void writer(const char *url, int out) {
  struct store *st;
  struct actor who = {.id = {"identity--test"}};
  if (open_with(url, first, &st, NULL) != VG_OK)
    _exit(1);
  for (int64_t n = 0;; n++) {
    struct store_tx *tx;
    char name[32];
    snprintf(name, sizeof name, "row %d %lld", (int)getpid(), (long long)n);
    if (store_begin(st, &tx, NULL) != VG_OK ||
        store_exec(tx, "INSERT INTO test_x (name) VALUES ($1)", S_ARGS(S_Z(name)), NULL) != VG_OK ||
        ledger_append(tx, &who, "test.row", name, VG_STR("{\"a\":1}"), NULL, NULL) != VG_OK ||
        store_commit(&tx, NULL) != VG_OK)
      _exit(1);
    if (write(out, "x", 1) != 1)
      _exit(1);
  }
}

static void nothing_acknowledged_is_lost_at_kill_9(void **state) {
  const char *url = url_of(state);
  struct store *st;
  struct store_tx *tx;
  struct vg_err err = {0};
  struct ledger_state ledger;
  int64_t acknowledged = 0, rows;
  int rounds = getenv("VIGIE_DEEP") ? 200 : 12;
  wipe(url);
  for (int round = 0; round < rounds; round++) {
    int ends[2];
    unsigned char random;
    char seen[4096];
    ssize_t got;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      writer(url, ends[1]);
    }
    close(ends[1]);
    /* at least one row, then a random moment */
    assert_int_equal(read(ends[0], seen, 1), 1);
    acknowledged++;
    vg_random(&random, 1);
    usleep(1000u + random * 200u);
    kill(pid, SIGKILL);
    while ((got = read(ends[0], seen, sizeof seen)) > 0)
      acknowledged += got;
    close(ends[0]);
    waitpid(pid, NULL, 0);
  }
  assert_int_equal(open_with(url, first, &st, &err), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &rows, "SELECT COUNT(*) FROM test_x", S_NOARGS, &err), VG_OK);
  assert_true(rows >= acknowledged && rows <= acknowledged + rounds);
  assert_int_equal(ledger_verify(tx, NULL, VG_STR(""), &ledger, &err), VG_OK);
  assert_true(ledger.ok);
  assert_int_equal(ledger.size, rows);
  store_rollback(&tx);
  store_close(st);
}

static vg_code settle(struct store_tx *tx, struct vg_err *err) {
  return store_exec(tx, "UPDATE test_x SET n = COALESCE(n, 0) + 1", S_NOARGS, err);
}

static int64_t settled(const char *url, const char *sql, const char *insert) {
  struct store_schema schema = {.room = "test", .sql = sql, .settle = settle};
  struct store_options o = {.url = url, .schemas = &schema, .schema_count = 1, .create = true};
  struct store *st;
  struct store_tx *tx;
  int64_t n;
  assert_int_equal(store_open(&st, &o, NULL), VG_OK);
  assert_int_equal(store_begin(st, &tx, NULL), VG_OK);
  if (insert)
    assert_int_equal(store_exec(tx, "INSERT INTO test_x (name) VALUES ($1)", S_ARGS(S_Z(insert)), NULL), VG_OK);
  assert_int_equal(store_get_int(tx, &n, "SELECT COALESCE(SUM(n), 0) FROM test_x", S_NOARGS, NULL), VG_OK);
  assert_int_equal(store_commit(&tx, NULL), VG_OK);
  store_close(st);
  return n;
}

/* What no statement can make is made when steps were added, not at other openings. */
static void rows_of_before_are_settled_once(void **state) {
  const char *url = url_of(state);
  wipe(url);
  assert_int_equal(settled(url, first, "old"), 0);
  assert_int_equal(settled(url, first, NULL), 0);
  assert_int_equal(settled(url, second, NULL), 1);
  assert_int_equal(settled(url, second, NULL), 1);
}

/* What another connection commits in the middle of a reading is not seen by it: verification compares several queries.
 */
static void a_reading_is_one_snapshot(void **state) {
  const char *url = url_of(state);
  static const char *const count = "SELECT COUNT(*) FROM test_x";
  struct store *st, *other;
  struct store_tx *tx, *writing;
  int64_t before, after;
  wipe(url);
  assert_int_equal(open_with(url, first, &st, NULL), VG_OK);
  assert_int_equal(open_with(url, first, &other, NULL), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, NULL), VG_OK);
  assert_int_equal(store_get_int(tx, &before, count, S_NOARGS, NULL), VG_OK);
  assert_int_equal(store_begin(other, &writing, NULL), VG_OK);
  assert_int_equal(store_exec(writing, "INSERT INTO test_x (name) VALUES ($1)", S_ARGS(S_Z("late")), NULL), VG_OK);
  assert_int_equal(store_commit(&writing, NULL), VG_OK);
  assert_int_equal(store_get_int(tx, &after, count, S_NOARGS, NULL), VG_OK);
  assert_int_equal(after, before);
  store_rollback(&tx);
  store_close(other);
  store_close(st);
}

#define BOTH(f)                                                                                                        \
  {#f, f, NULL, NULL, lite}, { #f "_postgres", f, NULL, NULL, NULL }

int main(void) {
  snprintf(lite, sizeof lite, "%s/vigie-store-%d.db", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
  pg_url = pg_start(&pg_why);
  const struct CMUnitTest tests[] = {
      BOTH(values_come_back_as_given),
      BOTH(a_long_transaction_makes_way),
      {"a_file_keeps_the_pages_it_was_made_with", a_file_keeps_the_pages_it_was_made_with, NULL, NULL, lite},
      BOTH(a_broken_part_costs_only_itself),
      BOTH(steps_are_applied_once_and_never_change),
      BOTH(an_upgrade_leaves_statistics),
      BOTH(rows_of_before_are_settled_once),
      BOTH(a_reading_is_one_snapshot),
      BOTH(one_engine_s_statements_belong_to_the_step),
      BOTH(opening_does_not_wait_for_a_writer),
      BOTH(many_programs_may_start_at_once),
      BOTH(text_sorts_by_its_bytes),
      BOTH(nothing_acknowledged_is_lost_at_kill_9)};
  int status = cmocka_run_group_tests(tests, NULL, NULL);
  wipe(lite);
  pg_stop();
  return status;
}
