#ifndef VG_MERGE_MERGE_H
#define VG_MERGE_MERGE_H
/*
 * Two instances that worked apart become one record: each writes down what it does as events, in order, chained by
 * hash; a file of them, signed with the instance's key, is applied by the other. Applying twice changes nothing, a gap
 * or a rewritten past is refused, and which answer holds is never decided by a clock: rooms say what an event replaces,
 * and what nobody replaced stays in force beside the other.
 *
 * File (JSON Lines, a line at most 1 MB):
 *   {"vigie":"events","version":2 or 3,"origin":KEY in hex,"name":...,"from":N,"prev":hash of the event before N}
 *   {"seq":N,"time":...,"kind":...,"subject":...,"actor":{"id","name"},"body":{...},"salt":16 bytes in hex}   one a
 * line
 *   ["...",...]                      rows attached to the event before (version 3; see struct merge_attached)
 *   {"seq":N,"withheld":digest}                                 instead, for what the receiver may not have or was
 * erased
 *   {"seq":N,"hash":hash in hex,"signature":base64,"checkpoint":the ledger's signed note}
 * digest: SHA-256 of a line without its line end; hash: SHA-256 of the hash before it (64 zeros for the first), "\n"
 * and the digest, both in hex. The signature (Ed25519) is over "vigie-events-1\n" KEY "\n" seq "\n" hash "\n": by the
 * chain it covers every line up to it, withheld ones too. Lines of version 1 held "prev", and their digest was the
 * hash; they are read and passed on, and cannot be withheld.
 */
#include "base/json.h"
#include "base/jsonw.h"
#include "ledger/ledger.h"

enum { MERGE_KEY = 2 * VG_KEY_SIZE + 1, MERGE_FILE_MAX = 256 << 20, MERGE_LINE_MAX = 1 << 20 };

struct merge_event {
  int64_t seq;
  vg_time time; /* by the clock of where it was made: to be shown, never to be decided by */
  vg_str prev, kind, subject, actor, actor_name, line; /* prev: of a line of version 1, else empty */
  vg_str origin;                                       /* whose it is: key in hex, "" ours; while it is applied */
  char hash[2 * VG_SHA256_SIZE + 1];
  bool withheld; /* line is its digest, and nothing else is known */
  vg_jv body;
  /* A row that is attached to the event before, whose seq, kind and subject stand here: body is its array; without a
   * line: that was the last one, and all are as the event says. attached: their digest, also of the event itself, or
   * empty. */
  bool row;
  vg_str attached;
};

/* A text of an event's body: at most max bytes of UTF-8 without a NUL. Borrowed from the body. */
bool merge_text(vg_jv body, const char *key, size_t max, vg_str *out);
/* The same into out, which it must fit. */
bool merge_copy(vg_jv body, const char *key, char *out, size_t cap);
/* A time to the nanosecond, so that it is the same on every instance. */
void merge_put_time(struct vg_jw *w, const char *key, vg_time t);
char *merge_time_text(char out[static VG_TIME_TEXT], vg_time t); /* "" for VG_NOTIME */
/* A person whom an event names. Who acts is remembered by itself. */
MUST vg_code merge_remember(struct store_tx *tx, vg_str person, vg_str name, struct vg_err *err);
/* A room that keeps versions of its own says which replaces which; merge_v_after (earlier, later) tells. */
MUST vg_code merge_replace(struct store_tx *tx, vg_str earlier, vg_str later, struct vg_err *err);
/* What a new version replaces: writes "after": their names, which the query gives with their depths, and keeps it.
 * depth: the new one's. */
MUST vg_code merge_replaces(struct store_tx *tx, const char *sql, struct store_args args, vg_str uid, struct vg_jw *w,
                            int64_t *depth, struct vg_err *err);
/* A writer that is to be merged calls it in its transaction, before its ledger entry. body: a JSON object. */
MUST vg_code merge_note(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                        vg_str body, struct vg_err *err);

/* The same for many, in their order: rows of kind, subject, body. Empties it. */
MUST vg_code merge_note_all(struct store_tx *tx, const struct actor *who, struct store_later *notes,
                            struct vg_err *err);

/*
 * What may be changed on two instances that know nothing of each other: a field of a subject has versions, each saying
 * which ones it replaces. What nothing replaces is in force; when that is several that differ it is a conflict, all of
 * them stay, and the same one shows on every instance (by name, not by time) until somebody settles it. A room changes
 * its row, then calls merge_change in the same transaction. depth: how many changes led to it, 1 for the first; what
 * orders a history where clocks cannot.
 */
