#ifndef VG_EVALUATION_EVALUATION_H
#define VG_EVALUATION_EVALUATION_H
/*
 * Does the scheme prove its worth? Statistics with reference values, surveys answered by one-time tokens that cannot be
 * joined to answers, and evaluations whose decision rules are registered before any data opens. The scheme is
 * evaluated, never one person.
 */
#include "base/buf.h"
#include "base/msg.h"
#include "casework/casework.h"
#include "merge/merge.h"
#include "territory/territory.h"

/*
 * One statistic (alpha, icc, krippendorff, kendall-w, mcnemar, gap, ipa, suppress, did, strata, kaplan-meier, p-adjust,
 * proportion, rate-ratio) of a CSV text, params "k=v,k=v"; a JSON object is appended to out. VG_EUSAGE: no such
 * statistic or parameter; VG_EDATA names line and column.
 */
MUST vg_code evaluation_compute(const char *name, vg_str csv, vg_str params, struct vg_buf *out, struct vg_err *err);

/* For pages and lists that show a count: 95 % limits of x out of n (Wilson; 0 and 1 when n is 0), of a count x (exact,
 * Garwood 1936), and the exact two-sided p of McNemar's test on what changed one way and the other (1 when nothing
 * did). */
void evaluation_share(int64_t x, int64_t n, double *lo, double *hi);
void evaluation_count(int64_t x, double *lo, double *hi);
double evaluation_changed(int64_t gained, int64_t lost);
/* Fisher's exact two-sided p that x out of n and y out of m are of one share (all tables no likelier than the one seen,
 * relative tolerance 1e-7); 1 when n or m is 0. */
double evaluation_two_shares(int64_t x, int64_t n, int64_t y, int64_t m);
/* Two counts over equally long periods: 95 % limits of the ratio of their rates (exact given x + y, Clopper-Pearson);
 * 0 and INFINITY when nothing was counted. */
void evaluation_ratio(int64_t x, int64_t y, double *lo, double *hi);

/*
 * A plan is a JSON object: {"title","title_en", "questions":[...] or "questionnaire":"CODE@VERSION",
 * "breakdown":"group"|"zone"|"group,zone"|"", "threshold":5 or more, "rules":[{"name", "verdict":"go"|"extend"|"no-go",
 * "all":["did.lo > 1", ...]}]}. A question is {"code","fr","en"}; with "issue" and "axis":"importance"|"performance" it
 * places an issue on the map; with "for":["referents",...] it is put to these groups only (the breakdown has to have
 * group). Answers are 1 to 5. Rules are tried in order, the last one has no condition. What a condition may name:
 * did.rr lo hi log_rr p_two_sided p_one_sided pretrend_p quasi_lo quasi_hi least most, survey.n, survey.response_rate,
 * survey.CODE.mean. The plan's hash is in the ledger before data opens; it cannot change afterwards.
 */
MUST vg_code evaluation_plan(struct store_tx *tx, const struct actor *who, vg_str json, struct vg_id *pid,
                             struct vg_err *err);
/* A questionnaire {"code", "questions":[...]} gets the next version of its code; so does a table of questions (CSV with
 * the heading code, fr, en, and perhaps issue, axis, for), which goes by the code given. code: afterwards its code.
 * VG_EEXIST: its newest version says the same. */
MUST vg_code evaluation_questionnaire_add(struct store_tx *tx, const struct actor *who, vg_str text,
                                          char code[static 40], int64_t *version, struct vg_err *err);
/* What was recorded as "CODE@VERSION" as such a table. */
MUST vg_code evaluation_questionnaire_table(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err);
/* What was recorded as "CODE@VERSION", canonical JSON, as it was hashed; VG_EDATA: there is none. */
MUST vg_code evaluation_questionnaire_body(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err);
struct evaluation_questionnaire {
  vg_str code, sha256;
  int64_t version, entry, questions;
  vg_time added;
};
typedef vg_code evaluation_questionnaire_sink(void *ctx, const struct evaluation_questionnaire *q, struct vg_err *err);
MUST vg_code evaluation_each_questionnaire(struct store_tx *tx, evaluation_questionnaire_sink *sink, void *ctx,
                                           struct vg_err *err);

