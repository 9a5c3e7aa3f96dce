/* What the standard asks of an object as a whole, beyond the form of each property. */
#include "intel/lift.h"
#include "intel/model.h"

#include <string.h>

static bool has(const struct check *c, const char *key) { return vg_jv_type(vg_jv_at(c->object, key)) != VG_J_MISSING; }
static vg_str text(const struct check *c, const char *key) {
  vg_str s;
  return vg_jv_str_at(c->object, key, &s) ? s : VG_NOSTR;
}

static void times(struct check *c) {
  static const struct {
    const char *early, *late;
    bool strictly;
  } pairs[] = {{"created", "modified", false},
               {"first_seen", "last_seen", false},
               {"valid_from", "valid_until", true},
               {"first_observed", "last_observed", false},
               {"start_time", "stop_time", true},
               {"start", "end", false},
               {"analysis_started", "analysis_ended", false},
               {"validity_not_before", "validity_not_after", false},
               {"account_created", "account_expires", false}};
  for (size_t i = 0; i < VG_COUNT(pairs); i++) {
    vg_str a = text(c, pairs[i].early), b = text(c, pairs[i].late);
    if (!pattern_is_time(a) || !pattern_is_time(b))
      continue;
    int order = intel_time_order(a, b);
    if (order > 0 || (order == 0 && pairs[i].strictly))
      check_must(c, "intel.check_time_order", vg_str_z(pairs[i].late));
  }
}

static void uuid_version(struct check *c) {
  struct vg_id id;
  if (!c->id.p || !check_id_form(c->id) || !c->shape)
    return;
  char want = vg_str_eqz(c->shape->set, "sco") && intel_sco_id(c->object, &id) ? '5' : '4';
  if (c->id.p[c->id.n - 22] != want)
    check_should(c, "uuid-check", want == '5' ? "intel.check_uuid5" : "intel.check_uuid4", c->id);
}

/* ATT&CK and its likes have no fixed form; CVE and CAPEC do. */
static bool cve_form(vg_str s) {
  uint64_t n;
  return s.n >= 13 && vg_str_starts(s, VG_STR("CVE-")) && vg_str_u64(vg_str_sub(s, 4, 4), &n) && s.p[8] == '-' &&
         vg_str_u64(vg_str_sub(s, 9, s.n), &n) && (s.n == 13 || s.p[9] != '0');
}
static bool capec_form(vg_str s) {
  uint64_t n;
  return vg_str_starts(s, VG_STR("CAPEC-")) && vg_str_u64(vg_str_sub(s, 6, s.n), &n);
}

static void references(struct check *c) {
  struct vg_jit it;
  vg_jv r;
  size_t i = 0;
  for (vg_jit_init(&it, vg_jv_at(c->object, "external_references")); vg_jit_next(&it, NULL, &r); i++) {
    vg_str source = VG_STR(""), id = VG_NOSTR, s;
    size_t before = check_enter(c, VG_STR("external_references"), 0);
    (void)check_enter(c, VG_STR(""), i);
    (void)vg_jv_str_at(r, "source_name", &source);
    (void)vg_jv_str_at(r, "external_id", &id);
    if (vg_str_eqz(source, "cve")     ? !cve_form(id)
        : vg_str_eqz(source, "capec") ? !capec_form(id)
                                      : id.p && (cve_form(id) || capec_form(id)))
      check_must(c, "intel.check_external_id", id.p ? id : source);
    if (!id.p && !vg_jv_str_at(r, "description", &s) && !vg_jv_str_at(r, "url", &s))
      check_must(c, "intel.check_any_of", VG_STR("external_id|description|url"));
    if (vg_jv_str_at(r, "url", &s) && vg_jv_type(vg_jv_at(r, "hashes")) == VG_J_MISSING)
      check_should(c, "extref-hashes", "intel.check_missing", VG_STR("hashes"));
    check_leave(c, before);
  }
}

/* A selector names something that is there: keys by dots, list items as [0]. */
static bool selects(vg_jv v, vg_str selector) {
  vg_str part;
  while (selector.p && vg_str_cut(&selector, '.', &part)) {
    struct vg_jit it;
    vg_jv kid, found = {0};
    vg_str key;
    uint64_t want = 0, i = 0;
    bool index = part.n > 2 && part.p[0] == '[' && part.p[part.n - 1] == ']' &&
                 vg_str_u64(vg_str_sub(part, 1, part.n - 2), &want);
    if (vg_jv_type(v) != (index ? VG_J_ARR : VG_J_OBJ))
      return false;
    for (vg_jit_init(&it, v); vg_jit_next(&it, &key, &kid); i++)
      if (index ? i == want : vg_str_eq(key, part))
        found = kid;
    if (vg_jv_type(found) == VG_J_MISSING)
      return false;
    v = found;
  }
  return true;
}

