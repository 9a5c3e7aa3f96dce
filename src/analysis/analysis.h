#ifndef VG_ANALYSIS_ANALYSIS_H
#define VG_ANALYSIS_ANALYSIS_H
/*
 * What is inside an image, a file or a directory: volumes, every file (deleted and orphaned ones too) with its times,
 * hashes and type, what its content holds (listed values, YARA rules), what unallocated space holds. All outside bytes
 * are read in the cell (parser "image"), each file once; findings come out one by one in the order of the medium,
 * memory does not grow with it. What cannot be read is a problem among the findings and the rest goes on; so does the
 * death of the parser: the file that killed it is named and left out.
 *
 *     struct analysis_order o = {.path = "disk.E01", .pack = "vigie.pack"};
 *     VG_TRY(analysis_run(&o, sink, progress, ctx, &sum, err));
 *
 * Runs of an exhibit travel with their case (analysis_merges), with all that they found.
 *
 * Owns analysis_run, analysis_volume, analysis_file, analysis_finding, analysis_event, analysis_job; others read
 * analysis_v_*.
 */
#include "casework/casework.h"
#include "intel/intel.h"
#include "ledger/ledger.h"
#include "sandbox/sandbox.h"

enum finding_kind {
  FINDING_VOLUME,
  FINDING_FILE,
  FINDING_EVENT,
  FINDING_INDICATOR,
  FINDING_HIT,
  FINDING_PROBLEM,
  FINDING_KINDS
};
const char *finding_kind_name(enum finding_kind k); /* "volume", "file", "event", "indicator", "hit", "problem" */

enum { ANALYSIS_NO_VOLUME = -1 };

struct found_volume {
  int64_t at, bytes;  /* bytes from the image's start */
  vg_str file_system; /* "ntfs", "ext4", "fat16"...; empty: none that can be read */
  vg_str description; /* as the partition table says */
};
enum file_entry { ENTRY_FILE, ENTRY_DIRECTORY, ENTRY_LINK, ENTRY_STREAM, ENTRY_OTHER, ENTRY_VIRTUAL, ENTRY_KINDS };
const char *file_entry_name(enum file_entry e); /* "file", "directory", "link", "stream", "other", "virtual" */
/* STREAM: a named NTFS data stream, its path is "file:stream". VIRTUAL: made by the reader ($OrphanFiles). */
struct found_file {
  int64_t number; /* counts from 1 within the run */
  int64_t volume; /* first byte of the volume, or ANALYSIS_NO_VOLUME */
  vg_str path;    /* bytes, from the volume's root */
  vg_str inode;   /* as TSK writes it ("42-128-1"); empty: none */
  enum file_entry entry;
  int64_t size;
  bool allocated;                     /* name and content both */
  bool reused;                        /* deleted, and its inode now belongs to another file: content is not read */
  vg_str type;                        /* MIME type by libmagic; empty when not read */
  vg_str md5, sha1, sha256;           /* hex; empty when not read whole */
  vg_time mtime, atime, ctime, btime; /* written, read, changed (metadata), born */
};
struct found_event {
  int64_t volume;
  vg_time time;
  vg_str source; /* "filesystem"; "evtx", a Windows event log, "evtx-recovered", its free space */
  vg_str what;   /* file system: four of "macb", "." where not; evtx: "Security/4720" */
  vg_str path, inode;
  vg_str text; /* evtx: "Provider=... Computer=... UserID=S-1-... name=value ..." */
};
/* A value that stands in the content, listed or not. */
struct found_indicator {
  int64_t file, volume;
  vg_str path, type, value;
  int64_t offset; /* of its first occurrence: in the content, without file as a hit's */
  int64_t count;
  int64_t flags; /* enum intel_hit_flag of all its occurrences */
};
/* UNALLOCATED and GAP: no file; offset counts from the volume's first byte, or from the image's (outside volumes).
 * EVENT: an event of a log; offset is that of its record. */
