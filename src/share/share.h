#ifndef VG_SHARE_SHARE_H
#define VG_SHARE_SHARE_H
/*
 * Who may get what, until when, and the one gate through which everything leaves: share_release(). Default is no. Every
 * decision, yes or no, names its rule and stands in the ledger of the same transaction.
 * Rules are message ids ("share.rule.tlp"), with up to two arguments, rendered at the door.
 * A convention binds one organisation: outside its dates, its purposes or its classes of data nothing flows.
 *
 *     struct share_decision d;
 *     VG_TRY(share_release(tx, who, &(struct share_request){.object = json, .org = org, .purpose = "prevention"}, &d,
 * &out, err)); if (d.allowed) send(out);
 */
#include "base/buf.h"
#include "base/msg.h"
#include "base/sign.h"
#include "intel/intel.h"
#include "ledger/ledger.h"

enum share_direction { SHARE_GIVE = 1, SHARE_RECEIVE = 2, SHARE_BOTH = 3 };
const char *share_direction_name(int direction); /* "give", "receive", "both" */
bool share_direction_by_name(vg_str name, int *out);

enum { SHARE_LIST_MAX = 512, SHARE_ARGS = 2, SHARE_ARG_MAX = 128 };

struct convention {
  int64_t id;
  struct vg_id pid;              /* convention--uuid */
  int64_t partner;               /* territory_org.id */
  char partner_name[128];        /* filled by the readers */
  int direction;                 /* enum share_direction, seen from us */
  int max_tlp, max_pap;          /* enum tlp, enum pap of intel/intel.h */
  vg_time from, to;              /* [from, to) */
  char purposes[SHARE_LIST_MAX]; /* comma-separated, "*" any */
  char classes[SHARE_LIST_MAX];  /* STIX types, comma-separated, "*" any */
  bool admitted;                 /* false: another instance recorded it, and it opens nothing here */
  bool in_force;                 /* filled by the readers, at the transaction's time: admitted, and within its dates */
};

/* Fills c->id and c->pid. VG_EUSAGE: to <= from, unknown level, empty purposes or classes. VG_ENOTFOUND: no such
 * organisation. */
MUST vg_code share_convention_add(struct store_tx *tx, const struct actor *who, struct convention *c,
                                  struct vg_err *err);
typedef vg_code share_convention_sink(void *ctx, const struct convention *c, struct vg_err *err);
/* partner 0: all that are admitted, oldest first. */
MUST vg_code share_each_convention(struct store_tx *tx, int64_t partner, share_convention_sink *sink, void *ctx,
                                   struct vg_err *err);
/* Conventions travel between instances; what came opens nothing until an administrator here admits it: these wait. */
MUST vg_code share_each_convention_waiting(struct store_tx *tx, int64_t partner, share_convention_sink *sink, void *ctx,
                                           struct vg_err *err);
/* VG_EDENIED: no administrator. VG_ESTATE: it is admitted. */
MUST vg_code share_convention_admit(struct store_tx *tx, const struct actor *who, vg_str pid, struct vg_err *err);
/* What is of an organisation goes to the one that it is one with (see territory_move_rows). */
MUST vg_code share_org_joined(struct store_tx *tx, int64_t gone, int64_t keep, int64_t *rows, struct vg_err *err);
extern const struct merge_kind share_merges[];
/* Admitted or not. VG_ENOTFOUND. */
MUST vg_code share_convention_find(struct store_tx *tx, vg_str pid, struct convention *out, struct vg_err *err);

/* A rule of the gate in words, for the many that it decided (without what each was about); static, or borrowed. */
const char *share_rule_word(enum vg_lang lang, const char *rule);
/* A purpose in words ("*": any); as it is when it has none, borrowed from code then. And a convention's list of them,
 * "prevention,*", appended to out. */
const char *share_purpose_word(enum vg_lang lang, const char *code);
/* VG_EUSAGE: a purpose that is neither one of ours nor one that a convention names. */
MUST vg_code share_purpose_check(struct store_tx *tx, const char *code, struct vg_err *err);
void share_purposes_say(struct vg_buf *out, enum vg_lang lang, vg_str list);

