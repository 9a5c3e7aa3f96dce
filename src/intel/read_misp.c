/* MISP core format: an event's attributes become STIX indicators (to_ids) or observed data (context, and types that
 * nothing searches for). */
#include "intel/misp.h"

/* Rules keep their text, with the type of pattern that STIX names. */
static const char *rule_type(vg_str misp) {
  static const char *const rules[] = {"yara", "sigma", "snort", "suricata"};
  for (size_t i = 0; i < VG_COUNT(rules); i++)
    if (vg_str_eqz(misp, rules[i]))
      return rules[i];
  return vg_str_eqz(misp, "stix2-pattern") ? "stix" : NULL;
}

/* "x509-fingerprint-sha1": the digest of a certificate, and of no file. */
static bool certificate(vg_str misp, vg_str value, struct vg_buf *out) {
  static const struct {
    const char *misp, *path;
    enum indicator_type type;
  } of[] = {{"x509-fingerprint-md5", "MD5", TYPE_MD5},
            {"x509-fingerprint-sha1", "'SHA-1'", TYPE_SHA1},
            {"x509-fingerprint-sha256", "'SHA-256'", TYPE_SHA256}};
  for (size_t i = 0; i < VG_COUNT(of); i++) {
    if (!vg_str_eqz(misp, of[i].misp))
      continue;
    vg_buf_fmt(out, "[x509-certificate:hashes.%s = '", of[i].path);
    const bool is = intel_normalise(of[i].type, vg_str_trim(value), out);
    vg_buf_z(out, "']");
    return is && !out->bad;
  }
  return false;
}

/* MISP's "uri" may be the end of a URL alone, which names no host. */
static bool end_of_url(vg_str misp, vg_str value) {
  return vg_str_eqz(misp, "uri") && vg_str_starts(vg_str_trim(value), VG_STR("/"));
}

struct event {
  struct import *im;
  vg_str info, uuid;
  struct misp_said said;
  struct misp_seen *seen; /* of the attribute that is read */
  vg_time date;
};

static vg_code reject(struct event *e, int64_t n, const char *id, struct vg_err *err) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, id);
  e->im->read++;
  return import_reject(e->im, "Attribute", n, &reason, err);
}

static vg_code one(struct event *e, vg_str type, vg_str value, vg_jv a, bool search, int64_t n, struct vg_err *err) {
  vg_str uuid = VG_STR(""), comment = VG_STR(""), seen;
  struct misp_said said = e->said;
  struct vg_id made = {.s = ""};
  struct plain_indicator p = {.type = INDICATOR_TYPES,
                              .value = value,
                              .since = e->date,
                              .until = misp_seen_until(e->seen),
                              .modified = misp_time(vg_jv_at(a, "timestamp")),
                              .at = n,
                              .place_kind = "Attribute",
                              .label = type,
                              .id = &made};
  bool known = intel_type_by_word(type, &p.type);
  if (known)
    intel_type_fit(&p.type, &p.value);
  misp_tags(a, &said);
  p.tlp = said.tlp;
  p.pap = said.said_pap ? said.pap : e->im->pap < 0 ? intel_pap_default(p.tlp) : (enum pap)e->im->pap;
  p.confidence = misp_confidence(&said);
  p.graded = said.graded;
  (void)vg_jv_str_at(a, "uuid", &uuid);
  (void)vg_jv_str_at(a, "comment", &comment);
  if (vg_jv_str_at(a, "first_seen", &seen))
    (void)vg_time_parse(seen, &p.since);
  if (p.since == VG_NOTIME)
    p.since = p.modified;
  struct vg_buf key, pattern;
  vg_buf_init(&pattern, 1 << 10);
  p.pattern_type = search ? rule_type(type) : NULL;
  if (search && certificate(type, value, &pattern)) {
    p.pattern_type = "stix";
    p.value = vg_buf_view(&pattern);
  }
  search = search && !end_of_url(type, value);
  p.context = !p.pattern_type && (!search || !known || (p.type != TYPE_CVE && !intel_type_path(p.type)));
  p.name = comment;
  p.description = e->info;
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
  vg_buf_fini(&pattern);
  return rc == VG_OK && made.s[0] ? misp_seen_put(e->seen, e->im, &p, vg_id_str(&made), err) : rc;
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
  VG_TRY(misp_seen_read(e->seen, a, err));
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

static vg_code all_attributes(struct event *e, vg_jv ev, struct vg_err *err) {
  struct vg_jit it;
  vg_jv object;
  int64_t n = 0;
  VG_TRY(attributes(e, ev, &n, err));
  for (vg_jit_init(&it, vg_jv_at(ev, "Object")); vg_jit_next(&it, NULL, &object);)
    VG_TRY(attributes(e, object, &n, err));
  return VG_OK;
}

static vg_code event(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err) {
  struct event e = {
      .im = im, .info = VG_STR(""), .uuid = VG_STR(""), .said = {.tlp = im->tlp, .confidence = -1}, .date = VG_NOTIME};
  struct vg_err reason = {0};
  vg_jv holder, ev;
  vg_str date;
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
  misp_tags(ev, &e.said);
  VG_TRY(misp_seen_new(&e.seen, err));
  rc = misp_seen_event(e.seen, ev, err);
  if (rc == VG_OK)
    rc = all_attributes(&e, ev, err);
  int64_t left = rc == VG_OK ? misp_seen_left(e.seen) : 0;
  misp_seen_free(e.seen);
  if (!left)
    return rc;
  (void)VG_FAIL(&reason, VG_EDATA, "intel.misp_sightings", VG_N(left), VG_T(e.info));
  im->read++;
  return import_reject(im, place_kind, at, &reason, err);
}

/* What a search for attributes answers: {"response":{"Attribute":[{..., "Event":{"info":...}}]}}. */
static vg_code lone_attribute(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err) {
  struct event e = {
      .im = im, .info = VG_STR(""), .uuid = VG_STR(""), .said = {.tlp = im->tlp, .confidence = -1}, .date = VG_NOTIME};
  struct vg_err reason = {0};
  vg_jv a;
  vg_code rc = vg_json_parse(im->json, text, &a, &reason);
  if (rc == VG_EDATA) {
    im->read++;
    return import_reject(im, place_kind, at, &reason, err);
  }
  VG_TRY(rc);
  const vg_jv of = vg_jv_at(a, "Event");
  (void)vg_jv_str_at(of, "info", &e.info);
  (void)vg_jv_str_at(of, "uuid", &e.uuid);
  VG_TRY(misp_seen_new(&e.seen, err));
  rc = attribute(&e, a, at, err);
  misp_seen_free(e.seen);
  return rc;
}

vg_code import_misp(struct import *im, struct vg_err *err) {
  const vg_str s = intel_input_view(&im->input);
  const size_t attribute_at = vg_str_find(s, VG_STR("\"Attribute\""), 0);
  if (attribute_at != SIZE_MAX && attribute_at < vg_str_find(s, VG_STR("\"Event\""), 0) &&
      vg_str_find(vg_str_sub(s, 0, attribute_at), VG_STR("\"response\""), 0) != SIZE_MAX)
    return import_split(im, "\"response\"", "value", "intel.not_misp", lone_attribute, err);
  return import_split(im, "\"response\"", "Event", "intel.not_misp", event, err);
}
