#ifndef VG_INTEL_OPENIOC_H
#define VG_INTEL_OPENIOC_H
/* What the parser of OpenIOC files sends; of this room and its fuzz target only. */
#include "intel/intel_internal.h"
#include "sandbox/sandbox.h"

struct openioc_out {
  void (*send)(void *ctx, vg_str record); /* a JSON object, borrowed for the call */
  void *ctx;
};
/* INSIDE A CELL ONLY. VG_EDATA: no XML (with its line), or XML that is no OpenIOC. */
vg_code openioc_read(struct openioc_out *o, vg_str bytes, struct vg_err *err);

#endif
