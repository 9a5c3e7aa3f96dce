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

/*
 * What a block holds, so that a question of the journal reads the entries that answer it: the times between which its
 * entries lie, and parts of it, each a bit an entry. In memory a summary is filled in the order of the entries, one of
 * PART_ALL, PART_ALL + act and PART_RECIPIENT at a time.
 *   what -1  who acted, whatever he did             | who: the actor
 *   what 0-5 this act (enum ledger_act)             | who: the actor; '': of anybody
 *   what 6   what went to somebody                  | who: the recipient, while the body is there
 */
enum { PART_ALL = -1, PART_RECIPIENT = 6, PART_BYTES = LEDGER_BLOCK / 8 };
struct part {
  int what;
  size_t at, n; /* who, in the summary's text */
  unsigned char bits[PART_BYTES];
};
struct summary {
  struct part *v;
  size_t n, cap;
  struct vg_buf text;
  vg_time since, until;
  int entries;
};
void summary_init(struct summary *s);
void summary_fini(struct summary *s);
void summary_reset(struct summary *s);
vg_str summary_who(const struct summary *s, const struct part *p);
MUST vg_code summary_add(struct summary *s, const struct ledger_entry *e, struct vg_err *err);
/* Keeps what the next blocks of a log of that size hold, at most so many of them. */
MUST vg_code ledger_parts_write(struct store_tx *tx, int64_t size, int64_t most, struct vg_err *err);
/* After the bodies of entries from..to were erased: nothing says any more to whom they went. */
MUST vg_code ledger_parts_forget(struct store_tx *tx, int64_t from, int64_t to, struct vg_err *err);
/* Blocks that are kept, from the first on without a gap. */
MUST vg_code ledger_parts_kept(struct store_tx *tx, int64_t *blocks, struct vg_err *err);
/* Which entries of kept blocks up to `block` may answer a question, newest block first, at most PARTS_PIECE blocks.
 * bits: of PART_BYTES. */
enum { PARTS_PIECE = 128 };
typedef vg_code part_sink(void *ctx, int64_t block, const unsigned char *bits, struct vg_err *err);
MUST vg_code ledger_parts_find(struct store_tx *tx, const struct ledger_search *s, int64_t block, part_sink *sink,
                               void *ctx, struct vg_err *err);

/* As this transaction has it. VG_EDAMAGE when the stored head cannot be one. */
vg_code ledger_read_frontier(struct store_tx *tx, struct frontier *f, struct vg_err *err);

/* Kind of the entry that tells of an erased body; its subject is the index of that entry. */
#define LEDGER_ERASED "ledger.body_erased"

/* SHA-256(salt || body). */
void ledger_body_hash(vg_str salt, vg_str body, unsigned char out[static LEDGER_HASH]);

/* The note's text: origin, size, root. */
void ledger_note_text(struct vg_buf *out, vg_str origin, int64_t size, const unsigned char root[static LEDGER_HASH]);

#endif
