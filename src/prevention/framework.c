/* What a diagnosis asks: our framework, built in, and those that were imported, each under its version. */
#include <stdlib.h>

#include "base/csv.h"
#include "base/grow.h"
#include "base/hash.h"
#include "base/json.h"
#include "prevention/prevention_internal.h"

extern const char prevention_measures_csv[];

void prevention_diagnosis_fini(struct diagnosis *d) {
  free(d->measure);
  free(d->rank);
  *d = (struct diagnosis){.measures = 0};
}

/* The next measure, in the framework's order and of no value yet. */
static vg_code next_measure(struct diagnosis *d, struct measure **out, struct vg_err *err) {
  size_t n = (size_t)d->measures, room = d->room;
  if (n == MEASURES_MAX)
    return VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
  if (!VG_GROW(d->measure, n, room, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  if (room > d->room) {
    int *more = reallocarray(d->rank, room, sizeof *more);
    if (!more)
      return VG_FAIL(err, VG_ENOMEM, "base.memory");
    d->rank = more;
    d->room = room;
  }
  d->rank[n] = d->measures++;
  *out = &d->measure[n];
  **out = (struct measure){.number = d->measures};
  return VG_OK;
}

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
    struct measure *m;
    if ((rc = next_measure(d, &m, err)) != VG_OK)
      break;
    VG_ASSERT(ok && number == m->number && effort > 0);
    m->benefit = (int)benefit;
    m->effort = (int)effort;
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
      "SELECT m.ref, m.theme, m.title, m.benefit, m.effort, m.counters, m.unsaid FROM prevention_framework_measure m "
      "JOIN prevention_framework f ON f.id = m.framework WHERE f.code = $1 AND f.version = $2 ORDER BY m.number",
      S_ARGS(S_STR(code), S_STR(rest.p ? rest : VG_STR(""))), err));
  vg_code rc = VG_OK;
  struct measure *m;
  while (store_next(q) && (rc = next_measure(d, &m, err)) == VG_OK) {
    m->benefit = (int)store_int(q, 3);
    m->effort = (int)store_int(q, 4);
    m->unsaid = store_int(q, 6);
    vg_str_copy(m->ref, sizeof m->ref, store_str(q, 0));
    vg_str_copy(m->theme, sizeof m->theme, store_str(q, 1));
    vg_str_copy(m->title, sizeof m->title, store_str(q, 2));
    vg_str_copy(m->counters, sizeof m->counters, store_str(q, 5));
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  VG_TRY(rc != VG_OK ? rc : ended);
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

/* What the importer says of measures by their ref; 0 and "": as the measure itself says. */
struct term {
  char ref[24], counters[64];
  int64_t benefit, effort, line;
  bool used;
};
struct terms {
  struct term *v;
  size_t n, room;
};

static bool one_to_three(vg_str field, int64_t *out) {
  *out = 0;
  return field.n == 0 || (vg_str_i64(field, out) && *out >= 1 && *out <= 3);
}

/* at: where ref, benefit, effort and counters stand; SIZE_MAX: nowhere. */
static vg_code add_term(struct terms *t, const struct vg_csv *c, const size_t at[static 4], struct vg_err *err) {
  struct term x = {.line = c->line};
  vg_str ref = vg_str_trim(vg_csv_field(c, at[0])), counters = vg_str_trim(vg_csv_field(c, at[3]));
  if (ref.n >= sizeof x.ref || counters.n >= sizeof x.counters || !vg_utf8_ok(counters) ||
      !one_to_three(vg_csv_field(c, at[1]), &x.benefit) || !one_to_three(vg_csv_field(c, at[2]), &x.effort))
    return VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(c->line));
  vg_str_copy(x.ref, sizeof x.ref, ref);
  vg_str_copy(x.counters, sizeof x.counters, counters);
  if (t->n == MEASURES_MAX)
    return VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
  if (!VG_GROW(t->v, t->n, t->room, 64))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  t->v[t->n++] = x;
  return VG_OK;
}

static vg_code read_terms(struct terms *t, vg_str text, struct vg_err *err) {
  struct vg_csv c;
  bool more = false;
  if (!vg_str_trim(text).n)
    return VG_OK;
  vg_csv_init(&c, text, 0);
  vg_code rc = vg_csv_next(&c, &more, err);
  const size_t at[] = {vg_csv_column(&c, "ref"), vg_csv_column(&c, "benefit"), vg_csv_column(&c, "effort"),
                       vg_csv_column(&c, "counters")};
  if (rc == VG_OK && (!more || at[0] == SIZE_MAX))
    rc = VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(1));
  while (rc == VG_OK && (rc = vg_csv_next(&c, &more, err)) == VG_OK && more)
    rc = add_term(t, &c, at, err);
  vg_csv_fini(&c);
  return rc;
}

