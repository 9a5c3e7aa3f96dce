#ifndef VG_ANTICIPATE_ANTICIPATE_H
#define VG_ANTICIPATE_ANTICIPATE_H
/*
 * What comes next, and where: early warnings raised by method, for any name. A warning states what was seen, by whom,
 * where, how unlikely chance is, whom to tell, what would refute it and until when it stands. A later scan withdraws it
 * as soon as its reasons are gone (a report withdrawn, both the same organisation, the value turned benign).
 *
 * Coincidence of rare things (values, certificates by their fingerprints, files that are nearly the same by TLSH,
 * unusual sets of techniques): independent organisations of two or more zones met the same value within a window. With
 * N organisations watching and a value that each of them meets within a window with probability q, chance alone gives
 * lambda = C(N,k) q^k such meetings; the warning's p is that of at least one (Poisson), over all values tried.
 * Surges of the instance's own counts: see anticipate_pass_run().
 * Views: anticipate_v_warning, anticipate_v_report, anticipate_v_value, anticipate_v_zone, anticipate_v_sector,
 * anticipate_v_judgement.
 */
#include "base/arena.h"
#include "base/msg.h"
#include "casework/casework.h"
#include "ledger/ledger.h"

enum anticipate_level { ANTICIPATE_VIGILANCE, ANTICIPATE_ALERT };
const char *anticipate_level_name(int level); /* "vigilance", "alert" */

struct anticipate_options {
  vg_time now;    /* VG_NOTIME: the transaction's; nothing recorded later is read, and only a preview looks back */
  vg_time window; /* ns; 0: 14 days */
  double alpha;   /* expected false warnings a scan, 0: 0.05 */
  int min_zones;  /* 0: 2 */
  bool preview;   /* as if no warning had ever been raised: the sink gets what would be, then all is undone */
};

/* Strings borrowed until the sink returns. */
struct anticipate_warning {
  int64_t id;
  vg_str pid;           /* warning--uuid */
  int level;            /* enum anticipate_level */
  vg_str state;         /* "open" or "withdrawn" */
  vg_str withdrawn_why; /* message id, empty while open */
  vg_time first, last;  /* of the sightings behind it */
  vg_time raised, expires, withdrawn;
  double expected, p; /* lambda and P(at least one), over all values tried */
  double score;       /* -log10 p */
  int64_t organisations, zones, values, reports;
  vg_str about;      /* the rarest value or the leading series, for a title */
  vg_str about_type; /* of an indicator, or "series" */
  vg_str signature;  /* what raised it: "coincidence", "surge-week", "surge-day", "cluster" */
  vg_time period;    /* of surges and clusters: first instant of the last period; else VG_NOTIME */
  int64_t periods;   /* how many, that one being the last */
};
typedef vg_code anticipate_warning_sink(void *ctx, const struct anticipate_warning *w, struct vg_err *err);

struct anticipate_scan {
  int64_t values, tried, raised, kept,
      withdrawn; /* values seen, values that met the form, warnings new / still standing / gone */
};
/* Scans the sightings, raises and withdraws, records both in the ledger. The sink (may be NULL) gets every open warning
 * after it. */
MUST vg_code anticipate_coincidence(struct store_tx *tx, const struct actor *who,
                                    const struct anticipate_options *options, anticipate_warning_sink *sink, void *ctx,
                                    struct anticipate_scan *out, struct vg_err *err);

/* Newest first. open_only leaves out the withdrawn and the expired ones. */
MUST vg_code anticipate_each_warning(struct store_tx *tx, bool open_only, anticipate_warning_sink *sink, void *ctx,
                                     struct vg_err *err);
/* VG_ENOTFOUND when there is none; the sink is called once. */
MUST vg_code anticipate_warning_find(struct store_tx *tx, vg_str pid, anticipate_warning_sink *sink, void *ctx,
                                     struct vg_err *err);

/* Those that anticipate_announce opened about a story (its public id), newest first, ended ones too. */
MUST vg_code anticipate_each_announced(struct store_tx *tx, vg_str story, anticipate_warning_sink *sink, void *ctx,
                                       struct vg_err *err);

/*
 * A vigilance about a story of the technology watch (its public id), opened by a person: kind "watch", about the
 * story's title, for the zones that have a referent. VG_ENOTFOUND: no such story; VG_EEXIST: one about it stands.
 */
MUST vg_code anticipate_announce(struct store_tx *tx, const struct actor *who, vg_str story, struct vg_id *pid,
                                 struct vg_err *err);

