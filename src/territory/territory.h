#ifndef VG_TERRITORY_TERRITORY_H
#define VG_TERRITORY_TERRITORY_H
/*
 * Who and where: zones with the dated membership of their departments, NAF sections, sizes, organisations, people with
 * dated mandates, accounts. Facts come from data/territory (a source in every row). Every writer appends to the ledger.
 * A reference ("ref") to an organisation is its public id, its SIREN, the SIRET of one of its sites, or its exact name
 * (also one that it bore before it was joined or put right).
 * Views for other rooms: territory_v_org (id, pid, name, kind, siren, naf, size, department, zone), territory_v_zone.
 * territory_v_conflict, territory_v_mandate, territory_v_membership (every scheme, dated).
 * territory_v_belonging (department, zone, since, until): which zone of defence at any instant; what is older than the
 * first membership known is counted there. territory_v_seat (org, department, since, until), territory_v_org_zone (org,
 * zone, since, until): the same of an organisation, whose department is dated too. Figures of a past period read these,
 * so that they stay what they were.
 * territory_v_site, territory_v_contact, territory_v_asset (of organisations), territory_v_account.
 * territory_v_department (code, name, region, zone, since: the zones of defence now), territory_v_naf,
 * territory_v_size.
 */
#include "base/json.h"
#include "ledger/ledger.h"
#include "merge/merge.h"

enum org_kind { ORG_COMPANY, ORG_PARTNER, ORG_AUTHORITY, ORG_DIVISION };
const char *territory_kind_name(enum org_kind kind); /* "company", "partner", "authority", "division" */
bool territory_kind_by_name(vg_str name, enum org_kind *out);

struct org {
  int64_t id;
  struct vg_id pid;
  enum org_kind kind;
  char name[160], siren[16], naf[8], size[8], department[8];
  char zone[24]; /* derived from the department, now; "" if none */
};

/* Loads the facts of the field into an empty instance. */
MUST vg_code territory_seed(struct store_tx *tx, struct vg_err *err);
/* The instance's own division (public id given) with its first account; `who` gets the person's identity. */
MUST vg_code territory_found(struct store_tx *tx, const char *division_id, const char *login, vg_str password,
                             struct actor *who, struct vg_err *err);
/* VG_ENOTFOUND when no zone has this code. */
MUST vg_code territory_zone_check(struct store_tx *tx, const char *code, struct vg_err *err);
/* Zone of a department at an instant under the scheme of the zones of defence; "" when it belongs to none. */
MUST vg_code territory_zone_of(struct store_tx *tx, vg_str department, vg_time when, char zone[static 24],
                               struct vg_err *err);

/* SIREN: nine digits with a Luhn key. */
bool territory_siren_ok(vg_str siren);
/* SIRET: fourteen digits, SIREN and NIC, with a Luhn key (La Poste, SIREN 356000000: the sum of the digits is a
 * multiple of five). */
bool territory_siret_ok(vg_str siret);
/* "732 829 320": the digits of a SIREN or SIRET as people write it, with blanks or dots, whatever its key; returns how
 * many, 9 or 14. 0: it is none, but a name. */
size_t territory_number(vg_str ref, char out[static 16]);
/* Which section (A to U) each division of the NAF (INSEE, rév. 2) is of, 0 none; and the section of a code such as
 * "16.23Z" or "1623Z", 0: none. */
enum { TERRITORY_NAF = 100 };
MUST vg_code territory_naf_sections(struct store_tx *tx, char out[static TERRITORY_NAF], struct vg_err *err);
/* A NAF section and a size that are known, or empty. */
MUST vg_code territory_audience_check(struct store_tx *tx, const char *section, const char *size, struct vg_err *err);
char territory_naf_section(const char sections[static TERRITORY_NAF], vg_str code);
/* Checks, stores, fills id, pid and zone; a NAF code becomes its section. VG_EDATA names the field that is wrong,
 * VG_EEXIST when the name or SIREN is taken. */
