#ifndef VG_CLI_FINDING_H
#define VG_CLI_FINDING_H
/* Findings of an analysis as the command line writes them. */
#include "analysis/analysis.h"
#include "cli/cli.h"

/* The whole line. Absent times and values are null; a path that is not UTF-8 adds path_b64. */
void finding_print_json(struct cli *c, const struct finding *f);
/* A problem in words. */
void finding_sentence(struct vg_buf *b, enum vg_lang lang, const struct found_problem *p);

#endif
