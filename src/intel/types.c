/* Types of values, and the one spelling of each. */
#include "intel/intel_internal.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uidna.h>

static const struct {
  const char *name, *brief;
} types[INDICATOR_TYPES] = {
    [TYPE_DOMAIN] = {"domain-name", "domain"},
    [TYPE_IPV4] = {"ipv4-addr", "ipv4"},
    [TYPE_CIDR] = {"cidr", "ipv4-cidr"},
    [TYPE_IPV6] = {"ipv6-addr", "ipv6"},
    [TYPE_URL] = {"url", "uri"},
    [TYPE_EMAIL] = {"email-addr", "email"},
    [TYPE_MD5] = {"md5", "MD5"},
    [TYPE_SHA1] = {"sha1", "SHA-1"},
    [TYPE_SHA256] = {"sha256", "SHA-256"},
    [TYPE_SHA512] = {"sha512", "SHA-512"},
    [TYPE_FILE_NAME] = {"file-name", "filename"},
    [TYPE_MUTEX] = {"mutex", "mutant"},
    [TYPE_BTC] = {"btc", "bitcoin"},
    [TYPE_CVE] = {"cve", "vulnerability"},
    [TYPE_ATTACK] = {"attack-id", "technique"},
    [TYPE_SSDEEP] = {"ssdeep", "SSDEEP"},
    [TYPE_TLSH] = {"tlsh", "TLSH"},
    [TYPE_IMPHASH] = {"imphash", "import-hash"},
    [TYPE_AUTHENTIHASH] = {"authentihash", "authenticode-hash"},
    [TYPE_CPE] = {"cpe", "cpe23"},
    [TYPE_REGISTRY] = {"windows-registry-key", "regkey"},
    [TYPE_FILE_PATH] = {"file-path", "path"},
    [TYPE_ETH] = {"eth", "ethereum"},
    [TYPE_XMR] = {"xmr", "monero"},
    [TYPE_ASN] = {"autonomous-system", "asn"},
    [TYPE_MAC] = {"mac-addr", "mac"},
    [TYPE_USER_AGENT] = {"user-agent", "http-user-agent"},
    [TYPE_IBAN] = {"iban", "IBAN"},
    [TYPE_PHONE] = {"phone-number", "phone"},
    [TYPE_TRACKER] = {"tracker-id", "google-analytics"},
    [TYPE_JA3] = {"ja3", "ja3s"},
    [TYPE_JA4] = {"ja4", "ja4s"},
    [TYPE_JARM] = {"jarm", "jarm-hash"},
};

const char *intel_type_name(enum indicator_type t) { return types[t].name; }

bool intel_type_by_name(vg_str name, enum indicator_type *out) {
  for (size_t i = 0; i < INDICATOR_TYPES; i++) {
    if (vg_str_eq_ci(name, vg_str_z(types[i].name)) || vg_str_eq_ci(name, vg_str_z(types[i].brief))) {
      *out = (enum indicator_type)i;
      return true;
    }
  }
  return false;
}

