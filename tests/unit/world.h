#ifndef VG_TEST_WORLD_H
#define VG_TEST_WORLD_H
/* A small world for the upper rooms' tests: the field's facts, organisations in zones, and sightings, on SQLite, or
 * with VIGIE_TEST_PG set on a real PostgreSQL (the test run does both). Every table of an instance is there. A test
 * works in the transaction tx. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "anticipate/anticipate.h"
#include "instance/schema.h"
#include "intel/intel.h"
#include "ok.h"
#include "pg.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "territory/territory.h"

static struct store *st;
static struct store_tx *tx;
static struct actor anne = {.person = 1, .id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000001"}, .name = "Anne"};

/* The file is unlinked as soon as it is open: nothing stays behind, however the test ends. */
static vg_code open_file(void) {
  static const char *const ends[] = {"", "-wal", "-shm"};
  char path[128], one[160];
  snprintf(path, sizeof path, "%s/vigie-world-%d.db", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
  struct store_options o = {
      .url = path, .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  vg_code rc = store_open(&st, &o, &err);
  for (size_t i = 0; i < VG_COUNT(ends); i++) {
    snprintf(one, sizeof one, "%s%s", path, ends[i]);
    unlink(one);
  }
  return rc;
}

/* One server a test program; what a test wrote goes with its transaction. */
static inline const char *server_url(void) {
  static const char *url, *why;
  if (!url) {
    url = pg_start(&why);
    if (!url)
      fail_msg("no PostgreSQL: %s", why);
    atexit(pg_stop);
  }
  return url;
}
static vg_code open_server(void) {
  struct store_options o = {
      .url = server_url(), .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  return store_open(&st, &o, &err);
}

static int world_begin(void **state) {
  (void)state;
  OK(getenv("VIGIE_TEST_PG") ? open_server() : open_file());
  OK(store_begin(st, &tx, &err));
  OK(territory_seed(tx, &err));
  return 0;
}

static int world_end(void **state) {
  (void)state;
  store_rollback(&tx);
  store_close(st);
  st = NULL;
  return 0;
}

static inline int64_t add_org(const char *name, const char *department) {
  struct org o = {.kind = ORG_COMPANY, .naf = "C", .size = "PME"};
  vg_str_copy(o.name, sizeof o.name, vg_str_z(name));
  vg_str_copy(o.department, sizeof o.department, vg_str_z(department));
  OK(territory_org_add(tx, &anne, &o, &err));
  return o.id;
}

static inline void see(const char *type, const char *value, int64_t org, const char *report, int64_t day) {
  OK(store_exec(
      tx,
      "INSERT INTO intel_sighting (type, value, org, report, place, first_seen, last_seen, count, recorded, withdrawn) "
      "VALUES ($1,$2,$3,$4,'',$5,$5,1,$5,0)",
      S_ARGS(S_Z(type), S_Z(value), S_INT(org), S_Z(report), S_INT((17000 + day) * VG_DAY)), &err));
}

/* A listed value, asserted by a source. */
static inline void list_value(int64_t n, const char *type, const char *value, const char *source, int64_t confidence,
                              const char *json) {
  int64_t id, from;
  char stix[80];
  snprintf(stix, sizeof stix, "indicator--00000000-0000-4000-8000-%012lld", (long long)n);
  OK(store_exec(tx,
                "INSERT INTO intel_source (name, reliability, noted) VALUES ($1, 'F', 0) ON CONFLICT (name) DO NOTHING",
                S_ARGS(S_Z(source)), &err));
  OK(store_get_int(tx, &from, "SELECT id FROM intel_source WHERE name = $1", S_ARGS(S_Z(source)), &err));
  OK(store_insert(
      tx, &id,
      "INSERT INTO intel_node (key, digest, stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, received, coding, json) "
      "VALUES ($1,0,$2,'indicator',$3,'x',1,0,$4,0,1,0,0,$5) RETURNING id",
      S_ARGS(S_Z(stix + strlen(stix) - 17), S_Z(stix), S_TIME(store_now(tx)), S_INT(confidence),
             S_BYTES(vg_str_z(json))),
      &err));
  OK(store_exec(tx, "INSERT INTO intel_key_row (key, digest, object) VALUES ($1,0,$2)",
                S_ARGS(S_Z(stix + strlen(stix) - 17), S_INT(id)), &err));
  OK(store_exec(tx, "INSERT INTO intel_assertion (object, source, received) VALUES ($1,$2,0)",
                S_ARGS(S_INT(id), S_INT(from)), &err));
  OK(store_exec(tx, "INSERT INTO intel_literal_row (type, value, object) VALUES ($1,$2,$3)",
                S_ARGS(S_Z(type), S_Z(value), S_INT(id)), &err));
}

#endif