MUST vg_code territory_org_add(struct store_tx *tx, const struct actor *who, struct org *org, struct vg_err *err);
/* Puts right what was written of it, and o: a NULL stays, "" is forgotten (a name cannot be). Told to other instances,
 * where such a field may be in conflict. What was counted by section or size before counts anew by what is right.
 * VG_EDATA names what is wrong; VG_EEXIST: another one has that name or SIREN. */
struct org_correction {
  const char *name, *siren, *naf, *size;
};
MUST vg_code territory_org_correct(struct store_tx *tx, const struct actor *who, struct org *o,
                                   const struct org_correction *to, struct vg_err *err);
MUST vg_code territory_org_find(struct store_tx *tx, vg_str ref, struct org *out, struct vg_err *err);
/* The company of that reference, of its number written with blanks, or of its name as one tells it (capitals, accents,
 * signs and legal form do not count; in that department, when it is said; several: VG_EDATA). One that is not known
 * becomes known with its name or SIREN and its department alone; with no department: VG_ENOTFOUND. err is not NULL. */
MUST vg_code territory_company_meant(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str department,
                                     struct org *out, struct vg_err *err);
typedef vg_code territory_org_sink(void *ctx, const struct org *org, struct vg_err *err);
/* Those whose name or SIREN holds each word typed (capitals and accents do not count), by name, at most `limit`. */
MUST vg_code territory_each_named(struct store_tx *tx, vg_str typed, int64_t limit, territory_org_sink *sink, void *ctx,
                                  struct vg_err *err);
/* By name, at most `limit`. */
MUST vg_code territory_each_org(struct store_tx *tx, int64_t limit, territory_org_sink *sink, void *ctx,
                                struct vg_err *err);

/* An organisation (by territory_org.id) as it travels between instances: a JSON object; and the one that such an object
 * means here: by its id, its SIREN, its exact name, else it becomes known under the id that it has there. VG_EDATA. */
struct vg_jw;
MUST vg_code territory_org_json(struct store_tx *tx, int64_t id, struct vg_jw *w, struct vg_err *err);
MUST vg_code territory_org_meant(struct store_tx *tx, const struct actor *who, vg_jv json, struct org *o,
                                 struct vg_err *err);

/*
 * Where an organisation stands is dated. From `from` (not in the future) it is in that department: what was counted
 * before stays where it was. Earlier than the department that it is in now is known to have begun, the same department
 * only: it began earlier then. VG_EDATA; VG_ESTATE: it is there already, or it moved at that date or after.
 */
MUST vg_code territory_org_move(struct store_tx *tx, const struct actor *who, const struct org *o,
                                const char *department, vg_time from, struct vg_err *err);
/* Since when; TERRITORY_ALWAYS: as far back as anybody counts. */
#define TERRITORY_ALWAYS (INT64_MIN + 1)
struct seat {
  char department[8];
  vg_time since;
};
/* Its name between instances ("identity--", made of its SIREN, else of its name), told to them before the first change
 * that uses it; and the organisation here that such a name means, 0: none. */
MUST vg_code territory_tell(struct store_tx *tx, const struct actor *who, const struct org *o, struct vg_id *subject,
                            struct vg_err *err);
MUST vg_code territory_meant(struct store_tx *tx, vg_str subject, int64_t *org, struct vg_err *err);
/* A list of seats as such a change holds it: a line each, "35" or "75 2026-03-01T00:00:00Z", the oldest first; out has
 * room for SEATS_MAX. False: it is none. */
enum { SEATS_MAX = 50 };
bool territory_read_seats(vg_str value, struct seat *out, size_t *n);
/* Newest first. */
typedef vg_code territory_seat_sink(void *ctx, const struct seat *s, struct vg_err *err);
MUST vg_code territory_each_seat(struct store_tx *tx, int64_t org, territory_seat_sink *sink, void *ctx,
                                 struct vg_err *err);

/* Whom to call in it (agreed: may be written to), its establishments, what it shows to the Internet (since, until). */
struct contact {
  vg_str name, duty, email, phone, source;
  bool agreed, unsaid; /* unsaid: whether it agreed was not asked; who is known stays as it was */
};
MUST vg_code territory_contact_add(struct store_tx *tx, const struct actor *who, const struct org *o,
                                   const struct contact *c, struct vg_err *err);
