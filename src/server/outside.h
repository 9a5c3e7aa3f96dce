#ifndef VG_SERVER_OUTSIDE_H
#define VG_SERVER_OUTSIDE_H
/* What partners' and companies' pages have in common. Everything that such a page shows of us has passed the gate. */
#include "server/server_internal.h"
#include "share/share.h"

MUST vg_code own_org(struct request *r, struct org *out, struct vg_err *err);
/* Packs of what may go to the own organisation, with their forms (what: "pack", "blind", "secret"), and what those
 * do: the file is the answer. */
void part_own_packs(struct request *r);
MUST vg_code post_own_pack(struct request *r, const char *what, struct vg_err *err);
/* The contents offered to it; limit: how many, 0 all. */
MUST vg_code part_offers(struct request *r, int64_t limit, struct vg_err *err);
/* One's conventions: dates, ceilings, what they oblige to. */
MUST vg_code part_own_conventions(struct request *r, const struct org *o, struct vg_err *err);
page_fn offers_page, offer_page;
/* A refusal of the gate, as the answer to a form: the rule in words. */
vg_code refused_by(const struct share_decision *d, struct vg_err *err);

#endif
