#ifndef VG_INTEL_INTEL_H
#define VG_INTEL_INTEL_H
/*
 * The intelligence store. Objects are STIX 2.1, kept as received (JSON value-identical out) with the few searched
 * columns beside them; those of STIX 2.0 are lifted to 2.1, and what was received is kept with who asserts it. One node
 * (an id) may have many versions, a version several contents, a content many sources that assert it: all are kept, and
 * a source can be withdrawn and restored. Values (what logs and media are searched for) are cut out of indicators'
 * patterns and vulnerabilities' names. An object without marking is marked as its source is, else TLP:AMBER+STRICT;
 * without PAP as strictly as its TLP (intel_pap_default). Warning lists mark, never hide. Bad objects cost only
 * themselves: they reach the reject sink with their place and reason. Views: intel_v_value (type, value, indicator_id,
 * tlp, pap, source, confidence), intel_v_sighting (id, type, value, org_id, first_seen, last_seen, count, report,
 * withdrawn, indicator_id), intel_v_since (type, value, source, since).
 */
#include "base/jsonw.h"
#include "ledger/ledger.h"
#include "territory/territory.h"

#include <stdatomic.h>

enum indicator_type {
  TYPE_DOMAIN,
  TYPE_IPV4,
  TYPE_CIDR,
  TYPE_IPV6,
  TYPE_URL,
  TYPE_EMAIL,
  TYPE_MD5,
  TYPE_SHA1,
  TYPE_SHA256,
  TYPE_SHA512,
  TYPE_FILE_NAME,
  TYPE_MUTEX,
  TYPE_BTC,
  TYPE_CVE,
  TYPE_ATTACK,
  TYPE_SSDEEP,
  TYPE_TLSH,
  TYPE_IMPHASH,
  TYPE_AUTHENTIHASH,
  TYPE_CPE,
  TYPE_REGISTRY,
  TYPE_FILE_PATH,
  TYPE_ETH,
  TYPE_XMR,
  TYPE_ASN,
  TYPE_MAC,
  TYPE_USER_AGENT,
  TYPE_IBAN,
  TYPE_PHONE,
  TYPE_TRACKER,
  TYPE_JA3, /* of servers too (JA3S) */
  TYPE_JA4, /* its whole family */
  TYPE_JARM,
  INDICATOR_TYPES
};
const char *intel_type_name(enum indicator_type t);             /* "domain-name", "ipv4-addr", ... */
bool intel_type_by_name(vg_str name, enum indicator_type *out); /* the STIX name or the short one ("domain", "ipv4") */
/* Also what people, headings of tables and MISP call our types ("ip-dst", "SHA256 Hash", "nom de domaine"). An address
 * without its version is taken for IPv4. */
bool intel_type_by_word(vg_str word, enum indicator_type *out);
/* The types of objects of STIX 2.1 (a bundle is none), one after the other from 0; empty: that was the last one. */
vg_str intel_object_type(size_t i);
/* What a bare value is, by its form: types that many texts could be (paths, names of files and kernel objects,
 * browsers) only by what nothing else begins or ends with. */
bool intel_type_of(vg_str value, enum indicator_type *out);
/* "svchost32.exe": does it end as a file does, and no top-level domain? */
bool intel_names_file(vg_str value);
/* Longer values stay in their object and are not searched: a B-tree of PostgreSQL holds no more a row (2704 bytes). */
enum { INTEL_VALUE_MAX = 2500 };
/* The one spelling under which a value is stored and compared; defanged forms are refanged. false: not of this type,
 * longer than INTEL_VALUE_MAX, or no memory (then vg_buf_check says so). */
bool intel_normalise(enum indicator_type t, vg_str value, struct vg_buf *out);
/* The other way, for what people read: nobody clicks on it by mistake, and no mail filter takes it for the thing
 * itself. hxxp, [.] and [@]; intel_normalise undoes it. */
void intel_defang(struct vg_buf *out, vg_str value);

/* A confidence of 0 to 100 as people write it: a number, "80 %", "7/10" (a bare 7 is 7 of 100), the words of the scales
 * of STIX 2.1, appendix A (None / Low / Med / High, Admiralty credibility with or without its digit or as "B2", words
 * of estimative probability, DNI), in French too. *out -1: the word says that it is not known. */
bool intel_confidence_by_word(vg_str word, int64_t *out);
/* The other way, on the scale None / Low / Med / High: "none", "low", "med", "high"; "" below 0 (not said). */
const char *intel_confidence_word(int64_t confidence);

/* FIRST TLP 2.0 and PAP, in order of strictness. */
enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
enum pap { PAP_CLEAR, PAP_GREEN, PAP_AMBER, PAP_RED };
const char *intel_tlp_name(enum tlp t); /* "TLP:AMBER+STRICT" */
const char *intel_pap_name(enum pap p); /* "PAP:RED" */
/* With or without the "TLP:" / "PAP:" prefix, any case; WHITE is CLEAR. */
bool intel_tlp_by_name(vg_str name, enum tlp *out);
bool intel_pap_by_name(vg_str name, enum pap *out);
/* By the ids of marking-definition objects (STIX 2.1 section 7.2.1.4, OASIS TLP 2.0 extension, OASIS PAP extension). */
bool intel_tlp_by_id(vg_str marking_id, enum tlp *out);
bool intel_pap_by_id(vg_str marking_id, enum pap *out);
/* What may be done with what says nothing of it: no more than its TLP lets one pass on. */
enum pap intel_pap_default(enum tlp t);

