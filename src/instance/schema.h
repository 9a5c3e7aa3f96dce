#ifndef VG_INSTANCE_SCHEMA_H
#define VG_INSTANCE_SCHEMA_H
/* Every room's tables, in order of floors: what store_open is given. */
#include "store/store.h"

extern const struct store_schema instance_schemas[];
extern const size_t instance_schema_count;

#endif
