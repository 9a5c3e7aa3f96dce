/* Claims of attackers, from the lists that watchers publish. */
#include "anticipate/anticipate.h"

#include "base/csv.h"
#include "base/hash.h"
#include "base/table.h"

#include <stdio.h>

enum { FIELD_MAX = 400, ROWS_MAX = 5000000 };

enum { COL_DAY, COL_FAMILY, COL_VICTIM, COL_COUNTRY, COL_SECTOR, COL_ZONE, COL_SIZE, COL_KNOWN, COLUMNS };
static const char *const names[COLUMNS][3] = {{"date", "day", "published"},
                                              {"group", "family"},
                                              {"victim", "name"},
                                              {"country"},
                                              {"sector", "activity"},
                                              {"zone"},
                                              {"size"},
                                              {"known", "known_date"}};

struct list {
  struct store_tx *tx;
  const struct anticipate_claims *in;
  size_t column[COLUMNS];
  struct vg_table *same; /* row -> how often it came in this file */
};

/* What lists write when they do not know. */
static vg_str label(vg_str s) {
  static const char *const none[] = {"unknown", "not found", "n/a", "na", "none", "-", "zz", "other"};
  s = vg_str_trim(s);
  for (size_t i = 0; i < VG_COUNT(none); i++)
    if (vg_str_eq_ci(s, vg_str_z(none[i])))
      return VG_STR("");
  return s;
}

static bool known_code(struct store_tx *tx, const char *sql, vg_str code) {
  int64_t n = 0;
  return !code.n || (store_get_int(tx, &n, sql, S_ARGS(S_STR(code)), NULL) == VG_OK && n == 1);
}

static vg_code check(const struct list *l, const vg_str f[COLUMNS], vg_time *day, vg_time *known, struct vg_err *err) {
  for (int i = 0; i < COLUMNS; i++)
    if (f[i].n > FIELD_MAX || !vg_utf8_ok(f[i]) || vg_str_find_byte(f[i], '\0', 0) != SIZE_MAX)
      return VG_FAIL(err, VG_EDATA, "anticipate.claim.text", names[i][0]);
  if (!vg_time_parse(f[COL_DAY], day))
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.day", VG_T(f[COL_DAY]));
  *known = *day;
  if (f[COL_KNOWN].n && !vg_time_parse(f[COL_KNOWN], known))
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.day", VG_T(f[COL_KNOWN]));
  if (*day > store_now(l->tx) || *known > store_now(l->tx))
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.future", VG_T(f[*day > store_now(l->tx) ? COL_DAY : COL_KNOWN]));
  if (*known < *day)
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.back", VG_T(f[COL_KNOWN]), VG_T(f[COL_DAY]));
  if (!f[COL_FAMILY].n)
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.family");
  if (!known_code(l->tx, "SELECT COUNT(*) FROM territory_v_zone WHERE code = $1", f[COL_ZONE]))
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.zone", VG_T(f[COL_ZONE]));
  if (!known_code(l->tx, "SELECT COUNT(*) FROM territory_v_size WHERE code = $1", f[COL_SIZE]))
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.size", VG_T(f[COL_SIZE]));
  return VG_OK;
}

/* Equal rows of one list are several claims: their number in the file tells them apart, so that the same list read
 * again adds nothing. */
static vg_code nth_of(struct list *l, const vg_str f[COLUMNS], vg_time day, uint64_t *nth, struct vg_err *err) {
  unsigned char sum[VG_SHA256_SIZE];
  vg_str parts[2 * COLUMNS];
  for (int i = 0; i < COLUMNS; i++) {
    parts[2 * i] = i == COL_KNOWN ? VG_STR("") : i == COL_DAY ? vg_str_n((const char *)&day, sizeof day) : f[i];
    parts[2 * i + 1] = VG_STR("\n");
  }
  vg_sha256_of(parts, VG_COUNT(parts), sum);
  return vg_table_bump(l->same, vg_str_n((const char *)sum, sizeof sum), 1, nth, err);
}