/* Is the value on a list of things that are no sign of anything (public resolvers, big sites, private ranges)? Pure. */
bool intel_benign(vg_str type, vg_str value, const char **list);

/* --- values out of free text --------------------------------------------------------------------------------- */
enum intel_hit_flag {
  HIT_PRIVATE = 1,       /* private, loopback, link-local or otherwise never seen from outside */
  HIT_DOCUMENTATION = 2, /* reserved for examples (RFC 5737, 3849, 2606, 5398) */
  HIT_BENIGN = 4,        /* on a warning list: see list */
  HIT_DEFANGED = 8,      /* was written so that nobody clicks: hxxp, [.], (dot) ... */
  HIT_WIDE = 16,         /* stood in the bytes as UTF-16LE */
  HIT_RELAY = 32,        /* in what mail servers wrote on a message's way (Received and the like) */
};
/* No sign of anything by itself: not taken for an indicator. */
#define HIT_NO_SIGN ((unsigned)(HIT_PRIVATE | HIT_DOCUMENTATION | HIT_BENIGN | HIT_RELAY))
struct intel_hit {
  enum indicator_type type;
  vg_str value;     /* the one spelling, as intel_normalise gives it; borrowed for the sink's call */
  uint64_t offset;  /* first byte as seen, plus options' base */
  uint64_t length;  /* bytes as seen */
  unsigned flags;   /* enum intel_hit_flag */
  const char *list; /* name of the warning list, or NULL */
  vg_str part; /* which part of a document ("mail.eml!/invoice.zip!/a.txt"), empty for plain bytes; offset counts in its
                  text */
};
typedef vg_code intel_hit_sink(void *ctx, const struct intel_hit *hit, struct vg_err *err);
#define INTEL_TYPE_BIT(t) (UINT64_C(1) << (t))
/* What says something when it stands in a program or on a disk: all but names and paths of files, phones, agents. */
#define INTEL_TYPES_STRONG                                                                                             \
  (~(INTEL_TYPE_BIT(TYPE_FILE_NAME) | INTEL_TYPE_BIT(TYPE_FILE_PATH) | INTEL_TYPE_BIT(TYPE_PHONE) |                    \
     INTEL_TYPE_BIT(TYPE_CPE) | INTEL_TYPE_BIT(TYPE_USER_AGENT) | INTEL_TYPE_BIT(TYPE_TRACKER) |                       \
     INTEL_TYPE_BIT(TYPE_JA3) | INTEL_TYPE_BIT(TYPE_JA4) | INTEL_TYPE_BIT(TYPE_JARM)))
struct intel_extract_options {
  uint64_t types; /* INTEL_TYPE_BIT(...) of those wanted; 0: all */
  bool binary;   /* no text: values are looked for in runs of 6 and more printable characters, ASCII and UTF-16LE; those
                    of under 8 that chance spells (names, IPv6, e-mail) count in 16 and more, or as a string of C */
  uint64_t base; /* added to every offset */
  void (*problem)(void *ctx, vg_str where,
                  const struct vg_err *why); /* a part that could not be read; NULL: not told */
  void (*text)(void *ctx, vg_str text);      /* each text before its values; NULL: not told */
  void *text_ctx;
};
/*
 * Values in bytes, in order of where they begin; every occurrence. UTF-8 (bad bytes separate words). Pure, no
 * allocation a hit, time linear in the bytes whatever they hold. Anything but VG_OK from the sink ends it and is
 * returned. VG_ENOMEM else. options NULL: all types, text. The domain of a URL and of an e-mail address, and the
 * address of a URL, are hits of their own behind it.
 */
MUST vg_code intel_extract(vg_str bytes, const struct intel_extract_options *options, intel_hit_sink *sink, void *ctx,
                           struct vg_err *err);
/* The same for a file, "-" is standard input. Text (UTF-8, UTF-16 with its mark) and other bytes are read here,
 * documents and archives in the cell "document". options->binary: no look at what the file is. */
MUST vg_code intel_extract_file(const char *path, const struct intel_extract_options *options, intel_hit_sink *sink,
                                void *ctx, struct vg_err *err);

/*
 * INSIDE A CELL ONLY: the texts of a document, parts of parts too (HTML, e-mail, .msg, .docx, .xlsx, .pptx, zip, 7z,
 * rar, tar, gz, bz2, xz, zst; what is none of these is given as it is). name: how the whole is called, parts are
 * "name!/part". Depth, number of parts and bytes are bounded: what is past is a problem. A PDF comes as it is, with
 * kind PART_PDF.
 */
