/* What language-content objects (STIX 2.1, section 7.1) say of an object's name and description. */
#include "intel/intel_internal.h"

struct wanted {
  vg_str id, lang;
  vg_time modified, newest;
  struct vg_json *json;
  struct vg_buf *name, *description, *of;
};

/* "fr" is answered by "fr-CA" too. */
static bool speaks(vg_str tag, vg_str lang) {
  return vg_str_eq_ci(vg_str_sub(tag, 0, lang.n), lang) && (tag.n == lang.n || tag.p[lang.n] == '-');
}

static void take(struct wanted *w, vg_jv content, const struct intel_object *o) {
  vg_str name = VG_STR(""), description = VG_STR("");
  (void)vg_jv_str_at(content, "name", &name);
  (void)vg_jv_str_at(content, "description", &description);
  vg_buf_reset(w->name);
  vg_buf_reset(w->description);
  vg_buf_reset(w->of);
  vg_buf_str(w->name, name);
  vg_buf_str(w->description, description);
  vg_buf_str(w->of, o->source);
  w->newest = o->modified;
}

/* One that names a version speaks of that one only; of several the newest counts. */
static vg_code one(void *ctx, const struct intel_object *o, struct vg_err *err) {
  struct wanted *w = ctx;
  struct vg_jit it;
  vg_jv object, content;
  vg_str of, version, tag;
  vg_time modified;
  if (o->revoked || o->modified < w->newest)
    return VG_OK;
  VG_TRY(vg_json_parse(w->json, o->json, &object, err));
  if (!vg_jv_str_at(object, "object_ref", &of) || !vg_str_eq(of, w->id))
    return VG_OK;
  if (vg_jv_str_at(object, "object_modified", &version) &&
      (!vg_time_parse(version, &modified) || modified != w->modified))
    return VG_OK;
  for (vg_jit_init(&it, vg_jv_at(object, "contents")); vg_jit_next(&it, &tag, &content);)
    if (speaks(tag, w->lang))
      take(w, content, o);
  return VG_OK;
}

vg_code intel_in_language(struct store_tx *tx, vg_str id, vg_time modified, const char *lang, struct vg_buf *name,
                          struct vg_buf *description, struct vg_buf *of, struct vg_err *err) {
  struct wanted w = {.id = id,
                     .lang = vg_str_z(lang),
                     .modified = modified,
                     .newest = INT64_MIN,
                     .name = name,
                     .description = description,
                     .of = of};
  const struct intel_query q = {.type = "language-content", .about = id, .tlp_max = -1, .limit = 100};
  VG_TRY(vg_json_new(&w.json, err));
  vg_code rc = intel_find(tx, &q, one, &w, err);
  vg_json_free(w.json);
  return rc;
}
