/* A fuzz target that writes: a store in memory with the tables of every room, made once; each run begins and rolls
 * back. A store that cannot be made ends the program: a target that never reaches its parser must not pass. */
#include "instance/schema.h"

#include <stdio.h>
#include <stdlib.h>

static inline struct store_tx *target_begin(void) {
  static struct store *st;
  struct store_options o = {
      .url = ":memory:", .schemas = instance_schemas, .schema_count = instance_schema_count, .create = true};
  struct vg_err err = {0};
  struct store_tx *tx;
  if ((!st && store_open(&st, &o, &err) != VG_OK) || store_begin(st, &tx, &err) != VG_OK) {
    fprintf(stderr, "no store: %s\n", err.n ? err.cause[0].msg : "");
    abort();
  }
  return tx;
}
