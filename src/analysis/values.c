#include "analysis/analysis_internal.h"

#include <stdlib.h>

#include "base/grow.h"
#include "base/table.h"

struct row {
  int64_t offset, count, flags;
};

/* Keys of index: a byte of type, then the value; their order is that of the rows. */
struct values {
  struct vg_table *index;
  struct row *row;
  size_t room;
  struct vg_buf key;
  uint64_t base, from, to;
  bool more;
};

struct values *values_new(void) {
  struct values *v = calloc(1, sizeof *v);
  if (v)
    vg_buf_init(&v->key, 1 << 20);
  return v;
}

void values_free(struct values *v) {
  if (!v)
    return;
  vg_table_free(v->index);
  vg_buf_fini(&v->key);
  free(v->row);
  free(v);
}

static bool grow(struct values *v, struct vg_err *err) {
  if (!v->index && vg_table_new(&v->index, VALUES_MOST, err) != VG_OK)
    return false;
  return VG_GROW(v->row, vg_table_count(v->index), v->room, 32);
}

static vg_code on_value(void *ctx, const struct intel_hit *h, struct vg_err *err) {
  struct values *v = ctx;
  uint64_t at = v->base + h->offset, i;
  if (at < v->from || at >= v->to || v->more)
    return VG_OK;
  vg_buf_reset(&v->key);
  vg_buf_byte(&v->key, (unsigned)h->type);
  vg_buf_str(&v->key, h->value);
  if (v->index && vg_table_get(v->index, vg_buf_view(&v->key), &i)) {
    v->row[i].count++;
    v->row[i].flags |= h->flags;
    return VG_OK;
  }
  if (!grow(v, err) || vg_table_count(v->index) == VALUES_MOST) {
    v->more = true;
    return VG_OK;
  }
  i = vg_table_count(v->index);
  VG_TRY(vg_table_put(v->index, vg_buf_view(&v->key), i, err));
  v->row[i] = (struct row){(int64_t)at, 1, h->flags};
  return VG_OK;
}

void values_search(struct values *v, vg_str bytes, bool text, uint64_t base, uint64_t from, uint64_t to) {
  struct vg_err err = {0};
  struct intel_extract_options o = {.types = INTEL_TYPES_STRONG, .binary = !text};
  v->base = base;
  v->from = from;
  v->to = to;
  if (intel_extract(bytes, &o, on_value, v, &err) != VG_OK)
    v->more = true;
}

bool values_tell(struct values *v, values_sink *sink, void *ctx) {
  bool all = !v->more;
  for (size_t i = 0; v->index && i < vg_table_count(v->index); i++) {
    vg_str key;
    uint64_t place;
    vg_table_entry(v->index, i, &key, &place);
    struct found_indicator f = {.type = vg_str_z(intel_type_name((enum indicator_type)(unsigned char)key.p[0])),
                                .value = vg_str_sub(key, 1, key.n),
                                .offset = v->row[i].offset,
                                .count = v->row[i].count,
                                .flags = v->row[i].flags};
    sink(ctx, &f);
  }
  vg_table_free(v->index);
  v->index = NULL;
  v->more = false;
  return all;
}
