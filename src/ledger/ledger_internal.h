#ifndef VG_LEDGER_LEDGER_INTERNAL_H
#define VG_LEDGER_LEDGER_INTERNAL_H
/* Shared by the files of this room only. */
#include "ledger/ledger.h"

/*
 * The log's right edge: the roots of the perfect subtrees that make it up, largest first, one for each bit of size.
 * Size 6 = 110b:      [0..3]   [4,5]
 */
struct frontier {
  int64_t size;
  int count;
  unsigned char root[63][LEDGER_HASH];
};
void frontier_add(struct frontier *f, const unsigned char leaf_hash[static LEDGER_HASH]);
void frontier_root(const struct frontier *f, unsigned char out[static LEDGER_HASH]);
void ledger_node_hash(const unsigned char *left, const unsigned char *right, unsigned char out[static LEDGER_HASH]);

/* Blocks of so many leaves, whose roots are kept: those of [from, to) as a log of their own; *all false: some are
 * missing. _write keeps those of a log of that size that are not kept yet. */
enum { LEDGER_BLOCK = 256 };
vg_code ledger_blocks(struct store_tx *tx, struct frontier *f, int64_t from, int64_t to, bool *all, struct vg_err *err);
vg_code ledger_blocks_write(struct store_tx *tx, int64_t size, struct vg_err *err);

/* As this transaction has it. VG_EDAMAGE when the stored head cannot be one. */
vg_code ledger_read_frontier(struct store_tx *tx, struct frontier *f, struct vg_err *err);

/* Kind of the entry that tells of an erased body; its subject is the index of that entry. */
#define LEDGER_ERASED "ledger.body_erased"

/* SHA-256(salt || body). */
void ledger_body_hash(vg_str salt, vg_str body, unsigned char out[static LEDGER_HASH]);

/* The note's text: origin, size, root. */
void ledger_note_text(struct vg_buf *out, vg_str origin, int64_t size, const unsigned char root[static LEDGER_HASH]);

#endif