struct share_request {
  vg_str object;        /* one STIX object, as received */
  int64_t row;          /* intel_object.row when it is kept: intel_said_of it counts too; 0: not kept */
  int tlp, pap;         /* enum tlp/pap of the object as stored; SHARE_UNMARKED: read it from object's markings */
  int64_t org;          /* recipient, territory_org.id */
  const char *purpose;  /* "prevention", "investigation", ...; NULL is "prevention" */
  const char *case_ref; /* the case that the object comes from, NULL none: case secrecy applies */
  vg_time now;          /* VG_NOTIME: the transaction's time */
  const char *as;       /* judged as an object of this type; NULL: of its own */
  bool offer;           /* it only goes on a shelf: a yes is recorded when it is fetched, a no at once */
};
enum { SHARE_UNMARKED = -1 };

struct share_decision {
  bool allowed;
  const char *rule;                    /* message id, static: "share.rule.tlp" */
  char arg[SHARE_ARGS][SHARE_ARG_MAX]; /* its arguments */
  struct vg_id subject;                /* id of the object */
  struct vg_id convention;             /* that decided; empty when none was needed or found */
  bool reduced;                        /* granular markings took parts out */
  int64_t ledger;                      /* index of the entry */
};

/*
 * Decides and records. out (may be NULL) gets the object as it may leave: its bytes as received, or without the parts
 * that granular markings withhold. VG_EDATA when the object is no STIX object; a refusal is a result, not an error.
 */
MUST vg_code share_release(struct store_tx *tx, const struct actor *who, const struct share_request *request,
                           struct share_decision *decision, struct vg_buf *out, struct vg_err *err);

/*
 * The same for many objects that go to one recipient: his conventions and standing are read once. Valid within the
 * transaction. request->org is not read. share_gate_refuse() records a refusal that the sender's own rule makes (one
 * end of a link stays here).
 */
struct share_gate;
MUST vg_code share_gate_open(struct store_tx *tx, int64_t org, struct share_gate **out, struct vg_err *err);
void share_gate_close(struct share_gate *gate);
/* From here on only this convention counts; empty: none does. */
void share_gate_only(struct share_gate *gate, const struct vg_id *convention);
MUST vg_code share_gate_pass(struct share_gate *gate, const struct actor *who, const struct share_request *request,
                             struct share_decision *decision, struct vg_buf *out, struct vg_err *err);
MUST vg_code share_gate_refuse(struct share_gate *gate, const struct actor *who, const struct share_request *request,
                               const char *rule, struct share_decision *decision, struct vg_err *err);

/* A decision taken earlier, newest first, for the pages. Strings borrowed. */
struct share_release_row {
  vg_time time;
  vg_str object, recipient, purpose, rule, arg1, arg2;
  bool allowed;
  int64_t ledger;
};
typedef vg_code share_release_sink(void *ctx, const struct share_release_row *row, struct vg_err *err);
MUST vg_code share_each_release(struct store_tx *tx, int64_t org, int64_t limit, share_release_sink *sink, void *ctx,
                                struct vg_err *err);

/* What a convention was used for, by rule: released, refused, or received ("receive" purpose). Strings borrowed. */
struct share_flow {
  vg_str rule, purpose;
  bool allowed;
  int64_t decisions, objects; /* objects: different ones */
  vg_time first, last;
};
typedef vg_code share_flow_sink(void *ctx, const struct share_flow *f, struct vg_err *err);
MUST vg_code share_each_flow(struct store_tx *tx, vg_str convention, share_flow_sink *sink, void *ctx,
                             struct vg_err *err);
/* Questions that were put to an organisation (sent) or came from it. */
struct share_letter {
  vg_str request; /* qualification--... here */
  bool sent;
  vg_time time, deadline;
};
typedef vg_code share_letter_sink(void *ctx, const struct share_letter *l, struct vg_err *err);
MUST vg_code share_each_letter(struct store_tx *tx, int64_t org, share_letter_sink *sink, void *ctx,
                               struct vg_err *err);