static vg_code take(struct list *l, const struct vg_csv *c, struct anticipate_claims_read *out, struct vg_err *err) {
  vg_str f[COLUMNS];
  vg_time day = 0, known = 0;
  uint64_t nth;
  int64_t rows;
  for (int i = 0; i < COLUMNS; i++)
    f[i] = i == COL_DAY || i == COL_KNOWN ? vg_str_trim(vg_csv_field(c, l->column[i]))
                                          : label(vg_csv_field(c, l->column[i]));
  VG_TRY(check(l, f, &day, &known, err));
  VG_TRY(nth_of(l, f, day, &nth, err));
  struct vg_id id = vg_id_new("claim", store_now(l->tx));
  VG_TRY(store_change(l->tx, &rows,
                      "INSERT INTO anticipate_claim (pid, source, day, family, victim, country, sector, zone, size, "
                      "nth, known, recorded) "
                      "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT DO NOTHING",
                      S_ARGS(S_Z(id.s), S_STR(l->in->source), S_TIME(day), S_STR(f[COL_FAMILY]), S_STR(f[COL_VICTIM]),
                             S_STR(f[COL_COUNTRY]), S_STR(f[COL_SECTOR]), S_STR(f[COL_ZONE]), S_STR(f[COL_SIZE]),
                             S_INT(nth), S_TIME(known), S_TIME(store_now(l->tx))),
                      err));
  out->added += rows;
  return VG_OK;
}

static vg_code heading(struct list *l, struct vg_csv *c, struct vg_err *err) {
  bool more;
  VG_TRY(vg_csv_next(c, &more, err));
  for (int i = 0; i < COLUMNS; i++) {
    l->column[i] = SIZE_MAX;
    for (size_t k = 0; more && k < VG_COUNT(names[i]) && names[i][k] && l->column[i] == SIZE_MAX; k++)
      l->column[i] = vg_csv_column(c, names[i][k]);
  }
  if (l->column[COL_DAY] == SIZE_MAX || l->column[COL_FAMILY] == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "anticipate.claim.columns", l->in->path);
  return VG_OK;
}

static vg_code read_rows(struct list *l, struct vg_csv *c, struct anticipate_claims_read *out, struct vg_err *err) {
  bool more = true;
  VG_TRY(heading(l, c, err));
  for (;;) {
    VG_TRY(vg_csv_next(c, &more, err));
    if (!more)
      return VG_OK;
    struct vg_err why = {0};
    out->read++;
    vg_code rc = take(l, c, out, &why);
    if (rc == VG_EDATA) { /* a bad row costs only itself */
      out->rejected++;
      if (l->in->reject)
        l->in->reject(l->in->ctx, c->line, &why);
    } else if (rc != VG_OK) {
      *err = why;
      return rc;
    }
  }
}

vg_code anticipate_claims_import(struct store_tx *tx, const struct actor *who, const struct anticipate_claims *in,
                                 struct anticipate_claims_read *out, struct vg_err *err) {
  struct list l = {.tx = tx, .in = in};
  struct vg_csv c;
  unsigned char sum[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  vg_code rc = VG_OK;
  *out = (struct anticipate_claims_read){0};
  vg_csv_init(&c, in->text, 0);
  VG_GO(vg_table_new(&l.same, ROWS_MAX, err));
  VG_GO(read_rows(&l, &c, out, err));
  vg_sha256(in->text.p, in->text.n, sum);
  struct vg_id subject = vg_id_new("claims", store_now(tx));
  VG_GO(LEDGER_TELL(tx, who, "anticipate.claims", subject.s, err, "source", VG_T(in->source), "read", VG_N(out->read),
                    "added", VG_N(out->added), "rejected", VG_N(out->rejected), "sha256",
                    vg_hex(hex, sum, sizeof sum)));
out:
  vg_table_free(l.same);
  vg_csv_fini(&c);
  return rc;
}
