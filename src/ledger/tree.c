/* The Merkle tree of RFC 6962 section 2.1: hashing, the right edge, proofs and their checks. */
#include "ledger/ledger_internal.h"

#include <string.h>

void ledger_leaf_hash(vg_str leaf, unsigned char out[static LEDGER_HASH]) {
  vg_sha256_of((const vg_str[]){{"\0", 1}, leaf}, 2, out);
}

void ledger_node_hash(const unsigned char *left, const unsigned char *right, unsigned char out[static LEDGER_HASH]) {
  vg_sha256_of((const vg_str[]){{"\1", 1}, {(const char *)left, LEDGER_HASH}, {(const char *)right, LEDGER_HASH}}, 3,
               out);
}

void frontier_add(struct frontier *f, const unsigned char leaf_hash[static LEDGER_HASH]) {
  unsigned char node[LEDGER_HASH];
  memcpy(node, leaf_hash, LEDGER_HASH);
  /* Each trailing one bit of the old size is a subtree of the same height that now finds its brother. */
  for (int64_t bits = f->size; bits & 1; bits >>= 1)
    ledger_node_hash(f->root[--f->count], node, node);
  memcpy(f->root[f->count++], node, LEDGER_HASH);
  f->size++;
}

void frontier_root(const struct frontier *f, unsigned char out[static LEDGER_HASH]) {
  if (f->count == 0) {
    vg_sha256("", 0, out);
    return;
  }
  memcpy(out, f->root[f->count - 1], LEDGER_HASH);
  for (int i = f->count - 2; i >= 0; i--)
    ledger_node_hash(f->root[i], out, out);
}

/* Largest power of two smaller than n (n > 1). */
static int64_t split_of(int64_t n) {
  int64_t k = 1;
  while (k * 2 < n)
    k *= 2;
  return k;
}

/* Subtrees [from, to) of one height, whose roots the statement gives in order; *all false: some are missing. */
static vg_code add_roots(struct store_tx *tx, struct frontier *f, const char *sql, int64_t from, int64_t to, bool *all,
                         struct vg_err *err) {
  struct store_rows *q;
  int64_t want = f->size + to - from;
  bool bad = false;
  VG_TRY(store_query(tx, &q, sql, S_ARGS(S_INT(from), S_INT(to)), err));
  while (store_next(q)) {
    vg_str h = store_str(q, 0);
    bad = bad || h.n != LEDGER_HASH;
    if (!bad)
      frontier_add(f, (const unsigned char *)h.p);
  }
  VG_TRY(store_done(&q, err));
  *all = !bad && f->size == want;
  return VG_OK;
}

#define LEAVES "SELECT leaf_hash FROM ledger_leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx"
#define BLOCKS "SELECT root FROM ledger_block WHERE block >= $1 AND block < $2 ORDER BY block"

vg_code ledger_blocks(struct store_tx *tx, struct frontier *f, int64_t from, int64_t to, bool *all,
                      struct vg_err *err) {
  *f = (struct frontier){0};
  VG_TRY(add_roots(tx, f, BLOCKS, from, to, all, err));
  f->size *= LEDGER_BLOCK; /* as many subtrees of the same shape, each of so many leaves */
  return VG_OK;
}

/* Root of leaves [from, to). A long range of a tree begins at a block. */
static vg_code range_root(struct store_tx *tx, int64_t from, int64_t to, unsigned char out[static LEDGER_HASH],
                          struct vg_err *err) {
  struct frontier f = {0};
  int64_t first = from / LEDGER_BLOCK, last = to / LEDGER_BLOCK;
  bool all = false;
  if (from % LEDGER_BLOCK == 0 && first < last)
    VG_TRY(ledger_blocks(tx, &f, first, last, &all, err));
  if (!all)
    f = (struct frontier){0};
  VG_TRY(add_roots(tx, &f, LEAVES, from + f.size, to, &all, err));
  if (!all)
    return VG_FAIL(err, VG_EDAMAGE, "ledger.damaged");
  frontier_root(&f, out);
  return VG_OK;
}

/* Of a log that is damaged there the rest has no blocks: its proofs read the leaves, and verification tells. */
vg_code ledger_blocks_write(struct store_tx *tx, int64_t size, struct vg_err *err) {
  int64_t block;
  VG_TRY(store_get_int(tx, &block, "SELECT COALESCE(MAX(block), -1) + 1 FROM ledger_block", S_NOARGS, err));
  for (; block < size / LEDGER_BLOCK; block++) {
    struct frontier f = {0};
    unsigned char root[LEDGER_HASH];
    bool all;
    VG_TRY(add_roots(tx, &f, LEAVES, block * LEDGER_BLOCK, (block + 1) * LEDGER_BLOCK, &all, err));
    if (!all)
      return VG_OK;
    frontier_root(&f, root);
    VG_TRY(store_exec(tx, "INSERT INTO ledger_block (block, root) VALUES ($1, $2)",
                      S_ARGS(S_INT(block), S_BYTES(vg_str_n((const char *)root, sizeof root))), err));
  }
  return VG_OK;
}

/* One sibling of the proof, appended. */
static vg_code add_range(struct store_tx *tx, int64_t from, int64_t to, struct vg_buf *out, struct vg_err *err) {
  unsigned char root[LEDGER_HASH];
  VG_TRY(range_root(tx, from, to, root, err));
  vg_buf_add(out, root, sizeof root);
  return VG_OK;
}

