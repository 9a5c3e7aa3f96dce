#ifndef VG_INTEL_INTEL_INTERNAL_H
#define VG_INTEL_INTEL_INTERNAL_H
/* Shared by the files of this room only. */
#include "base/json.h"
#include "intel/intel.h"

/* A value cut out of a pattern or object; normalised. */
typedef vg_code found_sink(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err);
/* The literals of a STIX pattern's equality tests (`path = 'literal'`, `path IN ('a', 'b')`) whose path is one that we search for. */
vg_code intel_pattern_values(vg_str pattern, found_sink *sink, void *ctx, struct vg_err *err);
/* The type that a STIX object path stands for. */
bool intel_path_type(vg_str path, enum indicator_type *out);

/* Strictest marking named by object_marking_refs; *said tells whether there was any TLP. */
void intel_markings(vg_jv object, enum tlp *tlp, enum pap *pap, bool *said);

/* One import at work. */
struct import {
  struct store_tx *tx;
  struct intel_import *in;
  struct vg_json *json, *inner; /* inner: objects that a reader makes while json holds the source's */
};
void import_reject(struct import *im, const char *what, int64_t at, const struct vg_err *reason);
/* Stores one STIX object given as text, inside a savepoint; a bad one is rejected with its place and is no error here. */
vg_code import_object(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err);
vg_code import_stix(struct import *im, struct vg_err *err);
vg_code import_misp(struct import *im, struct vg_err *err);
vg_code import_csv(struct import *im, struct vg_err *err);
vg_code import_list(struct import *im, struct vg_err *err);
/* Makes and stores an indicator for one value that came without STIX. key: what makes its id (UUIDv5) the same next time. */
struct plain_indicator {
  enum indicator_type type;
  vg_str value, name, description, key;
  enum tlp tlp;
  enum pap pap;
  vg_time since; /* VG_NOTIME: now */
  int64_t at;
  const char *place_kind;
};
vg_code import_plain(struct import *im, const struct plain_indicator *p, struct vg_err *err);

#endif
