#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/jsonw.h"
#include "territory/territory_internal.h"

static const char *const kinds[] = {"company", "partner", "authority", "division"};

const char *territory_kind_name(enum org_kind kind) { return kinds[kind]; }

bool territory_kind_by_name(vg_str name, enum org_kind *out) {
  for (size_t i = 0; i < VG_COUNT(kinds); i++) {
    if (vg_str_eqz(name, kinds[i])) {
      *out = (enum org_kind)i;
      return true;
    }
  }
  return false;
}

/* ISO/IEC 7812-1 annex B: from the right, every second digit doubled, the sum of digits divisible by ten. */
static bool luhn(vg_str digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.n; i++) {
    if (!vg_is_digit(digits.p[i]))
      return false;
    int digit = (digits.p[i] - '0') * ((digits.n - i) % 2 ? 1 : 2);
    sum += digit / 10 + digit % 10;
  }
  return sum % 10 == 0;
}

bool territory_siren_ok(vg_str siren) { return siren.n == 9 && luhn(siren); }

bool territory_siret_ok(vg_str siret) {
  int sum = 0;
  if (siret.n != 14)
    return false;
  if (luhn(siret))
    return territory_siren_ok(vg_str_sub(siret, 0, 9));
  /* The establishments of La Poste were more than the key allows. */
  for (size_t i = 0; i < siret.n; i++) {
    if (!vg_is_digit(siret.p[i]))
      return false;
    sum += siret.p[i] - '0';
  }
  return vg_str_starts(siret, VG_STR("356000000")) && sum % 5 == 0;
}

/* The code must stand in its table; empty is "unknown". */
static vg_code known(struct store_tx *tx, const char *sql, const char *code, const char *message, struct vg_err *err) {
  int64_t n;
  if (!*code)
    return VG_OK;
  VG_TRY(store_get_int(tx, &n, sql, S_ARGS(S_Z(code)), err));
  return n ? VG_OK : VG_FAIL(err, VG_EDATA, message, code);
}

/* "10-33" and "35" of data/territory/naf.csv. */
vg_code territory_naf_sections(struct store_tx *tx, char out[static TERRITORY_NAF], struct vg_err *err) {
  struct store_rows *q;
  memset(out, 0, TERRITORY_NAF);
  VG_TRY(store_query(tx, &q, "SELECT section, divisions FROM territory_naf", S_NOARGS, err));
  while (store_next(q)) {
    vg_str to = store_str(q, 1), from, code = store_str(q, 0);
    int64_t a, b;
    (void)vg_str_cut(&to, '-', &from);
    if (code.n != 1 || !vg_str_i64(from, &a) || !vg_str_i64(to.p ? to : from, &b))
      continue;
    for (int64_t i = a; i <= b && i < TERRITORY_NAF; i++)
      out[i] = code.p[0];
  }
  return store_done(&q, err);
}

char territory_naf_section(const char sections[static TERRITORY_NAF], vg_str code) {
  if (code.n < 2 || !vg_is_digit(code.p[0]) || !vg_is_digit(code.p[1]))
    return 0;
  return sections[(code.p[0] - '0') * 10 + code.p[1] - '0'];
}

/* "16.23Z" is of section C. */
static vg_code to_section(struct store_tx *tx, struct org *o, struct vg_err *err) {
  char sections[TERRITORY_NAF], section;
  if (!vg_is_digit(o->naf[0]))
    return VG_OK;
  VG_TRY(territory_naf_sections(tx, sections, err));
  if ((section = territory_naf_section(sections, vg_str_z(o->naf))) != 0)
    memcpy(o->naf, (char[]){section, 0}, 2);
  return VG_OK;
}

vg_code territory_audience_check(struct store_tx *tx, const char *section, const char *size, struct vg_err *err) {
  VG_TRY(known(tx, "SELECT COUNT(*) FROM territory_naf WHERE section = $1", section, "territory.naf", err));
  return known(tx, "SELECT COUNT(*) FROM territory_size WHERE code = $1", size, "territory.size", err);
}

