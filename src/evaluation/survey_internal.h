#ifndef VG_EVALUATION_SURVEY_INTERNAL_H
#define VG_EVALUATION_SURVEY_INTERNAL_H
/* Shared by plan, questionnaire, survey, rules, issues and report. */
#include "base/json.h"
#include "evaluation/evaluation.h"
#include "evaluation/stat.h"

enum { DATA_MAX = 16 << 20, EVALUATION_HEX = 72 };

/* report.c. A verdict, the rule that gave it, and the SHA-256 of what it rests on ("" where there is none). */
struct verdict {
  char verdict[12], rule[160], answers[EVALUATION_HEX], did[EVALUATION_HEX], survival[EVALUATION_HEX];
};
void evaluation_hash(vg_str bytes, char hex[static EVALUATION_HEX]);
MUST vg_code answers_hash(struct store_tx *tx, int64_t plan, char hex[static EVALUATION_HEX], struct vg_err *err);
/* The same as a report of it says, recording nothing. */
MUST vg_code verdict_again(struct store_tx *tx, vg_str pid, vg_str did_csv, struct verdict *out, struct vg_err *err);

/* A report without a record of it. */
MUST vg_code evaluation_compose(struct store_tx *tx, vg_str pid, vg_str did_csv, vg_str by, struct vg_buf *out,
                                struct vg_err *err);
/* merged.c: the results of a closed survey, for other instances, when they are not what was told last. */
MUST vg_code evaluation_tell(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str did_csv,
                             struct vg_err *err);
/* survey.c. Is a question with this audience put to this group? */
bool survey_put_to(vg_str audience, vg_str group);
/*
 * PostgreSQL: whoever writes holds the tables of tokens and of open answers alone, before anything is read there, for
 * _mix gives both new files in the order of their random values, all rows by one transaction. SQLite: nothing.
 */
MUST vg_code survey_hold(struct store_tx *tx, struct vg_err *err);
MUST vg_code survey_mix(struct store_tx *tx, struct vg_err *err);
/* What the rules may name. */
struct facts {
  bool has_did;
  struct stat_did_result did;
  double sheets, response_rate;
  struct store_tx *tx;
  int64_t plan, threshold;
};
/* questionnaire.c. Each with code and both languages; by_group says whether a question may be kept for some groups. */
MUST vg_code questions_check(vg_jv questions, bool by_group, struct vg_err *err);
MUST vg_code questions_store(struct store_tx *tx, int64_t plan, vg_jv questions, struct vg_err *err);
/* question_table.c: the JSON of a questionnaire of this code out of a table with the columns code, fr, en, and perhaps
 * issue, axis and for (groups, a space between them). */
MUST vg_code question_table_read(vg_str table, vg_str code, struct vg_buf *json, struct vg_err *err);
/* issues.c: adds "map" to the report: the issues that enough sheets place on both axes. */
MUST vg_code issues_map(struct store_tx *tx, const struct evaluation_state *e, struct vg_jw *w, struct vg_err *err);
/* Does a condition ("did.lo > 1") have a known name, sign and number? known_code says whether a question code exists.
 */
MUST vg_code rules_check(vg_jv rules, vg_jv questions, struct vg_err *err);
/* The first rule whose conditions all hold; a fact that is not there (no counts given) never holds. */
MUST vg_code rules_apply(vg_jv rules, struct facts *f, char verdict[static 12], char name[static 160],
                         struct vg_err *err);
/* Adds "rules" to the report: each in order with its conditions, what was found for each and whether it holds. */
MUST vg_code rules_tell(vg_jv rules, struct facts *f, struct vg_jw *w, struct vg_err *err);
/* What was asked is not done in the state that the evaluation is in: the error that says it in words. */
MUST vg_code evaluation_not_in(const struct evaluation_state *e, struct vg_err *err);

#endif
