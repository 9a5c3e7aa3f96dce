#ifndef VG_SERVER_WARNING_CARD_H
#define VG_SERVER_WARNING_CARD_H
/* A warning as a card: what, why, how sure, quality of the data, whom to tell, what to do, until when. part_warnings()
 * is in page.h. */
#include "anticipate/anticipate.h"
#include "server/page.h"

MUST vg_code warning_card(struct request *r, const struct anticipate_warning *w, struct vg_err *err);
/* The last weekly pass, what the guard noticed and what it vetoed. */
MUST vg_code part_pass(struct request *r, struct vg_err *err);
/* A series' key in words, escaped. */
void series_name(struct request *r, vg_str key);

#endif
