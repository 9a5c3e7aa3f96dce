#ifndef VG_CASEWORK_IMPORT_INTERNAL_H
#define VG_CASEWORK_IMPORT_INTERNAL_H
/* Between the files that read cases of other systems. */
#include "base/json.h"
#include "casework/casework_internal.h"

/* What a batch of cases will write, in the order in which it is put. */
struct import_rows {
  struct store_later incidents, cases, imported, texts, findings, tasks, steps, marks, versions, notes, entries;
  struct store_later indicators; /* reference, source, CSV of intel_import */
};
void import_rows_init(struct import_rows *r);
void import_rows_fini(struct import_rows *r);
/* system: where they come from. */
MUST vg_code import_rows_put(struct store_tx *tx, const struct actor *who, const char *system, struct import_rows *r,
                             struct vg_err *err);

struct imported {
  char ref[48], source[96];
  vg_str title, description, resolution;
  vg_time opened, closed;
};
/* One case on its way in. words: those of its search, folded. */
struct keeper {
  struct store_tx *tx;
  const struct actor *who;
  const struct affair *a;
  const struct imported *c;
  enum import_form form;
  struct import_rows *rows;
  struct import_tally *tally;
  struct vg_buf *words;
};

/* The first of these members that is a text, not empty; "". */
vg_str import_text(vg_jv v, const char *const *keys);
/* The first that is a time: RFC 3339, the same without a zone (as UTC), a day, or milliseconds. */
vg_time import_time(vg_jv v, const char *const *keys);
#define TEXT_AT(v, ...) import_text((v), (const char *const[]){__VA_ARGS__, NULL})
#define TIME_AT(v, ...) import_time((v), (const char *const[]){__VA_ARGS__, NULL})

/* What tells of the case itself: the member "case" of DFIR-IRIS, else all. */
vg_jv import_about(enum import_form form, vg_jv root);
/* By what only one of them writes; IMPORT_ANY: neither, or both. */
enum import_form import_recognise(vg_jv root);
const char *import_system(enum import_form form); /* its name */
/* Id and title of an object, and what else its head says. */
MUST vg_code import_head(const struct import_order *o, vg_jv root, struct imported *c, struct vg_err *err);
/* One case into the rows; incident and id: numbers that are nobody's. org: territory_org_json of the order's. */
struct import_place {
  int64_t incident, id;
  struct vg_id pid; /* of the case */
  vg_str org, org_name;
};
MUST vg_code import_case(struct keeper *k, const struct import_order *o, const struct import_place *at, vg_jv root,
                         vg_str raw, struct vg_err *err);

/* The case's lists: what is told, by when it is known to have happened; indicators into the intelligence store, tasks.
 * Whatever else the object holds becomes findings too. */
MUST vg_code import_lists(const struct keeper *k, vg_jv root, struct vg_err *err);
MUST vg_code import_keep(const struct keeper *k, vg_str text, const struct finding_entry *told, struct vg_err *err);
MUST vg_code import_indicators(const struct keeper *k, vg_jv root, struct vg_err *err);

/*
 * What no reader asks for is written out, a line a member ("name: value"), members of members too. used: names that
 * were read already, ended by NULL. list: what counts in tally->left what is the other system's own book-keeping.
 */
void import_rest(const struct keeper *k, const char *list, vg_jv v, const char *const *used, struct vg_buf *out);
void import_left(const struct keeper *k, const char *list, vg_str name);

#endif
