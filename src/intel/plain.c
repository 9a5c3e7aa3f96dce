/* Objects made of a bare value: an indicator to search for, or observed data when the value is only context. */
#include "intel/rule.h"

void intel_pattern_equals(struct vg_buf *out, enum indicator_type t, vg_str value) {
  if (t == TYPE_ASN) { /* the standard has it as a number */
    vg_buf_fmt(out, "[%s = %.*s]", intel_type_path(t), (int)(value.n - 2), value.p + 2);
    return;
  }
  vg_buf_fmt(out, "[%s = '", intel_type_path(t));
  for (size_t i = 0; i < value.n; i++) {
    if (value.p[i] == '\'' || value.p[i] == '\\')
      vg_buf_byte(out, '\\');
    vg_buf_byte(out, (unsigned char)value.p[i]);
  }
  vg_buf_z(out, "']");
}

void import_tlp(struct vg_jw *w, enum tlp tlp, enum pap pap) {
  vg_jw_key(w, "object_marking_refs");
  vg_jw_arr(w);
  vg_jw_z(w, intel_tlp_id(tlp));
  if (pap != intel_pap_default(tlp))
    vg_jw_z(w, intel_pap_id(pap));
  vg_jw_end(w);
}

static void head(struct vg_jw *w, const char *type, const struct vg_id *id) {
  vg_jw_obj(w);
  vg_jw_kz(w, "type", type);
  vg_jw_kz(w, "spec_version", "2.1");
  vg_jw_kz(w, "id", id->s);
}

static void said(struct vg_jw *w, const struct plain_indicator *p) {
  if (p->confidence >= 0)
    vg_jw_kint(w, "confidence", p->confidence);
  if (p->label.n) {
    vg_jw_key(w, "labels");
    vg_jw_arr(w);
    vg_jw_str(w, p->label);
    if (p->graded.n)
      vg_jw_str(w, p->graded);
    vg_jw_end(w);
  }
}

static void write_indicator(struct made *m, const struct plain_indicator *p, vg_str value, const struct vg_id *id) {
  struct vg_buf pattern, own;
  vg_buf_init(&pattern, 1 << 20);
  vg_buf_init(&own, 1 << 16);
  if (!p->pattern_type)
    intel_pattern_equals(&pattern, p->type, value);
  else if (!p->name.n)
    rule_name(vg_str_z(p->pattern_type), value, &own);
  vg_str called = p->name.n ? p->name : vg_buf_view(&own);
  made_head(m, "indicator", id);
  import_tlp(&m->w, p->tlp, p->pap);
  vg_jw_kstr(&m->w, "name", called.n ? called : value);
  if (p->description.n)
    vg_jw_kstr(&m->w, "description", p->description);
  vg_jw_kstr(&m->w, "pattern", p->pattern_type ? value : vg_buf_view(&pattern));
  vg_jw_kz(&m->w, "pattern_type", p->pattern_type ? p->pattern_type : "stix");
  made_time(m, "valid_from", MADE_FROM);
  m->form.until = p->until;
  if (p->until != VG_NOTIME)
    made_time(m, "valid_until", MADE_UNTIL);
  said(&m->w, p);
  vg_jw_end(&m->w);
  vg_buf_fini(&own);
  vg_buf_fini(&pattern);
}

