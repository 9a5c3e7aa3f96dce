#ifndef VG_EVALUATION_EVALUATION_H
#define VG_EVALUATION_EVALUATION_H
/*
 * Does the scheme prove its worth? Statistics with reference values, surveys answered by one-time tokens that cannot be joined to answers, and
 * evaluations whose decision rules are registered before any data opens. The scheme is evaluated, never one person.
 */
#include "base/buf.h"
#include "territory/territory.h"

/*
 * One statistic (alpha, icc, krippendorff, kendall-w, mcnemar, gap, ipa, suppress, did, strata, kaplan-meier, p-adjust, proportion, rate-ratio)
 * of a CSV text, params "k=v,k=v"; a JSON object is appended to out. VG_EUSAGE: no such statistic or parameter; VG_EDATA names line and column.
 */
MUST vg_code evaluation_compute(const char *name, vg_str csv, vg_str params, struct vg_buf *out, struct vg_err *err);

/* For pages and lists that show a count: 95 % limits of x out of n (Wilson; 0 and 1 when n is 0), of a count x (exact, Garwood 1936), and the exact
 * two-sided p of McNemar's test on what changed one way and the other (1 when nothing did). */
void evaluation_share(int64_t x, int64_t n, double *lo, double *hi);
void evaluation_count(int64_t x, double *lo, double *hi);
double evaluation_changed(int64_t gained, int64_t lost);

/*
 * A plan is a JSON object: {"title", "questions":[{"code","fr","en"}], "breakdown":"group"|"zone"|"group,zone"|"", "threshold":5 or more,
 * "rules":[{"name", "verdict":"go"|"extend"|"no-go", "all":["did.lo > 1", ...]}]}. Answers are 1 to 5. Rules are tried in order, the last one has no
 * condition. What a condition may name: did.rr lo hi log_rr p_two_sided p_one_sided pretrend_p quasi_lo quasi_hi least most, survey.n,
 * survey.response_rate, survey.CODE.mean. The plan's hash is in the ledger before data opens; it cannot change afterwards.
 */
MUST vg_code evaluation_plan(struct store_tx *tx, const struct actor *who, vg_str json, struct vg_id *pid, struct vg_err *err);
struct evaluation_state {
  struct vg_id pid;
  char title[160], state[12], breakdown[16], sha256[72];
  int64_t id, threshold, entry, asked, sheets; /* sheets: answers that came in, 0 until closed */
  vg_time planned, opened, closed;
};
MUST vg_code evaluation_find(struct store_tx *tx, vg_str pid, struct evaluation_state *out, struct vg_err *err);
typedef vg_code evaluation_sink(void *ctx, const struct evaluation_state *e, struct vg_err *err);
MUST vg_code evaluation_each(struct store_tx *tx, evaluation_sink *sink, void *ctx, struct vg_err *err);
/* planned -> open -> closed. Nothing can be read of the answers before closed; nothing is answered after. */
MUST vg_code evaluation_open(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
MUST vg_code evaluation_close(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
/* One-time tokens for a group and a zone (empty when the plan does not break down by them), a line each: this is the only time they are seen. */
MUST vg_code evaluation_token(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str group, vg_str zone, int64_t count, struct vg_buf *out,
                              struct vg_err *err);
/* Answers "code=value" with a token, by nobody: what is stored names neither person nor token nor time. VG_EDENIED for a token that was never
 * given, was used, or whose survey is closed: the same answer. */
MUST vg_code evaluation_answer(struct store_tx *tx, vg_str token, const char *const *answers, size_t count, struct vg_err *err);
/* The questions of the survey that a token opens, without using it. */
typedef vg_code evaluation_question_sink(void *ctx, vg_str code, vg_str fr, vg_str en, struct vg_err *err);
MUST vg_code evaluation_questions(struct store_tx *tx, vg_str token, evaluation_question_sink *sink, void *ctx, struct vg_err *err);
/*
 * The report of a closed evaluation as a JSON object, recorded in the ledger: {"verdict","rule","inputs":{...sha256...},"did","questions",...}.
 * did_csv: the counts of zones and periods, or empty. by: "" or the declared breakdown (VG_EDENIED for any other). Cells under the threshold are
 * hidden, and so are those from which they would follow.
 */
MUST vg_code evaluation_report(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str did_csv, vg_str by, struct vg_buf *out,
                               struct vg_err *err);

/* What stands in the scheme's way: a register with evidence of removal. */
struct obstacle {
  struct vg_id pid;
  char family[40], title[200], zone[24], owner[96], evidence[256];
  int64_t severity; /* 1 to 4 */
  vg_time due, opened, removed;
};
MUST vg_code evaluation_obstacle_add(struct store_tx *tx, const struct actor *who, struct obstacle *o, struct vg_err *err);
MUST vg_code evaluation_obstacle_remove(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str evidence, struct vg_err *err);
typedef vg_code evaluation_obstacle_sink(void *ctx, const struct obstacle *o, struct vg_err *err);
MUST vg_code evaluation_each_obstacle(struct store_tx *tx, evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err);

extern const char evaluation_sql[];

#endif
