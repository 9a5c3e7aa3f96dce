#ifndef VG_INTEL_LIFT_H
#define VG_INTEL_LIFT_H
/*
 * Objects of STIX 2.0 lifted to 2.1. An object of 2.0 becomes one of 2.1; observed data with embedded `objects` also
 * brings the observables, each with the id that section 2.9 of the standard makes of it (where nothing contributes to
 * one, a UUIDv4 made of the observed data's id and the observable's key: the same each time). What 2.1 has no
 * place for stays under its old name behind "x_". Of this room only.
 */
#include "base/arena.h"
#include "intel/intel_internal.h"
#include "intel/pattern_internal.h"

/* Something that is changed: a message of the form intel.lift_*. */
typedef void lift_note(void *ctx, const struct vg_err *what);

struct lift {
  struct vg_json *json; /* what was made is read again for its id */
  struct vg_arena *arena;
  struct vg_buf texts; /* of the objects made, observables first */
  struct span_of_text {
    size_t at, n;
  } * made;
  size_t count;
  lift_note *note;
  void *ctx;
};
vg_code lift_new(struct lift **out, struct vg_err *err);
void lift_free(struct lift *l);

/* Is it an object of 2.0: no observable, and no spec_version or that of 2.0? */
bool lift_wanted(vg_jv o);
/* Makes the objects of 2.1: lift_text(l, 0 .. l->count - 1), the object itself last; borrowed until the next call.
 * note: may be NULL. VG_EDATA with the reason when it cannot be. */
vg_code lift_object(struct lift *l, vg_jv o, lift_note *note, void *ctx, struct vg_err *err);
static inline vg_str lift_text(const struct lift *l, size_t i) {
  return vg_str_n(l->texts.p + l->made[i].at, l->made[i].n);
}
/* A pattern of 2.0 as 2.1 writes it: names of properties and hashes, START t'...' STOP t'...'. */
void lift_pattern(vg_str pattern, struct vg_buf *out);

/* --- shared by lift*.c --- */
/* What 2.1 calls a property of a type of objects or observables; the same name when it is the same. */
vg_str lift_name(vg_str type, vg_str name);
void lift_tell(const struct lift *l, const char *id, vg_str a, vg_str b);
void lift_value(struct vg_jw *w, vg_jv v); /* as it is */
vg_code lift_made(struct lift *l, size_t at, struct vg_err *err);
/* The observables of `o`, an observed-data object with embedded ones; their ids in order of the dictionary. */
vg_code lift_observables(struct lift *l, vg_jv o, struct vg_id **ids, size_t *count, struct vg_err *err);

#endif
