#ifndef VG_LEDGER_LEDGER_H
#define VG_LEDGER_LEDGER_H
/*
 * The tamper-evident log. Everything that a person may one day have to defend in court is one ledger_append() in the
 * same transaction as the thing itself. Append-only Merkle log: leaf and node hashing of RFC 6962 section 2.1,
 * checkpoint in the C2SP tlog-checkpoint / signed-note form, signed with Ed25519 after commit.
 *
 * Leaf, canonical bytes (all integers little-endian, texts as u32 length + bytes):
 *   "VGL1" | u64 time ns | text kind | text actor id | text subject id | 32 bytes SHA-256(salt || body)
 * Body (canonical JSON) and salt (16 random bytes) live beside it and can be erased when the law says so; leaves stay.
 * Threads: those of the store. Durability: that of the transaction; a checkpoint is signed after it.
 * Tables: ledger_leaf(idx, leaf, leaf_hash), ledger_body(idx, salt, body), ledger_head, ledger_checkpoint; beside them,
 * to find by: ledger_subject, ledger_block, ledger_span, ledger_part.
 */
#include "base/id.h"
#include "base/jsonw.h"
#include "base/sign.h"
#include "store/store.h"

/* Who acts. Made by the door from the logged-in account or the system user; plain values, copied freely. */
struct actor {
  int64_t person;       /* territory_person.id */
  struct vg_id id;      /* public id, identity--... */
  char name[96];        /* as shown */
  unsigned roles;       /* enum actor_role bits */
  int64_t organisation; /* territory_org.id of the actor's side, 0: the division itself */
  char zone[24];        /* code of the zone that the actor serves, "" national */
};
enum actor_role {
  ROLE_ANALYST = 1,
  ROLE_INVESTIGATOR = 2,
  ROLE_RESPONDER = 4,
  ROLE_REFERENT = 8,
  ROLE_PARTNER = 16,
  ROLE_COMPANY = 32,
  ROLE_ADMIN = 64,
  ROLE_RESERVIST = 128,
};

enum { LEDGER_HASH = 32 };

/*
 * Appends one entry; index (may be NULL) counts from 0. kind: "room.what" ("exhibit.acquired"). subject: a public id.
 * body: canonicalised JSON object text (any JSON is canonicalised here). Takes the head lock, so call it last in the
 * transaction.
 */
MUST vg_code ledger_append(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                           vg_str body, int64_t *index, struct vg_err *err);

/* The same for many, in their order: rows of kind, subject, body. Empties it. */
MUST vg_code ledger_append_all(struct store_tx *tx, const struct actor *who, struct store_later *entries,
                               struct vg_err *err);

/* Takes the head lock now, for what has to be numbered in one order across connections; it is held until the end. */
MUST vg_code ledger_lock(struct store_tx *tx, struct vg_err *err);
/* The same with a body of texts: key, value, key, value, ... and NULL. */
MUST vg_code ledger_tell(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                         const char *const *words, struct vg_err *err);
#define LEDGER_TELL(tx, who, kind, subject, err, ...)                                                                  \
  ledger_tell((tx), (who), (kind), (subject), (const char *const[]){__VA_ARGS__, NULL}, (err))

/* The same as a row of ledger_append_all. */
MUST vg_code ledger_tell_later(struct store_later *entries, const char *kind, const char *subject,
                               const char *const *words, struct vg_err *err);
#define LEDGER_LATER(entries, kind, subject, err, ...)                                                                 \
  ledger_tell_later((entries), (kind), (subject), (const char *const[]){__VA_ARGS__, NULL}, (err))

/* Signs a checkpoint of the current head and stores it (no-op when the head is already signed). Own transaction. */
MUST vg_code ledger_sign(struct store *st, const struct vg_key *key, struct vg_err *err);
/* The newest signed checkpoint, appended to out. VG_ENOTFOUND before the first. */
MUST vg_code ledger_checkpoint(struct store_tx *tx, struct vg_buf *out, struct vg_err *err);

/* Reads a checkpoint, which is hostile. pub NULL: the signature is not checked. */
bool ledger_note_read(vg_str note, const unsigned char *pub, int64_t *size, unsigned char root[static LEDGER_HASH],
                      bool *signature_ok);

struct ledger_state {
  int64_t size;
  unsigned char root[LEDGER_HASH];
  bool ok;
  int64_t first_bad; /* -1 when ok */
  char why[32];      /* "leaf", "body", "subject", "index", "root", "signature", "cut", "fork", "order", "container",
                        "unsigned"; "" when ok */
  vg_time signed_at; /* of the newest checkpoint, VG_NOTIME if none */
  int64_t clock_back,
      first_back; /* verified: entries dated before the one before them, no damage; the first, -1 none */
};
/*
 * Reads every leaf and body again and compares: leaf hashes, body hashes (a body may only be missing when a later entry
 * tells its erasure), the chain's head, every stored checkpoint with pub (NULL: the signature is not checked), and an
 * earlier checkpoint given by the caller (empty: none). Damage is a result (ok = false), not an error; VG_OK then too.
 */
