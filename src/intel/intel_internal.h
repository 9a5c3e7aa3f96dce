#ifndef VG_INTEL_INTEL_INTERNAL_H
#define VG_INTEL_INTEL_INTERNAL_H
/* Shared by the files of this room only. */
#include "base/hash.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "intel/intel.h"

#include <stdatomic.h>

/* intel_normalise without undoing what was defanged, and with no memory but out's. */
bool intel_spell(enum indicator_type t, vg_str value, struct vg_buf *out);
/* A host's name in letters beyond ASCII as it stands in DNS (UTS #46, punycode), lower case. */
bool intel_punycode(vg_str name, char *out, size_t cap, size_t *n);
bool intel_spell_rare(enum indicator_type t, vg_str value,
                      struct vg_buf *out); /* types_rare.c: the types after TYPE_ATTACK */

/* A heading or a word of a table without capitals, accents and whatever stands between words ("Niveau de confiance":
 * "niveaudeconfiance"). false: nothing is left, or too much. */
enum { INTEL_WORD = 64 };
bool intel_plain_word(char out[static INTEL_WORD], vg_str word);
/* By the value's form alone, which loses its port and what stands around it. */
bool intel_type_by_form(enum indicator_type *type, vg_str *value);
/* Makes type and value fit each other: an address with a mask is a network, one with colons IPv6; a port is cut off. */
void intel_type_fit(enum indicator_type *type, vg_str *value);

/* A value cut out of a pattern or object; normalised. */
typedef vg_code found_sink(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err);
/* The literals of a STIX pattern's equality tests (`path = 'literal'`, `path IN ('a', 'b')`) whose path is one that we
 * search for. */
vg_code intel_pattern_values(vg_str pattern, found_sink *sink, void *ctx, struct vg_err *err);
/* The type that a STIX object path stands for, and the path that a type is searched by, as written (NULL: none). */
bool intel_path_type(vg_str path, enum indicator_type *out);
const char *intel_type_path(enum indicator_type t);
/* [path = 'value'] with the literal's quotes escaped. */
void intel_pattern_equals(struct vg_buf *out, enum indicator_type t, vg_str value);

/* Strictest marking named by object_marking_refs; *said_* tell whether there was any. */
struct markings {
  enum tlp tlp;
  enum pap pap;
  bool said_tlp, said_pap;
};
struct markings intel_markings(vg_jv refs);
const char *intel_tlp_id(enum tlp t);
const char *intel_pap_id(enum pap p);

/* How an object's JSON lies in the store: compressed against our dictionary when that is shorter. */
struct body;
vg_code intel_body_new(struct body **out, struct vg_err *err);
void intel_body_free(struct body *b);
/* The stored form, borrowed until the next call, and its coding. */
vg_str intel_body_pack(struct body *b, vg_str json, int64_t *coding);
/* The JSON as received, borrowed until the next call. VG_EDAMAGE when the stored bytes are not what was written. */
vg_code intel_body_unpack(struct body *b, int64_t coding, vg_str stored, vg_str *json, struct vg_err *err);

/*
 * The bytes of an import, piece by piece: memory, a file, standard input; gzip is undone on the way. `window` holds
 * what was read and not yet dropped (what stands before `from` is, and is moved out when more is read); `at` is the
 * offset of its first byte.
 */
enum { INPUT_ELEMENT_MAX = 64 << 20 };
/* How the bytes are written, and that as UTF-8 behind `out`: UTF-16 and its mark are undone, the mark of UTF-8 is left
 * out; in what is no JSON or XML, bytes that are no UTF-8 are those of Windows-1252, and a lone CR ends a line. Returns
 * how many bytes were used; the few that are left wait for more, unless these are the last. */
