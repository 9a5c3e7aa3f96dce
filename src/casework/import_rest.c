/*
 * Members of an exported object that no reader asks for: nothing that somebody wrote is lost. Own fields have forms of
 * their own: DFIR-IRIS {"Tab": {"Field": {"type", "value"}}}, TheHive [{"name", "value"}] or {"field": {"string":
 * "x", "order": 0}}.
 */
#include "casework/import_internal.h"

#include <stdio.h>
#include <string.h>

enum { DEEP = 6, NAME_MAX_ = 200 };

void import_left(const struct keeper *k, const char *list, vg_str name) {
  struct import_tally *t = k->tally;
  char path[sizeof t->left[0].path];
  snprintf(path, sizeof path, "%s%s%.*s", list, *list ? "." : "", (int)(name.n < 60 ? name.n : 60), name.p);
  size_t i = 0;
  while (i < t->lefts && strcmp(t->left[i].path, path) != 0)
    i++;
  if (i == t->lefts && t->lefts < VG_COUNT(t->left))
    memcpy(t->left[t->lefts++].path, path, sizeof path);
  if (i < t->lefts)
    t->left[i].count++;
  else
    t->left_others++;
}

static bool ends(vg_str s, const char *with) {
  size_t n = strlen(with);
  return s.n > n && vg_str_eqz(vg_str_sub(s, s.n - n, n), with);
}

/* Ids, numbers of order and marks of the other system's pages: they say nothing outside of it. */
static bool book_keeping(vg_str name) {
  static const char *const own[] = {"id", "uuid", "order", "flag", "modification_history", "light_asset_description"};
  for (size_t i = 0; i < VG_COUNT(own); i++)
    if (vg_str_eqz(name, own[i]))
      return true;
  return (name.n && name.p[0] == '_') || ends(name, "_id") || ends(name, "_uuid");
}

static bool is_used(vg_str name, const char *const *used) {
  for (; used && *used; used++)
    if (vg_str_eqz(name, *used))
      return true;
  return false;
}

static bool empty(vg_jv v) {
  vg_str s;
  bool b;
  switch (vg_jv_type(v)) {
  case VG_J_MISSING:
  case VG_J_NULL: return true;
  case VG_J_BOOL: return vg_jv_bool(v, &b) && !b;
  case VG_J_STR: return vg_jv_str(v, &s) && vg_str_trim(s).n == 0;
  case VG_J_ARR:
  case VG_J_OBJ: return vg_jv_count(v) == 0;
  case VG_J_INT:
  case VG_J_NUM: break;
  }
  return false;
}

static bool plain(vg_jv v) { return vg_jv_type(v) != VG_J_ARR && vg_jv_type(v) != VG_J_OBJ; }

/* Milliseconds where the name says that it is a time. */
static void put_value(struct vg_buf *out, vg_str name, vg_jv v) {
  char text[VG_TIME_TEXT];
  vg_str s;
  int64_t n;
  bool dated = vg_str_find(name, VG_STR("ate"), 0) != SIZE_MAX || ends(name, "At");
  if (vg_jv_str(v, &s))
    vg_buf_str(out, vg_str_trim(s));
  else if (dated && vg_jv_i64(v, &n) && n > 100000000000 && n < INT64_MAX / 1000000)
    vg_buf_z(out, vg_time_text(text, n * 1000000, false));
  else
    vg_json_canonical(v, out);
}

struct rest {
  const struct keeper *k;
  const char *list;
  const char *const *used;
  struct vg_buf *out;
};

static void put_line(const struct rest *r, vg_str prefix, vg_str name, vg_jv v) {
  if (r->out->n)
    vg_buf_byte(r->out, '\n');
  vg_buf_str(r->out, prefix);
  vg_buf_str(r->out, name);
  vg_buf_z(r->out, ": ");
  put_value(r->out, name, v);
}

static void walk(const struct rest *r, vg_str prefix, vg_jv v, int depth);

/* Names are parted so that none reads as a domain's. "a, b" of a list of plain values; else what is in it, one after
 * the other. */