MUST vg_code ledger_verify(struct store_tx *tx, const unsigned char *pub, vg_str earlier, struct ledger_state *out,
                           struct vg_err *err);
/*
 * The log up to its newest checkpoint as JSON Lines, one call of the sink a line (with its newline): a header
 * {"vigie":"ledger","version", "origin","key","size"}, an object an entry {"index","leaf","salt","body"} (leaf and salt
 * in base64, body as the very text that was hashed; both absent when erased), at last {"checkpoint": the signed note}.
 * Everything needed to recompute every hash. VG_ENOTFOUND before the first checkpoint.
 */
enum { LEDGER_EXPORT_VERSION = 1 };
typedef vg_code ledger_line_sink(void *ctx, vg_str line, struct vg_err *err);
MUST vg_code ledger_export(struct store_tx *tx, const struct vg_key *key, ledger_line_sink *sink, void *ctx,
                           struct vg_err *err);
/* Verifies such a text, which is hostile, with no database. pub NULL: the key that the file names is believed; key
 * gives it back to be shown. VG_EDATA when it is no export, VG_EDENIED when its key is not pub. Damage is a result as
 * above. */
MUST vg_code ledger_verify_export(vg_str text, const unsigned char *pub, vg_str earlier, struct ledger_state *out,
                                  unsigned char key[static VG_KEY_SIZE], struct vg_err *err);
/* Size and root of the head, without verifying. */
MUST vg_code ledger_head(struct store_tx *tx, struct ledger_state *out, struct vg_err *err);

/* RFC 6962 2.1.1 and 2.1.2: hashes of 32 bytes appended to out, to check with ledger_check_*. */
MUST vg_code ledger_inclusion(struct store_tx *tx, int64_t index, int64_t size, struct vg_buf *out, struct vg_err *err);
MUST vg_code ledger_consistency(struct store_tx *tx, int64_t old_size, int64_t size, struct vg_buf *out,
                                struct vg_err *err);
/* Pure checks (RFC 9162 2.1.3.2 and 2.1.4.2), nothing but the arguments is needed. */
bool ledger_check_inclusion(const unsigned char leaf_hash[static LEDGER_HASH], int64_t index, int64_t size,
                            vg_str proof, const unsigned char root[static LEDGER_HASH]);
bool ledger_check_consistency(int64_t old_size, const unsigned char old_root[static LEDGER_HASH], int64_t size,
                              const unsigned char root[static LEDGER_HASH], vg_str proof);
void ledger_leaf_hash(vg_str leaf, unsigned char out[static LEDGER_HASH]); /* SHA-256(0x00 || leaf) */

/* One entry as people read it. Strings borrowed until the next call of the sink returns. body is empty when erased. */
struct ledger_entry {
  int64_t index;
  vg_time time;
  vg_str kind, actor, subject, body;
  unsigned char leaf_hash[LEDGER_HASH];
};
typedef vg_code ledger_sink(void *ctx, const struct ledger_entry *e, struct vg_err *err);
/* Entries from..from+count-1; newest first when count is negative (then `from` is the newest index wanted, -1: the
 * last). subject: only entries about this public id, NULL all. */
MUST vg_code ledger_entries(struct store_tx *tx, int64_t from, int64_t count, const char *subject, ledger_sink *sink,
                            void *ctx, struct vg_err *err);
/* VG_ENOTFOUND: no entry is about this subject. */
MUST vg_code ledger_subject_check(struct store_tx *tx, const char *subject, struct vg_err *err);
/* Reads a leaf's bytes into e (borrowing from leaf). VG_EDATA when malformed. */
MUST vg_code ledger_leaf_read(vg_str leaf, struct ledger_entry *e, unsigned char body_hash[static LEDGER_HASH],
                              struct vg_err *err);
/* Erases body and salt of an entry and records the erasure as a new entry. */
MUST vg_code ledger_erase_body(struct store_tx *tx, const struct actor *who, int64_t index, vg_str motive,
                               struct vg_err *err);

/*
 * The log as a journal: every entry collects, alters, consults, discloses, combines or erases, by its kind. Consulting
 * and disclosing carry a motive
 * ("motive" in the body) and a recipient ("recipient").
 */
