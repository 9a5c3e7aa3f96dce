/* The facts of the law, from the embedded CSV files of data/law. */
#include "base/csv.h"
#include "casework/casework.h"

extern const char casework_offences_csv[], casework_delays_csv[];

static struct store_arg day(vg_str s) {
  vg_time t;
  return vg_time_parse(s, &t) ? S_TIME(t) : S_NULL;
}

static struct store_arg number(vg_str s) {
  int64_t n;
  return vg_str_i64(s, &n) ? S_INT(n) : S_NULL;
}

/* code text label_fr prison_years fine_eur circumstance aggravates attempt natinf since until verified doubt source */
static vg_code offence_row(struct store_tx *tx, const struct vg_csv *c, struct vg_err *err) {
  const vg_str *v = c->field;
  VG_ASSERT(c->fields == 14);
  return store_exec(
      tx,
      "INSERT INTO casework_offence (code, text, label_fr, prison_years, fine_eur, circumstance, aggravates, attempt, natinf, since, "
      "until, verified, doubt, to_check, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      S_ARGS(S_STR(v[0]), S_STR(v[1]), S_STR(v[2]), number(v[3]), number(v[4]), S_STR(v[5]), S_STR(v[6]),
             S_INT(vg_str_eqz(v[7], "1")), S_STR(v[8]), day(v[9]), day(v[10]), S_STR(v[11]), S_STR(v[12]),
             S_INT(v[12].n > 0), S_STR(v[13])),
      err);
}

/* code hours trigger_fr duty_fr effect_fr since doubt source */
static vg_code delay_row(struct store_tx *tx, const struct vg_csv *c, struct vg_err *err) {
  const vg_str *v = c->field;
  VG_ASSERT(c->fields == 8);
  return store_exec(
      tx,
      "INSERT INTO casework_delay (code, hours, trigger_fr, duty_fr, effect_fr, since, doubt, source) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      S_ARGS(S_STR(v[0]), number(v[1]), S_STR(v[2]), S_STR(v[3]), S_STR(v[4]), day(v[5]), S_STR(v[6]), S_STR(v[7])),
      err);
}

static vg_code each_row(struct store_tx *tx, const char *csv,
                        vg_code (*row)(struct store_tx *, const struct vg_csv *, struct vg_err *), struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(csv), ',');
  vg_code rc = vg_csv_next(&c, &more, err);
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more)
    rc = row(tx, &c, err);
  vg_csv_fini(&c);
  return rc;
}

vg_code casework_seed(struct store_tx *tx, struct vg_err *err) {
  VG_TRY(each_row(tx, casework_offences_csv, offence_row, err));
  return each_row(tx, casework_delays_csv, delay_row, err);
}
