#ifndef VG_SERVER_INTERNAL_H
#define VG_SERVER_INTERNAL_H
/* The machinery under the pages: parsing of what browsers send, sessions, throttle, assets, register, certificate. */
#include <pthread.h>
#include <stdatomic.h>

#include "base/hash.h"
#include "server/page.h"

/* form.c: everything that a browser sends as text is decoded here and nowhere else. */
/* %XX (and '+' when plus) of s into out; false when malformed, too long, not UTF-8 or holding a control byte other than
 * TAB, LF, CR. */
bool form_decode(vg_str s, bool plus, char *out, size_t cap);
/* The n-th field of this name (from 0) of application/x-www-form-urlencoded, decoded; false when absent or not
 * decodable. */
bool form_nth(vg_str body, const char *name, size_t n, char *out, size_t cap);
/* It was sent, decodable or not. */
bool form_has(vg_str body, const char *name, size_t n);
/* A cookie's value out of a Cookie header: letters, digits, '-', '_' only. */
bool cookie_get(vg_str header, const char *name, char *out, size_t cap);

/* session.c */
enum { SESSION_TOKEN = 64 };
struct session {
  char login[64];
  char csrf[2 * VG_SHA256_SIZE + 1]; /* made from the token, never stored */
  vg_time made, seen;
  unsigned char hash[VG_SHA256_SIZE]; /* of the token: the session's name in the records */
};
/* A new token; old sessions are swept; the ledger remembers the login ("session.opened"). */
MUST vg_code session_open(struct store_tx *tx, const struct actor *who, const char *login,
                          char token[static SESSION_TOKEN + 1], struct vg_err *err);
/* VG_ENOTFOUND: no such session, idle for an hour, or older than twelve. */
MUST vg_code session_find(struct store_tx *tx, const char *token, struct session *out, struct vg_err *err);
MUST vg_code session_touch(struct store_tx *tx, const char *token, struct vg_err *err);
MUST vg_code session_close(struct store_tx *tx, const char *token, struct vg_err *err);
/* The account's open sessions, newest first (here: the one that asks), and the end of all the others. */
typedef vg_code session_sink(void *ctx, vg_time made, vg_time seen, vg_time until, bool here, struct vg_err *err);
MUST vg_code session_each(struct store_tx *tx, const struct session *mine, session_sink *sink, void *ctx,
                          struct vg_err *err);
MUST vg_code session_close_others(struct store_tx *tx, const struct actor *who, const struct session *mine,
                                  struct vg_err *err);

/* Failed logins, by account and by address: five for a name or twenty from an address, then a minute's wait. Safe in
 * threads. */
enum { THROTTLE_SLOTS = 512 };
struct throttle {
  pthread_mutex_t lock;
  struct {
    uint64_t key;
    int count;
    vg_time until;
  } slot[THROTTLE_SLOTS];
};
void throttle_init(struct throttle *t);
void throttle_fini(struct throttle *t);
bool throttle_blocked(struct throttle *t, vg_str key, int limit, vg_time now);
void throttle_failed(struct throttle *t, vg_str key, vg_time now);

/*
 * register.c: the ledger's state as last read in full. It is read again when entries were added or ten minutes have
 * passed, but never for more than a twentieth of the time; between, pages say when it was read and up to which entry.
 */
struct reading {
  bool done, ok;
  int64_t size, first_bad;
  vg_time at;   /* when it was read */
  int64_t took; /* ns */
};
struct registry {
  pthread_mutex_t lock;
  pthread_cond_t ended;
  bool reading; /* by one thread; the others show the last one meanwhile */
  struct reading last;
};
void registry_init(struct registry *g);
void registry_fini(struct registry *g);
/* now_please: read it whatever the cache says. */
MUST vg_code registry_state(struct registry *g, struct store_tx *tx, const struct vg_key *key, vg_time now,
                            bool now_please, struct reading *out, struct vg_err *err);

/* asset.c: what is embedded. */
struct asset {
  const char *name, *type;
  const void *bytes;
  size_t size;
  char tag[17]; /* first half of the SHA-256 */
};
void assets_init(void); /* once, before the threads */
const struct asset *asset_find(const char *name);

/* tls.c: a self-signed P-256 certificate for host, this machine's name and the loopback addresses, PEM. */
MUST vg_code tls_make(const char *host, vg_time now, struct vg_buf *cert, struct vg_buf *key, struct vg_err *err);
/* The one kept in HOME/tls, made anew when there is none, it does not name host, or it ends within a week. */
/* Certificate and key are PEM and belong together; VG_EDATA names both files and the reason. */
MUST vg_code tls_check(const struct vg_buf *cert, const struct vg_buf *key, const char *cert_path, const char *key_path,
                       struct vg_err *err);
MUST vg_code tls_keep(const char *home, const char *host, vg_time now, struct vg_buf *cert, struct vg_buf *key,
                      struct vg_err *err);

/* table.c: turns the page made into the CSV of the table asked for; false when the page has no such table. */
bool table_twin(struct request *r);

