#ifndef VG_SERVER_LETTER_H
#define VG_SERVER_LETTER_H
/* Parts of a request's page that have to do with a partner: the gate's decisions, the form that asks one under a
 * convention (ask: while it may be asked), the form that sends our answers to whoever asked; and what those forms do.
 */
#include "server/page.h"

/* Partners whose convention is in force and goes a way (enum share_direction), each once, for a choice. */
enum { PARTNERS = 64 };
struct partners {
  char name[PARTNERS][128];
  struct choice v[PARTNERS];
  size_t n;
  int wanted;
};
MUST vg_code partners_read(struct request *r, int direction, struct partners *out, struct vg_err *err);

MUST vg_code part_passages(struct request *r, vg_str pid, struct vg_err *err);
MUST vg_code part_letters(struct request *r, vg_str pid, bool ask, struct vg_err *err);
MUST vg_code post_letter(struct request *r, vg_str pid, bool reply, struct vg_err *err);

#endif