static void put_list(const struct rest *r, vg_str prefix, vg_str name, vg_jv v, int depth) {
  char inner[NAME_MAX_];
  struct vg_jit it;
  vg_jv one;
  bool all_plain = true, first = true;
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &one);)
    all_plain = all_plain && plain(one);
  snprintf(inner, sizeof inner, "%.*s%.*s / ", (int)prefix.n, prefix.p, (int)(name.n < 60 ? name.n : 60), name.p);
  for (vg_jit_init(&it, v); vg_jit_next(&it, NULL, &one);) {
    if (empty(one))
      continue;
    if (!plain(one))
      walk(r, vg_str_z(inner), one, depth + 1);
    else if (first || !all_plain)
      put_line(r, prefix, name, one);
    else {
      vg_buf_z(r->out, ", ");
      put_value(r->out, name, one);
    }
    first = false;
  }
}

/* The value of a field of one's own, by the other system's forms; false: it is no such field. */
static bool own_value(vg_jv v, vg_jv *value) {
  static const char *const typed[] = {"string", "integer", "float", "date", "boolean", "url"};
  *value = vg_jv_at(v, "value");
  if (vg_jv_type(*value) != VG_J_MISSING)
    return true;
  for (size_t i = 0; i < VG_COUNT(typed); i++) {
    *value = vg_jv_at(v, typed[i]);
    if (vg_jv_type(*value) != VG_J_MISSING)
      return true;
  }
  return false;
}

static void own_fields(const struct rest *r, vg_str prefix, vg_jv v, int depth) {
  struct vg_jit it;
  vg_str key, name;
  vg_jv one, value;
  char inner[NAME_MAX_];
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);) {
    name = key.n ? key : VG_STR("");
    if (vg_jv_type(one) == VG_J_OBJ && own_value(one, &value)) {
      if (!vg_jv_str_at(one, "name", &name))
        name = key;
      if (empty(value))
        continue;
      if (plain(value))
        put_line(r, prefix, name, value);
      else
        put_list(r, prefix, name, value, depth + 1);
      continue;
    }
    if (vg_jv_type(one) == VG_J_OBJ && depth < DEEP) {
      snprintf(inner, sizeof inner, "%.*s%.*s / ", (int)prefix.n, prefix.p, (int)(name.n < 60 ? name.n : 60), name.p);
      own_fields(r, vg_str_z(inner), one, depth + 1);
    } else if (!empty(one) && plain(one)) {
      put_line(r, prefix, name, one);
    } else if (!empty(one)) {
      import_left(r->k, r->list, name);
    }
  }
}

static bool own(vg_str name) {
  return vg_str_eqz(name, "custom_attributes") || vg_str_eqz(name, "customFields") ||
         vg_str_eqz(name, "customFieldValues");
}

static void walk(const struct rest *r, vg_str prefix, vg_jv v, int depth) {
  struct vg_jit it;
  vg_str name;
  vg_jv one;
  char inner[NAME_MAX_];
  for (vg_jit_init(&it, v); vg_jit_next(&it, &name, &one);) {
    if (empty(one) || (depth == 0 && is_used(name, r->used)))
      continue;
    if (book_keeping(name) || depth > DEEP || prefix.n > NAME_MAX_ / 2) {
      import_left(r->k, r->list, name);
    } else if (own(name)) {
      own_fields(r, prefix, one, depth);
    } else if (vg_jv_type(one) == VG_J_ARR) {
      put_list(r, prefix, name, one, depth);
    } else if (vg_jv_type(one) == VG_J_OBJ) {
      snprintf(inner, sizeof inner, "%.*s%.*s / ", (int)prefix.n, prefix.p, (int)(name.n < 60 ? name.n : 60), name.p);
      walk(r, vg_str_z(inner), one, depth + 1);
    } else {
      put_line(r, prefix, name, one);
    }
  }
}

void import_rest(const struct keeper *k, const char *list, vg_jv v, const char *const *used, struct vg_buf *out) {
  walk(&(struct rest){k, list, used, out}, VG_STR(""), v, 0);
}
