/*
 * Rows that go into the store with an object, and wait so that many go in at once, in the order of their keys: a tree
 * that is filled in order touches each of its pages once. They are written when enough wait, before anything looks for
 * them, and at the end of the import.
 */
#include "base/grow.h"
#include "intel/batch.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_WAIT = 2 << 20, VALUES_WAIT = 16 << 20, ROWS_WAIT = 1 << 17, KEY = 17, SLOTS = 4 * ROWS_WAIT };

/* head: the first bytes as a number that sorts as they do. */
struct key_row {
  uint64_t head;
  char key[KEY];
  unsigned char n;
  int64_t digest, object;
};
struct value_row {
  uint64_t head;
  const char *value;
  size_t at, n; /* in the bytes; value is set when they have come to rest */
  const char *type;
  int64_t object;
};
/* How a row of words waits: this, then its bytes. */
struct words_row {
  int64_t object;
  size_t name, all;
};

static uint64_t head_of(vg_str s) {
  uint64_t h = 0;
  memcpy(&h, s.p, s.n < sizeof h ? s.n : sizeof h);
  return __builtin_bswap64(h); /* as on every machine that we are built for, low bytes come first */
}

struct waiting {
  struct key_row *key;
  struct value_row *value;
  size_t keys, values, value_cap;
  struct vg_buf words, texts;
  uint64_t *met;    /* hashes of the keys that wait; 0: free */
  uint32_t *met_at; /* where they are */
  size_t met_count;
};

vg_code rows_new(struct waiting **out, struct vg_err *err) {
  struct waiting *w = *out = calloc(1, sizeof *w);
  if (!w)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&w->words, 16 << 20);
  vg_buf_init(&w->texts, 512u << 20);
  w->key = malloc(ROWS_WAIT * sizeof *w->key);
  w->met = calloc(SLOTS, sizeof *w->met);
  w->met_at = malloc(ROWS_WAIT * sizeof *w->met_at);
  return w->key && w->met && w->met_at ? VG_OK : VG_FAIL(err, VG_ENOMEM, "base.memory");
}

void rows_free(struct waiting *w) {
  if (!w)
    return;
  free(w->key);
  free(w->value);
  free(w->met);
  free(w->met_at);
  vg_buf_fini(&w->words);
  vg_buf_fini(&w->texts);
  free(w);
}

/* --- the recent part of a table and the settled one --- */

/*
 * A batch that is no small share of the settled part goes there at once; else into the recent one, which is settled
 * when it has grown to half of the other: a feed of 2,000 objects into a million writes 5 MB, where it would write 147
 * for every page of the large trees. Moving costs each row a second insertion and a deletion. last: the row of the
 * recent part behind $1 others; copy, drop: its rows up to $1.
 */
struct parted {
  const char *name, *insert, *insert_recent, *last, *copy, *drop;
};
enum { SMALL = 8, GROWN = 2, SETTLED_AT_ONCE = 1 << 16 };
#define PARTED(called, table, one, two)                                                                                \
  {                                                                                                                    \
    .name = called, .insert = "INSERT INTO " table " (" one ", " two ", object) VALUES ($1, $2, $3)",                  \
    .insert_recent = "INSERT INTO " table " (" one ", " two ", object, recent) VALUES ($1, $2, $3, $4)",               \
    .last = "SELECT " one " FROM " table " WHERE recent = 1 ORDER BY " one " LIMIT 1 OFFSET $1",                       \
    .copy = "INSERT INTO " table " (recent, " one ", " two ", object) SELECT 0, " one ", " two ", object FROM " table  \
            " WHERE recent = 1 AND " one " <= $1 ORDER BY " one ", " two ", object",                                   \
    .drop = "DELETE FROM " table " WHERE recent = 1 AND " one " <= $1",                                                \
  }
static const struct parted the_keys = PARTED("key", "intel_key_row", "key", "digest");
static const struct parted the_values = PARTED("literal", "intel_literal_row", "value", "type");

