#ifndef VG_EVALUATION_SURVEY_INTERNAL_H
#define VG_EVALUATION_SURVEY_INTERNAL_H
/* Shared by plan, survey, rules and report. */
#include "base/json.h"
#include "evaluation/evaluation.h"
#include "evaluation/stat.h"

/* What the rules may name. */
struct facts {
  bool has_did;
  struct stat_did_result did;
  double sheets, response_rate;
  struct store_tx *tx;
  int64_t plan;
};
/* Does a condition ("did.lo > 1") have a known name, sign and number? known_code says whether a question code exists. */
MUST vg_code rules_check(vg_jv rules, vg_jv questions, struct vg_err *err);
/* The first rule whose conditions all hold; a fact that is not there (no counts given) never holds. */
MUST vg_code rules_apply(vg_jv rules, struct facts *f, char verdict[static 12], char name[static 160], struct vg_err *err);

#endif