/*
 * What came of it, in the referent's word: confirmed or a false alarm, and why. Said again, the newest word counts;
 * each is in the ledger. VG_ENOTFOUND: no such warning; VG_EUSAGE: no reason given, or one that is too long. It travels
 * between instances, and counts for the warning there that says the same; two that differ are a conflict.
 */
/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code anticipate_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
extern const struct merge_kind anticipate_merges[];
MUST vg_code anticipate_judge(struct store_tx *tx, const struct actor *who, vg_str pid, bool confirmed, vg_str why,
                              struct vg_err *err);
/* The record of a warning's kind and level: how many were judged, how many of them confirmed, false alarms a year since
 * the first of it. */
struct anticipate_record {
  int64_t raised, judged, confirmed;
  double false_a_year;
  double weight; /* what the verdicts make of a score: twice (confirmed + 1) / (judged + 2), 1 before the first */
  int own;       /* of this very warning: -1 not judged, 0 false, 1 confirmed */
};
MUST vg_code anticipate_record_of(struct store_tx *tx, int64_t warning, struct anticipate_record *out,
                                  struct vg_err *err);

/* What to do about it, in order; ended by a step without message. tlp: the widest marking under which the step may be
 * told. */
struct anticipate_step {
  const char *message, *tlp;
};
const struct anticipate_step *anticipate_playbook(const struct anticipate_warning *w);
/* A series' key in words: "Incidents · family: ransomware · zone: EST". */
void anticipate_series_name(struct vg_buf *out, enum vg_lang lang, vg_str key);
/* The curve of a surge or cluster as it was seen: NAN where the method had no baseline yet. Oldest first. */
struct anticipate_point {
  vg_time at;
  int64_t observed;
  double expected, threshold;
};
typedef vg_code anticipate_point_sink(void *ctx, const struct anticipate_point *p, struct vg_err *err);
MUST vg_code anticipate_each_point(struct store_tx *tx, int64_t warning, anticipate_point_sink *sink, void *ctx,
                                   struct vg_err *err);

/* What a warning stands on and whom it concerns: rows of one kind, strings borrowed. */
enum anticipate_part { ANTICIPATE_REPORT, ANTICIPATE_VALUE, ANTICIPATE_ZONE, ANTICIPATE_SECTOR, ANTICIPATE_REASON };
struct anticipate_row {
  int part; /* enum anticipate_part */
  vg_str a; /* report: public id of the report; value: the value; zone: its code; sector: NAF section; reason: message
               id */
  vg_str b; /* report: organisation's name; value: type; zone: "seen" or "tell"; reason: its argument 1 */
  vg_str c; /* report: organisation's public id; value: STIX id or empty; reason: argument 2 */
  vg_str d; /* report: zone; reason: argument 3 */
  vg_time first, last; /* report: when it met the values */
  double number;       /* value: expected chance meetings */
};
typedef vg_code anticipate_row_sink(void *ctx, const struct anticipate_row *row, struct vg_err *err);
/* Reports of organisations with which who has a conflict of interest are left out, and those that he may not see. */
MUST vg_code anticipate_each_part(struct store_tx *tx, const struct actor *who, int64_t warning, int part,
                                  anticipate_row_sink *sink, void *ctx, struct vg_err *err);

/* Pure: the expected number of chance meetings of k out of n organisations, each with probability q; and P(at least
 * one). */
double anticipate_chance(int64_t n, int64_t k, double q);
double anticipate_at_least_one(double expected);

/*
 * Early warning on counts. Pure: no instance is needed, and a result for time t depends on rows up to t alone.
 * Series are CSV with a header: `series` (may be missing: one series, "all"), `time` (or week_start, date, t), `count`
 * (or y, n). VG_EDATA names file, line and value: no such column, a count that is negative or no whole number, a time
 * that cannot be read, that comes twice, goes back or leaves a step out, a name that is not UTF-8.
 */
struct anticipate_series {
  vg_str name;
  size_t n;
  int64_t *when; /* days since 1970, or the number that the file gives */
  vg_str *time;  /* as given */
  double *y;
};
struct anticipate_data {
  struct anticipate_series *series; /* in the order of the file */
  size_t n;
};
/* All memory is the arena's. path is for messages. */
MUST vg_code anticipate_series_read(struct vg_arena *arena, vg_str text, const char *path, struct anticipate_data *d,
                                    struct vg_err *err);
/* A time as the series are ordered by: a whole number, or the day of a date. */
bool anticipate_when(vg_str text, int64_t *out);

