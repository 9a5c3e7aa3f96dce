#ifndef VG_ANTICIPATE_EVENTS_H
#define VG_ANTICIPATE_EVENTS_H
/* The events of a replay, in the order in which they became known. */
#include "anticipate/anticipate.h"

enum { EVENT_OBJECTS = 64 };
struct event {
  vg_str id, kind, time; /* time: how known_date is told */
  vg_time known, happened;
  size_t object[EVENT_OBJECTS], objects; /* indices in the table of objects */
  double value;                          /* below 0: none */
  vg_str unit;
};
struct events {
  struct event *v; /* by known, then as in the file */
  size_t n;
  vg_str *name; /* of each object */
  size_t names;
};
/* All memory is the arena's. Events known after `to` are left out as if they were not there. */
MUST vg_code events_read(struct vg_arena *arena, vg_str text, const char *path, vg_time to, struct events *out,
                         struct vg_err *err);

#endif