enum intel_part_kind { PART_TEXT, PART_RELAYS, PART_BYTES, PART_PDF, PART_PROBLEM };
struct intel_part {
  enum intel_part_kind kind;
  vg_str name;         /* borrowed for the sink's call, as bytes is */
  vg_str bytes;        /* TEXT, RELAYS: UTF-8 */
  const char *problem; /* PROBLEM: message id; {1} is the name */
};
typedef vg_code intel_part_sink(void *ctx, const struct intel_part *part, struct vg_err *err);
MUST vg_code intel_document(vg_str bytes, vg_str name, intel_part_sink *sink, void *ctx, struct vg_err *err);
struct cell_parser;
/* for the table of parsers */
extern const struct cell_parser document_parser, openioc_parser, pdf_parser, pdf_links_parser, yara_parser;
/* Variables that rules of scanners like LOKI and THOR ask for; texts. What is not known of a file is "". */
enum intel_rule_variable_of {
  RULE_FILE_NAME,
  RULE_FILE_PATH, /* the directory */
  RULE_EXTENSION, /* ".exe" */
  RULE_FILE_TYPE,
  RULE_FILE_MD5,
  RULE_OWNER,
  INTEL_RULE_VARIABLES
};
extern const char *const intel_rule_variable[INTEL_RULE_VARIABLES];
/* INSIDE A CELL ONLY, after yr_initialize(): a compiler of YARA rules that knows these, reads no other file and puts
 * the first error (line from 1, libyara's words) into *first, which outlives it. NULL: no memory. The caller destroys
 * it. */
struct intel_rule_fault {
  int64_t line;
  char text[200];
};
struct _YR_COMPILER *intel_rule_compiler(struct intel_rule_fault *first);

/*
 * What the pattern of an indicator does here. LISTED: its values are searched for. OBSERVED: it is STIX and names no
 * value that a pack could hold, intel_pattern_match alone runs it. FILES: YARA, run over files. KEPT: in a language
 * that nothing here runs, but of the form that it wants; UNREAD: in one that we do not know. BROKEN: it is none.
 */
enum intel_use { USE_NONE, USE_LISTED, USE_OBSERVED, USE_FILES, USE_KEPT, USE_UNREAD, USE_BROKEN, INTEL_USE_KINDS };
struct intel_uses {
  int64_t n[INTEL_USE_KINDS];
  char languages[200]; /* of KEPT and UNREAD: "sigma, snort" */
};
/* Bad objects: place ("file.json:12345" byte or ":7" line), the reason in err. */
typedef void intel_reject_sink(void *ctx, const char *place, const struct vg_err *reason);
enum intel_format {
  FORMAT_GUESS,
  FORMAT_STIX,
  FORMAT_MISP,
  FORMAT_CSV,
  FORMAT_TEXT,
  FORMAT_YARA,
  FORMAT_SIGMA,
  FORMAT_KEV,
  FORMAT_EPSS,
  FORMAT_CSAF,
  FORMAT_OPENIOC,
  FORMAT_REPORT, /* free text or a document: its values are searched for */
  INTEL_FORMATS
};
/* "stix", "misp", ...; NULL for FORMAT_GUESS. */
const char *intel_format_name(enum intel_format f);
bool intel_format_by_name(vg_str name, enum intel_format *out);
/* What a file's name alone says (".yar", ".ioc", ".eml"); FORMAT_GUESS: nothing. */
enum intel_format intel_format_of_file(vg_str name);
/* Bytes that a source asserts; name: what they are called in messages. */
struct intel_listing {
  const char *name, *source;
  vg_str text;
};
struct intel_import {
  const char *path; /* read from there ("-": standard input; gzip is undone; a directory: every file in it) unless text
                       is given */
  vg_str text;      /* p != NULL: the bytes themselves */
  const char *name; /* what it is called in messages and the ledger; NULL: path */
  const char *source;                /* who asserts it */
  const struct intel_listing *lists; /* instead of path and text: bytes of one format, each asserted by its own source,
                                        in one import without parts; `source` is what the ledger calls them all. NULL:
                                        none */
  size_t list_count;
  enum intel_format format;
  const char *columns; /* of CSV, "value=ioc,type=kind,tlp=level": what its headings are called; type=:domain gives all
                          rows one type; NULL: as ours */
  intel_reject_sink *reject;
  intel_reject_sink *broken;                  /* kept, but its pattern is none: may be NULL */
  void (*progress)(void *ctx, int64_t bytes); /* may be NULL */
  void *ctx;
  const atomic_bool *stop; /* set: the import ends with VG_ESTATE; may be NULL */
  bool parts;              /* where there is one writer (SQLite), others who want to write have their turn meanwhile */
  int64_t read, added, updated, asserted, rejected; /* out; asserted: known content that this source now asserts too */
  int64_t lifted;                                   /* out; of those read: objects of STIX 2.0 */
  struct intel_uses uses;                           /* out; of those read: indicators that no pack holds a value of */
};
/*
 * One transaction of the caller's: a killed import leaves nothing, and importing again changes nothing of what is
 * there. With `parts`, what was imported so far is committed while others wait for the store, at most a few times a
 * second; the import is whole when the caller commits, and until then all of it can be taken back: an import that fails
 * does so itself, what one that was killed left is taken back by intel_recover. Others see the parts meanwhile. The
 * caller writes nothing before it that may not stand alone, and has no savepoint open. Memory does not grow with the
 * input. A large STIX file is read in a thread of its own while this one stores; the sinks are called in this one. One
 * ledger entry with the Merkle root over what was added. VG_EDATA when nothing could be read at all (wrong columns, not
 * JSON); VG_ESTATE when the source is withdrawn.
 */
