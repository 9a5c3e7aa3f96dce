#ifndef VG_SHARE_INTERNAL_H
#define VG_SHARE_INTERNAL_H
/* Shared by the files of the room only. */
#include "base/json.h"
#include "share/share.h"

/* Conventions (convention.c), and how they travel (convention_merged.c). made, by: when and by whom it was recorded. */
MUST vg_code convention_check(const struct convention *c, struct vg_err *err);
/* VG_EDENIED: no administrator. */
MUST vg_code convention_by_whom(const struct actor *who, struct vg_err *err);
MUST vg_code convention_record(struct store_tx *tx, const struct actor *who, const char *kind,
                               const struct convention *c, struct vg_err *err);
MUST vg_code convention_put(struct store_tx *tx, const struct convention *c, vg_time made, vg_str by, bool admitted,
                            struct vg_err *err);
MUST vg_code convention_tell(struct store_tx *tx, const struct actor *who, const struct convention *c, vg_time made,
                             vg_str by, struct vg_err *err);

/* All that a decision depends on, so that the rules are one pure function. */
struct share_facts {
  vg_str type; /* STIX type */
  int tlp, pap;
  const char *purpose;
  bool from_case;
  bool member;                          /* of the community: a registered organisation with a contact */
  const struct convention *conventions; /* all that were ever made with the recipient */
  size_t count;
  vg_time now;
};
void share_decide(const struct share_facts *f, struct share_decision *d);
/* The same for what comes in: a convention in force that lets receive. */
void share_decide_receive(const struct share_facts *f, struct share_decision *d);

/* A sighting that org left here: recorded as its own when it is of a known indicator of one value, is not of the
 * future, and came for the first time (counted). */
MUST vg_code share_sighted(struct store_tx *tx, const struct actor *who, int64_t org, vg_jv object, bool *counted,
                           struct vg_err *err);

/* May a part with this marking go? */
typedef bool share_marking_ok(void *ctx, vg_str marking_ref);
enum share_reduction { SHARE_WHOLE, SHARE_REDUCED, SHARE_WITHHELD };
/*
 * Honours granular_markings (STIX 2.1, 7.2.3): appends the object without the parts whose marking may not go.
 * SHARE_WITHHELD when a part is one that the object makes no sense without, or when a marking cannot be read: it has no
 * form of one, points at nothing, or stands twice; out is then untouched. SHARE_WHOLE: out untouched too, the bytes as
 * received may go.
 */
MUST vg_code share_reduce(vg_jv object, share_marking_ok *ok, void *ctx, struct vg_buf *out, enum share_reduction *how,
                          struct vg_err *err);

/* The TLP 2.0 marking definition of a level (OASIS). */
const char *share_tlp_id(int tlp);
/* "a,b" holds word, or is "*". */
bool share_list_has(const char *list, vg_str word);

/* The decisions about one object, newest first. */
MUST vg_code share_each_release_of(struct store_tx *tx, vg_str object, share_release_sink *sink, void *ctx,
                                   struct vg_err *err);

/* What the gate would say, recorded nowhere: for lists of names, which one entry tells of. */
MUST vg_code share_gate_would(struct share_gate *gate, const struct share_request *request,
                              struct share_decision *decision, struct vg_err *err);

/* May something come from the recipient of this gate now? Recorded as share.received or share.refused. */
MUST vg_code share_gate_receive(struct share_gate *gate, const struct actor *who, const char *subject,
                                struct share_decision *d, struct vg_err *err);

/* Notes where a content went: org 0, a place for everybody; it is then in the ledger. */
MUST vg_code share_content_sent(struct store_tx *tx, const struct actor *who, const struct share_content *c,
                                int64_t org, vg_str where, struct vg_err *err);

/*
 * Answers of a TAXII 2.1 server elsewhere (sections 4 and 5), as it sent them. VG_EDATA: not the JSON that was asked
 * for. _root sets r->root: VG_EDENIED when it is of another host than r->url, because the password goes to the host
 * that the user named and to no other. _part reads out->body, sets more, next, objects. Ids that would change the
 * address they are put into are left out.
 */
MUST vg_code share_answer_root(vg_str body, struct share_remote *r, struct vg_err *err);
MUST vg_code share_answer_collections(vg_str body, share_remote_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code share_answer_part(struct share_remote_part *out, struct vg_err *err);
MUST vg_code share_answer_status(vg_str body, struct share_remote_status *out, struct vg_err *err);

#endif
