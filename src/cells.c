#include "cells.h"

#include "evidence/evidence.h"

static const struct cell_parser *const parsers[] = {
    &evidence_parser, /* "evidence": hashes of a foreign image's content */
};
const struct cell_table cells = {parsers, VG_COUNT(parsers)};
