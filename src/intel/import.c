/* Importing: one object at a time, each inside its own savepoint, so that a bad one costs only itself. */
#include "base/jsonw.h"
#include "intel/intel_internal.h"

#include <stdio.h>

void import_reject(struct import *im, const char *place_kind, int64_t at, const struct vg_err *reason) {
  char place[4400];
  snprintf(place, sizeof place, "%s, %s %lld", im->in->path, place_kind, (long long)at);
  im->in->rejected++;
  if (im->in->reject)
    im->in->reject(im->in->ctx, place, reason);
}

/* What is searched for in an object: the columns beside its JSON. */
struct columns {
  vg_str id, type, name;
  vg_time modified;
  enum tlp tlp;
  enum pap pap;
  int64_t confidence;
  bool revoked;
};

static vg_code read_columns(vg_jv o, struct columns *c, struct vg_err *err) {
  vg_str text;
  bool said;
  *c = (struct columns){.confidence = -1, .modified = 0, .name = VG_STR("")};
  if (vg_jv_type(o) != VG_J_OBJ)
    return VG_FAIL(err, VG_EDATA, "intel.not_object");
  if (!vg_jv_str_at(o, "type", &c->type) || c->type.n == 0)
    return VG_FAIL(err, VG_EDATA, "intel.no_type");
  if (!vg_jv_str_at(o, "id", &c->id))
    return VG_FAIL(err, VG_EDATA, "intel.no_id", VG_T(c->type));
  if (!vg_id_ok(c->id) || !vg_str_eq(vg_id_kind(c->id), c->type))
    return VG_FAIL(err, VG_EDATA, "intel.bad_id", VG_T(c->id));
  if (vg_jv_str_at(o, "modified", &text) || vg_jv_str_at(o, "created", &text))
    if (!vg_time_parse(text, &c->modified))
      return VG_FAIL(err, VG_EDATA, "intel.bad_time", VG_T(text), VG_T(c->id));
  if (!vg_jv_str_at(o, "name", &c->name) && !vg_jv_str_at(o, "value", &c->name))
    c->name = VG_STR("");
  (void)vg_jv_i64_at(o, "confidence", &c->confidence);
  (void)vg_jv_bool(vg_jv_at(o, "revoked"), &c->revoked);
  intel_markings(o, &c->tlp, &c->pap, &said);
  /* Definitions of markings carry no marking of their own and are everybody's. */
  if (!said && (vg_str_eqz(c->type, "marking-definition") || vg_str_eqz(c->type, "extension-definition")))
    c->tlp = TLP_CLEAR;
  return VG_OK;
}

struct keep {
  struct import *im;
  int64_t object;
};

static vg_code keep_value(void *ctx, enum indicator_type type, vg_str value, struct vg_err *err) {
  struct keep *k = ctx;
  return store_exec(k->im->tx,
                    "INSERT INTO intel_value (type, value, object, source) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (type, value, object) DO NOTHING",
                    S_ARGS(S_Z(intel_type_name(type)), S_STR(value), S_INT(k->object), S_Z(k->im->in->source)), err);
}

static vg_code keep_path(struct keep *k, const char *path, vg_str raw, struct vg_err *err) {
  enum indicator_type type;
  struct vg_buf value;
  if (!intel_path_type(vg_str_z(path), &type))
    return VG_OK;
  vg_buf_init(&value, 1 << 16);
  vg_code rc = intel_normalise(type, raw, &value) ? keep_value(k, type, vg_buf_view(&value), err) : vg_buf_check(&value, err);
  vg_buf_fini(&value);
  return rc;
}

/* An indicator's pattern is what to search for. Observables alone are only facts: they are kept as objects, not as values. */
static vg_code keep_values(struct keep *k, vg_jv o, const struct columns *c, struct vg_err *err) {
  vg_str pattern, kind = VG_STR("stix"), ref;
  if (vg_str_eqz(c->type, "vulnerability"))
    return vg_jv_str_at(o, "name", &ref) ? keep_path(k, "vulnerability:name", ref, err) : VG_OK;
  if (!vg_str_eqz(c->type, "indicator") || !vg_jv_str_at(o, "pattern", &pattern))
    return VG_OK;
  (void)vg_jv_str_at(o, "pattern_type", &kind);
  return vg_str_eqz(kind, "stix") ? intel_pattern_values(pattern, keep_value, k, err) : VG_OK;
}

