#ifndef VG_SHARE_EXCHANGE_H
#define VG_SHARE_EXCHANGE_H
#include "base/id.h"

/* The id that both sides make of the same thing. kind: "grouping" of a request's origin, "opinion" of "ORIGIN N". */
struct vg_id exchange_made_of(const char *kind, vg_str name);

#endif