enum { MERGE_UID = 256 };
struct merge_version {
  vg_str uid, kind, subject, field, value, person, by; /* person: public id; by: its name */
  vg_time at;
  int64_t depth;
  bool in_force, shows; /* shows: what the room's row says meanwhile */
};
/* made (may be NULL): the new version's name and depth, for a room that keeps the history in rows of its own. */
struct merge_made {
  char uid[MERGE_UID];
  int64_t depth;
};
MUST vg_code merge_change(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                          const char *field, vg_str value, struct merge_made *made, struct vg_err *err);
/* For many subjects that are new in this transaction, whose field nothing was said of before: the version goes to
 * versions, which merge_versions_put writes (and empties), and what merge_note_all notes to notes. */
MUST vg_code merge_first(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                         const char *field, vg_str value, struct store_later *versions, struct store_later *notes,
                         struct merge_made *made, struct vg_err *err);
MUST vg_code merge_versions_put(struct store_tx *tx, struct store_later *versions, struct vg_err *err);
typedef vg_code merge_version_sink(void *ctx, const struct merge_version *v, struct vg_err *err);
/* All versions of all fields in conflict, a field's together, those in force first. history false: these alone.
 * subject: of this one only, empty: all. */
MUST vg_code merge_each_conflict(struct store_tx *tx, vg_str subject, bool history, merge_version_sink *sink, void *ctx,
                                 struct vg_err *err);
/* All versions of a subject's field (empty: all fields), the newest first: what lost stays readable here. */
MUST vg_code merge_each_version(struct store_tx *tx, vg_str subject, vg_str field, merge_version_sink *sink, void *ctx,
                                struct vg_err *err);
MUST vg_code merge_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err); /* fields in conflict */
struct merge_kind;
/* This version holds from now on, here and wherever the event goes. VG_ENOTFOUND; VG_ESTATE: it is not in force. */
MUST vg_code merge_settle(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                          vg_str uid, struct vg_err *err);

/* Reads a file and checks all that it says of itself: form, chain, signatures. Needs no instance; text is hostile.
 * VG_EDATA names the line, VG_EDAMAGE: chain or signature. sink (may be NULL) is called for each event before the
 * signature is known to hold: it must only collect. */
struct merge_file {
  char origin[MERGE_KEY], name[128], signature[128], prev[2 * VG_SHA256_SIZE + 1];
  char note[2048]; /* the origin's ledger as it stood: its signed checkpoint, "" none; ledger_size, ledger_root of it */
  unsigned char ledger_root[LEDGER_HASH];
  int64_t ledger_size, version, from, to, withheld, clock_back; /* clock_back: events earlier than the one before */
  int64_t bare;                                                 /* events whose rows the file leaves out */
  struct vg_buf proofs; /* "SIZE BASE64\n": from earlier sizes of that ledger to this one */
};
void merge_file_fini(struct merge_file *f); /* after merge_read, also when it failed */
typedef vg_code merge_sink(void *ctx, const struct merge_event *e, struct vg_err *err);
MUST vg_code merge_read(vg_str text, struct merge_file *out, merge_sink *sink, void *ctx, struct vg_err *err);

/*
 * A row as it travels: the body of its event has a member a column. select: one row by its key, the event's columns in
 * order. insert: the columns as $1..$N, "ON CONFLICT DO NOTHING"; both are literals. A reference is the public id of
 * a row of another table ("" none); known: SELECT COUNT(*) of that id ($1). While it is 0 the event waits.
 */
enum merge_form { MERGE_TEXT, MERGE_INT, MERGE_REAL, MERGE_TIME, MERGE_REF, MERGE_BYTES };
struct merge_column {
  const char *name;
  enum merge_form form;
  int64_t max;       /* of a text or bytes (in base64) how many, of a whole number its value */
  const char *known; /* of a reference */
};
/* Entries of a table of columns, and of a row that has them. */
#define MERGE_COLUMNS(list) .columns = (list), .count = VG_COUNT(list)
#define MERGE_COL_TEXT(name, max)                                                                                      \
  { name, MERGE_TEXT, max, NULL }
#define MERGE_COL_TIME(name)                                                                                           \
  { name, MERGE_TIME, 0, NULL }
#define MERGE_COL_REF(name, known)                                                                                     \
  { name, MERGE_REF, 0, known }
