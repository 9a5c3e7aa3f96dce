/* intel: a large file is read in a thread of its own - what is good is kept, what is bad is told in order, it
 * stops cleanly; and a store of before is brought to its new form with all that it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "house.h"
#include "intel/intel.h"
#include "pg.h"

enum { MANY = 6000 };

static const char *url;

static void put(struct vg_buf *out, int n, const char *day, const char *domain) {
  vg_buf_fmt(
      out,
      "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%08x-1111-4111-8111-%012x\",\"created\":"
      "\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-%sT00:00:00.000Z\",\"name\":\"number %d\",\"description\":"
      "\"%0300d\",\"pattern\":\"[domain-name:value = '%s%d.test']\",\"pattern_type\":\"stix\",\"valid_from\":"
      "\"2026-01-01T00:00:00Z\"},\n",
      (unsigned)n, (unsigned)n * 7919u, day, n, n, domain, n);
}

/* Every 1,000th is no STIX object; number 3 comes again as a newer version, number 4 as it was. */
static void write_many(struct vg_buf *out) {
  vg_buf_init(out, 64 << 20);
  vg_buf_z(out, "{\"type\":\"bundle\",\"id\":\"bundle--11111111-1111-4111-8111-111111111111\",\"objects\":[\n");
  for (int n = 1; n <= MANY; n++) {
    put(out, n, "02", "d");
    if (n % 1000 == 0)
      vg_buf_fmt(out, "{\"type\":\"indicator\",\"id\":\"bad-%d\"},\n", n);
  }
  put(out, 3, "03", "new");
  put(out, 4, "02", "d");
  vg_buf_fmt(out,
             "{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"identity--%08x-1111-4111-8111-%012x\","
             "\"created\":\"2026-01-01T00:00:00Z\",\"modified\":\"2026-01-01T00:00:00Z\",\"name\":\"Last\"}]}\n",
             1u, 1u);
  assert_true(out->n > 2 << 20); /* worth a thread */
}

static char told[4096];
static void tell(void *ctx, const char *place, const struct vg_err *reason) {
  (void)ctx;
  snprintf(told + strlen(told), sizeof told - strlen(told), "%s|", reason->cause[0].arg[0]);
  assert_non_null(strstr(place, "byte"));
}

static struct intel_import run(vg_str text, vg_code expected, const atomic_bool *stop) {
  struct intel_import in = {.path = "many", .text = text, .source = "many", .reject = tell, .stop = stop};
  told[0] = 0;
  vg_err_clear(&err);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), expected);
  if (expected == VG_OK)
    assert_int_equal(store_commit(&tx, &err), VG_OK);
  store_rollback(&tx);
  return in;
}

static const char *const nodes = "SELECT COUNT(*) FROM intel_node";

static void one_that_is_told_to_stop_leaves_nothing(void **state) {
  (void)state;
  struct vg_buf text;
  atomic_bool stop = true;
  int64_t before = number(nodes);
  write_many(&text);
  run(vg_buf_view(&text), VG_ESTATE, &stop);
  assert_string_equal(err.cause[0].msg, "intel.stopped");
  assert_int_equal(number(nodes), before);
  vg_buf_fini(&text);
}

static void what_is_good_is_kept_and_what_is_bad_is_told_in_order(void **state) {
  (void)state;
  struct vg_buf text;
  write_many(&text);
  struct intel_import in = run(vg_buf_view(&text), VG_OK, NULL);
  assert_int_equal(in.read, MANY + 6 + 3);
  assert_int_equal(in.rejected, 6);
  assert_int_equal(in.added, MANY + 1);
  assert_int_equal(in.updated, 1);
  assert_string_equal(told, "bad-1000|bad-2000|bad-3000|bad-4000|bad-5000|bad-6000|");
  assert_int_equal(number(nodes), MANY + 2);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value LIKE '%.test'"), MANY);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value = 'new3.test'"), 1);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value = 'd3.test'"), 0);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_key"), MANY + 2);
  in = run(vg_buf_view(&text), VG_OK, NULL);
  assert_int_equal(in.added + in.updated + in.asserted, 0);
  assert_int_equal(number(nodes), MANY + 2);
  vg_buf_fini(&text);
}

