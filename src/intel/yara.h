#ifndef VG_INTEL_YARA_H
#define VG_INTEL_YARA_H
/* What the compiler of YARA rules tells; of this room and its fuzz target only. */
#include "intel/intel.h"
#include "sandbox/sandbox.h"

/* rule: which one, from 0. f: borrowed for the call. */
typedef void intel_fault_sink(void *ctx, size_t rule, const struct intel_rule_fault *f);
/* INSIDE A CELL ONLY. texts: as yara.c says. Each rule that does not compile, alone or together with the good ones
 * before it, is told. VG_ENOMEM; VG_ECELL: no such texts. */
vg_code yara_check(vg_str texts, intel_fault_sink *sink, void *ctx, struct vg_err *err);

#endif