enum input_form { INPUT_UNKNOWN, INPUT_AS_IS, INPUT_TEXT, INPUT_UTF16_LE, INPUT_UTF16_BE };
size_t input_text(enum input_form *form, vg_str bytes, bool last, struct vg_buf *out);
struct input_file;
struct input {
  vg_str memory; /* p != NULL: no file */
  struct input_file *file;
  struct vg_buf raw; /* read, and not yet in the window */
  enum input_form form;
  struct vg_buf window;
  size_t from;
  int64_t at;
  bool ended;
};
/* *stop (may be NULL) ends the waiting for bytes that do not come: VG_ESTATE. */
vg_code intel_input_open(struct input *in, const char *path, vg_str memory, const atomic_bool *stop,
                         struct vg_err *err);
void intel_input_close(struct input *in);
/* While bytes are waited for, the import makes way for others: of the thread that stores only. NULL: no longer. */
struct import;
void intel_input_idle(struct input *in, struct import *im);
/* Reads more into the window; in->ended when nothing is left. VG_ELIMIT when the window is full. */
vg_code intel_input_more(struct input *in, const char *path, struct vg_err *err);
void intel_input_drop(struct input *in, size_t n); /* the first n bytes of the window are done with */
static inline vg_str intel_input_view(const struct input *in) {
  return vg_str_n(in->window.p ? in->window.p + in->from : "", in->window.n - in->from);
}

/* Behind every text: none holds a higher character. */
#define INTEL_LAST_TEXT "\xf4\x8f\xbf\xbf"

/* What is searched for in an object: the columns beside its JSON. */
struct columns {
  vg_str id, type, version, name, description, pattern, pattern_type; /* version: spec_version */
  vg_time modified, valid_from, valid_until;
  struct markings marks;
  int64_t confidence;  /* -1: not said */
  bool revoked, links; /* links: has properties that name other objects */
};

/* What full-text search is asked for: all of the words, each of which may go on. Appended; nothing when there is none.
 */
vg_code intel_search_words(struct store_tx *tx, vg_str words, struct vg_buf *out, struct vg_err *err);

/* Merkle root (RFC 6962) over what an import added, kept as the frontier of complete subtrees. */
struct root {
  unsigned char node[64][32];
  uint64_t n;
};
void root_add(struct root *r, const unsigned char leaf[static 32]);
void root_end(const struct root *r, unsigned char out[static 32]);

/*
 * One import at work. What reads and prepares objects, and what stores them, share nothing but the batches: a large
 * file is read in a second thread (pipe.c), all else by the thread that stores.
 */
struct batch;
struct lift;
struct pipe;
struct waiting;
struct sieve;
struct import {
  struct intel_import *in;
  const struct actor *who;
  const char *root_path; /* as it was given: in->path is the file of a directory that is read now */
  /* --- reading --- */
  char named[4200]; /* import_name's */
  struct input input;
  struct vg_json *json, *inner; /* inner: objects that a reader makes while json holds the source's */
  struct body *packer;
  struct lift *lift;       /* NULL until an object of STIX 2.0 comes */
  struct batch *batch;     /* being filled */
  struct pipe *pipe;       /* where full batches go; NULL: they are stored at once */
  const struct made *made; /* what the object that is prepared now was made of, or NULL */
  bool untold;             /* what is made now belongs to something that is counted */
  bool looked_at;          /* the rule that is made now was tried by its reader */
  int64_t read, rejected, lifted;
  enum tlp tlp; /* of what comes without a marking */
  int pap;      /* -1: follows the TLP */
  /* --- storing --- */
  struct store_tx *tx;
  struct body *body;
  struct vg_json *one, *other; /* two contents of one version are compared */
  struct waiting *waiting;     /* rows that go in later: rows.c */
  struct sieve *sieve;         /* keys that need not be looked for: sieve.c */
  struct vg_buf shown;         /* ids of crowds whose latest is to be told anew: latest.c */
  int64_t file_bytes;          /* of the one file that is read; 0: not known */
  struct root root;
  int64_t source, last_node; /* last_node: SQLite's highest id */
  bool source_made;          /* its row was not there before */
  int64_t part,
      part_from; /* part.c: its row in intel_part, 0: whole so far; since when the writer is held, as vg_monotonic */
};
/* What the file that is read now is called in messages: as the caller said, else its path. Until the next call. */
const char *import_name(struct import *im);
/* Bad bytes: told when their batch is stored, in order. */
MUST vg_code import_reject(struct import *im, const char *place_kind, int64_t at, const struct vg_err *reason,
                           struct vg_err *err);
