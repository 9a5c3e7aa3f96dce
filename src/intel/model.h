#ifndef VG_INTEL_MODEL_H
#define VG_INTEL_MODEL_H
/* The shape of STIX 2.1 objects as data (data/stix/model.txt, whose head explains the notation), read once. Of this
 * room only. */
#include "intel/intel_internal.h"

struct words {
  vg_str name, code, list; /* list: comma-separated */
};
enum prop_kind {
  K_ANY,
  K_TEXT,
  K_INT,
  K_INT0,
  K_INT1,
  K_INT9,
  K_PORT,
  K_PERCENT,
  K_NUMBER,
  K_LAT,
  K_LON,
  K_BOOL,
  K_TIME,
  K_TIME_MS,
  K_TIME_S,
  K_HEX,
  K_BINARY,
  K_URI,
  K_DICT,
  K_HASHES,
  K_REF,
  K_REF_OF,
  K_REF_NOT,
  K_SHAPE,
  K_CLOSED,
  K_OPEN,
  K_MIME,
  K_MIME_SHOULD,
  K_CHARSET,
  K_LANG,
  K_LANG3,
  K_CPE,
  K_EMAIL,
  K_IPV4,
  K_IPV6,
  K_MAC,
  K_DOMAIN,
  K_HKEY,
  K_VERB,
  K_COUNTRY,
  K_PROTOCOL,
  K_PRIORITY,
  K_PDF,
  K_HEADERS,
  K_SOCKOPT,
  K_IPFIX,
  K_EXTENSIONS,
  K_CHAIN,
  K_PRODUCT,
  K_ANY_OF
};
struct prop {
  vg_str name, arg; /* arg: what stands in brackets, or the names of any: */
  enum prop_kind kind;
  bool must, list, may_be_empty;
};
struct shape {
  vg_str name, set; /* set of a T; extension of an X in `name`, its type in `set` */
  char letter;      /* C S T X */
  struct prop *v;
  size_t n;
};
const struct shape *model_shape(char letter, vg_str name);
const struct shape *model_extension(vg_str type, vg_str name);
const struct prop *model_prop(const struct shape *s, vg_str name);
const struct words *model_words(char letter, vg_str name);
bool model_lists(const struct words *w, vg_str word, bool any_case);
/* Properties that make the deterministic id of a type, separated by spaces; empty when there are none. */
vg_str model_id_properties(vg_str type);
/* Is there a relationship of the standard from source by verb to target? */
bool model_relates(vg_str source, vg_str verb, vg_str target);

/* UUIDv5 of a cyber-observable object (section 2.9 of the standard). false: nothing in it contributes. */
bool intel_sco_id(vg_jv object, struct vg_id *out);

/* One issue of an object that is being checked. */
struct check {
  const struct intel_check_options *o;
  intel_issue_sink *issue;
  void *ctx;
  vg_jv object;
  vg_str type, id;
  const struct shape *shape; /* NULL: a custom type */
  bool old;                  /* STIX 2.0, said or implied */
  bool toplevel, new_type;   /* extension types that are present */
  bool in_bundle, bundle_says_version;
  int64_t errors, warnings;
  char path[1024]; /* of the property being looked at */
};
/* A MUST that is broken. words[0] is the message id; the property's path is put in as its first argument. */
void check_must(struct check *c, const char *id, vg_str arg);
/* A SHOULD, known by the name with which it can be switched off. */
void check_should(struct check *c, const char *code, const char *id, vg_str arg);
bool check_wants(const struct check *c, const char *code);
void check_value(struct check *c, const struct prop *p, vg_jv v);
void check_shape(struct check *c, const struct shape *s, const struct shape *set, vg_jv o, bool nested);
void check_rules(struct check *c);
/* A property or pattern path that the standard does not know. */
void check_custom(struct check *c, vg_str name, bool nested);
/* Appends ".name" or "[i]" to the path; returns the length to put back. */
size_t check_enter(struct check *c, vg_str name, size_t index);
void check_leave(struct check *c, size_t length);
bool check_id_form(vg_str id);
bool check_type_name(vg_str name);
int intel_time_order(vg_str a, vg_str b); /* of two timestamps as texts */

#endif
