#ifndef VG_CASEWORK_CASEWORK_H
#define VG_CASEWORK_CASEWORK_H
/*
 * Affairs: what a company reports (incident) with the legal clocks that it starts, the case that it becomes with its
 * frame and offences, the exhibits with their custody. Facts come from data/law (a source in every row). Offences are
 * versioned: the one in force at the date of the facts is charged. Every writer appends to the ledger.
 * A reference to a case or exhibit is its ref ("2026-OUE-0001", "2026-OUE-0001/1") or its public id.
 * Views for other rooms: casework_v_incident, casework_v_clock, casework_v_case, casework_v_exhibit,
 * casework_v_custody, casework_v_offence, casework_v_delay, casework_v_charge, casework_v_clock_full,
 * casework_v_custody_full (all columns), casework_v_task, casework_v_note and
 * casework_v_mark (case_id, type, value, at); casework_v_incident_dated: incidents for figures, in the zone of the
 * day when they were reported. Legal figures carry a doubt when they are
 * not confirmed as current: "figures", "since" (date in force), "text" (read in an older state), several joined by "+";
 * it is shown wherever they are ("à revalider").
 */
#include "base/buf.h"
#include "base/msg.h"
#include "merge/merge.h"
#include "territory/territory.h"

/* Loads offences and delays into an empty instance. */
MUST vg_code casework_seed(struct store_tx *tx, struct vg_err *err);

/*
 * The two regimes of law, by a case's frame: prevention, and investigation (every other frame). An incident is
 * prevention's until a case of investigation is opened from it. Nothing brings records of both together unless somebody
 * of the division asked for it with a motive, which the journal keeps (casework_combine, "combine"); it stands for an
 * hour, for who asked, about that subject: a case, a company, a major event, or his own id for a search and what else
 * shows the records of many. casework_combined: VG_EDENIED
 * when nothing stands. Rows say which regime they come from.
 */
enum regime { REGIME_ANY, REGIME_PREVENTION, REGIME_INVESTIGATION, REGIME_BOTH };
const char *casework_regime_name(enum regime r); /* "", "prevention", "investigation", "both" */
bool casework_regime_by_name(vg_str name, enum regime *out);
enum regime casework_frame_regime(vg_str frame);
/* For a WHERE over cases: c.frame is of the regime `of` (a place, of PREVENTION, INVESTIGATION or BOTH). */
#define CASEWORK_OF_REGIME(c, of) "(" of " = 3 OR (" c ".frame <> 'prevention') = (" of " = 2))"
/* Of what a public id or a reference names: a case, an exhibit, an act, a finding or an incident; REGIME_ANY: of
 * something else, which belongs to neither. */
enum regime casework_subject_regime(struct store_tx *tx, vg_str subject);
MUST vg_code casework_combine(struct store_tx *tx, const struct actor *who, const char *subject, vg_str motive,
                              struct vg_err *err);
MUST vg_code casework_combined(struct store_tx *tx, const struct actor *who, const char *subject, struct vg_err *err);

struct incident {
  int64_t id;
  struct vg_id pid;
  int64_t org; /* territory_org.id */
  char org_name[160], zone[24], kind[32], summary[512];
  vg_time happened, known, reported; /* reported VG_NOTIME when adding: now */
  bool no_personal_data;             /* when adding: CNIL72 does not apply */
  int64_t referent;                  /* territory_person.id of who has it, 0: nobody yet */
  enum regime regime;                /* as found */
  char unsure[24];                   /* as found: "happened", "known", "happened+known", what the victim did not know
                                        (casework_times_told) */
};
enum { CASEWORK_SUMMARY = sizeof((struct incident *)0)->summary - 5 };
/* VG_EDATA: a summary of more than CASEWORK_SUMMARY bytes, too. Stores it and starts ASSUR72 and CNIL72 from `known`; a
 * delay whose law was not yet in force is not applicable. */
MUST vg_code casework_incident_add(struct store_tx *tx, const struct actor *who, struct incident *in,
                                   struct vg_err *err);
MUST vg_code casework_incident_find(struct store_tx *tx, vg_str pid, struct incident *out, struct vg_err *err);
typedef vg_code casework_incident_sink(void *ctx, const struct incident *in, struct vg_err *err);
/* Those of an organisation that `who` may see (casework_incident_access), in the order of their recording. */
MUST vg_code casework_each_incident(struct store_tx *tx, const struct actor *who, int64_t org,
                                    casework_incident_sink *sink, void *ctx, struct vg_err *err);
/* Those of all, the last reported first, at most `limit`, of one regime (else REGIME_ANY or REGIME_BOTH); *apart: how
 * many more he may see that are of the other. */
MUST vg_code casework_incident_search(struct store_tx *tx, const struct actor *who, enum regime of, int64_t limit,
                                      casework_incident_sink *sink, void *ctx, int64_t *apart, struct vg_err *err);

/* How incidents, cases and what is in them are taken in from other instances (ended by a NULL kind). Who has an
 * incident, who was granted a case of another zone and which links were struck stay where they were decided; what
 * another system's file held as a whole stays where it was imported. */
extern const struct merge_kind casework_merges[];
/* Incidents of an organisation go to the one that it is one with (see territory_move_rows); their cases are found by
 * its name. */
MUST vg_code casework_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
/* Case and organisation that a public id belongs to here, 0: to none. zone: of the case or the incident. */
struct subject_of {
  int64_t case_id, org;
  struct vg_id case_pid;
  char zone[24], frame[24];
};
MUST vg_code casework_subject_of(struct store_tx *tx, vg_str pid, struct subject_of *out, struct vg_err *err);
/* References that the merge has made unlike (see number.c), to rooms that hold them as text; then it is done. */
typedef vg_code casework_renamed_sink(void *ctx, vg_str old, vg_str fresh, struct vg_err *err);
MUST vg_code casework_each_renamed(struct store_tx *tx, casework_renamed_sink *sink, void *ctx, struct vg_err *err);
/* Cases, acts, exhibits and seals (within a case) of which two bear one number, of cases that `who` may see. */
struct number_twice {
  vg_str what, number, pid, ref; /* what: case, act, exhibit, seal */
  int64_t case_id;
};
typedef vg_code casework_twice_sink(void *ctx, const struct number_twice *t, struct vg_err *err);
MUST vg_code casework_each_twice(struct store_tx *tx, const struct actor *who, casework_twice_sink *sink, void *ctx,
                                 struct vg_err *err);

/* state: "open", "late", "done", "not-applicable", as of the transaction's time. done: when (VG_NOTIME if not); `late`
 * also when done after due. */
struct legal_clock {
  vg_str code, state;
  vg_time due;
  vg_str duty_fr, effect_fr, reason, source, doubt;
  vg_time done;
  bool late;
};
/* How a clock stands, in words: "running, 5 h left", "late by 2 d", "done late", "not applicable". left alone: of one
 * that runs, by its end. */
void casework_clock_state(struct vg_buf *out, enum vg_lang lang, const struct legal_clock *k, vg_time now);
void casework_clock_left(struct vg_buf *out, enum vg_lang lang, vg_time due, vg_time now);
vg_str casework_clock_duty(enum vg_lang lang, const struct legal_clock *k); /* what has to be done */
/* What missing it means, and what to do then; NULL: it runs no more, or there are no words for its code. Where there
 * are some, casework.clock.hours tells how the hours are counted. */
