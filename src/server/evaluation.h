#ifndef VG_SERVER_EVALUATION_H
#define VG_SERVER_EVALUATION_H
/* Shared by the pages of an evaluation. */
#include "evaluation/evaluation.h"
#include "server/page.h"

/* The results of a closed one: verdict, counts, map, curves, answers. */
MUST vg_code part_results(struct request *r, const struct evaluation_state *e, struct vg_err *err);
/* What the names in the conditions of rules stand for, folded. */
void part_rule_names(struct request *r);
/* registered, open or closed */
void evaluation_badge(struct request *r, const char *state);
/* Link to an incident, case, exhibit, action, warning, or to the evaluation of "EVALUATION/QUESTION". */
void link_ref(struct request *r, vg_str ref);
/* On the page of a case, a visit, an incident or a diagnosis: the obstacles that it stands behind, and the form that
 * picks one (what=obstacle); what that form does. */
MUST vg_code part_obstacles(struct request *r, vg_str ref, struct vg_err *err);
MUST vg_code post_obstacle(struct request *r, vg_str ref, struct vg_err *err);
/* On the page of an obstacle: what happened lately or has the words of ?cherche=, a button each (what=pick). */
MUST vg_code part_recent(struct request *r, const struct obstacle *o, const char *path, struct vg_err *err);

#endif