vg_code territory_org_check(struct store_tx *tx, struct org *o, struct vg_err *err) {
  VG_TRY(to_section(tx, o, err));
  if (vg_str_trim(vg_str_z(o->name)).n == 0 || !vg_utf8_ok(vg_str_z(o->name)))
    return VG_FAIL(err, VG_EDATA, "territory.name");
  if (o->siren[0] && !territory_siren_ok(vg_str_z(o->siren)))
    return VG_FAIL(err, VG_EDATA, "territory.siren", o->siren);
  VG_TRY(territory_audience_check(tx, o->naf, o->size, err));
  return known(tx, "SELECT COUNT(*) FROM territory_department WHERE code = $1", o->department, "territory.department",
               err);
}

void territory_folded_init(struct folded *f, const struct org *o) {
  vg_buf_init(&f->words, 1 << 12);
  vg_buf_init(&f->spoken, 1 << 12);
  vg_fold_words(&f->words, vg_str_z(o->name));
  vg_fold_words(&f->words, vg_str_z(o->siren));
  territory_spoken(&f->spoken, vg_str_z(o->name));
}

void territory_folded_fini(struct folded *f) {
  vg_buf_fini(&f->words);
  vg_buf_fini(&f->spoken);
}

static struct store_arg or_null(const char *z) { return *z ? S_Z(z) : S_NULL; }

/* Nothing takes a name that leads to another one already. */
static vg_code not_joined(struct store_tx *tx, const struct org *o, struct vg_err *err) {
  int64_t n;
  VG_TRY(store_get_int(tx, &n, "SELECT COUNT(*) FROM territory_joined WHERE name = $1", S_ARGS(S_Z(o->name)), err));
  return n ? VG_FAIL(err, VG_EEXIST, "territory.org_exists", o->name) : VG_OK;
}

/* The one that bore this name before it was put right, 0: none. */
static vg_code once_named(struct store_tx *tx, vg_str name, int64_t *org, struct vg_err *err) {
  const struct vg_id subject = territory_text_name(name);
  return territory_meant(tx, vg_id_str(&subject), org, err);
}

vg_code territory_name_free(struct store_tx *tx, const struct org *o, struct vg_err *err) {
  struct org other;
  int64_t org = 0;
  if (!o->siren[0])
    VG_TRY(once_named(tx, vg_str_z(o->name), &org, err));
  if (!org || org == o->id)
    return VG_OK;
  VG_TRY(territory_org_of(tx, org, &other, err));
  return VG_FAIL(err, VG_EEXIST, "territory.name_was", o->name, other.name);
}

vg_code territory_org_add(struct store_tx *tx, const struct actor *who, struct org *o, struct vg_err *err) {
  VG_TRY(territory_org_check(tx, o, err));
  if (!o->pid.s[0])
    o->pid = vg_id_new("identity", store_now(tx));
  VG_TRY(not_joined(tx, o, err));
  VG_TRY(territory_name_free(tx, o, err));
  struct folded f;
  territory_folded_init(&f, o);
  vg_code rc =
      store_insert(tx, &o->id,
                   "INSERT INTO territory_org (pid, kind, name, siren, naf, size, department, created, words, spoken) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
                   S_ARGS(S_Z(o->pid.s), S_Z(kinds[o->kind]), S_Z(o->name), or_null(o->siren), or_null(o->naf),
                          or_null(o->size), or_null(o->department), S_TIME(store_now(tx)), S_STR(vg_buf_view(&f.words)),
                          S_STR(vg_buf_view(&f.spoken))),
                   err);
  territory_folded_fini(&f);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "territory.org_exists", o->name);
  VG_TRY(rc);
  VG_TRY(territory_seat_known(tx, o->id, TERRITORY_ALWAYS, err));
  VG_TRY(territory_zone_of(tx, vg_str_z(o->department), store_now(tx), o->zone, err));
  struct vg_buf body;
  struct vg_jw w;
  vg_buf_init(&body, 1 << 16);
  vg_jw_init(&w, &body);
  vg_jw_obj(&w);
  vg_jw_kz(&w, "name", o->name);
  vg_jw_kz(&w, "kind", kinds[o->kind]);
  vg_jw_kz(&w, "siren", o->siren);
  vg_jw_kz(&w, "department", o->department);
  vg_jw_end(&w);
  rc = vg_buf_check(&body, err);
  if (rc == VG_OK)
    rc = ledger_append(tx, who, "org.added", o->pid.s, vg_buf_view(&body), NULL, err);
  vg_buf_fini(&body);
  return rc;
}