const char *casework_clock_missed(enum vg_lang lang, const struct legal_clock *k);
/*
 * What of a legal figure is to be revalidated ("figures+since"), in words: "to revalidate: penalties, date of entry
 * into force"; nothing when it is confirmed. Whatever shows a penalty, a delay or an article calls one of these with
 * its doubt. _after: " (...)", or "".
 */
enum { CASEWORK_DOUBT = 200 };
void casework_doubt(struct vg_buf *out, enum vg_lang lang, vg_str doubt);
const char *casework_doubt_after(char out[static CASEWORK_DOUBT], enum vg_lang lang, vg_str doubt);
/* The first doubt of some delays ("ASSUR72 CNIL72"), for texts that name their figure; a code that this instance's data
 * does not hold has none. */
MUST vg_code casework_delay_doubt(struct store_tx *tx, vg_str codes, struct vg_buf *doubt, struct vg_err *err);
/* The same, written as casework_doubt_after does: "" when there is none. */
MUST vg_code casework_delay_doubt_after(struct store_tx *tx, vg_str codes, enum vg_lang lang,
                                        char out[static CASEWORK_DOUBT], struct vg_err *err);
typedef vg_code casework_clock_sink(void *ctx, const struct legal_clock *clock, struct vg_err *err);
MUST vg_code casework_each_clock(struct store_tx *tx, int64_t incident, casework_clock_sink *sink, void *ctx,
                                 struct vg_err *err);
/* Clocks that are open of the incidents that `who` may see, the next due first, at most `limit`. */
typedef vg_code casework_due_sink(void *ctx, const struct incident *in, const struct legal_clock *clock,
                                  struct vg_err *err);
MUST vg_code casework_each_due(struct store_tx *tx, const struct actor *who, int64_t limit, casework_due_sink *sink,
                               void *ctx, struct vg_err *err);
enum clock_change { CLOCK_START, CLOCK_DONE, CLOCK_NOT_APPLICABLE, CLOCK_REOPEN };
/* START: a delay that is not running yet, from `at` (the preservation of data, GEL1AN). DONE: at `at`, not in the
 * future. NOT_APPLICABLE and REOPEN need a reason. VG_ESTATE when the clock is not in a state for it. */
MUST vg_code casework_clock_set(struct store_tx *tx, const struct actor *who, const struct incident *in,
                                const char *code, enum clock_change change, vg_time at, vg_str reason,
                                struct vg_err *err);

struct affair {
  int64_t id;
  struct vg_id pid, incident;
  int64_t org;
  char ref[48], org_name[160], frame[24], zone[24], tlp[24], state[16];
  vg_time opened;
};
/* frame: flagrance, preliminary, rogatory, intelligence, prevention. ref and tlp may be empty: a ref is made, the
 * marking is AMBER+STRICT. The zone is that of the incident's organisation. VG_EEXIST: the ref is taken; or the
 * incident has a case already and `again`, why it takes another one, is empty. */
MUST vg_code casework_case_open(struct store_tx *tx, const struct actor *who, struct affair *a,
                                const char *const *offences, size_t count, vg_str again, struct vg_err *err);
/* VG_ESTATE: two cases that came together bear this number; the error names both. So for exhibits and acts. */
MUST vg_code casework_case_find(struct store_tx *tx, vg_str ref, struct affair *out, struct vg_err *err);
typedef vg_code casework_case_sink(void *ctx, const struct affair *a, struct vg_err *err);
bool casework_frame_known(const char *frame);
/*
 * The frame of an inquiry changes at a time (flagrance -> preliminary, preliminary -> rogatory...). What started before
 * stays judged, and told, by the frame that it started in; what is planned is judged by the one of the day it starts.
 * Each change is a version (merge.h): two instances that changed it apart are in conflict. A flagrance ends some days
 * after its first act, and is prolonged once (data/law/frames.tsv: hours, the penalty that is needed, article, source).
 */
struct frame_change {
  vg_str frame, was;           /* the same: a flagrance that is prolonged */
  vg_str reference, authority; /* authority: who decided; may be empty but for letters rogatory and a prolongation */
  vg_str person_name;          /* as read: who entered it */
  vg_time from;                /* when it was decided and takes effect */
  vg_time until;               /* of a prolongation: the new end; else VG_NOTIME */
  vg_time at;                  /* as read: when it was entered */
};
/* frame, reference, authority, from, until of `to` count. VG_EDENIED: from prevention to an inquiry or back, or a
 * prolongation that the law does not give; VG_ESTATE: the same frame, the case has ended, an act started after `from`;
 * VG_EDATA: the times, a text. */
MUST vg_code casework_case_reframe(struct store_tx *tx, const struct actor *who, const struct affair *a,
                                   const struct frame_change *to, struct vg_err *err);
typedef vg_code casework_frame_sink(void *ctx, const struct frame_change *f, struct vg_err *err);
/* Oldest first; the opening is none. */
MUST vg_code casework_each_frame(struct store_tx *tx, int64_t case_id, casework_frame_sink *sink, void *ctx,
                                 struct vg_err *err);
struct frame_rule { /* static lifetime */
  vg_str frame;
  int64_t hours, prolonged_hours; /* from the first act; from that end, at most */
  int64_t prison_years;           /* at least, for it to be prolonged */
  vg_str article, prolonged_article, rule_fr, doubt, source;
};
/* false: this frame has no time limit. */
bool casework_frame_rule(vg_str frame, struct frame_rule *out);
struct flagrance {
  int64_t case_id;
  vg_time first, end; /* VG_NOTIME: not a case of flagrance, or no act has started */
  bool prolonged;
  /* By casework_flagrance: the first time of more than a day without an act, which the law may take for an end ("sans
   * discontinuer"). VG_NOTIME: there is none; resumed VG_NOTIME while one goes on. */
  vg_time idle, resumed;
  vg_str ref, org_name, zone; /* by casework_each_flagrance, as pid */
  struct vg_id pid;
};
MUST vg_code casework_flagrance(struct store_tx *tx, int64_t case_id, struct flagrance *out, struct vg_err *err);
/* Those that run or lapsed, of cases that have not ended and that `who` may see; the first to end first, at most
 * `limit`. */
typedef vg_code casework_flagrance_sink(void *ctx, const struct flagrance *f, struct vg_err *err);
MUST vg_code casework_each_flagrance(struct store_tx *tx, const struct actor *who, int64_t limit,
                                     casework_flagrance_sink *sink, void *ctx, struct vg_err *err);
/* What to find. words: all of them, each the beginning of a word of the case (reference, organisation, summary,
 * parties, exhibits, findings, notes, tasks), whatever capitals and accents; empty: any. Those that `who` may not see
 * are left out. The newest first. */
struct case_query {
  vg_str words, state; /* state empty: any */
  int64_t limit;       /* 0: all */
  enum regime regime;  /* ANY with words: investigation; BOTH: casework_combined of who->id is asked for */
};
MUST vg_code casework_case_search(struct store_tx *tx, const struct actor *who, const struct case_query *wanted,
                                  casework_case_sink *sink, void *ctx, struct vg_err *err);
