/*
 * What an exported case calls an indicator of compromise (all of DFIR-IRIS's "iocs", TheHive's observables with "ioc":
 * true) becomes an indicator of the intelligence store, asserted by the case, with its TLP, and a mark of the case.
 */
#include "casework/import_internal.h"
#include "intel/intel.h"

/* What MISP, which DFIR-IRIS follows, and TheHive call a type; "hash" and "ip" go by their form. */
static bool type_of(vg_str name, vg_str value, enum indicator_type *out) {
  static const struct {
    const char *name;
    enum indicator_type type;
  } known[] = {{"domain", TYPE_DOMAIN},
               {"hostname", TYPE_DOMAIN},
               {"fqdn", TYPE_DOMAIN},
               {"url", TYPE_URL},
               {"uri", TYPE_URL},
               {"email", TYPE_EMAIL},
               {"email-src", TYPE_EMAIL},
               {"email-dst", TYPE_EMAIL},
               {"mail", TYPE_EMAIL},
               {"md5", TYPE_MD5},
               {"sha1", TYPE_SHA1},
               {"sha256", TYPE_SHA256},
               {"sha512", TYPE_SHA512},
               {"filename", TYPE_FILE_NAME},
               {"mutex", TYPE_MUTEX},
               {"btc", TYPE_BTC},
               {"xmr", TYPE_XMR},
               {"vulnerability", TYPE_CVE},
               {"regkey", TYPE_REGISTRY},
               {"registry", TYPE_REGISTRY},
               {"user-agent", TYPE_USER_AGENT},
               {"user_agent", TYPE_USER_AGENT},
               {"AS", TYPE_ASN},
               {"autonomous-system", TYPE_ASN},
               {"mac-address", TYPE_MAC},
               {"iban", TYPE_IBAN},
               {"phone-number", TYPE_PHONE},
               {"ssdeep", TYPE_SSDEEP},
               {"tlsh", TYPE_TLSH},
               {"imphash", TYPE_IMPHASH}};
  for (size_t i = 0; i < VG_COUNT(known); i++)
    if (vg_str_eqz(name, known[i].name)) {
      *out = known[i].type;
      return true;
    }
  bool by_form = vg_str_eqz(name, "hash") || vg_str_starts(name, VG_STR("ip")) || name.n == 0;
  return by_form && intel_type_of(value, out);
}

struct indicators {
  const struct keeper *k;
  struct vg_buf csv; /* value,type,tlp,description */
  int64_t n;
};

static void csv_cell(struct vg_buf *b, vg_str s, char after) {
  vg_buf_byte(b, '"');
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"')
      vg_buf_byte(b, '"');
    vg_buf_byte(b, (unsigned char)((unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]));
  }
  vg_buf_byte(b, '"');
  vg_buf_byte(b, (unsigned char)after);
}

/* IRIS writes its name; TheHive a number, whose 3 was RED before it became AMBER+STRICT: the stricter. */
static vg_str tlp_of(vg_jv v) {
  static const char *const numbered[] = {"CLEAR", "GREEN", "AMBER", "RED", "RED"};
  enum tlp level;
  int64_t n;
  vg_str name = TEXT_AT(v, "tlp_name", "ioc_tlp");
  if (name.n && intel_tlp_by_name(name, &level))
    return name;
  return vg_jv_i64_at(v, "tlp", &n) && n >= 0 && n < (int64_t)VG_COUNT(numbered) ? vg_str_z(numbered[n]) : VG_STR("");
}

static vg_code one_indicator(struct indicators *l, vg_jv v, vg_str name, vg_str value, struct vg_err *err) {
  enum indicator_type t;
  struct vg_buf normal;
  vg_code rc = VG_OK;
  vg_buf_init(&normal, 8192);
  if (type_of(name, value, &t) && intel_normalise(t, value, &normal)) {
    vg_str type = vg_str_z(intel_type_name(t));
    csv_cell(&l->csv, vg_buf_view(&normal), ',');
    csv_cell(&l->csv, type, ',');
    csv_cell(&l->csv, tlp_of(v), ',');
    csv_cell(&l->csv, vg_str_sub(TEXT_AT(v, "ioc_description", "message"), 0, 500), '\n');
    l->n++;
    rc = casework_mark_later(&l->k->rows->marks, l->k->a->id, type, vg_buf_view(&normal), l->k->a->pid.s, err);
  } else {
    l->k->tally->unmade++;
  }
  vg_buf_fini(&normal);
  return rc;
}

/* "domain|ip" "evil.example|198.51.100.7": two. */
static vg_code indicator(struct indicators *l, vg_jv v, struct vg_err *err) {
  vg_str type = TEXT_AT(v, "type_name", "ioc_type", "dataType"), value = TEXT_AT(v, "ioc_value", "data"), t, one;
  bool ioc = true;
  if (vg_jv_type(vg_jv_at(v, "ioc_type")) == VG_J_OBJ)
    type = TEXT_AT(vg_jv_at(v, "ioc_type"), "type_name");
  if (l->k->form == IMPORT_THEHIVE && (!vg_jv_bool(vg_jv_at(v, "ioc"), &ioc) || !ioc))
    return VG_OK;
  if (vg_str_find_byte(type, '|', 0) == SIZE_MAX)
    return one_indicator(l, v, type, value, err);
  while (vg_str_cut(&type, '|', &t) && vg_str_cut(&value, '|', &one))
    VG_TRY(one_indicator(l, v, t, one, err));
  return VG_OK;
}

vg_code import_indicators(const struct keeper *k, vg_jv root, struct vg_err *err) {
  static const char *const lists[] = {"iocs", "ioc", "observables", "artifacts"};
  struct indicators l = {.k = k};
  struct vg_jit it;
  vg_jv v;
  vg_code rc = VG_OK;
  vg_buf_init(&l.csv, 64 << 20);
  vg_buf_z(&l.csv, "value,type,tlp,description\n");
  for (size_t i = 0; i < VG_COUNT(lists) && rc == VG_OK; i++) {
    vg_jv list = vg_jv_at(root, lists[i]);
    if (vg_jv_type(list) != VG_J_ARR)
      continue;
    for (vg_jit_init(&it, list); rc == VG_OK && vg_jit_next(&it, NULL, &v);)
      if (vg_jv_type(v) == VG_J_OBJ)
        rc = indicator(&l, v, err);
  }
  if (rc == VG_OK)
    rc = vg_buf_check(&l.csv, err);
  if (rc == VG_OK && l.n)
    store_later_row(&k->rows->indicators, S_ARGS(S_Z(k->c->ref), S_Z(k->c->source), S_STR(vg_buf_view(&l.csv))));
  vg_buf_fini(&l.csv);
  return rc;
}
