#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "merge/merge.h"
#include "territory/territory_internal.h"

vg_code territory_org_json(struct store_tx *tx, int64_t id, struct vg_jw *w, struct vg_err *err) {
  static const char *const keys[] = {"id", "name", "kind", "siren", "naf", "size", "department"};
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, "SELECT pid, name, kind, siren, naf, size, department FROM territory_v_org WHERE id = $1",
                     S_ARGS(S_INT(id)), err));
  vg_jw_obj(w);
  if (store_next(q))
    for (int i = 0; i < (int)VG_COUNT(keys); i++)
      vg_jw_kstr(w, keys[i], store_str(q, i));
  vg_jw_end(w);
  return store_done(&q, err);
}

/* Another legal person bears the name; of one whose number was not known here, it is now. */
static vg_code same_number(struct store_tx *tx, vg_str siren, struct org *o, bool *same, struct vg_err *err) {
  int64_t taken;
  *same = !siren.n || !o->siren[0] || vg_str_eqz(siren, o->siren);
  if (!*same || !siren.n || o->siren[0] || o->kind != ORG_COMPANY || !territory_siren_ok(siren))
    return VG_OK;
  VG_TRY(store_get_int(tx, &taken, "SELECT COUNT(*) FROM territory_org WHERE siren = $1", S_ARGS(S_STR(siren)), err));
  if (taken)
    return VG_OK;
  vg_str_copy(o->siren, sizeof o->siren, siren);
  return store_exec(tx, "UPDATE territory_org SET siren = $2, words = NULL WHERE id = $1",
                    S_ARGS(S_INT(o->id), S_STR(siren)), err);
}

static vg_code known_here(struct store_tx *tx, vg_jv json, struct org *o, bool *found, bool *namesake,
                          struct vg_err *err) {
  static const char *const ways[] = {"id", "siren", "name"};
  vg_str s, siren = VG_STR("");
  *found = *namesake = false;
  (void)merge_text(json, "siren", 9, &siren);
  for (size_t i = 0; i < VG_COUNT(ways) && !*found; i++)
    if (merge_text(json, ways[i], 160, &s) && s.n) {
      vg_code rc = siren.n ? territory_org_find_now(tx, s, o, NULL) : territory_org_find(tx, s, o, NULL);
      if (rc != VG_OK && rc != VG_ENOTFOUND)
        return VG_FAIL(err, rc, "store.failed", "territory_org", "");
      if (rc == VG_OK)
        VG_TRY(same_number(tx, siren, o, found, err));
      *namesake |= rc == VG_OK && !*found;
    }
  return VG_OK;
}

static bool read_org(vg_jv json, struct org *o) {
  vg_str s, name, kind;
  *o = (struct org){.kind = ORG_COMPANY};
  bool ok =
      merge_text(json, "id", VG_ID_MAX - 1, &s) && vg_id_ok(s) && merge_text(json, "name", sizeof o->name - 1, &name);
  if (ok && merge_text(json, "kind", 20, &kind))
    ok = territory_kind_by_name(kind, &o->kind) && o->kind != ORG_DIVISION;
  if (!ok)
    return false;
  o->pid = vg_id_of(s);
  vg_str_copy(o->name, sizeof o->name, name);
  if (merge_text(json, "siren", 9, &s))
    vg_str_copy(o->siren, sizeof o->siren, s);
  if (merge_text(json, "naf", 3, &s))
    vg_str_copy(o->naf, sizeof o->naf, s);
  if (merge_text(json, "size", 7, &s))
    vg_str_copy(o->size, sizeof o->size, s);
  if (merge_text(json, "department", 7, &s))
    vg_str_copy(o->department, sizeof o->department, s);
  return true;
}

vg_code territory_org_meant(struct store_tx *tx, const struct actor *who, vg_jv json, struct org *o,
                            struct vg_err *err) {
  bool found, namesake;
  char name[sizeof o->name];
  VG_TRY(known_here(tx, json, o, &found, &namesake, err));
  if (found)
    return VG_OK;
  if (!read_org(json, o))
    return VG_FAIL(err, VG_EDATA, "territory.org_meant");
  if (namesake) {
    snprintf(name, sizeof name, "%.140s (%s)", o->name, o->siren);
    memcpy(o->name, name, sizeof name);
  }
  return territory_org_add(tx, who, o, err);
}

static const struct merge_column contact_columns[] = {{"contact", MERGE_TEXT, ZONE_CONTACT, NULL}};
static const struct merge_group zone_groups[] = {
    {.field = "contact",
     .columns = contact_columns,
     .count = VG_COUNT(contact_columns),
     .all = "SELECT code FROM territory_zone WHERE contact <> '' ORDER BY code",
     .get = "SELECT contact FROM territory_zone WHERE code = $1",
     .set = "UPDATE territory_zone SET contact = $2 WHERE code = $1"},
    {.field = NULL}};
const struct merge_kind territory_merges[] = {
    {.kind = "zone.changed", .groups = zone_groups},
    {.kind = "org.known", .apply = territory_known_there},
    {.kind = "org.corrected", .put = territory_correction_put},
    {.kind = "org.moved", .put = territory_seats_put},
    {.kind = "person.known", .apply = territory_person_known_there},
    {.kind = "person.changed", .put = territory_person_put, .adopt = territory_adopt_people},
    {.kind = NULL}};
