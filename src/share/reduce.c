#include "share/share_internal.h"

#include "base/jsonw.h"
#include "base/table.h"

enum { PATH_MAX_BYTES = 1024, DEPTH_MAX = 60, UNMET = 1, MET };

/* The properties that make an object what it is: without one of them nothing goes. Common ones first, then by type
 * (STIX 2.1, 4 and 5). */
static const char *const common[] = {
    "type", "id", "spec_version", "created", "modified", "object_marking_refs", "granular_markings"};
static const struct {
  const char *type, *property;
} needed[] = {
    {"attack-pattern", "name"},
    {"campaign", "name"},
    {"course-of-action", "name"},
    {"grouping", "context"},
    {"grouping", "object_refs"},
    {"identity", "name"},
    {"indicator", "pattern"},
    {"indicator", "pattern_type"},
    {"indicator", "valid_from"},
    {"infrastructure", "name"},
    {"intrusion-set", "name"},
    {"malware", "is_family"},
    {"malware-analysis", "product"},
    {"note", "content"},
    {"note", "object_refs"},
    {"observed-data", "first_observed"},
    {"observed-data", "last_observed"},
    {"observed-data", "number_observed"},
    {"observed-data", "object_refs"},
    {"opinion", "opinion"},
    {"opinion", "object_refs"},
    {"relationship", "relationship_type"},
    {"relationship", "source_ref"},
    {"relationship", "target_ref"},
    {"report", "name"},
    {"report", "published"},
    {"report", "object_refs"},
    {"sighting", "sighting_of_ref"},
    {"threat-actor", "name"},
    {"tool", "name"},
    {"vulnerability", "name"},
    {"ipv4-addr", "value"},
    {"ipv6-addr", "value"},
    {"domain-name", "value"},
    {"url", "value"},
    {"email-addr", "value"},
    {"mutex", "name"},
    {"autonomous-system", "number"},
    {"mac-addr", "value"},
    {"windows-registry-key", "key"},
    {"directory", "path"},
    {"software", "name"},
};

static bool is_needed(vg_str type, vg_str property) {
  for (size_t i = 0; i < VG_COUNT(common); i++)
    if (vg_str_eqz(property, common[i]))
      return true;
  for (size_t i = 0; i < VG_COUNT(needed); i++)
    if (vg_str_eqz(type, needed[i].type) && vg_str_eqz(property, needed[i].property))
      return true;
  return false;
}

struct cut {
  struct vg_table *gone; /* selectors that may not go: UNMET or MET */
  vg_str type;
  char path[PATH_MAX_BYTES];
};

static bool is_gone(const struct cut *c, vg_str path) {
  uint64_t v;
  return vg_table_get(c->gone, path, &v);
}

static size_t path_key(char path[static PATH_MAX_BYTES], size_t n, vg_str key) {
  if (n + key.n + 2 > PATH_MAX_BYTES)
    return n;
  if (n)
    path[n++] = '.';
  for (size_t i = 0; i < key.n; i++)
    path[n++] = key.p[i];
  return n;
}

static size_t path_index(char path[static PATH_MAX_BYTES], size_t n, size_t index) {
  struct vg_buf b;
  vg_buf_init(&b, 32);
  vg_buf_fmt(&b, "[%zu]", index);
  n = path_key(path, n, vg_buf_view(&b));
  vg_buf_fini(&b);
  return n;
}

/* Elements that go make the later ones move up: a selector that stays is renumbered. */
static void renumber(const struct cut *c, vg_str selector, struct vg_buf *out) {
  char seen[PATH_MAX_BYTES];
  size_t n = 0;
  vg_str rest = selector, part;
  bool first = true;
  while (vg_str_cut(&rest, '.', &part)) {
    uint64_t index = 0, before = 0;
    if (!first)
      vg_buf_byte(out, '.');
    first = false;
    if (part.n > 2 && part.p[0] == '[' && vg_str_u64(vg_str_sub(part, 1, part.n - 2), &index)) {
      for (uint64_t i = 0; i < index && i < 100000; i++) {
        char sibling[PATH_MAX_BYTES];
        for (size_t k = 0; k < n; k++)
          sibling[k] = seen[k];
        size_t m = path_index(sibling, n, (size_t)i);
        before += is_gone(c, vg_str_n(sibling, m));
      }
      vg_buf_fmt(out, "[%llu]", (unsigned long long)(index - before));
    } else {
      vg_buf_str(out, part);
    }
    n = path_key(seen, n, part);
  }
}

/* A selector inside a part that goes has nothing left to mark. */
static bool under_gone(const struct cut *c, vg_str selector) {
  for (size_t i = 0; i <= selector.n; i++)
    if ((i == selector.n || selector.p[i] == '.') && is_gone(c, vg_str_sub(selector, 0, i)))
      return true;
  return false;
}

static void write_value(struct cut *c, struct vg_jw *w, vg_jv v, size_t n);

