/* What was changed on two sides, in words: fields and values as pages and commands say them. */
#include "base/json.h"
#include "instance/instance.h"
#include "territory/territory.h"

#include <stdio.h>
#include <string.h>

/* stem + code as a message, else the code itself. */
static vg_str word(enum vg_lang lang, const char *stem, vg_str code) {
  const char *known = vg_msg_word(lang, stem, code);
  return known ? vg_str_z(known) : code;
}

void instance_version_field(enum vg_lang lang, const struct merge_version *v, vg_str *name, vg_str *rest) {
  *rest = v->field;
  *name = VG_STR("");
  (void)vg_str_cut(rest, ' ', name);
  *name = word(lang, "server.fusion.field.", *name);
  /* With which company a conflict of interest is, and which mandate it is, their values say in words. */
  if (!rest->p || vg_str_eqz(v->kind, "person.changed"))
    *rest = VG_STR("");
}

vg_str instance_version_kind(const struct merge_version *v) {
  vg_str kind = vg_id_kind(v->subject);
  if (vg_str_starts(v->kind, VG_STR("person.")))
    return VG_STR("person");
  if (vg_str_starts(v->kind, VG_STR("sighting.")))
    return VG_STR("sighting");
  return kind.n ? kind : VG_STR("zone");
}

struct telling {
  enum vg_lang lang;
  instance_part *part;
  void *ctx;
};

static void say(const struct telling *t, vg_str text) { t->part(t->ctx, VG_STR(""), text, VG_NOTIME); }

/* A first word of ours, then a time or what a person wrote. */
static void plain(const struct telling *t, vg_str value) {
  size_t n = 0;
  vg_time at;
  while (n < value.n && value.p[n] != ' ' && value.p[n] != '\n')
    n++;
  vg_str rest = n < value.n ? vg_str_sub(value, n + 1, value.n) : VG_STR(""), line = rest, head = VG_STR("");
  say(t, word(t->lang, "server.fusion.value.", vg_str_sub(value, 0, n)));
  (void)vg_str_cut(&line, '\n', &head);
  bool dated = vg_time_parse(head, &at);
  if (dated)
    t->part(t->ctx, VG_STR(""), VG_STR(""), at);
  rest = dated ? line : rest;
  if (rest.n)
    say(t, rest);
}

/* A member of a value: only what says something. Times are whole numbers of nanoseconds; of other numbers, those that
 * have a name. */
static void member(const struct telling *t, vg_str key, vg_jv v) {
  vg_str s, label = word(t->lang, "server.fusion.member.", key);
  int64_t n;
  bool set;
  if (vg_jv_str(v, &s) && s.n)
    t->part(t->ctx, label, word(t->lang, "server.fusion.value.", s), VG_NOTIME);
  else if (vg_jv_bool(v, &set) && set)
    t->part(t->ctx, label, vg_str_z(vg_msg_text(t->lang, "server.intake.yes")), VG_NOTIME);
  else if (vg_jv_i64(v, &n) && n > VG_DAY)
    t->part(t->ctx, label, VG_STR(""), n);
  else if (vg_jv_i64(v, &n) && !vg_str_eq(label, key))
    t->part(t->ctx, label, vg_str_z(VG_G(t->lang, n)), VG_NOTIME);
}

static vg_code members(const struct telling *t, vg_str value, struct vg_err *err) {
  struct vg_json *j;
  struct vg_jit it;
  vg_jv root, v;
  vg_str key;
  VG_TRY(vg_json_new(&j, err));
  if (vg_json_parse(j, value, &root, NULL) == VG_OK && vg_jv_type(root) == VG_J_OBJ)
    for (vg_jit_init(&it, root); vg_jit_next(&it, &key, &v);)
      member(t, key, v);
  else
    say(t, value);
  vg_json_free(j);
  return VG_OK;
}