#define MERGE_COL_ID MERGE_COL_TEXT("id", VG_ID_MAX - 1)
typedef vg_code merge_hook(struct store_tx *tx, const struct actor *who, const struct merge_event *e,
                           struct vg_err *err);
/* May he touch this subject here? Yes for what is not known here. */
typedef vg_code merge_may(struct store_tx *tx, const struct actor *who, vg_str subject, struct vg_err *err);
struct merge_row {
  const char *select, *insert, *prefix; /* prefix: what its public ids begin with, NULL: it has none of its own */
  const struct merge_column *columns;
  size_t count;
  merge_hook *check, *done; /* before it is inserted; after, when it is new. NULL: none */
  const char *all; /* of every row here: subject, first key, second key as text or NULL (see merge_adopt); NULL: none */
};
/* What a field's value sets: a JSON object of columns. get: of the subject ($1). set: $1 the subject, then the columns,
 * and, when stamped, the version's time: two who say the same at different times are not in conflict. */
struct merge_group {
  const char *field, *get, *set;
  const struct merge_column *columns;
  size_t count;
  bool stamped;
  const char *all; /* subjects whose columns were changed (see merge_adopt) */
  merge_may *done; /* what follows from it, NULL: nothing */
};
typedef vg_code merge_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                          struct vg_err *err);
/* Writes events of what has none, counted in *count. */
typedef vg_code merge_adopter(struct store_tx *tx, const struct actor *who, int64_t *count, struct vg_err *err);
/*
 * What is too long for an event: rows of its subject, a JSON array each, on lines of their own behind the event's line.
 * They stand in the room's tables alone; the body says how many there are ("attached") and the SHA-256 of their lines
 * with the line ends ("attached_sha256"), so that the event's signature covers them. give: always the same ones, in the
 * same order; none when they are not here. A file may leave them out: another one brings them later. begin: *taker
 * NULL: they are here, the event says others, or the subject is not known (while its event waits they are kept); end:
 * told of what went wrong so far, frees.
 */
typedef vg_code merge_line_sink(void *ctx, vg_str line, struct vg_err *err);
struct merge_attached {
  vg_code (*give)(struct store_tx *tx, vg_str subject, merge_line_sink *sink, void *ctx, struct vg_err *err);
  vg_code (*begin)(struct store_tx *tx, const struct actor *who, vg_str subject, vg_str digest, void **taker,
                   struct vg_err *err);
  vg_code (*take)(void *taker, vg_jv row, struct vg_err *err);
  vg_code (*end)(void **taker, vg_code rc, struct vg_err *err);
};
/* How many lines there are and their digest, as the event's body says it. */
struct merge_sum {
  int64_t lines;
  char sha256[2 * VG_SHA256_SIZE + 1];
};
MUST vg_code merge_attached_sum(struct store_tx *tx, const struct merge_attached *a, vg_str subject,
                                struct merge_sum *out, struct vg_err *err);
/* How a room takes in one kind of event; `who` imports, e->actor did it. One of apply, row, put, groups. */
struct merge_kind {
  const char *kind;
  merge_hook *apply; /* checks who may touch what, and does nothing twice */
  const struct merge_row *row;
  /* For what merge_change writes: makes the row say the version's value, which came from outside. A subject that is not
   * known here is no error. */
  merge_put *put;
  const struct merge_group *groups; /* ended by a NULL field */
  merge_put
      *arrived;   /* a further version has come, whether it shows or not (may be NULL); once or more, in any order */
  merge_may *may; /* for rows (each reference) and groups; NULL: anybody */
  merge_adopter *adopt;                  /* the same for what merge_change or merge_note wrote; NULL: none */
  const struct merge_attached *attached; /* NULL: none */
  bool
      waits; /* apply may say VG_ENOTFOUND, its subject is not known here yet: it waits until an event makes it known */
};
/* What could not be shown when it came, as what it is about was not here: `show_it` (who: NULL) of each version that
 * shows of the subjects that the statement gives. */
MUST vg_code merge_put_again(struct store_tx *tx, merge_put *show_it, const char *subjects, struct store_args args,
                             struct vg_err *err);
/* A writer of a row that is to be merged calls it after the row is there, before its ledger entry. key: the arguments
 * of its select. */
MUST vg_code merge_row_added(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                             const char *subject, struct store_args key, struct vg_err *err);
/* For many rows that are put at once: the event of one goes to notes (merge_note_all). values: what its select would
 * give. */
MUST vg_code merge_row_later(const struct merge_kind *k, const char *subject, struct store_args values,
                             struct store_later *notes, struct vg_err *err);
