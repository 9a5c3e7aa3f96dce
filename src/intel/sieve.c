/*
 * Of most objects of a feed the store has nothing yet, and to find nothing of a key in a tree of a million costs as
 * much as to find something: a page or two that were not looked at for long. Two bytes a key in memory tell them apart:
 * each key sets four bits of one word, and a key whose bits are not all set was never put there. The words are made of
 * the keys' marks (32 bits of a hash, le32, many to a row of intel_sieve in the order in which they came) once what
 * they save is worth that. Every key that is written has its mark written in the same transaction; one that is taken
 * back leaves it there, which costs a look. As many marks as intel_recent counts keys are all of them; else (a store of
 * before marks) they are made anew of the keys. What is in memory is no longer whole when another one was let by and
 * wrote keys: it is dropped. SQLite only.
 */
#include "base/rd.h"
#include "intel/batch.h"

#include <stdlib.h>

enum {
  WORDS_LEAST = 1 << 18, /* 2 MiB */
  WORDS_MOST = 8 << 20,  /* more keys than this has room for make more looks */
  KEYS_A_WORD = 4,       /* then of 100 keys that are not there one is looked for */
  MARK = 4,              /* bytes */
  MARKS_A_ROW = 1 << 16,
  MARKS_AS_LOOK = 200, /* so many marks are read while one key is looked for in vain, */
  KEYS_AS_LOOK = 25    /* or so many keys */
};

struct sieve {
  uint64_t *word; /* NULL: none */
  size_t words;
  struct vg_buf marks; /* that wait to be written */
  int64_t keys;        /* as intel_recent counts them; -1: not asked yet */
  int64_t vain;        /* looks for keys that were not there */
  bool marked;         /* all keys have marks, written or waiting */
  bool dropped;        /* there were words */
};

vg_code sieve_new(struct sieve **out, struct vg_err *err) {
  struct sieve *s = *out = calloc(1, sizeof *s);
  if (!s)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&s->marks, 2 * (size_t)MARK * MARKS_A_ROW);
  s->keys = -1;
  return VG_OK;
}

void sieve_free(struct sieve *s) {
  if (!s)
    return;
  free(s->word);
  vg_buf_fini(&s->marks);
  free(s);
}

/* The same in every process, and later: FNV-1a, folded. Who makes keys of one mark has them looked for, as before. */
static uint32_t mark_of(vg_str key) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < key.n; i++)
    h = (h ^ (unsigned char)key.p[i]) * UINT64_C(0x100000001b3);
  return (uint32_t)(h ^ h >> 32);
}

/* A mark's word is told by the high bits of this, its four bits by the low ones. */
static uint64_t spread(uint32_t mark) {
  uint64_t z = (mark + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  return z ^ z >> 31;
}

static uint64_t *word_of(const struct sieve *s, uint64_t h) { return &s->word[h >> 24 & (s->words - 1)]; }

static uint64_t bits_of(uint64_t h) {
  return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63) | UINT64_C(1) << (h >> 12 & 63) |
         UINT64_C(1) << (h >> 18 & 63);
}

bool sieve_may_hold(const struct sieve *s, vg_str key) {
  if (!s->word)
    return true;
  const uint64_t h = spread(mark_of(key)), bits = bits_of(h);
  return (*word_of(s, h) & bits) == bits;
}

static void drop(struct sieve *s) {
  free(s->word);
  s->word = NULL;
}

/* --- marks --- */

/* Their words lie all over the table: those of many are fetched at once. */
static void set_all(struct sieve *s, vg_str marks) {
  enum { AT_ONCE = 64 };
  uint64_t h[AT_ONCE];
  struct vg_rd r;
  vg_rd_init(&r, marks);
  while (s->word && r.at + MARK <= r.n) {
    size_t n = 0;
    for (; n < AT_ONCE && r.at + MARK <= r.n; n++) {
      h[n] = spread(vg_rd_le32(&r));
      __builtin_prefetch(word_of(s, h[n]), 1);
    }
    for (size_t i = 0; i < n; i++)
      *word_of(s, h[i]) |= bits_of(h[i]);
  }
}

/* A small row grows, half a page at most: many small imports do not make many rows. */
vg_code sieve_write(struct import *im, struct vg_err *err) {
  struct vg_buf *b = &im->sieve->marks;
  int64_t grown = 0;
  VG_TRY(vg_buf_check(b, err));
  if (b->n == 0)
    return VG_OK;
  VG_TRY(store_change(im->tx, &grown,
                      "UPDATE intel_sieve SET marks = CAST(marks || $1 AS BLOB) WHERE id = (SELECT MAX(id) FROM "
                      "intel_sieve) AND length(marks) + length($1) <= 8192",
                      S_ARGS(S_BYTES(vg_buf_view(b))), err));
  if (!grown)
    VG_TRY(store_exec(im->tx, "INSERT INTO intel_sieve (marks) VALUES ($1)", S_ARGS(S_BYTES(vg_buf_view(b))), err));
  vg_buf_reset(b);
  return VG_OK;
}

