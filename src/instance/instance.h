#ifndef VG_INSTANCE_INSTANCE_H
#define VG_INSTANCE_INSTANCE_H
/*
 * An instance: a directory (HOME) with its records, its signing key and its files; what all three doors open first.
 *   HOME/vigie.json   settings: {"version":1,"id":...,"name":...,"zone":...,"db":url or null}
 *   HOME/vigie.db     records, unless "db" names PostgreSQL
 *   HOME/key          Ed25519 secret, mode 0600 (base/sign.h)
 *   HOME/evidence/ HOME/packs/ HOME/rules/   files named in the records
 * One struct instance belongs to one thread; a server opens one a thread.
 */
#include "ledger/ledger.h"
#include "base/msg.h"
#include "merge/merge.h"
#include "paper/paper.h"
#include "territory/territory.h"

struct instance;

struct instance_options {
  const char *home;
  const char *url;        /* create only: NULL for HOME/vigie.db */
  const char *zone;       /* create only: code of the zone served, NULL national */
  const char *login;      /* create only: first account, an administrator; NULL: the system user's name */
  const char *passphrase; /* of the key, NULL none */
  const struct vg_clock *clock;
};

/* The login of an instance's first account: the one asked for, else the name of the system's account. Lives as long as
 * the options, or until the next getpwuid. */
const char *instance_first_login(const struct instance_options *o);
/* Makes a new instance with all rooms' tables and the facts of the field (zones, departments, NAF, offences...).
 * VG_EEXIST when HOME already is one. Nothing is left behind on failure. password: one-time, 20 characters + NUL. */
MUST vg_code instance_create(const struct instance_options *o, char password[static 24], struct vg_err *err);
MUST vg_code instance_open(struct instance **out, const struct instance_options *o, struct vg_err *err);
void instance_close(struct instance *in);

struct store *instance_store(struct instance *in);
const struct vg_key *instance_key(const struct instance *in);
const char *instance_home(const struct instance *in);
vg_str instance_id(const struct instance *in);   /* identity--... of the division that runs it */
vg_str instance_zone(const struct instance *in); /* zone code or empty */
/* HOME/sub/name into out; makes HOME/sub. */
MUST vg_code instance_path(const struct instance *in, const char *sub, const char *name, char out[static 4096],
                           struct vg_err *err);
/* Commits, then signs the ledger's new head; what an act of erasure deleted leaves the engine's files. The commit
 * stands even if signing or that fails (the next one does it). */
MUST vg_code instance_commit(struct instance *in, struct store_tx **tx, struct vg_err *err);
/*
 * The whole instance into the new directory `to`, while others work with it: HOME's files as they are, the records as
 * store_copy gives them (vigie.db, or vigie.dump of PostgreSQL), and SHA256SUMS, as sha256sum reads it. Of SQLite it is
 * an instance again: with its key, so modes are 0700 and 0600. It gets its name when it is complete and on the disk; an
 * administrator's act, in the ledger ("instance.backed_up"). VG_EEXIST: `to` is there, or a .part of one that was
 * killed; VG_EUSAGE: `to` is inside of HOME.
 */
typedef void instance_progress(void *ctx, const char *label, uint64_t done, uint64_t total); /* bytes */
struct instance_backup {
  int64_t files, entry; /* entry: of the ledger */
  uint64_t bytes;
};
MUST vg_code instance_back_up(struct instance *in, const struct actor *who, const char *to, instance_progress *progress,
                              void *ctx, struct instance_backup *out, struct vg_err *err);
/* Who an account is, by its login or its person's public id. VG_ENOTFOUND / VG_EDENIED (no mandate in force). */
MUST vg_code instance_actor(struct instance *in, const char *login, struct actor *out, struct vg_err *err);

/* How events of other instances are taken in: a list a room, each ended by a NULL kind. */
extern const struct merge_kind *const instance_merges[];
/*
 * What was changed on two sides, as merge_each_conflict tells it, of all rooms and only of what `who` may see. kind:
 * what the subject is, "case", "note", "exhibit", ... (the beginning of its public id); subject; empty: any. history:
 * what is no longer in force too.
 */
struct conflict_query {
  vg_str kind, subject;
  bool history;
};
MUST vg_code instance_each_conflict(struct store_tx *tx, const struct actor *who, const struct conflict_query *wanted,
                                    merge_version_sink *sink, void *ctx, struct vg_err *err);
/*
 * A version in words, for pages and commands alike: the name of its field and what follows it (a number, an id; may be
 * empty), and its value part by part, in order: label ("": none), then a text or (at not VG_NOTIME) a time.
 */
