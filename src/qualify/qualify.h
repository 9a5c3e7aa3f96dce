#ifndef VG_QUALIFY_QUALIFY_H
#define VG_QUALIFY_QUALIFY_H
/*
 * How bad is it, and who says so. An assessment is a sum of log-odds over pieces of evidence, each with its weight and
 * its reason; strike one and the verdict moves. A request goes open -> asked -> answered -> decided -> released; the
 * verdict that one person proposes is final only when a different person confirms it (four eyes, VG_EDENIED otherwise).
 * From then on it is evidence in every assessment of its subject, by the answers that it rests on, until one of them is
 * struck. Reasons are message ids with arguments, rendered at the door.
 */
#include "intel/intel.h"
#include "merge/merge.h"

enum qualify_verdict { QUALIFY_UNKNOWN, QUALIFY_BENIGN, QUALIFY_SUSPICIOUS, QUALIFY_MALICIOUS };
const char *qualify_verdict_name(int v);
bool qualify_verdict_by_name(vg_str name, int *out);

enum { QUALIFY_PIECES = 64, QUALIFY_ARG_MAX = 160, QUALIFY_ARGS = 7 };
/* One piece of evidence. */
struct qualify_piece {
  char key[200];      /* stable name: "assertion:SOURCE", "sightings", "list", "list:NAME", "answer:ID", "verdict:PID",
                         "prior" */
  const char *reason; /* message id, static */
  char arg[QUALIFY_ARGS][QUALIFY_ARG_MAX];
  double alone;  /* log-odds (natural) if nothing else said the same; positive speaks for malicious */
  double weight; /* what it adds beside the pieces that are not struck: a copy adds only what is its own */
  size_t id;     /* its row in qualify_assessment.copied */
  bool struck;   /* known but left out of the sum */
};
struct qualify_assessment {
  int verdict;        /* enum qualify_verdict */
  double probability; /* that it is malicious */
  int confidence;     /* 0-100, STIX scale: how much evidence, how independent */
  size_t count;
  struct qualify_piece
      piece[QUALIFY_PIECES]; /* heaviest first; at the end "prior", where the sum starts, which cannot be struck */
  float copied[QUALIFY_PIECES]
              [QUALIFY_PIECES]; /* by ids, symmetric: how much of what the two say is one word only, 0-1 */
};
/* Message id of the estimative word for a probability ("qualify.word.likely"): one scale of seven, bounds .05 .2 .45
 * .55 .8 .95. */
const char *qualify_word(double probability);
/* Reads, changes nothing. type: a name of intel's type table or its short form; VG_EUSAGE when unknown. */
MUST vg_code qualify_assess(struct store_tx *tx, vg_str type, vg_str value, vg_time now, struct qualify_assessment *out,
                            struct vg_err *err);
/* Pure: weights, sum, verdict and confidence again from the pieces that are not struck. */
void qualify_weigh(struct qualify_assessment *a);

/*
 * The arithmetic, pure: what bench/qualify measures is what qualify_assess() adds up. Its few constants stand in one
 * table (model.c), with where each comes from. begin: an assessment that knows nothing yet. A piece that finds no room
 * is dropped.
 */
struct qualify_listing {
  vg_str source, name; /* name: what the source calls it, or empty */
  char reliability;    /* 'A'..'F' */
  int64_t confidence;  /* 0-100, -1: not said */
  bool digest;         /* it is the digest of a content, and nothing else */
  double fresh;        /* what age leaves of it, 0-1: qualify_fresh() */
};
enum qualify_warning {
  QUALIFY_WARNING_BENIGN, /* things that are no sign of anything: popular sites, public resolvers, services of systems
                           */
  QUALIFY_WARNING_SHARED, /* things that good and bad people share: clouds, shorteners, dynamic names */
};
void qualify_begin(struct qualify_assessment *a);
void qualify_add_listing(struct qualify_assessment *a, const struct qualify_listing *l);
void qualify_add_warning(struct qualify_assessment *a, vg_str list, enum qualify_warning kind);
/* The half-lives are intel's. An address once bad is never quite new again: a tenth stays. */
double qualify_fresh(enum indicator_type type, vg_time age);
/*
 * How much of what two sources both say counts only once: listed values of the smaller one (0: not measured), common of
 * them in the other too. one_first, other_first: in how many of the common ones each was the earlier; about as often
 * the one as the other speaks against copying.
 */