/* Of one organisation (0: any) and of one incident (0: any), those that `who` may see. */
MUST vg_code casework_each_case_of(struct store_tx *tx, const struct actor *who, int64_t org, int64_t incident,
                                   casework_case_sink *sink, void *ctx, struct vg_err *err);

/*
 * Who may see a case: nobody with a conflict of interest, nobody of another organisation (territory_access), and of
 * those who serve a zone only those of the case's own; whoever of another zone needs to know asks with a motive, and
 * the case's zone grants or refuses it, all in the ledger. The referent whom the incident was given to and who opened
 * the case see it too. VG_EDENIED names the zone to ask.
 */
MUST vg_code casework_access(struct store_tx *tx, const struct actor *who, int64_t case_id, struct vg_err *err);
/* casework_case_find for who looks at it. */
MUST vg_code casework_case_see(struct store_tx *tx, const struct actor *who, vg_str ref, struct affair *out,
                               struct vg_err *err);
/* VG_EDENIED when there is any that he may not see: what is about all of them at once is not for him. */
MUST vg_code casework_see_all(struct store_tx *tx, const struct actor *who, struct vg_err *err);
/* May he see what the ledger, a search, a list says of this public id or reference? Yes for what belongs to no affair.
 */
bool casework_subject_seen(struct store_tx *tx, const struct actor *who, vg_str subject);
/* The zone that bounds what he sees, "" when none does; what CASEWORK_NEED takes as `of`. */
const char *casework_bounds(const struct actor *who);
/* For a WHERE over many cases: the need to know (not the conflicts). me: the person, of: casework_bounds; both and now
 * are places such as "$3". Counted, row by row: out of EXISTS PostgreSQL makes a table of all cases, for a list of
 * eight. */
#define CASEWORK_NEED(case_id, zone, me, of, now)                                                                       \
  " AND (" of " = '' OR " zone " IN ('', " of                                                                           \
  ") OR EXISTS (SELECT 1 FROM casework_v_grant g WHERE g.case_id = " case_id " AND g.person = " me                      \
  " AND (g.until IS NULL OR g.until > " now                                                                             \
  ")) OR 0 < (SELECT COUNT(*) FROM casework_case k JOIN casework_incident n ON n.id = k.incident WHERE k.id = " case_id \
  " AND n.referent = " me "))"
/* A list of ids, in brackets, that has all cases of other zones that CASEWORK_NEED lets through: few. */
#define CASEWORK_CASES_ELSEWHERE(me, now)                                                                              \
  "(SELECT g.case_id FROM casework_v_grant g WHERE g.person = " me " AND (g.until IS NULL OR g.until > " now           \
  ") UNION SELECT k.id FROM casework_case k JOIN casework_incident n ON n.id = k.incident WHERE n.referent = " me ")"
/* CASEWORK_NEED where many are looked through for a few: what is granted is looked up once, not case by case. */
#define CASEWORK_NEED_AMONG(case_id, zone, me, of, now)                                                                \
  " AND (" of " = '' OR " zone " IN ('', " of ") OR " case_id " IN " CASEWORK_CASES_ELSEWHERE(me, now) ")"
/* The whole rule of casework_access for a WHERE. own: territory_bound. */
#define CASEWORK_SEEN(case_id, zone, org, me, of, own, now)                                                            \
  TERRITORY_NO_CONFLICT(org, me, now)                                                                                  \
  " AND (" org " = " own " OR " own " = 0)" CASEWORK_NEED(case_id, zone, me, of, now)
/* Was an inquiry made of the incident with this id? Counted, as in CASEWORK_NEED. */
#define CASEWORK_INQUIRY(incident)                                                                                     \
  "(0 < (SELECT COUNT(*) FROM casework_case n WHERE n.incident = " incident " AND n.frame <> 'prevention'))"
/* As CASEWORK_OF_REGIME, over incidents. */
#define CASEWORK_INCIDENT_OF_REGIME(incident, of) "(" of " = 3 OR " CASEWORK_INQUIRY(incident) " = (" of " = 2))"
/*
 * Who may see what an incident says: as with a case nobody with a conflict of interest and nobody of another
 * organisation; then whoever sees one of its cases; while it has none, its zone. Its referent and who entered it see it
 * too. That it exists is no secret: it is counted for everybody (figures, map, event).
 */
MUST vg_code casework_incident_access(struct store_tx *tx, const struct actor *who, const struct incident *in,
                                      struct vg_err *err);
/* casework_incident_find for who looks at it. */
MUST vg_code casework_incident_see(struct store_tx *tx, const struct actor *who, vg_str pid, struct incident *out,
                                   struct vg_err *err);
/* For a WHERE over many: incident is its id; the others as in CASEWORK_NEED. */
#define CASEWORK_INCIDENT_NEED(incident, zone, me, of, now)                                                            \
  " AND (" of " = '' OR 0 < (SELECT COUNT(*) FROM casework_incident n WHERE n.id = " incident " AND " me               \
  " IN (n.referent, n.taken_by)) OR 0 < (SELECT COUNT(*) FROM casework_case k WHERE k.incident = " incident            \
  " AND (k.zone IN ('', " of ") OR EXISTS (SELECT 1 FROM casework_v_grant g WHERE g.case_id = k.id AND g.person = " me \
  " AND (g.until IS NULL OR g.until > " now ")))) OR (" zone " IN ('', " of                                            \
  ") AND 0 = (SELECT COUNT(*) FROM casework_case k WHERE k.incident = " incident ")))"
/* A list of ids, in brackets, that has all incidents of `zone`, another one than `of`, that CASEWORK_INCIDENT_NEED lets
 * through: few, where a list of such a zone would look at all of them. */
#define CASEWORK_INCIDENTS_ELSEWHERE(zone, me, of)                                                                     \
  "(SELECT n.id FROM casework_incident n WHERE n.referent = " me                                                       \
  " UNION SELECT n.id FROM casework_incident n WHERE n.taken_by = " me                                                 \
  " UNION SELECT n.id FROM casework_case k CROSS JOIN casework_incident n CROSS JOIN territory_v_org_at a WHERE "      \
  "k.zone IN ('', " of ") AND n.id = k.incident AND a.id = n.org AND a.department IN (SELECT d.code FROM "             \
  "territory_v_department d WHERE d.zone = " zone                                                                      \
  ") UNION SELECT k.incident FROM casework_case k JOIN casework_v_grant g ON g.case_id = k.id WHERE g.person = " me    \
  ")"
#define CASEWORK_INCIDENT_SEEN(incident, zone, org, me, of, own, now)                                                  \
  TERRITORY_NO_CONFLICT(org, me, now)                                                                                  \
  " AND (" org " = " own " OR " own " = 0)" CASEWORK_INCIDENT_NEED(incident, zone, me, of, now)

/*
 * Reading what an inquiry holds. Whoever does says why, once in twelve hours and case, and each thing read is an entry
 * of the journal (ledger_consulted), written before anything is shown. Who opened or imported the case, has its
 * incident or a task of it is in charge: the work is the reason. What shows the records of many asks once in twelve
 * hours too, and tells what was sought, about who reads.
 */
