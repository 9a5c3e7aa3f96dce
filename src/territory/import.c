/* Companies out of the SIRENE register, contacts out of a spreadsheet: row by row, a bad row costs only itself and is
 * named. */
#include <string.h>

#include "base/csv.h"
#include "base/hash.h"
#include "base/jsonw.h"
#include "territory/territory_internal.h"

struct row {
  struct store_tx *tx;
  const struct actor *who;
  struct vg_csv csv;
  struct territory_tally *tally;
  territory_reject *reject;
  void *ctx;
};

static vg_code refuse(struct row *r, const char *msg, vg_str arg, struct vg_err *err) {
  r->tally->rejected++;
  return r->reject ? r->reject(r->ctx, r->csv.line, msg, arg, err) : VG_OK;
}

/* Calls one() for every row under the heading that heading() took. A row that is no CSV ends the file: where the next
 * one begins is unknown. */
static vg_code each_row(struct row *r, vg_str text, char sep, vg_code (*heading)(struct row *, void *, struct vg_err *),
                        vg_code (*one)(struct row *, void *, struct vg_err *), void *columns, struct vg_err *err) {
  bool more = false;
  vg_csv_init(&r->csv, text, sep);
  vg_code rc = vg_csv_next(&r->csv, &more, err);
  if (rc == VG_OK && !more)
    rc = VG_FAIL(err, VG_EDATA, "territory.no_heading");
  if (rc == VG_OK)
    rc = heading(r, columns, err);
  while (rc == VG_OK && (rc = vg_csv_next(&r->csv, &more, err)) == VG_OK && more) {
    r->tally->read++;
    rc = one(r, columns, err);
  }
  vg_csv_fini(&r->csv);
  return rc;
}

/* SIRENE: the columns of INSEE's StockEtablissement, those of the legal unit too when an extract has them. */
enum {
  C_SIRET,
  C_PUBLIC,
  C_STAFF,
  C_HEAD,
  C_TOWN,
  C_STATE,
  C_APE,
  C_SIGN,
  C_USUAL,
  C_LEGAL,
  C_MORE,
  C_NUMBER,
  C_REPEAT,
  C_STREET_KIND,
  C_STREET,
  C_BOX,
  C_POSTCODE,
  C_TOWN_NAME,
  C_CEDEX,
  C_CEDEX_NAME,
  SIRENE_COLUMNS
};
static const char *const sirene_names[SIRENE_COLUMNS] = {"siret",
                                                         "statutDiffusionEtablissement",
                                                         "trancheEffectifsEtablissement",
                                                         "etablissementSiege",
                                                         "codeCommuneEtablissement",
                                                         "etatAdministratifEtablissement",
                                                         "activitePrincipaleEtablissement",
                                                         "enseigne1Etablissement",
                                                         "denominationUsuelleEtablissement",
                                                         "denominationUniteLegale",
                                                         "complementAdresseEtablissement",
                                                         "numeroVoieEtablissement",
                                                         "indiceRepetitionEtablissement",
                                                         "typeVoieEtablissement",
                                                         "libelleVoieEtablissement",
                                                         "distributionSpecialeEtablissement",
                                                         "codePostalEtablissement",
                                                         "libelleCommuneEtablissement",
                                                         "codeCedexEtablissement",
                                                         "libelleCedexEtablissement"};
/* StockUniteLegale: the companies themselves, whose names the file of establishments does not have. */
enum { U_SIREN, U_PUBLIC, U_CATEGORY, U_STAFF, U_APE, U_LEGAL, U_USUAL, U_FAMILY, U_MARRIED, U_FIRST, UNIT_COLUMNS };
static const char *const unit_names[UNIT_COLUMNS] = {"siren",
                                                     "statutDiffusionUniteLegale",
                                                     "categorieEntreprise",
                                                     "trancheEffectifsUniteLegale",
                                                     "activitePrincipaleUniteLegale",
                                                     "denominationUniteLegale",
                                                     "denominationUsuelle1UniteLegale",
                                                     "nomUniteLegale",
                                                     "nomUsageUniteLegale",
                                                     "prenomUsuelUniteLegale"};
