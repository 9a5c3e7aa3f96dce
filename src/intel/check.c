/* Checking STIX 2.1 objects: the frame. What is broken goes to a sink, issue by issue, then the object's verdict. */
#include "base/table.h"
#include "intel/lift.h"
#include "intel/model.h"

#include <stdio.h>
#include <string.h>

bool intel_check_knows(const char *name) {
  static const char *const names[] = {"1",
                                      "2",
                                      "account-type",
                                      "attack-motivation",
                                      "attack-resource-level",
                                      "character-set",
                                      "countries",
                                      "custom-prefix",
                                      "custom-prefix-lax",
                                      "deprecated-properties",
                                      "duplicate-ids",
                                      "extension-description",
                                      "extension-properties",
                                      "extensions-use",
                                      "extref-hashes",
                                      "grouping-context",
                                      "hash-algo",
                                      "hash-length",
                                      "http-request-headers",
                                      "identity-class",
                                      "implementation-languages",
                                      "indicator-pattern-types",
                                      "indicator-properties",
                                      "indicator-types",
                                      "industry-sector",
                                      "infrastructure-types",
                                      "ipfix",
                                      "kill-chain-names",
                                      "languages",
                                      "malware-analysis-product",
                                      "malware-av-result",
                                      "malware-capabilities",
                                      "malware-types",
                                      "marking-definition-type",
                                      "mime-type",
                                      "network-traffic-ports",
                                      "open-vocab-format",
                                      "pdf-doc-info",
                                      "processor-architecture",
                                      "protocols",
                                      "region",
                                      "relationship-types",
                                      "report-types",
                                      "socket-options",
                                      "spec-version",
                                      "threat-actor-role",
                                      "threat-actor-sophistication",
                                      "threat-actor-types",
                                      "tool-types",
                                      "uuid-check",
                                      "windows-pebinary-type",
                                      "windows-process-priority-format"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (strcmp(names[i], name) == 0)
      return true;
  return false;
}

bool check_wants(const struct check *c, const char *code) {
  /* "1" stands for all checks of forms, "2" for all vocabularies, as in the reference validator. */
  static const char *const forms[] = {"custom-prefix",
                                      "custom-prefix-lax",
                                      "open-vocab-format",
                                      "kill-chain-names",
                                      "uuid-check",
                                      "hash-length",
                                      "windows-process-priority-format",
                                      "malware-analysis-product"};
  bool form = false;
  for (size_t i = 0; i < VG_COUNT(forms); i++)
    form |= strcmp(code, forms[i]) == 0;
  for (size_t i = 0; i < c->o->disabled_count; i++) {
    const char *off = c->o->disabled[i];
    if (strcmp(off, code) == 0 || (form && strcmp(off, "1") == 0) || (!form && strcmp(off, "2") == 0))
      return false;
  }
  return true;
}

static void tell(struct check *c, bool error, const char *id, vg_str arg) {
  struct vg_err what = {0};
  *(error ? &c->errors : &c->warnings) += 1;
  (void)VG_FAIL(&what, VG_EDATA, id, c->path[0] ? c->path : "-", VG_T(vg_str_sub(arg, 0, 120)));
  c->issue(c->ctx, error ? ISSUE_ERROR : ISSUE_WARNING, &what);
}

void check_must(struct check *c, const char *id, vg_str arg) { tell(c, true, id, arg); }

void check_should(struct check *c, const char *code, const char *id, vg_str arg) {
  if (check_wants(c, code))
    tell(c, c->o->strict, id, arg);
}

size_t check_enter(struct check *c, vg_str name, size_t index) {
  size_t before = strlen(c->path), room = sizeof c->path - before;
  if (name.p && name.n)
    snprintf(c->path + before, room, "%s%.*s", before ? "." : "", (int)(name.n > 100 ? 100 : name.n), name.p);
  else
    snprintf(c->path + before, room, "[%zu]", index);
  return before;
}

void check_leave(struct check *c, size_t length) { c->path[length] = 0; }

static bool property_name(vg_str s) {
  if (vg_str_eqz(s, "id"))
    return true;
  if (s.n < 3 || s.n > 250 || s.p[0] < 'a' || s.p[0] > 'z')
    return false;
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_digit(s.p[i]) && s.p[i] != '_' && (s.p[i] < 'a' || s.p[i] > 'z'))
      return false;
  return true;
}

