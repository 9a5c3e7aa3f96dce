#ifndef VG_PREVENTION_PREVENTION_H
#define VG_PREVENTION_PREVENTION_H
/*
 * Awareness and diagnosis. Actions (visits, talks) count who came, never name them. A diagnosis answers our framework
 * of 42 measures (data/prevention); its score is an interval over what is unknown with its coverage, never a bare
 * number; measures are ranked with every term of the ranking shown; their adoption is followed. Answers and steps are
 * only ever added. Views for other rooms: prevention_v_action, prevention_v_diagnosis, prevention_v_diagnosis_dated (in
 * the zone of its day, for figures).
 */
#include "base/hash.h"
#include "base/msg.h"
#include "casework/casework.h"
#include "merge/merge.h"
#include "paper/paper.h"
#include "sandbox/sandbox.h"

struct action {
  int64_t id, org, referent, people, sheets; /* org, referent: 0 none; sheets: feedback that is shown */
  struct vg_id pid;
  char kind[16], title[200], org_name[160], zone[24], place[128], referent_name[96], state[12], target[128], token[40],
      reason[200];
  vg_time at;
};
/* kind: visit, talk, workshop, public. The zone is the organisation's, else as given. target: for whom, "NAF:SIZE"
 * words where * is any. VG_EDENIED: the referent has no mandate in force at that time, or a conflict with the
 * organisation. */
MUST vg_code prevention_action_add(struct store_tx *tx, const struct actor *who, struct action *a, struct vg_err *err);
/* It took place: "NAF:SIZE:PEOPLE" counts are added to those that came by the code; "-:-:PEOPLE" is the general public.
 */
MUST vg_code prevention_action_done(struct store_tx *tx, const struct actor *who, vg_str pid,
                                    const char *const *audience, size_t count, struct vg_err *err);
/* It will not take place; or, with mistake, was written down as done though it never took place or stands twice: no
 * figure counts it; the reason stays with it. VG_ESTATE: cancelled already, or done and no mistake. */
MUST vg_code prevention_action_cancel(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason,
                                      bool mistake, struct vg_err *err);
MUST vg_code prevention_action_find(struct store_tx *tx, vg_str pid, struct action *out, struct vg_err *err);
typedef vg_code prevention_action_sink(void *ctx, const struct action *a, struct vg_err *err);
/* All, and those that are over, the latest first; those to come, by date. limit 0: all of them. */
enum action_part { ACTIONS_ALL, ACTIONS_PLANNED, ACTIONS_OVER };
MUST vg_code prevention_each_action(struct store_tx *tx, enum action_part part, int64_t from, int64_t limit,
                                    prevention_action_sink *sink, void *ctx, struct vg_err *err);
/* "" or "NAF:SIZE" words: does a company of this section and size belong to it? */
bool prevention_target_has(vg_str target, vg_str naf, vg_str size);
typedef vg_code prevention_audience_sink(void *ctx, vg_str naf, vg_str size, int64_t people, struct vg_err *err);
MUST vg_code prevention_each_audience(struct store_tx *tx, int64_t action, prevention_audience_sink *sink, void *ctx,
                                      struct vg_err *err);

/*
 * Attendance by a code on the wall: whoever comes opens PREFIX/TOKEN on a phone, says section and size, and is counted;
 * afterwards says what it was worth. Nothing names a person, and what is stored cannot be joined. Open from six hours
 * before to a week after; by nobody, so the ledger tells the totals when the action is done and not each count. Who
 * comes once it is done makes a version of its attendance, by "code QR", so that other instances count him too.
 */
MUST vg_code prevention_action_code(struct store_tx *tx, const struct actor *who, vg_str pid, char token[static 40],
                                    struct vg_err *err);
/* VG_ENOTFOUND: no such code. VG_ESTATE: the action is cancelled, or it is too early or too late. */
MUST vg_code prevention_by_token(struct store_tx *tx, vg_str token, struct action *out, struct vg_err *err);
MUST vg_code prevention_attend(struct store_tx *tx, vg_str token, vg_str naf, vg_str size,
                               struct vg_err *err); /* both empty: general public */
