#ifndef VG_BASE_ARENA_H
#define VG_BASE_ARENA_H
/*
 * One capped arena a unit of work (request, file, job), freed at once. The cap gives NULL / VG_ELIMIT, not a dead
 * machine. Memory is zeroed and aligned for any type. Not for threads at once.
 */
#include "base/str.h"

struct vg_arena;

MUST vg_code vg_arena_new(struct vg_arena **out, size_t cap, struct vg_err *err);
void vg_arena_free(struct vg_arena *a);
void vg_arena_reset(struct vg_arena *a); /* all allocations are gone, memory kept for the next unit of work */
/* NULL when the cap is reached or memory is out. */
void *vg_arena_alloc(struct vg_arena *a, size_t n);
void *vg_arena_array(struct vg_arena *a, size_t count, size_t size); /* overflow-checked */
/* Copies; the _z one is NUL-terminated. {NULL,0} / NULL when out. */
vg_str vg_arena_str(struct vg_arena *a, vg_str s);
char *vg_arena_z(struct vg_arena *a, vg_str s);

#endif
