#ifndef VG_MERGE_INTERNAL_H
#define VG_MERGE_INTERNAL_H
#include "merge/merge.h"

#define MERGE_FIRST "0000000000000000000000000000000000000000000000000000000000000000"
enum { MERGE_HEX = 2 * VG_SHA256_SIZE + 1 };

/* The digest of a line, and the hash that it makes of the one before it (MERGE_FIRST for the first). */
void merge_digest(vg_str line, char out[static MERGE_HEX]);
void merge_chain(const char *prev, const char *digest, char out[static MERGE_HEX]);
/* What is signed of a head. */
void merge_statement(struct vg_buf *out, vg_str origin, int64_t seq, const char *hash);
/* Hash of an event that is here; VG_ENOTFOUND. */
MUST vg_code merge_known(struct store_tx *tx, vg_str origin, int64_t seq, char hash[static MERGE_HEX],
                         struct vg_err *err);
MUST vg_code merge_last(struct store_tx *tx, vg_str origin, int64_t *seq, struct vg_err *err);
/* why: "" or "withheld" or "erased", then e->line is the digest. */
MUST vg_code merge_keep(struct store_tx *tx, vg_str origin, const struct merge_event *e, const char *why,
                        struct vg_err *err);
/* An event of this instance's own once more, as its next one: a line, or (why not "") the digest in its place. */
MUST vg_code merge_again(struct store_tx *tx, vg_str line, vg_str why, vg_time at, struct vg_err *err);
/* The members of an event's line; false when it is none. */
bool merge_parse(vg_jv root, vg_str line, struct merge_event *e);
/* Of what was adopted, whose and of when it is, as its body says; other events stay as they are. false: unreadable. */
bool merge_as_made(struct merge_event *e);
/* The rows of all fields of a subject that has become known. */
MUST vg_code merge_show_all(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                            vg_str subject, struct vg_err *err);
const struct merge_kind *merge_kind_of(const struct merge_kind *const *rooms, vg_str kind);
/* A change made elsewhere: its version is kept, and the room's row says what shows now. */
MUST vg_code merge_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                        const struct merge_event *e, struct vg_err *err);
/* A row made elsewhere. VG_ENOTFOUND with the id of what it refers to in `missing` when that is not here; VG_ESTATE
 * with an empty err when it belongs to what was erased here. */
MUST vg_code merge_row_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                            const struct merge_event *e, char missing[static VG_ID_MAX], struct vg_err *err);
/* The columns of a row as the body of its event. */
MUST vg_code merge_row_body(struct store_tx *tx, const struct merge_kind *k, struct store_args key, struct vg_buf *out,
                            struct vg_err *err);
MUST vg_code merge_version_keep(struct store_tx *tx, const struct merge_version *v, struct vg_err *err);
/* To be told once what it replaces, and what replaces it, is known: is more than one version of its field in force? */
MUST vg_code merge_several(struct store_tx *tx, const struct merge_version *v, struct vg_err *err);
MUST vg_code merge_group_put(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                             const struct merge_version *v, struct vg_err *err);
/* Is the subject, or what it refers to, gone? Then so is the subject that the event brings, with what came of it
 * before. */
MUST vg_code merge_is_gone(struct store_tx *tx, const struct merge_event *e, bool *gone, struct vg_err *err);
/* The rows attached to an event as they come: taken in, or kept while the event waits. Zeroed but for what it is told
 * and `held`; rows of one event come one behind the other. */
struct attaching {
  struct store_tx *tx;
  const struct actor *who;
  const struct merge_kind *const *rooms;
  const struct merge_attached *kind;
  void *taker;
  int64_t of, rows, taken; /* taken: events that have all theirs now */
  bool holding;
  struct store_later held;
};
MUST vg_code merge_attached_row(struct attaching *a, vg_str origin, const struct merge_event *e, struct vg_err *err);
MUST vg_code merge_attached_end(struct attaching *a, vg_code rc, struct vg_err *err);
/* What was kept of an event that waited and is applied now. */
MUST vg_code merge_attached_wake(struct attaching *a, vg_str origin, const struct merge_event *e, struct vg_err *err);
/* Those of an event that goes into a file. VG_EDAMAGE: they are no longer what was signed. */
MUST vg_code merge_attached_give(struct store_tx *tx, const struct merge_kind *const *rooms,
                                 const struct merge_event *e, merge_line_sink *sink, void *ctx, struct vg_err *err);
#define KIND_AWAITED "kind:" /* what waits for a kind of event to be known, not for a subject */
static inline bool merge_changes(const struct merge_kind *k) { return k->put || k->groups; }

#endif