/* The row alone, checked; fresh: it was not there. For imports, whose ledger entry is one for all. It is known by its
 * name, without capitals and accents; who is known by an address alone (which is its name then), by that, or by a name
 * that the address spells (anne.dupont@…): the two become one. What is empty in c stays as it was. */
MUST vg_code territory_contact_put(struct store_tx *tx, int64_t org, const struct contact *c, bool *fresh,
                                   struct vg_err *err);
MUST vg_code territory_contact_remove(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str name,
                                      struct vg_err *err); /* erased */
/* Where letters to it go: lines, at most ORG_ADDRESS bytes; "" forgets what was written. What somebody wrote counts
 * before what SIRENE says of its head office, else of a site. VG_EDATA: too long, or no text. */
enum { ORG_ADDRESS = 300 };
/* The address alone, checked: for imports. */
MUST vg_code territory_address_put(struct store_tx *tx, int64_t org, vg_str address, struct vg_err *err);
MUST vg_code territory_address_set(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str address,
                                   struct vg_err *err);
/* "" when none is known; written: by somebody, not by the register. */
MUST vg_code territory_address(struct store_tx *tx, int64_t org, char out[static ORG_ADDRESS + 1], bool *written,
                               struct vg_err *err);
MUST vg_code territory_site_add(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str siret,
                                vg_str name, const char *department, struct vg_err *err);
/* type and value as indicators are written: the caller has recognised and normalised them. */
MUST vg_code territory_asset_add(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str type,
                                 vg_str value, vg_str note, struct vg_err *err);
MUST vg_code territory_asset_end(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str value,
                                 struct vg_err *err);

/*
 * Imports, row by row; text may be a mapping of a file of any size, memory does not grow with it. A bad row costs only
 * itself and goes to reject (line, message id, argument). SIRENE: the columns of INSEE's StockEtablissement (siret,
 * codeCommuneEtablissement and activitePrincipaleEtablissement must be there), or of StockUniteLegale (siren and
 * denominationUniteLegale), which says the names and sizes of the companies that are known and adds none; whose holder
 * asked not to be passed on stays out; what an officer wrote is not overwritten. Contacts: map is "field=Heading,..."
 * (organisation, name, duty, email, phone, agreed...; a row of CSV: "field=Head, ing" stands between quotes),
 * remembered for its source; empty: the remembered one, else the usual headings.
 */
struct territory_tally {
  int64_t read, added, updated, sites, skipped, rejected;
};
struct territory_wanted {
  vg_str zone, department; /* empty: all */
};
typedef vg_code territory_reject(void *ctx, int64_t line, const char *msg, vg_str arg, struct vg_err *err);
MUST vg_code territory_import_sirene(struct store_tx *tx, const struct actor *who, vg_str text,
                                     const struct territory_wanted *wanted, territory_reject *reject, void *ctx,
                                     struct territory_tally *out, struct vg_err *err);
MUST vg_code territory_import_contacts(struct store_tx *tx, const struct actor *who, vg_str text, vg_str source,
                                       vg_str map, territory_reject *reject, void *ctx, struct territory_tally *out,
                                       struct vg_err *err);

/* The fields of a contact that a column can be, by their number; NULL past the last. And what is remembered: source and
 * map, the latest first. */
const char *territory_contact_field(size_t i);
typedef vg_code territory_columns_sink(void *ctx, vg_str source, vg_str map, vg_time used, struct vg_err *err);
MUST vg_code territory_each_columns(struct store_tx *tx, territory_columns_sink *sink, void *ctx, struct vg_err *err);

struct zone {
  vg_str code, name_fr, name_en, seat, contact; /* contact: how its referents are reached; "" not said */
  bool overseas, pilot, to_check;
  int64_t departments, orgs, referents;
};
typedef vg_code territory_zone_sink(void *ctx, const struct zone *zone, struct vg_err *err);
MUST vg_code territory_each_zone(struct store_tx *tx, territory_zone_sink *sink, void *ctx, struct vg_err *err);
/* The one of this code, given to the sink. VG_ENOTFOUND. */
MUST vg_code territory_zone_find(struct store_tx *tx, vg_str code, territory_zone_sink *sink, void *ctx,
                                 struct vg_err *err);