/* The same for a change of a group's columns. */
MUST vg_code merge_row_changed(struct store_tx *tx, const struct actor *who, const struct merge_kind *k,
                               const char *subject, const char *field, struct vg_err *err);
/*
 * Once in a store's life, before events are first given away: what versions of this program that wrote no events had
 * made is written down, "adopted" with the date (a member of the body), in the name of `who`; authors and times of rows
 * and versions stay what they were. count: events written. A store whose texts were erased before has no such time.
 * For adopters: _is_told: has the subject an event of that kind? _version: an entry of a history with its own uid,
 * person (by: the name), time and depth, after the one before it ("" none) and before all that was changed since.
 */
MUST vg_code merge_adopt(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                         int64_t *count, struct vg_err *err);
MUST vg_code merge_is_told(struct store_tx *tx, const char *kind, vg_str subject, bool *yes, struct vg_err *err);
MUST vg_code merge_adopt_version(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                 vg_str after, struct vg_err *err);
/*
 * The same for what a writer would have noted when it was done: it is written down now and, where it is taken in,
 * applied as of him who did it, of that time. Rows say MERGE_OF the subject, MERGE_BY (MERGE_BY_NAME) whom, MERGE_MADE
 * when, and from MERGE_FIRST on what their reader knows. _rows: gives those of `sql` that are not told yet to read,
 * then calls done (NULL: nothing) without a row. A reader calls _begin, writes a JSON object to t->w (or t->body) that
 * has a member at least, none of "made", "by", "by_name", and calls _end; one event may take in several rows.
 */
enum { MERGE_OF, MERGE_BY, MERGE_BY_NAME, MERGE_MADE, MERGE_FIRST };
struct merge_telling {
  struct store_tx *tx;
  const struct actor *who;
  const char *kind;
  int64_t *count;  /* goes up by one an event */
  const void *ctx; /* the reader's */
  /* What is being written, between _begin and _end. */
  bool open;
  char subject[VG_ID_MAX], by[VG_ID_MAX], by_name[200];
  vg_time at;
  struct vg_buf body; /* up to half a line's length; made and freed by merge_tell_rows */
  struct vg_jw w;
};
typedef vg_code merge_teller(struct merge_telling *t, struct store_rows *q, struct vg_err *err);
MUST vg_code merge_tell_rows(struct merge_telling *t, const char *sql, merge_teller *read, merge_teller *done,
                             struct vg_err *err);
void merge_tell_begin(struct merge_telling *t, struct store_rows *q);
MUST vg_code merge_tell_end(struct merge_telling *t, struct vg_err *err);
struct merge_result {
  struct merge_file file;
  int64_t fresh, known;
  int64_t later;      /* of the fresh ones: written by a newer program, kept until this one is */
  bool ledger_proved; /* that its ledger only grew since the last time */
  bool recovered;     /* the file is of this instance's own events */
  int64_t moved;      /* of those written here since, how many were numbered anew behind them */
  int64_t attached;   /* events whose attached rows were taken in */
};
/* rooms: their lists, each ended by a NULL kind, ended by NULL. VG_EDENIED: the origin is not trusted here. VG_ESTATE:
 * events before it are missing, or it came from here and nothing of it is lost. VG_EDAMAGE: what was imported earlier
 * reads otherwise now, or the ledger of the origin was cut or rewritten. Events of a kind that this program does not
 * know are kept, and taken at the first import by one that does. own: this instance's key. What this instance gave away
 * before it was restored from an older copy comes back as its own; what it did since is numbered anew behind that,
 * unless it was given away too (VG_ESTATE, as when nothing is lost). */
MUST vg_code merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                          const struct merge_kind *const *rooms, struct merge_result *out, struct vg_err *err);
/* Writes such a file: of what was done here from number `from` on, or of what `origin` signed (empty: here). withhold
 * (NULL: nothing) says which events go without their text. VG_ENOTFOUND when there is nothing; VG_ESTATE: a line of
 * version 1 would have to be withheld; VG_EDAMAGE: attached rows are not those that their event was signed with. */