/* useful: 1 to 5; will: yes, perhaps, no ("I shall change something"); note: at most 500 bytes, may be empty. */
MUST vg_code prevention_feedback(struct store_tx *tx, vg_str token, int64_t useful, vg_str will, vg_str note,
                                 struct vg_err *err);
/* Of five sheets at a time, as they came: who looks again after each one that is sent reads nobody's. The last ones,
 * fewer than five, are not told. */
struct feedback {
  int64_t sheets, mark[5], yes, perhaps, no; /* mark[i]: how many gave i + 1 */
  double yes_lo, yes_hi;                     /* 95 %, Wilson */
};
MUST vg_code prevention_feedback_of(struct store_tx *tx, int64_t action, struct feedback *out, struct vg_err *err);
/* Contacts who accept to be written to, of the companies that the action is meant for (its organisation, else its zone
 * and target), that `who` may touch. */
struct recipient {
  int64_t org;
  vg_str organisation, name, duty, email, phone, address; /* address: lines, may be empty */
};
typedef vg_code prevention_recipient_sink(void *ctx, const struct recipient *r, struct vg_err *err);
MUST vg_code prevention_each_recipient(struct store_tx *tx, const struct actor *who, const struct action *a,
                                       prevention_recipient_sink *sink, void *ctx, struct vg_err *err);
/*
 * Mail merge: one letter a recipient on a sheet of its own (PDF, ODT, text), one message each as an mbox or as files of
 * their own (each), or their table (CSV, fit for any merge). In subject and text {company} {name} {duty} {action}
 * {date} {place} {referent} {zone} {contact} are filled in, by their French names too ({entreprise} {nom} {fonction}
 * {lieu}); any other word in braces is refused. The ledger tells how many, never to whom.
 */
enum mailing_form { MAILING_CSV, MAILING_MBOX, MAILING_PDF, MAILING_ODT, MAILING_TEXT, MAILING_FILES };
typedef vg_code prevention_message_sink(void *ctx, int64_t number, vg_str message, struct vg_err *err);
struct mailing {
  enum mailing_form form;
  enum vg_lang lang;
  vg_str subject, text; /* empty: our own invitation, in lang */
  vg_str from;          /* of messages: the sender's address */
  const int64_t *org;   /* only these companies, of the action's zone or not; orgs 0: all that it is meant for */
  size_t orgs;
  prevention_message_sink *each; /* of MAILING_FILES */
  void *ctx;
  int64_t written, without; /* afterwards: letters; recipients without an address that messages need */
  int64_t unaddressed;      /* of the letters: of companies whose postal address is not known */
};
bool prevention_mailing_by_suffix(vg_str suffix, enum mailing_form *out); /* "csv", "mbox", "pdf", "odt", "txt" */
/* VG_EDATA: a field that is none, no usable sender, a text over MAILING_TEXT_MAX bytes, nobody to write to. */
enum { MAILING_TEXT_MAX = 16 << 10 };
MUST vg_code prevention_mailing(struct store_tx *tx, const struct actor *who, const struct action *a, struct mailing *m,
                                struct vg_buf *out, struct vg_err *err);
/*
 * Sheets to hand out, a page A4 each: our own texts about one threat or habit (PREVENTION_SHEETS), with how the zone's
 * referents are reached and, when link is not empty, its QR code.
 */
extern const char *const prevention_sheets[]; /* ended by NULL */
struct handout {
  vg_str title, zone, referent, link;
  enum vg_lang lang;
  const char *const *sheet;
  size_t sheets;
};
bool prevention_sheet_known(vg_str code);
/* What follows each legal delay on the sheets: " (to revalidate: ...)", "" when all are certain. */
MUST vg_code prevention_sheet_mark(struct store_tx *tx, enum vg_lang lang, char mark[static CASEWORK_DOUBT],
                                   struct vg_err *err);
MUST vg_code prevention_handout(struct store_tx *tx, const struct handout *h, enum paper_format format,
                                struct vg_buf *out, struct vg_err *err);
/* What stands on a sheet, for pages: part is "title", "what" (a paragraph) or one of prevention_sheet_parts (a list).
 */
extern const char *const prevention_sheet_parts[]; /* "signs", "before", "when", NULL */
typedef void prevention_line_sink(void *ctx, vg_str line);
void prevention_sheet_lines(const char *sheet, const char *part, enum vg_lang lang, const char *mark,
                            prevention_line_sink *sink, void *ctx);
