#ifndef VG_SHARE_SHELF_H
#define VG_SHARE_SHELF_H
/*
 * A collection being read or filled: shelf.c puts things on it, fetch.c hands them out. Of this room only.
 * State of what stands there: it may not go; it goes; it waits for what it links; it just came and may have to wait;
 * its reader took it off.
 */
#include "share/share_internal.h"

enum shelf_state { SHELF_STAYS, SHELF_GOES, SHELF_WAITS, SHELF_CAME, SHELF_OFF };
struct shelf {
  struct store_tx *tx;
  const struct actor *who;
  const struct share_collection *c;
  struct share_gate *gate; /* this collection's convention alone */
  struct vg_json *json;
  int64_t seen, row, considered;
  vg_time last;
  bool news, waited;
};
/* shelf_end also after a failed begin. */
MUST vg_code shelf_begin(struct shelf *s, struct store_tx *tx, const struct actor *who,
                         const struct share_collection *c, struct vg_err *err);
void shelf_end(struct shelf *s);
/* Considers what came since; all: there is no more, else the next call goes on. */
MUST vg_code shelf_fill(struct shelf *s, bool *all, struct vg_err *err);
/* Do both ends of this link go? */
MUST vg_code shelf_ends_go(struct shelf *s, vg_str json, bool *yes, struct vg_err *err);
/* Puts a question or an answer, a bundle that the gate let go as d says, on the shelf of its recipient. */
MUST vg_code shelf_letter(struct store_tx *tx, const struct actor *who, int64_t org, const struct share_decision *d,
                          const char *purpose, int tlp, int pap, vg_str bundle, struct vg_err *err);

#endif
