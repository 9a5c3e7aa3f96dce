#ifndef VG_PREVENTION_YAML_H
#define VG_PREVENTION_YAML_H
/*
 * One YAML document as a tree (libyaml), for the cell only. What makes YAML dangerous is refused: aliases (an entity
 * bomb needs them), more than YAML_DEPTH levels, more than YAML_NODES nodes, a second document. Scalars are text,
 * whatever they look like; tags are not looked at. A key that stands twice in a mapping is refused when it is asked
 * for. Texts live as long as the arena.
 */
#include "base/arena.h"

enum { YAML_DEPTH = 32, YAML_NODES = 500000 };

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };
struct yaml_item {
  enum yaml_kind kind;
  int64_t line; /* from 1 */
  vg_str text;
  struct yaml_item *first, *next; /* of a mapping: key, value, key, value */
};
/* VG_EDATA ("prevention.yaml", line, why): not such a document. VG_ELIMIT: the arena is full. */
MUST vg_code yaml_read(struct vg_arena *a, vg_str bytes, struct yaml_item **root, struct vg_err *err);
/* The value of a key; *out NULL when map is none, or has no such key. VG_EDATA: it stands there twice. */
MUST vg_code yaml_at(const struct yaml_item *map, const char *key, const struct yaml_item **out, struct vg_err *err);

#endif
