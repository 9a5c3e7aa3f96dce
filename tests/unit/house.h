#ifndef VG_TESTS_HOUSE_H
#define VG_TESTS_HOUSE_H
/* One store for a test program, with its zones and its first account. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "instance/schema.h"
#include "territory/territory.h"

static struct store *st;
static struct actor who;
static struct store_tx *tx;
static struct vg_err err;
static char path[128];

static inline void house_path(const char *name) {
  snprintf(path, sizeof path, "%s/vigie-%s-%d.db", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", name, (int)getpid());
  unlink(path);
}

/* NULL: it cannot be opened. */
static inline struct store *house_open(const char *url) {
  struct store *one;
  struct store_options o = {
      .url = url, .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  return store_open(&one, &o, NULL) == VG_OK ? one : NULL;
}

static inline void house_found(void) {
  assert_int_equal(store_begin(st, &tx, &err), VG_OK);
  assert_int_equal(territory_seed(tx, NULL), VG_OK);
  assert_int_equal(territory_found(tx, "identity--22222222-2222-4222-8222-222222222222", "chief",
                                   VG_STR("a long secret"), &who, NULL),
                   VG_OK);
  assert_int_equal(store_commit(&tx, &err), VG_OK);
}

/* And what it wrote is gone. */
static inline void house_close(void) {
  char turn[sizeof path + 8];
  store_close(st);
  unlink(path);
  snprintf(turn, sizeof turn, "%s-turn", path);
  unlink(turn);
}

static inline int64_t number(const char *sql) {
  int64_t n = -1;
  struct store_tx *read;
  assert_int_equal(store_begin_read(st, &read, NULL), VG_OK);
  assert_int_equal(store_get_int(read, &n, sql, S_NOARGS, NULL), VG_OK);
  store_rollback(&read);
  return n;
}

#endif