enum anticipate_threshold { ANTICIPATE_DELTA, ANTICIPATE_NB_PLUGIN, ANTICIPATE_MUAN };
/* A method reads those that it knows. */
struct anticipate_params {
  int64_t baseline; /* EARS: weeks; CUSUM: weeks before the first test */
  double alpha, min_sigma;
  int64_t b, w, no_periods, past_excluded,
      period; /* Farrington: years back, half window, seasonal blocks, nearest weeks left out (-1: w), weeks a year */
  bool reweight, trend;
  double weights_threshold, trend_threshold;
  int threshold_method; /* enum anticipate_threshold */
  int64_t min_count;    /* gp, nb26, fisher: no alarm below this count */
  double k, h;          /* CUSUM: allowance and limit */
  bool rossi;           /* CUSUM: Rossi's transformation instead of the standardised one */
};
/* NAN is what the method does not have. */
struct anticipate_result {
  double expected, threshold, phi, p;
  bool alarm, tested;
};
struct anticipate_method;
const struct anticipate_method *anticipate_method_by_name(vg_str name); /* NULL: none; "ears-c1", ..., "fisher" */
void anticipate_params_default(const struct anticipate_method *m, struct anticipate_params *q);
/* "alpha=0.001,b=2": VG_EUSAGE names the one that is unknown or out of range. */
MUST vg_code anticipate_params_set(struct anticipate_params *q, vg_str list, struct vg_err *err);
typedef vg_code anticipate_result_sink(void *ctx, const struct anticipate_series *s, size_t t,
                                       const struct anticipate_result *r, struct vg_err *err);
/* Tests every row with from <= when <= to (INT64_MIN, INT64_MAX: all) for which the baseline suffices; CUSUM starts at
 * from. */
MUST vg_code anticipate_scan_series(const struct anticipate_data *d, const struct anticipate_method *m,
                                    const struct anticipate_params *q, int64_t from, int64_t to,
                                    anticipate_result_sink *sink, void *ctx, struct vg_err *err);

/*
 * Forecasts at the 23 levels of the forecast hubs, made from the first n counts alone. out has `horizon` rows; VG_EDATA
 * below 30 counts. naive: what to compare with, the baseline of the forecast hubs: the last count moved by the last 52
 * changes, as likely up as down. wis: the weighted interval score, less is better.
 */
enum { ANTICIPATE_LEVELS = 23, ANTICIPATE_HORIZON_MAX = 12 };
extern const double anticipate_level[ANTICIPATE_LEVELS];
MUST vg_code anticipate_forecast(const double *y, size_t n, size_t horizon, double (*out)[ANTICIPATE_LEVELS],
                                 struct vg_err *err);
MUST vg_code anticipate_naive(const double *y, size_t n, size_t horizon, double (*out)[ANTICIPATE_LEVELS],
                              struct vg_err *err);
double anticipate_wis(const double q[ANTICIPATE_LEVELS], double y);

/*
 * What the methods would have done on these very series. Surges are planted, one at a time every half year from the
 * second year on: for three weeks the larger of six events and three standard deviations of the half year before;
 * found: an alarm within four weeks. Real surges: at least four counts and four standard deviations above the half
 * years on both sides (the two weeks before and the five after left out), which only hindsight can see; met: an alarm
 * from two weeks before to three after the first. Episodes: alarms in the series as they are, four weeks of silence
 * after each; unfounded, the false alarms: no real surge from two weeks before to three after. Forecasts: made at every
 * row from the 60th on; quiet when the half year before had fewer than five events, where even the middle half of the
 * chance is mostly the one count 0.
 */
enum { ANTICIPATE_RULES = 3 };
struct anticipate_backtest {
  int64_t series, years100, surges; /* series long enough; series-years watched, in hundredths; real surges */
  /* c2: C2 at any count; vigilance: C2 with four counts; alert: what the weekly pass alerts on before its guard looks
   * and nested series are told as one: Fisher below .001 with four counts and more than expected, which stands after
   * Benjamini-Hochberg over all series of the same time */
  struct {
    const char *method;
    int64_t planted, found, met, episodes, unfounded;
    double rows_late; /* mean rows from the first of the planted surge to the alarm */
  } warning[ANTICIPATE_RULES];
  struct anticipate_backtest_forecast {
    int64_t n;
    double wis, wis_naive, cover50, cover95; /* sums of scores; shares */
  } forecast[2];                             /* of series in use; of quiet ones */
};
MUST vg_code anticipate_backtest(const struct anticipate_data *d, size_t horizon, struct anticipate_backtest *out,
                                 struct vg_err *err);