/* Which part takes the batch; counted as if it were there. */
static vg_code choose(struct import *im, const struct parted *p, size_t rows, bool *recent, struct vg_err *err) {
  int64_t settled = 0;
  *recent = false;
  if (store_is_postgres(store_of(im->tx)))
    return VG_OK;
  VG_TRY(
      store_get_int(im->tx, &settled, "SELECT settled FROM intel_recent WHERE name = $1", S_ARGS(S_Z(p->name)), err));
  *recent = (int64_t)rows < settled / SMALL;
  return store_exec(im->tx,
                    *recent ? "UPDATE intel_recent SET recent = recent + $2 WHERE name = $1"
                            : "UPDATE intel_recent SET settled = settled + $2 WHERE name = $1",
                    S_ARGS(S_Z(p->name), S_INT(rows)), err);
}

/* A slice after the other, in order of keys: each page of the large part is touched once, and memory does not grow. */
static vg_code settle(struct import *im, const struct parted *p, struct vg_err *err) {
  struct vg_buf last;
  int64_t grown = 0;
  VG_TRY(store_get_int(im->tx, &grown,
                       "SELECT CASE WHEN recent > settled / $2 THEN 1 ELSE 0 END FROM intel_recent WHERE name = $1",
                       S_ARGS(S_Z(p->name), S_INT(GROWN)), err));
  vg_code rc = VG_OK;
  vg_buf_init(&last, 1 << 16);
  for (bool more = grown; more && rc == VG_OK;) {
    vg_buf_reset(&last);
    rc = store_get_text(im->tx, &last, p->last, S_ARGS(S_INT(SETTLED_AT_ONCE - 1)), err);
    more = rc == VG_OK;
    if (rc == VG_ENOTFOUND) {
      vg_buf_z(&last, INTEL_LAST_TEXT);
      rc = vg_buf_check(&last, err);
    }
    if (rc == VG_OK)
      rc = store_exec(im->tx, p->copy, S_ARGS(S_STR(vg_buf_view(&last))), err);
    if (rc == VG_OK)
      rc = store_exec(im->tx, p->drop, S_ARGS(S_STR(vg_buf_view(&last))), err);
  }
  vg_buf_fini(&last);
  return rc == VG_OK && grown
             ? store_exec(im->tx, "UPDATE intel_recent SET settled = settled + recent, recent = 0 WHERE name = $1",
                          S_ARGS(S_Z(p->name)), err)
             : rc;
}

static vg_code put_parted(struct store_bulk *b, struct store_arg one, struct store_arg two, int64_t object, bool recent,
                          struct vg_err *err) {
  const struct store_arg args[] = {one, two, S_INT(object), S_INT(1)};
  return store_bulk_row(b, (struct store_args){args, recent ? 4 : 3}, err);
}

/* --- keys --- */

static uint64_t *slot_of(const struct waiting *w, vg_str key) {
  uint64_t h = vg_hash64(key) | 1;
  size_t i = (h >> 1) % SLOTS;
  while (w->met[i] && w->met[i] != h)
    i = (i + 1) % SLOTS;
  return &w->met[i];
}

bool rows_wait_for(const struct waiting *w, vg_str key) { return *slot_of(w, key) != 0; }

bool rows_has_room(const struct waiting *w, size_t objects) { return w->keys + objects <= ROWS_WAIT; }

static void wait_for(struct waiting *w, vg_str key) {
  uint64_t *slot = slot_of(w, key);
  if (*slot)
    return;
  *slot = vg_hash64(key) | 1;
  w->met_at[w->met_count++] = (uint32_t)(slot - w->met);
}

static int by_key(const void *a, const void *b) {
  const struct key_row *x = a, *y = b;
  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  int c = memcmp(x->key, y->key, KEY);
  return c ? c : (x->digest > y->digest) - (x->digest < y->digest);
}