static void a_file_that_ends_early_costs_its_last_object(void **state) {
  (void)state;
  struct vg_buf text;
  write_many(&text);
  struct intel_import in = run(vg_str_n(text.p, text.n - 300), VG_OK, NULL);
  assert_int_equal(in.rejected, 7);
  assert_int_equal(in.added + in.updated, 0);
  vg_buf_fini(&text);
}

/* The store refuses while the reader is far ahead: the reader ends too, and is waited for. */
static void a_store_that_fails_ends_the_reader(void **state) {
  (void)state;
  struct vg_buf text;
  int64_t before = number(nodes);
  if (store_is_postgres(st))
    skip();
  write_many(&text);
  for (char *p = text.p; (p = strstr(p, "2026-01-02T")); p++)
    memcpy(p, "2027", 4);
  struct intel_import in = {.path = "many", .text = vg_buf_view(&text), .source = "many"};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx,
                              "CREATE TEMP TRIGGER full BEFORE INSERT ON intel_node WHEN NEW.name = 'number 4000' "
                              "BEGIN SELECT RAISE(ABORT, 'no room'); END",
                              S_NOARGS, &err),
                   VG_OK);
  vg_code rc = intel_import(tx, &who, &in, &err);
  assert_true(rc != VG_OK);
  store_rollback(&tx);
  assert_int_equal(number(nodes), before);
  vg_buf_fini(&text);
}

/* --- tables: what is made of a row may be stored already, which only the thread that stores knows --- */

/* Rows first..last of the table; every 10th says `other`, one is broken, row 7's value comes again. */
static void write_table(struct vg_buf *out, int from, int to, const char *other) {
  vg_buf_init(out, 64 << 20);
  vg_buf_z(out, "value,description,valid_until\n");
  for (int n = from; n < to; n++) {
    if (n == 500)
      vg_buf_z(out, "no value at all,x,\n");
    vg_buf_fmt(out, "t%d.table.test,%s %0300d,%s\n", n, n % 10 ? "said" : other, n,
               n % 3 ? "" : "2099-01-01T00:00:00Z");
    if (n == 2000)
      vg_buf_fmt(out, "t7.table.test,said again,\nCVE-2024-%d,a flaw,\n", 10000);
  }
}

static struct intel_import run_table(int from, int to, const char *other, const char *source) {
  struct vg_buf text;
  write_table(&text, from, to, other);
  struct intel_import in = {.path = "table.csv", .text = vg_buf_view(&text), .source = source, .format = FORMAT_CSV};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  vg_buf_fini(&text);
  return in;
}

static void a_large_table_is_as_its_pieces_and_as_itself_again(void **state) {
  (void)state;
  struct intel_import whole = run_table(0, MANY, "first", "whole"), again = run_table(0, MANY, "first", "whole");
  assert_int_equal(whole.read, MANY + 3);
  assert_int_equal(whole.added, MANY + 1);
  assert_int_equal(whole.updated, 1); /* row 7's value, which is said otherwise at its end */
  assert_int_equal(whole.rejected, 1);
  assert_int_equal(again.added, 0);
  assert_int_equal(again.updated, 2); /* row 7 as at the beginning, then as at its end */
  struct intel_import other = run_table(0, MANY, "second", "whole");
  assert_int_equal(other.added, 0);
  assert_int_equal(other.updated, MANY / 10 + 2);
  int64_t added = 0, updated = 0, rejected = 0;
  for (int from = 0; from < MANY; from += 2500) { /* less than is worth a thread */
    struct intel_import piece = run_table(from, from + 2500 < MANY ? from + 2500 : MANY, "first", "pieces");
    added += piece.added;
    updated += piece.updated;
    rejected += piece.rejected;
  }
  assert_int_equal(added, whole.added);
  assert_int_equal(updated, whole.updated);
  assert_int_equal(rejected, whole.rejected);
  assert_int_equal(number("SELECT COUNT(*) FROM (SELECT type, value FROM intel_v_value WHERE source = 'whole' EXCEPT "
                          "SELECT type, value FROM intel_v_value WHERE source = 'pieces') x"),
                   0);
  assert_int_equal(
      number("SELECT COUNT(DISTINCT n.stix_id) FROM intel_node n JOIN intel_v_live l ON l.object = n.id WHERE "
             "l.name = 'pieces' AND n.valid_until IS NOT NULL"),
      MANY / 3);
  /* a new version begins when the first one did, and is later than it */
  assert_int_equal(
      number("SELECT COUNT(*) FROM intel_node n JOIN intel_node m ON m.stix_id = n.stix_id AND m.latest = 0 "
             "AND m.valid_from = n.valid_from AND m.modified < n.modified JOIN intel_v_live l ON "
             "l.object = n.id WHERE l.name = 'whole' AND n.latest = 1 AND n.name LIKE 'second%'"),
      MANY / 10);
}