/* How the zone's referents are reached (telephone, address), at most ZONE_CONTACT bytes. */
enum { ZONE_CONTACT = 200 };
/* How changes made on other instances are taken in: of zones the contact, of organisations where they stand, of people
 * their mandates, capacity, skills and conflicts of interest. */
extern const struct merge_kind territory_merges[];
MUST vg_code territory_zone_contact(struct store_tx *tx, const struct actor *who, const char *code, vg_str contact,
                                    struct vg_err *err);
/* Departments that belong or belonged to a zone. Schemes: "defence" (zones of defence), "pilot-2018", "national" (after
 * generalisation). */
struct membership {
  vg_str department, name, scheme;
  vg_time since, until; /* until VG_NOTIME: still */
};
typedef vg_code territory_membership_sink(void *ctx, const struct membership *m, struct vg_err *err);
MUST vg_code territory_each_membership(struct store_tx *tx, vg_str zone, territory_membership_sink *sink, void *ctx,
                                       struct vg_err *err);
/* From `from` (not in the future) the department belongs to the zone of defence `zone`; what was recorded before stays.
 * VG_ESTATE when that would overlap a later membership. */
MUST vg_code territory_department_move(struct store_tx *tx, const struct actor *who, const char *department,
                                       const char *zone, vg_time from, struct vg_err *err);
/* Opens the referents' network to every zone from `from` on: memberships under the scheme "national". Earlier periods
 * are untouched. VG_EEXIST when it is open already; opened: how many departments. */
MUST vg_code territory_generalise(struct store_tx *tx, const struct actor *who, vg_time from, int64_t *opened,
                                  struct vg_err *err);

/* A person with one mandate from..to (VG_NOTIME: open) and, with a login, an account. organisation 0: the division. */
struct person {
  int64_t id;
  struct vg_id pid;
  char name[96], login[64], zone[24];
  unsigned role; /* one enum actor_role bit */
  int64_t organisation;
  vg_time from, to;
  int64_t capacity; /* requests at once, 0: not said */
  char skills[128];
  vg_time oath;     /* of the mandate that is added; 0: not said */
  char charter[80]; /* which one was signed; "" none */
};
MUST vg_code territory_person_add(struct store_tx *tx, const struct actor *who, struct person *p, vg_str password,
                                  struct vg_err *err);
typedef vg_code territory_person_sink(void *ctx, const struct person *p, struct vg_err *err);
MUST vg_code territory_each_person(struct store_tx *tx, territory_person_sink *sink, void *ctx, struct vg_err *err);
/* By public id, login or exact name (VG_EDATA when several have it). The mandate given is the latest. */
MUST vg_code territory_person_find(struct store_tx *tx, vg_str ref, struct person *out, struct vg_err *err);
struct mandate {
  int64_t id;
  unsigned role;
  vg_str zone;
  vg_time from, to, oath; /* oath VG_NOTIME: not said */
  vg_str charter;
  bool in_force;
  bool admitted; /* false: another instance gave it, and it gives no rights here */
};
/* A mandate as a change of it names and holds it (see merge_change): the field "mandate ROLE ZONE SINCE", the value
 * "UNTIL OATH CHARTER", "-" for none. Texts of out are of the two. False: it is none. */
enum { MANDATES_MAX = 100, CAPACITY_MAX = 10000 };
bool territory_read_mandate(vg_str field, vg_str value, struct mandate *out);
typedef vg_code territory_mandate_sink(void *ctx, const struct mandate *m, struct vg_err *err);
MUST vg_code territory_each_mandate(struct store_tx *tx, int64_t person, territory_mandate_sink *sink, void *ctx,
                                    struct vg_err *err);
/* Mandates are given and ended by an administrator: VG_EDENIED for anybody else, above all for who would give himself
 * one. They travel between instances, but for administrators', partners' and companies'. What another instance gave is
 * known here and routed by, and gives no rights here until it is admitted: by giving the same mandate (role, zone,
 * beginning) here, or by opening an account for the person (territory_password_set). What is admitted ends when any
 * instance ends it, and goes when the list that holds has it no more; what a list lets last longer is to be admitted
 * again. */
