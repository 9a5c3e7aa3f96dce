#ifndef VG_CASEWORK_INTERNAL_H
#define VG_CASEWORK_INTERNAL_H
#include "casework/casework.h"

/* What the search of cases looks in: reference, organisation, summary in lower case. */
MUST vg_code casework_case_index(struct store_tx *tx, int64_t id, struct vg_err *err);

#endif