/* PATH(m, D[from:to]) of section 2.1.1, deepest sibling first. */
static vg_code path(struct store_tx *tx, int64_t index, int64_t from, int64_t to, struct vg_buf *out,
                    struct vg_err *err) {
  if (to - from <= 1)
    return VG_OK;
  int64_t k = from + split_of(to - from);
  if (index < k) {
    VG_TRY(path(tx, index, from, k, out, err));
    return add_range(tx, k, to, out, err);
  }
  VG_TRY(path(tx, index, k, to, out, err));
  return add_range(tx, from, k, out, err);
}

/* SUBPROOF(m, D[from:to], whole) of section 2.1.2. */
static vg_code subproof(struct store_tx *tx, int64_t old, int64_t from, int64_t to, bool whole, struct vg_buf *out,
                        struct vg_err *err) {
  if (old == to)
    return whole ? VG_OK : add_range(tx, from, to, out, err);
  int64_t k = from + split_of(to - from);
  if (old <= k) {
    VG_TRY(subproof(tx, old, from, k, whole, out, err));
    return add_range(tx, k, to, out, err);
  }
  VG_TRY(subproof(tx, old, k, to, false, out, err));
  return add_range(tx, from, k, out, err);
}

static vg_code check_size(struct store_tx *tx, int64_t low, int64_t at, int64_t size, struct vg_err *err) {
  struct frontier f;
  VG_TRY(ledger_read_frontier(tx, &f, err));
  if (at < low || at > size || size > f.size)
    return VG_FAIL(err, VG_ENOTFOUND, "ledger.no_entry", VG_N(at), VG_N(f.size));
  return VG_OK;
}

vg_code ledger_inclusion(struct store_tx *tx, int64_t index, int64_t size, struct vg_buf *out, struct vg_err *err) {
  VG_TRY(check_size(tx, 0, index, size - 1, err));
  VG_TRY(check_size(tx, 0, index, size, err));
  VG_TRY(path(tx, index, 0, size, out, err));
  return vg_buf_check(out, err);
}

vg_code ledger_consistency(struct store_tx *tx, int64_t old_size, int64_t size, struct vg_buf *out,
                           struct vg_err *err) {
  VG_TRY(check_size(tx, 0, old_size, size, err));
  if (old_size > 0 && old_size < size)
    VG_TRY(subproof(tx, old_size, 0, size, true, out, err));
  return vg_buf_check(out, err);
}

/* RFC 9162 section 2.1.3.2 */
bool ledger_check_inclusion(const unsigned char leaf_hash[static LEDGER_HASH], int64_t index, int64_t size,
                            vg_str proof, const unsigned char root[static LEDGER_HASH]) {
  if (index < 0 || index >= size || proof.n % LEDGER_HASH != 0)
    return false;
  int64_t fn = index, sn = size - 1;
  unsigned char r[LEDGER_HASH];
  memcpy(r, leaf_hash, LEDGER_HASH);
  for (size_t i = 0; i < proof.n; i += LEDGER_HASH) {
    const unsigned char *p = (const unsigned char *)proof.p + i;
    if (sn == 0)
      return false;
    if ((fn & 1) || fn == sn) {
      ledger_node_hash(p, r, r);
      while (!(fn & 1) && fn != 0)
        fn >>= 1, sn >>= 1;
    } else {
      ledger_node_hash(r, p, r);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && memcmp(r, root, LEDGER_HASH) == 0;
}

/* RFC 9162 section 2.1.4.2 */
bool ledger_check_consistency(int64_t old_size, const unsigned char old_root[static LEDGER_HASH], int64_t size,
                              const unsigned char root[static LEDGER_HASH], vg_str proof) {
  if (old_size < 0 || old_size > size || proof.n % LEDGER_HASH != 0)
    return false;
  if (old_size == size)
    return proof.n == 0 && memcmp(old_root, root, LEDGER_HASH) == 0;
  if (old_size == 0)
    return proof.n == 0;
  int64_t fn = old_size - 1, sn = size - 1;
  const unsigned char *at = (const unsigned char *)proof.p, *end = at + proof.n;
  unsigned char fr[LEDGER_HASH], sr[LEDGER_HASH];
  while (fn & 1)
    fn >>= 1, sn >>= 1;
  /* A power of two is its own first node and is left out of the proof. */
  if ((old_size & (old_size - 1)) == 0) {
    memcpy(fr, old_root, LEDGER_HASH);
  } else {
    if (at == end)
      return false;
    memcpy(fr, at, LEDGER_HASH);
    at += LEDGER_HASH;
  }
  memcpy(sr, fr, LEDGER_HASH);
  for (; at < end; at += LEDGER_HASH) {
    if (sn == 0)
      return false;
    if ((fn & 1) || fn == sn) {
      ledger_node_hash(at, fr, fr);
      ledger_node_hash(at, sr, sr);
      while (!(fn & 1) && fn != 0)
        fn >>= 1, sn >>= 1;
    } else {
      ledger_node_hash(sr, at, sr);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && memcmp(fr, old_root, LEDGER_HASH) == 0 && memcmp(sr, root, LEDGER_HASH) == 0;
}