double qualify_copied(int64_t listed, int64_t common, int64_t one_first, int64_t other_first);

/*
 * Measures anew how much the sources repeat each other: pairs of sources with values in common. Assessments use it from
 * then on; before, and for a source that came later, they take three tenths for granted. Ledger "qualify.compared".
 */
MUST vg_code qualify_compare(struct store_tx *tx, const struct actor *who, int64_t *pairs, struct vg_err *err);
struct qualify_pair {
  vg_str source, other;   /* source: the smaller one */
  int64_t listed, common; /* values of the smaller one; of them in the other too */
  int64_t first, other_first;
  double copied;
};
typedef vg_code qualify_pair_sink(void *ctx, const struct qualify_pair *p, struct vg_err *err);
/* Every measured pair, those with most in common first. */
MUST vg_code qualify_each_pair(struct store_tx *tx, qualify_pair_sink *sink, void *ctx, struct vg_err *err);

/*
 * Warning lists: MISP's warninglist format (JSON with "list", "type", "name"; hostname and cidr lists speak for what
 * lies below too), or one value a line. A list of the same name is replaced. name: for lists that bring none. VG_EDATA
 * when nothing in it is a value; regular expressions and parts of words are refused (VG_EDATA): Vigie compares values.
 */
struct qualify_warnings {
  const char *path, *name;
  enum qualify_warning kind;
  char called[128];       /* out */
  int64_t values, passed; /* out: kept; of no type that we know */
};
MUST vg_code qualify_warnings_import(struct store_tx *tx, const struct actor *who, struct qualify_warnings *w,
                                     struct vg_err *err);
struct qualify_warning_list {
  vg_str name;
  enum qualify_warning kind;
  int64_t values;
  vg_time imported;
};
typedef vg_code qualify_warning_sink(void *ctx, const struct qualify_warning_list *l, struct vg_err *err);
MUST vg_code qualify_each_warning_list(struct store_tx *tx, qualify_warning_sink *sink, void *ctx, struct vg_err *err);

/* Subjects to be assessed, JSON Lines {"type":…,"value":…}, in order; path is for the message. VG_EDATA names the line.
 * Pure. */
typedef vg_code qualify_subject_sink(void *ctx, vg_str type, vg_str value, struct vg_err *err);
MUST vg_code qualify_each_subject(vg_str text, const char *path, qualify_subject_sink *sink, void *ctx,
                                  struct vg_err *err);

/* A file on disk. Its bytes are read in the cell "facts" only. */
enum { QUALIFY_FACTS = 48, QUALIFY_MATCHES = 64 };
struct qualify_fact {
  const char *name, *reason; /* static: "pe.packer", message id with the two words */
  char arg[2][QUALIFY_ARG_MAX];
  double weight; /* log-odds; 0: it is only worth knowing */
};
struct qualify_file {
  char md5[33], sha1[41], sha256[65], tlsh[73]; /* tlsh: empty when the file says too little */
  char kind[16]; /* "PE", "ELF", "PDF", "OLE2", "OOXML", "ZIP", "RTF", "script", "data" */
  int64_t size;
  double entropy; /* bits a byte, of the first 64 MiB, as the facts are */
  size_t facts;
  struct qualify_fact fact[QUALIFY_FACTS];
  size_t matches;
  struct qualify_match {
    char rule[128], source[128]; /* source empty: of a file of rules */
    char letter;
  } match[QUALIFY_MATCHES];
  bool rules_unread; /* some rule of the store cannot be compiled */
};
/* The YARA rules that live sources of the store assert, for as many files as one likes. NULL when there is none. */
struct qualify_rules;
MUST vg_code qualify_rules_of(struct store_tx *tx, struct qualify_rules **out, struct vg_err *err);
void qualify_rules_free(struct qualify_rules *r);
/* Facts, digests, and the YARA rules that match: the store's (NULL: none) and those of `count` source files (VG_EDATA
 * when one cannot be compiled). VG_EIO, VG_ECELL. Takes its time and asks the store nothing. */
MUST vg_code qualify_file_read(const char *path, const struct qualify_rules *store, const char *const *rules,
                               size_t count, struct qualify_file *out, struct vg_err *err);
/* Pure. */
void qualify_add_facts(struct qualify_assessment *a, const struct qualify_file *f);
/*
 * What is known of its three digests (a source counts once), the nearest listed TLSH digest, the YARA rules that
 * matched, its facts. tx NULL: no instance, so facts and rules alone.
 */
