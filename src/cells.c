#include "cells.h"

#include "analysis/analysis.h"
#include "evidence/evidence.h"

static const struct cell_parser *const parsers[] = {
    &analysis_parser, /* "image": volumes, files and contents of an image, a file or a directory */
    &evidence_parser, /* "evidence": hashes of a foreign image's content */
};
const struct cell_table cells = {parsers, VG_COUNT(parsers)};
