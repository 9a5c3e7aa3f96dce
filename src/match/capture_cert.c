/*
 * The certificate that a server shows before TLS 1.3 hid it (RFC 5246 7.4.2): digests of the first one, by which lists
 * name it, and the names in it (RFC 5280 4.1.2.6, 4.2.1.6).
 */
#include "match/capture.h"

#include "base/hash.h"
#include "base/rd.h"

enum { CERTIFICATE = 11, NAMES_MAX = 64 };
enum { DER_EMAIL = 0x81, DER_DNS = 0x82, DER_URI = 0x86, DER_IP = 0x87 }; /* kinds of GeneralName */

/* Tag and content of what DER says next (X.690 8.1); lengths of at most two bytes. */
static unsigned der(struct vg_rd *r, vg_str *content) {
  const unsigned tag = vg_rd_u8(r);
  size_t n = vg_rd_u8(r);
  n = n == 0x81 ? vg_rd_u8(r) : n == 0x82 ? vg_rd_be16(r) : n;
  *content = vg_rd_bytes(r, n);
  return r->bad ? 0 : tag;
}

static void put_name(struct vg_buf *o, unsigned tag, vg_str name) {
  vg_buf_z(o, "\ttls.cert_name=");
  if (tag != DER_IP)
    capture_name(o, name);
  else if (name.n == 4)
    capture_v4(o, name);
  else
    capture_v6(o, name);
}

/* Behind each object id 2.5.4.3 a string: common names, of who vouches and of who is meant. Behind 2.5.29.17 the other
 * names. */
static void put_names(struct vg_buf *o, vg_str cert) {
  static const vg_str common = {"\x06\x03\x55\x04\x03", 5}, others = {"\x06\x03\x55\x1d\x11", 5};
  unsigned names = 0;
  vg_str s;
  struct vg_rd r;
  for (size_t at = 0; names < 4 && (at = vg_str_find(cert, common, at)) != SIZE_MAX; at++, names++) {
    vg_rd_init(&r, vg_str_sub(cert, at + common.n, SIZE_MAX));
    if (der(&r, &s) && s.n)
      put_name(o, 0, s);
  }
  const size_t at = vg_str_find(cert, others, 0);
  if (at == SIZE_MAX)
    return;
  vg_rd_init(&r, vg_str_sub(cert, at + others.n, SIZE_MAX));
  if (der(&r, &s) == 1 && !der(&r, &s)) /* critical */
    return;
  vg_rd_init(&r, s);
  if (der(&r, &s) != 0x30)
    return;
  for (vg_rd_init(&r, s); r.at < r.n && names < NAMES_MAX; names++) {
    const unsigned tag = der(&r, &s);
    if (tag == DER_EMAIL || tag == DER_DNS || tag == DER_URI || tag == DER_IP)
      put_name(o, tag, s);
    if (!tag)
      return;
  }
}

enum capture_said capture_certificate(struct vg_buf *o, vg_str m) {
  unsigned char sum[VG_SHA256_SIZE];
  char hex[2 * VG_SHA256_SIZE + 1];
  struct vg_rd r;
  if (m.n && m.p[0] != CERTIFICATE)
    return SAID_NOTHING;
  vg_rd_init(&r, m);
  vg_rd_skip(&r, 4 + 3);
  const size_t n = (size_t)vg_rd_u8(&r) << 16 | vg_rd_be16(&r);
  const vg_str cert = vg_rd_bytes(&r, n);
  if (r.bad)
    return SAID_MORE;
  vg_sha1_of(&cert, 1, sum);
  vg_buf_z(o, "\ttls.cert_sha1=");
  vg_buf_z(o, vg_hex(hex, sum, 20));
  vg_sha256(cert.p, cert.n, sum);
  vg_buf_z(o, "\ttls.cert_sha256=");
  vg_buf_z(o, vg_hex(hex, sum, VG_SHA256_SIZE));
  put_names(o, cert);
  return SAID_WHOLE;
}