struct sirene {
  const struct territory_wanted *wanted;
  size_t at[SIRENE_COLUMNS], unit[UNIT_COLUMNS];
  bool units; /* the file is StockUniteLegale */
  char section[TERRITORY_NAF];
};

static vg_code sirene_heading(struct row *r, void *ctx, struct vg_err *err) {
  struct sirene *s = ctx;
  for (size_t i = 0; i < UNIT_COLUMNS; i++)
    s->unit[i] = vg_csv_column(&r->csv, unit_names[i]);
  s->units = vg_csv_column(&r->csv, sirene_names[C_SIRET]) == SIZE_MAX && s->unit[U_SIREN] != SIZE_MAX &&
             s->unit[U_LEGAL] != SIZE_MAX;
  if (s->units)
    return VG_OK;
  for (size_t i = 0; i < SIRENE_COLUMNS; i++)
    s->at[i] = vg_csv_column(&r->csv, sirene_names[i]);
  for (size_t i = C_SIRET; i <= C_APE; i++)
    if (s->at[i] == SIZE_MAX && (i == C_SIRET || i == C_TOWN || i == C_APE))
      return VG_FAIL(err, VG_EDATA, "territory.no_column", sirene_names[i]);
  return VG_OK;
}

/* INSEE, tranche d'effectifs salariés: upper bound below 10, 250, 5000. The size of the establishment: of the company
 * it is one when it has no other. */
static const char *size_of(vg_str tranche) {
  static const char *const micro[] = {"NN", "00", "01", "02", "03"}, *const pme[] = {"11", "12", "21", "22", "31"},
                           *const eti[] = {"32", "41", "42", "51"}, *const ge[] = {"52", "53"};
  static const struct {
    const char *size;
    const char *const *codes;
    size_t n;
  } all[] = {{"MICRO", micro, 5}, {"PME", pme, 5}, {"ETI", eti, 4}, {"GE", ge, 2}};
  for (size_t i = 0; i < VG_COUNT(all); i++)
    for (size_t k = 0; k < all[i].n; k++)
      if (vg_str_eqz(tranche, all[i].codes[k]))
        return all[i].size;
  return "";
}

/* "35238" 35, "2A004" 2A, "97105" 971 */
static vg_str department_of(vg_str town) {
  bool overseas = vg_str_starts(town, VG_STR("97")) || vg_str_starts(town, VG_STR("98"));
  return vg_str_sub(town, 0, overseas ? 3 : 2);
}

static vg_code wanted_here(struct row *r, const struct sirene *s, vg_str department, bool *yes, struct vg_err *err) {
  char zone[24];
  *yes = !s->wanted->department.n || vg_str_eq(s->wanted->department, department);
  if (!*yes || !s->wanted->zone.n)
    return VG_OK;
  VG_TRY(territory_zone_of(r->tx, department, store_now(r->tx), zone, err));
  *yes = vg_str_eqz(s->wanted->zone, zone);
  return VG_OK;
}

/* Two companies may have one name; ours are told apart by it, so the SIREN follows the second one's. */
static vg_code own_name(struct row *r, struct org *o, struct vg_err *err) {
  int64_t taken;
  char name[sizeof o->name];
  VG_TRY(store_get_int(r->tx, &taken, "SELECT COUNT(*) FROM territory_org WHERE name = $1 AND id <> $2",
                       S_ARGS(S_Z(o->name), S_INT(o->id)), err));
  if (taken) {
    vg_str_copy(name, sizeof name - 16, vg_str_z(o->name));
    struct vg_buf b;
    vg_buf_init(&b, 400);
    vg_buf_fmt(&b, "%s (%s)", name, o->siren);
    vg_str_copy(o->name, sizeof o->name, vg_buf_view(&b));
    vg_buf_fini(&b);
  }
  return VG_OK;
}

