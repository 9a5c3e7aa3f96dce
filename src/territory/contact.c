/* Whom to call in an organisation, where it stands, and what it shows to the Internet. */
#include "territory/territory_internal.h"

#include <stdio.h>

#include "base/fold.h"

enum { FIELD_MAX = 160 };

static bool field_ok(vg_str s) { return s.n <= FIELD_MAX && vg_utf8_ok(s); }

/* One @, something before it, a dot after it, no white space: the rest is for the mail server to say. */
static bool email_ok(vg_str s) {
  size_t at = vg_str_find_byte(s, '@', 0);
  if (at == SIZE_MAX || at == 0 || vg_str_find_byte(s, '@', at + 1) != SIZE_MAX)
    return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] <= ' ')
      return false;
  size_t dot = vg_str_find_byte(s, '.', at + 2);
  return dot != SIZE_MAX && dot + 1 < s.n;
}

static vg_str or_empty(vg_str s) { return s.n ? s : VG_STR(""); }

/* Who is known by an address only has it for a name. */
static bool nameless(vg_str name) { return email_ok(name); }

/* The same words: "Zoé LE GOFF", "zoe le goff"; in any order: "le goff, zoé". */
static bool same_words(vg_str a, vg_str b, bool any_order) {
  struct vg_buf x, y;
  vg_str word, rest;
  vg_buf_init(&x, 8 * FIELD_MAX);
  vg_buf_init(&y, 8 * FIELD_MAX);
  vg_buf_z(&x, " ");
  vg_buf_z(&y, " ");
  vg_fold_words(&x, a);
  vg_fold_words(&y, b);
  bool same = vg_buf_check(&x, NULL) == VG_OK && vg_buf_check(&y, NULL) == VG_OK && x.n == y.n && x.n > 1;
  if (same && !any_order)
    same = vg_str_eq(vg_buf_view(&x), vg_buf_view(&y));
  rest = vg_buf_view(&x);
  while (same && any_order && vg_str_cut(&rest, ' ', &word)) {
    char whole[VG_WORD_MAX + 3];
    snprintf(whole, sizeof whole, " %.*s ", (int)word.n, word.p);
    same = word.n == 0 || vg_str_find(vg_buf_view(&y), vg_str_z(whole), 0) != SIZE_MAX;
  }
  vg_buf_fini(&x);
  vg_buf_fini(&y);
  return same;
}

/* anne.dupont@… is Anne Dupont's; contact@…, adupont@… may be anybody's. */
static bool names_its_owner(vg_str email, vg_str name) {
  vg_str local = vg_str_sub(email, 0, vg_str_find_byte(email, '@', 0));
  return vg_str_find_byte(vg_str_trim(name), ' ', 0) != SIZE_MAX && same_words(local, name, true);
}

/* How a contact is the one of a row. BY_ADDRESS: one of the two has no name. */
enum likeness { NOT_THE_SAME, BY_ADDRESS, BY_NAME };

static enum likeness likeness(vg_str name, vg_str email, vg_str known_name, vg_str known_email) {
  bool new_bare = nameless(name), old_bare = nameless(known_name);
  bool box = email.n && vg_str_eq_ci(email, known_email);
  if (vg_str_eq(name, known_name) || (!new_bare && !old_bare && same_words(name, known_name, box)))
    return BY_NAME;
  if (new_bare == old_bare)
    return box && new_bare ? BY_NAME : NOT_THE_SAME;
  vg_str bare = new_bare ? name : known_name, whole = new_bare ? known_name : name;
  return box || names_its_owner(bare, whole) ? BY_ADDRESS : NOT_THE_SAME;
}

/* The row that a contact is of, 0 when it is of none; spare: a row without a name that is its own too. A box that
 * several named ones share is nobody's. */
struct known {
  int64_t id, spare;
  enum likeness how;
  bool bare, shared;
};