static void lower(struct vg_buf *out, vg_str s) {
  char *room = vg_buf_room(out, s.n);
  for (size_t i = 0; room && i < s.n; i++)
    room[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
  out->n += room ? s.n : 0;
}

/* hxxp:// and [.] and the like, as analysts write them so that nobody clicks. */
static void refang(struct vg_buf *out, vg_str s) {
  static const struct {
    const char *from, *to;
  } table[] = {{"[.]", "."},  {"(.)", "."}, {"[dot]", "."}, {"(dot)", "."},  {"[at]", "@"},
               {"(at)", "@"}, {"[@]", "@"}, {"[:]", ":"},   {"[://]", "://"}};
  size_t i = 0, scheme = vg_str_find_byte(s, ':', 0);
  if (vg_str_eq_ci(vg_str_sub(s, 0, 4), VG_STR("hxxp")) && scheme != SIZE_MAX &&
      scheme <= 6) { /* hxxp: hxxps: hxxp[: */
    vg_buf_z(out, "http");
    i = 4;
  }
  while (i < s.n) {
    size_t t = 0;
    for (; t < VG_COUNT(table); t++)
      if (vg_str_starts(vg_str_sub(s, i, s.n), vg_str_z(table[t].from)))
        break;
    if (t < VG_COUNT(table)) {
      vg_buf_z(out, table[t].to);
      i += strlen(table[t].from);
    } else {
      vg_buf_byte(out, (unsigned char)s.p[i++]);
    }
  }
}

/* Has it anything that refang() would undo? Most values have not. */
static bool defanged(vg_str s) {
  return (s.n > 3 && vg_lower(s.p[0]) == 'h' && vg_lower(s.p[1]) == 'x') || vg_str_find_byte(s, '[', 0) != SIZE_MAX ||
         vg_str_find_byte(s, '(', 0) != SIZE_MAX;
}

void intel_defang(struct vg_buf *out, vg_str value) {
  bool web = vg_str_starts(value, VG_STR("http"));
  for (size_t i = 0; i < value.n; i++)
    if (web && (i == 1 || i == 2))
      vg_buf_byte(out, 'x');
    else if (value.p[i] == '.' || value.p[i] == '@')
      vg_buf_fmt(out, "[%c]", value.p[i]);
    else
      vg_buf_byte(out, (unsigned char)value.p[i]);
}

/* RFC 1123 host name of at least two labels whose last is not a number; letters beyond ASCII pass as they are. */
static bool domain_ok(vg_str s) {
  vg_str label, rest = s, last = VG_STR("");
  int labels = 0;
  if (s.n == 0 || s.n > 253)
    return false;
  while (vg_str_cut(&rest, '.', &label)) {
    if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
      return false;
    for (size_t i = 0; i < label.n; i++) {
      char c = label.p[i];
      if (!vg_is_alnum(c) && c != '-' && c != '_' && (unsigned char)c < 0x80)
        return false;
    }
    last = label;
    labels++;
  }
  return labels >= 2 && !vg_is_digit(last.p[0]);
}

static UIDNA *idna;

static void idna_open(void) {
  UErrorCode code = U_ZERO_ERROR;
  idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI, &code);
}

bool intel_punycode(vg_str name, char *out, size_t cap, size_t *n) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode code = U_ZERO_ERROR;
  (void)pthread_once(&once, idna_open);
  if (!idna || name.n > 1024)
    return false;
  int32_t size = uidna_nameToASCII_UTF8(idna, name.p, (int32_t)name.n, out, (int32_t)cap, &info, &code);
  *n = size > 0 ? (size_t)size : 0;
  for (size_t i = 0; U_SUCCESS(code) && i < *n && i < cap; i++)
    if (!vg_is_alnum(out[i]) && !strchr("-_.", out[i])) /* some letters are mapped to marks */
      return false;
  return U_SUCCESS(code) && info.errors == 0 && *n > 0 && *n <= cap;
}

static bool international(vg_str s, struct vg_buf *out) {
  char name[512];
  size_t n;
  if (!vg_utf8_ok(s) || !intel_punycode(s, name, sizeof name, &n))
    return false;
  vg_buf_str(out, vg_str_n(name, n));
  return true;
}

static bool host(vg_str s, struct vg_buf *out) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] >= 0x80)
      return international(s, out);
  lower(out, s);
  return true;
}

static bool domain(vg_str s, struct vg_buf *out) {
  if (s.n && s.p[s.n - 1] == '.')
    s.n--;
  return domain_ok(s) && host(s, out);
}

static bool address(int family, vg_str s, struct vg_buf *out) {
  char text[INET6_ADDRSTRLEN];
  unsigned char raw[16];
  if (s.n == 0 || s.n >= sizeof text)
    return false;
  vg_str_copy(text, sizeof text, s);
  if (inet_pton(family, text, raw) != 1 || !inet_ntop(family, raw, text, sizeof text))
    return false;
  vg_buf_z(out, text);
  return true;
}

/* The network's own address, host bits cleared. */
static bool cidr(vg_str s, struct vg_buf *out) {
  size_t slash = vg_str_find_byte(s, '/', 0);
  char text[INET6_ADDRSTRLEN];
  unsigned char raw[16];
  uint64_t bits;
  if (slash == SIZE_MAX || slash >= sizeof text || !vg_str_u64(vg_str_sub(s, slash + 1, s.n), &bits))
    return false;
  vg_str_copy(text, sizeof text, vg_str_sub(s, 0, slash));
  int family = strchr(text, ':') ? AF_INET6 : AF_INET;
  size_t size = family == AF_INET ? 4 : 16;
  if (bits > 8 * size || inet_pton(family, text, raw) != 1)
    return false;
  for (size_t i = 0; i < size; i++) {
    size_t kept = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? (size_t)bits - 8 * i : 0;
    raw[i] = (unsigned char)(raw[i] & (0xff00U >> kept));
  }
  inet_ntop(family, raw, text, sizeof text);
  vg_buf_fmt(out, "%s/%u", text, (unsigned)bits);
  return true;
}

