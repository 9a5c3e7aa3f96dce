#ifndef VG_MATCH_MATCH_H
#define VG_MATCH_MATCH_H
/*
 * Known bad in any bytes. Indicators are compiled to a pack: one memory-mapped, checksummed, optionally signed file
 * (format: docs/pack.md) that needs no database. Scanning is pure: no allocation a hit, no locks; one pack serves any
 * number of threads. What matches: hosts and hashes in any case; a listed domain and its subdomains, nothing else;
 * addresses also inside listed CIDRs, in every IPv6 spelling and IPv4-mapped; URLs after normalisation (scheme, default
 * port and fragment ignored); defanged text, JSON and percent escapes before and inside a value, UTF-16LE; file names,
 * mutexes and wallet addresses as whole tokens; MAC addresses, telephone numbers and the like in each of their usual
 * spellings.
 *
 *     struct pack *p; VG_TRY(pack_open(path, NULL, &p, err)); // refuses damaged, foreign, newer and expired ones
 *     VG_TRY(match_bytes(p, bytes, 1, sink, ctx, err)); ... pack_close(p);
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/sign.h"
#include "intel/intel.h"
#include "ledger/ledger.h"

enum match_type {
  MATCH_DOMAIN,
  MATCH_IPV4,
  MATCH_IPV6,
  MATCH_CIDR,
  MATCH_IPV4_PORT,
  MATCH_URL,
  MATCH_EMAIL,
  MATCH_MD5,
  MATCH_SHA1,
  MATCH_SHA256,
  MATCH_SHA512,
  MATCH_FILE_NAME,
  MATCH_MUTEX,
  MATCH_BTC,
  MATCH_ETH,
  MATCH_XMR,
  MATCH_IBAN,
  MATCH_REGISTRY,
  MATCH_FILE_PATH,
  MATCH_USER_AGENT,
  MATCH_IMPHASH,
  MATCH_AUTHENTIHASH,
  MATCH_SSDEEP,
  MATCH_TLSH,
  MATCH_TRACKER,
  MATCH_MAC,
  MATCH_PHONE,
  MATCH_CVE,
  MATCH_ATTACK,
  MATCH_CPE,
  MATCH_ASN,
  MATCH_JA3,
  MATCH_JA4,
  MATCH_JARM,
  MATCH_TYPES
};
/* "domain-name", "ipv4-addr", "cidr", "ipv4:port", "url", "file-name", ... */
const char *match_type_name(enum match_type t);
/* All that is not a name of the network or a digest is found as a whole token, as written: in which types any case
 * counts. */
bool match_type_folds(enum match_type t);
/* STIX names and short ones ("domain", "ipv4", "email", "ipv4-cidr"). false: a pack has no such type. */
bool match_type_by_name(vg_str name, enum match_type *out);
/* The type that a bare value has by its form; false when it has none. Defanged values are understood. */
bool match_type_guess(vg_str value, enum match_type *out);

/* --- building ------------------------------------------------------------------------------------------------ */
struct pack_value {
  enum match_type type;
  vg_str value;    /* as listed; shown in hits */
  vg_str source;   /* who says so, may be empty */
  const char *tlp; /* "red" ... "clear"; NULL unknown */
  const char *pap;
  vg_time expires; /* VG_NOTIME: never */
  bool benign;     /* on a warning list: hits say so */
};
enum { MATCH_SECRET = 32 };
struct pack_meta {
  const char *producer;   /* public id or a name; may be NULL */
  const char *tlp, *pap;  /* highest marking inside; NULL unknown */
  const char *convention; /* under which it was released; NULL none */
  const char *recipient; /* public id and name of who it was released to; both NULL: for the producer's own use (or from
                            a list) */
  const char *recipient_name;
  const unsigned char
      *blind; /* MATCH_SECRET bytes: a blind pack, readable by nobody, usable with the secret only; NULL: a plain one */
  bool own_use;             /* made from a store without passing the release gate: must not leave the house */
  vg_time created, expires; /* expires VG_NOTIME: never */
};
struct pack_build;
MUST vg_code pack_build_new(struct pack_build **out, struct vg_err *err);
void pack_build_free(struct pack_build *b);
/* VG_EDATA when the value is not one of its type: nothing was added and building may go on. Equal values count once,
 * with the strictest marking and the latest expiry; benign only when all say so. */
MUST vg_code pack_build_add(struct pack_build *b, const struct pack_value *v, struct vg_err *err);
/* Values of the intelligence store (an intel_value_sink). What is no trace of one known bad thing (CVE, technique, CPE,
 * AS number: any alert names them) is left out unless `all`; so is what is not one of its type. */
