#ifndef VG_SERVER_PAGE_H
#define VG_SERVER_PAGE_H
/*
 * What a page is, and the helpers it is written with. A new page is one file page_X.c with a `const struct page`, and
 * one line in pages.def. Everything that is not a literal of ours is escaped by the helpers; a sentence is a message
 * id.
 *
 *     static vg_code show(struct request *r, struct vg_err *err) {
 *       page_top(r, "server.nav.zones", NULL);
 *       table_begin(r, "zones", "server.zones", heading, VG_COUNT(heading));
 *       ... row(r); cell(r); text(r, z->name); cell_n(r); num(r, z->orgs); ...
 *       return table_end(r, "server.evaluation.none");
 *     }
 *     const struct page page_zones = {"/zones", GROUP_NETWORK, "server.nav.zones", show, NULL};
 *
 * Every table has its CSV twin for free (?csv=ID): it is read out of the page's own HTML, <time> and <data> giving
 * exact values.
 */
#include "base/msg.h"
#include "casework/casework.h"
#include "instance/instance.h"
#include "intel/intel.h"
#include "territory/territory.h"

struct sent_file; /* server/upload.h */
struct session;
struct server;
struct registry;

struct request {
  /* what came */
  bool post;
  bool live;                    /* asked by htmx: only a part of the page will be taken */
  char path[512];               /* decoded */
  const char *rest;             /* what follows the page's path, when that ends in '/' */
  vg_str query, body;           /* form-encoded, as sent */
  const struct sent_file *file; /* what was chosen in the form's file field; NULL: nothing */
  char site[320];               /* "https://host" as the browser reached it, for codes and posters */
  enum vg_lang lang;
  vg_time now;
  /* who and where */
  const struct session *session; /* NULL: nobody is logged in */
  struct actor who;
  struct instance *in;
  struct registry *registry;
  struct store_tx *tx; /* a snapshot; while a form is carried out, the transaction */
  /* what goes back */
  unsigned status;
  struct vg_buf out;
  const char *type;   /* NULL: HTML */
  char name[96];      /* not empty: a file to download */
  char location[600]; /* not empty: where the browser goes after the form */
  bool erased;        /* by the form: ?reste=1 behind location when the engine's files still hold it (store_scrub) */
  /* while the page is made */
  const struct page *page;
  bool framed;           /* the frame around the page is written */
  size_t under_title;    /* where in out its title ends */
  struct vg_err problem; /* what the form was refused for */
  bool problem_told;
  struct {
    char field[64]; /* of the form, that a handler asked for and could not have whole; empty: none */
    size_t most;    /* bytes that it may have; 0: what was sent is no text */
    size_t bytes;
  } unheld;
  bool form_sent; /* the form being written is the one that was sent */
  struct {
    char name[24];
    unsigned times;
  } field_named[48]; /* the names of its fields so far, and how often each */
  size_t fields_named;
  char field_nth[12];      /* behind the ids of the field being written: "", "-2", ... */
  bool field_ahead;        /* it was set already for the next one */
  char csv[32];            /* the table wanted as CSV */
  size_t csv_from, csv_to; /* where it stands in out */
  size_t table_at, table_rows;
  const char *table_id;
  void *keep; /* what a page's row functions share with it */
  struct {
    char subject[VG_ID_MAX], motive[400];
    char sought[260]; /* of a search or a list of many: what was looked for; the subject is who looks */
    bool combine;     /* the two regimes were asked for at once (the API) */
  } consult; /* what the page discloses of an inquiry, to be told before it leaves; subject empty: nothing new */
};

typedef vg_code page_fn(struct request *r, struct vg_err *err);
/* GROUP_OPEN: in no menu, and the only pages that answer who is not logged in (r->session is NULL then, r->who nobody).
 * GROUP_PARTNER, GROUP_COMPANY: of that door alone. GROUP_ACCOUNT: of every door. All others are the house's.
 */
enum page_group {
  GROUP_NONE,
  GROUP_HOME,
  GROUP_THREATS,
  GROUP_FIELD,
  GROUP_NETWORK,
  GROUP_CONTROL,
  PAGE_GROUPS,
  GROUP_OPEN,
  GROUP_PARTNER,
  GROUP_COMPANY,
  GROUP_ACCOUNT
};
/* What stands in the menu, and what does not. _TOLD: what reading it discloses goes into the ledger first; r->tx is a
 * transaction that is committed before the page leaves. */