/* Whom to call: the referent (may be empty) and how the zone's are reached, then what holds for everybody. */
MUST vg_code prevention_call_lines(struct store_tx *tx, vg_str zone, vg_str referent, enum vg_lang lang,
                                   prevention_line_sink *sink, void *ctx, struct vg_err *err);
/* A name is kept only of who agreed, for a purpose that is said; withdrawing erases it. */
MUST vg_code prevention_attendee_add(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str name,
                                     vg_str contact, vg_str purpose, struct vg_err *err);
MUST vg_code prevention_attendee_withdraw(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str name,
                                          struct vg_err *err);
typedef vg_code prevention_attendee_sink(void *ctx, vg_str name, vg_str contact, vg_str purpose, vg_time agreed,
                                         struct vg_err *err);
MUST vg_code prevention_each_attendee(struct store_tx *tx, int64_t action, prevention_attendee_sink *sink, void *ctx,
                                      struct vg_err *err);
MUST vg_code prevention_qr_paper(struct paper *p, vg_str text, struct vg_err *err); /* on paper, 3 cm */
/* QR code (ISO/IEC 18004, level M) of a text of at most 1 KiB, appended to out as an SVG element with its quiet zone,
 * without any style. */
MUST vg_code prevention_qr(struct vg_buf *out, vg_str text, const char *label, struct vg_err *err);

/*
 * Exercises of phishing at a company: how many of a group opened, clicked, gave data, reported. Anonymous by
 * construction: of a file only the group (its column position), how far a row went and whether it was reported are
 * looked at, in memory; nothing else of a row, no digest of the file, is kept or told to the ledger.
 * - A group of fewer than five and one without a name are never stored: they are joined to others (""), with the
 *   smallest other group while those are fewer than five, so that no small group follows from totals. Sizes alone
 *   decide that: what is missing tells nothing of what people did.
 * - Of a count at most two fewer than the group is kept, "at least": that all did it, or all but one, who would know
 *   it of the others, cannot be told from two who did not. A total is short of the same, so that nothing follows
 * either.
 * - Two exercises of a company within EXERCISE_APART could be two cuts of the same people, whose difference is one
 *   person: the second is refused (its files can be counted with the first's, as one). Where it comes from another
 *   instance it is kept aside: it is there, and its counts are not shown, on every instance the same one.
 * - One that was entered wrongly is taken back: its counts are gone from the rows and from the ledger's bodies, of its
 * versions only sizes are ever shown; that it was, who took it back and why stays. Its days are free then, and it can
 * be counted again. What was seen before was seen, and files of the merge hold it, as they do two counts that differ.
 * That nobody did something is told. What this cannot prevent: whoever has the results themselves can say that they are
 * of another day; who saw one count of two that differ before another instance's was chosen has seen both.
 */
#define EXERCISE_APART (30 * VG_DAY)
enum { EXERCISE_GROUPS = 500, EXERCISE_MOST = 10000000, EXERCISE_FILE_MAX = 64 << 20 };
struct exercise_count {
  int64_t sent, opened, clicked, submitted, reported; /* sent >= opened >= clicked >= submitted; sent >= reported */
};
struct exercise_group {
  char name[64]; /* "": others */
  struct exercise_count count;
};
/* What the counts of a group may have been, at most; and limits of the share of those who clicked, over what may have
 * been (evaluation_share). */
struct exercise_count prevention_exercise_most(const struct exercise_count *c);
void prevention_exercise_share(const struct exercise_count *least, const struct exercise_count *most, double *lo,
                               double *hi);
struct exercise_groups {
  struct exercise_group group[EXERCISE_GROUPS + 1];
  size_t n;
  int64_t undelivered; /* rows that the message did not reach; not in the counts */
  char source[16];     /* "gophish"; "": counts */
};
/* Adds results as GoPhish exports them: CSV (status, position, reported found by heading) or the campaign's JSON.
 * VG_EDATA names the row. */
