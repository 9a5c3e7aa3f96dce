/* What was written wrongly of an organisation, put right. Between instances each field travels by itself: two who put
 * it right differently are in conflict, and one of the two shows everywhere until somebody settles it. */
#include <stdio.h>
#include <string.h>

#include "territory/territory_internal.h"

enum { NAME, SIREN, NAF, SIZE, FIELDS };
static const char *const fields[FIELDS] = {"name", "siren", "naf", "size"};

/* Where an organisation holds a field. */
static char *place(struct org *o, size_t field, size_t *cap) {
  switch (field) {
  case NAME: *cap = sizeof o->name; return o->name;
  case SIREN: *cap = sizeof o->siren; return o->siren;
  case NAF: *cap = sizeof o->naf; return o->naf;
  default: *cap = sizeof o->size; return o->size;
  }
}

static bool differs(struct org *a, struct org *b, size_t field) {
  size_t cap;
  return strcmp(place(a, field, &cap), place(b, field, &cap)) != 0;
}

/* The other organisation that has it already, 0: none. */
static vg_code taken(struct store_tx *tx, const struct org *o, size_t field, int64_t *by, struct vg_err *err) {
  *by = 0;
  if (field == NAME)
    return store_get_int(tx, by,
                         "SELECT COALESCE(MIN(x.org), 0) FROM (SELECT id AS org FROM territory_org WHERE name = $2 "
                         "UNION ALL SELECT org FROM territory_joined WHERE name = $2) x WHERE x.org <> $1",
                         S_ARGS(S_INT(o->id), S_Z(o->name)), err);
  if (field == SIREN && o->siren[0])
    return store_get_int(tx, by, "SELECT COALESCE(MIN(id), 0) FROM territory_org WHERE siren = $2 AND id <> $1",
                         S_ARGS(S_INT(o->id), S_Z(o->siren)), err);
  return VG_OK;
}

/* The wrong name still finds it. */
static vg_code keep_name(struct store_tx *tx, const struct org *was, struct vg_err *err) {
  const struct vg_id subject = territory_text_name(vg_str_z(was->name));
  return territory_alias_add(tx, vg_id_str(&subject), was->id, err);
}

static vg_code put_row(struct store_tx *tx, const struct org *o, struct vg_err *err) {
  struct folded f;
  territory_folded_init(&f, o);
  vg_code rc = store_exec(tx,
                          "UPDATE territory_org SET name = $2, siren = NULLIF($3, ''), naf = NULLIF($4, ''), size = "
                          "NULLIF($5, ''), words = $6, spoken = $7 WHERE id = $1",
                          S_ARGS(S_INT(o->id), S_Z(o->name), S_Z(o->siren), S_Z(o->naf), S_Z(o->size),
                                 S_STR(vg_buf_view(&f.words)), S_STR(vg_buf_view(&f.spoken))),
                          err);
  territory_folded_fini(&f);
  return rc;
}

static vg_code tell(struct store_tx *tx, const struct actor *who, const struct org *was, size_t field, const char *now,
                    const struct vg_id *subject, struct vg_err *err) {
  struct vg_id earlier;
  struct org then = *was;
  size_t cap;
  VG_TRY(territory_told_as(tx, was->id, fields[field], &earlier, err));
  VG_TRY(merge_change(tx, who, "org.corrected", earlier.s[0] ? earlier.s : subject->s, fields[field], vg_str_z(now),
                      NULL, err));
  return LEDGER_TELL(tx, who, "org.corrected", was->pid.s, err, "field", fields[field], "was",
                     place(&then, field, &cap), "now", now);
}

vg_code territory_org_correct(struct store_tx *tx, const struct actor *who, struct org *o,
                              const struct org_correction *to, struct vg_err *err) {
  const char *const wanted[FIELDS] = {to->name, to->siren, to->naf, to->size};
  struct org was = *o, now = *o, other;
  struct vg_id subject;
  size_t cap;
  int64_t by;
  VG_TRY(territory_access(tx, who, o->id, err));
  for (size_t i = 0; i < FIELDS; i++)
    if (wanted[i]) {
      char *at = place(&now, i, &cap);
      VG_TRY(vg_str_keep(at, cap, vg_str_trim(vg_str_z(wanted[i])),
                         i == NAME ? "territory.name_long" : "territory.field_long", err));
    }
  VG_TRY(territory_org_check(tx, &now, err));
  VG_TRY(territory_name_free(tx, &now, err));
  for (size_t i = 0; i < FIELDS; i++) {
    VG_TRY(taken(tx, &now, i, &by, err));
    if (by) {
      VG_TRY(territory_org_of(tx, by, &other, err));
      return VG_FAIL(err, VG_EEXIST, "territory.correct_taken", place(&now, i, &cap), other.name);
    }
  }
  bool changed = false;
  for (size_t i = 0; i < FIELDS; i++)
    changed = changed || differs(&was, &now, i);
  if (!changed)
    return VG_OK;
  *o = now;
  VG_TRY(territory_tell(tx, who, &was, &subject, err)); /* by what it is called so far */
  VG_TRY(put_row(tx, o, err));
  VG_TRY(keep_name(tx, &was, err));
  for (size_t i = 0; i < FIELDS; i++)
    if (differs(&was, &now, i))
      VG_TRY(tell(tx, who, &was, i, place(&now, i, &cap), &subject, err));
  return VG_OK;
}

/* Another organisation here bears the name: this one's tells which it is. A SIREN that another one has here is not
 * written: the version stays, and who looks sees two entries of one company. */
static vg_code make_room(struct store_tx *tx, struct org *o, size_t field, bool *write, struct vg_err *err) {
  char name[sizeof o->name];
  int64_t by;
  VG_TRY(taken(tx, o, field, &by, err));
  *write = !by || field == NAME;
  if (!by || field != NAME)
    return VG_OK;
  snprintf(name, sizeof name, "%.140s (%s)", o->name, o->siren[0] ? o->siren : o->department);
  memcpy(o->name, name, sizeof name);
  VG_TRY(taken(tx, o, field, &by, err));
  *write = !by;
  return VG_OK;
}

vg_code territory_correction_put(struct store_tx *tx, const struct actor *who, const struct merge_version *v,
                                 struct vg_err *err) {
  struct org o;
  struct vg_id name;
  size_t field = 0, cap;
  int64_t org;
  bool write;
  while (field < FIELDS && !vg_str_eqz(v->field, fields[field]))
    field++;
  if (field == FIELDS)
    return VG_FAIL(err, VG_EDATA, "merge.field", VG_T(v->field), VG_T(v->subject));
  VG_TRY(territory_meant(tx, v->subject, &org, err));
  if (!org)
    return VG_OK;
  VG_TRY(territory_access(tx, who, org, err));
  VG_TRY(territory_told_as(tx, org, fields[field], &name, err));
  if (name.s[0] && !vg_str_eqz(v->subject, name.s))
    return VG_OK;
  VG_TRY(territory_org_of(tx, org, &o, err));
  VG_TRY(keep_name(tx, &o, err));
  char *at = place(&o, field, &cap);
  VG_TRY(vg_str_keep(at, cap, v->value, "territory.field_long", err));
  VG_TRY(territory_org_check(tx, &o, err));
  VG_TRY(make_room(tx, &o, field, &write, err));
  return write ? put_row(tx, &o, err) : VG_OK;
}