static vg_code find_known(struct store_tx *tx, int64_t org, vg_str name, vg_str email, struct known *k,
                          struct vg_err *err) {
  struct store_rows *q;
  *k = (struct known){.id = 0};
  VG_TRY(store_query(tx, &q, "SELECT id, name, email FROM territory_contact WHERE org = $1 ORDER BY id",
                     S_ARGS(S_INT(org)), err));
  while (store_next(q)) {
    enum likeness how = likeness(name, email, store_str(q, 1), store_str(q, 2));
    bool bare = nameless(store_str(q, 1));
    if (how == BY_ADDRESS && bare)
      k->spare = store_int(q, 0);
    k->shared = k->shared || (how == BY_ADDRESS && how == k->how && !bare);
    if (how > k->how)
      *k = (struct known){.id = store_int(q, 0), .spare = k->spare, .how = how, .bare = bare};
  }
  if (k->shared && k->how == BY_ADDRESS)
    k->id = 0;
  if (k->spare == k->id)
    k->spare = 0;
  return store_done(&q, err);
}

static vg_code contact_change(struct store_tx *tx, const struct known *k, vg_str name, const struct contact *c,
                              struct vg_err *err) {
  if (k->spare)
    VG_TRY(store_exec(tx, "DELETE FROM territory_contact WHERE id = $1", S_ARGS(S_INT(k->spare)), err));
  return store_exec(
      tx,
      "UPDATE territory_contact SET name = CASE WHEN $2 = '' THEN name ELSE $2 END, duty = CASE WHEN $3 = "
      "'' THEN duty ELSE $3 END, email = CASE WHEN $4 = '' THEN email ELSE $4 END, phone = CASE WHEN $5 = "
      "'' THEN phone ELSE $5 END, agreed = CASE WHEN $7 = 1 THEN agreed ELSE $6 END, removed = NULL "
      "WHERE id = $1",
      S_ARGS(S_INT(k->id), S_STR(k->bare ? name : VG_STR("")), S_STR(or_empty(c->duty)), S_STR(or_empty(c->email)),
             S_STR(or_empty(c->phone)), S_INT(c->agreed), S_INT(c->unsaid)),
      err);
}

vg_code territory_contact_put(struct store_tx *tx, int64_t org, const struct contact *c, bool *fresh,
                              struct vg_err *err) {
  struct known k;
  vg_str name = vg_str_trim(c->name);
  if (name.n == 0 || !field_ok(name) || !field_ok(c->duty) || !field_ok(c->email) || !field_ok(c->phone))
    return VG_FAIL(err, VG_EDATA, "territory.contact", VG_T(name));
  if (c->email.n && !email_ok(c->email))
    return VG_FAIL(err, VG_EDATA, "territory.email", VG_T(c->email));
  VG_TRY(find_known(tx, org, name, c->email, &k, err));
  *fresh = k.id == 0;
  if (k.id)
    return contact_change(tx, &k, name, c, err);
  return store_exec(tx,
                    "INSERT INTO territory_contact (org, name, duty, email, phone, agreed, source, created) VALUES "
                    "($1, $2, $3, $4, $5, $6, $7, $8)",
                    S_ARGS(S_INT(org), S_STR(name), S_STR(or_empty(c->duty)), S_STR(or_empty(c->email)),
                           S_STR(or_empty(c->phone)), S_INT(c->agreed), S_STR(or_empty(c->source)),
                           S_TIME(store_now(tx))),
                    err);
}

vg_code territory_contact_add(struct store_tx *tx, const struct actor *who, const struct org *o,
                              const struct contact *c, struct vg_err *err) {
  bool fresh;
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(territory_contact_put(tx, o->id, c, &fresh, err));
  /* The ledger cannot forget, so it is not told the name. */
  return LEDGER_TELL(tx, who, "org.contact", o->pid.s, err, "what", fresh ? "added" : "changed");
}

