/* MISP core format: an event's attributes become STIX indicators (to_ids) or are left as context. */
#include "intel/intel_internal.h"

static bool type_of(vg_str misp, enum indicator_type *out) {
  static const struct {
    const char *misp;
    enum indicator_type type;
  } table[] = {
      {"domain", TYPE_DOMAIN},   {"hostname", TYPE_DOMAIN}, {"ip-dst", TYPE_IPV4},     {"ip-src", TYPE_IPV4},
      {"url", TYPE_URL},         {"uri", TYPE_URL},         {"email", TYPE_EMAIL},     {"email-src", TYPE_EMAIL},
      {"email-dst", TYPE_EMAIL}, {"md5", TYPE_MD5},         {"sha1", TYPE_SHA1},       {"sha256", TYPE_SHA256},
      {"sha512", TYPE_SHA512},   {"filename", TYPE_FILE_NAME}, {"mutex", TYPE_MUTEX},  {"btc", TYPE_BTC},
  };
  for (size_t i = 0; i < VG_COUNT(table); i++) {
    if (vg_str_eqz(misp, table[i].misp)) {
      *out = table[i].type;
      return true;
    }
  }
  return false;
}

/* Tags set markings; what an attribute says wins over its event. */
static void tags(vg_jv holder, enum tlp *tlp, enum pap *pap) {
  struct vg_jit it;
  vg_jv tag;
  vg_str name;
  for (vg_jit_init(&it, vg_jv_at(holder, "Tag")); vg_jit_next(&it, NULL, &tag);) {
    if (!vg_jv_str_at(tag, "name", &name))
      continue;
    if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("tlp:")))
      (void)intel_tlp_by_name(name, tlp);
    else if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("PAP:")))
      (void)intel_pap_by_name(name, pap);
  }
}

struct event {
  struct import *im;
  vg_str info;
  enum tlp tlp;
  enum pap pap;
};

static vg_code one(struct event *e, vg_str type, vg_str value, vg_jv a, int64_t n, struct vg_err *err) {
  vg_str uuid = VG_STR(""), comment = VG_STR(""), seen;
  struct plain_indicator p = {.value = value, .tlp = e->tlp, .pap = e->pap, .since = VG_NOTIME, .at = n, .place_kind = "Attribute"};
  if (!type_of(type, &p.type)) {
    struct vg_err reason = {0};
    (void)VG_FAIL(&reason, VG_EDATA, "intel.misp_type", VG_T(type));
    e->im->in->read++;
    import_reject(e->im, "Attribute", n, &reason);
    return VG_OK;
  }
  if (p.type == TYPE_IPV4 && vg_str_find_byte(value, ':', 0) != SIZE_MAX)
    p.type = TYPE_IPV6;
  else if (p.type == TYPE_IPV4 && vg_str_find_byte(value, '/', 0) != SIZE_MAX)
    p.type = TYPE_CIDR;
  tags(a, &p.tlp, &p.pap);
  (void)vg_jv_str_at(a, "uuid", &uuid);
  (void)vg_jv_str_at(a, "comment", &comment);
  if (vg_jv_str_at(a, "first_seen", &seen))
    (void)vg_time_parse(seen, &p.since);
  p.name = comment;
  p.description = e->info;
  struct vg_buf key;
  vg_buf_init(&key, 1 << 16);
  vg_buf_str(&key, uuid);
  vg_buf_byte(&key, ' ');
  vg_buf_str(&key, type);
  vg_buf_byte(&key, ' ');
  vg_buf_str(&key, value);
  p.key = vg_buf_view(&key);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = import_plain(e->im, &p, err);
  vg_buf_fini(&key);
  return rc;
}

/* "filename|sha256" holds two values; "ip-dst|port" a value and a port, which is left out. */
static vg_code attribute(struct event *e, vg_jv a, int64_t n, struct vg_err *err) {
  vg_str type, value, second_type, second;
  bool to_ids = false;
  if (!vg_jv_str_at(a, "type", &type) || !vg_jv_str_at(a, "value", &value)) {
    struct vg_err reason = {0};
    (void)VG_FAIL(&reason, VG_EDATA, "intel.misp_attribute");
    e->im->in->read++;
    import_reject(e->im, "Attribute", n, &reason);
    return VG_OK;
  }
  (void)vg_jv_bool(vg_jv_at(a, "to_ids"), &to_ids);
  if (!to_ids) {
    e->im->in->read++; /* context: kept with the event by its source, not a thing to search for */
    return VG_OK;
  }
  second_type = type;
  second = value;
  bool pair = vg_str_find_byte(type, '|', 0) != SIZE_MAX;
  if (pair && (!vg_str_cut(&second_type, '|', &type) || !vg_str_cut(&second, '|', &value)))
    return VG_OK;
  VG_TRY(one(e, type, value, a, n, err));
  return pair && !vg_str_eqz(second_type, "port") && second.p ? one(e, second_type, second, a, n, err) : VG_OK;
}

static vg_code attributes(struct event *e, vg_jv holder, int64_t *n, struct vg_err *err) {
  struct vg_jit it;
  vg_jv a;
  for (vg_jit_init(&it, vg_jv_at(holder, "Attribute")); vg_jit_next(&it, NULL, &a);)
    VG_TRY(attribute(e, a, ++*n, err));
  return VG_OK;
}

static vg_code event(struct import *im, vg_jv holder, struct vg_err *err) {
  vg_jv ev = vg_jv_at(holder, "Event"), object;
  struct event e = {.im = im, .info = VG_STR(""), .tlp = TLP_AMBER_STRICT, .pap = PAP_CLEAR};
  struct vg_jit it;
  int64_t n = 0;
  if (vg_jv_type(ev) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "intel.not_misp", im->in->path);
  (void)vg_jv_str_at(ev, "info", &e.info);
  tags(ev, &e.tlp, &e.pap);
  VG_TRY(attributes(&e, ev, &n, err));
  for (vg_jit_init(&it, vg_jv_at(ev, "Object")); vg_jit_next(&it, NULL, &object);)
    VG_TRY(attributes(&e, object, &n, err));
  return VG_OK;
}

vg_code import_misp(struct import *im, struct vg_err *err) {
  vg_jv root, list, ev;
  struct vg_jit it;
  VG_TRY(vg_json_parse(im->json, im->in->text, &root, err));
  list = vg_jv_type(root) == VG_J_ARR ? root : vg_jv_at(root, "response");
  if (vg_jv_type(list) != VG_J_ARR)
    return event(im, root, err);
  for (vg_jit_init(&it, list); vg_jit_next(&it, NULL, &ev);)
    VG_TRY(event(im, ev, err));
  return VG_OK;
}
