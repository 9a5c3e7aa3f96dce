/* What a diagnosis asks: our framework, built in, and those that were imported, each under its version. */
#include "base/csv.h"
#include "base/hash.h"
#include "base/json.h"
#include "prevention/prevention_internal.h"

extern const char prevention_measures_csv[];

/* number theme title_fr level benefit effort counters source theme_en title_en */
static vg_code built_in(struct diagnosis *d, struct vg_err *err) {
  struct vg_csv c;
  bool more;
  vg_csv_init(&c, vg_str_z(prevention_measures_csv), ',');
  vg_code rc = vg_csv_next(&c, &more, err);
  d->measures = 0;
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more) {
    int64_t number, benefit, effort;
    bool ok = vg_str_i64(c.field[0], &number) && vg_str_i64(c.field[4], &benefit) && vg_str_i64(c.field[5], &effort);
    VG_ASSERT(ok && number == d->measures + 1 && number <= MEASURES_MAX && effort > 0);
    struct measure *m = &d->measure[d->measures++];
    *m = (struct measure){.number = (int)number, .benefit = (int)benefit, .effort = (int)effort};
    vg_str_copy(m->ref, sizeof m->ref, c.field[0]);
    vg_str_copy(m->theme, sizeof m->theme, c.field[1]);
    vg_str_copy(m->title, sizeof m->title, c.field[2]);
    vg_str_copy(m->counters, sizeof m->counters, c.field[6]);
    vg_str_copy(m->theme_en, sizeof m->theme_en, c.field[8]);
    vg_str_copy(m->title_en, sizeof m->title_en, c.field[9]);
  }
  vg_csv_fini(&c);
  return rc;
}

static vg_code imported(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  struct store_rows *q;
  vg_str rest = vg_str_z(d->framework), code = VG_STR("");
  (void)vg_str_cut(&rest, '/', &code);
  d->measures = 0;
  VG_TRY(store_query(
      tx, &q,
      "SELECT m.ref, m.theme, m.title, m.benefit, m.effort, m.counters FROM prevention_framework_measure m "
      "JOIN prevention_framework f ON f.id = m.framework WHERE f.code = $1 AND f.version = $2 ORDER BY m.number",
      S_ARGS(S_STR(code), S_STR(rest.p ? rest : VG_STR(""))), err));
  while (store_next(q) && d->measures < MEASURES_MAX) {
    struct measure *m = &d->measure[d->measures++];
    *m = (struct measure){.number = d->measures, .benefit = (int)store_int(q, 3), .effort = (int)store_int(q, 4)};
    vg_str_copy(m->ref, sizeof m->ref, store_str(q, 0));
    vg_str_copy(m->theme, sizeof m->theme, store_str(q, 1));
    vg_str_copy(m->title, sizeof m->title, store_str(q, 2));
    vg_str_copy(m->counters, sizeof m->counters, store_str(q, 5));
  }
  VG_TRY(store_done(&q, err));
  return d->measures ? VG_OK : VG_FAIL(err, VG_ENOTFOUND, "prevention.no_framework", d->framework);
}

const char *prevention_measure_title(const struct measure *m, enum vg_lang lang) {
  return lang == VG_EN && m->title_en[0] ? m->title_en : m->title;
}
const char *prevention_measure_theme(const struct measure *m, enum vg_lang lang) {
  return lang == VG_EN && m->theme_en[0] ? m->theme_en : m->theme;
}

int64_t prevention_measure_named(const struct diagnosis *d, vg_str word) {
  int64_t number = 0;
  for (int i = 0; i < d->measures; i++)
    if (vg_str_eqz(word, d->measure[i].ref))
      return d->measure[i].number;
  return vg_str_i64(word, &number) && number >= 1 && number <= d->measures ? number : 0;
}

vg_code prevention_framework_load(struct store_tx *tx, struct diagnosis *d, struct vg_err *err) {
  return vg_str_eqz(vg_str_z(d->framework), PREVENTION_FRAMEWORK) ? built_in(d, err) : imported(tx, d, err);
}

vg_str prevention_framework_name(const struct framework *f, enum vg_lang lang) {
  return lang == VG_EN && f->name_en.n ? f->name_en : f->name;
}