enum ledger_act { LEDGER_COLLECT, LEDGER_ALTER, LEDGER_CONSULT, LEDGER_DISCLOSE, LEDGER_COMBINE, LEDGER_ERASE };
const char *ledger_act_name(int act); /* "collect", ... */
bool ledger_act_by_name(vg_str name, int *out);
int ledger_act_of(vg_str kind);
/* A text of a body by its key, escapes as they stand; empty when it has none. */
vg_str ledger_body_text(vg_str body, const char *key);
struct ledger_search {
  int act;                 /* enum ledger_act, -1 any */
  vg_str actor, recipient; /* public ids, empty any */
  vg_str subject;
  vg_time from, to; /* [from, to), VG_NOTIME open */
  int64_t before;   /* only entries up to this index, -1 all */
  int64_t limit;
};
/* Newest first; *next: where to go on (before), -1 at the end. It may stop early, after 200,000 entries, with *next
 * set. */
MUST vg_code ledger_find(struct store_tx *tx, const struct ledger_search *s, ledger_sink *sink, void *ctx,
                         int64_t *next, struct vg_err *err);
/* A person looked at this, or brought it together with something of the other regime, for a reason. sought: the words
 * or the list that the records of many were looked through for ("with" in the body); NULL: the subject itself was read.
 * VG_EUSAGE: no reason was given; VG_EDENIED: combining is the division's. */
MUST vg_code ledger_consulted(struct store_tx *tx, const struct actor *who, const char *subject, const char *sought,
                              vg_str motive, struct vg_err *err);
MUST vg_code ledger_combined(struct store_tx *tx, const struct actor *who, const char *subject, const char *with,
                             vg_str motive, struct vg_err *err);

/*
 * What every entry of the act "disclose" says: what left (the entry's subject, and how many of what is counted in it),
 * to whom, why, under which marking and which convention. recipient: a public id, or words; the id of who acts when it
 * is for his own use. Members "recipient", "motive", "convention", "tlp", "pap", "count" of the body that w is in.
 */
struct ledger_disclosure {
  const char *recipient, *motive;
  const char *convention, *tlp, *pap; /* NULL: none; a refusal has the marking of what was refused */
  int64_t count;
};
void ledger_disclosure(struct vg_jw *w, const struct ledger_disclosure *d);
/* For whom and why a person takes a file out; what was not said (NULL) is himself, and what the file is for. VG_EUSAGE:
 * a blank, or more than 300 bytes. */
struct ledger_whom {
  const char *recipient, *motive;
};
MUST vg_code ledger_whom(const struct actor *who, const char *usual, const struct ledger_whom *said,
                         struct ledger_disclosure *out, struct vg_err *err);

/*
 * Bodies stay three years (CSI R236-59); then they wait in a queue for a person who has them erased. What is about a
 * held subject stays. One entry
 * ("ledger.body_erased", subject "N" or "N-M") tells of each run; it is the proof, with its inclusion, as the leaves
 * stay.
 */
vg_time ledger_due_before(vg_time now); /* three years before */
struct ledger_due {
  vg_str kind;
  int64_t entries, held; /* due; due but held */
  vg_time oldest;
};
typedef vg_code ledger_due_sink(void *ctx, const struct ledger_due *d, struct vg_err *err);
MUST vg_code ledger_each_due(struct store_tx *tx, vg_time before, ledger_due_sink *sink, void *ctx, struct vg_err *err);
/* VG_EUSAGE: no motive, or until is past. Said again, the last word counts. */
MUST vg_code ledger_hold(struct store_tx *tx, const struct actor *who, const char *subject, vg_time until,
                         vg_str motive, struct vg_err *err);
struct ledger_erased {
  int64_t entries, ranges, first_proof, last_proof; /* the entries that tell of it, -1 when nothing was due */
};
/* VG_EDENIED: not an administrator, or before is less than three years ago. */
MUST vg_code ledger_erase_due(struct store_tx *tx, const struct actor *who, vg_time before, vg_str motive,
                              struct ledger_erased *out, struct vg_err *err);

/* The bodies of all entries about these subjects (public ids, a line each), and of those about something else that name
 * one of them, or the number ("" none; "N/..." too) as their case, exhibit, act, what they are about or the other end
 * of a link; told as _erase_due tells it. What tells of an erasure stays. Reads the whole log. Who may and why, the
 * caller has asked; what is held it must not name. */
MUST vg_code ledger_forget(struct store_tx *tx, const struct actor *who, vg_str subjects, vg_str number, vg_str motive,
                           struct ledger_erased *out, struct vg_err *err);
MUST vg_code ledger_is_held(struct store_tx *tx, const char *subject, bool *held, struct vg_err *err);
/* The last entry about a subject; VG_ENOTFOUND. */
MUST vg_code ledger_last_of(struct store_tx *tx, vg_str subject, int64_t *index, struct vg_err *err);

extern const char ledger_sql[]; /* the room's tables, for store_open */

#endif