/* --- how values begin --- */

struct begun {
  char text[400];
};
static vg_code keep_begun(void *ctx, enum indicator_type type, vg_str value, struct vg_err *e) {
  struct begun *b = ctx;
  (void)e;
  size_t n = strlen(b->text);
  snprintf(b->text + n, sizeof b->text - n, "%s %.*s|", intel_type_name(type), (int)value.n, value.p);
  return VG_OK;
}

static const char *begin_with(const char *what, int64_t limit, struct begun *b) {
  b->text[0] = 0;
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(intel_each_beginning(tx, vg_str_z(what), limit, keep_begun, b, &err), VG_OK);
  store_rollback(&tx);
  return b->text;
}

/* Rows that PostgreSQL took from the index of values, or from the table without it, so far. */
static int64_t rows_taken(void) {
  int64_t n, m;
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(store_exec(tx, "SELECT pg_stat_force_next_flush()", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &n,
                                 "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = "
                                 "'intel_literal_value'",
                                 S_NOARGS, &err),
                   VG_OK);
  assert_int_equal(store_get_int(tx, &m,
                                 "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'intel_literal_row'",
                                 S_NOARGS, &err),
                   VG_OK);
  store_rollback(&tx);
  return n + m;
}

static void values_are_found_by_how_they_begin(void **state) {
  (void)state;
  struct begun b;
  static const char *const odd = "type,value\nuser-agent,\xc3\xa9t\xc3\xa9 1\nuser-agent,Zed%_a\nuser-agent,Zedx\n"
                                 "mutex,Zed%_a\nuser-agent,zed\nfile-name,ete.exe\n";
  struct intel_import in = {.path = "odd", .text = vg_str_z(odd), .source = "odd", .format = FORMAT_CSV};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  assert_int_equal(in.added, 6);
  assert_string_equal(begin_with("Zed", 10, &b), "mutex Zed%_a|user-agent Zed%_a|user-agent Zedx|");
  assert_string_equal(begin_with("Zed%_", 10, &b), "mutex Zed%_a|user-agent Zed%_a|");
  assert_string_equal(begin_with("\xc3\xa9", 10, &b), "user-agent \xc3\xa9t\xc3\xa9 1|");
  assert_string_equal(begin_with("ete", 10, &b), "file-name ete.exe|");
  assert_string_equal(begin_with("t10.table", 10, &b), "domain-name t10.table.test|"); /* which two sources list */
  assert_string_equal(begin_with("none", 10, &b), "");
  if (store_is_postgres(st)) /* the large imports before told the server what is in its tables */
    assert_in_range(number("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE relname = 'intel_literal_row'"), MANY,
                    1000000);
  int64_t before = store_is_postgres(st) ? rows_taken() : 0;
  for (int i = 0; i < 20; i++) /* also when the server plans without looking at what is asked for */
    assert_string_equal(begin_with("t", 2, &b), "domain-name t0.table.test|domain-name t1.table.test|");
  if (store_is_postgres(st))
    assert_in_range(rows_taken() - before, 40, 400);
}

/* --- the recent part of the keys and values --- */