MUST vg_code prevention_exercise_read(vg_str text, struct exercise_groups *g, struct vg_err *err);
/* Adds "NAME:SENT:OPENED:CLICKED:SUBMITTED:REPORTED". */
MUST vg_code prevention_exercise_count(struct exercise_groups *g, vg_str word, struct vg_err *err);
struct exercise {
  int64_t id, org, undelivered;
  struct vg_id pid;
  char org_name[160], zone[24], name[120], scenario[200], source[16];
  char reason[192]; /* why it was taken back: it has no counts then; "": it stands */
  vg_time at;
  bool aside;                        /* of the counts only those sent are told, and no groups */
  struct exercise_count total, most; /* of opened, clicked, submitted, reported: at least, and at most */
};
/* e: name, scenario, at (not in the future). VG_EDATA: too few people; VG_EEXIST: the company has one of that name and
 * time; VG_ESTATE: it has one within EXERCISE_APART. */
MUST vg_code prevention_exercise_add(struct store_tx *tx, const struct actor *who, const struct org *o,
                                     struct exercise *e, struct exercise_groups *g, struct vg_err *err);
/* It was entered wrongly: no figure counts it, and its counts are shown nowhere any more. VG_ESTATE: taken back
 * already, or what the ledger says of it is held. */
MUST vg_code prevention_exercise_take_back(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason,
                                           struct vg_err *err);
MUST vg_code prevention_exercise_find(struct store_tx *tx, vg_str pid, struct exercise *out, struct vg_err *err);
typedef vg_code prevention_exercise_sink(void *ctx, const struct exercise *e, struct vg_err *err);
/* Newest first; org 0: all that the actor may see. */
MUST vg_code prevention_each_exercise(struct store_tx *tx, const struct actor *who, int64_t org,
                                      prevention_exercise_sink *sink, void *ctx, struct vg_err *err);
/* Two who counted one exercise without knowing of each other each cut it as they liked, and from both cuts, or both
 * totals, people could be told apart: of a version of its count only how many groups and people it is of, or why it was
 * taken back, is ever shown, a JSON object. */
MUST vg_code prevention_exercise_size(vg_str value, struct vg_buf *out, struct vg_err *err);
typedef vg_code prevention_exercise_group_sink(void *ctx, const struct exercise_group *g, struct vg_err *err);
MUST vg_code prevention_each_exercise_group(struct store_tx *tx, int64_t exercise, prevention_exercise_group_sink *sink,
                                            void *ctx, struct vg_err *err);
/* First against last exercise of each company that had two: share of those who clicked. Nobody is followed from one to
 * the other, so the test is Fisher's exact one of two shares, and Holm's p over the companies; what may have been more
 * ("at least") counts as it would speak least for a change. effect: how many fell and rose, with the exact sign test.
 */
struct exercise_change {
  struct exercise first, last;
  int64_t exercises;
  double p, holm;
};
struct exercise_effect {
  int64_t companies, fell, rose;
  double p;
};
typedef vg_code prevention_exercise_change_sink(void *ctx, const struct exercise_change *c, struct vg_err *err);
MUST vg_code prevention_each_exercise_change(struct store_tx *tx, const struct actor *who, vg_str zone,
                                             prevention_exercise_change_sink *sink, void *ctx,
                                             struct exercise_effect *effect, struct vg_err *err);

/* How far prevention went in a zone between two instants: a company is met by a visit done or a diagnosis made. */
struct reach {
  vg_str zone;
  int64_t actions, people, companies, met;
  int64_t exercises, exercised, tested; /* exercises, people who got one, companies that had one */
  double actions_lo, actions_hi;        /* 95 % of the count, exact Poisson */
  double share, lo, hi; /* met out of the companies known in the zone, 95 % Wilson; lo 0 and hi 1 when none is known */
  double tested_lo, tested_hi; /* the same of tested */
};
typedef vg_code prevention_reach_sink(void *ctx, const struct reach *r, struct vg_err *err);
MUST vg_code prevention_each_reach(struct store_tx *tx, vg_time from, vg_time to, prevention_reach_sink *sink,
                                   void *ctx, struct vg_err *err);
/* What a hand-out for this action should speak of: the kinds of incident reported in its zone (and its sectors) in the
 * year, most often first. */
typedef vg_code prevention_threat_sink(void *ctx, vg_str kind, int64_t reported, struct vg_err *err);
MUST vg_code prevention_each_threat(struct store_tx *tx, const struct action *a, prevention_threat_sink *sink,
                                    void *ctx, struct vg_err *err);

