#ifndef VG_BASE_TABLE_H
#define VG_BASE_TABLE_H
/*
 * A hash table from byte strings to a 64-bit value. Open addressing, linear probing, keyed hash (hostile keys cannot
 * make it slow), at most 3/4 full. Keys are copied into the table's own arena-like pool; the order is that of
 * insertion.
 */
#include "base/str.h"

struct vg_table;

/* max: how many entries it may hold; VG_ELIMIT past it. */
MUST vg_code vg_table_new(struct vg_table **out, size_t max, struct vg_err *err);
void vg_table_free(struct vg_table *t);
size_t vg_table_count(const struct vg_table *t);
/* Sets key to value, replacing. */
MUST vg_code vg_table_put(struct vg_table *t, vg_str key, uint64_t value, struct vg_err *err);
/* Adds one to the key's value (0 when new) and gives the new value. */
MUST vg_code vg_table_bump(struct vg_table *t, vg_str key, uint64_t by, uint64_t *value, struct vg_err *err);
bool vg_table_get(const struct vg_table *t, vg_str key, uint64_t *value);
/* The i-th entry in order of insertion; key borrowed until the table is freed or grows. */
void vg_table_entry(const struct vg_table *t, size_t i, vg_str *key, uint64_t *value);

#endif