static void apply_terms(struct terms *t, vg_str ref, int64_t *benefit, int64_t *effort, int64_t *unsaid,
                        vg_str *counters) {
  for (size_t i = 0; i < t->n; i++) {
    struct term *x = &t->v[i];
    if (!vg_str_eqz(ref, x->ref))
      continue;
    x->used = true;
    *benefit = x->benefit ? x->benefit : *benefit;
    *effort = x->effort ? x->effort : *effort;
    *unsaid &= ~((x->benefit ? UNSAID_BENEFIT : 0) | (x->effort ? UNSAID_EFFORT : 0));
    *counters = x->counters[0] ? vg_str_z(x->counters) : *counters;
  }
}

/* Every row must have been of a measure. */
static vg_code terms_used(const struct terms *t, struct vg_err *err) {
  for (size_t i = 0; i < t->n; i++)
    if (!t->v[i].used)
      return VG_FAIL(err, VG_EDATA, "prevention.terms", VG_N(t->v[i].line));
  return VG_OK;
}

static vg_code add_measure(struct store_tx *tx, int64_t framework, int64_t number, vg_jv m, struct terms *terms,
                           struct framework_taken *out, struct vg_err *err) {
  vg_str ref, theme, title, counters, detail;
  int64_t benefit, effort, unsaid = 0;
  if (!text_of(m, "ref", 23, false, &ref) || !text_of(m, "theme", 119, false, &theme) ||
      !text_of(m, "title", 279, false, &title) || !text_of(m, "counters", 63, true, &counters) ||
      !text_of(m, "detail", DETAIL_MAX - 1, true, &detail) || !vg_jv_i64_at(m, "benefit", &benefit) || benefit < 1 ||
      benefit > 3 || !vg_jv_i64_at(m, "effort", &effort) || effort < 1 || effort > 3)
    return VG_FAIL(err, VG_EDATA, "prevention.measure", VG_N(number));
  (void)vg_jv_i64_at(m, "unsaid", &unsaid);
  unsaid &= UNSAID_BENEFIT | UNSAID_EFFORT;
  apply_terms(terms, ref, &benefit, &effort, &unsaid, &counters);
  out->unsaid += unsaid != 0;
  return store_exec(tx,
                    "INSERT INTO prevention_framework_measure (framework, number, ref, theme, title, benefit, effort, "
                    "counters, detail, unsaid) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    S_ARGS(S_INT(framework), S_INT(number), S_STR(ref), S_STR(theme), S_STR(title), S_INT(benefit),
                           S_INT(effort), S_STR(counters.n ? counters : VG_STR("*")), S_STR(detail), S_INT(unsaid)),
                    err);
}

static vg_code add_framework(struct store_tx *tx, const struct actor *who, vg_jv root, const char *sha256,
                             struct terms *terms, struct framework_taken *out, struct vg_err *err) {
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
  *out = (struct framework_taken){0};
  for (vg_jit_init(&it, vg_jv_at(root, "measures")); vg_jit_next(&it, NULL, &m);) {
    if (out->measures == MEASURES_MAX)
      return VG_FAIL(err, VG_ELIMIT, "prevention.too_many_measures", VG_N(MEASURES_MAX));
    VG_TRY(add_measure(tx, id, ++out->measures, m, terms, out, err));
  }
  if (out->measures == 0)
    return VG_FAIL(err, VG_EDATA, "prevention.framework");
  VG_TRY(terms_used(terms, err));
  return LEDGER_TELL(tx, who, "framework.imported", "", err, "code", VG_T(code), "version", VG_T(version), "sha256",
                     sha256, "measures", VG_N(out->measures));
}

vg_code prevention_framework_import(struct store_tx *tx, const struct actor *who, vg_str json, const char *sha256,
                                    vg_str terms, struct framework_taken *out, struct vg_err *err) {
  struct terms t = {NULL, 0, 0};
  struct vg_json *j;
  vg_jv root;
  VG_TRY(vg_json_new(&j, err));
  vg_code rc = vg_json_parse(j, json, &root, err);
  if (rc == VG_OK)
    rc = read_terms(&t, terms, err);
  if (rc == VG_OK)
    rc = add_framework(tx, who, root, sha256, &t, out, err);
  vg_json_free(j);
  free(t.v);
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
