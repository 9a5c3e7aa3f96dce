/* MISP core format: an event's attributes become STIX indicators (to_ids) or observed data (context, and types that
 * nothing searches for). */
#include "intel/intel_internal.h"

/* Rules keep their text, with the type of pattern that STIX names. */
static const char *rule_type(vg_str misp) {
  static const char *const rules[] = {"yara", "sigma", "snort"};
  for (size_t i = 0; i < VG_COUNT(rules); i++)
    if (vg_str_eqz(misp, rules[i]))
      return rules[i];
  return vg_str_eqz(misp, "stix2-pattern") ? "stix" : NULL;
}

/* Tags set markings; what an attribute says wins over its event. */
static void tags(vg_jv holder, enum tlp *tlp, enum pap *pap, bool *said_pap) {
  struct vg_jit it;
  vg_jv tag;
  vg_str name;
  for (vg_jit_init(&it, vg_jv_at(holder, "Tag")); vg_jit_next(&it, NULL, &tag);) {
    if (!vg_jv_str_at(tag, "name", &name))
      continue;
    if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("tlp:")))
      (void)intel_tlp_by_name(name, tlp);
    else if (vg_str_eq_ci(vg_str_sub(name, 0, 4), VG_STR("PAP:")))
      *said_pap |= intel_pap_by_name(name, pap);
  }
}

struct event {
  struct import *im;
  vg_str info, uuid;
  enum tlp tlp;
  enum pap pap;
  bool said_pap;
  vg_time date;
};

/* MISP writes Unix seconds, as text or number. */
static vg_time unix_time(vg_jv v) {
  vg_str text;
  int64_t seconds;
  if (vg_jv_str(v, &text) ? !vg_str_i64(text, &seconds) : !vg_jv_i64(v, &seconds))
    return VG_NOTIME;
  return seconds > 0 && seconds < INT64_C(9000000000) ? seconds * VG_SECOND : VG_NOTIME;
}

static vg_code reject(struct event *e, int64_t n, const char *id, struct vg_err *err) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, id);
  e->im->read++;
  return import_reject(e->im, "Attribute", n, &reason, err);
}

static vg_code one(struct event *e, vg_str type, vg_str value, vg_jv a, bool search, int64_t n, struct vg_err *err) {
  vg_str uuid = VG_STR(""), comment = VG_STR(""), seen;
  struct plain_indicator p = {.type = INDICATOR_TYPES,
                              .value = value,
                              .tlp = e->tlp,
                              .pap = e->pap,
                              .since = e->date,
                              .until = VG_NOTIME,
                              .confidence = -1,
                              .modified = unix_time(vg_jv_at(a, "timestamp")),
                              .at = n,
                              .place_kind = "Attribute",
                              .label = type};
  bool said_pap = e->said_pap, known = intel_type_by_word(type, &p.type);
  if (known)
    intel_type_fit(&p.type, &p.value);
  tags(a, &p.tlp, &p.pap, &said_pap);
  if (!said_pap)
    p.pap = e->im->pap < 0 ? intel_pap_default(p.tlp) : (enum pap)e->im->pap;
  (void)vg_jv_str_at(a, "uuid", &uuid);
  (void)vg_jv_str_at(a, "comment", &comment);
  if (vg_jv_str_at(a, "first_seen", &seen))
    (void)vg_time_parse(seen, &p.since);
  if (p.since == VG_NOTIME)
    p.since = p.modified;
  p.pattern_type = search ? rule_type(type) : NULL;
  p.context = !p.pattern_type && (!search || !known || (p.type != TYPE_CVE && !intel_type_path(p.type)));
  p.name = comment;
  p.description = e->info;
  struct vg_buf key;
  vg_buf_init(&key, 1 << 20);
  vg_buf_str(&key, uuid.n ? uuid : e->uuid);
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

/*
 * "domain|ip" holds two values; "ip-dst|port" a value and a port, which is left out; of "filename|sha256" the name is
 * context of the hash, of "regkey|value" what stands in the key is context of the key.
 */
static vg_code attribute(struct event *e, vg_jv a, int64_t n, struct vg_err *err) {
  vg_str type, value, second_type, second;
  bool to_ids = false, deleted = false;
  if (!vg_jv_str_at(a, "type", &type) || !vg_jv_str_at(a, "value", &value))
    return reject(e, n, "intel.misp_attribute", err);
  (void)vg_jv_bool(vg_jv_at(a, "to_ids"), &to_ids);
  (void)vg_jv_bool(vg_jv_at(a, "deleted"), &deleted);
  to_ids = to_ids && !deleted;
  second_type = type;
  second = value;
  bool sample = vg_str_eqz(type, "malware-sample");
  if ((vg_str_find_byte(type, '|', 0) == SIZE_MAX && !sample) || vg_str_find_byte(value, '|', 0) == SIZE_MAX)
    return one(e, type, value, a, to_ids, n, err);
  if (sample)
    second_type = VG_STR("md5");
  else
    (void)vg_str_cut(&second_type, '|', &type);
  (void)vg_str_cut(&second, '|', &value);
  bool named = sample || vg_str_eqz(type, "filename"),
       key = vg_str_eqz(type, "regkey"); /* what the other half is the sign of */
  VG_TRY(one(e, type, value, a, to_ids && !named, n, err));
  return vg_str_eqz(second_type, "port") ? VG_OK : one(e, second_type, second, a, to_ids && !key, n, err);
}

static vg_code attributes(struct event *e, vg_jv holder, int64_t *n, struct vg_err *err) {
  struct vg_jit it;
  vg_jv a;
  for (vg_jit_init(&it, vg_jv_at(holder, "Attribute")); vg_jit_next(&it, NULL, &a);)
    VG_TRY(attribute(e, a, ++*n, err));
  return VG_OK;
}

static vg_code event(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err) {
  struct event e = {.im = im, .info = VG_STR(""), .uuid = VG_STR(""), .tlp = im->tlp, .date = VG_NOTIME};
  struct vg_err reason = {0};
  struct vg_jit it;
  vg_jv holder, ev, object;
  vg_str date;
  int64_t n = 0;
  vg_code rc = vg_json_parse(im->json, text, &holder, &reason);
  ev = rc == VG_OK ? vg_jv_at(holder, "Event") : (vg_jv){0};
  if (rc == VG_OK && vg_jv_type(ev) != VG_J_OBJ)
    rc = VG_FAIL(&reason, VG_EDATA, "intel.not_misp", import_name(im));
  if (rc == VG_EDATA) {
    im->read++;
    return import_reject(im, place_kind, at, &reason, err);
  }
  (void)vg_jv_str_at(ev, "info", &e.info);
  (void)vg_jv_str_at(ev, "uuid", &e.uuid);
  if (vg_jv_str_at(ev, "date", &date))
    (void)vg_time_parse(date, &e.date);
  tags(ev, &e.tlp, &e.pap, &e.said_pap);
  VG_TRY(attributes(&e, ev, &n, err));
  for (vg_jit_init(&it, vg_jv_at(ev, "Object")); vg_jit_next(&it, NULL, &object);)
    VG_TRY(attributes(&e, object, &n, err));
  return VG_OK;
}

vg_code import_misp(struct import *im, struct vg_err *err) {
  return import_split(im, "\"response\"", "Event", "intel.not_misp", event, err);
}