enum page_how { PAGE_LISTED, PAGE_HIDDEN, PAGE_TOLD, PAGE_LISTED_TOLD };
struct page {
  const char *path;      /* exact, or everything below when it ends in '/' */
  enum page_group group; /* where it stands in the menu */
  const char *nav;       /* its name in the menu; of a page below another, the name of that one */
  page_fn *get;
  page_fn *post; /* carries out the form (r->tx is the transaction) and sets r->location; NULL: no forms */
  enum page_how how;
};

/* Text. */
#define RAW(r, literal) vg_buf_z(&(r)->out, "" literal)
void text(struct request *r, vg_str s);
void textz(struct request *r, const char *z);
void msg(struct request *r, const char *id);
void colon(struct request *r);                               /* as the language sets it before what follows */
void say_words(struct request *r, const char *const *words); /* words[0] is the id */
#define SAY(r, ...) say_words((r), (const char *const[]){__VA_ARGS__, NULL})
void url(struct request *r, vg_str s); /* percent-encoded for a query or a path segment */
/* stem + code as message ("server.state." "open"); a code without a message shows as it is */
void word(struct request *r, const char *stem, vg_str code);
/* "prevention,*": the purposes of a convention in words. */
void purposes(struct request *r, vg_str list);
void classes(struct request *r, const char *list); /* of data, of a convention; "*": all */

/* " to revalidate" as a badge that says what of it, after a legal figure; nothing when it is confirmed. */
void to_check(struct request *r, vg_str doubt);

/* Values. */
void num(struct request *r, int64_t n);
void bytes(struct request *r, int64_t n); /* "12,4 Mo" */
void real(struct request *r, double x);   /* three figures */
void percent(struct request *r, double p);
void between(struct request *r, void (*value)(struct request *r, double x), double lo, double hi); /* "[lo; hi]" */
void when(struct request *r, vg_time t); /* Paris time, UTC on hover and on paper; "-" when unknown */
void day(struct request *r, vg_time t);
void today(struct request *r);                                 /* "lundi 21 janvier 2019, 08:10" */
void ago(struct request *r, vg_time t);                        /* "il y a 12 min" */
void clock_left(struct request *r, vg_time due, vg_str state); /* "9 h 40", red when little or nothing is left */
void tlp(struct request *r, enum tlp level);
void tlp_name(struct request *r, vg_str name);
void pap(struct request *r, enum pap level);
void code(struct request *r, vg_str s);
void broken(struct request *r, vg_str s);                        /* text that may break after / _ . : and the like */
void badge(struct request *r, const char *kind, const char *id); /* kind: ok bad warn info mute */
/* Links: <a href="path+escaped id">label</a> */
void link_to(struct request *r, const char *path, vg_str id, vg_str label);
void link_indicator(struct request *r, vg_str type, vg_str value);
/* Link to what a public id names (incident, case, report...), or its text when no page shows it. */
void link_id(struct request *r, vg_str pid);
void link_object(struct request *r, vg_str id); /* the same, and STIX objects by their name */

/* A bar from 0 to 1: filled up to `to` in the colour of class zN, then in the paler one up to `perhaps` when that is
 * greater. The figure stands beside it in words. */
void meter(struct request *r, double to, int colour, double perhaps);

/* The frame of a page: title and sub-title. The sub-title is written by the caller between page_top and page_sub_end
 * when sub is NULL. */
void page_top(struct request *r, const char *title_id, const char *const *title_args);
void page_top_text(struct request *r, vg_str title);
void page_bottom(struct request *r);
#define TITLE_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
void card_begin(struct request *r, const char *heading_id, const char *css);
void card_end(struct request *r);
void dl_begin(struct request *r);
void term(struct request *r, const char *id); /* <dt>…</dt><dd>: HTML closes it at the next one or at dl_end */
void dl_end(struct request *r);
void empty(struct request *r, const char *id, const char *href,
           const char *action_id); /* what to do first; href may be NULL */
void button_link(struct request *r, const char *href, const char *id, bool first);

/* Tables. NUMBER("id") heads a column of numbers. id names the CSV twin; NULL: none. */
#define NUMBER(heading_id) "#" heading_id
void table_begin(struct request *r, const char *id, const char *caption_id, const char *const *heading, size_t n);
void row(struct request *r);
void cell(struct request *r);
void cell_n(struct request *r);
void table_end(struct request *r, const char *empty_id);
/* "previous / next" under a long list; NULL href: none. */
void pager(struct request *r, const char *first_href, const char *next_href);
/* Of a list that stands on several pages: how many rows the address passes over in its field `name`; 0 where the table
 * is wanted as a file, which has all. */
