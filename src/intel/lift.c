/* Objects of STIX 2.0 lifted to 2.1: names of properties, words of labels, patterns. */
#include "intel/lift.h"
#include "intel/model.h"

#include <stdio.h>
#include <stdlib.h>

vg_code lift_new(struct lift **out, struct vg_err *err) {
  struct lift *l = *out = calloc(1, sizeof *l);
  if (!l)
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  vg_buf_init(&l->texts, 4 * (size_t)INPUT_ELEMENT_MAX);
  VG_TRY(vg_arena_new(&l->arena, 4 * (size_t)INPUT_ELEMENT_MAX, err));
  return vg_json_new(&l->json, err);
}

void lift_free(struct lift *l) {
  if (!l)
    return;
  vg_buf_fini(&l->texts);
  vg_arena_free(l->arena);
  vg_json_free(l->json);
  free(l);
}

bool lift_wanted(vg_jv o) {
  vg_str type, version;
  if (!vg_jv_str_at(o, "type", &type) || vg_str_eqz(type, "bundle"))
    return false;
  if (vg_jv_type(vg_jv_at(o, "spec_version")) != VG_J_MISSING)
    return vg_jv_str_at(o, "spec_version", &version) && vg_str_eqz(version, "2.0");
  const struct shape *s = model_shape('T', type);
  return s ? !vg_str_eqz(s->set, "sco") : vg_jv_type(vg_jv_at(o, "created")) != VG_J_MISSING;
}

vg_str lift_name(vg_str type, vg_str name) {
  static const struct {
    const char *type, *from, *to;
  } names[] = {
      {"directory", "created", "ctime"},
      {"directory", "modified", "mtime"},
      {"directory", "accessed", "atime"},
      {"file", "created", "ctime"},
      {"file", "modified", "mtime"},
      {"file", "accessed", "atime"},
      {"file", "is_encrypted", "x_is_encrypted"},
      {"file", "encryption_algorithm", "x_encryption_algorithm"},
      {"file", "decryption_key", "x_decryption_key"},
      {"process", "created", "created_time"},
      {"process", "binary_ref", "image_ref"},
      {"process", "name", "x_name"},
      {"process", "arguments", "x_arguments"},
      {"user-account", "password_last_changed", "credential_last_changed"},
      {"windows-registry-key", "modified", "modified_time"},
      {"archive-ext", "version", "x_version"},
      {"raster-image-ext", "image_compression_algorithm", "x_image_compression_algorithm"},
      {"socket-ext", "protocol_family", "x_protocol_family"},
      {"hashes", "ssdeep", "SSDEEP"},
  };
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (vg_str_eqz(name, names[i].from) && vg_str_eqz(type, names[i].type))
      return vg_str_z(names[i].to);
  return name;
}

void lift_tell(const struct lift *l, const char *id, vg_str a, vg_str b) {
  struct vg_err what = {0};
  if (!l->note)
    return;
  (void)VG_FAIL(&what, VG_EDATA, id, VG_T(a), VG_T(b));
  l->note(l->ctx, &what);
}

void lift_value(struct vg_jw *w, vg_jv v) {
  vg_jw_raw(w, VG_STR("")); /* the comma */
  vg_json_canonical(v, w->b);
}

vg_code lift_made(struct lift *l, size_t at, struct vg_err *err) {
  VG_TRY(vg_buf_check(&l->texts, err));
  l->made[l->count++] = (struct span_of_text){at, l->texts.n - at};
  return VG_OK;
}

/* --- labels --- */

enum { INDEX_MAX = 1000 };

/* Where the words go that 2.0 had in `labels` for want of a property of their own. vocabulary NULL: all of them. */
struct labels {
  const char *type, *to, *vocabulary;
};
static const struct labels labels[] = {{"identity", "roles", NULL},
                                       {"indicator", "indicator_types", "indicator-type"},
                                       {"malware", "malware_types", "malware-type"},
                                       {"report", "report_types", "report-type"},
                                       {"threat-actor", "threat_actor_types", "threat-actor-type"},
                                       {"tool", "tool_types", "tool-type"}};

static const struct labels *labels_of(vg_jv o, vg_str type) {
  for (size_t i = 0; i < VG_COUNT(labels); i++)
    if (vg_str_eqz(type, labels[i].type) && vg_jv_type(vg_jv_at(o, labels[i].to)) == VG_J_MISSING)
      return &labels[i];
  return NULL;
}

static bool is_kind(const struct labels *to, vg_jv word) {
  vg_str s;
  if (!to->vocabulary)
    return true;
  return vg_jv_str(word, &s) && model_lists(model_words('V', vg_str_z(to->vocabulary)), s, false);
}