vg_code territory_contact_remove(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str name,
                                 struct vg_err *err) {
  int64_t n;
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(store_change(tx, &n, "DELETE FROM territory_contact WHERE org = $1 AND name = $2",
                      S_ARGS(S_INT(o->id), S_STR(name)), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "territory.no_contact", VG_T(name));
  return LEDGER_TELL(tx, who, "org.contact_erased", o->pid.s, err, "what", "erased");
}

static bool address_ok(vg_str s) {
  if (s.n > ORG_ADDRESS || !vg_utf8_ok(s))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
      return false;
  return true;
}

vg_code territory_address_put(struct store_tx *tx, int64_t org, vg_str address, struct vg_err *err) {
  char plain[ORG_ADDRESS + 1];
  size_t n = 0;
  if (address.n > ORG_ADDRESS)
    return VG_FAIL(err, VG_EDATA, "territory.address", VG_N(ORG_ADDRESS));
  for (size_t i = 0; i < address.n; i++)
    if (address.p[i] != '\r')
      plain[n++] = address.p[i];
  vg_str s = vg_str_trim(vg_str_n(plain, n));
  if (!address_ok(s))
    return VG_FAIL(err, VG_EDATA, "territory.address", VG_N(ORG_ADDRESS));
  return store_exec(tx, "UPDATE territory_org SET address = $1 WHERE id = $2",
                    S_ARGS(S_STR(s.n ? s : VG_STR("")), S_INT(org)), err);
}

vg_code territory_address_set(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str address,
                              struct vg_err *err) {
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(territory_address_put(tx, o->id, address, err));
  return LEDGER_TELL(tx, who, "org.address", o->pid.s, err, "known", address.n ? "yes" : "no");
}

vg_code territory_address(struct store_tx *tx, int64_t org, char out[static ORG_ADDRESS + 1], bool *written,
                          struct vg_err *err) {
  struct store_rows *q;
  out[0] = 0;
  *written = false;
  VG_TRY(
      store_query(tx, &q, "SELECT address, written FROM territory_v_address WHERE org = $1", S_ARGS(S_INT(org)), err));
  if (store_next(q)) {
    vg_str_copy(out, ORG_ADDRESS + 1, store_str(q, 0));
    *written = store_int(q, 1);
  }
  return store_done(&q, err);
}

vg_code territory_site_add(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str siret, vg_str name,
                           const char *department, struct vg_err *err) {
  VG_TRY(territory_access(tx, who, o->id, err));
  if (!territory_siret_ok(siret) || (o->siren[0] && !vg_str_eqz(vg_str_sub(siret, 0, 9), o->siren)))
    return VG_FAIL(err, VG_EDATA, "territory.siret", VG_T(siret));
  VG_TRY(territory_department_check(tx, department, err));
  if (!field_ok(name))
    return VG_FAIL(err, VG_EDATA, "territory.name");
  vg_code rc = store_exec(
      tx,
      "INSERT INTO territory_site (siret, org, name, department, ape, staff, open, head, source, seen) VALUES ($1, $2, "
      "$3, $4, '', '', 1, "
      "0, '', $5)",
      S_ARGS(S_STR(siret), S_INT(o->id), S_STR(or_empty(name)), S_Z(department), S_TIME(store_now(tx))), err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "territory.site_exists", VG_T(siret));
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "org.site", o->pid.s, err, "siret", VG_T(siret));
}

vg_code territory_asset_add(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str type,
                            vg_str value, vg_str note, struct vg_err *err) {
  VG_TRY(territory_access(tx, who, o->id, err));
  if (value.n == 0 || value.n > 500 || !vg_utf8_ok(value) || !field_ok(note))
    return VG_FAIL(err, VG_EDATA, "territory.asset", VG_T(value));
  vg_code rc =
      store_exec(tx, "INSERT INTO territory_asset (org, type, value, note, since) VALUES ($1, $2, $3, $4, $5)",
                 S_ARGS(S_INT(o->id), S_STR(type), S_STR(value), S_STR(or_empty(note)), S_TIME(store_now(tx))), err);
  if (rc == VG_EEXIST)
    return VG_FAIL(err, rc, "territory.asset_exists", VG_T(value));
  VG_TRY(rc);
  return LEDGER_TELL(tx, who, "org.asset", o->pid.s, err, "type", VG_T(type), "value", VG_T(value));
}

vg_code territory_asset_end(struct store_tx *tx, const struct actor *who, const struct org *o, vg_str value,
                            struct vg_err *err) {
  int64_t n;
  VG_TRY(territory_access(tx, who, o->id, err));
  VG_TRY(store_change(tx, &n, "UPDATE territory_asset SET until = $3 WHERE org = $1 AND value = $2 AND until IS NULL",
                      S_ARGS(S_INT(o->id), S_STR(value), S_TIME(store_now(tx))), err));
  if (n == 0)
    return VG_FAIL(err, VG_ENOTFOUND, "territory.no_asset", VG_T(value));
  return LEDGER_TELL(tx, who, "org.asset_ended", o->pid.s, err, "value", VG_T(value));
}
