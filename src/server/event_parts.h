#ifndef VG_SERVER_EVENT_PARTS_H
#define VG_SERVER_EVENT_PARTS_H
/* What stands on the sheet of a major event and on the pages behind its numbers. */
#include "event/event.h"
#include "server/page.h"

/* Figures and the table of the zones; current: the numbers of incidents open the rows behind them. */
void event_part_situation(struct request *r, const struct event *e, const struct event_situation *s, bool current);
/* The first candidates, with what joins one or all, and the latest incidents of the regime `of`; those that the reader
 * may not see are only counted. */
MUST vg_code event_part_candidates(struct request *r, const struct event *e, enum regime of, struct vg_err *err);
MUST vg_code event_part_incidents(struct request *r, const struct event *e, enum regime of, struct vg_err *err);
/* The latest hours that were kept. */
MUST vg_code event_part_hours(struct request *r, const struct event *e, struct vg_err *err);
/* Pages of their own: all its incidents (?signalements=1, &zone=, &suite=), all kept hours (?heures=1), the picture of
 * one (?heure=). */
MUST vg_code event_page_hours(struct request *r, const struct event *e, struct vg_err *err);
MUST vg_code event_page_incidents(struct request *r, const struct event *e, struct vg_err *err);
MUST vg_code event_page_hour(struct request *r, const struct event *e, vg_str hour, struct vg_err *err);

#endif