/* Everything that may go to an organisation, as one STIX 2.1 bundle. */
struct share_published {
  int64_t considered, released, refused, context; /* context: identities and marking definitions that go along */
};
typedef vg_code share_decision_sink(void *ctx, const struct share_decision *d, struct vg_err *err);
/*
 * Puts every object of the intelligence store (those that `which` finds; NULL: all) through the gate and appends the
 * bundle to out: the released objects,
 * then the identities and marking definitions that they refer to. Relationships and sightings only if both ends go.
 * sink hears each decision.
 */
MUST vg_code share_publish(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                           const struct intel_query *which, vg_time now, struct vg_buf *out, share_decision_sink *sink,
                           void *ctx, struct share_published *counts, struct vg_err *err);

/*
 * Every searched value (of those indicators that `which` finds; NULL: all) that may go to an organisation, for a pack:
 * each indicator passes the gate once, sink hears the
 * values of those released, told (may be NULL) each decision; both get ctx.
 */
struct share_values {
  int64_t released, refused; /* objects */
  vg_time until;             /* earliest end of the conventions that decided; VG_NOTIME: none was needed */
  struct vg_id convention;   /* one that decided; empty: none was needed */
};
MUST vg_code share_each_value(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                              const struct intel_query *which, intel_value_sink *sink, share_decision_sink *told,
                              void *ctx, struct share_values *out, struct vg_err *err);

/* The same values into a pack that is being built, and what its heading says of recipient, convention and end
 * (meta->expires comes down to the convention's); to must outlive meta. Sealing and recording are the caller's. */
struct org;
struct pack_known;
struct pack_meta;
MUST vg_code share_fill_pack(struct store_tx *tx, const struct actor *who, const struct org *to, const char *purpose,
                             const struct intel_query *which, struct pack_known *known, struct pack_meta *meta,
                             share_decision_sink *told, void *ctx, struct share_values *counts, struct vg_err *err);

/* The same values in the forms of others: a MISP event (distribution and tags after TLP and PAP), or CSV with a heading
 * (type, value, tlp, pap, name, valid_until). self: public id of the division. A value that several sources assert goes
 * once. */
enum share_format { SHARE_STIX, SHARE_MISP, SHARE_CSV };
bool share_format_by_name(vg_str name, enum share_format *out); /* "stix", "misp", "csv" */
MUST vg_code share_publish_values(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                                  const struct intel_query *which, enum share_format format, vg_str self,
                                  struct vg_buf *out, share_decision_sink *told, void *ctx, struct share_values *counts,
                                  struct vg_err *err);

/*
 * Questions and answers between two instances, as STIX 2.1: a grouping that names the subject and carries the question
 * (our extension definition goes along), an answer as an opinion on the same grouping with a note that explains it.
 * Each grouping passes the gate; coming in, a convention in force must allow to receive. A refusal is a result
 * (decision->allowed false, its rule told) and is in the ledger.
 */
struct share_question {
  vg_str request; /* qualification--... here */
  int64_t org;    /* to whom */
  const char *purpose;
  int tlp, pap;     /* how it is marked; the request's own marking holds where it is stricter */
  vg_time deadline; /* VG_NOTIME: the request's own */
  vg_str self;      /* public id of the instance's division */
};
/* A deadline that is given becomes the request's. */
MUST vg_code share_ask(struct store_tx *tx, const struct actor *who, const struct share_question *q,
                       struct share_decision *decision, struct vg_buf *out, struct vg_err *err);
/* The answers of a request that came from q->org. VG_ENOTFOUND when it did not, VG_ESTATE when nothing is answered yet.
 */
MUST vg_code share_answer(struct store_tx *tx, const struct actor *who, const struct share_question *q,
                          struct share_decision *decision, struct vg_buf *out, struct vg_err *err);
/* The signature that goes beside a bundle in a file; name is for the message. VG_EDENIED: not by this key, or the
 * bundle has changed. */