struct evaluation_state {
  struct vg_id pid;
  char title[160], state[12], breakdown[16], sha256[72];
  int64_t id, threshold, entry, asked, sheets; /* sheets: answers that came in, 0 until closed */
  vg_time planned, opened, closed;
  bool away; /* closed on another instance: its results are here, its answers are not; sheets 0: too few to be told */
};
MUST vg_code evaluation_find(struct store_tx *tx, vg_str pid, struct evaluation_state *out, struct vg_err *err);
typedef vg_code evaluation_sink(void *ctx, const struct evaluation_state *e, struct vg_err *err);
MUST vg_code evaluation_each(struct store_tx *tx, evaluation_sink *sink, void *ctx, struct vg_err *err);
/* In the language, when the plan has it. */
MUST vg_code evaluation_title(struct store_tx *tx, const struct evaluation_state *e, enum vg_lang lang,
                              char title[static 160], struct vg_err *err);
/* planned -> open -> closed. Nothing can be read of the answers before closed; nothing is answered after. */
MUST vg_code evaluation_open(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
MUST vg_code evaluation_close(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
/* Whom a 360° evaluation asks. Where a plan's questions name groups, these and theirs are known, and no others. */
enum { EVALUATION_AUDIENCES = 7 };
extern const char *const evaluation_audiences[EVALUATION_AUDIENCES];
/* One-time tokens for a group and a zone (empty when the plan does not break down by them), a line each: this is the
 * only time they are seen. VG_ESTATE: another survey asks people who may be the same (of the group and zone, or of any
 * where one of the two has none), and it is open or was closed with enough answers to show less than EVALUATION_APART
 * ago: the difference of the two would tell what one person answers, and no comparison of words finds all that ask the
 * same. Surveys closed on instances whose events were merged count too; what is open elsewhere is not known here. What
 * this cannot prevent: opinions that stay the same for longer. */
#define EVALUATION_APART (30 * VG_DAY)
MUST vg_code evaluation_token(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str group, vg_str zone,
                              int64_t count, struct vg_buf *out, struct vg_err *err);
/*
 * Answers "code=value" with a token, by nobody: what is stored names neither person nor token nor time, has no order of
 * arrival (docs/journal.md), and the ledger says nothing of it before the closing, so that no hour can be held against
 * who was seen when. VG_EBUSY: others hold the tables (PostgreSQL, 10 s). VG_EDENIED for a token
 * that was never given, was used, or whose survey is closed: the same answer. What this cannot prevent: whoever hands
 * out the tokens can use some himself and know a group's answers but his own, and whoever keeps the list of tokens and
 * reads the records themselves sees which are used; the ledger has how many were made for each group.
 */
MUST vg_code evaluation_answer(struct store_tx *tx, vg_str token, const char *const *answers, size_t count,
                               struct vg_err *err);
/* evaluation_title() of the survey that a token opens. */
MUST vg_code evaluation_survey_title(struct store_tx *tx, vg_str token, enum vg_lang lang, char title[static 160],
                                     struct vg_err *err);
/* The questions that are put to the token's group, without using it. */
typedef vg_code evaluation_question_sink(void *ctx, vg_str code, vg_str fr, vg_str en, struct vg_err *err);
MUST vg_code evaluation_questions(struct store_tx *tx, vg_str token, evaluation_question_sink *sink, void *ctx,
                                  struct vg_err *err);
/* How many tokens each declared cell was given. */
typedef vg_code evaluation_asked_sink(void *ctx, vg_str group, vg_str zone, int64_t asked, struct vg_err *err);
MUST vg_code evaluation_each_asked(struct store_tx *tx, int64_t plan, evaluation_asked_sink *sink, void *ctx,
                                   struct vg_err *err);
/* The registered plan, canonical JSON. */
MUST vg_code evaluation_body(struct store_tx *tx, int64_t plan, struct vg_buf *out, struct vg_err *err);
/*
 * Counts for the verdict, kind "did" (q,zone,expo,pilot,post,cases) or "survival" (zone,t,ev): checked, hashed into the
 * ledger. VG_ESTATE while the evaluation is only planned: rules come first. _data_read: the newest of a kind, empty
 * when there is none.
 */
MUST vg_code evaluation_data_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str kind, vg_str csv,
                                 struct vg_err *err);
struct evaluation_data {
  vg_str kind, sha256;
  int64_t entry;
  vg_time added;
};
typedef vg_code evaluation_data_sink(void *ctx, const struct evaluation_data *d, struct vg_err *err);
MUST vg_code evaluation_each_data(struct store_tx *tx, int64_t plan, evaluation_data_sink *sink, void *ctx,
                                  struct vg_err *err);
MUST vg_code evaluation_data_read(struct store_tx *tx, int64_t plan, const char *kind, struct vg_buf *out,
                                  struct vg_err *err);
/* Such counts out of the operations: incidents a quarter and zone with its companies as exposure, pilot zones and post
 * from the date on when the first pilot was one; or days from a measure's proposal to its adoption, by zone. */
MUST vg_code evaluation_counts(struct store_tx *tx, vg_str kind, vg_time from, vg_time to, vg_time since,
                               struct vg_buf *out, struct vg_err *err);
/*
 * The report of a closed evaluation as a JSON object:
 * {"verdict","rule","rules":[{"name","verdict","all":[{"condition","value","holds"}]}],"inputs":{...sha256...},"did",
 * "survival","map","questions",...}; value null: no such count, or hidden. did_csv: the counts of zones and
 * periods, or empty for those that were attached. by: "" or the declared breakdown (VG_EDENIED for any other). Cells
 * under the threshold are hidden, those of whom all or all but one chose the same end of the scale (group disclosure:
 * their mean would tell everybody's answer), and those from which either would follow: their counts, and all of a
 * question when the shown groups, and not the total alone, leave less than two points of the scale for a hidden mean. A
 * total of one mind is hidden too, and an issue of the map nearly all of whose answers are the same.
 * _results says the same without recording that it was made. Of a survey that was closed elsewhere it is what was told
 * there; VG_ESTATE with counts from outside.
 */
MUST vg_code evaluation_results(struct store_tx *tx, vg_str pid, vg_str by, struct vg_buf *out, struct vg_err *err);
MUST vg_code evaluation_report(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str did_csv, vg_str by,
                               struct vg_buf *out, struct vg_err *err);

/* The newest entry of the ledger that tells of a report (-1: none), its time, and whether counts were attached since.
 */
struct evaluation_reported {
  int64_t entry;
  vg_time at;
  bool stale;
};
MUST vg_code evaluation_last_report(struct store_tx *tx, vg_str pid, struct evaluation_reported *out,
                                    struct vg_err *err);

/*
 * A verdict computed again, step by step: the ledger is whole; the plan, each file of counts and the answers hash to
 * what the ledger said when they came; the rules came before the survey opened and before any counts; the last report's
 * verdict follows from them. did_csv: the counts that a report was given from outside, or empty. A check is unknown
 * when the ledger's body was erased by age, nothing was reported yet, or a report rests on counts that are not here.
 */
enum evaluation_outcome { EVALUATION_DIFFERS, EVALUATION_HOLDS, EVALUATION_UNKNOWN };
struct evaluation_check {
  const char *code; /* "ledger", "plan", "order", "data", "answers", "verdict" */
  enum evaluation_outcome outcome;
  int64_t entry; /* of the ledger, -1: none */
  vg_str said, found;
};
typedef vg_code evaluation_check_sink(void *ctx, const struct evaluation_check *c, struct vg_err *err);
MUST vg_code evaluation_verify(struct store_tx *tx, vg_str pid, vg_str did_csv, evaluation_check_sink *sink, void *ctx,
                               struct vg_err *err);

/* What stands in the scheme's way: a register with evidence of removal. */
struct obstacle {
  int64_t id, links; /* links: how many answers and cases stand behind it or show its end */
  struct vg_id pid;
  char family[40], title[200], zone[24], owner[96], evidence[256];
  int64_t severity; /* 1 to 4 */
  vg_time due, opened, removed;
};
MUST vg_code evaluation_obstacle_add(struct store_tx *tx, const struct actor *who, struct obstacle *o,
                                     struct vg_err *err);
/* Who sees to it, by when, and how grave it is: o->owner, due (VG_NOTIME: none), severity of o->pid. VG_ESTATE: nothing
 * of that is new; VG_ENOTFOUND: none of that name stands. */
MUST vg_code evaluation_obstacle_change(struct store_tx *tx, const struct actor *who, const struct obstacle *o,
                                        struct vg_err *err);
/* It is gone, says evidence; refs, as of _link: what shows that (an answer of a later evaluation, a case, a visit). */
MUST vg_code evaluation_obstacle_remove(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str evidence,
                                        const vg_str *refs, size_t count, struct vg_err *err);
typedef vg_code evaluation_obstacle_sink(void *ctx, const struct obstacle *o, struct vg_err *err);
MUST vg_code evaluation_each_obstacle(struct store_tx *tx, evaluation_obstacle_sink *sink, void *ctx,
                                      struct vg_err *err);

/* Those that a case, a visit or another thing stands behind, or whose end it shows; ref as of _link. */
MUST vg_code evaluation_each_obstacle_of(struct store_tx *tx, const struct actor *who, vg_str ref,
                                         evaluation_obstacle_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code evaluation_obstacle_find(struct store_tx *tx, vg_str pid, struct obstacle *o, struct vg_err *err);
/* What shows that it stands: the public id or reference of an incident, a case, an action, a diagnosis or a warning, or
 * "EVALUATION/CODE" for the answers to a question. VG_ENOTFOUND: there is no such thing, or not for who links;
 * VG_EEXIST: linked already. */
MUST vg_code evaluation_obstacle_link(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str ref,
                                      struct vg_err *err);
/* The questions whose answers may be linked, of the newest evaluations first, as "EVALUATION/CODE" with their words and
 * the evaluation's title; ref: this one alone, empty all. */
typedef vg_code evaluation_linkable_sink(void *ctx, vg_str ref, vg_str fr, vg_str en, vg_str title, struct vg_err *err);
MUST vg_code evaluation_each_linkable(struct store_tx *tx, vg_str ref, evaluation_linkable_sink *sink, void *ctx,
                                      struct vg_err *err);
/* removal: it shows that the obstacle is gone, not that it stood. ref: of a case its reference here, else as it was
 * linked; it need not be known here; p NULL: there is one that `who` may not see. */
typedef vg_code evaluation_link_sink(void *ctx, vg_str ref, bool removal, vg_time added, struct vg_err *err);
MUST vg_code evaluation_each_link(struct store_tx *tx, const struct actor *who, int64_t obstacle,
                                  evaluation_link_sink *sink, void *ctx, struct vg_err *err);
bool evaluation_link_seen(struct store_tx *tx, const struct actor *who, vg_str ref);
/* What may be linked to it and is not yet, of those that `who` may see: cases, incidents, visits and other actions,
 * diagnoses; words: in their names, empty any; the newest first, at most `limit` of a kind. Nothing of an inquiry,
 * which is linked from its own page, where it is read for a reason. */
struct evaluation_recent {
  const char *kind; /* "case", "incident", "action", "diagnosis" */
  vg_str ref, organisation, what;
  vg_time at;
};
typedef vg_code evaluation_recent_sink(void *ctx, const struct evaluation_recent *one, struct vg_err *err);
MUST vg_code evaluation_each_recent(struct store_tx *tx, const struct actor *who, const struct obstacle *o,
                                    vg_str words, int64_t limit, evaluation_recent_sink *sink, void *ctx,
                                    struct vg_err *err);
/* The same of one thing that is linked; nothing of an inquiry, an answer or a warning. */
MUST vg_code evaluation_link_words(struct store_tx *tx, vg_str ref, evaluation_recent_sink *sink, void *ctx,
                                   struct vg_err *err);

/*
 * Figures counted from the operations themselves, over the views that the rooms publish; nothing is stored. Each one
 * that is wanted is paired with one that shows the harm done while chasing it. The rows behind a figure are what is
 * counted: what goes away there is missing here.
 */
struct evaluation_figure {
  const char *code, *harm; /* harm: the code of its pair; NULL: it is a harm itself */
  const char *regime;      /* "prevention", "investigation" */
  int64_t count;
  /*
   * The period of the same length just before, seen from as far: what needs time to show (a clock that runs out, a
   * report without a case) had as long. -1: there is none (span.from is 0). lo, hi: limits of count / before, NAN
   * without it.
   */
  int64_t before;
  double lo, hi;
  /*
   * What the counts are held against: company-years and referent-years known here, followed-years (within a year of a
   * diagnosis), or how many there could have been (incidents, clocks, actions, visited, decisions, judged,
   * acquisitions). unit NULL, exposed 0: not known. rate_lo, rate_hi: limits of the ratio of the rates (exact given the
   * sum of the counts; of shares they are wider than need be), NAN unless both periods' exposure is known.
   */
  const char *unit;
  double exposed, exposed_before, rate_lo, rate_hi;
};
/* The number that a text which holds what counts are held against is put in the plural by: "1", "0" below two (one in
 * French, many in English), "2". */
const char *evaluation_exposure_plural(double exposed);
bool evaluation_exposed(const struct evaluation_figure *f); /* both are known: the trend is that of the rates */
struct evaluation_span {
  vg_time from, to; /* [from, to); from 0: since ever */
  const char *zone; /* "" all */
  bool before;      /* the period before this one instead */
};
/* 1: more than before, -1: less, beyond what chance does (1 lies outside the limits); 0: not shown. Of the rates where
 * the exposure is known, else of the counts alone, which also grow with the network. */
int evaluation_trend(const struct evaluation_figure *f);
typedef vg_code evaluation_figure_sink(void *ctx, const struct evaluation_figure *f, struct vg_err *err);
MUST vg_code evaluation_each_figure(struct store_tx *tx, const struct evaluation_span *span,
                                    evaluation_figure_sink *sink, void *ctx, struct vg_err *err);
/* One figure in each zone in the order of their codes (what has no zone is in none), or, code NULL, every figure of
 * each zone. span.zone is not read. VG_EUSAGE: no such figure. */
typedef vg_code evaluation_zone_sink(void *ctx, const char *zone, const struct evaluation_figure *f,
                                     struct vg_err *err);
MUST vg_code evaluation_each_zone(struct store_tx *tx, const char *code, const struct evaluation_span *span,
                                  evaluation_zone_sink *sink, void *ctx, struct vg_err *err);
/* VG_EUSAGE: no such figure. Rows that who may not see, and affairs of another regime than `of` (apart), come without
 * ref and label. of: REGIME_ANY is the figure's own; REGIME_BOTH asks for casework_combined of who->id. */
struct evaluation_row {
  vg_str ref, label, zone;
  vg_time at;
  bool apart;
};
/* The harm that a wanted figure is paired with; of a harm, the first figure that has it. NULL: none. */
const char *evaluation_figure_pair(const char *code);
/* What the figure counts: REGIME_PREVENTION or REGIME_INVESTIGATION. VG_EUSAGE: no such figure. */
MUST vg_code evaluation_figure_regime(const char *code, enum regime *of, struct vg_err *err);
typedef vg_code evaluation_row_sink(void *ctx, const struct evaluation_row *row, struct vg_err *err);
MUST vg_code evaluation_each_row(struct store_tx *tx, const struct actor *who, const char *code,
                                 const struct evaluation_span *span, enum regime of, evaluation_row_sink *sink,
                                 void *ctx, struct vg_err *err);
/* The same, of `limit` rows after the first `skip` ones. */
MUST vg_code evaluation_some_rows(struct store_tx *tx, const struct actor *who, const char *code,
                                  const struct evaluation_span *span, enum regime of, int64_t skip, int64_t limit,
                                  evaluation_row_sink *sink, void *ctx, struct vg_err *err);

/* What is gone (public ids, a line each) stands behind no obstacle. links: how many. */
MUST vg_code evaluation_links_forget(struct store_tx *tx, vg_str subjects, int64_t *links, struct vg_err *err);

/* How surveys that were closed on other instances are taken in: plan and results, never an answer. And obstacles. */
extern const struct merge_kind evaluation_merges[], obstacle_merges[];

extern const char evaluation_sql[], evaluation_sqlite_sql[], evaluation_pg_sql[];
extern const char evaluation_standard[]; /* the 360° questionnaire that Vigie brings along */

#endif
