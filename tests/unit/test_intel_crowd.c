/*
 * intel: ids that were made to end alike, which therefore have one key in the store, many versions of one object, or
 * contents of one version, and one value said again and again, cost what as many others do. Work is counted, not timed:
 * SQLite's steps, the rows that PostgreSQL's indexes gave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "house.h"
#include "intel/intel.h"
#include "pg.h"

enum { EACH = 600, STEPS = 100 };

static int64_t steps;

static int one_more(void *ctx) {
  (void)ctx;
  steps++;
  return 0;
}

static int count_steps(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api) {
  (void)why;
  (void)api;
  sqlite3_progress_handler(db, STEPS, one_more, NULL);
  return SQLITE_OK;
}

/* Done so far. */
static int64_t work(void) {
  if (!store_is_postgres(st))
    return steps;
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "SELECT pg_stat_force_next_flush()", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  return number(
      "SELECT CAST((SELECT SUM(idx_tup_read) FROM pg_stat_user_indexes WHERE relname LIKE 'intel%') + (SELECT "
      "SUM(seq_tup_read) FROM pg_stat_user_tables WHERE relname LIKE 'intel%') AS BIGINT)");
}

enum form { ALIKE, VERSIONS, OLDER, CONTENTS };

static void put_id(struct vg_buf *out, enum form form, int n) {
  if (form == ALIKE)
    vg_buf_fmt(out, "indicator--%08x-1111-4111-8111-00000000a11e", (unsigned)n);
  else
    vg_buf_fmt(out, "indicator--aaaaaaaa-1111-4111-8111-%012x", (unsigned)form);
}

