/*
 * Rows that go into the store with an object, and wait so that many go in at once: a statement costs more than its row.
 * They are written when enough wait, before anything reads them, and at the end of the import (rows_end).
 */
#include "intel/intel_internal.h"

#include <string.h>

enum { WORDS_WAIT = 2 << 20, LITERALS = 10 };

/* --- who asserts it --- */

/* In SQLite nobody else writes meanwhile: all that is new since `first` is this import's. */
vg_code rows_assert_waiting(struct import *im, struct vg_err *err) {
  int64_t first = im->first_unasserted;
  im->first_unasserted = 0;
  if (!first)
    return VG_OK;
  return store_exec(
      im->tx,
      "INSERT INTO intel_assertion (object, source, received) SELECT id, $2, $3 FROM intel_node WHERE id >= $1 ORDER BY id",
      S_ARGS(S_INT(first), S_INT(im->source), S_TIME(store_now(im->tx))), err);
}

vg_code rows_assert(struct import *im, int64_t object, struct vg_err *err) {
  if (store_is_postgres(store_of(im->tx)))
    return store_exec(im->tx, "INSERT INTO intel_assertion (object, source, received) VALUES ($1, $2, $3)",
                      S_ARGS(S_INT(object), S_INT(im->source), S_TIME(store_now(im->tx))), err);
  if (!im->first_unasserted)
    im->first_unasserted = object;
  return VG_OK;
}

/* --- values --- */

/* How a value waits: this, then its bytes. */
struct literal_row {
  int64_t object;
  const char *type;
  size_t n;
};

static vg_code write_literals(struct import *im, struct vg_err *err) {
  struct store_arg arg[3 * LITERALS];
  struct literal_row l;
  size_t n = 0;
  for (size_t at = 0; at + sizeof l <= im->literals.n; at += sizeof l + l.n) {
    memcpy(&l, im->literals.p + at, sizeof l);
    arg[n++] = S_Z(l.type);
    arg[n++] = S_STR(vg_str_n(im->literals.p + at + sizeof l, l.n));
    arg[n++] = S_INT(l.object);
  }
  im->literals_waiting = 0;
  vg_code rc = VG_OK;
  if (n == VG_COUNT(arg))
    rc = store_exec(
        im->tx,
        "INSERT INTO intel_literal (type, value, object) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), ($13, $14, $15), "
        "($16, $17, $18), ($19, $20, $21), ($22, $23, $24), ($25, $26, $27), ($28, $29, $30)",
        (struct store_args){arg, n}, err);
  else
    for (size_t i = 0; rc == VG_OK && i < n; i += 3)
      rc = store_exec(im->tx, "INSERT INTO intel_literal (type, value, object) VALUES ($1, $2, $3)",
                      (struct store_args){arg + i, 3}, err);
  vg_buf_reset(&im->literals);
  return rc;
}

vg_code rows_literal(struct import *im, enum indicator_type type, vg_str value, int64_t object, struct vg_err *err) {
  struct literal_row l = {.object = object, .type = intel_type_name(type), .n = value.n};
  vg_buf_add(&im->literals, &l, sizeof l);
  vg_buf_str(&im->literals, value);
  VG_TRY(vg_buf_check(&im->literals, err));
  return ++im->literals_waiting == LITERALS ? write_literals(im, err) : VG_OK;
}

/* --- words --- */

/* Is this word a value rather than a word: found by `value`, and not worth a place in the index of words? */
static bool is_value(vg_str word) {
  bool digits = false, dots = false;
  for (size_t i = 0; i < word.n; i++) {
    digits |= vg_is_digit(word.p[i]);
    dots |= i + 1 < word.n && (word.p[i] == '.' || word.p[i] == '/' || word.p[i] == '@' || word.p[i] == ':') &&
            vg_is_alnum(word.p[i + 1]);
  }
  return dots || (digits && word.n >= 32);
}

static void put_words(struct vg_buf *out, vg_str text) {
  vg_str word;
  while (text.p && vg_str_cut(&text, ' ', &word)) {
    if (word.n == 0 || is_value(word))
      continue;
    vg_buf_str(out, word);
    vg_buf_byte(out, ' ');
  }
}

/* How a row of words waits: this, then its bytes. */
struct waiting {
  int64_t object;
  size_t name, all;
};

static vg_code index_words(struct import *im, const struct waiting *w, const char *text, struct vg_err *err) {
  if (store_is_postgres(store_of(im->tx)))
    return store_exec(im->tx, "INSERT INTO intel_text (object, words) VALUES ($1, to_tsvector('simple', $2))",
                      S_ARGS(S_INT(w->object), S_STR(vg_str_n(text, w->all))), err);
  return store_exec(
      im->tx, "INSERT INTO intel_text (rowid, name, description) VALUES ($1, $2, $3)",
      S_ARGS(S_INT(w->object), S_STR(vg_str_n(text, w->name)), S_STR(vg_str_n(text + w->name, w->all - w->name))), err);
}

static vg_code write_words(struct import *im, struct vg_err *err) {
  struct waiting w;
  for (size_t at = 0; at + sizeof w <= im->words.n; at += sizeof w + w.all) {
    memcpy(&w, im->words.p + at, sizeof w);
    VG_TRY(index_words(im, &w, im->words.p + at + sizeof w, err));
  }
  vg_buf_reset(&im->words);
  return VG_OK;
}

/* SQLite's index of words goes to disk before every other statement that may have to be undone: rows wait here and go
 * in together. */
vg_code rows_words(struct import *im, int64_t object, vg_str name, vg_str description, struct vg_err *err) {
  struct waiting w = {.object = object};
  size_t at = im->words.n;
  vg_buf_add(&im->words, &w, sizeof w);
  put_words(&im->words, vg_str_sub(name, 0, 100000));
  w.name = im->words.n - at - sizeof w;
  put_words(&im->words, vg_str_sub(description, 0, 400000));
  w.all = im->words.n - at - sizeof w;
  VG_TRY(vg_buf_check(&im->words, err));
  memcpy(im->words.p + at, &w, sizeof w);
  if (w.all == 0)
    im->words.n = at;
  return im->words.n > WORDS_WAIT ? write_words(im, err) : VG_OK;
}

vg_code rows_end(struct import *im, struct vg_err *err) {
  VG_TRY(write_words(im, err));
  VG_TRY(write_literals(im, err));
  return rows_assert_waiting(im, err);
}