struct pack_known {
  struct pack_build *b;
  bool all;
  bool unnamed; /* who asserted a value is not told: that may be marked more strictly than the value */
  enum tlp tlp; /* the strictest markings so far; begin with 0 */
  enum pap pap;
};
MUST vg_code pack_build_known(void *known, const struct intel_value *v, struct vg_err *err);
void pack_known_marks(const struct pack_known *k, struct pack_meta *meta); /* as the pack's own */
size_t pack_build_count(const struct pack_build *b, enum match_type t);    /* MATCH_TYPES: all */
/* What hits of a blind pack mean: of the values added so far (before the sealing) those that the secret's holder sees
 * as one of names ("blind:" and 16 hexadecimal digits), with the place of the name. Several may share one. */
struct blind_named {
  vg_str name;
  uint64_t count;
};
/* The names that stand in a text (the hits that came back), each once and in order; they lie in it. The caller frees
 * *out. */
MUST vg_code match_blind_names(vg_str text, struct blind_named **out, size_t *n, struct vg_err *err);
typedef vg_code pack_resolved(void *ctx, size_t name, enum match_type type, vg_str value, vg_str source,
                              struct vg_err *err);
MUST vg_code pack_build_resolve(const struct pack_build *b, const unsigned char secret[static MATCH_SECRET],
                                const struct blind_named *names, size_t n, pack_resolved *sink, void *ctx,
                                struct vg_err *err);
/* Ends the building: lays the file out in memory, sums and signs it (key NULL: unsigned); then its id is known and can
 * be recorded before anything leaves. id may be NULL. Nothing can be added afterwards. */
MUST vg_code pack_build_seal(struct pack_build *b, const struct pack_meta *meta, const struct vg_key *key,
                             struct vg_id *id, struct vg_err *err);
/* Writes a sealed pack (durable under its final name, or not at all). bytes may be NULL. */
MUST vg_code pack_build_save(const struct pack_build *b, const char *path, uint64_t *bytes, struct vg_err *err);
/* A list: one value a line, or `type` and `value` by TAB, comma or semicolon (RFC 4180 quotes); '#' comments and a
 * header line are skipped. A bad line goes to `rejected` (may be NULL) with its number and reason, the others are kept.
 */
typedef void pack_rejected(void *ctx, uint64_t line, vg_str text, const struct vg_err *why);
MUST vg_code pack_build_list(struct pack_build *b, const char *path, pack_rejected *rejected, void *ctx,
                             struct vg_err *err);

/* The secret of blind packs: 64 hexadecimal digits in a file of mode 0600. _write leaves a file that holds the same
 * one, VG_ESTATE when another. */
MUST vg_code pack_secret_read(const char *path, unsigned char out[static MATCH_SECRET], struct vg_err *err);
MUST vg_code pack_secret_write(const char *path, const unsigned char secret[static MATCH_SECRET], struct vg_err *err);
/* That of a convention (its public id): SHA-256 of the key's signature on it, so that it is the same each time and
 * stored nowhere. */
MUST vg_code pack_secret_of(const struct vg_key *key, const char *convention, unsigned char out[static MATCH_SECRET],
                            struct vg_err *err);

/* --- opening ------------------------------------------------------------------------------------------------- */
struct pack;
struct pack_info {
  uint64_t count[MATCH_TYPES], total, bytes;
  struct vg_id id; /* vigie-pack--uuid of the content's SHA-256 */
  char producer[128], tlp[24], pap[24], convention[128], recipient[128], recipient_name[128];
  bool own_use, blind; /* blind: hits name values as "blind:HEX" */
  vg_time created, expires;
  bool is_signed;
  unsigned char signer[VG_KEY_SIZE];
};
struct pack_policy {
  const unsigned char *trust; /* public key that must have signed; NULL: any signer or none */
  vg_time now;                /* 0: the system's time */
  bool allow_expired;
  const unsigned char *secret; /* MATCH_SECRET bytes, for a blind pack; NULL: none at hand */
  unsigned threads;            /* that check the sections; 0: the caller's alone */
};
/* One a core of this machine, at most MATCH_THREADS; or as many as asked for, when not 0. */
enum { MATCH_THREADS = 64 };
unsigned match_threads(unsigned asked);
/* Maps the file and checks every section. Refused with the reason: not a pack (VG_EDATA), damaged (VG_EDAMAGE, the part
 * named), newer or of the other byte order (VG_EVERSION), past its date (VG_ESTATE), unsigned or signed by another than
 * policy->trust, blind and the secret is another or missing (VG_EDENIED). policy NULL: any signer, not expired. */
