/* What headings of tables, MISP and other tools call our types. */
#include "base/fold.h"
#include "intel/intel_internal.h"

#include <string.h>

/* As intel_plain_word leaves them. */
static const struct {
  const char *word;
  enum indicator_type type;
} words[] = {
    {"hostname", TYPE_DOMAIN},
    {"host", TYPE_DOMAIN},
    {"fqdn", TYPE_DOMAIN},
    {"domainname", TYPE_DOMAIN},
    {"domains", TYPE_DOMAIN},
    {"c2domain", TYPE_DOMAIN},
    {"dns", TYPE_DOMAIN},
    {"subdomain", TYPE_DOMAIN},
    {"onionaddress", TYPE_DOMAIN},
    {"ip", TYPE_IPV4},
    {"ipaddress", TYPE_IPV4},
    {"ipaddr", TYPE_IPV4},
    {"ips", TYPE_IPV4},
    {"dstip", TYPE_IPV4},
    {"srcip", TYPE_IPV4},
    {"ipdst", TYPE_IPV4},
    {"ipsrc", TYPE_IPV4},
    {"ipv4address", TYPE_IPV4},
    {"ipv4addr", TYPE_IPV4},
    {"ipport", TYPE_IPV4},
    {"c2ip", TYPE_IPV4},
    {"ipdstport", TYPE_IPV4},
    {"ipsrcport", TYPE_IPV4},
    {"ipv6address", TYPE_IPV6},
    {"ipv6addr", TYPE_IPV6},
    {"netrange", TYPE_CIDR},
    {"network", TYPE_CIDR},
    {"subnet", TYPE_CIDR},
    {"urls", TYPE_URL},
    {"link", TYPE_URL},
    {"c2url", TYPE_URL},
    {"c2server", TYPE_URL},
    {"emailaddr", TYPE_EMAIL},
    {"emailaddress", TYPE_EMAIL},
    {"mail", TYPE_EMAIL},
    {"emailsrc", TYPE_EMAIL},
    {"emaildst", TYPE_EMAIL},
    {"emailreplyto", TYPE_EMAIL},
    {"whoisregistrantemail", TYPE_EMAIL},
    {"emailwhois", TYPE_EMAIL},
    {"dnssoaemail", TYPE_EMAIL},
    {"sender", TYPE_EMAIL},
    {"emailsender", TYPE_EMAIL},
    {"md5hash", TYPE_MD5},
    {"hashmd5", TYPE_MD5},
    {"filehashmd5", TYPE_MD5},
    {"filemd5", TYPE_MD5},
    {"md5sum", TYPE_MD5},
    {"sha1hash", TYPE_SHA1},
    {"hashsha1", TYPE_SHA1},
    {"filehashsha1", TYPE_SHA1},
    {"filesha1", TYPE_SHA1},
    {"sha1sum", TYPE_SHA1},
    {"sha256hash", TYPE_SHA256},
    {"hashsha256", TYPE_SHA256},
    {"filehashsha256", TYPE_SHA256},
    {"filesha256", TYPE_SHA256},
    {"sha256sum", TYPE_SHA256},
    {"sha512hash", TYPE_SHA512},
    {"hashsha512", TYPE_SHA512},
    {"filehashsha512", TYPE_SHA512},
    {"malwaresample", TYPE_FILE_NAME},
    {"attachment", TYPE_FILE_NAME},
    {"emailattachment", TYPE_FILE_NAME},
    {"filename", TYPE_FILE_NAME},
    {"filepath", TYPE_FILE_PATH},
    {"mutexname", TYPE_MUTEX},
    {"btcaddress", TYPE_BTC},
    {"btcwallet", TYPE_BTC},
    {"bitcoinaddress", TYPE_BTC},
    {"cveid", TYPE_CVE},
    {"registrykey", TYPE_REGISTRY},
    {"registry", TYPE_REGISTRY},
    {"useragent", TYPE_USER_AGENT},
    {"as", TYPE_ASN},
    {"asnumber", TYPE_ASN},
    {"macaddress", TYPE_MAC},
    {"macaddr", TYPE_MAC},
    {"phonenumber", TYPE_PHONE},
    {"whoisregistrantphone", TYPE_PHONE},
    {"ethaddress", TYPE_ETH},
    {"ethwallet", TYPE_ETH},
    {"xmraddress", TYPE_XMR},
    {"googleanalyticstrackingid", TYPE_TRACKER},
    {"ja3fingerprintmd5", TYPE_JA3},
    {"ja3hash", TYPE_JA3},
    {"ja3shash", TYPE_JA3},
    {"ja4fingerprint", TYPE_JA4},
    {"jarmfingerprint", TYPE_JARM},
    {"attackid", TYPE_ATTACK},
    {"ttp", TYPE_ATTACK},
    {"domaine", TYPE_DOMAIN},
    {"domaines", TYPE_DOMAIN},
    {"nomdedomaine", TYPE_DOMAIN},
    {"nomsdedomaine", TYPE_DOMAIN},
    {"nomdhote", TYPE_DOMAIN},
    {"sousdomaine", TYPE_DOMAIN},
    {"adresseip", TYPE_IPV4},
    {"adressesip", TYPE_IPV4},
    {"adresseipv4", TYPE_IPV4},
    {"adresseipv6", TYPE_IPV6},
    {"plageip", TYPE_CIDR},
    {"plagedadresses", TYPE_CIDR},
    {"lien", TYPE_URL},
    {"liens", TYPE_URL},
    {"adresseurl", TYPE_URL},
    {"adresseweb", TYPE_URL},
    {"courriel", TYPE_EMAIL},
    {"courriels", TYPE_EMAIL},
    {"mel", TYPE_EMAIL},
    {"adressemail", TYPE_EMAIL},
    {"adresseemail", TYPE_EMAIL},
    {"adressecourriel", TYPE_EMAIL},
    {"adresseelectronique", TYPE_EMAIL},
    {"expediteur", TYPE_EMAIL},
    {"empreintemd5", TYPE_MD5},
    {"condensatmd5", TYPE_MD5},
    {"empreintesha1", TYPE_SHA1},
    {"condensatsha1", TYPE_SHA1},
    {"empreintesha256", TYPE_SHA256},
    {"condensatsha256", TYPE_SHA256},
    {"empreintesha512", TYPE_SHA512},
    {"condensatsha512", TYPE_SHA512},
    {"nomdefichier", TYPE_FILE_NAME},
    {"chemin", TYPE_FILE_PATH},
    {"chemindefichier", TYPE_FILE_PATH},
    {"clederegistre", TYPE_REGISTRY},
    {"vulnerabilite", TYPE_CVE},
    {"agentutilisateur", TYPE_USER_AGENT},
    {"systemeautonome", TYPE_ASN},
    {"adressemac", TYPE_MAC},
    {"telephone", TYPE_PHONE},
    {"numerodetelephone", TYPE_PHONE},
    {"adressebitcoin", TYPE_BTC},
    {"portefeuillebitcoin", TYPE_BTC},
};