enum hit_place { PLACE_CONTENT, PLACE_NAME, PLACE_HASH, PLACE_UNALLOCATED, PLACE_GAP, PLACE_EVENT, HIT_PLACES };
const char *hit_place_name(enum hit_place p);
struct found_hit {
  int64_t file, volume;
  enum hit_place place;
  vg_str path;
  vg_str rule; /* a YARA rule, or empty: then type and indicator */
  vg_str type, indicator, seen, source;
  int64_t offset; /* -1: none (name, hash, a rule without strings) */
  vg_time time;   /* of the log line or event it stands in, VG_NOTIME */
  bool benign;    /* on a warning list */
};
struct found_problem {
  int64_t volume;
  vg_str where;    /* path, rule file, place in the image */
  const char *msg; /* message id, static */
  vg_str arg[3];
};
struct finding {
  enum finding_kind kind;
  union {
    struct found_volume volume;
    struct found_file file;
    struct found_event event;
    struct found_indicator indicator;
    struct found_hit hit;
    struct found_problem problem;
  };
};
/* Texts are borrowed until the sink returns. Anything but VG_OK ends the run. */
typedef vg_code analysis_sink(void *ctx, const struct finding *f, struct vg_err *err);
typedef void analysis_progress(void *ctx, uint64_t done, uint64_t total); /* bytes of the medium */

struct analysis_order {
  const char *path;         /* an image (first segment), a file or a directory */
  const char *pack;         /* NULL: none */
  const char *const *rules; /* YARA source files */
  size_t rule_count;
  unsigned kinds; /* bits 1 << finding_kind that are wanted; 0: all. Problems always come. */
};
struct analysis_sum {
  int64_t count[FINDING_KINDS];
  int64_t files, deleted; /* ordinary files, and those among them that are not allocated */
  int64_t bytes;          /* of content read and hashed */
};
MUST vg_code analysis_run(const struct analysis_order *o, analysis_sink *sink, analysis_progress *progress, void *ctx,
                          struct analysis_sum *sum, struct vg_err *err);

/* A line of a rule file: what stands behind it is by another maker, has a name space of its own, and does not fail with
 * what stands before it. */
#define ANALYSIS_RULES_MARK "// vigie: next maker\n"
/* Rule files as a user names them: a file, or a directory of .yar and .yara files (in order of their names). */
struct analysis_rules {
  char **v;
  size_t n;
};
MUST vg_code analysis_rules_add(struct analysis_rules *r, const char *path, struct vg_err *err);
void analysis_rules_fini(struct analysis_rules *r);

/* All that the instance lists, as a pack for this run alone: it is not signed, not recorded, and the caller removes it.
 * *values 0: no file. */
MUST vg_code analysis_own_pack(struct store_tx *tx, const char *path, struct vg_id *id, size_t *values,
                               struct vg_err *err);

/* What matched, summed over the whole input, in order of the first hit. */
struct analysis_match {
  vg_str rule;              /* or empty: then type and value */
  vg_str type, value, path; /* path of the first file of a user, else of the first; empty: outside files */
  int64_t count, files;
  vg_time first, last; /* of the log lines, else of the files; VG_NOTIME unknown */
  bool benign;
};
struct analysis_tally;
MUST vg_code analysis_tally_new(struct analysis_tally **out, struct vg_err *err);
void analysis_tally_free(struct analysis_tally *t);
/* Files (for their times) and hits; the others are ignored. */
MUST vg_code analysis_tally_add(struct analysis_tally *t, const struct finding *f, struct vg_err *err);
size_t analysis_tally_count(const struct analysis_tally *t);
struct analysis_match analysis_tally_at(const struct analysis_tally *t, size_t i);

/*
 * Recording. Findings are spooled to a file without a name while the run lasts, then written in one transaction: rows,
 * sightings of the case's organisation for matched values that are not benign, one ledger entry "analysis.done".
 */
struct analysis_recorder;
MUST vg_code analysis_recorder_new(struct analysis_recorder **out, const char *dir,
                                   struct vg_err *err); /* dir: where the spool lies */
MUST vg_code analysis_recorder_add(struct analysis_recorder *r, const struct finding *f, struct vg_err *err);
void analysis_recorder_free(struct analysis_recorder *r);
struct analysis_record {
  const struct analysis_order *order;
  const struct analysis_sum *sum;
  const struct analysis_tally *tally;
  const char *case_ref, *exhibit_ref; /* as casework finds them; NULL: none, and then no sightings */
  const char *pack_id;                /* or NULL */
  vg_time started;
};
/* VG_ENOTFOUND when case or exhibit are not there, VG_EDATA when the exhibit is another case's; NULL, NULL is fine. */
MUST vg_code analysis_check_refs(struct store_tx *tx, const struct actor *who, const char *case_ref,
                                 const char *exhibit_ref, struct vg_err *err);