/* The observable of a value; what has no type of the standard is a custom one. */
static void write_observable(struct vg_buf *out, const struct plain_indicator *p, vg_str value, bool known,
                             struct vg_id *id) {
  static const struct {
    const char *sco, *property, *hash;
  } of[INDICATOR_TYPES] = {
      [TYPE_DOMAIN] = {"domain-name", "value", NULL},
      [TYPE_IPV4] = {"ipv4-addr", "value", NULL},
      [TYPE_CIDR] = {"ipv4-addr", "value", NULL},
      [TYPE_IPV6] = {"ipv6-addr", "value", NULL},
      [TYPE_URL] = {"url", "value", NULL},
      [TYPE_EMAIL] = {"email-addr", "value", NULL},
      [TYPE_MD5] = {"file", NULL, "MD5"},
      [TYPE_SHA1] = {"file", NULL, "SHA-1"},
      [TYPE_SHA256] = {"file", NULL, "SHA-256"},
      [TYPE_SHA512] = {"file", NULL, "SHA-512"},
      [TYPE_FILE_NAME] = {"file", "name", NULL},
      [TYPE_MUTEX] = {"mutex", "name", NULL},
      [TYPE_SSDEEP] = {"file", NULL, "SSDEEP"},
      [TYPE_TLSH] = {"file", NULL, "TLSH"},
      [TYPE_MAC] = {"mac-addr", "value", NULL},
      [TYPE_REGISTRY] = {"windows-registry-key", "key", NULL},
  };
  bool standard = known && p->type < INDICATOR_TYPES && of[p->type].sco;
  const char *type = standard ? of[p->type].sco : "x-vigie-observable";
  struct vg_jw w;
  struct vg_buf facts;
  vg_buf_init(&facts, 1 << 20);
  vg_jw_init(&w, &facts);
  vg_jw_obj(&w);
  if (standard && of[p->type].hash) {
    vg_jw_key(&w, "hashes");
    vg_jw_obj(&w);
    vg_jw_kstr(&w, of[p->type].hash, value);
    vg_jw_end(&w);
  } else {
    if (!standard)
      vg_jw_kstr(&w, "kind", p->label);
    vg_jw_kstr(&w, standard ? of[p->type].property : "value", value);
  }
  vg_jw_end(&w);
  /* The facts are canonical already: keys in order, no spaces. */
  *id = vg_id_v5(type, vg_id_stix_space, vg_buf_view(&facts));
  vg_jw_init(&w, out);
  head(&w, type, id);
  import_tlp(&w, p->tlp, p->pap);
  vg_jw_end(&w);
  out->n--; /* reopened: the facts' own members follow */
  vg_buf_byte(out, ',');
  vg_buf_str(out, vg_str_sub(vg_buf_view(&facts), 1, facts.n));
  vg_buf_fini(&facts);
}

static void write_observed(struct made *m, const struct plain_indicator *p, const struct vg_id *of,
                           const struct vg_id *id) {
  struct vg_jw *w = &m->w;
  made_head(m, "observed-data", id);
  import_tlp(&m->w, p->tlp, p->pap);
  made_time(m, "first_observed", MADE_FROM);
  made_time(m, "last_observed", MADE_FROM);
  vg_jw_kint(w, "number_observed", 1);
  vg_jw_key(w, "object_refs");
  vg_jw_arr(w);
  vg_jw_z(w, of->s);
  vg_jw_end(w);
  if (p->name.n)
    vg_jw_kstr(w, "x_vigie_comment", p->name);
  if (p->description.n)
    vg_jw_kstr(w, "x_vigie_context", p->description);
  said(w, p);
  vg_jw_end(w);
}

static void became(const struct plain_indicator *p, const struct vg_id *id) {
  if (p->id)
    *p->id = *id;
}

static vg_code put(struct import *im, const struct plain_indicator *p, vg_str value, const struct vg_id *of,
                   struct vg_err *err) {
  struct vg_id id = vg_id_v5(of ? "observed-data" : "indicator", vg_id_stix_space, p->key);
  struct made m;
  became(p, &id);
  made_begin(&m, p->since, p->modified);
  m.form.renew = true;
  if (of)
    write_observed(&m, p, of, &id);
  else
    write_indicator(&m, p, value, &id);
  vg_code rc = import_made(im, &m, p->place_kind, p->at, err);
  made_end(&m);
  return rc;
}

static vg_code put_context(struct import *im, const struct plain_indicator *p, vg_str value, bool known,
                           struct vg_err *err) {
  struct vg_buf text;
  struct vg_id id;
  vg_buf_init(&text, INPUT_ELEMENT_MAX);
  write_observable(&text, p, value, known, &id);
  vg_code rc = vg_buf_check(&text, err);
  im->untold = true; /* one thing was read: the observation, which is counted */
  if (rc == VG_OK)
    rc = import_object(im, vg_buf_view(&text), p->place_kind, p->at, err);
  im->untold = false;
  vg_buf_fini(&text);
  return rc == VG_OK ? put(im, p, value, &id, err) : rc;
}

/* A number of a vulnerability is no pattern's value: it names an object of its own. */
static vg_code put_cve(struct import *im, const struct plain_indicator *p, vg_str cve, struct vg_err *err) {
  struct plain_vulnerability v = {.cve = cve,
                                  .description = p->name,
                                  .tlp = p->tlp,
                                  .pap = p->pap,
                                  .modified = p->modified,
                                  .epss = -1,
                                  .percentile = -1,
                                  .cvss = -1,
                                  .place_kind = p->place_kind,
                                  .at = p->at};
  struct vg_id id;
  vg_code rc = import_vulnerability(im, &v, &id, err);
  became(p, &id);
  return rc;
}