MUST vg_code casework_in_charge(struct store_tx *tx, const struct actor *who, const struct affair *a, bool *yes,
                                struct vg_err *err);
/* The inquiry that an incident became, the first of several; *is false: none. */
MUST vg_code casework_incident_inquiry(struct store_tx *tx, const struct incident *in, struct affair *out, bool *is,
                                       struct vg_err *err);
/* The same for the public id or the reference of a case, an exhibit, an act, a finding or an incident, whose public id
 * goes to pid; *is false: it is of prevention, of no case, or unknown. */
MUST vg_code casework_inquiry_of(struct store_tx *tx, vg_str subject, struct affair *out, struct vg_id *pid, bool *is,
                                 struct vg_err *err);
/* The public id of a case, an exhibit or an act named by its reference; any other subject as it is. */
MUST vg_code casework_pid_of(struct store_tx *tx, vg_str subject, struct vg_id *pid, struct vg_err *err);
enum { CASEWORK_MOTIVE = 390 };
struct consulted {
  char motive[CASEWORK_MOTIVE + 1]; /* the newest one in twelve hours, "" none */
  bool told;                        /* with these words sought */
};
/* What the journal holds of who looked at the subject (a public id; his own: the records of many). sought: as in
 * ledger_consulted. */
MUST vg_code casework_consulted(struct store_tx *tx, const struct actor *who, const char *subject, const char *sought,
                                struct consulted *out, struct vg_err *err);

/*
 * For a WHERE over sightings (s is intel_v_sighting or has its report): those of the regime `of` (a place, of enum
 * regime). What an analysis found is of its case, and shown to who may see that; everything else is prevention's.
 */
#define CASEWORK_SIGHTING_OF(s, of, me, bounds, own, now)                                                              \
  " AND ((" of " <> 2 AND " s ".report NOT LIKE 'analysis--%') OR EXISTS (SELECT 1 FROM analysis_v_run an JOIN "       \
  "casework_v_case ca ON ca.ref = an.case_ref WHERE an.pid = " s ".report AND " CASEWORK_OF_REGIME("ca", of)           \
      CASEWORK_SEEN("ca.id", "ca.zone", "ca.org", me, bounds, own, now) "))"
/* One organisation that saw a value: in how many reports, how often, first and last. Borrowed for the sink's call. */
struct sighted {
  vg_str org, name, zone; /* org: its public id; zone: its code, "" if none */
  int64_t reports, count;
  vg_time first, last;
};
/* How often a value was seen, and at how many organisations: of those that casework_each_sighted gives, all. */
struct sighted_count {
  int64_t sightings, organisations;
};
MUST vg_code casework_sighted_count(struct store_tx *tx, const struct actor *who, const char *type, vg_str value,
                                    enum regime of, struct sighted_count *out, struct vg_err *err);
typedef vg_code casework_sighted_sink(void *ctx, const struct sighted *s, struct vg_err *err);
/* Who saw the (normalised) value of a type ("domain-name"), the last to see it first, at most `limit`: what `who` may
 * see of the regime `of`, without reports that were withdrawn. */
MUST vg_code casework_each_sighted(struct store_tx *tx, const struct actor *who, const char *type, vg_str value,
                                   enum regime of, int64_t limit, casework_sighted_sink *sink, void *ctx,
                                   struct vg_err *err);
MUST vg_code casework_access_ask(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str motive,
                                 struct vg_id *pid, struct vg_err *err);
enum access_word { ACCESS_GRANT, ACCESS_REFUSE, ACCESS_END };
/* until VG_NOTIME: no end. VG_EDENIED: who asked, or a guest. */
MUST vg_code casework_access_decide(struct store_tx *tx, const struct actor *who, vg_str pid, enum access_word word,
                                    vg_str why, vg_time until, struct vg_err *err);
struct case_access {
  struct vg_id pid;
  vg_str case_ref, person_name, zone, motive, state, decided_by, why;
  vg_time asked, decided, until;
  bool mine, decides; /* he asked; he may decide */
};
typedef vg_code casework_access_sink(void *ctx, const struct case_access *x, struct vg_err *err);
/* Of one case, all; case_id 0: those that wait and concern `who`, and his own. */
MUST vg_code casework_each_access(struct store_tx *tx, const struct actor *who, int64_t case_id,
                                  casework_access_sink *sink, void *ctx, struct vg_err *err);

/*
 * Where a case stands: open -> in-progress -> transmitted -> closed or dismissed -> reopened (and on). Every change is
 * in the ledger. A reason is needed to transmit (and to whom), close, dismiss and reopen. VG_ESTATE: no such step from
 * there, or it would end while acts or tasks are left. What has ended takes nothing new until it is reopened; custody
 * goes on.
 */
struct case_step {
  vg_str state, reason, recipient, person_name;
  vg_time at;
};
bool casework_state_known(vg_str state);
/* May a case go from one state to the other? For the choices of a form. */
bool casework_state_follows(vg_str from, vg_str to);
MUST vg_code casework_case_step(struct store_tx *tx, const struct actor *who, const struct affair *a,
                                const struct case_step *to, struct vg_err *err);
typedef vg_code casework_step_sink(void *ctx, const struct case_step *s, struct vg_err *err);
/* The changes, oldest first; the opening is none. */
MUST vg_code casework_each_step(struct store_tx *tx, int64_t case_id, casework_step_sink *sink, void *ctx,
                                struct vg_err *err);

/*
 * Tasks: who has to do what until when, about a case, an act of it, a story of the watch, a major event. The one place
 * for all of them. state: todo, doing, done, dropped (which needs its reason as outcome); what is over may be taken up
 * again (todo).
 */
struct task {
  struct vg_id pid;
  vg_str about, label;        /* public id, and how people call it: the case's ref, the story's title */
  int64_t case_id;            /* 0: about no case */
  vg_str what, owner, person; /* owner: as shown; person: the public id when it is somebody known, else "" */
  vg_str zone, state, outcome, author, case_ref;
  vg_time due, made, changed;
  bool late; /* past due and not over */
};
/* about, label, case_id, what, owner (may be empty; a login, a name or an id of somebody known becomes that person),
 * zone, due. A task of a case that has ended is refused. */
MUST vg_code casework_task_add(struct store_tx *tx, const struct actor *who, struct task *t, struct vg_err *err);
MUST vg_code casework_task_set(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str state, vg_str outcome,
                               struct vg_err *err);
typedef vg_code casework_task_sink(void *ctx, const struct task *t, struct vg_err *err);
struct task_query {
  vg_str about;    /* a public id, empty: any */
  int64_t case_id; /* with those about its acts; 0: any */
  vg_str person;   /* a public id, empty: any */
  bool over;       /* those that are done or dropped too */
  int64_t from;    /* how many of them are passed over */
  int64_t limit;   /* 0: all */
};
/* The next due first, what is over last; those of affairs that `who` may not see are left out. */
MUST vg_code casework_each_task(struct store_tx *tx, const struct actor *who, const struct task_query *q,
                                casework_task_sink *sink, void *ctx, struct vg_err *err);