bool intel_plain_word(char out[static INTEL_WORD], vg_str word) {
  char room[1 << 10]; /* no memory is asked for: a word must not be unknown for want of it */
  struct vg_buf folded = vg_buf_in(room, sizeof room);
  vg_fold_words(&folded, vg_str_sub(word, 0, 2 * INTEL_WORD));
  size_t n = 0;
  for (size_t i = 0; i < folded.n && n + 1 < INTEL_WORD; i++)
    if (folded.p[i] != ' ')
      out[n++] = folded.p[i];
  out[n] = 0;
  return n > 0 && n + 1 < INTEL_WORD;
}

bool intel_type_by_word(vg_str word, enum indicator_type *out) {
  char plain[INTEL_WORD];
  word = vg_str_trim(word);
  if (intel_type_by_name(word, out))
    return true;
  if (!intel_plain_word(plain, word))
    return false;
  for (size_t i = 0; i < VG_COUNT(words); i++) {
    if (strcmp(plain, words[i].word) == 0) {
      *out = words[i].type;
      return true;
    }
  }
  return intel_type_by_name(vg_str_z(plain), out);
}

/* "1.2.3.4:443", "evil.example:8080": a port says how, not who. */
static vg_str without_port(vg_str value) {
  size_t colon = vg_str_find_byte(value, ':', 0);
  uint64_t port;
  bool one = colon != SIZE_MAX && vg_str_find_byte(value, ':', colon + 1) == SIZE_MAX;
  return one && vg_str_u64(vg_str_sub(value, colon + 1, value.n), &port) && port < 65536 ? vg_str_sub(value, 0, colon)
                                                                                         : value;
}

bool intel_type_by_form(enum indicator_type *type, vg_str *value) {
  *value = vg_str_trim(*value);
  while (value->n > 2 &&
         vg_str_ends(*value, VG_STR("\xC2\xA0"))) /* a space that does not break, as word processors leave it */
    value->n -= 2;
  if (intel_type_of(*value, type))
    return true;
  vg_str bare = without_port(*value);
  if (bare.n == value->n || !intel_type_of(bare, type))
    return false;
  *value = bare;
  return true;
}

void intel_type_fit(enum indicator_type *type, vg_str *value) {
  enum indicator_type form;
  *value = vg_str_trim(*value);
  if (*type == TYPE_IPV4 || *type == TYPE_IPV6 || *type == TYPE_CIDR || *type == TYPE_DOMAIN)
    *value = without_port(*value);
  if (*type == TYPE_URL && without_port(*value).n < value->n && intel_type_of(without_port(*value), &form) &&
      (form == TYPE_IPV4 || form == TYPE_DOMAIN)) /* "192.0.2.1:443": a host and its port are no URL */
    *value = without_port(*value);
  if (*type == TYPE_IPV4 || *type == TYPE_IPV6 || *type == TYPE_CIDR) {
    bool mask = vg_str_find_byte(*value, '/', 0) != SIZE_MAX,
         colon = vg_str_find_byte(*value, ':', 0) != SIZE_MAX && vg_str_find(*value, VG_STR("[:]"), 0) == SIZE_MAX;
    *type = mask ? TYPE_CIDR : colon ? TYPE_IPV6 : TYPE_IPV4;
  }
  /* "hostname" over a column of addresses, "C2 server" over names and URLs: the value's own form is the truer word. */
  if ((*type == TYPE_DOMAIN || *type == TYPE_URL || *type == TYPE_IPV4) && intel_type_of(*value, &form) &&
      (form == TYPE_IPV4 || form == TYPE_IPV6 || form == TYPE_CIDR || form == TYPE_DOMAIN || form == TYPE_URL))
    *type = *type == TYPE_URL && (form != TYPE_DOMAIN && form != TYPE_IPV4) ? TYPE_URL : form;
}