#define ORG_COLUMNS "SELECT id, pid, kind, name, siren, naf, size, department, zone FROM territory_v_org "

static void read_org(struct store_rows *q, struct org *o) {
  *o = (struct org){.id = store_int(q, 0), .pid = vg_id_of(store_str(q, 1))};
  (void)territory_kind_by_name(store_str(q, 2), &o->kind);
  vg_str_copy(o->name, sizeof o->name, store_str(q, 3));
  vg_str_copy(o->siren, sizeof o->siren, store_str(q, 4));
  vg_str_copy(o->naf, sizeof o->naf, store_str(q, 5));
  vg_str_copy(o->size, sizeof o->size, store_str(q, 6));
  vg_str_copy(o->department, sizeof o->department, store_str(q, 7));
  vg_str_copy(o->zone, sizeof o->zone, store_str(q, 8));
}

vg_code territory_org_of(struct store_tx *tx, int64_t id, struct org *o, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q, ORG_COLUMNS "WHERE id = $1", S_ARGS(S_INT(id)), err));
  if (store_next(q))
    read_org(q, o);
  return store_done(&q, err);
}

/* What was entered twice is found by both names. */
static vg_code joined_find(struct store_tx *tx, vg_str ref, struct org *out, bool *found, struct vg_err *err) {
  int64_t id;
  vg_code rc = store_get_int(tx, &id, "SELECT MAX(org) FROM territory_joined WHERE pid = $1 OR name = $1",
                             S_ARGS(S_STR(ref)), err);
  *found = rc == VG_OK && id > 0;
  return *found ? territory_org_of(tx, id, out, err) : rc;
}

vg_code territory_org_find_now(struct store_tx *tx, vg_str ref, struct org *out, struct vg_err *err) {
  struct store_rows *q;
  VG_TRY(store_query(tx, &q,
                     ORG_COLUMNS "WHERE pid = $1 OR name = $1 OR (siren = $1 AND siren <> '') OR id = (SELECT org FROM "
                                 "territory_site WHERE siret = $1) "
                                 "ORDER BY id LIMIT 1",
                     S_ARGS(S_STR(ref)), err));
  bool found = store_next(q);
  if (found)
    read_org(q, out);
  VG_TRY(store_done(&q, err));
  if (!found)
    VG_TRY(joined_find(tx, ref, out, &found, err));
  return found ? VG_OK : VG_ENOTFOUND;
}

vg_code territory_org_find(struct store_tx *tx, vg_str ref, struct org *out, struct vg_err *err) {
  int64_t once;
  vg_code rc = territory_org_find_now(tx, ref, out, err);
  if (rc != VG_ENOTFOUND)
    return rc;
  VG_TRY(once_named(tx, ref, &once, err));
  return once ? territory_org_of(tx, once, out, err) : VG_FAIL(err, VG_ENOTFOUND, "territory.no_org", VG_T(ref));
}

vg_code territory_each_org(struct store_tx *tx, int64_t limit, territory_org_sink *sink, void *ctx,
                           struct vg_err *err) {
  struct store_rows *q;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, ORG_COLUMNS "ORDER BY name, id LIMIT $1", S_ARGS(S_INT(limit)), err));
  while (rc == VG_OK && store_next(q)) {
    struct org o;
    read_org(q, &o);
    rc = sink(ctx, &o, err);
  }
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

size_t territory_number(vg_str ref, char out[static 16]) {
  size_t n = 0;
  for (size_t i = 0; i < ref.n; i++) {
    bool gap = ref.p[i] == ' ' || ref.p[i] == '.' || ref.p[i] == '\xc2' || ref.p[i] == '\xa0';
    if (gap)
      continue;
    if (!vg_is_digit(ref.p[i]) || n == 14)
      return 0;
    out[n++] = ref.p[i];
  }
  out[n] = 0;
  return n == 9 || n == 14 ? n : 0;
}

/* Each word of wanted stands in name; both folded. */
static bool has_all(vg_str wanted, vg_str name) {
  vg_str word;
  while (vg_str_cut(&wanted, ' ', &word))
    if (vg_str_find(name, word, 0) == SIZE_MAX)
      return false;
  return true;
}