/* Notes: what is written may be written again, every revision stays with who and when. */
struct note {
  struct vg_id pid;
  vg_str text, author;
  int64_t number, last; /* revision, from 1; how many there are */
  vg_time at;
};
MUST vg_code casework_note_add(struct store_tx *tx, const struct actor *who, const struct affair *a, vg_str text,
                               struct vg_id *pid, struct vg_err *err);
/* VG_ESTATE: since revision `from` somebody else has written another (0: not compared). */
MUST vg_code casework_note_revise(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t from, vg_str text,
                                  struct vg_err *err);
typedef vg_code casework_note_sink(void *ctx, const struct note *n, struct vg_err *err);
/* Every revision, a note after the other, its newest first; history false: the newest alone. */
MUST vg_code casework_each_note(struct store_tx *tx, int64_t case_id, bool history, casework_note_sink *sink, void *ctx,
                                struct vg_err *err);

struct offence {
  vg_str code, text, label_fr, source;
  int64_t prison_years, fine_eur; /* 0: that of another offence */
  bool to_check;
  vg_str doubt, circumstance, natinf, verified;
  vg_time since, until;
};
typedef vg_code casework_offence_sink(void *ctx, const struct offence *o, struct vg_err *err);
MUST vg_code casework_each_charge(struct store_tx *tx, int64_t case_id, casework_offence_sink *sink, void *ctx,
                                  struct vg_err *err);

struct exhibit {
  int64_t id, case_id;
  struct vg_id pid;
  char ref[80], case_ref[48], description[256], medium[64], serial[64], seal[64];
  vg_time received;
};
/* case_id is given; the ref is the case's with a number. The first custody event is its reception. */
MUST vg_code casework_exhibit_add(struct store_tx *tx, const struct actor *who, struct exhibit *e, struct vg_err *err);
MUST vg_code casework_exhibit_find(struct store_tx *tx, vg_str ref, struct exhibit *out, struct vg_err *err);
typedef vg_code casework_exhibit_sink(void *ctx, const struct exhibit *e, struct vg_err *err);
MUST vg_code casework_each_exhibit(struct store_tx *tx, int64_t case_id, casework_exhibit_sink *sink, void *ctx,
                                   struct vg_err *err);
/* Those of all cases that `who` may see, the last received first; the rest as of casework_incident_search. */
MUST vg_code casework_exhibit_search(struct store_tx *tx, const struct actor *who, enum regime of, int64_t limit,
                                     casework_exhibit_sink *sink, void *ctx, int64_t *apart, struct vg_err *err);

/* Custody is only ever added to. The seal has versions: opening it and closing it again under a new number are events.
 */
enum custody_what {
  CUSTODY_TRANSFERRED,
  CUSTODY_OPENED,
  CUSTODY_CLOSED,
  CUSTODY_RETURNED,
  CUSTODY_DESTROYED,
  CUSTODY_COPIED
};
bool casework_custody_by_name(
    vg_str name, enum custody_what *out); /* "transferred", "opened", "closed", "returned", "destroyed", "copied" */
struct custody {
  vg_str what, seal, person, person_name, holder, place, reason, sha256;
  vg_time at;
};
struct exhibit_state {
  char what[16], seal[64], holder[96], place[128];
  bool open, gone;      /* the seal is broken, or there is none yet; returned or destroyed */
  int64_t seal_version; /* 1 when it was received under seal (else 0), one more at each closing */
};
MUST vg_code casework_exhibit_state(struct store_tx *tx, int64_t exhibit, struct exhibit_state *out,
                                    struct vg_err *err);
/* what, holder (transferred, returned), place, reason (all but closed), seal (closed: a new number), sha256 (may be
 * empty). VG_ESTATE when the exhibit is not in a state for it: a broken seal is not opened again, what was returned or
 * destroyed does not move. */
MUST vg_code casework_exhibit_move(struct store_tx *tx, const struct actor *who, const struct exhibit *e,
                                   enum custody_what what, const struct custody *with, struct vg_err *err);
typedef vg_code casework_custody_sink(void *ctx, const struct custody *k, struct vg_err *err);
MUST vg_code casework_each_custody(struct store_tx *tx, int64_t exhibit, casework_custody_sink *sink, void *ctx,
                                   struct vg_err *err);

/* Referents who could take an incident, best first, with the reasons: mandate in force, room left, same zone; whoever
 * has a conflict is listed last and may not be chosen. Where all are full, whoever has least beyond is first. */
struct candidate {
  int64_t person;
  vg_str pid, name, zone, skills;
  int64_t load, capacity;
  bool same_zone, conflict, full;
};
/* The message of the reason that counts most. */
const char *casework_candidate_why(const struct candidate *c);
/* Everybody once, by the mandate that is nearest. */
typedef vg_code casework_candidate_sink(void *ctx, const struct candidate *c, struct vg_err *err);
MUST vg_code casework_route(struct store_tx *tx, const struct incident *in, casework_candidate_sink *sink, void *ctx,
                            struct vg_err *err);
/* VG_EDENIED: a conflict of interest, or no mandate of referent in force. taken (may be NULL): how it is with the load
 * of who takes it, this incident counted; texts are not valid. */
MUST vg_code casework_assign(struct store_tx *tx, const struct actor *who, const struct incident *in,
                             const struct person *p, struct candidate *taken, struct vg_err *err);
/* What the list of candidates comes to, a message: none may take it, all are full; NULL: there is room. And what is
 * wrong with who follows it, "" when nobody does: mandate over, a conflict since; NULL: nothing. */
struct routing {
  int64_t able, room;
  const char *said, *follower_ill;
  char follower[96];
};
MUST vg_code casework_routing(struct store_tx *tx, const struct incident *in, struct routing *out, struct vg_err *err);
/* Incidents with a clock that runs and that this person follows. */
MUST vg_code casework_followed(struct store_tx *tx, int64_t person, int64_t *n, struct vg_err *err);

/*
 * Legal acts. The case's frame decides which authority an act needs and who must attend (data/law/acts.tsv, one row a
 * kind and frame, with its source and its doubts); an act that lacks either does not start. Kinds: search, seizure,
 * acquisition, opening, requisition, analysis, transfer, destruction. plan -> [authority, attend]* -> start -> end or
 * cancel, which keeps all that was written Its exhibit follows: start of an opening opens the seal, its end closes it
 * under a new number; the end of a seizure closes what has no seal yet under the number given; the end of a transfer
 * and of a destruction are custody too.
 */
struct act_rule { /* static lifetime */
  vg_str kind, frame;
  vg_str authority; /* who may allow it, joined by '|': opj (the officer, by the frame itself), consent, jld,
                       prosecutor, judge, owner; "none": forbidden */
  vg_str article;
  vg_str attendees; /* "presence": occupant, representative or two witnesses; "copy": the same for a copy on the spot;
                       "suspect": that person or why not */
  vg_str rule_fr, doubt, source;
};
bool casework_act_rule(vg_str kind, vg_str frame, struct act_rule *out);
typedef vg_code casework_rule_sink(void *ctx, const struct act_rule *r, struct vg_err *err);
MUST vg_code casework_each_act_rule(casework_rule_sink *sink, void *ctx, struct vg_err *err);