static void markings(struct check *c) {
  struct vg_jit it, each;
  vg_jv v, selector;
  vg_str ref, s;
  size_t before = check_enter(c, VG_STR("granular_markings"), 0), tlps = 0;
  for (vg_jit_init(&it, vg_jv_at(c->object, "granular_markings")); vg_jit_next(&it, NULL, &v);) {
    bool marks = vg_jv_str_at(v, "marking_ref", &ref), speaks = vg_jv_str_at(v, "lang", &s);
    if (marks == speaks)
      check_must(c, "intel.check_any_of", VG_STR("marking_ref|lang"));
    if (marks && vg_str_eq(ref, c->id))
      check_must(c, "intel.check_circular", ref);
    for (vg_jit_init(&each, vg_jv_at(v, "selectors")); vg_jit_next(&each, NULL, &selector);)
      if (vg_jv_str(selector, &s) && !selects(c->object, s))
        check_must(c, "intel.check_selector", s);
  }
  check_leave(c, before);
  for (vg_jit_init(&it, vg_jv_at(c->object, "object_marking_refs")); vg_jit_next(&it, NULL, &v);) {
    enum tlp t;
    if (!vg_jv_str(v, &ref))
      continue;
    tlps += intel_tlp_by_id(ref, &t);
    if (!vg_str_eqz(vg_id_kind(ref), "marking-definition"))
      check_must(c, "intel.check_ref_type", ref);
    if (vg_str_eq(ref, c->id))
      check_must(c, "intel.check_circular", ref);
  }
  if (c->o->interop && tlps > 1)
    check_must(c, "intel.check_interop_tlp", VG_STR(""));
  if (c->o->interop && c->shape && vg_str_eqz(c->shape->set, "sdo") && !vg_str_eqz(c->type, "identity") &&
      !has(c, "created_by_ref"))
    check_must(c, "intel.check_missing", VG_STR("created_by_ref"));
}

/* Types and first properties of a pattern's paths that the standard does not have. */
static void pattern_paths(struct check *c, const struct pattern_node *n) {
  for (size_t i = 0; i < n->n; i++)
    pattern_paths(c, n->kid[i]);
  if (n->kind != N_TEST)
    return;
  const struct shape *s = model_shape('T', n->path.type);
  vg_str key = n->path.step[0].key;
  if (!s) {
    if (!check_type_name(n->path.type))
      check_must(c, "intel.check_type_name", n->path.type);
    if (c->o->strict_types)
      check_must(c, "intel.check_custom_type", n->path.type);
    bool x = vg_str_starts(n->path.type, VG_STR("x-")) && n->path.type.n > 2;
    if (!x || vg_str_find_byte(n->path.type, '-', 3) == SIZE_MAX)
      check_should(c, "custom-prefix", "intel.check_prefix", n->path.type);
    if (!x)
      check_should(c, "custom-prefix-lax", "intel.check_prefix", n->path.type);
    return;
  }
  if (model_prop(s, key) || model_prop(model_shape('C', s->set), key))
    return;
  if (key.n < 3 && !vg_str_eqz(key, "id"))
    check_must(c, "intel.check_property_name", key);
  if (c->o->strict_properties)
    check_must(c, "intel.check_custom", key);
  bool x = vg_str_starts(key, VG_STR("x_")) && key.n > 2;
  if (!x || vg_str_find_byte(key, '_', 3) == SIZE_MAX)
    check_should(c, "custom-prefix", "intel.check_prefix", key);
  if (!x)
    check_should(c, "custom-prefix-lax", "intel.check_prefix", key);
}

/* A pattern of STIX 2.0 is judged by what 2.1 makes of it. */
static void check_pattern(struct check *c, vg_str pattern) {
  struct intel_pattern p;
  struct vg_err why = {0};
  struct vg_buf lifted;
  vg_buf_init(&lifted, 2 * (size_t)INPUT_ELEMENT_MAX);
  if (c->old)
    lift_pattern(pattern, &lifted);
  if (pattern_parse(&p, c->old ? vg_buf_view(&lifted) : pattern, true, &why) != VG_OK) {
    c->errors++;
    c->issue(c->ctx, ISSUE_ERROR, &why);
  } else {
    pattern_paths(c, p.root);
    pattern_fini(&p);
  }
  vg_buf_fini(&lifted);
}

