/* What STIX patterns are matched against: observed data and the objects that it shows, out of bundles, arrays or JSON
 * Lines. */
#include "base/grow.h"
#include "intel/pattern_match.h"

#include <stdlib.h>
#include <string.h>

static vg_code put_object(struct observed *o, vg_str scope, vg_str id, vg_jv v, struct vg_err *err) {
  struct vg_buf key;
  if (!VG_GROW(o->object, o->objects, o->object_cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&key, 1 << 20);
  vg_buf_str(&key, scope);
  vg_buf_byte(&key, 0);
  vg_buf_str(&key, id);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = vg_table_put(o->by_id, vg_buf_view(&key), o->objects, err);
  vg_buf_fini(&key);
  o->object[o->objects++] = v;
  return rc;
}

bool observed_find(const struct observed *o, vg_str scope, vg_str id, vg_jv *out) {
  struct vg_buf key;
  uint64_t at = 0;
  vg_buf_init(&key, 1 << 20);
  vg_buf_str(&key, scope);
  vg_buf_byte(&key, 0);
  vg_buf_str(&key, id);
  bool found = !key.bad && vg_table_get(o->by_id, vg_buf_view(&key), &at);
  vg_buf_fini(&key);
  if (found)
    *out = o->object[at];
  return found;
}

static vg_code time_at(vg_jv v, const char *key, vg_time *out, struct vg_err *err) {
  vg_str text;
  if (!vg_jv_str_at(v, key, &text) || !vg_time_parse(text, out))
    return VG_FAIL(err, VG_EDATA, "intel.match_observed", key);
  return VG_OK;
}

/* An observed-data object; its embedded objects (STIX 2.0) are known by their keys, in a scope of its own. */
static vg_code put_observation(struct observed *o, vg_jv v, struct vg_err *err) {
  struct observation one = {.v = v, .count = 1};
  struct vg_jit it;
  vg_jv object;
  vg_str key;
  VG_TRY(time_at(v, "first_observed", &one.first, err));
  VG_TRY(time_at(v, "last_observed", &one.last, err));
  if (vg_jv_i64_at(v, "number_observed", &one.count) && one.count < 1)
    one.count = 1;
  if (one.last < one.first)
    one.last = one.first;
  if (!VG_GROW(o->seen, o->n, o->seen_cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  memcpy(one.scope, &o->n, sizeof o->n);
  o->seen[o->n++] = one;
  const struct observation *kept = &o->seen[o->n - 1];
  for (vg_jit_init(&it, vg_jv_at(v, "objects")); vg_jit_next(&it, &key, &object);)
    VG_TRY(put_object(o, vg_str_n(kept->scope, sizeof kept->scope), key, object, err));
  return VG_OK;
}

static vg_code put_any(struct observed *o, vg_jv v, int depth, struct vg_err *err) {
  struct vg_jit it;
  vg_jv kid;
  vg_str type, id;
  if (vg_jv_type(v) == VG_J_ARR && depth < 3) {
    for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &kid);)
      VG_TRY(put_any(o, kid, depth + 1, err));
    return VG_OK;
  }
  if (!vg_jv_str_at(v, "type", &type))
    return VG_FAIL(err, VG_EDATA, "intel.no_type");
  if (vg_str_eqz(type, "bundle"))
    return vg_jv_type(vg_jv_at(v, "objects")) == VG_J_ARR ? put_any(o, vg_jv_at(v, "objects"), depth, err) : VG_OK;
  if (vg_str_eqz(type, "observed-data"))
    VG_TRY(put_observation(o, v, err));
  return vg_jv_str_at(v, "id", &id) ? put_object(o, VG_STR(""), id, v, err) : VG_OK;
}

static int by_time(const void *a, const void *b) {
  const struct observation *x = a, *y = b;
  return x->first != y->first ? (x->first < y->first ? -1 : 1) : x->last < y->last ? -1 : x->last > y->last;
}

vg_code observed_read(struct observed *o, vg_str text, struct vg_err *err) {
  vg_jv root;
  vg_str rest = text, line;
  *o = (struct observed){0};
  VG_TRY(vg_table_new(&o->by_id, SIZE_MAX / 64, err));
  /* One JSON value, or else JSON Lines: each line keeps its own reader, since what it read stays borrowed. */
  if (!VG_GROW(o->reader, 0, o->reader_cap, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  VG_TRY(vg_json_new(&o->reader[o->readers], err));
  o->readers++;
  vg_code rc = vg_json_parse(o->reader[0], text, &root, err);
  if (rc == VG_OK) {
    VG_TRY(put_any(o, root, 0, err));
  } else if (rc == VG_EDATA && vg_str_find_byte(vg_str_trim(text), '\n', 0) != SIZE_MAX) {
    struct vg_err first = {0};
    for (int64_t n = 1; rest.n && vg_str_line(&rest, &line); n++) {
      if (vg_str_trim(line).n == 0)
        continue;
      if (!VG_GROW(o->reader, o->readers, o->reader_cap, 64))
        return VG_FAIL(err, VG_ENOMEM, "base.memory");
      VG_TRY(vg_json_new(&o->reader[o->readers], err));
      o->readers++;
      if (vg_json_parse(o->reader[o->readers - 1], line, &root, &first) != VG_OK)
        return rc; /* not JSON Lines either: what was said of the whole is the truer word */
      VG_TRY(put_any(o, root, 0, err));
    }
    vg_err_clear(err);
  } else {
    return rc;
  }
  if (o->n)
    qsort(o->seen, o->n, sizeof *o->seen, by_time);
  return VG_OK;
}

void observed_fini(struct observed *o) {
  for (size_t i = 0; i < o->readers; i++)
    vg_json_free(o->reader[i]);
  free(o->reader);
  vg_table_free(o->by_id);
  free(o->object);
  free(o->seen);
  *o = (struct observed){0};
}