MUST vg_code qualify_assess_file(struct store_tx *tx, const struct qualify_file *f, struct qualify_assessment *out,
                                 struct vg_err *err);
struct cell_parser;
extern const struct cell_parser qualify_parser; /* for the table of parsers */

/*
 * How far a source is believed: the Admiralty letter A-F, which intel keeps, with who said so and why. Assertions of a
 * source that nobody has rated weigh as F (cannot be judged). VG_EUSAGE when the letter is none. The newest rating
 * counts; each is in the ledger.
 */
MUST vg_code qualify_source_rate(struct store_tx *tx, const struct actor *who, vg_str source, char reliability,
                                 vg_str why, struct vg_err *err);
struct qualify_source {
  vg_str name, why, rated_by;
  char reliability; /* 'A'..'F' */
  vg_time rated;    /* VG_NOTIME: nobody did */
  int64_t assertions;
};
typedef vg_code qualify_source_sink(void *ctx, const struct qualify_source *s, struct vg_err *err);
/* Every source of the intelligence store, by name. */
MUST vg_code qualify_each_source(struct store_tx *tx, qualify_source_sink *sink, void *ctx, struct vg_err *err);

/* A request. Strings borrowed until the sink returns. */
struct qualify_request {
  int64_t id;
  vg_str pid; /* qualification--uuid */
  vg_str type, value, question, state, asked_by;
  vg_str asked_to, basis; /* asked_to: whoever was asked last; basis: the frame of law, empty: not said */
  vg_time deadline;       /* VG_NOTIME: none */
  enum tlp tlp;
  enum pap pap;
  int verdict; /* proposed or final; QUALIFY_UNKNOWN before */
  double probability;
  int confidence;
  vg_str proposed_by, confirmed_by, motive;
  vg_time opened, decided, released;
};
typedef vg_code qualify_request_sink(void *ctx, const struct qualify_request *r, struct vg_err *err);
/*
 * asked_by: who wants to know, in words (an organisation, a service). pid is filled. type: of intel's, or "case",
 * "exhibit" (value: the reference), which only own analysts are asked about. The request is TLP:AMBER, PAP:AMBER
 * without deadline until qualify_set_terms() says otherwise.
 */
MUST vg_code qualify_open(struct store_tx *tx, const struct actor *who, vg_str type, vg_str value, vg_str question,
                          vg_str asked_by, struct vg_id *pid, struct vg_err *err);
/* On what terms it is asked. Fields that say nothing (NULL, VG_NOTIME, -1) are left as they are. */
struct qualify_terms {
  const char *basis; /* flagrance, preliminary, rogatory, intelligence, prevention */
  vg_time deadline;
  int tlp, pap; /* enum tlp, enum pap */
};
/* VG_EUSAGE when the basis is none of these; VG_ESTATE when released. */
MUST vg_code qualify_set_terms(struct store_tx *tx, const struct actor *who, vg_str pid, const struct qualify_terms *t,
                               struct vg_err *err);
/*
 * To somebody of the house (public id, login or name) with a mandate in force: open -> asked. VG_EDENIED when `to` is
 * an organisation or serves only one: what leaves passes the gate of `share`, which then calls qualify_ask(); and when
 * it is about an affair that this person may not see.
 */
MUST vg_code qualify_ask_own(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str to, struct vg_err *err);
/* The question has left for somebody: open -> asked. VG_EDENIED about a case or an exhibit. */
MUST vg_code qualify_ask(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str to, struct vg_err *err);
/* What somebody answered: verdict with Admiralty code ("B2") and a text. open, asked or answered -> answered. */
MUST vg_code qualify_answer(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str from, int verdict,
                            vg_str admiralty, vg_str text, struct vg_err *err);
/*
 * Leaves a piece of the request's assessment out, or takes it in again; why is recorded. VG_ENOTFOUND when the
 * assessment has no such piece. A released verdict does not outlive its evidence: the request goes back to answered and
 * has to be decided anew.
 */
MUST vg_code qualify_strike(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str key, bool struck,
                            vg_str why, struct vg_err *err);
/* First pair of eyes: -> decided. VG_ESTATE when already released. */
MUST vg_code qualify_decide(struct store_tx *tx, const struct actor *who, vg_str pid, int verdict, vg_str motive,
                            struct vg_err *err);