static size_t put_words(struct vg_jw *w, const char *key, const struct labels *to, vg_jv list, bool kinds) {
  struct vg_jit it;
  vg_jv word;
  size_t n = 0;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &word);) {
    if (is_kind(to, word) != kinds)
      continue;
    if (n++ == 0) {
      vg_jw_key(w, key);
      vg_jw_arr(w);
    }
    lift_value(w, word);
  }
  if (n)
    vg_jw_end(w);
  return n;
}

static void put_labels(const struct lift *l, struct vg_jw *w, const struct labels *to, vg_jv list) {
  size_t kinds = put_words(w, to->to, to, list, true);
  (void)put_words(w, "labels", to, list, false);
  if (kinds)
    lift_tell(l, "intel.lift_name", VG_STR("labels"), vg_str_z(to->to));
}

/* "labels.[2]" -> "indicator_types.[1]" or "labels.[0]". */
static void put_label_selector(struct vg_jw *w, const struct labels *to, vg_jv list, vg_str selector) {
  struct vg_jit it;
  vg_jv word;
  uint64_t index, i = 0, before[2] = {0, 0};
  char text[64];
  vg_str number = vg_str_sub(selector, 8, selector.n > 9 ? selector.n - 9 : 0);
  if (!vg_str_starts(selector, VG_STR("labels.[")) || !vg_str_u64(number, &index) || index > INDEX_MAX) {
    vg_jw_z(w, vg_str_eqz(selector, "labels") ? to->to : "labels");
    return;
  }
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &word); i++) {
    bool kind = is_kind(to, word);
    if (i == index) {
      snprintf(text, sizeof text, "%s.[%llu]", kind ? to->to : "labels", (unsigned long long)before[kind]);
      vg_jw_z(w, text);
      return;
    }
    before[kind]++;
  }
  vg_jw_str(w, selector);
}

/* An object of 2.0 on its way. */
struct old {
  vg_jv o, labels;
  vg_str type;
  const struct labels *to; /* NULL: labels stay what they are */
  bool embedded, pattern;  /* observables are embedded; the pattern is one of STIX */
  struct vg_id *ids;       /* of the observables */
  size_t n;
};

/* --- granular markings --- */

/* What marks an embedded observable goes with it: lift_observables. */
static bool is_own(const struct old *x, vg_jv selector, vg_str *text) {
  return vg_jv_str(selector, text) && !(x->embedded && vg_str_starts(*text, VG_STR("objects.")));
}

static void put_selectors(struct vg_jw *w, const struct old *x, vg_jv marking) {
  struct vg_jit it;
  vg_jv one;
  vg_str s;
  vg_jw_arr(w);
  for (vg_jit_init(&it, vg_jv_at(marking, "selectors")); vg_jit_next(&it, NULL, &one);) {
    if (!is_own(x, one, &s))
      continue;
    if (x->embedded && vg_str_eqz(s, "objects"))
      vg_jw_z(w, "object_refs");
    else if (x->to && vg_str_starts(s, VG_STR("labels")))
      put_label_selector(w, x->to, x->labels, s);
    else
      vg_jw_str(w, s);
  }
  vg_jw_end(w);
}

static bool has_own(const struct old *x, vg_jv marking) {
  struct vg_jit it;
  vg_jv one;
  vg_str s;
  for (vg_jit_init(&it, vg_jv_at(marking, "selectors")); vg_jit_next(&it, NULL, &one);)
    if (is_own(x, one, &s))
      return true;
  return false;
}

static void put_marking(struct vg_jw *w, const struct old *x, vg_jv marking) {
  struct vg_jit it;
  vg_jv v;
  vg_str key;
  vg_jw_obj(w);
  for (vg_jit_init(&it, marking); vg_jit_next(&it, &key, &v);) {
    vg_jw_keys(w, key);
    if (vg_str_eqz(key, "selectors"))
      put_selectors(w, x, marking);
    else
      lift_value(w, v);
  }
  vg_jw_end(w);
}

static void put_markings(struct vg_jw *w, const struct old *x, vg_jv list) {
  struct vg_jit it;
  vg_jv marking;
  bool any = false;
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &marking);) {
    if (!has_own(x, marking))
      continue;
    if (!any) {
      vg_jw_key(w, "granular_markings");
      vg_jw_arr(w);
      any = true;
    }
    put_marking(w, x, marking);
  }
  if (any)
    vg_jw_end(w);
}

/* --- the object --- */