int64_t rows_from(const struct request *r, const char *name);
/* The pager of such a list, `shown` rows a page; first_href: of its first page. */
void pager_from(struct request *r, const char *first_href, const char *name, int64_t from, int64_t shown, bool more);

/*
 * Forms. A field shows again what was sent and, beside it, the problem whose message id is in claims ("a b c"). what
 * tells the forms of a page apart (sent as the field "what"); NULL: the only one.
 */
void form_begin(struct request *r, const char *action, const char *what);
/* One whose choices stay on the device until the server has them, for where the network goes (web/vigie.js). */
void form_begin_kept(struct request *r, const char *action, const char *what);
void form_begin_file(struct request *r, const char *action, const char *what); /* one with a field_file */
void details_begin(struct request *r, const char *summary_id,
                   const char *what); /* folded; open when its form was refused; close it by </details> */
void details_begin_if(struct request *r, const char *summary_id, const char *what, bool open); /* or asked to be open */
void form_end(struct request *r, const char *submit_id, bool first);
void problem_alert(struct request *r); /* why what was sent was refused, where no field told it */
struct choice {
  const char *value, *label; /* label: message id, or text when it is no id */
};
void field(struct request *r, const char *name, const char *label_id, const char *type, const char *value,
           bool required, const char *claims);
void field_area(struct request *r, const char *name, const char *label_id, bool required, const char *claims);
/* A long text, with what it holds so far. */
void field_lines(struct request *r, const char *name, const char *label_id, const char *value, const char *claims);
void field_body(struct request *r, const char *name, const char *label_id, const char *value, bool required,
                const char *claims);
void field_choice(struct request *r, const char *name, const char *label_id, const struct choice *v, size_t n,
                  const char *value, const char *claims);
/* The same, where nothing (the value "") may be chosen when it is not required; in a field_choice wherever it is among
 * the choices. */
void field_select(struct request *r, const char *name, const char *label_id, const struct choice *v, size_t n,
                  const char *value, bool required, const char *claims);
void field_check(struct request *r, const char *name, const char *value, vg_str label, bool checked);
/* A file to send along, at most UPLOAD_MAX bytes; the form's only one. The form must be begun by form_begin_file. */
void field_file(struct request *r, const char *label_id, bool required, const char *claims);
/* A small file of text (a signature, a key) beside it: what it holds is what is sent as the field. */
void field_small_file(struct request *r, const char *name, const char *label_id, bool required, const char *claims);
void field_hidden(struct request *r, const char *name, vg_str value);
/* Sets r->field_nth for the next field of that name: an id stands once on a page. Each field does so by itself; who
 * writes what refers to its ids before it sets r->field_ahead too. */
void field_numbered(struct request *r, const char *name);
/* What was sent as this field, for a form of a row's own writing whose r->form_sent is set. */
void field_typed(struct request *r, const char *name);
/* In a form that each row of a table has, after form_begin: whose it is. What another row's was refused for is not told
 * in this one. */
void field_row(struct request *r, const char *name, vg_str value);
/* The value of a field as it stood when the page was opened goes with the form; field_still, in its handler, refuses
 * ("server.meanwhile", for the field's claims) when it stands otherwise now and not as is being sent. */
void field_was(struct request *r, const char *name, vg_str now);
MUST vg_code field_still(struct request *r, const char *name, vg_str now, vg_str given, struct vg_err *err);
/* What was sent: "" when absent. Valid until out goes. What does not fit, or is no text, refuses the whole form when
 * its handler is done (r->unheld): nothing is cut off, nothing is left out. */
const char *sent(struct request *r, const char *name, char *out, size_t cap);
/* A field as long as the form may be; free it. */
MUST vg_code sent_long(struct request *r, const char *name, char **out, struct vg_err *err);
/* A SIREN or SIRET, without the blanks it is printed with; anything else as it was sent. */
const char *sent_number(struct request *r, const char *name, char out[static 64]);
bool sent_nth(struct request *r, const char *name, size_t n, char *out, size_t cap);
bool sent_time(struct request *r, const char *name, vg_time *out);                   /* datetime-local, Paris time */
const char *asked(const struct request *r, const char *name, char *out, size_t cap); /* of the query */
bool asked_time(const struct request *r, const char *name, vg_time *out);
void put_local(char out[static 24], vg_time t); /* as such a field wants it */
void go_to(struct request *r, const char *path, vg_str id);

/* The name of the file that the page is: the message of id, and its suffix. */
void download_as(struct request *r, const char *id, const char *suffix);

