/*
 * intel: what the store has nothing of is not looked for in it, object by object; and nothing that is there is missed,
 * be it written meanwhile by another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "house.h"
#include "intel/intel.h"

enum { EACH = 5120, BATCHES = EACH / 512 };

static struct store_tx *open_tx; /* of the import by `st` that is at work */
static int looks;                /* statements that look for the objects of a batch */

static int count_look(unsigned what, void *ctx, void *statement, void *text) {
  (void)what;
  (void)ctx;
  (void)text;
  const char *sql = sqlite3_sql(statement);
  looks += sql && strstr(sql, "json_each") && strstr(sql, "intel_key");
  return 0;
}

static int count_looks(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api) {
  (void)why;
  (void)api;
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, count_look, NULL);
}

static void put_many(struct vg_buf *out, int from, int to, int day) {
  vg_buf_init(out, 64 << 20);
  for (int n = from; n < to; n++)
    vg_buf_fmt(out,
               "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-1111-4111-8111-%012x\","
               "\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-%02dT00:00:00.000Z\",\"name\":\"number "
               "%d\",\"pattern\":\"[domain-name:value = 'd%d.test']\",\"pattern_type\":\"stix\",\"valid_from\":"
               "\"2026-01-01T00:00:00Z\"}\n",
               (unsigned)n, (unsigned)n * 7919u, day, n, n);
}

static vg_code import_by(struct store *by, struct intel_import *in, int from, int to, int day) {
  struct store_tx *his = NULL;
  struct vg_buf text;
  put_many(&text, from, to, day);
  in->path = "many";
  in->text = vg_buf_view(&text);
  vg_code rc = store_begin(by, &his, NULL);
  if (by == st)
    open_tx = his;
  if (rc == VG_OK)
    rc = intel_import(his, &who, in, NULL);
  if (rc == VG_OK)
    rc = store_commit(&his, NULL);
  store_rollback(&his);
  vg_buf_fini(&text);
  return rc;
}

static struct intel_import import(const char *source, int from, int to, int day) {
  struct intel_import in = {.source = source};
  assert_int_equal(import_by(st, &in, from, to, day), VG_OK);
  assert_int_equal(in.rejected, 0);
  return in;
}

static void what_is_new_is_not_looked_for(void **state) {
  (void)state;
  assert_int_equal(import("first", 0, EACH, 1).added, EACH);
  assert_int_equal(looks, 0);
  assert_int_equal(import("first", EACH, 2 * EACH, 1).added, EACH);
  assert_in_range(looks, 1, 2); /* until it was seen that they are new */
  looks = 0;
  assert_int_equal(import("first", 0, EACH, 1).added, 0);
  assert_int_equal(looks, BATCHES);
}

static void what_is_there_is_found_among_what_is_new(void **state) {
  (void)state;
  struct intel_import in = import("second", EACH, 3 * EACH, 1);
  assert_int_equal(in.asserted, EACH);
  assert_int_equal(in.added, EACH);
  in = import("second", 2 * EACH, 4 * EACH, 2); /* versions of them, then new ones */
  assert_int_equal(in.updated, EACH);
  assert_int_equal(in.added, EACH);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE latest = 1"), 4 * EACH);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE latest = 0"), EACH);
}

#define MARKS "SELECT SUM(length(marks)) / 4 FROM intel_sieve"
#define KEYS "SELECT settled + recent FROM intel_recent WHERE name = 'key'"
static void marks_are_made_anew_where_there_are_none(void **state) {
  (void)state;
  assert_int_equal(number(MARKS), 5 * EACH); /* of versions too */
  assert_int_equal(number(KEYS), 5 * EACH);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_sieve", S_NOARGS, &err), VG_OK); /* as in a store of before */
  assert_int_equal(store_exec(tx, "UPDATE intel_recent SET settled = settled + 7 WHERE name = 'key'", S_NOARGS, &err),
                   VG_OK); /* keys that were taken back */
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  looks = 0;
  struct intel_import in = import("third", 4 * EACH, 6 * EACH, 1);
  assert_int_equal(in.added, 2 * EACH);
  assert_in_range(looks, 1, BATCHES - 1);
  assert_int_equal(number(MARKS), number(KEYS));
  in = import("fourth", 3 * EACH, 6 * EACH, 2);
  assert_int_equal(in.asserted + in.updated, 3 * EACH);
  for (int n = 0; n < 20; n++) /* small imports do not make many rows */
    assert_int_equal(import("small", 6 * EACH + n, 6 * EACH + n + 1, 1).added, 1);
  assert_int_equal(number(MARKS), number(KEYS));
  assert_in_range(number("SELECT COUNT(*) FROM intel_sieve"), 1, 10);
}

/* --- beside another writer --- */

static struct other {
  pthread_t thread;
  int batches; /* of the long import, so far */
  bool done;
  struct intel_import in;
} other;

static void *write_too(void *ctx) {
  struct other *o = ctx;
  struct store *mine = house_open(path);
  if (mine)
    o->done = import_by(mine, &o->in, 9 * EACH, 10 * EACH, 1) == VG_OK;
  store_close(mine);
  return NULL;
}

/* When the import no longer looks for what is new another one comes, and is let by: it was at work for long enough. */
static void let_other_come(void *ctx, int64_t bytes) {
  struct other *o = ctx;
  (void)bytes;
  if (++o->batches != 4)
    return;
  assert_int_equal(pthread_create(&o->thread, NULL, write_too, o), 0);
  usleep(300000);
  while (!store_waited_for(open_tx))
    usleep(1000);
}

static void what_another_wrote_meanwhile_is_found(void **state) {
  (void)state;
  struct intel_import in = {.source = "long", .parts = true, .progress = let_other_come, .ctx = &other};
  other.in.source = "short";
  assert_int_equal(import_by(st, &in, 7 * EACH, 10 * EACH, 1), VG_OK);
  assert_int_equal(pthread_join(other.thread, NULL), 0);
  assert_true(other.done);
  assert_int_equal(other.in.added, EACH);
  assert_int_equal(in.added, 2 * EACH);
  assert_int_equal(in.asserted, EACH);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_key"), number("SELECT COUNT(*) FROM intel_node"));
}

static int open_all(void **state) {
  (void)state;
  house_path("sieve");
  sqlite3_auto_extension((void (*)(void))count_looks);
  st = house_open(path);
  assert_non_null(st);
  house_found();
  return 0;
}

static int close_all(void **state) {
  (void)state;
  house_close();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_new_is_not_looked_for),
      cmocka_unit_test(what_is_there_is_found_among_what_is_new),
      cmocka_unit_test(marks_are_made_anew_where_there_are_none),
      cmocka_unit_test(what_another_wrote_meanwhile_is_found),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