static vg_code put_pattern(const struct lift *l, struct vg_jw *w, vg_str pattern, struct vg_err *err) {
  struct vg_buf lifted;
  vg_buf_init(&lifted, 2 * (size_t)INPUT_ELEMENT_MAX);
  lift_pattern(pattern, &lifted);
  vg_code rc = vg_buf_check(&lifted, err);
  vg_jw_key(w, "pattern");
  vg_jw_str(w, vg_buf_view(&lifted));
  if (!vg_str_eq(pattern, vg_buf_view(&lifted)))
    lift_tell(l, "intel.lift_pattern", pattern, vg_buf_view(&lifted));
  vg_buf_fini(&lifted);
  return rc;
}

static void put_refs(const struct lift *l, struct vg_jw *w, const struct old *x) {
  char count[24];
  vg_jw_key(w, "object_refs");
  vg_jw_arr(w);
  for (size_t i = 0; i < x->n; i++)
    vg_jw_str(w, vg_id_str(&x->ids[i]));
  vg_jw_end(w);
  snprintf(count, sizeof count, "%zu", x->n);
  lift_tell(l, "intel.lift_objects", vg_str_z(count), VG_STR(""));
}

static bool lacks(vg_jv o, const char *key) { return vg_jv_type(vg_jv_at(o, key)) == VG_J_MISSING; }

static void add(const struct lift *l, struct vg_jw *w, const char *key, const char *json) {
  vg_jw_key(w, key);
  vg_jw_raw(w, vg_str_z(json));
  lift_tell(l, "intel.lift_added", vg_str_z(key), vg_str_z(json));
}

/* What 2.1 wants and 2.0 did not have. */
static void put_missing(const struct lift *l, struct vg_jw *w, const struct old *x) {
  vg_str created;
  if (vg_str_eqz(x->type, "malware") && lacks(x->o, "is_family"))
    add(l, w, "is_family", "false");
  if (x->pattern) {
    add(l, w, "pattern_type", "\"stix\"");
    if (lacks(x->o, "pattern_version"))
      add(l, w, "pattern_version", "\"2.1\"");
  }
  if (vg_str_eqz(x->type, "indicator") && lacks(x->o, "valid_from") && vg_jv_str_at(x->o, "created", &created)) {
    vg_jw_kstr(w, "valid_from", created);
    lift_tell(l, "intel.lift_added", VG_STR("valid_from"), created);
  }
}

static vg_code put_member(struct lift *l, struct vg_jw *w, const struct old *x, vg_str key, vg_jv v,
                          struct vg_err *err) {
  vg_str text;
  if (vg_str_eqz(key, "spec_version"))
    return VG_OK;
  if (x->embedded && vg_str_eqz(key, "objects")) {
    put_refs(l, w, x);
  } else if (x->to && vg_str_eqz(key, "labels") && vg_jv_type(v) == VG_J_ARR) {
    put_labels(l, w, x->to, v);
  } else if (vg_str_eqz(key, "granular_markings")) {
    put_markings(w, x, v);
  } else if (x->pattern && vg_str_eqz(key, "pattern") && vg_jv_str(v, &text)) {
    VG_TRY(put_pattern(l, w, text, err));
  } else {
    vg_jw_keys(w, key);
    lift_value(w, v);
    if (vg_str_eqz(key, "type"))
      vg_jw_kz(w, "spec_version", "2.1");
  }
  return VG_OK;
}

vg_code lift_object(struct lift *l, vg_jv o, lift_note *note, void *ctx, struct vg_err *err) {
  struct vg_jit it;
  struct vg_jw w;
  struct old x = {.o = o, .type = VG_STR(""), .labels = vg_jv_at(o, "labels")};
  vg_str key;
  vg_jv v, objects = vg_jv_at(o, "objects");
  l->note = note, l->ctx = ctx, l->count = 0;
  vg_buf_reset(&l->texts);
  vg_arena_reset(l->arena);
  (void)vg_jv_str_at(o, "type", &x.type);
  x.to = labels_of(o, x.type);
  x.pattern = vg_str_eqz(x.type, "indicator") && lacks(o, "pattern_type");
  x.embedded = vg_str_eqz(x.type, "observed-data") && vg_jv_type(objects) == VG_J_OBJ && lacks(o, "object_refs");
  l->made = vg_arena_array(l->arena, (x.embedded ? vg_jv_count(objects) : 0) + 1, sizeof *l->made);
  if (!l->made)
    return VG_FAIL(err, VG_ELIMIT, "base.memory");
  lift_tell(l, "intel.lift_version", VG_STR("2.0"), VG_STR("2.1"));
  if (x.embedded)
    VG_TRY(lift_observables(l, o, &x.ids, &x.n, err));
  size_t at = l->texts.n;
  vg_jw_init(&w, &l->texts);
  vg_jw_obj(&w);
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);)
    VG_TRY(put_member(l, &w, &x, key, v, err));
  put_missing(l, &w, &x);
  vg_jw_end(&w);
  return lift_made(l, at, err);
}