enum { MEASURES_MAX = 2000 }; /* of one framework; the longest that is published has some 1,400 */
#define PREVENTION_FRAMEWORK_CODE "vigie-42"
#define PREVENTION_FRAMEWORK PREVENTION_FRAMEWORK_CODE "/1" /* ours, built in: data/prevention */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_PARTLY, ANSWER_YES, ANSWER_NA, ANSWERS };
enum { UNSAID_BENEFIT = 1, UNSAID_EFFORT = 2 };
struct measure {
  int number; /* its place in the framework, from 1 */
  char ref[24], theme[120], title[280], counters[64], theme_en[120],
      title_en[280]; /* _en: "" where there is none. ref: as the framework numbers it; counters: the kinds of
incident that it helps against, "*" all */
  int benefit, effort;
  int64_t unsaid; /* which of them nobody said: they are 2 then */
  enum answer answer;
  char adoption[12]; /* one of prevention_adoptions; "" */
  char why[200];     /* of a refusal */
  /* The ranking: value = benefit x gap x (1 + sector + size + zone + live) / effort; find_out: unknown, so ask first.
   */
  double gap, sector, size, zone, live, value;
  bool find_out;
  bool conflict; /* two instances answered differently, neither knowing of the other: it counts as unknown until
                    somebody answers again */
  bool adoption_conflict;
};
struct diagnosis {
  int64_t id, org;
  struct vg_id pid;
  char org_name[160], zone[24], naf[4], size[8], framework[80];
  vg_time made, follow_up;    /* follow_up: six months after (SUIVI6M) */
  double low, high, coverage; /* 0 to 1, weighted by benefit */
  int measures, conflicts;
  int said; /* measures that the company says are done, not confirmed: the score takes no account of them */
  struct measure *measure; /* by number; rank[] gives the order of value, what is in place last. Both its own */
  int *rank;
  size_t room; /* of both, in measures */
};
/* Frees its measures. What fills a diagnosis (_find, _advice, _framework_load) takes one of {0}, or one that was filled
 * before; it must be ended also when that failed. */
void prevention_diagnosis_fini(struct diagnosis *d);
/* In the language where the framework has it (ours has both), else as it is. */
const char *prevention_measure_title(const struct measure *m, enum vg_lang lang);
const char *prevention_measure_theme(const struct measure *m, enum vg_lang lang);
/* The number of the measure with this reference, or that has this number while none has it as its reference; 0: none.
 */
int64_t prevention_measure_named(const struct diagnosis *d, vg_str word);
const char *prevention_answer_name(enum answer a); /* "unknown", "no", "partly", "yes", "n/a" */
/* framework: "code/version", empty for ours. action: public id, or empty. */
MUST vg_code prevention_diagnosis_open(struct store_tx *tx, const struct actor *who, const struct org *o,
                                       vg_str framework, vg_str action, struct vg_id *pid, struct vg_err *err);
/* "NUMBER=ANSWER" each. It replaces whatever answers to the measure are in force here. */
MUST vg_code prevention_diagnosis_answer(struct store_tx *tx, const struct actor *who, vg_str pid,
                                         const char *const *answers, size_t count, struct vg_err *err);
/* proposed, accepted, doing, said (done, as the company says), done (confirmed by us), refused; ended by NULL. */
extern const char *const prevention_adoptions[];
/* refused needs a reason. done answers the measure with yes; from the company itself it is only said, until somebody of
 * the house confirms it. VG_ESTATE: it is confirmed, and the company's word no longer changes it. */
MUST vg_code prevention_adopt(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t measure,
                              const char *state, vg_str reason, struct vg_err *err);
MUST vg_code prevention_diagnosis_find(struct store_tx *tx, vg_str pid, struct diagnosis *out, struct vg_err *err);
/* Of one that was found: the value of each measure with its terms, and the order. Looks at a year of incidents. */
MUST vg_code prevention_rank(struct store_tx *tx, struct diagnosis *d, struct vg_err *err);
typedef vg_code prevention_diagnosis_sink(void *ctx, const struct diagnosis *d, struct vg_err *err);
MUST vg_code prevention_each_diagnosis(struct store_tx *tx, int64_t org, prevention_diagnosis_sink *sink, void *ctx,
                                       struct vg_err *err);
