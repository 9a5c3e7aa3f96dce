#ifndef VG_MERGE_MERGE_H
#define VG_MERGE_MERGE_H
/*
 * Two instances that worked apart become one record: each writes down what it does as events, in order, chained by
 * hash; a file of them, signed with the instance's key, is applied by the other. Applying twice changes nothing, a gap
 * or a rewritten past is refused, and which answer holds is never decided by a clock: rooms say what an event replaces,
 * and what nobody replaced stays in force beside the other.
 *
 * File (JSON Lines, at most 256 MB, a line at most 1 MB):
 *   {"vigie":"events","version":1,"origin":KEY in hex,"name":...,"from":N}
 *   {"seq":N,"prev":hash in hex,"time":...,"kind":...,"subject":...,"actor":{"id","name"},"body":{...}}     one a line
 *   {"seq":N,"hash":hash in hex,"signature":base64}
 * hash: SHA-256 of a line without its line end; prev of the first is 64 zeros. The signature (Ed25519) is over
 * "vigie-events-1\n" KEY "\n" seq "\n" hash "\n": by the chain it covers every line up to it.
 */
#include "base/json.h"
#include "ledger/ledger.h"

enum { MERGE_KEY = 2 * VG_KEY_SIZE + 1, MERGE_FILE_MAX = 256 << 20, MERGE_LINE_MAX = 1 << 20 };

struct merge_event {
  int64_t seq;
  vg_time time; /* by the clock of where it was made: to be shown, never to be decided by */
  vg_str prev, kind, subject, actor, actor_name, line;
  char hash[2 * VG_SHA256_SIZE + 1];
  vg_jv body;
};

/* A text of an event's body: at most max bytes of UTF-8 without a NUL. Borrowed from the body. */
bool merge_text(vg_jv body, const char *key, size_t max, vg_str *out);
/* A writer that is to be merged calls it in its transaction, before its ledger entry. body: a JSON object. */
MUST vg_code merge_note(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                        vg_str body, struct vg_err *err);

/*
 * What may be changed on two instances that know nothing of each other: a field of a subject has versions, each saying
 * which ones it replaces. What nothing replaces is in force; when that is several that differ it is a conflict, all of
 * them stay, and the same one shows on every instance (by name, not by time) until somebody settles it. A room changes
 * its row, then calls merge_change in the same transaction.
 */
MUST vg_code merge_change(struct store_tx *tx, const struct actor *who, const char *kind, const char *subject,
                          const char *field, vg_str value, struct vg_err *err);
struct merge_version {
  vg_str uid, kind, subject, field, value, person; /* person: by name */
  vg_time at;
  bool shows; /* what the room's row says meanwhile */
};
typedef vg_code merge_version_sink(void *ctx, const struct merge_version *v, struct vg_err *err);
/* All versions in force of all fields in conflict, a field's together. */
MUST vg_code merge_each_conflict(struct store_tx *tx, merge_version_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code merge_conflicts(struct store_tx *tx, int64_t *count, struct vg_err *err); /* fields in conflict */
struct merge_kind;
/* This version holds from now on, here and wherever the event goes. VG_ENOTFOUND; VG_ESTATE: it is not in force. */
MUST vg_code merge_settle(struct store_tx *tx, const struct actor *who, const struct merge_kind *const *rooms,
                          vg_str uid, struct vg_err *err);

/* Reads a file and checks all that it says of itself: form, chain, signature. Needs no instance; text is hostile.
 * VG_EDATA names the line, VG_EDAMAGE: chain or signature. sink (may be NULL) is called for each event before the
 * signature is known to hold: it must only collect. */
struct merge_file {
  char origin[MERGE_KEY], name[128], signature[128];
  int64_t from, to, clock_back; /* clock_back: events whose time is before that of the one before them */
};
typedef vg_code merge_sink(void *ctx, const struct merge_event *e, struct vg_err *err);
MUST vg_code merge_read(vg_str text, struct merge_file *out, merge_sink *sink, void *ctx, struct vg_err *err);

/* How a room takes in one kind of event; `who` imports, e->actor did it. It checks who may touch what, and does nothing
 * twice. */
struct merge_kind {
  const char *kind;
  vg_code (*apply)(struct store_tx *tx, const struct actor *who, const struct merge_event *e, struct vg_err *err);
  /* Instead of apply, for what merge_change writes: makes the row say `value`, which came from outside. A subject that
   * is not known here is no error. */
  vg_code (*put)(struct store_tx *tx, const struct actor *who, vg_str subject, vg_str field, vg_str value,
                 struct vg_err *err);
  bool
      waits; /* apply may say VG_ENOTFOUND, its subject is not known here yet: it waits until an event makes it known */
};
struct merge_result {
  struct merge_file file;
  int64_t fresh, known;
};
/* rooms: their lists, each ended by a NULL kind, ended by NULL. VG_EDENIED: the origin is not trusted here. VG_ESTATE:
 * events before it are missing, or it came from here. VG_EDAMAGE: what was imported earlier reads otherwise now.
 * VG_EVERSION: a kind that this program does not know. own: this instance's key. */
MUST vg_code merge_import(struct store_tx *tx, const struct actor *who, const struct vg_key *own, vg_str text,
                          const struct merge_kind *const *rooms, struct merge_result *out, struct vg_err *err);
/* Writes such a file: of what was done here from number `from` on, or of what `origin` signed (empty: here).
 * VG_ENOTFOUND when there is nothing. */
MUST vg_code merge_export(struct store_tx *tx, const struct vg_key *own, vg_str origin, int64_t from,
                          struct vg_buf *out, struct vg_err *err);

void merge_key_text(const struct vg_key *k, char out[static MERGE_KEY]);
/* The other's key in hex, as its `merge status` shows it. VG_EDATA: no key. VG_EEXIST: name or key is there. */
MUST vg_code merge_trust(struct store_tx *tx, const struct actor *who, vg_str name, vg_str key, struct vg_err *err);
MUST vg_code merge_distrust(struct store_tx *tx, const struct actor *who, vg_str name, struct vg_err *err);
struct merge_peer {
  vg_str name, origin;
  vg_time trusted, ended, imported;
  int64_t seq, clock_back;
};
typedef vg_code merge_peer_sink(void *ctx, const struct merge_peer *p, struct vg_err *err);
MUST vg_code merge_each_peer(struct store_tx *tx, merge_peer_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code merge_own(struct store_tx *tx, int64_t *seq,
                       struct vg_err *err); /* number of the last event made here, 0: none */

extern const char merge_sql[];

#endif