/* How many selectors of an entry still point at something. */
static size_t selectors_left(const struct cut *c, vg_jv entry) {
  struct vg_jit it;
  vg_jv sel;
  vg_str s;
  size_t left = 0;
  vg_jit_init(&it, vg_jv_at(entry, "selectors"));
  while (vg_jit_next(&it, NULL, &sel))
    left += vg_jv_str(sel, &s) && !under_gone(c, s);
  return left;
}

static size_t entries_left(const struct cut *c, vg_jv list) {
  struct vg_jit it;
  vg_jv entry;
  size_t left = 0;
  vg_jit_init(&it, list);
  while (vg_jit_next(&it, NULL, &entry))
    left += selectors_left(c, entry) > 0;
  return left;
}

static void write_selectors(const struct cut *c, struct vg_jw *w, vg_jv list) {
  struct vg_jit it;
  vg_jv sel;
  vg_str s;
  vg_jw_arr(w);
  vg_jit_init(&it, list);
  while (vg_jit_next(&it, NULL, &sel)) {
    struct vg_buf moved;
    vg_buf_init(&moved, 4096);
    if (vg_jv_str(sel, &s) && !under_gone(c, s)) {
      renumber(c, s, &moved);
      vg_jw_str(w, vg_buf_view(&moved));
    }
    vg_buf_fini(&moved);
  }
  vg_jw_end(w);
}