static vg_code add_company(struct row *r, struct org *o, struct vg_err *err) {
  VG_TRY(own_name(r, o, err));
  o->pid = vg_id_new("identity", store_now(r->tx));
  struct folded f;
  territory_folded_init(&f, o);
  vg_code rc =
      store_insert(r->tx, &o->id,
                   "INSERT INTO territory_org (pid, kind, name, siren, naf, size, department, created, words, spoken) "
                   "VALUES ($1, 'company', $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                   S_ARGS(S_Z(o->pid.s), S_Z(o->name), S_Z(o->siren), o->naf[0] ? S_Z(o->naf) : S_NULL,
                          o->size[0] ? S_Z(o->size) : S_NULL, o->department[0] ? S_Z(o->department) : S_NULL,
                          S_TIME(store_now(r->tx)), S_STR(vg_buf_view(&f.words)), S_STR(vg_buf_view(&f.spoken))),
                   err);
  territory_folded_fini(&f);
  return rc;
}

/* What the register says fills what is not known here; what an officer wrote is never overwritten. A department that
 * becomes known later counts from then on: what was counted before stays what it was. */
static vg_code company(struct row *r, struct org *o, bool open, bool head, struct vg_err *err) {
  vg_code rc =
      store_get_int(r->tx, &o->id, "SELECT id FROM territory_org WHERE siren = $1", S_ARGS(S_Z(o->siren)), NULL);
  if (rc == VG_ENOTFOUND && !open)
    return rc;
  if (rc == VG_ENOTFOUND) {
    r->tally->added++;
    VG_TRY(add_company(r, o, err));
    return territory_seat_known(r->tx, o->id, TERRITORY_ALWAYS, err);
  }
  VG_TRY(rc);
  VG_TRY(store_exec(
      r->tx,
      "UPDATE territory_org SET naf = COALESCE(naf, $2), size = CASE WHEN $5 = 1 THEN COALESCE(size, $3) ELSE size "
      "END, department = CASE WHEN $5 = 1 THEN COALESCE(department, $4) ELSE department END WHERE id = $1",
      S_ARGS(S_INT(o->id), o->naf[0] ? S_Z(o->naf) : S_NULL, o->size[0] ? S_Z(o->size) : S_NULL,
             o->department[0] ? S_Z(o->department) : S_NULL, S_INT(head)),
      err));
  return territory_seat_known(r->tx, o->id, store_now(r->tx), err);
}

static void line_of(struct vg_buf *b, const vg_str *v, const int *columns, size_t n) {
  bool begun = false;
  for (size_t i = 0; i < n; i++)
    if (v[columns[i]].n && !vg_str_eqz(v[columns[i]], "[ND]")) { /* "[ND]": kept back by INSEE */
      vg_buf_z(b, begun ? " " : b->n ? "\n" : "");
      vg_buf_str(b, v[columns[i]]);
      begun = true;
    }
}

/* The lines of an envelope, as the post wants them: what is inside, the street, the box, the town. */
static vg_str address_of(struct vg_buf *b, const vg_str v[static SIRENE_COLUMNS]) {
  static const int more[] = {C_MORE}, street[] = {C_NUMBER, C_REPEAT, C_STREET_KIND, C_STREET}, box[] = {C_BOX},
                   town[] = {C_POSTCODE, C_TOWN_NAME}, cedex[] = {C_CEDEX, C_CEDEX_NAME};
  line_of(b, v, more, 1);
  line_of(b, v, street, 4);
  line_of(b, v, box, 1);
  line_of(b, v, v[C_CEDEX].n ? cedex : town, 2);
  vg_str s = vg_buf_view(b);
  bool whole = vg_buf_check(b, NULL) == VG_OK && s.n <= ORG_ADDRESS && vg_utf8_ok(s) &&
               (v[C_CEDEX].n || v[C_POSTCODE].n) && v[C_TOWN_NAME].n + v[C_CEDEX_NAME].n;
  return whole ? s : VG_STR("");
}

