/* What a bare value is, by its form. */
#include "intel/extract_internal.h"
#include "intel/intel_internal.h"

#include <string.h>

/* A drive, a share, a variable of the system; or a directory that every Unix has. */
static bool begins_path(vg_str s) {
  const size_t percent = s.n && s.p[0] == '%' ? vg_str_find_byte(s, '%', 1) : SIZE_MAX;
  if (s.n > 3 && vg_is_alnum(s.p[0]) && !vg_is_digit(s.p[0]) && s.p[1] == ':' && s.p[2] == '\\')
    return true;
  if (percent != SIZE_MAX)
    return percent > 1 && percent + 2 < s.n && s.p[percent + 1] == '\\';
  return (s.n > 4 && s.p[0] == '\\' && s.p[1] == '\\' && vg_is_alnum(s.p[2])) || unix_root(s);
}

bool intel_names_file(vg_str s) {
  size_t dot = s.n;
  while (dot > 0 && s.p[dot - 1] != '.')
    dot--;
  vg_str end = vg_str_sub(s, dot, s.n);
  char lower_end[16];
  if (dot < 2 || end.n == 0 || end.n >= sizeof lower_end || !file_extension(end))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] && strchr("/\\:*?\"<>|", s.p[i]))
      return false;
  for (size_t i = 0; i < end.n; i++)
    lower_end[i] = vg_lower(end.p[i]);
  return !suffix_tld(vg_str_n(lower_end, end.n), true);
}

static bool begins_asn(vg_str s) { return vg_str_eq_ci(vg_str_sub(s, 0, 2), VG_STR("AS")); }
static bool begins_phone(vg_str s) { return s.p[0] == '+'; }
static bool begins_agent(vg_str s) { return vg_str_starts(s, VG_STR("Mozilla/")); }
static bool begins_kernel(vg_str s) {
  return vg_str_eq_ci(vg_str_sub(s, 0, 7), VG_STR("Global\\")) || vg_str_eq_ci(vg_str_sub(s, 0, 6), VG_STR("Local\\"));
}

/* The first whose form it has. sure: what many texts could be is one only with what nothing else begins or ends with.
 */
bool intel_type_of(vg_str value, enum indicator_type *out) {
  static const struct {
    enum indicator_type type;
    bool (*sure)(vg_str s);
  } order[] = {{TYPE_CVE, NULL},
               {TYPE_IPV4, NULL},
               {TYPE_CIDR, NULL},
               {TYPE_IPV6, NULL},
               {TYPE_URL, NULL},
               {TYPE_EMAIL, NULL},
               {TYPE_MD5, NULL},
               {TYPE_SHA1, NULL},
               {TYPE_SHA256, NULL},
               {TYPE_SHA512, NULL},
               {TYPE_BTC, NULL},
               {TYPE_ATTACK, NULL},
               {TYPE_ETH, NULL},
               {TYPE_XMR, NULL},
               {TYPE_IBAN, NULL},
               {TYPE_MAC, NULL},
               {TYPE_CPE, NULL},
               {TYPE_TLSH, NULL},
               {TYPE_SSDEEP, NULL},
               {TYPE_REGISTRY, NULL},
               {TYPE_ASN, begins_asn},
               {TYPE_PHONE, begins_phone},
               {TYPE_MUTEX, begins_kernel},
               {TYPE_USER_AGENT, begins_agent},
               {TYPE_FILE_PATH, begins_path},
               {TYPE_FILE_NAME, intel_names_file},
               {TYPE_DOMAIN, NULL}};
  const vg_str bare = vg_str_trim(value);
  struct vg_buf scratch;
  bool found = false;
  vg_buf_init(&scratch, 16384);
  for (size_t i = 0; i < VG_COUNT(order) && bare.n && !found; i++) {
    found = (!order[i].sure || order[i].sure(bare)) && intel_normalise(order[i].type, bare, &scratch);
    if (found)
      *out = order[i].type;
  }
  vg_buf_fini(&scratch);
  return found;
}