static void write_granular(struct cut *c, struct vg_jw *w, vg_jv list) {
  struct vg_jit each, in;
  vg_jv entry, val;
  vg_str key;
  vg_jw_arr(w);
  vg_jit_init(&each, list);
  while (vg_jit_next(&each, NULL, &entry)) {
    if (!selectors_left(c, entry))
      continue;
    vg_jw_obj(w);
    vg_jit_init(&in, entry);
    while (vg_jit_next(&in, &key, &val)) {
      vg_jw_keys(w, key);
      if (vg_str_eqz(key, "selectors"))
        write_selectors(c, w, val);
      else
        write_value(c, w, val, PATH_MAX_BYTES);
    }
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

static size_t kept(struct cut *c, vg_jv list, size_t n, bool obj) {
  struct vg_jit it;
  vg_str key;
  vg_jv child;
  size_t i = 0, count = 0;
  vg_jit_init(&it, list);
  while (vg_jit_next(&it, &key, &child)) {
    size_t m = obj ? path_key(c->path, n, key) : path_index(c->path, n, i);
    count += !is_gone(c, vg_str_n(c->path, m));
    i++;
  }
  return count;
}

/* n: length of the path of v in c->path; PATH_MAX_BYTES: below here nothing is cut. */
static void write_value(struct cut *c, struct vg_jw *w, vg_jv v, size_t n) {
  struct vg_jit it;
  vg_str key, s;
  vg_jv child;
  int64_t integer = 0;
  double number = 0;
  bool yes = false, cut = n < PATH_MAX_BYTES;
  size_t i = 0;
  switch (vg_jv_type(v)) {
  case VG_J_OBJ:
  case VG_J_ARR: {
    bool obj = vg_jv_type(v) == VG_J_OBJ;
    if (obj)
      vg_jw_obj(w);
    else
      vg_jw_arr(w);
    vg_jit_init(&it, v);
    for (; vg_jit_next(&it, &key, &child); i++) {
      size_t m = !cut ? n : obj ? path_key(c->path, n, key) : path_index(c->path, n, i);
      if (cut && is_gone(c, vg_str_n(c->path, m)))
        continue;
      /* A list or dictionary that would be left empty goes too: STIX 2.1, 2.5 allows no empty ones. */
      enum vg_jtype t = vg_jv_type(child);
      if (cut && (t == VG_J_ARR || t == VG_J_OBJ) && vg_jv_count(child) && !kept(c, child, m, t == VG_J_OBJ))
        continue;
      bool granular = obj && n == 0 && vg_str_eqz(key, "granular_markings");
      if (granular && !entries_left(c, child))
        continue;
      if (obj)
        vg_jw_keys(w, key);
      if (granular)
        write_granular(c, w, child);
      else
        write_value(c, w, child, m);
    }
    vg_jw_end(w);
    break;
  }
  case VG_J_STR: vg_jw_str(w, vg_jv_str(v, &s) ? s : VG_STR("")); break;
  case VG_J_INT:
    vg_jv_i64(v, &integer) ? vg_jw_int(w, integer) : (void)(vg_jv_f64(v, &number), vg_jw_num(w, number));
    break;
  case VG_J_NUM: (void)vg_jv_f64(v, &number), vg_jw_num(w, number); break;
  case VG_J_BOOL: (void)vg_jv_bool(v, &yes), vg_jw_bool(w, yes); break;
  case VG_J_NULL:
  case VG_J_MISSING: vg_jw_null(w); break;
  }
}

static bool too_deep(vg_jv v, int depth) {
  struct vg_jit it;
  vg_jv child;
  if (vg_jv_type(v) != VG_J_OBJ && vg_jv_type(v) != VG_J_ARR)
    return false;
  if (depth > DEPTH_MAX)
    return true;
  vg_jit_init(&it, v);
  while (vg_jit_next(&it, NULL, &child))
    if (too_deep(child, depth + 1))
      return true;
  return false;
}

/* The selectors of one entry; *clear false: one is no text, or names a part that the object needs. */
static vg_code take_selectors(struct cut *c, vg_jv list, bool *clear, struct vg_err *err) {
  struct vg_jit it;
  vg_jv sel;
  vg_str s;
  if (vg_jv_type(list) != VG_J_ARR)
    *clear = false;
  vg_jit_init(&it, list);
  while (*clear && vg_jit_next(&it, NULL, &sel)) {
    if (!vg_jv_str(sel, &s)) {
      *clear = false;
      break;
    }
    size_t dot = vg_str_find_byte(s, '.', 0);
    *clear = !is_needed(c->type, vg_str_sub(s, 0, dot == SIZE_MAX ? s.n : dot));
    VG_TRY(vg_table_put(c->gone, s, UNMET, err));
  }
  return VG_OK;
}

/* *clear false: an entry cannot be read, or marks what cannot be cut out. A lang entry marks no one out. */
static vg_code gather(vg_jv list, struct cut *c, share_marking_ok *ok, void *ctx, bool *clear, struct vg_err *err) {
  struct vg_jit it;
  vg_jv entry;
  vg_str ref;
  if (vg_jv_type(list) != VG_J_ARR)
    *clear = false;
  vg_jit_init(&it, list);
  while (*clear && vg_jit_next(&it, NULL, &entry)) {
    if (vg_jv_str_at(entry, "marking_ref", &ref)) {
      if (!ok(ctx, ref))
        VG_TRY(take_selectors(c, vg_jv_at(entry, "selectors"), clear, err));
    } else {
      *clear = vg_jv_type(vg_jv_at(entry, "marking_ref")) == VG_J_MISSING && vg_jv_str_at(entry, "lang", &ref);
    }
  }
  return VG_OK;
}

/* How many of the selectors point at something below v, whose path is the first n characters of c->path. */
static vg_code meet(struct cut *c, vg_jv v, size_t n, size_t *met, struct vg_err *err) {
  struct vg_jit it;
  vg_str key;
  vg_jv child;
  uint64_t state;
  bool obj = vg_jv_type(v) == VG_J_OBJ;
  if (!obj && vg_jv_type(v) != VG_J_ARR)
    return VG_OK;
  vg_jit_init(&it, v);
  for (size_t i = 0; vg_jit_next(&it, &key, &child); i++) {
    size_t m = obj ? path_key(c->path, n, key) : path_index(c->path, n, i);
    vg_str path = vg_str_n(c->path, m);
    if (vg_table_get(c->gone, path, &state) && state == UNMET) {
      VG_TRY(vg_table_put(c->gone, path, MET, err));
      ++*met;
    }
    VG_TRY(meet(c, child, m, met, err));
  }
  return VG_OK;
}

/* Markings that stand twice say two things: which of them is meant nobody knows. */
static bool marked_once(vg_jv object) {
  struct vg_jit it;
  vg_str key;
  vg_jv v;
  int whole = 0, parts = 0;
  vg_jit_init(&it, object);
  while (vg_jit_next(&it, &key, &v)) {
    whole += vg_str_eqz(key, "object_marking_refs");
    parts += vg_str_eqz(key, "granular_markings");
  }
  return whole < 2 && parts < 2;
}

/* What we cannot address we cannot cut out: a selector that points at nothing withholds all. */
static vg_code cut_out(struct cut *c, vg_jv object, struct vg_buf *out, enum share_reduction *how, struct vg_err *err) {
  struct vg_jw w;
  size_t met = 0;
  *how = SHARE_WITHHELD;
  if (too_deep(object, 1))
    return VG_OK;
  VG_TRY(meet(c, object, 0, &met, err));
  if (met < vg_table_count(c->gone))
    return VG_OK;
  *how = SHARE_REDUCED;
  vg_jw_init(&w, out);
  write_value(c, &w, object, 0);
  return vg_buf_check(out, err);
}

vg_code share_reduce(vg_jv object, share_marking_ok *ok, void *ctx, struct vg_buf *out, enum share_reduction *how,
                     struct vg_err *err) {
  vg_code rc = VG_OK;
  struct cut c = {0};
  vg_jv list = vg_jv_at(object, "granular_markings");
  bool clear = marked_once(object);
  *how = clear ? SHARE_WHOLE : SHARE_WITHHELD;
  (void)vg_jv_str_at(object, "type", &c.type);
  if (!clear || vg_jv_type(list) == VG_J_MISSING)
    return VG_OK;
  VG_TRY(vg_table_new(&c.gone, 100000, err));
  VG_GO(gather(list, &c, ok, ctx, &clear, err));
  if (!clear)
    *how = SHARE_WITHHELD;
  else if (vg_table_count(c.gone))
    VG_GO(cut_out(&c, object, out, how, err));
out:
  vg_table_free(c.gone);
  return rc;
}