/* Lower-case words joined by hyphens. */
bool check_type_name(vg_str s) {
  if (s.n < 3 || s.n > 250 || s.p[0] < 'a' || s.p[0] > 'z' || vg_str_eqz(s, "action"))
    return false;
  for (size_t i = 0; i < s.n; i++) {
    bool letter = vg_is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z');
    if (!letter && (s.p[i] != '-' || s.p[i - 1] == '-'))
      return false;
  }
  return true;
}

/* prefix, something, separator, something, suffix: x_source_name, or only x_name when lax. */
static bool prefixed(vg_str s, const char *prefix, char sep, const char *suffix, bool lax) {
  vg_str head = vg_str_z(prefix), tail = vg_str_z(suffix);
  if (!vg_str_starts(s, head) || !vg_str_ends(s, tail) || s.n <= head.n + tail.n)
    return false;
  vg_str inner = vg_str_sub(s, head.n, s.n - head.n - tail.n);
  size_t at = vg_str_find_byte(inner, sep, 1);
  return lax || (at != SIZE_MAX && at + 1 < inner.n);
}

static void want_prefix(struct check *c, vg_str s, const char *prefix, char sep, const char *suffix) {
  if (!prefixed(s, prefix, sep, suffix, false))
    check_should(c, "custom-prefix", "intel.check_prefix", s);
  if (!prefixed(s, prefix, sep, suffix, true))
    check_should(c, "custom-prefix-lax", "intel.check_prefix", s);
}

void check_custom(struct check *c, vg_str name, bool nested) {
  if (c->o->strict_properties)
    check_must(c, "intel.check_custom", name);
  else if (!check_wants(c, "extensions-use"))
    want_prefix(c, name, "x_", '_', "");
  else if (nested || !c->toplevel ||
           vg_str_starts(name, VG_STR("x_"))) /* an extension's own properties need no prefix */
    check_should(c, "extensions-use", "intel.check_custom", name);
}

/* A definition's id as key, and what it says of its own kind. */
static void defined_extension(struct check *c, vg_jv v) {
  struct vg_jit it;
  vg_str type, key;
  vg_jv one;
  if (!vg_jv_str_at(v, "extension_type", &type) ||
      !model_lists(model_words('E', VG_STR("extension-type")), type, false))
    check_must(c, "intel.check_extension_type", VG_STR(""));
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);)
    if (!property_name(key))
      check_must(c, "intel.check_property_name", key);
}

static void one_extension(struct check *c, vg_str key, vg_jv v) {
  const struct shape *known = model_extension(c->type, key);
  if (vg_jv_type(v) != VG_J_OBJ || vg_jv_count(v) == 0) {
    check_must(c, "intel.check_dictionary", key);
  } else if (vg_str_starts(key, VG_STR("extension-definition--"))) {
    if (!check_id_form(key))
      check_must(c, "intel.check_ref", key);
    defined_extension(c, v);
  } else if (known) {
    check_shape(c, known, NULL, v, true);
  } else if (!check_type_name(key) || !vg_str_ends(key, VG_STR("-ext")) || vg_str_eqz(c->type, "marking-definition")) {
    check_must(c, "intel.check_extension", key);
  } else if (c->o->strict_properties) {
    check_must(c, "intel.check_custom", key);
  } else if (check_wants(c, "extensions-use")) {
    check_should(c, "extensions-use", "intel.check_extension", key);
  } else {
    want_prefix(c, key, "x-", '-', "-ext");
  }
}