MUST vg_code intel_import(struct store_tx *tx, const struct actor *who, struct intel_import *in, struct vg_err *err);

/*
 * Takes back what an import in parts left whose process died (PostgreSQL does so itself), and notes that it did: when
 * an instance is opened, and every few seconds by who has it open for long (server, worker). Nothing to do: one look.
 * VG_EBUSY: somebody else writes. `stop` may be NULL; when it becomes true: VG_ESTATE, and the next call goes on from
 * there.
 */
MUST vg_code intel_recover(struct store *st, const atomic_bool *stop, struct vg_err *err);

/* Imports of the last thirty days whose process died and that nobody has repeated since (the same file, by the same
 * source): nothing of them was kept. Of those that were large, or whose bytes came as a stream. Texts are borrowed. */
struct intel_unfinished {
  vg_str file, source, who;
  vg_time when;
};
typedef vg_code intel_unfinished_sink(void *ctx, const struct intel_unfinished *u, struct vg_err *err);
MUST vg_code intel_each_unfinished(struct store_tx *tx, intel_unfinished_sink *sink, void *ctx, struct vg_err *err);

/*
 * Imports take turns: of two at the same time the second one waits until the first one's transaction has ended - until
 * *stop (VG_ESTATE), or without stop a minute (VG_EBUSY). intel_import does it first of all; who writes to the ledger
 * and then imports, in one transaction, calls it before.
 */
MUST vg_code intel_import_turn(struct store_tx *tx, const atomic_bool *stop, struct vg_err *err);

/*
 * Imports for later: a file that a page took in, imported by a worker on this machine in one transaction. waiting,
 * then done or failed. Whoever works on one holds the lock of its file; a worker that dies leaves it to the next, three
 * times at most.
 */
struct intel_load {
  int64_t id, attempts;
  vg_str pid, path, name; /* path: absolute, the worker removes it; name: what its sender calls it */
  vg_str source, columns;
  enum intel_format format;
  int lang; /* enum vg_lang, of the reasons */
  int64_t bytes;
  vg_time asked, started, ended;
  vg_str asked_by, asked_name, state, problem; /* asked_by: public id of the person */
  int64_t read, added, updated, asserted, rejected, broken;
};
typedef vg_code intel_load_sink(void *ctx, const struct intel_load *l, struct vg_err *err);
/* path, name, source, format, columns, lang, bytes. Ledger "intel.load_asked". */
MUST vg_code intel_load_add(struct store_tx *tx, const struct actor *who, const struct intel_load *l, struct vg_id *pid,
                            struct vg_err *err);