/* pages.c: the page at r->path, GET or POST, into r->out. Sets r->status and r->location. */
void pages_answer(struct request *r);
void page_login(struct request *r, const char *problem);
void page_problem(struct request *r, unsigned status, const char *id);
/* Which pages somebody may ask for: the house's, a partner's or a company's, none at all. */
enum door { DOOR_NONE, DOOR_HOUSE, DOOR_PARTNER, DOOR_COMPANY };
enum door page_door(const struct actor *who);
bool page_behind(const struct page *p, enum door door);
extern const struct page *const pages[]; /* ended by NULL */
bool page_is_open(const char *path);     /* it answers who is not logged in */
/* survey.c: the page of a survey or what became of a sheet, into r->out and r->status; false: the token opens nothing.
 */
bool survey_answer(struct request *r);
/* api.c: {"error":...}; a path of the API never answers with a page. */
void api_problem(struct request *r, unsigned status, const char *what);
struct diagnosis;
/* What the measures from one number to another ask in full, when their framework says more than titles. */
MUST vg_code part_details(struct request *r, const struct diagnosis *d, int from, int to, struct vg_err *err);
/* The regime that the address asks for (?regime=, otherwise `usual`). "both" without what casework_combined asks for
 * about the subject is `usual`, and *wanted is set: form_combine then asks for the motive. */
enum regime asked_regime(struct request *r, enum regime usual, const char *subject, bool *wanted);
/*
 * The same at the top of a page that shows the records of many: links to the other regimes, the form that asks for
 * both, and, for the inquiries, the motive (consult_many). Gives what may be shown: what was asked for, or prevention
 * until that is said. keep: names of the address that the links repeat ("type valeur"). The page takes post_combine.
 */
MUST vg_code regime_door(struct request *r, const char *keep, enum regime usual, const char *subject, enum regime *of,
                         struct vg_err *err);
/* The form that asks for both (what=combine). */
void form_combine(struct request *r);
/* What that form does: the motive into the journal, then back to the page with both. */
MUST vg_code post_combine(struct request *r, const char *subject, const char *path, vg_str id, struct vg_err *err);
void regime_badge(struct request *r, enum regime of);
/* For a WHERE over many cases: those that who asks may see (casework_access). The places of SEEN_ARGS are named. */
#define SEEN(c, me, of, own, now) CASEWORK_SEEN(c ".id", c ".zone", c ".org", me, of, own, now)
/* The same for incidents (casework_incident_access): i is casework_v_incident or has its columns. */
#define INCIDENT_SEEN(i, me, of, own, now) CASEWORK_INCIDENT_SEEN(i ".id", i ".zone", i ".org", me, of, own, now)
#define SEEN_ARGS(r)                                                                                                   \
  S_INT((r)->who.person), S_Z(casework_bounds(&(r)->who)), S_INT(territory_bound(&(r)->who)), S_TIME((r)->now)
