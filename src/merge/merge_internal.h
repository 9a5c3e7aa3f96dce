#ifndef VG_MERGE_INTERNAL_H
#define VG_MERGE_INTERNAL_H
#include "merge/merge.h"

#define MERGE_FIRST "0000000000000000000000000000000000000000000000000000000000000000"

void merge_line_hash(vg_str line, char out[static 2 * VG_SHA256_SIZE + 1]);
/* What is signed of a head. */
void merge_statement(struct vg_buf *out, vg_str origin, int64_t seq, const char *hash);
/* Hash of an event that is here; VG_ENOTFOUND. */
MUST vg_code merge_known(struct store_tx *tx, vg_str origin, int64_t seq, char hash[static 2 * VG_SHA256_SIZE + 1],
                         struct vg_err *err);
MUST vg_code merge_last(struct store_tx *tx, vg_str origin, int64_t *seq, struct vg_err *err);
MUST vg_code merge_keep(struct store_tx *tx, vg_str origin, const struct merge_event *e, struct vg_err *err);
/* The members of an event's line; false when it is none. */
bool merge_parse(vg_jv root, vg_str line, struct merge_event *e);
/* The rows of all fields of a subject that has become known. */
MUST vg_code merge_show_all(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                            vg_str subject, struct vg_err *err);
const struct merge_kind *merge_kind_of(const struct merge_kind *const *rooms, vg_str kind);
/* Who acted elsewhere, by name. */
MUST vg_code merge_remember(struct store_tx *tx, vg_str person, vg_str name, struct vg_err *err);
/* A change made elsewhere: its version is kept, and the room's row says what shows now. */
MUST vg_code merge_take(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                        const struct merge_event *e, struct vg_err *err);

#endif
