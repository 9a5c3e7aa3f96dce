#ifndef VG_BASE_SMTP_H
#define VG_BASE_SMTP_H
/* Handing one message to a mail relay (SMTP, libcurl). smtps:// is TLS from the start; smtp:// goes over to TLS when
 * the relay offers it, and must when there is a login. */
#include "base/buf.h"

struct vg_smtp {
  const char *url;   /* smtp://relay:25, smtps://relay:465 */
  const char *login; /* "name:password", NULL none */
  const char *ca;    /* PEM file of who signed the relay's certificate, NULL the system's */
};
/* message: RFC 5322, lines end in CRLF. from and to: bare addresses. VG_OK: the relay took it. VG_EIO with its words.
 */
MUST vg_code vg_smtp_send(const struct vg_smtp *relay, vg_str from, vg_str to, vg_str message, struct vg_err *err);

#endif