/* Prepares one STIX object given as text for the store; a bad one is rejected with its place and is no error here. */
vg_code import_object(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err);
/* Everything that waits and may be asked for is stored. */
vg_code import_settle_all(struct import *im, struct vg_err *err);
/*
 * Gives each element of the array under `key` (quoted), of the array that the text is, or of a row of objects, to
 * `each`. A single object must have the member `must`, else VG_EDATA with the message `refusal`.
 */
typedef vg_code import_element(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err);
vg_code import_split(struct import *im, const char *key, const char *must, const char *refusal, import_element *each,
                     struct vg_err *err);
vg_code import_stix(struct import *im, struct vg_err *err);
/* Runs `read` in a thread of its own and stores meanwhile what it prepares. */
vg_code import_piped(struct import *im, vg_code (*read)(struct import *im, struct vg_err *err), struct vg_err *err);
vg_code import_misp(struct import *im, struct vg_err *err);
vg_code import_csv(struct import *im, struct vg_err *err);
vg_code import_list(struct import *im, struct vg_err *err);
/* The value of a line of a list, without its remark; empty: none. remark (may be NULL) is left alone when there is
 * none.
 */
vg_str line_value(vg_str line, vg_str *remark);
/* A date in a table: as RFC 3339, "2021-03-08 14:05", "31/12/2026", "12/31/26 7:38", "31.12.2026". Which of the first
 * two is the day a table shows in one of its rows (*order, kept by the caller); before that, false when both may be.
 * UTC. */
enum date_order { DATE_NO_ORDER, DATE_DAY_FIRST, DATE_MONTH_FIRST };
bool date_of_table(vg_str s, enum date_order *order, vg_time *out);
vg_code import_yara(struct import *im, struct vg_err *err);
vg_code import_sigma(struct import *im, struct vg_err *err);
vg_code import_kev(struct import *im, struct vg_err *err);
vg_code import_epss(struct import *im, struct vg_err *err);
vg_code import_csaf(struct import *im, struct vg_err *err);
vg_code import_openioc(struct import *im, struct vg_err *err);
vg_code import_report(struct import *im, struct vg_err *err); /* opens the file itself */
/* A file whose form says that its values have to be searched for: PDF, HTML, mail, Office, archives. */
vg_code import_is_document(const char *path, bool *yes, struct vg_err *err);
/* Reads all of the input into the window, for formats that are small. */
vg_code import_whole(struct import *im, vg_str *text, struct vg_err *err);

/*
 * MISP feeds: the manifest that was fetched to out->path names events; those that are new or newer than what was read
 * are fetched into a directory, which takes the file's place. An event that cannot be fetched is left for the next
 * time.
 */
bool feed_is_manifest(const char *url);
vg_code feed_events(struct store *st, const char *url, const atomic_bool *stop, struct intel_fetched *out,
                    struct vg_err *err);
vg_code feed_events_read(struct store_tx *tx, const char *url, const char *directory,
                         struct vg_err *err);   /* remembers those that were read */
void feed_events_forget(const char *directory); /* removes it */

/* Counts indicators without a value, by the language of their patterns. */
void uses_add(struct intel_uses *u, vg_str language, bool broken, int64_t n);

/* Reads the columns. VG_EDATA with the reason when it is no STIX object. */
vg_code node_columns(vg_jv o, struct columns *c, struct vg_err *err);
vg_str node_key(vg_str stix_id); /* its last 17 characters */
/*
 * Ids can be made to end alike. Once KEY_CROWD contents have one key they are marked as a crowd (intel_node.crowd), and
 * an index leads from the whole id of each to it; by their key no more than KEY_READ are read. NODES_OF: rows of which
 * `object` may be of the id; NODE_IS: is this one of $2's, whose key is $1?
 */