vg_code rows_write_keys(struct import *im, struct vg_err *err) {
  struct waiting *w = im->waiting;
  struct store_bulk *b = NULL;
  vg_code rc = VG_OK;
  if (w->keys) {
    bool recent = false;
    qsort(w->key, w->keys, sizeof *w->key, by_key);
    VG_TRY(choose(im, &the_keys, w->keys, &recent, err));
    rc = store_bulk_begin(im->tx, &b, recent ? the_keys.insert_recent : the_keys.insert, err);
    for (size_t i = 0; i < w->keys && rc == VG_OK; i++) {
      const struct key_row *k = &w->key[i];
      rc = put_parted(b, S_STR(vg_str_n(k->key, k->n)), S_INT(k->digest), k->object, recent, err);
    }
    rc = store_bulk_end(&b, rc, err);
    for (size_t i = 0; i < w->keys && rc == VG_OK; i++)
      rc = sieve_put(im, vg_str_n(w->key[i].key, w->key[i].n), err);
    if (rc == VG_OK)
      rc = sieve_grown(im, w->keys, err);
    if (rc == VG_OK && recent)
      rc = settle(im, &the_keys, err);
  }
  for (size_t i = 0; i < w->met_count; i++) /* few may wait: not the whole table each time */
    w->met[w->met_at[i]] = 0;
  w->keys = w->met_count = 0;
  return rc;
}

static void add_key(struct waiting *w, vg_str key, const struct ready *r, int64_t object) {
  VG_ASSERT(w->keys < ROWS_WAIT); /* rows_has_room */
  wait_for(w, key);
  struct key_row *k = &w->key[w->keys++];
  *k = (struct key_row){.head = head_of(key), .n = (unsigned char)(key.n < KEY ? key.n : KEY), .object = object};
  memcpy(k->key, key.p, k->n);
  memcpy(&k->digest, r->digest, sizeof k->digest);
}

/* --- values --- */

static int by_value(const void *a, const void *b) {
  const struct value_row *x = a, *y = b;
  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  int c = memcmp(x->value, y->value, x->n < y->n ? x->n : y->n);
  if (c == 0)
    c = (x->n > y->n) - (x->n < y->n);
  if (c == 0)
    c = strcmp(x->type, y->type);
  return c ? c : (x->object > y->object) - (x->object < y->object);
}

static vg_code write_values(struct import *im, struct vg_err *err) {
  struct waiting *w = im->waiting;
  struct store_bulk *b = NULL;
  if (w->values == 0)
    return VG_OK;
  for (size_t i = 0; i < w->values; i++)
    w->value[i].value = w->texts.p + w->value[i].at;
  bool recent = false;
  qsort(w->value, w->values, sizeof *w->value, by_value);
  VG_TRY(choose(im, &the_values, w->values, &recent, err));
  vg_code rc = store_bulk_begin(im->tx, &b, recent ? the_values.insert_recent : the_values.insert, err);
  for (size_t i = 0; i < w->values && rc == VG_OK; i++) {
    const struct value_row *v = &w->value[i];
    if (i == 0 || by_value(v - 1, v) != 0)
      rc = put_parted(b, S_STR(vg_str_n(v->value, v->n)), S_Z(v->type), v->object, recent, err);
  }
  w->values = 0;
  vg_buf_reset(&w->texts);
  rc = store_bulk_end(&b, rc, err);
  return rc == VG_OK && recent ? settle(im, &the_values, err) : rc;
}

static vg_code add_value(struct waiting *w, const struct found *f, vg_str value, int64_t object, struct vg_err *err) {
  if (!VG_GROW(w->value, w->values, w->value_cap, 1024))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  w->value[w->values++] = (struct value_row){
      .head = head_of(value), .at = w->texts.n, .n = value.n, .type = intel_type_name(f->type), .object = object};
  vg_buf_str(&w->texts, value);
  return vg_buf_check(&w->texts, err);
}