MUST vg_code pack_open(const char *path, const struct pack_policy *policy, struct pack **out, struct vg_err *err);
void pack_close(struct pack *p);
const struct pack_info *pack_info(const struct pack *p);

/* Scanning uses the best instructions of this machine; or those asked for ("avx512", "avx2", "sse2", "neon", "plain").
 * false: not here. */
bool match_engine_use(struct pack *p, const char *name);

/* --- scanning ------------------------------------------------------------------------------------------------ */
struct match_hit {
  enum match_type type;  /* of the listed value */
  vg_str indicator;      /* the listed value */
  vg_str seen;           /* as written in the bytes; borrowed until the sink returns */
  vg_str source;         /* of the indicator, may be empty */
  uint64_t line, offset; /* line counts from base_line; offset is the byte inside the line */
  uint64_t at;           /* byte from the start of the bytes scanned */
  vg_time time; /* of the line: at its start, in brackets (common log) or by its key (JSON); no zone: UTC, no year: the
                   last such day before the file was written; VG_NOTIME */
  bool benign;  /* on a warning list */
  uint32_t entry;   /* number of the indicator inside the pack */
  const char *path; /* of the file, "FILE/MEMBER" in an archive; NULL for bytes */
  vg_str context;   /* its line and those around it when they were asked for; borrowed as seen */
  /* In which field of its line, of files only: key path of JSON, column by its header, name of name=value, part of a
   * syslog, proxy, web or DNS server line, of a packet or an event; empty: none is known. Borrowed as seen. */
  vg_str field;
  uint32_t column; /* number from 1 of the column that it is, 0 none */
};
/* Anything but VG_OK ends the scan and is returned by it. */
typedef vg_code match_sink(void *ctx, const struct match_hit *hit, struct vg_err *err);
MUST vg_code match_bytes(const struct pack *p, vg_str bytes, uint64_t base_line, match_sink *sink, void *ctx,
                         struct vg_err *err);
struct match_counts {
  uint64_t bytes, lines, hits; /* bytes after decompression */
};
/* Archives (zip, tar, 7z, rar, cab), captures (pcap, pcapng: line is the packet's number) and Windows event logs (evtx:
 * line counts records) are taken apart in a cell. */
struct match_ahead;
struct match_order {
  const char *const *paths; /* files, directories (their regular files, in order of name), "-" */
  size_t count;
  unsigned threads;          /* 0: one a core */
  unsigned context;          /* lines around a hit to give along */
  struct match_ahead *ahead; /* of paths[0]; may be NULL */
};
/* Begins to take that file apart, when it is one of those, before there is a pack: so that this goes on while one is
 * opened. NULL: there is nothing to begin. Ends with the thread that began it; freed after match_files(). */
struct match_ahead *match_ahead_new(const char *path);
void match_ahead_free(struct match_ahead *a);
/* After the last hit of a file: what was read; why (may be NULL) it ended early. */
typedef vg_code match_done(void *ctx, const char *path, const struct match_counts *counts, const struct vg_err *why,
                           struct vg_err *err);
/*
 * Files of any size in constant memory: plain, gzip, zstd, xz or bzip2 by their first bytes; one that breaks off gives
 * the hits before it. Many files on many cores; a big plain file is cut at line ends and shared out. Hits and ends
 * arrive in the caller's thread, in the order of the files and of their lines, whatever the number of threads. A file
 * that cannot be read costs only itself; done (may be NULL) hears why.
 */
MUST vg_code match_files(const struct pack *p, const struct match_order *order, match_sink *sink, match_done *done,
                         void *ctx, struct match_counts *total, struct vg_err *err);
/*
 * Reads on as the files grow, until go_on says no (asked about five times a second). A file that was replaced
 * (rotation) is read until nothing more came for two seconds, then the new one from its beginning; one that was cut or
 * written anew from its beginning at once: lines count from 1. Of a directory its files, those that appear later too,
 * but no compressed ones; a file under another name is not read again. A line is scanned once it has ended.
 */
typedef bool match_go_on(void *ctx);
MUST vg_code match_follow(const struct pack *p, const struct match_order *order, match_sink *sink, match_go_on *go_on,
                          void *ctx, struct match_counts *total, struct vg_err *err);