static struct intel_import run_values(const char *stem, int n) {
  struct vg_buf text;
  vg_buf_init(&text, 1 << 20);
  vg_buf_z(&text, "t10.a.recent.test\n");
  for (int i = 0; i < n; i++)
    vg_buf_fmt(&text, "%s%d.recent.test\n", stem, i);
  struct intel_import in = {
      .path = "values.txt", .text = vg_buf_view(&text), .source = "values", .format = FORMAT_TEXT};
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_import(tx, &who, &in, &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  vg_buf_fini(&text);
  return in;
}

/* No plan may read a whole part of the keys or values to find one: their first column alone leads to that. */
static void assert_plan(const char *sql) {
  struct store_rows *q;
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(store_query(tx, &q, sql, S_NOARGS, &err), VG_OK);
  int lines = 0;
  for (; store_next(q); lines++)
    assert_int_equal(vg_str_find(store_str(q, 3), VG_STR("(recent=?)"), 0), SIZE_MAX);
  assert_int_equal(store_done(&q, &err), VG_OK);
  store_rollback(&tx);
  assert_true(lines > 2);
}

static void assert_page(const char *after, int64_t limit) {
  struct vg_buf end;
  int64_t in_page;
  vg_buf_init(&end, 4096);
  assert_int_equal(store_begin_read(st, &tx, &err), VG_OK);
  assert_int_equal(intel_values_page(tx, "", vg_str_z(after), limit, &end, &err), VG_OK);
  assert_int_equal(store_get_int(tx, &in_page,
                                 "SELECT COUNT(DISTINCT value) FROM intel_v_value WHERE value > $1 AND value <= $2",
                                 S_ARGS(S_Z(after), S_STR(vg_buf_view(&end))), &err),
                   VG_OK);
  store_rollback(&tx);
  vg_buf_fini(&end);
  assert_in_range(in_page, limit, store_is_postgres(st) ? 10 * MANY : 2 * limit + 2);
}

#define RECENT(table) "SELECT COUNT(*) FROM " table " WHERE recent = 1"
static void what_is_recent_is_found_beside_what_is_settled(void **state) {
  (void)state;
  struct begun b;
  int64_t before = number("SELECT COUNT(*) FROM intel_literal"), keys = number("SELECT COUNT(*) FROM intel_key");
  int64_t recent[2] = {0};
  if (!store_is_postgres(st)) {
    recent[0] = number(RECENT("intel_literal_row"));
    recent[1] = number(RECENT("intel_key_row"));
  }
  assert_int_equal(run_values("r", 900).added, 901);
  assert_int_equal(run_values("r", 900).added, 0);
  assert_int_equal(run_values("s", 900).added, 900);
  assert_string_equal(begin_with("t1", 3, &b),
                      "domain-name t1.table.test|domain-name t10.a.recent.test|domain-name t10.table.test|");
  assert_page("t1.table.test", 2);
  assert_page("", 50);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_literal"), before + 1801);
  if (!store_is_postgres(st)) {
    assert_int_equal(number(RECENT("intel_literal_row")), recent[0] + 1801);
    assert_int_equal(number(RECENT("intel_key_row")), recent[1] + 1801);
    assert_plan("EXPLAIN QUERY PLAN SELECT MIN(family) FROM intel_v_family WHERE value = 'x' AND type = 'y'");
    assert_plan("EXPLAIN QUERY PLAN SELECT 1 FROM intel_source p WHERE EXISTS (SELECT 1 FROM intel_v_value v WHERE "
                "v.type = p.name AND v.value = p.name)");
  }
  char stem[16] = "u";
  int batches = 0;
  do {
    stem[1] = (char)('a' + batches);
    assert_int_equal(run_values(stem, 1900).added, 1900);
    batches++;
  } while (!store_is_postgres(st) && batches < 20 && number(RECENT("intel_literal_row")) > 0);
  assert_in_range(batches, 1, 19); /* which half of the settled ones reach, all at once */
  assert_int_equal(number("SELECT COUNT(*) FROM intel_literal"), before + 1801 + 1900 * batches);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_key"), keys + 1801 + 1900 * batches);
  assert_int_equal(run_values("r", 900).added, 0);
  assert_int_equal(run_values(stem, 1900).added, 0);
  assert_string_equal(begin_with("t1", 2, &b), "domain-name t1.table.test|domain-name t10.a.recent.test|");
}

/* --- from the form of before --- */

static char old_sql[3][1 << 16];

static const char *until_step_9(char *out, const char *sql) {
  const char *end = strstr(sql, "-- step 9\n");
  assert_non_null(end);
  assert_true((size_t)(end - sql) < sizeof old_sql[0]);
  memcpy(out, sql, (size_t)(end - sql));
  return out;
}

static int64_t fill_old(const char *id, int64_t digest, int64_t modified, int64_t latest, const char *json) {
  int64_t row;
  assert_int_equal(
      store_insert(
          tx, &row,
          "INSERT INTO intel_node (key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, "
          "latest, valid_from, valid_until, received, coding, json) VALUES ($1, $2, $3, 'indicator', $4, 'old', "
          "1, 1, NULL, 0, $5, NULL, NULL, 7, 0, $6) RETURNING id",
          S_ARGS(S_Z(id + strlen(id) - 17), S_INT(digest), S_Z(id), S_INT(modified), S_INT(latest),
                 S_BYTES(vg_str_z(json))),
          &err),
      VG_OK);
  assert_int_equal(store_exec(tx, "INSERT INTO intel_assertion (object, source, received) VALUES ($1, 1, 7)",
                              S_ARGS(S_INT(row)), &err),
                   VG_OK);
  for (int twice = 0; twice < 2; twice++)
    assert_int_equal(
        store_exec(tx, "INSERT INTO intel_literal (type, value, object) VALUES ('domain-name', 'old.test', $1)",
                   S_ARGS(S_INT(row)), &err),
        VG_OK);
  assert_int_equal(store_exec(tx, "INSERT INTO intel_ref (object, role, target) VALUES ($1, 'x_ref', $2)",
                              S_ARGS(S_INT(row), S_Z(id + strlen(id) - 17)), &err),
                   VG_OK);
  return row;
}

static vg_code see_json(void *ctx, const struct intel_object *o, struct vg_err *e) {
  (void)e;
  vg_str_copy(ctx, 64, o->json);
  return VG_OK;
}

static void a_store_of_before_keeps_all_that_it_holds(void **state) {
  (void)state;
  static const char id[] = "indicator--aaaaaaaa-1111-4111-8111-111111111111";
  struct store_schema old[64];
  struct store_options o = {.url = url, .schemas = old, .schema_count = instance_schema_count, .create = true};
  enum { ALIKE = 32 }; /* ids that end alike, as many as make a crowd */
  char json[64], alike[64];
  assert_true(instance_schema_count <= VG_COUNT(old));
  for (size_t i = 0; i < instance_schema_count; i++) {
    old[i] = instance_schemas[i];
    if (strcmp(old[i].room, "intel") == 0) {
      old[i].sql = until_step_9(old_sql[0], old[i].sql);
      old[i].sqlite = until_step_9(old_sql[1], old[i].sqlite);
      old[i].pg = until_step_9(old_sql[2], old[i].pg);
    }
  }
  assert_int_equal(store_open(&st, &o, &err), VG_OK);
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(
      store_exec(tx, "INSERT INTO intel_source (name, reliability, noted) VALUES ('before', 'B', 1)", S_NOARGS, &err),
      VG_OK);
  fill_old(id, 0, 5, 0, "{\"a\":1}"); /* two versions of the first form have no digest */
  int64_t row = fill_old(id, 0, 6, 1, "{\"a\":2}");
  for (int n = 0; n < ALIKE; n++) {
    snprintf(alike, sizeof alike, "indicator--%08x-1111-4111-8111-222222222222", (unsigned)n);
    row = fill_old(alike, n + 1, 7, 1, "{}");
  }
  assert_int_equal(store_commit(&tx, &err), VG_OK);
  store_close(st);
  o.schemas = instance_schemas;
  assert_int_equal(store_open(&st, &o, &err), VG_OK);
  assert_int_equal(number(nodes), 2 + ALIKE);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_node WHERE crowd = 1"), ALIKE);
  assert_int_equal(number("SELECT COUNT(*) FROM intel_v_value WHERE value = 'old.test' AND source = 'before'"),
                   (store_is_postgres(st) ? 2 : 1) * (1 + ALIKE));
  assert_int_equal(
      number("SELECT COUNT(*) FROM intel_ref r JOIN intel_key k ON k.key = r.target AND k.object = r.object"),
      2 + ALIKE);
  if (!store_is_postgres(st))
    assert_int_equal(number("SELECT SUM(settled * 10 + recent) FROM intel_recent"),
                     20 * (2 + ALIKE)); /* a key and a value each */
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(intel_object_get(tx, vg_str_z(id), see_json, json, &err), VG_OK);
  assert_string_equal(json, "{\"a\":2}");
  assert_int_equal(territory_seed(tx, NULL), VG_OK);
  assert_int_equal(territory_found(tx, "identity--22222222-2222-4222-8222-222222222222", "chief",
                                   VG_STR("a long secret"), &who, NULL),
                   VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_ref", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_literal_row", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_assertion", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_key_row", S_NOARGS, &err), VG_OK);
  assert_int_equal(store_exec(tx, "DELETE FROM intel_node WHERE id <= $1", S_ARGS(S_INT(row)), &err), VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
}

/* --- two programs at once --- */

/* Imports into a store of its own: `ready` is told before the commit, which comes a moment later. */
static void import_in_a_program(vg_str text, const char *source, int wait_for, int ready) {
  struct store_options o = {.url = url, .schemas = instance_schemas, .schema_count = instance_schema_count};
  struct intel_import in = {.path = "both", .text = text, .source = source};
  char byte = 0;
  if (store_open(&st, &o, &err) != VG_OK || (wait_for >= 0 && read(wait_for, &byte, 1) != 1) ||
      store_begin(st, &tx, &err) != VG_OK || intel_import(tx, &who, &in, &err) != VG_OK)
    goto failed;
  if (ready >= 0) {
    if (write(ready, &byte, 1) != 1)
      goto failed;
    (void)nanosleep(&(struct timespec){.tv_nsec = 400000000}, NULL); /* the other one gets as far as it can */
  }
  if (store_commit(&tx, &err) == VG_OK)
    _exit(0);
failed:
  fprintf(stderr, "%s: %s %s\n", source, err.n ? err.cause[0].msg : "", err.n ? err.cause[0].arg[0] : "");
  _exit(1);
}

static void two_programs_may_import_the_same_new_objects(void **state) {
  (void)state;
  struct vg_buf first, second;
  int ends[2], status, alive = 2;
  vg_buf_init(&first, 1 << 20);
  vg_buf_init(&second, 1 << 20);
  for (int n = 100001; n <= 100040; n++) {
    put(&first, n, "05", "both");
    put(&second, n, n % 2 ? "05" : "06", "both"); /* half of them are the same, half a newer version */
  }
  store_close(st); /* no child shares a connection */
  st = NULL;
  assert_int_equal(pipe(ends), 0);
  for (int i = 0; i < 2; i++)
    if (fork() == 0)
      import_in_a_program(i ? vg_buf_view(&second) : vg_buf_view(&first), i ? "second" : "first", i ? ends[0] : -1,
                          i ? -1 : ends[1]);
  for (; alive; alive--) {
    assert_true(wait(&status) > 0);
    assert_int_equal(status, 0);
  }
  struct store_options o = {.url = url, .schemas = instance_schemas, .schema_count = instance_schema_count};
  assert_int_equal(store_open(&st, &o, &err), VG_OK);
#define BOTH " FROM intel_node n JOIN intel_assertion a ON a.object = n.id WHERE n.name LIKE 'number 1000__'"
  assert_int_equal(number("SELECT COUNT(DISTINCT n.id)" BOTH), 60);
  assert_int_equal(number("SELECT COUNT(*)" BOTH), 80);
  assert_int_equal(number("SELECT COUNT(DISTINCT n.id)" BOTH " AND n.latest = 1"), 40);
  assert_int_equal(number("SELECT COUNT(DISTINCT n.id)" BOTH " AND n.latest = 0"), 20);
  close(ends[0]);
  close(ends[1]);
  vg_buf_fini(&first);
  vg_buf_fini(&second);
}

static int open_all(void **state) {
  (void)state;
  house_path("pipe");
  url = pg_or(path);
  return 0;
}

static int close_all(void **state) {
  (void)state;
  house_close();
  pg_stop();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_store_of_before_keeps_all_that_it_holds),
      cmocka_unit_test(one_that_is_told_to_stop_leaves_nothing),
      cmocka_unit_test(what_is_good_is_kept_and_what_is_bad_is_told_in_order),
      cmocka_unit_test(a_file_that_ends_early_costs_its_last_object),
      cmocka_unit_test(a_store_that_fails_ends_the_reader),
      cmocka_unit_test(a_large_table_is_as_its_pieces_and_as_itself_again),
      cmocka_unit_test(values_are_found_by_how_they_begin),
      cmocka_unit_test(what_is_recent_is_found_beside_what_is_settled),
      cmocka_unit_test(two_programs_may_import_the_same_new_objects),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