/* "denomination", else the usual one, else of a person in business "first name, name in use". */
static void unit_name(const vg_str v[static UNIT_COLUMNS], char *out, size_t cap) {
  struct vg_buf b;
  vg_str family = v[U_MARRIED].n ? v[U_MARRIED] : v[U_FAMILY];
  vg_buf_init(&b, 2048);
  vg_buf_str(&b, v[U_LEGAL].n ? v[U_LEGAL] : v[U_USUAL].n ? v[U_USUAL] : v[U_FIRST]);
  if (!v[U_LEGAL].n && !v[U_USUAL].n && family.n) {
    vg_buf_z(&b, b.n ? " " : "");
    vg_buf_str(&b, family);
  }
  vg_str name = vg_buf_view(&b);
  vg_str_copy(out, cap, name.n < cap && vg_utf8_ok(name) && !vg_str_eqz(name, "[ND]") ? name : VG_STR(""));
  vg_buf_fini(&b);
}

/* What is known of the company: a name that was only its SIREN gets one; a size that is that of an establishment gives
 * way to the company's. INSEE's PME holds the MICRO ones. */
static vg_code unit_known(struct row *r, const struct sirene *s, const vg_str v[static UNIT_COLUMNS], struct org *o,
                          struct vg_err *err) {
  int64_t changed;
  bool large = vg_str_eqz(v[U_CATEGORY], "ETI") || vg_str_eqz(v[U_CATEGORY], "GE");
  char name[sizeof o->name];
  unit_name(v, name, sizeof name);
  if (name[0] && !strcmp(o->name, o->siren)) {
    vg_str_copy(o->name, sizeof o->name, vg_str_z(name));
    VG_TRY(own_name(r, o, err));
  }
  o->naf[0] = territory_naf_section(s->section, v[U_APE]);
  vg_str_copy(o->size, sizeof o->size, large ? v[U_CATEGORY] : vg_str_z(size_of(v[U_STAFF])));
  struct folded f;
  territory_folded_init(&f, o);
  vg_code rc = store_change(
      r->tx, &changed,
      "UPDATE territory_org SET name = $2, words = $6, spoken = $7, naf = COALESCE(naf, $3), size = CASE WHEN $5 = 1 AND size IN ('MICRO', "
      "'PME') AND EXISTS (SELECT 1 FROM territory_site t WHERE t.org = territory_org.id AND t.source = 'SIRENE') THEN "
      "$4 ELSE COALESCE(size, $4) END WHERE id = $1 AND (name <> $2 OR (naf IS NULL AND CAST($3 AS TEXT) IS NOT NULL) OR (size IS NULL "
      "AND CAST($4 AS TEXT) IS NOT NULL) OR ($5 = 1 AND size IN ('MICRO', 'PME')))",
      S_ARGS(S_INT(o->id), S_Z(o->name), o->naf[0] ? S_Z(o->naf) : S_NULL, o->size[0] ? S_Z(o->size) : S_NULL,
             S_INT(large), S_STR(vg_buf_view(&f.words)), S_STR(vg_buf_view(&f.spoken))),
      err);
  territory_folded_fini(&f);
  VG_TRY(rc);
  *(changed ? &r->tally->updated : &r->tally->skipped) += 1;
  return VG_OK;
}

static vg_code unit_row(struct row *r, const struct sirene *s, struct vg_err *err) {
  struct org o = {.kind = ORG_COMPANY};
  vg_str v[UNIT_COLUMNS];
  for (size_t i = 0; i < UNIT_COLUMNS; i++)
    v[i] = vg_str_trim(vg_csv_field(&r->csv, s->unit[i]));
  if (!territory_siren_ok(v[U_SIREN]))
    return refuse(r, "territory.siren", v[U_SIREN], err);
  bool kept_back = vg_str_eqz(v[U_PUBLIC], "P") || vg_str_eqz(v[U_PUBLIC], "N");
  vg_code rc = kept_back ? VG_ENOTFOUND : territory_org_find(r->tx, v[U_SIREN], &o, NULL);
  if (rc == VG_ENOTFOUND) {
    r->tally->skipped++;
    return VG_OK;
  }
  VG_TRY(rc);
  return unit_known(r, s, v, &o, err);
}

