#ifndef VG_BASE_ID_H
#define VG_BASE_ID_H
/*
 * Public ids: `kind--uuid`. Ours are UUIDv7 (RFC 9562), ordered by time; deterministic ones UUIDv5 (RFC 4122), as STIX
 * 2.1 section 2.9 asks of cyber-observable objects.
 */
#include "base/clock.h"

enum { VG_ID_MAX = 128 };
struct vg_id {
  char s[VG_ID_MAX]; /* NUL-terminated */
};

/* kind: lower case letters, digits and '-', at most 80. */
struct vg_id vg_id_new(const char *kind, vg_time now);
/* Random (UUIDv4): what STIX 2.1 section 2.9 asks of everything that leaves under a new id; some readers know no later
 * version. */
struct vg_id vg_id_v4(const char *kind);
/* The same form made of two texts, always the same for the same ones. */
struct vg_id vg_id_v4_of(const char *kind, vg_str a, vg_str b);
struct vg_id vg_id_v5(const char *kind, const unsigned char space[static 16], vg_str name);
/* The namespace of STIX 2.1 cyber-observable ids: 00abedb4-aa42-466c-9c01-fed23315a9b7. */
extern const unsigned char vg_id_stix_space[16];
/* `kind--uuid` in the form of the standard. */
bool vg_id_ok(vg_str id);
vg_str vg_id_kind(vg_str id);     /* before the "--", empty if there is none */
struct vg_id vg_id_of(vg_str id); /* copy; empty when it is too long */
static inline vg_str vg_id_str(const struct vg_id *id) { return vg_str_z(id->s); }

#endif
