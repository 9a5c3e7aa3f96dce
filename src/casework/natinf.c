/*
 * The ministry's list of offences (NATINF), as it is published: a CSV with the number, the nature, the label and the
 * articles that define and punish. Columns are found by a word of their heading ("Numéro NATINF", "Nature de
 * l'infraction", "Qualification de l'infraction", "Articles définissant ...", "Articles réprimant ...").
 * A list is in force at a date. What it says becomes offences "NATINF" + number, versioned by it: unchanged ones are
 * confirmed, changed ones begin anew at that date, those that are gone end there. It gives no penalties and no dates of
 * entry into force: both are to be revalidated.
 */
#include "base/csv.h"
#include "base/fold.h"
#include "base/hash.h"
#include "casework/casework_internal.h"

#include <stdio.h>

enum { NUMBER, NATURE, LABEL, DEFINES, PUNISHES, COLUMNS };
struct list {
  struct store_tx *tx;
  vg_time at;
  char day[16];
  vg_str source;
  size_t column[COLUMNS];
  struct natinf_tally *tally;
};

/* A heading that holds the word, whatever its accents and capitals. */
static size_t column_of(const struct vg_csv *c, const char *wanted) {
  for (size_t i = 0; i < c->fields; i++) {
    struct vg_buf b;
    vg_buf_init(&b, 4096);
    vg_fold_words(&b, c->field[i]);
    bool found = vg_str_find(vg_buf_view(&b), vg_str_z(wanted), 0) != SIZE_MAX;
    vg_buf_fini(&b);
    if (found)
      return i;
  }
  return SIZE_MAX;
}

static vg_code heading(struct list *l, struct vg_csv *c, struct vg_err *err) {
  static const char *const words[COLUMNS] = {"natinf", "nature", "qualification", "definissant", "reprimant"};
  bool more;
  VG_TRY(vg_csv_next(c, &more, err));
  for (size_t i = 0; i < COLUMNS; i++)
    l->column[i] = column_of(c, words[i]);
  if (!more || l->column[NUMBER] == SIZE_MAX || l->column[LABEL] == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "casework.natinf_heading");
  return VG_OK;
}

struct row {
  char code[24], number[16];
  char articles[512];
  vg_str label;
};

static bool read_row(const struct list *l, const struct vg_csv *c, struct row *r) {
  int64_t n;
  vg_str number = vg_str_trim(vg_csv_field(c, l->column[NUMBER]));
  r->label = vg_str_trim(vg_csv_field(c, l->column[LABEL]));
  vg_str defines = vg_csv_field(c, l->column[DEFINES]), punishes = vg_csv_field(c, l->column[PUNISHES]);
  if (!vg_str_i64(number, &n) || n <= 0 || n > 9999999 || r->label.n == 0 || r->label.n > 2000 ||
      !vg_utf8_ok(r->label) || !vg_utf8_ok(defines) || !vg_utf8_ok(punishes))
    return false;
  snprintf(r->number, sizeof r->number, "%lld", (long long)n);
  snprintf(r->code, sizeof r->code, "NATINF%lld", (long long)n);
  char first[250], second[250];
  snprintf(r->articles, sizeof r->articles, "%s%s%s", vg_str_copy(first, sizeof first, vg_str_trim(defines)),
           punishes.n ? " ; " : "", vg_str_copy(second, sizeof second, vg_str_trim(punishes)));
  return true;
}

static vg_code insert(struct list *l, const struct row *r, bool first, struct vg_err *err) {
  return store_exec(l->tx,
                    "INSERT INTO casework_offence (code, text, label_fr, natinf, since, verified, doubt, to_check, "
                    "source) VALUES ($1,$2,$3,$4,$5,$6,'figures+since',1,$7)",
                    S_ARGS(S_Z(r->code), S_Z(r->articles), S_STR(r->label), S_Z(r->number),
                           S_TIME(first ? VG_NOTIME : l->at), S_Z(l->day), S_STR(l->source)),
                    err);
}

/* first: before the first list nothing is known of when it came into force. */
static vg_code put(struct list *l, const struct row *r, bool first, struct vg_err *err) {
  struct store_rows *q;
  int64_t id = 0;
  bool same = false;
  VG_TRY(store_query(
      l->tx, &q, "SELECT id, label_fr, text FROM casework_offence WHERE code = $1 AND until IS NULL ORDER BY id DESC",
      S_ARGS(S_Z(r->code)), err));
  if (store_next(q)) {
    id = store_int(q, 0);
    same = vg_str_eq(store_str(q, 1), r->label) && vg_str_eqz(store_str(q, 2), r->articles);
  }
  VG_TRY(store_done(&q, err));
  if (same) {
    l->tally->known++;
    return store_exec(l->tx, "UPDATE casework_offence SET verified = $2, source = $3 WHERE id = $1",
                      S_ARGS(S_INT(id), S_Z(l->day), S_STR(l->source)), err);
  }
  *(id ? &l->tally->changed : &l->tally->added) += 1;
  if (id)
    VG_TRY(store_exec(l->tx, "UPDATE casework_offence SET until = $2 WHERE id = $1", S_ARGS(S_INT(id), S_TIME(l->at)),
                      err));
  return insert(l, r, first && !id, err);
}