static void indicator(struct check *c) {
  vg_str kind = text(c, "pattern_type"), pattern = text(c, "pattern");
  size_t before;
  if (!has(c, "name"))
    check_should(c, "indicator-properties", "intel.check_missing", VG_STR("name"));
  if (!has(c, "description"))
    check_should(c, "indicator-properties", "intel.check_missing", VG_STR("description"));
  if (!pattern.p || (kind.p && !vg_str_eqz(kind, "stix")))
    return;
  before = check_enter(c, VG_STR("pattern"), 0);
  check_pattern(c, pattern);
  check_leave(c, before);
}

static void location(struct check *c) {
  if (has(c, "latitude") != has(c, "longitude"))
    check_must(c, "intel.check_together", VG_STR("latitude, longitude"));
  if (has(c, "precision") && !has(c, "latitude"))
    check_must(c, "intel.check_together", VG_STR("precision, latitude"));
}

static void malware(struct check *c) {
  bool family = false;
  (void)vg_jv_bool(vg_jv_at(c->object, "is_family"), &family);
  if (family && !has(c, "name"))
    check_must(c, "intel.check_missing", VG_STR("name"));
}

static void observed(struct check *c) {
  struct vg_jit it;
  vg_jv v;
  vg_str type;
  if (has(c, "objects") == has(c, "object_refs"))
    check_must(c, "intel.check_one_of", VG_STR("objects, object_refs"));
  if (!has(c, "objects"))
    return;
  if (vg_jv_type(vg_jv_at(c->object, "objects")) != VG_J_OBJ || vg_jv_count(vg_jv_at(c->object, "objects")) == 0)
    check_must(c, "intel.check_dictionary", VG_STR("objects"));
  for (vg_jit_init(&it, vg_jv_at(c->object, "objects")); vg_jit_next(&it, NULL, &v);)
    if (!vg_jv_str_at(v, "type", &type))
      check_must(c, "intel.check_missing", VG_STR("type"));
  check_should(c, "deprecated-properties", "intel.check_deprecated", VG_STR("objects"));
}

static void relationship(struct check *c) {
  static const char *const common[] = {"derived-from", "duplicate-of", "related-to"};
  vg_str verb = text(c, "relationship_type"), source = vg_id_kind(text(c, "source_ref")),
         target = vg_id_kind(text(c, "target_ref"));
  for (size_t i = 0; i < VG_COUNT(common); i++)
    if (vg_str_eqz(verb, common[i]))
      return;
  if (!model_shape('T', source) || !model_shape('T', target))
    return;
  if (!model_relates(source, verb, target))
    check_should(c, "relationship-types", "intel.check_relationship", verb);
}

static void language(struct check *c) {
  struct vg_jit it;
  vg_str key;
  vg_jv v;
  const struct prop lang = {.kind = K_LANG};
  size_t before = check_enter(c, VG_STR("contents"), 0);
  for (vg_jit_init(&it, vg_jv_at(c->object, "contents")); vg_jit_next(&it, &key, &v);) {
    struct vg_buf quoted;
    struct vg_json *json;
    vg_jv name;
    /* The key as a value, so that the one rule for languages says it. */
    vg_buf_init(&quoted, 1 << 16);
    vg_buf_byte(&quoted, '"');
    for (size_t i = 0; i < key.n; i++)
      vg_buf_byte(&quoted,
                  key.p[i] == '"' || key.p[i] == '\\' || (unsigned char)key.p[i] < ' ' ? '?' : (unsigned char)key.p[i]);
    vg_buf_byte(&quoted, '"');
    if (vg_json_new(&json, NULL) == VG_OK) {
      if (vg_json_parse(json, vg_buf_view(&quoted), &name, NULL) == VG_OK)
        check_value(c, &lang, name);
      vg_json_free(json);
    }
    vg_buf_fini(&quoted);
    if (vg_jv_type(v) != VG_J_OBJ)
      check_must(c, "intel.check_dictionary", key);
  }
  check_leave(c, before);
}