typedef bool merge_withhold(void *ctx, const struct merge_event *e);
struct merge_order {
  vg_str origin;
  int64_t from;
  merge_withhold *withhold;
  void *ctx;
  int64_t *given;                        /* how many events went (NULL: not asked) */
  const struct merge_kind *const *rooms; /* whose attached rows go too; NULL: none go */
  /* Takes what is in the buffer whenever that is a megabyte, and empties it; NULL: the file is in memory whole. */
  vg_code (*drain)(void *ctx, struct vg_buf *out, struct vg_err *err);
  void *drain_ctx;
};
MUST vg_code merge_export(struct store_tx *tx, const struct vg_key *own, const struct merge_order *o,
                          struct vg_buf *out, struct vg_err *err);

/*
 * Events older than `before` that still have their text, but for subjects that are held (ledger_hold): as a line of the
 * review queue of ledger_each_due, kind "merge.text"; and their erasure, told by an entry of the ledger. Hashes stay,
 * so that every chain can be proved as before, and a file that still has the text does not bring it back; the rows that
 * they made stay too. The caller has asked ledger_erase_due before, which says who may.
 */
MUST vg_code merge_each_due(struct store_tx *tx, vg_time before, ledger_due_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code merge_erase_due(struct store_tx *tx, const struct actor *who, vg_time before, vg_str motive,
                             int64_t *erased, struct vg_err *err);

/*
 * Subjects (public ids, a line each) end here: the text of their events goes, of whatever origin, and their versions;
 * later events about them, and rows that refer to them, lose theirs as they come in. Hashes stay. events: how many lost
 * their text; digests: SHA-256 of their digests, a line each in the order of rows. The event that tells of it is noted
 * after this; its kind is MERGE_ERASURE, which is never erased itself.
 */
#define MERGE_ERASURE "case.erased"
#define MERGE_ERASURE_OF_INCIDENT "incident.erased"
static inline bool merge_erases(vg_str kind) {
  return vg_str_eqz(kind, MERGE_ERASURE) || vg_str_eqz(kind, MERGE_ERASURE_OF_INCIDENT);
}
MUST vg_code merge_forget(struct store_tx *tx, vg_str subjects, int64_t *events,
                          char digests[static 2 * VG_SHA256_SIZE + 1], struct vg_err *err);
/*
 * May the instance `origin` order that the subject end here? It alone brought it into the world (every event of `kind`
 * about it that still has its text is of this origin, and there is one), or its orders hold here (merge_trust).
 * Never one that is no longer trusted: its order waits for an administrator.
 */
MUST vg_code merge_may_order(struct store_tx *tx, vg_str origin, const char *kind, vg_str subject, bool *yes,
                             struct vg_err *err);
/* Erasures of others that wait here, the oldest first; from: the origin's name here. */
typedef vg_code merge_asked_sink(void *ctx, const struct merge_event *e, vg_str from, struct vg_err *err);
MUST vg_code merge_each_asked(struct store_tx *tx, merge_asked_sink *sink, void *ctx, struct vg_err *err);

void merge_key_text(const struct vg_key *k, char out[static MERGE_KEY]);
/* The other's key in hex, as its `merge status` shows it. orders: its orders to erase are carried out here, whatever
 * case they are about; said again, the last word counts. VG_EDATA: no key. VG_EEXIST: name or key is there. */
MUST vg_code merge_trust(struct store_tx *tx, const struct actor *who, vg_str name, vg_str key, bool orders,
                         struct vg_err *err);
/* That instance was restored from an older copy: its ledger is not the one that was shown here, and what it shows next
 * is the new beginning. VG_ENOTFOUND: it never showed one. */
MUST vg_code merge_restored(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_err *err);
MUST vg_code merge_distrust(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_err *err);
struct merge_peer {
  vg_str name, origin;
  vg_time trusted, ended, imported;
  int64_t seq, clock_back, withheld, ledger_size; /* ledger_size: entries of its ledger when last seen, 0: never */
  bool ledger_proved, orders;
};
typedef vg_code merge_peer_sink(void *ctx, const struct merge_peer *p, struct vg_err *err);
MUST vg_code merge_each_peer(struct store_tx *tx, merge_peer_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code merge_own(struct store_tx *tx, int64_t *seq,
                       struct vg_err *err); /* number of the last event made here, 0: none */

/* Events of others that wait for what they are about: another instance has it. */
MUST vg_code merge_waits(struct store_tx *tx, int64_t *count, struct vg_err *err);

/* The last checkpoint of that instance's ledger that came with its events: `ledger verify --checkpoint`. VG_ENOTFOUND.
 */
MUST vg_code merge_checkpoint(struct store_tx *tx, vg_str name, struct vg_buf *out, struct vg_err *err);

extern const char merge_sql[], merge_sqlite_sql[], merge_pg_sql[];

#endif