static void put(struct vg_buf *out, enum form form, int n) {
  const int at = form == OLDER ? 20000 - n : form == CONTENTS ? 0 : n;
  vg_buf_z(out, "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"");
  put_id(out, form, n);
  vg_buf_fmt(out,
             "\",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T%02d:%02d:%02d.000Z\",\"name\":"
             "\"number %d\",\"pattern\":\"[domain-name:value = 'd%d.test']\",\"pattern_type\":\"stix\",\"valid_from\":"
             "\"2026-01-01T00:00:00Z\"}\n",
             at / 3600, at / 60 % 60, at % 60, n, n);
}

static struct intel_import import(const char *source, enum form form, int from, int to) {
  struct intel_import in = {.path = "crowd", .source = source};
  struct vg_buf text;
  vg_buf_init(&text, 8 << 20);
  for (int n = from; n < to; n++)
    put(&text, form, n);
  in.text = vg_buf_view(&text);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  if (store_is_postgres(st)) /* as a large import does */
    assert_int_equal(store_exec(tx, "ANALYZE intel_node, intel_key_row, intel_assertion", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  vg_buf_fini(&text);
  assert_int_equal(in.rejected, 0);
  return in;
}

static vg_code count_one(void *ctx, const struct intel_object *o, struct vg_err *e) {
  (void)o;
  (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code count_version(void *ctx, const struct intel_assertion *a, struct vg_err *e) {
  (void)a;
  (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

static vg_code count_received(void *ctx, vg_str source, vg_str json, bool lifted, struct vg_err *e) {
  (void)source;
  (void)json;
  (void)lifted;
  (void)e;
  ++*(int *)ctx;
  return VG_OK;
}

/* Each is found by its id, once, with what was said of it. */
static void show_all(enum form form, int from, int to) {
  struct vg_buf id;
  int found = 0, versions = 0, received = 0;
  vg_buf_init(&id, 100);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  for (int n = from; n < to; n++) {
    vg_buf_reset(&id);
    put_id(&id, form, n);
    assert_int_equal(intel_object_get(tx, vg_buf_view(&id), count_one, &found, &err), VG_OK);
    assert_int_equal(intel_each_version(tx, vg_buf_view(&id), count_version, &versions, &err), VG_OK);
    assert_int_equal(intel_each_received(tx, vg_buf_view(&id), count_received, &received, &err), VG_OK);
  }
  store_rollback(&tx);
  vg_buf_fini(&id);
  assert_int_equal(found, to - from);
  assert_int_equal(versions, to - from);
  assert_int_equal(received, to - from);
}

static void say_all(void) {
  int tlp, pap;
  const int64_t last = number("SELECT MAX(id) FROM intel_node");
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  for (int64_t row = last - EACH + 1; row <= last; row++)
    assert_int_equal(intel_said_of(tx, row, &tlp, &pap, &err), VG_OK);
  store_rollback(&tx);
}

static void withdraw(const char *source, bool restore) {
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_source_withdraw(tx, &who, vg_str_z(source), restore, VG_STR("a test"), &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
}

/* The third time as many cost what the second did, or little more: half as much again when all before are looked at. */
static void assert_level(const int64_t *spent) {
  print_message("work: %lld, %lld, %lld\n", (long long)spent[0], (long long)spent[1], (long long)spent[2]);
  assert_in_range(spent[2], 0, spent[1] + spent[1] / 5 + 20);
}

static void ids_that_end_alike_cost_what_others_do(void **state) {
  (void)state;
  int64_t spent[5][3];
  for (int i = 0; i < 3; i++) {
    const int from = i * EACH, to = from + EACH;
    const int64_t begun = work();
    assert_int_equal(import("alike", ALIKE, from, to).added, EACH);
    const int64_t imported = work();
    assert_int_equal(import("alike", ALIKE, from, to).added, 0);
    const int64_t again = work();
    show_all(ALIKE, from, to);
    const int64_t shown = work();
    say_all();
    const int64_t said = work();
    withdraw("alike", false);
    withdraw("alike", true);
    spent[0][i] = imported - begun;
    spent[1][i] = again - imported;
    spent[2][i] = shown - again;
    spent[3][i] = said - shown;
    spent[4][i] = (work() - said) / (i + 1); /* of one of all that are there */
  }
  /* PostgreSQL reads all of tables that are as small as these, whatever one asks of them. */
  for (int kind = 0; kind < (store_is_postgres(st) ? 2 : 5); kind++)
    assert_level(spent[kind]);
}

#define ALIKES " FROM intel_node WHERE key LIKE '%a11e'"
static void ids_that_end_alike_are_kept_apart(void **state) {
  (void)state;
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND latest = 1"), 3 * EACH);
  withdraw("alike", false);
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND latest > 0"), 0);
  assert_int_equal(import("other", ALIKE, 100, 110).asserted, 10);
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND latest = 1"), 10);
  withdraw("alike", true);
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND latest = 1"), 3 * EACH);
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND crowd = 0"), 0);
  /* What is not marked is, by the next import that comes upon it. */
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "UPDATE intel_node SET crowd = 0 WHERE key LIKE '%a11e'", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(import("alike", ALIKE, 0, 3 * EACH).added, 0);
  assert_int_equal(number("SELECT COUNT(*)" ALIKES " AND crowd = 0"), 0);
}

/* Of one id, EACH after EACH: imported, again, withdrawn, said by another one meanwhile, and restored. */
static void say_of_one(enum form form, const char *source, const char *other) {
  int64_t spent[4][3];
  for (int i = 0; i < 3; i++) {
    const int from = i * EACH, to = from + EACH;
    const int64_t begun = work();
    assert_int_equal(import(source, form, from, to).updated, i ? EACH : EACH - 1);
    const int64_t imported = work();
    assert_int_equal(import(source, form, from, to).updated, 0);
    const int64_t again = work();
    withdraw(source, false);
    const int64_t withdrawn = work();
    assert_int_equal(import(other, form, from, to).asserted, EACH);
    const int64_t said = work();
    withdraw(source, true);
    spent[0][i] = imported - begun;
    spent[1][i] = again - imported;
    spent[2][i] = said - withdrawn;
    spent[3][i] = (withdrawn - again) / (i + 1); /* of one of all that are there */
  }
  for (int kind = 0; kind < (store_is_postgres(st) ? 2 : 4); kind++)
    assert_level(spent[kind]);
}

#define OF(end, where)                                                                                                 \
  "SELECT COUNT(*) FROM intel_node WHERE stix_id = 'indicator--aaaaaaaa-1111-4111-8111-00000000000" end "'" where
#define LAST " AND latest = 1 AND name = 'number 1799'"
static void versions_of_one_object_cost_what_others_do(void **state) {
  (void)state;
  say_of_one(VERSIONS, "versions", "versions too");
  assert_int_equal(number(OF("1", " AND latest > 0")), 1);
  assert_int_equal(number(OF("1", LAST)), 1);
  assert_int_equal(import("late", VERSIONS, 5, 6).asserted, 1); /* an old one does not become the newest */
  assert_int_equal(number(OF("1", LAST)), 1);
  withdraw("versions", false); /* what is left is another one's */
  withdraw("versions too", false);
  assert_int_equal(number(OF("1", " AND latest = 1 AND name = 'number 5'")), 1);
  assert_int_equal(number(OF("1", " AND latest > 0")), 1);
  withdraw("versions", true);
  assert_int_equal(number(OF("1", LAST)), 1);
  assert_int_equal(number(OF("1", " AND latest > 0")), 1);
  withdraw("versions too", true);
}

static void versions_that_come_last_first_cost_what_others_do(void **state) {
  (void)state;
  say_of_one(OLDER, "older", "older too");
  assert_int_equal(number(OF("2", " AND latest > 0")), 1);
  assert_int_equal(number(OF("2", " AND latest = 1 AND name = 'number 0'")), 1);
}

static void contents_of_one_version_cost_what_others_do(void **state) {
  (void)state;
  say_of_one(CONTENTS, "contents", "contents too");
  assert_int_equal(number(OF("3", " AND latest = 1")), 1);
  assert_int_equal(number(OF("3", " AND latest = 2")), 3 * EACH - 1);
}

/* A killed import that had come to `from` of many is taken back by the next one. */
static void what_is_taken_back_costs_what_others_do(void **state) {
  (void)state;
  if (store_is_postgres(st))
    return;
  int64_t spent[3];
  for (int i = 0; i < 3; i++) {
    const int n = (i + 1) * EACH;
    assert_int_equal(import("dead", CONTENTS, 10000, 10000 + n).updated, n);
    assert_int_equal(store_begin(st, &tx, &err), VG_OK);
    assert_int_equal(store_exec(tx,
                                "INSERT INTO intel_part (source, made, received, last, ended) SELECT source, 1, "
                                "received, 0, 0 FROM intel_assertion ORDER BY object DESC LIMIT 1",
                                S_NOARGS, &err),
                     VG_OK);
    assert_int_equal(store_commit(&tx, &err), VG_OK);
    const int64_t begun = work();
    assert_int_equal(intel_recover(st, NULL, &err), VG_OK);
    spent[i] = (work() - begun) / (i + 1);
    assert_int_equal(number("SELECT COUNT(*) FROM intel_source WHERE name = 'dead'"), 0);
    assert_int_equal(number(OF("3", "")), 3 * EACH);
    assert_int_equal(number(OF("3", " AND latest = 1")), 1);
  }
  assert_level(spent);
}

/* --- one value of a table, said again and again --- */

static struct intel_import import_table_of(const char *source, const char *rows) {
  struct intel_import in = {.path = "table", .source = source};
  struct vg_buf text;
  vg_buf_init(&text, 8 << 20);
  vg_buf_z(&text, "type,value,description,first_seen\n");
  vg_buf_z(&text, rows);
  in.text = vg_buf_view(&text);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  vg_buf_fini(&text);
  assert_int_equal(in.rejected, 0);
  return in;
}

/* Work for rows: of one value each (same 0), or all of one. */
static int64_t say_table(const char *source, bool same, bool dated, int from, int to) {
  struct vg_buf rows;
  vg_buf_init(&rows, 1 << 20);
  for (int n = from; n < to; n++) {
    vg_buf_fmt(&rows, "domain,s%d.test,alert %d,", same ? 0 : n, n);
    if (dated)
      vg_buf_fmt(&rows, "2026-01-01T00:%02d:%02dZ", n / 60 % 60, n % 60);
    vg_buf_byte(&rows, '\n');
  }
  vg_buf_byte(&rows, 0);
  const int64_t begun = work();
  const struct intel_import in = import_table_of(source, rows.p);
  assert_int_equal(in.added + in.updated, to - from);
  vg_buf_fini(&rows);
  return work() - begun;
}

enum { FEW = 40 };
static void one_value_said_again_costs_what_others_do(void **state) {
  (void)state;
  /* What PostgreSQL plans while its tables are all but empty, it keeps. */
  for (int n = 0; n < 10 * FEW; n += FEW)
    say_table("few", true, true, n, n + FEW);
  for (int i = 0; i < 3; i++) {
    const int from = i * EACH, to = from + EACH;
    const int64_t again = say_table("again", true, false, from, to),
                  dated = say_table("again, dated", true, true, from, to),
                  others = say_table("others", false, false, from, to);
    print_message("work: %lld, dated %lld, others %lld\n", (long long)again, (long long)dated, (long long)others);
    assert_in_range(again, 0, 3 * others);
    assert_in_range(dated, 0, 3 * others);
  }
#define SAID_BY(source, where)                                                                                         \
  "SELECT COUNT(*) FROM intel_node n JOIN intel_assertion a ON a.object = n.id JOIN intel_source s ON s.id = "         \
  "a.source WHERE s.name = '" source "'" where
  assert_int_equal(number(SAID_BY("again", "")), 3 * EACH);
  assert_int_equal(number(SAID_BY("again", " AND latest > 0")), 1);
  assert_int_equal(number(SAID_BY("again", " AND latest = 1 AND n.name = 'alert 1799'")), 1);
  assert_int_equal(number(SAID_BY("again, dated", " AND latest = 1 AND n.name = 'alert 1799'")), 1);
}

/* Row after row in one file as in a file each: as many versions, of the same times. */
static void rows_of_one_value_are_what_they_are_one_by_one(void **state) {
  (void)state;
  static const char *const rows[] = {"one,2026-03-03T00:00:00Z",
                                     "two,2026-03-04T00:00:00Z",
                                     "two,2026-03-04T00:00:00Z",
                                     "one,",
                                     "one,2026-03-01T00:00:00Z",
                                     "two,",
                                     "two,",
                                     "one,2026-03-05T00:00:00Z",
                                     "none,2026-03-02T00:00:00Z",
                                     "two,"};
  struct vg_buf file;
  vg_buf_init(&file, 1 << 16);
  int64_t added = 0, updated = 0;
  for (size_t i = 0; i < VG_COUNT(rows); i++) {
    struct vg_buf row;
    vg_buf_init(&row, 1 << 10);
    vg_buf_fmt(&row, "domain,row.test,%s\n", rows[i]);
    vg_buf_str(&file, vg_buf_view(&row));
    vg_buf_byte(&row, 0);
    const struct intel_import in = import_table_of("one by one", row.p);
    added += in.added;
    updated += in.updated;
    vg_buf_fini(&row);
  }
  vg_buf_byte(&file, 0);
  const struct intel_import in = import_table_of("together", file.p);
  vg_buf_fini(&file);
  assert_int_equal(added, 1);
  assert_int_equal(in.added, added);
  assert_int_equal(in.updated, updated);
  /* Versions of now are not of the same instant: their order is the same. */
#define TOLD(source)                                                                                                   \
  "(SELECT n.name, n.latest, n.valid_from, ROW_NUMBER() OVER (ORDER BY n.modified, n.id) AS place FROM intel_node n "  \
  "JOIN intel_assertion a ON a.object = n.id JOIN intel_source s ON s.id = a.source WHERE s.name = '" source "')"
  assert_int_equal(number("SELECT COUNT(*) FROM " TOLD("together") " t"), 1 + updated);
  assert_int_equal(number("SELECT COUNT(*) FROM (SELECT * FROM " TOLD("together") " t EXCEPT SELECT * FROM " TOLD(
                       "one by one") " o) d"),
                   0);
  assert_int_equal(number("SELECT COUNT(*) FROM " TOLD("together") " t WHERE latest > 0"), 1);
}

/* In one batch, where nothing of them is in the store yet. */
static void what_stands_before_it_in_its_batch_is_known(void **state) {
  (void)state;
#define ONE "indicator--bbbbbbbb-1111-4111-8111-00000000000b"
#define SAID(day, name, more)                                                                                          \
  "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"" ONE "\",\"created\":\"2026-01-01T00:00:00.000Z\","      \
  "\"modified\":\"2026-01-" day "T00:00:00.000Z\",\"name\":\"" name "\"," more "\"pattern\":\"[domain-name:value = "   \
  "'b.test']\",\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\"}\n"
  static const char *const text = SAID("02", "two", "") SAID("01", "one", "") SAID("03", "three", "")
      SAID("03", "three", " ") SAID("03", "else", "") SAID("02", "two", "");
  struct intel_import in = {.path = "batch", .source = "batch", .text = vg_str_z(text)};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(in.added, 1);
  assert_int_equal(in.updated, 3);
#define OF_ONE "SELECT COUNT(*) FROM intel_node WHERE stix_id = '" ONE "'"
  assert_int_equal(number(OF_ONE), 4);
  assert_int_equal(number(OF_ONE " AND latest = 1 AND name = 'three'"), 1);
  assert_int_equal(number(OF_ONE " AND latest = 2 AND name = 'else'"), 1);
  assert_int_equal(number(OF_ONE " AND latest = 0"), 2);
  /* What is shown again because another one says it, and what is newer behind it. */
  withdraw("batch", false);
  static const char *const newer = SAID("02", "two", "") SAID("04", "four", "");
  in = (struct intel_import){.path = "newer", .source = "newer", .text = vg_str_z(newer)};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(in.asserted, 1);
  assert_int_equal(number(OF_ONE " AND latest = 1 AND name = 'four'"), 1);
  assert_int_equal(number(OF_ONE " AND latest > 0"), 1);
}

static int open_all(void **state) {
  (void)state;
  house_path("crowd");
  sqlite3_auto_extension((void (*)(void))count_steps);
  st = house_open(pg_or(path));
  assert_non_null(st);
  house_found();
  return 0;
}

static int close_all(void **state) {
  (void)state;
  house_close();
  pg_stop();
  return 0;
}

int main(void) {
  const struct CMUnitTest tables[] = {
      cmocka_unit_test(one_value_said_again_costs_what_others_do),
      cmocka_unit_test(rows_of_one_value_are_what_they_are_one_by_one),
  };
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_that_end_alike_cost_what_others_do),
      cmocka_unit_test(ids_that_end_alike_are_kept_apart),
      cmocka_unit_test(versions_of_one_object_cost_what_others_do),
      cmocka_unit_test(versions_that_come_last_first_cost_what_others_do),
      cmocka_unit_test(contents_of_one_version_cost_what_others_do),
      cmocka_unit_test(what_is_taken_back_costs_what_others_do),
      cmocka_unit_test(what_stands_before_it_in_its_batch_is_known),
  };
  return cmocka_run_group_tests(tables, open_all, close_all) + cmocka_run_group_tests(tests, open_all, close_all);
}
