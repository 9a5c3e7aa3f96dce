#ifndef VG_CLI_QUERY_H
#define VG_CLI_QUERY_H
/* The options that say which objects of the intelligence store are meant: intel list, intel export, share publish. */
#include "cli/cli.h"
#include "intel/intel.h"

struct query_options {
  const char *type, *words, *source, *value, *tlp_min, *tlp_max;
  int64_t confidence;
  vg_time since, until;
  struct vg_buf normal; /* of the value: query_fini */
  char object[64];      /* the type of objects that `type` says: query_of */
};
#define QUERY_OPTIONS(o)                                                                                               \
  {"type", CLI_TEXT, &(o).type}, {"search", CLI_TEXT, &(o).words}, {"source", CLI_TEXT, &(o).source},                  \
      {"value", CLI_TEXT, &(o).value}, {"tlp-min", CLI_TEXT, &(o).tlp_min}, {"tlp-max", CLI_TEXT, &(o).tlp_max},       \
      {"confidence", CLI_INT, &(o).confidence}, {"since", CLI_TIME, &(o).since}, {                                     \
    "until", CLI_TIME, &(o).until                                                                                      \
  }
/* Into *q, which borrows from o. A type is taken by its name or the language's word; one that STIX does not know stays
 * as it is, for objects may have types of their maker's. CLI_OK or the status of a usage error. */
int query_of(struct cli *c, const struct cli_command *self, struct query_options *o, struct intel_query *q);
void query_fini(struct query_options *o);
/* Is this a type of STIX? */
bool query_type_known(const char *object);
/* Says that the word is no type, and which there are; the status of a usage error. */
int query_no_type(struct cli *c, const struct cli_command *self, const char *word);

#endif