/*
 * Claims of attackers as watchers list them: CSV with a heading; date and group (or family), and if there victim,
 * country, sector, zone, size and known (when the public could know; without it the date). "unknown", "ZZ" and the like
 * are no label. A bad row reaches the sink with its line and costs only itself: no date, one in the future, known
 * before the date, no group, a zone or size that is not one, text that is not UTF-8. The same list read again adds only
 * what is new. VG_EDATA: no such columns.
 */
typedef void anticipate_reject_sink(void *ctx, int64_t line, const struct vg_err *reason);
struct anticipate_claims {
  vg_str text, source;
  const char *path; /* for messages */
  anticipate_reject_sink *reject;
  void *ctx;
};
struct anticipate_claims_read {
  int64_t read, added, rejected;
};
MUST vg_code anticipate_claims_import(struct store_tx *tx, const struct actor *who, const struct anticipate_claims *in,
                                      struct anticipate_claims_read *out, struct vg_err *err);

/*
 * The pass over the instance's own counts as of an instant: incidents, sightings and claims by family, country, zone,
 * sector, size and up to three of them together, the last complete week (or day). What the guard finds changed in the
 * books vetoes; the others are raised as warnings with a rest of 28 days a series; forecasts are sealed and those of
 * periods that are over are scored; the counts are kept as they were seen. Nothing reported, recorded or known after
 * as_of is read, and what was withdrawn after it still counts. preview: tx may be a snapshot, nothing is written.
 */
struct anticipate_pass_options {
  vg_time as_of; /* VG_NOTIME: the transaction's */
  bool daily, preview;
};
struct anticipate_pass {
  int64_t id; /* 0: preview */
  vg_time as_of, period;
  int64_t step, events, series, tested, corrected, raised, kept, silent, withdrawn, vetoed, sealed, scored;
  int64_t altered;       /* forecasts that do not stand as the ledger's leaf says: not scored */
  int64_t short_sources; /* sources with events but fewer than 30 periods: not tested yet */
  char input[65];        /* SHA-256 of all that was counted */
};
struct anticipate_surge {
  vg_str series, method, outcome; /* "fisher" or "scan"; "raised", "kept", "silent", "part", "vetoed" */
  int level;
  int64_t observed;
  double expected, low, high, threshold, p, adjusted;
  vg_str veto; /* dimension whose labelling changed, "coverage", or empty */
  double share_before, share_now;
};
typedef vg_code anticipate_surge_sink(void *ctx, const struct anticipate_pass *pass, const struct anticipate_surge *s,
                                      struct vg_err *err);
/* VG_EUSAGE: as_of is later than now. */
MUST vg_code anticipate_pass_run(struct store_tx *tx, const struct actor *who,
                                 const struct anticipate_pass_options *options, anticipate_surge_sink *sink, void *ctx,
                                 struct anticipate_pass *out, struct vg_err *err);

/* A sealed forecast. Strings borrowed; scored: outcome and scores are known. */
struct anticipate_sealed {
  vg_str series;
  int64_t step, horizon, leaf;
  vg_time origin, target, sealed;
  bool late, scored, in50, in95;
  double quantile[ANTICIPATE_LEVELS];
  int64_t outcome;
  double wis, wis_naive;
};
typedef vg_code anticipate_sealed_sink(void *ctx, const struct anticipate_sealed *f, struct vg_err *err);
/* Newest target first; series empty: all. */
MUST vg_code anticipate_each_sealed(struct store_tx *tx, vg_str series, anticipate_sealed_sink *sink, void *ctx,
                                    struct vg_err *err);
/* The record of what was sealed in time and is scored (late: of what was sealed afterwards, which proves nothing);
 * series empty: all. */
struct anticipate_sealed_record {
  int64_t open, scored;
  double wis, wis_naive, cover50, cover95; /* sums; shares */
};
MUST vg_code anticipate_sealed_score(struct store_tx *tx, vg_str series, bool late,
                                     struct anticipate_sealed_record *out, struct vg_err *err);

