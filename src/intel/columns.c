/* The columns of an object beside its JSON. */
#include "intel/intel_internal.h"

#include <string.h>

static vg_code column(struct columns *c, vg_str key, vg_jv v, struct vg_err *err) {
  vg_str text = VG_STR("");
  vg_time *to = vg_str_eqz(key, "modified")      ? &c->modified
                : vg_str_eqz(key, "valid_from")  ? &c->valid_from
                : vg_str_eqz(key, "valid_until") ? &c->valid_until
                                                 : NULL;
  if (to)
    return !vg_jv_str(v, &text) || vg_time_parse(text, to)
               ? VG_OK
               : VG_FAIL(err, VG_EDATA, "intel.bad_time", VG_T(text), VG_T(c->id));
  if (vg_str_eqz(key, "type"))
    (void)vg_jv_str(v, &c->type);
  else if (vg_str_eqz(key, "id"))
    (void)vg_jv_str(v, &c->id);
  else if (vg_str_eqz(key, "spec_version"))
    (void)vg_jv_str(v, &c->version);
  else if (vg_str_eqz(key, "name"))
    (void)vg_jv_str(v, &c->name);
  else if (vg_str_eqz(key, "value") && c->name.n == 0)
    (void)vg_jv_str(v, &c->name);
  else if (vg_str_eqz(key, "description"))
    (void)vg_jv_str(v, &c->description);
  else if (vg_str_eqz(key, "pattern"))
    (void)vg_jv_str(v, &c->pattern);
  else if (vg_str_eqz(key, "pattern_type"))
    (void)vg_jv_str(v, &c->pattern_type);
  else if (vg_str_eqz(key, "confidence"))
    (void)vg_jv_i64(v, &c->confidence);
  else if (vg_str_eqz(key, "revoked"))
    (void)vg_jv_bool(v, &c->revoked);
  else if (vg_str_eqz(key, "object_marking_refs"))
    c->marks = intel_markings(v);
  else if (!vg_str_eqz(key, "created_by_ref"))
    c->links |= vg_str_ends(key, VG_STR("_ref")) || vg_str_ends(key, VG_STR("_refs"));
  return VG_OK;
}

/* PostgreSQL has no NUL in texts, and no text of ours needs one. */
static bool has_nul(const struct columns *c) {
  const vg_str texts[] = {c->type, c->name, c->description, c->pattern};
  for (size_t i = 0; i < VG_COUNT(texts); i++)
    if (texts[i].n && memchr(texts[i].p, 0, texts[i].n))
      return true;
  return false;
}

vg_code node_columns(vg_jv o, struct columns *c, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v;
  vg_str key, created;
  *c = (struct columns){.confidence = -1,
                        .modified = VG_NOTIME,
                        .valid_from = VG_NOTIME,
                        .valid_until = VG_NOTIME,
                        .name = VG_STR(""),
                        .type = VG_STR(""),
                        .id = VG_NOSTR,
                        .version = VG_STR(""),
                        .pattern_type = VG_STR("stix")};
  if (vg_jv_type(o) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "intel.not_object");
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);)
    VG_TRY(column(c, key, v, err));
  if (c->type.n == 0)
    return VG_FAIL(err, VG_EDATA, "intel.no_type");
  if (!c->id.p)
    return VG_FAIL(err, VG_EDATA, "intel.no_id", VG_T(c->type));
  if (!vg_id_ok(c->id) || !vg_str_eq(vg_id_kind(c->id), c->type))
    return VG_FAIL(err, VG_EDATA, "intel.bad_id", VG_T(c->id));
  if (has_nul(c))
    return VG_FAIL(err, VG_EDATA, "intel.nul", VG_T(c->id));
  if (c->modified == VG_NOTIME && vg_jv_str_at(o, "created", &created) && !vg_time_parse(created, &c->modified))
    return VG_FAIL(err, VG_EDATA, "intel.bad_time", VG_T(created), VG_T(c->id));
  if (c->modified == VG_NOTIME)
    c->modified = 0; /* an observable: it has no versions */
  if (c->confidence > 100)
    c->confidence = 100;
  return VG_OK;
}