static vg_code rows(struct list *l, struct vg_csv *c, bool first, natinf_reject *reject, void *ctx,
                    struct vg_err *err) {
  bool more;
  vg_code rc;
  while ((rc = vg_csv_next(c, &more, err)) == VG_OK && more) {
    struct row r;
    l->tally->read++;
    if (read_row(l, c, &r)) {
      VG_TRY(put(l, &r, first, err));
      continue;
    }
    l->tally->rejected++;
    reject(ctx, c->line);
  }
  return rc;
}

vg_code casework_natinf_import(struct store_tx *tx, const struct actor *who, vg_str text, vg_time at, vg_str source,
                               natinf_reject *reject, void *ctx, struct natinf_tally *out, struct vg_err *err) {
  struct list l = {.tx = tx, .at = at, .source = source, .tally = out};
  int64_t before, later;
  char now[VG_TIME_TEXT], hex[72];
  unsigned char hash[VG_SHA256_SIZE];
  struct vg_csv c;
  *out = (struct natinf_tally){0};
  if (!(who->roles & (ROLE_ADMIN | ROLE_ANALYST | ROLE_INVESTIGATOR)) && who->roles)
    return VG_FAIL(err, VG_EDENIED, "casework.natinf_denied", who->name);
  vg_str_copy(l.day, sizeof l.day, vg_str_sub(vg_str_z(vg_time_text(now, at, false)), 0, 10));
  VG_TRY(store_get_int(tx, &before, "SELECT COUNT(*) FROM casework_offence WHERE code LIKE 'NATINF%'", S_NOARGS, err));
  VG_TRY(store_get_int(tx, &later, "SELECT COUNT(*) FROM casework_offence WHERE code LIKE 'NATINF%' AND verified > $1",
                       S_ARGS(S_Z(l.day)), err));
  if (later || at > store_now(tx))
    return VG_FAIL(err, VG_ESTATE, "casework.natinf_order", l.day);
  vg_csv_init(&c, text, 0);
  vg_code rc = heading(&l, &c, err);
  if (rc == VG_OK)
    rc = rows(&l, &c, before == 0, reject, ctx, err);
  vg_csv_fini(&c);
  VG_TRY(rc);
  VG_TRY(store_change(tx, &out->ended,
                      "UPDATE casework_offence SET until = $1 WHERE code LIKE 'NATINF%' AND until IS NULL AND verified "
                      "< $2",
                      S_ARGS(S_TIME(at), S_Z(l.day)), err));
  vg_sha256(text.p, text.n, hash);
  return LEDGER_TELL(tx, who, "offence.imported", who->id.s, err, "list", "NATINF", "at", l.day, "source", VG_T(source),
                     "sha256", vg_hex(hex, hash, sizeof hash), "added", VG_N(out->added), "changed", VG_N(out->changed),
                     "ended", VG_N(out->ended));
}

vg_code casework_each_offence(struct store_tx *tx, vg_str words, vg_time facts, int64_t limit,
                              casework_offence_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  int64_t given = 0;
  struct vg_buf wanted, held;
  vg_buf_init(&wanted, 4096);
  vg_buf_init(&held, 1 << 16);
  vg_fold_words(&wanted, words);
  vg_str all = vg_str_trim(vg_buf_view(&wanted));
  VG_GO(
      store_query(tx, &q,
                  "SELECT code, text, label_fr, source, prison_years, fine_eur, to_check, doubt, circumstance, natinf, "
                  "verified, since, until FROM casework_offence WHERE (since IS NULL OR since <= $1) AND (until IS "
                  "NULL OR until > $1) ORDER BY id",
                  S_ARGS(S_TIME(facts)), err));
  while (rc == VG_OK && given < limit && store_next(q)) {
    struct offence o = {store_str(q, 0),  store_str(q, 1),      store_str(q, 2),  store_str(q, 3), store_int(q, 4),
                        store_int(q, 5),  store_int(q, 6) != 0, store_str(q, 7),  store_str(q, 8), store_str(q, 9),
                        store_str(q, 10), store_time(q, 11),    store_time(q, 12)};
    vg_buf_reset(&held);
    vg_fold_words(&held, o.code);
    vg_fold_words(&held, o.text);
    vg_fold_words(&held, o.label_fr);
    if (all.n && vg_str_find(vg_buf_view(&held), all, 0) == SIZE_MAX)
      continue;
    char doubt[64];
    casework_offence_age(doubt, &o, facts);
    given++;
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  rc = rc != VG_OK ? rc : ended;
out:
  vg_buf_fini(&wanted);
  vg_buf_fini(&held);
  return rc;
}
