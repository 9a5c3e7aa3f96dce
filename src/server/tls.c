#include "server/server_internal.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { CERT_DAYS = 397, CERT_MARGIN_DAYS = 7 };

static int add_name(gnutls_x509_crt_t crt, const char *host) {
  unsigned char address[16];
  if (inet_pton(AF_INET, host, address) == 1)
    return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
  if (inet_pton(AF_INET6, host, address) == 1)
    return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, 16, GNUTLS_FSAN_APPEND);
  return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host),
                                              GNUTLS_FSAN_APPEND);
}

static int name_all(gnutls_x509_crt_t crt, const char *host) {
  char machine[256] = "";
  const char *const names[] = {host, "localhost", "127.0.0.1", "::1"};
  int bad = 0;
  for (size_t i = 0; i < VG_COUNT(names); i++)
    if (i == 0 || strcmp(names[i], host))
      bad = bad ? bad : add_name(crt, names[i]);
  if (gethostname(machine, sizeof machine - 1) == 0 && machine[0] && strcmp(machine, host) &&
      strcmp(machine, "localhost"))
    bad = bad ? bad : add_name(crt, machine);
  return bad;
}

static int sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *host, vg_time now) {
  unsigned char serial[16];
  vg_random(serial, sizeof serial);
  serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
  time_t t = (time_t)(now / VG_SECOND);
  int bad = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  bad = bad ? bad : gnutls_x509_crt_set_version(crt, 3);
  bad = bad ? bad : gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
  bad = bad ? bad : gnutls_x509_crt_set_activation_time(crt, t - 3600);
  bad = bad ? bad : gnutls_x509_crt_set_expiration_time(crt, t + CERT_DAYS * 86400);
  bad = bad ? bad : gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "Vigie", 5);
  bad = bad ? bad : name_all(crt, host);
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
  free(c.data);
  free(k.data);
  if (crt)
    gnutls_x509_crt_deinit(crt);
  if (secret)
    gnutls_x509_privkey_deinit(secret);
  return bad ? VG_FAIL(err, VG_EIO, "server.tls", gnutls_strerror(bad)) : VG_OK;
}

vg_code tls_check(const struct vg_buf *cert, const struct vg_buf *key, const char *cert_path, const char *key_path,
                  struct vg_err *err) {
  gnutls_certificate_credentials_t pair;
  gnutls_datum_t c = {(unsigned char *)cert->p, (unsigned)cert->n}, k = {(unsigned char *)key->p, (unsigned)key->n};
  if (gnutls_certificate_allocate_credentials(&pair))
    return VG_FAIL(err, VG_ENOMEM, "base.memory");
  int bad = gnutls_certificate_set_x509_key_mem(pair, &c, &k, GNUTLS_X509_FMT_PEM);
  gnutls_certificate_free_credentials(pair);
  return bad < 0 ? VG_FAIL(err, VG_EDATA, "server.tls_pair", cert_path, key_path, gnutls_strerror(bad)) : VG_OK;
}

/* Names host and still stands for a week. */
static bool usable(struct vg_buf *pem, const char *host, vg_time now) {
  gnutls_x509_crt_t crt;
  gnutls_datum_t in = {(unsigned char *)pem->p, (unsigned)pem->n};
  if (gnutls_x509_crt_init(&crt))
    return false;
  bool ok = !gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM) && gnutls_x509_crt_check_hostname(crt, host) &&
            gnutls_x509_crt_get_expiration_time(crt) > (time_t)(now / VG_SECOND) + CERT_MARGIN_DAYS * 86400;
  gnutls_x509_crt_deinit(crt);
  return ok;
}

vg_code tls_keep(const char *home, const char *host, vg_time now, struct vg_buf *cert, struct vg_buf *key,
                 struct vg_err *err) {
  char dir[4096], cert_path[4096], key_path[4096];
  if (snprintf(dir, sizeof dir, "%s/tls", home) >= (int)sizeof dir - 16)
    return VG_FAIL(err, VG_ELIMIT, "base.path_long", home);
  snprintf(cert_path, sizeof cert_path, "%.4000s/cert.pem", dir);
  snprintf(key_path, sizeof key_path, "%.4000s/key.pem", dir);
  if (vg_file_exists(cert_path) && vg_file_exists(key_path)) {
    VG_TRY(vg_file_read(cert_path, cert, err));
    VG_TRY(vg_file_read(key_path, key, err));
    if (usable(cert, host, now))
      return VG_OK;
    vg_buf_reset(cert);
    vg_buf_reset(key);
  }
  VG_TRY(vg_dir_make(dir, err));
  VG_TRY(tls_make(host, now, cert, key, err));
  VG_TRY(vg_file_write(key_path, vg_buf_view(key), 0600, err));
  return vg_file_write(cert_path, vg_buf_view(cert), 0600, err);
}