/* Visits of six months that are due within VISIT_AHEAD or were, of the last diagnosis of each company that `who` may
 * see in his zone (all without one), while none is planned; the latest diagnoses first, at most `limit`, 0 all. d:
 * without its measures. */
#define VISIT_AHEAD (14 * VG_DAY)
MUST vg_code prevention_each_visit_due(struct store_tx *tx, const struct actor *who, int64_t limit,
                                       prevention_diagnosis_sink *sink, void *ctx, struct vg_err *err);
/* What a company of this section, size and zone should do first when nothing of it is in place: out->rank over our
 * framework, for hand-outs. */
MUST vg_code prevention_advice(struct store_tx *tx, vg_str naf, vg_str size, vg_str zone, struct diagnosis *out,
                               struct vg_err *err);
/* What was answered differently without either knowing of the other: every version that is in force. */
typedef vg_code prevention_version_sink(void *ctx, int64_t measure, vg_str what, vg_str value, vg_str person,
                                        vg_time at, struct vg_err *err);
MUST vg_code prevention_each_conflict(struct store_tx *tx, int64_t diagnosis, prevention_version_sink *sink, void *ctx,
                                      struct vg_err *err);

/*
 * What who runs the company reads: where it stands as an interval in words, three to seven measures to do first with
 * why and effort, what to find out, whom to call, the next visit. On one sheet of A4, two at most; the ranking with its
 * terms and every answer are the annex.
 */
