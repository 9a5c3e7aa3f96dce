#ifndef VG_TEST_WORLD_H
#define VG_TEST_WORLD_H
/* A small world for the upper rooms' tests: the field's facts, organisations in zones, and sightings, on SQLite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "anticipate/anticipate.h"
#include "intel/intel.h"
#include "qualify/qualify.h"
#include "share/share.h"
#include "territory/territory.h"

static struct store *st;
static struct store_tx *tx;
static struct actor anne = {.person = 1, .id = {"identity--5c5e1a2e-0c7e-7000-8000-000000000001"}, .name = "Anne"};
static struct vg_err err;

#define OK(call)                                         \
  do {                                                   \
    vg_err_clear(&err);                                  \
    vg_code ok_ = (call);                                \
    if (ok_ != VG_OK) {                                  \
      for (int e_ = 0; e_ < err.n; e_++)                 \
        print_error("%s %s %s:%d\n", err.cause[e_].msg, err.cause[e_].arg[0], err.cause[e_].file, err.cause[e_].line); \
      fail_msg("%s gave %d", #call, ok_);                \
    }                                                    \
  } while (0)

static int world_begin(void **state) {
  static const char path[] = "/tmp/vigie-test-world.db";
  const struct store_schema schemas[] = {{.room = "ledger", .sql = ledger_sql},         {.room = "territory", .sql = territory_sql},
                                         {.room = "intel", .sql = intel_sql},           {.room = "qualify", .sql = qualify_sql},
                                         {.room = "anticipate", .sql = anticipate_sql}, {.room = "share", .sql = share_sql}};
  char file[128];
  const char *const ends[] = {"", "-wal", "-shm"};
  (void)state;
  snprintf(file, sizeof file, "%s.%d", path, (int)getpid());
  for (size_t i = 0; i < 3; i++) {
    char one[160];
    snprintf(one, sizeof one, "%s%s", file, ends[i]);
    unlink(one);
  }
  struct store_options o = {.url = file, .schemas = schemas, .schema_count = VG_COUNT(schemas), .create = true};
  OK(store_open(&st, &o, &err));
  OK(store_begin(st, &tx, &err));
  OK(territory_seed(tx, &err));
  for (size_t i = 0; i < 3; i++) {
    char one[160];
    snprintf(one, sizeof one, "%s%s", file, ends[i]);
    unlink(one);
  }
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
  OK(store_exec(tx,
                "INSERT INTO intel_sighting (type, value, org, report, place, first_seen, last_seen, count, recorded, withdrawn) "
                "VALUES ($1,$2,$3,$4,'',$5,$5,1,$5,0)",
                S_ARGS(S_Z(type), S_Z(value), S_INT(org), S_Z(report), S_INT((17000 + day) * VG_DAY)), &err));
}

/* A listed value, asserted by a source. */
static inline void list_value(int64_t n, const char *type, const char *value, const char *source, int64_t confidence, const char *json) {
  int64_t id;
  char stix[80];
  snprintf(stix, sizeof stix, "indicator--00000000-0000-4000-8000-%012lld", (long long)n);
  OK(store_insert(tx, &id,
                  "INSERT INTO intel_object (stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, source, json, received) "
                  "VALUES ($1,'indicator',$2,'x',1,0,$3,0,1,$4,$5,0) RETURNING id",
                  S_ARGS(S_Z(stix), S_TIME(store_now(tx)), S_INT(confidence), S_Z(source), S_Z(json)), &err));
  OK(store_exec(tx, "INSERT INTO intel_value (type, value, object, source) VALUES ($1,$2,$3,$4)",
                S_ARGS(S_Z(type), S_Z(value), S_INT(id), S_Z(source)), &err));
}

#endif
