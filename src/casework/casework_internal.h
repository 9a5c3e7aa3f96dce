#ifndef VG_CASEWORK_INTERNAL_H
#define VG_CASEWORK_INTERNAL_H
#include "casework/casework.h"

/* The columns of a case, as casework_case_read takes them. */
#define CASE_COLUMNS_OF                                                                                                \
  "SELECT c.id, c.pid, c.ref, i.pid, i.org, o.name, c.frame, c.zone, c.tlp, c.opened, c.state FROM "
#define CASE_JOINS "JOIN casework_incident i ON i.id = c.incident JOIN territory_org o ON o.id = i.org "
#define CASE_COLUMNS CASE_COLUMNS_OF "casework_case c " CASE_JOINS
void casework_case_read(struct store_rows *q, struct affair *a);
/* "", or a SHA-256 in lower-case hex. */
bool casework_hash_ok(vg_str s);
/* To be called when a case of the incident was opened or is gone: whether it still waits for one. */
MUST vg_code casework_incident_settle(struct store_tx *tx, int64_t incident, struct vg_err *err);
/* Trims the words of a task and makes the owner somebody known where he is: owner is that person (id 0: nobody), whose
 * name t->owner then borrows. VG_EUSAGE says what is wrong with the words. */
MUST vg_code casework_task_settle(struct store_tx *tx, struct task *t, struct person *owner, struct vg_err *err);
/* For many new cases: their folded words (vg_fold_words) as rows of the search, and those put. */
MUST vg_code casework_texts_put(struct store_tx *tx, struct store_later *texts, struct vg_err *err);
void casework_text_later(struct store_tx *tx, struct store_later *texts, int64_t id, vg_time opened, vg_str folded);
/* Puts the case's words into the index of the search; to be called when they have changed. */
MUST vg_code casework_case_index(struct store_tx *tx, int64_t id, struct vg_err *err);

/* Settles its time and says what is wrong with a finding, its exhibit aside. */
MUST vg_code casework_finding_check(struct store_tx *tx, struct finding_entry *f, struct vg_err *err);
/* What the ledger tells of it ("case.finding"). */
MUST vg_code casework_finding_body(const struct affair *a, const struct finding_entry *f, const char *exhibit,
                                   struct vg_buf *body, struct vg_err *err);
/* The indicators in a text, a party's name and details become marks; the marks of an origin go. */
MUST vg_code casework_mark_text(struct store_tx *tx, const struct actor *who, int64_t case_id, vg_str text,
                                const char *origin, struct vg_err *err);
MUST vg_code casework_mark_party(struct store_tx *tx, const struct actor *who, int64_t case_id, const struct party *p,
                                 struct vg_err *err);
/* For many new cases: the same marks go to `marks`; _marks_put writes them, links what they have in common with others
 * in the order of the cases, and empties it. */
MUST vg_code casework_mark_text_later(struct store_later *marks, int64_t case_id, vg_str text, const char *origin,
                                      struct vg_err *err);
MUST vg_code casework_mark_later(struct store_later *marks, int64_t case_id, vg_str type, vg_str value,
                                 const char *origin, struct vg_err *err);
MUST vg_code casework_marks_put(struct store_tx *tx, const struct actor *who, struct store_later *marks,
                                struct vg_err *err);
MUST vg_code casework_mark_forget(struct store_tx *tx, const char *origin, struct vg_err *err);
/* The bounds out of what was told. */
MUST vg_code casework_told_settle(struct finding_entry *f, struct vg_err *err);
/* A text read in one state says nothing of older facts while its entry into force is not known: adds that doubt. out
 * has to live as long as o. */
void casework_offence_age(char out[static 64], struct offence *o, vg_time facts);
/* VG_ESTATE when the case has ended (closed, dismissed): it takes nothing new. */
MUST vg_code casework_case_alive(struct store_tx *tx, int64_t case_id, struct vg_err *err);
/* The case that a public id or a reference belongs to: of a case, an exhibit, an act, a finding; false: of none. */
bool casework_case_id_of(struct store_tx *tx, vg_str subject, int64_t *id);
/* Who opens a case of another zone keeps seeing it. */
MUST vg_code casework_case_own(struct store_tx *tx, const struct actor *who, const struct affair *a,
                               struct vg_err *err);
/* What merge_change wrote of a clock elsewhere (struct merge_kind). */
MUST vg_code clock_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v, struct vg_err *err);
MUST vg_code incident_reported(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                               struct vg_err *err);
/* For the merge: the event of an incident, and whether clocks run; org: territory_org_json, how it can be found
 * elsewhere. */