static vg_code store_object(struct import *im, vg_str text, bool *updated, bool *same, struct vg_err *err) {
  vg_jv o;
  struct columns c;
  int64_t newest = INT64_MIN, have = 0;
  struct keep k = {.im = im};
  VG_TRY(vg_json_parse(im->inner, text, &o, err));
  VG_TRY(read_columns(o, &c, err));
  VG_TRY(store_get_int(im->tx, &have, "SELECT COUNT(*) FROM intel_object WHERE stix_id = $1 AND modified = $2",
                       S_ARGS(S_STR(c.id), S_TIME(c.modified)), err));
  *same = have > 0;
  if (*same)
    return VG_OK;
  vg_code rc = store_get_int(im->tx, &newest, "SELECT modified FROM intel_object WHERE stix_id = $1 AND latest = 1", S_ARGS(S_STR(c.id)), NULL);
  if (rc != VG_OK && rc != VG_ENOTFOUND)
    return VG_FAIL(err, rc, "store.failed", "intel_object", "");
  *updated = rc == VG_OK;
  bool latest = !*updated || c.modified > newest;
  if (*updated && latest)
    VG_TRY(store_exec(im->tx, "UPDATE intel_object SET latest = 0 WHERE stix_id = $1", S_ARGS(S_STR(c.id)), err));
  VG_TRY(store_insert(im->tx, &k.object,
                      "INSERT INTO intel_object (stix_id, type, modified, name, tlp, pap, confidence, revoked, latest, source, json, received) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
                      S_ARGS(S_STR(c.id), S_STR(c.type), S_TIME(c.modified), S_STR(c.name), S_INT(c.tlp), S_INT(c.pap),
                             S_INT_OR_NULL(c.confidence, c.confidence < 0), S_INT(c.revoked), S_INT(latest), S_Z(im->in->source),
                             S_STR(text), S_TIME(store_now(im->tx))),
                      err));
  return keep_values(&k, o, &c, err);
}

vg_code import_object(struct import *im, vg_str text, const char *place_kind, int64_t at, struct vg_err *err) {
  struct vg_err reason = {0};
  bool updated = false, same = false;
  im->in->read++;
  VG_TRY(store_savepoint(im->tx, err));
  vg_code rc = store_object(im, text, &updated, &same, &reason);
  VG_TRY(store_release(im->tx, rc == VG_OK, err));
  if (rc == VG_OK) {
    *(updated ? &im->in->updated : &im->in->added) += same ? 0 : 1;
    return VG_OK;
  }
  /* Only what is wrong with the object itself is forgiven. */
  if (rc == VG_EDATA || rc == VG_ESTATE || rc == VG_ELIMIT) {
    import_reject(im, place_kind, at, &reason);
    return VG_OK;
  }
  if (err)
    *err = reason;
  return rc;
}

static void quote_literal(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '\'' || s.p[i] == '\\')
      vg_buf_byte(out, '\\');
    vg_buf_byte(out, (unsigned char)s.p[i]);
  }
}

static const char *path_of(enum indicator_type t) {
  switch (t) {
  case TYPE_DOMAIN: return "domain-name:value";
  case TYPE_IPV4:
  case TYPE_CIDR: return "ipv4-addr:value";
  case TYPE_IPV6: return "ipv6-addr:value";
  case TYPE_URL: return "url:value";
  case TYPE_EMAIL: return "email-addr:value";
  case TYPE_MD5: return "file:hashes.MD5";
  case TYPE_SHA1: return "file:hashes.'SHA-1'";
  case TYPE_SHA256: return "file:hashes.'SHA-256'";
  case TYPE_SHA512: return "file:hashes.'SHA-512'";
  case TYPE_FILE_NAME: return "file:name";
  case TYPE_MUTEX: return "mutex:name";
  case TYPE_BTC: return "user-account:user_id";
  case TYPE_CVE:
  case TYPE_ATTACK:
  case INDICATOR_TYPES: break;
  }
  return NULL;
}

static const char *const tlp_ids[] = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"};
static const char *const pap_ids[] = {NULL, "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9",
                                      "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab",
                                      "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"};

