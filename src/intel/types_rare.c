/* The one spelling of the values that only text holds: fuzzy hashes, paths, wallets, numbers of networks and accounts.
 */
#include "intel/checksum.h"
#include "intel/intel_internal.h"

#include <string.h>

static void lower(struct vg_buf *out, vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    vg_buf_byte(out, (unsigned char)vg_lower(s.p[i]));
}

static bool hex_only(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_hex(s.p[i]))
      return false;
  return s.n > 0;
}

static bool printable(vg_str s, size_t max) {
  if (s.n == 0 || s.n > max || !vg_utf8_ok(s))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
      return false;
  return true;
}

static bool base64_text(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
      return false;
  return s.n > 0;
}

/* size:digest:digest of twice the size; size is 3 * 2^k, digests hold at most 64 characters. */
static bool ssdeep(vg_str s, struct vg_buf *out) {
  vg_str rest = s, size, one, two;
  uint64_t n;
  if (!vg_str_cut(&rest, ':', &size) || !vg_str_cut(&rest, ':', &one) || !vg_str_cut(&rest, ':', &two) ||
      rest.p != NULL)
    return false;
  if (!vg_str_u64(size, &n) || n < 3 || n % 3 != 0 || ((n / 3) & (n / 3 - 1)) != 0 || n > UINT64_C(3) << 40)
    return false;
  if (one.n > 64 || two.n > 64 || one.n + two.n < 6 || !base64_text(one) || !base64_text(two))
    return false;
  vg_buf_str(out, s);
  return true;
}

/* 70 hex digits, with or without the version T1 before. */
static bool tlsh(vg_str s, struct vg_buf *out) {
  bool named = s.n == 72 && (s.p[0] == 'T' || s.p[0] == 't') && s.p[1] == '1';
  vg_str digits = named ? vg_str_sub(s, 2, 70) : s;
  if (digits.n != 70 || !hex_only(digits))
    return false;
  vg_buf_z(out, "T1");
  for (size_t i = 0; i < digits.n; i++)
    vg_buf_byte(out, (unsigned)(digits.p[i] >= 'a' ? digits.p[i] - 32 : digits.p[i]));
  return true;
}

/* cpe:2.3: with eleven parts (NISTIR 7695), or the older cpe:/ form. */
static bool cpe(vg_str s, struct vg_buf *out) {
  static const char parts[] = "aho*-";
  size_t colons = 0;
  if (!printable(s, 512) || vg_str_find_byte(s, ' ', 0) != SIZE_MAX)
    return false;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '\\')
      i++;
    else
      colons += s.p[i] == ':';
  }
  bool formatted = vg_str_eq_ci(vg_str_sub(s, 0, 8), VG_STR("cpe:2.3:")),
       uri = vg_str_eq_ci(vg_str_sub(s, 0, 5), VG_STR("cpe:/"));
  if (!(formatted && s.n > 9 && colons == 12 && strchr(parts, vg_lower(s.p[8]))) &&
      !(uri && s.n > 8 && colons >= 2 && colons <= 7 && strchr("aho", vg_lower(s.p[5])) && s.p[6] == ':'))
    return false;
  lower(out, s);
  return true;
}

/* STIX 2.1 section 6.17: the hive's name in full. */
static bool registry(vg_str s, struct vg_buf *out) {
  static const struct {
    const char *brief, *full;
  } hives[] = {{"HKLM", "HKEY_LOCAL_MACHINE"},
               {"HKCU", "HKEY_CURRENT_USER"},
               {"HKCR", "HKEY_CLASSES_ROOT"},
               {"HKU", "HKEY_USERS"},
               {"HKCC", "HKEY_CURRENT_CONFIG"}};
  size_t back = vg_str_find_byte(s, '\\', 0);
  if (back == SIZE_MAX || back + 1 >= s.n || !printable(s, 1024))
    return false;
  vg_str hive = vg_str_sub(s, 0, back), key = vg_str_sub(s, back, s.n);
  for (size_t i = 0; i < VG_COUNT(hives); i++) {
    if (vg_str_eq_ci(hive, vg_str_z(hives[i].brief)) || vg_str_eq_ci(hive, vg_str_z(hives[i].full))) {
      vg_buf_z(out, hives[i].full);
      vg_buf_str(out, key);
      return true;
    }
  }
  return false;
}

static bool as_is(vg_str s, size_t max, struct vg_buf *out) {
  if (!printable(s, max))
    return false;
  vg_buf_str(out, s);
  return true;
}

/* In lower case: the case only carries a checksum, which must hold where there is one. */
static bool ethereum(vg_str s, struct vg_buf *out) {
  if (s.n != 42 || s.p[0] != '0' || vg_lower(s.p[1]) != 'x' || !checksum_eip55(vg_str_sub(s, 2, 40)))
    return false;
  lower(out, s);
  return true;
}

static bool as_number(vg_str s, struct vg_buf *out) {
  uint64_t n;
  if (vg_str_eq_ci(vg_str_sub(s, 0, 3), VG_STR("ASN")))
    s = vg_str_sub(s, 3, s.n);
  else if (vg_str_eq_ci(vg_str_sub(s, 0, 2), VG_STR("AS")))
    s = vg_str_sub(s, 2, s.n);
  s = vg_str_trim(s);
  if (!vg_str_u64(s, &n) || n == 0 || n > UINT32_MAX)
    return false;
  vg_buf_fmt(out, "AS%u", (unsigned)n);
  return true;
}

