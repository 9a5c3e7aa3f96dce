#ifndef VG_QUALIFY_INTERNAL_H
#define VG_QUALIFY_INTERNAL_H
/* Shared by the files of the room only. */
#include "qualify/qualify.h"
#include "similar/similar.h"

/* Adds a piece: reason (static) and up to QUALIFY_ARGS arguments. Dropped when there are too many. */
#define QUALIFY_ADD(a, key, weight, ...) qualify_add((a), (key), (weight), (const char *const[]){__VA_ARGS__, NULL})
void qualify_add(struct qualify_assessment *a, vg_str key, double weight, const char *const *words);
/* Everything that the records say of one normalised value, as pieces, not weighed yet. */
MUST vg_code qualify_gather(struct store_tx *tx, enum indicator_type type, vg_str value, vg_time now,
                            struct qualify_assessment *a, struct vg_err *err);
double qualify_listing_weight(char letter);
size_t qualify_find_piece(const struct qualify_assessment *a, vg_str key); /* a->count when there is none */
/* Fills a->copied for the listings of an assessment, from what qualify_compare() measured. */
MUST vg_code qualify_copies(struct store_tx *tx, struct qualify_assessment *a, struct vg_err *err);
/* The imported warning lists that the value is on, as pieces. */
MUST vg_code qualify_warned(struct store_tx *tx, enum indicator_type type, vg_str value, struct qualify_assessment *a,
                            struct vg_err *err);
/* The answers and verdicts of released requests about this subject, as pieces. */
MUST vg_code qualify_released_pieces(struct store_tx *tx, vg_str type, vg_str value, struct qualify_assessment *a,
                                     struct vg_err *err);
/* Weight of an answer under its Admiralty code ("B2"); false when the code is none. */
bool qualify_answer_weight(int verdict, vg_str admiralty, double *weight);

/* At most so many bytes of what somebody writes, of a name. */
enum { QUALIFY_WORDS = 60000, QUALIFY_NAME = 200 };
/* A request's row. */
struct qualify_head {
  int64_t id;
  struct vg_id pid;
  char state[16], type[32];
};
/* VG_EDENIED: about a case or an exhibit that `who` may not see. */
MUST vg_code qualify_find_head(struct store_tx *tx, const struct actor *who, vg_str pid, struct qualify_head *h,
                               struct vg_err *err);
/* The same; VG_ESTATE when released: nothing about a released verdict changes any more. */
MUST vg_code qualify_find_open(struct store_tx *tx, const struct actor *who, vg_str pid, struct qualify_head *h,
                               struct vg_err *err);
/* The event of the history and the leaf of the ledger say the same. */
MUST vg_code qualify_record(struct store_tx *tx, const struct actor *who, const struct qualify_head *h,
                            const char *what, const char *kind, vg_str text, struct vg_err *err);
/* What was just recorded as `what`, for other instances. */
MUST vg_code qualify_tell(struct store_tx *tx, const struct actor *who, const struct qualify_head *h, vg_str what,
                          struct vg_err *err);

/* rules.c: the file for the cell; whose the rule is, NULL: none of the store's. */
const char *qualify_rules_path(const struct qualify_rules *r);
const char *qualify_rules_source(const struct qualify_rules *r, vg_str rule, char *letter);

#endif