/* Second pair of eyes: decided -> released. VG_EDENIED when who is the one who proposed. */
MUST vg_code qualify_confirm(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);

/* A question about a case or an exhibit follows the need to know of the case (casework_access); one about a value is
 * everybody's. qualify_see: VG_EDENIED, VG_ENOTFOUND. */
bool qualify_is_affair(vg_str type); /* a case or an exhibit: a subject that is no value */
bool qualify_seen(struct store_tx *tx, const struct actor *who, vg_str type, vg_str value);
MUST vg_code qualify_see(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
MUST vg_code qualify_find(struct store_tx *tx, vg_str pid, qualify_request_sink *sink, void *ctx, struct vg_err *err);
/* Newest first; state NULL all. */
MUST vg_code qualify_each(struct store_tx *tx, const char *state, qualify_request_sink *sink, void *ctx,
                          struct vg_err *err);
/* The assessment of a request: that of its subject with its answers, without its struck pieces. */
MUST vg_code qualify_assess_request(struct store_tx *tx, vg_str pid, vg_time now, struct qualify_assessment *out,
                                    struct vg_err *err);
/* Its history, oldest first. */
struct qualify_event {
  vg_time time;
  vg_str what, who,
      text; /* what: "opened", "terms", "asked", "answered", "struck", "restored", "decided", "confirmed" */
};
/* Its answers, oldest first. */
struct qualify_given {
  vg_str source, admiralty, text;
  int verdict;
  vg_time time;
};
typedef vg_code qualify_given_sink(void *ctx, const struct qualify_given *a, struct vg_err *err);
MUST vg_code qualify_each_answer(struct store_tx *tx, vg_str pid, qualify_given_sink *sink, void *ctx,
                                 struct vg_err *err);

typedef vg_code qualify_event_sink(void *ctx, const struct qualify_event *e, struct vg_err *err);
MUST vg_code qualify_each_event(struct store_tx *tx, int64_t request, qualify_event_sink *sink, void *ctx,
                                struct vg_err *err);

/* What is not released and due within that time, or late: the earliest first. */
MUST vg_code qualify_each_due(struct store_tx *tx, vg_time now, vg_time within, qualify_request_sink *sink, void *ctx,
                              struct vg_err *err);

/* One question to one party and its first answer; or, `to` empty, a request from its opening to its release. */
struct qualify_delay {
  vg_str pid, type, value, to;
  vg_time asked, answered; /* answered VG_NOTIME: not yet */
  vg_time deadline;
};
typedef vg_code qualify_delay_sink(void *ctx, const struct qualify_delay *d, struct vg_err *err);
/* The rows behind the figures, by party, oldest first. */
MUST vg_code qualify_each_delay(struct store_tx *tx, qualify_delay_sink *sink, void *ctx, struct vg_err *err);
struct qualify_turnaround {
  vg_str to;                     /* empty: from opening to release, whoever answers */
  int64_t asked, answered, late; /* late: answered after the deadline, or not yet and past it */
  vg_time median,
      p90; /* ns, of what was answered; VG_NOTIME: nothing was. p90: nine in ten took no longer (nearest rank) */
};
typedef vg_code qualify_turnaround_sink(void *ctx, const struct qualify_turnaround *t, struct vg_err *err);
/* The whole first, then by party. */
MUST vg_code qualify_each_turnaround(struct store_tx *tx, vg_time now, qualify_turnaround_sink *sink, void *ctx,
                                     struct vg_err *err);

/* How requests of other instances are taken in: the question, answers, history, terms, what was struck out, the
 * verdict. About a case or an exhibit they wait until it is known. _affair_of: the public id of the case or exhibit
 * that a request is about, "" none. _renamed: a case's or an exhibit's reference changed. */
extern const struct merge_kind qualify_merges[];
MUST vg_code qualify_affair_of(struct store_tx *tx, vg_str pid, struct vg_id *affair, struct vg_err *err);
MUST vg_code qualify_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err);

/* Requests about a case that is erased, or its exhibits: their public ids are added to `subjects`, a line each, and
 * their rows go. */
MUST vg_code qualify_case_forget(struct store_tx *tx, const char *ref, struct vg_buf *subjects, int64_t *rows,
                                 struct vg_err *err);

extern const char qualify_sql[];

#endif
