/* A sighting in STIX that an organisation leaves here, as a sighting of its own: what counts, coincides and warns. */
#include "share/share_internal.h"

#include <string.h>

#include "intel/intel.h"

struct only { /* the value of an indicator that has one */
  struct vg_buf value;
  enum indicator_type type;
  int64_t n;
};

static vg_code take_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct only *o = ctx;
  if (o->n && (type != o->type || !vg_str_eq(value, vg_buf_view(&o->value)))) {
    o->n++;
    return VG_OK;
  }
  vg_buf_reset(&o->value);
  vg_buf_str(&o->value, value);
  o->type = type;
  o->n = 1;
  return vg_buf_check(&o->value, err);
}

static vg_code take_object(void *ctx, const struct intel_object *o, struct vg_err *err) {
  return vg_str_eqz(o->type, "indicator") ? intel_object_values(o->json, take_value, ctx, err) : VG_OK;
}

/* *t as it is when the object does not say. */
static bool time_at(vg_jv object, const char *key, vg_time *t) {
  vg_str text;
  return vg_jv_type(vg_jv_at(object, key)) == VG_J_MISSING ||
         (vg_jv_str_at(object, key, &text) && vg_time_parse(text, t));
}

vg_code share_sighted(struct store_tx *tx, const struct actor *who, int64_t org, vg_jv object, bool *counted,
                      struct vg_err *err) {
  struct only o = {.n = 0};
  vg_str id, of;
  int64_t there;
  struct sighting s = {.org = org, .count = 1};
  *counted = false;
  if (!vg_jv_str_at(object, "id", &id) || !vg_jv_str_at(object, "sighting_of_ref", &of))
    return VG_OK;
  if (vg_jv_type(vg_jv_at(object, "count")) != VG_J_MISSING && !vg_jv_i64_at(object, "count", &s.count))
    return VG_OK;
  if (s.count < 1)
    return VG_OK; /* looked for, and not seen */
  s.last = store_now(tx);
  if (!time_at(object, "created", &s.last) || !time_at(object, "last_seen", &s.last))
    return VG_OK;
  s.first = s.last;
  if (!time_at(object, "first_seen", &s.first) || s.last > store_now(tx) || s.first > s.last)
    return VG_OK;
  VG_TRY(store_get_int(tx, &there, "SELECT COUNT(*) FROM intel_v_sighting WHERE report = $1", S_ARGS(S_STR(id)), err));
  if (there)
    return VG_OK;
  vg_buf_init(&o.value, 1 << 16);
  vg_code rc = intel_object_get(tx, of, take_object, &o, NULL);
  if (rc == VG_OK && o.n == 1) {
    char subject[VG_ID_MAX];
    s.type = o.type;
    s.value = vg_buf_view(&o.value);
    s.report = id;
    rc = intel_sighting_add(tx, who, &s, NULL, err);
    if (rc == VG_OK)
      rc = LEDGER_TELL(tx, who, "sighting.recorded", vg_str_copy(subject, sizeof subject, id), err, "indicator",
                       VG_T(of));
    *counted = rc == VG_OK;
  } else if (rc == VG_ENOTFOUND) {
    rc = VG_OK; /* of something that is not here */
  }
  vg_buf_fini(&o.value);
  return rc;
}
