#ifndef VG_INTEL_BATCH_H
#define VG_INTEL_BATCH_H
/*
 * Objects on their way into the store: read, checked, compressed and searched through, a few hundred at a time, so that
 * one thread prepares while another one stores. Texts are places in the batch's bytes.
 */
#include "intel/intel_internal.h"

enum { BATCH_MAX = 512, BATCH_BYTES = 1 << 20, LANGUAGE_MAX = 16 };

struct span {
  size_t at, n;
};
struct ready {
  enum { READY_OBJECT, READY_UNTOLD, READY_REFUSED } kind; /* UNTOLD: is not counted */
  struct span id, type, name, json;
  struct span received; /* what json was made of, when it is not what was received */
  struct span words;    /* of name, then of description; name_words: where the latter begin */
  size_t name_words;
  struct span values, refs; /* rows of struct found, each with its bytes behind it */
  struct span language;     /* of an indicator that no value is searched for by: what its pattern is written in */
  struct span rule, place;  /* of YARA: its text, which is to be compiled, and where it stands; in bytes as REFUSED's */
  struct span fault;        /* a struct vg_err: the pattern is broken, and why */
  struct span made;         /* a struct made_form and its text, when json was made of one */
  vg_time modified, valid_from, valid_until;
  enum tlp tlp;
  enum pap pap;
  int64_t confidence; /* -1: not said */
  bool revoked;
  int64_t coding, received_coding;
  int64_t source; /* who asserts it: a row of intel_source */
  unsigned char digest[VG_SHA256_SIZE];
  /* REFUSED: id is the place, json the struct vg_err */
};
/* A value of a type, or the key of an object that is referred to in a role. */
struct found {
  enum indicator_type type;
  size_t role, n; /* bytes of the role and of the value, which follow */
};
struct batch {
  struct ready v[BATCH_MAX];
  size_t n;
  size_t rules; /* of those, how many have a rule to compile */
  struct vg_buf bytes;
  int64_t read_to; /* how far the input was read */
  struct batch *next;
};
static inline vg_str batch_text(const struct batch *b, struct span s) {
  return vg_str_n(b->bytes.p ? b->bytes.p + s.at : "", s.n);
}
vg_code batch_new(struct batch **out, struct vg_err *err);
void batch_free(struct batch *b);
void batch_reset(struct batch *b);
/* The next of the rows in a span. */
static inline bool batch_next(const struct batch *b, struct span *rows, struct found *f, vg_str *role, vg_str *value) {
  if (rows->n == 0)
    return false;
  const char *p = b->bytes.p + rows->at;
  __builtin_memcpy(f, p, sizeof *f);
  *role = vg_str_n(p + sizeof *f, f->role);
  *value = vg_str_n(p + sizeof *f + f->role, f->n);
  size_t all = sizeof *f + f->role + f->n;
  *rows = (struct span){rows->at + all, rows->n - all};
  return true;
}

/* The object's pattern is none, for the reason *why, which is told with its place. */
void batch_mark_broken(struct batch *b, struct ready *r, struct vg_err *why);
/* Hands the import's batch on when it is full (or `now`, when anything is in it): stores it, or gives it to the pipe.
 */
vg_code batch_hand_on(struct import *im, bool now, struct vg_err *err);
/* Takes the full batch and gives an empty one. VG_ESTATE: the other side has given up. */
vg_code pipe_give(struct pipe *p, struct batch **b, struct vg_err *err);

/* --- rows.c: what goes into the store beside an object, many rows at once, in order of its keys --- */
vg_code rows_new(struct waiting **out, struct vg_err *err);
void rows_free(struct waiting *w);
/* Do rows with this key wait? Then the keys must be written before it is looked for. */
bool rows_wait_for(const struct waiting *w, vg_str key);
bool rows_has_room(const struct waiting *w, size_t objects);
vg_code rows_add(struct import *im, const struct batch *b, const struct ready *r, int64_t object, struct vg_err *err);
/* Writes the keys, and all else that waits. */
vg_code rows_write_keys(struct import *im, struct vg_err *err);
vg_code rows_write(struct import *im, struct vg_err *err);

/* --- sieve.c: keys that SQLite's tables do not have, told without a look at them --- */
vg_code sieve_new(struct sieve **out, struct vg_err *err);
void sieve_free(struct sieve *s);
/* Made when that is worth it; the file was read so far. */
vg_code sieve_ready(struct import *im, int64_t read_to, struct vg_err *err);
bool sieve_may_hold(const struct sieve *s, vg_str key); /* false: the store has nothing of this key */
void sieve_looked(struct sieve *s, size_t vain);        /* so many keys were looked for that were not there */
/* A key that is written, before its transaction's sieve_write; so many were. */
vg_code sieve_put(struct import *im, vg_str key, struct vg_err *err);
vg_code sieve_grown(struct import *im, size_t keys, struct vg_err *err);
vg_code sieve_write(struct import *im, struct vg_err *err);
/* Others were let by: is it still whole? */
vg_code sieve_again(struct import *im, struct vg_err *err);

#endif