MUST vg_code territory_may_appoint(const struct actor *who, struct vg_err *err);
/* A further mandate (p->role, zone, from, to; VG_EEXIST: one of that role and zone at that time), or the end of the
 * ones in force with that role at p->to. */
MUST vg_code territory_mandate_add(struct store_tx *tx, const struct actor *who, const struct person *p,
                                   struct vg_err *err);
MUST vg_code territory_mandate_end(struct store_tx *tx, const struct actor *who, const struct person *p,
                                   struct vg_err *err);
MUST vg_code territory_capacity(struct store_tx *tx, const struct actor *who, const struct person *p,
                                struct vg_err *err);

/* Conflicts of interest win over any role: territory_access says VG_EDENIED to whoever has one with the organisation,
 * and to a partner's or a company's people about any organisation but their own. Every routing and every access to an
 * affair asks it. One declares one's own, an administrator anybody's; another administrator lifts it: VG_EDENIED. They
 * travel between instances; while two say different things, the one that shuts more doors holds. With a mandate of ours
 * for somebody whom a company or a partner employs, the one with the employer is declared. */
/* Of versions of such a conflict that differ: is it v that holds meanwhile? Of any other field: the one that shows. */
MUST vg_code territory_version_holds(struct store_tx *tx, const struct merge_version *v, bool *holds,
                                     struct vg_err *err);
struct conflict {
  vg_str person, org, reason;
  vg_time since, until;
};
MUST vg_code territory_conflict_declare(struct store_tx *tx, const struct actor *who, const struct person *p,
                                        const struct org *o, vg_str reason, vg_time until, struct vg_err *err);
MUST vg_code territory_conflict_end(struct store_tx *tx, const struct actor *who, const struct person *p,
                                    const struct org *o, vg_str reason, struct vg_err *err);
typedef vg_code territory_conflict_sink(void *ctx, const struct conflict *c, struct vg_err *err);
MUST vg_code territory_each_conflict(struct store_tx *tx, int64_t person, territory_conflict_sink *sink, void *ctx,
                                     struct vg_err *err);
MUST vg_code territory_access(struct store_tx *tx, const struct actor *who, int64_t org, struct vg_err *err);

/*
 * One company that was entered twice. Proposed are two of one name (without capitals, accents and legal form) that are
 * not of two departments, one of them without a SIREN: a person says that they are one (instance_org_join), or two.
 * What is joined is found under both names; nothing is lost, and which one stays is the same on every instance.
 */
typedef vg_code territory_pair_sink(void *ctx, const struct org *one, const struct org *other, struct vg_err *err);
MUST vg_code territory_each_pair(struct store_tx *tx, const struct actor *who, territory_pair_sink *sink, void *ctx,
                                 struct vg_err *err);
/* View: territory_v_joined (org, pid, name, department, at, person_name, reason): the other names of an organisation.
 */
/* For instance/join.c. VG_EDENIED: he may not see one of them, or is neither an administrator nor their zone's
 * referent. _joinable: VG_ESTATE they are one already; VG_EDATA: two SIRENs, or no companies. by: a public id. */
MUST vg_code territory_may_join(struct store_tx *tx, const struct actor *who, const struct org *one,
                                const struct org *other, vg_str reason, struct vg_err *err);
MUST vg_code territory_joinable(const struct org *one, const struct org *other, struct vg_err *err);
bool territory_first_kept(const struct org *one, const struct org *other);
MUST vg_code territory_apart_add(struct store_tx *tx, const struct org *one, const struct org *other,
                                 struct vg_err *err);
MUST vg_code territory_org_joined(struct store_tx *tx, vg_str by, const struct org *gone, const struct org *keep,
                                  vg_str reason, int64_t *rows, struct vg_err *err);
/* Statements with $1 the one that goes and $2 the one that stays; rows goes up by what they changed. */
MUST vg_code territory_move_rows(struct store_tx *tx, const char *const *sql, size_t n, int64_t gone, int64_t keep,
                                 int64_t *rows, struct vg_err *err);

/* A person as instances speak of him to each other: _tell makes him known to the others once, _meant says who it is
 * here (0: not known). */
