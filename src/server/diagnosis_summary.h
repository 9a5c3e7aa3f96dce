#ifndef VG_SERVER_DIAGNOSIS_SUMMARY_H
#define VG_SERVER_DIAGNOSIS_SUMMARY_H
/* The one-page summary of a diagnosis, of the house's door and of the company's. */
#include "prevention/prevention.h"
#include "server/page.h"

/* The page ".../synthese"; ?forme=pdf, odt or txt: the file, with ?annexe=1 and all measures behind it. */
MUST vg_code diagnosis_summary(struct request *r, const struct diagnosis *d, struct vg_err *err);
/* The way to it, from the page of the diagnosis. */
void part_summary_link(struct request *r);

#endif