struct act {
  int64_t id, case_id, org, exhibit; /* exhibit 0: none */
  struct vg_id pid;
  char ref[80], case_ref[48], frame[24], kind[16], exhibit_ref[80];
  char mode[16]; /* acquisition: "seal" (of a sealed medium, the default) or "copy" (on the spot) */
  char place[128], object[512], article[64], addressee[160];
  vg_time due; /* a requisition's */
  char state[16];
  vg_time planned, started, ended;
  char authority[16], authority_ref[128], authority_name[96];
  vg_time authority_at;
  char quality[24], oath[128], motive[256], officer[96];
  char result[512];
  vg_time answered;
  char answer[512], answer_sha256[72];
};
/* case_ref, kind and, where the kind has them, exhibit_ref, mode, place, object, article, addressee, due. The ref is
 * the case's with "A" and a number. VG_EDENIED when the frame does not know such an act. */
MUST vg_code casework_act_plan(struct store_tx *tx, const struct actor *who, struct act *a, struct vg_err *err);
bool casework_act_open(const struct act *a); /* planned or started: its deadline still counts */
MUST vg_code casework_act_find(struct store_tx *tx, vg_str ref, struct act *out, struct vg_err *err);
typedef vg_code casework_act_sink(void *ctx, const struct act *a, struct vg_err *err);
MUST vg_code casework_each_act(struct store_tx *tx, int64_t case_id, casework_act_sink *sink, void *ctx,
                               struct vg_err *err); /* case_id 0: all */
/* Requisitions without an answer that are due before `before`, of affairs that are not over and that `who` may see: the
 * next due first, at most limit. */
MUST vg_code casework_each_waiting(struct store_tx *tx, const struct actor *who, vg_time before, int64_t limit,
                                   casework_act_sink *sink, void *ctx, struct vg_err *err);
/* Who allows it (one of the rule's), the reference of that word, when it was given (not in the future), by whom (may be
 * empty). */
MUST vg_code casework_act_authority(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str by,
                                    vg_str ref, vg_str name, vg_time at, struct vg_err *err);
struct attendee {
  int64_t id;  /* found; not read when entered */
  vg_str role; /* occupant, representative, witness, suspect, lawyer, expert, officer, interpreter */
  vg_str name, quality;
  bool subordinate; /* under the officer's authority: is no witness */
  vg_str present;   /* present, summoned (called and did not come) */
  vg_str signature; /* "", signed, refused */
};
MUST vg_code casework_act_attend(struct store_tx *tx, const struct actor *who, const struct act *a,
                                 const struct attendee *p, struct vg_err *err);
typedef vg_code casework_attendee_sink(void *ctx, const struct attendee *p, struct vg_err *err);
MUST vg_code casework_each_attendee(struct store_tx *tx, int64_t act, casework_attendee_sink *sink, void *ctx,
                                    struct vg_err *err);
/* Who attended the case's latest other act that has anybody, less those that this one has already (role and name). */
MUST vg_code casework_each_attendee_before(struct store_tx *tx, const struct act *a, casework_attendee_sink *sink,
                                           void *ctx, struct vg_err *err);
/* Enters that attendee of another act of the same case here too: present, not signed yet. VG_ENOTFOUND, and as
 * casework_act_attend. */
MUST vg_code casework_act_attend_again(struct store_tx *tx, const struct actor *who, const struct act *a,
                                       int64_t attendee, struct vg_err *err);
/* quality of who acts (CPP 19): opj, apj, pts, expert-list, expert-oath (then the oath's reference), agent. motive: why
 * nobody was charged or called, where the rule asks for that person. VG_EDENIED says what is missing. */
MUST vg_code casework_act_start(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str quality,
                                vg_str oath, vg_str motive, struct vg_err *err);
/* result: in words. seal: the new number (opening); holder: who receives it (transfer). A requisition ends by its
 * answer. */
MUST vg_code casework_act_end(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str result,
                              vg_str seal, vg_str holder, struct vg_err *err);
MUST vg_code casework_act_answer(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str answer,
                                 vg_str sha256, struct vg_err *err);
MUST vg_code casework_act_cancel(struct store_tx *tx, const struct actor *who, const struct act *a, vg_str reason,
                                 struct vg_err *err);
/* Ties what was made (an image, an analysis, an exhibit) to the started act of this kind about the exhibit, if there is
 * one. */
MUST vg_code casework_act_made(struct store_tx *tx, const struct actor *who, const struct exhibit *e, const char *kind,
                               const char *subject, struct vg_err *err);
MUST vg_code casework_act_tie(struct store_tx *tx, const struct actor *who, const struct act *a, const char *subject,
                              struct vg_err *err);
/* VG_ESTATE when such an act is planned for the exhibit and has not started. */
MUST vg_code casework_act_check(struct store_tx *tx, const struct exhibit *e, const char *kind, struct vg_err *err);

/* Which offences such facts usually make, and what has to be proved. Lists are joined by '|'; a related offence may
 * have a condition after its code ("CP312-10 si fuite"). */
struct offence_pattern {                                       /* static lifetime */
  vg_str kind, fact_fr, main, related, elements, acts, source; /* acts: one an element, that usually brings it */
};
bool casework_pattern(vg_str kind, struct offence_pattern *out);                  /* of an incident's kind */
vg_str casework_pattern_element(const struct offence_pattern *p, int64_t number); /* from 1; "" past the last */
vg_str casework_pattern_act(const struct offence_pattern *p, int64_t number);     /* the same: a kind of act */

/* A further offence, by its code or as it is cited, in the version in force when the facts happened. VG_EEXIST: it is
 * charged already. */
MUST vg_code casework_charge_add(struct store_tx *tx, const struct actor *who, const struct affair *a, const char *code,
                                 struct vg_err *err);
/* Those in force at `facts`, whose code, articles or label hold the words (no accents, no capitals; empty: all). */
MUST vg_code casework_each_offence(struct store_tx *tx, vg_str words, vg_time facts, int64_t limit,
                                   casework_offence_sink *sink, void *ctx, struct vg_err *err);
/* The ministry's list of offences as published (CSV), in force at `at`; lists come in the order of their dates
 * (VG_ESTATE). A bad row costs itself. Columns and versions: natinf.c. */
struct natinf_tally {
  int64_t read, added, changed, known, ended, rejected;
};
typedef void natinf_reject(void *ctx, int64_t line);
MUST vg_code casework_natinf_import(struct store_tx *tx, const struct actor *who, vg_str text, vg_time at,
                                    vg_str source, natinf_reject *reject, void *ctx, struct natinf_tally *out,
                                    struct vg_err *err);

/* Parties of a case: victim, suspect, witness, contact; as a fact or as an assessment of who enters it. */
struct party {
  struct vg_id pid;
  vg_str category, basis, name, detail;
  vg_time added;
};
MUST vg_code casework_party_add(struct store_tx *tx, const struct actor *who, const struct affair *a, struct party *p,
                                struct vg_err *err);