/* "evil.example/a" is how many reports write a URL: then it stays without scheme. */
static bool bare_url(vg_str s, struct vg_buf *out) {
  size_t slash = vg_str_find_byte(s, '/', 0), colon = vg_str_find_byte(vg_str_sub(s, 0, slash), ':', 0);
  if (slash == SIZE_MAX)
    return false;
  vg_str name = vg_str_sub(s, 0, colon < slash ? colon : slash);
  size_t before = out->n;
  uint64_t port;
  if (colon < slash && (!vg_str_u64(vg_str_sub(s, colon + 1, slash - colon - 1), &port) || port > 65535))
    return false;
  if (!address(AF_INET, name, out) && !domain(name, out))
    return false;
  if (colon < slash)
    vg_buf_str(out, vg_str_sub(s, colon, slash - colon));
  vg_buf_str(out, vg_str_sub(s, slash, s.n));
  return out->n > before;
}

/* Scheme and host in lower case, default port and fragment left out, "/" for an empty path. */
static bool url(vg_str s, struct vg_buf *out) {
  size_t colon = vg_str_find(s, VG_STR("://"), 0), hash = vg_str_find_byte(s, '#', 0), end = 0;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] <= ' ')
      return false;
  if (hash != SIZE_MAX)
    s.n = hash;
  if (colon == SIZE_MAX || colon > vg_str_find_byte(s, '/', 0))
    return bare_url(s, out);
  if (colon == 0 || colon > 16)
    return false;
  vg_str rest = vg_str_sub(s, colon + 3, s.n);
  while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
    end++;
  vg_str name = vg_str_sub(rest, 0, end), path = vg_str_sub(rest, end, rest.n), scheme = vg_str_sub(s, 0, colon);
  if (vg_str_eq_ci(scheme, VG_STR("http")) && vg_str_ends(name, VG_STR(":80")))
    name.n -= 3;
  if (vg_str_eq_ci(scheme, VG_STR("https")) && vg_str_ends(name, VG_STR(":443")))
    name.n -= 4;
  if (name.n == 0)
    return false;
  lower(out, scheme);
  vg_buf_z(out, "://");
  if (!host(name, out))
    return false;
  if (path.n == 0 || path.p[0] != '/')
    vg_buf_byte(out, '/');
  vg_buf_str(out, path);
  return true;
}

static bool email(vg_str s, struct vg_buf *out) {
  size_t at = vg_str_find_byte(s, '@', 0);
  vg_str behind = vg_str_sub(s, at + 1, s.n);
  if (at == SIZE_MAX || at == 0 || at > 64)
    return false;
  for (size_t i = 0; i < at; i++)
    if ((unsigned char)s.p[i] <= ' ' || strchr("<>\"(),;:[]", s.p[i]))
      return false;
  lower(out, vg_str_sub(s, 0, at + 1));
  if (behind.n < 3 || behind.p[0] != '[' || behind.p[behind.n - 1] != ']')
    return domain(behind, out);
  vg_buf_byte(out, '[');
  bool ok = address(AF_INET, vg_str_sub(behind, 1, behind.n - 2), out);
  vg_buf_byte(out, ']');
  return ok;
}

static bool digest(vg_str s, size_t n, struct vg_buf *out) {
  if (s.n != n)
    return false;
  for (size_t i = 0; i < n; i++)
    if (!vg_is_hex(s.p[i]))
      return false;
  lower(out, s);
  return true;
}

static bool plain(vg_str s, size_t max, struct vg_buf *out) {
  if (s.n == 0 || s.n > max || !vg_utf8_ok(s))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] < ' ')
      return false;
  vg_buf_str(out, s);
  return true;
}

/* Base58 of the old addresses (26-35 characters from 1 or 3) or bech32. */
static bool btc(vg_str s, struct vg_buf *out) {
  if (vg_str_starts(s, VG_STR("bc1")) && s.n >= 14 && s.n <= 74)
    return plain(s, 74, out);
  if (s.n < 26 || s.n > 35 || (s.p[0] != '1' && s.p[0] != '3'))
    return false;
  for (size_t i = 0; i < s.n; i++)
    if (!vg_is_alnum(s.p[i]) || strchr("0OIl", s.p[i]))
      return false;
  vg_buf_str(out, s);
  return true;
}