/*
 * Reports that belong together, heaviest first. A thing that n of N reports show weighs ln(N/n), a technique half of
 * it; things that more than 60 reports show, benign ones and vulnerabilities weigh nothing; files of one TLSH cluster
 * are one thing. Reports joined by edges of at least `least` (0: ANTICIPATE_LINK_LEAST) are one campaign. Sightings
 * recorded after as_of (VG_NOTIME: now) are not read, nor what `who` may not see: of an organisation, of a case.
 * Reports of one regime are joined with one another only, as if there were no others; BOTH: casework_combined of
 * who->id is asked for (VG_EDENIED).
 */
#define ANTICIPATE_LINK_LEAST 2.0
enum { ANTICIPATE_LINK_REASONS = 8 };
struct anticipate_link_reason {
  vg_str type, value;
  double weight;
  int64_t reports; /* how many show it */
};
struct anticipate_link {
  struct {
    vg_str report, organisation, organisation_id, zone;
    vg_time first;
    enum regime regime;
  } end[2];
  int64_t campaign; /* from 1 */
  double weight;
  const struct anticipate_link_reason *because; /* the heaviest ones */
  size_t reasons, things;                       /* told; shared in all */
};
struct anticipate_link_query {
  enum regime of;
  vg_time as_of;
  double least;
};
typedef vg_code anticipate_link_sink(void *ctx, const struct anticipate_link *l, struct vg_err *err);
MUST vg_code anticipate_each_link(struct store_tx *tx, const struct actor *who, const struct anticipate_link_query *ask,
                                  anticipate_link_sink *sink, void *ctx, struct vg_err *err);

/*
 * Whom a family (of the instance's incidents, sightings and claims) hits next by country, zone, sector or size: a
 * profile that fades by half in 180 days, drawn towards the base rate by the weight of 20 events. VG_ENOTFOUND: nothing
 * known of the family; VG_EUSAGE: no such dimension.
 */
struct anticipate_target {
  vg_str value;
  double share, base, weight; /* expected share; of all families; the family's faded events there */
};
/* What the profile adds, measured: each event of families with five before it, told from what came before. */
struct anticipate_target_score {
  int64_t events, top_profile, top_base; /* told; among the three likeliest of the profile, of the base rate */
  double bits;                           /* mean log2(share / base) of what came */
  int64_t of_family;                     /* events of the family asked for */
};
typedef vg_code anticipate_target_sink(void *ctx, const struct anticipate_target *t, struct vg_err *err);
MUST vg_code anticipate_targets(struct store_tx *tx, vg_str family, vg_str dimension, vg_time as_of, size_t most,
                                anticipate_target_sink *sink, void *ctx, struct anticipate_target_score *score,
                                struct vg_err *err);

/* Next techniques of an attack from those observed, learnt from sets of other reports: JSON Lines
 * {"id":…,"techniques":[…]}. */
struct anticipate_techniques;
enum { ANTICIPATE_NEXT = 20 };
struct anticipate_next {
  vg_str technique;
  double score;
  struct {
    vg_str technique;
    double score;
  } because[3]; /* of those given, the ones that speak loudest for it */
  size_t reasons;
};
MUST vg_code anticipate_techniques_learn(struct anticipate_techniques **out, vg_str text, const char *path,
                                         double lambda, struct vg_err *err);
void anticipate_techniques_free(struct anticipate_techniques *t);
typedef vg_code anticipate_next_sink(void *ctx, vg_str id, const struct anticipate_next *next, size_t n,
                                     struct vg_err *err);
/* One call a line of text; techniques that were never learnt say nothing. */
MUST vg_code anticipate_techniques_next(const struct anticipate_techniques *t, vg_str text, const char *path,
                                        anticipate_next_sink *sink, void *ctx, struct vg_err *err);

/*
 * Replay of an event stream, JSON Lines {"id","known_date","kind","objects",…}: the clock goes by known_date and
 * nothing later is seen. Events about the same objects are one matter; what is known of it adds up, rung by rung,
 * whatever its name.
 */
struct anticipate_replayed {
  vg_str time;  /* "2017-04-24", or the instant when the stream gives one */
  int level;    /* enum anticipate_level */
  vg_str about; /* the object that most of its events name */
  double score;
  const vg_str *because; /* ids of the events that add to the score, in order of knowledge */
  const double *weight;
  size_t n;
};
typedef vg_code anticipate_replay_sink(void *ctx, const struct anticipate_replayed *w, struct vg_err *err);
/* to: nothing known after it is read (VG_NOTIME: all). VG_EDATA names line and reason. */
MUST vg_code anticipate_replay(vg_str text, const char *path, vg_time to, anticipate_replay_sink *sink, void *ctx,
                               struct vg_err *err);

extern const char anticipate_sql[];

#endif