/* Fails as analysis_check_refs does. pid: analysis--uuid. */
MUST vg_code analysis_record(struct store_tx *tx, const struct actor *who, struct analysis_recorder *r,
                             const struct analysis_record *what, struct vg_id *pid, int64_t *ledger_index,
                             struct vg_err *err);

/*
 * Analyses for later: asked for by anybody, made by a worker. waiting ──take──▶ running ──end──▶ done, or ──fail──▶
 * failed. A worker that dies loses its lease, and the job is taken again, three times at most. Every step is one short
 * transaction; the end joins the one that records the analysis.
 */
enum { JOB_ATTEMPTS = 3 };
#define JOB_LEASE (90 * VG_SECOND)
struct analysis_job {
  int64_t id, attempts;
  char pid[VG_ID_MAX], case_ref[64], exhibit_ref[64], input[4096];
  char asked_by[VG_ID_MAX]; /* the person's public id: acts as the one who asked */
};
/* Checks the references and that the path is there and absolute. VG_EEXIST when the same is waiting or running. Ledger
 * "analysis.asked". */
/* casework_marker: listed values that analyses found become marks of their cases again. */
MUST vg_code analysis_remark(struct store_tx *tx, const struct actor *who, struct vg_err *err);
/* All that analyses found in a case that is erased, with the sightings that they told of; rows: counted. subjects: the
 * public ids of the analyses are appended, a line each. */
MUST vg_code analysis_case_forget(struct store_tx *tx, const char *ref, struct vg_buf *subjects, int64_t *rows,
                                  struct vg_err *err);
extern const struct merge_kind analysis_merges[];
/* Runs that an older version recorded are told to other instances too: before a file is given away. */
MUST vg_code analysis_tell_old(struct store_tx *tx, const struct actor *who, struct vg_err *err);
/* Runs whose findings did not come with them: the file left them out, or came before their case. */
MUST vg_code analysis_bare(struct store_tx *tx, int64_t *count, struct vg_err *err);
/* A reference that the merge changed. */
MUST vg_code analysis_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err);
MUST vg_code analysis_job_add(struct store_tx *tx, const struct actor *who, const char *path, const char *case_ref,
                              const char *exhibit_ref, struct vg_id *pid, struct vg_err *err);
/* The oldest that waits or whose lease ended, now this worker's; VG_ENOTFOUND: none. A job out of attempts becomes
 * failed on the way. */
MUST vg_code analysis_job_take(struct store_tx *tx, const char *worker, struct analysis_job *out, struct vg_err *err);
/* Renews the lease. VG_ESTATE: it is another worker's by now. */
MUST vg_code analysis_job_progress(struct store_tx *tx, const struct analysis_job *j, const char *worker, uint64_t done,
                                   uint64_t total, struct vg_err *err);
MUST vg_code analysis_job_end(struct store_tx *tx, const struct analysis_job *j, const char *worker, const char *run,
                              struct vg_err *err);
/* The worker stops: the job waits again, and this attempt does not count. */
MUST vg_code analysis_job_give_back(struct store_tx *tx, const struct analysis_job *j, const char *worker,
                                    struct vg_err *err);
/* why: a sentence. Ledger "analysis.failed". */
MUST vg_code analysis_job_fail(struct store_tx *tx, const struct actor *who, const struct analysis_job *j,
                               const char *worker, vg_str why, struct vg_err *err);

/* Events of the recorded runs of a case ("": all of one regime, REGIME_PREVENTION or REGIME_INVESTIGATION, or of BOTH)
 * in order of time, with the file system's own; of several runs on one input the last counts. from and to are included;
 * VG_NOTIME: no limit. VG_ENOTFOUND: no such case. */
typedef vg_code analysis_event_sink(void *ctx, const struct found_event *e, struct vg_err *err);
MUST vg_code analysis_timeline(struct store_tx *tx, vg_str case_ref, enum regime of, vg_time from, vg_time to,
                               analysis_event_sink *sink, void *ctx, struct vg_err *err);
/* The files of the same runs, in order of run and number. */
typedef vg_code analysis_file_sink(void *ctx, const struct found_file *f, struct vg_err *err);
MUST vg_code analysis_each_file(struct store_tx *tx, vg_str case_ref, enum regime of, analysis_file_sink *sink,
                                void *ctx, struct vg_err *err);

/* The parser "image", for the table of cells. */
extern const struct cell_parser analysis_parser;
extern const char analysis_sql[];

#endif