MUST vg_code share_letter_sign(const struct vg_key *key, vg_str bundle, struct vg_buf *out, struct vg_err *err);
/* A partner's key that is kept: VG_ENOTFOUND when none is. Keeping another one than is kept needs `replace`
 * (VG_EDENIED). Ledger "share.key_kept". */
MUST vg_code share_key_of(struct store_tx *tx, int64_t org, unsigned char key[static VG_KEY_SIZE], struct vg_err *err);
MUST vg_code share_key_keep(struct store_tx *tx, const struct actor *who, int64_t org,
                            const unsigned char key[static VG_KEY_SIZE], bool replace, struct vg_err *err);
MUST vg_code share_letter_check(vg_str bundle, vg_str signature, const unsigned char trust[static VG_KEY_SIZE],
                                const char *name, struct vg_err *err);
/* Whom a request was put to (sent), or who put it to us. */
struct share_party {
  int64_t org;
  vg_str name;
  bool sent;
  vg_time time, deadline;
};
typedef vg_code share_party_sink(void *ctx, const struct share_party *p, struct vg_err *err);
MUST vg_code share_each_party(struct store_tx *tx, vg_str request, share_party_sink *sink, void *ctx,
                              struct vg_err *err);
/* The gate's decisions on a request and its answers, newest first. */
MUST vg_code share_each_passage(struct store_tx *tx, vg_str request, share_release_sink *sink, void *ctx,
                                struct vg_err *err);
struct share_received {
  struct vg_id request; /* opened or answered here */
  bool question;        /* it was a question, else answers to ours */
  int64_t answers;
};
/* text: a bundle of the above whose signature the caller has checked. VG_EDATA: none; VG_EEXIST: had already;
 * VG_ENOTFOUND: answers to nothing that was asked of this organisation. */
MUST vg_code share_receive(struct store_tx *tx, const struct actor *who, int64_t org, vg_str text,
                           struct share_decision *decision, struct share_received *out, struct vg_err *err);

/* The extension definition that questions and answers carry. */
#define SHARE_EXTENSION "extension-definition--4f3a6c10-58d2-4b8e-9c63-2d7a1f0be9c4"

/*
 * The same by a partner's own people, through our pages: what they ask or answer comes in under a convention that lets
 * receive; what they read is what stands on their shelf, through the gate again at every reading.
 */
struct share_spoken {
  int64_t org;
  vg_str request;     /* of an answer */
  vg_str type, value; /* of a question */
  vg_str text;
  vg_time deadline; /* of a question; VG_NOTIME none */
  int verdict;      /* of an answer, enum qualify_verdict */
  char credibility; /* '1' to '6', how sure they are of what they say (Admiralty) */
};
/* d->allowed false: refused, in the ledger. */
MUST vg_code share_spoken_question(struct store_tx *tx, const struct actor *who, const struct share_spoken *s,
                                   struct share_decision *d, struct vg_id *request, struct vg_err *err);
/* VG_ENOTFOUND: they were not asked. */
MUST vg_code share_spoken_answer(struct store_tx *tx, const struct actor *who, const struct share_spoken *s,
                                 struct share_decision *d, struct vg_err *err);
struct share_item;
typedef vg_code share_item_sink(void *ctx, const struct share_item *i, struct vg_err *err);
/* The question that was put to them (a grouping), or the answers that went to them (opinions). VG_ENOTFOUND: no such
 * request of theirs. */