/* CVE-YYYY-NNNN.., in upper case. */
static bool cve(vg_str s, struct vg_buf *out) {
  uint64_t n;
  if (s.n < 13 || !vg_str_eq_ci(vg_str_sub(s, 0, 4), VG_STR("CVE-")) || !vg_str_u64(vg_str_sub(s, 4, 4), &n) ||
      s.p[8] != '-' || !vg_str_u64(vg_str_sub(s, 9, s.n), &n))
    return false;
  vg_buf_z(out, "CVE");
  vg_buf_str(out, vg_str_sub(s, 3, s.n));
  return true;
}

/* ATT&CK: T1234 and T1234.001, TA0001, M1234, S0001, G0001, C0001, DS0001. */
static bool attack(vg_str s, struct vg_buf *out) {
  static const char *const kinds[] = {"T", "TA", "M", "S", "G", "C", "DS"};
  uint64_t n;
  size_t letters = 0;
  while (letters < s.n && letters < 3 && !vg_is_digit(s.p[letters]))
    letters++;
  size_t kind = 0;
  while (kind < VG_COUNT(kinds) && !vg_str_eq_ci(vg_str_sub(s, 0, letters), vg_str_z(kinds[kind])))
    kind++;
  bool sub = kind == 0 && s.n == 9 && s.p[5] == '.' && vg_str_u64(vg_str_sub(s, 6, 3), &n);
  if (kind == VG_COUNT(kinds) || (s.n != letters + 4 && !sub) || !vg_str_u64(vg_str_sub(s, letters, 4), &n))
    return false;
  vg_buf_z(out, kinds[kind]);
  vg_buf_str(out, vg_str_sub(s, letters, s.n));
  return true;
}

bool intel_spell(enum indicator_type t, vg_str s, struct vg_buf *out) {
  switch (t) {
  case TYPE_DOMAIN: return domain(s, out);
  case TYPE_IPV4: return address(AF_INET, s, out);
  case TYPE_CIDR: return cidr(s, out);
  case TYPE_IPV6: return address(AF_INET6, s, out);
  case TYPE_URL: return url(s, out);
  case TYPE_EMAIL: return email(s, out);
  case TYPE_MD5: return digest(s, 32, out);
  case TYPE_SHA1: return digest(s, 40, out);
  case TYPE_SHA256: return digest(s, 64, out);
  case TYPE_SHA512: return digest(s, 128, out);
  case TYPE_FILE_NAME: return plain(s, 255, out);
  case TYPE_MUTEX: return plain(s, 512, out);
  case TYPE_BTC: return btc(s, out);
  case TYPE_CVE: return cve(s, out);
  case TYPE_ATTACK: return attack(s, out);
  case TYPE_SSDEEP:
  case TYPE_TLSH:
  case TYPE_IMPHASH:
  case TYPE_AUTHENTIHASH:
  case TYPE_CPE:
  case TYPE_REGISTRY:
  case TYPE_FILE_PATH:
  case TYPE_ETH:
  case TYPE_XMR:
  case TYPE_ASN:
  case TYPE_MAC:
  case TYPE_USER_AGENT:
  case TYPE_IBAN:
  case TYPE_PHONE:
  case TYPE_TRACKER:
  case TYPE_JA3:
  case TYPE_JA4:
  case TYPE_JARM: return intel_spell_rare(t, s, out);
  case INDICATOR_TYPES: break;
  }
  return false;
}

bool intel_normalise(enum indicator_type t, vg_str value, struct vg_buf *out) {
  struct vg_buf fanged;
  size_t before = out->n;
  value = vg_str_trim(value);
  if (value.n > 4 * INTEL_VALUE_MAX)
    return false;
  vg_buf_init(&fanged, 16384);
  if (t <= TYPE_EMAIL && defanged(value)) {
    refang(&fanged, value);
    value = vg_buf_view(&fanged);
  }
  bool ok = value.n && intel_spell(t, value, out) && !out->bad && out->n - before <= INTEL_VALUE_MAX;
  if (!ok)
    out->n = before;
  if (fanged.nomem)
    out->bad = out->nomem = true;
  vg_buf_fini(&fanged);
  return ok && !out->bad;
}
