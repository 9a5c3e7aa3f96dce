#ifndef VG_CLI_ASSESSMENT_H
#define VG_CLI_ASSESSMENT_H
/* An assessment with its reasons, as text and as JSON: the same for a value, a request and a file. */
#include "cli/cli.h"
#include "qualify/qualify.h"

/* Keys probability, word, confidence, because into the object that is open. */
void cli_json_assessment(struct cli *c, struct vg_jw *w, const struct qualify_assessment *a);
void cli_say_assessment(struct cli *c, vg_str subject, const struct qualify_assessment *a);

#endif
