#ifndef VG_EVALUATION_OBSTACLE_INTERNAL_H
#define VG_EVALUATION_OBSTACLE_INTERNAL_H
/* Shared by obstacle, obstacle_link and obstacle_merged. */
#include "evaluation/evaluation.h"

bool obstacle_family(vg_str family);
enum { OBSTACLE_ENTERED, OBSTACLE_LINKED, OBSTACLE_CHANGED };
/* The name that a thing has everywhere, of its public id or its reference here. VG_ENOTFOUND: there is none, or not for
 * him. */
MUST vg_code obstacle_name_of(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_buf *name,
                              struct vg_err *err);
/* removal: it shows that it is gone. */
MUST vg_code obstacle_link_to(struct store_tx *tx, const struct actor *who, const struct obstacle *o, vg_str ref,
                              bool removal, struct vg_err *err);

#endif
