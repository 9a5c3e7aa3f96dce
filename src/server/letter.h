#ifndef VG_SERVER_LETTER_H
#define VG_SERVER_LETTER_H
/* Parts of a request's page that have to do with a partner: the gate's decisions, the form that asks one under a
 * convention (ask: while it may be asked), the form that sends our answers to whoever asked; and what those forms do.
 */
#include "server/page.h"

MUST vg_code part_passages(struct request *r, vg_str pid, struct vg_err *err);
MUST vg_code part_letters(struct request *r, vg_str pid, bool ask, struct vg_err *err);
MUST vg_code post_letter(struct request *r, vg_str pid, bool reply, struct vg_err *err);

#endif
