#ifndef VG_CELLS_H
#define VG_CELLS_H
/*
 * The one table of everything that parses hostile bytes: a line a parser. It stands above the floors, since parsers
 * live in several rooms. A program that orders cells (vigie, a test) calls this first of all:
 *
 *     int main(int argc, char **argv) { cell_main(argc, argv, &cells); ... }
 */
#include "sandbox/sandbox.h"

extern const struct cell_table cells;

#endif
