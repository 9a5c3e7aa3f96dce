#ifndef VG_EVENT_INTERNAL_H
#define VG_EVENT_INTERNAL_H
#include "event/event.h"

/* Writes down for other instances. members of the body: key, value, ..., NULL. */
MUST vg_code event_note(struct store_tx *tx, const struct actor *who, const char *kind, const struct event *e,
                        const char *const *members, struct vg_err *err);
/* Who opens it holds it; and the row that a version of the field "shift" makes. */
MUST vg_code event_first_shift(struct store_tx *tx, vg_str event, vg_str person, vg_time at, struct vg_err *err);
MUST vg_code event_shift_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                             struct vg_err *err);
/* Of sheets that were opened before they travelled (see merge.h). */
MUST vg_code event_adopt_opened(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code event_adopt_messages(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code event_adopt_indicators(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
MUST vg_code event_adopt_changes(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
#define EVENT_NOTE(tx, who, kind, e, err, ...)                                                                         \
  event_note((tx), (who), (kind), (e), (const char *const[]){__VA_ARGS__, NULL}, (err))

#endif