static void extensions(struct check *c, vg_jv v) {
  struct vg_jit it;
  vg_str key;
  vg_jv one;
  if (vg_jv_type(v) != VG_J_OBJ || vg_jv_count(v) == 0) {
    check_must(c, "intel.check_dictionary", VG_STR(""));
    return;
  }
  for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &one);) {
    size_t before = check_enter(c, key, 0);
    one_extension(c, key, one);
    check_leave(c, before);
  }
}

static bool has(vg_jv o, vg_str name) {
  struct vg_jit it;
  vg_str key;
  vg_jv v;
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);)
    if (vg_str_eq(key, name))
      return true;
  return false;
}

/* What version 2.1 asked for anew: an object of 2.0 does without. */
static bool new_in_21(vg_str name) {
  static const char *const names[] = {"spec_version", "pattern_type", "is_family", "is_multipart", "product"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (vg_str_eqz(name, names[i]))
      return true;
  return false;
}

static void missing(struct check *c, const struct shape *s, vg_jv o) {
  for (size_t i = 0; i < s->n; i++) {
    const struct prop *p = &s->v[i];
    if (p->kind == K_ANY_OF) {
      vg_str rest = p->arg, name;
      bool any = false;
      while (rest.p && vg_str_cut(&rest, '|', &name))
        any |= has(o, name);
      if (!any)
        check_must(c, "intel.check_any_of", p->arg);
    } else if (p->must && !has(o, p->name) && !(c->old && new_in_21(p->name))) {
      check_must(c, "intel.check_missing", p->name);
    }
  }
}

void check_shape(struct check *c, const struct shape *s, const struct shape *set, vg_jv o, bool nested) {
  struct vg_jit it;
  vg_str key;
  vg_jv v;
  for (vg_jit_init(&it, o); vg_jit_next(&it, &key, &v);) {
    const struct prop *p = model_prop(s, key);
    size_t before = check_enter(c, key, 0);
    if (!p)
      p = model_prop(set, key);
    if (p && p->kind == K_EXTENSIONS) {
      extensions(c, v);
    } else if (p) {
      check_value(c, p, v);
    } else {
      if (!property_name(key))
        check_must(c, "intel.check_property_name", key);
      if (s && !c->new_type)
        check_custom(c, key, nested);
    }
    check_leave(c, before);
  }
  if (s)
    missing(c, s, o);
  if (set)
    missing(c, set, o);
}

static void read_extension_types(struct check *c) {
  struct vg_jit it;
  vg_jv v;
  vg_str type;
  for (vg_jit_init(&it, vg_jv_at(c->object, "extensions")); vg_jit_next(&it, NULL, &v);) {
    if (!vg_jv_str_at(v, "extension_type", &type))
      continue;
    c->toplevel |= vg_str_eqz(type, "toplevel-property-extension");
    c->new_type |= !c->shape && vg_str_starts(type, VG_STR("new-s"));
  }
}

/* A type that the standard does not have. */
static void custom_type(struct check *c) {
  if (!check_type_name(c->type))
    check_must(c, "intel.check_type_name", c->type);
  if (c->o->strict_types)
    check_must(c, "intel.check_custom_type", c->type);
  else if (!check_wants(c, "extensions-use"))
    want_prefix(c, c->type, "x-", '-', "");
  else if (!c->new_type)
    check_should(c, "extensions-use", "intel.check_custom_type", c->type);
}

/* New observables have the common properties of observables, all else those of domain objects. */
static bool is_new_observable(const struct check *c) {
  struct vg_jit it;
  vg_jv v;
  vg_str type;
  for (vg_jit_init(&it, vg_jv_at(c->object, "extensions")); vg_jit_next(&it, NULL, &v);)
    if (vg_jv_str_at(v, "extension_type", &type) && vg_str_eqz(type, "new-sco"))
      return true;
  return !c->new_type && vg_jv_type(vg_jv_at(c->object, "created")) == VG_J_MISSING;
}

static void versions(struct check *c) {
  vg_str version = VG_STR("");
  bool said = vg_jv_str_at(c->object, "spec_version", &version);
  if (said && !vg_str_eqz(version, "2.0") && !vg_str_eqz(version, "2.1"))
    check_must(c, "intel.check_version", version);
  bool observable = c->shape ? vg_str_eqz(c->shape->set, "sco") : is_new_observable(c);
  bool bundle = vg_str_eqz(c->type, "bundle");
  c->old = !bundle && !observable && (!said || vg_str_eqz(version, "2.0"));
  if (c->old && !said)
    check_should(c, "spec-version", "intel.check_implied_version", VG_STR(""));
  if (said && c->old && c->in_bundle && !c->bundle_says_version)
    check_must(c, "intel.check_old_in_new", VG_STR(""));
}

static void check_object(struct check *c, struct vg_id *deterministic) {
  char set[8];
  vg_str name;
  deterministic->s[0] = 0;
  if (vg_jv_type(c->object) != VG_J_OBJ) {
    check_must(c, "intel.not_object", VG_STR(""));
    return;
  }
  if (!vg_jv_str_at(c->object, "id", &c->id))
    c->id = VG_NOSTR;
  if (!vg_jv_str_at(c->object, "type", &c->type)) {
    c->type = VG_NOSTR;
    check_must(c, "intel.check_missing", VG_STR("type"));
    return;
  }
  c->shape = model_shape('T', c->type);
  read_extension_types(c);
  versions(c);
  if (!c->shape)
    custom_type(c);
  name = c->shape ? c->shape->set : is_new_observable(c) ? VG_STR("sco") : VG_STR("sdo");
  check_shape(c, c->shape, model_shape('C', vg_str_z(vg_str_copy(set, sizeof set, name))), c->object, false);
  if (c->id.p && !vg_str_eq(vg_id_kind(c->id), c->type))
    check_must(c, "intel.check_id_type", c->id);
  check_rules(c);
  if (vg_str_eqz(name, "sco"))
    (void)intel_sco_id(c->object, deterministic);
}

struct run {
  const struct intel_check_options *o;
  intel_issue_sink *issue;
  intel_checked_sink *checked;
  void *ctx;
  struct lift *lift;
};

static void lifted(void *ctx, const struct vg_err *what) {
  const struct run *r = ctx;
  r->issue(r->ctx, ISSUE_LIFTED, what);
}

/* An object of 2.0 that cannot be lifted is not imported. */
static vg_code try_lift(struct run *r, struct check *c, struct vg_err *err) {
  struct vg_err why = {0};
  if (!lift_wanted(c->object))
    return VG_OK;
  vg_code rc = lift_object(r->lift, c->object, lifted, r, &why);
  if (rc == VG_ENOMEM)
    return VG_FAIL(err, rc, "base.memory");
  if (rc != VG_OK) {
    c->errors++;
    r->issue(r->ctx, ISSUE_ERROR, &why);
  }
  return VG_OK;
}

static vg_code one(struct run *r, vg_jv v, bool in_bundle, bool bundle_says_version, bool duplicate,
                   struct vg_err *err) {
  struct check c = {.o = r->o,
                    .issue = r->issue,
                    .ctx = r->ctx,
                    .object = v,
                    .in_bundle = in_bundle,
                    .bundle_says_version = bundle_says_version};
  struct vg_id id;
  check_object(&c, &id);
  if (duplicate)
    check_should(&c, "duplicate-ids", "intel.check_duplicate", c.id);
  VG_TRY(try_lift(r, &c, err));
  struct intel_checked done = {
      .id = c.id, .type = c.type, .valid = c.errors == 0, .deterministic_id = id.s[0] ? id.s : NULL};
  return r->checked(r->ctx, &done, err);
}

/* id and version together name an object of a bundle. */
static bool seen_before(struct vg_table *seen, vg_jv v) {
  vg_str id, modified = VG_STR("");
  struct vg_buf key;
  uint64_t n = 0;
  if (!vg_jv_str_at(v, "id", &id))
    return false;
  (void)vg_jv_str_at(v, "modified", &modified);
  vg_buf_init(&key, 1 << 20);
  vg_buf_str(&key, id);
  vg_buf_byte(&key, ' ');
  vg_buf_str(&key, modified);
  bool twice = vg_table_bump(seen, vg_buf_view(&key), 1, &n, NULL) == VG_OK && n > 1;
  vg_buf_fini(&key);
  return twice;
}

static vg_code any(struct run *r, vg_jv root, struct vg_err *err) {
  struct vg_jit it;
  vg_jv v, list = root;
  vg_str type, version;
  struct vg_table *seen;
  bool bundle = vg_jv_str_at(root, "type", &type) && vg_str_eqz(type, "bundle"), says = false;
  if (!bundle && vg_jv_type(root) != VG_J_ARR)
    return one(r, root, false, false, false, err);
  if (bundle) {
    says = vg_jv_str_at(root, "spec_version", &version);
    VG_TRY(one(r, root, false, false, false, err));
    list = vg_jv_at(root, "objects");
  }
  VG_TRY(vg_table_new(&seen, SIZE_MAX / 64, err));
  vg_code rc = VG_OK;
  for (vg_jit_init(&it, list); rc == VG_OK && vg_jit_next(&it, NULL, &v);) {
    bool inner = vg_jv_str_at(v, "type", &type) && vg_str_eqz(type, "bundle");
    rc = !bundle && inner ? any(r, v, err) : one(r, v, bundle, says, seen_before(seen, v), err);
  }
  vg_table_free(seen);
  return rc;
}

static vg_code unreadable(struct run *r, const struct vg_err *why, struct vg_err *err) {
  struct intel_checked done = {.id = VG_NOSTR, .type = VG_NOSTR};
  r->issue(r->ctx, ISSUE_ERROR, why);
  return r->checked(r->ctx, &done, err);
}

/* Lines that are each one JSON value. */
static vg_code by_line(struct run *r, struct vg_json *json, vg_str text, struct vg_err *err) {
  vg_str line;
  while (text.n && vg_str_line(&text, &line)) {
    struct vg_err why = {0};
    vg_jv root;
    if (vg_str_trim(line).n == 0)
      continue;
    vg_code rc = vg_json_parse(json, line, &root, &why);
    if (rc == VG_ENOMEM)
      return VG_FAIL(err, rc, "base.memory");
    VG_TRY(rc == VG_OK ? any(r, root, err) : unreadable(r, &why, err));
  }
  return VG_OK;
}

static vg_code check_text(struct run *r, struct vg_json *json, vg_str text, struct vg_err *err) {
  struct vg_err why = {0};
  vg_jv root;
  vg_str rest, first = VG_STR("");
  vg_code rc = vg_json_parse(json, text, &root, &why);
  if (rc == VG_OK)
    return any(r, root, err);
  if (rc == VG_EDATA) {
    rest = vg_str_trim(text);
    bool lines = vg_str_line(&rest, &first) && rest.n && vg_json_parse(json, first, &root, NULL) == VG_OK;
    return lines ? by_line(r, json, text, err) : unreadable(r, &why, err);
  }
  if (err)
    *err = why;
  return rc;
}

vg_code intel_check(vg_str text, const struct intel_check_options *o, intel_issue_sink *issue,
                    intel_checked_sink *checked, void *ctx, struct vg_err *err) {
  struct run r = {.o = o, .issue = issue, .checked = checked, .ctx = ctx};
  struct vg_json *json;
  if (vg_str_starts(text, VG_STR("\xEF\xBB\xBF")))
    text = vg_str_sub(text, 3, text.n);
  VG_TRY(vg_json_new(&json, err));
  vg_code rc = lift_new(&r.lift, err);
  if (rc == VG_OK)
    rc = check_text(&r, json, text, err);
  lift_free(r.lift);
  vg_json_free(json);
  return rc;
}