static void tlp_definition(struct check *c) {
  static const char *const levels[][3] = {
      {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:WHITE", "white"},
      {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN", "green"},
      {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER", "amber"},
      {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED", "red"}};
  vg_str level = VG_STR(""), name = text(c, "name");
  (void)vg_jv_str_at(vg_jv_at(c->object, "definition"), "tlp", &level);
  for (size_t i = 0; i < VG_COUNT(levels); i++)
    if (vg_str_eqz(c->id, levels[i][0]) && vg_str_eqz(level, levels[i][2]) &&
        (!name.p || vg_str_eqz(name, levels[i][1])) && vg_str_eqz(text(c, "created"), "2017-01-20T00:00:00.000Z"))
      return;
  check_must(c, "intel.check_tlp", level);
}

static void marking(struct check *c) {
  vg_str kind = text(c, "definition_type"), s;
  vg_jv definition = vg_jv_at(c->object, "definition");
  if (!has(c, "extensions") && (!kind.p || vg_jv_type(definition) == VG_J_MISSING))
    check_must(c, "intel.check_together", VG_STR("definition_type, definition"));
  if (vg_jv_type(definition) != VG_J_MISSING && vg_jv_type(definition) != VG_J_OBJ)
    check_must(c, "intel.check_dictionary", VG_STR("definition"));
  if (kind.p && vg_str_eqz(kind, "tlp"))
    tlp_definition(c);
  else if (kind.p && vg_str_eqz(kind, "statement") && !vg_jv_str_at(definition, "statement", &s))
    check_must(c, "intel.check_missing", VG_STR("definition.statement"));
  else if (kind.p && !vg_str_eqz(kind, "statement"))
    check_should(c, "extensions-use", "intel.check_custom", kind);
}

static void definition(struct check *c) {
  struct vg_jit it;
  vg_jv v;
  vg_str s;
  bool toplevel = false, other = false;
  for (vg_jit_init(&it, vg_jv_at(c->object, "extension_types")); vg_jit_next(&it, NULL, &v);) {
    bool is = vg_jv_str(v, &s) && vg_str_eqz(s, "toplevel-property-extension");
    toplevel |= is;
    other |= !is;
  }
  if (other && !toplevel && has(c, "extension_properties"))
    check_must(c, "intel.check_extension_properties", VG_STR(""));
  if (toplevel && !has(c, "extension_properties"))
    check_should(c, "extension-properties", "intel.check_missing", VG_STR("extension_properties"));
  if (!has(c, "description"))
    check_should(c, "extension-description", "intel.check_missing", VG_STR("description"));
}

static void artifact(struct check *c) {
  if (has(c, "payload_bin") == has(c, "url"))
    check_must(c, "intel.check_one_of", VG_STR("payload_bin, url"));
  if (has(c, "url") && !has(c, "hashes"))
    check_must(c, "intel.check_missing", VG_STR("hashes"));
  if (has(c, "decryption_key") && !has(c, "encryption_algorithm"))
    check_must(c, "intel.check_together", VG_STR("decryption_key, encryption_algorithm"));
}

static void message(struct check *c) {
  bool parts = false, said = vg_jv_bool(vg_jv_at(c->object, "is_multipart"), &parts);
  if (said && has(c, parts ? "body" : "body_multipart"))
    check_must(c, "intel.check_multipart", vg_str_z(parts ? "body" : "body_multipart"));
}

static void traffic(struct check *c) {
  bool active = false;
  (void)vg_jv_bool(vg_jv_at(c->object, "is_active"), &active);
  if (active && has(c, "end"))
    check_must(c, "intel.check_active", VG_STR("end"));
  if (!has(c, "src_port") || !has(c, "dst_port"))
    check_should(c, "network-traffic-ports", "intel.check_together", VG_STR("src_port, dst_port"));
}

static void bundle(struct check *c) {
  vg_jv objects = vg_jv_at(c->object, "objects");
  if (vg_jv_type(objects) != VG_J_MISSING && (vg_jv_type(objects) != VG_J_ARR || vg_jv_count(objects) == 0))
    check_must(c, "intel.check_list", VG_STR("objects"));
}

void check_rules(struct check *c) {
  static const struct {
    const char *type;
    void (*rule)(struct check *c);
  } rules[] = {{"indicator", indicator},
               {"location", location},
               {"malware", malware},
               {"observed-data", observed},
               {"relationship", relationship},
               {"language-content", language},
               {"marking-definition", marking},
               {"extension-definition", definition},
               {"artifact", artifact},
               {"email-message", message},
               {"network-traffic", traffic},
               {"bundle", bundle}};
  times(c);
  uuid_version(c);
  references(c);
  markings(c);
  for (size_t i = 0; i < VG_COUNT(rules); i++)
    if (vg_str_eqz(c->type, rules[i].type))
      rules[i].rule(c);
}