/* --- words --- */

static vg_code words_postgres(struct import *im, struct vg_err *err) {
  const struct vg_buf *all = &im->waiting->words;
  struct words_row r;
  struct vg_buf rows;
  struct vg_jw w;
  vg_buf_init(&rows, 256u << 20);
  vg_jw_init(&w, &rows);
  vg_jw_arr(&w);
  for (size_t at = 0; at + sizeof r <= all->n; at += sizeof r + r.all) {
    memcpy(&r, all->p + at, sizeof r);
    vg_jw_arr(&w);
    vg_jw_int(&w, r.object);
    vg_jw_str(&w, vg_str_n(all->p + at + sizeof r, r.all));
    vg_jw_end(&w);
  }
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&rows, err);
  if (rc == VG_OK)
    rc = store_exec(im->tx,
                    "INSERT INTO intel_text (object, words) SELECT (e ->> 0)::bigint, to_tsvector('simple', e ->> 1) "
                    "FROM json_array_elements($1::json) e",
                    S_ARGS(S_STR(vg_buf_view(&rows))), err);
  vg_buf_fini(&rows);
  return rc;
}

static vg_code words_sqlite(struct import *im, struct vg_err *err) {
  const struct vg_buf *all = &im->waiting->words;
  struct store_bulk *b = NULL;
  struct words_row r;
  vg_code rc =
      store_bulk_begin(im->tx, &b, "INSERT INTO intel_text (rowid, name, description) VALUES ($1, $2, $3)", err);
  for (size_t at = 0; at + sizeof r <= all->n && rc == VG_OK; at += sizeof r + r.all) {
    memcpy(&r, all->p + at, sizeof r);
    const char *text = all->p + at + sizeof r;
    rc = store_bulk_row(
        b, S_ARGS(S_INT(r.object), S_STR(vg_str_n(text, r.name)), S_STR(vg_str_n(text + r.name, r.all - r.name))), err);
  }
  return store_bulk_end(&b, rc, err);
}

/* SQLite's index of words goes to disk before every statement that may have to be undone: rows wait here and go in
 * together. */
static vg_code write_words(struct import *im, struct vg_err *err) {
  if (im->waiting->words.n == 0)
    return VG_OK;
  vg_code rc = store_is_postgres(store_of(im->tx)) ? words_postgres(im, err) : words_sqlite(im, err);
  vg_buf_reset(&im->waiting->words);
  return rc;
}

static vg_code add_words(struct waiting *w, vg_str words, size_t name, int64_t object, struct vg_err *err) {
  struct words_row r = {.object = object, .name = name, .all = words.n};
  if (words.n == 0)
    return VG_OK;
  vg_buf_add(&w->words, &r, sizeof r);
  vg_buf_str(&w->words, words);
  return vg_buf_check(&w->words, err);
}

/* --- all of them --- */

vg_code rows_add(struct import *im, const struct batch *b, const struct ready *r, int64_t object, struct vg_err *err) {
  struct waiting *w = im->waiting;
  struct span values = r->values;
  struct found f;
  vg_str role, value;
  add_key(w, node_key(batch_text(b, r->id)), r, object);
  while (batch_next(b, &values, &f, &role, &value))
    VG_TRY(add_value(w, &f, value, object, err));
  VG_TRY(add_words(w, batch_text(b, r->words), r->name_words, object, err));
  if (w->values >= ROWS_WAIT || w->texts.n > VALUES_WAIT)
    VG_TRY(write_values(im, err));
  return w->words.n > WORDS_WAIT ? write_words(im, err) : VG_OK;
}

vg_code rows_write(struct import *im, struct vg_err *err) {
  VG_TRY(rows_write_keys(im, err));
  VG_TRY(sieve_write(im, err));
  VG_TRY(latest_of_crowds(im->tx, &im->shown, err));
  VG_TRY(write_values(im, err));
  return write_words(im, err);
}
