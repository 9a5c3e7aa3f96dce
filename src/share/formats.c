/* What a recipient may get in the forms of others: a MISP event, a CSV for who has a spreadsheet. Only values; each
 * indicator passed the gate. */
#include "share/share_internal.h"

#include "base/csv.h"
#include "base/hash.h"
#include "base/jsonw.h"
#include "base/table.h"

#include <stdio.h>
#include <string.h>

enum { VALUES_MAX = 5000000 };
static const unsigned char space[16] = {0x5a, 0x0d, 0x91, 0x7e, 0x3b, 0xc4, 0x4f, 0x28,
                                        0x9e, 0x10, 0x77, 0xd2, 0x6b, 0x85, 0xe1, 0x3c};

bool share_format_by_name(vg_str name, enum share_format *out) {
  static const char *const names[] = {"stix", "misp", "csv"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (vg_str_eqz(name, names[i])) {
      *out = (enum share_format)i;
      return true;
    }
  return false;
}

/* MISP's types and categories (its own list, misp.github.io/misp-taxonomies); what it has no type for is text. */
static void misp_type(enum indicator_type t, const char **type, const char **category) {
  static const struct {
    enum indicator_type t;
    const char *type, *category;
  } table[] = {{TYPE_DOMAIN, "domain", "Network activity"},
               {TYPE_IPV4, "ip-dst", "Network activity"},
               {TYPE_CIDR, "ip-dst", "Network activity"},
               {TYPE_IPV6, "ip-dst", "Network activity"},
               {TYPE_URL, "url", "Network activity"},
               {TYPE_EMAIL, "email-src", "Payload delivery"},
               {TYPE_MD5, "md5", "Payload delivery"},
               {TYPE_SHA1, "sha1", "Payload delivery"},
               {TYPE_SHA256, "sha256", "Payload delivery"},
               {TYPE_SHA512, "sha512", "Payload delivery"},
               {TYPE_FILE_NAME, "filename", "Payload delivery"},
               {TYPE_MUTEX, "mutex", "Artifacts dropped"},
               {TYPE_BTC, "btc", "Financial fraud"},
               {TYPE_CVE, "vulnerability", "External analysis"},
               {TYPE_SSDEEP, "ssdeep", "Payload delivery"},
               {TYPE_TLSH, "tlsh", "Payload delivery"},
               {TYPE_IMPHASH, "imphash", "Payload delivery"},
               {TYPE_AUTHENTIHASH, "authentihash", "Payload delivery"},
               {TYPE_REGISTRY, "regkey", "Persistence mechanism"},
               {TYPE_XMR, "xmr", "Financial fraud"},
               {TYPE_ASN, "AS", "Network activity"},
               {TYPE_MAC, "mac-address", "Network activity"},
               {TYPE_USER_AGENT, "user-agent", "Network activity"},
               {TYPE_IBAN, "iban", "Financial fraud"},
               {TYPE_PHONE, "phone-number", "Financial fraud"},
               {TYPE_JA3, "ja3-fingerprint-md5", "Network activity"},
               {TYPE_JARM, "jarm-fingerprint", "Network activity"}};
  *type = "text";
  *category = "Other";
  for (size_t i = 0; i < VG_COUNT(table); i++)
    if (table[i].t == t) {
      *type = table[i].type;
      *category = table[i].category;
    }
}

/* How far MISP may pass it on: 0 the organisation, 1 this community, 3 everybody. */
static const char *distribution(enum tlp t) { return t == TLP_CLEAR ? "3" : t == TLP_GREEN ? "1" : "0"; }
static const char *tag(enum tlp t) {
  static const char *const tags[] = {"tlp:clear", "tlp:green", "tlp:amber", "tlp:amber+strict", "tlp:red"};
  return tags[t];
}
static const char *pap_tag(enum pap p) {
  static const char *const tags[] = {"PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"};
  return tags[p];
}

struct writing {
  enum share_format format;
  struct vg_buf *out;
  struct vg_jw w;
  struct vg_table *had; /* a value that several sources assert goes once, as its first one */
  struct share_values *counts;
  enum tlp strictest;
  share_decision_sink *told;
  void *ctx;
};

static void tags(struct vg_jw *w, enum tlp t, int p) {
  vg_jw_key(w, "Tag");
  vg_jw_arr(w);
  vg_jw_obj(w);
  vg_jw_kz(w, "name", tag(t));
  vg_jw_end(w);
  if (p >= 0) {
    vg_jw_obj(w);
    vg_jw_kz(w, "name", pap_tag((enum pap)p));
    vg_jw_end(w);
  }
  vg_jw_end(w);
}

static void misp_attribute(struct writing *x, const struct intel_value *v) {
  const char *type, *category;
  struct vg_buf name;
  char number[24];
  vg_buf_init(&name, 1 << 16);
  misp_type(v->type, &type, &category);
  vg_buf_fmt(&name, "%s %.*s", type, (int)v->value.n, v->value.p);
  struct vg_id id = vg_id_v5("a", space, vg_buf_view(&name));
  vg_buf_fini(&name);
  vg_jw_obj(&x->w);
  vg_jw_kz(&x->w, "uuid", id.s + 3);
  vg_jw_kz(&x->w, "type", type);
  vg_jw_kz(&x->w, "category", category);
  vg_jw_kstr(&x->w, "value", v->value);
  vg_jw_kstr(&x->w, "comment", v->name);
  vg_jw_kbool(&x->w, "to_ids", !v->benign && strcmp(type, "text") != 0);
  vg_jw_kz(&x->w, "distribution", distribution(v->tlp));
  vg_jw_kz(&x->w, "timestamp", vg_num_text(number, v->modified / VG_SECOND));
  tags(&x->w, v->tlp, (int)v->pap);
  vg_jw_end(&x->w);
}

/* Quoted when it must be (RFC 4180); what a spreadsheet would run as a formula is made text. */
static void csv_field(struct vg_buf *out, vg_str s, bool last) {
  bool formula = s.n && memchr("=+-@\t\r", s.p[0], 6), quote = formula;
  for (size_t i = 0; i < s.n; i++)
    quote = quote || memchr(",\"\n\r;", s.p[i], 5);
  vg_buf_z(out, quote ? "\"" : "");
  vg_buf_z(out, formula ? "'" : "");
  vg_csv_put(out, s);
  vg_buf_z(out, quote ? "\"" : "");
  vg_buf_z(out, last ? "\r\n" : ",");
}

static void csv_row(struct writing *x, const struct intel_value *v) {
  char until[VG_TIME_TEXT];
  csv_field(x->out, vg_str_z(intel_type_name(v->type)), false);
  csv_field(x->out, v->value, false);
  csv_field(x->out, vg_str_z(intel_tlp_name(v->tlp)), false);
  csv_field(x->out, vg_str_z(intel_pap_name(v->pap)), false);
  csv_field(x->out, v->name, false);
  csv_field(x->out, vg_str_z(vg_time_text(until, v->valid_until, false)), true);
}

static vg_code value(void *ctx, const struct intel_value *v, struct vg_err *err) {
  struct writing *x = ctx;
  char key[24];
  uint64_t n;
  struct vg_buf both;
  vg_buf_init(&both, 1 << 16);
  vg_buf_fmt(&both, "%s %.*s", vg_num_text(key, v->type), (int)v->value.n, v->value.p);
  vg_code rc = vg_table_bump(x->had, vg_buf_view(&both), 1, &n, err);
  vg_buf_fini(&both);
  if (rc != VG_OK || n > 1)
    return rc;
  if (v->tlp > x->strictest)
    x->strictest = v->tlp;
  if (x->format == SHARE_MISP)
    misp_attribute(x, v);
  else
    csv_row(x, v);
  return VG_OK;
}

static vg_code hear(void *ctx, const struct share_decision *d, struct vg_err *err) {
  struct writing *x = ctx;
  return x->told ? x->told(x->ctx, d, err) : VG_OK;
}

static void misp_begin(struct writing *x, vg_str self, vg_time now) {
  char date[VG_TIME_TEXT], number[24];
  struct vg_id id = vg_id_v4("e");
  vg_jw_init(&x->w, x->out);
  vg_jw_obj(&x->w);
  vg_jw_key(&x->w, "Event");
  vg_jw_obj(&x->w);
  vg_jw_kz(&x->w, "uuid", id.s + 3);
  vg_jw_kz(&x->w, "info", "Vigie");
  vg_time_text(date, now, false);
  date[10] = 0;
  vg_jw_kz(&x->w, "date", date);
  vg_jw_kz(&x->w, "timestamp", vg_num_text(number, now / VG_SECOND));
  vg_jw_kz(&x->w, "threat_level_id", "4");
  vg_jw_kz(&x->w, "analysis", "2");
  vg_jw_kbool(&x->w, "published", false);
  vg_jw_key(&x->w, "Orgc");
  vg_jw_obj(&x->w);
  vg_jw_kstr(&x->w, "uuid", vg_str_sub(self, vg_id_kind(self).n + 2, self.n));
  vg_jw_kz(&x->w, "name", "Vigie");
  vg_jw_end(&x->w);
  vg_jw_key(&x->w, "Attribute");
  vg_jw_arr(&x->w);
}

vg_code share_publish_values(struct store_tx *tx, const struct actor *who, int64_t org, const char *purpose,
                             const struct intel_query *which, enum share_format format, vg_str self, struct vg_buf *out,
                             share_decision_sink *told, void *ctx, struct share_values *counts, struct vg_err *err) {
  struct writing x = {.format = format, .out = out, .counts = counts, .told = told, .ctx = ctx};
  vg_code rc = VG_OK;
  VG_ASSERT(format == SHARE_MISP || format == SHARE_CSV);
  VG_TRY(vg_table_new(&x.had, VALUES_MAX, err));
  if (format == SHARE_MISP)
    misp_begin(&x, self, store_now(tx));
  else
    vg_buf_z(out, "type,value,tlp,pap,name,valid_until\r\n");
  VG_GO(share_each_value(tx, who, org, purpose, which, value, hear, &x, counts, err));
  if (format == SHARE_MISP) {
    vg_jw_end(&x.w);
    vg_jw_kz(&x.w, "distribution", distribution(x.strictest));
    tags(&x.w, x.strictest, -1);
    vg_jw_end(&x.w);
    vg_jw_end(&x.w);
    vg_buf_byte(out, '\n');
  }
  rc = vg_buf_check(out, err);
out:
  vg_table_free(x.had);
  return rc;
}
