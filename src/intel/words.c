/*
 * Words as the engines' full-text search wants them: all must be there, each may go on. SQLite's search for a beginning
 * first collects all that is found; its search for whole words gives the first rows at once. So beginnings are replaced
 * by the words of the index that begin so, when these are not too many and the word is in plain letters.
 */
#include "intel/intel_internal.h"

enum { ENDINGS_MAX = 400, WORD_MAX = 64 };

static bool in_word(char c) { return vg_is_alnum(c) || (unsigned char)c >= 0x80; }

/* Lower case; false when the index may have it otherwise. */
static bool folded(vg_str word, char out[static WORD_MAX]) {
  if (word.n >= WORD_MAX - 1)
    return false;
  for (size_t i = 0; i < word.n; i++) {
    if ((unsigned char)word.p[i] >= 0x80)
      return false;
    out[i] = vg_lower(word.p[i]);
  }
  out[word.n] = 0;
  return true;
}

/* ("word" OR "words" OR ...). *few: there were not too many. */
static vg_code put_endings(struct store_tx *tx, struct vg_buf *out, char *word, size_t n, bool *few,
                           struct vg_err *err) {
  struct store_rows *q;
  char behind[WORD_MAX];
  size_t found = 0;
  vg_str_copy(behind, sizeof behind, vg_str_n(word, n));
  behind[n - 1]++; /* the first text that does not begin so */
  vg_buf_fmt(out, "(\"%s\"", word);
  word[n] = '!'; /* before all letters and digits: the word itself is not read again */
  word[n + 1] = 0;
  VG_TRY(store_query(tx, &q, "SELECT term FROM intel_word WHERE term >= $1 AND term < $2 LIMIT $3",
                     S_ARGS(S_Z(word), S_Z(behind), S_INT(ENDINGS_MAX + 1)), err));
  for (; store_next(q); found++) {
    vg_buf_z(out, " OR \"");
    vg_buf_str(out, store_str(q, 0));
    vg_buf_byte(out, '"');
  }
  vg_buf_byte(out, ')');
  *few = found <= ENDINGS_MAX;
  return store_done(&q, err);
}

static vg_code put_word(struct store_tx *tx, struct vg_buf *out, vg_str word, struct vg_err *err) {
  char plain[WORD_MAX + 1];
  size_t before = out->n;
  bool few = false;
  if (folded(word, plain))
    VG_TRY(put_endings(tx, out, plain, word.n, &few, err));
  if (few)
    return VG_OK;
  out->n = before;
  vg_buf_byte(out, '"');
  vg_buf_str(out, word);
  vg_buf_z(out, "\"*");
  return VG_OK;
}

vg_code intel_search_words(struct store_tx *tx, vg_str words, struct vg_buf *out, struct vg_err *err) {
  bool postgres = store_is_postgres(store_of(tx));
  for (size_t i = 0; i < words.n;) {
    size_t from = i;
    while (i < words.n && in_word(words.p[i]))
      i++;
    vg_str word = vg_str_sub(words, from, i - from);
    i += i == from;
    if (word.n == 0)
      continue;
    vg_buf_z(out, !out->n ? "" : postgres ? " & " : " AND ");
    if (!postgres) {
      VG_TRY(put_word(tx, out, word, err));
      continue;
    }
    vg_buf_str(out, word);
    vg_buf_z(out, ":*");
  }
  return vg_buf_check(out, err);
}