enum summary_part { SUMMARY_HEADING, SUMMARY_TEXT, SUMMARY_NOTE, SUMMARY_ITEM, SUMMARY_METER, SUMMARY_MEASURE };
struct summary_line {
  enum summary_part part;
  vg_str text, why, effort; /* text: of all but the meter; why, effort: of a measure, those of one table together */
  double low, high;         /* of the meter */
};
typedef void prevention_summary_sink(void *ctx, const struct summary_line *l);
MUST vg_code prevention_each_summary(struct store_tx *tx, const struct diagnosis *d, enum vg_lang lang,
                                     prevention_summary_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code prevention_summary(struct store_tx *tx, const struct diagnosis *d, enum vg_lang lang, bool annex,
                                enum paper_format format, struct vg_buf *out, struct vg_err *err);
/* Every term of a measure's value, as a formula. */
enum { MEASURE_TERMS = 96 };
/* Has a measure a term that nobody said (marked by a star)? */
bool prevention_any_unsaid(const struct diagnosis *d);
const char *prevention_measure_terms(char out[static MEASURE_TERMS], const struct measure *m, enum vg_lang lang);
/* The message that says its answer; "in conflict" and "find out" are among them. */
const char *prevention_measure_answer(const struct measure *m);

/*
 * Before and after, over the companies of a zone ("" all) that have two diagnoses or more on the same framework: first
 * against last, measure by measure, on the companies that answered both times. framework: "code/version", or "code" for
 * all its versions together ("": ours): of two versions the measures of one ref are compared, the others named by their
 * state. in place: yes. p: McNemar's exact test; holm: the same, held against how many were made.
 */
enum effect_state {
  EFFECT_COMMON,
  EFFECT_REWORDED, /* the versions word it differently: compared, and to be read with care */
  EFFECT_GONE,     /* the newest version in use asks it no more */
  EFFECT_NEW       /* the oldest version in use did not ask it */
};
struct effect {
  int number;                  /* in that version */
  vg_str ref, title, title_en; /* title_en: may be empty */
  vg_str version;              /* the newest that has it */
  enum effect_state state;
  int64_t companies, before, after, gained, lost;
  double p, holm;
};
typedef vg_code prevention_effect_sink(void *ctx, const struct effect *e, struct vg_err *err);
MUST vg_code prevention_each_effect(struct store_tx *tx, vg_str framework, vg_str zone, prevention_effect_sink *sink,
                                    void *ctx, struct vg_err *err);
/* The company's diagnosis before this one on any version of its framework; VG_ENOTFOUND: none. */
MUST vg_code prevention_diagnosis_before(struct store_tx *tx, const struct diagnosis *d, struct vg_id *pid,
                                         struct vg_err *err);
/* Two diagnoses on versions of one framework, measure by measure: before is NULL when only the later one asks it, after
 * when only the earlier one did. */
typedef vg_code prevention_change_sink(void *ctx, const struct measure *before, const struct measure *after,
                                       struct vg_err *err);
MUST vg_code prevention_each_change(const struct diagnosis *first, const struct diagnosis *last,
                                    prevention_change_sink *sink, void *ctx, struct vg_err *err);
/* The same in one figure, over the measures answered with yes, partly or no both times: in place now and not before,
 * before and no more; p of McNemar's exact test, measures taken as independent. */
struct progress {
  int64_t both, gained, lost;
  double p;
};
void prevention_progress(const struct diagnosis *first, const struct diagnosis *last, struct progress *out);
/* Which message says it: server.diagnosis.progress.up or .down when p is under 5 %, else .unclear; its argument is p in
 * percent, "< 1" or whole. */
const char *prevention_progress_id(const struct progress *p);
char *prevention_progress_percent(char out[static 16], const struct progress *p);

/* Frameworks. The measures of one (code/version), by number; VG_ENOTFOUND when there is none. */
MUST vg_code prevention_framework_load(struct store_tx *tx, struct diagnosis *d, struct vg_err *err);
/*
 * A file as text to import: our JSON form as it is, a library of CISO Assistant (YAML) turned into it in a cell (see
 * prevention/library.h). locale: the language wanted where the file has several; empty: its own. sha256: of the file.
 */
enum { FRAMEWORK_JSON_MAX = 16 << 20, DETAIL_MAX = 4000 };
MUST vg_code prevention_framework_read(const char *path, vg_str locale, struct vg_buf *json,
                                       char sha256[static 2 * VG_SHA256_SIZE + 1], struct vg_err *err);
/*
 * Takes one in from JSON:
 * {"code","version","name","lang","source","measures":[{"ref","theme","title","benefit":1-3,"effort":1-3,"counters":
 * "phishing fraud" or "*","detail": at most DETAIL_MAX - 1 bytes, may be absent}]}, measures of one theme together.
 * "unsaid" (1: the benefit, 2: the effort): as a library that does not say them. terms: what a library does not say,
 * CSV with the heading ref,benefit,effort,counters (a column or a value may be absent), instead of what the measures
 * say; empty: none. What stands under a code and version never changes: VG_EEXIST, give another version. VG_EDATA names
 * the measure, or the row of terms.
 */
struct framework_taken {
  int64_t measures, unsaid; /* unsaid: whose effort or benefit nobody said */
};
MUST vg_code prevention_framework_import(struct store_tx *tx, const struct actor *who, vg_str json, const char *sha256,
                                         vg_str terms, struct framework_taken *out, struct vg_err *err);
/* What a measure asks in full, of those that have more than a title. */
typedef vg_code prevention_detail_sink(void *ctx, int64_t measure, vg_str detail, struct vg_err *err);
MUST vg_code prevention_each_detail(struct store_tx *tx, vg_str framework, prevention_detail_sink *sink, void *ctx,
                                    struct vg_err *err);
struct framework {
  vg_str code, version, name, name_en, lang, source, sha256; /* name_en: of ours, else empty */
  int64_t measures;
  vg_time imported; /* VG_NOTIME: built in */
};
vg_str prevention_framework_name(const struct framework *f, enum vg_lang lang);
typedef vg_code prevention_framework_sink(void *ctx, const struct framework *f, struct vg_err *err);
MUST vg_code prevention_each_framework(struct store_tx *tx, prevention_framework_sink *sink, void *ctx,
                                       struct vg_err *err);

/* Answers and steps that two instances gave differently, over all diagnoses; and how events of other instances are
 * taken in (ended by a NULL kind). */
MUST vg_code prevention_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err);
/* The same, each: field "answer N" or "adoption N" of the diagnosis. They are settled by answering again. */
MUST vg_code prevention_each_differing(struct store_tx *tx, merge_version_sink *sink, void *ctx, struct vg_err *err);
/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code prevention_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
extern const struct merge_kind prevention_merges[];
extern const struct cell_parser framework_parser;

extern const char prevention_sql[];

#endif