vg_code prevention_each_framework(struct store_tx *tx, prevention_framework_sink *sink, void *ctx, struct vg_err *err) {
  struct store_rows *q;
  const struct framework ours = {.code = VG_STR("vigie-42"),
                                 .version = VG_STR("1"),
                                 .name = VG_STR("Hygiène informatique, 42 mesures"),
                                 .name_en = VG_STR("IT hygiene, 42 measures"),
                                 .lang = VG_STR("fr"),
                                 .source = VG_STR("ANSSI, Guide d’hygiène informatique, Licence Ouverte"),
                                 .measures = 42,
                                 .imported = VG_NOTIME};
  vg_code rc = sink(ctx, &ours, err);
  VG_TRY(rc);
  VG_TRY(store_query(tx, &q,
                     "SELECT code, version, name, lang, source, sha256, measures, imported FROM prevention_v_framework "
                     "ORDER BY code, imported, id",
                     S_NOARGS, err));
  while (rc == VG_OK && store_next(q)) {
    struct framework f = {.code = store_str(q, 0),
                          .version = store_str(q, 1),
                          .name = store_str(q, 2),
                          .lang = store_str(q, 3),
                          .source = store_str(q, 4),
                          .sha256 = store_str(q, 5),
                          .measures = store_int(q, 6),
                          .imported = store_time(q, 7)};
    rc = sink(ctx, &f, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* A text of the object, trimmed, not empty unless it may be, at most max bytes. */
static bool text_of(vg_jv obj, const char *key, size_t max, bool may_be_empty, vg_str *out) {
  *out = VG_STR("");
  if (!vg_jv_str_at(obj, key, out))
    return may_be_empty;
  *out = vg_str_trim(*out);
  return (out->n || may_be_empty) && out->n <= max && vg_utf8_ok(*out) && vg_str_find_byte(*out, '\0', 0) == SIZE_MAX;
}

/* What the importer says of a measure by its ref; a column that is not there is SIZE_MAX. */
struct terms {
  vg_str text;
  bool used[MEASURES_MAX];
};

static vg_code term(vg_str field, int64_t *out, int64_t line, struct vg_err *err) {
  if (field.n && (!vg_str_i64(field, out) || *out < 1 || *out > 3))
    return VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(line));
  return VG_OK;
}

static vg_code apply_terms(struct terms *t, vg_str ref, int64_t *benefit, int64_t *effort, vg_str *counters,
                           char kept[static 64], struct vg_err *err) {
  struct vg_csv c;
  bool more = false;
  if (!vg_str_trim(t->text).n)
    return VG_OK;
  vg_csv_init(&c, t->text, 0);
  vg_code rc = vg_csv_next(&c, &more, err);
  size_t at[] = {vg_csv_column(&c, "ref"), vg_csv_column(&c, "benefit"), vg_csv_column(&c, "effort"),
                 vg_csv_column(&c, "counters")};
  if (rc == VG_OK && (!more || at[0] == SIZE_MAX))
    rc = VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(1));
  for (size_t i = 0; rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more; i++) {
    vg_str said = vg_str_trim(vg_csv_field(&c, at[3]));
    if (i == MEASURES_MAX)
      rc = VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
    else if (vg_str_eq(vg_str_trim(vg_csv_field(&c, at[0])), ref)) {
      t->used[i] = true;
      if (said.n > 63 || !vg_utf8_ok(said))
        rc = VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(c.line));
      if (rc == VG_OK)
        rc = term(vg_csv_field(&c, at[1]), benefit, c.line, err);
      if (rc == VG_OK)
        rc = term(vg_csv_field(&c, at[2]), effort, c.line, err);
      if (said.n)
        *counters = vg_str_z(vg_str_copy(kept, 64, said));
    }
  }
  vg_csv_fini(&c);
  return rc;
}

/* Every row must have been of a measure. */
static vg_code terms_used(const struct terms *t, struct vg_err *err) {
  struct vg_csv c;
  bool more = false;
  if (!vg_str_trim(t->text).n)
    return VG_OK;
  vg_csv_init(&c, t->text, 0);
  vg_code rc = vg_csv_next(&c, &more, err);
  for (size_t i = 0; rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more; i++)
    if (!t->used[i])
      rc = VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(c.line));
  vg_csv_fini(&c);
  return rc;
}