/* Twelve digits in lower case, colons between pairs (STIX 2.1 section 6.9). */
static bool mac(vg_str s, struct vg_buf *out) {
  char digits[12];
  size_t n = 0, marks = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (vg_is_hex(s.p[i]) && n < sizeof digits)
      digits[n++] = vg_lower(s.p[i]);
    else if (strchr(":-.", s.p[i]) && s.p[i] && n && (s.p[i] == '.' ? n % 4 == 0 : n % 2 == 0))
      marks++;
    else
      return false;
  }
  if (n != sizeof digits || (marks != 5 && marks != 2))
    return false;
  for (size_t i = 0; i < sizeof digits; i += 2)
    vg_buf_fmt(out, i ? ":%c%c" : "%c%c", digits[i], digits[i + 1]);
  return true;
}

static bool iban(vg_str s, struct vg_buf *out) {
  char compact[35];
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == ' ')
      continue;
    if (n + 1 >= sizeof compact)
      return false;
    compact[n++] = (char)(s.p[i] >= 'a' && s.p[i] <= 'z' ? s.p[i] - 32 : s.p[i]);
  }
  if (n < 4 || !checksum_iban(vg_str_n(compact, n)))
    return false;
  vg_buf_str(out, vg_str_n(compact, n));
  return true;
}

/* E.164: "+", country code, at most fifteen digits. A French number (ten digits, 0 first) is brought to that form. */
static bool phone(vg_str s, struct vg_buf *out) {
  char digits[16];
  size_t n = 0;
  bool plus = s.p[0] == '+';
  for (size_t i = plus; i < s.n; i++) {
    if (vg_is_digit(s.p[i]) && n < 15)
      digits[n++] = s.p[i];
    else if (!s.p[i] || !strchr(" .-()/", s.p[i]))
      return false;
    else if (plus && vg_str_starts(vg_str_sub(s, i, s.n), VG_STR("(0)")))
      i += 2; /* +33 (0)1: the trunk prefix is not dialled */
  }
  if (plus ? n < 8 || digits[0] == '0' : n != 10 || digits[0] != '0' || digits[1] == '0')
    return false;
  vg_buf_z(out, plus ? "+" : "+33");
  vg_buf_str(out, vg_str_n(digits + !plus, n - !plus));
  return true;
}

/* Ids that one owner puts on all of his pages: analytics and advertising accounts. */
static bool tracker(vg_str s, struct vg_buf *out) {
  bool analytics = vg_str_eq_ci(vg_str_sub(s, 0, 3), VG_STR("UA-"));
  bool publisher = vg_str_eq_ci(vg_str_sub(s, 0, 4), VG_STR("pub-"));
  uint64_t a, b;
  size_t dash = vg_str_find_byte(s, '-', 3);
  if (publisher
          ? s.n != 20 || !vg_str_u64(vg_str_sub(s, 4, s.n), &a)
          : !analytics || dash == SIZE_MAX || dash < 7 || dash > 13 || !vg_str_u64(vg_str_sub(s, 3, dash - 3), &a) ||
                !vg_str_u64(vg_str_sub(s, dash + 1, s.n), &b) || s.n - dash > 5)
    return false;
  vg_buf_z(out, publisher ? "pub-" : "UA-");
  vg_buf_str(out, vg_str_sub(s, publisher ? 4 : 3, s.n));
  return true;
}

/* FoxIO: "t13d1516h2_8daaf6152771_b186095e22b6", of servers, requests and certificates too: three or four parts. */
static bool ja4(vg_str s, struct vg_buf *out) {
  size_t parts = 0;
  vg_str rest = s, part;
  while (rest.n && vg_str_cut(&rest, '_', &part)) {
    parts++;
    if (part.n != 12 && !(parts == 1 && part.n >= 4 && part.n <= 10) && !(parts == 2 && part.n == 4))
      return false;
    for (size_t i = 0; i < part.n; i++)
      if (!vg_is_alnum(part.p[i]) || (parts > 2 && !vg_is_hex(part.p[i])))
        return false;
  }
  lower(out, s);
  return parts == 3 || parts == 4;
}

static bool digest_of(vg_str s, size_t n, struct vg_buf *out) {
  if (!hex_only(s) || s.n != n)
    return false;
  lower(out, s);
  return true;
}

bool intel_spell_rare(enum indicator_type t, vg_str s, struct vg_buf *out) {
  switch ((int)t) {
  case TYPE_SSDEEP: return ssdeep(s, out);
  case TYPE_TLSH: return tlsh(s, out);
  case TYPE_IMPHASH:
  case TYPE_JA3: return digest_of(s, 32, out);
  case TYPE_AUTHENTIHASH: return digest_of(s, 64, out);
  case TYPE_JARM: return digest_of(s, 62, out);
  case TYPE_JA4: return ja4(s, out);
  case TYPE_CPE: return cpe(s, out);
  case TYPE_REGISTRY: return registry(s, out);
  case TYPE_FILE_PATH: return as_is(s, 4096, out);
  case TYPE_ETH: return ethereum(s, out);
  case TYPE_XMR: return checksum_monero(s) && as_is(s, 106, out);
  case TYPE_ASN: return as_number(s, out);
  case TYPE_MAC: return mac(s, out);
  case TYPE_USER_AGENT: return as_is(s, 1024, out);
  case TYPE_IBAN: return iban(s, out);
  case TYPE_PHONE: return phone(s, out);
  case TYPE_TRACKER: return tracker(s, out);
  default: return false;
  }
}