MUST vg_code territory_tell_person(struct store_tx *tx, const struct actor *who, int64_t person, struct vg_id *subject,
                                   struct vg_err *err);
MUST vg_code territory_person_meant(struct store_tx *tx, vg_str subject, int64_t *person, struct vg_err *err);

/* The organisation that bounds what he sees, 0 when none does; -1: a partner's or a company's person of no organisation
 * sees none. */
int64_t territory_bound(const struct actor *who);
/* For a WHERE: nothing of an organisation goes to whoever has a conflict of interest with it. person, now: places such
 * as "$3". */
#define TERRITORY_NO_CONFLICT(org, person, now)                                                                        \
  " AND NOT EXISTS (SELECT 1 FROM territory_v_conflict z WHERE z.person = " person " AND z.org = " org                 \
  " AND z.since <= " now " AND (z.until IS NULL OR z.until > " now "))"

/* Two columns of a row: a person's public id and name, "" where there is none. person: a column such as "m.person". */
#define TERRITORY_BY_WHOM(person)                                                                                      \
  "COALESCE(" person ", ''), COALESCE((SELECT n.name FROM territory_v_name n WHERE n.pid = " person "), '')"

const char *territory_role_name(unsigned role); /* "referent", ... */
/* "@server.role.referent": the word for it, as an argument of a message. */
const char *territory_role_said(char out[static 40], unsigned role);
bool territory_role_by_name(vg_str name, unsigned *role);

/* Who an account is now, by its login or its person's public id. VG_ENOTFOUND: no such account. VG_EDENIED: no mandate
 * in force. */
MUST vg_code territory_actor(struct store_tx *tx, vg_str login, struct actor *out, struct vg_err *err);
/* By its login alone, with the password checked; an unknown login takes as long as a wrong password. */
MUST vg_code territory_login(struct store_tx *tx, vg_str login, vg_str password, struct actor *out, struct vg_err *err);

/*
 * A new password for a person, by that person or an administrator (VG_EDENIED); login opens the account of whoever has
 * none, "" otherwise. Sessions opened before it are over: territory_password_since() tells since when it is the one.
 * VG_EDATA for one of fewer than PASSWORD_LEAST characters. It never stands in the ledger.
 */
enum { PASSWORD_LEAST = 12 };
MUST vg_code territory_password_set(struct store_tx *tx, const struct actor *who, const struct person *p,
                                    const char *login, vg_str password, struct vg_err *err);
MUST vg_code territory_password_since(struct store_tx *tx, vg_str login, vg_time *out, struct vg_err *err);

/*
 * An account for somebody outside: person and mandate (company's or partner's, by the organisation's kind; p->to its
 * end) are made, and a token for a link that opens once, until then, and lets its holder choose the password. For a
 * login that the organisation has already it is a new link, a new mandate when none is in force, and the password of
 * before stays until it is used.
 * VG_EDENIED: neither an administrator nor the referent of the company's zone; VG_EEXIST: the login is somebody else's.
 */
enum { INVITE_TOKEN = 64 };
MUST vg_code territory_may_invite(struct store_tx *tx, const struct actor *who, const struct org *o,
                                  struct vg_err *err);
MUST vg_code territory_invite(struct store_tx *tx, const struct actor *who, const struct org *o, struct person *p,
                              vg_time opens_until, char token[static INVITE_TOKEN + 1], struct vg_err *err);
/* Whose link it is. VG_ENOTFOUND: none, used, or too late: nothing tells which. */
MUST vg_code territory_invited(struct store_tx *tx, vg_str token, struct person *out, struct vg_err *err);
MUST vg_code territory_join(struct store_tx *tx, vg_str token, vg_str password, struct vg_err *err);
/* Ends what was given: mandates and an unused link. By who may invite. */
MUST vg_code territory_dismiss(struct store_tx *tx, const struct actor *who, const struct org *o,
                               const struct person *p, struct vg_err *err);

extern const char territory_sql[], territory_sqlite_sql[], territory_pg_sql[];
/* For the schema: companies that an older program wrote get their names as they are spoken. */
MUST vg_code territory_settle(struct store_tx *tx, struct vg_err *err);

#endif