/* The last ones first; and one (VG_ENOTFOUND). */
MUST vg_code intel_each_load(struct store_tx *tx, int64_t limit, intel_load_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code intel_load_get(struct store_tx *tx, vg_str pid, intel_load_sink *sink, void *ctx, struct vg_err *err);
/* What was refused of it, and whose pattern is broken, the first thousand, in order. */
typedef vg_code intel_load_reject_sink(void *ctx, vg_str place, vg_str reason, struct vg_err *err);
MUST vg_code intel_each_load_reject(struct store_tx *tx, int64_t load, intel_load_reject_sink *sink, void *ctx,
                                    struct vg_err *err);
int64_t intel_load_at(vg_str path); /* bytes read so far; -1: nobody works on it */
/* One at work. take, in a short transaction (VG_ENOTFOUND: none); then run (VG_ESTATE: stopped, it waits again) or, in
 * a new transaction, fail; then end, which removes the file when the import has `ended`. */
struct intel_loading {
  int64_t load, attempts, bytes;
  char pid[VG_ID_MAX], path[4096], name[256], source[256], columns[1024], asked_by[VG_ID_MAX];
  enum intel_format format;
  int lang, fd, mark;
  struct store_tx *tx;
  vg_code refused; /* of writing down what was refused */
  int64_t told;
  struct intel_import done; /* the counts */
};
MUST vg_code intel_load_take(struct store_tx *tx, struct intel_loading *out, struct vg_err *err);
MUST vg_code intel_load_run(struct store_tx *tx, const struct actor *who, struct intel_loading *l,
                            const atomic_bool *stop, struct vg_err *err);
MUST vg_code intel_load_fail(struct store_tx *tx, const struct actor *who, struct intel_loading *l, vg_str why,
                             struct vg_err *err);
void intel_load_end(struct intel_loading *l, bool ended);

/*
 * Feeds: a URL, a file or a directory that is read again when it has changed (ETag, Last-Modified; of what lies on disk
 * its names, sizes and times). A URL of a MISP feed's manifest.json brings the events that are new or newer than those
 * read before. Fetched before the transaction begins.
 */
struct intel_fetched {
  char path[4096]; /* a file or directory of ours, gone with _fini; what lies on disk itself when `lies` */
  char etag[256], changed[64];
  bool unchanged, lies;
  int64_t retry_after; /* seconds that a server which refused asks for, 0: none */
  int64_t missing;     /* events of a MISP feed that it announces and that could not be had: asked for the next time */
};
bool intel_is_url(const char *path);
/* *stop (may be NULL) ends it: VG_ESTATE. */
MUST vg_code intel_fetch(struct store *st, const char *url, const atomic_bool *stop, struct intel_fetched *out,
                         struct vg_err *err);
void intel_fetched_fini(struct intel_fetched *f);
/* intel_import of in->path, and remembers the marks of the version that was read. */
MUST vg_code intel_import_fetched(struct store_tx *tx, const struct actor *who, const char *url,
                                  const struct intel_fetched *f, struct intel_import *in, struct vg_err *err);

struct intel_feed {
  vg_str url, source, columns; /* columns empty: none were given */
  enum intel_format format;
  int64_t period;           /* ns between two readings when all is well; 0: only when asked for */
  vg_time last_ok, next;    /* next: due from then on */
  int64_t failures, added;  /* added: by the last reading that brought something */
  int64_t refused, missing; /* rows or objects, and events of MISP, of the last reading */
  int64_t broken;           /* of the last reading: indicators whose pattern is broken */
  vg_str problem, words;    /* message id of the last failure, its arguments are url and words; "" when all went well */
};
typedef vg_code intel_feed_sink(void *ctx, const struct intel_feed *f, struct vg_err *err);
/* Followed from now on; a feed that is known gets the new settings. VG_EUSAGE: a period under five minutes. Ledger
 * "intel.feed". */
MUST vg_code intel_feed_follow(struct store_tx *tx, const struct actor *who, const struct intel_feed *f,
                               struct vg_err *err);
/* What it brought stays. VG_ENOTFOUND. */
MUST vg_code intel_feed_drop(struct store_tx *tx, const struct actor *who, vg_str url, struct vg_err *err);
/* Those followed, the next ones first; due: only those whose time has come. only: one url, also when it is not due;
 * empty: any. VG_ENOTFOUND. */
MUST vg_code intel_each_feed(struct store_tx *tx, bool due, vg_str only, intel_feed_sink *sink, void *ctx,
                             struct vg_err *err);
/* Unchanged (why NULL), or failed: waits twice as long after each failure, at most a week, and at least as long as the
 * server asks. */
MUST vg_code intel_feed_tried(struct store_tx *tx, vg_str url, const struct intel_fetched *f, const struct vg_err *why,
                              struct vg_err *err);

/* Who asserts things, how reliable (Admiralty A-F), how its unmarked objects are marked. */
struct intel_source {
  vg_str name;
  char reliability;  /* 'A'..'F'; F: cannot be judged */
  int tlp, pap;      /* -1: not said */
  vg_time withdrawn; /* VG_NOTIME: no */
  int64_t objects;   /* contents that it asserts; out */
};
typedef vg_code intel_source_sink(void *ctx, const struct intel_source *s, struct vg_err *err);
MUST vg_code intel_each_source(struct store_tx *tx, intel_source_sink *sink, void *ctx, struct vg_err *err);
/* 'A'..'F', 'F' for a source that nobody knows. */
MUST vg_code intel_source_reliability(struct store_tx *tx, vg_str name, char *letter, struct vg_err *err);
/* Sets reliability, tlp and pap (0 / -2: left as it is) of a source, which is made when it is new. Ledger
 * "intel.source". */
MUST vg_code intel_source_set(struct store_tx *tx, const struct actor *who, const struct intel_source *s,
                              struct vg_err *err);
/* All that the source asserts no longer counts (restore: counts again). VG_ENOTFOUND, VG_ESTATE when it already is so.
 */
MUST vg_code intel_source_withdraw(struct store_tx *tx, const struct actor *who, vg_str name, bool restore,
                                   vg_str motive, struct vg_err *err);

/*
 * Checking STIX 2.1: a MUST that is broken is an error, a SHOULD a warning (an error when strict). `disabled` names
 * SHOULD checks that are left out, by the names of the reference validator ("extensions-use", "hash-algo", ...; "1":
 * all of forms, "2": all of vocabularies).
 */
struct intel_check_options {
  bool strict, strict_properties, strict_types; /* no custom properties; no custom types */
  bool interop;                                 /* what the interoperability specification adds */
  const char *const *disabled;
  size_t disabled_count;
};
bool intel_check_knows(const char *name); /* is there a check of this name? */
struct intel_checked {
  vg_str id, type; /* p NULL: it has none */
  bool valid;
  const char *deterministic_id; /* what section 2.9 of the standard makes of an observable, or NULL */
};
/* The issues of an object (its first argument is the property's path) and, of an object of STIX 2.0, what an import
 * makes of it; then the object. text: an object, a bundle, an array, JSON Lines. */
enum intel_issue { ISSUE_ERROR, ISSUE_WARNING, ISSUE_LIFTED };
typedef void intel_issue_sink(void *ctx, enum intel_issue kind, const struct vg_err *what);
typedef vg_code intel_checked_sink(void *ctx, const struct intel_checked *object, struct vg_err *err);
MUST vg_code intel_check(vg_str text, const struct intel_check_options *o, intel_issue_sink *issue,
                         intel_checked_sink *checked, void *ctx, struct vg_err *err);

/*
 * STIX patterns (section 9 of the standard). check: VG_EDATA with place and reason when it is none. equal: do both say
 * the same, after bringing them to one normal form? match: does it match the observed data in `data` (a bundle, an
 * array of bundles or objects, JSON Lines)? VG_EDATA when a comparison makes no sense (a text that is no timestamp);
 * VG_ELIMIT when the work has no reasonable bound.
 */
MUST vg_code intel_pattern_check(vg_str pattern, struct vg_err *err);
MUST vg_code intel_pattern_equal(vg_str a, vg_str b, bool *equal, struct vg_err *err);
MUST vg_code intel_pattern_match(vg_str pattern, vg_str data, bool *match, struct vg_err *err);

/*
 * Many patterns at once (10,000 and more): the data is read once, and patterns whose texts it does not hold are not
 * run. The sink hears of those that match (why NULL) and those that are refused, by their place in the list.
 */
struct intel_patterns_done {
  int64_t patterns, run, matched, refused;
};
typedef vg_code intel_pattern_sink(void *ctx, size_t index, const struct vg_err *why, struct vg_err *err);
MUST vg_code intel_patterns_match(const vg_str *patterns, size_t count, vg_str data, intel_pattern_sink *sink,
                                  void *ctx, struct intel_patterns_done *done, struct vg_err *err);

/* Does what was said of a value still count, and if not, why? REPLACED: the object's newest version no longer says it.
 */
enum intel_standing { INTEL_LIVE, INTEL_REVOKED, INTEL_WITHDRAWN, INTEL_REPLACED, INTEL_STANDINGS };
const char *intel_standing_name(enum intel_standing s);

/* A searched value with one assertion. Strings borrowed for the sink's call. score: confidence, weighed by the source's
 * reliability and decayed by the type's age as of the transaction's time (0-100); 0 once valid_until has passed, and
 * when it no longer counts. */
struct intel_value {
  int64_t row; /* of the content that states it: intel_object.row */
  enum indicator_type type;
  vg_str value, object_id, source, name;
  enum tlp tlp;
  enum pap pap;
  int64_t confidence; /* -1: not said */
  vg_time modified, valid_until;
  char reliability;
  int score;
  const char *benign; /* name of the warning list, or NULL */
  enum intel_standing standing;
};
typedef vg_code intel_value_sink(void *ctx, const struct intel_value *v, struct vg_err *err);
/* All live assertions, in order of type and value. type < 0: all. */
MUST vg_code intel_each_value(struct store_tx *tx, int type, intel_value_sink *sink, void *ctx, struct vg_err *err);
/* All assertions about one normalised value. */
MUST vg_code intel_each_assertion(struct store_tx *tx, enum indicator_type type, vg_str value, intel_value_sink *sink,
                                  void *ctx, struct vg_err *err);

/* What was said of one normalised value by objects of which no content that says it counts any more, each in its newest
 * such version: revoked, its source withdrawn, or replaced by one that no longer says it. By object and source. */
MUST vg_code intel_each_past(struct store_tx *tx, enum indicator_type type, vg_str value, intel_value_sink *sink,
                             void *ctx, struct vg_err *err);

/* The values that live sources list and that begin with these bytes, as stored (normalised), in the order of their
 * bytes and then of the names of their types, each once; at most `limit`. By the index, however many there are. */
typedef vg_code intel_stated_sink(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err);
MUST vg_code intel_each_beginning(struct store_tx *tx, vg_str beginning, int64_t limit, intel_stated_sink *sink,
                                  void *ctx, struct vg_err *err);

/* Where a page of intel_v_value, `value > after ... ORDER BY value LIMIT limit`, may end: `AND value <= *end` leaves
 * out none of it, and keeps SQLite, which has values in two parts (intel_literal), from reading all of both. type "":
 * all.
 */
MUST vg_code intel_values_page(struct store_tx *tx, const char *type, vg_str after, int64_t limit, struct vg_buf *end,
                               struct vg_err *err);

/* Rules that live sources assert, in a language ("yara"): each with the most reliable of who asserts it. */
struct intel_rule {
  vg_str id, name, text, source;
  char reliability;
};
typedef vg_code intel_rule_sink(void *ctx, const struct intel_rule *r, struct vg_err *err);
MUST vg_code intel_each_rule(struct store_tx *tx, const char *language, intel_rule_sink *sink, void *ctx,
                             struct vg_err *err);

/* What live sources together say of a vulnerability: the newest scores, and whether any calls it exploited. */
struct intel_vulnerability {
  double epss, percentile, cvss; /* negative: nobody says; cvss: the highest */
  vg_time scored;                /* day of the EPSS score */
  bool exploited, ransomware;
  int64_t sources;
};
MUST vg_code intel_vulnerability_get(struct store_tx *tx, vg_str cve, struct intel_vulnerability *out,
                                     struct vg_err *err);

struct intel_object {
  int64_t row;
  vg_str id, type, name, source, json;
  enum tlp tlp;
  enum pap pap;
  vg_time modified, received;
  int64_t confidence; /* -1: not said */
  bool revoked;
};
typedef vg_code intel_object_sink(void *ctx, const struct intel_object *o, struct vg_err *err);
/* What is to be said of an object's pattern, and for BROKEN why; nothing (said.n 0) of LISTED and NONE. */
struct intel_used {
  enum intel_use use;
  struct vg_err said;
};
MUST vg_code intel_use_of(struct store_tx *tx, const struct intel_object *o, struct intel_used *out,
                          struct vg_err *err);
/* Of all that counts: those that no pack holds a value of. */
MUST vg_code intel_uses_count(struct store_tx *tx, struct intel_uses *out, struct vg_err *err);
/* A sentence for each kind of them that there is. */
typedef void intel_use_say(void *ctx, const char *message, const char *count, const char *languages);
void intel_uses_say(const struct intel_uses *u, intel_use_say *say, void *ctx);
/* Newest version of each object, of one STIX type or all (NULL). */
MUST vg_code intel_each_object(struct store_tx *tx, const char *type, intel_object_sink *sink, void *ctx,
                               struct vg_err *err);
/*
 * Every content of every object, old versions too, behind row `after` in order of coming, at most `limit`; source.p is
 * NULL when nobody asserts it (any more). And one of them again by its row (VG_ENOTFOUND). What counts now stands in
 * the view intel_v_live (object: the row, source, name).
 */
MUST vg_code intel_each_since(struct store_tx *tx, int64_t after, int64_t limit, intel_object_sink *sink, void *ctx,
                              struct vg_err *err);
MUST vg_code intel_content_get(struct store_tx *tx, int64_t row, intel_object_sink *sink, void *ctx,
                               struct vg_err *err);
/* The strictest marking that a live source of this content gave the same version of the object in another content: an
 * observable has no versions, so a source that marks it anew sends it again. -1: none did. */
MUST vg_code intel_said_of(struct store_tx *tx, int64_t row, int *tlp, int *pap, struct vg_err *err);
/* What to find: all that is set must hold. after: only rows behind this one (intel_object.row), for paging. */
struct intel_query {
  const char *type;     /* STIX type, NULL any */
  vg_str words;         /* in name or description, all of them; empty: any */
  vg_str about;         /* objects that refer to this id; empty: any */
  int tlp_max;          /* -1: any */
  int tlp_min;          /* 0: any */
  int64_t after, limit; /* limit 0: all */
  vg_str source;        /* a live source that asserts it; empty: any */
  vg_str value;         /* a normalised value that it lists; empty: any */
  int64_t confidence;   /* at least; 0: any, also none */
  vg_time since, until; /* came to us in [since, until); 0: any */
  bool broken;          /* only indicators whose pattern is broken */
  bool newest;          /* the last to come first: after counts backwards */
};
MUST vg_code intel_find(struct store_tx *tx, const struct intel_query *q, intel_object_sink *sink, void *ctx,
                        struct vg_err *err);
/* One page, the last to come first, in bounded time whatever the store holds: when `budget` (ns) is used up it ends
 * with fewer than q->limit. *next: the next page's `after`; 0: that was all. */
MUST vg_code intel_find_page(struct store_tx *tx, const struct intel_query *q, int64_t budget, intel_object_sink *sink,
                             void *ctx, int64_t *next, struct vg_err *err);
/* One content of one version, and one source that asserts it. */
struct intel_assertion {
  int64_t row; /* of the content: intel_content_get */
  vg_time modified, received;
  vg_str source;
  bool latest, withdrawn;
};
typedef vg_code intel_assertion_sink(void *ctx, const struct intel_assertion *a, struct vg_err *err);
/* Every version, content and source of an object, newest first. VG_ENOTFOUND. */
MUST vg_code intel_each_version(struct store_tx *tx, vg_str id, intel_assertion_sink *sink, void *ctx,
                                struct vg_err *err);
/* The values that an object as received states: those of an indicator's pattern, the number of a vulnerability. Pure.
 */
MUST vg_code intel_object_values(vg_str json, intel_stated_sink *sink, void *ctx, struct vg_err *err);

/* Name and description of an object in a language ("fr"), as language-content objects that live sources assert say
 * them; both empty when none does. of: whose translation it is. */
struct vg_buf;
MUST vg_code intel_in_language(struct store_tx *tx, vg_str id, vg_time modified, const char *lang, struct vg_buf *name,
                               struct vg_buf *description, struct vg_buf *of, struct vg_err *err);

/*
 * What one of us says about an object: a STIX note, or an opinion when `opinion` is set (the standard's words, from
 * "strongly-disagree" to "strongly-agree"). It is marked as its object is, and asserted by the source INTEL_OWN_SOURCE.
 * VG_EUSAGE: no text in a note, no such opinion. VG_ENOTFOUND. Ledger "intel.imported", as everything that comes in.
 */
#define INTEL_OWN_SOURCE "Vigie"
struct intel_saying {
  vg_str about, text;
  const char *opinion; /* NULL: a note */
  const char *lang;    /* of the text; NULL: not said */
  vg_str self;         /* public id of the division */
};
MUST vg_code intel_say(struct store_tx *tx, const struct actor *who, const struct intel_saying *s, struct vg_id *id,
                       struct vg_err *err);
/* Who saw a value, as sources say in sightings of STIX of the objects that state it: an organisation (of
 * where_sighted_refs) with how many sightings, how often they say, first and last. Of live sources, newest versions;
 * the last to see it first. Texts are borrowed for the sink's call. What our own companies saw is
 * casework_each_sighted's. */
struct intel_reported {
  vg_str org, name, sources; /* org: the identity's id, "" where none is said; name: "" if it is not here; sources: a
                                line each */
  int64_t sightings, count;
  vg_time first, last; /* VG_NOTIME: not said */
};
typedef vg_code intel_reported_sink(void *ctx, const struct intel_reported *r, struct vg_err *err);
MUST vg_code intel_each_reported(struct store_tx *tx, enum indicator_type type, vg_str value, intel_reported_sink *sink,
                                 void *ctx, struct vg_err *err);

/*
 * The owner's backup: a STIX bundle of what the query finds, written to fd (name: what it is called in messages),
 * newest versions, bytes as received. It is no release: nothing leaves the house by it (that is share_release()), so
 * only an administrator may, and the ledger says so ("intel.exported", with the Merkle root over the objects, for whom
 * and why). VG_EDENIED.
 */
MUST vg_code intel_export(struct store_tx *tx, const struct actor *who, const struct intel_query *q,
                          const struct ledger_whom *whom, int fd, const char *name, int64_t *objects,
                          struct vg_err *err);
/* The decayed score of intel_value, for any age (ns). Pure. */
int intel_score(enum indicator_type type, int64_t confidence, char reliability, vg_time age);

/* The newest version of an object as each source gave it, byte by byte; lifted: STIX 2.0, of which the object was
 * made. VG_ENOTFOUND. */
typedef vg_code intel_received_sink(void *ctx, vg_str source, vg_str json, bool lifted, struct vg_err *err);
MUST vg_code intel_each_received(struct store_tx *tx, vg_str id, intel_received_sink *sink, void *ctx,
                                 struct vg_err *err);
/* VG_ENOTFOUND. One call of the sink. */
MUST vg_code intel_object_get(struct store_tx *tx, vg_str id, intel_object_sink *sink, void *ctx, struct vg_err *err);

/* Something listed was seen at an organisation. report: public id of what says so (a match run, an analysis, an
 * incident). */
struct sighting {
  enum indicator_type type;
  vg_str value, report, where;
  int64_t org;
  vg_time first, last;
  int64_t count;
};
/* Sightings as other instances are told of them: many of a report in few events. _end takes how it went so far, writes
 * what is left when that is VG_OK, and frees. */
struct sightings_told {
  struct vg_buf body;
  struct vg_jw w;
  char report[VG_ID_MAX];
  int64_t org;
  bool open;
};
void intel_sightings_begin(struct sightings_told *t);
MUST vg_code intel_sightings_end(struct store_tx *tx, const struct actor *who, struct sightings_told *t, vg_code rc,
                                 struct vg_err *err);
/* told NULL: told at once. VG_EDATA: the value is none of its type. VG_ESTATE: the report was withdrawn. */
MUST vg_code intel_sighting_add(struct store_tx *tx, const struct actor *who, const struct sighting *s,
                                struct sightings_told *told, struct vg_err *err);
/* Withdraws every sighting of a report. */
MUST vg_code intel_sighting_withdraw(struct store_tx *tx, const struct actor *who, vg_str report, vg_str motive,
                                     struct vg_err *err);
/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code intel_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
/* Those of these reports (public ids, a line each) go for good, counted: what said so was erased. */
MUST vg_code intel_sightings_forget(struct store_tx *tx, vg_str reports, int64_t *rows, struct vg_err *err);

/* A reference of an exhibit that the merge changed: analyses name it as the place. */
MUST vg_code intel_sightings_renamed(struct store_tx *tx, vg_str old, vg_str fresh, struct vg_err *err);
/* Sightings of a report that came after its withdrawal was told here. */
MUST vg_code intel_sightings_withdrawn(struct store_tx *tx, vg_str report, struct vg_err *err);
/* Sightings that were recorded, or withdrawn, on another instance; those of analyses come with their analysis. */
extern const struct merge_kind intel_merges[];
extern const char intel_sql[], intel_sqlite_sql[], intel_pg_sql[];

#endif
