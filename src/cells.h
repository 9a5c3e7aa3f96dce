#ifndef VG_CELLS_H
#define VG_CELLS_H
/* Every parser that may run in a cell, by name. */
#include "sandbox/sandbox.h"

extern const struct cell_table cells;

#endif