MUST vg_code share_spoken_read(struct store_tx *tx, const struct actor *who, int64_t org, vg_str request,
                               share_item_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code share_spoken_whose(struct store_tx *tx, int64_t org, vg_str request, struct share_letter *out,
                                struct vg_err *err);

/*
 * Collections: what an organisation may fetch and where it may leave things, over TAXII. One a convention and purpose,
 * and one of what is everybody's. A collection is a shelf: objects are put on it as they come, each through the gate (a
 * no is recorded), and pass the gate again, under this convention alone, when they are fetched. The time of coming onto
 * the shelf is `added`, different for each, in microseconds.
 */
struct share_collection {
  char id[40]; /* a UUID, the same at every call */
  int64_t org;
  struct vg_id convention; /* empty: everybody's */
  char purpose[64];
  vg_time from, to; /* of the convention; VG_NOTIME without one */
  bool readable, writable, in_force;
};
typedef vg_code share_collection_sink(void *ctx, const struct share_collection *c, struct vg_err *err);
MUST vg_code share_each_collection(struct store_tx *tx, int64_t org, share_collection_sink *sink, void *ctx,
                                   struct vg_err *err);
/* VG_ENOTFOUND: this organisation has no such collection. */
MUST vg_code share_collection_find(struct store_tx *tx, int64_t org, vg_str id, struct share_collection *out,
                                   struct vg_err *err);
/* VG_EDENIED, recorded, when the convention is not in force or does not go this way. */
MUST vg_code share_collection_open(struct store_tx *tx, const struct actor *who, const struct share_collection *c,
                                   bool writing, struct vg_err *err);

struct share_item {
  vg_str id, json; /* json empty when only names are wanted */
  vg_time version, added;
  const char *spec; /* "2.1" */
};
/* Comma-separated values; empty: any. version: "first", "last" (also when empty), "all", or times. */
struct share_fetch {
  vg_time added_after; /* VG_NOTIME: from the beginning */
  vg_time after;       /* where the last part ended (next), 0 none */
  int64_t limit;
  vg_str id, type, version, spec;
  bool names;          /* only names and versions: nothing is disclosed but that they are there, one entry says so */
  int64_t count;       /* out */
  vg_time next;        /* out: 0: that was all */
  vg_time first, last; /* out: added of the first and the last one given */
};
/* In order of coming. VG_EUSAGE: a version that is no time. */
MUST vg_code share_fetch(struct store_tx *tx, const struct actor *who, const struct share_collection *c,
                         struct share_fetch *f, share_item_sink *sink, void *ctx, struct vg_err *err);
/* Takes an object (one version, VG_NOTIME: all) off the shelf for good; what we know stays as it is. */
MUST vg_code share_take_off(struct store_tx *tx, const struct actor *who, const struct share_collection *c, vg_str id,
                            vg_time version, struct vg_err *err);

/* What came of an object that was left here or fetched elsewhere; why NULL: taken. */
typedef vg_code share_deposit_sink(void *ctx, vg_str id, vg_str version, const struct vg_err *why, struct vg_err *err);
struct share_deposited {
  int64_t read, added, updated, taken, failed, questions, answers;
  int64_t sightings; /* of those taken: what they saw now counts as seen at that organisation */
};
/*
 * Objects of an organisation: {"objects":[...]}, a TAXII envelope or a bundle. They are imported as assertions of that
 * organisation; questions and answers of qualifications go where they belong instead. A sighting of an indicator of one
 * value is one of this organisation's own from then on (intel_sighting_withdraw by its id takes it back). VG_EDENIED,
 * recorded, when no convention lets us receive; VG_EDATA: no such text.
 */
MUST vg_code share_deposit(struct store_tx *tx, const struct actor *who, int64_t org, vg_str text,
                           share_deposit_sink *sink, void *ctx, struct share_deposited *out, struct vg_err *err);

/* How far a collection of somebody else's was fetched or filled. Texts as the other side gave them. */
struct share_peer {
  char url[512], collection[128];
  bool push;
  char added[40], next[512]; /* added_after to ask with; next: within a cut answer */
  int64_t shelf, objects;    /* push: our shelf's row; how many so far */
  vg_time time;              /* of the last part */
};
MUST vg_code share_peer_get(struct store_tx *tx, struct share_peer *p,
                            struct vg_err *err); /* by url, collection, push; zero when new */
MUST vg_code share_peer_set(struct store_tx *tx, const struct share_peer *p, struct vg_err *err);

/*
 * A TAXII 2.1 server elsewhere. Everything waits and tries again as the server asks (429, 503, Retry-After), a few
 * times; the login is sent to the host of `url` only. VG_EDENIED 401, 403; VG_ENOTFOUND 404; VG_EBUSY it went on;
 * VG_EDATA no TAXII; VG_EIO no line.
 */
struct share_remote {
  char url[512];               /* of the server (discovery) or of an API root */
  const char *login;           /* "name:password", NULL none */
  const char *ca, *cert, *key; /* PEM files or NULL */
  char root[1024];             /* the API root, ends in '/'; set by share_remote_open() */
};
MUST vg_code share_remote_open(struct share_remote *r, struct vg_err *err);
struct share_remote_collection {
  char id[128], title[256], alias[64];
  bool readable, writable;
};
typedef vg_code share_remote_sink(void *ctx, const struct share_remote_collection *c, struct vg_err *err);
MUST vg_code share_remote_collections(const struct share_remote *r, share_remote_sink *sink, void *ctx,
                                      struct vg_err *err);
/* One part of what it holds. body is the caller's, kept between calls. */
struct share_remote_part {
  struct vg_buf body;       /* an envelope: what share_deposit() takes */
  char last[64], next[512]; /* when the last one of the part was added there; where the next part begins */
  bool more;
  int64_t objects;
};
MUST vg_code share_remote_objects(const struct share_remote *r, const char *collection, const char *added_after,
                                  const char *next, int64_t limit, struct share_remote_part *out, struct vg_err *err);
struct share_remote_status {
  char id[64], bad[VG_ID_MAX], why[VG_ERR_ARG_MAX]; /* bad, why: the first failure */
  bool complete;
  int64_t taken, failed, pending;
};
/* Leaves {"objects":[...]} there and waits a while for what becomes of it. */
MUST vg_code share_remote_post(const struct share_remote *r, const char *collection, vg_str envelope,
                               struct share_remote_status *out, struct vg_err *err);

/*
 * Contents that are written together, for companies: a bulletin, a note, a guide, a tool's instructions. Every edit is
 * a version with its author and reason. Who reviews is another person than the author and, with a partner, of the other
 * side; only an approved version goes out. The division's people see all of them, a partner's those that it writes with
 * us (VG_ENOTFOUND for others).
 */
enum { SHARE_CONTENT_DRAFT, SHARE_CONTENT_RETURNED, SHARE_CONTENT_APPROVED, SHARE_CONTENT_PUBLISHED };
const char *
share_content_state_name(int state); /* "draft", "returned", "approved", "published": of the newest version */
struct share_content {
  int64_t id;
  struct vg_id pid; /* content--uuid */
  char kind[16], title[200],
      about[VG_ID_MAX]; /* kind: "bulletin", "note", "guide", "tool"; about: the warning or story that it came from */
  char zone[24], sector[8], size[8]; /* whom it is for, "" all */
  int tlp, pap;
  int64_t partner; /* territory_org.id, 0: written among ourselves */
  char partner_name[160];
  int64_t version; /* the newest */
  int state;
  vg_time made;
};
typedef vg_code share_content_sink(void *ctx, const struct share_content *c, struct vg_err *err);
/* Newest first. about: those about this warning or story, empty: all. */
MUST vg_code share_each_content(struct store_tx *tx, const struct actor *who, vg_str about, share_content_sink *sink,
                                void *ctx, struct vg_err *err);
MUST vg_code share_content_find(struct store_tx *tx, const struct actor *who, vg_str pid, struct share_content *out,
                                struct vg_err *err);
/*
 * A content about a warning or a story of the watch: where title or body is empty, they are drafted from it; tlp
 * SHARE_TLP_AS_SOURCE takes the marking of what it is about (a story: the strictest of its sources; a warning: GREEN).
 * VG_ENOTFOUND: no such warning or story; else as _add.
 */
enum { SHARE_TLP_AS_SOURCE = -1 };
MUST vg_code share_content_from(struct store_tx *tx, const struct actor *who, vg_str about, enum vg_lang lang,
                                struct share_content *c, vg_str body, struct vg_err *err);
/* VG_EDENIED: marked looser than the story that it is about. Fills id, pid, version, state. VG_EUSAGE: unknown kind or
 * level, no title, no text; VG_ENOTFOUND: no such zone. */
MUST vg_code share_content_add(struct store_tx *tx, const struct actor *who, struct share_content *c, vg_str body,
                               struct vg_err *err);
/* seen: the version that was edited, 0 whatever it is. VG_ESTATE: somebody was faster; VG_EUSAGE: no motive. */
MUST vg_code share_content_edit(struct store_tx *tx, const struct actor *who, vg_str pid, int64_t seen, vg_str body,
                                vg_str motive, struct vg_err *err);
/* VG_EDENIED: one's own version, or one's own side's. Sent back needs a comment (VG_EUSAGE). */
MUST vg_code share_content_review(struct store_tx *tx, const struct actor *who, vg_str pid, bool approved,
                                  vg_str comment, struct vg_err *err);
/* VG_ESTATE while the newest version is not approved. */
MUST vg_code share_content_ready(const struct share_content *c, struct vg_err *err);
/* In a place that everybody can reach: TLP:CLEAR and PAP:GREEN at most, else VG_EDENIED (that goes by bulletin). */
MUST vg_code share_content_publish(struct store_tx *tx, const struct actor *who, vg_str pid, vg_str where,
                                   struct vg_err *err);
/* n 0: the newest version. */
MUST vg_code share_content_body(struct store_tx *tx, const struct share_content *c, int64_t n, struct vg_buf *out,
                                struct vg_err *err);
struct share_content_event {
  vg_time time;
  int64_t version;
  int what; /* 0 written, 1 reviewed, 2 went out */
  bool approved;
  vg_str name, side, words; /* who, or the recipient; organisation, "" ours; motive, comment or place */
};
typedef vg_code share_content_event_sink(void *ctx, const struct share_content_event *e, struct vg_err *err);
MUST vg_code share_each_content_event(struct store_tx *tx, const struct share_content *c,
                                      share_content_event_sink *sink, void *ctx, struct vg_err *err);

/* Bulletins: a content made out to each company of its zone, sector and size. */
struct share_recipient {
  int64_t org;
  vg_str pid, name;
};
typedef vg_code share_recipient_sink(void *ctx, const struct share_recipient *r, struct vg_err *err);
MUST vg_code share_each_recipient(struct store_tx *tx, const struct share_content *c, share_recipient_sink *sink,
                                  void *ctx, struct vg_err *err);
/* Through the gate for this recipient (a refusal is a result); out gets the text as it may leave, with those of the
 * warning's values alone that this recipient may have, defanged. self: public id of the division. */
MUST vg_code share_bulletin(struct store_tx *tx, const struct actor *who, const struct share_content *c,
                            const struct share_recipient *to, vg_str self, enum vg_lang lang, struct share_decision *d,
                            struct vg_buf *out, struct vg_err *err);
/*
 * Contents that an organisation may read on its own pages: a company those approved or published for its zone, sector
 * and size, a partner what has gone out; of both only what the gate would let go (one entry a
 * day and reader tells that the list was read, and another when it is a new list). Reading one is share_bulletin():
 * VG_ENOTFOUND when it is not among them.
 */
struct org;
MUST vg_code share_each_offer(struct store_tx *tx, const struct actor *who, const struct org *to, vg_str self,
                              share_content_sink *sink, void *ctx, struct vg_err *err);
MUST vg_code share_offer_read(struct store_tx *tx, const struct actor *who, const struct org *to, vg_str self,
                              vg_str pid, enum vg_lang lang, struct share_content *out, struct vg_buf *text,
                              struct vg_err *err);
/* An RFC 5322 message, UTF-8 in base64. VG_EUSAGE: no such address. Pure. */
struct share_mail {
  vg_str from, to, subject, text;
  vg_time when;
};
bool share_mail_address_ok(vg_str address);
MUST vg_code share_mail(const struct share_mail *m, struct vg_buf *out, struct vg_err *err);

extern const char share_sql[];

#endif