static vg_code sirene_row(struct row *r, void *ctx, struct vg_err *err) {
  struct sirene *s = ctx;
  if (s->units)
    return unit_row(r, s, err);
  struct org o = {.kind = ORG_COMPANY};
  vg_str v[SIRENE_COLUMNS], department;
  int64_t known;
  bool yes;
  for (size_t i = 0; i < SIRENE_COLUMNS; i++)
    v[i] = vg_str_trim(vg_csv_field(&r->csv, s->at[i]));
  department = department_of(v[C_TOWN]);
  VG_TRY(wanted_here(r, s, department, &yes, err));
  /* Who asked not to be passed on ("P", "N") stays out. */
  if (!yes || vg_str_eqz(v[C_PUBLIC], "P") || vg_str_eqz(v[C_PUBLIC], "N")) {
    r->tally->skipped++;
    return VG_OK;
  }
  if (!territory_siret_ok(v[C_SIRET]))
    return refuse(r, "territory.siret", v[C_SIRET], err);
  VG_TRY(store_get_int(r->tx, &known, "SELECT COUNT(*) FROM territory_department WHERE code = $1",
                       S_ARGS(S_STR(department)), err));
  if (!known)
    return refuse(r, "territory.department", department, err);
  vg_str name = v[C_LEGAL].n ? v[C_LEGAL] : v[C_USUAL].n ? v[C_USUAL] : v[C_SIGN];
  if (!vg_utf8_ok(name))
    return refuse(r, "territory.encoding", VG_STR(""), err);
  if (name.n >= sizeof o.name)
    return refuse(r, "territory.name_row", name, err);
  vg_str_copy(o.siren, sizeof o.siren, vg_str_sub(v[C_SIRET], 0, 9));
  vg_str_copy(o.name, sizeof o.name, name.n ? name : vg_str_z(o.siren));
  vg_str_copy(o.department, sizeof o.department, department);
  vg_str_copy(o.size, sizeof o.size, vg_str_z(size_of(v[C_STAFF])));
  o.naf[0] = territory_naf_section(s->section, v[C_APE]);
  bool open = !vg_str_eqz(v[C_STATE], "F"), head = vg_str_eq_ci(v[C_HEAD], VG_STR("true"));
  vg_code rc = company(r, &o, open, head, err);
  if (rc == VG_ENOTFOUND) {
    r->tally->skipped++; /* closed before we knew of it */
    return VG_OK;
  }
  VG_TRY(rc);
  r->tally->sites++;
  struct vg_buf address;
  vg_buf_init(&address, 4096);
  vg_str lines = address_of(&address, v);
  rc = store_exec(r->tx,
                  "INSERT INTO territory_site (siret, org, name, department, ape, staff, open, head, source, seen, "
                  "address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                  "'SIRENE', $9, $10) ON CONFLICT (siret) DO UPDATE SET name = excluded.name, department = "
                  "excluded.department, ape = excluded.ape, "
                  "staff = excluded.staff, open = excluded.open, head = excluded.head, seen = excluded.seen, "
                  "address = excluded.address",
                  S_ARGS(S_STR(v[C_SIRET]), S_INT(o.id), S_STR(name.n ? name : VG_STR("")), S_STR(department),
                         S_STR(v[C_APE].n ? v[C_APE] : VG_STR("")), S_STR(v[C_STAFF].n ? v[C_STAFF] : VG_STR("")),
                         S_INT(open), S_INT(head), S_TIME(store_now(r->tx)), S_STR(lines)),
                  err);
  vg_buf_fini(&address);
  return rc;
}

