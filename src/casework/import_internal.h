#ifndef VG_CASEWORK_IMPORT_INTERNAL_H
#define VG_CASEWORK_IMPORT_INTERNAL_H
/* Between the two files that read cases of other systems. */
#include "base/json.h"
#include "casework/casework_internal.h"

struct imported {
  char ref[48], source[96];
  vg_str title, description, resolution;
  vg_time opened, closed;
};
struct keeper {
  struct store_tx *tx;
  const struct actor *who;
  const struct affair *a;
  const struct imported *c;
  enum import_form form;
};

/* The first of these members that is a text, not empty; "". */
vg_str import_text(vg_jv v, const char *const *keys);
/* The first that is a time: RFC 3339, the same without a zone (as UTC), a day, or milliseconds. */
vg_time import_time(vg_jv v, const char *const *keys);
#define TEXT_AT(v, ...) import_text((v), (const char *const[]){__VA_ARGS__, NULL})
#define TIME_AT(v, ...) import_time((v), (const char *const[]){__VA_ARGS__, NULL})

/* The case's lists: what is told, by when it is known to have happened; indicators into the intelligence store, tasks.
 */
MUST vg_code import_lists(const struct keeper *k, vg_jv root, struct vg_err *err);
MUST vg_code import_keep(const struct keeper *k, vg_str title, vg_str more, struct finding_entry *f,
                         struct vg_err *err);

#endif