static void write_indicator(struct vg_buf *out, struct import *im, const struct plain_indicator *p, vg_str value) {
  struct vg_jw w;
  struct vg_buf pattern;
  vg_time since = p->since == VG_NOTIME ? store_now(im->tx) : p->since;
  struct vg_id id = vg_id_v5("indicator", vg_id_stix_space, p->key);
  vg_buf_init(&pattern, 1 << 16);
  vg_buf_fmt(&pattern, "[%s = '", path_of(p->type));
  quote_literal(&pattern, value);
  vg_buf_z(&pattern, "']");
  vg_jw_init(&w, out);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "type", "indicator");
  vg_jw_kz(&w, "spec_version", "2.1");
  vg_jw_kz(&w, "id", id.s);
  vg_jw_ktime(&w, "created", since);
  vg_jw_ktime(&w, "modified", since);
  vg_jw_kstr(&w, "name", p->name.n ? p->name : value);
  if (p->description.n)
    vg_jw_kstr(&w, "description", p->description);
  vg_jw_kstr(&w, "pattern", vg_buf_view(&pattern));
  vg_jw_kz(&w, "pattern_type", "stix");
  vg_jw_ktime(&w, "valid_from", since);
  vg_jw_key(&w, "object_marking_refs");
  vg_jw_arr(&w);
  vg_jw_z(&w, tlp_ids[p->tlp]);
  if (pap_ids[p->pap])
    vg_jw_z(&w, pap_ids[p->pap]);
  vg_jw_end(&w);
  vg_jw_end(&w);
  vg_buf_fini(&pattern);
}

vg_code import_plain(struct import *im, const struct plain_indicator *p, struct vg_err *err) {
  struct vg_buf value, object;
  struct vg_err reason = {0};
  vg_code rc = VG_OK;
  vg_buf_init(&value, 1 << 16);
  vg_buf_init(&object, 1 << 20);
  bool usable = path_of(p->type) && intel_normalise(p->type, p->value, &value);
  if (vg_buf_check(&value, err) == VG_ENOMEM) {
    rc = VG_ENOMEM;
  } else if (!usable) {
    (void)VG_FAIL(&reason, VG_EDATA, "intel.bad_value", VG_T(p->value), intel_type_name(p->type));
    im->in->read++;
    import_reject(im, p->place_kind, p->at, &reason);
  } else {
    write_indicator(&object, im, p, vg_buf_view(&value));
    rc = vg_buf_check(&object, err);
    if (rc == VG_OK)
      rc = import_object(im, vg_buf_view(&object), p->place_kind, p->at, err);
  }
  vg_buf_fini(&value);
  vg_buf_fini(&object);
  return rc;
}

/* {...,"objects"...} is a bundle, {"Event" or {"response" MISP; a first line with "type" and "value" CSV; else a list. */
static enum intel_format guess(vg_str text) {
  vg_str head = vg_str_sub(vg_str_trim(text), 0, 4096), line = VG_STR("");
  if (head.n && (head.p[0] == '{' || head.p[0] == '['))
    return vg_str_find(head, VG_STR("\"Event\""), 0) != SIZE_MAX ? FORMAT_MISP : FORMAT_STIX;
  (void)vg_str_line(&head, &line);
  bool table = vg_str_find_byte(line, ',', 0) != SIZE_MAX || vg_str_find_byte(line, '\t', 0) != SIZE_MAX ||
               vg_str_find_byte(line, ';', 0) != SIZE_MAX;
  return table ? FORMAT_CSV : FORMAT_TEXT;
}

static vg_code import_by_format(struct import *im, enum intel_format format, struct vg_err *err) {
  switch (format) {
  case FORMAT_MISP: return import_misp(im, err);
  case FORMAT_CSV: return import_csv(im, err);
  case FORMAT_TEXT: return import_list(im, err);
  case FORMAT_STIX:
  case FORMAT_GUESS: break;
  }
  return import_stix(im, err);
}

static vg_code record(struct import *im, const struct actor *who, struct vg_err *err) {
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "file", im->in->path);
  vg_jw_kz(&w, "source", im->in->source);
  vg_jw_kint(&w, "added", im->in->added);
  vg_jw_kint(&w, "updated", im->in->updated);
  vg_jw_kint(&w, "rejected", im->in->rejected);
  vg_jw_end(&w);
  vg_code rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(im->tx, who, "intel.imported", im->in->source, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

vg_code intel_import(struct store_tx *tx, const struct actor *who, struct intel_import *in, struct vg_err *err) {
  struct import im = {.tx = tx, .in = in};
  vg_code rc = VG_OK;
  in->read = in->added = in->updated = in->rejected = 0;
  VG_GO(vg_json_new(&im.json, err));
  VG_GO(vg_json_new(&im.inner, err));
  VG_GO(import_by_format(&im, in->format == FORMAT_GUESS ? guess(in->text) : in->format, err));
  VG_GO(record(&im, who, err));
out:
  vg_json_free(im.json);
  vg_json_free(im.inner);
  return rc;
}