vg_code territory_import_sirene(struct store_tx *tx, const struct actor *who, vg_str text,
                                const struct territory_wanted *wanted, territory_reject *reject, void *ctx,
                                struct territory_tally *out, struct vg_err *err) {
  struct sirene s = {.wanted = wanted};
  struct row r = {.tx = tx, .who = who, .tally = out, .reject = reject, .ctx = ctx};
  *out = (struct territory_tally){0};
  if (wanted->zone.n)
    VG_TRY(territory_zone_check(tx, VG_T(wanted->zone), err));
  VG_TRY(territory_naf_sections(tx, s.section, err));
  VG_TRY(each_row(&r, text, ',', sirene_heading, sirene_row, &s, err));
  return LEDGER_TELL(tx, who, "org.sirene_imported", "", err, "read", VG_N(out->read), "added", VG_N(out->added),
                     "sites", VG_N(out->sites), "rejected", VG_N(out->rejected));
}

/* Contacts: which column is which is told once a source, or seen by the usual headings. */
enum { K_ORG, K_NAME, K_DUTY, K_EMAIL, K_PHONE, K_AGREED, K_ADDRESS, K_POSTCODE, K_TOWN, CONTACT_COLUMNS };
static const char *const contact_fields[CONTACT_COLUMNS] = {"organisation", "name",    "duty",     "email", "phone",
                                                            "agreed",       "address", "postcode", "town"};
static const char *const usual[CONTACT_COLUMNS] = {
    "siret siren organisation entreprise société raison\u00a0sociale company organization",
    "name nom contact nom\u00a0du\u00a0contact interlocuteur dirigeant",
    "duty fonction poste qualité job",
    "email e-mail courriel mail adresse\u00a0électronique",
    "phone téléphone telephone tél portable mobile",
    "agreed accord consentement consent optin",
    "address adresse adresse\u00a0postale rue voie street",
    "postcode code\u00a0postal cp zip",
    "town ville commune city"};
const char *territory_contact_field(size_t i) { return i < CONTACT_COLUMNS ? contact_fields[i] : NULL; }