void instance_version_field(enum vg_lang lang, const struct merge_version *v, vg_str *name, vg_str *rest);
/* What its subject is, for "server.fusion.kind.": the beginning of its public id, "person" and "zone" for those. */
vg_str instance_version_kind(const struct merge_version *v);
typedef void instance_part(void *ctx, vg_str label, vg_str text, vg_time at);
MUST vg_code instance_version_words(enum vg_lang lang, const struct merge_version *v, instance_part *part, void *ctx,
                                    struct vg_err *err);
/* merge_settle; VG_EDENIED for what he may not see. */
MUST vg_code instance_merge_settle(struct store_tx *tx, const struct actor *who, vg_str uid, struct vg_err *err);
/* Affairs by the need to know, companies by conflicts of interest. */
bool instance_subject_seen(struct store_tx *tx, const struct actor *who, vg_str subject);
/*
 * casework_inquiry_of for whatever the ledger tells of: a request for a qualification, an analysis, its job and a
 * document too, by the case, exhibit or incident that they are about. pid names that one (of what is
 * no inquiry's, as it was found: a reference, the subject itself).
 */
struct affair;
MUST vg_code instance_inquiry_of(struct store_tx *tx, vg_str subject, struct affair *out, struct vg_id *pid, bool *is,
                                 struct vg_err *err);
/* merge_import, and what follows from it in the rooms that hold references as text. */
MUST vg_code instance_merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                                   struct merge_result *out, struct vg_err *err);
/*
 * merge_export for who gives it, told in the ledger. What he may not see goes without its text; so does what the
 * audience may not have: cases and incidents of other zones that were granted to nobody who serves it, and the other
 * regime. VG_EDENIED: a conflict of interest with a company that the records tell of.
 */
struct merge_audience {
  const char *zone, *regime; /* NULL: any; "investigation" or "prevention" */
  struct ledger_whom whom;   /* to whom and why, for the journal; the recipient of a zone's file is the zone */
  bool bare;                 /* analyses without what they found */
  vg_code (*drain)(void *ctx, struct vg_buf *out, struct vg_err *err); /* as in struct merge_order */
  void *drain_ctx;
};
MUST vg_code instance_merge_export(struct store_tx *tx, const struct actor *who, const struct vg_key *own,
                                   vg_str origin, int64_t from, const struct merge_audience *audience,
                                   int64_t *withheld, struct vg_buf *out, struct vg_err *err);

/*
 * Erases a case in all rooms, with proof: rows, texts of the merge, bodies of the ledger, documents, analyses,
 * requests, the index. Hashes stay, so that both chains prove as before; files of acquisitions stay and are listed.
 * order "": its time has to be over (casework_each_past); else the order of a magistrate or an authority that says so.
 * It becomes an event, and other instances erase when it comes to them, or their administrators decide (see
 * instance_each_asked). VG_EDENIED: no administrator, or may not see it; VG_ESTATE: not yet, or held.
 */
MUST vg_code instance_case_erase(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str order, vg_str motive,
                                 struct vg_id *pid, struct vg_err *err);
/* The same questions, and nothing is done. */
MUST vg_code instance_may_erase(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str order, vg_str motive,
                                struct vg_err *err);
extern const struct merge_kind instance_erasures[];

/* Two entries of one company become one in all rooms (refs as territory_org_find takes them), here and, by the merge,
 * everywhere; kept: which one stays. _apart: they are two, and are proposed no more. Refused as territory_may_join
 * says. */
MUST vg_code instance_org_join(struct store_tx *tx, const struct actor *who, vg_str a, vg_str b, vg_str reason,
                               struct org *kept, struct vg_err *err);
MUST vg_code instance_org_apart(struct store_tx *tx, const struct actor *who, vg_str a, vg_str b, vg_str reason,
                                struct vg_err *err);
extern const struct merge_kind instance_joins[];
/*
 * Erasures of others that were not carried out here and wait for an administrator: an order of an instance that did not
 * open the case and whose orders do not hold here (merge_trust), a case that is held, or that went on here. He erases
 * it too (with the order's reference; a case that is not here by its id or number), or holds it. Of what `who` may see;
 * cases that are not here are shown to administrators.
 */
struct erasure_asked {
  vg_str pid, number, order, motive; /* order: "" by retention */
  vg_str by, from;                   /* who ordered it, and the instance's name here */
  vg_time at;
  bool here;
};
typedef vg_code instance_asked_sink(void *ctx, const struct erasure_asked *x, struct vg_err *err);
MUST vg_code instance_each_asked(struct store_tx *tx, const struct actor *who, instance_asked_sink *sink, void *ctx,
                                 struct vg_err *err);
/* The proof as a document: what, when, by whom, by what rule, with the hashes to check it. pid: public id or number. */
MUST vg_code instance_erasure_proof(struct store_tx *tx, vg_str pid, enum paper_format format, enum vg_lang lang,
                                    struct vg_buf *out, struct vg_err *err);

#endif