typedef vg_code casework_party_sink(void *ctx, const struct party *p, struct vg_err *err);
MUST vg_code casework_each_party(struct store_tx *tx, int64_t case_id, casework_party_sink *sink, void *ctx,
                                 struct vg_err *err);
/* Findings: observed by who writes, declared by somebody, deduced, imported; all but the first name their source. When
 * it happened lies between from and until (until VG_NOTIME: at `from`; both: not known). precision says how that came
 * to be known: "" (an instant, or these two bounds), "about", "day" (the hour is not known), "zone" (a clock whose zone
 * is not known: UTC-12 to UTC+14). For these three the caller gives `from` as it was told, and `spread` for "about" (0:
 * an hour); the bounds are made of them. */
struct finding_entry {
  struct vg_id pid;
  vg_str type, text, source, exhibit, author, why_withdrawn;
  vg_str element; /* what has to be proved that it bears on: one of the pattern's, may be empty */
  vg_time from, until, made, withdrawn;
  vg_str precision;
  int64_t spread;
};
/* What is said of its time: at `told`; between told and other; about told, give or take spread; some time in the 24
 * hours from told; told by a clock of a zone not known. */
enum told_kind { TOLD_NOTHING, TOLD_AT, TOLD_BETWEEN, TOLD_ABOUT, TOLD_DAY, TOLD_ZONE };
struct told {
  enum told_kind kind;
  vg_time told, other;
  int64_t spread;
};
struct told casework_told(const struct finding_entry *f);
MUST vg_code casework_finding_add(struct store_tx *tx, const struct actor *who, const struct affair *a,
                                  struct finding_entry *f, struct vg_err *err);
MUST vg_code casework_finding_withdraw(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str reason,
                                       struct vg_err *err);
typedef vg_code casework_finding_sink(void *ctx, const struct finding_entry *f, struct vg_err *err);
MUST vg_code casework_each_finding(struct store_tx *tx, int64_t case_id, casework_finding_sink *sink, void *ctx,
                                   struct vg_err *err);

/*
 * Cases that hold the same thing: an indicator in a finding, a note or on a medium, a medium's hash, a party's name.
 * Both are told (ledger "case.linked"): that the other exists, its reference and zone and whom to ask, never what is in
 * it. What is on a warning list, private or for examples links nothing. A link that was struck is not found again.
 */
struct case_link {
  struct vg_id pid;
  vg_str type, value;                /* of an indicator; "sha256" of a medium; "party": a folded name */
  vg_str ref, other_ref, other_zone; /* ref: of the side that he sees */
  vg_str ask;                        /* the referents of the other's zone; empty: the division */
  vg_str why, changed_by;
  vg_time found, changed;
  bool struck, other_seen; /* may he see the other one */
  enum regime regime, other_regime;
};
typedef vg_code casework_link_sink(void *ctx, const struct case_link *l, struct vg_err *err);
/* Of a case that he sees; case_id 0: all that he sees one side of. Open ones first, then the newest; limit 0: all. */
MUST vg_code casework_each_link(struct store_tx *tx, const struct actor *who, int64_t case_id, int64_t limit,
                                casework_link_sink *sink, void *ctx, struct vg_err *err);
/* A case of one regime and one of the other are not told of each other, and a link between them is given to nobody else
 * than who combined for the case. This does (casework_combine), and finds what they have in common. */
MUST vg_code casework_link_combine(struct store_tx *tx, const struct actor *who, const struct affair *a, vg_str motive,
                                   struct vg_err *err);
/* Looks again at what findings, notes, media and parties say, and at `more` (NULL: nothing): what was entered before
 * there were links, or before a kind of indicator was known, is linked like the rest. For who sees all cases
 * (casework_see_all). */
struct link_tally {
  int64_t cases, marks, links; /* looked at; new ones */
};
typedef vg_code casework_marker(struct store_tx *tx, const struct actor *who, struct vg_err *err);
MUST vg_code casework_link_rebuild(struct store_tx *tx, const struct actor *who, casework_marker *more,
                                   struct link_tally *out, struct vg_err *err);
/* It says nothing (why), or does again. */
MUST vg_code casework_link_strike(struct store_tx *tx, const struct actor *who, vg_str pid, bool again, vg_str why,
                                  struct vg_err *err);
/* The referents of a zone with a mandate in force, a few names appended to out; none: the division. */
MUST vg_code casework_whom_to_ask(struct store_tx *tx, vg_str zone, struct vg_buf *out, struct vg_err *err);
/* Something of the case that is to be known again; origin: public id of what says so. */
MUST vg_code casework_mark_add(struct store_tx *tx, const struct actor *who, int64_t case_id, vg_str type, vg_str value,
                               const char *origin, struct vg_err *err);
typedef vg_code casework_mark_sink(void *ctx, vg_str type, vg_str value, vg_time at, struct vg_err *err);
MUST vg_code casework_each_mark(struct store_tx *tx, int64_t case_id, casework_mark_sink *sink, void *ctx,
                                struct vg_err *err);

/*
 * Intake: twelve questions at most, each answerable with "unknown". What is not known of a time is taken as late as it
 * can be for the facts and is said (unsure); the clocks then run from the report, which may be too late: it is said
 * too.
 */
struct intake {
  char contact[160];                                                                /* whom to call back */
  char ongoing[8], personal_data[8], money[8], insured[8], complaint[8], traces[8]; /* "yes", "no", "unknown" */
  char unsure[24];                                                                  /* filled: as in struct incident */
};
/* in->kind may be "unknown" (kept as "other"), happened and known VG_NOTIME. Starts the clocks as casework_incident_add
 * does; CNIL72 is not applicable when no personal data is concerned, ASSUR72 when there is no insurance. */
/* VG_EEXIST names an incident that may be the same (casework_each_twin), until `again` says why this is another. */
MUST vg_code casework_intake(struct store_tx *tx, const struct actor *who, struct incident *in, struct intake *answers,
                             vg_str again, struct vg_err *err);
/* VG_ENOTFOUND (nothing in err): it did not come by the intake. */
MUST vg_code casework_intake_find(struct store_tx *tx, int64_t incident, struct intake *out);
/* When it happened and was known, as far as the victim could say: VG_NOTIME for what it did not know, and what in holds
 * is then the report's time, from which clocks run. */
void casework_times_told(const struct incident *in, vg_time *happened, vg_time *known);
/* The same in a SELECT over incidents: the time `at`, NULL where the victim did not know `which`. */
#define CASEWORK_TIME_TOLD(incident, which, at)                                                                        \
  "CASE WHEN 0 < (SELECT COUNT(*) FROM casework_intake u WHERE u.incident = " incident " AND u.unsure LIKE '%" which   \
  "%') THEN NULL ELSE " at " END"
/* Other incidents that may be of the same victim and event: the same organisation within thirty days, or the same
 * contact (its text, or the last nine digits of its telephone). Of one that `who` may not see the zone and the day
 * alone are given (id 0), of a conflict of interest nothing.
 */
MUST vg_code casework_each_twin(struct store_tx *tx, const struct actor *who, const struct incident *in,
                                casework_incident_sink *sink, void *ctx, struct vg_err *err);
