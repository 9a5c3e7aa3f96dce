#ifndef VG_PREVENTION_LIBRARY_H
#define VG_PREVENTION_LIBRARY_H
/*
 * Libraries of CISO Assistant (YAML, its public format: ref_id, name, version, provider, copyright, locale,
 * translations, objects.framework or objects.frameworks with requirement_nodes of urn, parent_urn, assessable, ref_id,
 * name, description, annotation, weight, translations), turned into our own JSON form inside the cell "framework". Each
 * assessable node is a measure. Its theme is the highest heading above it that tells measures apart; its benefit is its
 * weight (1 to 3, 2 when none is given); effort is not said in such a file and is 2; it counters "*".
 */
#include "sandbox/sandbox.h"

enum { LIBRARY_FILE_MAX = 8 << 20, LIBRARY_NODES = 8000 };
/* Appends the JSON form (prevention_framework_import) to out. locale: the language wanted where the file has it; empty:
 * the file's own. VG_EDATA says what is wrong, VG_ELIMIT: too large, too many measures. */
MUST vg_code library_read(vg_str bytes, vg_str locale, struct vg_buf *out, struct vg_err *err);

#endif
