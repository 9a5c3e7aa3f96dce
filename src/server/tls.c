#include "server/server_internal.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static int sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *host, vg_time now) {
  unsigned char serial[16];
  vg_random(serial, sizeof serial);
  serial[0] &= 0x7f;
  time_t t = (time_t)(now / VG_SECOND);
  int bad = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  bad = bad ? bad : gnutls_x509_crt_set_version(crt, 3);
  bad = bad ? bad : gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
  bad = bad ? bad : gnutls_x509_crt_set_activation_time(crt, t - 3600);
  bad = bad ? bad : gnutls_x509_crt_set_expiration_time(crt, t + 90 * 86400);
  bad = bad ? bad : gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, host, (unsigned)strlen(host));
  bad = bad ? bad : gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host), GNUTLS_FSAN_SET);
  bad = bad ? bad : gnutls_x509_crt_set_key(crt, key);
  return bad ? bad : gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

vg_code tls_make(const char *host, vg_time now, struct vg_buf *cert, struct vg_buf *key, struct vg_err *err) {
  gnutls_x509_crt_t crt = NULL;
  gnutls_x509_privkey_t secret = NULL;
  gnutls_datum_t c = {0}, k = {0};
  int bad = gnutls_x509_crt_init(&crt);
  bad = bad ? bad : gnutls_x509_privkey_init(&secret);
  bad = bad ? bad : sign(crt, secret, host, now);
  bad = bad ? bad : gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &c);
  bad = bad ? bad : gnutls_x509_privkey_export2(secret, GNUTLS_X509_FMT_PEM, &k);
  if (!bad) {
    vg_buf_add(cert, c.data, c.size);
    vg_buf_add(key, k.data, k.size);
  }
  gnutls_free(c.data);
  gnutls_free(k.data);
  if (crt)
    gnutls_x509_crt_deinit(crt);
  if (secret)
    gnutls_x509_privkey_deinit(secret);
  return bad ? VG_FAIL(err, VG_EIO, "server.tls", gnutls_strerror(bad)) : VG_OK;
}
