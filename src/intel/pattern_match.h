#ifndef VG_INTEL_PATTERN_MATCH_H
#define VG_INTEL_PATTERN_MATCH_H
/* Observed data as the pattern matcher sees it. */
#include "base/json.h"
#include "base/table.h"
#include "intel/pattern_internal.h"

struct observation {
  vg_jv v;
  vg_time first, last;
  int64_t count;              /* number_observed: it stands for so many */
  char scope[sizeof(size_t)]; /* of its embedded objects' keys */
};
struct observed {
  struct vg_json **reader;
  size_t readers, reader_cap;
  struct vg_table *by_id; /* scope, NUL, id -> index in object */
  vg_jv *object;
  size_t objects, object_cap;
  struct observation *seen; /* by first, then last */
  size_t n, seen_cap;
};
vg_code observed_read(struct observed *o, vg_str text, struct vg_err *err);
void observed_fini(struct observed *o);
bool observed_find(const struct observed *o, vg_str scope, vg_str id, vg_jv *out);

/* All groups of three bytes of some texts (NULL: no memory). _like, _regex: may one of them be what the test wants?
 * Both say yes when in doubt. */
struct text_groups;
struct text_groups *text_groups_new(void);
void text_groups_free(struct text_groups *g);
void text_groups_add(struct text_groups *g, vg_str text);
bool text_groups_like(const struct text_groups *g, vg_str pattern);
bool text_groups_regex(const struct text_groups *g, vg_str source);

/* Does the comparison hold for this object, as one root? */
vg_code pattern_holds(struct intel_pattern *p, struct pattern_node *n, const struct observed *o, vg_str scope,
                      vg_jv object, bool *holds, struct vg_err *err);
/* Which observations each [..] matches, then the search for a choice of them. */
vg_code pattern_search(struct intel_pattern *p, const struct observed *o, bool *match, struct vg_err *err);

#endif
