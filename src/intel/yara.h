#ifndef VG_INTEL_YARA_H
#define VG_INTEL_YARA_H
/* What the compiler of YARA rules tells; of this room and its fuzz target only. */
#include "intel/intel.h"
#include "sandbox/sandbox.h"

/* turn: the text with this number, from 0, comes now. fault: it does not compile; f is borrowed for the call. */
struct yara_told {
  void (*turn)(void *ctx, size_t rule);
  void (*fault)(void *ctx, size_t rule, const struct intel_rule_fault *f);
};
/* INSIDE A CELL ONLY. texts: as yara.c says, looked at from the number `from` on. VG_ENOMEM; VG_ECELL: no such texts.
 */
vg_code yara_check(vg_str texts, size_t from, const struct yara_told *told, void *ctx, struct vg_err *err);

#endif
