#include "prevention/yaml.h"

#include <yaml.h>

struct building {
  struct vg_arena *arena;
  struct yaml_item *open[YAML_DEPTH], *last[YAML_DEPTH]; /* last: the newest child of open */
  struct yaml_item *root;
  size_t depth, nodes;
  bool document, done;
};

static vg_code refuse(const yaml_event_t *e, const char *why, struct vg_err *err) {
  return VG_FAIL(err, VG_EDATA, "prevention.yaml", VG_N(e->start_mark.line + 1), why);
}

static vg_code add(struct building *b, const yaml_event_t *e, enum yaml_kind kind, struct vg_err *err) {
  struct yaml_item *i = b->nodes < YAML_NODES ? vg_arena_alloc(b->arena, sizeof *i) : NULL;
  if (!i)
    return VG_FAIL(err, VG_ELIMIT, "prevention.yaml_large", VG_N(YAML_NODES));
  b->nodes++;
  *i = (struct yaml_item){.kind = kind, .line = (int64_t)e->start_mark.line + 1};
  if (kind == YAML_TEXT) {
    i->text = vg_arena_str(b->arena, vg_str_n((const char *)e->data.scalar.value, e->data.scalar.length));
    if (!i->text.p)
      return VG_FAIL(err, VG_ELIMIT, "prevention.yaml_large", VG_N(YAML_NODES));
  }
  if (b->depth == 0)
    b->root = i;
  else if (b->last[b->depth - 1])
    b->last[b->depth - 1]->next = i;
  else
    b->open[b->depth - 1]->first = i;
  if (b->depth)
    b->last[b->depth - 1] = i;
  if (kind == YAML_TEXT)
    return VG_OK;
  if (b->depth == YAML_DEPTH)
    return refuse(e, "depth", err);
  b->open[b->depth] = i;
  b->last[b->depth++] = NULL;
  return VG_OK;
}

static vg_code take(struct building *b, const yaml_event_t *e, struct vg_err *err) {
  switch (e->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (b->document)
      return refuse(e, "second document", err);
    b->document = true;
    return VG_OK;
  case YAML_ALIAS_EVENT: return refuse(e, "alias", err);
  case YAML_SCALAR_EVENT: return add(b, e, YAML_TEXT, err);
  case YAML_SEQUENCE_START_EVENT: return add(b, e, YAML_LIST, err);
  case YAML_MAPPING_START_EVENT: return add(b, e, YAML_MAP, err);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: b->depth--; return VG_OK;
  case YAML_STREAM_END_EVENT: b->done = true; return VG_OK;
  case YAML_NO_EVENT:
  case YAML_STREAM_START_EVENT:
  case YAML_DOCUMENT_END_EVENT: break;
  }
  return VG_OK;
}

vg_code yaml_read(struct vg_arena *a, vg_str bytes, struct yaml_item **root, struct vg_err *err) {
  struct building b = {.arena = a};
  yaml_parser_t p;
  vg_code rc = VG_OK;
  if (!yaml_parser_initialize(&p))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  yaml_parser_set_input_string(&p, (const unsigned char *)(bytes.n ? bytes.p : ""), bytes.n);
  while (rc == VG_OK && !b.done) {
    yaml_event_t e;
    if (!yaml_parser_parse(&p, &e)) {
      rc = VG_FAIL(err, p.error == YAML_MEMORY_ERROR ? VG_ENOMEM : VG_EDATA, "prevention.yaml",
                   VG_N(p.problem_mark.line + 1), VG_T(vg_str_z(p.problem)));
      break;
    }
    rc = take(&b, &e, err);
    yaml_event_delete(&e);
  }
  yaml_parser_delete(&p);
  *root = b.root;
  if (rc == VG_OK && !b.root)
    rc = VG_FAIL(err, VG_EDATA, "prevention.yaml", VG_N(1), "empty");
  return rc;
}

vg_code yaml_at(const struct yaml_item *map, const char *key, const struct yaml_item **out, struct vg_err *err) {
  *out = NULL;
  if (!map || map->kind != YAML_MAP)
    return VG_OK;
  for (const struct yaml_item *k = map->first; k && k->next; k = k->next->next) {
    if (k->kind != YAML_TEXT || !vg_str_eqz(k->text, key))
      continue;
    if (*out)
      return VG_FAIL(err, VG_EDATA, "prevention.yaml", VG_N(k->line), "duplicate key");
    *out = k->next;
  }
  return VG_OK;
}