/* A technique is no value to look for either: it is known by its number, as MITRE's own bundle names it. */
static vg_code put_technique(struct import *im, const struct plain_indicator *p, vg_str number, struct vg_err *err) {
  struct vg_buf key;
  struct made m;
  vg_buf_init(&key, INPUT_ELEMENT_MAX);
  vg_buf_fmt(&key, "%s ", im->in->source);
  vg_buf_str(&key, number);
  struct vg_id id = vg_id_v5("attack-pattern", vg_id_stix_space, vg_buf_view(&key));
  vg_buf_fini(&key);
  became(p, &id);
  made_begin(&m, VG_NOTIME, p->modified);
  made_head(&m, "attack-pattern", &id);
  vg_jw_kstr(&m.w, "name", number);
  if (p->name.n)
    vg_jw_kstr(&m.w, "description", p->name);
  vg_jw_key(&m.w, "external_references");
  vg_jw_arr(&m.w);
  vg_jw_obj(&m.w);
  vg_jw_kz(&m.w, "source_name", "mitre-attack");
  vg_jw_kstr(&m.w, "external_id", number);
  vg_jw_end(&m.w);
  vg_jw_end(&m.w);
  import_tlp(&m.w, p->tlp, p->pap);
  vg_jw_end(&m.w);
  vg_code rc = import_made(im, &m, p->place_kind, p->at, err);
  made_end(&m);
  return rc;
}

static vg_code refuse(struct import *im, const struct plain_indicator *p, struct vg_err *err) {
  struct vg_err reason = {0};
  (void)VG_FAIL(&reason, VG_EDATA, "intel.bad_value", VG_T(p->value), intel_type_name(p->type));
  im->read++;
  return import_reject(im, p->place_kind, p->at, &reason, err);
}

vg_code import_plain(struct import *im, const struct plain_indicator *p, struct vg_err *err) {
  struct vg_buf value;
  vg_buf_init(&value, 1 << 16);
  bool known = p->type < INDICATOR_TYPES && intel_normalise(p->type, p->value, &value),
       can = known && intel_type_path(p->type);
  vg_code rc = vg_buf_check(&value, err);
  if (rc != VG_OK)
    goto out;
  if (p->context)
    rc = put_context(im, p, known ? vg_buf_view(&value) : p->value, known, err);
  else if (p->pattern_type)
    rc = put(im, p, p->value, NULL, err);
  else if (can)
    rc = put(im, p, vg_buf_view(&value), NULL, err);
  else if (known && p->type == TYPE_CVE)
    rc = put_cve(im, p, vg_buf_view(&value), err);
  else if (known && intel_is_technique(p->type, vg_buf_view(&value)))
    rc = put_technique(im, p, vg_buf_view(&value), err);
  else
    rc = refuse(im, p, err);
out:
  vg_buf_fini(&value);
  return rc;
}

bool intel_is_technique(enum indicator_type type, vg_str value) {
  return type == TYPE_ATTACK && value.n > 1 && vg_lower(value.p[0]) == 't' && vg_is_digit(value.p[1]);
}

struct plain_indicator plain_of(const struct import *im, const char *place_kind, int64_t at) {
  return (struct plain_indicator){.tlp = im->tlp,
                                  .pap = im->pap < 0 ? intel_pap_default(im->tlp) : (enum pap)im->pap,
                                  .since = VG_NOTIME,
                                  .modified = VG_NOTIME,
                                  .until = VG_NOTIME,
                                  .confidence = -1,
                                  .at = at,
                                  .place_kind = place_kind};
}

/* The same source naming the same value again is the same indicator. */
vg_code import_value(struct import *im, struct plain_indicator *p, struct vg_err *err) {
  struct vg_buf key;
  vg_buf_init(&key, 1 << 16);
  vg_buf_fmt(&key, "%s %s ", im->in->source, intel_type_name(p->type));
  vg_buf_str(&key, vg_str_trim(p->value));
  p->key = vg_buf_view(&key);
  vg_code rc = vg_buf_check(&key, err);
  if (rc == VG_OK)
    rc = import_plain(im, p, err);
  vg_buf_fini(&key);
  return rc;
}
