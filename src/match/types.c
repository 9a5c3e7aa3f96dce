#include "match/match_internal.h"

#include "intel/intel.h"

static const struct {
  const char *name, *other, *short_name;
} types[MATCH_TYPES] = {
    [MATCH_DOMAIN] = {"domain-name", "hostname", "domain"},
    [MATCH_IPV4] = {"ipv4-addr", "ip", "ipv4"},
    [MATCH_IPV6] = {"ipv6-addr", "ip6", "ipv6"},
    [MATCH_CIDR] = {"cidr", "ipv6-cidr", "ipv4-cidr"},
    [MATCH_IPV4_PORT] = {"ipv4:port", "ipv4-port", "ip:port"},
    [MATCH_URL] = {"url", "uri", "link"},
    [MATCH_EMAIL] = {"email-addr", "email-address", "email"},
    [MATCH_MD5] = {"md5", "MD5", "file:md5"},
    [MATCH_SHA1] = {"sha1", "SHA-1", "file:sha1"},
    [MATCH_SHA256] = {"sha256", "SHA-256", "file:sha256"},
    [MATCH_SHA512] = {"sha512", "SHA-512", "file:sha512"},
    [MATCH_FILE_NAME] = {"file-name", "filename", "file"},
    [MATCH_MUTEX] = {"mutex", "mutant", "semaphore"},
    [MATCH_BTC] = {"btc", "bitcoin", "btc-address"},
    [MATCH_ETH] = {"eth", "ethereum", "eth-address"},
    [MATCH_XMR] = {"xmr", "monero", "xmr-address"},
    [MATCH_IBAN] = {"iban", "IBAN", "bank-account"},
    [MATCH_REGISTRY] = {"windows-registry-key", "regkey", "registry"},
    [MATCH_FILE_PATH] = {"file-path", "filepath", "path"},
    [MATCH_USER_AGENT] = {"user-agent", "http-user-agent", "ua"},
    [MATCH_IMPHASH] = {"imphash", "import-hash", "pehash"},
    [MATCH_AUTHENTIHASH] = {"authentihash", "authenticode-hash", "authenticode"},
    [MATCH_SSDEEP] = {"ssdeep", "fuzzy-hash", "file:ssdeep"},
    [MATCH_TLSH] = {"tlsh", "tlsh-digest", "file:tlsh"},
    [MATCH_TRACKER] = {"tracker-id", "google-analytics", "tracker"},
    [MATCH_MAC] = {"mac-addr", "mac-address", "mac"},
    [MATCH_PHONE] = {"phone-number", "telephone", "phone"},
    [MATCH_CVE] = {"cve", "vulnerability", "cve-id"},
    [MATCH_ATTACK] = {"attack-id", "technique", "mitre-attack"},
    [MATCH_CPE] = {"cpe", "cpe23", "platform"},
    [MATCH_ASN] = {"autonomous-system", "asn", "as"},
    [MATCH_JA3] = {"ja3", "ja3s", "ja3-fingerprint-md5"},
    [MATCH_JA4] = {"ja4", "ja4s", "ja4-fingerprint"},
    [MATCH_JARM] = {"jarm", "jarm-fingerprint", "jarm-hash"},
};

bool match_type_folds(enum match_type t) {
  return t == MATCH_FILE_NAME || t == MATCH_FILE_PATH || t == MATCH_REGISTRY || t == MATCH_ETH || t == MATCH_IBAN ||
         t == MATCH_TLSH || t > MATCH_TRACKER;
}

const char *match_type_name(enum match_type t) { return t < MATCH_TYPES ? types[t].name : "?"; }

bool match_type_by_name(vg_str name, enum match_type *out) {
  for (size_t i = 0; i < MATCH_TYPES; i++)
    if (vg_str_eq_ci(name, vg_str_z(types[i].name)) || vg_str_eq_ci(name, vg_str_z(types[i].other)) ||
        vg_str_eq_ci(name, vg_str_z(types[i].short_name))) {
      *out = (enum match_type)i;
      return true;
    }
  return false;
}

static bool all_hex(vg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!(match_class[(unsigned char)s.p[i]] & (C_HEX | C_DIGIT)))
      return false;
  return true;
}

bool match_type_guess(vg_str value, enum match_type *out) {
  static const enum match_type order[] = {MATCH_IPV4, MATCH_IPV4_PORT, MATCH_CIDR,
                                          MATCH_IPV6, MATCH_EMAIL,     MATCH_DOMAIN};
  static const struct {
    const char *begins;
    enum match_type type;
  } spelled[] = {{"+", MATCH_PHONE}, {"CVE-", MATCH_CVE}, {"T", MATCH_ATTACK}, {"cpe:", MATCH_CPE}, {"AS", MATCH_ASN}};
  vg_str v = vg_str_trim(value);
  struct key k;
  if (all_hex(v) && (v.n == 32 || v.n == 40 || v.n == 64 || v.n == 128)) {
    *out = v.n == 32 ? MATCH_MD5 : v.n == 40 ? MATCH_SHA1 : v.n == 64 ? MATCH_SHA256 : MATCH_SHA512;
    return true;
  }
  if (vg_str_find(v, VG_STR("://"), 0) != SIZE_MAX && key_of(MATCH_URL, v, &k)) {
    *out = MATCH_URL;
    return true;
  }
  if (v.n == 17 && (v.p[2] == ':' || v.p[2] == '-') && key_of(MATCH_MAC, v, &k)) { /* with dots it is a name too */
    *out = MATCH_MAC;
    return true;
  }
  for (size_t i = 0; i < VG_COUNT(order); i++)
    if (key_of(order[i], v, &k)) {
      *out = order[i] == MATCH_DOMAIN && intel_names_file(v) ? MATCH_FILE_NAME : order[i];
      return true;
    }
  for (size_t i = 0; i < VG_COUNT(spelled); i++)
    if (vg_str_starts(v, vg_str_z(spelled[i].begins)) && key_of(spelled[i].type, v, &k)) {
      *out = spelled[i].type;
      return true;
    }
  if (vg_str_find_byte(v, '/', 0) != SIZE_MAX && key_of(MATCH_URL, v, &k)) {
    *out = MATCH_URL;
    return true;
  }
  enum indicator_type t; /* forms that lists seldom hold: paths, keys of the registry, wallets... */
  return intel_type_of(v, &t) && match_type_by_name(vg_str_z(intel_type_name(t)), out) && key_of(*out, v, &k);
}