static vg_code add_mark(struct import *im, uint32_t mark, struct vg_err *err) {
  struct vg_buf *b = &im->sieve->marks;
  vg_buf_le32(b, mark);
  return b->n >= (size_t)MARK * MARKS_A_ROW ? sieve_write(im, err) : VG_OK;
}

/* Of all keys; in place of one that was counted and taken back any mark will do. */
static vg_code mark_keys(struct import *im, struct vg_err *err) {
  struct sieve *s = im->sieve;
  struct store_rows *q;
  int64_t n = 0;
  vg_buf_reset(&s->marks);
  VG_TRY(store_exec(im->tx, "DELETE FROM intel_sieve", S_NOARGS, err));
  VG_TRY(store_query(im->tx, &q, "SELECT key FROM intel_key", S_NOARGS, err));
  vg_code rc = VG_OK;
  for (; rc == VG_OK && store_next(q); n++)
    rc = add_mark(im, mark_of(store_str(q, 0)), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  if (rc == VG_OK)
    rc = ended;
  for (; rc == VG_OK && n < s->keys; n++)
    rc = add_mark(im, 0, err);
  s->marked = n == s->keys;
  return rc;
}

/* --- words --- */

/* Of all marks, with room for half as many more. */
static vg_code make(struct import *im, struct vg_err *err) {
  struct sieve *s = im->sieve;
  struct store_rows *q;
  if (!s->marked)
    VG_TRY(mark_keys(im, err));
  drop(s);
  s->words = WORDS_LEAST;
  while (s->words < WORDS_MOST && (int64_t)s->words * KEYS_A_WORD < s->keys + s->keys / 2)
    s->words *= 2;
  s->word = calloc(s->words, sizeof *s->word);
  if (!s->word)
    return VG_OK; /* the store is asked as before */
  set_all(s, vg_buf_view(&s->marks));
  VG_TRY(store_query(im->tx, &q, "SELECT marks FROM intel_sieve", S_NOARGS, err));
  while (store_next(q))
    set_all(s, store_str(q, 0));
  return store_done(&q, err);
}

/* How many keys there are, and whether all of them have marks; sieve_write has been called. */
static vg_code ask(struct import *im, struct vg_err *err) {
  struct sieve *s = im->sieve;
  struct store_rows *q;
  VG_TRY(store_query(im->tx, &q,
                     "SELECT settled + recent, (SELECT COALESCE(SUM(length(marks)), 0) FROM intel_sieve) FROM "
                     "intel_recent WHERE name = 'key'",
                     S_NOARGS, err));
  s->keys = 0;
  if (store_next(q)) {
    s->keys = store_int(q, 0);
    s->marked = store_int(q, 1) == s->keys * MARK;
  }
  return store_done(&q, err);
}

/* Looks in vain that are to be expected: as many as there were, or as what is left of the file is to what was read. */
static int64_t expected(const struct import *im, int64_t read_to) {
  const struct sieve *s = im->sieve;
  double left = s->dropped || read_to <= 0 ? 0 : (double)(im->file_bytes - read_to) / (double)read_to;
  return (int64_t)((double)s->vain * (left > 1 ? left : 1));
}

vg_code sieve_ready(struct import *im, int64_t read_to, struct vg_err *err) {
  struct sieve *s = im->sieve;
  if (s->word || store_is_postgres(store_of(im->tx)))
    return VG_OK;
  if (s->keys < 0)
    VG_TRY(ask(im, err));
  return expected(im, read_to) >= s->keys / (s->marked ? MARKS_AS_LOOK : KEYS_AS_LOOK) ? make(im, err) : VG_OK;
}

void sieve_looked(struct sieve *s, size_t vain) {
  if (!s->word)
    s->vain += (int64_t)vain;
}

vg_code sieve_put(struct import *im, vg_str key, struct vg_err *err) {
  struct sieve *s = im->sieve;
  if (store_is_postgres(store_of(im->tx)))
    return VG_OK;
  const uint32_t mark = mark_of(key);
  if (s->word)
    *word_of(s, spread(mark)) |= bits_of(spread(mark));
  return add_mark(im, mark, err);
}

vg_code sieve_grown(struct import *im, size_t keys, struct vg_err *err) {
  struct sieve *s = im->sieve;
  if (s->keys >= 0)
    s->keys += (int64_t)keys;
  return s->word && s->words < WORDS_MOST && s->keys > (int64_t)s->words * KEYS_A_WORD ? make(im, err) : VG_OK;
}

vg_code sieve_again(struct import *im, struct vg_err *err) {
  struct sieve *s = im->sieve;
  const int64_t before = s->keys;
  VG_TRY(ask(im, err));
  if (s->keys == before || !s->word)
    return VG_OK;
  drop(s);
  s->dropped = true;
  s->vain = 0;
  return VG_OK;
}