static void seats(const struct telling *t, vg_str value) {
  struct seat list[SEATS_MAX];
  size_t n;
  if (!territory_read_seats(value, list, &n))
    n = 0;
  while (n-- > 0) {
    t->part(t->ctx, vg_str_z(vg_msg_text(t->lang, "server.department")), vg_str_z(list[n].department), VG_NOTIME);
    if (list[n].since != TERRITORY_ALWAYS)
      t->part(t->ctx, vg_str_z(vg_msg_text(t->lang, "server.company.since")), VG_STR(""), list[n].since);
  }
}

/* "mandate referent OUEST 2018-03-01T00:00:00Z", "- - CHARTER". */
static void mandate(const struct telling *t, const struct merge_version *v) {
  struct mandate m;
  if (!territory_read_mandate(v->field, v->value, &m))
    return;
  t->part(t->ctx, word(t->lang, "server.role.", vg_str_z(territory_role_name(m.role))),
          m.zone.n ? m.zone : vg_str_z(vg_msg_text(t->lang, "server.none")), VG_NOTIME);
  t->part(t->ctx, vg_str_z(vg_msg_text(t->lang, "server.fusion.member.from")), VG_STR(""), m.from);
  if (m.to != VG_NOTIME)
    t->part(t->ctx, vg_str_z(vg_msg_text(t->lang, "server.fusion.member.until")), VG_STR(""), m.to);
  else
    t->part(t->ctx, vg_str_z(vg_msg_text(t->lang, "server.fusion.member.until")),
            vg_str_z(vg_msg_text(t->lang, "server.still")), VG_NOTIME);
}

/* "C:PME:12 -:-:3" */
static void audience(const struct telling *t, vg_str value) {
  vg_str rest = value, one, naf, size;
  char id[48], label[200];
  while (vg_str_cut(&rest, ' ', &one))
    if (vg_str_cut(&one, ':', &naf) && vg_str_cut(&one, ':', &size)) {
      const char *nobody = vg_msg_text(t->lang, "server.fusion.audience.unsaid");
      snprintf(id, sizeof id, "%.*s %.*s", (int)(naf.n < 8 ? naf.n : 8), naf.p, (int)(size.n < 16 ? size.n : 16),
               size.p);
      snprintf(label, sizeof label, "%s", strcmp(id, "- -") == 0 ? nobody : id);
      t->part(t->ctx, vg_str_z(label), one.p ? one : VG_STR(""), VG_NOTIME);
    }
}

/* A note is what the person wrote; read and starred are words of ours. */
static vg_code marked(const struct telling *t, const struct merge_version *v, struct vg_err *err) {
  struct vg_json *j;
  vg_jv root;
  vg_str said;
  VG_TRY(vg_json_new(&j, err));
  if (vg_json_parse(j, v->value, &root, NULL) == VG_OK && vg_jv_str_at(root, "value", &said))
    say(t, vg_str_eqz(v->field, "note") ? said : word(t->lang, "server.fusion.value.", said));
  vg_json_free(j);
  return VG_OK;
}

vg_code instance_version_words(enum vg_lang lang, const struct merge_version *v, instance_part *part, void *ctx,
                               struct vg_err *err) {
  const struct telling t = {lang, part, ctx};
  if (vg_str_eqz(v->kind, "diagnosis.answered"))
    say(&t, vg_str_starts(v->field, VG_STR("adoption"))
                ? word(lang, "server.adoption.", v->value)
                : word(lang, "server.answer.", vg_str_eqz(v->value, "n/a") ? VG_STR("na") : v->value));
  else if (vg_str_starts(v->field, VG_STR("mandate ")))
    mandate(&t, v);
  else if (vg_str_eqz(v->field, "departments"))
    seats(&t, v->value);
  else if (vg_str_eqz(v->field, "audience"))
    audience(&t, v->value);
  else if (vg_str_eqz(v->kind, "story.marked"))
    return marked(&t, v, err);
  else if (vg_str_eqz(v->kind, "sighting.withdrawn") || vg_str_eqz(v->kind, "org.corrected"))
    say(&t, v->value);
  else if (v->value.n && v->value.p[0] == '{')
    return members(&t, v->value, err);
  else
    plain(&t, v->value);
  return VG_OK;
}