/* --- summing up and recording -------------------------------------------------------------------------------- */
struct match_sum {
  enum match_type type;
  vg_str indicator, source; /* live as long as the pack */
  uint64_t count;
  vg_time first, last; /* VG_NOTIME when no line had a time */
  bool benign;
  vg_str field; /* of sums by field only */
};
struct match_tally;
MUST vg_code match_tally_new(struct match_tally **out, struct vg_err *err);
void match_tally_free(struct match_tally *t);
MUST vg_code match_tally_add(struct match_tally *t, const struct match_hit *hit, struct vg_err *err);
/* The same summed up by field: type, indicator and source mean nothing then. The caller frees *out before t. */
MUST vg_code match_tally_fields(const struct match_tally *t, struct match_tally **out, struct vg_err *err);
/* The same summed up by who asserts the values: type and indicator mean nothing then. The caller frees *out before t.
 */
MUST vg_code match_tally_sources(const struct match_tally *t, struct match_tally **out, struct vg_err *err);
/* In which fields the i-th value was met, most MATCH_FIELDS of them, in order of first hit: calls `each` for one after
 * the other. false: there were more. */
enum { MATCH_FIELDS = 16 };
bool match_tally_places(const struct match_tally *t, size_t i, void (*each)(void *ctx, vg_str field, uint64_t count),
                        void *ctx);
size_t match_tally_count(const struct match_tally *t);
const struct match_sum *match_tally_at(const struct match_tally *t, size_t i); /* in order of first hit */

struct match_run {
  int64_t org; /* territory_org.id whose logs were read */
  const char *org_pid;
  const char *where; /* names of the files */
  uint64_t files;
  struct match_counts counts;
};
/* One row a run and one a listed value; each value that is not benign becomes a sighting of the organisation with the
 * run as its report; one ledger entry "match.recorded". Times missing from the logs are the time of the run. pid:
 * match-run--uuid. */
/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code match_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
MUST vg_code match_record(struct store_tx *tx, const struct actor *who, const struct pack *p,
                          const struct match_run *run, const struct match_tally *tally, struct vg_id *pid,
                          struct vg_err *err);

/* One ledger entry "match.packed": which pack (id, from pack_build_seal) was made for whom, with how many values and
 * which markings; a blind one is also a row, which match_last_blind() finds. purpose: why; NULL: for his own use. */
MUST vg_code match_record_pack(struct store_tx *tx, const struct actor *who, const struct pack_build *b,
                               const struct pack_meta *meta, const char *purpose, const struct vg_id *id,
                               struct vg_err *err);
/* The convention of the newest blind pack that was made for this organisation, empty when it was made under none.
 * VG_ENOTFOUND: there is none. */
MUST vg_code match_last_blind(struct store_tx *tx, const char *recipient, struct vg_id *convention, struct vg_err *err);

/* --- Windows event logs, for whoever is inside a cell ---------------------------------------------------------- */
struct evtx_event {
  uint64_t number, at, size; /* at: byte of the file where its record begins; size: of the record */
  vg_time time;              /* written; VG_NOTIME */
  vg_str text;               /* one line: "Provider.Name=... EventID=4720 ... TargetUserName=...", parted by TAB */
  /* Of its System part, empty when not there; data: of the text what follows that part. All borrowed until the sink
   * returns. */
  vg_str provider, id, channel, computer, user, data;
  bool recovered; /* from free space, or a chunk without its head */
  bool whole;     /* false: its text breaks off */
};
struct evtx_counts {
  uint64_t records, recovered, broken, damaged; /* broken: of the records those not whole; damaged: chunks */
};
typedef void evtx_sink(void *ctx, const struct evtx_event *e);
/* Every record of an .evtx file in order of place. VG_EDATA: it is none. */
MUST vg_code evtx_read(vg_str bytes, evtx_sink *sink, void *ctx, struct evtx_counts *counts, struct vg_err *err);
/* The same in pieces, as they come: evtx_feed tells what is complete; evtx_end tells the rest, counts and frees. */
struct evtx_reader;
bool evtx_begins(vg_str bytes); /* do these begin such a file? */
MUST vg_code evtx_new(struct evtx_reader **out, evtx_sink *sink, void *ctx, struct vg_err *err);
void evtx_feed(struct evtx_reader *r, vg_str bytes);
MUST vg_code evtx_end(struct evtx_reader **r, struct evtx_counts *counts, struct vg_err *err);

/* The parser "match", for the table of cells: archives, captures of network traffic, Windows event logs. */
struct cell_parser;
extern const struct cell_parser match_parser;
extern const char match_sql[];

#endif