MUST vg_code casework_incident_body(const struct incident *in, bool clocks, vg_str org, struct vg_buf *body,
                                    struct vg_err *err);
MUST vg_code casework_incident_note(struct store_tx *tx, const struct actor *who, const struct incident *in,
                                    bool clocks, struct vg_err *err);

/* Numbers of cases, exhibits, acts (number.c). */
enum number { NUMBER_CASE, NUMBER_EXHIBIT, NUMBER_ACT };
MUST vg_code casework_number_free(struct store_tx *tx, enum number what, const char *number, bool *free_,
                                  struct vg_err *err);
/* Nothing has this reference: VG_ESTATE when several bear it as their number, else VG_ENOTFOUND with the message. */
MUST vg_code casework_number_unknown(struct store_tx *tx, enum number what, vg_str number, const char *message,
                                     struct vg_err *err);
/* One more has come that bears it. */
MUST vg_code casework_number_settle(struct store_tx *tx, enum number what, vg_str printed, struct vg_err *err);

/* How rows and changes of a case travel (merged.c), by the place in casework_merges. */
enum told_as {
  TOLD_INCIDENT,
  TOLD_CLOCK,
  TOLD_CASE,
  TOLD_CASE_STATE,
  TOLD_OFFENCE,
  TOLD_CHARGE,
  TOLD_PARTY,
  TOLD_FINDING,
  TOLD_FINDING_CHANGED,
  TOLD_NOTE,
  TOLD_NOTE_TEXT,
  TOLD_TASK,
  TOLD_TASK_CHANGED,
  TOLD_EXHIBIT,
  TOLD_CUSTODY,
  TOLD_COPIED,
  TOLD_ACT,
  TOLD_ACT_CHANGED,
  TOLD_ATTENDEE,
  TOLD_MADE,
  TOLD_INTAKE,
  TOLD_REFERRAL,
  TOLD_REFERRAL_CHANGED,
  TOLD_FRAME,
  TOLD_ACT_FRAME
};
#define ROW_ADDED(tx, who, as, subject, err, ...)                                                                      \
  merge_row_added((tx), (who), &casework_merges[as], (subject), S_ARGS(__VA_ARGS__), (err))
#define ROW_CHANGED(tx, who, as, subject, field, err)                                                                  \
  merge_row_changed((tx), (who), &casework_merges[as], (subject), (field), (err))
/* Rows of a history, made of the version that is theirs. */
MUST vg_code casework_custody_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                  struct vg_err *err);
MUST vg_code casework_step_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                               struct vg_err *err);
/* What a version of a case's state says. at: when, where that is not the version's time; else VG_NOTIME. */
MUST vg_code casework_step_value(const struct case_step *to, vg_time at, struct vg_buf *value, struct vg_err *err);
MUST vg_code casework_frame_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                struct vg_err *err);
/* What the version in force makes of the case. */
MUST vg_code casework_frame_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                struct vg_err *err);
MUST vg_code casework_note_row(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                               struct vg_err *err);
/* search.c: the row of a case in the index of words (SQLite). */
int64_t casework_text_row(vg_time opened, int64_t id);
/* adopt.c: merge_adopter, of the kinds that their names say. */
merge_adopter casework_adopt_incidents, casework_adopt_clocks, casework_adopt_steps, casework_adopt_custody,
    casework_adopt_notes;
/* A code as an argument of a message that is rendered in words: "@cli.act.state.ended" (base/msg.h). */
enum { CASEWORK_WORD = 80 };
const char *casework_word(char out[static CASEWORK_WORD], const char *of, const char *code);
#define WORD(of, code) casework_word((char[CASEWORK_WORD]){0}, of, code)
/* "" for no text at all. */
static inline vg_str some(vg_str s) { return s.p ? s : VG_STR(""); }

/* The other one of the two regimes, whose rows a list of `of` leaves apart; REGIME_ANY: it leaves none. */
enum regime casework_regime_apart(enum regime of);
/* $1, then who asks and when as CASEWORK_SEEN takes it: $2 to $5. */
#define SEEN_ARGS(first, tx, who)                                                                                      \
  S_INT(first), S_INT((who)->person), S_Z(casework_bounds(who)), S_INT(territory_bound(who)), S_TIME(store_now(tx))

/* How long what has ended is kept, and until when that is. */
int casework_retention_years(enum regime r);
vg_time casework_years_after(vg_time t, int years);
/* The rows of an incident that no case is about, and of what hangs on it, counted. */
MUST vg_code casework_incident_rows_forget(struct store_tx *tx, int64_t incident, int64_t *rows, struct vg_err *err);

/* So many were counted: does a page of them go on? */
bool casework_page_open(const struct past_page *page, int64_t counted);

#endif