/* Services: 17cyber, csirt, cert-fr, cnil, bank, pharos, thesee, prosecutor, other. outcome empty: not known yet. */
struct referral {
  struct vg_id pid;
  vg_str service, reason, outcome;
  vg_time at, outcome_at;
};
MUST vg_code casework_refer(struct store_tx *tx, const struct actor *who, const struct incident *in, struct referral *r,
                            struct vg_err *err);
MUST vg_code casework_referral_outcome(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str outcome,
                                       struct vg_err *err);
typedef vg_code casework_referral_sink(void *ctx, const struct referral *r, struct vg_err *err);
MUST vg_code casework_each_referral(struct store_tx *tx, int64_t incident, casework_referral_sink *sink, void *ctx,
                                    struct vg_err *err);

/*
 * Cases of other systems. An object of DFIR-IRIS or TheHive becomes an incident and a case of `org` in `frame`, its
 * lists become findings of the type "imported", indicators and tasks, whatever else it holds findings too, and the
 * object is kept as it was. No clock is opened. A case of that reference ("IRIS-12", "THEHIVE-7") that is there already
 * stays as it is.
 */
/* IMPORT_ANY: the one that the file's first case has the members of. */
enum import_form { IMPORT_ANY, IMPORT_IRIS, IMPORT_THEHIVE };
struct import_order {
  enum import_form form;
  int64_t org;
  char zone[24], frame[24];
};
/* The object that an imported case was, appended as it came. VG_ENOTFOUND: it was not imported here. */
MUST vg_code casework_imported(struct store_tx *tx, const struct actor *who, vg_str ref, struct vg_buf *out,
                               struct vg_err *err);
/* A file of such objects (a list, JSON Lines, one object), read from fd; name: for messages. A bad object costs only
 * itself and goes to reject with the place of its first byte. left: members that were taken into nothing, by list and
 * name, with how often: they stand in the kept object alone. unmade: what is called an indicator of compromise and is
 * of no known type: a finding, no indicator. */
struct import_tally {
  int64_t read, added, known, rejected, unmade, left_others;
  struct import_member {
    char path[96];
    int64_t count;
  } left[64];
  size_t lefts;
};
typedef void case_import_reject(void *ctx, int64_t at, const struct vg_err *why);
MUST vg_code casework_import_file(struct store_tx *tx, const struct actor *who, const struct import_order *o, int fd,
                                  const char *name, case_import_reject *reject, void *ctx, struct import_tally *out,
                                  struct vg_err *err);
/* A stream cut into its objects, one in memory at a time: a list, JSON Lines or one object. at: its first byte. An
 * object over 64 MiB is given as an empty one. _end gives what is left unfinished. */
struct casework_cut {
  struct vg_buf object;
  int64_t at, from, depth;
  bool in_string, escaped, broken, line_start;
};
typedef vg_code casework_object_sink(void *ctx, vg_str object, int64_t at, struct vg_err *err);
void casework_cut_init(struct casework_cut *c);
void casework_cut_fini(struct casework_cut *c);
MUST vg_code casework_cut_feed(struct casework_cut *c, vg_str bytes, casework_object_sink *sink, void *ctx,
                               struct vg_err *err);
MUST vg_code casework_cut_end(struct casework_cut *c, casework_object_sink *sink, void *ctx, struct vg_err *err);

/*
 * The end of a case. Its time: three years after it was closed or dismissed in prevention, six in an inquiry (public
 * action for an offence, article 8 CPP; to be checked when the law changes). _each_past: the review queue, of what
 * `who` may see, the oldest first. _case_past: is its time over? _subjects: the public ids of all that it is made of, a
 * line each; incident: it goes too, for no other case is about it. _forget deletes the rows, counted; who may and why
 * is for the caller (instance_case_erase). _erased: what stays known of such cases, the last erased first; ref: public
 * id or number, "" all.
 */
struct past_page {
  int64_t from, limit; /* how many are passed over, how many are given at most; limit 0: all */
};
struct case_past {
  vg_str pid, ref, frame;
  vg_time ended, over; /* over: when its time is; VG_NOTIME: it never ended */
  int years;
  vg_time held_until; /* ledger_hold in force, VG_NOTIME none */
  vg_str held_why;
};
typedef vg_code casework_past_sink(void *ctx, const struct case_past *p, struct vg_err *err);
MUST vg_code casework_each_past(struct store_tx *tx, const struct actor *who, struct past_page page,
                                casework_past_sink *sink, void *ctx, struct vg_err *err);
/* The same of one case, whether its time is over or not; nothing when it is not here. */
MUST vg_code casework_past_of(struct store_tx *tx, vg_str pid, casework_past_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code casework_case_past(struct store_tx *tx, const struct affair *a, bool *past, struct vg_err *err);
MUST vg_code casework_is_erased(struct store_tx *tx, vg_str pid, bool *yes, struct vg_err *err);
/* Has the case been worked on so lately, as far as is known here, that its time is not over, whatever others know? */
MUST vg_code casework_case_went_on(struct store_tx *tx, const struct affair *a, bool *yes, struct vg_err *err);
MUST vg_code casework_case_subjects(struct store_tx *tx, const struct affair *a, bool *incident, struct vg_buf *out,
                                    struct vg_err *err);
MUST vg_code casework_case_forget(struct store_tx *tx, const struct affair *a, bool incident, int64_t *rows,
                                  struct vg_err *err);
/*
 * The end of an incident that no case was opened about: three years after the last thing that was done about it, six
 * when a complaint was made (it is a matter of inquiry then). The same questions as of a case.
 */
struct incident_past {
  vg_str pid, org_name, kind;
  enum regime regime;
  vg_time last, over;
  int years;
  vg_time held_until;
  vg_str held_why;
};
typedef vg_code casework_incident_past_sink(void *ctx, const struct incident_past *p, struct vg_err *err);
MUST vg_code casework_each_past_incident(struct store_tx *tx, const struct actor *who, struct past_page page,
                                         casework_incident_past_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code casework_incident_past_of(struct store_tx *tx, vg_str pid, casework_incident_past_sink *sink, void *ctx,
                                       struct vg_err *err);
MUST vg_code casework_incident_past(struct store_tx *tx, vg_str pid, bool *past, struct vg_err *err);
MUST vg_code casework_incident_subjects(struct store_tx *tx, const struct incident *in, struct vg_buf *out,
                                        struct vg_err *err);
MUST vg_code casework_incident_forget(struct store_tx *tx, const struct incident *in, int64_t *rows,
                                      struct vg_err *err);
/* Cases and incidents; the number of an incident is its public id. */
struct case_erased {
  vg_str pid, number;
  vg_time at;
  vg_str by, body;
};
MUST vg_code casework_erased_add(struct store_tx *tx, const struct case_erased *e, struct vg_err *err);
typedef vg_code casework_erased_sink(void *ctx, const struct case_erased *e, struct vg_err *err);
MUST vg_code casework_each_erased(struct store_tx *tx, vg_str ref, struct past_page page, casework_erased_sink *sink,
                                  void *ctx, struct vg_err *err);

extern const char casework_sql[], casework_sqlite_sql[], casework_pg_sql[];

#endif
