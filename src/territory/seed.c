/* The facts of the field, from the embedded CSV files of data/territory. */
#include "base/csv.h"
#include "territory/territory.h"

extern const char territory_zones_csv[], territory_departments_csv[], territory_naf_csv[], territory_sizes_csv[];

enum { COLUMNS = 8 };

/* Calls row() with the named columns of every row. */
static vg_code each_row(struct store_tx *tx, const char *csv, const char *const *names,
                        vg_code (*row)(struct store_tx *, const vg_str *, struct vg_err *), struct vg_err *err) {
  struct vg_csv c;
  size_t column[COLUMNS] = {0};
  vg_str value[COLUMNS];
  bool more;
  vg_csv_init(&c, vg_str_z(csv), ',');
  vg_code rc = vg_csv_next(&c, &more, err);
  for (size_t i = 0; rc == VG_OK && names[i]; i++) {
    column[i] = vg_csv_column(&c, names[i]);
    VG_ASSERT(column[i] != SIZE_MAX);
  }
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more) {
    for (size_t i = 0; names[i]; i++)
      value[i] = vg_csv_field(&c, column[i]);
    rc = row(tx, value, err);
  }
  vg_csv_fini(&c);
  return rc;
}

static bool yes(vg_str s) { return vg_str_eqz(s, "1"); }

static vg_code zone_row(struct store_tx *tx, const vg_str *v, struct vg_err *err) {
  return store_exec(
      tx,
      "INSERT INTO territory_zone (code, name_fr, name_en, seat, overseas, to_check, source) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      S_ARGS(S_STR(v[0]), S_STR(v[1]), S_STR(v[2]), S_STR(v[3]), S_INT(yes(v[4])), S_INT(yes(v[5])), S_STR(v[6])), err);
}

static vg_code membership(struct store_tx *tx, vg_str department, vg_str zone, const char *scheme, const char *since,
                          struct vg_err *err) {
  vg_time t;
  bool ok = vg_time_parse(vg_str_z(since), &t);
  VG_ASSERT(ok);
  return store_exec(
      tx, "INSERT INTO territory_membership (department, zone, scheme, since, until) VALUES ($1, $2, $3, $4, NULL)",
      S_ARGS(S_STR(department), S_STR(zone), S_Z(scheme), S_TIME(t)), err);
}

static vg_code department_row(struct store_tx *tx, const vg_str *v, struct vg_err *err) {
  VG_TRY(store_exec(tx, "INSERT INTO territory_department (code, name, region, source) VALUES ($1, $2, $3, $4)",
                    S_ARGS(S_STR(v[0]), S_STR(v[1]), S_STR(v[2]), S_STR(v[5])), err));
  if (v[3].n)
    VG_TRY(membership(tx, v[0], v[3], "defence", "2016-01-01", err));
  return yes(v[4]) ? membership(tx, v[0], v[3], "pilot-2018", "2018-03-01", err) : VG_OK;
}

static vg_code naf_row(struct store_tx *tx, const vg_str *v, struct vg_err *err) {
  return store_exec(
      tx, "INSERT INTO territory_naf (section, name_fr, name_en, divisions, source) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_STR(v[0]), S_STR(v[1]), S_STR(v[2]), S_STR(v[3]), S_STR(v[4])), err);
}

static vg_code size_row(struct store_tx *tx, const vg_str *v, struct vg_err *err) {
  int64_t below = 0;
  bool bounded = vg_str_i64(v[3], &below);
  return store_exec(
      tx, "INSERT INTO territory_size (code, name_fr, name_en, staff_below, source) VALUES ($1, $2, $3, $4, $5)",
      S_ARGS(S_STR(v[0]), S_STR(v[1]), S_STR(v[2]), S_INT_OR_NULL(below, !bounded), S_STR(v[4])), err);
}

vg_code territory_seed(struct store_tx *tx, struct vg_err *err) {
  static const char *const zones[] = {"code", "name_fr", "name_en", "seat", "overseas", "to_check", "source", NULL};
  static const char *const departments[] = {"code", "name", "region", "zone", "pilot_2018", "source", NULL};
  static const char *const naf[] = {"section", "name_fr", "name_en", "divisions", "source", NULL};
  static const char *const sizes[] = {"code", "name_fr", "name_en", "staff_below", "source", NULL};
  VG_TRY(each_row(tx, territory_zones_csv, zones, zone_row, err));
  VG_TRY(each_row(tx, territory_departments_csv, departments, department_row, err));
  VG_TRY(each_row(tx, territory_naf_csv, naf, naf_row, err));
  return each_row(tx, territory_sizes_csv, sizes, size_row, err);
}