/* What was refused of a file, told below the count, which is known last: the first `most` of its rows.
 *     if (refused_begin(x)) { SAY(x->r, ...); refused_end(x); }    ... refused_tell(x); refused_fini(x); */
struct refused {
  struct request *r;
  struct vg_buf list;
  int64_t n, most;
};
void refused_init(struct refused *x, struct request *r, int64_t most);
void refused_fini(struct refused *x);
bool refused_begin(struct refused *x); /* what is written now is a row of the list; false: it has enough */
void refused_end(struct refused *x);
void refused_tell(const struct refused *x);

/* Choices out of the records: a field of NAF sections, sizes, zones, people with a mandate of referent or reservist,
 * companies (typed, with the known ones offered). any: the message of a first choice that is nothing (value ""); NULL:
 * one must be chosen. */
MUST vg_code field_naf(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                       struct vg_err *err);
MUST vg_code field_size(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                        struct vg_err *err);
MUST vg_code field_zone(struct request *r, const char *name, const char *any, const char *value, const char *claims,
                        struct vg_err *err);
MUST vg_code field_referent(struct request *r, const char *name, const char *any, const char *claims,
                            struct vg_err *err);
/* Typed, with what the statement gives offered: what may be typed, and what is said of it. */
MUST vg_code field_offered(struct request *r, const char *name, const char *label, bool required, const char *claims,
                           const char *sql, struct store_args args, struct vg_err *err);
/* Somebody with a mandate of ours: typed (name or login), with the known ones offered. */
MUST vg_code field_own(struct request *r, const char *name, const char *label, bool required, const char *claims,
                       struct vg_err *err);
MUST vg_code field_company(struct request *r, const char *name, const char *label, const char *value, bool required,
                           const char *claims, struct vg_err *err);
/* The same for an organisation of any kind. */
MUST vg_code field_organisation(struct request *r, const char *name, const char *label, const char *value,
                                struct vg_err *err);
/* The list that such a field offers for what was typed, where there are many; any: not companies alone. */
MUST vg_code part_organisations(struct request *r, const char *name, vg_str typed, bool any, struct vg_err *err);
/* One question with its answers side by side, large enough for a thumb. */
void field_radio(struct request *r, const char *name, vg_str question, const struct choice *v, size_t n,
                 const char *value);
/* labels[i] = stem + codes[i], and the choices of them; returns n. */
size_t coded_choices(struct choice *out, const char *stem, char labels[][48], const char *const *codes, size_t n);

/* Queries with less ceremony: each row of sql goes to one(r, q). */
typedef void row_fn(struct request *r, struct store_rows *q);
MUST vg_code each(struct request *r, const char *sql, struct store_args args, row_fn *one, struct vg_err *err);

/* Bare text of the values, for sentences. */
void put_real(struct vg_buf *b, enum vg_lang lang, double x); /* "6,2 × 10⁻⁴" */
void put_when(struct vg_buf *b, enum vg_lang lang, vg_time t);

/* Parts that several pages show. */
MUST vg_code part_register(struct request *r, bool verify_now, struct vg_err *err); /* one sentence */
/* The open ones: as many cards, the others a line each; shown: how many of both. */
MUST vg_code part_warnings(struct request *r, size_t limit, size_t *shown, struct vg_err *err);
MUST vg_code part_map(struct request *r, struct vg_err *err);
MUST vg_code part_clocks(struct request *r, int64_t incident, struct vg_err *err); /* the table */
/* Copies and analysis findings of a case, or of one exhibit of it (its ref; empty: all); of: of all cases those of this
 * regime. */
MUST vg_code part_images(struct request *r, vg_str case_ref, vg_str exhibit, enum regime of, struct vg_err *err);
MUST vg_code part_findings(struct request *r, vg_str case_ref, vg_str exhibit, struct vg_err *err);
struct qualify_assessment;
void part_because(struct request *r,
                  const struct qualify_assessment *a); /* verdict, probability, reasons with their weights */
/* Indicators of which no pack holds a value: of the store, or these. */
MUST vg_code part_uses(struct request *r, struct vg_err *err);
struct intel_uses;
void uses_list(struct request *r, const struct intel_uses *u);
/* Imports that did not come to their end, an alert each. */
MUST vg_code part_unfinished(struct request *r, struct vg_err *err);
/* Where a value was seen, by organisation. */
MUST vg_code part_sightings(struct request *r, const char *type, vg_str value, enum regime of, struct vg_err *err);
void zone_name(struct request *r, vg_str code);

#endif