#define KEY_CROWD 32
#define KEY_READ "64"
#define NODES_OF(key, id)                                                                                              \
  "(SELECT object FROM (SELECT object FROM intel_key WHERE key = " key " LIMIT " KEY_READ ") few UNION SELECT "        \
  "c.id FROM intel_node c WHERE c.crowd = 1 AND c.stix_id = " id ")"
#define NODE_IS(row, id) row " IN " NODES_OF("$1", "$2") " AND " id " = $2"
/* Stores what the batch holds, asserted by the import's source, and empties it. */
vg_code node_put(struct import *im, struct batch *b, struct vg_err *err);
/* The columns of an object, before FROM, and its rows given to the sink. */
#define OBJECT_OF                                                                                                      \
  "SELECT o.stix_id, o.type, o.name, (SELECT MIN(l.name) FROM intel_v_live l WHERE l.object = o.id), o.coding, "       \
  "o.json, o.tlp, o.pap, o.modified, o.revoked, o.confidence, o.id, o.received "
vg_code read_objects(struct store_rows *q, intel_object_sink *sink, void *ctx, bool *any, struct vg_err *err);
/*
 * latest.c: latest is set anew for one id that is no crowd's; for crowds' ids, which wait a line each (and are told
 * once however often they come: the buffer, of at most 4 MiB, is emptied); for all that a source asserts.
 */
enum { LATEST_WAIT = 1 << 20 };
vg_code latest_of_few(struct store_tx *tx, vg_str id, struct vg_err *err);
void latest_wait(struct vg_buf *ids, vg_str id);
vg_code latest_of_crowds(struct store_tx *tx, struct vg_buf *ids, struct vg_err *err);
vg_code latest_of_source(struct store_tx *tx, int64_t source, struct vg_err *err);

/*
 * part.c. _announce: one that may take long begins; in PostgreSQL that is committed. _begin: takes back what a dead
 * import left, waits for one that goes on in parts. _note: the source is known, and what is read is large: that it has
 * begun is committed. _make_way: between two batches. _end: it is whole, with the transaction's commit. _fail: takes
 * back what was committed.
 */
vg_code part_announce(struct import *im, struct vg_err *err);
vg_code part_begin(struct import *im, struct vg_err *err);
vg_code part_note(struct import *im, struct vg_err *err);
vg_code part_make_way(struct import *im, struct vg_err *err);
vg_code part_end(struct import *im, struct vg_err *err);
void part_fail(struct import *im);
/* The words by which an object is found, as they were given to the index: those of its name, then the others. */
vg_code intel_object_words(vg_str json, struct vg_buf *out, size_t *name_words, struct vg_err *err);

/* The source's row, made when new; *in holds it. VG_ESTATE when it is withdrawn. */
vg_code import_source(struct import *im, struct vg_err *err);

/*
 * Makes and stores an object for one value that came without STIX: an indicator, or observed data when `context` (seen,
 * not to be searched for). key: what makes its id (UUIDv5) the same next time. Content that did not change keeps its
 * version.
 */
struct plain_indicator {
  enum indicator_type type;
  vg_str value, name, description, key, label;
  const char *pattern_type; /* NULL: "stix" made of type and value; else value is the rule's text */
  enum tlp tlp;
  enum pap pap;
  vg_time since, modified; /* VG_NOTIME: not said */
  vg_time until;
  int64_t confidence; /* -1: not said */
  bool context;
  int64_t at;
  const char *place_kind;
  vg_str graded;    /* a second label: the tag that grades who told the author; empty: none */
  struct vg_id *id; /* where the id goes of what it became, left alone when the value is refused; NULL: not wanted */
};
/* A technique of ATT&CK (T1566.001), which becomes an attack-pattern; tactics, groups, software… have no form of ours.
 */