vg_code territory_each_columns(struct store_tx *tx, territory_columns_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT source, map, used FROM territory_columns ORDER BY used DESC, source LIMIT 100",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_str(q, 0), store_str(q, 1), store_time(q, 2), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

struct contacts {
  vg_str map, source;
  size_t at[CONTACT_COLUMNS];
  char remembered[1024];
};

/* A heading of the file, by its usual words; a no-break space in the list stands for a space. */
static size_t usual_column(const struct row *r, const char *words) {
  vg_str rest = vg_str_z(words), word;
  while (vg_str_cut(&rest, ' ', &word)) {
    struct vg_buf plain;
    vg_buf_init(&plain, 200);
    for (size_t i = 0; i < word.n; i++)
      if (word.p[i] == '\xc2' && i + 1 < word.n && word.p[i + 1] == '\xa0') {
        vg_buf_z(&plain, " ");
        i++;
      } else {
        vg_buf_byte(&plain, (unsigned char)word.p[i]);
      }
    size_t at = vg_csv_column(&r->csv, vg_buf_text(&plain));
    vg_buf_fini(&plain);
    if (at != SIZE_MAX)
      return at;
  }
  return SIZE_MAX;
}

/* "field=Heading" */
static vg_code map_one(struct row *r, struct contacts *k, vg_str part, struct vg_err *err) {
  vg_str field;
  size_t i = 0;
  if (!vg_str_cut(&part, '=', &field) || !part.p)
    return VG_FAIL(err, VG_EDATA, "territory.map", VG_T(field));
  while (i < CONTACT_COLUMNS && !vg_str_eqz(vg_str_trim(field), contact_fields[i]))
    i++;
  if (i == CONTACT_COLUMNS)
    return VG_FAIL(err, VG_EDATA, "territory.map", VG_T(field));
  k->at[i] = vg_csv_column(&r->csv, VG_T(vg_str_trim(part)));
  return k->at[i] == SIZE_MAX ? VG_FAIL(err, VG_EDATA, "territory.no_column", VG_T(part)) : VG_OK;
}

/* A row of CSV: what holds a comma stands between quotes. */
static vg_code mapped(struct row *r, struct contacts *k, vg_str map, struct vg_err *err) {
  struct vg_csv parts;
  bool more;
  vg_csv_init(&parts, map, ',');
  vg_code rc = vg_csv_next(&parts, &more, err) == VG_OK ? VG_OK : VG_FAIL(err, VG_EDATA, "territory.map", VG_T(map));
  for (size_t i = 0; rc == VG_OK && i < parts.fields; i++)
    rc = map_one(r, k, parts.field[i], err);
  vg_csv_fini(&parts);
  return rc;
}

static vg_code contacts_heading(struct row *r, void *ctx, struct vg_err *err) {
  struct contacts *k = ctx;
  for (size_t i = 0; i < r->csv.fields; i++) /* else its columns would be said to be missing */
    if (!vg_utf8_ok(vg_csv_field(&r->csv, i)))
      return VG_FAIL(err, VG_EDATA, "territory.encoding");
  for (size_t i = 0; i < CONTACT_COLUMNS; i++)
    k->at[i] = SIZE_MAX;
  if (k->map.n) {
    VG_TRY(mapped(r, k, k->map, err));
  } else if (k->remembered[0]) {
    VG_TRY(mapped(r, k, vg_str_z(k->remembered), err));
  } else {
    if (vg_csv_column(&r->csv, sirene_names[C_SIRET]) != SIZE_MAX &&
        vg_csv_column(&r->csv, sirene_names[C_APE]) != SIZE_MAX)
      return VG_FAIL(err, VG_EDATA, "territory.is_sirene");
    for (size_t i = 0; i < CONTACT_COLUMNS; i++)
      k->at[i] = usual_column(r, usual[i]);
  }
  if (k->at[K_ORG] == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "territory.no_org_column");
  if (k->at[K_NAME] == SIZE_MAX && k->at[K_EMAIL] == SIZE_MAX)
    return VG_FAIL(err, VG_EDATA, "territory.no_name_column");
  return VG_OK;
}

static bool yes(vg_str s) {
  static const char *const words[] = {"1", "oui", "yes", "true", "vrai", "x", "o", "y"};
  for (size_t i = 0; i < VG_COUNT(words); i++)
    if (vg_str_eq_ci(s, vg_str_z(words[i])))
      return true;
  return false;
}

/* Fills what nobody has written here. */
static vg_code contact_address(struct row *r, const struct org *o, const vg_str v[static CONTACT_COLUMNS],
                               struct vg_err *err) {
  char known[ORG_ADDRESS + 1];
  bool written;
  struct vg_buf b;
  VG_TRY(territory_address(r->tx, o->id, known, &written, err));
  if (written || !v[K_ADDRESS].n)
    return VG_OK;
  vg_buf_init(&b, 4 * ORG_ADDRESS);
  vg_buf_str(&b, v[K_ADDRESS]);
  if (v[K_POSTCODE].n || v[K_TOWN].n) {
    vg_buf_z(&b, "\n");
    vg_buf_str(&b, v[K_POSTCODE]);
    vg_buf_z(&b, v[K_POSTCODE].n && v[K_TOWN].n ? " " : "");
    vg_buf_str(&b, v[K_TOWN]);
  }
  vg_code rc = vg_buf_check(&b, NULL);
  if (rc == VG_OK)
    rc = territory_address_put(r->tx, o->id, vg_buf_view(&b), NULL);
  vg_buf_fini(&b);
  return rc == VG_OK ? VG_OK : refuse(r, "territory.address", vg_str_z(VG_N(ORG_ADDRESS)), err);
}

static vg_code contacts_row(struct row *r, void *ctx, struct vg_err *err) {
  struct contacts *k = ctx;
  vg_str v[CONTACT_COLUMNS];
  struct org o;
  for (size_t i = 0; i < CONTACT_COLUMNS; i++) {
    v[i] = vg_str_trim(vg_csv_field(&r->csv, k->at[i]));
    if (!vg_utf8_ok(v[i]))
      return refuse(r, "territory.encoding", VG_STR(""), err);
  }
  if (!v[K_ORG].n)
    return refuse(r, "territory.names_no_org", VG_STR(""), err);
  bool digits = v[K_ORG].n == 14;
  for (size_t i = 0; digits && i < 14; i++)
    digits = vg_is_digit(v[K_ORG].p[i]);
  if (digits && !territory_siret_ok(v[K_ORG]))
    return refuse(r, "territory.siret", v[K_ORG], err);
  vg_code rc = territory_org_find(r->tx, v[K_ORG], &o, NULL);
  if (rc == VG_ENOTFOUND)
    return refuse(r, "territory.no_org", v[K_ORG], err);
  VG_TRY(rc);
  if (territory_access(r->tx, r->who, o.id, NULL) != VG_OK)
    return refuse(r, "territory.closed_org", v[K_ORG], err);
  struct contact c = {.name = v[K_NAME].n ? v[K_NAME] : v[K_EMAIL],
                      .duty = v[K_DUTY],
                      .email = v[K_EMAIL],
                      .phone = v[K_PHONE],
                      .agreed = yes(v[K_AGREED]),
                      .unsaid = k->at[K_AGREED] == SIZE_MAX,
                      .source = k->source};
  struct vg_err why = {0};
  bool fresh;
  rc = territory_contact_put(r->tx, o.id, &c, &fresh, &why);
  if (rc == VG_EDATA)
    return refuse(r, why.cause[0].msg, vg_str_z(why.cause[0].arg[0]), err);
  if (rc != VG_OK) {
    if (err)
      *err = why;
    return rc;
  }
  *(fresh ? &r->tally->added : &r->tally->updated) += 1;
  return contact_address(r, &o, v, err);
}

vg_code territory_import_contacts(struct store_tx *tx, const struct actor *who, vg_str text, vg_str source, vg_str map,
                                  territory_reject *reject, void *ctx, struct territory_tally *out,
                                  struct vg_err *err) {
  struct contacts k = {.map = map, .source = source};
  struct row r = {.tx = tx, .who = who, .tally = out, .reject = reject, .ctx = ctx};
  struct vg_buf kept;
  *out = (struct territory_tally){0};
  if (!vg_utf8_ok(source) || source.n > 100 || map.n >= sizeof k.remembered)
    return VG_FAIL(err, VG_EDATA, "territory.map", VG_T(source));
  vg_buf_init(&kept, sizeof k.remembered);
  if (store_get_text(tx, &kept, "SELECT map FROM territory_columns WHERE source = $1", S_ARGS(S_STR(source)), NULL) ==
      VG_OK)
    vg_str_copy(k.remembered, sizeof k.remembered, vg_buf_view(&kept));
  vg_buf_fini(&kept);
  VG_TRY(each_row(&r, text, 0, contacts_heading, contacts_row, &k, err));
  if (map.n)
    VG_TRY(store_exec(tx,
                      "INSERT INTO territory_columns (source, map, used) VALUES ($1, $2, $3) ON CONFLICT (source) DO "
                      "UPDATE SET map = excluded.map, "
                      "used = excluded.used",
                      S_ARGS(S_STR(source), S_STR(map), S_TIME(store_now(tx))), err));
  return LEDGER_TELL(tx, who, "org.contacts_imported", "", err, "source", VG_T(source), "read", VG_N(out->read),
                     "added", VG_N(out->added), "rejected", VG_N(out->rejected));
}