/* The legal acts of a case with the form that plans one, and what that form does. */
/* page_blind.c: hits of a convention's blind packs; the form, and what its file means. */
struct convention;
void part_blind(struct request *r, const struct convention *k);
MUST vg_code blind_answer(struct request *r, struct vg_err *err);
MUST vg_code part_acts(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code part_exhibit_acts(struct request *r, const struct exhibit *e, struct vg_err *err); /* those about it */
MUST vg_code plan_act(struct request *r, struct vg_err *err);
/* Rows of a table: what was written about a warning or a story (kind, title, state, when); and the draft of a bulletin
 * about it, which is then shown. */
enum { CONTENTS_COLUMNS = 4 };
extern const char *const contents_head[CONTENTS_COLUMNS];
MUST vg_code rows_contents(struct request *r, vg_str about, struct vg_err *err);
MUST vg_code draft_content(struct request *r, vg_str about, struct vg_err *err);
/* The table of tasks, with the form that gives one (about what is said when it is sent), and what those forms do. */
MUST vg_code part_tasks(struct request *r, const struct task_query *q, bool form, struct vg_err *err);
/* what: "task", "task-set", "task-drop". about: about, label, case_id of a new one. */
MUST vg_code post_task(struct request *r, const char *what, const struct task *about, struct vg_err *err);
/* State, notes and need to know of a case with their forms, and what those forms do (what: "step", "note", "access",
 * "ask"); the page for who may not see it. */
MUST vg_code part_state(struct request *r, const struct affair *a, struct vg_err *err);
/* Its frame with the forms that change and prolong it, and what those do (what: "frame", "prolong"). */
MUST vg_code part_frame(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code post_frame(struct request *r, bool prolong, const struct affair *a, struct vg_err *err);
MUST vg_code part_notes(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code part_access(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code page_case_closed(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code post_life(struct request *r, const char *what, const struct affair *a, struct vg_err *err);
/* When a finding's fact happened, in words; the findings of a case and the incident's times, drawn and listed. */
void told(struct request *r, const struct finding_entry *f);
MUST vg_code part_chronology(struct request *r, const struct affair *a, const struct incident *in, struct vg_err *err);
/* What has to be proved × findings; the choice of an element; the form that charges with an offence (what: "charge").
 */
MUST vg_code part_elements(struct request *r, const struct affair *a, const struct incident *in, struct vg_err *err);
MUST vg_code field_element(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code charge_form(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code post_charge(struct request *r, const struct affair *a, struct vg_err *err);
/* Links of a case with their form (what: "link"); the newest ones of all, nothing when there are none. */
MUST vg_code part_links(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code part_new_links(struct request *r, struct vg_err *err);
MUST vg_code post_link_combine(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code post_link(struct request *r, struct vg_err *err);
/* Parties, findings and documents of a case with their forms, and what those forms do (what: "party", "finding",
 * "document"). */
MUST vg_code part_parties(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code part_own_findings(struct request *r, const struct affair *a, struct vg_err *err);
struct incident;
MUST vg_code part_incident_documents(struct request *r, const struct incident *in, struct vg_err *err);
/* What the intake knows of an incident: answers, advice, twins, referrals with their forms; what those forms do. */
/* What is written of an organisation, put right: name, SIREN, sector, size. */
MUST vg_code part_correct(struct request *r, const struct org *o, struct vg_err *err);
MUST vg_code post_correct(struct request *r, struct vg_err *err);
/* Who of an organisation has an account, with the form that invites; what those forms do. */
MUST vg_code part_accounts(struct request *r, const struct org *o, struct vg_err *err);
MUST vg_code post_accounts(struct request *r, struct vg_err *err);
/* A company's establishments and what it exposes to the Internet, with their forms; what those do (what: "site",
 * "asset", "asset_end"). */
MUST vg_code part_places(struct request *r, const struct org *o, struct vg_err *err);
MUST vg_code post_places(struct request *r, const char *what, struct vg_err *err);
/*
 * consult.c: whoever reads what an inquiry holds says why, once in twelve hours and case; each thing read is an entry
 * of the journal, written before the page leaves. Who is in charge of the case is not asked. *asks: the page is the
 * question.
 */
MUST vg_code consult(struct request *r, const struct affair *a, const char *subject, bool *asks, struct vg_err *err);
/* The same for a part of a page: *asks: consult_form asks why in its place. */
MUST vg_code consult_part(struct request *r, const struct affair *a, const char *subject, bool *asks,
                          struct vg_err *err);
void consult_form(struct request *r, const struct affair *a);
/* The same for an incident, which is an inquiry's once a case of one was opened from it. */
MUST vg_code consult_incident(struct request *r, const struct incident *in, bool *asks, struct vg_err *err);
/* The same for what shows the records of many inquiries at once - a search, a graph, a list: one motive a session, and
 * each address asked for is an entry. *asks: nothing of an inquiry may be shown yet, and
 * consult_card asks why. */
MUST vg_code consult_many(struct request *r, bool *asks, struct vg_err *err);
/* The motive came with what is asked for; combine: for both regimes. consult_tell remembers and tells it. */
void consult_given(struct request *r, const char *motive, bool combine);
void consult_card(struct request *r);
bool path_ok(const char *path); /* a path of ours, fit for a header */
enum { PAGE_ADDRESS = 1200 };
/* The address of the page that is shown, with what it was asked, to come back to. */
const char *page_address(const struct request *r, char out[static PAGE_ADDRESS]);
/* What r->consult says, in a transaction of its own. */
MUST vg_code consult_tell(struct request *r, struct vg_err *err);
/* Who looked at it and why, for those who answer for the case. */
MUST vg_code part_consulted(struct request *r, const struct affair *a, const char *subject, struct vg_err *err);
/* What to keep and what not to touch. */
struct convention;
void badge_in_force(struct request *r, const struct convention *k); /* in force, to come, over */
struct offence;
void cells_penalty(struct request *r, const struct offence *o); /* two cells: prison, fine */
void part_advice(struct request *r, const struct incident *in);
/* The lines of a list of terms that say what happened, when, and whose referent follows it. */
/* When it happened and was known, or that the victim did not know it; in a <dl>. */
void part_times_told(struct request *r, const struct incident *in);
MUST vg_code part_incident_facts(struct request *r, const struct incident *in, struct vg_err *err);
/* Other services that the victim was sent to, with what came of it, and the form. */
MUST vg_code part_referrals(struct request *r, const struct incident *in, struct vg_err *err);
MUST vg_code part_intake(struct request *r, const struct incident *in, struct vg_err *err);
MUST vg_code post_intake(struct request *r, const struct incident *in, const char *what, struct vg_err *err);
MUST vg_code part_documents(struct request *r, const struct affair *a, struct vg_err *err);
MUST vg_code post_dossier(struct request *r, const char *what, struct vg_err *err);
/* The form that drafts an act's procès-verbal; the draft of a document of this kind, to which the browser goes. */
void part_pv_form(struct request *r);
MUST vg_code post_document(struct request *r, vg_str ref, const char *kind, struct vg_err *err);

#endif
