#ifndef VG_EVENT_EVENT_H
#define VG_EVENT_EVENT_H
/*
 * A major event: one sheet for a wave that hits several zones at once. It joins incidents of all zones (they stay where
 * they are), their victims, indicators, tasks and messages; a picture of the situation is kept for every full hour, so
 * that hours can be compared; one person at a time holds the sheet and hands it over in writing. Nothing is deleted. A
 * conflict of interest closes the incidents of that organisation here too. Views for other rooms: event_v_event,
 * _incident, _task, _message, _indicator, _shift (holds: the last one), _picture.
 */
#include "casework/casework.h"
#include "intel/intel.h"

struct event {
  int64_t id;
  struct vg_id pid;
  char name[120], kind[32], summary[512], lesson[512], holder[96];
  vg_time since, opened, closed; /* closed VG_NOTIME: going on */
  int64_t holder_id;             /* territory_person.id, 0: nobody yet */
};
/* kind: a kind of incident. since: when it began (VG_NOTIME: now), not in the future; incidents known from then on are
 * proposed. Who opens it holds it. */
MUST vg_code event_open(struct store_tx *tx, const struct actor *who, struct event *e, struct vg_err *err);
/* With what was learnt. Later changes are refused (VG_ESTATE). */
MUST vg_code event_close(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str lesson, struct vg_err *err);
MUST vg_code event_find(struct store_tx *tx, vg_str pid, struct event *out, struct vg_err *err);
typedef vg_code event_sink(void *ctx, const struct event *e, struct vg_err *err);
MUST vg_code event_each(struct store_tx *tx, event_sink *sink, void *ctx, struct vg_err *err);

/* Incidents that could belong to it, with the reason: "kind" (the same kind, known since), or "indicator" (its
 * organisation saw one of the event's, by a sighting of the regime `of` that `who` may see). Whether he sees the
 * incident is asked by who shows it. */
struct event_candidate {
  vg_str incident, org_name, zone, because, summary;
  int64_t org;
  vg_time known;
};
typedef vg_code event_candidate_sink(void *ctx, const struct event_candidate *c, struct vg_err *err);
MUST vg_code event_each_candidate(struct store_tx *tx, const struct actor *who, const struct event *e, enum regime of,
                                  event_candidate_sink *sink, void *ctx, struct vg_err *err);
/* VG_EDENIED: an incident that he may not see (casework_incident_access). */
MUST vg_code event_join(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str incident, struct vg_err *err);
/* Every candidate of the regime `of` that the actor may see; skipped: all others. BOTH: casework_combined of the event
 * is asked for. */
MUST vg_code event_join_all(struct store_tx *tx, const struct actor *who, vg_str pid, enum regime of, int64_t *joined,
                            int64_t *skipped, struct vg_err *err);
/* It turned out to be something else. */
MUST vg_code event_leave(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str incident, vg_str reason,
                         struct vg_err *err);
/* The value is recognised and written as indicators are. VG_EEXIST: it is there. */
MUST vg_code event_indicator_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str value, vg_str note,
                                 struct vg_err *err);
/* owner: public id of a person, may be empty. due VG_NOTIME: none. zone "": national. */
MUST vg_code event_task_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str zone, vg_str title,
                            vg_str owner, vg_time due, struct vg_id *task, struct vg_err *err);
MUST vg_code event_task_done(struct store_tx *tx, const struct actor *who, vg_str task, vg_str outcome,
                             struct vg_err *err);
MUST vg_code event_message_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str zone, vg_str text,
                               struct vg_err *err);
/*
 * The sheet passes to another person with a mandate in force, with notes and the situation of that moment. conflicts:
 * victims that the new holder may not touch (those incidents stay with others). VG_EDENIED: only the holder gives it,
 * or an administrator when the holder cannot.
 */
MUST vg_code event_hand_over(struct store_tx *tx, const struct actor *who, vg_str pid, const struct person *to,
                             vg_str notes, int64_t *conflicts, struct vg_err *err);

enum { EVENT_ZONES = 32 };
struct event_zone {
  char zone[24];
  int64_t incidents, victims, fresh, tasks, late, messages; /* fresh: joined in the last hour; late: tasks past due */
};
struct event_situation {
  vg_time at;
  struct event_zone zone[EVENT_ZONES], total; /* only zones with anything */
  size_t zones;
  int64_t indicators, clocks_late; /* legal clocks of its incidents that ran out */
};
/* Counted from the dated rows as of `at`. */
MUST vg_code event_situation(struct store_tx *tx, int64_t event, vg_time at, struct event_situation *out,
                             struct vg_err *err);
/* Draws the pictures of all full hours that have passed since the last one (at most a thousand a call); drawn: how
 * many. */
MUST vg_code event_pictures(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t *drawn,
                            struct vg_err *err);
/* The same for every event that is going on, in the name of who holds its sheet; an event that nobody holds waits. For
 * a worker: *due is when the next hour of any of them is full, VG_NOTIME: none is going on. */
MUST vg_code event_pictures_due(struct store_tx *tx, int64_t *drawn, struct vg_err *err);
MUST vg_code event_next_picture(struct store_tx *tx, vg_time *due, struct vg_err *err);
/* Newest first. json: {"at","total":{...},"zones":[{"zone",...}],"indicators","clocks_late"} */
typedef vg_code event_picture_sink(void *ctx, vg_time hour, vg_time drawn, vg_str json, struct vg_err *err);
MUST vg_code event_each_picture(struct store_tx *tx, int64_t event, int64_t limit, event_picture_sink *sink, void *ctx,
                                struct vg_err *err);
struct vg_jw;
void event_situation_json(struct vg_jw *w, const struct event_situation *s); /* the members of an open object */
/* What such an object holds, but for `at`; false: it is none, or not whole. */
bool event_situation_read(vg_str json, struct event_situation *out);

/* How events of other instances are taken in: the event, its incidents, indicators, messages, who holds the sheet, its
 * closing; its tasks are casework's. The hourly pictures are each instance's own: what it knew at that hour. */
extern const struct merge_kind event_merges[];

extern const char event_sql[];

#endif
