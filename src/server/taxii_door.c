/* The door of /taxii2/: who asks (HTTP Basic, or a certificate that names an account), and the answer as HTTP. */
#include "server/taxii_door.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "territory/territory.h"

enum { BY_NAME = 5, BY_ADDRESS = 20 };

static const char *header(struct MHD_Connection *c, const char *name) {
  const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
  return v ? v : "";
}

/* The common name of the peer's certificate, whose chain serve.c has checked, is the account's. */
static bool named_by_certificate(struct MHD_Connection *c, char login[static 64]) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  unsigned count = 0;
  size_t n = 64;
  gnutls_x509_crt_t crt;
  const gnutls_datum_t *peers =
      info && info->tls_session ? gnutls_certificate_get_peers(info->tls_session, &count) : NULL;
  if (!count || gnutls_x509_crt_init(&crt))
    return false;
  bool ok = !gnutls_x509_crt_import(crt, &peers[0], GNUTLS_X509_FMT_DER) &&
            !gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, login, &n);
  gnutls_x509_crt_deinit(crt);
  return ok;
}

/* "Basic " and base64 of "login:password" (RFC 7617). */
static bool read_basic(vg_str given, char login[static 64], char password[static 256]) {
  struct vg_buf text;
  vg_buf_init(&text, 512);
  bool ok = given.n > 6 && vg_str_eq_ci(vg_str_sub(given, 0, 6), VG_STR("basic ")) &&
            vg_unbase64(vg_str_trim(vg_str_sub(given, 6, given.n)), &text) && !text.bad;
  vg_str both = vg_buf_view(&text);
  size_t colon = ok ? vg_str_find_byte(both, ':', 0) : SIZE_MAX;
  ok = ok && colon < 64 && both.n - colon - 1 < 256 && vg_utf8_ok(both) && !memchr(both.p, 0, both.n);
  if (ok) {
    vg_str_copy(login, 64, vg_str_sub(both, 0, colon));
    vg_str_copy(password, 256, vg_str_sub(both, colon + 1, both.n));
  }
  if (text.p)
    explicit_bzero(text.p, text.n);
  vg_buf_fini(&text);
  return ok;
}

static unsigned with_password(const struct taxii_door *d, struct MHD_Connection *c, struct actor *who) {
  char login[64], password[256];
  struct store_tx *tx = NULL;
  if (!read_basic(vg_str_z(header(c, "Authorization")), login, password))
    return 401;
  if (throttle_blocked(d->throttle, vg_str_z(login), BY_NAME, d->now) ||
      (d->apart && throttle_blocked(d->throttle, vg_str_z(d->address), BY_ADDRESS, d->now)))
    return 429;
  vg_code rc = store_begin_read(instance_store(d->in), &tx, NULL);
  if (rc == VG_OK)
    rc = territory_login(tx, vg_str_z(login), vg_str_z(password), who, NULL);
  store_rollback(&tx);
  explicit_bzero(password, sizeof password);
  if (rc == VG_OK)
    return 0;
  if (rc != VG_ENOTFOUND && rc != VG_EDENIED)
    return 503;
  throttle_failed(d->throttle, vg_str_z(login), d->now);
  throttle_failed(d->throttle, vg_str_z(d->address), d->now);
  return 401;
}

unsigned taxii_who(const struct taxii_door *d, struct MHD_Connection *c, struct actor *who) {
  char login[64] = "";
  struct store_tx *tx = NULL;
  if (!d->certified || *header(c, "Authorization") || !named_by_certificate(c, login))
    return with_password(d, c, who);
  vg_code rc = store_begin_read(instance_store(d->in), &tx, NULL);
  if (rc == VG_OK)
    rc = territory_actor(tx, vg_str_z(login), who, NULL);
  store_rollback(&tx);
  return rc == VG_OK ? 0 : rc == VG_ENOTFOUND || rc == VG_EDENIED ? 401 : 503;
}

static enum MHD_Result deliver(const struct taxii_door *d, struct MHD_Connection *c, const struct taxii *t) {
  struct MHD_Response *a = MHD_create_response_from_buffer(t->out.n, t->out.p, MHD_RESPMEM_MUST_COPY);
  if (!a)
    return MHD_NO;
  MHD_add_response_header(a, "Content-Type", TAXII_MEDIA);
  MHD_add_response_header(a, "Cache-Control", "no-store");
  MHD_add_response_header(a, "X-Content-Type-Options", "nosniff");
  if (!d->plain)
    MHD_add_response_header(a, "Strict-Transport-Security", "max-age=31536000");
  if (t->first[0]) {
    MHD_add_response_header(a, "X-TAXII-Date-Added-First", t->first);
    MHD_add_response_header(a, "X-TAXII-Date-Added-Last", t->last);
  }
  if (t->status == 401)
    MHD_add_response_header(a, "WWW-Authenticate", "Basic realm=\"taxii\", charset=\"UTF-8\"");
  if (t->status == 429 || t->status == 503)
    MHD_add_response_header(a, "Retry-After", t->status == 429 ? "60" : "2");
  if (t->status == 405)
    MHD_add_response_header(a, "Allow", t->allow);
  enum MHD_Result done = MHD_queue_response(c, t->status, a);
  MHD_destroy_response(a);
  return done;
}

enum MHD_Result taxii_respond(const struct taxii_door *d, struct MHD_Connection *c, const char *method,
                              const char *path, vg_str query, vg_str body, const struct actor *who, unsigned refused) {
  static const char *const why[] = {
      "log in with an account of your organisation (HTTP Basic, or a client certificate that names it)",
      "too many failed attempts: wait a minute"};
  struct taxii t = {.method = method,
                    .accept = header(c, "Accept"),
                    .content_type = header(c, "Content-Type"),
                    .query = query,
                    .body = body,
                    .in = d->in,
                    .site = d->site};
  vg_buf_init(&t.out, 256u << 20);
  if (who)
    t.who = *who;
  if (refused)
    taxii_problem(&t, refused, refused == 401 ? why[0] : refused == 429 ? why[1] : NULL);
  else
    taxii_answer(&t, path);
  enum MHD_Result done = deliver(d, c, &t);
  vg_buf_fini(&t.out);
  return done;
}
