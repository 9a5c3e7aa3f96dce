/* What a value is known to be: private, reserved for examples, on a warning list. */
#include "intel/extract_internal.h"

#include <arpa/inet.h>
#include <string.h>

struct range {
  unsigned char net[4];
  unsigned bits, flags;
};
static const struct range ranges[] = {
    {{10, 0, 0, 0}, 8, HIT_PRIVATE},
    {{172, 16, 0, 0}, 12, HIT_PRIVATE},
    {{192, 168, 0, 0}, 16, HIT_PRIVATE},
    {{127, 0, 0, 0}, 8, HIT_PRIVATE},
    {{169, 254, 0, 0}, 16, HIT_PRIVATE},
    {{100, 64, 0, 0}, 10, HIT_PRIVATE},
    {{0, 0, 0, 0}, 8, HIT_PRIVATE},
    {{224, 0, 0, 0}, 3, HIT_PRIVATE},
    {{192, 0, 2, 0}, 24, HIT_DOCUMENTATION},
    {{198, 51, 100, 0}, 24, HIT_DOCUMENTATION},
    {{203, 0, 113, 0}, 24, HIT_DOCUMENTATION},
    {{198, 18, 0, 0}, 15, HIT_PRIVATE},
};

static unsigned ipv4_flags(const unsigned char a[static 4]) {
  uint32_t address = (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 | (uint32_t)a[2] << 8 | a[3];
  for (size_t i = 0; i < VG_COUNT(ranges); i++) {
    const unsigned char *n = ranges[i].net;
    uint32_t net = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3];
    if ((address ^ net) >> (32 - ranges[i].bits) == 0)
      return ranges[i].flags;
  }
  return 0;
}

static unsigned ipv6_flags(const unsigned char a[static 16]) {
  static const unsigned char zeros[15], mapped[12] = {[10] = 0xff, [11] = 0xff};
  if (memcmp(a, zeros, 15) == 0 && a[15] <= 1)
    return HIT_PRIVATE;
  if (memcmp(a, mapped, 12) == 0)
    return ipv4_flags(a + 12);
  if ((a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) || (a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10))
    return HIT_DOCUMENTATION;
  return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && a[1] >= 0x80) || a[0] == 0xff ? HIT_PRIVATE : 0;
}

static unsigned address_flags(vg_str s) {
  char text[INET6_ADDRSTRLEN];
  unsigned char raw[16];
  s = vg_str_sub(s, 0, vg_str_find_byte(s, '/', 0));
  if (s.n >= sizeof text)
    return 0;
  vg_str_copy(text, sizeof text, s);
  if (inet_pton(AF_INET, text, raw) == 1)
    return ipv4_flags(raw);
  return inet_pton(AF_INET6, text, raw) == 1 ? ipv6_flags(raw) : 0;
}

static bool below(vg_str host, vg_str name) {
  return vg_str_ends(host, name) && (host.n == name.n || host.p[host.n - name.n - 1] == '.');
}

static unsigned host_flags(vg_str host) {
  size_t dot = host.n;
  while (dot > 0 && host.p[dot - 1] != '.')
    dot--;
  vg_str last = vg_str_sub(host, dot, host.n);
  if (last.n == 0 || vg_is_digit(last.p[0]) || vg_str_find_byte(host, ':', 0) != SIZE_MAX)
    return address_flags(host);
  unsigned kinds = word_kinds(last);
  if ((kinds & WORD_LOCAL) && (!vg_str_eqz(last, "arpa") || below(host, VG_STR("home.arpa"))))
    return HIT_PRIVATE;
  if (!(kinds & WORD_EXAMPLE))
    return 0;
  if (!(kinds & WORD_COMMON))
    return HIT_DOCUMENTATION;
  static const char *const names[] = {"example.com", "example.net", "example.org", "example.edu"};
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (below(host, vg_str_z(names[i])))
      return HIT_DOCUMENTATION;
  return 0;
}

/* The host inside a spelled URL: behind "://" and user, before port and path. */
static vg_str url_host(vg_str url) {
  size_t scheme = vg_str_find(url, VG_STR("://"), 0), end = 0;
  if (scheme != SIZE_MAX && scheme <= 16)
    url = vg_str_sub(url, scheme + 3, url.n);
  while (end < url.n && url.p[end] != '/' && url.p[end] != '?')
    end++;
  vg_str host = vg_str_sub(url, 0, end);
  size_t at = vg_str_find_byte(host, '@', 0);
  if (at != SIZE_MAX)
    host = vg_str_sub(host, at + 1, host.n);
  if (host.n && host.p[0] == '[')
    return vg_str_sub(host, 1, vg_str_find_byte(host, ']', 0) == SIZE_MAX ? 0 : vg_str_find_byte(host, ']', 0) - 1);
  return vg_str_sub(host, 0, vg_str_find_byte(host, ':', 0));
}

static unsigned as_flags(vg_str value) {
  uint64_t n = 0;
  (void)vg_str_u64(vg_str_sub(value, 2, value.n), &n);
  if ((n >= 64496 && n <= 64511) || (n >= 65536 && n <= 65551))
    return HIT_DOCUMENTATION;
  return (n >= 64512 && n <= 65535) || n >= 4200000000U ? HIT_PRIVATE : 0;
}

unsigned value_flags(enum indicator_type t, vg_str value, const char **list) {
  unsigned flags = 0;
  vg_str of = value;
  const char *kind = intel_type_name(t);
  *list = NULL;
  if (t == TYPE_IPV4 || t == TYPE_IPV6 || t == TYPE_CIDR)
    flags = address_flags(value);
  else if (t == TYPE_ASN)
    return as_flags(value);
  else if (t == TYPE_DOMAIN || t == TYPE_URL || t == TYPE_EMAIL) {
    of = t == TYPE_URL     ? url_host(value)
         : t == TYPE_EMAIL ? vg_str_sub(value, vg_str_find_byte(value, '@', 0) + 1, value.n)
                           : value;
    flags = host_flags(of);
    kind = of.n && ipv4_at((const unsigned char *)of.p, of.n) ? "ipv4-addr" : "domain-name";
  } else if (t != TYPE_MD5 && t != TYPE_SHA1 && t != TYPE_SHA256) {
    return 0;
  }
  return flags | (intel_benign(vg_str_z(kind), of, list) ? HIT_BENIGN : 0U);
}
