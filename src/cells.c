#include "cells.h"

#include "analysis/analysis.h"
#include "evidence/evidence.h"

static const struct cell_parser *const parsers[] = {
    &analysis_image_parser,
    &evidence_verify_parser,
};

const struct cell_table cells = {parsers, sizeof parsers / sizeof parsers[0]};
