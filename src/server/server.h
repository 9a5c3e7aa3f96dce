#ifndef VG_SERVER_SERVER_H
#define VG_SERVER_SERVER_H
/*
 * The web door: pages over HTTPS, read-only apart from login, logout and language. Requests are answered one after the
 * other by the thread that calls server_run, on the caller's instance. Only accounts of the division may enter.
 */
#include <signal.h>

#include "instance/instance.h"

struct server;
struct server_options {
  const char *listen;             /* HOST:PORT, port 0: any */
  const char *tls_cert, *tls_key; /* PEM files; NULL: a certificate made for this run */
  bool plain;                     /* without TLS, for a proxy on the same machine */
};
MUST vg_code server_start(struct server **out, struct instance *in, const struct server_options *o, struct vg_err *err);
const char *server_address(const struct server *s); /* https://host:port */
void server_run(struct server *s, const volatile sig_atomic_t *stop);
void server_free(struct server *s);

#endif