static vg_code add_measure(struct store_tx *tx, int64_t framework, int64_t number, vg_jv m, struct terms *terms,
                           struct vg_err *err) {
  vg_str ref, theme, title, counters, detail;
  int64_t benefit, effort;
  char kept[64];
  if (!text_of(m, "ref", 23, false, &ref) || !text_of(m, "theme", 119, false, &theme) ||
      !text_of(m, "title", 279, false, &title) || !text_of(m, "counters", 63, true, &counters) ||
      !text_of(m, "detail", DETAIL_MAX - 1, true, &detail) || !vg_jv_i64_at(m, "benefit", &benefit) || benefit < 1 ||
      benefit > 3 || !vg_jv_i64_at(m, "effort", &effort) || effort < 1 || effort > 3)
    return VG_FAIL(err, VG_EDATA, "prevention.measure", VG_N(number));
  VG_TRY(apply_terms(terms, ref, &benefit, &effort, &counters, kept, err));
  return store_exec(tx,
                    "INSERT INTO prevention_framework_measure (framework, number, ref, theme, title, benefit, effort, "
                    "counters, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    S_ARGS(S_INT(framework), S_INT(number), S_STR(ref), S_STR(theme), S_STR(title), S_INT(benefit),
                           S_INT(effort), S_STR(counters.n ? counters : VG_STR("*")), S_STR(detail)),
                    err);
}

static vg_code add_framework(struct store_tx *tx, const struct actor *who, vg_jv root, const char *sha256,
                             struct terms *terms, int64_t *measures, struct vg_err *err) {
  vg_str code, version, name, lang, source;
  struct vg_jit it;
  vg_jv m;
  int64_t id;
  if (!text_of(root, "code", 40, false, &code) || !text_of(root, "version", 20, false, &version) ||
      vg_str_find_byte(code, '/', 0) != SIZE_MAX || !text_of(root, "name", 160, false, &name) ||
      !text_of(root, "lang", 8, true, &lang) || !text_of(root, "source", 250, false, &source) ||
      vg_str_eqz(code, "vigie-42"))
    return VG_FAIL(err, VG_EDATA, "prevention.framework");
  vg_code rc = store_insert(
      tx, &id,
      "INSERT INTO prevention_framework (code, version, name, lang, source, sha256, imported) VALUES ($1, $2, $3, $4, "
      "$5, $6, $7) "
      "RETURNING id",
      S_ARGS(S_STR(code), S_STR(version), S_STR(name), S_STR(lang), S_STR(source), S_Z(sha256), S_TIME(store_now(tx))),
      err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "prevention.framework_exists", VG_T(code), VG_T(version));
  VG_TRY(rc);
  *measures = 0;
  for (vg_jit_init(&it, vg_jv_at(root, "measures")); vg_jit_next(&it, NULL, &m);) {
    if (*measures == MEASURES_MAX)
      return VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
    VG_TRY(add_measure(tx, id, ++*measures, m, terms, err));
  }
  if (*measures == 0)
    return VG_FAIL(err, VG_EDATA, "prevention.framework");
  VG_TRY(terms_used(terms, err));
  return LEDGER_TELL(tx, who, "framework.imported", "", err, "code", VG_T(code), "version", VG_T(version), "sha256",
                     sha256, "measures", VG_N(*measures));
}

vg_code prevention_framework_import(struct store_tx *tx, const struct actor *who, vg_str json, const char *sha256,
                                    vg_str terms, int64_t *measures, struct vg_err *err) {
  struct terms t = {.text = terms};
  struct vg_json *j;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, json, &root, err);
  if (rc == VG_OK)
    rc = add_framework(tx, who, root, sha256, &t, measures, err);
  vg_json_free(j);
  return rc;
}

vg_code prevention_each_detail(struct store_tx *tx, vg_str framework, prevention_detail_sink *sink, void *ctx,
                               struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q,
                     "SELECT m.number, m.detail FROM prevention_framework_measure m JOIN prevention_framework f ON "
                     "f.id = m.framework WHERE f.code || '/' || f.version = $1 AND m.detail <> '' ORDER BY m.number",
                     S_ARGS(S_STR(framework)), err));
  while (rc == VG_OK && store_next(q))
    rc = sink(ctx, store_int(q, 0), store_str(q, 1), err);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}
