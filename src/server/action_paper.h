#ifndef VG_SERVER_ACTION_PAPER_H
#define VG_SERVER_ACTION_PAPER_H
/* What an action puts on paper: a poster with its code, sheets to hand out, letters (the form, and the file that it
 * answers with). */
#include "prevention/prevention.h"
#include "server/page.h"

void action_when(struct request *r, const struct action *a); /* when and where, below the title */
MUST vg_code action_poster(struct request *r, const struct action *a, struct vg_err *err);
MUST vg_code action_handout(struct request *r, const struct action *a, struct vg_err *err);
MUST vg_code action_letters(struct request *r, const struct action *a, struct vg_err *err);
MUST vg_code action_post_letters(struct request *r, const struct action *a, struct vg_err *err);

#endif
