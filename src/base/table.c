#include "base/table.h"
#include "base/grow.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

struct entry {
  uint64_t hash, value;
  size_t key_at, key_n; /* in the pool: indexes, since the pool moves */
};

struct vg_table {
  struct entry *entry; /* in order of insertion */
  size_t count, entry_cap, max;
  uint32_t *slot; /* entry index + 1, 0 free; power of two */
  size_t slots;
  struct vg_buf pool;
};

vg_code vg_table_new(struct vg_table **out, size_t max, struct vg_err *err) {
  struct vg_table *t = calloc(1, sizeof *t);
  *out = t;
  if (!t)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  t->max = max < UINT32_MAX - 1 ? max : UINT32_MAX - 1;
  vg_buf_init(&t->pool, SIZE_MAX / 4);
  return VG_OK;
}

void vg_table_free(struct vg_table *t) {
  if (!t)
    return;
  free(t->entry);
  free(t->slot);
  vg_buf_fini(&t->pool);
  free(t);
}

size_t vg_table_count(const struct vg_table *t) { return t->count; }

static vg_str key_of(const struct vg_table *t, const struct entry *e) {
  return (vg_str){t->pool.p + e->key_at, e->key_n};
}

/* The slot that holds key, or the free one where it would go. Needs slots > 0. */
static size_t find_slot(const struct vg_table *t, vg_str key, uint64_t hash) {
  size_t i = (size_t)hash & (t->slots - 1);
  for (; t->slot[i]; i = (i + 1) & (t->slots - 1)) {
    const struct entry *e = &t->entry[t->slot[i] - 1];
    if (e->hash == hash && vg_str_eq(key_of(t, e), key))
      break;
  }
  return i;
}

static bool grow(struct vg_table *t) {
  if (!VG_GROW(t->entry, t->count, t->entry_cap, 64))
    return false;
  if ((t->count + 1) * 4 <= t->slots * 3)
    return true;
  size_t slots = t->slots ? t->slots * 2 : 128;
  uint32_t *slot = calloc(slots, sizeof *slot);
  if (!slot)
    return false;
  free(t->slot);
  t->slot = slot;
  t->slots = slots;
  for (size_t k = 0; k < t->count; k++) {
    size_t i = (size_t)t->entry[k].hash & (slots - 1);
    while (slot[i])
      i = (i + 1) & (slots - 1);
    slot[i] = (uint32_t)k + 1;
  }
  return true;
}

static vg_code find_or_add(struct vg_table *t, vg_str key, struct entry **out, struct vg_err *err) {
  uint64_t hash = vg_hash64(key);
  size_t i = t->slots ? find_slot(t, key, hash) : 0;
  if (t->slots && t->slot[i]) {
    *out = &t->entry[t->slot[i] - 1];
    return VG_OK;
  }
  if (t->count >= t->max)
    return VG_FAIL(err, VG_ELIMIT, "base.limit", VG_N(t->max));
  size_t key_at = t->pool.n;
  if (grow(t))
    vg_buf_str(&t->pool, key);
  else
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  VG_TRY(vg_buf_check(&t->pool, err));
  t->entry[t->count] = (struct entry){hash, 0, key_at, key.n};
  t->slot[find_slot(t, key, hash)] = (uint32_t)t->count + 1;
  *out = &t->entry[t->count++];
  return VG_OK;
}

vg_code vg_table_put(struct vg_table *t, vg_str key, uint64_t value, struct vg_err *err) {
  struct entry *e;
  VG_TRY(find_or_add(t, key, &e, err));
  e->value = value;
  return VG_OK;
}

vg_code vg_table_bump(struct vg_table *t, vg_str key, uint64_t by, uint64_t *value, struct vg_err *err) {
  struct entry *e;
  VG_TRY(find_or_add(t, key, &e, err));
  e->value += by;
  if (value)
    *value = e->value;
  return VG_OK;
}

bool vg_table_get(const struct vg_table *t, vg_str key, uint64_t *value) {
  if (!t->slots)
    return false;
  size_t i = find_slot(t, key, vg_hash64(key));
  if (!t->slot[i])
    return false;
  if (value)
    *value = t->entry[t->slot[i] - 1].value;
  return true;
}

void vg_table_entry(const struct vg_table *t, size_t i, vg_str *key, uint64_t *value) {
  VG_ASSERT(i < t->count);
  *key = key_of(t, &t->entry[i]);
  if (value)
    *value = t->entry[i].value;
}