enum { WORDS_ASKED = 4, PIECE = 500 };
struct named {
  vg_str wanted;               /* folded */
  char number[16];             /* the SIREN typed; empty: none */
  char like[WORDS_ASKED][256]; /* the first words of wanted, for the engine */
  char last[160];              /* the name that the piece before ended with */
  int64_t limit;
  territory_org_sink *sink;
  void *ctx;
};

static vg_code consider(struct store_tx *tx, struct named *n, struct store_rows *q, struct vg_err *err) {
  struct vg_buf name;
  struct org o;
  vg_buf_init(&name, 1 << 12);
  vg_fold_words(&name, store_str(q, 1));
  vg_fold_words(&name, store_str(q, 2));
  bool same = (n->number[0] && vg_str_eqz(store_str(q, 2), n->number)) || has_all(n->wanted, vg_buf_view(&name));
  vg_buf_fini(&name);
  if (!same)
    return VG_OK;
  n->limit--;
  VG_TRY(territory_org_of(tx, store_int(q, 0), &o, err));
  return n->sink(n->ctx, &o, err);
}

/* The engine finds names that hold the first words, and those that were never folded; of those that match the whole row
 * is read. In pieces, by name: a few are found early. */
static vg_code piece(struct store_tx *tx, struct named *n, bool *more, struct vg_err *err) {
  struct store_rows *q;
  int64_t rows = 0;
  vg_code rc = VG_OK;
  VG_TRY(
      store_query(tx, &q,
                  "SELECT id, name, COALESCE(siren, '') FROM territory_org WHERE name > $1 AND (words IS NULL OR "
                  "siren = $2 OR (words LIKE $3 AND words LIKE $4 AND words LIKE $5 AND words LIKE $6)) ORDER BY name "
                  "LIMIT $7",
                  S_ARGS(S_Z(n->last), S_Z(n->number), S_Z(n->like[0]), S_Z(n->like[1]), S_Z(n->like[2]),
                         S_Z(n->like[3]), S_INT(PIECE)),
                  err));
  while (rc == VG_OK && n->limit > 0 && store_next(q)) {
    rows++;
    vg_str_copy(n->last, sizeof n->last, store_str(q, 1));
    rc = consider(tx, n, q, err);
  }
  *more = rows == PIECE && n->limit > 0;
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

static vg_code matches(struct store_tx *tx, struct named *n, vg_str typed, struct vg_err *err) {
  vg_str rest = n->wanted, word;
  bool more = true;
  if (territory_number(typed, n->number))
    n->number[9] = 0;
  for (size_t i = 0; i < WORDS_ASKED; i++) {
    bool one = vg_str_cut(&rest, ' ', &word);
    snprintf(n->like[i], sizeof n->like[i], "%%%.*s%s", one ? (int)word.n : 0, one ? word.p : "",
             one && word.n ? "%" : "");
  }
  while (more)
    VG_TRY(piece(tx, n, &more, err));
  return VG_OK;
}

vg_code territory_each_named(struct store_tx *tx, vg_str typed, int64_t limit, territory_org_sink *sink, void *ctx,
                             struct vg_err *err) {
  struct vg_buf wanted;
  vg_buf_init(&wanted, 1 << 12);
  vg_fold_words(&wanted, typed);
  struct named n = {.wanted = vg_buf_view(&wanted), .limit = limit, .sink = sink, .ctx = ctx};
  vg_code rc = wanted.n ? matches(tx, &n, typed, err) : VG_OK;
  vg_buf_fini(&wanted);
  return rc;
}

/* A name as one tells it over the telephone: without capitals, accents, signs and legal form. */
void territory_spoken(struct vg_buf *out, vg_str name) {
  static const char *const forms[] = {"sarl", "sas", "sasu", "sa", "eurl", "sci", "snc", "scop", "selarl", "ste"};
  struct vg_buf words;
  vg_buf_init(&words, 1 << 12);
  vg_fold_words(&words, name);
  vg_str rest = vg_buf_view(&words), word;
  while (vg_str_cut(&rest, ' ', &word)) {
    bool form = false;
    for (size_t i = 0; i < VG_COUNT(forms); i++)
      form = form || vg_str_eqz(word, forms[i]);
    if (form || !word.n)
      continue;
    vg_buf_str(out, word);
    vg_buf_byte(out, ' ');
  }
  vg_buf_fini(&words);
}

vg_code territory_settle(struct store_tx *tx, struct vg_err *err) {
  struct store_rows *q;
  struct vg_buf spoken;
  vg_code rc = VG_OK;
  VG_TRY(store_query(tx, &q, "SELECT id, name FROM territory_org WHERE spoken IS NULL ORDER BY id", S_NOARGS, err));
  vg_buf_init(&spoken, 1 << 12);
  while (rc == VG_OK && store_next(q)) {
    vg_buf_reset(&spoken);
    territory_spoken(&spoken, store_str(q, 1));
    rc = store_exec(tx, "UPDATE territory_org SET spoken = $2 WHERE id = $1",
                    S_ARGS(S_INT(store_int(q, 0)), S_STR(vg_buf_view(&spoken))), err);
  }
  vg_buf_fini(&spoken);
  vg_code ended = store_done(&q, rc == VG_OK ? err : NULL);
  return rc != VG_OK ? rc : ended;
}

/* The one company that is named so (of that department, when it is said). Several: VG_EDATA. */
static vg_code namesake(struct store_tx *tx, vg_str ref, vg_str department, struct org *out, struct vg_err *err) {
  struct vg_buf wanted;
  struct store_rows *q;
  struct org o;
  size_t found = 0;
  vg_buf_init(&wanted, 1 << 12);
  territory_spoken(&wanted, ref);
  vg_code rc = store_query(
      tx, &q,
      ORG_COLUMNS "WHERE id IN (SELECT id FROM territory_org WHERE kind = 'company' AND spoken = $2 AND spoken > '') "
                  "AND ($1 = '' OR department = $1) ORDER BY id",
      S_ARGS(S_STR(department.n ? department : VG_STR("")), S_STR(vg_buf_view(&wanted))), err);
  while (rc == VG_OK && store_next(q))
    read_org(q, found++ ? &o : out);
  if (rc == VG_OK)
    rc = store_done(&q, err);
  vg_buf_fini(&wanted);
  VG_TRY(rc);
  return found == 1  ? VG_OK
         : found > 1 ? VG_FAIL(err, VG_EDATA, "territory.namesakes", VG_T(ref), out->name, o.name)
                     : VG_FAIL(err, VG_ENOTFOUND, "territory.no_org", VG_T(ref));
}

/* Its SIREN is known when its number was told. */
static vg_code named(struct store_tx *tx, vg_str ref, size_t digits, struct org *out, struct vg_err *err) {
  if (digits == 9 ? !territory_siren_ok(ref) : digits && !territory_siret_ok(ref))
    return VG_FAIL(err, VG_EDATA, digits == 9 ? "territory.siren" : "territory.siret", VG_T(ref));
  vg_code rc = territory_org_find(tx, ref, out, digits == 14 ? NULL : err);
  return rc == VG_ENOTFOUND && digits == 14 ? territory_org_find(tx, vg_str_sub(ref, 0, 9), out, err) : rc;
}

vg_code territory_company_meant(struct store_tx *tx, const struct actor *who, vg_str ref, vg_str department,
                                struct org *out, struct vg_err *err) {
  char number[16];
  ref = vg_str_trim(ref);
  department = vg_str_trim(department);
  size_t digits = territory_number(ref, number);
  ref = digits ? vg_str_z(number) : ref;
  vg_code rc = named(tx, ref, digits, out, err);
  if (rc == VG_ENOTFOUND && !digits) {
    *err = (struct vg_err){0};
    rc = namesake(tx, ref, department, out, err);
  }
  if (rc != VG_ENOTFOUND || !department.n)
    return rc;
  *err = (struct vg_err){0};
  *out = (struct org){.kind = ORG_COMPANY};
  VG_TRY(vg_str_keep(out->name, sizeof out->name, digits ? vg_str_sub(ref, 0, 9) : ref, "territory.name_long", err));
  VG_TRY(vg_str_keep(out->department, sizeof out->department, department, "territory.department_long", err));
  if (digits)
    vg_str_copy(out->siren, sizeof out->siren, vg_str_sub(ref, 0, 9));
  return territory_org_add(tx, who, out, err);
}