bool intel_is_technique(enum indicator_type type, vg_str value);
vg_code import_plain(struct import *im, const struct plain_indicator *p, struct vg_err *err);
/* A rule that its reader has tried, asserted by the source under `key` of its language. */
vg_code import_rule(struct import *im, struct plain_indicator *p, vg_str key, struct vg_err *err);
/* One that says nothing yet, marked as the source's are; and the same whose key is source, type and value. */
struct plain_indicator plain_of(const struct import *im, const char *place_kind, int64_t at);
vg_code import_value(struct import *im, struct plain_indicator *p, struct vg_err *err);
/*
 * An object that we make, whose times depend on what is stored of its id: when it was made, last changed, and from when
 * it holds are as stored, else as of now, where the source does not say. It is written with blanks for them, so that
 * whoever prepares it need not ask the store: it goes on its way as if it were new, and who stores it fills the blanks
 * anew when it is not (node_known.c). Whole milliseconds.
 */
enum made_time { MADE_CREATED, MADE_MODIFIED, MADE_FROM, MADE_UNTIL };
struct made_blank {
  enum made_time what;
  size_t at, n; /* of the text; MADE_UNTIL: the whole member, left out unless it is later than MADE_FROM */
};
struct made_form {
  struct made_blank blank[8];
  size_t blanks;
  vg_time since, modified, until; /* as the source says, or VG_NOTIME */
  bool renew; /* without a time of its own, other content is a new version; else it is kept beside that of its time */
};
struct made {
  struct made_form form;
  struct vg_buf text;
  struct vg_jw w; /* writes to text */
};
struct times {
  vg_time created, modified, from;
};
void made_begin(struct made *m, vg_time since, vg_time modified);
void made_end(struct made *m); /* frees */
/* Begins the object: type, spec_version, id, created and modified. */
void made_head(struct made *m, const char *type, const struct vg_id *id);
void made_time(struct made *m, const char *key, enum made_time what); /* a member */
vg_code import_made(struct import *im, const struct made *m, const char *place_kind, int64_t at, struct vg_err *err);
/* The times of one that is stored: the first and last of its versions, and the first beginning, are given. */
void made_again(const struct made_form *f, struct times *t);
void made_fill(const struct made_form *f, vg_str text, const struct times *t, struct vg_buf *out);
vg_time made_ms(vg_time t);                                   /* what is written of a time */
void import_tlp(struct vg_jw *w, enum tlp tlp, enum pap pap); /* the member object_marking_refs */

/* A vulnerability as catalogues and lists tell of it. Its id is that of source and number: the next telling is its next
 * version. */
struct plain_vulnerability {
  vg_str cve, description;
  const char *labels[4]; /* NULL ends */
  enum tlp tlp;
  enum pap pap;
  vg_time modified;        /* VG_NOTIME: not said */
  double epss, percentile; /* negative: not said */
  double cvss;
  vg_str vector, advisory, advisory_url; /* of CSAF; empty: none */
  const char *place_kind;
  int64_t at;
};
vg_code import_vulnerability(struct import *im, const struct plain_vulnerability *v, struct vg_id *id,
                             struct vg_err *err);

/*
 * The rows of CSV or TSV, one after the other, in memory that does not grow. A broken row (a quote without its end, too
 * many fields) costs itself. Lines with # before the first row are comments: the last one is given to `comment` (may be
 * NULL), where some feeds keep their heading.
 */
struct vg_csv;
struct import_rows {
  vg_code (*row)(struct import *im, const struct vg_csv *c, void *ctx,
                 struct vg_err *err); /* VG_EDATA: it is no such table */
  void (*comment)(vg_str line, void *ctx);
  void *ctx;
};
vg_code import_table(struct import *im, const struct import_rows *rows, struct vg_err *err);
/* Sightings between instances (sighting_merged.c). */
#define SIGHTING_SEEN "sighting.seen"
#define SIGHTING_WITHDRAWN "sighting.withdrawn"
bool sighting_travels(vg_str report);
MUST vg_code sighting_put(struct store_tx *tx, const struct sighting *s, vg_str value, struct vg_err *err);
MUST vg_code sighting_told(struct store_tx *tx, const struct actor *who, struct sightings_told *told,
                           const struct sighting *s, vg_str value, struct vg_err *err);
/* Rejects the element that stands at a place, for a reason. */
vg_code import_refuse(struct import *im, const char *place_kind, int64_t at, const char *id, vg_str what,
                      struct vg_err *err);

#endif
