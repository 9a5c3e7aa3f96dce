#ifndef VG_SERVER_CHART_H
#define VG_SERVER_CHART_H
/* Pictures of an evaluation, drawn by the server as SVG. Their tables stand beside them. */
#include "base/json.h"
#include "server/page.h"

/* A member of an object: NAN, "" when it is not there. */
double member_number(vg_jv v, const char *key);
vg_str member_text(vg_jv v, const char *key);
/* map: {"cross_I","cross_P","issues":[{"issue","I","P","I_half","P_half","certain"},...]} */
void chart_issues(struct request *r, vg_jv map);
/* survival: {"table":[{"strata","time","surv","lo","hi"},...]} */
void chart_survival(struct request *r, vg_jv survival);
/* csv: q,zone,expo,pilot,post,cases; a picture a zone, all to one scale, with their table. */
MUST vg_code chart_multiples(struct request *r, vg_str csv, struct vg_err *err);

#endif
